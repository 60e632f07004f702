"""Everything a pack reports, computed once: each case solved, and for the first the reasons, the risks and the checks.

A part that does not apply, or would take longer than a pack may, is left out and says why; nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from models.allocation import Qualified
from models.binding import BindingReport
from models.calendar import Span
from models.changes import WhatIf
from models.implied import Regions
from models.migration import Migrated
from models.moved import WhatMoved
from models.pack import PackCase, PackRequest
from models.robustness import RobustOutcome
from models.routes import MilestoneWhyNot
from models.rules import Migration
from optimiser.errors import BeyondHorizonError, InputError, OptimiserError
from optimiser.evidence.answers import ANSWERS, Answers, BrokenAnswerError
from optimiser.evidence.carried import CarriedChain
from optimiser.evidence.distances import own_distances, published_plans
from optimiser.evidence.dossier import Dossier, DossierCase, SinceThen, Variations
from optimiser.evidence.since import Earlier
from optimiser.evidence.trend_in import trend_in
from optimiser.evidence.variations import add_variations
from optimiser.reading.load import LoadedPlan, load_changed
from optimiser.reproduction import classify
from optimiser.solve import asked_for, earliest
from optimiser.solve.fingerprint import plan_sha256
from optimiser.whatif import ranges_of, what_if

if TYPE_CHECKING:
    from optimiser.explain.oracle import Oracle

__all__ = ["gather"]

T = TypeVar("T")


def gather(
    request: PackRequest,
    source: str | Path,
    *,
    answers: Answers | None = None,
    earlier: Earlier | None = None,
    chain: CarriedChain | None = None,
    progress: Callable[[str], None] | None = None,
) -> Dossier:
    """Compute everything.

    Parameters
    ----------
    source
        The plan's name or path: where it and its scenarios are read from.
    answers
        Who is asked for what needs samples or CP-SAT; found and kept where None.
    earlier
        What came before, to be compared with.
    chain
        The updates that the plan was made of, whose forecasts are told.

    Raises
    ------
    InputError
        If the plan, or the scenarios of every case, cannot be read; a case of its own that cannot is reported in the pack.
    """
    tell = progress or (lambda _: None)
    answers = answers or Answers()
    solved = [_case(request, asked, source, answers, tell, first=place == 0) for place, asked in enumerate(request.cases)]
    cases = [case for case, _ in solved]
    main, loaded = solved[0]
    assert main.plan is not None
    from optimiser.encoding.answer import Limits
    from optimiser.explain.oracle import Oracle
    from optimiser.lint import read_published
    from optimiser.reading.packaged import find_plan

    milestones = asked_for(main.plan, request.milestones or None)
    dossier = Dossier(request, find_plan(source), milestones, cases, read_published(source, main.plan), answers, chain=chain)
    if loaded is not None and main.outcome is not None:
        tell("what was changed")
        held = ranges_of(main.outcome, loaded.plan)
        dossier.what_if = answers.derived("what-if", WhatIf | None, lambda: what_if(loaded, milestones, held))
    _checks(dossier, tell)
    if earlier is not None:
        _since(dossier, earlier.of(main.plan), tell)
    oracle = Oracle(main.plan, Limits(seed=request.seed)) if main.solved else None
    _reasons(dossier, oracle, tell)
    own_distances(dossier, oracle, tell)
    published_plans(dossier, tell)
    _risks(dossier, source, tell)
    if chain is not None:
        tell("how the forecasts went")
        dossier.trend = trend_in(dossier, chain)
    _calendars(dossier, tell)
    _variations(dossier, oracle, tell)
    _qualification(dossier, tell)
    _migration(dossier, tell)
    return dossier


def _case(
    request: PackRequest,
    asked: PackCase,
    source: str | Path,
    answers: Answers,
    tell: Callable[[str], None],
    *,
    first: bool,
) -> tuple[DossierCase, LoadedPlan | None]:
    """Solve one case, and return it with its plan as loaded; what keeps one from being solved is kept, unless it is the first."""
    case = DossierCase(asked)
    tell(f"{asked.id}: earliest dates")
    try:
        loaded = load_changed(
            source,
            [*request.main, *asked.scenarios],
            settings=request.settings,
            readings=request.readings,
            released=request.released,
        )
    except InputError as error:
        if first:
            raise
        case.fault = str(error)
        return case, None
    case.plan, case.written_sha256 = loaded.plan, plan_sha256(loaded.written)
    plan, milestones = case.plan, request.milestones or None
    try:
        case.outcome = answers.outcome(case.id, plan, milestones, lambda: earliest(plan, milestones, seed=request.seed))
    except BeyondHorizonError as error:
        case.fault = str(error)
    solved = case.solved
    if solved and any(item.published for item in case.plan.items.values()):
        case.matches = classify(case.plan, solved.schedule)
    return case, loaded


def _checks(dossier: Dossier, tell: Callable[[str], None]) -> None:
    from optimiser.lint import lint

    tell("checks of the plan against itself")
    dossier.lint = lint(dossier.plan, dossier.published, dossier.milestones)


def _since(dossier: Dossier, earlier: Earlier, tell: Callable[[str], None]) -> None:
    """Compare with the pack or plan before: moved dates, and findings of only one of the two."""
    from optimiser.lint import lint
    from optimiser.moved import what_moved

    tell("what moved since the last pack")
    plan, names = dossier.plan, (earlier.name, "this pack")
    asked = [name for name in dossier.milestones if name in earlier.plan.items]
    asked_moves = partial(what_moved, earlier.plan, plan, dossier.milestones, names=names, seed=dossier.request.seed)
    moved = dossier.tried("since", WhatMoved | None, asked_moves, None)
    assert dossier.lint is not None
    found = {finding.id: finding for finding in dossier.lint.findings}
    before = {finding.id: finding for finding in lint(earlier.plan, dossier.published, asked or None).findings}
    dossier.since = SinceThen(
        earlier.name,
        earlier.plan,
        earlier.sha256,
        earlier.version,
        moved,
        come=tuple(finding for name, finding in found.items() if name not in before),
        gone=tuple(finding for name, finding in before.items() if name not in found),
    )


def _reasons(dossier: Dossier, oracle: Oracle | None, tell: Callable[[str], None]) -> None:
    """Explain the main case: what binds, what an earlier date would take, how readings move it."""
    plan = dossier.plan
    if oracle is None:
        reason = "the plan has no dates to explain"
        dossier.absent |= dict.fromkeys(("binding", "why-not", "regions"), reason)
        return
    from optimiser.explain import decision_regions, why_not_baseline
    from optimiser.explain.binding import explain_with

    for milestone in dossier.milestones:
        tell(f"{milestone}: what binds")
        explained = partial(explain_with, oracle, milestone)
        report = dossier.tried("binding", BindingReport | None, explained, None, shared=True)
        if report is not None:
            dossier.binding[milestone] = report
    if plan.baselines:
        tell("what earlier dates would take")
        asked = partial(_why_not, dossier, why_not_baseline)
        dossier.why_not = dossier.tried("why-not", tuple[MilestoneWhyNot, ...], asked, ())
    else:
        dossier.absent["why-not"] = "the plan has no published dates to be held against"
    if plan.live_readings():
        tell("combinations of the open readings")
        combined = partial(decision_regions, plan, dossier.milestones)
        dossier.regions = dossier.tried("regions", Regions | None, combined, None)
    else:
        dossier.absent["regions"] = "no question of the source is left open"


def _why_not(dossier: Dossier, ask: Callable[..., Any]) -> tuple[MilestoneWhyNot, ...]:
    """Ask of the milestones that the first baseline has a date for, and that have not been met."""
    baseline = dossier.plan.baselines[0]
    dated = [name for name in dossier.milestones if baseline.date(name) and not dossier.plan.done(name)]
    if not dated and any(baseline.date(name) for name in dossier.milestones):
        dossier.absent["why-not"] = "every milestone that is asked for and has a published date has been met"
    found: tuple[MilestoneWhyNot, ...] = ask(dossier.plan, baseline.id, milestones=dated) if dated else ()
    return found


def _risks(dossier: Dossier, source: str | Path, tell: Callable[[str], None]) -> None:
    """Simulate every case as `robust` does: as many samples, the same draws."""
    from optimiser.robust import robust

    for case in dossier.cases:
        if case.solved is None or case.plan is None:
            case.absent["robust"] = "the case has no dates"
            continue
        tell(f"{case.id}: robust dates")
        try:
            drawn = partial(
                robust,
                case.plan,
                dossier.request.confidence,
                dossier.request.seed + 7,
                dossier.request.samples,
                milestones=dossier.milestones,
                folder=source,
                evidence=case is dossier.main,
            )
            case.robust = dossier.answers.simulated(f"robust-{case.id}", RobustOutcome, drawn)
            if dossier.answers.stored is not None and not dossier.answers.across:
                _drawn_from_here(case, source)
        except OptimiserError as error:
            case.absent["robust"] = str(error)


def _drawn_from_here(case: DossierCase, source: str | Path) -> None:
    """Refuse a stored simulation that was not drawn from the register at hand.

    Raises
    ------
    BrokenAnswerError
        If its hash, its title or what it says of judgements is another register's.
    """
    from optimiser.robust.files import given_register, plan_folder
    from optimiser.robust.held import hash_of_register, judgements

    assert case.plan is not None
    if case.robust is None:
        return
    register = given_register(case.plan, None, plan_folder(case.plan, source))
    here = hash_of_register(register), register and register.title, register and judgements(register)
    if here != (case.robust.register_sha256, case.robust.register_title, case.robust.judgements):
        path = f"{ANSWERS}/robust-{case.id}.json"
        raise BrokenAnswerError(path, "was drawn from another register than the pack's own")


def _calendars(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Solve the main case, and the one that reproduces the published rows, on every calendar of the plan."""
    if dossier.plan.unit == "minute":
        reason = "a plan in minutes has calendars of its work and of people: none of them stands for another's"
        dossier.absent["calendars"] = reason
        return
    shown = {case.id: case for case in (dossier.main, dossier.reproducing) if case and case.plan and not case.crowded}
    for case in shown.values():
        assert case.plan is not None
        for calendar in case.plan.calendars:
            if calendar.id == case.plan.calendar:
                continue
            tell(f"{case.id} on calendar {calendar.id}")
            horizon = case.plan.horizon
            first, last = max(horizon.first, calendar.covers.first), min(horizon.last, calendar.covers.last)
            if last <= first:
                continue
            other = DossierCase(case.asked)
            other.plan = case.plan.evolve(calendar=calendar.id, horizon=Span(first=first, last=last))
            try:
                asked = partial(earliest, other.plan, dossier.milestones, seed=dossier.request.seed)
                other.outcome = dossier.answers.outcome(None, other.plan, dossier.milestones, asked)
            except BeyondHorizonError as error:
                other.fault = str(error)
            dossier.calendars.setdefault(case.id, {})[calendar.id] = other


def _variations(dossier: Dossier, oracle: Oracle | None, tell: Callable[[str], None]) -> None:
    """Try the main case otherwise."""

    def varied() -> Variations:
        draft = replace(dossier, sweeps=[], released=[], changes=[], absent={})
        add_variations(draft, oracle, tell)
        return Variations(tuple(draft.sweeps), draft.grid, tuple(draft.released), tuple(draft.changes), draft.absent)

    found = dossier.answers.derived("variations", Variations, varied, shared=True)
    dossier.sweeps, dossier.grid = list(found.sweeps), found.grid
    dossier.released, dossier.changes = list(found.released), list(found.changes)
    dossier.absent |= found.absent


def _migration(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Gather the implied pace of migration, and the deciding parties of the first case with a market."""
    from optimiser.migration import MILESTONES, migrate

    def asked(case: DossierCase, part: str) -> Migrated | None:
        plan = case.plan
        assert plan is not None
        tell(f"{case.id}: the pace of migration")
        solving = partial(earliest, plan, MILESTONES, seed=dossier.request.seed)
        solved = dossier.answers.outcome(None, plan, MILESTONES, solving)
        return dossier.tried(part, Migrated | None, partial(migrate, plan, outcome=solved), None)

    lacking = [name for name in MILESTONES if name not in dossier.plan.items]
    named = "milestones of a migration" if len(lacking) == len(MILESTONES) else ", ".join(lacking)
    if lacking or dossier.main.solved is None:
        dossier.absent |= dict.fromkeys(("migration", "market"), f"the plan has no {named or 'dates'}")
        return
    if dossier.main.crowded:
        dossier.absent["migration"] = "parties queue for capacities in the main case; ask 'migrate' for its pace"
        return
    dossier.migrated = asked(dossier.main, "migration")
    able = (case for case in dossier.cases if case.solved and case.plan and not case.crowded)
    moving = (case for case in able if case.plan and any(isinstance(rule, Migration) for rule in case.plan.active_rules()))
    dossier.market_case = next(moving, None)
    if dossier.market_case is None:
        dossier.absent["market"] = (
            "no case of the pack has a rule of kind migration; where the plan has a scenario with one, ask for it with --case"
        )
    elif dossier.market_case is dossier.main:
        dossier.market = dossier.migrated
    else:
        dossier.market = asked(dossier.market_case, "market")


def _qualification(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Follow Qualification party by party in the first case whose capacities are on."""
    from optimiser.qualification import qualify

    for case in dossier.cases:
        if case.solved is None or case.plan is None or not case.crowded:
            continue
        tell(f"{case.id}: Qualification party by party")
        followed = partial(qualify, case.plan, policies=True)
        dossier.qualified = dossier.tried("qualification", Qualified | None, followed, None)
        if dossier.qualified is not None:
            dossier.qualified_case = case
            dossier.absent.pop("qualification", None)
            return
    reason = "no case of the pack has parties that queue for capacities; where the plan has a scenario with them, ask for it with --case"
    dossier.absent.setdefault("qualification", reason)
