"""The Qualification queue party by party: test days, waits, and the value of capacity."""

from __future__ import annotations

from typing import Literal

from models.findings import ProofClass
from models.qualification import Size
from models.record import Date, Identifier, Many, Record, Text

__all__ = [
    "Allocated",
    "BodyLoad",
    "CapacityCurve",
    "CapacityPoint",
    "DateBetween",
    "Fairness",
    "JointCapacity",
    "LeastCapacity",
    "PolicyResult",
    "Qualified",
    "Readiness",
    "Straggler",
    "Worth",
]


class DateBetween(Record):
    """A date as far as it is proved: no schedule is before ``earliest``, one is at ``date``."""

    date: Date
    earliest: Date
    gap_wd: int
    """Working days between the two; 0 where the date is proved."""
    proof: ProofClass


class Allocated(Record):
    """One party in the schedule shown."""

    party: Identifier
    title: Text
    role: Identifier
    size: Size
    route: Literal["qualification", "integration"]
    ready: Date | None
    """From which day it could have been tested; None where it goes through integration testing."""
    start: Date | None
    finish: Date | None
    waiting_wd: int | None
    """Working days between being ready, with its sandbox and those it relies on done, and the start of its test."""
    evidence: Date
    approved: Date
    live: Date | None
    """Of a supplier."""
    agent: Identifier | None
    """Of a supplier: its first agent to be approved."""
    wave: Identifier | None
    migration_wd: int | None
    """Of a supplier: working days left to migrate before the end of migration in this schedule."""


class BodyLoad(Record):
    """One body, environment or team in one month."""

    resource: Identifier
    month: str
    slots: int
    """Slot-days offered."""
    slots_a_day: float
    """The same on an average day."""
    used: int
    """Slot-days used."""
    utilisation: float
    """Share of what is offered."""
    demand: float
    """Parties that want a slot on an average day: in test or ready and waiting."""
    queue: float
    """Of those, the ones that wait."""


class Readiness(Record):
    """How much of the market is through by a day."""

    date: Date
    suppliers: int
    supplier_share: float
    meter_point_share: float


class Straggler(Record):
    """A supplier that is among the last, and why."""

    party: Identifier
    title: Text
    live: Date
    meter_points: int
    because: Text


class CapacityPoint(Record):
    """The date at one amount of capacity."""

    slots: int
    """Slots of the body; of the joint curve, per cent of what all bodies have now."""
    each: dict[Identifier, int] = {}
    """On the joint curve: the slots of each body."""
    date: Date | None
    """None where no schedule was found on the axis."""
    earliest: Date | None
    proof: ProofClass


class CapacityCurve(Record):
    """The date as a function of one body's slots, all else as it is; ``joint`` moves all bodies in proportion."""

    resource: Identifier
    now: int
    points: Many[CapacityPoint]
    """From the fewest that let everybody through on the axis to where more gains nothing, and to what there is now."""
    saturates_at: int | None
    """The least amount beyond which more gains nothing."""
    then_binds: Text
    """What holds the date from there on."""


class LeastCapacity(Record):
    """The fewest slots of one body with which a date is met, all else as it is."""

    resource: Identifier
    now: int
    least: int | None
    """None where no amount of it alone was found to do."""
    at_least: int | None
    """Fewer are refuted; None where any amount is."""

    proved: bool
    """Whether one slot fewer than the least is refuted, or, where there is none, any number."""


class JointCapacity(Record):
    """Slots of all bodies together with which a date is met at the least cost."""

    slots: dict[Identifier, int]
    cost: int
    at_least: int
    """Any slots that meet the date cost at least this; equal to the cost where that is proved the least."""
    now: int
    """What the slots of now cost."""
    each: dict[Identifier, int]
    """Cost of a slot of each body."""
    stands_on: Text
    """What the costs stand on, in words."""


class Fairness(Record):
    """How long a class of parties waits."""

    group: Text
    parties: int
    mean_wd: float
    worst_wd: int


class PolicyResult(Record):
    """What a way of queueing comes to."""

    policy: Identifier
    title: Text
    dates: dict[Identifier, Date]
    all_tested: Date
    fairness: Many[Fairness]


class Worth(Record):
    """What one change would be worth to the milestone of all suppliers."""

    change: Identifier
    title: Text
    date: Date | None
    earliest: Date | None
    gain_wd: int | None
    """Working days earlier by the schedules found; negative is later."""
    proof: ProofClass


class Qualified(Record):
    """Qualification party by party."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    milestone: Identifier
    """The milestone that waits for every supplier."""
    dates: dict[Identifier, DateBetween]
    window_wd: int
    """Working days from the start of Qualification to the last test in the schedule shown."""
    allocation: Many[Allocated]
    loads: Many[BodyLoad]
    readiness: Many[Readiness]
    stragglers: Many[Straggler]
    fairness: Many[Fairness]
    policies: Many[PolicyResult] = ()
    curves: Many[CapacityCurve] = ()
    target: Date | None = None
    least: Many[LeastCapacity] = ()
    joint: JointCapacity | None = None
    without_limit: Date | None = None
    """With a target: the date if no body had a limit; what is before it no slots can buy."""
    worth: Many[Worth] = ()
    notes: Many[Text] = ()
