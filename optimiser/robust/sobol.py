"""Scrambled Sobol' points: even coverage of the unit cube, any stretch of a sequence on demand.

Direction numbers of Joe and Kuo (2008, "Constructing Sobol' sequences with better two-dimensional projections"), which
SciPy carries; scrambled by random linear matrices and a digital shift (Matoušek 1998), so that replicates are
independent and each is uniform. Points are made here rather than by `scipy.stats.qmc`, which takes longer to import than
the whole simulation takes to run; a test holds the unscrambled points against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_DIMENSIONS", "Sobol"]

MOST_DIMENSIONS: Final = 384
"""How many dimensions have direction numbers."""

_BITS = 32

Words = NDArray[np.uint32]


@lru_cache(maxsize=8)
def _directions(dimensions: int) -> Words:
    """Return the direction numbers, shape ``(dimensions, 32)``, the first bit first; not to be written to."""
    found = np.zeros((dimensions, _BITS), dtype=np.uint64)
    found[0] = 1 << np.arange(_BITS - 1, -1, -1, dtype=np.uint64)
    lines = Path(__file__).with_name("joe-kuo-384.txt").read_text("ascii").splitlines()
    listed = [entry.split(",") for line in lines if not line.startswith("#") for entry in line.split()]
    for dimension, entry in enumerate(listed[: dimensions - 1], start=1):
        polynomial, *initial = map(int, entry)
        degree = polynomial.bit_length() - 1
        numbers = list(initial[:degree])
        for _ in range(degree, _BITS):
            newest = numbers[-degree] ^ (numbers[-degree] << degree)
            for back in range(1, degree):
                if polynomial >> (degree - back) & 1:
                    newest ^= numbers[-back] << back
            numbers.append(newest)
        found[dimension] = [number << (_BITS - 1 - place) for place, number in enumerate(numbers)]
    return found.astype(np.uint32)


class Sobol:
    """One scrambled sequence.

    Parameters
    ----------
    dimensions
        How many numbers a point has; beyond `MOST_DIMENSIONS` the rest are plain random numbers.
    seed
        Of the scrambling: sequences of different seeds are independent. None leaves the sequence as it is.
    """

    def __init__(self, dimensions: int, seed: tuple[int, ...] | None) -> None:
        self.dimensions = dimensions
        self._seed = seed
        even = min(dimensions, MOST_DIMENSIONS)
        self._directions = _directions(max(even, 1))[:even]
        self._shift: Words = np.zeros(even, dtype=np.uint32)
        if seed is not None:
            # A row for each dimension, so that a further dimension leaves those before it as they are.
            bits = np.random.default_rng(seed).integers(0, 2**_BITS, size=(even, 1 + _BITS), dtype=np.uint32)
            self._shift = bits[:, 0].copy()
            self._directions = _scrambled(self._directions, bits[:, 1:])

    def points(
        self, start: int, count: int, rows: Sequence[int] | None = None, into: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Return the points from one position on.

        Parameters
        ----------
        start
            The first position.
        count
            How many.
        rows
            Dimensions, by their places in rising order; all where None.
        into
            Where to lay them, of the shape returned.

        Returns
        -------
        ndarray
            Shape ``(dimensions, count)``, strictly between 0 and 1.
        """
        known = len(self._directions)
        rows = range(self.dimensions) if rows is None else rows
        even = [row for row in rows if row < known]
        directions, shift = (each if len(even) == known else each[even] for each in (self._directions, self._shift))
        words = np.empty((len(even), count), dtype=np.uint32)
        words[:, :1] = _slow(directions, shift, np.array([start], dtype=np.uint64))
        # Going up by one flips the bits below the lowest zero: in Gray code order one direction number at a time.
        filled = 1
        while filled < count and start % (2 * filled) == 0:
            more = min(filled, count - filled)
            bit = filled.bit_length() - 1
            # What changes when one bit of the position is set: its Gray code has two bits.
            step = directions[:, bit] ^ directions[:, bit - 1] if bit else directions[:, bit]
            words[:, filled : filled + more] = words[:, :more] ^ step[:, None]
            filled += more
        if filled < count:
            words[:, filled:] = _slow(directions, shift, np.arange(start + filled, start + count, dtype=np.uint64))
        points = np.empty((len(rows), count)) if into is None else into
        for row, word in zip(points, words, strict=False):  # row by row, as far as the cache reaches
            np.multiply(np.add(word, 0.5, out=row), 2.0**-_BITS, out=row)
        if len(even) < len(rows):
            self._plain(start, [row - known for row in rows[len(even) :]], points[len(even) :])
        return points

    def _plain(self, start: int, rows: Sequence[int], into: NDArray[np.float64]) -> None:
        """Lay down plain random numbers for some of the dimensions that have no direction numbers."""
        bits = np.random.PCG64((*(self._seed or (0,)), start, 1))
        generator, passed = np.random.Generator(bits), 0
        for row, line in zip(rows, into, strict=True):
            if row > passed:
                bits.advance((row - passed) * len(line))
            np.clip(generator.random(len(line)), 2.0**-33, 1 - 2.0**-33, out=line)
            passed = row + 1


def _slow(directions: Words, shift: Words, places: NDArray[np.uint64]) -> Words:
    """Return the words of any positions, bit by bit of their Gray codes."""
    gray = places ^ (places >> np.uint64(1))
    words = np.repeat(shift[:, None], len(places), axis=1)
    for bit in range(int(gray.max()).bit_length() if len(gray) else 0):
        on = ((gray >> np.uint64(bit)) & np.uint64(1)).astype(np.uint32)
        words ^= directions[:, bit, None] * on
    return words


def _scrambled(directions: Words, rows: Words) -> Words:
    """Multiply the direction numbers by lower triangular matrices of random bits with ones on the diagonal."""
    found = np.zeros_like(directions)
    for place in range(_BITS):
        # Row `place` keeps the bits before it, sets its own and clears those after it.
        own = np.uint32(1 << (_BITS - 1 - place))
        before = np.uint32((0xFFFFFFFF << (_BITS - place)) & 0xFFFFFFFF)
        row = (rows[:, place] & before) | own
        parity = np.bitwise_count(directions & row[:, None]) & 1
        found |= parity.astype(np.uint32) << np.uint32(_BITS - 1 - place)
    return found
