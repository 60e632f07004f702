"""``trend``: how forecasts went over a chain of updates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.files import OutputFile
from optimiser.cli.options import AsJson, Milestones, PlanName, read_milestones
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("trend", no_args_is_help=True)(trend)


def trend(
    plan: PlanName,
    *,
    milestone: Milestones = None,
    samples: Annotated[
        int | None,
        typer.Option("--samples", min=64, max=1_000_000, metavar="N", help="Draw so many of each update, for P50 and P80."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1, help="Of the draws.")] = 7,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="TREND.svg", help="Draw the milestone trend.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let -o replace a file.")] = False,
    as_json: AsJson = False,
) -> int:
    """Show how each forecast went from update to update: moved, spare time consumed, and how right past forecasts were.

    PLAN is the newest update; those before it are found by the path that each names. With --samples each update's P50 and P80, what
    contingency it holds and needs, and which share of the milestones met since came by the P80 that it forecast.

    Exit codes: 0 shown; 2 bad usage or input; 1 our fault.
    """
    file = OutputFile(output, (".svg",), force=force) if output else None
    from optimiser.progress.trend import trend_of

    with progress() as told:
        found = trend_of(plan, read_milestones(milestone), samples=samples, seed=seed, progress=told)
    if file:
        from optimiser.evidence.charts.trend import trend_chart

        file.write(trend_chart("trend", found))
    if as_json:
        from optimiser.evidence.documents import document

        print_json(document("trend", found))
    else:
        from optimiser.evidence.terminal.trending import trend_report

        print_text(trend_report(found, page(), plan))
    return ExitCode.DONE
