"""Floats: what the backward pass says, held against every schedule that a tiny plan has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from models.plan import Plan
from optimiser.critical import Earliest, compile_network, earliest_times, floats, free_floats, latest_times
from optimiser.critical.backward import latest_reasons
from tests.brute_force import schedules
from tests.conftest import plan_of
from tests.quotas import require, until
from tests.random_plans import random_plan
from tests.test_critical import chain_plan, event, rule, work

MOST = 20_000
"""Schedules of one plan that are looked through; plans with more are left out, and counted."""


def latest_of_all(plan: Plan, found: Earliest) -> tuple[dict[str, dict[str, int]], dict[str, int]] | None:
    """Return the latest start of each item while a milestone stays, and while everything else stays; None if too many."""
    items = [item.id for item in (*plan.activities, *plan.milestones)]
    early = {item: found.position(item) for item in items}
    places = list(islice(schedules(plan), MOST + 1))
    if len(places) > MOST:
        return None
    late = {
        milestone.id: {
            item: max(each[item][0] for each in places if each[milestone.id][0] <= early[milestone.id][0]) for item in items
        }
        for milestone in plan.milestones
    }
    alone = {
        item: max(each[item][0] for each in places if all(each[other] == early[other] for other in items if other != item))
        for item in items
    }
    return late, alone


def disagreements(seed: int, found: Earliest, count: Counter[str]) -> Iterator[str]:
    """Yield every float of a random plan that is not what its schedules say."""
    if found.status != "feasible":
        count[found.status] += 1
        return
    latest = latest_of_all(found.network.plan, found)
    if latest is None:
        count["too many"] += 1
        return
    late, alone = latest
    for milestone, starts in late.items():
        for item, slip in floats(found, milestone).items():
            true = starts[item] - found.position(item)[0]
            count["none" if slip is None else "float" if slip else "no float"] += 1
            if slip is not None and slip != true:
                yield f"seed {seed}: {item} has {slip} wd before {milestone} moves, by its schedules {true}"
    for item, slip in free_floats(found, list(alone)).items():
        true = alone[item] - found.position(item)[0]
        count["none" if slip is None else "free float" if slip else "no free float"] += 1
        if slip is not None and slip != true:
            yield f"seed {seed}: {item} has {slip} wd before anything moves, by its schedules {true}"


KINDS = ("float", "no float", "free float", "no free float", "none")
"""What may be said of the float of an item."""


def drawn(seed: int) -> Earliest:
    """Return the earliest positions of a random plan."""
    return earliest_times(compile_network(random_plan(seed, capacity=False)))


def agree(seeds: range, least: int) -> None:
    """Hold the floats of random plans against their schedules, until each kind of float was seen often enough."""
    count: Counter[str] = Counter()
    quotas = dict.fromkeys(KINDS, least)
    plans = until(quotas, count, seeds, drawn, lambda found: KINDS if found.status == "feasible" else ())
    found = [each for seed, early in plans for each in disagreements(seed, early, count)]

    assert found == []
    require(count, quotas)


@pytest.mark.long
def test_floats_are_what_the_schedules_of_a_plan_leave() -> None:
    """Total and free floats equal the latest starts among all schedules, over every kind of rule but capacity."""
    agree(range(160), 30)


@pytest.mark.long
def test_floats_are_what_the_schedules_of_many_plans_leave() -> None:
    """The same, of many plans."""
    agree(range(1_000, 2_500), 300)


@pytest.mark.long
def test_reasons_are_behind_the_same_latest_boundaries() -> None:
    """With and without their reasons latest boundaries are the same, and the rules behind one compel it on their own."""
    compelled = 0
    for seed in range(120):
        plan = random_plan(seed, size="medium", capacity=False)
        network = compile_network(plan)
        found = earliest_times(network)
        if found.status != "feasible" or not plan.milestones:
            continue
        node = network.nodes[plan.milestones[-1].id, "start"]
        held = {node: found.values[node]}
        reasons = latest_reasons(network, held)
        assert reasons.values == latest_times(network, held), seed
        tightest = min((each for each in range(len(network.points)) if each != node), key=lambda each: reasons.values[each])
        behind = reasons.rules_behind(tightest)
        for rule_id in network.enabled:
            network.enabled[rule_id] = network.enabled[rule_id] and rule_id in behind
        assert latest_times(network, held)[tightest] == reasons.values[tightest], seed
        compelled += bool(behind)
    assert compelled > 30


def test_free_float_ends_on_a_day_on_which_the_item_may_fall() -> None:
    """An event kept to month ends, eight weeks before it is needed, has a month of free float and not eight weeks."""
    plan = chain_plan(
        milestones=[event("N"), event("M")],
        rules=[
            rule("al", "alignment", at="N", to="last-working-day"),
            rule("n-m", "dependency", before="N", after="M"),
            rule("m", "not-before", at="M", date="2024-03-20"),
        ],
    )
    found = earliest_times(compile_network(plan))
    clock = found.network.clock
    free = free_floats(found, ["N"])["N"]

    assert free == 21
    assert clock.show(found.position("N")[0] + free, "closes").isoformat() == "2024-02-29"


def test_an_item_that_waits_for_a_day_leaves_those_before_it_no_more_than_that_day() -> None:
    """Of several items before one that is kept to month ends, each has the float to the last month end that will do."""
    names = ["A", "B"]
    plan = plan_of(
        activities=[work(name, "5 wd") for name in names],
        milestones=[event("N"), event("M")],
        rules=[
            rule("a-n", "dependency", before="A", after="N"),
            rule("al", "alignment", at="N", to="last-working-day"),
            rule("b-n", "dependency", before="B", after="N"),
            rule("n-m", "dependency", before="N", after="M"),
            rule("m", "not-before", at="M", date="2024-03-20"),
        ],
    )
    found = earliest_times(compile_network(plan))
    slips = floats(found, "M")

    assert slips["A"] == slips["B"]
    assert found.network.clock.show(found.position("A")[1] + (slips["A"] or 0), "closes").isoformat() == "2024-02-29"


def test_the_two_ends_of_one_work_move_together() -> None:
    """Of a count that either end of A would meet, A is not free for ever: it may slip until neither end meets it."""
    ground = {"basis": "synthetic"}
    plan = plan_of(
        activities=[{"id": "A", "title": "A", "duration": "2 wd", **ground}],
        milestones=[{"id": "M", "title": "M", "shown": "closes", **ground}],
        rules=[
            {
                "id": "R",
                "title": "R",
                "kind": "at-least",
                "of": ["A", "A.start"],
                "count": 1,
                "after": "M",
                "lag": "1 wd",
                **ground,
            },
            {"id": "F", "title": "F", "kind": "not-before", "at": "M", "date": "2024-01-17", **ground},
        ],
        targets=["M"],
        horizon={"first": "2024-01-08", "last": "2024-01-26"},
    )
    found = earliest_times(compile_network(plan))
    latest = latest_of_all(plan, found)
    assert latest is not None

    assert free_floats(found, ["A"])["A"] == latest[1]["A"] - found.position("A")[0] == 7
