"""Many variants of a plan with capacity at once: dates that they can meet, and dates that they cannot, without a solver.

From above, the order of a schedule known is kept in all variants together, or a schedule is left as it is but for what a
variant pushes. From below, windows from one forward and one backward pass over all
variants are held against what the capacities offer. Whatever is found is looked at again before it is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.plan import Plan
from optimiser.critical import Batch, Columns, Network, evaluate
from optimiser.critical.packing import Windows, excess
from optimiser.critical.slack import latest_positions
from optimiser.solve.problem import Problem, inside_of
from optimiser.solve.variant import Pools, Variant, columns_of, no_tighter, without_capacity

__all__ = ["highs", "refuted"]

Boundaries = NDArray[np.int64]
Values = NDArray[np.int32]
"""Boundary of each node of one schedule."""


def _columns(network: Network, plan: Plan, variants: Sequence[Variant]) -> Columns:
    return columns_of(network, [without_capacity(plan, variant) for variant in variants])


def highs(
    problem: Problem,
    orders: Sequence[Network],
    schedules: Sequence[Callable[[int], Sequence[int]]],
    node: int,
    variants: Sequence[Variant],
    pools: Sequence[Pools],
    wanted: Sequence[int],
) -> list[Values | None]:
    """Return schedules of variants, with a node as early as is found; None where no schedule is known.

    Parameters
    ----------
    orders
        Orders of schedules of the plan as it stands, as networks.
    schedules
        What gives, for a variant by its place, a schedule of the plan as it stands that is apt for what it changes.
    pools
        The live capacities of each variant.
    wanted
        For each variant a boundary that is early enough.
    """
    found: list[Values | None] = [None] * len(variants)
    own = {pool.rule: pool for pool in problem.pools}
    able = [no_tighter(each, own) for each in pools]
    left = list(range(len(variants)))
    ways: list[Network | Callable[[int], Sequence[int]]] = [*orders[:1], *schedules, *orders[1:]]
    for way in ways:
        order = way if isinstance(way, Network) else None
        tried = [place for place in left if order is None or able[place]]
        if not tried:
            continue
        columns = _columns(problem.network, problem.plan, [variants[place] for place in tried])
        raised = None if isinstance(way, Network) else dict(enumerate(np.array([way(place) for place in tried]).T))
        evaluated = evaluate(order or problem.network, columns, raised=raised)
        good = ~evaluated.infeasible & (evaluated.values <= problem.clock.limit).all(axis=0)
        for sample, place in enumerate(tried):
            before, high = found[place], int(evaluated.values[node, sample])
            earlier = good[sample] and (before is None or high < before[node])
            if earlier and inside_of(problem.network, pools[place], evaluated.values[:, sample]):
                found[place] = evaluated.values[:, sample].astype(np.int32)
        left = [place for place in left if (known := found[place]) is None or known[node] > wanted[place]]
    return found


def refuted(
    problem: Problem, variants: Sequence[Variant], pools: Sequence[Pools], node: int, boundary: int
) -> NDArray[np.bool_]:
    """Return the variants with an energy overload: more work in some interval than the capacity offers.

    Parameters
    ----------
    node, boundary
        A node that is supposed at or before a boundary.

    Returns
    -------
    ndarray
        Shape ``(variants,)``; false where nothing is shown.
    """
    network, limit = problem.network, problem.clock.limit
    batch = Batch(network, _columns(network, problem.plan, [*variants, Variant()]))
    early = batch.settle()
    late = latest_positions(batch, node, late=np.full(len(variants) + 1, boundary, dtype=np.int64))
    found = np.zeros(len(variants), dtype=np.bool_)
    windows: dict[tuple[str, ...], tuple[Boundaries, Boundaries, Boundaries]] = {}
    own = {id(pool) for pool in problem.pools}
    for sample in range(len(variants)):
        for pool in pools[sample]:
            items = tuple(pool.demand)
            if items not in windows:
                windows[items] = _windows(batch, early, late, items, limit)
            begin, end, length = windows[items]
            # A capacity whose work may lie where it may in the plan as it stands says no more than it says of that.
            same = id(pool) in own and not (
                (begin[:, sample] != begin[:, -1]).any()
                or (end[:, sample] != end[:, -1]).any()
                or (length[:, sample] != length[:, -1]).any()
            )
            if same or not items:
                continue
            demand = np.array(list(pool.demand.values()), dtype=np.int64)
            if excess(Windows(begin[:, sample], end[:, sample], length[:, sample], demand), pool.available):
                found[sample] = True
                break
    return found


def _windows(
    batch: Batch, early: Boundaries, late: dict[int, Boundaries], items: Sequence[str], limit: int
) -> tuple[Boundaries, Boundaries, Boundaries]:
    """Return first starts, last finishes and fewest days of work, each of shape ``(items, samples)``."""
    network, samples = batch.network, batch.columns.samples
    off = np.full(samples, limit, dtype=np.int64)
    begin, end, length = (np.empty((len(items), samples), dtype=np.int64) for _ in range(3))
    for row, item in enumerate(items):
        start, finish = network.item_nodes(item)
        begin[row] = early[start]
        end[row] = np.minimum(late.get(finish, off), limit)
        arc = network.durations[start]
        on = batch.switch(arc.rule)
        if arc.family.sign:
            days = np.broadcast_to(np.asarray(batch.amount(arc)), (samples,))
        else:  # how long it takes depends on where it starts: the fewest days anywhere
            amounts = np.broadcast_to(np.asarray(batch.amount(arc)), (samples,))
            fewest = {each: _shortest(arc.family.table(each)) for each in np.unique(amounts).tolist()}
            days = np.array([fewest[each] for each in amounts.tolist()], dtype=np.int64)
        length[row] = np.where(on, days, 0)
    return begin, end, length


def _shortest(table: Boundaries) -> int:
    """Return the fewest working days that a length takes, wherever it starts on the axis."""
    steps = table[:-2] - np.arange(len(table) - 2)
    return max(0, int(steps.min()))
