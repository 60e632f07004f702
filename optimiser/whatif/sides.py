"""The plan on either side of the changes: its dates, the reasons for them, and its dates in other ways to read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from models.assumptions import Changes, Option, Reading
from models.findings import ProofClass
from models.plan import Plan
from models.rules import Point, Rule
from optimiser.critical import Earliest, Evaluated
from optimiser.errors import BeyondHorizonError
from optimiser.numbers import column_number, with_values
from optimiser.reading.load import LoadedPlan
from optimiser.solve.between import DateRange, between
from optimiser.solve.deadline import Deadline
from optimiser.solve.orders import attained
from optimiser.solve.problem import Problem
from optimiser.solve.sheets import columnar
from optimiser.solve.variant import Variant, evaluate_variants
from optimiser.whatif.changes import named_in

__all__ = ["PlanSide", "Way", "ways_of"]

MOST_RULES = 200
"""Rules that are off, tried one by one as what keeps a change away."""


@dataclass(frozen=True)
class Way:
    """Another answer to a reading, or a rule that is off put on: what it sets, the reading and its option, or the rule."""

    changes: Changes
    reading: Reading | None = None
    option: Option | None = None
    rule: Rule | None = None


def ways_of(loaded: LoadedPlan) -> Iterator[Way]:
    """Yield the alternative readings, less what a change has set, and the inactive rules that no reading switches."""
    plan = loaded.plan
    steps = [loaded.choices] if loaded.choices else loaded.scenarios
    fixed = {(kind, name) for scenario in steps for kind, name, _ in named_in(scenario)}
    switched = {name for _, name in fixed}
    for reading in plan.readings:
        switched |= {name for option in reading.options for name in option.changes.rules}
        for option in reading.options:
            if ("reading", reading.id) in fixed or option.id == plan.choice(reading):
                continue
            values = {name: value for name, value in option.changes.assumptions.items() if ("assumption", name) not in fixed}
            rules = {
                name: on for name, on in option.changes.rules.items() if fixed.isdisjoint((("rule", name), ("duration", name)))
            }
            yield Way(Changes(assumptions=values, rules=rules, calendar=option.changes.calendar), reading, option)
    off = [rule for rule in plan.rules if not plan.switch(rule.enabled) and rule.id not in switched]
    for rule in off[:MOST_RULES]:
        yield Way(Changes(rules={rule.id: True}), rule=rule)


@dataclass
class PlanSide:
    """A plan on one side of the changes, and what is found of it."""

    plan: Plan
    ranges: dict[str, DateRange]
    deadline: Deadline
    ways: Sequence[Way]
    _passes: dict[str, Earliest | None] = field(default_factory=dict)
    _others: dict[int, PlanSide | None] = field(default_factory=dict)

    @cached_property
    def problem(self) -> Problem:
        """The plan, ready to be asked."""
        return Problem.of(self.plan)

    @property
    def trouble(self) -> str | None:
        """Why there are no dates, where that needs no search."""
        status = self.problem.earliest.status
        return {"infeasible": "no schedule meets every rule", "beyond": "a date runs off the days that are covered"}.get(status)

    def range(self, milestone: str) -> DateRange:
        """Return where a milestone lies."""
        if milestone not in self.ranges:
            known = [found.schedule for found in self.ranges.values() if found.schedule is not None]
            self.ranges[milestone] = between(self.problem, milestone, deadline=self.deadline, known=known)
        return self.ranges[milestone]

    def day(self, milestone: str, boundary: int | None) -> dt.date | None:
        """Return the day at which a boundary of a milestone is shown; None off the axis."""
        clock = self.problem.clock
        if boundary is None or boundary > clock.limit:
            return None
        return clock.show(boundary, self.plan.convention(Point(milestone, "start")))

    def date(self, milestone: str) -> tuple[dt.date | None, ProofClass | None]:
        """Return a milestone's date, and how it is proved."""
        if milestone not in self.problem.network.plan.items:
            return None, None
        found = self.range(milestone)
        shown = self.day(milestone, found.high)
        return shown, None if shown is None else found.proof

    def reasons(self, milestone: str) -> Earliest | None:
        """Return the forward pass in which a milestone is at its date; None where no schedule is known."""
        if milestone not in self._passes:
            problem = self.problem
            if not problem.pools or not problem.leads(milestone):
                self._passes[milestone] = problem.earliest
            else:
                schedule = self.range(milestone).schedule
                self._passes[milestone] = None if schedule is None else attained(problem, schedule)
        return self._passes[milestone]

    def date_in(self, place: int, milestone: str) -> dt.date | None:
        """Return a milestone's date in one of the ways; of a plan with capacity upstream, a date that it is not before."""
        evaluated, samples = self._in_ways
        if place in samples:
            sample = samples[place]
            return None if evaluated.infeasible[sample] else self.day(milestone, int(evaluated.of(milestone)[sample]))
        other = self._alone(place)
        if other is None or other.trouble:
            return None
        return other.day(milestone, other.problem.earliest.values[other.problem.node(milestone)])

    @cached_property
    def _in_ways(self) -> tuple[Evaluated, dict[int, int]]:
        """The ways that differ in what a column can hold, all at once, and the sample of each."""
        network, samples = self.problem.network, {}
        variants: list[Variant] = []
        for place, way in enumerate(self.ways):
            if way.reading is not None and not columnar(self.plan, way.reading):
                continue
            rules = {name: on for name, on in way.changes.rules.items() if name in network.enabled}
            off, on = (tuple(name for name, state in rules.items() if state is wanted) for wanted in (False, True))
            numbers = {name: column_number(value) for name, value in way.changes.assumptions.items()}
            samples[place] = len(variants)
            variants.append(Variant(off, numbers, on))
        return evaluate_variants(network, variants), samples

    def _alone(self, place: int) -> PlanSide | None:
        """Return the plan in a way that takes a network of its own; None where its dates run off the calendar."""
        if place not in self._others:
            changes = self.ways[place].changes
            plan = with_values(self.plan, changes.assumptions, {}, changes.rules)
            plan = plan.evolve(calendar=changes.calendar or plan.calendar)
            side = PlanSide(plan, {}, self.deadline, ())
            try:
                _ = side.problem
            except BeyondHorizonError:
                self._others[place] = None
            else:
                self._others[place] = side
        return self._others[place]
