"""The calendar and the horizon of a plan that begins: worked weekdays, pinned days off, and how far the work may reach."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.duration import Duration
from optimiser.errors import InputError, Located
from optimiser.reading.drafting.beside import BesideTable
from optimiser.reading.drafting.days_off import public_holidays
from optimiser.reading.drafting.entries import Draft
from optimiser.reading.tabular import DayOff, PlannerTable, plain_day, read_days_off
from optimiser.wording import plain_date

__all__ = ["CALENDAR", "PlanDays", "days_of"]

CALENDAR: Final = "working-days"


@dataclass(frozen=True, slots=True)
class PlanDays:
    """The days of a plan.

    Attributes
    ----------
    calendar
        As an entry of the plan.
    start, until
        The horizon.
    off
        Days off that lie in what the calendar covers.
    notes
        What a reader must know of them.
    """

    calendar: dict[str, Any]
    start: dt.date
    until: dt.date
    off: int
    notes: tuple[str, ...]


def days_of(table: PlannerTable, choices: BesideTable, draft: Draft) -> PlanDays:
    """Return the calendar and the horizon.

    Raises
    ------
    InputError
        If no date says when the plan begins, or the days off cannot be read.
    """
    dates = sorted(day for date in _dates(table) if (day := plain_day(date)) is not None)
    starts = [day for row in table.rows for day in (row.start, row.actual_start) if day]
    floors = [
        day for row in table.rows for kind, date in row.constraints if kind == "start-no-earlier" and (day := plain_day(date))
    ]
    start = choices.start or min([*starts, *floors], default=None)
    if start is None:
        message = "no date of the table says when the plan begins; maybe fill a Start, or say --start with 'optimiser init'"
        raise InputError([Located(message, file=table.sheet.file)])
    try:
        until = _until(start, dates, draft, choices)
    except OverflowError:
        message = "the lengths of the table add up to more than any calendar holds; maybe a unit is mistyped"
        raise InputError([Located(message, file=table.sheet.file)]) from None
    first = min([start, *dates]).replace(month=1, day=1)
    off, entry, notes = _off(table, choices, first, until)
    inside = [each for each in off if first <= each.last and each.first <= until]
    calendar = {
        "id": CALENDAR,
        "title": _weekdays(choices.weekdays) + (" without the days off" if inside else ""),
        "weekdays": list(choices.weekdays),
        "covers": {"first": first.isoformat(), "last": until.isoformat()},
        "holidays": [{"day": each.first.isoformat(), "title": each.title} for each in inside if each.first == each.last],
        "blackouts": [
            {"first": max(each.first, first).isoformat(), "last": min(each.last, until).isoformat(), "title": each.title}
            for each in inside
            if each.first != each.last
        ],
        **entry,
    }
    if draft.minutes:
        hours = [str(shift) for shift in choices.hours]
        calendar |= {"hours": dict.fromkeys(choices.weekdays, hours)}
        worked = f"a working day is {' and '.join(hours)}, {choices.day_minutes / 60:g} hours; --hours says otherwise"
        notes.append(f"{draft.minutes} makes this a plan of minutes: {worked}")
    if choices.start is None:
        notes.append(f"nothing starts before {plain_date(start)}, the earliest date of the table; --start says otherwise")
    return PlanDays(calendar, start, until, len(inside), tuple(notes))


def _weekdays(weekdays: tuple[str, ...]) -> str:
    names = [_NAMES[day] for day in weekdays]
    running = weekdays == tuple(_NAMES)[: len(weekdays)] and len(weekdays) > 1
    return f"{names[0]}s to {names[-1]}s" if running else ", ".join(names)


_NAMES: Final = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip


def _off(
    table: PlannerTable, choices: BesideTable, first: dt.date, until: dt.date
) -> tuple[tuple[DayOff, ...], dict[str, Any], list[str]]:
    """Return the days off, what they stand on, and what must be said of them."""
    given = choices.days_off
    if given is None and table.days_off is None:
        note = "no days off: every weekday is worked; a sheet 'Holidays' in the table or --holidays GB-ENG gives them"
        return (), {"basis": "judgement", "note": "no days off were given"}, [note]
    if given is not None and not _is_file(given):
        found = public_holidays(str(given), first, until)
        entry = {"version": found.version, "basis": "document", "citation": f"holidays: {found.version}"}
        return found.days, entry, [f"public holidays by {found.version}, pinned into the plan's calendar"]
    off = read_days_off(Path(given), choices.order) if given is not None else table.days_off or ()
    source = Path(given).name if given is not None else "sheet of days off"
    last = max((each.last for each in off), default=None)
    notes = [f"the days off end on {plain_date(last)}: every weekday after it is worked"] if last and last < until else []
    return off, {"basis": "document", "citation": f"table: {source}"}, notes


def _is_file(given: str | Path) -> bool:
    path = Path(given)
    return bool(path.suffix) or "/" in str(given) or path.is_file()


def _dates(table: PlannerTable) -> Iterator[dt.date]:
    """Yield every date of the table that the calendar must cover."""
    for row in table.rows:
        told = (row.start, row.finish, row.deadline, row.actual_start, row.actual_finish, row.status)
        yield from (day for day in told if day is not None)
        yield from (day for _, day in row.constraints if day is not None)


def _until(start: dt.date, dates: list[dt.date], draft: Draft, choices: BesideTable) -> dt.date:
    """Return the end of the year by which all is done, however long it takes: the longest path with half as much again, a year more.

    Raises
    ------
    OverflowError
        If that is past all calendars.
    """
    last = max([start, *dates])
    days = (_longest(draft, choices) + _queued(draft, choices)) * _SPARE
    end = last + dt.timedelta(days=math.ceil(days))
    return dt.date(end.year + 1, 12, 31) if end.year < dt.MAXYEAR - 1 else _beyond()


def _beyond() -> dt.date:
    raise OverflowError


_SPARE: Final = 1.5
"""Of the longest path: days off, boards and risks take their time."""


def _calendar_days(text: str, week: int) -> float:
    """Return about how many calendar days a length takes."""
    length = Duration.parse(text)
    days = {"wd": 7 / week, "cd": 1.0, "mo": 31.0, "h": 0.5, "min": 0.01, "emin": 1 / 1440, "%": 1.0, "e%": 1.0}
    return max(0, length.amount) * days[length.unit]


def _lengths(draft: Draft, choices: BesideTable) -> dict[str, float]:
    """Return the greatest length of every activity in calendar days."""
    week = len(choices.weekdays)
    assumed = {entry["id"]: entry.get("high", entry["value"]) for entry in draft.lists.get("assumptions", ())}
    found = {}
    for entry in draft.lists.get("activities", ()):
        stated = str(entry["duration"])
        found[entry["id"]] = _calendar_days(assumed[stated[1:]] if stated.startswith("$") else stated, week)
    return found


def _links(draft: Draft, choices: BesideTable) -> Iterator[tuple[str, str, float]]:
    """Yield who waits for whom, and how long beyond."""
    week = len(choices.weekdays)
    for entry in draft.lists.get("dependencies", ()):
        yield entry["before"], entry["after"], _calendar_days(entry.get("lag", "0 wd"), week)
    for entry in draft.lists.get("rules", ()):
        if entry["kind"] == "at-least":
            for point in entry["of"]:
                yield point.partition(".")[0], entry["after"].partition(".")[0], _calendar_days(entry.get("lag", "0 wd"), week)


def _longest(draft: Draft, choices: BesideTable) -> float:
    """Return the longest path in calendar days, every link taken from finish to start; links in a circle are left out."""
    lengths = _lengths(draft, choices)
    after: dict[str, list[tuple[str, float]]] = {}
    waits: dict[str, int] = {}
    for before, name, lag in _links(draft, choices):
        after.setdefault(before, []).append((name, lag))
        waits[name] = waits.get(name, 0) + 1
        waits.setdefault(before, 0)
    done: dict[str, float] = {}
    reached: dict[str, float] = dict.fromkeys((*lengths, *waits), 0.0)
    ready = [name for name in reached if not waits.get(name)]
    for name in ready:
        done[name] = reached[name] + lengths.get(name, 0.0)
        for other, lag in after.get(name, ()):
            reached[other] = max(reached[other], done[name] + lag)
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    return max(done.values(), default=0.0)


def _queued(draft: Draft, choices: BesideTable) -> float:
    """Return how long all work takes that queues for a capacity, one after another where it must."""
    lengths = _lengths(draft, choices)
    assumed: Mapping[str, str] = {entry["id"]: str(entry["value"]) for entry in draft.lists.get("assumptions", ())}
    total = 0.0
    for entry in draft.lists.get("rules", ()):
        if entry["kind"] == "capacity":
            many = max(1, int(assumed[entry["amount"][1:]]))
            total += sum(lengths.get(each["item"], 0.0) * each["amount"] for each in entry["demands"]) / many
    return total
