"""What the dates cost: whole processes against the bare imports, passes and solves against PyJobShop, large plans.

Run with ``python benchmarks/bench_dates.py`` from the root of the checkout; ``--quick`` leaves out the largest plan.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measure import Row, print_rows, process, seconds
from models.plan import Plan
from optimiser.clock import Clock
from optimiser.critical import Columns, compile_network, earliest_times, evaluate

IMPORTS = "from ortools.sat.python import cp_model; import pydantic, typer, yaml"


def generated(items: int, links: int, months: int, seed: int, years: int = 20) -> Plan:
    """Return a plan of working-day links between items in order, some of whose lags are calendar months."""
    chance = random.Random(seed)
    activities = [
        {"id": f"A{place}", "title": f"Activity {place}", "duration": f"{chance.randint(1, 10)} wd", "basis": "synthetic"}
        for place in range(items)
    ]
    rules: list[dict[str, Any]] = []
    reach = max(6, items // 25)
    month_links = set(chance.sample(range(links), months)) if months else set()
    for number in range(links):
        after = 1 + number % (items - 1) if number < items - 1 else chance.randint(1, items - 1)
        before = after - chance.randint(1, min(after, reach))
        kind = chance.choice(["FS", "FS", "FS", "SS", "FF", "SF"])
        lag = f"{chance.randint(1, 2)} mo" if number in month_links else f"{chance.randint(-2, 5)} wd"
        rules.append(
            {
                "id": f"R{number}",
                "title": f"Link {number}",
                "kind": "dependency",
                "before": f"A{before}",
                "after": f"A{after}",
                "type": kind,
                "lag": lag,
                "basis": "synthetic",
            }
        )
    rules += [
        {
            "id": f"E{place}",
            "title": "All ends",
            "kind": "dependency",
            "before": f"A{place}",
            "after": "END",
            "basis": "synthetic",
        }
        for place in range(items)
    ]
    return Plan.model_validate(
        {
            "id": "generated",
            "title": "A generated plan",
            "as_of": "2024-01-01",
            "calendar": "week",
            "horizon": {"first": "2024-01-02", "last": f"{2024 + years - 1}-12-30"},
            "calendars": [
                {
                    "id": "week",
                    "title": "Mondays to Fridays",
                    "weekdays": ["mon", "tue", "wed", "thu", "fri"],
                    "covers": {"first": "2024-01-01", "last": f"{2024 + years - 1}-12-31"},
                    "basis": "synthetic",
                }
            ],
            "targets": ["END"],
            "activities": activities,
            "rules": rules,
            "milestones": [{"id": "END", "title": "Everything is done", "shown": "closes", "basis": "synthetic"}],
        }
    )


def whole_processes() -> list[Row]:
    """Time the commands a user types against the imports that none of them can do without."""
    optimiser = shutil.which("optimiser", path=str(Path(sys.executable).parent)) or "optimiser"
    bare, solve, aid = process(
        [[sys.executable, "-c", IMPORTS], [optimiser, "solve", "mhhs-round2"], [optimiser, "--help"]], runs=9
    )
    return [
        ("bare imports", f"{bare:.2f} s", "", ""),
        ("solve mhhs-round2", f"{solve:.2f} s", "at most 1.5 times the bare imports", f"{solve / bare:.2f}"),
        ("--help", f"{aid:.2f} s", "at most half the bare imports", f"{aid / bare:.2f}"),
    ]


def pyjobshop_seconds(plan: Plan, runs: int) -> float:
    """Return the time PyJobShop takes to model and solve a plan of working-day links."""
    from pyjobshop import Model

    def call() -> None:
        model = Model()
        tasks = {}
        machine = model.add_machine()
        machines = [machine]
        for activity in plan.activities:
            tasks[activity.id] = model.add_task(name=activity.id)
            machines.append(model.add_machine())
            model.add_mode(tasks[activity.id], machines[-1], plan.duration(activity.duration).amount)
        adders = {
            "FS": model.add_end_before_start,
            "SS": model.add_start_before_start,
            "FF": model.add_end_before_end,
            "SF": model.add_start_before_end,
        }
        for rule in plan.rules:
            if rule.kind == "dependency" and rule.after != "END":
                adders[rule.type](tasks[rule.before], tasks[rule.after], delay=plan.duration(rule.lag).amount)
        result = model.solve(display=False, time_limit=60, num_workers=1)
        assert result.status.name == "OPTIMAL", result.status

    return seconds(call, runs)


def small_plan() -> list[Row]:
    """Time one plan of sixty activities."""
    from optimiser.encoding import Encoding, Limits

    plan = generated(60, 81, 0, seed=7, years=4)
    clock = Clock(plan)
    network = compile_network(plan, clock)
    passed = seconds(lambda: earliest_times(network), 101)
    compiled = seconds(lambda: compile_network(plan, clock), 31)
    many = Columns(10_000)
    batch = seconds(lambda: evaluate(network, many), 7) / 10_000
    limits = Limits(deterministic_time=30)
    answers = []

    def through_cp_sat() -> None:
        answers.append(Encoding(plan, clock, switches=False).earliest("END", limits=limits))

    solved = seconds(through_cp_sat, 31)
    assert answers[-1].boundary == earliest_times(network).position("END")[0]
    peer = pyjobshop_seconds(plan, 7)
    return [
        ("60 activities, critical", f"{passed * 1e3:.2f} ms", "at most 0.5 ms", f"{passed / 0.5e-3:.2f}"),
        ("60 activities, compiling the network", f"{compiled * 1e3:.2f} ms", "", ""),
        (
            "60 activities, critical in a batch of 10,000",
            f"{batch * 1e6:.2f} us",
            "one CP-SAT solve",
            f"{solved / batch:,.0f} times",
        ),
        ("60 activities, CP-SAT with encoding", f"{solved * 1e3:.1f} ms", "at most 10 ms", f"{solved / 10e-3:.2f}"),
        ("60 activities, PyJobShop", f"{peer * 1e3:.1f} ms", "CP-SAT with encoding", f"{peer / solved:.1f} times"),
    ]


def large_plans(*, quick: bool) -> list[Row]:
    """Time plans of a thousand and of ten thousand activities, whole and through CP-SAT."""
    from optimiser.critical import earliest_times
    from optimiser.encoding import Limits
    from optimiser.solve.part import encoded

    rows: list[Row] = []
    cases = [("1,000 activities, 80 month lags", generated(1_000, 1_495, 80, seed=3, years=60), 1.0)]
    if not quick:
        cases.append(("10,000 activities", generated(10_000, 14_785, 0, seed=3, years=60), 5.0))
    for name, plan, allowed in cases:
        clock = Clock(plan)
        network = compile_network(plan, clock)
        found = earliest_times(network)
        assert found.status == "feasible", found.status
        passed = seconds(lambda network=network: earliest_times(network), 3)
        limits = Limits(deterministic_time=600)
        answers = []

        def through_cp_sat(plan=plan, found=found, answers=answers, limits=limits) -> None:  # noqa: ANN001 - bound here
            answers.append(encoded(plan, found).earliest("END", limits=limits))

        solved = seconds(through_cp_sat, 3)
        answer = answers[-1]
        assert (answer.status, answer.boundary) == ("optimal", found.position("END")[0])
        rows.append((f"{name}, critical", f"{passed * 1e3:.1f} ms", "", ""))
        rows.append((f"{name}, CP-SAT with encoding", f"{solved:.2f} s", f"at most {allowed:.0f} s", f"{solved / allowed:.2f}"))
        if name.startswith("10,000"):
            peer = pyjobshop_seconds(plan, 1)
            rows.append((f"{name}, PyJobShop", f"{peer:.2f} s", "CP-SAT with encoding", f"{peer / solved:.1f} times"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append(("memory of all this", f"{peak:.0f} MB", "at most 1,024 MB", f"{peak / 1024:.2f}"))
    return rows


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the largest plan")
    quick = parser.parse_args().quick
    print_rows("Whole processes", whole_processes())
    print_rows("A small plan", small_plan())
    print_rows("Large plans", large_plans(quick=quick))


if __name__ == "__main__":
    main()
