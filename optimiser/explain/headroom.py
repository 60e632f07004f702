"""How far a number can worsen before a milestone moves, and how far relaxing it goes on gaining: exact, by bisection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.explanation import Method
from optimiser.critical import Network, evaluate
from optimiser.explain.numbers import Number
from optimiser.explain.oracle import Oracle, Reach, columns_for
from optimiser.solve.binding import Variant

__all__ = ["Headroom", "Saturation", "headrooms", "saturations"]

_FIRST_LOOK = 64
"""Units looked at one by one before more are."""


@dataclass(frozen=True, slots=True)
class Headroom:
    """How far a number can worsen.

    Attributes
    ----------
    units
        The most units that leave the milestone where it is; None where no number on the axis moves it, or where the
        limit came first (see ``method``).
    contradicts
        Whether one unit more makes the plan contradict itself rather than move the milestone.
    """

    units: int | None
    contradicts: bool
    method: Method


@dataclass(frozen=True, slots=True)
class Saturation:
    """How far relaxing a number gains: units, and the boundary of the milestone that is reached then."""

    units: int
    boundary: int
    method: Method


def headrooms(
    oracle: Oracle,
    milestone: str,
    bounds: int | Sequence[int],
    numbers: Sequence[Number],
    variant_at: Callable[[int, int], Variant] | None = None,
) -> list[Headroom]:
    """Return for each number how far it can worsen while the milestone stays at or before a boundary.

    Parameters
    ----------
    bounds
        Where the milestone is; for each number, where it differs.
    variant_at
        The variant at which the number at a place is worse by some units, where more changes with it.

    Notes
    -----
    Bisection over whole units, all numbers at once. A duration whose finish something else pushes holds its start back
    less the longer it is, so its dates need not rise with it: of such a one every unit is looked at.
    """
    at = variant_at or (lambda place, units: numbers[place].variant(units))
    if oracle.large:
        return _between(oracle, milestone, bounds, numbers, at)
    boundary_of = [bounds] * len(numbers) if isinstance(bounds, int) else bounds
    scanned = {place for place, number in enumerate(numbers) if number.slot in oracle.two_way}
    count = len(numbers)
    low = np.zeros(count, dtype=np.int64)
    high = np.array([max(0, number.most) for number in numbers], dtype=np.int64)
    methods: list[Method] = ["closed form"] * count
    ends: dict[int, bool] = {}
    for place in scanned:
        boundary = boundary_of[place]
        begin, size = 1, _FIRST_LOOK
        while low[place] < high[place]:
            units = range(begin, min(begin + size, int(high[place]) + 1))
            reaches = oracle.reach(milestone, [at(place, each) for each in units], by=boundary)
            methods[place] = _worst([*reaches, Reach(0, 0, methods[place])])
            moved = next((each for each, reach in zip(units, reaches, strict=True) if not _stays(reach, boundary)), None)
            low[place] = units[-1] if moved is None else moved - 1
            if moved is not None:
                high[place] = low[place]
                ends[place] = reaches[moved - begin].low >= oracle.never
            begin, size = begin + size, 4 * size
    while True:
        open_places = np.flatnonzero(low < high).tolist()
        if not open_places:
            break
        middle = (low + high + 1) // 2
        by = bounds if isinstance(bounds, int) else None
        reaches = oracle.reach(milestone, [at(place, int(middle[place])) for place in open_places], by=by)
        for place, reach in zip(open_places, reaches, strict=True):
            boundary = boundary_of[place]
            if reach.method != "closed form" and methods[place] != "undecided":
                methods[place] = reach.method if not _told(reach, boundary) else "CP-SAT"
            if _stays(reach, boundary):
                low[place] = middle[place]
            else:
                high[place] = middle[place] - 1
                ends[place] = reach.low >= oracle.never
    found = []
    for place, number in enumerate(numbers):
        most = int(low[place])
        if methods[place] == "undecided":
            found.append(Headroom(None, contradicts=False, method="undecided"))
        else:
            never = most >= max(0, number.most) and place not in ends
            found.append(Headroom(None if never else most, ends.get(place, False), methods[place]))
    return found


def _between(
    oracle: Oracle,
    milestone: str,
    bounds: int | Sequence[int],
    numbers: Sequence[Number],
    at: Callable[[int, int], Variant],
) -> list[Headroom]:
    """Return headrooms of a large rationed plan where two bounds agree, and leave the others open.

    The network without capacity gives the most that a headroom can be; a schedule's own order, kept, the least.
    """
    boundary = bounds if isinstance(bounds, int) else max(bounds, default=0)
    ordered = oracle.in_order(milestone, boundary)
    capacities = {rule.id for rule in oracle.plan.rules if rule.kind == "capacity"}
    asked = [place for place, number in enumerate(numbers) if number.slot not in capacities | oracle.two_way]
    found = [Headroom(None, contradicts=False, method="undecided") for _ in numbers]
    if ordered is None or not asked:
        return found
    most = _bisected(oracle.network, milestone, boundary, numbers, asked, at)
    least = _bisected(ordered, milestone, boundary, numbers, asked, at)
    for place, (high, ends), (low, _) in zip(asked, most, least, strict=True):
        if high == low:
            never = high >= max(0, numbers[place].most)
            found[place] = Headroom(None if never else high, ends and not never, "closed form")
    return found


def _bisected(
    network: Network,
    milestone: str,
    boundary: int,
    numbers: Sequence[Number],
    asked: Sequence[int],
    at: Callable[[int, int], Variant],
) -> list[tuple[int, bool]]:
    """Return how far numbers can worsen in one network, and whether a contradiction ends it."""
    low = np.zeros(len(asked), dtype=np.int64)
    high = np.array([max(0, numbers[place].most) for place in asked], dtype=np.int64)
    ends = np.zeros(len(asked), dtype=np.bool_)
    while np.any(low < high):
        middle = (low + high + 1) // 2
        variants = [at(place, int(units)) for place, units in zip(asked, middle, strict=True)]
        evaluated = evaluate(network, columns_for(network, variants))
        # Rationed work that runs off the axis has no schedule at all.
        on_axis = (evaluated.values <= network.clock.limit).all(axis=0)
        stays = (evaluated.of(milestone) <= boundary) & ~evaluated.infeasible & on_axis
        live = low < high
        ends = np.where(live & ~stays, evaluated.infeasible, ends)
        low, high = np.where(live & stays, middle, low), np.where(live & ~stays, middle - 1, high)
    return list(zip(low.tolist(), ends.tolist(), strict=True))


def _stays(reach: Reach, boundary: int) -> bool:
    return reach.high is not None and reach.high <= boundary


def _told(reach: Reach, boundary: int) -> bool:
    """Return whether a reach tells on which side of a boundary the date lies."""
    return _stays(reach, boundary) or reach.low > boundary


def _worst(reaches: Sequence[Reach]) -> Method:
    methods = {reach.method for reach in reaches}
    ranked: tuple[Method, ...] = ("undecided", "CP-SAT")
    return next((method for method in ranked if method in methods), "closed form")


def saturations(oracle: Oracle, milestone: str, numbers: Sequence[Number]) -> list[Saturation | None]:
    """Return for each number the fewest units of relaxing that gain all it can; None where a limit came first."""
    if not numbers:
        return []
    if oracle.large:
        # Each would need a dozen variants dated with their capacity.
        return [None] * len(numbers)
    full = oracle.reach(milestone, [number.variant(-max(0, number.least)) for number in numbers])
    count = len(numbers)
    best = [reach.exact for reach in full]
    low = np.zeros(count, dtype=np.int64)
    high = np.array([max(0, number.least) for number in numbers], dtype=np.int64)
    failed = {place for place in range(count) if best[place] is None}
    methods: list[Method] = [reach.method for reach in full]
    for place, number in enumerate(numbers):
        if number.slot in oracle.two_way and place not in failed:
            units = range(int(high[place]) + 1)
            reaches = oracle.reach(milestone, [number.variant(-each) for each in units])
            dates = [oracle.never if reach.exact is None else reach.exact for reach in reaches]
            best[place] = min(dates)
            low[place] = high[place] = dates.index(min(dates))
    while True:
        open_places = [place for place in np.flatnonzero(low < high).tolist() if place not in failed]
        if not open_places:
            break
        middle = (low + high) // 2
        reaches = oracle.reach(milestone, [numbers[place].variant(-int(middle[place])) for place in open_places])
        for place, reach in zip(open_places, reaches, strict=True):
            if reach.method == "CP-SAT":
                methods[place] = "CP-SAT"
            if reach.exact is None:
                failed.add(place)
            elif reach.exact == best[place]:
                high[place] = middle[place]
            else:
                low[place] = middle[place] + 1
    found: list[Saturation | None] = []
    for place in range(count):
        reached = best[place]
        known = place not in failed and reached is not None
        found.append(Saturation(int(low[place]), reached, methods[place]) if known and reached is not None else None)
    return found
