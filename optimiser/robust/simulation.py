"""The simulation: replicated Sobol' draws in blocks, or every combination; cases on the same draws; dates as they are shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Reading
from models.plan import Plan
from models.policies import Policy
from models.risk import Impact, Relative
from optimiser.critical import Columns, Network, compile_network
from optimiser.processes import shared_out
from optimiser.robust.buffers import buffer_slots, in_columns, without_buffers, without_slots
from optimiser.robust.distribution import REPLICATES
from optimiser.robust.draws import Draws
from optimiser.robust.field import BEYOND, NEVER, Days, Field, Flags
from optimiser.robust.model import Case, Chance, Model, Numbers
from optimiser.robust.policy import Counter
from optimiser.robust.sobol import Sobol
from optimiser.robust.statistics import Sample
from optimiser.solve.sheets import columnar, columns_of, live_options, with_option

__all__ = ["BLOCK", "Block", "Sampler", "answered"]

T = TypeVar("T")

BLOCK = 8_192
"""Samples evaluated at once at the most: what bounds the memory, whatever the number of samples."""

MOST_AT_ONCE = 2**25
"""Positions evaluated at once: of a plan that has many, fewer samples make a block."""

FEWEST = 256
"""Samples of a block at the least."""

BESIDE = 8_192
"""Of cases with fewer samples as many are evaluated side by side."""

MOST_DAYS = 2**23
"""Days of milestones in all samples of some cases, kept until all blocks have been evaluated under these cases."""

MOST_COMBINATIONS = 4_096
"""With more combinations than this samples are drawn."""

MOST_KEPT = 2**25
"""Positions that are kept of blocks that have been evaluated; beyond that a block is evaluated again when it is asked for."""


def answered(plan: Plan, reading: Reading, option: str) -> Plan:
    """Return the plan under another answer to an open question; what a scenario or a user has set by name stays."""
    chosen = reading.option(option)
    assert chosen is not None
    answers = {**plan.settings.readings, reading.id: option}
    return with_option(plan, chosen).evolve(settings=plan.settings.model_copy(update={"readings": answers}))


@lru_cache(maxsize=8)
def _sequences(dimensions: int, seed: int) -> tuple[Sobol, ...]:
    """Return the scrambled sequences of all replicates."""
    return tuple(Sobol(dimensions, (seed, replicate)) for replicate in range(REPLICATES))


class Block:
    """Some samples, evaluated under the main case, and whatever case is asked for beside it.

    Attributes
    ----------
    fields
        The samples by the network that the readings drawn for them give: a mask, None for all, and the field.
    """

    def __init__(self, sampler: Sampler, draws: Draws) -> None:
        self.sampler = sampler
        self.draws = draws
        model = sampler.model
        self._options = {name: _options(row, weights, draws) for name, (weights, row) in model.weights.items()}
        drawn = columns_of(sampler.together, self._options, draws.samples) if sampler.together else Columns(draws.samples)
        self._base, self._switches = dict(drawn.values), dict(drawn.switches)
        columns = self._columns(sampler.main)
        draws.last()
        self.fields: list[tuple[Flags | None, Field]] = []
        for places, network, counter in sampler.networks:
            mask = np.ones(draws.samples, dtype=np.bool_)
            for reading, place in zip(sampler.apart, places, strict=True):
                mask &= self._options[reading.id] == place
            if mask.any():
                part = without_slots(columns if mask.all() else columns.taken(mask), buffer_slots(network.plan))
                made = Field(network, counter, part, sampler.policy(sampler.main), sampler.milestones)
                self.fields.append((None if mask.all() else mask, made))

    def _columns(self, case: Case) -> Columns:
        """Return the columns of a case, what drawn readings say laid under it."""
        if self._base or self._switches:
            case = replace(case, base={**self._base, **case.base}, switches={**self._switches, **case.switches})
        return self.draws.columns(case)

    def days(self, cases: Sequence[Case]) -> list[tuple[Days, Flags]]:
        """Return for each case the days of every sample, and which samples found no place."""
        wide = max(1, BESIDE // self.draws.samples)
        found: dict[int, tuple[Days, Flags]] = {}
        for policy in dict.fromkeys(map(self.sampler.policy, cases)):
            places = [place for place, case in enumerate(cases) if self.sampler.policy(case) == policy]
            for first in range(0, len(places), wide):
                some = places[first : first + wide]
                found.update(zip(some, self._beside([cases[place] for place in some], policy), strict=True))
        return [found[place] for place in range(len(cases))]

    def _beside(self, cases: Sequence[Case], policy: Policy) -> list[tuple[Days, Flags]]:
        """Return the days of cases that are evaluated together."""
        columns, shape = [self._columns(case) for case in cases], (len(self.sampler.milestones), self.draws.samples)
        found = [(np.empty(shape, dtype=np.int32), np.zeros(shape[1], dtype=np.bool_)) for _ in cases]
        for mask, each in self.fields:
            where = slice(None) if mask is None else mask
            slots = buffer_slots(each.network.plan)
            parts = [without_slots(one if mask is None else one.taken(mask), slots) for one in columns]
            for (days, lost), (there, missed) in zip(found, each.under(parts, policy), strict=True):
                days[:, where], lost[where] = there, missed
        self.draws.forget()
        last = NEVER if self.sampler.last is None else self.sampler.last
        for days, _ in found:
            days[(days > last) & (days < BEYOND)] = BEYOND
        return found


def _options(row: int, weights: Mapping[str, float], draws: Draws) -> NDArray[np.int64]:
    """Return the option of a reading drawn in each sample."""
    edges = np.cumsum(list(weights.values()))[:-1]
    return np.searchsorted(edges, draws.row(row, None), side="right").astype(np.int64)


@dataclass
class Sampler:
    """Draws and evaluates samples of one model.

    The first run settles how many samples there are; every case compared has the same, draw by draw, so that differences
    between cases are not those between draws.

    Attributes
    ----------
    seed
        Equal seeds give equal draws.
    main
        What every case is a variation of.
    exact
        Whether every combination of what is uncertain is evaluated, each with its probability, and nothing is drawn.
    """

    model: Model
    milestones: tuple[str, ...]
    seed: int
    main: Case = field(default_factory=Case)
    enumerate: bool = True
    """Whether combinations are evaluated where they are few; else samples are drawn all the same."""
    beside: Sampler | None = None
    """Of another model on the same variates, which are then shared as far as it keeps its own."""
    workers: int = 1
    """Processes that share out the blocks; they change no figure."""

    def __post_init__(self) -> None:
        model = self.model
        drawn = [reading for reading in live_options(model.whole) if reading.id in model.weights]
        self.together = tuple(reading for reading in drawn if columnar(model.whole, reading))
        self.apart = tuple(reading for reading in drawn if not in_columns(model.whole, reading))
        self._counter = Counter(model.network) if model.network.uses_capacity else None
        self.networks: list[tuple[tuple[int, ...], Network, Counter | None]] = []
        for places in product(*(range(len(reading.options)) for reading in self.apart)):
            plan = model.whole
            for reading, place in zip(self.apart, places, strict=True):
                plan = answered(plan, reading, reading.options[place].id)
            network = compile_network(without_buffers(plan)) if places else model.network
            counter = Counter(network) if places and network.uses_capacity else None if places else self._counter
            self.networks.append((places, network, counter))
        several = [network.clock for _, network, _ in self.networks] if len(self.networks) > 1 else []
        self.last = min(
            (int(clock.shown(np.array([clock.limit], dtype=np.int64), "closes")[0]) for clock in several), default=None
        )
        """Where readings choose between calendars, the day up to which all of them know what is late."""
        self._all = combinations(model, self.milestones) if self.enumerate and not self.main.pools else None
        self.exact = self._all is not None
        samples = max(FEWEST, min(BLOCK, MOST_AT_ONCE // max(1, len(model.network.points))))
        self._width = 2 ** (samples.bit_length() - 1) // REPLICATES
        """Positions of every replicate in a block."""
        self._kept: dict[tuple[int, int], Block] = {}
        self._taken: list[tuple[int, int]] = []

    @property
    def weights(self) -> Numbers | None:
        """How probable each combination is; None where samples are drawn, all alike."""
        return self._all[1] if self._all is not None else None

    def policy(self, case: Case) -> Policy:
        """Return by which policy queues are served: a lever's that is pulled, else the case's own."""
        levers = (self.model.levers[name] for name, steps in case.levers.items() if steps)
        return next((lever.policy for lever in levers if lever.policy is not None), case.policy)

    def enumerates_as(self, other: Sampler) -> bool:
        """Say whether both evaluate the same combinations, so that they can be compared one by one."""
        mine, theirs = self._all, other._all
        return mine is not None and theirs is not None and all(map(np.array_equal, mine, theirs))

    # -- drawing -----------------------------------------------------------------------------------------------------

    def draws(self, start: int, count: int) -> Draws:
        """Return the variates of some positions of every replicate, side by side; of all combinations where they are few."""
        if self._all is not None:
            return Draws(self.model, self._all[0])
        block = self.beside.kept(start, count) if self.beside else None
        if block is not None and len(block.draws.uniforms) == max(self.model.dimensions, 1):
            return Draws(self.model, block.draws.uniforms, block.draws)
        return Draws(self.model, self._uniforms(start, count, range(max(self.model.dimensions, 1))))

    def _uniforms(self, start: int, count: int, rows: Sequence[int]) -> Numbers:
        """Return the variates of some dimensions, by their places, at some positions of every replicate, side by side."""
        found = np.empty((len(rows), REPLICATES * count))
        for place, each in enumerate(_sequences(max(self.model.dimensions, 1), self.seed)):
            each.points(start, count, rows, found[:, place * count : (place + 1) * count])
        return found

    def kept(self, start: int, count: int) -> Block | None:
        """Return a block of samples that are drawn, where it is kept."""
        return None if self.exact else self._kept.get((start, count))

    def _block(self, start: int, count: int) -> Block:
        if (start, count) in self._kept:
            return self._kept[start, count]
        block = Block(self, self.draws(start, count))
        if self._room(len(self._kept) + 1, block.draws.samples) or not self._kept:
            self._kept[start, count] = block
        return block

    def _room(self, blocks: int, samples: int) -> bool:
        """Say whether so many blocks of so many samples are kept."""
        return blocks * len(self.model.network.points) * samples <= MOST_KEPT

    def over(self, ask: Callable[[Block], T]) -> list[T]:
        """Return what is asked of each block of the samples that were run, in their order, shared out among the workers.

        Parameters
        ----------
        ask
            Changes nothing but what a block keeps to itself.
        """
        return shared_out(lambda place: ask(self._block(*self._taken[place])), len(self._taken), self.workers)

    def sizes(self, *names: str) -> dict[str, Numbers]:
        """Return each sample's variates of some chances, 0 where one does not happen."""
        parts = [self._sizes(names, start, count) for start, count in self._taken]
        return {name: np.concatenate([each[name] for each in parts]) for name in names}

    def _sizes(self, names: Sequence[str], start: int, count: int) -> dict[str, Numbers]:
        block = self._kept.get((start, count))
        if block is not None or self.exact:
            draws = (block or self._block(start, count)).draws
        else:
            rows = self.model.hanging({row for name in names for row in self.model.by_id[name].dimensions})
            draws = Draws(self.model, dict(zip(rows, self._uniforms(start, count, rows), strict=True)))
        return {name: draws.size(name, self.main) for name in names}

    # -- evaluating --------------------------------------------------------------------------------------------------

    def run(self, samples: int, *, enough: Callable[[Sample], bool] | None = None) -> Sample:
        """Simulate the main case.

        Parameters
        ----------
        samples
            At least so many; rounded up to a multiple of `REPLICATES`. Of no account where every combination is evaluated.
        enough
            Asked after each block whether to stop.
        """
        each, width = -(-samples // REPLICATES), self._width
        wanted = [(start, min(width, each - start)) for start in range(0, 1 if self.exact else each, width)]
        if enough is None and not self._room(len(wanted), width * REPLICATES):
            self._taken = wanted
            return self._sample(self.over(lambda block: block.days([self.main])[0]))
        self._taken = []
        parts: list[tuple[Days, Flags]] = []
        for start, count in wanted:
            self._taken.append((start, count))
            parts += self._block(start, count).days([self.main])
            if enough and enough(self._sample(parts)):
                break
        return self._sample(parts)

    def compare(self, cases: Mapping[str, Case]) -> dict[str, Sample]:
        """Simulate cases, each on the draws of the samples that were run."""
        parts = self.over(lambda block: block.days(list(cases.values())))
        return {name: self._sample([each[place] for each in parts]) for place, name in enumerate(cases)}

    def each(self, cases: Mapping[str, Case]) -> Iterator[tuple[str, Sample]]:
        """Simulate cases like `compare`, only so many at a time as `MOST_DAYS` has room for: together they may be large."""
        samples = sum(REPLICATES * count for _, count in self._taken)
        names, wide = list(cases), max(1, MOST_DAYS // (len(self.milestones) * samples))
        for first in range(0, len(names), wide):
            yield from self.compare({name: cases[name] for name in names[first : first + wide]}).items()

    def days(self, columns: Columns) -> Days:
        """Return the days of the milestones under some columns, readings as chosen, whatever is drawn."""
        policy = self.policy(self.main)
        return Field(self.model.network, self._counter, columns, policy, self.milestones).under([columns], policy)[0][0]

    def _sample(self, parts: list[tuple[Days, Flags]]) -> Sample:
        """Join blocks."""
        days = np.concatenate([each for each, _ in parts], axis=1)
        lost = sum(int(np.count_nonzero(each)) for _, each in parts)
        if self._all is not None:
            return Sample(self.milestones, days, np.zeros(days.shape[1], dtype=np.int8), lost, self._all[1])
        labels = [np.repeat(np.arange(REPLICATES, dtype=np.int8), count) for _, count in self._taken[: len(parts)]]
        return Sample(self.milestones, days, np.concatenate(labels), lost)


# -- every combination ----------------------------------------------------------------------------------------------------


def combinations(model: Model, milestones: Collection[str]) -> tuple[Numbers, Numbers] | None:
    """Return variates that stand for every combination of what the milestones could feel, and how probable each is.

    Each variate is cut where what it decides changes, whatever the case: at the probability of a risk, and at what it
    becomes under a lever. One variate then stands for all between two cuts.

    Returns
    -------
    tuple of ndarray and ndarray
        Variates, shape ``(dimensions, combinations)``, and probabilities, shape ``(combinations,)``; None where a chance
        is a range of many values, where chances hang together, or where there are too many combinations.
    """
    felt = frozenset().union(*(model.felt(milestone) for milestone in milestones))
    cuts: dict[int, Numbers] = {}
    for chance in model.chances:
        if chance.id in felt:
            found = _cuts(model, chance)
            if found is None:
                return None
            cuts |= {row: np.unique(edges[(edges > 0) & (edges < 1)]) for row, edges in found.items()}
    cuts = {row: edges for row, edges in cuts.items() if len(edges)}
    if sum(row in rows for rows, _ in model.groups for row in cuts) > 1:
        return None
    if math.prod(len(edges) + 1 for edges in cuts.values()) > MOST_COMBINATIONS:
        return None
    ends = [np.concatenate([[0.0], edges, [1.0]]) for edges in cuts.values()]
    middles = np.meshgrid(*((edges[:-1] + edges[1:]) / 2 for edges in ends), indexing="ij") if ends else []
    widths = np.meshgrid(*(np.diff(edges) for edges in ends), indexing="ij") if ends else []
    count = middles[0].size if ends else 1
    uniforms = np.full((max(model.dimensions, 1), count), 0.5)
    for row, each in zip(cuts, middles, strict=True):
        uniforms[row] = each.ravel()
    weights = np.ones(count)
    for each in widths:
        weights *= each.ravel()
    return uniforms, weights / weights.sum()


def _cuts(model: Model, chance: Chance) -> dict[int, Numbers] | None:
    """Return where the variates of a chance change what it does, by row; None where there are too many values to list."""
    register = model.register
    if chance.kind == "reading":
        weights, row = model.weights[chance.id.removeprefix("reading:")]
        return {row: np.cumsum(list(weights.values()))}
    if chance.kind == "range":
        entry, row = model.ranges[chance.slots[0]]
        stated = (entry.low, entry.high, *(each.value for each in entry.values))
        listed = entry.shape in ("discrete", "uniform") and not any(isinstance(each, Relative) for each in stated)
        base = model.stated(chance.slots[0], Case())
        assert isinstance(base, int)
        lattice = model.lattice(entry, base)
        return {row: lattice.cumulative[:-1]} if listed or len(lattice.values) == 1 else None
    assert register is not None
    size, acts = chance.dimensions
    happens = [model.probabilities[chance.id]]
    happens += [
        lever.probability for lever in model.levers.values() if lever.risk == chance.id and lever.probability is not None
    ]
    if chance.kind == "driver":
        driver = next(entry for entry in register.drivers if entry.id == chance.id)
        lattice = model.factor(driver, None)
        listed = driver.shape in ("discrete", "uniform") or len(lattice.values) == 1
        return {acts: np.array(happens), size: lattice.cumulative[:-1]} if listed else None
    risk = model.risk(chance.id)
    left = [impact for slot in chance.slots for _, impact in model.eases.get((risk.id, slot), ())]
    delays = [impact for impact in (*risk.impacts, *left) if impact.slips_to is None]
    if not all(map(_listed, delays)):
        return None
    lattices = [model.delay(impact, None) for impact in delays]
    return {acts: np.array(happens), size: np.concatenate([np.zeros(0), *(each.cumulative[:-1] for each in lattices)])}


def _listed(impact: Impact) -> bool:
    """Say whether the values of an impact are the same under every shape."""
    return impact.shape == "uniform" or sum(end is not None for end in (impact.low, impact.likely, impact.high)) == 1
