"""``update``: the next update of a plan, from a table of what is done or from a newer export of a planner's file."""

from __future__ import annotations

import contextlib
import datetime as dt
import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.files import OutputFile, OutputFolder
from optimiser.cli.init import First
from optimiser.cli.options import AsJson, PlanName, read_plan
from optimiser.cli.output import ExitCode, page, print_json, print_text
from optimiser.errors import InputError, Located

__all__ = ["register"]


class RestLogic(StrEnum):
    """Whether links hold the rest of work that has begun."""

    RETAINED = "retained"
    OVERRIDE = "override"


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("update", no_args_is_help=True)(update)


def update(
    plan: PlanName,
    *,
    folder: Annotated[
        Path,
        typer.Option(
            "-o", "--output", metavar="FOLDER", help="The folder to make, not there or empty; or TABLE.xlsx, a table to fill."
        ),
    ],
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="DATE", help="By its evening all that the update says is known; else the file's own."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="TABLE", help="A table .xlsx or .csv of what is done; or a newer export .xer, .xml of the plan."
        ),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar="NAME", help="On which the table stands; 'Update' or the only one.")
    ] = None,
    dates: Annotated[First | None, typer.Option("--dates", help="How to read dates such as 04/05/2026.")] = None,
    logic: Annotated[
        RestLogic | None, typer.Option("--logic", help="Whether links hold the rest of begun work; as before where left out.")
    ] = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="ID", help="Which project of a planner's file, of several.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Make the next update of a plan: its files as they are, and beside them what is known by the status date.

    Columns are found by their headers, in English or German: Id or Name, Actual start, Actual finish, Remaining, % complete,
    Suspend, Resume, Expected finish (on a plan of days it says what is left), Duration with Low and High (a length estimated anew), Basis, Note. The sheet Update of a pack's workbook is
    such a table, and '-o TABLE.xlsx' alone writes one, with what is known in it; its sheet Update risks says which risks are
    closed or have happened. An empty cell says nothing new. The folder names the update before by its path and by the hash of what it says.
    All faults are told at once, each at its cell.

    Exit codes: 0 made; 2 bad usage or input, and nothing is written; 1 our fault.
    """
    if folder.suffix.lower() == ".xlsx" and status is None and table is None:
        return _table_to_fill(plan, folder)
    from optimiser.progress import UpdateChoices, update_plan

    output = OutputFolder(folder)
    choices = UpdateChoices(
        status=_status(status, dates) if status else None,
        sheet=sheet,
        order=dates.value if dates else None,
        logic=logic.value if logic else None,
        project=project,
    )
    made = update_plan(plan, folder, table, choices)
    output.write(made.files)
    if as_json:
        from optimiser.evidence.documents import document

        print_json(document("updated", made.report))
    else:
        from optimiser.evidence.terminal.updating import update_report

        print_text(update_report(made.report, page(), made.plan.targets))
    return ExitCode.DONE


def _table_to_fill(plan: str, path: Path) -> int:
    """Write the table that a planner fills, with what is known in it."""
    output = OutputFile(path, [".xlsx"], force=False)
    from optimiser.evidence.update_sheet import RISKS, update_table
    from optimiser.robust.files import find_register, plan_folder

    held = read_plan(plan, None, None, None, None)
    register = find_register(held, plan_folder(held, plan))
    risks = register.risks if register else ()
    output.write(update_table(held, risks))
    rows = len(held.activities) + len(held.milestones)
    beside = f" On the sheet {RISKS} stands what became of each of {len(risks)} risks." if risks else ""
    named, table = shlex.quote(plan), shlex.quote(str(path))
    print_text(
        f"{path}: a row for each of {rows} activities and milestones, with what is known.{beside} Fill what is new, then:\n"
        f"  optimiser update {named} --status DATE --from {table} -o FOLDER\n"
    )
    return ExitCode.DONE


def _status(text: str, order: First | None) -> dt.date:
    """Read a status date: a day, whose evening is meant, or a moment of a plan of minutes.

    Raises
    ------
    InputError
        If it is neither, or one of two.
    """
    from models.moment import read_date
    from optimiser.reading.spelling import AmbiguousDateError
    from optimiser.reading.spelling import read_date as read_written

    with contextlib.suppress(ValueError):
        return read_date(text)
    try:
        return read_written(text, order.value if order else None).day
    except AmbiguousDateError as error:
        message = f"{error}; say which with --dates day-first or --dates month-first"
    except ValueError as error:
        message = str(error)
    raise InputError([Located(message, path="--status")])
