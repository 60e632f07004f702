"""Published tables against the plan's logic: whether each leaves the time that rules take, active or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.assumptions import Baseline
from models.rules import AtLeast, Dependency, Gate, Rule
from optimiser.clock import Clock
from optimiser.critical import Columns, evaluate
from optimiser.lint.checked import Check, Checked, finding
from optimiser.lint.subject import Subject
from optimiser.solve.variant import Variant
from optimiser.wording import demand

__all__ = ["CHECKS"]


def _raised(subject: Subject, baseline: Baseline, clock: Clock, *, certain: bool) -> tuple[dict[int, int], dict[str, int]]:
    """Return each published date as a floor and as the latest boundary it can mean.

    Where months are published ``certain`` takes the first day of one against the last day of the next; otherwise a
    month stands for its first morning or its last evening, as the milestone is shown.
    """
    network = subject.free
    floors, limits = {}, {}
    for entry in baseline.dates:
        floor = subject.place_of(entry, late=False, clock=clock) if certain else subject.own_place(entry, clock)
        limit = subject.place_of(entry, late=True, clock=clock) if certain else floor
        if floor is not None and limit is not None:
            floors[network.nodes[entry.milestone, "start"]] = floor
            limits[entry.milestone] = limit
    return floors, limits


@dataclass(frozen=True, slots=True)
class _Trial:
    """One table's dates put into the plan's logic.

    Attributes
    ----------
    on
        A rule switched on that is off in the plan.
    certain
        See `_raised`.
    values
        Boundaries of the table's milestones, each raised to its published date.
    limits
        The latest boundary that each published date can mean.
    """

    baseline: Baseline
    on: str | None
    certain: bool
    values: Mapping[str, int]
    limits: Mapping[str, int]


def _trials(subject: Subject, rules: Sequence[str | None], off: Sequence[str]) -> dict[tuple[str, str | None, bool], _Trial]:
    """Return every table tried with every rule, all at once; ``off`` is left out, as are floors of milestones with dates."""
    network = subject.free
    asked = [(baseline, rule, certain) for baseline in subject.plan.baselines for rule in rules for certain in (True, False)]
    count = len(asked)
    if not count:
        return {}
    placed = {
        (baseline.id, certain): _raised(subject, baseline, network.clock, certain=certain)
        for baseline in subject.plan.baselines
        for certain in (True, False)
    }
    switches = {name: np.zeros(count, dtype=np.bool_) for name in (*subject.own_floors, *off)}
    raised: dict[int, np.ndarray] = {}
    for sample, (baseline, rule, certain) in enumerate(asked):
        if rule is not None:
            switches.setdefault(rule, np.full(count, network.enabled[rule], dtype=np.bool_))[sample] = True
        for node, boundary in placed[baseline.id, certain][0].items():
            raised.setdefault(node, np.zeros(count, dtype=np.int64))[sample] = boundary
    evaluated = evaluate(network, Columns(count, switches=switches), raised=raised)
    found = {}
    for sample, (baseline, rule, certain) in enumerate(asked):
        limits = placed[baseline.id, certain][1]
        values = {name: int(evaluated.of(name)[sample]) for name in limits}
        found[baseline.id, rule, certain] = _Trial(baseline, rule, certain, values, limits)
    return found


def _reach(subject: Subject) -> Checked:
    """Ask whether each table leaves the time that the plan's own rules take."""
    found = []
    trials = _trials(subject, [None], ())
    limit = subject.free.clock.limit
    for baseline in subject.plan.baselines:
        for certain in (True, False):
            trial = trials[baseline.id, None, certain]
            short = {
                name: boundary - trial.limits[name]
                for name, boundary in trial.values.items()
                if trial.limits[name] < boundary <= limit
            }
            if short:
                how = "however the days of its months fall" if certain else _CONVENTION
                found.append(
                    finding(
                        "too-short",
                        "medium",
                        [f"{baseline.id} {name}" for name in short],
                        f"with its own earlier milestones, {baseline.id} leaves too little time by the rules of this plan, {how}: "
                        + ", ".join(f"{name} by {days} wd" for name, days in short.items()),
                        key=baseline.id,
                        citation=baseline.citation,
                    )
                )
                break
    looked = len(subject.plan.baselines)
    return Checked(looked, found, None if looked else "the plan has no baselines")


_HYPOTHESIS = "taken by its first or last days"

_CONVENTION = "with each month taken as its first morning where a milestone opens and its last evening where it closes"


def _switched_off(subject: Subject) -> Checked:
    """Ask what the dates leave for each link that is stated or thinkable and switched off here."""
    plan = subject.plan
    off = [rule for rule in plan.rules if not plan.switch(rule.enabled) and isinstance(rule, Dependency | AtLeast | Gate)]
    dated = {entry.milestone for baseline in plan.baselines for entry in baseline.dates}
    direct = [
        rule.id for rule in plan.active_rules() if isinstance(rule, Dependency) and rule.before in dated and rule.after in dated
    ]
    found = []
    trials = _trials(subject, [None, *(rule.id for rule in off)], direct)
    everything = subject.effects_of([Variant(on=(rule.id,)) for rule in off])
    for rule, effects in zip(off, everything, strict=True):
        results = {effect.result for effect in effects}
        short: Mapping[str, str] = {}
        if "contradiction" in results:
            wrong = "switched on, nothing satisfies the plan"
        elif "beyond" in results:
            wrong = "switched on, the plan runs off its calendar"
        elif short := _left(subject, rule, trials):
            wrong = "the published dates leave too little for it: " + "; ".join(short.values())
        else:
            continue
        by_document = rule.basis == "document"
        said = "stated by a document" if by_document else f"of basis {rule.basis}"
        high = not short or (by_document and "moves" in results)
        found.append(
            finding(
                "switched-off",
                "high" if high else "low" if all(_HYPOTHESIS in words for words in short.values()) else "medium",
                [f"rule {rule.id}", *short],
                f"{demand(plan, rule.id)}: {said}, switched off here; {wrong}",
                key=rule.id,
                citation=rule.citation,
                tried=f"rule {rule.id} switched on",
                effects=effects,
            )
        )
    return Checked(len(off), found, None if off else "no link of the plan is switched off")


def _left(subject: Subject, rule: Rule, trials: Mapping[tuple[str, str | None, bool], _Trial]) -> Mapping[str, str]:
    """Return, for each baseline, what it is short of before a milestone were a rule switched on."""
    found: dict[str, str] = {}
    limit = subject.free.clock.limit
    for baseline in subject.plan.baselines:
        by_day = any(entry.day for entry in baseline.dates)
        for certain in (True, False):
            without, tried = trials[baseline.id, None, certain], trials[baseline.id, rule.id, certain]
            short = {
                name: boundary - tried.limits[name]
                for name, boundary in tried.values.items()
                if tried.limits[name] < boundary <= limit and boundary > without.values[name]
            }
            if short:
                name = min(short, key=lambda each: (tried.values[each], list(tried.values).index(each)))
                how = "by its days" if by_day else "however its days fall" if certain else _HYPOTHESIS
                found[f"{baseline.id} {name}"] = f"{baseline.id} by {short[name]} wd before {name} ({how})"
                break
    return found


CHECKS = (
    Check("too-short", "Tables leave the time that the rules take", _reach),
    Check("switched-off", "Dates leave room for links that are switched off", _switched_off),
)
