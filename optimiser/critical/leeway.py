"""How far one number can worsen before a node is later than a boundary: by backward passes, and not by trying.

What a number pushes may be as late as all behind it lets it be (`latest_times`); so it worsens as far as what it makes of that
stays at or before. Where k of n are asked for further on, a pass that leaves the count out says how far at the most, and one
that takes all to be needed how far at the least.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimiser.critical.arcs import Arc, Bound, Quorum
from optimiser.critical.backward import latest_times, live_arcs
from optimiser.critical.columns import Columns, Flags
from optimiser.critical.evaluated import evaluate
from optimiser.critical.network import Network
from optimiser.critical.part import cut

__all__ = ["Leeway", "Worsening"]

LARGEST = 12
"""Nodes that may run in a circle with what a number pushes for it to be followed round."""

FIRST_LOOK, MORE = 64, 8
"""Units looked at together at first, and how many times as many each time after."""

Moved = Callable[[NDArray[np.int64]], NDArray[np.int64]]
"""From units by which a number is worse to what a column holds for them."""


@dataclass(frozen=True, slots=True)
class Worsening:
    """How many units a number can worsen.

    Attributes
    ----------
    least, most
        So many leave the node where it may be, and one more than ``most`` does not, or is not of interest.
    contradicts
        Whether one unit more than ``most`` breaks a latest date or waits for ever; None where that is not known.
    """

    least: int
    most: int
    contradicts: bool | None = None


@dataclass(frozen=True, slots=True)
class _HowLate:
    """How late nodes may be: for the node and the latest dates, and for these alone; each at the most and at the least."""

    free: NDArray[np.int64]
    sure: NDArray[np.int64]
    kept: NDArray[np.int64]
    surely_kept: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """Nodes that run in a circle, or one, with what leads into them.

    Attributes
    ----------
    part
        Their inequalities, those of other nodes left out.
    before
        Node of the part that does not belong to them to where it is.
    own
        Nodes of the part that belong to them.
    late
        How late these may be for all behind them.
    """

    part: Network
    before: Mapping[int, int]
    own: Sequence[int]
    late: _HowLate


class Leeway:
    """How far the numbers of a network can worsen before one node is later than a boundary.

    Parameters
    ----------
    network
        The inequalities.
    values
        Boundary of each node as they stand: the earliest, with the node at or before the boundary.
    node, boundary
        What may be no later than what.
    anywhere
        Whether all else may run off the axis.
    """

    def __init__(self, network: Network, values: Sequence[int], node: int, boundary: int, *, anywhere: bool = True) -> None:
        self.network, self.values, self._held = network, values, {node: boundary}
        self._limit, self._end = network.never - 1 if anywhere else network.clock.limit, network.never - 1
        self._partial = any(network.enabled[each.rule] and each.partial for each in network.quorums)

        def late(held: Mapping[int, int], *, all_needed: bool) -> NDArray[np.int64]:
            off = anywhere or not held
            return np.array(latest_times(network, held, all_needed=all_needed, anywhere=off), dtype=np.int64)

        free, kept = late(self._held, all_needed=False), late({}, all_needed=False)
        sure = late(self._held, all_needed=True) if self._partial else free
        self._late = _HowLate(free, sure, kept, late({}, all_needed=True) if self._partial else kept)
        self._rank = network.rank
        self._places: dict[int, _Surroundings] = {}

    def room(self, slot: str, moved: Moved, most: int) -> Worsening | None:
        """Return how far a number can worsen, where a look at what it pushes tells; None where it does not.

        Parameters
        ----------
        slot
            A rule, or ``duration:ITEM``, whose own number it is.
        moved
            From units to what a column holds.
        most
            The most units of interest.
        """
        bearing = self._bearing.get(slot, [])
        bounds = [each for each in bearing if isinstance(each, Bound) and id(each) in self._ceilings]
        targets = {each.node if isinstance(each, Bound) else each.target for each in bearing if each not in bounds}
        ranks = {self._rank[target] for target in targets}
        if len(ranks) + bool(bounds) > 1:
            return None
        if bounds:
            return self._first(lambda units: self._under(bounds, moved(units)), most)
        if not ranks:
            return Worsening(most, most)
        (rank,) = ranks
        if len(self.network.order[rank]) > LARGEST:
            return None
        if len(bearing) == 1 and isinstance(bearing[0], Arc) and self._alone(bearing[0]):
            return self._along(bearing[0], moved, most)
        place = self._place(rank)
        return self._first(lambda units: self._pushed(place, slot, moved(units)), most)

    def freed(self, item: str) -> int | None:
        """Return how late an item's finish may be where its length is free, if its ends push each other by that length alone."""
        network = self.network
        start, finish = network.item_nodes(item)
        inside, length = {start, finish}, network.durations.get(start)
        if length is None or set(network.order[self._rank[finish]]) != inside or self._into[1][start] or self._into[1][finish]:
            return None
        if any(arc.source in inside and arc.rule != length.rule for node in inside for arc in self._into[0][node]):
            return None
        return self._behind(finish, inside)[0]

    @cached_property
    def _live(self) -> set[str]:
        return {name for name, state in self.network.enabled.items() if state}

    @cached_property
    def _ceilings(self) -> set[int]:
        return {id(each) for each in self.network.ceilings}

    @cached_property
    def _bearing(self) -> dict[str, list[Arc | Bound | Quorum]]:
        """The live inequalities that hold the number of each slot."""
        network = self.network
        found: dict[str, list[Arc | Bound | Quorum]] = {}
        live: list[tuple[Arc | Bound | Quorum, Sequence[str]]] = []
        live += [(arc, arc.names) for arc, _ in live_arcs(network)]
        live += [(each, each.slots) for each in (*network.floors, *network.ceilings) if network.enabled[each.rule]]
        live += [(each, (*each.slots, *each.count_slots)) for each in network.quorums if network.enabled[each.rule]]
        for each, slots in live:
            for slot in slots:
                found.setdefault(slot, []).append(each)
        return found

    # -- one push --------------------------------------------------------------------------------------------------------

    def _alone(self, arc: Arc) -> bool:
        """Return whether the amount of an inequality counts, and nothing comes back round to its source."""
        return bool(
            len(self.network.order[self._rank[arc.target]]) == 1
            and arc.source != arc.target
            and arc.share is None
            and all(self.network.enabled[name] for name in arc.switches)
        )

    def _along(self, arc: Arc, moved: Moved, most: int) -> Worsening:
        """Return how far the amount of one inequality can worsen: what it reaches rises with it."""
        source, target = np.array([self.values[arc.source]], dtype=np.int64), arc.target

        def reached(units: int) -> int:
            return int(arc.family.values(source, int(moved(np.array([units], dtype=np.int64))[0]))[0])

        def last(late: int) -> int:
            """Return the most units that reach no later than a boundary."""
            if arc.family.sign:
                step = reached(1) - reached(0)
                return most if step <= 0 else max(0, min(most, late - reached(0)))
            low, high, tried = 0, most, 1
            while low < high:
                if reached(tried) <= late:
                    low = tried
                else:
                    high = tried - 1
                tried = (low + high + 1) // 2
            return low

        late = self._late
        units = last(int(late.free[target]))
        least = units if late.sure[target] == late.free[target] else min(units, last(int(late.sure[target])))
        if units == most:
            return Worsening(least, units)
        more = reached(units + 1)
        unsure = late.surely_kept[target] < more <= late.kept[target]
        return Worsening(least, units, None if unsure else bool(more > late.kept[target]))

    # -- units looked at -------------------------------------------------------------------------------------------------

    def _first(self, good: Callable[[NDArray[np.int64]], tuple[Flags, ...]], most: int) -> Worsening:
        """Return the room before the first unit at which a node is late."""
        least: int | None = None
        begin, size = 1, FIRST_LOOK
        while begin <= most:
            units = np.arange(begin, min(begin + size, most + 1), dtype=np.int64)
            free, sure, kept, surely_kept = good(units)
            if least is None and not sure.all():
                least = begin + int(np.argmin(sure)) - 1
            if not free.all():
                at = int(np.argmin(free))
                contradicts = None if kept[at] and not surely_kept[at] else not kept[at]
                return Worsening(begin + at - 1 if least is None else least, begin + at - 1, contradicts)
            begin, size = begin + size, MORE * size
        return Worsening(most if least is None else least, most)

    def _under(self, bounds: Sequence[Bound], columns: NDArray[np.int64]) -> tuple[Flags, ...]:
        """Return whether what latest dates hold is in time."""
        network = self.network
        good = np.ones(len(columns), dtype=np.bool_)
        for bound in bounds:
            good &= network.all_stated(columns, bound.node, bound.side) >= self.values[bound.node]
        return good, good, good, good

    def _pushed(self, place: _Surroundings, slot: str, columns: NDArray[np.int64]) -> tuple[Flags, ...]:
        """Return whether the nodes of a place are in time for each of four passes."""
        raised = {node: np.full(len(columns), value, dtype=np.int64) for node, value in place.before.items()}
        found = evaluate(place.part, Columns(len(columns), {slot: columns}), raised=raised).values[place.own]
        late = place.late
        free, sure, kept, surely_kept = (
            np.all(found <= row[:, None], axis=0) for row in (late.free, late.sure, late.kept, late.surely_kept)
        )
        return free, sure, kept, surely_kept

    def _place(self, rank: int) -> _Surroundings:
        if rank not in self._places:
            network, component = self.network, self.network.order[rank]
            inside = set(component)
            arcs = [arc for node in component for arc in self._into[0][node]]
            quorums = [quorum for node in component for quorum in self._into[1][node]]
            floors = [floor for node in component for floor in self._into[2][node]]
            sources = {arc.source for arc in arcs} | {source for quorum in quorums for source in quorum.sources}
            nodes = [*sorted(sources - inside), *component]

            part = cut(network, nodes, arcs, quorums, floors, (), self._live)
            own = range(len(nodes) - len(component), len(nodes))
            before = {place: self.values[node] for place, node in enumerate(nodes[: own.start])}
            rows = [self._behind(node, inside) for node in component]
            self._places[rank] = _Surroundings(part, before, own, _HowLate(*np.array(rows, dtype=np.int64).T))
        return self._places[rank]

    @cached_property
    def _into(self) -> tuple[list[list[Arc]], list[list[Quorum]], list[list[Bound]]]:
        """The inequalities, the quorums and the floors of each node."""
        arcs: list[list[Arc]] = [[] for _ in self.values]
        quorums: list[list[Quorum]] = [[] for _ in self.values]
        floors: list[list[Bound]] = [[] for _ in self.values]
        for arc in self.network.arcs:
            arcs[arc.target].append(arc)
        for quorum in self.network.quorums:
            quorums[quorum.target].append(quorum)
        for floor in self.network.floors:
            floors[floor.node].append(floor)
        return arcs, quorums, floors

    @cached_property
    def _latest_dates(self) -> dict[int, list[int]]:
        """The live latest dates of each node that has one."""
        found: dict[int, list[int]] = {}
        for each in self.network.ceilings:
            if self.network.enabled[each.rule] and each.boundary is not None:
                found.setdefault(each.node, []).append(each.boundary)
        return found

    @cached_property
    def _outgoing(self) -> list[list[tuple[Arc, int]]]:
        """The live inequalities out of each node, with their amounts."""
        found: list[list[tuple[Arc, int]]] = [[] for _ in self.values]
        for arc, amount in live_arcs(self.network):
            found[arc.source].append((arc, amount))
        return found

    @cached_property
    def _counted(self) -> list[list[tuple[Quorum, Arc]]]:
        """The live quorums out of each node, with the inequality that each would be of it alone."""
        found: list[list[tuple[Quorum, Arc]]] = [[] for _ in self.values]
        for quorum in self.network.quorums:
            if self.network.enabled[quorum.rule]:
                for source, family in quorum.sure():
                    found[source].append((quorum, Arc(source, quorum.target, quorum.rule, family, quorum.amount)))
        return found

    def _behind(self, node: int, inside: set[int]) -> tuple[int, int, int, int]:
        """Return how late a node may be for all that lies behind it and not among some nodes, in each of four passes."""
        network = self.network
        held = min([self._end, *self._latest_dates.get(node, ())])
        found = []
        for row, all_needed in (
            (self._late.free, False),
            (self._late.sure, True),
            (self._late.kept, False),
            (self._late.surely_kept, True),
        ):
            asked = row is self._late.free or row is self._late.sure
            late = min(held, self._limit, self._held.get(node, held)) if asked else held
            pushes = [pair for pair in self._outgoing[node] if pair[0].target not in inside]
            pushes += [
                (arc, arc.amount)
                for quorum, arc in self._counted[node]
                if arc.target not in inside and (all_needed or not quorum.partial)
            ]
            for arc, amount in pushes:
                off_axis = network.clock.size + 1
                if row[arc.target] <= off_axis or arc.family.at(off_axis, amount) > row[arc.target]:
                    late = min(late, arc.family.latest(int(row[arc.target]), amount))
            found.append(late)
        return found[0], found[1], found[2], found[3]
