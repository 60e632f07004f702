"""Claims of a consultation: from what is said and how well it is backed to ranges, dates and the worth of evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from models.effects import ClaimDates, ClaimEffect, ClaimsResult
from models.plan import Plan
from models.risk import Claim, Claims, Grade, Range, Register
from optimiser.numbers import column_number
from optimiser.robust.knowing import parts_of
from optimiser.robust.model import Case, Model
from optimiser.robust.quantity import Quantity, find_quantity
from optimiser.robust.sensitivity import days_of, effects_between, noises
from optimiser.robust.shapes import Lattice, fixed, pert, pooled
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import Sample, difference

__all__ = ["claims_result", "opened", "pools_of"]


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


def claims_result(sampler: Sampler, every: Sample, claims: Claims, file: str, confidence: float) -> ClaimsResult:
    """Return the dates under claims of each grade, and whose evidence is worth most.

    Parameters
    ----------
    sampler
        Of the register opened for the claims, its main case under all of them.
    every
        Its samples.
    claims
        Sound.
    file
        What to call them.
    confidence
        At which dates are read.
    """
    model = sampler.model
    assert model.register is not None
    grades = model.register.grades
    entries = claims.claims

    def case(chosen: Sequence[Claim]) -> Case:
        return replace(sampler.main, pools=pools_of(model, chosen))

    graded: dict[str, list[Claim]] = {"none": []}
    for place, grade in enumerate(grades):
        firm = {entry.id for entry in grades[: place + 1]}
        graded[f"{grade.id} or firmer" if place else grade.id] = [claim for claim in entries if claim.grade in firm]
    cases = {f"grade {name}": case(chosen) for name, chosen in graded.items()}
    for place, claim in enumerate(entries):
        others = [*entries[:place], *entries[place + 1 :]]
        raised = claim.model_copy(update={"grade": grades[0].id, "risk": None})
        cases[f"without {place}"], cases[f"firmest {place}"] = (
            case(others),
            case([*entries[:place], raised, *entries[place + 1 :]]),
        )
    found = sampler.compare(cases)

    dates = {name: {each: found[f"grade {name}"].date(each, confidence) for each in sampler.milestones} for name in graded}
    rows = (ClaimDates(grade=name, claims=len(chosen), dates=dates[name]) for name, chosen in graded.items())
    effects = [_effect(sampler, every, place, claim, found, confidence) for place, claim in enumerate(entries)]
    order = sorted(effects, key=lambda effect: -sum(value or 0.0 for value in effect.knowing_wd.values()))
    return ClaimsResult(file=file, claims=len(entries), dates=tuple(rows), effects=tuple(order))


def pools_of(model: Model, claims: Sequence[Claim]) -> dict[str, Lattice]:
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
    value = float(column_number(claim.value))
    if not value:
        return fixed(0.0)
    low, likely = min(value * grade.low.factor, value), value
    return pert(low, likely, max(value * high, value))


def _effect(
    sampler: Sampler, every: Sample, place: int, claim: Claim, found: Mapping[str, Sample], confidence: float
) -> ClaimEffect:
    """Return the effect of one claim, and the value of knowing its assumption."""
    without = effects_between(sampler, every, found[f"without {place}"], confidence)
    firmest = effects_between(sampler, every, found[f"firmest {place}"], confidence)
    return ClaimEffect(
        respondent=claim.respondent,
        assumption=claim.assumption,
        grade=claim.grade,
        cost=claim.cost,
        without=days_of(without),
        firmest=days_of(firmest),
        noise_wd=noises(without=without, firmest=firmest),
        knowing_wd={name: _knowing(sampler, claim.assumption, every, name, confidence) for name in sampler.milestones},
    )


def _knowing(sampler: Sampler, assumption: str, sample: Sample, milestone: str, confidence: float) -> float | None:
    """Return how far the date moves on average once an assumption is known.

    The samples are cut into parts by the assumption's variates; in each part the date at the confidence is read anew
    (the value of partial information by binning; Strong, Oakley and Brennan 2014 compare ways).
    """
    model = sampler.model
    entry, row = model.ranges[assumption]
    if entry.id not in model.felt(milestone):
        return 0.0
    parts = parts_of(sampler, model.by_id[entry.id])
    # Cutting samples into parts moves their quantiles by chance alone: what an idle cut shows is taken off.
    idle = np.random.default_rng((sampler.seed, row)).permutation(parts)
    overall = sample.day(milestone, confidence)
    moves = [
        [
            difference(model.clock, overall, sample.among(milestone, cut == part).reached(confidence), model.shown(milestone))
            for part in range(int(parts.max()) + 1)
        ]
        for cut in (parts, idle)
    ]
    if any(move is None for move in moves[0]):
        return None
    shares = np.bincount(parts, sample.weights)
    known, chance = (float(np.average([abs(move or 0) for move in each], weights=shares)) for each in moves)
    return round(max(0.0, known - chance), 2)
