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
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measure import Figure, print_figures

SIZES = (300, 1_000, 3_000, 10_000, 30_000)

MOST = {"explain": 10_000, "robust": 3_000}
"""The largest plan that a verb is asked about, where it is not the largest of all."""

WANTED = {
    ("solve", 1_000): (0.4, None),
    ("solve", 10_000): (3, 500),
    ("solve", 30_000): (15, None),
    ("explain", 10_000): (60, 1_000),
    ("robust", 1_000): (2, None),
}
"""Seconds of processor and megabytes that were asked for, of an activity count with a twelfth of the lags in months at 1,000."""

CALLS = {
    "solve": "from optimiser.solve import earliest\ncall = lambda: earliest(plan)",
    "lint": "from optimiser.lint import lint\ncall = lambda: lint(plan)",
    "explain": (
        "from optimiser.explain.binding import explain_with\nfrom optimiser.explain.oracle import Oracle\n"
        "call = lambda: explain_with(Oracle(plan), 'END')"
    ),
    "robust": (
        "from benchmarks.bench_robust import ranged\nfrom optimiser.robust import robust\nregister = ranged(plan)\n"
        "call = lambda: robust(plan, samples=16_384, register=register)"
    ),
}

CODE = """
import json, resource, sys, time
sys.path.insert(0, {root!r})
from benchmarks.bench_dates import generated
from optimiser.clock import Clock
from optimiser.critical import compile_network, earliest_times
plan = generated({items}, {links}, {months}, seed=3, years=60)
import ortools.sat.python.cp_model  # what is imported counts with whole processes
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
    links, months = items * 1495 // 1000, 80 if items == 1_000 else 0
    root = str(Path(__file__).parents[1])
    code = CODE.format(root=root, items=items, links=links, months=months, call=CALLS[verb])
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    passed, spent, memory = json.loads(answer.stdout)
    return passed, spent, memory


def grown(largest: int, verbs: Sequence[str] = tuple(CALLS)) -> list[Figure]:
    """Return time, its exponent and memory of each verb at each size."""
    found = []
    for verb in verbs:
        before: tuple[int, float] | None = None
        for items in (size for size in SIZES if size <= min(largest, MOST.get(verb, largest))):
            passed, spent, memory = measured(verb, items)
            seconds, megabytes = WANTED.get((verb, items), (None, None))
            said = f"{verb}, {items:,} activities"
            found.append(Figure(said, spent, "s", "compiling and a forward pass", passed))
            if seconds is not None:
                found.append(Figure(f"{said}: wanted", spent, "s", "wanted", seconds))
            found.append(Figure(f"{said}: memory", memory, "MB", "wanted" if megabytes else "", megabytes))
            if before is not None:
                exponent = math.log(spent / before[1]) / math.log(items / before[0])
                found.append(Figure(f"{said}: exponent of time from {before[0]:,}", exponent, ""))
            before = items, spent
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=10_000, help="leave out larger plans")
    print_figures("Growth, seconds of processor", grown(parser.parse_args().largest))


if __name__ == "__main__":
    main()
