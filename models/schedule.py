"""A schedule: one witness to a date. And what it breaks, if it breaks anything."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from models.record import Date, Identifier, Many, Record, Text
from models.rules import Point

__all__ = ["Position", "Schedule", "Violation"]


class Position(Record):
    """Where an item lies on the axis: it occupies ``[start, finish)``, boundaries counted by the plan's clock."""

    id: Identifier
    start: int
    finish: int


class Schedule(Record):
    """The position of every item of a plan.

    Boundaries mean nothing without their axis, so the schedule says which: the calendar and its first working day.
    """

    calendar: Identifier
    first_day: Date
    positions: Many[Position]

    @cached_property
    def by_id(self) -> Mapping[str, Position]:
        """Positions by item."""
        return {position.id: position for position in self.positions}

    def boundary(self, point: Point) -> int:
        """Return the boundary of a point whose end is filled in."""
        position = self.by_id[point.item]
        return position.finish if point.end == "finish" else position.start


class Violation(Record):
    """One thing that a schedule breaks."""

    rule: str
    """The rule's id, ``duration:ITEM`` for a length, ``item:ITEM`` for a place off the axis or a hammock's ties."""
    message: Text
    """What was found and what was required, as dates."""
    working_days: int | None = None
    """By how much, where the amount is a number of working days."""
