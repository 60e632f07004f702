"""The cheapest way to a date: by how much each thing that may move must move, proved the cheapest and solved again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from models.duration import print_value
from models.outcome import Solved
from models.plan import Plan
from models.routes import Route, RouteStep
from models.rules import Point
from models.scenario import Scenario
from optimiser.clock import Clock
from optimiser.encoding.answer import Limits
from optimiser.encoding.levers import PlanLever, moved_plan, moved_value
from optimiser.explain.cheapest import cheapest_amounts
from optimiser.explain.levers import Levers
from optimiser.explain.oracle import Oracle
from optimiser.numbers import Unit, entry_of, unit_of, users
from optimiser.wording import title

__all__ = ["as_scenario", "cheapest_route", "route_mapping"]


def cheapest_route(oracle: Oracle, milestone: str, by: int, levers: Levers, limits: Limits) -> Route | None:
    """Return the cheapest route to a boundary, solved again; None where the search found none within its limit."""
    plan, clock = oracle.plan, oracle.problem.clock
    useful = [lever for lever in levers.offered if lever.steps and _matters(oracle, milestone, lever)]
    found = cheapest_amounts(oracle, milestone, by, useful, limits)
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
        values=dict(_values(plan, moved, [lever.name for lever in found.units if lever.kind == "own"])),
    )


def _values(plan: Plan, moved: Plan, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the numbers written into rules and activities that are others in a plan moved, by the names that a scenario sets."""
    for name in names:
        stated, entry = entry_of(plan, name), entry_of(moved, name)
        for before, after in zip(stated.terms(), entry.terms(), strict=True):
            if before.stated != after.stated:
                yield f"{entry.id}.{after.name}", str(after.stated)


def _matters(oracle: Oracle, milestone: str, lever: PlanLever) -> bool:
    """Return whether moving a lever can change anything for the milestone: whether something it moves leads there."""
    plan, network = oracle.plan, oracle.network
    if oracle.rationed:
        return True
    leading = oracle.problem.reaching(milestone)
    held = any(ceiling.boundary is not None and network.enabled[ceiling.rule] for ceiling in network.ceilings)
    if held:
        return True
    using = users(plan, lever.name) if lever.kind == "assumption" else (lever.name,)
    return any(leading[network.node(point)] for name in using for point in entry_of(plan, name).points())


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


def _step(plan: Plan, clock: Clock, lever: PlanLever, units: int, levers: Levers) -> RouteStep:
    """Return one step in words."""
    shown, moved = "on", "off"
    unit: Unit | Literal["switch"] = "switch"
    name = title(plan, lever.name) if lever.kind != "assumption" else plan.assumptions_by_id[lever.name].title
    if lever.kind != "switch":
        stated = moved_value(plan, clock, lever, 0)
        shown, moved = print_value(stated), print_value(moved_value(plan, clock, lever, units))
        unit, _ = unit_of(clock, stated)
    return RouteStep(
        lever=lever.name,
        title=name,
        stated=shown,
        moved=moved,
        units=units,
        unit=unit,
        cost=units * lever.cost,
        authority=levers.authority[lever],
        low_basis=levers.said[lever],
        fitted_to=levers.fitted.get(lever),
    )


def as_scenario(plan: Plan, route: Route, milestone: str, by: dt.date) -> Scenario:
    """Return the scenario that takes a route."""
    from models.duration import parse_value

    return Scenario(
        id=f"{milestone}-by-{by.isoformat()}",
        title=f"The cheapest route to {milestone} by {by.isoformat()}",
        note=f"Found by why-not on plan {plan.id}; cost {route.cost}.",
        assumptions={name: parse_value(value) for name, value in route.assumptions.items()},
        values={name: parse_value(value) for name, value in route.values.items()},
        rules=dict.fromkeys(route.switched_off, False),
    )


def route_mapping(scenario: Scenario) -> Mapping[str, Any]:
    """Return a scenario as a file holds it, what is not set left out."""
    document = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"schema": scenario.schema_, **{key: value for key, value in document.items() if key != "schema" and value}}
