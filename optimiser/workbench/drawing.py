"""The schedule of a variant drawn as a board: rows by phase, folded or not, milestones kept in sight, and the same as one picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from models.forecast import Work
from models.items import Activity, Hammock, Milestone
from models.plan import Plan
from models.workbench import Look
from optimiser.evidence.charts.board import (
    LABELS,
    STATUS_DATE,
    BoardRow,
    Marks,
    axis_sheet,
    board_axis,
    last_shown,
    rows_sheet,
    whole_sheet,
)
from optimiser.evidence.charts.gantt import Bar
from optimiser.evidence.charts.svg import TimeAxis
from optimiser.evidence.words import day
from optimiser.workbench.desk import Variation
from optimiser.workbench.rows import RowPlace, Schedules, hours, links_of, phases_of

__all__ = ["drawn", "picture"]

_NOTHING_DONE = dt.timedelta(days=1)
_ROOM = dt.timedelta(days=10)
"""Before the first day: a diamond on it is seen whole."""

_Place = tuple[str, str | None, list[str]]
"""A phase with its title and its items, or an item."""


def drawn(
    variation: Variation, rows: Schedules, before: Schedules | None, asked: Sequence[str], look: Look, told: int = 0
) -> dict[str, Any]:
    """Return the rows in words, and the axis, the milestones asked for and the rows as drawings that share their days.

    Parameters
    ----------
    before
        Where everything lay before the changes; None where it lay nowhere.
    asked
        The milestones that stay in sight.
    told
        Rows that have been told already: where there are still as many, only those that are drawn are told anew.
    """
    plan = variation.plan
    maker = _Maker(plan, rows, before, look)
    places = maker.places()
    pinned = [maker.row(name) for name in asked if name in rows.by_item]
    axis = _axis(rows, look, plan)
    first = max(0, min(look.from_row, len(places) - look.rows))
    shown = [maker.made(place) for place in places[first : first + look.rows]]
    listed = shown if told == len(places) else [maker.made(place) for place in places]
    marks = _marks(plan)
    links = links_of(plan, look.focus) if look.focus else []
    body = rows_sheet(
        "rows",
        "The schedule",
        axis,
        [row for row, _ in shown],
        above=first,
        below=len(places) - first - len(shown),
        links=links,
        marks=marks,
    )
    return {
        "rows": [words for _, words in listed],
        "first_row": first if listed is shown else 0,
        "count": len(places),
        "pinned": [maker.words(row) for row in pinned],
        "axis": axis_sheet("axis", axis).svg(),
        "milestones": rows_sheet("pinned", "Milestones asked for", axis, pinned, marks=marks).svg(),
        "body": body.svg(),
        "width": axis.right,
        "first_day": axis.first.isoformat(),
        "last_day": last_shown(axis).isoformat(),
        "pixels_a_day": (axis.right - axis.left) / (axis.last - axis.first).days,
        "links": [{"before": each.before, "after": each.after, "words": each.words} for each in links],
    }


def picture(
    variation: Variation,
    rows: Schedules,
    before: Schedules | None,
    asked: Sequence[str],
    look: Look,
    words: Sequence[str],
) -> str:
    """Return the board as one drawing with the names of its rows, as it is kept or printed."""
    maker = _Maker(variation.plan, rows, before, look)
    pinned = [maker.row(name) for name in asked if name in rows.by_item]
    listed = [*((row, maker.words(row)) for row in pinned), *map(maker.made, maker.places())]
    wide = look.model_copy(update={"width": max(look.width, 700)})
    axis = _axis(rows, wide, variation.plan, left=LABELS)
    names = [f"{'' if entry['kind'] == 'phase' else '  '}{entry['title']}" for _, entry in listed]
    sheet = whole_sheet(
        "board",
        variation.plan.title,
        axis,
        [row for row, _ in listed],
        names,
        words=words,
        marks=_marks(variation.plan),
    )
    return sheet.svg()


def _axis(rows: Schedules, look: Look, plan: Plan, left: float = 0.0) -> TimeAxis:
    """Return the axis from the first to the last day of anything that is shown."""
    ends = [day for placed in rows.by_item.values() for day in (placed.start, placed.finish)]
    ends += [published for name in look.baselines for _, published in _published(plan, name)]
    first, last = look.since or min(ends) - _ROOM, look.until or max(ends)
    return board_axis(first, max(last, first), look.zoom, look.width, left)


def _published(plan: Plan, baseline: str) -> Iterator[tuple[str, dt.date]]:
    """Yield what a baseline publishes of each milestone: the day, or the first of the month."""
    for entry in plan.baselines:
        for each in entry.dates if entry.id == baseline else ():
            yield each.milestone, each.first


def _marks(plan: Plan) -> Marks:
    """Return the days that are marked: up to when things are known, and how far the work had come, where the plan says."""
    return Marks({STATUS_DATE: plan.status_date} if plan.status_date else {"day of knowledge": plan.as_of})


class _Maker:
    """Makes rows, each as a bar and in words."""

    def __init__(self, plan: Plan, rows: Schedules, before: Schedules | None, look: Look) -> None:
        self.plan, self.rows, self.before, self.look = plan, rows, before, look
        letters = dict(zip((entry.id for entry in plan.baselines), "ABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=False))
        self.ghosts: dict[str, list[tuple[str, dt.date]]] = {}
        for name in look.baselines:
            for milestone, published in _published(plan, name):
                self.ghosts.setdefault(milestone, []).append((letters.get(name, "·"), published))

    def places(self) -> list[_Place]:
        """Return what stands in each row in sight: a phase, then its items where it is not folded."""
        found: list[_Place] = []
        for name, title, items in phases_of(self.plan):
            there = [item for item in items if item in self.rows.by_item]
            if there:
                found.append((name, title, there))
                found += [(item, None, []) for item in there if name not in self.look.folded]
        return found

    def made(self, place: _Place) -> tuple[BoardRow, dict[str, Any]]:
        """Return a row, and what the list beside the drawing says of it."""
        name, title, items = place
        if title is None:
            row = self.row(name)
            return row, self.words(row)
        row = self._phase(name, items)
        words = {"id": row.bar.id, "kind": "phase", "title": title, "folded": name in self.look.folded, "count": len(items)}
        return row, {**words, **self._dates(row.bar)}

    def _phase(self, name: str, items: list[str]) -> BoardRow:
        placed = [self.rows.by_item[item] for item in items]
        start = min(each.start for each in placed)
        finish = max(max(each.finish, each.start) for each in placed)
        driving = any(self._driving(each) for each in placed)
        return BoardRow(Bar(f"phase:{name}", name, "phase", start, finish, driving, None))

    def _driving(self, placed: RowPlace) -> bool:
        return self.look.chain in placed.drives if self.look.chain else bool(placed.drives)

    def row(self, name: str) -> BoardRow:
        """Return one item as a row."""
        item, placed = self.plan.items[name], self.rows.by_item[name]
        kind = "milestone" if isinstance(item, Milestone) else "hammock" if isinstance(item, Hammock) else "activity"
        published = None
        if self.look.baselines and item.published and kind != "milestone":
            published = (item.published.start, item.published.finish)
        bar = Bar(
            id=name,
            name=item.title,
            kind=kind,
            start=placed.start,
            finish=max(placed.finish, placed.start - _NOTHING_DONE),
            driving=self._driving(placed),
            float_days=None if placed.spare is None else self._days(placed.spare),
            ghost=published,
            work=self._work(name) if kind != "hammock" else None,
        )
        moves = {"milestone": ("start",), "activity": ("start", "finish")}.get(kind, ())
        if self.plan.done(name):
            moves = ()
        elif isinstance(item, Activity) and self.plan.under_way(name):
            moves = ("finish",) if item.terms() else ()
        buffer = isinstance(item, Activity) and item.buffer
        return BoardRow(bar, self._was(name, bar), tuple(self.ghosts.get(name, ())), moves, buffer)

    def _work(self, name: str) -> Work | None:
        """Return whether an item is done, where the plan says."""
        if self.plan.status_date is None:
            return None
        return "done" if self.plan.done(name) else "in progress" if self.plan.under_way(name) else "to do"

    def _was(self, name: str, bar: Bar) -> tuple[dt.date, dt.date] | None:
        """Return an item's former position, None where it has not moved."""
        then = self.before.by_item.get(name) if self.before else None
        if then is None:
            return None
        was = then.start, max(then.finish, then.start - _NOTHING_DONE)
        return None if was == (bar.start, bar.finish) else was

    def words(self, row: BoardRow) -> dict[str, Any]:
        """Return what the list beside the drawing says of a row."""
        bar, placed = row.bar, self.rows.by_item[row.bar.id]
        return {
            "id": bar.id,
            "kind": bar.kind,
            "title": bar.name,
            **self._dates(bar),
            "length": None if bar.kind == "milestone" else self._amount(placed.working_days),
            "float": None if placed.spare is None else self._amount(placed.spare),
            "drives": list(placed.drives),
            "driving": bar.driving,
            "buffer": row.buffer,
            "was": [day(each) for each in row.was] if row.was else None,
            "moves": list(row.moves),
            "work": bar.work,
            "ghosts": [f"{letter} {day(at)}" for letter, at in row.ghosts],
        }

    def _days(self, units: int) -> int:
        """Return how long units are drawn, in calendar days: of seven five are worked."""
        return units * 7 // 5 if self.plan.unit == "day" else units // 1440

    def _amount(self, units: int) -> str:
        return f"{units} wd" if self.plan.unit == "day" else hours(units)

    def _dates(self, bar: Bar) -> dict[str, str]:
        return {"start": day(bar.start), "finish": day(max(bar.finish, bar.start)), "day": bar.start.isoformat()[:10]}
