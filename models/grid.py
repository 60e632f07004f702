"""Grids: which combinations of assumptions, readings, scenarios, switches, calendars and capacities to solve."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from models.assumptions import Changes
from models.duration import Duration, ValueField, print_value
from models.record import Identifier, Many, Record, Text

__all__ = [
    "GRID_SCHEMA",
    "AssumptionAxis",
    "Axis",
    "CalendarAxis",
    "CapacityAxis",
    "Condition",
    "ConfidenceAxis",
    "Exclusion",
    "Grid",
    "ReadingAxis",
    "RuleAxis",
    "ScenarioAxis",
]

GRID_SCHEMA = "optimiser/grid/1"


def _as_label(value: Any) -> Any:
    """Print a scalar of a file the way values are labelled."""
    if isinstance(value, (bool, int, dt.date, Duration)):
        return print_value(value)
    if isinstance(value, float):
        return f"{value:g}"
    return value


Label = Annotated[
    str,
    BeforeValidator(_as_label),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}, {"type": "number"}]}),
]
"""A value of an axis as it is printed."""


class AxisRecord(Record):
    """What all axes have in common."""

    id: Identifier | None = None
    """What the axis is called in exclusions, tables and exports; the name of what it varies where left out."""
    base: Label | None = None
    """The value that stands while other axes vary; the first where left out."""


class AssumptionAxis(AxisRecord):
    """An assumption or unknown takes several values: a list, or every step from one value to another."""

    model_config = ConfigDict(populate_by_name=True)

    kind: Literal["assumption"] = "assumption"
    name: Identifier
    values: Many[ValueField] = ()
    from_: Annotated[ValueField, Field(alias="from")] = None
    """The first value of a range: a duration, a date or a whole number."""
    to: ValueField = None
    """No value of the range is beyond it; it is the last where the steps meet it."""
    step: ValueField = None
    """A duration in the unit of the range; for dates calendar days (``7 cd``) or months (``1 mo``)."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        ranged = self.from_ is not None and self.to is not None and self.step is not None
        partly = self.from_ is not None or self.to is not None or self.step is not None
        if bool(self.values) == partly or ranged != partly:
            message = "expected either 'values', or 'from', 'to' and 'step'"
            raise ValueError(message)
        return self


class ReadingAxis(AxisRecord):
    """A question of the source is answered in several ways."""

    kind: Literal["reading"] = "reading"
    name: Identifier
    options: Many[Identifier] = ()
    """All of them where left out, the plan's default first."""


class ScenarioAxis(AxisRecord):
    """Scenarios, or stacks of them, are laid on the plan; an empty list lays none, and is labelled ``none``."""

    kind: Literal["scenario"] = "scenario"
    stacks: Annotated[Many[Many[Text]], Field(min_length=1)]


class RuleAxis(AxisRecord):
    """A rule, or a duration as ``duration:ITEM``, is on or off."""

    kind: Literal["rule"] = "rule"
    name: Annotated[str, Field(pattern=r"^(duration:)?[A-Za-z0-9][A-Za-z0-9_-]*$")]
    values: Annotated[Many[bool], Field(min_length=1)] = (True, False)


class CalendarAxis(AxisRecord):
    """The base calendar is one of several."""

    kind: Literal["calendar"] = "calendar"
    calendars: Annotated[Many[Identifier], Field(min_length=1)]


class CapacityAxis(AxisRecord):
    """A capacity rule has several amounts, each throughout: the steps of the rule are left out."""

    model_config = ConfigDict(populate_by_name=True)

    kind: Literal["capacity"] = "capacity"
    name: Identifier
    amounts: Many[Annotated[int, Field(ge=0)]] = ()
    from_: Annotated[int | None, Field(alias="from", ge=0)] = None
    to: Annotated[int | None, Field(ge=0)] = None
    step: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        ranged = self.from_ is not None and self.to is not None
        if bool(self.amounts) == ranged or (self.from_ is None) != (self.to is None):
            message = "expected either 'amounts', or 'from' and 'to'"
            raise ValueError(message)
        return self


class ConfidenceAxis(AxisRecord):
    """Dates hold with a confidence, under the plan's register of ranges, drivers and risks."""

    kind: Literal["confidence"] = "confidence"
    levels: Annotated[Many[Annotated[float, Field(gt=0, lt=1)]], Field(min_length=1)]
    as_planned: bool = True
    """Whether the date without any uncertainty comes first, as the value ``as-planned``."""
    draws: Annotated[int, Field(ge=256, le=1_000_000)] = 2_048
    """Samples behind each date; rounded up to whole scrambles."""


Axis = Annotated[
    AssumptionAxis | ReadingAxis | ScenarioAxis | RuleAxis | CalendarAxis | CapacityAxis | ConfidenceAxis,
    Field(discriminator="kind"),
]


class Condition(Record):
    """What a value of an axis must be: one of several, or within bounds."""

    model_config = ConfigDict(populate_by_name=True)

    among: Annotated[Many[Label], Field(alias="is")] = ()
    at_least: ValueField = None
    at_most: ValueField = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        bounded = self.at_least is not None or self.at_most is not None
        if bool(self.among) == bounded:
            message = "expected either 'is' with a list of values, or 'at_least' or 'at_most' or both"
            raise ValueError(message)
        return self


class Exclusion(Record):
    """A set of combinations to leave out, given by conditions that all hold."""

    when: Annotated[dict[Identifier, Condition], Field(min_length=1)]
    """Axis to condition."""
    why: Text | None = None


class Grid(Changes):
    """Axes over one plan, which of their combinations to take, and what to report of each.

    ``assumptions``, ``rules`` and ``calendar``, like ``readings``, hold for every combination unless an axis says
    otherwise. Of a combination the scenarios are applied first, then readings are answered, then single values set.
    """

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[Literal["optimiser/grid/1"], Field(alias="schema")] = "optimiser/grid/1"
    id: Identifier
    title: Text
    note: Text | None = None
    plan: Text
    """A packaged plan, or a path from the folder of the grid."""
    scenarios: Many[Text] = ()
    """Scenarios under every combination."""
    readings: dict[Identifier, Identifier] = {}
    milestones: Many[Identifier] = ()
    """The plan's own targets where left out."""
    axes: Annotated[Many[Axis], Field(min_length=1)]
    design: Literal["full", "one-at-a-time", "cumulative", "pairs", "latin-hypercube"] = "full"
    """``full``: every combination. ``one-at-a-time``: each value of each axis with all others at their base.
    ``cumulative``: one axis after the other moves from its base to its last value and stays there. ``pairs``: every
    combination of every two axes with all others at their base. ``latin-hypercube``: ``samples`` combinations in which
    every axis takes each of its values equally often."""
    samples: Annotated[int | None, Field(ge=1)] = None
    """How many combinations of a Latin hypercube."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Of the Latin hypercube, and of the choice of combinations that are solved again."""
    exclude: Many[Exclusion] = ()
    report: Annotated[Many[Literal["dates", "proof", "binding"]], Field(min_length=1)] = ("dates", "proof", "binding")
    """What is kept of each combination; ``binding``: the rules of which each one's removal alone gains days."""
    deterministic_limit: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """CP-SAT's own deterministic seconds for each of its calls; a date that is not proved by then says so in its proof."""
    check_share: Annotated[float, Field(ge=0, le=1)] = 0.001
    """The share of combinations computed without a solver that is solved again through CP-SAT; at least five."""

    @model_validator(mode="after")
    def _sampled(self) -> Self:
        if (self.design == "latin-hypercube") != (self.samples is not None):
            message = "expected 'samples' with the design latin-hypercube, and with no other"
            raise ValueError(message)
        if "dates" not in self.report:
            message = "expected 'dates' among what to report: everything else is said of them"
            raise ValueError(message)
        return self
