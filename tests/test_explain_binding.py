"""What binds a date: every gain, range and headroom against other witnesses, on plans made by hand and at random."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from models.binding import BindingReport
from models.plan import Plan
from optimiser.clock import Clock
from optimiser.critical import Columns, compile_network, evaluate
from optimiser.encoding import Encoding
from optimiser.errors import BeyondHorizonError, InputError
from optimiser.explain.binding import explain, explain_with
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.numbers import number_of_rule
from optimiser.reading.load import load
from optimiser.solve.variant import Variant, varied, with_number
from tests.random_plans import random_plan

SYNTHETIC = {"basis": "synthetic"}


def work(name: str, duration: str, **more: Any) -> dict[str, Any]:
    """Return an activity."""
    return {"id": name, "title": f"Work {name}", "duration": duration, **SYNTHETIC, **more}


def event(name: str, shown: str = "closes") -> dict[str, Any]:
    """Return a milestone."""
    return {"id": name, "title": f"Event {name}", "shown": shown, **SYNTHETIC}


def link(before: str, after: str, **more: Any) -> dict[str, Any]:
    """Return a finish-to-start link named for its ends."""
    return {
        "id": f"{before}-{after}",
        "title": f"{after} after {before}",
        "kind": "dependency",
        "before": before,
        "after": after,
        **SYNTHETIC,
        **more,
    }


def words(report: BindingReport) -> dict[str, tuple[str, ...]]:
    """Return the binding words of every rule."""
    return {line.rule: line.words for line in report.lines}


@pytest.fixture(scope="module")
def mhhs() -> Plan:
    """The MHHS plan as published."""
    return load("mhhs-round2")


@pytest.fixture(scope="module")
def twins() -> Plan:
    """Two equal parallel chains before one milestone."""
    from tests.conftest import plan_of

    return plan_of(
        activities=[work("A", "10 wd"), work("B", "10 wd"), work("Z", "2 wd")],
        milestones=[event("M")],
        targets=["M"],
        rules=[link("A", "Z"), link("B", "Z"), link("Z", "M")],
    )


def test_m14_hangs_on_qualification_and_not_on_integration_testing(mhhs: Plan) -> None:
    """M14's driving lines name Qualification's length, and nothing of integration testing."""
    report = explain(mhhs, "M14")
    driving = {line.rule for line in report.lines if line.driving}
    assert "duration:QUAL" in driving
    assert not [rule for rule in driving if "SIT" in rule.upper().replace("SITE", "")]


def test_the_length_at_which_integration_testing_takes_over_m15(mhhs: Plan) -> None:
    """SIT of 304 wd has 16 wd of headroom for M15; from 321 wd it moves it."""
    line = explain(mhhs, "M15").line("duration:SIT-MVC")
    assert (line.headroom, line.switching_point, line.words) == (16, "321 wd", ("slack",))


def test_headroom_of_mp162_per_reading_and_over_the_month(mhhs: Plan) -> None:
    """The release's headroom before M10 is said for each answer to mp162, from either end of June, and for the lead."""
    report = explain(mhhs, "M10")
    release = {tuple(each.readings.items()): each for each in report.break_even if each.id == "mp162-release"}
    assert release[()].from_range == (242, 223)
    assert release[("mp162", "by-cit-end"),].from_range == (19, 0)
    assert release[("mp162", "after-cit"),].headroom == 201
    lead = {tuple(each.readings.items()): each.headroom for each in report.break_even if each.id == "mp162-lead"}
    assert (lead[()], lead[("mp162", "by-cit-end"),]) == (223, 0)


def test_near_chain_of_m15_is_the_early_adopters(mhhs: Plan) -> None:
    """The chain over M11 is 16 wd from driving M15."""
    near = explain(mhhs, "M15").near
    assert near[0].slack_wd == 16
    assert "M11" in near[0].items


def test_items_carry_the_register_and_their_last_date(mhhs: Plan) -> None:
    """An item names its owner, the register's rows that bear on it, and how late it may finish."""
    item = next(each for each in explain(mhhs, "M15").items if each.id == "SIT-MVC")
    assert (item.owner, item.float_wd, item.finish) == ("SI Test", 0, dt.date(2025, 4, 7))
    assert item.latest_finish == dt.date(2025, 4, 29)


def test_readings_that_move_a_date_say_what_takes_over(mhhs: Plan) -> None:
    """Another answer to sit-exit moves M10 by 19 wd, and the other parties' testing takes over."""
    lines = {(line.reading, line.option): line for line in explain(mhhs, "M10").reading_lines}
    line = lines["sit-exit", "all-parties"]
    assert (line.delta_wd, "duration:SIT-OTHERS" in line.takes_over) == (19, True)
    assert not any(reading == "m16-lag" for reading, _ in lines)


def test_equal_parallel_chains_gain_only_together(twins: Plan) -> None:
    """Of two equal parallel chains neither gains alone; the pair is found and each names the other."""
    report = explain(twins, "M")
    line = report.line("duration:A")
    assert (line.drop_gain_wd, line.unit_gain_wd) == (0, 0)
    assert ("duration:B",) in line.joint_with
    assert words(report)["duration:A"] == ("driving", "jointly binding")
    assert report.line("duration:Z").drop_gain_wd == 2
    assert report.complete


def test_drop_gain_and_unit_gain_can_differ(make_plan: Any) -> None:
    """An alignment hides a day's gain, and shows that of the whole length."""
    plan = make_plan(
        activities=[work("A", "10 wd")],
        milestones=[event("M", "opens")],
        targets=["M"],
        rules=[
            link("A", "M"),
            {"id": "first", "title": "First day", "kind": "alignment", "at": "M", "to": "first-working-day", **SYNTHETIC},
        ],
        horizon={"first": "2024-01-24", "last": "2025-12-31"},
    )
    report = explain(plan, "M")
    line = report.line("duration:A")
    assert report.date == dt.date(2024, 3, 1)
    assert (line.unit_gain_wd, line.drop_gain_wd, line.range_units, line.range_gain_wd) == (0, 21, 4, 21)
    assert (line.headroom, line.switching_point) == (17, "28 wd")


def two_resources(make_plan: Any) -> Plan:
    """Return four works that share two capacities, one of which keeps M late."""
    names = ["A", "B", "C", "D"]
    return make_plan(
        activities=[work(name, "5 wd") for name in names],
        milestones=[event("M")],
        targets=["M"],
        rules=[
            *(link(name, "M") for name in names),
            {
                "id": "bench",
                "title": "Bench",
                "kind": "capacity",
                "amount": 1,
                "demands": [{"item": name} for name in "ABC"],
                **SYNTHETIC,
            },
            {
                "id": "crew",
                "title": "Crew",
                "kind": "capacity",
                "amount": 2,
                "demands": [{"item": name} for name in "CD"],
                **SYNTHETIC,
            },
        ],
    )


def test_of_two_resources_the_one_that_rations_binds(make_plan: Any) -> None:
    """The short resource gains when removed and by one unit; the other one is slack, with headroom."""
    report = explain(two_resources(make_plan), "M")
    assert report.date == dt.date(2024, 1, 26)
    bench, crew = report.line("bench"), report.line("crew")
    assert (bench.drop_gain_wd, bench.unit_gain_wd) == (10, 5)
    assert (bench.range_units, bench.range_gain_wd) == (2, 10)
    assert (crew.drop_gain_wd, crew.words, crew.headroom) == (0, ("slack",), 1)
    assert report.line("duration:A").drop_gain_wd == 5
    assert {line.method for line in report.lines} <= {"closed form", "CP-SAT"}


def test_a_floor_that_holds_all_of_it_has_no_drop_gain(make_plan: Any) -> None:
    """A link whose removal leaves the milestone without a reason has no drop gain, but a unit gain."""
    plan = make_plan(activities=[work("A", "10 wd")], milestones=[event("M")], targets=["M"], rules=[link("A", "M")])
    line = explain(plan, "M").line("A-M")
    assert (line.detaches, line.drop_gain_wd, line.unit_gain_wd) == (True, None, 1)


def test_unknown_milestone_and_contradiction_are_each_said(make_plan: Any) -> None:
    """A milestone that is not there, and a plan that contradicts itself, are told apart."""
    rules = [
        {"id": "late", "title": "Late", "kind": "not-before", "at": "M", "date": "2024-05-01", **SYNTHETIC},
        {"id": "early", "title": "Early", "kind": "not-after", "at": "M", "date": "2024-04-01", **SYNTHETIC},
    ]
    plan = make_plan(milestones=[event("M")], targets=["M"], rules=rules)
    with pytest.raises(InputError, match="no milestone of this plan"):
        explain(plan, "N")
    with pytest.raises(InputError, match="no schedule meets every rule"):
        explain(plan, "M")


def test_frame_has_a_row_for_every_rule(twins: Plan) -> None:
    """The report as a table has a row for each rule and duration that is on."""
    frame = explain(twins, "M").to_frame()
    assert list(frame["rule"]) == [line.rule for line in explain(twins, "M").lines]
    assert len(frame) == 6


# -- against other witnesses --------------------------------------------------------------------------------------------


def reports(seeds: range, size: Any = "tiny", **choices: Any) -> list[tuple[Oracle, str, BindingReport]]:
    """Return the reports of random plans that have dates on the axis."""
    found = []
    for seed in seeds:
        plan = random_plan(seed, size=size, **choices)
        oracle = Oracle(plan)
        if oracle.found.status != "feasible" or not plan.targets:
            continue
        try:
            found.append((oracle, plan.targets[-1], explain_with(oracle, plan.targets[-1])))
        except (InputError, BeyondHorizonError):
            continue
    return found


@pytest.mark.long
def test_every_gain_is_what_cp_sat_finds() -> None:
    """On random plans, with capacity and without, each drop and unit gain is what CP-SAT finds, rule by rule."""
    compared, gains, rationed = gains_against_cp_sat(range(45))
    assert compared > 60
    assert gains > 10
    assert rationed > 2


@pytest.mark.long
def test_every_gain_is_what_cp_sat_finds_on_many_plans() -> None:
    """The same on many more plans, and on larger ones."""
    compared, gains, rationed = gains_against_cp_sat(range(1000, 1080))
    assert compared > 100
    assert gains > 25
    assert rationed > 5
    assert gains_against_cp_sat(range(2000, 2006), size="medium", capacity=False)[0] > 50


def gains_against_cp_sat(seeds: range, **choices: Any) -> tuple[int, int, int]:
    """Hold every gain against CP-SAT; return how many were compared, how many gained, how many plans had a capacity."""
    compared = gains = rationed = 0
    for oracle, milestone, report in reports(seeds, **choices):
        plan, clock = oracle.plan, oracle.problem.clock
        base = Encoding(plan, clock).earliest(milestone).boundary
        assert base is not None
        rationed += oracle.rationed
        for line in report.lines:
            if line.drop_gain_wd is not None:
                answer = Encoding(varied(oracle.network, Variant(off=(line.rule,))), clock).earliest(milestone)
                expected = 0 if answer.boundary is None else max(0, base - answer.boundary)
                assert line.drop_gain_wd == expected, (plan.id, line.rule)
                compared, gains = compared + 1, gains + (expected > 0)
            if line.unit_gain_wd is not None:
                number = number_of_rule(oracle.plan, oracle.problem.clock, line.rule)
                assert number is not None
                answer = Encoding(varied(oracle.network, with_number(number, -1)), clock).earliest(milestone)
                expected = 0 if answer.boundary is None else base - answer.boundary
                assert line.unit_gain_wd == expected, (plan.id, line.rule)
    return compared, gains, rationed


@pytest.mark.long
def test_headroom_is_exact() -> None:
    """On random plans the milestone stays at the end of every headroom and moves, or nothing fits, one unit further."""
    ended = contradicted = free = own = 0
    for oracle, milestone, report in reports(range(200, 300), capacity=False):
        node = oracle.node(milestone)
        now = oracle.found.values[node]

        def date(plan: Plan, node: int = node) -> int | None:
            network = compile_network(plan, Clock(plan))
            found = evaluate(network, Columns(samples=1))
            return None if found.infeasible[0] else int(found.values[node, 0])

        for line in report.lines:
            number = number_of_rule(oracle.plan, oracle.problem.clock, line.rule)
            if number is not None and line.headroom_searched is not None:
                assert date(varied(oracle.network, with_number(number, line.headroom_searched))) <= now, (
                    oracle.plan.id,
                    line.rule,
                )
                free += 1
            if line.headroom is None or number is None or line.headroom >= number.most:
                continue
            assert date(varied(oracle.network, with_number(number, line.headroom))) <= now, (oracle.plan.id, line.rule)
            after = date(varied(oracle.network, with_number(number, line.headroom + 1)))
            assert after is None or after > now, (oracle.plan.id, line.rule)
            ended, contradicted = ended + 1, contradicted + (after is None)
            own += number.unit in ("cd", "mo")
    assert ended > 80
    assert contradicted > 0
    assert free > 20
    assert own > 10


@pytest.mark.long
def test_what_a_large_rationed_plan_says_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only bounds are looked at, a headroom or gain is either left open or the one that asking everything finds."""
    compared = open_ = 0
    for seed in range(700, 860):
        plan = random_plan(seed, kinds=("dependency", "capacity", "not-before"))
        oracle = Oracle(plan)
        if oracle.found.status != "feasible" or not oracle.rationed or not plan.targets:
            continue
        try:
            exact = explain_with(oracle, plan.targets[-1])
            with monkeypatch.context() as patched:
                patched.setattr("optimiser.explain.oracle.SMALL", 0)
                bounded = explain_with(Oracle(plan), plan.targets[-1])
        except (InputError, BeyondHorizonError):
            continue
        for line in bounded.lines:
            other = exact.line(line.rule)
            if line.method == "undecided":
                open_ += 1
                continue
            assert (line.headroom, line.drop_gain_wd, line.unit_gain_wd) == (
                other.headroom,
                other.drop_gain_wd,
                other.unit_gain_wd,
            ), (seed, line.rule)
            compared += 1
    assert compared > 40
    assert open_ > 0


@pytest.mark.long
def test_range_is_where_the_gain_stops() -> None:
    """On random plans relaxing to the end of the range gains what is said, a unit less gains less, and more gains no more."""
    checked = 0
    for oracle, milestone, report in reports(range(400, 700), capacity=False):
        now = oracle.found.values[oracle.node(milestone)]
        for line in report.lines:
            number = number_of_rule(oracle.plan, oracle.problem.clock, line.rule)
            if line.range_units is None or number is None or number.slot in oracle.two_way:
                continue
            units = [line.range_units - 1, line.range_units, number.least]
            less, at, full = ranges_of(oracle, milestone, [with_number(number, -each) for each in units])
            assert now - at.low == line.range_gain_wd == now - full.low > now - less.low
            checked += 1
    assert checked > 40


@pytest.mark.long
def test_a_single_gain_is_membership_in_every_conflict() -> None:
    """A rule gains alone exactly where it is in every minimal conflict at one day earlier."""
    checked = 0
    for oracle, _, report in reports(range(600, 720), capacity=False):
        if not report.complete or report.conflict is None or oracle.two_way:
            continue
        members = {member.id for member in report.conflict.members}
        for line in report.lines:
            if line.drop_gain_wd:
                assert line.rule in members
                checked += 1
    assert checked > 15


def test_detached_variants_are_told_from_gains(mhhs: Plan) -> None:
    """Without the link to cutover preparation nothing but the release holds M10: that is a gain; without the one from control point 3 its work would float."""
    report = explain(mhhs, "M10")
    assert report.line("cp3-after-sit-mvc").drop_gain_wd is None
    assert report.line("m9-floor").drop_gain_wd is not None
    assert (
        ranges_of(Oracle(mhhs), "M10", [Variant(off=("m9-floor",))])[0].low
        < Oracle(mhhs).found.values[Oracle(mhhs).node("M10")]
    )
