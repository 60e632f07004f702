"""The cheapest set of levers that brings a date to a target at a confidence, judged on samples it was not chosen by."""

from __future__ import annotations

import datetime as dt
import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.decision import Decision, Frontier, LeverWorth, Pull
from models.risk import Impact, Lever, Relative
from optimiser.numbers import column_number
from optimiser.robust.cheapest import Cuts, Steps
from optimiser.robust.distribution import Distribution
from optimiser.robust.field import NEVER
from optimiser.robust.model import Case, Model
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import Sample, date_of, effect, percentile

__all__ = ["Target", "decide"]

MOST_TRIED = 1_500
"""After so many choices simulated the search settles for the best found."""

MOST_QUEUED = 60
"""The same where each choice takes queues to simulate."""

MOST_FRONTIER = 256
"""With more choices than this not all are simulated for the frontier."""

QUEUED_FRONTIER = 32
"""The same where each choice takes queues to simulate."""

MOST_CLIMBED = 60
"""With more choices the frontier follows the best step for its cost so many times."""

QUEUED_CLIMBED = 6
"""The same where each choice takes queues to simulate."""

FRONTIER = (0.5, 0.8, 0.9)
"""Confidences of the frontier, besides the one asked for."""

HELD_OUT = 1_000_003
"""Added to the seed of the samples on which a decision is judged."""


@dataclass(frozen=True, slots=True)
class Target:
    """A milestone and the date it is to be brought to."""

    milestone: str
    date: dt.date


def decide(sampler: Sampler, base: Sample, target: Target, confidence: float) -> Decision:
    """Find the cheapest set of levers, and the frontier of cost and date.

    Parameters
    ----------
    sampler
        Whose draws the choice is made by; its model knows the levers.
    base
        Its samples; as many, of other scrambles, judge the choice.
    target
        The milestone and the date.
    confidence
        With which the target is to be met.

    Notes
    -----
    A choice that misses the target is made as large as it can be while it still misses. Whatever meets the target pulls
    some lever further than that, so the cheapest choice that does so for every miss found costs no more than the
    cheapest that meets the target; once it meets it, it is the cheapest (implicit hitting sets; Moreno-Centeno and Karp
    2013). That rests on levers of which more never makes anything later. With queues, and with orders of service, it may:
    then every cheaper choice is simulated too, where there are not too many, and else the answer says that it is not
    proved.
    """
    finder = _Finder(sampler, base, target, confidence)
    steps = finder.cheapest()
    reached = steps is not None
    if steps is None:
        steps = finder.everything()
    held = Sampler(sampler.model, sampler.milestones, sampler.seed + HELD_OUT, finder.case(steps), workers=sampler.workers).run(
        len(base)
    )
    judged = held.among(target.milestone)
    error = judged.error(target.date)
    confidences = sorted({*FRONTIER, confidence})
    tried = len(finder.tried)
    worths = finder.worths()
    finder.explore()
    return Decision(
        milestone=target.milestone,
        target=target.date,
        confidence=confidence,
        status="missed" if not reached else "met" if any(steps) else "unneeded",
        pulls=finder.pulls(steps),
        cost=finder.cost(steps),
        date=date_of(finder.day(steps)),
        held_out=date_of(judged.day(confidence)),
        held_out_probability=round(judged.met(target.date), 6),
        held_out_error=None if error is None else round(error, 6),
        held_out_samples=len(held),
        exact=reached and finder.proof is not None,
        proof=finder.proof,
        choices=math.prod(lever.steps + 1 for lever in finder.levers),
        tried=tried,
        levers=worths,
        frontier={percentile(share): finder.frontier(share, confidences) for share in confidences},
        frontier_whole=finder.whole,
    )


class _Finder:
    """Searches the choices of levers for one target."""

    def __init__(self, sampler: Sampler, base: Sample, target: Target, confidence: float) -> None:
        self.sampler = sampler
        self.target = target
        self.confidence = confidence
        self.levers = _relevant(sampler.model, target.milestone)
        self.tried: dict[Steps, Distribution] = {(0,) * len(self.levers): base.among(target.milestone)}
        self.proof: str | None = None
        self.orders = [place for place, lever in enumerate(self.levers) if lever.policy is not None]
        """Levers of which one at most is pulled."""
        self.monotone = all(_always_helps(sampler.model, lever) for lever in self.levers)
        queued = sampler.model.network.uses_capacity
        self.most = MOST_QUEUED if queued else MOST_TRIED
        self.climbs = QUEUED_CLIMBED if queued else MOST_CLIMBED
        wide = QUEUED_FRONTIER if queued else MOST_FRONTIER
        self.whole = math.prod(lever.steps + 1 for lever in self.levers) <= wide

    # -- simulating --------------------------------------------------------------------------------------------------

    def case(self, steps: Steps) -> Case:
        """Return the case in which some steps are taken."""
        pulled = {lever.id: count for lever, count in zip(self.levers, steps, strict=True) if count}
        return replace(self.sampler.main, levers=pulled)

    def simulate(self, choices: Sequence[Steps]) -> None:
        """Simulate choices that have not been yet."""
        new = [steps for steps in dict.fromkeys(choices) if steps not in self.tried]
        found = self.sampler.each({str(place): self.case(steps) for place, steps in enumerate(new)})
        self.tried |= {new[int(place)]: sample.among(self.target.milestone) for place, sample in found}

    def at(self, steps: Steps) -> Distribution:
        """Return how the target's milestone falls under one choice."""
        self.simulate([steps])
        return self.tried[steps]

    def day(self, steps: Steps) -> int | None:
        """Return the day of the target's milestone at the confidence."""
        return self.at(steps).day(self.confidence)

    def meets(self, steps: Steps) -> bool:
        """Say whether a choice meets the target."""
        day = self.day(steps)
        return day is not None and day <= self.target.date.toordinal()

    # -- searching ---------------------------------------------------------------------------------------------------

    def cost(self, steps: Steps) -> int:
        """Return what a choice costs."""
        return sum(lever.cost * count for lever, count in zip(self.levers, steps, strict=True))

    def limits(self, order: int | None) -> Steps:
        """Return how far each lever can be pulled under one order of service."""
        return tuple(0 if place in self.orders and place != order else lever.steps for place, lever in enumerate(self.levers))

    def everything(self) -> Steps:
        """Return every lever pulled, under the order of service that is then the earliest."""
        choices = [self.limits(order) for order in (None, *self.orders)]
        self.simulate(choices)
        return min(choices, key=lambda steps: (self.day(steps) or 10**7, self.cost(steps)))

    def cheapest(self) -> Steps | None:
        """Return the cheapest choice that meets the target, None where none does."""
        nothing = (0,) * len(self.levers)
        if self.meets(nothing):
            self.proof = "nothing has to be done"
            return nothing
        best: Steps | None = None
        finished = True
        for order in (None, *self.orders):
            found, sure = self._under(order, None if best is None else self.cost(best))
            finished &= sure
            if found is not None and (best is None or (self.cost(found), found) < (self.cost(best), best)):
                best = found
        if best is None:
            return None
        if finished and self.monotone:
            self.proof = "more of any lever never makes a date later, so each choice that misses rules out all within it"
            return best
        cheaper, every = self._cheaper(best)
        self.simulate(cheaper)
        best = next((steps for steps in cheaper if self.meets(steps)), best)
        if every:
            self.proof = "every cheaper choice was simulated"
        return best

    def _under(self, order: int | None, below: int | None) -> tuple[Steps | None, bool]:
        """Return the cheapest choice under one order of service that costs less, and whether the search was finished."""
        limits = self.limits(order)
        start = tuple(int(place == order) for place in range(len(limits)))
        if below is not None and len(self.tried) >= self.most:
            return None, False
        if not self.meets(limits):
            return None, True
        cuts = Cuts([lever.cost for lever in self.levers], limits, start)
        while len(self.tried) < self.most:
            candidate, exact = cuts.cheapest()
            if not exact:
                break
            if below is not None and self.cost(candidate) >= below:
                return None, True
            if self.meets(candidate):
                return candidate, True
            cuts.add(self._grown(candidate, limits))
        return self._stripped(limits, start), False

    def _grown(self, steps: Steps, limits: Steps) -> Steps:
        """Return a choice that still misses and cannot be made larger, the cheapest levers first."""
        for place in sorted(range(len(limits)), key=lambda place: (self.levers[place].cost, place)):
            low, high = steps[place], limits[place]
            while low < high:
                middle = (low + high + 1) // 2
                if self.meets(_with(steps, place, middle)):
                    high = middle - 1
                else:
                    low = middle
            steps = _with(steps, place, low)
        return steps

    def _stripped(self, steps: Steps, start: Steps) -> Steps:
        """Return a choice that meets the target and of which no step can be left out, the dearest tried first."""
        for place in sorted(range(len(steps)), key=lambda place: -self.levers[place].cost):
            low, high = start[place], steps[place]
            while low < high:
                middle = (low + high) // 2
                if self.meets(_with(steps, place, middle)):
                    high = middle
                else:
                    low = middle + 1
            steps = _with(steps, place, high)
        return steps

    def _cheaper(self, best: Steps) -> tuple[list[Steps], bool]:
        """Return the choices before a choice in the order of cost, and whether they are all of them."""
        found: list[Steps] = []
        for cost, steps in choices(self.levers):
            if (cost, steps) >= (self.cost(best), best):
                return found, True
            if self._orders_once(steps):
                found.append(steps)
            if len(found) > self.most:
                return [], False
        return found, True

    def _orders_once(self, steps: Steps) -> bool:
        return sum(1 for place in self.orders if steps[place]) <= 1

    # -- answers -----------------------------------------------------------------------------------------------------

    def pulls(self, steps: Steps) -> tuple[Pull, ...]:
        """Return the levers that a choice pulls."""
        return tuple(
            Pull(lever=lever.id, title=lever.title, steps=count, cost=lever.cost * count, basis=lever.basis)
            for lever, count in zip(self.levers, steps, strict=True)
            if count
        )

    def worths(self) -> tuple[LeverWorth, ...]:
        """Return what each lever brings when it alone is pulled as far as it goes."""
        nothing = (0,) * len(self.levers)
        alone = [_with(nothing, place, lever.steps) for place, lever in enumerate(self.levers)]
        self.simulate([nothing, *alone])
        model = self.sampler.model
        shown = model.shown(self.target.milestone)
        worths = []
        for lever, steps in zip(self.levers, alone, strict=True):
            gained = effect(model.clock, self.at(steps), self.at(nothing), self.confidence, shown)
            worths.append(
                LeverWorth(
                    lever=lever.id,
                    title=lever.title,
                    basis=lever.basis,
                    steps=lever.steps,
                    cost=self.cost(steps),
                    date=date_of(self.day(steps)),
                    gained_wd=gained.days,
                    noise_wd=gained.noise,
                )
            )
        return tuple(worths)

    def frontier(self, confidence: float, beside: Sequence[float]) -> tuple[Frontier, ...]:
        """Return choices of rising cost and falling date, of those simulated."""
        best: int | None = None
        found: list[Frontier] = []
        for steps in sorted(self.tried, key=lambda steps: (self.cost(steps), steps)):
            day = self.tried[steps].day(confidence)
            if day is not None and (best is None or day < best):
                best = day
                if found and found[-1].cost == self.cost(steps):
                    found.pop()
                dates = {percentile(share): date_of(self.tried[steps].day(share)) for share in beside}
                found.append(Frontier(cost=self.cost(steps), date=date_of(day), dates=dates, pulls=self.pulls(steps)))
        return tuple(found)

    def explore(self) -> None:
        """Simulate what the frontier is made of.

        With few choices these are all; else, besides what the search has tried, the way that always takes the step which
        brings most days for its cost.
        """
        if self.whole:
            self.simulate([steps for _, steps in choices(self.levers) if self._orders_once(steps)])
            return
        limits = self.limits(None)
        steps = (0,) * len(limits)
        for _ in range(self.climbs):
            further = [_with(steps, place, steps[place] + 1) for place in range(len(limits)) if steps[place] < limits[place]]
            if not further:
                return
            self.simulate(further)
            steps = min(further, key=lambda choice: (-self._worth(steps, choice), choice))

    def _worth(self, before: Steps, after: Steps) -> float:
        """Return the days that one step brings for its cost; the mean counts where the date itself stands still."""
        earlier, later = (self._late(self.tried[steps]) for steps in (before, after))
        return (earlier - later) / max(self.cost(after) - self.cost(before), 0.01)

    def _late(self, found: Distribution) -> float:
        """Return the day at the confidence with a hundredth of the mean day."""
        shares = np.append(found.counts.sum(axis=0), found.late.sum())
        days = np.append(found.first + np.arange(found.counts.shape[1]), NEVER)
        return float(found.day(self.confidence) or NEVER) + float(np.average(days, weights=shares)) / 100


def _with(steps: Steps, place: int, count: int) -> Steps:
    return (*steps[:place], count, *steps[place + 1 :])


def _relevant(model: Model, milestone: str) -> tuple[Lever, ...]:
    """Return the levers that a milestone could ever feel."""
    slots = model.felt_slots(milestone)
    moved: Mapping[str, set[str]] = {
        **{lever.id: {slot} for slot, levers in model.pulls.items() for lever in levers},
        **{lever.id: set(model.by_id[lever.risk].slots) for lever in model.levers.values() if lever.risk in model.by_id},
    }
    return tuple(
        lever
        for lever in model.levers.values()
        if (model.network.uses_capacity if lever.policy else slots is None or lever.drops or moved.get(lever.id, set()) & slots)
    )


def _always_helps(model: Model, lever: Lever) -> bool:
    """Say whether pulling a lever further can make no date later, whatever else is pulled."""
    if model.network.uses_capacity or lever.policy is not None:
        return False
    if lever.drops is not None:
        return True
    if lever.risk is not None:
        struck = zip(model.risk(lever.risk).impacts, model.by_id[lever.risk].slots, strict=True)
        return all(model.ways(slot) <= {1} and _delays(impact) for impact, slot in struck)
    slot = next(slot for slot, levers in model.pulls.items() if lever in levers)
    return model.ways(slot) <= ({-1} if lever.more is not None else {1})


def _delays(impact: Impact) -> bool:
    """Say whether an impact never takes anything off."""
    figures = [end for end in (impact.low, impact.likely, impact.high) if end is not None]
    return all((end.percent if isinstance(end, Relative) else column_number(end)) >= 0 for end in figures)


def choices(levers: Sequence[Lever]) -> Iterator[tuple[int, Steps]]:
    """Yield every choice of steps with its cost, the cheapest first, equals in the order of their steps.

    Each choice is reached once: from the choice that lacks one step of its last pulled lever.
    """
    start = (0,) * len(levers)
    queue: list[tuple[int, Steps]] = [(0, start)]
    while queue:
        cost, steps = heapq.heappop(queue)
        yield cost, steps
        last = max((place for place, count in enumerate(steps) if count), default=0)
        for place in range(last, len(levers)):
            if steps[place] < levers[place].steps:
                more = (*steps[:place], steps[place] + 1, *steps[place + 1 :])
                heapq.heappush(queue, (cost + levers[place].cost, more))
