"""Which answers to the open questions give which date, and a date as an exact function of one or two numbers."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Reading
from models.faults import maybe
from models.implied import Combination, Piecewise, Region, Regions, Segment
from models.plan import Plan
from models.rules import Point
from optimiser.critical import Columns, compile_network, evaluate
from optimiser.errors import InputError, Located, UndecidedError
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.numbers import Number, number_of_assumption
from optimiser.solve.asked import asked_for
from optimiser.solve.sheets import MOST_COMBINATIONS, live_options, sheets
from optimiser.solve.variant import Variant

__all__ = ["decision_regions", "piecewise"]

NO_DATE, OFF_CALENDAR = -1, -2
REACH = {"wd": 260, "cd": 365, "mo": 12, "count": 50}
"""How many units either way a number is followed where nobody says how far."""
MOST_VALUES = 400_000
MOST_RATIONED = 400

Array = NDArray[np.int64]


def decision_regions(plan: Plan, milestones: Collection[str] = ()) -> Regions:
    """Return the combinations of open readings by the date of each milestone, and the dates that occur together.

    Parameters
    ----------
    milestones
        The plan's targets where empty.

    Raises
    ------
    InputError
        If a milestone is unknown, or there are more combinations than can be looked at.
    """
    asked = asked_for(plan, milestones or None)
    readings = live_options(plan)
    shape = tuple(len(reading.options) for reading in readings)
    if math.prod(shape) > MOST_COMBINATIONS:
        message = (
            f"{math.prod(shape)} combinations of readings are more than {MOST_COMBINATIONS}; maybe answer some with --reading"
        )
        raise InputError([Located(message, path="readings")])
    days = {name: np.full(shape, NO_DATE, dtype=np.int64) for name in asked}
    infeasible = beyond = 0
    for sheet in sheets(plan, readings, asked):
        infeasible += int(sheet.infeasible.sum())
        places = []
        for reading in readings:
            if reading.id in sheet.fixed:
                option = [entry.id for entry in reading.options].index(sheet.fixed[reading.id])
                places.append(np.full(len(sheet.infeasible), option, dtype=np.int64))
            else:
                places.append(sheet.options[reading.id])
        off_any = np.zeros(len(sheet.infeasible), dtype=np.bool_)
        for name in asked:
            convention = plan.convention(Point(name, "start"))
            off = sheet.reached[name] > sheet.clock.limit
            off_any |= off & ~sheet.infeasible
            shown = sheet.clock.shown(sheet.reached[name], convention)
            found = np.where(sheet.infeasible, NO_DATE, np.where(off, OFF_CALENDAR, shown))
            days[name][tuple(places) if places else ()] = found if places else found[0]
        beyond += int(off_any.sum())
    return Regions(
        plan=plan.id,
        scenarios=plan.settings.scenarios,
        readings=plan.choices(),
        milestones=asked,
        combinations=math.prod(shape),
        matters={name: tuple(readings[axis].id for axis in _matters(days[name])) for name in asked},
        regions={name: tuple(_regions(readings, days[name])) for name in asked},
        together=_together(plan, readings, days),
        infeasible=infeasible,
        beyond=beyond,
        notes=("a live capacity is left out: these are lower bounds",) if compile_network(plan).uses_capacity else (),
    )


def _matters(days: Array) -> list[int]:
    """Return the readings that ever change a date."""
    return [axis for axis in range(days.ndim) if np.any(days != np.take(days, [0], axis=axis))]


def _regions(readings: Sequence[Reading], days: Array) -> Iterator[Region]:
    """Yield regions that part all combinations: each a set of answers after which the date is settled.

    A decision tree: at each step the reading is asked whose answers leave the fewest dates in the balance.
    """
    stack: list[tuple[Array, dict[int, int]]] = [(days, {})]
    while stack:
        part, taken = stack.pop()
        if (part == part.flat[0]).all():
            yield Region(
                readings={readings[axis].id: readings[axis].options[option].id for axis, option in sorted(taken.items())},
                date=_day(int(part.flat[0])),
                combinations=part.size,
            )
            continue
        axis = min(_matters(part), key=lambda each: (_left(part, each), each))
        stack += [(np.take(part, [option], axis=axis), {**taken, axis: option}) for option in reversed(range(part.shape[axis]))]


def _left(part: Array, axis: int) -> int:
    """Return how many dates are left in the balance, summed over the answers to a reading."""
    return sum(len(np.unique(np.take(part, option, axis=axis))) for option in range(part.shape[axis]))


def _day(ordinal: int) -> dt.date | None:
    return None if ordinal < 0 else dt.date.fromordinal(ordinal)


def _together(plan: Plan, readings: Sequence[Reading], days: dict[str, Array]) -> tuple[Combination, ...]:
    """Return the dates that milestones have together, earliest first, each with the combination nearest to the choice."""
    names = list(days)
    table = np.stack([days[name].reshape(-1) for name in names])
    good = np.flatnonzero((table >= 0).all(axis=0))
    if not len(good):
        return ()
    shape = next(iter(days.values())).shape
    options = np.array(np.unravel_index(good, shape)) if shape else np.zeros((0, len(good)), dtype=np.int64)
    chosen = [[option.id for option in reading.options].index(plan.choice(reading)) for reading in readings]
    differing = (options != np.array(chosen, dtype=np.int64)[:, None]).sum(axis=0)
    counts: Counter[tuple[int, ...]] = Counter()
    nearest: dict[tuple[int, ...], int] = {}
    for place, column in enumerate(table[:, good].T.tolist()):
        key = tuple(column)
        counts[key] += 1
        if key not in nearest or differing[place] < differing[nearest[key]]:
            nearest[key] = place
    found = []
    for key in sorted(counts):
        taken = options[:, nearest[key]].tolist()
        found.append(
            Combination(
                dates={name: dt.date.fromordinal(day) for name, day in zip(names, key, strict=True)},
                combinations=counts[key],
                readings={
                    reading.id: reading.options[option].id
                    for reading, option, usual in zip(readings, taken, chosen, strict=True)
                    if option != usual
                },
            )
        )
    return tuple(found)


# -- functions ----------------------------------------------------------------------------------------------------------


def piecewise(plan: Plan, milestone: str, names: Sequence[str], *, reach: int | None = None) -> tuple[Piecewise, ...]:
    """Return a milestone's date as an exact function of one assumption or unknown, or of two.

    Parameters
    ----------
    names
        One or two assumptions or unknowns.
    reach
        Units either way; a year's worth where None, and never past what the number allows.

    Returns
    -------
    tuple of Piecewise
        One function of the first; with two, one for each run of values of the second over which it is the same.

    Raises
    ------
    InputError
        If the milestone or an assumption is unknown, one has no number, or the range holds too many values.
    UndecidedError
        If a limit came before the date at some value.

    Notes
    -----
    Every whole number of the range is evaluated, so breakpoints are exact. A plan with a live capacity is refused where that
    would be more than `MOST_RATIONED` values, each of which may need CP-SAT.
    """
    return piecewise_with(Oracle(plan), milestone, names, reach=reach)


def piecewise_with(oracle: Oracle, milestone: str, names: Sequence[str], *, reach: int | None = None) -> tuple[Piecewise, ...]:
    """Return the function from an oracle that may serve several."""
    asked_for(oracle.plan, [milestone])
    numbers = _numbers(oracle, names)
    ranges = [_range(number, reach) for number in numbers]
    size = math.prod(last - first + 1 for first, last in ranges)
    most = MOST_RATIONED if oracle.rationed else MOST_VALUES
    if size > most:
        raise InputError([Located(f"{size} values are more than {most}; maybe narrow the range", path="function")])
    first = numbers[0]
    units = _rising(first, *ranges[0])
    beside = _rising(numbers[1], *ranges[1]) if len(numbers) > 1 else [0]
    values = {first.slot: np.tile([first.column(each) for each in units], len(beside))}
    if len(numbers) > 1:
        values[numbers[1].slot] = np.repeat([numbers[1].column(each) for each in beside], len(units))
    table = _dates(oracle, milestone, values, size).reshape(len(beside), len(units))
    found: list[Piecewise] = []
    start = 0
    for row in range(1, len(beside) + 1):
        if row < len(beside) and np.array_equal(table[row], table[start]):
            continue
        second = numbers[1] if len(numbers) > 1 else None
        found.append(
            Piecewise(
                milestone=milestone,
                of=first.slot,
                unit=first.unit,
                segments=tuple(_segments(oracle, milestone, first, units, table[start])),
                beside=second.slot if second else None,
                beside_first=second.shown(beside[start]) if second else None,
                beside_last=second.shown(beside[row - 1]) if second else None,
            )
        )
        start = row
    return tuple(found)


def _dates(oracle: Oracle, milestone: str, values: dict[str, Array], size: int) -> Array:
    """Return the milestone's boundary at every value.

    Raises
    ------
    UndecidedError
        If a limit came before one of them.
    """
    if not oracle.rationed:
        evaluated = evaluate(oracle.network, Columns(size, values))
        dates: Array = np.where(evaluated.infeasible, oracle.never, evaluated.of(milestone))
        return dates
    variants = [Variant(values={slot: int(column[sample]) for slot, column in values.items()}) for sample in range(size)]
    found = [reach.exact for reach in ranges_of(oracle, milestone, variants)]
    if None in found:
        message = f"undecided: the limit came before the date of {milestone} at some value; maybe narrow the range"
        raise UndecidedError(message)
    return np.array(found, dtype=np.int64)


def _numbers(oracle: Oracle, names: Sequence[str]) -> list[Number]:
    """Return the numbers named."""
    plan = oracle.plan
    entries = plan.assumptions_by_id
    faults, found = [], []
    if not 1 <= len(dict.fromkeys(names)) <= 2:
        faults.append(Located(f"expected one or two assumptions, got {len(names)}", path="function"))
    for name in dict.fromkeys(names):
        number = number_of_assumption(oracle.plan, oracle.problem.clock, entries[name]) if name in entries else None
        if name not in entries:
            faults.append(Located(f"unknown assumption '{name}'{maybe(name, entries)}", path="function"))
        elif number is None:
            faults.append(Located(f"'{name}' holds no number that a rule or duration uses", path="function"))
        else:
            found.append(number)
    if faults:
        raise InputError(faults)
    return found


def _range(number: Number, reach: int | None) -> tuple[int, int]:
    """Return how far a number is followed, in units of how much worse it is."""
    wide = REACH[number.unit] if reach is None else reach
    better = min(number.least, wide)
    if isinstance(number.value, dt.date) and number.worse > 0:
        better = min(better, max(0, number.boundary - number.clock.origin))
    return -better, min(number.most, wide)


def _rising(number: Number, first: int, last: int) -> list[int]:
    """Return units in the order in which the number itself rises."""
    units = list(range(first, last + 1))
    return units if number.worse > 0 else units[::-1]


def _segments(oracle: Oracle, milestone: str, number: Number, units: Sequence[int], dates: Array) -> Iterator[Segment]:
    """Yield runs over which a date stays, or moves with the number one working day a unit."""
    clock = oracle.problem.clock
    convention = oracle.plan.convention(Point(milestone, "start"))
    start = 0
    while start < len(units):
        slope = int(dates[start + 1] - dates[start]) if start + 1 < len(units) else 0
        slope = slope if slope in (0, 1) and dates[start] <= clock.limit else 0
        end = start
        while end + 1 < len(units) and _goes_on(dates[end], dates[end + 1], slope, clock.limit):
            end += 1
        if end == start:
            slope = 0
        value = int(dates[start])
        yield Segment(
            first=number.shown(units[start]),
            last=number.shown(units[end]),
            date=clock.show(value, convention) if value <= clock.limit else None,
            slope=slope,
        )
        start = end + 1


def _goes_on(now: int, after: int, slope: int, limit: int) -> bool:
    """Return whether a run goes on: by its slope, or without a date as before."""
    if now > limit or after > limit:
        return now > limit and after > limit
    return after - now == slope
