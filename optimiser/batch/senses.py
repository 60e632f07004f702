"""Which way dates must follow a number: longer work never gives an earlier date, more capacity never a later one."""

from __future__ import annotations

from collections.abc import Iterator

from models.duration import Reference
from models.plan import Plan
from models.rules import AtLeast, Capacity, Dependency, Gate, NotBefore

__all__ = ["assumption_sense"]


def assumption_sense(plan: Plan, name: str) -> int | None:
    """Return +1 where a greater value of an assumption can only delay, -1 where it can only hasten, else None.

    None where it is used both ways, or only where dates do not depend on it monotonically or at all.
    """
    senses = set(_uses(plan, name))
    return senses.pop() if len(senses) == 1 else None


def _uses(plan: Plan, name: str) -> Iterator[int]:
    """Yield the sense of each place in which an assumption is used."""

    def named(term: object) -> bool:
        return isinstance(term, Reference) and term.name == name

    for activity in plan.activities:
        if named(activity.duration):
            yield 1
    for rule in plan.rules:
        if (isinstance(rule, Dependency | AtLeast) and named(rule.lag)) or (isinstance(rule, Gate) and named(rule.notice)):
            yield -1 if isinstance(rule, Dependency) and rule.bound == "at-most" else 1
        if (isinstance(rule, NotBefore) and named(rule.date)) or (isinstance(rule, AtLeast) and named(rule.count)):
            yield 1
        if isinstance(rule, Capacity):
            if named(rule.amount) or any(named(step.amount) for step in rule.steps):
                yield -1
            if any(named(demand.amount) for demand in rule.demands):
                yield 1
