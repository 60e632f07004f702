"""The order of a schedule on the slots of its capacities: who held the slot before, and what follows from keeping to it.

Kept in the order in which its work follows one another on the slots of every capacity, a schedule is a network without
capacity, whose dates hold for whatever else changes (a partial order schedule in chain form: Policella, Cesta, Oddi and
Smith, "From precedence constraint posting to partial order schedules", AI Communications 20, 2007). Its longest path is the
chain that drives a date, through the slots; its backward pass says how far each item may slip while the order stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.plan import DURATION_PREFIX
from optimiser.circles import components
from optimiser.critical import (
    Columns,
    Earliest,
    Leeway,
    Network,
    Resource,
    earliest_times,
    evaluate,
    floats,
    latest_times,
    reaches,
)
from optimiser.critical.arcs import Arc, Bound, Family
from optimiser.critical.backward import TOGETHER, cuts
from optimiser.solve.problem import Problem

__all__ = ["NO_SLACK", "Slack", "attained", "in_order", "latest_finishes", "slacks", "slots_on_chain"]


@dataclass(frozen=True, slots=True)
class Slack:
    """How far something may go before a milestone moves, in working days.

    Attributes
    ----------
    least
        While the work keeps its order on the slots; None where nothing moves the milestone.
    most
        In whatever order; None where no bound is known. Equal to ``least`` where the slots do not matter.
    """

    least: int | None
    most: int | None

    @property
    def exact(self) -> bool:
        """Whether both are the same."""
        return self.least == self.most

    def after(self, moved: int) -> Slack:
        """Return the rest of it after a move of the item by so many working days: below nought only if it was before."""

        def less(slip: int | None) -> int | None:
            return None if slip is None else max(min(0, slip), slip - moved)

        return Slack(less(self.least), less(self.most))


NO_SLACK = Slack(None, None)
"""Of what nothing waits for."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Work, or a time in which a slot is not there, as a schedule has it."""

    begin: int
    end: int
    slots: int
    nodes: tuple[int, int] | None


def in_order(network: Network, pools: Sequence[Resource], values: Sequence[int], *, spread: bool = True) -> Network:
    """Return the network of a schedule whose work keeps its order on the slots of every capacity.

    Whatever meets this network keeps inside capacity, as each slot serves one piece of work after another; so its dates are
    upper bounds, whatever else is changed. A slot that is not there for a time is work that stays where it is. Each link of
    the order bears the name of its capacity, so that it goes when the capacity is switched off. Work of no length takes no
    slot and has no place in the order.

    Parameters
    ----------
    values
        Boundary of each node: a schedule that keeps inside the capacities.
    spread
        Whether work goes to the slot that has been free longest, which leaves the most room behind each piece; otherwise
        to the one that became free last, which leaves some slots alone.
    """
    same = Family(network.clock, 1)
    added: dict[tuple[int, int, str], Arc] = {}
    floors: dict[tuple[int, str], int] = {}
    ceilings: dict[tuple[int, str], int] = {}
    for pool in pools:
        rule = pool.rule
        for before, after in _chains(_pieces(network, pool, values), int(pool.available.max(initial=0)), spread=spread):
            if before.nodes and after.nodes:
                source, target = before.nodes[1], after.nodes[0]
                added[source, target, rule] = Arc(source, target, rule, same)
            elif after.nodes:
                floors[after.nodes[0], rule] = max(before.end, floors.get((after.nodes[0], rule), 0))
            elif before.nodes:
                ceilings[before.nodes[1], rule] = min(after.begin, ceilings.get((before.nodes[1], rule), network.clock.size))
    successors: list[list[int]] = [[] for _ in network.points]
    arcs = [*network.arcs, *added.values()]
    for arc in arcs:
        if arc.source != arc.target:
            successors[arc.source].append(arc.target)
    for quorum in network.quorums:
        for source in quorum.sources:
            successors[source].append(quorum.target)
    return replace(
        network,
        arcs=arcs,
        floors=[*network.floors, *(Bound(node, rule, boundary) for (node, rule), boundary in floors.items())],
        ceilings=[*network.ceilings, *(Bound(node, rule, boundary) for (node, rule), boundary in ceilings.items())],
        order=components(successors),
    )


def _pieces(network: Network, pool: Resource, values: Sequence[int]) -> list[_Piece]:
    """Return the work of a capacity in order of its beginning, and the times in which a slot is not there."""
    found = []
    for item, slots in pool.demand.items():
        start, finish = network.item_nodes(item)
        if values[start] < values[finish]:
            found.append(_Piece(values[start], values[finish], slots, (start, finish)))
    most = int(pool.available.max(initial=0))
    for level in range(most):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], pool.available <= level, [False]])))
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            found.append(_Piece(begin, end, 1, None))
    return sorted(found, key=lambda piece: (piece.begin, piece.end, piece.nodes or (-1, -1)))


def _chains(pieces: Sequence[_Piece], slots: int, *, spread: bool) -> list[tuple[_Piece, _Piece]]:
    """Return the succession of pieces on the slots; the next piece takes the slot idle longest if ``spread``, else shortest."""
    free: list[_Piece | None] = [None] * slots
    found = []
    for piece in pieces:
        able = [slot for slot in range(slots) if (held := free[slot]) is None or held.end <= piece.begin]
        able.sort(key=lambda slot: -1 if (held := free[slot]) is None else held.end, reverse=not spread)
        assert len(able) >= piece.slots, "a schedule that keeps inside capacity has a slot for each piece"
        for slot in able[: piece.slots]:
            held = free[slot]
            if held is not None:
                found.append((held, piece))
            free[slot] = piece
    return found


def attained(problem: Problem, schedule: Sequence[int]) -> Earliest:
    """Return the forward pass of the order of a schedule: the same dates or earlier, with the reason for each.

    Without capacity it is the problem's own. Of a slot that a piece waits for, the reason is whoever held it before.
    """
    if not problem.pools:
        return problem.earliest
    found = earliest_times(in_order(problem.network, problem.pools, schedule))
    assert found.status == "feasible", "a schedule meets its own order"
    return found


def slacks(problem: Problem, found: Earliest, milestone: str) -> dict[str, Slack]:
    """Return how far each item may slip from its position before a milestone moves.

    Parameters
    ----------
    found
        Of `attained`, for a schedule that reaches the milestone's date.

    Notes
    -----
    In the order of the schedule the float is exact, and the least there is. Without the capacities no slip can be longer
    than the network alone lets it; where no work that holds capacity is upstream, the two are one.
    """
    least = floats(found, milestone)
    if not problem.pools:
        return {item: Slack(slip, slip) for item, slip in least.items()}
    if not problem.leads(milestone):
        return {item: Slack(slip, slip) for item, slip in least.items()}
    node = problem.node(milestone)
    late = latest_times(problem.network, {node: found.values[node]})
    slips: dict[str, Slack] = {}
    for item, slip in least.items():
        start, _ = problem.network.item_nodes(item)
        affects = slip is not None or problem.reaching(milestone)[start]
        slips[item] = Slack(slip, late[start] - found.values[start]) if affects else NO_SLACK
    return slips


def latest_finishes(found: Earliest, milestone: str) -> dict[str, int | None]:
    """Return the last boundary of each item's finish that leaves a milestone where it is, when the item takes longer.

    Its start stays free: it is the length that grows. None where no finish on the axis moves the milestone.

    Parameters
    ----------
    found
        A feasible forward pass; of a plan with capacity that of `attained`, whose order then stands.

    Notes
    -----
    By one backward pass; by bisection over forward passes, all items at once, where k of n are asked for further on, or where
    what waits for a finish comes round to its start by more than the item's own length.
    """
    network = found.network
    target = network.nodes[milestone, "start"]
    leads, held = reaches(network, target), found.values[target]
    items = [item.id for item in (*network.plan.activities, *network.plan.milestones)]
    finishes = {item: network.item_nodes(item)[1] for item in items}
    latest = latest_times(network, {target: held}, anywhere=True)
    last = {item: min(latest[node], network.clock.limit) for item, node in finishes.items() if leads[node]}
    place = network.rank
    partial = (each for each in network.quorums if network.enabled[each.rule] and each.partial)
    counted = reaches(network, *(source for quorum in partial for source in quorum.sources))
    leeway = Leeway(network, found.values, target, held)
    asked = []
    for item in last:
        start, finish = network.item_nodes(item)
        round_ = start != finish and place[start] == place[finish]
        freed = leeway.freed(item) if round_ and not counted[finish] else None
        if freed is not None:
            last[item] = max(found.values[finish], min(freed, network.clock.limit))
        elif counted[finish] or round_:
            asked.append(item)
    last |= _finishes_bisected(found, target, asked)
    return {item: last[item] if last.get(item, network.clock.limit) < network.clock.limit else None for item in items}


def _finishes_bisected(found: Earliest, target: int, items: Sequence[str]) -> dict[str, int]:
    """Return the latest finish boundary of each item that leaves a node in place, the end of the axis where none moves it."""
    network = found.network
    finishes = {item: network.item_nodes(item)[1] for item in items}
    low = {item: found.values[node] for item, node in finishes.items()}
    high = dict.fromkeys(items, network.clock.limit)
    while asked := [item for item in items if low[item] < high[item]]:
        tried = [(item, each) for item in asked for each in cuts(low[item], high[item], max(1, TOGETHER // len(asked)))]
        for begin in range(0, len(tried), TOGETHER):
            block = tried[begin : begin + TOGETHER]
            free: dict[str, NDArray[np.bool_]] = {}
            raised: dict[int, NDArray[np.int64]] = {}
            for sample, (item, boundary) in enumerate(block):
                if network.enabled.get(DURATION_PREFIX + item, False):
                    free.setdefault(DURATION_PREFIX + item, np.ones(len(block), dtype=np.bool_))[sample] = False
                raised.setdefault(finishes[item], np.zeros(len(block), dtype=np.int64))[sample] = boundary
            pushed = evaluate(network, Columns(len(block), switches=free), raised=raised)
            stays = (pushed.values[target] <= found.values[target]) & ~pushed.infeasible
            for (item, boundary), stay in zip(block, stays.tolist(), strict=True):
                if stay:
                    low[item] = max(low[item], boundary)
                else:
                    high[item] = min(high[item], boundary - 1)
    return low


def slots_on_chain(found: Earliest, milestone: str) -> dict[str, str]:
    """Return the items of a driving chain that waited for a slot, each with the capacity; the item before held the slot."""
    network = found.network
    rules = network.plan.rules_by_id
    held: dict[str, str] = {}
    for index in found.chain(found.last[network.nodes[milestone, "start"]]):
        event = found.events[index]
        if event.rule is not None and event.rule in rules and rules[event.rule].kind == "capacity":
            held[network.points[event.node].item] = event.rule
    return held
