"""The sheets of a workbook, cell by cell, and a table of text as one.

A workbook is a zip of XML. It is read with the standard library alone: document types and entities are refused, so are
parts that unpack to more than a plan could need; formulas are not computed, only what was stored beside them is taken.
(python-calamine 0.9 reads 60,000 cells in 0.04 s where this takes 0.7 s, and takes 2.6 GB for a workbook of a megabyte that is
made to unpack to one gigabyte: a stranger's file is worth the difference.)
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from xml.parsers.expat import ExpatError, ParserCreate

from models.faults import maybe
from optimiser.errors import InputError, Located
from optimiser.reading.files import DEEPEST, check_file, read_foreign_text

__all__ = ["BROKEN_ZIP", "Cell", "ReadSheet", "column_letters", "column_number", "read_csv", "read_sheet", "sheet_names"]

LARGEST: Final = 20_000_000
"""Bytes of one part, unpacked, above which a workbook is refused."""

LARGEST_BOOK: Final = 50_000_000
"""Bytes of a workbook above which it is refused unread."""

MOST_ELEMENTS: Final = 500_000
"""Elements of one part beyond which a workbook is refused: a hundred thousand cells."""

MOST_CELLS: Final = 200_000
"""Cells of a table of text beyond which it is refused."""

T = TypeVar("T")

_PLACE: Final = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")
_REGION: Final = re.compile(r"^([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})$")
_MOST_NAMED: Final = 8
"""Sheets that an error names."""

_FIRST_DAY: Final = dt.date(1899, 12, 30)
_FIRST_DAY_1904: Final = dt.date(1904, 1, 1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, whether it is a number, and whether it is a formula without a result."""

    text: str
    numeric: bool = False
    formula: bool = False


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """The cells of one sheet, or of a table of text, by row and by column letters.

    Attributes
    ----------
    file
        As the user named it.
    name
        Of the sheet; None for a table of text.
    epoch
        The day that numbers which are dates are counted from.
    merged
        Regions of which only the first cell holds anything: its letters and row, and those of the last.
    notes
        How the text was read where that is not plain, such as its encoding.
    """

    file: str
    name: str | None
    rows: Mapping[int, Mapping[str, Cell]]
    epoch: dt.date = _FIRST_DAY
    merged: tuple[tuple[str, int, str, int], ...] = ()
    notes: tuple[str, ...] = ()

    def locate(self, row: int, column: str | None, message: str, header: str = "") -> Located:
        """Return a fault at a cell, or at a row."""
        cell = f"{column}{row}" if column else f"row {row}"
        place = f"{self.name}!{cell}" if self.name else cell
        return Located(message, file=self.file, path=f"{place} ({header})" if header else place)


def column_number(letters: str) -> int:
    """Return the place of a column, A being 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column, 1 being A."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_sheet(path: Path, sheet: str) -> ReadSheet:
    """Return the cells of a sheet.

    Raises
    ------
    InputError
        If the file is no workbook, or has no such sheet.
    """
    return _opened(path, lambda archive: _sheet(archive, sheet, str(path)))


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets that a reader sees, in their order.

    Raises
    ------
    InputError
        If the file is no workbook.
    """
    return _opened(path, lambda archive: tuple(_sheets(_part(archive, "xl/workbook.xml"), hidden=False)))


def _opened(path: Path, read: Callable[[zipfile.ZipFile], T]) -> T:
    """Return what is read of a workbook.

    Raises
    ------
    InputError
        If it is none.
    """
    label = str(path)
    check_file(path, label, LARGEST_BOOK)
    try:
        with zipfile.ZipFile(path) as archive:
            return read(archive)
    except _BROKEN as error:
        message = f"is not a workbook that can be read ({error}); expected .xlsx; maybe save it as that, or as CSV"
        raise InputError([Located(message, file=label)]) from None
    except _RefusedError as error:
        raise InputError([Located(str(error), file=label)]) from None
    except OSError as error:
        raise InputError([Located(f"cannot be read: {(error.strerror or str(error)).lower()}", file=label)]) from None


BROKEN_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    ValueError,
    EOFError,
    RuntimeError,  # a password is wanted, or a way to pack that is not known
)
"""What the standard library says of an archive that is none, or is damaged."""

_BROKEN: Final = (*BROKEN_ZIP, struct.error, ExpatError, LookupError)
"""The same of a workbook: an archive of XML."""


class _RefusedError(Exception):
    """Something that is not read, whatever it may be."""


@dataclass(slots=True)
class _Element:
    """An element with what stands in it."""

    name: str
    attributes: Mapping[str, str]
    words: list[str] = field(default_factory=list)
    inside: list[_Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands in it beside its elements."""
        return "".join(self.words)

    def all(self, name: str) -> Iterator[_Element]:
        """Yield every element of a name, however deep."""
        for element in self.inside:
            if element.name == name:
                yield element
            yield from element.all(name)


def _parse(content: bytes) -> _Element:
    """Return XML as elements, without names' prefixes; document types and entities are refused."""
    root = _Element("", {})
    stack = [root]
    parser = ParserCreate()
    parser.buffer_text = True
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS or len(stack) > DEEPEST:
            message = f"has a part with more than {MOST_ELEMENTS:,} elements, or nested deeper than {DEEPEST}: refused"
            raise _RefusedError(message)
        element = _Element(name.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()})
        stack[-1].inside.append(element)
        stack.append(element)

    def end(_name: str) -> None:
        stack.pop()

    def text(words: str) -> None:
        stack[-1].words.append(words)

    def refuse(*_what: object) -> None:
        message = "holds a document type or an entity, which no workbook needs: refused"
        raise _RefusedError(message)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse  # type: ignore[assignment]
    parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
    return root


def _part(archive: zipfile.ZipFile, name: str) -> _Element:
    if archive.getinfo(name).file_size > LARGEST:
        message = f"{name} unpacks to more than {LARGEST:,} bytes: refused"
        raise _RefusedError(message)
    with archive.open(name) as part:
        content = part.read(LARGEST + 1)
    if len(content) > LARGEST:
        message = f"{name} unpacks to more than {LARGEST:,} bytes: refused"
        raise _RefusedError(message)
    return _parse(content)


def _sheets(book: _Element, *, hidden: bool) -> dict[str, str]:
    """Return the sheets of a workbook, name to the id of its part."""
    return {
        sheet.attributes.get("name", ""): sheet.attributes.get("id", "")
        for sheet in book.all("sheet")
        if hidden or sheet.attributes.get("state", "visible") == "visible"
    }


def _sheet(archive: zipfile.ZipFile, wanted: str, label: str) -> ReadSheet:
    book = _part(archive, "xl/workbook.xml")
    sheets = _sheets(book, hidden=True)
    if wanted not in sheets:
        message = f"has no sheet '{wanted}'{maybe(wanted, sheets)} It has {', '.join(list(sheets)[:_MOST_NAMED]) or 'none'}{' and more' if len(sheets) > _MOST_NAMED else ''}."
        raise _RefusedError(message)
    links = _part(archive, "xl/_rels/workbook.xml.rels")
    targets = {link.attributes.get("Id"): link.attributes["Target"] for link in links.all("Relationship")}
    target = targets[sheets[wanted]]
    shared = _shared(archive)
    of_1904 = any(entry.attributes.get("date1904") in ("1", "true") for entry in book.all("workbookPr"))
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    part = _part(archive, name)
    rows: dict[int, dict[str, Cell]] = {}
    for cell in part.all("c"):
        place = _PLACE.match(cell.attributes.get("r", ""))
        found = _cell(cell, shared) if place else None
        if place and found is not None:
            rows.setdefault(int(place[2]), {})[place[1]] = found
    regions = [_REGION.match(entry.attributes.get("ref", "")) for entry in part.all("mergeCell")]
    merged = tuple((region[1], int(region[2]), region[3], int(region[4])) for region in regions if region)
    return ReadSheet(label, wanted, rows, _FIRST_DAY_1904 if of_1904 else _FIRST_DAY, merged)


def _shared(archive: zipfile.ZipFile) -> list[str]:
    """Return the strings that cells refer to."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return ["".join(text.text for text in entry.all("t")) for entry in _part(archive, "xl/sharedStrings.xml").all("si")]


def _cell(cell: _Element, shared: list[str]) -> Cell | None:
    kind = cell.attributes.get("t", "n")
    if kind == "inlineStr":
        return Cell("".join(text.text for text in cell.all("t")))
    value = next((entry.text for entry in cell.inside if entry.name == "v"), None)
    if value is None or (not value and any(entry.name == "f" for entry in cell.inside)):
        return Cell("", formula=True) if any(entry.name == "f" for entry in cell.inside) else None
    if kind == "s":
        place = int(value) if value.isdecimal() else len(shared)
        return Cell(shared[place]) if place < len(shared) else None
    if kind == "b":
        return Cell("TRUE" if value == "1" else "FALSE")
    return Cell(value, numeric=kind == "n")


# -- tables of text ----------------------------------------------------------------------------------------------------


def read_csv(path: Path) -> ReadSheet:
    """Return a table of text as a sheet: cells parted by commas, semicolons, tabs or bars, whichever part its lines most evenly.

    Raises
    ------
    InputError
        If it is no text, or its cells cannot be told apart.
    """
    label = str(path)
    text, notes = read_foreign_text(path, label)
    mark = _mark(text)
    if sum(text.count(sign) for sign in (mark, "\n", "\r")) > MOST_CELLS:
        message = f"the table has more than {MOST_CELLS:,} cells; maybe split it, or delete empty rows and columns"
        raise InputError([Located(message, file=label)])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows: dict[int, dict[str, Cell]] = {}
    try:
        for number, row in enumerate(reader, 1):
            cells = {column_letters(place): Cell(cell) for place, cell in enumerate(row, 1) if cell.strip()}
            if cells:
                rows[number] = cells
    except csv.Error as error:
        message = f"the cells of this row cannot be told apart ({error}); maybe a quotation mark is not closed or not doubled"
        raise InputError([Located(message, file=label, line=reader.line_num)]) from None
    named = {";": "semicolons", "\t": "tabs", "|": "bars"}.get(mark)
    return ReadSheet(label, None, rows, notes=(*notes, *([f"cells are parted by {named}"] if named else [])))


def _mark(text: str) -> str:
    """Return the sign that parts the cells of a table: the one that stands most often outside quotation marks in its first lines."""
    first = re.sub(r'"[^"]*"', "", "\n".join(text.splitlines()[:20]))
    return max(
        (",", ";", "\t", "|"), key=lambda sign: (sum(1 for line in first.splitlines() if sign in line), first.count(sign))
    )
