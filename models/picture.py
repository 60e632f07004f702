"""Findings over many combinations: dates by axis, thresholds, binding rules by region, best, worst, and baselines."""

from __future__ import annotations

from typing import Literal

from models.record import Date, Identifier, Many, Record, Text

__all__ = [
    "AxisLine",
    "AxisPoint",
    "BaselineShare",
    "BindingShare",
    "BindingWhere",
    "Extreme",
    "HeatMap",
    "Monotonicity",
    "Picture",
    "ReasonCount",
    "Step",
    "Threshold",
]


class AxisPoint(Record):
    """One value of an axis and the dates of the combinations that take it."""

    label: str
    combinations: int
    solved: int
    first: Date | None
    mean: Date | None
    """Of the calendar days, rounded."""
    last: Date | None
    base: Date | None
    """With every other axis at its base; None where no such combination was computed, or it has no date."""


class AxisLine(Record):
    """A milestone's date against one axis."""

    axis: Identifier
    title: Text
    milestone: Identifier
    points: Many[AxisPoint]

    @property
    def spread(self) -> int:
        """Calendar days between the earliest and the latest date at base, or of the means where there are none."""
        days = [day for point in self.points if (day := point.base or point.mean) is not None]
        return (max(days) - min(days)).days if days else 0


class Threshold(Record):
    """The exact value of an axis at which a milestone moves, every other axis at its base."""

    axis: Identifier
    milestone: Identifier
    kind: Literal["jump", "slope"]
    """``jump``: at one value. ``slope``: with nearly every value of a run."""
    stays: str
    """The last value before it moves."""
    moves: str
    """The first value at which it has moved."""
    until: str
    """The last value of the run; the same as ``moves`` for a jump."""
    date_before: Date | None
    """None where the plan has no schedule there, or none on the calendar."""
    date_after: Date | None


class HeatMap(Record):
    """A milestone's date against two axes."""

    milestone: Identifier
    across: Identifier
    down: Identifier
    columns: Many[str]
    rows: Many[str]
    cells: Many[Many[Date | None]]
    """By row, then column."""
    others: Literal["base", "mean"]
    """Whether the other axes are at their base, or the dates are means over them."""


class BindingShare(Record):
    """A rule, and in how many combinations its removal alone would gain days."""

    milestone: Identifier
    rule: str
    title: Text
    combinations: int
    share: float
    """Of the combinations in which the milestone has a date and its binding rules were computed."""


class BindingWhere(Record):
    """How the share of combinations in which a rule binds depends on one axis."""

    milestone: Identifier
    axis: Identifier
    rule: str
    shares: Many[float | None]
    """By value of the axis; None where nothing was computed."""


class Monotonicity(Record):
    """Whether dates follow an axis the way they must: more capacity, or shorter work, never gives a later date."""

    axis: Identifier
    expectation: Text
    pairs: int
    """Pairs of neighbours on the axis that differ in nothing else, times milestones."""
    against: int
    example: Text | None = None


class Extreme(Record):
    """The earliest or the latest date of a milestone, and a combination that gives it."""

    milestone: Identifier
    which: Literal["earliest", "latest"]
    date: Date
    combinations: int
    row: int
    """The first of them."""
    values: dict[Identifier, str]


class BaselineShare(Record):
    """How many combinations meet a published date; one without a date meets none."""

    baseline: Identifier
    milestone: Identifier | None
    """None: all milestones asked for that the baseline publishes, together."""
    published: Text | None
    met: int
    combinations: int

    @property
    def share(self) -> float:
        """Of all combinations computed."""
        return self.met / self.combinations if self.combinations else 0.0


class ReasonCount(Record):
    """Why combinations have no date."""

    status: str
    reason: Text
    combinations: int


class Step(Record):
    """One step of a cumulative design: an axis moves to its last value and stays there."""

    axis: Identifier | None
    """None for the beginning, with every axis at its base."""
    value: str | None
    dates: Many[Date | None]
    """By milestone."""
    moved: Many[int | None]
    """Calendar days since the step before, by milestone; positive is later."""


class Picture(Record):
    """A run in one view."""

    grid: Identifier
    title: Text
    note: Text | None
    plan: Identifier
    scenarios: Many[Identifier]
    milestones: Many[Identifier]
    design: str
    axes: dict[Identifier, Text]
    base: dict[Identifier, str]
    """The base value of each axis."""
    combinations: int
    """Computed so far."""
    complete: bool
    left_out: int
    """By exclusions."""
    counts: dict[str, int]
    checked: int
    """Solved again through CP-SAT."""
    disagreements: Many[Text]
    lines: Many[AxisLine]
    thresholds: Many[Threshold]
    maps: Many[HeatMap]
    binding: Many[BindingShare]
    where: Many[BindingWhere]
    monotonicity: Many[Monotonicity]
    extremes: Many[Extreme]
    baselines: Many[BaselineShare]
    reasons: Many[ReasonCount]
    steps: Many[Step] = ()
    """Of a cumulative design."""
    notes: Many[Text] = ()
