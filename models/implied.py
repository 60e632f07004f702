"""Which values of assumptions published dates imply, and which sets of values allow a date."""

from __future__ import annotations

from typing import Literal

from models.duration import Unit
from models.record import Date, Identifier, Many, Record, Text

__all__ = ["Combination", "Implied", "ImpliedDate", "ImpliedRange", "ImpliedRow", "Piecewise", "Region", "Regions", "Segment"]


class Region(Record):
    """Combinations of readings that all give one date: every combination that agrees with these answers does."""

    readings: dict[Identifier, Identifier]
    date: Date | None
    """None where the plan contradicts itself, or the date falls off the calendar."""
    combinations: int


class Combination(Record):
    """Dates that the milestones have together, and readings at which they do."""

    dates: dict[Identifier, Date]
    combinations: int
    readings: dict[Identifier, Identifier]
    """The combination nearest to the choice made: the answers that differ from it."""


class Regions(Record):
    """Which combinations of the open readings give which dates."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    milestones: Many[Identifier]
    combinations: int
    matters: dict[Identifier, Many[Identifier]]
    """Milestone to the readings that ever move it."""
    regions: dict[Identifier, Many[Region]]
    together: Many[Combination]
    infeasible: int
    beyond: int
    notes: Many[Text] = ()


class Segment(Record):
    """A run of values over which a date is constant, or moves one working day a unit."""

    first: str
    last: str
    date: Date | None
    """At the first value; None where the plan contradicts itself, or the date falls off the calendar."""
    slope: int
    """Working days of the milestone a unit: 0 or more."""


class Piecewise(Record):
    """A milestone as an exact function of one assumption, or of two: every whole number of the range was evaluated."""

    milestone: Identifier
    of: Identifier
    unit: Unit | Literal["count"]
    segments: Many[Segment]
    beside: Identifier | None = None
    """The second assumption, held between ``beside_first`` and ``beside_last`` in these segments."""
    beside_first: str | None = None
    beside_last: str | None = None


class ImpliedRange(Record):
    """Values of one assumption, the others as they are, at which a milestone has its published date."""

    assumption: Identifier
    milestone: Identifier
    first: str
    last: str


class ImpliedRow(Record):
    """One value, or a run of values, of the first free assumption and the range of the second at which all dates hold."""

    first: str
    last: str
    beside_first: str | None = None
    beside_last: str | None = None


class ImpliedDate(Record):
    """A published date against what the plan gives where the free assumptions make the others hold."""

    milestone: Identifier
    published: Text
    as_is: Date
    """With no assumption moved."""
    holds: bool
    """Whether some value of the free assumptions gives it together with the others that hold."""
    earliest: Date | None
    latest: Date | None
    """The dates it takes over the values at which the others hold."""
    slack_wd: Many[int] = ()
    """Working days from the computed date to the end of what was published, least and most; negative is too early."""
    alone: bool
    """Whether any single assumption, moved alone, gives it."""


class Implied(Record):
    """What must be assumed for published dates to follow from the plan's logic."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    baseline: Identifier
    free: Many[Identifier]
    chosen: bool
    """Whether the free assumptions were found by the search rather than named."""
    units: Many[str]
    as_is: Many[str]
    dates: Many[ImpliedDate]
    rows: Many[ImpliedRow]
    ranges: Many[ImpliedRange]
    explained: Many[Identifier]
    unexplained: Many[Identifier]
    hypotheses: Many[Text]
    others: Many[Many[Identifier]] = ()
    """Other sets of as few assumptions found to explain as many dates; there may be more."""
    notes: Many[Text] = ()
