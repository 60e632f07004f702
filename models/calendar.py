"""Calendars are data: which weekdays are worked, which days are not, and which days the list has been pinned for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from models.duration import Word
from models.moment import MINUTES
from models.provenance import Sourced
from models.record import Date, Identifier, Many, Record, Text, unless

__all__ = ["WEEKDAYS", "AlternativeWeek", "Calendar", "DayException", "Holiday", "Hours", "Shift", "Span", "Weekday"]

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


_SHIFT = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Shift(Word):
    """A worked period of a day, ``08:00-12:00``; one that ends no later than it begins ends on the next day.

    Attributes
    ----------
    begin, end
        Minutes from the day's midnight; an end above 1,440 lies on the next day.
    """

    begin: int
    end: int

    pattern: ClassVar[str] = r"^([01][0-9]|2[0-4]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$"
    example: ClassVar[str] = "08:00-12:00"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"08:00-12:00"``.

        Raises
        ------
        ValueError
            If the text is not two times of a day.
        """
        found = _SHIFT.fullmatch(text)
        begin, end = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (MINUTES, 0)
        if begin >= MINUTES or end > MINUTES:
            message = f"expected a worked period such as '08:00-12:00', got {text!r}"
            raise ValueError(message)
        return cls(begin, end if end > begin else end + MINUTES)

    def __str__(self) -> str:
        end = self.end if self.end <= MINUTES else self.end - MINUTES
        return f"{self.begin // 60:02}:{self.begin % 60:02}-{end // 60:02}:{end % 60:02}"


Hours = dict[Weekday, Many[Shift]]
"""The worked periods of each weekday; a day without any is a day off."""


class DayException(Record):
    """Days, both ends included, on which other periods are worked than in the week; none: days off."""

    first: Date
    last: Date
    shifts: Many[Shift] = ()
    title: Text | None = None


class AlternativeWeek(Record):
    """A week that takes the usual one's place between two days, both included. A weekday not named is worked as usual."""

    first: Date
    last: Date
    hours: Hours
    title: Text | None = None


class Holiday(Record):
    """A day on which nobody on the calendar works."""

    day: Date
    title: Text


class Calendar(Sourced):
    """The working days of a set of people, on a minute plan also their hours.

    A day is worked by the last exception that holds it, else by the first alternative week that names it, else by the week;
    holidays and blackouts are exceptions without work, before those listed as such. Where a calendar has a base, the base's exceptions and holidays
    stand behind its own, and weekdays that it does not name are worked as the base works them.

    Attributes
    ----------
    covers
        The days for which the list is known. Any date outside is an error, never silently a working day.
    version
        Names the pinned list of holidays, so that a later list is a different calendar.
    """

    id: Identifier
    title: Text
    weekdays: Many[Weekday] = ()
    """Days that are worked, without hours the whole of them. May be left out where there are hours, or a base."""
    covers: Span
    holidays: Many[Holiday] = ()
    blackouts: Many[Span] = ()
    """Runs of days on which work is suspended, as over a holiday."""
    version: Text | None = None
    hours: Hours | None = unless(None)
    exceptions: Many[DayException] = unless(())
    weeks: Many[AlternativeWeek] = unless(())
    base: Identifier | None = unless(None)
    within: Many[Identifier] = unless(())
    """Other calendars, by whose work it is bounded: time is worked only where all of them work too."""

    @property
    def timed(self) -> bool:
        """Whether it says more than which days are worked: of a day plan it would say too much."""
        return bool(self.hours is not None or self.exceptions or self.weeks or self.base or self.within)

    @property
    def adds_nothing(self) -> bool:
        """Whether it is worked as its base is, being bounded by no other calendar."""
        said = (self.weekdays, self.hours, self.holidays, self.blackouts, self.exceptions, self.weeks, self.within)
        return self.base is not None and not any(said)

    @model_validator(mode="before")
    @classmethod
    def _weekdays_of_hours(cls, fields: Any) -> Any:
        """Take the weekdays from the hours, where only these are stated."""
        if isinstance(fields, dict) and isinstance(fields.get("hours"), dict) and not fields.get("weekdays"):
            return {**fields, "weekdays": [day for day in WEEKDAYS if fields["hours"].get(day)]}
        return fields

    @model_validator(mode="after")
    def _works(self) -> Self:
        if not (self.weekdays or self.timed):
            message = "expected at least one weekday on which somebody works"
            raise ValueError(message)
        return self
