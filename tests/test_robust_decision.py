"""What could be done about a date and at what cost; and what so many things together could do to it."""

from __future__ import annotations

import datetime as dt
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.duration import Duration
from models.plan import Plan
from models.risk import Register
from optimiser.critical import Columns, compile_network, evaluate
from optimiser.errors import InputError
from optimiser.reading.load import load
from optimiser.robust import decision as decision_module
from optimiser.robust import robust
from optimiser.robust.adversary import adversary, bad_ends
from optimiser.robust.certain import certain_dates
from optimiser.robust.cheapest import Cuts
from optimiser.robust.decision import Target, decide
from optimiser.robust.files import find_register, plan_folder
from optimiser.robust.levers import plan_levers
from optimiser.robust.model import Case, Model
from optimiser.robust.simulation import Sampler
from optimiser.solve.problem import Problem

SMALL = 1_024


def ordinal(date: dt.date | None) -> int:
    """Return a date as a number, late where there is none."""
    return date.toordinal() if date else 10**7


def activity(name: str, days: int, **more: Any) -> dict[str, Any]:
    """Return an activity of some working days."""
    return {"id": name, "title": name, "duration": f"{days} wd", "basis": "synthetic", **more}


def milestone(name: str) -> dict[str, Any]:
    """Return a milestone."""
    return {"id": name, "title": name, "shown": "opens", "basis": "synthetic"}


def link(before: str, after: str, **more: Any) -> dict[str, Any]:
    """Return a finish-to-start link."""
    base = {"id": f"{before}-{after}", "kind": "dependency", "title": "a link", "before": before, "after": after}
    return {**base, "basis": "synthetic", **more}


def register_of(**parts: Any) -> Register:
    """Return a register for the test plan."""
    return Register.model_validate({"id": "test", "title": "A register made for a test", "plan": "test", **parts})


def lever(name: str, cost: int, **more: Any) -> dict[str, Any]:
    """Return a lever."""
    return {"id": name, "title": name, "cost": cost, "basis": "synthetic", **more}


def ranged(name: str, of: str, low: str, likely: str, high: str) -> dict[str, Any]:
    """Return a range."""
    return {"id": name, "of": of, "low": low, "likely": likely, "high": high, "basis": "judgement"}


def queue(lengths: list[int], hands: int, **more: Any) -> dict[str, Any]:
    """Return the parts of a plan of independent work that shares one capacity."""
    names = [f"W{place}" for place in range(len(lengths))]
    pool = {
        "id": "pool",
        "kind": "capacity",
        "title": "a pool",
        "amount": hands,
        "demands": [{"item": name} for name in names],
        "basis": "synthetic",
        **more,
    }
    return {
        "activities": [activity(name, days) for name, days in zip(names, lengths, strict=True)],
        "milestones": [milestone("M")],
        "rules": [*(link(name, "M") for name in names), pool],
        "targets": ["M"],
    }


# -- the search ------------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3)), min_size=1, max_size=4),
    st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), max_size=6),
)
@settings(max_examples=100, deadline=None)
def test_the_cheapest_way_beyond_all_misses_is_that_of_trying_everything(
    levers: list[tuple[int, int]], misses: list[list[int]]
) -> None:
    """Branching gives the cheapest choice that goes beyond each miss somewhere, equals settled by their steps."""
    costs, limits = [cost for cost, _ in levers], tuple(most for _, most in levers)
    cuts = Cuts(costs, limits, (0,) * len(levers))
    kept = []
    for miss in misses:
        within = tuple(min(each, most) for each, most in zip(miss, limits, strict=False))
        if within != limits:
            cuts.add(within)
            kept.append(within)
    every = [
        (sum(cost * count for cost, count in zip(costs, steps, strict=True)), steps)
        for steps in product(*(range(most + 1) for most in limits))
        if all(any(count > most for count, most in zip(steps, miss, strict=True)) for miss in kept)
    ]
    found, finished = cuts.cheapest()

    assert finished
    assert (sum(cost * count for cost, count in zip(costs, found, strict=True)), found) == min(every)


@pytest.mark.long
def test_the_cheapest_levers_are_found_and_judged_on_held_out_samples() -> None:
    """No cheaper choice of levers reaches the target, by trying every one; the answer is tried on other samples."""
    plan = load("mhhs-round2")
    target = Target("M10", dt.date(2025, 6, 30))
    seed = 11  # one of which as many of the samples seen and of those held out do not reach the target by chance
    outcome = robust(plan, 0.8, seed, SMALL, target=target)
    found = outcome.decision
    assert found
    sampler = Sampler(Model(plan, find_register(plan, plan_folder(plan))), ("M10", "M14", "M16"), seed)
    sampler.run(SMALL)
    names = ("second-test-team", "rehearse-cutover", "direct-volunteers")
    choices = {steps: 3 * steps[0] + steps[1] + 2 * steps[2] for steps in product(range(5), range(4), range(2))}
    days = {
        steps: sampler.compare({"": Case(levers=dict(zip(names, steps, strict=True)))})[""].day("M10", 0.8) or 10**7
        for steps in choices
    }
    reached = [cost for steps, cost in choices.items() if days[steps] <= target.date.toordinal()]

    assert [entry.lever for entry in found.levers] == list(names), "levers that M10 cannot feel are left out"
    assert found.choices == len(choices)
    assert found.status == "met"
    assert found.exact
    assert found.proof
    assert found.tried < found.choices
    assert found.cost == min(reached)
    assert found.held_out
    assert found.held_out_error
    pulled = {pull.lever: pull.steps for pull in found.pulls}
    seen = sampler.compare({"": Case(levers=pulled)})[""].of("M10")
    assert found.held_out_probability != round(float(np.mean(seen <= target.date.toordinal())), 6), "other samples judge it"
    for label, steps in found.frontier.items():
        assert [step.cost for step in steps] == sorted({step.cost for step in steps})
        dates = [ordinal(step.date) for step in steps]
        assert dates == sorted(set(dates), reverse=True)
        assert [step.dates[label] for step in steps] == [step.date for step in steps]
    eighty = found.frontier["P80"]
    assert [(step.cost, ordinal(step.date)) for step in eighty] == frontier_of(choices, days)


@pytest.mark.long
def test_the_search_agrees_with_trying_everything_for_every_target() -> None:
    """Whatever the target, the choice found costs what the cheapest of all choices that meet it costs."""
    plan = load("mhhs-round2")
    sampler = Sampler(Model(plan, find_register(plan, plan_folder(plan))), ("M10", "M14", "M16"), 5)
    base = sampler.run(64)
    compared = 0
    for name in ("M10", "M14", "M16"):
        start = base.day(name, 0.8)
        assert start
        for earlier in (2, 9, 16, 30, 44, 60, 75):
            target = Target(name, dt.date.fromordinal(start - earlier))
            finder = decision_module._Finder(sampler, base, target, 0.8)
            found = finder.cheapest()
            every = [steps for _, steps in decision_module.choices(finder.levers)]
            met = [finder.cost(steps) for steps in every if finder.meets(steps)]

            assert (found is None) == (not met)
            assert found is None or finder.cost(found) == min(met), (name, earlier)
            compared += found is not None
    assert compared > 12


def frontier_of(choices: dict[Any, int], days: dict[Any, int]) -> list[tuple[int, int]]:
    """Return cost and day of the choices that no other beats."""
    found: list[tuple[int, int]] = []
    for cost in sorted(set(choices.values())):
        day = min(days[steps] for steps in choices if choices[steps] == cost)
        if not found or day < found[-1][1]:
            found.append((cost, day))
    return found


@pytest.mark.long
def test_a_target_out_of_reach_or_met_already_is_said_so() -> None:
    """All levers together may miss a target, and none may be needed."""
    plan = load("mhhs-round2")
    missed = robust(plan, samples=256, target=Target("M14", dt.date(2025, 1, 1))).decision
    unneeded = robust(plan, samples=256, target=Target("M14", dt.date(2028, 1, 1))).decision

    assert missed
    assert unneeded
    assert (missed.status, unneeded.status) == ("missed", "unneeded")
    assert missed.cost == 2 + 16 + 5, "all that M14 can feel"
    assert not missed.exact
    assert unneeded.pulls == ()


def test_a_search_that_is_cut_short_does_not_claim_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """With too few choices allowed a way is still found, of which no step can be left out, and it is not called the cheapest."""
    monkeypatch.setattr(decision_module, "MOST_TRIED", 3)
    plan = load("mhhs-round2")
    sampler = Sampler(Model(plan, find_register(plan, plan_folder(plan))), ("M10",), 7)
    found = decide(sampler, sampler.run(256), Target("M10", dt.date(2025, 6, 30)), 0.8)

    assert found.status == "met"
    assert not found.exact
    assert found.proof is None


def test_more_hands_are_a_lever_and_every_cheaper_choice_is_tried(make_plan: Any) -> None:
    """With queues nothing is monotone for sure: the cheapest is proved by simulating whatever costs less."""
    plan = make_plan(**queue([5, 5, 5, 5, 5, 5], 2))
    register = register_of(
        ranges=[ranged(f"w{place}", f"W{place}", "3 wd", "5 wd", "9 wd") for place in range(6)],
        levers=[lever("hire", 4, on="pool", more=1, steps=3), lever("hurry", 3, on="W0", by="1 wd", steps=2)],
    )
    base = robust(plan, samples=256, register=register, budget=0)
    assert base.milestones[0].date
    outcome = robust(
        plan, samples=256, register=register, target=Target("M", base.milestones[0].date - dt.timedelta(days=6)), budget=0
    )
    found = outcome.decision
    assert found

    assert found.status == "met"
    assert found.exact
    assert found.proof == "every cheaper choice was simulated"
    assert [pull.lever for pull in found.pulls] == ["hire"]
    alone = {entry.lever: entry.gained_wd or 0 for entry in found.levers}
    assert alone["hire"] > alone["hurry"] >= 0


def test_an_order_of_service_is_a_lever_only_where_somebody_queues() -> None:
    """The register's orders are offered with the participants and not without; one at most is chosen."""
    plain, parties = load("mhhs-round2"), load("mhhs-round2", ["participants"])
    found = []
    for plan in (plain, parties):
        model = Model(plan, find_register(plan, plan_folder(plan)), levers=plan_levers(plan))
        found.append({entry.id for entry in decision_module._relevant(model, "M14")})

    assert "serve-by-portfolio" not in found[0]
    assert {"serve-by-portfolio", "serve-large-first", "more-slots-bsc"} <= found[1]


@pytest.mark.long
def test_the_participants_are_brought_forward_by_more_slots() -> None:
    """With queues a target is met by slots and other levers, and held-out samples judge it."""
    plan = load("mhhs-round2", ["participants"])
    model = Model(plan, find_register(plan, plan_folder(plan)), levers=plan_levers(plan))
    sampler = Sampler(model, ("M14",), 7)
    base = sampler.run(64)
    start = base.day("M14", 0.8)
    assert start
    found = decide(sampler, base, Target("M14", dt.date.fromordinal(start - 14)), 0.8)

    assert found.status == "met"
    assert found.cost > 0
    assert found.held_out_samples == 64
    assert sum(1 for pull in found.pulls if pull.lever.startswith("serve-")) <= 1


# -- what the plan offers --------------------------------------------------------------------------------------------------


def flexible(make_plan: Any) -> Plan:
    """Return a plan that states costs and flexibilities of every kind."""
    return make_plan(
        activities=[
            activity("A", 20, flexibility={"limit": "8 wd", "cost": 2, "basis": "synthetic"}),
            {"id": "B", "title": "B", "duration": "$length", "basis": "synthetic"},
        ],
        milestones=[milestone("M")],
        assumptions=[
            {"id": "length", "title": "Length of B", "value": "10 wd", "low": "6 wd", "cost": 5, "basis": "synthetic"},
            {"id": "wait", "title": "Wait", "value": "9 wd", "low": "4 wd", "basis": "synthetic"},
            {"id": "law", "title": "Notice by law", "value": "9 wd", "low": "4 wd", "cost": 1, "basis": "synthetic"},
        ],
        rules=[
            link("A", "M", lag="$wait"),
            link("B", "M", lag="$law", authority="regulatory"),
            {
                "id": "board",
                "kind": "alignment",
                "title": "months",
                "at": "M",
                "to": "first-working-day",
                "basis": "synthetic",
                "flexibility": {"cost": 7, "basis": "synthetic"},
            },
            {
                "id": "pool",
                "kind": "capacity",
                "title": "a pool",
                "amount": 1,
                "demands": [{"item": "A"}, {"item": "B"}],
                "basis": "synthetic",
                "flexibility": {"limit_amount": 3, "cost": 4, "basis": "synthetic"},
            },
        ],
        targets=["M"],
    )


def test_the_plan_offers_what_it_states_the_cost_of(make_plan: Any) -> None:
    """Stated costs and flexibilities are levers, in ten steps at most; what a regulator holds is not, unless allowed."""
    plan = flexible(make_plan)
    found = {entry.on or entry.drops: entry for entry in plan_levers(plan)}
    more = {entry.on or entry.drops: entry for entry in plan_levers(plan, ["wait", "law"])}

    assert set(found) == {"A", "length", "board", "pool"}
    assert (str(found["A"].by), found["A"].steps, found["A"].cost) == ("2 wd", 6, 4)
    assert (str(found["length"].by), found["length"].steps, found["length"].cost) == ("1 wd", 4, 5)
    assert (found["board"].drops, found["board"].cost) == ("board", 7)
    assert (found["pool"].more, found["pool"].steps, found["pool"].cost) == (1, 2, 4)
    assert set(more) - set(found) == {"wait", "law"}
    assert (more["wait"].cost, more["law"].cost) == (1, 1)
    with pytest.raises(InputError, match=r"unknown assumption, rule or activity 'wiat'. Maybe 'wait'"):
        plan_levers(plan, ["wiat"])


def test_levers_of_every_kind_act(make_plan: Any) -> None:
    """What is pulled shortens, adds or drops, and nothing else moves."""
    plan = flexible(make_plan)
    model = Model(plan, register_of(), levers=plan_levers(plan, ["wait"]))
    sampler = Sampler(model, ("M",), 7)
    sampler.run(8)

    def day(**levers: int) -> int:
        named = {name.replace("_", "-"): steps for name, steps in levers.items()}
        case = Case(levers=named, closed=frozenset({"length", "wait", "law"}))
        return sampler.compare({"": case})[""].day("M", 0.5) or 0

    # One hand: A for 20 days, then B for 10 and 9 days of notice; with two hands A and its wait of 9 decide.
    dropped = dt.date.fromordinal(day(drop_board=1))
    assert dt.date.fromordinal(day()) == plan_day(model, 39) == dt.date(2024, 3, 1)
    assert dropped == plan_day(model, 39)
    assert dt.date.fromordinal(day(flexible_pool=1)) == dt.date(2024, 3, 1), "29 days, but months are kept"
    assert dt.date.fromordinal(day(drop_board=1, flexible_pool=1)) == plan_day(model, 29)
    assert dt.date.fromordinal(day(drop_board=1, flexible_A=6)) == plan_day(model, 27)
    assert dt.date.fromordinal(day(drop_board=1, flexible_A=6, length=4)) == plan_day(model, 23)
    assert dt.date.fromordinal(day(drop_board=1, flexible_pool=2, wait=5)) == plan_day(model, 24)


def plan_day(model: Model, days: int) -> dt.date:
    """Return the morning so many working days after the plan's first."""
    return model.clock.show(model.clock.origin + days, "opens")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: pool, by: 1 wd", "'pool' is a count; a lever adds to it: 'more: 1'"),
        ("on: W0, more: 1", "'W0' is no count; a lever takes something off it: 'by: 5 wd'"),
        ("on: pool", "missing key 'more'"),
        ("drops: pool", "'pool' is a capacity; a lever gives it 'more'"),
        ("drops: W9-M", "unknown rule 'W9-M'"),
        ("risk: strike, policy: portfolio", "got risk and policy"),
        ("policy: portfolio, steps: 3", "only a lever on a quantity has steps"),
        ("policy: portfolio, probability: 0.1", "'probability' belongs to 'risk'"),
        ("policy: by-name", "expected one of"),
        ("on: pool, more: 0", "expected 1 or more, got 0"),
    ],
    ids=str,
)
def test_levers_are_refused_at_their_places(make_plan: Any, tmp_path: Any, text: str, expected: str) -> None:
    """A lever that is two things, none, or unfit for what it is on is refused with what was expected."""
    from optimiser.robust.files import load_register

    path = tmp_path / "register.yaml"
    head = "schema: optimiser/risk/1\nid: r\ntitle: R\nplan: test\n"
    path.write_text(f"{head}levers:\n  - {{ id: a, title: A, cost: 1, basis: synthetic, {text} }}\n", "utf-8")
    with pytest.raises(InputError) as caught:
        load_register(path, make_plan(**queue([3, 3], 1)))

    assert len(caught.value.faults) == 1, caught.value.faults
    assert expected in str(caught.value.faults[0])
    assert caught.value.faults[0].line == 6


# -- the adversary ---------------------------------------------------------------------------------------------------------


def test_the_adversary_is_exact_on_a_plan_small_enough_to_try_by_hand() -> None:
    """For every budget the worst of all choices, each solved on its own from the plan, is what the adversary finds."""
    plan = load("toy")
    outcome = robust(plan, samples=256, budget=5)
    ranged = [entry for entry in plan.assumptions if entry.low is not None]
    for budget, step in enumerate(outcome.adversary["OPEN"]):
        dates = []
        for choice in combinations(ranged, budget):
            settings = {entry.id: str(entry.high) for entry in choice}

            changed = load("toy", settings=settings)
            found = certain_dates(Problem.of(changed), ("OPEN",)).dates["OPEN"]
            assert found
            dates.append(found.date)
        assert step.exact
        assert step.date == max(dates)
    worst = [step.date for step in outcome.adversary["OPEN"]]
    assert worst == sorted(worst, key=ordinal)


def test_a_greedy_adversary_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many choices the answer is a lower bound on the worst, and is called one."""
    monkeypatch.setattr("optimiser.robust.adversary.MOST_CHOICES", 40)
    plan = load("mhhs-round2")
    model = Model(plan, find_register(plan, plan_folder(plan)))
    sampler = Sampler(model, ("M14",), 1)
    steps = adversary(sampler, 3, sampler.run(64))["M14"]

    assert [step.exact for step in steps] == [True, True, False, False]
    assert [step.budget for step in steps] == [0, 1, 2, 3]


def every_sided(make_plan: Any) -> tuple[Plan, Register]:
    """Return a plan on which each way of pushing occurs, and a register whose bad ends lie low, high and either."""
    plan = make_plan(
        activities=[activity(name, days) for name, days in (("A", 10), ("B", 12), ("C", 6), ("D", 9), ("E", 4))],
        milestones=[milestone("M"), milestone("N")],
        assumptions=[
            {"id": "together", "title": "At most so long apart", "value": "7 cd", "basis": "synthetic"},
            {"id": "enough", "title": "How many are enough", "value": 2, "basis": "synthetic"},
            {"id": "both", "title": "Pushes both ways", "value": "7 wd", "basis": "synthetic"},
            {"id": "day", "title": "A first day", "value": "2024-01-10", "basis": "synthetic"},
        ],
        rules=[
            link("A", "B", bound="at-most", lag="$together"),
            link("C", "B", lag="$both"),
            link("D", "E", bound="at-most", lag="$both"),
            link("C", "E"),
            {"id": "floor", "kind": "not-before", "title": "f", "at": "C", "date": "$day", "basis": "synthetic"},
            {
                "id": "some",
                "kind": "at-least",
                "title": "enough of them",
                "of": ["B", "D", "E"],
                "count": "$enough",
                "after": "M",
                "basis": "synthetic",
            },
            link("A", "N"),
            link("E", "N", lag="-3 wd"),
        ],
        targets=["M", "N"],
    )
    register = register_of(
        ranges=[
            ranged("a", "A", "6 wd", "10 wd", "15 wd"),
            ranged("d", "D", "5 wd", "9 wd", "20 wd"),
            ranged("together", "together", "1 cd", "7 cd", "13 cd"),
            ranged("enough", "enough", 1, 2, 3),  # type: ignore[arg-type]
            ranged("both", "both", "2 wd", "7 wd", "14 wd"),
            ranged("day", "day", "2024-01-08", "2024-01-10", "2024-01-24"),
        ],
        drivers=[{"id": "slow", "title": "S", "low": "-10 %", "high": "+40 %", "touches": ["B", "E-N"], "basis": "judgement"}],
        risks=[
            {"id": "strike", "title": "S", "probability": 0.2, "impacts": [{"on": "C", "likely": "8 wd"}], "basis": "judgement"}
        ],
    )
    return plan, register


def test_bad_ends_are_where_the_inequalities_push(make_plan: Any) -> None:
    """A length is worst when long, a maximum lag and a capacity when small, a number that pushes both ways at either end."""
    plan, register = every_sided(make_plan)
    model = Model(plan, register)
    found = {chance.id: bad_ends(model, chance) for chance in model.chances}

    assert found["day"] == found["enough"] == found["strike"] == ("high",)
    assert found["a"] == ("high", "low"), "its finish is pushed: when it is long its start may come sooner"
    assert found["together"] == ("low",)
    assert found["both"] == found["slow"] == ("high", "low")
    hands = load("toy-capacity")
    pools = Model(hands, None)
    (testers,) = pools.chances
    assert bad_ends(pools, testers) == ("low",)


def test_the_adversary_is_exact_by_brute_force_over_both_ends(make_plan: Any) -> None:
    """Every choice of up to three things at either end, evaluated one by one: none is worse than what the adversary finds."""
    plan, register = every_sided(make_plan)
    model = Model(plan, register)
    sampler = Sampler(model, ("M", "N"), 3)
    found = adversary(sampler, 3, sampler.run(64))
    lengths = {"a": ("duration:A", 6, 15), "d": ("duration:D", 5, 20), "together": ("together", 1, 13)}
    lengths |= {"enough": ("enough", 1, 3), "both": ("both", 2, 14)}
    lengths["day"] = ("day", dt.date(2024, 1, 8).toordinal(), dt.date(2024, 1, 24).toordinal())
    network = compile_network(plan)

    def days(choice: tuple[tuple[str, int], ...]) -> dict[str, int]:
        values: dict[str, int] = {}
        for name, end in choice:
            if name in lengths:
                slot, *ends = lengths[name]
                values[slot] = ends[end]
            elif name == "strike":
                values["duration:C"] = 14
            else:
                factor = (0.9, 1.4)[end]
                values |= {"duration:B": int(np.floor(12 * factor + 0.5)), "E-N": int(np.floor(-3 * factor + 0.5))}
        columns = Columns(1, {slot: np.array([value]) for slot, value in values.items()})
        evaluated = evaluate(network, columns)
        return {name: int(network.clock.shown(evaluated.of(name), "opens")[0]) for name in ("M", "N")}

    names = [*lengths, "strike", "slow"]
    tried = 0
    for name, steps in found.items():
        worst = 0
        for budget, step in enumerate(steps):
            for chosen in combinations(names, budget):
                for ends in product((0, 1), repeat=budget):
                    worst = max(worst, days(tuple(zip(chosen, ends, strict=True)))[name])
                    tried += 1
            assert step.exact
            assert step.budget == budget
            assert ordinal(step.date) == worst, (name, budget)
    assert tried == 2 * sum(len(list(combinations(names, size))) * 2**size for size in range(4))


def test_a_larger_budget_is_never_less_bad(make_plan: Any) -> None:
    """What makes nothing worse is not added: the worst date never comes forward with the budget."""
    plan = make_plan(activities=[activity("A", 10)], milestones=[milestone("M")], rules=[link("A", "M")], targets=["M"])
    register = register_of(
        ranges=[ranged("a", "A", "5 wd", "10 wd", "12 wd")],
        risks=[
            {"id": "luck", "title": "L", "probability": 0.5, "impacts": [{"on": "A", "likely": "-4 wd"}], "basis": "judgement"}
        ],
    )
    steps = robust(plan, samples=64, register=register, budget=3).adversary["M"]

    assert [step.chances for step in steps] == [(), ("a",), ("a",)]


def test_fewer_hands_are_worse_and_found_so(make_plan: Any) -> None:
    """Where work queues, the adversary takes hands away even where that alone moves nothing."""
    plan = make_plan(
        **{
            **queue([4, 4], "$hands"),  # type: ignore[arg-type]
            "assumptions": [{"id": "hands", "title": "Hands", "value": 3, "low": 4, "high": 1, "basis": "synthetic"}],
        }
    )
    register = register_of(ranges=[ranged("w", "W0", "4 wd", "4 wd", "6 wd")])
    steps = robust(plan, samples=64, register=register, budget=2).adversary["M"]

    assert steps[2].chances == ("w", "hands")
    assert steps[2].date == Model(plan, register).clock.show(Model(plan, register).clock.origin + 10, "opens")


def test_a_risk_takes_hands_away(make_plan: Any, tmp_path: Any) -> None:
    """A risk may cost a capacity some of its hands, never below none; the most that it costs is its bad end."""
    from optimiser.robust.files import load_register

    plan = make_plan(**queue([4, 4, 4], 3))
    head = "schema: optimiser/risk/1\nid: r\ntitle: R\nplan: test\n"
    risk = "risks:\n  - {{ id: ill, title: I, probability: 0.5, basis: judgement, impacts: [{{ on: pool, {} }}] }}\n"
    path = tmp_path / "register.yaml"
    path.write_text(head + risk.format("low: -2, likely: -1, high: -1"), "utf-8")
    model = Model(plan, load_register(path, plan))
    hands = Sampler(model, ("M",), 1).draws(0, 64).columns(Case()).values["pool"]
    (chance,) = model.chances
    worst = robust(plan, samples=64, register=model.register, budget=1).adversary["M"][1]

    assert set(hands.tolist()) == {1, 2, 3}
    assert bad_ends(model, chance) == ("low",)
    assert worst.date == plan_day(model, 12)
    path.write_text(head + risk.format("likely: 1 wd"), "utf-8")
    with pytest.raises(InputError, match="'pool' is a count, and changes by a whole number such as -1, got '1 wd'"):
        load_register(path, plan)


def test_a_lever_on_a_length_never_goes_below_nothing(make_plan: Any) -> None:
    """Twenty steps off a short length leave nothing of it, not less."""
    plan = make_plan(activities=[activity("A", 5)], milestones=[milestone("M")], rules=[link("A", "M")], targets=["M"])
    register = register_of(levers=[lever("cut", 1, on="A", by="1 wd", steps=20)])
    model = Model(plan, register)
    columns = Sampler(model, ("M",), 1).draws(0, 1).columns(Case(levers={"cut": 20}))

    assert set(columns.values["duration:A"].tolist()) == {0}
    assert Duration(0, "wd").amount == 0
