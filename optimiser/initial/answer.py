"""From a table to the files of a plan: read, drafted, judged as any plan is, with every fault at its cell."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from models.initial import StartedPlan
from models.plan import Plan
from models.record import MOST_FAULTS
from optimiser.errors import InputError, Located
from optimiser.initial.files import folder_files
from optimiser.initial.starter import starter_table
from optimiser.reading.drafting.beside import BesideTable
from optimiser.reading.drafting.calendar import PlanDays, days_of
from optimiser.reading.drafting.draft import draft_of
from optimiser.reading.drafting.entries import Draft
from optimiser.reading.drafting.plan import Called, called_of, gathered_plan, plan_content
from optimiser.reading.packaged import packaged
from optimiser.reading.sound import judge
from optimiser.reading.spelling import LengthUnit
from optimiser.reading.tabular import PlannerTable, read_planner_table

__all__ = ["SOURCE_FOLDER", "Started", "start_plan"]

SOURCE_FOLDER: Final = "source"
"""Where a plan's folder keeps the table that it was made from."""


@dataclass(frozen=True, slots=True)
class Started:
    """A plan that begins: what became of the table, and the files of its folder by path."""

    report: StartedPlan
    files: Mapping[str, bytes]


def start_plan(folder: Path, table: str | Path | None, choices: BesideTable) -> Started:
    """Return the files of a plan's folder made from one table; nothing is written.

    Parameters
    ----------
    folder
        What the folder will be called; the plan takes its name.
    table
        A file, or the name of a packaged plan that has the table it was made from; None: a table of three rows to begin with.
    choices
        What is said beside the table.

    Raises
    ------
    InputError
        With every fault of the table, each at its cell.
    """
    path = _table_path(table)
    beginning = starter_table(choices.start or choices.as_of)
    read = read_planner_table(path, sheet=choices.sheet, order=choices.order) if path else _starter(folder, beginning)
    content = path.read_bytes() if path else beginning.encode()
    draft = draft_of(read, choices)
    unknown = _unknown_resources(read, choices)
    if draft.faults or unknown:
        raise InputError([*draft.faults, *unknown][:MOST_FAULTS])
    days = days_of(read, choices, draft)
    called = called_of(folder, path, path.name if path else "table.csv", content, choices.title)
    plan = _judged(read, draft, called, days, choices)
    until = days.until
    state = _state(plan)
    if state == "beyond":
        days = _further(days)
        plan = _judged(read, draft, called, days, choices)
        state = _state(plan)
    files = {
        **folder_files(plan_content(draft, called, days, choices), called.table),
        f"{SOURCE_FOLDER}/{called.table}": content,
    }
    report = StartedPlan(
        folder=str(folder),
        plan=called.plan,
        title=called.title,
        table=str(table) if table is not None else "a table of three rows to begin with",
        sheet=read.sheet.name,
        sha256=called.sha256,
        start=days.start,
        until=max(until, days.until),
        counts=_counts(read, draft, days),
        taken=tuple(_taken(read, draft, choices, days)),
        left_out=tuple(_left_out(read, draft)),
        renamed=draft.renamed,
        targets=tuple(draft.targets),
        files=tuple(sorted(files)),
        state=state,
    )
    return Started(report, files)


def _table_path(table: str | Path | None) -> Path | None:
    """Return the file of a table, which a packaged plan may have."""
    if table is None:
        return None
    path = Path(table)
    if path.suffix or "/" in str(table) or path.is_file():
        return path
    plans = {plan.name: plan.path for plan in packaged()}
    found = sorted((plans[str(table)] / SOURCE_FOLDER).glob("*.xlsx")) if str(table) in plans else []
    if found:
        return found[0]
    known = [name for name, folder in plans.items() if (folder / SOURCE_FOLDER).is_dir()]
    message = f"there is no such file; a packaged plan with a table is {', '.join(known) or 'none'}"
    raise InputError([Located(message, file=str(table))])


def _starter(folder: Path, text: str) -> PlannerTable:
    """Return the table that a plan from nothing begins with."""
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{folder.name or 'table'}.csv"
        path.write_text(text, encoding="utf-8")
        return read_planner_table(path)


def _unknown_resources(table: PlannerTable, choices: BesideTable) -> list[Located]:
    used = {resource.lower() for row in table.rows for resource, _ in row.resources}
    named = sorted({resource for row in table.rows for resource, _ in row.resources})
    return [
        Located(f"no row uses '{name}', expected one of {', '.join(named[:_MOST_NAMED]) or 'no resources'}", path="--capacity")
        for name in choices.capacities
        if name.lower() not in used
    ]


_MOST_NAMED: Final = 8


# -- the plan --------------------------------------------------------------------------------------------------------------


def _judged(table: PlannerTable, draft: Draft, called: Called, days: PlanDays, choices: BesideTable) -> Plan:
    """Return the plan, judged as plans in files are.

    Raises
    ------
    InputError
        With everything that keeps it from being one, at the cells it comes from.
    """
    gathered = gathered_plan(table, draft, called, days, choices)
    verdict = judge(gathered, hindsight=False)
    if verdict.plan is None:
        raise InputError([gathered.locate(remark) for remark in verdict.remarks][:MOST_FAULTS])
    return verdict.plan


def _state(plan: Plan) -> Literal["dates", "contradiction", "beyond"]:
    """Return whether the plan has dates as it stands, its capacities left out."""
    from optimiser.critical import compile_network, earliest_times

    status = earliest_times(compile_network(plan)).status
    return "dates" if status == "feasible" else "contradiction" if status == "infeasible" else "beyond"


def _further(days: PlanDays) -> PlanDays:
    """Return the days with twice the horizon."""
    length = (days.until - days.start).days
    until = dt.date(min(days.until.year + length // 365 + 1, dt.MAXYEAR - 1), 12, 31)
    covers = {**days.calendar["covers"], "last": until.isoformat()}
    return PlanDays({**days.calendar, "covers": covers}, days.start, until, days.off, days.notes)


# -- what is said ----------------------------------------------------------------------------------------------------------


def _counts(table: PlannerTable, draft: Draft, days: PlanDays) -> dict[str, int]:
    kinds = Counter(entry["kind"] for entry in draft.lists.get("rules", ()))
    return {
        "rows": len(table.rows),
        "activities": len(draft.lists.get("activities", ())),
        "milestones": len(draft.lists.get("milestones", ())),
        "links": sum(len(row.links) for row in table.rows),
        "dates": kinds["not-before"] + kinds["not-after"],
        "deadlines": sum(row.deadline is not None for row in table.rows),
        "ranges": sum("low" in entry for entry in draft.lists.get("assumptions", ())),
        "capacities": kinds["capacity"],
        "days_off": days.off,
    }


def _taken(table: PlannerTable, draft: Draft, choices: BesideTable, days: PlanDays) -> list[str]:
    """Return how the table was read, where it might have been read otherwise."""
    said = list(table.sheet.notes)
    lengths = [length for row in table.rows for length in (row.duration, row.low, row.high) if length is not None]
    lengths += [link.lag for row in table.rows for link in row.links if link.lag is not None]
    units = Counter((length.unit, length.elapsed) for length in lengths if length.amount)
    week = len(choices.weekdays)
    words: dict[tuple[LengthUnit, bool], str] = {
        ("d", False): "{} in days: working days",
        ("w", False): f"{{}} in weeks: {week} working days each",
        ("mo", False): "{} in months: calendar months",
        ("h", False): "{} in hours: worked hours",
        ("min", False): "{} in minutes: worked minutes",
        ("%", False): "{} in per cent: of the predecessor's duration",
        ("d", True): "{} in elapsed days: calendar days",
        ("w", True): "{} in elapsed weeks: seven calendar days each",
        ("mo", True): "{} in elapsed months: calendar months",
    }
    said += [text.format(_counted(units[unit], "length")) for unit, text in words.items() if units[unit]]
    if table.bare:
        said.append(f"{_counted(table.bare, 'length')} without a unit: working days, or the unit of the header")
    if draft.timed:
        said.append(f"{_counted(draft.timed, 'date')} with a time at which a day begins or ends: the day alone")
    if "id" not in table.columns.letters:
        numbers = "places in the list, 1 the first" if table.counted else "numbers of rows as the sheet shows them"
        said.append(f"there is no column of ids: predecessors are {numbers}")
    if "predecessors" not in table.columns.letters:
        said.append("there is no column of predecessors: nothing waits for anything")
    if any(row.summary for row in table.rows):
        said.append(
            "rows with deeper rows below them are their frames: no work of their own, and their links hold for the rows inside"
        )
    if draft.open_ends:
        names = ", ".join(draft.open_ends[:_MOST_NAMED]) + (" and more" if len(draft.open_ends) > _MOST_NAMED else "")
        last = draft.targets[-1]
        said.append(
            f"{_counted(len(draft.open_ends), 'row')} with nothing after the finish ({names}): {last}, made for them, waits for all"
        )
    if any(row.deadline for row in table.rows):
        said.append("deadlines are targets: they move nothing, and every answer shows how far each date is from its own")
    pinned = sum(kind.startswith("must-") for row in table.rows for kind, _ in row.constraints)
    if pinned:
        said.append(
            f"{_counted(pinned, 'row')} that must start or finish on a day: held by a floor and a ceiling, and links still count"
        )
    return [*said, *days.notes]


def _left_out(table: PlannerTable, draft: Draft) -> list[str]:
    """Return what of the table is not in the plan."""
    said = []
    unread = list(table.columns.unread.values())
    if unread:
        said.append(f"columns that are not read: {', '.join(title[:40] for title in unread)}")
    headed = table.sheet.rows[table.columns.row]
    beyond = [
        f"{letter}{row}"
        for row, cells in table.sheet.rows.items()
        if row > table.columns.row
        for letter in cells
        if letter not in headed
    ]
    if beyond:
        named = ", ".join(beyond[:_MOST_NAMED]) + (" and more" if len(beyond) > _MOST_NAMED else "")
        said.append(f"{_counted(len(beyond), 'cell')} under no header: {named}")
    if "amount" in table.columns.letters and "resource" not in table.columns.letters:
        said.append(
            f"amounts in the column {table.columns.titles['amount']}: nobody says of which resource; maybe add a column Resource"
        )
    if table.inactive:
        said.append(
            f"{_counted(table.inactive, 'row')} that the table says {'is' if table.inactive == 1 else 'are'} not active, and links to such rows"
        )
    if draft.unlimited:
        names = ", ".join(draft.unlimited[:_MOST_NAMED]) + (" and more" if len(draft.unlimited) > _MOST_NAMED else "")
        said.append(
            f"nobody says how many there are of {names}: named beside the work, no limit; --capacity '{draft.unlimited[0]}=2' makes one"
        )
    framed = sum(row.summary and table.columns.letters.get("duration", "") in table.sheet.rows[row.row] for row in table.rows)
    if framed:
        said.append(f"the lengths of {_counted(framed, 'summary row')}: they follow from the rows inside")
    return said


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
