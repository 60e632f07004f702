"""The rows of a planner's table: each cell read by what its column is, and what cannot be read told at its cell."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from models.record import MOST_FAULTS
from optimiser.reading.interchange.record import ConstraintKind
from optimiser.reading.sheets import Cell, column_number
from optimiser.reading.spelling import (
    WrittenLength,
    WrittenLink,
    is_nothing,
    known_ids,
    plain_text,
    read_constraint,
    read_links,
)
from optimiser.reading.tabular.cells import decimal_text, several_text, whole_text
from optimiser.reading.tabular.fields import RowReader, moment_of, plain_day
from optimiser.reading.tabular.headers import PlannerColumn

__all__ = ["PlannerRow", "TableReader", "plain_day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerRow:
    """One line of a planner's table.

    Attributes
    ----------
    row
        Of the sheet.
    id
        As the table has it; the number of the row where it has none.
    level
        Depth of the outline from one; None where the table has no outline.
    summary
        Whether rows of a deeper level follow, whose frame this one is.
    resources
        What it needs, with how much of each.
    basis
        What its numbers stand on, where a column says so.
    start, finish
        The dates that stand in the table, to compare with.
    constraints, deadline
        Days, or moments where a time stands beside them.
    percent, actual_start, actual_finish, remaining
        What is done of it: per cent of its duration, days, and the length still to be worked.
    status
        The day up to whose evening that is told.
    """

    row: int
    id: str
    name: str
    duration: WrittenLength | None = None
    milestone: bool = False
    links: tuple[WrittenLink, ...] = ()
    constraints: tuple[tuple[ConstraintKind, dt.date | None], ...] = ()
    deadline: dt.date | None = None
    low: WrittenLength | None = None
    high: WrittenLength | None = None
    owner: str = ""
    phase: str = ""
    level: int | None = None
    summary: bool = False
    resources: tuple[tuple[str, Fraction], ...] = ()
    start: dt.date | None = None
    finish: dt.date | None = None
    note: str = ""
    basis: str = ""
    percent: Fraction | None = None
    actual_start: dt.date | None = None
    actual_finish: dt.date | None = None
    remaining: WrittenLength | None = None
    status: dt.date | None = None


_YES: Final = {"yes", "y", "ja", "j", "true", "x", "1", "wahr", "ja.", "oui", "vrai", "sí", "si", "verdadero"}
_NO: Final = {"", "no", "n", "nein", "false", "0", "falsch", "non", "faux", "falso"}
_RESOURCE: Final = re.compile(r"([^\[\]]+?) ?(?:\[(\d{1,4}(?:[.,]\d{1,2})?) ?(%?)\])?")


@dataclass(slots=True)
class TableReader(RowReader):
    """Reads the rows of one table of a plan, keeping what is wrong with them.

    Attributes
    ----------
    counted
        Whether the rows of a table without ids go by their place, 1 the first, and not by their number in the sheet.
    inactive
        Ids of rows that the table says are not active: they are left out, with the links to them.
    """

    counted: bool = False
    inactive: set[str] = field(default_factory=set)

    # -- the table -----------------------------------------------------------------------------------------------------

    def rows(self) -> list[PlannerRow]:
        """Return every row below the header that holds anything and is not switched off."""
        numbers = [row for row in sorted(self.sheet.rows) if row > self.columns.row and self._holds(row)]
        ids = self._ids(numbers) if "id" in self.columns.letters else self._numbers(numbers)
        known = self._known(numbers, ids)
        self.inactive = {ids[row] for row in numbers if self._off(row)}
        numbers = [row for row in numbers if ids[row] not in self.inactive]
        levels = self._levels(numbers)
        found = []
        for place, number in enumerate(numbers):
            if len(self.faults) > MOST_FAULTS:
                break
            deeper = levels[numbers[place + 1]] if place + 1 < len(numbers) else None
            mine = levels[number]
            summary = mine is not None and deeper is not None and deeper > mine
            found.append(self._row(number, ids[number], known, mine, summary=summary))
        self.cells.tell_ambiguous()
        return found

    def _numbers(self, numbers: list[int]) -> dict[int, str]:
        """Return what the rows of a table without ids go by: the numbers that its predecessors can mean.

        They are numbers of the sheet's rows, as somebody writes them who sees only the sheet, or places in the list, as the
        tools number their tasks.
        """
        shown = {row: str(row) for row in numbers}
        counted = {row: str(place) for place, row in enumerate(numbers, 1)}
        cells = [(row, several_text(self._cell(row, "predecessors"))) for row in numbers]
        told = [(row, text) for row, text in cells if not is_nothing(text)]
        wrong = []
        for ids in (shown, counted):
            known = known_ids(ids.values())
            read = [(ids[row], *read_links(text, known)) for row, text in told]
            wrong.append(sum(len(bad) + sum(link.other == mine for link in links) for mine, links, bad in read))
        self.counted = wrong[1] < wrong[0]
        if shown != counted and told and not any(wrong):
            row, text = told[0]
            message = (
                f"'{plain_text(text)[:40]}' may count the rows of the sheet or the tasks, 1 the first; maybe add a column Id"
            )
            self._fault(row, "predecessors", message)
        return counted if self.counted else shown

    def _known(self, numbers: list[int], ids: Mapping[int, str]) -> Mapping[str, str]:
        """Return how predecessors may name each row: by its id, or by its name where no other has that."""
        known = dict(known_ids(ids.values()))
        names = [(self._text(row, "name").lower(), ids[row]) for row in numbers]
        once = Counter(name for name, _ in names)
        for name, of in names:
            if once[name] == 1 and re.search(r"[^\W\d_]{2}", name):
                known.setdefault(name, of)
        return known

    def _off(self, number: int) -> bool:
        """Return whether a row is one that its table says is not active."""
        cell = self._cell(number, "active")
        return "active" in self.columns.letters and bool(plain_text(cell.text)) and not self._flag(number, "active")

    def _row(self, number: int, name: str, known: Mapping[str, str], level: int | None, *, summary: bool) -> PlannerRow:
        title = self._text(number, "name")
        if not title:
            self._fault(number, "name", "expected a name, got an empty cell")
        milestone = self._flag(number, "milestone")
        duration = None if summary else self._duration(number, milestone=milestone)
        none = duration is not None and duration.amount == 0
        start, finish = plain_day(self._day(number, "start")), plain_day(self._day(number, "finish"))
        return PlannerRow(
            row=number,
            id=name,
            name=title,
            duration=duration,
            milestone=milestone or none,
            links=tuple(self._links(number, known, name)),
            constraints=tuple(self._constraints(number)),
            deadline=self._day(number, "deadline"),
            low=self._length(number, "low"),
            high=self._length(number, "high"),
            owner=self._text(number, "owner"),
            phase=self._phase(number),
            level=level,
            summary=summary,
            resources=() if summary else tuple(self._resources(number)),
            start=start,
            finish=finish,
            note=self._text(number, "note"),
            basis=self._basis(number),
            percent=self._percent(number),
            actual_start=plain_day(self._day(number, "actual start")) or (start if self._actual(number, "start") else None),
            actual_finish=plain_day(self._day(number, "actual finish")) or (finish if self._actual(number, "finish") else None),
            remaining=self._length(number, "remaining"),
            status=plain_day(self._day(number, "status date")),
        )

    def _actual(self, number: int, column: PlannerColumn) -> bool:
        """Return whether Primavera's mark of an actual date stands behind a date."""
        return re.search(r" A\*?$", plain_text(self._cell(number, column).text)) is not None

    def _flag(self, number: int, column: PlannerColumn) -> bool:
        text = plain_text(self._cell(number, column).text).lower()
        if text not in _YES | _NO:
            self._fault(number, column, f"expected yes or no, got '{text[:40]}'")
        return text in _YES

    def _duration(self, number: int, *, milestone: bool) -> WrittenLength | None:
        length = self._length(number, "duration")
        if length is None and not milestone and not self._told(number, "duration"):
            self._fault(number, "duration", "expected a length such as '15d', or '0d' for a milestone, got an empty cell")
        if length is not None and length.amount < 0:
            self._fault(number, "duration", f"work cannot take less than nothing, got '{length.text}'")
            return None
        if milestone and length is not None and length.amount:
            self._fault(number, "duration", f"a milestone has no length, got '{length.text}'; maybe '0d', or no milestone")
        return length

    def _links(self, number: int, known: Mapping[str, str], mine: str) -> Iterator[WrittenLink]:
        cell = self._cell(number, "predecessors")
        if self._unusable(number, "predecessors", cell) or is_nothing(cell.text):
            return
        found, wrong = read_links(several_text(cell), known)
        advice = "" if "id" in self.columns.letters else "; the table has no column of ids, so its rows go by their numbers"
        for message in wrong:
            self._fault(number, "predecessors", f"{message}{advice}")
        seen: set[tuple[str, str]] = set()
        for link in found:
            if link.other == mine:
                self._fault(number, "predecessors", f"'{mine}' cannot wait for itself")
            elif (link.other, link.type) in seen:
                self._fault(
                    number, "predecessors", f"'{link.other}' is given twice as {link.type}; maybe keep the one that is meant"
                )
            else:
                seen.add((link.other, link.type))
                if link.other not in self.inactive:
                    yield link

    def _constraints(self, number: int) -> Iterator[tuple[ConstraintKind, dt.date | None]]:
        cell = self._cell(number, "constraint")
        if not self._unusable(number, "constraint", cell) and not is_nothing(cell.text):
            yield from self._constraint(number, cell)
        for column, kind in _DATED.items():
            day = self._day(number, column)
            if day is not None:
                yield kind, day

    def _constraint(self, number: int, cell: Cell) -> Iterator[tuple[ConstraintKind, dt.date | None]]:
        try:
            kind, rest = read_constraint(cell.text)
        except ValueError as error:
            self._fault(number, "constraint", str(error))
            return
        if kind is None:
            return
        if kind == "as-late-as-possible":
            yield kind, None
            return
        told = len(self.faults) + len(self.cells.ambiguous)
        if rest:
            written = self.cells.date(number, self.columns.letters["constraint"], rest, self.columns.titles["constraint"])
            day = moment_of(written) if written else None
        else:
            day = self._day(number, "constraint date")
        if day is not None:
            yield kind, day
        elif len(self.faults) + len(self.cells.ambiguous) == told:
            self._fault(number, "constraint", f"'{cell.text.strip()}' needs a date in a column 'Constraint Date', got none")

    def _resources(self, number: int) -> Iterator[tuple[str, Fraction]]:
        cell = self._cell(number, "resource")
        if self._unusable(number, "resource", cell) or is_nothing(cell.text):
            return
        parts = [part for part in re.split(r"[;,\n]", several_text(cell)) if plain_text(part)]
        amount = self._amount(number, alone=len(parts) == 1)
        for part in parts:
            found = _RESOURCE.fullmatch(plain_text(part))
            if found is None:
                self._fault(number, "resource", f"expected a resource such as 'Lab' or 'Lab[2]', got '{plain_text(part)[:60]}'")
                continue
            share = Fraction(found[2].replace(",", ".")) / (100 if found[3] else 1) if found[2] else None
            yield plain_text(found[1]), share if share is not None else amount

    def _amount(self, number: int, *, alone: bool) -> Fraction:
        """Return how much of its resource a row needs, one where it does not say."""
        cell = self._cell(number, "amount")
        if self._unusable(number, "amount", cell) or is_nothing(cell.text):
            return Fraction(1)
        text = decimal_text(cell) if cell.numeric else plain_text(cell.text)
        found = re.fullmatch(r"(\d{1,6}(?:[.,]\d{1,4})?) ?(%?)", text)
        if found is None:
            self._fault(number, "amount", f"expected how much is needed, such as 2 or 50%, got '{text[:40]}'")
        elif not alone:
            self._fault(
                number, "amount", "several resources and one amount; maybe write each with its own, such as 'Lab[2];Tester'"
            )
        else:
            return Fraction(found[1].replace(",", ".")) / (100 if found[2] else 1)
        return Fraction(1)

    def _phase(self, number: int) -> str:
        """Return the phase, of a merged cell also in the rows below its first."""
        letter = self.columns.letters.get("phase", "")
        text = self._text(number, "phase")
        if text or not letter:
            return text
        for first, top, last, bottom in self.sheet.merged:
            inside = column_number(first) <= column_number(letter) <= column_number(last)
            if inside and top <= number <= bottom and top > self.columns.row:
                return whole_text(self.sheet.rows.get(top, {}).get(first, Cell("")))
        return ""


_DATED: Final[Mapping[PlannerColumn, ConstraintKind]] = {"not before": "start-no-earlier", "not after": "finish-no-later"}
