"""The backward pass over all samples at once: how late each node may be, in each sample, before a target moves."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from optimiser.clock import Boundaries
from optimiser.critical.arcs import Family
from optimiser.critical.batch import Batch
from optimiser.critical.columns import Flags
from optimiser.critical.moving import Flow

__all__ = ["Link", "latest_positions", "lengthened", "unsure"]

Link = tuple[NDArray[np.int64], int, NDArray[np.int64]]
"""Nodes that may be no later than another, and the sample in which that holds of each."""


def latest_positions(
    batch: Batch,
    target: int,
    links: Sequence[Link] = (),
    *,
    alone: bool = True,
    late: Boundaries | None = None,
    within: Sequence[bool] | None = None,
) -> dict[int, Boundaries]:
    """Return how late each node may be in each sample before a target moves.

    Parameters
    ----------
    batch
        The earliest positions.
    target
        The node that is to stay where it is.
    links
        Inequalities beside those of the network.
    alone
        Whether of a quorum a source is needed only where without it too few of the others come in time. That is right
        for what leads to one source. Where all are needed that come in time, what leads to several is late with each, and
        no node may be later than is found.
    late
        How late the target itself may be; where it is, where None.
    within
        Nodes that are asked for; all where None. What is found of them stands on them alone.

    Returns
    -------
    dict
        Of every node that leads to the target.
    """
    order, rank = batch.network.order, batch.layout.rank
    least = _Latest(batch, links)
    found = least.found
    least.row(target)[:] = batch.row(target) if late is None else late
    waiting: dict[int, set[int]] = {rank[target]: {target}}
    places = [-rank[target]]
    held_up: set[int] = set()
    while places:
        place = -heapq.heappop(places)
        todo = waiting.pop(place)
        while todo:
            for node in [each for each in reversed(order[place]) if each in todo]:
                todo.discard(node)
                for source in {
                    source
                    for source, late in late_into(batch, node, found[node], alone=alone, within=within)
                    if least.lower(source, late)
                }:
                    if rank[source] == place:
                        todo.add(source)
                    elif rank[source] in waiting:
                        waiting[rank[source]].add(source)
                    else:
                        waiting[rank[source]] = {source}
                        heapq.heappush(places, -rank[source])
                held_up.update(least.hold(node))
        if not places:  # links may lead to any place: the next round begins once this one is over
            waiting = {rank[node]: set() for node in held_up}
            for node in held_up:
                waiting[rank[node]].add(node)
            places, held_up = sorted(-each for each in waiting), set()
    return found


class _Latest:
    """How late nodes may be, as far as is known.

    Attributes
    ----------
    found
        Rows of the nodes that anything has been said of.
    """

    def __init__(self, batch: Batch, links: Iterable[Link]) -> None:
        self.found: dict[int, Boundaries] = {}
        self._never = batch.network.never
        self._rows = np.empty((len(batch.network.points), batch.columns.samples), dtype=batch.kind)
        behind: dict[int, list[tuple[NDArray[np.int64], NDArray[np.int64]]]] = {}
        for sources, node, samples in links:
            behind.setdefault(node, []).append((sources, samples))
        self._behind = {
            node: (np.concatenate([each for each, _ in pairs]), np.concatenate([each for _, each in pairs]))
            for node, pairs in behind.items()
        }
        self._begun: set[int] = set()

    def row(self, node: int) -> Boundaries:
        """Return the row of a node: as late as can be where nothing has been said of it."""
        if node not in self.found:
            self.found[node] = self._rows[node]
            self.found[node][:] = self._never
        return self.found[node]

    def lower(self, node: int, late: Boundaries) -> bool:
        """Say that a node may be no later, and return whether that is news."""
        row = self.row(node)
        if not (late < row).any():
            return False
        np.minimum(row, late, out=row)
        return True

    def hold(self, node: int) -> list[int]:
        """Bound the nodes that hold up a node by its own latest boundary; yield those whose bound has fallen."""
        if node not in self._behind:
            return []
        sources, samples = self._behind[node]
        if node not in self._begun:
            self._begun.add(node)
            for source in np.flatnonzero(np.bincount(sources)).tolist():
                self.row(source)
        late = self.found[node][samples]
        earlier = late < self._rows[sources, samples]
        if not earlier.any():
            return []
        sources = sources[earlier]
        self._rows[sources, samples[earlier]] = late[earlier]
        found: list[int] = np.flatnonzero(np.bincount(sources)).tolist()
        return found


def unsure(batch: Batch, latest: Mapping[int, Boundaries]) -> Flags:
    """Return the samples in which what leads to several sources of a quorum may have less float than was found alone.

    That is where the sources that could be late one by one cannot be a unit late together. Where what they reach does not
    grow unit by unit, a unit tells nothing of several, and all such samples are given.
    """
    found = np.zeros(batch.columns.samples, dtype=np.bool_)
    for node, late in latest.items():
        for quorum, _ in batch.quorums_into(node):
            if isinstance(quorum, Flow):
                slips = [back - batch.row(source) for source, back in _back_of_flow(batch, quorum, late, alone=True)]
                found |= np.sum([slip > 0 for slip in slips], axis=0) > 1
                continue
            count = batch.column(quorum.count_slots, quorum.count)
            if np.any(count < len(quorum.sources)):
                amount = batch.column(quorum.slots, quorum.amount)
                parts = list(zip(quorum.sources, quorum.families, strict=True))
                there, later = (
                    np.sum([batch.apply(family, batch.row(source) + more, amount) <= late for source, family in parts], axis=0)
                    for more in (0, 1)
                )
                even = all(family.sign for family in quorum.families)
                found |= (there > count) & ((later < count) | (not even))
    return found


def late_into(
    batch: Batch, node: int, late: Boundaries, *, alone: bool = True, within: Sequence[bool] | None = None
) -> Iterator[tuple[int, Boundaries]]:
    """Yield how late the sources of a node may be, where it may be so late itself."""
    free = batch.network.never
    late = _rounded(batch, node, late)
    for arc, on, amount in batch.arcs_into(node):
        if arc.source != node and (within is None or within[arc.source]):
            back = _back(batch, arc.family, late, amount)
            yield arc.source, back if on is None else np.where(on, back, free)
    yield from _late_into_quorums(batch, node, late, alone=alone)


def _rounded(batch: Batch, node: int, late: Boundaries) -> Boundaries:
    """Return how late a node may be before its own rules round it beyond a boundary."""
    if node in batch.layout.rounded:
        for arc, on, amount in batch.arcs_into(node):
            if arc.source == node:
                rounded = _back(batch, arc.family, late, amount)
                late = rounded if on is None else np.where(on, rounded, late)
    return late


def _late_into_quorums(batch: Batch, node: int, late: Boundaries, *, alone: bool) -> Iterator[tuple[int, Boundaries]]:
    """Yield how late the sources of a node's quorums may be, where what they reach may be so late."""
    free = batch.network.never
    for quorum, on in batch.quorums_into(node):
        if isinstance(quorum, Flow):
            for source, back in _back_of_flow(batch, quorum, late, alone=alone):
                yield source, back if on is None else np.where(on, back, free)
            continue
        amount = batch.column(quorum.slots, quorum.amount)
        parts = list(zip(quorum.sources, quorum.families, strict=True))
        there = np.array([batch.apply(family, batch.row(source), amount) <= late for source, family in parts])
        needed = there & (there.sum(axis=0) - 1 < batch.column(quorum.count_slots, quorum.count)) if alone else there
        for (source, family), asked in zip(parts, needed, strict=True):
            held = asked if on is None else asked & on
            if held.any():
                yield source, np.where(held, _back(batch, family, late, amount), free)


def _back(batch: Batch, family: Family, late: Boundaries, amount: int | Boundaries) -> Boundaries:
    """Return ``max{x : f(x) ≤ late}``, -1 where there is none; what may be late without end stays so."""
    if family.sign:
        return family.latest_values(late, amount)
    found = np.full(batch.columns.samples, batch.network.never, dtype=batch.kind)
    mask = late < batch.network.never
    found[mask] = family.latest_values(late[mask], amount if isinstance(amount, int) else amount[mask])
    return found


def _back_of_flow(batch: Batch, flow: Flow, late: Boundaries, *, alone: bool) -> Iterator[tuple[int, Boundaries]]:
    """Yield how late the sources of a flow may be: each with the others where they are, or all of them as much later."""
    rows = np.stack([batch.row(source) for source in flow.sources], dtype=np.int64, casting="safe")
    free = late >= batch.network.never
    most = batch.network.clock.size + 1

    def latest(places: slice) -> Boundaries:
        low, high = np.full(len(late), -1, dtype=np.int64), np.full(len(late), most, dtype=np.int64)
        while np.any(high - low > 1):
            middle, moved = (low + high) // 2, rows.copy()
            moved[places] += middle
            stays = batch.moved(flow, moved) <= late
            low, high = np.where(stays, middle, low), np.where(stays, high, middle)
        return low

    together = None if alone else latest(slice(None))
    for place, source in enumerate(flow.sources):
        slip = latest(slice(place, place + 1)) if together is None else together
        yield source, np.where(free, batch.network.never, rows[place] + slip)


def lengthened(batch: Batch, activity: str, latest: Mapping[int, Boundaries]) -> Flags:
    """Return the samples in which a unit more of an activity makes something later than it may be.

    Parameters
    ----------
    latest
        As of `latest_positions`, the activity's finish among them.
    """
    start, finish = batch.network.item_nodes(activity)
    arc = batch.network.durations[start]
    if arc.rule not in batch.layout.readers:  # it is done
        return np.zeros(batch.columns.samples, dtype=np.bool_)
    on = batch.switch(arc.rule)
    if batch.layout.readers[arc.rule] == {finish}:
        return (batch.apply(arc.family, batch.row(arc.source), batch.amount(arc) + 1) > latest[finish]) & on
    longer = batch.longer_alone(activity)
    # What pushes the finish draws the start after it by the old length: that counts for nothing where the work takes longer.
    moved: Flags = (longer.row(finish) > _late_but_for(batch, finish, latest, arc.rule)) & on
    for node in batch.layout.readers[arc.rule] & latest.keys():
        for each in batch.layout.arcs[node]:
            if each.share is not None and arc.rule in each.share.slots:  # a lag that grows with the length
                reached = batch.apply(each.family, longer.row(each.source), longer.amount(each))
                moved |= (reached > _rounded(batch, node, latest[node])) & batch.switch(each.rule)
    return moved | ((longer.row(start) > latest[start]) & on) if start in latest else moved


def _late_but_for(batch: Batch, source: int, latest: Mapping[int, Boundaries], without: str) -> Boundaries:
    """Return how late a node may be by all but one rule."""
    late = np.full(batch.columns.samples, batch.network.never, dtype=batch.kind)
    for arc in batch.layout.leaving[source]:
        on = batch.switch(arc.rule) if arc.rule not in arc.switches else True
        grows = arc.share is not None and without in arc.share.slots
        if arc.rule != without and not grows and arc.target in latest and on is not False:
            back = _back(batch, arc.family, _rounded(batch, arc.target, latest[arc.target]), batch.amount(arc))
            np.minimum(late, back, out=late, where=on)
    for node in batch.layout.after[source] & latest.keys():
        if batch.layout.quorums[node]:
            rounded = _rounded(batch, node, latest[node])
            for other, back in _late_into_quorums(batch, node, rounded, alone=True):
                late = np.minimum(late, back) if other == source else late
    return late
