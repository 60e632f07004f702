"""What a plan's dates take for granted about the pace of migration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.findings import ProofClass
from models.provenance import Basis
from models.record import Date, Identifier, Many, Record, Text

__all__ = [
    "CurveStep",
    "DateEnds",
    "ImpliedRate",
    "LateDate",
    "LateShare",
    "LeastLimit",
    "LimitDate",
    "MarketCurve",
    "MarketTold",
    "Migrated",
    "MigrationWindow",
    "MoratoriumTold",
    "MovedBy",
    "RampPeak",
    "ShareTold",
    "StragglerTold",
]


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


class ShareTold(Record):
    """One share of all meter points: when it is ready, how much later it might be, what being ready at once would gain."""

    title: Text
    at: Text
    percent: float
    ready: Date
    """The first day on which it can be moved."""
    spare_wd: int
    """How many working days later it alone may become ready with the last meter point where it is: its break-even."""
    gain_wd: int
    """What the end gains if it is ready with the first of all shares."""


class MoratoriumTold(Record):
    """Days on which nothing moves, and what the end gains without them."""

    first: Date
    last: Date
    gain_wd: int


class MovedBy(Record):
    """How much has moved by the end of a month, moving as much as can be on every day."""

    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    percent: float
    ready_percent: float = 0.0
    """Of all meter points, ready to move by its end."""
    limit_thousand: float = 0.0
    """Thousands that can be moved on an average working day of it."""


class LimitDate(Record):
    """A limit, and the end that it gives."""

    limit: int
    date: Date | None
    """None where it lies beyond the days covered."""


class LeastLimit(Record):
    """The least limit with which the end is met by a day; None where none is enough."""

    by: Date
    limit: int | None


class CurveStep(Record):
    """From a number on, to the next, the end is this day."""

    at: float
    date: Date | None
    """None where it lies beyond the days covered."""


class MarketCurve(Record):
    """The end as a function of one number of a market, all others as stated: every break of it."""

    of: Literal["limit", "first share", "delay"]
    """Thousands a day; per cent of all meter points that are ready with the first share, the others in proportion; working
    days that the last share to be ready is later."""
    title: Text
    unit: Text
    stated: float
    steps: Many[CurveStep]


class StragglerTold(Record):
    """A share that is ready only after every supplier must be."""

    title: Text
    percent: float
    parties: int
    ready: Date
    late_wd: int
    """Working days after the first on which all others can be moved."""


class MarketTold(Record):
    """A rule of kind migration at its earliest: what decides it, and what other limits and readiness would make of it."""

    rule: Identifier
    title: Text
    basis: Basis
    after: Identifier
    """What waits for the last meter point, and the day on which that has moved."""
    done: Date
    limit: int
    """Thousands of meter points a day."""
    deciding: Many[Text]
    """The shares that decide: a day fewer has no room for them."""
    deciding_from: Date
    deciding_thousand: float
    """What they have to move, what comes back included, in thousands of meter points."""
    room_thousand: float
    """What could be moved from the first of them on, were it done a working day sooner."""
    ready_percent: float
    """Of all meter points, ready when every supplier must be."""
    shares: Many[ShareTold]
    moratoria: Many[MoratoriumTold]
    months: Many[MovedBy]
    limits: Many[LimitDate]
    least: Many[LeastLimit]
    """For the end of each month that another limit can reach."""
    by: LeastLimit | None
    """For the day asked for."""
    suppliers: int = 0
    """How many parties the shares are the meter points of."""
    suppliers_ready: int = 0
    """Of them, ready when every supplier must be."""
    stragglers: Many[StragglerTold] = ()
    curves: Many[MarketCurve] = ()


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
    markets: Many[MarketTold] = ()
    """Rules of kind migration that are on."""
    notes: Many[Text] = ()
