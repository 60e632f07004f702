"""One thing wrong with a plan, and the advice that goes with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = ["Fault", "Path", "PlanFaultsError", "maybe"]

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong, and where: the path of keys and positions from the top of the plan."""

    path: Path
    message: str


class PlanFaultsError(ValueError):
    """A plan that speaks of things it does not have."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{'.'.join(map(str, fault.path))}: {fault.message}" for fault in self.faults))


_CONFUSED = str.maketrans("oil_ ", "011--")
"""Signs that are mistaken for each other."""


_MOST_COMPARED = 5_000
"""Names beyond which only those that differ in letters easily confused are found: comparing takes its time."""
_LONGEST_COMPARED = 200


def maybe(name: str, known: Iterable[str]) -> str:
    """Return ``". Maybe 'M14'."`` where a known name is close to the one given, else ``"."``."""
    folded = {entry.lower(): entry for entry in known}
    mistaken = {entry.translate(_CONFUSED): entry for entry in folded}
    same = mistaken.get(name.lower().translate(_CONFUSED))
    few = len(folded) <= _MOST_COMPARED and len(name) <= _LONGEST_COMPARED
    close = [same] if same else [] if not few else get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return f". Maybe '{folded[close[0]]}'." if close else "."
