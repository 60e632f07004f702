"""What drives a robust date: exclusion, tornado, criticality, bias, and how much rests on choices nobody can settle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.plan import DURATION_PREFIX, Plan
from models.robustness import ActivityEffect, Bias, ChanceEffect
from models.rules import Alignment, Point
from optimiser.clock import Convention
from optimiser.critical import Columns, Network, evaluate
from optimiser.critical.backward import reaches
from optimiser.robust.draws import Draws
from optimiser.robust.model import Model
from optimiser.robust.quantity import number
from optimiser.robust.simulation import BEYOND, Days, Sample, Sampler
from optimiser.robust.statistics import day_at, difference, rank_correlation, ranks, working_days

__all__ = ["activity_effects", "biases", "chance_effects", "conventions"]


def conventions(plan: Plan, milestones: tuple[str, ...]) -> dict[str, Convention]:
    """Return how each milestone's boundary is shown."""
    return {milestone: plan.convention(Point(milestone, "start")) for milestone in milestones}


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
    closable = [chance for chance in model.chances if chance.kind != "reading" and chance.id in felt]
    cases = {"": sampler.main} | {chance.id: replace(sampler.main, closed=frozenset({chance.id})) for chance in closable}
    found = sampler.compare(cases, samples)
    base = found[""]
    draws = sampler.kept(len(base) // 8)
    bought: dict[str, dict[str, int | None]] = {}
    for chance in model.chances:
        closed = found.get(chance.id)
        bought[chance.id] = {
            milestone: difference(
                model.clock,
                day_at(closed.of(milestone), confidence),
                day_at(base.of(milestone), confidence),
                shown[milestone],
            )
            if closed
            else None
            if chance.kind == "reading"
            else 0
            for milestone in milestones
        }
    totals = {milestone: sum(max(gain[milestone] or 0, 0) for gain in bought.values()) for milestone in milestones}
    order_of = {milestone: ranks(base.of(milestone).astype(float)) for milestone in milestones}
    effects = []
    for chance in model.chances:
        scores = _scores(draws, chance.id)
        own = ranks(scores)
        low, high = _tails(draws, chance.id, scores)
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
                cruciality={milestone: _rounded(rank_correlation(own, order_of[milestone])) for milestone in milestones},
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
    draws = sampler.kept(-(-samples // 8))
    network, plan = model.network, model.plan
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
    for activity in plan.activities:
        start, finish = network.item_nodes(activity.id)
        if not any(affects[milestone][start] for milestone in milestones):
            continue
        slot = f"{DURATION_PREFIX}{activity.id}"
        current = _current(network, columns, slot)
        bumped = {**columns.values, slot: current + 1}
        later = evaluate(network, Columns(draws.samples, bumped, {**columns.switches, **aligned}))
        length = (base.values[finish] - base.values[start]).astype(float)
        critical = {
            milestone: float(np.mean(later.values[node][on] > base.values[node][on])) for milestone, node in targets.items()
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


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(abs(value), 4)


def _current(network: Network, columns: Columns, slot: str) -> NDArray[np.int64]:
    """Return the amounts of an activity's length in every sample."""
    arc = network.durations[network.item_nodes(slot.removeprefix(DURATION_PREFIX))[0]]
    for name in reversed(arc.slots):
        if name in columns.values:
            return columns.values[name]
    return np.full(columns.samples, arc.amount, dtype=np.int64)


# -- bias ------------------------------------------------------------------------------------------------------------------


def biases(sampler: Sampler, samples: int) -> dict[str, Bias | None]:
    """Split the difference between the expected and the deterministic date into skew, merge and risk."""
    model, milestones = sampler.model, sampler.milestones
    happening = frozenset(chance.id for chance in model.chances if chance.kind in ("driver", "risk"))
    found = sampler.compare({"all": sampler.main, "ranges": replace(sampler.main, closed=happening)}, samples)
    centre = _centre(model, milestones)
    shown = conventions(model.plan, milestones)
    result: dict[str, Bias | None] = {}
    for milestone in milestones:
        means = [_mean(model, found[name].of(milestone), shown[milestone]) for name in ("ranges", "all")]
        stated, at_means = centre[milestone]
        if any(mean is None for mean in means) or stated is None or at_means is None:
            result[milestone] = None
            continue
        ranges, everything = (mean for mean in means if mean is not None)
        result[milestone] = Bias(
            skew_wd=round(at_means - stated, 2),
            merge_wd=round(ranges - at_means, 2),
            risk_wd=round(everything - ranges, 2),
        )
    return result


def _mean(model: Model, days: Days, convention: Convention) -> float | None:
    """Return the mean boundary; None where a sample has no date, as nothing is averaged away."""
    if (days >= BEYOND).any():
        return None
    return float(working_days(model.clock, days, convention).mean())


def _centre(model: Model, milestones: tuple[str, ...]) -> dict[str, tuple[int | None, float | None]]:
    """Return each milestone's boundary as the plan stands, and with every range at its mean.

    A mean between two whole units is met by both: the boundary is interpolated between all ranges rounded down and each
    one's own step up.
    """
    floors: dict[str, int] = {}
    parts: dict[str, float] = {}
    for slot, (entry, _) in model.ranges.items():
        mean = model.lattice(entry, number(model.quantities[slot].value)).mean
        floors[slot] = int(np.floor(mean))
        parts[slot] = mean - floors[slot]
    slots = list(floors)
    count = len(slots) + 2
    values: dict[str, NDArray[np.int64]] = {}
    for place, slot in enumerate(slots):
        column = np.full(count, floors[slot], dtype=np.int64)
        column[0] = number(model.quantities[slot].value)
        column[2 + place] += 1
        values[slot] = column
    evaluated = evaluate(model.network, Columns(count, values))
    found: dict[str, tuple[int | None, float | None]] = {}
    for milestone in milestones:
        boundaries = evaluated.of(milestone)
        if evaluated.infeasible.any() or evaluated.beyond(milestone).any():
            found[milestone] = (None, None)
            continue
        steps = sum(parts[slot] * float(boundaries[2 + place] - boundaries[1]) for place, slot in enumerate(slots))
        found[milestone] = (int(boundaries[0]), float(boundaries[1]) + steps)
    return found
