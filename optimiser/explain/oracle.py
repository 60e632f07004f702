"""The oracle: one plan whose dates are asked about, and all that was found of them so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.findings import ConflictMember
from models.past import settled
from models.plan import DURATION_PREFIX, Plan
from optimiser.clock import Clock
from optimiser.critical import (
    Earliest,
    Evaluated,
    Leeway,
    Network,
    Resource,
    compile_network,
    resources,
)
from optimiser.encoding.answer import Limits
from optimiser.encoding.levers import PlanLever, moved_plan
from optimiser.explain.alternatives import Alternative, alternatives
from optimiser.explain.apt import AptSchedules
from optimiser.explain.near import Near
from optimiser.explain.register import raid_of
from optimiser.explain.together import positions
from optimiser.numbers import Number, number_of_rule
from optimiser.solve.between import DateRange, between
from optimiser.solve.deadline import Deadline
from optimiser.solve.orders import attained
from optimiser.solve.problem import Problem
from optimiser.solve.reasons import Reasons
from optimiser.solve.variant import Pools, Variant, capacities, pools_of
from optimiser.wording import describe

__all__ = ["TOGETHER", "Oracle"]

VARIANT_DETERMINISTIC_TIME = 10.0
"""Deterministic seconds of each call of CP-SAT about a variant."""
SMALL = 60
"""Up to so many rules and durations every question about a plan with capacity is asked, of CP-SAT too where it must be."""
TOGETHER = 512
"""Variants of which the positions of everything are held at once, where the network alone tells."""

Key = tuple[Any, ...]


@dataclass
class Known:
    """The facts found of one milestone: its range, schedules that reach it, and answers on variants.

    Attributes
    ----------
    refutations
        What proves that it is not before a boundary.
    told
        Answers by what was asked.
    searched, solved
        Variants searched one by one so far, and those that CP-SAT was asked about.
    """

    range: DateRange
    reasons: Earliest | None = None
    apt: AptSchedules | None = None
    refutations: dict[int, frozenset[str] | None] = field(default_factory=dict)
    told: dict[Key, DateRange] = field(default_factory=dict)
    leeways: dict[int, tuple[Leeway | None, Leeway | None]] = field(default_factory=dict)
    searched: int = 0
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
    rationed_calls
        Variants so far for which capacity had to be looked at one by one.
    verdicts
        Whether a milestone can be at or before a boundary with some rules and durations off, as far as asked.
    in_time
        Whether it is so by the network, with just these off.
    schedules
        Schedules found of variants, by what tells these apart.
    """

    plan: Plan
    limits: Limits = field(default_factory=Limits)
    clock: Clock | None = None
    calls: int = 0
    rationed_calls: int = 0
    verdicts: dict[tuple[frozenset[str], str, int], bool | None] = field(default_factory=dict)
    in_time: dict[tuple[frozenset[str], str, int], bool] = field(default_factory=dict)
    schedules: dict[Key, list[NDArray[np.int32]]] = field(default_factory=dict)
    _known: dict[str, Known] = field(default_factory=dict)
    _described: dict[str, ConflictMember] = field(default_factory=dict)
    _tails: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    # -- the plan as it stands -----------------------------------------------------------------------------------------

    @cached_property
    def problem(self) -> Problem:
        """The plan as it stands, ready to be asked for dates."""
        return Problem.of(self.plan, self.clock)

    @cached_property
    def whole(self) -> Deadline:
        """What is left of the time for all questions together."""
        return Deadline(self.limits)

    @property
    def deadline(self) -> Deadline:
        """The deadline of one variant, which may take less time than the plan itself."""
        most = min(self.limits.deterministic_time, VARIANT_DETERMINISTIC_TIME)
        return replace(self.whole.part(), limits=replace(self.limits, deterministic_time=most))

    @property
    def network(self) -> Network:
        """Its inequalities."""
        return self.problem.network

    @property
    def found(self) -> Earliest:
        """Its forward pass, capacity left out."""
        return self.problem.earliest

    @property
    def rationed(self) -> bool:
        """Whether a live capacity takes part, so that the network alone is only a lower bound."""
        return self.network.uses_capacity

    @property
    def large(self) -> bool:
        """Whether capacity is shared among so many rules that not every question about it can be asked."""
        return self.rationed and len(self.atoms) > SMALL

    @property
    def never(self) -> int:
        """A boundary behind everything."""
        return self.network.never

    @cached_property
    def atoms(self) -> tuple[str, ...]:
        """Every rule and duration that is on and not settled by what is done, in the order of the plan."""
        names = [DURATION_PREFIX + activity.id for activity in self.plan.activities]
        names += [rule.id for rule in self.plan.rules]
        past = settled(self.plan)
        return tuple(name for name in names if name not in past and self.network.enabled[name])

    @cached_property
    def two_way(self) -> frozenset[str]:
        """Durations that also hold their starts back, because something else pushes the finish.

        Counting such a duration as zero may close a plan as well as open it; of every other it only opens it.
        """
        return self.network.two_way

    @cached_property
    def circular(self) -> dict[str, list[tuple[int, int]]]:
        """Rules and durations in a cycle of pushes, each with the ends of its own pushes: worse numbers may push for ever."""
        network = self.network
        place = {node: number for number, component in enumerate(network.order) for node in component}
        pushes = [(arc.rule, arc.source, arc.target) for arc in network.arcs if arc.source != arc.target]
        pushes += [(quorum.rule, source, quorum.target) for quorum in network.quorums for source in quorum.sources]
        found: dict[str, list[tuple[int, int]]] = {}
        for rule, source, target in pushes:
            if place[source] == place[target]:
                found.setdefault(rule, []).append((source, target))
        return found

    @cached_property
    def pools(self) -> dict[str, Resource]:
        """The live capacities, by rule."""
        return {pool.rule: pool for pool in self.problem.pools}

    @cached_property
    def numbers(self) -> dict[str, Number]:
        """The number of each rule and duration that is on and has one."""
        stated = ((name, number_of_rule(self.plan, self.problem.clock, name)) for name in self.atoms)
        return {name: number for name, number in stated if number is not None}

    @cached_property
    def alternatives(self) -> tuple[Alternative, ...]:
        """Every answer to an open reading that is not the one chosen."""
        return tuple(alternatives(self.plan, self.problem))

    @cached_property
    def raid(self) -> dict[str, tuple[str, ...]]:
        """The rows of the register that bear on each rule, duration, assumption and item."""
        return raid_of(self.plan)

    def described(self, name: str) -> ConflictMember:
        """Return a rule or duration in words."""
        if name not in self._described:
            self._described[name] = describe(self.plan, name)
        return self._described[name]

    @cached_property
    def near(self) -> Near:
        """Which work that holds capacity is next to a rule or duration."""
        return Near(self.problem)

    def node(self, milestone: str) -> int:
        """Return the node of a milestone."""
        return self.problem.node(milestone)

    def leads(self, milestone: str) -> bool:
        """Return whether work that holds capacity leads to a milestone; else no capacity can move it."""
        return self.rationed and self.problem.leads(milestone)

    def using(self, slot: str) -> tuple[str, ...]:
        """Return the rules and durations of which a slot holds a number."""
        return self.near.using(slot)

    def base(self, milestone: str) -> DateRange:
        """Return where the milestone of the plan as it stands lies: asked in full, whatever it costs, as every verb does."""
        return self.known(milestone).range

    def known(self, milestone: str) -> Known:
        """Return what is known of a milestone."""
        if milestone not in self._known:
            self.calls += 1
            self._known[milestone] = Known(between(self.problem, milestone, deadline=self.whole.part()))
        return self._known[milestone]

    def reasons(self, milestone: str) -> Earliest:
        """Return the forward pass in which the milestone is at its date, with the reason for each boundary.

        Where capacity takes part, in the order of the schedule that reaches the date.
        """
        schedule, known = self.base(milestone).schedule, self.known(milestone)
        if known.reasons is None:
            known.reasons = self.found if schedule is None else attained(self.problem, schedule)
        return known.reasons

    @cached_property
    def reasons_of_variants(self) -> Reasons:
        """Reasons for a node's place in variants of one number, capacity left out."""
        return Reasons(self.network)

    def leeway(self, milestone: str, boundary: int) -> tuple[Leeway | None, Leeway | None]:
        """Return how far numbers can worsen before the milestone is later than a boundary: at the most, and at the least.

        Without capacity the first tells both. With it the second is that of the order of the schedule that reaches the date;
        None where work that takes no time could take its slot.
        """
        known = self.known(milestone).leeways
        if boundary not in known:
            known[boundary] = self._leeway(milestone, boundary)
        return known[boundary]

    def _leeway(self, milestone: str, boundary: int) -> tuple[Leeway | None, Leeway | None]:
        node, leads = self.node(milestone), self.leads(milestone)
        if self.found.status != "feasible" or self.found.values[node] > boundary:
            return None, None
        free = Leeway(self.network, self.found.values, node, boundary, anywhere=not leads)
        if not leads or not self.apt(milestone).orders:
            return free, None
        order = self.reasons(milestone)
        if any(not self.network.enabled[name] for name in self.slotless(milestone)):
            return free, None
        return free, Leeway(order.network, order.values, node, boundary, anywhere=False)

    def slotless(self, milestone: str) -> frozenset[str]:
        """Return the lengths of work of which the order of the schedule that reaches the date says nothing."""
        return frozenset(DURATION_PREFIX + name for name in self.problem.slotless(self.reasons(milestone).values))

    # -- variants ------------------------------------------------------------------------------------------------------

    def evaluate(self, variants: Sequence[Variant]) -> Evaluated:
        """Return the network's earliest positions of variants; of a plan with capacity, lower bounds.

        Values may be of rules and durations, or of assumptions and unknowns; not of both at once.
        """
        self.calls += len(variants)
        return positions(self.problem, variants)

    def capacity_on(self, variant: Variant) -> bool:
        """Return whether a variant switches a capacity on that the plan has off."""
        rules = self.plan.rules_by_id
        return any(name in rules and rules[name].kind == "capacity" for name in variant.on)

    def apt(self, milestone: str) -> AptSchedules:
        """Return schedules that reach the milestone's boundary."""
        known = self.known(milestone)
        if known.apt is None:
            known.apt = AptSchedules(self.problem, self.near, self.numbers, self.node(milestone), known.range)
        return known.apt

    def pools_of(self, variant: Variant) -> Pools:
        """Return the capacities of a variant."""
        return pools_of(self.network, variant, self.pools, self._capacities)

    @cached_property
    def _capacities(self) -> Any:
        return capacities(self.network)

    def key(self, variant: Variant, pools: Pools) -> Key:
        """Return what tells variants apart: of slots only their number, under whatever name it was set."""
        rules = self.plan.rules_by_id
        slots = {
            name
            for name in variant.values
            if all(used in rules and rules[used].kind == "capacity" for used in self.using(name))
        }
        rest = tuple(sorted((name, value) for name, value in variant.values.items() if name not in slots))
        offered = tuple((pool.rule, pool.available.tobytes(), tuple(pool.demand.items())) for pool in pools if slots)
        return (frozenset(variant.off), frozenset(variant.on), rest, offered)

    def tail(self, milestone: str, waist: str) -> frozenset[str]:
        """Return the rules and durations between a milestone and the one that all work with capacity leads through."""
        if (milestone, waist) not in self._tails:
            behind, start = self.problem.reaching(milestone), self.node(waist)
            tail, stack = {start}, [start]
            after: dict[int, list[int]] = {}
            for target, sources in enumerate(self.problem.incoming):
                for source in sources:
                    after.setdefault(source, []).append(target)
            while stack:
                for target in after.get(stack.pop(), ()):
                    if behind[target] and target not in tail:
                        tail.add(target)
                        stack.append(target)
            names = {arc.rule for arc in self.network.arcs if arc.target in tail and arc.source in tail}
            names |= {quorum.rule for quorum in self.network.quorums if quorum.target in tail - {start}}
            names |= {bound.rule for bound in (*self.network.floors, *self.network.ceilings) if bound.node in tail - {start}}
            self._tails[milestone, waist] = frozenset(names)
        return self._tails[milestone, waist]

    # -- other plans ---------------------------------------------------------------------------------------------------

    def moved(self, amounts: dict[PlanLever, int]) -> Plan:
        """Return the plan with levers moved."""
        return moved_plan(self.plan, self.problem.clock, amounts)

    def beside(self, plan: Plan) -> Oracle:
        """Return an oracle of the plan with further rules, all of them off: what is known of its dates is known already."""
        return Oracle(
            plan, self.limits, self.problem.clock, _known={name: Known(found.range) for name, found in self._known.items()}
        )

    def reach_of(self, plan: Plan, milestone: str, *, by: int | None = None) -> DateRange:
        """Return where the earliest boundary of a milestone of a changed plan, on the same calendar, lies."""
        self.calls += 1
        problem = Problem(compile_network(plan, self.problem.clock), resources(plan, self.problem.clock), lambda: plan)
        return between(problem, milestone, by, deadline=self.deadline)
