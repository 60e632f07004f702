"""Where capacity decides: one date whoever asks, the chain through the slots, floats and spans that the date bears out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.outcome import Infeasible, Outcome, Solved
from models.plan import Plan
from models.rules import Equality
from optimiser.batch.results import STATUSES, Found
from optimiser.batch.solved import solve_row
from optimiser.cli import main
from optimiser.encoding.answer import Limits
from optimiser.errors import BeyondHorizonError, InputError, UndecidedError
from optimiser.explain.binding import explain
from optimiser.explain.by_date import why_not
from optimiser.qualification import qualify
from optimiser.reading.load import load
from optimiser.robust.certain import certain_dates
from optimiser.solve import earliest
from optimiser.solve.between import between
from optimiser.solve.deadline import Deadline
from optimiser.solve.orders import attained, latest_finishes, slacks
from optimiser.solve.problem import Problem
from optimiser.solve.spans import UNASKED, spans, unfinished_span
from tests.batch_plans import job_of
from tests.brute_force import schedules
from tests.conftest import plan_of
from tests.random_plans import random_plan

SYNTHETIC = {"basis": "synthetic"}
KINDS = ("dependency", "capacity", "not-before", "at-least", "gate")


def work(name: str, length: str, **more: Any) -> dict[str, Any]:
    """Return an activity."""
    return {"id": name, "title": f"Work {name}", "duration": length, **SYNTHETIC, **more}


def shared(*activities: dict[str, Any], slots: dict[str, list[str]], **parts: Any) -> Plan:
    """Return a plan whose END waits for all its activities, some of which share single slots."""
    return plan_of(
        targets=["END"],
        activities=list(activities),
        milestones=[{"id": "END", "title": "The end", "shown": "closes", **SYNTHETIC}],
        rules=[
            *(
                {
                    "id": f"end-{each['id']}",
                    "title": "then",
                    "kind": "dependency",
                    "before": each["id"],
                    "after": "END",
                    **SYNTHETIC,
                }
                for each in activities
            ),
            *(
                {
                    "id": name,
                    "title": "One place",
                    "kind": "capacity",
                    "amount": 1,
                    "demands": [{"item": item} for item in items],
                    "basis": "judgement",
                }
                for name, items in slots.items()
            ),
        ],
        **parts,
    )


def solved(plan: Plan, milestones: list[str] | None = None) -> Solved:
    """Return the outcome of a plan that has one, of its targets or of the milestones named."""
    outcome: Outcome = earliest(plan, milestones)
    assert isinstance(outcome, Solved)
    return outcome


def test_the_chain_goes_through_the_slot_and_stands_on_it() -> None:
    """Two pieces of work share a place: both drive, the place is named, and the work beside them does not drive."""
    plan = shared(
        work("T1", "5 wd", basis="judgement"),
        work("T2", "5 wd", basis="judgement"),
        work("T3", "6 wd"),
        slots={"R1": ["T1", "T2"]},
    )
    found = solved(plan)

    assert found.dates["END"] == dt.date(2024, 1, 19)
    assert found.driving["END"] == ("T1", "T2", "END")
    assert found.slots == {"END": {"T2": "R1"}}
    evidence = found.milestones[0].evidence
    assert (evidence.other_wd, evidence.links) == ({"judgement": 10}, {"judgement": 1, "synthetic": 1})
    floats = {row.id: row.float_wd["END"] for row in found.rows}
    assert floats == {"T1": 0, "T2": 0, "T3": 4, "END": 0}


def test_a_float_says_how_far_an_item_may_slip_before_the_date_moves() -> None:
    """The network alone would give no float to a piece of work that a queue beside it leaves a day."""
    found = solved(shared(*(work(f"T{n}", "1 wd") for n in (1, 2, 3)), slots={"R1": ["T1", "T2"], "R2": ["T3"]}))

    rows = {row.id: row for row in found.rows}
    assert rows["T3"].float_wd == {"END": 1}
    assert set(found.driving["END"]) == {"T1", "T2", "END"}
    # T1 goes first as the schedule is drawn; it might go second as well.
    assert (rows["T1"].float_wd["END"], rows["T1"].float_most_wd["END"]) == (0, 1)


def test_a_span_holds_the_date_at_every_answer() -> None:
    """A reading that makes one of two queued tests longer moves the end of the span, and the date shown is its beginning."""
    plan = shared(
        work("T1", "$t1"),
        work("T2", "5 wd"),
        work("T3", "3 wd"),
        slots={"R1": ["T1", "T2"]},
        assumptions=[{"id": "t1", "title": "T1", "value": "5 wd", **SYNTHETIC}],
        readings=[
            {
                "id": "q",
                "question": "How long?",
                "default": "short",
                **SYNTHETIC,
                "options": [
                    {"id": name, "title": name, "changes": {"assumptions": {"t1": length}}}
                    for name, length in (("short", "5 wd"), ("long", "7 wd"))
                ],
            }
        ],
    )
    span = solved(plan).milestones[0].span

    assert span is not None
    assert (span.first.date, span.last.date, span.combinations) == (dt.date(2024, 1, 19), dt.date(2024, 1, 23), 2)


def test_the_last_date_of_finishing_is_that_of_taking_longer() -> None:
    """An item whose end something else pushes may still take longer from its own start."""
    link = {"kind": "dependency", "title": "then", **SYNTHETIC}
    plan = plan_of(
        targets=["END"],
        activities=[work("Z", "1 wd"), work("A", "5 wd"), work("B", "20 wd"), work("L", "30 wd")],
        milestones=[{"id": "END", "title": "The end", "shown": "closes", **SYNTHETIC}],
        rules=[
            {"id": "z", "before": "Z", "after": "A", "type": "FF", **link},
            {"id": "1", "before": "A", "after": "B", "type": "SS", **link},
            *({"id": f"end-{name}", "before": name, "after": "END", **link} for name in ("A", "B", "L")),
        ],
    )
    problem = Problem.of(plan)
    late = latest_finishes(problem.earliest, "END")

    assert {item: problem.clock.show(late[item] or 0, "closes") for item in ("A", "L")} == {
        "A": dt.date(2024, 2, 16),
        "L": dt.date(2024, 2, 16),
    }


@pytest.mark.long
def test_floats_with_capacity_hold_every_schedule_between_them() -> None:
    """On tiny plans with capacity the furthest an item can go, over all schedules, lies between the two floats stated."""
    count: Counter[str] = Counter()
    for seed in range(260):
        plan = random_plan(seed, kinds=("dependency", "capacity", "not-before"))
        problem = Problem.of(plan)
        if not problem.pools or problem.earliest.status != "feasible" or not plan.targets:
            continue
        milestone = plan.targets[-1]
        found = between(problem, milestone, deadline=Deadline())
        places = list(islice(schedules(plan), 20_001))
        if found.schedule is None or len(places) > 20_000:
            count["left out"] += 1
            continue
        assert found.exact == min(each[milestone][0] for each in places), seed
        order = attained(problem, found.schedule)
        kept = [each for each in places if each[milestone][0] <= found.low]
        for item, slack in slacks(problem, order, milestone).items():
            true = max(each[item][0] for each in kept) - order.position(item)[0]
            if slack.least is None:
                count["none"] += 1
                continue
            assert slack.least <= true, (seed, item)
            assert slack.most is None or slack.most >= true, (seed, item)
            count["exact" if slack.exact else "between"] += 1
            count["loose"] += slack.most != true
    assert count["exact"] > 60, count
    assert count["between"] > 10, count


def said_by_every_verb(plan: Plan, milestone: str) -> dict[str, tuple[object, ...]]:
    """Return date, bound and proof of a milestone as each verb has it."""
    outcome = solved(plan)
    entry = next(each for each in outcome.milestones if each.id == milestone)
    report = explain(plan, milestone)
    certain = certain_dates(Problem.of(plan), (milestone,)).dates[milestone]
    assert certain is not None
    found = {
        "solve": (entry.date, entry.bound, entry.proof),
        "explain": (report.date, report.bound, entry.proof),
        "robust": (certain.date, entry.bound, certain.proof),
    }
    earlier = entry.date - dt.timedelta(days=1)
    if earlier > plan.horizon.first:
        answer = why_not(plan, milestone, earlier, route=False)
        found["why-not"] = (answer.date, entry.bound, entry.proof)
    return found


@pytest.mark.long
def test_every_verb_names_one_date() -> None:
    """Of random plans with capacity solve, explain, robust and why-not a day earlier name the same date, bound and proof."""
    compared = decided = 0
    for seed in range(700, 800):
        plan = random_plan(seed, kinds=KINDS)
        try:
            problem = Problem.of(plan)
            if not problem.pools or not plan.targets or problem.earliest.status != "feasible":
                continue
            if between(problem, plan.targets[-1], deadline=Deadline()).low > problem.clock.limit:
                continue
            found = said_by_every_verb(plan, plan.targets[-1])
        except (InputError, BeyondHorizonError, UndecidedError):
            continue
        assert len(set(found.values())) == 1, (seed, found)
        compared += 1
        decided += problem.leads(plan.targets[-1])
    assert compared >= 20
    assert decided >= 10


def test_work_of_no_length_takes_a_slot_once_it_has_one() -> None:
    """Nothing to do beside a test on one place may not become a day's work: headroom, break-even and span say so."""
    plan = shared(
        work("T1", "5 wd"),
        work("T2", "$t2"),
        slots={"R1": ["T1", "T2"]},
        assumptions=[{"id": "t2", "title": "T2", "value": "0 wd", "low": "0 wd", "high": "6 wd", **SYNTHETIC}],
        readings=[
            {
                "id": "q",
                "question": "Is T2 needed?",
                "default": "never",
                **SYNTHETIC,
                "options": [
                    {"id": name, "title": name, "changes": {"assumptions": {"t2": length}}}
                    for name, length in (("never", "0 wd"), ("always", "4 wd"))
                ],
            }
        ],
    )
    span, why = solved(plan).milestones[0].span, explain(plan, "END")
    line = why.line("duration:T2")

    assert span is not None
    assert (span.first.date, span.last.date) == (dt.date(2024, 1, 12), dt.date(2024, 1, 18))
    assert (line.headroom, line.switching_point, why.break_even[0].headroom) == (0, "1 wd", 0)
    # With a place less there is none at all, which is no later date.
    assert (why.line("R1").switching_point, why.line("R1").contradicts) == ("0", True)
    none = plan.evolve(rules=[rule.model_copy(update={"amount": 0}) if rule.id == "R1" else rule for rule in plan.rules])
    outcome: Outcome = earliest(none)
    assert isinstance(outcome, Infeasible)
    assert "T1 needs 5 working days of a slot and there is room for 0" in outcome.conflict.statement


def test_deterministic_seconds_bound_a_span_as_the_clock_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Combinations that are asked one by one have one budget together; where it is spent the span says that it is unfinished."""
    options = {"two": "2 wd", "three": "3 wd", "five": "5 wd"}
    lengths = ("T1", "T2", "T3")
    plan = shared(
        *(work(name, f"${name.lower()}") for name in lengths),
        slots={"R1": list(lengths)},
        assumptions=[{"id": name.lower(), "title": name, "value": "3 wd", **SYNTHETIC} for name in lengths],
        readings=[
            {
                "id": f"q-{name.lower()}",
                "question": "How long?",
                "default": "three",
                **SYNTHETIC,
                "options": [
                    {"id": option, "title": option, "changes": {"assumptions": {name.lower(): length}}}
                    for option, length in options.items()
                ],
            }
            for name in lengths
        ],
    )
    problem, called = Problem.of(plan), 0
    known = between(problem, "END", deadline=Deadline())

    def spending(*asked: Any, deadline: Deadline, **more: Any) -> Any:
        nonlocal called
        called += 1
        deadline.spend(1.0)
        return between(*asked, deadline=deadline, **more)

    monkeypatch.setattr("optimiser.solve.spans.between", spending)
    notes: list[str] = []
    whole = spans(problem, {"END": known}, Deadline(Limits(deterministic_time=60.0)), notes)["END"]
    asked, called = called, 0
    assert asked > 1
    assert not notes
    short = spans(problem, {"END": known}, Deadline(Limits(deterministic_time=0.5)), notes)["END"]
    assert called == 1
    assert notes == [unfinished_span("END", UNASKED)]
    assert whole is not None
    assert short is not None
    assert short.first.date <= whole.first.date <= whole.last.date <= short.last.date


def test_a_span_tells_what_runs_off_the_calendar_from_what_contradicts_itself() -> None:
    """A reading that pushes queued work behind the calendar is counted as beyond it, as `solve` says of it."""
    plan = shared(
        work("T1", "5 wd"),
        work("T2", "5 wd"),
        slots={"R1": ["T1", "T2"]},
        horizon={"first": "2024-01-08", "last": "2024-01-26"},
        assumptions=[{"id": "t3", "title": "T3", "value": "2024-01-08", **SYNTHETIC}],
        readings=[
            {
                "id": "q",
                "question": "When?",
                "default": "soon",
                **SYNTHETIC,
                "options": [
                    {"id": name, "title": name, "changes": {"assumptions": {"t3": day}}}
                    for name, day in (("soon", "2024-01-08"), ("late", "2024-01-23"))
                ],
            }
        ],
    )
    floor = {"id": "floor", "title": "f", "kind": "not-before", "at": "T1", "date": "$t3", **SYNTHETIC}
    dumped = plan.model_dump()
    span = solved(Plan.model_validate(dumped | {"rules": [*dumped["rules"], floor]})).milestones[0].span

    assert span is not None
    assert (span.combinations, span.infeasible, span.beyond) == (2, 0, 1)


def test_a_length_that_holds_its_start_back_does_so_beside_a_queue_too() -> None:
    """A day less of A makes END a day later, and `explain` says so though two others share a place."""
    link = {"kind": "dependency", "title": "then", **SYNTHETIC}
    plan = shared(work("Z", "20 wd"), work("A", "10 wd"), work("B", "15 wd"), work("Q", "2 wd"), slots={"R1": ["B", "Q"]})
    ladder = [
        {"id": "z", "before": "Z", "after": "A", "type": "FF", **link},
        {"id": "b", "before": "A", "after": "B", "type": "SS", **link},
    ]
    plan = Plan.model_validate(plan.model_dump() | {"rules": [*plan.model_dump()["rules"], *ladder]})
    line = explain(plan, "END").line("duration:A")

    assert (line.unit_gain_wd, "reverse" in line.words) == (-1, True)


def test_what_pushes_itself_for_ever_moves_nothing() -> None:
    """A lag that would make a link and an equality wait for each other is a contradiction, with capacity and without."""
    held = {"id": "held", "title": "together", "kind": "equality", "at": ["T1.finish", "END"], **SYNTHETIC}
    for slots in ({}, {"R1": ["T1", "T2"]}):
        plan = shared(work("T1", "5 wd"), work("T2", "2 wd"), slots=slots)
        line = explain(plan.evolve(rules=(*plan.rules, Equality.model_validate(held))), "END").line("end-T1")

        assert (line.headroom, line.switching_point, line.contradicts) == (0, "1 wd", True)


def test_a_limit_that_comes_first_claims_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Within a thousandth of a second no date is proved: no move, no reason and no axis that begins there is told."""
    limit = ("--time-limit", "0.001")
    assert main(["solve", "toy-capacity", "--set", "testers=3", *limit]) in (0, 4)
    told = capsys.readouterr().out
    assert "not proved" in told or "or earlier" not in told

    assert main(["explain", "toy-capacity", *limit]) in (0, 4)
    told = capsys.readouterr().out
    assert "what binds it is not asked" in told or "not proved: it may be" not in told

    main(["why-not", "toy-capacity", "-m", "DONE", "--by", "2024-01-12", *limit])
    told = capsys.readouterr().out
    assert "Fri 19 Jan" not in told or "is not proved: it may be as early as Mon 15 Jan 2024" in " ".join(told.split())


def test_an_explanation_finishes_each_item_where_the_schedule_does() -> None:
    """Work placed late is where `solve` has placed it, with the float that is left of it."""
    late = work("T3", "2 wd", placement="as-late-as-possible")
    crowded = shared(work("T1", "3 wd"), work("T2", "3 wd"), late, slots={"R1": ["T1", "T2"]})
    # Only the second in the order of the slots may wait for the first, so it is tried first and moved.
    tied = {"id": "tied", "title": "t", "kind": "dependency", "before": "T1", "after": "T2", "type": "FF", **SYNTHETIC}
    bound = shared(work("T1", "1 wd"), work("T2", "1 wd"), slots={"R1": ["T2", "T1"]})
    rules = [*bound.model_dump()["rules"], {**tied, "bound": "at-most"}]
    bound = Plan.model_validate(bound.model_dump() | {"rules": rules})
    assert {row.id: row.start.day for row in solved(bound).rows} == {"T1": 9, "T2": 8, "END": 9}
    for plan in (load("toy"), crowded, bound, load("laboratory-2026-04")):
        milestone = plan.targets[0]
        rows = {row.id: row for row in solved(plan, [milestone]).rows}
        for item in explain(plan, milestone).items:
            row = rows[item.id]
            assert (item.finish, item.float_wd) == (row.finish, row.float_wd[milestone]), (plan.id, item.id)


def of_batch(folder: Path, slots: int) -> tuple[object, ...]:
    """Return date and proof of M14 in the row of a grid."""
    axes = f"  - {{ kind: assumption, name: slots-bsc, values: [{slots}] }}\n"
    job = job_of(folder, axes, "scenarios: [participants]\nmilestones: [M14]\nreport: [dates, proof]", "mhhs-round2")
    found = Found.blank(np.arange(1), np.zeros((1, 1), dtype=np.int64), 1)
    solve_row(job, found, 0)
    assert STATUSES[found.status[0]] == "solved"
    return dt.date.fromordinal(int(found.dates[0, 0])), found.texts.listed[int(found.proofs[0, 0])]


@pytest.mark.long
@pytest.mark.parametrize("slots", range(8, 15))
def test_the_packaged_market_has_one_date_whoever_asks(tmp_path: Path, slots: int) -> None:
    """With 8 to 14 slots of one body every verb, `qualify` too, has the date, bound and proof that `solve` has."""
    plan = load("mhhs-round2", ["participants"], settings={"slots-bsc": str(slots)})
    outcome = solved(plan, ["M14"])
    entry = next(each for each in outcome.milestones if each.id == "M14")
    held = qualify(plan).dates["M14"]
    certain = certain_dates(Problem.of(plan), ("M14",)).dates["M14"]
    assert certain is not None

    assert [held.date, held.earliest, held.proof] == [entry.date, entry.bound, entry.proof]
    assert [certain.date, certain.proof] == [entry.date, entry.proof]
    assert of_batch(tmp_path, slots) == (entry.date, entry.proof)
    assert entry.span is not None
    assert entry.span.first.date <= entry.date <= entry.span.last.date
    if entry.date > dt.date(2026, 1, 15):
        assert "slots-BSC" in outcome.slots["M14"].values()
