"""When 500 unequal parties have migrated over 400 days: the closed form, its schedule in whole units, and a linear program.

    python benchmarks/bench_migration.py [--small]

The linear program proves the same day and that one fewer is too few; with ``--small`` it does so for a tenth of the parties, as
does the closed form beside it. The market is synthetic.
"""

from __future__ import annotations

import argparse
import random
import time

from benchmarks.measure import Row, print_rows, seconds
from models.market import Market, Stream
from optimiser.critical.flow import earliest_completion, whole_schedule
from optimiser.encoding.flow_program import most_moved

PARTIES, DAYS, POINTS = 500, 400, 30_000_000
TARGET = 0.05
"""Seconds."""


def market(parties: int) -> Market:
    """Return a market of very unequal parties, a third of them late, under a ramp and a moratorium."""
    draw = random.Random(1)
    sizes = [draw.paretovariate(1.0) for _ in range(parties)]
    work = [int(POINTS * size / sum(sizes)) for size in sizes]
    streams = (
        Stream(f"party-{place}", units, draw.choice([0, 0, draw.randrange(200)]), max(1, units // draw.randrange(60, 150)))
        for place, units in enumerate(work)
    )
    return Market(tuple(streams), tuple(0 if 100 <= day < 115 else min(120_000, 20_000 + 1_000 * day) for day in range(DAYS)))


def main(*, small: bool) -> None:
    """Time and print."""
    found = market(PARTIES)
    days = earliest_completion(found).days
    assert days is not None
    rows: list[Row] = []
    for what, taken in (
        ("fewest days, with the streams that decide", seconds(lambda: earliest_completion(found))),
        ("schedule in whole units", seconds(lambda: whole_schedule(found, days))),
    ):
        rows.append((what, f"{1000 * taken:.0f} ms", "50 ms", "within" if taken <= TARGET else f"{taken / TARGET:.1f} times"))
    peer = market(PARTIES // 10) if small else found
    last = earliest_completion(peer).days
    assert last is not None
    closed = seconds(lambda: earliest_completion(peer), runs=3)
    begun = time.perf_counter()
    agrees = round(most_moved(peer, last)) == peer.work > round(most_moved(peer, last - 1))
    program = time.perf_counter() - begun
    verdict = f"{'agrees' if agrees else 'differs'}; the closed form is {program / closed:,.0f} times as quick"
    what = f"GLOP on {len(peer.streams)} parties: {last} days, and one fewer"
    rows.append((what, f"{program:.1f} s", f"{1000 * closed:.0f} ms", verdict))
    print_rows(f"Migration of {PARTIES} parties over {DAYS} days: done after {days}", rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    main(small=parser.parse_args().small)
