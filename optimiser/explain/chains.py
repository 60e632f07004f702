"""One schedule that serves many variants of a rationed plan: upper bounds of their dates, all at once.

Kept in the order in which its work follows one another on the slots of every capacity, a schedule is a network without
capacity, whose dates hold for whatever else changes (a partial order schedule in chain form: Policella, Cesta, Oddi and
Smith, "From precedence constraint posting to partial order schedules", AI Communications 20, 2007). Or it is left as it is,
but for what a variant pushes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.critical import Columns, Network, Resource, evaluate
from optimiser.critical.components import components
from optimiser.critical.network import Arc, Bound, Family
from optimiser.explain.rationing import inside
from optimiser.solve.variant import Pools

__all__ = ["CHAIN", "Upper", "in_chains"]

CHAIN = ""
"""What stands for a rule on the inequalities of a schedule's own order."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Work, or a time in which a slot is not there, as a schedule has it."""

    begin: int
    end: int
    slots: int
    nodes: tuple[int, int] | None


def in_chains(network: Network, pools: Sequence[Resource], values: Sequence[int], *, spread: bool = True) -> Network | None:
    """Return the network of a schedule whose work keeps its order on the slots of every capacity.

    Whatever meets this network keeps inside capacity, as each slot serves one piece of work after another. So its dates are
    upper bounds, whatever else is changed. A slot that is not there for a time is work that stays where it is.

    Parameters
    ----------
    values
        Boundary of each node: a schedule that keeps inside the capacities.
    spread
        Whether work goes to the slot that has been free longest, which leaves the most room behind each piece; otherwise
        to the one that became free last, which leaves some slots alone.

    Returns
    -------
    Network or None
        None where work of no length finds no slot free: then it has no place in the order.
    """
    same = Family(network.clock, 1)
    added: dict[tuple[int, int], Arc] = {}
    floors: dict[int, int] = {}
    ceilings: dict[int, int] = {}
    for pool in pools:
        chains = _chains(_pieces(network, pool, values), int(pool.available.max(initial=0)), spread=spread)
        if chains is None:
            return None
        for before, after in chains:
            if before.nodes and after.nodes:
                source, target = before.nodes[1], after.nodes[0]
                added[source, target] = Arc(source, target, CHAIN, same)
            elif after.nodes:
                floors[after.nodes[0]] = max(before.end, floors.get(after.nodes[0], 0))
            elif before.nodes:
                ceilings[before.nodes[1]] = min(after.begin, ceilings.get(before.nodes[1], network.clock.size))
    successors: list[list[int]] = [[] for _ in network.points]
    arcs = [*network.arcs, *added.values()]
    for arc in arcs:
        if arc.source != arc.target:
            successors[arc.source].append(arc.target)
    for quorum in network.quorums:
        for source in quorum.sources:
            successors[source].append(quorum.target)
    return replace(
        network,
        arcs=arcs,
        floors=[*network.floors, *(Bound(node, CHAIN, boundary) for node, boundary in floors.items())],
        ceilings=[*network.ceilings, *(Bound(node, CHAIN, boundary) for node, boundary in ceilings.items())],
        enabled={**network.enabled, CHAIN: True},
        order=components(successors),
    )


def _pieces(network: Network, pool: Resource, values: Sequence[int]) -> list[_Piece]:
    """Return the work of a capacity in order of its beginning, and the times in which a slot is not there."""
    found = []
    for item, slots in pool.demand.items():
        start, finish = network.item_nodes(item)
        found.append(_Piece(values[start], values[finish], slots, (start, finish)))
    most = int(pool.available.max(initial=0))
    for level in range(most):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], pool.available <= level, [False]])))
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            found.append(_Piece(begin, end, 1, None))
    return sorted(found, key=lambda piece: (piece.begin, piece.end, piece.nodes or (-1, -1)))


def _chains(pieces: Sequence[_Piece], slots: int, *, spread: bool) -> list[tuple[_Piece, _Piece]] | None:
    """Return which piece follows which on a slot: of those free the one that became so first, or last."""
    free: list[_Piece | None] = [None] * slots
    found = []
    for piece in pieces:
        able = [slot for slot in range(slots) if (held := free[slot]) is None or held.end <= piece.begin]
        if len(able) < piece.slots:
            return None
        able.sort(key=lambda slot: -1 if (held := free[slot]) is None else held.end, reverse=not spread)
        for slot in able[: piece.slots]:
            held = free[slot]
            if held is not None:
                found.append((held, piece))
            free[slot] = piece
    return found


@dataclass(slots=True)
class Upper:
    """Boundaries that some nodes can be at in every variant, with a schedule behind each.

    Attributes
    ----------
    node
        Whose boundary is wanted.
    best
        Shape ``(samples,)``; meaningless where nothing is found.
    found
        Whether any schedule was found, shape ``(samples,)``.
    """

    node: int
    best: NDArray[np.int64]
    found: NDArray[np.bool_]

    @classmethod
    def of(cls, node: int, samples: int) -> Upper:
        """Return what is known before anything was tried."""
        return cls(node, np.zeros(samples, dtype=np.int64), np.zeros(samples, dtype=np.bool_))

    def _take(self, values: NDArray[np.int64], good: NDArray[np.bool_]) -> None:
        better = good & (~self.found | (values < self.best))
        self.best = np.where(better, values, self.best)
        self.found = self.found | good

    def by_order(self, ordered: Network, columns: Columns) -> None:
        """Keep the order of a schedule in every variant.

        Parameters
        ----------
        ordered
            Of `in_chains`.
        columns
            The variants, whose capacities are as wide as those that the order keeps inside.
        """
        evaluated = evaluate(ordered, columns)
        on_axis: NDArray[np.bool_] = np.all(evaluated.values <= ordered.clock.limit, axis=0)
        self._take(evaluated.values[self.node], on_axis & ~evaluated.infeasible)

    def by_push(self, network: Network, values: NDArray[np.int64], columns: Columns, pools: Sequence[Pools]) -> None:
        """Leave a schedule as it is but for what a variant pushes later, where that keeps inside the variant's capacities.

        Parameters
        ----------
        values
            Boundary of each node of the schedule that each variant starts from, shape ``(nodes, samples)``.
        columns, pools
            Numbers and switches, and live capacities, of the variants.
        """
        evaluated = evaluate(network, columns, raised=dict(enumerate(values)))
        good: NDArray[np.bool_] = np.all(evaluated.values <= network.clock.limit, axis=0) & ~evaluated.infeasible
        good &= ~self.found | (evaluated.values[self.node] < self.best)
        for sample in np.flatnonzero(good).tolist():
            good[sample] = inside(network, pools[sample], evaluated.values[:, sample])
        self._take(evaluated.values[self.node], good)
