"""Ways of queueing for slots, compared: optimised, first ready first served, by portfolio, by size."""

from __future__ import annotations

from collections.abc import Sequence

from models.allocation import PolicyResult
from models.policies import POLICY_TITLES, party_class
from models.qualification import last_test_of, test_of
from optimiser.qualification.allocation import fairness
from optimiser.qualification.stage import Stage

__all__ = ["compared"]

TITLES = {"optimised": "optimised for the last supplier", **POLICY_TITLES}


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
    parties = {test: party for party in stage.qualification.qualifying for test in (test_of(party), last_test_of(party))}
    order = {}
    for place, item in enumerate(sorted({item for pool in stage.pools for item in pool.demand})):
        ready = stage.earliest.position(item)[0]
        party = parties.get(item)
        order[item] = (party_class(policy, party) if party else 0, ready, place)
    return stage.in_order(order)


def _result(stage: Stage, policy: str, values: Sequence[int], milestones: Sequence[str]) -> PolicyResult:
    return PolicyResult(
        policy=policy,
        title=TITLES[policy],
        dates={name: stage.show(name, values[stage.node(name)]) for name in milestones},
        all_tested=stage.evening(
            max(
                values[stage.network.item_nodes(last_test_of(party))[1]]
                for party in stage.qualification.parties
                if not party.volunteers
            )
        ),
        fairness=fairness(stage, values),
    )
