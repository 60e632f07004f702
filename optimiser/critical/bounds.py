"""Lower bounds on a milestone where capacity binds, without a solver: no schedule can be earlier than these.

A date is refuted by supposing it: under a latest date for the milestone every activity has a window, from its earliest
start to its latest finish (head and tail). If the work that must lie inside some interval exceeds what capacity offers
there, the date is impossible (energetic reasoning; Baptiste, Le Pape and Nuijten 2001, chapter 3). Where activities
fill the interval in whole rounds, capacity left over inside a round counts for nothing (the pigeonhole, or round,
bound). The largest refuted date plus one is a lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.critical.backward import latest_times
from optimiser.critical.forward import Earliest
from optimiser.critical.levelling import Resource
from optimiser.critical.network import Network

__all__ = ["CapacityBound", "Overload", "capacity_bound"]

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Overload:
    """The interval that refutes a date: ``need`` of a capacity inside ``[begin, end)`` where there is only ``offer``.

    ``reason`` is ``energy``, in units of capacity times working days, or ``rounds``, in activities.
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
    Refutation is monotone, as windows only widen with the date, so bisection finds the largest refuted boundary.
    """
    node = earliest.network.nodes[milestone, "start"]
    low, high = earliest.values[node], upper
    last: Overload | None = None
    while low < high:
        middle = (low + high) // 2
        overload = _refute(earliest, pools, node, middle)
        if overload:
            low, last = middle + 1, overload
        else:
            high = middle
    return CapacityBound(low, last)


def _refute(earliest: Earliest, pools: Sequence[Resource], node: int, boundary: int) -> Overload | None:
    """Return an overload if the milestone is supposed at or before a boundary, None where none is found."""
    network = earliest.network
    late = latest_times(network, {node: boundary})
    for pool in pools:
        items = sorted(pool.demand)
        if not items:
            continue
        nodes = [network.item_nodes(item) for item in items]
        begin = np.array([earliest.values[start] for start, _ in nodes], dtype=np.int64)
        end = np.array([late[finish] for _, finish in nodes], dtype=np.int64)
        latest_start = np.array([late[start] for start, _ in nodes], dtype=np.int64)
        demand = np.array([pool.demand[item] for item in items], dtype=np.int64)
        length = np.array(
            [shortest_length(network, item, first, last) for item, first, last in zip(items, begin, latest_start, strict=True)],
            dtype=np.int64,
        )
        found = _overloaded(pool, items, begin, end, length, demand)
        if found:
            return found
    return None


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


def _overloaded(
    pool: Resource, items: list[str], begin: Counts, end: Counts, length: Counts, demand: Counts
) -> Overload | None:
    """Return an interval whose inner work exceeds its capacity.

    Intervals run from an earliest start to a latest finish; an activity counts as inside where its whole window is.
    """
    offered = np.concatenate([[0], np.cumsum(pool.available)])
    size = len(pool.available)
    for first in np.unique(begin).tolist():
        chosen = np.flatnonzero((begin >= first) & (length > 0))
        order = chosen[np.argsort(end[chosen], kind="stable")]
        ends = np.clip(end[order], first, size)
        need = np.cumsum(length[order] * demand[order])
        offer = offered[ends] - offered[first]
        over = np.flatnonzero(need > offer)
        if len(over):
            place = int(over[0])
            inside = tuple(items[index] for index in order[: place + 1])
            return Overload(pool.rule, first, int(ends[place]), int(need[place]), int(offer[place]), "energy", inside)
        rounds = _round_overload(pool, items, first, order, ends, length, demand)
        if rounds:
            return rounds
    return None


def _round_overload(
    pool: Resource, items: list[str], first: int, order: Counts, ends: Counts, length: Counts, demand: Counts
) -> Overload | None:
    """Return an interval that has too few whole rounds for the activities that must lie inside it.

    With ``m`` activities of length at least ``p`` and demand at least ``q`` in an interval of ``L`` working days and
    capacity at most ``C`` throughout, at most ``floor(C / q) · floor(L / p)`` fit.
    """
    if not len(order):
        return None
    lengths, demands = length[order], demand[order]
    ceiling = np.maximum.accumulate(pool.available[first : int(ends[-1])]) if ends[-1] > first else np.zeros(0, dtype=np.int64)
    for shortest in np.unique(lengths).tolist():
        for least in np.unique(demands).tolist():
            fits = (lengths >= shortest) & (demands >= least)
            count = np.cumsum(fits)
            spans = ends - first
            most = np.where(spans > 0, ceiling[np.maximum(spans - 1, 0)] if len(ceiling) else 0, 0)
            room = (most // least) * (spans // shortest)
            over = np.flatnonzero(fits & (count > room))
            if len(over):
                place = int(over[0])
                inside = tuple(items[index] for index in order[: place + 1][fits[: place + 1]])
                return Overload(pool.rule, first, int(ends[place]), int(count[place]), int(room[place]), "rounds", inside)
    return None
