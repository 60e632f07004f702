"""Expected value of partial perfect information: the settling of a date by knowing one drawn number.

Whoever commits to the date at a confidence P loses, as far as P is the right one, a day for each day that the date comes
earlier and P / (1 - P) days for each day that it comes later; the date at P is the one that loses least on average (see
`robust.commitment`). Known is what that decision would lose on average if one number were known before it is made: the date is
then read anew for each value. The share settled is the expected value of partial perfect information over that of perfect
information (Raiffa and Schlaifer 1961; Strong, Oakley and Brennan 2014), which for a quantile is the first-order index of
Fort, Klein and Rachdi (2016). It lies between nothing and one, and is estimated by binning on the draws of the date itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.worth import Settled
from optimiser.robust.distribution import HALVES, REPLICATES
from optimiser.robust.field import BEYOND
from optimiser.robust.model import Chance
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import NOISE, Sample

__all__ = ["BINS", "Knowing", "parts_of"]

BINS = 16
"""Into so many parts of equal probability the draws of a number are cut to ask what knowing it would tell."""

Places = NDArray[np.int64]
Numbers = NDArray[np.float64]


def parts_of(sampler: Sampler, chance: Chance) -> Places:
    """Return the part of each sample by a chance's value: equal or near ones share a part, samples without it are one part."""
    model, scores = sampler.model, sampler.sizes(chance.id)[chance.id]
    if sampler.exact:
        found: Places = np.unique(scores, return_inverse=True)[1].astype(np.int64)
        return found
    if chance.kind == "reading":
        weights, _ = model.weights[chance.id.removeprefix("reading:")]
        return np.searchsorted(np.cumsum(list(weights.values()))[:-1], scores, side="right").astype(np.int64)
    happens = scores > 0
    found = np.zeros(len(scores), dtype=np.int64)
    found[happens] = np.minimum((scores[happens] * BINS).astype(np.int64), BINS - 1) + (not happens.all())
    return found


@dataclass(frozen=True, slots=True)
class _Loss:
    """What a decision made part by part comes to, in the whole and in each half of the draws, in working days.

    Attributes
    ----------
    lost
        On average, over what the earliest and the latest values lose.
    date
        The mean of the boundaries committed to.
    """

    lost: Numbers
    date: Numbers


class Knowing:
    """The date of one milestone at a confidence, and what it loses as long as this or that is not known.

    Parameters
    ----------
    sampler
        Whose draws are cut.
    base
        Its samples.
    milestone
        The date's.
    confidence
        At which it is read.
    """

    def __init__(self, sampler: Sampler, base: Sample, milestone: str, confidence: float) -> None:
        self._confidence, self._weights, self._seed = confidence, base.weights, sampler.seed
        days = base.of(milestone)
        self._rows = np.ones((1, 1)) if base.weights is not None else np.vstack([np.ones(REPLICATES), HALVES, 1 - HALVES])
        self._replicates = np.zeros(len(base), dtype=np.int64) if base.weights is not None else base.replicates.astype(np.int64)
        self.dated = bool((days < BEYOND).all())
        """Whether every sample has a date: else nothing can be said of what is lost."""
        if self.dated:
            at = sampler.model.clock.places(days.astype(np.int64), sampler.model.shown(milestone))
            self._first = int(at.min())
            self._places = at - self._first
            self._width = int(self._places.max()) + 1
            self._unknown = self._loss(np.zeros(len(base), dtype=np.int64))

    @property
    def at_stake(self) -> float | None:
        """What is lost by committing without knowing anything, in days early: nothing is lost once all is known."""
        return round(float(self._unknown.lost[0]), 1) if self.dated else None

    def settled(self, parts: Places) -> Settled:
        """Return the value of knowing the part in which the truth lies.

        Cutting draws into parts lets each part's date fit its own draws, however idle the cut: what a cut of the same sizes
        at random shows is taken off.
        """
        if not self.dated:
            return Settled(settled_wd=None, share=None, earlier_wd=None)
        known = self._loss(parts)
        earlier, saved = self._unknown.date - known.date, self._unknown.lost - known.lost
        if self._weights is None:
            idle = self._loss(np.random.default_rng((self._seed, len(parts))).permutation(parts))
            earlier, saved = earlier - (self._unknown.date - idle.date), saved - (self._unknown.lost - idle.lost)
        (settled, noise), (days, floor) = _above(saved), _above(earlier)
        share = None
        if settled is not None:
            share = round(float(saved[0] / self._unknown.lost[0]), 4) if self._unknown.lost[0] else 0.0
        return Settled(settled_wd=settled, share=share, noise_wd=noise, earlier_wd=days, earlier_noise_wd=floor)

    def _loss(self, parts: Places) -> _Loss:
        """Return the expected loss, with a date of its own for each part."""
        count, rows = int(parts.max()) + 1, self._rows.shape[1]
        cells = (parts * rows + self._replicates) * self._width + self._places
        held = np.bincount(cells, self._weights, count * rows * self._width).reshape(count, rows, self._width)
        lost, date = np.zeros(len(self._rows)), np.zeros(len(self._rows))
        days = np.arange(self._width, dtype=np.float64)
        late = self._confidence / (1 - self._confidence)
        for each in held:
            counts = self._rows @ each
            total = counts.sum(axis=1)
            place = (np.cumsum(counts, axis=1) < self._confidence * total[:, None] - 1e-9 * total[:, None]).sum(axis=1)
            apart = days[None, :] - np.minimum(place, self._width - 1)[:, None]
            lost += (counts * np.where(apart > 0, late * apart, -apart)).sum(axis=1)
            date += total * place
        whole = self._rows @ held.sum(axis=(0, 2))
        return _Loss(lost / whole, date / whole)


def _above(figures: Numbers) -> tuple[float | None, int | None]:
    """Return the first figure where it is above the noise floor that the others, of halves of the draws, give; else the floor."""
    value = round(float(figures[0]), 1) + 0.0
    if len(figures) == 1:
        return value, None
    noise = NOISE * math.sqrt(float(np.mean((figures[1:] - figures[0]) ** 2)))
    if abs(float(figures[0])) > noise and value:
        return value, None
    return (None, math.ceil(noise)) if noise else (0.0, None)
