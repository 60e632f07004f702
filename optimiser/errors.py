"""Errors that are the user's or the file's, not ours.

    OptimiserError
    ├── InputError              one or more located faults in what was given (exit code 2)
    │   └── BeyondHorizonError  a date outside the days that a calendar or the horizon covers
    ├── UndecidedError          a limit that came before an answer (exit code 4)
    └── StoredResultError       a stored outcome that does not hold (exit code 5)

A plan that cannot meet its rules is no error: it is an `Infeasible` outcome.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["BeyondHorizonError", "InputError", "Located", "OptimiserError", "StoredResultError", "UndecidedError"]


class OptimiserError(Exception):
    """Anything a user can put right."""


@dataclass(frozen=True, slots=True)
class Located:
    """One fault and its place.

    Attributes
    ----------
    message
        What was found, what was expected, and a way out.
    file
        The file as the user named it; None where the fault came from the command line or from Python.
    line, column
        Counted from one; None where the place has none.
    path
        Keys and positions from the top of the document, such as ``rules[12].after``.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        where = ": ".join(part for part in (place, self.path) if part)
        return f"{where}: {self.message}" if where else self.message


class InputError(OptimiserError):
    """Everything wrong with what was given, all at once."""

    def __init__(self, faults: Iterable[Located]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class BeyondHorizonError(InputError):
    """A date outside the days that a calendar's list, or the plan's horizon, covers."""


class PlanContradictsError(InputError):
    """A plan that no schedule meets: there is no date to ask about."""


class UndecidedError(OptimiserError):
    """A limit came before an answer: neither yes nor no."""


class StoredResultError(OptimiserError):
    """A stored outcome or certificate that does not hold when it is checked again."""
