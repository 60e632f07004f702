"""Why, where capacity is rationed: gains, headroom and conflicts of small plans against CP-SAT, and a limit that is no verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.plan import Plan
from optimiser.cli import main
from optimiser.clock import Clock
from optimiser.critical import best_schedule, capacity_bound, compile_network, earliest_times, resources
from optimiser.critical.backward import latest_reasons, latest_times
from optimiser.critical.bounds import overload_before, rules_of_overload
from optimiser.critical.forward import Pass
from optimiser.critical.resumed import tightened
from optimiser.encoding import Encoding
from optimiser.errors import BeyondHorizonError, InputError, UndecidedError
from optimiser.explain.attribution import compare_networks
from optimiser.explain.binding import explain_with
from optimiser.explain.by_date import why_not
from optimiser.explain.conflict import one_conflict
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.numbers import number_of_rule
from optimiser.reading.load import load
from optimiser.solve.between import DateRange
from optimiser.solve.orders import in_order
from optimiser.solve.problem import holds, refuted_by
from optimiser.solve.variant import Variant, network_of, pools_of, varied, with_number
from optimiser.wording import demand, families, family_of
from tests.parties import expanded, party
from tests.quotas import few
from tests.random_plans import random_plan

GROUND = {"basis": "synthetic"}


def crowd(seed: int, *, slots: int = 2) -> Plan:
    """Draw a small plan of suppliers that share few slots and a monthly or weekly board."""
    draw = np.random.default_rng(seed)
    parties = [
        party(
            f"S{number}", ready=f"{int(draw.integers(0, 12))} wd", reliance=["none", "partial", "full"][int(draw.integers(3))]
        )
        for number in range(int(draw.integers(3, 6)))
    ]
    board = {"pattern": {"every_weeks": int(draw.integers(1, 3)), "since": "2024-01-10"}}
    body = {"id": "BODY", "title": "the body", "slots": "$slots", **GROUND}
    bodies = [{**body, "board": board} if draw.integers(2) else body]
    return expanded(parties, slots=slots, bodies=bodies, plan={"horizon": {"first": "2024-01-08", "last": "2024-05-31"}})


def solved(plan: Plan, milestone: str) -> int | None:
    """Return the earliest boundary by CP-SAT alone, None where there is none."""
    answer = Encoding(plan, Clock(plan), switches=False).earliest(milestone)
    assert answer.status in ("optimal", "infeasible")
    return answer.boundary


def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every rationed plan treated as a large one, and CP-SAT not be asked."""
    monkeypatch.setattr("optimiser.explain.oracle.SMALL", 0)
    monkeypatch.setattr("optimiser.explain.reaching.MOST_SOLVED", 0)


def rationed_plans(first: int, last: int) -> list[Plan]:
    """Return random plans whose capacity is live and whose target it concerns."""
    found = []
    for seed in range(first, last):
        plan = random_plan(seed, kinds=("dependency", "capacity", "not-before"))
        oracle = Oracle(plan)
        if oracle.found.status == "feasible" and plan.targets and oracle.leads(plan.targets[-1]):
            found.append(plan)
    return found


def test_a_limit_before_the_base_date_is_undecided_and_no_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many variants were asked before, the plan as it stands is asked; with no schedule known it is undecided."""
    plan = crowd(3)
    oracle = Oracle(plan)
    with monkeypatch.context() as patched:
        large(patched)
        patched.setattr("optimiser.explain.reaching.MOST_SCHEDULED", 0)
        report = explain_with(oracle, "ALL")
        assert report.date == report.bound
    blind = Oracle(plan)
    monkeypatch.setattr(Oracle, "base", lambda *_: DateRange(20, None, method="undecided"))
    with pytest.raises(UndecidedError, match="undecided"):
        explain_with(blind, "ALL")


def test_of_a_date_that_is_not_proved_no_gain_is_asked() -> None:
    """Where the date itself lies between two bounds every gain and headroom is left open, and no variant is searched for them."""
    oracle = Oracle(crowd(3))
    known = oracle.known("ALL")
    known.range = replace(known.range, low=known.range.low - 1, method="undecided")
    report = explain_with(oracle, "ALL")
    assert {line.method for line in report.lines} == {"undecided"}
    assert {(line.drop_gain_wd, line.unit_gain_wd, line.headroom) for line in report.lines} == {(None, None, None)}
    assert oracle.rationed_calls == 0


def test_undecided_has_its_own_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The shell is told 4, and the words say that nothing was decided."""
    monkeypatch.setattr(Oracle, "base", lambda *_: DateRange(20, None, method="undecided"))
    code = main(["explain", "toy-capacity"])
    assert code == 4
    assert "undecided" in capsys.readouterr().err


@pytest.mark.long
@pytest.mark.parametrize(("as_large", "seeds"), few([(False, 1), (True, 2), (True, 6)], 1, several=True))
def test_gains_and_headroom_equal_solving_again(monkeypatch: pytest.MonkeyPatch, as_large: bool, seeds: int) -> None:
    """On small crowds every gain and headroom that is not left open is what CP-SAT finds, rule by rule; slots included."""
    if as_large:
        large(monkeypatch)
    gains = rooms = slots = open_ = 0
    for seed in range(seeds):
        plan = crowd(seed)
        oracle = Oracle(plan)
        report = explain_with(oracle, "ALL")
        now = solved(plan, "ALL")
        assert now == oracle.base("ALL").high
        assert now is not None
        for line in report.lines:
            number = number_of_rule(oracle.plan, oracle.problem.clock, line.rule)
            if line.method == "undecided":
                open_ += 1
                continue
            if line.drop_gain_wd is not None and not line.detaches:
                gains += 1
                date = solved(varied(oracle.network, Variant(off=(line.rule,))), "ALL")
                assert date == now - line.drop_gain_wd, (seed, line.rule)
            if number is None or line.rule in oracle.two_way:
                continue
            if line.unit_gain_wd is not None and line.kind == "capacity":
                slots += 1
                assert solved(varied(oracle.network, with_number(number, -1)), "ALL") == now - line.unit_gain_wd
            if line.headroom is not None and number.most > line.headroom:
                rooms += 1
                assert solved(varied(oracle.network, with_number(number, line.headroom)), "ALL") == now, (seed, line.rule)
                worse = solved(varied(oracle.network, with_number(number, line.headroom + 1)), "ALL")
                assert worse is None or worse > now, (seed, line.rule)
    assert (gains > 15 * seeds, rooms > 8 * seeds, slots >= seeds // 2) == (True, True, True)
    assert open_ <= (gains + rooms) // 4


@pytest.mark.long
def test_brackets_of_what_is_left_open_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a limit leaves open is between what is said: so much stays, and more than so much does not."""
    large(monkeypatch)
    monkeypatch.setattr("optimiser.explain.reaching.MOST_SCHEDULED", 2)
    seen = 0
    for seed in range(3):
        plan = crowd(seed)
        oracle = Oracle(plan)
        report = explain_with(oracle, "ALL")
        if report.bound != report.date:
            continue
        now = oracle.base("ALL").high
        for line in report.lines:
            if line.headroom_range is None or line.rule in oracle.two_way:
                continue
            number = number_of_rule(oracle.plan, oracle.problem.clock, line.rule)
            assert number is not None
            least, most = line.headroom_range
            assert solved(varied(oracle.network, with_number(number, least)), "ALL") == now
            if most is not None and most < number.most:
                worse = solved(varied(oracle.network, with_number(number, most + 1)), "ALL")
                assert worse is None or (now is not None and worse > now)
            seen += 1
    assert seen > 3


@pytest.mark.long
def test_conflicts_of_crowds_cannot_hold_and_each_member_is_needed() -> None:
    """A conflict that rests on slots is infeasible by CP-SAT, and feasible without any one member, where it is said minimal."""
    rationed = minimal = 0
    for seed in range(6):
        plan = crowd(seed, slots=1)
        oracle = Oracle(plan)
        now = oracle.base("ALL").exact
        assert now is not None
        found = one_conflict(oracle, "ALL", now - 1)
        assert found is not None
        members, proved = found
        rationed += any(name in oracle.pools for name in members)
        off = tuple(name for name in oracle.atoms if name not in members)
        date = solved(varied(oracle.network, Variant(off=off)), "ALL")
        assert date is None or date >= now
        if proved:
            minimal += 1
            for name in members[:6]:
                freed = solved(varied(oracle.network, Variant(off=(*off, name))), "ALL")
                assert freed is not None
                assert freed < now, (seed, name)
    assert rationed >= 4
    assert minimal >= 4


def test_a_variant_without_compiling_is_the_variant_compiled() -> None:
    """Switches and numbers changed in place give the earliest positions, and the capacities, of the changed plan."""
    compared = 0
    for plan in rationed_plans(700, 790):
        oracle = Oracle(plan)
        for name in oracle.atoms:
            number = number_of_rule(oracle.plan, oracle.problem.clock, name)
            variants = [Variant(off=(name,))]
            variants += (
                [with_number(number, units) for units in (-1, 2) if -number.least <= units <= number.most] if number else []
            )
            for variant in variants:
                changed = varied(oracle.network, variant)
                apart, along = compile_network(changed, oracle.problem.clock), network_of(oracle.network, variant)
                one, other = earliest_times(apart), earliest_times(along)
                assert one.status == other.status
                assert one.status != "feasible" or one.values == other.values
                pools = pools_of(along, variant)
                assert [(pool.rule, pool.demand) for pool in pools] == [
                    (pool.rule, pool.demand) for pool in resources(changed, oracle.problem.clock)
                ]
                compared += 1
    assert compared > 150


def test_a_pass_goes_on_to_what_a_new_one_finds() -> None:
    """Where numbers only ask for more, going on from the old positions gives the new ones, or the same trouble."""
    gone_on = refused = 0
    for seed in range(60):
        plan = random_plan(seed, capacity=False)
        network = compile_network(plan)
        forward = Pass(network)
        forward.run()
        if forward.trouble:
            continue
        for name, on in network.enabled.items():
            number = number_of_rule(network.plan, network.clock, name) if on else None
            if number is None or number.most < 1:
                continue
            variant = with_number(number, min(3, number.most))
            changed = network_of(network, variant)
            after = tightened(forward, changed, variant.values)
            if after is None:
                refused += 1
                continue
            fresh = earliest_times(changed)
            assert (after.trouble is None) == (fresh.trouble is None)
            assert after.trouble or after.values == fresh.values
            gone_on += 1
    assert gone_on > 60
    assert refused < gone_on


def test_the_order_of_a_schedule_keeps_inside_capacity() -> None:
    """Whatever dates the kept order of a schedule gives, both ways of sharing out slots, hold against every rule."""
    kept = 0
    for plan in rationed_plans(700, 860):
        clock = Clock(plan)
        network = compile_network(plan, clock)
        pools, earliest = resources(plan, clock), earliest_times(network)
        values = best_schedule(earliest, pools, plan.targets[-1])
        if values is None:
            continue
        for spread in (True, False):
            found = earliest_times(in_order(network, pools, values, spread=spread))
            assert found.status == "feasible"
            assert all(early <= late for early, late in zip(found.values, values, strict=True))
            assert holds(network, pools, found.values)
            kept += 1
    assert kept > 20


def test_what_proves_a_bound_proves_it_alone() -> None:
    """With everything off that a refutation does not name, the date is still refuted."""
    checked = overloads = 0
    for seed in range(12):
        plan = crowd(seed, slots=1)
        oracle = Oracle(plan)
        pools, node = tuple(oracle.pools.values()), oracle.node("ALL")
        bound = capacity_bound(oracle.found, pools, "ALL", oracle.problem.clock.limit)
        proof = refuted_by(oracle.problem, node, bound.boundary - 1)
        if proof is None:
            continue
        off = tuple(name for name in oracle.atoms if name not in proof)
        assert refuted_by(oracle.problem.changed(Variant(off=off)), node, bound.boundary - 1) is not None
        overload = overload_before(oracle.found, pools, node, bound.boundary - 1)
        if overload is not None:
            overloads += 1
            assert overload.rule in rules_of_overload(oracle.found, pools, node, bound.boundary - 1, overload)
        checked += 1
    assert checked > 8
    assert overloads > 4


def test_reasons_of_latest_dates_give_the_latest_dates() -> None:
    """The backward pass with reasons has the values of the one without."""
    compared = 0
    for seed in range(80):
        network = compile_network(random_plan(seed))
        found = earliest_times(network)
        if found.status == "feasible":
            held = {0: network.clock.limit - 2}
            assert latest_reasons(network, held).values == latest_times(network, held)
            compared += 1
    assert compared > 20


def test_a_capacity_set_through_an_assumption_counts() -> None:
    """Headroom of an assumption that is the number of slots is that of the capacity, never 'any'."""
    plan = crowd(1)
    oracle = Oracle(plan)
    report = explain_with(oracle, "ALL")
    line = report.line("slots-BODY")
    number = number_of_rule(oracle.plan, oracle.problem.clock, "slots-BODY")
    assert number is not None
    (less,) = ranges_of(oracle, "ALL", [Variant(values={"slots": 1})])
    (own,) = ranges_of(oracle, "ALL", [with_number(number, 1)])
    assert less.exact == own.exact == solved(varied(oracle.network, with_number(number, 1)), "ALL")
    assert (line.headroom == 0) == (less.exact != oracle.base("ALL").exact)


def test_parties_are_named_in_words_and_told_together() -> None:
    """Steps of parties, slots and boards are spoken of by name; what many parties have alike is one line."""
    board = {"pattern": {"every_weeks": 1, "since": "2024-01-10"}}
    body = {"id": "BODY", "title": "the body", "slots": "$slots", "board": board, **GROUND}
    plan = expanded([party(f"S{number}") for number in range(5)], bodies=[body])
    assert demand(plan, "duration:S1-TEST") == "the test of S1 lasts 10 wd"
    assert demand(plan, "board-BODY-S1").startswith("the approval of S1 waits for the board of the body (every 1 weeks")
    assert "the test of S0" in demand(plan, "slots-BODY")
    assert family_of(plan, "board-BODY-S1") == ("approvals by the body of suppliers", "S1")
    together, alone = families(plan, ["slots-BODY", *(f"ready-S{number}" for number in range(5)), "ready-AG"])
    assert together == {"ready dates of suppliers": ("S0", "S1", "S2", "S3", "S4")}
    assert alone == ("slots-BODY", "ready-AG")


def test_why_not_of_a_crowd_names_its_slots_and_finds_the_way() -> None:
    """With one slot too few the conflict names the capacity, and a slot more is a route that holds."""
    plan = crowd(2, slots=1)
    clock = Clock(plan)
    wide = solved(crowd(2, slots=3), "ALL")
    assert wide is not None
    answer = why_not(plan, "ALL", clock.show(wide, "closes"), allow=["slots"])
    assert answer.verdict == "route"
    assert answer.conflict is not None
    assert any(member.kind == "capacity" for member in answer.conflict.members)
    assert answer.route is not None
    assert [step.lever for step in answer.route.steps] == ["slots"]


def test_a_route_of_a_crowded_plan_cannot_do_with_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found without CP-SAT, a route still meets the date, and no step of it can be less."""
    plan = crowd(2, slots=1)
    wide = solved(crowd(2, slots=2), "ALL")
    assert wide is not None
    monkeypatch.setattr("optimiser.explain.cheapest.too_large", lambda _: True)
    answer = why_not(plan, "ALL", Clock(plan).show(wide, "closes"), allow=["slots", "duration:S0-TEST"])
    assert answer.route is not None
    slots = next(step for step in answer.route.steps if step.lever == "slots")
    assert int(slots.moved) - 1 == slots.units
    for fewer in range(1, int(slots.moved)):
        again = why_not(crowd(2, slots=fewer), "ALL", Clock(plan).show(wide, "closes"), route=False)
        assert again.date is None or again.date > answer.by


def test_attribution_over_slots_and_over_parties() -> None:
    """Two networks with other slots, and one with its bar against one with its parties, are each told apart exactly."""
    few, many = crowd(2, slots=1), crowd(2, slots=3)
    found = compare_networks(few, many, "ALL")
    one, other = solved(few, "ALL"), solved(many, "ALL")
    assert one is not None
    assert other is not None
    assert (found.delta, [each.group for each in found.contributions]) == (other - one, ["slots"])
    from tests.parties import bare

    before = bare([party("S0"), party("S1")], slots=1)
    after = expanded([party("S0"), party("S1")], slots=2)
    mixed = compare_networks(before, after, "ALL")
    assert {group.id for group in mixed.groups} == {"slots", "structure"}
    assert sum(each.shapley for each in mixed.contributions) == pytest.approx(mixed.delta)


@pytest.mark.long
def test_a_random_rationed_date_is_bounded_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without CP-SAT a variant's date lies between what is said of it, and nothing contradicts it."""
    large(monkeypatch)
    checked = 0
    for plan in rationed_plans(700, 760):
        oracle = Oracle(plan)
        milestone = plan.targets[-1]
        try:
            reaches = ranges_of(oracle, milestone, variants := [Variant(off=(name,)) for name in oracle.atoms])
        except (InputError, BeyondHorizonError):
            continue
        for variant, reach in zip(variants, reaches, strict=True):
            date = solved(varied(oracle.network, variant), milestone)
            if date is None:
                assert reach.low > oracle.problem.clock.limit or reach.exact is None or not oracle.leads(milestone)
                continue
            assert reach.low <= date
            assert reach.high is None or reach.high >= date
            checked += 1
    assert checked > 60


@pytest.mark.long
def test_explain_of_the_participants_is_decided_nearly_everywhere() -> None:
    """On the parties of the MHHS plan all three dates are explained, nearly every line decided, every body's slots bounded."""
    oracle = Oracle(load("mhhs-round2", ["participants"]))
    for milestone in ("M10", "M14", "M16"):
        report = explain_with(oracle, milestone)
        assert report.date == report.bound
        undecided = [line.rule for line in report.lines if line.method == "undecided"]
        assert len(undecided) <= len(report.lines) // 50, undecided
        pools = [line for line in report.lines if line.kind == "capacity"]
        assert len(pools) >= 5
        assert all(line.unit_gain_wd is not None for line in pools)


@pytest.mark.long
def test_why_not_of_the_participants_names_bodies_and_finds_slots() -> None:
    """With few slots the conflict names the BSC's, and the route is slots; solved again it is certified."""
    found = load("mhhs-round2", ["participants"], settings={"slots-bsc": "12", "slots-rec": "12"})
    answer = why_not(found, "M14", "2026-02-10")
    assert answer.verdict == "route"
    assert answer.conflict is not None
    assert {member.id for member in answer.conflict.members} & {"slots-BSC", "slots-REC"}
    assert answer.route is not None
    assert answer.route.proof == "certified"
