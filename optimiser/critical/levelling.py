"""Schedules that keep inside capacity, by list scheduling: quick, never worse than stated, not always the earliest.

The serial schedule generation scheme (Kelley 1963; Kolisch 1996) over a network of monotone lower bounds: activities
that demand capacity are placed one after another, each at the first boundary where the network and every capacity
leave it room; what it pushes is pushed at once. An activity already placed that is pushed out of its place is placed
again. Several orders are tried; then an earlier date is supposed, activities are ordered by how late it leaves them,
and those that come too late all the same move up the queue (squeaky wheel; Joslin and Clements 1999).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.plan import Plan
from models.rules import Capacity
from optimiser.clock import Clock
from optimiser.critical.forward import Earliest, Pass
from optimiser.critical.network import Network
from optimiser.critical.packing import balanced
from optimiser.stopping import heed

__all__ = ["Levelling", "Resource", "best_schedule", "list_schedule", "resources"]

SCALE = 8
SHAKEN = 8
"""Orders are kept in eighths of a working day, and shaken by up to eight."""

FULLEST = 2
"""How many of the fullest capacities are spread evenly."""

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
    """Return the live capacities of a plan; a step before the axis holds from its beginning, one behind it never."""
    found = []
    for rule in plan.active_rules():
        if isinstance(rule, Capacity):
            available = np.full(clock.size, plan.amount(rule.amount), dtype=np.int64)
            since = clock.boundaries(np.array([step.since.toordinal() for step in rule.steps], dtype=np.int64), "opens")
            for step, boundary in zip(rule.steps, since.tolist(), strict=True):
                available[max(boundary, 0) :] = plan.amount(step.amount)
            demand: dict[str, int] = {}
            for entry in rule.demands:
                demand[entry.item] = demand.get(entry.item, 0) + plan.amount(entry.amount)
            found.append(Resource(rule.id, available, {item: amount for item, amount in demand.items() if amount}))
    return tuple(found)


class Levelling:
    """List scheduling of one network and its capacities, over and over: what does not change is prepared once.

    Parameters
    ----------
    network
        The plan's inequalities.
    pools
        The plan's capacities.
    forward
        The forward pass of the network, where it is known.
    """

    def __init__(self, network: Network, pools: Sequence[Resource], forward: Pass | None = None) -> None:
        self.network = network
        self._pass = Pass(network) if forward is None else forward
        if forward is None:
            self._pass.run()
        self.items = sorted({item for pool in pools for item in pool.demand})
        self._nodes = {item: network.item_nodes(item) for item in self.items}
        self._item_at = {node: item for item, nodes in self._nodes.items() for node in nodes}
        rows: dict[str, list[int]] = {item: [] for item in self.items}
        self._need: dict[str, NDArray[np.int64]] = {}
        for row, pool in enumerate(pools):
            for item in pool.demand:
                rows[item].append(row)
        self._rows = {item: np.array(places) for item, places in rows.items()}
        for item, places in rows.items():
            self._need[item] = np.array([pools[row].demand[item] for row in places], dtype=np.int64)[:, None]
        self._available = np.array([pool.available for pool in pools], dtype=np.int64)

    def again(self, network: Network, forward: Pass) -> Levelling:
        """Return the same for a network that differs by some numbers only, from its own forward pass."""
        other = copy(self)
        other.network, other._pass = network, forward  # noqa: SLF001 - a copy of its own kind
        return other

    def schedule(self, key: Key) -> list[int] | None:
        """Return a schedule inside capacity, or None where this way of placing finds none; see `list_schedule`."""
        heed()
        if self._pass.trouble:
            return None
        forward = self._pass.copied()
        values = forward.values
        free = self._available.copy()
        placed: dict[str, tuple[int, int]] = {}
        waiting = {item: key(item, values[self._nodes[item][0]]) for item in self.items}
        queue = [(entry, item) for item, entry in waiting.items()]
        heapq.heapify(queue)
        patience = 20 * len(self.items) + 100
        while queue:
            entry, item = heapq.heappop(queue)
            if waiting.get(item) != entry:
                continue
            patience -= 1
            if patience < 0:
                return None
            start, finish = self._nodes[item]
            now = key(item, values[start])
            if now != entry:
                waiting[item] = now
                heapq.heappush(queue, (now, item))
                continue
            mark = len(forward.events)
            if not self._place(forward, free, item, start, finish):
                return None
            del waiting[item]
            placed[item] = (values[start], values[finish])
            free[self._rows[item], values[start] : values[finish]] -= self._need[item]
            for other in self._moved(forward, mark, placed):
                where = placed.pop(other)
                free[self._rows[other], where[0] : where[1]] += self._need[other]
                waiting[other] = key(other, values[self._nodes[other][0]])
                heapq.heappush(queue, (waiting[other], other))
        return values

    def _moved(self, forward: Pass, mark: int, placed: Mapping[str, tuple[int, int]]) -> list[str]:
        """Return the activities in place that the latest pushes have moved."""
        moved = []
        for event in forward.events[mark:]:
            item = self._item_at.get(event.node)
            if item is not None and item in placed and item not in moved:
                start, finish = self._nodes[item]
                if placed[item] != (forward.values[start], forward.values[finish]):
                    moved.append(item)
        return moved

    def _place(self, forward: Pass, free: NDArray[np.int64], item: str, start: int, finish: int) -> bool:
        """Push an activity to the first place where every capacity leaves it room; return False where there is none."""
        rows, need = self._rows[item], self._need[item]
        length = self.network.durations[start]
        fixed = length.family.sign == 1 and self.network.enabled[length.rule]
        while True:
            begin, end = forward.values[start], forward.values[finish]
            at = begin
            while True:
                short = np.flatnonzero((free[rows, at : at + end - begin] < need).any(axis=0))
                if not len(short):
                    break
                at += int(short[-1]) + 1
                if not fixed or at > self.network.clock.limit:
                    break
            if at == begin:
                return True
            if not forward.raise_to(start, at, None):
                return False


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
    return Levelling(network, pools).schedule(key)


def best_schedule(
    earliest: Earliest,
    pools: Sequence[Resource],
    milestone: str,
    *,
    floor: int | None = None,
    tries: int = 0,
    levelling: Levelling | None = None,
) -> list[int] | None:
    """Return the best of several list schedules for one milestone, or None where none was found.

    Parameters
    ----------
    earliest
        A feasible forward pass.
    pools
        The plan's capacities.
    milestone
        Whose date is to be early.
    floor
        A boundary that it cannot be before: a schedule that reaches it is not bettered.
    tries
        How many further schedules to try at each earlier date supposed, once the usual orders have been tried.
    levelling
        List scheduling of the network inside the capacities, where it is prepared already.
    """
    network = earliest.network
    node = network.nodes[milestone, "start"]
    floor = max(earliest.values[node], floor or 0)
    levelling = levelling or Levelling(network, pools)
    late = latest_by_choice(earliest, node, earliest.values[node])
    length = {
        item: earliest.values[network.item_nodes(item)[1]] - earliest.values[network.item_nodes(item)[0]]
        for item in levelling.items
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
    best: list[int] | None = None
    for key in keys:
        values = levelling.schedule(key)
        if values is not None and (best is None or values[node] < best[node]):
            best = values
            if best[node] <= floor:
                return best
    if best is None or not tries:
        return best
    for values in _spread(earliest, levelling, pools, node, floor):
        if values[node] < best[node]:
            best = values
            if best[node] <= floor:
                return best
    return _pulled(earliest, levelling, node, best, floor, tries)


def _spread(
    earliest: Earliest, levelling: Levelling, pools: Sequence[Resource], node: int, boundary: int
) -> Iterator[list[int]]:
    """Yield schedules in the orders that spread the work of one capacity evenly over its slots, the fullest ones first.

    Only for capacities of equal slots that stay the same; what the others hold back is for the list scheduling to find.
    """
    network = earliest.network
    late = latest_by_choice(earliest, node, boundary)
    begun = {item: network.item_nodes(item) for item in levelling.items}
    plain = []
    for pool in pools:
        items = sorted(pool.demand)
        if not items or set(pool.demand.values()) != {1}:
            continue
        release = np.array([earliest.values[begun[item][0]] for item in items], dtype=np.int64)
        length = np.array([earliest.values[begun[item][1]] for item in items], dtype=np.int64) - release
        offered = pool.available[int(release.min()) : network.clock.limit]
        if len(offered) and offered.min() == offered.max() > 0:
            plain.append((float(length.sum() / offered[0]), items, release, length, int(offered[0])))
    plain.sort(key=lambda entry: -entry[0])
    for _, items, release, length, slots in plain[:FULLEST]:
        due = np.array([late[begun[item][1]] for item in items], dtype=np.int64)
        starts = balanced(release, length, due, min(slots, len(items)))
        order = dict(zip(items, starts.tolist(), strict=True))
        values = levelling.schedule(
            lambda item, now, order=order: (order.get(item, late[begun[item][0]]), now)  # type: ignore[misc]
        )
        if values is not None:
            yield values


def _pulled(earliest: Earliest, levelling: Levelling, node: int, best: list[int], floor: int, tries: int) -> list[int]:
    """Suppose earlier and earlier dates, and let those that come too late go first, until nothing gets better.

    Orders are shaken a little from one try to the next, always in the same way, so that equal inputs give equal schedules.
    """
    network = earliest.network
    starts = {item: network.item_nodes(item)[0] for item in levelling.items}
    finishes = {item: network.item_nodes(item)[1] for item in levelling.items}
    target = best[node] - 1
    while target >= floor:
        late = latest_by_choice(earliest, node, target)
        rank = {item: SCALE * late[place] for item, place in starts.items()}
        shaking = np.random.default_rng(len(levelling.items))
        found: list[int] | None = None
        for number in range(tries):
            shift = shaking.integers(-SHAKEN * SCALE, SHAKEN * SCALE + 1, len(rank)) if number else np.zeros(len(rank), int)
            order = {item: rank[item] + int(by) for item, by in zip(levelling.items, shift, strict=True)}
            values = levelling.schedule(lambda item, now, order=order: (order[item], now))  # type: ignore[misc]
            if values is None:
                break
            if values[node] <= target:
                found = values
                break
            for item, place in finishes.items():
                rank[item] -= SCALE * max(0, values[place] - late[place])
        if found is None:
            return best
        best, target = found, found[node] - 1
    return best


def latest_by_choice(earliest: Earliest, node: int, boundary: int) -> list[int]:
    """Return latest boundaries under a latest date of one node, with those that are quickest chosen where k of n will do.

    A guide for placing, not a bound: `latest_times` asks nothing of the members of a quorum that needs only some.
    """
    from optimiser.critical.backward import latest_times

    network = earliest.network
    held = {node: boundary}
    partial = [
        plain
        for quorum in network.quorums
        if network.enabled[quorum.rule] and quorum.partial
        for plain in quorum.plain(earliest.values)
    ]
    late = latest_times(network, held)
    for _ in range(3 if partial else 0):
        before = dict(held)
        for quorum in partial:
            order = sorted(
                range(len(quorum.sources)),
                key=lambda place, quorum=quorum: (  # type: ignore[misc]
                    quorum.families[place].at(earliest.values[quorum.sources[place]], quorum.amount),
                    place,
                ),
            )
            for place in order[: quorum.count]:
                source = quorum.sources[place]
                due = quorum.families[place].latest(late[quorum.target], quorum.amount)
                held[source] = min(held.get(source, due), due)
        if held == before:
            break
        late = latest_times(network, held)
    return late
