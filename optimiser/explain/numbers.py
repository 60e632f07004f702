"""The numbers of rules, durations, assumptions and unknowns: which way each is worse, and how far each can go."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Literal

from models.assumptions import Assumption, Unknown
from models.duration import Duration, Reference, Value
from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from models.rules import AtLeast, Capacity, Dependency, NotAfter, Rule
from optimiser.clock import Clock, Convention
from optimiser.critical import Network
from optimiser.encoding.levers import number_of
from optimiser.solve.variant import Variant, column_number, users

__all__ = ["Number", "Unit", "number_of_assumption", "number_of_rule"]

Unit = Literal["wd", "cd", "mo", "day", "count"]

_MONTH = 20
"""The fewest working days that a month is taken to have, when only a bound on a number of months is needed."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number on the axis of how much worse it is than stated.

    Attributes
    ----------
    slot
        The rule, ``duration:ITEM``, assumption or unknown.
    value
        As stated.
    worse
        +1 where a larger number is worse, -1 where a smaller one is.
    most, least
        By how many units it can worsen, and be relaxed. Units of a date are working days.
    convention
        How a date is read.
    """

    slot: str
    value: Value
    unit: Unit
    worse: int
    most: int
    least: int
    clock: Clock
    convention: Convention = "opens"

    def moved(self, units: int) -> Value:
        """Return the value when it is worse by some units; better where they are negative."""
        value = self.value
        if isinstance(value, Duration):
            return Duration(value.amount + self.worse * units, value.unit)
        if isinstance(value, dt.date):
            if not units:
                return value
            boundary = self.clock.boundary(value, self.convention) + self.worse * units
            return self.clock.show(boundary, self.convention)
        assert isinstance(value, int)
        return value + self.worse * units

    def column(self, units: int) -> int:
        """Return what a column holds for the value moved so."""
        number = column_number(self.moved(units))
        assert number is not None
        return number

    def shown(self, units: int) -> str:
        """Print the value moved so."""
        return str(self.moved(units))

    def variant(self, units: int, off: tuple[str, ...] = ()) -> Variant:
        """Return the plan with this number moved so."""
        return Variant(off, {self.slot: self.column(units)})


def number_of_rule(network: Network, name: str) -> Number | None:
    """Return the number of a rule or duration; None where it has none."""
    plan, clock = network.plan, network.clock
    if name.startswith(DURATION_PREFIX):
        activity = plan.items[name.removeprefix(DURATION_PREFIX)]
        assert isinstance(activity, Activity)
        length = _length(name, plan.duration(activity.duration), clock, worse=1, floor=0)
        # Nothing longer than the axis fits on it.
        return dataclasses.replace(length, most=min(length.most, clock.limit))
    rule = plan.rules_by_id[name]
    if isinstance(rule, Dependency):
        return _length(name, plan.duration(rule.lag), clock, worse=-1 if rule.bound == "at-most" else 1)
    value = _stated(plan, rule)
    if value is None or isinstance(value, Duration):
        return None if value is None else _length(name, value, clock, worse=1, floor=0)
    if isinstance(value, dt.date):
        return _dated(name, value, clock, -1 if isinstance(rule, NotAfter) else 1, plan.convention(rule.points()[0]))
    if isinstance(rule, AtLeast):
        return Number(name, value, "count", 1, len(rule.of) - int(value), int(value) - 1, clock)
    assert isinstance(rule, Capacity)
    demand = sum(plan.amount(each.amount) for each in rule.demands)
    return Number(name, value, "count", -1, int(value), max(0, demand - int(value)), clock)


def _stated(plan: Plan, rule: Rule) -> Value:
    term = number_of(rule)
    return plan.values[term.name] if isinstance(term, Reference) else term


def _length(slot: str, value: Duration, clock: Clock, *, worse: int, floor: int | None = None) -> Number:
    """Return the number of a length, which a floor keeps from shrinking below it."""
    reach = clock.limit * 2 if value.unit != "mo" else clock.limit // _MONTH + 1
    low = reach if floor is None else value.amount - floor
    most, least = (reach, low) if worse > 0 else (low, reach)
    return Number(slot, value, value.unit, worse, most, least, clock)


def _dated(slot: str, value: dt.date, clock: Clock, worse: int, convention: Convention) -> Number:
    boundary = clock.boundary(value, convention)
    later, earlier = max(0, clock.size - 1 - boundary), max(0, boundary - 1)
    most, least = (later, earlier) if worse > 0 else (earlier, later)
    return Number(slot, value, "day", worse, most, least, clock, convention)


def number_of_assumption(network: Network, entry: Assumption | Unknown) -> Number | None:
    """Return the number of an assumption or unknown; None where it has none, or nothing uses it.

    It is worse in the direction in which it is worse for the rules that use it; where they disagree, upwards.
    """
    plan, clock = network.plan, network.clock
    value = entry.value
    using = users(plan, entry.id)
    if value is None or isinstance(value, bool) or not using:
        return None
    worse = 1 if any(_worse(plan, name) > 0 for name in using) else -1
    if isinstance(value, Duration):
        signed = not any(name.startswith(DURATION_PREFIX) for name in using) and all(
            isinstance(plan.rules_by_id[name], Dependency | AtLeast) for name in using
        )
        return _length(entry.id, value, clock, worse=worse, floor=None if signed and value.amount < 0 else 0)
    if isinstance(value, dt.date):
        covers = clock.calendar.covers
        if not covers.first < value < covers.last:
            return None
        return _dated(entry.id, value, clock, worse, "opens")
    assert isinstance(value, int)
    counts = [rule for name in using if isinstance(rule := plan.rules_by_id.get(name), AtLeast)]
    if counts:
        return Number(entry.id, value, "count", 1, min(len(rule.of) for rule in counts) - value, value - 1, clock)
    return Number(entry.id, value, "count", worse, value if worse < 0 else 1000, 1000 if worse < 0 else value, clock)


def _worse(plan: Plan, name: str) -> int:
    """Return which way the number of a rule or duration is worse."""
    if name.startswith(DURATION_PREFIX):
        return 1
    rule = plan.rules_by_id[name]
    at_most = isinstance(rule, Dependency) and rule.bound == "at-most"
    return -1 if at_most or isinstance(rule, NotAfter | Capacity) else 1
