"""Faults of the minute axis: minute data in a day plan, and data without which a minute plan cannot be scheduled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from models.contents import PlanContents
from models.duration import MINUTE_UNITS, Duration, Reference
from models.fault import Fault, Path, maybe
from models.items import Activity, Hammock, Milestone
from models.moment import Moment
from models.record import Record
from models.rules import Dependency

__all__ = ["DAYS_ALONE", "minute_faults"]

_OF_ENTRIES = {
    "activities": ("assignments", "pin", "delay"),
    "milestones": ("calendar", "pin", "delay"),
    "rules": ("lag_calendar", "soft"),
}
"""Fields of items and rules that have a meaning on a minute plan alone."""
_OF_PLANS = ("dialect", "start")
DAYS_ALONE = {"capacity": "a capacity", "migration": "a migration"}
"""Kinds of rules that count whole working days, in words: a plan in minutes can have none of them."""
_ADVICE = "; maybe keep the order by links, or ask a plan of days made of the file's table: optimiser init FOLDER --from TABLE"


def minute_faults(plan: PlanContents) -> Iterator[Fault]:
    """Yield minute data of a day plan, or faults in the minute data of a minute plan."""
    yield from _calendars(plan)
    if plan.unit == "day":
        yield from _of_a_day_plan(plan)
        return
    yield from _summaries(plan)
    for field in ("activities", "milestones"):
        for index, item in enumerate(getattr(plan, field)):
            yield from _item(plan, item, (field, index))
    for index, rule in enumerate(plan.rules):
        if rule.kind in DAYS_ALONE:
            message = f"{DAYS_ALONE[rule.kind]} counts whole working days, so a plan in minutes, as a planner's file is, can have none{_ADVICE}"
            yield Fault(("rules", index, "kind"), message)
        for term in rule.terms():
            share = isinstance(rule, Dependency) and rule.bound == "at-least"
            yield from _unit(plan, term.stated, ("rules", index, *term.field), share=share)
    if plan.qualification is not None:
        message = "Qualification party by party counts whole working days, so a plan in minutes can have none"
        yield Fault(("qualification",), f"{message}{_ADVICE}")


def _of_a_day_plan(plan: PlanContents) -> Iterator[Fault]:
    """Report everything that only a minute plan can say."""
    for field in _OF_PLANS:
        if getattr(plan, field) is not None:
            yield _only_minutes((field,), field)
    for index, calendar in enumerate(plan.calendars):
        if calendar.timed:
            yield _only_minutes(("calendars", index), f"what calendar '{calendar.id}' says beside its days")
    for index, summary in enumerate(plan.summaries):
        yield _only_minutes(("summaries", index), f"summary '{summary.id}'")
    for field, keys in _OF_ENTRIES.items():
        for index, entry in enumerate(getattr(plan, field)):
            for key in keys:
                if getattr(entry, key, None):
                    yield _only_minutes((field, index, key), f"{key} of '{entry.id}'")
    yield from _in_minutes(plan)


def _in_minutes(plan: PlanContents) -> Iterator[Fault]:
    """Report moments, lengths in minutes, and events put off, which a day plan does not know."""
    for index, milestone in enumerate(plan.milestones):
        if milestone.placement != "earliest":
            yield _only_minutes(("milestones", index, "placement"), f"placement of milestone '{milestone.id}'")
    for path, value in _values(plan):
        if isinstance(value, Moment):
            yield Fault(path, f"expected a date written YYYY-MM-DD, got {value}; maybe the plan needs 'unit: minute'")
        elif isinstance(value, Duration) and value.unit in MINUTE_UNITS:
            message = f"expected a duration such as '21 wd', '28 cd' or '7 mo', got '{value}'"
            yield Fault(path, f"{message}; maybe the plan needs 'unit: minute'")


def _only_minutes(path: Path, what: str) -> Fault:
    return Fault(path, f"{what} has a meaning on a minute plan alone; maybe the plan needs 'unit: minute'")


def _values(plan: PlanContents) -> Iterator[tuple[Path, Any]]:
    """Yield every number of items, rules and assumptions, with its place."""
    for field in ("activities", "hammocks", "rules"):
        for index, entry in enumerate(getattr(plan, field)):
            for term in entry.stated_terms() if isinstance(entry, Activity) else entry.terms():
                yield (field, index, *term.field), term.stated
    for field in ("assumptions", "unknowns"):
        for index, entry in enumerate(getattr(plan, field)):
            for key in ("value", "low", "high"):
                yield (field, index, key), getattr(entry, key, None)
    for index, rule in enumerate(plan.rules):
        yield from _dates(rule, ("rules", index))


def _dates(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield the dates inside a rule that are no terms of it: occasions, windows, steps."""
    if isinstance(value, Record):
        for key in type(value).model_fields:
            if key not in ("citation", "date"):
                yield from _dates(getattr(value, key), (*path, key))
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            yield from _dates(entry, (*path, place))
    elif isinstance(value, dt.date):
        yield path, value


def _calendars(plan: PlanContents) -> Iterator[Fault]:
    """Calendars that stand on others which are not there, or on themselves."""
    known = plan.calendars_by_id
    for index, calendar in enumerate(plan.calendars):
        for path, name in (
            (("base",), calendar.base),
            *((("within", place), each) for place, each in enumerate(calendar.within)),
        ):
            if name is not None and name not in known:
                yield Fault(("calendars", index, *path), f"unknown calendar '{name}'{maybe(name, known)}")
        if _stands_on_itself(calendar.id, {each.id: (each.base, *each.within) for each in plan.calendars}):
            yield Fault(("calendars", index), f"calendar '{calendar.id}' stands on itself, by way of its bases")


def _stands_on_itself(name: str, under: Mapping[str, tuple[str | None, ...]]) -> bool:
    """Say whether something comes back to itself by what it stands on."""
    seen: set[str] = set()
    stack = [each for each in under.get(name, ()) if each]
    while stack:
        each = stack.pop()
        if each == name:
            return True
        if each not in seen:
            seen.add(each)
            stack += [other for other in under.get(each, ()) if other]
    return False


def _summaries(plan: PlanContents) -> Iterator[Fault]:
    """Summaries of what is not there, of hammocks, or of themselves."""
    under: dict[str, tuple[str | None, ...]] = {each.id: tuple(point.item for point in each.of) for each in plan.summaries}
    for index, summary in enumerate(plan.summaries):
        for place, point in enumerate(summary.of):
            path: Path = ("summaries", index, "of", place)
            if point.item not in plan.items:
                yield Fault(path, f"unknown item '{point.item}'{maybe(point.item, plan.items)}")
            elif isinstance(plan.items[point.item], Hammock):
                yield Fault(path, f"'{point.item}' is a hammock; its length is an output, so no summary may span it")
        if _stands_on_itself(summary.id, under):
            yield Fault(("summaries", index, "of"), f"'{summary.id}' spans itself, by way of what it spans")


def _item(plan: PlanContents, item: Activity | Milestone, path: Path) -> Iterator[Fault]:
    """Lengths in units that they cannot have, calendars of assignments that are not there."""
    if isinstance(item, Activity):
        yield from _unit(plan, item.duration, (*path, "duration"))
        for place, assignment in enumerate(item.assignments):
            where = (*path, "assignments", place)
            if assignment.calendar is not None and assignment.calendar not in plan.calendars_by_id:
                said = f"unknown calendar '{assignment.calendar}'{maybe(assignment.calendar, plan.calendars_by_id)}"
                yield Fault((*where, "calendar"), said)
            for key in ("work", "remaining", "delay", "levelling_delay"):
                if (stated := getattr(assignment, key)) is not None:
                    yield from _one_of(stated, ("emin",) if key == "levelling_delay" else _WORKED, (*where, key))
    if item.delay is not None:
        yield from _one_of(item.delay, ("emin",), (*path, "delay"))


_WORKED = ("min", "h", "wd")


def _one_of(value: Duration, units: tuple[str, ...], path: Path) -> Iterator[Fault]:
    if value.unit not in units or value.amount < 0:
        yield Fault(path, f"expected a length of 0 or more in {' or '.join(units)}, got '{value}'")


def _unit(plan: PlanContents, term: Any, path: Path, *, share: bool = False) -> Iterator[Fault]:
    """Report a share of a length where there is none to take it of."""
    value = plan.values.get(term.name) if isinstance(term, Reference) else term
    if isinstance(value, Duration) and value.unit in ("%", "e%") and (not share or isinstance(term, Reference)):
        yield Fault(path, f"'{value}' is a share of a predecessor's length; only the lag of a dependency states one")
