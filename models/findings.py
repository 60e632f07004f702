"""What is found out about a date: conflicts, bindings, evidence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from models.provenance import Authority, Basis, Citation, Confidence
from models.record import Date, Identifier, Many, Record, Text, unless
from models.rules import Point

__all__ = [
    "Binding",
    "Certificate",
    "CertificateStep",
    "Conflict",
    "ConflictMember",
    "Evidence",
    "ProofClass",
]

ProofClass = Literal["certified", "solver", "gap"]
"""``certified``: a checked schedule meets a bound computed without a solver. ``solver``: CP-SAT proved it, nothing else
bounds it. ``gap``: the earliest date lies between the bound and the date shown."""


class ConflictMember(Record):
    """A rule or a duration that takes part in a conflict or a chain."""

    id: str
    """The rule's id, or ``duration:ITEM``."""
    title: Text
    kind: str
    authority: Authority
    basis: Basis
    confidence: Confidence | None = None
    citation: Many[Citation] = ()
    statement: Text
    """What it demands, in words with its numbers."""


class Conflict(Record):
    """A minimal set of rules and durations that cannot all hold: leave out any one, and the rest can."""

    members: Many[ConflictMember]
    statement: Text
    """The contradiction as one argument."""
    minimal: bool
    """Whether minimality was proved; a search that ran out of time says no."""
    confirmed_by: Text
    """The reason besides a solver's verdict."""


class CertificateStep(Record):
    """One line of an argument that a date cannot be earlier: ``b(point) ≥ boundary``, by the rule, from the line before."""

    point: Annotated[str, StringConstraints(pattern=Point.pattern)]
    boundary: int
    date: Date
    rule: str | None
    """The rule or ``duration:ITEM``; None for the axis's own beginning."""
    after: Many[int] = ()
    """The lines it follows from, by index; none where it stands alone, several where enough of several are late."""
    statement: Text


class Certificate(Record):
    """An argument, redone by hand, that the milestone cannot be earlier; its last line is the milestone."""

    milestone: Identifier
    steps: Many[CertificateStep]


class Evidence(Record):
    """What a date stands on: the driving chain's working days and links, by basis. Proof is of arithmetic, not of truth."""

    document_wd: int
    """Working days of the chain whose length is stated by a document."""
    other_wd: dict[Basis, int] = {}
    links: dict[Basis, int] = {}
    """Links and floors of the chain by basis."""
    inferred_links: int
    weakest_confidence: Confidence | None = None
    """The lowest confidence among what is inferred on the chain."""
    fitted: Many[Text] = ()
    """Numbers on the chain that were chosen to hit a published date."""
    proposals: Many[Text] = ()
    """What drafts under test propose and the chain takes for granted: the date holds on these conditions."""


class Binding(Record):
    """A rule or a duration of the conflict at "one day earlier", and what it is worth."""

    rule: str
    title: Text
    kind: str
    authority: Authority
    basis: Basis
    drop_gain_wd: int | None
    """Working days gained if it were removed; None where nothing but the plan's start would then hold what it places."""
    fallback_gain_wd: int | None = None
    """Working days gained where what it alone places falls back to its published start, or the next one behind it does; fewer than
    none are lost."""
    unit_gain_wd: int | None
    """Working days gained if it were relaxed by one unit; None where it has no unit."""
    joint_with: Many[str] = ()
    method: Literal["closed form", "CP-SAT"] = "closed form"
    drop_gain_min: int | None = unless(None)
    """Of a plan in minutes: the minutes of work gained if it were removed, where they are less than a day."""
    unit_gain_min: int | None = unless(None)
    """The same if it were relaxed by one unit."""
