"""The base of every noun: frozen, strict, closed to unknown keys, ordered by declaration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Self, TypeVar

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

if TYPE_CHECKING:
    import pandas as pd

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

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Yield the fields as ``repr`` shows them: of lists of records, and of long ones, how many entries they have."""
        for name, value in super().__repr_args__():
            counted = isinstance(value, tuple | dict) and (len(value) > _MOST_SHOWN or bool(_entries(value)))
            yield name, _EntryCount(len(value)) if counted else value

    def to_frame(self, of: str | None = None) -> pd.DataFrame:
        """Return one of the lists that the record holds as a data frame, a row an entry.

        Parameters
        ----------
        of
            The field; the first one that is a list of records, or a dictionary of them, where None. The keys of a dictionary
            stand in a column ``key``. Dates are dates, and what an entry holds by name stands under ``field.name``.

        Raises
        ------
        ValueError
            If there is no such list.
        """
        import pandas as pd

        held = {name: found for name in type(self).model_fields if (found := _entries(getattr(self, name))) is not None}
        name = next((each for each, rows in held.items() if rows), next(iter(held), None)) if of is None else of
        if name not in held:
            message = f"{type(self).__name__} has no list '{name}'; it has {', '.join(held) or 'none'}"
            raise ValueError(message)
        return pd.DataFrame([dict(_cells(entry)) for entry in held[name]])

    def written(self) -> dict[str, Any]:
        """Return the fields as they are written out: those added later only where they hold something of their own."""
        return {
            name: held
            for name, left_out in _fields(type(self))
            for held in (getattr(self, name),)
            if left_out is None or not left_out(held)
        }


@cache
def _fields(kind: type[Record]) -> tuple[tuple[str, Callable[[Any], bool] | None], ...]:
    """Return the fields of a kind of record in the order declared, each with when it is left out; None where never."""
    return tuple((name, field.exclude_if) for name, field in kind.model_fields.items())


_MOST_SHOWN: Final = 4
"""Entries of a list that ``repr`` shows."""


class _EntryCount(int):
    """A number of entries that are not shown."""

    def __repr__(self) -> str:
        return f"<{int(self)} entries>"


def _entries(value: Any) -> list[Mapping[str, Any] | Record] | None:
    """Return the entries of a list or a dictionary of records, None where it is neither."""
    if isinstance(value, tuple) and all(isinstance(entry, Record) for entry in value):
        return list(value)
    if isinstance(value, dict) and value and all(isinstance(entry, Record) for entry in value.values()):
        return [
            {"key": key, **{name: getattr(entry, name) for name in type(entry).model_fields}} for key, entry in value.items()
        ]
    return None


def _cells(entry: Mapping[str, Any] | Record) -> Iterator[tuple[str, Any]]:
    """Yield the cells of a row: what an entry holds by name under a name of two parts, lists as they are."""
    fields = entry if isinstance(entry, Mapping) else {name: getattr(entry, name) for name in type(entry).model_fields}
    for name, value in fields.items():
        inside = {key: getattr(value, key) for key in type(value).model_fields} if isinstance(value, Record) else value
        if isinstance(inside, dict):
            for key, part in inside.items():
                yield f"{name}.{key}", part
        else:
            yield name, value


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
