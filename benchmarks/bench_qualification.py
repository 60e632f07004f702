"""Qualification at participant scale: equal slots certified, mixed lengths closed to a stated gap, whole plans solved.

    python benchmarks/bench_qualification.py [--rivals SECONDS] [--spread INSTANCES] [--market]

With ``--rivals`` CP-SAT alone and PyJobShop (where it is installed) get that many seconds for the same instance. Times are
single runs on whatever machine this is: trust ratios and counts, not seconds.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.plan import Plan
from optimiser import earliest, load
from optimiser.critical.packing import equal_slots, round_bound
from optimiser.encoding import Limits, decide
from optimiser.encoding.work import HeldWork, Offer, Work, alike
from optimiser.qualification.answer import qualify
from optimiser.solve.between import between
from optimiser.solve.deadline import Deadline
from optimiser.solve.problem import Problem

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


def drawn(seed: int, *, mixed: bool, parties: int = PARTIES) -> tuple[np.ndarray, np.ndarray]:
    """Return entry days and lengths of one instance."""
    random = np.random.default_rng(seed)
    release = random.integers(0, LAST_RELEASE, parties)
    length = random.integers(20, 91, parties) if mixed else np.full(parties, LENGTH)
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


@dataclass(frozen=True)
class Closed:
    """What bounds, orders and dates supposed make of a plan: boundaries from the start of the axis, and CPU seconds."""

    low: int
    high: int
    seconds: float

    @property
    def share(self) -> float:
        """The gap in per cent of the Qualification window."""
        return 100 * (self.high - self.low) / WINDOW

    def __str__(self) -> str:
        return f"[{self.low}, {self.high}], gap {self.high - self.low} wd = {self.share:.1f} % of {WINDOW} wd, {1000 * self.seconds:.0f} ms of CPU"


def pipeline(release: np.ndarray, length: np.ndarray, slots: int) -> Closed:
    """Return what list scheduling, bounds and CP-SAT on dates supposed make of a plan, and in what time."""
    problem = Problem.of(plan_of(release, length, slots))
    began = time.process_time()
    found = between(problem, "DONE", deadline=Deadline())
    assert found.high is not None
    start = problem.clock.origin
    return Closed(found.low - start, found.high - start, time.process_time() - began)


def mixed() -> None:
    """Mixed lengths: the gap that is left, on plans."""
    for slots in (30, 40):
        for seed in range(5):
            release, length = drawn(seed, mixed=True)
            bound = round_bound(release, length, slots)[0]
            print(
                f"mixed 20-90 wd, {slots} slots, seed {seed}: {pipeline(release, length, slots)} (rounds and energy alone {bound})"
            )


def spread(seeds: int) -> None:
    """Mixed lengths over sizes and tightness: how large the gap is at worst, and how long it takes at worst."""
    worst: list[Closed] = []
    for parties in (50, 100, 150, 200, 300):
        for share in (0.10, 0.13, 0.16, 0.20, 0.25):
            slots = round(share * parties)
            found = [pipeline(*drawn(1000 + seed, mixed=True, parties=parties), slots) for seed in range(seeds)]
            worst += found
            print(
                f"mixed, {parties} parties, {slots} slots, {seeds} instances: largest gap {max(entry.share for entry in found):.1f} %, "
                f"proved {sum(entry.low == entry.high for entry in found)}, slowest {max(entry.seconds for entry in found):.1f} s of CPU"
            )
    print(
        f"all {len(worst)}: largest gap {max(entry.share for entry in worst):.1f} % of the window, "
        f"slowest {max(entry.seconds for entry in worst):.1f} s of CPU, proved {sum(entry.low == entry.high for entry in worst)}"
    )


def symmetry() -> None:
    """Parties that nobody can tell apart: the last day that can be met and the day before, with and without their order."""
    for parties, slots, lengths in ((12, 3, (10, 7)), (20, 5, (11, 7)), (24, 7, (13, 9)), (30, 7, (13, 8))):
        release = np.repeat(np.arange(0, 5) * 3, parties // 5 + 1)[:parties]
        length = np.where(np.arange(parties) % 3 == 0, *lengths)
        last = -(-int(length.sum()) // slots)
        while decide(alike_work(release, length, slots, last), Limits(deterministic_time=2.0)).status != "feasible":
            last += 1
        for day in (last, last - 1):
            work = alike_work(release, length, slots, day)
            shown = []
            for ordered in (True, False):
                began = time.perf_counter()
                found = decide(work, Limits(deterministic_time=5.0), ordered=ordered, energy=False)
                spent = f"{found.deterministic_time:.3f} deterministic s, {time.perf_counter() - began:.2f} s"
                shown.append(f"{'in order' if ordered else 'in any order'} {found.status} in {spent}")
            print(f"{parties} parties in {len(alike(work))} groups alike, {slots} slots, by day {day}: {'; '.join(shown)}")


def alike_work(release: np.ndarray, length: np.ndarray, slots: int, last: int) -> Work:
    """Return tests that must all be done by a day."""
    pieces = {
        f"T{index:03d}": HeldWork(np.arange(int(day), last - int(days) + 1), int(days), needed=True)
        for index, (day, days) in enumerate(zip(release, length, strict=True))
    }
    return Work(pieces, [Offer(np.full(last + 1, slots), dict.fromkeys(pieces, 1))])


def market() -> None:
    """The MHHS plan with its synthetic parties."""
    tight = [{"slots-bsc": str(slots), "slots-rec": str(slots)} for slots in (12, 13, 14)]
    for settings in ({}, *tight, {"tranches": "true"}):
        began = time.perf_counter()
        plan = load("mhhs-round2", scenarios=["participants"], settings=settings)
        outcome = earliest(plan)
        spent = time.perf_counter() - began
        shown = {entry.id: f"{entry.date} {entry.proof}" for entry in getattr(outcome, "milestones", ())}
        print(f"solve mhhs-round2 -s participants {settings}: {spent:.1f} s, {shown}")


def slots_curve() -> None:
    """The date of each milestone of the MHHS plan as a function of one body's slots."""
    plan = load("mhhs-round2", scenarios=["participants"])
    began = time.process_time()
    qualify(plan, curves=["BSC"])
    print(f"qualify mhhs-round2 -s participants --curve BSC: processor {time.process_time() - began:.1f} s (promised 20 s)")


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
    parser.add_argument("--spread", type=int, default=0, help="instances for each of 25 sizes of market with mixed lengths")
    options = parser.parse_args()
    equal()
    mixed()
    symmetry()
    if options.spread:
        spread(options.spread)
    if options.market:
        market()
        slots_curve()
    if options.rivals:
        rivals(options.rivals)
