"""The numbers of a plan: name, unit, range, and the direction in which each is worse."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from models.duration import Duration, Reference, Value
from models.moment import Moment
from models.record import Record

__all__ = ["NONE", "Kind", "Term", "Way", "column_number", "with_term"]

NONE = -(2**30)
"""What a column holds for the date ``none``: the rule that uses it is inert."""

Kind = Literal["length", "lag", "notice", "date", "count", "amount", "demand", "rate"]
Way = Literal[1, -1, "network"]

_CALLED = {"length": "the duration", "amount": "the capacity", "rate": "the limit"}
"""What a term is called, where not by its kind."""


def column_number(value: Value) -> int:
    """Return what a column holds for a value: an amount in its own unit, a date as an ordinal, `NONE` for ``none``.

    A moment is a number of minutes (`models.moment.Moment.minutes`), which is greater than any ordinal.
    """
    if value is None:
        return NONE
    if isinstance(value, Duration):
        return value.amount
    if isinstance(value, Moment):
        return value.minutes
    return int(value) if isinstance(value, int) else value.toordinal()


Holder = TypeVar("Holder", bound=Record)


def with_term(holder: Holder, field: tuple[str | int, ...], value: Value | Reference) -> Holder:
    """Return a rule or an item with another number in a field, a path where it lies deeper."""

    def put(inside: Any, rest: tuple[str | int, ...]) -> Any:
        if not rest:
            return value
        key = rest[0]
        if isinstance(inside, tuple):
            return tuple(put(part, rest[1:]) if place == key else part for place, part in enumerate(inside))
        return inside.model_copy(update={str(key): put(getattr(inside, str(key)), rest[1:])})

    changed: Holder = put(holder, field)
    return _with_work(holder, field, changed)


def _with_work(holder: Holder, field: tuple[str | int, ...], changed: Holder) -> Holder:
    """Let what is assigned to work grow with a length that is new, from the one that it had."""
    parts = getattr(holder, "assignments", ())
    length = getattr(holder, "duration", None) if field == ("duration",) else None
    if field == ("progress", "remaining"):
        length = holder.progress.remaining  # type: ignore[attr-defined]
    if not parts or not isinstance(length, Duration) or length.unit == "mo" or not length.amount:
        return changed
    grown = tuple(part if part.of is not None else part.model_copy(update={"of": length}) for part in parts)
    return changed.model_copy(update={"assignments": grown})


@dataclass(frozen=True, slots=True)
class Term:
    """A number that a rule or an item holds.

    Attributes
    ----------
    field
        The field that holds it, a path where it lies deeper: ``("steps", 0, "amount")``, ``("progress", "remaining")``.
    stated
        The number, or the assumption that it refers to.
    kind
        ``length`` of work, ``lag``, ``notice`` and ``date`` are of time; ``count`` of points, ``amount`` of a capacity and
        ``demand`` of it are whole numbers, and so is a ``rate``, an amount a day.
    worse
        +1 where a greater number can only delay, -1 where it can only hasten, ``network`` where the plan decides: a length
        delays what follows, but holds its own start back less where something else pushes its finish.
    least, most
        The range in which it has a meaning, in its own unit; None where there is no end.
    own
        Whether it goes by the name of its rule, or of its activity's duration, where numbers are varied.
    """

    field: tuple[str | int, ...]
    stated: Duration | dt.date | int | Reference
    kind: Kind
    worse: Way
    least: int | None = None
    most: int | None = None
    own: bool = True

    @property
    def assumption(self) -> str | None:
        """The assumption that it refers to, if it does."""
        return self.stated.name if isinstance(self.stated, Reference) else None

    @property
    def name(self) -> str:
        """Return the number's name behind the id of its owner: ``lag``, ``steps.0.amount``, ``remaining``."""
        return ".".join(map(str, self.field)).removeprefix("progress.")

    @property
    def wanted(self) -> str:
        """What holds such a number, in words."""
        if self.kind in ("count", "amount", "demand", "rate"):
            return "a whole number"
        return "a date" if self.kind == "date" else "a duration"

    def holds(self, value: Any) -> bool:
        """Say whether a value is of the kind that the term is of; a date may be ``none``."""
        if self.wanted == "a whole number":
            return isinstance(value, int) and not isinstance(value, bool)
        return isinstance(value, Duration) if self.wanted == "a duration" else value is None or isinstance(value, dt.date)

    def complaint(self, value: Any) -> str | None:
        """Return the fault of a value outside the range in which the number has a meaning, None where there is none."""
        number = column_number(value)
        called = _CALLED.get(self.kind, f"the {self.kind}")
        if self.least is not None and number < self.least and self.least == 0:
            return f"{called} is negative: {value}; expected 0 or more"
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            ends = f"from {self.least} to {self.most}" if self.most is not None else f"of {self.least} or more"
            return f"expected a {called.removeprefix('the ')} {ends}, got {value}"
        return None
