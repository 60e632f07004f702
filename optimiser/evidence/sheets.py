"""Sheets of a workbook: real dates, widths and filters, and no text that a spreadsheet would compute."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any, Final

from models.pack import Cell, Column, Pack, Table
from models.plan import Plan
from optimiser.evidence.tables.meanings import meaning
from optimiser.evidence.terminal.characters import clean

__all__ = ["LONGEST", "book_of", "on_paper", "proofs", "sheet_name", "width_of", "write_rows"]

LONGEST: Final = 32_000
"""Letters that a cell holds."""

_LINE: Final = 15.0
"""Points that a line of a cell is high."""

_WIDTHS = {"id": 24, "date": 12, "number": 10, "share": 9, "text": 34}


def book_of(pack: Pack | Plan, subject: str, write: Callable[[Any, dict[str, Any]], None]) -> bytes:
    """Return a workbook.

    Parameters
    ----------
    pack
        Whose it is, or the plan; equal packs give equal bytes, for the file says that it was made on the day of the plan's knowledge.
    write
        Writes the sheets, given the book and its formats by name.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "d mmm yyyy",
    }
    book = xlsxwriter.Workbook(stream, options)
    created = dt.datetime.combine(pack.as_of, dt.time())
    book.set_properties({"title": clean(pack.title)[:250], "subject": subject, "author": "", "created": created})
    top: dict[str, Any] = {"valign": "top"}
    styles: dict[str, dict[str, Any]] = {
        "head": {"bold": True, "bg_color": "#E7EDF2", "border": 1, "text_wrap": True, **top},
        "title": {"bold": True, "font_size": 13},
        "said": {"text_wrap": True, **top},
        "line": {"num_format": "@", **top},
        "text": {"text_wrap": True, "num_format": "@", **top},
        "date": {"num_format": "d mmm yyyy", **top},
        "moment": {"num_format": "d mmm yyyy hh:mm", **top},
        "number": top,
        "share": {"num_format": "0.0%", **top},
        "link": {"font_color": "#0B4F8A", "underline": 1},
        "input": {"bg_color": "#FFF7DC", "num_format": "@", **top},
        "input-date": {"bg_color": "#FFF7DC", "num_format": "yyyy-mm-dd", **top},
        "driving": {"bg_color": "#1F4E79", "font_color": "#FFFFFF", "align": "center"},
        "work": {"bg_color": "#B7C7D6", "align": "center"},
        "milestone": {"bold": True, "align": "center"},
        "ghost": {"font_color": "#7A7A7A", "align": "center"},
        "month": {"bold": True, "bg_color": "#E7EDF2", "num_format": "mmm yy", "rotation": 90},
    }
    write(book, {name: book.add_format(style) for name, style in styles.items()})
    book.close()
    return stream.getvalue()


def sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a sheet may have and no other has."""
    base = re.sub(r"[\[\]:*?/\\']", "-", name)[:31]
    found, place = base, 2
    while found.lower() in taken:
        ending = f"-{place}"
        found, place = base[: 31 - len(ending)] + ending, place + 1
    taken.add(found.lower())
    return found


def proofs(table: Table) -> str:
    """Return how a table's figures are proved, columns apart that are proved otherwise."""
    own = [f"{column.name}: {column.proof}" for column in table.columns if column.proof]
    return "; ".join([table.proof, *own])


def on_paper(sheet: Any, title: str, head: int) -> None:
    """Lay a sheet out for A4: as wide as the page, its head on every page, its name at the foot."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_footer(f"&L{clean(title).replace('&', '&&')[:120]}&R&P / &N")


def write_rows(sheet: Any, table: Table, top: int, formats: dict[str, Any], *, folded: bool = True) -> None:
    """Write the head of a table at a row, with what each column means behind it, and its rows below.

    Parameters
    ----------
    folded
        Whether long words go over several lines, the row as high as they need; else they are cut.
    """
    widths = [width_of(table, place) for place in range(len(table.columns))]
    for place, column in enumerate(table.columns):
        head = f"{column.name} ({column.unit})" if column.unit else column.name
        sheet.write_string(top, place, clean(head), formats["head"])
        said = [words] if (words := meaning(column)) else []
        if place == 0:
            # Whoever sees this sheet alone still sees what its figures are and where they come from.
            about = [table.title, f"Proof: {proofs(table)}", f"Source: {table.source}"]
            said = [*about, *([table.note] if table.note else []), *said]
        if said:
            comment = "\n".join(map(clean, said))[:LONGEST]
            sheet.write_comment(top, place, comment, {"author": "", "x_scale": 3.0, "y_scale": 1.6})
    sheet.set_row(top, 2 * _LINE)
    for row, cells in enumerate(table.rows, start=top + 1):
        lines = 1
        for place, (value, column) in enumerate(zip(cells, table.columns, strict=True)):
            _write_cell(sheet, row, place, value, column, formats if folded else {**formats, "text": formats["line"]})
            if isinstance(value, str):
                lines = max(lines, -(-len(value) // max(int(widths[place]) - 1, 1)))
        if folded and lines > 1:
            sheet.set_row(row, min(lines * _LINE, 400.0))


def width_of(table: Table, place: int) -> float:
    """Return how wide a column is to be, in letters."""
    column = table.columns[place]
    cells = [row[place] for row in table.rows[:200] if row[place] is not None]
    longest = max((len(str(value)) for value in cells), default=0)
    most = max(_WIDTHS[column.kind], 12) + (6 if any(isinstance(value, dt.datetime) for value in cells) else 0)
    return float(min(max(len(column.name) + 2, min(longest + 2, 60), 8), most))


def _write_cell(sheet: Any, row: int, place: int, value: Cell, column: Column, formats: dict[str, Any]) -> None:
    """Write one cell as what it is; text is never read as a formula, a link or a number."""
    if value is None:
        return
    if isinstance(value, dt.datetime):
        sheet.write_datetime(row, place, value, formats["moment"])
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, place, dt.datetime.combine(value, dt.time()), formats["date"])
    elif isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, place, value, formats["share" if column.kind == "share" else "number"])
    else:
        sheet.write_string(row, place, clean(value)[:LONGEST], formats["text"])
