"""Dates to commit to: quantiles, ratios of costs, buffers, chances of deadlines."""

from __future__ import annotations

from models.findings import Evidence, ProofClass
from models.record import Date, Identifier, Many, Record, Text, unless

__all__ = [
    "Baselines",
    "Bias",
    "Buffers",
    "Commitment",
    "DeadlineChance",
    "Joint",
    "Judgements",
    "JustifiedDate",
    "Mass",
    "PlanClaim",
    "RatioOfDate",
    "RobustDate",
    "Sensitivity",
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
