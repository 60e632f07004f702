"""What all rules have in common, and the points of a plan that they speak of."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from pydantic import Field

from models.duration import AmountTerm, DurationTerm, SwitchTerm, Word
from models.provenance import Authority, Sourced
from models.record import IDENTIFIER_PATTERN, Identifier, Text
from models.terms import Term

__all__ = ["End", "Flexibility", "Point", "RuleRecord"]

End = Literal["start", "finish"]

_POINT = re.compile(IDENTIFIER_PATTERN[:-1] + r"(?:\.(start|finish))?$")


@dataclass(frozen=True, slots=True)
class Point(Word):
    """``ITEM``, ``ITEM.start`` or ``ITEM.finish``. Where the end is left out, the rule's docstring says which is meant."""

    item: str
    end: End | None = None

    pattern: ClassVar[str] = IDENTIFIER_PATTERN[:-1] + r"(\.(start|finish))?$"
    example: ClassVar[str] = "SIT-MVC.finish"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"SIT-MVC.finish"``.

        Raises
        ------
        ValueError
            If the text is not an item's id, with or without ``.start`` or ``.finish``.
        """
        if not _POINT.fullmatch(text):
            message = f"expected an item, or 'ITEM.start' or 'ITEM.finish', got {text!r}"
            raise ValueError(message)
        item, _, end = text.partition(".")
        return cls(item, end or None)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.item}.{self.end}" if self.end else self.item

    def with_end(self, end: End) -> Point:
        """Fill in the end where it is left out."""
        return self if self.end else Point(self.item, end)


class Flexibility(Sourced):
    """How far a rule or a duration could move if somebody paid for it, and what a unit costs."""

    limit: DurationTerm | None = None
    """The furthest relaxed value (a length), for durations, lags and, as a shift, dates."""
    limit_amount: AmountTerm | None = None
    """The highest relaxed amount, for capacities."""
    cost: int = Field(ge=0, default=1)
    """Cost of one unit, in whatever one unit of money the plan uses throughout."""


class RuleRecord(Sourced):
    """What all rules have in common."""

    id: Identifier
    title: Text
    authority: Authority = "planning"
    enabled: SwitchTerm = True
    """The switch. A rule that is off constrains nothing."""
    owner: Text | None = None
    flexibility: Flexibility | None = None

    @abstractmethod
    def points(self) -> tuple[Point, ...]:
        """Return every point the rule speaks of, each with its end filled in."""

    def terms(self) -> tuple[Term, ...]:
        """Return every number that the rule holds; a rule without any is in force or it is not."""
        return ()
