"""Dates and progress written back into a planner's file, task by task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

__all__ = ["TaskDates", "Written", "hours_text", "same_cell", "spanned", "upon"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDates:
    """New dates of one task; what is None stays as the file has it.

    Attributes
    ----------
    start, finish
        Moments between which the task now lies.
    late_start, late_finish
        The latest at which it moves nothing that is asked for.
    total_float, free_float
        In worked minutes of the task's calendar.
    hold
        The file's own logic, from the dates that stand before the task, would let it start earlier.
    fields
        What is told of it in words: title and text of each, the same titles for all tasks.
    """

    start: dt.datetime | None = None
    finish: dt.datetime | None = None
    late_start: dt.datetime | None = None
    late_finish: dt.datetime | None = None
    total_float: int | None = None
    free_float: int | None = None
    critical: bool | None = None
    hold: bool = False
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Written:
    """A file with an answer in it.

    Attributes
    ----------
    cells
        How many cells differ from the source, those put in included.
    tasks
        Uids of the tasks that have such a cell.
    held
        Uids of those that a new constraint keeps where they are put.
    unheld
        Uids of those that the tool will move when it works its dates out again, with why nothing holds them.
    notes
        What could not be kept, in sentences.
    """

    content: bytes
    cells: int = 0
    tasks: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    unheld: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def wrote(self, uid: str, cells: int) -> None:
        """Note that so many cells of a task differ from the source."""
        if cells:
            self.tasks.append(uid)
            self.cells += cells

    def holds(self, uid: str, *, hold: bool, other: bool, lacking: str = "") -> bool:
        """Return whether a new constraint is to keep a task where it is put; note why none is, where that is so.

        Parameters
        ----------
        hold
            Whether such constraints are asked for.
        other
            Whether the file has one of its own there.
        lacking
            What the file has no room for, in words; empty where it has.
        """
        why = lacking or ("it has another constraint, which was left" if other else "" if hold else "nothing holds it")
        if why:
            self.unheld[uid] = why
        else:
            self.held.append(uid)
        return not why


def upon(stored: TaskDates | None, new: TaskDates) -> TaskDates:
    """Return the new dates, with the file's own where there is no new one."""
    if stored is None:
        return new
    names = ("start", "finish", "late_start", "late_finish")
    return replace(new, **{name: getattr(stored, name) for name in names if getattr(new, name) is None})


def spanned(inside: Iterable[str], dates: Mapping[str, TaskDates]) -> TaskDates:
    """Return what a summary of some tasks spans: their first start and their last finish, early and late."""
    found = [dates[uid] for uid in inside if uid in dates]
    starts, finishes = ([getattr(each, end) for each in found if getattr(each, end) is not None] for end in ("start", "finish"))
    late_starts = [each.late_start for each in found if each.late_start is not None]
    late_finishes = [each.late_finish for each in found if each.late_finish is not None]
    return TaskDates(
        start=min(starts, default=None),
        finish=max(finishes, default=None),
        late_start=min(late_starts, default=None),
        late_finish=max(late_finishes, default=None),
        critical=any(each.critical for each in found) if any(each.critical is not None for each in found) else None,
    )


def hours_text(minutes: int) -> str:
    """Return minutes as hours, as few decimals as tell them apart."""
    exact = Fraction(minutes, 60)
    if exact.denominator == 1:
        return str(exact.numerator)
    return f"{Decimal(exact.numerator) / Decimal(exact.denominator):.4f}".rstrip("0")


def same_cell(old: str, new: str) -> bool:
    """Tell whether a cell of Primavera says what is to be written already: the same number, or the same text."""
    if old == new:
        return True
    try:
        return abs(Decimal(old.replace(",", ".")) - Decimal(new.replace(",", "."))) * 60 < Decimal("0.5")
    except ArithmeticError:
        return False
