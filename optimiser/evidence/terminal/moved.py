"""Reports of what moved: `compare` of two outcomes or updates, and `trend` over a chain of updates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from rich.text import Text

from models.changes import Comparison, RowChange
from models.moved import MilestoneMove, WhatMoved
from models.pack import Cell
from models.trend import MilestoneTrend, UpdateTrend
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.tables.solved import changes, comparison
from optimiser.evidence.tables.updates import forecast_checks, milestone_trend, moved_causes, moved_dates, moved_windows
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, dated, day
from optimiser.moved import moved_words

__all__ = ["comparison_report", "moved_lines", "trend_report", "windows_lines"]


_CALLED = 6
"""Items that are called otherwise of which each is named."""
_BAR = 28
"""Cells of a bar at most."""


def moved_lines(found: WhatMoved, page: Page) -> Lines:
    """Return what moved: the dates by kind of cause, then for each milestone a bar and a sentence a cause."""
    status = dict.fromkeys(day(date) for date in (found.status_before, found.status_after) if date)
    note = f"status date {' → '.join(status)}" if status else ""
    lines = shown(moved_dates(found, "compare"), page, note=note, spared=("title",))
    for move in found.moves:
        if move.why_not:
            lines += paragraph(f"{move.milestone}: {move.why_not}", page.width)
    moved = [move for move in found.moves if move.shares]
    if not moved:
        still = [move.milestone for move in found.moves if move.amount == 0]
        lines += paragraph(_still(found), page.width) if still else []
    for move in moved:
        lines += _bridge(found, move, page)
    if any(share.amount != share.mean or share.least != share.most for move in moved for share in move.shares):
        apart = choose(moved_causes(found, "compare"), rows=_apart(found))
        lines += shown(apart, page, spared=("since", "kind", "least", "most"))
    lines += _calls(found, page)
    return lines


def windows_lines(windows: Sequence[WhatMoved], whole: WhatMoved, page: Page) -> Lines:
    """Return the moves window by window, with their sum."""
    return shown(moved_windows(windows, whole, "compare"), page, spared=("before",))


def _still(found: WhatMoved) -> str:
    """Return that nothing moved, and of how many causes."""
    if not found.causes:
        return "Nothing moved, and nothing that could move a date differs."
    return f"Nothing moved: of {counted(len(found.causes), 'thing')} that happened or were changed none moves a date."


def _apart(found: WhatMoved) -> list[Sequence[Cell]]:
    """Return the rows of causes of which the order decides what they are charged."""
    rows = iter(moved_causes(found, "compare").rows)
    pairs = [(share, next(rows)) for move in found.moves for share in move.shares]
    return [row for share, row in pairs if share.least != share.most]


def _bridge(found: WhatMoved, move: MilestoneMove, page: Page) -> Lines:
    """Return the steps from one date to the other, each with a bar where it lies between the two."""
    by_id = {cause.id: cause for cause in found.causes}
    levels = [0]
    for share in move.shares:
        levels.append(levels[-1] + share.amount)
    low, span = min(levels), max(max(levels) - min(levels), 1)
    room = min(_BAR, max(12, page.width // 4))

    def at(level: int) -> int:
        return round((level - low) / span * (room - 1))

    assert move.before is not None
    assert move.after is not None
    total = moved_words(move.amount or 0, move.unit, found.day_minutes)
    lines: Lines = [heading(""), heading(f"{move.milestone} {day(move.before)} → {day(move.after)}, {total}", move.title)]
    for share, level in zip(move.shares, levels, strict=False):
        if not share.amount:
            continue
        left, right = sorted((at(level), at(level + share.amount)))
        glyph = "█" if share.amount > 0 else "▒"
        bar = " " * left + glyph * max(1, right - left) + " " * (room - max(right, left + 1))
        amount = moved_words(share.amount, move.unit, found.day_minutes)
        said = paragraph(by_id[share.cause].happened, page.width - room - 14, 0)
        for place, line in enumerate(said):
            start = f"  {bar}  {amount:>8}  " if place == 0 else " " * (room + 14)
            lines.append(Text(start) + line)
    return lines


def _calls(found: WhatMoved, page: Page) -> Lines:
    """Return what was joined, renamed and noted."""
    said = [f"taken together, as there is no date between them: {each}" for each in found.joined]
    called = [f"{old} is now called {new}" for old, new in found.renamed.items()]
    called += [f"{name} was titled '{title}'" for name, title in found.retitled.items()]
    said += called[:_CALLED]
    said += [f"{len(called) - _CALLED} more are called otherwise, with --json"] if len(called) > _CALLED else []
    said += found.notes
    return [line for each in said for line in paragraph(each, page.width)]


_MOST = 15


def comparison_report(found: Comparison, page: Page, moved: WhatMoved | None = None, windows: Sequence[WhatMoved] = ()) -> str:
    """Return the differences of two outcomes and, for two updates, the bridge and its windows."""
    before, after = found.before, found.after
    lines: Lines = [heading(f"{before.name} → {after.name}", before.plan)]
    for side in (before, after):
        if side.status != "solved":
            lines += paragraph(f"{side.name} is {side.status}{f': {side.conflict}' if side.conflict else ''}", page.width)
    for note in found.notes:
        lines += paragraph(note, page.width)
    if moved is not None:
        lines += moved_lines(moved, page)
        lines += windows_lines(windows, moved, page) if windows else []
    if found.same:
        lines += paragraph("Nothing differs.", page.width)
        return page.paint(lines)
    tables = comparison(found, "compare")
    heads = ("what", "name", "from", "to", "by")
    values = shown(choose(changes(found.values, "Set differently", "compare", by=False), heads), page, most=_MOST, least=14)
    lines += [*(shown(tables["dates-compared"], page) if moved is None else ()), *values, *_first(found, page)]
    lines += _chains(found, page)
    for name in ("bindings-compared", "rows-compared"):
        lines += shown(tables[name], page, spared=("title", "name"), most=_MOST)
    return page.paint(lines)


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
        return f"starts {dated(row.start_before)} → {dated(row.start_after)}"
    return f"finishes {dated(row.finish_before)} → {dated(row.finish_after)}"


def _chains(found: Comparison, page: Page) -> Lines:
    lines: Lines = []
    for chain in found.chains:
        lines += [heading(""), heading(f"Driving chain of {chain.milestone}")]
        lines += paragraph(f"before: {' → '.join(chain.before)}", page.width)
        lines += paragraph(f"after:  {' → '.join(chain.after)}", page.width)
    return lines


_SPARED: Final = ("update", "proof", "P50", "consumed", "held", "needed")
_LEAST: Final = 20


def trend_report(trend: UpdateTrend, page: Page, source: str) -> str:
    """Return each milestone's forecasts as a line and a table, how right they were, and what is wrong with the chain."""
    drawn = f"; {trend.samples} samples of each, seed {trend.seed}" if trend.samples else "; --samples adds P50 and P80"
    lines: Lines = [heading(trend.title, f"{counted(len(trend.chain.links), 'update')}{drawn}")]
    for each in trend.milestones:
        lines += _drawn(each, page)
    table = milestone_trend(trend, source)
    keys = [each.key or each.name for each in table.columns]
    view = choose(table, [key for key in keys if key != ("update" if len(trend.milestones) > 1 else "milestone")])
    lines += shown(view, page, note="each as of its status date", spared=_SPARED)
    checks = forecast_checks(trend, source)
    if any(each.met for each in trend.checks):
        lines += shown(checks, page, spared=("update",))
    elif trend.checks:
        lines += paragraph(
            "No milestone was met after an update that drew a date for it, so none can be held against it.", page.width
        )
    for note in trend.notes:
        lines += paragraph(f"{note}.", page.width)
    return page.paint(lines)


def _drawn(each: MilestoneTrend, page: Page) -> Lines:
    """Return a line an update, a dot where the milestone is forecast, and a bar where it is due."""
    dated = [(_day(point.as_of), _day(point.date)) for point in each.points if point.date is not None]
    if not dated:
        return []
    due = each.deadline
    ends = [date for _, date in dated] + ([due] if due else [])
    first, last = min(ends), max(ends)
    wide = max(_LEAST, min(56, page.width - 34))
    span = max((last - first).days, 1)

    def place(date: dt.date) -> int:
        return round((date - first).days / span * (wide - 1))

    note = f"due {day(due)}" if due else ""
    lines: Lines = [heading(""), heading(f"{each.id}  {each.title}", note)]
    for known, date in dated:
        track = ["·"] * place(date) + ["●"] + [" "] * (wide - 1 - place(date))
        if due and track[place(due)] != "●":
            track[place(due)] = "│"
        lines.append(Text(f"  {day(known):>11}  {''.join(track)}  {day(date)}"))
    return lines


def _day(date: dt.date) -> dt.date:
    return date.date() if isinstance(date, dt.datetime) else date
