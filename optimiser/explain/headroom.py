"""How far a number can worsen before a milestone moves, and how far relaxing it goes on gaining: exact, by bisection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from models.binding import Method
from optimiser.critical.backward import TOGETHER, cuts
from optimiser.explain.conflict import one_conflict
from optimiser.explain.contradicting import contradicting
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.numbers import Number
from optimiser.solve.between import DateRange
from optimiser.solve.variant import Variant, evaluate_variants, varied, with_number, without_capacity

__all__ = ["Headroom", "Saturation", "headrooms", "saturations", "taking_over"]

Questions = Sequence[tuple[int, int]]
"""Places, each with units."""
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
    boundaries = [bounds] * len(numbers) if isinstance(bounds, int) else bounds
    search = _Bisection(oracle, milestone, boundaries, [number.most for number in numbers], at)
    if variant_at is None and isinstance(bounds, int):
        search.bracket(bounds, numbers)
    for place, number in enumerate(numbers):
        if number.slot in oracle.two_way:
            search.scan(place)
    if oracle.leads(milestone):
        search.frame()
    search.bisect()
    search.close_in([place for place, number in enumerate(numbers) if number.unit == "count"])
    search.tell_ends(numbers)
    return search.found()


class _Bisection:
    """The bisection of many ranges of units at once: of each the most units at which the milestone stays at or before a boundary.

    ``low`` units leave the milestone there, ``high + 1`` do not.

    Parameters
    ----------
    most
        Of each, units that are more than can be.
    at
        The variant of a place and some units.
    at_most
        Where every variant only relaxes the plan, the boundary that the plan itself reaches.
    """

    def __init__(
        self,
        oracle: Oracle,
        milestone: str,
        boundaries: Sequence[int],
        most: Sequence[int],
        at: Callable[[int, int], Variant],
        at_most: int | None = None,
    ) -> None:
        self.oracle, self.milestone, self.at, self.at_most = oracle, milestone, at, at_most
        self.boundaries = np.array(boundaries, dtype=np.int64)
        count = len(boundaries)
        self.low = np.zeros(count, dtype=np.int64)
        self.most = np.maximum(0, np.array(most, dtype=np.int64))
        self.high = self.most.copy()
        self.methods: list[Method] = ["closed form"] * count
        self.ends = np.zeros(count, dtype=np.bool_)
        self.left_open: dict[int, int] = {}
        self.looked_at: set[int] = set()

    def bracket(self, boundary: int, numbers: Sequence[Number]) -> None:
        """Narrow what a backward pass tells: of a rationed plan that of the order of its schedule says how far at the least."""
        oracle, milestone = self.oracle, self.milestone
        free, sure = oracle.leeway(milestone, boundary)
        if free is None:
            return
        unsure = []
        slotless = frozenset[str]() if sure is None else oracle.slotless(milestone)
        for place, number in enumerate(numbers):
            most = int(self.most[place])
            room = None if number.slot in oracle.pools else free.room(number.slot, number.columns, most)
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
            self.ends[unsure] = oracle.evaluate([self.at(place, int(self.high[place]) + 1) for place in unsure]).infeasible

    def scan(self, place: int) -> None:
        """Look at every unit of a number that does not move the milestone one way only."""
        boundary = int(self.boundaries[place])
        begin, size = 1, _FIRST_LOOK
        while self.low[place] < self.high[place]:
            units = range(begin, min(begin + size, int(self.high[place]) + 1))
            reaches = self._asked([(place, each) for each in units])
            first = next((each for each, reach in zip(units, reaches, strict=True) if not _stays(reach, boundary)), None)
            self.low[place] = units[-1] if first is None else first - 1
            if first is not None:
                moved = reaches[first - begin]
                if not _told(moved, boundary):
                    self.left_open[place] = first
                    return
                self.high[place] = self.low[place]
                self.ends[place] = moved.low >= self.oracle.never
            if any(reach.method == "CP-SAT" for reach in reaches):
                self.methods[place] = "CP-SAT"
            begin, size = begin + size, 4 * size

    def frame(self) -> None:
        """Narrow what a rationed plan leaves open: no number can worsen further than the network alone lets it."""
        low = self.low.copy()
        self._narrow(self._by_network, TOGETHER, self.looked_at, far=True)
        self.low = low

    def bisect(self) -> None:
        """Ask until every number is told, or left open by a limit; of a rationed plan the far end first, which often stays."""
        rationed = self.oracle.leads(self.milestone)
        self._narrow(self._asked, 1 if rationed else TOGETHER, (), far=rationed and self.at_most is None)

    def _narrow(
        self, ask: Callable[[Questions], Sequence[DateRange]], together: int, left_out: Collection[int], *, far: bool
    ) -> None:
        """Close every range but some, with up to so many questions at a time: a pass over some hundred takes little more than over a few."""
        while True:
            spared = {*self.left_open, *left_out}
            places = [place for place in np.flatnonzero(self.low < self.high).tolist() if place not in spared]
            if not places:
                return
            parts = max(1, together // len(places))
            ends = [(place, int(self.low[place]), int(self.high[place])) for place in places]
            asked = [(place, units) for place, low, high in ends for units in ([high] if far else self._cuts(low, high, parts))]
            for (place, units), reach in zip(asked, ask(asked), strict=True):
                if self.low[place] < units <= self.high[place]:
                    self._take(place, units, reach)
            far = False

    def _cuts(self, low: int, high: int, parts: int) -> list[int]:
        """Return where a range is cut; where the plan is relaxed, an odd one nearer to what is relaxed the least."""
        found = cuts(low, high, parts)
        return found if self.at_most is None else [low + high + 1 - units for units in found]

    def _asked(self, asked: Questions) -> list[DateRange]:
        """Return where the milestone lies at some units of some places."""
        variants = [self.at(place, units) for place, units in asked]
        by: list[int] = self.boundaries[[place for place, _ in asked]].tolist()
        return ranges_of(self.oracle, self.milestone, variants, by=by, at_most=self.at_most)

    def _by_network(self, asked: Questions) -> list[DateRange]:
        """Return the same by the network alone; rationed work that runs off the axis has no schedule at all."""
        evaluated = self.oracle.evaluate([self.at(place, units) for place, units in asked])
        boundaries = self.boundaries[[place for place, _ in asked]]
        stays = (evaluated.of(self.milestone) <= boundaries) & ~evaluated.infeasible
        stays &= np.all(evaluated.values <= self.oracle.problem.clock.limit, axis=0)
        late = np.where(evaluated.infeasible, self.oracle.never, boundaries + 1)
        found = np.where(stays, boundaries, late).tolist()
        return [DateRange(boundary, boundary) for boundary in found]

    def _take(self, place: int, units: int, reach: DateRange) -> None:
        """Take the answer to one question."""
        boundary = int(self.boundaries[place])
        if not _told(reach, boundary):
            self.left_open.setdefault(place, units)
            return
        if reach.method != "closed form":
            self.methods[place] = "CP-SAT"
        if _stays(reach, boundary):
            self.low[place] = units
        else:
            self.high[place] = units - 1
            self.ends[place] = reach.low >= self.oracle.never

    def close_in(self, among: Collection[int]) -> None:
        """Close in on units that a limit left open, from both sides."""
        left = [(place, unknown) for place, unknown in self.left_open.items() if place in among]
        sides = [(place, -1, int(self.low[place]) + 1, unknown - 1) for place, unknown in left]
        sides += [(place, 1, unknown + 1, int(self.high[place])) for place, unknown in left]
        while sides := [side for side in sides if side[2] <= side[3]]:
            asked = [(place, (low + high) // 2) for place, _, low, high in sides]
            after = []
            for (place, side, low, high), (_, middle), reach in zip(sides, asked, self._asked(asked), strict=True):
                boundary = int(self.boundaries[place])
                stays, late = _stays(reach, boundary), reach.low > boundary
                if side < 0 and stays:
                    self.low[place] = middle
                elif side > 0 and late:
                    self.high[place] = middle - 1
                further = stays if side < 0 else not late
                after.append((place, side, middle + 1, high) if further else (place, side, low, middle - 1))
            sides = after

    def tell_ends(self, numbers: Sequence[Number]) -> None:
        """Ask of what moves the milestone, as the search has it, whether it leaves no schedule at all."""
        oracle, milestone = self.oracle, self.milestone
        told = (self.low == self.high) & (self.high < self.most) & ~self.ends
        leads = oracle.leads(milestone)
        asked = [
            (place, self.at(place, int(self.high[place]) + 1))
            for place in np.flatnonzero(told).tolist()
            if leads or any(name in oracle.circular for name in oracle.using(numbers[place].slot))
        ]
        ends = contradicting(oracle, milestone, [worse for _, worse in asked])
        self.ends[[place for place, _ in asked]] = ends
        if leads and not oracle.large:
            left = [each for each, end in zip(asked, ends, strict=True) if not end]
            for (place, _), reach in zip(left, ranges_of(oracle, milestone, [worse for _, worse in left]), strict=True):
                self.ends[place] = reach.low >= oracle.never

    def found(self) -> list[Headroom]:
        """Return what was found of each number."""
        rooms = []
        for place in range(len(self.most)):
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

    Notes
    -----
    From where it is relaxed as far as can be a number can worsen again until the milestone moves: that much is not needed.
    """
    known = boundary if not oracle.two_way else None
    furthest = [max(0, number.least) for number in numbers]
    fully = [with_number(number, -far) for number, far in zip(numbers, furthest, strict=True)]
    best = [reach.exact for reach in ranges_of(oracle, milestone, fully, at_most=known)]
    found: list[Saturation | None] = [None] * len(numbers)
    dates: dict[int, int] = {}
    both: dict[int, range] = {}  # those that do not move the milestone one way only: every unit is looked at
    for place, (number, date) in enumerate(zip(numbers, best, strict=True)):
        if date is not None and number.slot in oracle.two_way:
            both[place] = range(furthest[place] + 1)
        elif date is not None:
            dates[place] = date
    each_unit = [with_number(numbers[place], -units) for place, spans in both.items() for units in spans]
    reaches = iter(ranges_of(oracle, milestone, each_unit))
    for place, spans in both.items():
        reached = [oracle.never if (exact := next(reaches).exact) is None else exact for _ in spans]
        found[place] = Saturation(reached.index(min(reached)), min(reached))
    places = list(dates)

    def at(place: int, units: int) -> Variant:
        return with_number(numbers[places[place]], units - furthest[places[place]])

    search = _Bisection(oracle, milestone, list(dates.values()), [furthest[place] for place in places], at, known)
    search.bisect()
    for own, (place, date) in enumerate(dates.items()):
        if own not in search.left_open:
            found[place] = Saturation(furthest[place] - int(search.low[own]), date)
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
