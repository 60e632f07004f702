"""Numbers of a plan that may move, and the plan with them moved. Nothing here needs the solver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from models.assumptions import Assumption, Unknown
from models.duration import Duration, Reference, Value
from models.plan import DURATION_PREFIX, Plan
from models.rules import Capacity, CapacityStep
from optimiser.clock import Clock
from optimiser.numbers import entry_of, own_term

__all__ = ["Lever", "moved_plan", "moved_value", "shifted"]

LeverKind = Literal["assumption", "own", "switch"]


@dataclass(frozen=True, slots=True)
class Lever:
    """A number that may move in one direction, unit by unit.

    Attributes
    ----------
    name
        An assumption or unknown; or a rule or ``duration:ITEM`` whose own literal number moves, or whose switch does.
    kind
        ``assumption``: everything that refers to it moves with it. ``own``: a literal number. ``switch``: one unit
        switches the rule off.
    sign
        +1 where the number grows as it moves, -1 where it shrinks.
    steps
        The most units it may move. Units are those of the number; working days of the base calendar for a date.
    cost
        Of one unit.
    ceiling
        Of a capacity that has steps: no step is raised above this.
    """

    name: str
    kind: LeverKind
    sign: int
    steps: int
    cost: int = 1
    ceiling: int | None = None


def shifted(clock: Clock, value: Value, by: int) -> Value:
    """Return a value moved by some units: a length by its own, a count by one, a date by working days.

    A date that would leave the axis stops at its end.
    """
    if isinstance(value, Duration):
        return Duration(value.amount + by, value.unit)
    if isinstance(value, dt.date):
        if not by:
            return value
        boundary = clock.boundary(value, "opens") + by
        return clock.show(min(max(boundary, 0), clock.size - 1), "opens")
    if isinstance(value, int) and not isinstance(value, bool):
        return value + by
    message = f"{value!r} is no number"
    raise TypeError(message)


def moved_value(plan: Plan, clock: Clock, lever: Lever, units: int) -> Value:
    """Return the value of a lever moved by some units."""
    if lever.kind == "assumption":
        value = plan.values[lever.name]
    else:
        term = own_term(entry_of(plan, lever.name))
        value = None if term is None else term.stated  # type: ignore[assignment]
    return shifted(clock, value, lever.sign * units)


def moved_plan(plan: Plan, clock: Clock, amounts: Mapping[Lever, int]) -> Plan:
    """Return the plan with every lever moved by its units."""
    moved = {lever: units for lever, units in amounts.items() if units}
    if not moved:
        return plan
    values = {
        lever.name: moved_value(plan, clock, lever, units) for lever, units in moved.items() if lever.kind == "assumption"
    }
    own = {lever.name: (lever, units) for lever, units in moved.items() if lever.kind != "assumption"}

    def revalued(entry: Assumption | Unknown) -> Assumption | Unknown:
        return entry.model_copy(update={"value": values[entry.id]}) if entry.id in values else entry

    changed: dict[str, object] = {
        "assumptions": tuple(revalued(entry) for entry in plan.assumptions),
        "unknowns": tuple(revalued(entry) for entry in plan.unknowns),
    }
    if own:
        changed["rules"] = tuple(_moved_entry(clock, rule, *own[rule.id]) if rule.id in own else rule for rule in plan.rules)
        changed["activities"] = tuple(
            _moved_entry(clock, activity, *own[DURATION_PREFIX + activity.id])
            if DURATION_PREFIX + activity.id in own
            else activity
            for activity in plan.activities
        )
    return plan.evolve(**changed)


def _moved_entry(clock: Clock, entry: Any, lever: Lever, units: int) -> Any:
    """Return a rule or activity with its own number moved, or switched off."""
    if lever.kind == "switch":
        return entry.model_copy(update={"enabled": False})
    if isinstance(entry, Capacity):
        return _raised(entry, units, lever.ceiling)
    term = own_term(entry)
    assert term is not None
    return entry.model_copy(update={term.field[0]: shifted(clock, term.stated, lever.sign * units)})  # type: ignore[arg-type]


def _raised(rule: Capacity, units: int, ceiling: int | None) -> Capacity:
    """Return a capacity raised in all its literal amounts, none above a ceiling."""

    def raised(amount: Any) -> Any:
        if isinstance(amount, Reference):
            return amount
        more = amount + units
        return more if ceiling is None else max(amount, min(more, ceiling))

    steps = tuple(CapacityStep(since=step.since, amount=raised(step.amount)) for step in rule.steps)
    return rule.model_copy(update={"amount": raised(rule.amount), "steps": steps})
