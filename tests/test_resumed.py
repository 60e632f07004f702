"""Forward passes that go on from one that is done, held against passes from the beginning."""

from __future__ import annotations

from collections import Counter

import pytest

from optimiser.critical import compile_network, earliest_times
from optimiser.critical.forward import Pass
from optimiser.critical.resumed import again_behind
from optimiser.solve.variant import Variant, network_of
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
    assert count["feasible"] >= 200, count
    assert count["infeasible"] >= 50, count
