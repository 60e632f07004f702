"""What a plan's dates take for granted about the pace of migration."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.findings import ProofClass
from models.provenance import Basis
from models.record import Date, Identifier, Many, Record, Text

__all__ = ["DateEnds", "ImpliedRate", "LateDate", "LateShare", "Migrated", "MigrationWindow", "RampPeak"]


class DateEnds(Record):
    """A date, between both ends where only its month is published."""

    milestones: Many[Identifier]
    """The milestones that have it."""
    published: Text
    """To the day or the month, as published; the day where it is computed."""
    earliest: Date
    latest: Date
    """The first and last working day of a month of which nothing else is said."""


class MigrationWindow(Record):
    """From when to when meter points migrate by one plan."""

    id: Text
    """The plan as it is solved, or a baseline."""
    title: Text
    starts: Many[DateEnds]
    """One, or one for each segment where they start apart."""
    ready: DateEnds | None
    """When every supplier can take meter points; None where it is not published."""
    end: DateEnds
    proof: dict[Identifier, ProofClass] | None
    """Of the dates, where they are computed; published dates have none."""


class RampPeak(Record):
    """The rate that is reached when it rises evenly, day by day, over the first part of the window."""

    ramp_percent: int
    """How much of the window's working days the rise takes: a shape tried, which no source gives."""
    low_percent: float
    high_percent: float
    """Of all meter points of the segments that start then, a working day."""


class ImpliedRate(Record):
    """How much must move a day on average from one start to the end, by one calendar."""

    window: Text
    starts: Many[Identifier]
    calendar: Identifier
    shortest_wd: Annotated[int, Field(ge=1)]
    longest_wd: Annotated[int, Field(ge=1)]
    """Working days with both ends counted."""
    low_percent: float
    high_percent: float
    """100 / longest and 100 / shortest: the share of all meter points a working day."""
    peaks: Many[RampPeak]
    low_a_day: int
    high_a_day: int
    """Of the synthetic total, to the whole meter point."""


class LateShare(Record):
    """The most of all meter points that may become ready only when every supplier must be, for the end to hold."""

    window: Text
    starts: Many[Identifier]
    calendar: Identifier
    multiple: float
    """Of the average rate: the most that is moved a day."""
    low_percent: float
    high_percent: float


class LateDate(Record):
    """The last morning on which the last share may become ready for the end to hold: its break-even."""

    window: Text
    starts: Many[Identifier]
    calendar: Identifier
    multiple: float
    late_percent: int
    earliest: Date
    latest: Date
    """Both ends, where only months are published."""


class Migrated(Record):
    """The pace of migration that each plan takes for granted."""

    plan: Identifier
    scenarios: Many[Identifier]
    calendar: Identifier
    """The base calendar, by which break-evens are counted."""
    meter_points: int
    """All of them: a round figure, for scale only."""
    meter_points_basis: Basis
    windows: Many[MigrationWindow]
    rates: Many[ImpliedRate]
    late_shares: Many[LateShare]
    late_dates: Many[LateDate]
    notes: Many[Text] = ()
