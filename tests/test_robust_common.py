"""Every figure of `robust` on the same draws: inert variants, what cannot be reached, noise floors, the pack, the policy."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from models.plan import DURATION_PREFIX, Plan
from models.risk import Register
from optimiser.clock import Clock
from optimiser.critical import Batch, Columns, Decisive, compile_network, evaluate, latest_positions, lengthened, unsure
from optimiser.reading.load import load
from optimiser.robust import robust
from optimiser.robust.distribution import Distribution
from optimiser.robust.model import Case, Model
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import effect
from tests.random_plans import random_plan


def activity(name: str, days: int) -> dict[str, Any]:
    """Return an activity of some working days."""
    return {"id": name, "title": name, "duration": f"{days} wd", "basis": "synthetic"}


def link(before: str, after: str) -> dict[str, Any]:
    """Return a finish-to-start link."""
    return {
        "id": f"{before}-{after}",
        "kind": "dependency",
        "title": "a link",
        "before": before,
        "after": after,
        "basis": "synthetic",
    }


def pool(amount: int, *demands: dict[str, Any]) -> dict[str, Any]:
    """Return a capacity."""
    return {
        "id": "pool",
        "kind": "capacity",
        "title": "A pool",
        "amount": amount,
        "demands": list(demands),
        "basis": "synthetic",
    }


def milestone(name: str) -> dict[str, Any]:
    """Return a milestone."""
    return {"id": name, "title": name, "shown": "opens", "basis": "synthetic"}


def register_of(*ranges: tuple[str, int, int, int], risks: tuple[dict[str, Any], ...] = ()) -> Register:
    """Return a register of three-point ranges of activities."""
    listed = [
        {
            "id": f"r-{name.lower()}",
            "of": name,
            "low": f"{low} wd",
            "likely": f"{likely} wd",
            "high": f"{high} wd",
            "basis": "judgement",
        }
        for name, low, likely, high in ranges
    ]
    return Register.model_validate({"id": "test", "title": "Made for a test", "plan": "test", "ranges": listed, "risks": risks})


@pytest.fixture
def downstream(make_plan: Any) -> Plan:
    """A milestone, a later one behind work of its own, and a queue before the first."""
    return make_plan(
        activities=[activity("A", 20), activity("B", 20), activity("C", 10), activity("D", 3)],
        milestones=[milestone("M"), milestone("N")],
        rules=[
            link("A", "M"),
            link("B", "M"),
            link("D", "M"),
            link("M", "C"),
            link("C", "N"),
            pool(1, {"item": "A"}, {"item": "B"}),
        ],
        targets=["M", "N"],
    )


def test_nothing_is_reported_of_what_comes_after_a_milestone(downstream: Plan) -> None:
    """A range after the first milestone moves it by exactly nothing, queue or no queue; so does one that never drives."""
    register = register_of(("A", 10, 20, 40), ("C", 5, 10, 60), ("D", 1, 3, 9))
    found = {each.id: each for each in robust(downstream, register=register, budget=0).chances}

    assert found["r-a"].reaches == ("M", "N")
    assert found["r-c"].reaches == ("N",)
    assert found["r-d"].reaches == ()
    for name, milestones in (("r-c", "M"), ("r-d", "MN")):
        for each in milestones:
            assert found[name].bought_wd[each] == found[name].low_wd[each] == found[name].high_wd[each] == 0
            assert found[name].cruciality[each] is None or name == "r-d"
    assert (found["r-c"].bought_wd["N"] or 0) > 0


def test_every_figure_stands_on_as_many_samples(downstream: Plan) -> None:
    """The count asked for is that of the dates and of every comparison; without one a plan that queues has fewer."""
    register = register_of(("A", 10, 20, 40))
    asked, default = (robust(downstream, register=register, budget=0, samples=samples) for samples in (512, None))

    assert (asked.samples, asked.compared) == (512, 512)
    assert default.samples == default.compared == 1_024


def test_a_variant_that_changes_nothing_moves_nothing(downstream: Plan) -> None:
    """Shapes, correlations and service that nothing follows give the headline's own dates, sample by sample."""
    risk = {"id": "k", "title": "K", "probability": 0.3, "impacts": [{"on": "A", "likely": "5 wd"}], "basis": "judgement"}
    model = Model(downstream, register_of(("A", 10, 20, 40), risks=(risk,)))
    sampler = Sampler(model, ("M", "N"), 7)
    base = sampler.run(256)
    cases = {
        "rho": Case(rho=0.6),
        "none": Case(),
        "shape": Case(shape="triangular"),
        "closed": Case(closed=frozenset({"nobody"})),
    }
    for name, sample in sampler.compare(cases).items():
        assert np.array_equal(sample.days, base.days), name
    outcome = robust(downstream, register=register_of(risks=(risk,)), budget=0)

    assert outcome.exact
    for entry in outcome.milestones:
        assert (entry.sensitivity.shape_wd, entry.sensitivity.shape_noise_wd) == (0, None)
        assert (entry.sensitivity.correlation_wd, entry.sensitivity.correlation_noise_wd) == (0, None)


def test_an_effect_within_the_noise_is_no_number() -> None:
    """Between two independent halves of one distribution the effect is below a floor; a shift of ten days is above it."""
    clock = Clock(load("toy"))
    generator = np.random.default_rng(5)
    first = dt.date(2024, 2, 5).toordinal()
    labels = np.repeat(np.arange(8, dtype=np.int8), 128)
    days = [(first + generator.integers(0, 60, 1_024)).astype(np.int32) for _ in range(2)]
    one, other, later = (Distribution.of(each, labels) for each in (*days, days[0] + np.int32(14)))
    idle, shifted = (effect(clock, one, each, 0.8, "opens") for each in (other, later))

    assert idle.days is None
    assert idle.noise
    assert shifted == (10, None)


@pytest.mark.long
def test_the_pack_has_the_dates_of_the_verb() -> None:
    """A pack's robust dates are those that `robust` gives, in a plan that queues too, with samples asked for or not."""
    from optimiser.evidence.gather import gather
    from optimiser.evidence.request import request_of

    for name in ("toy", "toy-capacity"):
        for samples in (None, 128):
            case = gather(request_of(name, cases=(), samples=samples), name).main
            assert case.robust is not None
            assert case.robust == robust(load(name), samples=samples, folder=name, evidence=True)


@pytest.mark.long
def test_service_by_a_policy_is_never_earlier_than_the_earliest_date() -> None:
    """With nothing uncertain the date is the policy's: never before solve's, the difference given as the policy's."""
    for name, scenarios in (("toy-capacity", []), ("mhhs-round2", ["participants"])):
        plan = load(name, scenarios)
        bare = plan.evolve(
            assumptions=tuple(
                entry.model_copy(update={"low": None, "high": None, "uncertainty": None}) for entry in plan.assumptions
            )
        )
        outcome = robust(bare, register=Register(id="nothing", title="Nothing varies", plan=plan.id), budget=0)

        assert outcome.exact
        for entry in outcome.milestones:
            assert entry.deterministic
            assert entry.date == entry.served
            assert entry.date >= entry.deterministic
            assert entry.bias
            assert entry.bias.policy_wd == entry.served_wd


def test_work_of_no_length_takes_no_slot(make_plan: Any) -> None:
    """Work of no length that asks for more than there is has its date, and waits for nobody, under every way of serving."""
    plan = make_plan(
        activities=[activity("A", 5), activity("B", 0), activity("C", 4)],
        milestones=[milestone("M"), milestone("N")],
        rules=[
            link("B", "N"),
            *(link(name, "M") for name in "AC"),
            pool(1, {"item": "A"}, {"item": "B", "amount": 2}, {"item": "C"}),
        ],
        targets=["M", "N"],
    )
    both, none = robust(plan).milestones

    assert none.date == none.deterministic == dt.date(2024, 1, 8)
    assert both.date == both.deterministic == dt.date(2024, 1, 19)


def test_criticality_follows_the_queue(make_plan: Any) -> None:
    """Of A and B in one queue and C beside it each pair is critical where it is the longer: both in the queue alike."""
    plan = make_plan(
        activities=[activity("A", 6), activity("B", 6), activity("C", 12)],
        milestones=[milestone("M")],
        rules=[*(link(name, "M") for name in "ABC"), pool(1, {"item": "A"}, {"item": "B"})],
        targets=["M"],
    )
    outcome = robust(plan, register=register_of(("A", 2, 6, 10), ("B", 2, 6, 10), ("C", 4, 12, 20)), budget=0)
    found = {each.id: each.criticality["M"] for each in outcome.activities}

    assert found["A"] == found["B"]
    assert 0.45 < found["A"] < 0.6
    assert 1 < found["A"] + found["C"] < 1.15, "both where they are as long"


@pytest.mark.long
def test_no_float_is_what_a_unit_more_moves() -> None:
    """On random plans without capacity an activity is critical by the backward pass where one unit more moves the milestone."""
    compared = critical = plans = 0
    for seed in range(160):
        plan = random_plan(seed, size="medium" if seed % 4 == 0 else "tiny", capacity=False)
        network = compile_network(plan)
        if any(len({network.points[node].item for node in component}) > 1 for component in network.order):
            continue  # a unit more may then have no schedule at all
        plans += 1
        generator = np.random.default_rng(seed)
        slots = {f"{DURATION_PREFIX}{each.id}": plan.duration(each.duration).amount for each in plan.activities}
        values = {slot: generator.integers(max(0, amount - 2), amount + 4, 16) for slot, amount in slots.items()}
        columns = Columns(16, values)
        batch = Batch(network, columns)
        batch.settle()
        for target in plan.targets:
            node = network.nodes[target, "start"]
            dated = batch.row(node) <= network.clock.limit
            latest = latest_positions(batch, node)
            alone = dated & ~unsure(batch, latest)
            for each in plan.activities:
                slot = f"{DURATION_PREFIX}{each.id}"
                longer = evaluate(network, Columns(16, {**values, slot: values[slot] + 1}))
                moved = longer.values[node] > batch.row(node)
                finish = network.item_nodes(each.id)[1]
                found = lengthened(batch, each.id, latest) if finish in latest else np.zeros(16, dtype=np.bool_)
                assert np.array_equal(found[alone], moved[alone]), (seed, target, each.id)
                compared += 16
                critical += int(found[alone].sum())
    assert compared > 1_000
    assert critical > 50


@pytest.mark.long
def test_what_lies_behind_a_change_is_all_that_changes() -> None:
    """On random plans a pass computed again behind what differs is the pass computed anew, in circles and quorums too."""
    compared = changed = 0
    for seed in range(60):
        plan = random_plan(seed, size="medium" if seed % 3 == 0 else "tiny", capacity=False)
        network = compile_network(plan)
        generator = np.random.default_rng(seed)
        slots = {f"{DURATION_PREFIX}{each.id}": plan.duration(each.duration).amount for each in plan.activities}
        values = {slot: generator.integers(max(0, amount - 2), amount + 4, 12) for slot, amount in slots.items()}
        base = Batch(network, Columns(12, values))
        base.settle()
        for slot in list(slots)[:6]:
            samples = generator.random(12) < 0.6
            if samples.any():
                other = Columns(12, {**values, slot: values[slot] + samples * generator.integers(0, 5, 12)})
                again = base.varied(other.taken(samples), samples, [slot], [True] * len(network.points), {})
                anew = evaluate(network, other).values[:, samples]
                rows = np.array([again.row(node) for node in range(len(network.points))])
                limit = network.clock.limit
                assert np.array_equal(np.minimum(rows, limit + 1), np.minimum(anew, limit + 1)), (seed, slot)
                compared += 1
                changed += int((rows != np.array([base.row(node)[samples] for node in range(len(rows))])).any())
    assert compared > 150
    assert changed > 50


@pytest.mark.long
def test_what_cannot_decide_a_milestone_may_stay_as_it_is() -> None:
    """On random plans the nodes that decide give the dates of all, and the backward pass among them the same criticality."""
    told = left_out = moved = critical = 0
    for seed in range(90):
        plan = random_plan(seed, size="medium" if seed % 4 == 0 else "tiny", capacity=False)
        counts = {quorum.rule for quorum in compile_network(plan).quorums}
        plan = plan.evolve(rules=tuple(rule for rule in plan.rules if rule.id not in counts))
        network = compile_network(plan)
        generator = np.random.default_rng(seed)
        slots = {f"{DURATION_PREFIX}{each.id}": plan.duration(each.duration).amount for each in plan.activities}
        values = {slot: generator.integers(max(0, amount - 2), amount + 3, 8) for slot, amount in slots.items()}
        base = Batch(network, Columns(8, values))
        base.settle()
        ends = {slot: (max(0, amount - 3), amount + 3) for slot, amount in slots.items()}
        for target in plan.targets:
            node = network.nodes[target, "start"]
            found = Decisive(base, [node], ends)
            if found.nodes is None or found.lengthened is None:
                continue
            told += 1
            left_out += sum(found.lengthened) < sum(base.leading([node]))
            others = {slot: generator.integers(low, high + 1, 8) for slot, (low, high) in ends.items()}
            after = base.varied(Columns(8, others), None, list(slots), found.nodes, {}).row(node)
            assert np.array_equal(after, evaluate(network, Columns(8, others)).values[node]), (seed, target)
            moved += int((after != base.row(node)).sum())
            whole, part = (latest_positions(base, node, within=each) for each in (None, found.lengthened))
            for each in plan.activities:
                finish = network.item_nodes(each.id)[1]
                if finish in whole:
                    flags = lengthened(base, each.id, whole)
                    among = lengthened(base, each.id, part) if finish in part else np.zeros(8, dtype=np.bool_)
                    assert np.array_equal(flags, among), (seed, target, each.id)
                    critical += int(flags.sum())
    assert told > 30
    assert left_out > 8
    assert moved > 50
    assert critical > 50


def test_a_plan_without_dates_of_its_own_is_simulated_all_the_same(make_plan: Any) -> None:
    """Where the plan as it stands breaks its latest date, or runs off the calendar, samples have what dates they have."""
    latest = {"id": "latest", "kind": "not-after", "title": "held", "at": "M", "date": "2024-01-09", "basis": "synthetic"}
    for length, rules, note in ((20, [latest], "no schedule meets every rule"), (2_000, [], "a date runs off the calendar")):
        plan = make_plan(
            activities=[activity("A", length)], milestones=[milestone("M")], rules=[link("A", "M"), *rules], targets=["M"]
        )
        outcome = robust(plan, register=register_of(("A", 10, 20, 40)), budget=0)
        (entry,) = outcome.milestones

        assert entry.deterministic is None
        assert any(note in each for each in outcome.notes)
        assert entry.date is not None
        assert [each.probability for each in outcome.deadlines] == [0.0] * len(rules)
