"""``init``, ``import`` and ``export``: plans from tables and planners' files, and answers into them."""

from __future__ import annotations

import datetime as dt
import os
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from optimiser.cli.files import OutputFile, OutputFolder
from optimiser.cli.options import Force, Project, argument, day, option, whole_numbers
from optimiser.cli.output import ExitCode
from optimiser.cli.verbs import Reply, verb
from optimiser.errors import InputError, Located, StoredResultError

if TYPE_CHECKING:
    from models.calendar import Shift, Weekday

__all__ = ["Dates", "export_outcome", "import_plan", "init_plan"]


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
    from optimiser.evidence.terminal.exchange import init_report
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
        capacities=whole_numbers("--capacity", capacity, "Lab=2"),
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


@verb
def import_plan(
    file: Annotated[Path, argument("FILE", "A planner's file: .xer, .xml of Microsoft Project or Primavera, .mpp.")],
    *,
    folder: Annotated[Path | None, option("-o --output FOLDER", "Write the plan as a folder of YAML.")] = None,
    project: Project = None,
    hold: Annotated[
        bool, option("--hold", "Hold items that would start earlier than the file has them, by a fitted floor each.")
    ] = False,
    reschedule: Annotated[
        bool, option("--reschedule", "Of Microsoft Project: move what has not begun by the status date behind it in the plan.")
    ] = False,
) -> Reply:
    """Read a planner's own file: which of its dates come out again, and what of it was not understood.

    The plan counts minutes and keeps the file's ids, links, calendars, constraints and progress, each citing its row. Its dates
    are worked out by the rules of the tool that wrote it and compared with those that the file stores. Nothing is dropped without
    a word: what moves dates and is not modelled is 'lost', where the file is silent it is 'assumed', a stored date that the file's
    own logic does not give is 'stale'. Every verb takes the file itself where it takes a plan.

    Exit codes: 0 every date is reproduced; 5 some are not; 2 bad usage or input; 1 our fault.
    """
    output = OutputFolder(folder) if folder else None
    from optimiser.importing import plan_files, understand
    from optimiser.progress.newer import export_kept

    found = understand(file, project, hold=hold, reschedule=reschedule)
    if output:
        output.write(plan_files(found.content) | export_kept(file))
    from optimiser.evidence.documents import dumped
    from optimiser.evidence.terminal.exchange import import_report

    missed = found.report.reproduced.different or found.schedule is None
    return Reply(
        lambda: dumped(found.report),
        lambda page: import_report(found.report, page, written=str(folder) if folder else None),
        ExitCode.MISSED if missed else ExitCode.DONE,
    )


@verb
def export_outcome(
    outcome: Annotated[Path, argument("OUTCOME", "A document that 'solve FILE -o OUTCOME' wrote.")],
    *,
    into: Annotated[Path, option("--into FILE", "The planner's file that was solved: .xer, .xml or .mpp. It stays.")],
    output: Annotated[Path, option("-o --output NEW", "The file to write: .xer of an .xer, else .xml.")],
    hold: Annotated[
        bool, option("--hold", "Hold with a constraint what the tool would start earlier, where the place is free.")
    ] = False,
    fields: Annotated[
        bool, option("--fields", "Add proof, float to each date, and what it drives, as fields of the tasks.")
    ] = False,
    project: Project = None,
    force: Force = False,
) -> Reply:
    """Put the dates of an answer into the planner's own file: only cells of dates and floats differ, all else stays.

    Exit codes: 0 written; 5 written, and with --hold something could not be held; 2 bad usage or input; 1 our fault.
    """
    ending = into.suffix.lower() if into.suffix.lower() in (".xer", ".pmxml") else ".xml"
    target = OutputFile(output, [ending], force=force)
    if _same_file(into, output):
        raise InputError([Located("is the source, which is never written onto; maybe give another name", file=str(output))])
    from models.outcome import Solved
    from optimiser.evidence.documents import dumped
    from optimiser.evidence.terminal.exchange import export_text
    from optimiser.explain.stored import outcome_of, read
    from optimiser.writing.export import export

    document, where = read(outcome)
    try:
        solved = outcome_of(document, where)
    except StoredResultError as error:
        raise InputError([Located(f"{error}; maybe write it again with 'optimiser solve FILE -o OUTCOME'")]) from None
    if not isinstance(solved, Solved):
        raise InputError([Located(f"holds no schedule (it is {solved.status}), expected one to write", file=str(outcome))])
    answer = export(solved, into, str(output), project=project, hold=hold, fields=fields)
    target.write(answer.content)
    code = ExitCode.MISSED if hold and answer.report.unheld else ExitCode.DONE
    return Reply(lambda: dumped(answer.report), lambda page: export_text(answer.report, page, answer.tool), code)


def _same_file(one: Path, other: Path) -> bool:
    """Say whether two names lead to one file."""
    try:
        return os.path.realpath(one) == os.path.realpath(other) or one.samefile(other)
    except OSError:
        return False
