"""Two outcomes side by side as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from models.changes import Comparison, RowChange
from models.moved import WhatMoved
from optimiser.evidence.tables.compared import changes, comparison
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.terminal.moved import moved_lines, windows_lines
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import dated

__all__ = ["comparison_report"]

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
