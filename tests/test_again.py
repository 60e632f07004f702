"""Outcomes worked out again without CP-SAT: the same to the last figure, and never by asking it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from models.outcome import Infeasible, Solved
from optimiser.encoding.asking import SolverBarredError, asked, barred
from optimiser.errors import InputError, StoredResultError
from optimiser.evidence.folder import write
from optimiser.evidence.pack import build
from optimiser.evidence.request import request_of
from optimiser.reading.load import load
from optimiser.solve import earliest
from optimiser.solve.again import again
from tests.random_plans import random_plan


@pytest.mark.parametrize("count", [40, pytest.param(400, marks=pytest.mark.long)])
def test_outcomes_come_out_the_same(count):
    """Of random plans, solved or in conflict, with capacity or not, every figure is as `solve` found it."""
    seen: Counter[tuple[str, bool]] = Counter()
    for seed in range(count):
        plan = random_plan(seed, size="tiny")
        try:
            outcome = earliest(plan)
        except InputError:
            continue
        milestones = [entry.id for entry in outcome.milestones] if isinstance(outcome, Solved) else None
        assert again(plan, milestones, outcome).outcome == outcome, seed
        seen[outcome.status, any(rule.kind == "capacity" for rule in plan.active_rules())] += 1

    assert min(seen["solved", True], seen["solved", False], seen["infeasible", True], seen["infeasible", False]) >= 1, seen


def test_cp_sat_is_barred_and_counted():
    """Where CP-SAT may not be asked nothing of it is even loaded; where it may, each time is counted."""
    plan = load("toy-capacity")
    with barred(), pytest.raises(SolverBarredError):
        earliest(plan)
    with barred(), pytest.raises(SolverBarredError):
        again(plan)
    with asked() as outer, asked() as inner:
        earliest(plan)

    assert inner.times == outer.times > 0


def test_a_plan_that_has_a_schedule_is_not_said_to_have_none():
    """An outcome that says capacity leaves no way is refuted by a schedule."""
    plan = load("toy-capacity")
    outcome = earliest(plan)
    conflict = earliest(load("mhhs-round2", scenarios=["mp162-literal"], settings={"m9-latest": "2024-02-07"}))
    assert isinstance(conflict, Infeasible)
    forged = Infeasible(
        plan=plan.id, scenarios=(), readings=plan.choices(), conflict=conflict.conflict, notes=(), run=outcome.run
    )

    with pytest.raises(StoredResultError, match="and there is one"):
        again(plan, None, forged)


@pytest.mark.long
def test_a_pack_is_checked_where_no_solver_is_installed(tmp_path):
    """Everything that is derived again is derived without OR-Tools."""
    write(build(request_of("toy", cases=(), samples=64), "toy").files, tmp_path / "pack")
    code = (
        "import sys; sys.modules['ortools'] = None\n"
        "from pathlib import Path\nfrom optimiser.evidence.verify import verify_pack\n"
        f"found = verify_pack(Path({str(tmp_path / 'pack')!r}))\n"
        "assert found.holds, [check for check in found.checks if not check.holds]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)
