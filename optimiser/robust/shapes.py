"""Distributions over whole units, from the figures of a register: from uniform variates to amounts by one look-up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Assumption
from models.risk import Impact, Range, RatingRange, Relative, Spread
from optimiser.numbers import column_number

__all__ = [
    "FACTOR_STEP",
    "Lattice",
    "Threesome",
    "beta_cumulative",
    "delay_of",
    "discrete",
    "distribution",
    "end_of",
    "fixed",
    "normal_cumulative",
    "normal_quantile",
    "own_range",
    "pert",
    "piecewise",
    "pooled",
    "rated_range",
    "triangular",
    "uniform",
]

Numbers = NDArray[np.float64]
Amounts = NDArray[np.int64]
Threesome = Literal["triangular", "pert"]
"""Shapes of a least, a most likely and a greatest value."""

FACTOR_STEP = 0.005
"""Factors are drawn in steps of half a per cent."""

_CELLS = 4096
"""Of so many equal parts of what lies between 0 and 1 a distribution keeps the value, where the part has one."""

_CUT = -(2**62)
"""What stands for a part that has several values: less than any value."""

_NARROW = 2**30
"""Whole values nearer to zero than this are kept in 32 bits, in which its negative stands for a part that has several."""

_MOST_VALUES = 4001
"""Of a range wider than this only so many values, evenly spread, are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """A distribution over finitely many values.

    Attributes
    ----------
    values
        In rising order, shape ``(n,)``.
    cumulative
        Probability of each value or a lesser one, shape ``(n,)``; the last is 1.
    """

    values: Numbers | Amounts
    cumulative: Numbers

    def draw(self, uniforms: Numbers, into: Amounts | None = None) -> NDArray[Any]:
        """Return the value of each uniform variate, in the order given.

        Parameters
        ----------
        uniforms
            Variates from 0 to 1.
        into
            Where to lay the values, of their type.
        """
        if len(self.values) == 1:
            return np.full(len(uniforms), self.values[0])
        edges = self.cumulative[:-1]
        if len(uniforms) < _CELLS:
            return self.values[np.searchsorted(edges, uniforms, side="right")]
        # A cell that no edge cuts has one value; in the others, few, the edges are searched.
        table = np.repeat(self.values, np.diff(np.ceil(np.concatenate([[0.0], edges, [1.0]]) * _CELLS).astype(np.int64)))
        several = _CUT if table.dtype.itemsize > 4 else -_NARROW
        table[np.minimum((edges * _CELLS).astype(np.int64), _CELLS - 1)] = several
        found: NDArray[Any] = table.take((uniforms * _CELLS).astype(np.int16), mode="clip", out=into)
        cut = np.flatnonzero(found == several)
        found[cut] = self.values[np.searchsorted(edges, uniforms[cut], side="right")]
        return found

    def rounded(self, more: int, least: int | None, most: int | None) -> Lattice:
        """Return the distribution of its values rounded to whole units, with some more, kept between two, as integers."""
        whole = np.floor(self.values + 0.5) + more
        if least is not None:
            whole = np.maximum(whole, least)
        if most is not None:
            whole = np.minimum(whole, most)
        narrow = whole[0] > -_NARROW and whole[-1] < _NARROW
        kind: np.dtype[Any] = np.dtype(np.int32 if narrow else np.int64)
        return Lattice(whole.astype(kind), self.cumulative)

    @property
    def key(self) -> tuple[bytes, bytes]:
        """What two equal distributions have in common."""
        return self.values.tobytes(), self.cumulative.tobytes()

    @property
    def mean(self) -> float:
        """Its expectation."""
        return float(self.values @ np.diff(self.cumulative, prepend=0.0))

    def quantile(self, at: float) -> float:
        """Return the least value that is not exceeded with a probability."""
        return float(self.values[min(int(np.searchsorted(self.cumulative, at - 1e-12, side="left")), len(self.values) - 1)])


def fixed(value: float) -> Lattice:
    """Return the distribution of one value."""
    return Lattice(np.array([value]), np.ones(1))


def _steps(low: float, high: float, step: float) -> Numbers:
    """Return the values of a lattice between two ends, both included."""
    first, last = math.floor(low / step + 0.5), math.floor(high / step + 0.5)
    count = last - first + 1
    if count > _MOST_VALUES:
        return np.linspace(first * step, last * step, _MOST_VALUES)
    return np.arange(first, first + count, dtype=np.float64) * step


def _binned(values: Numbers, edges: Numbers) -> Lattice:
    """Return the lattice whose values take the probability up to the middle between them and the next."""
    cumulative: Numbers = np.maximum.accumulate(np.append(edges, 1.0))
    kept = np.diff(cumulative, prepend=0.0) > 0
    return Lattice(values[kept], cumulative[kept])


def triangular(low: float, likely: float, high: float, step: float = 1.0) -> Lattice:
    """Return a triangular distribution rounded to the nearest multiple of a step."""
    if high - low < 1e-12:
        return fixed(math.floor(likely / step + 0.5) * step)
    values = _steps(low, high, step)
    edges = np.clip((values[:-1] + values[1:]) / 2, low, high)
    width, left, right = high - low, likely - low, high - likely
    rising = (edges - low) ** 2 / (width * left) if left > 0 else np.zeros_like(edges)
    falling = 1 - (high - edges) ** 2 / (width * right) if right > 0 else np.ones_like(edges)
    return _binned(values, np.where(edges <= likely, rising, falling))


def pert(low: float, likely: float, high: float, step: float = 1.0) -> Lattice:
    """Return a PERT (beta, weight 4) distribution rounded to the nearest multiple of a step."""
    if high - low < 1e-12:
        return fixed(math.floor(likely / step + 0.5) * step)
    values = _steps(low, high, step)
    edges = np.clip(((values[:-1] + values[1:]) / 2 - low) / (high - low), 0, 1)
    first = 1 + 4 * (likely - low) / (high - low)
    return _binned(values, beta_cumulative(first, 6 - first, edges))


def beta_cumulative(first: float, second: float, at: Numbers) -> Numbers:
    """Return the distribution function of a beta distribution with both parameters from 1 to 5, to about 1e-7.

    The density is integrated after the substitution ``x = t³(10 - 15t + 6t²)``, which smooths it at both ends. (SciPy's
    ``betainc`` does as much; importing it takes longer than a whole simulation.)
    """
    x, area = _beta_table(first, second)
    found: Numbers = np.interp(at, x, area)
    return found


@lru_cache(maxsize=64)
def _beta_table(first: float, second: float) -> tuple[Numbers, Numbers]:
    """Return a beta distribution on a grid: where, and its distribution function there."""
    grid = np.linspace(0, 1, 4097)
    x = grid**3 * (10 - 15 * grid + 6 * grid**2)
    density = x ** (first - 1) * (1 - x) ** (second - 1) * 30 * grid**2 * (1 - grid) ** 2
    area = np.append(0.0, np.cumsum((density[1:] + density[:-1]) / 2))
    return x, area / area[-1]


@lru_cache(maxsize=1)
def _normal_table() -> tuple[Numbers, Numbers]:
    """Return the standard normal distribution function on a grid, in two halves of equal precision in their tails."""
    grid = np.arange(-9 * 1024, 9 * 1024 + 1) / 1024
    root = math.sqrt(0.5)
    return grid, np.array([0.5 * math.erfc(-z * root) for z in grid.tolist()])


def normal_quantile(at: Numbers) -> Numbers:
    """Return the standard normal variate of each probability, to about 1e-7 between -6 and 6."""
    grid, cumulative = _normal_table()
    rising = int(np.searchsorted(cumulative, 1.0))
    found: Numbers = np.interp(at, cumulative[:rising], grid[:rising])
    return found


def normal_cumulative(at: Numbers) -> Numbers:
    """Return the probability of a lesser standard normal variate, to about 1e-7."""
    grid, cumulative = _normal_table()
    # The grid is even, so that the place of each is a product: what a search would find, and as `np.interp` reckons from there.
    places = np.clip(np.floor(at * 1024).astype(np.int64) + 9 * 1024, 0, len(grid) - 2)
    slopes = np.diff(cumulative) / np.diff(grid)
    found: Numbers = np.clip(slopes[places] * (at - grid[places]) + cumulative[places], cumulative[0], 1.0)
    return found


def uniform(low: float, high: float, step: float = 1.0) -> Lattice:
    """Return the distribution that gives every multiple of a step from one end to the other the same probability."""
    values = _steps(low, high, step)
    return Lattice(values, np.arange(1, len(values) + 1) / len(values))


def discrete(values: Sequence[float], weights: Sequence[float]) -> Lattice:
    """Return the distribution of some values in proportion to their weights."""
    known, places = np.unique(np.array(values, dtype=float), return_inverse=True)
    mass = np.bincount(places, weights=np.array(weights, dtype=float))
    cumulative = np.cumsum(mass) / mass.sum()
    cumulative[-1] = 1.0
    return Lattice(known, cumulative)


def piecewise(at: Sequence[float], values: Sequence[float], step: float = 1.0) -> Lattice:
    """Return the distribution that runs straight between quantiles, rounded to the nearest multiple of a step.

    Parameters
    ----------
    at
        Probabilities, rising from 0 to 1.
    values
        The quantile at each, not falling.
    """
    found = _steps(values[0], values[-1], step)
    edges = (found[:-1] + found[1:]) / 2
    # Where the quantiles stand still there is mass at one value: the greatest probability counts from there on.
    places = np.searchsorted(np.array(values), edges, side="right")
    low = np.array(values)[places - 1]
    high = np.array(values)[np.minimum(places, len(values) - 1)]
    under, over = np.array(at)[places - 1], np.array(at)[np.minimum(places, len(at) - 1)]
    share = np.divide(edges - low, high - low, out=np.zeros_like(edges), where=high > low)
    return _binned(found, under + share * (over - under))


def pooled(parts: Sequence[Lattice], weights: Sequence[float]) -> Lattice:
    """Return the mixture of distributions in proportion to their weights (linear opinion pool, Stone 1961)."""
    values = np.concatenate([part.values for part in parts])
    mass = np.concatenate([np.diff(part.cumulative, prepend=0.0) * weight for part, weight in zip(parts, weights, strict=True)])
    order = np.argsort(values, kind="stable")
    return discrete(values[order].tolist(), mass[order].tolist())


# -- from the figures of a register -------------------------------------------------------------------------------------


def end_of(end: object, base: float) -> float | None:
    """Return the end of a range as a number."""
    if end is None:
        return None
    if isinstance(end, Relative):
        return base * end.factor if base >= 0 else base * (2 - end.factor)
    return float(column_number(end))  # type: ignore[arg-type]


def distribution(spread: Spread, ends: Sequence[float | None], base: float, shape: Threesome | None, step: float) -> Lattice:
    """Return the distribution of a range or factor."""
    if spread.shape == "discrete":
        values = [end_of(entry.value, base) or 0.0 for entry in spread.values]
        return discrete(values, [entry.weight for entry in spread.values])
    if spread.shape == "quantiles":
        values = [end_of(entry.value, base) or 0.0 for entry in spread.quantiles]
        return piecewise([entry.at for entry in spread.quantiles], values, step)
    low, likely, high = ends
    low = base if low is None else low
    high = base if high is None else high
    if spread.shape == "uniform":
        return uniform(low, high, step)
    low, high = min(low, high), max(low, high)
    likely = min(max(base if likely is None else likely, low), high)
    make = {"triangular": triangular, "pert": pert}[shape or spread.shape]
    return make(low, likely, high, step)


def delay_of(impact: Impact, shape: Threesome | None) -> Lattice:
    """Return the distribution of an impact: units, or for a relative one a share of the value."""
    stated = [end for end in (impact.low, impact.likely, impact.high) if end is not None]
    relative = any(isinstance(end, Relative) for end in stated)
    figures = [end.percent / 100 if isinstance(end, Relative) else float(column_number(end)) for end in stated]
    step = FACTOR_STEP if relative else 1.0
    if len(figures) == 1:
        return fixed(figures[0])
    low, high = figures[0], figures[-1]
    likely = figures[1] if len(figures) > 2 else (low + high) / 2
    if impact.shape == "uniform":
        return uniform(low, high, step)
    make = {"triangular": triangular, "pert": pert}[shape or impact.shape]
    return make(low, likely, high, step)


def rated_range(entry: Assumption, name: str, rating: RatingRange) -> Range:
    """Return the range that the rating of an assumption stands for."""
    return Range(
        id=name,
        of=entry.id,
        rag=entry.uncertainty,
        basis=rating.basis,
        citation=rating.citation,
        confidence=rating.confidence,
        fitted_to=rating.fitted_to,
        derived_from=rating.derived_from,
        note=f"rated {entry.uncertainty} in the plan",
    )


def own_range(entry: Assumption, name: str) -> Range:
    """Return the range that an assumption states of itself; an end that it leaves out is its value."""
    return Range(
        id=name,
        of=entry.id,
        low=entry.low if entry.low is not None else entry.value,
        high=entry.high if entry.high is not None else entry.value,
        basis="fitted" if entry.range_fitted_to else entry.basis,
        citation=entry.citation,
        confidence=entry.confidence,
        fitted_to=entry.range_fitted_to or entry.fitted_to,
        derived_from=entry.derived_from,
        note="the range that the assumption itself states",
    )
