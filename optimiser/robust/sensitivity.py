"""What drives a robust date, one chance at a time, held against the noise of the draws; and why it is later than expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.commitment import Bias
from models.effects import ChanceEffect
from optimiser.critical import Columns
from optimiser.numbers import column_number
from optimiser.robust.certain import Certain
from optimiser.robust.distribution import Distribution
from optimiser.robust.field import BEYOND
from optimiser.robust.model import Chance, Model
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import Effect, Sample, day_ranks, effect, product, ranks, standardised

__all__ = ["Centre", "biases", "centres", "chance_effects", "days_of", "effects_between", "most_closed", "noises"]

MOST_CLOSED = 256
"""Of more chances than this only those whose ranks hang together most with a milestone's are closed one by one."""

MOST_POSITIONS = 2**28
"""Nor are more closed than make so many positions, though never fewer than `FEWEST_CLOSED`."""

FEWEST_CLOSED = 8

_SMALL = 0.15
"""The least tenth of even variates lies within this of the least."""

TOGETHER = 32
"""Chances whose variates are looked at together."""

_NOTHING = Effect(0, None)

Moved: TypeAlias = Callable[[str, Distribution], Effect]
"""How far a milestone's date moves from the samples as they are to others."""

Centre = tuple[int | None, float | None]
"""The boundary of a milestone as the plan stands, and with every range at its mean; None off the calendar."""


def effects_between(sampler: Sampler, before: Sample, after: Sample, confidence: float) -> dict[str, Effect]:
    """Return how far each milestone's date moves from one case to another on the same draws."""
    model = sampler.model
    return {
        name: effect(model.clock, before.among(name), after.among(name), confidence, model.shown(name))
        for name in sampler.milestones
    }


def days_of(effects: Mapping[str, Effect]) -> dict[str, int | None]:
    """Return how far each milestone's date moves."""
    return {name: each.days for name, each in effects.items()}


def noises(**named: Mapping[str, Effect]) -> dict[str, dict[str, int]]:
    """Return the noise floors that effects are not above, by the name of the effect and the milestone."""
    floors = {key: {name: each.noise for name, each in of.items() if each.noise is not None} for key, of in named.items()}
    return {key: found for key, found in floors.items() if found}


def most_closed(sampler: Sampler, samples: int) -> int:
    """Return how many chances are closed one by one."""
    positions = len(sampler.model.network.points) * samples
    return min(MOST_CLOSED, max(FEWEST_CLOSED, MOST_POSITIONS // positions))


def chance_effects(sampler: Sampler, base: Sample, confidence: float) -> tuple[ChanceEffect, ...]:
    """Return the effect of each chance on the dates that it can reach, the largest gain first.

    Parameters
    ----------
    sampler
        Draws the samples; every case is evaluated on the same.
    base
        Its samples.
    confidence
        At which dates are compared.
    """
    model, milestones = sampler.model, sampler.milestones
    at = {name: base.among(name) for name in milestones}

    def moved(name: str, after: Distribution) -> Effect:
        return effect(model.clock, at[name], after, confidence, model.shown(name))

    felt = _felt(sampler, base, at, moved)
    bought = _bought(sampler, base, felt, moved)
    gains = {
        each.chance.id: bought.get(each.chance.id, dict.fromkeys(milestones, Effect(None, None) if each.open else _NOTHING))
        for each in felt
    }
    totals = {name: sum(max(each[name].days or 0, 0) for each in gains.values()) for name in milestones}
    effects = (_told(each, gains[each.chance.id], totals) for each in felt)
    return tuple(sorted(effects, key=lambda each: -sum(max(gain or 0, 0) for gain in each.bought_wd.values())))


@dataclass
class _Felt:
    """How milestones hang on one chance, in the samples as they are.

    Attributes
    ----------
    hanging
        Correlation of ranks with each milestone that it can reach; None where one of the two never varies.
    tails
        What each of these is moved by where the chance lies lowest, and highest.
    """

    chance: Chance
    hanging: dict[str, float | None]
    tails: list[dict[str, Effect]]

    @property
    def open(self) -> bool:
        """Whether what closing it buys is left open where it has not been closed."""
        return self.chance.kind == "reading" or bool(self.hanging)

    @property
    def strength(self) -> float:
        """How strongly the milestone hangs on it that does so most."""
        return max(abs(value or 0) for value in self.hanging.values())


def _felt(sampler: Sampler, base: Sample, at: Mapping[str, Distribution], moved: Moved) -> list[_Felt]:
    """Return how the milestones hang on each chance, in the order of the model."""
    reached = {name: sampler.model.felt(name) for name in sampler.milestones}
    order_of = {name: standardised(day_ranks(there, base.of(name), base.weights), base.weights) for name, there in at.items()}
    found = []
    for chance, scores in _scored(sampler):
        own = standardised(_ranked(chance, scores, base), base.weights)
        hanging = {
            name: None if own is None or other is None else product(own, other)
            for name, other in order_of.items()
            if chance.id in reached[name]
        }
        tails = [{name: moved(name, base.among(name, where)) for name in hanging} for where in _tails(chance, scores, base)]
        found.append(_Felt(chance, hanging, tails))
    return found


def _bought(sampler: Sampler, base: Sample, felt: Sequence[_Felt], moved: Moved) -> dict[str, dict[str, Effect]]:
    """Return what closing each chance buys of each milestone, of as many as are closed, the strongest first.

    A milestone of which it moves no sample does not hang on it, whatever both hang on together, and is struck out.
    """
    closable = [each for each in felt if each.chance.kind != "reading" and each.hanging]
    closable.sort(key=lambda each: -each.strength)
    closed = {each.chance.id: each for each in closable[: most_closed(sampler, len(base))]}
    found: dict[str, dict[str, Effect]] = {}
    for name, without in sampler.each({name: replace(sampler.main, closed=frozenset({name})) for name in closed}):
        found[name] = dict.fromkeys(sampler.milestones, _NOTHING)
        for milestone in tuple(closed[name].hanging):
            if np.array_equal(without.of(milestone), base.of(milestone)):
                del closed[name].hanging[milestone]
                continue
            gain = moved(milestone, without.among(milestone))
            found[name][milestone] = Effect(None if gain.days is None else -gain.days, gain.noise)
    return found


def _told(felt: _Felt, gains: Mapping[str, Effect], totals: Mapping[str, float]) -> ChanceEffect:
    """Return the record of a chance, its shares of what closing all would buy among it."""
    chance = felt.chance
    low, high = ({name: each[name] if name in felt.hanging else _NOTHING for name in gains} for each in felt.tails)
    shares = {name: max(gain.days or 0, 0) / totals[name] if totals[name] else 0.0 for name, gain in gains.items()}
    return ChanceEffect(
        id=chance.id,
        title=chance.title,
        kind=chance.kind,
        basis=chance.basis,
        raid=chance.raid,
        touches=chance.slots,
        reaches=tuple(felt.hanging),
        bought_wd=days_of(gains),
        low_wd=days_of(low),
        high_wd=days_of(high),
        noise_wd=noises(bought_wd=gains, low_wd=low, high_wd=high),
        cruciality={name: _rounded(felt.hanging.get(name)) for name in gains},
        share={name: round(share, 6) for name, share in shares.items()},
    )


def _scored(sampler: Sampler) -> Iterator[tuple[Chance, NDArray[np.float64]]]:
    """Yield each chance with its variate in every sample, so many drawn at a time as memory has room for."""
    chances = sampler.model.chances
    for first in range(0, len(chances), TOGETHER):
        some = chances[first : first + TOGETHER]
        found = sampler.sizes(*(chance.id for chance in some))
        yield from ((chance, found[chance.id]) for chance in some)


def _ranked(chance: Chance, scores: NDArray[np.float64], base: Sample) -> NDArray[np.float64]:
    """Return a chance's scores as ranks: in proportion to an even variate, tied at zero."""
    if len(chance.dimensions) == 1 or base.weights is not None:
        return scores if len(chance.dimensions) == 1 else ranks(scores, base.weights)
    idle = float(np.mean(scores == 0))
    return np.where(scores == 0, idle / 2, idle + scores * (1 - idle))


def _tails(chance: Chance, scores: NDArray[np.float64], base: Sample) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the samples in which a chance lies lowest, and highest: a tenth each, or where it does not and does happen."""
    if len(chance.dimensions) > 1 and (scores == 0).any():
        return np.flatnonzero(scores == 0), np.flatnonzero(scores > 0)
    if base.weights is not None:
        return np.flatnonzero(scores == scores.min()), np.flatnonzero(scores == scores.max())
    return _least_tenth(scores), _least_tenth(-scores)


def _least_tenth(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places of the least tenth of variates, looked for among those that are small for an even variate."""
    last = int((len(scores) - 1) * 0.1)
    small = np.flatnonzero(scores < _SMALL + scores.min())
    if len(small) <= last:
        small = np.arange(len(scores))
    among = scores[small]
    found: NDArray[np.int64] = small[among <= np.partition(among, last)[last]]
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(abs(value), 4)


# -- why the expected date is later than the deterministic one ----------------------------------------------------------


def biases(sampler: Sampler, base: Sample, certain: Certain, centre: Mapping[str, Centre]) -> dict[str, Bias | None]:
    """Split the difference between the expected and the deterministic date.

    Parameters
    ----------
    sampler
        Draws the samples; every case is evaluated on the same.
    base
        Its samples.
    certain
        The deterministic dates.
    centre
        Where the milestones lie with nothing uncertain.
    """
    model, milestones = sampler.model, sampler.milestones
    happening = frozenset(chance.id for chance in model.chances if chance.kind in ("driver", "risk"))
    ranges = sampler.compare({"": replace(sampler.main, closed=happening)})[""] if happening else base
    result: dict[str, Bias | None] = {}
    for milestone in milestones:
        means = [_mean(model, sample.among(milestone), milestone) for sample in (ranges, base)]
        stated, at_means = centre[milestone]
        date = certain.dates[milestone]
        if means[0] is None or means[1] is None or stated is None or at_means is None or date is None:
            result[milestone] = None
            continue
        days = np.array([date.date.toordinal()], dtype=np.int64)
        held = int(model.clock.places(days, model.shown(milestone))[0])
        result[milestone] = Bias(
            policy_wd=round(stated - held, 2),
            skew_wd=round(at_means - stated, 2),
            merge_wd=round(means[0] - at_means, 2),
            risk_wd=round(means[1] - means[0], 2),
        )
    return result


def _mean(model: Model, found: Distribution, milestone: str) -> float | None:
    """Return the mean boundary; None where a sample has no date, as nothing is averaged away."""
    moments = found.moments(model.clock, model.shown(milestone))
    return None if found.late.any() or moments is None else moments[0]


def centres(sampler: Sampler) -> dict[str, Centre]:
    """Return each milestone's boundary as the plan stands under its policy, and with every range at its mean.

    A mean between two whole units is met by both: the boundary is interpolated between all ranges rounded down and each
    one's own step up.
    """
    model, main = sampler.model, sampler.main
    floors: dict[str, int] = {}
    parts: dict[str, float] = {}
    for slot, (entry, _) in model.ranges.items():
        base = column_number(model.quantities[slot].value)
        if slot not in main.pools and model.absent(slot, base):
            continue
        mean = (main.pools[slot] if slot in main.pools else model.lattice(entry, base, main.shape)).mean
        floors[slot] = int(np.floor(mean))
        parts[slot] = mean - floors[slot]
    slots = list(floors)
    count = len(slots) + 2
    values: dict[str, NDArray[np.int64]] = {}
    for place, slot in enumerate(slots):
        column = np.full(count, floors[slot], dtype=np.int64)
        column[0] = column_number(model.quantities[slot].value)
        column[2 + place] += 1
        values[slot] = column
    days = sampler.days(Columns(count, model.follow(values)))
    found: dict[str, Centre] = {}
    for milestone, row in zip(sampler.milestones, days, strict=True):
        if (row >= BEYOND).any():
            found[milestone] = (None, None)
            continue
        boundaries = model.clock.places(row.astype(np.int64), model.shown(milestone))
        steps = sum(parts[slot] * float(boundaries[2 + place] - boundaries[1]) for place, slot in enumerate(slots))
        found[milestone] = (int(boundaries[0]), float(boundaries[1]) + steps)
    return found
