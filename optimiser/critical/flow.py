"""The earliest day on which divisible work with release days and rate limits is done, without a solver.

**The bound.** Take any streams *A* and any *n* days. On day *t* no more of them can move than the market's limit, and no
more than those of *A* that are ready move by themselves. What they have to move must fit:

    work(A)  ≤  Σ_{t<n} min( limits[t], Σ_{i ∈ A, ready(i) ≤ t} rate(i) )        for every A.

By max-flow min-cut (Ford and Fulkerson 1956; Gale 1957) the market can be done in *n* days exactly if all of these hold. A set
*A* that breaks its line is the certificate that *n* days are too few, and is checked by adding whole numbers.

**The schedule.** The height of a stream is how many days it needs at its own rate. On each day the highest streams are
lowered to a common level, each by one at most, until the day's limit is used up (the level algorithm of Muntz and Coffman
1970, for shares of a day). Of any streams, the day so takes as much as a day can from the highest, for every sum of their
rates at once; so after each day the total left is the least possible, whatever the number of days, and the first day on
which none is left is the earliest. That total is a whole number, as a flow between whole numbers is, so floating point need
only tell whole numbers apart.

**Whole units.** Once the days are known, streams are filled into them last release first, each into the days with the most
room (water-filling, Beaumont and others 2012): windows that end on one day are nested, so flat room serves all that follow.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.market import Market

__all__ = ["Completion", "Shortfall", "earliest_completion", "fits", "whole_schedule"]

Units = NDArray[np.int64]
Shares = NDArray[np.float64]

_NONE_LEFT = 0.5
"""Units left below which nothing is: what is left is a whole number."""
_TOUCHED = 1e-6
"""Units of one stream on one day below which it is not touched: all streams and days together stay below one unit."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why so many days are too few: what some streams have to move does not fit into them.

    Attributes
    ----------
    days
        The days that are too few: one fewer than are needed, or the whole axis.
    streams
        Places of the streams in the market.
    first
        The day on which the first of them is ready.
    work
        Units that they have to move.
    room
        Units that they can move in those days; fewer than ``work``.
    by_market, by_rates
        On how many days from ``first`` on the market's limit, or the streams' own rates, are the less; a tie is the market's.
    """

    days: int
    streams: tuple[int, ...]
    first: int
    work: int
    room: int
    by_market: int
    by_rates: int


@dataclass(frozen=True, slots=True)
class Completion:
    """When a market is done, and what decides it.

    Attributes
    ----------
    days
        The fewest days after which nothing is left; None where the axis is too short.
    moved
        Units moved by the end of each day by the schedule that at each day has moved the most, shape ``(len(limits),)``.
    shortfall
        Why a day fewer is too few; None where there is nothing to move.
    """

    days: int | None
    moved: Units
    shortfall: Shortfall | None


def fits(market: Market, streams: Collection[int], days: int) -> Shortfall:
    """Return what some streams have to move, and can move, in the first days: one line of the bound, in whole numbers."""
    chosen = [market.streams[place] for place in streams]
    limits = np.array(market.limits[:days], dtype=np.int64)
    joins = np.zeros(days + 1, dtype=np.int64)
    for stream in chosen:
        joins[min(stream.ready, days)] += stream.rate
    rates = np.cumsum(joins[:days])
    first = min((stream.ready for stream in chosen), default=0)
    held = rates[first:] >= limits[first:]
    return Shortfall(
        days=days,
        streams=tuple(sorted(streams)),
        first=first,
        work=sum(stream.work for stream in chosen),
        room=int(np.minimum(limits, rates).sum()),
        by_market=int(held.sum()),
        by_rates=int((~held).sum()),
    )


def earliest_completion(market: Market) -> Completion:
    """Return the fewest days in which a market is done, with the streams for which a day fewer is too few.

    Parameters
    ----------
    market
        Of *s* streams and *n* days; the work is of the order ``n · s · log s``.

    Returns
    -------
    Completion
        Exact: the days are attained by `whole_schedule`, and one fewer breaks the bound for the streams named.
    """
    limits = np.array(market.limits, dtype=np.int64)
    work = np.array([stream.work for stream in market.streams], dtype=np.float64)
    rates = np.array([stream.rate for stream in market.streams], dtype=np.float64)
    ready = np.array([stream.ready for stream in market.streams], dtype=np.int64)
    total = market.work
    if not total:
        return Completion(0, np.zeros(len(limits), dtype=np.int64), None)
    height = np.divide(work, rates, out=np.full(len(work), np.inf), where=rates > 0)
    moved = np.full(len(limits), total, dtype=np.int64)
    shares = np.zeros((len(limits), len(work)))
    arrivals = np.argsort(ready, kind="stable")
    joined, at = 0, arrivals[:0]
    remains, days = float(total), None
    for day, limit in enumerate(market.limits):
        after = int(np.searchsorted(ready[arrivals], day, side="right"))
        at = np.concatenate((at[height[at] > 0], arrivals[joined:after][rates[arrivals[joined:after]] > 0]))
        joined = after
        at = at[np.argsort(-height[at], kind="stable")]
        taken = _levelled(height[at], rates[at], float(limit))
        shares[day, at] = moves = taken * rates[at]
        height[at] -= taken
        remains -= float(moves.sum())
        moved[day] = total - round(remains)
        if remains < _NONE_LEFT:
            days = day + 1
            break
    few = len(limits) if days is None else days - 1
    left = work - shares[:few].sum(axis=0)
    return Completion(days, moved, fits(market, _short(shares[:few], left, rates, ready), few))


def _levelled(height: Shares, rates: Shares, limit: float) -> Shares:
    """Return the days' worth that a day takes of streams that are ready: the highest lowered to one level, none by above 1.

    The heights fall, so that what is sorted here nearly is so already.
    """
    most = np.minimum(height, 1.0)
    if not len(height) or rates @ most <= limit:
        return most
    point, short, slope = _level(height, height - 1.0, rates, limit)
    if slope <= 0:  # the limit is the sum of all but for rounding
        return most
    found: Shares = np.minimum(most, np.clip(height - (point - short / slope), 0.0, 1.0))
    return found


def _level(tops: NDArray[Any], feet: NDArray[Any], rates: NDArray[Any], amount: float) -> tuple[Any, Any, Any]:
    """Return the level at which a falling water line has taken an amount: a point above it, the shortfall there, and the slope.

    As it falls it meets the tops of columns, below which their rates are taken, and their feet, below which nothing more is.
    Between two such points what is taken grows evenly.
    """
    points = np.concatenate((tops, feet))
    order = np.argsort(-points, kind="stable")
    points = points[order]
    slopes = np.cumsum(np.concatenate((rates, -rates))[order])
    taken = np.empty_like(slopes)
    taken[0] = 0
    np.cumsum(slopes[:-1] * (points[:-1] - points[1:]), out=taken[1:])
    at = max(int(np.searchsorted(taken, amount, side="left")) - 1, 0)
    return points[at], amount - taken[at], slopes[at]


def _short(shares: Shares, left: Shares, rates: Shares, ready: Units) -> list[int]:
    """Return the streams of a minimum cut: those with work left, and those that share their days' spare room."""
    short = left > _TOUCHED
    used = shares > _TOUCHED
    reached = np.zeros(len(shares), dtype=np.bool_)
    could = (rates - shares > _TOUCHED) & (ready <= np.arange(len(shares))[:, None])
    news = short
    while news.any():
        days = could[:, news].any(axis=1) & ~reached
        reached |= days
        news = used[days].any(axis=0) & ~short
        short = short | news
    return [int(place) for place in np.flatnonzero(short)]


def whole_schedule(market: Market, days: int) -> Units | None:
    """Return whole units of each stream on each day, all of it on the first days; None where these are too few.

    Returns
    -------
    ndarray
        Shape ``(streams, days)``.
    """
    room = np.array(market.limits[:days], dtype=np.int64)
    found = np.zeros((len(market.streams), days), dtype=np.int64)
    for place in sorted(range(len(market.streams)), key=lambda place: -market.streams[place].ready):
        stream = market.streams[place]
        if stream.work:
            filled = _filled(room[stream.ready :], stream.work, stream.rate)
            if filled is None:
                return None
            found[place, stream.ready :] = filled
            room[stream.ready :] -= filled
    return found


def _filled(room: Units, work: int, rate: int) -> Units | None:
    """Return how work goes into days: where there is most room, at most a rate on each; None where it does not fit."""
    if int(np.minimum(room, rate).sum()) < work:
        return None
    point, short, slope = _level(room, np.maximum(room - rate, 0), np.ones_like(room), work)
    level = int(point) + int(-short // slope)  # the highest whole level below which there is enough
    taken: Units = np.clip(room - level, 0, np.minimum(rate, room))
    over = int(taken.sum()) - work
    if over:
        spare = np.flatnonzero((taken > 0) & (room - level <= rate))
        taken[spare[len(spare) - over :]] -= 1  # a unit less on the last of them: what can be early is
    return taken
