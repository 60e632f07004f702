"""Functions that bound others: constants, caps, what is clear of work, and the highest or lowest of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.clock.days import Boundaries
from optimiser.clock.rising import Amount, Rising
from optimiser.clock.worked import WorkedTime

__all__ = ["Capped", "Clear", "Constant", "Fixed", "Highest", "Lowest", "Through"]


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
