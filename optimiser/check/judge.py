"""A schedule against its plan: everything that it breaks, and what could have been placed later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from models.items import Activity, Hammock, Item
from models.plan import Plan
from models.rules import Point, Rule
from models.schedule import Position, Schedule, Violation
from optimiser.check.items import ITEM_PREFIX, axis, finish_of, item, off_calendar, on_calendar, register
from optimiser.check.meanings import MEANINGS
from optimiser.check.minute_places import MinutePlaces
from optimiser.check.minutes import MINUTE_MEANINGS, minute_item
from optimiser.check.places import Places, broken
from optimiser.clock import Clock, MinuteClock, clock_of
from optimiser.errors import BeyondHorizonError, Located

__all__ = ["check", "placed_late"]


def check(plan: Plan, schedule: Schedule, clock: Clock | None = None) -> tuple[Violation, ...]:
    """Judge a schedule by the plan alone.

    Parameters
    ----------
    plan
        The plan as it is to be read, scenarios applied.
    schedule
        The position of every item, in boundaries of the plan's axis.
    clock
        The plan's clock, where there is one already.

    Returns
    -------
    tuple of Violation
        Everything broken: first what concerns the schedule as a whole, then the items, then the rules, each in the
        order of the plan. Empty where the schedule meets the plan. ``rule`` is the rule's id, ``duration:ITEM`` for a
        length, ``item:ITEM`` for the place of an item, ``schedule:axis`` for boundaries counted on another axis; then
        nothing else about boundaries is said, as they mean nothing. A rule that names an item without a place on the
        calendar is passed over, as the item itself is reported.

    Raises
    ------
    BeyondHorizonError
        If active rules of the plan name dates outside the days that its base calendar covers; all of them at once.
    """
    clock = clock or clock_of(plan)
    elsewhere = tuple(axis(schedule, clock))
    if elsewhere:
        return (*elsewhere, *register(plan, schedule))
    places = _places(plan, schedule, clock)
    judged = _judged(places)
    items = (violation for name, what in plan.items.items() if name in places.positions for violation in judged(what))
    return (*register(plan, schedule, places), *off_calendar(schedule, places), *items, *_rules(places, enumerate(plan.rules)))


def _judged(places: Places) -> Callable[[Item], Iterator[Violation]]:
    """Return what judges an item by itself, in the unit of the plan."""
    if isinstance(places, MinutePlaces):
        return lambda what: item(what, places) if isinstance(what, Hammock) else minute_item(what, places)
    return lambda what: item(what, places)


def _places(plan: Plan, schedule: Schedule, clock: Clock) -> Places:
    """Return the positions whose dates can be shown, as the schedule lists them."""
    positions = {place.id: place for place in schedule.positions if place.id in plan.items and on_calendar(place, clock)}
    return MinutePlaces(plan, positions, clock) if isinstance(clock, MinuteClock) else Places(plan, positions, clock)


def _rules(places: Places, rules: Iterable[tuple[int, Rule]]) -> tuple[Violation, ...]:
    """Judge rules, each with its number in the plan, as far as they are on."""
    violations: list[Violation] = []
    faults: list[Located] = []
    for index, rule in rules:
        if not places.plan.switch(rule.enabled) or not places.knows(rule.points()):
            continue
        try:
            if isinstance(places, MinutePlaces):
                violations += MINUTE_MEANINGS[rule.kind](rule, places)
            else:
                violations += MEANINGS[rule.kind](rule, places)
        except BeyondHorizonError as error:
            faults += [replace(fault, path=f"rules[{index}]") for fault in error.faults]
    if faults:
        raise BeyondHorizonError(faults)
    return tuple(violations)


def placed_late(plan: Plan, schedule: Schedule, clock: Clock | None = None) -> tuple[Violation, ...]:
    """Find what is to be placed as late as possible and could be later.

    Every other item stays where it is. An activity could be later if, at some later start and the finish that its
    duration then gives (its present length, where the duration is off), it ends no later than the last of the items that are placed at their earliest, keeps to its own
    calendar, and breaks no active rule that names it. Hammocks follow the items they are tied to, and hold nothing
    back. Activities are moved one at a time: two that are tied to each other hold each other.

    Parameters
    ----------
    plan, schedule, clock
        As in `check`; the schedule is expected to meet the plan.

    Returns
    -------
    tuple of Violation
        One for each activity that could be later, with the latest place found and the working days from here to there.

    Raises
    ------
    BeyondHorizonError
        As `check`.
    """
    clock = clock or clock_of(plan)
    places = _places(plan, schedule, clock)
    late = [
        activity
        for activity in plan.activities
        if activity.placement == "as-late-as-possible"
        and activity.id in places.positions
        and (plan.unit == "minute" or not (plan.done(activity.id) or plan.under_way(activity.id)))
    ]
    follows = {activity.id for activity in late} | {hammock.id for hammock in plan.hammocks}
    last = max((place.finish for name, place in places.positions.items() if name not in follows), default=0)
    return tuple(violation for activity in late for violation in _could_be_later(activity, places, last))


def _could_be_later(activity: Activity, places: Places, last: int) -> Iterator[Violation]:
    """Try every later start, the latest first."""
    start, clock = Point(activity.id, "start"), places.clock
    here = places.positions[activity.id]
    naming = [
        (index, rule)
        for index, rule in enumerate(places.plan.rules)
        if any(point.item == activity.id for point in rule.points())
    ]
    starts: Iterable[int] = range(min(last, clock.limit), here.start, -1)
    if isinstance(places, MinutePlaces):  # where work could begin next: what it could do later, it could do there
        starts = [places.opened(activity.id, here.start + 1)]
    for later in starts:
        finish = finish_of(activity, later, places)
        if finish is None:
            finish = later + here.finish - here.start
        if finish > last:
            continue
        moved = places.moved(Position(id=activity.id, start=later, finish=finish))
        if not any(_judged(moved)(activity)) and not _rules(moved, naming):
            message = (
                f"{places.found(start)}, required as late as possible: it could be {places.when(later, 'opens')} "
                "with every other item where it is"
            )
            yield broken(ITEM_PREFIX + activity.id, message, later - here.start)
            return
