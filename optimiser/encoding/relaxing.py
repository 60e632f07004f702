"""The cheapest amounts by which numbers of a plan must move for a milestone to meet a date.

Each lever is a variable that counts its units. A length or a minimum lag in working days, and a date, stay linear in it;
every other number is posted once for each value it may take, under a literal that says it takes it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from ortools.sat.python import cp_model

from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from models.rules import Blackout, Dependency, NotAfter, NotBefore
from optimiser.clock import Clock, Side
from optimiser.encoding.answer import Limits, Places, Status, Window
from optimiser.encoding.levers import PlanLever, moved_plan
from optimiser.encoding.rules import ENCODERS
from optimiser.encoding.search import Encoding
from optimiser.encoding.solving import Budget
from optimiser.encoding.staircase import Literals
from optimiser.encoding.variables import Length, Place, Variables
from optimiser.numbers import references

__all__ = ["Moved", "Relaxing"]

_DEFAULT: Final = Limits()


@dataclass(frozen=True, slots=True)
class Moved:
    """The cheapest amounts found.

    Attributes
    ----------
    status
        ``optimal``: nothing cheaper will do. ``feasible``: these will do, at least `bound` is needed.
        ``infeasible``: not even everything moved as far as it may. ``unknown``: the limit came first.
    units
        Lever to the units it moves; those that stay are left out.
    """

    status: Status
    units: Mapping[PlanLever, int] | None = None
    cost: int | None = None
    bound: int | None = None
    positions: Places | None = None
    deterministic_time: float = 0.0


class Relaxing(Encoding):
    """One CP-SAT model of a plan whose levers are variables.

    Parameters
    ----------
    plan
        Any plan.
    clock
        The plan's clock.
    levers
        What may move, each by its own name.
    windows
        Bounds of items to trust; None searches the whole axis.
    """

    def __init__(
        self, plan: Plan, clock: Clock, levers: Sequence[PlanLever], *, windows: Mapping[str, Window] | None = None
    ) -> None:
        self.plan = plan
        self.clock = clock
        self.levers = tuple(levers)
        movable = _Movable(plan, clock, windows, self.levers)
        self._windows = windows
        self._switchable = False
        self._variables = movable
        self._movable = movable
        self._literals = movable.switches
        self._known = set()
        movable.post()

    def cheapest(self, milestone: str, by: int, limits: Limits = _DEFAULT) -> Moved:
        """Return the cheapest units by which levers move so that a milestone is at or before a boundary.

        Of equally cheap ways one of the fewest units is returned.
        """
        budget = Budget(limits)
        scale = sum(lever.steps for lever in self.levers) + 1
        variables = self._movable.units
        price = sum((lever.cost * scale + 1) * variables[lever] for lever in self.levers)
        found = self._search(budget, self._by(milestone, by), minimise=price if self.levers else None)
        bound = found.at_least() // scale
        if found.solution is None:
            return Moved(found.status, bound=bound, deterministic_time=budget.used)  # type: ignore[arg-type]
        units = {lever: value for lever in self.levers if (value := int(found.solution[variables[lever].index]))}
        cost = sum(lever.cost * value for lever, value in units.items())
        status = found.status if self.levers else "optimal"
        return Moved(
            status,  # type: ignore[arg-type]
            units,
            cost,
            cost if status == "optimal" else bound,
            self._places(found.solution),
            budget.used,
        )


class _Movable(Variables):
    """Variables of a model in which some numbers are variables themselves."""

    def __init__(self, plan: Plan, clock: Clock, windows: Mapping[str, Window] | None, levers: Sequence[PlanLever]) -> None:
        super().__init__(plan, clock, windows, switchable=False)
        self.stated = plan
        self.levers = tuple(levers)
        self.units = {lever: self.model.new_int_var(0, lever.steps, lever.name) for lever in levers}
        self._at: dict[tuple[PlanLever, int], cp_model.IntVar] = {}

    def post(self) -> None:
        """Post every item and rule that is on."""
        for activity in self.plan.activities:
            self.add_activity(activity, DURATION_PREFIX + activity.id)
        for milestone in self.plan.milestones:
            self.add_milestone(milestone.id)
        for rule in self.plan.rules:
            if self.plan.switch(rule.enabled):
                self._add_rule(rule)
        self.model.add_decision_strategy(list(self.starts()), cp_model.CHOOSE_LOWEST_MIN, cp_model.SELECT_MIN_VALUE)

    # -- which value a lever takes --------------------------------------------------------------------------------------

    def _takes(self, lever: PlanLever, units: int) -> cp_model.IntVar:
        """Return a literal that holds exactly where a lever moves by these units."""
        if (lever, 0) not in self._at:
            literals = [self.model.new_bool_var("") for _ in range(lever.steps + 1)]
            self.model.add_exactly_one(literals)
            self.model.add(self.units[lever] == sum(value * literal for value, literal in enumerate(literals)))
            self._at |= {(lever, value): literal for value, literal in enumerate(literals)}
        return self._at[lever, units]

    def _touching(self, entry: Any, name: str) -> list[PlanLever]:
        """Return the levers that move a number of a rule or activity."""
        found = [lever for lever in self.levers if lever.kind == "own" and lever.name == name]
        assumed = set(references(entry))
        return found + [lever for lever in self.levers if lever.kind == "assumption" and lever.name in assumed]

    def _cases(self, levers: Sequence[PlanLever]) -> Iterator[tuple[Plan, Literals]]:
        """Yield the plan at every combination of units, with the literals that say so."""
        for units in itertools.product(*(range(lever.steps + 1) for lever in levers)):
            under = tuple(self._takes(lever, value) for lever, value in zip(levers, units, strict=True))
            yield moved_plan(self.stated, self.clock, dict(zip(levers, units, strict=True))), under

    # -- items -----------------------------------------------------------------------------------------------------------

    def add_activity(self, activity: Activity, switch: str) -> None:
        """Add work whose length may move, or what is left of it: ``b(finish) = b(start) + duration``."""
        levers, done = self._touching(activity, switch), activity.progress
        if not levers or not self.plan.switch(activity.enabled) or self.plan.done(activity.id):
            super().add_activity(activity, switch)
            return
        if done is not None and done.actual_start is not None:
            began = max(self.clock.origin, self.clock.boundary(done.actual_start, "opens"))
            self.began[activity.id] = self.constant(began)
        duration = self.plan.still_to_do(activity)
        window = self.window(activity.id)
        own = activity.calendar if activity.calendar != self.plan.calendar else None
        start, finish = self.new_place(*window.start), self.new_place(*window.finish)
        self.places[activity.id] = start, finish
        if duration.unit == "wd" and own is None:
            (lever,) = levers
            length: Any = duration.amount + lever.sign * self.units[lever]
            self.model.add(finish.variable - start.variable == length)
            longest = max(duration.amount, duration.amount + lever.sign * lever.steps)
        else:
            for plan, under in self._cases(levers):
                self._of_length(plan.items[activity.id], plan, (start, finish), under)
            length = self.model.new_int_var(0, self.clock.size, "")
            longest = self.clock.size
        self.lengths[activity.id] = Length(longest, ())
        begin, end = start.variable, finish.variable
        if isinstance(length, cp_model.IntVar):
            self.model.add(end - begin == length)
        self._intervals[activity.id] = self.model.new_interval_var(begin, length, end, "")

    def _of_length(self, activity: Any, plan: Plan, places: tuple[Place, Place], under: Literals) -> None:
        """Post one length of an activity where it has it."""
        start, finish = places
        duration = plan.still_to_do(activity)
        if not duration.amount:
            self.same(finish, start, under)
            return
        own = activity.calendar if activity.calendar != plan.calendar else None
        days = self.clock.finishes(self.axis, duration.amount, duration.unit, own)
        self.within(start, self.clock.may_start(own), under)
        finishes = days[start.low : start.high + 1]
        self.follows(finish, start, finishes, under)
        self.precedes(finish, start, finishes, under)

    # -- rules -----------------------------------------------------------------------------------------------------------

    def _add_rule(self, rule: Any) -> None:
        """Post a rule, linear in its lever where it is, else once for each value of its levers."""
        own = next((lever for lever in self.levers if lever.kind == "switch" and lever.name == rule.id), None)
        if own is not None:
            ENCODERS[rule.kind](self, rule, (self._takes(own, 0),))
            return
        levers = self._touching(rule, rule.id)
        lengths: dict[str, list[PlanLever]] = {}
        if isinstance(rule, Blackout):
            for name in rule.items:
                item = self.plan.items[name]
                if isinstance(item, Activity):
                    lengths[name] = self._touching(item, DURATION_PREFIX + name)
            levers = list(dict.fromkeys(lever for each in lengths.values() for lever in each))
        if not levers:
            ENCODERS[rule.kind](self, rule, ())
            return
        if len(levers) == 1 and self._linear(rule, levers[0]):
            return
        for plan, under in self._cases(levers):
            kept = dict(self.lengths)
            for name, moving in lengths.items():
                if moving:
                    self._set_length(plan, name)
            self.plan = plan
            ENCODERS[rule.kind](self, plan.rules_by_id[rule.id], under)
            self.plan = self.stated
            self.lengths = kept

    def _set_length(self, plan: Plan, name: str) -> None:
        """Let an activity be as long as a plan says, for rules that look at its length."""
        activity = plan.items[name]
        assert isinstance(activity, Activity)
        duration = plan.still_to_do(activity)
        own = activity.calendar if activity.calendar != plan.calendar else None
        if not duration.amount:
            del self.lengths[name]
            return
        plain = duration.unit == "wd" and own is None
        days = duration.amount if plain else self.clock.finishes(self.axis, duration.amount, duration.unit, own)
        self.lengths[name] = Length(days, ())

    def _linear(self, rule: Any, lever: PlanLever) -> bool:
        """Post a rule that is linear in its only lever; return whether it is."""
        units = self.units[lever]
        if self.plan.status_date is not None:  # what is past is no variable
            return False
        if isinstance(rule, Dependency):
            lag = self.plan.duration(rule.lag)
            if lag.unit != "wd":
                return False
            before, after = rule.points()
            earlier, later = self.place(before), self.place(after)
            length = lag.amount + lever.sign * units
            gap = later.variable + later.offset - earlier.variable - earlier.offset
            self.model.add(gap >= length if rule.bound == "at-least" else gap <= length)
            return True
        if isinstance(rule, NotBefore | NotAfter):
            (at,) = rule.points()
            boundaries = self._boundaries(rule, lever)
            steps = np.arange(lever.steps + 1)
            if np.any(boundaries != boundaries[0] + lever.sign * steps):
                return False
            place = self.place(at)
            where = place.variable + place.offset
            bound = int(boundaries[0]) + lever.sign * units
            self.model.add(where >= bound if isinstance(rule, NotBefore) else where <= bound)
            return True
        return False

    def _boundaries(self, rule: NotBefore | NotAfter, lever: PlanLever) -> Any:
        """Return the boundary of a stated date for each number of units."""
        (at,) = rule.points()
        found = []
        for units in range(lever.steps + 1):
            plan = moved_plan(self.stated, self.clock, {lever: units})
            moved = plan.rules_by_id[rule.id]
            assert isinstance(moved, NotBefore | NotAfter)
            date = plan.date(moved.date)
            assert date is not None
            side: Side = "floor" if isinstance(rule, NotBefore) else "ceiling"
            found.append(self.clock.stated(date, plan.convention(at), side))
        return np.array(found, dtype=np.int64)
