"""How a network is laid out for passes over many samples: what leads into each node, and who reads a node or a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimiser.circles import components
from optimiser.critical.arcs import Arc, Bound, Quorum
from optimiser.critical.network import Network

__all__ = ["Layout"]


class Layout:
    """Which inequalities lead into each node of a network, and who reads a node or a name."""

    def __init__(self, network: Network) -> None:
        nodes = range(len(network.points))
        self.arcs: list[list[Arc]] = [[] for _ in nodes]
        self.quorums: list[list[Quorum]] = [[] for _ in nodes]
        self.floors: list[list[Bound]] = [[] for _ in nodes]
        self.after: list[set[int]] = [set() for _ in nodes]
        self.leaving: list[list[Arc]] = [[] for _ in nodes]
        """Inequalities by the node that pushes another."""
        self.rounded: set[int] = set()
        """Nodes that rules of their own keep to some boundaries."""
        self.readers: dict[str, set[int]] = {}
        """Slot or switch to the nodes whose inequalities it is part of."""
        self.rank = network.rank
        switched: dict[str, str] = network.switch_slots

        def read(node: int, *names: str) -> None:
            for name in names:
                self.readers.setdefault(name, set()).add(node)
                if name in switched:
                    self.readers.setdefault(switched[name], set()).add(node)

        for arc in network.arcs:
            self.arcs[arc.target].append(arc)
            if arc.source != arc.target:
                self.after[arc.source].add(arc.target)
                self.leaving[arc.source].append(arc)
            else:
                self.rounded.add(arc.target)
            read(arc.target, arc.rule, *arc.names, *arc.switches)
        for quorum in network.quorums:
            self.quorums[quorum.target].append(quorum)
            for source in quorum.sources:
                self.after[source].add(quorum.target)
            read(quorum.target, quorum.rule, *quorum.slots, *quorum.count_slots)
        for floor in network.floors:
            self.floors[floor.node].append(floor)
            read(floor.node, floor.rule, *floor.slots)
        self.inner: dict[int, list[list[int]]] = {}
        """Place of nodes that run in circles to what still does without the lengths read backwards, sources first."""
        self.mirrors: dict[int, list[Arc]] = {}
        """Place of such nodes to the lengths read backwards among them, which mostly push nothing."""
        for arc in network.arcs:
            if arc.mirrored and self.rank[arc.source] == self.rank[arc.target]:
                self.mirrors.setdefault(self.rank[arc.target], []).append(arc)
        for place, mirrors in self.mirrors.items():
            self.inner[place] = self._without(network.order[place], mirrors)

    def _without(self, component: Sequence[int], mirrors: Iterable[Arc]) -> list[list[int]]:
        """Return the parts of a component that run in circles without some of its inequalities, sources first."""
        place = {node: number for number, node in enumerate(component)}
        left_out = {id(arc) for arc in mirrors}
        successors: list[list[int]] = [[] for _ in component]
        for node in component:
            sources = [arc.source for arc in self.arcs[node] if arc.source != node and id(arc) not in left_out]
            for source in (*sources, *(source for quorum in self.quorums[node] for source in quorum.sources)):
                if source in place:
                    successors[place[source]].append(place[node])
        return [[component[number] for number in part] for part in components(successors)]

    def behind(self, nodes: Iterable[int], needed: Sequence[bool] | None = None) -> set[int]:
        """Return some nodes and all that lie behind them, of those that are needed or lead to what is."""
        found = set(nodes)
        stack = list(found)
        while stack:
            for node in self.after[stack.pop()] - found:
                if needed is None or needed[node]:
                    found.add(node)
                    stack.append(node)
        return found
