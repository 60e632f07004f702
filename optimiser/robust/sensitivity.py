"""What drives a robust date, one chance at a time: exclusion and tornado, each held against the noise of the draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.plan import Plan
from models.robustness import ChanceEffect
from models.rules import Point
from optimiser.clock import Convention
from optimiser.robust.model import Chance
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import Distribution, Effect, Sample, day_ranks, effect, product, ranks, standardised

__all__ = ["chance_effects", "conventions", "effects_between", "most_closed", "noise_of"]

MOST_CLOSED = 256
"""Of more chances than this only those whose ranks hang together most with a milestone's are closed one by one."""

MOST_POSITIONS = 2**28
"""Nor are more closed than make so many positions, though never fewer than `FEWEST_CLOSED`."""

FEWEST_CLOSED = 8

_NOTHING = Effect(0, None)


def conventions(plan: Plan, milestones: tuple[str, ...]) -> dict[str, Convention]:
    """Return how each milestone's boundary is shown."""
    return {milestone: plan.convention(Point(milestone, "start")) for milestone in milestones}


def effects_between(sampler: Sampler, before: Sample, after: Sample, confidence: float) -> dict[str, Effect]:
    """Return how far each milestone's date moves from one case to another on the same draws."""
    shown = conventions(sampler.model.plan, sampler.milestones)
    return {
        name: effect(sampler.model.clock, before.among(name), after.among(name), confidence, shown[name])
        for name in sampler.milestones
    }


def noise_of(effects: Mapping[str, Effect]) -> dict[str, int]:
    """Return the noise floors that effects are not above."""
    return {name: each.noise for name, each in effects.items() if each.noise is not None}


def most_closed(sampler: Sampler, samples: int) -> int:
    """Return how many chances are closed one by one."""
    positions = len(sampler.model.network.points) * samples
    return min(MOST_CLOSED, max(FEWEST_CLOSED, MOST_POSITIONS // positions))


def chance_effects(sampler: Sampler, base: Sample, confidence: float) -> tuple[ChanceEffect, ...]:
    """Return what each chance does to the dates that it can reach, that which buys most first.

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
    felt = {milestone: model.felt(milestone) for milestone in milestones}
    at = {name: base.among(name) for name in milestones}
    order_of = {name: standardised(day_ranks(at[name], base.of(name), base.weights), base.weights) for name in milestones}
    scores = {chance.id: sampler.sizes(chance.id) for chance in model.chances}
    hanging: dict[str, dict[str, float | None]] = {}
    for chance in model.chances:
        own = standardised(_ranked(chance, scores[chance.id], base), base.weights)
        hanging[chance.id] = {
            name: None if own is None or other is None else product(own, other)
            for name, other in order_of.items()
            if chance.id in felt[name]
        }
    closable = [chance.id for chance in model.chances if chance.kind != "reading" and hanging[chance.id]]
    closable.sort(key=lambda name: -max(abs(value or 0) for value in hanging[name].values()))
    closed = closable[: most_closed(sampler, len(base))]
    shown = conventions(model.plan, milestones)

    def moved(name: str, after: Distribution) -> Effect:
        return effect(model.clock, at[name], after, confidence, shown[name])

    bought: dict[str, dict[str, Effect]] = {}
    for name, without in sampler.each({name: replace(sampler.main, closed=frozenset({name})) for name in closed}):
        bought[name] = dict.fromkeys(milestones, _NOTHING)
        for milestone in tuple(hanging[name]):
            if np.array_equal(without.of(milestone), base.of(milestone)):
                del hanging[name][milestone]  # it moves no sample, whatever hangs together with it
                continue
            gain = moved(milestone, without.among(milestone))
            bought[name][milestone] = Effect(None if gain.days is None else -gain.days, gain.noise)
    found: list[tuple[Chance, dict[str, Effect], list[dict[str, Effect]]]] = []
    for chance in model.chances:
        asked = chance.kind != "reading" and (chance.id in bought or not hanging[chance.id])
        gains = bought.get(chance.id, dict.fromkeys(milestones, _NOTHING if asked else Effect(None, None)))
        tails = [
            {name: moved(name, base.among(name, where)) if name in hanging[chance.id] else _NOTHING for name in milestones}
            for where in _tails(chance, scores[chance.id], base)
        ]
        found.append((chance, gains, tails))
    totals = {name: sum(max(gains[name].days or 0, 0) for _, gains, _ in found) for name in milestones}
    effects = []
    for chance, gains, (low, high) in found:
        named = (("bought_wd", gains), ("low_wd", low), ("high_wd", high))
        shares = {name: max(gains[name].days or 0, 0) / totals[name] if totals[name] else 0.0 for name in milestones}
        effects.append(
            ChanceEffect(
                id=chance.id,
                title=chance.title,
                kind=chance.kind,
                basis=chance.basis,
                raid=chance.raid,
                touches=chance.slots,
                reaches=tuple(hanging[chance.id]),
                bought_wd={name: each.days for name, each in gains.items()},
                low_wd={name: each.days for name, each in low.items()},
                high_wd={name: each.days for name, each in high.items()},
                noise_wd={key: floors for key, each in named if (floors := noise_of(each))},
                cruciality={name: _rounded(hanging[chance.id].get(name)) for name in milestones},
                share={name: round(share, 6) for name, share in shares.items()},
            )
        )
    return tuple(sorted(effects, key=lambda each: -sum(max(gain or 0, 0) for gain in each.bought_wd.values())))


def _ranked(chance: Chance, scores: NDArray[np.float64], base: Sample) -> NDArray[np.float64]:
    """Return what a chance's scores rank like: an even variate is in proportion to its rank, and what is zero is tied."""
    if len(chance.dimensions) == 1 or base.weights is not None:
        return scores if len(chance.dimensions) == 1 else ranks(scores, base.weights)
    idle = float(np.mean(scores == 0))
    return np.where(scores == 0, idle / 2, idle + scores * (1 - idle))


def _tails(chance: Chance, scores: NDArray[np.float64], base: Sample) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the samples in which a chance lies lowest, and highest: a tenth each, or where it does not and does happen."""
    if len(chance.dimensions) > 1 and (scores == 0).any():
        return scores == 0, scores > 0
    low, high = (scores.min(), scores.max()) if base.weights is not None else np.quantile(scores, [0.1, 0.9])
    return scores <= low, scores >= high


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(abs(value), 4)
