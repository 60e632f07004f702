"""What doing something about risks is worth: the dates before and after, each action alone and all together, on the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.record import Date
from models.risk import Lever
from models.worth import Mitigated, Mitigation
from optimiser.robust.sensitivity import effects_between, noises
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import Effect, Sample, percentile

__all__ = ["mitigation"]

SHOWN = (0.5, 0.8)
"""Confidences of the dates before and after, besides the one asked for."""


def mitigation(sampler: Sampler, base: Sample, confidence: float) -> Mitigation | None:
    """Return the dates before and after what could be done about risks; None where nothing could.

    Parameters
    ----------
    sampler
        Whose draws both sides stand on: where a risk is less probable it strikes in some of the samples that it struck before,
        and in no other (common random numbers).
    base
        Its samples, with nothing done.
    confidence
        At which what is gained is read.
    """
    levers = [lever for lever in sampler.model.levers.values() if lever.risk in sampler.model.by_id]
    if not levers:
        return None
    sets = [[lever] for lever in levers] + ([levers] if len(levers) > 1 else [])
    cases = {str(place): replace(sampler.main, levers={lever.id: 1 for lever in taken}) for place, taken in enumerate(sets)}
    found = [_mitigated(sampler, base, after, sets[int(place)], confidence) for place, after in sampler.each(cases)]
    together = found.pop() if len(levers) > 1 else None
    return Mitigation(confidence=confidence, before=_dates(base, confidence), actions=tuple(found), together=together)


def _mitigated(sampler: Sampler, base: Sample, after: Sample, taken: Sequence[Lever], confidence: float) -> Mitigated:
    moved = effects_between(sampler, base, after, confidence)
    gains = {name: Effect(None if each.days is None else -each.days, each.noise) for name, each in moved.items()}
    cost = sum(lever.cost for lever in taken)
    return Mitigated(
        actions=tuple(lever.id for lever in taken),
        title=taken[0].title if len(taken) == 1 else "all of them together",
        risks=tuple(dict.fromkeys(lever.risk for lever in taken if lever.risk)),
        basis=taken[0].basis if len(taken) == 1 else None,
        cost=cost,
        after=_dates(after, confidence),
        gained_wd={name: each.days for name, each in gains.items()},
        noise_wd=noises(gained_wd=gains),
        worth={name: round(each.days / cost, 3) if cost and each.days else None for name, each in gains.items()},
    )


def _dates(sample: Sample, confidence: float) -> dict[str, dict[str, Date | None]]:
    """Return each milestone's dates at the confidences shown."""
    wanted = sorted({*SHOWN, confidence})
    return {name: {percentile(share): sample.date(name, share) for share in wanted} for name in sample.milestones}
