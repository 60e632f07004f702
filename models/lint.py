"""What a plan's own papers say against themselves: findings, each with its severity and its effect in days."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.provenance import Citation
from models.record import Date, Identifier, Many, Record, Text

__all__ = [
    "DcmaMeasure",
    "LintCheck",
    "LintEffect",
    "LintFinding",
    "LintReport",
    "PracticeResult",
    "PracticeScore",
    "Severity",
]

Severity = Literal["high", "medium", "low"]
"""``high``: dates or logic contradict each other, or a stated test is failed. ``medium``: a date rests on it, or a reader
will be misled. ``low``: a slip of the pen, or something to ask about."""

PracticeScore = Literal["met", "substantially met", "partially met", "minimally met", "not met", "not assessed"]
"""GAO's own five scores."""


class LintEffect(Record):
    """What becomes of a milestone when the plan is solved again with a finding taken at its word."""

    milestone: Identifier
    result: Literal["moves", "stays", "contradiction", "beyond"]
    """``contradiction``: nothing satisfies the plan then. ``beyond``: the date falls off the calendar."""
    working_days: int | None
    """Positive is later; None where there is no date."""
    date: Date | None


class LintFinding(Record):
    """An inconsistency, its place, and its effect on dates."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+(:[A-Za-z0-9_.+:-]+)?$")]
    """The check, and after a colon the thing found: stable as long as the finding is."""
    check: Identifier
    severity: Severity
    where: Many[Text]
    """Items, rules, rows and baselines that are concerned."""
    what: Text
    citation: Many[Citation] = ()
    tried: Text | None = None
    """What was solved again to measure the effect; None where the finding has no effect that can be computed."""
    effects: Many[LintEffect] = ()


class LintCheck(Record):
    """A check that was made, on how many things, or why it was not."""

    id: Identifier
    title: Text
    looked_at: int
    found: int
    not_applicable: Text | None = None


class DcmaMeasure(Record):
    """One of the fourteen measures of the Defense Contract Management Agency's schedule assessment."""

    number: Annotated[int, Field(ge=1, le=14)]
    name: Text
    threshold: Text
    measured: Text | None
    """None where it does not apply."""
    count: int | None = None
    of: int | None = None
    verdict: Literal["pass", "fail", "not applicable"]
    reason: Text
    """What was counted, or why it does not apply."""
    items: Many[str] = ()
    """What falls short."""
    named: Text | None = None
    """What falls short by its titles, where the measure fails."""
    advice: Text | None = None
    """What to do about it."""


class PracticeResult(Record):
    """One of the ten practices of GAO's Schedule Assessment Guide (GAO-16-89G), scored by what can be counted."""

    number: Annotated[int, Field(ge=1, le=10)]
    name: Text
    score: PracticeScore
    evidence: Text
    """The counts that the score rests on."""
    reason: Text


class LintReport(Record):
    """Everything that the checks found."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    milestones: Many[Identifier]
    """Milestones of which effects are given."""
    dates: dict[Identifier, Date]
    """Their dates as things are; empty where the plan contradicts itself."""
    findings: Many[LintFinding]
    checks: Many[LintCheck]
    dcma: Many[DcmaMeasure]
    practices: Many[PracticeResult]
    notes: Many[Text] = ()

    def finding(self, name: str) -> LintFinding:
        """Return the finding of that id."""
        return next(entry for entry in self.findings if entry.id == name)

    def counts(self) -> dict[Severity, int]:
        """Return how many findings there are of each severity."""
        severities: tuple[Severity, ...] = ("high", "medium", "low")
        return {each: sum(entry.severity == each for entry in self.findings) for each in severities}
