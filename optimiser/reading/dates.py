"""Stated dates that lie beyond what the base calendar covers or the horizon reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from models.faults import Fault
from models.items import Activity, Milestone
from models.rules import Blackout, Capacity, Gate, Occasions, Release
from optimiser.errors import BeyondHorizonError

if TYPE_CHECKING:
    from models.plan import Plan
    from optimiser.clock import Clock, Convention

__all__ = ["check_dates", "facts_at_hours"]

_Done = TypeVar("_Done", Activity, Milestone)


def facts_at_hours(plan: Plan) -> Plan:
    """Return a plan of minutes, with progress dated to the day set at the hours of that day.

    What is said of a day on which the item's calendar does not work stays as it is, and so does a planner's own file.
    """
    from optimiser.clock import MinuteClock, clock_of

    clock = clock_of(plan) if plan.unit == "minute" and plan.dialect is None and plan.status_date is not None else None
    if not isinstance(clock, MinuteClock) or plan.status_date is None:
        return plan
    status = clock.boundary(plan.status_date, "closes")

    def timed(item: Activity | Milestone) -> dict[str, Any]:
        found: dict[str, Any] = {}
        hours = clock.time(getattr(item, "calendar", None))
        for key in ("actual_start", "actual_finish"):
            date = getattr(item.progress, key, None)
            if date is None or isinstance(date, dt.datetime):
                continue
            first, end = clock.boundary(date, "opens"), clock.boundary(date, "closes")
            if hours.worked(first) < hours.worked(end):
                ends = key == "actual_finish" or not isinstance(item, Activity)
                at = min(hours.prev(end), max(status, first)) if ends else hours.next(first)
                found[key] = clock.show(at, "closes" if ends else "opens")
        return found

    told = {each.id: timed(each) for each in plan.activities if each.progress is not None}
    told |= {each.id: timed(each) for each in plan.milestones if each.progress is not None}
    return plan.evolve(
        activities=tuple(_told(each, told) for each in plan.activities),
        milestones=tuple(_told(each, told) for each in plan.milestones),
        progress=tuple(each.model_copy(update=told.get(each.item, {})) for each in plan.progress),
    )


def _told(item: _Done, told: Mapping[str, dict[str, Any]]) -> _Done:
    if item.progress is None or not told.get(item.id):
        return item
    return item.model_copy(update={"progress": item.progress.model_copy(update=told[item.id])})


def check_dates(plan: Plan) -> tuple[Fault, ...]:
    """Return every stated date of an active rule that the plan's axis cannot hold, in the order of the plan.

    A ``not-before`` after the horizon's last day is a fault, since nothing could follow it; a ``not-after`` there, or a
    ``not-before`` ahead of the horizon's first day, is merely idle and passes, as long as the calendar covers it. So
    is a list of occasions of which some lie outside the horizon, but not one that never comes.

    Parameters
    ----------
    plan
        A plan whose references all hold.
    """
    from optimiser.clock import clock_of

    try:
        clock = clock_of(plan)
    except BeyondHorizonError as error:
        return tuple(Fault(("horizon",), fault.message) for fault in error.faults)
    return (*_planner_faults(plan, clock), *_progress_faults(plan, clock), *_rule_faults(plan, clock))


def _progress_faults(plan: Plan, clock: Clock) -> Iterator[Fault]:
    """Report a status date, and of a native plan what is said to have happened, beside the days of the plan."""
    if plan.status_date is None or plan.dialect is not None:
        return
    horizon, status = plan.horizon, dt.date(plan.status_date.year, plan.status_date.month, plan.status_date.day)
    if status < horizon.first:
        message = f"{plan.status_date} is before {horizon.first}, the plan's first day, so nothing can be known by its evening"
        yield Fault(("status_date",), f"{message}; maybe leave it out, or the horizon should begin earlier")
        return
    if status >= horizon.last:
        message = f"{plan.status_date} leaves nothing to come between {horizon.first} and {horizon.last}, the plan's horizon"
        yield Fault(("status_date",), f"{message}; maybe the horizon should reach further")
        return
    for field in ("activities", "milestones"):
        for index, item in enumerate(getattr(plan, field)):
            for key in ("actual_start", "actual_finish"):
                date = getattr(item.progress, key, None)
                if date is not None and date < horizon.first:
                    message = f"{date} is before the plan's first day, {horizon.first}; maybe its horizon should begin earlier"
                    beside = next((place for place, entry in enumerate(plan.progress) if entry.item == item.id), None)
                    yield Fault(("progress", beside, key) if beside is not None else (field, index, "progress", key), message)
            if item.progress is not None and item.progress.resume is not None:
                yield from _covered(clock, item.progress.resume, (field, index, "progress", "resume"))


def _planner_faults(plan: Plan, clock: Clock) -> Iterator[Fault]:
    """Report dates of a planner's file that are on no day of its calendar: of the plan, and of what is put or done."""
    if plan.dialect is None:
        return
    for name in ("status_date", "start"):
        if getattr(plan, name) is not None:
            yield from _covered(clock, getattr(plan, name), (name,))
    for field in ("activities", "milestones", "summaries"):
        for index, item in enumerate(getattr(plan, field)):
            for part, keys in (("pin", ("start", "finish")), ("progress", ("actual_start", "actual_finish", "resume"))):
                held = getattr(item, part, None)
                for key in keys if held is not None else ():
                    if getattr(held, key) is not None:
                        yield from _covered(clock, getattr(held, key), (field, index, part, key))


def _rule_faults(plan: Plan, clock: Clock) -> Iterator[Fault]:
    for index, rule in enumerate(plan.rules):
        if not plan.switch(rule.enabled):
            continue
        path: tuple[str | int, ...] = ("rules", index)
        for term in rule.terms():
            date = plan.date(term.stated) if term.kind == "date" else None  # type: ignore[arg-type]
            if date is None:
                continue
            yield from _covered(clock, date, (*path, *term.field))
            if term.worse == 1 and plan.horizon.last < date <= clock.calendar.covers.last:
                message = (
                    f"{date} is after the horizon's last day, {plan.horizon.last}, so nothing could follow; "
                    "maybe the horizon should reach further"
                )
                yield Fault((*path, *term.field), message)
        if isinstance(rule, Blackout):
            for place, span in enumerate(rule.windows):
                yield from _covered(clock, span.first, (*path, "windows", place, "first"))
                yield from _covered(clock, span.last, (*path, "windows", place, "last"))
        elif isinstance(rule, Capacity):
            for place, step in enumerate(rule.steps):
                yield from _covered(clock, step.since, (*path, "steps", place, "since"))
        elif isinstance(rule, Release):
            (point,) = rule.points()
            yield from _occasions(clock, rule.occasions, plan.convention(point), (*path, "occasions"))
        elif isinstance(rule, Gate):
            yield from _occasions(clock, rule.board, "opens", (*path, "board"))


def _covered(clock: Clock, date: dt.date, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Report a date that the base calendar does not cover."""
    try:
        clock.boundary(date, "opens")
    except BeyondHorizonError as error:
        yield from (Fault(path, fault.message) for fault in error.faults)


def _occasions(clock: Clock, occasions: Occasions, convention: Convention, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Report listed days that are not covered, and occasions that never come."""
    outside = [fault for place, day in enumerate(occasions.days) for fault in _covered(clock, day, (*path, "days", place))]
    yield from outside
    if not outside and not len(clock.occasions(occasions, convention)[0]):
        covers = clock.calendar.covers
        message = (
            f"no occasion falls on the days that calendar '{clock.calendar.id}' covers ({covers.first} to {covers.last}); "
            "maybe a date or the pattern is mistyped"
        )
        yield Fault(path, message)
