"""The items of a minute plan as variables: shown positions, landing of bounds, and reference points of links.

A date of CP-SAT's own stands on constraints that are put together here and nowhere else; with the other witnesses it shares
the calendars' functions of `optimiser.clock` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ortools.sat.python import cp_model

from models.items import Activity, Milestone, Summary
from models.plan import Plan
from models.progress import Progress
from models.rules import Dependency, NotAfter, NotBefore
from optimiser.clock import Elapsed, Fixed, Inverse, MinuteClock, Rising, Through, Worked, WorkedTime
from optimiser.clock.bounding import Capped, Constant, Highest, Lowest
from optimiser.clock.moves import Back, Going, Staying
from optimiser.encoding.answer import Window
from optimiser.encoding.rise import Rise
from optimiser.encoding.staircase import Linear, Literals
from optimiser.encoding.variables import Place, Variables

__all__ = ["Counted", "Landed", "MinuteVariables"]

_STAY = Fixed(Elapsed())


@dataclass(frozen=True, slots=True)
class Landed:
    """A place that bounds on a point act on, and through what: ``place ≥ through(bound)``."""

    place: Place
    through: Rising = _STAY


@dataclass(frozen=True, slots=True)
class Counted:
    """What links from a point count from, and since when some of a positive lag has gone by."""

    place: Place
    since: int | None = None


class MinuteVariables(Variables):
    """Variables of a model in minutes.

    Attributes
    ----------
    asked
        Where bounds on a point are posted: of a summary at several places; nowhere where nothing moves it.
    sources
        What links from a point count from.
    backs
        Counted a finish to the start that goes with it.
    """

    def __init__(self, plan: Plan, clock: MinuteClock, windows: Mapping[str, Window] | None, *, switchable: bool) -> None:
        super().__init__(plan, clock, windows, switchable=switchable)
        self.minutes = clock
        self.asked: dict[tuple[str, str], list[Landed]] = {}
        self.sources: dict[tuple[str, str], Counted] = {}
        self.backs: dict[str, Rising] = {}
        date = plan.status_date
        self.status = None if date is None else clock.boundary(date, "closes")
        rules = tuple(plan.active_rules())
        self._above = {each: summary for summary in plan.summaries for each in summary.members()}
        self._finish_bound = {rule.after for rule in rules if isinstance(rule, Dependency) and rule.type[1] == "F"}
        self._floored = {rule.points()[0].item for rule in rules if isinstance(rule, NotBefore)}
        self._waiting = {rule.points()[-1].item for rule in rules if not isinstance(rule, NotBefore | NotAfter)}

    # -- what everything is made of ----------------------------------------------------------------------------------

    def rises(self, later: Place, earlier: Place, rising: Rising, amount: int, under: Literals) -> None:
        """Post ``later ≥ f(earlier)``."""
        if isinstance(rising, Elapsed):
            self.apart(later, earlier, rising.at(0, amount), under)
            return
        before, after = (Linear(each.variable, 1, each.offset, each.low, each.high) for each in (earlier, later))
        rise = Rise(self._steps, before, after, rising, amount, under)
        if rise.partial:
            self.refinable.append(rise)

    def equals(self, later: Place, earlier: Place, rising: Rising, amount: int, under: Literals) -> None:
        """Post ``later = f(earlier)``."""
        self.rises(later, earlier, rising, amount, under)
        self.rises(earlier, later, Inverse(rising), amount, under)

    def constant(self, at: int) -> Place:
        """Return a boundary that is known."""
        return Place(self.model.new_constant(at), 0, at, at)

    def somewhere(self, low: int) -> Place:
        """Return a boundary anywhere from one on."""
        return self.new_place(low, self.clock.limit)

    def time(self, item: str) -> WorkedTime:
        """Return when an item is worked on."""
        held = self.plan.items[item]
        if isinstance(held, Activity) and self.plan.duration(held.duration).unit == "emin":
            return self.minutes.always()
        return self.minutes.time(getattr(held, "calendar", None))

    def length(self, item: str) -> int:
        """Return the minutes of an item's length."""
        held = self.plan.items[item]
        if not isinstance(held, Activity):
            return 0
        length, origin = self.plan.duration(held.duration), self.clock.origin
        if length.unit == "mo":
            return self.minutes.steps("mo", self.time(item)).at(origin, length.amount) - origin
        return self.minutes.minutes(length)

    def _floor(self, item: str) -> int:
        """Return where no work of an item that has not begun begins before."""
        plan, clock = self.plan, self.clock
        start = clock.origin if plan.start is None else clock.boundary(plan.start, "opens")
        if plan.dialect != "msp":
            return max(start, clock.origin if self.status is None else self.status)
        line, above = [item], self._above.get(item)
        pinned = None
        while above is not None:
            pinned = pinned or above.pin
            line.append(above.id)
            above = self._above.get(above.id)
        if item in self._floored:
            return clock.origin
        if pinned is not None and pinned.start is not None:
            return clock.boundary(pinned.start, "opens")
        return clock.origin if self._waiting.intersection(line) else start

    def _works(self, place: Place, time: WorkedTime, under: Literals) -> None:
        """Post that work goes on at a boundary."""
        ends: list[int] = []
        for begin, end in zip(time.begins.tolist(), time.ends.tolist(), strict=True):
            if begin <= place.high and end > place.low:
                ends += [begin - place.offset, end - 1 - place.offset]
        if not ends:
            self.never(under)
            return
        posted = self.model.add_linear_expression_in_domain(place.variable, cp_model.Domain.from_flat_intervals(ends))
        if under:
            posted.only_enforce_if(*under)

    # -- items -------------------------------------------------------------------------------------------------------

    def add_activity(self, activity: Activity, switch: str) -> None:
        """Add work: normal work by its own two boundaries, any other by where it is put."""
        name, plan = activity.id, self.plan
        done = activity.progress
        on = self.switch(switch) if plan.switch(activity.enabled) else None
        if done is not None and done.begun:
            self._add_begun(activity, done)
            return
        window, time, length = self.window(name), self.time(name), plan.duration(activity.duration)
        finishing = self.minutes.steps(length.unit, time)
        special = activity.pin or activity.delay or activity.assignments or done
        floor = self._floor(name)
        start = self.new_place(window.start[0] if special else max(floor, window.start[0]), window.start[1])
        finish = self.new_place(*window.finish)
        self.places[name] = start, finish
        self.sources[name, "start"], self.sources[name, "finish"] = Counted(start), Counted(finish)
        self.apart(finish, start, 0, ())
        self.backs[name] = self._back(name, finishing, length.amount)
        literals = on or ()
        if special:
            self._add_put(activity, finishing, floor, literals)
            return
        self.asked[name, "start"] = [Landed(start)]
        rounded = length.unit != "emin"
        self.asked[name, "finish"] = [Landed(finish, Fixed(Back(time)) if rounded and length.amount else _STAY)]
        if rounded and (on is None or literals):  # of whatever length it is then, it begins where its calendar lets it
            self.rises(start, start, Staying(time), 0, ())
        if on is None:
            return
        if rounded and length.amount:
            self._works(start, time, literals)
        elif rounded:
            self.rises(start, start, Staying(time), 0, literals)
        self.equals(finish, start, finishing, length.amount, literals)

    def _back(self, item: str, finishing: Rising, amount: int, left: int | None = None) -> Rising:
        minutes = self.length(item) if left is None else left
        if left is None and not isinstance(finishing, Worked):
            return Fixed(Inverse(finishing), amount)
        if not minutes:
            return _STAY
        held, back = self.plan.items[item], Fixed(Back(self.time(item)), minutes)
        assigned = isinstance(held, Activity) and held.assignments
        return Through(back, Going(self.time(item))) if assigned else back

    def _put(self, item: Activity | Milestone, opening: Rising, begins: Rising | None = None) -> Rising:
        """Return where an item is put, of what its bounds ask; of assigned work where its first part begins on its own calendar."""
        pin, delay, msp = item.pin, item.delay, self.plan.dialect == "msp"
        parts: list[Rising] = []
        fixed = pin is not None and pin.kind == "on"
        if pin is not None:
            if pin.start is not None:
                at = self.clock.boundary(pin.start, "opens")
            else:
                assert pin.finish is not None
                at = self.backs.get(item.id, _STAY).at(self.clock.boundary(pin.finish, "closes"))
            at = max(at, self.clock.origin)
            parts.append(Constant(at) if fixed else Capped(at))
            if fixed and msp:
                return Through(*parts, opening) if pin.start is None and self.length(item.id) else parts[0]
        last = [] if begins is not None else [opening]
        if delay is not None and not fixed:
            parts += [begins or opening] if self.length(item.id) else []
            return Through(*parts, Fixed(Elapsed(), delay.amount), *last)
        return Through(*parts, *last, _STAY)

    def _parts(self, activity: Activity, left: int | None = None) -> list[tuple[Rising, Rising]]:
        """Return of each assignment when it begins and ends; of what is left where minutes are given."""
        found: list[tuple[Rising, Rising]] = []
        for part in activity.assignments if self.length(activity.id) else ():
            time = self.minutes.time(part.calendar or activity.calendar)
            begin: Rising = Going(time)
            if left is None:
                late = Fixed(Worked(time), self.minutes.minutes(part.delay))
                begin = Through(late, begin, Fixed(Elapsed(), part.levelling_delay.amount), begin)
            work = part.remaining if left is not None and part.remaining is not None else part.work
            if part.first is not None and part.last is not None:
                first, last = self.clock.boundary(part.first, "opens"), self.clock.boundary(part.last, "closes")
                minutes = time.worked(last) - time.worked(first)
                if left is not None:
                    found.append((begin, Constant(time.plus(first, minutes))))
                    continue
            elif work is None:
                minutes = self.length(activity.id) if left is None else left
            else:
                exact = Fraction(100 * self.minutes.minutes(work)) / Fraction(str(part.units))
                minutes = int((exact + Fraction(1, 2)) // 1)
            begun = activity.progress is not None and activity.progress.begun
            if part.of is not None and (part.work is not None or part.first is not None) and begun == (left is not None):
                whole = self.length(activity.id) if left is None else left
                minutes = int((Fraction(minutes * whole, self.minutes.minutes(part.of)) + Fraction(1, 2)) // 1)
            found.append((begin, Through(begin, Fixed(Worked(time), minutes))))
        return found

    def _add_put(self, activity: Activity, finishing: Rising, floor: int, on: Literals) -> None:
        """Add work that is put somewhere by more than its rules: both ends are functions of where these would have it."""
        name, time, minutes = activity.id, self.time(activity.id), self.length(activity.id)
        start, finish = self.places[name]
        elapsed = self.plan.duration(activity.duration).unit == "emin"
        opening: Rising = _STAY if elapsed else Going(time) if minutes else Staying(time)
        parts = self._parts(activity)
        begins = Lowest([begin for begin, _ in parts]) if parts else None
        put = self._put(activity, opening, begins)
        asked = self.somewhere(floor)
        self.asked[name, "start"] = [Landed(asked)]
        self.asked[name, "finish"] = [Landed(asked, self.backs[name])]
        ends: Rising = (
            Highest([end for _, end in parts]) if parts else Fixed(finishing, self.plan.duration(activity.duration).amount)
        )
        if activity.progress is not None and activity.progress.expected_finish is not None and name not in self._finish_bound:
            at = self.clock.boundary(activity.progress.expected_finish, "closes")
            ends = _Until(at, ends) if at >= floor else ends
        self.equals(start, asked, Through(put, begins or _STAY), 0, on)
        self.equals(finish, asked, Through(put, ends), 0, on)

    def _add_begun(self, activity: Activity, done: Progress) -> None:
        """Add begun work: its done part fixed, its remaining part free behind its predecessors."""
        name, clock, plan, first = activity.id, self.clock, self.plan, done.actual_start or done.actual_finish
        assert first is not None
        start = self.constant(clock.boundary(first, "opens"))
        self.sources[name, "start"] = Counted(start)
        if done.actual_finish is not None:
            finish = self.constant(clock.boundary(done.actual_finish, "closes"))
        elif plan.dialect == "msp":
            finish = self.constant(self._resumed_finish(activity, done, start.low))
        else:
            self._add_remaining(activity, done, start)
            return
        self.places[name], self.sources[name, "finish"] = (start, finish), Counted(finish)
        if done.actual_finish is not None and plan.dialect == "p6":
            self._add_passing(name, start.low, finish.low)

    def _resumed_finish(self, activity: Activity, done: Progress, start: int) -> int:
        """Return the finish of begun work in MS Project: the remaining part from a later resumption, else the whole from the start."""
        resumed = None if done.resume is None or done.remaining is None else self.clock.boundary(done.resume, "opens")
        if resumed is None or resumed <= start:
            plain = self._parts(activity)
            if plain:
                return Highest([end for _, end in plain]).at(start)
            length = self.plan.duration(activity.duration)
            return Fixed(self.minutes.steps(length.unit, self.time(activity.id)), length.amount).at(start)
        assert done.remaining is not None
        left = self.minutes.minutes(done.remaining)
        parts, time = self._parts(activity, left), self.time(activity.id)
        return (
            Highest([end for _, end in parts]).at(resumed) if parts else Fixed(Worked(time), left).at(Going(time).at(resumed))
        )

    def _add_remaining(self, activity: Activity, done: Progress, start: Place) -> None:
        """Add the remaining part of begun work, which follows the status date or its resumption."""
        name, clock, plan = activity.id, self.clock, self.plan
        amount = plan.duration(activity.duration).amount
        left = None if done.remaining is None else self.minutes.minutes(done.remaining)
        finishing = self.minutes.steps(plan.duration(activity.duration).unit, self.time(name))
        whole = Fixed(finishing, amount) if left is None else Fixed(Worked(self.time(name)), left)
        parts = self._parts(activity, self.length(name) if left is None else left)
        ends: Rising = Highest([end for _, end in parts]) if parts else whole
        floor = max(clock.origin if self.status is None else self.status, start.low)
        if done.resume is not None:
            floor = max(floor, clock.boundary(done.resume, "opens"))
        rest, finish = self.somewhere(floor), self.new_place(*self.window(name).finish)
        opening = Lowest([begin for begin, _ in parts]) if parts else Going(self.time(name))
        if plan.duration(activity.duration).unit != "emin":
            self.rises(rest, rest, opening, 0, ())
        if done.expected_finish is not None and name not in self._finish_bound:
            at = clock.boundary(done.expected_finish, "closes")
            ends = _Until(at, ends) if at >= floor else ends
        self.equals(finish, rest, ends, 0, ())
        self.places[name], self.sources[name, "finish"] = (start, finish), Counted(finish)
        if plan.from_rest:
            self.sources[name, "start"] = Counted(rest, start.low)
        if plan.logic == "retained":
            self.backs[name] = self._back(name, finishing, amount, self.length(name) if left is None else left)
            self.asked[name, "start"] = [Landed(rest)]
            self.asked[name, "finish"] = [Landed(rest, self.backs[name])]

    def _add_passing(self, name: str, began: int, ended: int) -> None:
        """Let finished work pass on what is asked of it."""
        passed = self.somewhere(self.clock.origin if self.status is None else self.status)
        self.asked[name, "start"] = self.asked[name, "finish"] = [Landed(passed)]
        self.sources[name, "start"], self.sources[name, "finish"] = Counted(passed, began), Counted(passed, ended)

    def add_milestone(self, item: str) -> None:
        """Add an event: one boundary, where its calendar lets it be, or where more than its rules puts it."""
        held = self.plan.items[item]
        assert isinstance(held, Milestone)
        time, done = self.minutes.time(held.calendar), held.progress
        if done is not None and done.begun:
            last = done.actual_finish or done.actual_start
            assert last is not None
            place = self.constant(self.clock.boundary(last, "closes"))
            self.places[item] = place, place
            self.sources[item, "start"] = self.sources[item, "finish"] = Counted(place)
            if self.plan.dialect == "p6":
                self._add_passing(item, place.low, place.low)
            return
        (first, last_start), (also_first, also_last) = self.window(item)
        floor, special = self._floor(item), held.pin is not None or held.delay is not None
        place = self.new_place(max(first, also_first, 0 if special else floor), min(last_start, also_last))
        self.places[item] = place, place
        opening: Rising = Staying(time) if held.shown == "closes" or self.plan.dialect == "msp" else Going(time)
        asked = place
        if special:
            asked = self.somewhere(floor)
            self.equals(place, asked, self._put(held, opening), 0, ())
        else:
            self.rises(place, place, opening, 0, ())
        for end in ("start", "finish"):
            self.asked[item, end], self.sources[item, end] = [Landed(asked)], Counted(place)

    def add_summaries(self) -> None:
        """Add the summaries, each after the items that it spans."""
        added: set[str] = set()

        def add(summary: Summary) -> None:
            if summary.id in added:
                return
            added.add(summary.id)
            for point in summary.of:
                inside = self.plan.items[point.item]
                if isinstance(inside, Summary):
                    add(inside)
            self._add_summary(summary)

        for summary in self.plan.summaries:
            add(summary)

    def _add_summary(self, summary: Summary) -> None:
        name, pin = summary.id, summary.pin
        if pin is not None and pin.start is not None and pin.finish is not None:
            start = self.constant(self.clock.boundary(pin.start, "opens"))
            finish = self.constant(self.clock.boundary(pin.finish, "closes"))
        else:
            starts = [self.place(point) for point in summary.starts()]
            finishes = [self.place(point) for point in summary.finishes()]
            start = self.new_place(min(each.low for each in starts), min(each.high for each in starts))
            finish = self.new_place(max(each.low for each in finishes), max(each.high for each in finishes))
            self.model.add_min_equality(start.variable, [each.variable + each.offset for each in starts])
            self.model.add_max_equality(finish.variable, [each.variable + each.offset for each in finishes])
            for end in ("start", "finish"):
                self.asked[name, end] = [each for member in summary.members() for each in self.asked.get((member, end), [])]
        self.places[name] = start, finish
        self.sources[name, "start"], self.sources[name, "finish"] = Counted(start), Counted(finish)


@dataclass(frozen=True)
class _Until(Rising):
    """A fixed boundary for all up to it; beyond it the larger of that boundary and another function."""

    boundary: int
    of: Rising

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return self.boundary if x <= self.boundary else max(self.boundary, self.of.at(x, amount))

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        return -1 if y < self.boundary else max(self.boundary, self.of.latest(y, amount))

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:
        """Return the breakpoints of the other function, and the crossover."""
        return {at for at in (*self.of.bends(low, high, amount), self.boundary + 1) if low <= at <= high}
