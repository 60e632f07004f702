"""What parties share: slots of bodies, places of environments, a team, and the first pair of each segment."""

from __future__ import annotations

from models.qualification import Environment, last_test_of, part_of, test_of
from models.rules import Point
from optimiser.scenarios.parts import Parts

__all__ = ["add_capacities", "add_first_pairs"]


def add_capacities(parts: Parts) -> None:
    """Write out slots of the bodies, places in the environments and the shared team."""
    qualification, team = parts.qualification, parts.qualification.shared_team
    taken = team if team and team.on else None
    tested = [
        (parts.roles[party.role], test)
        for party in qualification.qualifying
        for test in dict.fromkeys((test_of(party), last_test_of(party)))
    ]
    for body in qualification.bodies:
        relieved = taken.roles if taken and body.id in taken.relieves else ()
        items = [test for role, test in tested if body.id in role.assessed_by and role.id not in relieved]
        title = f"{body.title} assesses no more than its slots at once"
        parts.capacity(body, f"slots-{body.id}", title, body.slots, items, steps=body.steps)
    for place in qualification.environments:
        items = [test for role, test in tested if not place.roles or role.id in place.roles]
        items += _integrated(parts, place) if place.volunteers else []
        title = f"{place.title}: no more at once than there are places"
        parts.capacity(place, f"places-{place.id}", title, place.places, items)
    if taken:
        items = [test for role, test in tested if role.id in taken.roles]
        title = "The programme's test team manages no more than its slots at once"
        parts.capacity(taken, "slots-shared-team", title, taken.slots, items)


def _integrated(parts: Parts, place: Environment) -> list[str]:
    """Return the integration tests that hold a place of an environment."""
    integration = parts.qualification.integration
    tests = [test_of(party) for party in parts.volunteers if not place.roles or party.role in place.roles]
    return [*tests, *(part_of(entry.id, "SIT") for entry in (integration.central if integration else ()))]


def add_first_pairs(parts: Parts) -> None:
    """Write out the first pair of each segment, which the start of migration waits for."""
    owner = parts.qualification
    for milestone, segments in owner.first_pairs.items():
        for segment in segments:
            live = [part_of(party.id, "LIVE") for party in parts.suppliers if segment in party.segments]
            pair = f"FIRST-PAIR-{segment}"
            parts.milestone(owner, pair, f"The first supplier and agent of the {segment} segment are through")
            title = f"Any one supplier of the {segment} segment is the first"
            parts.quorum("first-pair", owner, f"first-pair-{segment}", title, live, 1, Point(pair))
            title = f"{milestone} waits for the first pair of the {segment} segment"
            parts.link("first-pair", owner, f"{milestone}-after-first-{segment}", title, pair, milestone)
