"""Faults of a plan whose every part is well formed: references to things that do not exist, and the like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, Literal, get_origin

from models.additions import ADDED_FIELDS, doubled, ids_used
from models.calendar import WEEKDAYS, Calendar
from models.contents import PlanContents
from models.duration import Reference, print_value
from models.fault import Fault, Path, PlanFaultsError, maybe
from models.items import Hammock
from models.minute_faults import minute_faults
from models.party_faults import party_faults
from models.progress_faults import progress_faults
from models.record import Record
from models.rules import Point, RuleRecord
from models.term_faults import kind_faults, named_value_faults, range_faults, term_faults, value_faults

__all__ = ["Fault", "PlanFaultsError", "find_faults", "items_named", "maybe"]


def find_faults(plan: PlanContents, most: int | None = None) -> tuple[Fault, ...]:
    """Return what is wrong with a plan as a whole, in the order of its file: everything, or the first so many faults."""
    finders = (
        _duplicates,
        _names,
        _baselines,
        term_faults,
        _calendars,
        _readings,
        _sources,
        _reach,
        range_faults,
        _touches,
        party_faults,
        minute_faults,
        progress_faults,
    )
    return tuple(islice((fault for finder in finders for fault in finder(plan)), most))


def _duplicates(plan: PlanContents) -> Iterator[Fault]:
    """Ids used twice among things that share a namespace."""
    spaces = (
        ("activities", "milestones", "hammocks", "summaries"),
        ("rules",),
        ("assumptions", "unknowns"),
        ("calendars",),
        ("phases",),
        ("readings",),
        ("sources",),
        ("raid",),
        ("baselines",),
    )
    for space in spaces:
        seen: dict[str, str] = {}
        for field in space:
            for index, entry in enumerate(getattr(plan, field)):
                if entry.id in seen:
                    yield Fault((field, index, "id"), f"'{entry.id}' is already used at {seen[entry.id]}; ids are unique")
                seen.setdefault(entry.id, f"{field}[{index}]")


def _unknown_name(path: Path, what: str, name: str, known: Collection[str]) -> Iterator[Fault]:
    """Report a name that is not known."""
    if name not in known:
        yield Fault(path, f"unknown {what} '{name}'{maybe(name, known)}")


def _names(plan: PlanContents) -> Iterator[Fault]:
    """Items, calendars and phases named but not there."""
    yield from _unknown_name(("calendar",), "calendar", plan.calendar, plan.calendars_by_id)
    phases = {phase.id: None for phase in plan.phases}
    milestones = {milestone.id: None for milestone in plan.milestones}
    for index, target in enumerate(plan.targets):
        yield from _unknown_name(("targets", index), "milestone", target, milestones)
    for field in ("activities", "milestones", "hammocks", "summaries"):
        for index, item in enumerate(getattr(plan, field)):
            if item.phase is not None:
                yield from _unknown_name((field, index, "phase"), "phase", item.phase, phases)
            if not isinstance(item, Hammock) and item.calendar is not None:
                yield from _unknown_name((field, index, "calendar"), "calendar", item.calendar, plan.calendars_by_id)
    for index, rule in enumerate(plan.rules):
        for path, name in items_named(rule):
            where = ("rules", index, *path)
            yield from _unknown_name(where, "item", name, plan.items)
            if isinstance(plan.items.get(name), Hammock):
                yield Fault(where, f"'{name}' is a hammock; its length is an output, so no rule may name it")
    yield from _ties(plan)


def _ties(plan: PlanContents) -> Iterator[Fault]:
    """Ties of hammocks to what is not there, or by way of other hammocks to themselves."""
    placed = {hammock.id for hammock in plan.hammocks_in_order}
    for index, hammock in enumerate(plan.hammocks):
        for key in ("starts_with", "finishes_with"):
            name = getattr(hammock, key).item
            yield from _unknown_name(("hammocks", index, key), "item", name, plan.items)
            if isinstance(plan.items.get(name), Hammock) and name not in placed:
                message = f"'{name}' is a hammock whose own ties run in a circle; tie it to an activity or a milestone"
                yield Fault(("hammocks", index, key), message)


def _baselines(plan: PlanContents) -> Iterator[Fault]:
    """Published dates of milestones that are not there, or of one milestone twice."""
    milestones = {milestone.id: None for milestone in plan.milestones}
    for index, baseline in enumerate(plan.baselines):
        dated: set[str] = set()
        for place, entry in enumerate(baseline.dates):
            if entry.milestone in dated:
                where = ("baselines", index, "dates", place, "milestone")
                yield Fault(where, f"'{entry.milestone}' already has a date in this baseline; a baseline has one for each")
            dated.add(entry.milestone)
            yield from _unknown_name(
                ("baselines", index, "dates", place, "milestone"), "milestone", entry.milestone, milestones
            )


def items_named(rule: RuleRecord) -> Iterator[tuple[Path, str]]:
    """Yield where a rule names an item, and the name: wherever one of its own fields holds the item of one of its points."""
    named = {point.item for point in rule.points()}
    for key, field in type(rule).model_fields.items():
        if key not in RuleRecord.model_fields and get_origin(field.annotation) is not Literal:
            yield from _named_in(getattr(rule, key), (key,), named)


def _named_in(value: Any, path: Path, named: Collection[str]) -> Iterator[tuple[Path, str]]:
    """Yield the places inside a value that hold one of some names."""
    if isinstance(value, (str, Point)):
        name = value if isinstance(value, str) else value.item
        if name in named:
            yield path, name
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            yield from _named_in(entry, (*path, place), named)
    elif isinstance(value, Record):
        for key in type(value).model_fields:
            yield from _named_in(getattr(value, key), (*path, key), named)


def _calendars(plan: PlanContents) -> Iterator[Fault]:
    """Working days that an activity's own calendar has and the axis lacks."""
    base = plan.calendars_by_id.get(plan.calendar)
    if base is None or plan.unit == "minute":  # whose axis lacks nothing
        return
    found: dict[str, str | None] = {}
    for index, activity in enumerate(plan.activities):
        own = plan.calendars_by_id.get(activity.calendar or "")
        if own is None or own.id == base.id:
            continue
        if own.id not in found:
            found[own.id] = _days_lacking(own, base)
        if found[own.id]:
            yield Fault(
                ("activities", index, "calendar"),
                f"calendar '{own.id}' works on days that the base calendar '{base.id}' does not ({found[own.id]}); "
                "maybe make the wider calendar the base and give the narrower one to the items that keep to it",
            )


def _days_lacking(own: Calendar, base: Calendar) -> str | None:
    """Return what one calendar works and the other does not: weekdays, or else the first day; None where nothing."""
    first, last = max(own.covers.first, base.covers.first), min(own.covers.last, base.covers.last)
    weekdays = [day for day in WEEKDAYS if day in own.weekdays and day not in base.weekdays]
    if weekdays:
        return ", ".join(weekdays)
    closed = {holiday.day for holiday in base.holidays}
    for span in base.blackouts:
        closed |= {span.first + dt.timedelta(days) for days in range((span.last - span.first).days + 1)}
    return next((str(day) for day in sorted(closed) if first <= day <= last and _works(own, day)), None)


def _works(calendar: Calendar, day: dt.date) -> bool:
    """Say whether a calendar works on a day that it covers."""
    free = any(holiday.day == day for holiday in calendar.holidays)
    paused = any(span.first <= day <= span.last for span in calendar.blackouts)
    return WEEKDAYS[day.weekday()] in calendar.weekdays and not free and not paused


def _readings(plan: PlanContents) -> Iterator[Fault]:
    """Yield faults of readings: options that are no alternatives, and a default that the plan contradicts."""
    used = ids_used(plan) if any(option.changes.add for reading in plan.readings for option in reading.options) else {}
    for index, reading in enumerate(plan.readings):
        path: Path = ("readings", index)
        names = [option.id for option in reading.options]
        if reading.default not in names:
            yield Fault((*path, "default"), f"unknown option '{reading.default}'{maybe(reading.default, names)}")
        everything = frozenset[str]().union(*(option.changes.keys() for option in reading.options))
        for place, option in enumerate(reading.options):
            where = (*path, "options", place)
            if option.id in names[:place]:
                yield Fault((*where, "id"), f"'{option.id}' is already an option of this reading")
            lacking = sorted(everything - option.changes.keys())
            if lacking:
                yield Fault((*where, "changes"), f"must also say {', '.join(lacking)}, as another option does")
            yield from changes_faults(plan, option.changes, (*where, "changes"))
            yield from doubled(option.changes.add, used, (*where, "changes", "add"), f"{option.id} of {reading.id}: ")
            if option.id == reading.default:
                yield from _restates(plan, option.changes, (*where, "changes"))


def changes_faults(plan: PlanContents, changes: Any, path: Path, *, made: bool = False) -> Iterator[Fault]:
    """Yield faults of a set of changes: names that the plan does not have, and values of the wrong kind.

    Parameters
    ----------
    made
        Whether the changes are made at once, and the plan then judged as a whole: only names and kinds are then looked at.
    """
    for name, value in changes.assumptions.items():
        where = (*path, "assumptions", name)
        if name not in plan.values:
            yield from _unknown_name(where, "assumption", name, plan.values)
            continue
        yield from (kind_faults if made else value_faults)(plan, name, value, where)
    yield from named_value_faults(plan, changes.values, (*path, "values"))
    added = [entry.id for field in ADDED_FIELDS for entry in getattr(changes.add, field)]
    given = dict.fromkeys((*changes.assumptions, *changes.values, *added))
    for name in changes.provenance:
        if name not in given:
            yield Fault((*path, "provenance", name), f"'{name}' is given a provenance but no value{maybe(name, given)}")
    activities = {activity.id: None for activity in (*plan.activities, *changes.add.activities)}
    for name in changes.buffer:
        where = (*path, "buffer", name)
        if name in plan.items and name not in activities:
            yield Fault(where, f"'{name}' takes no time of its own; only an activity can be a buffer")
        else:
            yield from _unknown_name(where, "activity", name, activities)
    switches = dict.fromkeys((*plan.rules_by_id, *(f"duration:{activity.id}" for activity in plan.activities)))
    if plan.qualification:
        switches[plan.qualification.id] = None
    for name in changes.rules:
        yield from _unknown_name((*path, "rules", name), "rule", name, switches)
    if changes.calendar is not None:
        yield from _unknown_name((*path, "calendar"), "calendar", changes.calendar, plan.calendars_by_id)


def _restates(plan: PlanContents, changes: Any, path: Path) -> Iterator[Fault]:
    """The default option of a reading says what the plan says, but for what scenarios have set since."""
    said = plan.settings.said
    for name, value in changes.assumptions.items():
        if f"assumption {name}" not in said and name in plan.values and plan.values[name] != value:
            yield Fault(
                (*path, "assumptions", name),
                f"the default says {print_value(value)}, the plan {print_value(plan.values[name])}",
            )
    for name, on in changes.rules.items():
        activity = next((entry for entry in plan.activities if f"duration:{entry.id}" == name), None)
        term = activity.enabled if activity else getattr(plan.rules_by_id.get(name), "enabled", on)
        if f"rule {name}" not in said and not isinstance(term, Reference) and term != on:
            yield Fault((*path, "rules", name), f"the default says {str(on).lower()}, the plan {str(term).lower()}")
    if "calendar" not in said and changes.calendar not in (None, plan.calendar):
        yield Fault((*path, "calendar"), f"the default says '{changes.calendar}', the plan '{plan.calendar}'")


def _sources(plan: PlanContents) -> Iterator[Fault]:
    """Citations of sources the plan does not list, and sources later than the knowledge the plan rests on."""
    published = {source.id: source.published_on for source in plan.sources}
    fields = (
        "calendars",
        "activities",
        "milestones",
        "hammocks",
        "summaries",
        "rules",
        "assumptions",
        "unknowns",
        "readings",
        "raid",
        "baselines",
    )
    late: set[str] = set()
    for field in fields:
        for index, entry in enumerate(getattr(plan, field)):
            for place, citation in enumerate(entry.citation):
                where = (field, index, "citation", place)
                yield from _unknown_name(where, "source", citation.source, published)
                if published.get(citation.source, plan.as_of) > plan.as_of:
                    late.add(citation.source)
    for index, source in enumerate(plan.sources):
        if source.id in late and not plan.settings.hindsight:
            yield Fault(
                ("sources", index, "published_on"),
                f"'{source.id}' was published on {source.published_on}, after the plan's knowledge of {plan.as_of}; "
                "maybe it belongs in a scenario marked hindsight",
            )


def _reach(plan: PlanContents) -> Iterator[Fault]:
    """A horizon that the base calendar does not cover."""
    base = plan.calendars_by_id.get(plan.calendar)
    if base and not base.covers.first <= plan.horizon.first <= base.covers.last:
        yield Fault(
            ("horizon", "first"),
            f"{plan.horizon.first} is outside the days that calendar '{base.id}' covers ({base.covers.first} to {base.covers.last})",
        )


def _touches(plan: PlanContents) -> Iterator[Fault]:
    """Things that a risk or an unknown is said to bear on, and that are not there."""
    readings = {reading.id: None for reading in plan.readings}
    known = {**dict.fromkeys(plan.items), **dict.fromkeys(plan.rules_by_id), **dict.fromkeys(plan.values), **readings}
    for field in ("unknowns", "raid"):
        for index, entry in enumerate(getattr(plan, field)):
            for place, name in enumerate(entry.touches):
                if name not in known:
                    yield Fault(
                        (field, index, "touches", place), f"unknown item, rule or assumption '{name}'{maybe(name, known)}"
                    )
