"""The two measures of the longest path among the fourteen of `optimiser.lint.dcma`, and how any of them is put."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from models.items import Activity, Milestone
from models.lint import DcmaMeasure
from models.plan import DURATION_PREFIX
from optimiser.clock import MinuteClock
from optimiser.critical import Columns, evaluate
from optimiser.lint.subject import Subject
from optimiser.numbers import number_of_rule

__all__ = ["LONG", "ROUNDING", "path_index", "path_test", "printed", "without", "worked_days"]

LONG = 44
"""Working days beyond which a length or a float counts as high."""

_TOLERANCE = LONG // 2
"""Working days by which month lags and alignments may round in the critical path test."""

_PUSH = 600
"""Working days by which a driving activity is lengthened in the critical path test."""

ROUNDING = 1e-9
"""Of products of fractions such as 0.05 times 20."""


def printed(value: float, limit: float, unit: str = "%") -> str:
    """Return a number with as many digits as keep it on its side of a limit."""
    scale, fewest = (100, 1) if unit else (1, 2)
    digits = fewest
    while digits < 9 and round(value * scale, digits) == round(limit * scale, 9) and abs(value - limit) > ROUNDING:
        digits += 1
    return f"{value * scale:.{digits}f}{unit}"


def without(number: int, name: str, threshold: str, reason: str) -> DcmaMeasure:
    """Return a measure that does not apply, with why."""
    return DcmaMeasure(number=number, name=name, threshold=threshold, measured=None, verdict="not applicable", reason=reason)


def path_test(subject: Subject) -> DcmaMeasure:
    """Lengthen the longest driving activity by much, and see whether the end slips as far."""
    name = "Critical path test"
    threshold = f"the end slips as far as a driving activity is lengthened, within {_TOLERANCE} wd"
    if not subject.solved or not subject.targets:
        return without(12, name, threshold, "the plan has no dates, or no targets")
    last = max(subject.targets, key=subject.boundary)
    longest = _longest(subject, _driving_lengths(subject, last))
    if longest is None:
        return without(12, name, threshold, f"no activity drives {last} by its length in working days")
    now, clock = subject.boundary(last), subject.clock
    push = min(_PUSH, clock.days_between(now, clock.limit))
    number = number_of_rule(subject.plan, clock, f"{DURATION_PREFIX}{longest}")
    assert number is not None
    columns = Columns(1, {number.slot: number.columns(np.array([push], dtype=np.int64))})
    moved = clock.days_between(now, int(evaluate(subject.network, columns).of(last)[0]))
    cut = f" (the axis has no room for {_PUSH})" if push < _PUSH else ""
    near = abs(moved - push) <= _TOLERANCE
    return DcmaMeasure(
        number=12,
        name=name,
        threshold=threshold,
        measured=f"{moved} wd for {push} wd",
        count=moved,
        of=push,
        verdict="pass" if near else "fail",
        reason=f"{longest}, whose length drives {last}, lengthened by {push} wd{cut}; month lags and alignments may round by some days",
    )


def _driving_lengths(subject: Subject, milestone: str) -> Iterator[str]:
    """Yield the activities whose length is on the line of reasons behind a date; one may drive by its start alone."""
    earliest = subject.earliest
    for index in earliest.chain(earliest.last[subject.network.nodes[milestone, "start"]]):
        rule = earliest.events[index].rule or ""
        if rule.startswith(DURATION_PREFIX):
            yield rule.removeprefix(DURATION_PREFIX)


def _longest(subject: Subject, driving: Iterable[str]) -> str | None:
    """Return the longest of the driving activities that has a length in working days, and of which it is said what is left."""
    lengths = {}
    for name in driving:
        activity = subject.activity(name)
        if activity is None or not subject.plan.switch(activity.enabled):
            continue
        days = worked_days(subject, activity)
        stated = number_of_rule(subject.plan, subject.clock, f"{DURATION_PREFIX}{name}") is not None
        if days and stated and activity.calendar in (None, subject.plan.calendar):
            lengths[name] = days
    return max(lengths, key=lambda name: lengths[name], default=None)


def worked_days(subject: Subject, activity: Activity) -> int | None:
    """Return a length in working days, of a plan in minutes in days of worked time; None of one in other units."""
    length, clock = subject.plan.duration(activity.duration), subject.clock
    if isinstance(clock, MinuteClock):
        return clock.in_days(clock.minutes(length)) if length.unit in ("min", "h", "wd") else None
    return length.amount if length.unit == "wd" else None


def path_index(subject: Subject) -> DcmaMeasure:
    """Hold what remains to the end, and what each published date leaves over, against what remains."""
    name, threshold = "Critical path length index", "0.95 or more"
    if not subject.solved or not subject.targets:
        return without(13, name, threshold, "the plan has no dates, or no targets")
    last = max(subject.targets, key=subject.boundary)
    item = subject.plan.items[last]
    assert isinstance(item, Milestone)
    limits = {}
    for baseline in subject.plan.baselines:
        date = baseline.date(last)
        limit = subject.place_of(date, late=True) if date else None
        if limit is not None:
            limits[baseline.id] = limit
    covers = subject.clock.calendar.covers
    if not limits or not covers.first <= subject.plan.as_of <= covers.last:
        return without(13, name, threshold, f"no baseline has a date for {last}")
    today = subject.clock.boundary(subject.plan.as_of, "opens")
    remaining = subject.clock.days_between(today, subject.boundary(last))
    if remaining <= 0:
        return without(
            13, name, threshold, f"nothing remains: {last} is not after {subject.plan.as_of}, the day of the plan's knowledge"
        )
    spare = {name: subject.clock.days_between(subject.boundary(last), limit) for name, limit in limits.items()}
    indices = {name: (remaining + days) / remaining for name, days in spare.items()}
    short = [name for name, index in indices.items() if index < 0.95 - ROUNDING]
    return DcmaMeasure(
        number=13,
        name=name,
        threshold=threshold,
        measured=", ".join(f"{name} {printed(index, 0.95, '')}" for name, index in indices.items()),
        count=len(short),
        of=len(indices),
        verdict="fail" if short else "pass",
        reason=f"from {subject.plan.as_of} to {last} as earliest here, with what each published date leaves over",
        items=tuple(short),
    )
