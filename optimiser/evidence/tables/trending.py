"""How forecasts went over a chain of updates, as tables."""

from __future__ import annotations

from models.pack import Cell, Table
from models.trend import UpdateTrend
from optimiser.evidence.tables.kit import column, table

__all__ = ["forecast_checks", "milestone_trend"]


def milestone_trend(trend: UpdateTrend, source: str) -> Table:
    """Return a row for each milestone and update, the oldest update first."""
    drawn = trend.samples is not None
    buffers = any(point.held_wd is not None for each in trend.milestones for point in each.points)
    deadlines = any(each.deadline for each in trend.milestones)
    shape = [
        column("milestone", "id"),
        column("status date", "date", note="the day by whose evening what the update says is known"),
        column("update", note="its name where it is packaged, else its path"),
        column("date", "date", note="on which the milestone was met, or is forecast"),
        column("proof", note="met; or how far the forecast is proved"),
        column("moved", "number", "wd", note="since the update before; later is positive"),
    ]
    if deadlines:
        shape += [
            column("to spare", "number", "wd", note="from the date to the deadline; negative is late"),
            column("consumed", "number", "wd", note="of what there was to spare in the first update"),
        ]
    if drawn:
        shape += [
            column("P50", "date", proof="simulated", note="the date that holds with one chance in two"),
            column("P80", "date", proof="simulated", note="the date that holds with four chances in five"),
        ]
    if buffers:
        shape += [
            column("held", "number", "wd", note="contingency that the date holds"),
            column("needed", "number", "wd", proof="simulated", note="contingency that four chances in five take"),
        ]
    rows: list[list[Cell]] = []
    for each in trend.milestones:
        for point in each.points:
            state = point.proof if point.state == "forecast" else point.state
            row: list[Cell] = [each.id, point.status_date, point.update, point.date, state, point.moved_wd]
            row += [point.spare_wd, point.consumed_wd] if deadlines else []
            row += [point.p50, point.p80] if drawn else []
            row += [point.held_wd, point.needed_wd] if buffers else []
            rows.append(row)
    return table("milestone-trend", "Forecasts from update to update", shape, rows, proof="certified", source=source)


def forecast_checks(trend: UpdateTrend, source: str) -> Table:
    """Return how right each update was of milestones that were met after it."""
    return table(
        "forecast-checks",
        "How right past forecasts were: milestones met by the date that was to hold with four chances in five",
        [
            column("status date", "date", note="the day by whose evening what the update says is known"),
            column("update", note="its name where it is packaged, else its path"),
            column("met since", "number", note="milestones met after it of which it forecast such a date"),
            column("by that date", "number", note="those of them that came by it"),
            column("share", "share", note="about four in five where the ranges are honest"),
            column("later", note="those that came after it"),
        ],
        [
            [
                each.status_date,
                each.update,
                each.met,
                each.within,
                each.within / each.met if each.met else None,
                ", ".join(each.late) or None,
            ]
            for each in trend.checks
        ],
        proof="counted",
        source=source,
    )
