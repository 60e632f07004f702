"""Values stated by how much they differ from the one at hand: ``+3mo``, ``-10 wd``, ``-20%``, ``+2``.

A sign in front makes a value relative; an equals sign in front, as in ``=-3 wd``, lets a negative one be stated as it is.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from models.duration import Duration, Value, parse_value, print_value
from models.plan import Plan
from optimiser.errors import BeyondHorizonError

if TYPE_CHECKING:
    from optimiser.clock import Clock

__all__ = ["Setting", "is_relative", "read_setting", "stated_text"]

_RELATIVE: Final = re.compile(r"([+-])\s*(\d{1,6}(?:\.\d{1,6})?)\s*(%|[A-Za-z]*)")
_MEANT: Final = {"d": "wd", "day": "wd", "days": "wd", "m": "mo", "month": "mo", "months": "mo", "percent": "%", "pc": "%"}
MOST: Final = 999_999
"""The greatest length or count that a change may lead to: as many digits as a length has in a file."""
_MONTH: Final = Fraction(1461, 48)
"""Calendar days of a month, over four years."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that somebody sets.

    Attributes
    ----------
    value
        What it is set to.
    asked
        How much it was to change, such as ``+3 mo``; None where the value itself was stated.
    rounded
        How that was made a whole number of its unit, where it was not one.
    """

    value: Value
    asked: str | None = None
    rounded: str | None = None


def is_relative(text: str) -> bool:
    """Return whether a text says by how much a value changes, rather than what it is."""
    return re.match(r"\s*[+-]\s*\.?\d", text) is not None


def stated_text(value: Value) -> str:
    """Print a value so that `read_setting` reads it as it is, whatever its sign."""
    text = print_value(value)
    return f"={text}" if text.startswith("-") else text


def read_setting(text: str, held: Value, plan: Plan) -> Setting:
    """Read a value, which may be relative to the one at hand.

    Parameters
    ----------
    text
        ``304 wd``, ``2024-02-07``, ``12``, ``true``, ``none``; or relative: ``+3mo``, ``-10wd``, ``+14cd`` of a length or a
        date, ``-20%`` of a length or a count, ``+2`` of a count.
    held
        The value at hand.
    plan
        Whose base calendar counts the working days.

    Raises
    ------
    ValueError
        If it is none of these, or cannot be reckoned from the value at hand.
    """
    text = text.strip()
    if text.startswith("=") or not is_relative(text):
        # A length may be written without its space, as a change may.
        return Setting(parse_value(re.sub(r"(?<=\d)(?=(wd|cd|mo)$)", " ", text.removeprefix("=").strip())))
    found = _RELATIVE.fullmatch(text)
    unit = found[3].lower() if found else ""
    if found is None or unit not in ("", "wd", "cd", "mo", "%"):
        meant = _MEANT.get(unit)
        advice = f"; maybe '{found[1]}{found[2]}{meant}'" if found and meant else ""
        if found and unit in ("w", "week", "weeks") and "." not in found[2]:
            advice = f"; maybe '{found[1]}{7 * int(found[2])}cd'"
        message = f"expected a change such as '+10wd', '+14cd', '+3mo', '-20%' or '+2', got '{text}'{advice}"
        raise ValueError(message)
    size = Fraction(found[2]) * (-1 if found[1] == "-" else 1)
    if isinstance(held, Duration) and held.amount < 0 and found[1] == "-" and unit != "%":
        lower = print_value(Duration(held.amount + int(size), held.unit))
        message = f"'{text}' may be a value or a change, as it is {held} now; maybe '={lower}' or '={_spaced(found)}'"
        raise ValueError(message)
    if unit != "%" and size.denominator != 1:
        message = f"expected a whole number, got '{text}'; only a percentage may have decimals"
        raise ValueError(message)
    setting = _changed(held, size, unit, _spaced(found), plan)
    amount = setting.value.amount if isinstance(setting.value, Duration) else setting.value
    if isinstance(amount, int) and abs(amount) > MOST:
        message = f"with '{text}' it would be {print_value(setting.value)}; expected at most {MOST}"
        raise ValueError(message)
    return setting


def _spaced(found: re.Match[str]) -> str:
    """Return what was read in one spelling: ``+3 mo``, ``-20 %``, ``+2``."""
    return f"{found[1]}{found[2]} {found[3].lower()}".strip()


def _changed(held: Value, size: Fraction, unit: str, said: str, plan: Plan) -> Setting:
    """Return a value changed by an amount of a unit.

    Raises
    ------
    ValueError
        If the unit is none that the value can be changed by.
    """
    sign = said[0]
    if isinstance(held, Duration):
        if unit == "%":
            return _share(held.amount, size, said, held.unit)
        if not unit:
            message = f"it is {held}, so a change of it has a unit; maybe '{said} {held.unit}'"
            raise ValueError(message)
        if unit == held.unit:
            return Setting(Duration(held.amount + int(size), held.unit), said)
        return _converted(held, size, unit, said, plan)
    if isinstance(held, dt.date):
        if unit not in ("wd", "cd", "mo"):
            message = f"it is the date {held}, which changes by days or months; maybe '{sign}{abs(int(size)) or 1} wd'"
            raise ValueError(message)
        return Setting(_later(held, int(size), unit, plan), said)
    if isinstance(held, bool) or held is None:
        what = "none: there is nothing to be relative to" if held is None else f"{print_value(held)}, which is on or off"
        message = f"got '{said}', but it is {what}; maybe state the value itself"
        raise ValueError(message)
    if unit == "%":
        return _share(held, size, said, None)
    if unit:
        message = f"it is the number {held}, which has no unit; maybe '{sign}{abs(int(size))}'"
        raise ValueError(message)
    return Setting(held + int(size), said)


def _share(amount: int, size: Fraction, said: str, unit: str | None) -> Setting:
    """Return an amount changed by a percentage, rounded to a whole one, halves away from nothing."""
    exact = amount * (1 + size / 100)
    decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
    whole = int(decimal.to_integral_value(ROUND_HALF_UP))
    value = whole if unit is None else Duration(whole, unit)  # type: ignore[arg-type]
    rounded = None if exact == whole else f"{round(decimal, 6).normalize():f} rounded to {print_value(value)}"
    return Setting(value, said, rounded)


def _converted(held: Duration, size: Fraction, unit: str, said: str, plan: Plan) -> Setting:
    """Return a length changed by an amount in another unit, at the average of the base calendar.

    Raises
    ------
    ValueError
        If the length is in months, of which days are no whole number.
    """
    if held.unit == "mo":
        message = f"it is {held}, and days are no whole number of months; maybe '{said[0]}1 mo', or a length in {unit}"
        raise ValueError(message)
    clock = _clock(plan)
    covers = clock.calendar.covers
    covered = (covers.last - covers.first).days + 1
    minute = Fraction(0)
    if plan.unit == "minute":
        worked = clock.worked_between(0, clock.size)
        minute = Fraction(covered, max(1, worked))
        working = 1 / (minute * plan.day_minutes)
    else:
        working = Fraction(clock.size, covered)
    days = {"wd": 1 / working, "cd": Fraction(1), "mo": _MONTH}
    days |= {"min": minute, "h": 60 * minute, "emin": Fraction(1, 24 * 60)}
    exact = size * days[unit] / days[held.unit]
    whole = int(abs(exact) + Fraction(1, 2)) * (-1 if exact < 0 else 1)
    each = f"{float(days[unit] / days[held.unit]):.4g} {held.unit} to one {unit}"
    return Setting(Duration(held.amount + whole, held.unit), said, f"{said} taken as {whole:+d} {held.unit}, at {each}")


def _later(date: dt.date, amount: int, unit: str, plan: Plan) -> dt.date:
    """Return a date changed by days or months; counted in working days it falls on one.

    Raises
    ------
    ValueError
        If it leaves the days that the base calendar covers, or any calendar.
    """
    import numpy as np

    from optimiser.clock import add_months

    try:
        if plan.unit == "minute" and (unit == "wd" or isinstance(date, dt.datetime)):
            clock = _clock(plan)
            at = clock.shift(clock.boundary(date, "opens"), Duration(amount, unit), "opens", "opens")  # type: ignore[arg-type]
            return clock.show(at, "opens")
        if unit == "wd" and amount:
            clock = _clock(plan)
            # From a day off, a day later is the next working day, and a day earlier the one before.
            return clock.show(clock.stated(date, "opens", "ceiling" if amount > 0 else "floor") + amount, "opens")
        if unit != "mo":
            return date + dt.timedelta(days=amount)
        return dt.date.fromordinal(int(add_months(np.array([date.toordinal()], dtype=np.int64), amount)[0]))
    except (BeyondHorizonError, OverflowError, ValueError) as error:
        faults = error.faults[0].message if isinstance(error, BeyondHorizonError) else "is no day of any calendar"
        message = f"{date} {amount:+d} {unit}: {faults}"
        raise ValueError(message) from None


def _clock(plan: Plan) -> Clock:
    """Return the clock that counts a plan's working days."""
    from optimiser.clock import clock_of

    return clock_of(plan)
