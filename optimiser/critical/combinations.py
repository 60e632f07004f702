"""The forward pass over every combination of some factors, each node only in the combinations that it feels.

A node feels the factors that set a number or a switch of what leads into it, and those that its sources feel. Its row has one
boundary for each combination of these alone; where a node with more factors reads it, the row is spread over theirs.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.clock import Boundaries
from optimiser.critical.batch import Batch
from optimiser.critical.columns import Columns, Flags
from optimiser.critical.layout import Layout
from optimiser.critical.network import Network

__all__ = ["Combined", "Factors", "combined"]


@dataclass(frozen=True, slots=True)
class Factors:
    """What varies independently: the factors of a full design, each with its options.

    Attributes
    ----------
    sizes
        Number of options of each factor.
    values, switches
        Slot or switch to the factor that sets it, by its place, and what each of its options sets it to, as in `Columns`.
    """

    sizes: tuple[int, ...]
    values: Mapping[str, tuple[int, NDArray[np.int64]]] = field(default_factory=dict)
    switches: Mapping[str, tuple[int, Flags]] = field(default_factory=dict)

    @property
    def combinations(self) -> int:
        """The number of combinations; the last factor changes quickest from one to the next."""
        return math.prod(self.sizes)

    def setting(self, names: Collection[str]) -> frozenset[int]:
        """Return the factors that set any of some slots and switches."""
        return frozenset(kind[name][0] for kind in (self.values, self.switches) for name in names if name in kind)

    def options(self, factor: int) -> NDArray[np.int64]:
        """Return the option of a factor in each combination, shape ``(combinations,)``."""
        return np.arange(self.combinations) // math.prod(self.sizes[factor + 1 :]) % self.sizes[factor]


@dataclass(slots=True)
class Combined:
    """The earliest positions in every combination.

    Attributes
    ----------
    infeasible
        Combinations in which a latest date is broken, or an occasion never comes, shape ``(combinations,)``.
    beyond
        Combinations in which one of the nodes to be kept on the axis runs off it, shape ``(combinations,)``.
    reached
        Node asked for to its boundary in each combination.
    """

    infeasible: Flags
    beyond: Flags
    reached: dict[int, Boundaries]


def combined(network: Network, factors: Factors, asked: Collection[int], inside: Collection[int] = ()) -> Combined:
    """Return the earliest positions of some nodes in every combination of factors.

    Parameters
    ----------
    network
        The plan's inequalities.
    factors
        What varies.
    asked
        Nodes whose boundaries are wanted.
    inside
        Nodes of which is told where one of them runs off the axis.

    Notes
    -----
    A row is forgotten once nobody reads it any more, so that memory does not grow with nodes times combinations.
    """
    return _Combining(network, factors).run(set(asked), set(inside))


class _Part(Batch):
    """The pass over the combinations of some of the factors; rows of nodes that feel fewer are spread."""

    def __init__(self, whole: _Combining, felt: frozenset[int]) -> None:
        factors = whole.factors
        self.felt, self._whole = felt, whole
        own = Factors(tuple(factors.sizes[place] for place in sorted(felt)))
        options = {factor: own.options(place) for place, factor in enumerate(sorted(felt))}

        def columns(kind: Mapping[str, tuple[int, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
            return {name: held[options[factor]] for name, (factor, held) in kind.items() if factor in felt}

        super().__init__(whole.network, Columns(own.combinations, columns(factors.values), columns(factors.switches)))
        self.never = np.zeros(own.combinations, dtype=np.bool_)
        self.beyond = np.zeros(own.combinations, dtype=np.bool_)

    def row(self, node: int) -> Boundaries:
        """Return the boundaries of a node, not to be written to."""
        found = self._rows[node]
        if found is None:
            other = self._whole.part(self._whole.felt[node])
            found = self._rows[node] = other.row(node)[self._whole.spread(other.felt, self.felt)]
        return found

    def begin(self, component: Sequence[int]) -> None:
        """Compute the nodes of a component from the floors up."""
        for node in component:
            self._rows[node] = np.full(self.columns.samples, self.network.base[node], dtype=self.kind)
        self._own.update(component)
        self._compute(component, {})

    def forget(self, node: int) -> None:
        """Leave a row to whoever still has it."""
        self._rows[node] = None


class _Combining:
    """The parts of one pass over all combinations."""

    def __init__(self, network: Network, factors: Factors) -> None:
        self.network, self.factors = network, factors
        self.felt: list[frozenset[int]] = []
        self._parts: dict[frozenset[int], _Part] = {}
        self._spread: dict[tuple[frozenset[int], frozenset[int]], NDArray[np.int64]] = {}

    def part(self, felt: frozenset[int]) -> _Part:
        """Return the pass over the combinations of some factors."""
        if felt not in self._parts:
            self._parts[felt] = _Part(self, felt)
        return self._parts[felt]

    def spread(self, fewer: frozenset[int], more: frozenset[int]) -> NDArray[np.int64]:
        """Return for each combination of some factors the place of the one that it makes of fewer of them."""
        if (fewer, more) not in self._spread:
            sizes = self.factors.sizes
            whole, found = Factors(tuple(sizes[place] for place in sorted(more))), np.zeros(1, dtype=np.int64)
            for place, factor in enumerate(sorted(more)):
                if factor in fewer:
                    found = found * sizes[factor] + whole.options(place)
            self._spread[fewer, more] = np.broadcast_to(found, (whole.combinations,))
        return self._spread[fewer, more]

    def run(self, asked: set[int], inside: set[int]) -> Combined:
        """Compute every node, sources first."""
        network = self.network
        layout: Layout = self.part(frozenset()).layout
        own: list[set[int]] = [set() for _ in network.points]
        for name, nodes in layout.readers.items():
            for node in nodes:
                own[node] |= self.factors.setting((name,))
        sources: list[set[int]] = [set() for _ in network.points]
        for source, after in enumerate(layout.after):
            for node in after:
                sources[node].add(source)
        left = [len({layout.rank[node] for node in after} - {layout.rank[source]}) for source, after in enumerate(layout.after)]
        held = asked | {ceiling.node for ceiling in network.ceilings}
        self.felt = [frozenset()] * len(network.points)
        for place, component in enumerate(network.order):
            before = {source for node in component for source in sources[node] if layout.rank[source] != place}
            felt = frozenset(factor for node in component for factor in own[node]).union(*(self.felt[node] for node in before))
            part = self.part(felt)
            part.begin(component)
            for node in component:
                self.felt[node] = felt
                part.never |= part.row(node) >= network.never
                if node in inside:
                    part.beyond |= part.row(node) > network.clock.limit
            for node in before:
                left[node] -= 1
            for node in (*before, *component):
                if not left[node] and node not in held:
                    for other in self._parts.values():
                        other.forget(node)
        return Combined(
            self._anywhere([*((part.felt, part.never) for part in self._parts.values()), *self._late()]),
            self._anywhere([(part.felt, part.beyond) for part in self._parts.values()]),
            {node: self.part(self.felt[node]).row(node)[self._whole(self.felt[node])] for node in asked},
        )

    def _late(self) -> Iterator[tuple[frozenset[int], Flags]]:
        """Yield where latest dates are broken, by the factors that are felt there."""
        switched = self.network.switch_slots
        for ceiling in self.network.ceilings:
            names = (ceiling.rule, *ceiling.slots, switched.get(ceiling.rule, ceiling.rule))
            felt = self.felt[ceiling.node] | self.factors.setting(names)
            yield felt, self.part(felt).late(ceiling)

    def _whole(self, felt: frozenset[int]) -> NDArray[np.int64]:
        return self.spread(felt, frozenset(range(len(self.factors.sizes))))

    def _anywhere(self, parts: Sequence[tuple[frozenset[int], Flags]]) -> Flags:
        """Return the combinations that any of some parts tells of."""
        found = np.zeros(self.factors.combinations, dtype=np.bool_)
        for felt, flags in parts:
            if flags.any():
                found |= flags[self._whole(felt)]
        return found
