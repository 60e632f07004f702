"""What can be wrong with the numbers of a plan: references that lead nowhere, values and ranges without a meaning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from models.contents import PlanContents
from models.duration import Duration, Reference, print_value
from models.fault import Fault, Path, maybe
from models.items import Activity, Milestone
from models.rules import Capacity, Term

__all__ = ["range_faults", "term_faults"]

_KINDS: dict[str, tuple[type, ...]] = {
    "a duration": (Duration,),
    "a date": (dt.date, type(None)),
    "a whole number": (int,),
    "true or false": (bool,),
}

Complaint = Callable[[Any], str | None]
"""What is wrong with a value of the right kind, or nothing."""


def _follow(plan: PlanContents, path: Path, term: Any, kind: str, sound: Complaint | None = None) -> Iterator[Fault]:
    """Report a reference that leads nowhere or to the wrong kind of value, and a value outside its range."""
    value = term
    if isinstance(term, Reference):
        if term.name not in plan.values:
            yield Fault(path, f"unknown assumption '{term.name}'{maybe(term.name, plan.values)}")
            return
        value = plan.values[term.name]
        if not isinstance(value, _KINDS[kind]) or (kind == "a whole number" and isinstance(value, bool)):
            yield Fault(path, f"{term} holds {print_value(value)}, expected {kind}")
            return
    complaint = sound(value) if sound else None
    if complaint:
        yield Fault(path, complaint)


_WANTED: dict[str, str] = {"date": "a date", "count": "a whole number", "amount": "a whole number", "demand": "a whole number"}
"""What a term of each kind holds; one that is not named holds a duration."""

_CALLED = {"length": "the duration", "amount": "the capacity"}
"""What a term is called in a complaint, where not by its kind."""


def _within(term: Term) -> Complaint:
    """Complain of a number outside the range in which it has a meaning."""

    def sound(value: Any) -> str | None:
        amount = value.amount if isinstance(value, Duration) else value
        if term.most is not None and term.least is not None and not term.least <= amount <= term.most:
            return f"expected a {term.kind} from {term.least} to {term.most}, got {value}"
        if term.least is not None and amount < term.least:
            called = _CALLED.get(term.kind, f"the {term.kind}")
            return f"{called} is negative: {value}; expected {term.least} or more"
        return None

    return sound


def _own_working(term: Term) -> Complaint:
    """Complain of a length that an activity with its own calendar cannot have."""

    def sound(value: Any) -> str | None:
        if value.unit != "wd":
            return f"an activity with its own calendar counts working days, got {value}; maybe '{value.amount} wd'"
        return _within(term)(value)

    return sound


def term_faults(plan: PlanContents) -> Iterator[Fault]:
    """References that lead nowhere or to the wrong kind of value, and values outside their range."""
    for index, hammock in enumerate(plan.hammocks):
        for key in ("start_lag", "finish_lag"):
            yield from _follow(plan, ("hammocks", index, key), getattr(hammock, key), "a duration")
    for field in ("activities", "rules"):
        for index, entry in enumerate(getattr(plan, field)):
            path: Path = (field, index)
            yield from _follow(plan, (*path, "enabled"), entry.enabled, "true or false")
            own = isinstance(entry, Activity) and entry.calendar not in (None, plan.calendar)
            for term in entry.terms():
                sound = _own_working(term) if own else _within(term)
                yield from _follow(plan, (*path, *term.field), term.stated, _WANTED.get(term.kind, "a duration"), sound)
            if isinstance(entry, Capacity):
                yield from _capacity(plan, path, entry)


def _capacity(plan: PlanContents, path: Path, rule: Capacity) -> Iterator[Fault]:
    """Steps of a capacity that do not run forward, and demands of what takes no time."""
    for place, step in enumerate(rule.steps):
        if place and step.since <= rule.steps[place - 1].since:
            where = (*path, "steps", place, "since")
            yield Fault(where, f"steps run forward in time; {step.since} is not after the step before it")
    for place, demand in enumerate(rule.demands):
        if isinstance(plan.items.get(demand.item), Milestone):
            where = (*path, "demands", place, "item")
            yield Fault(where, f"'{demand.item}' is a milestone; only an activity can demand capacity")


def range_faults(plan: PlanContents) -> Iterator[Fault]:
    """Ranges that are none or do not hold their value, ends that no rule could use, limits that lead nowhere or the wrong way."""
    used: dict[str, list[Term]] = {}
    for field in ("activities", "rules"):
        for index, entry in enumerate(getattr(plan, field)):
            for term in entry.terms():
                if term.assumption is not None:
                    used.setdefault(term.assumption, []).append(term)
            yield from _limits(plan, (field, index, "flexibility"), entry)
    for index, assumption in enumerate(plan.assumptions):
        # A value that a scenario or a user sets may lie outside: that is what is asked.
        stated = assumption.id not in plan.settings.assumptions
        yield from _range(("assumptions", index), assumption, used.get(assumption.id, ()), stated=stated)


def _range(path: Path, assumption: Any, terms: Sequence[Term], *, stated: bool) -> Iterator[Fault]:
    """What is wrong with the range of one assumption."""
    value, sizes = assumption.value, {}
    for key in ("low", "high"):
        end = getattr(assumption, key)
        if end is None or value is None:
            continue
        if not stated and isinstance(end, Duration) and end.unit != getattr(value, "unit", None):
            continue
        if type(end) is not type(value) or (isinstance(end, Duration) and end.unit != value.unit):
            same = f" {value.unit}" if isinstance(end, Duration) and isinstance(value, Duration) else ""
            hint = f"; expected it in{same}" if same else ""
            yield Fault(
                (*path, key),
                f"'{assumption.id}' holds {print_value(value)}, so {print_value(end)} is no {key} value of it{hint}",
            )
            continue
        sizes[key] = _size(end)
        for term in terms:
            complaint = _within(term)(end)
            if complaint:
                yield Fault((*path, key), complaint)
                break
    if value is None or isinstance(value, bool):
        return
    ends = list(sizes.values())
    size = _size(value)
    # Which end is the better one the plan's logic says, so a range may be stated either way round.
    if stated and len(ends) == 2 and not min(ends) <= size <= max(ends):
        said = f"{print_value(assumption.low)} to {print_value(assumption.high)}"
        yield Fault(
            (*path, "value"),
            f"'{assumption.id}' is {print_value(value)}, outside its own range, {said}; maybe the range is older",
        )


def _size(value: Any) -> int:
    """Return a value as a number that can be compared with others of its kind."""
    if isinstance(value, Duration):
        return value.amount
    return int(value.toordinal()) if isinstance(value, dt.date) else int(value)


def _limits(plan: PlanContents, path: Path, entry: Any) -> Iterator[Fault]:
    """Limits of a flexibility that refer to nothing, or lie where the rule would be worse."""
    flexibility = entry.flexibility
    if flexibility is None:
        return
    for key in ("limit", "limit_amount"):
        limit = getattr(flexibility, key)
        if limit is None:
            continue
        if isinstance(limit, Reference) and limit.name not in plan.values:
            yield Fault((*path, key), f"unknown assumption '{limit.name}'{maybe(limit.name, plan.values)}")
            continue
        own = next((term for term in entry.terms() if term.own), None)
        stated, furthest = (_held(plan, term) for term in (own.stated if own else None, limit))
        if own is None or own.kind == "date" or type(stated) is not type(furthest):
            continue
        if isinstance(stated, Duration) and isinstance(furthest, Duration) and stated.unit != furthest.unit:
            yield Fault((*path, key), f"the limit {furthest} is in another unit than the {own.kind}, {stated}")
        elif (_size(furthest) - _size(stated)) * own.worse > 0:
            way = "below" if own.worse > 0 else "above"
            yield Fault(
                (*path, key), f"the limit {print_value(furthest)} makes it worse; expected one {way} {print_value(stated)}"
            )
        elif own.least is not None and _size(furthest) < own.least:
            yield Fault((*path, key), _within(own)(furthest) or "")


def _held(plan: PlanContents, term: Any) -> Any:
    """Return the value of a term; None where it leads nowhere."""
    return plan.values.get(term.name) if isinstance(term, Reference) else term
