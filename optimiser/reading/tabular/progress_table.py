"""A table that says how far the work is: a row an item, with actual dates, what is left of it, and lengths estimated anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from models.faults import maybe
from models.progress import RiskState
from models.record import MOST_FAULTS
from optimiser.errors import InputError, Located
from optimiser.reading.sheets import Cell, ReadSheet
from optimiser.reading.spelling import DateOrder, WrittenLength, is_nothing, plain_text
from optimiser.reading.tabular.cells import CellReader, whole_text
from optimiser.reading.tabular.fields import RowReader
from optimiser.reading.tabular.headers import PROGRESS_COLUMNS, PlannerColumn, PlannerColumns, find_progress_columns
from optimiser.reading.tabular.planner_table import chosen_sheet, table_sheets

__all__ = ["RISK_SHEET", "UPDATE_SHEET", "ProgressRow", "ProgressTable", "RiskRow", "read_progress_table"]

UPDATE_SHEET: Final = "Update"
"""The sheet of a workbook that a planner fills; it is taken where there are several tables."""

RISK_SHEET: Final = "Update risks"
"""The sheet beside it that says what became of risks."""


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One line of what became of risks."""

    row: int
    id: str
    state: RiskState


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressRow:
    """One line of a table of progress.

    Attributes
    ----------
    row
        Of the sheet.
    id, name
        As the table has them; empty where it has none.
    summary
        Whether rows of a deeper level follow, whose frame this one is.
    actual_start, actual_finish, suspend, resume, expected_finish
        Days, or moments where a time stands beside them.
    remaining, duration, low, high
        What is left of the work, and its length and range as they are held to be now.
    percent
        How many of a hundred parts are done.
    unsure
        Whether a cell of it could not be read.
    """

    row: int
    id: str
    name: str
    summary: bool
    actual_start: dt.date | None
    actual_finish: dt.date | None
    suspend: dt.date | None
    resume: dt.date | None
    expected_finish: dt.date | None
    remaining: WrittenLength | None
    percent: Fraction | None
    duration: WrittenLength | None
    low: WrittenLength | None
    high: WrittenLength | None
    basis: str
    note: str
    unsure: bool = False

    @property
    def tells(self) -> bool:
        """Whether it says anything of what is done, or may."""
        dates = (self.actual_start, self.actual_finish, self.suspend, self.resume, self.expected_finish)
        return self.unsure or any(date is not None for date in dates) or self.remaining is not None or bool(self.percent)


@dataclass(frozen=True, slots=True)
class ProgressTable:
    """What a table of progress says.

    Attributes
    ----------
    shares
        Whether what is complete was written in parts of one rather than of a hundred.
    bare
        How many lengths had no unit.
    status
        The day by whose evening it is known, where a column says so.
    faults
        What is wrong with its cells.
    risks, risk_sheet
        What became of risks, where a sheet says so.
    """

    sheet: ReadSheet
    columns: PlannerColumns
    rows: tuple[ProgressRow, ...]
    shares: bool
    bare: int
    status: dt.date | None = None
    faults: tuple[Located, ...] = ()
    risks: tuple[RiskRow, ...] = ()
    risk_sheet: ReadSheet | None = None


def read_progress_table(path: Path, *, sheet: str | None = None, order: DateOrder | None = None) -> ProgressTable:
    """Read a table that says how far the work is, and what is wrong with its cells.

    Parameters
    ----------
    path
        A workbook ``.xlsx``, or a table of text ``.csv``, ``.tsv`` or ``.txt``.
    sheet
        On which the table stands; where left out, the one called `UPDATE_SHEET`, or the only one that says what is done.
    order
        Which number of a date with slashes comes first.

    Raises
    ------
    InputError
        If it holds no such table, or its header is wrong.
    """
    sheets = table_sheets(path, sheet)
    table = chosen_sheet(
        path,
        sheets,
        sheet,
        find_progress_columns,
        several="says how far the work is",
        none="no row names the columns of an update, expected 'Id' or 'Name' with 'Actual start', 'Actual finish', 'Remaining' or '% complete' beside it",
        near=_near,
        usual=UPDATE_SHEET,
    )
    found = find_progress_columns(table)
    assert found is not None
    columns, faults = found
    reader = _ProgressReader(CellReader(table, order), columns)
    rows = reader.rows() if not faults else []
    if not rows and not faults:
        faults = [table.locate(columns.row, None, "no row follows the header; expected an activity or a milestone a row")]
    if faults:
        raise InputError(faults[:MOST_FAULTS])
    beside = (other for other in sheets if other is not table and plain_text(other.name or "").lower() == RISK_SHEET.lower())
    risk_sheet = next(beside, None)
    risks = _risks(risk_sheet, faults) if risk_sheet else ()
    found_faults = (*reader.faults, *faults)
    return ProgressTable(
        table, columns, tuple(rows), reader.shares, reader.bare, reader.status, found_faults, risks, risk_sheet
    )


_RISK_IDS: Final = ("id", "risk", "risk id", "risiko")
_RISK_STATES: Final[dict[str, RiskState]] = {
    **dict.fromkeys(("open", "offen"), "open"),
    **dict.fromkeys(("closed", "geschlossen"), "closed"),
    **dict.fromkeys(("happened", "eingetreten"), "happened"),
}


def _risks(sheet: ReadSheet, faults: list[Located]) -> tuple[RiskRow, ...]:
    """Return what a sheet says of risks, adding what cannot be read to the faults."""
    for head in sorted(sheet.rows)[:10]:
        words = {plain_text(cell.text).lower(): letter for letter, cell in sheet.rows[head].items()}
        name = next((words[word] for word in _RISK_IDS if word in words), None)
        state = next((words[word] for word in ("state", "status", "zustand") if word in words), None)
        if name and state:
            break
    else:
        message = "no header, expected 'Id' and 'State': open, closed or happened"
        faults.append(Located(message, file=sheet.file, path=sheet.name))
        return ()
    found: dict[str, RiskRow] = {}
    for row in (row for row in sorted(sheet.rows) if row > head):
        risk, said = (plain_text(sheet.rows[row].get(letter, Cell("")).text) for letter in (name, state))
        if is_nothing(said):
            continue
        if said.lower() not in _RISK_STATES:
            faults.append(sheet.locate(row, state, f"expected open, closed or happened, got '{said[:40]}'", "State"))
        elif not risk:
            faults.append(sheet.locate(row, name, "expected the id of a risk, got an empty cell"))
        elif risk in found:
            faults.append(sheet.locate(row, name, f"'{risk}' is told of in row {found[risk].row} already; maybe keep one"))
        else:
            found[risk] = RiskRow(row, risk, _RISK_STATES[said.lower()])
    return tuple(found.values())


def _near(words: list[str]) -> str:
    """Return a suggestion for the first word that is nearly a column's title."""
    fields: tuple[PlannerColumn, ...] = ("actual start", "actual finish", "remaining")
    known = [name for field in fields for name in PROGRESS_COLUMNS[field]]
    return next((advice for word in words if (advice := maybe(word, known)) != "."), ".")


@dataclass(slots=True)
class _ProgressReader(RowReader):
    """Reads the rows of one table of progress, keeping what is wrong with them."""

    status: dt.date | None = None

    def rows(self) -> list[ProgressRow]:
        """Return every row below the header that holds anything."""
        numbers = [row for row in sorted(self.sheet.rows) if row > self.columns.row and self._holds(row)]
        outlined = {"level", "outline number"} & set(self.columns.letters)
        levels = self._levels(numbers) if outlined else dict.fromkeys(numbers, None)
        found = []
        for place, number in enumerate(numbers):
            if len(self.faults) > MOST_FAULTS:
                break
            wrong = len(self.faults) + len(self.cells.ambiguous)
            mine, deeper = levels[number], levels[numbers[place + 1]] if place + 1 < len(numbers) else None
            row = ProgressRow(
                row=number,
                id=whole_text(self._cell(number, "id")),
                name=self._text(number, "name") if "name" in self.columns.letters else "",
                summary=mine is not None and deeper is not None and deeper > mine,
                actual_start=self._day(number, "actual start"),
                actual_finish=self._day(number, "actual finish"),
                suspend=self._day(number, "suspend"),
                resume=self._day(number, "resume"),
                expected_finish=self._day(number, "expected finish"),
                remaining=self._left(number),
                percent=self._percent(number),
                duration=self._left(number, "duration"),
                low=self._left(number, "low"),
                high=self._left(number, "high"),
                basis=self._basis(number),
                note=self._text(number, "note"),
            )
            unsure = len(self.faults) + len(self.cells.ambiguous) > wrong
            found.append(replace(row, unsure=True) if unsure else row)
            self._dated(number)
        self.cells.tell_ambiguous()
        return found

    def _dated(self, number: int) -> None:
        """Take in the status date of a row, which is the same in all that have one."""
        date = self._day(number, "status date")
        if date is not None and self.status is not None and date != self.status:
            self._fault(number, "status date", f"one day for all rows, expected {self.status} as above, got {date}")
        self.status = self.status or date

    def _left(self, number: int, column: PlannerColumn = "remaining") -> WrittenLength | None:
        """Return a length that is not below nothing."""
        length = self._length(number, column)
        if length is not None and length.amount < 0:
            self._fault(number, column, f"expected a length of nothing or more, got '{length.text}'")
            return None
        return length
