"""``batch``: grids of assumptions, computed, resumed, exported and summed up."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.cli.files import check_ending, check_folder_name
from optimiser.cli.options import Force, argument, option
from optimiser.cli.output import ExitCode, InterruptedRun, announce, print_text, progress
from optimiser.cli.verbs import Reply, verb
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from optimiser.batch.engine import RunProgress
    from optimiser.batch.job import Job

__all__ = ["batch"]

RunFolder = Annotated[Path, argument("RUN", "The folder of a run.")]
_RUN = "The folder of the run; one that holds this run already is gone on with."
_DRY = "Say how many combinations there are and how long they would take."
_WORKERS = "Processes; where left out, as many as there are processors, or one where rows are few and quick."

_LINES = 4_096
"""Rows printed at a time."""

batch = typer.Typer(
    help="Solve a plan across grids of assumptions, readings, scenarios, rules, calendars and capacities.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@batch.command("run", no_args_is_help=True)
@verb
def run_grid(
    grid: Annotated[str, argument("GRID", "A grid file, or the name of one that comes with a plan.")],
    *,
    output: Annotated[Path | None, option("-o --output RUN", _RUN)] = None,
    dry_run: Annotated[bool, option("--dry-run", _DRY)] = False,
    workers: Annotated[int | None, option("--workers", _WORKERS, min=1, max=1024)] = None,
    cluster: Annotated[
        str | None, option("--cluster ADDRESS", "Have a dask cluster compute, such as tcp://192.0.2.1:8786.")
    ] = None,
) -> Reply:
    """Compute every combination of a grid that is not there yet, and export them all as CSV (and Parquet with 'analytics').

    A run that was interrupted or killed goes on where it stopped. Exit codes: 0 done; 1 the witnesses disagree, or our
    fault; 2 bad usage or input, or no room to write; 130 interrupted.
    """
    from optimiser.batch.engine import worth_starting
    from optimiser.batch.grid_file import load_grid

    if output is not None:
        check_folder_name(output, "run")
    elif not dry_run:
        raise InputError([Located("expected -o RUN, the folder of the run, or --dry-run", path="--output")])
    job = load_grid(grid)
    count = workers or worth_starting(job, _processors())
    if dry_run or output is None:
        return _estimated(job, count)
    from optimiser.batch.engine import run
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.batch import run_report

    kept = InterruptedRun(f"what was computed is kept; 'optimiser batch run {grid} -o {output}' goes on")
    try:
        with progress() as tell:
            ran = run(job, output, workers=count, cluster=cluster, progress=_told(tell))
    except KeyboardInterrupt:  # while the rows were exported
        raise kept from None
    told = {
        "run": str(ran.folder),
        "complete": ran.complete,
        "combinations": sum(ran.counts.values()),
        "counts": dict(sorted(ran.counts.items())),
        "computed_rows": ran.computed,
        "seconds": round(ran.seconds, 3),
        "checked": ran.checked,
        "disagreements": [{"row": row, "text": text} for row, text in ran.disagreements.items()],
        "files": [str(file) for file in ran.files],
    }

    def stopped() -> None:
        if not ran.complete:
            raise kept

    return Reply(
        lambda: document("batch-run", told, grid=job.grid.id),
        lambda page: run_report(job.grid.title, told, page),
        ExitCode.OUR_FAULT if ran.disagreements or ran.counts.get("failed") else ExitCode.DONE,
        stopped,
    )


def _processors() -> int:
    """Return how many processors this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _told(tell: Callable[[str], None]) -> Callable[[RunProgress], None]:
    """Return what shows the progress of a run on one line."""
    from optimiser.evidence.terminal.batch import duration_words

    def show(at: RunProgress) -> None:
        left = "" if at.left is None else f", {duration_words(at.left)} left"
        share = at.done / at.total if at.total else 1.0
        tell(f"{at.done:,} of {at.total:,} rows ({share:.0%}), {at.rate:,.0f} a second{left}")

    return show


def _estimated(job: Job, workers: int) -> Reply:
    """Return what a run would take."""
    from optimiser.batch.engine import estimate
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.batch import plan_report

    found = estimate(job, workers)
    told = {
        "left_out": found.left_out,
        "through_solver": round(found.through_solver, 3),
        "seconds": round(found.seconds, 1),
        "workers": workers,
    }
    return Reply(
        lambda: document("batch-plan", told, grid=job.grid.id, combinations=found.rows - found.left_out),
        lambda page: plan_report(
            job.grid.title, found.rows, found.left_out, found.through_solver, found.seconds, workers, page
        ),
    )


@batch.command("report", no_args_is_help=True)
@verb
def report_run(run: RunFolder) -> Reply:
    """Sum up a run, finished or not: tables here, and a page with charts (report.html, charts/*.svg) in its folder.

    Exit codes: 0 done; 1 the witnesses disagree, or our fault; 2 bad usage or input.
    """
    from optimiser.batch.ledger import Ledger
    from optimiser.batch.picture import picture
    from optimiser.evidence.batch_page import batch_page, charts
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.batch import picture_report

    ledger = Ledger(run, writable=False)
    try:
        found = picture(ledger)
        drawn = charts(found, ledger.job().plan.baselines)
    finally:
        ledger.close()
    written = _written(run, batch_page(found, drawn), drawn)
    return Reply(
        lambda: document("batch-report", found),
        lambda page: picture_report(found, page, written),
        ExitCode.OUR_FAULT if found.disagreements or found.counts.get("failed") else ExitCode.DONE,
    )


def _written(run: Path, text: str, drawn: dict[str, str]) -> list[str]:
    """Write the page and its charts into the folder of the run; where that may not be, say so and go on."""
    target = run / "report.html"
    try:
        (run / "charts").mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
        for name, chart in drawn.items():
            (run / "charts" / f"{name}.svg").write_text(f"{chart}\n", encoding="utf-8")
    except OSError as error:
        announce(f"{target}: the page cannot be written: {error.strerror or error}")
        return []
    return [str(target), f"{run / 'charts'} ({len(drawn)} charts)"]


@batch.command("export", no_args_is_help=True)
def export_run(
    run: RunFolder,
    *,
    output: Annotated[Path | None, option("-o --output FILE", "A name that ends in .csv, .jsonl or .parquet.")] = None,
    json_lines: Annotated[bool, option("--json-lines", "Print every row as one JSON object a line.")] = False,
    force: Force = False,
) -> int:
    """Export the combinations of a run, finished or not."""
    from optimiser.batch import export
    from optimiser.batch.ledger import Ledger

    if (output is None) is not json_lines:
        raise InputError([Located("expected either -o FILE or --json-lines", path="--output")])
    writers = {".csv": export.export_csv, ".jsonl": export.export_json_lines, ".parquet": export.export_parquet}
    if output is not None:
        check_ending(output, tuple(writers))
        if output.exists() and not force:
            message = "is there already; maybe give another name, or replace it with --force"
            raise InputError([Located(message, file=str(output), path="--output")])
    ledger = Ledger(run, writable=False)
    try:
        if output is None:
            lines = export.json_lines(ledger, ledger.job())
            while block := "".join(islice(lines, _LINES)):
                print_text(block)
            return ExitCode.DONE
        writers[output.suffix.lower()](ledger, ledger.job(), output)
    finally:
        ledger.close()
    print_text(f"wrote {output}\n")
    return ExitCode.DONE
