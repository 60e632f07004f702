"""What each cause moves a milestone by: in time order, in the reverse order, and on average over orders."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np

from models.moved import CauseShare
from optimiser.moved.causes import Cause
from optimiser.moved.dates import MixedDates
from optimiser.moved.facts import in_days

__all__ = ["moved_words", "shares_of"]

MOST_ORDERED = 6
"""Up to so many causes that move a milestone all their orders are tried."""
SAMPLED_ORDERS = 24
"""Of more."""
MOST_TRIED, LIGHT = 600, 400
"""Plans that are dated for sampled orders, about; fewer of plans that have more than so many items."""

Steps = dict[str, int]
"""Cause to what it moves a milestone by in one order."""


def shares_of(
    dates: MixedDates, milestone: str, players: Sequence[Cause], last: int, seed: int
) -> tuple[list[CauseShare], int, bool]:
    """Return what each cause moves a milestone by, over how many orders the means are, and whether these are all.

    Parameters
    ----------
    players
        Causes in time order.
    last
        So many at the end are applied last in every order.
    seed
        Of sampled orders.
    """
    forward = _steps(dates, milestone, players)
    assert forward is not None
    free, behind = players[: len(players) - last], players[len(players) - last :]
    backward = _steps(dates, milestone, [*free[::-1], *behind])
    able = [cause for cause in free if forward[cause.id] or (backward or forward)[cause.id]]
    tried, exact = _orders(dates, milestone, able, [cause for cause in free if cause not in able], behind, seed)
    shares = []
    for place, cause in enumerate(players):
        steps = [order.get(cause.id, 0) for order in tried] or [forward[cause.id]]
        reverse = None if backward is None else backward[cause.id]
        ends = [*steps, forward[cause.id], *([] if reverse is None else [reverse])]
        if any(ends):
            amount = forward[cause.id]
            low, high = _range(dates, milestone, players, place) if amount else (0, 0)
            shares.append(
                CauseShare(
                    cause=cause.id,
                    amount=amount,
                    low=low,
                    high=high,
                    reverse=reverse,
                    mean=math.fsum(steps) / len(steps),
                    least=min(ends),
                    most=max(ends),
                    sentence=_sentence(dates, cause, milestone, amount, low, high),
                )
            )
    return shares, max(1, len(tried)), exact


def _steps(dates: MixedDates, milestone: str, order: Sequence[Cause], ahead: Sequence[Cause] = ()) -> Steps | None:
    """Return what each cause moves a milestone by in an order; None where there is no date on the way."""
    reached = [numbers[0] for numbers in dates.along(order, (milestone,), ahead)]
    found: Steps = {}
    for cause, (before, after) in zip(order, itertools.pairwise(reached), strict=True):
        if before is None or after is None:
            return None
        found[cause.id] = after - before
    return found


def _orders(
    dates: MixedDates, milestone: str, able: Sequence[Cause], idle: Sequence[Cause], last: Sequence[Cause], seed: int
) -> tuple[list[Steps], bool]:
    """Return the steps of orders in which the causes may come, and whether all were tried.

    Those that move nothing come first, and cost a single plan, where they move nothing by themselves either.
    """
    exact = len(able) <= MOST_ORDERED
    orders: Iterable[Sequence[Cause]] = itertools.permutations(able)
    if not exact:
        generator = np.random.default_rng(seed)
        heavy = 1 + len(dates.mixing.names) // LIGHT
        count = max(4, min(SAMPLED_ORDERS, MOST_TRIED // len(able) // heavy))
        orders = [[able[int(place)] for place in generator.permutation(len(able))] for _ in range(count)]
    quiet = dates.value(milestone, idle) == dates.value(milestone, [])
    ahead, behind = (list(idle), list(last)) if quiet else ([], [*idle, *last])
    tried = [_steps(dates, milestone, [*order, *behind], ahead) for order in orders]
    found = [steps for steps in tried if steps is not None]
    return found, exact and len(found) == math.factorial(len(able))


def _range(dates: MixedDates, milestone: str, players: Sequence[Cause], place: int) -> tuple[int, int]:
    """Return the least and the most that a step may be, where capacity leaves the dates around it open."""
    (low, high), (after_low, after_high) = (dates.numbers(players[:end])[milestone] for end in (place, place + 1))
    if low == high and after_low == after_high:
        return after_high - high, after_high - high
    return after_low - high, after_high - low


def _sentence(dates: MixedDates, cause: Cause, milestone: str, amount: int, low: int, high: int) -> str:
    """Return a sentence for a cause and the days that it moves a milestone."""
    minutes = dates.mixing.second.day_minutes
    said = moved_words(amount, dates.unit, minutes)
    if low != high:
        said = f"between {moved_words(low, dates.unit, minutes)} and {moved_words(high, dates.unit, minutes)}"
    return f"{cause.happened or cause.title}: {milestone} {said}."


def moved_words(amount: int, unit: str, day_minutes: int) -> str:
    """Return a move in words: ``+6 wd``, ``−1.5 wd``, ``not moved``."""
    if not amount:
        return "not moved"
    sign = "+" if amount > 0 else "−"
    if unit != "min":
        return f"{sign}{abs(amount)} {unit}"
    return f"{sign}{in_days(abs(amount), day_minutes)}"
