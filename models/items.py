"""The items of a plan: work with a duration, events, and bars whose ends are tied to other items."""

from __future__ import annotations

from typing import Literal

from models.duration import Duration, DurationTerm, SwitchTerm
from models.provenance import Sourced
from models.record import Date, Identifier, Record, Text
from models.rules import Flexibility, Point
from models.terms import Term

__all__ = ["Activity", "Hammock", "Item", "Milestone", "Phase", "Published"]


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

    def points(self) -> tuple[Point, Point]:
        """Return the start and the finish."""
        return Point(self.id, "start"), Point(self.id, "finish")

    def terms(self) -> tuple[Term, ...]:
        """Return the length."""
        return (Term(("duration",), self.duration, "length", "network", 0),)


class Milestone(ItemRecord):
    """An event: one boundary between two working days.

    ``opens`` shows it as the morning of the first day after the boundary, ``closes`` as the evening of the last day
    before it.
    """

    shown: Literal["opens", "closes"]


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


Item = Activity | Milestone | Hammock
