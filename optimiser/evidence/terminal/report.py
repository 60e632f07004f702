"""A report under way: headings, sentences and tables one below another, laid out for one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from models.pack import Cell, Table
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, paragraph, words
from optimiser.evidence.terminal.tables import LEAST, shown

__all__ = ["Report"]


class Report:
    """What a person reads, written from the top down."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lines: Lines = []
        self._apart = False

    def gap(self) -> None:
        """Leave a line empty before what comes next, if anything stands above and comes."""
        self._apart = True

    def add(self, *lines: Text) -> None:
        """Write lines as they are; `Page.paint` cuts what is longer than the page."""
        if self._apart and lines:
            self.lines += [Text()] if self.lines else []
            self._apart = False
        self.lines += lines

    def head(self, title: str, note: str = "") -> None:
        """Begin a section."""
        self.gap()
        self.add(heading(title, note))

    def say(self, *texts: str, indent: int = 2, style: str = "") -> None:
        """Write sentences, a paragraph each; nothing of an empty one."""
        for text in filter(None, texts):
            self.add(*paragraph(text, self.page.width, indent, style))

    def hang(self, label: str, *texts: str | Text, indent: int = 2, room: int | None = None) -> None:
        """Write texts beside a label, each led by it; ``room`` is in cells, as many as the label needs where None."""
        for text in texts:
            self.add(*hanging(label, text, self.page.width, indent, room))

    def under(self, title: str, texts: Iterable[str], mark: str = "-") -> None:
        """Write texts under a heading, each led by a mark; nothing where there are none."""
        if texts := list(texts):
            self.head(title)
            self.hang(mark, *texts, room={"-": 2, "": 0}.get(mark))

    def table(
        self,
        table: Table,
        columns: Sequence[str] | None = None,
        *,
        rows: Iterable[Sequence[Cell]] | None = None,
        title: str | None = None,
        note: str | None = None,
        spared: Sequence[str] = (),
        most: int | None = None,
        least: int = LEAST,
        empty: str = "",
    ) -> bool:
        """Write a table, or a view of it; say whether it has a row.

        Parameters
        ----------
        columns, rows
            As of `optimiser.evidence.tables.kit.choose`: rows have the table's own columns.
        title
            Instead of the table's; none is written where it is empty.
        note, spared, most, least
            As of `optimiser.evidence.terminal.tables.shown`.
        empty
            What is said beside the title where the table has no rows; nothing is written where it is empty too.
        """
        view = choose(table, columns, rows)
        if title:
            view = view.model_copy(update={"title": title})
        if view.rows:
            # The first two lines are a gap and the title.
            lines = shown(view, self.page, note=note, spared=spared, most=most, least=least)[1:]
            if title != "":
                self.gap()
            self.add(*lines[title == "" :])
        elif empty:
            self.head(view.title, empty)
        return bool(view.rows)

    def item(self, lead: str, name: str, title: str, *, bold: bool = True) -> None:
        """Write on one line what an item of a list is called, and its title."""
        self.add(Text(lead).append_text(words(name, "bold" if bold else "dim")).append("  ").append_text(words(title)))

    def text(self) -> str:
        """Return the report."""
        return self.page.paint(self.lines)
