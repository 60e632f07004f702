"""Claims of a consultation: from what is said and how well it is backed to ranges, dates and the worth of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.plan import Plan
from models.risk import Claim, Claims, Grade, Range, Register
from models.robustness import ClaimDates, ClaimEffect, ClaimsResult
from optimiser.robust.model import Case, Model
from optimiser.robust.quantity import Quantity, find_quantity, number
from optimiser.robust.sensitivity import conventions
from optimiser.robust.shapes import Lattice, fixed, pert, pooled
from optimiser.robust.simulation import Sample, Sampler
from optimiser.robust.statistics import date_at, day_at, difference

__all__ = ["claims_result", "opened"]

BINS = 16
"""Into so many parts of equal probability an assumption's draws are cut to ask what knowing it would tell."""


def opened(register: Register, plan: Plan, claims: Claims) -> tuple[Range, ...]:
    """Return a range of no width for every assumption that is claimed and has none.

    Every claimed assumption then has variates of its own, so that all cases share their draws.
    """
    known = {entry.of for entry in register.ranges}
    stated = {entry.id for entry in plan.assumptions if entry.low is not None or entry.high is not None or entry.uncertainty}
    added = []
    for name in dict.fromkeys(claim.assumption for claim in claims.claims):
        quantity = find_quantity(plan, name)
        assert isinstance(quantity, Quantity)
        if name not in known and name not in stated:
            value = quantity.value
            added.append(Range(id=f"claimed-{name}"[:64], of=name, low=value, likely=value, high=value, basis="judgement"))
    return tuple(added)


def claims_result(
    sampler: Sampler, claims: Claims, file: str, confidence: float, samples: int
) -> tuple[ClaimsResult, dict[str, Lattice]]:
    """Return the dates under claims of each grade, and whose evidence is worth most.

    Parameters
    ----------
    sampler
        Of the register opened for the claims.
    claims
        Sound.
    file
        What to call them.
    confidence
        At which dates are read.
    samples
        On which all cases are compared.

    Returns
    -------
    tuple of ClaimsResult and dict
        The findings; and the distribution that all claims together give each assumption.
    """
    model = sampler.model
    assert model.register is not None
    grades = model.register.grades
    entries = claims.claims
    everything = _pools(model, entries)
    base = sampler.main

    def case(chosen: Sequence[Claim]) -> Case:
        return replace(base, pools=_pools(model, chosen))

    cases = {"none": base, "all": replace(base, pools=everything)}
    for place, grade in enumerate(grades):
        firm = {entry.id for entry in grades[: place + 1]}
        cases[f"grade {grade.id}"] = case([claim for claim in entries if claim.grade in firm])
    for place, claim in enumerate(entries):
        others = [*entries[:place], *entries[place + 1 :]]
        cases[f"without {place}"] = case(others)
        raised = claim.model_copy(update={"grade": grades[0].id, "risk": None})
        cases[f"firmest {place}"] = case([*entries[:place], raised, *entries[place + 1 :]])
    found = sampler.compare(cases, samples)

    rows = [_dated("none", 0, found["none"], confidence)]
    for place, grade in enumerate(grades):
        firm = {entry.id for entry in grades[: place + 1]}
        count = sum(claim.grade in firm for claim in entries)
        rows.append(
            _dated(f"{grade.id}" if place == 0 else f"{grade.id} or firmer", count, found[f"grade {grade.id}"], confidence)
        )
    effects = [_effect(sampler, place, claim, found, confidence) for place, claim in enumerate(entries)]
    order = sorted(effects, key=lambda effect: -sum(value or 0.0 for value in effect.knowing_wd.values()))
    return ClaimsResult(file=file, claims=len(entries), dates=tuple(rows), effects=tuple(order)), everything


def _dated(grade: str, count: int, sample: Sample, confidence: float) -> ClaimDates:
    return ClaimDates(
        grade=grade,
        claims=count,
        dates={milestone: date_at(sample.of(milestone), confidence) for milestone in sample.milestones},
    )


def _pools(model: Model, claims: Sequence[Claim]) -> dict[str, Lattice]:
    """Return the distribution that claims give each assumption: of several their pool, each with its grade's weight."""
    assert model.register is not None
    grades = {grade.id: grade for grade in model.register.grades}
    ratings = {rating.rating: rating for rating in model.register.ratings}
    parts: dict[str, list[tuple[Lattice, float]]] = {}
    for claim in claims:
        grade = grades[claim.grade]
        high = grade.high.factor
        if claim.risk is not None:
            high = max(high, ratings[claim.risk].high.factor)
        parts.setdefault(claim.assumption, []).append((_claimed(claim, grade, high), grade.weight))
    return {
        name: entries[0][0] if len(entries) == 1 else pooled(*zip(*entries, strict=True)) for name, entries in parts.items()
    }


def _claimed(claim: Claim, grade: Grade, high: float) -> Lattice:
    value = float(number(claim.value))
    if not value:
        return fixed(0.0)
    low, likely = min(value * grade.low.factor, value), value
    return pert(low, likely, max(value * high, value))


def _effect(sampler: Sampler, place: int, claim: Claim, found: dict[str, Sample], confidence: float) -> ClaimEffect:
    """Return what one claim does, and what its assumption's true value would tell."""
    model = sampler.model
    shown = conventions(model.plan, sampler.milestones)
    every = found["all"]

    def moved(name: str, milestone: str) -> int | None:
        return difference(
            model.clock,
            day_at(every.of(milestone), confidence),
            day_at(found[name].of(milestone), confidence),
            shown[milestone],
        )

    return ClaimEffect(
        respondent=claim.respondent,
        assumption=claim.assumption,
        grade=claim.grade,
        cost=claim.cost,
        without={milestone: moved(f"without {place}", milestone) for milestone in sampler.milestones},
        firmest={milestone: moved(f"firmest {place}", milestone) for milestone in sampler.milestones},
        knowing_wd={
            milestone: _knowing(sampler, claim.assumption, every, milestone, confidence) for milestone in sampler.milestones
        },
    )


def _knowing(sampler: Sampler, assumption: str, sample: Sample, milestone: str, confidence: float) -> float | None:
    """Return how far the date moves on average once an assumption is known.

    The samples are cut into parts by the assumption's variates; in each part the date at the confidence is read anew
    (the value of partial information by binning; Strong, Oakley and Brennan 2014 compare ways).
    """
    model = sampler.model
    row = model.ranges[assumption][1]
    draws = sampler.kept(len(sample) // 8)
    parts = np.minimum((draws.uniforms[row] * BINS).astype(int), BINS - 1)
    days = sample.of(milestone)
    convention = conventions(model.plan, (milestone,))[milestone]
    overall = day_at(days, confidence)
    moves = []
    for part in range(BINS):
        there = difference(model.clock, overall, day_at(days[parts == part], confidence), convention)
        if there is None:
            return None
        moves.append(abs(there))
    # Cutting samples into parts moves their quantiles by chance alone: what an idle variate shows is taken off.
    order = np.random.default_rng((sampler.seed, row)).permutation(len(days)) * BINS // len(days)
    idle = [
        abs(difference(model.clock, overall, day_at(days[order == part], confidence), convention) or 0) for part in range(BINS)
    ]
    return round(max(0.0, float(np.mean(moves)) - float(np.mean(idle))), 2)
