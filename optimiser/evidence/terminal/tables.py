"""A table on the terminal: its title, its cells as people read them, and no more columns than there is room for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from models.pack import Cell, Column, Table
from optimiser.evidence.tables.kit import timed_once
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, heading, paragraph
from optimiser.evidence.words import day

__all__ = ["shown"]

_BESIDE: Final = ("wd", "cd", "mo", "%")
"""Units that stand beside each number; others stand in the title."""
_LEAST: Final = 20
"""Cells that a column of words keeps at least."""


def shown(table: Table, page: Page, *, note: str | None = None, spared: Sequence[str] = (), most: int | None = None) -> Lines:
    """Return a table with its title; nothing where it has no rows.

    Parameters
    ----------
    table
        As `optimiser.evidence.tables.kit.choose` chose its columns and rows.
    page
        How wide it may be.
    note
        Beside the title; the table's own, below it, where None.
    spared
        Keys of columns to do without where the page is narrow, the first of them first, so that no date is ever cut.
    most
        Rows shown; all where None.
    """
    if not table.rows:
        return []
    table = timed_once(table)
    line = heading(table.title, note or "")
    if line.cell_len <= page.width:
        lines = [heading(""), line]
    else:
        lines = [heading(""), *paragraph(table.title, page.width, 0, "bold")]
        lines += paragraph(note, page.width, style="dim") if note else []
    lines += _narrowed(table, table.rows[:most], spared, page).lines(page.width)
    if most is not None and len(table.rows) > most:
        lines += paragraph(f"… and {len(table.rows) - most} more", page.width)
    if note is None and table.note:
        lines += paragraph(table.note, page.width)
    return lines


def _narrowed(table: Table, rows: Sequence[Sequence[Cell]], spared: Sequence[str], page: Page) -> TextTable:
    """Return a grid without as many columns as it takes to fit; a column that is empty is the first to go."""
    keys = [column.key or column.name for column in table.columns]
    kept = [place for place in range(len(keys)) if any(row[place] is not None for row in rows)]
    while True:
        grid = TextTable([_column(table.columns[place]) for place in kept])
        for row in rows:
            grid.add(*(cell(row[place], table.columns[place]) for place in kept))
        least = sum(
            min(wish, _LEAST) if column.gives else wish for column, wish in zip(grid.columns, grid.natural(), strict=True)
        )
        over = least + grid.indent + grid.gap * (len(kept) - 1) > page.width
        goes = next((keys.index(key) for key in spared if key in keys and keys.index(key) in kept), None)
        if not over or goes is None:
            return grid
        kept.remove(goes)


def _column(column: Column) -> TextColumn:
    """Return the column as the terminal lays it out: figures to the right, words over several lines where there is no room."""
    written = column.kind == "text"
    figures = column.kind in ("number", "share", "date")
    name = f"{column.name}, {column.unit}" if column.unit and column.unit not in _BESIDE else column.name
    return TextColumn(name, side="right" if figures else "left", gives=written, wraps=written)


def cell(value: Cell, column: Column) -> str:
    """Return a cell as people read it, with the unit of its column."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, int | float):
        if column.kind == "share":
            return f"{100 * value:.1f} %"
        number = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
        return f"{number} {column.unit}" if column.unit in _BESIDE else number
    return value
