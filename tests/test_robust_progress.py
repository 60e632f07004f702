"""Samples of plans in which work has been done: what is done is a fact, what is left carries its share of the range."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.duration import Duration
from models.items import Activity
from models.plan import Plan
from models.progress import Progress
from models.risk import Claims, Register
from optimiser.critical import evaluate
from optimiser.errors import InputError
from optimiser.robust import robust
from optimiser.robust.model import Case, Model
from optimiser.robust.simulation import Sampler
from tests.brute_force import Axis
from tests.minute_plans import held_plan, minute_plan, moment
from tests.random_plans import random_plan


def ranged(plan: Plan, *, risks: tuple[dict[str, Any], ...] = (), **parts: Any) -> Register:
    """Return a register in which every length is drawn between half and thrice of what is planned."""
    lengths = {activity.id: plan.duration(activity.duration) for activity in plan.activities}
    ranges = [
        {
            "id": f"r-{name.lower()}",
            "of": name,
            "low": str(Duration(length.amount // 2, length.unit)),
            "likely": str(length),
            "high": str(Duration(length.amount * 3, length.unit)),
            "basis": "synthetic",
        }
        for name, length in lengths.items()
    ]
    fields = {"id": "test", "title": "Made for a test", "plan": plan.id, "ranges": ranges, "risks": risks}
    return Register.model_validate(fields | parts)


def line(*lengths: int, **progress: Progress) -> Plan:
    """Return a plan of work in one line to the milestone END, some of it begun or done."""
    plan = minute_plan(random.Random(3), 2)  # noqa: S311 - tests
    work = plan.activities[0]
    names = [f"A{place}" for place in range(len(lengths))]
    activities = tuple(
        work.model_copy(
            update={
                "id": name,
                "title": name,
                "duration": Duration(length, "emin"),
                "calendar": None,
                "progress": progress.get(name),
            }
        )
        for name, length in zip(names, lengths, strict=True)
    )
    link = next(rule for rule in plan.rules if rule.id == "last")
    rules = tuple(
        link.model_copy(update={"id": f"{before}-{after}", "before": before, "after": after})
        for before, after in zip(names, [*names[1:], "END"], strict=True)
    )
    changes = {"activities": activities, "rules": rules, "summaries": (), "status_date": moment(1500)}
    return plan.model_copy(update=changes)


def ends(sampler: Sampler) -> NDArray[np.int64]:
    """Return where END lies in every sample, to the minute."""
    found = sampler.over(lambda block: evaluate(sampler.model.network, block.draws.columns(sampler.main)))
    return np.concatenate([each.of("END") for each in found])


def spread(plan: Plan, register: Register) -> tuple[int, float]:
    """Return how far END reaches from its 10th to its 90th percentile, in minutes, and its variance."""
    sampler = Sampler(Model(plan, register), ("END",), 7, enumerate=False)
    sampler.run(2048)
    rows = ends(sampler)
    low, high = np.quantile(rows, [0.1, 0.9], method="inverted_cdf")
    return int(high - low), float(np.var(rows))


DONE = Progress(actual_start=moment(1200), actual_finish=moment(1300))


def test_where_everything_is_done_there_is_one_date_and_no_spread() -> None:
    """Every quantile of a milestone that has been reached is its date, and nothing is left to draw."""
    plan = line(60, 90, A0=DONE, A1=DONE)
    end = plan.milestones[0].model_copy(update={"progress": Progress(actual_finish=moment(1400))})
    plan = plan.model_copy(update={"milestones": (end,)})
    risk = {"id": "late", "title": "Late", "probability": 0.5, "impacts": [{"on": "A0", "likely": "50 emin"}]}
    found = robust(plan, register=ranged(plan, risks=({**risk, "basis": "synthetic"},)))
    milestone = found.milestones[0]
    assert milestone.met
    assert {str(day) for day in milestone.quantiles.values()} == {"2024-01-01"}
    assert milestone.deviation_wd == 0
    assert found.exact
    assert found.chances == ()
    assert "left out, as what they bear on is done or they are closed: range 'r-a0', range 'r-a1', risk 'late'" in found.notes


def finished(plan: Plan, seed: int) -> Plan:
    """Return a plan of which everything is done, whenever it was: what is past is fact, whatever its rules say."""
    chance, axis = random.Random(seed), Axis(plan)  # noqa: S311 - tests
    days = [day for day in axis.days[axis.origin : axis.limit] if plan.horizon.first <= day < plan.horizon.last]

    def done(item: Activity) -> Activity:
        first, last = sorted(chance.choices(days, k=2))
        return item.model_copy(update={"progress": Progress(actual_start=first, actual_finish=last)})

    reached = {each.id: Progress(actual_finish=chance.choice(days)) for each in plan.milestones}
    return plan.evolve(
        status_date=days[-1],
        activities=tuple(done(each) for each in plan.activities),
        milestones=tuple(each.model_copy(update={"progress": reached[each.id]}) for each in plan.milestones),
    )


def one_date_each(seeds: range) -> Counter[str]:
    """Hold that all that a random plan has done has one date in every sample, under its rules and ranges and none."""
    counted: Counter[str] = Counter()
    for seed in seeds:
        plan = finished(random_plan(seed), seed)
        names = tuple(each.id for each in plan.milestones)
        if not names or not plan.activities:
            continue
        sampler = Sampler(Model(plan, ranged(plan)), names, 7, enumerate=False)
        found = sampler.run(64)
        assert sampler.model.chances == ()
        for milestone in plan.milestones:
            assert milestone.progress is not None
            assert milestone.progress.actual_finish is not None
            assert set(found.of(milestone.id).tolist()) == {milestone.progress.actual_finish.toordinal()}, (seed, milestone.id)
            counted["milestones"] += 1
        counted["plans"] += 1
    return counted


def test_what_is_done_has_one_date_on_random_plans() -> None:
    """Everything done: one date, zero spread, whatever rules a plan has and whatever its register says."""
    assert one_date_each(range(40))["plans"] >= 30


@pytest.mark.long
def test_what_is_done_has_one_date_on_hundreds_of_random_plans() -> None:
    """The same of two hundred."""
    assert one_date_each(range(40, 300))["plans"] >= 200


def test_begun_work_carries_the_share_of_its_range_that_is_left() -> None:
    """A quarter of the work that is left is drawn from a quarter of the range, and never ends before the status date."""
    plan = line(100, A0=Progress(actual_start=moment(900), remaining=Duration(25, "emin")))
    register = ranged(plan)
    model = Model(plan, register)
    lattice = model.lattice(register.ranges[0], 25)
    assert (lattice.values[0], lattice.values[-1]) == (13, 75), "12.5 rounds half up"
    assert model.centre("duration:A0", 25) == 25
    whole = Model(line(100), register).lattice(register.ranges[0], 100)
    assert lattice.mean == pytest.approx(whole.mean / 4, rel=0.01)


def test_what_is_left_follows_the_range_of_the_assumption_that_the_length_came_from() -> None:
    """The assumption's range reaches begun work by its share, and finished work not at all."""
    plan = line(100, 100, 100, A0=DONE, A1=Progress(actual_start=moment(1300), remaining=Duration(20, "emin")))
    solid = {"basis": "synthetic", "title": "x", "low": "50 emin", "high": "200 emin"}
    assumed = Plan.model_validate(
        plan.model_dump(mode="json")
        | {"assumptions": [{"id": "x", "value": "100 emin", **solid}]}
        | {"activities": [{**each.model_dump(mode="json"), "duration": "$x"} for each in plan.activities]}
    )
    sampler = Sampler(Model(assumed, None), ("END",), 7, enumerate=False)
    sampler.run(512)
    columns = sampler.over(lambda block: block)[0].draws.columns(Case()).values
    assert np.array_equal(columns["duration:A1"], np.floor(columns["x"] / 5 + 0.5))
    assert "duration:A0" not in columns
    assert sampler.model.felt("END") == {"x"}


def test_a_risk_that_is_closed_strikes_no_more_and_one_that_has_happened_always() -> None:
    """Its impacts are then certain; what could still be done about its probability is no longer offered."""
    plan = line(100)

    def found(state: str) -> list[str]:
        risk = {
            "id": "late",
            "title": "Late",
            "state": state,
            "probability": 0.3,
            "impacts": [{"on": "A0", "likely": "2000 emin"}],
            "basis": "synthetic",
            "actions": [{"id": "hurry", "title": "Hurry", "cost": 1, "probability": 0.1, "basis": "synthetic"}],
        }
        register = ranged(plan, risks=(risk,), ranges=[])
        sampler = Sampler(Model(plan, register), ("END",), 7)
        sample = sampler.run(128)
        rows = ends(sampler)
        share = 1.0 if sample.weights is None else float(sample.weights[rows == rows.min()].sum())
        return [f"{share:g} at {rows.min()}, last {rows.max()}", *sampler.model.levers]

    opened, closed, happened = map(found, ("open", "closed", "happened"))
    assert opened[1:] == ["hurry"]
    assert closed[1:] == happened[1:] == []
    first, last = opened[0].removeprefix("0.7 at ").split(", last ")
    assert closed == [f"1 at {first}, last {first}"]
    assert happened == [f"1 at {last}, last {last}"]


def test_claims_about_finished_work_are_left_out_and_said() -> None:
    """Nobody can claim how long work will take that is done."""
    plan = line(100, 60, A0=DONE)
    names = {"A0": "x", "A1": "y"}
    text = plan.model_dump(mode="json")
    text["assumptions"] = [
        {"id": name, "title": name, "value": f"{length} emin", "basis": "synthetic"} for name, length in (("x", 100), ("y", 60))
    ]
    text["activities"] = [{**each, "duration": f"${names[each['id']]}"} for each in text["activities"]]
    plan = Plan.model_validate(text)
    grades = [{"id": "said", "title": "Said", "low": "-10 %", "high": "+50 %", "basis": "synthetic"}]
    register = Register.model_validate({"id": "t", "title": "t", "plan": plan.id, "grades": grades})
    claims = Claims.model_validate(
        {
            "claims": [
                {"respondent": "one", "assumption": name, "value": "70 emin", "grade": "said", "basis": "synthetic"}
                for name in ("x", "y")
            ]
        }
    )
    found = robust(plan, register=register, claims=claims, samples=128)
    assert "claims about x are left out: the work is done" in found.notes
    assert found.claims is not None
    assert {each.assumption for each in found.claims.effects} == {"y"}


@pytest.mark.parametrize("dialect", [None, "p6"])
def test_as_work_in_a_line_is_done_the_spread_never_grows(dialect: Any) -> None:
    """However long it took: where work follows work, what is done takes its variance with it, on common draws."""
    never_grows(range(6), dialect)


@pytest.mark.long
@pytest.mark.parametrize("dialect", [None, "p6"])
def test_as_work_in_hundreds_of_lines_is_done_the_spread_never_grows(dialect: Any) -> None:
    """The same of a hundred lines of each dialect."""
    never_grows(range(6, 106), dialect)


def never_grows(seeds: range, dialect: Any) -> None:
    """Hold that neither the reach nor the variance of END grows as one piece of work after another is done."""
    for seed in seeds:
        chance = random.Random(seed)  # noqa: S311 - tests
        lengths = [chance.randint(10, 60) for _ in range(4)]
        known: list[tuple[int, float]] = []
        progress: dict[str, Progress] = {}
        at = 0
        for place in range(5):
            plan = line(*lengths, **progress).model_copy(update={"dialect": dialect})
            known.append(spread(plan, ranged(plan)))
            if place < 4:
                start, at = at, at + chance.randint(5, 170)
                progress[f"A{place}"] = Progress(actual_start=moment(start), actual_finish=moment(at))
        reaches, variances = zip(*known, strict=True)
        assert all(after <= before + 2 for before, after in itertools.pairwise(reaches)), (seed, reaches)
        assert all(after <= before * 1.02 for before, after in itertools.pairwise(variances)), (seed, variances)
        assert known[-1] == (0, 0.0)


def test_done_work_alone_makes_no_random_plan_more_uncertain_on_average() -> None:
    """Over how long the work takes, what is left to vary is on average no more than before (law of total variance)."""
    counted = no_more_uncertain(range(60))
    assert counted["asked"] >= 20
    assert counted["less"] >= 3


@pytest.mark.long
def test_done_work_alone_makes_hundreds_of_random_plans_no_more_uncertain_on_average() -> None:
    """The same of two hundred plans in which the work has a length to draw and the end varies."""
    assert no_more_uncertain(range(60, 3_000), enough=200)["asked"] >= 200


def no_more_uncertain(seeds: range, enough: int = 10**9) -> Counter[str]:
    """Hold that within each length of the first work the end varies no more than it does in all, on average."""
    counted: Counter[str] = Counter()
    for seed in seeds:
        if counted["asked"] >= enough:
            break
        plan = held_plan(random.Random(seed), None, 5).model_copy(update={"status_date": None})  # noqa: S311 - tests
        plan = plan.model_copy(
            update={"activities": tuple(each.model_copy(update={"progress": None, "pin": None}) for each in plan.activities)}
        )
        register = ranged(plan)
        model = Model(plan, register)
        sampler = Sampler(model, ("END",), 7, enumerate=False)
        sampler.run(2048)
        block, rows = sampler.over(lambda block: block)[0], ends(sampler).astype(float)
        drawn = block.draws.columns(Case()).values
        first = plan.activities[0].id
        lengths = drawn.get(f"duration:{first}")
        if lengths is None or np.var(rows) == 0 or len(np.unique(lengths)) < 4:
            continue
        counted["asked"] += 1
        within = 0.0
        for length in np.unique(lengths).tolist():
            inside = rows[lengths == length]
            within += np.var(inside) * len(inside) / len(rows)
        assert within <= np.var(rows) * 1.001
        counted["less"] += bool(within < np.var(rows) * 0.99)
    return counted


def test_nothing_that_is_done_is_named_among_what_drives_or_could_move_a_date() -> None:
    """Drivers, levers, evidence and what can go wrong leave the past out, over random plans with progress."""
    counted: Counter[str] = Counter()
    for seed in range(24):
        plan = held_plan(random.Random(seed), (None, "p6", "msp")[seed % 3], 6)  # noqa: S311 - tests
        done = {f"r-{each.id.lower()}" for each in plan.activities if plan.done(each.id)}
        if not done:
            continue
        try:
            found = robust(plan, register=ranged(plan), samples=128, evidence=True)
        except InputError:  # a plan whose dates run off its few days
            continue
        named = {each.id for each in found.chances} | {each for step in found.adversary["END"] for each in step.chances}
        named |= {each.id for each in (*found.evidence.drawn, *found.evidence.open)} if found.evidence else set()
        assert not named & done
        assert not {each.id for each in found.activities} & {name.removeprefix("r-").upper() for name in done}
        counted["done"] += len(done)
        counted["begun"] += sum(plan.under_way(each.id) for each in plan.activities)
    assert counted["done"] >= 12
    assert counted["begun"] >= 6
