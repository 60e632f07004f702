"""The items of a plan: work with a duration, events, and bars whose ends are tied to other items."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from models.duration import Duration, DurationTerm, SwitchTerm
from models.progress import Assignment, Pin, Progress
from models.provenance import Sourced
from models.record import Date, Identifier, Many, Record, Text, unless
from models.rules import Flexibility, Point
from models.terms import Term

__all__ = ["Activity", "Hammock", "Item", "Milestone", "Phase", "Published", "Summary"]


class Phase(Record):
    """A group of items, in the order in which a reader expects them."""

    id: Identifier
    title: Text


class Published(Record):
    """The row of a published table that an item stands for. To compare with, never an input."""

    row: int
    start: Date
    finish: Date
    stated: Text
    """The duration as printed in the source."""


class ItemRecord(Sourced):
    """What all items have in common."""

    id: Identifier
    """Short, stable, speakable."""
    title: Text
    phase: Identifier | None = None
    owner: Text | None = None
    involved: Text | None = None
    published: Published | None = None


class Activity(ItemRecord):
    """Work: it occupies ``[start, start + duration)``.

    A duration in working days counts days of the activity's own calendar (the plan's base calendar where it has none);
    an activity with a calendar of its own starts only on a day worked there. A duration in calendar days or months
    runs from the morning of the start to the morning that many days or months later (next working morning).

    ``b(finish) = b(start) + duration``. With ``enabled: false`` the length is free, ``b(finish) ≥ b(start)``: the work
    may shrink to nothing or stretch as far as it must, and starts on any day.

    On a minute plan ``b(finish) = b(start) ⊕ duration`` on its own calendar, ``b(start)`` where that works; what assignments,
    progress and pins make of it their classes say (`models.progress`).
    """

    duration: DurationTerm
    enabled: SwitchTerm = True
    """The switch of the duration, named ``duration:ID`` in scenarios and conflicts."""
    calendar: Identifier | None = None
    placement: Literal["earliest", "as-late-as-possible"] = "earliest"
    """``as-late-as-possible`` is placed after every other item is fixed, and moves none of them."""
    flexibility: Flexibility | None = None
    buffer: bool = False
    """Whether it is contingency: length in the plan, none in a simulation."""
    assignments: Many[Assignment] = unless(())
    """Who works on it: where there are any, the latest of them decides when it finishes."""
    progress: Progress | None = unless(None)
    pin: Pin | None = unless(None)
    delay: Duration | None = unless(None)
    """Minutes of the clock (``emin``) by which levelling has put it off, after all rules."""

    def points(self) -> tuple[Point, Point]:
        """Return the start and the finish."""
        return Point(self.id, "start"), Point(self.id, "finish")

    def stated_terms(self) -> tuple[Term, ...]:
        """Return every number of the item: its planned length, whatever its progress, and its remaining duration."""
        planned = Term(("duration",), self.duration, "length", "network", 0)
        left = None if self.progress is None else self.progress.left
        return (planned,) if left is None else (planned, Term(("progress", "remaining"), left, "length", "network", 0))

    def terms(self) -> tuple[Term, ...]:
        """Return the length: of work that has begun what is left of it, of finished work nothing, as no number moves a fact."""
        done = self.progress
        return self.stated_terms()[:1] if done is None or not done.begun else self.stated_terms()[1:]


class Milestone(ItemRecord):
    """An event: one boundary between two working days.

    ``opens`` shows it as the morning of the first day after the boundary, ``closes`` as the evening of the last day
    before it. On a minute plan both are the same moment; where its calendar does not work, ``opens`` goes on to the next
    worked minute, and ``closes`` stays where work has just ended and else goes on too.
    """

    shown: Literal["opens", "closes"]
    calendar: Identifier | None = unless(None)
    progress: Progress | None = unless(None)
    pin: Pin | None = unless(None)
    delay: Duration | None = unless(None)
    """Minutes of the clock (``emin``) by which levelling has put it off, after all rules."""
    placement: Literal["earliest", "as-late-as-possible"] = unless("earliest")
    """As of an activity."""


class Hammock(ItemRecord):
    """A bar whose length is an output: ``b(start) = b(starts_with) ⊕ start_lag``,
    ``b(finish) = max(b(start), b(finishes_with) ⊕ finish_lag)``.

    Nothing waits for a hammock but another hammock: no rule may name one. In ``starts_with`` a point without an end means
    the start, in ``finishes_with`` the finish. Ties that lead off the plan's axis give the hammock no place, and move
    nothing; nor has one a place that is tied to such a hammock.
    """

    starts_with: Point
    finishes_with: Point
    start_lag: DurationTerm = Duration(0, "wd")
    finish_lag: DurationTerm = Duration(0, "wd")

    def terms(self) -> tuple[Term, ...]:
        """Return the lags; nothing waits for a hammock, so none of them moves a date."""
        return (
            Term(("start_lag",), self.start_lag, "lag", 1, own=False),
            Term(("finish_lag",), self.finish_lag, "lag", 1, own=False),
        )

    def ties(self) -> tuple[Point, Point]:
        """Return the points that the start and the finish are tied to, each with its end filled in."""
        first, last = self.starts_with, self.finishes_with
        return (
            first if first.end else Point(first.item, "start"),
            last if last.end else Point(last.item, "finish"),
        )


class Summary(ItemRecord):
    """What spans others: ``b(start) = min b(start of p)``, ``b(finish) = max b(finish of p)`` over the points *p* in ``of``.

    An item without an end gives both of its own; ``X.start`` counts among the starts alone, ``X.finish`` among the finishes.
    What waits for a summary waits for its own ends; what a summary waits for each item waits for of which it spans both ends.
    A pinned one stays where it is pinned, whatever it spans: nothing is held by what it waits for, but all that it spans
    and nothing else places starts no earlier.
    """

    of: Many[Point] = Field(min_length=1)
    calendar: Identifier | None = None
    """Counts lags to and from it; the plan's where nothing is said."""
    pin: Pin | None = None

    @model_validator(mode="after")
    def _both_ends(self) -> Self:
        if not self.starts() or not self.finishes():
            message = "expected at least one start and one finish among the points that it spans"
            raise ValueError(message)
        if self.pin and (self.pin.start is None or self.pin.finish is None):
            message = "a summary is pinned at both ends; expected 'start' and 'finish'"
            raise ValueError(message)
        return self

    def starts(self) -> tuple[Point, ...]:
        """Return the points of which the first is its start."""
        return tuple(Point(point.item, "start") for point in self.of if point.end != "finish")

    def finishes(self) -> tuple[Point, ...]:
        """Return the points of which the last is its finish."""
        return tuple(Point(point.item, "finish") for point in self.of if point.end != "start")

    def members(self) -> tuple[str, ...]:
        """Return the items of which it spans both ends."""
        return tuple(point.item for point in self.of if point.end is None)


Item = Activity | Milestone | Hammock | Summary
