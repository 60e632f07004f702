"""Levers beside the register's: numbers that the plan itself lets move, with their costs."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator

from models.assumptions import Assumption
from models.duration import Duration, Reference, Value
from models.faults import maybe
from models.past import least_left, settled
from models.plan import DURATION_PREFIX, Plan
from models.risk import Lever
from models.rules import RuleRecord
from optimiser.errors import InputError, Located
from optimiser.numbers import better_end, own_term, own_value, references, users, weightiest

__all__ = ["plan_levers"]

MOST_STEPS = 10
"""A lever reaches its end in at most so many steps."""

MORE_SLOTS = 10
"""So many more of a capacity are offered where it is allowed by name and no limit is stated."""


def plan_levers(plan: Plan, allow: Collection[str] = ()) -> tuple[Lever, ...]:
    """Return the levers that the plan offers.

    An assumption with a cost may be moved to the better end of its range; a rule, an activity or a capacity as far as its ``flexibility``
    says, a rule without a number be dropped; a body of the Qualification may have more slots, up to the better
    end of its assumption's range, each at its ``slot_cost``. What a regulatory rule rests on is offered only where it is allowed by name.

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
    known = [*plan.values, *plan.rules_by_id, *(activity.id for activity in plan.activities)]
    _refuse(
        f"unknown assumption, rule or activity '{name}'{maybe(name, known)}"
        for name in allow
        if name.removeprefix(DURATION_PREFIX) not in known
    )
    found: dict[str, Lever] = {}
    for lever in (*_stated(plan, allow), *_flexible(plan, allow), *_slots(plan)):
        found.setdefault(lever.on or f"rule {lever.drops}", lever)
    _refuse(
        f"nothing is known of how far '{name}' could move; maybe state its 'low' or 'flexibility'"
        for name in allow
        if not any(_moves(plan, lever, name) for lever in found.values())
    )
    return tuple(found.values())


def _moves(plan: Plan, lever: Lever, name: str) -> bool:
    """Say whether a lever is what was allowed under a name: the number itself, or the assumption that holds it."""
    if name in (lever.on, lever.drops, (lever.on or "").removeprefix(DURATION_PREFIX)):
        return True
    rule = plan.rules_by_id.get(name)
    return rule is not None and lever.on in references(rule)


def _refuse(messages: Iterable[str]) -> None:
    """Refuse what cannot be allowed."""
    faults = [Located(message, path="--allow") for message in messages]
    if faults:
        raise InputError(faults)


def _stated(plan: Plan, allow: Collection[str]) -> Iterator[Lever]:
    """Yield the levers of assumptions, from their value to the better end of their range."""
    for entry in plan.assumptions:
        using = users(plan, entry.id)
        named = entry.id in allow or any(name in allow for name in using)
        end = better_end(plan, entry, ())
        if end is None or (entry.cost is None and not named) or (weightiest(plan, using) == "regulatory" and not named):
            continue
        fitted = f", to a limit fitted to {entry.range_fitted_to}: no permission" if entry.range_fitted_to else ""
        cost = 1 if entry.cost is None else entry.cost
        yield from _towards(entry.id, f"{entry.title}{fitted}", entry.id, entry.value, end, cost)


def _flexible(plan: Plan, allow: Collection[str]) -> Iterator[Lever]:
    """Yield the levers of flexible rules and activities, and of rules allowed by name that no step can ease."""
    past = settled(plan)
    works = [each for each in plan.activities if plan.switch(each.enabled) and DURATION_PREFIX + each.id not in past]
    for entry in (*works, *(rule for rule in plan.active_rules() if rule.id not in past)):
        named, flexibility, term = entry.id in allow, entry.flexibility, own_term(entry)
        regulatory = isinstance(entry, RuleRecord) and entry.authority == "regulatory"
        if (flexibility is None and not (named and isinstance(entry, RuleRecord))) or (regulatory and not named):
            continue
        cost = flexibility.cost if flexibility else 1
        if term is None or (term.kind in ("date", "count") and term.assumption is None):
            yield _lever(f"drop-{entry.id}", f"without: {entry.title}", cost, drops=entry.id)
            continue
        value = own_value(plan, entry.id if isinstance(entry, RuleRecord) else DURATION_PREFIX + entry.id)
        limit: Value = None
        if term.kind == "amount" and isinstance(value, int):
            furthest = flexibility.limit_amount if flexibility else None
            limit = value + MORE_SLOTS if furthest is None else plan.amount(furthest)
        elif isinstance(value, Duration) and term.worse != -1 and flexibility and flexibility.limit is not None:
            limit = least_left(plan, entry, plan.duration(flexibility.limit))
        on = term.assumption if term.kind == "amount" and term.assumption else entry.id
        yield from _towards(f"flexible-{entry.id}", entry.title, on, value, limit, cost)


def _slots(plan: Plan) -> Iterator[Lever]:
    """Yield the levers of the bodies' slots."""
    qualification = plan.qualification
    if qualification is None or not qualification.expanded:
        return
    for body in qualification.bodies:
        if isinstance(body.slots, Reference) and f"slots-{body.id}" in {rule.id for rule in plan.active_rules()}:
            name, entry = body.slots.name, plan.assumptions_by_id[body.slots.name]
            end = better_end(plan, entry, ()) if isinstance(entry, Assumption) else None
            title = f"more slots of {body.title}"
            yield from _towards(f"more-{name}", title, name, entry.value, end, body.slot_cost, basis=body.basis)


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
