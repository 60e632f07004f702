"""Meter points that move: the rule of migration, the shares that it moves and the steps of its pace."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.calendar import Span
from models.duration import AmountTerm
from models.record import Date, Identifier, Many, Record, Text
from models.rule import Point, RuleRecord
from models.terms import Term

__all__ = ["Migration", "MovedShare", "PaceStep", "ReadyShare"]


class ReadyShare(Record):
    """A share of all meter points that can migrate from a point on."""

    at: Point
    share: Annotated[float, Field(gt=0, le=100)]
    """Of all meter points, in per cent, to two places."""
    title: Text | None = None
    """Whose they are: a party, a segment."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Thousands that can be moved of it on a day, and once more of what comes back of it; no limit of its own where left out."""
    parties: Annotated[int, Field(ge=0)] = 1
    """How many suppliers it is the meter points of; none where it is a part of those counted with other shares."""
    checks: Annotated[int, Field(ge=0)] = 0
    """Working days of the base calendar between its last meter point and the end."""


class PaceStep(Record):
    """From the morning of a day on, so many per cent of the limit can be moved.

    The day is a date, or so many working days of the base calendar after the morning on which the first share is ready.
    """

    since: Date | None = None
    from_start: Annotated[int, Field(ge=0)] | None = None
    percent: Annotated[int, Field(ge=0, le=1000)]

    @model_validator(mode="after")
    def _one_day(self) -> Self:
        if (self.since is None) == (self.from_start is None):
            message = "expected either 'since', a date, or 'from_start', working days from the first share on"
            raise ValueError(message)
        return self


@dataclass(frozen=True, slots=True)
class MovedShare:
    """What is moved of one share, the first time or once more.

    Attributes
    ----------
    point
        The point at which it is ready, its end filled in.
    delay
        Working days of the base calendar from there to when it can be moved.
    work, most
        All of it, and the most of it on a day, in millionths of a thousand meter points; None for no limit of its own.
    checks
        Working days of the base calendar between its last meter point and the end.
    """

    point: Point
    delay: int
    work: int
    most: int | None
    checks: int


class Migration(RuleRecord):
    """Meter points move no faster than a limit, each share from its point on, and all of them have before ``after``.

    ``cap(t)`` is what can be moved on working day *t*: ``limit`` thousand meter points, times the per cent of the last step
    that has begun by its morning (100 before any); nothing in a moratorium but the first ``lifted``, nor on a day off of
    ``calendar``. Of a share *i*
    that is ready at ``b(i)`` no more than its own limit ``most(i)`` can be moved on a day from there on, and nothing in its
    ``checks(i)``, the last days before the end. What comes back of it is a share that is ready ``comes_back_after`` working
    days later. ``b(after) ≥`` the least *n* with, for every set *A* of shares,

        ``Σ_i∈A work(i)  ≤  Σ_t min( cap(t), Σ most(i) over i ∈ A with b(i) ≤ t < n - checks(i) )``.

    Work that can be divided fits into the days before *n* exactly if all of these hold (Gale 1957): without limits and checks
    of its own there must be, of the latest shares, no more than can still be moved. ``at`` without an end means the finish,
    ``after`` the start.
    """

    kind: Literal["migration"]
    after: Point
    meter_points: Annotated[int, Field(ge=1, le=500_000)]
    """All of them, in thousands."""
    limit: AmountTerm
    """Thousands that all parties together can move on a day."""
    ready: Annotated[Many[ReadyShare], Field(min_length=1)]
    steps: Many[PaceStep] = ()
    """A ramp, or a limit that falls, as parts of ``limit``: they keep their shape where it is varied."""
    moratoria: Many[Span] = ()
    lifted: AmountTerm = 0
    """How many of the moratoria, the first of them first, are lifted."""
    calendar: Identifier | None = None
    """On whose working days meter points move; the plan's base calendar where left out."""
    comes_back: Annotated[int, Field(ge=0, le=100)] = 0
    """Per cent of what is moved that must be moved once more."""
    comes_back_after: Annotated[int, Field(ge=0)] = 0
    """Working days of the base calendar from when a share is ready to when what comes back of it can be moved."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        """Ask for shares that sum to all meter points, steps in date order, and distinguishable limits and checks."""
        shares = [entry.share for entry in self.ready]
        rough = [share for share in shares if abs(round(share * 100) - share * 100) > 1e-6]
        whole = sum(round(share * 100) for share in shares)
        begins = [(step.from_start or 0) if step.since is None else step.since.toordinal() for step in self.steps]
        relative = [step for step in self.steps if step.since is None]
        if rough:
            message = f"expected shares in per cent to two places, got {rough[0]}"
        elif whole != 100 * 100:
            message = f"the shares come to {whole / 100:g} %; expected 100 %"
        elif relative and len(relative) < len(self.steps):
            message = "steps count from dates or from the first share; expected one of the two for all of them"
        elif any(later <= earlier for earlier, later in pairwise(begins)):
            message = "steps run forward in time; expected each after the one before it"
        elif relative and (begins[0] or any(later.percent < earlier.percent for earlier, later in pairwise(relative))):
            message = "a pace that begins with the first share can only rise; expected a first step from_start 0 and no fall"
        elif any(entry.limit for entry in self.ready) and len({entry.checks for entry in self.ready}) > 1:
            message = "shares have limits of their own and checks that differ; expected one of the two"
        else:
            return self
        raise ValueError(message)

    def points(self) -> tuple[Point, ...]:
        """Return the points at which shares become ready, then the point constrained."""
        return (*(entry.at.with_end("finish") for entry in self.ready), self.after.with_end("start"))

    def terms(self) -> tuple[Term, ...]:
        """Return the limit, and how many moratoria are lifted: more can only hasten."""
        limit = Term(("limit",), self.limit, "rate", -1, 1)
        if not self.moratoria and self.lifted == 0:
            return (limit,)
        return limit, Term(("lifted",), self.lifted, "count", -1, 0, len(self.moratoria), own=False)

    def parts(self) -> tuple[tuple[int, MovedShare], ...]:
        """Return the shares to move, a returning share once for each of its moves, each with its place in the rule."""
        rounds = [(0, 100), (self.comes_back_after, self.comes_back)] if self.comes_back_after else [(0, 100 + self.comes_back)]
        points = self.points()
        return tuple(
            (
                place,
                MovedShare(
                    point=points[place],
                    delay=delay,
                    work=round(entry.share * 100) * self.meter_points * percent,
                    most=None if entry.limit is None else entry.limit * 100**3,
                    checks=entry.checks,
                ),
            )
            for place, entry in enumerate(self.ready)
            for delay, percent in rounds
            if percent
        )

    def shares(self) -> tuple[MovedShare, ...]:
        """Return the shares to move, with shares that differ in size alone added up."""
        parts = [part for _, part in self.parts()]
        sizes: dict[tuple[Point, int, int], int] = {}
        for part in parts:
            if part.most is None:
                alike = part.point, part.delay, part.checks
                sizes[alike] = sizes.get(alike, 0) + part.work
        together = (MovedShare(point, delay, work, None, checks) for (point, delay, checks), work in sizes.items())
        return (*(part for part in parts if part.most is not None), *together)

    def room(self, day: dt.date, limit: int, elapsed: int, lifted: int) -> int:
        """Return what can be moved on a working day, in the unit of shares, so many days after the first share was ready."""
        if any(span.first <= day <= span.last for span in self.moratoria[lifted:]):
            return 0
        begun = (step.percent for step in reversed(self.steps) if (step.from_start or 0) <= elapsed)
        if self.steps and self.steps[0].since is not None:
            begun = (step.percent for step in reversed(self.steps) if step.since is not None and step.since <= day)
        return limit * next(begun, 100) * 100 * 100
