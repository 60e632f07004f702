"""Where work goes: back by its length, on through pauses, to an opening, by months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from models.moment import MINUTES
from optimiser.clock.bounding import _FAR
from optimiser.clock.days import Boundaries, add_months
from optimiser.clock.rising import Amount, Rising, minutes_of
from optimiser.clock.worked import WorkedTime

__all__ = ["Back", "Following", "Goes", "Going", "Months", "Opening", "Staying"]


@dataclass(frozen=True)
class Back(Rising):
    """``min{x: W(x) ≥ W(y) − scale · amount}``: from where a length leaves nothing to work up to *y*.

    With an amount of nought this is where work went on up to *y*, which is all that can be asked of a finish there.
    """

    time: WorkedTime
    scale: Fraction = Fraction(1)

    @property
    def times(self) -> tuple[WorkedTime, ...]:  # type: ignore[override]
        """The calendar."""
        return (self.time,)

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        if not 0 <= x <= self.time.size:
            return x
        return self.time.end(self.time.worked(x) - int(minutes_of(amount, self.scale)))

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        if not 0 <= y <= self.time.size:
            return y
        return self.time.begin(self.time.worked(y) + int(minutes_of(amount, self.scale)))

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        found = self.time.all_ends(self.time.all_worked(x) - minutes_of(amount, self.scale))
        return np.where((x >= 0) & (x <= self.time.size), found, x)

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        found = self.time.all_begins(self.time.all_worked(y) + minutes_of(amount, self.scale))
        return np.where((y >= 0) & (y <= self.time.size), found, y)


@dataclass(frozen=True)
class Going(Rising):
    """``next(x)``: where work goes on."""

    time: WorkedTime

    @property
    def times(self) -> tuple[WorkedTime, ...]:  # type: ignore[override]
        """The calendar."""
        return (self.time,)

    def at(self, x: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``f(x)``."""
        return self.time.next(x) if x <= self.time.size else x

    def latest(self, y: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``max{x: f(x) ≤ y}``."""
        return self.time.begin(self.time.worked(y + 1) - 1) if y <= self.time.size else y

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:  # noqa: ARG002
        """Return ``f(x)``, elementwise."""
        return np.where(x <= self.time.size, self.time.all_begins(self.time.all_worked(x)), x)

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:  # noqa: ARG002
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        return np.where(y <= self.time.size, self.time.all_begins(self.time.all_worked(y + 1) - 1), y)


@dataclass(frozen=True)
class Staying(Rising):
    """*x* where work goes on or has just ended, else where it goes on next: the place of an event."""

    time: WorkedTime

    @property
    def times(self) -> tuple[WorkedTime, ...]:  # type: ignore[override]
        """The calendar."""
        return (self.time,)

    def at(self, x: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``f(x)``."""
        return x if x > self.time.size or self.time.prev(x) == x else self.time.next(x)

    def latest(self, y: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``max{x: f(x) ≤ y}``."""
        return y if self.at(y) == y else self.time.prev(y)

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:  # noqa: ARG002
        """Return ``f(x)``, elementwise."""
        worked = self.time.all_worked(x)
        stays = (x > self.time.size) | (self.time.all_ends(worked) == x)
        return np.where(stays, x, self.time.all_begins(worked))

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:  # noqa: ARG002
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        return np.where(self.values(y) == y, y, self.time.all_ends(self.time.all_worked(y)))


@dataclass(frozen=True)
class Opening(Rising):
    """Where work of some amount may begin: `Going`; without any, as of an event: `Staying`."""

    time: WorkedTime

    @property
    def times(self) -> tuple[WorkedTime, ...]:  # type: ignore[override]
        """The calendar."""
        return (self.time,)

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return (Going(self.time) if amount else Staying(self.time)).at(x)

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        return (Going(self.time) if amount else Staying(self.time)).latest(y)

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        return np.where(np.asarray(amount) != 0, Going(self.time).values(x), Staying(self.time).values(x))

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        return np.where(np.asarray(amount) != 0, Going(self.time).latest_values(y), Staying(self.time).latest_values(y))


@dataclass(frozen=True)
class Months(Rising):
    """So many calendar months later, at the same time of the day; of a day that the month lacks, at the end of its last.

    Attributes
    ----------
    first
        The ordinal of the axis's first day.
    """

    first: int

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return int(self.values(np.array([x], dtype=np.int64), amount)[0])

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        return int(self.latest_values(np.array([y], dtype=np.int64), amount)[0])

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        days, minutes = np.divmod(x, MINUTES)
        target = add_months(days + self.first, amount)
        reached: Boundaries = (target - self.first) * MINUTES
        lacking = add_months(days + self.first - 1, amount) == target
        return np.where(lacking, reached + MINUTES, reached + minutes)

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:  # noqa: ARG002
        """Return every midnight."""
        return set(range(-(-low // MINUTES) * MINUTES, high + 1, MINUTES))

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise, by bisection over the days around the way back."""
        guess = self.values(y, -amount)
        low, high = guess - 8 * MINUTES, guess + 8 * MINUTES
        while np.any(high - low > 1):
            middle = (low + high) // 2
            fits = self.values(middle, amount) <= y
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        return low


class Goes(Rising):
    """From one of some sorted places to the one that belongs to it: ``g(x) = reached[i]``, *i* the first with ``places[i] ≥ x``.

    Parameters
    ----------
    places, reached
        Both sorted.
    otherwise
        What comes after the last place.
    """

    def __init__(self, places: Sequence[int], reached: Sequence[int], otherwise: int) -> None:
        self.places = np.asarray(places, dtype=np.int64)
        self.reached = np.append(np.asarray(reached, dtype=np.int64), otherwise)

    def at(self, x: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``f(x)``."""
        return int(self.reached[np.searchsorted(self.places, x, side="left")])

    def latest(self, y: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``max{x: f(x) ≤ y}``."""
        return int(self.latest_values(np.array([y], dtype=np.int64))[0])

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:  # noqa: ARG002
        """Return what lies behind each place."""
        return {int(at) + 1 for at in self.places if low <= at < high}

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:  # noqa: ARG002
        """Return ``f(x)``, elementwise."""
        found: Boundaries = self.reached[np.searchsorted(self.places, x, side="left")]
        return found

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:  # noqa: ARG002
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        edges = np.concatenate([[-1], self.places, [_FAR]])
        found: Boundaries = edges[np.searchsorted(self.reached, y, side="right")]
        return found


class Following(Goes):
    """The first of some sorted places at or after *x*."""

    def __init__(self, places: Sequence[int], otherwise: int) -> None:
        super().__init__(places, places, otherwise)
