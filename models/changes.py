"""Differences between two plans and their outcomes: values, dates, binding rules, chains, what moved first and what stayed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.contents import Settings
from models.findings import ProofClass
from models.record import Date, Identifier, Many, Record, Text

__all__ = [
    "BindingChange",
    "ChainChange",
    "Comparison",
    "DateChange",
    "FirstMove",
    "InputKind",
    "LetThrough",
    "Overruled",
    "PlanInputs",
    "RowChange",
    "Side",
    "StatedInput",
    "TakenUp",
    "Unmoved",
    "ValueChange",
    "WhatIf",
]

InputKind = Literal[
    "plan",
    "text",
    "scenarios",
    "reading",
    "calendar",
    "parties",
    "assumption",
    "rule",
    "capacity",
    "duration",
    "milestone",
    "value",
    "buffer",
]
"""``text`` is that of the plan's files as a whole, ``parties`` Qualification party by party; a ``milestone`` is one that is added,
a ``value`` a number that no assumption names."""


class StatedInput(Record):
    """One thing that a plan sets."""

    kind: InputKind
    name: str
    title: Text | None
    value: str
    """As printed: with its unit, of a reading the option, of a rule whether it is on and what numbers it states."""


class PlanInputs(Record):
    """Everything that a plan sets, so that two can be held against each other when the plans are gone."""

    stated: Many[StatedInput]
    settings: Settings = Field(default_factory=Settings)
    """What was chosen on top of the plan as written."""
    written_sha256: Text | None = None
    """Of the plan as its files have it, before scenarios and single choices; None where it is not known."""


class Side(Record):
    """One of the two that are compared."""

    name: Text
    plan: Identifier
    scenarios: Many[Identifier]
    status: Literal["solved", "infeasible", "undecided"]
    conflict: Text | None = None
    """Why there is no schedule, where that is proved."""


class DateChange(Record):
    """One milestone in both."""

    milestone: Identifier
    before: Date | None
    after: Date | None
    calendar_days: int | None
    """Positive is later; None where a date before or after changes is not proved."""
    working_days: int | None
    """None there too, and where the two count on different axes."""
    proof_before: ProofClass | None
    proof_after: ProofClass | None


class BindingChange(Record):
    """A rule of which the hold on a milestone is not the same in both."""

    milestone: Identifier
    rule: str
    title: Text
    change: Literal["binds now", "binds no more", "gains more", "gains less"]
    gain_before: int | None
    """Working days that dropping it gains; None where it is not in the conflict, or dropping it would detach the milestone."""
    gain_after: int | None


class ChainChange(Record):
    """The driving chain of a milestone."""

    milestone: Identifier
    before: Many[str]
    after: Many[str]
    entered: Many[str]
    left: Many[str]


class ValueChange(Record):
    """Something that was set differently."""

    kind: InputKind
    name: str
    title: Text | None
    before: str
    after: str
    touches: Many[str] = ()
    """Rules and durations (``duration:ITEM``) that it bears on."""
    said_before: Text | None = None
    """Of a reading, what its option says in words."""
    said_after: Text | None = None
    by: Text | None = None
    """The scenario or option that set it, where that is known."""
    asked: Text | None = None
    """How much it was to change, where it was asked for so: ``+3 mo``, ``-20 %``."""
    rounded: Text | None = None
    """How that was made a whole number of its unit, where it was not one."""


class RowChange(Record):
    """An item that lies elsewhere."""

    id: Identifier
    name: Text
    start_before: Date | None
    start_after: Date | None
    finish_before: Date | None
    finish_after: Date | None


class FirstMove(Record):
    """The first item in time that lies elsewhere because of a change that bears on it, and the change."""

    row: RowChange
    why: Many[Text]
    """None where no change bears on any item directly, or the plans are not at hand; the item is then the first in time."""


class Comparison(Record):
    """Everything that differs between two outcomes."""

    before: Side
    after: Side
    dates: Many[DateChange]
    bindings: Many[BindingChange]
    chains: Many[ChainChange]
    values: Many[ValueChange]
    first: FirstMove | None
    rows: Many[RowChange]
    """In the order of time."""
    notes: Many[Text] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        moved = any(change.before != change.after for change in self.dates)
        return (
            not (moved or self.bindings or self.chains or self.values or self.rows) and self.before.status == self.after.status
        )


class Overruled(Record):
    """A value that one of a stack of scenarios set and a later one, or a single choice, set to another end."""

    kind: InputKind
    name: str
    title: Text | None
    value: str
    by: Text
    then: str
    then_by: Text


class LetThrough(Record):
    """A way in which a change would reach a milestone that it does not reach: another answer to a reading, or a rule put on."""

    kind: Literal["reading", "rule"]
    name: str
    title: Text
    option: Identifier | None
    """Of a reading, the answer that lets the change through."""
    option_title: Text | None
    instead_of: Identifier | None
    """Of a reading, the answer that keeps the change away."""
    before: Date | None
    """The milestone's date in that way without the change; None where it has none on the axis."""
    after: Date | None
    exact: bool
    """Whether they are its dates; otherwise it is not before them, as capacity decides besides."""


class TakenUp(Record):
    """The slack that absorbs a change before a milestone moves."""

    kind: InputKind
    name: str
    """Of what was changed."""
    leads: bool
    """Whether anything that it bears on leads to the milestone."""
    holder: str | None = None
    """Of the rules and durations (``duration:ITEM``) that it bears on, the one with the least slack to the milestone."""
    holder_title: Text | None = None
    slack_before_wd: int | None = None
    """How much later that one could let go of what it holds before the milestone moves; None where it was off, or is not known."""
    slack_after_wd: int | None = None
    in_order: bool = False
    """Whether the slack is that of one order of the work on the slots."""


class Unmoved(Record):
    """Why the changes leave a milestone where it is."""

    milestone: Identifier
    taken_up: Many[TakenUp]
    let_through: Many[LetThrough] = ()


class WhatIf(Record):
    """A what-if: the changes made for an answer, with old and new values, and their effect on the dates."""

    plan: Identifier
    scenarios: dict[str, Text]
    """Those applied, with their titles."""
    choices: bool
    """Whether single choices were made: the changes are then these, on top of the scenarios; else those of the scenarios."""
    changes: Many[ValueChange]
    added: int = 0
    """Rules and durations that are there only with the changes, beside those listed."""
    removed: int = 0
    overruled: Many[Overruled] = ()
    dates: Many[DateChange] = ()
    unmoved: Many[Unmoved] = ()
    notes: Many[Text] = ()
