"""A problem: a plan or a variant of it, its network and its capacities, ready to be asked for dates.

A variant is never compiled again: its network is the plan's with switches and numbers changed in place. Where it only
asks for more than the problem it comes from, the forward pass goes on from where that one ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.plan import Plan
from optimiser.clock import Clock, clock_of
from optimiser.critical import Earliest, Levelling, Network, Resource, compile_network, reaches, resources
from optimiser.critical.backward import live_arcs
from optimiser.critical.bounds import overload_before, rules_of_overload
from optimiser.critical.breeding import Breed, fixed_distances
from optimiser.critical.forward import Pass
from optimiser.critical.resumed import again_behind, tightened
from optimiser.solve.supposing import Supposing
from optimiser.solve.variant import Pools, Variant, network_of, pools_of, varied

__all__ = ["Problem", "all_inside", "holds", "refuted_by"]


class Problem:
    """One plan, or one variant of it, and what was found of it so far.

    Parameters
    ----------
    network
        Its inequalities.
    pools
        Its live capacities.
    plan
        The plan, made when it is first wanted.
    forward
        Its forward pass, where that is known.
    """

    def __init__(
        self,
        network: Network,
        pools: Pools,
        plan: Callable[[], Plan],
        *,
        forward: Pass | None = None,
        levelling: Levelling | None = None,
    ) -> None:
        self.network, self.pools = network, pools
        self._plan, self._forward, self._levelling = plan, forward, levelling
        self.ranges: dict[tuple[object, ...], Any] = {}
        """What `between` has found of whole milestones, by how much was tried for it."""
        self._reaching: dict[str, list[bool]] = {}
        self._waists: dict[str, str] = {}
        self._breeds: dict[str, Breed | None] = {}

    @classmethod
    def of(cls, plan: Plan, clock: Clock | None = None) -> Problem:
        """Return the problem of a plan as it stands."""
        clock = clock or clock_of(plan)
        return cls(compile_network(plan, clock), resources(plan, clock), lambda: plan)

    @property
    def clock(self) -> Clock:
        """The axis."""
        return self.network.clock

    @cached_property
    def plan(self) -> Plan:
        """The plan whose problem this is."""
        return self._plan()

    @cached_property
    def forward(self) -> Pass:
        """The forward pass, capacity left out."""
        if self._forward is not None:
            return self._forward
        made = Pass(self.network)
        made.run()
        return made

    @cached_property
    def earliest(self) -> Earliest:
        """The earliest positions, capacity left out."""
        return self.forward.found()

    @cached_property
    def levelling(self) -> Levelling:
        """List scheduling, prepared."""
        return self._levelling or Levelling(self.network, self.pools, forward=self.forward)

    @cached_property
    def supposing(self) -> Supposing:
        """Return the prepared energy test of supposed dates."""
        return Supposing(self.earliest, self.pools)

    def node(self, milestone: str) -> int:
        """Return the node of a milestone."""
        return self.network.nodes[milestone, "start"]

    @cached_property
    def rationed_nodes(self) -> frozenset[int]:
        """The starts and finishes of all work that holds capacity."""
        return frozenset(node for pool in self.pools for item in pool.demand for node in self.network.item_nodes(item))

    def slotless(self, values: Sequence[int]) -> frozenset[str]:
        """Return the work that would hold capacity and takes no time in a schedule, so that it has no place in its order."""
        places = ((name, self.network.item_nodes(name)) for pool in self.pools for name in pool.demand)
        return frozenset(name for name, (start, finish) in places if values[start] == values[finish])

    def breed(self, milestone: str) -> Breed | None:
        """Return the work that holds capacity, to breed schedules from; None where more than fixed distances binds it."""
        if milestone not in self._breeds:
            self._breeds[milestone] = Breed.of(self.earliest, self.levelling, self.pools, self.node(milestone))
        return self._breeds[milestone]

    def fixed(self, milestone: str) -> bool:
        """Return whether nothing but fixed distances, least and greatest, binds what leads to work on the capacities or to it."""
        return fixed_distances(self.network, self.levelling, self.node(milestone))

    def leads(self, milestone: str) -> bool:
        """Return whether work that holds capacity leads to a milestone; else no capacity can move it."""
        reached = self.reaching(milestone)
        return any(reached[node] for node in self.rationed_nodes)

    def reaching(self, milestone: str) -> list[bool]:
        """Return for each node whether anything that happens to it could move a milestone."""
        if milestone not in self._reaching:
            self._reaching[milestone] = reaches(self.network, self.node(milestone))
        return self._reaching[milestone]

    def waist(self, milestone: str) -> str:
        """Return the milestone through which all work that holds capacity leads to another, the first if there are several.

        The date of the one is then a function of the date of the other. A milestone with none before it is its own.
        """
        if milestone not in self._waists:
            self._waists[milestone] = self._waist(milestone)
        return self._waists[milestone]

    def _waist(self, milestone: str) -> str:
        target = self.node(milestone)
        sources = self.incoming
        came_from: dict[int, int] = {target: target}
        queue = [target]
        line: list[int] = []
        for node in queue:
            if node in self.rationed_nodes:
                last = node
                while last != target:
                    last = came_from[last]
                    line.append(last)
                break
            for source in sources[node]:
                if source not in came_from:
                    came_from[source] = node
                    queue.append(source)
        milestones = {self.node(entry.id): entry.id for entry in self.network.plan.milestones}
        for node in line:
            if node in milestones and not self._reached_without(target, node):
                return milestones[node]
        return milestone

    def _reached_without(self, target: int, left_out: int) -> bool:
        """Return whether work that holds capacity leads to a node, or comes after one left out, on another way."""
        if left_out == target:
            return False
        seen, stack = {target}, [target]
        while stack:
            node = stack.pop()
            if node in self.rationed_nodes:
                return True
            for source in self.incoming[node]:
                if source != left_out and source not in seen:
                    seen.add(source)
                    stack.append(source)
        return False

    @cached_property
    def incoming(self) -> list[list[int]]:
        """For each node those from which anything pushes it."""
        found: list[list[int]] = [[] for _ in self.network.points]
        for arc, _ in live_arcs(self.network):
            if arc.source != arc.target:
                found[arc.target].append(arc.source)
        for quorum in self.network.quorums:
            if self.network.enabled[quorum.rule]:
                found[quorum.target] += quorum.sources
        return found

    def changed(self, variant: Variant, pools: Pools | None = None, plan: Plan | None = None) -> Problem:
        """Return the problem of a variant.

        Parameters
        ----------
        pools
            Its live capacities, where they are known.
        plan
            The plan of the variant, where it is there already.
        """
        network = network_of(self.network, variant)
        if plan is not None:
            network = replace(network, plan=plan)
        own = pools_of(network, variant, {pool.rule: pool for pool in self.pools}) if pools is None else pools
        same = len(own) == len(self.pools) and all(one is other for one, other in zip(own, self.pools, strict=True))
        forward = self.tightened(network, variant)
        if forward is None:
            forward = again_behind(self.forward, network, {*variant.off, *variant.on, *variant.values})
        levelling = self.levelling.again(network, forward) if same and forward is not None and not forward.trouble else None
        return Problem(network, own, lambda: plan or varied(self.network, variant), forward=forward, levelling=levelling)

    def tightened(self, network: Network, variant: Variant) -> Pass | None:
        """Return the forward pass of a variant's network, gone on from this one's; None where it may ask for less."""
        return None if variant.off or variant.on else tightened(self.forward, network, variant.values)

    def inside(self, pools: Pools, plan: Callable[[], Plan]) -> Problem:
        """Return the same inequalities inside other capacities."""
        other = Problem(self.network, pools, plan, forward=self.forward)
        other.__dict__["supposing"] = self.supposing
        return other

    def holds(self, values: Sequence[int]) -> bool:
        """Return whether a schedule meets every inequality, keeps inside every capacity, and lies on the axis."""
        return holds(self.network, self.pools, values)


def holds(network: Network, pools: Sequence[Resource], values: Sequence[int]) -> bool:
    """Return whether a schedule meets every inequality, keeps inside every capacity, and lies on the axis.

    Parameters
    ----------
    values
        Boundary of each node.
    """
    if max(values) > network.clock.limit or any(value < base for value, base in zip(values, network.base, strict=True)):
        return False
    for arc, amount in live_arcs(network):
        family, begun = arc.family, values[arc.source]
        if values[arc.target] < (begun + family.sign * amount if family.sign else family.at(begun, amount)):
            return False
    for quorum in network.quorums:
        if network.enabled[quorum.rule] and values[quorum.target] < quorum.reach_of(values):
            return False
    floors = (each for each in network.floors if network.enabled[each.rule] and each.boundary is not None)
    ceilings = (each for each in network.ceilings if network.enabled[each.rule] and each.boundary is not None)
    return (
        all(values[each.node] >= each.boundary for each in floors)  # type: ignore[operator]
        and all(values[each.node] <= each.boundary for each in ceilings)  # type: ignore[operator]
        and bool(all_inside(network, pools, np.array(values)[:, np.newaxis])[0])
    )


def all_inside(network: Network, pools: Sequence[Resource], values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return of schedules, shape ``(nodes, schedules)``, whether each keeps inside every capacity.

    What ends, is offered differently from then on, or begins is summed up in the order of time, in this order at one time.
    """
    found = np.ones(values.shape[1], dtype=np.bool_)
    for pool in pools:
        key = f"work {id(pool)}"
        if key not in network.kept:
            nodes = np.array([network.item_nodes(item) for item in pool.demand], dtype=np.int64).reshape(-1, 2)
            needs = np.array(list(pool.demand.values()), dtype=np.int64)
            steps = np.flatnonzero(np.diff(pool.available)) + 1
            less = pool.available[steps - 1] - pool.available[steps]
            network.kept[key] = pool, nodes, 3 * steps + 1, np.concatenate([-needs, less, needs])
        _, nodes, steps, changes = network.kept[key]
        fixed = np.broadcast_to(steps, (values.shape[1], len(steps)))
        times = np.concatenate([3 * values[nodes[:, 1]].T, fixed, 3 * values[nodes[:, 0]].T + 2], axis=1)
        used = changes[np.argsort(times, axis=1)].cumsum(axis=1)
        found &= (used <= pool.available[0]).all(axis=1)
    return found


def refuted_by(problem: Problem, node: int, by: int) -> frozenset[str] | None:
    """Return rules and durations that keep a node from a boundary, by a longest path or an overload; None where neither does.

    Whatever leaves them alone leaves the refutation alone.
    """
    earliest = problem.earliest
    if earliest.status != "feasible":
        return None
    if earliest.values[node] > by:
        return frozenset(earliest.rules_behind(earliest.trace(earliest.last[node])))
    overload = overload_before(earliest, problem.pools, node, by)
    return None if overload is None else frozenset(rules_of_overload(earliest, problem.pools, node, by, overload))
