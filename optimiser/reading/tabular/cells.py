"""The cells of a planner's sheet, whatever their column: dates and numbers as spreadsheets keep them."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Final

from optimiser.errors import Located
from optimiser.reading.sheets import Cell, ReadSheet
from optimiser.reading.spelling import AmbiguousDateError, DateOrder, WrittenDate, plain_text, read_date

__all__ = ["CellReader", "day_of_number", "decimal_text", "looks_like_a_day", "several_text", "whole_text"]

_DAY_NUMBERS: Final = (10_000, 110_000)
"""Numbers between these are the days of dates, 1927 to 2201, as spreadsheets count them."""

_MOST_NAMED: Final = 6
"""Cells named in one fault."""


@dataclass(slots=True)
class CellReader:
    """Reads the cells of one sheet, keeping what is wrong with them.

    Attributes
    ----------
    order
        Which number of a date with slashes comes first; None: whoever wrote the table is asked.
    ambiguous
        Cells whose date may be two days, of which one fault tells together.
    """

    sheet: ReadSheet
    order: DateOrder | None
    faults: list[Located] = field(default_factory=list)
    ambiguous: list[tuple[int, str, str]] = field(default_factory=list)

    def date(self, row: int, letter: str, text: Cell | str, header: str = "") -> WrittenDate | None:
        """Return the date that a cell, or a part of its text, holds; None where it is none, which is told."""
        try:
            if isinstance(text, Cell) and text.numeric:
                return self._numbered(text)
            return read_date(text.text if isinstance(text, Cell) else text, self.order)
        except AmbiguousDateError as error:
            self.ambiguous.append((row, letter, str(error)))
        except ValueError as error:
            self.faults.append(self.sheet.locate(row, letter, str(error), header))
        return None

    def day(self, row: int, letter: str) -> dt.date | None:
        """Return the day in a cell, whatever its time."""
        written = self.date(row, letter, self.sheet.rows[row].get(letter, Cell("")))
        return written.day if written else None

    def _numbered(self, cell: Cell) -> WrittenDate:
        """Read the number of a day.

        Raises
        ------
        ValueError
            If it is none that a plan could mean.
        """
        number = float(cell.text)
        if not math.isfinite(number) or not _DAY_NUMBERS[0] < number < _DAY_NUMBERS[1]:
            message = f"expected a date such as 2026-05-04, got the number {cell.text[:40]}"
            raise ValueError(message)
        seconds = round((number % 1) * 86_400) % 86_400
        time = dt.time(seconds // 3600, seconds // 60 % 60) if seconds else None
        return WrittenDate(day_of_number(self.sheet, number), time)

    def tell_ambiguous(self) -> None:
        """Report dates that may be two days, all of them in one fault."""
        if not self.ambiguous:
            return
        row, letter, said = self.ambiguous[0]
        others = [f"{column}{number}" for number, column, _ in self.ambiguous[1:]]
        more = f"; so are {', '.join(others[:_MOST_NAMED])}" if others else ""
        more += f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        self.faults.append(
            self.sheet.locate(
                row,
                letter,
                f"{said}{more}; say which with --dates day-first or --dates month-first, where the verb has it, or write 2026-05-04",
            )
        )


def day_of_number(sheet: ReadSheet, number: float) -> dt.date:
    """Return the day that a number stands for."""
    return sheet.epoch + dt.timedelta(days=int(number))


def looks_like_a_day(cell: Cell) -> bool:
    """Return whether a cell holds the number of a day rather than a count of anything."""
    return cell.numeric and _DAY_NUMBERS[0] < float(cell.text) < _DAY_NUMBERS[1]


def decimal_text(cell: Cell) -> str:
    """Return a number as people write it, without the noise of its binary digits."""
    number = float(cell.text)
    return f"{round(number, 4):.4f}".rstrip("0").rstrip(".") if math.isfinite(number) and abs(number) < 1e9 else cell.text[:40]


def whole_text(cell: Cell) -> str:
    """Return a cell's text, a whole number without decimals."""
    return decimal_text(cell) if cell.numeric else plain_text(cell.text)


def several_text(cell: Cell) -> str:
    """Return the text of a cell that may hold several things, one a line."""
    return decimal_text(cell) if cell.numeric else cell.text
