"""Progress in a table: actual dates, remaining durations, and the status date."""

from __future__ import annotations

import datetime as dt
from typing import Any

from optimiser.reading.drafting.beside import BesideTable
from optimiser.reading.drafting.entries import Drafting
from optimiser.reading.spelling import WrittenLength
from optimiser.reading.tabular import PlannerRow

__all__ = ["add_progress"]


def add_progress(drafting: Drafting, choices: BesideTable) -> None:
    """Add what is done of every row, and the status date, without which none can be said.

    Work of which some is done has begun: where no actual date says when, it is the day that stands in the column of starts, and for
    work that is wholly done the day in the column of finishes, as planners' tools keep them there.
    """
    first: tuple[PlannerRow, str] | None = None
    for row in drafting.table.rows:
        if row.summary or row.id not in drafting.draft.names:
            continue
        entry = _entry(drafting, row)
        if entry:
            entry = {"item": drafting.name(row), **entry}
            drafting.draft.add("progress", entry, row.row, "percent complete" if row.percent is not None else "actual start")
            first = first or (
                row,
                "percent complete" if row.percent else "actual finish" if row.actual_finish else "actual start",
            )
    drafting.draft.status = choices.status or _status(drafting)
    if first is not None and drafting.draft.status is None:
        row, column = first
        message = "what is done is told for a day; expected it in a column 'Status Date', in one row or in all"
        drafting.fault(row, column, f"{message}; maybe --status with 'optimiser init'")  # type: ignore[arg-type]


def _status(drafting: Drafting) -> dt.date | None:
    """Return the day of the column of status dates, which is one."""
    told = [row for row in drafting.table.rows if row.status is not None]
    for row in told:
        if row.status != told[0].status:
            drafting.fault(
                row, "status date", f"one day for all rows, expected {told[0].status} as in row {told[0].row}, got {row.status}"
            )
    return told[0].status if told else None


def _entry(drafting: Drafting, row: PlannerRow) -> dict[str, Any]:
    """Return what is done of a row; nothing where nothing is."""
    percent, done = row.percent or 0, row.actual_finish is not None or row.percent == 100
    begun = done or row.actual_start is not None or percent > 0
    if row.milestone:
        return _reached(drafting, row, done=done)
    if not begun:
        _untouched(drafting, row)
        return {}
    start, finish = row.actual_start or row.start, row.actual_finish or row.finish
    for missing, said in ((start is None, "has begun"), (done and finish is None, "is done")):
        if missing:
            name = "Actual Start" if said == "has begun" else "Actual Finish"
            drafting.fault(row, "percent complete", f"{said}, and no column says when; expected an {name}")
    if start is None or (done and finish is None):
        return {}
    entry: dict[str, Any] = {"actual_start": start.isoformat()}
    remaining = None if done else drafting.days(row, "remaining", row.remaining)
    if done and finish is not None:
        entry["actual_finish"] = finish.isoformat()
    elif remaining is not None:
        entry["remaining"] = str(remaining)
    elif row.percent is not None:
        entry["percent_complete"] = float(percent) if percent % 1 else int(percent)
    return entry


def _reached(drafting: Drafting, row: PlannerRow, *, done: bool) -> dict[str, Any]:
    """Return when a milestone was reached; nothing where it is not."""
    at = row.actual_finish or row.actual_start or (row.finish or row.start if done else None)
    if row.percent and not done:
        drafting.fault(row, "percent complete", f"a milestone is reached or not, got {float(row.percent):g} per cent")
    elif done and at is None:
        drafting.fault(row, "percent complete", "is reached, and no column says when; expected an Actual Finish")
    return {"actual_finish": at.isoformat()} if at else {}


def _untouched(drafting: Drafting, row: PlannerRow) -> None:
    """Tell of work that has not begun and of which another length remains than it has."""

    def told(length: WrittenLength) -> str | None:
        found = drafting.days(row, "remaining", length)
        return None if found is None else str(found)

    if row.remaining is not None and row.duration is not None and told(row.remaining) != told(row.duration):
        message = f"has not begun, and {row.remaining.text} of {row.duration.text} remain"
        drafting.fault(row, "remaining", f"{message}; expected an Actual Start, or all of it")
