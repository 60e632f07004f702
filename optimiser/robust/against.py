"""Two plans under one register, on the same draws: the chance that each keeps its word, and what parts them."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from models.assumptions import Assumption, Changes
from models.duration import Duration, Value, print_value
from models.plan import Plan
from models.risk import Register
from models.robustness import Against, Baselines, Cut, RobustComparison
from models.scenario import Scenario
from optimiser.numbers import column_number
from optimiser.robust.certain import Certain, certain_dates
from optimiser.robust.model import Model
from optimiser.robust.sensitivity import days_of, effects_between, noises
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import Sample
from optimiser.solve.problem import Problem

__all__ = ["MONTH_WD", "chances_of_published", "compare_plans"]

MONTH_WD = 365.25 / 12 * 5 / 7
"""Working days of an average month of Mondays to Fridays."""


@dataclass(frozen=True, slots=True)
class _Difference:
    """One thing in which two plans differ."""

    id: str
    title: str
    before: str
    after: str
    changes: Changes
    undone: Changes
    cost: int | None


def compare_plans(
    first: Sampler, certain: Certain, other: Plan, register: Register | None, confidence: float, samples: int
) -> Against:
    """Compare a plan with another on the same draws.

    Parameters
    ----------
    first
        Draws the samples of the plan.
    certain
        Its deterministic dates.
    other
        The plan compared with: the same plan under other scenarios.
    register
        Of both.
    confidence
        At which dates are read.
    samples
        How many.
    """
    plan, milestones = first.model.plan, first.milestones
    ours = Model(plan, register, network=first.model.network, opened=first.model.opened)
    theirs = Model(other, register, opened=first.model.opened)
    base, second = (Sampler(model, milestones, first.seed, first.main) for model in (ours, theirs))
    enumerated = base.enumerates_as(second)
    base, second = (Sampler(model, milestones, first.seed, first.main, enumerated) for model in (ours, theirs))
    before, after = base.run(samples), second.run(samples)
    later = {name: round(before.share(after.of(name) > before.of(name)), 6) for name in milestones}
    there = certain_dates(Problem.of(other, second.model.clock), milestones)
    return Against(
        first=_comparison(plan, certain, before, confidence),
        second=_comparison(other, there, after, confidence),
        second_later=dict(later),
        cuts=tuple(_cuts((base, before), (second, after), register, confidence)),
    )


def chances_of_published(plan: Plan, sample: Sample, milestone: str) -> dict[str, Baselines]:
    """Return for each baseline that has a date for a milestone the share of samples no later; a month has its last day."""
    found = {}
    for baseline in plan.baselines:
        published = baseline.date(milestone)
        if published is not None:
            day = published.day or dt.date(*published.month, monthrange(*published.month)[1])
            found[baseline.id] = Baselines(published=published.date, probability=round(sample.among(milestone).met(day), 6))
    return found


def _comparison(plan: Plan, certain: Certain, sample: Sample, confidence: float) -> RobustComparison:
    dates = {name: found.date if found else None for name, found in certain.dates.items()}
    together = np.ones(len(sample), dtype=np.bool_)
    for name, date in dates.items():
        if date is not None:
            together &= sample.of(name) <= date.toordinal()
    known = all(date is not None for date in dates.values())
    return RobustComparison(
        name="+".join(plan.settings.scenarios) or "as published",
        deterministic=dates,
        met={name: None if date is None else round(sample.among(name).met(date), 6) for name, date in dates.items()},
        met_jointly=round(sample.share(together), 6) if known else None,
        dates={name: sample.date(name, confidence) for name in sample.milestones},
        baselines={
            name: {key: entry.probability for key, entry in chances_of_published(plan, sample, name).items()}
            for name in sample.milestones
        },
    )


def _cuts(
    first: tuple[Sampler, Sample], second: tuple[Sampler, Sample], register: Register | None, confidence: float
) -> Iterator[Cut]:
    """Yield what parts the plans: each difference carried into the first plan alone, and taken back from the second."""
    (base, before), (other, after) = first, second
    model = base.model

    def moved(sampler: Sampler, changes: Changes) -> Sample:
        """Return the samples of a plan with some changes made."""
        scenario = Scenario(id="cut", title="One difference of two plans", **changes.fields())
        changed = Model(scenario.apply(sampler.model.plan), register, opened=sampler.model.opened)
        return Sampler(changed, base.milestones, base.seed, base.main, base.exact).run(len(before))

    for part in _differences(model.plan, other.model.plan):
        gained = effects_between(base, moved(base, part.changes), before, confidence)
        lost = effects_between(base, after, moved(other, part.undone), confidence)
        months = {name: None if each.days is None else round(each.days / MONTH_WD, 2) for name, each in gained.items()}
        yield Cut(
            id=part.id,
            title=part.title,
            before=part.before,
            after=part.after,
            gained_wd=days_of(gained),
            lost_wd=days_of(lost),
            noise_wd=noises(gained_wd=gained, lost_wd=lost),
            gained_months=months,
            cost=part.cost,
            cost_per_month={
                name: round(part.cost / gain, 2) if part.cost is not None and gain is not None and gain > 0 else None
                for name, gain in months.items()
            },
            worth=None if part.cost is not None else _worth(months),
        )


def _worth(months: Mapping[str, float | None]) -> str | None:
    """Return the break-even of a cut whose cost nobody gives."""
    gains = {name: gain for name, gain in months.items() if gain is not None and gain > 0}
    if not gains:
        return None
    parts = [f"{gain:.2f} times what a month of {name} is worth" for name, gain in gains.items()]
    return f"worth doing up to a cost of {' or '.join(parts)}"


def _differences(first: Plan, second: Plan) -> Iterator[_Difference]:
    """Yield everything in which two states of one plan differ; a reading's changes are one thing."""
    explained: set[str] = set()
    for reading in first.readings:
        states = first.choice(reading), second.choice(reading)
        if states[0] != states[1]:
            back, there = (option.changes for each in states if (option := reading.option(each)) is not None)
            explained |= there.keys()
            yield _Difference(f"reading {reading.id}", reading.question, *states, there, back, None)
    for entry in first.assumptions_by_id.values():
        values = entry.value, second.values[entry.id]
        if values[0] != values[1] and f"assumption {entry.id}" not in explained:
            back, there = (Changes(assumptions={entry.id: value}) for value in values)
            cost = _cost(entry, *values) if isinstance(entry, Assumption) else None
            yield _Difference(entry.id, entry.title, print_value(values[0]), print_value(values[1]), there, back, cost)
    for rule in first.rules:
        twin = second.rules_by_id.get(rule.id)
        switches = first.switch(rule.enabled), second.switch((twin or rule).enabled)
        if twin is not None and switches[0] != switches[1] and f"rule {rule.id}" not in explained:
            back, there = (Changes(rules={rule.id: on}) for on in switches)
            before, after = ("on" if on else "off" for on in switches)
            yield _Difference(f"rule {rule.id}", rule.title, before, after, there, back, None)
    calendars = first.calendar, second.calendar
    if calendars[0] != calendars[1] and "calendar" not in explained:
        back, there = (Changes(calendar=calendar) for calendar in calendars)
        yield _Difference("calendar", "Base calendar", *calendars, there, back, None)


def _cost(entry: Assumption, before: Value, after: Value) -> int | None:
    """Return what a cut costs by the assumption's own cost of a unit, None where it states none."""
    if entry.cost is None or not isinstance(before, Duration) or not isinstance(after, Duration):
        return None
    return entry.cost * max(0, column_number(before) - column_number(after)) if before.unit == after.unit else None
