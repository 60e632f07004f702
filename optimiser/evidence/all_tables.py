"""The second workbook: every table of the pack, one a sheet, for those who look up a single figure."""

from __future__ import annotations

from typing import Any

from models.pack import Pack, Table
from optimiser.evidence.sheets import LONGEST, book_of, on_paper, proofs, sheet_name, width_of, write_rows
from optimiser.evidence.terminal.characters import clean

__all__ = ["write_tables"]


def write_tables(pack: Pack) -> bytes:
    """Return the workbook of all tables; equal packs give equal bytes."""

    def write(book: Any, formats: dict[str, Any]) -> None:
        contents = book.add_worksheet("Contents")
        taken = {"contents"}
        sheets = [(sheet_name(shown.id, taken), f"{section.title}: {shown.title}", shown) for section, shown in pack.tables()]
        _contents(contents, pack, sheets, formats)
        for name, _, table in sheets:
            sheet = book.add_worksheet(name)
            write_rows(sheet, table, 0, formats)
            for place in range(len(table.columns)):
                sheet.set_column(place, place, width_of(table, place))
            sheet.freeze_panes(1, 1)
            sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
            on_paper(sheet, table.title, 0)

    return book_of(pack, "Every table of the evidence pack", write)


def _contents(sheet: Any, pack: Pack, sheets: list[tuple[str, str, Table]], formats: dict[str, Any]) -> None:
    sheet.write_string(0, 0, clean(pack.title)[:LONGEST], formats["title"])
    known = (
        f"Every table of the evidence pack for plan {pack.plan}, as known on {pack.as_of.isoformat()}. Status: {pack.status}."
    )
    sheet.write_string(1, 0, known)
    for place, head in enumerate(("sheet", "what", "rows", "proof", "source")):
        sheet.write_string(3, place, head, formats["head"])
    for row, (name, what, table) in enumerate(sheets, start=4):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", formats["link"], string=name)
        sheet.write_string(row, 1, clean(what)[:LONGEST])
        sheet.write_number(row, 2, len(table.rows))
        sheet.write_string(row, 3, proofs(table))
        sheet.write_string(row, 4, clean(table.source)[:LONGEST])
    for place, width in enumerate((30, 90, 8, 24, 60)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(4, 0)
    on_paper(sheet, "Contents", 3)
