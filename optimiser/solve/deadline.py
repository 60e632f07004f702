"""The time that one question may take, all its parts together: by the wall clock, and in CP-SAT's deterministic seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import monotonic

from optimiser.encoding.answer import Limits

__all__ = ["Deadline"]

LEAST = 0.01
"""Seconds that a call of CP-SAT is given at the least: it says then that it found nothing."""


AFTERWARDS = 5
"""How many times as long as reading a plan it takes to write down its answer: spans, floats, a check of the schedule."""


@dataclass
class Deadline:
    """The remaining time of one question.

    Attributes
    ----------
    limits
        What the user allowed: seconds by the wall clock for the whole question, deterministic seconds for each part of it.
    spent
        Deterministic seconds used.
    now
        The clock.
    until
        When the question, or this part of it, must be done; None where the user set no time.
    whole
        The question that this is a part of.
    """

    limits: Limits = field(default_factory=Limits)
    spent: float = 0.0
    now: Callable[[], float] = monotonic
    until: float | None = None
    whole: Deadline | None = None

    def __post_init__(self) -> None:
        if self.until is None and self.limits.time_limit is not None:
            self.until = self.now() + self.limits.time_limit

    @property
    def over(self) -> bool:
        """Whether the seconds that the user allowed by the wall clock are gone."""
        return self.until is not None and self.now() >= self.until

    @property
    def spent_up(self) -> bool:
        """Whether the deterministic seconds are gone."""
        return self.spent >= self.limits.deterministic_time

    def rest(self) -> Deadline:
        """Return the deadline of a part that may take all that is left, of deterministic seconds too."""
        left = max(0.0, self.limits.deterministic_time - self.spent)
        return replace(self.part(), limits=replace(self.limits, deterministic_time=left))

    def part(self, parts: int = 1) -> Deadline:
        """Return the deadline of one of the remaining parts of a question: an even share of the time.

        What it does not use is left to the others. Of deterministic seconds each part may use as many as the limits say.
        """
        until = None if self.until is None else self.now() + max(0.0, self.until - self.now()) / parts
        return Deadline(self.limits, now=self.now, until=until, whole=self)

    def without_relaxations(self) -> Deadline:
        """Return the deadline of all that is left, CP-SAT searching without linear relaxations."""
        rest = self.part()
        return replace(rest, limits=replace(rest.limits, linear=False))

    def search(self, since: float) -> Deadline:
        """Return the deadline of the search: some times the seconds used since a moment, a tenth of all at most, are for the rest."""
        search = self.part()
        if search.until is not None and self.limits.time_limit is not None:
            search.until -= min(AFTERWARDS * (self.now() - since), self.limits.time_limit / 10)
        return search

    def half(self) -> Deadline:
        """Return the deadline of a part that may take half of what is left, of deterministic seconds too."""
        half = self.part(2)
        left = self.limits.deterministic_time - self.spent
        return replace(half, limits=replace(self.limits, deterministic_time=max(0.0, left / 2)))

    def call(self, most: float | None = None) -> Limits:
        """Return the limits of the next call of CP-SAT, at most so many deterministic seconds."""
        own = self.limits.deterministic_time if most is None else min(self.limits.deterministic_time, most)
        if self.whole is not None:
            own = min(own, self.limits.deterministic_time - self.spent)
        left = None if self.until is None else max(LEAST, self.until - self.now())
        return replace(self.limits, deterministic_time=max(0.0, own), time_limit=left)

    def spend(self, deterministic_time: float) -> None:
        """Note what a call of CP-SAT used."""
        self.spent += deterministic_time
        if self.whole is not None:
            self.whole.spend(deterministic_time)
