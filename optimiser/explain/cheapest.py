"""By how much each thing that may move must move, at the least cost: by CP-SAT on the plan, or by asking the oracle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from optimiser.clock import MinuteClock
from optimiser.encoding.answer import Limits
from optimiser.encoding.asking import asking
from optimiser.encoding.levers import PlanLever, moved_value
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.numbers import column_number
from optimiser.solve.between import too_large
from optimiser.solve.variant import Variant, capacities

if TYPE_CHECKING:
    from optimiser.encoding.relaxing import Moved

__all__ = ["cheapest_amounts"]

MOST_TRIED = 2_048
"""Sets of amounts that are tried to prove that none costs less."""

Amounts = dict[PlanLever, int]


def cheapest_amounts(oracle: Oracle, milestone: str, by: int, levers: list[PlanLever], limits: Limits) -> Moved:
    """Return the cheapest amounts that bring a milestone to a boundary.

    Of a plan in days by CP-SAT, which holds every number that may move as a variable. In a plan in minutes a day is hundreds
    of them: its network is asked instead. Of a crowded plan amounts of which none can be less, by the oracle.
    """
    if isinstance(oracle.problem.clock, MinuteClock):
        return _tried(oracle, milestone, by, levers)
    if oracle.rationed and too_large(oracle.network):
        return _least(oracle, milestone, by, levers)
    asking()
    from optimiser.encoding.relaxing import Relaxing

    return Relaxing(oracle.plan, oracle.problem.clock, levers).cheapest(milestone, by, limits)


def _tried(oracle: Oracle, milestone: str, by: int, levers: Sequence[PlanLever]) -> Moved:
    """Return the cheapest amounts by trying all that cost less than some that are known to do.

    A length or a lag moved further never makes the date later, so of what a cost allows it is enough to try what allows no unit
    more. Where an item's finish is pushed and its start waited for, that is not so, and no cost is proved; nor where there are
    more than `MOST_TRIED`.
    """
    from optimiser.encoding.relaxing import Moved

    found = _least(oracle, milestone, by, levers)
    if found.units is None or any(lever.name in oracle.two_way for lever in levers):
        return found
    units = dict(found.units)
    bound = found.bound or 0
    while bound < (cost := _cost(units)):
        spent = cost - 1
        while spent > bound and len(_affordable(levers, spent)) > MOST_TRIED:
            spent = bound + (spent - bound) // 2
        tried = _affordable(levers, spent)
        if len(tried) > MOST_TRIED:
            return Moved("feasible", units, cost, bound)
        good = [each for each, met in zip(tried, _met(oracle, milestone, by, tried), strict=True) if met]
        if good:
            units = _irreducible(lambda less: _met(oracle, milestone, by, [less])[0], min(good, key=_cost), levers)
        else:
            bound = spent + 1
    return Moved("optimal", units, cost, cost)


def _affordable(levers: Sequence[PlanLever], spent: int) -> list[Amounts]:
    """Return amounts of at most a cost, among them all to which no unit can be added; few more than are tried."""
    free: Amounts = {lever: lever.steps for lever in levers if not lever.cost}
    *others, last = sorted((lever for lever in levers if lever.cost), key=lambda lever: lever.steps)
    found: list[tuple[Amounts, int]] = [(free, spent)]
    for lever in others:
        found = [
            ({**units, lever: amount} if amount else units, left - amount * lever.cost)
            for units, left in found
            for amount in range(min(lever.steps, left // lever.cost) + 1)
        ][: MOST_TRIED + 1]
    return [{**units, last: amount} if (amount := min(last.steps, left // last.cost)) else units for units, left in found]


def _met(oracle: Oracle, milestone: str, by: int, tried: Sequence[Amounts]) -> list[bool]:
    """Return for each set of amounts whether the milestone is then at the boundary or before."""
    kinds = {lever.kind for units in tried for lever in units} - {"switch"}
    if len(kinds) > 1:  # a variant has numbers of rules and lengths, or assumptions
        reaches = [oracle.reach_of(oracle.moved(units), milestone, by=by) for units in tried]
    else:
        reaches = ranges_of(oracle, milestone, [_variant(oracle, units) for units in tried], by=by)
    return [reach.high is not None and reach.high <= by for reach in reaches]


def _least(oracle: Oracle, milestone: str, by: int, levers: Sequence[PlanLever]) -> Moved:
    """Return amounts of which none can be less without missing a boundary: from everything moved, the dearest left out first.

    No proof that nothing is cheaper: of a route that is needed at all the least unit cost is all that is sure.
    """
    from optimiser.encoding.relaxing import Moved

    def met(units: Amounts) -> bool:
        return _met(oracle, milestone, by, [units])[0]

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


def _cost(units: Amounts) -> int:
    return sum(lever.cost * amount for lever, amount in units.items())


def _irreducible(
    met: Callable[[Amounts], bool], units: dict[PlanLever, int], ordered: Sequence[PlanLever]
) -> dict[PlanLever, int]:
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


def _variant(oracle: Oracle, units: Amounts) -> Variant:
    """Return the plan with levers moved, as a variant."""
    values = {}
    for lever, amount in units.items():
        if lever.kind != "switch" and amount:
            number = column_number(moved_value(oracle.plan, oracle.problem.clock, lever, amount))
            assert number is not None
            values[lever.name] = number
    return Variant(off=tuple(lever.name for lever, amount in units.items() if lever.kind == "switch" and amount), values=values)
