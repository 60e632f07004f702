"""Which combinations of axis values a grid asks for: each row of a design by its number, nothing kept in memory.

Rows are numbered from zero in the order of the design; a row that an exclusion leaves out keeps its number, so that
numbers mean the same whatever is computed when and where.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from models.grid import Grid
from optimiser.batch.axes import Varied, meets

__all__ = ["MOST_ROWS", "Design", "permuted"]

Places = NDArray[np.int64]
"""Positions of values on their axes, shape ``(rows, axes)``."""

MOST_ROWS = 200_000_000
"""A design with more rows is refused."""

LEAST_CHECKED = 5
"""At least as many rows are solved again, where there are as many."""

_BLOCK = 100_000


class Design:
    """The rows of a grid.

    Attributes
    ----------
    size
        How many rows, those left out by exclusions included.
    """

    def __init__(self, grid: Grid, axes: Sequence[Varied]) -> None:
        self.axes = tuple(axes)
        self.kind = grid.design
        self.seed = grid.seed
        self.sizes = tuple(len(axis.values) for axis in axes)
        self._listed: Places | None = None
        if grid.design == "full":
            self.size = math.prod(self.sizes)
        elif grid.design == "latin-hypercube":
            assert grid.samples is not None
            self.size = grid.samples
        else:
            self.size = self._count()
            if self.size <= MOST_ROWS:
                self._listed = np.array(list(self._rows()), dtype=np.int64).reshape(-1, len(self.axes))
                self.size = len(self._listed)
        self._share = grid.check_share
        self._left_out = [
            [
                (place, np.array([meets(exclusion.when[axis.id], value) for value in axis.values]))
                for place, axis in enumerate(axes)
                if axis.id in exclusion.when
            ]
            for exclusion in grid.exclude
        ]

    def _count(self) -> int:
        """Return at most how many rows a listed design has."""
        if self.kind == "pairs":
            return 1 + sum(first * second for first, second in combinations(self.sizes, 2))
        return 1 + sum(self.sizes)

    def _rows(self) -> Iterator[tuple[int, ...]]:
        """Yield the rows of a listed design, each once."""
        base = tuple(axis.base for axis in self.axes)
        yield base
        if self.kind == "cumulative":
            row = list(base)
            for place, size in enumerate(self.sizes):
                if row[place] != size - 1:
                    row[place] = size - 1
                    yield tuple(row)
            return
        for place, size in enumerate(self.sizes):
            for value in range(size):
                if value != base[place]:
                    yield (*base[:place], value, *base[place + 1 :])
        if self.kind == "pairs":
            for first, second in combinations(range(len(base)), 2):
                for one, other in product(range(self.sizes[first]), range(self.sizes[second])):
                    if one != base[first] and other != base[second]:
                        row = list(base)
                        row[first], row[second] = one, other
                        yield tuple(row)

    def places(self, rows: NDArray[np.int64]) -> Places:
        """Return the position of each row on every axis.

        Parameters
        ----------
        rows
            Numbers of rows, shape ``(rows,)``.
        """
        if self._listed is not None:
            listed: Places = self._listed[rows]
            return listed
        found = np.empty((len(rows), len(self.axes)), dtype=np.int64)
        if self.kind == "full":
            rest = rows.astype(np.int64)
            for place in range(len(self.axes) - 1, -1, -1):
                rest, found[:, place] = np.divmod(rest, self.sizes[place])
            return found
        for place, size in enumerate(self.sizes):
            # A permutation of the strata of each axis, and the value that a stratum falls on.
            stratum = permuted(rows, self.size, self.seed * 65_537 + place + 1)
            found[:, place] = stratum * size // self.size
        return found

    def kept(self, places: Places) -> NDArray[np.bool_]:
        """Say of each row whether no exclusion leaves it out."""
        keep = np.ones(len(places), dtype=np.bool_)
        for conditions in self._left_out:
            out = np.ones(len(places), dtype=np.bool_)
            for place, met in conditions:
                out &= met[places[:, place]]
            keep &= ~out
        return keep

    def count(self) -> int:
        """Return how many rows are kept."""
        if not self._left_out:
            return self.size
        blocks = (np.arange(first, min(first + _BLOCK, self.size)) for first in range(0, self.size, _BLOCK))
        return sum(int(self.kept(self.places(block)).sum()) for block in blocks)

    def checked(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of each row whether it is in the share that is solved again; fixed by the seed."""
        wanted = min(self.size, max(LEAST_CHECKED, round(self._share * self.size))) if self._share else 0
        chosen: NDArray[np.bool_] = permuted(rows, self.size, self.seed * 65_537) < wanted
        return chosen

    def stride(self, axis: int) -> int | None:
        """Return how far apart rows lie that differ by one position on an axis; None unless the design is full."""
        return math.prod(self.sizes[axis + 1 :]) if self.kind == "full" else None


def permuted(numbers: NDArray[np.int64], size: int, key: int) -> NDArray[np.int64]:
    """Return where a pseudo-random permutation of ``0 … size - 1`` takes each number, without holding it.

    Parameters
    ----------
    numbers
        Any of ``0 … size - 1``.
    size
        How many numbers are permuted.
    key
        Chooses the permutation.

    Notes
    -----
    A four-round Feistel network over the next power of four, walked on until it falls inside (Black and Rogaway,
    "Ciphers with arbitrary finite domains", CT-RSA 2002).
    """
    if size <= 1:
        return numbers.copy()
    half = np.uint64(max(1, ((size - 1).bit_length() + 1) // 2))
    mask = np.uint64((1 << int(half)) - 1)
    keys = np.random.SeedSequence(key).generate_state(4, np.uint64) | np.uint64(1)

    def once(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
        left, right = values >> half, values & mask
        for each in keys:
            mixed = (right + each) * np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(29))) * each
            left, right = right, left ^ ((mixed >> np.uint64(32)) & mask)
        return (left << half) | right

    found = once(numbers.astype(np.uint64))
    while np.any(outside := found >= np.uint64(size)):
        found[outside] = once(found[outside])
    return found.astype(np.int64)
