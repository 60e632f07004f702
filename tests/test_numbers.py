"""The numbers of rules and items: which way each is worse, how far it can go, and what is said of a wrong one."""

from __future__ import annotations

from typing import Any

import pytest

from models.plan import Plan
from optimiser.clock import Clock
from optimiser.critical import compile_network
from optimiser.explain.by_date import why_not
from optimiser.numbers import number_of_assumption, number_of_rule, senses
from optimiser.reading.load import load

SYNTHETIC = {"basis": "synthetic"}


def made(what: str, name: str, **fields: Any) -> dict[str, Any]:
    """Return an entry of a plan."""
    return {"id": name, "title": f"{what} {name}", **SYNTHETIC, **fields}


def plan_of(**fields: Any) -> Plan:
    """Return a plan of 2024 on Mondays to Fridays with one milestone, M."""
    calendar = made(
        "calendar",
        "base",
        weekdays=["mon", "tue", "wed", "thu", "fri"],
        covers={"first": "2024-01-01", "last": "2025-12-31"},
    )
    return Plan.model_validate(
        {
            "schema": "optimiser/plan/1",
            "id": "numbers",
            "title": "Numbers",
            "as_of": "2024-01-01",
            "horizon": {"first": "2024-01-08", "last": "2024-12-31"},
            "calendar": "base",
            "calendars": [calendar],
            "targets": ["M"],
            "milestones": [made("milestone", "M", shown="closes")],
            **fields,
        }
    )


def test_routes_use_the_better_end_of_a_range() -> None:
    """More testers are better than fewer, so the range of one to three is used upwards and no date moves later."""
    answer = why_not(load("toy-capacity"), "DONE", "2024-01-12")

    assert answer.nearest is not None
    assert answer.date is not None
    assert answer.nearest.date < answer.date
    assert answer.nearest.route is not None
    (step,) = answer.nearest.route.steps
    assert (step.lever, step.stated, step.moved) == ("testers", "2", "3")


@pytest.mark.parametrize(("low", "high", "moved"), [("8 wd", "15 wd", "8 wd"), ("12 wd", "15 wd", None), (None, "15 wd", None)])
def test_a_range_without_a_better_end_offers_nothing(low: str | None, high: str, moved: str | None) -> None:
    """Of a range that lies on the bad side alone no route makes use."""
    value = "12 wd"
    plan = plan_of(
        activities=[made("activity", "A", duration="$length")],
        assumptions=[made("assumption", "length", value=value, low=low, high=high)],
        rules=[made("rule", "link", kind="dependency", before="A", after="M")],
    )

    answer = why_not(plan, "M", "2024-01-09")

    assert answer.may_move == (() if moved is None else ("length",))
    if moved:
        assert answer.nearest is not None
        assert answer.nearest.route is not None
        assert answer.nearest.route.steps[0].moved == moved


def test_the_plan_says_which_way_a_pushed_length_is_better() -> None:
    """Where a finish is pushed and the start is what others wait for, longer work is the earlier date, and the route."""
    plan = plan_of(
        activities=[made("activity", "Z", duration="20 wd"), made("activity", "A", duration="$length")],
        assumptions=[made("assumption", "length", value="10 wd", low="5 wd", high="15 wd")],
        rules=[
            made("rule", "pushes", kind="dependency", before="Z", after="A", type="FF"),
            made("rule", "waits", kind="dependency", before="A", after="M", type="SS"),
        ],
    )

    assert senses(plan, "length", compile_network(plan).two_way) == {1, -1}
    route = why_not(plan, "M", "2024-01-12").route
    assert route is not None
    assert [(step.stated, step.moved) for step in route.steps] == [("10 wd", "15 wd")]


def test_numbers_reach_as_far_as_the_axis_in_their_own_unit() -> None:
    """A length in calendar days can grow by every calendar day of the axis, one in months by every month."""
    plan = plan_of(
        activities=[made("activity", name, duration=f"2 {unit}") for name, unit in (("W", "wd"), ("C", "cd"), ("O", "mo"))],
        assumptions=[made("assumption", "span", value="3 cd")],
        rules=[made("rule", "link", kind="dependency", before="C", after="M", lag="$span")],
    )
    clock = Clock(plan)

    lengths = {name: number_of_rule(plan, clock, f"duration:{name}") for name in "WCO"}
    assert [(number.unit, number.least) for number in lengths.values() if number] == [("wd", 2), ("cd", 2), ("mo", 2)]
    assert lengths["W"] is not None
    assert lengths["C"] is not None
    assert lengths["O"] is not None
    assert lengths["W"].most == clock.limit
    assert lengths["C"].most >= 7 * clock.limit // 5
    assert 23 <= lengths["O"].most <= 30
    assumed = number_of_assumption(plan, clock, plan.assumptions[0])
    assert assumed is not None
    assert (assumed.unit, assumed.worse, assumed.least) == ("cd", 1, 3)
