"""The cheapest set of levers that brings a date to a target at a confidence, judged on samples it was not chosen by."""

from __future__ import annotations

import datetime as dt
import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from models.duration import Duration
from models.plan import Plan
from models.risk import Lever
from models.robustness import Decision, Frontier, Pull
from optimiser.robust.model import Case
from optimiser.robust.simulation import Sample, Sampler
from optimiser.robust.statistics import date_at, date_of, day_at, met

__all__ = ["MOST_TRIED", "Target", "decide", "plan_levers"]

MOST_TRIED = 4_000
"""After so many choices the search settles for the best found."""

MOST_QUEUED = 100
"""The same where each choice takes queues to simulate."""

MOST_FRONTIER = 256
"""With more choices than this the frontier is made of levers pulled wholly or not at all."""

FRONTIER = (0.5, 0.8, 0.9)
"""Confidences of the frontier, besides the one asked for."""

SampleOf = Callable[[tuple[int, ...]], Sample]

HELD_OUT = 1_000_003
"""Added to the seed of the samples on which a decision is judged."""


@dataclass(frozen=True, slots=True)
class Target:
    """A milestone and the date it is to be brought to."""

    milestone: str
    date: dt.date


def plan_levers(plan: Plan) -> tuple[Lever, ...]:
    """Return the levers that the plan itself offers: an assumption with a cost may be moved to its low value.

    A rule or a duration offers one by its flexibility.
    """
    found: list[Lever] = []
    for entry in plan.assumptions:
        low, value = entry.low, entry.value
        if entry.cost is not None and isinstance(low, Duration) and isinstance(value, Duration) and low.unit == value.unit:
            found += _stepped(entry.id, entry.title, entry.id, value.amount - low.amount, value, entry.cost)
    for owner in (*plan.rules, *plan.activities):
        flexibility = owner.flexibility
        if flexibility is None or flexibility.limit is None:
            continue
        limit = plan.duration(flexibility.limit)
        term = getattr(owner, "duration", None) or getattr(owner, "lag", None) or getattr(owner, "notice", None)
        if term is None or getattr(owner, "bound", "") == "at-most":
            continue
        value = plan.duration(term)
        if value.unit == limit.unit:
            found += _stepped(
                f"flexible-{owner.id}"[:64], owner.title, owner.id, value.amount - limit.amount, value, flexibility.cost
            )
    return tuple(found)


def _stepped(name: str, title: str, on: str, reach: int, value: Duration, cost: int) -> list[Lever]:
    """Return a lever in at most ten steps over its reach."""
    if reach <= 0:
        return []
    size = math.ceil(reach / 10)
    return [
        Lever(
            id=name,
            title=title,
            on=on,
            by=Duration(size, value.unit),
            steps=max(1, reach // size),
            cost=cost * size,
            basis="derived",
            derived_from=(on,),
        )
    ]


def _choices(levers: Sequence[Lever]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield every choice of steps with its cost, the cheapest first, equals in the order of the levers.

    Each choice is reached once: from the choice that lacks one step of its last pulled lever.
    """
    start = (0,) * len(levers)
    queue: list[tuple[int, tuple[int, ...]]] = [(0, start)]
    while queue:
        cost, steps = heapq.heappop(queue)
        yield cost, steps
        last = max((place for place, count in enumerate(steps) if count), default=0)
        for place in range(last, len(levers)):
            if steps[place] < levers[place].steps:
                more = (*steps[:place], steps[place] + 1, *steps[place + 1 :])
                heapq.heappush(queue, (cost + levers[place].cost, more))


def decide(sampler: Sampler, target: Target, confidence: float, samples: int) -> Decision:
    """Find the cheapest set of levers, and the frontier of cost and date.

    Parameters
    ----------
    sampler
        Whose first draws the choice is made by; its model knows the levers.
    target
        The milestone and the date.
    confidence
        With which the target is to be met.
    samples
        By which to choose; as many again, of another scramble, judge the choice.

    Notes
    -----
    Choices are tried from the cheapest up, so the first that meets the target is the cheapest of all: exact on the
    samples it was chosen by. Where there are too many choices every lever is pulled and then steps are taken back, the
    dearest first, as long as the target is met; the answer then says that it is not known to be the cheapest.
    """
    levers = tuple(sampler.model.levers.values())
    tried: dict[tuple[int, ...], Sample] = {}

    def sample_of(steps: tuple[int, ...]) -> Sample:
        if steps not in tried:
            tried[steps] = sampler.compare({"": _case(sampler.main, levers, steps)}, samples)[""]
        return tried[steps]

    def meets(steps: tuple[int, ...]) -> bool:
        day = day_at(sample_of(steps).of(target.milestone), confidence)
        return day is not None and day <= target.date.toordinal()

    everything = tuple(lever.steps for lever in levers)
    chosen: tuple[int, ...] | None = None
    exact = True
    if meets((0,) * len(levers)):
        chosen = (0,) * len(levers)
    elif meets(everything):
        most = MOST_QUEUED if sampler.model.network.uses_capacity else MOST_TRIED
        for count, (_, steps) in enumerate(_choices(levers)):
            if count >= most:
                exact = False
                break
            if meets(steps):
                chosen = steps
                break
        if chosen is None:
            chosen = _stripped(levers, everything, meets)
    steps = chosen if chosen is not None else everything
    judged = Sampler(sampler.model, sampler.milestones, sampler.seed + HELD_OUT).compare(
        {"": _case(sampler.main, levers, steps)}, samples
    )[""]
    days = judged.of(target.milestone)
    status = "missed" if chosen is None else "met" if any(chosen) else "unneeded"
    date = day_at(sample_of(steps).of(target.milestone), confidence)
    confidences = sorted({*FRONTIER, confidence})
    return Decision(
        milestone=target.milestone,
        target=target.date,
        confidence=confidence,
        status=status,  # type: ignore[arg-type]
        pulls=_pulls(levers, steps),
        cost=_cost(levers, steps),
        date=date_of(date),
        held_out=date_at(days, confidence),
        held_out_probability=round(met(days, target.date), 6),
        exact=exact,
        tried=len(tried),
        frontier={f"P{round(100 * share, 2):g}": tuple(_frontier(levers, target, share, sample_of)) for share in confidences},
    )


def _case(main: Case, levers: Sequence[Lever], steps: Sequence[int]) -> Case:
    return replace(main, levers={lever.id: count for lever, count in zip(levers, steps, strict=True) if count})


def _cost(levers: Sequence[Lever], steps: Sequence[int]) -> int:
    return sum(lever.cost * count for lever, count in zip(levers, steps, strict=True))


def _pulls(levers: Sequence[Lever], steps: Sequence[int]) -> tuple[Pull, ...]:
    return tuple(
        Pull(lever=lever.id, title=lever.title, steps=count, cost=lever.cost * count)
        for lever, count in zip(levers, steps, strict=True)
        if count
    )


def _stripped(levers: Sequence[Lever], steps: tuple[int, ...], meets: Callable[[tuple[int, ...]], bool]) -> tuple[int, ...]:
    """Return a choice that meets the target and of which no step can be left out, the dearest tried first."""
    for place in sorted(range(len(levers)), key=lambda place: -levers[place].cost):
        while steps[place]:
            fewer = (*steps[:place], steps[place] - 1, *steps[place + 1 :])
            if not meets(fewer):
                break
            steps = fewer
    return steps


def _frontier(levers: Sequence[Lever], target: Target, confidence: float, sample_of: SampleOf) -> Iterator[Frontier]:
    """Yield choices of rising cost and falling date.

    With at most `MOST_FRONTIER` choices these are all that no other beats; else each lever is pulled wholly or not at
    all, and if that is still too much the dearest are left out.
    """
    kept = list(levers)
    whole = math.prod(lever.steps + 1 for lever in levers) > MOST_FRONTIER
    if whole:
        kept = sorted(levers, key=lambda lever: lever.cost * lever.steps)[: int(math.log2(MOST_FRONTIER))]
        kept = [lever for lever in levers if lever in kept]
    single = [lever.model_copy(update={"steps": 1, "cost": lever.cost * lever.steps}) if whole else lever for lever in kept]
    best: int | None = None
    for cost, choice in _choices(single):
        chosen = dict(zip((lever.id for lever in kept), choice, strict=True))
        steps = tuple(chosen.get(lever.id, 0) * (lever.steps if whole else 1) for lever in levers)
        day = day_at(sample_of(steps).of(target.milestone), confidence)
        if day is not None and (best is None or day < best):
            best = day
            yield Frontier(cost=cost, date=date_of(day), pulls=_pulls(levers, steps))
