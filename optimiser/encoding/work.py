"""Work in windows on shared capacity, some of it done only where it is chosen. Nothing here needs the solver.

The part of a plan that decides a date once the date is supposed: no boards, no lags, no milestones are left in it.
`optimiser.encoding.deciding` says whether it can be done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Decided", "HeldWork", "Offer", "Pick", "StartGap", "Work", "WorkOption", "alike"]

Boundaries = NDArray[np.int64]

LARGEST_CLUSTER = 3
"""Pieces of a cluster that may stand for one."""


@dataclass(frozen=True, slots=True)
class HeldWork:
    """An activity that holds capacity.

    Attributes
    ----------
    starts
        Boundaries at which it may start, rising.
    length
        Working days that it takes at least, more than none.
    needed
        Whether it must be done in time whatever is chosen.
    """

    starts: Boundaries
    length: int
    needed: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A capacity: what is available on each working day, shape ``(size,)``, and what each piece needs of it."""

    available: Boundaries
    demand: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WorkOption:
    """Something that can be chosen: by it pieces are done, each started no later than a boundary."""

    latest: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Pick:
    """At least ``count`` of some options are chosen; where ``under`` is an option, only if that is."""

    count: int
    options: tuple[int, ...]
    under: int | None = None


@dataclass(frozen=True, slots=True)
class StartGap:
    """``start(after) ≥ start(before) + days`` where both are done."""

    before: str
    after: str
    days: int


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that is asked at once.

    Attributes
    ----------
    pieces
        By activity. One that is neither needed nor part of an option that is chosen is left undone.
    """

    pieces: Mapping[str, HeldWork]
    offers: Sequence[Offer]
    options: Sequence[WorkOption] = ()
    picks: Sequence[Pick] = ()
    gaps: Sequence[StartGap] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """The answer: ``unknown`` is what a limit leaves behind, never a verdict.

    Attributes
    ----------
    starts
        Of the pieces that are done; empty unless ``feasible``.
    """

    status: Literal["feasible", "infeasible", "unknown"]
    starts: Mapping[str, int]
    deterministic_time: float


def alike(work: Work) -> tuple[tuple[str, ...], ...]:
    """Return the pieces that could change places with each other, group by group, in the order of the plan.

    Notes
    -----
    Two pieces are alike where they have the same starts, length and need, hold the same of every capacity, are held apart
    from the same others by the same days, and every option either leaves both out, or asks the same of both, or is one
    that asks for one of the two alone and has a twin that asks the same of the other, is asked by the same picks and asks
    for nothing further. Then exchanging the two, and the twins with them, turns every solution into a solution.

    So it is with pieces that are held apart from each other and from nothing else (a test and its day of entry): such
    clusters are alike where their pieces are, one by one, and the days between them; the first piece of each stands for
    its cluster. As exchanges of any two of a group generate all its orders, and groups have no piece in common, some
    solution has every group in any order one likes.
    """
    marks = _marks(work)
    partners: dict[str, set[str]] = {name: set() for name in work.pieces}
    apart: dict[str, list[Any]] = defaultdict(list)
    for gap in work.gaps:
        partners[gap.before].add(gap.after)
        partners[gap.after].add(gap.before)
        apart[gap.before].append(("before", gap.days, gap.after))
        apart[gap.after].append(("after", gap.days, gap.before))
    groups: dict[Any, list[str]] = defaultdict(list)
    for name in work.pieces:
        groups["piece", marks[name], tuple(sorted(apart[name]))].append(name)
    single = {name for group in groups.values() if len(group) > 1 for name in group}
    for cluster in _clusters(partners):
        described = sorted((marks[name], name) for name in cluster)
        distinct = len({mark for mark, _ in described}) == len(cluster)
        if 1 < len(cluster) <= LARGEST_CLUSTER and distinct and not single.intersection(cluster):
            place = {name: number for number, (_, name) in enumerate(described)}
            between = sorted((place[gap.before], place[gap.after], gap.days) for gap in work.gaps if gap.before in place)
            groups["cluster", tuple(mark for mark, _ in described), tuple(between)].append(described[0][1])
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _marks(work: Work) -> dict[str, Any]:
    """Return what tells each piece from others, distances left out."""
    asked: list[set[int]] = [set() for _ in work.options]
    asking = {pick.under for pick in work.picks}
    for index, pick in enumerate(work.picks):
        for chosen in pick.options:
            asked[chosen].add(index)
    part: dict[str, list[tuple[str, int, tuple[int, ...]]]] = defaultdict(list)
    for index, option in enumerate(work.options):
        alone = len(option.latest) == 1 and index not in asking
        for name, latest in option.latest.items():
            part[name].append(("alone", latest, tuple(sorted(asked[index]))) if alone else ("shared", latest, (index,)))
    return {
        name: (
            piece.starts.tobytes(),
            piece.length,
            piece.needed,
            tuple(offer.demand.get(name, 0) for offer in work.offers),
            tuple(sorted(part[name])),
        )
        for name, piece in work.pieces.items()
    }


def _clusters(partners: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the pieces that are held apart from each other, directly or by way of others."""
    seen: set[str] = set()
    found = []
    for name in partners:
        if name not in seen:
            seen.add(name)
            cluster, waiting = [], [name]
            while waiting:
                member = waiting.pop()
                cluster.append(member)
                fresh = partners[member] - seen
                seen |= fresh
                waiting += sorted(fresh)
            found.append(cluster)
    return found
