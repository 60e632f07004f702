"""The adversarial view: which k things, each at its worst together, hurt most (Bertsimas and Sim 2004).

Every range may lie at its bad end, every driver act at its strongest, every risk strike in full, but only so many of
them; all else is as planned. The bad end is the one that the inequalities push: of a length the high one, of a capacity
or a maximum lag the low one, and where an amount pushes both ways both are tried. Where there are not too many choices
all are tried, which is exact for any plan without queues, calendars and alignment included; else one is added at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, combinations, product
from typing import Literal

import numpy as np

from models.effects import AdversaryStep
from optimiser.numbers import column_number
from optimiser.robust.draws import Draws
from optimiser.robust.field import BEYOND, Days
from optimiser.robust.model import Amounts, Case, Chance, Flags, Model, Numbers
from optimiser.robust.simulation import BLOCK, Sampler
from optimiser.robust.statistics import Sample, date_of

__all__ = ["MOST_CHOICES", "adversary", "bad_ends"]

End = Literal["low", "high"]

Attack = tuple[tuple[int, End], ...]
"""Chances by their places, and the end at which each lies."""

MOST_CHOICES = 20_000
"""Above this many choices of k things the search is greedy."""

MOST_QUEUED = 2_500
"""The same where each choice takes queues to simulate."""


def adversary(sampler: Sampler, budget: int, sample: Sample) -> dict[str, tuple[AdversaryStep, ...]]:
    """Return the worst date of each milestone for every number of things that go wrong, up to a budget.

    Parameters
    ----------
    sampler
        Whose model is attacked.
    budget
        How many things at most may go wrong together.
    sample
        A simulation, to say how probable it is that things are no worse.
    """
    chances = [chance for chance in sampler.model.chances if chance.kind != "reading"]
    ends = [bad_ends(sampler.model, chance) for chance in chances]
    most = MOST_QUEUED if sampler.model.network.uses_capacity else MOST_CHOICES
    plain = _days(sampler, chances, [()])[:, 0].tolist()
    reached = dict(zip(sampler.milestones, plain, strict=True))
    felt = {milestone: sampler.model.felt(milestone) for milestone in reached}
    relevant = {name: tuple(place for place, chance in enumerate(chances) if chance.id in felt[name]) for name in reached}
    worst: dict[str, Attack] = dict.fromkeys(reached, ())
    result = {milestone: [_step(milestone, (), chances, day, sample)] for milestone, day in reached.items()}
    for size in range(1, min(budget, max(map(len, relevant.values()), default=0)) + 1):
        # All milestones are attacked in one pass, and those that feel the same things by the same attacks.
        tried: dict[tuple[int, ...] | str, list[Attack]] = {}
        keys: dict[str, tuple[int, ...] | str] = {}
        for milestone, places in relevant.items():
            if size <= len(places):
                exact = _count([len(ends[place]) for place in places], size) <= most
                keys[milestone] = key = places if exact else milestone
                if key not in tried:
                    tried[key] = list(_attacks(places, ends, size) if exact else _longer(worst[milestone], places, ends))
        days = _days(sampler, chances, [attack for each in tried.values() for attack in each])
        begins = dict(zip(tried, accumulate(map(len, tried.values()), initial=0), strict=False))
        for milestone, key in keys.items():
            row = days[sampler.milestones.index(milestone), begins[key] : begins[key] + len(tried[key])]
            # More than enough things may go wrong: those that make it no worse need not.
            if int(row.max()) > reached[milestone]:
                worst[milestone], reached[milestone] = tried[key][int(row.argmax())], int(row.max())
            step = _step(milestone, worst[milestone], chances, reached[milestone], sample, budget=size, exact=key != milestone)
            result[milestone].append(step)
    return {milestone: tuple(steps) for milestone, steps in result.items()}


def bad_ends(model: Model, chance: Chance) -> tuple[End, ...]:
    """Return the ends of a chance that can be its worst: one where all it touches pushes one way, else both."""
    pushes: set[int] = set()
    impacts = model.risk(chance.id).impacts if chance.kind == "risk" else [None] * len(chance.slots)
    for slot, impact in zip(chance.slots, impacts, strict=True):
        # A greater factor makes a negative lag less. Of a slip the size is drawn once: a high draw is a large delay.
        turned = chance.kind == "driver" and column_number(model.quantities[slot].value) < 0
        slips = impact is not None and impact.slips_to is not None
        pushes |= {1} if slips else {-way if turned else way for way in model.ways(slot)}
    return tuple(end for end, way in (("high", 1), ("low", -1)) if way in (pushes or {1}))  # type: ignore[misc]


def _count(ends: Sequence[int], size: int) -> int:
    """Return how many attacks of a size there are: the elementary symmetric polynomial of the ends to choose from."""
    counts = [1] + [0] * size
    for each in ends:
        for place in range(size, 0, -1):
            counts[place] += counts[place - 1] * each
    return counts[size]


def _attacks(relevant: Sequence[int], ends: Sequence[tuple[End, ...]], size: int) -> Iterator[Attack]:
    """Yield every choice of so many chances, each at one of its bad ends."""
    for places in combinations(relevant, size):
        for chosen in product(*(ends[place] for place in places)):
            yield tuple(zip(places, chosen, strict=True))


def _longer(worst: Attack, relevant: Sequence[int], ends: Sequence[tuple[End, ...]]) -> Iterator[Attack]:
    """Yield an attack with one chance more."""
    taken = {place for place, _ in worst}
    for place in relevant:
        if place not in taken:
            yield from ((*worst, (place, end)) for end in ends[place])


def _days(sampler: Sampler, chances: Sequence[Chance], attacks: Sequence[Attack]) -> Days:
    """Return the days of every milestone under each attack, the rest as planned."""
    found = []
    for start in range(0, len(attacks), BLOCK):
        draws = _Worst(sampler, chances, attacks[start : start + BLOCK])
        found.append(sampler.days(draws.columns(replace(sampler.main, rho=0.0))))
    return np.concatenate(found, axis=1)


class _Worst(Draws):
    """Samples in which what goes wrong is at its worst and everything else as planned."""

    def __init__(self, sampler: Sampler, chances: Sequence[Chance], attacks: Sequence[Attack]) -> None:
        wrong = np.zeros((len(chances), len(attacks)), dtype=np.bool_)
        uniforms = np.full((max(sampler.model.dimensions, 1), len(attacks)), 0.5)
        for sample, attack in enumerate(attacks):
            for place, end in attack:
                wrong[place, sample] = True
                uniforms[chances[place].dimensions[0], sample] = 1 - 2.0**-40 if end == "high" else 2.0**-40
        for place, chance in enumerate(chances):
            if len(chance.dimensions) > 1:
                # Something happens where its variate is below its probability: zero does, one does not.
                uniforms[chance.dimensions[1]] = np.where(wrong[place], 0.0, 1.0)
        super().__init__(sampler.model, uniforms)
        self._wrong = {chance.slots[0]: wrong[place] for place, chance in enumerate(chances) if chance.kind == "range"}

    def range(self, slot: str, base: int | Amounts, case: Case) -> Numbers:
        """Return the bad end of a range where it goes wrong, the plan's value elsewhere."""
        return np.where(self._wrong[slot], super().range(slot, base, case), base)

    def happens(self, name: str, row: int, probability: float) -> Flags:
        """Return in which samples something happens: however certain it is, only where it is chosen."""
        del probability
        return super().happens(name, row, 0.5)


def _step(
    milestone: str,
    attack: Attack,
    chances: Sequence[Chance],
    day: int,
    sample: Sample,
    *,
    budget: int = 0,
    exact: bool = True,
) -> AdversaryStep:
    date = None if day >= BEYOND else date_of(day)
    return AdversaryStep(
        budget=budget,
        date=date,
        chances=tuple(chances[place].id for place, _ in attack),
        exact=exact,
        probability=None if date is None else round(sample.among(milestone).met(date), 6),
    )
