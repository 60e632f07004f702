"""How far a number can worsen before a milestone moves, and how far relaxing it goes on gaining: exact, by bisection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from models.explanation import Method
from optimiser.critical.backward import TOGETHER, cuts
from optimiser.explain.conflict import one_conflict
from optimiser.explain.contradicting import contradicting
from optimiser.explain.oracle import Oracle
from optimiser.numbers import Number
from optimiser.solve.between import DateRange
from optimiser.solve.variant import Variant, evaluate_variants, varied, with_number, without_capacity

__all__ = ["Headroom", "Saturation", "headrooms", "saturations", "taking_over"]

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
    least, most
        Where the limit came first: so many units leave the milestone where it is, and more than ``most`` do not; ``most``
        None where no number on the axis is known to move it.
    """

    units: int | None
    contradicts: bool
    method: Method
    least: int = 0
    most: int | None = None

    def searched(self, number: Number) -> int | None:
        """Return how many units were looked at, where none of them moves the milestone."""
        return number.most if self.units is None and self.method != "undecided" else None

    @property
    def between(self) -> tuple[int, int | None] | None:
        """Where the headroom lies, where the limit came first."""
        return (self.least, self.most) if self.method == "undecided" else None


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
    at = variant_at or (lambda place, units: with_number(numbers[place], units))
    boundary_of = [bounds] * len(numbers) if isinstance(bounds, int) else list(bounds)
    search = _Bisection(oracle, milestone, boundary_of, numbers, at)
    if variant_at is None and isinstance(bounds, int):
        search.bracket(bounds)
    for place, number in enumerate(numbers):
        if number.slot in oracle.two_way:
            search.scan(place)
    if oracle.leads(milestone):
        search.frame()
    search.bisect()
    search.tell_ends()
    return search.found()


class _Bisection:
    """The bisection of many numbers at once.

    ``low`` units leave the milestone where it is, ``high + 1`` do not.
    """

    def __init__(
        self,
        oracle: Oracle,
        milestone: str,
        boundaries: Sequence[int],
        numbers: Sequence[Number],
        at: Callable[[int, int], Variant],
    ) -> None:
        self.oracle, self.milestone, self.at = oracle, milestone, at
        self.boundaries = np.array(boundaries, dtype=np.int64)
        self.numbers = numbers
        count = len(numbers)
        self.low = np.zeros(count, dtype=np.int64)
        self.most = np.array([max(0, number.most) for number in numbers], dtype=np.int64)
        self.high = self.most.copy()
        self.methods: list[Method] = ["closed form"] * count
        self.ends = np.zeros(count, dtype=np.bool_)
        self.left_open: set[int] = set()
        self.looked_at: set[int] = set()

    def bracket(self, boundary: int) -> None:
        """Narrow what a backward pass tells: of a rationed plan that of the order of its schedule says how far at the least."""
        oracle, milestone = self.oracle, self.milestone
        free, sure = oracle.leeway(milestone, boundary)
        if free is None:
            return
        unsure = []
        rules, slotless = oracle.plan.rules_by_id, frozenset() if sure is None else oracle.slotless(milestone)
        for place, number in enumerate(self.numbers):
            if number.slot in rules and rules[number.slot].kind == "capacity":
                continue
            most = int(self.most[place])
            room = free.room(number.slot, number.columns, most)
            if room is None:
                continue
            self.looked_at.add(place)
            self.high[place] = room.most
            self.ends[place] = bool(room.contradicts)
            least = room if not oracle.leads(milestone) else None
            if sure is not None and slotless.isdisjoint(oracle.using(number.slot)):
                least = sure.room(number.slot, number.columns, most)
            if least is not None:
                self.low[place] = min(least.least, room.most)
            if room.contradicts is None and room.most < most:
                unsure.append(place)
        if unsure:
            worse = [self.at(place, int(self.high[place]) + 1) for place in unsure]
            self.ends[unsure] = oracle.evaluate(worse).infeasible

    def scan(self, place: int) -> None:
        """Look at every unit of a number that does not move the milestone one way only."""
        boundary = int(self.boundaries[place])
        begin, size = 1, _FIRST_LOOK
        while self.low[place] < self.high[place]:
            units = range(begin, min(begin + size, int(self.high[place]) + 1))
            reaches = self.oracle.reach(self.milestone, [self.at(place, each) for each in units], by=boundary)
            first = next((each for each, reach in zip(units, reaches, strict=True) if not _stays(reach, boundary)), None)
            self.low[place] = units[-1] if first is None else first - 1
            if first is not None:
                moved = reaches[first - begin]
                if not _told(moved, boundary):
                    self.left_open.add(place)
                    return
                self.high[place] = self.low[place]
                self.ends[place] = moved.low >= self.oracle.never
            if any(reach.method == "CP-SAT" for reach in reaches):
                self.methods[place] = "CP-SAT"
            begin, size = begin + size, 4 * size

    def frame(self) -> None:
        """Narrow what a rationed plan leaves open: no number can worsen further than the network alone lets it."""
        oracle, milestone = self.oracle, self.milestone
        left_out = self.left_open | self.looked_at
        asked = np.array([place for place in np.flatnonzero(self.low < self.high).tolist() if place not in left_out])
        low, far = self.low.copy(), True
        while len(asked):
            units = self.high[asked] if far else (low[asked] + self.high[asked] + 1) // 2
            evaluated = oracle.evaluate(
                [self.at(place, each) for place, each in zip(asked.tolist(), units.tolist(), strict=True)]
            )
            # Rationed work that runs off the axis has no schedule at all.
            stays = (evaluated.of(milestone) <= self.boundaries[asked]) & ~evaluated.infeasible
            stays &= np.all(evaluated.values <= oracle.problem.clock.limit, axis=0)
            low[asked] = np.where(stays, units, low[asked])
            self.ends[asked] = np.where(stays, self.ends[asked], evaluated.infeasible)
            self.high[asked] = np.where(stays, self.high[asked], units - 1)
            asked, far = asked[low[asked] < self.high[asked]], False

    def bisect(self) -> None:
        """Ask until every number is told, or left open by a limit; the far end first, which often stays."""
        rationed = far = self.oracle.leads(self.milestone)
        while True:
            places = [place for place in np.flatnonzero(self.low < self.high).tolist() if place not in self.left_open]
            if not places:
                return
            # A pass over some hundred variants takes little more than one over a few: each range is cut into several.
            parts = 1 if rationed else max(1, TOGETHER // len(places))
            asked = [
                (place, units)
                for place in places
                for units in ([int(self.high[place])] if far else cuts(int(self.low[place]), int(self.high[place]), parts))
            ]
            same = np.unique(self.boundaries[places])
            by = int(same[0]) if len(same) == 1 else None
            reaches = self.oracle.reach(self.milestone, [self.at(place, units) for place, units in asked], by=by)
            for (place, units), reach in zip(asked, reaches, strict=True):
                if self.low[place] < units <= self.high[place]:
                    self._take(place, units, reach)
            far = False

    def tell_ends(self) -> None:
        """Ask of what moves the milestone, as the search has it, whether it leaves no schedule at all."""
        oracle, milestone = self.oracle, self.milestone
        told = (self.low == self.high) & (self.high < self.most) & ~self.ends
        leads = oracle.leads(milestone)
        asked = [
            (place, self.at(place, int(self.high[place]) + 1))
            for place in np.flatnonzero(told).tolist()
            if leads or any(name in oracle.circular for name in oracle.using(self.numbers[place].slot))
        ]
        ends = contradicting(oracle, milestone, [worse for _, worse in asked])
        for (place, worse), end in zip(asked, ends, strict=True):
            self.ends[place] = end
            if leads and not (end or oracle.large):
                (reach,) = oracle.reach(milestone, [worse])
                self.ends[place] = reach.low >= oracle.never

    def _take(self, place: int, units: int, reach: DateRange) -> None:
        """Take the answer to one question."""
        boundary = int(self.boundaries[place])
        if not _told(reach, boundary):
            self.left_open.add(place)
            if self.numbers[place].unit == "count":
                self._bracket(place, units)
            return
        if reach.method != "closed form":
            self.methods[place] = "CP-SAT"
        if _stays(reach, boundary):
            self.low[place] = units
        else:
            self.high[place] = units - 1
            self.ends[place] = reach.low >= self.oracle.never

    def _bracket(self, place: int, unknown: int) -> None:
        """Close in on units that a limit left open, from both sides."""
        boundary = int(self.boundaries[place])
        for worse in (False, True):
            low, high = (unknown + 1, int(self.high[place])) if worse else (int(self.low[place]) + 1, unknown - 1)
            while low <= high:
                middle = (low + high) // 2
                (reach,) = self.oracle.reach(self.milestone, [self.at(place, middle)], by=boundary)
                if not worse and _stays(reach, boundary):
                    self.low[place], low = middle, middle + 1
                elif not worse:
                    high = middle - 1
                elif reach.low > boundary:
                    self.high[place], high = middle - 1, middle - 1
                else:
                    low = middle + 1

    def found(self) -> list[Headroom]:
        """Return what was found of each number."""
        rooms = []
        for place in range(len(self.numbers)):
            least, most = int(self.low[place]), int(self.high[place])
            never = most >= self.most[place]
            if least < most:
                rooms.append(Headroom(None, contradicts=False, method="undecided", least=least, most=None if never else most))
            else:
                contradicts = bool(self.ends[place]) and not never
                rooms.append(Headroom(None if never else least, contradicts, self.methods[place], least))
        return rooms


def _stays(reach: DateRange, boundary: int) -> bool:
    return reach.high is not None and reach.high <= boundary


def _told(reach: DateRange, boundary: int) -> bool:
    """Return whether a reach tells on which side of a boundary the date lies."""
    return _stays(reach, boundary) or reach.low > boundary


def saturations(
    oracle: Oracle, milestone: str, numbers: Sequence[Number], boundary: int | None = None
) -> list[Saturation | None]:
    """Return for each number the fewest units of relaxing that gain all it can; None where a limit came first.

    Parameters
    ----------
    boundary
        Where the milestone is, where that is proved.
    """
    if not numbers:
        return []
    known = boundary if not oracle.two_way else None
    full = oracle.reach(milestone, [with_number(number, -max(0, number.least)) for number in numbers], at_most=known)
    count = len(numbers)
    best = [reach.exact for reach in full]
    low = np.zeros(count, dtype=np.int64)
    high = np.array([max(0, number.least) for number in numbers], dtype=np.int64)
    failed = {place for place in range(count) if best[place] is None}
    methods: list[Method] = [reach.method for reach in full]
    two_way = [place for place, number in enumerate(numbers) if number.slot in oracle.two_way and place not in failed]
    spans = [(place, units) for place in two_way for units in range(int(high[place]) + 1)]
    each_unit = oracle.reach(milestone, [with_number(numbers[place], -units) for place, units in spans])
    for (place, units), reach in zip(spans, each_unit, strict=True):
        date, before = oracle.never if reach.exact is None else reach.exact, best[place]
        if not units or before is None or date < before:
            best[place], low[place] = date, units
    high[two_way] = low[two_way]
    # Which targets are asked of together: where no search is needed, all, and every range is cut into several.
    searched = oracle.leads(milestone)
    while open_places := [place for place in np.flatnonzero(low < high).tolist() if place not in failed]:
        parts = 1 if searched else max(1, TOGETHER // len(open_places))
        asked = [(place, units) for place in open_places for units in cuts(int(low[place]) - 1, int(high[place]) - 1, parts)]
        targets: Sequence[int | None] = (None,)
        if searched:
            targets = sorted({gained for place in open_places if (gained := best[place]) is not None})
        for target in targets:
            part = [(place, units) for place, units in asked if target in (None, best[place])]
            variants = [with_number(numbers[place], -units) for place, units in part]
            reaches = oracle.reach(milestone, variants, by=target, at_most=known)
            for (place, units), reach in zip(part, reaches, strict=True):
                gained = best[place]
                if reach.method == "CP-SAT":
                    methods[place] = "CP-SAT"
                if gained is None or not _told(reach, gained):
                    failed.add(place)
                elif _stays(reach, gained):  # so many units gain all that can be gained
                    high[place] = min(high[place], units)
                else:
                    low[place] = max(low[place], units + 1)
    found: list[Saturation | None] = []
    for place in range(count):
        reached = best[place]
        told = place not in failed and reached is not None
        found.append(Saturation(int(low[place]), reached, methods[place]) if told and reached is not None else None)
    return found


def taking_over(
    oracle: Oracle, milestone: str, relaxed: Sequence[tuple[Number, Saturation]], driving: Collection[str]
) -> list[tuple[str, ...]]:
    """Return for each number what holds a milestone once it is relaxed as far as it gains, and did not before.

    Parameters
    ----------
    driving
        What holds it as things are.
    """
    asked = [(number, spent.units, spent.boundary) for number, spent in relaxed]
    found = _holding(oracle, milestone, asked, driving)
    # Where what takes over comes out even with what held it before, a number better still tells them apart.
    even = [
        place
        for place, (number, spent) in enumerate(relaxed)
        if not found[place] and spent.units < number.least and number.slot not in oracle.two_way
    ]
    better = [(relaxed[place][0], relaxed[place][0].least, relaxed[place][1].boundary) for place in even]
    for place, told in zip(even, _holding(oracle, milestone, better, driving), strict=True):
        found[place] = told
    return found


def _holding(
    oracle: Oracle, milestone: str, asked: Sequence[tuple[Number, int, int]], driving: Collection[str]
) -> list[tuple[str, ...]]:
    """Return what else holds a milestone at a boundary once a number is relaxed by some units, for each of several."""
    found: list[tuple[str, ...]] = []
    node, limit = oracle.node(milestone), oracle.problem.clock.limit
    for begin in range(0, len(asked), TOGETHER):
        block = asked[begin : begin + TOGETHER]
        variants = [with_number(number, -units) for number, units, _ in block]
        evaluated = evaluate_variants(oracle.network, [without_capacity(oracle.plan, each) for each in variants])
        stands = ~evaluated.infeasible & (evaluated.values <= limit).all(axis=0)
        for sample, ((number, units, boundary), variant) in enumerate(zip(block, variants, strict=True)):
            values: list[int] = evaluated.values[:, sample].tolist()
            if stands[sample] and values[node] == boundary:
                members: Iterable[str] = oracle.reasons_of_variants.behind(node, values, number.slot, number.column(-units))
            else:
                relaxed = Oracle(varied(oracle.network, variant), oracle.limits, oracle.problem.clock)
                conflict = one_conflict(relaxed, milestone, boundary - 1)
                members = conflict[0] if conflict else ()
            found.append(tuple(name for name in members if name not in driving))
    return found
