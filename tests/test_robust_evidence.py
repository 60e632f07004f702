"""What to get evidence for first: what knowing a number, a reading or an inferred link would settle."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.plan import Plan
from models.risk import Register
from models.robustness import RobustOutcome
from models.worth import EvidenceWorth
from optimiser.cli import ExitCode, main
from optimiser.clock import Clock
from optimiser.reading.load import load
from optimiser.robust import robust
from optimiser.robust.simulation import answered
from optimiser.solve.between import between
from optimiser.solve.deadline import Deadline
from optimiser.solve.narrowing import narrowed
from optimiser.solve.problem import Problem
from optimiser.solve.sheets import live_options
from optimiser.solve.spans import spans
from tests.conftest import plan_of
from tests.test_robust_decision import activity, link, milestone, register_of


def of(outcome: RobustOutcome, name: str) -> EvidenceWorth:
    """Return what is said of one thing that could be known."""
    assert outcome.evidence is not None
    return next(worth for worth in (*outcome.evidence.drawn, *outcome.evidence.open) if worth.id == name)


def work(make_plan: Any, *lengths: int) -> Plan:
    """Return a plan of one chain of work."""
    names = [f"W{place}" for place in range(len(lengths))]
    links = [link(before, after) for before, after in zip(names, [*names[1:], "END"], strict=True)]
    plan: Plan = make_plan(
        activities=[activity(name, days) for name, days in zip(names, lengths, strict=True)],
        milestones=[milestone("END")],
        rules=links,
        targets=["END"],
    )
    return plan


def strikes(*figures: tuple[float, int]) -> Register:
    """Return a register of risks on the first work, each with its probability and its days."""
    return register_of(
        risks=[
            {
                "id": f"r{place}",
                "title": f"Risk {place}",
                "probability": chance,
                "basis": "synthetic",
                "impacts": [{"on": "W0", "likely": f"{days} wd"}],
            }
            for place, (chance, days) in enumerate(figures)
        ]
    )


def lost(days: list[tuple[float, int]], confidence: float) -> tuple[float, int]:
    """Return what the best commitment loses on average over days with their probabilities, and the commitment, by trying all."""
    late = confidence / (1 - confidence)
    return min(
        (sum(share * (late * max(day - date, 0) + max(date - day, 0)) for share, day in days), date)
        for date in {day for _, day in days}
    )


def test_what_a_risk_settles_is_what_the_best_commitment_loses_less_once_it_is_known(make_plan: Any) -> None:
    """Of ten days and of two, each by the toss of a coin, the ten are five sixths of what is lost, and the two one sixth."""
    outcome = robust(work(make_plan, 20), register=strikes((0.5, 10), (0.5, 2)), evidence=True)

    assert outcome.exact
    assert outcome.evidence is not None
    assert outcome.evidence.at_stake_wd == {"END": 6.0}
    first, second = of(outcome, "r0").settles["END"], of(outcome, "r1").settles["END"]
    assert (first.settled_wd, first.share, first.earlier_wd) == (5.0, 0.8333, 5.0)
    assert (second.settled_wd, second.share, second.earlier_wd) == (1.0, 0.1667, 1.0)
    assert [worth.id for worth in outcome.evidence.drawn] == ["r0", "r1"]


@given(
    figures=st.lists(st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.8]), st.integers(1, 30)), min_size=2, max_size=4),
    confidence=st.sampled_from([0.5, 0.7, 0.8, 0.9]),
)
@settings(max_examples=40, deadline=None)
def test_the_worth_of_knowing_is_that_of_trying_every_commitment(figures: list[tuple[float, int]], confidence: float) -> None:
    """Without capacity and alignment the days add up, so every combination can be written down and every date be tried."""
    outcome = robust(work(plan_of, 20), confidence, register=strikes(*figures), evidence=True)
    combinations = []
    for struck in product((False, True), repeat=len(figures)):
        share = float(np.prod([chance if hit else 1 - chance for hit, (chance, _) in zip(struck, figures, strict=True)]))
        combinations.append((struck, share, sum(days for hit, (_, days) in zip(struck, figures, strict=True) if hit)))
    whole, _ = lost([(share, days) for _, share, days in combinations], confidence)

    assert outcome.evidence is not None
    assert outcome.evidence.at_stake_wd["END"] == pytest.approx(whole, abs=0.06)
    for place, (chance, _) in enumerate(figures):
        left = 0.0
        for state, probability in ((True, chance), (False, 1 - chance)):
            left += lost([(share, days) for struck, share, days in combinations if struck[place] == state], confidence)[0]
            assert probability > 0
        assert of(outcome, f"r{place}").settles["END"].settled_wd == pytest.approx(whole - left, abs=0.06)


def test_nothing_is_reported_of_what_cannot_reach_the_milestone(make_plan: Any) -> None:
    """A range on work that nothing waits for settles nothing, and what it seems to is below the noise of the draws."""
    plan = make_plan(
        activities=[activity("A", 20), activity("B", 20)],
        milestones=[milestone("END")],
        rules=[link("A", "END")],
        targets=["END"],
    )
    ranges = [
        {"id": name, "of": name, "low": "10 wd", "likely": "20 wd", "high": "40 wd", "basis": "synthetic"} for name in "AB"
    ]
    outcome = robust(plan, register=register_of(ranges=ranges), samples=4_096, evidence=True)

    assert not outcome.exact
    idle, whole = of(outcome, "B").settles["END"], of(outcome, "A").settles["END"]
    assert (idle.settled_wd, idle.share, idle.earlier_wd) in {(None, None, None), (0.0, 0.0, 0.0)}
    assert whole.share == pytest.approx(1.0, abs=0.1)
    assert whole.share is not None
    assert whole.share <= 1


def test_the_cheapest_for_a_day_settled_comes_first_and_what_has_no_price_after_it(make_plan: Any) -> None:
    """A dear answer to a great doubt comes after a cheap one to a small doubt, if a day of it costs more."""
    register = strikes((0.5, 20), (0.5, 6), (0.5, 3))
    told = [
        {"of": "r0", "title": "Ask the builder", "cost": 100, "basis": "synthetic"},
        {"of": "r2", "title": "Ask the baker", "cost": 1, "basis": "synthetic"},
    ]
    register = Register.model_validate({**register.model_dump(mode="json", by_alias=True), "evidence": told})
    outcome = robust(work(make_plan, 20), register=register, evidence=True)

    assert outcome.evidence is not None
    assert [(worth.id, worth.cost, worth.by) for worth in outcome.evidence.drawn] == [
        ("r2", 1, "Ask the baker"),
        ("r0", 100, "Ask the builder"),
        ("r1", None, None),
    ]


def test_claims_say_what_evidence_costs() -> None:
    """With claims the cost of knowing an assumption is that of every claim on it at the firmest grade."""
    outcome = robust(load("mhhs-round2"), milestones=["M10"], claims="example", samples=1_024, evidence=True)

    assert outcome.claims is not None
    costs: dict[str, int] = {}
    for effect in outcome.claims.effects:
        costs[effect.assumption] = costs.get(effect.assumption, 0) + (effect.cost or 0)
    priced = {worth.id: worth.cost for worth in outcome.evidence.drawn if worth.cost is not None} if outcome.evidence else {}
    assert priced
    assert set(priced.values()) <= set(costs.values())


@pytest.mark.long
def test_an_inferred_link_and_an_open_reading_are_doubts_without_a_probability() -> None:
    """Of the re-plan: the reading of the DCC release and the link to Qualification put the dates months apart; P80 lies between."""
    outcome = robust(load("mhhs-round2"), milestones=["M10", "M14"], samples=2_048, evidence=True)

    assert outcome.evidence is not None
    release, link_ = of(outcome, "mp162"), of(outcome, "qualification-after-core-dbt-1")
    assert (release.kind, link_.kind) == ("reading", "link")
    assert (release.doubt["M10"].apart_wd or 0) > 100
    assert (link_.doubt["M14"].apart_wd or 0) > 20
    assert "M10" not in link_.doubt
    counted = 0
    for worth in outcome.evidence.open:
        for name, doubt in worth.doubt.items():
            day = outcome.dates[name]
            assert day is not None
            if doubt.first is not None and doubt.last is not None:
                assert doubt.first <= day <= doubt.last
                counted += 1
    assert counted > 20


@pytest.mark.parametrize("name", ["toy", "mhhs-round2"])
def test_a_span_narrows_to_those_of_the_plan_with_the_reading_answered(name: str) -> None:
    """The narrowest and the widest span left are among those that the spans of the plan have under each answer."""
    plan = load(name)
    goal = plan.targets[0]
    found = narrowed(plan, goal, {})
    clock, asked = Clock(plan), 0
    for reading in live_options(plan):
        widths = []
        for option in reading.options:
            problem = Problem.of(answered(plan, reading, option.id))
            (span,) = spans(problem, {goal: between(problem, goal, deadline=Deadline())}, Deadline()).values()
            if span is not None:
                shown = plan.convention(problem.network.points[problem.node(goal)])
                widths.append(clock.boundary(span.last.date, shown) - clock.boundary(span.first.date, shown))
        entry = found[reading.id]
        if reading.id != "calendar":
            assert (entry.whole_wd - entry.most_wd, entry.whole_wd - entry.least_wd) == (min(widths), max(widths))
            asked += 1
    assert asked


def test_queues_have_no_narrowed_spans_and_it_is_said() -> None:
    """Where work queues for capacity only bounds of spans are known."""
    outcome = robust(load("toy-capacity"), samples=256, evidence=True)

    assert outcome.evidence is not None
    assert all(not worth.span for worth in (*outcome.evidence.drawn, *outcome.evidence.open))
    assert any("only bounds are known" in note for note in outcome.evidence.notes)


@pytest.mark.long
def test_the_verb_says_it_when_asked_and_the_document_has_it_last(capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is said of evidence unless it is asked for; the key is there all the same."""
    assert main(["robust", "toy", "--evidence"]) == ExitCode.DONE
    text = capfd.readouterr().out
    assert "What to get evidence for first" in text
    assert "whoever commits to P80 loses a day" in text
    assert main(["robust", "toy"]) == ExitCode.DONE
    assert "What to get evidence" not in capfd.readouterr().out
    assert main(["robust", "toy", "--evidence", "--json"]) == ExitCode.DONE
    document = json.loads(capfd.readouterr().out)
    assert document["evidence"]["drawn"][0]["settles"]["OPEN"]["settled_wd"] > 0
    assert list(document).index("evidence") > list(document).index("commitments")
