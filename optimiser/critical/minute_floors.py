"""MS Project's project start as a floor, for work that links could pull before it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from models.items import Activity, Milestone, Summary
from models.plan import Plan
from models.rules import Dependency, NotAfter, NotBefore
from optimiser.clock import MinuteClock

__all__ = ["held_back"]


def held_back(plan: Plan, clock: MinuteClock, start: int) -> Mapping[str, int]:
    """Return the boundaries before which items do not begin, whatever their links.

    Work with neither predecessors nor a not-before begins no earlier than the plan; inside a pinned summary no earlier than
    that, its predecessors notwithstanding. Other work is held by the start of the plan only where links of its own hold it
    there anyway: the bound then tells nothing now, and holds when such a link is taken away.

    Parameters
    ----------
    start
        The boundary at which the plan starts.
    """
    above = {point.item: summary for summary in plan.summaries for point in summary.of if point.end is None}
    floored = {rule.points()[0].item: rule for rule in plan.active_rules() if isinstance(rule, NotBefore)}
    waits: dict[str, list[tuple[str, bool]]] = {}
    for rule in plan.active_rules():
        if isinstance(rule, NotBefore | NotAfter):
            continue
        *before, after = [point.item for point in rule.points()]
        holds = isinstance(rule, Dependency) and rule.type in ("FS", "SS") and plan.duration(rule.lag).amount >= 0
        for item in _spanned(plan, after):
            waits.setdefault(item, []).extend((each, holds) for each in before)
    found: dict[str, int] = {}
    works: tuple[Activity | Milestone, ...] = (*plan.activities, *plan.milestones)
    for work in works:
        if work.id in floored:
            continue
        line, inside = [], above.get(work.id)
        while inside is not None:
            line.append(inside)
            inside = above.get(inside.id)
        pinned = next((each for each in line if each.pin is not None), None)
        if pinned is not None and pinned.pin is not None and pinned.pin.start is not None:
            found[work.id] = clock.boundary(pinned.pin.start, "opens")
        elif work.id not in waits:
            found[work.id] = start
    _held_anyway(plan, clock, start, waits, found)
    return found


def _spanned(plan: Plan, item: str) -> list[str]:
    """Return an item, or all that a summary spans."""
    held = plan.items[item]
    if not isinstance(held, Summary):
        return [item]
    return [each for member in held.members() for each in _spanned(plan, member)]


def _held_anyway(
    plan: Plan, clock: MinuteClock, start: int, waits: Mapping[str, list[tuple[str, bool]]], found: dict[str, int]
) -> None:
    """Add the successors, by links that never reach back, of an item that begins no earlier than the plan."""
    for rule in plan.active_rules():
        if isinstance(rule, NotBefore) and rule.points()[0].end == "start":
            date = plan.date(rule.date)
            if date is not None and clock.boundary(date, "opens") >= start:
                found.setdefault(rule.points()[0].item, start)
    behind: dict[str, list[str]] = {}
    for item, links in waits.items():
        for before, holds in links:
            if holds:
                for each in _spanned(plan, before):
                    behind.setdefault(each, []).append(item)
    works: tuple[Activity | Milestone, ...] = (*plan.activities, *plan.milestones)
    ready = deque(item.id for item in works if found.get(item.id, -1) >= start and not (item.pin or item.progress))
    while ready:
        for item in behind.get(ready.popleft(), ()):
            if item not in found:
                found[item] = start
                held = plan.items[item]
                if not (getattr(held, "pin", None) or getattr(held, "progress", None)):
                    ready.append(item)
