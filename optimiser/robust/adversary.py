"""The adversarial view: which k things, each at its worst together, hurt most (Bertsimas and Sim 2004).

Every range may lie at its bad end, every driver act at its strongest, every risk strike in full, but only so many of
them; all else is as planned. Where there are not too many
choices all are tried, which is exact for any plan, calendars and alignment included; else one is added at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb

import numpy as np

from models.robustness import AdversaryStep
from optimiser.robust.draws import Draws
from optimiser.robust.model import Amounts, Case, Chance, Flags, Numbers, Threesome
from optimiser.robust.shapes import Lattice
from optimiser.robust.simulation import BEYOND, BLOCK, Days, Sample, Sampler
from optimiser.robust.statistics import date_of, met

__all__ = ["MOST_CHOICES", "adversary"]

MOST_CHOICES = 20_000
"""Above this many choices of k things the search is greedy."""

MOST_QUEUED = 1_500
"""The same where each choice takes queues to simulate."""


def adversary(sampler: Sampler, budget: int, sample: Sample) -> dict[str, tuple[AdversaryStep, ...]]:
    """Return the worst date of each milestone for every number of things that go wrong, up to a budget.

    Parameters
    ----------
    sampler
        Whose model is attacked.
    budget
        How many things may go wrong together.
    sample
        A simulation, to say how probable it is that things are no worse.
    """
    chances = [chance for chance in sampler.model.chances if chance.kind != "reading"]
    singles = [(place,) for place in range(len(chances))]
    high = _days(sampler, chances, [(), *singles], frozenset())
    low = _days(sampler, chances, [(), *singles], frozenset(singles))
    most = MOST_QUEUED if sampler.model.network.uses_capacity else MOST_CHOICES
    result = {}
    for position, milestone in enumerate(sampler.milestones):
        felt = {chance.id for chance in sampler.model.felt(milestone)}
        relevant = [place for place, chance in enumerate(chances) if chance.id in felt]
        # More of a capacity, or of a maximum lag, is better: its bad end is the low one.
        reversed_ = frozenset(single for single in singles if low[position][single[0] + 1] > high[position][single[0] + 1])
        steps = [_step(milestone, (), chances, int(high[position][0]), sample)]
        worst: tuple[int, ...] = ()
        for size in range(1, min(budget, len(relevant)) + 1):
            exact = comb(len(relevant), size) <= most
            tried = (
                list(combinations(relevant, size)) if exact else [(*worst, place) for place in relevant if place not in worst]
            )
            days = _days(sampler, chances, tried, reversed_)[position]
            found = int(days.argmax())
            worst = tried[found]
            steps.append(_step(milestone, worst, chances, int(days[found]), sample, exact=exact))
        result[milestone] = tuple(steps)
    return result


def _days(
    sampler: Sampler, chances: Sequence[Chance], choices: Sequence[tuple[int, ...]], low: frozenset[tuple[int, ...]]
) -> Days:
    """Return the days of every milestone when the chances of each choice are at their worst, the rest as planned."""
    found = []
    for start in range(0, len(choices), BLOCK):
        draws = _Worst(sampler, chances, choices[start : start + BLOCK], low)
        found.append(sampler.plain(sampler.model.network, draws.columns(sampler.main))[0])
    return np.concatenate(found, axis=1)


class _Worst(Draws):
    """Samples in which what goes wrong is at its worst and everything else as planned."""

    def __init__(
        self,
        sampler: Sampler,
        chances: Sequence[Chance],
        choices: Sequence[tuple[int, ...]],
        low: frozenset[tuple[int, ...]],
    ) -> None:
        wrong = np.zeros((len(chances), len(choices)), dtype=np.bool_)
        for sample, choice in enumerate(choices):
            wrong[list(choice), sample] = True
        uniforms = np.full((max(sampler.model.dimensions, 1), len(choices)), 1 - 2.0**-40)
        for (place,) in low:
            if chances[place].kind == "range":
                uniforms[chances[place].dimensions[0]] = 2.0**-40
        for place, chance in enumerate(chances):
            if len(chance.dimensions) > 1:
                # Something happens where its variate is below its probability: zero does, one does not.
                uniforms[chance.dimensions[1]] = np.where(wrong[place], 0.0, 1.0)
        super().__init__(sampler.model, uniforms, rho=0.0)
        self._wrong = {chance.slots[0]: wrong[place] for place, chance in enumerate(chances) if chance.kind == "range"}

    def range(self, slot: str, base: int | Amounts, shape: Threesome | None) -> Numbers:
        """Return the bad end of a range where it goes wrong, the plan's value elsewhere."""
        return np.where(self._wrong[slot], super().range(slot, base, shape), base)

    def pool(self, slot: str, lattice: Lattice) -> Numbers:
        """Return the bad end of what replaces a range where it goes wrong, the plan's value elsewhere."""
        return np.where(self._wrong[slot], super().pool(slot, lattice), self.model.stated(slot, Case()))

    def happens(self, row: int, probability: float) -> Flags | None:
        """Return in which samples something happens: however certain it is, only where it is chosen."""
        del probability
        return super().happens(row, 0.5)


def _step(
    milestone: str,
    choice: Sequence[int],
    chances: Sequence[Chance],
    day: int,
    sample: Sample,
    *,
    exact: bool = True,
) -> AdversaryStep:
    date = None if day >= BEYOND else date_of(day)
    return AdversaryStep(
        budget=len(choice),
        date=date,
        chances=tuple(chances[place].id for place in choice),
        exact=exact,
        probability=None if date is None else round(met(sample.of(milestone), date), 6),
    )
