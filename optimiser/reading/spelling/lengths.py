"""Lengths of time as planners write them, in English, German, French or Spanish: ``15d``, ``3 Wochen``, ``2 mois``, ``2 ed``, ``-1.5 w``, ``50%``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from models.duration import Duration
from models.faults import maybe

__all__ = ["LengthUnit", "WrittenLength", "is_nothing", "plain_text", "read_length"]

LengthUnit = Literal["min", "h", "d", "w", "mo", "%"]

_SPACES: Final = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_UNSEEN: Final = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]|[^\s -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOTHING: Final = {"", "-", "–", "—", "na", "n/a", "nv", "k.a.", "none", "keine", "kein"}


def plain_text(text: str) -> str:
    """Return text with every kind of space as one space, none at its ends, and without signs that nobody sees."""
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()


def is_nothing(text: str) -> bool:
    """Return whether a cell says that there is nothing: empty, a dash, ``NA``, MS Project's German ``NV``."""
    return plain_text(text).lower() in _NOTHING


@dataclass(frozen=True, slots=True)
class WrittenLength:
    """A length of time, or a share of one, as somebody wrote it.

    Attributes
    ----------
    amount
        How many, exactly; negative for a lead.
    unit
        ``%`` of a predecessor's duration, which only a lag may be.
    elapsed
        Whether days off count too.
    estimated
        Whether it carries the question mark of an estimate.
    text
        The words.
    """

    amount: Fraction
    unit: LengthUnit
    elapsed: bool
    estimated: bool
    text: str

    def on_days(self, days_a_week: int) -> Duration:
        """Return the length in the units of a plan of days.

        Days are working days, weeks as many of them as a week has, months calendar months; elapsed ones are calendar days.

        Parameters
        ----------
        days_a_week
            Working days of a week of the plan's calendar.

        Raises
        ------
        ValueError
            If it is hours, minutes or a share, or no whole number of days.
        """
        if self.unit == "%":
            message = f"'{self.text}' is a share of the predecessor's duration, and a plan of days has lags in days; maybe write the days"
            raise ValueError(message)
        if self.unit in ("h", "min"):
            hours = self.amount / (60 if self.unit == "min" else 1)
            advice = f"'{hours / 8} d', at 8 hours a day" if hours % 8 == 0 else "round it to days, such as '1 d'"
            message = f"'{self.text}' is hours or minutes, and this is a plan of days; maybe {advice}"
            raise ValueError(message)
        many: dict[str, int] = {"d": 1, "w": 7 if self.elapsed else days_a_week, "mo": 1}
        amount = self.amount * many[self.unit]
        unit: Literal["wd", "cd", "mo"] = "mo" if self.unit == "mo" else "cd" if self.elapsed else "wd"
        if amount.denominator != 1:
            nearest = -(-amount.numerator // amount.denominator)
            what = "months" if unit == "mo" else "days"
            exact = "" if self.unit == "d" or unit == "mo" else f" ({float(amount):g} days)"
            message = f"'{self.text}'{exact} is no whole number of {what}; maybe '{nearest} {unit}'"
            raise ValueError(message)
        if abs(amount) > MOST_DAYS:
            message = f"'{self.text}' is longer than {MOST_DAYS:,} {unit}; maybe a unit or a digit is too much"
            raise ValueError(message)
        return Duration(int(amount), unit)

    @property
    def of_minutes(self) -> bool:
        """Whether only a plan of minutes can say it: hours, minutes, and shares of a predecessor."""
        return self.unit in ("h", "min", "%") and self.amount != 0

    def on_minutes(self, days_a_week: int, day_minutes: int) -> Duration:
        """Return the length in the units of a plan of minutes, in the largest that holds it whole.

        Parameters
        ----------
        days_a_week
            Working days of a week of the plan's calendar.
        day_minutes
            Worked minutes of a working day.

        Raises
        ------
        ValueError
            If it is no whole number of minutes, months or per cent.
        """
        if self.unit == "%":
            return Duration(self._counted(self.amount, "per cent"), "e%" if self.elapsed else "%")
        if self.unit == "mo":
            return Duration(self._counted(self.amount, "months"), "mo")
        day = 1440 if self.elapsed else day_minutes
        week = 7 if self.elapsed else days_a_week
        minutes = self.amount * {"min": 1, "h": 60, "d": day, "w": week * day}[self.unit]
        if abs(minutes) > MOST_DAYS * 1440:
            message = f"'{self.text}' is longer than {MOST_DAYS:,} days; maybe a unit or a digit is too much"
            raise ValueError(message)
        if self.unit in ("d", "w") and minutes % day == 0:
            return Duration(int(minutes / day), "cd" if self.elapsed else "wd")
        if not self.elapsed and minutes % 60 == 0:
            return Duration(int(minutes / 60), "h")
        return Duration(self._counted(minutes, "minutes"), "emin" if self.elapsed else "min")

    def _counted(self, amount: Fraction, what: str) -> int:
        if amount.denominator != 1:
            message = f"'{self.text}' is no whole number of {what}; maybe round it"
            raise ValueError(message)
        return int(amount)


MOST_DAYS: Final = 36_525
"""Days of a length beyond which it is a mistake: a hundred years."""

_UNITS: Final[dict[str, tuple[LengthUnit, bool]]] = {
    **dict.fromkeys(("min", "mins", "minute", "minutes", "minuten"), ("min", False)),
    **dict.fromkeys(
        ("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "heure", "heures", "hora", "horas"), ("h", False)
    ),
    **dict.fromkeys(("d", "dy", "dys", "day", "days", "t", "tag", "tage", "tagen", "wd", "at"), ("d", False)),
    **dict.fromkeys(("j", "jour", "jours", "día", "días", "dia", "dias"), ("d", False)),
    **dict.fromkeys(("workingday", "workingdays", "workday", "workdays", "businessdays", "arbeitstag"), ("d", False)),
    "arbeitstage": ("d", False),
    **dict.fromkeys(
        ("w", "wk", "wks", "week", "weeks", "woche", "wochen", "sem", "semaine", "semaines", "semana", "semanas"), ("w", False)
    ),
    **dict.fromkeys(("mo", "mon", "mons", "month", "months", "monat", "monate", "monaten"), ("mo", False)),
    **dict.fromkeys(("mois", "mes", "meses"), ("mo", False)),
    **dict.fromkeys(("cd", "calendarday", "calendardays", "kalendertag", "kalendertage"), ("d", True)),
    "%": ("%", False),
    "percent": ("%", False),
}
_ELAPSED: Final = re.compile(r"(?:elapsed|fortlaufende|e|f)(?=[a-z%])")
_LENGTH: Final = re.compile(r"([+-]?) ?(\d{1,7}(?:[.,]\d{1,4})?|[.,]\d{1,4}) ?([A-Za-zÀ-ÿ%. ]*?)\.?( ?\?)?")


def read_length(text: str, *, bare: LengthUnit | None = None) -> WrittenLength:
    """Read a length: ``15d``, ``3 weeks``, ``2 Monate``, ``4h``, ``-1 ed``, ``50%``, ``5 Tage?``.

    Parameters
    ----------
    bare
        The unit of a number that stands alone; None where it needs one.

    Raises
    ------
    ValueError
        If the text is no length, or one of two, with what was expected.
    """
    text = plain_text(text)
    expected = f"expected a length such as '15d', '3w' or '2 mo', got '{text[:60]}'"
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise ValueError(expected)
    number = found[2].replace(",", ".")
    whole, _, behind = number.partition(".")
    if len(behind) == 3 and whole not in ("", "0"):
        message = f"'{text}' may be {whole}{behind} or {float(number):g}; maybe write '{whole}{behind}{found[3]}'"
        raise ValueError(message)
    word = found[3].lower().replace(" ", "").replace(".", "")
    unit, elapsed = _unit(word, bare, text, expected)
    amount = Fraction(number if whole else f"0{number}") * (-1 if found[1] == "-" else 1)
    return WrittenLength(amount, unit, elapsed, found[4] is not None, text)


def _unit(word: str, bare: LengthUnit | None, text: str, expected: str) -> tuple[LengthUnit, bool]:
    """Return what a unit is, and whether it is elapsed."""
    if not word:
        if bare is None:
            message = f"'{text}' has no unit; maybe '{text}d'"
            raise ValueError(message)
        return bare, False
    if word in _UNITS:
        return _UNITS[word]
    elapsed = _ELAPSED.match(word)
    rest = word[elapsed.end() :] if elapsed else word
    if elapsed and rest in _UNITS:
        return _UNITS[rest][0], True
    if rest == "m":
        message = f"'{text}' may be months or minutes; maybe '{text[:-1].strip()} mo' or '{text[:-1].strip()} min'"
        raise ValueError(message)
    message = f"{expected}{maybe(word, _UNITS).replace('. Maybe', '; maybe the unit').removesuffix('.')}"
    raise ValueError(message)
