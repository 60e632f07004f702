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

from typing import Annotated, Literal

from pydantic import Field

from models.calendar import Span
from models.duration import AmountTerm, DateTerm, Duration, DurationTerm
from models.meter_points import Migration
from models.occasions import Occasions, Pattern
from models.record import Date, Identifier, Many, Record, unless
from models.rule import End, Flexibility, Point, RuleRecord
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
    "NotAfter",
    "NotBefore",
    "Occasions",
    "Pattern",
    "Point",
    "Release",
    "Rule",
    "RuleRecord",
]

LinkType = Literal["FS", "SS", "FF", "SF"]
LagCalendar = Literal["predecessor", "successor", "plan", "elapsed"]
"""Whose calendar counts the worked minutes of a lag; ``elapsed``: every minute of the clock."""


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
        return (self.at.with_end("start"),)

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
        return (self.at.with_end("finish"),)

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
        return (self.at.with_end("start"),)


class Release(RuleRecord):
    """The point happens only on an occasion: ``b(at) ∈ {boundary of d : d ∈ occasions}``.

    Each date is read by the convention of the point. ``at`` without an end means the start.
    """

    kind: Literal["release"]
    at: Point
    occasions: Occasions

    def points(self) -> tuple[Point]:
        """Return the point constrained."""
        return (self.at.with_end("start"),)


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
        return (*(point.with_end("finish") for point in self.of), self.after.with_end("start"))

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
        return tuple(point.with_end("start") for point in self.at)


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
        return self.before.with_end("finish"), self.after.with_end("start")

    def terms(self) -> tuple[Term, ...]:
        """Return the notice."""
        return (Term(("notice",), self.notice, "notice", 1, 0),)


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
