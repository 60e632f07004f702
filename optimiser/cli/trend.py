"""``trend``: how forecasts went over a chain of updates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from optimiser.cli.files import OutputFile
from optimiser.cli.options import Force, Milestones, PlanName, option
from optimiser.cli.output import progress
from optimiser.cli.verbs import Reply, verb

__all__ = ["trend"]


@verb
def trend(
    plan: PlanName,
    *,
    milestone: Milestones = None,
    samples: Annotated[
        int | None, option("--samples N", "Draw so many of each update, for P50 and P80.", min=64, max=1_000_000)
    ] = None,
    seed: Annotated[int, option("--seed", "Of the draws.", min=0, max=2**31 - 1)] = 7,
    output: Annotated[Path | None, option("-o --output TREND.svg", "Draw the milestone trend.")] = None,
    force: Force = False,
) -> Reply:
    """Show how each forecast went from update to update: moved, spare time consumed, and how right past forecasts were.

    PLAN is the newest update; those before it are found by the path that each names. With --samples each update's P50 and P80, what
    contingency it holds and needs, and which share of the milestones met since came by the P80 that it forecast.

    Exit codes: 0 shown; 2 bad usage or input; 1 our fault.
    """
    file = OutputFile(output, (".svg",), force=force) if output else None
    from optimiser.progress.trend import trend_of

    with progress() as tell:
        found = trend_of(plan, milestone, samples=samples, seed=seed, progress=tell)
    if file:
        from optimiser.evidence.charts.trend import trend_chart

        file.write(trend_chart("trend", found))
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.trending import trend_report

    return Reply(lambda: document("trend", found), lambda page: trend_report(found, page, plan))
