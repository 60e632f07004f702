"""Numbers of a plan that may move, and the plan with them moved. Nothing here needs the solver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from models.duration import Duration, Reference, Value
from models.plan import Plan
from models.rules import Capacity, CapacityStep
from optimiser.clock import Clock, Side
from optimiser.numbers import own_value, side_of, unit_of, with_values

__all__ = ["PlanLever", "moved_plan", "moved_value", "shifted"]

LeverKind = Literal["assumption", "own", "switch"]


@dataclass(frozen=True, slots=True)
class PlanLever:
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


def shifted(clock: Clock, value: Value, by: int, side: Side) -> Value:
    """Return a value moved by some units: a length by its own, a count by one, a date by working days as it is read.

    On a plan in minutes hours and minutes move by working days, the last step to nothing by what is left, and dates by days of
    the clock. A date that would leave the axis stops at its end.
    """
    _, step = unit_of(clock, value)
    by *= step
    if isinstance(value, Duration):
        amount = value.amount + by
        return Duration(max(0, amount) if step > 1 and value.amount >= 0 else amount, value.unit)
    if isinstance(value, dt.date):
        if not by:
            return value
        boundary = clock.stated(value, "opens", side) + by
        return clock.show(min(max(boundary, 0), clock.size - 1), "opens")
    if isinstance(value, int) and not isinstance(value, bool):
        return value + by
    message = f"{value!r} is no number"
    raise TypeError(message)


def moved_value(plan: Plan, clock: Clock, lever: PlanLever, units: int) -> Value:
    """Return the value of a lever moved by some units."""
    stated = plan.values[lever.name] if lever.kind == "assumption" else own_value(plan, lever.name)
    return shifted(clock, stated, lever.sign * units, side_of(plan, lever.name))


def moved_plan(plan: Plan, clock: Clock, amounts: Mapping[PlanLever, int]) -> Plan:
    """Return the plan with every lever moved by its units."""
    moved = {lever: units for lever, units in amounts.items() if units}
    if not moved:
        return plan
    values: dict[str, dict[str, Any]] = {"assumption": {}, "own": {}, "switch": {}}
    for lever, units in moved.items():
        values[lever.kind][lever.name] = False if lever.kind == "switch" else moved_value(plan, clock, lever, units)
    changed = with_values(plan, values["assumption"], values["own"], values["switch"])
    raised = {lever.name: (units, lever.ceiling) for lever, units in moved.items() if lever.kind == "own"}
    return changed.evolve(
        rules=tuple(
            _raised(stated, *raised[stated.id]) if isinstance(stated, Capacity) and stated.id in raised else rule
            for stated, rule in zip(plan.rules, changed.rules, strict=True)
        )
    )


def _raised(rule: Capacity, units: int, ceiling: int | None) -> Capacity:
    """Return a capacity raised in all its literal amounts, none above a ceiling."""

    def raised(amount: Any) -> Any:
        if isinstance(amount, Reference):
            return amount
        more = amount + units
        return more if ceiling is None else max(amount, min(more, ceiling))

    steps = tuple(CapacityStep(since=step.since, amount=raised(step.amount)) for step in rule.steps)
    return rule.model_copy(update={"amount": raised(rule.amount), "steps": steps})
