"""The workbook: one sheet a table, real dates, nothing that a spreadsheet would compute, and assumptions to be read back."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any, Final

from models.assumptions import Assumption
from models.duration import print_value
from models.pack import Cell, Column, Pack, Table
from models.plan import Plan
from optimiser.evidence.sections.words import basis_of, cited
from optimiser.evidence.terminal.characters import clean

__all__ = ["ASSUMPTIONS", "HEADS", "write_workbook"]

ASSUMPTIONS: Final = "Assumptions"
"""The sheet that `solve --assumptions` reads back."""

HEADS: Final = ("assumption", "title", "value", "low", "high", "kind", "owner", "rated", "basis", "citation", "note")

_LONGEST = 32_000
"""Letters that a cell holds."""

_WIDTHS = {"id": 24, "date": 12, "number": 10, "share": 9, "text": 34}


def write_workbook(pack: Pack, plan: Plan) -> bytes:
    """Return the workbook of a report.

    Parameters
    ----------
    pack
        Whose tables become sheets.
    plan
        Whose assumptions stand on the sheet that is read back.

    Returns
    -------
    bytes
        Equal packs give equal bytes: the file says that it was made on the day of the plan's knowledge.
    """
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "d mmm yyyy",
        },
    )
    created = dt.datetime.combine(pack.as_of, dt.time())
    book.set_properties({"title": clean(pack.title)[:250], "subject": "Evidence pack", "author": "", "created": created})
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#E7EDF2", "border": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 13}),
        "text": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "date": book.add_format({"num_format": "d mmm yyyy", "valign": "top"}),
        "number": book.add_format({"valign": "top"}),
        "share": book.add_format({"num_format": "0.0%", "valign": "top"}),
        "link": book.add_format({"font_color": "#0B4F8A", "underline": 1}),
        "input": book.add_format({"bg_color": "#FFF7DC", "valign": "top", "num_format": "@"}),
        "input-date": book.add_format({"bg_color": "#FFF7DC", "valign": "top", "num_format": "yyyy-mm-dd"}),
    }
    contents = book.add_worksheet("Contents")
    sheets: list[tuple[str, str, Table | None]] = [(ASSUMPTIONS, "Assumptions and unknowns, to be changed and read back", None)]
    taken = {"contents", ASSUMPTIONS.lower()}
    for section, shown in pack.tables():
        if shown.id != "assumptions":
            sheets.append((_sheet_name(shown.id, taken), f"{section.title}: {shown.title}", shown))
    _contents(contents, pack, sheets, formats)
    for name, _, table in sheets:
        sheet = book.add_worksheet(name)
        if table is None:
            _assumptions(sheet, plan, formats)
        else:
            _table(sheet, table, formats)
    book.close()
    return stream.getvalue()


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a sheet may have and no other has."""
    base = re.sub(r"[\[\]:*?/\\']", "-", name)[:31]
    found, place = base, 2
    while found.lower() in taken:
        ending = f"-{place}"
        found, place = base[: 31 - len(ending)] + ending, place + 1
    taken.add(found.lower())
    return found


def _contents(sheet: Any, pack: Pack, sheets: list[tuple[str, str, Table | None]], formats: dict[str, Any]) -> None:
    sheet.write_string(0, 0, clean(pack.title)[:_LONGEST], formats["title"])
    sheet.write_string(
        1, 0, f"Evidence pack for plan {pack.plan}, as known on {pack.as_of.isoformat()}. Status: {pack.status}."
    )
    for place, head in enumerate(("sheet", "what", "rows", "proof", "source")):
        sheet.write_string(3, place, head, formats["head"])
    for row, (name, what, table) in enumerate(sheets, start=4):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", formats["link"], string=name)
        sheet.write_string(row, 1, clean(what)[:_LONGEST])
        if table is not None:
            sheet.write_number(row, 2, len(table.rows))
            sheet.write_string(row, 3, _proofs(table))
            sheet.write_string(row, 4, clean(table.source)[:_LONGEST])
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    sheet.set_column(3, 3, 24)
    sheet.set_column(4, 4, 60)
    sheet.freeze_panes(4, 0)
    _on_paper(sheet, "Contents", 3)


def _proofs(table: Table) -> str:
    """Return how a table's figures are proved, columns apart that are proved otherwise."""
    own = [f"{column.name}: {column.proof}" for column in table.columns if column.proof]
    return "; ".join([table.proof, *own])


def _on_paper(sheet: Any, title: str, head: int) -> None:
    """Lay a sheet out for A4: as wide as the page, its head on every page, its name at the foot."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_footer(f"&L{clean(title).replace('&', '&&')[:120]}&R&P / &N")


def _table(sheet: Any, table: Table, formats: dict[str, Any]) -> None:
    for place, column in enumerate(table.columns):
        head = f"{column.name} ({column.unit})" if column.unit else column.name
        sheet.write_string(0, place, clean(head), formats["head"])
        said = [clean(column.note)] if column.note else []
        if place == 0:
            # Whoever sees this sheet alone still sees what its figures are and where they come from.
            said = [
                table.title,
                f"Proof: {_proofs(table)}",
                f"Source: {table.source}",
                *([table.note] if table.note else []),
                *said,
            ]
        if said:
            comment = "\n".join(clean(words) for words in said)[:_LONGEST]
            sheet.write_comment(0, place, comment, {"author": "", "x_scale": 3.0, "y_scale": 1.6})
        sheet.set_column(place, place, _width(table, place, column))
    for row, cells in enumerate(table.rows, start=1):
        for place, (value, column) in enumerate(zip(cells, table.columns, strict=True)):
            _write(sheet, row, place, value, column, formats)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    _on_paper(sheet, table.title, 0)


def _width(table: Table, place: int, column: Column) -> float:
    longest = max((len(str(row[place])) for row in table.rows[:200] if row[place] is not None), default=0)
    return float(min(max(len(column.name) + 2, min(longest + 2, 60), 8), max(_WIDTHS[column.kind], 12)))


def _write(sheet: Any, row: int, place: int, value: Cell, column: Column, formats: dict[str, Any]) -> None:
    """Write one cell as what it is; text is never read as a formula, a link or a number."""
    if value is None:
        return
    if isinstance(value, dt.date):
        sheet.write_datetime(row, place, dt.datetime.combine(value, dt.time()), formats["date"])
    elif isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, place, value, formats["share" if column.kind == "share" else "number"])
    else:
        sheet.write_string(row, place, clean(value)[:_LONGEST], formats["text"])


def _assumptions(sheet: Any, plan: Plan, formats: dict[str, Any]) -> None:
    """Write what can be changed: the third column is read back."""
    for place, head in enumerate(HEADS):
        sheet.write_string(0, place, head, formats["head"])
    sheet.write_comment(
        0, 2, "Change a value and read the file back with: optimiser solve PLAN --assumptions FILE.xlsx", {"author": ""}
    )
    entries = list(plan.assumptions_by_id.values())
    for row, entry in enumerate(entries, start=1):
        sheet.write_string(row, 0, entry.id, formats["text"])
        sheet.write_string(row, 1, clean(entry.title)[:_LONGEST], formats["text"])
        if isinstance(entry.value, dt.date):
            sheet.write_datetime(row, 2, dt.datetime.combine(entry.value, dt.time()), formats["input-date"])
        else:
            sheet.write_string(row, 2, print_value(entry.value), formats["input"])
        ends = (entry.low, entry.high) if isinstance(entry, Assumption) else (None, None)
        for place, end in enumerate(ends, start=3):
            if end is not None:
                sheet.write_string(row, place, print_value(end), formats["text"])
        rated = entry.uncertainty if isinstance(entry, Assumption) else None
        note = entry.note if isinstance(entry, Assumption) else entry.why
        kind = "assumption" if isinstance(entry, Assumption) else "unknown"
        rest = (kind, entry.owner, rated, basis_of(entry), cited(entry.citation), note)
        for place, text in enumerate(rest, start=5):
            if text:
                sheet.write_string(row, place, clean(text)[:_LONGEST], formats["text"])
    for place, width in enumerate((28, 48, 14, 12, 12, 12, 14, 10, 18, 40, 60)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(entries), 1), len(HEADS) - 1)
    _on_paper(sheet, ASSUMPTIONS, 0)
