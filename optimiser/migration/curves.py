"""The end as a function of one number of a market, with every break of it: steps, as days are.

A function that only ever rises, or only ever falls, is the same throughout between two numbers at which it is: halving finds
every break, and the number of questions grows with the breaks and not with the numbers. What is ready first may turn: where
shares have limits or checks of their own, more of one that is slow ends later. Every number is then asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import gcd

from models.meter_points import MovedShare
from optimiser.critical.moving import Throughput

__all__ = ["breaks", "by_delay", "by_first_share", "by_limit"]

WHOLE = 100 * 100
"""Parts of all meter points in which shares are stated."""

Steps = list[tuple[int, int]]
"""A number and the boundary at which all is moved from it on, to the next."""


def breaks(end: Callable[[int], int], low: int, high: int) -> Steps:
    """Return the numbers of a range at which a function that only rises, or only falls, has a new value, the first with them."""
    values = {low: end(low), high: end(high)}
    ranges = [(low, high)]
    while ranges:
        first, last = ranges.pop()
        if values[first] != values[last] and last - first > 1:
            middle = (first + last) // 2
            values[middle] = end(middle)
            ranges += [(first, middle), (middle, last)]
    numbers = sorted(values)
    return [
        (number, values[number])
        for place, number in enumerate(numbers)
        if place == 0 or values[number] != values[numbers[place - 1]]
    ]


def by_limit(market: Throughput, ready: Sequence[int], low: int, high: int) -> Steps:
    """Return when all is moved, by the thousands that all parties together can move on a day."""
    return breaks(lambda limit: market.end(ready, limit)[0], low, high)


def by_delay(market: Throughput, ready: Sequence[int], limit: int, late: Sequence[int], most: int) -> Steps:
    """Return when all is moved, by the working days that some shares are ready later."""

    def end(delay: int) -> int:
        return market.end([boundary + delay * (place in late) for place, boundary in enumerate(ready)], limit)[0]

    return breaks(end, 0, most)


def by_first_share(market: Throughput, ready: Sequence[int], limit: int, first: Sequence[int]) -> Steps:
    """Return when all is moved, by what is ready with the first share, in `WHOLE` parts; the others keep their proportions.

    Where shares have limits or checks of their own it is told by the per cent, else by the part.
    """
    total = sum(share.work for _, share in market.shares)
    stated = WHOLE * sum(share.work for place, share in market.shares if place in first) // total
    turns = not market.plain or len(market.checks) > 1
    rest, step = WHOLE - stated, WHOLE // 100 if turns else 1

    def end(part: int) -> int:
        part *= step
        scales = part * rest, (WHOLE - part) * stated, stated * rest
        unit = gcd(*scales)
        early, late, whole = (scale // unit for scale in scales)

        def scaled(place: int, share: MovedShare) -> MovedShare:
            most = None if share.most is None else share.most * whole
            return replace(share, work=share.work * (early if place in first else late), most=most)

        shares = [(place, scaled(place, share)) for place, share in market.shares]
        return market.with_shares([each for each in shares if each[1].work]).end(ready, limit * whole)[0]

    if turns:
        asked = [(part, end(part)) for part in range(WHOLE // step + 1)]
        found = [each for place, each in enumerate(asked) if not place or each[1] != asked[place - 1][1]]
    else:
        found = breaks(end, 0, WHOLE)
    return [(number * step, boundary) for number, boundary in found]
