"""Why a node is where it is in a variant, by a pass over what holds it there: the rest of the plan is not gone through.

Only what pushes a node as far as it came can be a reason. A forward pass over these nodes alone, in the order of the whole,
records for it the reasons that a pass over the whole plan does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from optimiser.critical import Network, cut, earliest_times
from optimiser.critical.arcs import Arc, Bound, Quorum
from optimiser.critical.backward import live_arcs
from optimiser.solve.variant import renumbered

__all__ = ["Reasons"]


@dataclass(frozen=True, slots=True)
class _Changed:
    """The boundary of each node of a feasible variant, and the number in which it differs, as a column holds it."""

    values: Sequence[int]
    slot: str
    number: int


@dataclass(frozen=True, slots=True)
class _Pushes:
    """How what lies outside a node's circle pushes it.

    Attributes
    ----------
    reached
        How far.
    sources
        What may have been the first to push it as far; each with whether only from where it ended it can have.
    rounds
        Whether the node is rounded on from there.
    """

    reached: int
    sources: set[tuple[int, bool]]
    rounds: bool


class Reasons:
    """Binding rules of a node in a variant of one number.

    Parameters
    ----------
    network
        The inequalities of the plan as it stands.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._live = {name for name, state in network.enabled.items() if state}
        self._arcs: list[list[tuple[int, Arc, int]]] = [[] for _ in network.points]
        self._quorums: list[list[tuple[int, Quorum]]] = [[] for _ in network.points]
        self._floors: list[list[Bound]] = [[] for _ in network.points]
        for place, (arc, amount) in enumerate(live_arcs(network)):
            self._arcs[arc.target].append((place, arc, amount))
        for place, quorum in enumerate(network.quorums):
            if quorum.rule in self._live:
                self._quorums[quorum.target].append((place, quorum))
        for floor in network.floors:
            self._floors[floor.node].append(floor)

    def behind(self, node: int, values: Sequence[int], slot: str, number: int) -> list[str]:
        """Return the rules and durations of the line of reasons behind a node.

        Parameters
        ----------
        values
            Boundary of each node in the variant, which is feasible.
        slot, number
            The number that differs, as a column holds it.
        """
        changed = _Changed(values, slot, number)
        network, rank = self._network, self._network.rank
        inside, entered = set[int](), set[int]()
        wanted = [(node, True)]
        seen = set(wanted)
        while wanted:
            each, last = wanted.pop()
            inside.update(network.order[rank[each]])
            for member in self._entries(each, changed, last=last) - entered:
                entered.add(member)
                fresh = self._pushing(member, changed).sources - seen
                seen |= fresh
                wanted += fresh
        # Where no reason comes into a circle its nodes begin as far on as they are pushed.
        begun = {each: self._pushing(each, changed).reached for each in inside - entered}
        nodes = sorted(inside)
        found = earliest_times(self._part(nodes, begun, changed))
        return found.rules_behind(found.chain(found.last[nodes.index(node)]))

    def _entries(self, node: int, changed: _Changed, *, last: bool) -> set[int]:
        """Return the nodes of a node's circle at which the lines of reasons behind the node come into the circle.

        Parameters
        ----------
        last
            Whether only of where the node ends, and not of where it was before.
        """
        component = self._network.order[self._network.rank[node]]
        own = set(component)
        if len(component) == 1 or any(self._quorums[each] for each in component):
            return own
        pushes = self._pushing(node, changed)
        if changed.values[node] == pushes.reached:
            return {node}
        if len(component) == 2 and last and not pushes.rounds:
            (other,) = own - {node}
            if changed.values[other] == self._pushing(other, changed).reached:
                return {other}
        sources = {arc.source for each in component for _, arc, _ in self._arcs[each]} - own
        nodes = [*sorted(sources), *component]
        found = earliest_times(self._part(nodes, {each: changed.values[each] for each in sources}, changed))
        lines = (found.chain(index) for index, event in enumerate(found.events) if nodes[event.node] == node)
        return {next(each for index in line if (each := nodes[found.events[index].node]) in own) for line in lines}

    def _part(self, nodes: Sequence[int], begun: Mapping[int, int], changed: _Changed) -> Network:
        """Return the inequalities among some nodes in the variant; of those that begin somewhere only what their circle has."""
        inside, rank = set(nodes), self._network.rank
        arcs, quorums, floors = dict[int, Arc](), dict[int, Quorum](), list[Bound]()
        for each in nodes:
            for place, arc, _ in self._arcs[each]:
                if arc.source in inside and (each not in begun or rank[arc.source] == rank[each]):
                    arcs[place] = arc
            if each not in begun:
                quorums.update(self._quorums[each])
            floors += self._floors[each]
        laid = [arcs[place] for place in sorted(arcs)], [quorums[place] for place in sorted(quorums)]
        part = cut(self._network, nodes, *laid, floors, (), self._live)
        base = [begun.get(each, first) for each, first in zip(nodes, part.base, strict=True)]
        return renumbered(replace(part, base=base), changed.slot, changed.number)

    def _pushing(self, node: int, changed: _Changed) -> _Pushes:
        """Return how far what lies outside its circle pushes a node, and what may have been the first to push it as far."""
        network, rank = self._network, self._network.rank
        base, rounds = network.base[node], False
        pushes: list[tuple[int, int, bool]] = []
        for _, arc, stated in self._arcs[node]:
            if arc.source == node:
                rounds = True
            elif rank[arc.source] != rank[node]:
                on = changed.slot in arc.names and all(network.enabled[switch] for switch in arc.switches)
                reached = arc.family.at(
                    changed.values[arc.source], arc.renumbered(changed.slot, changed.number).amount if on else stated
                )
                if reached > base:
                    pushes.append((reached, arc.source, arc.family.sign != 0))
        furthest = max((reached for reached, *_ in pushes), default=base)
        # The first to push as far gives the reason; of what is rounded on, less before it may have ended at the same boundary.
        first = min((rank[source] for reached, source, _ in pushes if reached == furthest), default=0)
        sources = {
            (source, shifts and not rounds)
            for reached, source, shifts in pushes
            if rank[source] <= first and (rounds or reached == furthest)
        }
        for _, quorum in self._quorums[node]:
            sources |= {(source, False) for source in quorum.sources if rank[source] != rank[node]}
        return _Pushes(furthest, sources, rounds)
