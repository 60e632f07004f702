"""Qualification at participant scale: equal slots certified, mixed lengths closed to a stated gap, whole plans solved.

    python benchmarks/bench_qualification.py [--rivals SECONDS]

With ``--rivals`` CP-SAT alone and PyJobShop (where it is installed) get that many seconds for the same instance. Times are
single runs on whatever machine this is: trust ratios and counts, not seconds.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

from models.plan import Plan
from optimiser import earliest, load
from optimiser.critical import best_schedule, capacity_bound, compile_network, earliest_times, resources
from optimiser.critical.packing import equal_slots, round_bound

PARTIES, SLOTS, LENGTH, WINDOW = 200, 40, 60, 261
LAST_RELEASE = 250
INSTANCES = 20


def plan_of(release: np.ndarray, length: np.ndarray, slots: int) -> Plan:
    """Return a plan of parties with entry days and test lengths, and one milestone that waits for all."""
    ground = {"basis": "synthetic"}
    activities = [
        {"id": f"T{index:03d}", "title": f"Test {index}", "duration": f"{days} wd", **ground}
        for index, days in enumerate(length.tolist())
    ]
    links = [
        link
        for index, days in enumerate(release.tolist())
        for link in (
            {
                "id": f"ready-{index}",
                "title": "Entry",
                "kind": "dependency",
                "before": "OPEN",
                "after": f"T{index:03d}",
                "lag": f"{days} wd",
                **ground,
            },
            {
                "id": f"done-{index}",
                "title": "Exit",
                "kind": "dependency",
                "before": f"T{index:03d}",
                "after": "DONE",
                **ground,
            },
        )
    ]
    capacity = {
        "id": "slots", "title": "Slots", "kind": "capacity", "amount": slots,
        "demands": [{"item": entry["id"]} for entry in activities], **ground,
    }  # fmt: skip
    content: dict[str, Any] = {
        "schema": "optimiser/plan/1",
        "id": "bench",
        "title": "Benchmark",
        "as_of": "2024-01-01",
        "horizon": {"first": "2024-01-01", "last": "2027-12-31"},
        "calendar": "mon-fri",
        "calendars": [
            {
                "id": "mon-fri", "title": "Mondays to Fridays", "weekdays": ["mon", "tue", "wed", "thu", "fri"],
                "covers": {"first": "2023-12-01", "last": "2028-12-31"}, **ground,
            }
        ],
        "targets": ["DONE"],
        "activities": activities,
        "milestones": [
            {"id": "OPEN", "title": "Open", "shown": "opens", **ground},
            {"id": "DONE", "title": "Done", "shown": "closes", **ground},
        ],
        "rules": [*links, capacity],
    }  # fmt: skip
    return Plan.model_validate(content)


def drawn(seed: int, *, mixed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return entry days and lengths of one instance."""
    random = np.random.default_rng(seed)
    release = random.integers(0, LAST_RELEASE, PARTIES)
    length = random.integers(20, 91, PARTIES) if mixed else np.full(PARTIES, LENGTH)
    return release, length


def equal() -> None:
    """Equal slots: arrays alone, then the pipeline's own list scheduling and bound on a plan."""
    times, worst = [], 0
    for seed in range(INSTANCES):
        release, _ = drawn(seed, mixed=False)
        began = time.perf_counter()
        found = equal_slots(release, LENGTH, SLOTS)
        times.append(1000 * (time.perf_counter() - began))
        worst = max(worst, found.finish - found.bound)
    print(
        f"equal slots, {PARTIES} parties, {SLOTS} slots, {LENGTH} wd: {INSTANCES} of {INSTANCES} certified (worst gap {worst} wd), "
        f"median {np.median(times):.2f} ms, slowest {max(times):.2f} ms, in-process on arrays"
    )
    release, length = drawn(0, mixed=False)
    print("  on a plan:", pipeline(release, length, SLOTS))


def pipeline(release: np.ndarray, length: np.ndarray, slots: int) -> str:
    """Return what list scheduling and bounds make of a plan, and in what time."""
    plan = plan_of(release, length, slots)
    network = compile_network(plan)
    found = earliest_times(network)
    pools, node = resources(plan, network.clock), network.nodes["DONE", "start"]
    began = time.perf_counter()
    values = best_schedule(found, pools, "DONE")
    assert values is not None
    bound = capacity_bound(found, pools, "DONE", values[node])
    if bound.boundary < values[node]:
        values = best_schedule(found, pools, "DONE", floor=bound.boundary, tries=40) or values
        bound = capacity_bound(found, pools, "DONE", values[node])
    spent = time.perf_counter() - began
    gap = values[node] - bound.boundary
    start = network.clock.origin
    return (
        f"[{bound.boundary - start}, {values[node] - start}], gap {gap} wd = {100 * gap / WINDOW:.1f} % of {WINDOW} wd, "
        f"{1000 * spent:.0f} ms"
    )


def mixed() -> None:
    """Mixed lengths: the gap after list scheduling and bounds, on plans."""
    for slots in (30, 40):
        for seed in range(5):
            release, length = drawn(seed, mixed=True)
            bound = round_bound(release, length, slots)[0]
            print(
                f"mixed 20-90 wd, {slots} slots, seed {seed}: {pipeline(release, length, slots)} (rounds and energy alone {bound})"
            )


def market() -> None:
    """The MHHS plan with its synthetic parties."""
    for settings in ({}, {"slots-bsc": "14", "slots-rec": "14"}):
        began = time.perf_counter()
        plan = load("mhhs-round2", scenarios=["participants"], settings=settings)
        outcome = earliest(plan)
        spent = time.perf_counter() - began
        shown = {entry.id: f"{entry.date} {entry.proof}" for entry in getattr(outcome, "milestones", ())}
        print(f"solve mhhs-round2 -s participants {settings}: {spent:.1f} s, {shown}")


def rivals(seconds: float) -> None:
    """The same equal-slot instance for CP-SAT alone and for PyJobShop."""
    release, _ = drawn(0, mixed=False)
    certified = equal_slots(release, LENGTH, SLOTS)
    print(f"the instance: {certified.finish}, certified by {certified.pieces} parties from day {certified.first}")
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    starts = [model.new_int_var(int(day), 2000, "") for day in release]
    model.add_cumulative([model.new_fixed_size_interval_var(start, LENGTH, "") for start in starts], [1] * PARTIES, SLOTS)
    last = model.new_int_var(0, 3000, "")
    for start in starts:
        model.add(last >= start + LENGTH)
    model.minimize(last)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 2
    status = solver.solve(model)
    print(
        f"CP-SAT alone, {seconds:g} s: {solver.objective_value:.0f}, bound {solver.best_objective_bound:.0f}, {solver.status_name(status)}"
    )
    try:
        from pyjobshop import Model
    except ImportError:
        print("PyJobShop is not installed")
        return
    shop = Model()
    pool = shop.add_renewable(capacity=SLOTS)
    for day in release:
        job = shop.add_job(release_date=int(day))
        shop.add_mode(shop.add_task(job=job), pool, LENGTH, demands=1)
    result = shop.solve(time_limit=seconds, num_workers=2, display=False)
    print(f"PyJobShop, {seconds:g} s: {result.objective:.0f}, bound {result.lower_bound:.0f}, {result.status.value}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rivals", type=float, default=0.0, help="seconds for CP-SAT alone and PyJobShop")
    parser.add_argument("--market", action="store_true", help="also solve the MHHS plan with its parties")
    options = parser.parse_args()
    equal()
    mixed()
    if options.market:
        market()
    if options.rivals:
        rivals(options.rivals)
