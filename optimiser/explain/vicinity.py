"""Which rationed work is next to a rule: where something that changes is felt first.

What a rule or duration pushes is followed along the links that push, from item to item, up to the first work that shares a
capacity; behind that the order of the work decides, and no path does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from optimiser.critical.backward import live_amount
from optimiser.explain.subject import Subject

__all__ = ["Vicinity"]


class Vicinity:
    """The rationed work next to each rule and duration of one plan.

    Parameters
    ----------
    subject
        The plan that is asked about.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.network = subject.network
        self._near: dict[str, frozenset[str]] = {}

    def next_to(self, name: str) -> frozenset[str]:
        """Return the rationed work from which what a rule or duration pushes follows first, or else that follows from it."""
        if name not in self._near:
            network = self.network
            pairs = [(arc.source, arc.target) for arc in self.subject.arcs_of.get(name, ())]
            pairs += [(source, quorum.target) for quorum in network.quorums if quorum.rule == name for source in quorum.sources]
            pairs += [(floor.node, floor.node) for floor in network.floors if floor.rule == name]
            found = self._first_rationed({source for source, _ in pairs}, self._incoming)
            found = found or self._first_rationed({target for _, target in pairs}, self._outgoing)
            self._near[name] = frozenset(found)
        return self._near[name]

    def _first_rationed(self, nodes: set[int], neighbours: Sequence[Sequence[int]]) -> set[str]:
        """Return the rationed work first met from some nodes."""
        found: set[str] = set()
        seen, stack = set(nodes), list(nodes)
        while stack:
            node = stack.pop()
            if node in self._rationed_nodes:
                found.add(self.network.points[node].item)
                continue
            for other in neighbours[node]:
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        return found

    @cached_property
    def _rationed_nodes(self) -> frozenset[int]:
        items = {item for pool in self.subject.pools.values() for item in pool.demand}
        return frozenset(node for item in items for node in self.network.item_nodes(item))

    @cached_property
    def _incoming(self) -> list[list[int]]:
        """The nodes from which each node follows, by links that push across items."""
        found: list[list[int]] = [[] for _ in self.network.points]
        for arc in self.network.arcs:
            if not arc.mirrored and live_amount(self.network, arc)[0] and arc.source != arc.target:
                found[arc.target].append(arc.source)
        for quorum in self.network.quorums:
            if self.network.enabled[quorum.rule]:
                found[quorum.target] += quorum.sources
        return found

    @cached_property
    def _outgoing(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.network.points]
        for target, sources in enumerate(self._incoming):
            for source in sources:
                found[source].append(target)
        return found
