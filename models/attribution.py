"""Moves of a date divided among what differs, and the divergence from published plans."""

from __future__ import annotations

from typing import Literal

from models.provenance import Authority
from models.record import Date, Identifier, Many, Record, Text

__all__ = [
    "Attribution",
    "Contribution",
    "DivergenceLedger",
    "Gap",
    "Grade",
    "GroupOfChanges",
    "Interaction",
    "NecessaryMonths",
    "NetworkComparison",
    "OwnDistance",
]


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
