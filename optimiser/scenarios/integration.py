"""Integration testing by cohorts: enough volunteers to start, enough through to leave, and the fastest of all re-paired."""

from __future__ import annotations

from models.provenance import Sourced
from models.qualification import Cohort, Integration, part_of
from models.rules import Point
from optimiser.scenarios.parties import enters_integration
from optimiser.scenarios.parts import Parts

__all__ = ["add_integration"]


def add_integration(parts: Parts, integration: Integration) -> None:
    """Write out central parties and cohorts, the quorum that starts integration testing, and the cohort that leaves it."""
    ground, starts = parts.qualification, integration.starts
    for central in integration.central:
        enters_integration(parts, central, central.title, central.title)
    leaving = [_cohort(parts, integration, cohort) for cohort in integration.cohorts]
    parts.milestone(ground, "SIT-QUORATE", "Enough volunteers of one cohort are ready", shown="opens")
    entered = [_inside(cohort) for cohort in integration.cohorts]
    title = "Integration testing starts with any one cohort"
    parts.quorum("sit", ground, "sit-quorate", title, entered, 1, Point("SIT-QUORATE"))
    title = "Integration testing starts no more than the grace before enough volunteers are ready"
    parts.link("sit", ground, "sit-grace", title, starts, "SIT-QUORATE", lag=integration.grace, bound="at-most")
    if integration.re_pairing:
        leaving.append(_re_paired(parts, integration))
    title = "The first cohort that is through leaves integration testing"
    parts.quorum("sit", ground, "sit-first-cohort", title, leaving, 1, Point(integration.bar, "finish"))


def _inside(cohort: Cohort) -> str:
    return f"COHORT-{cohort.id}-IN"


def _cohort(parts: Parts, integration: Integration, cohort: Cohort) -> str:
    """Write out one cohort and return the milestone at which it leaves."""
    inside, through = _inside(cohort), f"COHORT-{cohort.id}-THROUGH"
    parts.milestone(cohort, inside, f"{cohort.title}: enough volunteers are ready", shown="opens")
    parts.milestone(cohort, through, f"{cohort.title}: enough volunteers are through")
    for role, count in cohort.needs.items():
        members = [party.id for party in parts.volunteers if party.cohort == cohort.id and party.role == role]
        ready, done = ([part_of(name, part) for name in members] for part in ("READY", "SIT"))
        title = f"{cohort.title} starts with {count} of {len(members)} volunteers of role {role}"
        parts.quorum("sit", cohort, f"cohort-{cohort.id}-{role}-in", title, ready, count, Point(inside))
        title = f"{cohort.title} leaves when {count} of {len(members)} volunteers of role {role} are through"
        parts.quorum("sit", cohort, f"cohort-{cohort.id}-{role}-through", title, done, count, Point(through))
    name = f"cohort-{cohort.id}-central"
    _with_central(parts, integration, cohort, f"{name}-in", f"{cohort.title} starts", "READY", inside)
    _with_central(parts, integration, cohort, f"{name}-through", f"{cohort.title} leaves", "SIT", through)
    return through


def _with_central(parts: Parts, integration: Integration, ground: Sourced, name: str, does: str, part: str, after: str) -> None:
    """Let a milestone wait for one part of every central party."""
    of = [part_of(central.id, part) for central in integration.central]
    if of:
        parts.quorum("sit", ground, name, f"{does} with all {len(of)} central parties", of, len(of), Point(after))


def _re_paired(parts: Parts, integration: Integration) -> str:
    """Write out the fastest of all cohorts together, once pairs have been watched; return the milestone at which they leave."""
    ground, fastest = parts.qualification, "SIT-FASTEST-THROUGH"
    parts.milestone(ground, fastest, "Enough of the fastest volunteers of all cohorts are through")
    title = "Pairs are re-formed once they have been watched"
    parts.link("sit", ground, "sit-watched", title, integration.component, fastest, lag=integration.watched)
    for role, count in integration.cohorts[0].needs.items():
        done = [part_of(party.id, "SIT") for party in parts.volunteers if party.role == role]
        title = f"The re-formed cohort has {count} of {len(done)} volunteers of role {role}"
        parts.quorum("sit", ground, f"sit-fastest-{role}", title, done, count, Point(fastest))
    _with_central(parts, integration, ground, "sit-fastest-central", "The re-formed cohort leaves", "SIT", fastest)
    return fastest
