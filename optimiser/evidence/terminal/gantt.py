"""A schedule drawn with letters: months across the top, items by phase, what drives told apart by shape."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.text import Text

from models.outcome import RowDate, Solved
from models.plan import Plan
from optimiser.evidence.terminal.page import Lines, Page, heading, words
from optimiser.evidence.words import day

__all__ = ["Rows", "gantt_lines", "shown_date"]

Rows = Literal["driving", "main", "all"]
"""Which items are drawn: the driving ones, those and all milestones, or everything."""

_MOST = 80
"""Rows that are drawn unasked; of a plan of more milestones only what drives and what is asked for."""
_BARS = {"activity": "▒", "hammock": "─", "summary": "─"}
_DONE = "▓"
_MONTHS = "JFMAMJJASOND"


def _plain(date: dt.date) -> str:
    """Return the day of a date: its time has no room beside a bar."""
    return day(dt.date(date.year, date.month, date.day))


@dataclass(frozen=True, slots=True)
class _Axis:
    """Calendar days onto character cells, whole months."""

    first: dt.date
    days: int
    cells: int

    @classmethod
    def over(cls, rows: Sequence[RowDate], plan: Plan, cells: int) -> _Axis:
        """Return the axis from the first day of the first month to the last day of the last."""
        starts = [min(_ends(row, plan)) for row in rows]
        finishes = [max(_ends(row, plan)) for row in rows]
        first = min(starts).replace(day=1)
        return cls(first, (_next_month(max(finishes)) - first).days, cells)

    def cell(self, date: dt.date) -> int:
        """Return the cell that a day falls into."""
        return (date - self.first).days * self.cells // self.days

    def months(self) -> list[dt.date]:
        """Return the first day of every month."""
        found = [self.first]
        while (following := _next_month(found[-1])) < self.first + dt.timedelta(days=self.days):
            found.append(following)
        return found


def _next_month(date: dt.date) -> dt.date:
    return date.replace(year=date.year + date.month // 12, month=date.month % 12 + 1, day=1)


def shown_date(row: RowDate, plan: Plan) -> dt.date:
    """Return the day on which an event is shown."""
    return row.finish if getattr(plan.items.get(row.id), "shown", "opens") == "closes" else row.start


def _ends(row: RowDate, plan: Plan) -> tuple[dt.date, dt.date]:
    """Return the first and last day drawn; twice the same where nothing is done."""
    if row.kind == "milestone":
        return shown_date(row, plan), shown_date(row, plan)
    return row.start, max(row.start, row.finish)


def gantt_lines(outcome: Solved, plan: Plan, page: Page, rows: Rows = "main") -> Lines:
    """Return the schedule as bars, grouped by phase in the plan's order, inside a phase by date."""
    driving = {name for chain in outcome.driving.values() for name in chain}
    asked = {entry.id for entry in outcome.milestones}
    kept = [
        row
        for row in outcome.rows
        if rows == "all" or row.id in driving | asked or (rows == "main" and row.kind == "milestone")
    ]
    note = "all items" if rows == "all" else f"{len(kept)} of {len(outcome.rows)} items"
    if rows == "main" and len(kept) > _MOST:
        kept = [row for row in kept if row.id in driving | asked]
        note = f"what drives, {len(kept)} of {len(outcome.rows):,} items; --rows all draws every one"
    if not kept:
        return []
    wide = page.width >= 110
    dates = 24 if wide else 12
    label = max(22, min(page.width * 2 // 5 - dates // 2, max(len(row.id) + 3 + len(row.name) for row in kept) + 2))
    axis = _Axis.over(kept, plan, page.width - label - dates - 1)
    ruled = frozenset(axis.cell(month) for month in axis.months() if month.month == 1 and month != axis.first)
    drawing = _TextBars(plan, axis, label, frozenset(driving), ruled, wide, _status(plan, axis))
    ends = f"  {'start':<11} {'finish':<11}" if wide else f"  {'finish':<11}"
    heads = [_head(axis, label, "years"), _head(axis, label, "months").append(ends)]
    bars: Lines = []
    for title, group in _by_phase(kept, plan):
        if title:
            name = words(title, "bold")
            name.truncate(page.width - 2, overflow="ellipsis")
            bars.append(Text("  ") + name)
        bars += [drawing.row(row) for row in group]
    legend = Text("  " + "   ".join(_legend("".join(line.plain[label:] for line in bars))), "dim")
    return [heading("Schedule", note), *heads, *bars, legend]


def _status(plan: Plan, axis: _Axis) -> int | None:
    """Return the cell of the plan's status date; None where it has none, or none within sight."""
    if plan.status_date is None:
        return None
    cell = axis.cell(dt.date(plan.status_date.year, plan.status_date.month, plan.status_date.day))
    return cell if 0 <= cell < axis.cells else None


def _by_phase(rows: Sequence[RowDate], plan: Plan) -> list[tuple[str, list[RowDate]]]:
    """Return the rows under the title of their phase, those without one last."""
    titles: dict[str | None, str] = {phase.id: phase.title for phase in plan.phases}
    named = any(row.phase in titles for row in rows)
    titles[None] = "No phase" if named else ""
    groups: dict[str | None, list[RowDate]] = {phase: [] for phase in titles}
    for row in sorted(rows, key=lambda row: _ends(row, plan)):
        groups[row.phase if row.phase in titles else None].append(row)
    return [(titles[phase], group) for phase, group in groups.items() if group]


@dataclass(frozen=True, slots=True)
class _TextBars:
    """What every row is drawn by."""

    plan: Plan
    axis: _Axis
    label: int
    driving: frozenset[str]
    ruled: frozenset[int]
    wide: bool
    status: int | None

    def row(self, row: RowDate) -> Text:
        """Draw one item: its name, its bar, its dates."""
        drives = row.id in self.driving
        # An id of a planner's file says nothing, and there is seldom room for both.
        first, second = (row.id, row.name) if self.plan.dialect is None else (row.name, row.id)
        name = Text("  ").append_text(words(first, "bold" if drives else "")).append(" ").append_text(words(second, "dim"))
        name.truncate(self.label - 1, overflow="ellipsis", pad=True)
        bar = "".join(self._cells(row, drives=drives))
        return name.append(" ").append(bar, "cyan" if drives else "dim").append(" ").append(self._dates(row))

    def _cells(self, row: RowDate, *, drives: bool) -> list[str]:
        """Return the bar of an item; what is done of it, up to the status date, apart."""
        begin, end = (self.axis.cell(date) for date in _ends(row, self.plan))
        cells = ["┊" if cell in self.ruled else " " for cell in range(self.axis.cells)]
        if row.kind == "milestone":
            cells[begin] = "◆" if drives else "●" if row.progress == "done" else "◇"
        elif row.finish < row.start:
            cells[begin] = "▪" if drives else "▫"
        else:
            cells[begin : end + 1] = ("█" if drives else _BARS[row.kind]) * (end + 1 - begin)
        if row.kind == "activity" and row.finish >= row.start and row.progress in ("done", "in progress"):
            until = end if row.progress == "done" or self.status is None else max(begin, min(end, self.status))
            cells[begin : until + 1] = _DONE * (until + 1 - begin)
        if self.status is not None and cells[self.status] in " ┊":
            cells[self.status] = "│"
        return cells

    def _dates(self, row: RowDate) -> str:
        """Return where an item begins and ends, or of an event when it is, as there is room."""
        first, last = (_plain(date) for date in _ends(row, self.plan))
        if self.wide and row.kind != "milestone":
            return f"{'none from ' + first:>24}" if row.finish < row.start else f" {first} {last}"
        return f"{first if row.kind == 'milestone' or row.finish < row.start else last:>{24 if self.wide else 12}}"


def _head(axis: _Axis, label: int, scale: Literal["years", "months"]) -> Text:
    """Return the line of years or of months: initials where two cells a month allow, else quarters, else nothing."""
    room = axis.cells + (4 if scale == "years" else 0)  # nothing stands to the right of the years
    cells = [" "] * room
    months = axis.months()
    per_month = axis.cells / len(months)
    named = [(axis.cell(month), _name(month, scale, per_month, months)) for month in months]
    names = {cell: name for cell, name in named if name}
    taken = room + 1  # from the end, so that of two that collide the first month's part of a year gives way
    for cell in sorted(names, reverse=True):
        name = names[cell]
        if cell + len(name) < taken:
            cells[cell : cell + len(name)] = name
            taken = cell
    return Text(" " * label + "".join(cells), "dim")


def _name(month: dt.date, scale: Literal["years", "months"], per_month: float, months: Sequence[dt.date]) -> str:
    """Return what stands over a month."""
    if scale == "years":
        return f"{month.year}" if month.month == 1 or month == months[0] else ""
    if per_month >= 4:
        return day(month).split()[1]
    if per_month >= 2:
        return _MONTHS[month.month - 1]
    return f"Q{month.month // 3 + 1}" if per_month >= 1 and month.month % 3 == 1 else ""


_SHAPES = {
    "▓": "done",
    "│": "status date",
    "█": "driving",
    "▒": "other work",
    "─": "tied bar",
    "◆": "driving milestone",
    "●": "met",
    "◇": "other milestone",
    "▪▫": "no work",
}


def _legend(drawn: str) -> list[str]:
    """Return the legend of the shapes in the drawing."""
    return [f"{shapes} {meaning}" for shapes, meaning in _SHAPES.items() if set(shapes) & set(drawn)]
