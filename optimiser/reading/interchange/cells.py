"""Cells of a planner's file as values: minutes, moments and numbers, every fault kept with its place until all are known."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Final, NoReturn

from models.record import MOST_FAULTS
from optimiser.errors import InputError, Located
from optimiser.reading.files import LARGEST_DOCUMENT, check_file
from optimiser.reading.interchange.record import FilePlace, UnreadRecord

__all__ = ["LONGEST", "MOST_TASKS", "PlannerCells", "planner_bytes", "whole_minutes"]

LONGEST: Final = 10_000 * 366 * 1440
"""Minutes of ten thousand years, beyond which no date can lie; what a file has of work, or of a level of effort, comes near."""

MOST_TASKS: Final = 200_000
"""Tasks, or rows of any other kind that is kept, beyond which a file is refused."""

_NEARLY_WHOLE: Final = Fraction(1, 100)
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{0,30})?(?:[eE][+-]?[0-9]{1,2})?|[+-]?[.,][0-9]{1,30}")
_NO_DATE: Final = ("0001-01-01T00:00", "0001-01-01 00:00")
"""What programs write of a date that they do not have."""
_YEARS: Final = (1900, 2500)
"""The tools keep dates from 1950 and 1984 to 2149 and thereabouts."""
_MOMENT: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?)?Z?"
)


def planner_bytes(path: Path, label: str) -> tuple[bytes, str]:
    """Return the bytes of a planner's file and their SHA-256.

    Raises
    ------
    InputError
        If there is no such regular file, it is larger than 64 MB, it cannot be read, or it holds nothing.
    """
    check_file(path, label, LARGEST_DOCUMENT, "; maybe export fewer projects")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError([Located(f"the file cannot be read: {(error.strerror or str(error)).lower()}", file=label)]) from None
    if not content.strip():
        raise InputError([Located("the file is empty; maybe the export was interrupted", file=label)])
    return content, hashlib.sha256(content).hexdigest()


def whole_minutes(exact: Fraction) -> int:
    """Return minutes rounded half up."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


class PlannerCells:
    """Texts become values; what cannot is a fault and reads as absent.

    Attributes
    ----------
    rounded
        How many lengths of time were no whole minutes, by more than a hundredth.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._faults: list[Located] = []
        self._unread: Counter[str] = Counter()
        self._first: dict[str, FilePlace] = {}
        self._minutes: dict[tuple[str, int], tuple[int, bool]] = {}
        self.rounded = 0

    def fault(self, message: str, place: FilePlace | None = None, field: str = "") -> None:
        """Keep a fault; of thousands, stop at the most that anybody reads."""
        path = ".".join(part for part in (place.table if place else "", field) if part)
        self._faults.append(Located(message, file=self._label, line=place.line if place else None, path=path or None))
        if len(self._faults) >= MOST_FAULTS:
            self._faults.append(Located(f"more than {MOST_FAULTS:,} faults; the rest is not read", file=self._label))
            self.raise_faults()

    def stop(self, message: str, place: FilePlace | None = None) -> NoReturn:
        """Raise an error that leaves nothing to read on with, together with what was found before."""
        self._faults.append(
            Located(message, file=self._label, line=place.line if place else None, path=place.table if place else None)
        )
        raise InputError(self._faults)

    def raise_faults(self) -> None:
        """Raise all that was found, if anything was."""
        if self._faults:
            raise InputError(self._faults)

    def unknown(self, name: str, place: FilePlace, count: int = 1) -> None:
        """Count something that was found and is not understood."""
        self._unread[name] += count
        self._first.setdefault(name, place)

    def unread(self) -> tuple[UnreadRecord, ...]:
        """Return what was found and not understood, in the order of the file."""
        return tuple(UnreadRecord(name, count, self._first[name]) for name, count in self._unread.items())

    def number(self, text: str, place: FilePlace, field: str) -> Fraction | None:
        """Return a decimal number, with a point or a comma; None where the cell is empty or at fault."""
        text = text.strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            self.fault(f"expected a number, got {text[:40]!r}", place, field)
            return None
        return Fraction(text.replace(",", "."))

    def minutes(self, text: str, place: FilePlace, field: str, minutes_each: int = 60) -> int | None:
        """Return a length of time in whole minutes, from a number of units of so many minutes."""
        known = self._minutes.get((text, minutes_each))
        if known is None:
            exact = self.number(text, place, field)
            if exact is None:
                return None
            before, whole = self.rounded, self.whole(exact * minutes_each, text, place, field)
            if whole is None:
                return None
            self._minutes[text, minutes_each] = whole, self.rounded > before
            return whole
        self.rounded += known[1]
        return known[0]

    def whole(self, exact: Fraction, text: str, place: FilePlace, field: str) -> int | None:
        """Return minutes as whole ones, and count where they are none; None where they are more than any plan has."""
        if abs(exact) > LONGEST:
            self.fault(f"{text.strip()[:40]!r} is longer than ten thousand years, expected a length of the plan", place, field)
            return None
        whole = whole_minutes(exact)
        self.rounded += abs(exact - whole) > _NEARLY_WHOLE
        return whole

    def moment(self, text: str, place: FilePlace, field: str, *, bounded: bool = True) -> dt.datetime | None:
        """Return a date with its time, to the minute; midnight where it has none. The least date of all stands for none.

        Parameters
        ----------
        bounded
            Whether a date in a year that no plan is in is a fault.
        """
        text = text.strip()
        if not text or text.startswith(_NO_DATE):
            return None
        found = _MOMENT.fullmatch(text)
        try:
            parts = [int(part or 0) for part in found.groups()] if found else []
            at = dt.datetime(*parts[:5])  # type: ignore[arg-type]  # noqa: DTZ001  # the tools' dates have no zone
            if bounded and not _YEARS[0] <= at.year <= _YEARS[1]:
                said = f"{text[:40]!r} is no date of a plan, expected one from {_YEARS[0]} to {_YEARS[1]}; maybe a year is mistyped"
                self.fault(said, place, field)
                return None
            return at + dt.timedelta(minutes=1) if parts[5] >= 30 else at
        except (TypeError, ValueError, OverflowError):
            self.fault(f"expected a date such as 2026-01-05 08:00, got {text[:40]!r}", place, field)
            return None
