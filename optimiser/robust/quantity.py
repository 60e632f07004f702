"""Quantities of a plan: what a range, a driver, a risk or a lever can take hold of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from models.duration import Duration, Value, print_value
from models.faults import maybe
from models.items import Activity, Hammock, Milestone
from models.plan import DURATION_PREFIX, Plan
from models.record import Record
from models.risk import Register
from models.rules import Capacity, Rule
from models.terms import Term
from optimiser.numbers import column_number, own_term, own_value, references

__all__ = ["Quantity", "capacity_slots", "find_quantity", "in_units_of"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a plan under the name of its column.

    Attributes
    ----------
    slot
        An assumption or unknown, ``duration:ITEM``, or a rule.
    kind
        ``length`` of work, ``lag``, ``date`` or ``count``.
    unit
        ``wd``, ``cd``, ``mo``; ``cd`` for a date; empty for a count.
    value
        What the plan holds; None where a date is ``none``, as only a date can be: it then stays so.
    assumption
        The assumption that an activity's or a rule's term refers to, if it does: its column lies under this one.
    title
        In words.
    least, most
        The range in which it has a meaning; None where there is no end.
    """

    slot: str
    kind: Literal["length", "lag", "date", "count"]
    unit: str
    value: Value
    assumption: str | None
    title: str
    least: int | None = None
    most: int | None = None

    @property
    def wanted(self) -> str:
        """What holds such a quantity, in words."""
        return {"date": "a date YYYY-MM-DD", "count": "a whole number"}.get(self.kind, f"a length in {self.unit}")

    def complaint(self, value: object) -> str | None:
        """Return why a value is none of the quantity's: its kind, its unit, or outside the range in which it has a meaning."""
        same = isinstance(value, dt.date) if self.kind == "date" else isinstance(value, Duration) and value.unit == self.unit
        if self.kind == "count":
            same = isinstance(value, int) and not isinstance(value, bool)
        if not same:
            said = f"'{self.slot}' holds {self.wanted} ({print_value(self.value)}), got '{print_value(value)}'"  # type: ignore[arg-type]
            if isinstance(value, Duration) and value.unit in ("h", "min") and self.unit in ("wd", "h"):
                said += f"; maybe --set says the same length in {value.unit}"
            return said
        number = column_number(value)  # type: ignore[arg-type]
        if self.least is not None and number < self.least:
            cannot = "be negative" if self.least == 0 else f"be less than {self.least}"
            return f"'{self.slot}' cannot {cannot}, got '{value}'"
        if self.most is not None and number > self.most:
            return f"'{self.slot}' cannot be more than {self.most}, got '{value}'"
        return None


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
        return _owned(plan, DURATION_PREFIX + item.id, item)
    if isinstance(item, (Milestone, Hammock)):
        kind = "milestone" if isinstance(item, Milestone) else "hammock"
        near = sorted({rule.id for rule in plan.rules for point in rule.points() if point.item == item.id})
        hint = f"; maybe a rule that holds it: {', '.join(near[:4])}" if near else ""
        return f"'{item.id}' is a {kind} and has no length of its own{hint}"
    if name in plan.rules_by_id:
        return _owned(plan, name, plan.rules_by_id[name])
    known = (*plan.values, *(activity.id for activity in plan.activities), *plan.rules_by_id)
    return f"unknown item, assumption or rule '{name}'{maybe(name, known)}"


def in_units_of(plan: Plan, register: Register) -> Register:
    """Return a register of a plan in minutes with its days, hours and minutes in the unit of the quantity, where they are whole there.

    A figure that is no whole number of it stays, and is then found to be none of the quantity's.
    """
    if plan.unit == "day":
        return register
    each = {"wd": plan.day_minutes, "h": 60, "min": 1}

    def spoken(value: Any, name: str | None) -> Any:
        if isinstance(value, Duration) and name is not None and value.unit in each:
            found = find_quantity(plan, name)
            unit = found.unit if isinstance(found, Quantity) else value.unit
            minutes = value.amount * each[value.unit]
            whole = unit in each and minutes % each[unit] == 0
            return Duration(minutes // each[unit], unit) if whole else value  # type: ignore[arg-type]
        if isinstance(value, tuple):
            return tuple(spoken(part, name) for part in value)
        if isinstance(value, Record):
            own = getattr(value, "on", None) or getattr(value, "of", None) or name
            fields = {key: spoken(getattr(value, key), own) for key in type(value).model_fields}
            changed = {key: part for key, part in fields.items() if part != getattr(value, key)}
            return value.model_copy(update=changed) if changed else value
        return value

    found: Register = spoken(register, None)
    return found


def _assumed(plan: Plan, name: str) -> Quantity | str:
    """Return the quantity that an assumption or unknown is."""
    entry, terms = plan.assumptions_by_id[name], [term for _, term in plan.uses.get(name, ())]
    if isinstance(entry.value, bool):
        return f"'{name}' is a switch; expected a length, a date or a count"
    return _quantity(name, entry.value, None, entry.title, terms)


def _owned(plan: Plan, slot: str, entry: Activity | Rule) -> Quantity | str:
    """Return the quantity that a rule or an activity holds."""
    term = entry.stated_terms()[0] if isinstance(entry, Activity) else own_term(entry)
    if term is None:
        return f"rule '{slot}' is of kind {getattr(entry, 'kind', '')} and has no number of its own"
    # A register speaks of the whole length of work, whatever is done of it.
    value = plan.duration(entry.duration) if isinstance(entry, Activity) else own_value(plan, slot)
    return _quantity(slot, value, term.assumption, entry.title, [term])


def _quantity(slot: str, value: Value, assumption: str | None, title: str, terms: Iterable[Term]) -> Quantity:
    terms = tuple(terms)
    kind: Literal["length", "lag", "date", "count"] = "count"
    if isinstance(value, Duration):
        kind = "length" if any(term.kind == "length" for term in terms) else "lag"
    elif value is None or isinstance(value, dt.date):
        kind = "date"
    unit = value.unit if isinstance(value, Duration) else "cd" if kind == "date" else ""
    least = max((term.least for term in terms if term.least is not None), default=0 if kind == "count" else None)
    most = min((term.most for term in terms if term.most is not None), default=None)
    return Quantity(slot, kind, unit, value, assumption, title, least, most)


def capacity_slots(rule: Capacity) -> frozenset[str]:
    """Return the slots that say how much of a capacity there is, and how much of it is asked for."""
    return frozenset({rule.id, *references(rule)})
