"""Every combination of the readings that nobody has answered: what each sets, and the dates of milestones at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Option, Reading
from models.duration import Duration
from models.plan import Plan
from models.scenario import Scenario
from optimiser.clock import Clock
from optimiser.critical import Columns, Factors, Network, combined, compile_network
from optimiser.numbers import column_number
from optimiser.scenarios import apply_unchecked
from optimiser.solve.problem import Problem

__all__ = ["MOST_COMBINATIONS", "Sheet", "columnar", "columns_of", "factors_of", "live_options", "sheets", "with_option"]

MOST_COMBINATIONS = 200_000
"""Above this many combinations they are not all looked at, and what hangs on them is said to be missing."""


@dataclass(frozen=True)
class Sheet:
    """The combinations that share one network: their dates, and which option each reading takes in each.

    Attributes
    ----------
    reached
        Milestone to its boundary in each sample, beyond the axis where it runs off it.
    infeasible
        Samples in which a latest date is broken, or an occasion never comes.
    fixed
        Options of the readings that needed a network of their own (another calendar, another unit).
    factors
        What the options of the other readings set, whose combinations are the samples.
    """

    network: Network
    reached: dict[str, NDArray[np.int64]]
    infeasible: NDArray[np.bool_]
    fixed: dict[str, str]
    readings: tuple[Reading, ...]
    factors: Factors

    @property
    def clock(self) -> Clock:
        """The axis."""
        return self.network.clock

    @cached_property
    def options(self) -> dict[str, NDArray[np.int64]]:
        """Reading to the index of its option in each sample."""
        return {reading.id: self.factors.options(place) for place, reading in enumerate(self.readings)}

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


def sheets(
    plan: Plan, readings: Sequence[Reading], milestones: Iterable[str], problem: Problem | None = None
) -> Iterator[Sheet]:
    """Yield the dates of some milestones at every combination of the readings' options, network by network.

    Parameters
    ----------
    problem
        The plan's own, where there is one: at the options chosen it is not compiled again.
    """
    if problem is not None and not readings and problem.earliest.status == "feasible":
        values, network = problem.earliest.values, problem.network
        reached = {name: np.array([values[network.nodes[name, "start"]]]) for name in milestones}
        yield Sheet(network, reached, np.zeros(1, dtype=np.bool_), {}, (), factors_of(()))
        return
    apart = [reading for reading in readings if not columnar(plan, reading)]
    together = tuple(reading for reading in readings if columnar(plan, reading))
    factors = factors_of(together)
    for combination in product(*(reading.options for reading in apart)):
        fixed = {reading.id: option.id for reading, option in zip(apart, combination, strict=True)}
        if problem is not None and all(plan.choice(reading) == fixed[reading.id] for reading in apart):
            network = problem.network
        else:
            chosen = plan
            for option in combination:
                chosen = with_option(chosen, option)
            network = compile_network(chosen)
        nodes = {name: network.nodes[name, "start"] for name in milestones}
        found = combined(network, factors, nodes.values())
        reached = {name: found.reached[node] for name, node in nodes.items()}
        yield Sheet(network, reached, found.infeasible, fixed, together, factors)


def with_option(plan: Plan, option: Option) -> Plan:
    """Return the plan with an option's changes made, which were held against the plan with the reading itself."""
    return apply_unchecked(Scenario(id="reading", title="An option of a reading", **option.changes.fields()), plan)


def factors_of(readings: Sequence[Reading]) -> Factors:
    """Return what the options of readings set; of two readings that set one thing the later wins."""
    values: dict[str, tuple[int, NDArray[np.int64]]] = {}
    switches: dict[str, tuple[int, NDArray[np.bool_]]] = {}
    for place, reading in enumerate(readings):
        for name in reading.options[0].changes.assumptions:
            numbers = [column_number(option.changes.assumptions[name]) for option in reading.options]
            values[name] = place, np.array(numbers, dtype=np.int64)
        for name in reading.options[0].changes.rules:
            switches[name] = place, np.array([option.changes.rules[name] for option in reading.options])
    return Factors(tuple(len(reading.options) for reading in readings), values, switches)


def columns_of(readings: Sequence[Reading], options: Mapping[str, NDArray[np.int64]], samples: int) -> Columns:
    """Return the columns that set each sample to its options, which need not be in all combinations."""
    factors, taken = factors_of(readings), [options[reading.id] for reading in readings]
    return Columns(
        samples,
        {name: numbers[taken[place]] for name, (place, numbers) in factors.values.items()},
        {name: states[taken[place]] for name, (place, states) in factors.switches.items()},
    )
