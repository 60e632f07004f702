"""The numbers of rules, durations, assumptions and unknowns: what holds each, which way it is worse, and how far it can go.

What a rule says of its own numbers (`models.terms.Term`) is read here, and nowhere else again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Assumption, Unknown
from models.duration import Duration, Value
from models.duration import Unit as LengthUnit
from models.items import Activity, Hammock
from models.moment import MINUTES, date_at
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Authority
from models.rules import Rule
from models.terms import NONE, Term, column_number, with_term
from optimiser.clock import Clock, Convention, MinuteClock, Side

__all__ = [
    "NONE",
    "Number",
    "Unit",
    "better_end",
    "column_number",
    "entry_of",
    "number_of_assumption",
    "number_of_rule",
    "own_term",
    "own_value",
    "references",
    "senses",
    "side_of",
    "stated_column",
    "unit_of",
    "users",
    "valued",
    "weightiest",
    "with_values",
]

Unit = LengthUnit | Literal["count"]

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


def owner_of(plan: Plan, name: str) -> str | None:
    """Return the owner of a rule or duration: its own, its assumption's, or its activity's."""
    entry = entry_of(plan, name)
    if entry.owner and not isinstance(entry, Activity):
        return str(entry.owner)
    owners = (plan.assumptions_by_id[each].owner for each in references(entry))
    return next((owner for owner in owners if owner), entry.owner)


def references(entry: Activity | Hammock | Rule) -> tuple[str, ...]:
    """Return the assumptions whose numbers a rule, activity or hammock uses, its switch left aside, each once."""
    return tuple(dict.fromkeys(term.assumption for term in entry.terms() if term.assumption is not None))


def users(plan: Plan, name: str) -> tuple[str, ...]:
    """Return the rules and durations that use an assumption's number, on or off."""
    return tuple(dict.fromkeys(user for user, _ in plan.uses.get(name, ())))


def _uses(plan: Plan, slot: str) -> tuple[tuple[str, Term], ...]:
    """Return the rules and durations whose number a slot is, each with that number."""
    if slot in plan.values:
        return plan.uses.get(slot, ())
    term = own_term(entry_of(plan, slot))
    return () if term is None else ((slot, term),)


def weightiest(plan: Plan, names: Iterable[str]) -> Authority:
    """Return the weightiest authority of the rules among some names that are on."""
    rules = (plan.rules_by_id[name] for name in names if name in plan.rules_by_id)
    found = {rule.authority for rule in rules if plan.switch(rule.enabled)}
    ranked: tuple[Authority, ...] = ("regulatory", "contractual", "external", "proposal")
    return next((each for each in ranked if each in found), "planning")


def senses(plan: Plan, slot: str, two_way: Collection[str]) -> frozenset[int]:
    """Return +1 where a greater number can delay, -1 where it can hasten; both where it can do either.

    Parameters
    ----------
    slot
        An assumption, unknown, rule or ``duration:ITEM``.
    two_way
        The durations that also hold their starts back (see `critical.Network.two_way`).
    """
    found: set[int] = set()
    for user, term in _uses(plan, slot):
        if term.worse == "network":
            found |= {1, -1} if user in two_way else {1}
        else:
            found.add(term.worse)
    return frozenset(found)


def side_of(plan: Plan, slot: str) -> Side:
    """Return how the date of a slot is read: as a ceiling where an earlier one is worse for all that use it, else as a floor."""
    return "ceiling" if senses(plan, slot, ()) == {-1} else "floor"


def better_end(plan: Plan, entry: Assumption, two_way: Collection[str]) -> Value:
    """Return the end of an assumption's range in the good direction; None where there is none, or the plan does not say which.

    A range may lie both ways around the value, and of what is better when there is more of it the better end is the higher.
    """
    found = senses(plan, entry.id, two_way)
    ends = [end for end in (entry.low, entry.high) if end is not None and entry.value is not None]
    good = [end for end in ends if found and (column_number(end) - column_number(entry.value)) * min(found) < 0]
    return good[0] if len(found) == 1 and good else None


def valued(like: object, number: int) -> Value:
    """Return a number that a column holds as a value of the kind of another."""
    if number == NONE:
        return None
    if isinstance(like, Duration):
        return Duration(number, like.unit)
    return date_at(number) if isinstance(like, dt.date) else number


def own_value(plan: Plan, name: str) -> Value:
    """Return what a rule or duration holds, whether of its own or from an assumption.

    Raises
    ------
    KeyError
        If it has no number.
    """
    term = own_term(entry_of(plan, name))
    if term is None:
        message = f"'{name}' has no number of its own"
        raise KeyError(message)
    return _value(plan, term)


def stated_column(plan: Plan, slot: str) -> int:
    """Return the number of an assumption, unknown, rule or duration as a column holds it, from the plan as it stands."""
    return column_number(plan.values[slot] if slot in plan.values else own_value(plan, slot))


def _value(plan: Plan, term: Term) -> Value:
    return plan.values[term.assumption] if term.assumption is not None else term.stated  # type: ignore[return-value]


def with_values(
    plan: Plan, assumed: Mapping[str, Value], own: Mapping[str, Value], switched: Mapping[str, bool] | None = None
) -> Plan:
    """Return a plan with other values of assumptions and unknowns, other numbers of rules and durations, other switches.

    A rule or duration that is given a number of its own no longer follows its assumption.
    """
    switches = switched or {}

    def changed(entry: Any, name: str) -> Any:
        update: dict[str, Any] = {"enabled": switches[name]} if name in switches else {}
        if name in own:
            term = own_term(entry)
            assert term is not None
            entry = with_term(entry, term.field, own[name])
        return entry.model_copy(update=update) if update else entry

    def revalued(entry: Any) -> Any:
        return entry.model_copy(update={"value": assumed[entry.id]}) if entry.id in assumed else entry

    return plan.evolve(
        rules=tuple(changed(rule, rule.id) for rule in plan.rules),
        activities=tuple(changed(activity, DURATION_PREFIX + activity.id) for activity in plan.activities),
        assumptions=tuple(map(revalued, plan.assumptions)),
        unknowns=tuple(map(revalued, plan.unknowns)),
    )


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
    unit
        Of a date, working days.
    worse
        +1 where a larger number is worse, -1 where a smaller one is; +1 where it depends.
    most, least
        By how many units it can worsen, and be relaxed: to the end of the axis, or of its own range.
    convention
        How a date is read.
    step
        How much of its own a unit is: of a number of minutes, those of a day.
    """

    slot: str
    value: Value
    unit: Unit
    worse: int
    most: int
    least: int
    clock: Clock
    convention: Convention = "opens"
    step: int = 1

    @property
    def boundary(self) -> int:
        """Where a date lies as it is read: not shown before a floor's, not after a ceiling's."""
        assert isinstance(self.value, dt.date)
        return self.clock.stated(self.value, self.convention, "floor" if self.worse > 0 else "ceiling")

    def moved(self, units: int) -> Value:
        """Return the value when it is worse by some units; better where they are negative."""
        value = self.value
        if isinstance(value, Duration):
            amount = value.amount + self.worse * units * self.step
            floor = 0 if self.step > 1 and value.amount >= 0 else amount  # the last step back may be a part of a day
            return Duration(max(amount, floor), value.unit)
        if isinstance(value, dt.date):
            if not units:
                return value
            return self.clock.show(self.boundary + self.worse * units * self.step, self.convention)
        assert isinstance(value, int)
        return value + self.worse * units

    def column(self, units: int) -> int:
        """Return what a column holds for the value moved so."""
        return column_number(self.moved(units))

    def columns(self, units: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what a column holds for the value moved so by each of some units."""
        stated, by = column_number(self.value), self.worse * units * self.step
        if isinstance(self.clock, MinuteClock) and isinstance(self.value, dt.date):
            return np.where(units == 0, stated, self.boundary + by + self.clock.zero)
        if isinstance(self.value, dt.date):
            return np.where(units == 0, stated, self.clock.shown(self.boundary + by, self.convention))
        moved: NDArray[np.int64] = stated + by
        return np.maximum(moved, 0) if self.step > 1 and stated >= 0 else moved

    def shown(self, units: int) -> str:
        """Print the value moved so."""
        return str(self.moved(units))


def number_of_rule(plan: Plan, clock: Clock, name: str) -> Number | None:
    """Return the number of a rule or duration; None where it has none, or a date that is ``none``."""
    entry = entry_of(plan, name)
    term = own_term(entry)
    value = None if term is None else _value(plan, term)
    if term is None or value is None:
        return None
    most = term.most
    if term.kind == "amount":  # more than all that is asked for at once is as much as any
        asked = sum(column_number(_value(plan, other)) for other in entry.terms() if other.kind == "demand")
        most = max(column_number(value), asked)
    convention = "opens" if isinstance(entry, Activity) else plan.convention(entry.points()[0])
    return _number(name, value, clock, -1 if term.worse == -1 else 1, (term.least, most), convention)


def number_of_assumption(plan: Plan, clock: Clock, entry: Assumption | Unknown) -> Number | None:
    """Return the number of an assumption or unknown; None where it has none, or nothing uses it.

    It is worse in the direction in which it is worse for the rules that use it; where they disagree, upwards.
    """
    value = entry.value
    terms = [term for _, term in plan.uses.get(entry.id, ())]
    if value is None or isinstance(value, bool) or not terms:
        return None
    covers = clock.calendar.covers
    if isinstance(value, dt.date) and not covers.first < value < covers.last:
        return None
    worse = -1 if all(term.worse == -1 for term in terms) else 1
    least = max((term.least for term in terms if term.least is not None), default=None)
    if least is None and isinstance(value, Duration) and value.amount >= 0:
        least = 0
    most = min((term.most for term in terms if term.most is not None), default=None)
    if most is None and isinstance(value, int):
        most = MOST_COUNT + (value if worse < 0 else 0)
    return _number(entry.id, value, clock, worse, (least, most), "opens")


def _number(
    slot: str, value: Value, clock: Clock, worse: int, ends: tuple[int | None, int | None], convention: Convention
) -> Number:
    """Return a number that goes as far as its meaning and the axis let it."""
    unit: Unit
    if isinstance(clock, MinuteClock) and isinstance(value, dt.date | Duration):
        return _minute_number(slot, value, clock, worse, ends, convention)
    if isinstance(value, dt.date):
        boundary = clock.stated(value, convention, "floor" if worse > 0 else "ceiling")
        unit, up, down = "wd", max(0, clock.size - 1 - boundary), max(0, boundary - 1)
    else:
        unit = value.unit if isinstance(value, Duration) else "count"
        size, reach, (least, most) = column_number(value), _reach(clock, unit), ends
        up = reach + max(0, -size) if most is None else most - size
        down = reach + max(0, size) if least is None else size - least
    return Number(slot, value, unit, worse, *((up, down) if worse > 0 else (down, up)), clock, convention)


def unit_of(clock: Clock, value: object) -> tuple[Unit, int]:
    """Return the unit in which a value moves, and its amount in that unit; hours and minutes of minute plans move by days."""
    if isinstance(value, dt.date):
        return ("cd", MINUTES) if isinstance(clock, MinuteClock) else ("wd", 1)
    if not isinstance(value, Duration):
        return "count", 1
    if isinstance(clock, MinuteClock) and value.unit in ("min", "h"):
        return "wd", clock.day_minutes if value.unit == "min" else -(-clock.day_minutes // 60)
    return ("cd", MINUTES) if value.unit == "emin" else (value.unit, 1)


def _minute_number(
    slot: str,
    value: dt.date | Duration,
    clock: MinuteClock,
    worse: int,
    ends: tuple[int | None, int | None],
    convention: Convention,
) -> Number:
    """Return a number of a plan in minutes, which goes by days: worked ones of worked time, else those of the clock."""
    days = clock.size // MINUTES
    if isinstance(value, dt.date):
        boundary = clock.stated(value, convention, "floor" if worse > 0 else "ceiling")
        up, down = (clock.limit - boundary) // MINUTES, (boundary - clock.origin) // MINUTES
        return Number(slot, value, "cd", worse, *((up, down) if worse > 0 else (down, up)), clock, convention, MINUTES)
    unit, step = unit_of(clock, value)
    least, most = ends
    up = days if most is None else (most - value.amount) // step
    down = days if least is None else -(-(value.amount - least) // step)
    return Number(slot, value, unit, worse, *((up, down) if worse > 0 else (down, up)), clock, convention, step)


def _reach(clock: Clock, unit: Unit) -> int:
    """Return how many units the axis is long: a length or a lag of more reaches over its end from anywhere."""
    if unit == "wd":
        return clock.limit
    days = int(clock.days[-1] - clock.days[0]) + 1
    return days if unit == "cd" else days // 28 + 1
