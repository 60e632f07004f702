"""What each kind of rule asks of a schedule. One function for each kind, each as its class states it in `models.rules`.

Every function yields what is broken and nothing where the rule holds. Points are boundaries of the axis of working
days, and every point a rule names has a place on the calendar. A lag that leads off the calendar is read as it stands:
nothing reaches what is after the last day covered, everything is later than what is before the first.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from models.items import Milestone
from models.meter_points import MovedShare
from models.rules import (
    Alignment,
    AtLeast,
    Blackout,
    Capacity,
    Dependency,
    Equality,
    Gate,
    Migration,
    NotAfter,
    NotBefore,
    Point,
    Release,
)
from models.schedule import Violation
from optimiser.check.places import Places, broken, some

__all__ = ["MEANINGS", "Meaning"]

Meaning = Callable[[Any, Places], Iterator[Violation]]


def dependency(rule: Dependency, places: Places) -> Iterator[Violation]:
    """``b(after) ≥ b(before) ⊕ lag``; with ``bound: at-most``, ``b(after) ≤ b(before) ⊕ lag``."""
    before, after = rule.points()
    lag = places.plan.duration(rule.lag)
    source, target = places.plan.convention(before), places.plan.convention(after)
    required = places.clock.shift(places.boundary(before), lag, source, target)
    bounded = places.linked(after)
    if rule.bound == "at-most":
        if places.boundary(after) <= required or not _still_holds(before, after, required, places):
            return
    elif bounded is None or bounded >= required:
        return
    side = "at or after" if rule.bound == "at-least" else "at or before"
    message = f"{places.found(after)}, required {side} {places.when(required, target)}: {lag} from {places.at(before)}"
    yield broken(rule.id, message, places.shortfall(after, required))


def _still_holds(before: Point, after: Point, latest: int, places: Places) -> bool:
    """Return whether a latest boundary behind a point holds anything: nothing past moves, nor comes by a day that is past."""
    if places.past(before):
        return not places.past(after) and places.linked(after) is not None and not places.missed(latest)
    return places.linked(before) is not None


def not_before(rule: NotBefore, places: Places) -> Iterator[Violation]:
    """``b(at) ≥ date``; no date, no constraint."""
    (at,) = rule.points()
    date = places.plan.date(rule.date)
    if date is None or places.past(at):
        return
    convention = places.plan.convention(at)
    required = places.clock.stated(date, convention, "floor")
    if places.boundary(at) < required:
        message = f"{places.found(at)}, required not before {date}, which is {places.when(required, convention)}"
        yield broken(rule.id, message, places.shortfall(at, required))


def not_after(rule: NotAfter, places: Places) -> Iterator[Violation]:
    """``b(at) ≤ date``; no date, no constraint."""
    (at,) = rule.points()
    date = places.plan.date(rule.date)
    if date is None:
        return
    convention = places.plan.convention(at)
    required = places.clock.stated(date, convention, "ceiling")
    if places.past(at) or places.missed(required):
        return
    if places.boundary(at) > required:
        message = f"{places.found(at)}, required not after {date}, which is {places.when(required, convention)}"
        yield broken(rule.id, message, places.shortfall(at, required))


def alignment(rule: Alignment, places: Places) -> Iterator[Violation]:
    """The day shown is the first, or the last, working day of its month."""
    (at,) = rule.points()
    if places.past(at):
        return
    if places.boundary(at) not in places.clock.aligned(rule.to, places.plan.convention(at)):
        message = f"{places.found(at)}, required on the {rule.to.replace('-', ' ')} of a month"
        yield broken(rule.id, message)


def release(rule: Release, places: Places) -> Iterator[Violation]:
    """``b(at)`` is the boundary of an occasion."""
    (at,) = rule.points()
    boundary, convention = places.boundary(at), places.plan.convention(at)
    if places.past(at):
        return
    occasions = [int(occasion) for occasion in places.clock.occasions(rule.occasions, convention)[0]]
    if boundary not in occasions:
        later = [occasion for occasion in occasions if occasion > boundary]
        then = f"the next is {places.when(later[0], convention)}" if later else "there is none later on the days covered"
        message = f"{places.found(at)}, required on one of the occasions; {then}"
        yield broken(rule.id, message)


def blackout(rule: Blackout, places: Places) -> Iterator[Violation]:
    """Beside ``[w, v)``: an activity's ``b(finish) ≤ w`` or ``b(start) ≥ v``; an event is not shown inside."""
    for span in rule.windows:
        first, after = places.clock.window(span)
        if first == after:
            continue
        for name in rule.items:
            if places.plan.done(name):
                continue
            start, finish = Point(name, "start"), Point(name, "finish")
            begins, ends = places.still(name)
            item = places.plan.items[name]
            if not isinstance(item, Milestone):
                clear = ends <= first or begins >= after
            elif item.shown == "opens":
                clear = begins < first or begins >= after
            else:
                clear = begins <= first or begins > after
            if clear:
                continue
            shared = min(ends, after) - max(begins, first)
            found = places.found(start)
            if not isinstance(item, Milestone):
                found += f" and {places.found(finish)}"
            message = f"{found}, required outside {span.first} to {span.last}"
            yield broken(rule.id, message, shared if shared > 0 else None)


def capacity(rule: Capacity, places: Places) -> Iterator[Violation]:
    """On every working day the demands of the items in progress add up to no more than the capacity."""
    plan, clock = places.plan, places.clock
    used: Counter[int] = Counter()
    still = {demand.item: places.still(demand.item) for demand in rule.demands if not plan.done(demand.item)}
    for demand in rule.demands:
        for day in range(*still.get(demand.item, (0, 0))):
            used[day] += plan.amount(demand.amount)

    def available(day: int) -> int:
        amount = plan.amount(rule.amount)
        for step in rule.steps:
            if step.since <= clock.show(day, "opens"):
                amount = plan.amount(step.amount)
        return amount

    over = {day: used[day] - available(day) for day in sorted(used) if used[day] > available(day)}
    if not over:
        return
    worst = max(over, key=lambda day: over[day])
    working = [
        f"{demand.item} ({plan.amount(demand.amount)})"
        for demand in rule.demands
        if demand.item in still and still[demand.item][0] <= worst < still[demand.item][1]
    ]
    message = (
        f"on {len(over)} working days, {clock.show(min(over), 'opens')} the first and {clock.show(max(over), 'opens')} "
        f"the last, more is needed than there is: on {clock.show(worst, 'opens')} {used[worst]} by {some(working)}, "
        f"required at most {available(worst)}"
    )
    yield broken(rule.id, message, len(over))


def at_least(rule: AtLeast, places: Places) -> Iterator[Violation]:
    """``b(after) ≥`` the ``count``-th smallest of ``b(p) ⊕ lag``."""
    *of, after = rule.points()
    count, lag = places.plan.amount(rule.count), places.plan.duration(rule.lag)
    target = places.plan.convention(after)
    reached = sorted(
        (places.clock.shift(places.boundary(point), lag, places.plan.convention(point), target), place)
        for place, point in enumerate(of)
    )
    required, place = reached[count - 1]
    bounded = places.linked(after)
    if bounded is not None and bounded < required:
        message = (
            f"{places.found(after)}, required at or after {places.when(required, target)}, when {count} of {len(of)} are "
            f"reached: {lag} from {places.at(of[place])}"
        )
        yield broken(rule.id, message, places.shortfall(after, required))


def equality(rule: Equality, places: Places) -> Iterator[Violation]:
    """``b(p₁) = b(p₂) = …``."""
    gone = [places.boundary(point) for point in rule.points() if places.past(point)]
    boundaries = [places.boundary(point) for point in rule.points() if not places.past(point)]
    if not boundaries:
        return
    if gone and not places.missed(min(gone)):
        boundaries.append(min(gone))
    if min(boundaries) != max(boundaries):
        message = f"required at one boundary, but {some(places.found(point) for point in rule.points())}"
        yield broken(rule.id, message, max(boundaries) - min(boundaries))


def gate(rule: Gate, places: Places) -> Iterator[Violation]:
    """``b(after) ≥`` the evening of the first board day whose morning is at or after ``b(before) ⊕ notice``."""
    before, after = rule.points()
    clock, notice, target = places.clock, places.plan.duration(rule.notice), places.plan.convention(after)
    ready = clock.shift(places.boundary(before), notice, places.plan.convention(before), "opens")
    # By days, not boundaries: one evening may belong to a working day and to the days without work after it.
    days = (dt.date.fromordinal(int(day)) for day in clock.occasion_days(rule.board)[0])
    board = next((day for day in days if clock.boundary(day, "opens") >= ready), None)
    waits = f"{notice} of notice from {places.at(before)}"
    if board is None:
        if places.linked(after) is None:
            return
        message = f"{places.found(after)}, required after a board, but on the days covered none sits after {waits}"
        yield broken(rule.id, message)
        return
    required, bounded = clock.boundary(board, "closes"), places.linked(after)
    if bounded is not None and bounded < required:
        message = (
            f"{places.found(after)}, required at or after {places.when(required, target)}: the board sits on {board}, "
            f"its first day after {waits}"
        )
        yield broken(rule.id, message, places.shortfall(after, required))


def migration(rule: Migration, places: Places) -> Iterator[Violation]:
    """Every share is moved from its point to ``b(after)`` less its checks, within its own limit and that of all."""
    *_, after = rule.points()
    plan, clock, end = places.plan, places.clock, places.linked(after)
    if end is None:
        return
    shares = [(places.boundary(share.point), share) for share in rule.shares()]
    first, limit, lifted = min(begun for begun, _ in shares), plan.amount(rule.limit), plan.amount(rule.lifted)
    worked = set(clock.own_days(rule.calendar or plan.calendar).tolist())
    dates = [dt.date.fromordinal(day) for day in clock.days.tolist()]
    room = [
        rule.room(date, limit, day - first, lifted) if date.toordinal() in worked and day >= first else 0
        for day, date in enumerate(dates)
    ]
    fit = _filled if any(share.most for _, share in shares) else _served
    if fit(shares, room, end):
        return
    too_few, enough = end, clock.size + 1
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if fit(shares, room, middle) else (middle, enough)
    never = enough > clock.size
    when = "after the days covered" if never else places.when(enough, plan.convention(after))
    message = f"{places.found(after)}, required at or after {when}, when all meter points have moved at {limit} thousand a day at most"
    yield broken(rule.id, message, None if never else places.shortfall(after, enough))


def _served(shares: Sequence[tuple[int, MovedShare]], room: Sequence[int], end: int) -> bool:
    """Say whether shares without limits of their own are moved in time: day by day, of what is ready the most checks first."""
    left = {place: share.work for place, (_, share) in enumerate(shares)}
    order = sorted(left, key=lambda place: -shares[place][1].checks)
    for day in range(end):
        free = room[day]
        for place in order:
            begun, share = shares[place]
            if begun + share.delay <= day < end - share.checks:
                moved = min(left[place], free)
                left[place], free = left[place] - moved, free - moved
    return not any(left.values())


def _filled(shares: Sequence[tuple[int, MovedShare]], room: Sequence[int], end: int) -> bool:
    """Say whether shares are moved in time that want the same checks: the last to be ready first, each where most room is."""
    left = list(room[: max(0, end - shares[0][1].checks)])
    for begun, share in sorted(shares, key=lambda each: -each[0] - each[1].delay):
        days, most = range(begun + share.delay, len(left)), share.work if share.most is None else share.most
        if sum(min(most, left[day]) for day in days) < share.work:
            return False
        level, above = 0, max((left[day] for day in days), default=0) + 1
        while above - level > 1:  # the highest level with enough above it, no day giving more than the most
            middle = (level + above) // 2
            enough = sum(min(most, max(0, left[day] - middle)) for day in days) >= share.work
            level, above = (middle, above) if enough else (level, middle)
        over = sum(min(most, max(0, left[day] - level)) for day in days) - share.work
        for day in days:
            taken = min(most, max(0, left[day] - level))
            spared = min(1, over) if taken and left[day] - taken == level else 0
            left[day], over = left[day] - taken + spared, over - spared
    return True


MEANINGS: Final[Mapping[str, Meaning]] = {
    "dependency": dependency,
    "not-before": not_before,
    "not-after": not_after,
    "alignment": alignment,
    "release": release,
    "blackout": blackout,
    "capacity": capacity,
    "at-least": at_least,
    "equality": equality,
    "gate": gate,
    "migration": migration,
}
"""Rule kind to its meaning. Called with an active rule and the places of all items that it names."""
