"""Why the expected date is later than the deterministic one: the policy of queues, skew, merging, and risk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.robustness import Bias
from optimiser.clock import Convention
from optimiser.critical import NONE, Columns
from optimiser.robust.certain import Certain
from optimiser.robust.model import Model
from optimiser.robust.quantity import number
from optimiser.robust.sensitivity import conventions
from optimiser.robust.simulation import BEYOND, Days, Sampler
from optimiser.robust.statistics import working_days

__all__ = ["biases"]


def biases(sampler: Sampler, samples: int, certain: Certain) -> dict[str, Bias | None]:
    """Split the difference between the expected and the deterministic date.

    Parameters
    ----------
    sampler
        Draws the samples; every case is evaluated on the same.
    samples
        How many.
    certain
        The deterministic dates.
    """
    model, milestones = sampler.model, sampler.milestones
    happening = frozenset(chance.id for chance in model.chances if chance.kind in ("driver", "risk"))
    found = sampler.compare({"all": sampler.main, "ranges": replace(sampler.main, closed=happening)}, samples)
    centre = _centre(sampler)
    shown = conventions(model.plan, milestones)
    result: dict[str, Bias | None] = {}
    for milestone in milestones:
        means = [_mean(model, found[name].of(milestone), shown[milestone]) for name in ("ranges", "all")]
        stated, at_means = centre[milestone]
        date = certain.dates[milestone]
        if any(mean is None for mean in means) or stated is None or at_means is None or date is None:
            result[milestone] = None
            continue
        ranges, everything = (mean for mean in means if mean is not None)
        result[milestone] = Bias(
            policy_wd=round(stated - model.clock.boundary(date.date, shown[milestone]), 2),
            skew_wd=round(at_means - stated, 2),
            merge_wd=round(ranges - at_means, 2),
            risk_wd=round(everything - ranges, 2),
        )
    return result


def _mean(model: Model, days: Days, convention: Convention) -> float | None:
    """Return the mean boundary; None where a sample has no date, as nothing is averaged away."""
    if (days >= BEYOND).any():
        return None
    return float(working_days(model.clock, days, convention).mean())


def _centre(sampler: Sampler) -> dict[str, tuple[int | None, float | None]]:
    """Return each milestone's boundary as the plan stands under its policy, and with every range at its mean.

    A mean between two whole units is met by both: the boundary is interpolated between all ranges rounded down and each
    one's own step up.
    """
    model, main = sampler.model, sampler.main
    floors: dict[str, int] = {}
    parts: dict[str, float] = {}
    for slot, (entry, _) in model.ranges.items():
        base = number(model.quantities[slot].value)
        if base == NONE:
            continue
        mean = (main.pools[slot] if slot in main.pools else model.lattice(entry, base, main.shape)).mean
        floors[slot] = int(np.floor(mean))
        parts[slot] = mean - floors[slot]
    slots = list(floors)
    count = len(slots) + 2
    values: dict[str, NDArray[np.int64]] = {}
    for place, slot in enumerate(slots):
        column = np.full(count, floors[slot], dtype=np.int64)
        column[0] = number(model.quantities[slot].value)
        column[2 + place] += 1
        values[slot] = column
    days, _ = sampler.plain(model.network, Columns(count, values), main.policy)
    found: dict[str, tuple[int | None, float | None]] = {}
    for milestone, row, convention in zip(
        sampler.milestones, days, conventions(model.plan, sampler.milestones).values(), strict=True
    ):
        if (row >= BEYOND).any():
            found[milestone] = (None, None)
            continue
        boundaries = working_days(model.clock, row, convention)
        steps = sum(parts[slot] * float(boundaries[2 + place] - boundaries[1]) for place, slot in enumerate(slots))
        found[milestone] = (int(boundaries[0]), float(boundaries[1]) + steps)
    return found
