"""A plan whose capacity is rationed, and its variants, without compiling anything again.

A variant is the network with switches and numbers changed in place, and the capacities with other amounts. Looked at alone
it is scheduled, each schedule being looked at again, and refuted by a longest path or an overload.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.duration import Reference
from models.rules import Capacity
from optimiser.critical import Earliest, Levelling, Network, Resource, best_schedule, earliest_times
from optimiser.critical.backward import live_amount
from optimiser.critical.bounds import overload_before, rules_of_overload
from optimiser.critical.forward import Pass
from optimiser.explain.numbers import renumbered
from optimiser.solve.binding import Variant

__all__ = [
    "Pools",
    "Rationed",
    "Rationing",
    "Relevelled",
    "capacities",
    "holds",
    "inside",
    "network_of",
    "no_tighter",
    "pools_of",
    "refuted_by",
]

Pools = tuple[Resource, ...]
Rationing = tuple[tuple[Capacity, frozenset[str]], ...]


def network_of(network: Network, variant: Variant) -> Network:
    """Return the network of a variant: switches and numbers changed in place, nothing compiled.

    Capacities have no inequalities; for their amounts see `pools_of`.
    """
    enabled = network.enabled
    if variant.off or variant.on:
        enabled = enabled | dict.fromkeys(variant.off, False) | dict.fromkeys(variant.on, True)
        rules = network.plan.rules_by_id
        rationed = any(enabled[rule.id] for rule in rules.values() if rule.kind == "capacity")
        network = replace(network, enabled=enabled, uses_capacity=rationed)
    stated = network.plan.values
    # Where both an assumption and a rule that uses it are set, the rule's own number holds.
    for name in sorted(variant.values, key=lambda name: name not in stated):
        network = renumbered(network, name, variant.values[name])
    return network


def pools_of(
    network: Network, variant: Variant, stated: Mapping[str, Resource] | None = None, rules: Rationing | None = None
) -> Pools:
    """Return the live capacities of a variant.

    Parameters
    ----------
    network
        Of the plan, or of the variant.
    stated
        Capacities of the plan as it stands, by rule: those that the variant leaves alone are taken from here.
    rules
        `capacities` of the plan, where they are known.
    """
    known = stated or {}
    found = []
    for rule, named in capacities(network) if rules is None else rules:
        on = (network.enabled.get(rule.id, False) or rule.id in variant.on) and rule.id not in variant.off
        if on and rule.id in known and named.isdisjoint(variant.values):
            found.append(known[rule.id])
        elif on:
            found.append(_pool(network, rule, variant))
    return tuple(found)


def capacities(network: Network) -> Rationing:
    """Return the capacities of a plan, on or off, each with the names under which a variant can set its numbers."""
    found = []
    for rule in network.plan.rules:
        if isinstance(rule, Capacity):
            terms = (rule.amount, *(step.amount for step in rule.steps), *(demand.amount for demand in rule.demands))
            found.append((rule, frozenset({rule.id, *(term.name for term in terms if isinstance(term, Reference))})))
    return tuple(found)


def _pool(network: Network, rule: Capacity, variant: Variant) -> Resource:
    """Return one capacity with the amounts of a variant."""

    def amount(term: int | Reference) -> int:
        if isinstance(term, Reference) and term.name in variant.values:
            return variant.values[term.name]
        return network.plan.amount(term)

    clock = network.clock
    own = variant.values.get(rule.id)
    available = np.full(clock.size, amount(rule.amount) if own is None else own, dtype=np.int64)
    for step in rule.steps:
        available[clock.boundary(step.since, "opens") :] = amount(step.amount)
    demand: dict[str, int] = {}
    for entry in rule.demands:
        demand[entry.item] = demand.get(entry.item, 0) + amount(entry.amount)
    return Resource(rule.id, available, {item: needed for item, needed in demand.items() if needed})


def no_tighter(pools: Pools, than: Mapping[str, Resource]) -> bool:
    """Return whether whatever keeps inside some capacities keeps inside others too: no less of any, and no new demand."""
    for pool in pools:
        other = than.get(pool.rule)
        if other is pool:
            continue
        if other is None or np.any(pool.available < other.available):
            return False
        if any(amount > other.demand.get(item, 0) for item, amount in pool.demand.items()):
            return False
    return True


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
