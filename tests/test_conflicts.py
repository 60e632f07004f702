"""Conflicts printed of plans that nothing satisfies, against every schedule of their members alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from models.outcome import Infeasible
from models.plan import Plan
from models.rules import RULE_KINDS
from optimiser.cli import ExitCode, main
from optimiser.critical import compile_network, earliest_times
from optimiser.errors import BeyondHorizonError, PlanContradictsError
from optimiser.explain import explain
from optimiser.lint import lint
from optimiser.solve import earliest
from tests.brute_force import alone, schedules
from tests.conftest import plan_of
from tests.quotas import require, until
from tests.random_plans import random_plan, round_plan

SYNTHETIC: dict[str, Any] = {"title": "t", "basis": "synthetic"}
RATIONED = ("dependency", "capacity", "not-after", "not-before", "release", "at-least")


def drawn(seed: int) -> Plan:
    """Return a plan of everything, of capacities, or of circles, in turn."""
    if seed % 3 == 2:
        return round_plan(seed)
    return random_plan(seed, kinds=RATIONED if seed % 3 else tuple(RULE_KINDS))


def promised(plan: Plan) -> set[str]:
    """Return what may be seen of a plan: conflicts where critical finds no schedule, or capacity may leave none."""
    rationed = any(rule.kind == "capacity" for rule in plan.rules)
    if not rationed and earliest_times(compile_network(plan)).status == "feasible":
        return set()
    return {"conflicts", "minimal", "confirmed by CP-SAT"} | ({"of capacity"} if rationed else set())


@pytest.mark.parametrize(("seeds", "count"), [(range(60), 6), pytest.param(range(1_000, 1_600), 150, marks=pytest.mark.long)])
def test_what_is_called_a_conflict_is_one_and_what_is_called_minimal_is(seeds: range, count: int) -> None:
    """No schedule meets the members alone; where the conflict is called minimal, without each of them one does."""
    seen: Counter[str] = Counter()
    least = {"conflicts": count, "minimal": count, "of capacity": count // 5, "confirmed by CP-SAT": count}
    for seed, plan in until(least, seen, seeds, drawn, promised):
        try:
            outcome = earliest(plan, plan.targets[:1])
        except BeyondHorizonError:
            continue
        if not isinstance(outcome, Infeasible):
            continue
        members = [member.id for member in outcome.conflict.members]
        assert next(schedules(alone(plan, members)), None) is None, (seed, members)
        seen["conflicts"] += 1
        seen["of capacity"] += any(member.kind == "capacity" for member in outcome.conflict.members)
        seen["confirmed by CP-SAT"] += "CP-SAT" in outcome.conflict.confirmed_by
        if outcome.conflict.minimal:
            for left_out in members:
                rest = [name for name in members if name != left_out]
                assert next(schedules(alone(plan, rest)), None) is not None, (seed, members, left_out)
            seen["minimal"] += 1
    require(seen, least)


def test_a_board_of_its_own_end_is_a_conflict_alone() -> None:
    """Work whose finish waits for a board that its finish is put to never finishes; a link into it is no part of that."""
    plan = drawn(1_409)

    outcome = earliest(plan, plan.targets[:1])

    assert isinstance(outcome, Infeasible)
    assert [member.id for member in outcome.conflict.members] == ["R1"]


def test_a_window_that_the_end_of_the_axis_closes_through_a_link_names_the_link() -> None:
    """Work has room only after a date; the link behind it keeps it from being so late, and belongs to the conflict."""
    plan = plan_of(
        horizon={"first": "2023-11-16", "last": "2023-12-02"},
        calendars=[
            {
                "id": "mon-fri",
                "weekdays": ["mon", "tue", "wed", "thu", "fri"],
                "covers": {"first": "2023-11-16", "last": "2023-12-02"},
                **SYNTHETIC,
            }
        ],
        activities=[{"id": "A", "duration": "3 wd", **SYNTHETIC}],
        milestones=[{"id": "M", "shown": "closes", **SYNTHETIC}],
        targets=["M"],
        rules=[
            {
                "id": "room",
                "kind": "capacity",
                "amount": 1,
                "demands": [{"item": "A", "amount": 2}],
                "steps": [{"since": "2023-11-26", "amount": 3}],
                **SYNTHETIC,
            },
            {"id": "link", "kind": "dependency", "before": "A", "after": "M", "lag": "5 cd", **SYNTHETIC},
        ],
    )
    outcome = earliest(plan)
    assert isinstance(outcome, Infeasible)
    assert [member.id for member in outcome.conflict.members] == ["room", "duration:A", "link"]
    assert outcome.conflict.minimal
    assert "the end of the axis" not in outcome.conflict.statement


def test_what_would_run_off_the_axis_alone_is_not_called_minimal() -> None:
    """Without its latest date a chain runs off the axis: whether it could be met on a longer one is not known."""
    plan = plan_of(
        activities=[{"id": "A", "duration": "900 wd", **SYNTHETIC}],
        milestones=[{"id": "M", "shown": "closes", **SYNTHETIC}],
        targets=["M"],
        rules=[
            {"id": "link", "kind": "dependency", "before": "A", "after": "M", **SYNTHETIC},
            {"id": "by", "kind": "not-after", "at": "A.finish", "date": "2024-03-01", **SYNTHETIC},
        ],
    )
    outcome = earliest(plan)
    assert isinstance(outcome, Infeasible)
    assert [member.id for member in outcome.conflict.members] == ["duration:A", "by"]
    assert not outcome.conflict.minimal


CHAIN = """\
schema: optimiser/plan/1
id: chain
title: A chain that is too long
as_of: 2024-01-01
horizon: {first: 2024-01-08, last: 2025-12-31}
calendar: base
targets: [END]
calendars: [{id: base, title: Base, weekdays: [mon, tue, wed, thu, fri], covers: {first: 2024-01-01, last: 2026-12-31}, basis: synthetic}]
activities:
  - {id: A, duration: 5 wd, basis: synthetic, title: A}
  - {id: B, duration: 5 wd, basis: synthetic, title: B}
milestones: [{id: END, basis: synthetic, title: END, shown: closes}]
rules:
  - {id: start, kind: not-before, at: A, date: 2024-01-15, basis: synthetic, title: start}
  - {id: ab, kind: dependency, before: A, after: B, basis: synthetic, title: ab}
  - {id: be, kind: dependency, before: B, after: END, basis: synthetic, title: be}
  - {id: limit, kind: not-after, at: B, date: 2024-01-24, basis: synthetic, title: limit}
"""


def test_every_verb_gives_the_conflict_that_solve_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing satisfies a plan, explain and lint name all five members that solve names, and say so to the shell."""
    path = tmp_path / "plan.yaml"
    path.write_text(CHAIN, "utf-8")
    outcome = earliest(plan := load_plan(path), ["END"])
    assert isinstance(outcome, Infeasible)
    names = [member.id for member in outcome.conflict.members]
    assert names == ["start", "duration:A", "ab", "duration:B", "limit"]

    with pytest.raises(PlanContradictsError) as caught:
        explain(plan, "END")
    assert all(f"{name} (" in str(caught.value) for name in names)
    assert outcome.conflict.statement in str(caught.value)
    (finding,) = lint(plan).findings
    assert (finding.id, finding.severity, list(finding.where)) == ("contradiction", "high", names)
    assert main(["explain", str(path)]) == ExitCode.INFEASIBLE
    assert main(["lint", "--fail-on", "low", str(path)]) == ExitCode.MISSED
    capsys.readouterr()


def load_plan(path: Path) -> Plan:
    """Return the plan of a file."""
    from optimiser.reading.load import load

    return load(path)
