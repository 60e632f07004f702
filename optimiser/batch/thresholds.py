"""The exact values at which milestones move, between the values that a grid tries.

Every axis that counts something is followed unit by unit with all others at their base: all units at once where a column
can hold them, by bisection between grid values where they are too many or capacity asks for the solver.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from models.duration import Duration, Value, print_value
from models.faults import PlanFaultsError
from models.picture import Threshold
from models.plan import Plan
from models.rules import Capacity, Point
from optimiser.batch.axes import AxisValue, Varied
from optimiser.batch.job import Job, changed
from optimiser.batch.results import STATUSES, Found
from optimiser.batch.solved import solve_row
from optimiser.clock import clock_of
from optimiser.critical import Columns, compile_network, evaluate
from optimiser.errors import BeyondHorizonError
from optimiser.numbers import column_number

__all__ = ["thresholds"]

MOST_UNITS = 4_096
"""An axis of more units is bisected between its values instead of being followed unit by unit."""

MOST_SOLVES = 60
"""An axis that would take more calls of the solver is left out, and said to be."""

_REST = 10
"""Units, as over a weekend or the end of a month, for which a slope may rest."""

Dates = tuple[int | None, ...]
"""A day for each milestone as an ordinal, None without a schedule on the calendar."""


def thresholds(job: Job) -> tuple[list[Threshold], list[str]]:
    """Return where each milestone moves along each axis that counts something.

    Parameters
    ----------
    job
        What was computed.

    Returns
    -------
    found
        Axis by axis, milestone by milestone, in the order of the values.
    notes
        Axes that were left out, and why.
    """
    found: list[Threshold] = []
    notes: list[str] = []
    if job.confidence([axis.base for axis in job.axes]) is not None:
        notes.append("thresholds are those of the dates as planned, not of dates at a confidence")
    for place, axis in enumerate(job.axes):
        if axis.kind not in ("assumption", "capacity") or len(axis.values) < 2:
            continue
        numbers = sorted({number for value in axis.values if (number := _number(value.value)) is not None})
        units = {value.value.unit for value in axis.values if isinstance(value.value, Duration)}
        if len(numbers) < 2 or len(units) > 1 or any(value.value is None for value in axis.values):
            notes.append(f"{axis.id}: no thresholds, its values do not count one thing")
            continue
        stepper = _Stepper(job, place, axis)
        if stepper.reason is not None:
            notes.append(f"{axis.id}: no thresholds, {stepper.reason}")
            continue
        followed = stepper.followed(numbers)
        if followed is None:
            notes.append(f"{axis.id}: no thresholds, they would take more than {MOST_SOLVES} calls of the solver")
            continue
        for milestone in range(len(job.milestones)):
            found += stepper.named(milestone, followed)
        if stepper.unproved:
            notes.append(
                f"{axis.id}: the best dates known at {', '.join(stepper.unproved)} are not proved, so a threshold may lie elsewhere"
            )
    return found, notes


def _number(value: Value) -> int | None:
    return None if value is None or isinstance(value, bool) else column_number(value)


class _Stepper:
    """Dates along one axis, all others at their base.

    Attributes
    ----------
    reason
        Why there are none; None where there are.
    unproved
        Values at which the limit came before a date was proved.
    """

    def __init__(self, job: Job, place: int, axis: Varied) -> None:
        self.job = Job(job.grid.model_copy(update={"report": ("dates", "proof")}), job.stacks)
        self.axis = axis
        self.place = place
        self.row = [other.base for other in job.axes]
        self.reason: str | None = None
        self.unproved: list[str] = []
        self.fast = False
        try:
            self.plan: Plan = job.row_plan(self.row)
            self.clock = clock_of(self.plan)
            self.network = compile_network(self.plan, self.clock)
        except (PlanFaultsError, BeyondHorizonError):
            self.reason = "the base makes no sound plan"
            return
        crowded = any(isinstance(rule, Capacity) for rule in self.plan.active_rules())
        self.fast = not crowded and axis.kind == "assumption"

    def value(self, number: int) -> AxisValue:
        """Return any value of the axis, listed or not."""
        like = self.axis.values[0]
        if like.capacity:
            return AxisValue(str(number), number, capacity=(like.capacity[0], number))
        value: Value = number
        if isinstance(like.value, Duration):
            value = Duration(number, like.value.unit)
        elif isinstance(like.value, dt.date):
            value = dt.date.fromordinal(number)
        (name,) = like.changes.assumptions
        return AxisValue(print_value(value), value, like.changes.model_copy(update={"assumptions": {name: value}}))

    def followed(self, numbers: Sequence[int]) -> list[tuple[int, Dates]] | None:
        """Return the dates at as many values as it takes to see every move, or those that bisection finds."""
        span = numbers[-1] - numbers[0]
        if self.fast and span <= MOST_UNITS:
            return list(self._columns(range(numbers[0], numbers[-1] + 1)))
        seen: dict[int, Dates] = {}
        left = MOST_SOLVES if not self.fast else 100_000

        def at(number: int) -> Dates:
            if number not in seen:
                seen[number] = next(self._columns([number]))[1] if self.fast else self._solved(number)
            return seen[number]

        for first, last in pairwise(numbers):
            for milestone in range(len(self.job.milestones)):
                left -= _bisect(at, first, last, milestone)
                if left < 0:
                    return None
        return sorted(seen.items())

    def _columns(self, numbers: Sequence[int]) -> Iterator[tuple[int, Dates]]:
        """Yield the dates at values, without a solver."""
        (name,) = self.axis.values[0].changes.assumptions
        column = np.array(numbers, dtype=np.int64)
        evaluated = evaluate(self.network, Columns(len(column), {name: column}))
        lost = evaluated.infeasible | np.any(evaluated.values > self.clock.limit, axis=0)
        days = []
        for milestone in self.job.milestones:
            shown = self.clock.shown(evaluated.of(milestone), self.plan.convention(Point(milestone, "start")))
            days.append([None if gone else day for day, gone in zip(shown.tolist(), lost.tolist(), strict=True)])
        yield from zip(column.tolist(), zip(*days, strict=True), strict=True)

    def _solved(self, number: int) -> Dates:
        """Return the dates at one value through CP-SAT."""
        values = [*self.job.values(self.row)]
        values[self.place] = self.value(number)
        places = np.array([self.row], dtype=np.int64)
        found = Found.blank(np.zeros(1, dtype=np.int64), places, len(self.job.milestones))
        try:
            plan = changed(self.job.stack(self.row), values)
        except PlanFaultsError:
            return (None,) * len(self.job.milestones)
        solve_row(self.job, found, 0, plan)
        proofs = {found.texts.listed[number] for number in found.proofs[:, 0]}
        if "gap" in proofs or STATUSES[found.status[0]] == "undecided":
            self.unproved.append(values[self.place].label)
        return tuple(int(day) or None for day in found.dates[:, 0])

    def named(self, milestone: int, followed: Sequence[tuple[int, Dates]]) -> Iterator[Threshold]:
        """Yield the moves of one milestone, runs of small ones joined."""
        moves = [
            (before, number, dates[milestone], later[milestone])
            for (before, dates), (number, later) in pairwise(followed)
            if dates[milestone] != later[milestone]
        ]
        runs: list[list[tuple[int, int, int | None, int | None]]] = []
        for move in moves:
            steady = runs and move[0] - runs[-1][-1][1] <= _REST and None not in (*move[2:], runs[-1][-1][2])
            if steady:
                runs[-1].append(move)
            else:
                runs.append([move])
        for run in runs:
            yield Threshold(
                axis=self.axis.id,
                milestone=self.job.milestones[milestone],
                kind="slope" if len(run) > 1 else "jump",
                stays=self.value(run[0][0]).label,
                moves=self.value(run[0][1]).label,
                until=self.value(run[-1][1]).label,
                date_before=_date(run[0][2]),
                date_after=_date(run[-1][3]),
            )


def _bisect(at: Callable[[int], Dates], first: int, last: int, milestone: int) -> int:
    """Find the first value after one at which a milestone is not where it was; return how often it was looked at."""
    if at(first)[milestone] == at(last)[milestone]:
        return 2
    low, high, looked = first, last, 2
    while high - low > 1:
        middle = (low + high) // 2
        looked += 1
        if at(middle)[milestone] == at(first)[milestone]:
            low = middle
        else:
            high = middle
    return looked


def _date(day: int | None) -> dt.date | None:
    return None if day is None else dt.date.fromordinal(day)
