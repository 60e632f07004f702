"""How much of a date rests on choices that no evidence settles: the shape of ranges, correlation, answers to questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Reading
from models.outcome import Span
from models.robustness import ReadingDates, Sensitivity
from optimiser.robust.draws import Draws
from optimiser.robust.model import Case, Model
from optimiser.robust.quantity import number
from optimiser.robust.sensitivity import conventions
from optimiser.robust.simulation import REPLICATES, Days, Sampler, answered, needs_network
from optimiser.robust.statistics import date_at, date_of, day_at, difference
from optimiser.solve.spans import live_options

__all__ = ["STRONG", "Beside", "readings_beside", "sensitivities"]

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
    """

    rows: tuple[ReadingDates, ...]
    tried: tuple[tuple[dict[str, str], dict[str, int | None]], ...]


def readings_beside(
    sampler: Sampler, samples: int, confidence: float, spans: Mapping[str, Span | None], *, weighted: bool
) -> Beside:
    """Simulate every other answer to every open question, and the combinations at which the deterministic dates are extreme.

    Parameters
    ----------
    sampler
        Whose draws are used for every answer.
    samples
        How many.
    confidence
        At which dates are read.
    spans
        Of the deterministic dates.
    weighted
        Whether readings with probabilities are drawn, and so not asked one by one.
    """
    plan = sampler.model.plan
    drawn = set(sampler.model.weights) if weighted else set()
    open_readings = [reading for reading in live_options(plan) if reading.id not in drawn]
    chosen = plan.choices()
    answers: list[dict[str, str]] = [{}]
    for reading in open_readings:
        answers += [{reading.id: option.id} for option in reading.options if option.id != chosen[reading.id]]
    for span in spans.values():
        if span is not None:
            for end in (span.first, span.last):
                answer = {name: option for name, option in end.readings.items() if name not in drawn}
                if answer not in answers:
                    answers.append(answer)
    count = -(-samples // REPLICATES)
    asker = _Asker(sampler, {reading.id: reading for reading in open_readings}, count, weighted=weighted)
    tried = [
        (answer, {name: day_at(days[place], confidence) for place, name in enumerate(sampler.milestones)})
        for answer, days in zip(answers, asker.days(answers), strict=True)
    ]
    rows = []
    for reading in open_readings:
        for option in reading.options:
            taken = option.id == chosen[reading.id]
            days_there = next(days for answer, days in tried if answer == ({} if taken else {reading.id: option.id}))
            dates = {name: date_of(day) for name, day in days_there.items()}
            rows.append(ReadingDates(reading=reading.id, option=option.id, chosen=taken, dates=dates))
    return Beside(tuple(rows), tuple(tried))


class _Asker:
    """Simulates answers to readings on one set of draws: as columns where a column can hold them, else on another network."""

    def __init__(self, sampler: Sampler, readings: Mapping[str, Reading], count: int, *, weighted: bool) -> None:
        self.sampler = sampler
        self.readings = readings
        self.count = count
        self.weighted = weighted
        self.apart = {name for name, reading in readings.items() if needs_network(sampler.model.plan, reading)}
        self._samplers: dict[tuple[tuple[str, str], ...], tuple[Sampler, Draws]] = {(): (sampler, sampler.kept(count))}

    def days(self, answers: Sequence[Mapping[str, str]]) -> list[Days]:
        """Return for each set of answers the days of every sample, the rest as chosen."""
        networks = [tuple((name, option) for name, option in answer.items() if name in self.apart) for answer in answers]
        found: dict[int, Days] = {}
        for apart in dict.fromkeys(networks):
            sampler, draws = self._sampler(apart)
            places = [place for place, network in enumerate(networks) if network == apart]
            cases = [self._case(sampler, draws, answers[place]) for place in places]
            found |= {place: days for place, (days, _) in zip(places, sampler.cases(cases, draws), strict=True)}
        return [found[place] for place in range(len(answers))]

    def _case(self, sampler: Sampler, draws: Draws, answer: Mapping[str, str]) -> Case:
        """Return the case of some answers that columns can hold."""
        base: dict[str, int] = {}
        switches: dict[str, NDArray[np.bool_]] = {}
        for name, reading in self.readings.items():
            chosen = reading.option(answer[name]) if name in answer and name not in self.apart else None
            if chosen is not None:
                base |= {key: number(value) for key, value in chosen.changes.assumptions.items()}
                switches |= {key: np.full(draws.samples, on) for key, on in chosen.changes.rules.items()}
        main = sampler.main
        return replace(main, base={**base, **main.base}, switches={**main.switches, **switches})

    def _sampler(self, apart: tuple[tuple[str, str], ...]) -> tuple[Sampler, Draws]:
        if apart not in self._samplers:
            plan = self.sampler.model.plan
            for name, option in apart:
                plan = answered(plan, self.readings[name], option)
            base = self.sampler.model
            model = Model(plan, base.register, weighted=self.weighted, opened=base.opened)
            other = Sampler(model, self.sampler.milestones, self.sampler.seed, self.sampler.main)
            self._samplers[apart] = (other, Draws(model, self.sampler.uniforms(0, self.count)))
        return self._samplers[apart]


def sensitivities(sampler: Sampler, samples: int, confidence: float, beside: Beside) -> dict[str, Sensitivity]:
    """Return how far each date moves with the shape of ranges, with correlation and with the answers to open questions."""
    model = sampler.model
    cases = {
        "triangular": replace(sampler.main, shape="triangular"),
        "pert": replace(sampler.main, shape="pert"),
        "uncorrelated": replace(sampler.main, rho=0.0),
        "correlated": replace(sampler.main, rho=STRONG),
    }
    found = sampler.compare(cases, samples)
    shown = conventions(model.plan, sampler.milestones)
    result = {}
    for milestone in sampler.milestones:
        dates = {name: date_at(sample.of(milestone), confidence) for name, sample in found.items()}
        known = [(days[milestone], answer) for answer, days in beside.tried if days[milestone] is not None]
        late = any(days[milestone] is None for _, days in beside.tried)
        first = min(known, key=lambda entry: entry[0] or 0, default=None)
        last = max(known, key=lambda entry: entry[0] or 0, default=None)
        if late:
            last = next((None, answer) for answer, days in beside.tried if days[milestone] is None)
        result[milestone] = Sensitivity(
            triangular=dates["triangular"],
            pert=dates["pert"],
            shape_wd=difference(model.clock, dates["pert"], dates["triangular"], shown[milestone]),
            uncorrelated=dates["uncorrelated"],
            correlated=dates["correlated"],
            correlation_wd=difference(model.clock, dates["uncorrelated"], dates["correlated"], shown[milestone]),
            strong=STRONG,
            readings_first=_date(first),
            readings_first_at=first[1] if first else {},
            readings_last=_date(last),
            readings_last_at=last[1] if last else {},
            readings_tried=len(beside.tried),
        )
    return result


def _date(entry: tuple[int | None, dict[str, str]] | None) -> dt.date | None:
    return None if entry is None else date_of(entry[0])
