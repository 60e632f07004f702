"""Answers to "why": binding constraints, conflicts at an earlier date, implied assumptions, and attributed moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from models.duration import Unit
from models.findings import Conflict
from models.links import LinkReport
from models.provenance import Authority, Basis
from models.record import Date, Identifier, Many, Quoted, Record, Text, unless

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Attribution",
    "BindingLine",
    "BindingReport",
    "BreakEven",
    "CheckedClaim",
    "Combination",
    "Contribution",
    "DivergenceLedger",
    "Gap",
    "GroupOfChanges",
    "Implied",
    "ImpliedDate",
    "ImpliedRange",
    "ImpliedRow",
    "Interaction",
    "ItemMargin",
    "Method",
    "MilestoneWhyNot",
    "NearChain",
    "NearestMiss",
    "NetworkComparison",
    "Piecewise",
    "ReadingLine",
    "Region",
    "Regions",
    "Relaxation",
    "Route",
    "RouteStep",
    "Segment",
    "Verification",
    "WhyNot",
]

Method = Literal["closed form", "CP-SAT", "undecided"]
"""How a number was computed: exactly without a solver, by CP-SAT, or not at all within the limit."""


# -- what binds ----------------------------------------------------------------------------------------------------------


class BindingLine(Record):
    """What one rule or duration does to one milestone's date.

    Gains are working days of the milestone; amounts count in the rule's own unit.
    """

    rule: str
    """The rule's id, or ``duration:ITEM``."""
    title: Text
    kind: str
    authority: Authority
    basis: Basis
    statement: Text
    owner: Text | None = None
    raid: Many[Identifier] = ()
    driving: bool
    """On a longest chain: in a minimal conflict at one day earlier."""
    detaches: bool = False
    """Whether removing it would leave something of the chain to the plan's start: neither drop nor range gain is then given."""
    falls_back: Identifier | None = None
    """What then starts no earlier than published: what it alone holds, or the next behind it of which a start was published."""
    falls_back_to: Date | None = None
    """When that is; None where none was published."""
    fallback_date: Date | None = None
    """The milestone's date without it then."""
    fallback_gain_wd: int | None = None
    """Working days gained then; fewer than none where the plan is ahead of what was published."""
    drop_gain_wd: int | None
    unit_gain_wd: int | None
    """None where it has no unit, or none is left."""
    joint_with: Many[Many[str]] = ()
    """Smallest sets of partners with which removing it gains, where it gains nothing alone."""
    number: str | None = None
    """What it says now: a length, a date or a count."""
    unit: Unit | Literal["count"] | None = None
    range_units: int | None = None
    """Units by which relaxing it goes on gaining."""
    range_gain_wd: int | None = None
    """Working days gained when it is relaxed so far."""
    saturation: Many[str] = ()
    """What takes over then."""
    headroom: int | None = None
    """Units, working days of a date, by which it can worsen before the milestone moves; None where it has no number, or none
    moves it."""
    headroom_searched: int | None = None
    """Where no number moves the milestone, how many units were looked at: to the end of its range, or of the axis."""
    headroom_range: tuple[int, int | None] | None = None
    """Where the limit came before the headroom: so much leaves the milestone where it is, more than the second does not; None
    there where no number is known that moves it."""
    switching_point: str | None = None
    """The first worse number at which the milestone moves, or the plan contradicts itself."""
    contradicts: bool = False
    """Whether it is a contradiction, not a later date, that ends the headroom."""
    family: Text | None = None
    """Of a rule that every party has one like: what they are together."""
    party: Identifier | None = None
    """Whose it is, then."""
    method: Method
    drop_gain_min: int | None = unless(None)
    """Of a plan in minutes: the minutes of work gained without it, where they are less than a day."""
    unit_gain_min: int | None = unless(None)
    """The same of one unit less."""

    @property
    def words(self) -> tuple[str, ...]:
        """The binding words that apply; ``slack`` where none does."""
        drop = self.drop_gain_wd or self.drop_gain_min or 0
        unit = self.unit_gain_wd or self.unit_gain_min or 0
        joint = bool(self.joint_with) and not drop
        said = (
            ("driving", self.driving),
            ("drop-binding", drop > 0),
            ("unit-binding", unit > 0),
            ("reverse", min(drop, unit) < 0),
            ("jointly binding", joint),
        )
        return tuple(word for word, holds in said if holds) or ("slack",)


class ItemMargin(Record):
    """An item and how late it may finish before the milestone moves."""

    id: Identifier
    title: Text
    owner: Text | None
    raid: Many[Identifier]
    finish: Date
    float_wd: int | None
    """In the order shown on the slots; None where it never moves the milestone."""
    float_most_wd: int | None = None
    """How far it might slip at the most if the slots were used in another order, where that is further."""
    latest_finish: Date | None
    """When the item takes longer, its start being free; a day later moves the milestone."""


class NearChain(Record):
    """A chain that does not drive the milestone yet, and how many working days it is away from it."""

    slack_wd: int
    items: Many[Identifier]


class BreakEven(Record):
    """How far an assumption or unknown can worsen before a milestone moves."""

    id: Identifier
    title: Text
    unknown: bool
    value: str
    headroom: int | None
    """Units; working days of a date. None where no value moves the milestone, or where the limit came first."""
    headroom_searched: int | None = None
    """Where no value moves the milestone, how many units were looked at."""
    headroom_range: tuple[int, int | None] | None = None
    """Where the limit came first: so much leaves the milestone where it is, more than the second does not."""
    unit: Unit | Literal["count"]
    last: str | None
    """The worst value that leaves the milestone where it is."""
    from_range: Many[int] = ()
    """Headroom counted from the low and from the high end of its range, where it has one."""
    readings: dict[Identifier, Identifier] = {}
    """The option at which this holds, where it differs from the one chosen."""
    method: Method = "closed form"


class ReadingLine(Record):
    """What one other answer to a question of the source does to the milestone."""

    reading: Identifier
    option: Identifier
    date: Date | None
    """None where the plan then contradicts itself, or the date falls off the calendar."""
    bound: Date | None = None
    """What the date cannot be before, where a limit left it open."""
    delta_wd: int | None
    takes_over: Many[str]
    """What drives the milestone then and does not now."""
    released: Many[str]
    """What drives it now and does not then."""


class BindingReport(Record):
    """Everything that holds a milestone at its date, and everything that nearly does."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    milestone: Identifier
    title: Text
    date: Date
    bound: Date
    """No schedule is before it; before ``date`` only where the search was cut short."""
    lines: Many[BindingLine]
    items: Many[ItemMargin]
    near: Many[NearChain]
    break_even: Many[BreakEven]
    reading_lines: Many[ReadingLine]
    conflict: Conflict | None
    """Why it cannot be one day earlier; None where the axis begins there, or it has been met."""
    complete: bool
    """Whether all minimal conflicts at one day earlier were enumerated, so that no joint binding is missing."""
    links: LinkReport | None = None
    """The inferred links on or near a driving chain; None where the date itself is not proved."""
    notes: Many[Text] = ()
    met: bool = unless(default=False)
    """Whether it has been met by the status date: then nothing binds it but fact."""

    def line(self, rule: str) -> BindingLine:
        """Return the line of a rule or of ``duration:ITEM``."""
        return next(line for line in self.lines if line.rule == rule)

    def to_frame(self, of: str | None = None) -> pd.DataFrame:
        """Return one row for each rule and duration, those that bind first; or another list, as every record does."""
        import pandas as pd

        if of is not None:
            return super().to_frame(of)
        rows: list[dict[str, Any]] = [
            {
                "milestone": self.milestone,
                "rule": line.rule,
                "binding": ", ".join(line.words),
                "title": line.title,
                "drop_gain_wd": line.drop_gain_wd,
                "unit_gain_wd": line.unit_gain_wd,
                "range": line.range_units,
                "saturation": ", ".join(line.saturation),
                "headroom": line.headroom,
                "unit": line.unit,
                "switching_point": line.switching_point,
                "joint_with": "; ".join("+".join(partners) for partners in line.joint_with),
                "authority": line.authority,
                "basis": line.basis,
                "owner": line.owner,
                "raid": ", ".join(line.raid),
                "method": line.method,
            }
            for line in self.lines
        ]
        frame = pd.DataFrame(rows)
        whole = ["drop_gain_wd", "unit_gain_wd", "range", "headroom"]
        return frame.astype(dict.fromkeys(whole, "Int64")) if len(frame) else frame


# -- readings and functions ----------------------------------------------------------------------------------------------


class Region(Record):
    """Combinations of readings that all give one date: every combination that agrees with these answers does."""

    readings: dict[Identifier, Identifier]
    date: Date | None
    """None where the plan contradicts itself, or the date falls off the calendar."""
    combinations: int


class Combination(Record):
    """Dates that the milestones have together, and readings at which they do."""

    dates: dict[Identifier, Date]
    combinations: int
    readings: dict[Identifier, Identifier]
    """The combination nearest to the choice made: the answers that differ from it."""


class Regions(Record):
    """Which combinations of the open readings give which dates."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    milestones: Many[Identifier]
    combinations: int
    matters: dict[Identifier, Many[Identifier]]
    """Milestone to the readings that ever move it."""
    regions: dict[Identifier, Many[Region]]
    together: Many[Combination]
    infeasible: int
    beyond: int
    notes: Many[Text] = ()


class Segment(Record):
    """A run of values over which a date is constant, or moves one working day a unit."""

    first: str
    last: str
    date: Date | None
    """At the first value; None where the plan contradicts itself, or the date falls off the calendar."""
    slope: int
    """Working days of the milestone a unit: 0 or more."""


class Piecewise(Record):
    """A milestone as an exact function of one assumption, or of two: every whole number of the range was evaluated."""

    milestone: Identifier
    of: Identifier
    unit: Unit | Literal["count"]
    segments: Many[Segment]
    beside: Identifier | None = None
    """The second assumption, held between ``beside_first`` and ``beside_last`` in these segments."""
    beside_first: str | None = None
    beside_last: str | None = None


# -- why not ------------------------------------------------------------------------------------------------------------


class Relaxation(Record):
    """Rules and durations that, switched off together, let the milestone meet the date; leave one on, and it does not."""

    rules: Many[str]
    titles: Many[Text]
    date: Date | None
    """The date it buys; None where that is not known. Of one on paper only, the date at the published starts."""
    detaches: bool
    """Whether nothing but the plan's start would then hold something of the chain: a way out on paper only."""
    regulatory: bool


class RouteStep(Record):
    """One number moved."""

    lever: str
    """The assumption; or the rule or ``duration:ITEM`` whose own number moves."""
    title: Text
    stated: str
    moved: str
    units: int
    unit: Unit | Literal["count", "switch"]
    cost: int
    authority: Authority
    low_basis: Text | None = None
    """What is said of the limit that permits it."""
    fitted_to: Text | None = None
    """The published date that the limit was chosen to hit, so that it permits nothing."""


class Route(Record):
    """A route to an earlier date: the cheapest set of moves, and the date that it gives."""

    steps: Many[RouteStep]
    cost: int
    bound: int
    """No route costs less; equal to ``cost`` where it is the cheapest."""
    date: Date
    proof: Text
    """Of the date, when the plan is solved again with the numbers moved."""
    optimal: bool
    assumptions: dict[Identifier, str] = {}
    """What a scenario sets to take the route."""
    switched_off: Many[str] = ()
    unsaved: Many[str] = ()
    """Nothing any more: a scenario sets numbers written into rules and activities too, as ``values``."""
    values: dict[str, str] = unless({})
    """What a scenario sets besides: numbers that no assumption names, ``ITEM.remaining`` or ``RULE.lag``."""


class NearestMiss(Record):
    """How close everything that may move gets, and what would have to be allowed."""

    date: Date
    """The earliest date with everything moved as far as permitted."""
    missing_wd: int
    route: Route | None
    """The cheapest way to that date."""
    conflict: Conflict
    """What still keeps it from the date asked for."""
    to_allow: Many[Relaxation]
    """Smallest sets of which something would have to give besides."""
    bound: Date | None = unless(None)
    """Where the date is not proved, the day before which it cannot be; what is missing is counted to it."""


class WhyNot(Record):
    """Why a milestone is not by a date, and what would have to give."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    milestone: Identifier
    by: Date
    date: Date | None
    """The earliest date as things are; None where the plan contradicts itself."""
    verdict: Literal["met", "route", "nearest miss", "undecided"]
    missing_wd: int | None
    conflict: Conflict | None
    conflicts: Many[Conflict] = ()
    relaxations: Many[Relaxation] = ()
    complete: bool | None = None
    """Whether these are all minimal conflicts and relaxations; None where only one conflict was asked for."""
    route: Route | None = None
    nearest: NearestMiss | None = None
    may_move: Many[str] = ()
    """What the plan permits to move."""
    refused: Many[str] = ()
    """What the plan would permit to move but for its authority: it must be allowed by name."""
    notes: Many[Text] = ()
    bound: Date | None = unless(None)
    """Where the date is not proved, the day before which it cannot be; what is missing is counted to it."""


class MilestoneWhyNot(Record):
    """One milestone of a baseline under the test of minimum necessity."""

    milestone: Identifier
    published: Text
    answer: WhyNot


# -- implied ------------------------------------------------------------------------------------------------------------


class ImpliedRange(Record):
    """Values of one assumption, the others as they are, at which a milestone has its published date."""

    assumption: Identifier
    milestone: Identifier
    first: str
    last: str


class ImpliedRow(Record):
    """One value, or a run of values, of the first free assumption and the range of the second at which all dates hold."""

    first: str
    last: str
    beside_first: str | None = None
    beside_last: str | None = None


class ImpliedDate(Record):
    """A published date against what the plan gives where the free assumptions make the others hold."""

    milestone: Identifier
    published: Text
    as_is: Date
    """With no assumption moved."""
    holds: bool
    """Whether some value of the free assumptions gives it together with the others that hold."""
    earliest: Date | None
    latest: Date | None
    """The dates it takes over the values at which the others hold."""
    slack_wd: Many[int] = ()
    """Working days from the computed date to the end of what was published, least and most; negative is too early."""
    alone: bool
    """Whether any single assumption, moved alone, gives it."""


class Implied(Record):
    """What must be assumed for published dates to follow from the plan's logic."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    baseline: Identifier
    free: Many[Identifier]
    chosen: bool
    """Whether the free assumptions were found by the search rather than named."""
    units: Many[str]
    as_is: Many[str]
    dates: Many[ImpliedDate]
    rows: Many[ImpliedRow]
    ranges: Many[ImpliedRange]
    explained: Many[Identifier]
    unexplained: Many[Identifier]
    hypotheses: Many[Text]
    others: Many[Many[Identifier]] = ()
    """Other sets of as few assumptions found to explain as many dates; there may be more."""
    notes: Many[Text] = ()


# -- attribution --------------------------------------------------------------------------------------------------------


class Gap(Record):
    """The months between two milestones in two published plans."""

    before: Identifier | None
    """None for the first milestone, which is measured from the calendar itself."""
    after: Identifier
    months_from: int | None
    months_to: int | None
    growth: int
    labels: dict[Literal["approved", "evidenced", "asserted", "contingency", "unexplained"], int]
    reason: Text


class DivergenceLedger(Record):
    """The exact account of a divergence from published dates alone: what each gap adds, and what each month rests on."""

    from_baseline: Identifier
    to_baseline: Identifier
    milestones: dict[Identifier, int]
    """Months later than published in the first."""
    gaps: Many[Gap]
    chain: dict[Identifier, Many[Identifier]]
    """Milestone to the milestones whose gaps add up to its months."""


Grade = Literal["approved", "evidenced", "not evidenced"]
"""What months of a divergence rest on: only what the source itself says is approved or evidenced."""


class NecessaryMonths(Record):
    """Months of a plan's own distance to published dates, and the rule or length that makes them."""

    after: Identifier
    """The milestone at the end of the gap in which they arise."""
    months: int
    """Negative where the gap is shorter than published."""
    rule: str | None = None
    title: Text
    authority: Authority | None = None
    owner: Text | None = None
    grade: Grade
    to_save: Text | None = None
    """What would have to be true for them not to be needed, all else as it is."""
    taken_over_by: Many[str] = ()
    """Where its number alone does not save them: the rules and lengths that hold the milestone once that is as good as it helps,
    and did not before; if it is none of what holds the milestone as things are, what does."""


class OwnDistance(Record):
    """How far a milestone of a plan is from its published date, in months, as sums that do not net each other."""

    of: Text
    milestone: Identifier
    date: Date
    published: Text
    months: int
    approved: int
    evidenced: int
    not_evidenced: int
    saved: int
    """Zero or below: gaps shorter than published."""
    lines: Many[NecessaryMonths]


class GroupOfChanges(Record):
    """What two plans differ in, taken together."""

    id: Identifier
    title: Text
    changes: Many[Text]


class Contribution(Record):
    """What one group of changes does to a date, by each method; working days, later is positive."""

    group: Identifier
    add_one_in: int
    """Put into the first plan alone."""
    but_for: int
    """Taken out of the second plan alone."""
    waterfall: int
    """In the stated order."""
    shapley: float
    shapley_error: float = 0.0
    """Standard error, where orders were sampled."""

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the most that any method says."""
        each = (self.add_one_in, self.but_for, self.waterfall, self.shapley)
        return min(each), max(each)


class Interaction(Record):
    """What two groups do together beyond each alone, taken out of the second plan: negative is one path overtaking another."""

    groups: Many[Identifier]
    days: int


class NetworkComparison(Record):
    """The difference between the dates of two networks, split over groups of changes by several methods."""

    milestone: Identifier
    from_network: Text
    to_network: Text
    from_date: Date
    to_date: Date
    delta: int
    unit: Literal["wd", "cd"]
    groups: Many[GroupOfChanges]
    order: Many[Identifier]
    """The stated order of the waterfall: by when each group first touches the schedule."""
    contributions: Many[Contribution]
    interactions: Many[Interaction]
    exact: bool
    terms: dict[str, str]
    """Method to what it is."""


class Attribution(Record):
    """Where a divergence from published dates comes from."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    own: Many[OwnDistance] = ()
    """The distance of the plan itself, and of those it is compared with, from the first baseline."""
    ledgers: Many[DivergenceLedger]
    comparisons: Many[NetworkComparison]
    notes: Many[Text] = ()


# -- verification ---------------------------------------------------------------------------------------------------------


class CheckedClaim(Record):
    """One claim of a stored outcome, checked again."""

    claim: Quoted
    holds: bool
    found: Quoted


class Verification(Record):
    """A stored outcome, checked again without a solver."""

    plan: Identifier
    scenarios: Many[Identifier]
    status: Literal["solved", "infeasible", "undecided"]
    checks: Many[CheckedClaim]
    argument: Many[Text]
    """The proof as lines to be followed by hand."""
    without_solver: dict[Identifier, bool] = {}
    """Milestone to whether its date is proved here; False rests on CP-SAT, or is a gap."""
    not_derived: Many[Text] = ()
    """What was taken as it was stored: what only CP-SAT tells, and what was so before the changes."""

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)
