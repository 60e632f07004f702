"""The settled past of a plan: lengths and rules without effect on what remains, and assumptions used by them alone."""

from __future__ import annotations

import weakref
from collections.abc import Iterator

from models.contents import DURATION_PREFIX, PlanContents
from models.duration import Duration, Reference
from models.items import Activity
from models.rules import AtLeast, Capacity, Dependency, Gate, Migration, NotAfter, Point, Rule

__all__ = ["done_by", "least_left", "settled", "spent"]

_ASKS = (Dependency, AtLeast, Gate)
"""Kinds of rule that, with retained logic, hold the rest of work that has begun."""


def settled(plan: PlanContents) -> frozenset[str]:
    """Return the rules, and the durations as ``duration:ITEM``, that bear on nothing but what is done.

    A length is settled where the work is finished, or has begun and nobody says what is left; a rule where everything that
    it could move is a fact. With a dialect of ``p6`` what finished work waited for still holds what follows it, so no link
    is settled there.
    """
    kept = _SETTLED.get(id(plan))
    if kept is None or kept[0]() is not plan:
        if len(_SETTLED) > _MOST_KEPT:
            _SETTLED.clear()
        kept = _SETTLED[id(plan)] = weakref.ref(plan), _settled(plan)
    return kept[1]


_MOST_KEPT = 256
_SETTLED: dict[int, tuple[weakref.ReferenceType[PlanContents], frozenset[str]]] = {}


def _settled(plan: PlanContents) -> frozenset[str]:
    if not any(plan.done(name) or plan.under_way(name) for name in plan.items):
        return frozenset()
    lengths = {DURATION_PREFIX + item.id for item in plan.activities if _begun(item) and not item.terms()}
    return frozenset({*lengths, *(rule.id for rule in plan.rules if not any(_moves(plan, rule)))})


def spent(plan: PlanContents) -> frozenset[str]:
    """Return the assumptions and unknowns whose every use is of settled lengths and rules: no value of theirs moves a date."""
    past = settled(plan)
    known: dict[str, bool] = {}
    for activity in plan.activities:
        if _begun(activity) and isinstance(activity.duration, Reference):
            name = activity.duration.name
            known[name] = known.get(name, False) or bool(activity.terms())
    for name, uses in plan.uses.items():
        known[name] = known.get(name, False) or any(user not in past for user, _ in uses)
    return frozenset(name for name, live in known.items() if not live)


def least_left(plan: PlanContents, entry: object, limit: Duration) -> Duration | None:
    """Return how little may be left of begun work of which ``limit`` is the least length; the limit of anything else.

    None where lengths and what is left are in other units, so that nobody can say.
    """
    left = entry.progress.left if isinstance(entry, Activity) and _begun(entry) and entry.progress else None
    if left is None or not isinstance(entry, Activity):
        return limit
    length = plan.duration(entry.duration)
    if not length.unit == left.unit == limit.unit:
        return None
    return Duration(max(0, limit.amount - max(0, length.amount - left.amount)), left.unit)


def done_by(plan: PlanContents, name: str) -> Iterator[str]:
    """Yield the items of which a rule speaks and that are done, or have begun, each once, and the work of a duration."""
    if name.startswith(DURATION_PREFIX):
        named = [name.removeprefix(DURATION_PREFIX)]
    else:
        named = [point.item for point in plan.rules_by_id[name].points()]
    yield from (item for item in dict.fromkeys(named) if plan.done(item) or plan.under_way(item))


def _begun(activity: Activity) -> bool:
    return activity.progress is not None and activity.progress.begun


def _moves(plan: PlanContents, rule: Rule) -> Iterator[bool]:
    """Yield of each point that a rule could move, or hold back, whether it still can."""
    points: tuple[Point, ...] = rule.points()
    if isinstance(rule, Dependency) and rule.bound == "at-most":
        points = points[:1]
    elif isinstance(rule, (Dependency, AtLeast, Gate, Migration)):
        points = points[-1:]
    for point in points:
        if plan.done(point.item):
            yield plan.dialect == "p6" and isinstance(rule, _ASKS)
        elif not plan.under_way(point.item) or isinstance(rule, Capacity):
            yield True
        elif isinstance(rule, _ASKS):
            yield plan.logic == "retained" and plan.dialect != "msp"
        else:
            late = isinstance(rule, NotAfter)
            yield point.end != "start" and (late or plan.unit == "day")
