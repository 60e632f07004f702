"""The milestone trend: forecasts of each milestone against the status dates at which they were made."""

from __future__ import annotations

import datetime as dt
from typing import Final

from models.trend import MilestoneTrend, UpdateTrend
from optimiser.evidence.charts.svg import BAD, CALM, INK, MUTED, PALE, STRONG, WIDTH, Drawing, TimeAxis, cut, titled
from optimiser.evidence.words import day, month_name

__all__ = ["trend_chart"]

_COLOURS: Final = (INK, STRONG, "#0b6e4f", "#6a3d9a", "#8a5a00")
_DASHES: Final = ("", "6 3", "2 3", "8 3 2 3", "1 2")


def trend_chart(name: str, trend: UpdateTrend) -> str:
    """Return the drawing: a line a milestone, level where its forecast stays, rising where it slips; the date is met on the diagonal.

    A bar reaches from each forecast to the date that holds with four chances in five, where that was drawn; a deadline is a
    dashed line.
    """
    told = [(each, _points(each)) for each in trend.milestones]
    days = [at for _, points in told for status, date, p80 in points for at in (date, p80, status) if at is not None]
    if not days:
        return titled(name, f"Milestone trend: {trend.title}", "No update has a date.", 40).svg()
    days += [each.deadline for each in trend.milestones if each.deadline]
    left, right, top, bottom = 76.0, WIDTH - 168, 46.0, 330.0
    statuses = sorted({status for _, points in told for status, _, _ in points})
    across = TimeAxis(statuses[0], max(statuses[-1], statuses[0] + dt.timedelta(days=1)), left, right)
    up = TimeAxis(min(days), max(days) + dt.timedelta(days=7), bottom, top)
    about = "; ".join(
        f"{each.id}: " + ", ".join(f"{day(date)} as forecast by {day(status)}" for status, date, _ in points)
        for each, points in told
    )
    sheet = titled(name, f"Milestone trend: {trend.title}", about, bottom + 40)
    sheet.levels(left, right, ((up.at(month), month_name(month)) for month in up.months()), PALE)
    _status_dates(sheet, across, up, statuses)
    labels: list[tuple[float, str, str]] = []
    for place, (each, points) in enumerate(told):
        colour, dash = _COLOURS[place % len(_COLOURS)], _DASHES[place // len(_COLOURS) % len(_DASHES)]
        _line(sheet, across, up, points, colour, dash)
        if points:
            labels.append((up.at(points[-1][1]) + 3.5, f"{each.id} {day(points[-1][1])}", colour))
        if each.deadline:
            y = up.at(each.deadline)
            sheet.line(left, y, right, y, BAD, stroke_dasharray="7 4", stroke_width=1.2)
            labels.append((y + 3.5, f"{each.id} due {day(each.deadline)}", BAD))
    below = -1e9
    for y, text, colour in sorted(labels):
        below = max(y, below + 12)
        sheet.text(right + 8, below, cut(text, WIDTH - right - 12, 10), size=10, fill=colour, full=text)
    return sheet.svg()


def _status_dates(sheet: Drawing, across: TimeAxis, up: TimeAxis, statuses: list[dt.date]) -> None:
    """Draw the days at which forecasts were made, and the diagonal on which a date is met."""
    top, bottom, room = up.right, up.left, -1e9
    for status in statuses:
        x = across.at(status)
        sheet.line(x, top, x, bottom, PALE)
        if x - room > 54:
            sheet.text(x, bottom + 14, f"{status.day} {month_name(status)}", anchor="middle", size=9.5, fill=MUTED)
            room = x
    sheet.text((across.left + across.right) / 2, bottom + 32, "forecast as of", anchor="middle", size=9.5, fill=MUTED)
    if up.first <= statuses[-1] <= up.last:
        ends = (max(statuses[0], up.first), statuses[-1])
        sheet.path([(across.at(each), up.at(each)) for each in ends], CALM, stroke_dasharray="3 3")


_Forecast = tuple[dt.date, dt.date, dt.date | None]


def _points(each: MilestoneTrend) -> list[_Forecast]:
    """Return the day of knowledge, the date and the P80 of the updates that have a date."""
    return [
        (_day(point.as_of), _day(point.date), None if point.p80 is None else _day(point.p80))
        for point in each.points
        if point.date is not None
    ]


def _line(sheet: Drawing, across: TimeAxis, up: TimeAxis, points: list[_Forecast], colour: str, dash: str) -> None:
    """Draw the forecasts of one milestone."""
    places = [(across.at(status), up.at(date)) for status, date, _ in points]
    if len(places) > 1:
        sheet.path(places, colour, stroke_width=2, stroke_dasharray=dash or "none")
    for (x, y), (status, date, p80) in zip(places, points, strict=True):
        if p80 is not None and p80 != date:
            sheet.line(x, y, x, up.at(p80), colour, stroke_width=1)
            sheet.line(x - 4, up.at(p80), x + 4, up.at(p80), colour, stroke_width=1)
        sheet.rect(x - 3.5, y - 3.5, 7, 7, colour, said=f"{day(date)} as forecast by {day(status)}")


def _day(date: dt.date) -> dt.date:
    return date.date() if isinstance(date, dt.datetime) else date
