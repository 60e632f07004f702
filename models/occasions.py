"""Occasions: the dates on which something can happen, listed or by a pattern."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.record import Date, Many, Record

__all__ = ["Occasions", "Pattern"]


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
