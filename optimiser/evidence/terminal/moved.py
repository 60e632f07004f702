"""The report of the bridge between two updates: the dates, and the causes for each milestone that moved."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from models.moved import MilestoneMove, WhatMoved
from models.pack import Cell
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.tables.moved import moved_causes, moved_dates, moved_windows
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, day
from optimiser.moved import moved_words

__all__ = ["moved_lines", "windows_lines"]

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
