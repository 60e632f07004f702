"""The dates of the plans between two updates, each worked out once, as numbers whose differences are the moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from models.plan import Plan
from models.rules import Point
from optimiser.clock import Clock
from optimiser.encoding import Limits
from optimiser.errors import BeyondHorizonError
from optimiser.moved.causes import Cause
from optimiser.moved.mixing import Mixing, Part, same_days
from optimiser.solve.between import USUAL, DateRange, between
from optimiser.solve.deadline import Deadline
from optimiser.solve.problem import Problem

__all__ = ["ONE_BY_ONE", "Between", "MixedDates", "MoveUnit"]

ONE_BY_ONE = 48
"""Up to so many causes each is tried by itself; of more, a block that moves no date is taken not to move one inside it."""

MoveUnit = Literal["wd", "cd", "min"]
Numbers = Mapping[str, tuple[int, int]]
"""Of each milestone the earliest that its date can be, and that of the best schedule known; one without a date is left out."""


@dataclass(frozen=True, slots=True)
class Between:
    """One plan between the two, or one of them: its problem and where its milestones lie."""

    problem: Problem | None
    ranges: Mapping[str, DateRange]
    values: Sequence[int] | None
    """A schedule, that of the first milestone asked for."""

    def high(self, milestone: str) -> int | None:
        """Return the boundary of a milestone, of the best schedule known; None where it has none on the axis."""
        found = self.ranges.get(milestone)
        if found is None or self.problem is None or found.high is None or found.high > self.problem.clock.limit:
            return None
        return found.high


class MixedDates:
    """The dates of the first plan with some causes applied.

    Parameters
    ----------
    mixing
        The two plans.
    asked
        Milestones.
    limits
        Of all searches together.
    """

    def __init__(self, mixing: Mixing, asked: Sequence[str], limits: Limits) -> None:
        self.mixing, self.asked = mixing, tuple(asked)
        self.deadline = Deadline(limits)
        first, second = mixing.first, mixing.second
        self.unit: MoveUnit = "cd"
        if same_days(first.calendars_by_id[first.calendar], second.calendars_by_id[second.calendar]):
            self.unit = "wd" if second.unit == "day" else "min"
        self.known: dict[frozenset[Part], Numbers] = {}
        self.clock: Clock | None = None
        self.before, self.after = self.of(first), self.of(second)
        self.known[frozenset()] = self._numbers(self.before)
        held = self._numbers(self.after)
        self.told = tuple(name for name in self.asked if name in self.known[frozenset()] and name in held)

    def of(self, plan: Plan) -> Between:
        """Return the dates of a plan."""
        try:
            problem = Problem.of(plan, self._clock(plan))
        except BeyondHorizonError:
            return Between(None, {}, None)
        self.clock = problem.clock
        ranges = {
            name: between(problem, name, deadline=self.deadline, effort=USUAL) for name in self.asked if name in plan.items
        }
        values = next((found.schedule for found in ranges.values() if found.schedule is not None), None)
        if values is None and problem.earliest.status == "feasible":
            values = problem.earliest.values
        return Between(problem, ranges, values)

    def _clock(self, plan: Plan) -> Clock | None:
        """Return the clock of the plan before, where this one has the same axis."""
        first, second = self.mixing.first, self.mixing.second
        names = ("unit", "calendar", "calendars", "horizon", "day_minutes")
        alike = all(getattr(first, name) == getattr(second, name) for name in names)
        return self.clock if alike and plan.calendars == second.calendars else None

    def applied(self, causes: Iterable[Cause]) -> Between:
        """Return the first plan with some causes applied, and note its dates."""
        parts = _parts(causes)
        found = self.of(self.mixing.plan(parts)) if parts else self.before
        self.known[parts] = self._numbers(found)
        return found

    def numbers(self, causes: Iterable[Cause]) -> Numbers:
        """Return the dates with some causes applied, as numbers."""
        causes = tuple(causes)
        parts = _parts(causes)
        if parts not in self.known:
            self.applied(causes)
        return self.known[parts]

    def value(self, milestone: str, causes: Iterable[Cause]) -> int | None:
        """Return the date of a milestone with some causes applied, as a number; None where it has none."""
        found = self.numbers(causes).get(milestone)
        return None if found is None else found[1]

    def take_for(self, causes: Iterable[Cause], plan: Between) -> None:
        """Note that some causes together lead to a plan."""
        self.known[_parts(causes)] = self._numbers(plan)

    def differ(self, causes: Iterable[Cause]) -> bool:
        """Return whether the first plan with some causes applied has another date than the second."""
        found, wanted = self.numbers(causes), self._numbers(self.after)
        return any(found.get(name, (None, None))[1] != wanted[name][1] for name in self.told)

    def _numbers(self, plan: Between) -> Numbers:
        found = {}
        for name in self.asked:
            high = plan.high(name)
            if high is not None:
                found[name] = self._measured(plan.ranges[name].low, name, plan), self._measured(high, name, plan)
        return found

    def _measured(self, boundary: int, milestone: str, plan: Between) -> int:
        """Return a boundary as a number whose differences are the unit of the moves."""
        assert plan.problem is not None
        clock = plan.problem.clock
        if self.unit == "wd":
            return boundary
        if self.unit == "min":
            return clock.worked_between(0, boundary)
        return clock.show(boundary, self.mixing.second.convention(Point(milestone, "start"))).toordinal()

    def shown(self, milestone: str, plan: Between) -> dt.date | None:
        """Return the date of a milestone as people read it; None where it has none."""
        high = plan.high(milestone)
        if high is None or plan.problem is None:
            return None
        return plan.problem.clock.show(high, self.mixing.second.convention(Point(milestone, "start")))

    def along(
        self, order: Sequence[Cause], milestones: Sequence[str], ahead: Sequence[Cause] = ()
    ) -> list[tuple[int | None, ...]]:
        """Return the dates before the first cause of an order and after each, as numbers.

        Of a long order, a block after which every date is where it was is not looked into.

        Parameters
        ----------
        ahead
            Causes that are applied before.
        """
        found: dict[int, tuple[int | None, ...]] = {}

        def at(place: int) -> tuple[int | None, ...]:
            if place not in found:
                held = self.numbers([*ahead, *order[:place]])
                found[place] = tuple(held[name][1] if name in held else None for name in milestones)
            return found[place]

        if len(order) <= ONE_BY_ONE:
            return [at(place) for place in range(len(order) + 1)]
        blocks = [(0, len(order))]
        while blocks:
            low, high = blocks.pop()
            if high - low > 1 and (at(low) != at(high) or None in at(low)):
                blocks += [(low, (low + high) // 2), ((low + high) // 2, high)]
        for place in range(1, len(order)):
            found.setdefault(place, found.get(place - 1, ()))
        return [found[place] for place in range(len(order) + 1)]


def _parts(causes: Iterable[Cause]) -> frozenset[Part]:
    return frozenset(part for cause in causes for part in cause.parts)
