"""Answers in a notebook: a cell that ends in one shows its table, and a picture where there is a schedule."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any, Final

import pandas as pd

from models.outcome import Solved
from models.pack import Cell, Column, Table
from models.record import Record
from optimiser.evidence.charts.gantt import Bar, gantt_chart
from optimiser.evidence.report import render_table
from optimiser.evidence.tables.kit import columns, table, weakest

__all__ = ["html_of", "register"]

_MOST: Final = 20
"""Rows that a cell shows."""


def register() -> None:
    """Have a running notebook show records as `html_of` does; without a notebook do nothing."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.display_formatter.formatters["text/html"].for_type(Record, html_of)


def html_of(answer: Record) -> str | None:
    """Return the page's part for a record: of dates a table and a Gantt chart, of any other its first list; None where it has none."""
    if isinstance(answer, Solved):
        return render_table(_dates(answer)) + gantt_chart("gantt", "Earliest schedule", _bars(answer))
    if isinstance(answer, Table):
        return render_table(answer)
    try:
        frame = answer.to_frame()
    except ValueError:
        return None
    if frame.empty:
        return None
    rows = [[_cell(value) for value in row] for row in frame.head(_MOST).itertuples(index=False)]
    heads = [Column(name=str(name), kind=_kind([row[place] for row in rows])) for place, name in enumerate(frame.columns)]
    more = f"The first {_MOST} of {len(frame)} rows; to_frame() gives all." if len(frame) > _MOST else None
    title = type(answer).__name__
    return render_table(table(title, title, heads, rows, proof="stated", source=f"the fields of {title}", note=more))


def _dates(solved: Solved) -> Table:
    """Return the dates with their proof, and their span over the open readings."""
    names = {row.id: row.name for row in solved.rows}
    rows: list[list[Cell]] = [
        [
            f"{names.get(entry.id, entry.id)} ({entry.id})",
            entry.date,
            entry.proof,
            entry.span.first.date if entry.span else None,
            entry.span.last.date if entry.span and not entry.span.beyond else None,
        ]
        for entry in solved.milestones
    ]
    heads = columns("milestone | earliest:date | proof | first by reading:date | last by reading:date")
    proof = weakest(entry.proof for entry in solved.milestones)
    return table("dates", f"Earliest dates of {solved.plan}", heads, rows, proof=proof, source="solve")


def _bars(solved: Solved) -> list[Bar]:
    """Return what drives and the milestones asked for, as bars in order of time."""
    driving = {item for chain in solved.driving.values() for item in chain}
    kept = [row for row in solved.rows if row.id in driving or row.id in solved.dates]
    return [
        Bar(row.id, row.name, row.kind, row.start, max(row.finish, row.start - dt.timedelta(days=1)), row.id in driving, None)
        for row in sorted(kept, key=lambda row: (row.start, row.finish))
    ]


def _cell(value: Any) -> Cell:
    """Return a value of a record as a cell: what is no plain value as text."""
    if value is None or (not hasattr(value, "__len__") and pd.isna(value)):
        return None
    return value if isinstance(value, bool | int | float | dt.date | str) else str(value)


def _kind(cells: list[Cell]) -> Any:
    """Return what stands in a column."""
    held = [cell for cell in cells if cell is not None]
    if held and all(isinstance(cell, dt.date) for cell in held):
        return "date"
    return "number" if held and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in held) else "text"
