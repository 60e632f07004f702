"""Dates as planners write them: ``2026-05-04``, ``04.05.26``, ``4 May 2026``; one that may be two days is refused with both."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Literal

from optimiser.reading.spelling.lengths import plain_text

__all__ = ["AmbiguousDateError", "DateOrder", "WrittenDate", "read_date"]

DateOrder = Literal["day-first", "month-first"]


class AmbiguousDateError(ValueError):
    """A date that is one day to some readers and another to others.

    Attributes
    ----------
    readings
        The day read day first, and the day read month first.
    """

    def __init__(self, text: str, readings: tuple[dt.date, dt.date]) -> None:
        first, second = (f"{day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}" for day in readings)
        super().__init__(f"'{text}' may be {first} or {second}")
        self.readings = readings


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A day, and the time of day where one stands beside it."""

    day: dt.date
    time: dt.time | None = None


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED: Final = {name: place for place, name in enumerate(_MONTHS, 1)} | {
    "mrz": 3, "mär": 3, "mae": 3, "mai": 5, "okt": 10, "dez": 12,
    "fév": 2, "fev": 2, "avr": 4, "juin": 6, "juil": 7, "aoû": 8, "aou": 8, "déc": 12,
    "ene": 1, "abr": 4, "ago": 8, "dic": 12,
}  # fmt: skip
"""By its first three or four letters, in English, German, French and Spanish."""
_WEEKDAYS: Final = (("mon", "mo"), ("tue", "di"), ("wed", "mi"), ("thu", "do"), ("fri", "fr"), ("sat", "sa"), ("sun", "so"))
_ROMANCE_WEEKDAYS: Final = (
    ("lun",),
    ("mar",),
    ("mer", "mié", "mie"),
    ("jeu", "jue"),
    ("ven", "vie"),
    ("sam", "sáb", "sab"),
    ("dim", "dom"),
)
"""Of French and Spanish, only where a whole date follows: ``Mar 5, 2026`` is in March."""
_WEEKDAY: Final = re.compile(r"([A-Za-zÀ-ÿ]{2,10})[.,]? +(?=\d)")
_TIME: Final = re.compile(r"[T ] ?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?( ?[AaPp]\.?[Mm]\.?)?(?: ?Uhr)?$")
_MARKS: Final = re.compile(r"(?: A)?\*?$")
"""What Primavera puts behind a date: an actual one, and one that a constraint holds."""
_ISO: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_NUMBERS: Final = re.compile(r"(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4}|\d{2})")
_WORDS: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[- ]*([A-Za-zÀ-ÿ]{3,9})\.?[-, ]*(\d{4}|\d{2})", re.IGNORECASE)
_WORDS_FIRST: Final = re.compile(r"([A-Za-zÀ-ÿ]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})", re.IGNORECASE)


def read_date(text: str, order: DateOrder | None = None) -> WrittenDate:
    """Read a date: ``2026-05-04``, ``04.05.2026``, ``4 May 2026``, ``Mo 04.05.26 08:00``; ``04/05/2026`` only with an order.

    Points between the numbers put the day first; slashes and hyphens may mean either, unless the day is above twelve or the
    weekday beside it decides.

    Parameters
    ----------
    order
        Which number comes first where the text does not say.

    Raises
    ------
    AmbiguousDateError
        If two days may be meant and no order was given.
    ValueError
        If the text is no date.
    """
    text = plain_text(text)
    rest, time = _MARKS.sub("", text), None
    if clock := _TIME.search(rest):
        time = _time(clock, text)
        rest = rest[: clock.start()].strip()
    weekday = None
    if (named := _WEEKDAY.match(rest)) and (weekday := _weekday(named[1], rest[named.end() :])) is not None:
        rest = rest[named.end() :]
    days = _days(rest, text, order)
    if weekday is not None:
        fitting = [day for day in days if day.weekday() == weekday]
        if not fitting:
            message = f"'{text}' is not on that weekday: {days[0]} is a {days[0]:%A}"
            raise ValueError(message)
        days = fitting
    if len(days) > 1:
        raise AmbiguousDateError(text, (days[0], days[1]))
    return WrittenDate(days[0], time)


def _days(rest: str, text: str, order: DateOrder | None) -> list[dt.date]:
    """Return the days that a text may mean, the day-first one first."""
    if found := _ISO.fullmatch(rest):
        return [_day(int(found[1]), int(found[3]), int(found[4]), text)]
    if found := _WORDS.fullmatch(rest):
        return [_day(_year(found[3]), _month(found[2], text), int(found[1]), text)]
    if found := _WORDS_FIRST.fullmatch(rest):
        return [_day(_year(found[3]), _month(found[1], text), int(found[2]), text)]
    found = _NUMBERS.fullmatch(rest)
    if found is None:
        message = f"expected a date such as 2026-05-04, 04.05.2026 or 4 May 2026, got '{text[:60]}'"
        raise ValueError(message)
    first, second, year = int(found[1]), int(found[3]), _year(found[4])
    if found[2] == "." or first > _LAST_MONTH or (order == "day-first" and second <= _LAST_MONTH) or first == second:
        return [_day(year, second, first, text)]
    if second > _LAST_MONTH or order == "month-first":
        return [_day(year, first, second, text)]
    return [_day(year, second, first, text), _day(year, first, second, text)]


_LAST_MONTH: Final = 12


def _year(text: str) -> int:
    """Return a year, one of two figures in this century."""
    return int(text) + (2000 if len(text) == 2 else 0)


def _month(word: str, text: str) -> int:
    """Return the number of a month by its name."""
    month = _NAMED.get(word[:3].lower()) or _NAMED.get(word[:4].lower())
    if month is None:
        message = f"expected a date such as 4 May 2026, got '{text[:60]}': '{word}' is no month"
        raise ValueError(message)
    return month


def _weekday(word: str, behind: str) -> int | None:
    """Return the number of a weekday by its name, Monday 0; None where it is none.

    Parameters
    ----------
    behind
        What stands behind it.
    """
    low = word.lower()
    if _NUMBERS.fullmatch(behind) or _WORDS.fullmatch(behind) or _ISO.fullmatch(behind):
        for day, names in enumerate(_ROMANCE_WEEKDAYS):
            if low[:3] in names:
                return day
    return next(
        (day for day, (long, short) in enumerate(_WEEKDAYS) if low[:3] == long or low == short or _german(low, day)), None
    )


def _german(word: str, day: int) -> bool:
    """Return whether a word is the full German name of a weekday."""
    names = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
    return word == names[day]


def _day(year: int, month: int, day: int, text: str) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        message = f"'{text}' is not a day of any calendar"
        raise ValueError(message) from None


def _time(found: re.Match[str], text: str) -> dt.time:
    """Return a time of day."""
    half = (found[4] or "").strip().lower().replace(".", "")
    hour = int(found[1])
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    try:
        return dt.time(hour, int(found[2]), int(found[3] or 0))
    except ValueError:
        message = f"'{text}' has no such time of day"
        raise ValueError(message) from None
