"""The simulation: replicated Sobol' draws in blocks, the forward pass over each block, dates as they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Reading
from models.plan import Plan
from models.policies import Policy
from models.rules import Point
from models.scenario import Scenario
from optimiser.critical import Columns, Evaluated, Network, compile_network, evaluate
from optimiser.robust.draws import Draws, beside
from optimiser.robust.model import Case, Model
from optimiser.robust.policy import allot
from optimiser.robust.sobol import Sobol
from optimiser.solve.spans import columns_of, live_options

__all__ = ["BEYOND", "BLOCK", "NEVER", "REPLICATES", "Days", "Sample", "Sampler", "answered", "days_of", "needs_network"]

Days = NDArray[np.int32]
Flags = NDArray[np.bool_]

REPLICATES = 8
"""Independent scrambles; their scatter gives every standard error."""

BLOCK = 8_192
"""Samples evaluated at once: what bounds the memory, whatever the number of samples."""

NEVER = int(np.iinfo(np.int32).max)
"""The day of a milestone in a sample that meets no rule: later than any date."""

BEYOND = NEVER - 1
"""The day of a milestone that falls after the days that the calendar covers."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The dates of the milestones in every sample.

    Attributes
    ----------
    days
        As shown, as ordinals, shape ``(milestones, samples)``; `NEVER` and `BEYOND` where there is none.
    replicates
        The scramble that each sample belongs to, shape ``(samples,)``.
    unplaced
        Samples that the capacity policy found no place for; they count as never.
    """

    milestones: tuple[str, ...]
    days: Days
    replicates: NDArray[np.int8]
    unplaced: int = 0

    def of(self, milestone: str) -> Days:
        """Return the days of one milestone."""
        row: Days = self.days[self.milestones.index(milestone)]
        return row

    def __len__(self) -> int:
        return int(self.days.shape[1])

    @property
    def infeasible(self) -> int:
        """How many samples meet no rule."""
        return int((self.days[0] == NEVER).sum()) if len(self.days) else 0

    def beyond(self, milestone: str) -> int:
        """How many samples of a milestone fall after the days that the calendar covers."""
        return int((self.of(milestone) == BEYOND).sum())


def answered(plan: Plan, reading: Reading, option: str) -> Plan:
    """Return the plan under another answer to an open question; what a scenario or a user has set by name stays."""
    chosen = reading.option(option)
    assert chosen is not None
    changes = chosen.changes
    scenario = Scenario(
        id="reading",
        title="An option of a reading",
        assumptions=changes.assumptions,
        rules=changes.rules,
        calendar=changes.calendar,
    )
    changed = scenario.apply(plan)
    answers = {**plan.settings.readings, reading.id: option}
    return changed.evolve(settings=plan.settings.model_copy(update={"readings": answers}))


def days_of(evaluated: Evaluated, milestones: Sequence[str]) -> Days:
    """Return the days at which milestones are shown in every sample."""
    network = evaluated.network
    clock = network.clock
    found = np.empty((len(milestones), len(evaluated.infeasible)), dtype=np.int32)
    for place, milestone in enumerate(milestones):
        boundaries = evaluated.of(milestone)
        shown = clock.shown(boundaries, network.plan.convention(Point(milestone, "start")))
        late = (boundaries > clock.limit) & ~evaluated.infeasible
        found[place] = np.where(evaluated.infeasible, NEVER, np.where(late, BEYOND, shown))
    return found


@lru_cache(maxsize=8)
def _sequences(dimensions: int, seed: int) -> tuple[Sobol, ...]:
    """Return the scrambled sequences of all replicates."""
    return tuple(Sobol(dimensions, (seed, replicate)) for replicate in range(REPLICATES))


@dataclass
class Sampler:
    """Draws and evaluates samples of one model.

    Attributes
    ----------
    seed
        Equal seeds give equal draws, sample by sample, whatever the case: differences between cases are then not those
        between draws.
    """

    model: Model
    milestones: tuple[str, ...]
    seed: int
    main: Case = field(default_factory=Case)
    """What every case is a variation of."""
    _sequences: tuple[Sobol, ...] = ()
    _kept: dict[tuple[int, int, float | None], Draws] = field(default_factory=dict)
    _apart: list[tuple[tuple[int, ...], Network]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sequences = _sequences(max(self.model.dimensions, 1), self.seed)
        weighted = {reading.id: reading for reading in live_options(self.model.plan) if reading.id in self.model.weights}
        self._together = tuple(reading for reading in weighted.values() if not needs_network(self.model.plan, reading))
        self._others = tuple(reading for reading in weighted.values() if needs_network(self.model.plan, reading))
        for places in product(*(range(len(reading.options)) for reading in self._others)):
            plan = self.model.plan
            for reading, place in zip(self._others, places, strict=True):
                plan = answered(plan, reading, reading.options[place].id)
            network = compile_network(plan) if places else self.model.network
            self._apart.append((places, network))
        ends = [int(network.clock.days[network.clock.limit - 1]) for _, network in self._apart]
        self._last = min(ends) if len(ends) > 1 else None
        """Where readings choose between calendars, the day up to which all of them know what is late."""

    # -- drawing -----------------------------------------------------------------------------------------------------

    def uniforms(self, start: int, count: int) -> NDArray[np.float64]:
        """Return points of every replicate side by side, shape ``(dimensions, REPLICATES · count)``."""
        return np.concatenate([sequence.points(start, count) for sequence in self._sequences], axis=1)

    def draws(self, start: int, count: int, rho: float | None = None) -> Draws:
        """Return the variates of some positions of every replicate."""
        return Draws(self.model, self.uniforms(start, count), rho)

    def kept(self, count: int, rho: float | None = None) -> Draws:
        """Return the first variates of every replicate, kept for the many cases that share them."""
        key = (0, count, rho)
        if key not in self._kept:
            self._kept[key] = self.draws(0, count, rho)
        return self._kept[key]

    # -- evaluating --------------------------------------------------------------------------------------------------

    def evaluated(self, columns: Columns, draws: Draws, policy: Policy) -> tuple[Days, Flags]:
        """Return the days of every sample, each under the readings drawn for it, and which samples found no place."""
        if not self.model.weights:
            return self.plain(self.model.network, columns, policy)
        options = {reading.id: self._options(reading, draws) for reading in (*self._together, *self._others)}
        answers = columns_of(self._together, options, columns.samples)
        values = {**answers.values, **columns.values}
        switches = {**answers.switches, **columns.switches}
        days = np.empty((len(self.milestones), columns.samples), dtype=np.int32)
        unplaced = np.zeros(columns.samples, dtype=np.bool_)
        for places, network in self._apart:
            mask = np.ones(columns.samples, dtype=np.bool_)
            for reading, place in zip(self._others, places, strict=True):
                mask &= options[reading.id] == place
            if mask.any():
                part = Columns(
                    int(mask.sum()),
                    {name: column[mask] for name, column in values.items()},
                    {name: column[mask] for name, column in switches.items()},
                )
                days[:, mask], unplaced[mask] = self.plain(network, part, policy)
        if self._last is not None:
            days[(days > self._last) & (days < BEYOND)] = BEYOND
        return days, unplaced

    def _options(self, reading: Reading, draws: Draws) -> NDArray[np.int64]:
        """Return the option drawn in each sample."""
        weights, row = self.model.weights[reading.id]
        edges = np.cumsum([weights.get(option.id, 0.0) for option in reading.options])[:-1]
        places: NDArray[np.int64] = np.searchsorted(edges, draws.uniforms[row], side="right").astype(np.int64)
        return places

    def base_of(self, draws: Draws) -> dict[str, NDArray[np.int64]]:
        """Return the values that drawn readings give assumptions: what ranges then lie around."""
        if not self._together:
            return {}
        options = {reading.id: self._options(reading, draws) for reading in self._together}
        return dict(columns_of(self._together, options, draws.samples).values)

    def plain(self, network: Network, columns: Columns, policy: Policy) -> tuple[Days, Flags]:
        """Return the days of every sample of one network, capacity allotted by a policy, and the samples without a place."""
        if not network.uses_capacity:
            found = evaluate(network, columns)
            return days_of(found, self.milestones), np.zeros(columns.samples, dtype=np.bool_)
        found, unplaced = allot(network, columns, policy)
        days = days_of(found, self.milestones)
        days[:, unplaced] = NEVER
        return days, unplaced

    def case(self, case: Case, draws: Draws) -> tuple[Days, Flags]:
        """Return the days of one case on given draws."""
        return self.evaluated(draws.columns(self._based(case, draws)), draws, self.policy(case))

    def policy(self, case: Case) -> Policy:
        """Return by which policy queues are served: a lever's that is pulled, else the case's own."""
        levers = (self.model.levers[name] for name, steps in case.levers.items() if steps)
        return next((lever.policy for lever in levers if lever.policy is not None), case.policy)

    def cases(self, cases: Sequence[Case], draws: Draws) -> list[tuple[Days, Flags]]:
        """Return the days of several cases on the same draws.

        Where work queues, most of the time goes into the turns that all samples take together: cases are then laid side
        by side, as many as fit into a block.
        """
        if not self.model.network.uses_capacity or self.model.weights:
            return [self.case(case, draws) for case in cases]
        found: list[tuple[Days, Flags] | None] = [None] * len(cases)
        width = max(1, BLOCK // draws.samples)
        for policy in dict.fromkeys(self.policy(case) for case in cases):
            places = [place for place, case in enumerate(cases) if self.policy(case) == policy]
            for start in range(0, len(places), width):
                part = places[start : start + width]
                joined = beside(self.model, [draws.columns(cases[place]) for place in part])
                days, lost = self.plain(self.model.network, joined, policy)
                for place, column in zip(part, range(0, joined.samples, draws.samples), strict=True):
                    here = slice(column, column + draws.samples)
                    found[place] = days[:, here], lost[here]
        return [each for each in found if each is not None]

    def _based(self, case: Case, draws: Draws) -> Case:
        """Lay the values of drawn readings under a case."""
        if not self._together:
            return case
        return replace(case, base={**self.base_of(draws), **case.base})

    def blocks(self, samples: int) -> Iterator[tuple[int, int]]:
        """Yield start and count in every replicate, until there are enough samples in all."""
        each = -(-samples // REPLICATES)
        width = BLOCK // REPLICATES
        for start in range(0, each, width):
            yield start, min(width, each - start)

    def run(self, case: Case, samples: int, *, enough: Callable[[Sample], bool] | None = None) -> Sample:
        """Simulate one case.

        Parameters
        ----------
        case
            How it differs.
        samples
            At least so many; rounded up to a multiple of `REPLICATES`.
        enough
            Asked after each block whether to stop.
        """
        days: list[Days] = []
        replicates: list[NDArray[np.int8]] = []
        unplaced = 0
        for start, count in self.blocks(samples):
            first = start == 0 and samples <= BLOCK
            draws = self.kept(count, case.rho) if first else self.draws(start, count, case.rho)
            found, lost = self.case(case, draws)
            days.append(found)
            replicates.append(np.repeat(np.arange(REPLICATES, dtype=np.int8), count))
            unplaced += int(lost.sum())
            if enough and enough(self._joined(days, replicates, unplaced)):
                break
        return self._joined(days, replicates, unplaced)

    def _joined(self, days: list[Days], replicates: list[NDArray[np.int8]], unplaced: int) -> Sample:
        return Sample(self.milestones, np.concatenate(days, axis=1), np.concatenate(replicates), unplaced)

    def compare(self, cases: Mapping[str, Case], each: int) -> dict[str, Sample]:
        """Simulate many cases on the same first draws of every replicate.

        Parameters
        ----------
        cases
            By name.
        each
            Samples, at most `BLOCK`.
        """
        count = -(-min(each, BLOCK) // REPLICATES)
        labels = np.repeat(np.arange(REPLICATES, dtype=np.int8), count)
        found = {}
        for rho in dict.fromkeys(case.rho for case in cases.values()):
            names = [name for name, case in cases.items() if case.rho == rho]
            results = self.cases([cases[name] for name in names], self.kept(count, rho))
            for name, (days, lost) in zip(names, results, strict=True):
                found[name] = Sample(self.milestones, days, labels, int(lost.sum()))
        return found


def needs_network(plan: Plan, reading: Reading) -> bool:
    """Say whether the options of a reading differ in more than a column can hold: in the calendar, or in a unit."""
    from models.duration import Duration

    for option in reading.options:
        if option.changes.calendar not in (None, plan.calendar):
            return True
        for name, value in option.changes.assumptions.items():
            held = plan.values[name]
            if isinstance(value, Duration) and not (isinstance(held, Duration) and held.unit == value.unit):
                return True
    return False
