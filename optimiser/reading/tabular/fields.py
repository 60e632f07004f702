"""Cells of a table by what their columns are: texts, lengths and dates, what cannot be read told at its cell."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from models.moment import Moment
from optimiser.errors import Located
from optimiser.reading.sheets import Cell, ReadSheet
from optimiser.reading.spelling import WrittenDate, WrittenLength, is_nothing, plain_text, read_length
from optimiser.reading.tabular.cells import CellReader, day_of_number, decimal_text, looks_like_a_day, whole_text
from optimiser.reading.tabular.headers import PlannerColumn, PlannerColumns

__all__ = ["RowReader", "moment_of", "plain_day"]

_PERCENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,9})?) ?(%?)")
_WHOLE: Final = 100
_BASES: Final = ("document", "judgement", "synthetic")


@dataclass(slots=True)
class RowReader:
    """Reads cells by what their columns are, keeping what is wrong with them.

    Attributes
    ----------
    cells
        Read whatever their column; what is wrong with any is kept there.
    bare
        How many lengths had no unit.
    """

    cells: CellReader
    columns: PlannerColumns
    bare: int = 0
    _shared: bool | None = None

    @property
    def sheet(self) -> ReadSheet:
        """The sheet that is read."""
        return self.cells.sheet

    @property
    def faults(self) -> list[Located]:
        """What is wrong with its cells."""
        return self.cells.faults

    # -- rows -------------------------------------------------------------------------------------------------------

    def _holds(self, row: int) -> bool:
        """Return whether a row holds anything in a column that is read."""
        cells = self.sheet.rows[row]
        return any(plain_text(cells[letter].text) for letter in self.columns.letters.values() if letter in cells)

    def _ids(self, numbers: list[int]) -> dict[int, str]:
        """Return the id of every row, told apart; numbers without the decimal that data frames put to them."""
        found: dict[int, str] = {}
        first: dict[str, int] = {}
        texts = {number: whole_text(self.columns.cell(self.sheet.rows[number], "id")) for number in numbers}
        if all(re.fullmatch(r"(\d+(\.0)?)?", text) for text in texts.values()):
            texts = {number: text.removesuffix(".0") for number, text in texts.items()}
        for number, written in texts.items():
            text = written or f"row {number}"
            if not written:
                self._fault(number, "id", "expected an id, got an empty cell")
            elif text.lower() in first:
                self._fault(number, "id", f"'{text}' is already the id of row {first[text.lower()]}; ids are unique")
            first.setdefault(text.lower(), number)
            found[number] = text
        return found

    def _levels(self, numbers: list[int]) -> dict[int, int | None]:
        """Return the depth of every row."""
        found: dict[int, int | None] = {}
        for number in numbers:
            cells = self.sheet.rows[number]
            text = whole_text(self.columns.cell(cells, "level"))
            outline = plain_text(self.columns.cell(cells, "outline number").text).strip(".")
            found[number] = None
            if "level" in self.columns.letters:
                if re.fullmatch(r"\d{1,2}", text):
                    found[number] = int(text)
                else:
                    self._fault(number, "level", f"expected a whole number such as 2, got '{text[:40]}'")
            elif re.fullmatch(r"\w+(\.\w+)*", outline):
                found[number] = outline.count(".") + 1
        return found

    # -- single cells -----------------------------------------------------------------------------------------------

    def _cell(self, number: int, column: PlannerColumn) -> Cell:
        return self.columns.cell(self.sheet.rows[number], column)

    def _fault(self, number: int, column: PlannerColumn, message: str) -> None:
        letter = self.columns.letters.get(column)
        self.faults.append(self.sheet.locate(number, letter, message, self.columns.titles.get(column, "")))

    def _text(self, number: int, column: PlannerColumn) -> str:
        cell = self._cell(number, column)
        if self._unusable(number, column, cell):
            return ""
        return "" if column != "name" and is_nothing(cell.text) else whole_text(cell)

    def _unusable(self, number: int, column: PlannerColumn, cell: Cell) -> bool:
        """Report a cell of which nobody can say what it holds."""
        if cell.formula and not cell.text:
            self._fault(number, column, "a formula whose result is not stored; maybe write the value itself")
        elif re.fullmatch(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|BEZUG!|WERT!|NV)", cell.text.strip()):
            self._fault(number, column, f"the cell holds the error {cell.text.strip()}; maybe mend its formula")
        else:
            return False
        return True

    def _basis(self, number: int) -> str:
        text = self._text(number, "basis").lower()
        if text not in ("", *_BASES):
            self._fault(number, "basis", f"expected one of {', '.join(_BASES)}, got '{text[:40]}'")
        return text

    def _percent(self, number: int) -> Fraction | None:
        """Return what is complete, in per cent; a column of bare numbers none of which is above one holds shares."""
        found = self._written_percent(number, tell=True)
        if found is None:
            return None
        percent = found[0] * (_WHOLE if self.shares and not found[1] else 1)
        if percent > _WHOLE:
            self._fault(number, "percent complete", f"expected per cent from 0 to 100, got '{float(percent):g}'")
            return None
        return percent

    @property
    def shares(self) -> bool:
        """Whether what is complete is written in shares of one, as spreadsheets keep what they show in per cent."""
        if self._shared is None:
            numbers = [row for row in self.sheet.rows if row > self.columns.row]
            found = [self._written_percent(row, tell=False) for row in numbers]
            bare = [number for number, marked in filter(None, found) if not marked]
            self._shared = any(bare) and max(bare) <= 1
        return self._shared

    def _written_percent(self, number: int, *, tell: bool) -> tuple[Fraction, bool] | None:
        """Return the number in the column of what is complete, and whether a sign of per cent stands beside it."""
        cell = self._cell(number, "percent complete")
        if (tell and self._unusable(number, "percent complete", cell)) or is_nothing(cell.text):
            return None
        text = decimal_text(cell) if cell.numeric else plain_text(cell.text)
        found = _PERCENT.fullmatch(text)
        if found is None:
            if tell:
                said = f"expected per cent from 0 to 100, such as 40%, got '{text[:40]}'"
                self._fault(number, "percent complete", said)
            return None
        return Fraction(found[1].replace(",", ".")), bool(found[2])

    def _told(self, number: int, column: PlannerColumn) -> bool:
        """Return whether something stands in a cell, so that it has been told of."""
        cell = self._cell(number, column)
        return cell.formula or not is_nothing(cell.text)

    def _length(self, number: int, column: PlannerColumn) -> WrittenLength | None:
        cell = self._cell(number, column)
        if self._unusable(number, column, cell) or is_nothing(cell.text):
            return None
        text = decimal_text(cell) if cell.numeric else cell.text
        if looks_like_a_day(cell):
            day = day_of_number(self.sheet, float(cell.text))
            self._fault(number, column, f"expected a length such as '15d', got the date {day.isoformat()}")
            return None
        try:
            length = read_length(text, bare=self.columns.units.get(column, "d"))
        except ValueError as error:
            self._fault(number, column, str(error))
            return None
        self.bare += bool(length.amount) and plain_text(text).replace(".", "").replace(",", "").isdecimal()
        return length

    def _day(self, number: int, column: PlannerColumn) -> dt.date | None:
        """Return a date, as a moment where a time stands beside it."""
        cell = self._cell(number, column)
        if self._unusable(number, column, cell) or is_nothing(cell.text):
            return None
        written = self.cells.date(number, self.columns.letters[column], cell, self.columns.titles[column])
        return moment_of(written) if written else None


def moment_of(written: WrittenDate) -> dt.date:
    """Return a day, or the moment where a time other than midnight stands beside it."""
    if written.time is None or written.time == dt.time():
        return written.day
    return Moment.of(dt.datetime.combine(written.day, written.time))


def plain_day(date: dt.date | None) -> dt.date | None:
    """Return the day of a moment."""
    return date.date() if isinstance(date, dt.datetime) else date
