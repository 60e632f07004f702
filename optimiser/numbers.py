"""The numbers of rules, durations, assumptions and unknowns: what holds each, which way it is worse, and how far it can go.

What a rule says of its own numbers (`models.rules.Term`) is read here, and nowhere else again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from models.assumptions import Assumption, Unknown
from models.duration import Duration, Reference, Value
from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from models.rules import Rule, Term
from optimiser.clock import Clock, Convention

__all__ = [
    "NONE",
    "Number",
    "Unit",
    "column_number",
    "entry_of",
    "number_of_assumption",
    "number_of_rule",
    "own_term",
    "references",
    "sense",
    "stated_column",
    "stated_entries",
    "terms_using",
    "users",
]

NONE = -(2**30)
"""The date column of an assumption that holds ``none``: the rule that uses it is inert."""

Unit = Literal["wd", "cd", "mo", "count"]
"""Units of a date are working days."""

MOST_COUNT = 1000
"""A whole number that has no greatest value of its own is followed as far up."""


# -- where a number stands -------------------------------------------------------------------------------------------------


def entry_of(plan: Plan, name: str) -> Activity | Rule:
    """Return the rule, or the activity of a ``duration:ITEM``, of a name."""
    if not name.startswith(DURATION_PREFIX):
        return plan.rules_by_id[name]
    activity = plan.items[name.removeprefix(DURATION_PREFIX)]
    assert isinstance(activity, Activity)
    return activity


def own_term(entry: Activity | Rule) -> Term | None:
    """Return the number that goes by the name of a rule or duration; None where it has none."""
    return next((term for term in entry.terms() if term.own), None)


def references(entry: Activity | Rule) -> Iterator[str]:
    """Yield the assumptions whose numbers a rule or activity uses, its switch left aside, each once."""
    yield from dict.fromkeys(term.assumption for term in entry.terms() if term.assumption is not None)


def stated_entries(plan: Plan) -> tuple[Assumption | Unknown, ...]:
    """Return every assumption and unknown of a plan."""
    return (*plan.assumptions, *plan.unknowns)


def terms_using(plan: Plan, name: str) -> Iterator[tuple[str, Term]]:
    """Yield the rules and durations that use an assumption, on or off, each with the number that it is there."""
    for activity in plan.activities:
        yield from ((DURATION_PREFIX + activity.id, term) for term in activity.terms() if term.assumption == name)
    for rule in plan.rules:
        yield from ((rule.id, term) for term in rule.terms() if term.assumption == name)


def users(plan: Plan, name: str) -> tuple[str, ...]:
    """Return the rules and durations that use an assumption's number, on or off."""
    return tuple(dict.fromkeys(user for user, _ in terms_using(plan, name)))


def sense(plan: Plan, name: str) -> Literal[1, -1] | None:
    """Return +1 where a greater value of an assumption can only delay, -1 where it can only hasten.

    None where it is used both ways, or not as a number at all: which way is worse then depends on the plan.
    """
    senses = {term.worse for _, term in terms_using(plan, name)}
    return senses.pop() if len(senses) == 1 else None


def column_number(value: Value) -> int:
    """Return what a column holds for a value: an amount in its own unit, a date as an ordinal, `NONE` for ``none``."""
    if value is None:
        return NONE
    if isinstance(value, Duration):
        return value.amount
    return int(value) if isinstance(value, int) else value.toordinal()


def stated_column(plan: Plan, name: str) -> int:
    """Return the number of an assumption, unknown, rule or duration as a column holds it, from the plan as it stands.

    Raises
    ------
    KeyError
        If it has none.
    """
    if name in plan.values:
        return column_number(plan.values[name])
    term = own_term(entry_of(plan, name))
    if term is None:
        message = f"'{name}' has no number of its own"
        raise KeyError(message)
    return column_number(_value(plan, term))


def _value(plan: Plan, term: Term) -> Value:
    stated = term.stated
    return plan.values[stated.name] if isinstance(stated, Reference) else stated


# -- how far it can go -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """A number on the axis of how much worse it is than stated.

    Attributes
    ----------
    slot
        The rule, ``duration:ITEM``, assumption or unknown.
    value
        As stated.
    worse
        +1 where a larger number is worse, -1 where a smaller one is.
    most, least
        By how many units it can worsen, and be relaxed. Units of a date are working days.
    convention
        How a date is read.
    """

    slot: str
    value: Value
    unit: Unit
    worse: int
    most: int
    least: int
    clock: Clock
    convention: Convention = "opens"

    def moved(self, units: int) -> Value:
        """Return the value when it is worse by some units; better where they are negative."""
        value = self.value
        if isinstance(value, Duration):
            return Duration(value.amount + self.worse * units, value.unit)
        if isinstance(value, dt.date):
            if not units:
                return value
            boundary = self.clock.boundary(value, self.convention) + self.worse * units
            return self.clock.show(boundary, self.convention)
        assert isinstance(value, int)
        return value + self.worse * units

    def column(self, units: int) -> int:
        """Return what a column holds for the value moved so."""
        return column_number(self.moved(units))

    def shown(self, units: int) -> str:
        """Print the value moved so."""
        return str(self.moved(units))


def number_of_rule(plan: Plan, clock: Clock, name: str) -> Number | None:
    """Return the number of a rule or duration; None where it has none, or a date that is ``none``."""
    entry = entry_of(plan, name)
    term = own_term(entry)
    if term is None:
        return None
    value = _value(plan, term)
    if value is None:
        return None
    most = term.most
    if term.kind == "amount":  # more than all that is asked for at once is as much as any
        asked = sum(column_number(_value(plan, other)) for other in entry.terms() if other.kind == "demand")
        most = max(column_number(value), asked)
    convention = "opens" if isinstance(entry, Activity) else plan.convention(entry.points()[0])
    return _number(name, value, clock, term.worse, (term.least, most), convention, longest=term.kind == "length")


def number_of_assumption(plan: Plan, clock: Clock, entry: Assumption | Unknown) -> Number | None:
    """Return the number of an assumption or unknown; None where it has none, or nothing uses it.

    It is worse in the direction in which it is worse for the rules that use it; where they disagree, upwards.
    """
    value = entry.value
    terms = [term for _, term in terms_using(plan, entry.id)]
    if value is None or isinstance(value, bool) or not terms:
        return None
    covers = clock.calendar.covers
    if isinstance(value, dt.date) and not covers.first < value < covers.last:
        return None
    least = max((term.least for term in terms if term.least is not None), default=None)
    if least is None and isinstance(value, Duration) and value.amount >= 0:
        least = 0
    most = min((term.most for term in terms if term.most is not None), default=None)
    if most is None and isinstance(value, int):
        most = MOST_COUNT + (value if sense(plan, entry.id) == -1 else 1)
    return _number(entry.id, value, clock, sense(plan, entry.id) or 1, (least, most), "opens")


def _number(
    slot: str,
    value: Value,
    clock: Clock,
    worse: int,
    ends: tuple[int | None, int | None],
    convention: Convention,
    *,
    longest: bool = False,
) -> Number:
    """Return a number that goes as far as its meaning and the axis let it."""
    if isinstance(value, dt.date):
        boundary = clock.boundary(value, convention)
        up, down = max(0, clock.size - 1 - boundary), max(0, boundary - 1)
        unit: Unit = "wd"
    else:
        size, unit = (value.amount, value.unit) if isinstance(value, Duration) else (int(value or 0), "count")
        reach = axis_length(clock, unit)
        least, most = ends
        up = reach if most is None else most - size
        if longest:  # nothing longer than the axis fits on it
            up = min(up, reach)
        down = reach + max(size, 0) if least is None else size - least
    return Number(slot, value, unit, worse, *((up, down) if worse > 0 else (down, up)), clock, convention)


def axis_length(clock: Clock, unit: str) -> int:
    """Return how many units the axis is long: a lag or a length of more reaches over its end from anywhere."""
    if unit == "wd":
        return clock.limit
    days = int(clock.days[-1] - clock.days[0]) + 1 if len(clock.days) else 0
    return days if unit == "cd" else days // 28 + 1
