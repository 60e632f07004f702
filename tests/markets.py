"""Random markets, and the witness that tries every way of moving whole units."""

from __future__ import annotations

import random

from models.market import Market, Stream

__all__ = ["days_by_trying", "random_market", "tiny_market"]


def random_market(seed: int) -> Market:
    """Return a market of unequal parties under a limit with weekends, steps, a ramp and days on which nothing moves."""
    draw = random.Random(seed)  # noqa: S311 - drawn to be repeated
    days = draw.randint(5, 20)
    limit = draw.randint(0, 60)
    limits = [limit] * days
    if draw.random() < 0.5:
        ramp = draw.randint(1, days)
        limits = [limit * min(day + 1, ramp) // ramp for day in range(days)]
    if draw.random() < 0.5:
        step = draw.randrange(days)
        limits[step:] = [each + draw.randint(0, 20) for each in limits[step:]]
    if draw.random() < 0.5:
        first = draw.randrange(days)
        limits[first : first + 4] = [0] * len(limits[first : first + 4])
    if draw.random() < 0.3:
        limits = [0 if day % 7 > 4 else each for day, each in enumerate(limits)]
    streams = []
    for place in range(draw.randint(1, 6)):
        work = int(draw.paretovariate(0.8) * draw.choice([0, 1, 10, 10]))
        most = None if draw.random() < 0.3 else draw.randint(0 if draw.random() < 0.05 else 1, 20)
        streams.append(Stream(f"party-{place}", min(work, 200), draw.choice([0, 0, draw.randrange(days)]), most))
    return Market(tuple(streams), tuple(limits))


def tiny_market(seed: int) -> Market:
    """Return a market that is small enough to be tried out."""
    draw = random.Random(seed)  # noqa: S311 - drawn to be repeated
    days = draw.randint(1, 5)
    limits = tuple(draw.choice([0, 1, 2, 3, 4]) for _ in range(days))
    streams = (
        Stream(f"party-{place}", draw.randint(0, 4), draw.randrange(days), draw.choice([None, 0, 1, 1, 2, 2, 3]))
        for place in range(draw.randint(1, 3))
    )
    return Market(tuple(streams), limits)


def days_by_trying(market: Market) -> int | None:
    """Return the fewest days in which a market is done, by following every whole amount of every stream on every day."""
    states = {tuple(stream.work for stream in market.streams)}
    done = (0,) * len(market.streams)
    for day, limit in enumerate((*market.limits, 0)):
        if done in states:
            return day
        following: set[tuple[int, ...]] = set()
        for state in states:
            partial = [((), limit)]
            for stream, left in zip(market.streams, state, strict=True):
                most = min(left, left if stream.most is None else stream.most) if stream.ready <= day else 0
                partial = [
                    ((*sofar, left - moved), room - moved) for sofar, room in partial for moved in range(min(most, room) + 1)
                ]
            following |= {sofar for sofar, _ in partial}
        states = following
    return None
