"""Tasks that a planner's tool would move: those that the file's own logic starts earlier than their given dates."""

from __future__ import annotations

from collections.abc import Mapping

from models.items import Summary
from models.plan import Plan
from models.rules import Dependency, NotBefore, Point
from optimiser.clock import MinuteClock
from optimiser.critical import compile_network, earliest_times

__all__ = ["same_boundary", "self_moving"]

Positions = Mapping[str, tuple[int, int]]

_ROUNDS = 60
"""Passes after which everything that still starts earlier is held, in place of the first of each line of work."""


def self_moving(plan: Plan, positions: Positions) -> tuple[frozenset[str], frozenset[str]]:
    """Return the items that the plan's own logic starts earlier, and those that it otherwise moves.

    Parameters
    ----------
    plan
        As the planner's file says, without any scenario.
    positions
        Start and finish of items, in minutes of the plan's axis.

    Returns
    -------
    tuple
        Of what differs only the first of each line of work: what follows from it is where its predecessors put it.
    """
    clock = MinuteClock(plan)
    before = _predecessors(plan)
    held: set[str] = set()
    elsewhere: set[str] = set()
    for turn in range(len(positions) + 1):
        found = earliest_times(compile_network(_floored(plan, clock, {each: positions[each][0] for each in held})))
        if found.status != "feasible":
            break
        now = {each: found.position(each) for each in positions}
        differ = {each for each in positions if not same_boundary(plan, clock, each, now[each], positions[each])}
        differ -= elsewhere
        roots = {each for each in differ if before.get(each, frozenset()).isdisjoint(differ)} or differ
        if turn >= _ROUNDS:
            roots = differ
        if not roots:
            break
        early = {each for each in roots - held if now[each][0] < positions[each][0]}
        held |= early
        elsewhere |= roots - early
    return frozenset(held), frozenset(elsewhere)


def same_boundary(plan: Plan, clock: MinuteClock, item: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Say whether no worked minute of an item's calendar lies between two of its positions, at either end."""
    held = plan.items[item]
    duration = getattr(held, "duration", None)
    if duration is not None and plan.duration(duration).unit == "emin":
        return one == other
    time = clock.time(getattr(held, "calendar", None))
    return all(time.worked(mine) == time.worked(its) for mine, its in zip(one, other, strict=True))


def _floored(plan: Plan, clock: MinuteClock, floors: Mapping[str, int]) -> Plan:
    """Return the plan with floors under the starts of items."""
    rules = [
        NotBefore(
            id=f"held-{place}",
            title="Held where it was put",
            kind="not-before",
            at=Point(item, "start"),
            date=clock.show(boundary, "opens"),
            basis="synthetic",
        )
        for place, (item, boundary) in enumerate(sorted(floors.items()))
    ]
    return plan.evolve(rules=(*plan.rules, *rules))


def _predecessors(plan: Plan) -> dict[str, frozenset[str]]:
    """Return the direct predecessors of each item; of a summary, the items that it spans."""
    spans = {each.id: each for each in plan.summaries}

    def leaves(item: str) -> frozenset[str]:
        summary: Summary | None = spans.get(item)
        if summary is None:
            return frozenset([item])
        return frozenset(leaf for each in summary.of for leaf in leaves(str(each).partition(".")[0]))

    found: dict[str, set[str]] = {}
    for rule in plan.active_rules():
        if isinstance(rule, Dependency):
            first, second = rule.points()
            for after in leaves(second.item):
                found.setdefault(after, set()).update(leaves(first.item))
    return {item: frozenset(others - {item}) for item, others in found.items()}
