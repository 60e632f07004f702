"""Ways of queueing for slots, compared: optimised, first ready first served, by portfolio, by size."""

from __future__ import annotations

from collections.abc import Sequence

from models.allocation import PolicyResult
from models.expansion import test_of
from models.qualification import Party
from optimiser.qualification.allocation import fairness
from optimiser.qualification.stage import Stage

__all__ = ["compared"]

PORTFOLIO = ("advanced", "unmetered", "smart", "non-smart")
"""Segments in the order in which the pack lets them migrate; parties of none (networks, agents) go first."""

SIZE = {"large": 0, "medium": 1, "small": 2}

TITLES = {
    "optimised": "optimised for the last supplier",
    "first-ready": "first ready, first served",
    "portfolio": "by portfolio: networks and agents, advanced, unmetered, smart, non-smart",
    "large-first": "by size, the largest first",
    "small-first": "by size, the smallest first",
}


def compared(stage: Stage, best: Sequence[int], milestones: Sequence[str]) -> tuple[PolicyResult, ...]:
    """Return what each way of queueing comes to; ``best`` is the optimised schedule.

    Within a class the one that is ready first goes first. A party takes the first place that is free when its turn
    comes, which may lie before another's; nobody already placed is moved.
    """
    found = [_result(stage, "optimised", best, milestones)]
    for policy in ("first-ready", "portfolio", "large-first", "small-first"):
        values = _queued(stage, policy)
        if values is not None:
            found.append(_result(stage, policy, values, milestones))
    return tuple(found)


def _queued(stage: Stage, policy: str) -> list[int] | None:
    """Return the schedule of one way of queueing."""
    parties = {test_of(party): party for party in stage.qualification.qualifying}
    order = {}
    for place, item in enumerate(sorted({item for pool in stage.pools for item in pool.demand})):
        ready = stage.earliest.position(item)[0]
        party = parties.get(item)
        order[item] = (_rank(policy, party) if party else 0, ready, place)
    return stage.in_order(order)


def _rank(policy: str, party: Party) -> int:
    """Return the class of a party in a way of queueing."""
    if policy == "portfolio":
        return min((1 + PORTFOLIO.index(segment) for segment in party.segments), default=0)
    if policy == "large-first":
        return SIZE[party.size]
    return 2 - SIZE[party.size] if policy == "small-first" else 0


def _result(stage: Stage, policy: str, values: Sequence[int], milestones: Sequence[str]) -> PolicyResult:
    return PolicyResult(
        policy=policy,
        title=TITLES[policy],
        dates={name: stage.show(name, values[stage.node(name)]) for name in milestones},
        all_tested=stage.evening(
            max(
                values[stage.network.item_nodes(test_of(party))[1]]
                for party in stage.qualification.parties
                if not party.volunteers
            )
        ),
        fairness=fairness(stage, values),
    )
