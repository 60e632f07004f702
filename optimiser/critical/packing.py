"""Work against room on plain arrays: what cannot fit into an interval, and equal slots solved outright.

Energy: the work that must lie inside an interval, whole or in part, exceeds what capacity offers there (energetic
reasoning; Baptiste, Le Pape and Nuijten 2001, chapter 3). Rounds: of work that lies wholly inside an interval of *L*
days, a piece of length *p* takes at least ``ceil((k + 1) p / L) − 1`` of the *k* places that a slot has there, for every
*k*; for pieces of one length this counts whole rounds, so room left over inside a round counts for nothing (the dual
feasible functions of Fekete and Schepers 2001). Where starts fall on a few days only, a slot has no more places than
starts can follow one another.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.stopping import out_of_time

__all__ = ["EqualSlots", "Excess", "Windows", "balanced", "equal_slots", "excess", "round_bound"]

Counts = NDArray[np.int64]

MOST_PLACES = 16
"""Up to this many places of a slot are counted; finer ones add nothing that energy does not say."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Work with windows, each array of shape ``(work,)``.

    Attributes
    ----------
    begin, end
        Boundaries: not started before, not finished after.
    length
        Fewest working days it takes.
    demand
        What it needs of the capacity all the time.
    """

    begin: Counts
    end: Counts
    length: Counts
    demand: Counts


@dataclass(frozen=True, slots=True)
class Excess:
    """An interval that holds too little: ``need`` where there is only ``offer``.

    ``reason`` is ``energy``, in units of capacity times working days, or ``rounds``, in places for work of at least
    ``1 / (places + 1)`` of the interval.
    """

    begin: int
    end: int
    need: int
    offer: int
    reason: Literal["energy", "rounds"]
    members: Counts


def excess(work: Windows, available: Counts, starts: NDArray[np.bool_] | None = None) -> Excess | None:
    """Return an interval whose work exceeds its capacity, None where none is found.

    Parameters
    ----------
    work
        The work that demands one capacity.
    available
        Capacity on each working day, shape ``(size,)``.
    starts
        Boundaries at which any of the work may start, shape ``(size + 1,)``; None where all.

    Notes
    -----
    Intervals run from an earliest start to a latest finish. The time is of order ``n²`` for each different latest
    finish, in array operations.
    """
    real = (work.length > 0) & (work.demand > 0)
    if not real.any():
        return None
    index = np.flatnonzero(real)
    begin, length, demand = work.begin[index], work.length[index], work.demand[index]
    end = np.minimum(work.end[index], len(available))
    tight = np.flatnonzero(end - begin < length)
    if len(tight):
        place = int(tight[0])
        first, last = int(begin[place]), max(int(begin[place]), int(end[place]))
        need, offer = int(length[place] * demand[place]), int((last - first) * demand[place])
        return Excess(first, last, need, offer, "energy", index[[place]])
    offered = np.concatenate([[0], np.cumsum(available)])
    firsts = np.unique(begin)
    for last in np.unique(end).tolist():
        if out_of_time():
            return None
        a = firsts[firsts < last]
        if not len(a):
            continue
        span = last - a
        within = np.minimum(begin + length, last)
        left = np.clip(within[None, :] - a[:, None], 0, None)  # started as early as it may
        right = np.clip(length - np.maximum(end - last, 0), 0, None)  # started as late as it may
        inside = np.minimum(np.minimum(left, right[None, :]), np.minimum(length[None, :], span[:, None]))
        need = inside @ demand
        offer = offered[last] - offered[a]
        over = np.flatnonzero(need > offer)
        if len(over):
            place = int(over[-1])
            members = index[np.flatnonzero(inside[place] > 0)]
            return Excess(int(a[place]), last, int(need[place]), int(offer[place]), "energy", members)
        whole = (end <= last)[None, :] & (begin[None, :] >= a[:, None])
        energy = whole @ (length * demand)
        crowded = np.flatnonzero(2 * energy > offer)
        found = _rounds(a[crowded], last, whole[crowded], length, demand, available, starts)
        if found:
            first, wanted, room, chosen = found
            return Excess(first, last, wanted, room, "rounds", index[chosen])
    return None


def _rounds(
    firsts: Counts,
    last: int,
    whole: NDArray[np.bool_],
    length: Counts,
    demand: Counts,
    available: Counts,
    starts: NDArray[np.bool_] | None,
) -> tuple[int, int, int, Counts] | None:
    """Return the first overloaded interval, its need, its offer, and the members; None where there is none."""
    if not len(firsts):
        return None
    ceiling = np.maximum.accumulate(available[int(firsts[0]) : last][::-1])[::-1][firsts - firsts[0]]
    spans = last - firsts
    for least in np.unique(demand).tolist():
        counted = whole & (demand >= least)[None, :]
        slots = ceiling // least
        days = counted @ length
        for places in range(1, MOST_PLACES + 1):
            # Work of p days weighs less than (places + 1) p / span: of so few days there are places enough.
            rows = np.flatnonzero((places + 1) * days > slots * places * spans)
            if not len(rows):
                break
            weights = -(-(places + 1) * length[None, :] // spans[rows, None]) - 1
            weights = np.where(counted[rows], np.maximum(weights, 0), 0)
            need = weights.sum(axis=1)
            over = np.flatnonzero(need > slots[rows] * places)
            if len(over):
                row, place = int(rows[over[-1]]), int(over[-1])
                chosen = np.flatnonzero(weights[place] > 0)
                return int(firsts[row]), int(need[place]), int(slots[row] * places), chosen
        if starts is not None:
            found = _followed(firsts, last, counted, length, slots, starts)
            if found:
                return found
    return None


def _followed(
    firsts: Counts, last: int, counted: NDArray[np.bool_], length: Counts, slots: Counts, starts: NDArray[np.bool_]
) -> tuple[int, int, int, Counts] | None:
    """Count how many pieces can follow one another in a slot where starts fall on a few days only."""
    following = np.append(np.flatnonzero(starts), len(starts) + last)
    for shortest in np.unique(length).tolist():
        fits = counted & (length >= shortest)[None, :]
        for row in np.flatnonzero(fits.any(axis=1)).tolist():
            at, rounds = int(firsts[row]), 0
            while True:
                at = int(following[np.searchsorted(following, at)]) + shortest
                if at > last:
                    break
                rounds += 1
            need = int(fits[row].sum())
            if need > slots[row] * rounds:
                return int(firsts[row]), need, int(slots[row] * rounds), np.flatnonzero(fits[row])
    return None


@dataclass(frozen=True, slots=True)
class EqualSlots:
    """Work of one length on equal slots.

    Attributes
    ----------
    starts
        Boundaries, shape ``(work,)``.
    finish
        Boundary at which all of it is done.
    bound
        No schedule is done before it; equal to ``finish``, which is thereby certified.
    first, pieces
        The certificate: from the boundary ``first`` on there are ``pieces`` that cannot start before it.
    """

    starts: Counts
    finish: int
    bound: int
    first: int
    pieces: int


def equal_slots(release: Counts, length: int, slots: int) -> EqualSlots:
    """Return the earliest finish of work of one length, with its proof: first ready, first served.

    Parameters
    ----------
    release
        Boundary before which each piece cannot start, shape ``(work,)``.
    length
        Working days that each takes.
    slots
        How many at once, at least one.

    Notes
    -----
    For equal lengths the order of release is optimal, and the finish is ``max over k of r_(k) + p ⌈(n − k + 1) / m⌉``
    (Pinedo 2016, chapter 5). Bound and schedule are computed apart.
    """
    order = np.argsort(release, kind="stable")
    starts = np.zeros(len(release), dtype=np.int64)
    busy: list[int] = []
    for piece in order.tolist():
        begin = int(release[piece])
        if len(busy) == slots:
            begin = max(begin, heapq.heappop(busy))
        starts[piece] = begin
        heapq.heappush(busy, begin + length)
    finish = int(starts.max(initial=0)) + length if len(release) else 0
    bound, first, pieces = round_bound(release, np.full(len(release), length), slots)
    return EqualSlots(starts, finish, bound, first, pieces)


def round_bound(release: Counts, length: Counts, slots: int) -> tuple[int, int, int]:
    """Return a boundary before which work on equal slots cannot all be done.

    Parameters
    ----------
    release, length
        Of each piece, shape ``(work,)``; each holds one slot.
    slots
        How many at once.

    Returns
    -------
    bound : int
        ``max over a, p of a + p ⌈m / slots⌉`` with *m* the pieces released at or after *a* of length at least *p*, or
        by energy ``a +`` their work shared evenly.
    first, pieces : int
        The *a* and the *m* that give it.
    """
    order = np.argsort(-release, kind="stable")
    later, lengths = release[order], length[order]
    best = (0, 0, 0)
    for shortest in np.unique(lengths).tolist():
        count = np.cumsum(lengths >= shortest)
        reached = later + shortest * -(-count // slots)
        place = int(np.argmax(reached))
        best = max(best, (int(reached[place]), int(later[place]), int(count[place])))
    energy = later + -(-np.cumsum(lengths) // slots)
    if len(energy):
        place = int(np.argmax(energy))
        best = max(best, (int(energy[place]), int(later[place]), place + 1))
    return best


def balanced(release: Counts, length: Counts, due: Counts, slots: int, floor: int = 0) -> Counts:
    """Return starts of work on equal slots that keep the worst lateness low: list scheduling, then exchanges.

    Parameters
    ----------
    release, length, due
        Of each piece, shape ``(work,)``; each holds one slot.
    slots
        How many at once, at least one.
    floor
        A lateness that is good enough to stop at.

    Notes
    -----
    The slot that is latest gives a piece to another, or exchanges one, as long as the later of the two gets earlier than
    it was; in a slot the piece due first of those that are ready goes first (Schrage 1971). A local optimum.
    """
    pieces = list(zip(release.tolist(), length.tolist(), due.tolist(), strict=True))
    held: list[list[int]] = [[] for _ in range(slots)]
    busy = [(0, slot) for slot in range(slots)]
    for piece in np.lexsort((-length, due - length)).tolist():
        # The slot that is free last before the piece is ready keeps the others for those that are ready sooner.
        ready, days, _ = pieces[piece]
        free = [entry for entry in busy if entry[0] <= ready]
        chosen = max(free) if free else min(busy)
        busy.remove(chosen)
        held[chosen[1]].append(piece)
        busy.append((max(chosen[0], ready) + days, chosen[1]))
    late = [_lateness(pieces, own) for own in held]
    while (worst := max(late)) > floor and not out_of_time():
        first = late.index(worst)
        exchange = _exchange(pieces, held, late, first)
        if exchange is None:
            break
        second, one, other = exchange
        held[first], held[second] = one, other
        late[first], late[second] = _lateness(pieces, one), _lateness(pieces, other)
    starts = np.zeros(len(pieces), dtype=np.int64)
    for own in held:
        for piece, start in _served(pieces, own):
            starts[piece] = start
    return starts


def _exchange(
    pieces: list[tuple[int, int, int]], held: list[list[int]], late: list[int], first: int
) -> tuple[int, list[int], list[int]] | None:
    """Return the exchange between the latest slot and another after which the later of the two is earliest."""
    best, found = late[first], None
    for second, others in enumerate(held):
        if second == first or late[second] >= best:
            continue
        for mine in held[first]:
            for theirs in (None, *others):
                if theirs is not None and pieces[theirs][1] == pieces[mine][1] and pieces[theirs][0] == pieces[mine][0]:
                    continue
                one = [piece for piece in held[first] if piece != mine] + ([] if theirs is None else [theirs])
                other = [piece for piece in others if piece != theirs] + [mine]
                now = _lateness(pieces, other)
                if now < best:
                    now = max(now, _lateness(pieces, one))
                    if now < best:
                        best, found = now, (second, one, other)
    return found


def _served(pieces: list[tuple[int, int, int]], own: list[int]) -> list[tuple[int, int]]:
    """Return the pieces of one slot with their starts: of those that are ready the one due first."""
    waiting = sorted(own, key=lambda piece: pieces[piece][0])
    ready: list[tuple[int, int]] = []
    served, now, place = [], 0, 0
    while place < len(waiting) or ready:
        if not ready:
            now = max(now, pieces[waiting[place]][0])
        while place < len(waiting) and pieces[waiting[place]][0] <= now:
            heapq.heappush(ready, (pieces[waiting[place]][2], waiting[place]))
            place += 1
        _, piece = heapq.heappop(ready)
        served.append((piece, now))
        now += pieces[piece][1]
    return served


def _lateness(pieces: list[tuple[int, int, int]], own: list[int]) -> int:
    """Return the worst lateness of the pieces of one slot."""
    return max((start + pieces[piece][1] - pieces[piece][2] for piece, start in _served(pieces, own)), default=-(10**9))
