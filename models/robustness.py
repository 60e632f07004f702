"""Answers to "which date can be committed to": dates at a confidence, their drivers, and the levers that buy days back.

Whatever is compared is compared on the same draws, as many as the dates stand on. What moves a date is given in working
days of the base calendar. A move that is not above the noise of the draws is None, and its noise floor stands beside it.
"""

from __future__ import annotations

from typing import Literal

from models.findings import Evidence, ProofClass
from models.provenance import Basis
from models.record import Date, Identifier, Many, Record, Text, unless
from models.worth import EvidenceOrder, Mitigation

__all__ = [
    "ActivityEffect",
    "AdversaryStep",
    "Against",
    "Baselines",
    "Bias",
    "Buffers",
    "ChanceEffect",
    "ClaimDates",
    "ClaimEffect",
    "ClaimsResult",
    "Cut",
    "DeadlineChance",
    "Decision",
    "Frontier",
    "Joint",
    "Judgements",
    "LeverWorth",
    "Mass",
    "PlanClaim",
    "PolicyDates",
    "Pull",
    "ReadingDates",
    "RobustComparison",
    "RobustDate",
    "RobustOutcome",
    "Sensitivity",
    "Trade",
]


class Mass(Record):
    """The probability that a milestone falls on one date."""

    date: Date
    probability: float


class Baselines(Record):
    """The chance of one published date."""

    published: Text
    """To the month or the day, as published; a month counts to its last day."""
    probability: float


class JustifiedDate(Record):
    """The date to commit to where a day late costs so many days early."""

    ratio: float
    confidence: float
    """The quantile that the ratio justifies."""
    date: Date | None
    """None where none holds with it."""
    stated: bool = False
    """Whether somebody has stated the ratio; the others are there to compare."""


class RatioOfDate(Record):
    """The ratio of the costs of late and early days at which a date would be the one to commit to."""

    of: Text
    """A baseline, or ``earliest``."""
    published: Text
    probability: float
    ratio: float | None
    """None where the date holds in every sample, so that any ratio would do with an earlier one."""


class Commitment(Record):
    """The date to commit to: those that ratios of costs justify, and the ratio that each other date would take."""

    milestone: Identifier
    dates: Many[JustifiedDate]
    published: Many[RatioOfDate]
    deterministic: RatioOfDate | None


class Buffers(Record):
    """Buffers held before a milestone, against the contingency that the uncertainty of the work needs.

    No sample contains a buffer, so both count from the date that the plan has without any.
    """

    activities: Many[Identifier]
    """The buffers of the plan."""
    without: Date | None
    """The deterministic date without them."""
    held_wd: int | None
    """Working days from there to the deterministic date with them."""
    needed_wd: dict[Text, int | None]
    """``P80`` and so on, to the working days from there to that quantile."""


class PlanClaim(Record):
    """A number that the plan, a scenario or a setting holds otherwise than the register holds the work to be likely."""

    quantity: Text
    title: Text
    claimed: Text
    """As printed."""
    low: Text
    likely: Text | None
    """None where the register has every value of the range equally likely."""
    high: Text
    chance: float | None
    """That the work takes no longer, all that the register says of it counted; None where nothing is drawn."""
    fitted_to: Text | None = None
    """The date that the number was chosen to hit, where it says so of itself."""


class Judgements(Record):
    """How much of a register is judgement, and whose."""

    entries: int
    """Ranges, drivers and risks."""
    judged: int
    """Of them those that stand on judgement alone."""
    by: Many[Text]
    """Who judged; empty where the register names nobody."""
    on: Many[Text]
    """On what."""

    @property
    def mostly(self) -> bool:
        """Whether more than half of it is judgement."""
        return 2 * self.judged > self.entries


class Bias(Record):
    """Why the expected date is later than the deterministic one without its buffers, in working days of the base calendar.

    ``policy`` is how much later work is when it queues by a rule instead of by the best schedule, nothing else uncertain;
    ``skew`` what the plan moves when every range is at its mean, whatever the plan claims; ``merge`` what is added because the later of several
    paths counts, queues form and dates round up; ``risk`` what drivers and risks add. They add up to the difference of the
    mean and the deterministic date.
    """

    policy_wd: float = 0.0
    skew_wd: float
    merge_wd: float
    risk_wd: float


class Sensitivity(Record):
    """How much of a date rests on choices that no evidence settles: the date at the same confidence under each."""

    triangular: Date | None
    pert: Date | None
    shape_wd: int | None
    """From PERT to triangular."""
    shape_noise_wd: int | None = None
    """The noise floor, where that is not above it."""
    uncorrelated: Date | None
    correlated: Date | None
    """With every group of the register at a correlation of `Sensitivity.strong`."""
    correlation_wd: int | None
    correlation_noise_wd: int | None = None
    strong: float
    readings_first: Date | None
    """The earliest of the dates over the answers tried."""
    readings_first_at: dict[Identifier, Identifier]
    readings_last: Date | None
    readings_last_at: dict[Identifier, Identifier]
    readings_tried: int
    """Answers and combinations of answers that were simulated; the span is at least as wide."""


class RobustDate(Record):
    """The date of one milestone at a confidence, and everything it stands on."""

    id: Identifier
    confidence: float
    date: Date | None
    """The first date that is not exceeded with the confidence asked for; None where there is none on the calendar."""
    probability: float | None
    """That the milestone falls on it or before: at least the confidence, more where dates jump.

    Less by no more than the sampling error, where the date would else jump by what that error decides; a note says so.
    """
    standard_error_wd: float | None
    """Of the date, by independent scrambles."""
    standard_error: float | None
    """Of the probability."""
    deterministic: Date | None
    """The earliest date of the plan as it stands; None where it has none."""
    deterministic_probability: float | None
    """That it is met."""
    proof: ProofClass | None
    bound_by: Text | None
    evidence: Evidence | None
    served: Date | None
    """The date of the plan without its buffers when those that queue are served by the policy; the earliest without queues."""
    served_wd: int | None
    """Working days from the deterministic date without buffers to that: what is the policy's."""
    contingency_wd: int | None
    """Working days from the deterministic date to this one."""
    quantiles: dict[str, Date | None]
    """``P10`` and so on, to the date."""
    mean: Date | None
    """Of the samples that have a date, to the nearest working day."""
    deviation_wd: float | None
    """Standard deviation of the same, in working days."""
    masses: Many[Mass]
    """Every date that occurs."""
    never: float
    """Share of samples in which it waits for what will not come, or for a place in a queue: later than any date."""
    beyond: float
    """Share of samples that fall after the days that the calendar covers: later than every date shown."""
    baselines: dict[Identifier, Baselines]
    buffer: Buffers | None = None
    """None where the plan has no buffer."""
    bias: Bias | None
    sensitivity: Sensitivity
    span_first: Date | None
    """Of the deterministic date, over every combination of the open readings."""
    span_last: Date | None
    met: bool = unless(default=False)
    """Whether it has been reached: then its date is a fact, at every confidence."""


class DeadlineChance(Record):
    """A limit that samples may miss: a target, whose chance is reported.

    A latest date is one; so is a maximum lag or an equality that the lengths drawn cannot keep, whatever the schedule.
    """

    rule: Identifier
    title: Text
    kind: Text
    date: Date | None
    """The latest date as the plan has it; None of a lag or an equality."""
    probability: float
    """That it is met."""
    missed: int
    """Samples that miss it."""


class Joint(Record):
    """Several milestones at once."""

    milestones: Many[Identifier]
    probability: float
    """That each is met at its own date of the confidence asked for, all together."""
    confidence: float
    dates: dict[Identifier, Date | None]
    """Dates that are all met together with that confidence, each at one common quantile of its own."""
    quantile: float | None
    """That quantile."""


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


class RobustOutcome(Record):
    """Robust dates, with everything that has to be printed beside them."""

    status: Literal["robust"] = "robust"
    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    """The answers that the dates stand on."""
    reading_mode: Literal["chosen", "weighted", "side-by-side"]
    weighted: Many[Identifier]
    """Readings that were drawn with their probabilities."""
    register_title: Text | None
    register_sha256: Text | None
    judgements: Judgements | None = None
    """None where there is no register."""
    confidence: float
    seed: int
    samples: int
    """On which every figure stands; the combinations, where all were evaluated."""
    exact: bool
    """Whether every combination of what is uncertain was evaluated with its probability, and nothing drawn."""
    replicates: int
    stopped: Text
    """Why no more samples were drawn."""
    milestones: Many[RobustDate]
    deadlines: Many[DeadlineChance] = ()
    plan_claims: Many[PlanClaim] = ()
    """What the plan claims of the work otherwise than the register."""
    joint: Joint
    chances: Many[ChanceEffect]
    activities: Many[ActivityEffect]
    adversary: dict[Identifier, Many[AdversaryStep]]
    side_by_side: Many[ReadingDates] = ()
    claims: ClaimsResult | None = None
    against: Against | None = None
    decision: Decision | None = None
    policies: Many[PolicyDates] = ()
    """Where parties queue: the dates under each way of serving them."""
    compared: int
    """Samples on which cases were compared: as many as the dates stand on."""
    infeasible: int
    """Samples in which a milestone waits for what will not come, or nobody found a place in a queue."""
    unplaced: int
    """Samples that the capacity policy found no place for."""
    policy: Text | None
    """How capacity is allotted, where the plan has any."""
    notes: Many[Text] = ()
    version: Text
    inputs_sha256: Text
    mitigation: Mitigation | None = None
    """What could be done about risks; None where nothing is known that could."""
    evidence: EvidenceOrder | None = None
    """What to get evidence for first; None where that was not asked."""

    @property
    def dates(self) -> dict[str, Date | None]:
        """Milestone to its robust date."""
        return {milestone.id: milestone.date for milestone in self.milestones}
