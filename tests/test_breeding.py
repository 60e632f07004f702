"""Schedules bred: many placed at once come out as placed one by one, and what is bred keeps every rule."""

from __future__ import annotations

import numpy as np

from models.plan import Plan
from optimiser.critical.breeding import Breed, Brood
from optimiser.critical.jobs import Jobs
from optimiser.solve.between import between
from optimiser.solve.deadline import Deadline
from optimiser.solve.problem import Problem
from tests.random_plans import Draw
from tests.test_placing import shared


def with_lags(seed: int) -> Plan:
    """Draw a plan whose links are of every type with leads and lags, under a capacity that changes."""
    plan, chance = shared(seed, 16), Draw(seed + 1000)
    data = plan.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for rule in data["rules"]:
        if rule["kind"] == "dependency" and rule["after"] != "END":
            rule |= {"type": chance.one(("FS", "SS", "FF", "SF")), "lag": f"{chance.whole(-3, 4)} wd"}
        elif rule["kind"] == "capacity":
            rule["steps"] = [{"since": "2024-01-15", "amount": 3}, {"since": "2024-02-10", "amount": 5}]
    return Plan.model_validate(data)


def test_work_placed_many_at_once_lies_where_it_is_placed_one_by_one() -> None:
    """Over random orders, lengths up to and beyond what a machine word holds, and capacities that change."""
    chance = np.random.default_rng(3)
    late = 0
    for trial in range(24):
        count, size, longest = 12, 700, (9, 40, 90)[trial % 3]
        length = chance.integers(1, longest, count)
        demand = [chance.integers(0, 4, count) for _ in range(2)]
        available = [chance.integers(3, 6, size // 20).repeat(20) for _ in range(2)]
        gaps = [
            (one, other, int(chance.integers(-5, longest)))
            for other in range(count)
            for one in range(other)
            if chance.random() < 0.15
        ]
        head = chance.integers(0, 20, count)
        pools = [
            (own, {piece: int(units) for piece, units in enumerate(needs) if units})
            for own, needs in zip(available, demand, strict=True)
        ]
        jobs = Jobs.of(length, pools, head, length.copy(), gaps)
        assert jobs is not None
        order = jobs.order(chance.integers(0, 50, (6, count)))
        found = jobs.placed(order, len(available[0]))
        for row, line in enumerate(order.tolist()):
            free = [own.copy() for own in available]
            start: dict[int, int] = {}
            for piece in line:
                at = max([int(head[piece]), *(start[one] + days for one, other, days in gaps if other == piece)])
                ready, days = at, int(length[piece])
                while any((left[at : at + days] < needs[piece]).any() for left, needs in zip(free, demand, strict=True)):
                    at += 1
                late += at > ready
                start[piece] = at
                for left, needs in zip(free, demand, strict=True):
                    left[at : at + days] -= needs[piece]
            assert [start[piece] for piece in range(count)] == found[row].tolist()
    assert late > 300, late


def test_what_is_bred_keeps_every_rule_is_never_later_and_comes_out_again() -> None:
    """Of plans with leads, lags and capacities that change too; in most of them it is earlier than every list schedule."""
    earlier = 0
    for seed in range(8):
        problem = Problem.of(with_lags(seed) if seed % 2 else shared(seed))
        node, breed = problem.node("END"), problem.breed("END")
        assert breed is not None
        listed = problem.levelling.schedule(lambda _, now: (now,))
        assert listed is not None
        found = [Brood(breed, [listed]).improved(0, 3) for _ in range(2)]
        assert found[0] == found[1]
        values = problem.levelling.schedule(lambda item, now, starts=found[0]: (starts.get(item, now), now))  # type: ignore[misc]
        assert values is not None
        assert problem.holds(values)
        assert values[node] <= listed[node]
        earlier += values[node] < listed[node]
    assert earlier >= 4, earlier


def test_only_work_bound_by_fixed_distances_alone_is_bred() -> None:
    """A month between two pieces of work, a greatest lag or a latest date says no."""
    data = shared(1, 8).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    link = {"id": "X", "title": "X", "kind": "dependency", "before": "A0", "after": "A7", "basis": "synthetic"}
    for rule in (
        {**link, "lag": "1 mo"},
        {**link, "lag": "60 wd", "bound": "at-most"},
        {"id": "X", "title": "X", "kind": "not-after", "at": "END", "date": "2025-06-30", "basis": "synthetic"},
    ):
        problem = Problem.of(Plan.model_validate({**data, "rules": [*data["rules"], rule]}))
        assert problem.breed("END") is None, rule
        assert between(problem, "END", deadline=Deadline()).exact is not None
    problem = Problem.of(Plan.model_validate(data))
    assert isinstance(problem.breed("END"), Breed)
