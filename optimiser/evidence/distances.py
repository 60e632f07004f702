"""How far the dates of a pack lie from published plans, and what each of those implies."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from models.attribution import Attribution, OwnDistance
from models.implied import Implied
from optimiser.evidence.dossier import Dossier, DossierCase

if TYPE_CHECKING:
    from optimiser.explain.oracle import Oracle

__all__ = ["own_distances", "published_plans"]


def own_distances(dossier: Dossier, main: Oracle | None, tell: Callable[[str], None]) -> None:
    """Gather the causes of the months between the first published dates and each case's."""
    if main is None or not dossier.plan.baselines:
        reason = "the plan has no dates" if main is None else "the plan has no published dates to be held against"
        dossier.absent["own distance"] = reason
        return
    from optimiser.explain.necessity import own_distance
    from optimiser.explain.oracle import Oracle

    tell("what makes each month of the divergence")
    for case in dossier.cases:
        if case.solved is None or case.plan is None or not case.plan.baselines or (case.crowded and case is not dossier.main):
            continue
        oracle = main if case is dossier.main else Oracle(case.plan)
        asked = partial(own_distance, oracle, case.plan.baselines[0], dossier.milestones, case.id)
        dossier.own += dossier.tried("own distance", tuple[OwnDistance, ...], asked, (), shared=case is dossier.main)


def published_plans(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Account for the distance between published plans, and say what each implies."""
    plan = dossier.plan
    if not plan.baselines:
        reason = "the plan has no published dates to be held against"
        dossier.absent |= dict.fromkeys(("attribution", "bridge", "implied"), reason)
        return
    from optimiser.explain import implied

    tell("where the divergence comes from")
    nearest = dossier.reproducing or next((case for case in dossier.cases if case.solved), None)
    if nearest is None:
        dossier.absent |= dict.fromkeys(("attribution", "bridge", "implied"), "no case of the pack has dates")
        return
    _attribute(dossier, nearest)
    tell("what published dates imply")
    for baseline in _challengers(dossier):
        for case in _askable(dossier, baseline):
            assert case.plan is not None
            found = dossier.tried(f"implied by {baseline}", Implied | None, partial(implied, case.plan, baseline), None)
            if found is not None:
                dossier.implied.append((case, found))
    if not dossier.implied:
        dossier.absent.setdefault("implied", "no published plan beside the first is without days of its own")


def _attribute(dossier: Dossier, nearest: DossierCase) -> None:
    """Account for the distance between published plans by the plan that reproduces the published rows."""
    from optimiser.explain import attribute

    plan = dossier.plan
    if len(plan.baselines) < 2:
        dossier.absent |= dict.fromkeys(("attribution", "bridge"), "the plan has one table of published dates, not two")
        return
    stands = nearest.plan if nearest.plan and not nearest.crowded else plan
    others = [
        (case.id, case.plan)
        for case in dossier.cases
        if case is not nearest and case.solved and case.plan and not case.crowded and case.plan.calendar == stands.calendar
    ]
    asked = partial(attribute, stands, plan.baselines[0].id)
    dossier.attribution = dossier.tried("attribution", Attribution | None, asked, None)
    more: dict[str, Any] = {"against": others, "milestones": dossier.milestones, "seed": dossier.request.seed}
    asked = partial(attribute, stands, plan.baselines[1].id, **more)
    dossier.bridge = dossier.tried("bridge", Attribution | None, asked, None)


def _askable(dossier: Dossier, baseline: str) -> list[DossierCase]:
    """Return the cases of which it is asked what a published plan implies.

    They are the main one, the one that reproduces the published rows, and the one whose dates come nearest to that plan's own.
    """
    published = next(each for each in dossier.plan.baselines if each.id == baseline)

    def agreement(case: DossierCase) -> int:
        held = case.solved.milestones if case.solved else ()
        return sum(
            (entry.date.year, entry.date.month) == date.month
            for entry in held
            if (date := published.date(entry.id)) is not None
        )

    able = [case for case in dossier.cases if case.solved and case.plan and not case.crowded]
    wanted = (dossier.main, dossier.reproducing, max(able, key=agreement, default=None))
    return [case for case in able if any(case is each for each in wanted)]


def _challengers(dossier: Dossier) -> list[str]:
    """Return the later baselines without a dated table, whose moves no row explains."""
    family = dossier.published.plan_of
    dated = {
        family.get(baseline.id, baseline.id)
        for baseline in dossier.plan.baselines
        if any(entry.day for entry in baseline.dates)
    }
    return [each.id for each in dossier.plan.baselines[1:] if family.get(each.id, each.id) not in dated]
