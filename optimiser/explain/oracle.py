"""The oracle: whether a variant of the plan meets a date, answered yes, no or unknown.

Where no live capacity leads to a milestone, the network of monotone bounds answers exactly, many variants at once. Where
one does, a variant is bounded from below by the network, and from above by the order of schedules known, all variants at
once; what is left is searched one by one, within a budget. A limit is never read as a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    evaluate,
    latest_times,
    resources,
)
from optimiser.encoding.answer import Limits
from optimiser.encoding.levers import PlanLever, moved_plan
from optimiser.explain import together
from optimiser.explain.alternatives import Alternative, alternatives
from optimiser.explain.apt import WAYS, AptSchedules
from optimiser.explain.near import Near
from optimiser.explain.register import raid_of
from optimiser.numbers import Number, number_of_rule
from optimiser.solve.between import QUICK, USUAL, DateRange, between, too_large
from optimiser.solve.deadline import Deadline
from optimiser.solve.orders import attained
from optimiser.solve.problem import Problem, refuted_by
from optimiser.solve.reasons import Reasons
from optimiser.solve.variant import Pools, Variant, capacities, columns_of, no_tighter, pools_of, without_capacity
from optimiser.wording import describe

__all__ = ["TOGETHER", "Oracle"]

VARIANT_DETERMINISTIC_TIME = 10.0
"""Deterministic seconds of each call of CP-SAT about a variant."""
SMALL = 60
"""Up to so many rules and durations every question about a plan with capacity is asked, of CP-SAT too where it must be."""
MOST_SCHEDULED = 600
"""Variants of a larger plan with capacity that are searched one by one for one milestone; what is left is not asked."""
MOST_SOLVED = 8
"""Variants of a larger plan with capacity that CP-SAT is asked about for one milestone; of one too large for it, none."""
TOGETHER = 512
"""Variants of which the positions of everything are held at once, where the network alone tells."""


@dataclass
class _Known:
    """The facts found of one milestone: its range, schedules that reach it, and answers on variants."""

    range: DateRange
    apt: AptSchedules | None = None
    refutations: dict[int, frozenset[str] | None] = field(default_factory=dict)
    answers: dict[tuple[Any, ...], DateRange] = field(default_factory=dict)
    told: dict[tuple[Any, ...], DateRange] = field(default_factory=dict)
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
    """

    plan: Plan
    limits: Limits = field(default_factory=Limits)
    clock: Clock | None = None
    calls: int = 0
    rationed_calls: int = 0
    verdicts: dict[tuple[frozenset[str], str, int], bool | None] = field(default_factory=dict)
    in_time: dict[tuple[frozenset[str], str, int], bool] = field(default_factory=dict)
    _known: dict[str, _Known] = field(default_factory=dict)
    _described: dict[str, ConflictMember] = field(default_factory=dict)
    _tails: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _schedules: dict[tuple[Any, ...], list[NDArray[np.int32]]] = field(default_factory=dict)

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
        return self._of(milestone).range

    def _of(self, milestone: str) -> _Known:
        if milestone not in self._known:
            self.calls += 1
            self._known[milestone] = _Known(between(self.problem, milestone, deadline=self.whole.part()))
        return self._known[milestone]

    def reasons(self, milestone: str) -> Earliest:
        """Return the forward pass in which the milestone is at its date, with the reason for each boundary.

        Where capacity takes part, in the order of the schedule that reaches the date.
        """
        schedule = self.base(milestone).schedule
        return self.found if schedule is None else attained(self.problem, schedule)

    @cached_property
    def reasons_of_variants(self) -> Reasons:
        """Reasons for a node's place in variants of one number, capacity left out."""
        return Reasons(self.network)

    def leeway(self, milestone: str, boundary: int) -> tuple[Leeway | None, Leeway | None]:
        """Return how far numbers can worsen before the milestone is later than a boundary: at the most, and at the least.

        Without capacity the first tells both. With it the second is that of the order of the schedule that reaches the date;
        None where work that takes no time could take its slot.
        """
        known = self._of(milestone).leeways
        if boundary not in known:
            known[boundary] = self._leeway(milestone, boundary)
        return known[boundary]

    def _leeway(self, milestone: str, boundary: int) -> tuple[Leeway | None, Leeway | None]:
        node, leads = self.node(milestone), self.leads(milestone)
        if self.found.status != "feasible" or self.found.values[node] > boundary:
            return None, None
        free = Leeway(self.network, self.found.values, node, boundary, anywhere=not leads)
        if not leads or not self.orders(milestone):
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
        return evaluate(self.network, columns_of(self.network, [without_capacity(self.plan, variant) for variant in variants]))

    def reach(
        self, milestone: str, variants: Sequence[Variant], *, by: int | None = None, at_most: int | None = None
    ) -> list[DateRange]:
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
        if len(variants) > TOGETHER and not self.rationed:
            blocks = (variants[begin : begin + TOGETHER] for begin in range(0, len(variants), TOGETHER))
            return [reach for block in blocks for reach in self.reach(milestone, block, by=by, at_most=at_most)]
        evaluated = self.evaluate(variants)
        boundaries: list[int] = np.where(evaluated.infeasible, self.never, evaluated.of(milestone)).tolist()
        if not self.leads(milestone) and not any(self.capacity_on(variant) for variant in variants):
            return [DateRange(boundary, boundary) for boundary in boundaries]
        off_axis: NDArray[np.bool_] = np.any(evaluated.values > self.problem.clock.limit, axis=0)
        beyond = self.problem.clock.limit + 1
        found: dict[int, DateRange] = {}
        left: list[int] = []
        for place, (variant, low) in enumerate(zip(variants, boundaries, strict=True)):
            if at_most is not None and low >= at_most:
                found[place] = DateRange(at_most, at_most)
            elif evaluated.infeasible[place]:
                found[place] = DateRange(self.never, self.never)
            elif by is not None and low > by:
                found[place] = DateRange(low, None)
            elif off_axis[place]:
                found[place] = DateRange(beyond, beyond)
            elif variant == Variant():
                found[place] = self.base(milestone)
            else:
                left.append(place)
        waist = self.problem.waist(milestone)
        if by is not None and waist != milestone:
            due = latest_times(self.network, {self.node(milestone): by})[self.node(waist)]
            before = [place for place in left if not self._touches_tail(milestone, waist, variants[place])]
            for place, each in zip(before, self.reach(waist, [variants[place] for place in before], by=due), strict=True):
                told = DateRange(by + 1, None) if each.low > due else DateRange(boundaries[place], by)
                undecided = each.low <= due and (each.high is None or each.high > due)
                found[place] = (
                    DateRange(boundaries[place], None, method="undecided") if undecided else replace(told, method=each.method)
                )
            left = [place for place in left if place not in found]
        if left and self.whole.over:
            found |= {place: DateRange(boundaries[place], at_most, method="undecided") for place in left}
        else:
            found |= self._with_capacity(milestone, variants, left, boundaries, by, at_most)
        return [found[place] for place in range(len(variants))]

    def _touches_tail(self, milestone: str, waist: str, variant: Variant) -> bool:
        """Return whether a variant changes anything between a milestone and the one that all work with capacity leads through."""
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
        touched = {*variant.off, *variant.on, *self.near.set_by(variant)}
        return bool(touched & self._tails[milestone, waist])

    def _with_capacity(
        self,
        milestone: str,
        variants: Sequence[Variant],
        places: Sequence[int],
        lows: Sequence[int],
        by: int | None,
        at_most: int | None,
    ) -> dict[int, DateRange]:
        """Return where the milestone lies in some of the variants: all at once as far as that tells, then one by one."""
        known, node = self._of(milestone), self.node(milestone)
        pools = {place: self.pools_of(variants[place]) for place in places}
        keys = {place: self._same(variants[place], pools[place]) for place in places}
        found = {place: told for place in places if (told := known.told.get((by, at_most, *keys[place]))) is not None}
        if by is not None:
            early = {place: DateRange(lows[place], by) for place in places if self._met(keys[place], node, by)}
            found = {**early, **found}
        places = [place for place in places if place not in found]
        answers = self._looked_at(milestone, variants, places, lows, by, at_most, pools, keys)
        known.told.update(((by, at_most, *keys[place]), each) for place, each in answers.items() if each.method != "undecided")
        return found | answers

    def _met(self, key: tuple[Any, ...], node: int, by: int) -> bool:
        """Return whether a schedule of a variant is known, whatever milestone it was found for, in which a node is early enough."""
        return any(values[node] <= by for values in self._schedules.get(key, ()))

    def _looked_at(
        self,
        milestone: str,
        variants: Sequence[Variant],
        places: Sequence[int],
        lows: Sequence[int],
        by: int | None,
        at_most: int | None,
        pools: Mapping[int, Pools],
        keys: Mapping[int, tuple[Any, ...]],
    ) -> dict[int, DateRange]:
        """Return the same of variants of which nothing is known."""
        schedule, node = self._of(milestone).range.schedule, self.node(milestone)
        highs: dict[int, int | None] = dict.fromkeys(places)
        if schedule is not None:
            wanted = [lows[place] if by is None else by for place in places]
            chosen, own = [variants[place] for place in places], [pools[place] for place in places]
            apt = self._apt(milestone)
            ways = [lambda at, way=way: apt.schedule(chosen[at], way) or schedule for way in WAYS]
            known = together.highs(self.problem, self.orders(milestone), ways, node, chosen, own, wanted)
            for place, values in zip(places, known, strict=True):
                if values is not None:
                    highs[place] = int(values[node])
                    self._schedules.setdefault(keys[place], []).append(values)
        found: dict[int, DateRange] = {}
        left: list[int] = []
        for place in places:
            low, ends = lows[place], [each for each in (highs[place], at_most) if each is not None]
            high = highs[place] = min(ends, default=None)
            if high is not None and (high <= low or (by is not None and high <= by)):
                found[place] = DateRange(min(low, high), high)
            elif at_most is not None and self._untouched(milestone, at_most, variants[place]):
                found[place] = DateRange(at_most, at_most)
            else:
                left.append(place)
        boundary = by if by is not None else None if at_most is None else at_most - 1
        if boundary is not None and left:
            late = together.refuted(
                self.problem, [variants[place] for place in left], [pools[place] for place in left], node, boundary
            )
            found |= {
                place: DateRange(boundary + 1, highs[place]) for place, shown in zip(left, late.tolist(), strict=True) if shown
            }
        for place in left:
            if place not in found:
                found[place] = self.searched(
                    milestone, variants[place], lows[place], highs[place], by, looked_at=boundary is not None
                )
        return found

    def capacity_on(self, variant: Variant) -> bool:
        """Return whether a variant switches a capacity on that the plan has off."""
        rules = self.plan.rules_by_id
        return any(name in rules and rules[name].kind == "capacity" for name in variant.on)

    def _untouched(self, milestone: str, boundary: int, variant: Variant) -> bool:
        """Return whether a variant leaves everything alone that proves that a milestone is at a boundary or later."""
        known = self._of(milestone).refutations
        if boundary not in known:
            known[boundary] = refuted_by(self.problem, self.node(milestone), boundary - 1)
        proof = known[boundary]
        if proof is None or variant.on:
            return False
        touched = {*variant.off, *self.near.set_by(variant)}
        return not touched & proof

    # -- many variants at once -----------------------------------------------------------------------------------------

    def orders(self, milestone: str) -> list[Network]:
        """Return the orders of schedules that reach the milestone's boundary, as networks."""
        return self._apt(milestone).orders

    def _apt(self, milestone: str) -> AptSchedules:
        known = self._of(milestone)
        if known.apt is None:
            known.apt = AptSchedules(self.problem, self.near, self.numbers, self.node(milestone), known.range)
        return known.apt

    def pools_of(self, variant: Variant) -> Pools:
        """Return the capacities of a variant."""
        return pools_of(self.network, variant, self.pools, self._capacities)

    @cached_property
    def _capacities(self) -> Any:
        return capacities(self.network)

    # -- one variant ---------------------------------------------------------------------------------------------------

    def searched(
        self, milestone: str, variant: Variant, low: int, high: int | None, by: int | None, *, looked_at: bool = False
    ) -> DateRange:
        """Search one variant alone, or say that it was not asked: of a larger plan only so many are.

        Parameters
        ----------
        looked_at
            Whether its windows have been held against the capacities already.
        """
        known = self._of(milestone)
        pools = self.pools_of(variant)
        same = self._same(variant, pools)
        key = (by, low, high, *same)
        if key in known.answers:
            return known.answers[key]
        if (self.large and known.searched >= MOST_SCHEDULED) or self.whole.over:
            return DateRange(low, high, method="undecided")
        known.searched += 1
        self.rationed_calls += 1
        self.calls += 1
        problem = self.problem.changed(variant, pools)
        asks = not self.large or (known.solved < MOST_SOLVED and not too_large(problem.network))
        known.solved += asks
        found = between(
            problem,
            milestone,
            by,
            deadline=self.deadline,
            effort=USUAL if asks else QUICK,
            orders=() if by is None else self._apt(milestone).keys(problem, variant, by),
            looked_at=looked_at,
        )
        no_less = no_tighter(self.problem.pools, {pool.rule: pool for pool in pools})
        if found.schedule is not None and known.apt is not None and no_less:
            known.apt.keep(found.schedule)
        if found.schedule is not None:
            self._schedules.setdefault(same, []).append(np.array(found.schedule, dtype=np.int32))
        highs = [each for each in (high, found.high) if each is not None]
        low, high = max(low, found.low), min(highs, default=None)
        told = low == high or (by is not None and (low > by or (high is not None and high <= by)))
        known.answers[key] = DateRange(
            low, high, method=found.method if found.method != "undecided" else "closed form" if told else "undecided"
        )
        return known.answers[key]

    def _same(self, variant: Variant, pools: Sequence[Resource]) -> tuple[Any, ...]:
        """Return a key that tells variants apart: of slots only their number, under whatever name it was set."""
        rules = self.plan.rules_by_id
        slots = {
            name
            for name in variant.values
            if all(used in rules and rules[used].kind == "capacity" for used in self.using(name))
        }
        rest = tuple(sorted((name, value) for name, value in variant.values.items() if name not in slots))
        offered = tuple((pool.rule, pool.available.tobytes(), tuple(pool.demand.items())) for pool in pools if slots)
        return (frozenset(variant.off), frozenset(variant.on), rest, offered)

    # -- other plans ---------------------------------------------------------------------------------------------------

    def moved(self, amounts: dict[PlanLever, int]) -> Plan:
        """Return the plan with levers moved."""
        return moved_plan(self.plan, self.problem.clock, amounts)

    def beside(self, plan: Plan) -> Oracle:
        """Return an oracle of the plan with further rules, all of them off: what is known of its dates is known already."""
        return Oracle(
            plan, self.limits, self.problem.clock, _known={name: _Known(found.range) for name, found in self._known.items()}
        )

    def reach_of(self, plan: Plan, milestone: str, *, by: int | None = None) -> DateRange:
        """Return where the earliest boundary of a milestone of a changed plan, on the same calendar, lies."""
        self.calls += 1
        problem = Problem(compile_network(plan, self.problem.clock), resources(plan, self.problem.clock), lambda: plan)
        return between(problem, milestone, by, deadline=self.deadline)
