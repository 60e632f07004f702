"""The answer to "when at the earliest": solved, infeasible or undecided. Never a time-out read as a verdict."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.findings import Binding, Certificate, Conflict, Evidence, ProofClass
from models.forecast import Forecast, Work
from models.record import Date, Identifier, Many, Record, Text, unless
from models.schedule import Schedule

__all__ = [
    "BaselineDelta",
    "DateSpan",
    "Infeasible",
    "MilestoneDate",
    "Outcome",
    "RowDate",
    "Run",
    "Solved",
    "SpanEnd",
    "Undecided",
]


class Run(Record):
    """What is needed to run it again and get the same bytes."""

    version: Text
    ortools: Text
    seed: int
    workers: int
    deterministic_time: float
    """Summed over all solver calls."""
    deterministic_limit: float
    time_limit: float | None = None
    """Seconds by the wall clock, where the user chose to bound the run so; such a run may not repeat."""
    windows: Literal["full", "trimmed"] = "full"
    """Whether CP-SAT searched the whole axis, or only near the bounds of the longest path."""
    inputs_sha256: Text


class BaselineDelta(Record):
    """A date against a published one."""

    published: Text
    """To the month or the day, as published."""
    delta_months: int
    """Difference of the month labels; positive is later than published."""
    delta_wd: int | None
    """In working days, where a day was published; positive is later."""


class SpanEnd(Record):
    """One end of a span: the date, and the readings at which it occurs, as far as they differ from those chosen."""

    date: Date
    readings: dict[Identifier, Identifier]


class DateSpan(Record):
    """How far a date moves over every combination of the readings that nobody has answered."""

    first: SpanEnd
    last: SpanEnd
    combinations: int
    infeasible: int = 0
    beyond: int = 0
    """Combinations whose date falls outside the days the calendar covers; the span then has no last end to trust."""


class MilestoneDate(Record):
    """The earliest date of one milestone, and what it rests on."""

    id: Identifier
    boundary: int
    date: Date
    bound_boundary: int
    bound: Date
    proof: ProofClass
    bound_by: Text
    """How the bound was computed."""
    evidence: Evidence
    span: DateSpan | None
    baselines: dict[Identifier, BaselineDelta]
    lexicographic: Date | None = None
    """The date when the milestones before it in the list are fixed at their earliest first, where that is later."""


class RowDate(Record):
    """One line of the schedule as a reader sees it."""

    id: Identifier
    name: Text
    kind: Literal["activity", "milestone", "hammock", "summary"]
    phase: Identifier | None
    start: Date
    finish: Date
    """The last working day, inclusive; before the start where nothing is done."""
    working_days: int
    float_wd: dict[Identifier, int | None]
    """How far it can slip before the milestone moves, while the order on the slots stands; None where it never moves it."""
    float_most_wd: dict[Identifier, int | None] = {}
    """How far it might slip at the most if the slots were used in another order, where that is further."""
    free_float_wd: int | None = None
    float_min: dict[Identifier, int | None] = unless({})
    """Of a plan in minutes the same as ``float_wd``, in worked minutes of the item's own calendar."""
    progress: Work | None = unless(None)
    """Of a plan with a status date: whether it is done."""
    remaining: Text | None = unless(None)
    """What is left of work in progress, as a length."""
    worked_min: int | None = unless(None)
    """Of a plan in minutes what its own calendar works from its start to its finish."""


class Solved(Record):
    """Every milestone asked for has an earliest date."""

    status: Literal["solved"] = "solved"
    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    milestones: Many[MilestoneDate]
    schedule: Schedule
    rows: Many[RowDate]
    driving: dict[Identifier, Many[str]]
    """Items of the driving chain, in order."""
    slots: dict[Identifier, dict[str, Identifier]] = {}
    """Of each milestone the items of its chain that waited for a slot, with the capacity; the item before held it."""
    certificates: Many[Certificate]
    binding: dict[Identifier, Many[Binding]]
    notes: Many[Text] = ()
    run: Run
    forecast: Forecast | None = unless(None)
    """Of a plan with a status date: what is done, met, missed and slipping, and which rules facts have broken."""

    @property
    def dates(self) -> dict[str, Date]:
        """Milestone to its earliest date."""
        return {milestone.id: milestone.date for milestone in self.milestones}

    @property
    def proof(self) -> dict[str, ProofClass]:
        """Milestone to its proof class."""
        return {milestone.id: milestone.proof for milestone in self.milestones}


class Infeasible(Record):
    """No schedule meets every rule."""

    status: Literal["infeasible"] = "infeasible"
    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    conflict: Conflict
    notes: Many[Text] = ()
    run: Run


class Undecided(Record):
    """The limit came before an answer: what is known of each milestone."""

    status: Literal["undecided"] = "undecided"
    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    bounds: dict[Identifier, Date]
    """Milestone to a date it cannot be earlier than."""
    notes: Many[Text] = ()
    run: Run


Outcome = Annotated[Solved | Infeasible | Undecided, Field(discriminator="status")]
