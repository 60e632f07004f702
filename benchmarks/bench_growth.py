"""How the verbs grow with the plan: processor time and peak memory of whole answers on generated plans, one process each.

Run with ``python benchmarks/bench_growth.py`` from the root of the checkout; ``--largest 3000`` leaves out larger plans.
The exponent is that of the time from one size to the next: 1 where it grows with the plan, 2 where with its square.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measure import Row, print_rows

SIZES = (1_000, 3_000, 10_000)

WANTED = {
    ("solve", 1_000): (0.4, None),
    ("solve", 10_000): (3, 500),
    ("explain", 10_000): (60, 1_000),
    ("robust", 1_000): (2, None),
}
"""Seconds of processor and megabytes that were asked for, of an activity count with a twelfth of the lags in months at 1,000."""

CALLS = {
    "solve": "from optimiser.solve import earliest\ncall = lambda: earliest(plan)",
    "explain": (
        "from optimiser.explain.binding import explain_with\nfrom optimiser.explain.oracle import Oracle\n"
        "call = lambda: explain_with(Oracle(plan), 'END')"
    ),
    "robust": "from optimiser.robust import robust\ncall = lambda: robust(plan, samples=16_384)",
}

CODE = """
import json, resource, sys, time
sys.path.insert(0, {root!r})
from benchmarks.bench_dates import generated
from optimiser.clock import Clock
from optimiser.critical import compile_network, earliest_times
plan = generated({items}, {links}, {months}, seed=3, years=60)
begun = time.process_time()
earliest_times(compile_network(plan, Clock(plan)))
passed = time.process_time() - begun
{call}
begun = time.process_time()
call()
spent = time.process_time() - begun
print(json.dumps([passed, spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def measured(verb: str, items: int) -> tuple[float, float, float]:
    """Return the seconds that compiling and one forward pass take, those of the verb, and megabytes at the most."""
    links, months = items * 1495 // 1000, 80 if items == SIZES[0] else 0
    root = str(Path(__file__).parents[1])
    code = CODE.format(root=root, items=items, links=links, months=months, call=CALLS[verb])
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    passed, spent, memory = json.loads(answer.stdout)
    return passed, spent, memory


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="leave out larger plans")
    largest = parser.parse_args().largest
    rows: list[Row] = []
    for verb in CALLS:
        before: tuple[int, float] | None = None
        for items in (size for size in SIZES if size <= largest):
            passed, spent, memory = measured(verb, items)
            rows.append(
                (
                    f"{verb}, {items:,} activities",
                    f"{spent:.2f} s",
                    "compiling and a forward pass",
                    f"{spent / passed:.1f} times",
                )
            )
            if before is not None:
                exponent = math.log(spent / before[1]) / math.log(items / before[0])
                rows.append(("", "", f"{before[0]:,} activities", f"exponent {exponent:.2f}"))
            seconds, megabytes = WANTED.get((verb, items), (None, None))
            if seconds is not None:
                rows.append(("", f"{spent:.2f} s", f"{seconds:g} s", "kept" if spent <= seconds else "MISSED"))
            asked = "" if megabytes is None else f"{megabytes:,} MB"
            kept = "" if megabytes is None else "kept" if memory <= megabytes else "MISSED"
            rows.append(("", f"{memory:.0f} MB", asked, kept))
            before = items, spent
    print_rows("Growth, seconds of processor", rows)


if __name__ == "__main__":
    main()
