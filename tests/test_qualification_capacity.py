"""Work against room: bounds that hold, list schedules that keep, both against brute force."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from models.outcome import Infeasible, Solved
from models.plan import Plan
from models.scenario import Scenario
from optimiser import earliest
from optimiser.check import check
from optimiser.critical import (
    best_schedule,
    capacity_bound,
    compile_network,
    earliest_times,
    list_schedule,
    overload_on_axis,
    resources,
)
from optimiser.critical.packing import Windows, balanced, equal_slots, excess, round_bound
from optimiser.scenarios import apply
from optimiser.solve.placement import complete
from tests.parties import expanded, party, role

CASES = 150


def brute_force(release: list[int], length: list[int], slots: int) -> int:
    """Return the earliest finish of all work: some order, each at its first free place, is optimal."""
    best = 10**9
    for order in permutations(range(len(release))):
        used = [0] * (max(release) + sum(length) + 1)
        finish = 0
        for piece in order:
            start = release[piece]
            while any(used[day] >= slots for day in range(start, start + length[piece])):
                start += 1
            for day in range(start, start + length[piece]):
                used[day] += 1
            finish = max(finish, start + length[piece])
        best = min(best, finish)
    return best


def drawn(seed: int, *, equal: bool = False) -> tuple[list[int], list[int], int]:
    """Return entry days, lengths and slots of a small case."""
    random = np.random.default_rng(seed)
    count = int(random.integers(2, 6))
    release = random.integers(0, 6, count).tolist()
    length = [int(random.integers(1, 6))] * count if equal else random.integers(1, 7, count).tolist()
    return release, length, int(random.integers(1, 4))


def test_equal_slots_are_solved_and_certified() -> None:
    """First ready first served is optimal for equal slots, and the round bound proves it, in every case."""
    for seed in range(CASES):
        release, length, slots = drawn(seed, equal=True)
        found = equal_slots(np.array(release), length[0], slots)

        assert found.finish == found.bound == brute_force(release, length, slots)
        assert sum(day >= found.first for day in release) >= found.pieces
        assert found.bound == found.first + length[0] * -(-found.pieces // slots)


def test_two_hundred_parties_on_forty_slots_are_certified() -> None:
    """The size of the market with equal slots: bound and schedule meet, computed apart."""
    for seed in range(20):
        release = np.random.default_rng(seed).integers(0, 250, 200)
        found = equal_slots(release, 60, 40)

        assert found.bound == found.finish == int((found.starts + 60).max())
        assert all(int(((found.starts <= day) & (day < found.starts + 60)).sum()) <= 40 for day in range(found.finish))


def test_the_round_bound_never_exceeds_the_optimum() -> None:
    """With mixed lengths it stays a bound, and is met in most small cases."""
    met = 0
    for seed in range(CASES):
        release, length, slots = drawn(seed)
        best = brute_force(release, length, slots)
        bound = round_bound(np.array(release), np.array(length), slots)[0]

        assert bound <= best
        met += bound == best
    assert met > CASES // 2


def test_what_is_refuted_is_impossible_and_what_is_spread_is_kept() -> None:
    """No deadline that work can meet is refuted; spreading respects entry days and never beats the optimum."""
    refuted = 0
    for seed in range(CASES):
        release, length, slots = drawn(seed)
        best = brute_force(release, length, slots)
        begin, days = np.array(release), np.array(length)
        for deadline in (best - 1, best):
            work = Windows(begin, np.full(len(days), deadline), days, np.ones(len(days), dtype=np.int64))
            found = excess(work, np.full(60, slots))
            assert deadline < best or found is None
            refuted += deadline < best and found is not None
        starts = balanced(begin, days, np.full(len(days), best), slots)
        assert (starts >= begin).all()
        assert max(((starts <= day) & (day < starts + days)).sum() for day in range(60)) <= slots
        assert int((starts + days).max()) >= best
    assert refuted > CASES // 2


def test_starts_on_few_days_leave_fewer_rounds() -> None:
    """Where tests start every fifth day only, three of four days each do not follow in two such periods of one slot."""
    starts = np.zeros(61, dtype=np.bool_)
    starts[::5] = True
    work = Windows(np.zeros(3, dtype=np.int64), np.full(3, 12), np.full(3, 4), np.ones(3, dtype=np.int64))

    assert excess(work, np.ones(60, dtype=np.int64)) is None
    found = excess(work, np.ones(60, dtype=np.int64), starts)
    assert found is not None
    assert (found.reason, found.need, found.offer) == ("rounds", 3, 2)


# -- on plans -------------------------------------------------------------------------------------------------------------


def drawn_plan(seed: int, *, slots: int | None = None, fewer: int = 0) -> Plan:
    """Return a small plan of suppliers of three lengths, with a board every two weeks in some cases."""
    random = np.random.default_rng(seed)
    count = int(random.integers(2, 5))
    kinds = ["none", "partial", "full"]
    parties = [
        party(f"S{index}", ready=f"{random.integers(0, 12)} wd", reliance=kinds[int(random.integers(0, 3))])
        for index in range(count)
    ]
    offered = int(random.integers(1, 4))
    more: dict[str, Any] = {}
    if seed % 2:
        board = {"pattern": {"every_weeks": 2, "since": "2024-01-11"}}
        more["bodies"] = [
            {"id": "BODY", "title": "the body", "slots": "$slots", "board": board, "notice": "2 wd", "basis": "synthetic"}
        ]
    return expanded(parties[: count - fewer], slots=slots or offered, **more)


def between(plan: Plan) -> tuple[int, int]:
    """Return the bound and the best schedule of the milestone of all suppliers, the schedule checked."""
    network = compile_network(plan)
    found = earliest_times(network)
    pools, node = resources(plan, network.clock), network.nodes["ALL", "start"]
    values = best_schedule(found, pools, "ALL")
    assert values is not None
    bound = capacity_bound(found, pools, "ALL", values[node]).boundary
    if bound < values[node]:
        values = best_schedule(found, pools, "ALL", floor=bound, tries=20)
        assert values is not None
    assert check(plan, complete(network, values)) == ()
    return bound, values[node]


def exact(plan: Plan) -> int:
    """Return the earliest boundary over every order of the tests."""
    network = compile_network(plan)
    pools, node = resources(plan, network.clock), network.nodes["ALL", "start"]
    items = sorted({item for pool in pools for item in pool.demand})
    found = []
    for order in permutations(items):
        place = {item: number for number, item in enumerate(order)}
        values = list_schedule(network, pools, lambda item, _, place=place: (place[item],))  # type: ignore[misc]
        if values is not None:
            found.append(values[node])
    return min(found)


@pytest.mark.long
def test_bounds_and_schedules_of_parties_against_every_order() -> None:
    """With boards, reliance and an agent: the bound is never late, the schedule never early, and they mostly meet."""
    met = 0
    for seed in range(40):
        plan = drawn_plan(seed)
        low, high = between(plan)
        best = exact(plan)

        assert low <= best <= high
        met += low == high
    assert met > 30


def test_solving_small_markets_is_exact() -> None:
    """The whole solve finds the optimum of every order, and says by which proof."""
    proofs = set()
    for seed in range(8):
        plan = drawn_plan(seed)
        outcome = earliest(plan, ["ALL"])

        assert isinstance(outcome, Solved)
        assert outcome.milestones[0].boundary == exact(plan)
        proofs.add(outcome.proof["ALL"])
    assert proofs <= {"certified", "solver"}
    assert "certified" in proofs


@pytest.mark.long
def test_more_capacity_is_never_later_and_a_party_fewer_never_later() -> None:
    """Both by exact dates of small cases; some of them move."""
    moved = 0
    for seed in range(12):
        dates = [exact(drawn_plan(seed, slots=slots)) for slots in (1, 2, 3)]
        fewer = exact(drawn_plan(seed, slots=1, fewer=1))

        assert dates == sorted(dates, reverse=True)
        assert fewer <= dates[0]
        moved += dates[0] > dates[-1]
    assert moved > 3


# -- impossible demands ---------------------------------------------------------------------------------------------------


def test_a_body_without_slots_is_a_conflict_in_words() -> None:
    """Nothing is tested where nothing can be: the answer names the body, its slots and one party, without a solver."""
    outcome = earliest(expanded([party("A"), party("B")], slots=0), ["ALL"])

    assert isinstance(outcome, Infeasible)
    assert outcome.conflict.minimal
    assert outcome.conflict.members[0].id == "slots-BODY"
    assert len(outcome.conflict.members) == 2
    assert "no more than 0 (assumption slots) at once" in outcome.conflict.statement
    assert "there is room for 0" in outcome.conflict.statement
    assert "without a solver" in outcome.conflict.confirmed_by


def test_the_overload_that_no_date_avoids_is_as_small_as_it_goes() -> None:
    """Of all the parties that find no slot one is enough to say so."""
    plan = expanded([party(name) for name in "ABCDEFG"], slots=0)
    network = compile_network(plan)
    found = overload_on_axis(earliest_times(network), resources(plan, network.clock))

    assert found is not None
    assert len(found.activities) == 1
    plan = expanded([party(name) for name in "ABCDEFG"], slots=1)
    network = compile_network(plan)
    assert overload_on_axis(earliest_times(network), resources(plan, network.clock)) is None


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"waves": [{"id": "W", "opens": "2024-01-10"}], "tranches": True}, "wave-A"),
        (
            {
                "bodies": [
                    {"id": "BODY", "title": "the body", "slots": 2, "board": {"days": ["2024-01-15"]}, "basis": "synthetic"}
                ],
            },
            "board-BODY-A",
        ),
    ],
)
def test_a_party_after_the_last_wave_or_board_is_a_conflict_in_words(more: dict[str, Any], named: str) -> None:
    """Ready after the last wave, or tested after the last board: the conflict names the occasion that never comes."""
    outcome = earliest(expanded([party("A", ready="30 wd")], **more), ["ALL"])

    assert isinstance(outcome, Infeasible)
    assert named in [member.id for member in outcome.conflict.members]
    assert "after the last occasion of" in outcome.conflict.statement


def test_parties_that_rely_on_each_other_in_a_circle_are_a_conflict() -> None:
    """Each would be tested after the other."""
    parties = [party("A", relies_on="B"), party("B", relies_on="A")]
    outcome = earliest(expanded(parties), ["ALL"])

    assert isinstance(outcome, Infeasible)
    assert {"relies-A", "relies-B"} <= {member.id for member in outcome.conflict.members}


def test_waves_of_limited_size_hold_parties_back() -> None:
    """Of three parties and two waves of two, one enters with the second; sizes are kept by the schedule that is checked."""
    waves = [{"id": "W1", "opens": "2024-01-15", "size": 2}, {"id": "W2", "opens": "2024-02-12", "size": 2}]
    roles = [role("supplier", "supplier", assessed_by=[]), role("agent", "agent", length="4 wd", assessed_by=[])]
    plan = expanded([party("A"), party("B")], waves=waves, tranches=True, roles=roles)
    network = compile_network(plan)
    values = best_schedule(earliest_times(network), resources(plan, network.clock), "ALL")

    assert values is not None
    assert check(plan, complete(network, values)) == ()
    starts = [str(network.clock.show(values[network.item_nodes(f"{name}-TEST")[0]], "opens")) for name in ("A", "B", "AG")]
    assert sorted(starts) == ["2024-01-15", "2024-01-15", "2024-02-12"]


def test_capacity_that_steps_up_is_used_from_its_day() -> None:
    """Slots may vary over time: a second slot from a day on lets the second party in on that day, not before."""
    steps = [{"since": "2024-01-15", "amount": 2}]
    bodies = [{"id": "BODY", "title": "the body", "slots": 1, "steps": steps, "basis": "synthetic"}]
    roles = [role("supplier", "supplier"), role("agent", "agent", length="4 wd", assessed_by=[])]
    outcome = earliest(expanded([party("A"), party("B")], bodies=bodies, roles=roles), ["ALL"])

    assert isinstance(outcome, Solved)
    starts = sorted(str(row.start) for row in outcome.rows if row.id in ("A-TEST", "B-TEST"))
    assert starts == ["2024-01-08", "2024-01-15"]
    assert outcome.proof["ALL"] != "gap"


def test_a_scenario_sets_slots_like_any_assumption() -> None:
    """Slots are assumptions of the plan: a scenario moves them, and the date with them."""
    plan = expanded([party("A"), party("B"), party("C")], slots=1)
    more = Scenario.model_validate({"id": "more", "title": "More", "assumptions": {"slots": 4}})
    few, many = earliest(plan, ["ALL"]), earliest(apply(more, plan), ["ALL"])

    assert isinstance(few, Solved)
    assert isinstance(many, Solved)
    assert many.dates["ALL"] < few.dates["ALL"]
