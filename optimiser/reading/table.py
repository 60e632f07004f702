"""CSV tables as entries of a plan, each cell of which knows its line and column.

The header names fields of the record that a row stands for; a field of a record inside it is named with both names,
as ``published_start``. An empty cell is absent. Lists are parted by semicolons. Where a record holds a list of records
(the dates of a baseline), a row is one of those and the rows of one record name it in the first column.
"""

from __future__ import annotations

import csv
import io
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from models.faults import maybe
from models.provenance import Citation
from models.record import MOST_FAULTS
from optimiser.errors import InputError, Located
from optimiser.reading.document import Keys
from optimiser.reading.files import LineStarts, read_text

__all__ = ["CsvColumn", "CsvTable", "columns", "plain_type", "read_table"]

MOST_CELLS: Final = 1_000_000
"""Cells beyond which a table is refused."""

Kind = Literal["text", "list", "int", "float", "bool"]

_WRITTEN_AS_TEXT: Final = (Citation,)
"""Records that have a spelling of their own, so that a list of them is one cell."""


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """What a header names.

    Attributes
    ----------
    keys
        Where its cells go in an entry; for a column of the long form, inside the list.
    kind
        What the field wants.
    required
        Whether every entry must have it.
    long
        Whether it belongs to a record of the long form's list.
    """

    keys: tuple[str, ...]
    kind: Kind
    required: bool
    long: bool = False


def plain_type(annotation: Any) -> Any:
    """Return a type without its metadata and without None."""
    if get_origin(annotation) is Annotated:
        return plain_type(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        others = [part for part in get_args(annotation) if part is not type(None)]
        return plain_type(others[0]) if len(others) == 1 else annotation
    return annotation


def columns(record: type[BaseModel], name: str) -> dict[str, CsvColumn]:
    """Return the possible columns of a table of records by header, required ones first.

    Parameters
    ----------
    record
        The type of an entry.
    name
        What one entry is called where the table has the long form.
    """
    found: dict[str, CsvColumn] = {}
    # A list that came later has no columns: rows are already told apart by what the first such list holds.
    many = {key: _listed(info.annotation) for key, info in record.model_fields.items() if info.exclude_if is None}
    lists = {key: part for key, part in many.items() if part is not None}
    for header, column in _columns(record, (), required=True):
        if column.keys[0] not in lists and _listed(record.model_fields[column.keys[0]].annotation) is None:
            found[name if lists and header == "id" else header] = column
    for key, part in lists.items():
        for header, column in _columns(part, (), required=True):
            found[header] = CsvColumn((key, *column.keys), column.kind, column.required, long=True)
    return dict(sorted(found.items(), key=lambda entry: not entry[1].required))


def _listed(annotation: Any) -> type[BaseModel] | None:
    """Return the type of the records in a list, None where it is no list of records."""
    plain = plain_type(annotation)
    part = plain_type(get_args(plain)[0]) if get_origin(plain) is tuple else None
    is_record = isinstance(part, type) and issubclass(part, BaseModel) and part not in _WRITTEN_AS_TEXT
    return part if is_record else None


def _columns(record: type[BaseModel], above: tuple[str, ...], *, required: bool) -> Iterator[tuple[str, CsvColumn]]:
    for key, info in record.model_fields.items():
        plain = plain_type(info.annotation)
        keys = (*above, key)
        needed = required and info.is_required()
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            yield from _columns(plain, keys, required=needed)
            continue
        kind: Kind = "text"
        if get_origin(plain) is tuple and plain_type(get_args(plain)[0]) not in _WRITTEN_AS_TEXT:
            kind = "list"
        elif plain in (int, float, bool):
            kind = plain.__name__
        yield "_".join(keys), CsvColumn(keys, kind, needed)


@dataclass
class CsvTable:
    """One CSV file.

    Attributes
    ----------
    label
        What to call the file in an error.
    entries
        The records, as plain values.
    faults
        What is wrong with the file as a table, before anyone asks what it means.
    broken
        Whether the file could not be understood to its end.
    """

    label: str
    entries: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Located] = field(default_factory=list)
    broken: bool = False
    _text: str = ""
    _lines: LineStarts = field(default_factory=lambda: LineStarts(""))
    _header: tuple[str, ...] = ()
    _columns: Mapping[str, CsvColumn] = field(default_factory=dict)
    _rows: list[list[int]] = field(default_factory=list)
    """For each entry the rows it was made of, as positions in the file (the header is 0)."""
    _starts: list[list[int]] = field(default_factory=list)

    def locate(self, keys: Keys, message: str, *, at_key: bool = False) -> Located:
        """Return a fault at the cell that an entry's keys lead to.

        Parameters
        ----------
        keys
            The entry's position, then the path inside it.
        message
            What is wrong.
        at_key
            Has no meaning in a table, whose keys are its header.
        """
        del at_key
        number, inside = keys[0], keys[1:]
        assert isinstance(number, int)
        rows = self._rows[number]
        row = rows[0]
        header = self._header_of(inside)
        if header and self._columns[header].long:
            place = next((key for key in inside if isinstance(key, int)), 0)
            row = rows[min(place, len(rows) - 1)]
        return self._at(row, self._header.index(header) if header else 0, message, header)

    def _header_of(self, inside: Keys) -> str | None:
        """Return the column that holds what a path inside an entry leads to, or its first part."""
        named = tuple(key for key in inside if isinstance(key, str))
        mine = [header for header in self._header if header in self._columns]
        for header in mine:
            keys = self._columns[header].keys
            if named[: len(keys)] == keys:
                return header
        return next((header for header in mine if named and self._columns[header].keys[: len(named)] == named), None)

    def _at(self, row: int, column: int, message: str, path: str | None = None) -> Located:
        """Return a fault at a cell, counted from the top left."""
        if not self._starts:
            self._starts = _cell_starts(self._text)
        start = self._starts[row]
        line, place = self._lines.place(start[min(column, len(start) - 1)])
        return Located(message, file=self.label, line=line, column=place, path=path)

    # -- reading -----------------------------------------------------------------------------------------------------

    def read(self, text: str, known: Mapping[str, CsvColumn], fixed: Mapping[str, str]) -> None:
        """Fill the table from its text.

        Parameters
        ----------
        text
            The whole file.
        known
            The columns that the table may have.
        fixed
            Keys that every entry of this table has.
        """
        self._text = text
        self._lines = LineStarts(text)
        self._columns = known
        if sum(text.count(sign) for sign in ",\n\r") > MOST_CELLS:
            message = f"the table has more than {MOST_CELLS:,} cells; maybe split it, or delete empty rows and columns"
            self.faults.append(Located(message, file=self.label))
            self.broken = True
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            rows = list(reader)
        except csv.Error as error:
            message = (
                f"the cells of this row cannot be told apart ({error}); maybe a quotation mark is not closed or not doubled"
            )
            self.faults.append(Located(message, file=self.label, line=reader.line_num))
            self.broken = True
            return
        if not rows or not any(cell.strip() for cell in rows[0]):
            self.faults.append(
                Located(f"the first line is empty, expected a header such as {_listing(known)}", file=self.label)
            )
            self.broken = True
            return
        self._read_header([cell.strip() for cell in rows[0]], rows)
        if self.broken:
            return  # without a header nobody can say what the cells mean
        cells = [(number, [cell.strip() for cell in row]) for number, row in enumerate(rows) if number]
        cells = [(number, row) for number, row in cells if any(row)]
        for number, row in cells:
            if len(row) != len(self._header):
                message = f"this row has {len(row)} cells, the header {len(self._header)}; maybe a cell with a comma needs quotation marks"
                self.faults.append(self._at(number, len(self._header), message))
                self.broken = True
                if len(self.faults) > MOST_FAULTS:
                    return
        sound = [(number, row) for number, row in cells if len(row) == len(self._header)]
        if any(column.long for column in known.values()):
            self._read_long(sound)
        else:
            for number, row in sound:
                entry: dict[str, Any] = dict(fixed)
                for header, cell in zip(self._header, row, strict=True):
                    if cell and header in known:
                        _put(entry, known[header].keys, _converted(cell, known[header].kind))
                self.entries.append(entry)
                self._rows.append([number])

    def _read_header(self, header: list[str], rows: list[list[str]]) -> None:
        self._header = tuple(header)
        known = self._columns
        for place, name in enumerate(header):
            if len(self.faults) > MOST_FAULTS:
                break
            if not name and not any(cell.strip() for row in rows for cell in row[place : place + 1]):
                continue  # spreadsheets write empty columns at the right
            if name in header[:place]:
                self.faults.append(self._at(0, place, f"column '{name}' is given twice"))
            elif name not in known:
                advice = maybe(name, known)
                # Where a column is misspelt, its rows are not to blame for what they lack.
                self.broken = self.broken or advice != "."
                if len(header) == 1 and (";" in name or "\t" in name):
                    message = "the header is one cell; maybe the cells are parted by semicolons or tabs, expected commas"
                else:
                    message = (
                        f"unknown column '{name[:60]}'{advice if advice != '.' else f', expected one of {_listing(known)}'}"
                    )
                self.faults.append(self._at(0, place, message))
        missing = [name for name, column in known.items() if column.required and name not in header]
        if missing and not self.faults:
            self.faults.append(self._at(0, 0, f"missing column{'s' if len(missing) > 1 else ''} {_listing(missing)}"))
        self.broken = self.broken or bool(missing)

    def _read_long(self, rows: list[tuple[int, list[str]]]) -> None:
        """Gather rows into the records that they name."""
        name = next(header for header, column in self._columns.items() if column.keys == ("id",))
        gathered: dict[str, int] = {}
        inner = next(column.keys[0] for column in self._columns.values() if column.long)
        said: list[dict[str, tuple[str, int]]] = []
        for number, row in rows:
            cells = {header: cell for header, cell in zip(self._header, row, strict=True) if cell and header in self._columns}
            entry_name = cells.get(name, "")
            if entry_name not in gathered:
                gathered[entry_name] = len(self.entries)
                self.entries.append({inner: []})
                self._rows.append([])
                said.append({})
            place = gathered[entry_name]
            part: dict[str, Any] = {}
            for header, cell in cells.items():
                column = self._columns[header]
                value = _converted(cell, column.kind)
                if column.long:
                    _put(part, column.keys[1:], value)
                    continue
                before, line = said[place].setdefault(header, (cell, number))
                if before != cell:
                    line_number = self._at(line, 0, "").line
                    message = f"'{cell}' is not what line {line_number} says of the same {name}: '{before}'"
                    self.faults.append(self._at(number, self._header.index(header), message, header))
                    if len(self.faults) > MOST_FAULTS:
                        self.broken = True
                        return
                _put(self.entries[place], column.keys, value)
            self.entries[place][inner].append(part)
            self._rows[place].append(number)


def _put(entry: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    """Set a value inside nested mappings, unless it is set already."""
    for key in keys[:-1]:
        entry = entry.setdefault(key, {})
    entry.setdefault(keys[-1], value)


def _converted(cell: str, kind: Kind) -> Any:
    """Return a cell as what the field wants; as text where it is not that, for the field to refuse."""
    if kind == "list":
        return [part.strip() for part in cell.split(";") if part.strip()]
    if kind == "int" and re.fullmatch(r"[+-]?[0-9]{1,9}", cell):
        return int(cell)
    if kind == "float" and re.fullmatch(r"[+-]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})", cell):
        return float(cell)
    if kind == "bool" and cell in ("true", "false"):
        return cell == "true"
    return cell


def _listing(names: Any) -> str:
    return ", ".join(names)


def _cell_starts(text: str) -> list[list[int]]:
    """Return where every cell begins, row by row, as `csv.reader` parts them."""
    cell = re.compile(r'(?:"[^"]*(?:""[^"]*)*"|[^",\r\n][^,\r\n]*|)(,|\r\n|\r|\n|$)')
    starts, row, at = list[list[int]](), list[int](), 0
    while found := cell.match(text, at):
        row.append(at)
        at = found.end()
        if found[1] != ",":
            starts.append(row)
            row = []
        if not found[1]:
            break
    return starts


def read_table(path: Path, label: str, record: type[BaseModel], name: str, fixed: Mapping[str, str]) -> CsvTable:
    """Read a CSV file of records. What is wrong with it is reported in the table, not raised.

    Parameters
    ----------
    path
        Where the file lies.
    label
        What to call it in an error.
    record
        The type of an entry.
    name
        What one entry is called, for the long form.
    fixed
        Keys that every entry of this table has.
    """
    table = CsvTable(label)
    try:
        text = read_text(path, label)
    except InputError as error:
        table.faults.extend(error.faults)
        table.broken = True
        return table
    known = {
        header: replace(column, required=False) if header in fixed else column
        for header, column in columns(record, name).items()
    }
    table.read(text, known, fixed)
    return table
