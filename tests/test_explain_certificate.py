"""A stored outcome is checked again without a solver, and what was tampered with is found."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from models.plan import Plan
from optimiser.critical import capacity_bound, compile_network, earliest_times, resources
from optimiser.errors import InputError, StoredResultError
from optimiser.evidence.documents import solve_document
from optimiser.explain.certificate import capacity_argument, verify_outcome
from optimiser.reading.load import load
from optimiser.solve import earliest
from optimiser.solve.fingerprint import plan_sha256
from tests.random_plans import random_plan
from tests.test_explain_binding import event, two_resources


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    """The document of the MHHS plan under PoaP 1."""
    plan = load("mhhs-round2", scenarios=["poap1"])
    return json.loads(json.dumps(solve_document(earliest(plan), plan)))  # type: ignore[no-any-return]


def tampered(document: dict[str, Any], *path: Any, value: Any) -> dict[str, Any]:
    """Return a document with one value replaced."""
    changed = copy.deepcopy(document)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    assert place[path[-1]] != value
    place[path[-1]] = value
    return changed


def test_an_outcome_holds_and_reads_as_an_argument(stored: dict[str, Any]) -> None:
    """Every claim of a sound outcome holds, each date is proved without a solver, and the argument is in numbered lines."""
    found = verify_outcome(stored)
    assert found.holds
    assert found.without_solver == {"M10": True, "M14": True, "M16": True}
    assert "1. M9 is at Wed 7 Feb 2024 or later: M9 not before 2024-02-07 (assumption m9-floor)" in found.argument


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("outcome", "certificates", 0, "steps", 3, "boundary"), 900),
        (("outcome", "certificates", 0, "steps", 3, "rule"), "m9-floor"),
        (("outcome", "certificates", 0, "steps", 3, "after"), []),
        (("outcome", "certificates", 0, "steps", 3, "statement"), "because it is"),
        (("outcome", "milestones", 0, "date"), "2025-06-30"),
        (("outcome", "milestones", 0, "boundary"), 900),
        (("outcome", "schedule", "positions", 6, "start"), 400),
        (("outcome", "rows", 0, "finish"), "2024-01-01"),
        (("outcome", "certificates"), []),
        (("milestones", "M10", "date"), "2025-06-30"),
        (("schedule", 0, "start"), "2022-01-03"),
        (("outcome", "run", "inputs_sha256"), "0" * 64),
    ],
)
def test_whatever_is_tampered_with_is_found(stored: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    """A changed line, date, place, row or hash makes the outcome fail, with the reason."""
    found = verify_outcome(tampered(stored, *path, value=value))
    assert not found.holds
    assert all(check.found for check in found.checks if not check.holds)


def test_what_surrounds_an_outcome_is_held_against_the_plan() -> None:
    """The hash of a plan that nothing was set in is its own, and what was changed is a record or absent."""
    plan = load("toy")
    document = json.loads(json.dumps(solve_document(earliest(plan), plan, None, plan_sha256(plan))))

    assert verify_outcome(document).holds
    assert not verify_outcome(tampered(document, "inputs", "written_sha256", value="0" * 64)).holds
    assert not verify_outcome(document | {"what_if": 3}).holds


def test_a_malformed_outcome_is_a_stored_result_that_does_not_hold(stored: dict[str, Any]) -> None:
    """An outcome that is not even an outcome does not hold; a file that is none is bad input."""
    with pytest.raises(StoredResultError, match="not well formed"):
        verify_outcome(tampered(stored, "outcome", "milestones", value=3))
    with pytest.raises(InputError, match="expected a document of schema"):
        verify_outcome({"schema": "optimiser/list/1"})


def test_files_that_cannot_be_read_are_located(tmp_path: Path) -> None:
    """A missing file and a file that is no JSON are each said, with the place."""
    with pytest.raises(InputError, match="there is no such file"):
        verify_outcome(tmp_path / "none.json")
    (tmp_path / "half.json").write_text('{"schema": ', encoding="utf-8")
    with pytest.raises(InputError, match="is not JSON"):
        verify_outcome(tmp_path / "half.json")


@pytest.mark.long
def test_it_runs_where_no_solver_is_installed(stored: dict[str, Any], tmp_path: Path) -> None:
    """Checking imports no solver."""
    file = tmp_path / "outcome.json"
    file.write_text(json.dumps(stored), encoding="utf-8")
    code = f"import sys; sys.modules['ortools'] = None\nfrom optimiser.explain import verify_outcome\nassert verify_outcome({str(file)!r}).holds"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


@pytest.mark.long
def test_random_outcomes_verify() -> None:
    """Outcomes of random plans, solved or infeasible, with capacity or not, hold when they are checked again."""
    solved = infeasible = rationed = 0
    for seed in range(120):
        plan = random_plan(seed, size="tiny")
        if plan.hammocks:
            continue
        try:
            outcome = earliest(plan)
        except InputError:
            continue
        found = verify_outcome(solve_document(outcome, plan), plan)
        assert found.holds, (seed, [check for check in found.checks if not check.holds])
        solved += outcome.status == "solved"
        infeasible += outcome.status == "infeasible"
        rationed += compile_network(plan).uses_capacity
    assert solved > 30
    assert infeasible > 3
    assert rationed > 5


def test_capacity_is_argued_by_head_interval_and_tail(make_plan: Any) -> None:
    """Where capacity binds, the argument names the work that must lie in an interval, its heads and tails, need and room."""
    plan: Plan = two_resources(make_plan)
    found = verify_outcome(solve_document(earliest(plan), plan), plan)
    assert found.holds
    assert found.without_solver == {"M": True}
    text = "\n".join(found.argument)
    assert "for capacity bench" in text
    assert "they need 15 and there is room for 14" in text
    network = compile_network(plan)
    forward = earliest_times(network)
    bound = capacity_bound(forward, resources(plan, network.clock), "M", network.clock.limit)
    assert len(capacity_argument(forward, bound, "M")) == 2 + len(bound.overload.activities)  # type: ignore[union-attr]


def test_an_undecided_outcome_claims_nothing(make_plan: Any) -> None:
    """An outcome without dates has nothing to prove, and says so."""
    from models.outcome import Undecided
    from optimiser.solve.fingerprint import plan_sha256
    from tests.outcomes import RUN

    plan = make_plan(milestones=[event("M")], targets=["M"])
    run = RUN.model_copy(update={"inputs_sha256": plan_sha256(plan)})
    outcome = Undecided(plan=plan.id, scenarios=(), readings={}, bounds={}, run=run)
    found = verify_outcome(solve_document(outcome, plan), plan)
    assert found.holds
    assert "no date is claimed" in found.argument[0]
