"""Forward passes that go on from one that is done, held against passes from the beginning."""

from __future__ import annotations

import random
from collections import Counter
from typing import Literal

import pytest

from optimiser.critical import compile_network, earliest_times
from optimiser.critical.forward import Pass
from optimiser.critical.network import Network
from optimiser.critical.resumed import again_behind
from optimiser.solve.reasons import Reasons
from optimiser.solve.variant import Variant, evaluate_variants, network_of
from tests.minute_plans import minute_plan
from tests.random_plans import Draw, random_plan


@pytest.mark.long
def test_a_pass_run_again_behind_a_change_is_a_pass_from_the_beginning() -> None:
    """Dates, the chain behind each, and what cannot all hold are the same as of the whole pass of the variant."""
    count: Counter[str] = Counter()
    for seed in range(240):
        network = compile_network(random_plan(seed, size="medium" if seed % 3 == 0 else "tiny"))
        done = Pass(network)
        done.run()
        if done.trouble:
            continue
        draw = Draw(seed)
        for _ in range(4):
            off = tuple(draw.some(list(network.enabled), 0, 2))
            arcs = [arc for arc in network.arcs if arc.slots and arc.rule not in off]
            values = {arc.slots[-1]: max(0, arc.amount + draw.whole(-3, 3)) for arc in draw.some(arcs, 0, 2)}
            changed = network_of(network, Variant(off, values))
            node = draw.whole(0, len(network.points) - 1)
            ceilings = {node: (done.values[node] - draw.whole(0, 2), "question")} if draw.chance(0.5) else {}
            resumed = again_behind(done, changed, {*off, *values}, (), ceilings)
            assert resumed is not None
            again, whole = resumed.found(), earliest_times(changed, ceilings=ceilings)
            assert again.status == whole.status, (seed, off, values)
            assert again.rules_of_trouble() == whole.rules_of_trouble(), (seed, off, values)
            count[whole.status] += 1
            if whole.status == "feasible":
                assert again.values == whole.values, (seed, off, values)
                for each in range(len(network.points)):
                    chains = [found.rules_behind(found.chain(found.last[each])) for found in (again, whole)]
                    assert chains[0] == chains[1], (seed, off, values, each)
    assert count["feasible"] >= 80, count
    assert count["infeasible"] >= 50, count


def _reasons_agree(network: Network, draw: Draw, count: Counter[str]) -> None:
    """Set the reasons behind every node of some variants against those of whole passes."""
    reasons = Reasons(network)
    slots = sorted({slot for arc in network.arcs for slot in arc.slots} | {s for each in network.quorums for s in each.slots})
    for slot in draw.some(slots, 0, 4):
        number = draw.whole(0, 8)
        evaluated = evaluate_variants(network, [Variant(values={slot: number})])
        whole = earliest_times(network_of(network, Variant(values={slot: number})))
        count[whole.status] += 1
        if whole.status == "feasible":
            values: list[int] = evaluated.values[:, 0].tolist()
            assert values == whole.values
            for node in range(len(network.points)):
                expected = whole.rules_behind(whole.chain(whole.last[node]))
                assert reasons.behind(node, values, slot, number) == expected, (slot, number, node)
                count["several"] += len(expected) > 1


def test_reasons_behind_a_node_of_a_variant_are_those_of_a_pass_over_all() -> None:
    """What holds a node in place is found among what pushes it, whatever else the plan has."""
    count: Counter[str] = Counter()
    for seed in range(12):
        _reasons_agree(compile_network(random_plan(seed, size="medium" if seed % 3 == 0 else "tiny")), Draw(seed), count)
    assert count["feasible"] >= 8, count
    assert count["several"] >= 50, count


@pytest.mark.long
def test_reasons_are_the_same_on_many_plans_of_days_and_of_minutes() -> None:
    """The same over more plans, circles and rounding among them."""
    count: Counter[str] = Counter()
    for seed in range(30, 230):
        size: Literal["tiny", "medium"] = "medium" if seed % 3 == 0 else "tiny"
        plan = random_plan(seed, size=size) if seed % 4 else minute_plan(random.Random(seed))  # noqa: S311 - as that draws
        _reasons_agree(compile_network(plan), Draw(seed), count)
    assert count["feasible"] >= 150, count
    assert count["several"] >= 1_000, count
