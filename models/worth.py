"""The value of information about an uncertainty, and the value of mitigating a risk.

Both are figures of a date at a confidence, on the draws that the date itself stands on, in working days of the base calendar.
A figure that is not above the noise of the draws is None, and its noise floor stands beside it.
"""

from __future__ import annotations

from typing import Literal

from models.provenance import Basis
from models.record import Date, Identifier, Many, Record, Text

__all__ = ["Doubt", "EvidenceOrder", "EvidenceWorth", "Mitigated", "Mitigation", "Narrowed", "Settled"]


class Settled(Record):
    """The expected reduction in the uncertainty of one date from knowing one drawn quantity."""

    settled_wd: float | None
    """By how much less is then lost by committing to the date at the confidence: of `EvidenceOrder.at_stake_wd`, in the same days."""
    share: float | None
    """The same as a share of that."""
    noise_wd: int | None = None
    """The noise floor of the days, where they are not above it."""
    earlier_wd: float | None
    """By how much earlier the date at the confidence then is, on average; below zero where it is later, as it may be where dates
    jump."""
    earlier_noise_wd: int | None = None
    """The noise floor of that, where it is not above it."""


class Doubt(Record):
    """Between which dates at the confidence one date lies, as long as something that has no probability is not known."""

    first: Date | None
    last: Date | None
    """None where under one of the answers there is no date with the confidence."""
    apart_wd: int | None
    noise_wd: int | None = None


class Narrowed(Record):
    """By how much knowing something would narrow the span of a deterministic date over the open readings."""

    whole_wd: int
    """The span as long as it is not known: over the readings and over what it may be."""
    least_wd: int
    """By how much it is narrower at least, whatever turns out."""
    most_wd: int
    """And at most."""


class EvidenceWorth(Record):
    """One thing that could be known."""

    id: Text
    title: Text
    kind: Literal["range", "driver", "risk", "reading", "link"]
    basis: Basis
    cost: int | None
    """Of knowing it, where the register or the claims say."""
    by: Text | None
    """What would be done for that."""
    settles: dict[Identifier, Settled] = {}
    """Of what is drawn: milestone to what knowing it would settle."""
    doubt: dict[Identifier, Doubt] = {}
    """Of what has no probability: milestone to the doubt that knowing it would end."""
    span: dict[Identifier, Narrowed] = {}


class EvidenceOrder(Record):
    """What to get evidence for first.

    Those with a cost come first, the cheapest for each day that they settle; then the others, by the days.
    """

    confidence: float
    at_stake_wd: dict[Identifier, float | None]
    """What is lost by committing without knowing anything, in days early, where a day late costs as many days early as make the
    confidence the right one; None where some samples have no date."""
    drawn: Many[EvidenceWorth]
    """What has probabilities: expected over what it may turn out to be."""
    open: Many[EvidenceWorth]
    """What has none: readings as they were chosen, inferred links."""
    notes: Many[Text] = ()


class Mitigated(Record):
    """The dates once something is done about a risk; the draws are those of the dates before."""

    actions: Many[Identifier]
    title: Text
    risks: Many[Identifier]
    basis: Basis | None
    """None of several actions together."""
    cost: int
    after: dict[Identifier, dict[Text, Date | None]]
    """Milestone, then ``P80`` and so on, to the date."""
    gained_wd: dict[Identifier, int | None]
    """Working days by which the date at the confidence is earlier."""
    noise_wd: dict[Text, dict[Identifier, int]] = {}
    """The noise floors of those that are not above theirs, under ``gained_wd``."""
    worth: dict[Identifier, float | None]
    """Of those days, how many for one unit of cost; None where it costs nothing or nothing is gained."""


class Mitigation(Record):
    """What could be done about the risks of a register, each action alone and all of them together."""

    confidence: float
    before: dict[Identifier, dict[Text, Date | None]]
    """Milestone, then ``P80`` and so on, to the date with nothing done."""
    actions: Many[Mitigated]
    """In the order of the register."""
    together: Mitigated | None
    """None where there is one action alone."""
