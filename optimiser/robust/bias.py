"""Why the expected date is later than the deterministic one: the policy of queues, skew, merging, and risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.robustness import Bias
from optimiser.clock import Convention
from optimiser.critical import Columns
from optimiser.numbers import NONE, column_number
from optimiser.robust.certain import Certain
from optimiser.robust.field import BEYOND
from optimiser.robust.model import Model
from optimiser.robust.sensitivity import conventions
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import Distribution, Sample, working_days

__all__ = ["Centre", "biases", "centres"]

Centre = tuple[int | None, float | None]
"""The boundary of a milestone as the plan stands, and with every range at its mean; None off the calendar."""


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
    ranges = sampler.compare({"": replace(sampler.main, closed=happening)})[""]
    shown = conventions(model.plan, milestones)
    result: dict[str, Bias | None] = {}
    for milestone in milestones:
        means = [_mean(model, sample.among(milestone), shown[milestone]) for sample in (ranges, base)]
        stated, at_means = centre[milestone]
        date = certain.dates[milestone]
        if means[0] is None or means[1] is None or stated is None or at_means is None or date is None:
            result[milestone] = None
            continue
        result[milestone] = Bias(
            policy_wd=round(stated - model.clock.boundary(date.date, shown[milestone]), 2),
            skew_wd=round(at_means - stated, 2),
            merge_wd=round(means[0] - at_means, 2),
            risk_wd=round(means[1] - means[0], 2),
        )
    return result


def _mean(model: Model, found: Distribution, convention: Convention) -> float | None:
    """Return the mean boundary; None where a sample has no date, as nothing is averaged away."""
    moments = found.moments(model.clock, convention)
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
        column[0] = column_number(model.quantities[slot].value)
        column[2 + place] += 1
        values[slot] = column
    days = sampler.days(Columns(count, values))
    found: dict[str, Centre] = {}
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
