"""The cheapest way to a date: never beaten by trying every way, certified when it is taken."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any

import numpy as np
import pytest

from models.plan import Plan
from models.rules import Point
from optimiser.encoding.levers import moved_plan
from optimiser.errors import InputError
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.reasons import why_not_report
from optimiser.evidence.words import dated_words
from optimiser.explain.by_date import why_not, why_not_baseline
from optimiser.explain.levers import levers_of
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.explain.route import as_scenario, cheapest_route, route_mapping
from optimiser.reading.load import load
from optimiser.scenarios import apply
from optimiser.solve import earliest
from tests.conftest import plan_of
from tests.quotas import few
from tests.test_explain_binding import SYNTHETIC, event, link, work


@pytest.fixture(scope="module")
def mhhs() -> Plan:
    """The MHHS plan as published."""
    return load("mhhs-round2")


def drawn(seed: int, *, rationed: bool) -> Plan:
    """Draw a plan whose lengths, lags, floors, notices and slots may move, each at a cost."""
    from tests.conftest import plan_of

    chance = np.random.default_rng(seed)

    def whole(low: int, high: int) -> int:
        return int(chance.integers(low, high + 1))

    assumptions: list[dict[str, Any]] = []

    def assumed(name: str, value: str, low: str) -> str:
        assumptions.append({"id": name, "title": name, "value": value, "low": low, "cost": whole(1, 5), **SYNTHETIC})
        return f"${name}"

    units = ["wd", "wd", "wd", "cd", "mo"]
    names = ["A", "B", "C", "D"]
    activities = []
    for name in names:
        unit = units[whole(0, 4)]
        length = whole(1, 2) if unit == "mo" else whole(2, 9)
        less = max(0, length - whole(0, 3))
        term = assumed(f"len-{name}", f"{length} {unit}", f"{less} {unit}") if chance.random() < 0.7 else f"{length} {unit}"
        activities.append(work(name, term))
    rules: list[dict[str, Any]] = []
    for before, after in (("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("D", "M")):
        lag = whole(0, 4)
        more = {}
        if chance.random() < 0.3:
            more["lag"] = assumed(f"lag-{before}{after}", f"{lag} wd", f"{max(0, lag - whole(0, 2))} wd")
        rules.append(link(before, after, **more))
    floor = assumed("floor", "2024-02-05", "2024-01-31") if chance.random() < 0.5 else "2024-02-05"
    rules.append({"id": "floor", "title": "Floor", "kind": "not-before", "at": "A", "date": floor, **SYNTHETIC})
    if chance.random() < 0.4:
        rules.append({"id": "first", "title": "First", "kind": "alignment", "at": "M", "to": "last-working-day", **SYNTHETIC})
    if rationed:
        slots = assumed("slots", "1", "2")
        demands = [{"item": name} for name in ("B", "C")]
        rules.append({"id": "bench", "title": "Bench", "kind": "capacity", "amount": slots, "demands": demands, **SYNTHETIC})
    return plan_of(activities=activities, milestones=[event("M")], targets=["M"], rules=rules, assumptions=assumptions)


def brute_force(oracle: Oracle, milestone: str, by: int) -> int | None:
    """Return the least cost of all ways to move what may move, None where none will do."""
    levers = levers_of(oracle).offered
    best = None
    for units in itertools.product(*(range(lever.steps + 1) for lever in levers)):
        cost = sum(lever.cost * each for lever, each in zip(levers, units, strict=True))
        if best is not None and cost >= best:
            continue
        reach = oracle.reach_of(moved_plan(oracle.plan, oracle.problem.clock, dict(zip(levers, units, strict=True))), milestone)
        assert reach.exact is not None
        if reach.exact <= by:
            best = cost
    return best


@pytest.mark.parametrize("rationed", few([False, True], 1))
def test_no_way_is_cheaper_than_the_route(rationed: bool) -> None:
    """On random plans the route costs what the cheapest of all ways costs, and there is none where there is no way."""
    routes = none = 0
    for seed in range(20 if rationed else 26):
        oracle = Oracle(drawn(seed, rationed=rationed))
        levers = levers_of(oracle)
        if np.prod([lever.steps + 1 for lever in levers.offered]) > (150 if rationed else 400):
            continue
        (reach,) = ranges_of(oracle, "M", [oracle_variant()])
        assert reach.exact is not None
        by = reach.exact - 1 - seed % 8
        expected = brute_force(oracle, "M", by)
        found = cheapest_route(oracle, "M", by, levers, oracle.limits)
        if expected is None:
            assert found is None
            none += 1
            continue
        assert found is not None
        assert (found.cost, found.bound, found.optimal) == (expected, expected, True), seed
        assert oracle.problem.clock.boundary(found.date, "closes") <= by
        routes += 1
    assert routes > (2 if rationed else 8)
    assert none > (0 if rationed else 2)


def oracle_variant() -> Any:
    """Return the plan as it is."""
    from optimiser.solve.variant import Variant

    return Variant()


def test_the_saved_scenario_meets_the_date_certified(mhhs: Plan) -> None:
    """The route to M10 by the end of March 2025, taken as a scenario, meets the date and is certified."""
    answer = why_not(mhhs, "M10", "2025-03-31")
    assert answer.verdict == "route"
    assert answer.route is not None
    assert (answer.route.assumptions, answer.route.cost, answer.route.optimal) == ({"sit-mvc": "276 wd"}, 28, True)
    scenario = as_scenario(mhhs, answer.route, "M10", answer.by)
    outcome = earliest(apply(scenario, mhhs), ["M10"])
    assert outcome.status == "solved"
    assert outcome.dates["M10"] <= dt.date(2025, 3, 31)
    assert outcome.proof["M10"] == "certified"
    assert route_mapping(scenario)["assumptions"] == {"sit-mvc": "276 wd"}


def test_without_a_permitted_route_the_nearest_miss_is_said(mhhs: Plan) -> None:
    """M10 by the end of 2024 is out of what may move: how close it gets, by what, and what would have to give besides."""
    answer = why_not(mhhs, "M10", "2024-12-31", all=True)
    assert (answer.verdict, answer.missing_wd, answer.complete) == ("nearest miss", 92, True)
    assert answer.nearest is not None
    assert (answer.nearest.date, answer.nearest.missing_wd) == (dt.date(2025, 2, 24), 39)
    assert answer.nearest.route is not None
    assert answer.nearest.route.assumptions == {"sit-mvc": "251 wd"}
    assert ("m9-floor",) in [each.rules for each in answer.nearest.to_allow]
    assert all(each.date is not None and each.date <= answer.by for each in answer.relaxations if not each.detaches)
    assert {each.date for each in answer.relaxations if each.rules == ("cp3-after-sit-mvc",)} == {dt.date(2025, 6, 4)}
    assert {each.rules for each in answer.relaxations if not each.detaches} >= {("duration:SIT-MVC",), ("m9-floor",)}
    assert answer.conflict is not None
    assert "duration:SIT-MVC" in [member.id for member in answer.conflict.members]


def test_a_fitted_limit_is_no_permission_and_the_route_says_so(mhhs: Plan) -> None:
    """The low end of integration testing was chosen to hit PoaP 2's months: a route by it says so, in words and as data."""
    answer = why_not(mhhs, "M10", dt.date(2025, 3, 31))

    assert answer.route is not None
    (step,) = answer.route.steps
    assert step.lever == "sit-mvc"
    assert step.fitted_to == "the published months of M10, M11 and M14 in PoaP 2"
    assert "no permission" in (step.low_basis or "")
    report = why_not_report(answer, mhhs, Page(120))
    assert "can be met only with sit-mvc at a fitted limit, which is no permission" in report
    nearest = why_not(mhhs, "M10", dt.date(2024, 10, 31))
    assert "and sit-mvc to a fitted limit" in " ".join(why_not_report(nearest, mhhs, Page(120)).split())


def test_what_is_allowed_by_name_may_move(mhhs: Plan) -> None:
    """With the floor of M9 allowed there is a route to the end of 2024, and it is certified."""
    answer = why_not(mhhs, "M10", "2024-12-31", allow=["m9-floor"])
    assert answer.route is not None
    assert (answer.route.cost, answer.route.proof, answer.route.date <= answer.by) == (92, "certified", True)
    with pytest.raises(InputError, match=r"unknown rule, duration or assumption 'm9-flor'\. Maybe 'm9-floor'"):
        why_not(mhhs, "M10", "2024-12-31", allow=["m9-flor"])


def test_a_target_already_met_is_said(mhhs: Plan) -> None:
    """A date that is met needs no way to it."""
    answer = why_not(mhhs, "M10", "2025-05-08")
    assert (answer.verdict, answer.missing_wd, answer.conflict, answer.route) == ("met", 0, None, None)
    assert why_not(mhhs, "M10", "2025-05-07").missing_wd == 1


def test_a_date_before_the_data_is_refused(mhhs: Plan) -> None:
    """A date before anything can happen, after the calendar, or no date at all, is each refused with its reason."""
    for by, reason in (
        ("2019-01-01", "is before 2022-09-22"),
        ("2040-01-01", "is after 2032-12-31"),
        ("June", "expected a date"),
    ):
        with pytest.raises(InputError, match=reason):
            why_not(mhhs, "M10", by)


@pytest.mark.long
def test_every_milestone_of_a_baseline_is_asked(mhhs: Plan) -> None:
    """Against the transition timetable every dated milestone has an answer; what had passed already is said to have."""
    answers = {each.milestone: each for each in why_not_baseline(mhhs, "tt")}
    assert set(answers) == {entry.milestone for entry in mhhs.baselines[0].dates}
    assert answers["M10"].answer.missing_wd == 158
    assert answers["M5"].answer.notes
    assert all(each.answer.verdict == "nearest miss" for each in answers.values())


def test_regulatory_rules_move_only_by_name(make_plan: Any) -> None:
    """What the plan lets move is refused where it would move a regulatory rule, and listed as refused."""
    plan = make_plan(
        activities=[work("A", "5 wd")],
        milestones=[event("M")],
        targets=["M"],
        assumptions=[{"id": "duty", "title": "Duty", "value": "2024-05-01", "low": "2024-04-01", **SYNTHETIC}],
        rules=[
            {
                "id": "law",
                "title": "Law",
                "kind": "not-before",
                "at": "A",
                "date": "$duty",
                "authority": "regulatory",
                **SYNTHETIC,
            },
            link("A", "M"),
        ],
    )
    refused = why_not(plan, "M", "2024-04-30")
    assert (refused.verdict, refused.refused, refused.may_move) == ("nearest miss", ("duty",), ())
    allowed = why_not(plan, "M", "2024-04-30", allow=["law"])
    assert allowed.route is not None
    assert allowed.route.steps[0].authority == "regulatory"
    assert allowed.route.date == dt.date(2024, 4, 30)


def test_flexibility_of_plain_numbers_is_saved_as_values(make_plan: Any) -> None:
    """A length, a date and a capacity move by their flexibility; a scenario holds a route over plain numbers too."""
    flexible = {"flexibility": {"limit": "3 wd", "cost": 2, **SYNTHETIC}}
    plan = make_plan(
        activities=[work("A", "5 wd", **flexible)],
        milestones=[event("M")],
        targets=["M"],
        rules=[link("A", "M")],
    )
    answer = why_not(plan, "M", "2024-01-10")
    assert answer.route is not None
    assert (answer.route.cost, answer.route.steps[0].moved, answer.route.values) == (4, "3 wd", {"A.duration": "3 wd"})
    taken = earliest(apply(as_scenario(plan, answer.route, "M", answer.by), plan), ["M"])
    assert taken.dates == {"M": answer.route.date}


def test_capacity_is_raised_where_that_is_cheapest(make_plan: Any) -> None:
    """Where slots may be added and lengths may not, the route adds the fewest slots."""
    names = ["P", "Q", "R", "S"]
    flexibility = {"limit_amount": 4, "cost": 10, **SYNTHETIC}
    demands = [{"item": name} for name in names]
    capacity = {
        "id": "slots",
        "title": "Slots",
        "kind": "capacity",
        "amount": 1,
        "demands": demands,
        "flexibility": flexibility,
    }
    plan = make_plan(
        activities=[work(name, "5 wd") for name in names],
        milestones=[event("M")],
        targets=["M"],
        rules=[*(link(name, "M") for name in names), {**capacity, **SYNTHETIC}],
    )
    answer = why_not(plan, "M", "2024-01-19")
    assert answer.route is not None
    assert [(step.lever, step.moved, step.cost) for step in answer.route.steps] == [("slots", "2", 10)]
    convention = plan.convention(Point("M", "start"))
    assert convention == "closes"


@pytest.mark.long
def test_what_is_missing_to_a_date_that_is_not_proved_is_at_least_so_much() -> None:
    """The day shown is of the best schedule known, and days are counted to the day before which none is: both are said."""
    chance = random.Random(0)  # noqa: S311 - a plan drawn once
    ground = {"basis": "synthetic", "title": "By hand"}
    names = [f"A{number}" for number in range(14)]
    lengths = {name: f"{chance.randint(1, 9)} wd" for name in names}
    demands = [{"item": name, "amount": chance.choice([1, 1, 2])} for name in names]
    bench = [{"item": names[place]} for place in chance.sample(range(14), 6)]
    pairs = [pair for pair in itertools.combinations(names, 2) if chance.random() < 0.15]
    link = {"kind": "dependency", **ground}
    plan = plan_of(
        targets=["END"],
        activities=[{"id": name, "duration": length, **ground} for name, length in lengths.items()],
        milestones=[{"id": "END", "shown": "closes", **ground}],
        rules=[
            *({"id": f"{name}-end", "before": name, "after": "END", **link} for name in names),
            {"id": "slots", "kind": "capacity", "amount": 2, "demands": demands, **ground},
            {"id": "bench", "kind": "capacity", "amount": 1, "demands": bench, **ground},
            *({"id": f"{one}-{other}", "before": one, "after": other, **link} for one, other in pairs),
        ],
    )
    answer = why_not(plan, "END", dt.date(2024, 1, 10), deterministic_limit=1e-9)

    assert answer.date is not None
    assert answer.bound is not None
    assert answer.bound < answer.date
    working = [day for day in range((answer.bound - answer.by).days) if (answer.by + dt.timedelta(day + 1)).weekday() < 5]
    assert answer.missing_wd == len(working)
    assert dated_words(answer).endswith(f"or earlier, at least {answer.missing_wd} wd too late")
