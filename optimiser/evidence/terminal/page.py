"""A page of text: as wide as the terminal, coloured only where colours are wanted, laid out in columns."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from optimiser.evidence.terminal.characters import clean

__all__ = ["Lines", "Page", "TextColumn", "TextTable", "hanging", "heading", "paragraph", "words"]

Lines = list[Text]

NARROWEST, USUAL, WIDEST = 60, 100, 160
"""Columns of the narrowest page, of one whose width nobody knows, and of the widest."""


@dataclass(frozen=True, slots=True)
class Page:
    """How text will be shown.

    Attributes
    ----------
    width
        In character cells.
    colour
        Whether to use colours and weights; what they say is always also said by words or shapes.
    """

    width: int = USUAL
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO) -> Page:
        """Return the page that a stream shows: plain unless it is a terminal that takes colours, or the user says otherwise.

        ``NO_COLOR`` forbids colours anywhere, ``FORCE_COLOR`` asks for them where there is no terminal, as in a build's log;
        where both are set the first wins. Either says so by any text but an empty one (no-color.org, force-color.org).
        """
        colour = bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")
        colour &= not os.environ.get("NO_COLOR")
        return cls(max(NARROWEST, min(_columns() or USUAL, WIDEST)), colour)

    def paint(self, lines: Iterable[Text]) -> str:
        """Return the lines as one string that ends a line, none longer than the page is wide."""
        lines = list(lines)
        for line in lines:
            line.truncate(self.width, overflow="ellipsis")
        if not self.colour:
            return "".join(f"{line.plain.rstrip()}\n" for line in lines)
        # More than the page's width: a line is already as long as it may be, and is never to be folded here.
        console = Console(
            file=io.StringIO(),
            width=10 * WIDEST,
            force_terminal=True,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
        )
        for line in lines:
            line.rstrip()
            console.print(line, soft_wrap=True)
        file = console.file
        assert isinstance(file, io.StringIO)
        return file.getvalue()


def _columns() -> int | None:
    """Return the width said by ``COLUMNS``, or of the terminal on any of the three streams."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and 0 < int(said) < 100_000:
        return int(said)
    for descriptor in (1, 2, 0):
        try:
            columns = os.get_terminal_size(descriptor).columns
        except (OSError, ValueError):
            continue
        if columns > 0:
            return columns
    return None


def words(text: str, style: str = "") -> Text:
    """Return text to be shown literally: no markup is read in it, and nothing in it steers the terminal."""
    return Text(clean(text), style)


def heading(text: str, note: str = "") -> Text:
    """Return the title of a section."""
    line = words(text, "bold")
    return line.append(f"  {clean(note)}", "not bold dim") if note else line


def paragraph(text: str | Text, width: int, indent: int = 2, style: str = "") -> Lines:
    """Return text wrapped to a width, each line indented."""
    return hanging("", text, width, indent, 0, style)


def hanging(label: str, text: str | Text, width: int, indent: int = 2, room: int | None = None, style: str = "") -> Lines:
    """Return text wrapped beside a label.

    Parameters
    ----------
    indent
        Cells before the label.
    room
        Cells for the label and the gap after it; as many as it needs where None.
    """
    body = words(text, style) if isinstance(text, str) else text
    name = clean(label)
    room = cell_len(name) + 2 if room is None else room
    console = Console(file=io.StringIO(), width=width, color_system=None)
    lines = body.wrap(console, max(width - indent - room, 20), tab_size=1) or [Text()]
    first = Text(" " * indent).append(name + " " * max(room - cell_len(name), 0), "bold")
    return [first + line if index == 0 else Text(" " * (indent + room)) + line for index, line in enumerate(lines)]


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of a grid.

    Attributes
    ----------
    head
        Its title; all empty means no line of titles.
    side
        Where short cells go.
    gives
        Whether this column is the first to be cut when the page is narrow.
    limit
        The most cells that it takes.
    wraps
        Whether a cell too long for it goes on below, rather than being cut.
    """

    head: str = ""
    side: Literal["left", "right"] = "left"
    gives: bool = False
    limit: int = WIDEST
    wraps: bool = False


@dataclass(slots=True)
class TextTable:
    """Rows of cells under columns. A cell too long for its column is cut with an ellipsis, or goes on below where that wraps."""

    columns: Sequence[TextColumn]
    indent: int = 2
    gap: int = 2
    rows: list[Sequence[Text] | Text] = field(default_factory=list)

    def add(self, *cells: str | Text) -> None:
        """Add a row."""
        assert len(cells) == len(self.columns)
        self.rows.append([words(cell) if isinstance(cell, str) else cell for cell in cells])

    def across(self, line: str | Text) -> None:
        """Add a line that runs across all columns."""
        self.rows.append(words(line, "italic") if isinstance(line, str) else line)

    def natural(self) -> list[int]:
        """Return the width that each column would like."""
        heads = [cell_len(column.head) for column in self.columns]
        for row in self.rows:
            if not isinstance(row, Text):
                heads = [max(wish, cell.cell_len) for wish, cell in zip(heads, row, strict=True)]
        return [min(wish, column.limit) for wish, column in zip(heads, self.columns, strict=True)]

    def folded(self) -> list[int]:
        """Return the width that each column needs where its title goes over as many lines as it has words."""
        words_of = [max((cell_len(word) for word in column.head.split()), default=0) for column in self.columns]
        rows = [row for row in self.rows if not isinstance(row, Text)]
        cells = [max((row[place].cell_len for row in rows), default=0) for place in range(len(self.columns))]
        return [max(head, min(wish, column.limit)) for head, wish, column in zip(words_of, cells, self.columns, strict=True)]

    def fitted(self, width: int) -> list[int]:
        """Return the widths of the columns on a page: titles are folded first, then those that give are cut, then the widest."""
        widths = self.natural()
        room = width - self.indent - self.gap * (len(widths) - 1)
        folded = self.folded()
        while sum(widths) > room and (spare := [place for place, wish in enumerate(widths) if wish > folded[place]]):
            widths[max(spare, key=lambda place: widths[place] - folded[place])] -= 1
        for least, giving in ((10, True), (6, False)):
            while sum(widths) > room:
                able = [
                    index
                    for index, column in enumerate(self.columns)
                    if (column.gives or not giving) and widths[index] > max(least, 0 if giving else cell_len(column.head))
                ]
                if not able:
                    break
                widest = max(able, key=lambda index: widths[index])
                widths[widest] -= 1
        return widths

    def lines(self, width: int, widths: Sequence[int] | None = None) -> Lines:
        """Return the grid as lines no longer than the page is wide."""
        widths = widths or self.fitted(width)
        found: Lines = []
        if any(column.head for column in self.columns):
            found += self._row([Text(column.head, "dim") for column in self.columns], widths, folded=True)
            found.append(Text(" " * self.indent).append((" " * self.gap).join("─" * size for size in widths), "dim"))
        for row in self.rows:
            if isinstance(row, Text):
                line = Text(" " * self.indent) + row
                line.truncate(width, overflow="ellipsis")
                found.append(line)
            else:
                found += self._row(row, widths)
        return found

    def _row(self, cells: Sequence[Text], widths: Sequence[int], *, folded: bool = False) -> Lines:
        """Return a row, of as many lines as its longest cell that wraps; a row of titles wraps everywhere."""
        console = Console(file=io.StringIO(), width=WIDEST, color_system=None)
        parts = [
            list(cell.wrap(console, size)) if (column.wraps or folded) and cell.cell_len > size else [cell]
            for cell, size, column in zip(cells, widths, self.columns, strict=True)
        ]
        return [
            self._line([each[place] if place < len(each) else Text() for each in parts], widths)
            for place in range(max(map(len, parts)))
        ]

    def _line(self, cells: Sequence[Text], widths: Sequence[int]) -> Text:
        line = Text(" " * self.indent)
        for index, (cell, size) in enumerate(zip(cells, widths, strict=True)):
            cut = cell.copy()
            cut.truncate(size, overflow="ellipsis")
            padding = " " * (size - cut.cell_len)
            if self.columns[index].side == "right":
                line.append(padding).append_text(cut)
            else:
                line.append_text(cut).append(padding)
            if index + 1 < len(widths):
                line.append(" " * self.gap)
        return line
