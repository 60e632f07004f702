"""What a Qualification puts into a plan, as it is written out: items and rules, each with the source it stands on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from models.duration import DurationTerm
from models.items import Activity, Milestone
from models.plan import Plan
from models.provenance import Sourced
from models.qualification import FOLLOW_ON, Body, Family, Party, Qualification, Role
from models.rules import RULE_KINDS, Demand, Point, Rule

__all__ = ["Parts"]


@dataclass
class Parts:
    """The items and rules of the parties of one Qualification."""

    plan: Plan
    qualification: Qualification
    activities: list[Activity] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    approvals: list[str] = field(default_factory=list)
    """Rules that the approval of volunteers consists of."""

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Roles by id."""
        return {role.id: role for role in self.qualification.roles}

    @cached_property
    def bodies(self) -> dict[str, Body]:
        """Bodies by id."""
        return {body.id: body for body in self.qualification.bodies}

    @cached_property
    def suppliers(self) -> list[Party]:
        """Parties whose role is that of a supplier."""
        return [party for party in self.qualification.parties if self.roles[party.role].kind == "supplier"]

    @cached_property
    def volunteers(self) -> list[Party]:
        """Volunteers that are tested with a cohort of their own."""
        return [party for party in self.qualification.parties if party.volunteers and party.cohort != FOLLOW_ON]

    @cached_property
    def approved_volunteers(self) -> bool:
        """Whether volunteers need approval as the plan stands."""
        skipped = self.qualification.skipped_by
        reading = next((entry for entry in self.plan.readings if skipped and entry.id == skipped.reading), None)
        return reading is None or skipped is None or self.plan.choice(reading) != skipped.nothing

    def milestone(self, owner: Sourced, name: str, title: str, *, shown: Literal["opens", "closes"] = "closes") -> None:
        """Add a milestone that stands on what its owner stands on."""
        self.milestones.append(Milestone(id=name, title=title, shown=shown, phase=self.qualification.phase, **_ground(owner)))

    def activity(self, owner: Sourced, name: str, title: str, duration: DurationTerm) -> None:
        """Add an activity that stands on what its owner stands on."""
        self.activities.append(
            Activity(id=name, title=title, duration=duration, phase=self.qualification.phase, **_ground(owner))
        )

    def rule(self, kind: str, family: Family, owner: Sourced, name: str, title: str, **fields: Any) -> None:
        """Add a rule that stands on what its family stands on, or else its owner."""
        ground = _ground(self.qualification.grounds.get(family, owner))
        made: Any = RULE_KINDS[kind]
        self.rules.append(made(kind=kind, id=name, title=title, **fields, **ground))

    def link(self, family: Family, owner: Sourced, name: str, title: str, before: str, after: str, **fields: Any) -> None:
        """Add a dependency between two items."""
        self.rule("dependency", family, owner, name, title, before=before, after=after, **fields)

    def quorum(
        self, family: Family, owner: Sourced, name: str, title: str, of: Iterable[str], count: int, after: Point
    ) -> None:
        """Let a point wait for so many of some items."""
        self.rule("at-least", family, owner, name, title, of=tuple(map(Point, of)), count=count, after=after)

    def capacity(self, owner: Sourced, name: str, title: str, amount: Any, items: Iterable[str], **fields: Any) -> None:
        """Let items share an amount; none share nothing."""
        demands = tuple(Demand(item=item) for item in items)
        if demands:
            self.rule("capacity", "slots", owner, name, title, amount=amount, demands=demands, **fields)


def _ground(owner: Sourced) -> dict[str, Any]:
    """Return the fields that say what an entry stands on."""
    return {name: getattr(owner, name) for name in Sourced.model_fields}
