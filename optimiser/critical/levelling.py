"""Schedules that keep inside capacity, by list scheduling: quick, never worse than stated, not always the earliest.

The serial schedule generation scheme (Kelley 1963; Kolisch 1996) over a network of monotone lower bounds: activities
that demand capacity are placed one after another, each at the first boundary where the network and every capacity
leave it room; what it pushes is pushed at once. An activity already placed that is pushed out of its place is placed
again.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.plan import Plan
from models.rules import Capacity
from optimiser.clock import Clock
from optimiser.critical.forward import Earliest, Pass
from optimiser.critical.network import Network

__all__ = ["Resource", "best_schedule", "list_schedule", "resources"]

Key = Callable[[str, int], tuple[int, ...]]
"""From an activity and its earliest start now to its place in the queue; the smallest goes first."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A live capacity rule on the axis.

    Attributes
    ----------
    available
        Capacity on each working day, shape ``(size,)``.
    demand
        Activity to what it needs while in progress; activities that need nothing are left out.
    """

    rule: str
    available: NDArray[np.int64]
    demand: dict[str, int]


def resources(plan: Plan, clock: Clock) -> tuple[Resource, ...]:
    """Return the live capacities of a plan."""
    found = []
    for rule in plan.active_rules():
        if isinstance(rule, Capacity):
            available = np.full(clock.size, plan.amount(rule.amount), dtype=np.int64)
            for step in rule.steps:
                available[clock.boundary(step.since, "opens") :] = plan.amount(step.amount)
            demand: dict[str, int] = {}
            for entry in rule.demands:
                demand[entry.item] = demand.get(entry.item, 0) + plan.amount(entry.amount)
            found.append(Resource(rule.id, available, {item: amount for item, amount in demand.items() if amount}))
    return tuple(found)


def list_schedule(network: Network, pools: Sequence[Resource], key: Key) -> list[int] | None:
    """Return a schedule inside capacity, or None where this way of placing finds none.

    Parameters
    ----------
    network
        The plan's inequalities.
    pools
        The plan's capacities.
    key
        The order in which activities are placed.

    Returns
    -------
    list of int or None
        Boundary of each node. None says nothing about whether a schedule exists.
    """
    demanding = {item for pool in pools for item in pool.demand}
    forward = Pass(network)
    forward.run()
    if forward.trouble:
        return None
    free = [pool.available.copy() for pool in pools]
    placed: dict[str, tuple[int, int]] = {}
    queue: list[tuple[tuple[int, ...], str]] = []
    waiting: dict[str, tuple[int, ...]] = {}

    def enqueue(item: str) -> None:
        entry = key(item, forward.values[network.item_nodes(item)[0]])
        waiting[item] = entry
        heapq.heappush(queue, (entry, item))

    for item in sorted(demanding):
        enqueue(item)
    patience = 20 * len(demanding) + 100
    while queue:
        entry, item = heapq.heappop(queue)
        if waiting.get(item) != entry:
            continue
        patience -= 1
        if patience < 0:
            return None
        start, finish = network.item_nodes(item)
        if key(item, forward.values[start]) != entry:
            enqueue(item)
            continue
        if not _place(forward, pools, free, item, start, finish):
            return None
        del waiting[item]
        placed[item] = (forward.values[start], forward.values[finish])
        _use(pools, free, item, placed[item], -1)
        for other, where in list(placed.items()):
            nodes = network.item_nodes(other)
            now = (forward.values[nodes[0]], forward.values[nodes[1]])
            if now != where:
                _use(pools, free, other, where, 1)
                del placed[other]
                enqueue(other)
    return forward.values


def _use(pools: Sequence[Resource], free: list[NDArray[np.int64]], item: str, where: tuple[int, int], sign: int) -> None:
    """Take what an activity needs out of what is free, or give it back."""
    for pool, left in zip(pools, free, strict=True):
        if item in pool.demand:
            left[where[0] : where[1]] += sign * pool.demand[item]


def _place(forward: Pass, pools: Sequence[Resource], free: list[NDArray[np.int64]], item: str, start: int, finish: int) -> bool:
    """Push an activity to the first place where every capacity leaves it room; return False where there is none."""
    while True:
        blocked = -1
        begin, end = forward.values[start], forward.values[finish]
        for pool, left in zip(pools, free, strict=True):
            need = pool.demand.get(item)
            if need:
                short = np.flatnonzero(left[begin:end] < need)
                if len(short):
                    blocked = max(blocked, begin + int(short[-1]))
        if blocked < 0:
            return True
        if not forward.raise_to(start, blocked + 1, None):
            return False


def best_schedule(earliest: Earliest, pools: Sequence[Resource], milestone: str) -> list[int] | None:
    """Return the best of several list schedules for one milestone, or None where none was found.

    Parameters
    ----------
    earliest
        A feasible forward pass.
    pools
        The plan's capacities.
    milestone
        Whose date is to be early.
    """
    from optimiser.critical.backward import latest_times

    network = earliest.network
    node = network.nodes[milestone, "start"]
    late = latest_times(network, {node: earliest.values[node]})
    length = {
        activity.id: earliest.values[network.item_nodes(activity.id)[1]] - earliest.values[network.item_nodes(activity.id)[0]]
        for activity in network.plan.activities
    }

    def slack(item: str) -> int:
        return late[network.item_nodes(item)[0]]

    keys: tuple[Key, ...] = (
        lambda item, now: (now, slack(item), -length[item]),
        lambda item, _: (slack(item), -length[item]),
        lambda item, now: (now, -length[item], slack(item)),
        lambda item, now: (slack(item) - length[item], now),
        lambda item, now: (now, length[item]),
    )
    found = [values for key in keys if (values := list_schedule(network, pools, key)) is not None]
    return min(found, key=lambda values: values[node], default=None)
