"""Faults of a plan's numbers: dangling references, and values and ranges without a meaning.

Whoever sets a number, in whatever file or option, asks `value_faults`; a plan is asked as a whole once it is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from models.assumptions import Assumption
from models.contents import PlanContents
from models.duration import Duration, Reference, Value, print_value
from models.fault import Fault, Path, maybe
from models.items import Activity, Milestone
from models.rules import Capacity, Equality, Migration, Point
from models.terms import Term, column_number

__all__ = ["kind_faults", "named_value_faults", "range_faults", "term_faults", "term_named", "value_faults"]


def term_faults(plan: PlanContents) -> Iterator[Fault]:
    """References that lead nowhere or to the wrong kind of value, and values outside their range."""
    for field in ("activities", "hammocks", "rules"):
        for index, entry in enumerate(getattr(plan, field)):
            path: Path = (field, index)
            for term in entry.stated_terms() if isinstance(entry, Activity) else entry.terms():
                yield from _term(plan, (*path, *term.field), term)
            yield from _switch(plan, (*path, "enabled"), getattr(entry, "enabled", True))
            if isinstance(entry, Activity) and entry.calendar not in (None, plan.calendar) and plan.unit == "day":
                yield from _own_calendar(plan, (*path, "duration"), entry)
            if isinstance(entry, Capacity):
                yield from _capacity(plan, path, entry)
            if isinstance(entry, Migration):
                yield from _migration(plan, path, entry)


def _term(plan: PlanContents, path: Path, term: Term) -> Iterator[Fault]:
    """Report a number that is not there, is of the wrong kind, or lies outside its range."""
    value: Any = term.stated
    if term.assumption is not None:
        if term.assumption not in plan.values:
            yield Fault(path, f"unknown assumption '{term.assumption}'{maybe(term.assumption, plan.values)}")
            return
        value = plan.values[term.assumption]
        if not term.holds(value):
            yield Fault(path, f"{term.stated} holds {print_value(value)}, expected {term.wanted}")
            return
    complaint = term.complaint(value)
    if complaint:
        yield Fault(path, complaint)


def _switch(plan: PlanContents, path: Path, switch: bool | Reference) -> Iterator[Fault]:
    """Report a switch that is not there, or is none."""
    if isinstance(switch, Reference):
        if switch.name not in plan.values:
            yield Fault(path, f"unknown assumption '{switch.name}'{maybe(switch.name, plan.values)}")
        elif not isinstance(plan.values[switch.name], bool):
            yield Fault(path, f"{switch} holds {print_value(plan.values[switch.name])}, expected true or false")


def _own_calendar(plan: PlanContents, path: Path, activity: Activity) -> Iterator[Fault]:
    """Report a length that an activity with its own calendar cannot have."""
    length = _held(plan, activity.duration)
    if isinstance(length, Duration) and length.unit != "wd":
        said = f"an activity with its own calendar counts working days, got {length}; maybe '{length.amount} wd'"
        yield Fault(path, said)


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


def _migration(plan: PlanContents, path: Path, rule: Migration) -> Iterator[Fault]:
    """Yield a missing calendar, and moratoria and steps that leave no day for migration."""
    if rule.calendar is not None and rule.calendar not in plan.calendars_by_id:
        yield Fault((*path, "calendar"), f"unknown calendar '{rule.calendar}'{maybe(rule.calendar, plan.calendars_by_id)}")
    first, last = plan.horizon.first, plan.horizon.last
    days = (first + dt.timedelta(days) for days in range((last - first).days + 1))
    lifted = rule.lifted if isinstance(rule.lifted, int) else len(rule.moratoria)
    if not any(rule.room(day, 1, last.toordinal(), lifted) for day in days):
        field = "moratoria" if rule.moratoria else "steps"
        yield Fault((*path, field), f"nothing can move on any day from {first} to {last}; maybe a date is mistyped")


def kind_faults(plan: PlanContents, name: str, value: Value, path: Path, what: str = "") -> Iterator[Fault]:
    """Yield a fault where a value is not of the kind of an assumption or unknown, known to the plan.

    Parameters
    ----------
    what
        What it would be, such as ``"low "``; the value where nothing is said.
    """
    old = plan.values[name]
    if not (type(old) is type(value) or old is None or (value is None and not isinstance(old, (Duration, int)))):
        no = f"no {what}value of it" if what else "not a value for it"
        yield Fault(path, f"'{name}' holds {print_value(old)}, so {print_value(value)} is {no}")


def value_faults(plan: PlanContents, name: str, value: Value, path: Path, what: str = "") -> Iterator[Fault]:
    """Yield the faults of a value for an assumption or an unknown: a wrong kind, or a number that no rule could use."""
    found = list(kind_faults(plan, name, value, path, what))
    terms = () if found or value is None else plan.uses.get(name, ())
    complaints = (term.complaint(value) for _, term in terms if term.holds(value))
    yield from found
    yield from (Fault(path, each) for each in dict.fromkeys(complaints) if each)


def term_named(plan: PlanContents, name: str) -> Term:
    """Return the number that ``ITEM.duration`` or ``RULE.term`` means.

    Raises
    ------
    ValueError
        If there is none, or an assumption holds it.
    """
    if name in plan.terms_by_name:
        term = plan.terms_by_name[name][1]
        if term.assumption is not None:
            message = f"'{name}' is held by the assumption '{term.assumption}'; maybe set '{term.assumption}'"
            raise ValueError(message)
        return term
    holder, _, rest = name.partition(".")
    held = [known.partition(".")[2] for known in plan.terms_by_name if known.partition(".")[0] == holder]
    if held:
        expected = " or ".join(f"'{holder}.{each}'" for each in held[:6])
        message = f"'{holder}' holds no number called '{rest}', expected {expected}"
    elif holder in plan.items or holder in plan.rules_by_id:
        message = f"'{holder}' holds no number"
    else:
        message = f"unknown item or rule '{holder}'{maybe(holder, (*plan.items, *plan.rules_by_id))}"
    raise ValueError(message)


def named_value_faults(plan: PlanContents, values: Mapping[str, Value], path: Path) -> Iterator[Fault]:
    """Yield the faults of values for numbers that no assumption names: unknown names, wrong kinds, values out of range."""
    for name, value in values.items():
        try:
            term = term_named(plan, name)
        except ValueError as error:
            yield Fault((*path, name), str(error))
            continue
        if value is None or not term.holds(value):
            yield Fault((*path, name), f"'{name}' holds {term.stated}, expected {term.wanted}, got {print_value(value)}")
        elif complaint := term.complaint(value):
            yield Fault((*path, name), complaint)


def range_faults(plan: PlanContents) -> Iterator[Fault]:
    """Yield faults of ranges: empty ones, ones without their value, unusable ends, and limits in the bad direction."""
    for index, assumption in enumerate(plan.assumptions):
        yield from _range(plan, ("assumptions", index), assumption)
    for field in ("activities", "rules"):
        for index, entry in enumerate(getattr(plan, field)):
            yield from _limits(plan, (field, index, "flexibility"), entry)


def _range(plan: PlanContents, path: Path, assumption: Assumption) -> Iterator[Fault]:
    """Report what is wrong with the range of one assumption.

    Which end is the better one the plan's logic says: where more is better, the range may be stated either way round.
    """
    name, value = assumption.id, assumption.value
    ends = {key: end for key in ("low", "high") if (end := getattr(assumption, key)) is not None}
    # A value that a scenario or a user sets may lie outside the range, or be in another unit: that is what is asked.
    stated = f"assumption {name}" not in plan.settings.said
    if value is None:
        return
    found = [fault for key, end in ends.items() for fault in value_faults(plan, name, end, (*path, key), f"{key} ")]
    for key, end in ends.items():
        if stated and isinstance(end, Duration) and isinstance(value, Duration) and end.unit != value.unit:
            found.append(Fault((*path, key), f"'{name}' is in {value.unit}, got {end}; maybe '{end.amount} {value.unit}'"))
    yield from found
    if found or isinstance(value, bool):
        return
    numbers = {key: column_number(end) for key, end in ends.items()}
    downwards = any(term.worse == -1 for _, term in plan.uses.get(name, ()))
    if len(ends) == 2 and numbers["low"] > numbers["high"] and not downwards:
        said = f"low {print_value(ends['low'])} is above high {print_value(ends['high'])}"
        yield Fault((*path, "low"), f"the range is upside down: {said}")
        return
    if not stated or not ends or (downwards and len(ends) == 1):
        return
    number = column_number(value)
    below = number < (min(numbers.values()) if len(ends) == 2 else numbers.get("low", number))
    above = number > (max(numbers.values()) if len(ends) == 2 else numbers.get("high", number))
    if below or above:
        said = ", ".join(f"{key} {print_value(end)}" for key, end in ends.items())
        yield Fault((*path, "value"), f"'{name}' is {print_value(value)}, outside its own range, {said}")


def _limits(plan: PlanContents, path: Path, entry: Any) -> Iterator[Fault]:
    """Report limits of a flexibility that refer to nothing, or lie where the number would be worse."""
    # A limit is of the whole length of work, whatever is done of it.
    terms = entry.stated_terms() if isinstance(entry, Activity) else entry.terms()
    own = next((term for term in terms if term.own), None)
    for key in ("limit", "limit_amount") if entry.flexibility is not None else ():
        limit = getattr(entry.flexibility, key)
        if isinstance(limit, Reference) and limit.name not in plan.values:
            yield Fault((*path, key), f"unknown assumption '{limit.name}'{maybe(limit.name, plan.values)}")
            continue
        if own is None or own.kind == "date" or _set_since(plan, entry, own, limit):
            continue
        stated, furthest = _held(plan, own.stated), _held(plan, limit)
        if type(stated) is not type(furthest):
            continue
        worse = own.worse if own.worse != "network" else 0 if _pushed(plan, entry) else 1
        if isinstance(stated, Duration) and isinstance(furthest, Duration) and stated.unit != furthest.unit:
            yield Fault((*path, key), f"the limit {furthest} is in another unit than the {own.kind}, {stated}")
        elif (column_number(furthest) - column_number(stated)) * worse > 0:
            way = "below" if worse > 0 else "above"
            said = f"the limit {print_value(furthest)} makes it worse; expected one {way} {print_value(stated)}"
            yield Fault((*path, key), said)
        elif complaint := own.complaint(furthest):
            yield Fault((*path, key), complaint)


def _set_since(plan: PlanContents, entry: Any, term: Term, limit: Any) -> bool:
    """Return whether a scenario or a user has set a number or its limit, so that the two need not fit any more."""
    names = [f"assumption {each.name}" for each in (limit, term.stated) if isinstance(each, Reference)]
    return not {*names, f"value {entry.id}.{term.name}"}.isdisjoint(plan.settings.said)


def _pushed(plan: PlanContents, activity: Activity) -> bool:
    """Return whether a rule may push the finish of an activity, so that longer work may be the better: the plan then decides."""
    finish = Point(activity.id, "finish")
    return any(
        rule.points()[-1] == finish
        or (
            finish in rule.points()
            and (isinstance(rule, Equality) or any(term.kind == "lag" and term.worse == -1 for term in rule.terms()))
        )
        for rule in plan.rules
    )


def _held(plan: PlanContents, term: Any) -> Any:
    """Return the value of a term; None where it leads nowhere."""
    return plan.values.get(term.name) if isinstance(term, Reference) else term
