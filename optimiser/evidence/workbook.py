"""The workbooks: about ten sheets for a planner, every column explained; and every table of the pack, one a sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from models.assumptions import Assumption
from models.duration import print_value
from models.pack import Cell, Pack, Table
from models.plan import Plan
from optimiser.evidence.sheets import LONGEST, book_of, on_paper, proofs, sheet_name, width_of, write_rows
from optimiser.evidence.tables.kit import choose, stacked
from optimiser.evidence.tables.meanings import meaning
from optimiser.evidence.tables.register import basis_of, cited
from optimiser.evidence.terminal.characters import clean
from optimiser.evidence.update_sheet import UPDATE, write_update_sheet

__all__ = ["ASSUMPTIONS", "HEADS", "write_tables", "write_workbook"]


ASSUMPTIONS: Final = "Assumptions"
"""The sheet that `solve --assumptions` reads back."""

HEADS: Final = ("assumption", "title", "value", "low", "high", "kind", "owner", "rated", "basis", "citation", "note")

_SHEETS: Final = {
    "Dates": ("dates-cases", "dates-synthetic"),
    "Schedule": ("schedule",),
    "Since": ("moved-dates", "moved-causes", "since-findings", "since-set"),
    "Trend": ("milestone-trend", "forecast-checks"),
    "What binds": ("binding-*", "binding-solve"),
    "Routes": ("changes", "route-*", "allow-*"),
    "Divergence": ("own-months", "own-sums"),
    "Risk": ("quantiles", "commitments", "chances-of"),
    "Readings": ("readings",),
    "Findings": ("findings",),
}
"""Sheet to the tables on it, one below the other; those whose ids end alike, milestone by milestone, become one."""


_LABELS: Final = ("phase", "item", "title", "start", "finish")
"""What stands before the bars of the Gantt chart."""

_BARS: Final = ("start", "finish", "kind", "drives", "published start", "published finish")
"""What the bars are drawn by."""


@dataclass(frozen=True, slots=True)
class _TableSheet:
    """One sheet of tables, each with the row of its head."""

    name: str
    tables: tuple[tuple[int, Table], ...]


def write_workbook(pack: Pack, plan: Plan) -> bytes:
    """Return the planner's workbook of a report.

    Parameters
    ----------
    pack
        Whose tables the sheets show; all of its tables are in the second workbook.
    plan
        Whose assumptions stand on the sheet that is read back.

    Returns
    -------
    bytes
        Equal packs give equal bytes.
    """
    by_id = {table.id: table for _, table in pack.tables()}
    sheets = [found for name, asked in _SHEETS.items() if (found := _sheet(name, asked, by_id)).tables]

    def write(book: Any, formats: dict[str, Any]) -> None:
        _about(book.add_worksheet("About"), pack, sheets, formats)
        for each in sheets:
            _tables(book.add_worksheet(each.name), each, formats)
            if each.name == "Schedule":
                _gantt(book.add_worksheet("Gantt"), each.tables[0][1], formats)
        _assumptions(book.add_worksheet(ASSUMPTIONS), plan, formats)
        write_update_sheet(book.add_worksheet(UPDATE), plan, formats)

    return book_of(pack, "Evidence pack", write)


def _sheet(name: str, asked: Sequence[str], by_id: dict[str, Table]) -> _TableSheet:
    """Return the tables of a sheet, where the pack has them, with the rows at which they begin."""
    found: list[tuple[int, Table]] = []
    row = 0
    for pattern in asked:
        stem = pattern.removesuffix("*")
        if stem == pattern:
            table = by_id.get(pattern)
        else:
            parts = {key.removeprefix(stem): value for key, value in by_id.items() if key.startswith(stem) and key not in asked}
            table = stacked(parts, "milestone") if parts else None
        if table is None:
            continue
        found.append((row + 2 * bool(found), table))
        row = found[-1][0] + len(table.rows) + 1
    return _TableSheet(name, tuple(found))


def _tables(sheet: Any, shown: _TableSheet, formats: dict[str, Any]) -> None:
    """Write the tables of a sheet; the first has the filters, and its head stays in sight."""
    for place, (row, table) in enumerate(shown.tables):
        if place:
            sheet.write_string(row - 1, 0, clean(table.title)[:LONGEST], formats["title"])
        write_rows(sheet, table, row, formats)
    first = shown.tables[0][1]
    for place in range(max(len(table.columns) for _, table in shown.tables)):
        sheet.set_column(place, place, max(width_of(table, place) for _, table in shown.tables if place < len(table.columns)))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(first.rows), 1), len(first.columns) - 1)
    on_paper(sheet, shown.name, 0)


def _about(sheet: Any, pack: Pack, sheets: Sequence[_TableSheet], formats: dict[str, Any]) -> None:
    """Write what the workbook is, and what every column of it means."""
    said = (
        f"Plan {pack.plan}, as known on {pack.as_of.isoformat()}. Status: {pack.status}.",
        f"Values on the sheet {ASSUMPTIONS} can be changed: optimiser solve PLAN --assumptions FILE.xlsx reads them back.",
        f"The sheet {UPDATE} is for what is done: optimiser update PLAN --status DATE --from FILE.xlsx -o FOLDER reads it back.",
        "Every table of the pack is in tables.xlsx; report.html tells them in order, and 'optimiser verify' checks all of it.",
        "wd are working days of the plan's calendar, cd calendar days, mo calendar months.",
    )
    sheet.write_string(0, 0, clean(pack.title)[:LONGEST], formats["title"])
    for row, text in enumerate(said, start=1):
        sheet.write_string(row, 0, clean(text))
    top = len(said) + 2
    for place, head in enumerate(("sheet", "table", "column", "what it means", "proof", "source")):
        sheet.write_string(top, place, head, formats["head"])
    row = top
    for shown in sheets:
        for _, table in shown.tables:
            for each in table.columns:
                row += 1
                sheet.write_url(row, 0, f"internal:'{shown.name}'!A1", formats["link"], string=shown.name)
                unit = f" ({each.unit})" if each.unit else ""
                cells = (table.title, f"{each.name}{unit}", meaning(each) or "", each.proof or proofs(table), table.source)
                for place, text in enumerate(cells, start=1):
                    sheet.write_string(row, place, clean(text)[:LONGEST], formats["said"])
    for place, width in enumerate((14, 44, 26, 70, 18, 44)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, max(row, top + 1), 5)
    on_paper(sheet, "About", top)


def _gantt(sheet: Any, schedule: Table, formats: dict[str, Any]) -> None:
    """Draw the schedule by months: what drives dark, other work pale, milestones as diamonds, published bars as dots."""
    phases = list(dict.fromkeys(row[0] for row in choose(schedule, ("phase",)).rows))
    ordered = sorted(choose(schedule, (*_LABELS, *_BARS)).rows, key=lambda row: (phases.index(row[0]), str(row[3])))
    shown = choose(schedule, _LABELS).model_copy(update={"rows": tuple(row[: len(_LABELS)] for row in ordered)})
    bars = [row[len(_LABELS) :] for row in ordered]
    days = [day for row in bars for day in row[:2] if isinstance(day, dt.date)]
    if not days:
        return
    first, last = min(days), max(days)
    span = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    months = [dt.date(number // 12, number % 12 + 1, 1) for number in span]
    write_rows(sheet, shown, 0, formats, folded=False)
    for place, month in enumerate(months, start=len(_LABELS)):
        sheet.write_datetime(0, place, dt.datetime.combine(month, dt.time()), formats["month"])
        for row, cells in enumerate(bars, start=1):
            mark, style = _mark(cells, month)
            if style:
                sheet.write_string(row, place, mark, formats[style])
    for place, width in enumerate((24, 18, 48, 12, 12)):
        sheet.set_column(place, place, width)
    sheet.set_column(len(_LABELS), len(_LABELS) + len(months) - 1, 3.4)
    sheet.set_row(0, 48)
    sheet.freeze_panes(1, len(_LABELS))
    sheet.autofilter(0, 0, max(len(shown.rows), 1), len(_LABELS) - 1)
    on_paper(sheet, "Gantt: dark drives, pale is other work, diamonds are milestones, dots are where it was published", 0)


def _mark(cells: Sequence[Cell], month: dt.date) -> tuple[str, str]:
    """Return what stands in one month of one row, and how; nothing where it is empty."""
    start, finish, kind, drives, planned, done = cells
    if _touches(start, finish or start, month):
        style = "driving" if drives else "work"
        return ("◆", "milestone") if kind == "milestone" else ("", style)
    return ("·", "ghost") if _touches(planned, done, month) else ("", "")


def _touches(start: Cell, finish: Cell, month: dt.date) -> bool:
    """Return whether days from one to another have one in a month."""
    if not isinstance(start, dt.date) or not isinstance(finish, dt.date):
        return False
    return (start.year, start.month) <= (month.year, month.month) <= (finish.year, finish.month)


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
        sheet.write_string(row, 1, clean(entry.title)[:LONGEST], formats["text"])
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
                sheet.write_string(row, place, clean(text)[:LONGEST], formats["text"])
    for place, width in enumerate((28, 48, 14, 12, 12, 12, 14, 10, 18, 40, 60)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(entries), 1), len(HEADS) - 1)
    on_paper(sheet, ASSUMPTIONS, 0)


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
