"""What each item asks of its own position, as the classes of `models.items` state it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from models.items import Activity, Hammock, Item, Milestone
from models.plan import DURATION_PREFIX, Plan
from models.progress import Progress
from models.rules import Point
from models.schedule import Position, Schedule, Violation
from optimiser.check.places import Places, broken
from optimiser.clock import Clock

__all__ = ["ITEM_PREFIX", "SCHEDULE_AXIS", "axis", "finish_of", "item", "off_calendar", "on_calendar", "register"]

ITEM_PREFIX = "item:"
"""What stands before an item's id where its place is wrong rather than a rule broken."""
SCHEDULE_AXIS = "schedule:axis"
"""Stands for the axis on which a schedule says its boundaries are counted."""


def axis(schedule: Schedule, clock: Clock) -> Iterator[Violation]:
    """The boundaries of a schedule are counted on the plan's axis."""
    if schedule.calendar != clock.calendar.id:
        message = f"the schedule is counted on calendar '{schedule.calendar}', required '{clock.calendar.id}'"
        yield broken(SCHEDULE_AXIS, message)
    first = clock.show(0, "opens")
    if schedule.first_day != first:
        yield broken(SCHEDULE_AXIS, f"the schedule is counted from {schedule.first_day}, required {first}")


def register(plan: Plan, schedule: Schedule, places: Places | None = None) -> Iterator[Violation]:
    """Every item of the plan has one position, but for hammocks that have no place, and nothing else has any."""
    placed = Counter(position.id for position in schedule.positions)
    for name, what in plan.items.items():
        if not placed[name] and not (places and isinstance(what, Hammock) and _has_no_place(what, places)):
            yield broken(ITEM_PREFIX + name, f"{name} has no position in the schedule, required one")
    for name, times in placed.items():
        if name not in plan.items:
            yield broken(ITEM_PREFIX + name, f"the schedule places {name}, which is no item of the plan")
        if times > 1:
            yield broken(ITEM_PREFIX + name, f"the schedule places {name} {times} times, required once")


def on_calendar(position: Position, clock: Clock) -> bool:
    """Return whether both ends have a covered day on both sides, so that every date of theirs can be shown."""
    return all(1 <= boundary <= clock.size - 1 for boundary in (position.start, position.finish))


def off_calendar(schedule: Schedule, places: Places) -> Iterator[Violation]:
    """Every position of an item is one whose dates can be shown."""
    clock = places.clock
    first, last = places.when(clock.origin, "opens"), places.when(clock.limit, "closes")
    for position in schedule.positions:
        if position.id in places.plan.items and not on_calendar(position, clock):
            message = (
                f"{position.id} is at boundaries {position.start} to {position.finish}, required from {clock.origin} ({first}) "
                f"to {clock.limit} ({last})"
            )
            yield broken(ITEM_PREFIX + position.id, message)


def item(what: Item, places: Places) -> Iterator[Violation]:
    """Both ends lie on the axis, and are what the kind of item says."""
    yield from _on_axis(what, places)
    if isinstance(what, Activity):
        yield from _activity(what, places)
    elif isinstance(what, Milestone):
        yield from _milestone(what, places)
    elif isinstance(what, Hammock) and places.knows(what.ties()):
        yield from _hammock(what, places)


def _on_axis(what: Item, places: Places) -> Iterator[Violation]:
    """``origin ≤ b(start)``, ``b(finish) ≤ limit``: inside the plan's horizon."""
    clock = places.clock
    for point in (Point(what.id, "start"), Point(what.id, "finish")):
        boundary = places.boundary(point)
        if boundary < clock.origin:
            message = f"{places.found(point)}, required at or after {places.when(clock.origin, 'opens')}, the plan's first"
            yield broken(ITEM_PREFIX + what.id, message, clock.origin - boundary)
        elif boundary > clock.limit:
            message = f"{places.found(point)}, required at or before {places.when(clock.limit, 'closes')}, the plan's last"
            yield broken(ITEM_PREFIX + what.id, message, boundary - clock.limit)
        if isinstance(what, Milestone):
            return  # its one boundary is judged once


def finish_of(activity: Activity, start: int, places: Places) -> int | None:
    """Return where an activity that starts at a boundary finishes; None where its duration is off, and so its length free."""
    if not places.plan.switch(activity.enabled):
        return None
    return places.clock.finish(start, places.plan.duration(activity.duration), activity.calendar)


def _activity(activity: Activity, places: Places) -> Iterator[Violation]:
    """``b(finish) = b(start) + duration``, work on a calendar of its own starting on a day worked there.

    With the duration off, only ``b(finish) ≥ b(start)``.
    """
    if activity.progress is not None and activity.progress.begun:
        yield from _begun(activity, activity.progress, places)
        return
    start, finish = Point(activity.id, "start"), Point(activity.id, "finish")
    yield from _to_come(start, places)
    required = finish_of(activity, places.boundary(start), places)
    if required is None:
        if places.boundary(finish) < places.boundary(start):
            message = f"{places.found(finish)}, required at or after its start, {places.when(places.boundary(start), 'opens')}"
            yield broken(ITEM_PREFIX + activity.id, message, places.shortfall(finish, places.boundary(start)))
        return
    length = places.plan.duration(activity.duration)
    if places.boundary(finish) != required:
        message = f"{places.found(finish)}, required {places.when(required, 'closes')}: {length} from {places.at(start)}"
        yield broken(DURATION_PREFIX + activity.id, message, places.shortfall(finish, required))
    if length.amount and not places.clock.works(places.boundary(start), activity.calendar):
        message = f"{places.found(start)}, required on a day that its own calendar '{activity.calendar}' works"
        yield broken(ITEM_PREFIX + activity.id, message)


def _to_come(point: Point, places: Places) -> Iterator[Violation]:
    """What is not done lies behind the status date."""
    since = places.since
    if places.clock.origin <= places.boundary(point) < since:
        message = (
            f"{places.found(point)}, required at or after {places.when(since, places.plan.convention(point))}: it is not done"
        )
        yield broken(ITEM_PREFIX + point.item, message, places.shortfall(point, since))


def _at(point: Point, date: dt.date, places: Places) -> Iterator[Violation]:
    """Finished items lie at their actual dates."""
    required = max(places.clock.origin, places.clock.boundary(date, places.plan.convention(point)))
    if point.end == "finish":
        required = max(required, places.positions[point.item].start)
    if places.boundary(point) != required:
        message = f"{places.found(point)}, required {places.when(required, places.plan.convention(point))}, where it was"
        yield broken(ITEM_PREFIX + point.item, message, places.shortfall(point, required))


def _begun(activity: Activity, done: Progress, places: Places) -> Iterator[Violation]:
    """Begun items keep their actual start; the remaining part follows the status date, or its resumption."""
    start, finish = Point(activity.id, "start"), Point(activity.id, "finish")
    if done.actual_start is not None:
        yield from _at(start, done.actual_start, places)
    if done.actual_finish is not None:
        yield from _at(finish, done.actual_finish, places)
        return
    least = places.since if done.resume is None else max(places.since, places.clock.boundary(done.resume, "opens"))
    begins, ends = places.still(activity.id)
    rest = places.plan.still_to_do(activity)
    if places.plan.switch(activity.enabled) and places.clock.finish(begins, rest, activity.calendar) != ends:
        message = f"{places.found(finish)}, where nothing ends of which {rest} are left"
        yield broken(DURATION_PREFIX + activity.id, message)
    elif begins < least:
        message = f"{places.found(finish)}, required {rest} after {places.when(least, 'opens')}, from where it goes on"
        yield broken(DURATION_PREFIX + activity.id, message, least - begins)


def _milestone(milestone: Milestone, places: Places) -> Iterator[Violation]:
    """``b(start) = b(finish)``: an event is one boundary, where it was or behind the status date."""
    position, done = places.positions[milestone.id], milestone.progress or Progress()
    came = done.actual_finish or done.actual_start
    start = Point(milestone.id, "start")
    yield from _to_come(start, places) if came is None else _at(start, came, places)
    if position.start != position.finish:
        begins, ends = (places.when(boundary, milestone.shown) for boundary in (position.start, position.finish))
        message = f"{milestone.id} starts {begins} and finishes {ends}, required at one boundary"
        yield broken(ITEM_PREFIX + milestone.id, message, abs(position.finish - position.start))


def _has_no_place(hammock: Hammock, places: Places) -> bool:
    """Return whether ties lead off the plan's axis, or to what has no place itself."""
    if not places.knows(hammock.ties()):
        return True
    plan, clock = places.plan, places.clock
    first, last = hammock.ties()
    start = clock.shift(places.boundary(first), plan.duration(hammock.start_lag), plan.convention(first), "opens")
    finish = clock.shift(places.boundary(last), plan.duration(hammock.finish_lag), plan.convention(last), "closes")
    return start < clock.origin or max(start, finish) > clock.limit


def _hammock(hammock: Hammock, places: Places) -> Iterator[Violation]:
    """``b(start) = b(starts_with) ⊕ start_lag``, ``b(finish) = max(b(start), b(finishes_with) ⊕ finish_lag)``."""
    plan, clock = places.plan, places.clock
    first, last = hammock.ties()
    start, finish = Point(hammock.id, "start"), Point(hammock.id, "finish")
    lag = plan.duration(hammock.start_lag)
    required = clock.shift(places.boundary(first), lag, plan.convention(first), "opens")
    if places.boundary(start) != required:
        message = f"{places.found(start)}, required {places.when(required, 'opens')}: {lag} from {places.at(first)}"
        yield broken(ITEM_PREFIX + hammock.id, message, places.shortfall(start, required))
    lag = plan.duration(hammock.finish_lag)
    required = max(places.boundary(start), clock.shift(places.boundary(last), lag, plan.convention(last), "closes"))
    if places.boundary(finish) != required:
        message = (
            f"{places.found(finish)}, required {places.when(required, 'closes')}: the later of its own start "
            f"and {lag} from {places.at(last)}"
        )
        yield broken(ITEM_PREFIX + hammock.id, message, places.shortfall(finish, required))
