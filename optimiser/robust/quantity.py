"""Quantities of a plan: what a range, a driver, a risk or a lever can take hold of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from models.assumptions import Assumption, Unknown
from models.duration import Duration, Reference, Value
from models.faults import maybe
from models.items import Activity, Hammock, Milestone
from models.plan import DURATION_PREFIX, Plan
from models.rules import Capacity
from optimiser.numbers import own_term, references, stated_entries

__all__ = ["Quantity", "capacity_slots", "find_quantity", "standing"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a plan under the name of its column.

    Attributes
    ----------
    slot
        An assumption or unknown, ``duration:ITEM``, or a rule.
    kind
        ``length`` (of work: never negative), ``lag``, ``date`` or ``count``.
    unit
        ``wd``, ``cd``, ``mo``; ``cd`` for a date; empty for a count.
    value
        What the plan holds; None where a date is ``none``, as only a date can be: it then stays so.
    assumption
        The assumption that an activity's or a rule's term refers to, if it does: its column lies under this one.
    title
        In words.
    """

    slot: str
    kind: Literal["length", "lag", "date", "count"]
    unit: str
    value: Value
    assumption: str | None
    title: str


def find_quantity(plan: Plan, name: str) -> Quantity | str:
    """Return the quantity of a name, or why there is none.

    Parameters
    ----------
    plan
        A sound plan.
    name
        An assumption or unknown, an activity, ``duration:ITEM`` or a rule.
    """
    if name in plan.values:
        return _assumed(plan, name)
    item = plan.items.get(name.removeprefix(DURATION_PREFIX))
    if isinstance(item, Activity):
        length = plan.duration(item.duration)
        return Quantity(
            f"{DURATION_PREFIX}{item.id}",
            "length",
            length.unit,
            length,
            _name(item.duration),
            item.title,
        )
    if isinstance(item, (Milestone, Hammock)):
        kind = "milestone" if isinstance(item, Milestone) else "hammock"
        near = sorted({rule.id for rule in plan.rules for point in rule.points() if point.item == item.id})
        hint = f"; maybe a rule that holds it: {', '.join(near[:4])}" if near else ""
        return f"'{item.id}' is a {kind} and has no length of its own{hint}"
    if name in plan.rules_by_id:
        return _ruled(plan, name)
    known = (*plan.values, *(activity.id for activity in plan.activities), *plan.rules_by_id)
    return f"unknown item, assumption or rule '{name}'{maybe(name, known)}"


def _name(term: object) -> str | None:
    return term.name if isinstance(term, Reference) else None


def _assumed(plan: Plan, name: str) -> Quantity | str:
    """Return the quantity that an assumption or unknown is."""
    entry = standing(plan, name)
    value = entry.value
    if isinstance(value, Duration):
        lengths = any(_name(activity.duration) == name for activity in plan.activities)
        return Quantity(name, "length" if lengths else "lag", value.unit, value, None, entry.title)
    if isinstance(value, dt.date):
        return Quantity(name, "date", "cd", value, None, entry.title)
    if isinstance(value, int) and not isinstance(value, bool):
        return Quantity(name, "count", "", value, None, entry.title)
    if value is None:
        return Quantity(name, "date", "cd", None, None, entry.title)
    return f"'{name}' is a switch; expected a length, a date or a count"


def _ruled(plan: Plan, name: str) -> Quantity | str:
    """Return the quantity that a rule holds."""
    rule = plan.rules_by_id[name]
    term = own_term(rule)
    if term is None:
        return f"rule '{name}' is of kind {rule.kind} and has no number of its own"
    value = plan.values[term.assumption] if term.assumption is not None else term.stated
    kind = _KINDS.get(term.kind, "count")
    unit = value.unit if isinstance(value, Duration) else "cd" if kind == "date" else ""
    return Quantity(name, kind, unit, value, term.assumption, rule.title)  # type: ignore[arg-type]


_KINDS: dict[str, Literal["length", "lag", "date", "count"]] = {
    "length": "length",
    "lag": "lag",
    "notice": "lag",
    "date": "date",
}
"""What a term of each kind is to a range; a whole number where it is not named."""


def standing(plan: Plan, name: str) -> Assumption | Unknown:
    """Return the assumption or unknown of a name."""
    return next(entry for entry in stated_entries(plan) if entry.id == name)


def capacity_slots(rule: Capacity) -> frozenset[str]:
    """Return the slots that say how much of a capacity there is, and how much of it is asked for."""
    return frozenset({rule.id, *references(rule)})
