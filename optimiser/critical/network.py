"""A plan as a network of lower bounds: every rule but capacity is a set of inequalities ``x_v ≥ f(x_u)``, f monotone.

A maximum lag is the same inequality read backwards: ``x_v ≤ g(x_u)`` holds exactly when ``x_u ≥ min{x : g(x) ≥ x_v}``.
So is the other half of a duration. Systems of this kind have a least solution, the earliest position of everything at
once (Knaster and Tarski), and, where nothing asks for k of n, a greatest one below any set of latest dates.

Capacity is left out: what is computed here is then a lower bound.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from models.duration import Duration, Reference
from models.plan import DURATION_PREFIX, Plan
from models.rules import Occasions, Point
from optimiser.clock import Boundaries, Clock, Elapsed, Rising, Side, Worked

FACT_PREFIX = "item:"
"""What stands before an item's id where what is said of it is a fact of the item, and no rule that one could take away."""

__all__ = ["FACT_PREFIX", "NEVER", "Arc", "Bound", "Family", "Network", "Quorum", "Share", "constant", "inverse"]

NEVER = 10_000_000
"""How far behind the axis lies what can never happen."""


class Family:
    """The functions ``x → f(x)`` that one arc can have, one for each amount of its lag or duration.

    Parameters
    ----------
    clock
        The axis.
    sign
        +1 or -1 where the function is ``x + sign · amount``; 0 where only a table tells.
    table
        From an amount to the function's values at the boundaries 0 to ``size``, shape ``(size + 1,)``, not decreasing.
    steps
        In place of a table, on an axis too long for one: the function and its inverse as they are worked out.
    """

    def __init__(
        self,
        clock: Clock,
        sign: int,
        table: Callable[[int], Boundaries] | None = None,
        *,
        steps: Rising | None = None,
    ) -> None:
        self.sign, self.steps = sign, steps
        self._clock = clock
        self._make = table
        self._tables: dict[int, Boundaries] = {}
        self._lists: dict[int, list[int]] = {}
        self._together: tuple[int, Boundaries] | None = None

    def table(self, amount: int) -> Boundaries:
        """Return the function's values at boundaries 0 to ``size + 2``; off the axis it stays off the axis."""
        if amount not in self._tables:
            size = self._clock.size
            axis = np.arange(size + 1, dtype=np.int64)
            made = axis + self.sign * amount if self._make is None else self._make(amount)
            if len(self._tables) * size > MOST_CELLS:
                del self._tables[next(iter(self._tables))]
            kind = np.int32 if size < MOST_NARROW else np.int64
            self._tables[amount] = np.concatenate([made, np.maximum([size + 1, size + 2], made[-1:])]).astype(kind)
        return self._tables[amount]

    def tables(self, low: int, high: int) -> Boundaries:
        """Return the tables of all amounts from one to another, shape ``(high - low + 1, size + 3)``."""
        first, last = low, high
        if self._together is not None:
            known = self._together[0], self._together[0] + len(self._together[1]) - 1
            if known[0] <= low and high <= known[1]:
                return self._together[1][low - known[0] : high - known[0] + 1]
            if max(known[1], high) - min(known[0], low) < 2 * (high - low + known[1] - known[0] + 1):
                first, last = min(known[0], low), max(known[1], high)
        self._together = first, np.stack([self.table(amount) for amount in range(first, last + 1)])
        return self._together[1][low - first : high - first + 1]

    def listed(self, amount: int) -> Listed:
        """Return `table` as a list, quicker to read one value from, or what stands for one."""
        if self.steps is not None:
            return Answering(self.steps, amount)
        if amount not in self._lists:
            self._lists[amount] = self.table(amount).tolist()
        return self._lists[amount]

    def at(self, x: int, amount: int) -> int:
        """Return ``f(x)``."""
        if self.sign:
            return x + self.sign * amount
        if self.steps is not None:
            return self.steps.at(x, amount)
        return self.listed(amount)[x]

    def values(self, x: Boundaries, amount: int | Boundaries) -> Boundaries:
        """Return ``f(x)`` for one amount, or one each; what is off the axis stays off it."""
        if self.sign:
            shifted: Boundaries = x + amount if self.sign > 0 else x - amount
            return shifted
        if self.steps is not None:
            return self.steps.values(x, amount)
        off_axis = self._clock.size + 1
        if isinstance(amount, int):
            return self.table(amount)[: off_axis + 1].take(x, mode="clip")
        place = np.clip(x, 0, off_axis)
        low, high = int(amount.min()), int(amount.max())
        if high - low < WIDEST and (high - low) * off_axis < MOST_CELLS:
            return self.tables(low, high)[amount - low, place]
        found = np.empty_like(x)
        for each in np.unique(amount).tolist():
            mask = amount == each
            found[mask] = self.table(each)[place[mask]]
        return found

    def latest(self, y: int, amount: int) -> int:
        """Return ``max{x : f(x) ≤ y}``, -1 where there is none."""
        if self.sign:
            return y - self.sign * amount
        if self.steps is not None:
            return self.steps.latest(y, amount)
        return bisect_right(self.listed(amount), y, hi=self._clock.size + 1) - 1

    def latest_values(self, y: Boundaries, amount: int | Boundaries) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, -1 where there is none, for one amount, or one each."""
        if self.sign:
            back: Boundaries = np.maximum(y - self.sign * amount, -1)
            return back
        if self.steps is not None:
            return np.maximum(self.steps.latest_values(y, amount), -1)
        found = np.empty_like(y)
        for each in [amount] if isinstance(amount, int) else np.unique(amount).tolist():
            mask = np.broadcast_to(amount == each, y.shape)
            found[mask] = np.searchsorted(self.table(each)[:-2], y[mask], side="right") - 1
        return found

    def no_less(self, other: Family, amount: int, others: int) -> bool:
        """Return whether the function at an amount is nowhere below another one at its own, as far as that is known."""
        if self.sign and other.sign:
            return self.sign * amount >= other.sign * others
        if self.steps is not None or other.steps is not None:
            longer = amount >= others and isinstance(self.steps, Worked | Elapsed)
            return self.steps is other.steps and (longer or amount == others)
        return bool(np.all(self.table(amount) >= other.table(others)))


class Answering:
    """A function at one amount, read as its table would be."""

    def __init__(self, steps: Rising, amount: int) -> None:
        self.steps, self.amount = steps, amount

    def __getitem__(self, boundary: int) -> int:
        return self.steps.at(boundary, self.amount)

    @classmethod
    def of(cls, table: Listed | None, amount: int) -> Answering:
        """Return an inequality as a pass lays it out: a function, or so many minutes where there is none."""
        return table if isinstance(table, Answering) else cls(Elapsed(), amount)

    def fewest(self, low: int, high: int) -> int:
        """Return the fewest boundaries that it pushes on from anywhere between two; of what leaves these, too few to tell."""
        bends = {low, high, *self.steps.bends(low, high, self.amount)}
        at = {each for bend in bends for each in (bend - 1, bend) if low <= each <= high}
        return min((self[each] - each for each in at if self[each] <= high), default=low - high)


Listed = list[int] | Answering

WIDEST = 256
"""Of a column of amounts that spans no more than this all tables are laid side by side."""

MOST_NARROW = 2**29
"""On a shorter axis the boundaries of a table fit into 32 bits, with what never comes."""

MOST_CELLS = 400_000
"""Boundaries of which the tables of one family are kept, and laid side by side: on a long axis those of fewer amounts."""


def constant(clock: Clock, table: Boundaries) -> Family:
    """Return the family whose one function, whatever the amount, is a table."""
    return Family(clock, 0, lambda _: table)


def inverse(table: Boundaries, size: int) -> Boundaries:
    """Return ``y → min{x : g(x) ≥ y}`` for a not decreasing table, ``size + 1`` where no boundary reaches *y*.

    Parameters
    ----------
    table
        ``g`` at the boundaries 0 to ``size``.
    size
        Number of working days on the axis.

    Returns
    -------
    ndarray
        Shape ``(size + 1,)``.
    """
    return np.searchsorted(table, np.arange(size + 1), side="left").astype(np.int64)


@dataclass(frozen=True, slots=True)
class Share:
    """A length that an inequality takes so many per cent of: its amount is in hundredths of a minute.

    Attributes
    ----------
    percent
        The number of the inequality itself.
    amount, slots
        The number that the length holds, and the names under which a column may replace it; the last wins.
    length, origin
        From that number to minutes: ``length(origin, amount) − origin``.
    """

    percent: int
    amount: int
    slots: tuple[str, ...]
    length: Rising
    origin: int

    def of(self, percent: int | Boundaries, amount: int | Boundaries) -> int | Boundaries:
        """Return the amount of the inequality under other numbers, each one for all samples or a column."""
        if isinstance(amount, int):
            return percent * (self.length.at(self.origin, amount) - self.origin)
        return percent * (self.length.values(np.full(len(amount), self.origin), amount) - self.origin)


@dataclass(slots=True)
class Arc:
    """``x[target] ≥ f(x[source])``; where both are one node, the function rounds up to what the rule allows."""

    source: int
    target: int
    rule: str
    """The rule, or ``duration:ITEM``, that the inequality is part of."""
    family: Family
    amount: int = 0
    slots: tuple[str, ...] = ()
    """Names under which a column may replace the amount: an assumption, a rule, ``duration:ITEM``; the last wins."""
    switches: tuple[str, ...] = ()
    """Switches of durations that count the amount as zero when off, for a length that is then free."""
    mirrored: bool = False
    """Whether this is the second half of an equation, needed only where something else pushes its source, and not at
    all where the length is free."""
    share: Share | None = None
    """The length of which the number of ``slots`` is so many per cent, where the amount follows from both."""

    @property
    def names(self) -> tuple[str, ...]:
        """The slots of its numbers."""
        return self.slots if self.share is None else (*self.slots, *self.share.slots)

    def under(self, column: Callable[[tuple[str, ...], int], int | Boundaries]) -> int | Boundaries:
        """Return the amount under other numbers, from the slots of a number and what is stated to what is held for it."""
        if self.share is None:
            return column(self.slots, self.amount)
        return self.share.of(column(self.slots, self.share.percent), column(self.share.slots, self.share.amount))

    def renumbered(self, slot: str, number: int) -> Arc:
        """Return it with another number under one of its slots."""
        if self.share is None:
            return replace(self, amount=number)
        share = replace(
            self.share,
            percent=number if slot in self.slots else self.share.percent,
            amount=number if slot in self.share.slots else self.share.amount,
        )
        return replace(self, amount=int(share.of(share.percent, share.amount)), share=share)


@dataclass(slots=True)
class Bound:
    """``x[node] ≥ boundary`` (a floor) or ``x[node] ≤ boundary`` (a ceiling), by a stated date."""

    node: int
    rule: str
    boundary: int | None
    """None where the date is ``none``."""
    slots: tuple[str, ...] = ()
    side: Side = "floor"
    """Which of the two it is where its date is stated."""


@dataclass(slots=True)
class Quorum:
    """``x[target] ≥`` the ``count``-th smallest of ``f(x[s])`` over the sources."""

    sources: tuple[int, ...]
    target: int
    rule: str
    families: tuple[Family, ...]
    amount: int
    count: int
    slots: tuple[str, ...] = ()
    count_slots: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether a source may be late for good without the target: no latest boundary of one then follows from it alone."""
        return self.count < len(self.sources)

    def reach(self, at: Sequence[int | None]) -> tuple[int, tuple[int, ...]]:
        """Return the boundary to which sources push the target, and the places of the binding sources, the deciding one last.

        Parameters
        ----------
        at
            A boundary for each source; None of one that nothing is known of.
        """
        each = zip(at, self.families, strict=True)
        reached = [-1 if boundary is None else family.at(boundary, self.amount) for boundary, family in each]
        order = sorted(range(len(reached)), key=lambda place: (reached[place], self.sources[place]))
        decides = order[self.count - 1]
        late = (place for place in order if reached[place] >= reached[decides] and place != decides)
        return reached[decides], (*late, decides)

    def said(self, _: Sequence[int | None]) -> str:
        """Return in words what decides, where the rule does not say it."""
        return ""

    def pushes(self, values: Sequence[int]) -> bool:
        """Return whether it may push its target from the boundaries of all nodes: not where enough sources have come by then."""
        by, left = values[self.target], self.count
        for source, family in zip(self.sources, self.families, strict=True):
            if family.at(values[source], self.amount) <= by:
                left -= 1
                if not left:
                    return False
        return True

    def reach_of(self, values: Sequence[int]) -> int:
        """Return to where sources push the target from the boundaries of all nodes."""
        return self.reach([values[source] for source in self.sources])[0]

    def no_looser(self, before: Quorum) -> bool:
        """Return whether it asks for no less than it did with other numbers."""
        pairs = zip(before.families, self.families, strict=True)
        return self.count >= before.count and all(new.no_less(old, self.amount, before.amount) for old, new in pairs)

    def sure(self) -> Iterator[tuple[int, Family]]:
        """Yield what, asked of every source, is enough."""
        yield from zip(self.sources, self.families, strict=True)

    def plain(self, _: Sequence[int]) -> Iterator[Quorum]:
        """Yield counts that follow from it and matter where sources are at some boundaries."""
        yield self


@dataclass(slots=True)
class Network:
    """The inequalities of one plan on one clock.

    Attributes
    ----------
    points
        The point of each node; a milestone has one node, an activity two, in the order of the plan.
    enabled
        The state of every switch: rules by id and durations as ``duration:ITEM``.
    order
        Nodes in strongly connected components, sources first; within a component the inequalities run in circles.
    never
        A boundary after everything: what waits for an occasion that will not come.
    """

    plan: Plan
    clock: Clock
    points: list[Point] = field(default_factory=list)
    nodes: dict[tuple[str, str], int] = field(default_factory=dict)
    arcs: list[Arc] = field(default_factory=list)
    floors: list[Bound] = field(default_factory=list)
    ceilings: list[Bound] = field(default_factory=list)
    quorums: list[Quorum] = field(default_factory=list)
    enabled: dict[str, bool] = field(default_factory=dict)
    switch_slots: dict[str, str] = field(default_factory=dict)
    """Switches that an assumption of the plan holds: switch to assumption."""
    dated_slots: set[str] = field(default_factory=set)
    """Slots whose columns hold dates (as ordinals) rather than amounts."""
    order: list[list[int]] = field(default_factory=list)
    durations: dict[int, Arc] = field(default_factory=dict)
    """The arc of each activity's length, by its start."""
    boards: dict[tuple[Occasions, str, str], Family] = field(default_factory=dict)
    """What waiting for a board does, shared by everyone who waits for it: board, unit of the notice, how it is counted from."""
    base: list[int] = field(default_factory=list)
    """Where each node lies before anything pushes it: the beginning of the axis, a floor of its item, or a fact."""
    began: dict[str, int] = field(default_factory=dict)
    """Of work of days that has begun, whose start is where what is left of it begins, the node of its actual start."""
    facts: frozenset[str] = frozenset()
    """What is on whatever is switched off."""
    deadlines: list[Bound] = field(default_factory=list)
    """Soft ceilings: they bound latest dates and float alone."""
    uses_capacity: bool = False
    """Whether an enabled capacity rule was left out."""
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What passes laid out of these inequalities, once; a network made from this one begins without."""

    @property
    def never(self) -> int:
        """The boundary of what can never happen: so late that no lag reaches it."""
        return self.clock.size + NEVER

    @property
    def two_way(self) -> frozenset[str]:
        """Durations of which less may be later: something else pushes the finish, or a lead is a share of the length."""
        leads = [slot for arc in self.arcs if arc.share is not None and arc.share.percent < 0 for slot in arc.share.slots]
        leads = [slot for slot in leads if slot.startswith(DURATION_PREFIX)]
        return frozenset((*(arc.rule for arc in self.arcs if arc.mirrored), *leads))

    @property
    def rank(self) -> list[int]:
        """The place of each node's component in the order."""
        found: list[int] | None = self.kept.get("rank")
        if found is None:
            found = self.kept["rank"] = [0] * len(self.points)
            for place, component in enumerate(self.order):
                for node in component:
                    found[node] = place
        return found

    def node(self, point: Point) -> int:
        """Return the node of a point whose end is filled in."""
        return self.nodes[point.item, point.end or "start"]

    def from_node(self, point: Point) -> int:
        """Return the node that a lag from a point counts from: of begun work its actual start."""
        return self.began.get(point.item, self.node(point)) if point.end == "start" else self.node(point)

    def item_nodes(self, item: str) -> tuple[int, int]:
        """Return the nodes of an item's start and finish; the same for a milestone."""
        return self.nodes[item, "start"], self.nodes[item, "finish"]

    @property
    def since(self) -> int:
        """The boundary before which nothing comes that is not done: the beginning of the axis without a status date."""
        status, origin = self.plan.status_date, self.clock.origin
        return origin if status is None else max(origin, self.clock.boundary(status, "closes"))

    def missed(self, boundary: int) -> bool:
        """Return whether a latest boundary lies before the status date, so that what is not done by then has broken it."""
        return self.plan.status_date is not None and self.plan.dialect is None and boundary < self.since

    def all_stated(self, ordinals: Boundaries, node: int, side: Side) -> Boundaries:
        """Return the boundaries of stated days as a floor or a ceiling of a node: of a latest one that is missed, `never`."""
        found = self.clock.all_stated(np.maximum(ordinals, 1), self.plan.convention(self.points[node]), side)
        if side == "floor" or self.plan.status_date is None or self.plan.dialect is not None:
            return found
        held: Boundaries = np.where(found < self.since, self.never, found)
        return held

    def place(self, item: str, values: Sequence[int]) -> tuple[int, int]:
        """Return where an item starts and finishes, of the boundary of each node: begun work where it began."""
        start, finish = self.item_nodes(item)
        return values[self.began.get(item, start)], values[finish]

    def valued(self, places: Mapping[str, tuple[int, int]]) -> list[int]:
        """Return the boundary of each node from positions of items; begun work counts from the start of its remaining part."""
        values = [places[point.item][point.end == "finish"] for point in self.points]
        for node in self.began.values():
            values[node] = self.base[node]
        return values

    # -- making ------------------------------------------------------------------------------------------------------

    def convention(self, node: int) -> str:
        """Return how the boundary of a node is shown."""
        return self.plan.convention(self.points[node])

    def shift(self, source: int, target: int, unit: str, *, backwards: bool = False) -> Family:
        """Return the family ``x ⊕ amount unit`` from one node to another, or its inverse."""
        clock = self.clock
        if unit == "wd":
            return Family(clock, -1 if backwards else 1)
        shown, read = self.plan.convention(self.points[source]), self.plan.convention(self.points[target])

        def forwards(amount: int) -> Boundaries:
            return clock.shifts(amount, unit, shown, read)

        if not backwards:
            return Family(clock, 0, forwards)
        return Family(clock, 0, lambda amount: inverse(forwards(amount), clock.size))

    def add_lag(self, rule: str, source: int, target: int, term: Duration | Reference, *, at_most: bool = False) -> None:
        """Add ``x[target] ≥ x[source] ⊕ lag``, or for a maximum lag ``x[target] ≤ x[source] ⊕ lag``."""
        lag = self.plan.duration(term)
        family = self.shift(source, target, lag.unit, backwards=at_most)
        slots = (*_name(term), rule)
        tail, head = (target, source) if at_most else (source, target)
        self.arcs.append(Arc(tail, head, rule, family, lag.amount, slots))

    def add_dated(self, side: Side, rule: str, point: Point, term: dt.date | Reference) -> None:
        """Add a floor or a ceiling at a stated date."""
        date = self.plan.date(term)
        boundary = None
        if date is not None and self.enabled[rule]:
            boundary = self.clock.stated(date, self.plan.convention(point), side)
        elif date is not None:  # of a rule that is off, a date off the calendar is nobody's fault
            days = np.array([date.toordinal()], dtype=np.int64)
            boundary = int(self.clock.all_stated(days, self.plan.convention(point), side)[0])
        slots = (*_name(term), rule)
        self.dated_slots.update(slots)
        kept = self.floors if side == "floor" else self.ceilings
        kept.append(Bound(self.node(point), rule, boundary, slots, side))

    def add_places(self, rule: str, node: int, places: Boundaries, *, ends: bool = False) -> None:
        """Keep a node to some boundaries: ``x ≥ min{s allowed : s ≥ x}``.

        Parameters
        ----------
        places
            The boundaries allowed, sorted.
        ends
            Whether after the last of them there will never be another, rather than none that is known.
        """
        self.add_rounding(rule, node, next_place(places, self.clock.size, self.never if ends else self.clock.beyond))

    def add_rounding(self, rule: str, node: int, table: Boundaries) -> None:
        """Keep a node to the fixed points of a table that rounds up."""
        self.arcs.append(Arc(node, node, rule, constant(self.clock, table)))


def next_place(places: Boundaries, size: int, otherwise: int) -> Boundaries:
    """Return for each boundary the next of some sorted ones at or after it, ``otherwise`` where there is none."""
    reached = np.append(places, otherwise)
    return reached[np.searchsorted(places, np.arange(size + 1), side="left")].astype(np.int64)


def _name(term: object) -> tuple[str, ...]:
    """Return the name of the assumption that a term refers to, if it does."""
    return (term.name,) if isinstance(term, Reference) else ()


def duration_slot(item: str) -> str:
    """Return the name of the switch, and of the slot, of an activity's duration."""
    return DURATION_PREFIX + item
