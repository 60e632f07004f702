"""Positions of points in a minute schedule: demands of rules, and the result of work from there.

All of it is asked one minute at a time of the calendars themselves, by what `models.progress` and `models.rules` state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from models.duration import Duration
from models.items import Activity, Milestone, Summary
from models.progress import Assignment, Progress
from models.rules import AtLeast, Dependency, Equality, Gate, NotAfter, NotBefore, Point, Rule
from optimiser.check.places import Places
from optimiser.clock import MinuteClock, WorkedTime, add_months

__all__ = ["Ask", "MinutePlaces", "half_up"]

Ask = tuple[Point, int, str]
"""A point, the minute at or after which it is asked to be, and why."""


def half_up(amount: Fraction) -> int:
    """Return a number of minutes, rounded half up."""
    return int((amount + Fraction(1, 2)) // 1)


@dataclass(frozen=True, slots=True)
class MinutePlaces(Places):
    """The positions of a schedule in minutes beside the plan that they are judged by."""

    passed: dict[str, int] = field(default_factory=dict)
    """What begun work waits for, as far as it has been asked."""
    speaking: dict[str, list[Rule]] = field(default_factory=dict)
    """The active rules that speak of an item, once they have been looked for."""
    spans: dict[str, Summary] = field(default_factory=dict)
    """The summary that spans both ends of an item, likewise."""

    @property
    def minutes(self) -> MinuteClock:
        """The clock."""
        assert isinstance(self.clock, MinuteClock)
        return self.clock

    @property
    def status(self) -> int | None:
        """The minute of the status date."""
        date = self.plan.status_date
        return None if date is None else self.clock.boundary(date, "closes")

    def progress(self, item: str) -> Progress | None:
        """Return the progress of a begun item, None before it begins."""
        found: Progress | None = getattr(self.plan.items[item], "progress", None)
        return found if found is not None and found.begun else None

    def rules_of(self, item: str) -> list[Rule]:
        """Return the active rules that speak of an item."""
        if not self.speaking:
            self.speaking.update({name: [] for name in self.plan.items})
            for rule in self.plan.active_rules():
                for name in dict.fromkeys(point.item for point in rule.points()):
                    self.speaking[name].append(rule)
            self.spans.update({member: each for each in self.plan.summaries for member in each.members()})
        return self.speaking[item]

    # -- lengths and lags --------------------------------------------------------------------------------------------

    def time(self, item: str) -> WorkedTime:
        """Return when an item is worked on."""
        held = self.plan.items[item]
        if isinstance(held, Activity) and self.plan.duration(held.duration).unit == "emin":
            return self.minutes.always()
        return self.minutes.time(getattr(held, "calendar", None))

    def shift_by(self, at: int, lag: Duration, time: WorkedTime, share_of: int = 0, gone: int = 0) -> int:
        """Return ``at ⊕ lag``, a positive lag shortened by what has gone by."""
        if lag.unit == "mo":
            day, minute = divmod(at + self.minutes.zero, 24 * 60)
            reached = dt.date.fromordinal(day), dt.date.fromordinal(day - 1)
            ordinals = np.array([each.toordinal() for each in reached], dtype=np.int64)
            first, second = (int(each) for each in add_months(ordinals, lag.amount))
            return first * 24 * 60 + (24 * 60 if first == second else minute) - self.minutes.zero
        amount = self.length_of(lag, share_of)
        if amount > 0:
            amount = max(0, amount - gone)
        return at + amount if lag.unit in ("emin", "e%", "cd") else time.plus(at, amount)

    def length_of(self, length: Duration, share_of: int = 0) -> int:
        """Return the minutes, worked or elapsed, of a length."""
        if length.unit in ("%", "e%"):
            return half_up(Fraction(length.amount * share_of, 100))
        return self.minutes.minutes(length)

    def whole_length(self, item: str) -> int:
        """Return the minutes of an item's length, of one in months those that it has at the beginning of the axis."""
        held = self.plan.items[item]
        if not isinstance(held, Activity):
            return 0
        length = self.plan.duration(held.duration)
        origin = self.clock.origin
        return self.shift_by(origin, length, self.time(item)) - origin if length.unit == "mo" else self.length_of(length)

    def back(self, item: str, at: int, minutes: int | None = None) -> int:
        """Return the start that goes with a finish: ``W(start) ≥ W(finish) − length``, at the least; of assigned work where that begins."""
        held = self.plan.items[item]
        counted = self.whole_length(item) if minutes is None else minutes
        if not isinstance(held, Activity) or not counted:
            return at
        unit = self.plan.duration(held.duration).unit
        if minutes is None and unit in ("cd", "mo"):
            start = at
            while self.shift_by(start, self.plan.duration(held.duration), self.time(item)) >= at:
                start -= 1
            return start + 1
        if unit in ("emin", "cd"):
            return at - counted
        start = self.time(item).end(self.time(item).worked(at) - counted)
        return self.time(item).next(start) if self.parts(item) else start

    # -- what work makes of a bound ----------------------------------------------------------------------------------

    def opened(self, item: str, at: int) -> int:
        """Return where an item may be that is asked to be at or after a minute: a piece of work, or an event."""
        held, time = self.plan.items[item], self.time(item)
        if time.worked(time.size) == time.size:
            return at
        free = isinstance(held, Activity) and not self.plan.switch(held.enabled)
        event = isinstance(held, Milestone) or free or not self.whole_length(item)
        stays = not isinstance(held, Milestone) or held.shown == "closes" or self.plan.dialect == "msp"
        return at if event and stays and time.prev(at) == at else time.next(at)

    def put(self, item: str, at: int) -> int:
        """Return where an item is put, before anybody begins on it, that its bounds ask to be at or after a minute."""
        held = self.plan.items[item]
        assert isinstance(held, Activity | Milestone)
        pin, delay = held.pin, held.delay
        msp = self.plan.dialect == "msp"
        pinned = None
        if pin is not None:
            pinned = (
                self.clock.boundary(pin.start, "opens")
                if pin.start is not None
                else self.back(item, self.clock.boundary(pin.finish or dt.date.min, "closes"))
            )
            pinned = max(pinned, self.clock.origin)
            if pin.kind == "on" and msp:
                return self.opened(item, pinned) if pin.start is None and self.whole_length(item) else pinned
            at = pinned if pin.kind == "on" else min(at, pinned)
        parts = self.parts(item)
        if delay is not None and not (pin is not None and pin.kind == "on"):
            if parts:
                return min(self.part(item, part, at)[0] for part in parts) + delay.amount
            at = (self.opened(item, at) if self.whole_length(item) else at) + delay.amount
            return self.opened(item, at)
        return at if parts else self.opened(item, at)

    def parts(self, item: str) -> tuple[Assignment, ...]:
        """Return who decides when an item begins and ends."""
        held = self.plan.items[item]
        return held.assignments if isinstance(held, Activity) and self.whole_length(item) else ()

    def part(self, item: str, part: Assignment, put: int, *, remaining: bool = False) -> tuple[int, int]:
        """Return when one assignment begins and ends, of where the work is put."""
        held = self.plan.items[item]
        time = self.minutes.time(part.calendar or getattr(held, "calendar", None))
        done = self.progress(item)
        begin = put
        if not remaining:
            begin = time.next(time.plus(put, self.length_of(part.delay))) + part.levelling_delay.amount
        begin = time.next(begin)
        if part.first is not None and part.last is not None:
            first, last = self.clock.boundary(part.first, "opens"), self.clock.boundary(part.last, "closes")
            minutes = time.worked(last) - time.worked(first)
            if remaining:
                return begin, time.plus(first, minutes)
            return begin, time.plus(begin, self.grown(item, part, minutes, remaining=False))
        work = part.work
        if remaining and part.remaining is not None:
            work = part.remaining
        if work is None:
            left = done.remaining if remaining and done else None
            minutes = self.whole_length(item) if left is None else self.length_of(left)
        else:
            minutes = half_up(self.length_of(work) * 100 / Fraction(str(part.units)))
            minutes = self.grown(item, part, minutes, remaining=remaining)
        return begin, time.plus(begin, minutes)

    def grown(self, item: str, part: Assignment, minutes: int, *, remaining: bool) -> int:
        """Return how long a part takes at the item's length, which is so long at another one."""
        done = self.progress(item)
        if part.of is None or remaining != (done is not None):
            return minutes
        left = done.remaining if done is not None else None
        length = self.whole_length(item) if left is None else self.length_of(left)
        return half_up(Fraction(minutes * length, self.length_of(part.of)))

    def spanned(self, item: str, put: int) -> tuple[int, int]:
        """Return when work begins and ends, of where it is put."""
        held = self.plan.items[item]
        assert isinstance(held, Activity)
        parts = [self.part(item, part, put) for part in self.parts(item)]
        if parts:
            return min(begin for begin, _ in parts), max(end for _, end in parts)
        return put, self.shift_by(put, self.plan.duration(held.duration), self.time(item))

    def rested(self, item: str, done: Progress, at: int) -> int:
        """Return when begun work ends, the rest of which is asked to begin at or after a minute."""
        parts = [self.part(item, part, at, remaining=True) for part in self.parts(item)]
        length = self.whole_length(item) if done.remaining is None else self.length_of(done.remaining)
        rest = min(begin for begin, _ in parts) if parts else self.time(item).next(at)
        end = max(end for _, end in parts) if parts else self.time(item).plus(rest, length)
        return self.expected(item, done, rest, end)

    def expected(self, item: str, done: Progress, begin: int, end: int) -> int:
        """Return an expected finish in place of an end, where nothing asks for more of it."""
        if done.expected_finish is None or self.bound_at_finish(item):
            return end
        at = self.clock.boundary(done.expected_finish, "closes")
        floor = self.floor(item)
        return max(at, end) if begin > at >= floor else at if at >= floor else end

    def bound_at_finish(self, item: str) -> bool:
        """Say whether a link bounds the finish of an item."""
        links = (rule for rule in self.rules_of(item) if isinstance(rule, Dependency))
        return any(rule.points()[1] == Point(item, "finish") for rule in links)

    # -- floors ------------------------------------------------------------------------------------------------------

    def floor(self, item: str) -> int:
        """Return the floor of an item's remaining work, its rules aside."""
        plan, clock = self.plan, self.clock
        start = clock.origin if plan.start is None else clock.boundary(plan.start, "opens")
        done = self.progress(item)
        if done is not None:
            found = clock.boundary(done.actual_start or done.actual_finish or dt.date.min, "opens")
            found = max(found, clock.origin if self.status is None else self.status)
            return found if done.resume is None else max(found, clock.boundary(done.resume, "opens"))
        if plan.dialect != "msp":
            return max(start, clock.origin if self.status is None else self.status)
        if any(isinstance(rule, NotBefore) for rule in self.rules_of(item)):
            return clock.origin
        above = self.above(item)
        pinned = next((each for each in above if each.pin is not None), None)
        if pinned is not None and pinned.pin is not None and pinned.pin.start is not None:
            return clock.boundary(pinned.pin.start, "opens")
        waits = any(
            rule.points()[-1].item == name and not isinstance(rule, NotBefore | NotAfter)
            for name in (item, *(each.id for each in above))
            for rule in self.rules_of(name)
        )
        return clock.origin if waits else start

    def above(self, item: str) -> list[Summary]:
        """Return the summaries that span an item, the nearest first."""
        self.rules_of(item)
        found: list[Summary] = []
        while (nearest := self.spans.get(found[-1].id if found else item)) is not None:
            found.append(nearest)
        return found

    # -- links -------------------------------------------------------------------------------------------------------

    def source(self, point: Point) -> tuple[int, int | None]:
        """Return the minute that a link from a point counts from, and since when some of its lag has gone by."""
        done, at = self.progress(point.item), self.boundary(point)
        held = self.plan.items[point.item]
        if isinstance(held, Milestone) and held.placement != "earliest" and held.shown == "opens" and self.plan.dialect == "p6":
            return self.time(point.item).prev(at), None  # it is put off in worked time
        if done is None or isinstance(held, Summary) or self.plan.dialect == "msp":
            return at, None
        began = self.clock.boundary(done.actual_start or done.actual_finish or dt.date.min, "opens")
        if done.actual_finish is not None:
            if self.plan.dialect != "p6":
                return at, None
            since = self.clock.boundary(done.actual_finish, "closes")
            event = isinstance(self.plan.items[point.item], Milestone)
            return self.waited(point.item), since if point.end == "finish" or event else began
        if point.end != "start" or not self.plan.from_rest:
            return at, None
        parts = self.parts(point.item)
        rest = self.waited(point.item)
        begins = [self.part(point.item, part, rest, remaining=True)[0] for part in parts]
        return min(begins) if begins else self.time(point.item).next(rest), began

    def waited(self, item: str) -> int:
        """Return the boundary that begun work waits for: the later of its floor and the demands of its rules."""
        if item not in self.passed:
            done = self.progress(item)
            assert done is not None
            finished = done.actual_finish is not None
            status = self.clock.origin if self.status is None else self.status
            found = self.passed[item] = status if finished else self.floor(item)
            asks = [] if self.plan.logic == "override" and not finished else list(self.asks_of(item))
            left = None if done.remaining is None else self.length_of(done.remaining)
            for point, at, _ in asks:
                found = max(found, at if finished or point.end != "finish" else self.back(item, at, left))
            self.passed[item] = found
        return self.passed[item]

    def asks_of(self, item: str) -> Iterator[Ask]:
        """Yield the demands of links on an item and on the summaries that span it."""
        for name in (item, *(each.id for each in self.above(item))):
            for rule in self.rules_of(name):
                for point, at, why in self.asks(rule):
                    if point.item == name:
                        yield Point(item, point.end), at, why

    def asks(self, rule: Rule) -> Iterator[Ask]:
        """Yield what a rule asks of points as lower bounds."""
        if isinstance(rule, Dependency) and rule.bound == "at-least":
            yield from self._link(rule)
        elif isinstance(rule, AtLeast):
            *counted, after = rule.points()
            lag, time = self.plan.duration(rule.lag), self.minutes.time(None)
            reached = sorted(self.lagged(point, lag, time) for point in counted)
            at = reached[self.plan.amount(rule.count) - 1]
            yield after, at, f"when {self.plan.amount(rule.count)} of {len(counted)} are reached"
        elif isinstance(rule, Equality):
            first, *others = rule.points()
            for other in others:
                yield other, self.source(first)[0], f"with {self.name(first)}"
                yield first, self.source(other)[0], f"with {self.name(other)}"
        elif isinstance(rule, Gate):
            before, after = rule.points()
            ready = self.lagged(before, self.plan.duration(rule.notice), self.minutes.time(None))
            days, _ = self.clock.occasion_days(rule.board)
            mornings, evenings = (self.minutes.of_days(days, each).tolist() for each in ("opens", "closes"))
            approved = [evening for morning, evening in zip(mornings, evenings, strict=True) if morning >= ready]
            yield after, approved[0] if approved else self.clock.beyond, f"by the first board after {self.at(before)}"

    def _link(self, rule: Dependency) -> Iterator[Ask]:
        before, after = rule.points()
        lag, plan = self.plan.duration(rule.lag), self.plan
        chosen = rule.lag_calendar or plan.lag_calendar
        named = {"predecessor": rule.before, "successor": rule.after}
        time = (
            self.minutes.always()
            if chosen == "elapsed"
            else self.minutes.time(getattr(plan.items[named[chosen]], "calendar", None) if chosen in named else None)
        )
        why = f"{lag} from {self.at(before)}"
        held = plan.items[after.item]
        if plan.dialect == "msp" and after.end == "finish" and isinstance(held, Activity) and lag.amount:
            at, _ = self.source(before)
            begin = self.back(after.item, at)
            if self.whole_length(after.item):
                begin = self.time(after.item).next(begin)
            yield Point(after.item, "start"), self.shift_by(begin, lag, time, self.whole_length(before.item)), why
            return
        yield after, self.lagged(before, lag, time, self.whole_length(before.item)), why

    def lagged(self, point: Point, lag: Duration, time: WorkedTime, share_of: int = 0) -> int:
        """Return ``b(point) ⊕ lag``, less what has gone by of it."""
        at, since = self.source(point)
        gone = 0
        if since is not None and self.status is not None:
            counted = self.minutes.always() if lag.unit in ("emin", "e%", "cd") else time
            gone = max(0, counted.worked(self.status) - counted.worked(since))
        return self.shift_by(at, lag, time, share_of, gone)

    def shortfall_of(self, point: Point, at: int) -> int:
        """Return by how many minutes a point is earlier than what a bound on it makes of it; 0 where it is not."""
        held = self.plan.items[point.item]
        if isinstance(held, Summary):
            if held.pin is not None:
                return 0
            return max((self.shortfall_of(Point(each, point.end), at) for each in held.members()), default=0)
        if self.progress(point.item) is not None:
            return self._short_of_rest(point, at)
        position = self.positions[point.item]
        if isinstance(held, Activity) and not self.plan.switch(held.enabled):
            if point.end == "finish":
                time = self.time(point.item)
                return max(0, time.worked(at) - time.worked(position.finish))
            return max(0, at - position.start)
        put = self.put(point.item, self.back(point.item, at) if point.end == "finish" else at)
        begin = self.spanned(point.item, put)[0] if isinstance(held, Activity) else put
        return max(0, begin - position.start)

    def _short_of_rest(self, point: Point, at: int) -> int:
        """Return the same of work that has begun: by how much it ends before what a bound makes of the rest of it."""
        done = self.progress(point.item)
        if done is None or done.actual_finish is not None or self.plan.dialect == "msp" or self.plan.logic == "override":
            return 0
        left = None if done.remaining is None else self.length_of(done.remaining)
        rest = max(self.back(point.item, at, left) if point.end == "finish" else at, self.floor(point.item))
        return max(0, self.rested(point.item, done, rest) - self.positions[point.item].finish)
