"""From a plan to its network: one compiler for each kind of rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from models.duration import Reference
from models.plan import Plan
from models.rules import (
    Alignment,
    AtLeast,
    Blackout,
    Capacity,
    Dependency,
    Equality,
    Gate,
    NotAfter,
    NotBefore,
    Release,
)
from optimiser.circles import components
from optimiser.clock import Boundaries, Clock, MinuteClock, clock_of
from optimiser.critical.arcs import Arc, Bound, Family, Quorum, constant, inverse, next_place
from optimiser.critical.minute_rules import compile_minutes
from optimiser.critical.moving import compile_migration
from optimiser.critical.network import Network
from optimiser.critical.works import lay_items, past, waiting

__all__ = ["RULE_COMPILERS", "compile_network"]


def compile_network(plan: Plan, clock: Clock | None = None) -> Network:
    """Turn a plan into its network.

    Parameters
    ----------
    plan
        Any plan; rules that are off are compiled too, so that columns can switch them.
    clock
        The plan's clock, where there is one already.

    Raises
    ------
    BeyondHorizonError
        If a stated date is outside the days that the base calendar covers.
    """
    clock = clock or clock_of(plan)
    network = Network(plan, clock)
    if isinstance(clock, MinuteClock):
        compile_minutes(network, clock)
        return _ordered(network)
    lay_items(network)
    for rule in plan.rules:
        network.enabled[rule.id] = plan.switch(rule.enabled)
        if isinstance(rule.enabled, Reference):
            network.switch_slots[rule.id] = rule.enabled.name
        RULE_COMPILERS[rule.kind](network, rule)
    return _ordered(network)


def _ordered(network: Network) -> Network:
    """Return a network without what says nothing, its nodes in order."""
    _drop_idle_mirrors(network)
    network.order = components(_successors(network))
    return network


def _dependency(network: Network, rule: Dependency) -> None:
    before, after = rule.points()
    if rule.bound == "at-least":
        target = waiting(network, after)
        if target is not None:
            network.add_lag(rule.id, network.from_node(before), target, rule.lag)
        return
    if not past(network.plan, before):
        if waiting(network, before) is not None:
            network.add_lag(rule.id, network.node(before), network.from_node(after), rule.lag, at_most=True)
    elif not past(network.plan, after) and waiting(network, after) is not None:
        _behind_past(network, rule, network.from_node(before), network.node(after))


def _behind_past(network: Network, rule: Dependency, source: int, target: int) -> None:
    """The past moves no more: what comes at most so far behind it comes by then, unless that is past as well."""
    clock, lag = network.clock, network.plan.duration(rule.lag)
    forwards, base = network.shift(source, target, lag.unit), network.base[source]

    def back(amount: int) -> Boundaries:
        table = forwards.table(amount)[: clock.size + 1]
        return np.zeros_like(table) if network.missed(int(table[base])) else inverse(table, clock.size)

    slots = (*((rule.lag.name,) if isinstance(rule.lag, Reference) else ()), rule.id)
    network.arcs.append(Arc(target, source, rule.id, Family(clock, 0, back), lag.amount, slots))
    network.ceilings.append(Bound(source, rule.id, base, side="ceiling"))


def _not_before(network: Network, rule: NotBefore) -> None:
    if not past(network.plan, rule.points()[0]):
        network.add_dated("floor", rule.id, rule.points()[0], rule.date)


def _not_after(network: Network, rule: NotAfter) -> None:
    if past(network.plan, rule.points()[0]):
        return
    network.add_dated("ceiling", rule.id, rule.points()[0], rule.date)
    latest = network.ceilings[-1]
    if latest.boundary is not None and network.missed(latest.boundary):
        latest.boundary = None


def _alignment(network: Network, rule: Alignment) -> None:
    point = rule.points()[0]
    if past(network.plan, point):
        return
    places = network.clock.aligned(rule.to, network.plan.convention(point))
    network.add_places(rule.id, network.node(point), places)


def _release(network: Network, rule: Release) -> None:
    point = rule.points()[0]
    if past(network.plan, point):
        return
    places, ends = network.clock.occasions(rule.occasions, network.plan.convention(point))
    network.add_places(rule.id, network.node(point), places, ends=ends)


def _blackout(network: Network, rule: Blackout) -> None:
    """An event keeps out of a window; work starts so that it is over before the window, or after it."""
    clock = network.clock
    windows = [(first, after) for first, after in map(clock.window, rule.windows) if first < after]
    axis = np.arange(clock.size + 1, dtype=np.int64)
    for item in rule.items:
        if network.plan.done(item):
            continue
        start, finish = network.item_nodes(item)
        if start == finish:
            late = 1 if network.convention(start) == "closes" else 0
            allowed = np.ones(clock.size + 1, dtype=np.bool_)
            for first, after in windows:
                allowed[first + late : after + late] = False
            network.add_places(rule.id, start, np.flatnonzero(allowed))
            continue
        duration = network.durations[start]

        def rounded(amount: int, family: Family = duration.family) -> Boundaries:
            finishes = family.table(amount)[:-2]
            clear = np.ones(clock.size + 1, dtype=np.bool_)
            for first, after in windows:
                clear &= (finishes <= first) | (axis >= after)
            return next_place(np.flatnonzero(clear), clock.size, clock.beyond)

        family = Family(clock, 0, rounded)
        network.arcs.append(Arc(start, start, rule.id, family, duration.amount, duration.slots, duration.switches))
        # Of work whose length is free only its finish tells that it cannot be over before a window.
        begins = np.zeros(clock.size + 1, dtype=np.int64)
        for first, after in windows:
            begins = np.where(axis > first, np.maximum(begins, after), begins)
        network.arcs.append(Arc(finish, start, rule.id, constant(clock, begins)))


def _capacity(network: Network, rule: Capacity) -> None:
    """Leave capacity out: a lower bound does not need it, and says that it left it out."""
    network.uses_capacity |= network.enabled[rule.id]


def _at_least(network: Network, rule: AtLeast) -> None:
    *counted, after = rule.points()
    target = waiting(network, after)
    if target is None:
        return
    lag = network.plan.duration(rule.lag)
    sources = tuple(network.from_node(point) for point in counted)
    network.quorums.append(
        Quorum(
            sources=sources,
            target=target,
            rule=rule.id,
            families=tuple(network.shift(source, target, lag.unit) for source in sources),
            amount=lag.amount,
            count=network.plan.amount(rule.count),
            slots=(rule.lag.name,) if isinstance(rule.lag, Reference) else (),
            count_slots=(*((rule.count.name,) if isinstance(rule.count, Reference) else ()), rule.id),
        )
    )


def _equality(network: Network, rule: Equality) -> None:
    """Hold points together as a star: each is at least the first, and the first at least each."""
    gone = [network.base[network.from_node(point)] for point in rule.points() if past(network.plan, point)]
    nodes = [network.node(point) for point in rule.points() if not past(network.plan, point)]
    if gone and not network.missed(min(gone)):
        network.ceilings += [Bound(node, rule.id, min(gone), side="ceiling") for node in nodes]
    first, *others = nodes or [-1]
    same = Family(network.clock, 1)
    for node in others:
        if node != first:
            network.arcs += [Arc(first, node, rule.id, same), Arc(node, first, rule.id, same)]


def _gate(network: Network, rule: Gate) -> None:
    """``x[after] ≥`` the evening of the first board whose morning is at or after ``x[before] ⊕ notice``."""
    clock = network.clock
    before, after = rule.points()
    target = waiting(network, after)
    if target is None:
        return
    notice = network.plan.duration(rule.notice)
    shown = network.plan.convention(before)
    kept = network.boards.get((rule.board, notice.unit, shown))
    if kept is None:
        days, ends = clock.occasion_days(rule.board)
        mornings, evenings = clock.boundaries(days, "opens"), clock.boundaries(days, "closes")
        axis = np.arange(clock.size + 1, dtype=np.int64)
        effective = np.append(evenings, network.never if ends else clock.beyond)

        def approved(amount: int) -> Boundaries:
            papers = clock.shifted(axis, amount, notice.unit, shown, "opens")
            return effective[np.searchsorted(mornings, papers, side="left")]

        kept = network.boards[rule.board, notice.unit, shown] = Family(clock, 0, approved)
    slots = (*((rule.notice.name,) if isinstance(rule.notice, Reference) else ()), rule.id)
    family = kept
    network.arcs.append(Arc(network.from_node(before), target, rule.id, family, notice.amount, slots))


RULE_COMPILERS: dict[str, Callable[[Network, Any], None]] = {
    "dependency": _dependency,
    "not-before": _not_before,
    "not-after": _not_after,
    "alignment": _alignment,
    "release": _release,
    "blackout": _blackout,
    "capacity": _capacity,
    "at-least": _at_least,
    "equality": _equality,
    "gate": _gate,
    "migration": compile_migration,
}
"""Kind of rule to its compiler. A test proves that none is missing."""


def _drop_idle_mirrors(network: Network) -> None:
    """Drop the second half of a duration where nothing but the first half pushes the finish."""
    lengths = {id(arc) for arc in network.durations.values()}
    pushed = {arc.target for arc in network.arcs if id(arc) not in lengths}
    pushed |= {floor.node for floor in network.floors} | {quorum.target for quorum in network.quorums}
    network.arcs = [arc for arc in network.arcs if not arc.mirrored or arc.source in pushed]


def _successors(network: Network) -> list[list[int]]:
    """Return for each node the nodes that it pushes."""
    successors: list[list[int]] = [[] for _ in network.points]
    for arc in network.arcs:
        if arc.source != arc.target:
            successors[arc.source].append(arc.target)
    for quorum in network.quorums:
        for source in quorum.sources:
            successors[source].append(quorum.target)
    return successors
