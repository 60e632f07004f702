"""Records of a planner's file as JSON and back: what a child process hands over.

Every field stands by its name; fractions are texts such as ``100/3``, moments and days ISO 8601. Reading back trusts nothing:
what does not fit a record is refused.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import types
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from optimiser.reading.files import json_value
from optimiser.reading.interchange.record import PlannerFile

__all__ = ["decoded", "encoded"]


def encoded(planner_file: PlannerFile) -> bytes:
    """Return a planner's file as JSON in UTF-8; equal records give equal bytes."""
    return json.dumps(_plain(planner_file), ensure_ascii=False, separators=(",", ":")).encode()


def decoded(content: bytes) -> PlannerFile:
    """Return the planner's file that `encoded` wrote.

    Raises
    ------
    ValueError
        If it is no such JSON.
    """
    try:
        found = _reader(PlannerFile)(json_value(content))
    except (KeyError, TypeError, AttributeError) as error:
        message = f"is no record of a planner's file: {error}"
        raise ValueError(message) from None
    assert isinstance(found, PlannerFile)
    return found


def _plain(value: Any) -> Any:
    """Return what JSON has a form for; fields that hold their default are left out."""
    if dataclasses.is_dataclass(value):
        fields = ((each, getattr(value, each.name)) for each in dataclasses.fields(value))
        return {
            each.name: _plain(found) for each, found in fields if each.default is dataclasses.MISSING or found != each.default
        }
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


Reader = Callable[[Any], Any]


@cache
def _reader(wanted: Any) -> Reader:
    """Return what turns JSON into a value of a type."""
    if dataclasses.is_dataclass(wanted):
        return _record_reader(wanted)
    origin, inside = get_origin(wanted), get_args(wanted)
    if origin is tuple:
        return _tuple_reader(inside)
    if origin is Literal:
        return _one_of(inside)
    if origin in {types.UnionType, Union}:
        return _union_reader(inside)
    readers: dict[Any, Reader] = {
        dt.datetime: dt.datetime.fromisoformat,
        dt.date: dt.date.fromisoformat,
        Fraction: Fraction,
    }
    return readers.get(wanted) or _exactly(wanted)


def _record_reader(wanted: Any) -> Reader:
    hints = get_type_hints(wanted)

    def read(value: Any) -> Any:
        return wanted(**{name: _reader(hints[name])(each) for name, each in value.items()})

    return read


def _tuple_reader(inside: tuple[Any, ...]) -> Reader:
    if len(inside) == 2 and inside[1] is ...:
        each_reader = _reader(inside[0])
        return lambda value: tuple(each_reader(each) for each in value)
    readers = [_reader(each) for each in inside]
    return lambda value: tuple(read(each) for read, each in zip(readers, value, strict=True))


def _union_reader(inside: tuple[Any, ...]) -> Reader:
    if types.NoneType in inside:
        rest = (
            _reader(inside[0])
            if len(inside) == 2
            else _union_reader(tuple(each for each in inside if each is not types.NoneType))
        )
        return lambda value: None if value is None else rest(value)
    assert set(inside) == {Fraction, int}, inside
    return lambda value: value if isinstance(value, int) else Fraction(value)


def _one_of(words: tuple[Any, ...]) -> Reader:
    def read(value: Any) -> Any:
        if value not in words:
            message = f"expected one of {words}, got {value!r}"
            raise ValueError(message)
        return value

    return read


def _exactly(wanted: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not wanted:
            message = f"expected {wanted.__name__}, got {value!r}"
            raise ValueError(message)
        return value

    return read
