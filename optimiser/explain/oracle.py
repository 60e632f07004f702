"""What a date would be if: the one question that every explanation asks, answered with three values.

Where no live capacity rations anything, the network of monotone bounds answers exactly, many variants at once. Where one
does, a variant is bounded from both sides without a solver first (energy and round bounds against list schedules, each
schedule checked), and CP-SAT is asked only about what is left. A limit is never read as a verdict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
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
    Columns,
    Earliest,
    Evaluated,
    Network,
    best_schedule,
    capacity_bound,
    compile_network,
    earliest_times,
    evaluate,
    resources,
)
from optimiser.critical.components import components
from optimiser.critical.network import Arc, Family
from optimiser.encoding.answer import Answer, Limits
from optimiser.encoding.levers import FIELDS, Lever, moved_plan, number_of
from optimiser.solve.binding import QUESTION, Variant, stated_number
from optimiser.solve.placement import schedule_of
from optimiser.solve.spans import column_number

__all__ = ["MOST_CALLS", "Oracle", "Reach"]

MOST_CALLS = 60_000
"""Forward passes, or solver calls, that one explanation may make before it says that it is not complete."""


SMALL = 60
"""Up to so many rules and durations every question about a rationed plan is asked."""
MOST_RATIONED = 80
"""Variants of a larger rationed plan that are looked at with their capacity; the others are bounded, or left open."""


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

    @property
    def rationed(self) -> bool:
        """Whether a live capacity takes part, so that the network alone is only a lower bound."""
        return self.network.uses_capacity

    @property
    def large(self) -> bool:
        """Whether capacity is rationed among so many rules that not every question about it can be asked."""
        return self.rationed and len(self.atoms) > SMALL

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
        return evaluate(self.network, columns_for(self.network, variants))

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
        evaluated = self.evaluate([self._without_capacity(variant) for variant in variants])
        boundaries: list[int] = np.where(evaluated.infeasible, self.never, evaluated.of(milestone)).tolist()
        if not self.rationed:
            return [Reach(boundary, boundary) for boundary in boundaries]
        found = []
        for variant, low in zip(variants, boundaries, strict=True):
            if at_most is not None and low >= at_most:
                found.append(Reach(at_most, at_most))
            elif by is not None and low > by:
                found.append(Reach(low, None))
            else:
                found.append(self.reach_of(varied(self.network, variant), milestone, by=by))
        return found

    def _without_capacity(self, variant: Variant) -> Variant:
        """Return a variant without the amounts of capacities, of which the network knows nothing."""
        rules = self.plan.rules_by_id
        if not any(name in rules and rules[name].kind == "capacity" for name in variant.values):
            return variant
        kept = {name: value for name, value in variant.values.items() if name not in rules or rules[name].kind != "capacity"}
        return Variant(variant.off, kept, variant.on)

    def reach_of(self, plan: Plan, milestone: str, *, by: int | None = None) -> Reach:
        """Return where the earliest boundary of a milestone of a changed plan, on the same calendar, lies."""
        self.calls += 1
        network = compile_network(plan, self.clock)
        earliest = earliest_times(network)
        if earliest.status != "feasible":
            value = self.never if earliest.status == "infeasible" else self.clock.limit + 1
            return Reach(value, value)
        if not network.uses_capacity:
            value = earliest.values[network.nodes[milestone, "start"]]
            return Reach(value, value)
        return self._rationed_reach(plan, network, earliest, milestone, by)

    def _rationed_reach(self, plan: Plan, network: Network, earliest: Earliest, milestone: str, by: int | None) -> Reach:
        """Return where a milestone lies once its plan's capacity is looked at: bounds and schedules first, then CP-SAT."""
        node = network.nodes[milestone, "start"]
        value = earliest.values[node]
        if by is not None and value > by:
            return Reach(value, None)
        if self.large and self.rationed_calls >= MOST_RATIONED:
            return Reach(value, None, "undecided")
        self.rationed_calls += 1
        pools = resources(plan, self.clock)
        scheduled = best_schedule(earliest, pools, milestone)
        if scheduled is not None and check(plan, schedule_of(network, scheduled), self.clock):
            scheduled = None
        high = None if scheduled is None else scheduled[node]
        bound = capacity_bound(earliest, pools, milestone, self.clock.limit if high is None else high)
        assert high is None or bound.boundary <= high, f"{milestone}: a bound later than a schedule"
        if bound.boundary == high:
            return Reach(high, high)
        if by is not None and (bound.boundary > by or (high is not None and high <= by)):
            return Reach(bound.boundary, high)
        return self._solved(plan, network, milestone, bound.boundary, high)

    def _solved(self, plan: Plan, network: Network, milestone: str, low: int, high: int | None) -> Reach:
        """Ask CP-SAT about what bounds and schedules leave open."""
        from optimiser.encoding import Encoding

        encoding = Encoding(plan, network.clock, switches=False)
        answer: Answer = encoding.earliest(milestone, floor=low, ceiling=high, limits=self.limits)
        if answer.status == "infeasible":
            if high is None and encoding.confirm_infeasible(None, None, limits=self.limits).status == "infeasible":
                return Reach(self.never, self.never, "CP-SAT")
            return Reach(low, high, "undecided")
        if answer.status == "optimal" and answer.boundary is not None:
            return Reach(answer.boundary, answer.boundary, "CP-SAT")
        better = [each for each in (high, answer.boundary) if each is not None]
        low = max(low, answer.bound or low)
        return Reach(low, min(better, default=None), "undecided")

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
            if verdict and any(name not in allowed for name in self._capacities):
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

    def part(self, held: Collection[str], nodes: Iterable[int]) -> Network:
        """Return the network of some rules and durations alone, over what they touch and some nodes besides."""
        live = set(held)
        network = self.network
        arcs = [arc for name in held for arc in self._arcs_of.get(name, ())]
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
        places = sorted({self._component_of[node] for node in touched})
        return replace(
            network,
            arcs=[*arcs, *idle],
            floors=floors,
            ceilings=kept,
            quorums=quorums,
            enabled=dict.fromkeys(held, True) | dict.fromkeys(off, False),
            switch_slots={},
            order=[network.order[place] for place in places],
        )

    def needed(self, milestone: str, by: int, members: Sequence[str]) -> set[str]:
        """Return members of a set that cannot hold without which the rest can: all of them at once, without a solver.

        A member left out may be needed all the same, where a duration that is off would have to count.
        """
        if self.rationed or not members:
            return set()
        self.calls += len(members)
        network = self.part(members, [self.node(milestone)])
        kept = ~np.eye(len(members), dtype=np.bool_)
        evaluated = evaluate(network, Columns(len(members), {}, {name: kept[place] for place, name in enumerate(members)}))
        possible = (evaluated.of(milestone) <= by) & ~evaluated.infeasible
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
            (reach,) = self.reach(milestone, [Variant(off=tuple(allowed - counted))], by=by)
            if reach.high is not None and reach.high <= by:
                return True
            unknown |= reach.low <= by
        return None if unknown or len(allowed & self.two_way) > 4 else False

    def in_order(self, milestone: str, boundary: int) -> Network | None:
        """Return the network of a schedule that reaches a boundary, its rationed work kept in the schedule's order.

        Whatever meets this network keeps inside capacity, as only work that overlaps in the schedule can overlap (a partial
        order schedule: Policella, Cesta, Oddi and Smith, "From precedence constraint posting to partial order schedules",
        AI Communications 20, 2007). So its dates are upper bounds. None where no such schedule is at hand, a capacity changes
        with time, or rationed work has no length.
        """
        pools = resources(self.plan, self.clock)
        if any(len(np.unique(pool.available)) > 1 for pool in pools):
            return None
        values = best_schedule(self.found, pools, milestone)
        if values is None or values[self.node(milestone)] > boundary:
            return None
        if check(self.plan, schedule_of(self.network, values), self.clock):
            return None
        if any(len({values[node] for node in self.network.item_nodes(item)}) == 1 for pool in pools for item in pool.demand):
            # Work of no length has no order; were it longer, it would overlap what it does not now.
            return None
        same = Family(self.clock, 1)
        added: dict[tuple[int, int], Arc] = {}
        for pool in pools:
            nodes = sorted((self.network.item_nodes(item) for item in pool.demand), key=lambda pair: values[pair[0]])
            for start, finish in nodes:
                after = [each for each, _ in nodes if values[each] >= values[finish] and each != start]
                # What starts after something that itself starts after this one follows by it.
                first_end = min((values[self._finish_of(each)] for each in after), default=0)
                for each in after:
                    if values[each] < first_end or each == after[0]:
                        added[finish, each] = Arc(finish, each, "", same)
        network = replace(
            self.network,
            arcs=[*self.network.arcs, *added.values()],
            enabled={**self.network.enabled, "": True},
        )
        successors: list[list[int]] = [[] for _ in network.points]
        for arc in network.arcs:
            if arc.source != arc.target:
                successors[arc.source].append(arc.target)
        for quorum in network.quorums:
            for source in quorum.sources:
                successors[source].append(quorum.target)
        return replace(network, order=components(successors))

    def _finish_of(self, start: int) -> int:
        return self.network.item_nodes(self.network.points[start].item)[1]

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
