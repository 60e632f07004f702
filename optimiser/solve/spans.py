"""How far each date moves over every combination of the readings that nobody has answered."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Option, Reading
from models.duration import Duration, Value
from models.outcome import Span, SpanEnd
from models.plan import Plan
from models.scenario import Scenario
from optimiser.clock import Clock
from optimiser.critical import NONE, Columns, Evaluated, compile_network, evaluate

__all__ = [
    "MOST_COMBINATIONS",
    "Sheet",
    "column_number",
    "columnar",
    "columns_of",
    "live_options",
    "sheets",
    "spans",
    "with_option",
]

MOST_COMBINATIONS = 200_000
"""Above this many combinations a span is not computed but said to be missing."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The combinations that share one network: their dates, and which option each reading takes in each.

    Attributes
    ----------
    fixed
        Options of the readings that needed a network of their own (another calendar, another unit).
    options
        Reading to the index of its option in each sample.
    """

    clock: Clock
    evaluated: Evaluated
    fixed: dict[str, str]
    readings: tuple[Reading, ...]
    options: dict[str, NDArray[np.int64]]

    def choice(self, sample: int) -> dict[str, str]:
        """Return the option of every live reading in one sample."""
        taken = {reading.id: reading.options[int(self.options[reading.id][sample])].id for reading in self.readings}
        return {**self.fixed, **taken}


def live_options(plan: Plan) -> tuple[Reading, ...]:
    """Return the live readings, each option cut to what no scenario or user has set by name: what is set stays set."""
    settings = plan.settings
    kept = []
    for reading in plan.live_readings():
        options = []
        for option in reading.options:
            changes = option.changes.model_copy(
                update={
                    "assumptions": {k: v for k, v in option.changes.assumptions.items() if k not in settings.assumptions},
                    "rules": {k: v for k, v in option.changes.rules.items() if k not in settings.rules},
                }
            )
            options.append(option.model_copy(update={"changes": changes}))
        kept.append(reading.model_copy(update={"options": tuple(options)}))
    return tuple(kept)


def column_number(value: Value) -> int | None:
    """Return what a column holds for a value of an assumption; None where a column cannot hold it."""
    if value is None:
        return NONE
    if isinstance(value, Duration):
        return value.amount
    if isinstance(value, int):
        return int(value)
    return value.toordinal()


def columnar(plan: Plan, reading: Reading) -> bool:
    """Say whether the options of a reading differ only in what a column can hold."""
    for option in reading.options:
        if option.changes.calendar not in (None, plan.calendar):
            return False
        for name, value in option.changes.assumptions.items():
            held = plan.values[name]
            if isinstance(value, Duration) and not (isinstance(held, Duration) and held.unit == value.unit):
                return False
    return True


def sheets(plan: Plan, readings: Sequence[Reading]) -> Iterator[Sheet]:
    """Yield the dates of every combination of the readings' options, network by network."""
    apart = [reading for reading in readings if not columnar(plan, reading)]
    together = tuple(reading for reading in readings if columnar(plan, reading))
    shape = tuple(len(reading.options) for reading in together)
    samples = math.prod(shape)
    places = np.unravel_index(np.arange(samples), shape) if shape else ()
    options = {reading.id: place.astype(np.int64) for reading, place in zip(together, places, strict=True)}
    for combination in product(*(reading.options for reading in apart)):
        chosen = plan
        for option in combination:
            chosen = with_option(chosen, option)
        clock = Clock(chosen)
        network = compile_network(chosen, clock)
        columns = columns_of(together, options, samples)
        fixed = {reading.id: option.id for reading, option in zip(apart, combination, strict=True)}
        yield Sheet(clock, evaluate(network, columns), fixed, together, options)


def with_option(plan: Plan, option: Option) -> Plan:
    """Return the plan with an option's changes made."""
    changes = option.changes
    scenario = Scenario(
        id="reading",
        title="An option of a reading",
        assumptions=changes.assumptions,
        rules=changes.rules,
        calendar=changes.calendar,
    )
    return scenario.apply(plan)


def columns_of(readings: Sequence[Reading], options: dict[str, NDArray[np.int64]], samples: int) -> Columns:
    """Return the columns that set each sample to its options; of two readings that set one thing the later wins."""
    values: dict[str, NDArray[np.int64]] = {}
    switches: dict[str, NDArray[np.bool_]] = {}
    for reading in readings:
        place = options[reading.id]
        for name in reading.options[0].changes.assumptions:
            numbers = [column_number(option.changes.assumptions[name]) for option in reading.options]
            values[name] = np.array(numbers, dtype=np.int64)[place]
        for name in reading.options[0].changes.rules:
            switches[name] = np.array([option.changes.rules[name] for option in reading.options])[place]
    return Columns(samples, values, switches)


def spans(plan: Plan, milestones: Sequence[str]) -> dict[str, Span | None]:
    """Return the first and the last date of each milestone over all combinations of the live readings.

    Parameters
    ----------
    plan
        The plan with its scenarios applied.
    milestones
        Milestones asked for.

    Returns
    -------
    dict
        Milestone to its span; None where no combination has a date on the axis, or there are more than
        `MOST_COMBINATIONS`. Of several combinations with the same date the one that differs least from the choice
        made is named.

    Notes
    -----
    Capacity is not part of these dates; where a plan's capacity binds, its span is a span of lower bounds.
    """
    readings = live_options(plan)
    if math.prod(len(reading.options) for reading in readings) > MOST_COMBINATIONS:
        return dict.fromkeys(milestones)
    chosen = plan.choices()
    found: dict[str, list[tuple[int, int, dict[str, str]]]] = {milestone: [] for milestone in milestones}
    counted = dict.fromkeys(("combinations", "infeasible"), 0)
    beyond = dict.fromkeys(milestones, 0)
    for sheet in sheets(plan, readings):
        counted["combinations"] += len(sheet.evaluated.infeasible)
        counted["infeasible"] += int(sheet.evaluated.infeasible.sum())
        differing = _differences(sheet, chosen)
        for milestone in milestones:
            off = sheet.evaluated.beyond(milestone) & ~sheet.evaluated.infeasible
            beyond[milestone] += int(off.sum())
            good = np.flatnonzero(~off & ~sheet.evaluated.infeasible)
            if not len(good):
                continue
            boundaries = sheet.evaluated.of(milestone)[good]
            for extreme in (boundaries.min(), boundaries.max()):
                places = good[boundaries == extreme]
                sample = int(places[np.argmin(differing[places])])
                convention = plan.convention(sheet.evaluated.network.points[sheet.evaluated.network.nodes[milestone, "start"]])
                day = sheet.clock.show(int(extreme), convention).toordinal()
                found[milestone].append((day, int(differing[sample]), sheet.choice(sample)))
    return {
        milestone: _span(ends, chosen, counted["combinations"], counted["infeasible"], beyond[milestone]) if ends else None
        for milestone, ends in found.items()
    }


def _differences(sheet: Sheet, chosen: dict[str, str]) -> NDArray[np.int64]:
    """Return for each sample how many readings differ from the choice made."""
    count = np.full(len(sheet.evaluated.infeasible), sum(chosen[name] != taken for name, taken in sheet.fixed.items()))
    for reading in sheet.readings:
        taken = [option.id for option in reading.options].index(chosen[reading.id])
        count = count + (sheet.options[reading.id] != taken)
    return count


def _span(
    ends: list[tuple[int, int, dict[str, str]]], chosen: dict[str, str], combinations: int, infeasible: int, beyond: int
) -> Span:
    """Return the span between the earliest and the latest end, each with the readings that make it."""

    def end(entry: tuple[int, int, dict[str, str]]) -> SpanEnd:
        day, _, taken = entry
        differing = {name: option for name, option in taken.items() if option != chosen[name]}
        return SpanEnd(date=dt.date.fromordinal(day), readings=differing)

    first = min(ends, key=lambda entry: entry[:2])
    last = min(ends, key=lambda entry: (-entry[0], entry[1]))
    return Span(first=end(first), last=end(last), combinations=combinations, infeasible=infeasible, beyond=beyond)
