"""How milestones hang on activities: which have no float in a sample, by one backward pass over all samples at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.effects import ActivityEffect
from models.plan import DURATION_PREFIX
from models.rules import Alignment
from optimiser.critical import Batch, Columns, Decisive, Link, latest_positions, lengthened, unsure
from optimiser.robust.field import Field, Flags
from optimiser.robust.policy import Served, allot
from optimiser.robust.queues import Boundaries, holders
from optimiser.robust.simulation import BLOCK, Block, Sampler
from optimiser.robust.statistics import Sample, rank_correlation, ranks

__all__ = ["activity_effects"]


def activity_effects(sampler: Sampler, base: Sample) -> tuple[ActivityEffect, ...]:
    """Return criticality, cruciality and schedule sensitivity of every activity that a milestone ever hangs on.

    An activity is critical in a sample where a unit more of it moves the milestone: its finish has no float, whoever
    queues being served in the same order. Alignments to months are left out meanwhile, as a day then shows only where it
    tips a month. Where k of n are asked for, what may lead to several of them is made a unit longer in the samples in
    which their floats do not tell.
    """
    milestones = sampler.milestones
    positions = {milestone: np.empty(len(base), dtype=np.int64) for milestone in milestones}
    lengths: dict[str, Boundaries] = {}
    critical: dict[tuple[str, str], Flags] = {}
    dated = np.ones(len(base), dtype=np.bool_)
    begin = 0
    for samples, parts in sampler.over(lambda block: (block.draws.samples, [*_hanging(block, milestones)])):
        for mask, found, taken in parts:
            there = np.arange(begin, begin + samples)
            there = there if mask is None else there[mask]
            for milestone, (positions_there, dated_there, flags_there) in found.items():
                positions[milestone][there] = positions_there
                dated[there] &= dated_there
                for name, flags in flags_there.items():
                    critical.setdefault((name, milestone), np.zeros(len(base), dtype=np.bool_))[there] = flags
            for name, length in taken.items():
                lengths.setdefault(name, np.zeros(len(base), dtype=np.int32))[there] = length
        begin += samples
    if not dated.any():
        return ()
    weights = None if base.weights is None else base.weights[dated] / base.weights[dated].sum()
    order_of = {milestone: ranks(row[dated].astype(float), weights) for milestone, row in positions.items()}
    scatter = {milestone: _deviation(row[dated], weights) for milestone, row in positions.items()}
    nowhere = np.zeros(len(base), dtype=np.bool_)
    effects = []
    for activity in (each for each in sampler.model.plan.activities if not each.buffer):
        shares = {
            name: float(np.average(critical.get((activity.id, name), nowhere)[dated], weights=weights)) for name in milestones
        }
        if not any(shares.values()):
            continue
        length = lengths[activity.id][dated]
        spread = _deviation(length, weights)
        ranked = ranks(length.astype(float), weights)
        hanging = {name: rank_correlation(ranked, order_of[name], weights) if shares[name] else None for name in milestones}
        effects.append(
            ActivityEffect(
                id=activity.id,
                title=activity.title,
                criticality={name: round(share, 4) for name, share in shares.items()},
                cruciality={name: None if value is None else round(abs(value), 4) for name, value in hanging.items()},
                schedule_sensitivity={
                    name: round(share * spread / scatter[name], 4) if scatter[name] else 0.0 for name, share in shares.items()
                },
            )
        )
    return tuple(
        sorted(effects, key=lambda effect: -max(effect.schedule_sensitivity.values()) - max(effect.criticality.values()) / 1e3)
    )


def _deviation(values: NDArray[np.int64], weights: NDArray[np.float64] | None) -> float:
    mean = np.average(values, weights=weights)
    return float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))


_Hanging: TypeAlias = tuple[Boundaries, Flags, dict[str, Flags]]
"""Positions of a milestone, the samples in which it has a date, and those in which each activity moves it."""


def _hanging(
    block: Block, milestones: Sequence[str]
) -> Iterator[tuple[Flags | None, dict[str, _Hanging], dict[str, Boundaries]]]:
    """Yield for each part of a block its mask, how milestones hang on activities, and how long these are."""
    for mask, each in block.fields:
        found = _Backward(each)
        hanging = {
            name: (found.batch.row(each.network.nodes[name, "start"]), found.dated(name), found.critical(name))
            for name in milestones
        }
        yield (
            mask,
            hanging,
            {name: found.length(name) for name in dict.fromkeys(key for *_, some in hanging.values() for key in some)},
        )


class _Backward:
    """The latest positions in every sample of one field that leave a milestone where it is, alignments left out."""

    def __init__(self, field: Field) -> None:
        network = self.network = field.network
        aligned = [rule.id for rule in network.plan.rules if isinstance(rule, Alignment) and network.enabled[rule.id]]
        columns, free, served = field.columns, field.free, field.served
        if aligned:
            off = dict.fromkeys(aligned, np.zeros(columns.samples, dtype=np.bool_))
            columns = Columns(columns.samples, columns.values, {**columns.switches, **off})
            free = free.varied(columns, None, aligned, [True] * len(network.points), {})
            served = allot(field.counter, free, field.policy) if field.counter else None
        self.batch: Batch = served.batch if served else free
        self.lost: Flags = served.lost if served else np.zeros(columns.samples, dtype=np.bool_)
        self._links = [] if served is None or field.counter is None else self._held_up(field, served)
        self._within = None if field.counter else self._decisive(field, free, apart=bool(aligned))
        self._begun = (
            {} if served is None or field.counter is None else dict(zip(field.counter.starts, served.begun, strict=True))
        )

    def _decisive(self, field: Field, free: Batch, *, apart: bool) -> list[bool] | None:
        """Return the nodes that may decide a milestone where one length is a unit longer, alignments left out or not."""
        found = field.decisive()
        return (Decisive(free, found.targets, found.ends) if apart else found).lengthened

    def dated(self, milestone: str) -> Flags:
        """Return the samples in which a milestone has a date."""
        return ~self.lost & (self.batch.row(self.network.nodes[milestone, "start"]) <= self.network.clock.limit)

    def length(self, activity: str) -> Boundaries:
        """Return the working days that an activity takes in every sample."""
        start, finish = self.network.item_nodes(activity)
        return self.batch.row(finish) - self.batch.row(start)

    def _held_up(self, field: Field, served: Served) -> list[Link]:
        """Return the waits for capacity: the node that holds a slot, the start that waits for it, and the samples."""
        assert field.counter is not None
        counter = field.counter
        slots = [f"{DURATION_PREFIX}{item}" for item in counter.items]
        ready = [served.batch.pushed(node, slot) for node, slot in zip(counter.starts, slots, strict=True)]
        finishes = [served.batch.row(node) for node in counter.finishes]
        found = []
        for queue in counter.queues(served.batch.columns):
            for before, after, ends, samples in holders(queue, ready, served.begun, finishes):
                nodes = np.array(counter.finishes if ends else counter.starts)
                found.append((nodes[before], counter.starts[after], samples))
        return found

    def critical(self, milestone: str) -> dict[str, Flags]:
        """Return for each activity that can move a milestone the samples in which a unit more of it does."""
        network, batch = self.network, self.batch
        target = network.nodes[milestone, "start"]
        latest = latest_positions(batch, target, self._links, within=self._within)
        dated = self.dated(milestone)
        asked = unsure(batch, latest) & dated
        finishes = {activity.id: network.item_nodes(activity.id)[1] for activity in network.plan.activities}
        found = {name: lengthened(batch, name, latest) & dated for name, finish in finishes.items() if finish in latest}
        if asked.any():
            part, needed = batch.branch(asked), batch.leading([target])
            places = np.cumsum(asked) - 1
            links = [(nodes[asked[samples]], held, places[samples[asked[samples]]]) for nodes, held, samples in self._links]
            least = latest_positions(part, target, links, alone=False)
            where, unknown = np.flatnonzero(asked), {}
            for name in (name for name, finish in finishes.items() if finish in least):
                flags = found.setdefault(name, np.zeros_like(dated))
                unknown[name] = where[lengthened(part, name, least) & ~flags[where]]
            for some in _beside({name: there for name, there in unknown.items() if len(there)}):
                there, moved = np.concatenate(list(some.values())), batch.longer(some, needed, self._begun).row(target)
                later, end = moved > batch.row(target)[there], 0
                for name, at in some.items():
                    found[name][at] = later[end : end + len(at)]
                    end += len(at)
        return {name: flags for name, flags in found.items() if flags.any()}


def _beside(places: Mapping[str, Boundaries]) -> Iterator[dict[str, Boundaries]]:
    """Yield batches of samples that are evaluated side by side."""
    some: dict[str, Boundaries] = {}
    for name, there in places.items():
        if some and sum(map(len, some.values())) + len(there) > BLOCK:
            yield some
            some = {}
        some[name] = there
    if some:
        yield some
