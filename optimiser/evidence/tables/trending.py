"""How forecasts went over a chain of updates, as tables."""

from __future__ import annotations

from typing import Final

from models.pack import Table
from models.trend import UpdateTrend
from optimiser.evidence.tables.kit import listing

__all__ = ["forecast_checks", "milestone_trend"]

_UPDATE: Final = {
    "status date": "the day by whose evening what the update says is known",
    "update": "its name where it is packaged, else its path",
}


def milestone_trend(trend: UpdateTrend, source: str) -> Table:
    """Return a row for each milestone and update, the oldest update first."""
    points = [(each, point) for each in trend.milestones for point in each.points]
    deadlines = any(each.deadline for each in trend.milestones)
    buffers = any(point.held_wd is not None for _, point in points)
    return listing(
        "milestone-trend",
        "Forecasts from update to update",
        "milestone:id = 0.id | status date:date = 1.status_date | update = 1.update | date:date = 1.date | proof"
        " | moved:number wd = 1.moved_wd"
        + " | to spare:number wd = 1.spare_wd | consumed:number wd = 1.consumed_wd" * deadlines
        + " | P50:date = 1.p50 | P80:date = 1.p80" * (trend.samples is not None)
        + " | held:number wd = 1.held_wd | needed:number wd = 1.needed_wd" * buffers,
        points,
        "certified",
        source,
        said={"proof": lambda pair: pair[1].proof if pair[1].state == "forecast" else pair[1].state},
        notes=_UPDATE
        | {
            "date": "on which the milestone was met, or is forecast",
            "proof": "met; or how far the forecast is proved",
            "moved": "since the update before; later is positive",
            "to spare": "from the date to the deadline; negative is late",
            "consumed": "of what there was to spare in the first update",
            "P50": "the date that holds with one chance in two",
            "P80": "the date that holds with four chances in five",
            "held": "contingency that the date holds",
            "needed": "contingency that four chances in five take",
        },
        proofs=dict.fromkeys(("P50", "P80", "needed"), "simulated"),
    )


def forecast_checks(trend: UpdateTrend, source: str) -> Table:
    """Return how right each update was of milestones that were met after it."""
    return listing(
        "forecast-checks",
        "How right past forecasts were: milestones met by the date that was to hold with four chances in five",
        "status date:date | update | met since:number = met | by that date:number = within | share:share | later = late",
        trend.checks,
        "counted",
        source,
        said={"share": lambda each: each.within / each.met if each.met else None},
        notes=_UPDATE
        | {
            "met since": "milestones met after it of which it forecast such a date",
            "by that date": "those of them that came by it",
            "share": "about four in five where the ranges are honest",
            "later": "those that came after it",
        },
    )
