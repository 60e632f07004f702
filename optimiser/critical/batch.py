"""The forward pass over many variants of one plan at once: lengths, dates and switches as columns of samples.

Values lie in an array of shape ``(nodes, samples)``; each inequality is one vectorised step. Nothing is recorded but
the values: reasons come from `forward` for the variants that somebody asks about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.clock import Boundaries
from optimiser.critical.network import NONE, Arc, Bound, Family, Network, Quorum

__all__ = ["Columns", "Evaluated", "evaluate"]

Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Columns:
    """What varies between samples; whatever is not named stays as in the plan.

    Attributes
    ----------
    samples
        How many variants.
    values
        Slot to a column, shape ``(samples,)``. A slot is an assumption or unknown, a rule (its own lag, date, notice or
        count), or ``duration:ITEM``; the column holds amounts in the plan's own unit, dates as ordinals
        (`datetime.date.toordinal`), `NONE` for the date ``none``. Of the slots of one number the most particular wins:
        a rule or duration over the assumption it refers to.
    switches
        Rule or ``duration:ITEM`` to a column of truth values.
    """

    samples: int
    values: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    switches: Mapping[str, Flags] = field(default_factory=dict)


@dataclass(slots=True)
class Evaluated:
    """The earliest positions of every sample.

    Attributes
    ----------
    values
        Boundaries, shape ``(nodes, samples)``; beyond ``clock.limit`` where a date runs off the axis.
    infeasible
        Samples in which a latest date is broken, or an occasion never comes, shape ``(samples,)``.
    """

    network: Network
    values: NDArray[np.int64]
    infeasible: Flags

    def of(self, milestone: str) -> NDArray[np.int64]:
        """Return the boundary of a milestone in each sample."""
        row: NDArray[np.int64] = self.values[self.network.nodes[milestone, "start"]]
        return row

    def beyond(self, milestone: str) -> Flags:
        """Return the samples in which a milestone runs off the axis."""
        return self.of(milestone) > self.network.clock.limit


def evaluate(network: Network, columns: Columns, *, raised: Mapping[int, NDArray[np.int64]] | None = None) -> Evaluated:
    """Return the earliest positions of everything in every sample.

    Parameters
    ----------
    network
        The plan's inequalities.
    columns
        What varies.
    raised
        Further floors: node to a column of boundaries.

    Notes
    -----
    Components of the network are visited sources first; a component whose rules run in circles is repeated until no
    sample moves, or every moving sample has left the axis.
    """
    batch = _Batch(network, columns)
    for node, floor in (raised or {}).items():
        np.maximum(batch.x[node], floor, out=batch.x[node])
    for component in network.order:
        batch.settle(component)
    batch.hold()
    return Evaluated(network, batch.x, batch.infeasible)


class _Batch:
    """One vectorised pass in progress."""

    def __init__(self, network: Network, columns: Columns) -> None:
        self.network = network
        self.columns = columns
        self.off_axis = network.clock.size + 1
        self.x = np.full((len(network.points), columns.samples), network.clock.origin, dtype=np.int64)
        self.infeasible = np.zeros(columns.samples, dtype=np.bool_)
        self.arcs_into: list[list[tuple[Arc, Flags | None, int | NDArray[np.int64]]]] = [[] for _ in network.points]
        self.quorums_into: list[list[tuple[Quorum, Flags | None]]] = [[] for _ in network.points]
        for arc in network.arcs:
            on = self._switch(arc.rule) if arc.rule not in arc.switches else True
            if on is not False:
                self.arcs_into[arc.target].append((arc, None if on is True else on, self._amount(arc)))
        for quorum in network.quorums:
            on = self._switch(quorum.rule)
            if on is not False:
                self.quorums_into[quorum.target].append((quorum, None if on is True else on))
        for floor in network.floors:
            self._floor(floor)

    def _switch(self, name: str) -> bool | Flags:
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

    def _column(self, slots: tuple[str, ...], default: int) -> int | NDArray[np.int64]:
        """Return a number: one for all samples, or a column."""
        for slot in reversed(slots):
            if slot in self.columns.values:
                return self.columns.values[slot]
        return default

    def _amount(self, arc: Arc) -> int | NDArray[np.int64]:
        """Return the amount of an arc, zero in samples whose duration is switched off."""
        amount = self._column(arc.slots, arc.amount)
        for name in arc.switches:
            on = self._switch(name)
            if on is False:
                return 0
            if on is not True:
                amount = np.where(on, amount, 0)
        return amount

    def _dated(self, bound: Bound, missing: int) -> int | Boundaries:
        """Return the boundary of a floor or ceiling, ``missing`` where its date is ``none``."""
        column = self._column(bound.slots, NONE)
        if isinstance(column, int):
            return missing if bound.boundary is None else bound.boundary
        clock = self.network.clock
        convention = self.network.plan.convention(self.network.points[bound.node])
        found = clock.boundaries(np.maximum(column, 1), convention)
        return np.where(column == NONE, missing, found)

    def _floor(self, floor: Bound) -> None:
        on = self._switch(floor.rule)
        if on is False:
            return
        boundary = self._dated(floor, 0)
        row = self.x[floor.node]
        np.maximum(row, boundary if on is True else np.where(on, boundary, 0), out=row)

    def settle(self, component: list[int]) -> None:
        """Raise a component's nodes until nothing moves."""
        while True:
            moved = False
            for node in component:
                before = self.x[node].copy() if len(component) > 1 else None
                self._raise(node)
                if before is not None:
                    moved |= bool(np.any((self.x[node] > before) & (before < self.off_axis)))
            if not moved:
                return

    def _raise(self, node: int) -> None:
        """Apply every inequality into a node, then round it until all its own rules allow it."""
        row = self.x[node]
        rounding = []
        for arc, on, amount in self.arcs_into[node]:
            if arc.source == node:
                rounding.append((arc, on, amount))
                continue
            reached = self._apply(arc.family, self.x[arc.source], amount)
            np.maximum(row, reached if on is None else np.where(on, reached, 0), out=row)
        for quorum, on in self.quorums_into[node]:
            reached = self._quorum(quorum)
            np.maximum(row, reached if on is None else np.where(on, reached, 0), out=row)
        while rounding:
            before = row.copy()
            for arc, on, amount in rounding:
                reached = self._apply(arc.family, row, amount)
                np.maximum(row, reached if on is None else np.where(on, reached, 0), out=row)
            if len(rounding) == 1 or not np.any((row > before) & (before < self.off_axis)):
                break

    def _apply(self, family: Family, x: NDArray[np.int64], amount: int | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return ``f(x)`` for one amount, or one amount a sample; what is off the axis stays off it."""
        if family.sign:
            shifted: NDArray[np.int64] = x + family.sign * amount
            return shifted
        place = np.clip(x, 0, self.off_axis)
        if isinstance(amount, int):
            return family.table(amount)[place]
        found = np.empty_like(x)
        for each in np.unique(amount).tolist():
            mask = amount == each
            found[mask] = family.table(each)[place[mask]]
        return found

    def _quorum(self, quorum: Quorum) -> NDArray[np.int64]:
        """Return the count-th smallest of what the sources reach."""
        amount = self._column(quorum.slots, quorum.amount)
        reached = np.stack(
            [
                self._apply(family, self.x[source], amount)
                for source, family in zip(quorum.sources, quorum.families, strict=True)
            ]
        )
        reached.sort(axis=0)
        count = self._column(quorum.count_slots, quorum.count)
        if isinstance(count, int):
            each: NDArray[np.int64] = reached[count - 1]
            return each
        place = np.clip(count, 1, len(quorum.sources)) - 1
        taken: NDArray[np.int64] = np.take_along_axis(reached, place[None, :], axis=0)[0]
        return taken

    def hold(self) -> None:
        """Mark samples that break a latest date or wait for ever."""
        self.infeasible |= (self.x >= self.network.never).any(axis=0)
        for ceiling in self.network.ceilings:
            on = self._switch(ceiling.rule)
            if on is False:
                continue
            late = self.x[ceiling.node] > self._dated(ceiling, self.network.never)
            self.infeasible |= late if on is True else late & on
