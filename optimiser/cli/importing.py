"""``import``: a planner's own file, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.files import OutputFolder
from optimiser.cli.options import AsJson
from optimiser.cli.output import ExitCode, page, print_json, print_text

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("import", no_args_is_help=True)(import_plan)


def import_plan(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A planner's file: .xer, .xml of Microsoft Project or Primavera, .mpp.")
    ],
    *,
    folder: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="Write the plan as a folder of YAML.")
    ] = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="ID", help="Which project of the file, where several have activities.")
    ] = None,
    hold: Annotated[
        bool, typer.Option("--hold", help="Hold items that would start earlier than the file has them, by a fitted floor each.")
    ] = False,
    reschedule: Annotated[
        bool,
        typer.Option(
            "--reschedule", help="Of Microsoft Project: move what has not begun by the status date behind it in the plan."
        ),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Read a planner's own file: which of its dates come out again, and what of it was not understood.

    The plan counts minutes and keeps the file's ids, links, calendars, constraints and progress, each citing its row. Its dates
    are worked out by the rules of the tool that wrote it and compared with those that the file stores. Nothing is dropped without
    a word: what moves dates and is not modelled is 'lost', where the file is silent it is 'assumed', a stored date that the file's
    own logic does not give is 'stale'. Every verb takes the file itself where it takes a plan.

    Exit codes: 0 every date is reproduced; 5 some are not; 2 bad usage or input; 1 our fault.
    """
    output = OutputFolder(folder) if folder else None
    from optimiser.importing import plan_files, understand

    found = understand(file, project, hold=hold, reschedule=reschedule)
    if output:
        output.write(plan_files(found.content))
    if as_json:
        from optimiser.evidence.documents import dumped

        print_json(dumped(found.report))
    else:
        from optimiser.evidence.terminal.importing import import_report

        print_text(import_report(found.report, page(), written=str(folder) if folder else None))
    told = found.report.reproduced
    return ExitCode.DONE if not told.different and found.schedule is not None else ExitCode.MISSED
