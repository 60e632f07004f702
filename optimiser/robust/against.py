"""Two plans under one register, on the same draws: the chance that each keeps its word, and what parts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from models.assumptions import Assumption, Changes
from models.commitment import Baselines
from models.decision import Against, Cut, RobustComparison, Trade
from models.duration import Duration, Value, print_value
from models.plan import Plan
from models.risk import Register
from models.rules import Alignment
from models.scenario import Scenario
from optimiser.numbers import column_number
from optimiser.robust.certain import Certain, certain_dates
from optimiser.robust.field import BEYOND
from optimiser.robust.model import Model
from optimiser.robust.sensitivity import days_of, effects_between, noises
from optimiser.robust.simulation import Sampler, answered
from optimiser.robust.statistics import Sample, difference
from optimiser.scenarios import apply
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
    plan, milestones = first.model.whole, first.milestones
    other, aligned = aligned_as(plan, other)
    ours = Model(plan, register, network=first.model.network, opened=first.model.opened)
    theirs = Model(other, register, opened=first.model.opened)
    base, second = (Sampler(model, milestones, first.seed, first.main) for model in (ours, theirs))
    enumerated = base.enumerates_as(second)
    base, second = (
        Sampler(model, milestones, first.seed, first.main, enumerated, workers=first.workers) for model in (ours, theirs)
    )
    before, after = base.run(samples), second.run(samples)
    later = {name: round(before.share(after.of(name) > before.of(name)), 6) for name in milestones}
    there = certain_dates(Problem.of(other, second.model.clock), milestones)
    return Against(
        first=_comparison(plan, certain, before, confidence),
        second=_comparison(other, there, after, confidence),
        aligned=aligned,
        second_later=dict(later),
        trades=tuple(_trades((base, certain, before), (second, there, after), confidence)),
        cuts=tuple(_cuts((base, before), (second, after), certain, register, confidence)),
    )


def aligned_as(plan: Plan, other: Plan) -> tuple[Plan, dict[str, str]]:
    """Return another plan under a plan's own answers to the readings that are about alignment alone, and these answers.

    An alignment rounds dates and is no part of what a plan proposes: two that round differently would be compared by that.
    """
    alignments = {rule.id for rule in plan.rules if isinstance(rule, Alignment)}
    answers = {}
    for reading in plan.readings:
        changed = [option.changes for option in reading.options]
        if all(changes.rules and alignments.issuperset(changes.rules) for changes in changed) and all(
            changes.keys() == {f"rule {name}" for name in changes.rules} for changes in changed
        ):
            answers[reading.id] = plan.choice(reading)
            other = answered(other, reading, answers[reading.id])
    # A rule may have been switched by name as well: then the plan's own state of it is what counts.
    named = {name for reading in plan.readings if reading.id in answers for name in reading.options[0].changes.rules}
    states = {name: plan.switch(plan.rules_by_id[name].enabled) for name in named}
    rules = [each.model_copy(update={"enabled": states[each.id]}) if each.id in states else each for each in other.rules]
    return other if tuple(rules) == other.rules else other.evolve(rules=tuple(rules)), answers


_Side = tuple[Sampler, Certain, Sample]


def _trades(first: _Side, second: _Side, confidence: float) -> Iterator[Trade]:
    """Yield what the second plan saves and risks at each milestone."""
    clock = first[0].model.clock
    for milestone in first[0].milestones:
        shown = first[0].model.shown(milestone)
        own = [None if (date := certain.dates[milestone]) is None else date.date for _, certain, _ in (first, second)]
        held = [sample.date(milestone, confidence) for _, _, sample in (first, second)]
        late = [_late(side, milestone) for side in (first, second)]
        saves = difference(clock, own[1], own[0], shown)
        more = None if late[0] is None or late[1] is None else late[1] - late[0]
        worth = saves is not None and saves > 0 and more is not None and more > 0
        yield Trade(
            milestone=milestone,
            saves_wd=saves,
            brings_wd=difference(clock, held[1], held[0], shown),
            first_late_wd=None if late[0] is None else round(late[0], 2),
            second_late_wd=None if late[1] is None else round(late[1], 2),
            break_even=round(saves / more, 3) if worth and saves and more else None,
        )


def _late(side: _Side, milestone: str) -> float | None:
    """Return the mean working days by which a plan comes after its own date of a milestone."""
    sampler, certain, sample = side
    own, days = certain.dates[milestone], sample.of(milestone)
    if own is None or (days >= BEYOND).any():
        return None
    clock, shown = sampler.model.clock, sampler.model.shown(milestone)
    held = np.array([own.date.toordinal()], dtype=np.int64)
    late = clock.places(days.astype(np.int64), shown) - clock.places(held, shown)
    return float(np.average(np.maximum(late, 0), weights=sample.weights))


def chances_of_published(plan: Plan, sample: Sample, milestone: str) -> dict[str, Baselines]:
    """Return for each baseline that has a date for a milestone the share of samples no later; a month has its last day."""
    found = {}
    for baseline in plan.baselines:
        published = baseline.date(milestone)
        if published is not None:
            day = published.last
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
    first: tuple[Sampler, Sample],
    second: tuple[Sampler, Sample],
    certain: Certain,
    register: Register | None,
    confidence: float,
) -> Iterator[Cut]:
    """Yield what parts the plans: each difference carried into the first plan alone, and taken back from the second."""
    (base, before), (other, after) = first, second
    model = base.model

    def changed_by(sampler: Sampler, changes: Changes) -> Plan:
        """Return a plan with some changes made."""
        return apply(Scenario(id="cut", title="One difference of two plans", **changes.fields()), sampler.model.whole)

    def promised(changes: Changes) -> dict[str, int | None]:
        """Return the working days by which the first plan's own dates come forward."""
        if model.network.uses_capacity:
            return dict.fromkeys(base.milestones)
        there = certain_dates(Problem.of(changed_by(base, changes), model.clock), base.milestones)
        dates = [{name: None if end is None else end.date for name, end in each.dates.items()} for each in (there, certain)]
        return {name: difference(model.clock, dates[0][name], dates[1][name], model.shown(name)) for name in base.milestones}

    def moved(sampler: Sampler, changes: Changes) -> Sample:
        """Return the samples of a plan with some changes made."""
        changed = Model(changed_by(sampler, changes), register, opened=sampler.model.opened)
        return Sampler(changed, base.milestones, base.seed, base.main, base.exact, workers=base.workers).run(len(before))

    for part in _differences(model.whole, other.model.whole):
        gained = effects_between(base, moved(base, part.changes), before, confidence)
        lost = effects_between(base, after, moved(other, part.undone), confidence)
        months = {name: None if each.days is None else round(each.days / MONTH_WD, 2) for name, each in gained.items()}
        yield Cut(
            id=part.id,
            title=part.title,
            before=part.before,
            after=part.after,
            promised_wd=promised(part.changes),
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
    """Return the cost of a cut at the assumption's cost of a unit, None where it states none."""
    if entry.cost is None or not isinstance(before, Duration) or not isinstance(after, Duration):
        return None
    return entry.cost * max(0, column_number(before) - column_number(after)) if before.unit == after.unit else None
