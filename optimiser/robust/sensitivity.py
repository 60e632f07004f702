"""What drives a robust date: exclusion, tornado, criticality, bias, and how much rests on choices nobody can settle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from models.robustness import ActivityEffect, ChanceEffect
from models.rules import Alignment, Point
from optimiser.clock import Convention
from optimiser.critical import Columns, Network, evaluate
from optimiser.critical.backward import reaches
from optimiser.robust.draws import Draws
from optimiser.robust.simulation import BLOCK, REPLICATES, Sample, Sampler
from optimiser.robust.statistics import day_at, difference, rank_correlation, ranks

__all__ = ["MOST_EXCLUDED", "activity_effects", "chance_effects", "conventions"]


def conventions(plan: Plan, milestones: tuple[str, ...]) -> dict[str, Convention]:
    """Return how each milestone's boundary is shown."""
    return {milestone: plan.convention(Point(milestone, "start")) for milestone in milestones}


MOST_EXCLUDED = 256
"""Of more chances than this only those whose ranks hang together most with a milestone's are closed one by one."""

MOST_LENGTHENED = 2**20
"""Activities times samples in which each is made longer: with many activities fewer samples are taken."""

FEWEST = 256
"""But never fewer than this."""

# -- one chance at a time --------------------------------------------------------------------------------------------------


def chance_effects(sampler: Sampler, samples: int, confidence: float) -> tuple[ChanceEffect, ...]:
    """Return what each chance does to the dates, that which buys most first.

    Parameters
    ----------
    sampler
        Draws the samples; every case is evaluated on the same.
    samples
        How many.
    confidence
        At which dates are compared.
    """
    model, milestones = sampler.model, sampler.milestones
    shown = conventions(model.plan, milestones)
    felt = {chance.id for milestone in milestones for chance in model.felt(milestone)}
    base = sampler.compare({"": sampler.main}, samples)[""]
    draws = sampler.kept(len(base) // REPLICATES)
    order_of = {milestone: ranks(base.of(milestone).astype(float)) for milestone in milestones}
    scored = {chance.id: _scores(draws, chance.id) for chance in model.chances}
    hanging = {
        name: {milestone: rank_correlation(own, order_of[milestone]) for milestone in milestones}
        for name, own in ((name, ranks(scores)) for name, scores in scored.items())
    }
    closable = [chance.id for chance in model.chances if chance.kind != "reading" and chance.id in felt]
    closed = sorted(closable, key=lambda name: -max(abs(value or 0) for value in hanging[name].values()))[:MOST_EXCLUDED]
    found = sampler.compare({name: replace(sampler.main, closed=frozenset({name})) for name in closed}, samples)
    bought: dict[str, dict[str, int | None]] = {}
    for chance in model.chances:
        without = found.get(chance.id)
        bought[chance.id] = {
            milestone: difference(
                model.clock,
                day_at(without.of(milestone), confidence),
                day_at(base.of(milestone), confidence),
                shown[milestone],
            )
            if without
            else None
            if chance.kind == "reading" or chance.id in closable
            else 0
            for milestone in milestones
        }
    totals = {milestone: sum(max(gain[milestone] or 0, 0) for gain in bought.values()) for milestone in milestones}
    effects = []
    for chance in model.chances:
        low, high = _tails(draws, chance.id, scored[chance.id])
        effects.append(
            ChanceEffect(
                id=chance.id,
                title=chance.title,
                kind=chance.kind,
                basis=chance.basis,
                raid=chance.raid,
                touches=chance.slots,
                bought_wd=bought[chance.id],
                low_wd=_moved(sampler, base, low, confidence, shown),
                high_wd=_moved(sampler, base, high, confidence, shown),
                cruciality={milestone: _rounded(value) for milestone, value in hanging[chance.id].items()},
                share={
                    milestone: round(max(bought[chance.id][milestone] or 0, 0) / totals[milestone], 6)
                    if totals[milestone]
                    else 0.0
                    for milestone in milestones
                },
            )
        )
    order = {effect.id: -sum(max(gain or 0, 0) for gain in effect.bought_wd.values()) for effect in effects}
    return tuple(sorted(effects, key=lambda effect: order[effect.id]))


def _scores(draws: Draws, name: str) -> NDArray[np.float64]:
    """Return what orders samples by one chance: the variate of its size, where it happens at all."""
    model = draws.model
    chance = model.by_id[name]
    size: NDArray[np.float64] = draws.uniforms[chance.dimensions[0]]
    if len(chance.dimensions) == 1:
        return size
    probability = model.probabilities[name]
    happens = draws.happens(chance.dimensions[1], probability)
    return np.zeros(draws.samples) if happens is None else np.where(happens, size, 0.0)


def _tails(draws: Draws, name: str, scores: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the samples in which a chance lies lowest, and highest: a tenth each, or where it does not and does happen."""
    if len(draws.model.by_id[name].dimensions) > 1 and (scores == 0).any():
        return scores == 0, scores > 0
    low, high = np.quantile(scores, [0.1, 0.9])
    return scores <= low, scores >= high


def _moved(
    sampler: Sampler, base: Sample, where: NDArray[np.bool_], confidence: float, shown: Mapping[str, Convention]
) -> dict[str, int | None]:
    """Return how far the dates at the confidence lie from the overall ones among some of the samples."""
    found: dict[str, int | None] = {}
    for milestone in sampler.milestones:
        days = base.of(milestone)
        part = day_at(days[where], confidence) if where.any() else None
        found[milestone] = difference(sampler.model.clock, day_at(days, confidence), part, shown[milestone])
    return found


# -- activities ------------------------------------------------------------------------------------------------------------


def activity_effects(sampler: Sampler, samples: int) -> tuple[ActivityEffect, ...]:
    """Return criticality, cruciality and schedule sensitivity of every activity that a milestone ever hangs on.

    Criticality is a derivative: the length is made one unit longer and the samples that move are counted, so no path has
    to be traced. Alignments to months are left out meanwhile, as a day then shows only where it tips a month; so are
    capacities, where a plan has any.
    """
    model, milestones = sampler.model, sampler.milestones
    network, plan = model.network, model.plan
    draws = sampler.kept(-(-min(samples, max(FEWEST, MOST_LENGTHENED // max(len(plan.activities), 1))) // REPLICATES))
    columns = draws.columns(sampler.main)
    aligned = {
        rule.id: np.zeros(draws.samples, dtype=np.bool_)
        for rule in plan.rules
        if isinstance(rule, Alignment) and network.enabled[rule.id]
    }
    base = evaluate(network, Columns(draws.samples, columns.values, {**columns.switches, **aligned}))
    targets = {milestone: network.nodes[milestone, "start"] for milestone in milestones}
    affects = {milestone: reaches(network, node) for milestone, node in targets.items()}
    on = ~base.infeasible & (base.values[list(targets.values())] <= network.clock.limit).all(axis=0)
    if not on.any():
        return ()
    order_of = {milestone: ranks(base.values[node][on].astype(float)) for milestone, node in targets.items()}
    effects = []
    asked = [
        activity
        for activity in plan.activities
        if any(affects[milestone][network.item_nodes(activity.id)[0]] for milestone in milestones)
    ]
    switches = {**columns.switches, **aligned}
    for activity, later in _lengthened(
        network, Columns(draws.samples, columns.values, switches), asked, list(targets.values())
    ):
        start, finish = network.item_nodes(activity.id)
        length = (base.values[finish] - base.values[start]).astype(float)
        critical = {
            milestone: float(np.mean(moved[on] > base.values[node][on]))
            for (milestone, node), moved in zip(targets.items(), later, strict=True)
        }
        if not any(critical.values()):
            continue
        own = ranks(length[on])
        spread = float(length[on].std())
        scatter = {milestone: float(base.values[node][on].std()) for milestone, node in targets.items()}
        effects.append(
            ActivityEffect(
                id=activity.id,
                title=activity.title,
                criticality={name: round(value, 4) for name, value in critical.items()},
                cruciality={milestone: _rounded(rank_correlation(own, order_of[milestone])) for milestone in targets},
                schedule_sensitivity={
                    name: round(critical[name] * spread / scatter[name], 4) if scatter[name] else 0.0 for name in targets
                },
            )
        )
    return tuple(
        sorted(effects, key=lambda effect: -max(effect.schedule_sensitivity.values()) - max(effect.criticality.values()) / 1e3)
    )


def _lengthened(
    network: Network, columns: Columns, activities: Sequence[Activity], nodes: Sequence[int]
) -> Iterator[tuple[Activity, NDArray[np.int64]]]:
    """Yield each activity with the boundaries of some nodes when it takes one unit longer, shape ``(nodes, samples)``."""
    width = max(1, BLOCK // columns.samples)
    for begin in range(0, len(activities), width):
        part = activities[begin : begin + width]
        count = len(part)
        values = {name: np.tile(column, count) for name, column in columns.values.items()}
        for place, activity in enumerate(part):
            slot = f"{DURATION_PREFIX}{activity.id}"
            values[slot] = np.tile(_current(network, columns, slot), count)
            values[slot][place * columns.samples : (place + 1) * columns.samples] += 1
        switches = {name: np.tile(column, count) for name, column in columns.switches.items()}
        found = evaluate(network, Columns(count * columns.samples, values, switches)).values[list(nodes)]
        for place, activity in enumerate(part):
            yield activity, found[:, place * columns.samples : (place + 1) * columns.samples]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(abs(value), 4)


def _current(network: Network, columns: Columns, slot: str) -> NDArray[np.int64]:
    """Return the amounts of an activity's length in every sample."""
    arc = network.durations[network.item_nodes(slot.removeprefix(DURATION_PREFIX))[0]]
    for name in reversed(arc.slots):
        if name in columns.values:
            return columns.values[name]
    return np.full(columns.samples, arc.amount, dtype=np.int64)
