"""Quotas of random plans: how often each thing has to have occurred, and the search for what occurred too rarely.

A fixed number of seeds holds ever less of one rare thing the more the vocabulary can say. So whoever needs so many of
something says how many, and more seeds are looked through until they are there. Only plans that promise something still
missing are put before the witnesses; to see what a plan promises costs a draw and a longest path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import pytest

__all__ = ["few", "require", "summary", "until"]

T = TypeVar("T")

PATIENCE = 20
"""Seeds looked through for each that was put before the witnesses anyway, before something counts as too rare."""


def few(cases: Iterable[Any], at_once: int, *, several: bool = False) -> list[Any]:
    """Return cases of a test of which the first few run at every change, the others with the long tests.

    Parameters
    ----------
    cases
        As `pytest.mark.parametrize` takes them.
    at_once
        How many are fast.
    several
        Whether a case is a tuple of arguments.
    """
    return [
        case if place < at_once else pytest.param(*(case if several else (case,)), marks=pytest.mark.long)
        for place, case in enumerate(cases)
    ]


def until(
    least: Mapping[str, int],
    tally: Counter[str],
    seeds: range,
    drawn: Callable[[int], T],
    promised: Callable[[T], Collection[str]],
) -> Iterator[tuple[int, T]]:
    """Yield what seeds give, all of it, and then of further seeds what promises something of which there is too little.

    Parameters
    ----------
    least
        What has to occur, and how often at the least.
    tally
        What has occurred; whoever takes what is yielded counts in it.
    seeds
        Seeds of which everything is yielded. The search goes on behind them, ``PATIENCE`` times as far at the most.
    drawn
        What a seed gives.
    promised
        What may occur in what was drawn, told without a solver and without enumeration; too much of it does no harm.

    Yields
    ------
    tuple[int, T]
        A seed and what it gives.
    """
    for seed in seeds:
        yield seed, drawn(seed)
    for seed in range(seeds.stop, seeds.stop + PATIENCE * len(seeds)):
        missing = {what for what, count in least.items() if tally[what] < count}
        if not missing:
            return
        found = drawn(seed)
        if not missing.isdisjoint(promised(found)):
            yield seed, found


def summary(tally: Mapping[str, int]) -> str:
    """Return what was counted, in lines."""
    return "\n".join(f"{count:7d}  {what}" for what, count in sorted(tally.items()))


def require(tally: Counter[str], least: Mapping[str, int]) -> None:
    """Fail, with everything counted, where something occurred too rarely to prove anything."""
    rare = {what: (tally[what], count) for what, count in least.items() if tally[what] < count}
    assert not rare, f"too rare: {rare}\n{summary(tally)}"
