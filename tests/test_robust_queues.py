"""Queues for a capacity: who is served first, by readiness or by class, in every sample alike and never beyond the capacity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.plan import DURATION_PREFIX, Plan
from models.policies import policies_of, service_classes
from models.risk import Register
from optimiser.critical import Batch, Columns, Network, compile_network, evaluate, list_schedule, resources
from optimiser.reading.load import load
from optimiser.robust import policy as policy_module
from optimiser.robust import robust
from optimiser.robust.field import NEVER
from optimiser.robust.files import find_register, plan_folder
from optimiser.robust.model import Case, Model
from optimiser.robust.policy import Counter, allot
from optimiser.robust.simulation import Sampler


def activity(name: str, days: int) -> dict[str, Any]:
    """Return an activity of some working days."""
    return {"id": name, "title": name, "duration": f"{days} wd", "basis": "synthetic"}


def milestone(name: str) -> dict[str, Any]:
    """Return a milestone."""
    return {"id": name, "title": name, "shown": "opens", "basis": "synthetic"}


def link(before: str, after: str, lag: str = "0 wd") -> dict[str, Any]:
    """Return a finish-to-start link."""
    return {
        "id": f"{before}-{after}",
        "kind": "dependency",
        "title": "a link",
        "before": before,
        "after": after,
        "lag": lag,
        "basis": "synthetic",
    }


def queue_plan(make_plan: Any, lengths: list[int], capacity: int, **rule: Any) -> Plan:
    """Return a plan of independent pieces of work that share one capacity."""
    names = [f"W{place}" for place in range(len(lengths))]
    return make_plan(
        activities=[activity(name, days) for name, days in zip(names, lengths, strict=True)],
        milestones=[milestone("M")],
        rules=[
            *(link(name, "M") for name in names),
            {
                "id": "pool",
                "kind": "capacity",
                "title": "a pool",
                "amount": capacity,
                "demands": [{"item": name} for name in names],
                "basis": "synthetic",
                **rule,
            },
        ],
        targets=["M"],
    )


def allotted(network: Network, columns: Columns) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the positions once everybody is served, shape ``(nodes, samples)``, and the samples without a place."""
    free = Batch(network, columns)
    free.settle()
    found = allot(Counter(network), free)
    return np.array([found.batch.row(node) for node in range(len(network.points))]), found.lost


def test_the_queue_takes_work_in_its_order(make_plan: Any) -> None:
    """Five pieces on two hands, first come first served, by hand: 0-5, 0-4, 4-7, 5-7, 7-9."""
    plan = queue_plan(make_plan, [5, 4, 3, 2, 2], 2)
    network = compile_network(plan)
    found, lost = allotted(network, Columns(1))
    origin = network.clock.origin
    starts = [int(found[network.item_nodes(f"W{place}")[0], 0]) - origin for place in range(5)]

    assert starts == [0, 0, 4, 5, 7]
    assert not lost.any()


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=7),
    st.integers(1, 4),
    st.booleans(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_queue_keeps_inside_capacity(make_plan_of: Any, lengths: list[int], capacity: int, steps: bool) -> None:
    """Whatever the lengths, no day holds more than the capacity of that day, and every sample is its own."""
    rule = {"steps": [{"since": "2024-01-17", "amount": capacity + 1}, {"since": "2024-01-24", "amount": capacity}]}
    plan = queue_plan(make_plan_of, lengths, capacity, **(rule if steps else {}))
    network = compile_network(plan)
    pools = resources(plan, network.clock)
    slot = f"{DURATION_PREFIX}W0"
    columns = Columns(3, {slot: np.array([lengths[0], 3, 9])})
    found, lost = allotted(network, columns)

    assert not lost.any()
    for sample in range(3):
        used = np.zeros(network.clock.size, dtype=int)
        for place in range(len(lengths)):
            start, finish = (int(found[node, sample]) for node in network.item_nodes(f"W{place}"))
            used[start:finish] += 1
        assert (used <= pools[0].available).all()
    alone, _ = allotted(network, Columns(1))
    assert alone[:, 0].tolist() == found[:, 0].tolist()


@pytest.fixture(scope="module")
def make_plan_of() -> Any:
    """Return the maker of small plans once for all examples of a property."""
    from importlib import util
    from pathlib import Path

    spec = util.spec_from_file_location("robust_conftest", Path(__file__).with_name("conftest.py"))
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.plan_of


def test_equal_tests_in_the_queue_match_the_serial_scheme(make_plan: Any) -> None:
    """With equal demands and one stage the queue is the list schedule by earliest start."""
    plan = queue_plan(make_plan, [6] * 7, 3)
    network = compile_network(plan)
    pools = resources(plan, network.clock)
    found, _ = allotted(network, Columns(1))
    listed = list_schedule(network, pools, lambda item, now: (now, int(item[1:])))

    assert found[:, 0].tolist() == listed


def test_what_needs_more_than_there_is_never_comes(make_plan: Any) -> None:
    """An activity that needs more than the pool ever holds is said to have no place, not scheduled."""
    plan = queue_plan(make_plan, [3, 3], 1, demands=[{"item": "W0", "amount": 2}, {"item": "W1"}])
    sample = Sampler(Model(plan, None), tuple(plan.targets), 7).run(64)

    assert sample.unplaced == len(sample)
    assert (sample.of("M") == NEVER).all()


@pytest.mark.long
def test_participants_queue_without_a_sample_lost() -> None:
    """Under the synthetic participants every sample is placed, no queue is ever over its capacity, and queues cost days."""
    plan = load("mhhs-round2", ["participants"])
    model = Model(plan, find_register(plan, plan_folder(plan)))
    columns = Sampler(model, tuple(plan.targets), 7).draws(0, 2).columns(Case())
    found, lost = allotted(model.network, columns)
    free = evaluate(model.network, columns)
    held = model.network.enabled

    assert not lost.any()
    m14 = found[model.network.nodes["M14", "start"]]
    assert (m14 >= free.of("M14")).all()
    assert m14.mean() > free.of("M14").mean()
    counted = 0
    for pool in resources(plan, model.clock):
        rule = plan.rules_by_id[pool.rule]
        assert held[rule.id]
        amount = columns.values.get(getattr(getattr(rule, "amount", None), "name", ""), None)
        for sample in range(columns.samples):
            used = np.zeros(model.clock.size, dtype=int)
            for item, need in pool.demand.items():
                start, finish = (int(found[node, sample]) for node in model.network.item_nodes(item))
                used[start:finish] += need
            assert (used <= (pool.available if amount is None else amount[sample])).all(), (pool.rule, sample)
            counted += 1
    assert counted == 16 * len(resources(plan, model.clock)) > 0


def test_a_case_is_the_same_beside_another_and_on_its_own(make_plan: Any) -> None:
    """What is computed again where a case differs is what a run of that case alone computes, queues included."""
    plan = queue_plan(make_plan, [5, 4, 3, 6], 2)
    register = Register.model_validate(
        {
            "id": "r",
            "title": "R",
            "plan": "test",
            "ranges": [
                {"id": f"w{place}", "of": f"W{place}", "low": "2 wd", "high": "12 wd", "basis": "judgement"} for place in (0, 1)
            ],
            "risks": [
                {"id": "k", "title": "K", "probability": 0.5, "impacts": [{"on": "W3", "likely": "4 wd"}], "basis": "judgement"}
            ],
            "levers": [{"id": "hire", "title": "H", "on": "pool", "more": 1, "cost": 1, "basis": "synthetic"}],
        }
    )
    sampler = Sampler(Model(plan, register), ("M",), 7)
    cases = {name: Case(closed=frozenset({name})) for name in ("w0", "w1", "k")}
    cases |= {"": Case(), "hire": Case(levers={"hire": 1}), "pert": Case(shape="pert"), "still": Case(closed=frozenset(cases))}
    sampler.run(64)
    together = sampler.compare(cases)

    for name, case in cases.items():
        alone = Sampler(sampler.model, ("M",), 7, case).run(64)
        assert np.array_equal(together[name].days, alone.days), name
    assert len({sample.days.tobytes() for sample in together.values()}) == len(cases)


# -- serving by class --------------------------------------------------------------------------------------------------------


def served(monkeypatch: pytest.MonkeyPatch, classes: dict[str, int], network: Network, columns: Columns) -> Any:
    """Return the positions when activities have classes, whatever the plan says of parties."""
    monkeypatch.setattr(policy_module, "service_classes", lambda _plan, _policy: classes)
    return allotted(network, columns)


def starts_of(network: Network, found: Any, names: list[str], sample: int = 0) -> list[int]:
    """Return when activities start, in working days from the first."""
    return [int(found[network.item_nodes(name)[0], sample]) - network.clock.origin for name in names]


def test_a_better_class_goes_first_but_nobody_waits_for_who_is_not_ready(
    make_plan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hand, by hand: the second class takes the idle hand at 0; at 6 the first class, ready at 3, passes one ready at 1."""
    plan = make_plan(
        activities=[activity("HEAD", 1), activity("LEAD", 3), activity("A", 6), activity("B", 4), activity("C", 2)],
        milestones=[milestone("M")],
        rules=[
            link("HEAD", "B"),
            link("LEAD", "C"),
            *(link(name, "M") for name in "ABC"),
            {
                "id": "pool",
                "kind": "capacity",
                "title": "a pool",
                "amount": 1,
                "demands": [{"item": name} for name in "ABC"],
                "basis": "synthetic",
            },
        ],
        targets=["M"],
    )
    network = compile_network(plan)
    first, lost = allotted(network, Columns(1))
    by_class, lost_too = served(monkeypatch, {"A": 1, "B": 1, "C": 0}, network, Columns(1))

    assert not lost.any()
    assert not lost_too.any()
    assert starts_of(network, first, ["A", "B", "C"]) == [0, 6, 10]
    assert starts_of(network, by_class, ["A", "B", "C"]) == [0, 8, 6]


def by_events(ready: list[int], lengths: list[int], needs: list[set[int]], classes: list[int], hands: list[int]) -> list[int]:
    """Return when pieces of work start: day by day, whoever is best first, nobody passing a better one in a shared queue."""
    starts = [-1] * len(ready)
    running: list[tuple[int, int]] = []
    day = 0
    while -1 in starts:
        blocked: set[int] = set()
        order = sorted(
            (place for place, start in enumerate(starts) if start < 0 and ready[place] <= day),
            key=lambda place: (classes[place], ready[place], place),
        )
        for place in order:
            busy = [sum(1 for end, who in running if end > day and queue in needs[who]) for queue in range(len(hands))]
            free = all(busy[queue] < hands[queue] for queue in needs[place])
            if free and not needs[place] & blocked:
                starts[place] = day
                running.append((day + lengths[place], place))
            else:
                blocked |= needs[place]
        day += 1
    return starts


WORK = st.tuples(st.integers(0, 8), st.integers(1, 7), st.sets(st.integers(0, 1), min_size=1, max_size=2), st.integers(0, 2))


@given(st.lists(WORK, min_size=1, max_size=8), st.tuples(st.integers(1, 3), st.integers(1, 3)), st.booleans())
@example(  # who waits for its first queue keeps its place in the second
    work=[(0, 1, {0}, 0), (0, 1, {0}, 0), (0, 1, {0}, 0), (0, 1, {1}, 1), (0, 1, {0, 1}, 0)], hands=(1, 1), ranked=True
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_serving_is_what_a_clerk_would_do_day_by_day(
    make_plan_of: Any, work: list[tuple[int, int, set[int], int]], hands: tuple[int, int], ranked: bool
) -> None:
    """Two queues, any readiness, lengths and classes: every start is that of a simulation one day at a time."""
    names = [f"W{place}" for place in range(len(work))]
    pools = [
        {
            "id": f"pool{queue}",
            "kind": "capacity",
            "title": "a pool",
            "amount": hands[queue],
            "demands": [{"item": name} for name, entry in zip(names, work, strict=True) if queue in entry[2]],
            "basis": "synthetic",
        }
        for queue in (0, 1)
        if any(queue in entry[2] for entry in work)
    ]
    plan = make_plan_of(
        activities=[
            *(activity(name, entry[1]) for name, entry in zip(names, work, strict=True)),
            *(activity(f"R{name}", entry[0]) for name, entry in zip(names, work, strict=True)),
        ],
        milestones=[milestone("M")],
        rules=[*(link(f"R{name}", name) for name in names), *(link(name, "M") for name in names), *pools],
        targets=["M"],
    )
    classes = [entry[3] if ranked else 0 for entry in work]
    network = compile_network(plan)
    with pytest.MonkeyPatch.context() as patch:
        found, lost = served(patch, dict(zip(names, classes, strict=True)), network, Columns(1))
    expected = by_events(
        [entry[0] for entry in work], [entry[1] for entry in work], [entry[2] for entry in work], classes, list(hands)
    )

    assert not lost.any()
    assert starts_of(network, found, names) == expected


@pytest.mark.long
def test_both_ways_of_taking_turns_agree_where_all_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one class the turns by class are the turns by readiness, on the 115 tests of the synthetic participants."""
    plan = load("mhhs-round2", ["participants"])
    model = Model(plan, find_register(plan, plan_folder(plan)))
    columns = Sampler(model, tuple(plan.targets), 7).draws(0, 1).columns(Case())
    first, _ = allotted(model.network, columns)

    alike = dict.fromkeys(Counter(model.network).items, 0)
    monkeypatch.setattr(Counter, "classes", lambda *_: alike)
    again, lost = allotted(model.network, columns)

    assert not lost.any()
    assert (first == again).all()


def test_parties_are_served_by_the_classes_that_qualify_uses() -> None:
    """Classes come from the parties: networks first by portfolio, sizes either way round; plans without parties have none."""
    plan = load("mhhs-round2", ["participants"])
    assert plan.qualification
    sizes = {f"{party.id}-TEST": party.size for party in plan.qualification.qualifying}
    large, small = (service_classes(plan, policy) for policy in ("large-first", "small-first"))

    assert policies_of(plan) == ("first-ready", "portfolio", "large-first", "small-first")
    assert {sizes[name] for name, rank in large.items() if rank == 0} == {"large"}
    assert {sizes[name] for name, rank in small.items() if rank == 0} == {"small"}
    assert {name[:3] for name, rank in service_classes(plan, "portfolio").items() if rank > 0} == {"SUP"}
    assert set(service_classes(plan, "first-ready").values()) == {0}
    assert policies_of(load("mhhs-round2")) == ("first-ready",)
    assert service_classes(load("toy-capacity"), "portfolio") == {}


@pytest.mark.long
def test_the_answer_says_how_dates_differ_by_policy() -> None:
    """Every policy has its dates on the same draws; the one chosen is the one that the robust dates stand on."""
    plan = load("mhhs-round2", ["participants"])
    outcome = robust(plan, samples=1_024, milestones=["M14"], policy="small-first", budget=0)
    rows = {row.policy: row for row in outcome.policies}

    assert list(rows) == list(policies_of(plan))
    assert [row.policy for row in outcome.policies if row.chosen] == ["small-first"]
    assert rows["small-first"].dates == outcome.dates
    assert (rows["first-ready"].later_wd["M14"] or 0) < 0, "serving the smallest first costs days"
    assert outcome.milestones[0].bias
    assert outcome.milestones[0].bias.policy_wd > 0


def test_a_policy_without_parties_is_refused() -> None:
    """A plan without parties cannot serve them by size."""
    from optimiser.errors import InputError

    with pytest.raises(InputError, match="no parties to serve by 'large-first'"):
        robust(load("toy-capacity"), samples=64, policy="large-first")


def test_of_two_queues_for_the_same_work_the_one_with_fewer_hands_decides(make_plan: Any) -> None:
    """Two pools that the same work asks for one hand each serve it like one pool that has, in each sample, the fewer hands."""
    lengths = [5, 4, 3, 2, 2, 6]
    demands = [{"item": f"W{place}"} for place in range(len(lengths))]
    further = {"id": "rooms", "kind": "capacity", "title": "rooms", "amount": 3, "demands": demands, "basis": "synthetic"}
    one = queue_plan(make_plan, lengths, 2)
    both = make_plan(
        activities=[activity(f"W{place}", days) for place, days in enumerate(lengths)],
        milestones=[milestone("M")],
        rules=[*(rule.model_dump(mode="json", by_alias=True, exclude_defaults=True) for rule in one.rules), further],
        targets=["M"],
    )
    hands, rooms = np.array([1, 2, 3, 4, 0]), np.array([2, 2, 1, 3, 3])
    alone, missed = allotted(compile_network(one), Columns(5, {"pool": np.minimum(hands, rooms)}))
    together, lost = allotted(compile_network(both), Columns(5, {"pool": hands, "rooms": rooms}))

    assert np.array_equal(alone[:, :4], together[:, :4])
    assert np.array_equal(missed, lost)
    assert lost.tolist() == [False, False, False, False, True]
    assert len({column.tobytes() for column in together.T[:4]}) == 3
