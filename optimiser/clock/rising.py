"""Functions of a minute that only ever rise, told by what they do: nothing here is as long as an axis.

Each takes an amount beside the boundary, as lags and lengths do, and knows its inverse ``latest``, so that
``f(x) ≤ y`` holds exactly when ``x ≤ latest(y)``. Between the edges of worked time, and between where it reaches these, a
function stays where it is or rises by one a minute.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from optimiser.clock.days import Boundaries
from optimiser.clock.worked import WorkedTime

__all__ = ["Amount", "Elapsed", "Inverse", "Rising", "Worked", "minutes_of"]

Amount = int | NDArray[np.int64]


def minutes_of(amount: Amount, scale: Fraction) -> Amount:
    """Return so many times a scale, in whole minutes, half up."""
    if scale.denominator == 1:
        return amount * scale.numerator
    return (2 * amount * scale.numerator + scale.denominator) // (2 * scale.denominator)


class Rising(ABC):
    """A monotone function ``f(x)`` for each amount, with its inverse ``max{x: f(x) ≤ y}``, of one minute or elementwise.

    Attributes
    ----------
    times
        The worked times at whose edges it bends.
    """

    times: tuple[WorkedTime, ...] = ()

    @abstractmethod
    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""

    @abstractmethod
    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        return self._each(self.at, x, amount)

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        return self._each(self.latest, y, amount)

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:
        """Return boundaries from one to another at which it may bend or jump; between them it stays, or rises by one."""
        edges = [edge for time in self.times for edge in time.edges(*sorted((self.at(low, amount), self.at(high, amount))))]
        reached = {self.latest(edge + more, amount) + after for edge in edges for more in (-1, 0) for after in (0, 1)}
        own = {edge + more for time in self.times for edge in time.edges(low, high) for more in (0, 1)}
        return {at for at in own | reached if low <= at <= high}

    @staticmethod
    def _each(function: Callable[[int, int], int], x: Boundaries, amount: Amount) -> Boundaries:
        amounts = np.broadcast_to(np.asarray(amount, dtype=np.int64), x.shape)
        pairs = zip(x.ravel().tolist(), amounts.ravel().tolist(), strict=True)
        return np.array([function(*pair) for pair in pairs], dtype=np.int64).reshape(x.shape)


@dataclass(frozen=True)
class Elapsed(Rising):
    """``x + scale · amount`` minutes of the clock."""

    scale: Fraction = Fraction(1)

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return x + int(minutes_of(amount, self.scale))

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        return y - int(minutes_of(amount, self.scale))

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        return x + minutes_of(amount, self.scale)

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        return y - minutes_of(amount, self.scale)


@dataclass(frozen=True)
class Worked(Rising):
    """``x ⊕ scale · amount`` worked minutes of a calendar; of a positive amount so many less as have gone by."""

    time: WorkedTime
    scale: Fraction = Fraction(1)
    gone: int = 0

    @property
    def times(self) -> tuple[WorkedTime, ...]:  # type: ignore[override]
        """The calendar."""
        return (self.time,)

    def _minutes(self, amount: int) -> int:
        minutes = int(minutes_of(amount, self.scale))
        return max(0, minutes - self.gone) if minutes > 0 else minutes

    def _all_minutes(self, amount: Amount) -> NDArray[np.int64]:
        minutes = np.asarray(minutes_of(amount, self.scale))
        return np.where(minutes > 0, np.maximum(0, minutes - self.gone), minutes)

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return self.time.plus(x, self._minutes(amount))

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        minutes, time = self._minutes(amount), self.time
        if not minutes or not 0 <= y <= time.size:
            return y
        return time.begin(time.worked(y) - minutes if minutes > 0 else time.worked(y + 1) - 1 - minutes)

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        return self.time.all_plus(x, self._all_minutes(amount))

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        minutes, time = self._all_minutes(amount), self.time
        worked = np.where(minutes > 0, time.all_worked(y), time.all_worked(y + 1) - 1)
        found = time.all_begins(worked - minutes)
        return np.where((minutes != 0) & (y >= 0) & (y <= time.size), found, y)


@dataclass(frozen=True)
class Inverse(Rising):
    """``min{x: g(x) ≥ y}`` of another function *g*: from where it reaches *y*."""

    of: Rising

    @property
    def times(self) -> tuple[WorkedTime, ...]:  # type: ignore[override]
        """Those of the other."""
        return self.of.times

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:
        """Return where the other's bends are reached."""
        bends = self.of.bends(max(0, self.at(low, amount) - 1), self.at(high, amount) + 1, amount)
        reached = {self.of.at(bend + before, amount) + after for bend in bends for before in (-1, 0) for after in (0, 1)}
        return {at for at in reached if low <= at <= high}

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return self.of.latest(x - 1, amount) + 1

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``: what the other reaches from there."""
        return self.of.at(y, amount)

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        return self.of.latest_values(x - 1, amount) + 1

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        return self.of.values(y, amount)
