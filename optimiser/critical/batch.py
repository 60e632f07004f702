"""The forward pass over many variants of one plan at once: lengths, dates and switches as columns of samples.

Each point of the plan has a row of boundaries, one a sample; each inequality is one vectorised step. Nothing is recorded
but the values: reasons come from `forward` for the variants that somebody asks about. A pass that is done can be varied:
where some columns differ only what lies behind them is computed again, and only in the samples in which they differ.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.terms import NONE
from optimiser.clock import Boundaries
from optimiser.critical.arcs import Arc, Bound, Family, Quorum
from optimiser.critical.columns import Chosen, Columns, Flags, width_of
from optimiser.critical.layout import Layout
from optimiser.critical.moving import Flow
from optimiser.critical.network import Network

__all__ = ["Batch"]


class Batch:
    """One vectorised pass.

    Parameters
    ----------
    network
        The plan's inequalities.
    columns
        What varies.
    base
        A pass of the same network, whose rows this one has until it computes its own.
    samples
        The samples of ``base`` that this one has, by their places (one may be had several times) or a mask; all where None.
    changed
        Nodes whose inequalities differ from those of ``base``.

    Attributes
    ----------
    computed
        Nodes that this pass has computed itself.
    reading
        Nodes whose inequalities columns name.
    kind
        How wide boundaries are: 32 bits, unless the axis, or a number in a column, is too long for that.
    """

    def __init__(
        self,
        network: Network,
        columns: Columns,
        base: Batch | None = None,
        samples: Chosen | None = None,
        changed: Collection[int] = (),
    ) -> None:
        self.network = network
        self.columns = columns
        self.off_axis = network.clock.size + 1
        self.kind: np.dtype[Any] = base.kind if base else width_of(network, columns, columns.values)
        self._base, self._samples, self._changed = base, samples, changed
        if "layout" not in network.kept:
            network.kept["layout"] = Layout(network)
        self.layout: Layout = network.kept["layout"]
        self._rows: list[Boundaries | None] = [None] * len(network.points)
        self._own: set[int] = set()
        self.computed: set[int] = set()
        self._arcs: dict[int, list[tuple[Arc, Flags | None, int | Boundaries]]] = {}
        self._quorums: dict[int, list[tuple[Quorum, Flags | None]]] = {}
        # Where no column is read all is as the network has it, whatever pass asks.
        self._plain: dict[int, list[tuple[Arc, Flags | None, int | Boundaries]]] = network.kept.setdefault("plain arcs", {})
        self.reading: set[int] = base.reading if base else set()
        if base is None:
            names = (name for of in (columns.values, columns.switches) for name in of)
            self.reading.update(node for name in names for node in self.layout.readers.get(name, ()))
        elif not self.reading.issuperset(changed):
            self.reading = self.reading.union(changed)

    # -- rows --------------------------------------------------------------------------------------------------------

    def hold(self, values: NDArray[np.int64]) -> None:
        """Take the boundaries of every node as they are, shape ``(nodes, samples)``."""
        self._rows = list(values)
        self._own = set(range(len(values)))

    def row(self, node: int) -> Boundaries:
        """Return the boundaries of a node, not to be written to."""
        found = self._rows[node]
        if found is None:
            assert self._base is not None
            found = self._base.row(node)
            if self._samples is not None:
                found = found[self._samples]
                self._own.add(node)
            self._rows[node] = found
        return found

    def _writable(self, node: int) -> Boundaries:
        row = self.row(node)
        if node not in self._own:
            row = self._rows[node] = row.astype(self.kind)
            self._own.add(node)
        return row

    def branch(self, samples: Chosen | None = None) -> Batch:
        """Return a pass that begins where this one stands, of all samples or some: raising it leaves this one alone."""
        return Batch(self.network, self.columns if samples is None else self.columns.taken(samples), self, samples)

    def leading(self, nodes: Iterable[int]) -> list[bool]:
        """Return for each node whether it is one of these or leads to one, whatever is on."""
        found = [False] * len(self._rows)
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if not found[node]:
                found[node] = True
                stack += [arc.source for arc in self.layout.arcs[node]]
                stack += [source for quorum in self.layout.quorums[node] for source in quorum.sources]
        return found

    def behind(self, names: Iterable[str]) -> set[int]:
        """Return the nodes that slots and switches could move."""
        return self.layout.behind(node for name in names for node in self.layout.readers.get(name, ()))

    # -- what leads into a node --------------------------------------------------------------------------------------

    def arcs_into(self, node: int) -> list[tuple[Arc, Flags | None, int | Boundaries]]:
        """Return the live inequalities into a node: in which samples they hold, None for all, and their amounts."""
        if node not in self.reading:
            if node not in self._plain:
                self._plain[node] = self._found_into(node)
            return self._plain[node]
        if node not in self._arcs:
            if self._base is not None and node not in self._changed:
                self._arcs[node] = [self._taken(*each) for each in self._base.arcs_into(node)]
                return self._arcs[node]
            self._arcs[node] = self._found_into(node)
        return self._arcs[node]

    def _found_into(self, node: int) -> list[tuple[Arc, Flags | None, int | Boundaries]]:
        found: list[tuple[Arc, Flags | None, int | Boundaries]] = []
        for arc in self.layout.arcs[node]:
            on = self.switch(arc.rule) if arc.rule not in arc.switches else True
            if on is not False:
                found.append((arc, None if on is True else on, self.amount(arc)))
        return found

    def _taken(self, arc: Arc, on: Flags | None, amount: int | Boundaries) -> tuple[Arc, Flags | None, int | Boundaries]:
        """Return an inequality of the base in the samples that this pass has."""
        if self._samples is None or (on is None and isinstance(amount, int)):
            return arc, on, amount
        return (
            arc,
            None if on is None else on[self._samples],
            amount if isinstance(amount, int) else amount[self._samples],
        )

    def quorums_into(self, node: int) -> list[tuple[Quorum, Flags | None]]:
        """Return the live quorums of a node, and in which samples they hold, None for all."""
        if node not in self._quorums:
            found = self._quorums[node] = []
            for quorum in self.layout.quorums[node]:
                on = self.switch(quorum.rule)
                if on is not False:
                    found.append((quorum, None if on is True else on))
        return self._quorums[node]

    def switch(self, name: str) -> bool | Flags:
        """Return a switch: one truth for all samples, or a column."""
        column = self.columns.switches.get(name)
        if column is None and name in self.network.switch_slots:
            held = self.columns.values.get(self.network.switch_slots[name])
            column = None if held is None else held.astype(np.bool_)
        if column is None:
            return self.network.enabled[name]
        if column.all():
            return True
        return column if column.any() else False

    def column(self, slots: tuple[str, ...], default: int) -> int | NDArray[np.int64]:
        """Return a number: one for all samples, or a column."""
        for slot in reversed(slots):
            if slot in self.columns.values:
                return self.columns.values[slot]
        return default

    def amount(self, arc: Arc) -> int | NDArray[np.int64]:
        """Return the amount of an arc, zero in samples whose duration is switched off."""
        amount = arc.under(self.column)
        if not isinstance(amount, int):
            amount = amount.astype(self.kind, copy=False)
        for name in arc.switches:
            on = self.switch(name)
            if on is False:
                return 0
            if on is not True:
                amount = np.where(on, amount, 0)
        return amount

    def dated(self, bound: Bound, missing: int) -> int | Boundaries:
        """Return the boundary of a floor or ceiling, ``missing`` where its date is ``none``."""
        column = self.column(bound.slots, NONE)
        if isinstance(column, int):
            return missing if bound.boundary is None else bound.boundary
        return np.where(column == NONE, missing, self.network.all_stated(column, bound.node, bound.side))

    # -- settling ----------------------------------------------------------------------------------------------------

    def settle(self, raised: Mapping[int, Boundaries] | None = None) -> NDArray[np.int64]:
        """Compute every node, sources first, and return all rows, shape ``(nodes, samples)``.

        Parameters
        ----------
        raised
            Further floors: node to a column of boundaries.

        Notes
        -----
        A component whose rules run in circles is repeated until no sample moves, or every moving sample has left the axis.
        """
        values = np.empty((len(self.network.points), self.columns.samples), dtype=self.kind)
        self.hold(values)
        self.computed = set(range(len(values)))
        for component in self.network.order:
            for node in component:
                values[node].fill(self.network.base[node])
            self._compute(component, raised or {})
        return values

    def push(self, raised: Mapping[int, Boundaries], needed: Sequence[bool]) -> None:
        """Raise some nodes to floors, and whatever they push with them, of the nodes that anybody will ask for."""
        dirty: dict[int, list[int]] = {}
        rank, order = self.layout.rank, self.network.order
        for node, floor in raised.items():
            if np.any(floor > self.row(node)):
                row = self._writable(node)
                np.maximum(row, floor, out=row)
                dirty.setdefault(rank[node], []).append(node)
                for after in self.layout.after[node]:
                    if needed[after]:
                        dirty.setdefault(rank[after], []).append(after)
        waiting = list(dirty)
        heapq.heapify(waiting)
        while waiting:
            place = heapq.heappop(waiting)
            for node in self._settle(order[place], dict.fromkeys(dirty.pop(place))):
                for after in self.layout.after[node]:
                    if rank[after] != place and needed[after]:
                        if rank[after] not in dirty:
                            heapq.heappush(waiting, rank[after])
                        dirty.setdefault(rank[after], []).append(after)

    def varied(
        self,
        columns: Columns,
        samples: Chosen | None,
        changed: Iterable[str],
        needed: Sequence[bool],
        raised: Mapping[int, Boundaries],
    ) -> Batch:
        """Return the pass under other columns, computed again behind what differs.

        Parameters
        ----------
        columns
            Of the samples kept.
        samples
            Which are kept, by their places (one may be kept several times) or a mask; all where None.
        changed
            Slots and switches that differ; in every other the columns are this pass's own.
        needed
            Nodes that anybody will ask for, or that lead to one; the others are left as they are.
        raised
            Further floors, of the samples kept.
        """
        layout, names = self.layout, list(changed)
        readers = {node for name in names for node in layout.readers.get(name, ())}
        cone = layout.behind((node for node in readers if needed[node]), needed)
        return self._again(columns, samples, readers, cone, raised, width_of(self.network, columns, names, self.kind))

    def _again(
        self,
        columns: Columns,
        samples: Chosen | None,
        changed: Collection[int],
        nodes: Iterable[int],
        raised: Mapping[int, Boundaries],
        kind: np.dtype[Any],
    ) -> Batch:
        """Return the pass under other columns, some nodes computed again, with what runs in circles with them."""
        found = Batch(self.network, columns, self, samples, changed)
        found.kind = kind
        components = [self.network.order[place] for place in sorted({self.layout.rank[node] for node in nodes})]
        rows = iter(np.empty((sum(map(len, components)), columns.samples), dtype=kind))
        for component in components:
            for node, row in zip(component, rows, strict=False):
                row.fill(self.network.base[node])
                found._rows[node] = row
            found._own.update(component)
            found.computed.update(component)
            found._compute(component, raised)
        return found

    def longer(
        self, places: Mapping[str, NDArray[np.int64]], needed: Sequence[bool], raised: Mapping[int, Boundaries] | None = None
    ) -> Batch:
        """Return the pass when activities take a unit more, each in some samples of its own, side by side.

        Parameters
        ----------
        places
            Activity to its samples, by their places.
        needed
            See `varied`.
        raised
            Further floors, of all samples.
        """
        there, end = np.concatenate(list(places.values())), 0
        values: dict[str, NDArray[np.int64]] = {}
        for activity, at in places.items():
            arc = self.network.durations[self.network.item_nodes(activity)[0]]
            values[arc.rule] = (np.zeros(self.columns.samples, dtype=self.kind) + self.amount(arc))[there]
            values[arc.rule][end : end + len(at)] += 1
            end += len(at)
        further = {node: floor[there] for node, floor in (raised or {}).items()}
        return self.varied(self.columns.taken(there, values), there, values, needed, further)

    def longer_alone(self, activity: str) -> Batch:
        """Return the pass when an activity takes a unit more in all samples, and nothing but its own two ends moves."""
        ends = self.network.item_nodes(activity)
        arc = self.network.durations[ends[0]]
        column: NDArray[Any] = np.zeros(self.columns.samples, dtype=self.kind) + self.amount(arc) + 1
        return self._again(self.columns.over({arc.rule: column}), None, self.layout.readers[arc.rule], ends, {}, self.kind)

    def _compute(self, component: Sequence[int], raised: Mapping[int, Boundaries]) -> None:
        """Compute the nodes of a component from the floors up."""
        self._reset(component, raised)
        place = self.layout.rank[component[0]]
        for part in self.layout.inner.get(place, (component,)):
            if len(part) == 1 and part[0] not in self.layout.after[part[0]]:
                self._lift(part[0], self._writable(part[0]))
            else:
                self._settle(part, part)
        self._settle(component, [arc.target for arc in self.layout.mirrors.get(place, ()) if self._pushes(arc)])

    def _pushes(self, arc: Arc) -> bool:
        """Say whether a live inequality pushes its target in any sample."""
        for each, on, amount in self.arcs_into(arc.target):
            if each is arc:
                reached = self.apply(arc.family, self.row(arc.source), amount) > self.row(arc.target)
                return bool(np.any(reached if on is None else reached & on))
        return False

    def _reset(self, component: Iterable[int], raised: Mapping[int, Boundaries]) -> None:
        """Lay the floors under the nodes of a component."""
        for node in component:
            if self.layout.floors[node] or node in raised:
                row = self._writable(node)
                self._lay(node, row)
                if node in raised:
                    np.maximum(row, raised[node], out=row)

    def _lay(self, node: int, row: Boundaries) -> None:
        """Raise a row to the stated dates of its node."""
        for floor in self.layout.floors[node]:
            on = self.switch(floor.rule)
            if on is not False:
                boundary = self.dated(floor, 0)
                np.maximum(row, boundary if on is True else np.where(on, boundary, 0), out=row)

    def _settle(self, component: Sequence[int], dirty: Iterable[int]) -> set[int]:
        """Raise the nodes of a component and their readers to a fixed point; return the moved nodes."""
        waiting = set(dirty)
        moved: set[int] = set()
        inside = set(component)
        while waiting:
            for node in component:
                if node in waiting:
                    waiting.discard(node)
                    if self._raise(node):
                        moved.add(node)
                        waiting |= self.layout.after[node] & inside
        return moved

    def _raise(self, node: int) -> bool:
        """Raise a node to what pushes it, and say whether it moved.

        That what has left the axis moves further on counts for nothing: circles would otherwise never end.
        """
        row = self._writable(node)
        before = row.copy()
        self._lift(node, row)
        moved = row > before
        return bool(moved.any()) and bool((moved & (before < self.off_axis)).any())

    def pushed(self, node: int, without: str) -> Boundaries:
        """Return where everything but one rule, and the floors raised, pushes a node."""
        row = np.full(self.columns.samples, self.network.base[node], dtype=self.kind)
        self._lay(node, row)
        self._lift(node, row, without)
        return row

    def _lift(self, node: int, row: Boundaries, without: str | None = None) -> None:
        """Apply every inequality into a node to a row, then round it until all the node's own rules allow it."""
        rounding = []
        for arc, on, amount in self.arcs_into(node):
            if arc.source == node:
                rounding.append((arc, on, amount))
            elif arc.rule != without:
                reached = self.row(arc.source)
                if not (isinstance(amount, int) and amount == 0 and arc.family.sign):
                    reached = self.apply(arc.family, reached, amount)
                np.maximum(row, reached if on is None else np.where(on, reached, 0), out=row)
        for quorum, on in self.quorums_into(node):
            reached = self.quorum(quorum)
            np.maximum(row, reached if on is None else np.where(on, reached, 0), out=row)
        while rounding:
            before = row.copy()
            for arc, on, amount in rounding:
                reached = self.apply(arc.family, row, amount)
                np.maximum(row, reached if on is None else np.where(on, reached, 0), out=row)
            # One rule alone may push on too: work that waits for a board of its own end.
            if not np.any((row > before) & (before < self.off_axis)):
                break

    def apply(self, family: Family, x: Boundaries, amount: int | Boundaries) -> Boundaries:
        """Return ``f(x)`` for one amount, or one amount a sample; what is off the axis stays off it."""
        return family.values(x, amount)

    def quorum(self, quorum: Quorum) -> Boundaries:
        """Return the count-th smallest of what the sources reach, or when all that they make ready is moved."""
        amount = self.column(quorum.slots, quorum.amount)
        if isinstance(quorum, Flow):
            return self.moved(quorum, np.stack([self.row(source) for source in quorum.sources], dtype=np.int64, casting="safe"))
        sources = zip(quorum.sources, quorum.families, strict=True)
        reached = np.array([self.apply(family, self.row(source), amount) for source, family in sources], dtype=np.int32)
        count = self.column(quorum.count_slots, quorum.count)
        if isinstance(count, int) and count in (1, len(reached)):
            end: NDArray[Any] = reached.min(axis=0) if count == 1 else reached.max(axis=0)
            return end
        rows: NDArray[Any] = np.ascontiguousarray(reached.T)  # side by side in half the room: what is counted off lies together
        if isinstance(count, int):
            rows.partition(count - 1, axis=1)
            return rows[:, count - 1]
        rows.sort(axis=1)
        place = np.clip(count, 1, len(quorum.sources)) - 1
        return rows[np.arange(len(rows)), place]

    def moved(self, flow: Flow, rows: Boundaries) -> Boundaries:
        """Return when all is moved of what is ready at some boundaries, shape ``(sources, samples)``."""
        return flow.ends(rows, self.column(flow.slots, flow.amount), self.column(flow.count_slots, flow.count))

    def late(self, ceiling: Bound) -> Flags:
        """Return the samples that break a latest date; none where it is off, or has no date."""
        on = self.switch(ceiling.rule)
        if on is False:
            return np.zeros(self.columns.samples, dtype=np.bool_)
        late: Flags = self.row(ceiling.node) > self.dated(ceiling, self.network.never)
        return late if on is True else late & on

    def _names(self, *names: str) -> bool:
        """Say whether a column has any of some names."""
        return any(name in self.columns.values or name in self.columns.switches for name in names)

    def broken(self, among: Collection[int] | None = None) -> Flags:
        """Return the samples that break a latest date or wait for ever.

        Parameters
        ----------
        among
            Nodes to look at, where it is known that the others do not; the latest dates that columns name are looked at anyway.
        """
        found = np.zeros(self.columns.samples, dtype=np.bool_)
        for node in range(len(self._rows)) if among is None else among:
            found |= self.row(node) >= self.network.never
        for ceiling in self.network.ceilings:
            if among is None or ceiling.node in among or self._names(ceiling.rule, *ceiling.slots):
                found |= self.late(ceiling)
        return found
