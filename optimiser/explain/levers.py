"""What may move for an earlier date, and how far.

What may move is what the plan says: an assumption from its value to the better end of its range; a rule or duration to its
``flexibility``, through its assumption where its number is one; and what a user allows by name. Where a regulatory rule
would move, it must be allowed by name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from models.duration import Duration, Value, print_value
from models.faults import maybe
from models.past import least_left, settled, spent
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Authority
from optimiser.clock import MinuteClock
from optimiser.encoding.levers import PlanLever
from optimiser.errors import InputError, Located
from optimiser.explain.oracle import Oracle
from optimiser.numbers import (
    Number,
    column_number,
    entry_of,
    number_of_assumption,
    number_of_rule,
    own_term,
    senses,
    side_of,
    unit_of,
    users,
    weightiest,
)
from optimiser.solve.problem import Problem
from optimiser.wording import done_in_words

__all__ = ["Levers", "levers_of"]

_MOST_UNITS = 400
"""No lever that a user allows without the plan's stating a limit is offered more units than this."""


@dataclass(slots=True)
class Levers:
    """The numbers that may move, and those barred by their authority alone.

    Attributes
    ----------
    said
        Lever to what the plan says of its limit.
    fitted
        Lever to the published date that its limit was chosen to hit: such a limit permits nothing.
    """

    offered: list[PlanLever] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    said: dict[PlanLever, str] = field(default_factory=dict)
    fitted: dict[PlanLever, str] = field(default_factory=dict)
    authority: dict[PlanLever, Authority] = field(default_factory=dict)

    def full(self) -> dict[PlanLever, int]:
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
    plan, clock = oracle.plan, oracle.problem.clock
    _known(plan, allow)
    found = Levers()
    taken: set[tuple[str, str]] = set()

    def offer(levers: Iterable[PlanLever], said: str, *names: str, fitted: str | None = None) -> None:
        """Offer the first of some levers that moves its number in the good direction."""
        lever = next((each for each in levers if each.steps and _eases(oracle, milestone, found, each)), None)
        if lever is not None and (lever.kind, lever.name) not in taken:
            taken.add((lever.kind, lever.name))
            _offer(found, plan, lever, said, (*allow, *names))
            found.fitted |= {lever: fitted} if fitted else {}

    past = spent(plan)
    for entry in plan.assumptions:
        if entry.id in past or number_of_assumption(plan, clock, entry) is None:
            continue
        for end, word in ((entry.low, "low"), (entry.high, "high")):
            fitted = f", fitted to {entry.range_fitted_to}: no permission" if entry.range_fitted_to else ""
            basis = f"its {word}, {print_value(end)}{fitted}" + (
                "" if entry.cost is not None else "; no cost stated, one a unit"
            )
            offer(_towards(oracle, entry.id, "assumption", entry.value, end, entry.cost), basis, fitted=entry.range_fitted_to)
    for name, flexible in _flexible(plan):
        for lever in _flexed(oracle, name, flexible):
            offer([lever], "its flexibility", *((lever.name,) if name in allow else ()))
    for name in dict.fromkeys(allow):
        levers = tuple(_allowed(oracle, name))
        offer(levers, "allowed by name", *(lever.name for lever in levers))
    return found


def _eases(oracle: Oracle, milestone: str | None, found: Levers, lever: PlanLever) -> bool:
    """Return whether a lever moves its number in the good direction.

    Where the plan decides which that is, it is the direction in which the network's date is earlier, or no later and less of
    the number, when the lever is moved as far as it may and so is all that was found before.
    """
    ways = frozenset[int]() if lever.kind == "switch" else senses(oracle.plan, lever.name, oracle.two_way)
    if len(ways) < 2:
        return lever.sign not in ways
    if milestone is None:
        return lever.sign < 0
    moved = (oracle.moved(found.full()), oracle.moved({**found.full(), lever: lever.steps}))
    now, then = (Problem.of(plan, oracle.problem.clock).earliest for plan in moved)
    if then.status != "feasible" or now.status != "feasible":
        return then.status == "feasible"
    dates = [each.values[oracle.node(milestone)] for each in (then, now)]
    return dates[0] < dates[1] or (dates[0] == dates[1] and lever.sign < 0)


def _known(plan: Plan, allow: Iterable[str]) -> None:
    names = [*plan.rules_by_id, *(DURATION_PREFIX + activity.id for activity in plan.activities), *plan.values]
    faults = [
        Located(f"unknown rule, duration or assumption '{name}'{maybe(name, names)}", path="allow")
        for name in allow
        if name not in names
    ]
    past = settled(plan) | spent(plan)
    faults += [
        Located(f"'{name}' bears on nothing that is still to come: {done_in_words(plan, name)}", path="allow")
        for name in allow
        if name in past
    ]
    if faults:
        raise InputError(faults)


def _offer(found: Levers, plan: Plan, lever: PlanLever, said: str, allow: Collection[str]) -> None:
    """Offer a lever, or refuse it for its authority."""
    using = users(plan, lever.name) if lever.kind == "assumption" else (lever.name,)
    authority = weightiest(plan, using)
    named = lever.name in allow or any(name in allow for name in using if name in plan.rules_by_id)
    if authority == "regulatory" and not named:
        found.refused.append(lever.name)
        return
    found.offered.append(lever)
    found.said[lever] = said
    found.authority[lever] = authority


def _flexible(plan: Plan) -> Iterable[tuple[str, Any]]:
    past = settled(plan)
    for activity in plan.activities:
        name = DURATION_PREFIX + activity.id
        if activity.flexibility is not None and name not in past and plan.switch(activity.enabled):
            yield name, activity
    for rule in plan.active_rules():
        if rule.flexibility is not None and rule.id not in past:
            yield rule.id, rule


def _towards(oracle: Oracle, name: str, kind: Any, value: Value, limit: Value, cost: int | None) -> Iterator[PlanLever]:
    """Yield the lever from a value to its limit, none where they cannot be compared or are one."""
    if type(value) is not type(limit) or value is None or isinstance(value, bool):
        return
    clock, side = oracle.problem.clock, side_of(oracle.plan, name)
    _, step = unit_of(clock, value)
    if isinstance(value, Duration) and isinstance(limit, Duration) and value.unit != limit.unit:
        if not isinstance(clock, MinuteClock) or not {value.unit, limit.unit} <= {"min", "h", "wd"}:
            return
        each, far = clock.minutes(Duration(1, value.unit)), clock.minutes(limit)
        # In the unit of the value, no further than the limit.
        limit = Duration(-(-far // each) if far < clock.minutes(value) else far // each, value.unit)
    one, other = (
        clock.stated(each, "opens", side) if isinstance(each, dt.date) else column_number(each) for each in (value, limit)
    )
    if abs(other - one) >= step:
        yield PlanLever(name, kind, 1 if other > one else -1, abs(other - one) // step, 1 if cost is None else cost)


def _flexed(oracle: Oracle, name: str, entry: Any) -> Iterator[PlanLever]:
    """Yield the lever of a rule's or duration's flexibility."""
    plan, clock, flexibility = oracle.plan, oracle.problem.clock, entry.flexibility
    term, number = own_term(entry), number_of_rule(plan, clock, name)
    if term is None:
        yield PlanLever(name, "switch", 1, 1, flexibility.cost)
    if term is None or number is None:
        return
    limit: Value = None
    if isinstance(number.value, dt.date) and flexibility.limit is not None:
        # A shift: how far the date may move, in the unit of the limit.
        shift = plan.duration(flexibility.limit)
        by = Duration(-number.worse * abs(shift.amount), shift.unit)
        limit = clock.show(clock.shift(number.boundary, by, number.convention, number.convention), number.convention)
    elif isinstance(number.value, Duration) and flexibility.limit is not None:
        limit = least_left(plan, entry_of(plan, name), plan.duration(flexibility.limit))
    elif number.unit == "count" and flexibility.limit_amount is not None:
        limit = plan.amount(flexibility.limit_amount)
    where, kind = (name, "own") if term.assumption is None else (term.assumption, "assumption")
    for lever in _towards(oracle, where, kind, number.value, limit, flexibility.cost):
        yield replace(lever, ceiling=limit) if term.kind == "amount" and isinstance(limit, int) else lever


def _allowed(oracle: Oracle, name: str) -> Iterator[PlanLever]:
    """Yield the levers of something allowed by name, as far as it goes: the way that relaxes it, then the other."""
    plan, clock = oracle.plan, oracle.problem.clock
    if name in plan.rules_by_id or name.startswith(DURATION_PREFIX):
        entry = entry_of(plan, name)
        term = own_term(entry)
        cost = entry.flexibility.cost if entry.flexibility else 1
        if term is None or term.assumption is None:
            number = number_of_rule(plan, clock, name)
            yield from [PlanLever(name, "switch", 1, 1, cost)] if number is None else _whole(number, "own", cost)
            return
        name = term.assumption
    else:
        cost = getattr(plan.assumptions_by_id[name], "cost", None) or 1
    number = number_of_assumption(plan, clock, plan.assumptions_by_id[name])
    if number is not None:
        yield from _whole(number, "assumption", cost)


def _whole(number: Number, kind: Any, cost: int) -> Iterator[PlanLever]:
    """Yield levers that go as far as a number can be relaxed, and as far as it can worsen."""
    clock, stated = number.clock, column_number(number.value) // number.step if isinstance(number.value, Duration) else 0
    for units, sign in ((number.least, -number.worse), (number.most, number.worse)):
        most = min(units, max(_MOST_UNITS, stated))
        if isinstance(number.value, dt.date) and number.step == 1:
            most = min(units, number.boundary - clock.origin if sign < 0 else clock.limit - number.boundary)
        yield PlanLever(number.slot, kind, sign, max(0, most), cost)
