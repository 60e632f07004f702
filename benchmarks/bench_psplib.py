"""Scheduling benchmarks: PSPLIB and RCPSP/max against CP-SAT asked directly and PyJobShop, in turn, within one limit.

Run with ``python -m benchmarks --only psplib --data DIR``. The folder holds the instances as
github.com/ScheduleOpt/optalcp-benchmarks keeps them (``benchmarks/rcpsp/data/j30``, ``benchmarks/rcpsp-max/data/ubo50``, and so
on) and, if best known makespans are to be compared, ``data/bks.csv`` of github.com/PyJobShop/Experiments.
"""

from __future__ import annotations

import csv
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure
from models.outcome import Infeasible, Solved
from models.plan import Plan
from models.rules import Capacity, Dependency
from optimiser.clock import Clock
from optimiser.reading.psplib import read_psplib
from optimiser.solve import earliest
from optimiser.solve.problem import Problem

SEED = 20260723
SAMPLES = (("j30", 20), ("j60", 20), ("j90", 10), ("j120", 10))
MAX_SAMPLES = (("j30", 10), ("ubo50", 9), ("ubo100", 9))
WORKERS = 2


@dataclass(frozen=True)
class Run:
    """What one solver came to: makespan and bound in periods, None where none; and what it took."""

    makespan: int | None
    bound: int | None
    wall: float
    processor: float
    infeasible: bool = False

    @property
    def closed(self) -> bool:
        """Whether the question is answered."""
        return self.infeasible or (self.makespan is not None and self.makespan == self.bound)

    @property
    def gap(self) -> float:
        """The distance of its own schedule from its own bound, in per cent of the schedule."""
        return 0.0 if self.closed else 100.0 if not self.makespan else 100 * (self.makespan - (self.bound or 0)) / self.makespan


def timed(call: Callable[[], tuple[int | None, int | None, bool]]) -> Run:
    """Return what a call came to, with its time."""
    begun, used = time.perf_counter(), time.process_time()
    makespan, bound, infeasible = call()
    return Run(makespan, bound, time.perf_counter() - begun, time.process_time() - used, infeasible)


def ours(plan: Plan, limit: float) -> Run:
    """Ask the product for the whole answer."""
    origin = Clock(plan).boundary(plan.horizon.first, "opens")

    def call() -> tuple[int | None, int | None, bool]:
        outcome = earliest(plan, time_limit=limit, workers=WORKERS)
        if isinstance(outcome, Infeasible):
            return None, None, True
        if not isinstance(outcome, Solved):
            return None, None, False
        (end,) = outcome.milestones
        clock = Problem.of(plan).clock
        return (
            clock.boundary(end.date, "closes") - origin,
            clock.boundary(end.bound, "closes") - origin,
            False,
        )

    return timed(call)


def lengths(plan: Plan) -> dict[str, int]:
    """Return the periods that each job takes, the two dummies at the end none."""
    return {entry.id: plan.duration(entry.duration).amount for entry in plan.activities} | {"START": 0, "END": 0}


def lags(plan: Plan) -> Iterator[tuple[str, str, int]]:
    """Yield least distances from start to start: job, job, periods; negative ones are greatest distances the other way."""
    length = lengths(plan)
    for rule in plan.rules:
        if isinstance(rule, Dependency):
            lag = plan.duration(rule.lag).amount + (length[rule.before] if rule.type[0] == "F" else 0)
            yield (rule.after, rule.before, -lag) if rule.bound == "at-most" else (rule.before, rule.after, lag)


def direct(plan: Plan, limit: float) -> Run:
    """Ask CP-SAT with starts, intervals of fixed size, one cumulative each, and distances between starts."""
    from ortools.sat.python import cp_model

    def call() -> tuple[int | None, int | None, bool]:
        length = lengths(plan)
        horizon = sum(length.values()) + sum(max(lag, 0) for _, _, lag in lags(plan))
        model = cp_model.CpModel()
        start = {name: model.new_int_var(0, 0 if name == "START" else horizon, name) for name in length}
        interval = {name: model.new_fixed_size_interval_var(start[name], days, name) for name, days in length.items()}
        for before, after, lag in lags(plan):
            model.add(start[after] >= start[before] + lag)
        for rule in plan.rules:
            if isinstance(rule, Capacity):
                names = [entry.item for entry in rule.demands]
                amounts = [plan.amount(entry.amount) for entry in rule.demands]
                model.add_cumulative([interval[name] for name in names], amounts, plan.amount(rule.amount))
        model.minimize(start["END"])
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = limit
        solver.parameters.num_workers = WORKERS
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return None, None, True
        known = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        return round(solver.objective_value) if known else None, round(solver.best_objective_bound), False

    return timed(call)


def pyjobshop(plan: Plan, limit: float) -> Run:
    """Ask PyJobShop, with the plan's own resources and no others."""
    from pyjobshop import Model

    def call() -> tuple[int | None, int | None, bool]:
        model = Model()
        needs: dict[str, list[tuple[Any, int]]] = {}
        for rule in plan.rules:
            if isinstance(rule, Capacity):
                resource = model.add_renewable(capacity=plan.amount(rule.amount), name=rule.id)
                for entry in rule.demands:
                    needs.setdefault(entry.item, []).append((resource, plan.amount(entry.amount)))
        tasks = {}
        for name, periods in lengths(plan).items():
            held = needs.get(name, [])
            tasks[name] = model.add_task(name=name, latest_start=0 if name == "START" else sys.maxsize)
            model.add_mode(tasks[name], [resource for resource, _ in held], periods, [amount for _, amount in held])
        for before, after, lag in lags(plan):
            model.add_start_before_start(tasks[before], tasks[after], delay=lag)
        result = model.solve(display=False, time_limit=limit, num_workers=WORKERS)
        status = result.status.name
        if status == "INFEASIBLE":
            return None, None, True
        known = status in ("OPTIMAL", "FEASIBLE")
        bound = None if result.lower_bound != result.lower_bound else round(result.lower_bound)
        return round(result.objective) if known else None, bound, False

    return timed(call)


SOLVERS: dict[str, Callable[[Plan, float], Run]] = {"product": ours, "CP-SAT direct": direct, "PyJobShop": pyjobshop}


def drawn(data: Path, kind: str) -> Iterator[tuple[str, Path]]:
    """Yield the instances of the sample, in the order in which they are drawn from sorted lists."""
    chance = random.Random(SEED)
    samples, folder, ending = (SAMPLES, "rcpsp", ".sm") if kind == "rcpsp" else (MAX_SAMPLES, "rcpsp-max", ".sch")
    for name, count in samples:
        files = sorted(
            file for file in (data / "benchmarks" / folder / "data" / name).iterdir() if file.suffix.lower() == ending
        )
        for file in chance.sample(files, count):
            yield name, file


def best_known(data: Path) -> dict[str, int]:
    """Return the best known makespan by the name of an instance, where the list is there."""
    path = data / "data" / "bks.csv"
    found = {}
    for row in csv.DictReader(path.open(encoding="utf-8")) if path.exists() else ():
        if row["category"].startswith("PSPLIB-J"):
            size, number = row["instance"].removesuffix(".txt").lower().split("_")
            found[f"{size}{1 + (int(number) - 1) // 10}_{1 + (int(number) - 1) % 10}"] = int(row["bks"])
    return found


def measured(data: Path, kind: str, limit: float) -> list[Figure]:
    """Solve the sample with each solver in turn, and return the table."""
    known = best_known(data)
    runs: dict[str, list[tuple[str, Run]]] = {name: [] for name in SOLVERS}
    wrong = 0
    for number, (_, file) in enumerate(drawn(data, kind)):
        plan = read_psplib(file)
        names = list(SOLVERS)
        for name in names[number % 3 :] + names[: number % 3]:
            runs[name].append((file.stem.lower(), SOLVERS[name](plan, limit)))
        closed = {(run.makespan, run.infeasible) for each in runs.values() for run in [each[-1][1]] if run.closed}
        wrong += len(closed) > 1
        own = runs["product"][-1][1]
        print(f"  {file.stem}: {own.makespan}, not before {own.bound}, {own.wall:.1f} s", flush=True)
    title = "PSPLIB" if kind == "rcpsp" else "RCPSP/max"
    peers = [name for name in SOLVERS if name != "product"]
    found = []
    for name, each in runs.items():
        own = [run for _, run in each]
        distances = [100 * (run.makespan / known[stem] - 1) for stem, run in each if stem in known and run.makespan is not None]
        unknown = sum(run.makespan is None and not run.infeasible for run in own)
        head = f"{title}, {len(own)} instances, {limit:g} s, {WORKERS} workers: {name}"
        best = max(sum(run.closed for _, run in runs[peer]) for peer in peers)
        found.append(Figure(f"{head}, closed", sum(run.closed for run in own), "", "best peer", best))
        gap = min(sum(run.gap for _, run in runs[peer]) / len(own) for peer in peers)
        found.append(Figure(f"{head}, own gap", sum(run.gap for run in own) / len(own), "%", "best peer", gap))
        if distances:
            found.append(Figure(f"{head}, from best known", sum(distances) / len(distances), "%", "", None))
        found.append(Figure(f"{head}, without a schedule or verdict", unknown, "", "", None))
        found.append(Figure(f"{head}, longest", max(run.wall for run in own), "s", "the limit", limit))
        found.append(Figure(f"{head}, processor, all", sum(run.processor for run in own), "s", "", None))
    found.append(Figure(f"{title}: instances on which closed answers differ", wrong, "", "", None))
    return found
