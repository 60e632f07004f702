"""Parts of a plan: some rules and durations alone, over what they touch, so that few of them cost little to ask about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from models.plan import DURATION_PREFIX
from optimiser.critical import Earliest, Network, Resource, earliest_times
from optimiser.explain.chains import CHAIN
from optimiser.explain.rationing import Rationed
from optimiser.explain.subject import Subject

__all__ = ["Parts"]


class Parts:
    """Parts of one plan.

    Parameters
    ----------
    subject
        The plan that is asked about.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.network = subject.network

    def forward(self, off: Collection[str], ceilings: Mapping[int, tuple[int, str]]) -> Earliest:
        """Return the forward pass without some rules and durations, under latest boundaries.

        Where few are left, only what they touch is passed through.
        """
        held = [name for name in self.subject.atoms if name not in off]
        if 2 * len(held) > len(self.subject.atoms):
            return earliest_times(self.network, off=off, ceilings=ceilings)
        return earliest_times(self.part(held, ceilings), ceilings=ceilings)

    def part(self, held: Collection[str], nodes: Iterable[int], whole: Network | None = None) -> Network:
        """Return the network of some rules and durations alone, over what they touch and some nodes besides.

        Parameters
        ----------
        whole
            Of a kept order, which then stays; the plan's own where None.
        """
        live = {*held, CHAIN}
        network = whole or self.network
        arcs = [arc for name in held for arc in self.subject.arcs_of.get(name, ())]
        if whole is not None:
            arcs += [arc for arc in whole.arcs if arc.rule == CHAIN]
        quorums = [quorum for quorum in network.quorums if quorum.rule in live]
        floors = [floor for floor in network.floors if floor.rule in live]
        kept = [each for each in network.ceilings if each.rule in live]
        touched = {node for arc in arcs for node in (arc.source, arc.target)} | set(nodes)
        touched |= {node for quorum in quorums for node in (*quorum.sources, quorum.target)}
        touched |= {bound.node for bound in (*floors, *kept)}
        # A duration that is off still keeps the finish from lying before the start.
        items = {network.points[node].item for node in touched}
        touched |= {node for item in items for node in network.item_nodes(item)}
        idle = [
            arc
            for item in sorted(items)
            for arc in self.subject.arcs_of.get(DURATION_PREFIX + item, ())
            if arc.rule not in live
        ]
        off = {arc.rule for arc in idle}
        component_of = self._component_of
        if whole is not None:
            component_of = {node: place for place, component in enumerate(network.order) for node in component}
        places = sorted({component_of[node] for node in touched})
        return replace(
            network,
            arcs=[*arcs, *idle],
            floors=floors,
            ceilings=kept,
            quorums=quorums,
            enabled=dict.fromkeys(held, True) | dict.fromkeys(off, False) | {CHAIN: True},
            switch_slots={},
            order=[network.order[place] for place in places],
        )

    def rationed(self, held: Sequence[str], nodes: Iterable[int]) -> Rationed:
        """Return some rules and durations alone, with what they say of capacities; what they do not touch takes no room."""
        part = self.part(held, nodes)
        pools = []
        for name in held:
            if name in self.subject.pools:
                pool = self.subject.pools[name]
                demand = {item: need for item, need in pool.demand.items() if DURATION_PREFIX + item in part.enabled}
                pools.append(Resource(pool.rule, pool.available, demand))
        return Rationed(part, tuple(pools))

    @cached_property
    def _component_of(self) -> dict[int, int]:
        """The place of each node's component in the order of the network."""
        return {node: place for place, component in enumerate(self.network.order) for node in component}
