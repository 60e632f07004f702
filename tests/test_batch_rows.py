"""Rows without a solver say what `solve` says, of every kind of axis; what they cannot say is left to it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np
import pytest

from models.duration import Duration
from models.grid import Grid
from models.outcome import Infeasible, Solved
from models.plan import Plan
from optimiser.batch import fast as fast_module
from optimiser.batch.fast import FastPath
from optimiser.batch.job import Job, Stack
from optimiser.batch.results import LONGEST_PATH, STATUSES, Found
from optimiser.batch.task import compute, packed, run_range
from optimiser.clock import Clock
from optimiser.critical import compile_network, earliest_times
from optimiser.errors import BeyondHorizonError
from optimiser.solve import earliest
from optimiser.solve.variant import Variant, varied
from tests.batch_plans import HANDS, LICENCE, OVEN, RECIPES, job_of
from tests.conftest import plan_of
from tests.random_plans import random_plan


def found_of(job: Job, *, share: float = 0) -> Found:
    """Return every row of a job, none checked unless a share is asked for."""
    job = Job(job.grid.model_copy(update={"check_share": share}), job.stacks)
    return compute(job, FastPath(job), np.arange(job.design.size))


def dates_of(found: Found, row: int) -> list[str | None]:
    """Return the dates of one row."""
    return [dt.date.fromordinal(int(day)).isoformat() if day else None for day in found.dates[:, row]]


def status_of(found: Found, row: int) -> str:
    """Return the status of one row."""
    return STATUSES[found.status[row]]


def agree(job: Job, found: Found) -> Counter[str]:
    """Hold every row against `solve` on the row's own plan; return how many there were of each status."""
    counts: Counter[str] = Counter()
    for row, place in enumerate(found.places.tolist()):
        status = status_of(found, row)
        counts[status] += 1
        try:
            outcome = earliest(job.row_plan(place), job.milestones)
        except BeyondHorizonError:
            # What lies beyond the axis may be known never to happen at all, as after the last market day.
            assert status in ("beyond", "invalid", "infeasible"), place
            continue
        except ValueError:
            assert status == "invalid", place
            continue
        if isinstance(outcome, Infeasible):
            assert status == "infeasible", place
        else:
            assert isinstance(outcome, Solved)
            assert dates_of(found, row) == [day.isoformat() for day in outcome.dates.values()], place
    return counts


@pytest.mark.parametrize(
    ("axes", "more", "expected"),
    [
        (OVEN + RECIPES, "", {"solved": 32}),
        (
            RECIPES + LICENCE + "  - { kind: scenario, stacks: [[], [late-oven], [equal-chains, late-oven]] }\n",
            "",
            {"solved": 24},
        ),
        (RECIPES + "  - { kind: calendar, calendars: [mon-fri, four-days] }\n", "", {"solved": 8}),
        (
            OVEN + '  - { kind: assumption, name: deadline, values: [none, "2024-02-29", "2024-03-01", "2024-04-30"] }\n',
            "",
            {"solved": 23, "infeasible": 9},
        ),
        (RECIPES + "  - { kind: rule, name: open-on-market-day }\n  - { kind: rule, name: training-kept-fresh }\n", "", None),
        ("  - { kind: assumption, name: training, values: [10 wd, 14 cd, 1 mo, 12 wd] }\n" + RECIPES, "", {"solved": 16}),
        ('  - { kind: rule, name: "duration:OVEN" }\n' + OVEN, "", {"solved": 16}),
    ],
    ids=["lengths", "stacks", "calendars", "deadlines", "rules", "units", "durations"],
)
def test_every_row_is_what_solve_says(tmp_path, axes, more, expected):
    """Dates and verdicts of all combinations equal those of the row's own plan solved alone, through CP-SAT."""
    job = job_of(tmp_path, axes, more)

    found = found_of(job)

    counts = agree(job, found)
    assert counts["solved"]
    if expected is not None:
        assert counts == expected


def test_rows_off_the_calendar_and_off_the_market_say_why(tmp_path):
    """A date beyond the calendar is beyond, an occasion that never comes is infeasible, each with its reason."""
    axes = (
        "  - { kind: assumption, name: oven, values: [10 wd, 60 wd, 130 wd] }\n  - { kind: rule, name: open-on-market-day }\n"
    )
    job = job_of(tmp_path, axes, "calendar: four-days")

    found = found_of(job)

    said = {
        tuple(value.label for value in job.values(place)): (status_of(found, row), found.texts.listed[found.reasons[row]])
        for row, place in enumerate(found.places.tolist())
    }
    assert said["10 wd", "false"] == ("solved", None)
    assert said["60 wd", "true"] == ("infeasible", "OPEN waits for an occasion that never comes")
    status, reason = said["130 wd", "false"]
    assert status == "beyond"
    assert reason is not None
    assert "falls after the horizon or the last day that the calendar covers, 2024-06-28" in reason
    assert agree(job, found)["beyond"] >= 1


def test_a_bad_combination_is_a_row_with_its_reason(tmp_path):
    """Dates outside the calendar and scenarios that do not fit refuse their rows, and no other."""
    axes = (
        "  - { kind: assumption, name: oven, values: [10 wd, 12 wd] }\n"
        '  - { kind: assumption, name: deadline, values: [none, "2031-01-01"] }\n'
        "  - { kind: scenario, stacks: [[], [crush]] }\n"
    )
    job = job_of(tmp_path, axes)

    found = found_of(job)

    reasons = {
        tuple(value.label for value in job.values(place)): found.texts.listed[found.reasons[row]]
        for row, place in enumerate(found.places.tolist())
    }
    assert [status_of(found, row) for row in range(8)] == ["solved", *["invalid"] * 3] * 2
    assert reasons["10 wd", "none", "none"] is None
    assert "2031-01-01 is outside the days that calendar 'mon-fri' covers" in str(reasons["10 wd", "2031-01-01", "none"])
    assert str(reasons["10 wd", "none", "crush"]).startswith("scenario crush does not fit: ")


def test_rules_in_a_circle_are_infeasible_not_beyond(tmp_path):
    """Where rules push each other for ever no longer calendar would help, and the row says so."""
    extra = "  - { id: back, kind: dependency, title: The floor waits for the oven, before: OVEN, after: FIT-OUT, enabled: false, basis: synthetic }\n"
    job = job_of(tmp_path, RECIPES)
    plan = tmp_path / "bakery" / "plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("\nbaselines:", f"\n{extra}\nbaselines:"), encoding="utf-8")
    job = job_of(tmp_path, RECIPES + "  - { kind: rule, name: back }\n")

    found = found_of(job)

    assert agree(job, found) == {"solved": 4, "infeasible": 4}
    reasons = {found.texts.listed[number] for number in found.reasons}
    assert any(reason and reason.startswith("rules in a circle push") for reason in reasons)


def test_rows_with_capacity_go_through_the_solver(tmp_path):
    """Rows on which a capacity is on are solved one by one with their proof class; the others are not."""
    job = job_of(tmp_path, RECIPES + HANDS + "  - { kind: capacity, name: hands, id: pairs, amounts: [1, 2] }\n")

    found = found_of(job)

    assert agree(job, found)["solved"] == 16
    for row, place in enumerate(found.places.tolist()):
        on = job.values(place)[1].label == "true"
        proofs = {found.texts.listed[number] for number in found.proofs[:, row]}
        assert proofs <= ({"certified", "solver"} if on else {LONGEST_PATH})
    moved = {
        label: dates_of(found, row)
        for row, label in enumerate(",".join(v.label for v in job.values(p)) for p in found.places.tolist())
    }
    assert moved["15 wd,true,1"] > moved["15 wd,true,2"]
    assert moved["15 wd,true,2"] == moved["15 wd,false,2"]


def test_binding_rules_are_those_that_gain_alone(tmp_path):
    """The binding rules of every row are exactly those without which its own plan has an earlier date."""
    job = job_of(tmp_path, OVEN + RECIPES + LICENCE)

    found = found_of(job)

    for row, place in enumerate(found.places.tolist()):
        network = compile_network(plan := job.row_plan(place), Clock(plan))
        for number, milestone in enumerate(job.milestones):
            assert bound(found, number, row) == gaining(network, milestone), place


def bound(found: Found, number: int, row: int) -> set[str]:
    """Return the binding rules of a milestone in a row."""
    text = found.texts.listed[found.bindings[number, row]]
    return set(text.split(";")) if text else set()


def gaining(network, milestone: str) -> set[str]:
    """Return every rule and duration without which a milestone is earlier, tried one by one."""
    node = network.nodes[milestone, "start"]
    date = earliest_times(network).values[node]
    return {name for name, on in network.enabled.items() if on and earliest_times(network, off=(name,)).values[node] < date}


@pytest.mark.parametrize(
    ("seeds", "samples"), [(range(6), 3), pytest.param(range(6, 60), 12, marks=pytest.mark.long)], ids=["few", "many"]
)
def test_random_plans_agree_row_by_row(seeds, samples):
    """Over random plans with every kind of rule, rows equal a single forward pass, and binding rules single removals."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        plan = random_plan(seed, size="medium", capacity=False)
        names = [rule.id for rule in plan.rules][:9] + [f"duration:{activity.id}" for activity in plan.activities][:3]
        values = {entry.id: entry.value for entry in plan.assumptions if isinstance(entry.value, Duration)}
        axes = [{"kind": "rule", "name": name} for name in names]
        axes += [
            {"kind": "assumption", "name": name, "values": [value, Duration(max(0, value.amount) + 2, value.unit)]}
            for name, value in list(values.items())[:3]
        ]
        grid = Grid.model_validate(
            {
                "id": "random",
                "title": "Random",
                "plan": "random",
                "milestones": [milestone.id for milestone in plan.milestones][:3],
                "axes": axes,
                "design": "latin-hypercube",
                "samples": samples,
                "seed": seed,
            }
        )
        if not grid.milestones:
            continue
        job = Job(grid, [Stack(plan)])
        found = found_of(job)
        for row, place in enumerate(found.places.tolist()):
            network = compile_network(plan := job.row_plan(place), Clock(plan))
            single = earliest_times(network)
            status = status_of(found, row)
            seen[status] += 1
            if status == "solved":
                assert single.status == "feasible", (seed, place)
                for number, milestone in enumerate(job.milestones):
                    boundary = single.values[network.nodes[milestone, "start"]]
                    item = plan.items[milestone]
                    assert found.dates[number, row] == network.clock.show(boundary, item.shown).toordinal(), (seed, place)
                    assert bound(found, number, row) == gaining(network, milestone), (seed, place, milestone)
            elif status == "infeasible":
                assert single.status != "feasible", (seed, place)
            else:
                assert (status, single.status) == ("beyond", "beyond"), (seed, place, found.texts.listed[found.reasons[row]])
    assert seen["solved"] >= 2 * len(seeds) // 3
    assert seen["infeasible"] + seen["beyond"] >= len(seeds) // 3


def without_each(plan: Plan, milestone: str, date: dt.date) -> set[str]:
    """Return every rule and duration without which a milestone of a plan is earlier, each plan solved anew."""
    names = [rule.id for rule in plan.active_rules()] + [f"duration:{activity.id}" for activity in plan.activities]
    found = {name: earliest(varied(compile_network(plan, Clock(plan)), Variant(off=(name,))), [milestone]) for name in names}
    return {name for name, each in found.items() if isinstance(each, Solved) and each.dates[milestone] < date}


def test_an_idle_capacity_binds_nothing():
    """Where one oven decides, it binds with what bakes in it; of a second place that nobody waits for nothing is said."""
    ground = {"basis": "synthetic", "title": "By hand"}
    one = {"kind": "capacity", "amount": 1, **ground}
    plan = plan_of(
        targets=["END"],
        activities=[{"id": each, "duration": "5 wd", **ground} for each in "ABCD"],
        milestones=[{"id": "END", "shown": "closes", **ground}],
        rules=[
            one | {"id": "oven", "demands": [{"item": "A"}, {"item": "B"}]},
            one | {"id": "bench", "demands": [{"item": "C"}, {"item": "D"}]},
            {"id": "baked", "kind": "at-least", "of": ["A", "B", "C"], "count": 3, "after": "END", **ground},
        ],
    )
    grid = {"id": "g", "title": "G", "plan": "p", "axes": [{"kind": "rule", "name": "bench"}]}
    found = found_of(Job(Grid.model_validate(grid), [Stack(plan)]))

    assert bound(found, 0, 0) == bound(found, 0, 1) == {"oven", "baked", "duration:A", "duration:B"}


@pytest.mark.parametrize("seeds", [range(20), pytest.param(range(20, 300), marks=pytest.mark.long)], ids=["few", "many"])
def test_where_capacity_is_on_what_binds_is_solved_without_each_rule(seeds):
    """The binding rules of rows that are solved are exactly those without which their plan, solved anew, is earlier."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        plan = random_plan(seed, kinds=("dependency", "capacity", "not-before", "gate"))
        if not any(rule.kind == "capacity" for rule in plan.active_rules()):
            continue
        axes = [{"kind": "rule", "name": plan.rules[0].id, "values": [plan.rules[0].enabled is not False]}]
        grid = {"id": "one", "title": "One", "plan": "one", "milestones": [each.id for each in plan.milestones], "axes": axes}
        job = Job(Grid.model_validate(grid), [Stack(plan)])
        found = found_of(job)
        for number, milestone in enumerate(job.milestones):
            if found.dates[number, 0]:
                date = dt.date.fromordinal(int(found.dates[number, 0]))
                expected = without_each(job.row_plan([0]), milestone, date)
                assert found.bindings[number, 0], (seed, milestone)
                assert bound(found, number, 0) == expected, (seed, milestone)
                seen["something" if expected else "nothing"] += 1
    assert min(seen["something"], seen["nothing"]) >= len(seeds) // 10, seen


def test_a_share_is_solved_again_and_certified(tmp_path):
    """Checked rows are certified by a schedule and CP-SAT; the others say that only the longest path was taken."""
    job = job_of(tmp_path, OVEN)

    found = found_of(job, share=0.5)

    assert found.checked.sum() == 5
    for row in range(8):
        proofs = {found.texts.listed[number] for number in found.proofs[:, row]}
        assert proofs == ({"certified"} if found.checked[row] else {LONGEST_PATH})
    assert not found.disagreements


def test_a_wrong_date_is_found_by_the_check(tmp_path, monkeypatch):
    """If the fast path were a day out, every row solved again would say so."""
    true = fast_module._shown
    monkeypatch.setattr(fast_module, "_shown", lambda *given: true(*given) + 1)
    job = job_of(tmp_path, OVEN)

    found = found_of(job, share=1)

    assert len(found.disagreements) == 8
    assert found.disagreements[0].startswith("OPEN: 2024-03-02 without a solver, 2024-03-01 through CP-SAT")


def test_a_wrong_verdict_is_found_by_the_check(tmp_path, monkeypatch):
    """If the fast path held a feasible row for infeasible, the check would find its schedule."""

    def refuse(*given: Any) -> np.ndarray:
        found, where = given[-2:]
        found.refuse(where, "infeasible", "no")
        return np.zeros(len(where), dtype=np.bool_)

    monkeypatch.setattr(FastPath, "_dated", refuse)
    job = job_of(tmp_path, OVEN)

    found = found_of(job, share=1)

    assert set(found.disagreements.values()) == {"CP-SAT finds a schedule"}


def test_a_task_needs_nothing_but_its_payload(tmp_path):
    """Rows computed from the packed job equal those computed from the job itself, in any division into ranges."""
    job = job_of(tmp_path, OVEN + RECIPES + LICENCE)
    payload = packed(job)
    whole = run_range(payload, 0, 64)

    for size in (1, 7, 64):
        parts = [run_range(payload, first, min(first + size, 64)) for first in range(0, 64, size)]
        assert np.array_equal(np.concatenate([part.dates for part in parts], axis=1), whole.dates)
        texts = [part.texts.listed[number] for part in parts for number in part.bindings[0]]
        assert texts == [whole.texts.listed[number] for number in whole.bindings[0]]


def test_only_what_is_asked_for_is_reported(tmp_path):
    """A grid that reports dates alone has neither proofs nor binding rules."""
    found = found_of(job_of(tmp_path, OVEN, "report: [dates]"))

    assert found.dates.all()
    assert not found.proofs.any()
    assert not found.bindings.any()
