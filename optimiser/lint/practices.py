"""GAO's ten practices for a reliable schedule (GAO-16-89G, 2015), scored by what can be counted in the plan.

A score is our own and rests on the counts beside it; where a practice needs what a consultation plan cannot have, such as
progress, the score says so rather than passing it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from models.lint import DcmaMeasure, PracticeResult, PracticeScore
from models.rules import Capacity, Dependency, NotBefore
from optimiser.critical import driving_items
from optimiser.lint.progress import out_of_sequence, unstarted_in_the_past
from optimiser.lint.subject import Subject, counted, listed

__all__ = ["practices"]


def practices(subject: Subject, dcma: Sequence[DcmaMeasure]) -> tuple[PracticeResult, ...]:
    """Return the ten practices with their scores."""
    by_number = {measure.number: measure for measure in dcma}
    return (
        _activities(subject),
        _sequence(subject),
        _resourced(subject),
        _durations(subject, by_number),
        _traceable(subject),
        _critical(subject, by_number),
        _float(by_number),
        _risk(subject),
        _updated(subject),
        _baseline(subject),
    )


def _updated(subject: Subject) -> PracticeResult:
    """Whether progress is recorded, and agrees with the logic."""
    plan, name = subject.plan, "Updating the schedule using actual progress and logic"
    begun = sum(plan.done(name) or plan.under_way(name) for name in plan.items)
    if plan.status_date is None and begun:
        return PracticeResult(
            number=9,
            name=name,
            score="minimally met",
            evidence=f"{counted(begun, 'item')} begun or done, and no status date",
            reason="What is done is recorded, but not by when: nobody can tell what should have begun since.",
        )
    if plan.status_date is None:
        return PracticeResult(
            number=9,
            name=name,
            score="not met",
            evidence="no status date, no actual dates, no remaining durations",
            reason="This plan carries no progress, so nothing can show that it is kept up to date.",
        )
    odd = len({rule.points()[1].item for rule, _ in out_of_sequence(subject)} | set(unstarted_in_the_past(subject)))
    return PracticeResult(
        number=9,
        name=name,
        score=_graded(1 - odd / max(begun, odd, 1)),
        evidence=f"status date {plan.status_date}; {begun} items begun or done, {odd} of them or of those to come out of sequence "
        "or left behind the status date",
        reason="What is done is recorded; the grade is the share of it that agrees with the logic.",
    )


def _graded(share: float) -> PracticeScore:
    """Return GAO's grade for a share: complete, a large portion, about half, a small portion, none."""
    if share >= 0.95:
        return "met"
    if share >= 0.70:
        return "substantially met"
    if share >= 0.40:
        return "partially met"
    return "minimally met" if share > 0 else "not met"


def _activities(subject: Subject) -> PracticeResult:
    plan = subject.plan
    items = len(plan.items)
    owned = sum(item.owner is not None for item in plan.items.values())
    untouched = [entry.id for entry in plan.raid if not entry.touches]
    missing = len(plan.unknowns)
    covered = 1 - len(untouched) / len(plan.raid) if plan.raid else 1.0
    score = _graded(min(owned / items if items else 0.0, covered))
    score = min(score, "partially met", key=_ORDER.index) if missing else score
    return PracticeResult(
        number=1,
        name="Capturing all activities",
        score="not assessed" if plan.dialect is not None and not owned else score,  # its file names no owners
        evidence=f"{items} items, {owned} with an owner; {missing} quantities that no source gives; "
        f"{len(untouched)} of {len(plan.raid)} register entries touch no item",
        reason="Whatever no source gives is carried as an unknown, so the plan cannot claim to hold all activities."
        if missing
        else "Judged by owners and by what the register touches.",
    )


_ORDER: tuple[PracticeScore, ...] = ("not met", "minimally met", "partially met", "substantially met", "met")


def _sequence(subject: Subject) -> PracticeResult:
    links = [rule for rule in subject.plan.active_rules() if isinstance(rule, Dependency)]
    bases = Counter(rule.basis for rule in links)
    share = (bases["document"] + bases["derived"]) / len(links) if links else 0.0
    counts = ", ".join(f"{count} {basis}" for basis, count in sorted(bases.items()))
    return PracticeResult(
        number=2,
        name="Sequencing all activities",
        score=_graded(share),
        evidence=f"{len(links)} links: {counts or 'none'}",
        reason="A link that no document states cannot show that the dates follow from it."
        if share < 1 and links
        else "The plan links nothing."
        if not links
        else "Every link is stated by a document or derived from one.",
    )


def _resourced(subject: Subject) -> PracticeResult:
    demanded = {demand.item for rule in subject.plan.active_rules() if isinstance(rule, Capacity) for demand in rule.demands}
    work = len(subject.plan.activities)
    share = len(demanded) / work if work else 0.0
    if subject.plan.dialect is not None and not demanded:
        return PracticeResult(
            number=3,
            name="Assigning resources to all activities",
            score="not assessed",
            evidence=f"{sum(bool(each.assignments) for each in subject.plan.activities)} of {work} activities have assignments that "
            "decide their dates",
            reason="Of a planner's file other assignments are not taken into the plan; 'import' counts them.",
        )
    return PracticeResult(
        number=3,
        name="Assigning resources to all activities",
        score=_graded(share),
        evidence=f"{len(demanded)} of {work} activities draw on a capacity; "
        f"{sum(item.owner is not None for item in subject.plan.items.values())} items name who is responsible",
        reason="Work that draws on no capacity cannot be shown to be staffed; a responsible party is not a resource."
        if share < 1
        else "All work draws on a capacity.",
    )


def _durations(subject: Subject, dcma: Mapping[int, DcmaMeasure]) -> PracticeResult:
    plan = subject.plan
    stated = [entry for entry in plan.assumptions if entry.low is not None or entry.high is not None]
    long = dcma[8]
    share = 1 - (long.count or 0) / long.of if long.of else 0.0
    return PracticeResult(
        number=4,
        name="Establishing the duration of all activities",
        score=_graded(share * (0.5 + 0.5 * (len(stated) / len(plan.assumptions) if plan.assumptions else 0))),
        evidence=f"{long.count or 0} of {long.of or 0} lengths are high ({long.reason}); {len(stated)} of "
        f"{len(plan.assumptions)} assumptions have a range",
        reason="Long bars hide what they hold, and a length without a range says nothing of how sure it is.",
    )


def _traceable(subject: Subject) -> PracticeResult:
    plan = subject.plan
    phased = sum(item.phase is not None for item in plan.items.values())
    placed = 0
    for rule in plan.active_rules():
        row = subject.row_of.get(rule.points()[0].item) if isinstance(rule, NotBefore) else None
        placed += row is not None and isinstance(rule, NotBefore) and plan.date(rule.date) == row.start
    share = phased / len(plan.items) if plan.items else 0.0
    return PracticeResult(
        number=5,
        name="Verifying that the schedule can be traced horizontally and vertically",
        score=min(_graded(share), "partially met" if placed else "met", key=_ORDER.index),
        evidence=f"{phased} of {len(plan.items)} items lie in a phase; {len(subject.rows)} carry a published row; "
        f"{placed} stand where they do by their published start alone; {len(plan.baselines)} tables of milestones stand beside",
        reason="Phases and milestone tables trace downwards; what stands by its published start alone is traced sideways by nothing."
        if placed
        else "Phases and milestone tables trace downwards, links sideways.",
    )


def _critical(subject: Subject, dcma: Mapping[int, DcmaMeasure]) -> PracticeResult:
    test = dcma[12]
    if not subject.solved or not subject.targets:
        return PracticeResult(
            number=6,
            name="Confirming that the critical path is valid",
            score="not met",
            evidence="the plan has no dates, or no targets",
            reason="Without dates there is no critical path.",
        )
    driven = {name: driving_items(subject.earliest, name) for name in subject.targets}
    bases = Counter(
        rule.basis
        for name in subject.targets
        for rule in subject.plan.active_rules()
        if isinstance(rule, Dependency) and {rule.before, rule.after} <= set(driven[name])
    )
    total = sum(bases.values())
    share = (bases["document"] + bases["derived"]) / total if total else 0.0
    most: PracticeScore = "substantially met" if test.verdict == "pass" else "partially met"
    return PracticeResult(
        number=6,
        name="Confirming that the critical path is valid",
        score=min(_graded(share), most, key=_ORDER.index),
        evidence=f"critical path test: {test.measured or test.reason}; driving chains: "
        + "; ".join(f"{name}: {listed(items, 6)}" for name, items in driven.items()),
        reason="The path is computed and its test passes as arithmetic; its links are only as firm as their basis.",
    )


def _float(dcma: Mapping[int, DcmaMeasure]) -> PracticeResult:
    high = dcma[6]
    share = 1 - (high.count or 0) / high.of if high.of else 0.0
    return PracticeResult(
        number=7,
        name="Ensuring reasonable total float",
        score=_graded(share),
        evidence=f"{high.count or 0} of {high.of or 0} have high float; {high.reason}",
        reason="High float mostly shows links that are missing.",
    )


def _risk(subject: Subject) -> PracticeResult:
    plan = subject.plan
    ranged = sum(entry.low is not None or entry.high is not None for entry in plan.assumptions)
    rated = sum(entry.rating is not None for entry in plan.raid)
    total = len(plan.assumptions)
    return PracticeResult(
        number=8,
        name="Conducting a schedule risk analysis",
        score="minimally met" if ranged or rated else "not met",
        evidence=f"{ranged} of {total} assumptions have a range; {rated} register entries are rated, in words and without probabilities",
        reason="A rating in words is no probability: a simulation rests on the ranges and chances of a register of its own."
        if ranged or rated
        else "Nothing in the plan says how uncertain it is.",
    )


def _baseline(subject: Subject) -> PracticeResult:
    baselines = subject.plan.baselines
    days = sum(entry.day is not None for baseline in baselines for entry in baseline.dates)
    total = sum(len(baseline.dates) for baseline in baselines)
    return PracticeResult(
        number=10,
        name="Maintaining a baseline schedule",
        score="partially met" if baselines else "not met",
        evidence=f"{len(baselines)} baselines with {total} dates, {days} of them to the day",
        reason="Published dates are kept and never edited; a baseline of activities with its logic does not exist."
        if baselines
        else "The plan has no baseline.",
    )
