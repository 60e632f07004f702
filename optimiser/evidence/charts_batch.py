"""Charts of a run as SVG: dates against an axis, and dates against two. Each stands alone, with its words for screen readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape

from models.duration import Duration, parse_value
from models.picture import AxisLine, HeatMap, Threshold

__all__ = ["heat_chart", "line_chart"]

_WIDTH, _HEIGHT = 720, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 20, 46, 84
_INK, _FAINT, _LINE, _BAND, _JUMP, _BASELINE = "#1b2733", "#d5dbe1", "#0b5cad", "#c9dff5", "#b3261e", "#6b4e00"
_COLD, _WARM, _EMPTY = (237, 244, 252), (8, 69, 148), "#f1f1f1"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _shown(day: dt.date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "middle",
    size: int = 11,
    colour: str = _INK,
    turn: int = 0,
    weight: int = 400,
) -> str:
    turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
        f'fill="{colour}"{turned}>{escape(text)}</text>'
    )


def _open(width: int, height: int, title: str, about: str) -> list[str]:
    """Return the head of a chart: its size, its name, and what it says in words."""
    return [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            'role="img" font-family="system-ui, sans-serif">'
        ),
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(about)}</desc>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(16, 24, title, anchor="start", size=14, weight=600),
    ]


def _places(labels: Sequence[str]) -> list[float]:
    """Return where values lie between 0 and 1: in proportion where all are of one kind and ascending, else evenly."""
    numbers: list[int] = []
    kinds: set[str] = set()
    for label in labels:
        try:
            value = parse_value(label)
        except ValueError:
            value = None
        if isinstance(value, Duration):
            kinds.add(value.unit)
            numbers.append(value.amount)
        elif isinstance(value, dt.date):
            kinds.add("date")
            numbers.append(value.toordinal())
        elif isinstance(value, int) and not isinstance(value, bool):
            kinds.add("count")
            numbers.append(value)
    low, high = (min(numbers), max(numbers)) if numbers else (0, 0)
    if len(kinds) == 1 and len(numbers) == len(labels) and high > low:
        return [(number - low) / (high - low) for number in numbers]
    return [0.5] if len(labels) == 1 else [number / (len(labels) - 1) for number in range(len(labels))]


def _ticks(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return first days of months, at most eight, that stand beside an axis of dates."""
    months = (last.year - first.year) * 12 + last.month - first.month
    if months == 0:
        return [first] if first == last else [first, last]
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if months / step <= 7)
    found = []
    number = first.year * 12 + first.month
    for each in range(number, number + months + 1):
        day = dt.date(each // 12, each % 12 + 1, 1)
        if (each % step == 0 or step == 1) and first <= day <= last:
            found.append(day)
    return found or [first, last]


def line_chart(line: AxisLine, thresholds: Sequence[Threshold] = (), published: Sequence[tuple[str, dt.date]] = ()) -> str:
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
        chart = _open(_WIDTH, 80, title, "No combination has a date.")
        return "\n".join([*chart, _text(16, 54, "No combination has a date.", anchor="start"), "</svg>"])
    low, high = min(days), max(days)
    seen = [(name, day) for name, day in published if abs((day - low).days) < 120 or low <= day <= high + dt.timedelta(120)]
    low, high = min([low, *(day for _, day in seen)]), max([high, *(day for _, day in seen)])
    span = max((high - low).days, 1)
    labels = [point.label for point in line.points]
    across = [_LEFT + place * (_WIDTH - _LEFT - _RIGHT) for place in _places(labels)]

    def height(day: dt.date) -> float:
        return _HEIGHT - _BOTTOM - (day - low).days / span * (_HEIGHT - _TOP - _BOTTOM)

    about = f"{line.title}. {line.milestone} runs from {_shown(min(days))} to {_shown(max(days))} over {len(labels)} values."
    chart = _open(_WIDTH, _HEIGHT, title, about)
    for day in _ticks(low, high):
        y = height(day)
        chart.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_FAINT}"/>')
        chart.append(_text(_LEFT - 8, y + 4, f"{_MONTHS[day.month - 1]} {day.year}", anchor="end"))
    for name, day in seen:
        y = height(day)
        chart.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_BASELINE}" stroke-dasharray="6 4"/>'
        )
        chart.append(_text(_WIDTH - _RIGHT, y - 4, name, anchor="end", colour=_BASELINE))
    upper = [(x, height(point.last)) for x, point in zip(across, line.points, strict=True) if point.last]
    lower = [(x, height(point.first)) for x, point in zip(across, line.points, strict=True) if point.first]
    if any(point.first != point.last for point in line.points):
        ring = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*upper, *reversed(lower)))
        chart.append(f'<polygon points="{ring}" fill="{_BAND}" stroke="{_BAND}" stroke-width="3"/>')
    drawn = [(x, point.base or point.mean, point) for x, point in zip(across, line.points, strict=True)]
    joined = " ".join(f"{x:.1f},{height(day):.1f}" for x, day, point in drawn if day and point.base)
    chart.append(f'<polyline points="{joined}" fill="none" stroke="{_LINE}" stroke-width="2"/>')
    for x, at, point in drawn:
        if at is not None:
            said = f"{point.label}: {_shown(at)}{'' if point.base else ' on average'}, {point.solved} of {point.combinations} dated"
            fill = _LINE if point.base else "#ffffff"
            chart.append(
                f'<circle cx="{x:.1f}" cy="{height(at):.1f}" r="3.5" fill="{fill}" stroke="{_LINE}">'
                f"<title>{escape(said)}</title></circle>"
            )
    chart += _bottom(labels, across)
    chart += _jumps(line, thresholds, labels, across)
    return "\n".join([*chart, "</svg>"])


def _bottom(labels: Sequence[str], across: Sequence[float]) -> list[str]:
    """Return the labels under a chart, as many as fit."""
    y = _HEIGHT - _BOTTOM
    chart = [f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" stroke="{_INK}"/>']
    last = -100.0
    for label, x in sorted(zip(labels, across, strict=True), key=lambda entry: entry[1]):
        if x - last >= 22:
            cut = label if len(label) <= 16 else f"{label[:15]}…"
            chart.append(_text(x + 3, y + 20, cut, anchor="end", turn=-35, size=10))
            last = x
    return chart


def _jumps(line: AxisLine, thresholds: Sequence[Threshold], labels: Sequence[str], across: Sequence[float]) -> list[str]:
    """Return marks at the exact values where the milestone jumps."""
    chart = []
    here = [each for each in thresholds if (each.axis, each.milestone) == (line.axis, line.milestone)]
    for each in here:
        places = _places([*labels, each.moves])
        listed = _places(labels)
        if places[: len(labels)] != listed and each.moves not in labels:
            continue
        x = across[labels.index(each.moves)] if each.moves in labels else _LEFT + places[-1] * (_WIDTH - _LEFT - _RIGHT)
        y = _HEIGHT - _BOTTOM
        said = (
            f"{line.milestone} stays until {each.stays} and {'jumps at' if each.kind == 'jump' else 'moves from'} {each.moves}"
        )
        chart.append(f'<path d="M{x:.1f} {y:.1f} l-5 9 h10 z" fill="{_JUMP}"><title>{escape(said)}</title></path>')
    return chart


def heat_chart(heat: HeatMap) -> str:
    """Return a milestone's date against two axes: darker is later, every cell says its date."""
    days = [day for row in heat.cells for day in row if day is not None]
    title = f"{heat.milestone} by {heat.down} and {heat.across}"
    left, top = 110, 64
    wide = max(14, min(64, (960 - left) // max(1, len(heat.columns))))
    tall = max(16, min(28, 560 // max(1, len(heat.rows))))
    width, height = left + wide * len(heat.columns) + 20, top + tall * len(heat.rows) + 96
    how = "with every other axis at its base" if heat.others == "base" else "on average over the other axes"
    said = f"from {_shown(min(days))} to {_shown(max(days))}" if days else "without a date"
    chart = _open(max(width, 420), height, title, f"{title}, {how}: {said}.")
    chart.append(_text(16, 44, f"{how}; darker is later", anchor="start", colour="#4a5866"))
    low, high = (min(days), max(days)) if days else (dt.date.min, dt.date.min)
    span = max((high - low).days, 1)
    for down, (label, row) in enumerate(zip(heat.rows, heat.cells, strict=True)):
        y = top + down * tall
        chart.append(_text(left - 8, y + tall / 2 + 4, label if len(label) <= 16 else f"{label[:15]}…", anchor="end", size=10))
        for across, day in enumerate(row):
            chart += _cell(
                left + across * wide,
                y,
                wide,
                tall,
                day,
                (day - low).days / span if day else None,
                f"{heat.down} {label}, {heat.across} {heat.columns[across]}",
            )
    every = -(-14 // wide)
    for across, label in enumerate(heat.columns):
        if across % every == 0:
            x = left + (across + 0.5) * wide
            cut = label if len(label) <= 16 else f"{label[:15]}…"
            chart.append(_text(x + 3, top + tall * len(heat.rows) + 16, cut, anchor="end", turn=-35, size=10))
    return "\n".join([*chart, "</svg>"])


def _cell(x: float, y: float, wide: int, tall: int, day: dt.date | None, depth: float | None, where: str) -> list[str]:
    """Return one cell of a heat map."""
    if day is None or depth is None:
        said = f"{where}: no date"
        return [
            f'<rect x="{x}" y="{y}" width="{wide}" height="{tall}" fill="{_EMPTY}" stroke="#ffffff"><title>{escape(said)}</title></rect>',
            _text(x + wide / 2, y + tall / 2 + 4, "–", size=10),
        ]
    colour = "#" + "".join(f"{round(cold + depth * (warm - cold)):02x}" for cold, warm in zip(_COLD, _WARM, strict=True))
    found = [
        (
            f'<rect x="{x}" y="{y}" width="{wide}" height="{tall}" fill="{colour}" stroke="#ffffff">'
            f"<title>{escape(f'{where}: {_shown(day)}')}</title></rect>"
        )
    ]
    if wide >= 46:
        ink = "#ffffff" if depth > 0.45 else _INK
        found.append(
            _text(x + wide / 2, y + tall / 2 + 4, f"{_MONTHS[day.month - 1]} {day.year % 100:02d}", size=10, colour=ink)
        )
    return found
