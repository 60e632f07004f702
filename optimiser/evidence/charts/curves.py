"""Curves: the chance that a date holds, what drives it, migration over time, and the milestone trend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from models.migration import MovedBy
from models.trend import MilestoneTrend, UpdateTrend
from optimiser.evidence.charts.svg import (
    BAD,
    CALM,
    GOOD,
    INK,
    MUTED,
    PALE,
    STRONG,
    WIDTH,
    Drawing,
    TimeAxis,
    cut,
    label_width,
    stacked,
    titled,
)
from optimiser.evidence.words import day as shown
from optimiser.evidence.words import month_end, month_name

__all__ = ["Swing", "chance_chart", "late_chart", "moved_chart", "tornado_chart", "trend_chart"]


def chance_chart(
    name: str,
    title: str,
    masses: Sequence[tuple[dt.date, float]],
    marks: Mapping[str, dt.date],
    published: Mapping[str, dt.date],
) -> str:
    """Return the chance that a milestone falls on a day or before, as a curve of steps.

    Parameters
    ----------
    masses
        Days in order with the share of samples that fall on each.
    marks
        Names of quantiles, and of the deterministic date, to their days.
    published
        Names of tables to the last day that they can mean.
    """
    left, right, top, bottom = 46.0, WIDTH - 14, 58.0, 262.0
    days = [day for day, _ in masses]
    seen = {label: day for label, day in published.items() if days[0] - dt.timedelta(400) <= day <= days[-1]}
    first = min([*days[:1], *seen.values(), *marks.values()]) - dt.timedelta(days=10)
    last = max([days[-1], *marks.values()]) + dt.timedelta(days=25)
    quantiles = "; ".join(f"{label} {day.isoformat()}" for label, day in marks.items())
    tables = "; ".join(f"{label} {day.isoformat()}" for label, day in published.items()) or "none"
    about = (
        f"The chance, from nothing to certain, that the milestone falls on a day or before. Marked: {quantiles}. "
        f"Published dates, as diamonds where within sight: {tables}."
    )
    axis = TimeAxis(first, last, left, right)
    places = {f"{label} {day.isoformat()}": axis.at(day) for label, day in marks.items()}
    places |= {label: axis.at(day) for label, day in seen.items()}
    rows = stacked(places)
    sheet = titled(name, title, about, bottom + 22 + 13 * (1 + max(rows.values(), default=0)))
    axis.draw(sheet, top, bottom)

    def height(chance: float) -> float:
        return bottom - chance * (bottom - top)

    sheet.levels(left, right, ((height(chance), f"{chance:.0%}") for chance in (0.0, 0.25, 0.5, 0.75, 1.0)))
    points, total = [(left, height(0.0))], 0.0
    for day, share in masses:
        points.append((axis.at(day), height(total)))
        total += share
        points.append((axis.at(day), height(min(total, 1.0))))
    points.append((right, height(min(total, 1.0))))
    sheet.path(points, INK, stroke_width=2)
    for day in marks.values():
        x, y = axis.at(day), height(sum(share for at, share in masses if at <= day))
        sheet.line(x, y, x, bottom, STRONG, stroke_width=1.2)
        sheet.rect(x - 3, y - 3, 6, 6, STRONG)
    for label, x in places.items():
        _label(sheet, x, bottom, bottom + 16 + 13 * rows[label], label, INK if label in seen else STRONG)
    for x in map(axis.at, seen.values()):
        corners = [(x, bottom - 5), (x + 5, bottom), (x, bottom + 5), (x - 5, bottom)]
        sheet.path(corners, INK, close=True, fill="#ffffff", stroke_width=1.4)
    return sheet.svg()


def _label(sheet: Drawing, x: float, top: float, y: float, label: str, colour: str) -> None:
    """Write what a place on the axis is, with a line to it; to its left where it would leave the sheet."""
    sheet.line(x, top, x, y, colour, stroke_width=1.2 if colour == STRONG else 0.8)
    turned = x + 3 + label_width(label) > WIDTH
    sheet.text(x + (-3 if turned else 3), y, label, anchor="end" if turned else "start", size=9.5, fill=colour)


@dataclass(frozen=True, slots=True)
class Swing:
    """How far one thing moves a date: working days at its low and at its high end."""

    label: str
    low: int
    high: int


def tornado_chart(name: str, title: str, swings: Sequence[Swing]) -> str:
    """Return swings, the widest at the top."""
    top, row, label = 54.0, 21.0, 268.0
    height = top + row * len(swings) + 24
    reach = max(1, *(max(abs(swing.low), abs(swing.high)) for swing in swings))
    words = "; ".join(f"{swing.label} {swing.low:+d} to {swing.high:+d}" for swing in swings)
    about = f"Working days by which the date moves where each is in its lowest and in its highest tenth: {words}."
    sheet = titled(name, title, about, height)
    middle = label + (WIDTH - label - 30) / 2
    scale = (WIDTH - label - 110) / 2 / reach
    low_fill, high_fill = CALM, sheet.hatch("high", STRONG, "#e9b8a6")
    sheet.key(8, "lowest tenth, or does not happen", low_fill)
    sheet.key(222, "highest tenth, or happens", high_fill, STRONG)
    for place, swing in enumerate(swings):
        y = top + row * place
        sheet.text(8, y + 11, cut(swing.label, label - 14, 10), size=10, full=swing.label)
        for amount, fill, edge in ((swing.low, low_fill, "none"), (swing.high, high_fill, STRONG)):
            end = middle + amount * scale
            sheet.rect(min(middle, end), y + 2, abs(end - middle), 12, fill, stroke=edge)
            if amount:
                beside = end + 4 if amount > 0 else end - 4
                sheet.text(beside, y + 12, f"{amount:+d}", anchor="start" if amount > 0 else "end", size=9.5)
    sheet.line(middle, top - 4, middle, height - 14, INK)
    sheet.text(middle, height - 3, "working days, later to the right", anchor="middle", size=9.5, fill=MUTED)
    return sheet.svg()


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


_COLOURS: Final = (INK, STRONG, "#0b6e4f", "#6a3d9a", "#8a5a00")
_STROKES: Final = ("", "6 3", "2 3", "8 3 2 3", "1 2")


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
        f"{each.id}: " + ", ".join(f"{shown(date)} as forecast by {shown(status)}" for status, date, _ in points)
        for each, points in told
    )
    sheet = titled(name, f"Milestone trend: {trend.title}", about, bottom + 40)
    sheet.levels(left, right, ((up.at(month), month_name(month)) for month in up.months()), PALE)
    _status_dates(sheet, across, up, statuses)
    labels: list[tuple[float, str, str]] = []
    for place, (each, points) in enumerate(told):
        colour, dash = _COLOURS[place % len(_COLOURS)], _STROKES[place // len(_COLOURS) % len(_STROKES)]
        _line(sheet, across, up, points, colour, dash)
        if points:
            labels.append((up.at(points[-1][1]) + 3.5, f"{each.id} {shown(points[-1][1])}", colour))
        if each.deadline:
            y = up.at(each.deadline)
            sheet.line(left, y, right, y, BAD, stroke_dasharray="7 4", stroke_width=1.2)
            labels.append((y + 3.5, f"{each.id} due {shown(each.deadline)}", BAD))
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
        sheet.rect(x - 3.5, y - 3.5, 7, 7, colour, said=f"{shown(date)} as forecast by {shown(status)}")


def _day(date: dt.date) -> dt.date:
    return date.date() if isinstance(date, dt.datetime) else date
