"""A planner's file of one table: which sheet it is on, its rows, and the sheets of days off and resources beside it."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.faults import maybe
from models.record import MOST_FAULTS
from optimiser.errors import InputError, Located
from optimiser.reading.files import check_file
from optimiser.reading.sheets import LARGEST_BOOK, Cell, ReadSheet, column_number, read_csv, read_sheet, sheet_names
from optimiser.reading.spelling import DateOrder, is_nothing, plain_text, read_date
from optimiser.reading.tabular.cells import CellReader
from optimiser.reading.tabular.headers import PlannerColumns, find_columns
from optimiser.reading.tabular.rows import PlannerRow, TableReader

__all__ = ["DayOff", "PlannerTable", "chosen_sheet", "read_days_off", "read_planner_table", "table_sheets"]

_WORKBOOKS: Final = (".xlsx", ".xlsm")
_TEXTS: Final = (".csv", ".tsv", ".txt")
_OTHERS: Final = (".xls", ".xlsb", ".ods", ".numbers")
_MOST_SHEETS: Final = 40

_DAYS_OFF: Final = re.compile(
    r"(bank |public )?holidays?|days? off|non-?working( days?)?|feiertage?|freie tage|arbeitsfrei.*", re.IGNORECASE
)
_RESOURCES: Final = re.compile(r"resources?|capacit(y|ies)|ressourcen?|kapazität(en)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DayOff:
    """Days, both ends included, on which nobody works."""

    first: dt.date
    last: dt.date
    title: str


@dataclass(frozen=True, slots=True)
class PlannerTable:
    """What a planner's file says.

    Attributes
    ----------
    sheet
        On which the table stands.
    columns
        Which of its columns are read.
    days_off, resources
        Of sheets of their own; of a resource how many there are. None where there is no such sheet.
    bare
        How many lengths had no unit.
    counted
        Whether the rows, which have no ids, go by their place and not by their number in the sheet.
    inactive
        How many rows were left out that the table says are not active.
    """

    sheet: ReadSheet
    columns: PlannerColumns
    rows: tuple[PlannerRow, ...]
    days_off: tuple[DayOff, ...] | None
    resources: Mapping[str, int] | None
    bare: int
    counted: bool = False
    inactive: int = 0


def read_planner_table(path: Path, *, sheet: str | None = None, order: DateOrder | None = None) -> PlannerTable:
    """Read a planner's table.

    Parameters
    ----------
    path
        A workbook ``.xlsx``, or a table of text ``.csv``, ``.tsv`` or ``.txt``.
    sheet
        On which the table stands; where left out, the only one that has a header of a plan.
    order
        Which number of a date with slashes comes first.

    Raises
    ------
    InputError
        With every fault of the file, each at its cell.
    """
    sheets = table_sheets(path, sheet)
    table = chosen_sheet(
        path,
        sheets,
        sheet,
        find_columns,
        several="holds a table of a plan",
        none="no row names the columns of a plan, expected 'Name' with 'Duration' or 'Predecessors' beside it",
        near=lambda words: maybe(words[0], ("Name",)) if words else ".",
        option=" of 'optimiser init'",
    )
    found = find_columns(table)
    assert found is not None
    columns, faults = found
    reader = TableReader(CellReader(table, order), columns)
    rows = reader.rows() if not faults else []
    faults = [*faults, *reader.faults]
    if not rows and not faults:
        faults.append(table.locate(columns.row, None, "no row follows the header; expected an activity or a milestone a row"))
    days_off: tuple[DayOff, ...] | None = None
    resources: dict[str, int] | None = None
    for other in sheets:
        if other is table or other.name is None:
            continue
        if days_off is None and _DAYS_OFF.fullmatch(plain_text(other.name)):
            days_off = _read(other, order, faults)
        elif resources is None and _RESOURCES.fullmatch(plain_text(other.name)):
            resources = _resources(other, faults)
    if faults:
        raise InputError(faults[:MOST_FAULTS])
    return PlannerTable(table, columns, tuple(rows), days_off, resources, reader.bare, reader.counted, len(reader.inactive))


def read_days_off(path: Path, order: DateOrder | None = None) -> tuple[DayOff, ...]:
    """Read a table of days off: a column of dates, with a last day and a title beside each where there are any.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    sheets = table_sheets(path, None)
    faults: list[Located] = []
    named = [sheet for sheet in sheets if sheet.name and _DAYS_OFF.fullmatch(plain_text(sheet.name))]
    found = _read((named or sheets)[0], order, faults)
    if faults:
        raise InputError(faults)
    return found


def table_sheets(path: Path, wanted: str | None) -> list[ReadSheet]:
    """Return the sheets of a file.

    Raises
    ------
    InputError
        If it is no file of a table.
    """
    label, ending = str(path), path.suffix.lower()
    if ending in _OTHERS:
        message = f"'{ending}' is not read; maybe save it as .xlsx or as CSV"
        raise InputError([Located(message, file=label)])
    check_file(path, label, LARGEST_BOOK)
    if ending in _WORKBOOKS or (ending not in _TEXTS and zipfile.is_zipfile(path)):
        names = sheet_names(path)
        if wanted is not None and wanted not in names:
            names = (*names, wanted)  # hidden, or not there, which reading it says
        if len(names) > _MOST_SHEETS:
            message = f"has {len(names)} sheets, expected {_MOST_SHEETS} at most; maybe copy the table to a workbook of its own"
            raise InputError([Located(message, file=label)])
        return [read_sheet(path, name) for name in names]
    if ending not in _TEXTS:
        message = f"expected a table ending in {', '.join((*_WORKBOOKS, *_TEXTS))}, got '{ending}'"
        raise InputError([Located(message, file=label)])
    if wanted is not None:
        message = f"a table of text has no sheets, so none is called '{wanted}'; maybe leave out --sheet"
        raise InputError([Located(message, file=label)])
    return [read_csv(path)]


def chosen_sheet(
    path: Path,
    sheets: list[ReadSheet],
    wanted: str | None,
    fits: Callable[[ReadSheet], object],
    *,
    several: str,
    none: str,
    near: Callable[[list[str]], str],
    usual: str = "",
    option: str = "",
) -> ReadSheet:
    """Return the sheet on which a table stands.

    Parameters
    ----------
    wanted
        The sheet asked for.
    fits
        Says of a sheet whether it has the header of such a table.
    several, none
        What is said where more than one has it, before their names; and where none has.
    near
        What may be meant by the words of a first row that is no header, as `maybe` says it.
    usual
        The name of the sheet that is taken where several fit.
    option
        Behind ``--sheet NAME`` in the advice.

    Raises
    ------
    InputError
        If there is none, or more than one.
    """
    considered = [sheet for sheet in sheets if wanted is None or sheet.name == wanted]
    fitting = [sheet for sheet in considered if fits(sheet)]
    named = [sheet for sheet in fitting if usual and sheet.name and plain_text(sheet.name).lower() == usual.lower()]
    if len(named or fitting) == 1:
        return (named or fitting)[0]
    if fitting:
        names = ", ".join(str(sheet.name) for sheet in fitting)
        message = f"more than one sheet {several}: {names}; say which with --sheet '{fitting[0].name}'{option}"
        raise InputError([Located(message, file=str(path))])
    first = next((sheet for sheet in considered if sheet.rows), None)
    seen = "the file is empty"
    if first is not None:
        cells = first.rows[min(first.rows)]
        words = [plain_text(cells[letter].text)[:40] for letter in sorted(cells, key=column_number)][:_MOST_NAMED]
        where = f"the first row of {first.name}" if first.name else "the first row"
        advice = near(words).replace(". Maybe", "; maybe").removesuffix(".")
        seen = f"{where} holds {', '.join(map(repr, words))}{advice}"
    raise InputError([Located(f"{none}; {seen}", file=str(path))])


_MOST_NAMED: Final = 8


# -- days off ----------------------------------------------------------------------------------------------------------

_FIRST: Final = ("date", "day", "holiday date", "from", "first", "first day", "start", "datum", "tag", "von", "erster tag")
_LAST: Final = ("to", "until", "last", "last day", "end", "bis", "letzter tag")
_TITLE: Final = ("name", "title", "holiday", "what", "description", "feiertag", "bezeichnung")


def _read(sheet: ReadSheet, order: DateOrder | None, faults: list[Located]) -> tuple[DayOff, ...]:
    """Return the days off of a sheet, adding what cannot be read to the faults."""
    header, heads = _heads(sheet, _FIRST)
    reader = CellReader(sheet, order)
    first, last, title = (heads.get(kind) for kind in ("first", "last", "title"))
    found: list[DayOff] = []
    for row in sorted(sheet.rows):
        cells = sheet.rows[row]
        if row <= (header or 0) or first is None or is_nothing(cells.get(first, Cell("")).text):
            continue
        day = reader.day(row, first)
        end = reader.day(row, last) if last and not is_nothing(cells.get(last, Cell("")).text) else day
        if day is None or end is None:
            continue
        if end < day:
            faults.append(sheet.locate(row, last, f"the last day {end} is before the first, {day}; maybe they are swapped"))
            continue
        if (end - day).days > _LONGEST_LEAVE:
            faults.append(
                sheet.locate(row, last, f"{day} to {end} is more than a year without work; maybe the year is mistyped")
            )
            continue
        words = plain_text(cells.get(title or "", Cell("")).text)
        found.append(DayOff(day, end, words or "Day off"))
    reader.tell_ambiguous()
    faults += reader.faults
    if first is None and not reader.faults:
        faults.append(Located("no column of dates, expected a header 'Date'", file=sheet.file, path=sheet.name))
    return tuple(found)


_LONGEST_LEAVE: Final = 366


def _heads(sheet: ReadSheet, wanted: tuple[str, ...]) -> tuple[int | None, dict[str, str]]:
    """Return the row of the header, and the columns of the first and last day and the title."""
    for row in sorted(sheet.rows)[:10]:
        words = {plain_text(cell.text).lower().strip(" .:"): letter for letter, cell in sheet.rows[row].items()}
        if any(word in words for word in wanted):
            kinds = {"first": _FIRST, "last": _LAST, "title": _TITLE}
            return row, {
                kind: words[found]
                for kind, names in kinds.items()
                if (found := next((name for name in names if name in words), None))
            }
    first = sheet.rows[min(sheet.rows)] if sheet.rows else {}
    letters = sorted(first, key=column_number)
    dated = [letter for letter in letters if _looks_dated(first[letter])]
    others = [letter for letter in letters if letter not in dated]
    return None, dict(zip(("first", "last"), dated[:2], strict=False)) | ({"title": others[0]} if others else {})


def _looks_dated(cell: Cell) -> bool:
    """Return whether a cell holds a date, be it one that can be read in two ways."""
    if cell.numeric:
        return True
    try:
        read_date(cell.text, "day-first")
    except ValueError:
        return False
    return True


# -- resources ---------------------------------------------------------------------------------------------------------

_RESOURCE_NAMES: Final = ("resource", "resource name", "name", "ressource", "ressourcenname")
_RESOURCE_AMOUNTS: Final = (
    "amount",
    "how many",
    "available",
    "capacity",
    "max units",
    "units",
    "quantity",
    "anzahl",
    "menge",
    "max einheiten",
)


def _resources(sheet: ReadSheet, faults: list[Located]) -> dict[str, int]:
    """Return how many there are of each resource, adding what cannot be read to the faults."""
    for row in sorted(sheet.rows)[:10]:
        words = {plain_text(cell.text).lower().replace(".", ""): letter for letter, cell in sheet.rows[row].items()}
        name = next((words[word] for word in _RESOURCE_NAMES if word in words), None)
        amount = next((words[word] for word in _RESOURCE_AMOUNTS if word in words), None)
        if name and amount:
            return _amounts(sheet, row, name, amount, faults)
    message = "no header, expected 'Resource' and 'Amount': how many there are of each"
    faults.append(Located(message, file=sheet.file, path=sheet.name))
    return {}


def _amounts(sheet: ReadSheet, header: int, name: str, amount: str, faults: list[Located]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in sorted(row for row in sheet.rows if row > header):
        cells = sheet.rows[row]
        title = plain_text(cells.get(name, Cell("")).text)
        text = plain_text(cells.get(amount, Cell("")).text).removesuffix(".0")
        if not title and not text:
            continue
        share = re.fullmatch(r"(\d{1,6}) ?(%?)", text)
        if not title:
            faults.append(sheet.locate(row, name, "expected the name of a resource, got an empty cell"))
        elif title.lower() in {known.lower() for known in found}:
            faults.append(sheet.locate(row, name, f"'{title}' is given twice; maybe keep the one that is meant"))
        elif share is None or (share[2] and int(share[1]) % 100):
            faults.append(sheet.locate(row, amount, f"expected how many there are, a whole number, got '{text[:40]}'"))
        else:
            found[title] = int(share[1]) // (100 if share[2] else 1)
    return found
