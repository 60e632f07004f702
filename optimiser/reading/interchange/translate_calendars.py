"""A planner's calendars as the plan's: weeks of worked periods, dated exceptions and weeks, and what they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from models.calendar import WEEKDAYS, Calendar, Span
from models.duration import Duration
from models.moment import MINUTES
from optimiser.reading.interchange.cells import whole_minutes
from optimiser.reading.interchange.record import CalendarRecord, Dialect, ProjectRecord, WorkedPeriod, WorkedWeek
from optimiser.reading.interchange.translating import Translating

if TYPE_CHECKING:
    from optimiser.clock.worked import WorkedTime

__all__ = ["CLOCK", "STANDARD", "calendars", "span_by_hand", "used_calendars", "usual_calendar", "within"]

CLOCK: Final = "clock"
"""The calendar of every minute, for what belongs to no calendar of the file: the end of the project."""

STANDARD: Final = "standard-week"
"""The calendar of a project whose file holds none."""

_STANDARD: Final[dict[Dialect, tuple[WorkedPeriod, ...]]] = {"msp": ((480, 720), (780, 1020)), "p6": ((480, 960),)}
"""What the tools take on Mondays to Fridays where a calendar tells no days."""

_ALL_DAY: Final = "00:00-24:00"


def usual_calendar(project: ProjectRecord) -> str | None:
    """Return the uid of a project's calendar: its own, else the first of the file that stands on no other; None where it holds none."""
    if any(each.uid == project.calendar for each in project.calendars):
        return project.calendar
    return next((each.uid for each in project.calendars if each.base is None), None)


def used_calendars(state: Translating) -> tuple[str, ...]:
    """Return the uids of the calendars that something of the project stands on, in the order of the file.

    Every calendar that is referred to and not there is told of.
    """
    named: dict[str, str] = {}
    usual = usual_calendar(state.project)
    if usual is not None:
        named[usual] = "the project"
    if usual is None or usual != state.project.calendar:
        state.tally.told("project-calendar", state.project.calendar or "none named")
    for task in state.project.tasks:
        if task.calendar:
            named.setdefault(task.calendar, task.id)
    for assignment in state.project.assignments:
        resource = state.resources.get(assignment.resource or "")
        calendar = assignment.calendar or (resource.calendar if resource else None)
        if calendar and assignment.task in state.tasks:
            named.setdefault(calendar, state.tasks[assignment.task].id)
    reached = [uid for uid in named if uid in state.calendars]
    for uid in reached:
        base = state.calendars[uid].base
        if base in state.calendars and base not in reached:
            reached.append(base)
    for uid, by in named.items():
        if uid not in state.calendars:
            state.tally.told("calendar-missing", by)
    return tuple(calendar.uid for calendar in state.project.calendars if calendar.uid in set(reached))


def calendars(
    state: Translating, used: Iterable[str], pairs: Iterable[tuple[str, str]], covers: dict[str, str]
) -> list[dict[str, Any]]:
    """Return the plan's calendars.

    Parameters
    ----------
    used
        Uids of those that something stands on; of the others it is told that they are left out.
    pairs
        Calendars of resources with the calendar of the task, of which both have to work.
    covers
        The days that the plan reaches.
    """
    kept = set(used)
    found = []
    for calendar in state.project.calendars:
        exceptions = len(calendar.exceptions) + len(calendar.weeks)
        if calendar.uid not in kept:
            state.tally.told("calendar-unused", calendar.name, kind="calendars")
            if exceptions:
                state.tally.told("calendar-unused", calendar.name, kind="calendar exceptions", count=exceptions)
            continue
        found.append(_calendar(state, calendar, covers))
        state.tally.translated("calendars")
        state.tally.translated("calendar exceptions", exceptions)
    for resource, task in pairs:
        found.append(_both(state, resource, task, covers))
    if usual_calendar(state.project) is None:
        hours = {day: shifts(_STANDARD[state.dialect]) for day in WEEKDAYS[:5]}
        found.append({"id": STANDARD, "title": "Standard week", "hours": hours, "covers": covers, "basis": "judgement"})
    clock = {
        "id": CLOCK,
        "title": "Every minute of the clock",
        "hours": {day: [_ALL_DAY] for day in WEEKDAYS},
        "covers": covers,
    }
    return [*found, {**clock, "basis": "judgement"}]


def span_by_hand(
    state: Translating,
    activities: Iterable[dict[str, Any]],
    rules: Iterable[dict[str, Any]],
    laid: Iterable[dict[str, Any]],
    usual: str,
    reach: Span,
) -> None:
    """Give work that its planner dates by hand, and whose length does not lead from its start to its finish, the time between.

    Microsoft Project counts a day off on which such work begins or ends as worked. That time is of the clock, and is told of.

    Parameters
    ----------
    activities, rules
        The plan's work and links, which are altered: a lag in per cent stays a share of the length that the file has.
    laid
        The plan's calendars.
    usual
        That of work without one of its own.
    """
    from optimiser.clock.worked import worked_periods

    dated = {state.names[task.uid]: task for task in state.project.tasks if task.manual and state.holds(task)}
    known: dict[str, Calendar] = {}
    times: dict[str, WorkedTime] = {}
    zero, size = reach.first, ((reach.last - reach.first).days + 1) * MINUTES
    for item in activities:
        task, pin = dated.get(item["id"]), item.get("pin", {})
        if task is None or "finish" not in pin or task.stored.start is None or task.stored.finish is None:
            continue
        known = known or {each["id"]: Calendar.model_validate(each) for each in laid}
        name = item.get("calendar", usual)
        if name not in times:
            times[name] = worked_periods(known[name], known, zero, reach.last, size)
        ends = [(at.date() - zero).days * MINUTES + at.hour * 60 + at.minute for at in (task.stored.start, task.stored.finish)]
        between = ends[1] - ends[0] if task.elapsed else times[name].worked(ends[1]) - times[name].worked(ends[0])
        if between != (task.duration or 0):
            item["duration"] = f"{ends[1] - ends[0]} emin"
            state.tally.told("manual-span", task.id)
            for rule in rules:
                if rule.get("before") == item["id"] and str(rule.get("lag", "")).endswith("%"):
                    share, elapsed = Duration.parse(rule["lag"]), rule["lag"].endswith("e%")
                    minutes = whole_minutes(Fraction(share.amount * (task.duration or 0), 100))
                    rule["lag"] = state.length(minutes, elapsed=elapsed)


def within(state: Translating, resource: str, task: str) -> str:
    """Return the id of the calendar on which both a resource's and a task's calendar work."""
    return f"{state.calendar_names[resource]}--{state.calendar_names[task]}"


def _both(state: Translating, resource: str, task: str, covers: dict[str, str]) -> dict[str, Any]:
    return {
        "id": within(state, resource, task),
        "title": f"{state.calendars[resource].name} and {state.calendars[task].name}"[:200],
        "base": state.calendar_names[resource],
        "within": [state.calendar_names[task]],
        "covers": covers,
        **state.cited(state.calendars[resource].place),
    }


def _calendar(state: Translating, calendar: CalendarRecord, covers: dict[str, str]) -> dict[str, Any]:
    """Return one calendar."""
    week = calendar.week
    if all(day is None for day in week) and calendar.base not in state.calendars:
        state.tally.told("calendar-unreadable" if calendar.fault else "calendar-silent", calendar.name)
        week = (_STANDARD[state.dialect],) * 5 + ((), ())
    found: dict[str, Any] = {
        "id": state.calendar_names[calendar.uid],
        "title": calendar.name[:200] or calendar.uid,
        "covers": covers,
    }
    hours = dict(_hours(week, based=calendar.base in state.calendars))
    if hours:
        found["hours"] = hours
    if calendar.base in state.calendars:
        found["base"] = state.calendar_names[str(calendar.base)]
    if calendar.exceptions:
        found["exceptions"] = [
            {
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
                "shifts": shifts(each.periods),
                **({"title": each.name[:200]} if each.name else {}),
            }
            for each in calendar.exceptions
        ]
    if calendar.weeks:
        found["weeks"] = [
            {
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
                "hours": dict(_hours(each.days, based=True)),
                **({"title": each.name[:200]} if each.name else {}),
            }
            for each in calendar.weeks
        ]
    return {**found, **state.cited(calendar.place)}


def _hours(week: WorkedWeek, *, based: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield the weekdays that a calendar speaks of; of one without a base, those that are worked."""
    for day, periods in zip(WEEKDAYS, week, strict=True):
        if periods or (based and periods is not None):
            yield day, shifts(periods)


def shifts(periods: Sequence[WorkedPeriod]) -> list[str]:
    """Return worked periods as a plan writes them."""
    return [f"{_clock(start)}-{_clock(end if end <= 1440 else end - 1440)}" for start, end in periods]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
