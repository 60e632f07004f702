"""The items of a minute plan as nodes: landing of bounds, reference points of links, and effect of length.

Most work is two nodes, as on days. Whatever holds work beside its rules (a pin, a delay, what is done of it, its assignments)
is one monotone function between a node on which all bounds land and the dates that are shown: so a pin is a constant, a
delay a shift, and finished work of P6 a node of its own that passes on what lands there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from models.duration import Duration, Reference
from models.items import Activity, Milestone, Summary
from models.plan import DURATION_PREFIX, Plan
from models.progress import Assignment, Pin, Progress
from models.rules import Dependency, Point
from optimiser.clock import Boundaries, MinuteClock, Rising, WorkedTime
from optimiser.clock.bounding import Capped, Constant, Fixed, Highest, Lowest, Through
from optimiser.clock.moves import Back, Going, Opening, Staying
from optimiser.clock.rising import Amount, Elapsed, Inverse, Worked, minutes_of
from optimiser.critical.arcs import Arc, Family, Quorum
from optimiser.critical.minute_floors import held_back
from optimiser.critical.network import FACT_PREFIX, Network

__all__ = ["Landing", "MinuteItems", "OfLength"]


@dataclass(frozen=True, slots=True)
class OfLength:
    """A number of work, the function that it is the amount of, and the slots under which a column may replace it."""

    steps: Rising
    amount: int
    slots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a bound on a point lands: ``x[node] ≥ through(bound)``; a length that it goes back by has names for a column."""

    node: int
    through: Rising | None = None
    length: OfLength | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a link from a point counts from: a node, and of a positive lag since when some has gone by."""

    node: int
    since: int | None = None


@dataclass
class MinuteItems:
    """The nodes of every item of one network.

    Attributes
    ----------
    landings
        Where bounds on a point land; absent where nothing moves it.
    leavings
        What links from a point count from.
    lengths
        The length of an item, of which a lag may be a share.
    """

    network: Network
    clock: MinuteClock
    landings: dict[tuple[str, str], Landing] = field(default_factory=dict)
    leavings: dict[tuple[str, str], Leaving] = field(default_factory=dict)
    lengths: dict[str, OfLength] = field(default_factory=dict)
    backs: dict[str, OfLength] = field(default_factory=dict)
    """From a finish to the start that goes with it, of work whose links to its finish bound the start."""

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.network.plan

    def lay(self) -> None:
        """Make the nodes of every item, in the order of the plan, and the arcs between those of one item."""
        self.status = None if self.plan.status_date is None else self.clock.boundary(self.plan.status_date, "closes")
        self.floors = self._floors()
        links = (rule.points()[1] for rule in self.plan.active_rules() if isinstance(rule, Dependency))
        self.finish_bound = {point.item for point in links if point.end == "finish"}
        for activity in self.plan.activities:
            self._activity(activity)
        for milestone in self.plan.milestones:
            self._milestone(milestone)
        for summary in self.plan.summaries:
            for end in ("start", "finish"):
                self.network.nodes[summary.id, end] = self._node(summary.id, end)
        for summary in self.plan.summaries:
            self._summary(summary)

    def node_for(self, point: Point) -> int | None:
        """Return a node on which a bound on a point may be laid as it stands; None where nothing moves the point."""
        landing = self.landing(point)
        if landing is None or landing.through is None:
            return None if landing is None else landing.node
        slot = self._slot(point.item)
        node = self._node(point.item, point.end or "start")
        self._arc(node, landing.node, slot, landing.through)
        self.landings[point.item, point.end or "start"] = Landing(node)
        return node

    def landing(self, point: Point) -> Landing | None:
        """Return where bounds on a point land; None where nothing moves it."""
        key = (point.item, point.end or "start")
        landing = self.landings.get(key)
        if landing is None or landing.length is None:
            return landing
        back = landing.length
        node = self._node(*key)
        family = Family(self.clock, 0, steps=back.steps)
        fact = FACT_PREFIX + point.item  # the length is stated whether or not it is free
        self.network.arcs.append(Arc(node, landing.node, fact, family, back.amount, back.slots))
        self.landings[key] = Landing(node)
        return self.landings[key]

    def gone_back(self, source: int, item: str, rule: str) -> int:
        """Return a node at the start that goes with a finish of an item, of where a node has that finish."""
        back, node = self.backs[item], self._node(item, "start")
        steps = Through(back.steps, Going(self.time(item))) if self.lengths[item].amount else back.steps
        self.network.arcs.append(Arc(source, node, rule, Family(self.clock, 0, steps=steps), back.amount, back.slots))
        return node

    def time(self, item: str) -> WorkedTime:
        """Return the calendar of an item as worked time: every minute of the clock where its length is elapsed."""
        held = self.plan.items[item]
        if isinstance(held, Activity) and self.plan.duration(held.duration).unit == "emin":
            return self.clock.always()
        return self.clock.time(getattr(held, "calendar", None))

    # -- nodes and arcs ----------------------------------------------------------------------------------------------

    def _node(self, item: str, end: str, base: int | None = None) -> int:
        self.network.points.append(Point(item, "start" if end == "start" else "finish"))
        self.network.base.append(self.clock.origin if base is None else base)
        return len(self.network.points) - 1

    def _slot(self, item: str) -> str:
        """Return the slot of an item's own arcs: its duration, or a fact for an item without length."""
        return (DURATION_PREFIX if isinstance(self.plan.items[item], Activity) else FACT_PREFIX) + item

    def _arc(self, source: int, target: int, slot: str, steps: Rising, *, mirrored: bool = False) -> Arc:
        switches = () if mirrored else (slot,)
        family = Family(self.clock, 0, steps=steps)
        arc = Arc(source, target, slot, family, 0, (), switches, mirrored)
        self.network.arcs.append(arc)
        return arc

    def _floors(self) -> Mapping[str, int]:
        """Return where no work of each item begins before: the plan's start and status date.

        With a dialect of ``msp`` the start holds back what has neither predecessors nor floors; other work only where that makes
        no difference to it, so that it is held when its links are taken away. Inside a pinned summary its start takes the place.
        """
        plan, clock = self.plan, self.clock
        start = clock.origin if plan.start is None else clock.boundary(plan.start, "opens")
        names = [item.id for item in (*plan.activities, *plan.milestones)]
        if plan.dialect != "msp":
            return dict.fromkeys(names, max(start, clock.origin if self.status is None else self.status))
        found = dict.fromkeys(names, clock.origin)
        found.update(held_back(plan, clock, start))
        return found

    # -- kinds of items ----------------------------------------------------------------------------------------------

    def _activity(self, activity: Activity) -> None:
        """Lay the nodes of work: shown start and finish, and a node for bounds where anything else decides them."""
        network, plan, slot = self.network, self.plan, self._slot(activity.id)
        length = plan.duration(activity.duration)
        network.enabled[slot] = plan.switch(activity.enabled)
        if isinstance(activity.enabled, Reference):
            network.switch_slots[slot] = activity.enabled.name
        own = _Own(self, activity, length)
        own_steps: Rising | None
        fixed = activity.progress is not None and activity.progress.begun
        expected = activity.progress is not None and activity.progress.expected_finish is not None
        special = fixed or expected or bool(activity.pin or activity.delay or activity.assignments)
        start = network.nodes[activity.id, "start"] = self._node(
            activity.id, "start", None if special else self.floors[activity.id]
        )
        finish = network.nodes[activity.id, "finish"] = self._node(activity.id, "finish")
        named = (activity.duration.name,) if isinstance(activity.duration, Reference) else ()
        slots = (*named, slot)
        self.lengths[activity.id] = OfLength(own.plain, length.amount, named if fixed else slots)
        if fixed:
            # What is left is a number of its own; no column moves what is done.
            length, slots = own.left or length, (slot,) if own.left else ()
        self.leavings[activity.id, "start"], self.leavings[activity.id, "finish"] = Leaving(start), Leaving(finish)
        if fixed:
            assert activity.progress is not None
            source, own_steps = self._begun(activity, activity.progress, own, (start, finish), slots)
        elif special:
            source = self._node(activity.id, "start", self.floors[activity.id])
            settled = own.settled(activity.pin, activity.delay)
            finishing = own.finishing()
            if activity.progress is not None and activity.id not in self.finish_bound:
                finishing = own.expected(activity.progress, finishing, self.floors[activity.id])
            own_steps = Through(settled, finishing) if expected or (activity.assignments and own.minutes) else None
            put = self._arc(source, start, slot, Through(settled, own.beginning()))
            if activity.pin is not None and activity.pin.start is None:  # the start goes with the length
                put.rule, put.switches, put.amount, put.slots = FACT_PREFIX + activity.id, (), length.amount, slots
                network.enabled[put.rule] = True
            self._land_before(activity.id, source, own.back(slots))
        else:
            source, own_steps = start, None
            self._arc(start, start, slot, Opening(own.time) if own.rounds else Fixed(Elapsed()))
            network.arcs[-1].amount, network.arcs[-1].slots = length.amount, slots
            self.landings[activity.id, "start"] = Landing(start)
            self.landings[activity.id, "finish"] = Landing(
                finish, Fixed(Back(own.time)) if own.rounds and length.amount else None
            )
            self.backs[activity.id] = own.back(slots)
        if own_steps is None:
            source, own_steps = start, own.length
        arc = Arc(source, finish, slot, Family(self.clock, 0, steps=own_steps), length.amount, slots, (slot,))
        network.durations[start] = arc
        network.arcs.append(arc)
        if not special:
            family = Family(self.clock, 0, steps=Inverse(own.length))
            network.arcs.append(Arc(finish, start, slot, family, length.amount, slots, mirrored=True))

    def _land_before(self, item: str, node: int, back: OfLength) -> None:
        """Let bounds land on a node before the start: those on the finish as far before it as the length takes."""
        self.landings[item, "start"] = Landing(node)
        self.landings[item, "finish"] = Landing(node, length=back)
        self.backs[item] = back
        self.network.enabled[FACT_PREFIX + item] = True

    def _begun(
        self, activity: Activity, done: Progress, own: _Own, ends: tuple[int, int], slots: tuple[str, ...]
    ) -> tuple[int, Rising]:
        """Lay what has begun; return what its finish counts from, and how."""
        network, clock, (start, finish) = self.network, self.clock, ends
        began = clock.boundary(done.actual_start or _last_actual(done), "opens")
        network.base[start] = began
        if done.actual_finish is not None:
            ended = network.base[finish] = clock.boundary(done.actual_finish, "closes")
            if self.plan.dialect == "p6":
                self._passing(activity.id, began, ended)
            return start, Constant(ended)
        if self.plan.dialect == "msp":
            if own.left is None or done.resume is None:
                return start, own.finishing()
            resumed = clock.boundary(done.resume, "opens")
            rest = resumed if own.parts() else Going(own.time).at(resumed)
            return start, Through(Constant(rest), own.remaining())
        floor = max(clock.origin if self.status is None else self.status, began)
        if done.resume is not None:
            floor = max(floor, clock.boundary(done.resume, "opens"))
        rest = self._node(activity.id, "start", floor)
        parts = own.parts(remaining=True)
        settled = Lowest([first for first, _ in parts]) if parts else Going(own.time) if own.rounds else Fixed(Elapsed())
        self._arc(rest, rest, self._slot(activity.id), settled)
        if self.plan.logic == "retained":
            self._land_before(activity.id, rest, own.back(slots))
        if self.plan.from_rest:
            self.leavings[activity.id, "start"] = Leaving(rest, began)
        left = own.remaining()
        return rest, left if activity.id in self.finish_bound else own.expected(done, left, floor)

    def _passing(self, item: str, began: int, ended: int) -> None:
        """Lay the node by which finished work passes on what lands on it."""
        node = self._node(item, "finish", self.clock.origin if self.status is None else self.status)
        self.landings[item, "start"] = self.landings[item, "finish"] = Landing(node)
        self.leavings[item, "start"], self.leavings[item, "finish"] = Leaving(node, began), Leaving(node, ended)

    def _milestone(self, milestone: Milestone) -> None:
        """Lay an event: one node, and one for bounds where something else decides it."""
        network, clock, slot = self.network, self.clock, self._slot(milestone.id)
        time = self.clock.time(milestone.calendar)
        stays = milestone.shown == "closes" or self.plan.dialect == "msp"
        rounded: Rising = Staying(time) if stays else Going(time)
        done = milestone.progress
        special = milestone.pin is not None or milestone.delay is not None or (done is not None and done.begun)
        node = self._node(milestone.id, "start", None if special else self.floors[milestone.id])
        network.nodes[milestone.id, "start"] = network.nodes[milestone.id, "finish"] = node
        network.enabled[slot] = True
        self.lengths[milestone.id] = OfLength(Elapsed(), 0, ())
        leaving, landing = Leaving(node), Landing(node)
        if done is not None and done.begun:
            network.base[node] = clock.boundary(_last_actual(done), "closes")
            if self.plan.dialect == "p6":
                self._passing(milestone.id, network.base[node], network.base[node])
                return
            self.leavings[milestone.id, "start"] = self.leavings[milestone.id, "finish"] = leaving
            return
        if special:
            landing = Landing(self._node(milestone.id, "start", self.floors[milestone.id]))
            parts: list[Rising] = [_pinned(clock, milestone.pin, Fixed(Elapsed()))] if milestone.pin else []
            fixed = milestone.pin is not None and milestone.pin.kind == "on"
            if not (fixed and self.plan.dialect == "msp"):
                parts += [Fixed(Elapsed(), milestone.delay.amount)] if milestone.delay and not fixed else []
                parts.append(rounded)
            self._arc(landing.node, node, slot, Through(*parts))
        else:
            self._arc(node, node, slot, rounded)
        for end in ("start", "finish"):
            self.landings[milestone.id, end], self.leavings[milestone.id, end] = landing, leaving

    def _summary(self, summary: Summary) -> None:
        """Lay a summary: the first start and the last finish of what it spans, and nodes for what it waits for."""
        network, slot = self.network, self._slot(summary.id)
        network.enabled[slot] = True
        start, finish = network.item_nodes(summary.id)
        self.lengths[summary.id] = OfLength(Elapsed(), 0, ())
        self.leavings[summary.id, "start"], self.leavings[summary.id, "finish"] = Leaving(start), Leaving(finish)
        if summary.pin is not None:
            assert summary.pin.start is not None
            assert summary.pin.finish is not None
            network.base[start] = self.clock.boundary(summary.pin.start, "opens")
            network.base[finish] = self.clock.boundary(summary.pin.finish, "closes")
            return
        same = Family(self.clock, 1)
        starts = tuple(network.node(point) for point in summary.starts())
        network.quorums.append(Quorum(starts, start, slot, (same,) * len(starts), 0, 1))
        network.arcs += [Arc(network.node(point), finish, slot, same) for point in summary.finishes()]

    def let_in(self, summary: Summary) -> None:
        """Make the nodes on which bounds on a summary land, each a bound on everything that it spans."""
        for end in ("start", "finish"):
            if (summary.id, end) in self.landings or summary.pin is not None:
                continue
            node = self._node(summary.id, end)
            self.landings[summary.id, end] = Landing(node)
            for member in summary.members():
                inside = self.plan.items[member]
                if isinstance(inside, Summary):
                    self.let_in(inside)
                landing = self.landing(Point(member, end))
                if landing is not None:
                    self._arc(node, landing.node, self._slot(summary.id), landing.through or Fixed(Elapsed()))


def _last_actual(done: Progress) -> dt.date:
    """Return the actual finish of what has begun, or else its actual start."""
    found = done.actual_finish or done.actual_start
    assert found is not None
    return found


def _pinned(clock: MinuteClock, pin: Pin, back: Rising) -> Rising:
    """Return what a pin makes of a start; a pin of the finish is one of the start that goes with it."""
    if pin.start is not None:
        at = max(clock.boundary(pin.start, "opens"), clock.origin)
        return Constant(at) if pin.kind == "on" else Capped(at)
    assert pin.finish is not None
    return _Meeting(clock.boundary(pin.finish, "closes"), back, clock.origin, pin.kind == "on")


@dataclass(frozen=True)
class _Meeting(Rising):
    """The start that goes with a pinned finish, which a length takes back from there."""

    finish: int
    back: Rising
    origin: int
    fixed: bool

    def _of(self, amount: int) -> Rising:
        at = max(self.back.at(self.finish, amount), self.origin)
        return Constant(at) if self.fixed else Capped(at)

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return self._of(amount).at(x)

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        return self._of(amount).latest(y)

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:
        """Return where it stays."""
        return self._of(amount).bends(low, high)


@dataclass(frozen=True)
class _Returning(Back):
    """The start that goes with a finish; of no length the finish itself."""

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return super().at(x, amount) if amount else x

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        return super().latest(y, amount) if amount else y

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        return np.where(np.asarray(amount) != 0, super().values(x, amount), x)

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        return np.where(np.asarray(amount) != 0, super().latest_values(y, amount), y)


class _Own:
    """The calendar, the length and the parts of one piece of work."""

    def __init__(self, items: MinuteItems, activity: Activity, length: Duration) -> None:
        self.clock, self.plan, self.activity = items.clock, items.plan, activity
        self.time, self.amount, self.unit = items.time(activity.id), length.amount, length.unit
        self.calendar = activity.calendar
        self.length = self.clock.steps(length.unit, self.time)
        self.rounds = length.unit != "emin"
        # Shares are taken of, and work grows with, the minutes that a length has; of one in months those it has at the origin.
        whole = isinstance(self.length, Worked | Elapsed)
        self.minutes = (
            int(minutes_of(length.amount, self.length.scale))  # type: ignore[attr-defined]
            if whole
            else self.length.at(self.clock.origin, length.amount) - self.clock.origin
        )
        self.left = self._left(activity.progress)
        """What is left of begun work, where its finish counts from that."""

    def _left(self, done: Progress | None) -> Duration | None:
        if done is None or not done.begun or self.plan.dialect != "msp":
            return None if done is None or not done.begun else done.left
        began = self.clock.boundary(done.actual_start or _last_actual(done), "opens")
        return None if done.resume is None or self.clock.boundary(done.resume, "opens") <= began else done.left

    @property
    def plain(self) -> Rising:
        """The minutes of a length, as a function of the clock."""
        return Elapsed(self.length.scale) if isinstance(self.length, Worked) else self.length

    def back(self, slots: tuple[str, ...]) -> OfLength:
        """Return the start that goes with a finish; of begun work that of the rest that goes with it.

        Who is assigned to it may work where its own calendar does not, so that the start is then where that works.
        """
        found = self._back(slots)
        return OfLength(Through(found.steps, Going(self.time)), found.amount, found.slots) if self.parts() else found

    def _back(self, slots: tuple[str, ...]) -> OfLength:
        done = self.activity.progress
        if done is not None and done.begun:
            if done.remaining is None:
                return OfLength(_Returning(self.time), self.minutes, ())
            return OfLength(_Returning(self.time, self.clock.scale(done.remaining.unit)), done.remaining.amount, slots)
        if not isinstance(self.length, Worked):
            return OfLength(Inverse(self.length), self.amount, slots)
        return OfLength(_Returning(self.time, self.length.scale), self.amount, slots)

    def settled(self, pin: Pin | None, delay: Duration | None) -> Rising:
        """Return where the work is put, of where its bounds would have it."""
        parts: list[Rising] = []
        fixed = pin is not None and pin.kind == "on"
        opening: Rising = Going(self.time) if self.minutes else Staying(self.time)
        if not self.rounds:
            opening = Fixed(Elapsed())
        raw = bool(self.parts())  # each part opens on the calendar of who works on it
        if pin is not None:
            parts.append(_pinned(self.clock, pin, self.back(()).steps))
            if fixed and self.plan.dialect == "msp":
                return Through(*parts, opening) if pin.start is None and self.minutes else parts[0]
        if delay is None or fixed:
            return Through(*parts, *([] if raw else [opening]), Fixed(Elapsed()))
        first = [self.beginning()] if raw else [opening] if self.minutes else []
        return Through(*parts, *first, Fixed(Elapsed(), delay.amount), *([] if raw else [opening]))

    def parts(self, *, remaining: bool = False) -> list[tuple[Rising, Rising]]:
        """Return of each assignment when it begins and when it ends, of where the work is put."""
        if not self.minutes:
            return []
        return [self._part(assignment, remaining=remaining) for assignment in self.activity.assignments]

    def _part(self, part: Assignment, *, remaining: bool) -> tuple[Rising, Rising]:
        clock, length = self.clock, Duration(self.amount, self.unit)
        time = clock.time(part.calendar or self.calendar)
        late: list[Rising] = [Fixed(Worked(time), clock.minutes(part.delay))]
        if part.levelling_delay.amount:  # from where the work would go on
            late += [Going(time), Fixed(Elapsed(), part.levelling_delay.amount)]
        begin = Through(*(() if remaining else late), Going(time))  # what is left is not put off again
        left = self.minutes
        if remaining and self.left is not None:
            left, length = clock.minutes(self.left), self.left
        if part.first is not None and part.last is not None:
            bounds = (clock.boundary(part.first, "opens"), clock.boundary(part.last, "closes"))
            minutes = time.worked(bounds[1]) - time.worked(bounds[0])
            if remaining:
                return begin, Constant(time.plus(bounds[0], minutes))
        else:
            work = part.remaining if remaining and part.remaining is not None else part.work
            share = Fraction(str(part.units)) / 100
            minutes = left if work is None else int(minutes_of(clock.minutes(work), 1 / share))
        begun = self.activity.progress is not None and self.activity.progress.begun
        stated = part.work is not None or part.first is not None
        counted = Fraction(length.amount)
        if part.of is not None and stated and begun == remaining:
            counted = Fraction(clock.minutes(part.of)) / clock.scale(length.unit)
        lasting = Worked(time, minutes / counted) if counted else Fixed(Worked(time), minutes)
        return begin, Through(begin, lasting)

    def beginning(self) -> Rising:
        """Return when the first part begins, of where the work is put."""
        parts = self.parts()
        return Lowest([first for first, _ in parts]) if parts else Fixed(Elapsed())

    def finishing(self) -> Rising:
        """Return when the last part ends, of where the work is put."""
        parts = self.parts()
        return Highest([last for _, last in parts]) if parts else self.length

    def remaining(self) -> Rising:
        """Return when what is left ends, of where it begins."""
        parts = self.parts(remaining=True)
        if parts:
            return Highest([last for _, last in parts])
        return self.length if self.left is None else Worked(self.time, self.clock.scale(self.left.unit))

    def expected(self, done: Progress, steps: Rising, floor: int) -> Rising:
        """Return the same, but for an expected finish that takes its place where the work begins no later."""
        if done.expected_finish is None:
            return steps
        at = self.clock.boundary(done.expected_finish, "closes")
        return _Expecting(at, steps) if at >= floor else steps


@dataclass(frozen=True)
class _Expecting(Rising):
    """A finish expected, as long as the work begins no later than it."""

    boundary: int
    steps: Rising

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return self.boundary if x <= self.boundary else max(self.boundary, self.steps.at(x, amount))

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        return -1 if y < self.boundary else max(self.boundary, self.steps.latest(y, amount))

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:
        """Return the breakpoints of the length, and of the latest start."""
        return {at for at in (*self.steps.bends(low, high, amount), self.boundary + 1) if low <= at <= high}
