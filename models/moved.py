"""The bridge between two updates of a plan: each milestone's move divided among causes."""

from __future__ import annotations

from typing import Literal

from models.findings import ProofClass
from models.record import Date, Identifier, Many, Record, Text

__all__ = ["CAUSE_KINDS", "CauseKind", "CauseShare", "MilestoneMove", "MovedCause", "WhatMoved"]

CauseKind = Literal["progress", "remaining", "logic", "rules", "assumption", "reading", "calendar", "risk"]
CAUSE_KINDS: dict[CauseKind, str] = {
    "progress": "Progress",
    "remaining": "Work re-estimated",
    "logic": "Work and links",
    "rules": "Floors, boards, limits",
    "assumption": "Assumptions",
    "reading": "Readings",
    "calendar": "Calendars",
    "risk": "Risks",
}
"""Kinds of causes, as they are called: what happened first, then what was decided."""


class MovedCause(Record):
    """One thing that happened between two updates, or was changed."""

    id: Text
    kind: CauseKind
    title: Text
    happened: Text
    """What, from what to what, as a sentence without its full stop."""
    since: Date | None = None
    """From which day it bears on the schedule: of progress, the first on which fact and forecast part."""
    items: Many[str] = ()
    """Items and rules that it is about."""


class CauseShare(Record):
    """What a cause moves a milestone by; positive is later."""

    cause: Text
    amount: int
    """In time order, each on the plan as the causes before it have left it."""
    low: int
    """As `amount`, where capacity leaves the dates open: at least so much."""
    high: int
    reverse: int | None
    """With the causes applied in the reverse order; None where that has no date in between."""
    mean: float
    """Averaged over orders."""
    least: int
    """Over all orders tried."""
    most: int
    sentence: Text


class MilestoneMove(Record):
    """The move of one milestone."""

    milestone: Identifier
    title: Text
    before: Date | None
    after: Date | None
    proof_before: ProofClass | None
    proof_after: ProofClass | None
    unit: Literal["wd", "cd", "min"]
    """Working days of the base calendar, calendar days where the two calendars are not one, or worked minutes."""
    amount: int | None
    """The whole move; the sum of the shares. None where one of the two has no date."""
    shares: Many[CauseShare]
    """Of the causes that move it in any order tried, in time order."""
    orders: int
    """How many orders the mean is over."""
    exact: bool
    """Whether these are all orders."""
    kinds: dict[CauseKind, int]
    """The sum of the amounts by kind."""
    why_not: Text | None = None
    """Why there is nothing to divide, where one of the two has no date."""


class WhatMoved(Record):
    """Everything that moved between two updates, in time order."""

    before: Text
    after: Text
    """What the two are called."""
    status_before: Date | None
    status_after: Date | None
    causes: Many[MovedCause]
    """All of them, also those that move nothing, in time order."""
    moves: Many[MilestoneMove]
    day_minutes: int
    """Worked minutes of a day, where moves are in minutes."""
    renamed: dict[str, str] = {}
    """Items that are called otherwise now: the id before to the id after."""
    retitled: dict[str, Text] = {}
    """Items that have another title now: the id to the title before."""
    joined: Many[Text] = ()
    """Causes that were taken together as the plan has no date between them."""
    notes: Many[Text] = ()

    @property
    def still(self) -> bool:
        """Whether no milestone moved."""
        return all(move.amount == 0 for move in self.moves)
