"""A plan while it is made from a table: what it holds so far, and what every entry is made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from models.duration import Duration
from optimiser.errors import Located
from optimiser.reading.drafting.beside import BesideTable
from optimiser.reading.drafting.minutes import said_in_minutes
from optimiser.reading.drafting.names import Names, plain_title
from optimiser.reading.drafting.outline import outline_of
from optimiser.reading.spelling import WrittenLength
from optimiser.reading.tabular import PlannerColumn, PlannerRow, PlannerTable

__all__ = ["SOURCE", "Draft", "Drafting", "short_title"]

SOURCE: Final = "table"
"""The source that every number of the table cites."""

_LONGEST_TITLE: Final = 200


@dataclass(slots=True)
class Draft:
    """What a table makes.

    Attributes
    ----------
    lists
        Entries of the plan's lists, as plain values.
    cells
        Where each entry comes from, by list and place: row and column of the table.
    faults
        What the table says and a plan of days cannot.
    names
        The ids of the items, by the ids of the table; a summary has none.
    renamed
        Those that had to be written otherwise.
    open_ends
        Rows after whose finish nothing comes.
    unlimited
        Resources of which nobody says how many there are.
    minutes
        What makes it a plan of minutes, with its cell; empty for a plan of days.
    """

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cells: dict[tuple[str, int], tuple[int, PlannerColumn]] = field(default_factory=dict)
    faults: list[Located] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    open_ends: list[str] = field(default_factory=list)
    unlimited: list[str] = field(default_factory=list)
    minutes: str = ""
    timed: int = 0
    """Dates of a plan of days with the time at which a day begins or ends, which is left out."""
    status: dt.date | None = None
    """The day up to whose evening progress is told."""

    def add(self, name: str, entry: dict[str, Any], row: int, column: PlannerColumn) -> None:
        """Add an entry of a list, with the cell it comes from."""
        entries = self.lists.setdefault(name, [])
        self.cells[name, len(entries)] = row, column
        entries.append(entry)


class Drafting:
    """The rows of a table, the entries made of them so far, and what is wrong with them."""

    def __init__(self, table: PlannerTable, choices: BesideTable) -> None:
        self.table = table
        self.week, self.day_minutes = len(choices.weekdays), choices.day_minutes
        self.known = {name.lower(): (name, many) for name, many in {**(table.resources or {}), **choices.capacities}.items()}
        self.draft = Draft(minutes=next(said_in_minutes(table), ""))
        self.rows = {row.id: row for row in table.rows}
        self.outline = outline_of(table.rows)
        self.item_names = Names()
        self.rule_names = Names()
        self.made: set[str] = set()
        """Milestones that stand for a deadline of work: nothing follows because of them."""
        self.due: list[dict[str, str]] = []

    def name(self, row: PlannerRow) -> str:
        """Return a row's item."""
        return self.draft.names[row.id]

    def point(self, row: PlannerRow, end: str) -> str:
        """Return an end of a row's item; a milestone has one alone."""
        return self.name(row) if row.milestone else f"{self.name(row)}.{end}"

    def grounds(self, row: PlannerRow) -> dict[str, Any]:
        """Return what an entry stands on: its row of the table."""
        note = plain_title(row.note) if row.note else ""
        estimate = "marked as an estimate" if row.duration is not None and row.duration.estimated else ""
        said = "; ".join(filter(None, (note, estimate)))
        return {"basis": row.basis or "document", "citation": f"{SOURCE}: row {row.row}"} | ({"note": said} if said else {})

    def days(self, row: PlannerRow, column: PlannerColumn, length: WrittenLength | None) -> Duration | None:
        """Return a length in the plan's units, telling of one that the plan cannot have."""
        if length is None:
            return None
        try:
            return length.on_minutes(self.week, self.day_minutes) if self.draft.minutes else length.on_days(self.week)
        except ValueError as error:
            self.fault(row, column, str(error))
            return None

    def fault(self, row: PlannerRow, column: PlannerColumn, message: str) -> None:
        """Tell what is wrong with a cell."""
        columns = self.table.columns
        letter = columns.letters.get(column)
        self.draft.faults.append(self.table.sheet.locate(row.row, letter, message, columns.titles.get(column, "")))


def short_title(text: str) -> str:
    """Return a text as a title: no formula, and not too long."""
    plain = plain_title(text)
    return plain if len(plain) <= _LONGEST_TITLE else f"{plain[: _LONGEST_TITLE - 1]}…"
