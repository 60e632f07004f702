"""Resumed forward passes: from a finished pass to a tighter network, or behind a relaxed one.

A variant differs from its plan in little. Where it only asks for more, its pass begins where the plan's ended; otherwise what
lies behind the difference is passed through again, and all else is taken over with its reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from optimiser.critical.arcs import Arc, Bound, Quorum
from optimiser.critical.forward import Pass
from optimiser.critical.network import Network

__all__ = ["again_behind", "tightened"]


def tightened(done: Pass, network: Network, slots: Collection[str]) -> Pass | None:
    """Return the pass of a network that differs by some numbers, resumed from the finished pass of the other.

    Parameters
    ----------
    done
        A pass that has run.
    network
        The same arcs, bounds and quorums in the same places, with other numbers in those that have one of the slots.
    slots
        Names of the numbers that differ.

    Returns
    -------
    Pass or None
        None where a number asks for less than before, so that nothing may be taken over.
    """
    wanted = set(slots)
    if done.trouble or not all(_no_looser(*pair) for pair in _changed(done.network, network, wanted)):
        return None
    after = _relaid(done, network, done.live)
    begun = dict.fromkeys(arc.source for arc, old in zip(network.arcs, done.network.arcs, strict=True) if arc is not old)
    for quorum in network.quorums:
        if wanted & {*quorum.slots, *quorum.count_slots} and quorum.rule in after.live:
            begun.update(dict.fromkeys(quorum.sources))
    for ceiling in network.ceilings:
        if wanted & set(ceiling.slots) and ceiling.rule in after.live and ceiling.boundary is not None:
            after.hold(ceiling.node, ceiling.boundary, ceiling.rule)
            begun[ceiling.node] = None
    for floor in network.floors:
        raised = wanted & set(floor.slots) and floor.rule in after.live and floor.boundary is not None
        if raised and not after.raise_to(floor.node, floor.boundary or 0, floor.rule):
            return after
    after.go_on(begun)
    return after


def again_behind(
    done: Pass,
    network: Network,
    names: Collection[str],
    off: Collection[str] = (),
    ceilings: Mapping[int, tuple[int, str]] | None = None,
) -> Pass | None:
    """Return the pass of a network that differs from that of another in some rules and durations, run again behind these.

    Parameters
    ----------
    done
        A pass that has run.
    network
        The same arcs, bounds and quorums in the same places, some with other numbers.
    names
        Slots and rules in which they differ.
    off
        Rules and durations to switch off on top of the network's own switches.
    ceilings
        Latest boundaries of further nodes, each with the name of what holds it.

    Returns
    -------
    Pass or None
        None where the first pass met with trouble, so that there is nothing to take over.
    """
    if done.trouble:
        return None
    wanted = {*names, *off}
    live = ({name for name, state in network.enabled.items() if state} - set(off)) | network.facts
    after = _relaid(done, network, live, wanted)
    after.ceilings = [None] * len(after.values)
    for ceiling in network.ceilings:
        if ceiling.rule in live and ceiling.boundary is not None:
            after.hold(ceiling.node, ceiling.boundary, ceiling.rule)
    for node, (boundary, rule) in (ceilings or {}).items():
        after.hold(node, boundary, rule)
    begun = {arc.target for arc in network.arcs if _bears(arc, wanted)} | set(ceilings or ())
    begun |= {quorum.target for quorum in network.quorums if wanted & {quorum.rule, *quorum.slots, *quorum.count_slots}}
    begun |= {bound.node for bound in (*network.floors, *network.ceilings) if wanted & {bound.rule, *bound.slots}}
    after.run_behind(begun)
    return after


def _bears(arc: Arc, names: set[str]) -> bool:
    return arc.rule in names or not names.isdisjoint(arc.names) or not names.isdisjoint(arc.switches)


def _relaid(done: Pass, network: Network, live: set[str], names: set[str] | None = None) -> Pass:
    """Return a copy of a pass on another network, the inequalities that differ laid out anew."""
    after = done.copied()
    after.network, after.live = network, live
    after.outgoing, after.rounding, after.ceilings = list(done.outgoing), list(done.rounding), list(done.ceilings)
    pairs = zip(network.arcs, done.network.arcs, strict=True)
    sources = {arc.source for arc, old in pairs if arc is not old or (names and _bears(arc, names))}
    for source in sources:
        after.outgoing[source], after.rounding[source] = [], []
    for arc in network.arcs:
        if arc.source in sources:
            after.lay(arc)
    if names and any(quorum.rule in names for quorum in network.quorums):
        after.gather_quorums()
    return after


def _changed(
    before: Network, after: Network, slots: set[str]
) -> Iterator[tuple[Arc, Arc] | tuple[Bound, Bound] | tuple[Quorum, Quorum]]:
    """Yield the inequalities that have one of the slots, as they were and as they are."""
    for one, other in zip(before.arcs, after.arcs, strict=True):
        if one is not other:
            yield one, other
    for old, new in (*zip(before.floors, after.floors, strict=True), *_swapped(before.ceilings, after.ceilings)):
        if slots & set(old.slots):
            yield old, new
    for first, second in zip(before.quorums, after.quorums, strict=True):
        if slots & {*first.slots, *first.count_slots}:
            yield first, second


def _swapped(before: Iterable[Bound], after: Iterable[Bound]) -> Iterator[tuple[Bound, Bound]]:
    """Yield ceilings the other way round: an earlier one asks for more."""
    for old, new in zip(before, after, strict=True):
        yield new, old


def _no_looser(before: Arc | Bound | Quorum, after: Arc | Bound | Quorum) -> bool:
    """Return whether an inequality asks for no less than it did."""
    if isinstance(before, Bound) and isinstance(after, Bound):
        return before.boundary is not None and after.boundary is not None and after.boundary >= before.boundary
    if isinstance(before, Quorum) and isinstance(after, Quorum):
        return after.no_looser(before)
    assert isinstance(before, Arc)
    assert isinstance(after, Arc)
    return after.family.no_less(before.family, after.amount, before.amount)
