"""A minute of a day, as a planner's file has it: without a time zone, printed ``2026-01-05T08:00``."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final, Self

__all__ = ["MINUTES", "ORDINAL", "Moment", "date_at", "read_date"]

MINUTES: Final = 24 * 60
"""Minutes of a day."""

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_MOMENT = re.compile(r"^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::00)?$")


class Moment(dt.datetime):
    """A date with a time. Set against a plain day it is compared with that day's first minute."""

    @classmethod
    def of(cls, date: dt.date) -> Self:
        """Return a date as a moment, a plain day as its first minute; seconds are left out."""
        if isinstance(date, dt.datetime):
            return cls(date.year, date.month, date.day, date.hour, date.minute)
        return cls(date.year, date.month, date.day)

    @property
    def minutes(self) -> int:
        """Minutes since the first day that `datetime.date.toordinal` counts, day nought."""
        return self.toordinal() * MINUTES + self.hour * 60 + self.minute

    @classmethod
    def at(cls, minutes: int) -> Self:
        """Return the moment that has so many `minutes`."""
        day, rest = divmod(minutes, MINUTES)
        date = dt.date.fromordinal(day)
        return cls(date.year, date.month, date.day, rest // 60, rest % 60)

    def isoformat(self, sep: str = "T", timespec: str = "minutes") -> str:
        """Print to the minute."""
        return super().isoformat(sep, timespec)

    def __str__(self) -> str:
        return self.isoformat()

    def __lt__(self, other: dt.date) -> bool:
        return super().__lt__(_moment(other))

    def __le__(self, other: dt.date) -> bool:
        return super().__le__(_moment(other))

    def __gt__(self, other: dt.date) -> bool:
        return super().__gt__(_moment(other))

    def __ge__(self, other: dt.date) -> bool:
        return super().__ge__(_moment(other))

    def __sub__(self, other: Any) -> Any:
        return dt.datetime.__sub__(self, _moment(other) if isinstance(other, dt.date) else other)

    def __rsub__(self, other: dt.date) -> dt.timedelta:  # type: ignore[misc]  # a day lets a moment answer
        return dt.datetime.__sub__(_moment(other), self)


ORDINAL: Final = 10_000_000
"""Numbers below it are those of days, `datetime.date.toordinal`; from it on they are `minutes`."""


def date_at(number: int) -> dt.date:
    """Return the day or the moment that has a number."""
    return dt.date.fromordinal(number) if number < ORDINAL else Moment.at(number)


def _moment(date: dt.date) -> dt.datetime:
    return date if isinstance(date, dt.datetime) else dt.datetime(date.year, date.month, date.day)  # noqa: DTZ001


def read_date(text: str) -> dt.date:
    """Read ``2026-01-05`` as a day and ``2026-01-05T08:00`` as a moment.

    Raises
    ------
    ValueError
        If the text is neither, or no day of any calendar.
    """
    found = _MOMENT.fullmatch(text)
    try:
        if found:
            return Moment.of(dt.datetime.fromisoformat(found[1]))
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError as error:
        message = f"{text} is not a day of any calendar ({error})"
        raise ValueError(message) from None
    message = f"expected a date written YYYY-MM-DD, got {text!r}"
    raise ValueError(message)
