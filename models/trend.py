"""How the forecasts of milestones went over a chain of updates, and how right they were."""

from __future__ import annotations

from typing import Literal

from models.findings import ProofClass
from models.record import Date, Identifier, Many, Record, Text
from models.updating import UpdateChain

__all__ = ["ForecastCheck", "MilestoneTrend", "TrendPoint", "UpdateTrend"]


class TrendPoint(Record):
    """What one update says of a milestone."""

    update: Text
    """Where it lies, or its name."""
    status_date: Date | None
    """None of the plan that nothing was done of."""
    as_of: Date
    """The day whose knowledge the update has: its status date, or the plan's own day."""
    state: Literal["met", "forecast", "no date"]
    """``no date``: the update has none of it, by a contradiction or a limit, or no such milestone."""
    date: Date | None = None
    """On which it was met, or is forecast."""
    proof: ProofClass | None = None
    moved_wd: int | None = None
    """Working days since the update before; positive is later."""
    spare_wd: int | None = None
    """Working days from the date to the deadline; negative is late."""
    consumed_wd: int | None = None
    """Of what there was to spare in the first update: how many working days are gone."""
    p50: Date | None = None
    p80: Date | None = None
    """Dates that hold with one chance in two, and with four in five; None where nothing was drawn."""
    held_wd: int | None = None
    """Working days of contingency that the date holds."""
    needed_wd: int | None = None
    """Working days of it that holding with four chances in five takes."""


class MilestoneTrend(Record):
    """One milestone over the chain."""

    id: Identifier
    title: Text
    deadline: Date | None = None
    deadline_of: Text | None = None
    """The baseline that states it."""
    points: Many[TrendPoint]
    """The oldest first."""


class ForecastCheck(Record):
    """How right one update was of milestones that were met after it."""

    update: Text
    status_date: Date | None
    met: int
    """Milestones met since then of which it forecast a date that holds with four chances in five."""
    within: int
    """Those of them that were met by that date."""
    late: Many[Identifier] = ()
    """Those that were not."""


class UpdateTrend(Record):
    """Everything a chain of updates shows of its milestones."""

    plan: Identifier
    title: Text
    chain: UpdateChain
    milestones: Many[MilestoneTrend]
    checks: Many[ForecastCheck] = ()
    """The oldest first; none where nothing was drawn."""
    samples: int | None = None
    seed: int | None = None
    notes: Many[Text] = ()
