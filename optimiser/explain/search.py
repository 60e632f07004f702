"""One rationed variant looked at alone: bounds from below against schedules from above, then CP-SAT, within a budget.

Of a plan with many rules not every variant can be looked at. How many were is counted for each milestone; of the others no
more is said than what is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.plan import Plan
from optimiser.check import check
from optimiser.critical import capacity_bound, compile_network, earliest_times, overload_on_axis, resources
from optimiser.critical.bounds import overload_before
from optimiser.explain.rationing import Rationed, refuted_by
from optimiser.explain.remainder import solved
from optimiser.explain.schedules import Schedules, Standing
from optimiser.explain.subject import Reach, Subject
from optimiser.solve.dates import FULL_SEARCH, TRIES
from optimiser.solve.placement import schedule_of
from optimiser.solve.variant import Variant, network_of, no_tighter, varied

__all__ = ["Search"]

MOST_SCHEDULED = 600
"""Variants of a larger rationed plan that are scheduled one by one for one milestone; what is left then is not asked."""
MOST_SOLVED = 8
"""Variants of a larger rationed plan that CP-SAT is asked about for one milestone; of a crowded one, none."""


class Search:
    """Where milestones of one plan, and of single variants of it, lie.

    Parameters
    ----------
    subject
        The plan that is asked about.
    schedules
        What serves its variants.
    """

    def __init__(self, subject: Subject, schedules: Schedules) -> None:
        self.subject = subject
        self.schedules = schedules
        self.network = subject.network
        self.clock = subject.clock
        self._standing: dict[str, Standing] = {}
        self._looked: dict[tuple[Any, ...], Reach] = {}
        self._refutations: dict[tuple[str, int], frozenset[str] | None] = {}

    def standing(self, milestone: str) -> Standing:
        """Return what is known of a milestone of the plan as it stands, once and for all."""
        if milestone not in self._standing:
            node = self.subject.node(milestone)
            value = self.subject.found.values[node]
            if self.subject.found.status != "feasible":
                value = self.subject.never if self.subject.found.status == "infeasible" else self.clock.limit + 1
            if self.subject.found.status != "feasible" or not self.subject.rationed:
                self._standing[milestone] = Standing(milestone, node, Reach(value, value))
            else:
                self._standing[milestone] = self._stood(milestone)
        return self._standing[milestone]

    def _stood(self, milestone: str) -> Standing:
        """Look at a milestone of the plan as it stands: bounds and schedules, then CP-SAT, as `solve` does."""
        self.subject.calls += 1
        one = Rationed(self.network, tuple(self.subject.pools.values()))
        node = self.subject.node(milestone)
        values = one.schedule(milestone, self.subject.found.values[node])
        bound = capacity_bound(self.subject.found, one.pools, milestone, self.clock.limit if values is None else values[node])
        if values is not None and values[node] > bound.boundary:
            better = one.schedule(milestone, bound.boundary, tries=TRIES)
            values = better if better is not None and better[node] < values[node] else values
            bound = capacity_bound(self.subject.found, one.pools, milestone, values[node])
        if values is not None and check(self.subject.plan, schedule_of(self.network, values), self.clock):
            values = None
        high = None if values is None else values[node]
        assert high is None or bound.boundary <= high, f"{milestone}: a bound later than a schedule"
        if bound.boundary == high:
            return Standing(milestone, node, Reach(high, high), values, bound)
        if values is None and overload_on_axis(self.subject.found, one.pools):
            return Standing(milestone, node, Reach(self.subject.never, self.subject.never))
        reach, found = solved(
            self.subject.plan, self.network, self.subject.found, milestone, bound.boundary, values, None, self.subject.limits
        )
        return Standing(milestone, node, reach, found, bound)

    def refutation(self, milestone: str, by: int) -> frozenset[str] | None:
        """Return rules and durations that keep a milestone from a boundary, proved without a solver; None where none are."""
        key = milestone, by
        if key not in self._refutations:
            self._refutations[key] = refuted_by(
                self.network, tuple(self.subject.pools.values()), self.subject.node(milestone), by
            )
        return self._refutations[key]

    def untouched(self, milestone: str, boundary: int, variant: Variant) -> bool:
        """Return whether a variant leaves everything alone that proves that a milestone is at a boundary or later."""
        proof = self.refutation(milestone, boundary - 1)
        if proof is None or variant.on:
            return False
        touched = {*variant.off, *(name for slot in variant.values for name in self.subject.using(slot))}
        return not touched & proof

    def looked_at(self, milestone: str, variant: Variant, low: int, high: int | None, by: int | None) -> Reach:
        """Look at one variant alone, or say that it was not asked."""
        standing = self.standing(milestone)
        key = (milestone, by, low, high, *self._same(variant))
        if key in self._looked:
            return self._looked[key]
        if self.subject.large and standing.scheduled >= MOST_SCHEDULED:
            return Reach(low, high, "undecided")
        standing.scheduled += 1
        self.subject.rationed_calls += 1
        self.subject.calls += 1
        found = None if by is None else self.schedules.soon(standing, variant, low, by)
        if found is None:
            one = Rationed(network_of(self.network, variant), self.subject.pools_of(variant))
            found = self._alone(one, milestone, low, high, by, standing, lambda: varied(self.network, variant))
        self._looked[key] = found
        return found

    def _same(self, variant: Variant) -> tuple[Any, ...]:
        """Return what tells variants apart: of slots only how many there are, under whatever name they were set."""
        rules = self.subject.plan.rules_by_id
        slots = {
            name
            for name in variant.values
            if all(used in rules and rules[used].kind == "capacity" for used in self.subject.using(name))
        }
        rest = tuple(sorted((name, value) for name, value in variant.values.items() if name not in slots))
        pools = tuple(
            (pool.rule, pool.available.tobytes(), tuple(pool.demand.items()))
            for pool in self.subject.pools_of(variant)
            if slots
        )
        return (frozenset(variant.off), frozenset(variant.on), rest, pools)

    def reach_of(self, plan: Plan, milestone: str, *, by: int | None = None) -> Reach:
        """Return where the earliest boundary of a milestone of a changed plan, on the same calendar, lies."""
        self.subject.calls += 1
        network = compile_network(plan, self.clock)
        earliest = earliest_times(network)
        if earliest.status != "feasible":
            value = self.subject.never if earliest.status == "infeasible" else self.clock.limit + 1
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
            value = low if one.earliest.status == "feasible" else self.subject.never if infeasible else self.clock.limit + 1
            return Reach(value, value)
        node = one.network.nodes[milestone, "start"]
        if by is not None and overload_before(one.earliest, one.pools, node, by):
            return Reach(by + 1, high)
        values = one.schedule(milestone, low if by is None else by)
        if values is None and overload_on_axis(one.earliest, one.pools):
            return Reach(self.subject.never, self.subject.never)
        if values is not None and (high is None or values[node] < high):
            high = values[node]
            if standing is not None and no_tighter(tuple(self.subject.pools.values()), {pool.rule: pool for pool in one.pools}):
                self.schedules.keep(standing, values)
        if by is None:
            bound = capacity_bound(one.earliest, one.pools, milestone, self.clock.limit if high is None else high)
            assert high is None or bound.boundary <= high, f"{milestone}: a bound later than a schedule"
            low = max(low, bound.boundary)
        if low == high or (by is not None and high is not None and high <= by):
            return Reach(low, high)
        if self.subject.large and standing is not None:
            crowded = len(one.network.points) * self.clock.size > FULL_SEARCH
            if crowded or standing.solved >= MOST_SOLVED:
                return Reach(low, high, "undecided")
            standing.solved += 1
        reach, _ = solved(plan(), one.network, one.earliest, milestone, low, values, high, self.subject.limits)
        return reach
