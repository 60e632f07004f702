"""Schedules of a rationed plan that serve its variants: how early a milestone can be, at the latest, without a solver.

One schedule is kept in its order, or pushed, or made again with some work going first; a variant is scheduled anew only
where the others do not tell. Each schedule is looked at again before it is believed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from optimiser.critical import CapacityBound, Earliest, Levelling, Network
from optimiser.critical.bounds import overload_before
from optimiser.critical.forward import Pass
from optimiser.critical.levelling import Key, latest_by_choice
from optimiser.explain.chains import Upper, in_chains
from optimiser.explain.rationing import Relevelled, holds
from optimiser.explain.subject import Reach, Subject
from optimiser.explain.vicinity import Vicinity
from optimiser.solve.variant import Variant, columns_of, network_of, no_tighter, without_capacity

__all__ = ["Schedules", "Standing"]

KEPT = 2
"""Orders of schedules that serve for all variants at once."""
FEW = 3
"""Up to so much rationed work is given precedence where a variant touches what hangs on it."""


@dataclass
class Standing:
    """What is known of one milestone of the plan as it stands.

    Attributes
    ----------
    milestone, node
        Which milestone, and its node.
    reach
        Where its earliest boundary lies.
    values
        Boundary of each node of the best schedule known; None where none is, or none is needed.
    bound
        The capacity bound.
    orders
        Kept orders of schedules, None until they are wanted.
    served
        Schedules in which some work goes first.
    late
        Latest boundary of each node that leaves the milestone where it is.
    scheduled, solved
        Variants looked at one by one, and those that CP-SAT was asked about.
    """

    milestone: str
    node: int
    reach: Reach
    values: list[int] | None = None
    bound: CapacityBound | None = None
    orders: list[Network] | None = None
    served: dict[frozenset[str], Sequence[int] | None] = field(default_factory=dict)
    late: list[int] | None = None
    scheduled: int = 0
    solved: int = 0


class Schedules:
    """Schedules of one rationed plan and of its variants.

    Parameters
    ----------
    subject
        The plan that is asked about.
    vicinity
        Which rationed work its rules are next to.
    """

    def __init__(self, subject: Subject, vicinity: Vicinity) -> None:
        self.subject = subject
        self.vicinity = vicinity
        self.network = subject.network
        self._seen: dict[tuple[tuple[str, int], ...], list[list[int]]] = {}

    def orders(self, standing: Standing) -> list[Network]:
        """Return the kept orders of schedules that reach the milestone's boundary."""
        if standing.orders is None:
            standing.orders = []
            if standing.values is not None:
                self.keep(standing, standing.values)
        return standing.orders

    def keep(self, standing: Standing, values: Sequence[int]) -> None:
        """Keep the order of one more schedule of the plan's own capacities, both ways."""
        if standing.orders is None or len(standing.orders) >= KEPT:
            return
        for spread in (True, False):
            ordered = in_chains(self.network, tuple(self.subject.pools.values()), values, spread=spread)
            if ordered is not None:
                standing.orders.append(ordered)

    def highs(self, standing: Standing, variants: Sequence[Variant], wanted: Sequence[int]) -> list[int | None]:
        """Return boundaries that variants can be at, None where no schedule is known.

        The order of a schedule known is kept in all variants at once; where that is not as early as wanted, a schedule is
        pushed; then other orders are tried.

        Parameters
        ----------
        wanted
            For each variant a boundary that is early enough.
        """
        highs: list[int | None] = [None] * len(variants)
        if not variants or standing.values is None:
            return highs
        pools = [self.subject.pools_of(variant) for variant in variants]
        able = [no_tighter(each, self.subject.pools) for each in pools]
        left = list(range(len(variants)))
        for way in (*self.orders(standing)[:1], None, *self.orders(standing)[1:]):
            tried = [place for place in left if way is None or able[place]]
            if not tried:
                continue
            columns = columns_of(self.network, [without_capacity(self.subject.plan, variants[place]) for place in tried])
            known = Upper.of(standing.node, len(tried))
            if way is None:
                served = [self._first_served(standing, variants[place]) or standing.values for place in tried]
                starting = np.array(served, dtype=np.int64).T
                known.by_push(self.network, starting, columns, [pools[place] for place in tried])
            else:
                known.by_order(way, columns)
            for place, high, sure in zip(tried, known.best.tolist(), known.found.tolist(), strict=True):
                before = highs[place]
                if sure and (before is None or high < before):
                    highs[place] = high
            left = [place for place in left if (high := highs[place]) is None or high > wanted[place]]
        return highs

    def _first_served(self, standing: Standing, variant: Variant) -> Sequence[int] | None:
        """Return a schedule in which the rationed work next to what a variant changes goes first; None where none is apt."""
        names = (*variant.off, *(name for slot in variant.values for name in self.subject.using(slot)))
        near = frozenset(item for name in names for item in self.vicinity.next_to(name))
        if not 0 < len(near) <= FEW:
            return None
        served = standing.served
        if near not in served:
            served[near] = self._serving(standing, near)
        return served[near]

    def _serving(self, standing: Standing, first: Collection[str]) -> Sequence[int] | None:
        """Return a schedule of the plan as it stands in which some work goes first, if the milestone stays where it is."""
        node = standing.node
        assert standing.values is not None
        starts = [self.network.item_nodes(item)[0] for item in first]
        if all(standing.values[start] == self.subject.found.values[start] for start in starts):
            return standing.values
        values = self._levelling.schedule(self._key(standing, first))
        if values is None or values[node] > standing.values[node]:
            return None
        return values if holds(self.network, tuple(self.subject.pools.values()), values) else None

    def _key(self, standing: Standing, first: Collection[str]) -> Key:
        """Return an order of placing in which some work goes first, then what is due first."""
        if standing.late is None:
            assert standing.values is not None
            standing.late = latest_by_choice(self.subject.found, standing.node, standing.values[standing.node])
        late, found = standing.late, self.subject.found
        place = {item: (late[self.network.item_nodes(item)[0]], found.position(item)) for item in self._levelling.items}

        def key(item: str, _: int) -> tuple[int, ...]:
            due, (start, finish) = place[item]
            return item not in first, due, start - finish

        return key

    def soon(self, standing: Standing, variant: Variant, low: int, by: int) -> Reach | None:
        """Return on which side of a boundary a milestone of a variant with worse numbers is, where a few quick looks tell."""
        node = standing.node
        if variant.off or variant.on or standing.values is None:
            return None
        seen = self._seen.setdefault(tuple(sorted(variant.values.items())), [])
        known = min((values[node] for values in seen), default=by + 1)
        if known <= by:
            return Reach(low, known)
        pools = self.subject.pools_of(variant)
        network = network_of(self.network, variant)
        forward = self._pass.tightened(network, variant.values)
        if forward is None or forward.trouble:
            return None
        if all(pool is self.subject.pools[pool.rule] for pool in pools):
            levelling: Levelling = Relevelled(self._levelling, network, forward)
        else:
            levelling = Levelling(network, pools)
        for key in self._keys(standing, variant, network, forward, by):
            values = levelling.schedule(key)
            if values is not None and values[node] <= by and holds(network, pools, values):
                seen.append(values)
                return Reach(low, values[node])
        earliest = Earliest(network, "feasible", forward.values, forward.events, forward.last)
        return Reach(by + 1, None) if overload_before(earliest, pools, node, by) else None

    def _keys(self, standing: Standing, variant: Variant, network: Network, forward: Pass, by: int) -> Iterator[Key]:
        """Yield orders of placing for a variant: what hangs on it first, then all by how late the variant leaves it."""
        near = frozenset(
            item for name in variant.values for each in self.subject.using(name) for item in self.vicinity.next_to(each)
        )
        yield self._key(standing, near if len(near) <= FEW else ())
        earliest = Earliest(network, "feasible", forward.values, forward.events, forward.last)
        late = latest_by_choice(earliest, standing.node, by)
        starts = {item: network.item_nodes(item) for item in self._levelling.items}
        place = {
            item: (late[start], forward.values[start] - forward.values[finish]) for item, (start, finish) in starts.items()
        }
        yield lambda item, _: place[item]

    @cached_property
    def _pass(self) -> Pass:
        """The forward pass of the plan as it stands, to go on from."""
        forward = Pass(self.network)
        forward.run()
        return forward

    @cached_property
    def _levelling(self) -> Levelling:
        """List scheduling of the plan as it stands."""
        return Levelling(self.network, tuple(self.subject.pools.values()))
