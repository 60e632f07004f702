"""Which item each row of a table of progress speaks of: by its id, by its name, or by the row that the item cites."""

from __future__ import annotations

from collections.abc import Iterator

from models.faults import maybe
from models.items import Item
from models.plan import Plan
from optimiser.errors import Located
from optimiser.reading.drafting.names import plain_title, slug
from optimiser.reading.tabular import PlannerColumn, ProgressRow, ProgressTable

__all__ = ["Matching"]


class Matching:
    """The items that rows speak of.

    Attributes
    ----------
    items
        Of each row's number the id of its item.
    left_out
        Rows that speak of no item and say nothing of what is done.
    faults
        Rows that speak of no item, or of one that another row speaks of.
    """

    def __init__(self, plan: Plan, table: ProgressTable) -> None:
        self.plan, self.table = plan, table
        self.items: dict[int, str] = {}
        self.left_out: list[ProgressRow] = []
        self.faults: list[Located] = []
        self._titles: dict[str, list[str]] = {}
        self._ids: dict[str, str] = {}
        for name, item in plan.items.items():
            self._titles.setdefault(_plain(item.title), []).append(name)
            self._ids.setdefault(name.lower(), name)
        taken: dict[str, int] = {}
        for row in table.rows:
            match = self._match(row)
            if match is None:
                continue
            if match in taken:
                said = f"'{match}' is told of in row {taken[match]} already; maybe keep one of the two"
                self.fault(row, "id" if row.id else "name", said)
                continue
            taken[match] = row.row
            self.items[row.row] = match

    def fault(self, row: ProgressRow, column: PlannerColumn, message: str) -> None:
        """Tell what is wrong with a cell."""
        self.faults.append(self.locate(row.row, column, message))

    def locate(self, row: int, column: PlannerColumn, message: str) -> Located:
        """Return a fault at a cell."""
        columns = self.table.columns
        return self.table.sheet.locate(row, columns.letters.get(column), message, columns.titles.get(column, ""))

    def _match(self, row: ProgressRow) -> str | None:
        """Return the item of a row, None where there is none; the fault is told where it matters."""
        titled = self._titles.get(_plain(row.name), []) if row.name else []
        if row.id:
            found = self._by_id(row.id)
            if found is not None:
                if row.name and titled and found not in titled:
                    message = f"'{row.id}' is '{self.plan.items[found].title}' in the plan, but '{row.name}' is {titled[0]}; maybe the ids have moved"
                    self.fault(row, "id", message)
                    return None
                return found
        if len(titled) == 1:
            return titled[0]
        cited = [name for name in titled if row.row in _rows_cited(self.plan.items[name])]
        if len(cited) == 1:
            return cited[0]
        if titled:
            self.fault(row, "name", f"'{row.name}' names {', '.join(titled)}; say which with a column Id")
        elif row.tells and not (row.summary or row.id or row.name):
            self.fault(row, "id", "something is done in this row, but of which item? Expected an id or a name")
        elif row.summary or not (row.id or row.name) or not (row.tells or row.duration):
            self.left_out.append(row)
        elif row.id:
            self.fault(row, "id", f"unknown id '{row.id}'{maybe(row.id, self.plan.items)}{self._new(row)}")
        else:
            titles = {item.title: name for name, item in self.plan.items.items()}
            self.fault(row, "name", f"no item is called '{row.name}'{maybe(row.name, titles)}{self._new(row)}")
        return None

    def _new(self, row: ProgressRow) -> str:
        """Return the remedy for a row whose work is not in the plan."""
        return "" if row.tells else " New work is logic: add it to the new update's own files"

    def _by_id(self, text: str) -> str | None:
        whole = text.removesuffix(".0") if text.removesuffix(".0").isdecimal() else text  # as data frames write numbers
        for candidate in (text.lower(), slug(text).lower(), whole):
            if candidate in self._ids:
                return self._ids[candidate]
        return None


def _plain(title: str) -> str:
    return plain_title(title).casefold()


def _rows_cited(item: Item) -> Iterator[int]:
    """Yield the rows of tables that an item stands on."""
    for citation in item.citation:
        word, _, number = citation.place.rpartition(" ")
        if word == "row" and number.isdecimal():
            yield int(number)
