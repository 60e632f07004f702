"""Lower bounds on a milestone where capacity binds, without a solver: no schedule can be earlier than these.

A date is refuted by supposing it: under a latest date for the milestone every activity has a window, from its earliest
start to its latest finish (head and tail; boards and listed days on the way are part of it). If the work that must lie
inside some interval exceeds what capacity offers there, the date is impossible; see `optimiser.critical.packing`. The
largest refuted date plus one is a lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.critical.backward import latest_reasons, latest_times
from optimiser.critical.forward import Earliest
from optimiser.critical.levelling import Resource
from optimiser.critical.network import Network
from optimiser.critical.packing import Windows, excess
from optimiser.stopping import out_of_time

__all__ = [
    "CapacityBound",
    "Overload",
    "capacity_bound",
    "overload_before",
    "overload_on_axis",
    "rules_of_overload",
    "shortest_length",
]


@dataclass(frozen=True, slots=True)
class Overload:
    """The interval that refutes a date: ``need`` of a capacity inside ``[begin, end)`` where there is only ``offer``.

    ``reason`` is ``energy``, in units of capacity times working days, or ``rounds``, in places: how often work as long as
    theirs can follow in a slot.
    """

    rule: str
    begin: int
    end: int
    need: int
    offer: int
    reason: str
    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CapacityBound:
    """A milestone's lower bound and the overload that refutes one boundary less; None where the network alone does."""

    boundary: int
    overload: Overload | None


def capacity_bound(earliest: Earliest, pools: Sequence[Resource], milestone: str, upper: int) -> CapacityBound:
    """Return a boundary that a milestone cannot be before.

    Parameters
    ----------
    earliest
        A feasible forward pass, capacity left out.
    pools
        The plan's capacities.
    milestone
        Whose boundary is bounded.
    upper
        A boundary at which the search may stop: a known schedule's, or the end of the axis.

    Notes
    -----
    Refutation is monotone, as windows only widen with the date, so bisection finds the largest refuted boundary. One
    boundary before ``upper`` is tried first: where that falls, a schedule at ``upper`` is certified at once.
    """
    node = earliest.network.nodes[milestone, "start"]
    low, high = earliest.values[node], upper
    last: Overload | None = None
    if low < high:
        last = overload_before(earliest, pools, node, high - 1)
        if last:
            return CapacityBound(high, last)
        high -= 1
    while low < high and not out_of_time():
        middle = (low + high) // 2
        overload = overload_before(earliest, pools, node, middle)
        if overload:
            low, last = middle + 1, overload
        else:
            high = middle
    return CapacityBound(low, last)


def overload_before(earliest: Earliest, pools: Sequence[Resource], node: int, boundary: int) -> Overload | None:
    """Return an overload if a node is supposed at or before a boundary, None where none is found."""
    network = earliest.network
    late = latest_times(network, {node: boundary})
    for pool in pools:
        items = sorted(pool.demand)
        if not items:
            continue
        nodes = [network.item_nodes(item) for item in items]
        begin = np.array([earliest.values[start] for start, _ in nodes], dtype=np.int64)
        latest_start = [late[start] for start, _ in nodes]
        length = [
            shortest_length(network, item, first, last)
            for item, first, last in zip(items, begin.tolist(), latest_start, strict=True)
        ]
        work = Windows(
            begin=begin,
            end=np.array([late[finish] for _, finish in nodes], dtype=np.int64),
            length=np.array(length, dtype=np.int64),
            demand=np.array([pool.demand[item] for item in items], dtype=np.int64),
        )
        found = excess(work, pool.available, _starts(network, [start for start, _ in nodes]))
        if found:
            inside = tuple(items[index] for index in found.members.tolist())
            return Overload(pool.rule, found.begin, found.end, found.need, found.offer, found.reason, inside)
    return None


def rules_of_overload(
    earliest: Earliest, pools: Sequence[Resource], node: int, boundary: int, overload: Overload
) -> tuple[str, ...]:
    """Return the rules and durations that an overload rests on: without any of the others it is there all the same.

    Parameters
    ----------
    earliest
        The feasible forward pass that it was found in, with its events.
    pools, node, boundary
        As of `overload_before`.

    Notes
    -----
    What holds is the capacity; of each member its length, and what keeps its start from being earlier and its ends from
    being later; and, where starts of all the work fall on listed days only, those lists.
    """
    network = earliest.network
    late = latest_reasons(network, {node: boundary})
    found: dict[str, None] = {}
    for item in overload.activities:
        start, finish = network.item_nodes(item)
        arc = network.durations[start]
        found.update(dict.fromkeys(earliest.rules_behind(earliest.trace(earliest.last[start]))))
        found[arc.rule] = None
        found.update(dict.fromkeys(late.rules_behind(finish)))
        if not arc.family.sign:  # how long it takes depends on how late it may start
            found.update(dict.fromkeys(late.rules_behind(start)))
    found[overload.rule] = None
    if overload.reason == "rounds":
        pool = next(pool for pool in pools if pool.rule == overload.rule)
        starts = [network.item_nodes(item)[0] for item in pool.demand]
        if _starts(network, starts) is not None:
            wanted = set(starts)
            own = (arc for arc in network.arcs if arc.source == arc.target and arc.source in wanted)
            found.update(dict.fromkeys(arc.rule for arc in own if network.enabled.get(arc.rule, False)))
    return tuple(found)


def overload_on_axis(earliest: Earliest, pools: Sequence[Resource]) -> Overload | None:
    """Return an overload that no date avoids, with no more activities than it takes; None where none is found.

    Work that needs more than a capacity ever offers, or more of it altogether than there is before the axis ends.
    """
    found = overload_before(earliest, pools, 0, earliest.network.clock.limit)
    if found is None:
        return None
    pool = next(pool for pool in pools if pool.rule == found.rule)
    members = list(found.activities)
    step = len(members) // 2
    while step and len(members) > 1:
        place = 0
        while place < len(members):
            kept = members[:place] + members[place + step :]
            narrowed = Resource(pool.rule, pool.available, {item: pool.demand[item] for item in kept})
            fewer = overload_before(earliest, [narrowed], 0, earliest.network.clock.limit) if kept else None
            if fewer:
                found, members = fewer, kept
            else:
                place += step
        step = min(step // 2, len(members) // 2) or (1 if step > 1 else 0)
    return found


def _starts(network: Network, nodes: Sequence[int]) -> NDArray[np.bool_] | None:
    """Return the boundaries at which any of some starts may lie, None where one of them may lie anywhere."""
    size = network.clock.size
    listed: dict[int, NDArray[np.bool_]] = {}
    wanted = set(nodes)
    axis = np.arange(size + 1)
    for arc in network.arcs:
        if arc.source == arc.target and arc.source in wanted and network.enabled.get(arc.rule, False) and not arc.switches:
            fixed = arc.family.table(arc.amount)[: size + 1] == axis
            listed[arc.source] = listed[arc.source] & fixed if arc.source in listed else fixed
    if len(listed) < len(wanted):
        return None
    union: NDArray[np.bool_] = np.any(list(listed.values()), axis=0)
    return union


def shortest_length(network: Network, item: str, first: int, last: int) -> int:
    """Return the fewest working days of the axis that an activity takes, started anywhere from ``first`` to ``last``.

    A length in months, calendar days or days of an own calendar depends on where it starts.
    """
    start, _ = network.item_nodes(item)
    arc = network.durations[start]
    if not network.enabled[arc.rule]:
        return 0
    if arc.family.sign:
        return arc.amount
    starts = np.arange(first, max(last, first) + 1)
    return int((arc.family.table(arc.amount)[starts] - starts).min())
