"""The backward pass: how late each point may be before a milestone moves, and how far an item can slip on its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.items import Activity, Milestone
from optimiser.clock import MinuteClock
from optimiser.critical.arcs import Arc
from optimiser.critical.columns import Columns
from optimiser.critical.evaluated import evaluate
from optimiser.critical.forward import Earliest
from optimiser.critical.moving import Flow
from optimiser.critical.network import Network

__all__ = [
    "BELOW",
    "LatestReasons",
    "floats",
    "free_floats",
    "latest_reasons",
    "latest_times",
    "live_amount",
    "live_arcs",
    "reaches",
    "soft_limits",
]

TOGETHER = 512
"""Variants tried together at the least where a range is cut, as a pass over so many takes little more than one over a few."""
BELOW = -1
"""Below the axis: nothing has to be earlier still, so that what runs in circles comes to an end there."""


def live_amount(network: Network, arc: Arc) -> tuple[bool, int]:
    """Say whether an arc holds, and with which amount."""
    if not arc.switches:
        return network.enabled[arc.rule], arc.amount
    on = all(network.enabled[switch] for switch in arc.switches)
    own = arc.rule in arc.switches or network.enabled[arc.rule]
    return own, arc.amount if on else 0


def live_arcs(network: Network) -> list[tuple[Arc, int]]:
    """Return the inequalities between two points that hold, with their amounts."""
    found: list[tuple[Arc, int]] | None = network.kept.get("live")
    if found is None:
        each = ((arc, live_amount(network, arc)) for arc in network.arcs)
        found = network.kept["live"] = [(arc, amount) for arc, (on, amount) in each if on]
    return found


def latest_times(network: Network, held: Mapping[int, int], *, all_needed: bool = False, anywhere: bool = False) -> list[int]:
    """Return the greatest solution below some latest boundaries.

    Parameters
    ----------
    network
        The plan's inequalities. A live quorum that asks for fewer than all is left out: no point of it must be early
        on its own account, so the result is then an upper bound on every latest boundary.
    held
        Latest boundary of some nodes.
    all_needed
        Whether a quorum is taken to ask for all: every result is then a lower bound instead.
    anywhere
        Whether a node may also run off the axis, where only that is forbidden which waits for ever.

    Returns
    -------
    list of int
        Latest boundary of each node.
    """
    limit, off_axis = network.never - 1 if anywhere else network.clock.limit, network.clock.size + 1
    values = [limit] * len(network.points)
    for node, boundary in held.items():
        values[node] = min(values[node], boundary)
    for ceiling in network.ceilings:
        if network.enabled[ceiling.rule] and ceiling.boundary is not None:
            values[ceiling.node] = min(values[ceiling.node], ceiling.boundary)
    incoming = _incoming(network, all_needed=all_needed)
    for component in reversed(network.order):
        moved = True
        while moved:
            moved = False
            for node in reversed(component):
                for arc, amount in incoming[node]:
                    family, value = arc.family, values[node]
                    if value > off_axis and family.at(off_axis, amount) <= value:
                        continue
                    late = max(value - family.sign * amount if family.sign else family.latest(value, amount), BELOW)
                    if late < values[arc.source]:
                        values[arc.source] = late
                        moved |= len(component) > 1 or arc.source == node
    return values


def _incoming(network: Network, *, all_needed: bool = False) -> list[list[tuple[Arc, int]]]:
    """Return the live inequalities into each node, with their amounts; of quorums those that ask for all, or are taken to."""
    key = "incoming of all" if all_needed else "incoming"
    kept: list[list[tuple[Arc, int]]] | None = network.kept.get(key)
    if kept is not None:
        return kept
    incoming: list[list[tuple[Arc, int]]] = [[] for _ in network.points]
    for arc, amount in live_arcs(network):
        incoming[arc.target].append((arc, amount))
    for quorum in network.quorums:
        if network.enabled[quorum.rule] and (all_needed or not quorum.partial):
            for source, family in quorum.sure():
                incoming[quorum.target].append((Arc(source, quorum.target, quorum.rule, family), quorum.amount))
    network.kept[key] = incoming
    return incoming


@dataclass(slots=True)
class LatestReasons:
    """Latest boundaries with the reason for each.

    Attributes
    ----------
    values
        Latest boundary of each node.
    events
        What made a node earlier: the rule and the lengths it reckons with, none for what was asked; the event it follows from.
    last
        Index of the event that gave each node its value, None where the end of the axis did.
    """

    values: list[int]
    events: list[tuple[tuple[str, ...], int | None]]
    last: list[int | None]

    def rules_behind(self, node: int) -> list[str]:
        """Return the rules and durations that compel the latest boundary of a node."""
        found: dict[str, None] = {}
        place = self.last[node]
        while place is not None:
            rules, place = self.events[place]
            found.update(dict.fromkeys(rules))
        return list(found)


def latest_reasons(network: Network, held: dict[int, int]) -> LatestReasons:
    """Return the same as `latest_times`, with the line of reasons behind every latest boundary.

    Parameters
    ----------
    network, held
        As of `latest_times`.
    """
    count = len(network.points)
    found = LatestReasons([network.clock.limit] * count, [], [None] * count)

    def lower(node: int, boundary: int, rules: tuple[str, ...], cause: int | None) -> bool:
        boundary = max(boundary, BELOW)
        if boundary >= found.values[node]:
            return False
        found.values[node] = boundary
        found.last[node] = len(found.events)
        found.events.append((rules, cause))
        return True

    for node, boundary in held.items():
        lower(node, boundary, (), None)
    for ceiling in network.ceilings:
        if network.enabled[ceiling.rule] and ceiling.boundary is not None:
            lower(ceiling.node, ceiling.boundary, (ceiling.rule,), None)
    incoming = _incoming(network)
    for component in reversed(network.order):
        moved = True
        while moved:
            moved = False
            for node in reversed(component):
                for arc, amount in incoming[node]:
                    late = arc.family.latest(found.values[node], amount)
                    if lower(arc.source, late, _rules_of(network, arc), found.last[node]):
                        moved |= len(component) > 1 or arc.source == node
    return found


def _rules_of(network: Network, arc: Arc) -> tuple[str, ...]:
    """Return the rule of an inequality, and the durations that it reckons with."""
    if not arc.switches or arc.rule in arc.switches or not all(network.enabled[switch] for switch in arc.switches):
        return (arc.rule,)
    return (arc.rule, *arc.switches)


def reaches(network: Network, *targets: int, shared: Iterable[frozenset[int]] = ()) -> list[bool]:
    """Return for each node whether anything that happens to it could move one of the targets.

    Parameters
    ----------
    shared
        Groups of nodes any of which can hold up the others, as work does that shares a capacity.
    """
    sources: list[list[int]] = [[] for _ in network.points]
    for arc, _ in live_arcs(network):
        sources[arc.target].append(arc.source)
    for quorum in network.quorums:
        if network.enabled[quorum.rule]:
            sources[quorum.target].extend(quorum.sources)
    for group in shared:  # each leads to a place beyond the nodes that leads back to all: linear in the group
        for node in group:
            sources[node].append(len(sources))
        sources.append(list(group))
    found = [False] * len(sources)
    stack = list(targets)
    while stack:
        node = stack.pop()
        if not found[node]:
            found[node] = True
            stack.extend(sources[node])
    return found[: len(network.points)]


def soft_limits(network: Network) -> dict[int, int]:
    """Return the boundary that deadlines and soft not-afters ask of each node."""
    found: dict[int, int] = {}
    for bound in network.deadlines:
        if network.enabled[bound.rule] and bound.boundary is not None:
            found[bound.node] = min(found.get(bound.node, bound.boundary), bound.boundary)
    return found


def floats(earliest: Earliest, milestone: str, *, boundary: int | None = None) -> dict[str, int | None]:
    """Return how far each item can slip from its earliest position before the milestone moves.

    Parameters
    ----------
    earliest
        A feasible forward pass.
    milestone
        The milestone whose date is to stand.
    boundary
        Where it is to stand; at its earliest where None.

    Returns
    -------
    dict
        Item to working days; None where no slip of the item ever moves the milestone. Latest dates count: an item
        that a not-after rule holds has no more float than that rule leaves it. In a plan of a planner's tool a soft
        not-after bounds late dates too, as there: float is below nought where it asks for what cannot be.

    Notes
    -----
    Where an item leads to the milestone by inequalities between two points alone, one backward pass gives its float
    exactly. Behind a rule that asks for k of n, it is found by bisection over forward passes, all such items at once.
    """
    network = earliest.network
    target = network.nodes[milestone, "start"]
    held = earliest.values[target] if boundary is None else boundary
    affects = reaches(network, target)
    limits = soft_limits(network) if network.plan.dialect else {}
    limits[target] = min(limits.get(target, held), held)
    latest = latest_times(network, limits)
    slips = [late - early for late, early in zip(latest, earliest.values, strict=True)]
    items: tuple[Activity | Milestone, ...] = (*network.plan.activities, *network.plan.milestones)
    chosen = (
        source
        for quorum in network.quorums
        if network.enabled[quorum.rule] and quorum.partial and affects[quorum.target]
        for source in quorum.sources
    )
    behind = reaches(network, *chosen)
    asked = {start: slips[start] for item in items if behind[start := network.item_nodes(item.id)[0]]}
    if asked:
        sure = latest_times(network, {target: held}, all_needed=True)
        least = {node: max(0, sure[node] - earliest.values[node]) for node in asked}
        for node, slip in _bisected(earliest, target, held, least, asked).items():
            slips[node] = slip
    found: dict[str, int | None] = {}
    for item in items:
        start, finish = network.item_nodes(item.id)
        moves = not network.plan.done(item.id) and (affects[start] or affects[finish])
        found[item.id] = slips[start] if moves else None
        if isinstance(network.clock, MinuteClock) and start not in asked and found[item.id] is not None:
            found[item.id] = _slip_of_both(earliest, network.clock, item, latest, affects)
    return found


def _slip_of_both(
    earliest: Earliest, clock: MinuteClock, item: Activity | Milestone, latest: Sequence[int], affects: Sequence[bool]
) -> int:
    """Return how far an item's start can slip where either end may be what the milestone waits for.

    What a pin, progress or assignments hold has its two ends by themselves: the least worked time at either counts.
    """
    nodes = earliest.network.item_nodes(item.id)
    worked = min(clock.worked_between(earliest.values[n], latest[n], item.calendar) for n in nodes if affects[n])
    time, start = clock.time(item.calendar), earliest.values[nodes[0]]
    slip = time.begin(time.worked(start) + worked) - start
    return max(0, slip) if worked >= 0 else slip


def _bisected(earliest: Earliest, target: int, held: int, least: Mapping[int, int], most: Mapping[int, int]) -> dict[int, int]:
    """Return the largest slip of some nodes that leaves the target where it is, by bisection over forward passes.

    Parameters
    ----------
    least, most
        Node to a slip that leaves it, and to one that is not exceeded. Mostly it is one of the two, so the latter and one more
        than the former are tried first.
    """
    network = earliest.network
    high = {node: max(0, min(slip, network.clock.limit - earliest.values[node])) for node, slip in most.items()}
    low = {node: min(slip, high[node]) for node, slip in least.items()}
    rounds = 0
    while asked := [node for node in most if low[node] < high[node]]:
        parts = max(1, TOGETHER // len(asked))
        tried = [
            (node, slip)
            for node in asked
            for slip in (
                [high[node]] if rounds == 0 else [low[node] + 1] if rounds == 1 else cuts(low[node], high[node], parts)
            )
        ]
        rounds += 1
        raised: dict[int, NDArray[np.int64]] = {}
        for place, (node, slip) in enumerate(tried):
            raised.setdefault(node, np.zeros(len(tried), dtype=np.int64))[place] = earliest.values[node] + slip
        pushed = evaluate(network, Columns(samples=len(tried)), raised=raised)
        stays = (pushed.values[target] <= held) & ~pushed.infeasible & (pushed.values <= network.clock.limit).all(axis=0)
        for (node, slip), stay in zip(tried, stays.tolist(), strict=True):
            if stay:
                low[node] = max(low[node], slip)
            else:
                high[node] = min(high[node], slip - 1)
    return low


def cuts(low: int, high: int, parts: int) -> list[int]:
    """Return whole numbers that cut what lies above ``low``, up to ``high``, at most so many: halfway if one."""
    return sorted({low + (part * (high - low) + parts) // (parts + 1) for part in range(1, parts + 1)})


def free_floats(earliest: Earliest, items: Iterable[str]) -> dict[str, int | None]:
    """Return how far each item can slip from its earliest position while no other point moves.

    Returns
    -------
    dict
        Item to working days; None where nothing waits for the item.
    """
    network = earliest.network
    limits, waited = _limits_of_others(earliest)
    own: dict[int, list[tuple[Arc, int]]] = {}
    for arc, amount in live_arcs(network):
        nodes = network.item_nodes(network.points[arc.source].item)
        if arc.target in nodes:
            own.setdefault(nodes[0], []).append((arc, amount))
    found: dict[str, int | None] = {}
    for item in items:
        start, finish = network.item_nodes(item)
        # It slips to where its own length and the days on which it may fall let it, not to every day before others move.
        moved = True
        while moved:
            moved = False
            for arc, amount in own.get(start, ()):
                late = max(arc.family.latest(limits[arc.target], amount), BELOW)
                if late < limits[arc.source]:
                    limits[arc.source], moved = late, True
        found[item] = (
            max(0, limits[start] - earliest.values[start]) if waited & {start, finish} and not network.plan.done(item) else None
        )
    return found


def _limits_of_others(earliest: Earliest) -> tuple[dict[int, int], set[int]]:
    """Return the latest boundary of each node that moves no other item's, and the nodes that anything waits for."""
    network = earliest.network
    values = earliest.values
    waited: set[int] = {ceiling.node for ceiling in network.ceilings if network.enabled[ceiling.rule]}
    limits = dict.fromkeys(range(len(values)), network.clock.limit)
    for ceiling in network.ceilings:
        if network.enabled[ceiling.rule] and ceiling.boundary is not None:
            limits[ceiling.node] = min(limits[ceiling.node], ceiling.boundary)
    for arc, amount in live_arcs(network):
        if network.points[arc.source].item != network.points[arc.target].item:
            waited.add(arc.source)
            limits[arc.source] = min(limits[arc.source], arc.family.latest(values[arc.target], amount))
    for quorum in network.quorums:
        if network.enabled[quorum.rule]:
            target = network.points[quorum.target].item
            waited.update(source for source in quorum.sources if network.points[source].item != target)
            if isinstance(quorum, Flow):
                _limit_by_flow(network, quorum, values, limits)
                continue
            # The ends of one piece of work move together: what the others lack, the first of its ends must make up.
            parts = list(zip(quorum.sources, quorum.families, strict=True))
            there = [(family.at(values[source], quorum.amount), source, family) for source, family in parts]
            there = [each for each in there if each[0] <= values[quorum.target]]
            for item in {network.points[source].item for _, source, _ in there} - {target}:
                own = sorted((each for each in there if network.points[each[1]].item == item), key=lambda each: each[:2])
                for _, source, family in own[: max(0, quorum.count - len(there) + len(own))]:
                    limits[source] = min(limits[source], family.latest(values[quorum.target], quorum.amount))
    return limits, waited


def _limit_by_flow(network: Network, flow: Flow, values: list[int], limits: dict[int, int]) -> None:
    """Lower the latest boundary of each item that a flow waits for to where alone, its ends together, it moves no target."""
    for item in {network.points[source].item for source in flow.sources} - {network.points[flow.target].item}:
        start, finish = network.item_nodes(item)
        first = start if start in flow.sources else finish
        low, high = values[first], network.clock.limit
        while low < high:
            middle = (low + high + 1) // 2
            at = list(values)
            at[first] = middle
            if first != finish:
                on, length = live_amount(network, network.durations[start])
                at[finish] = network.durations[start].family.at(middle, length) if on else max(middle, values[finish])
            low, high = (middle, high) if flow.reach_of(at) <= values[flow.target] else (low, middle - 1)
        limits[first] = min(limits[first], low)
