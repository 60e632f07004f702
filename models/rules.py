"""Everything that can delay something. Each kind states its inequality; `check` and `encoding` give it meaning.

Notation: every point of the plan is a boundary on the axis of working days of the plan's base calendar. ``b(p)`` is
the boundary of point *p*. An activity has two points, ``start`` and ``finish``; a milestone has one.

``b ⊕ lag`` moves a boundary. Working days add. Calendar days and months count from the *date as shown* at the first
point to a date read by the *convention of the second point*: a start or an ``opens`` milestone is shown as the morning
of the first day after the boundary, a finish or a ``closes`` milestone as the evening of the last day before it; a
morning on a non-working day is the next working morning, an evening the last working evening. The last calendar day
of a month stays the last. A lag that is not negative never ends before the boundary it counts from:
``b ⊕ lag ≥ b``. Every ``⊕`` is monotone in ``b``.

On a minute plan a boundary is a minute of the clock, and all conventions show it as the same moment. With ``W(t)`` the
minutes that a calendar has worked before *t*, ``b ⊕ d`` of *d* worked minutes is ``min{t: W(t) ≥ W(b) + d}`` for *d* above
nought, *b* for nought, and ``max{t: W(t) ≤ W(b) + d}`` below. Work starts where its own calendar works, and what a rule asks
of a finish it asks of worked time: ``b(finish) ≥ x`` is then ``W(b(finish)) ≥ W(x)``, unless the work takes no time. ``mo`` and ``cd`` move the clock's date
and keep the time; of a day that the month lacks it is the end of the month.
"""

from __future__ import annotations

import datetime as dt
import re
from abc import abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from models.calendar import Span
from models.duration import AmountTerm, DateTerm, Duration, DurationTerm, SwitchTerm, Word
from models.provenance import Authority, Sourced
from models.record import IDENTIFIER_PATTERN, Date, Identifier, Many, Record, Text, unless
from models.terms import Term

__all__ = [
    "RULE_KINDS",
    "Alignment",
    "AtLeast",
    "Blackout",
    "Capacity",
    "CapacityStep",
    "Demand",
    "Dependency",
    "End",
    "Equality",
    "Flexibility",
    "Gate",
    "LagCalendar",
    "LinkType",
    "Migration",
    "MovedShare",
    "NotAfter",
    "NotBefore",
    "Occasions",
    "PaceStep",
    "Pattern",
    "Point",
    "ReadyShare",
    "Release",
    "Rule",
    "RuleRecord",
]

End = Literal["start", "finish"]
LinkType = Literal["FS", "SS", "FF", "SF"]
LagCalendar = Literal["predecessor", "successor", "plan", "elapsed"]
"""Whose calendar counts the worked minutes of a lag; ``elapsed``: every minute of the clock."""

_POINT = re.compile(IDENTIFIER_PATTERN[:-1] + r"(?:\.(start|finish))?$")


@dataclass(frozen=True, slots=True)
class Point(Word):
    """``ITEM``, ``ITEM.start`` or ``ITEM.finish``. Where the end is left out, the rule's docstring says which is meant."""

    item: str
    end: End | None = None

    pattern: ClassVar[str] = IDENTIFIER_PATTERN[:-1] + r"(\.(start|finish))?$"
    example: ClassVar[str] = "SIT-MVC.finish"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"SIT-MVC.finish"``.

        Raises
        ------
        ValueError
            If the text is not an item's id, with or without ``.start`` or ``.finish``.
        """
        if not _POINT.fullmatch(text):
            message = f"expected an item, or 'ITEM.start' or 'ITEM.finish', got {text!r}"
            raise ValueError(message)
        item, _, end = text.partition(".")
        return cls(item, end or None)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.item}.{self.end}" if self.end else self.item


class Flexibility(Sourced):
    """How far a rule or a duration could move if somebody paid for it, and what a unit costs."""

    limit: DurationTerm | None = None
    """The furthest relaxed value (a length), for durations, lags and, as a shift, dates."""
    limit_amount: AmountTerm | None = None
    """The highest relaxed amount, for capacities."""
    cost: int = Field(ge=0, default=1)
    """Cost of one unit, in whatever one unit of money the plan uses throughout."""


class RuleRecord(Sourced):
    """What all rules have in common."""

    id: Identifier
    title: Text
    authority: Authority = "planning"
    enabled: SwitchTerm = True
    """The switch. A rule that is off constrains nothing."""
    owner: Text | None = None
    flexibility: Flexibility | None = None

    @abstractmethod
    def points(self) -> tuple[Point, ...]:
        """Return every point the rule speaks of, each with its end filled in."""

    def terms(self) -> tuple[Term, ...]:
        """Return every number that the rule holds; a rule without any is in force or it is not."""
        return ()


def _with_end(point: Point, end: End) -> Point:
    """Fill in the end that a point leaves out."""
    return point if point.end else Point(point.item, end)


class Dependency(RuleRecord):
    """A link between two items.

    ``bound: at-least`` (a minimum lag): ``b(after) ≥ b(before) ⊕ lag``;
    ``bound: at-most`` (a maximum lag): ``b(after) ≤ b(before) ⊕ lag``.
    The type names the points: FS finish to start, SS start to start, FF finish to finish, SF start to finish.
    """

    kind: Literal["dependency"]
    before: Identifier
    after: Identifier
    type: LinkType = "FS"
    lag: DurationTerm = Duration(0, "wd")
    bound: Literal["at-least", "at-most"] = "at-least"
    lag_calendar: LagCalendar | None = unless(None)
    """Whose worked minutes the lag counts on a minute plan; the plan's own choice where nothing is said."""

    def points(self) -> tuple[Point, Point]:
        """Return the point counted from and the point constrained."""
        ends: dict[str, End] = {"S": "start", "F": "finish"}
        return Point(self.before, ends[self.type[0]]), Point(self.after, ends[self.type[1]])

    def terms(self) -> tuple[Term, ...]:
        """Return the lag: a longer minimum delays, a longer maximum leaves more room."""
        return (Term(("lag",), self.lag, "lag", -1 if self.bound == "at-most" else 1),)


class NotBefore(RuleRecord):
    """``b(at) ≥ date``: the point is not shown before the date, whatever its convention. ``at`` without an end means the start.

    A date on a non-working day is read as the next working day: its morning, or its evening, as the point is shown. A date
    of ``none`` (through an assumption) constrains nothing.
    """

    kind: Literal["not-before"]
    at: Point
    date: DateTerm

    def points(self) -> tuple[Point]:
        """Return the point constrained."""
        return (_with_end(self.at, "start"),)

    def terms(self) -> tuple[Term, ...]:
        """Return the date."""
        return (Term(("date",), self.date, "date", 1),)


class NotAfter(RuleRecord):
    """``b(at) ≤ date``: the point is not shown after the date, whatever its convention. ``at`` without an end means the finish.

    A date on a non-working day is read as the last working day before it: its morning, or its evening, as the point is
    shown. A date of ``none`` (through an assumption) constrains nothing.
    """

    kind: Literal["not-after"]
    at: Point
    date: DateTerm
    soft: bool = unless(default=False)
    """Whether it is a deadline: it bounds latest dates and float, and keeps nothing from being later."""

    def points(self) -> tuple[Point]:
        """Return the point constrained."""
        return (_with_end(self.at, "finish"),)

    def terms(self) -> tuple[Term, ...]:
        """Return the date."""
        return (Term(("date",), self.date, "date", -1),)


class Alignment(RuleRecord):
    """The date shown at the point is the first, or the last, working day of its month (base calendar).

    ``b(at) ∈ {b : shown(b) is such a day}``. ``at`` without an end means the start.
    """

    kind: Literal["alignment"]
    at: Point
    to: Literal["first-working-day", "last-working-day"]

    def points(self) -> tuple[Point]:
        """Return the point constrained."""
        return (_with_end(self.at, "start"),)


class Pattern(Record):
    """Recurring dates: on a day of certain months, or every so many weeks.

    What recurs happens on working days of the plan's base calendar, whatever calendar the items have. A day on which nobody
    works moves to the last working day before it or the first after it, out of its month where need be; moved onto a day
    that is an occasion already, it counts once. What falls on, or would move to, a day that the calendar does not cover is left out.
    """

    on: (
        Annotated[
            str,
            Field(
                pattern=r"^((first|last) working day|(first|second|third|fourth|last) (mon|tue|wed|thu|fri|sat|sun)"
                r"|day ([1-9]|[12][0-9]|3[01]))$",
                examples=["last working day", "third thu", "day 15"],
            ),
        ]
        | None
    ) = None
    """A day of the month; a month that lacks the day (31 April) has no occasion. Working days are the base calendar's."""
    months: Many[Annotated[int, Field(ge=1, le=12)]] = ()
    """Months of the year; empty means every month."""
    every_weeks: Annotated[int, Field(ge=1, le=520)] | None = None
    since: Date | None = None
    """The first of the days ``every_weeks`` apart."""
    non_working: Literal["before", "after", "skip", "stay"] | None = None
    """What becomes of a day on which nobody works: it moves before or after, does not happen, or stays where it is (as a
    release on a Saturday may). Left out: ``before`` for the ``last`` day of a month, ``after`` for all others."""

    @property
    def moved(self) -> Literal["before", "after", "skip", "stay"]:
        """Return the stated treatment of a non-working day, or the default."""
        return self.non_working or ("before" if (self.on or "").startswith("last ") else "after")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        monthly = self.on is not None
        weekly = self.every_weeks is not None and self.since is not None
        if monthly == weekly or (weekly and self.months) or (monthly and (self.every_weeks or self.since)):
            message = "expected either 'on' (with 'months' if not every month), or 'every_weeks' with 'since'"
            raise ValueError(message)
        return self


class Occasions(Record):
    """The dates on which something can happen: listed, by a pattern, or both together.

    Listed dates stand as they are, on working days or not; those of a pattern lie on working days unless it says otherwise.
    """

    days: Many[Date] = ()
    pattern: Pattern | None = None
    since: Date | None = None
    """No occasion before this day, to which one may have moved."""
    until: Date | None = None
    """No occasion after this day, from which one may have moved."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.days and self.pattern is None:
            message = "expected 'days' or a 'pattern'; with neither, nothing could ever happen"
            raise ValueError(message)
        return self


class Release(RuleRecord):
    """The point happens only on an occasion: ``b(at) ∈ {boundary of d : d ∈ occasions}``.

    Each date is read by the convention of the point. ``at`` without an end means the start.
    """

    kind: Literal["release"]
    at: Point
    occasions: Occasions

    def points(self) -> tuple[Point]:
        """Return the point constrained."""
        return (_with_end(self.at, "start"),)


class Blackout(RuleRecord):
    """Nothing named happens inside a window: work may not overlap it, an event may not be shown in it.

    With ``[w, v)`` the working days of a window: for an activity ``b(finish) ≤ w`` or ``b(start) ≥ v``; for a
    milestone that ``opens``, ``b < w`` or ``b ≥ v``; that ``closes``, ``b ≤ w`` or ``b > v``. A window without a
    working day constrains nothing. (Work that merely pauses is a calendar's blackout instead.)
    """

    kind: Literal["blackout"]
    items: Annotated[Many[Identifier], Field(min_length=1)]
    windows: Annotated[Many[Span], Field(min_length=1)]

    def points(self) -> tuple[Point, ...]:
        """Return both ends of every item named."""
        ends: tuple[End, End] = ("start", "finish")
        return tuple(Point(item, end) for item in self.items for end in ends)


class Demand(Record):
    """What an item needs of a capacity while it is in progress."""

    item: Identifier
    amount: AmountTerm = 1


class CapacityStep(Record):
    """From the morning of a day on, a capacity is this much."""

    since: Date
    amount: AmountTerm


class Capacity(RuleRecord):
    """A cumulative resource: at every working day *t*, ``Σ demand of items with b(start) ≤ t < b(finish) ≤ capacity(t)``.

    ``capacity(t)`` is the amount of the last step that has begun by the morning of *t*, ``amount`` before any.
    """

    kind: Literal["capacity"]
    amount: AmountTerm
    steps: Many[CapacityStep] = ()
    demands: Annotated[Many[Demand], Field(min_length=1)]

    def points(self) -> tuple[Point, ...]:
        """Return both ends of every item that makes a demand."""
        ends: tuple[End, End] = ("start", "finish")
        return tuple(Point(demand.item, end) for demand in self.demands for end in ends)

    def terms(self) -> tuple[Term, ...]:
        """Return the numbers of the rule: capacity step by step, and each item's demand."""
        return (
            Term(("amount",), self.amount, "amount", -1, 0),
            *(
                Term(("steps", place, "amount"), step.amount, "amount", -1, 0, own=False)
                for place, step in enumerate(self.steps)
            ),
            *(
                Term(("demands", place, "amount"), demand.amount, "demand", 1, 0, own=False)
                for place, demand in enumerate(self.demands)
            ),
        )


class AtLeast(RuleRecord):
    """Enough of several points are reached: ``b(after) ≥`` the ``count``-th smallest of ``b(p) ⊕ lag`` over *p* in ``of``.

    ``count: 1`` is any, ``count`` equal to the number of points is all. ``after`` without an end means the start,
    a point in ``of`` without an end means the finish.
    """

    kind: Literal["at-least"]
    of: Annotated[Many[Point], Field(min_length=1)]
    count: AmountTerm
    after: Point
    lag: DurationTerm = Duration(0, "wd")

    def points(self) -> tuple[Point, ...]:
        """Return the points counted, then the point constrained."""
        return (*(_with_end(point, "finish") for point in self.of), _with_end(self.after, "start"))

    def terms(self) -> tuple[Term, ...]:
        """Return how many are waited for, and the lag behind each."""
        return (
            Term(("count",), self.count, "count", 1, 1, len(self.of)),
            Term(("lag",), self.lag, "lag", 1, own=False),
        )


class Equality(RuleRecord):
    """All points are one boundary: ``b(p₁) = b(p₂) = …``. A point without an end means the start."""

    kind: Literal["equality"]
    at: Annotated[Many[Point], Field(min_length=2)]

    def points(self) -> tuple[Point, ...]:
        """Return the points held together."""
        return tuple(_with_end(point, "start") for point in self.at)


class Gate(RuleRecord):
    """Work waits for an approval that is given only when a board sits.

    With ``β`` the first board day whose morning is at or after ``b(before) ⊕ notice`` (read as a morning),
    ``b(after) ≥`` the evening of ``β``. ``before`` without an end means the finish, ``after`` the start.
    """

    kind: Literal["gate"]
    before: Point
    after: Point
    board: Occasions
    notice: DurationTerm = Duration(0, "wd")

    def points(self) -> tuple[Point, Point]:
        """Return the point that waits to be approved and the point that waits for approval."""
        return _with_end(self.before, "finish"), _with_end(self.after, "start")

    def terms(self) -> tuple[Term, ...]:
        """Return the notice."""
        return (Term(("notice",), self.notice, "notice", 1, 0),)


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
        return (*(_with_end(entry.at, "finish") for entry in self.ready), _with_end(self.after, "start"))

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


Rule = Annotated[
    Dependency | NotBefore | NotAfter | Alignment | Release | Blackout | Capacity | AtLeast | Equality | Gate | Migration,
    Field(discriminator="kind"),
]

RULE_KINDS: dict[str, type[RuleRecord]] = {
    "dependency": Dependency,
    "not-before": NotBefore,
    "not-after": NotAfter,
    "alignment": Alignment,
    "release": Release,
    "blackout": Blackout,
    "capacity": Capacity,
    "at-least": AtLeast,
    "equality": Equality,
    "gate": Gate,
    "migration": Migration,
}
"""Every kind of rule by the name it has in files. A test proves that each is checked, bounded and encoded."""
