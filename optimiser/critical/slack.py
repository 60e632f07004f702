"""The backward pass over all samples at once: how late each node may be, in each sample, before a target moves."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from optimiser.clock import Boundaries
from optimiser.critical.batch import Batch, Flags
from optimiser.critical.network import Family

__all__ = ["Link", "latest_positions", "lengthened", "unsure"]

Link = tuple[int, int, NDArray[np.int64]]
"""A node that may be no later than another, and the samples in which that holds."""


def latest_positions(
    batch: Batch, target: int, links: Sequence[Link] = (), *, alone: bool = True, late: Boundaries | None = None
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

    Returns
    -------
    dict
        Of every node that leads to the target.
    """
    order, rank = batch.network.order, batch.layout.rank
    found: dict[int, Boundaries] = {target: batch.row(target).copy() if late is None else late}
    behind: dict[int, list[tuple[int, NDArray[np.int64]]]] = {}
    for source, node, samples in links:
        behind.setdefault(node, []).append((source, samples))

    def lower(node: int, late: Boundaries, samples: NDArray[np.int64] | slice = slice(None)) -> bool:
        row = found.setdefault(node, np.full(batch.columns.samples, batch.network.never, dtype=np.int64))
        if not np.any(late < row[samples]):
            return False
        row[samples] = np.minimum(row[samples], late)
        return True

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
                    source for source, late in late_into(batch, node, found[node], alone=alone) if lower(source, late)
                }:
                    if rank[source] == place:
                        todo.add(source)
                    elif rank[source] in waiting:
                        waiting[rank[source]].add(source)
                    else:
                        waiting[rank[source]] = {source}
                        heapq.heappush(places, -rank[source])
                held = behind.get(node, ())
                held_up |= {source for source, samples in held if lower(source, found[node][samples], samples)}
        if not places:  # links may lead to any place: the next round begins once this one is over
            waiting = {rank[node]: set() for node in held_up}
            for node in held_up:
                waiting[rank[node]].add(node)
            places, held_up = sorted(-each for each in waiting), set()
    return found


def unsure(batch: Batch, latest: Mapping[int, Boundaries]) -> Flags:
    """Return the samples in which what leads to several sources of a quorum may have less float than was found alone.

    That is where the sources that could be late one by one cannot be a unit late together.
    """
    found = np.zeros(batch.columns.samples, dtype=np.bool_)
    for node, late in latest.items():
        for quorum, _ in batch.quorums_into(node):
            count = batch.column(quorum.count_slots, quorum.count)
            if np.any(count < len(quorum.sources)):
                amount = batch.column(quorum.slots, quorum.amount)
                parts = list(zip(quorum.sources, quorum.families, strict=True))
                there, later = (
                    np.sum([batch.apply(family, batch.row(source) + more, amount) <= late for source, family in parts], axis=0)
                    for more in (0, 1)
                )
                found |= (there > count) & (later < count)
    return found


def late_into(
    batch: Batch, node: int, late: Boundaries, *, alone: bool = True, without: str | None = None
) -> Iterator[tuple[int, Boundaries]]:
    """Yield how late the sources of a node may be, where it may be so late itself; one rule may be left out."""
    free = batch.network.never
    for arc, on, amount in batch.arcs_into(node):
        if arc.source == node:
            rounded = _back(batch, arc.family, late, amount)
            late = rounded if on is None else np.where(on, rounded, late)
    for arc, on, amount in batch.arcs_into(node):
        if arc.source != node and arc.rule != without:
            back = _back(batch, arc.family, late, amount)
            yield arc.source, back if on is None else np.where(on, back, free)
    for quorum, on in batch.quorums_into(node):
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
        back: Boundaries = np.maximum(late - family.sign * amount, -1)
        return back
    found = np.full(batch.columns.samples, batch.network.never, dtype=np.int64)
    for each in [amount] if isinstance(amount, int) else np.unique(amount).tolist():
        mask = (late < batch.network.never) & (amount == each)
        found[mask] = np.searchsorted(family.table(each)[:-2], late[mask], side="right") - 1
    return found


def lengthened(batch: Batch, activity: str, latest: Mapping[int, Boundaries]) -> Flags:
    """Return the samples in which a unit more of an activity makes something later than it may be.

    Parameters
    ----------
    latest
        As of `latest_positions`, the activity's finish among them.
    """
    start, finish = batch.network.item_nodes(activity)
    arc = batch.network.durations[start]
    on = batch.switch(arc.rule)
    if batch.layout.readers[arc.rule] == {finish}:
        return (batch.apply(arc.family, batch.row(start), batch.amount(arc) + 1) > latest[finish]) & on
    longer = batch.longer(activity, [node in (start, finish) for node in range(len(batch.network.points))])
    # What pushes the finish draws the start after it by the old length: that counts for nothing where the work takes longer.
    late = np.full(batch.columns.samples, batch.network.never, dtype=np.int64)
    for node in batch.layout.after[finish]:
        for source, back in late_into(batch, node, latest[node], without=arc.rule) if node in latest else ():
            late = np.minimum(late, back) if source == finish else late
    moved: Flags = (longer.row(finish) > late) & on
    return moved | ((longer.row(start) > latest[start]) & on) if start in latest else moved
