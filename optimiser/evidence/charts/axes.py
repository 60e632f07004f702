"""Dates against one axis of a grid, and against two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models.duration import Duration, parse_value
from models.picture import AxisLine, AxisPoint, HeatMap, Threshold
from optimiser.evidence.charts.loads import heat_chart
from optimiser.evidence.charts.svg import BAD, FAINT, INK, MUTED, PALE, STRONG, WIDTH, Drawing, TimeAxis, cut, titled
from optimiser.evidence.words import day as shown
from optimiser.evidence.words import month_name

__all__ = ["line_chart", "map_chart"]

_LINE, _BAND = "#0b5cad", "#c9dff5"
_LEFT, _RIGHT, _TOP, _BOTTOM = 72.0, WIDTH - 14, 46.0, 266.0
_SIGHT = dt.timedelta(days=120)
"""How far off a published date may lie and still be drawn."""


def line_chart(
    name: str, line: AxisLine, thresholds: Sequence[Threshold] = (), published: Sequence[tuple[str, dt.date]] = ()
) -> str:
    """Return a milestone's date against one axis.

    Parameters
    ----------
    line
        What is drawn: the range of all combinations as a band, dates at base as a line, means as points without one.
    thresholds
        Jumps of this axis and milestone, marked below the axis.
    published
        Names and days of published dates, drawn where they are within sight.
    """
    days = [day for point in line.points for day in (point.first, point.last, point.base) if day is not None]
    title = f"{line.milestone} against {line.axis}"
    if not days:
        sheet = titled(name, title, "No combination has a date.", 70)
        sheet.text(8, 46, "No combination has a date.")
        return sheet.svg()
    about = f"{line.title}. {line.milestone} runs from {shown(min(days))} to {shown(max(days))} over {len(line.points)} values."
    seen = [(label, day) for label, day in published if min(days) - _SIGHT < day <= max(days) + _SIGHT]
    days += [day for _, day in seen]
    heights = TimeAxis(min(days), max(days), _BOTTOM, _TOP)
    across = [_LEFT + place * (_RIGHT - _LEFT) for place in _places([point.label for point in line.points])]
    sheet = titled(name, title, about, _BOTTOM + 40)
    shown_days = heights.months() or [min(days), max(days)]
    sheet.levels(_LEFT, _RIGHT, ((heights.at(day), month_name(day)) for day in shown_days), PALE)
    for label, day in seen:
        sheet.line(_LEFT, heights.at(day), _RIGHT, heights.at(day), STRONG, stroke_dasharray="6 4")
        sheet.text(_RIGHT, heights.at(day) - 4, label, anchor="end", size=9.5, fill=STRONG)
    _curve(sheet, heights, list(zip(across, line.points, strict=True)))
    _under(sheet, line, thresholds, across)
    return sheet.svg()


def _curve(sheet: Drawing, heights: TimeAxis, points: Sequence[tuple[float, AxisPoint]]) -> None:
    """Draw the range of all combinations as a band, dates at base as a line, and a mark at each value."""
    if any(point.first != point.last for _, point in points):
        upper = [(x, heights.at(point.last)) for x, point in points if point.last]
        lower = [(x, heights.at(point.first)) for x, point in points if point.first]
        sheet.path([*upper, *reversed(lower)], _BAND, close=True, fill=_BAND, stroke_width=3)
    sheet.path([(x, heights.at(point.base)) for x, point in points if point.base], _LINE, stroke_width=2)
    for x, point in points:
        if (at := point.base or point.mean) is not None:
            average = "" if point.base else " on average"
            said = f"{point.label}: {shown(at)}{average}, {point.solved} of {point.combinations} dated"
            fill = _LINE if point.base else "#ffffff"
            sheet.rect(x - 3, heights.at(at) - 3, 6, 6, fill, said, stroke=_LINE)


def _under(sheet: Drawing, line: AxisLine, thresholds: Sequence[Threshold], across: Sequence[float]) -> None:
    """Write the values under a chart, as many as fit, and mark those at which the milestone jumps."""
    labels = [point.label for point in line.points]
    sheet.line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM, INK)
    free = 0.0
    for label, x in sorted(zip(labels, across, strict=True), key=lambda entry: entry[1]):
        if x >= free:
            sheet.line(x, _BOTTOM, x, _BOTTOM + 4, FAINT)
            anchor = "end" if x > _RIGHT - 30 else "middle"
            sheet.text(x, _BOTTOM + 26, cut(label, 84, 9.5), anchor=anchor, size=9.5, fill=MUTED, full=label)
            free = x + 88
    for each in thresholds:
        if (each.axis, each.milestone) != (line.axis, line.milestone):
            continue
        *listed, place = _places([*labels, each.moves])
        if each.moves not in labels and listed != _places(labels):
            continue
        x = across[labels.index(each.moves)] if each.moves in labels else _LEFT + place * (_RIGHT - _LEFT)
        how = "jumps at" if each.kind == "jump" else "moves from"
        said = f"{line.milestone} stays until {each.stays} and {how} {each.moves}"
        sheet.path([(x, _BOTTOM), (x - 5, _BOTTOM + 9), (x + 5, _BOTTOM + 9)], BAD, close=True, said=said, fill=BAD)


def _places(labels: Sequence[str]) -> list[float]:
    """Return where values lie between 0 and 1: in proportion where all are of one kind and ascending, else evenly."""
    found = [_number(label) for label in labels]
    numbers = [number for _, number in found]
    low, high = min(numbers), max(numbers)
    kinds = {kind for kind, _ in found}
    if len(kinds) == 1 and "words" not in kinds and high > low:
        return [(number - low) / (high - low) for number in numbers]
    return [0.5] if len(labels) == 1 else [number / (len(labels) - 1) for number in range(len(labels))]


def _number(label: str) -> tuple[str, int]:
    """Return what kind of thing a value counts, and how many."""
    try:
        value = parse_value(label)
    except ValueError:
        return "words", 0
    if isinstance(value, Duration):
        return value.unit, value.amount
    if isinstance(value, dt.date):
        return "date", value.toordinal()
    return ("count", value) if isinstance(value, int) and not isinstance(value, bool) else ("words", 0)


def map_chart(name: str, heat: HeatMap) -> str:
    """Return a milestone's date against two axes: darker is later, every cell says its date."""
    how = "with every other axis at its base" if heat.others == "base" else "on average over the other axes"
    title = f"{heat.milestone} by {heat.down} and {heat.across}, {how}"
    return heat_chart(name, title, (heat.across, heat.columns), (heat.down, heat.rows), heat.cells)
