"""What may move for an earlier date, and how far.

What may move is what the plan says: an assumption from its value to the better end of its range; a rule or duration to its
``flexibility``, through its assumption where its number is one; and what a user allows by name. Where a regulatory rule
would move, it must be allowed by name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from models.duration import Duration, Value, print_value
from models.faults import maybe
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Authority
from models.rules import Capacity
from optimiser.clock import Clock
from optimiser.encoding.levers import Lever
from optimiser.errors import InputError, Located
from optimiser.explain.oracle import Oracle
from optimiser.numbers import (
    Number,
    entry_of,
    number_of_assumption,
    number_of_rule,
    own_term,
    stated_entries,
    terms_using,
    users,
)
from optimiser.solve.problem import Problem

__all__ = ["Levers", "levers_of"]

_MOST_UNITS = 400
"""No lever that a user allows without the plan's stating a limit is offered more units than this."""


@dataclass(slots=True)
class Levers:
    """What may move, and what would but for its authority.

    Attributes
    ----------
    said
        Lever to what the plan says of its limit.
    """

    offered: list[Lever] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    said: dict[Lever, str] = field(default_factory=dict)
    authority: dict[Lever, Authority] = field(default_factory=dict)

    def full(self) -> dict[Lever, int]:
        """Return everything moved as far as it may."""
        return {lever: lever.steps for lever in self.offered}


def levers_of(oracle: Oracle, allow: Collection[str] = (), milestone: str | None = None) -> Levers:
    """Return what may move.

    Parameters
    ----------
    allow
        Rules, durations (``duration:ITEM``) and assumptions allowed by name: regulatory ones within the plan's own limits
        where it states them, anything else as far as it goes.
    milestone
        Whose date is to be earlier: where the plan's logic must say which way a number is better.

    Raises
    ------
    InputError
        If one is unknown.
    """
    plan = oracle.plan
    _known(plan, allow)
    found = Levers()
    taken: set[tuple[str, str]] = set()
    for entry in plan.assumptions:
        if number_of_assumption(plan, oracle.problem.clock, entry) is None:
            continue
        for end, word in ((entry.low, "low"), (entry.high, "high")):
            lever = (
                None if end is None else _towards(oracle.problem.clock, entry.id, "assumption", entry.value, end, entry.cost)
            )
            if lever is not None and _eases(oracle, milestone, lever):
                basis = f"its {word}, {print_value(end)}" + ("" if entry.cost is not None else "; no cost stated, one a unit")
                taken.add(("assumption", entry.id))
                _offer(found, plan, lever, basis, allow)
                break
    for name, entry in _flexible(plan):
        lever = _flexed(oracle, name, entry)
        if lever is not None and (lever.kind, lever.name) not in taken:
            taken.add((lever.kind, lever.name))
            _offer(found, plan, lever, "its flexibility", (*allow, *((lever.name,) if name in allow else ())))
    for name in dict.fromkeys(allow):
        for lever in _allowed(oracle, name):
            if (lever.kind, lever.name) not in taken:
                taken.add((lever.kind, lever.name))
                _offer(found, plan, lever, "allowed by name", (*allow, lever.name))
    return found


def _eases(oracle: Oracle, milestone: str | None, lever: Lever) -> bool:
    """Return whether a lever moves its number in the good direction.

    Where rules use it both ways, or a length also holds its start back, that is the direction in which the network's date is
    earlier when the lever is moved as far as it may.
    """
    uses = list(terms_using(oracle.plan, lever.name))
    ways = {term.worse for _, term in uses}
    both = len(ways) > 1 or any(user in oracle.two_way for user, _ in uses)
    if not both or milestone is None:
        return lever.sign not in ways
    moved = Problem.of(oracle.moved({lever: lever.steps}), oracle.problem.clock).earliest
    now, then = (each.values[oracle.node(milestone)] for each in (oracle.found, moved))
    return moved.status == "feasible" and then <= now and (then < now or lever.sign not in ways)


def _known(plan: Plan, allow: Iterable[str]) -> None:
    names = [*plan.rules_by_id, *(DURATION_PREFIX + activity.id for activity in plan.activities), *plan.values]
    faults = [
        Located(f"unknown rule, duration or assumption '{name}'{maybe(name, names)}", path="allow")
        for name in allow
        if name not in names
    ]
    if faults:
        raise InputError(faults)


def _offer(found: Levers, plan: Plan, lever: Lever, said: str, allow: Collection[str]) -> None:
    """Offer a lever, or refuse it for its authority."""
    using = users(plan, lever.name) if lever.kind == "assumption" else (lever.name,)
    rules = [
        plan.rules_by_id[name] for name in using if name in plan.rules_by_id and plan.switch(plan.rules_by_id[name].enabled)
    ]
    authorities = {rule.authority for rule in rules}
    ranked: tuple[Authority, ...] = ("regulatory", "contractual", "external")
    authority: Authority = next((each for each in ranked if each in authorities), "planning")
    named = lever.name in allow or any(rule.id in allow for rule in rules)
    if authority == "regulatory" and not named:
        found.refused.append(lever.name)
        return
    found.offered.append(lever)
    found.said[lever] = said
    found.authority[lever] = authority


def _flexible(plan: Plan) -> Iterable[tuple[str, Any]]:
    for activity in plan.activities:
        if activity.flexibility is not None and plan.switch(activity.enabled):
            yield DURATION_PREFIX + activity.id, activity
    for rule in plan.active_rules():
        if rule.flexibility is not None:
            yield rule.id, rule


def _towards(clock: Clock, name: str, kind: Any, value: Value, limit: Value, cost: int | None) -> Lever | None:
    """Return the lever from a value to its limit, None where they cannot be compared."""
    if isinstance(value, Duration) and isinstance(limit, Duration) and value.unit == limit.unit:
        distance = limit.amount - value.amount
    elif isinstance(value, dt.date) and isinstance(limit, dt.date):
        distance = clock.boundary(limit, "opens") - clock.boundary(value, "opens")
    elif isinstance(value, int) and isinstance(limit, int) and not isinstance(value, bool):
        distance = limit - value
    else:
        return None
    if not distance:
        return None
    return Lever(name, kind, 1 if distance > 0 else -1, abs(distance), 1 if cost is None else cost)


def _flexed(oracle: Oracle, name: str, entry: Any) -> Lever | None:
    """Return the lever of a rule's or duration's flexibility."""
    plan, clock = oracle.plan, oracle.problem.clock
    flexibility = entry.flexibility
    term = own_term(entry)
    number = number_of_rule(oracle.plan, oracle.problem.clock, name)
    if number is None:
        return Lever(name, "switch", 1, 1, flexibility.cost) if term is None else None
    value = number.value
    if isinstance(entry, Capacity):
        if flexibility.limit_amount is None:
            return None
        limit: Value = plan.amount(flexibility.limit_amount)
    elif flexibility.limit is None:
        return None
    elif isinstance(value, dt.date):
        # A shift: how far the date may move, in the unit of the limit.
        shift = plan.duration(flexibility.limit)
        boundary = clock.boundary(value, number.convention)
        by = Duration(-number.worse * abs(shift.amount), shift.unit)
        limit = clock.show(clock.shift(boundary, by, number.convention, number.convention), number.convention)
    else:
        limit = plan.duration(flexibility.limit)
    assumed = None if term is None else term.assumption
    where, kind = (name, "own") if assumed is None else (assumed, "assumption")
    lever = _towards(clock, where, kind, value, limit, flexibility.cost)
    if lever is not None and isinstance(entry, Capacity) and isinstance(limit, int):
        return replace(lever, ceiling=limit)
    return lever


def _allowed(oracle: Oracle, name: str) -> Iterable[Lever]:
    """Yield the lever of something allowed by name, as far as it goes."""
    plan = oracle.plan
    if name in plan.rules_by_id or name.startswith(DURATION_PREFIX):
        entry = entry_of(plan, name)
        term = own_term(entry)
        cost = entry.flexibility.cost if entry.flexibility else 1
        if term is not None and term.assumption is not None:
            stated = next(each for each in stated_entries(plan) if each.id == term.assumption)
            number = number_of_assumption(oracle.plan, oracle.problem.clock, stated)
            if number is not None:
                yield _whole(number, "assumption", cost)
            return
        number = number_of_rule(oracle.plan, oracle.problem.clock, name)
        yield Lever(name, "switch", 1, 1, cost) if number is None else _whole(number, "own", cost)
        return
    stated = next(each for each in stated_entries(plan) if each.id == name)
    number = number_of_assumption(oracle.plan, oracle.problem.clock, stated)
    if number is not None:
        yield _whole(number, "assumption", getattr(stated, "cost", None) or 1)


def _whole(number: Number, kind: Any, cost: int) -> Lever:
    """Return a lever that goes as far as its number can be relaxed."""
    stated = number.value.amount if isinstance(number.value, Duration) else 0
    least = min(number.least, max(_MOST_UNITS, stated))
    if isinstance(number.value, dt.date):
        boundary = number.clock.boundary(number.value, number.convention)
        least = min(number.least, boundary - number.clock.origin if number.worse > 0 else number.clock.limit - boundary)
    return Lever(number.slot, kind, -number.worse, max(0, least), cost)
