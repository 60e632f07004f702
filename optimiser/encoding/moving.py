"""A migration market in the model: bounds of single shares up front, joint ones once a solution breaks them.

Whether a solution leaves room for all that it makes ready is a question of a maximum flow, from shares over days to the
limits of these (Ford and Fulkerson 1956). Where it does not, a minimum cut names shares *A* that cannot be done before the
end, and the model is told

    b(i) ≥ a(i) for all i of A  ⇒  b(after) ≥ n,

with every a(i) as early as the sum for *A* still breaks the days before *n*. Each is true of every schedule, so a search on
some of them is a relaxation, as it is with staircases (`optimiser.encoding.staircase`); a schedule that breaks none of the
sums is a solution, and there are finitely many.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import max_flow

from models.rules import Migration
from optimiser.clock import Boundaries
from optimiser.encoding.staircase import Literals, holds
from optimiser.encoding.variables import Place, Variables

__all__ = ["MarketSteps", "migration"]

Days = NDArray[np.int64]

_AROUND, _FURTHEST = 8, 128
"""So many boundaries to either side of a solution are told of the first time one breaks the rule, and at last."""


def migration(variables: Variables, rule: Migration, under: Literals) -> None:
    """``b(after)`` follows each share by its days, and all shares by what can be moved of them together."""
    later = variables.linked(rule.points()[-1])
    if later is None:
        return
    steps = MarketSteps(variables, rule, under, later)
    for place, values in steps.alone():
        variables.follows(steps.later, place, values, under)
    steps.begin()
    variables.refinable.append(steps)


class MarketSteps:
    """The inequality of one rule, as far as it has been posted.

    Parameters
    ----------
    variables
        The model.
    rule, under
        The rule, and the literals under which it holds.
    later
        What it bounds.
    """

    partial = True
    """Whether something may be left to post: of all sets of shares never all are."""

    def __init__(self, variables: Variables, rule: Migration, under: Literals, later: Place) -> None:
        self._variables, self._rule, self._under = variables, rule, under
        self.later = later
        shares = rule.shares()
        points = list(dict.fromkeys(share.point for share in shares))
        self._places = [variables.source(point) for point in points]
        self._of = np.array([points.index(share.point) for share in shares], dtype=np.int64)
        self._wait, self._work, self._checks = (
            np.array(column, dtype=np.int64)
            for column in zip(*((share.delay, share.work, share.checks) for share in shares), strict=True)
        )
        self._most = np.array([share.work if share.most is None else share.most for share in shares], dtype=np.int64)
        clock = variables.clock
        worked = set(clock.own_days(rule.calendar or variables.plan.calendar).tolist())
        self._days = [dt.date.fromordinal(day) if day in worked else None for day in clock.days.tolist()]
        self._limit = min(variables.plan.amount(rule.limit), int(self._work.sum()))
        self._lifted = variables.plan.amount(rule.lifted)
        self._relative = any(step.since is None for step in rule.steps)
        self._rooms: dict[int, Days] = {}
        self._radius = _AROUND
        self._told: set[tuple[tuple[int, ...], int]] = set()

    def alone(self) -> Iterator[tuple[Place, Boundaries]]:
        """Yield for each point when its shares are moved by the limits of these, for every boundary that it may have."""
        room, beyond = self._room(0), self._variables.clock.beyond
        for number, place in enumerate(self._places):
            starts = np.arange(place.low, place.high + 1)
            ends = np.zeros(len(starts), dtype=np.int64)
            for share in np.flatnonzero(self._of == number):
                moved = np.concatenate(([0], np.cumsum(np.minimum(room, self._most[share]))))
                begin = moved[np.minimum(starts + self._wait[share], len(room))]
                end = np.searchsorted(moved, begin + self._work[share], side="left") + self._checks[share]
                ends = np.maximum(ends, np.minimum(end, beyond))
            yield place, ends

    def begin(self) -> None:
        """Post what follows from the earliest boundaries that the points may have."""
        at, low, high = [place.low for place in self._places], self.later.low - 1, self.later.high + 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._short(at, middle) else (low, middle)
        if low >= self.later.low:
            self._post(self._short(at, low), at, high)

    def broken(self, solution: Sequence[int]) -> bool:
        """Return whether a solution, the values of all variables by index, has no room for all."""
        if not all(holds(literal, solution) for literal in self._under):
            return False
        return bool(self._short(self._at(solution), self._value(self.later, solution)))

    def refine(self, solution: Sequence[int]) -> None:
        """Post what follows where a solution has no room, and some boundaries earlier and later."""
        at, end = self._at(solution), self._value(self.later, solution)
        shares = self._short(at, end)
        self._post(shares, at, self._end(shares, at, end))
        for by in range(-self._radius, self._radius + 1):
            moved = [min(max(each + by, place.low), place.high) for each, place in zip(at, self._places, strict=True)]
            self._post(shares, moved, self._end(shares, moved, self.later.low - 1))
        self._radius = min(2 * self._radius, _FURTHEST)

    def _at(self, solution: Sequence[int]) -> list[int]:
        return [self._value(place, solution) for place in self._places]

    def _value(self, place: Place, solution: Sequence[int]) -> int:
        return int(solution[place.variable.index]) + place.offset

    def _room(self, first: int) -> Days:
        """Return the room for migration on each day, for a market that begins at a boundary."""
        first = first if self._relative else 0
        if first not in self._rooms:
            rooms = (
                0 if day is None else self._rule.room(day, self._limit, place - first, self._lifted)
                for place, day in enumerate(self._days)
            )
            self._rooms[first] = np.minimum(np.fromiter(rooms, dtype=np.int64, count=len(self._days)), self._work.sum())
        return self._rooms[first]

    def _short(self, at: Sequence[int], end: int) -> list[int]:
        """Return shares that cannot be moved before an end from where their points are; none where all can."""
        room = self._room(min(at))
        ready = np.asarray(at, dtype=np.int64)[self._of] + self._wait
        last = np.minimum(end - self._checks, len(room))
        first, shares = int(ready.min()), len(ready)
        flow = max_flow.SimpleMaxFlow()
        sink, days = shares + 1, shares + 2 - first
        numbers = np.arange(shares, dtype=np.int64)
        flow.add_arcs_with_capacity(np.zeros(shares, dtype=np.int64), numbers + 1, self._work)
        for share in numbers:
            open_to_it = np.arange(ready[share], max(ready[share], last[share]))
            flow.add_arcs_with_capacity(
                np.full(len(open_to_it), share + 1), open_to_it + days, np.full(len(open_to_it), self._most[share])
            )
        some = np.arange(first, max(first, int(last.max())))
        flow.add_arcs_with_capacity(some + days, np.full(len(some), sink), room[some])
        status = flow.solve(0, sink)
        if status != flow.OPTIMAL:
            message = f"the maximum flow of '{self._rule.id}' ended with status {status}"
            raise RuntimeError(message)
        if flow.optimal_flow() == self._work.sum():
            return []
        return [int(node) - 1 for node in flow.get_source_side_min_cut() if 1 <= node <= shares]

    def _fits(self, shares: Sequence[int], at: Sequence[int], end: int) -> bool:
        """Return whether the sum for some shares leaves room for them before an end."""
        chosen = np.asarray(shares)
        ready, last = np.asarray(at)[self._of[chosen]] + self._wait[chosen], end - self._checks[chosen]
        room = self._room(min(at))
        joins = np.zeros(len(room) + 2, dtype=np.int64)
        held = ready < last
        np.add.at(joins, np.minimum(ready[held], len(room)), self._most[chosen][held])
        np.subtract.at(joins, np.minimum(last[held], len(room)), self._most[chosen][held])
        return bool(np.minimum(room, np.cumsum(joins)[: len(room)]).sum() >= self._work[chosen].sum())

    def _end(self, shares: Sequence[int], at: Sequence[int], low: int) -> int:
        """Return the first end later than one for which the sum for some shares leaves room."""
        high = self.later.high + 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._fits(shares, at, middle) else (middle, high)
        return high

    def _post(self, shares: Sequence[int], at: Sequence[int], end: int) -> None:
        """Post that some shares cannot be moved before an end, nor from as much earlier as the sum for them tells."""
        if end <= self.later.low:
            return
        since = list(at)
        chosen = set(self._of[list(shares)].tolist())
        for number in sorted(chosen, key=lambda number: -at[number]):
            low, high = self._places[number].low - 1, since[number]
            if self._relative:
                low = max(low, min(at) - 1)
            while high - low > 1:
                middle = (low + high) // 2
                tried = [middle if other == number else each for other, each in enumerate(since)]
                low, high = (middle, high) if self._fits(shares, tried, end - 1) else (low, middle)
            since[number] = high
        if self._relative:  # the pace begins with the first of all
            since = [each if number in chosen else min(at) for number, each in enumerate(since)]
            chosen = set(range(len(since)))
        if (told := (tuple(since), end)) in self._told:
            return
        self._told.add(told)
        model, under = self._variables.model, self._under
        reached = [
            self._variables.reached(self._places[number], since[number])
            for number in sorted(chosen)
            if since[number] > self._places[number].low
        ]
        posted = model.add(self.later.variable >= end - self.later.offset)
        if reached or under:
            posted.only_enforce_if(*reached, *under)
