"""Ranges of assumptions in which published dates hold: every whole value looked at, or found by bisection.

A date is never later for a number that is less bad, so the values of one assumption that put a milestone inside a day or a
month are one run; with two assumptions, one run of the second for every value of the first. Every whole value of the first
is looked at and the ends of the run of the second are found by bisection, all at once: the ranges are exact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Baseline
from models.duration import Duration
from models.faults import maybe
from models.plan import DURATION_PREFIX
from optimiser.critical import Columns, evaluate
from optimiser.critical.backward import reaches
from optimiser.errors import BeyondHorizonError, InputError, Located
from optimiser.explain.dated import published_window
from optimiser.explain.oracle import Oracle
from optimiser.numbers import Number, entry_of, number_of_assumption, users
from optimiser.solve.variant import Variant

__all__ = ["Array", "Held", "Ranges"]

REACH = {"wd": 520, "cd": 730, "mo": 24, "count": 50}
"""How many units an assumption is moved either way at most."""

Array = NDArray[np.int64]


@dataclass(slots=True)
class Held:
    """Where some dates hold together.

    Attributes
    ----------
    rows
        Units of the first free number with the first and last units of the second; without a second, zeros.
    held
        The milestones that hold at every row.
    """

    free: tuple[Number, ...]
    held: tuple[str, ...]
    rows: list[tuple[int, int, int]]

    @property
    def effort(self) -> int:
        """The fewest units by which the free numbers move."""
        costs = (abs(first) + min(abs(low), abs(high)) * (not low <= 0 <= high) for first, low, high in self.rows)
        return min(costs, default=0)


class Ranges:
    """The search for assumptions that explain a baseline.

    Parameters
    ----------
    oracle
        Of a plan that has dates.
    baseline
        The published dates.
    required
        The dates that must hold together; where there are none, as many as can.
    """

    def __init__(self, oracle: Oracle, baseline: Baseline, required: tuple[str, ...]) -> None:
        self.oracle = oracle
        self.plan = oracle.plan
        self.baseline = baseline
        self.required = required
        self.windows: dict[str, tuple[int, int]] = {}
        self.published: dict[str, str] = {}
        self.outside: list[str] = []
        for entry in baseline.dates:
            try:
                self.windows[entry.milestone] = published_window(oracle.problem.clock, self.plan, entry.milestone, entry.date)
                self.published[entry.milestone] = entry.date
            except (InputError, BeyondHorizonError):
                self.outside.append(entry.milestone)
        self.milestones = tuple(self.windows)
        self.nodes = [oracle.node(name) for name in self.milestones]
        self.low = np.array([self.windows[name][0] for name in self.milestones], dtype=np.int64)
        self.high = np.array([self.windows[name][1] for name in self.milestones], dtype=np.int64)
        self.as_is = self.dates([Variant()])[:, 0]
        stated = (
            number_of_assumption(oracle.plan, oracle.problem.clock, entry) for entry in self.plan.assumptions_by_id.values()
        )
        self.leads = {name: reaches(oracle.network, oracle.node(name)) for name in self.milestones}
        self.numbers = {number.slot: number for number in stated if number is not None}
        self.touches = {slot: self._touches(slot) for slot in self.numbers}

    def _touches(self, slot: str) -> set[str]:
        """Return the milestones that an assumption can reach at all."""
        plan, network = self.plan, self.oracle.network
        using = [name for name in users(plan, slot) if name.startswith(DURATION_PREFIX) or network.enabled[name]]
        nodes = {network.node(point) for name in using for point in entry_of(plan, name).points()}
        return {name for name in self.milestones if any(self.leads[name][node] for node in nodes)}

    def named(self, free: Collection[str]) -> tuple[Number, ...]:
        """Return the numbers that a user frees.

        Raises
        ------
        InputError
            If one is unknown or has no number, or there are more than two.
        """
        faults = []
        for name in free:
            if name not in self.plan.values:
                message = f"unknown assumption '{name}'{maybe(name, self.plan.values)}"
                faults.append(Located(message, path="free"))
            elif name not in self.numbers:
                faults.append(Located(f"'{name}' holds no number that a rule or duration uses", path="free"))
        if len(set(free)) > 2:
            faults.append(
                Located(f"at most two assumptions vary together, got {len(set(free))}; maybe fix some with --set", path="free")
            )
        if faults:
            raise InputError(faults)
        return tuple(self.numbers[name] for name in dict.fromkeys(free))

    def dates(self, variants: Sequence[Variant]) -> Array:
        """Return the boundary of every milestone in every variant, shape ``(milestones, variants)``."""
        evaluated = self.oracle.evaluate(variants)
        found: Array = np.where(evaluated.infeasible, self.oracle.never, evaluated.values[self.nodes])
        return found

    def units(self, number: Number) -> tuple[int, int]:
        """Return how far a number is moved: better (negative) and worse."""
        reach = REACH[number.unit]
        stated = number.value.amount if isinstance(number.value, Duration) else 0
        better = -min(number.least, max(reach, stated))
        if isinstance(number.value, dt.date):
            better = max(better, self.oracle.problem.clock.origin - number.boundary) if number.worse > 0 else better
        return better, min(number.most, reach)

    def alone(self, number: Number, off: Variant | None = None) -> tuple[Array, Array]:
        """Return every value of one number in units, and the dates at it, shape ``(milestones, values)``."""
        first, last = self.units(number)
        units = np.arange(first, last + 1)
        fixed = off.values if off else {}
        return units, self.dates([Variant(values={**fixed, number.slot: number.column(int(each))}) for each in units])

    def inside(self, dates: Array) -> NDArray[np.bool_]:
        """Return which dates are as published."""
        held: NDArray[np.bool_] = (dates >= self.low[:, None]) & (dates <= self.high[:, None])
        return held

    def best_set(self) -> tuple[Held, list[tuple[str, ...]]]:
        """Return the one or two assumptions that explain the most dates, and other sets found to explain as many.

        Of equally many dates fewer assumptions are better, then fewer units moved. A pair whose every date would still be
        too late with both moved as far as they go cannot explain it: such bounds leave most pairs untried.
        """
        wrong = {
            name
            for name, date, low, high in zip(self.milestones, self.as_is, self.low, self.high, strict=True)
            if not low <= date <= high
        }
        wrong &= set(self.required) or wrong
        candidates = [slot for slot in self.numbers if self.touches[slot] & wrong]
        sets: list[tuple[str, ...]] = [(slot,) for slot in candidates]
        sets += [(one, other) for place, one in enumerate(candidates) for other in candidates[place + 1 :]]
        none = Held((), tuple(name for name in self.milestones if name not in wrong), [(0, 0, 0)])
        if not sets or not wrong:
            return none, []
        bounds = self._bounds(sets)
        found: list[Held] = [none]
        most = len(none.held)
        # Single ones first: they are soon tried, and leave fewer pairs worth trying.
        for place in sorted(range(len(sets)), key=lambda place: (len(sets[place]), -bounds[place])):
            if bounds[place] <= most:
                continue
            solution = self.solved(tuple(self.numbers[slot] for slot in sets[place]), more_than=most)
            found.append(solution)
            most = max(most, len(solution.held))
        best = [each for each in found if len(each.held) == most]
        fewest = min(len(each.free) for each in best)
        best = sorted((each for each in best if len(each.free) == fewest), key=lambda each: each.effort)
        return best[0], [tuple(number.slot for number in each.free) for each in best[1:]]

    def _bounds(self, sets: Sequence[tuple[str, ...]]) -> list[int]:
        """Return for each set the most dates that it could explain."""
        extremes: list[Variant] = []
        for better in (True, False):
            for names in sets:
                numbers = [self.numbers[name] for name in names]
                ends = [self.units(number)[0 if better else 1] for number in numbers]
                extremes.append(
                    Variant(values={number.slot: number.column(end) for number, end in zip(numbers, ends, strict=True)})
                )
        dates = self.dates(extremes)
        count = len(sets)
        possible = (dates[:, :count] <= self.high[:, None]) & (dates[:, count:] >= self.low[:, None])
        return [int(each) for each in possible.sum(axis=0)]

    def solved(self, free: tuple[Number, ...], more_than: int = -1) -> Held:
        """Return where as many dates as can, or all that are required, hold together when some numbers vary.

        Parameters
        ----------
        more_than
            Where no more than so many could hold, nothing need be looked at.
        """
        if len(free) == 2:
            # The one whose value decides more dates by itself comes first, where that can be told.
            first, second = free
            if self.touches[second.slot] > self.touches[first.slot]:
                free = (second, first)
            return self._pair(*free, more_than)
        (number,) = free
        units, dates = self.alone(number)
        return self._held(free, units, self.inside(dates))

    def _held(self, free: tuple[Number, ...], units: Array, held: NDArray[np.bool_]) -> Held:
        wanted = [place for place, name in enumerate(self.milestones) if name in self.required]
        if wanted:
            good = held[wanted].all(axis=0)
            names = self.required if good.any() else ()
            return Held(free, names, [(int(each), 0, 0) for each in units[good]])
        count = held.sum(axis=0)
        sample = int(np.argmax(count))
        names = tuple(name for name, holds in zip(self.milestones, held[:, sample], strict=True) if holds)
        same = (held == held[:, [sample]]).all(axis=0)
        return Held(free, names, [(int(each), 0, 0) for each in units[same]])

    def _pair(self, first: Number, second: Number, more_than: int) -> Held:
        """Return where dates hold together when two numbers vary."""
        units, dates = self.alone(first)
        # What the second cannot reach depends on the first alone.
        fixed = [place for place, name in enumerate(self.milestones) if name not in self.touches[second.slot]]
        possible = self.inside(dates)[fixed].sum(axis=0) + len(self.milestones) - len(fixed)
        units = units[possible > more_than]
        low, high = self._runs(first, second, units)
        wanted = [place for place, name in enumerate(self.milestones) if name in self.required]
        if wanted:
            lows, highs = low[wanted].max(axis=0), high[wanted].min(axis=0)
            good = np.flatnonzero(lows <= highs)
            rows = [(int(units[place]), int(lows[place]), int(highs[place])) for place in good]
            return Held((first, second), self.required if rows else (), rows)
        best: tuple[int, frozenset[int]] = (0, frozenset())
        rows_of: dict[frozenset[int], list[tuple[int, int, int]]] = {}
        for place, value in enumerate(units.tolist()):
            for members, start, end in _deepest(low[:, place], high[:, place]):
                rows_of.setdefault(members, []).append((value, start, end))
                best = max(best, (len(members), members), key=lambda each: each[0])
        held = tuple(self.milestones[place] for place in sorted(best[1]))
        return Held((first, second), held, rows_of.get(best[1], []))

    def _runs(self, first: Number, second: Number, units: Array) -> tuple[Array, Array]:
        """Return for each milestone and value of the first number the run of the second, in units; empty where first > last.

        Notes
        -----
        Bisection for the first value of the second at which the date is not too early, and for the last at which it is not
        too late.
        """
        start, end = self.units(second)
        shape = (len(self.milestones), len(units))
        columns = np.array([first.column(int(each)) for each in units])
        table = np.array([second.column(each) for each in range(start, end + 1)])
        ends = []
        for late in (False, True):
            low = np.full(shape, start, dtype=np.int64)
            high = np.full(shape, end + 1, dtype=np.int64)
            while np.any(low < high):
                middle = (low + high) // 2
                asked = np.clip(middle, start, end)
                dates = self._grid(first.slot, second.slot, columns, table[asked - start])
                beyond = dates > self.high[:, None] if late else dates >= self.low[:, None]
                live = low < high
                high = np.where(live & beyond, middle, high)
                low = np.where(live & ~beyond, middle + 1, low)
            ends.append(low)
        return ends[0], ends[1] - 1

    def _grid(self, one: str, other: str, columns: Array, second: Array) -> Array:
        """Return each milestone's date where the first number has a column's values and the second those of its own row."""
        rows, count = second.shape
        values = {one: np.tile(columns, rows), other: second.reshape(-1)}
        self.oracle.calls += rows * count
        evaluated = evaluate(self.oracle.network, Columns(rows * count, values))
        dates = np.where(evaluated.infeasible, self.oracle.never, evaluated.values[self.nodes])
        found = dates.reshape(len(self.nodes), rows, count)
        each: Array = found[np.arange(rows), np.arange(rows)]
        return each


def _deepest(low: Array, high: Array) -> list[tuple[frozenset[int], int, int]]:
    """Return the maximal overlaps of several runs: the runs, the first place and the last.

    Parameters
    ----------
    low, high
        Ends of each run, both included; empty where ``low > high``.
    """
    live = np.flatnonzero(low <= high)
    if not len(live):
        return []
    points = np.unique(low[live])
    depth = ((low[live][:, None] <= points) & (points <= high[live][:, None])).sum(axis=0)
    found = []
    for point in points[depth == depth.max()].tolist():
        members = live[(low[live] <= point) & (point <= high[live])]
        found.append((frozenset(members.tolist()), int(low[members].max()), int(high[members].min())))
    return list(dict.fromkeys(found))
