"""Faults of a Qualification whose every part is well formed, infeasible demands among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from models.contents import PlanContents
from models.duration import Duration, Reference, Value, print_value
from models.fault import Fault, Path, maybe
from models.items import Activity, Milestone
from models.provenance import Sourced
from models.qualification import FOLLOW_ON, Cohort, Integration, Party, Qualification, Role
from models.record import Record

__all__ = ["party_faults"]

_TERMS: dict[str, tuple[str, tuple[type, ...]]] = {
    **dict.fromkeys(
        (
            "evidence",
            "evidence_work",
            "full",
            "go_live_preparation",
            "grace",
            "length",
            "none",
            "notice",
            "partial",
            "ready",
            "repair",
            "retest",
            "sandbox",
            "sit_test",
            "watched",
        ),
        ("a duration", (Duration,)),
    ),
    **dict.fromkeys(("ready_on", "sit_ready"), ("a date", (dt.date, type(None)))),
    **dict.fromkeys(("amount", "places", "size", "slots"), ("a whole number", (int,))),
    **dict.fromkeys(("go_live_after_approval", "tranches"), ("true or false", (bool,))),
}
"""Fields that may refer to an assumption: what it must hold."""

_MAY_BE_NEGATIVE = {"ready", "evidence"}


def party_faults(plan: PlanContents) -> Iterator[Fault]:
    """Yield what is wrong with a plan's Qualification; nothing once its parties are items, whose own faults are found there."""
    qualification = plan.qualification
    if qualification is None or qualification.expanded:
        return
    at: Path = ("qualification",)
    values = {**plan.values, **{entry.id: entry.value for entry in qualification.assumptions}}
    yield from _duplicates(plan, qualification)
    yield from _joints(plan, qualification)
    yield from _parts(qualification)
    for path, name, value in _walk(qualification, at):
        if name in _TERMS:
            yield from _term(path, name, value, values)
    sources = [source.id for source in plan.sources]
    for path, entry in _sourced(qualification, at):
        for place, citation in enumerate(entry.citation):
            yield from _unknown((*path, "citation", place), "source", citation.source, sources)


def _unknown(path: Path, what: str, name: str, known: Iterable[str]) -> Iterator[Fault]:
    known = tuple(known)
    if name not in known:
        yield Fault(path, f"unknown {what} '{name}'{maybe(name, known)}")


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, str, Any]]:
    """Yield every field of a record and of the records inside it: where it is, its name, its value."""
    if isinstance(value, Record):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if not isinstance(inner, Record | tuple):
                yield (*path, name), name, inner
            yield from _walk(inner, (*path, name))
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            yield from _walk(entry, (*path, place))


def _sourced(value: Any, path: Path) -> Iterator[tuple[Path, Sourced]]:
    """Yield every record that stands on something."""
    if isinstance(value, Sourced):
        yield path, value
    if isinstance(value, Record):
        for name in type(value).model_fields:
            yield from _sourced(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            yield from _sourced(entry, (*path, place))


def _term(path: Path, name: str, value: Any, values: dict[str, Value]) -> Iterator[Fault]:
    """Report a reference that leads nowhere or to the wrong kind of value, and a value below zero."""
    kind, types = _TERMS[name]
    if isinstance(value, Reference):
        if value.name not in values:
            yield Fault(path, f"unknown assumption '{value.name}'{maybe(value.name, values)}")
            return
        held = values[value.name]
        if not isinstance(held, types) or (kind == "a whole number" and isinstance(held, bool)):
            yield Fault(path, f"{value} holds {print_value(held)}, expected {kind}")
            return
        value = held
    amount = value.amount if isinstance(value, Duration) else value
    if isinstance(amount, int) and not isinstance(amount, bool) and amount < 0 and name not in _MAY_BE_NEGATIVE:
        yield Fault(path, f"it is negative: {value}; expected 0 or more")


def _duplicates(plan: PlanContents, qualification: Qualification) -> Iterator[Fault]:
    """Ids used twice, and ids that the plan has already."""
    spaces = ("assumptions", "bodies", "environments", "roles", "parties", "waves")
    for space in spaces:
        seen: dict[str, int] = {}
        for place, entry in enumerate(getattr(qualification, space)):
            if entry.id in seen:
                message = f"'{entry.id}' is already used at {space}[{seen[entry.id]}] of the Qualification; ids are unique"
                yield Fault(("qualification", space, place, "id"), message)
            seen.setdefault(entry.id, place)
    for place, entry in enumerate(qualification.assumptions):
        if entry.id in plan.values:
            message = f"'{entry.id}' is already an assumption or unknown of the plan; ids are unique"
            yield Fault(("qualification", "assumptions", place, "id"), message)
    if qualification.id in plan.rules_by_id:
        yield Fault(
            ("qualification", "id"), f"'{qualification.id}' is already a rule of the plan; its switch needs its own name"
        )


def _joints(plan: PlanContents, qualification: Qualification) -> Iterator[Fault]:
    """Where the parties meet the rest of the plan."""
    activities = [entry.id for entry in plan.activities]
    milestones = [entry.id for entry in plan.milestones]
    at: Path = ("qualification",)
    yield from _unknown((*at, "bar"), "activity", qualification.bar, activities)
    yield from _unknown((*at, "every_supplier"), "milestone", qualification.every_supplier, milestones)
    for milestone in qualification.first_pairs:
        yield from _unknown((*at, "first_pairs", milestone), "milestone", milestone, milestones)
    switches = [*plan.rules_by_id, *(f"duration:{name}" for name in activities)]
    for place, name in enumerate(qualification.replaces):
        yield from _unknown((*at, "replaces", place), "rule", name, switches)
    if qualification.phase is not None:
        yield from _unknown((*at, "phase"), "phase", qualification.phase, [phase.id for phase in plan.phases])
    if qualification.expanded:
        yield Fault((*at, "expanded"), "the parties are put in by a scenario; leave this out")
    skipped = qualification.skipped_by
    if skipped:
        readings = {reading.id: reading for reading in plan.readings}
        yield from _unknown((*at, "skipped_by", "reading"), "reading", skipped.reading, readings)
        options = [option.id for option in readings[skipped.reading].options] if skipped.reading in readings else None
        for key in ("approval", "nothing"):
            if options is not None:
                yield from _unknown((*at, "skipped_by", key), "option", getattr(skipped, key), options)
    if qualification.integration:
        yield from _integration(plan, qualification, qualification.integration)


def _integration(plan: PlanContents, qualification: Qualification, integration: Integration) -> Iterator[Fault]:
    """Integration testing's places in the plan, and cohorts that nobody could fill."""
    at: Path = ("qualification", "integration")
    for key, kind in (("bar", Activity), ("component", Activity), ("follow_on", Activity), ("starts", Milestone)):
        known = [name for name, item in plan.items.items() if isinstance(item, kind)]
        what = "activity" if kind is Activity else "milestone"
        yield from _unknown((*at, key), what, getattr(integration, key), known)
    parties = {party.id for party in qualification.parties}
    for place, central in enumerate(integration.central):
        if central.id in parties or central.id in {other.id for other in integration.central[:place]}:
            yield Fault((*at, "central", place, "id"), f"'{central.id}' is already used; ids are unique")
    for place, cohort in enumerate(integration.cohorts):
        yield from _cohort(qualification, cohort, (*at, "cohorts", place))


def _cohort(qualification: Qualification, cohort: Cohort, at: Path) -> Iterator[Fault]:
    """A cohort that asks for more of a role than volunteer."""
    roles = [role.id for role in qualification.roles]
    for role, count in cohort.needs.items():
        yield from _unknown((*at, "needs", role), "role", role, roles)
        members = [party for party in qualification.parties if party.cohort == cohort.id and party.role == role]
        staying = [party for party in members if party.volunteers]
        if role in roles and count > len(staying):
            gone = f" ({len(members) - len(staying)} more have withdrawn)" if len(members) > len(staying) else ""
            yield Fault(
                (*at, "needs", role),
                f"cohort '{cohort.id}' needs {count} of role '{role}', and {len(staying)} volunteer{gone}; "
                "maybe ask for fewer, or find another volunteer",
            )


def _parts(qualification: Qualification) -> Iterator[Fault]:
    """Bodies, roles, environments and parties among each other."""
    bodies = [body.id for body in qualification.bodies]
    roles = {role.id: role for role in qualification.roles}
    parties = {party.id: party for party in qualification.parties}
    at: Path = ("qualification",)
    for place, role in enumerate(qualification.roles):
        for key in ("assessed_by", "approved_by"):
            for index, body in enumerate(getattr(role, key)):
                yield from _unknown((*at, "roles", place, key, index), "body", body, bodies)
        if not role.approved_by:
            message = f"no body can approve role '{role.id}', so none of its parties is ever through; expected one of {', '.join(bodies)}"
            yield Fault((*at, "roles", place, "approved_by"), message)
    for place, environment in enumerate(qualification.environments):
        for index, role_name in enumerate(environment.roles):
            yield from _unknown((*at, "environments", place, "roles", index), "role", role_name, roles)
    team = qualification.shared_team
    if team:
        for index, role_name in enumerate(team.roles):
            yield from _unknown((*at, "shared_team", "roles", index), "role", role_name, roles)
        for index, body in enumerate(team.relieves):
            yield from _unknown((*at, "shared_team", "relieves", index), "body", body, bodies)
    for place, party in enumerate(qualification.parties):
        yield from _party(qualification, party, roles, parties, (*at, "parties", place))
    suppliers = [party for party in qualification.parties if party.role in roles and roles[party.role].kind == "supplier"]
    for milestone, segments in qualification.first_pairs.items():
        for segment in segments:
            if not any(segment in party.segments for party in suppliers):
                message = f"{milestone} waits for the first pair of the {segment} segment, and no supplier serves it"
                yield Fault((*at, "first_pairs", milestone), message)


def _party(
    qualification: Qualification, party: Party, roles: dict[str, Role], parties: dict[str, Party], at: Path
) -> Iterator[Fault]:
    """One party: what it names, and whether it can ever be through."""
    yield from _unknown((*at, "role"), "role", party.role, roles)
    role = roles.get(party.role)
    if party.relies_on is not None:
        yield from _unknown((*at, "relies_on"), "party", party.relies_on, parties)
        if party.relies_on == party.id:
            yield Fault((*at, "relies_on"), f"'{party.id}' cannot rely on its own testing")
    if party.wave is not None:
        yield from _unknown((*at, "wave"), "wave", party.wave, [wave.id for wave in qualification.waves])
    for place, agent in enumerate(party.agents):
        yield from _unknown((*at, "agents", place), "party", agent, parties)
        agent_role = roles.get(parties[agent].role) if agent in parties else None
        if agent_role and agent_role.kind != "agent":
            yield Fault((*at, "agents", place), f"'{agent}' is no agent but of role '{agent_role.id}'")
    if role and role.kind == "supplier" and not party.agents:
        message = (
            f"supplier '{party.id}' has no agent, and goes live only with one, so {qualification.every_supplier} would wait for "
            "it for ever; expected at least one agent"
        )
        yield Fault((*at, "agents"), message)
    if party.retest is not None and party.volunteers:
        yield Fault((*at, "retest"), f"'{party.id}' goes through integration testing; expected a party tested in Qualification")
    if party.cohort is not None:
        cohorts = [cohort.id for cohort in qualification.integration.cohorts] if qualification.integration else []
        yield from _unknown((*at, "cohort"), "cohort", party.cohort, [*cohorts, FOLLOW_ON] if cohorts else [])
