"""Schedules that keep inside capacity, by list scheduling: quick, never worse than stated, not always the earliest.

The serial schedule generation scheme (Kelley 1963; Kolisch 1996) over a network of monotone lower bounds: activities
that demand capacity are placed one after another, each at the first boundary where the network and every capacity
leave it room; what it pushes is pushed at once. An activity already placed that is pushed out of its place is placed
again. In which order they are placed is for others to say (`optimiser.critical.placing`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.duration import Reference
from models.plan import Plan
from models.rules import Capacity
from optimiser.clock import Clock
from optimiser.critical.arcs import Family
from optimiser.critical.backward import live_arcs
from optimiser.critical.forward import Pass
from optimiser.critical.network import Network
from optimiser.critical.room import Needs, Room
from optimiser.stopping import heed

__all__ = ["Key", "Levelling", "Resource", "list_schedule", "needs_of", "resource_of", "resources"]

Key = Callable[[str, int], tuple[int, ...]]
"""From an activity and its earliest start now to its place in the queue; the smallest goes first."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A live capacity rule on the axis.

    Attributes
    ----------
    available
        Capacity on each working day, shape ``(size,)``.
    demand
        Activity to what it needs while in progress; activities that need nothing are left out.
    """

    rule: str
    available: NDArray[np.int64]
    demand: dict[str, int]


def resources(plan: Plan, clock: Clock) -> tuple[Resource, ...]:
    """Return the live capacities of a plan."""
    return tuple(resource_of(plan, clock, rule) for rule in plan.active_rules() if isinstance(rule, Capacity))


def resource_of(plan: Plan, clock: Clock, rule: Capacity, set_to: Mapping[str, int] | None = None) -> Resource:
    """Return one capacity; a step before the axis holds from its beginning, one behind it never. What is done needs none of it.

    Parameters
    ----------
    set_to
        Amounts of assumptions, and of the rule by its own id, other than the plan states them.
    """
    other = set_to or {}

    def amount(term: int | Reference) -> int:
        return other[term.name] if isinstance(term, Reference) and term.name in other else plan.amount(term)

    available = np.full(clock.size, other.get(rule.id, amount(rule.amount)), dtype=np.int64)
    since = clock.boundaries(np.array([step.since.toordinal() for step in rule.steps], dtype=np.int64), "opens")
    for step, boundary in zip(rule.steps, since.tolist(), strict=True):
        available[max(boundary, 0) :] = amount(step.amount)
    demand: dict[str, int] = {}
    for entry in rule.demands:
        if not plan.done(entry.item):
            demand[entry.item] = demand.get(entry.item, 0) + amount(entry.amount)
    return Resource(rule.id, available, {item: needed for item, needed in demand.items() if needed})


def needs_of(pools: Sequence[Resource]) -> dict[str, Needs]:
    """Return what each activity needs, as `Room` asks for it: the capacities by their places."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row, pool in enumerate(pools):
        for item, amount in pool.demand.items():
            found.setdefault(item, []).append((row, amount))
    return {item: tuple(needs) for item, needs in found.items()}


class Levelling:
    """List scheduling of one network and its capacities, over and over: what does not change is prepared once.

    Parameters
    ----------
    network
        The plan's inequalities.
    pools
        The plan's capacities.
    forward
        The forward pass of the network, where it is known.

    Attributes
    ----------
    items
        The activities that hold capacity.
    felt
        For each node whether work on the capacities could feel it, whatever is switched on or off.

    Notes
    -----
    While activities are placed only what leads to other work on the capacities is pushed; the rest of the plan follows in one
    go, once all have their place.
    """

    def __init__(self, network: Network, pools: Sequence[Resource], forward: Pass | None = None) -> None:
        self.network = network
        self._pass = Pass(network) if forward is None else forward
        if forward is None:
            self._pass.run()
        self.items = sorted({item for pool in pools for item in pool.demand})
        self._nodes = {item: network.item_nodes(item) for item in self.items}
        self._item_at = {node: item for item, nodes in self._nodes.items() for node in nodes}
        self._needs = needs_of(pools)
        self._empty = Room([pool.available for pool in pools])
        self._rank = [0] * len(network.points)
        self._at = [node for component in network.order for node in component]
        for place, node in enumerate(self._at):
            self._rank[node] = place
        self.felt = self._leading()

    def _leading(self) -> list[bool]:
        """Return for each node whether work on the capacities could feel it, whatever is switched on or off."""
        sources: dict[int, set[int]] = {}
        for arc in self.network.arcs:
            sources.setdefault(arc.target, set()).add(arc.source)
        for quorum in self.network.quorums:
            sources.setdefault(quorum.target, set()).update(quorum.sources)
        found = set(self._item_at)
        stack = list(found)
        while stack:
            fresh = sources.get(stack.pop(), set()) - found
            found |= fresh
            stack += fresh
        return [node in found for node in range(len(self._rank))]

    def again(self, network: Network, forward: Pass) -> Levelling:
        """Return the same for a network that differs by some numbers only, from its own forward pass."""
        other = copy(self)
        other.network, other._pass = network, forward  # noqa: SLF001 - a copy of its own kind
        other.__dict__.pop("_incoming", None)
        return other

    def schedule(self, key: Key) -> list[int] | None:
        """Return a schedule inside capacity, or None where this way of placing finds none; see `list_schedule`."""
        heed()
        if self._pass.trouble:
            return None
        pushing = _Pushing(self._pass, self._rank, self._at, self.felt)
        values, nodes, needs = pushing.values, self._nodes, self._needs
        room = self._empty.copied()
        placed: dict[str, tuple[int, int]] = {}
        waiting = {item: key(item, values[nodes[item][0]]) for item in self.items}
        queue = [(entry, item) for item, entry in waiting.items()]
        heapq.heapify(queue)
        patience = 20 * len(self.items) + 100
        while queue:
            entry, item = heapq.heappop(queue)
            if waiting.get(item) != entry:
                continue
            patience -= 1
            if patience < 0:
                return None
            start, finish = nodes[item]
            now = key(item, values[start])
            if now != entry:
                waiting[item] = now
                heapq.heappush(queue, (now, item))
                continue
            pushing.moved.clear()
            if not self._place(pushing, room, item, start, finish):
                return None
            del waiting[item]
            placed[item] = (values[start], values[finish])
            room.take(needs[item], values[start], values[finish])
            for other in {self._item_at[node] for node in pushing.moved if node in self._item_at}:
                if other in placed and placed[other] != (values[nodes[other][0]], values[nodes[other][1]]):
                    room.give(needs[other], *placed.pop(other))
                    waiting[other] = key(other, values[nodes[other][0]])
                    heapq.heappush(queue, (waiting[other], other))
        return values if pushing.rest() else None

    def _place(self, pushing: _Pushing, room: Room, item: str, start: int, finish: int) -> bool:
        """Push an activity to the first place where every capacity leaves it room; return False where there is none."""
        values, needs = pushing.values, self._needs[item]
        length = self.network.durations[start]
        fixed = length.family.sign == 1 and self.network.enabled[length.rule]
        while True:
            begin, days = values[start], values[finish] - values[start]
            if fixed:
                at = room.first(needs, begin, days, self.network.clock.size + 1)
            else:
                at = begin + (room.short(needs, begin) & ((1 << days) - 1)).bit_length()
            if at == begin:
                return True
            if not pushing.raise_to(start, at):
                return False

    def justified(self, values: Sequence[int], late: Sequence[int]) -> list[int] | None:
        """Return a schedule drawn to the right and then to the left again, which is often shorter; None where that finds none.

        Forward-backward improvement (Li and Willis 1992; Valls, Ballestín and Quintanilla 2005): the work is put as late as
        a date leaves it, whatever ends last first; then it is placed in the order of the starts that come out.

        Parameters
        ----------
        values
            A schedule: boundary of each node.
        late
            Latest boundary of each node; a guide.
        """
        starts = self._drawn_right(values, late)
        return self.schedule(lambda item, now: (starts[item], now))

    def _drawn_right(self, values: Sequence[int], late: Sequence[int]) -> dict[str, int]:
        """Return a start for each activity as late as the capacities and the work that waits for it leave it."""
        last, room, found = list(late), self._empty.copied(), {}
        for item in sorted(self.items, key=lambda item: (-values[self._nodes[item][1]], -values[self._nodes[item][0]])):
            start, finish = self._nodes[item]
            days = values[finish] - values[start]
            end = max(min(last[finish], last[start] + days), values[finish])
            at = room.last(self._needs[item], values[start], end, days)
            found[item] = at = values[start] if at is None else at
            room.take(self._needs[item], at, at + days)
            self._draw_back(last, start, at)
            self._draw_back(last, finish, at + days)
        return found

    def _draw_back(self, last: list[int], node: int, boundary: int) -> None:
        """Lower what leads to a node and to work on the capacities under a latest boundary."""
        if boundary >= last[node]:
            return
        last[node] = boundary
        stack = [node]
        while stack:
            target = stack.pop()
            for source, family, amount in self._incoming.get(target, ()):
                before = last[target] - family.sign * amount if family.sign else family.latest(last[target], amount)
                if before < last[source] and before >= 0:
                    last[source] = before
                    stack.append(source)

    @cached_property
    def _incoming(self) -> dict[int, list[tuple[int, Family, int]]]:
        """By target the live inequalities that pass work on the capacities on to other such work."""
        after: dict[int, list[int]] = {}
        arcs = [each for each in live_arcs(self.network) if self.felt[each[0].target] and each[0].source != each[0].target]
        for arc, _ in arcs:
            after.setdefault(arc.source, []).append(arc.target)
        behind, stack = set(self._item_at), list(self._item_at)
        while stack:
            fresh = set(after.get(stack.pop(), ())) - behind
            behind |= fresh
            stack += fresh
        found: dict[int, list[tuple[int, Family, int]]] = {}
        for arc, amount in arcs:
            if arc.source in behind:
                found.setdefault(arc.target, []).append((arc.source, arc.family, amount))
        return found


class _Pushing:
    """Values of a pass that is done pushed on, without reasons: what work on capacities feels at once, the rest in the end."""

    def __init__(self, done: Pass, rank: Sequence[int], at: Sequence[int], inner: Sequence[bool]) -> None:
        self.values = list(done.values)
        self.moved: list[int] = []
        self._pass, self._rank, self._at, self._inner = done, rank, at, inner
        self._limit = done.network.clock.limit
        self._left: set[int] = set()

    def raise_to(self, node: int, boundary: int) -> bool:
        """Raise a node and what waits for it as far as work on the capacities can feel it; return False where it cannot be."""
        return self._raise(node, boundary) and self._spread([self._rank[node]], inside=True)

    def rest(self) -> bool:
        """Raise what only the rest of the plan feels."""
        ranks = sorted(self._rank[node] for node in self._left)
        return self._spread(ranks, inside=False)

    def _raise(self, node: int, boundary: int) -> bool:
        """Raise one node and round it to what its rules allow; return False where that is impossible."""
        limit, values = self._limit, self.values
        if boundary > limit:
            return False
        moved = bool(self._pass.rounding[node])
        while moved:
            moved = False
            for table, _, _ in self._pass.rounding[node]:
                rounded = table[boundary]
                if rounded > boundary:
                    if rounded > limit:
                        return False
                    boundary, moved = rounded, True
        values[node] = boundary
        self.moved.append(node)
        held = self._pass.ceilings[node]
        return held is None or boundary <= held[0]

    def _spread(self, ranks: list[int], *, inside: bool) -> bool:
        """Push what waits for some nodes, in the order of the network; what is not felt is left for the end while ``inside``."""
        values, inner, rank, outgoing = self.values, self._inner, self._rank, self._pass.outgoing
        quorums_of, quorums = self._pass.quorums_of, self._pass.network.quorums
        queued, moving = set(ranks), set(ranks)
        due: dict[int, set[int]] = {}  # quorums to look at, by the place of their target
        while ranks:
            place = heapq.heappop(ranks)
            queued.discard(place)
            node = self._at[place]
            reached = max((quorums[index].reach_of(values) for index in due.pop(place, ())), default=0)
            if reached > values[node]:
                if not self._raise(node, reached):
                    return False
                moving.add(place)
            if place not in moving:
                continue
            moving.discard(place)
            value = values[node]
            for target, amount, table, _ in outgoing[node]:
                if inside and not inner[target]:
                    self._left.add(node)
                    continue
                boundary = value + amount if table is None else table[value]
                if boundary > values[target]:
                    if not self._raise(target, boundary):
                        return False
                    moving.add(rank[target])
                    if rank[target] not in queued:
                        queued.add(rank[target])
                        heapq.heappush(ranks, rank[target])
            for index in quorums_of.get(node, ()):
                target = quorums[index].target
                if inside and not inner[target]:
                    self._left.add(node)
                    continue
                due.setdefault(rank[target], set()).add(index)
                if rank[target] not in queued:
                    queued.add(rank[target])
                    heapq.heappush(ranks, rank[target])
        return True


def list_schedule(network: Network, pools: Sequence[Resource], key: Key) -> list[int] | None:
    """Return a schedule inside capacity, or None where this way of placing finds none.

    Parameters
    ----------
    network
        The plan's inequalities.
    pools
        The plan's capacities.
    key
        The order in which activities are placed.

    Returns
    -------
    list of int or None
        Boundary of each node. None says nothing about whether a schedule exists.
    """
    return Levelling(network, pools).schedule(key)
