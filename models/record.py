"""The base of every noun: frozen, strict, closed to unknown keys, ordered by declaration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializationInfo,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from models.moment import Moment, read_date

__all__ = ["Date", "Identifier", "Many", "Quoted", "Record", "Text", "unless"]


class Record(BaseModel):
    """An immutable value. Equal content is equal; an unknown key is an error, never ignored."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        defer_build=True,
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields replaced, forgetting what was cached of the original."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    def written(self) -> dict[str, Any]:
        """Return the fields as they are written out: those added later only where they hold something of their own."""
        return {
            name: getattr(self, name)
            for name, field in type(self).model_fields.items()
            if field.exclude_if is None or not field.exclude_if(getattr(self, name))
        }


IDENTIFIER_PATTERN = r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$"
"""Letters, digits, hyphen, underscore; at most 64 characters; speakable on the telephone."""

Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER_PATTERN)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


def _cut(value: Any) -> Any:
    """Shorten a text to what a reader takes in."""
    return f"{value[: _LONGEST_QUOTED - 1]}…" if isinstance(value, str) and len(value) > _LONGEST_QUOTED else value


_LONGEST_QUOTED: Final = 1000
Quoted = Annotated[str, StringConstraints(min_length=1), BeforeValidator(_cut)]
"""Text that speaks of somebody else's content, which may have no end: cut to a thousand characters."""


def _as_date(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Read an ISO date, or one with a time; leave everything else for pydantic to refuse."""
    read = read_date(value) if isinstance(value, str) else value
    return read if isinstance(read, Moment) else handler(read)


def _print_date(value: Any, info: SerializationInfo) -> Any:
    """Print a date as it is read, in JSON."""
    return str(value) if info.mode == "json" and value is not None else value


Date = Annotated[
    dt.date,
    WrapValidator(_as_date),
    PlainSerializer(_print_date),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A day; of a minute plan also a moment."""


def unless(default: Any) -> Any:
    """Return a field that was added later: it has a default, and is written out only where it holds something else."""
    return Field(default=default, exclude_if=lambda value: value == default)


MOST_FAULTS: Final = 1000
"""Faults after which the rest of a list is not looked at: by then the file is not the one that was meant."""

_counted: ContextVar[list[int] | None] = ContextVar("faults counted in a list and the lists inside it", default=None)


def _as_tuple(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Accept a list where a tuple is meant, as YAML and JSON know no tuples; stop where its faults are past counting.

    A fault takes a hundred times the memory of what it is about, and pydantic gathers them all. So a long list is read in
    pieces, and where its faults are too many, those after them are left out.
    """
    if not isinstance(value, list) or len(value) < _PIECE:
        return handler(tuple(value) if isinstance(value, list) else value)
    outer = _counted.get()
    counted = [0] if outer is None else outer
    token = _counted.set(counted)
    try:
        read: list[Any] = []
        sound, first = True, 0
        for after in _pieces(value):
            if counted[0] > MOST_FAULTS and outer is not None:
                return handler(tuple(value[:1]))  # whoever reads the list around this one says what is wrong
            try:
                read += handler(tuple(value[first:after]))
            except ValidationError as error:
                sound = False
                counted[0] += error.error_count()
                if counted[0] > MOST_FAULTS:
                    counted[0] = 0
                    return handler(tuple(value[:after]))
            first = after
        return tuple(read) if sound else handler(tuple(value))
    finally:
        _counted.reset(token)


_PIECE: Final = 200
"""Entries, and entries of these, that are read at once."""


def _pieces(value: list[Any]) -> Iterator[int]:
    """Yield the ends of the pieces of a list."""
    weight = 0
    for place, entry in enumerate(value, 1):
        weight += 1 + (len(entry) if isinstance(entry, (dict, list)) else 0)
        if weight >= _PIECE:
            yield place
            weight = 0
    if weight:
        yield len(value)


T = TypeVar("T")
Many = Annotated[tuple[T, ...], WrapValidator(_as_tuple)]
"""A fixed sequence: a list in a file, a tuple in Python."""
