"""Dates of many variants of a plan whose capacity is rationed, without compiling anything again.

From below a variant is bounded by the network and by overloads of its capacities; from above by schedules. One schedule
serves many variants: kept in the order in which its work follows one another on the slots of every capacity, it is a network
without capacity, whose dates hold for whatever else changes (a partial order schedule in chain form: Policella, Cesta, Oddi
and Smith, "From precedence constraint posting to partial order schedules", AI Communications 20, 2007), and which is
evaluated for all variants at once. Only what lies between is scheduled one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.duration import Reference
from models.rules import Capacity
from optimiser.critical import Columns, Earliest, Levelling, Network, Resource, best_schedule, earliest_times, evaluate
from optimiser.critical.backward import live_amount
from optimiser.critical.bounds import overload_before, rules_of_overload
from optimiser.critical.components import components
from optimiser.critical.forward import Pass
from optimiser.critical.network import Arc, Bound, Family
from optimiser.explain.numbers import renumbered
from optimiser.solve.binding import Variant

__all__ = [
    "CHAIN",
    "Pools",
    "Rationed",
    "Rationing",
    "Relevelled",
    "Upper",
    "capacities",
    "holds",
    "in_chains",
    "network_of",
    "no_tighter",
    "pools_of",
    "refuted_by",
]

Pools = tuple[Resource, ...]
Rationing = tuple[tuple[Capacity, frozenset[str]], ...]

CHAIN = ""
"""What stands for a rule on the inequalities of a schedule's own order."""


# -- variants ------------------------------------------------------------------------------------------------------------


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


# -- schedules -----------------------------------------------------------------------------------------------------------


def holds(network: Network, pools: Sequence[Resource], values: Sequence[int]) -> bool:
    """Return whether a schedule meets every inequality, keeps inside every capacity, and lies on the axis.

    Parameters
    ----------
    values
        Boundary of each node.
    """
    if min(values) < network.clock.origin or max(values) > network.clock.limit:
        return False
    return _meets(network, values) and _in_bounds(network, values) and _inside(network, pools, values)


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


def _inside(network: Network, pools: Sequence[Resource], values: Sequence[int] | NDArray[np.int64]) -> bool:
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
            good[sample] = _inside(network, pools[sample], evaluated.values[:, sample])
        self._take(evaluated.values[self.node], good)


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
