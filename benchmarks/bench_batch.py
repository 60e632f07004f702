"""What a sweep costs: ten thousand combinations with their ledger, beside one CP-SAT or PyJobShop solve a row; and its memory.

Run with ``python benchmarks/bench_batch.py`` from the root of the checkout; ``--quick`` leaves out the million.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from benchmarks.measure import Row, print_rows, processor, seconds
from models.plan import Plan
from optimiser.batch.fast import FastPath
from optimiser.batch.grid_file import load_grid
from optimiser.batch.task import compute
from optimiser.clock import Clock
from optimiser.critical import compile_network, earliest_times

WORKERS = 2

RUN = """
import json, resource, sys, time
from pathlib import Path
from optimiser.batch.engine import run
from optimiser.batch.grid_file import load_grid
began = time.perf_counter()
ran = run(load_grid(sys.argv[1]), Path(sys.argv[2]), workers=int(sys.argv[3]))
memory = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([time.perf_counter() - began, sum(ran.counts.values()), len(ran.disagreements), *memory]))
"""

MILLION = """schema: optimiser/grid/1
id: million
title: A million combinations
plan: mhhs-round2
check_share: 0.00001
axes:
  - { kind: assumption, name: sit-mvc, from: 240 wd, to: 339 wd, step: 1 wd }
  - { kind: assumption, name: qualification-window, from: 201 wd, to: 300 wd, step: 1 wd }
  - { kind: assumption, name: contingency, from: 0 wd, to: 99 wd, step: 1 wd }
"""


def ran(grid: str, workers: int = WORKERS) -> tuple[float, int, int, float, float]:
    """Run a grid in a process of its own; return seconds after its imports, rows, disagreements, and MB of it and its workers."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", RUN, grid, f"{folder}/run", str(workers)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    taken, rows, wrong, own, others = json.loads(said)
    return float(taken), int(rows), int(wrong), float(own), float(others)


def cp_sat_seconds(plan: Plan) -> float:
    """Return the time of one CP-SAT solve of one milestone, the plan being at hand."""
    from optimiser.encoding import Encoding, Limits

    def call() -> None:
        answer = Encoding(plan, Clock(plan), switches=False).earliest(plan.targets[0], limits=Limits())
        assert answer.status == "optimal"

    return seconds(call, 31)


def pyjobshop_seconds(plan: Plan) -> float:
    """Return the time PyJobShop takes to model and solve the plan, its month lags given to it as working days.

    PyJobShop knows no calendars, months or alignments: every rule becomes the number of working days that it comes to at
    the earliest dates, which is an easier problem.
    """
    from pyjobshop import Model

    network = compile_network(plan, Clock(plan))
    earliest = earliest_times(network)
    values, origin = earliest.values, network.clock.origin

    def call() -> None:
        model = Model()
        tasks = {}
        for item in (*plan.activities, *plan.milestones):
            start, finish = earliest.position(item.id)
            node = network.item_nodes(item.id)[0]
            floors = [bound.boundary or 0 for bound in network.floors if bound.node == node and network.enabled[bound.rule]]
            tasks[item.id] = model.add_task(name=item.id, earliest_start=max([0, *(floor - origin for floor in floors)]))
            model.add_mode(tasks[item.id], [], finish - start)
        adders = {
            ("finish", "start"): model.add_end_before_start,
            ("start", "start"): model.add_start_before_start,
            ("finish", "finish"): model.add_end_before_end,
            ("start", "finish"): model.add_start_before_end,
        }
        for arc in network.arcs:
            source, target = network.points[arc.source], network.points[arc.target]
            if source.item != target.item and network.enabled[arc.rule]:
                lag = arc.family.at(values[arc.source], arc.amount) - values[arc.source]
                adders[source.end or "start", target.end or "start"](tasks[source.item], tasks[target.item], delay=lag)
        result = model.solve(display=False, time_limit=60, num_workers=1)
        assert result.status.name == "OPTIMAL", result.status

    return seconds(call, 7)


def rates() -> list[Row]:
    """Time the packaged grids, and hold a row against a solve."""
    rows: list[Row] = []
    fastest = 0.0
    for grid in ("sit-by-release-by-window", "all-readings"):
        found = [ran(grid) for _ in range(3)]
        taken, count, wrong, *_ = min(found)
        assert not wrong
        scaled = taken * 10_000 / count
        fastest = max(fastest, count / taken)
        rows.append((f"{grid}: {count:,} rows, ledger and exports", f"{taken:.2f} s", "10,000 rows in 4 s", f"{scaled:.2f} s"))
    job = load_grid("sit-by-release-by-window")
    fast = FastPath(job)
    compute(job, fast, np.arange(1))
    each = min(compute(job, fast, np.arange(5_000)).seconds["columns"] for _ in range(5)) / 5_000
    rows.append(("a row of three milestones with their binding rules, one core", f"{each * 1e6:.0f} us", "", ""))
    plan = job.row_plan([axis.base for axis in job.axes])
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "optimiser", "batch", "run", "sit-by-release-by-window", "--workers", "1", "-o"]
        ((used, _),) = processor([[*command, f"{folder}/run"]], runs=0)
    whole, begun = used[0] / job.design.size, time.process_time()
    pyjobshop_seconds(plan)
    peer = (time.process_time() - begun) / 8  # as many solves as `seconds` makes of seven runs
    verdict = f"{whole * 1e6:.0f} us a row, {peer / whole:,.0f} times"
    rows.append(
        (f"{job.design.size:,} rows as a whole process", f"processor {used[0]:.2f} s", "PyJobShop's rows: 100 times", verdict)
    )
    for name, peer, least in (("CP-SAT", cp_sat_seconds(plan), 30), ("PyJobShop", pyjobshop_seconds(plan), 100)):
        rows.append(
            (
                f"{name}, one solve of one milestone, one core",
                f"{peer * 1e3:.1f} ms",
                f"at least {least} times a row",
                f"{peer / each:,.0f} times; whole runs on {WORKERS} cores {fastest * peer / WORKERS:,.0f} times",
            )
        )
    return rows


def memory() -> list[Row]:
    """Measure memory from ten thousand rows to a million."""
    small = ran("sit-by-release-by-window")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "million.yaml"
        path.write_text(MILLION, encoding="utf-8")
        large = ran(str(path))
    return [
        (f"memory at {count:,} rows, {taken:.0f} s", f"{own:.0f} MB, workers {others:.0f} MB", "flat", f"{own / small[3]:.2f}")
        for taken, count, _, own, others in (small, large)
    ]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the million")
    quick = parser.parse_args().quick
    print_rows("Batch", rates())
    if not quick:
        print_rows("Memory of a batch", memory())


if __name__ == "__main__":
    main()
