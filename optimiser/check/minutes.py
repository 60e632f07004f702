"""The meaning of every item and rule of a plan in minutes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from models.items import Activity, Hammock, Item, Milestone, Summary
from models.plan import DURATION_PREFIX
from models.rules import Alignment, Blackout, Dependency, NotAfter, NotBefore, Point, Release, Rule
from models.schedule import Violation
from optimiser.check.items import ITEM_PREFIX
from optimiser.check.minute_places import MinutePlaces
from optimiser.check.places import broken

__all__ = ["MINUTE_MEANINGS", "minute_item"]


def minute_item(what: Item, places: MinutePlaces) -> Iterator[Violation]:
    """Both ends are what the kind of item, and what is done of it, say."""
    if isinstance(what, Summary):
        yield from _summary(what, places)
    elif not isinstance(what, Hammock):
        yield from _ends(what, places)


def _at(places: MinutePlaces, point: Point, required: int) -> Iterator[Violation]:
    """A point is at a minute."""
    if places.boundary(point) != required:
        message = f"{places.found(point)}, required {places.when(required, 'opens')}"
        yield broken(ITEM_PREFIX + point.item, message)


def _summary(summary: Summary, places: MinutePlaces) -> Iterator[Violation]:
    """``b(start) = min``, ``b(finish) = max`` over what it spans; a pinned one is where it is pinned."""
    start, finish = Point(summary.id, "start"), Point(summary.id, "finish")
    if summary.pin is not None and summary.pin.start is not None and summary.pin.finish is not None:
        yield from _at(places, start, places.clock.boundary(summary.pin.start, "opens"))
        yield from _at(places, finish, places.clock.boundary(summary.pin.finish, "closes"))
    elif places.knows(summary.of):
        yield from _at(places, start, min(places.boundary(point) for point in summary.starts()))
        yield from _at(places, finish, max(places.boundary(point) for point in summary.finishes()))


def _ends(what: Activity | Milestone, places: MinutePlaces) -> Iterator[Violation]:
    """An event takes one minute, work its length, and begun work keeps its actual dates."""
    position = places.positions[what.id]
    start, finish = Point(what.id, "start"), Point(what.id, "finish")
    if isinstance(what, Milestone) and position.start != position.finish:
        yield broken(ITEM_PREFIX + what.id, f"{what.id} starts and finishes at different minutes, required at one")
        return
    latest = places.clock.limit
    if position.finish > latest:
        message = f"{places.found(finish)}, required at or before {places.when(latest, 'closes')}, the plan's last"
        yield broken(ITEM_PREFIX + what.id, message)
    if places.progress(what.id) is not None:
        yield from _begun(what, places)
        return
    floor = places.floor(what.id)
    if places.shortfall_of(start, floor):
        message = f"{places.found(start)}, required at or after {places.when(floor, 'opens')}, before which no work begins"
        yield broken(ITEM_PREFIX + what.id, message)
    if isinstance(what, Milestone):
        yield from _event(what, places)
    elif not places.plan.switch(what.enabled):
        if position.finish < position.start:
            yield broken(ITEM_PREFIX + what.id, f"{places.found(finish)}, required at or after its start")
        if not (what.pin or places.parts(what.id)) and places.opened(what.id, position.start) != position.start:
            yield broken(ITEM_PREFIX + what.id, f"{places.found(start)}, required where its own calendar works")
    else:
        yield from _work(what, places)


def _event(what: Milestone, places: MinutePlaces) -> Iterator[Violation]:
    """An event is where its calendar lets it be, or where it is pinned."""
    start = Point(what.id, "start")
    at = places.boundary(start)
    pinned = what.pin is not None and what.pin.kind == "on"
    if pinned:
        yield from _at(places, start, places.put(what.id, at))
    elif places.opened(what.id, at) != at:
        message = f"{places.found(start)}, required where its calendar works"
        yield broken(ITEM_PREFIX + what.id, message)
    elif what.pin is not None and at > places.put(what.id, places.clock.limit):
        yield broken(ITEM_PREFIX + what.id, f"{places.found(start)}, required no later than it is pinned")


def _work(what: Activity, places: MinutePlaces) -> Iterator[Violation]:
    """``b(finish)`` is what the length, or the last assignment, makes of where the work is put."""
    name, position = what.id, places.positions[what.id]
    start, finish = Point(name, "start"), Point(name, "finish")
    if what.pin is not None:
        furthest = places.spanned(name, places.put(name, places.clock.limit))[0]
        if what.pin.kind == "on":
            yield from _at(places, start, furthest)
        elif position.start > furthest:
            yield broken(ITEM_PREFIX + name, f"{places.found(start)}, required no later than it is pinned")
    parts = places.parts(name)
    pinned = what.pin is not None and what.pin.kind == "on"
    if not parts and not pinned and places.opened(name, position.start) != position.start:
        yield broken(ITEM_PREFIX + name, f"{places.found(start)}, required where its own calendar works")
    # The minutes at which the work may have been put are those of which the first assignment begins at the start.
    axis = range(position.start + 1)
    put = [
        bisect_left(axis, position.start, key=lambda at: places.spanned(name, at)[0]),
        bisect_right(axis, position.start, key=lambda at: places.spanned(name, at)[0]) - 1,
    ]
    if not parts or put[0] > put[1]:
        put = [position.start, position.start]
    ends = [places.spanned(name, at)[1] for at in put]
    begins = places.spanned(name, put[1])[0]
    if what.progress is not None:
        ends = [places.expected(name, what.progress, at, end) for at, end in zip(put, ends, strict=True)]
    if begins != position.start:
        yield broken(ITEM_PREFIX + name, f"{places.found(start)}, required where one who is assigned begins")
    elif not ends[0] <= position.finish <= ends[1]:
        length = places.plan.duration(what.duration)
        message = f"{places.found(finish)}, required {places.when(ends[1], 'closes')}: {length} from {places.at(start)}"
        yield broken(DURATION_PREFIX + name, message)


def _begun(what: Activity | Milestone, places: MinutePlaces) -> Iterator[Violation]:
    """What has begun is at its actual dates; what is left of it begins no earlier than it may."""
    done = places.progress(what.id)
    assert done is not None
    start, finish = Point(what.id, "start"), Point(what.id, "finish")
    clock = places.clock
    if isinstance(what, Milestone):
        ended = done.actual_finish or done.actual_start
        assert ended is not None
        yield from _at(places, start, clock.boundary(ended, "closes"))
        return
    if done.actual_start is not None:
        yield from _at(places, start, clock.boundary(done.actual_start, "opens"))
    if done.actual_finish is not None:
        yield from _at(places, finish, clock.boundary(done.actual_finish, "closes"))
        return
    if places.plan.dialect == "msp":
        yield from _at(places, finish, _carried_on(what, places))
        return
    least = places.rested(what.id, done, places.waited(what.id))
    if places.boundary(finish) < least:
        message = f"{places.found(finish)}, required at or after {places.when(least, 'closes')}, when what is left is done"
        yield broken(DURATION_PREFIX + what.id, message)


def _carried_on(what: Activity, places: MinutePlaces) -> int:
    """Return when begun work ends as MS Project has it: from its start, or from where it resumes."""
    done = places.progress(what.id)
    assert done is not None
    began = places.positions[what.id].start
    resumed = None if done.resume is None or done.remaining is None else places.clock.boundary(done.resume, "opens")
    if resumed is None or resumed <= began:
        return places.spanned(what.id, began)[1]
    parts = [places.part(what.id, part, resumed, remaining=True)[1] for part in places.parts(what.id)]
    assert done.remaining is not None
    time = places.time(what.id)
    return max(parts) if parts else time.plus(time.next(resumed), places.length_of(done.remaining))


def _asked(rule: Rule, places: MinutePlaces) -> Iterator[Violation]:
    """Every point lies where its rule asks, or where what holds it back allows."""
    for point, at, why in places.asks(rule):
        short = places.shortfall_of(point, at)
        if short:
            message = f"{places.found(point)}, required at or after {places.when(at, 'opens')}: {why}"
            yield broken(rule.id, message)


def _dependency(rule: Dependency, places: MinutePlaces) -> Iterator[Violation]:
    """``b(after) ≥ b(before) ⊕ lag``; with ``bound: at-most``, ``b(after) ≤ b(before) ⊕ lag``."""
    if rule.bound == "at-least":
        yield from _asked(rule, places)
        return
    before, after = rule.points()
    done = places.progress(before.item)
    past = done is not None and (done.actual_finish is not None or before.end == "start")
    if done is not None and (past or places.plan.dialect == "msp" or places.plan.logic == "override"):
        return
    if getattr(places.plan.items[before.item], "pin", None) is not None:
        return
    lag = places.plan.duration(rule.lag)
    chosen = rule.lag_calendar or places.plan.lag_calendar
    named = {"predecessor": rule.before, "successor": rule.after}
    own = getattr(places.plan.items[named[chosen]], "calendar", None) if chosen in named else None
    time = places.minutes.always() if chosen == "elapsed" else places.minutes.time(own)
    latest = places.shift_by(places.boundary(before), lag, time)
    if places.boundary(after) > latest:
        message = f"{places.found(after)}, required at or before {places.when(latest, 'opens')}: {lag} from {places.at(before)}"
        yield broken(rule.id, message)


def _not_before(rule: NotBefore, places: MinutePlaces) -> Iterator[Violation]:
    """``b(at) ≥ date``, of what has not begun."""
    (point,) = rule.points()
    date = places.plan.date(rule.date)
    if date is None or places.progress(point.item) is not None:
        return
    required = places.clock.stated(date, "opens", "floor")
    if places.shortfall_of(point, required):
        message = f"{places.found(point)}, required not before {date}"
        yield broken(rule.id, message)


def _not_after(rule: NotAfter, places: MinutePlaces) -> Iterator[Violation]:
    """``b(at) ≤ date``, unless it is a deadline or a matter of fact."""
    (point,) = rule.points()
    date, done = places.plan.date(rule.date), places.progress(point.item)
    if date is None or rule.soft or (done is not None and (done.actual_finish or point.end == "start")):
        return
    required = places.clock.stated(date, "closes", "ceiling")
    if places.plan.dialect is None and places.missed(required):
        return
    if places.boundary(point) > required:
        yield broken(rule.id, f"{places.found(point)}, required not after {date}")


def _held_still(point: Point, places: MinutePlaces) -> bool:
    """Say whether nothing moves a point."""
    done = places.progress(point.item)
    return done is not None


def _alignment(rule: Alignment, places: MinutePlaces) -> Iterator[Violation]:
    """The point is the beginning, or the end, of such a day."""
    (point,) = rule.points()
    if _held_still(point, places):
        return
    if places.boundary(point) not in places.clock.aligned(rule.to, places.plan.convention(point)):
        yield broken(rule.id, f"{places.found(point)}, required on the {rule.to.replace('-', ' ')} of a month")


def _release(rule: Release, places: MinutePlaces) -> Iterator[Violation]:
    """The point is at an occasion."""
    (point,) = rule.points()
    if _held_still(point, places):
        return
    if places.boundary(point) not in places.clock.occasions(rule.occasions, places.plan.convention(point))[0]:
        yield broken(rule.id, f"{places.found(point)}, required on one of the occasions")


def _blackout(rule: Blackout, places: MinutePlaces) -> Iterator[Violation]:
    """Work ends before a window or starts after it; an event is not inside it."""
    for span in rule.windows:
        first, after = places.clock.window(span)
        for name in rule.items:
            start, finish = places.boundary(Point(name, "start")), places.boundary(Point(name, "finish"))
            if places.progress(name) is None and finish > first and start < after:
                yield broken(rule.id, f"{places.found(Point(name, 'start'))}, required outside {span.first} to {span.last}")


MINUTE_MEANINGS: Final[Mapping[str, Callable[[Any, MinutePlaces], Iterator[Violation]]]] = {
    "dependency": _dependency,
    "not-before": _not_before,
    "not-after": _not_after,
    "alignment": _alignment,
    "release": _release,
    "blackout": _blackout,
    "at-least": _asked,
    "equality": _asked,
    "gate": _asked,
}
"""Rule kind to its meaning in minutes. Called with an active rule and the places of all items that it names."""
