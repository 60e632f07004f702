"""The outline of a table: the phase of each row, and the rows that each summary frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimiser.reading.tabular import PlannerRow

__all__ = ["Outline", "outline_of"]


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of a table.

    Attributes
    ----------
    phases
        The title of each row's phase, by the row's id; rows in none are left out.
    leaves
        Of each summary, the ids of the rows in its frame that are work or events.
    """

    phases: Mapping[str, str]
    leaves: Mapping[str, tuple[str, ...]]


def outline_of(rows: Sequence[PlannerRow]) -> Outline:
    """Return the outline: a row's phase is what its column says, else its outermost summary that does not frame all rows."""
    leaves: dict[str, list[str]] = {row.id: [] for row in rows if row.summary}
    above: dict[str, list[PlannerRow]] = {}
    open_: list[PlannerRow] = []
    for row in rows:
        while open_ and row.level is not None and (open_[-1].level or 0) >= row.level:
            open_.pop()
        above[row.id] = list(open_)
        if row.summary:
            open_.append(row)
        else:
            for summary in open_:
                leaves[summary.id].append(row.id)
    count = sum(not row.summary for row in rows)
    phases: dict[str, str] = {}
    for row in rows:
        frames = [summary.name for summary in above[row.id] if len(leaves[summary.id]) < count]
        title = row.phase or next(iter(frames), "")
        if title and not row.summary:
            phases[row.id] = title
    return Outline(phases, {name: tuple(found) for name, found in leaves.items()})
