"""A schedule party by party: test days, waits, utilisation of bodies, and the last party with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from models.allocation import Allocated, BodyLoad, Fairness, Readiness, Straggler
from models.qualification import Party, last_test_of, part_of, test_of
from optimiser.qualification.stage import Stage
from optimiser.wording import plain_date

__all__ = ["allocated", "fairness", "loads", "readiness", "stragglers", "waiting"]

LAST = 10
"""How many of the last suppliers are named."""

SIZES = ("large", "medium", "small")


def waiting(stage: Stage, values: Sequence[int], party: Party) -> int:
    """Return the working days that a party waits for a slot: from when all else would let its test begin."""
    node = stage.network.item_nodes(test_of(party))[0]
    return values[node] - free_from(stage, values, party)


def free_from(stage: Stage, values: Sequence[int], party: Party) -> int:
    """Return the first boundary at which a party's test could begin if no slot were lacking, all others where they are."""
    node = stage.network.item_nodes(test_of(party))[0]
    reached = stage.clock.origin
    for arc in stage.network.arcs:
        if arc.target == node and arc.source != node and not arc.mirrored and stage.network.enabled.get(arc.rule, False):
            reached = max(reached, arc.family.at(values[arc.source], arc.amount))
    for floor in stage.network.floors:
        if floor.node == node and floor.boundary is not None and stage.network.enabled[floor.rule]:
            reached = max(reached, floor.boundary)
    for arc in stage.network.arcs:
        if arc.target == node and arc.source == node and stage.network.enabled.get(arc.rule, False):
            reached = max(reached, arc.family.at(reached, arc.amount))
    return min(reached, values[node])


def allocated(stage: Stage, values: Sequence[int]) -> tuple[Allocated, ...]:
    """Return every party's place in a schedule, in the order of the file.

    Parameters
    ----------
    stage
        The plan, prepared.
    values
        Boundary of each node.
    """
    roles = {role.id: role for role in stage.qualification.roles}
    network = stage.network
    migrated = _migrated(stage, values)
    waves = {wave.opens: wave.id for wave in stage.qualification.waves}
    tranches = stage.plan.switch(stage.qualification.tranches)

    def at(party: str, part: str) -> int:
        return values[network.nodes[part_of(party, part), "start"]]

    found = []
    for party in stage.qualification.parties:
        tested = not party.volunteers
        start = finish = ready = None
        if tested:
            start, finish = values[network.item_nodes(test_of(party))[0]], values[network.item_nodes(last_test_of(party))[1]]
            ready = free_from(stage, values, party)
        supplier = roles[party.role].kind == "supplier"
        live = at(party.id, "LIVE") if supplier else None
        agent = min(party.agents, key=lambda name: (at(name, "APPROVED"), name)) if party.agents else None
        found.append(
            Allocated(
                party=party.id,
                title=party.title,
                role=party.role,
                size=party.size,
                route="qualification" if tested else "integration",
                ready=None if ready is None else stage.morning(ready),
                start=None if start is None else stage.morning(start),
                finish=None if finish is None else stage.evening(finish),
                waiting_wd=None if start is None or ready is None else start - ready,
                evidence=stage.evening(at(party.id, "EVIDENCE")),
                approved=stage.evening(at(party.id, "APPROVED")),
                live=None if live is None else stage.evening(live),
                agent=agent,
                wave=waves.get(stage.morning(start)) if tranches and start is not None else None,
                migration_wd=None if live is None or migrated is None else max(0, migrated - live),
            )
        )
    return tuple(found)


def _migrated(stage: Stage, values: Sequence[int]) -> int | None:
    """Return the boundary at which migration ends: of the milestones that wait for all suppliers, the first after them."""
    rules = [rule for rule in stage.plan.active_rules() if rule.kind == "dependency" and rule.before == stage.target]
    after = [values[stage.network.nodes[rule.after, "start"]] for rule in rules if rule.kind == "dependency"]
    return min(after, default=None)


def loads(stage: Stage, values: Sequence[int]) -> tuple[BodyLoad, ...]:
    """Return demand, use and queue of every capacity, month by month, while anybody wants a slot."""
    size = stage.clock.size
    days = stage.clock.days
    months = np.array([dt.date.fromordinal(int(day)).strftime("%Y-%m") for day in days])
    found = []
    parties = {test_of(party): party for party in stage.qualification.qualifying}
    for pool in stage.pools:
        used, wanted = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for item, need in pool.demand.items():
            start, finish = (values[node] for node in stage.network.item_nodes(item))
            used[start:finish] += need
            since = free_from(stage, values, parties[item]) if item in parties else start
            wanted[since:finish] += need
        busy = np.flatnonzero(wanted)
        if not len(busy):
            continue
        for month in dict.fromkeys(months[busy[0] : busy[-1] + 1].tolist()):
            inside = months == month
            offered, taken = int(pool.available[inside].sum()), int(used[inside].sum())
            count = int(inside.sum())
            found.append(
                BodyLoad(
                    resource=pool.rule,
                    month=month,
                    slots=offered,
                    slots_a_day=round(offered / count, 2),
                    used=taken,
                    utilisation=round(taken / offered, 4) if offered else 0.0,
                    demand=round(float(wanted[inside].sum()) / count, 2),
                    queue=round(float((wanted - used)[inside].sum()) / count, 2),
                )
            )
    return tuple(found)


def _suppliers(stage: Stage, values: Sequence[int]) -> list[tuple[int, Party]]:
    """Return when each supplier is live, the first first."""
    kinds = {role.id: role.kind for role in stage.qualification.roles}
    found = [
        (values[stage.network.nodes[part_of(party.id, "LIVE"), "start"]], party)
        for party in stage.qualification.parties
        if kinds[party.role] == "supplier"
    ]
    return sorted(found, key=lambda entry: (entry[0], entry[1].id))


def readiness(stage: Stage, values: Sequence[int]) -> tuple[Readiness, ...]:
    """Return the share of suppliers, and of their meter points, that is through, at every day on which it grows."""
    live = _suppliers(stage, values)
    everything = sum(party.meter_points for _, party in live)
    found: list[Readiness] = []
    points = 0
    for place, (boundary, party) in enumerate(live, start=1):
        points += party.meter_points
        if place < len(live) and live[place][0] == boundary:
            continue
        found.append(
            Readiness(
                date=stage.evening(boundary),
                suppliers=place,
                supplier_share=round(place / len(live), 4),
                meter_point_share=round(points / everything, 4) if everything else 0.0,
            )
        )
    return tuple(found)


def stragglers(stage: Stage, values: Sequence[int]) -> tuple[Straggler, ...]:
    """Return the last suppliers to be through, the last first, each with what it waits for in this schedule."""
    found = []
    for boundary, party in _suppliers(stage, values)[::-1][:LAST]:
        found.append(
            Straggler(
                party=party.id,
                title=party.title,
                live=stage.evening(boundary),
                meter_points=party.meter_points,
                because=_because(stage, values, party, boundary),
            )
        )
    return tuple(found)


def _because(stage: Stage, values: Sequence[int], party: Party, live: int) -> str:
    """Say what keeps a supplier until the day it is live."""

    def at(name: str, part: str) -> int:
        return values[stage.network.nodes[part_of(name, part), "start"]]

    approved, evidence = at(party.id, "APPROVED"), at(party.id, "EVIDENCE")
    reasons = []
    if live > approved:
        first = min(at(agent, "APPROVED") for agent in party.agents)
        reasons.append("waits for an agent's approval" if first >= live else "prepares for go-live")
    if approved > evidence:
        reasons.append(f"waits {approved - evidence} wd for its boards")
    if not party.volunteers:
        finish = values[stage.network.item_nodes(last_test_of(party))[1]]
        waited = waiting(stage, values, party)
        if evidence > finish:
            reasons.append("DBT2 evidence or self-assessment comes after its test")
        if waited:
            reasons.append(f"waited {waited} wd for a slot")
        reasons.append(f"was ready on {plain_date(stage.morning(free_from(stage, values, party)))}")
    else:
        reasons.append(f"came through integration testing on {plain_date(stage.evening(evidence))}")
    return ", ".join(reasons)


def fairness(stage: Stage, values: Sequence[int]) -> tuple[Fairness, ...]:
    """Return the waiting for a slot by size class, and of all parties that are tested."""
    waits = [(party.size, waiting(stage, values, party)) for party in stage.qualification.qualifying]
    found = []
    for group in (*SIZES, "all"):
        own = [wait for size, wait in waits if group in (size, "all")]
        if own:
            mean = round(sum(own) / len(own), 1)
            found.append(Fairness(group=group, parties=len(own), mean_wd=mean, worst_wd=max(own)))
    return tuple(found)
