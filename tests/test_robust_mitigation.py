"""What could be done about risks: what each action leaves, the dates before and after, and what a unit of cost brings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.plan import Plan
from models.risk import Register
from optimiser.cli import ExitCode, main
from optimiser.errors import InputError
from optimiser.reading.load import load
from optimiser.robust import robust
from optimiser.robust.decision import Target
from optimiser.robust.files import load_register
from optimiser.robust.model import Case, Model
from optimiser.robust.simulation import Sampler
from tests.conftest import plan_of
from tests.test_robust_decision import activity, link, milestone, register_of


def chain(maker: Any) -> Plan:
    """Return two pieces of work, one after the other."""
    plan: Plan = maker(
        activities=[activity("A", 20), activity("B", 20)],
        milestones=[milestone("END")],
        rules=[link("A", "B"), link("B", "END")],
        targets=["END"],
    )
    return plan


def risk(name: str, on: str, days: str | dict[str, str], chance: float, *actions: dict[str, Any]) -> dict[str, Any]:
    """Return a risk on one piece of work."""
    delay = {"likely": days} if isinstance(days, str) else days
    told = [{"basis": "synthetic", "title": f"Action {each['id']}", **each} for each in actions]
    impacts = [{"on": on, **delay}]
    return {"id": name, "title": name, "probability": chance, "basis": "synthetic", "impacts": impacts, "actions": told}


def test_dates_before_and_after_stand_beside_each_action_and_all_together(make_plan: Any) -> None:
    """Ten days with a half, and six with a half: closing the one, or leaving a third of the other, counted by hand."""
    register = register_of(
        risks=[
            risk("late", "A", "10 wd", 0.5, {"id": "insure", "cost": 5, "probability": 0.0}),
            risk("slow", "B", "6 wd", 0.5, {"id": "train", "cost": 2, "leaves": [{"on": "B", "likely": "2 wd"}]}),
        ]
    )
    outcome = robust(chain(make_plan), register=register)
    found = outcome.mitigation

    assert outcome.exact
    assert found is not None
    assert found.together is not None
    insure, train = found.actions
    # 0, 6, 10 or 16 days late, each a quarter; P80 is the last of them, P50 the second.
    assert (insure.gained_wd, insure.worth, insure.cost) == ({"END": 10}, {"END": 2.0}, 5)
    assert (train.gained_wd, train.worth, train.cost) == ({"END": 4}, {"END": 2.0}, 2)
    assert (found.together.gained_wd, found.together.cost, found.together.actions) == ({"END": 14}, 7, ("insure", "train"))
    assert found.together.worth == {"END": 2.0}
    assert found.before["END"]["P80"] == outcome.dates["END"]
    assert found.before["END"]["P50"] == outcome.milestones[0].quantiles["P50"]


def test_of_several_actions_on_one_risk_what_leaves_least_counts(make_plan: Any) -> None:
    """Half the chance by one and a fifth of it by another leave the fifth, as nobody says that they act apart."""
    actions = [{"id": "some", "cost": 1, "probability": 0.25}, {"id": "more", "cost": 1, "probability": 0.1}]
    register = register_of(risks=[risk("late", "A", "10 wd", 0.5, *actions)])
    model = Model(chain(make_plan), register)
    sampler = Sampler(model, ("END",), 7)
    sampler.run(64)
    both = sampler.compare({"": Case(levers={"some": 1, "more": 1})})[""].among("END")
    shares = [mass.probability for mass in both.masses()]

    assert shares == pytest.approx([0.9, 0.1])


@given(
    own=st.tuples(st.integers(1, 20), st.integers(0, 20), st.integers(0, 20)),
    part=st.tuples(st.integers(0, 100), st.integers(0, 100)),
    chances=st.tuples(st.integers(1, 100), st.integers(0, 100)),
    seed=st.integers(0, 2**20),
)
@settings(max_examples=40, deadline=None)
def test_no_sample_is_later_for_an_action(
    own: tuple[int, int, int], part: tuple[int, int], chances: tuple[int, int], seed: int
) -> None:
    """Whatever an action leaves, if it is no more than there was, every draw is as early as before or earlier."""
    low, likely, high = own[0], own[0] + own[1], own[0] + own[1] + own[2]
    ends = {"low": f"{low} wd", "likely": f"{likely} wd", "high": f"{high} wd"}
    share = min(part) / 100
    left = {name: f"{int(value * share)} wd" for name, value in (("low", low), ("likely", likely), ("high", high))}
    before = chances[0] / 100
    action = {"id": "act", "cost": 1, "probability": min(chances[1] / 100, before), "leaves": [{"on": "A", **left}]}
    register = register_of(
        ranges=[{"id": "b", "of": "B", "low": "10 wd", "likely": "20 wd", "high": "40 wd", "basis": "synthetic"}],
        risks=[risk("late", "A", ends, before, action)],
    )
    sampler = Sampler(Model(chain(plan_of), register), ("END",), seed)
    base = sampler.run(512)
    after = sampler.compare({"": Case(levers={"act": 1})})[""]

    assert not sampler.exact
    assert np.all(after.of("END") <= base.of("END"))


def test_an_action_may_leave_a_shorter_slip_of_a_date() -> None:
    """A release missed by two occasions may be missed by one: the same draws, an earlier date."""
    plan = load("mhhs-round2", scenarios=["mp162-literal"])
    slips = {"pattern": {"on": "last working day", "months": [6, 11]}, "since": "2024-07-01"}
    own = {"on": "mp162-release", "slips_to": slips, "misses": 2}
    missed = risk("missed", "mp162-release", "1 cd", 0.5, {"id": "press", "cost": 3, "leaves": [{**own, "misses": 1}]})
    register = Register.model_validate(
        {"id": "t", "title": "Made for a test", "plan": plan.id, "risks": [{**missed, "impacts": [own]}]}
    )
    outcome = robust(plan, register=register, milestones=["M10"], samples=256)

    assert outcome.mitigation is not None
    (press,) = outcome.mitigation.actions
    assert (press.gained_wd["M10"] or 0) > 50
    assert outcome.mitigation.together is None


def test_an_action_is_a_lever_for_a_target(make_plan: Any) -> None:
    """The search for the cheapest way to a date has the actions that risks carry."""
    register = register_of(risks=[risk("late", "A", "10 wd", 0.5, {"id": "insure", "cost": 5, "probability": 0.1})])
    plan = chain(make_plan)
    date = robust(plan, register=register).milestones[0].deterministic
    assert isinstance(date, dt.date)
    outcome = robust(plan, register=register, target=Target("END", date))

    assert outcome.decision is not None
    assert outcome.decision.status == "met"
    assert [(pull.lever, pull.cost) for pull in outcome.decision.pulls] == [("insure", 5)]


def test_without_anything_to_do_nothing_is_said(make_plan: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """A register whose risks carry no action has no table of them; one with levers on risks has."""
    register = register_of(risks=[risk("late", "A", "10 wd", 0.5)])
    assert robust(chain(make_plan), register=register).mitigation is None
    assert main(["robust", "mhhs-round2", "--samples", "256", "-m", "M10"]) == ExitCode.DONE
    text = capfd.readouterr().out
    assert "What doing something about risks is worth" in text
    assert "Volunteers" in text
    assert "are synthetic" in text


HEAD = "schema: optimiser/risk/1\nid: t\ntitle: Made for a test\nplan: toy\n"
RISK = (
    "risks:\n  - id: late\n    title: Late\n    probability: 0.4\n    basis: synthetic\n"
    "    impacts: [{ on: OVEN, low: 2 wd, likely: 4 wd, high: 9 wd }]\n    actions:\n"
)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (
            "{ id: a, title: A, cost: 1, basis: synthetic }",
            "it leaves 'late' as it is; expected what the risk's probability of 0.4",
        ),
        ("{ id: a, title: A, cost: 1, basis: synthetic, probability: 0.5 }", "0.5 makes it worse"),
        ("{ id: a, title: A, cost: 1, basis: synthetic, probability: 1.5 }", "expected 1 or less, got 1.5"),
        ("{ id: a, title: A, cost: -1, basis: synthetic, probability: 0.1 }", "expected 0 or more, got -1"),
        (
            "{ id: a, title: A, cost: 1, basis: synthetic, leaves: [{ on: TRIAL, likely: 1 wd }] }",
            "'late' does not strike 'TRIAL', only OVEN",
        ),
        (
            "{ id: a, title: A, cost: 1, basis: synthetic, leaves: [{ on: OVEN, low: 1 wd, high: 12 wd }] }",
            "'12 wd' makes it worse: the risk's own is '9 wd'",
        ),
        (
            "{ id: a, title: A, cost: 1, basis: synthetic, leaves: [{ on: OVEN, likely: -1 wd }] }",
            "'-1 wd' makes it worse: the risk's own is '4 wd'",
        ),
        (
            "{ id: a, title: A, cost: 1, basis: synthetic, leaves: [{ on: OVEN, likely: 3 mo }] }",
            "a delay of 'OVEN' is a length in wd, got '3 mo'",
        ),
        (
            (
                "{ id: a, title: A, cost: 1, basis: synthetic, "
                "leaves: [{ on: OVEN, likely: 1 wd }, { on: OVEN, likely: 2 wd }] }"
            ),
            "'OVEN' is left twice",
        ),
        (
            "{ id: a, title: A, cost: 1, basis: synthetic, probability: 0.1, citation: 'nowhere: 1' }",
            "unknown source 'nowhere'",
        ),
    ],
)
def test_an_action_that_makes_worse_is_refused_at_its_place(tmp_path: Any, action: str, expected: str) -> None:
    """What an action leaves lies within what there was; each fault names its place."""
    path = tmp_path / "register.yaml"
    path.write_text(f"{HEAD}{RISK}      - {action}\n", encoding="utf-8")

    with pytest.raises(InputError) as refused:
        load_register(path, load("toy"))

    assert expected in str(refused.value)
    assert "risks[0].actions[0]" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "evidence:\n  - { of: ovn, title: Ask, cost: 1, basis: synthetic }\n",
            "unknown range, driver, risk, reading or inferred link 'ovn'",
        ),
        (
            (
                "evidence:\n  - { of: oven, title: Ask, cost: 1, basis: synthetic }\n"
                "  - { of: oven, title: Ask again, cost: 2, basis: synthetic }\n"
            ),
            "what it costs to know 'oven' is said twice",
        ),
        (
            (
                f"{RISK}      - {{ id: a, title: A, cost: 1, basis: synthetic, probability: 0.1 }}\n"
                "levers:\n  - { id: a, title: A, on: oven, by: 1 wd, cost: 3, basis: synthetic }\n"
            ),
            "'a' is already used at levers[0]; ids are unique",
        ),
    ],
)
def test_costs_of_evidence_and_names_of_actions_are_refused_where_they_mean_nothing(
    tmp_path: Any, text: str, expected: str
) -> None:
    """A cost is of knowing something in doubt, once; an action has a name of its own."""
    path = tmp_path / "register.yaml"
    path.write_text(HEAD + text, encoding="utf-8")

    with pytest.raises(InputError) as refused:
        load_register(path, load("toy"))

    assert expected in str(refused.value)
