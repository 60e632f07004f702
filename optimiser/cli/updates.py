"""``update`` and ``trend``: the next update of a plan, and how forecasts went over a chain of them."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from optimiser.cli.exchange import Dates
from optimiser.cli.files import OutputFile, OutputFolder
from optimiser.cli.options import AskedPlan, Force, Milestones, PlanName, Project, option
from optimiser.cli.output import progress
from optimiser.cli.verbs import Reply, verb
from optimiser.errors import InputError, Located

__all__ = ["trend", "update"]


_FOLDER = "The folder to make, not there or empty; or TABLE.xlsx, a table to fill."
_STATUS = "By its evening all that the update says is known; else the file's own."
_TABLE = "A table .xlsx or .csv of what is done; or a newer export .xer, .xml of the plan."
_LOGIC = "Whether links hold the rest of begun work; as before where left out."


@verb
def update(
    plan: PlanName,
    *,
    folder: Annotated[Path, option("-o --output FOLDER", _FOLDER)],
    status: Annotated[str | None, option("--status DATE", _STATUS)] = None,
    table: Annotated[Path | None, option("--from TABLE", _TABLE)] = None,
    sheet: Annotated[str | None, option("--sheet NAME", "On which the table stands; 'Update' or the only one.")] = None,
    dates: Dates = None,
    logic: Annotated[Literal["retained", "override"] | None, option("--logic", _LOGIC)] = None,
    project: Project = None,
) -> Reply:
    """Make the next update of a plan: its files as they are, and beside them what is known by the status date.

    Columns are found by their headers, in English, German, French or Spanish: Id or Name, Actual start, Actual finish, Remaining, % complete,
    Suspend, Resume, Expected finish (on a plan of days it says what is left), Duration with Low and High (a length estimated anew), Basis, Note. The sheet Update of a pack's workbook is
    such a table, and '-o TABLE.xlsx' alone writes one, with what is known in it; its sheet Update risks says which risks are
    closed or have happened. An empty cell says nothing new. The folder names the update before by its path and by the hash of what it says.
    All faults are told at once, each at its cell.

    Exit codes: 0 made; 2 bad usage or input, and nothing is written; 1 our fault.
    """
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.exchange import table_report, update_report

    if folder.suffix.lower() == ".xlsx" and status is None and table is None:
        file = OutputFile(folder, [".xlsx"], force=False)
        from optimiser.evidence.update_sheet import update_table
        from optimiser.robust.files import find_register, plan_folder

        held = AskedPlan(plan=plan).read().plan
        register = find_register(held, plan_folder(held, plan))
        risks = register.risks if register else ()
        file.write(update_table(held, risks))
        rows = {"rows": len(held.activities) + len(held.milestones), "risks": len(risks)}
        return Reply(
            lambda: document("update-table", {"table": str(folder), **rows}),
            lambda page: table_report(plan, str(folder), rows, page),
        )
    from optimiser.progress import UpdateChoices, update_plan

    output = OutputFolder(folder)
    known = _status(status, dates) if status else None
    made = update_plan(plan, folder, table, UpdateChoices(status=known, sheet=sheet, order=dates, logic=logic, project=project))
    output.write(made.files)
    return Reply(lambda: document("updated", made.report), lambda page: update_report(made.report, page, made.plan.targets))


def _status(text: str, order: Literal["day-first", "month-first"] | None) -> dt.date:
    """Read a status date: a day, whose evening is meant, or a moment of a plan of minutes."""
    from models.moment import read_date
    from optimiser.reading.spelling import AmbiguousDateError
    from optimiser.reading.spelling import read_date as read_written

    with contextlib.suppress(ValueError):
        return read_date(text)
    try:
        return read_written(text, order).day
    except AmbiguousDateError as error:
        message = f"{error}; say which with --dates day-first or --dates month-first"
    except ValueError as error:
        message = str(error)
    raise InputError([Located(message, path="--status")])


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
        from optimiser.evidence.charts.curves import trend_chart

        file.write(trend_chart("trend", found))
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.moved import trend_report

    return Reply(lambda: document("trend", found), lambda page: trend_report(found, page, plan))
