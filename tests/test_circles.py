"""Rules that run in circles: refused where positions would grow for ever, iterated where they settle."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest

from models.outcome import Infeasible
from models.plan import Plan
from models.rules import AtLeast, Point
from optimiser.circles import Push, growing_circle
from optimiser.clock import Clock
from optimiser.critical import Columns, Earliest, compile_network, earliest_times, evaluate, latest_times
from optimiser.critical.backward import latest_reasons
from optimiser.reading.cycles import cycles
from optimiser.reading.sound import circular
from optimiser.solve import earliest
from optimiser.solve.problem import Problem
from tests.brute_force import schedules
from tests.conftest import plan_of
from tests.random_plans import round_plan

SYNTHETIC: dict[str, Any] = {"title": "t", "basis": "synthetic"}


def longer(plan: Plan) -> Plan:
    """Return a plan with half a year more of axis."""
    content = json.loads(plan.model_dump_json(by_alias=True))
    content["calendars"][0]["covers"]["last"] = content["horizon"]["last"] = "2024-06-30"
    return Plan.model_validate(content)


def counted(lengths: list[int], rules: list[dict[str, Any]]) -> Plan:
    """Return a plan of activities A0, A1 … and one milestone M."""
    return plan_of(
        activities=[{"id": f"A{number}", "duration": f"{length} wd", **SYNTHETIC} for number, length in enumerate(lengths)],
        milestones=[{"id": "M", "shown": "closes", **SYNTHETIC}],
        targets=["M"],
        rules=[{"id": f"R{number}", **SYNTHETIC, **rule} for number, rule in enumerate(rules)],
    )


def assert_settled(plan: Plan, found: Earliest) -> None:
    """Every witness of the kernel places a plan in circles as enumeration does, and the way back ends on the axis."""
    network = found.network
    columns = evaluate(network, Columns(1))
    assert [int(value) for value in columns.values[:, 0]] == found.values
    for item in (*plan.activities, *plan.milestones):
        assert found.position(item.id) == next(schedules(plan, item.id))[item.id]
    node = network.nodes["M0", "start"]
    for held in (found.values[node], found.values[node] - 1, 0):
        late = latest_times(network, {node: held})
        assert min(late) >= -1
        assert latest_reasons(network, {node: held}).values == late
        again = Problem.of(plan).supposing._latest(node, held)
        assert again.tolist() == late


@pytest.mark.parametrize("seeds", [range(120), pytest.param(range(1_000, 3_000), marks=pytest.mark.long)])
def test_a_circle_is_refused_exactly_where_nothing_could_ever_be_met(seeds: range) -> None:
    """Refused plans have no schedule, on a longer axis neither; all others are placed as enumeration places them."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        plan = round_plan(seed)
        found = earliest_times(compile_network(plan, Clock(plan)))
        kinds = {rule.kind for rule in plan.rules}
        if circular(plan):
            assert next(schedules(plan), None) is None, seed
            if len(plan.activities) == 1:
                assert next(schedules(longer(plan)), None) is None, seed
                seen["refused, on a longer axis too"] += 1
            seen["refused"] += 1
            seen["refused with a count or an approval"] += bool(kinds & {"at-least", "gate"})
            continue
        assert (found.status == "feasible") == (next(schedules(plan), None) is not None), seed
        if found.status == "feasible":
            assert_settled(plan, found)
            seen["settled"] += 1
            seen["settled, counting itself"] += any(
                isinstance(rule, AtLeast) and rule.after.item in {point.item for point in rule.of} for rule in plan.rules
            )
    least = {"refused": 0.2, "refused with a count or an approval": 0.1, "refused, on a longer axis too": 0.05}
    least |= {"settled": 0.3, "settled, counting itself": 0.05}
    assert all(seen[name] >= share * len(seeds) for name, share in least.items()), seen


def grows_for_ever(pushes: list[Push]) -> bool:
    """Return whether positions, chased upwards by every push in turn, pass any that a solution could have."""
    nodes = {node for push in pushes for node in (push.target, *(source for source, _ in push.sources))}
    place = dict.fromkeys(nodes, 0)
    most = sum(max(0, distance) for push in pushes for _, distance in push.sources)
    while True:
        before = dict(place)
        for push in pushes:
            reached = sorted(place[source] + distance for source, distance in push.sources)
            place[push.target] = max(place[push.target], reached[(push.count or len(reached)) - 1])
        if place == before:
            return False
        if max(place.values()) > most:
            return True


def test_positions_grow_for_ever_exactly_where_a_circle_is_found() -> None:
    """Against naive relaxation of random pushes, and every step of a circle found leads on by what is its own."""
    chance = random.Random(5)  # noqa: S311
    verdicts: Counter[tuple[bool, bool]] = Counter()
    for _ in range(1_500):
        nodes = range(chance.randint(1, 5))
        pushes = []
        for _ in range(chance.randint(1, 6)):
            sources = tuple((chance.choice(nodes), chance.randint(-4, 3)) for _ in range(chance.randint(1, 3)))
            pushes.append(Push(chance.choice(nodes), sources, chance.randint(1, len(sources))))
        circle = growing_circle(pushes)
        assert (circle is not None) is grows_for_ever(pushes)
        verdicts[circle is not None, any(push.partial for push, _ in circle or ())] += 1
        for (push, place), (before, _) in zip(circle or (), [circle[-1], *circle[:-1]] if circle else (), strict=True):
            assert push in pushes
            assert push.sources[place][0] == before.target
        assert circle is None or sum(push.sources[place][1] for push, place in circle) > 0
    assert min(verdicts[True, False], verdicts[True, True], verdicts[False, False]) > 80, verdicts


def test_a_count_that_can_do_without_what_waits_for_it_is_no_circle() -> None:
    """One of two that are counted waits for the count: with the other it is met, and without it the plan is refused."""
    rules = [
        {"kind": "at-least", "of": ["A0", "A1"], "count": 1, "after": "M", "lag": "2 wd"},
        {"kind": "dependency", "before": "M", "after": "A1"},
    ]
    assert cycles(counted([5, 1], rules)) == ()
    rules[0]["count"] = 2
    (cycle,) = cycles(counted([5, 1], rules))
    assert cycle.points == (Point("A1", "finish"), Point("M"), Point("A1", "start"), Point("A1", "finish"))
    assert cycle.working_days == 3


def test_two_counts_that_each_want_what_waits_for_the_other_are_refused() -> None:
    """No point of a circle need be wanted by every count for nothing ever to come: too little else does."""
    rules = [
        {"kind": "at-least", "of": ["A0", "A1", "A2"], "count": 2, "after": "M", "lag": "1 wd"},
        {"kind": "dependency", "before": "M", "after": "A1"},
        {"kind": "dependency", "before": "M", "after": "A2"},
    ]
    (fault,) = circular(counted([5, 1, 1], rules))
    assert fault.path == ("rules", 0)
    assert "of what 'R0' counts too little else comes without it" in fault.message
    assert circular(counted([5, 1, 1], rules[:2])) == ()


def test_a_circle_that_a_change_closes_is_a_conflict_of_the_circle_alone() -> None:
    """A count, an approval and a link in a circle push for ever: a latest date beside them is not to blame."""
    rules: list[dict[str, Any]] = [
        {"kind": "at-least", "of": ["M"], "count": 1, "after": "A0", "lag": "3 wd"},
        {"kind": "gate", "before": "A0", "after": "M", "board": {"pattern": {"on": "third thu"}}, "notice": "1 wd"},
        {"kind": "not-after", "at": "M", "date": "2024-03-01"},
        {"kind": "not-before", "at": "M", "date": "2024-02-01"},
    ]
    outcome = earliest(counted([0], rules))
    assert isinstance(outcome, Infeasible)
    assert outcome.conflict.minimal
    assert {member.id for member in outcome.conflict.members} == {"R0", "R1"}
    found = earliest_times(compile_network(counted([0], rules[:2])))
    assert found.trouble is not None
    assert found.trouble.kind == "cycle"
