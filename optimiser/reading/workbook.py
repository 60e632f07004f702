"""The sheet of assumptions of an evidence pack's workbook, read back as settings.

A workbook is a zip of XML. It is read with the standard library alone: document types and entities are refused, so are
parts that unpack to more than a plan could need; formulas are not computed, only what was stored beside them is taken.
"""

from __future__ import annotations

import datetime as dt
import lzma
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

from models.duration import Duration, Value, parse_value, print_value
from models.faults import maybe
from models.plan import Plan
from optimiser.errors import InputError, Located
from optimiser.reading.files import DEEPEST, check_file
from optimiser.reading.relative import is_relative, read_setting, stated_text

__all__ = ["SHEET", "Cell", "read_assumptions", "read_sheet"]

SHEET: Final = "Assumptions"
LARGEST: Final = 20_000_000
"""Bytes of one part, unpacked, above which a workbook is refused."""

LARGEST_BOOK: Final = 50_000_000
"""Bytes of a workbook above which it is refused unread."""

MOST_ELEMENTS: Final = 500_000
"""Elements of one part beyond which a workbook is refused: a hundred thousand cells."""

_PLACE: Final = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")
_MOST_NAMED: Final = 8
"""Sheets that an error names."""

_FEWEST_DAYS: Final = 10_000
"""A number beyond it is the day of a date rather than a count of anything."""

_FIRST_DAY: Final = dt.date(1899, 12, 30)
_FIRST_DAY_1904: Final = dt.date(1904, 1, 1)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell holds: its text, whether that is a number, and whether a formula stands in it without a result."""

    text: str
    numeric: bool = False
    formula: bool = False


def read_assumptions(path: Path, plan: Plan) -> dict[str, str]:
    """Return the values that a workbook gives to assumptions and unknowns where they are not the plan's own.

    Each is text as `optimiser.reading.relative.read_setting` reads it: what a cell says a value changes by is left so.

    Parameters
    ----------
    path
        The workbook.
    plan
        The plan with its scenarios applied.

    Raises
    ------
    InputError
        If it is no workbook, has no such sheet, or holds a value that cannot be read, each at its cell.
    """
    label = str(path)
    rows, epoch = read_sheet(path, SHEET)
    heads = {cell.text.strip().lower(): column for column, cell in rows.get(1, {}).items()}
    missing = [head for head in ("assumption", "value") if head not in heads]
    if missing:
        message = f"expected columns 'assumption' and 'value' in the first line of sheet {SHEET}, missing {', '.join(missing)}"
        raise InputError([Located(message, file=label)])
    faults: list[Located] = []
    found: dict[str, str] = {}
    for row in sorted(rows):
        if row == 1:
            continue
        name = rows[row].get(heads["assumption"], Cell("")).text.strip()
        cell = rows[row].get(heads["value"], Cell(""))
        if not name and not cell.text.strip():
            continue
        place = f"{SHEET}!{heads['value']}{row}"
        if name not in plan.values:
            advice = maybe(name, plan.values)
            faults.append(
                Located(f"unknown assumption '{name}'{advice}", file=label, path=f"{SHEET}!{heads['assumption']}{row}")
            )
            continue
        if name in found:
            faults.append(Located(f"'{name}' is given twice; maybe drop one", file=label, path=place))
            continue
        try:
            found[name] = _value(cell, plan, name, epoch)
        except ValueError as error:
            faults.append(Located(f"{name}: {error}", file=label, path=place))
    if faults:
        raise InputError(faults)
    return {name: text for name, text in found.items() if text != stated_text(plan.values[name])}


def _value(cell: Cell, plan: Plan, name: str, epoch: dt.date) -> str:
    """Return a cell as an assumption's value is set.

    Raises
    ------
    ValueError
        If it is none, or of another kind than the plan's own.
    """
    held = plan.values[name]
    text = cell.text.strip()
    if not text:
        got = "a formula whose result is not stored; maybe write the value itself" if cell.formula else "an empty cell"
        message = f"expected a value such as '{print_value(held)}', got {got}"
        raise ValueError(message)
    if cell.numeric:
        number = float(text)
        if not math.isfinite(number):
            message = f"expected a number, got {text}"
            raise ValueError(message)
        if isinstance(held, bool):
            return "true" if number else "false"
        if isinstance(held, Duration):
            if number > _FEWEST_DAYS:
                message = f"expected a length such as '{held}', got the day {_day(number, epoch)}"
                raise ValueError(message)
            whole = f"; maybe '{int(number)} {held.unit}'" if number == int(number) else ""
            message = f"expected a length such as '{held}', got the number {text[:40]}{whole}"
            raise ValueError(message)
        if number != int(number):
            message = f"expected a whole number or a day, got {text}"
            raise ValueError(message)
        # A date assumption that holds none is still one: whole numbers beyond any count are days.
        if isinstance(held, dt.date) or (held is None and number > _FEWEST_DAYS):
            return _day(number, epoch)
        return stated_text(int(number))
    if text.upper() in ("TRUE", "FALSE"):
        text = text.lower()
    if is_relative(text) and not (text.startswith("-") and _negative(held)):
        read_setting(text, held, plan)
        return text
    try:
        return stated_text(parse_value(text))
    except ValueError:
        if not isinstance(held, dt.date):
            raise
        message = f"expected a day such as '{held.isoformat()}', got '{text}'"
        raise ValueError(message) from None


def _negative(held: Value) -> bool:
    """Return whether a value is below nothing: in the cell that shows it, another one with a minus stands for itself."""
    return isinstance(held, Duration) and held.amount < 0


def _day(number: float, epoch: dt.date) -> str:
    """Return the day that a number stands for."""
    try:
        return (epoch + dt.timedelta(days=int(number))).isoformat()
    except OverflowError:
        message = f"expected a day, got the number {number:g}"
        raise ValueError(message) from None


def read_sheet(path: Path, sheet: str) -> tuple[dict[int, dict[str, Cell]], dt.date]:
    """Return the cells of a sheet by row and column letters, and the day that its dates are counted from.

    Raises
    ------
    InputError
        If the file is no workbook, or has no such sheet.
    """
    label = str(path)
    check_file(path, label, LARGEST_BOOK)
    try:
        with zipfile.ZipFile(path) as archive:
            return _sheet(archive, sheet)
    except _BROKEN as error:
        message = f"is not a workbook that can be read ({error}); expected .xlsx as 'optimiser evidence' writes it"
        raise InputError([Located(message, file=label)]) from None
    except _RefusedError as error:
        raise InputError([Located(str(error), file=label)]) from None
    except OSError as error:
        raise InputError([Located(f"cannot be read: {(error.strerror or str(error)).lower()}", file=label)]) from None


_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    lzma.LZMAError,
    ExpatError,
    LookupError,
    ValueError,
    EOFError,
    RuntimeError,  # a password is wanted
    NotImplementedError,
)
"""What the standard library says of an archive, or of XML, that is none."""


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


def _sheet(archive: zipfile.ZipFile, wanted: str) -> tuple[dict[int, dict[str, Cell]], dt.date]:
    book = _part(archive, "xl/workbook.xml")
    sheets = {sheet.attributes.get("name", ""): sheet.attributes.get("id", "") for sheet in book.all("sheet")}
    if wanted not in sheets:
        message = f"has no sheet '{wanted}'{maybe(wanted, sheets)} It has {', '.join(list(sheets)[:_MOST_NAMED]) or 'none'}{' and more' if len(sheets) > _MOST_NAMED else ''}."
        raise _RefusedError(message)
    links = _part(archive, "xl/_rels/workbook.xml.rels")
    targets = {link.attributes.get("Id"): link.attributes["Target"] for link in links.all("Relationship")}
    target = targets[sheets[wanted]]
    shared = _shared(archive)
    of_1904 = any(entry.attributes.get("date1904") in ("1", "true") for entry in book.all("workbookPr"))
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    rows: dict[int, dict[str, Cell]] = {}
    for cell in _part(archive, name).all("c"):
        place = _PLACE.match(cell.attributes.get("r", ""))
        found = _cell(cell, shared) if place else None
        if place and found is not None:
            rows.setdefault(int(place[2]), {})[place[1]] = found
    return rows, _FIRST_DAY_1904 if of_1904 else _FIRST_DAY


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
