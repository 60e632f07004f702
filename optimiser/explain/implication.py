"""What a published plan takes for granted: the values of assumptions at which its dates follow from the logic given.

A date is never later for a number that is less bad, so the values of one assumption that put a milestone inside a day or a
month are one run; with two assumptions, one run of the second for every value of the first. Every whole value of the first
is looked at and the ends of the run of the second are found by bisection, all at once: the ranges are exact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.duration import Duration
from models.explanation import Implied, ImpliedDate, ImpliedRange, ImpliedRow
from models.faults import maybe
from models.plan import Plan
from models.rules import Point
from optimiser.critical.backward import reaches
from optimiser.encoding.levers import references, stated_entries
from optimiser.errors import BeyondHorizonError, InputError, Located
from optimiser.explain.by_date import find_baseline
from optimiser.explain.numbers import Number, number_of_assumption
from optimiser.explain.oracle import Oracle
from optimiser.explain.standing import published_window
from optimiser.solve.asked import asked_for
from optimiser.solve.binding import Variant
from optimiser.wording import demand

__all__ = ["implied"]

REACH = {"wd": 520, "cd": 730, "mo": 24, "day": 520, "count": 50}
"""How many units an assumption is moved either way at most."""

Array = NDArray[np.int64]


def implied(
    plan: Plan,
    match: str,
    *,
    free: Collection[str] = (),
    milestones: Collection[str] = (),
) -> Implied:
    """Return the values of assumptions under which a baseline's dates hold.

    Parameters
    ----------
    plan
        A plan with its scenarios applied: the logic under which the dates are looked at.
    match
        The baseline, by its id or title.
    free
        At most two assumptions or unknowns to vary; where none is named, the one or two that explain the most dates are
        searched for.
    milestones
        The dates that must hold together; where none is named, as many as can.

    Raises
    ------
    InputError
        If the baseline, a milestone or an assumption is unknown, or more than two are to vary.
    """
    baseline = find_baseline(plan, match)
    oracle = Oracle(plan)
    if oracle.found.status != "feasible":
        from optimiser.explain.standing import need_date

        need_date(oracle, next(entry.milestone for entry in baseline.dates))
    search = _Search(oracle, baseline, tuple(asked_for(plan, list(milestones))) if milestones else ())
    named = search.named(free)
    chosen = not named
    best, others = search.best_set() if chosen else (search.solved(named), [])
    return search.record(best, others, chosen=chosen)


@dataclass(slots=True)
class _Solution:
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


class _Search:
    """The search for assumptions that explain a baseline."""

    def __init__(self, oracle: Oracle, baseline: Any, required: tuple[str, ...]) -> None:
        self.oracle = oracle
        self.plan = oracle.plan
        self.baseline = baseline
        self.required = required
        self.windows: dict[str, tuple[int, int]] = {}
        self.published: dict[str, str] = {}
        self.outside: list[str] = []
        for entry in baseline.dates:
            try:
                self.windows[entry.milestone] = published_window(oracle.clock, self.plan, entry.milestone, entry.date)
                self.published[entry.milestone] = entry.date
            except (InputError, BeyondHorizonError):
                self.outside.append(entry.milestone)
        self.milestones = tuple(self.windows)
        self.nodes = [oracle.node(name) for name in self.milestones]
        self.low = np.array([self.windows[name][0] for name in self.milestones], dtype=np.int64)
        self.high = np.array([self.windows[name][1] for name in self.milestones], dtype=np.int64)
        self.as_is = self.dates([Variant()])[:, 0]
        stated = (number_of_assumption(oracle.network, entry) for entry in stated_entries(self.plan))
        self.leads = {name: reaches(oracle.network, oracle.node(name)) for name in self.milestones}
        self.numbers = {number.slot: number for number in stated if number is not None}
        self.touches = {slot: self._touches(slot) for slot in self.numbers}

    def _touches(self, slot: str) -> set[str]:
        """Return the milestones that an assumption can reach at all."""
        plan, network = self.plan, self.oracle.network
        nodes: set[int] = set()
        for activity in plan.activities:
            if slot in references(activity):
                nodes |= set(network.item_nodes(activity.id))
        for rule in plan.rules:
            if slot in references(rule) and network.enabled[rule.id]:
                nodes |= {network.node(point) for point in rule.points()}
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

    # -- dates -----------------------------------------------------------------------------------------------------------

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
        if number.unit == "day":
            assert not isinstance(number.value, (Duration, int, type(None)))
            boundary = self.oracle.clock.boundary(number.value, number.convention)
            better = max(better, self.oracle.clock.origin - boundary) if number.worse > 0 else better
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

    # -- searching -------------------------------------------------------------------------------------------------------

    def best_set(self) -> tuple[_Solution, list[tuple[str, ...]]]:
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
        none = _Solution((), tuple(name for name in self.milestones if name not in wrong), [(0, 0, 0)])
        if not sets or not wrong:
            return none, []
        bounds = self._bounds(sets)
        found: list[_Solution] = [none]
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

    def solved(self, free: tuple[Number, ...], more_than: int = -1) -> _Solution:
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

    def _held(self, free: tuple[Number, ...], units: Array, held: NDArray[np.bool_]) -> _Solution:
        wanted = [place for place, name in enumerate(self.milestones) if name in self.required]
        if wanted:
            good = held[wanted].all(axis=0)
            names = self.required if good.any() else ()
            return _Solution(free, names, [(int(each), 0, 0) for each in units[good]])
        count = held.sum(axis=0)
        sample = int(np.argmax(count))
        names = tuple(name for name, holds in zip(self.milestones, held[:, sample], strict=True) if holds)
        same = (held == held[:, [sample]]).all(axis=0)
        return _Solution(free, names, [(int(each), 0, 0) for each in units[same]])

    def _pair(self, first: Number, second: Number, more_than: int) -> _Solution:
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
            return _Solution((first, second), self.required if rows else (), rows)
        best: tuple[int, frozenset[int]] = (0, frozenset())
        rows_of: dict[frozenset[int], list[tuple[int, int, int]]] = {}
        for place, value in enumerate(units.tolist()):
            for members, start, end in _deepest(low[:, place], high[:, place]):
                rows_of.setdefault(members, []).append((value, start, end))
                best = max(best, (len(members), members), key=lambda each: each[0])
        held = tuple(self.milestones[place] for place in sorted(best[1]))
        return _Solution((first, second), held, rows_of.get(best[1], []))

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
        from optimiser.critical import Columns, evaluate

        rows, count = second.shape
        values = {one: np.tile(columns, rows), other: second.reshape(-1)}
        self.oracle.calls += rows * count
        evaluated = evaluate(self.oracle.network, Columns(rows * count, values))
        dates = np.where(evaluated.infeasible, self.oracle.never, evaluated.values[self.nodes])
        found = dates.reshape(len(self.nodes), rows, count)
        each: Array = found[np.arange(rows), np.arange(rows)]
        return each

    # -- in words --------------------------------------------------------------------------------------------------------

    def record(self, best: _Solution, others: Iterable[tuple[str, ...]], *, chosen: bool) -> Implied:
        """Return the answer."""
        plan = self.plan
        dates = self._over(best)
        singles = self._singles()
        unexplained = tuple(name for name in self.milestones if name not in best.held)
        return Implied(
            plan=plan.id,
            scenarios=plan.settings.scenarios,
            readings=plan.choices(),
            baseline=self.baseline.id,
            free=tuple(number.slot for number in best.free),
            chosen=chosen,
            units=tuple(number.unit for number in best.free),
            as_is=tuple(str(number.value) for number in best.free),
            dates=tuple(self._dated(place, name, dates, best, singles) for place, name in enumerate(self.milestones)),
            rows=self._rows(best),
            ranges=singles,
            explained=best.held,
            unexplained=unexplained,
            hypotheses=self._hypotheses(),
            others=tuple(others),
            notes=(*self._notes(best, unexplained),),
        )

    def _variants(self, best: _Solution) -> list[Variant]:
        """Return the plan at the ends of every row."""
        found = []
        for first, low, high in best.rows:
            for second in dict.fromkeys((low, high)):
                moved = dict(zip(best.free, (first, second), strict=False))
                found.append(Variant(values={number.slot: number.column(units) for number, units in moved.items()}))
        return found

    def _over(self, best: _Solution) -> Array:
        variants = self._variants(best)
        return self.dates(variants) if variants else self.as_is[:, None]

    def _dated(self, place: int, name: str, dates: Array, best: _Solution, singles: Sequence[ImpliedRange]) -> ImpliedDate:
        clock, plan = self.oracle.clock, self.plan
        convention = plan.convention(Point(name, "start"))
        known = bool(best.rows) and int(dates[place].max()) <= clock.limit
        early, late = int(dates[place].min()), int(dates[place].max())
        return ImpliedDate(
            milestone=name,
            published=self.published[name],
            as_is=clock.show(int(self.as_is[place]), convention),
            holds=name in best.held,
            earliest=clock.show(early, convention) if known else None,
            latest=clock.show(late, convention) if known else None,
            slack_wd=(int(self.high[place]) - late, int(self.high[place]) - early) if known else (),
            alone=any(each.milestone == name for each in singles)
            or bool(self.low[place] <= self.as_is[place] <= self.high[place]),
        )

    def _rows(self, best: _Solution) -> tuple[ImpliedRow, ...]:
        """Return the values at which the dates hold; neighbouring ones with one run of the second together."""
        if not best.free:
            return ()
        first = best.free[0]
        second = best.free[1] if len(best.free) > 1 else None
        rows = sorted(best.rows, key=lambda row: row[0] * first.worse)
        runs: list[list[tuple[int, int, int]]] = []
        for row in rows:
            if runs and runs[-1][-1][1:] == row[1:] and abs(runs[-1][-1][0] - row[0]) == 1:
                runs[-1].append(row)
            else:
                runs.append([row])
        found = []
        for run in runs:
            worse = second.worse if second else 1
            ends = sorted(run[0][1:], key=lambda units: units * worse)
            found.append(
                ImpliedRow(
                    first=first.shown(run[0][0]),
                    last=first.shown(run[-1][0]),
                    beside_first=second.shown(ends[0]) if second else None,
                    beside_last=second.shown(ends[1]) if second else None,
                )
            )
        return tuple(found)

    def _singles(self) -> tuple[ImpliedRange, ...]:
        """Return for each assumption, moved alone, the run of values at which each date that it moves is as published."""
        found = []
        for number in self.numbers.values():
            if not self.touches[number.slot]:
                continue
            units, dates = self.alone(number)
            held = self.inside(dates)
            for place, name in enumerate(self.milestones):
                if not held[place].any() or held[place].all() or name not in self.touches[number.slot]:
                    continue
                good = units[held[place]]
                ends = sorted((int(good[0]), int(good[-1])), key=lambda each: each * number.worse)
                found.append(
                    ImpliedRange(
                        assumption=number.slot, milestone=name, first=number.shown(ends[0]), last=number.shown(ends[1])
                    )
                )
        return tuple(found)

    def _hypotheses(self) -> tuple[str, ...]:
        """Return what the ranges rest on: answers to open questions, and rules that were fitted or inferred at low confidence."""
        plan, network = self.plan, self.oracle.network
        leading = [any(self.leads[name][node] for name in self.milestones) for node in range(len(network.points))]
        found = [f"scenario {name}" for name in plan.settings.scenarios]
        live = {reading.id for reading in plan.live_readings()}
        found += [f"reading {name}={option}{' (open)' if name in live else ''}" for name, option in plan.choices().items()]
        for rule in plan.active_rules():
            weak = rule.basis == "fitted" or (rule.basis == "inferred" and rule.confidence == "low")
            if weak and any(leading[network.node(point)] for point in rule.points()):
                why = f"fitted to {rule.fitted_to}" if rule.basis == "fitted" else "inferred, low confidence"
                found.append(f"rule {rule.id}: {demand(plan, rule.id)} ({why})")
        return tuple(found)

    def _notes(self, best: _Solution, unexplained: Sequence[str]) -> Iterable[str]:
        if self.outside:
            yield f"published outside the calendar, so not looked at: {', '.join(self.outside)}"
        if self.oracle.rationed:
            yield "a live capacity is left out: these are ranges of the network alone"
        if not best.rows:
            yield "no value of the free assumptions gives the dates asked for together"
            return
        variants = self._variants(best)
        middle = variants[len(variants) // 2]
        held = [place for place, name in enumerate(self.milestones) if name in best.held]
        for name in unexplained:
            place = self.milestones.index(name)
            ways = []
            for number in self.numbers.values():
                if number.slot in middle.values or name not in self.touches[number.slot]:
                    continue
                units, dates = self.alone(number, middle)
                inside = self.inside(dates)
                good = units[inside[place] & inside[held].all(axis=0)]
                if len(good):
                    ends = sorted((int(good[0]), int(good[-1])), key=lambda each: each * number.worse)
                    ways.append(f"{number.slot} {number.shown(ends[0])} to {number.shown(ends[1])}")
            said = f"one more assumption would do it, as {', or '.join(ways)}" if ways else "nor does one more assumption"
            yield f"{name}: no value of the free assumptions explains it together with the others; {said}"


def _deepest(low: Array, high: Array) -> list[tuple[frozenset[int], int, int]]:
    """Return where the most of several runs overlap: which, and from where to where.

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
