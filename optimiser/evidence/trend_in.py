"""The trend of a pack: the forecast of each update that it keeps, with what its own main case has of the newest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from models.commitment import RobustDate
from models.items import Milestone
from models.outcome import MilestoneDate
from models.plan import Plan
from models.trend import UpdateTrend
from optimiser.evidence.carried import CarriedChain
from optimiser.evidence.documents import solve_document
from optimiser.evidence.dossier import Dossier
from optimiser.progress.chain import ChainedPlan
from optimiser.progress.trend import dates_in, trend_over
from optimiser.robust import robust
from optimiser.robust.answer import DRAWN
from optimiser.solve import earliest
from optimiser.solve.fingerprint import plan_sha256

__all__ = ["trend_in"]

_CONFIDENCE = 0.8


def trend_in(dossier: Dossier, chain: CarriedChain) -> UpdateTrend | None:
    """Return how the forecasts of the pack's milestones went; None where its plan as written has none of them.

    What takes CP-SAT or samples is asked through the pack's answers.
    """
    main, request, answers = dossier.main, dossier.request, dossier.answers
    newest = chain.found[0].plan
    assert newest is not None
    own = main if main.as_written else None
    last = sum(each.plan is not None for each in chain.found) - 1
    samples = main.robust.samples if main.robust else request.samples or DRAWN
    asked = [name for name in dossier.milestones if isinstance(newest.items.get(name), Milestone)]
    if not asked:
        return None

    def dates(place: int, plan: Plan, milestones: Sequence[str]) -> tuple[MilestoneDate, ...]:
        if place == last and own is not None and own.solved is not None:
            return tuple(each for each in own.solved.milestones if each.id in milestones)
        asking = partial(earliest, plan, milestones, seed=request.seed)
        outcome = answers.outcome(f"chain/{place}", plan, milestones, asking)
        dossier.forecasts[f"outcomes/chain/{place}.json"] = solve_document(outcome, plan, milestones, plan_sha256(plan))
        return dates_in(outcome)

    def drawn(place: int, each: ChainedPlan, milestones: Sequence[str]) -> tuple[RobustDate, ...]:
        if place == last and own is not None and own.robust is not None:
            return own.robust.milestones

        def make() -> tuple[RobustDate, ...]:
            assert each.plan is not None
            seed = request.seed + 7
            return robust(each.plan, _CONFIDENCE, seed, request.samples, milestones=milestones, folder=each.path).milestones

        return answers.simulated(f"trend-{place}", tuple[RobustDate, ...], make)

    return trend_over(chain.found, asked, dates, drawn, samples, request.seed + 7)
