"""Dates stated on non-working days, and lags that run over them, each with its effective day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import numpy as np

from models.duration import Duration
from models.lint import LintEffect, LintFinding, Severity
from models.rules import AtLeast, Dependency, Gate, NotAfter, NotBefore, Occasions, Point, Release, RuleRecord
from optimiser.clock import Convention
from optimiser.critical import driving_items
from optimiser.lint.checked import Check, Checked, finding
from optimiser.lint.subject import Subject, counted, listed
from optimiser.solve.variant import Variant
from optimiser.wording import occasions_in_words, plain_date, point_name

__all__ = ["CHECKS"]

_MOST = 6
"""So many dates, or points, are named in one line."""

_SHOWN: dict[Convention, str] = {"opens": "morning", "closes": "evening"}


def _day(subject: Subject, boundary: int, convention: Convention) -> dt.date | None:
    """Return the day of a boundary, None where the calendar covers none on that side."""
    return subject.clock.show(boundary, convention) if 0 < boundary < subject.clock.size else None


def _is_off(subject: Subject, day: dt.date) -> bool:
    """Return whether the base calendar covers a day and nobody works on it."""
    covers = subject.clock.calendar.covers
    at = int(np.searchsorted(subject.clock.days, day.toordinal()))
    worked = at < subject.clock.size and subject.clock.days[at] == day.toordinal()
    return covers.first <= day <= covers.last and not worked


def _earliest(subject: Subject, point: Point) -> int | None:
    """Return the earliest boundary of a point, None where the plan has no dates."""
    return subject.earliest.values[subject.network.nodes[point.item, point.end or "start"]] if subject.solved else None


def _held(subject: Subject, rules: Iterable[RuleRecord], boundaries: Iterable[int]) -> tuple[str, Severity]:
    """Say which points that rules hold lie on certain boundaries; what drives a date there makes a finding graver."""
    wanted = set(boundaries)
    points = dict.fromkeys(point for rule in rules if _earliest(subject, point := rule.points()[-1]) in wanted)
    if not points:
        return "", "low"
    driving = {item for name in subject.targets for item in driving_items(subject.earliest, name)}
    names = listed([point_name(subject.plan, point) for point in points], _MOST)
    severity: Severity = "medium" if any(point.item in driving for point in points) else "low"
    return f"; at the earliest {names} {'lies' if len(points) == 1 else 'lie'} there", severity


# -- boards and releases -----------------------------------------------------------------------------------------------

_MOVED = {
    "before": "moved to the working day before",
    "after": "moved to the next working day",
    "skip": "left out",
}


def _occasions(subject: Subject) -> Checked:
    """Ask whether boards and releases fall on working days; what shares its occasions is told in one finding."""
    shared: dict[Occasions, list[Release | Gate]] = {}
    for rule in subject.plan.active_rules():
        if isinstance(rule, Release | Gate):
            shared.setdefault(rule.board if isinstance(rule, Gate) else rule.occasions, []).append(rule)
    found: list[LintFinding] = []
    for occasions, rules in shared.items():
        found += _patterned(subject, occasions, rules)
        found += _listed(subject, occasions, rules)
    return Checked(len(shared), found, None if shared else "the plan has no boards and no releases")


def _patterned(subject: Subject, occasions: Occasions, rules: list[Release | Gate]) -> Iterator[LintFinding]:
    """Yield occasions of a pattern on non-working days within the horizon, with the days they move to."""
    horizon, pattern = subject.plan.horizon, occasions.pattern
    moves = [(day, to) for day, to in subject.clock.moves(occasions) if horizon.first <= day <= horizon.last]
    if pattern is None or not moves:
        return
    shown = [
        plain_date(day)
        if pattern.moved == "skip"
        else f"{plain_date(day)} to {plain_date(to)}"
        if to
        else f"{plain_date(day)}, left out"
        for day, to in moves
    ]
    reached = {_read(subject, rules[0], to) for _, to in moves if to}
    held, severity = _held(subject, rules, reached)
    yield finding(
        "occasion-off",
        severity,
        [f"rule {rule.id}" for rule in rules],
        f"{occasions_in_words(occasions.model_copy(update={'days': ()}))}: {counted(len(moves), 'day off', 'days off')}, "
        f"{_MOVED[pattern.moved]}{'' if pattern.non_working else ' by default'}: {listed(shown, _MOST)}{held}",
        key=f"{rules[0].id}:moved",
        citation=rules[0].citation,
    )


def _listed(subject: Subject, occasions: Occasions, rules: list[Release | Gate]) -> Iterator[LintFinding]:
    """Yield which listed dates are days off: they stay, on the boundary between the working days around them."""
    first, last = occasions.since or dt.date.min, occasions.until or dt.date.max
    days = [day for day in occasions.days if first <= day <= last and _is_off(subject, day)]
    if not days:
        return
    boundaries = [subject.clock.boundary(day, "opens") for day in days]
    shown = []
    for day, boundary in zip(days, boundaries, strict=True):
        before, after = _day(subject, boundary, "closes"), _day(subject, boundary, "opens")
        between = f" between {plain_date(before)} and {plain_date(after)}" if before and after else ""
        shown.append(f"{plain_date(day)}{between}")
    held, severity = _held(subject, rules, boundaries)
    yield finding(
        "occasion-off",
        severity,
        [f"rule {rule.id}" for rule in rules],
        f"lists {counted(len(days), 'day off', 'days off')}, which {'stays' if len(days) == 1 else 'stay'}: "
        f"{listed(shown, _MOST)}{held}",
        key=f"{rules[0].id}:listed",
        citation=rules[0].citation,
    )


def _read(subject: Subject, rule: Release | Gate, day: dt.date) -> int:
    """Return the boundary of an occasion: for a board its evening, after which approved work goes on."""
    point = rule.points()[-1]
    return subject.clock.boundary(day, "closes" if isinstance(rule, Gate) else subject.plan.convention(point))


# -- floors and latest dates -------------------------------------------------------------------------------------------


def _stated(subject: Subject) -> Checked:
    """Ask whether floors and latest dates are working days; rules of one date are told in one finding."""
    shared: dict[tuple[str, dt.date, Convention], list[NotBefore | NotAfter]] = {}
    looked = 0
    for rule in subject.plan.active_rules():
        day = subject.plan.date(rule.date) if isinstance(rule, NotBefore | NotAfter) else None
        if not isinstance(rule, NotBefore | NotAfter) or day is None:
            continue
        looked += 1
        if _is_off(subject, day):
            shared.setdefault((rule.kind, day, subject.plan.convention(rule.points()[0])), []).append(rule)
    found = []
    for (kind, day, convention), rules in shared.items():
        floor = kind == "not-before"
        boundary = subject.clock.stated(day, convention, "floor" if floor else "ceiling")
        reached = _day(subject, boundary, convention)
        held, severity = _held(subject, rules, [boundary])
        side = "before" if floor else "after"
        names = listed([point_name(subject.plan, rule.points()[0]) for rule in rules], _MOST)
        meant = f"the {_SHOWN[convention]} of {plain_date(reached)}" if reached else "a day off the axis"
        found.append(
            finding(
                "date-off",
                severity,
                [f"rule {rule.id}" for rule in rules],
                f"{names} not {side} {plain_date(day)}, a day off: not {side} {meant}{held}",
                key=rules[0].id,
                citation=[citation for rule in rules for citation in rule.citation],
            )
        )
    return Checked(looked, found, None if looked else "no floor and no latest date is stated")


# -- elapsed lags ------------------------------------------------------------------------------------------------------


def _elapsed(subject: Subject) -> Checked:
    """Ask what lags in calendar days come to in working days, and whether they mean what they do elsewhere.

    A lag leads from a date as shown to a date as shown, so from an evening to a morning the day it ends on is not waited
    for: one day later or earlier is what the same lag means where it runs from hour to hour. (A board's notice is left out:
    it is days between dates for everybody.)
    """
    plan = subject.plan
    shared: dict[tuple[Duration, Convention, Convention], list[Dependency | AtLeast]] = {}
    for rule in plan.active_rules():
        if not isinstance(rule, Dependency | AtLeast):
            continue
        lag = plan.duration(rule.lag)
        if lag.unit != "cd" or not lag.amount:
            continue
        *sources, target = rule.points()
        for reading in dict.fromkeys(map(plan.convention, sources)):
            shared.setdefault((lag, reading, plan.convention(target)), []).append(rule)
    found = [_lag_finding(subject, *key, rules) for key, rules in shared.items()]
    return Checked(len(shared), found, None if shared else "no lag is in calendar days")


def _lag_finding(
    subject: Subject, lag: Duration, source: Convention, target: Convention, rules: list[Dependency | AtLeast]
) -> LintFinding:
    """Return what one lag between two ways of showing a date comes to."""
    clock, names = subject.clock, [rule.id for rule in rules]
    hourly = Duration(lag.amount + (source == "closes") - (target == "closes"), "cd")
    boundaries = np.arange(clock.origin, clock.limit + 1)
    counts = []
    for each in (lag, hourly):
        reached = clock.shifted(boundaries, each.amount, "cd", source, target)
        taken = (reached - boundaries)[(reached > 0) & (reached < clock.size)]
        counts.append(_from_to(taken.tolist()))
    words = f"{lag} from {_SHOWN[source]} to {_SHOWN[target]} come to {counts[0]}, by where the days off lie"
    effects: tuple[LintEffect, ...] = ()
    if hourly != lag:
        ends = "is not waited for" if source == "closes" else "is used up too"
        words += f"; the day it ends on {ends}: from hour to hour, as other tools count, {counts[1]}"
        effects = subject.effects(Variant(values=dict.fromkeys(names, hourly.amount)))
    idle = [rule.id for rule in rules if lag.amount > 0 and _takes_nothing(subject, lag, rule)]
    if idle:
        words += f"; at the earliest dates nothing waits for it in {listed(idle, _MOST)}"
    moved = any(effect.result != "stays" for effect in effects)
    return finding(
        "elapsed-lag",
        "medium" if moved or idle else "low",
        [f"rule {name}" for name in names],
        words,
        key=f"{names[0]}:{source}-{target}",
        tried=f"{hourly} instead",
        effects=effects,
    )


def _from_to(counts: list[int]) -> str:
    """Return how many working days there are at the least and at the most."""
    least, most = (min(counts), max(counts)) if counts else (0, 0)
    return f"{least} wd" if least == most else f"{least} to {most} wd"


def _takes_nothing(subject: Subject, lag: Duration, rule: Dependency | AtLeast) -> bool:
    """Return whether, counted from where its points lie at the earliest, a least lag ends on the boundary it began on."""
    if not subject.solved or (isinstance(rule, Dependency) and rule.bound == "at-most"):
        return False
    *sources, target = rule.points()
    convention = subject.plan.convention
    begun = [(_earliest(subject, source), convention(source)) for source in sources]
    return all(at is not None and subject.clock.shift(at, lag, shown, convention(target)) == at for at, shown in begun)


CHECKS = (
    Check("occasion-off", "Boards and releases fall on working days", _occasions),
    Check("date-off", "Floors and latest dates are working days", _stated),
    Check("elapsed-lag", "Lags count working days", _elapsed),
)
