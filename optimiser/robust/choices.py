"""How much of a date rests on choices that no evidence settles: shapes, correlation, answers to questions, who is served first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.assumptions import Option, Reading
from models.commitment import Sensitivity
from models.decision import PolicyDates
from models.effects import ReadingDates
from models.outcome import DateSpan
from models.policies import POLICY_TITLES, policies_of
from optimiser.numbers import column_number
from optimiser.robust.buffers import in_columns
from optimiser.robust.distribution import Distribution
from optimiser.robust.model import Case, Model
from optimiser.robust.sensitivity import days_of, effects_between, noises
from optimiser.robust.simulation import Sampler, answered
from optimiser.robust.statistics import Sample, date_of
from optimiser.solve.sheets import live_options

__all__ = ["STRONG", "Beside", "policy_dates", "readings_beside", "sensitivities"]

STRONG = 0.6
"""The correlation that every group is given to see how much rests on correlation."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Dates under other answers to open questions.

    Attributes
    ----------
    rows
        One answer at a time, all else as chosen.
    tried
        The answers that differ, and the days at the confidence.
    alone
        Reading and answer, other than the one chosen, to the distribution of each milestone.
    """

    rows: tuple[ReadingDates, ...]
    tried: tuple[tuple[dict[str, str], dict[str, int | None]], ...]
    alone: dict[tuple[str, str], dict[str, Distribution]]


def readings_beside(
    sampler: Sampler, base: Sample, confidence: float, spans: Mapping[str, DateSpan | None], *, weighted: bool
) -> Beside:
    """Simulate every other answer to every open question, and the combinations at which the deterministic dates are extreme.

    Parameters
    ----------
    sampler
        Whose draws are used for every answer.
    base
        Its samples.
    confidence
        At which dates are read.
    spans
        Of the deterministic dates.
    weighted
        Whether readings with probabilities are drawn, and so not asked one by one.
    """
    plan = sampler.model.whole
    drawn = set(sampler.model.weights) if weighted else set()
    open_readings = {reading.id: reading for reading in live_options(plan) if reading.id not in drawn}
    chosen = plan.choices()
    answers: list[dict[str, str]] = []
    for reading in open_readings.values():
        answers += [{reading.id: option.id} for option in reading.options if option.id != chosen[reading.id]]
    for span in spans.values():
        if span is not None:
            for end in (span.first, span.last):
                answer = {name: option for name, option in end.readings.items() if name not in drawn}
                if answer and answer not in answers:
                    answers.append(answer)
    apart = {name for name, reading in open_readings.items() if not in_columns(plan, reading)}
    found: dict[int, dict[str, int | None]] = {}
    alone: dict[tuple[str, str], dict[str, Distribution]] = {}
    networks = [tuple((name, option) for name, option in answer.items() if name in apart) for answer in answers]
    for network in dict.fromkeys(networks):
        asker = _elsewhere(sampler, open_readings, network, len(base), weighted=weighted) if network else sampler
        cases = {
            str(place): _case(
                asker, {name: open_readings[name].option(option) for name, option in answer.items() if name not in apart}
            )
            for place, answer in enumerate(answers)
            if networks[place] == network
        }
        for key, sample in asker.each(cases):
            fallen = {name: sample.among(name) for name in sampler.milestones}
            found[int(key)] = {name: each.day(confidence) for name, each in fallen.items()}
            if len(answers[int(key)]) == 1:
                alone.update(dict.fromkeys(answers[int(key)].items(), fallen))
    days = {name: base.day(name, confidence) for name in sampler.milestones}
    tried = [({}, days), *((answer, found[place]) for place, answer in enumerate(answers))]
    rows = []
    for reading in open_readings.values():
        for option in reading.options:
            taken = option.id == chosen[reading.id]
            there = next(held for answer, held in tried if answer == ({} if taken else {reading.id: option.id}))
            dates = {name: date_of(day) for name, day in there.items()}
            rows.append(ReadingDates(reading=reading.id, option=option.id, chosen=taken, dates=dates))
    return Beside(tuple(rows), tuple(tried), alone)


def _elsewhere(
    sampler: Sampler, readings: Mapping[str, Reading], apart: Sequence[tuple[str, str]], samples: int, *, weighted: bool
) -> Sampler:
    """Return a sampler under answers that no column can hold, run on the same draws."""
    plan, base = sampler.model.whole, sampler.model
    for name, option in apart:
        plan = answered(plan, readings[name], option)
    model = Model(plan, base.register, weighted=weighted, opened=base.opened)
    other = Sampler(model, sampler.milestones, sampler.seed, sampler.main, beside=sampler, workers=sampler.workers)
    other.run(samples)
    return other


def _case(sampler: Sampler, options: Mapping[str, Option | None]) -> Case:
    """Return the case of some answers that columns can hold."""
    base: dict[str, int] = {}
    switches: dict[str, bool] = {}
    for option in options.values():
        assert option is not None
        base |= {key: column_number(value) for key, value in option.changes.assumptions.items()}
        switches |= option.changes.rules
    main = sampler.main
    return replace(main, base={**base, **main.base}, switches={**main.switches, **switches})


def sensitivities(sampler: Sampler, confidence: float, beside: Beside) -> dict[str, Sensitivity]:
    """Return how far each date moves with the shape of ranges, with correlation and with the answers to open questions."""
    cases = {
        "triangular": replace(sampler.main, shape="triangular"),
        "pert": replace(sampler.main, shape="pert"),
        "uncorrelated": replace(sampler.main, rho=0.0),
        "correlated": replace(sampler.main, rho=STRONG),
    }
    found = sampler.compare(cases)
    shapes = effects_between(sampler, found["pert"], found["triangular"], confidence)
    correlations = effects_between(sampler, found["uncorrelated"], found["correlated"], confidence)
    result = {}
    for milestone in sampler.milestones:
        dates = {name: sample.date(milestone, confidence) for name, sample in found.items()}
        first = min((entry for entry in beside.tried if entry[1][milestone] is not None), key=_by(milestone), default=None)
        last = max(beside.tried, key=_by(milestone))
        result[milestone] = Sensitivity(
            triangular=dates["triangular"],
            pert=dates["pert"],
            shape_wd=shapes[milestone].days,
            shape_noise_wd=shapes[milestone].noise,
            uncorrelated=dates["uncorrelated"],
            correlated=dates["correlated"],
            correlation_wd=correlations[milestone].days,
            correlation_noise_wd=correlations[milestone].noise,
            strong=STRONG,
            readings_first=date_of(first[1][milestone]) if first else None,
            readings_first_at=first[0] if first else {},
            readings_last=date_of(last[1][milestone]),
            readings_last_at=last[0],
            readings_tried=len(beside.tried),
        )
    return result


def _by(milestone: str) -> Callable[[tuple[dict[str, str], dict[str, int | None]]], float]:
    """Return what orders answers by the date of a milestone: one without a date comes last."""
    return lambda entry: math.inf if entry[1][milestone] is None else float(entry[1][milestone] or 0)


def policy_dates(sampler: Sampler, base: Sample, confidence: float) -> tuple[PolicyDates, ...]:
    """Return the dates under each service policy; nothing where at most one policy makes a difference."""
    policies = policies_of(sampler.model.plan)
    if len(policies) < 2:
        return ()
    found = sampler.compare({policy: replace(sampler.main, policy=policy) for policy in policies})
    result = []
    for policy in policies:
        later = effects_between(sampler, base, found[policy], confidence)
        result.append(
            PolicyDates(
                policy=policy,
                title=POLICY_TITLES[policy],
                chosen=policy == sampler.main.policy,
                dates={name: found[policy].date(name, confidence) for name in sampler.milestones},
                later_wd=days_of(later),
                noise_wd=noises(later=later).get("later", {}),
            )
        )
    return tuple(result)
