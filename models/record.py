"""The base of every noun: frozen, strict, closed to unknown keys, ordered by declaration."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

__all__ = ["Date", "Identifier", "Many", "Record", "Text"]


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


IDENTIFIER_PATTERN = r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$"
"""Letters, digits, hyphen, underscore; at most 64 characters; speakable on the telephone."""

Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER_PATTERN)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]

_ISO_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def _as_date(value: Any) -> Any:
    """Read an ISO date; leave everything else for pydantic to refuse."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, str):
        if not _ISO_DATE.fullmatch(value):
            message = f"expected a date written YYYY-MM-DD, got {value!r}"
            raise ValueError(message)
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            message = f"{value} is not a day of any calendar ({error})"
            raise ValueError(message) from None
    return value


Date = Annotated[dt.date, BeforeValidator(_as_date), WithJsonSchema({"type": "string", "format": "date"})]


def _as_tuple(value: Any) -> Any:
    """Accept a list where a tuple is meant, as YAML and JSON know no tuples."""
    return tuple(value) if isinstance(value, list) else value


T = TypeVar("T")
Many = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
"""A fixed sequence: a list in a file, a tuple in Python."""
