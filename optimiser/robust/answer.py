"""Robust dates: the register read, the plan simulated, and everything that has to stand beside the dates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.commitment import Bias, DeadlineChance, Joint, RobustDate, Sensitivity
from models.outcome import DateSpan
from models.plan import Plan
from models.policies import POLICY_TITLES, Policy, policies_of
from models.risk import Claims, Register
from models.robustness import RobustOutcome
from models.rules import NotAfter
from optimiser.collecting import seldom_collected
from optimiser.errors import InputError, Located
from optimiser.robust.adversary import adversary
from optimiser.robust.against import chances_of_published, compare_plans
from optimiser.robust.buffers import held_against_needed
from optimiser.robust.certain import LIMITS, Certain, certain_dates
from optimiser.robust.choices import policy_dates, readings_beside, sensitivities
from optimiser.robust.claims import claims_result, opened, pools_of
from optimiser.robust.criticality import activity_effects
from optimiser.robust.decision import Target, decide
from optimiser.robust.distribution import REPLICATES, scatter
from optimiser.robust.evidence_order import evidence_order
from optimiser.robust.field import BEYOND, NEVER, Flags, circles
from optimiser.robust.files import given_claims, given_register, plan_folder
from optimiser.robust.held import hash_of_register, judgements, plan_claims
from optimiser.robust.levers import plan_levers
from optimiser.robust.mitigation import mitigation
from optimiser.robust.model import Case, Model, Threesome
from optimiser.robust.notes import ReadingMode, notes_of
from optimiser.robust.remaining import claims_left
from optimiser.robust.sensitivity import Centre, biases, centres, chance_effects
from optimiser.robust.simulation import Block, Sampler
from optimiser.robust.statistics import Sample, date_of, difference, joint_days, percentile
from optimiser.solve import asked_for
from optimiser.solve.deadline import Deadline
from optimiser.solve.fingerprint import package_version, plan_sha256
from optimiser.solve.problem import Problem
from optimiser.solve.spans import spans

__all__ = ["ReadingMode", "robust"]

QUANTILES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

DRAWN = 16_384
"""Samples that are drawn where nobody says how many."""

DRAWN_QUEUED = 1_024
"""The same where each sample takes queues to simulate."""


@seldom_collected()
def robust(
    plan: Plan,
    confidence: float = 0.8,
    seed: int = 7,
    samples: int | None = None,
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
    evidence: bool = False,
    workers: int = 1,
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
        How many; rounded up to a multiple of the independent scrambles that give the standard errors. Every figure stands
        on as many. Where left out, `DRAWN`, or `DRAWN_QUEUED` where work queues for capacity. Where all that a milestone
        could feel is a few discrete chances nothing is drawn: every combination is evaluated with its probability.
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
    evidence
        Whether to say what knowing each number, reading and inferred link would settle.
    workers
        Processes that share out the samples; they change no figure.
    progress
        Told what is being done.

    Raises
    ------
    InputError
        If a milestone is unknown, the confidence or another number is out of its range, or a file has faults.
    """
    tell = progress or (lambda _: None)
    asked = asked_for(plan, milestones)
    _sound(plan, confidence, samples, budget, within, target, asked, policy, allow)
    tell("reading the register")
    where = plan_folder(plan, folder)
    known = given_register(plan, register, where)
    given, name = given_claims(plan, claims, known, where)
    given, unclaimed = claims_left(plan, given) if given else (None, ())
    model = Model(
        plan,
        known,
        weighted=readings == "weighted",
        levers=plan_levers(plan, allow) if target else (),
        opened=opened(known, plan, given) if known and given else (),
    )
    queued = model.network.uses_capacity
    wanted = samples if samples is not None else DRAWN_QUEUED if queued else DRAWN
    pools = pools_of(model, given.claims) if given else {}
    sampler = Sampler(model, asked, seed, Case(shape=shape, policy=policy, pools=pools), workers=workers)
    problem = Problem.of(plan, model.clock)
    certain = certain_dates(problem, asked)
    bare = certain if model.plan is plan else certain_dates(Problem.of(model.plan, model.clock), asked)

    tell("samples")
    settled = _settled(sampler, confidence, within)
    sample = sampler.run(wanted, enough=settled)
    stopped = "every combination of what is uncertain" if sampler.exact else "the number asked for"
    if settled is not None and not sampler.exact:
        stopped = f"every standard error is at most {within:g} wd" if settled(sample) else f"{stopped}; not converged"
    result = None
    if given is not None:
        tell("claims")
        result = claims_result(sampler, sample, given, name, confidence)

    tell("what drives the dates")
    span = spans(problem, certain.ranges, Deadline(LIMITS))
    beside = readings_beside(sampler, sample, confidence, span, weighted=readings == "weighted")
    beside_dates = sensitivities(sampler, confidence, beside)
    centre = centres(sampler)
    bias = biases(sampler, sample, bare, centre)
    chances = chance_effects(sampler, sample, confidence)
    activities = activity_effects(sampler, sample)
    tell("what can go wrong together")
    attack = adversary(sampler, budget, sample)

    dates = tuple(
        _dated(sampler, sample, (certain, bare), name, confidence, span.get(name), beside_dates[name], bias[name], centre[name])
        for name in asked
    )
    compared_with = None
    if against is not None:
        tell("the other plan")
        compared_with = compare_plans(sampler, certain, against, known, confidence, len(sample))
    decision = None
    if target is not None:
        tell("levers")
        decision = decide(sampler, sample, target, confidence)
    order = None
    if evidence:
        order = evidence_order(sampler, sample, confidence, beside, given.claims if given else (), tell)
    return RobustOutcome(
        plan=plan.id,
        scenarios=plan.settings.scenarios,
        readings=plan.choices(),
        reading_mode=readings,
        weighted=tuple(model.weights),
        register_title=known.title if known else None,
        register_sha256=hash_of_register(known),
        judgements=judgements(known) if known else None,
        confidence=confidence,
        seed=seed,
        samples=len(sample),
        exact=sampler.exact,
        replicates=REPLICATES,
        stopped=stopped,
        milestones=dates,
        deadlines=_deadlines(sampler, sample),
        plan_claims=plan_claims(sampler),
        joint=_joint(sample, dates, confidence),
        chances=chances,
        activities=activities,
        adversary=attack,
        side_by_side=beside.rows if readings == "side-by-side" else (),
        claims=result,
        against=compared_with,
        decision=decision,
        policies=policy_dates(sampler, sample, confidence) if queued else (),
        compared=len(sample),
        infeasible=sample.infeasible,
        unplaced=sample.unplaced,
        policy=POLICY_TITLES[policy] if queued else None,
        notes=(
            *notes_of(sampler, sample, certain, readings, confidence),
            *([f"claims about {', '.join(unclaimed)} are left out: the work is done"] if unclaimed else ()),
        ),
        version=package_version("mhhs-optimiser"),
        inputs_sha256=plan_sha256(plan),
        mitigation=mitigation(sampler, sample, confidence),
        evidence=order,
    )


# -- what is given ---------------------------------------------------------------------------------------------------------


def _sound(
    plan: Plan,
    confidence: float,
    samples: int | None,
    budget: int,
    within: float | None,
    target: Target | None,
    asked: Sequence[str],
    policy: Policy,
    allow: Sequence[str],
) -> None:
    """Refuse numbers out of their range, and what nothing in the plan could follow."""
    found: dict[str, str] = {}
    if policy not in policies_of(plan):
        found["--policy"] = f"plan '{plan.id}' has no parties to serve by '{policy}'; maybe -s participants, or leave it out"
    if allow and target is None:
        found["--allow"] = "names levers, which are only sought for a --target"
    if not 0 < confidence < 1:
        found["--confidence"] = f"expected a probability between 0 and 1, such as 0.8, got {confidence:g}"
    if samples is not None and samples < 8 * REPLICATES:
        found["--samples"] = f"expected {8 * REPLICATES} samples or more, got {samples}"
    if budget < 0:
        found["--adversary"] = f"expected 0 or more things that go wrong, got {budget}"
    if within is not None and not within >= 0:
        found["--within"] = f"expected working days, 0 or more, got {within:g}"
    if target is not None and target.milestone not in asked:
        found["--target"] = f"'{target.milestone}' is not among the milestones asked for: {', '.join(asked)}"
    if found:
        raise InputError([Located(message, path=option) for option, message in found.items()])


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
    days = sample.among(milestone).by_replicate(confidence)
    if sample.weights is not None:
        return None if days[0] is None else 0.0
    if any(day is None for day in days):
        return None
    places = sampler.model.clock.places(np.array(days, dtype=np.int64), sampler.model.shown(milestone))
    return scatter(places.tolist())


def _dated(
    sampler: Sampler,
    sample: Sample,
    certain: tuple[Certain, Certain],
    milestone: str,
    confidence: float,
    span: DateSpan | None,
    sensitivity: Sensitivity,
    bias: Bias | None,
    centre: Centre,
) -> RobustDate:
    model = sampler.model
    clock = model.clock
    shown = model.shown(milestone)
    found = sample.among(milestone)
    date = date_of(found.day(confidence))
    stated, bare = (each.dates[milestone] for each in certain)
    served = bare.date if bare else None
    if model.network.uses_capacity:
        served = None if centre[0] is None else clock.day_at(centre[0], shown)
    error = _error(sampler, sample, milestone, confidence)
    spread = found.error(date) if date else None
    moments = found.moments(clock, shown)
    wanted = sorted({*QUANTILES, confidence})
    return RobustDate(
        id=milestone,
        confidence=confidence,
        date=date,
        probability=round(found.met(date), 6) if date else None,
        standard_error_wd=None if error is None else round(error, 3),
        standard_error=None if spread is None else round(spread, 6),
        deterministic=stated.date if stated else None,
        deterministic_probability=round(found.met(stated.date), 6) if stated else None,
        proof=stated.proof if stated else None,
        bound_by=stated.bound_by if stated else None,
        evidence=stated.evidence if stated else None,
        served=served,
        served_wd=difference(clock, bare.date if bare else None, served, shown),
        contingency_wd=difference(clock, stated.date if stated else None, date, shown),
        quantiles={percentile(share): date_of(found.day(share)) for share in wanted},
        mean=None if moments is None else clock.day_at(math.floor(moments[0] + 0.5), shown),
        deviation_wd=None if moments is None else round(moments[1], 2),
        masses=found.masses(),
        never=round(sample.share(sample.of(milestone) == NEVER), 6),
        beyond=round(sample.share(sample.of(milestone) == BEYOND), 6),
        baselines=chances_of_published(model.plan, sample, milestone),
        buffer=held_against_needed(model.whole, clock, shown, milestone, certain, found, confidence),
        bias=bias,
        sensitivity=sensitivity,
        span_first=span.first.date if span else None,
        span_last=span.last.date if span and not span.beyond else None,
        met=model.plan.done(milestone),
    )


def _deadlines(sampler: Sampler, sample: Sample) -> tuple[DeadlineChance, ...]:
    """Return the limits that samples may miss, and how many do."""
    missed: dict[str, list[tuple[NDArray[np.int64], Flags]]] = {}
    begin = 0
    limited = any(network.ceilings or circles(network) for _, network, _ in sampler.networks)

    def late_in(block: Block) -> tuple[int, list[tuple[Flags | None, dict[str, Flags]]]]:
        return block.draws.samples, [(mask, field.missed()) for mask, field in block.fields]

    for samples, parts in sampler.over(late_in) if limited else ():
        there = np.arange(begin, begin + samples)
        for mask, late_here in parts:
            for name, late in late_here.items():
                missed.setdefault(name, []).append((there if mask is None else there[mask], late))
        begin += samples
    plan = sampler.model.plan
    found = []
    for rule in (each for each in plan.rules if each.id in missed):
        flags = np.zeros(len(sample), dtype=np.bool_)
        for places, late in missed[rule.id]:
            flags[places] = late
        date = plan.date(rule.date) if isinstance(rule, NotAfter) else None
        if isinstance(rule, NotAfter) and date is None and not flags.any():
            continue  # its date is 'none', in every sample
        chance = round(1 - sample.share(flags), 6)
        count = int(np.count_nonzero(flags))
        found.append(
            DeadlineChance(rule=rule.id, title=rule.title, kind=rule.kind, date=date, probability=chance, missed=count)
        )
    return tuple(found)


def _joint(sample: Sample, dates: Sequence[RobustDate], confidence: float) -> Joint:
    """Return how the milestones hold together."""
    together = np.ones(len(sample), dtype=np.bool_)
    for entry in dates:
        together &= sample.of(entry.id) <= (entry.date.toordinal() if entry.date else 0)
    quantile, days = joint_days(sample, confidence)
    return Joint(
        milestones=sample.milestones,
        probability=round(sample.share(together), 6),
        confidence=confidence,
        dates={name: date_of(day) for name, day in days.items()},
        quantile=None if quantile is None else round(quantile, 6),
    )
