"""Lengths of time and references to assumptions, each printed in exactly one way.

``"21 wd"`` is working days, ``"28 cd"`` calendar days, ``"7 mo"`` calendar months; ``"$name"`` stands for the value of
the assumption or unknown called *name*. The space may be left out, and ``"21d"`` is read as ``"21 wd"``.
On a minute plan also ``"90 min"`` is worked minutes, ``"90 emin"`` minutes of the clock, ``"4 h"`` worked hours, and a working
day is so many worked minutes as the plan's ``day_minutes`` says; of a lag ``"50 %"`` and ``"50 e%"`` are shares of the
predecessor's length, worked or of the clock.
"""

from __future__ import annotations

import datetime as dt
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, Self, cast

from pydantic import (
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from models.moment import Moment, read_date
from models.record import IDENTIFIER_PATTERN

__all__ = [
    "MINUTE_UNITS",
    "AmountTerm",
    "DateTerm",
    "Duration",
    "DurationTerm",
    "Reference",
    "SwitchTerm",
    "Unit",
    "Value",
    "ValueField",
    "Word",
    "parse_value",
    "print_value",
]

Unit = Literal["wd", "cd", "mo", "min", "emin", "h", "%", "e%"]
MINUTE_UNITS: Final = ("min", "emin", "h", "%", "e%")
"""Units that have a meaning on a minute plan alone."""

_NUMBER = r"-?(?:0|[1-9][0-9]{0,5}) ?(?:wd|cd|mo|d|h|e?%)|-?(?:0|[1-9][0-9]{0,7}) ?e?min"
_DURATION = re.compile(_NUMBER)
_REFERENCE = re.compile(r"^\$" + IDENTIFIER_PATTERN[1:])
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:00)?)?$")


class Word(ABC):
    """A value written as one string: how pydantic reads, prints and describes it."""

    pattern: ClassVar[str] = ""
    example: ClassVar[str] = ""

    @classmethod
    @abstractmethod
    def parse(cls, text: str) -> Self:
        """Read the value from its one spelling; raise ``ValueError`` otherwise."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept an instance or its spelling; serialise to the spelling."""

        def read(value: Any) -> Word:
            if isinstance(value, cls):
                return value
            if isinstance(value, str):
                return cls.parse(value)
            message = f"expected text such as {cls.example!r}, got {value!r}"
            raise ValueError(message)

        return core_schema.no_info_plain_validator_function(read, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the spelling to an editor."""
        return {"type": "string", "pattern": cls.pattern, "examples": [cls.example]}


@dataclass(frozen=True, slots=True, order=False)
class Duration(Word):
    """A signed length in one unit.

    Attributes
    ----------
    amount
        How many; negative only where a lag allows it.
    unit
        ``wd`` working days, ``cd`` calendar days, ``mo`` calendar months; on a minute plan also ``min``, ``emin``, ``h``
        and, of lags, ``%`` and ``e%``.
    """

    amount: int
    unit: Unit

    pattern: ClassVar[str] = rf"^({_NUMBER})$"
    example: ClassVar[str] = "21 wd"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"21 wd"``; ``"21d"`` and ``"21 d"`` are working days too.

        Raises
        ------
        ValueError
            If the text is not a whole number and a unit, with at most one space between them.
        """
        found = _DURATION.fullmatch(text)
        if not found:
            loose = re.fullmatch(r"\s*([+-]?[0-9]{1,6})\s*([A-Za-z]*)\s*", text)
            units = {"": "wd", "d": "wd", "day": "wd", "days": "wd", "m": "mo", "month": "mo", "months": "mo"}
            word = loose[2].lower() if loose else "?"
            unit = word if word in ("wd", "cd", "mo") else units.get(word, "")
            advice = f"; maybe '{int(loose[1])} {unit}'" if loose and unit else ""
            if loose and word in ("w", "week", "weeks") and abs(7 * int(loose[1])) < 10**6:
                advice = f"; maybe '{7 * int(loose[1])} cd'"
            if re.match(r"\s*[+-]?[0-9]{7}", text):
                advice = ", expected at most six digits"
            message = f"expected a duration such as '21 wd', '28 cd' or '7 mo', got {text!r}{advice}"
            raise ValueError(message)
        unit = found[0].lstrip("-0123456789 ")
        return cls(int(found[0].removesuffix(unit)), "wd" if unit == "d" else unit)  # type: ignore[arg-type]

    @classmethod
    def worked(cls, minutes: int, day_minutes: int) -> Self:
        """Return worked minutes in the largest unit that holds them whole: days of so many minutes, hours, minutes."""
        for unit, size in (("wd", day_minutes), ("h", 60)):
            if minutes % size == 0 and abs(minutes // size) < 10**6:
                return cls(minutes // size, unit)  # type: ignore[arg-type]
        return cls(minutes, "min")

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"

    def __neg__(self) -> Duration:
        return Duration(-self.amount, self.unit)


@dataclass(frozen=True, slots=True)
class Reference(Word):
    """``$name``: the value of the assumption or unknown called *name*."""

    name: str

    pattern: ClassVar[str] = r"^\$" + IDENTIFIER_PATTERN[1:]
    example: ClassVar[str] = "$sit-mvc"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"$name"``.

        Raises
        ------
        ValueError
            If the text is not a dollar sign and an identifier.
        """
        if not _REFERENCE.fullmatch(text):
            message = f"expected a reference such as '$sit-mvc', got {text!r}"
            raise ValueError(message)
        return cls(text[1:])

    def __str__(self) -> str:
        return f"${self.name}"


Value = Duration | dt.date | int | bool | None
"""What an assumption may hold: a length, a date, a count, a switch, or nothing (``none``: the rule that uses it is inert)."""


def _is_foreign(value: Any) -> bool:
    """Say whether a value is a time of another make than the plan's own."""
    return isinstance(value, dt.datetime) and not isinstance(value, Moment)


def parse_value(value: Any) -> Value:
    """Read the value of an assumption from a file or a command line.

    Parameters
    ----------
    value
        A value already typed, or text: ``304 wd``, ``2024-02-07``, ``12``, ``true``, ``none``.

    Raises
    ------
    ValueError
        If the text is none of these.
    """
    if value is None or (isinstance(value, (Duration, bool, int, dt.date)) and not _is_foreign(value)):
        return value
    if isinstance(value, str):
        text = value.strip()
        if text in ("true", "false"):
            return text == "true"
        if text == "none":
            return None
        if re.fullmatch(r"[+-]?\d{1,9}", text):
            return int(text)
        if _DATE.fullmatch(text):
            return read_date(text)
        if complaint := _not_a_date(text):
            raise ValueError(complaint)
        if not re.match(r"[+-]?\d", text):
            message = f"expected a duration such as '21 wd', a date such as 2024-02-07, a whole number, true, false or none, got {text!r}"
            raise ValueError(message)
        return Duration.parse(text)
    message = f"expected a duration, a date, a whole number, true, false or none, got {value!r}"
    raise ValueError(message)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ]?(\d{1,2})(?:[-/. ]?(\d{1,2}))?(?:[T ]\d.*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]*(\d{1,2}|[A-Za-z]{3,9})[-/., ]*(\d{4})")


def _not_a_date(text: str) -> str | None:
    """Return the fault of a badly written date, None where the text is no date at all."""
    first, last = _YEAR_FIRST.fullmatch(text), _YEAR_LAST.fullmatch(text)
    if first is None and last is None:
        return None
    year, month, day = first.groups() if first is not None else last.groups()[::-1] if last is not None else ("", "", "")
    named = month[:3].lower()
    number = _MONTHS.index(named) + 1 if named in _MONTHS else int(month) if month.isdecimal() else 0
    advice = ""
    # 07/02/2024 is a day of February to some and of July to others.
    if day and (first is not None or named in _MONTHS or int(day) > 12 or day == month):
        try:
            advice = f"; maybe {dt.date(int(year), number, int(day)).isoformat()}"
        except ValueError:
            advice = ""
    return f"expected a date written YYYY-MM-DD, got {text!r}{advice}"


def print_value(value: Value) -> str:
    """Print a value the one way `parse_value` reads it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


_LITERAL = re.compile(r"^(true|false|[+-]?\d{1,9}|\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:00)?)?)$")
"""What `parse_value` reads as something else than a duration or nothing."""


def _term(kind: type[Duration | dt.date | int | bool]) -> BeforeValidator:
    """Read a literal of one kind, or a reference to an assumption of that kind."""
    names = {Duration: "a duration such as '21 wd'", dt.date: "a date YYYY-MM-DD", int: "a whole number", bool: "true or false"}

    def read(value: Any) -> Any:
        if isinstance(value, Reference):
            return value
        if isinstance(value, str) and value.startswith("$"):
            return Reference.parse(value)
        if isinstance(value, str) and (kind is Duration or _LITERAL.fullmatch(value)):
            value = Duration.parse(value) if kind is Duration else parse_value(value)
        matches = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        if matches and not _is_foreign(value):
            return value
        message = f"expected {names[kind]} or a reference such as '$name', got {value!r}"
        raise ValueError(message)

    return BeforeValidator(read)


def _moment_or(reading: BeforeValidator) -> WrapValidator:
    """Read as another does, and let a moment pass, which is a day to nobody else."""

    def read(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        known = cast("Callable[[Any], Any]", reading.func)(value)
        return known if isinstance(known, Moment) else handler(known)

    return WrapValidator(read)


def _described(pattern: str, *others: str) -> WithJsonSchema:
    """Describe a literal or a reference to an editor."""
    text = {"type": "string", "pattern": pattern}
    return WithJsonSchema({"anyOf": [text, *({"type": other} for other in others)]} if others else text)


_NAME = r"\$[A-Za-z0-9_-]+"

DurationTerm = Annotated[Duration | Reference, _term(Duration), _described(rf"^({_NUMBER}|{_NAME})$")]
DateTerm = Annotated[
    dt.date | Reference,
    _moment_or(_term(dt.date)),
    PlainSerializer(str, return_type=str, when_used="json"),
    _described(rf"^(\d{{4}}-\d{{2}}-\d{{2}}(T\d{{2}}:\d{{2}})?|{_NAME})$"),
]
AmountTerm = Annotated[int | Reference, _term(int), _described(rf"^{_NAME}$", "integer")]
SwitchTerm = Annotated[bool | Reference, _term(bool), _described(rf"^{_NAME}$", "boolean")]

if TYPE_CHECKING:
    ValueField = Value
else:
    ValueField = Annotated[
        Any,
        PlainValidator(parse_value, json_schema_input_type=str | int | bool | None),
        PlainSerializer(print_value, return_type=str),
    ]
    """A `Value` as a field of a record."""
