"""Every combination of some factors in one pass, and cores on their own part, held against the whole network."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from optimiser.critical import Columns, Factors, Network, combined, compile_network, earliest_times, evaluate, proved_core
from tests.random_plans import Draw, random_plan


def drawn_factors(network: Network, draw: Draw) -> Factors:
    """Draw some factors that set lags, lengths and switches of a network, one after the other."""
    sizes, values, switches = [], {}, {}
    arcs = [arc for arc in network.arcs if arc.slots and not arc.mirrored]
    for place in range(draw.whole(0, 4)):
        sizes.append(draw.whole(2, 3))
        for arc in draw.some(arcs, 0, 2):
            values[arc.slots[-1]] = place, np.array([max(0, arc.amount + draw.whole(-2, 3)) for _ in range(sizes[-1])])
        for name in draw.some(list(network.enabled), 0, 2):
            switches[name] = place, np.array([draw.chance(0.5) for _ in range(sizes[-1])])
    return Factors(tuple(sizes), values, switches)


@pytest.mark.long
def test_every_combination_has_the_dates_of_the_whole_pass_over_it() -> None:
    """Rows kept by the factors that a node feels say the same as all rows of all combinations."""
    count: Counter[str] = Counter()
    for seed in range(150):
        network = compile_network(random_plan(seed, size="medium" if seed % 3 == 0 else "tiny"))
        factors = drawn_factors(network, Draw(seed))
        options = [factors.options(place) for place in range(len(factors.sizes))]
        columns = Columns(
            factors.combinations,
            {name: numbers[options[place]] for name, (place, numbers) in factors.values.items()},
            {name: states[options[place]] for name, (place, states) in factors.switches.items()},
        )
        whole = evaluate(network, columns)
        nodes = range(len(network.points))
        found = combined(network, factors, nodes, nodes)
        limit = network.clock.limit
        beyond = (whole.values > limit).any(axis=0)
        assert (found.infeasible == whole.infeasible).all(), seed
        assert (found.beyond == beyond).all(), seed
        for node in nodes:
            assert (np.minimum(found.reached[node], limit + 1) == np.minimum(whole.values[node], limit + 1)).all(), (seed, node)
            one = combined(network, factors, [node])
            assert (one.reached[node] == found.reached[node]).all(), (seed, node)
        count.update(
            combinations=factors.combinations,
            infeasible=int(whole.infeasible.sum()),
            beyond=int(beyond.sum()),
            dates=len({tuple(column) for column in whole.values.T.tolist()}),
        )
    assert min(count.values()) >= 50, count


@pytest.mark.long
def test_a_core_of_its_own_part_is_the_core_of_the_whole_network() -> None:
    """Deletion on the part of a network that a contradiction speaks of leaves what deletion on all of it leaves."""
    count: Counter[str] = Counter()
    for seed in range(300):
        network = compile_network(random_plan(seed, size="medium" if seed % 4 == 0 else "tiny"))
        found = earliest_times(network)
        ceilings = {}
        if found.status == "feasible":
            node = Draw(seed).whole(0, len(network.points) - 1)
            ceilings = {node: (found.values[node] - 1, "question")}
            found = earliest_times(network, ceilings=ceilings)
        if found.status != "infeasible":
            continue
        used = [name for name in found.rules_of_trouble() if name != "question"]
        core, unproved = list(used), []
        for name in used:
            trial = [each for each in core if each != name]
            status = earliest_times(network, off=set(network.enabled) - set(trial), ceilings=ceilings).status
            core = trial if status == "infeasible" else core
            unproved += [name] * (status == "beyond")
        statuses = [
            earliest_times(network, off=set(network.enabled) - set(core) | {name}, ceilings=ceilings).status
            for name in unproved
        ]
        assert proved_core(network, used, ceilings=ceilings) == (tuple(core), all(each == "feasible" for each in statuses)), (
            seed
        )
        count.update(cores=1, members=len(core), shrunk=len(core) < len(used), unproved=len(unproved))
    assert count["cores"] >= 100, count
    assert count["shrunk"] >= 10, count
