"""Two outcomes side by side as tables for people."""

from __future__ import annotations

import datetime as dt

from models.changes import Comparison, RowChange
from models.moved import WhatMoved
from optimiser.evidence.terminal.moved import moved_lines
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, heading, paragraph
from optimiser.evidence.terminal.whatif import changes_table
from optimiser.evidence.words import day

__all__ = ["comparison_report"]

_MOST = 15


def comparison_report(found: Comparison, page: Page, moved: WhatMoved | None = None) -> str:
    """Return what differs between two outcomes and, of two updates, what moved and why."""
    before, after = found.before, found.after
    lines: Lines = [heading(f"{before.name} → {after.name}", before.plan)]
    for side in (before, after):
        if side.status != "solved":
            lines += paragraph(f"{side.name} is {side.status}{f': {side.conflict}' if side.conflict else ''}", page.width)
    for note in found.notes:
        lines += paragraph(note, page.width)
    if moved is not None:
        lines += moved_lines(moved, page)
    if found.same:
        lines += paragraph("Nothing differs.", page.width)
        return page.paint(lines)
    lines += [*(_dates(found, page) if moved is None else ()), *_values(found, page), *_first(found, page)]
    lines += [*_chains(found, page), *_bindings(found, page), *_rows(found, page)]
    return page.paint(lines)


def _shown(date: dt.date | None) -> str:
    return day(date) if date else "–"


def _titled(title: str, note: str, grid: TextTable, page: Page) -> Lines:
    """Return a table under its title, cut where it is long."""
    cut = len(grid.rows) - _MOST
    if cut > 0:
        grid.rows = grid.rows[:_MOST]
        grid.across(f"… and {cut} more, with --json")
    return [heading(""), heading(title, note), *grid.lines(page.width)] if grid.rows else []


def _dates(found: Comparison, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn("milestone"),
            TextColumn("before"),
            TextColumn("after"),
            TextColumn("", "right"),
            TextColumn("", "right"),
            TextColumn("proof"),
        ]
    )
    for change in found.dates:
        proof = " → ".join(dict.fromkeys(each or "none" for each in (change.proof_before, change.proof_after)))
        working = "" if change.working_days is None else f"{change.working_days:+d} wd"
        calendar = "" if change.calendar_days is None else f"{change.calendar_days:+d} cd"
        grid.add(change.milestone, _shown(change.before), _shown(change.after), working, calendar, proof)
    return _titled("Dates", "", grid, page)


def _values(found: Comparison, page: Page) -> Lines:
    return _titled("Set differently", "", changes_table(found.values), page)


def _first(found: Comparison, page: Page) -> Lines:
    if found.first is None:
        return []
    said = f"{found.first.row.id}: {_move(found.first.row)} ({found.first.row.name})"
    lines = [heading(""), heading("What moved first"), *paragraph(said, page.width)]
    for why in found.first.why:
        lines += paragraph(f"by {why}", page.width, 4)
    return lines


def _move(row: RowChange) -> str:
    """Return where an item lay and lies."""
    if row.start_before != row.start_after:
        return f"starts {_shown(row.start_before)} → {_shown(row.start_after)}"
    return f"finishes {_shown(row.finish_before)} → {_shown(row.finish_after)}"


def _chains(found: Comparison, page: Page) -> Lines:
    lines: Lines = []
    for chain in found.chains:
        lines += [heading(""), heading(f"Driving chain of {chain.milestone}")]
        lines += paragraph(f"before: {' → '.join(chain.before)}", page.width)
        lines += paragraph(f"after:  {' → '.join(chain.after)}", page.width)
    return lines


def _bindings(found: Comparison, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn("milestone"),
            TextColumn("rule"),
            TextColumn("change"),
            TextColumn("gain", "right"),
            TextColumn("", "right"),
            TextColumn("", gives=True),
        ]
    )
    for change in found.bindings:
        gains = ["–" if gain is None else f"{gain} wd" for gain in (change.gain_before, change.gain_after)]
        grid.add(change.milestone, change.rule, change.change, gains[0], f"→ {gains[1]}", change.title)
    return _titled("Binding rules", "working days that dropping the rule gains, before and after", grid, page)


def _rows(found: Comparison, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn("item"),
            TextColumn("start"),
            TextColumn(""),
            TextColumn("finish"),
            TextColumn(""),
            TextColumn("", gives=True),
        ]
    )
    for row in found.rows:
        grid.add(
            row.id,
            _shown(row.start_before),
            f"→ {_shown(row.start_after)}",
            _shown(row.finish_before),
            f"→ {_shown(row.finish_after)}",
            row.name,
        )
    return _titled("Items that moved", "in the order of time", grid, page)
