"""Priority orders for serial scheduling: the usual rules, an even spread, and improvements of a known schedule.

A schedule is drawn to the right and to the left again, then disturbed and drawn once more, until a stated
number of tries has bettered nothing: what comes out does not depend on the speed of the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from optimiser.critical.backward import latest_times
from optimiser.critical.forward import Earliest
from optimiser.critical.levelling import Key, Levelling, Resource
from optimiser.critical.packing import balanced
from optimiser.stopping import out_of_time

__all__ = ["best_schedule", "latest_by_choice"]

FULLEST = 2
"""How many of the fullest capacities are spread evenly."""

SHAKEN = (2, 5, 10, 20)
"""Starts are moved by up to so many per cent of the time that all the work takes, drawn anew each time."""


def best_schedule(
    earliest: Earliest,
    pools: Sequence[Resource],
    milestone: str,
    *,
    floor: int | None = None,
    tries: int = 0,
    levelling: Levelling | None = None,
) -> list[int] | None:
    """Return the best of several list schedules for one milestone, or None where none was found.

    Parameters
    ----------
    earliest
        A feasible forward pass.
    pools
        The plan's capacities.
    milestone
        Whose date is to be early.
    floor
        A boundary that it cannot be before: a schedule that reaches it is not bettered.
    tries
        How many further schedules to try, since the last that was better, once the usual orders have been tried.
    levelling
        List scheduling of the network inside the capacities, where it is prepared already.
    """
    network = earliest.network
    node = network.nodes[milestone, "start"]
    floor = max(earliest.values[node], floor or 0)
    levelling = levelling or Levelling(network, pools)
    late = latest_by_choice(earliest, node, earliest.values[node])
    length = {
        item: earliest.values[network.item_nodes(item)[1]] - earliest.values[network.item_nodes(item)[0]]
        for item in levelling.items
    }

    def slack(item: str) -> int:
        return late[network.item_nodes(item)[0]]

    keys: tuple[Key, ...] = (
        lambda item, now: (now, slack(item), -length[item]),
        lambda item, _: (slack(item), -length[item]),
        lambda item, now: (now, -length[item], slack(item)),
        lambda item, now: (slack(item) - length[item], now),
        lambda item, now: (now, length[item]),
    )
    if any(item in network.began for item in levelling.items):
        # Begun work first, the least that is left ahead: of schedules with one date the first that is found is kept.
        keys = (
            lambda item, now: (0, now, length[item]) if item in network.began else (1, now, slack(item), -length[item]),
            *keys,
        )
    found = []
    for key in keys:
        values = levelling.schedule(key)
        if values is not None:
            found.append(values)
            if values[node] <= floor or out_of_time():
                break
    if found and tries and not out_of_time() and min(values[node] for values in found) > floor:
        found += _spread(earliest, levelling, pools, node, floor)
        return _improved(earliest, levelling, node, found, floor, tries)
    return min(found, key=lambda values: values[node], default=None)


def _spread(
    earliest: Earliest, levelling: Levelling, pools: Sequence[Resource], node: int, boundary: int
) -> Iterator[list[int]]:
    """Yield schedules in the orders that spread the work of one capacity evenly over its slots, the fullest ones first.

    Only for capacities of equal slots that stay the same; what the others hold back is for the list scheduling to find.
    """
    network = earliest.network
    late = latest_by_choice(earliest, node, boundary)
    begun = {item: network.item_nodes(item) for item in levelling.items}
    plain = []
    for pool in pools:
        items = sorted(pool.demand)
        if not items or set(pool.demand.values()) != {1}:
            continue
        release = np.array([earliest.values[begun[item][0]] for item in items], dtype=np.int64)
        length = np.array([earliest.values[begun[item][1]] for item in items], dtype=np.int64) - release
        offered = pool.available[int(release.min()) : network.clock.limit]
        if len(offered) and offered.min() == offered.max() > 0:
            plain.append((float(length.sum() / offered[0]), items, release, length, int(offered[0])))
    plain.sort(key=lambda entry: -entry[0])
    for _, items, release, length, slots in plain[:FULLEST]:
        due = np.array([late[begun[item][1]] for item in items], dtype=np.int64)
        starts = balanced(release, length, due, min(slots, len(items)))
        order = dict(zip(items, starts.tolist(), strict=True))
        values = levelling.schedule(
            lambda item, now, order=order: (order.get(item, late[begun[item][0]]), now)  # type: ignore[misc]
        )
        if values is not None:
            yield values


def _improved(
    earliest: Earliest, levelling: Levelling, node: int, known: Sequence[list[int]], floor: int, tries: int
) -> list[int]:
    """Return the best of many schedules: each drawn right and left, and the best so far disturbed a little, over and over.

    Orders are disturbed in the same way each time, so that equal inputs give equal schedules. Which of two equal dates is
    kept is the later found, so that the search does not stand still (iterated greedy; Ruiz and Stützle 2007).
    """
    starts = {item: earliest.network.item_nodes(item)[0] for item in levelling.items}
    chance = np.random.default_rng(len(starts))
    best = current = min(known, key=lambda values: values[node])
    long = best[node] - min(earliest.values[start] for start in starts.values())
    idle = 0
    late: dict[int, list[int]] = {}

    def drawn(values: list[int]) -> list[int]:
        nonlocal idle
        while idle < tries and values[node] > floor and not out_of_time():
            idle += 1
            if values[node] not in late:
                late[values[node]] = latest_by_choice(earliest, node, values[node])
            after = levelling.justified(values, late[values[node]])
            if after is None or after[node] > values[node]:
                break
            again, values = after[node] < values[node], after
            if not again:
                break
        return values

    for values in sorted(known, key=lambda values: values[node]):
        after = drawn(values)
        if after[node] < best[node]:
            best, current, idle = after, after, 0
    while idle < tries and best[node] > floor and not out_of_time():
        idle += 1
        far = max(2, long * int(chance.choice(SHAKEN)) // 100)
        by = chance.integers(-far, far + 1, len(starts)).tolist()
        order = {item: current[start] + days for (item, start), days in zip(starts.items(), by, strict=True)}
        found = levelling.schedule(lambda item, now, order=order: (order[item], now))  # type: ignore[misc]
        if found is None:
            continue
        found = drawn(found)
        if found[node] <= current[node]:
            current = found
            if found[node] < best[node]:
                best, idle = found, 0
    return best


def latest_by_choice(earliest: Earliest, node: int, boundary: int) -> list[int]:
    """Return latest boundaries under a latest date of one node, with the quickest k chosen wherever k of n suffice.

    A guide for placing, not a bound: `latest_times` asks nothing of the members of a quorum that needs only some.
    """
    network = earliest.network
    held = {node: boundary}
    partial = [
        plain
        for quorum in network.quorums
        if network.enabled[quorum.rule] and quorum.partial
        for plain in quorum.plain(earliest.values)
    ]
    late = latest_times(network, held)
    for _ in range(3 if partial else 0):
        before = dict(held)
        for quorum in partial:
            order = sorted(
                range(len(quorum.sources)),
                key=lambda place, quorum=quorum: (  # type: ignore[misc]
                    quorum.families[place].at(earliest.values[quorum.sources[place]], quorum.amount),
                    place,
                ),
            )
            for place in order[: quorum.count]:
                source = quorum.sources[place]
                due = quorum.families[place].latest(late[quorum.target], quorum.amount)
                held[source] = min(held.get(source, due), due)
        if held == before:
            break
        late = latest_times(network, held)
    return late
