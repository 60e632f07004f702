"""The cheapest way to a date: by how much each thing that may move must move, proved the cheapest and solved again.

What may move is what the plan says: an assumption from its value to its ``low``; a rule or duration to its
``flexibility``, through its assumption where its number is one; and what a user allows by name. Where a regulatory rule
would move, it must be allowed by name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from models.duration import Duration, Reference, Value, print_value
from models.explanation import Route, RouteStep
from models.faults import maybe
from models.outcome import Solved
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Authority
from models.rules import Capacity, End, Point
from models.scenario import Scenario
from optimiser.clock import Clock
from optimiser.encoding.answer import Limits
from optimiser.encoding.levers import Lever, moved_plan, moved_value, number_of, stated_entries
from optimiser.errors import InputError, Located
from optimiser.explain.numbers import Number, number_of_assumption, number_of_rule, users
from optimiser.explain.oracle import Oracle
from optimiser.explain.rationing import capacities
from optimiser.solve.binding import Variant
from optimiser.solve.spans import column_number
from optimiser.wording import title

if TYPE_CHECKING:
    from optimiser.encoding.relaxing import Moved

__all__ = ["Levers", "as_scenario", "cheapest_route", "levers_of", "route_mapping"]

_ENDS: tuple[End, ...] = ("start", "finish")
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


def levers_of(oracle: Oracle, allow: Collection[str] = ()) -> Levers:
    """Return what may move.

    Parameters
    ----------
    allow
        Rules, durations (``duration:ITEM``) and assumptions allowed by name: regulatory ones within the plan's own limits
        where it states them, anything else as far as it goes.

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
        number = number_of_assumption(oracle.network, entry)
        if number is None or entry.low is None or entry.low == entry.value:
            continue
        lever = _towards(oracle.clock, entry.id, "assumption", entry.value, entry.low, entry.cost)
        if lever is not None:
            basis = f"its low, {print_value(entry.low)}" + ("" if entry.cost is not None else "; no cost stated, one a unit")
            taken.add(("assumption", entry.id))
            _offer(found, plan, lever, basis, allow)
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
    plan, clock = oracle.plan, oracle.clock
    flexibility = entry.flexibility
    term = number_of(entry)
    number = number_of_rule(oracle.network, name)
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
    own = not isinstance(term, Reference)
    where, kind = (name, "own") if own else (term.name, "assumption")
    lever = _towards(clock, where, kind, value, limit, flexibility.cost)
    if lever is not None and isinstance(entry, Capacity) and isinstance(limit, int):
        return replace(lever, ceiling=limit)
    return lever


def _allowed(oracle: Oracle, name: str) -> Iterable[Lever]:
    """Yield the lever of something allowed by name, as far as it goes."""
    plan = oracle.plan
    if name in plan.rules_by_id or name.startswith(DURATION_PREFIX):
        entry: Any = (
            plan.items[name.removeprefix(DURATION_PREFIX)] if name.startswith(DURATION_PREFIX) else plan.rules_by_id[name]
        )
        term = number_of(entry)
        cost = entry.flexibility.cost if entry.flexibility else 1
        if isinstance(term, Reference):
            stated = next(each for each in stated_entries(plan) if each.id == term.name)
            number = number_of_assumption(oracle.network, stated)
            if number is not None:
                yield _whole(number, "assumption", cost)
            return
        number = number_of_rule(oracle.network, name)
        yield Lever(name, "switch", 1, 1, cost) if number is None else _whole(number, "own", cost)
        return
    stated = next(each for each in stated_entries(plan) if each.id == name)
    number = number_of_assumption(oracle.network, stated)
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


def cheapest_route(oracle: Oracle, milestone: str, by: int, levers: Levers, limits: Limits) -> Route | None:
    """Return the cheapest route to a boundary, solved again; None where the search found none within its limit."""
    plan, clock = oracle.plan, oracle.clock
    useful = [lever for lever in levers.offered if lever.steps and _matters(oracle, milestone, lever)]
    found = _cheapest(oracle, milestone, by, useful, limits)
    if found.units is None or found.cost is None:
        return None
    moved = moved_plan(plan, clock, found.units)
    outcome = _solved_again(moved, milestone, limits)
    if outcome is None:
        return None
    (entry,) = outcome.milestones
    assert entry.boundary <= by or entry.proof == "gap", f"the route to {milestone} does not hold when it is solved again"
    steps = tuple(_step(plan, clock, lever, units, levers) for lever, units in found.units.items())
    return Route(
        steps=steps,
        cost=found.cost,
        bound=found.bound or 0 if found.status != "optimal" else found.cost,
        date=clock.show(entry.boundary, plan.convention(Point(milestone, "start"))),
        proof=entry.proof,
        optimal=found.status == "optimal",
        assumptions={
            lever.name: print_value(moved_value(plan, clock, lever, units))
            for lever, units in found.units.items()
            if lever.kind == "assumption"
        },
        switched_off=tuple(lever.name for lever in found.units if lever.kind == "switch"),
        unsaved=tuple(lever.name for lever in found.units if lever.kind == "own"),
    )


def _cheapest(oracle: Oracle, milestone: str, by: int, levers: list[Lever], limits: Limits) -> Moved:
    """Return the cheapest amounts, by CP-SAT; of a crowded plan amounts of which none can be less, by the oracle."""
    if oracle.crowded:
        return _least(oracle, milestone, by, levers)
    from optimiser.encoding.relaxing import Relaxing

    return Relaxing(oracle.plan, oracle.clock, levers).cheapest(milestone, by, limits)


def _least(oracle: Oracle, milestone: str, by: int, levers: list[Lever]) -> Moved:
    """Return amounts of which none can be less without missing a boundary: from everything moved, the dearest left out first.

    No proof that nothing is cheaper: of a route that is needed at all the least unit cost is all that is sure.
    """
    from optimiser.encoding.relaxing import Moved

    def met(units: Mapping[Lever, int]) -> bool:
        (reach,) = oracle.reach(milestone, [_variant(oracle, units)], by=by)
        return reach.high is not None and reach.high <= by

    units = {lever: lever.steps for lever in levers}
    if not met(units):
        return Moved("unknown")
    shared = {name for rule, named in capacities(oracle.network) for name in named}
    first = sorted(levers, key=lambda lever: (-lever.cost * lever.steps, lever.name))
    # Either way may be cheaper: what moves the most left out first, or the slots of what parties share last.
    tried = [_irreducible(met, units, order) for order in (first, sorted(first, key=lambda lever: lever.name in shared))]
    units = min(tried, key=_cost)
    least = min((lever.cost for lever in levers), default=0)
    return Moved("optimal" if _cost(units) == least else "feasible", units, _cost(units), least)


def _cost(units: Mapping[Lever, int]) -> int:
    return sum(lever.cost * amount for lever, amount in units.items())


def _irreducible(
    met: Callable[[Mapping[Lever, int]], bool], units: dict[Lever, int], ordered: Sequence[Lever]
) -> dict[Lever, int]:
    """Return amounts of which none can be less, levers left out in an order."""
    step = len(ordered) // 2 or 1
    while step:
        # Whole runs of levers that are not needed go at once.
        for first in range(0, len(ordered), step):
            run = [lever for lever in ordered[first : first + step] if units.get(lever)]
            fewer = {lever: amount for lever, amount in units.items() if lever not in run}
            if run and met(fewer):
                units = fewer
        step //= 2
    for lever in [lever for lever in ordered if lever in units]:
        low, high = 1, units[lever]
        while low < high:
            middle = (low + high) // 2
            if met(units | {lever: middle}):
                high = middle
            else:
                low = middle + 1
        units = units | {lever: high}
    return units


def _variant(oracle: Oracle, units: Mapping[Lever, int]) -> Variant:
    """Return the plan with levers moved, as a variant."""
    values = {}
    for lever, amount in units.items():
        if lever.kind != "switch" and amount:
            number = column_number(moved_value(oracle.plan, oracle.clock, lever, amount))
            assert number is not None
            values[lever.name] = number
    return Variant(off=tuple(lever.name for lever, amount in units.items() if lever.kind == "switch" and amount), values=values)


def _matters(oracle: Oracle, milestone: str, lever: Lever) -> bool:
    """Return whether moving a lever can change anything for the milestone: whether something it moves leads there."""
    from optimiser.critical.backward import reaches

    plan, network = oracle.plan, oracle.network
    if oracle.rationed:
        return True
    if "reaches" not in oracle.shared:
        oracle.shared["reaches"] = {}
    leading = oracle.shared["reaches"].setdefault(milestone, reaches(network, oracle.node(milestone)))
    held = any(ceiling.boundary is not None and network.enabled[ceiling.rule] for ceiling in network.ceilings)
    if held:
        return True
    using = users(plan, lever.name) if lever.kind == "assumption" else (lever.name,)
    for name in using:
        if name.startswith(DURATION_PREFIX):
            points = tuple(Point(name.removeprefix(DURATION_PREFIX), end) for end in _ENDS)
        else:
            points = plan.rules_by_id[name].points()
        if any(leading[network.node(point)] for point in points):
            return True
    return False


def _solved_again(plan: Plan, milestone: str, limits: Limits) -> Solved | None:
    """Return the outcome of a plan, if it has a date."""
    from optimiser.solve.answer import earliest

    outcome = earliest(
        plan,
        [milestone],
        seed=limits.seed,
        workers=limits.workers,
        time_limit=limits.time_limit,
        deterministic_limit=limits.deterministic_time,
    )
    return outcome if isinstance(outcome, Solved) else None


def _step(plan: Plan, clock: Clock, lever: Lever, units: int, levers: Levers) -> RouteStep:
    """Return one step in words."""
    if lever.kind == "assumption":
        entry = next(each for each in stated_entries(plan) if each.id == lever.name)
        name, stated = entry.title, entry.value
    else:
        name = title(plan, lever.name)
        entry_of: Any = (
            plan.items[lever.name.removeprefix(DURATION_PREFIX)]
            if lever.name.startswith(DURATION_PREFIX)
            else plan.rules_by_id[lever.name]
        )
        stated = number_of(entry_of)
    if lever.kind == "switch":
        shown, moved, unit = "on", "off", "switch"
    else:
        shown, moved = print_value(stated), print_value(moved_value(plan, clock, lever, units))
        unit = stated.unit if isinstance(stated, Duration) else "day" if isinstance(stated, dt.date) else "count"
    return RouteStep(
        lever=lever.name,
        title=name,
        stated=shown,
        moved=moved,
        units=units,
        unit=unit,  # type: ignore[arg-type]
        cost=units * lever.cost,
        authority=levers.authority[lever],
        low_basis=levers.said[lever],
    )


def as_scenario(plan: Plan, route: Route, milestone: str, by: dt.date) -> Scenario:
    """Return the scenario that takes a route.

    Raises
    ------
    InputError
        If the route moves a number that no scenario can set.
    """
    if route.unsaved:
        names = ", ".join(route.unsaved)
        message = f"a scenario sets assumptions and switches, but the route moves the plain numbers of {names}"
        raise InputError([Located(f"{message}; maybe give them assumptions of their own in the plan", path="--save")])
    from models.duration import parse_value

    return Scenario(
        id=f"{milestone}-by-{by.isoformat()}",
        title=f"The cheapest route to {milestone} by {by.isoformat()}",
        note=f"Found by why-not on plan {plan.id}; cost {route.cost}.",
        assumptions={name: parse_value(value) for name, value in route.assumptions.items()},
        rules=dict.fromkeys(route.switched_off, False),
    )


def route_mapping(scenario: Scenario) -> Mapping[str, Any]:
    """Return a scenario as a file holds it, what is not set left out."""
    document = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"schema": scenario.schema_, **{key: value for key, value in document.items() if key != "schema" and value}}
