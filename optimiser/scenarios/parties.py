"""The steps of every party: ready, tested, evidence complete, approved, live; each a rule of one of the usual kinds."""

from __future__ import annotations

from models.qualification import FOLLOW_ON, Body, Central, Party, Role, last_test_of, part_of, test_of
from models.rules import Point
from optimiser.scenarios.parts import Parts

__all__ = ["add_parties", "enters_integration"]


def add_parties(parts: Parts) -> None:
    """Write out every party, from readiness to approval, and to going live."""
    for party in parts.qualification.parties:
        name, role = party.id, parts.roles[party.role]
        evidence, approved = part_of(name, "EVIDENCE"), part_of(name, "APPROVED")
        parts.milestone(party, evidence, f"{party.title}: evidence complete")
        parts.milestone(party, approved, f"{party.title}: approved")
        if party.volunteers:
            _volunteer(parts, party, evidence)
        else:
            _tested(parts, party, role, evidence)
        parts.link("board", party, f"approved-{name}", f"{name} is approved on its evidence", evidence, approved)
        for body in role.approved_by:
            _approval(parts, party, parts.bodies[body], evidence, approved)
        if role.kind == "supplier":
            _supplier(parts, party, approved)


def _approval(parts: Parts, party: Party, body: Body, evidence: str, approved: str) -> None:
    """The board of one body, or its word where it has none."""
    name, on = f"board-{body.id}-{party.id}", parts.approved_volunteers or not party.volunteers
    if party.volunteers:
        parts.approvals.append(name)
    if body.board is None:
        title = f"{body.title} approves {party.id} on its evidence"
        parts.link("board", party, name, title, evidence, approved, lag=body.notice, enabled=on)
        return
    title = f"The board of {body.title} approves {party.id}"
    points = {"before": Point(evidence), "after": Point(approved)}
    parts.rule("gate", "board", party, name, title, **points, board=body.board, notice=body.notice, enabled=on)


def _tested(parts: Parts, party: Party, role: Role, evidence: str) -> None:
    """A party outside integration testing: ready, tested, evidence complete."""
    qualification, name = parts.qualification, party.id
    bar, ready, test, last = qualification.bar, part_of(name, "READY"), part_of(name, "TEST"), last_test_of(party)
    parts.milestone(party, ready, f"{party.title}: ready to enter (DBT1 evidence)", shown="opens")
    parts.activity(party, test, f"{party.title}: Qualification testing", getattr(role.tests, party.reliance))
    title = f"{name} has its DBT1 evidence"
    parts.link("ready", party, f"ready-{name}", title, bar, ready, type="SS", lag=party.ready)
    if party.ready_on is not None:
        title = f"{name} is not ready before its day"
        parts.rule("not-before", "ready", party, f"ready-on-{name}", title, at=Point(ready), date=party.ready_on)
    parts.link("ready", party, f"enter-{name}", f"{name} enters once it is ready", ready, test, lag=qualification.sandbox)
    if party.relies_on is not None:
        leader = next(entry for entry in qualification.parties if entry.id == party.relies_on)
        done = part_of(leader.id, "EVIDENCE") if leader.volunteers else last_test_of(leader)
        parts.link("reliance", party, f"relies-{name}", f"{name} relies on the testing of {leader.id}", done, test)
    if party.retest is not None:
        parts.activity(party, last, f"{party.title}: second test in Qualification", party.retest)
        title = f"{name} is tested again after a repair"
        parts.link("test", party, f"retest-{name}", title, test, last, lag=qualification.repair)
    title = f"The self-assessment of {name} follows its testing"
    parts.link("evidence", party, f"sad-{name}", title, last, evidence, lag=qualification.evidence_work)
    title = f"{name} has its DBT2 evidence"
    parts.link("evidence", party, f"evidence-{name}", title, bar, evidence, type="SS", lag=party.evidence)
    title = f"Qualification testing lasts until {name} is through"
    parts.link("test", party, f"bar-{name}", title, last, bar, type="FF")


def _supplier(parts: Parts, party: Party, approved: str) -> None:
    """A supplier goes live with one of its agents, or with a proven pair like it."""
    qualification, name = parts.qualification, party.id
    live = part_of(name, "LIVE")
    parts.milestone(party, live, f"{party.title}: able to take meter points")
    parts.link("live", party, f"live-{name}", f"{name} goes live once it is approved", approved, live)
    agents = [part_of(agent, "APPROVED") for agent in party.agents]
    if qualification.representatives:
        pair = part_of(name, "PAIR")
        parts.milestone(party, pair, f"{party.title}: proven with an agent")
        parts.link("pair", party, f"proven-{name}", f"{name} is proven once it is approved", approved, pair)
        parts.quorum("pair", party, f"agents-{name}", f"{name} is proven with one of its agents", agents, 1, Point(pair))
        alike = [entry for entry in parts.suppliers if entry is party or (party.platform and entry.platform == party.platform)]
        pairs = [part_of(entry.id, "PAIR") for entry in alike]
        parts.quorum("pair", party, f"pair-{name}", f"{name} goes live with a proven pair like it", pairs, 1, Point(live))
    else:
        parts.quorum("pair", party, f"pair-{name}", f"{name} goes live with one of its agents", agents, 1, Point(live))
    lag = qualification.go_live_preparation
    if not party.volunteers:
        title = f"{name} prepares for go-live while it is tested"
        parts.link("live", party, f"prepare-{name}", title, test_of(party), live, type="SS", lag=lag)
    title, on = f"{name} prepares for go-live after its approval", qualification.go_live_after_approval
    parts.link("live", party, f"prepare-after-{name}", title, approved, live, lag=lag, enabled=on)
    target = qualification.every_supplier
    parts.link("every-supplier", party, f"{target}-after-{name}", f"{target} waits for {name}", live, target)


def _volunteer(parts: Parts, party: Party, evidence: str) -> None:
    """A party in integration testing: its evidence comes from there."""
    integration, name = parts.qualification.integration, party.id
    assert integration is not None
    done = integration.follow_on if party.cohort == FOLLOW_ON else part_of(name, "SIT")
    if party.cohort != FOLLOW_ON:
        enters_integration(parts, party, party.title, name)
    parts.link("evidence", party, f"sit-{name}", f"{name} has its evidence from integration testing", done, evidence)
    title, sad = f"The self-assessment of {name} follows its integration testing", f"sad-{name}"
    lag, on = parts.qualification.evidence_work, parts.approved_volunteers
    parts.link("evidence", party, sad, title, done, evidence, lag=lag, enabled=on)
    parts.approvals.append(sad)


def enters_integration(parts: Parts, party: Party | Central, title: str, called: str) -> None:
    """Let a volunteer or a central party be ready for integration testing and be tested there; its rules call it ``called``."""
    integration, (ready, done) = parts.qualification.integration, (part_of(party.id, "READY"), part_of(party.id, "SIT"))
    assert integration is not None
    parts.milestone(party, ready, f"{title}: ready to enter integration testing", shown="opens")
    if party.sit_ready is not None:
        name, late = f"sit-ready-{party.id}", f"{called} is not ready for integration testing before its day"
        parts.rule("not-before", "sit", party, name, late, at=Point(ready), date=party.sit_ready)
    parts.activity(party, done, f"{title}: integration testing", party.sit_test or integration.length)
    parts.link("sit", party, f"sit-enter-{party.id}", f"{called} enters integration testing once it is ready", ready, done)
    starts = integration.starts
    parts.link("sit", party, f"sit-start-{party.id}", f"{called} is tested from {starts}", starts, done)
