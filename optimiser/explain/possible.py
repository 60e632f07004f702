"""Whether a milestone can be early enough once some rules and durations may be off: what conflicts are found with.

The network answers first, as it bounds from below; the order of a schedule known may show that it can be, an overload that
it cannot; one variant is searched last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from models.plan import DURATION_PREFIX
from optimiser.critical import Columns, Earliest, Resource, best_schedule, earliest_times, evaluate, part_of
from optimiser.critical.bounds import overload_before
from optimiser.critical.resumed import again_behind
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import searched
from optimiser.solve.binding import QUESTION
from optimiser.solve.problem import Problem, refuted_by
from optimiser.solve.variant import Variant, evaluate_variants

__all__ = ["MOST_CALLS", "can", "forward", "look_ahead", "needed", "refuted_alone"]

MOST_CALLS = 60_000
"""Forward passes, or solver calls, that one explanation may make before it says that it is not complete."""

MOST_CHOICES = 4
"""Durations that hold their starts back, tried in every combination where capacity takes part."""


def can(oracle: Oracle, milestone: str, by: int, off: Iterable[str]) -> bool | None:
    """Return whether a milestone can be at or before a boundary once some rules and durations may be off.

    A duration that may be off may also count: for almost all it makes no difference, but one whose finish something
    else pushes can be needed for its start to be early enough. So what may be off is monotone: the more, the easier.

    Returns
    -------
    bool or None
        None where a limit came first.
    """
    allowed = frozenset(off)
    key = allowed, milestone, by
    if key not in oracle.verdicts:
        verdict = _by_network(oracle, *key)
        # The network bounds from below, and is all there is where no capacity is left.
        if verdict and oracle.leads(milestone) and any(name not in allowed for name in oracle.pools):
            verdict = _by_capacity(oracle, *key)
        oracle.verdicts[key] = verdict
    return oracle.verdicts[key]


def _by_network(oracle: Oracle, allowed: frozenset[str], milestone: str, by: int) -> bool | None:
    ceilings = {oracle.node(milestone): (by, QUESTION)}
    tried: set[frozenset[str]] = set()
    stack = [allowed]
    while stack:
        off = stack.pop()
        if off in tried:
            continue
        tried.add(off)
        oracle.calls += 1
        if oracle.calls > MOST_CALLS or oracle.whole.over:
            return None
        known = oracle.in_time.get((off, milestone, by))
        if known or (known is False and off.isdisjoint(oracle.two_way)):
            if known:
                return True
            continue
        earliest = forward(oracle, off, ceilings)
        if earliest.trouble is None or (earliest.status == "beyond" and _in_time(oracle, off, milestone, by)):
            return True
        behind = earliest.rules_of_trouble()
        # Any way out must have one of these count again: all else of the contradiction stands.
        stack += [off - {name} for name in behind if name in off and name in oracle.two_way]
    return False


def look_ahead(oracle: Oracle, milestone: str, by: int, sets: Iterable[frozenset[str]]) -> None:
    """See of many sets at once whether the network is in time without them, for `can` to find."""
    unknown = [each for each in sets if (each, milestone, by) not in oracle.in_time]
    if len(unknown) > 1:
        evaluated = evaluate_variants(oracle.network, [Variant(off=tuple(each)) for each in unknown])
        good = (evaluated.of(milestone) <= by) & ~evaluated.infeasible
        oracle.in_time |= {(each, milestone, by): able for each, able in zip(unknown, good.tolist(), strict=True)}


def _in_time(oracle: Oracle, off: Collection[str], milestone: str, by: int) -> bool:
    """Return whether a milestone is in time although something else runs off the axis."""
    evaluated = oracle.evaluate([Variant(off=tuple(off))])
    return bool(evaluated.of(milestone)[0] <= by and not evaluated.infeasible[0])


def _by_capacity(oracle: Oracle, allowed: frozenset[str], milestone: str, by: int) -> bool | None:
    choices = sorted(allowed & oracle.two_way)
    unknown = len(choices) > MOST_CHOICES
    choices = [] if unknown else choices
    for mask in range(2 ** len(choices)):
        counted = {name for place, name in enumerate(choices) if mask >> place & 1}
        if oracle.calls > MOST_CALLS or oracle.whole.over:
            return None
        verdict = _within(oracle, allowed - counted, milestone, by)
        if verdict:
            return True
        unknown |= verdict is None
    return None if unknown else False


def _within(oracle: Oracle, off: frozenset[str], milestone: str, by: int) -> bool | None:
    """Return whether a milestone can be at or before a boundary with just these rules and durations off."""
    held = [name for name in oracle.atoms if name not in off]
    node = oracle.node(milestone)
    if 2 * len(held) < len(oracle.atoms):
        oracle.rationed_calls += 1
        problem = _part_problem(oracle, held, [node])
        if problem.earliest.status == "feasible":
            own = problem.node(milestone)
            if problem.earliest.values[own] > by or overload_before(problem.earliest, problem.pools, own, by):
                return False
            values = best_schedule(problem.earliest, problem.pools, milestone, floor=by, levelling=problem.levelling)
            if values is not None and values[own] <= by and problem.holds(values):
                return True
            if oracle.large:
                return None
    ceilings = {node: (by, QUESTION)}
    for order in oracle.apt(milestone).orders:
        done = again_behind(order.forward, order.network, (), off, ceilings)
        if done is not None and not done.trouble:
            return True
    found = searched(oracle, milestone, Variant(off=tuple(off)), by)
    if found.high is not None and found.high <= by:
        return True
    return None if found.low <= by else False


def needed(oracle: Oracle, milestone: str, by: int, members: Sequence[str]) -> set[str]:
    """Return members of a set that cannot hold without which the rest can: all of them at once, without a solver.

    A member left out may be needed all the same, where a duration that is off would have to count, or where capacity
    would have to be shared out otherwise than it is.
    """
    if not members:
        return set()
    orders = oracle.apt(milestone).orders if any(name in oracle.pools for name in members) else [oracle.problem]
    oracle.calls += len(members) * len(orders)
    kept = ~np.eye(len(members), dtype=np.bool_)
    columns = Columns(len(members), {}, {name: kept[place] for place, name in enumerate(members)})
    possible = np.zeros(len(members), dtype=np.bool_)
    for order in orders:
        evaluated = evaluate(part_of(order.network, members, [oracle.node(milestone)]), columns)
        good = (evaluated.of(milestone) <= by) & ~evaluated.infeasible
        possible |= good & (evaluated.values <= oracle.problem.clock.limit).all(axis=0) if oracle.rationed else good
    return {name for name, free in zip(members, possible, strict=True) if free}


def refuted_alone(oracle: Oracle, milestone: str, by: int, held: Sequence[str]) -> frozenset[str] | None:
    """Return the members of a refutation of a boundary by capacity bounds on the held rules alone, None where none is found."""
    node = oracle.node(milestone)
    if 2 * len(held) < len(oracle.atoms):
        problem = _part_problem(oracle, held, [node])
    else:
        kept = set(held)
        problem = oracle.problem.changed(Variant(off=tuple(name for name in oracle.atoms if name not in kept)))
    return refuted_by(problem, problem.node(milestone), by)


# -- parts of a plan -----------------------------------------------------------------------------------------------------


def forward(oracle: Oracle, off: Collection[str], ceilings: Mapping[int, tuple[int, str]]) -> Earliest:
    """Return the forward pass without some rules and durations, under latest boundaries.

    Where few are left, only what they touch is passed through.
    """
    held = [name for name in oracle.atoms if name not in off]
    if 2 * len(held) > len(oracle.atoms):
        again = again_behind(oracle.problem.forward, oracle.network, (), off, ceilings)
        return earliest_times(oracle.network, off=off, ceilings=ceilings) if again is None else again.found()
    part = part_of(oracle.network, held, ceilings)
    own = {part.node(oracle.network.points[node]): bound for node, bound in ceilings.items()}
    return earliest_times(part, ceilings=own)


def _part_problem(oracle: Oracle, held: Sequence[str], nodes: Iterable[int]) -> Problem:
    """Return some rules and durations alone, with what they say of capacities; what they do not touch takes no room."""
    part = part_of(oracle.network, held, nodes)
    pools = []
    for name in held:
        if name in oracle.pools:
            pool = oracle.pools[name]
            demand = {item: need for item, need in pool.demand.items() if DURATION_PREFIX + item in part.enabled}
            pools.append(Resource(pool.rule, pool.available, demand))
    return Problem(part, tuple(pools), lambda: oracle.plan)
