"""Binding rules of many combinations: those whose removal alone gains days.

Only what is tight on the way to a milestone can gain; so the tight rules are found first, for all samples at once, and
then each is switched off where it is tight and the forward pass made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.critical import Columns, Evaluated, Network, evaluate
from optimiser.critical.batch import Batch

__all__ = ["BindingSets", "binding_rules"]

Flags = NDArray[np.bool_]

PASS = 4_000
"""Samples from which a forward pass costs more by its samples than by its being made."""


@dataclass(frozen=True, slots=True)
class BindingSets:
    """The binding rules of many samples, each set kept once.

    Attributes
    ----------
    sets
        Sets of rules and durations (``duration:ITEM``), each in the order of the plan.
    which
        Position, among the sets, of that of each sample.
    """

    sets: list[tuple[str, ...]]
    which: NDArray[np.int64]


def binding_rules(
    network: Network, columns: Columns, evaluated: Evaluated, nodes: Sequence[int], samples: NDArray[np.int64]
) -> list[BindingSets]:
    """Return the binding rules of milestones in some samples.

    Parameters
    ----------
    network
        The network of all samples.
    columns, evaluated
        What varies, and the earliest positions.
    nodes
        The milestones.
    samples
        Which samples are asked about: feasible ones.

    Returns
    -------
    list of Bound
        One for each milestone.
    """
    columns = columns.taken(samples)
    values = evaluated.values[:, samples]
    suspects = _tight(network, columns, values, nodes)
    names = [name for name in network.enabled if name in suspects]
    gains = np.zeros((len(nodes), len(names), len(samples)), dtype=np.bool_)
    for together in _grouped({number: np.flatnonzero(suspects[name]) for number, name in enumerate(names)}):
        where = np.concatenate([asked for _, asked in together])
        fewer = columns.taken(where)
        switches = dict(fewer.switches)
        begin = 0
        for number, asked in together:
            name = names[number]
            column = switches[name].copy() if name in switches else np.full(len(where), network.enabled[name])
            column[begin : begin + len(asked)] = False
            switches[name] = column
            begin += len(asked)
        again = evaluate(network, Columns(len(where), fewer.values, switches)).values
        begin = 0
        for number, asked in together:
            for place, node in enumerate(nodes):
                gains[place, number, asked] = again[node, begin : begin + len(asked)] < values[node, asked]
            begin += len(asked)
    return [_sets(names, gain) for gain in gains]


def _grouped(asked: dict[int, NDArray[np.int64]]) -> Iterator[list[tuple[int, NDArray[np.int64]]]]:
    """Yield rules with their samples, as many together as make one pass worth its while."""
    together: list[tuple[int, NDArray[np.int64]]] = []
    for number, samples in asked.items():
        together.append((number, samples))
        if sum(len(each) for _, each in together) >= PASS:
            yield together
            together = []
    if together:
        yield together


def _sets(names: Sequence[str], gain: Flags) -> BindingSets:
    """Return the distinct sets of rules that gain, and which each sample has."""
    if not names:
        return BindingSets([()], np.zeros(gain.shape[1], dtype=np.int64))
    packed = np.ascontiguousarray(np.packbits(gain, axis=0).T)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).reshape(-1)
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    sets = [tuple(name for name, gains in zip(names, gain[:, sample], strict=True) if gains) for sample in first.tolist()]
    return BindingSets(sets, which.reshape(-1).astype(np.int64))


def _tight(network: Network, columns: Columns, values: NDArray[np.int64], nodes: Sequence[int]) -> dict[str, Flags]:
    """Return the rules and durations that may hold a milestone in place, each with the samples in which it may.

    A rule that is not tight leaves the least solution as it is when it goes: every point keeps the reason it had. Only
    where rules run in circles through months, releases and the like can a reason have been overtaken by what it brought
    about; of such a circle everything counts.
    """
    batch = Batch(network, columns)
    batch.hold(values)
    found: dict[str, Flags] = {}
    asked = np.zeros((len(network.points), columns.samples), dtype=np.bool_)
    for node in nodes:
        asked[node] = values[node] > network.base[node]

    def note(name: str, tight: Flags) -> None:
        if tight.any() and name not in network.facts:
            found[name] = found[name] | tight if name in found else tight

    for component in reversed(network.order):
        if len(component) > 1 and not _plain(batch, component):
            anything: Flags = np.any(asked[component], axis=0)
            if anything.any():
                _all_of(batch, component, anything, asked, note)
            continue
        moved = True
        while moved:
            moved = False
            for node in reversed(component):
                if asked[node].any():
                    for source, tight in _into(batch, node, asked[node], note):
                        before = asked[source]
                        if np.any(tight & ~before & (values[source] > network.base[source])):
                            asked[source] = before | (tight & (values[source] > network.base[source]))
                            moved |= len(component) > 1
    return found


def _plain(batch: Batch, component: Sequence[int]) -> bool:
    """Say whether rules inside a component only add and subtract working days: then what is tight is the reason."""
    inside = set(component)
    return all(
        not batch.quorums_into(node)
        and all(
            arc.source not in inside or (arc.family.sign != 0 and arc.source != node) for arc, _, _ in batch.arcs_into(node)
        )
        for node in component
    )


def _all_of(
    batch: Batch, component: Sequence[int], anything: Flags, asked: NDArray[np.bool_], note: Callable[[str, Flags], None]
) -> None:
    """Note everything that pushes a component, and ask about what lies behind."""
    base = batch.network.base
    for node in component:
        for arc, on, _ in batch.arcs_into(node):
            live = anything if on is None else anything & on
            for name in (arc.rule, *arc.switches):
                note(name, live)
            asked[arc.source] |= live & (batch.row(arc.source) > base[arc.source])
        for quorum, on in batch.quorums_into(node):
            live = anything if on is None else anything & on
            note(quorum.rule, live)
            for source in quorum.sources:
                asked[source] |= live & (batch.row(source) > base[source])
        for floor in batch.network.floors:
            if floor.node == node:
                note(floor.rule, anything)


def _into(batch: Batch, node: int, asked: Flags, note: Callable[[str, Flags], None]) -> list[tuple[int, Flags]]:
    """Note what is tight at one node; return the nodes behind it, each with its samples."""
    value = batch.row(node)
    rounding = [(arc, on, amount) for arc, on, amount in batch.arcs_into(node) if arc.source == node]

    def rounded(reached: NDArray[np.int64]) -> NDArray[np.int64]:
        while rounding:
            before = reached
            for arc, on, amount in rounding:
                up = np.maximum(batch.apply(arc.family, reached, amount), reached)
                reached = up if on is None else np.where(on, up, reached)
            if len(rounding) == 1 or np.array_equal(before, reached):
                break
        return reached

    def reaches(reached: NDArray[np.int64], on: Flags | None) -> Flags:
        tight: Flags = (rounded(reached) >= value) & asked
        return tight if on is None else tight & on

    behind: list[tuple[int, Flags]] = []
    best = np.full(len(value), batch.network.base[node], dtype=np.int64)
    for arc, on, amount in batch.arcs_into(node):
        if arc.source != node:
            reached = batch.apply(arc.family, batch.row(arc.source), amount)
            tight = reaches(reached, on)
            for name in (arc.rule, *arc.switches):
                note(name, tight)
            behind.append((arc.source, tight))
            best = np.maximum(best, reached if on is None else np.where(on, reached, 0))
    for quorum, on in batch.quorums_into(node):
        reached = batch.quorum(quorum)
        tight = reaches(reached, on)
        note(quorum.rule, tight)
        behind += [(source, tight) for source in quorum.sources]
        best = np.maximum(best, reached if on is None else np.where(on, reached, 0))
    for floor in batch.network.floors:
        if floor.node == node:
            state = batch.switch(floor.rule)
            on = np.full(len(value), state) if isinstance(state, bool) else state
            reached = np.where(on, batch.dated(floor, 0), 0)
            note(floor.rule, reaches(reached, on))
            best = np.maximum(best, reached)
    for arc, on, _ in rounding:
        lifted = asked & (best < value)
        for name in (arc.rule, *arc.switches):
            note(name, lifted if on is None else lifted & on)
    return behind
