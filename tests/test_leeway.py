"""How far a number can worsen, by backward passes: held against looking at every unit of it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from optimiser.critical import Columns, Leeway, compile_network, earliest_times, evaluate
from optimiser.numbers import number_of_rule
from tests.quotas import few
from tests.random_plans import random_plan

UNITS = 40
"""Units of each number that are looked at one by one."""


@pytest.mark.parametrize("seeds", few([52, 260], 0))
def test_what_backward_passes_say_is_what_every_unit_says(seeds: int) -> None:
    """The least leaves the milestone where it is, one more than the most does not, and what contradicts itself is told apart."""
    count: Counter[str] = Counter()
    for seed in range(seeds):
        plan = random_plan(seed, size="medium" if seed % 3 == 0 else "tiny", capacity=False)
        network = compile_network(plan)
        found = earliest_times(network)
        if found.status != "feasible" or not plan.milestones:
            continue
        node = network.nodes[plan.milestones[seed % len(plan.milestones)].id, "start"]
        leeway = Leeway(network, found.values, node, found.values[node])
        for name in (name for name, state in network.enabled.items() if state):
            number = number_of_rule(plan, network.clock, name)
            if number is None:
                continue
            most = min(number.most, UNITS)
            room = leeway.room(name, number.columns, most)
            if room is None:
                count["left"] += 1
                continue
            units = np.arange(most + 1)
            assert number.columns(units).tolist() == [number.column(each) for each in units.tolist()], (seed, name)
            whole = evaluate(network, Columns(most + 1, {name: number.columns(units)}))
            stays = (whole.values[node] <= found.values[node]) & ~whole.infeasible
            true = most if stays.all() else int(np.argmin(stays)) - 1
            assert room.least <= true <= room.most, (seed, name, room, true)
            count["exact"] += room.least == room.most
            count["bracketed"] += room.least < room.most
            if true == room.most < most:
                assert room.contradicts in (None, bool(whole.infeasible[true + 1])), (seed, name, room)
                count["contradicts" if whole.infeasible[true + 1] else "moves"] += 1
    assert count["exact"] >= 1.9 * seeds, count
    assert min(count["contradicts"], count["moves"], count["bracketed"]) >= seeds // 26, count
    assert count["left"] < count["exact"], count
