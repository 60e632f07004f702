"""Dates against one axis of a grid and against two, and demand against capacity month by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from models.allocation import BodyLoad
from models.duration import Duration, parse_value
from models.picture import AxisLine, AxisPoint, HeatMap, Threshold
from optimiser.evidence.charts.svg import BAD, CALM, FAINT, INK, MUTED, PALE, STRONG, WIDTH, Drawing, TimeAxis, cut, titled
from optimiser.evidence.words import day as shown
from optimiser.evidence.words import month_name

__all__ = ["heat_chart", "line_chart", "load_chart", "map_chart"]


def load_chart(name: str, title: str, bodies: Mapping[str, Sequence[BodyLoad]]) -> str:
    """Return one strip for each body: used as bars, wanted as a line above, offered as steps."""
    strip, top = 112.0, 52.0
    height = top + strip * len(bodies) + 8
    peaks = "; ".join(
        f"{body} wants at most {max(month.demand for month in months):.1f} of {max(month.slots_a_day for month in months):.1f} "
        f"in {max(months, key=lambda month: month.demand).month}"
        for body, months in bodies.items()
    )
    about = f"Slots on an average day of each month: used, wanted, and offered. {peaks}."
    sheet = titled(name, title, about, height)
    waiting = sheet.hatch("waiting", STRONG, "#f3d3c8")
    sheet.key(8, "used", CALM)
    sheet.key(78, "waiting", waiting, STRONG)
    sheet.line(162, 31, 182, 31, INK, stroke_width=2)
    sheet.text(186, 35, "offered", size=9.5, fill=MUTED)
    for place, (body, months) in enumerate(bodies.items()):
        _strip(sheet, top + strip * place, strip, body, months, waiting)
    return sheet.svg()


def _strip(sheet: Drawing, top: float, strip: float, body: str, months: Sequence[BodyLoad], waiting: str) -> None:
    left, right, bottom = 128.0, WIDTH - 10, top + strip - 24
    sheet.text(8, top + 30, cut(body, 84, 10), size=10, weight=700, full=body)
    most = max(1.0, *(max(month.slots_a_day, month.demand) for month in months))
    wide = (right - left) / max(1, len(months))

    def height(slots: float) -> float:
        return bottom - slots / most * (bottom - top - 8)

    sheet.levels(left, right, ((height(slots), f"{slots:.0f}") for slots in (0.0, most / 2, most)))
    every = max(1, round(len(months) / 10))
    for place, month in enumerate(months):
        x = left + wide * place
        inside, used, wanted = x + wide * 0.12, height(month.slots_a_day * month.utilisation), height(month.demand)
        sheet.rect(inside, used, wide * 0.76, bottom - used, CALM)
        if month.demand > month.slots_a_day * month.utilisation + 0.05:
            sheet.rect(inside, wanted, wide * 0.76, used - wanted, waiting, stroke=STRONG, stroke_width=0.8)
        sheet.line(x, height(month.slots_a_day), x + wide, height(month.slots_a_day), INK, stroke_width=2)
        if place % every == 0:
            sheet.text(x + wide / 2, bottom + 13, month.month, anchor="middle", size=9, fill=MUTED)


def heat_chart(
    name: str,
    title: str,
    across: tuple[str, Sequence[str]],
    down: tuple[str, Sequence[str]],
    cells: Sequence[Sequence[dt.date | None]],
    own: tuple[str, str] = ("", ""),
) -> str:
    """Return dates by two assumptions, each cell with its month, darker the later.

    Parameters
    ----------
    across, down
        Name and values of each assumption.
    cells
        Dates by row, then column; None where there is none on the calendar.
    own
        The plan's own values, whose cell is framed.
    """
    columns, rows = across[1], down[1]
    left, top = 92.0, 74.0
    wide, tall = (WIDTH - left - 10) / max(1, len(columns)), 25.0
    height = top + tall * len(rows) + 10
    days = sorted(day for row in cells for day in row if day)
    first, last = (days[0], days[-1]) if days else (dt.date.min, dt.date.min)
    framed = own[0] in columns and own[1] in rows
    about = (
        f"{across[0]} across from {columns[0]} to {columns[-1]}, {down[0]} down from {rows[0]} to {rows[-1]}. Dates run from "
        f"{first.isoformat()} to {last.isoformat()}, darker is later{_FRAMED * framed}. Each cell says its date."
    )
    sheet = titled(name, title, about, height)
    sheet.text(left, 36, cut(f"→ {across[0]}", WIDTH - left - 20, 10.5), size=10.5, full=across[0])
    sheet.text(8, 54, cut(f"↓ {down[0]}", WIDTH - 20, 10.5), size=10.5, full=down[0])
    every = -(-26 // int(wide))
    for place, label in enumerate(columns[::every]):
        short = cut(label, wide * every - 2, 9.5)
        sheet.text(left + wide * (place * every + 0.5), top - 5, short, anchor="middle", size=9.5, fill=MUTED, full=label)
    for line, label in enumerate(rows):
        y = top + tall * line
        sheet.text(left - 6, y + 16, cut(label, left - 12, 9.5), anchor="end", size=9.5, fill=MUTED, full=label)
        for place, day in enumerate(cells[line]):
            depth = (day - first).days / max(1, (last - first).days) if day else None
            _cell(sheet, (left + wide * place, y, wide, tall), day, depth, f"{label} by {columns[place]}")
    if framed:
        x, y = left + wide * list(columns).index(own[0]), top + tall * list(rows).index(own[1])
        sheet.rect(x + 1, y + 1, wide - 3, tall - 3, "none", stroke=STRONG, stroke_width=2.5)
    return sheet.svg()


def _cell(
    sheet: Drawing, place: tuple[float, float, float, float], day: dt.date | None, depth: float | None, named: str
) -> None:
    """Draw one date: the darker the later it is, with its words where there is room."""
    x, y, wide, tall = place
    shade = (255, 255, 255) if depth is None else _shade(depth)
    date = f"{day:%d %b %y}".lstrip("0") if day else "no date"
    sheet.rect(x, y, wide - 1, tall - 1, "#" + "".join(f"{part:02x}" for part in shade), f"{named}: {date}")
    if wide >= _LEGIBLE:
        ink, size = INK if _light(shade) > _MIDDLE else "#ffffff", min(9.0, wide / 5.4)
        sheet.text(x + wide / 2, y + 15.5, date if day else "–", anchor="middle", size=size, fill=ink)


_FRAMED = "; the framed cell is the plan's own"
_LEGIBLE = 34
"""Units from which on a cell is wide enough for its date in words."""
_MIDDLE = 0.19
"""Relative luminance above which dark letters stand out more than white ones."""


def _shade(depth: float) -> tuple[int, int, int]:
    """Return a blue from pale to deep."""
    pale, deep = (232, 241, 250), (11, 61, 117)
    red, green, blue = (round(low + (high - low) * depth) for low, high in zip(pale, deep, strict=True))
    return red, green, blue


def _light(shade: tuple[int, int, int]) -> float:
    """Return the relative luminance of a colour (WCAG 2.1)."""
    parts = [part / 255 for part in shade]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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
