"""Results of computed combinations, in arrays that travel cheaply."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST_PATH", "NO_DATE", "SAMPLED", "STATUSES", "Found", "Texts"]

STATUSES = ("solved", "infeasible", "beyond", "undecided", "invalid", "failed")
"""``infeasible``: proven that no schedule meets every rule. ``beyond``: a date falls off the horizon or the calendar.
``undecided``: the limit came first. ``invalid``: the combination makes no sound plan. ``failed``: our fault."""

LONGEST_PATH = "longest-path"
"""The proof class of a date computed without a solver and not solved again: exact, with no second witness of its own."""

SAMPLED = "sampled"
"""The proof class of a date at a confidence: a quantile of samples, each of them a longest path."""

NO_DATE = 0
"""In place of a date's ordinal."""


@dataclass(slots=True)
class Texts:
    """Texts, each kept once and known by its number; number 0 is no text."""

    listed: list[str | None] = field(default_factory=lambda: [None])
    _numbers: dict[str | None, int] = field(default_factory=lambda: {None: 0})

    def number(self, text: str | None) -> int:
        """Return the number of a text, new or known."""
        if text not in self._numbers:
            self._numbers[text] = len(self.listed)
            self.listed.append(text)
        return self._numbers[text]


@dataclass(slots=True)
class Found:
    """What was found of some rows.

    Attributes
    ----------
    rows
        Their numbers, shape ``(rows,)``.
    places
        Their positions on the axes, shape ``(rows, axes)``.
    status
        Positions in `STATUSES`.
    dates
        Ordinals of the milestones' dates, `NO_DATE` where there is none, shape ``(milestones, rows)``.
    proofs, bindings, reasons
        Numbers of texts; proofs and bindings have shape ``(milestones, rows)``.
    checked
        Whether a row was solved again through CP-SAT.
    disagreements
        Row to what the second witness says otherwise.
    seconds
        Spent on computing without a solver, on solving, and on solving again.
    """

    rows: NDArray[np.int64]
    places: NDArray[np.int64]
    status: NDArray[np.int8]
    dates: NDArray[np.int32]
    proofs: NDArray[np.int32]
    bindings: NDArray[np.int32]
    reasons: NDArray[np.int32]
    checked: NDArray[np.bool_]
    texts: Texts
    disagreements: dict[int, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def blank(cls, rows: NDArray[np.int64], places: NDArray[np.int64], milestones: int) -> Found:
        """Return room for what will be found of rows."""
        count = len(rows)
        return cls(
            rows=rows,
            places=places,
            status=np.zeros(count, dtype=np.int8),
            dates=np.full((milestones, count), NO_DATE, dtype=np.int32),
            proofs=np.zeros((milestones, count), dtype=np.int32),
            bindings=np.zeros((milestones, count), dtype=np.int32),
            reasons=np.zeros(count, dtype=np.int32),
            checked=np.zeros(count, dtype=np.bool_),
            texts=Texts(),
        )

    def refuse(self, where: NDArray[np.int64], status: str, reason: str) -> None:
        """Say of some rows why they have no date."""
        self.status[where] = STATUSES.index(status)
        self.reasons[where] = self.texts.number(reason)
