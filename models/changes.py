"""What differs between two outcomes: dates, binding rules, chains, assumptions, and what moved first."""

from __future__ import annotations

from typing import Literal

from models.findings import ProofClass
from models.record import Date, Identifier, Many, Record, Text

__all__ = ["BindingChange", "ChainChange", "Comparison", "DateChange", "FirstMove", "RowChange", "Side", "ValueChange"]


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
    """Positive is later."""
    working_days: int | None
    """None where the two count on different axes."""
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

    kind: Literal["scenarios", "reading", "assumption", "rule", "duration", "calendar", "capacity", "plan"]
    name: str
    title: Text | None
    before: str
    after: str
    touches: Many[str] = ()
    """Rules and durations (``duration:ITEM``) that it bears on."""


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
