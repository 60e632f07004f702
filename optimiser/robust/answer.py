"""Robust dates: the register read, the plan simulated, and everything that has to stand beside the dates."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.outcome import Span
from models.plan import Plan
from models.policies import POLICY_TITLES, Policy, policies_of
from models.risk import Claims, Register
from models.robustness import Bias, Joint, RobustDate, RobustOutcome, Sensitivity
from optimiser.errors import InputError, Located
from optimiser.robust.adversary import adversary
from optimiser.robust.against import compare_plans
from optimiser.robust.baselines import chances_of
from optimiser.robust.bias import biases
from optimiser.robust.certain import LIMITS, Certain, certain_dates
from optimiser.robust.choices import readings_beside, sensitivities
from optimiser.robust.claims import claims_result, opened
from optimiser.robust.decision import Target, decide
from optimiser.robust.files import find_claims, find_register, load_claims, load_register, plan_folder
from optimiser.robust.levers import plan_levers
from optimiser.robust.model import Case, Model, Threesome
from optimiser.robust.notes import ReadingMode, notes_of
from optimiser.robust.orders import policy_dates
from optimiser.robust.sensitivity import activity_effects, chance_effects, conventions
from optimiser.robust.simulation import BEYOND, REPLICATES, Sample, Sampler
from optimiser.robust.statistics import (
    by_replicate,
    date_at,
    date_of,
    difference,
    joint_days,
    masses,
    met,
    percentile,
    scatter,
    working_days,
)
from optimiser.solve import asked_for
from optimiser.solve.between import Deadline
from optimiser.solve.fingerprint import package_version, plan_sha256
from optimiser.solve.problem import Problem
from optimiser.solve.spans import spans

__all__ = ["ReadingMode", "robust"]

QUANTILES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

COMPARED = 4_096
"""Samples on which cases are compared, at most."""

MANY = 128
"""With more ranges, drivers and risks than this cases are compared on `COMPARED_OF_MANY` samples."""

COMPARED_OF_MANY = 1_024

COMPARED_QUEUED = 384
"""The same where each sample takes queues to simulate."""

CHOSEN_ON = 2_048
"""Samples by which levers are chosen, at most; where each takes queues, as many as `CHOSEN_ON_QUEUED`."""

CHOSEN_ON_QUEUED = 256


def robust(
    plan: Plan,
    confidence: float = 0.8,
    seed: int = 7,
    samples: int = 16_384,
    *,
    milestones: Sequence[str] | None = None,
    register: Register | str | Path | None = None,
    claims: Claims | str | Path | None = None,
    folder: str | Path | None = None,
    readings: ReadingMode = "chosen",
    shape: Threesome | None = None,
    policy: Policy = "first-ready",
    within: float | None = None,
    against: Plan | None = None,
    target: Target | None = None,
    allow: Sequence[str] = (),
    budget: int = 3,
    progress: Callable[[str], None] | None = None,
) -> RobustOutcome:
    """Return the dates that hold with a confidence, and what they stand on.

    Parameters
    ----------
    plan
        A plan with its scenarios applied.
    confidence
        Probability with which each date is to hold, between 0 and 1 (both left out).
    seed
        Equal inputs and seeds give equal answers.
    samples
        How many; rounded up to a multiple of the independent scrambles that give the standard errors.
    milestones
        Milestones asked for; the plan's own targets where none are named.
    register
        Of ranges, drivers and risks, or its file; where left out, ``risk/register.yaml`` of the plan's folder. A plan
        without one has the ranges that its assumptions state.
    claims
        Of a consultation: a file, or the name of one in ``risk/claims`` of the plan's folder. All claims together then
        give the ranges of the assumptions that they speak of.
    folder
        Where the plan was read from; where left out, the packaged plan of the same id.
    readings
        ``chosen``: the dates stand on the readings as answered, and their span stands beside. ``weighted``: readings
        with probabilities are drawn. ``side-by-side``: every answer to every open reading gets its own dates.
    shape
        Of every range with a low, a likely and a high, instead of the register's own.
    policy
        By which parties that queue for a capacity are served; what the others come to stands beside.
    within
        Stop once the standard error of every date is at most so many working days.
    against
        The same plan under other scenarios, to be compared on the same draws.
    target
        A milestone and a date: the cheapest levers that reach it are sought.
    allow
        Assumptions, rules and activities that may be levers though the plan states no cost, at one a unit.
    budget
        How many things may go wrong together in the adversarial view.
    progress
        Told what is being done.

    Raises
    ------
    InputError
        If a milestone is unknown, the confidence or another number is out of its range, or a file has faults.
    """
    tell = progress or (lambda _: None)
    asked = asked_for(plan, milestones)
    _sound(confidence, samples, budget, within, target, asked)
    _served(plan, policy)
    if allow and target is None:
        raise InputError([Located("names levers, which are only sought for a --target", path="--allow")])
    tell("reading the register")
    where = plan_folder(plan, folder)
    known = _register(plan, register, where)
    given, name = _claims(plan, claims, known, where)
    model = Model(
        plan,
        known,
        weighted=readings == "weighted",
        levers=plan_levers(plan, allow) if target else (),
        opened=opened(known, plan, given) if known and given else (),
    )
    sampler = Sampler(model, asked, seed, Case(shape=shape, policy=policy))
    compared = _compared(samples, len(model.chances), capacity=model.network.uses_capacity)

    problem = Problem.of(plan, model.network.clock)
    certain = certain_dates(problem, asked)
    result = None
    if given is not None and known is not None:
        tell("claims")
        result, pools = claims_result(sampler, given, name, confidence, compared)
        sampler.main = replace(sampler.main, pools=pools)

    tell("samples")
    settled = _settled(sampler, confidence, within)
    sample = sampler.run(sampler.main, samples, enough=settled)
    stopped = "the number asked for"
    if within is not None:
        reached = settled is not None and settled(sample)
        stopped = f"every standard error is at most {within:g} wd" if reached else "the number asked for; not converged"

    tell("what drives the dates")
    span = spans(problem, certain.ranges, Deadline(LIMITS))
    beside = readings_beside(sampler, compared, confidence, span, weighted=readings == "weighted")
    beside_dates = sensitivities(sampler, compared, confidence, beside)
    bias = biases(sampler, compared, certain)
    chances = chance_effects(sampler, compared, confidence)
    activities = activity_effects(sampler, compared)
    tell("what can go wrong together")
    attack = adversary(sampler, budget, sample)

    dates = tuple(
        _dated(sampler, sample, certain, milestone, confidence, span[milestone], beside_dates[milestone], bias[milestone])
        for milestone in asked
    )
    compared_with = None
    if against is not None:
        tell("the other plan")
        compared_with = compare_plans(sampler, certain, against, known, confidence, samples)
    decision = None
    if target is not None:
        tell("levers")
        chosen_on = CHOSEN_ON_QUEUED if model.network.uses_capacity else CHOSEN_ON
        decision = decide(sampler, target, confidence, min(compared, chosen_on), compared)
    return RobustOutcome(
        plan=plan.id,
        scenarios=plan.settings.scenarios,
        readings=plan.choices(),
        reading_mode=readings,
        weighted=tuple(model.weights),
        register_title=known.title if known else None,
        register_sha256=_sha256(known),
        confidence=confidence,
        seed=seed,
        samples=len(sample),
        replicates=REPLICATES,
        stopped=stopped,
        milestones=dates,
        joint=_joint(sample, dates, confidence),
        chances=chances,
        activities=activities,
        adversary=attack,
        side_by_side=beside.rows if readings == "side-by-side" else (),
        claims=result,
        against=compared_with,
        decision=decision,
        policies=policy_dates(sampler, compared, confidence) if model.network.uses_capacity else (),
        compared=compared,
        infeasible=sample.infeasible,
        unplaced=sample.unplaced,
        policy=POLICY_TITLES[policy] if model.network.uses_capacity else None,
        notes=notes_of(model, sample, certain, readings, confidence),
        version=package_version("mhhs-optimiser"),
        inputs_sha256=plan_sha256(plan),
    )


# -- what is given ---------------------------------------------------------------------------------------------------------


def _sound(
    confidence: float, samples: int, budget: int, within: float | None, target: Target | None, asked: Sequence[str]
) -> None:
    """Refuse numbers out of their range."""
    faults = []
    if not 0 < confidence < 1:
        faults.append(Located(f"expected a probability between 0 and 1, such as 0.8, got {confidence:g}", path="--confidence"))
    if samples < 8 * REPLICATES:
        faults.append(Located(f"expected {8 * REPLICATES} samples or more, got {samples}", path="--samples"))
    if budget < 0:
        faults.append(Located(f"expected 0 or more things that go wrong, got {budget}", path="--adversary"))
    if within is not None and not within >= 0:
        faults.append(Located(f"expected working days, 0 or more, got {within:g}", path="--within"))
    if target is not None and target.milestone not in asked:
        message = f"'{target.milestone}' is not among the milestones asked for: {', '.join(asked)}"
        faults.append(Located(message, path="--target"))
    if faults:
        raise InputError(faults)


def _register(plan: Plan, given: Register | str | Path | None, folder: Path | None) -> Register | None:
    if isinstance(given, Register):
        from optimiser.robust.faults import register_faults

        faults = [Located(fault.message, path=".".join(map(str, fault.path))) for fault in register_faults(given, plan)]
        if faults:
            raise InputError(faults)
        return given
    return find_register(plan, folder) if given is None else load_register(given, plan)


def _claims(
    plan: Plan, given: Claims | str | Path | None, register: Register | None, folder: Path | None
) -> tuple[Claims | None, str]:
    """Return the claims and what to call them."""
    if given is None:
        return None, ""
    if register is None:
        message = "claims need a register: its grades say what evidence is worth, and this plan has none"
        raise InputError([Located(message, path="--claims")])
    if isinstance(given, Claims):
        from optimiser.robust.faults import claim_faults

        faults = [
            Located(fault.message, path=".".join(map(str, fault.path))) for fault in claim_faults(given.claims, register, plan)
        ]
        if faults:
            raise InputError(faults)
        return given, "claims given"
    path = find_claims(given, folder)
    return load_claims(path, plan, register), path.stem


def _served(plan: Plan, policy: Policy) -> None:
    """Refuse a policy that nothing in the plan could follow."""
    known = policies_of(plan)
    if policy not in known:
        message = f"plan '{plan.id}' has no parties to serve by '{policy}'; maybe -s participants, or leave it out"
        raise InputError([Located(message, path="--policy")])


def _compared(samples: int, chances: int, *, capacity: bool) -> int:
    """Return the number of samples on which cases are compared: fewer where each takes a queue, or they are very many."""
    if capacity:
        return min(samples, COMPARED_QUEUED)
    return min(samples, COMPARED if chances <= MANY else COMPARED_OF_MANY)


# -- one milestone ---------------------------------------------------------------------------------------------------------


def _settled(sampler: Sampler, confidence: float, within: float | None) -> Callable[[Sample], bool] | None:
    """Return whether samples are enough, where that is asked."""
    if within is None:
        return None

    def enough(sample: Sample) -> bool:
        errors = [_error(sampler, sample, milestone, confidence) for milestone in sample.milestones]
        return all(error is not None and error <= within for error in errors)

    return enough


def _error(sampler: Sampler, sample: Sample, milestone: str, confidence: float) -> float | None:
    """Return the standard error of a date in working days."""
    days = by_replicate(sample, milestone, confidence)
    if any(day is None for day in days):
        return None
    shown = conventions(sampler.model.plan, (milestone,))[milestone]
    places = working_days(sampler.model.clock, np.array(days, dtype=np.int32), shown)
    return scatter([float(place) for place in places])


def _dated(
    sampler: Sampler,
    sample: Sample,
    certain: Certain,
    milestone: str,
    confidence: float,
    span: Span | None,
    sensitivity: Sensitivity,
    bias: Bias | None,
) -> RobustDate:
    model = sampler.model
    clock = model.clock
    shown = conventions(model.plan, (milestone,))[milestone]
    days = sample.of(milestone)
    date = date_at(days, confidence)
    stated = certain.dates[milestone]
    dated = days[days < BEYOND]
    places = working_days(clock, dated, shown) if len(dated) else None
    shares = [met(days[sample.replicates == replicate], date) for replicate in range(REPLICATES)] if date else []
    error = _error(sampler, sample, milestone, confidence)
    spread = scatter(shares) if shares else None
    mean = None
    if places is not None:
        mean = clock.show(math.floor(float(places.mean()) + 0.5), shown)
    wanted = sorted({*QUANTILES, confidence})
    return RobustDate(
        id=milestone,
        confidence=confidence,
        date=date,
        probability=round(met(days, date), 6) if date else None,
        standard_error_wd=None if error is None else round(error, 3),
        standard_error=None if spread is None else round(spread, 6),
        deterministic=stated.date if stated else None,
        deterministic_probability=round(met(days, stated.date), 6) if stated else None,
        proof=stated.proof if stated else None,
        bound_by=stated.bound_by if stated else None,
        evidence=stated.evidence if stated else None,
        contingency_wd=difference(clock, stated.date if stated else None, date, shown),
        quantiles={percentile(share): date_at(days, share) for share in wanted},
        mean=mean,
        deviation_wd=None if places is None else round(float(places.std()), 2),
        masses=masses(days),
        never=round(float(np.mean(days > BEYOND)), 6),
        beyond=round(float(np.mean(days == BEYOND)), 6),
        baselines=chances_of(model.plan, sample, milestone),
        bias=bias,
        sensitivity=sensitivity,
        span_first=span.first.date if span else None,
        span_last=span.last.date if span and not span.beyond else None,
    )


def _joint(sample: Sample, dates: Sequence[RobustDate], confidence: float) -> Joint:
    """Return how the milestones hold together."""
    together = np.ones(len(sample), dtype=np.bool_)
    for entry in dates:
        together &= sample.of(entry.id) <= (entry.date.toordinal() if entry.date else 0)
    quantile, days = joint_days(sample, confidence)
    return Joint(
        milestones=sample.milestones,
        probability=round(float(together.mean()), 6),
        confidence=confidence,
        dates={name: date_of(day) for name, day in days.items()},
        quantile=None if quantile is None else round(quantile, 6),
    )


def _sha256(register: Register | None) -> str | None:
    if register is None:
        return None
    text = json.dumps(
        register.model_dump(mode="json", by_alias=True, exclude_defaults=True), ensure_ascii=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
