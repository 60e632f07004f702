"""What is done of a plan by its status date; and of a minute plan who does the work, and where a planner has put it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.duration import Duration
from models.record import Date, Identifier, Record, Text, unless

__all__ = ["Assignment", "Dialect", "ItemProgress", "Logic", "Pin", "Progress", "RiskNow", "RiskState", "StartLag"]

Dialect = Literal["msp", "p6"]
"""Whose reading of progress, floors and lags a plan follows, where the tools differ."""
Logic = Literal["retained", "override"]
"""Whether links hold the rest of work that has begun, or not."""
StartLag = Literal["early-start", "actual-start"]
"""From what a lag behind the start of begun work counts: the start of its rest, less what has elapsed since the actual
start; or the actual start."""


class Pin(Record):
    """A date that a planner has put on an item.

    ``on``: the point is at the date, whatever the rules ask; ``not-after``: at the date where the rules ask for later.
    A date where the item's calendar does not work is the next worked minute for a start, the last before it for a finish.
    """

    start: Date | None = None
    finish: Date | None = None
    kind: Literal["on", "not-after"] = "on"

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.start is None and self.finish is None:
            message = "expected a 'start', a 'finish' or both"
            raise ValueError(message)
        if self.start is not None and self.finish is not None and self.finish < self.start:
            message = f"the finish {self.finish} is before the start {self.start}; maybe they are swapped"
            raise ValueError(message)
        return self


class Progress(Record):
    """What is done of an item by the plan's ``status_date``, read as its evening; what has happened is fact.

    Finished: both ends are at their actual dates, and nothing moves them. Begun: the start is at its actual date, and the
    finish is ``r ⊕ remaining`` on the item's calendar, from the rest's beginning *r* on. *r* is no earlier than the status
    date, than ``resume`` and, with retained logic, than what dependencies, gates and counts ask of the start. What is not
    begun starts after the status date, and an event that is not met comes no earlier than its evening.

    A rule that asks for more of what is past is broken by fact: that is a finding and holds nothing back. So is a latest date
    that lies before the status date, be it stated, or so far behind what is past, or the past point of an equality. All else
    a rule asks holds, from past points too: lags count from actual dates. With ``logic: override`` dependencies, gates and
    counts ask nothing of begun work, of its finish neither. Days of a window before the status date, and what capacity
    was taken on them, hold nothing; what is left of begun work takes up capacity, and keeps out of windows, from *r* on.
    Of a migration what could have moved by then has.

    On a minute plan floors, dates of the calendar and windows hold no begun work, nor does a latest date behind what is past. An ``expected_finish`` that is not before
    *r* (of work not begun, the start) is there the finish in place of what the length gives, unless a rule asks for later of
    the finish. With a dialect of ``msp``, *r* is ``resume`` where that follows the start; else the finish is
    ``start ⊕ duration``. With a dialect of ``p6`` what follows finished work waits for the status date and for what the work
    itself waited for, and a positive lag behind it is less what has elapsed of it since the actual finish.
    """

    actual_start: Date | None = None
    actual_finish: Date | None = None
    remaining: Duration | None = None
    suspend: Date | None = None
    resume: Date | None = None
    expected_finish: Date | None = None
    percent_complete: Annotated[float, Field(ge=0, le=100)] | None = unless(None)
    """Only to derive what is left where ``remaining`` is not stated: the rest of the length as planned, rounded up. Once the
    plan is read it is stated, and follows no other length that is tried."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.actual_start and self.actual_finish and self.actual_finish < self.actual_start:
            message = f"the actual finish {self.actual_finish} is before the actual start {self.actual_start}"
            raise ValueError(message)
        if self.suspend and self.resume and self.resume < self.suspend:
            message = f"the work resumes on {self.resume}, before it is suspended on {self.suspend}"
            raise ValueError(message)
        return self

    @property
    def begun(self) -> bool:
        """Whether the work has begun, and perhaps finished."""
        return self.actual_start is not None or self.actual_finish is not None

    @property
    def left(self) -> Duration | None:
        """What is left of begun work; None of what is finished, and where nobody says."""
        return None if self.actual_finish is not None else self.remaining


class ItemProgress(Progress):
    """What is done of one item, said beside the items: the same as its ``progress``."""

    item: Identifier

    def of_item(self) -> Progress:
        """Return it as the item has it."""
        return Progress.model_construct(**{name: getattr(self, name) for name in Progress.model_fields})


RiskState = Literal["open", "closed", "happened"]


class RiskNow(Record):
    """What became of a risk of the register by the status date."""

    risk: Identifier
    state: RiskState
    """``closed``: it can strike no more, or what it did is in what is left of the work. ``happened``: it is certain."""


class Assignment(Record):
    """Somebody's part of the work: from ``delay`` worked minutes behind the item's start, and ``levelling_delay`` of the clock.

    The item starts with the first part and finishes with the last. A part takes ``work × 100 / units`` minutes of its calendar,
    rounded half up, or the item's length where no work is stated; where ``first`` and ``last`` are stated, as of work with a
    contour, the minutes worked between them. Work grows as the item's length does, or of begun work what is left of it, from what it is at
    the length ``of``; where nothing is said of that, at the item's own.
    """

    resource: Text | None = None
    calendar: Identifier | None = None
    """The item's where nothing is said."""
    work: Duration | None = None
    remaining: Duration | None = None
    """What is left of the work, once it has begun."""
    units: Annotated[float, Field(gt=0, le=1_000_000)] = 100.0
    """Per cent of one."""
    delay: Duration = Duration(0, "min")
    levelling_delay: Duration = Duration(0, "emin")
    first: Date | None = None
    last: Date | None = None
    of: Duration | None = unless(None)

    @model_validator(mode="after")
    def _whole_stretch(self) -> Self:
        if (self.first is None) != (self.last is None):
            message = "expected both 'first' and 'last' of a stretch, or neither"
            raise ValueError(message)
        if self.of is not None and (self.of.amount <= 0 or self.of.unit not in ("min", "h", "wd", "emin", "cd")):
            message = f"expected a length of more than nothing, in minutes, hours or days, got '{self.of}'"
            raise ValueError(message)
        return self
