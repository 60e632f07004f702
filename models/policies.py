"""Ways of serving parties that queue for slots: the order that each gives them, in one place for every verb.

A policy puts parties into classes; inside a class the one that is ready first goes first, equals in the order of the
plan. `optimiser.qualification` places parties by a policy in one known future; `optimiser.robust` lets each sample's
queue be served by it, where nobody is waited for who is not ready yet.
"""

from __future__ import annotations

from typing import Final, Literal

from models.plan import Plan
from models.qualification import Party, test_of

__all__ = ["POLICY_TITLES", "Policy", "party_class", "policies_of", "service_classes"]

Policy = Literal["first-ready", "portfolio", "large-first", "small-first"]
"""By readiness alone; by what a party serves; by its size."""

POLICY_TITLES: Final[dict[str, str]] = {
    "first-ready": "first ready, first served",
    "portfolio": "by portfolio: networks and agents, advanced, unmetered, smart, non-smart",
    "large-first": "by size, the largest first",
    "small-first": "by size, the smallest first",
}

_PORTFOLIO: Final = ("advanced", "unmetered", "smart", "non-smart")
"""Segments in the order in which the pack lets them migrate; parties of none (networks, agents) go first."""

_SIZE: Final = {"large": 0, "medium": 1, "small": 2}


def party_class(policy: str, party: Party) -> int:
    """Return the class of a party under a policy; the least is served first."""
    if policy == "portfolio":
        return min((1 + _PORTFOLIO.index(segment) for segment in party.segments), default=0)
    if policy == "large-first":
        return _SIZE[party.size]
    return 2 - _SIZE[party.size] if policy == "small-first" else 0


def service_classes(plan: Plan, policy: str) -> dict[str, int]:
    """Return the class of every activity in which a party is tested; work that is nobody's test has class 0."""
    if plan.qualification is None or not plan.qualification.expanded:
        return {}
    return {test_of(party): party_class(policy, party) for party in plan.qualification.qualifying}


def policies_of(plan: Plan) -> tuple[Policy, ...]:
    """Return the policies that differ in a plan: all where its parties are modelled, else first ready, first served."""
    if plan.qualification is None or not plan.qualification.expanded:
        return ("first-ready",)
    return ("first-ready", "portfolio", "large-first", "small-first")
