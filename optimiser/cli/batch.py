"""``batch``: grids of assumptions, computed, resumed, exported and summed up."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.cli.files import check_ending, check_folder_name
from optimiser.cli.options import AsJson
from optimiser.cli.output import ExitCode, InterruptedRun, announce, page, print_json, print_text, progress
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from optimiser.batch.engine import Ran, RunProgress
    from optimiser.batch.job import Job

__all__ = ["register"]

GridName = Annotated[str, typer.Argument(metavar="GRID", help="A grid file, or the name of one that comes with a plan.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]

_LINES = 4_096
"""Rows printed at a time."""

_GROUP = typer.Typer(
    help="Solve a plan across grids of assumptions, readings, scenarios, rules, calendars and capacities.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.add_typer(_GROUP, name="batch")


@_GROUP.command("run", no_args_is_help=True)
def run_grid(
    grid: GridName,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="RUN", help="The folder of the run; one that holds this run already is gone on with."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many combinations there are and how long they would take.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, max=1024, help="Processes; as many as there are processors where left out."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="Have a dask cluster compute, such as tcp://192.0.2.1:8786."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Compute every combination of a grid that is not there yet, and export them all as CSV (and Parquet with 'analytics').

    A run that was interrupted or killed goes on where it stopped. Exit codes: 0 done; 1 the witnesses disagree, or our
    fault; 2 bad usage or input, or no room to write; 130 interrupted.
    """
    from optimiser.batch.grid_file import load_grid

    if output is None and not dry_run:
        raise InputError([Located("expected -o RUN, the folder of the run, or --dry-run", path="--output")])
    if output is not None:
        check_folder_name(output, "run")
    job = load_grid(grid)
    count = workers or _processors()
    if dry_run:
        _estimated(job, count, as_json=as_json)
        return ExitCode.DONE
    from optimiser.batch.engine import run

    assert output is not None
    kept = f"what was computed is kept; 'optimiser batch run {grid} -o {output}' goes on"
    try:
        with progress() as tell:
            ran = run(job, output, workers=count, cluster=cluster, progress=_told(tell) if tell else None)
    except KeyboardInterrupt:  # while the rows were exported
        raise InterruptedRun(kept) from None
    _printed(job, ran, as_json=as_json)
    if not ran.complete:
        raise InterruptedRun(kept)
    return ExitCode.OUR_FAULT if ran.disagreements or ran.counts.get("failed") else ExitCode.DONE


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


def _estimated(job: Job, workers: int, *, as_json: bool) -> None:
    """Print what a run would take."""
    from optimiser.batch.engine import estimate

    found = estimate(job, workers)
    if as_json:
        from optimiser.evidence.documents import document

        told = {
            "left_out": found.left_out,
            "through_solver": round(found.through_solver, 3),
            "seconds": round(found.seconds, 1),
        }
        rows = found.rows - found.left_out
        print_json(document("batch-plan", {**told, "workers": workers}, grid=job.grid.id, combinations=rows))
        return
    from optimiser.evidence.terminal.batch import plan_report

    print_text(plan_report(job.grid.title, found.rows, found.left_out, found.through_solver, found.seconds, workers, page()))


def _printed(job: Job, ran: Ran, *, as_json: bool) -> None:
    """Print what a run came to."""
    files = [str(file) for file in ran.files]
    if as_json:
        from optimiser.evidence.documents import document

        told = {"run": str(ran.folder), "complete": ran.complete, "combinations": sum(ran.counts.values())}
        told |= {"counts": dict(sorted(ran.counts.items())), "computed_rows": ran.computed, "seconds": round(ran.seconds, 3)}
        disagreements = [{"row": row, "text": text} for row, text in ran.disagreements.items()]
        told |= {"checked": ran.checked, "disagreements": disagreements, "files": files}
        print_json(document("batch-run", told, grid=job.grid.id))
        return
    print_text(_ran_text(job.grid.title, ran))


_MOST_SHOWN = 18
"""Disagreements that are named."""


def _ran_text(title: str, ran: Ran) -> str:
    """Return what a run came to."""
    from optimiser.evidence.terminal.batch import duration_words
    from optimiser.evidence.terminal.page import heading, paragraph
    from optimiser.evidence.words import counted, listed

    shown = page()
    lines = [heading(title, "" if ran.complete else "not finished")]
    parts = [f"{count:,} {status}" for status, count in sorted(ran.counts.items(), key=lambda entry: -entry[1])]
    said = listed(parts) if parts else "nothing yet"
    rate = f", {ran.computed / ran.seconds:,.0f} rows a second" if ran.computed and ran.seconds > 0 else ""
    lines += paragraph(f"{said}; {ran.computed:,} rows computed now in {duration_words(ran.seconds)}{rate}.", shown.width)
    verdict = counted(len(ran.disagreements), "disagreement") if ran.disagreements else "no disagreement"
    lines += paragraph(f"{counted(ran.checked, 'combination')} solved again through CP-SAT: {verdict}.", shown.width)
    for row, text in list(ran.disagreements.items())[:_MOST_SHOWN]:
        lines += paragraph(f"row {row}: {text}", shown.width, 4, "bold red")
    for file in ran.files:
        lines += paragraph(f"wrote {file}", shown.width)
    follow = f"optimiser batch report {ran.folder}" if ran.complete else "the same command goes on where it stopped"
    lines += paragraph(f"next: {follow}", shown.width, style="dim")
    return shown.paint(lines)


@_GROUP.command("report", no_args_is_help=True)
def report_run(run: RunFolder, *, as_json: AsJson = False) -> int:
    """Sum up a run, finished or not: tables here, and a page with charts (report.html, charts/*.svg) in its folder.

    Exit codes: 0 done; 1 the witnesses disagree, or our fault; 2 bad usage or input.
    """
    from optimiser.batch.ledger import Ledger
    from optimiser.batch.picture import picture
    from optimiser.evidence.batch_page import batch_page, charts

    ledger = Ledger(run, writable=False)
    try:
        found = picture(ledger)
        drawn = charts(found, ledger.job().plan.baselines)
    finally:
        ledger.close()
    written = _written(run, batch_page(found, drawn), drawn)
    if as_json:
        from optimiser.evidence.documents import document

        print_json(document("batch-report", found))
    else:
        from optimiser.evidence.terminal.batch import picture_report

        print_text(picture_report(found, page(), written))
    return ExitCode.OUR_FAULT if found.disagreements or found.counts.get("failed") else ExitCode.DONE


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


@_GROUP.command("export", no_args_is_help=True)
def export_run(
    run: RunFolder,
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="A name that ends in .csv, .jsonl or .parquet."),
    ] = None,
    json_lines: Annotated[bool, typer.Option("--json-lines", help="Print every row as one JSON object a line.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Let -o replace a file that is there.")] = False,
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
