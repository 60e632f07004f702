"""What may be decided: cases beside each other, levers and their worth, what one plan has before another."""

from __future__ import annotations

from typing import Literal

from models.provenance import Basis
from models.record import Date, Identifier, Many, Record, Text

__all__ = ["Against", "Cut", "Decision", "Frontier", "LeverWorth", "PolicyDates", "Pull", "RobustComparison", "Trade"]


class RobustComparison(Record):
    """One of two plans under the same draws."""

    name: Text
    deterministic: dict[Identifier, Date | None]
    met: dict[Identifier, float | None]
    """Chance that each milestone falls on its own deterministic date or before."""
    met_jointly: float | None
    dates: dict[Identifier, Date | None]
    """At the confidence asked for."""
    baselines: dict[Identifier, dict[Identifier, float]]
    """Milestone, then baseline, to its chance."""


class Cut(Record):
    """One thing in which two plans differ."""

    id: Text
    title: Text
    before: Text
    after: Text
    promised_wd: dict[Identifier, int | None] = {}
    """Working days by which it brings the first plan's deterministic date forward, alone; None where work queues."""
    gained_wd: dict[Identifier, int | None]
    """Working days by which it brings the first plan's date at the confidence forward, alone: nothing of what is a claim."""
    lost_wd: dict[Identifier, int | None]
    """Working days by which the second plan's date is later without it, all its other cuts made."""
    noise_wd: dict[Text, dict[Identifier, int]] = {}
    """As of `ChanceEffect`."""
    gained_months: dict[Identifier, float | None]
    cost: int | None
    """In the plan's money; None where none is given."""
    cost_per_month: dict[Identifier, float | None]
    """Of the month gained at each milestone; where no cost is given, None: see ``worth``."""
    worth: Text | None
    """Where no cost is given: the break-even, at which the cut is worth what it gains."""


class Trade(Record):
    """The second of two plans against the first at a milestone: days saved, and risk taken for them."""

    milestone: Identifier
    saves_wd: int | None
    """Working days by which its own date is earlier than the first plan's."""
    brings_wd: int | None
    """Working days by which its date at the confidence is: what is left of that on the same draws of the work."""
    first_late_wd: float | None
    """Mean working days by which the first plan comes after its own date; None where a sample has no date."""
    second_late_wd: float | None
    break_even: float | None
    """So many times what a month earlier is worth may a month late cost, for the second plan's word to be the better one; None
    where it saves nothing or risks nothing more."""


class Against(Record):
    """Two plans under one register, on the same draws of the same work and with the same alignment."""

    first: RobustComparison
    second: RobustComparison
    aligned: dict[Identifier, Identifier] = {}
    """Readings about alignment, to the answer of the plan asked about, under which both stand."""
    second_later: dict[Identifier, float | None]
    """Share of the draws in which the second plan is later."""
    trades: Many[Trade] = ()
    """By milestone."""
    cuts: Many[Cut]


class PolicyDates(Record):
    """Dates under one way of serving whoever queues."""

    policy: Text
    title: Text
    chosen: bool
    dates: dict[Identifier, Date | None]
    """At the confidence asked for."""
    later_wd: dict[Identifier, int | None]
    """Working days by which each is later than under the policy chosen."""
    noise_wd: dict[Identifier, int] = {}
    """The noise floors of those that are not above theirs."""


class Pull(Record):
    """A lever and how far it is pulled."""

    lever: Identifier
    title: Text
    steps: int
    cost: int
    basis: Basis


class LeverWorth(Record):
    """What one lever brings when it alone is pulled as far as it goes."""

    lever: Identifier
    title: Text
    basis: Basis
    steps: int
    cost: int
    date: Date | None
    """Of the target's milestone at the confidence."""
    gained_wd: int | None
    noise_wd: int | None = None
    """The noise floor, where that is not above it."""


class Frontier(Record):
    """The cheapest choice that brings a milestone to a date."""

    cost: int
    date: Date | None
    """At the confidence of this frontier."""
    dates: dict[Text, Date | None]
    """Of the same choice at every confidence of the frontiers."""
    pulls: Many[Pull]


class Decision(Record):
    """The cheapest set of levers that brings a date to a target, and how it does on samples that it was not chosen by."""

    milestone: Identifier
    target: Date
    confidence: float
    status: Literal["met", "missed", "unneeded"]
    pulls: Many[Pull]
    cost: int
    date: Date | None
    """At the confidence, on the samples it was chosen by."""
    held_out: Date | None
    """On samples held out."""
    held_out_probability: float | None
    """That the target is met, on those."""
    held_out_error: float | None
    """Standard error of that probability, by independent scrambles."""
    held_out_samples: int
    exact: bool
    """Whether it is proved that no cheaper choice of the levers offered meets the target on the samples chosen by."""
    proof: Text | None
    """By what, in words."""
    choices: int
    """Choices of the levers that the milestone could feel."""
    tried: int
    """Of them simulated."""
    levers: Many[LeverWorth]
    """Each lever that the milestone could feel, alone."""
    frontier_whole: bool
    """Whether every choice was simulated for the frontier; else it is made of those that were."""
    frontier: dict[str, Many[Frontier]]
    """Confidence, as ``P80``, to cost and date, cheapest first, each earlier than the one before."""
