"""Calendars are data: which weekdays are worked, which days are not, and which days the list has been pinned for."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.provenance import Sourced
from models.record import Date, Identifier, Many, Record, Text

__all__ = ["WEEKDAYS", "Calendar", "Holiday", "Span", "Weekday"]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Span(Record):
    """A run of calendar days, both ends included."""

    first: Date
    last: Date
    title: Text | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            message = f"the last day {self.last} is before the first day {self.first}; maybe they are swapped"
            raise ValueError(message)
        return self


class Holiday(Record):
    """A day on which nobody on the calendar works."""

    day: Date
    title: Text


class Calendar(Sourced):
    """The working days of a set of people.

    Attributes
    ----------
    covers
        The days for which the list is known. Any date outside is an error, never silently a working day.
    version
        Names the pinned list of holidays, so that a later list is a different calendar.
    """

    id: Identifier
    title: Text
    weekdays: Annotated[Many[Weekday], Field(min_length=1)]
    covers: Span
    holidays: Many[Holiday] = ()
    blackouts: Many[Span] = ()
    """Runs of days on which work is suspended, as over a holiday."""
    version: Text | None = None
