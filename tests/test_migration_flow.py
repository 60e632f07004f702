"""When a market is done: the closed form, a linear program and trying everything come to the same day."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from models.market import Market, Stream
from optimiser.critical.flow import Completion, earliest_completion, fits, whole_schedule
from optimiser.encoding.flow_program import days_by_program
from tests.markets import days_by_trying, random_market, tiny_market


def held(market: Market, found: Completion) -> Counter[str]:
    """Hold a completion to its schedule and its shortfall, in whole numbers; say what occurred."""
    seen: Counter[str] = Counter()
    if found.days is not None:
        moved = whole_schedule(market, found.days)
        assert moved is not None
        assert moved.min(initial=0) >= 0
        assert moved.sum(axis=1).tolist() == [stream.work for stream in market.streams]
        assert (moved.sum(axis=0) <= np.array(market.limits[: found.days])).all()
        for stream, days in zip(market.streams, moved, strict=True):
            assert days.max(initial=0) <= stream.rate
            assert not days[: stream.ready].any()
    seen["done" if found.days is not None else "never"] += 1
    short = found.shortfall
    if short is None:
        assert market.work == 0
        return seen
    assert short == fits(market, short.streams, short.days)
    assert short.work > short.room
    assert short.days == (len(market.limits) if found.days is None else found.days - 1)
    assert whole_schedule(market, short.days) is None
    seen["the market decides"] += short.by_market > 0 and short.by_rates == 0
    seen["rates decide"] += short.by_rates > 0 and short.by_market == 0
    seen["both decide"] += short.by_rates > 0 and short.by_market > 0
    seen["some streams decide"] += 0 < len(short.streams) < len(market.streams)
    return seen


def test_tiny_markets_are_done_when_trying_everything_says_so() -> None:
    """On 400 tiny markets the closed form, the linear program and every way of moving whole units come to one day."""
    seen: Counter[str] = Counter()
    for seed in range(400):
        market = tiny_market(seed)
        found = earliest_completion(market)
        assert found.days == days_by_trying(market) == days_by_program(market), seed
        seen += held(market, found)

    assert min(seen[what] for what in ("done", "never", "the market decides", "rates decide", "both decide")) > 10, seen


@pytest.mark.parametrize("seeds", [range(100), pytest.param(range(100, 1000), marks=pytest.mark.long)])
def test_random_markets_are_done_when_a_linear_program_says_so(seeds: range) -> None:
    """On a thousand markets the closed form and the linear program come to one day; a schedule and a shortfall bear it out."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        market = random_market(seed)
        found = earliest_completion(market)
        assert found.days == days_by_program(market), seed
        seen += held(market, found)

    least = len(seeds) // 50
    wanted = ("done", "never", "the market decides", "rates decide", "both decide", "some streams decide")
    assert min(seen[what] for what in wanted) >= least, seen


def test_a_first_order_method_comes_to_the_same_day() -> None:
    """PDLP, which moves no basis, agrees with the closed form on a market with slack on both sides of its day."""
    market = Market((Stream("early", 1000, 0, 100), Stream("late", 500, 8, 200)), (120,) * 20)

    assert earliest_completion(market).days == days_by_program(market, "PDLP") == 14


def test_work_by_hand() -> None:
    """Ten units at four a day take three days; a late stream of six at two a day from day four on takes until day seven."""
    early, late = Stream("early", 10, 0), Stream("late", 6, 4, 2)

    assert earliest_completion(Market((early,), (4,) * 9)).days == 3
    found = earliest_completion(Market((early, late), (4,) * 9))
    assert found.days == 7
    assert found.moved.tolist() == [4, 8, 10, 10, 12, 14, 16, 16, 16]
    assert found.shortfall is not None
    assert found.shortfall.streams == (1,)
    assert (found.shortfall.work, found.shortfall.room, found.shortfall.by_rates) == (6, 4, 2)


def test_who_has_most_days_left_goes_first() -> None:
    """A slow party shares the limit from the first day on: served last it would end days later."""
    slow, fast = Stream("slow", 10, 0, 1), Stream("fast", 20, 0, 10)

    assert earliest_completion(Market((slow, fast), (3,) * 20)).days == 10


def test_later_readiness_smaller_rates_and_lower_limits_never_bring_the_day_forward() -> None:
    """Completion is monotone in every number, as a lower bound of a network must be."""
    moved = Counter[str]()
    for seed in range(100):
        market = random_market(seed)
        day = earliest_completion(market).days
        first, *others = market.streams
        rate = first.rate
        worse = {
            "ready": Market((Stream(first.id, first.work, first.ready + 2, first.most), *others), market.limits),
            "rate": Market((Stream(first.id, first.work, first.ready, max(rate - 1, 0)), *others), market.limits),
            "limit": Market(market.streams, tuple(max(limit - 2, 0) for limit in market.limits)),
            "work": Market((Stream(first.id, first.work + 5, first.ready, rate), *others), market.limits),
        }
        for name, changed in worse.items():
            then = earliest_completion(changed).days
            assert then is None or (day is not None and then >= day), (seed, name)
            moved[name] += then != day

    assert min(moved[name] for name in ("ready", "rate", "limit", "work")) > 5, moved


@pytest.mark.parametrize(
    ("streams", "limits", "said"),
    [
        ((Stream("a", -1, 0),), (1,), "stream 'a': work is -1; expected 0 or more"),
        ((Stream("a", 1, 0, -2),), (1,), "stream 'a': most is -2; expected 0 or more"),
        ((Stream("a", 1, -3),), (1,), "stream 'a': ready is -3; expected 0 or more"),
        ((Stream("a", 1, 0), Stream("a", 2, 0)), (1,), "stream 'a' is given twice"),
        ((Stream("a", 1, 0),), (1, -4), "the limit of day 1 is -4; expected 0 or more"),
        ((Stream("a", 2**41, 0),), (1,), "units are more than"),
    ],
)
def test_a_market_that_means_nothing_is_refused(streams: tuple[Stream, ...], limits: tuple[int, ...], said: str) -> None:
    """Negative numbers, names given twice and more units than can be counted exactly are refused in words."""
    with pytest.raises(ValueError, match=said):
        Market(streams, limits)


def test_units_of_a_country_are_counted_exactly() -> None:
    """Thirty million meter points of 500 unequal parties over 400 days come out to the unit."""
    streams = tuple(
        Stream(f"party-{place}", 12_000_000 // (place + 1) ** 1 // 2, 160 * (place % 3) // 2, 20_000 // (place + 1) + 1)
        for place in range(500)
    )
    market = Market(streams, tuple(0 if 100 <= day < 115 else min(120_000, 20_000 + 1_000 * day) for day in range(500)))

    assert held(market, earliest_completion(market))["done"] == 1
