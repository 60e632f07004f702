"""What a date would be if: the one question that every explanation asks, answered with three values.

Where no live capacity rations anything, the network of monotone bounds answers exactly, many variants at once. Where one
does, a variant is bounded from both sides without a solver first (energy and round bounds against list schedules, each
schedule checked), and CP-SAT is asked only about what is left. A limit is never read as a verdict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.duration import Duration, Reference
from models.explanation import Method
from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from optimiser.check import check
from optimiser.clock import Clock
from optimiser.critical import (
    CapacityBound,
    Columns,
    Earliest,
    Evaluated,
    Levelling,
    Network,
    Resource,
    capacity_bound,
    compile_network,
    earliest_times,
    evaluate,
    overload_on_axis,
    reaches,
    resources,
)
from optimiser.critical.backward import live_amount
from optimiser.critical.bounds import overload_before
from optimiser.critical.forward import Pass
from optimiser.critical.levelling import Key, latest_by_choice
from optimiser.critical.network import Arc
from optimiser.encoding.answer import Answer, Limits
from optimiser.encoding.levers import FIELDS, Lever, moved_plan, number_of
from optimiser.explain.numbers import users
from optimiser.explain.rationing import (
    CHAIN,
    Pools,
    Rationed,
    Rationing,
    Relevelled,
    Upper,
    capacities,
    holds,
    in_chains,
    network_of,
    no_tighter,
    pools_of,
    refuted_by,
)
from optimiser.solve.binding import QUESTION, Variant, stated_number
from optimiser.solve.dates import FULL_SEARCH, TRIES
from optimiser.solve.placement import schedule_of
from optimiser.solve.spans import column_number

__all__ = ["MOST_CALLS", "Oracle", "Reach"]

MOST_CALLS = 60_000
"""Forward passes, or solver calls, that one explanation may make before it says that it is not complete."""


SMALL = 60
"""Up to so many rules and durations every question about a rationed plan is asked, of CP-SAT too where it must be."""
MOST_SCHEDULED = 600
"""Variants of a larger rationed plan that are scheduled one by one for one milestone; what is left then is not asked."""
MOST_SOLVED = 8
"""Variants of a larger rationed plan that CP-SAT is asked about for one milestone; of a crowded one, none."""
KEPT = 2
"""Orders of schedules that serve for all variants at once."""
FEW = 3
"""Up to so much rationed work is given precedence where a variant touches what hangs on it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the earliest boundary of a milestone lies: at or after ``low``, at or before ``high``.

    ``low`` behind ``clock.limit`` means that there is none on the axis; ``high`` None that no schedule is known.
    """

    low: int
    high: int | None
    method: Method = "closed form"

    @property
    def exact(self) -> int | None:
        """The boundary, where it is known."""
        return self.low if self.low == self.high else None


@dataclass
class Standing:
    """What is known of one milestone of the plan as it stands.

    Attributes
    ----------
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

    reach: Reach
    values: list[int] | None = None
    bound: CapacityBound | None = None
    orders: list[Network] | None = None
    served: dict[frozenset[str], Sequence[int] | None] = field(default_factory=dict)
    late: list[int] | None = None
    scheduled: int = 0
    solved: int = 0


@dataclass
class Oracle:
    """The dates of one plan under changes.

    Attributes
    ----------
    limits
        Of each call of CP-SAT.
    calls
        Questions asked so far.
    """

    plan: Plan
    limits: Limits = field(default_factory=Limits)
    clock: Clock = None  # type: ignore[assignment]
    calls: int = 0
    rationed_calls: int = 0
    """Variants so far for which capacity had to be looked at."""
    shared: dict[str, Any] = field(default_factory=dict)
    """What explanations of several milestones have in common, computed once."""

    def __post_init__(self) -> None:
        self.clock = self.clock or Clock(self.plan)
        self.network: Network = compile_network(self.plan, self.clock)
        self.found: Earliest = earliest_times(self.network)
        self._cache: dict[tuple[frozenset[str], str, int], bool | None] = {}
        self._concerned: dict[str, bool] = {}
        self._near: dict[str, frozenset[str]] = {}
        self._looked: dict[tuple[Any, ...], Reach] = {}
        self._schedules: dict[tuple[tuple[str, int], ...], list[list[int]]] = {}
        self._standing: dict[str, Standing] = {}
        self._refutations: dict[tuple[str, int], frozenset[str] | None] = {}

    @property
    def rationed(self) -> bool:
        """Whether a live capacity takes part, so that the network alone is only a lower bound."""
        return self.network.uses_capacity

    @property
    def large(self) -> bool:
        """Whether capacity is rationed among so many rules that not every question about it can be asked."""
        return self.rationed and len(self.atoms) > SMALL

    @property
    def crowded(self) -> bool:
        """Whether capacity is rationed in a plan too large for CP-SAT to search as a whole."""
        return self.rationed and len(self.network.points) * self.clock.size > FULL_SEARCH

    @property
    def never(self) -> int:
        """A boundary behind everything."""
        return self.network.never

    @cached_property
    def atoms(self) -> tuple[str, ...]:
        """Every rule and duration that is on, in the order of the plan."""
        plan = self.plan
        names = [DURATION_PREFIX + activity.id for activity in plan.activities]
        names += [rule.id for rule in plan.rules]
        return tuple(name for name in names if self.network.enabled[name])

    @cached_property
    def two_way(self) -> frozenset[str]:
        """Durations that also hold their starts back, because something else pushes the finish.

        Counting such a duration as zero may close a plan as well as open it; of every other it only opens it.
        """
        return frozenset(arc.rule for arc in self.network.arcs if arc.mirrored)

    def node(self, milestone: str) -> int:
        """Return the node of a milestone."""
        return self.network.nodes[milestone, "start"]

    # -- dates of many variants ------------------------------------------------------------------------------------------

    def evaluate(self, variants: Sequence[Variant]) -> Evaluated:
        """Return the network's earliest positions of variants; of a rationed plan, lower bounds.

        Values may be of rules and durations, or of assumptions and unknowns; not of both at once.
        """
        self.calls += len(variants)
        return evaluate(self.network, columns_for(self.network, [self.without_capacity(variant) for variant in variants]))

    def base(self, milestone: str) -> Reach:
        """Return where the earliest boundary of a milestone of the plan as it stands lies: always asked, whatever it costs."""
        return self.standing(milestone).reach

    def standing(self, milestone: str) -> Standing:
        """Return what is known of a milestone of the plan as it stands, once and for all."""
        if milestone not in self._standing:
            value = self.found.values[self.node(milestone)]
            if self.found.status != "feasible":
                value = self.never if self.found.status == "infeasible" else self.clock.limit + 1
            if self.found.status != "feasible" or not self.rationed:
                self._standing[milestone] = Standing(Reach(value, value))
            else:
                self._standing[milestone] = self._stood(milestone)
        return self._standing[milestone]

    def reach(
        self, milestone: str, variants: Sequence[Variant], *, by: int | None = None, at_most: int | None = None
    ) -> list[Reach]:
        """Return where the earliest boundary of a milestone lies in each variant.

        Parameters
        ----------
        by
            Where only the question is whether it is at or before this boundary, what suffices to tell.
        at_most
            Where every variant only relaxes the plan, the boundary that the plan itself reaches.
        """
        if not variants:
            return []
        evaluated = self.evaluate(variants)
        boundaries: list[int] = np.where(evaluated.infeasible, self.never, evaluated.of(milestone)).tolist()
        if not self.concerned(milestone) and not any(self._capacity_on(variant) for variant in variants):
            return [Reach(boundary, boundary) for boundary in boundaries]
        off_axis: NDArray[np.bool_] = np.any(evaluated.values > self.clock.limit, axis=0)
        found: dict[int, Reach] = {}
        left: list[int] = []
        for place, (variant, low) in enumerate(zip(variants, boundaries, strict=True)):
            if at_most is not None and low >= at_most:
                found[place] = Reach(at_most, at_most)
            elif evaluated.infeasible[place]:
                found[place] = Reach(self.never, self.never)
            elif by is not None and low > by:
                found[place] = Reach(low, None)
            elif off_axis[place]:
                found[place] = Reach(self.clock.limit + 1, self.clock.limit + 1)
            elif variant == Variant():
                found[place] = self.base(milestone)
            else:
                left.append(place)
        wanted = [boundaries[place] if by is None else by for place in left]
        highs = self.highs(milestone, [variants[place] for place in left], wanted)
        for place, known in zip(left, highs, strict=True):
            low, ends = boundaries[place], [each for each in (known, at_most) if each is not None]
            high = min(ends, default=None)
            if high is not None and (high <= low or (by is not None and high <= by)):
                found[place] = Reach(min(low, high), high)
            elif at_most is not None and self._untouched(milestone, at_most, variants[place]):
                found[place] = Reach(at_most, at_most)
            else:
                found[place] = self._looked_at(milestone, variants[place], low, high, by)
        return [found[place] for place in range(len(variants))]

    def concerned(self, milestone: str) -> bool:
        """Return whether capacity has to be looked at for a milestone.

        Work that shares a capacity and does not lead to the milestone is left out: it cannot move it.
        """
        if milestone not in self._concerned:
            leading = reaches(self.network, self.node(milestone))
            starts = {self.network.item_nodes(item)[0] for pool in self.pools.values() for item in pool.demand}
            self._concerned[milestone] = any(leading[node] for node in starts)
        return self._concerned[milestone]

    def _capacity_on(self, variant: Variant) -> bool:
        """Return whether a variant switches a capacity on that the plan has off."""
        rules = self.plan.rules_by_id
        return any(name in rules and rules[name].kind == "capacity" for name in variant.on)

    def without_capacity(self, variant: Variant) -> Variant:
        """Return a variant without the amounts of capacities, of which the network knows nothing."""
        rules = self.plan.rules_by_id
        if not any(name in rules and rules[name].kind == "capacity" for name in variant.values):
            return variant
        kept = {name: value for name, value in variant.values.items() if name not in rules or rules[name].kind != "capacity"}
        return Variant(variant.off, kept, variant.on)

    # -- rationed variants -----------------------------------------------------------------------------------------------

    @cached_property
    def pools(self) -> dict[str, Resource]:
        """The live capacities of the plan as it stands, by rule."""
        return {pool.rule: pool for pool in resources(self.plan, self.clock)}

    def _stood(self, milestone: str) -> Standing:
        """Look at a milestone of the plan as it stands: bounds and schedules, then CP-SAT, as `solve` does."""
        self.calls += 1
        one = Rationed(self.network, tuple(self.pools.values()))
        node = self.node(milestone)
        values = one.schedule(milestone, self.found.values[node])
        bound = capacity_bound(self.found, one.pools, milestone, self.clock.limit if values is None else values[node])
        if values is not None and values[node] > bound.boundary:
            better = one.schedule(milestone, bound.boundary, tries=TRIES)
            values = better if better is not None and better[node] < values[node] else values
            bound = capacity_bound(self.found, one.pools, milestone, values[node])
        if values is not None and check(self.plan, schedule_of(self.network, values), self.clock):
            values = None
        high = None if values is None else values[node]
        assert high is None or bound.boundary <= high, f"{milestone}: a bound later than a schedule"
        if bound.boundary == high:
            return Standing(Reach(high, high), values, bound)
        if values is None and overload_on_axis(self.found, one.pools):
            return Standing(Reach(self.never, self.never))
        reach, found = self._solved(self.plan, self.network, self.found, milestone, bound.boundary, values)
        return Standing(reach, found, bound)

    def pools_of(self, variant: Variant) -> Pools:
        """Return the live capacities of a variant."""
        return pools_of(self.network, variant, self.pools, self._rules_of_capacity)

    @cached_property
    def _rules_of_capacity(self) -> Rationing:
        return capacities(self.network)

    def highs(self, milestone: str, variants: Sequence[Variant], wanted: Sequence[int]) -> list[int | None]:
        """Return boundaries that variants can be at, None where no schedule is known.

        The order of a schedule known is kept in all variants at once; where that is not as early as wanted, a schedule is
        pushed; then other orders are tried.

        Parameters
        ----------
        wanted
            For each variant a boundary that is early enough.
        """
        standing = self.standing(milestone)
        highs: list[int | None] = [None] * len(variants)
        if not variants or standing.values is None:
            return highs
        pools = [self.pools_of(variant) for variant in variants]
        able = [no_tighter(each, self.pools) for each in pools]
        left = list(range(len(variants)))
        for way in (*self.orders(milestone)[:1], None, *self.orders(milestone)[1:]):
            tried = [place for place in left if way is None or able[place]]
            if not tried:
                continue
            columns = columns_for(self.network, [self.without_capacity(variants[place]) for place in tried])
            known = Upper.of(self.node(milestone), len(tried))
            if way is None:
                served = [self._first_served(milestone, variants[place]) or standing.values for place in tried]
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

    def _first_served(self, milestone: str, variant: Variant) -> Sequence[int] | None:
        """Return a schedule in which the rationed work next to what a variant changes goes first; None where none is apt."""
        names = (*variant.off, *(name for slot in variant.values for name in self._using(slot)))
        near = frozenset(item for name in names for item in self.next_to(name))
        if not 0 < len(near) <= FEW:
            return None
        served = self.standing(milestone).served
        if near not in served:
            served[near] = self._serving(milestone, near)
        return served[near]

    def _serving(self, milestone: str, first: Collection[str]) -> Sequence[int] | None:
        """Return a schedule of the plan as it stands in which some work goes first, if the milestone stays where it is."""
        standing, node = self.standing(milestone), self.node(milestone)
        assert standing.values is not None
        starts = [self.network.item_nodes(item)[0] for item in first]
        if all(standing.values[start] == self.found.values[start] for start in starts):
            return standing.values
        values = self._levelling.schedule(self._key(milestone, first))
        if values is None or values[node] > standing.values[node]:
            return None
        return values if holds(self.network, tuple(self.pools.values()), values) else None

    def _key(self, milestone: str, first: Collection[str]) -> Key:
        """Return an order of placing in which some work goes first, then what is due first."""
        standing = self.standing(milestone)
        if standing.late is None:
            assert standing.values is not None
            standing.late = latest_by_choice(self.found, self.node(milestone), standing.values[self.node(milestone)])
        late, found = standing.late, self.found
        place = {item: (late[self.network.item_nodes(item)[0]], found.position(item)) for item in self._levelling.items}

        def key(item: str, _: int) -> tuple[int, ...]:
            due, (start, finish) = place[item]
            return item not in first, due, start - finish

        return key

    def _soon(self, milestone: str, variant: Variant, low: int, by: int) -> Reach | None:
        """Return on which side of a boundary a milestone of a variant with worse numbers is, where a few quick looks tell."""
        standing, node = self.standing(milestone), self.node(milestone)
        if variant.off or variant.on or standing.values is None:
            return None
        seen = self._schedules.setdefault(tuple(sorted(variant.values.items())), [])
        known = min((values[node] for values in seen), default=by + 1)
        if known <= by:
            return Reach(low, known)
        pools = self.pools_of(variant)
        network = network_of(self.network, variant)
        forward = self._pass.tightened(network, variant.values)
        if forward is None or forward.trouble:
            return None
        if all(pool is self.pools[pool.rule] for pool in pools):
            levelling: Levelling = Relevelled(self._levelling, network, forward)
        else:
            levelling = Levelling(network, pools)
        for key in self._keys(milestone, variant, network, forward, by):
            values = levelling.schedule(key)
            if values is not None and values[node] <= by and holds(network, pools, values):
                seen.append(values)
                return Reach(low, values[node])
        earliest = Earliest(network, "feasible", forward.values, forward.events, forward.last)
        return Reach(by + 1, None) if overload_before(earliest, pools, node, by) else None

    def _keys(self, milestone: str, variant: Variant, network: Network, forward: Pass, by: int) -> Iterator[Key]:
        """Yield orders of placing for a variant: what hangs on it first, then all by how late the variant leaves it."""
        near = frozenset(item for name in variant.values for each in self._using(name) for item in self.next_to(each))
        yield self._key(milestone, near if len(near) <= FEW else ())
        earliest = Earliest(network, "feasible", forward.values, forward.events, forward.last)
        late = latest_by_choice(earliest, self.node(milestone), by)
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
        return Levelling(self.network, tuple(self.pools.values()))

    def next_to(self, name: str) -> frozenset[str]:
        """Return the rationed work from which what a rule or duration pushes follows first, or else that follows from it."""
        if name not in self._near:
            network = self.network
            pairs = [(arc.source, arc.target) for arc in self._arcs_of.get(name, ())]
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
        items = {item for pool in self.pools.values() for item in pool.demand}
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

    def orders(self, milestone: str) -> list[Network]:
        """Return the kept orders of schedules that reach a milestone's boundary."""
        standing = self.standing(milestone)
        if standing.orders is None:
            standing.orders = []
            if standing.values is not None:
                self._keep(standing, standing.values)
        return standing.orders

    def _keep(self, standing: Standing, values: Sequence[int]) -> None:
        """Keep the order of one more schedule of the plan's own capacities, both ways."""
        if standing.orders is None or len(standing.orders) >= KEPT:
            return
        for spread in (True, False):
            ordered = in_chains(self.network, tuple(self.pools.values()), values, spread=spread)
            if ordered is not None:
                standing.orders.append(ordered)

    def _untouched(self, milestone: str, boundary: int, variant: Variant) -> bool:
        """Return whether a variant leaves everything alone that proves that a milestone is at a boundary or later."""
        proof = self.refutation(milestone, boundary - 1)
        if proof is None or variant.on:
            return False
        touched = {*variant.off, *(name for slot in variant.values for name in self._using(slot))}
        return not touched & proof

    def _using(self, slot: str) -> tuple[str, ...]:
        """Return the rules and durations of which a slot holds a number."""
        return users(self.plan, slot) if slot in self.plan.values else (slot,)

    def refutation(self, milestone: str, by: int) -> frozenset[str] | None:
        """Return rules and durations that keep a milestone from a boundary, proved without a solver; None where none are."""
        key = milestone, by
        if key not in self._refutations:
            self._refutations[key] = refuted_by(self.network, tuple(self.pools.values()), self.node(milestone), by)
        return self._refutations[key]

    def _looked_at(self, milestone: str, variant: Variant, low: int, high: int | None, by: int | None) -> Reach:
        """Look at one variant alone, or say that it was not asked."""
        standing = self.standing(milestone)
        key = (milestone, by, low, high, *self._same(variant))
        if key in self._looked:
            return self._looked[key]
        if self.large and standing.scheduled >= MOST_SCHEDULED:
            return Reach(low, high, "undecided")
        standing.scheduled += 1
        self.rationed_calls += 1
        self.calls += 1
        found = None if by is None else self._soon(milestone, variant, low, by)
        if found is None:
            one = Rationed(network_of(self.network, variant), self.pools_of(variant))
            found = self._alone(one, milestone, low, high, by, standing, lambda: varied(self.network, variant))
        self._looked[key] = found
        return found

    def _same(self, variant: Variant) -> tuple[Any, ...]:
        """Return what tells variants apart: of slots only how many there are, under whatever name they were set."""
        rules = self.plan.rules_by_id
        slots = {
            name
            for name in variant.values
            if all(used in rules and rules[used].kind == "capacity" for used in self._using(name))
        }
        rest = tuple(sorted((name, value) for name, value in variant.values.items() if name not in slots))
        pools = tuple(
            (pool.rule, pool.available.tobytes(), tuple(pool.demand.items())) for pool in self.pools_of(variant) if slots
        )
        return (frozenset(variant.off), frozenset(variant.on), rest, pools)

    def reach_of(self, plan: Plan, milestone: str, *, by: int | None = None) -> Reach:
        """Return where the earliest boundary of a milestone of a changed plan, on the same calendar, lies."""
        self.calls += 1
        network = compile_network(plan, self.clock)
        earliest = earliest_times(network)
        if earliest.status != "feasible":
            value = self.never if earliest.status == "infeasible" else self.clock.limit + 1
            return Reach(value, value)
        low = earliest.values[network.nodes[milestone, "start"]]
        if not network.uses_capacity:
            return Reach(low, low)
        if by is not None and low > by:
            return Reach(low, None)
        one = Rationed(network, resources(plan, self.clock))
        return self._alone(one, milestone, low, None, by, None, lambda: plan)

    def _alone(
        self,
        one: Rationed,
        milestone: str,
        low: int,
        high: int | None,
        by: int | None,
        standing: Standing | None,
        plan: Callable[[], Plan],
    ) -> Reach:
        """Return where a milestone of one rationed network lies: bounds and schedules first, then CP-SAT."""
        if one.earliest.status != "feasible" or not one.pools:
            infeasible = one.earliest.status == "infeasible"
            value = low if one.earliest.status == "feasible" else self.never if infeasible else self.clock.limit + 1
            return Reach(value, value)
        node = one.network.nodes[milestone, "start"]
        if by is not None and overload_before(one.earliest, one.pools, node, by):
            return Reach(by + 1, high)
        values = one.schedule(milestone, low if by is None else by)
        if values is None and overload_on_axis(one.earliest, one.pools):
            return Reach(self.never, self.never)
        if values is not None and (high is None or values[node] < high):
            high = values[node]
            if standing is not None and no_tighter(tuple(self.pools.values()), {pool.rule: pool for pool in one.pools}):
                self._keep(standing, values)
        if by is None:
            bound = capacity_bound(one.earliest, one.pools, milestone, self.clock.limit if high is None else high)
            assert high is None or bound.boundary <= high, f"{milestone}: a bound later than a schedule"
            low = max(low, bound.boundary)
        if low == high or (by is not None and high is not None and high <= by):
            return Reach(low, high)
        if self.large and standing is not None:
            crowded = len(one.network.points) * self.clock.size > FULL_SEARCH
            if crowded or standing.solved >= MOST_SOLVED:
                return Reach(low, high, "undecided")
            standing.solved += 1
        reach, _ = self._solved(plan(), one.network, one.earliest, milestone, low, values, high)
        return reach

    def _solved(
        self,
        plan: Plan,
        network: Network,
        earliest: Earliest,
        milestone: str,
        low: int,
        values: list[int] | None,
        high: int | None = None,
    ) -> tuple[Reach, list[int] | None]:
        """Ask CP-SAT about what bounds and schedules leave open."""
        node = network.nodes[milestone, "start"]
        if values is not None:
            high = values[node] if high is None else min(high, values[node])
        if len(network.points) * self.clock.size > FULL_SEARCH:
            return self._closed(plan, network, earliest, milestone, low, values, high)
        from optimiser.encoding import Encoding

        encoding = Encoding(plan, network.clock, switches=False)
        answer: Answer = encoding.earliest(milestone, floor=low, ceiling=high, limits=self.limits)
        if answer.status == "infeasible":
            if high is None and encoding.confirm_infeasible(None, None, limits=self.limits).status == "infeasible":
                return Reach(self.never, self.never, "CP-SAT"), None
            return Reach(low, high, "undecided"), values
        found = values
        if answer.positions is not None and answer.boundary is not None and (high is None or answer.boundary <= high):
            found = [answer.positions[point.item][1 if point.end == "finish" else 0] for point in network.points]
        if answer.status == "optimal" and answer.boundary is not None:
            return Reach(answer.boundary, answer.boundary, "CP-SAT"), found
        better = [each for each in (high, answer.boundary) if each is not None]
        low = max(low, answer.bound or low)
        return Reach(low, min(better, default=None), "undecided"), found

    def _closed(
        self,
        plan: Plan,
        network: Network,
        earliest: Earliest,
        milestone: str,
        low: int,
        values: list[int] | None,
        high: int | None,
    ) -> tuple[Reach, list[int] | None]:
        """Ask CP-SAT about the part of a crowded plan that the milestone can feel, for a short while."""
        from optimiser.solve.crowd import close

        node = network.nodes[milestone, "start"]
        own = replace(network, plan=plan)
        pools = pools_of(own, Variant())
        closed = close(replace(earliest, network=own), pools, milestone, low, values, self.limits)
        low = max(low, closed.bound)
        if closed.values is not None and holds(network, pools, closed.values) and (high is None or closed.values[node] < high):
            high, values = closed.values[node], closed.values
        if high is not None and low >= high:
            return Reach(high, high, "CP-SAT"), values
        return Reach(low, high, "undecided"), values

    # -- whether it can be -----------------------------------------------------------------------------------------------

    def can(self, milestone: str, by: int, off: Iterable[str]) -> bool | None:
        """Return whether a milestone can be at or before a boundary once some rules and durations may be off.

        A duration that may be off may also count: for almost all it makes no difference, but one whose finish something
        else pushes can be needed for its start to be early enough. So what may be off is monotone: the more, the easier.

        Returns
        -------
        bool or None
            None where a limit came first.
        """
        allowed = frozenset(off)
        key = allowed, milestone, by
        if key not in self._cache:
            verdict = self._can_network(*key)
            # The network bounds from below, and is all there is where no capacity is left.
            if verdict and self.concerned(milestone) and any(name not in allowed for name in self._capacities):
                verdict = self._can_rationed(*key)
            self._cache[key] = verdict
        return self._cache[key]

    @cached_property
    def _capacities(self) -> tuple[str, ...]:
        """The capacities that are on."""
        return tuple(rule.id for rule in self.plan.active_rules() if rule.kind == "capacity")

    def _can_network(self, allowed: frozenset[str], milestone: str, by: int) -> bool | None:
        ceilings = {self.node(milestone): (by, QUESTION)}
        tried: set[frozenset[str]] = set()
        stack = [allowed]
        while stack:
            off = stack.pop()
            if off in tried:
                continue
            tried.add(off)
            self.calls += 1
            if self.calls > MOST_CALLS:
                return None
            earliest = self.forward(off, ceilings)
            if earliest.trouble is None or (earliest.status == "beyond" and self._in_time(off, milestone, by)):
                return True
            behind = earliest.rules_behind(earliest.trace(earliest.trouble.event))
            # Any way out must have one of these count again: all else of the contradiction stands.
            stack += [off - {name} for name in behind if name in off and name in self.two_way]
        return False

    def forward(self, off: Collection[str], ceilings: Mapping[int, tuple[int, str]]) -> Earliest:
        """Return the forward pass without some rules and durations, under latest boundaries.

        Where few are left, only what they touch is passed through.
        """
        held = [name for name in self.atoms if name not in off]
        if 2 * len(held) > len(self.atoms):
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
        arcs = [arc for name in held for arc in self._arcs_of.get(name, ())]
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
        idle = [arc for item in sorted(items) for arc in self._arcs_of.get(DURATION_PREFIX + item, ()) if arc.rule not in live]
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

    def needed(self, milestone: str, by: int, members: Sequence[str]) -> set[str]:
        """Return members of a set that cannot hold without which the rest can: all of them at once, without a solver.

        A member left out may be needed all the same, where a duration that is off would have to count, or where capacity
        would have to be shared out otherwise than it is.
        """
        if not members:
            return set()
        networks = self.orders(milestone) if any(name in self.pools for name in members) else [self.network]
        self.calls += len(members) * len(networks)
        kept = ~np.eye(len(members), dtype=np.bool_)
        columns = Columns(len(members), {}, {name: kept[place] for place, name in enumerate(members)})
        possible = np.zeros(len(members), dtype=np.bool_)
        for network in networks:
            part = self.part(members, [self.node(milestone)], network)
            evaluated = evaluate(part, columns)
            good = (evaluated.of(milestone) <= by) & ~evaluated.infeasible
            possible |= good & (evaluated.values <= self.clock.limit).all(axis=0) if self.rationed else good
        return {name for name, can in zip(members, possible, strict=True) if can}

    @cached_property
    def _component_of(self) -> dict[int, int]:
        """The place of each node's component in the order of the network."""
        return {node: place for place, component in enumerate(self.network.order) for node in component}

    @cached_property
    def _arcs_of(self) -> dict[str, list[Arc]]:
        """The inequalities of each rule and duration."""
        found: dict[str, list[Arc]] = {}
        for arc in self.network.arcs:
            found.setdefault(arc.rule, []).append(arc)
        return found

    def _in_time(self, off: Collection[str], milestone: str, by: int) -> bool:
        """Return whether a milestone is in time although something else runs off the axis."""
        evaluated = self.evaluate([Variant(off=tuple(off))])
        return bool(evaluated.of(milestone)[0] <= by and not evaluated.infeasible[0])

    def _can_rationed(self, allowed: frozenset[str], milestone: str, by: int) -> bool | None:
        choices = sorted(allowed & self.two_way)
        if len(choices) > 4:
            choices = []
        unknown = False
        for mask in range(2 ** len(choices)):
            counted = {name for place, name in enumerate(choices) if mask >> place & 1}
            if self.calls > MOST_CALLS:
                return None
            verdict = self._can_within(allowed - counted, milestone, by)
            if verdict:
                return True
            unknown |= verdict is None
        return None if unknown or len(allowed & self.two_way) > 4 else False

    def _can_within(self, off: frozenset[str], milestone: str, by: int) -> bool | None:
        """Return whether a milestone can be at or before a boundary with just these rules and durations off."""
        held = [name for name in self.atoms if name not in off]
        if 2 * len(held) < len(self.atoms):
            self.rationed_calls += 1
            one = self._rationed_part(held, [self.node(milestone)])
            node = self.node(milestone)
            if one.earliest.status == "feasible":
                if one.earliest.values[node] > by or overload_before(one.earliest, one.pools, node, by):
                    return False
                values = one.schedule(milestone, by)
                if values is not None and values[node] <= by:
                    return True
                if self.large:
                    return None
        ceilings = {self.node(milestone): (by, QUESTION)}
        if any(earliest_times(ordered, off=off, ceilings=ceilings).status == "feasible" for ordered in self.orders(milestone)):
            return True
        reach = self._looked_at(milestone, Variant(off=tuple(off)), self.clock.origin, None, by)
        if reach.high is not None and reach.high <= by:
            return True
        return None if reach.low <= by else False

    def _rationed_part(self, held: Sequence[str], nodes: Iterable[int]) -> Rationed:
        """Return some rules and durations alone, with what they say of capacities; what they do not touch takes no room."""
        part = self.part(held, nodes)
        pools = []
        for name in held:
            if name in self.pools:
                pool = self.pools[name]
                demand = {item: need for item, need in pool.demand.items() if DURATION_PREFIX + item in part.enabled}
                pools.append(Resource(pool.rule, pool.available, demand))
        return Rationed(part, tuple(pools))

    def refuted_alone(self, milestone: str, by: int, held: Sequence[str]) -> frozenset[str] | None:
        """Return those of some rules and durations whose capacities alone keep a milestone from a boundary.

        None where no bound shows it.
        """
        node = self.node(milestone)
        if 2 * len(held) < len(self.atoms):
            one = self._rationed_part(held, [node])
        else:
            variant = Variant(off=tuple(name for name in self.atoms if name not in set(held)))
            one = Rationed(network_of(self.network, variant), self.pools_of(variant))
        return refuted_by(one.network, one.pools, node, by)

    def moved(self, amounts: dict[Lever, int]) -> Plan:
        """Return the plan with levers moved."""
        return moved_plan(self.plan, self.clock, amounts)


def columns_for(network: Network, variants: Sequence[Variant]) -> Columns:
    """Return the columns of variants."""
    count = len(variants)
    switches: dict[str, NDArray[np.bool_]] = {}
    values: dict[str, NDArray[np.int64]] = {}
    for sample, variant in enumerate(variants):
        for names, state in ((variant.off, False), (variant.on, True)):
            for name in names:
                column = switches.setdefault(name, np.full(count, network.enabled[name]))
                column[sample] = state
        for slot, number in variant.values.items():
            if slot not in values:
                values[slot] = np.full(count, stated_column(network, slot), dtype=np.int64)
            values[slot][sample] = number
    return Columns(count, values, switches)


def stated_column(network: Network, slot: str) -> int:
    """Return the number of an assumption, unknown, rule or duration as a column holds it."""
    if slot in network.plan.values:
        number = column_number(network.plan.values[slot])
        assert number is not None
        return number
    return stated_number(network, slot)


def varied(network: Network, variant: Variant) -> Plan:
    """Return the plan of a variant."""
    plan = network.plan
    switched = dict.fromkeys(variant.off, False) | dict.fromkeys(variant.on, True)
    own = {name: number for name, number in variant.values.items() if name not in plan.values}
    assumed = {name: number for name, number in variant.values.items() if name in plan.values}

    def changed(entry: Any, name: str) -> Any:
        update: dict[str, Any] = {"enabled": switched[name]} if name in switched else {}
        if name in own:
            update[_number_field(entry)] = _value(_stated(plan, entry), own[name])
        return entry.model_copy(update=update) if update else entry

    replaced: dict[str, Any] = {
        "rules": tuple(changed(rule, rule.id) for rule in plan.rules),
        "activities": tuple(changed(activity, DURATION_PREFIX + activity.id) for activity in plan.activities),
    }
    if assumed:
        for kind in ("assumptions", "unknowns"):
            replaced[kind] = tuple(
                entry.model_copy(update={"value": _value(entry.value, assumed[entry.id])}) if entry.id in assumed else entry
                for entry in getattr(plan, kind)
            )
    return plan.evolve(**replaced)


def _number_field(entry: Any) -> str:
    return "duration" if isinstance(entry, Activity) else FIELDS[type(entry)]


def _stated(plan: Plan, entry: Any) -> Any:
    term = number_of(entry)
    return plan.values[term.name] if isinstance(term, Reference) else term


def _value(stated: object, number: int) -> object:
    """Return a number that a column holds as a value of the kind that is stated."""
    if isinstance(stated, Duration):
        return Duration(number, stated.unit)
    if isinstance(stated, dt.date):
        return dt.date.fromordinal(number)
    return number
