"""Plans between two updates: the first with some of what happened and was changed, each as loadable as the two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

from models.calendar import Calendar, Span
from models.duration import Duration
from models.faults import items_named
from models.items import Activity, Hammock, Item, Milestone, Summary
from models.plan import Plan
from models.progress import Progress
from models.rules import Blackout, Capacity, Dependency, NotBefore, Point, Rule, RuleRecord
from optimiser.clock import Clock, MinuteClock, clock_of

__all__ = [
    "ASPECTS",
    "BASE",
    "SETTINGS",
    "STATUS",
    "Mixing",
    "Part",
    "in_unit",
    "on_one_axis",
    "same_days",
    "tells",
    "worked",
]

Part = tuple[str, str]
"""One thing that is of the first plan or of the second: what about it, and its id."""

STATUS: Final[Part] = ("status", "")
BASE: Final[Part] = ("base calendar", "")
SETTINGS: Final[Part] = ("settings", "")

ASPECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "length": ("duration", "assignments"),
    "switch": ("enabled",),
    "own calendar": ("calendar",),
    "held": ("pin", "delay", "placement", "shown", "of"),
}
"""What of an item may be of either plan, and its fields; progress and what is left are of neither alone."""

SETTING_FIELDS: Final = ("dialect", "day_minutes", "start", "logic", "start_lag", "lag_calendar")
_HELD: Final = "not-begun-by-the-status-date-"


def on_one_axis(first: Plan, second: Plan) -> tuple[Plan, Plan]:
    """Return two plans with one horizon and, where they say the same of the days both cover, one coverage of each calendar."""
    horizon = Span(
        first=min(first.horizon.first, second.horizon.first),
        last=max(first.horizon.last, second.horizon.last),
    )
    wider: dict[str, Calendar] = {}
    for name, other in second.calendars_by_id.items():
        one = first.calendars_by_id.get(name)
        if one is not None and same_days(one, other):
            wider[name] = one if _days(one.covers) > _days(other.covers) else other

    def widened(plan: Plan) -> Plan:
        calendars = tuple(wider.get(calendar.id, calendar) for calendar in plan.calendars)
        covers = next(calendar.covers for calendar in calendars if calendar.id == plan.calendar)
        inside = Span(first=max(horizon.first, covers.first), last=min(horizon.last, covers.last))
        return plan.evolve(horizon=inside, calendars=calendars)

    return widened(first), widened(second)


def _days(span: Span) -> int:
    return (span.last - span.first).days


def same_days(one: Calendar, other: Calendar) -> bool:
    """Return whether two calendars work alike on the days that both cover."""
    first, last = max(one.covers.first, other.covers.first), min(one.covers.last, other.covers.last)

    def said(calendar: Calendar) -> tuple[Any, ...]:
        free = {holiday.day for holiday in calendar.holidays if first <= holiday.day <= last}
        spans = (calendar.blackouts, calendar.exceptions, calendar.weeks)
        inside = [[each for each in held if each.last >= first and each.first <= last] for held in spans]
        return set(calendar.weekdays), free, inside, calendar.hours, calendar.base, calendar.within

    return first <= last and said(one) == said(other)


def tells(rule: Rule) -> dict[str, Any]:
    """Return the fields of a rule that can move a date, its switch left out."""
    own = [name for name in type(rule).model_fields if name not in RuleRecord.model_fields]
    return {name: getattr(rule, name) for name in own}


@dataclass
class Mixing:
    """Two plans on one axis, and those between them.

    Attributes
    ----------
    first, second
        The two, aligned: what is called alike is one.
    left
        Of begun work how much of it the first plan leaves at the second's status date, and how much was stated, where they differ.
    waiting
        Items that the first plan would have begun by the second's status date, and that have not.
    """

    first: Plan
    second: Plan
    left: dict[str, tuple[Duration, Duration]] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()

    @cached_property
    def clock(self) -> Clock:
        """The axis of the second."""
        return clock_of(self.second)

    @cached_property
    def status(self) -> int | None:
        """The evening of the second's status date, where its own work waits for it."""
        if self.second.status_date is None or self.second.dialect == "msp":
            return None
        return self.clock.boundary(self.second.status_date, "closes")

    @cached_property
    def morrow(self) -> dt.date | None:
        """The first day, or minute, after the status date."""
        return None if self.status is None else self.clock.show(self.status, "opens")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Items of either, those of the second first."""
        return tuple(dict.fromkeys([*self.second.items, *self.first.items]))

    @cached_property
    def rule_names(self) -> tuple[str, ...]:
        """Rules of either, those of the second first."""
        return tuple(dict.fromkeys([*self.second.rules_by_id, *self.first.rules_by_id]))

    def parts(self) -> Iterator[Part]:
        """Yield everything in which the two plans differ and that could move a date, in the order of the second."""
        for name in self.names:
            yield from self._of_item(name)
        for name in self.rule_names:
            one, other = self.first.rules_by_id.get(name), self.second.rules_by_id.get(name)
            if one is None or other is None or tells(one) != tells(other):
                yield "rule", name
            if one is not None and other is not None and one.enabled != other.enabled:
                yield "rule switch", name
        for name, value in self.second.values.items():
            if name in self.first.values and self.first.values[name] != value:
                yield "value", name
        for name, calendar in self.second.calendars_by_id.items():
            before = self.first.calendars_by_id.get(name)
            if before is not None and not same_days(before, calendar):
                yield "calendar", name
        if self.first.calendar != self.second.calendar:
            yield BASE
        if any(getattr(self.first, name) != getattr(self.second, name) for name in SETTING_FIELDS):
            yield SETTINGS
        if self.first.status_date != self.second.status_date:
            yield STATUS

    def _of_item(self, name: str) -> Iterator[Part]:
        one, other = self.first.items.get(name), self.second.items.get(name)
        if one is None or other is None or type(one) is not type(other):
            yield "item", name
            return
        for aspect, fields in ASPECTS.items():
            if any(getattr(one, key, None) != getattr(other, key, None) for key in fields):
                yield aspect, name
        if getattr(one, "progress", None) != getattr(other, "progress", None) or name in self.waiting:
            yield "progress", name
        if name in self.left:
            yield "remaining", name

    # -- a plan between the two ----------------------------------------------------------------------------------------

    def plan(self, chosen: Collection[Part]) -> Plan:
        """Return the first plan with some parts of the second."""
        first, second = self.first, self.second
        items = [item for name in self.names if (item := self._item(name, chosen)) is not None]
        moved = STATUS in chosen
        rules: list[Rule] = [rule for name in self.rule_names if (rule := self._rule(name, chosen)) is not None]
        if not moved and self.morrow is not None:
            held = [name for name in sorted(self.waiting) if ("progress", name) in chosen]
            rules += [self._held(name, place) for place, name in enumerate(held)]
            rules += self._behind_finished(rules, chosen) if second.dialect == "p6" else []
        if first.items.keys() != second.items.keys():
            items, rules = _fitting(items, rules)
        base = second if BASE in chosen or first.calendar == second.calendar else first
        settings = {name: getattr(second if SETTINGS in chosen else first, name) for name in SETTING_FIELDS}
        calendars = self._calendars(chosen)
        present = {item.id for item in items}
        return second.evolve(
            activities=tuple(item for item in items if isinstance(item, Activity)),
            milestones=tuple(item for item in items if isinstance(item, Milestone)),
            hammocks=tuple(item for item in items if isinstance(item, Hammock)),
            summaries=tuple(item for item in items if isinstance(item, Summary)),
            rules=tuple(rules),
            targets=tuple(name for name in second.targets if name in present),
            status_date=(second if moved else first).status_date,
            calendar=base.calendar,
            calendars=calendars,
            horizon=base.horizon,
            **self._values(chosen),
            **settings,
        )

    @cached_property
    def _alike(self) -> frozenset[str]:
        """Rules of both that tell the same but for their switches."""
        first, second = self.first.rules_by_id, self.second.rules_by_id
        return frozenset(name for name, rule in second.items() if name in first and tells(first[name]) == tells(rule))

    @cached_property
    def _apart(self) -> dict[str, dict[str, list[str]]]:
        """Of each item of both the fields that differ, by their aspect."""
        found: dict[str, dict[str, list[str]]] = {}
        for name, one in self.first.items.items():
            other = self.second.items.get(name)
            if other is None or other is one:
                continue
            for aspect, fields in ASPECTS.items():
                differing = [key for key in fields if getattr(one, key, None) != getattr(other, key, None)]
                if differing:
                    found.setdefault(name, {})[aspect] = differing
        return found

    def _item(self, name: str, chosen: Collection[Part]) -> Item | None:
        one, other = self.first.items.get(name), self.second.items.get(name)
        if one is None or other is None or type(one) is not type(other):
            found = other if ("item", name) in chosen else one
            return self._facts(found, None, chosen) if found is not None and found is other else found
        update: dict[str, Any] = {}
        for aspect, fields in self._apart.get(name, {}).items():
            if (aspect, name) not in chosen:
                update |= {key: getattr(one, key) for key in fields}
        mixed = other.model_copy(update=update) if update else other
        if ("progress", name) not in chosen and getattr(one, "progress", None) != getattr(other, "progress", None):
            mixed = mixed.model_copy(update={"progress": one.progress})  # type: ignore[union-attr]
        return self._facts(mixed, one, chosen)

    def _facts(self, item: Item, one: Item | None, chosen: Collection[Part]) -> Item:
        """Return an item with its remaining work, resumed after the second's status date even in a plan of an earlier one."""
        done: Progress | None = getattr(item, "progress", None)
        name = item.id
        if not isinstance(item, Activity):
            return item
        # Of work of which nothing new is said, time alone has passed: that is applied with the status date.
        same = isinstance(one, Activity) and one.progress == getattr(self.second.items.get(name), "progress", None)
        told = STATUS in chosen if same else ("progress", name) in chosen
        if name in self.left and told != (("remaining", name) in chosen):
            if told:
                assert done is not None
                done = done.model_copy(update={"remaining": self.left[name][0], "percent_complete": None})
            else:
                item, done = self._longer(item)
        if done is None or not done.begun or done.actual_finish is not None or STATUS in chosen or self.morrow is None:
            return item if done is item.progress else item.model_copy(update={"progress": done})
        if ("progress", name) in chosen or one is None:
            resume = self.morrow if done.resume is None else max(done.resume, self.morrow)
            done = done.model_copy(update={"resume": resume})
        return item if done is item.progress else item.model_copy(update={"progress": done})

    def _longer(self, item: Activity) -> tuple[Activity, Progress | None]:
        """Return work with as much more left of it, or less, as was stated, though nothing else is known of its progress."""
        forecast, stated = self.left[item.id]
        done = item.progress
        if done is not None and done.begun and done.actual_finish is None:
            rest = self._more(self.first.remaining(item) or stated, forecast, stated)
            return item, done.model_copy(update={"remaining": rest, "percent_complete": None})
        length = self._more(self.first.duration(item.duration), forecast, stated)
        return item.model_copy(update={"duration": length}), done

    def _more(self, length: Duration, forecast: Duration, stated: Duration) -> Duration:
        """Return a length with as much more, or less, as a stated one has than a forecast one; of another unit as it is."""
        own = in_unit(self.clock, length)
        if own.unit != stated.unit:
            return length
        return Duration(max(0, own.amount + stated.amount - forecast.amount), own.unit)

    def _rule(self, name: str, chosen: Collection[Part]) -> Rule | None:
        one, other = self.first.rules_by_id.get(name), self.second.rules_by_id.get(name)
        found = other if ("rule", name) in chosen else one
        if one is None or other is None:
            return found
        if name in self._alike:
            found = other
        assert found is not None
        switch = (other if ("rule switch", name) in chosen else one).enabled
        return found if found.enabled == switch else found.model_copy(update={"enabled": switch})

    def _held(self, name: str, place: int) -> Rule:
        """Return the rule that what has not begun begins after the status date."""
        assert self.status is not None
        point = Point(name, "start")
        return NotBefore(
            id=f"{_HELD}{place}",
            title="Not begun by the status date",
            kind="not-before",
            at=point,
            date=self.clock.show(self.status, self.second.convention(point)),
            basis="judgement",
        )

    def _behind_finished(self, rules: Sequence[Rule], chosen: Collection[Part]) -> Iterator[Rule]:
        """Yield rules that hold work behind finished work: Primavera holds it by the status date, not yet moved here."""
        for rule in rules:
            if not isinstance(rule, Dependency) or rule.bound != "at-least" or ("progress", rule.before) not in chosen:
                continue
            before, after = rule.points()
            done = getattr(self.second.items.get(before.item), "progress", None)
            if before.end == "finish" and done is not None and done.actual_finish is not None:
                yield NotBefore(
                    id=f"{_HELD}{rule.id}",
                    title="Behind what has finished",
                    kind="not-before",
                    at=after,
                    date=done.actual_finish,
                    basis="judgement",
                )

    def _values(self, chosen: Collection[Part]) -> dict[str, Any]:
        first, second = self.first, self.second

        def stated(entry: Any) -> Any:
            value = entry.value if ("value", entry.id) in chosen else first.values.get(entry.id, entry.value)
            return entry if value == entry.value else entry.model_copy(update={"value": value})

        return {
            kind: (
                *(stated(entry) for entry in getattr(second, kind)),
                *(entry for entry in getattr(first, kind) if entry.id not in second.values),
            )
            for kind in ("assumptions", "unknowns")
        }

    def _calendars(self, chosen: Collection[Part]) -> tuple[Calendar, ...]:
        before = self.first.calendars_by_id
        held = [
            before[each.id]
            if each.id in before and ("calendar", each.id) not in chosen and not same_days(before[each.id], each)
            else each
            for each in self.second.calendars
        ]
        return (*held, *(each for each in self.first.calendars if each.id not in self.second.calendars_by_id))


def _fitting(items: Sequence[Item], rules: Sequence[Rule]) -> tuple[list[Item], list[Rule]]:
    """Return items and rules without what speaks of items that are not there."""
    kept = list(items)
    while True:
        present = {item.id for item in kept}
        fitted = [fit for item in kept if (fit := _among(item, present)) is not None]
        if len(fitted) == len(kept):
            break
        kept = fitted
    return fitted, [held for rule in rules if (held := _rule_among(rule, present)) is not None]


def _among(item: Item, present: Collection[str]) -> Item | None:
    """Return an item with what it spans of those present; None of one that is tied to something else, or spans nothing."""
    if isinstance(item, Hammock):
        return item if all(point.item in present for point in item.ties()) else None
    if not isinstance(item, Summary):
        return item
    held = tuple(point for point in item.of if point.item in present)
    if len(held) == len(item.of):
        return item
    ends = [any(point.end != end for point in held) for end in ("finish", "start")]
    return item.model_copy(update={"of": held}) if all(ends) else None


def _rule_among(rule: Rule, present: Collection[str]) -> Rule | None:
    """Return a rule of those present; None of one that ties something else."""
    if all(name in present for _, name in items_named(rule)):
        return rule
    if isinstance(rule, Blackout):
        items = tuple(name for name in rule.items if name in present)
        return rule.model_copy(update={"items": items}) if items else None
    if isinstance(rule, Capacity):
        demands = tuple(each for each in rule.demands if each.item in present)
        return rule.model_copy(update={"demands": demands}) if demands else None
    return None


def in_unit(clock: Clock, length: Duration) -> Duration:
    """Return a length in minutes, where the plan counts these and the length has so many."""
    if isinstance(clock, MinuteClock) and length.unit in ("h", "wd", "min"):
        return Duration(clock.minutes(length), "min")
    return length


def worked(clock: Clock, activity: Activity, earlier: int, later: int, unit: str) -> Duration | None:
    """Return the work done between two boundaries in the unit of its remaining duration, None where no whole amount fits."""
    if unit == "min":
        return Duration(clock.worked_between(earlier, later, activity.calendar), "min")
    if unit == "cd":
        return Duration((clock.show(later, "opens") - clock.show(earlier, "opens")).days, "cd")
    if unit != "wd":
        return None
    if activity.calendar in (None, clock.calendar.id):
        return Duration(later - earlier, "wd")
    own = clock.own_days(str(activity.calendar))
    days = clock.shown(np.array([earlier, later], dtype=np.int64), "opens")
    first, last = np.searchsorted(own, days, side="left")
    return Duration(int(last - first), "wd")
