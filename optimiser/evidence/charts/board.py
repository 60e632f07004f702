"""The schedule as a board to work at: rows by phase under one axis at any zoom, what was before beneath each bar, links of one row.

The same bars as in the Gantt chart of the report, in sheets that share their axis: the axis itself, the milestones that stay in
sight, and the rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from optimiser.evidence.charts.gantt import STATUS_DATE, Bar, diamond, draw_bar, draw_done, end_of, legend, mark_day
from optimiser.evidence.charts.svg import FAINT, INK, MUTED, PALE, STRONG, Drawing, TimeAxis, cut, titled
from optimiser.evidence.words import month_name

__all__ = [
    "LABELS",
    "ROW",
    "STATUS_DATE",
    "BoardRow",
    "DrawnLink",
    "Marks",
    "axis_sheet",
    "board_axis",
    "last_shown",
    "rows_sheet",
    "whole_sheet",
]

ROW = 24.0
"""Height of a row: what the smallest target of a finger or a pointer is to be."""
LABELS = 300.0
"""Width of the names beside the rows, where they are drawn."""
AXIS = 34.0
"""Height of the axis."""
_INSET = 4.5
"""From the top of a row to that of the bars of the report's chart."""
_BEYOND = dt.timedelta(days=30)
"""What is shown behind the last day."""
_DAYS = {"days": 22.0, "weeks": 5.0, "months": 1.6, "years": 0.45}
"""Pixels a day at each zoom."""
_FARTHEST = 24_000.0
"""Pixels across at the most: browsers draw no more without tearing."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One row.

    Attributes
    ----------
    bar
        What is drawn; its kind may also be ``phase``.
    was
        First and last day before the changes, where that is elsewhere.
    ghosts
        Letters of baselines with the day that each publishes for the milestone.
    moves
        The ends that can be dragged: ``start``, ``finish``.
    """

    bar: Bar
    was: tuple[dt.date, dt.date] | None = None
    ghosts: tuple[tuple[str, dt.date], ...] = ()
    moves: tuple[str, ...] = ()
    buffer: bool = False


@dataclass(frozen=True, slots=True)
class DrawnLink:
    """A link on the board: the two ends, and the words beside the line."""

    before: str
    after: str
    ends: str
    words: str


@dataclass(frozen=True, slots=True)
class Marks:
    """Days that are marked across all rows, each with its word."""

    days: Mapping[str, dt.date] = field(default_factory=dict)


def board_axis(first: dt.date, last: dt.date, zoom: str, width: float, left: float = 0.0) -> TimeAxis:
    """Return the axis from one day to another: as wide as is asked for, or as the zoom makes it."""
    first = dt.date(first.year, first.month, 1)
    last += _BEYOND
    days = max(60, (last - first).days)
    across = width if zoom == "fit" else min(_FARTHEST, max(width, days * _DAYS[zoom]))
    return TimeAxis(first, first + dt.timedelta(days=days), left, left + across)


def last_shown(axis: TimeAxis) -> dt.date:
    """Return the last day of anything on an axis of `board_axis`: with it the same axis is made again."""
    return axis.last - _BEYOND


def axis_sheet(name: str, axis: TimeAxis) -> Drawing:
    """Return the axis alone: years and, as far as there is room, months, weeks or days."""
    sheet = Drawing(name, "Dates", f"From {axis.first:%Y-%m} to {axis.last:%Y-%m}.", AXIS, axis.right)
    _axis(sheet, axis, AXIS, AXIS)
    return sheet


def rows_sheet(
    name: str,
    title: str,
    axis: TimeAxis,
    rows: Sequence[BoardRow],
    *,
    above: int = 0,
    below: int = 0,
    links: Sequence[DrawnLink] = (),
    marks: Marks | None = None,
) -> Drawing:
    """Return rows without their names.

    Parameters
    ----------
    above, below
        How many rows that are not drawn come before and after these: their room is left empty.
    links
        Drawn where both their ends are among the rows.
    """
    height = ROW * (above + len(rows) + below)
    about = f"{len(rows)} rows; the list beside them says the same in words."
    sheet = Drawing(name, title, about, max(height, 1.0), axis.right)
    _rows(sheet, axis, rows, ROW * above, links, marks or Marks())
    return sheet


def whole_sheet(
    name: str,
    title: str,
    axis: TimeAxis,
    rows: Sequence[BoardRow],
    names: Sequence[str],
    *,
    words: Sequence[str] = (),
    marks: Marks | None = None,
) -> Drawing:
    """Return one drawing of everything with the names of the rows, to be kept or printed.

    Parameters
    ----------
    axis
        Begins behind `LABELS`.
    words
        Lines under the title: what was changed, and how the dates are proved.
    """
    top = 24.0 + 14.0 * len(words) + AXIS
    sheet = titled(name, title, f"{len(rows)} rows. {' '.join(words)}"[:3000], top + ROW * len(rows) + 30, axis.right + 10)
    for place, line in enumerate(words):
        sheet.text(8, 32 + 14 * place, cut(line, axis.right - 20, 10.5), size=10.5, fill=MUTED, full=line)
    _axis(sheet, axis, top, top + ROW * len(rows))
    for place, (row, text) in enumerate(zip(rows, names, strict=True)):
        y = top + ROW * place
        bold = 700 if row.bar.driving or row.bar.kind == "phase" else 400
        sheet.text(8, y + 16, cut(text, LABELS - 16, 10.5), size=10.5, weight=bold, full=text)
    _rows(sheet, axis, rows, top, (), marks or Marks())
    spots = {"driving": 8, "not driving": 108, "contingency": 228, "milestone": 348, "before the changes": 458}
    legend(sheet, top + ROW * len(rows) + 10, sheet.hatch("legend", STRONG, "#d98e73"), spots)
    return sheet


def _axis(sheet: Drawing, axis: TimeAxis, base: float, bottom: float) -> None:
    """Draw what the days are called, above, and their lines down to the bottom."""
    scale = (axis.right - axis.left) / max(1, (axis.last - axis.first).days)
    for month in axis.months():
        x = axis.at(month)
        sheet.line(x, base - 16, x, bottom, FAINT)
        if x + 50 <= axis.right:
            sheet.text(x + 3, base - (20 if scale > 4 else 5), month_name(month), size=10, fill=MUTED)
    if scale <= 4:
        return
    day = axis.first
    while day < axis.last:
        if scale > 14 or day.weekday() == 0:
            x = axis.at(day)
            sheet.line(x, base - 12, x, bottom, PALE)
            sheet.text(x + 2, base - 4, f"{day.day}", size=9, fill=MUTED)
        day += dt.timedelta(days=1)


def _rows(
    sheet: Drawing, axis: TimeAxis, rows: Sequence[BoardRow], top: float, links: Sequence[DrawnLink], marks: Marks
) -> None:
    bottom = top + ROW * len(rows)
    for month in axis.months():
        sheet.line(axis.at(month), top, axis.at(month), bottom, FAINT if month.month == 1 else PALE)
    hatch = sheet.hatch("driving", STRONG, "#d98e73")
    places = {row.bar.id: top + ROW * place for place, row in enumerate(rows)}
    for word, day in marks.days.items():
        mark_day(sheet, axis, word, day, (top, bottom), bottom - 4)
    for row in rows:
        _row(sheet, axis, row, places[row.bar.id], hatch)
        draw_done(sheet, axis, row.bar, places[row.bar.id] + _INSET, marks.days.get(STATUS_DATE))
    bars = {row.bar.id: row.bar for row in rows}
    for link in links:
        if link.before in places and link.after in places and link.before != link.after:
            _link(sheet, axis, (bars[link.before], bars[link.after]), (places[link.before], places[link.after]), link)
    for row in rows:
        _handles(sheet, axis, row, places[row.bar.id])


def _row(sheet: Drawing, axis: TimeAxis, row: BoardRow, y: float, hatch: str) -> None:
    bar = row.bar
    sheet.line(axis.left, y + ROW - 0.5, axis.right, y + ROW - 0.5, "#e4e9ed")
    start, finish = axis.at(bar.start), axis.evening(bar.finish)
    if row.was:
        left, right = axis.at(row.was[0]), axis.evening(row.was[1])
        if bar.kind == "milestone":
            sheet.line(left, y + ROW - 7, left, y + ROW - 1, INK, stroke_width=2)
            right = left
        first, last = min(left, start), max(right, min(start, finish))
        sheet.line(first, y + ROW - 3, last, y + ROW - 3, MUTED, stroke_width=1, stroke_dasharray="1 2")
        sheet.line(left, y + ROW - 3, max(right, left + 1), y + ROW - 3, INK, stroke_width=2.5)
    for letter, day in row.ghosts:
        x = axis.at(day)
        diamond(sheet, x, y + _INSET + 7.5, "none", edge=MUTED)
        sheet.text(x, y + _INSET + 10.5, letter, anchor="middle", size=8, fill=INK)
    if bar.kind == "phase":
        sheet.rect(start, y + 9, max(finish - start, 2), 4, MUTED)
        sheet.path([(start, y + 9), (start + 5, y + 9), (start, y + 17)], MUTED, close=True, fill=MUTED)
        sheet.path([(finish, y + 9), (finish - 5, y + 9), (finish, y + 17)], MUTED, close=True, fill=MUTED)
    elif row.buffer:
        wide = max(finish - start, 2)
        sheet.rect(start, y + _INSET + 3, wide, 9, "#ffffff", stroke=INK, stroke_width=1, stroke_dasharray="4 2")
    else:
        draw_bar(sheet, axis, bar, y + _INSET, hatch)


def _handles(sheet: Drawing, axis: TimeAxis, row: BoardRow, y: float) -> None:
    """Draw, unseen, where a row is pointed at and where its ends are taken hold of."""
    bar = row.bar
    start, finish = axis.at(bar.start), axis.evening(bar.finish)
    if bar.kind == "milestone":
        finish = start
    held = {"data_item": bar.id, "fill_opacity": "0"}
    sheet.rect(min(start, finish) - 7, y, abs(finish - start) + 14, ROW - 1, "#ffffff", data_part="body", **held)
    for end, x in (("start", start), ("finish", finish)):
        if end in row.moves:
            wide = 16.0 if bar.kind == "milestone" else 12.0
            sheet.rect(x - wide / 2, y, wide, ROW - 1, "#ffffff", data_part=end, **held)


def _link(sheet: Drawing, axis: TimeAxis, ends: tuple[Bar, Bar], rows: tuple[float, float], link: DrawnLink) -> None:
    """Draw from an end of one row to an end of another, with its words beside where it arrives."""
    (before, after), (from_y, to_y) = ends, (rows[0] + 12, rows[1] + 12)
    from_x, to_x = end_of(axis, before, link.ends[0]), end_of(axis, after, link.ends[1])
    bend = from_x + 8 if to_x >= from_x + 8 else min(from_x, to_x) - 10
    steps = [(from_x, from_y), (bend, from_y), (bend, to_y), (to_x, to_y)]
    sheet.path(steps, INK, stroke_width=1.6)
    turn = -5 if to_x >= bend else 5
    sheet.path([(to_x, to_y), (to_x + turn, to_y - 3.5), (to_x + turn, to_y + 3.5)], INK, close=True, fill=INK)
    middle = to_y - 14 if to_y > from_y else to_y + 20
    sheet.text(bend + 4, middle, link.words, size=10, fill=INK, weight=700)
