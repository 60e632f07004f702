"""The Gantt chart: bars with drivers, float, links, and published dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.forecast import Work
from optimiser.evidence.charts.svg import CALM, FAINT, INK, MUTED, STRONG, Drawing, TimeAxis, cut, titled, wide

__all__ = ["STATUS_DATE", "Bar", "diamond", "draw_bar", "draw_done", "end_of", "gantt_chart", "legend", "mark_day", "tied"]

_ROW = 17.0
_WIDTH = 1080.0
"""Units across: as wide as the page, so that names stand in full beside bars of years."""
_WIDEST_LABEL = 470.0
STATUS_DATE = "status date"
"""What the day is called in whose evening what is done was done."""
_TOP = 62.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One row.

    Attributes
    ----------
    kind
        ``activity``, ``milestone`` or ``hammock``.
    float_days
        Calendar days to the latest finish that moves no target; 0 where there are none, None where nothing ever moves it.
    ghost
        First and last day as published.
    after
        Rows that it waits for, each with the ends that are joined: ``FS``, ``SS``, ``FF`` or ``SF``.
    published
        Of a milestone: where each published plan has it, by the plan's name.
    work
        Of a plan with a status date: whether it is ``done``, ``in progress`` or ``to do``.
    """

    id: str
    name: str
    kind: str
    start: dt.date
    finish: dt.date
    driving: bool
    float_days: int | None
    ghost: tuple[dt.date, dt.date] | None = None
    after: tuple[tuple[str, str], ...] = ()
    published: tuple[tuple[str, dt.date], ...] = ()
    work: Work | None = None

    @property
    def label(self) -> str:
        """Its title, and its id behind it."""
        return f"{self.name} ({self.id})" if self.id != self.name else self.id


def gantt_chart(
    name: str, title: str, bars: Sequence[Bar], *, knowledge: dt.date | None = None, status: dt.date | None = None
) -> str:
    """Return rows of bars.

    Parameters
    ----------
    knowledge
        The day of the plan's knowledge, drawn where it is within sight. There is no line for today: the drawing is the
        same on every day.
    status
        The day in whose evening what is done was done: a line of its own, instead of that of knowledge.
    """
    ends = [day for bar in bars for day in (bar.start, bar.finish, *(bar.ghost or ()), *(day for _, day in bar.published))]
    first, last = min(ends), max(ends)
    first = dt.date(first.year, first.month, 1)
    last = max(last + dt.timedelta(days=20), first + dt.timedelta(days=60))
    height = _TOP + _ROW * len(bars) + 12
    driving = sum(bar.driving for bar in bars)
    about = (
        f"{len(bars)} rows from {first:%Y-%m} to {last:%Y-%m}, {driving} of them driving. Driving bars are dark and hatched, "
        "others light; a thin line after a bar is its float; an empty bar between two ticks has its ends tied to other items; "
        "a diamond is a milestone; a dashed outline is the published place; thin lines lead from what is waited for. "
    )
    if status is not None:
        about += (
            "A dark strip inside a bar is what has been done by the status date, a solid line; behind that line is forecast. "
        )
    about += "The table beside the chart holds the numbers."
    sheet = titled(name, title, about, height, _WIDTH)
    label = min(max((wide(bar.label, 10) for bar in bars), default=0.0) + 24, _WIDEST_LABEL)
    axis = TimeAxis(first, last, label, _WIDTH - 10)
    hatch = sheet.hatch("driving", STRONG, "#d98e73")
    places = {"driving": 8, "not driving": 92, "float": 196, "tied at both ends": 262, "milestone": 398, "as published": 486}
    legend(sheet, 26, hatch, places | ({"done by the status date": 592} if status is not None else {}))
    axis.draw(sheet, _TOP - 4, height - 8)
    marked = status or knowledge
    if marked is not None:
        mark_day(sheet, axis, STATUS_DATE if status else "day of knowledge", marked, (_TOP - 4, height - 8), height - 2)
    rows = {bar.id: _TOP + _ROW * place for place, bar in enumerate(bars)}
    for bar in bars:
        _label(sheet, bar, rows[bar.id], label)
    _links(sheet, axis, bars, rows)
    for bar in bars:
        draw_bar(sheet, axis, bar, rows[bar.id], hatch)
        draw_done(sheet, axis, bar, rows[bar.id], status)
    return sheet.svg()


def mark_day(sheet: Drawing, axis: TimeAxis, word: str, day: dt.date, heights: tuple[float, float], y: float) -> None:
    """Draw a day that is in sight across all rows, with its word at a height; of the status date the evening, solid."""
    day = dt.date(day.year, day.month, day.day)
    if axis.first <= day <= axis.last:
        ended = word == STATUS_DATE
        x, ink = (axis.evening(day), INK) if ended else (axis.at(day), MUTED)
        sheet.line(
            x, heights[0], x, heights[1], ink, stroke_width=1.4 if ended else 1, stroke_dasharray="none" if ended else "2 3"
        )
        sheet.text(x + 2, y, word, size=8.5, fill=ink)


def legend(sheet: Drawing, y: float, hatch: str, places: Mapping[str, float]) -> None:
    """Say what bars mean, each word at its place across the sheet."""
    swatches: dict[str, Callable[[float], None]] = {
        "driving": lambda x: sheet.rect(x, y + 1, 22, 9, hatch, stroke=STRONG, stroke_width=1.5),
        "not driving": lambda x: sheet.rect(x, y + 1, 22, 9, CALM),
        "contingency": lambda x: sheet.rect(x, y + 1, 22, 9, "#ffffff", stroke=INK, stroke_dasharray="4 2"),
        "tied at both ends": lambda x: tied(sheet, x, x + 22, y + 1, 9),
        "milestone": lambda x: diamond(sheet, x + 11, y + 6, INK),
        "as published": lambda x: sheet.rect(x, y + 1, 22, 9, "none", stroke=MUTED, stroke_dasharray="3 2"),
        "before the changes": lambda x: sheet.line(x, y + 6, x + 22, y + 6, INK, stroke_width=2.5),
        "float": lambda x: _float(sheet, x, x + 22, y + 6),
        "done by the status date": lambda x: sheet.rect(x, y + 4, 14, 3, INK),
    }
    for words, x in places.items():
        if words.startswith("done"):
            swatches["not driving"](x)
        swatches[words](x)
        sheet.text(x + 28, y + 9, words, size=9.5, fill=MUTED)


def _float(sheet: Drawing, left: float, right: float, y: float, width: float = 1.5) -> None:
    """Draw how far a row can slip, with its end."""
    sheet.line(left, y, right, y, MUTED, stroke_width=width)
    sheet.line(right, y - 3, right, y + 3, MUTED, stroke_width=width)


def _label(sheet: Drawing, bar: Bar, y: float, label: float) -> None:
    sheet.line(8, y + _ROW - 1.5, _WIDTH - 10, y + _ROW - 1.5, "#f3f5f7")
    sheet.text(8, y + 11.5, cut(bar.label, label - 16, 10), size=10, weight=700 if bar.driving else 400, full=bar.label)


def draw_bar(sheet: Drawing, axis: TimeAxis, bar: Bar, y: float, hatch: str) -> None:
    """Draw one row, its top at a height, with the fill of what drives."""
    start, finish = axis.at(bar.start), axis.evening(bar.finish)
    if bar.ghost:
        left, right = axis.at(bar.ghost[0]), axis.evening(bar.ghost[1])
        if bar.kind == "milestone":
            diamond(sheet, left, y + 7.5, "none", edge=MUTED)
        else:
            sheet.rect(left, y + 1.5, max(right - left, 3), 12, "none", stroke=MUTED, stroke_width=0.8, stroke_dasharray="3 2")
    _published(sheet, axis, bar, y)
    if bar.kind == "milestone":
        diamond(sheet, start, y + 7.5, STRONG if bar.driving else INK)
        return
    width = max(finish - start, 2)
    if bar.kind == "hammock":
        tied(sheet, start, start + width, y + 3.5, 8)
    elif bar.driving:
        sheet.rect(start, y + 3, width, 9, hatch, stroke=STRONG, stroke_width=1.5)
    else:
        sheet.rect(start, y + 3, width, 9, CALM)
    if bar.float_days and not bar.driving:
        end = min(axis.right, axis.at(bar.finish + dt.timedelta(days=1 + bar.float_days)))
        _float(sheet, start + width, end, y + 7.5, 1.2)


def draw_done(sheet: Drawing, axis: TimeAxis, bar: Bar, y: float, status: dt.date | None) -> None:
    """Draw what is done of a row as a strip inside its bar, up to the status date; a milestone that is met with a dot in it."""
    if status is None or bar.work in (None, "to do") or bar.kind not in ("activity", "milestone"):
        return
    start = axis.at(bar.start)
    if bar.kind == "milestone":
        sheet.rect(start - 1.5, y + 6, 3, 3, "#ffffff")
        return
    last = bar.finish if bar.work == "done" else min(bar.finish, dt.date(status.year, status.month, status.day))
    sheet.rect(start, y + 6, max(axis.evening(last) - start, 2), 3, INK)


def _published(sheet: Drawing, axis: TimeAxis, bar: Bar, y: float) -> None:
    """Draw where each published plan has a milestone, with the plan's name where there is room for it before the next mark."""
    places = sorted((axis.at(day), plan) for plan, day in bar.published)
    taken = [axis.at(bar.start), axis.right, *(x for x, _ in places)]
    for x, plan in places:
        diamond(sheet, x, y + 7.5, "none", edge=MUTED)
        if all(other <= x or other >= x + wide(plan, 7) + 14 for other in taken):
            sheet.text(x + 7, y + 10, plan, size=7, fill=MUTED)


def tied(sheet: Drawing, left: float, right: float, y: float, height: float) -> None:
    """Draw a bar whose ends are tied to other items."""
    sheet.rect(left, y + 2, right - left, height - 4, "#ffffff", stroke=INK, stroke_width=1)
    for x in (left, right):
        sheet.line(x, y - 1, x, y + height + 1, INK, stroke_width=1.5)


def diamond(sheet: Drawing, x: float, y: float, fill: str, *, edge: str | None = None) -> None:
    """Draw a milestone around a place; with an edge, where it was published."""
    points = [(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)]
    if edge:
        sheet.path(points, edge, close=True, fill=fill, stroke_width=0.8, stroke_dasharray="2 1.5")
    else:
        sheet.path(points, fill, close=True, fill=fill)


def _links(sheet: Drawing, axis: TimeAxis, bars: Sequence[Bar], places: Mapping[str, float]) -> None:
    """Draw the links of each row: down from the predecessor's end, across to the successor's start."""
    by_id = {bar.id: bar for bar in bars}
    for bar in bars:
        for name, ends in bar.after:
            if name not in places or name == bar.id:
                continue
            other = by_id[name]
            from_x, to_x = end_of(axis, other, ends[0]), end_of(axis, bar, ends[1])
            from_y, to_y = places[name] + 7.5, places[bar.id] + 7.5
            drives = bar.driving and other.driving
            colour, width = (STRONG, 1.1) if drives else (FAINT, 0.9)
            bend = max(from_x, min(to_x - 4, from_x + 4)) if to_x >= from_x else from_x + 4
            sheet.path([(from_x, from_y), (bend, from_y), (bend, to_y), (to_x, to_y)], colour, stroke_width=width)


def end_of(axis: TimeAxis, bar: Bar, end: str) -> float:
    """Return where the start or the finish of a row is."""
    return axis.at(bar.start) if end == "S" or bar.kind == "milestone" else axis.evening(bar.finish)
