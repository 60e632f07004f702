"""Room left under capacities, day by day, in whole numbers whose bits are the days: a window is found in a few operations.

How many units of a capacity are taken on each day stands in binary across the days, the digits of one value as one number
each; taking and giving back is an addition with carry, all days of a piece of work at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Needs", "Room"]

Needs = Sequence[tuple[int, int]]
"""What a piece of work needs: rows of capacities, with the units of each."""


class Room:
    """What is taken of some capacities on each day.

    Parameters
    ----------
    available
        Capacity on each working day, shape ``(size,)`` each.
    """

    def __init__(self, available: Sequence[NDArray[np.int64]]) -> None:
        self._most = [int(each.max(initial=0)) for each in available]
        self._digits = [most.bit_length() + 1 for most in self._most]
        self._taken = [
            [_bits((most - each) >> digit & 1) for digit in range(digits)]
            for each, most, digits in zip(available, self._most, self._digits, strict=True)
        ]

    def copied(self) -> Room:
        """Return another that goes on from here."""
        other = object.__new__(Room)
        other._most, other._digits = self._most, self._digits
        other._taken = [list(row) for row in self._taken]
        return other

    def take(self, needs: Needs, begin: int, end: int) -> None:
        """Take up what a piece of work needs from one boundary to another."""
        days = (1 << end) - (1 << begin) if end > begin else 0
        for row, units in needs:
            self._add(self._taken[row], units, days)

    def give(self, needs: Needs, begin: int, end: int) -> None:
        """Give it back."""
        days = (1 << end) - (1 << begin) if end > begin else 0
        for row, units in needs:
            self._add(self._taken[row], (1 << self._digits[row]) - units, days)

    @staticmethod
    def _add(taken: list[int], units: int, days: int) -> None:
        """Add some units on some days; what leaves the last digit is dropped, as in a subtraction by the complement."""
        carry = 0
        for digit, before in enumerate(taken):
            if units:
                if units & 1:
                    taken[digit] = before ^ days ^ carry
                    carry = (before & days) | (carry & (before ^ days))
                else:
                    taken[digit], carry = before ^ carry, before & carry
                units >>= 1
            elif carry:
                taken[digit], carry = before ^ carry, before & carry
            else:
                return

    def short(self, needs: Needs, begin: int) -> int:
        """Return as bits the days from a boundary on, the first bit that boundary's, on which some capacity is short."""
        found = 0
        for row, units in needs:
            least = self._most[row] - units + 1  # taken so far as leaves too little
            if least <= 0:
                return -1
            same, over = -1, 0
            for digit in range(self._digits[row] - 1, -1, -1):
                here = self._taken[row][digit] >> begin
                if least >> digit & 1:
                    same &= here
                else:
                    over |= same & here
                    same &= ~here
                if not same:
                    break
            found |= over | same
        return found

    def first(self, needs: Needs, begin: int, length: int, beyond: int) -> int:
        """Return the first boundary at or after one from which a piece of work of some length has room.

        Parameters
        ----------
        beyond
            What to return where there is none.
        """
        blocked = _widened(self.short(needs, begin), length)
        if not blocked & 1:
            return begin
        after = ~blocked
        return begin + (after & -after).bit_length() - 1 if after else beyond

    def last(self, needs: Needs, begin: int, end: int, length: int) -> int | None:
        """Return the last boundary not before one from which a piece of work has room up to an end; None where there is none."""
        starts = end - length - begin
        if starts < 0:
            return None
        free = ~_widened(self.short(needs, begin), length) & ((2 << starts) - 1)
        return begin + free.bit_length() - 1 if free else None


def _widened(short: int, length: int) -> int:
    """Return the boundaries from which work of some length meets a day that is short: of no length none does."""
    if length <= 0:
        return 0
    reached = 1
    while reached < length:
        step = min(reached, length - reached)
        short |= short >> step
        reached += step
    return short


def _bits(days: NDArray[np.int64]) -> int:
    return int.from_bytes(np.packbits(days.astype(np.uint8), bitorder="little").tobytes(), "little")
