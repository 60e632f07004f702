"""What could be done about a date besides what the register offers: what the plan itself says may move, and at what cost."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

from models.duration import Duration, Reference, Value
from models.faults import maybe
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Authority
from models.risk import Lever
from models.rules import Capacity, Dependency, Gate, RuleRecord
from optimiser.errors import InputError, Located
from optimiser.robust.quantity import standing

__all__ = ["plan_levers"]

MOST_STEPS = 10
"""A lever reaches its end in at most so many steps."""

MORE_SLOTS = 10
"""So many more of a capacity are offered where it is allowed by name and no limit is stated."""


def plan_levers(plan: Plan, allow: Collection[str] = ()) -> tuple[Lever, ...]:
    """Return the levers that the plan offers.

    An assumption with a cost may be moved to its ``low``; a rule, an activity or a capacity as far as its ``flexibility``
    says, a rule without a number be dropped; a body of the Qualification may have more slots, up to the ``low`` of its
    assumption, each at its ``slot_cost``. What a regulatory rule rests on is offered only where it is allowed by name.

    Parameters
    ----------
    plan
        With its scenarios applied.
    allow
        Assumptions, rules and activities that may move though no cost is stated: at one a unit.

    Raises
    ------
    InputError
        If a name is none of these, or nothing is known of how far it could move.
    """
    _known(plan, allow)
    found: dict[str, Lever] = {}
    for lever in (*_stated(plan, allow), *_flexible(plan, allow), *_slots(plan)):
        found.setdefault(_moved(lever), lever)
    refused = [name for name in allow if not any(_moves(plan, lever, name) for lever in found.values())]
    if refused:
        raise InputError(
            [
                Located(
                    f"nothing is known of how far '{name}' could move; maybe state its 'low' or 'flexibility'", path="--allow"
                )
                for name in refused
            ]
        )
    return tuple(found.values())


def _moved(lever: Lever) -> str:
    """Return what a lever moves."""
    return lever.on or f"rule {lever.drops}"


def _moves(plan: Plan, lever: Lever, name: str) -> bool:
    """Say whether a lever is what was allowed under a name: the number itself, or the assumption that holds it."""
    if name in (lever.on, lever.drops, (lever.on or "").removeprefix(DURATION_PREFIX)):
        return True
    rule = plan.rules_by_id.get(name)
    return rule is not None and lever.on in {term.name for term in _terms(rule)}


def _known(plan: Plan, allow: Collection[str]) -> None:
    known = [*plan.values, *plan.rules_by_id, *(activity.id for activity in plan.activities)]
    faults = [
        Located(f"unknown assumption, rule or activity '{name}'{maybe(name, known)}", path="--allow")
        for name in allow
        if name.removeprefix(DURATION_PREFIX) not in known
    ]
    if faults:
        raise InputError(faults)


def _stated(plan: Plan, allow: Collection[str]) -> Iterator[Lever]:
    """Yield the levers of assumptions, from their value to their low."""
    users = _users(plan)
    for entry in plan.assumptions:
        named = entry.id in allow or any(rule.id in allow for rule in users.get(entry.id, ()))
        if entry.low is None or (entry.cost is None and not named):
            continue
        if _authority(users.get(entry.id, ())) == "regulatory" and not named:
            continue
        yield from _towards(entry.id, entry.title, entry.id, entry.value, entry.low, 1 if entry.cost is None else entry.cost)


def _flexible(plan: Plan, allow: Collection[str]) -> Iterator[Lever]:
    """Yield the levers of flexible rules and activities, and of rules allowed by name that have no number."""
    for activity in plan.activities:
        flexibility = activity.flexibility
        if flexibility is not None and flexibility.limit is not None and plan.switch(activity.enabled):
            value, limit = plan.duration(activity.duration), plan.duration(flexibility.limit)
            yield from _towards(f"flexible-{activity.id}", activity.title, activity.id, value, limit, flexibility.cost)
    for rule in plan.active_rules():
        named = rule.id in allow
        flexibility = rule.flexibility
        if (flexibility is None and not named) or (rule.authority == "regulatory" and not named):
            continue
        cost = flexibility.cost if flexibility else 1
        if isinstance(rule, Capacity):
            yield from _room(plan, rule, cost)
        elif isinstance(rule, (Dependency, Gate)):
            term = rule.lag if isinstance(rule, Dependency) else rule.notice
            value = plan.duration(term)
            furthest = plan.duration(flexibility.limit) if flexibility and flexibility.limit else None
            if getattr(rule, "bound", "") != "at-most":
                yield from _towards(f"flexible-{rule.id}", rule.title, rule.id, value, furthest, cost)
        elif not any(isinstance(term, Reference) for term in _terms(rule)):
            yield _lever(f"drop-{rule.id}", f"without: {rule.title}", cost, drops=rule.id)


def _room(plan: Plan, rule: Capacity, cost: int) -> Iterator[Lever]:
    """Yield the lever of a capacity that may have more."""
    amount = plan.amount(rule.amount)
    limit = rule.flexibility.limit_amount if rule.flexibility else None
    most = amount + MORE_SLOTS if limit is None else plan.amount(limit)
    name = rule.amount.name if isinstance(rule.amount, Reference) else rule.id
    yield from _towards(f"flexible-{rule.id}", rule.title, name, amount, most, cost)


def _slots(plan: Plan) -> Iterator[Lever]:
    """Yield the levers of the bodies' slots."""
    qualification = plan.qualification
    if qualification is None or not qualification.expanded:
        return
    for body in qualification.bodies:
        if isinstance(body.slots, Reference) and f"slots-{body.id}" in {rule.id for rule in plan.active_rules()}:
            entry = standing(plan, body.slots.name)
            low = getattr(entry, "low", None)
            title = f"more slots of {body.title}"
            yield from _towards(f"more-{body.slots.name}", title, entry.id, entry.value, low, body.slot_cost, basis=body.basis)


def _towards(
    name: str, title: str, on: str, value: Value, limit: Value, cost: int, *, basis: str = "derived"
) -> Iterator[Lever]:
    """Yield a lever in steps from a value to its limit; the last step may fall short of it, never beyond."""
    if isinstance(value, Duration) and isinstance(limit, Duration) and value.unit == limit.unit:
        reach = value.amount - limit.amount
        size = math.ceil(reach / MOST_STEPS)
        if reach > 0:
            steps = reach // size
            yield _lever(name, title, cost * size, basis, on=on, by=Duration(size, value.unit), steps=steps)
    elif isinstance(value, int) and isinstance(limit, int) and not isinstance(value, bool) and limit > value:
        size = math.ceil((limit - value) / MOST_STEPS)
        yield _lever(name, title, cost * size, basis, on=on, more=size, steps=(limit - value) // size)


def _lever(name: str, title: str, cost: int, basis: str = "derived", **fields: object) -> Lever:
    on = fields.get("on") or fields["drops"]
    parents = {"derived_from": (on,)} if basis == "derived" else {}
    return Lever.model_validate({"id": name[:64], "title": title, "cost": cost, "basis": basis, **parents, **fields})


def _terms(rule: RuleRecord) -> tuple[Reference, ...]:
    """Return the assumptions that a rule refers to."""
    fields = (getattr(rule, name, None) for name in ("lag", "notice", "date", "amount", "count"))
    return tuple(term for term in fields if isinstance(term, Reference))


def _users(plan: Plan) -> Mapping[str, list[RuleRecord]]:
    """Return for each assumption the live rules that refer to it."""
    found: dict[str, list[RuleRecord]] = {}
    for rule in plan.active_rules():
        for term in _terms(rule):
            found.setdefault(term.name, []).append(rule)
    return found


def _authority(rules: Collection[RuleRecord]) -> Authority:
    """Return the weightiest authority of some rules."""
    ranked: tuple[Authority, ...] = ("regulatory", "contractual", "external")
    return next((each for each in ranked if any(rule.authority == each for rule in rules)), "planning")
