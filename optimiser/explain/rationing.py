"""A plan whose capacity is rationed, and its variants, without compiling anything again.

A variant is the network with switches and numbers changed in place, and the capacities with other amounts. Looked at alone
it is scheduled, each schedule being looked at again, and refuted by a longest path or an overload.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimiser.critical import Earliest, Levelling, Network, Resource, best_schedule, earliest_times
from optimiser.critical.backward import live_amount
from optimiser.critical.bounds import overload_before, rules_of_overload
from optimiser.critical.forward import Pass
from optimiser.solve.variant import Pools

__all__ = [
    "Rationed",
    "Relevelled",
    "holds",
    "inside",
    "refuted_by",
]


def holds(network: Network, pools: Sequence[Resource], values: Sequence[int]) -> bool:
    """Return whether a schedule meets every inequality, keeps inside every capacity, and lies on the axis.

    Parameters
    ----------
    values
        Boundary of each node.
    """
    if min(values) < network.clock.origin or max(values) > network.clock.limit:
        return False
    return _meets(network, values) and _in_bounds(network, values) and inside(network, pools, values)


def _meets(network: Network, values: Sequence[int]) -> bool:
    """Return whether a schedule meets every inequality between points."""
    for arc in network.arcs:
        on, amount = live_amount(network, arc)
        if on and values[arc.target] < arc.family.at(values[arc.source], amount):
            return False
    for quorum in network.quorums:
        if network.enabled[quorum.rule]:
            pairs = zip(quorum.sources, quorum.families, strict=True)
            reached = sorted(family.at(values[source], quorum.amount) for source, family in pairs)
            if values[quorum.target] < reached[quorum.count - 1]:
                return False
    return True


def _in_bounds(network: Network, values: Sequence[int]) -> bool:
    """Return whether a schedule keeps stated first and last dates."""
    floors = (each for each in network.floors if network.enabled[each.rule] and each.boundary is not None)
    ceilings = (each for each in network.ceilings if network.enabled[each.rule] and each.boundary is not None)
    return all(values[each.node] >= each.boundary for each in floors) and all(  # type: ignore[operator]
        values[each.node] <= each.boundary  # type: ignore[operator]
        for each in ceilings
    )


def inside(network: Network, pools: Sequence[Resource], values: Sequence[int] | NDArray[np.int64]) -> bool:
    """Return whether a schedule keeps inside every capacity."""
    size = network.clock.size
    at = np.asarray(values)
    for pool in pools:
        nodes = np.array([network.item_nodes(item) for item in pool.demand], dtype=np.int64).reshape(-1, 2)
        amounts = np.array(list(pool.demand.values()), dtype=np.float64)
        begun = np.bincount(at[nodes[:, 0]], amounts, size + 1)
        over = np.bincount(at[nodes[:, 1]], amounts, size + 1)
        if np.any(np.cumsum(begun - over)[:size] > pool.available):
            return False
    return True


@dataclass
class Rationed:
    """One variant with its capacity, looked at alone.

    Attributes
    ----------
    network, pools
        Of the variant.
    """

    network: Network
    pools: Pools

    @cached_property
    def earliest(self) -> Earliest:
        """The forward pass, capacity left out."""
        return earliest_times(self.network)

    def schedule(self, milestone: str, floor: int, tries: int = 0) -> list[int] | None:
        """Return the best schedule that list scheduling finds, looked at again; it need not be before a floor."""
        values = best_schedule(self.earliest, self.pools, milestone, floor=floor, tries=tries)
        return values if values is not None and holds(self.network, self.pools, values) else None


class Relevelled(Levelling):
    """List scheduling of a variant that differs from a network by some numbers only, from where the other's pass ended.

    Parameters
    ----------
    plain
        Of the network that the variant differs from, on the same capacities.
    network, forward
        Of the variant.
    """

    def __init__(self, plain: Levelling, network: Network, forward: Pass) -> None:
        self.__dict__.update(plain.__dict__)
        self.network = network
        self._pass = forward


def refuted_by(network: Network, pools: Sequence[Resource], node: int, by: int) -> frozenset[str] | None:
    """Return rules and durations that keep a node from a boundary, by a longest path or an overload; None where neither does.

    Whatever leaves them alone leaves the refutation alone.
    """
    earliest = earliest_times(network)
    if earliest.status != "feasible":
        return None
    if earliest.values[node] > by:
        return frozenset(earliest.rules_behind(earliest.trace(earliest.last[node])))
    overload = overload_before(earliest, pools, node, by)
    return None if overload is None else frozenset(rules_of_overload(earliest, pools, node, by, overload))
