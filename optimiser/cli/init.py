"""``init``: a plan's folder from one table, or from nothing."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from optimiser.cli.files import OutputFolder
from optimiser.cli.options import argument, day, option
from optimiser.cli.verbs import Reply, verb
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.calendar import Shift, Weekday

__all__ = ["Dates", "init_plan"]

Dates = Annotated[Literal["day-first", "month-first"] | None, option("--dates", "How to read dates such as 04/05/2026.")]
_TABLE = "A table .xlsx or .csv with a row an activity; or a packaged plan that has one."
_HOLIDAYS = (
    "Public holidays of a country, with a region, by the package 'holidays'; or a file of dates. A sheet "
    "'Holidays' in the table is read without being named."
)
_HOURS = "Worked on a day, where the table speaks of hours or minutes."


@verb
def init_plan(
    folder: Annotated[Path, argument("FOLDER", "The folder to make; it must not be there, or be empty.")],
    *,
    table: Annotated[str | None, option("--from TABLE", _TABLE)] = None,
    sheet: Annotated[str | None, option("--sheet NAME", "On which the table stands, of several.")] = None,
    title: Annotated[str | None, option("--title TEXT", "Of the plan; the table's name where left out.")] = None,
    start: Annotated[
        dt.date | None, day("--start", "Nothing starts before; the earliest date of the table where left out.")
    ] = None,
    dates: Dates = None,
    days_off: Annotated[str | None, option("--holidays GB-ENG|FILE", _HOLIDAYS)] = None,
    weekdays: Annotated[str, option("--weekdays mon-fri", "Worked: a run or a list, such as sun-thu.")] = "mon-fri",
    hours: Annotated[str, option("--hours 08:00-12:00,...", _HOURS)] = "08:00-12:00,13:00-17:00",
    capacity: Annotated[
        list[str] | None, option("--capacity NAME=N", "How many there are of a resource of the table; repeatable.")
    ] = None,
    as_of: Annotated[dt.date | None, day("--as-of", "The day whose knowledge the table has; today where left out.")] = None,
    status: Annotated[
        dt.date | None, day("--status", "The day for which the table says what is done; else its column 'Status Date'.")
    ] = None,
) -> Reply:
    """Start a plan: a folder from a table of activities, or from nothing, with templates for what a table cannot say.

    Columns are found by their headers, in English, German, French or Spanish: Id, Name, Duration (15d, 3w, 2 mo), Predecessors
    (12FS+5d; 7SS), Constraint with Constraint Date, Not before, Not after, Deadline, Low, High, Owner, Phase or Outline Level,
    Resource with Amount, Active, Start, Finish, Milestone, Basis, Note; of what is done % Complete, Actual Start, Actual Finish, Remaining, Status Date. Sheets 'Holidays' and 'Resources' are read beside it. All faults are told at once.

    Exit codes: 0 made; 2 bad usage or input, and nothing is written; 1 our fault.
    """
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.initial import init_report
    from optimiser.initial.answer import start_plan
    from optimiser.reading.drafting.beside import BesideTable

    output = OutputFolder(folder)
    choices = BesideTable(
        as_of=as_of or dt.datetime.now(tz=dt.UTC).date(),
        title=title,
        start=start,
        weekdays=_weekdays(weekdays),
        days_off=days_off,
        hours=_hours(hours),
        capacities=_capacities(capacity or []),
        sheet=sheet,
        order=dates,
        status=status,
    )
    started = start_plan(folder, table, choices)
    output.write(started.files)
    return Reply(lambda: document("init", started.report), lambda page: init_report(started.report, page))


def _weekdays(text: str) -> tuple[Weekday, ...]:
    """Read the days that are worked: a run or a list of weekdays."""
    from models.calendar import WEEKDAYS

    names: list[str] = [*WEEKDAYS]
    found: set[str] = set()
    for part in text.lower().split(","):
        first, dash, last = part.strip().partition("-")
        if first not in names or (dash and last not in names):
            message = f"expected days such as mon-fri or mon,tue,thu, got '{text}'"
            raise InputError([Located(message, path="--weekdays")])
        begin, end = names.index(first), names.index(last if dash else first)
        found |= {names[(begin + step) % 7] for step in range((end - begin) % 7 + 1)}
    return tuple(day for day in WEEKDAYS if day in found)


def _hours(text: str) -> tuple[Shift, ...]:
    """Read the worked periods of a day, one after another."""
    from models.calendar import Shift

    try:
        found = tuple(Shift.parse(part.strip()) for part in text.split(","))
    except ValueError as error:
        raise InputError([Located(str(error), path="--hours")]) from None
    if any(later.begin < earlier.end for earlier, later in pairwise(found)):
        raise InputError([Located(f"expected periods one after another, got '{text}'", path="--hours")])
    return found


def _capacities(given: list[str]) -> dict[str, int]:
    """Read how many there are of each resource, or refuse every text that cannot be read."""
    read = {text: re.fullmatch(r"\s*(\S.*?)\s*=\s*(\d{1,6})\s*", text) for text in given}
    faults = [
        Located(f"expected NAME=N, such as Lab=2, got '{text}'", path="--capacity")
        for text, found in read.items()
        if found is None
    ]
    if faults:
        raise InputError(faults)
    return {found[1]: int(found[2]) for found in read.values() if found}
