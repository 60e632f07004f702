"""Which nodes may decide a target, by the least and the greatest that columns hold: the others need no pass over samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.plan import DURATION_PREFIX
from models.terms import NONE
from optimiser.critical.arcs import Arc, Bound
from optimiser.critical.batch import Batch
from optimiser.critical.network import Network

__all__ = ["Decisive", "Ends"]

Ends = Mapping[str, tuple[int, int]]
"""Slot to the least and the greatest of all that its columns hold."""


class Decisive:
    """The nodes that may decide some targets in a sample whose numbers lie within some ends.

    Whatever the others are, up to the positions that they have in such a sample, the targets are where they are.

    Parameters
    ----------
    batch
        What is on, in which samples.
    targets
        Nodes asked for.
    ends
        Of every slot with a column.

    Attributes
    ----------
    nodes
        For each node whether it may; None where bounds tell nothing: where k of n are asked for, a lag is a share
        of a length, or something may run off the axis.
    lengthened
        The same where one length is a unit longer.
    """

    def __init__(self, batch: Batch, targets: Sequence[int], ends: Ends) -> None:
        self.ends, self.targets = ends, tuple(targets)
        self.nodes: list[bool] | None = None
        self.lengthened: list[bool] | None = None
        if batch.network.quorums or any(arc.share is not None for arc in batch.network.arcs):
            return
        bounds = _Extremes(batch, ends)
        late = [bounds.backward(target) for target in targets] if bounds.forward() else [None]
        known = [each for each in late if each is not None]
        if len(known) == len(late):
            more = bounds.further()
            self.nodes, self.lengthened = ([False] * len(more), [False] * len(more))
            for node in range(len(more)):
                latest = min(each.get(node, batch.network.never) for each in known)
                self.nodes[node] = bounds.high[node] > latest
                self.lengthened[node] = bounds.high[node] + more[node] > latest

    def holds(self, targets: Sequence[int], ends: Ends) -> bool:
        """Say whether some ends lie within its own, slot by slot."""
        own = self.ends
        return (
            tuple(targets) == self.targets
            and own.keys() == ends.keys()
            and all(own[name][0] <= low and high <= own[name][1] for name, (low, high) in ends.items())
        )


class _Extremes:
    """The least and the greatest position of each node, whatever the numbers within their ends.

    A length that is read backwards too holds its start back only where something else pushes the finish: what its own start
    pushes does not count there, or the start would be later by all that the length may vary.
    """

    def __init__(self, batch: Batch, ends: Ends) -> None:
        self.network: Network = batch.network
        self._batch, self._ends = batch, ends
        self.low, self.high = list(self.network.base), list(self.network.base)
        self._others: dict[int, tuple[int, int]] = {}
        """Finish of a length that is read backwards to where all but that pushes it."""
        self._two_way = self.network.two_way
        self._into: list[list[tuple[Arc, bool, Sequence[int]]]] = []
        """By node what leads into it, whether for sure, and its amounts; what rounds the node itself comes first."""
        for node, arcs in enumerate(batch.layout.arcs):
            found = [(arc, sure, self._amounts(arc)) for arc in arcs for sure in self._on(arc.rule, arc.switches)]
            self._into.append(sorted(found, key=lambda each, node=node: each[0].source != node))  # type: ignore[misc]

    def _on(self, rule: str, switches: Sequence[str] = ()) -> list[bool]:
        """Return whether a rule is on for sure; nothing where it is off for sure."""
        if rule in switches:
            return [True]
        on = self._batch.switch(rule)
        return [False] if not isinstance(on, bool) else [True] if on else []

    def _amounts(self, arc: Arc) -> Sequence[int]:
        """Return the ends of an amount, and none where it may be free."""
        slot = next((slot for slot in reversed(arc.slots) if slot in self._ends), None)
        low, high = (arc.amount, arc.amount) if slot is None else self._ends[slot]
        free = any(self._batch.switch(name) is not True for name in arc.switches)
        return sorted({low, high, *([0] if free else [])})

    def _stated(self, floor: Bound) -> tuple[int, int]:
        """Return the ends of the boundary of a floor."""
        slot = next((slot for slot in reversed(floor.slots) if slot in self._ends), None)
        if slot is None:
            return floor.boundary or 0, floor.boundary or 0
        days = np.array(self._ends[slot], dtype=np.int64)
        low, high = self.network.all_stated(days, floor.node, floor.side).tolist()
        return 0 if self._ends[slot][0] == NONE else low, 0 if self._ends[slot][1] == NONE else high

    def forward(self) -> bool:
        """Find the ends of all positions; say whether everything stays on the axis."""
        size, floors = self.network.clock.size, self._batch.layout.floors
        for component in self.network.order:
            for node in component:
                for floor in floors[node]:
                    for sure in self._on(floor.rule):
                        low, high = self._stated(floor)
                        self.low[node] = max(self.low[node], low if sure else 0)
                        self.high[node] = max(self.high[node], high)
            again = True
            while again:
                again = True in [self._raised(node) for node in component]
                if any(self.high[node] > size for node in component):
                    return False
        return True

    def _own(self, arc: Arc) -> bool:
        """Say whether an inequality is a length, read forwards, that is read backwards too."""
        return arc.rule in self._two_way and not arc.mirrored

    def _raised(self, node: int) -> bool:
        """Raise a node to what pushes it at the least and at the most; say whether this is to be done again."""
        ends, alone, rank = (self.low[node], self.high[node]), True, self._batch.layout.rank
        before = ends, self._others.get(node)
        if before[1] is not None:
            ends = before[1]
        for arc, sure, amounts in sorted(self._into[node], key=lambda each: self._own(each[0])):
            if self._own(arc):
                self._others[node] = ends
            least, most = (
                self._others.get(arc.source, (0, 0)) if arc.mirrored else (self.low[arc.source], self.high[arc.source])
            )
            most = min(most, self.network.clock.size + 1)
            alone &= rank[arc.source] != rank[node]
            high = max(ends[1], *(arc.family.at(most, amount) for amount in amounts))
            low = max(ends[0], min(arc.family.at(min(least, most), amount) for amount in amounts)) if sure else ends[0]
            ends = low, high
            if high > self.network.clock.size:
                break
        self.low[node], self.high[node] = ends
        return (ends, self._others.get(node)) != before and not alone

    def further(self) -> list[int]:
        """Return by how much more each node may be pushed where one length is a unit longer."""
        more = [0] * len(self.high)
        for component in self.network.order:
            for _ in range(len(component) + _ROUNDS):
                before = [more[node] for node in component]
                for node in component:
                    for arc, _, amounts in self._into[node]:
                        longer = arc.rule.startswith(DURATION_PREFIX) and not arc.mirrored
                        more[node] = max(
                            more[node], longer, *(self._stretched(arc, amount, more[arc.source]) for amount in amounts)
                        )
                if before == [more[node] for node in component]:
                    break
            else:
                for node in component:
                    more[node] = self.network.never
        return more

    def _stretched(self, arc: Arc, amount: int, more: int) -> int:
        """Return by how much more an inequality pushes what it pushes at the most, where it is pushed so much more itself."""
        if not more or more >= self.network.never:
            return more
        if arc.family.sign:
            return more
        low, high = self.low[arc.source], self.high[arc.source]
        places = np.arange(low, high + 1, dtype=np.int64)
        return int((arc.family.values(places + more, amount) - arc.family.values(places, amount)).max())

    def backward(self, target: int) -> dict[int, int] | None:
        """Return how late each node may be that leads to a target, without anything making the target its least position."""
        rank, order = self._batch.layout.rank, self.network.order
        late, others = {target: self.low[target] - 1}, dict[int, int]()
        for place in range(rank[target], -1, -1):
            component = order[place]
            for _ in range(len(component) + _ROUNDS):
                if True not in [self._lowered(node, late, others) for node in component if node in late or node in others]:
                    break
            else:
                return None
        return {
            node: min(late.get(node, self.network.never), others.get(node, self.network.never)) for node in {**late, **others}
        }

    def _lowered(self, node: int, late: dict[int, int], others: dict[int, int]) -> bool:
        """Bound the sources of a node by its own latest position; say whether something in its component has moved.

        Parameters
        ----------
        others
            Finish of a length that is read backwards to how late anything but that may make it.
        """
        again, never = False, self.network.never
        for arc, _, amounts in self._into[node]:
            own = late.get(node, never) if self._own(arc) else min(late.get(node, never), others.get(node, never))
            held = others if arc.mirrored else late
            if own < never:
                latest = min(arc.family.latest(own, amount) for amount in amounts)
                if latest < held.get(arc.source, never):
                    held[arc.source] = latest
                    again |= self._batch.layout.rank[arc.source] == self._batch.layout.rank[node]
        return again


_ROUNDS = 8
"""Rounds more than nodes that run in circles take until nothing moves; with more something may be late without end."""
