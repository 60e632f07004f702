"""Published tables against each other: months, order, and the gaps between milestones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from models.assumptions import Baseline, PublishedDate
from models.lint import LintEffect, LintFinding
from optimiser.critical.backward import reaches
from optimiser.lint.checked import Check, Checked, finding
from optimiser.lint.stated import months_between
from optimiser.lint.subject import Subject, counted, listed

__all__ = ["CHECKS"]

_FEWEST_EQUAL = 3
"""Equal gaps from which on a table looks shifted rather than scheduled."""


def _families(subject: Subject) -> Iterator[tuple[Baseline, Baseline]]:
    """Yield every two baselines that are tables of one plan."""
    plan_of = subject.published.plan_of
    for first, second in combinations(subject.plan.baselines, 2):
        if first.id in plan_of and plan_of.get(first.id) == plan_of.get(second.id):
            yield first, second


def _disagreements(subject: Subject) -> Checked:
    """Ask whether two tables of one plan give a milestone the same month."""
    found = []
    looked = 0
    for first, second in _families(subject):
        for entry in first.dates:
            other = second.date(entry.milestone)
            if other is None:
                continue
            looked += 1
            if months_between(entry, other) == 0:
                continue
            ours = subject.place_of(entry, late=True)
            theirs = subject.place_of(other, late=True)
            effects: tuple[LintEffect, ...] = ()
            if ours is not None and theirs is not None:
                node = subject.network.nodes[entry.milestone, "start"]
                low, high = sorted((ours, theirs))
                effects = subject.pushed({node: high}, {node: low})
            found.append(
                finding(
                    "table-disagreement",
                    "high",
                    [f"{first.id} {entry.milestone}", f"{second.id} {entry.milestone}"],
                    f"{entry.milestone} is {entry.date} in {first.id} and {other.date} in {second.id}, two tables of one plan",
                    key=f"{first.id}:{second.id}:{entry.milestone}",
                    citation=(*first.citation, *second.citation),
                    tried=f"{entry.milestone} at the later instead of the earlier of the two",
                    effects=effects,
                )
            )
    return Checked(looked, found, None if looked else "no two baselines are known to be tables of one plan")


def _elsewhere(subject: Subject) -> Checked:
    """Ask whether dates printed elsewhere are those of the tables."""
    found = []
    for entry in subject.published.elsewhere:
        year, month = int(entry.date[:4]), int(entry.date[5:7])
        held = [(baseline, baseline.date(entry.milestone)) for baseline in subject.plan.baselines]
        gaps = {baseline.id: (year - date.month[0]) * 12 + month - date.month[1] for baseline, date in held if date is not None}
        if not gaps or 0 in gaps.values():
            continue
        nearest = min(gaps.items(), key=lambda pair: abs(pair[1]))
        found.append(
            finding(
                "date-elsewhere",
                "low",
                [entry.milestone],
                f"{entry.milestone} is given as {entry.date} in another place; no table has that month, the nearest is "
                f"{nearest[0]}, {counted(abs(nearest[1]), 'month')} {'earlier' if nearest[1] > 0 else 'later'}",
                key=f"{entry.milestone}:{entry.date}",
                citation=entry.citation,
                tried=f"{entry.milestone} not before {entry.date}",
                effects=_not_before(subject, entry.milestone, entry.date),
            )
        )
    looked = len(subject.published.elsewhere)
    return Checked(looked, found, None if looked else "no dates printed elsewhere are at hand")


def _not_before(subject: Subject, milestone: str, date: str) -> tuple[LintEffect, ...]:
    boundary = subject.place_of(PublishedDate(milestone=milestone, date=date), late=False)
    return () if boundary is None else subject.pushed({subject.network.nodes[milestone, "start"]: boundary})


def _reference(subject: Subject) -> Baseline | None:
    """Return the baseline that the others are held against."""
    against = {entry.against for entry in subject.published.deltas}
    return next((each for each in subject.plan.baselines if not against or each.id in against), None)


def _plans(subject: Subject) -> list[Baseline]:
    """Return one baseline of each plan, the first of its tables."""
    seen: dict[str, Baseline] = {}
    for baseline in subject.plan.baselines:
        seen.setdefault(subject.published.plan_of.get(baseline.id, baseline.id), baseline)
    return list(seen.values())


def _order(subject: Subject) -> Checked:
    """Ask whether milestones have changed places between two tables."""
    reference = _reference(subject)
    others = [baseline for baseline in _plans(subject) if baseline is not reference]
    if reference is None or not others:
        return Checked(0, not_applicable="there are not two plans to compare")
    overtaken: dict[str, dict[str, list[str]]] = {}
    looked = 0
    for other in others:
        shared = [(entry, other.date(entry.milestone)) for entry in reference.dates]
        for (first, first_now), (second, second_now) in combinations(shared, 2):
            if first_now is None or second_now is None:
                continue
            looked += 1
            before = months_between(first, second)
            now = months_between(first_now, second_now)
            if before * now < 0:
                overtaker, slow = (second, first) if before > 0 else (first, second)
                overtaken.setdefault(overtaker.milestone, {}).setdefault(other.id, []).append(slow.milestone)
    found = [
        finding(
            "order",
            "medium",
            [milestone, *by_table],
            f"{milestone} came after in {reference.id} and comes before now: "
            + "; ".join(f"{listed(names)} in {table}" for table, names in by_table.items()),
            key=milestone,
            citation=(*reference.citation, *(each for table in others for each in table.citation)),
        )
        for milestone, by_table in overtaken.items()
    ]
    return Checked(looked, found)


def _adjacent(subject: Subject) -> list[tuple[str, str]]:
    """Return pairs of milestones of which one waits for the other, with none in between."""
    network = subject.network
    dated = {entry.milestone for baseline in subject.plan.baselines for entry in baseline.dates}
    names = [milestone.id for milestone in subject.plan.milestones if milestone.id in dated]
    behind = {name: reaches(network, network.nodes[name, "start"]) for name in names}

    def waits(late: str, early: str) -> bool:
        return early != late and behind[late][network.nodes[early, "start"]]

    one: dict[str, str] = {}
    for name in names:
        one[name] = next((other for other in one if waits(name, other) and waits(other, name)), name)
    kept = [name for name in names if one[name] == name]
    return [
        (early, late)
        for early in kept
        for late in kept
        if waits(late, early) and not any(waits(late, other) and waits(other, early) for other in kept)
    ]


def _gaps(baseline: Baseline, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the months between the milestones of each pair."""
    found = {}
    for early, late in pairs:
        first, last = baseline.date(early), baseline.date(late)
        if first and last:
            found[early, late] = months_between(first, last)
    return found


def _gap_changes(subject: Subject) -> Checked:
    """Ask where a faster plan is slower than the plan it competes with, and where it is faster unexplained."""
    reference = _reference(subject)
    plans = [baseline for baseline in _plans(subject) if baseline is not reference]
    pairs = _adjacent(subject)
    if not pairs or len(plans) < 1:
        return Checked(0, not_applicable="there are no two published plans with milestones that wait for each other")
    found: list[LintFinding] = []
    for first, second in combinations(plans, 2):
        slow, fast = sorted((first, second), key=_last, reverse=True)
        theirs, ours = _gaps(slow, pairs), _gaps(fast, pairs)
        longer = {pair: (ours[pair], theirs[pair]) for pair in ours if pair in theirs and ours[pair] > theirs[pair]}
        shorter = {pair: (ours[pair], theirs[pair]) for pair in ours if pair in theirs and ours[pair] < theirs[pair]}
        for name, severity, changed, word in (
            ("longer-gap", "medium", longer, "longer in the faster plan: room that it does not declare, or rounding"),
            ("shorter-gap", "medium", shorter, "shorter in the faster plan: time that must have been cut somewhere"),
        ):
            if changed:
                found.append(
                    finding(
                        name,
                        severity,  # type: ignore[arg-type]
                        [f"{fast.id} {early} to {late}" for early, late in changed],
                        f"{word}; {fast.id} against {slow.id}: "
                        + ", ".join(
                            f"{early} to {late} {counted(new, 'month')} for {old}"
                            for (early, late), (new, old) in changed.items()
                        ),
                        key=f"{fast.id}:{slow.id}",
                        citation=(*fast.citation, *slow.citation),
                    )
                )
    if reference is not None:
        found += _shifted(reference, plans, pairs)
    return Checked(len(pairs), found)


def _last(baseline: Baseline) -> tuple[int, int]:
    """Return the last month of a baseline."""
    return max(entry.month for entry in baseline.dates)


def _shifted(reference: Baseline, plans: Sequence[Baseline], pairs: Sequence[tuple[str, str]]) -> Iterator[LintFinding]:
    """Yield plans whose gaps are those of the reference."""
    old = _gaps(reference, pairs)
    for plan in plans:
        same = [pair for pair, months in _gaps(plan, pairs).items() if old.get(pair) == months]
        if len(same) >= _FEWEST_EQUAL and plan.date(same[0][0]) != reference.date(same[0][0]):
            words = ", ".join(f"{early} to {late} {counted(old[early, late], 'month')}" for early, late in same)
            yield finding(
                "same-gaps",
                "medium",
                [f"{plan.id} {early} to {late}" for early, late in same],
                f"{len(same)} of {len(old)} gaps are exactly those of {reference.id} "
                f"({words}): it looks shifted rather than scheduled",
                key=plan.id,
                citation=(*plan.citation, *reference.citation),
            )


CHECKS = (
    Check("table-disagreement", "Two tables of one plan agree", _disagreements),
    Check("date-elsewhere", "A date printed elsewhere is that of the tables", _elsewhere),
    Check("order", "Milestones keep their order", _order),
    Check("gap-changes", "Gaps between milestones change for a reason", _gap_changes),
)
