"""The update sheet: filled with the known facts, completed by a planner, and read back by `update --from`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final

from models.assumptions import Assumption
from models.duration import Reference, Value, print_value
from models.items import Activity, Milestone
from models.plan import Plan
from models.progress import Progress
from models.risk import Risk
from optimiser.evidence.sheets import LONGEST, book_of, on_paper
from optimiser.evidence.terminal.characters import clean

__all__ = ["RISKS", "UPDATE", "update_table", "write_update_sheet"]

UPDATE: Final = "Update"
"""The sheet that `update --from` reads back; the reader looks for this name first."""

_HEADS: Final = (
    ("Id", 22, "what the plan calls it; rows may be deleted, and an empty cell says nothing new"),
    ("Name", 44, "its title; the plan's stays, whatever stands here"),
    ("Phase", 16, "the part of the programme it belongs to; not read"),
    ("Actual start", 13, "the day on which the work began; empty of what has not begun"),
    ("Actual finish", 13, "the day on whose evening the work was done, or on which the milestone was met"),
    ("Remaining", 12, "what is left of begun work after the status date: 12d, 3w, 20ed for calendar days"),
    ("% complete", 11, "in place of what is left: how much of the length is done"),
    ("Suspend", 13, "the last day on which begun work was done before it stopped"),
    ("Resume", 13, "the day on which stopped work goes on"),
    ("Duration", 12, "the whole length; another one here estimates it anew"),
    ("Low", 10, "the least length that is held possible"),
    ("High", 10, "the greatest length that is held possible"),
    ("Note", 40, "why; kept with a length estimated anew"),
)
_FROZEN: Final = 2


RISKS: Final = "Update risks"
"""The sheet of what became of risks, which `update --from` reads beside the other."""

_RISK_HEADS: Final = (
    ("Id", 26, "what the register calls it"),
    ("Title", 50, "not read"),
    ("Probability", 12, "not read"),
    ("State", 12, "open; closed, where it can strike no more; happened, where it is certain"),
)


def update_table(plan: Plan, risks: Sequence[Risk] = ()) -> bytes:
    """Return a workbook of the sheet alone, and of one of risks where there are any."""

    def write(book: Any, formats: dict[str, Any]) -> None:
        write_update_sheet(book.add_worksheet(UPDATE), plan, formats)
        if risks:
            _write_risks(book.add_worksheet(RISKS), risks, formats)

    return book_of(plan, "What is done, to be filled", write)


def write_update_sheet(sheet: Any, plan: Plan, formats: dict[str, Any]) -> None:
    """Write a row for each activity and milestone, with what is known of it."""
    for place, (head, width, about) in enumerate(_HEADS):
        sheet.write_string(0, place, head, formats["head"])
        sheet.write_comment(0, place, f"{head}: {about}.", {"author": ""})
        sheet.set_column(place, place, width)
    command = (
        "Fill the coloured cells and make the next update with: optimiser update PLAN --status DATE --from FILE.xlsx -o FOLDER"
    )
    sheet.write_comment(0, 0, f"{command}. Id: {_HEADS[0][2]}.", {"author": "", "x_scale": 3.0, "y_scale": 1.6})
    phases = {phase.id: phase.title for phase in plan.phases}
    row = 0
    rows: tuple[Activity | Milestone, ...] = (*plan.activities, *plan.milestones)
    for item in rows:
        row += 1
        for place, text in enumerate((item.id, item.title, phases.get(item.phase or "", ""))):
            sheet.write_string(row, place, clean(text)[:LONGEST], formats["text"])
        for place, value in enumerate(_known(plan, item), start=3):
            _write(sheet, row, place, value, formats)
    sheet.freeze_panes(1, _FROZEN)
    sheet.autofilter(0, 0, max(row, 1), len(_HEADS) - 1)
    on_paper(sheet, UPDATE, 0)


def _write_risks(sheet: Any, risks: Sequence[Risk], formats: dict[str, Any]) -> None:
    """Write a row for each risk, with what is known of it."""
    for place, (head, width, about) in enumerate(_RISK_HEADS):
        sheet.write_string(0, place, head, formats["head"])
        sheet.write_comment(0, place, f"{head}: {about}.", {"author": ""})
        sheet.set_column(place, place, width)
    for row, risk in enumerate(risks, start=1):
        sheet.write_string(row, 0, clean(risk.id), formats["text"])
        sheet.write_string(row, 1, clean(risk.title)[:LONGEST], formats["text"])
        sheet.write_number(row, 2, risk.probability, formats["text"])
        sheet.write_string(row, 3, risk.state, formats["input"])
    states = {"validate": "list", "source": ["open", "closed", "happened"]}
    sheet.data_validation(1, 3, len(risks), 3, states)
    sheet.freeze_panes(1, 1)
    on_paper(sheet, RISKS, 0)


def _known(plan: Plan, item: Activity | Milestone) -> Iterator[Value]:
    """Yield the known facts of an item, in the order of the columns to fill."""
    done = item.progress or Progress()
    if isinstance(item, Milestone):
        yield from (None, done.actual_finish or done.actual_start, *[None] * 8)
        return
    yield from (done.actual_start, done.actual_finish, None if done.actual_finish else done.remaining, None)
    yield from (done.suspend, done.resume)
    assumed = plan.assumptions_by_id.get(item.duration.name) if isinstance(item.duration, Reference) else None
    yield plan.duration(item.duration)
    yield from (assumed.low, assumed.high) if isinstance(assumed, Assumption) else (None, None)
    yield None


def _write(sheet: Any, row: int, place: int, value: Value, formats: dict[str, Any]) -> None:
    """Write a cell that may be filled: a day as a day, a moment and a length as text."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        sheet.write_datetime(row, place, dt.datetime.combine(value, dt.time()), formats["input-date"])
    elif value is None:
        sheet.write_blank(row, place, None, formats["input-date" if place in _DATED else "input"])
    else:
        text = str(value).replace("T", " ") if isinstance(value, dt.datetime) else print_value(value)
        sheet.write_string(row, place, text, formats["input"])


_DATED: Final = [
    place for place, (head, _, _) in enumerate(_HEADS) if head in ("Actual start", "Actual finish", "Suspend", "Resume")
]
