"""Functions of a minute that only ever rise, told by what they do: nothing here is as long as an axis.

Each takes an amount beside the boundary, as lags and lengths do, and knows its inverse ``latest``, so that
``f(x) ≤ y`` holds exactly when ``x ≤ latest(y)``. Between the edges of worked time, and between where it reaches these, a
function stays where it is or rises by one a minute.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from models.moment import MINUTES
from optimiser.clock.days import Boundaries, add_months
from optimiser.clock.worked import WorkedTime

__all__ = [
    "Amount",
    "Back",
    "Capped",
    "Clear",
    "Constant",
    "Elapsed",
    "Fixed",
    "Following",
    "Goes",
    "Going",
    "Highest",
    "Inverse",
    "Lowest",
    "Months",
    "Opening",
    "Rising",
    "Staying",
    "Through",
    "Worked",
    "minutes_of",
]

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


@dataclass(frozen=True)
class Constant(Rising):
    """One boundary, whatever it comes from."""

    boundary: int

    def at(self, x: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``f(x)``."""
        return self.boundary

    def latest(self, y: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``max{x: f(x) ≤ y}``: no end of it, or nothing."""
        return _FAR if y >= self.boundary else -1


_FAR = 2**40
"""As late as one likes."""


@dataclass(frozen=True)
class Capped(Rising):
    """``min(x, boundary)``."""

    boundary: int

    def at(self, x: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``f(x)``."""
        return min(x, self.boundary)

    def latest(self, y: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``max{x: f(x) ≤ y}``."""
        return _FAR if y >= self.boundary else y

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:  # noqa: ARG002
        """Return the boundary."""
        return {self.boundary} if low <= self.boundary <= high else set()


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


@dataclass(frozen=True)
class Clear(Rising):
    """Out of windows: where something that ends by ``finishes`` may not overlap ``[first, after)``, it waits for ``after``.

    Attributes
    ----------
    windows
        Sorted, apart.
    finishes
        When what begins at a boundary ends.
    """

    windows: tuple[tuple[int, int], ...]
    finishes: Rising

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        for first, after in self.windows:
            if x < after and self.finishes.at(x, amount) > first:
                x = after
        return x

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        for first, after in reversed(self.windows):
            last = self.finishes.latest(first, amount)
            if last < y < after:
                y = last
        return y

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:
        """Return the edges of windows, and of where the last start before them is."""
        edges = {edge for first, after in self.windows for edge in (self.finishes.latest(first, amount) + 1, after)}
        return {edge for edge in edges if low <= edge <= high}


@dataclass(frozen=True)
class Fixed(Rising):
    """Another function at one amount, whatever is asked."""

    of: Rising
    amount: int = 0

    @property
    def times(self) -> tuple[WorkedTime, ...]:  # type: ignore[override]
        """Those of the other."""
        return self.of.times

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:  # noqa: ARG002
        """Return those of the other."""
        return self.of.bends(low, high, self.amount)

    def at(self, x: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``f(x)``."""
        return self.of.at(x, self.amount)

    def latest(self, y: int, amount: int = 0) -> int:  # noqa: ARG002
        """Return ``max{x: f(x) ≤ y}``."""
        return self.of.latest(y, self.amount)

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:  # noqa: ARG002
        """Return ``f(x)``, elementwise."""
        return self.of.values(x, self.amount)

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:  # noqa: ARG002
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        return self.of.latest_values(y, self.amount)


class Through(Rising):
    """Functions one after another, the first first; each takes the amount that is not `Fixed`."""

    def __init__(self, *parts: Rising) -> None:
        self.parts: tuple[Rising, ...] = tuple(
            each for part in parts for each in (part.parts if isinstance(part, Through) else (part,))
        )
        self.times = tuple(dict.fromkeys(time for part in self.parts for time in part.times))

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:
        """Return the bends of every part, as far back as where the first counts from."""
        found: set[int] = set()
        first, last = low, high
        for place, part in enumerate(self.parts):
            for bend in part.bends(first, last, amount):
                at, above = bend, bend - 1
                for before in reversed(self.parts[:place]):
                    at, above = before.latest(at, amount), before.latest(above, amount)
                found |= {at, at + 1, above + 1} if place else {at}
            first, last = part.at(first, amount), part.at(last, amount)
        return {at for at in found if low <= at <= high}

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        for part in self.parts:
            x = part.at(x, amount)
        return x

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        for part in reversed(self.parts):
            y = part.latest(y, amount)
        return y

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        for part in self.parts:
            x = part.values(x, amount)
        return x

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        for part in reversed(self.parts):
            y = part.latest_values(y, amount)
        return y


class Highest(Rising):
    """The latest of several functions."""

    def __init__(self, parts: Sequence[Rising]) -> None:
        self.parts: tuple[Rising, ...] = tuple(parts)
        self.times = tuple(dict.fromkeys(time for part in self.parts for time in part.times))

    def bends(self, low: int, high: int, amount: int = 0) -> set[int]:
        """Return those of all; between them one may overtake another once."""
        return set().union(*(part.bends(low, high, amount) for part in self.parts))

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return max(part.at(x, amount) for part in self.parts)

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        return min(part.latest(y, amount) for part in self.parts)

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        found: Boundaries = np.max([part.values(x, amount) for part in self.parts], axis=0)
        return found

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        found: Boundaries = np.min([part.latest_values(y, amount) for part in self.parts], axis=0)
        return found


class Lowest(Highest):
    """The earliest of several functions."""

    def at(self, x: int, amount: int = 0) -> int:
        """Return ``f(x)``."""
        return min(part.at(x, amount) for part in self.parts)

    def latest(self, y: int, amount: int = 0) -> int:
        """Return ``max{x: f(x) ≤ y}``."""
        return max(part.latest(y, amount) for part in self.parts)

    def values(self, x: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``f(x)``, elementwise."""
        found: Boundaries = np.min([part.values(x, amount) for part in self.parts], axis=0)
        return found

    def latest_values(self, y: Boundaries, amount: Amount = 0) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, elementwise."""
        found: Boundaries = np.max([part.latest_values(y, amount) for part in self.parts], axis=0)
        return found
