"""What a pack reports, before it is written: each case with its outcome, and for the first the reasons, risks and checks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from models.implied import Piecewise
from models.migration import Migrated
from models.outcome import Outcome, Solved
from models.pack import PackCase, PackRequest
from models.plan import Plan
from models.provenance import Authority
from optimiser.errors import OptimiserError
from optimiser.evidence.answers import Answers
from optimiser.reproduction import RowMatch
from optimiser.solve.fingerprint import plan_sha256

if TYPE_CHECKING:
    from models.allocation import Qualified
    from models.attribution import Attribution, OwnDistance
    from models.binding import BindingReport
    from models.changes import WhatIf
    from models.implied import Implied, Regions
    from models.lint import LintFinding, LintReport
    from models.moved import WhatMoved
    from models.published import PublishedTables
    from models.robustness import RobustOutcome
    from models.routes import MilestoneWhyNot
    from models.trend import UpdateTrend
    from optimiser.evidence.carried import CarriedChain

T = TypeVar("T")

__all__ = ["Change", "DateGrid", "Dossier", "DossierCase", "Released", "SinceThen", "Variations"]


@dataclass
class DossierCase:
    """One case of the pack.

    Attributes
    ----------
    asked
        Its name and scenarios.
    plan
        None where it could not be made.
    outcome
        None where there is none: see ``fault``.
    fault
        What a user has to put right before the case has dates.
    matches
        How the published rows come about, where there are any.
    robust
        None where ``absent`` says why.
    written_sha256
        Hash of the plan before scenarios and single choices.
    """

    asked: PackCase
    plan: Plan | None = None
    written_sha256: str | None = None
    outcome: Outcome | None = None
    fault: str | None = None
    matches: tuple[RowMatch, ...] = ()
    robust: RobustOutcome | None = None
    absent: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The case's name."""
        return self.asked.id

    @property
    def solved(self) -> Solved | None:
        """The answer, where there are dates."""
        return self.outcome if isinstance(self.outcome, Solved) else None

    @property
    def dates(self) -> dict[str, dt.date]:
        """The earliest date of each milestone; none where it has none."""
        return dict(self.solved.dates) if self.solved else {}

    @property
    def as_written(self) -> bool:
        """Whether nothing was chosen or changed for it."""
        return self.plan is not None and plan_sha256(self.plan) == self.written_sha256

    @property
    def crowded(self) -> bool:
        """Whether a capacity of the plan is on."""
        return self.plan is not None and any(rule.kind == "capacity" for rule in self.plan.active_rules())

    @property
    def matched(self) -> int:
        """How many published rows come out, placed ones left aside."""
        return sum(match.reproduced for match in self.matches)


@dataclass(frozen=True, slots=True)
class Released:
    """The gain of each milestone from the release of everything that one authority holds."""

    authority: Authority
    rules: int
    gains: dict[str, int | None]
    """What is proved, what nothing else places no earlier than published; None where it was not published either."""
    exact: bool
    """Whether no more can be gained."""


@dataclass(frozen=True, slots=True)
class Change:
    """A possible change, and its own gain.

    Attributes
    ----------
    now, then
        What it says, and what it would say.
    gains
        Milestone to working days gained; 0 where it does not move, None where it would be left without any reason for its date.
    unit_gains
        Milestone to working days gained by the first unit alone.
    """

    rule: str
    title: str
    now: str
    then: str
    gains: dict[str, int | None]
    unit_gains: dict[str, int]
    authority: Authority
    basis: str
    owner: str | None
    raid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateGrid:
    """A milestone's date against two assumptions, boundaries by row and column; None off the axis."""

    milestone: str
    across: str
    down: str
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    boundaries: tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Variations:
    """The main case tried otherwise."""

    sweeps: tuple[Piecewise, ...] = ()
    grid: DateGrid | None = None
    released: tuple[Released, ...] = ()
    changes: tuple[Change, ...] = ()
    absent: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SinceThen:
    """What is different from an earlier pack, or plan.

    Attributes
    ----------
    name, sha256, version
        What the earlier one is called; its hash and the version that made it, where it is a pack.
    moved
        None where it could not be told.
    come, gone
        Findings that only this plan has, and that only the earlier one has.
    """

    name: str
    plan: Plan
    sha256: str | None
    version: str | None
    moved: WhatMoved | None
    come: tuple[LintFinding, ...]
    gone: tuple[LintFinding, ...]


@dataclass
class Dossier:
    """What the sections are written from."""

    request: PackRequest
    folder: Path
    milestones: tuple[str, ...]
    cases: list[DossierCase]
    published: PublishedTables
    answers: Answers = field(default_factory=Answers)
    """Who is asked for what needs samples or CP-SAT."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of what a pack that is checked was made with; those at hand where there are none."""
    what_if: WhatIf | None = None
    """What was changed for the main case; None where nothing was."""
    since: SinceThen | None = None
    """What is different from an earlier pack; None where none was named."""
    chain: CarriedChain | None = None
    """The updates that the plan was made of; None where it is none."""
    trend: UpdateTrend | None = None
    forecasts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The outcome of each earlier update, by where it stands in the pack."""
    lint: LintReport | None = None
    binding: dict[str, BindingReport] = field(default_factory=dict)
    why_not: tuple[MilestoneWhyNot, ...] = ()
    attribution: Attribution | None = None
    bridge: Attribution | None = None
    implied: list[tuple[DossierCase, Implied]] = field(default_factory=list)
    """What a published plan implies, from the plan of each case."""
    regions: Regions | None = None
    calendars: dict[str, dict[str, DossierCase]] = field(default_factory=dict)
    """Case to calendar to the case on that calendar."""
    own: list[OwnDistance] = field(default_factory=list)
    """The distance of each case from the first baseline, the main case first."""
    sweeps: list[Piecewise] = field(default_factory=list)
    grid: DateGrid | None = None
    released: list[Released] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    qualified: Qualified | None = None
    qualified_case: DossierCase | None = None
    migrated: Migrated | None = None
    """The pace of migration that the main case takes for granted."""
    market: Migrated | None = None
    market_case: DossierCase | None = None
    """The first case in which meter points move by shares and limits."""
    absent: dict[str, str] = field(default_factory=dict)
    """Part to the reason why it is not there."""

    @property
    def main(self) -> DossierCase:
        """The case that was asked for."""
        return self.cases[0]

    @property
    def plan(self) -> Plan:
        """The plan of the main case."""
        assert self.main.plan is not None
        return self.main.plan

    @property
    def reproducing(self) -> DossierCase | None:
        """The case that comes nearest to the published rows, None where none is published."""
        candidates = [case for case in self.cases if case.matches]
        return max(candidates, key=lambda case: case.matched, default=None)

    def tried(self, part: str, kind: Any, make: Callable[[], T], otherwise: T, *, shared: bool = False) -> T:
        """Return a part, or what stands for it, with the reason noted, where a user's plan does not allow it."""
        try:
            return self.answers.derived(part, kind, make, shared=shared)
        except OptimiserError as error:
            self.absent[part] = str(error)
            return otherwise
