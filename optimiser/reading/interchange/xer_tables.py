"""The text of an ``.xer`` as tables: ``ERMHDR`` first, ``%T`` a table, ``%F`` its columns, ``%R`` a row, ``%E`` the end.

Text is UTF-8 where it can be, else Windows-1252. Any other line is the rest of a field with a line break in it. Rows may lack
the last of their cells, which are then empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from optimiser.reading.interchange.cells import MOST_TASKS, PlannerCells
from optimiser.reading.interchange.p6_rows import Term
from optimiser.reading.interchange.record import FilePlace

__all__ = ["READ", "XerRow", "XerTable", "read_tables", "rows_of"]

READ: Final[dict[str, tuple[str, ...]]] = {
    "PROJECT": ("proj_id",),
    "SCHEDOPTIONS": ("proj_id",),
    "CALENDAR": ("clndr_id",),
    "PROJWBS": ("wbs_id",),
    "TASK": ("task_id", "proj_id"),
    "TASKPRED": ("task_id", "pred_task_id"),
    "RSRC": ("rsrc_id",),
    "RSRCRATE": ("rsrc_id",),
    "TASKRSRC": ("task_id",),
}
"""Tables that are read, and the cells that each row of them must have; of any other table the rows are counted."""

_MOST_ROWS: Final = 5 * MOST_TASKS


@dataclass
class XerTable:
    """A table.

    Attributes
    ----------
    columns
        Name to position.
    rows
        Line and cells of each; none of a table that is not read.
    """

    name: str
    line: int
    columns: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    count: int = 0


class XerRow:
    """One row: its cells by column, empty where the table lacks the column or the row is short."""

    __slots__ = ("_cells", "_columns", "_parts", "place")

    def __init__(self, table: XerTable, line: int, parts: list[str], cells: PlannerCells) -> None:
        self._columns, self._parts, self._cells = table.columns, parts, cells
        self.place = FilePlace(table.name, line)

    def __getitem__(self, column: str) -> str:
        at = self._columns.get(column)
        return self._parts[at].strip() if at is not None and at < len(self._parts) else ""

    def moment(self, column: str) -> dt.datetime | None:
        """Return a date with its time."""
        return self._cells.moment(self[column], self.place, column)

    def minutes(self, column: str) -> int | None:
        """Return a length of time, which the file has in hours."""
        return self._cells.minutes(self[column], self.place, column)

    def exact(self, column: str) -> Fraction | None:
        """Return a length in minutes as exactly as the file has it."""
        hours = self.number(column)
        return None if hours is None else hours * 60

    def number(self, column: str) -> Fraction | None:
        """Return a number."""
        return self._cells.number(self[column], self.place, column)

    def term(self, column: str, terms: Mapping[str, Term]) -> Term | None:
        """Return what one of the format's own words stands for; an unknown one is told as unread."""
        word = self[column]
        if word and word not in terms:
            self._cells.unknown(f"{self.place.table}.{column}={word[:40]}", self.place)
        return terms.get(word)


def read_tables(content: bytes, cells: PlannerCells) -> tuple[list[str], dict[str, XerTable], str]:
    """Return the words of the header, the tables by name, and the encoding of the text.

    Parameters
    ----------
    content
        Of the file.
    cells
        Takes the faults and what is not read.

    Raises
    ------
    InputError
        If the file is no XER text, or a table lacks columns that it needs.
    """
    text, encoding = _text(content, cells)
    lines = text.split("\n")
    header = lines[0].rstrip("\r").split("\t")
    if header[0] != "ERMHDR":
        cells.stop(
            f"expected 'ERMHDR' at the start of an XER file, got {lines[0][:40]!r}, read as {encoding}", FilePlace("header", 1)
        )
    tables: dict[str, XerTable] = {}
    table: XerTable | None = None
    last: list[str] | None = None
    ended = False
    for number, raw in enumerate(lines[1:], start=2):
        line = raw.rstrip("\r")
        mark = line[:2]
        if mark == "%R" and table is not None:
            last = _row(table, number, line, cells)
        elif mark == "%T":
            name = line[3:].split("\t")[0].strip()
            table, last = tables.setdefault(name, XerTable(name, number)), None
        elif mark == "%F" and table is not None:
            _columns(table, line, FilePlace(table.name, number), cells)
            last = None
        elif line.rstrip() == "%E":
            ended = True
            break
        elif mark in {"%R", "%F"}:
            cells.fault(f"a line {mark} before any table; maybe lines above it are missing", FilePlace("header", number))
        elif last is not None:
            first, *rest = line.split("\t")
            last[-1] += "\n" + first
            last += rest
        elif line.strip() and (table is None or table.name in READ):
            message = f"expected a line that begins with %T, %F, %R or %E, got {line[:40]!r}"
            cells.fault(message, FilePlace(table.name if table else "header", number))
    if not ended:
        at = FilePlace(table.name if table else "header", len(lines) - (not lines[-1]))
        rows = f" after row {table.count:,} of this table" if table else ""
        cells.stop(
            f"the file ends{rows} without the line %E: it seems cut off, so links may be missing; maybe export it again", at
        )
    for name, each in tables.items():
        if name not in READ and each.count:
            cells.unknown(name, FilePlace(name, each.line), each.count)
    return header, tables, encoding


def _text(content: bytes, cells: PlannerCells) -> tuple[str, str]:
    """Return the text of a file in UTF-8, else in Windows-1252, and which of both it was."""
    if b"\0" in content:
        cells.stop(
            "the file holds NUL bytes, so it is no XER text in UTF-8 or Windows-1252; maybe it is saved as UTF-16, or is another kind of file"
        )
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def _columns(table: XerTable, line: str, place: FilePlace, cells: PlannerCells) -> None:
    """Take a line of column names; a table that goes on under other columns is a fault."""
    columns = {name.strip(): at for at, name in enumerate(line[3:].split("\t")) if name.strip()}
    missing = [name for name in READ.get(table.name, ()) if name not in columns]
    if missing:
        cells.stop(f"the table lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}", place)
    if table.rows and columns != table.columns:
        cells.stop(f"the table stands twice, with other columns than in line {table.line}", place)
    table.columns = columns


def _row(table: XerTable, number: int, line: str, cells: PlannerCells) -> list[str] | None:
    """Keep a row of a table that is read, and return its cells, which a line break may continue."""
    table.count += 1
    if table.name not in READ:
        return None
    if not table.columns:
        cells.stop("a row before the line %F with the table's columns", FilePlace(table.name, number))
    if len(table.rows) >= _MOST_ROWS:
        cells.stop(f"more than {_MOST_ROWS:,} rows; maybe export one project", FilePlace(table.name, number))
    parts = line[3:].split("\t")
    table.rows.append((number, parts))
    return parts


def rows_of(tables: dict[str, XerTable], name: str, cells: PlannerCells, key: str | None = None) -> Iterator[XerRow]:
    """Yield the rows of a table; one that is cut short, too long, or repeats its key is a fault instead."""
    table = tables.get(name)
    if table is None:
        return
    seen: dict[str, int] = {}
    for line, parts in table.rows:
        row = XerRow(table, line, parts, cells)
        if len(parts) > len(table.columns):
            cells.fault(f"the row has {len(parts)} cells, expected {len(table.columns)}", row.place)
            continue
        missing = next((column for column in READ[name] if not row[column]), None)
        if missing:
            cells.fault("this cell is empty, expected an id; maybe the file is cut off here", row.place, missing)
            continue
        if key is not None:
            first = seen.setdefault(row[key], line)
            if first != line:
                cells.fault(f"{row[key][:40]!r} stands twice, first in line {first}", row.place, key)
                continue
        yield row
