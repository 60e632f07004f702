"""Qualification: parties that pass tests and boards, and the bodies that share their capacity among them.

A `Qualification` stands beside a plan and changes nothing until a scenario switches it on by its id among the rules.
Then `optimiser.scenarios.expand` puts its parties into the plan as items and rules of the usual kinds, in the place of the
bar that stood for all of them; everything that reads a plan reads them like any others.

For a party *p* outside integration testing, with ``b(bar)`` the boundary of the bar's start:

* ``b(p-READY) ≥ b(bar) ⊕ ready`` (DBT1 evidence), ``b(p-TEST.start) ≥ b(p-READY) ⊕ sandbox``;
* ``p-TEST`` lasts what its role and reliance say and holds one slot of every body and environment that tests the role;
  a party that relies on another is tested after it;
* ``b(p-EVIDENCE) ≥ b(p-TEST.finish) ⊕ evidence_work`` and ``≥ b(bar) ⊕ evidence`` (DBT2 evidence);
* ``b(p-APPROVED) ≥`` the evening of the first board of each approving body after ``b(p-EVIDENCE) ⊕ notice``;
* for a supplier ``b(p-LIVE) ≥ b(p-APPROVED)``, ``≥`` the first approval of any of its agents, ``≥ b(p-TEST.start) ⊕
  go_live_preparation``, and the milestone of all suppliers waits for every ``p-LIVE``.

A party that fails its test has a ``p-RETEST`` too, which follows ``p-TEST`` by the time for repair and holds the same slots;
whatever waits for the end of the test then waits for the end of the second.

A volunteer of integration testing has ``p-SIT`` instead of a test, from its cohort's start.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.assumptions import Assumption
from models.duration import AmountTerm, DateTerm, Duration, DurationTerm, SwitchTerm
from models.provenance import Sourced
from models.record import Date, Identifier, Many, Record, Text
from models.rules import CapacityStep, Occasions

__all__ = [
    "FOLLOW_ON",
    "Body",
    "Central",
    "Cohort",
    "Environment",
    "Integration",
    "Lengths",
    "Party",
    "Qualification",
    "Role",
    "Segment",
    "SharedTeam",
    "Size",
    "SkippedBy",
    "Wave",
    "last_test_of",
    "part_of",
    "test_of",
]

Size = Literal["large", "medium", "small"]
Segment = Literal["smart", "non-smart", "advanced", "unmetered"]
Reliance = Literal["none", "partial", "full"]
Assignment = Literal["free", "readiness", "portfolio", "size"]
Family = Literal[
    "ready", "test", "slots", "evidence", "board", "pair", "live", "reliance", "wave", "first-pair", "every-supplier", "sit"
]
"""The families of rules that parties bring, for saying what each stands on."""

NOTHING = Duration(0, "wd")
FOLLOW_ON = "follow-on"
"""The cohort of volunteers that finish in follow-on testing."""


class Body(Sourced):
    """A code body: it assesses parties, so many at once, and its board approves them."""

    id: Identifier
    title: Text
    slots: AmountTerm
    """Parties that it can assess at once."""
    steps: Many[CapacityStep] = ()
    """Slots from later days on."""
    board: Occasions | None = None
    """The days on which its board sits; without any it approves as soon as the evidence is in."""
    notice: DurationTerm = NOTHING
    """Time between the papers and the board."""
    slot_cost: Annotated[int, Field(ge=0)] = 1
    """Cost of one more slot, in the plan's unit of money."""


class Environment(Sourced):
    """A test environment, shared by the parties whose roles use it."""

    id: Identifier
    title: Text
    places: AmountTerm
    roles: Many[Identifier] = ()
    """Roles that test in it; empty means every role."""
    volunteers: bool = False
    """Whether it is shared with integration testing: volunteers and central parties then hold a place there too."""


class Lengths(Record):
    """How long a test lasts by how far the party relies on another's."""

    none: DurationTerm
    partial: DurationTerm
    full: DurationTerm


class Role(Sourced):
    """A party's role in the market, with the tests and boards that it must pass."""

    id: Identifier
    title: Text
    kind: Literal["supplier", "agent", "network"]
    """A supplier goes live with one of its agents, and the last milestone of Qualification waits for it."""
    tests: Lengths
    assessed_by: Many[Identifier] = ()
    """Bodies of which a test holds a slot."""
    approved_by: Many[Identifier] = ()
    """Bodies whose boards must all approve."""


class Party(Sourced):
    """An organisation, or one licence of it, that must qualify."""

    id: Identifier
    title: Text
    role: Identifier
    size: Size
    meter_points: Annotated[int, Field(ge=0)] = 0
    """Thousands of meter points that the party supplies."""
    segments: Many[Segment] = ()
    platform: Identifier | None = None
    """The software it runs, by which one party can stand for another."""
    reliance: Reliance = "none"
    relies_on: Identifier | None = None
    """The party whose testing it relies on, and is tested after."""
    ready: DurationTerm = NOTHING
    """DBT1 evidence, so entry, counted from the start of the bar."""
    ready_on: DateTerm | None = None
    """A day before which it is not ready either."""
    evidence: DurationTerm = NOTHING
    """DBT2 evidence, so exit, counted from the start of the bar."""
    agents: Many[Identifier] = ()
    """Of a supplier: the agents of which at least one must be approved with it."""
    cohort: Identifier | None = None
    """Of a volunteer: its cohort in integration testing, or ``follow-on``."""
    sit_ready: DateTerm | None = None
    """Of a volunteer: the day from which it can enter integration testing."""
    sit_test: DurationTerm | None = None
    """Of a volunteer: how long integration testing takes it; the cohort's length where left out."""
    retest: DurationTerm | None = None
    """Of a party that fails its test in Qualification: how long the test takes that it then passes."""
    withdrawn: bool = False
    """A volunteer that has dropped out of integration testing and qualifies like the others."""
    wave: Identifier | None = None
    """The wave it is allotted to, where waves are not free."""

    @property
    def volunteers(self) -> bool:
        """Whether it goes through integration testing."""
        return self.cohort is not None and not self.withdrawn


class Wave(Record):
    """A day on which parties may enter, and how many at most."""

    id: Identifier
    opens: Date
    size: AmountTerm | None = None
    segments: Many[Segment] = ()
    """With waves by portfolio: whose wave it is."""
    sizes: Many[Size] = ()
    """With waves by size: whose wave it is."""


class SharedTeam(Sourced):
    """A team of the programme that takes over the tests of some roles, so that bodies need no slot for them."""

    slots: AmountTerm
    roles: Annotated[Many[Identifier], Field(min_length=1)]
    relieves: Annotated[Many[Identifier], Field(min_length=1)]
    """Bodies whose slots those tests no longer hold."""
    on: bool = False


class Cohort(Sourced):
    """A set of volunteers that can leave integration testing together: so many of each role."""

    id: Identifier
    title: Text
    needs: Annotated[dict[Identifier, Annotated[int, Field(ge=1)]], Field(min_length=1)]
    """Role to how many of its volunteers are enough."""


class Central(Sourced):
    """A central party, which integration testing can neither start nor be left without."""

    id: Identifier
    title: Text
    sit_ready: DateTerm | None = None
    """The day from which it can enter integration testing."""
    sit_test: DurationTerm | None = None
    """How long integration testing takes it; the cohort's length where left out."""


class Integration(Sourced):
    """Integration testing by volunteers instead of by one bar."""

    bar: Identifier
    """The activity that stood for the first cohort; its length becomes an output."""
    component: Identifier
    """The activity of component testing, after which pairs are watched."""
    starts: Identifier
    """The milestone at which testing starts; it waits until enough volunteers of one cohort are ready, less the grace."""
    follow_on: Identifier
    """The activity of those that do not finish with a cohort."""
    length: DurationTerm
    """How long integration testing takes a volunteer that says nothing else."""
    grace: DurationTerm = NOTHING
    """How much later than the start a volunteer may enter."""
    watched: DurationTerm = NOTHING
    """How long after component testing pairs are re-formed, fast with fast."""
    re_pairing: bool = False
    """Whether they are: then the fastest of all cohorts together can be the first that leaves."""
    cohorts: Annotated[Many[Cohort], Field(min_length=1)]
    central: Many[Central] = ()
    """Central parties: all of them must be ready with any cohort that starts, and through with any that leaves."""


class SkippedBy(Record):
    """The reading that says what volunteers are spared."""

    reading: Identifier
    approval: Identifier
    """The option under which they still need approval."""
    nothing: Identifier
    """The option under which they need nothing more."""


class Qualification(Sourced):
    """Everything that Qualification hangs on, party by party."""

    id: Identifier
    """The switch: a scenario names it among the rules."""
    title: Text
    expanded: bool = False
    """Whether its parties are items of the plan. Set by the switch, never in a file."""
    bar: Identifier
    """The activity that stood for all parties; its start is what they are counted from, its length becomes an output."""
    replaces: Many[Annotated[str, Field(pattern=r"^(duration:)?[A-Za-z0-9][A-Za-z0-9_-]*$")]] = ()
    """Rules and durations that the parties stand in for: switched off with them."""
    every_supplier: Identifier
    """The milestone that waits for every supplier."""
    first_pairs: dict[Identifier, Many[Segment]] = {}
    """Milestone to the segments of each of which it waits for a first pair."""
    phase: Identifier | None = None
    assumptions: Many[Assumption] = ()
    """Numbers of its own, which join the plan's with it."""
    bodies: Annotated[Many[Body], Field(min_length=1)]
    environments: Many[Environment] = ()
    roles: Annotated[Many[Role], Field(min_length=1)]
    parties: Annotated[Many[Party], Field(min_length=1)]
    sandbox: DurationTerm = NOTHING
    """Time in the end-to-end sandbox between readiness and the test."""
    repair: DurationTerm = NOTHING
    """Time between a failed test and the one that follows it."""
    evidence_work: DurationTerm = NOTHING
    """Self-assessment (SAD) work left after the test."""
    go_live_preparation: DurationTerm = NOTHING
    go_live_after_approval: SwitchTerm = False
    """Whether preparation for go-live waits for approval, rather than running beside the test."""
    waves: Many[Wave] = ()
    tranches: SwitchTerm = False
    """Whether parties enter in waves only."""
    assignment: Assignment = "free"
    """How parties come to their wave: any that is open, or the first after readiness, by portfolio or by size."""
    representatives: bool = False
    """Whether one proven pair stands for every supplier on the same platform."""
    shared_team: SharedTeam | None = None
    integration: Integration | None = None
    skipped_by: SkippedBy | None = None
    grounds: dict[Family, Sourced] = {}
    """What each family of rules stands on; a family that is not named stands on its party."""

    @property
    def qualifying(self) -> tuple[Party, ...]:
        """Parties that are tested in Qualification."""
        return tuple(party for party in self.parties if not party.volunteers)


def part_of(party: str, part: str) -> str:
    """Return the id of an item of a party: its ``READY``, ``TEST``, ``RETEST``, ``SIT``, ``EVIDENCE``, ``APPROVED``, ``LIVE``."""
    return f"{party}-{part}"


def test_of(party: Party) -> str:
    """Return the activity in which a party is tested."""
    return part_of(party.id, "SIT" if party.volunteers else "TEST")


def last_test_of(party: Party) -> str:
    """Return the activity with which a party's testing ends: its second test where it fails the first."""
    return part_of(party.id, "RETEST") if party.retest is not None and not party.volunteers else test_of(party)
