"""The capacity-holding work nearest to a rule: where a change of it is felt first.

What a rule or duration pushes is followed along the links that push, from item to item, up to the first work that holds
capacity; behind that the order of the work decides, and no path does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from optimiser.critical.backward import live_amount
from optimiser.numbers import users
from optimiser.solve.problem import Problem
from optimiser.solve.variant import Variant

__all__ = ["Near"]


class Near:
    """The work that holds capacity next to each rule and duration of one problem."""

    def __init__(self, problem: Problem) -> None:
        self._problem, self._network = problem, problem.network
        self._found: dict[str, frozenset[str]] = {}

    def using(self, slot: str) -> tuple[str, ...]:
        """Return the rules and durations of which a slot holds a number."""
        return self._users.get(slot, ()) if slot in self._problem.plan.values else (slot,)

    @cached_property
    def _users(self) -> dict[str, tuple[str, ...]]:
        """The rules and durations that use each assumption."""
        return {name: users(self._problem.plan, name) for name in self._problem.plan.values}

    def set_by(self, variant: Variant) -> frozenset[str]:
        """Return the rules and durations of which a variant sets a number."""
        return frozenset(name for slot in variant.values for name in self.using(slot))

    def changed(self, variant: Variant) -> frozenset[str]:
        """Return the rules and durations that a variant switches or sets a number of."""
        return self.set_by(variant).union(variant.off, variant.on)

    def next_to_change(self, variant: Variant) -> frozenset[str]:
        """Return the work next to all that a variant drops or sets."""
        return frozenset(item for name in {*variant.off, *self.set_by(variant)} for item in self.next_to(name))

    def next_to(self, name: str) -> frozenset[str]:
        """Return the work before what a rule or duration pushes, the nearest on each way; where there is none, that after it."""
        if name not in self._found:
            network = self._network
            pairs = [(arc.source, arc.target) for arc in network.arcs if arc.rule == name]
            pairs += [(source, quorum.target) for quorum in network.quorums if quorum.rule == name for source in quorum.sources]
            pairs += [(floor.node, floor.node) for floor in network.floors if floor.rule == name]
            found = self._first({source for source, _ in pairs}, self._incoming)
            self._found[name] = frozenset(found or self._first({target for _, target in pairs}, self._outgoing))
        return self._found[name]

    def _first(self, nodes: set[int], neighbours: Sequence[Sequence[int]]) -> set[str]:
        """Return the work first met from some nodes."""
        found: set[str] = set()
        seen, stack = set(nodes), list(nodes)
        while stack:
            node = stack.pop()
            if node in self._problem.rationed_nodes:
                found.add(self._network.points[node].item)
                continue
            for other in neighbours[node]:
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        return found

    @cached_property
    def _incoming(self) -> list[list[int]]:
        """For each node those that push it, lengths read backwards left out."""
        found: list[list[int]] = [[] for _ in self._network.points]
        for arc in self._network.arcs:
            if not arc.mirrored and live_amount(self._network, arc)[0] and arc.source != arc.target:
                found[arc.target].append(arc.source)
        for quorum in self._network.quorums:
            if self._network.enabled[quorum.rule]:
                found[quorum.target] += quorum.sources
        return found

    @cached_property
    def _outgoing(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self._network.points]
        for target, sources in enumerate(self._incoming):
            for source in sources:
                found[source].append(target)
        return found
