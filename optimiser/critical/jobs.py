"""Many schedules at once: work with fixed lengths and distances placed on shared capacities, a column for each schedule.

The serial schedule generation scheme (Kelley 1963; Kolisch 1996) in arrays. What is left of all capacities on a day stands in
one whole number, a few bits for each with a guard bit on top: one subtraction takes a demand from all of them, and a guard
bit that is gone says that one is short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Counts", "Distance", "Jobs"]

Counts = NDArray[np.int64]

Distance = tuple[int, int, int]
"""Before, after, days: ``start(after) ≥ start(before) + days``."""

WORD = 64
"""Days that are looked at together for room, as the bits of a machine word; so many more than the longest work, where it is long."""

LEEWAY = 12
"""Days of a word that the longest work must leave."""

NEVER = -(10**6)


@dataclass(frozen=True, slots=True)
class Jobs:
    """Work on shared capacities, as arrays.

    Attributes
    ----------
    length
        Working days of each piece, at least one; shape ``(work,)``.
    word, free, guard
        What each piece needs of the capacities, what they have on each day of the axis, and the guard bits.
    head, tail
        Boundary before which each does not start, and the days from its start until what is wanted early.
    before, days
        The pieces that each waits for, with the least days from start to start; filled up with one that never is in the way.
    line
        The work, each piece behind all that it waits for.
    distances
        The same distances one by one.
    """

    length: Counts
    word: Counts
    free: Counts
    guard: int
    head: Counts
    tail: Counts
    before: Counts
    days: Counts
    line: Counts
    distances: Sequence[Distance]

    @classmethod
    def of(
        cls,
        length: Counts,
        pools: Sequence[tuple[Counts, Mapping[int, int]]],
        head: Counts,
        tail: Counts,
        distances: Sequence[Distance],
    ) -> Jobs | None:
        """Return work as arrays; None where distances run in a circle, or the capacities are too many for one number.

        Parameters
        ----------
        pools
            Of each capacity what there is on each day, and what pieces need of it.
        """
        line = _in_line(len(length), distances)
        free, word, guard, shift = np.zeros(len(pools[0][0]), dtype=np.int64), np.zeros(len(length), dtype=np.int64), 0, 0
        for available, demand in pools:
            bits = max([int(available.max(initial=0)), *demand.values()]).bit_length()
            if shift + bits >= 62:
                return None
            free += available.astype(np.int64) << shift
            word[list(demand)] += np.array(list(demand.values()), dtype=np.int64) << shift
            guard |= 1 << (shift + bits)
            shift += bits + 1
        if line is None:
            return None
        before, days = _waiting(len(length), distances)
        return cls(length, word, free + guard, guard, head, tail, before, days, line, tuple(distances))

    def mirrored(self, size: int) -> Jobs:
        """Return the same work with time running backwards from a boundary: what is placed early there is late here."""
        length = self.length
        turned = [(after, before, days + int(length[after] - length[before])) for before, after, days in self.distances]
        free = np.concatenate([self.free[:size][::-1], self.free[size:]])
        head, tail = self.tail - length, self.head + length
        before, days = _waiting(len(length), turned)
        return Jobs(length, self.word, free, self.guard, head, tail, before, days, self.line[::-1], turned)

    def order(self, keys: Counts) -> Counts:
        """Return orders of placing by keys, the lowest first, each piece behind all that it waits for.

        Parameters
        ----------
        keys
            Shape ``(schedules, work)``.
        """
        count = len(self.length)
        lifted = np.concatenate([keys, np.full((len(keys), 1), NEVER)], axis=1)
        for piece in self.line.tolist():
            np.maximum(lifted[:, piece], lifted.take(self.before[piece], axis=1).max(axis=1), out=lifted[:, piece])
        return (lifted[:, :count] * count + _ranks(self.line)).argsort(axis=1)

    def reached(self, starts: Counts) -> Counts:
        """Return when what is wanted early is there in each schedule; shape ``(schedules,)``."""
        reached: Counts = (starts + self.tail).max(axis=1)
        return reached

    def placed(self, order: Counts, size: int, since: Counts | None = None) -> Counts:
        """Return starts: the work placed piece by piece, each at the first boundary where the capacities have room.

        Parameters
        ----------
        order
            Pieces in the order in which they are placed, each behind all that it waits for; shape ``(schedules, work)``.
        size
            Days of the axis that are looked at; what does not fit starts at its end.
        since
            Days by which all work of a schedule is put off, shape ``(schedules,)``.
        """
        schedules, count = order.shape
        rooms = _Rooms(self, size, schedules)
        own = np.arange(schedules) * (count + 1)
        turns = np.ascontiguousarray(order.T)
        head = self.head[turns] if since is None else self.head[turns] + since
        before = self.before[turns].transpose(0, 2, 1) + own
        days = self.days[turns].transpose(0, 2, 1)
        starts = np.zeros(schedules * (count + 1), dtype=np.int64)
        for turn, pieces in enumerate(turns):
            at = np.maximum(head[turn], (starts.take(before[turn]) + days[turn]).max(axis=0))
            starts[own + pieces] = rooms.take(np.clip(at, 0, size, out=at), pieces)
        return starts.reshape(schedules, count + 1)[:, :count]


class _Rooms:
    """What is left of all capacities on each day, one row for each schedule.

    A window of days is looked at together: the days that are short as the bits of a machine word, where the longest work
    leaves leeway in one.
    """

    def __init__(self, jobs: Jobs, size: int, schedules: int) -> None:
        longest = int(jobs.length.max())
        self._size, self._guard, self._length, self._word = size, jobs.guard, jobs.length, jobs.word
        self._bits = longest + LEEWAY <= WORD
        self._window = WORD if self._bits else longest + WORD
        self._width = size + self._window + longest
        free = np.zeros(self._width, dtype=np.int64)
        free[:size] = jobs.free[:size]
        self._room = np.tile(free, schedules)
        self._base = np.arange(schedules) * self._width
        self._ahead = np.arange(self._window)
        self._over = np.arange(longest)
        self._needs = np.where(self._over < jobs.length[:, None], jobs.word[:, None], 0)
        if self._bits:
            kind = np.uint64
            # A day that is short bars as many starts before it as work is long, and work that would leave the window is barred.
            self._shifts = np.array([_steps(length, longest) for length in jobs.length.tolist()], dtype=kind).T
            self._barred = ~kind(0) << (WORD + 1 - jobs.length).astype(kind)
            self._barred[jobs.length == 1] = 0

    def take(self, at: Counts, pieces: Counts) -> Counts:
        """Place a piece of work in each schedule at the first boundary at or after one with room; what has none at the end."""
        begin = self._first(self._base, at, pieces)
        missed = begin + self._length.take(pieces) > self._size
        if missed.any():
            begin[missed] = self._size
        self._room[(self._base + begin)[:, None] + self._over] -= self._needs.take(pieces, axis=0)
        return begin

    def _first(self, base: Counts, at: Counts, pieces: Counts) -> Counts:
        seen = self._room.take((base + at)[:, None] + self._ahead)
        seen -= self._word.take(pieces)[:, None]
        seen &= self._guard
        short = seen != self._guard
        found = self._by_bits(short, pieces) if self._bits else self._by_runs(short, pieces)
        begin: Counts = at + found
        lost = found < 0
        if lost.any():
            begin[lost] = at[lost] + self._window + 1 - self._length[pieces[lost]]
            again = np.flatnonzero(lost & (begin <= self._size))
            if len(again):
                begin[again] = self._first(base[again], begin[again], pieces[again])
        return begin

    def _by_bits(self, short: NDArray[np.bool_], pieces: Counts) -> Counts:
        """Return the first day of the window from which none is short for long enough; -1 where there is none."""
        barred = np.packbits(short, bitorder="little").view("<u8")
        for shift in self._shifts:
            barred |= barred >> shift.take(pieces)
        barred |= self._barred.take(pieces)
        lowest = ~barred & (barred + np.uint64(1))
        return np.frexp(lowest.astype(np.float64))[1].astype(np.int64) - 1

    def _by_runs(self, short: NDArray[np.bool_], pieces: Counts) -> Counts:
        """Return the same of a longer window."""
        after = self._ahead + 1
        run = after - np.maximum.accumulate(np.where(short, after, 0), axis=1)
        length = self._length.take(pieces)
        fits = run >= length[:, None]
        end = fits.argmax(axis=1)
        return np.where(fits[np.arange(len(end)), end], end + 1 - length, -1)


def _steps(length: int, longest: int) -> list[int]:
    """Return shifts that, one after the other, spread a bit over as many bits as work is long."""
    steps, reached, most = [], 1, 1
    while most < longest:
        step = min(reached, length - reached)
        steps.append(step)
        reached, most = reached + step, 2 * most
    return steps


def _in_line(count: int, distances: Sequence[Distance]) -> Counts | None:
    """Return the work, each piece behind all that it waits for; None where it runs in a circle."""
    after: list[list[int]] = [[] for _ in range(count)]
    waits = [0] * count
    for source, target, _ in distances:
        after[source].append(target)
        waits[target] += 1
    line = [piece for piece in range(count) if not waits[piece]]
    for piece in line:
        for target in after[piece]:
            waits[target] -= 1
            if not waits[target]:
                line.append(target)
    return np.array(line, dtype=np.int64) if len(line) == count else None


def _ranks(line: Counts) -> Counts:
    """Return the place of each piece in a line."""
    ranks = np.empty_like(line)
    ranks[line] = np.arange(len(line))
    return ranks


def _waiting(count: int, distances: Sequence[Distance]) -> tuple[Counts, Counts]:
    """Return for each piece those that it waits for, and the days, as rows of one width."""
    held: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for source, target, least in distances:
        held[target].append((source, least))
    width = max((len(each) for each in held), default=0) or 1
    before, days = np.full((count, width), count, dtype=np.int64), np.full((count, width), NEVER, dtype=np.int64)
    for piece, each in enumerate(held):
        for place, (source, least) in enumerate(each):
            before[piece, place], days[piece, place] = source, least
    return before, days
