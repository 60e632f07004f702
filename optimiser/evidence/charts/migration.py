"""Migration over time: what has moved and what is ready, the daily limit beneath; and how late the last may be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from models.migration import MovedBy
from optimiser.evidence.charts.svg import CALM, GOOD, INK, MUTED, STRONG, WIDTH, TimeAxis, stacked, titled
from optimiser.evidence.words import month_end

__all__ = ["late_chart", "moved_chart"]

_DASHES = ("none", "7 3", "2 3", "9 3 2 3", "1 4")
"""Lines told apart without colour."""


def moved_chart(
    name: str,
    title: str,
    months: Sequence[MovedBy],
    ready: Sequence[tuple[dt.date, float]],
    marks: Mapping[str, dt.date],
) -> str:
    """Return a chart of migration: lines for the moved and the ready share, bars for each month's daily limit, and milestones.

    Parameters
    ----------
    months
        In order, from the first in which anything moves to the last.
    ready
        Days in order, each with the per cent of all meter points that are ready from it on.
    marks
        Names of milestones to their days.
    """
    left, right, top, bottom, floor = 46.0, WIDTH - 40, 62.0, 250.0, 336.0
    ends = {month.month: month_end(month.month) for month in months}
    begins, last = ends[months[0].month].replace(day=1), ends[months[-1].month]
    axis = TimeAxis(min([begins, *marks.values()]), max([last, *marks.values()]) + dt.timedelta(12), left, right)
    most = max(month.limit_thousand for month in months) or 1.0
    said = "; ".join(f"{label} {day.isoformat()}" for label, day in marks.items())
    halves = next(month for month in months if month.percent >= 50)
    about = (
        f"Per cent of all meter points that have moved, and that are ready to, by the end of each month; half have by the end of "
        f"{halves.month}. Bars: what can be moved on an average working day, at most {most:.0f} thousand. {said}."
    )
    rows = stacked({label: axis.at(day) for label, day in marks.items()})
    sheet = titled(name, title, about, floor + 26 + 13 * (1 + max(rows.values(), default=0)))
    for x, label, colour, dash in ((8.0, "moved", STRONG, "none"), (96.0, "ready to move", INK, "7 3")):
        sheet.line(x, 33, x + 22, 33, colour, stroke_width=2, stroke_dasharray=dash)
        sheet.text(x + 27, 36, label, size=9.5, fill=MUTED)
    sheet.key(210, "daily limit, thousand on an average working day of the month", CALM)
    axis.draw(sheet, top, floor)

    def height(percent: float) -> float:
        return bottom - percent / 100 * (bottom - top)

    sheet.levels(left, right, ((height(level), f"{level} %") for level in (0, 25, 50, 75, 100)))
    moved = [(axis.at(ready[0][0]), height(0)), *((axis.at(ends[month.month]), height(month.percent)) for month in months)]
    stairs, before = [], 0.0
    for day, percent in ready:
        stairs += [(axis.at(day), height(before)), (axis.at(day), height(percent))]
        before = percent
    sheet.path([*stairs, (moved[-1][0], height(before))], INK, stroke_width=1.6, stroke_dasharray="7 3")
    sheet.path(moved, STRONG, stroke_width=2.2)
    for month in months:
        end, tall = ends[month.month], month.limit_thousand / most * (floor - bottom - 26)
        x = axis.at(end.replace(day=1))
        sheet.rect(x + 1, floor - tall, axis.at(end) - x - 1, tall, CALM)
    sheet.levels(left, right, [(floor, "0")], MUTED)
    sheet.levels(left, left, [(bottom + 26, f"{most:.0f}")])
    for label, day in marks.items():
        x, y = axis.at(day), floor + 14 + 13 * rows[label]
        sheet.line(x, top, x, y, GOOD, stroke_width=1)
        sheet.text(x + 3, y, label, size=9.5, fill=GOOD)
    return sheet.svg()


def late_chart(name: str, title: str, lines: Mapping[str, Sequence[tuple[dt.date, float]]]) -> str:
    """Return how much may become ready only on a day for the end to hold, a line for each multiple of the average rate.

    Parameters
    ----------
    lines
        Name of a multiple to days in order, each with per cent of all meter points.
    """
    left, right, top, bottom = 46.0, WIDTH - 70, 46.0, 226.0
    days = [day for points in lines.values() for day, _ in points]
    axis = TimeAxis(min(days), max(days) + dt.timedelta(5), left, right)
    most = max(percent for points in lines.values() for _, percent in points)
    said = "; ".join(f"{label}: {points[0][1]:g} % until {points[0][0].isoformat()}" for label, points in lines.items())
    about = (
        f"The last morning on which so many per cent of all meter points may become ready, where no day moves more than {said}."
    )
    sheet = titled(name, title, about, bottom + 14)
    axis.draw(sheet, top, bottom)

    def height(percent: float) -> float:
        return bottom - percent / most * (bottom - top)

    sheet.levels(left, right, ((height(most * part), f"{most * part:.0f} %") for part in (0.0, 0.5, 1.0)))
    for place, (label, points) in enumerate(lines.items()):
        dash = _DASHES[place % len(_DASHES)]
        path = [(axis.at(day), height(percent)) for day, percent in points]
        sheet.path(path, INK, stroke_width=1.8, stroke_dasharray=dash)
        x, y = path[min(1, len(path) - 1)]
        sheet.text(x + 4, y - 3, label, size=9.5, fill=STRONG)
    return sheet.svg()
