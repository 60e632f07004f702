"""The values of every axis, by name: what each is called and what it sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from models.assumptions import Changes
from models.duration import Duration, Value, print_value
from models.faults import Fault, changes_faults, maybe
from models.grid import (
    AssumptionAxis,
    Axis,
    CalendarAxis,
    CapacityAxis,
    Condition,
    ConfidenceAxis,
    Grid,
    ReadingAxis,
    RuleAxis,
    ScenarioAxis,
)
from models.plan import Plan
from models.rules import Capacity
from models.terms import column_number
from optimiser.clock import add_months

__all__ = ["MOST_VALUES", "AxisValue", "Varied", "grid_faults", "meets", "stack_label", "varied_axes"]

MOST_VALUES = 10_000
"""More values of one axis are refused."""


@dataclass(frozen=True, slots=True)
class AxisValue:
    """One value of an axis.

    Attributes
    ----------
    label
        As printed in tables and exports.
    value
        What an assumption or a capacity takes; None for other axes.
    changes
        What it sets beside readings and capacities.
    reading
        Question and option, where it answers one.
    capacity
        Rule and amount, where it sets one.
    stack
        Number of the scenario stack, where it lays one.
    confidence
        With which dates hold, where it says; None is as planned.
    """

    label: str
    value: Value = None
    changes: Changes = field(default_factory=Changes)
    reading: tuple[str, str] | None = None
    capacity: tuple[str, int] | None = None
    stack: int | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Varied:
    """An axis with all its values.

    Attributes
    ----------
    base
        Position of the value that stands while other axes vary.
    """

    id: str
    kind: str
    title: str
    values: tuple[AxisValue, ...]
    base: int

    @property
    def labels(self) -> tuple[str, ...]:
        """Its values as printed."""
        return tuple(value.label for value in self.values)


def axis_id(axis: Axis) -> str:
    """Return what an axis is called."""
    if axis.id is not None:
        return axis.id
    if isinstance(axis, ScenarioAxis | CalendarAxis | ConfidenceAxis):
        return axis.kind
    return axis.name.replace("duration:", "duration-")


def stack_label(stack: Sequence[str]) -> str:
    """Return what a stack of scenarios is called."""
    return "+".join(stack) or "none"


def varied_axes(grid: Grid, plan: Plan) -> tuple[Varied, ...]:
    """Return the axes of a grid with their values.

    Parameters
    ----------
    grid
        A grid without faults (see `grid_faults`).
    plan
        The plan that it varies.
    """
    found = []
    for axis in grid.axes:
        values = tuple(_values(axis, plan))
        labels = [value.label for value in values]
        base = labels.index(axis.base) if axis.base is not None else 0
        found.append(Varied(axis_id(axis), axis.kind, _title(axis, plan), values, base))
    return tuple(found)


def _title(axis: Axis, plan: Plan) -> str:
    """Return what an axis is about, in words."""
    if isinstance(axis, AssumptionAxis):
        return plan.assumptions_by_id[axis.name].title
    if isinstance(axis, ReadingAxis):
        return next((entry.question for entry in plan.readings if entry.id == axis.name), axis.name)
    if isinstance(axis, RuleAxis):
        if axis.name in plan.rules_by_id:
            return plan.rules_by_id[axis.name].title
        return f"The duration of {axis.name.removeprefix('duration:')}"
    if isinstance(axis, CapacityAxis):
        return plan.rules_by_id[axis.name].title
    return _TITLES[axis.kind]


_TITLES = {
    "scenario": "Which scenarios are applied",
    "calendar": "Which days are worked",
    "confidence": "With which confidence dates hold",
}


def _values(axis: Axis, plan: Plan) -> Iterator[AxisValue]:
    """Yield the values of one axis in the order in which they are listed."""
    if isinstance(axis, AssumptionAxis):
        for value in axis.values or _stepped(axis.from_, axis.to, axis.step):
            yield AxisValue(print_value(value), value, Changes(assumptions={axis.name: value}))
    elif isinstance(axis, ReadingAxis):
        reading = next(entry for entry in plan.readings if entry.id == axis.name)
        every = sorted((option.id for option in reading.options), key=lambda name: name != reading.default)
        for option in axis.options or every:
            yield AxisValue(option, reading=(axis.name, option))
    elif isinstance(axis, ScenarioAxis):
        for number, stack in enumerate(axis.stacks):
            yield AxisValue(stack_label(stack), stack=number)
    elif isinstance(axis, RuleAxis):
        for on in axis.values:
            yield AxisValue(print_value(on), changes=Changes(rules={axis.name: on}))
    elif isinstance(axis, CalendarAxis):
        for calendar in axis.calendars:
            yield AxisValue(calendar, changes=Changes(calendar=calendar))
    else:
        yield from _levels(axis)


def _levels(axis: CapacityAxis | ConfidenceAxis) -> Iterator[AxisValue]:
    """Yield the amounts of a capacity, or the confidences of dates."""
    if isinstance(axis, CapacityAxis):
        for amount in axis.amounts or range(axis.from_ or 0, (axis.to or 0) + 1, axis.step):
            yield AxisValue(str(amount), amount, capacity=(axis.name, amount))
        return
    if axis.as_planned:
        yield AxisValue("as-planned")
    for level in axis.levels:
        yield AxisValue(f"{level:g}", confidence=level)


def _stepped(first: Value, last: Value, step: Value) -> tuple[Value, ...]:
    """Return every value of a range.

    Raises
    ------
    ValueError
        If the three do not fit each other, or the range holds more than `MOST_VALUES`.
    """
    if isinstance(first, Duration) and isinstance(last, Duration) and isinstance(step, Duration):
        if not first.unit == last.unit == step.unit:
            message = f"expected one unit, got {first}, {last} and a step of {step}"
            raise ValueError(message)
        return tuple(Duration(amount, first.unit) for amount in _counted(first.amount, last.amount, step.amount))
    if isinstance(first, dt.date) and isinstance(last, dt.date) and isinstance(step, Duration) and step.unit in ("cd", "mo"):
        if step.unit == "cd":
            days = _counted(first.toordinal(), last.toordinal(), step.amount)
            return tuple(dt.date.fromordinal(day) for day in days)
        most = 12 * abs(last.year - first.year) + 12
        signed = (1 if last >= first else -1) * most
        each = np.array(_counted(0, signed, step.amount), dtype=np.int64)
        reached = add_months(np.full(len(each), first.toordinal(), dtype=np.int64), each)
        low, high = sorted((first.toordinal(), last.toordinal()))
        return tuple(dt.date.fromordinal(int(day)) for day in reached if low <= day <= high)
    plain = [value for value in (first, last, step) if isinstance(value, int) and not isinstance(value, bool)]
    if len(plain) == 3:
        return tuple(_counted(*plain))
    shown = ", ".join(print_value(value) for value in (first, last, step))
    message = f"expected durations of one unit, dates with a step such as '7 cd' or '1 mo', or whole numbers; got {shown}"
    raise ValueError(message)


def _counted(first: int, last: int, step: int) -> range:
    """Return the numbers from one to another, up or down."""
    if step == 0 or (last - first) * step < 0:
        message = f"a step of {step} never leads from {first} to {last}; maybe it is {-step or 1}"
        raise ValueError(message)
    found = range(first, last + (1 if step > 0 else -1), step)
    if len(found) > MOST_VALUES:
        message = f"the range has {len(found):,} values, expected at most {MOST_VALUES:,}; maybe take a longer step"
        raise ValueError(message)
    return found


def meets(condition: Condition, value: AxisValue) -> bool:
    """Say whether a value of an axis meets a condition of an exclusion."""
    if condition.among:
        return value.label in condition.among
    if value.value is None:
        return False
    number, low, high = column_number(value.value), condition.at_least, condition.at_most
    return (low is None or number >= column_number(low)) and (high is None or number <= column_number(high))


# -- what can be wrong -----------------------------------------------------------------------------------------------------


def grid_faults(grid: Grid, plan: Plan) -> Iterator[Fault]:
    """Yield everything that a grid says wrongly of its plan, by paths inside the grid.

    Parameters
    ----------
    grid
        Well formed.
    plan
        With the grid's own scenarios and changes applied.
    """
    milestones = [milestone.id for milestone in plan.milestones]
    for index, name in enumerate(grid.milestones):
        if name not in milestones:
            yield Fault(("milestones", index), f"unknown milestone '{name}'{maybe(name, milestones)}")
    if not grid.milestones and not plan.targets:
        yield Fault(("plan",), "the plan names no targets; maybe list 'milestones' here")
    labels: dict[str, tuple[AxisValue, ...]] = {}
    seen: dict[str, int] = {}
    for index, axis in enumerate(grid.axes):
        name = axis_id(axis)
        same = axis.kind if isinstance(axis, ScenarioAxis | CalendarAxis | ConfidenceAxis) else f"{axis.kind} {axis.name}"
        for key, what in ((f"id {name}", f"'{name}' is the id"), (f"thing {same}", "this is the subject")):
            if key in seen:
                yield Fault(("axes", index), f"{what} of axes[{seen[key]}] too; give each axis its own")
            seen.setdefault(key, index)
        found = list(_axis_faults(axis, plan, ("axes", index)))
        yield from found
        if not found:
            labels[name] = tuple(_values(axis, plan))
            yield from _label_faults(axis, [value.label for value in labels[name]], ("axes", index))
    yield from _exclusion_faults(grid, labels)


def _axis_faults(axis: Axis, plan: Plan, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Yield the faults of one axis: unknown names and values of the wrong kind."""
    if isinstance(axis, AssumptionAxis):
        yield from _assumption_faults(axis, plan, path)
    elif isinstance(axis, ReadingAxis):
        known = {reading.id: reading for reading in plan.readings}
        if axis.name not in known:
            yield Fault((*path, "name"), f"unknown reading '{axis.name}'{maybe(axis.name, known)}")
            return
        options = [option.id for option in known[axis.name].options]
        for place, option in enumerate(axis.options):
            if option not in options:
                expected = f"expected one of {', '.join(options)}{maybe(option, options)}"
                yield Fault((*path, "options", place), f"unknown option '{option}' of '{axis.name}', {expected}")
    elif isinstance(axis, RuleAxis):
        for fault in changes_faults(plan, Changes(rules={axis.name: True}), ()):
            yield Fault((*path, "name"), fault.message)
    elif isinstance(axis, CalendarAxis):
        for place, calendar in enumerate(axis.calendars):
            for fault in changes_faults(plan, Changes(calendar=calendar), ()):
                yield Fault((*path, "calendars", place), fault.message)
    elif isinstance(axis, CapacityAxis):
        known_rules = [rule.id for rule in plan.rules if isinstance(rule, Capacity)]
        if axis.name not in known_rules:
            what = "is no capacity" if axis.name in plan.rules_by_id else "is no rule of this plan"
            which = f"expected one of {', '.join(known_rules)}" if known_rules else "the plan has no capacity"
            yield Fault((*path, "name"), f"'{axis.name}' {what}, {which}{maybe(axis.name, known_rules)}")
        elif axis.from_ is not None and axis.to is not None and axis.to < axis.from_:
            yield Fault((*path, "to"), f"expected {axis.from_} or more, got {axis.to}")


def _assumption_faults(axis: AssumptionAxis, plan: Plan, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Yield what is wrong with an assumption's name and values."""
    if axis.name not in plan.values:
        yield Fault((*path, "name"), f"unknown assumption '{axis.name}'{maybe(axis.name, plan.values)}")
        return
    given = [((*path, "values", place), value) for place, value in enumerate(axis.values)]
    if not axis.values:
        try:
            _stepped(axis.from_, axis.to, axis.step)
        except ValueError as error:
            yield Fault((*path, "step"), str(error))
            return
        given = [((*path, "from"), axis.from_), ((*path, "to"), axis.to)]
    for where, value in given:
        for fault in changes_faults(plan, Changes(assumptions={axis.name: value}), ()):
            yield Fault(where, fault.message)


def _label_faults(axis: Axis, labels: list[str], path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Yield values given twice, and a base that is none of them."""
    if not labels:
        yield Fault(path, "the axis has no values")
    for label in sorted({first for first, second in pairwise(sorted(labels)) if first == second}):
        yield Fault(path, f"the value '{label}' is given twice; maybe drop one")
    if axis.base is not None and axis.base not in labels:
        yield Fault((*path, "base"), f"'{axis.base}' is none of its values{maybe(axis.base, labels)}")


def _exclusion_faults(grid: Grid, labels: dict[str, tuple[AxisValue, ...]]) -> Iterator[Fault]:
    """Yield exclusions that speak of axes or values that are not there."""
    known = [axis_id(axis) for axis in grid.axes]
    for index, exclusion in enumerate(grid.exclude):
        for name, condition in exclusion.when.items():
            path = ("exclude", index, "when", name)
            if name not in known:
                yield Fault(path, f"unknown axis '{name}'{maybe(name, known)}")
            elif name in labels:
                values = [value.label for value in labels[name]]
                for label in condition.among:
                    if label not in values:
                        yield Fault((*path, "is"), f"'{label}' is none of the values of '{name}'{maybe(label, values)}")
                bounds = [bound for bound in (condition.at_least, condition.at_most) if bound is not None]
                kinds = {type(value.value) for value in labels[name]}
                if bounds and not {type(bound) for bound in bounds} <= kinds:
                    yield Fault(path, f"the values of '{name}' are not compared with {print_value(bounds[0])}")
