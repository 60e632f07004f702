"""Many variants of a plan with capacity at once: dates that they can meet, and dates that they cannot, without a solver.

From above, the order of a schedule known is kept in all variants together, or a schedule is left as it is but for what a
variant pushes. From below, windows from one forward and one backward pass over all
variants are held against what the capacities offer. Whatever is found is looked at again before it is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.critical import Batch, Columns, Evaluated, Resource, evaluate
from optimiser.critical.packing import Windows, excess
from optimiser.critical.slack import latest_positions
from optimiser.solve.problem import Problem, all_inside
from optimiser.solve.variant import Pools, Variant, columns_of, network_of, no_tighter, without_capacity

__all__ = ["VariantDate", "keep_orders", "positions", "push", "refuted"]

Boundaries = NDArray[np.int64]
Values = NDArray[np.int32]
"""Boundary of each node of one schedule."""


FEW = 4
"""Up to so many variants are quicker one by one."""


@dataclass(slots=True, kw_only=True, eq=False)
class VariantDate:
    """A variant, and how early a node of it can be as far as is known.

    Attributes
    ----------
    pools
        Its live capacities.
    wanted
        A boundary that is early enough.
    values
        The earliest schedule known; None where none is.
    """

    node: int
    variant: Variant
    wanted: int
    pools: Pools = ()
    values: Values | None = None

    def later(self, boundary: int) -> bool:
        """Return whether no schedule is known that has the node at a boundary or before."""
        return self.values is None or int(self.values[self.node]) > boundary


def positions(problem: Problem, variants: Sequence[Variant]) -> Evaluated:
    """Return the network's earliest positions of variants: where few ask for more, gone on from the plan's, else all at once."""
    few = problem.network.uses_capacity and len(variants) <= FEW
    if few and not any(each.off or each.on for each in variants):
        plain = [without_capacity(problem.plan, variant) for variant in variants]
        passes = [problem.tightened(network_of(problem.network, variant), variant) for variant in plain]
        if all(done is not None and not done.trouble for done in passes):
            values = np.array([done.values for done in passes if done is not None], dtype=np.int64).T
            return Evaluated(problem.network, values, np.zeros(len(variants), dtype=np.bool_))
    return evaluate(problem.network, _columns(problem, variants))


def keep_orders(problem: Problem, orders: Iterable[Problem], asked: Sequence[VariantDate]) -> None:
    """Find schedules of variants that keep the orders of schedules of the plan, as early as is wanted."""
    own = {pool.rule: pool for pool in problem.pools}
    able = [each for each in asked if no_tighter(each.pools, own)]
    for order in orders:
        tried = [each for each in able if each.later(each.wanted)]
        if tried:
            _take(problem, tried, positions(order, [each.variant for each in tried]))


def push(problem: Problem, asked: Sequence[VariantDate], schedules: Sequence[Sequence[int]]) -> None:
    """Find schedules of variants by leaving a schedule of the plan, for each its own, as it is but for what the variant pushes."""
    pairs = zip(asked, schedules, strict=True)
    tried = [(each, values) for each, values in pairs if each.later(max(each.wanted, values[each.node]))]
    if not tried:
        return
    columns = _columns(problem, [each.variant for each, _ in tried])
    starts = np.array([values for _, values in tried], dtype=np.int64).T
    base = Batch(problem.network, Columns(len(tried)))
    base.hold(starts)
    names = (*columns.values, *columns.switches)
    pushed = base.varied(columns, None, names, [True] * len(starts), dict(enumerate(starts)))
    values = np.array([pushed.row(node) for node in range(len(starts))])
    _take(problem, [each for each, _ in tried], Evaluated(problem.network, values, pushed.broken(pushed.computed)))


def _take(problem: Problem, asked: Sequence[VariantDate], evaluated: Evaluated) -> None:
    """Take the schedules that are earlier, on the axis and inside the capacities."""
    good = ~evaluated.infeasible & (evaluated.values <= problem.clock.limit).all(axis=0)
    earlier = [each.later(int(evaluated.values[each.node, sample])) for sample, each in enumerate(asked)]
    places: dict[tuple[int, ...], list[int]] = {}
    for sample in np.flatnonzero(good & earlier).tolist():
        places.setdefault(tuple(map(id, asked[sample].pools)), []).append(sample)
    for samples in places.values():
        inside = all_inside(problem.network, asked[samples[0]].pools, evaluated.values[:, samples])
        for sample in np.array(samples)[inside].tolist():
            asked[sample].values = evaluated.values[:, sample].astype(np.int32)


def _columns(problem: Problem, variants: Sequence[Variant]) -> Columns:
    return columns_of(problem.network, [without_capacity(problem.plan, variant) for variant in variants])


def refuted(problem: Problem, asked: Sequence[VariantDate], boundaries: Sequence[int]) -> list[bool]:
    """Return of variants whether they have an energy overload: more work in some interval than the capacity offers.

    Parameters
    ----------
    boundaries
        Where the node of each variant, one for all, is supposed at the latest.

    Returns
    -------
    list
        False where nothing is shown.
    """
    limit = problem.clock.limit
    distinct = sorted(set(boundaries))  # each of the plan as it stands as well, to compare with
    variants = [each.variant for each in asked] + [Variant()] * len(distinct)
    batch = Batch(problem.network, _columns(problem, variants))
    early = batch.settle()
    late = latest_positions(batch, asked[0].node, late=np.array([*boundaries, *distinct], dtype=np.int64))
    plain = {boundary: len(asked) + place for place, boundary in enumerate(distinct)}
    windows: dict[tuple[str, ...], NDArray[np.int64]] = {}
    own = {id(pool) for pool in problem.pools}

    def overloaded(sample: int, pool: Resource) -> bool:
        items = tuple(pool.demand)
        if items not in windows:
            windows[items] = _windows(batch, early, late, items, limit)
        here = windows[items][..., sample]
        # A capacity whose work may lie where it may in the plan as it stands says no more than it says of that.
        if not items or (id(pool) in own and np.array_equal(here, windows[items][..., plain[boundaries[sample]]])):
            return False
        demand = np.array(list(pool.demand.values()), dtype=np.int64)
        return bool(excess(Windows(here[0], here[1], here[2], demand), pool.available))

    return [any(overloaded(sample, pool) for pool in each.pools) for sample, each in enumerate(asked)]


def _windows(
    batch: Batch, early: Boundaries, late: dict[int, Boundaries], items: Sequence[str], limit: int
) -> NDArray[np.int64]:
    """Return first starts, last finishes and fewest days of work, shape ``(3, items, samples)``."""
    network, samples = batch.network, batch.columns.samples
    off = np.full(samples, limit, dtype=np.int64)
    found = np.empty((3, len(items), samples), dtype=np.int64)
    for row, item in enumerate(items):
        start, finish = network.item_nodes(item)
        found[0, row] = early[start]
        found[1, row] = np.minimum(late.get(finish, off), limit)
        arc = network.durations[start]
        on = batch.switch(arc.rule)
        if arc.family.sign:
            days = np.broadcast_to(np.asarray(batch.amount(arc)), (samples,))
        else:  # how long it takes depends on where it starts: the fewest days anywhere
            amounts = np.broadcast_to(np.asarray(batch.amount(arc)), (samples,))
            fewest = {each: _shortest(arc.family.table(each)) for each in np.unique(amounts).tolist()}
            days = np.array([fewest[each] for each in amounts.tolist()], dtype=np.int64)
        found[2, row] = np.where(on, days, 0)
    return found


def _shortest(table: Boundaries) -> int:
    """Return the fewest working days that a length takes, wherever it starts on the axis."""
    steps = table[:-2] - np.arange(len(table) - 2)
    return max(0, int(steps.min()))
