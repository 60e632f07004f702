"""A plan as a network of lower bounds: every rule but capacity is a set of inequalities ``x_v ≥ f(x_u)``, f monotone.

A maximum lag is the same inequality read backwards: ``x_v ≤ g(x_u)`` holds exactly when ``x_u ≥ min{x : g(x) ≥ x_v}``.
So is the other half of a duration. Systems of this kind have a least solution, the earliest position of everything at
once (Knaster and Tarski), and, where nothing asks for k of n, a greatest one below any set of latest dates.

Capacity is left out: what is computed here is then a lower bound.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.duration import Duration, Reference
from models.plan import DURATION_PREFIX, Plan
from models.rules import Occasions, Point
from optimiser.clock import Boundaries, Clock, Side
from optimiser.critical.arcs import NEVER, Arc, Bound, Family, Quorum, constant, inverse, next_place

__all__ = ["FACT_PREFIX", "Network", "duration_slot"]

FACT_PREFIX = "item:"
"""What stands before an item's id where what is said of it is a fact of the item, and no rule that one could take away."""


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


def _name(term: object) -> tuple[str, ...]:
    """Return the name of the assumption that a term refers to, if it does."""
    return (term.name,) if isinstance(term, Reference) else ()


def duration_slot(item: str) -> str:
    """Return the name of the switch, and of the slot, of an activity's duration."""
    return DURATION_PREFIX + item
