"""``init``: a plan's folder from one table, or from nothing."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.cli.files import OutputFolder
from optimiser.cli.options import AsJson, read_day
from optimiser.cli.output import ExitCode, page, print_json, print_text
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.calendar import Shift, Weekday

__all__ = ["register"]


class First(StrEnum):
    """Which number of a date with slashes comes first."""

    DAY = "day-first"
    MONTH = "month-first"


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("init", no_args_is_help=True)(init_plan)


def init_plan(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to make; it must not be there, or be empty.")],
    *,
    table: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="TABLE", help="A table .xlsx or .csv with a row an activity; or a packaged plan that has one."
        ),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="On which the table stands, of several.")] = None,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="Of the plan; the table's name where left out.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="DATE", help="Nothing starts before; the earliest date of the table where left out."),
    ] = None,
    dates: Annotated[First | None, typer.Option("--dates", help="How to read dates such as 04/05/2026.")] = None,
    days_off: Annotated[
        str | None,
        typer.Option(
            "--holidays",
            metavar="GB-ENG|FILE",
            help="Public holidays of a country, with a region, by the package 'holidays'; or a file of dates. A sheet "
            "'Holidays' in the table is read without being named.",
        ),
    ] = None,
    weekdays: Annotated[
        str, typer.Option("--weekdays", metavar="mon-fri", help="Worked: a run or a list, such as sun-thu.")
    ] = "mon-fri",
    hours: Annotated[
        str,
        typer.Option("--hours", metavar="08:00-12:00,...", help="Worked on a day, where the table speaks of hours or minutes."),
    ] = "08:00-12:00,13:00-17:00",
    capacity: Annotated[
        list[str] | None,
        typer.Option("--capacity", metavar="NAME=N", help="How many there are of a resource of the table; repeatable."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The day whose knowledge the table has; today where left out.")
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status", metavar="DATE", help="The day for which the table says what is done; else its column 'Status Date'."
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Start a plan: a folder from a table of activities, or from nothing, with templates for what a table cannot say.

    Columns are found by their headers, in English or German: Id, Name, Duration (15d, 3w, 2 mo), Predecessors (12FS+5d; 7SS),
    Constraint with Constraint Date, Not before, Not after, Deadline, Low, High, Owner, Phase or Outline Level, Resource with
    Amount, Start, Finish, Milestone, Basis, Note; of what is done % Complete, Actual Start, Actual Finish, Remaining, Status Date. Sheets 'Holidays' and 'Resources' are read beside it. All faults are told at once.

    Exit codes: 0 made; 2 bad usage or input, and nothing is written; 1 our fault.
    """
    from optimiser.initial.answer import start_plan
    from optimiser.reading.drafting.beside import BesideTable

    output = OutputFolder(folder)
    choices = BesideTable(
        as_of=read_day(as_of, "--as-of") if as_of else dt.datetime.now(tz=dt.UTC).date(),
        title=title,
        start=read_day(start, "--start") if start else None,
        weekdays=_weekdays(weekdays),
        days_off=days_off,
        hours=_hours(hours),
        capacities=_capacities(capacity or []),
        sheet=sheet,
        order=dates.value if dates else None,
        status=read_day(status, "--status") if status else None,
    )
    started = start_plan(folder, table, choices)
    output.write(started.files)
    if as_json:
        from optimiser.evidence.documents import document

        print_json(document("init", started.report))
    else:
        from optimiser.evidence.terminal.initial import init_report

        print_text(init_report(started.report, page()))
    return ExitCode.DONE


def _weekdays(text: str) -> tuple[Weekday, ...]:
    """Read the days that are worked.

    Raises
    ------
    InputError
        If it is no run and no list of weekdays.
    """
    from models.calendar import WEEKDAYS

    names: list[str] = [*WEEKDAYS]
    parts = [part.strip() for part in text.lower().split(",")]
    found: set[str] = set()
    for part in parts:
        first, dash, last = part.partition("-")
        if first not in names or (dash and last not in names):
            message = f"expected days such as mon-fri or mon,tue,thu, got '{text}'"
            raise InputError([Located(message, path="--weekdays")])
        begin, end = names.index(first), names.index(last if dash else first)
        found |= {names[(begin + step) % 7] for step in range((end - begin) % 7 + 1)}
    return tuple(day for day in WEEKDAYS if day in found)


def _hours(text: str) -> tuple[Shift, ...]:
    """Read the worked periods of a day.

    Raises
    ------
    InputError
        If they are none, or not one after another.
    """
    from models.calendar import Shift

    try:
        found = tuple(Shift.parse(part.strip()) for part in text.split(","))
    except ValueError as error:
        raise InputError([Located(str(error), path="--hours")]) from None
    if any(later.begin < earlier.end for earlier, later in pairwise(found)):
        raise InputError([Located(f"expected periods one after another, got '{text}'", path="--hours")])
    return found


def _capacities(given: list[str]) -> dict[str, int]:
    """Read how many there are of each resource.

    Raises
    ------
    InputError
        With every one that cannot be read.
    """
    found: dict[str, int] = {}
    faults = []
    for text in given:
        name, _, many = text.rpartition("=")
        if not name.strip() or not re.fullmatch(r"\d{1,6}", many.strip()):
            faults.append(Located(f"expected NAME=N, such as Lab=2, got '{text}'", path="--capacity"))
        else:
            found[name.strip()] = int(many)
    if faults:
        raise InputError(faults)
    return found
