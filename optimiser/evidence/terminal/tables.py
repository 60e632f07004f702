"""A table on the terminal: its title, its cells as people read them, and no more columns than there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from models.pack import Cell, Column, Table
from optimiser.evidence.tables.kit import timed_once
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, heading, paragraph, words
from optimiser.evidence.words import printed

__all__ = ["LEAST", "shown"]

_BESIDE: Final = ("wd", "cd", "mo", "%")
"""Units that stand beside each number; others stand in the title."""
LEAST: Final = 20
"""Cells that a column of words keeps at least, where nothing else is said."""
_STYLES: Final = {"certified": "bold green", "solver": "green", "gap": "bold yellow"}
"""Of the proof of a date."""
_BOLD: Final = ("milestone", "earliest date")
"""What a reader looks for first."""


def shown(
    table: Table,
    page: Page,
    *,
    note: str | None = None,
    spared: Sequence[str] = (),
    most: int | None = None,
    least: int = LEAST,
) -> Lines:
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
        Keys of columns to do without where the page is narrow, the first of them first, so that no date is ever cut. Where it is still
        too narrow, few rows stand beside each other as columns, and many are shown several times with other columns.
    most
        Rows shown; all where None.
    least
        Cells that a column of words keeps at least.
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
    for place, grid in enumerate(_narrowed(table, table.rows[:most], spared, page, least)):
        lines += [*([heading("")] if place else []), *grid.lines(page.width)]
    if most is not None and len(table.rows) > most:
        lines += paragraph(f"… and {len(table.rows) - most} more", page.width)
    if note is None and table.note:
        lines += paragraph(table.note, page.width)
    return lines


def _narrowed(
    table: Table, rows: Sequence[Sequence[Cell]], spared: Sequence[str], page: Page, words_least: int
) -> list[TextTable]:
    """Return a grid without as many columns as it takes to fit, an empty column the first to go; where none may go, several."""
    keys = [column.key or column.name for column in table.columns]
    kept = [place for place in range(len(keys)) if any(row[place] is not None for row in rows)] or [0]
    going = [keys.index(key) for key in spared if key in keys]
    while True:
        grid = _grid(table, rows, kept)
        room = page.width - grid.indent + grid.gap
        # A title goes over several lines before anything is cut.
        wishes = zip(grid.columns, grid.natural(), grid.folded(), strict=True)
        least = [(min(wish, words_least) if column.gives else folded) + grid.gap for column, wish, folded in wishes]
        if sum(least) <= room:
            return [grid]
        goes = next((place for place in going if place in kept), None)
        if goes is not None:
            kept.remove(goes)
        elif len(rows) + 1 < len(kept):
            return [_turned([table.columns[place] for place in kept], [[row[place] for place in kept] for row in rows])]
        else:
            lead = _lead(rows, kept, least, room)
            parts = _parts(kept[lead:], least[lead:], room - sum(least[:lead]))
            return [_grid(table, rows, [*kept[:lead], *part]) for part in parts]


def _lead(rows: Sequence[Sequence[Cell]], places: Sequence[int], widths: Sequence[int], room: int) -> int:
    """Return how many leading columns tell the rows apart, and so stand before each part; one where others have no room then."""
    for many in range(1, len(places)):
        if sum(widths[:many]) + max(widths[many:]) > room:
            break
        if len({tuple(row[place] for place in places[:many]) for row in rows}) == len(rows):
            return many
    return 1


def _parts(places: Sequence[int], widths: Sequence[int], room: int) -> list[list[int]]:
    """Return columns in parts of which each fits."""
    parts: list[list[int]] = [[]]
    taken = 0
    for place, width in zip(places, widths, strict=True):
        if parts[-1] and taken + width > room:
            parts.append([])
            taken = 0
        parts[-1].append(place)
        taken += width
    return parts


def _grid(table: Table, rows: Sequence[Sequence[Cell]], places: Sequence[int]) -> TextTable:
    grid = TextTable([_column(table.columns[place]) for place in places])
    for row in rows:
        grid.add(*(_styled(row[place], table.columns[place]) for place in places))
    return grid


def _styled(value: Cell, column: Column) -> Text:
    style = _STYLES.get(str(value), "") if column.name == "proof" else "bold" if column.name in _BOLD else ""
    return words(cell(value, column), style)


def _turned(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> TextTable:
    """Return a grid with a column for each row: few rows of many columns fit a narrow page so."""
    beside = (TextColumn(cell(row[0], columns[0]), gives=True, wraps=True) for row in rows)
    grid = TextTable([TextColumn(columns[0].name, wraps=True), *beside])
    for place, column in enumerate(columns[1:], start=1):
        grid.add(column.name, *(_styled(row[place], column) for row in rows))
    return grid


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
    if column.kind == "share" and isinstance(value, int | float):
        return f"{100 * value:.1f} %"
    beside = isinstance(value, int | float) and column.unit in _BESIDE
    return f"{printed(value)}{f' {column.unit}' if beside else ''}"
