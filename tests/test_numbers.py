"""The numbers of rules and items: which way each is worse, how far it can go, and what is said of a wrong one."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from pydantic import ValidationError

from models.outcome import Solved
from models.plan import Plan
from optimiser.clock import Clock
from optimiser.critical import compile_network, earliest_times
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.reasons import explain_report
from optimiser.explain.binding import explain, explain_with
from optimiser.explain.by_date import why_not
from optimiser.explain.levers import levers_of
from optimiser.explain.oracle import Oracle
from optimiser.numbers import number_of_assumption, number_of_rule, senses
from optimiser.reading.load import load
from optimiser.solve import earliest
from optimiser.solve.binding import bindings
from tests.random_plans import random_plan

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


@pytest.mark.parametrize(
    ("duration", "headroom", "moves"), [("10 cd", 340, "351 cd"), ("1 mo", 10, "12 mo"), ("3 wd", 247, "251 wd")]
)
def test_headroom_is_searched_in_the_own_unit_of_a_number(duration: str, headroom: int, moves: str) -> None:
    """A length worsens by its own units as far as the axis goes, not by as many units as the axis has working days."""
    plan = plan_of(
        activities=[made("activity", "A", duration=duration)],
        rules=[
            made("rule", "link", kind="dependency", before="A", after="M"),
            made("rule", "floor", kind="not-before", at="M", date="2024-12-20"),
        ],
    )

    line = explain(plan, "M").line("duration:A")

    assert (line.headroom, line.unit, line.switching_point) == (headroom, duration.split()[1], moves)


def test_a_number_that_never_moves_a_date_says_how_far_it_was_followed() -> None:
    """Where no length moves the milestone, the headroom says up to how many units of it."""
    plan = plan_of(
        activities=[made("activity", "A", duration="10 cd"), made("activity", "B", duration="2 wd")],
        rules=[made("rule", "link", kind="dependency", before="B", after="M")],
    )

    line = explain(plan, "M").line("duration:A")

    assert line.headroom is None
    assert line.headroom_searched is not None
    assert line.headroom_searched > 600
    assert f"none up to {line.headroom_searched} cd" in explain_report(
        [explain(plan, "M")], None, (), Page(width=120), every=True
    )


def reversed_plan() -> Plan:
    """Return a plan in which the finish of A is pushed and its start is waited for: a day less of A is a day later."""
    return plan_of(
        activities=[made("activity", name, duration=f"{days} wd") for name, days in (("Z", 20), ("A", 10), ("B", 15))],
        rules=[
            made("rule", "z", kind="dependency", before="Z", after="A", type="FF"),
            made("rule", "1", kind="dependency", before="A", after="B", type="SS"),
            made("rule", "2", kind="dependency", before="B", after="M"),
        ],
    )


def test_a_negative_gain_is_shown_as_what_it_is() -> None:
    """Where a day less of a length makes the date a day later, solve and explain say minus one, and the line is not slack."""
    plan = reversed_plan()
    outcome = earliest(plan, ["M"])
    assert isinstance(outcome, Solved)

    (binding,) = [entry for entry in outcome.binding["M"] if entry.rule == "duration:A"]
    line = explain(plan, "M").line("duration:A")

    assert (binding.drop_gain_wd, binding.unit_gain_wd) == (line.drop_gain_wd, line.unit_gain_wd) == (10, -1)
    assert "reverse" in line.words
    assert "unit-binding" not in line.words


@pytest.mark.long
def test_solve_and_explain_show_the_same_gains_of_pushed_lengths() -> None:
    """On random plans the gains that both print are equal, those below zero too, and some are."""
    compared = below = 0
    for seed in range(40, 240):
        oracle = Oracle(random_plan(seed, capacity=False))
        if oracle.found.status != "feasible":
            continue
        for milestone in oracle.plan.targets:
            report = explain_with(oracle, milestone)
            for entry in bindings(oracle.found, milestone):
                line = report.line(entry.rule)
                assert entry.unit_gain_wd == line.unit_gain_wd, (oracle.plan.id, entry.rule)
                compared, below = compared + 1, below + ((entry.unit_gain_wd or 0) < 0)
    assert compared > 100
    assert below > 0


def test_nothing_that_may_move_makes_a_date_later() -> None:
    """With everything moved as far as it may, ladders of pushed lengths with ranges both ways end no later than they did."""
    ladders = moved = 0
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 a test's chance
        names = [f"A{place}" for place in range(chance.randint(2, 5))]
        stated = [chance.randint(3, 20) for _ in names]
        plan = plan_of(
            activities=[made("activity", name, duration=f"${name}") for name in names],
            assumptions=[
                made(
                    "assumption",
                    name,
                    value=f"{days} wd",
                    low=f"{chance.randint(0, days)} wd",
                    high=f"{days + chance.randint(1, 9)} wd",
                )
                for name, days in zip(names, stated, strict=True)
            ],
            rules=[
                *(
                    made(
                        "rule",
                        f"{one}-{other}",
                        kind="dependency",
                        before=one,
                        after=other,
                        type=chance.choice(["SF", "FF", "SS"]),
                    )
                    for one, other in itertools.pairwise(names)
                ),
                made("rule", "last", kind="dependency", before=names[-1], after="M", type=chance.choice(["SS", "FS"])),
            ],
        )
        oracle = Oracle(plan)
        if oracle.found.status != "feasible":
            continue
        full = oracle.moved(levers_of(oracle, milestone="M").full())
        then = compile_network(full)
        ladders += bool(oracle.two_way)
        before, after = oracle.found.values[oracle.node("M")], earliest_times(then).values[oracle.node("M")]
        assert after <= before, seed
        moved += after < before
    assert ladders > 20
    assert moved > 20


@pytest.mark.parametrize(("link", "refused"), [("FS", True), ("FF", False)])
def test_a_limit_in_the_bad_direction_is_refused(link: str, refused: bool) -> None:
    """Longer work is no relief where nothing pushes its finish; where something does, the plan decides, and the limit stands."""
    parts = {
        "activities": [
            made("activity", "Z", duration="20 wd"),
            made("activity", "A", duration="10 wd", flexibility={"limit": "15 wd", **SYNTHETIC}),
        ],
        "rules": [
            made("rule", "pushes", kind="dependency", before="Z", after="A", type=link),
            made("rule", "waits", kind="dependency", before="A", after="M", type="SS"),
        ],
    }

    if refused:
        with pytest.raises(ValidationError, match=r"activities\.1\.flexibility\.limit: the limit 15 wd makes it worse"):
            plan_of(**parts)
    else:
        assert why_not(plan_of(**parts), "M", "2024-01-12").may_move == ("duration:A",)
