"""What the claims about `robust` rest on: drawing against scheduling, memory of many samples, a queue of participants.

python benchmarks/bench_robust.py
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measure import Row, print_rows
from models.plan import Plan
from models.policies import policies_of
from models.risk import Register
from optimiser.critical import Batch, Columns, evaluate
from optimiser.reading.load import load
from optimiser.robust import robust
from optimiser.robust.distribution import REPLICATES
from optimiser.robust.files import find_register, plan_folder
from optimiser.robust.model import Case, Model
from optimiser.robust.policy import Counter, allot
from optimiser.robust.simulation import BLOCK, Sampler

TARGET = 5.0
"""Seconds of processor for the answer on the synthetic participants."""


def ranged(plan: Plan) -> Register:
    """Return a register with a range of every activity's length, from 10 % less to 30 % more."""
    lengths = {activity.id: plan.duration(activity.duration) for activity in plan.activities}
    ranges = [
        {
            "id": f"range-{name.lower()}",
            "of": name,
            "low": "-10 %",
            "likely": str(length),
            "high": "+30 %",
            "basis": "judgement",
        }
        for name, length in lengths.items()
        if length.amount
    ]
    content = {"id": "generated", "plan": plan.id, "title": "Every length", "judged_by": "nobody", "judged_on": "nothing"}
    return Register.model_validate({**content, "ranges": ranges})


def best(times: int, action: Callable[[], object]) -> float:
    """Return the shortest of several runs in seconds."""
    found = []
    for _ in range(times):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return min(found)


def drawing_against_scheduling() -> None:
    """Time the variates of 16,384 samples of mhhs-round2, the forward pass over them, and the whole answer on them."""
    plan = load("mhhs-round2")
    model = Model(plan, find_register(plan, plan_folder(plan)))
    sampler = Sampler(model, tuple(plan.targets), 7)
    starts = range(0, 16_384 // REPLICATES, BLOCK // REPLICATES)

    def draw() -> list[Columns]:
        return [sampler.draws(start, BLOCK // REPLICATES).columns(Case()) for start in starts]

    kept = draw()
    drawing = best(7, draw)
    passing = best(7, lambda: [evaluate(model.network, columns) for columns in kept])
    whole = best(3, lambda: robust(plan))
    print(f"16,384 samples: drawing {1e3 * drawing:.1f} ms, forward pass {1e3 * passing:.1f} ms, ratio {passing / drawing:.2f}")
    print(f"the answer, every variant on 16,384 samples: {1e3 * whole:.0f} ms, {whole / drawing:.1f} times the drawing")


def many_samples() -> None:
    """Report the peak memory of a process that takes 100,000 samples."""
    code = (
        "import resource\nfrom optimiser import load, robust\n"
        "robust(load('mhhs-round2'), samples=100_000)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    start = time.perf_counter()
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    print(f"100,000 samples: {answer.stdout.strip()} MB at most, {time.perf_counter() - start:.1f} s")


def whole_process() -> None:
    """Time the verb as a process and compare its bytes."""
    command = [sys.executable, "-m", "optimiser.cli", "robust", "mhhs-round2", "--confidence", "0.8", "--seed", "7"]
    outputs = []
    for _ in range(2):
        start = time.perf_counter()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        outputs.append(subprocess.run(command, check=True, capture_output=True).stdout)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"robust mhhs-round2: {time.perf_counter() - start:.2f} s, {spent:.2f} s of processor")
    print(f"equal bytes: {outputs[0] == outputs[1]}")


def participants() -> None:
    """Time the queues of the synthetic participants alone, and the whole answer on them against its drawing and its bound."""
    plan = load("mhhs-round2", ["participants"])
    model = Model(plan, find_register(plan, plan_folder(plan)))
    sampler = Sampler(model, tuple(plan.targets), 7)
    drawing = best(7, lambda: sampler.draws(0, 128).columns(Case()))
    free = Batch(model.network, sampler.draws(0, 128).columns(Case()))
    passing = best(3, free.settle)
    counter = Counter(model.network)
    rows: list[Row] = [("1,024 samples drawn", f"{1e3 * drawing:.0f} ms", "", "")]
    rows.append(("forward pass over them", f"{1e3 * passing:.0f} ms", "the drawing", f"{passing / drawing:.1f} times"))
    for policy in policies_of(plan):
        spent = best(3, lambda policy=policy: allot(counter, free, policy))  # type: ignore[misc]
        rows.append((f"queues served {policy}", f"{1e3 * spent:.0f} ms", "the forward pass", f"{spent / passing:.1f} times"))
    parts: list[tuple[str, float]] = []
    whole = best(1, lambda: robust(plan, progress=lambda part: parts.append((part, time.process_time()))))
    rows.append(("the whole answer", f"{whole:.1f} s", f"{TARGET:g} s", "kept" if whole <= TARGET else "missed"))
    rows.append(("", "", "the drawing", f"{whole / drawing:.0f} times"))
    for (part, since), (_, until) in pairwise([*parts, ("", time.process_time())]):
        rows.append((f"  {part}", f"{until - since:.2f} s", "the whole", f"{(until - since) / whole:.0%}"))
    print_rows("robust mhhs-round2 -s participants, seconds of processor", rows)


if __name__ == "__main__":
    drawing_against_scheduling()
    whole_process()
    many_samples()
    participants()
