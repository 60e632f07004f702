"""What explanations cost: three milestones of the MHHS plan, all conflicts of a target, and a plan of 300 activities.

Run with ``python benchmarks/bench_explain.py`` from the root of the checkout.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bench_dates import generated
from optimiser.explain.attribution import attribute
from optimiser.explain.binding import explain_with
from optimiser.explain.by_date import why_not, why_not_baseline
from optimiser.explain.implication import implied
from optimiser.explain.oracle import Oracle
from optimiser.explain.regions import decision_regions
from optimiser.reading.load import load


def timed(label: str, limit: float | None, work: Callable[[], Any]) -> Any:
    """Print how long something took, by the clock and of the processor, which is held against what was promised."""
    begun, used = time.perf_counter(), time.process_time()
    found = work()
    spent, used = time.perf_counter() - begun, time.process_time() - used
    promise = "" if limit is None else f"  (promised {limit:g} s){'' if used <= limit else '  MISSED'}"
    print(f"{label:<56} {spent:7.2f} s, processor {used:6.2f} s{promise}")
    return found


def parties(plan: Any, scarce: Any) -> None:
    """Solve and explain a plan with its parties in it, beside solving the plan again for each of its rules."""
    from optimiser.solve import earliest

    begun = time.process_time()
    timed("participants: solve", 2, lambda: earliest(plan))
    once = (time.process_time() - begun) / len(plan.targets)
    for entry in timed("participants, slots-bsc=8: solve", 10, lambda: earliest(scarce)).milestones:
        print(f"    {entry.id} {entry.date}, not before {entry.bound}, {entry.proof}")
    oracle = Oracle(plan)
    begun = time.process_time()
    for name, limit in (("M14", 5), ("M10", None), ("M16", None)):
        report = timed(f"participants: explain {name}", limit, lambda name=name: explain_with(oracle, name))
        undecided = sum(line.method == "undecided" for line in report.lines)
        print(
            f"    {len(report.lines)} lines, {undecided} undecided, {oracle.rationed_calls} variants searched one by one so far"
        )
    spent = time.process_time() - begun
    lines = 3 * len(oracle.atoms)
    print(
        f"    all three: processor {spent:.1f} s (promised 10 s); solving again for each of {lines} lines: {lines * once:.0f} s,"
    )
    print(f"    {lines * once / spent:.0f} times as long")
    found = timed("participants: why-not M14 by 2025-12-15", None, lambda: why_not(plan, "M14", "2025-12-15"))
    print(f"    {found.verdict}, {len(found.conflict.members) if found.conflict else 0} members in its conflict")


def main() -> None:
    """Measure."""
    plan = load("mhhs-round2")

    def three() -> list[Any]:
        oracle = Oracle(plan)
        return [explain_with(oracle, name) for name in ("M10", "M14", "M16")]

    timed("mhhs-round2: explain of three milestones", 1, three)
    found = timed("mhhs-round2: why-not M10 by 2024-12-31, all", 10, lambda: why_not(plan, "M10", "2024-12-31", all=True))
    print(f"    {len(found.conflicts)} conflicts, {len(found.relaxations)} relaxations, complete: {found.complete}")
    found = timed("mhhs-round2: why-not M16 by 2025-11-30, all", 10, lambda: why_not(plan, "M16", "2025-11-30", all=True))
    print(f"    {len(found.conflicts)} conflicts, {len(found.relaxations)} relaxations, complete: {found.complete}")
    timed("mhhs-round2: why-not --baseline TT", None, lambda: why_not_baseline(plan, "TT"))
    aligned = load("mhhs-round2", ["aligned"])
    timed("mhhs-round2: implied, searching for the assumptions", None, lambda: implied(aligned, "PoaP-2"))
    poap1 = load("mhhs-round2", ["poap1"])
    timed("mhhs-round2: attribute, base to poap1", None, lambda: attribute(poap1, "TT", against=[("base", plan)]))
    timed("mhhs-round2: decision regions of three milestones", None, lambda: decision_regions(plan))
    scarce = load("mhhs-round2", ["participants"], settings={"slots-bsc": "8"})
    parties(load("mhhs-round2", ["participants"]), scarce)
    large = generated(300, 894, 20, 7, years=10)
    oracle = Oracle(large)
    report = timed("300 activities: explain", 60, lambda: explain_with(oracle, "END"))
    print(
        f"    {sum(line.words != ('slack',) for line in report.lines)} of {len(report.lines)} bind, complete: {report.complete}"
    )
    by = oracle.problem.clock.show(oracle.found.values[oracle.node("END")] - 10, "closes")
    found = timed("300 activities: why-not, ten days earlier, all", 60, lambda: why_not(large, "END", by, all=True))
    print(f"    {len(found.conflicts)} conflicts, {len(found.relaxations)} relaxations, complete: {found.complete}")


if __name__ == "__main__":
    main()
