"""What a rule or a duration demands, in one sentence with its numbers. Used wherever a person reads why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from models.assumptions import Assumption, Unknown
from models.duration import Duration, Reference, print_value
from models.findings import ConflictMember
from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Authority, Sourced
from models.rules import (
    Alignment,
    AtLeast,
    Blackout,
    Capacity,
    Dependency,
    Equality,
    Gate,
    NotAfter,
    NotBefore,
    Occasions,
    Point,
    Release,
)

__all__ = ["demand", "describe", "number_of", "plain_date", "point_name", "title"]


def plain_date(date: dt.date) -> str:
    """Print a date as a planner writes it: ``Wed 7 Feb 2024``."""
    return f"{date:%a} {date.day} {date:%b %Y}"


def point_name(plan: Plan, point: Point) -> str:
    """Name a point: a milestone by its id, an activity with the end meant."""
    item = plan.items[point.item]
    return f"{point.end} of {point.item}" if isinstance(item, Activity) and point.end else point.item


def _value(plan: Plan, term: Any) -> str:
    """Print a term with the assumption it comes from."""
    if isinstance(term, Reference):
        return f"{print_value(plan.values[term.name])} (assumption {term.name})"
    return print_value(term)


def _lag(plan: Plan, term: Duration | Reference) -> str:
    """Print a lag, nothing where it is zero."""
    value = plan.duration(term)
    if value.amount == 0:
        return ""
    sign = "+" if value.amount > 0 else "−"
    name = f" (assumption {term.name})" if isinstance(term, Reference) else ""
    return f" {sign} {abs(value.amount)} {value.unit}{name}"


def _occasions(occasions: Occasions) -> str:
    parts = []
    if occasions.days:
        shown = [plain_date(day) for day in occasions.days[:6]]
        more = f" and {len(occasions.days) - 6} more days" if len(occasions.days) > 6 else ""
        parts.append(", ".join(shown) + more)
    if occasions.pattern:
        pattern = occasions.pattern
        if pattern.on:
            months = ", ".join(dt.date(2000, month, 1).strftime("%B") for month in pattern.months) or "every month"
            parts.append(f"the {pattern.on} of {months}")
        else:
            parts.append(f"every {pattern.every_weeks} weeks from {pattern.since}")
    return " or ".join(parts)


def _dependency(plan: Plan, rule: Dependency) -> str:
    before, after = (point_name(plan, point) for point in rule.points())
    word = "not before" if rule.bound == "at-least" else "not after"
    return f"{after} {word} {before}{_lag(plan, rule.lag)}"


def _not_before(plan: Plan, rule: NotBefore) -> str:
    return f"{point_name(plan, rule.points()[0])} not before {_value(plan, rule.date)}"


def _not_after(plan: Plan, rule: NotAfter) -> str:
    return f"{point_name(plan, rule.points()[0])} not after {_value(plan, rule.date)}"


def _alignment(plan: Plan, rule: Alignment) -> str:
    return f"{point_name(plan, rule.points()[0])} on the {rule.to.replace('-', ' ')} of a month"


def _release(plan: Plan, rule: Release) -> str:
    return f"{point_name(plan, rule.points()[0])} only on {_occasions(rule.occasions)}"


def _blackout(_plan: Plan, rule: Blackout) -> str:
    windows = ", ".join(f"{window.first} to {window.last}" for window in rule.windows)
    return f"{', '.join(rule.items)} not within {windows}"


def _capacity(plan: Plan, rule: Capacity) -> str:
    steps = "".join(f", {_value(plan, step.amount)} from {step.since}" for step in rule.steps)
    items = [demand.item for demand in rule.demands]
    named = ", ".join(items[:5]) + (f" and {len(items) - 5} more" if len(items) > 5 else "")
    return f"no more than {_value(plan, rule.amount)}{steps} at once of {named}"


def _at_least(plan: Plan, rule: AtLeast) -> str:
    *counted, after = rule.points()
    named = ", ".join(point_name(plan, point) for point in counted)
    return f"{point_name(plan, after)} not before {_value(plan, rule.count)} of {named}{_lag(plan, rule.lag)}"


def _equality(plan: Plan, rule: Equality) -> str:
    return " = ".join(point_name(plan, point) for point in rule.points())


def _gate(plan: Plan, rule: Gate) -> str:
    before, after = (point_name(plan, point) for point in rule.points())
    notice = plan.duration(rule.notice)
    papers = f", papers {notice} before" if notice.amount else ""
    return f"{after} waits for a board ({_occasions(rule.board)}{papers}) after {before}"


_DEMANDS: dict[str, Callable[[Plan, Any], str]] = {
    "dependency": _dependency,
    "not-before": _not_before,
    "not-after": _not_after,
    "alignment": _alignment,
    "release": _release,
    "blackout": _blackout,
    "capacity": _capacity,
    "at-least": _at_least,
    "equality": _equality,
    "gate": _gate,
}


def demand(plan: Plan, name: str) -> str:
    """Return what a rule, or ``duration:ITEM``, demands, in words with its numbers."""
    if name.startswith(DURATION_PREFIX):
        item = name.removeprefix(DURATION_PREFIX)
        activity = plan.items[item]
        assert isinstance(activity, Activity)
        return f"{item} lasts {_value(plan, activity.duration)}"
    rule = plan.rules_by_id[name]
    return _DEMANDS[rule.kind](plan, rule)


def title(plan: Plan, name: str) -> str:
    """Return the title of a rule, or of the activity whose duration is named."""
    if name.startswith(DURATION_PREFIX):
        return f"Length of {plan.items[name.removeprefix(DURATION_PREFIX)].title}"
    return plan.rules_by_id[name].title


def number_of(plan: Plan, name: str) -> Sourced:
    """Return what the number of a rule or duration stands on: the assumption it comes from, or the rule or item itself."""
    if name.startswith(DURATION_PREFIX):
        entry: Sourced = plan.items[name.removeprefix(DURATION_PREFIX)]
    else:
        entry = plan.rules_by_id[name]
    terms = (getattr(entry, field, None) for field in ("duration", "lag", "date", "notice", "amount"))
    named = next((term.name for term in terms if isinstance(term, Reference)), None)
    stated: tuple[Assumption | Unknown, ...] = (*plan.assumptions, *plan.unknowns)
    return next((each for each in stated if each.id == named), entry)


def describe(plan: Plan, name: str) -> ConflictMember:
    """Return a rule, or a duration, as a member of a conflict: what it is, what it stands on, what it demands.

    A length stands on what its number stands on, a rule on its own basis, whatever number it uses.
    """
    authority: Authority
    entry: Sourced
    if name.startswith(DURATION_PREFIX):
        entry = number_of(plan, name)
        kind, authority = "duration", "planning"
    else:
        entry = rule = plan.rules_by_id[name]
        kind, authority = rule.kind, rule.authority
    return ConflictMember(
        id=name,
        title=title(plan, name),
        kind=kind,
        authority=authority,
        basis=entry.basis,
        confidence=entry.confidence,
        citation=entry.citation,
        statement=demand(plan, name),
    )
