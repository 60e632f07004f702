"""What moves a robust date: chances, activities, readings, claims, and the worst together."""

from __future__ import annotations

from typing import Literal

from models.provenance import Basis
from models.record import Date, Identifier, Many, Record, Text

__all__ = ["ActivityEffect", "AdversaryStep", "ChanceEffect", "ClaimDates", "ClaimEffect", "ClaimsResult", "ReadingDates"]


class ChanceEffect(Record):
    """What one range, driver, risk or reading does to the dates."""

    id: Text
    title: Text
    kind: Literal["range", "driver", "risk", "reading"]
    basis: Basis
    raid: Many[Identifier]
    touches: Many[Text]
    reaches: Many[Identifier]
    """The milestones that it can move: those that hang on it, and in some sample fall otherwise without it."""
    bought_wd: dict[Identifier, int | None]
    """Working days that the date at the confidence comes forward once this no longer varies: analysis by exclusion.

    None where that was not tried, or is not above the noise floor.
    """
    low_wd: dict[Identifier, int | None]
    """Where the date at the confidence moves among the samples in which this lies in its lowest tenth, or does not happen."""
    high_wd: dict[Identifier, int | None]
    """Likewise its highest tenth, or where it happens."""
    noise_wd: dict[Text, dict[Identifier, int]]
    """The noise floors of those figures that are not above theirs: name of the figure, then milestone."""
    cruciality: dict[Identifier, float | None]
    """Absolute rank correlation with the milestone (Spearman)."""
    share: dict[Identifier, float]
    """Of the contingency, in proportion to what closing each would buy: where contingency should sit."""


class ActivityEffect(Record):
    """How a milestone hangs on one activity."""

    id: Identifier
    title: Text
    criticality: dict[Identifier, float]
    """Share of samples in which one unit more of it moves the milestone, month alignment left out, queues in their order."""
    cruciality: dict[Identifier, float | None]
    """Absolute rank correlation of its length with the milestone; None where its length does not vary."""
    schedule_sensitivity: dict[Identifier, float]
    """Criticality × standard deviation of its length / standard deviation of the milestone (Vanhoucke 2010)."""


class AdversaryStep(Record):
    """The worst that so many things can do together, each at its worst (Bertsimas and Sim 2004)."""

    budget: int
    date: Date | None
    chances: Many[Text]
    exact: bool
    """Whether every choice was tried; else a greedy choice, and the worst is at least this bad."""
    probability: float | None
    """That the samples do not exceed it."""


class ReadingDates(Record):
    """Dates under one answer to one open question, all else as chosen."""

    reading: Identifier
    option: Identifier
    chosen: bool
    dates: dict[Identifier, Date | None]


class ClaimDates(Record):
    """Dates when only claims of a grade or firmer count."""

    grade: Text
    """The grade; ``none`` for the register alone."""
    claims: int
    dates: dict[Identifier, Date | None]


class ClaimEffect(Record):
    """What the evidence of one respondent on one assumption is worth."""

    respondent: Text
    assumption: Identifier
    grade: Identifier
    cost: int | None
    without: dict[Identifier, int | None]
    """Working days by which the dates move if the claim is left out; positive is later."""
    firmest: dict[Identifier, int | None]
    """If its evidence were of the firmest grade."""
    noise_wd: dict[Text, dict[Identifier, int]] = {}
    """As of `ChanceEffect`."""
    knowing_wd: dict[Identifier, float | None]
    """How far the date moves on average, either way, once the true value of the assumption is known."""


class ClaimsResult(Record):
    """Dates under a set of claims."""

    file: Text
    claims: int
    dates: Many[ClaimDates]
    effects: Many[ClaimEffect]
    """The most informative first."""
