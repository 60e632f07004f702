"""An exhaustive solver for tiny plans: the fourth witness.

It is written from the docstrings of `models.rules` (in `tests.rule_kinds`) and `models.items` alone, counts days with `datetime` and its fingers,
and shares no line with `optimiser`. It is slow, and simple enough to be believed.

A boundary is the number of working days of the axis before it. Dates before the days covered stand for −∞, dates after
them for +∞. Work of no length may stand on any day, whatever calendar it has.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from models.calendar import Calendar
from models.duration import Duration
from models.items import Activity, Hammock, Milestone
from models.plan import Plan
from models.rules import Occasions, Pattern, Point
from tests.rule_kinds import MEANINGS, ended

__all__ = [
    "MEANINGS",
    "Axis",
    "Scene",
    "alone",
    "breaches",
    "earliest",
    "hammock_place",
    "last_day",
    "placed_with_hammocks",
    "plus_months",
    "schedules",
]

Places = Mapping[str, tuple[int, int]]
"""Item to its start and finish."""

DAY = dt.timedelta(days=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ORDINALS = ("first", "second", "third", "fourth")


def last_day(day: dt.date) -> dt.date:
    """Return the last calendar day of the month a day is in."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return dt.date(year, month, 1) - DAY


def plus_months(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later (or earlier) month, cut to its length; the last day of a month stays the last."""
    count = day.year * 12 + day.month - 1 + months
    end = last_day(dt.date(count // 12, count % 12 + 1, 1))
    return end if day == last_day(day) else end.replace(day=min(day.day, end.day))


def days_of(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Yield every calendar day from the first to the last."""
    while first <= last:
        yield first
        first += DAY


def works_on(calendar: Calendar, day: dt.date) -> bool:
    """Return whether a calendar that covers the day works on it."""
    return (
        NAMES[day.weekday()] in calendar.weekdays
        and all(holiday.day != day for holiday in calendar.holidays)
        and not any(span.first <= day <= span.last for span in calendar.blackouts)
    )


def worked_days(calendar: Calendar) -> list[dt.date]:
    """Return the days that a calendar works."""
    return [day for day in days_of(calendar.covers.first, calendar.covers.last) if works_on(calendar, day)]


class Axis:
    """The working days of a plan's base calendar, counted."""

    def __init__(self, plan: Plan) -> None:
        base = plan.calendars_by_id[plan.calendar]
        self.covers = base.covers
        self.days = worked_days(base)
        self.size = len(self.days)
        self.own = {calendar.id: worked_days(calendar) for calendar in plan.calendars}
        worked = set(self.days)
        self._mornings: dict[dt.date, int] = {}
        self._evenings: dict[dt.date, int] = {}
        self._occasions: dict[Occasions, list[dt.date]] = {}
        passed = 0
        for day in days_of(base.covers.first, base.covers.last):
            self._mornings[day] = passed
            passed += day in worked
            self._evenings[day] = passed
        # Every boundary in use has a covered day on both sides.
        self.origin = max(1, self._mornings[plan.horizon.first])
        self.limit = min(self.size - 1, self._evenings.get(plan.horizon.last, self.size))

    def read(self, day: dt.date, convention: str) -> float:
        """Return the boundary of a day's morning (``opens``) or evening (``closes``)."""
        if day < self.covers.first:
            return -math.inf
        if day > self.covers.last:
            return math.inf
        return (self._mornings if convention == "opens" else self._evenings)[day]

    def stated(self, day: dt.date, convention: str) -> float:
        """Return the boundary of a day that the plan states.

        Raises
        ------
        LookupError
            If the base calendar does not cover it: the plan is then in error, and has no meaning.
        """
        if day not in self._mornings:
            message = f"{day} is not covered"
            raise LookupError(message)
        return self.read(day, convention)

    def shown(self, boundary: int, convention: str) -> dt.date:
        """Return the day whose morning, or evening, a boundary is shown as."""
        return self.days[boundary if convention == "opens" else boundary - 1]

    def plus(self, boundary: int, lag: Duration, source: str, target: str) -> float:
        """Return ``boundary ⊕ lag``."""
        if lag.unit == "wd":
            return boundary + lag.amount
        day = self.shown(boundary, source)
        reached = day + lag.amount * DAY if lag.unit == "cd" else plus_months(day, lag.amount)
        found = self.read(reached, target)
        return max(found, boundary) if lag.amount >= 0 else found

    def finishes(self, plan: Plan, activity: Activity, start: int) -> Sequence[int]:
        """Return every boundary at which an activity that starts at a boundary may finish, within the plan's axis."""
        if not plan.switch(activity.enabled):
            return range(start, self.limit + 1)
        finish = self.ends(activity.calendar, plan.duration(activity.duration), start, plan.calendar)
        return [int(finish)] if finish <= self.limit else []

    def ends(self, calendar: str | None, duration: Duration, start: int, base: str) -> float:
        """Return the finish of work on a calendar, +∞ where it may not start or never ends."""
        if calendar in (None, base) or duration.amount == 0:
            return self.plus(start, duration, "opens", "opens")
        own, morning = self.own[calendar or ""], self.shown(start, "opens")
        last = own.index(morning) + duration.amount - 1 if morning in own else len(own)
        return self.read(own[last], "closes") if last < len(own) else math.inf

    def occasions(self, occasions: Occasions) -> list[dt.date]:
        """Return every covered day on which something can happen, in order."""
        if occasions not in self._occasions:
            for day in occasions.days:
                self.stated(day, "opens")
            found = set(occasions.days)
            for day in days_of(self.covers.first, self.covers.last):
                if occasions.pattern is not None and self._recurs(occasions.pattern, day):
                    found |= self._held(occasions.pattern, day)
            since, until = occasions.since or dt.date.min, occasions.until or dt.date.max
            self._occasions[occasions] = sorted(day for day in found if since <= day <= until)
        return self._occasions[occasions]

    def moves(self, pattern: Pattern) -> bool:
        """Return whether some day of a pattern is one on which nobody works."""
        every = days_of(self.covers.first, self.covers.last)
        return any(day not in self.days and self._recurs(pattern, day) for day in every)

    def _held(self, pattern: Pattern, day: dt.date) -> set[dt.date]:
        """Return the day on which one day of a pattern happens, nothing where it does not or is not known."""
        rule = pattern.non_working
        if rule is None:
            rule = "before" if pattern.on is not None and pattern.on.startswith("last") else "after"
        if rule == "stay" or day in self.days:
            return {day}
        if rule == "skip":
            return set()
        while day in self._mornings and day not in self.days:
            day += DAY if rule == "after" else -DAY
        return {day} & set(self.days)

    def _recurs(self, pattern: Any, day: dt.date) -> bool:
        """Return whether a day belongs to a pattern."""
        if pattern.every_weeks is not None:
            return bool(day >= pattern.since and (day - pattern.since).days % (7 * pattern.every_weeks) == 0)
        if pattern.months and day.month not in pattern.months:
            return False
        if pattern.on in ("first working day", "last working day"):
            return self.is_month_end(day, first=pattern.on.startswith("first"))
        word, what = pattern.on.split(" ")
        if word == "day":
            return day.day == int(what)
        nth = (day + 7 * DAY).month != day.month if word == "last" else (day.day - 1) // 7 == ORDINALS.index(word)
        return nth and NAMES[day.weekday()] == what

    def is_month_end(self, day: dt.date, *, first: bool) -> bool:
        """Return whether a day is known to be the first, or last, working day of its month."""
        if day not in self.days:
            return False
        rest = days_of(day.replace(day=1), day - DAY) if first else days_of(day + DAY, last_day(day))
        return all(other in self._mornings and other not in self.days for other in rest)


# -- what each kind of rule asks, given where the items lie ------------------------------------------------------------


class Scene:
    """A plan, its axis, and the places of its items: what a rule is judged against."""

    def __init__(self, plan: Plan, axis: Axis, places: Places) -> None:
        self.plan, self.axis, self.places = plan, axis, places

    def at(self, point: Point) -> int:
        """Return the boundary of a point; of the start of begun work where what is left of it begins."""
        return self.places[point.item][point.end == "finish"]

    def source(self, point: Point) -> int:
        """Return the boundary that a lag counts from: of begun work its actual start."""
        fact = facts(self.plan, self.axis, point.item)
        return fact[0] if fact and fact[1] is None and point.end == "start" else self.at(point)

    def shown(self, point: Point) -> str:
        """Return how a point is shown."""
        item = self.plan.items[point.item]
        if isinstance(item, Milestone):
            return item.shown
        return "closes" if point.end == "finish" else "opens"

    def plus(self, point: Point, lag: Duration, target: str) -> float:
        """Return ``b(point) ⊕ lag``, read by the convention of the target."""
        return self.axis.plus(self.source(point), lag, self.shown(point), target)


# -- what is done ------------------------------------------------------------------------------------------------------


def since(plan: Plan, axis: Axis) -> int:
    """Return the boundary before which nothing comes that is not done."""
    return axis.origin if plan.status_date is None else max(axis.origin, int(axis.read(plan.status_date, "closes")))


def facts(plan: Plan, axis: Axis, name: str) -> tuple[int, int | None] | None:
    """Return where an item began, and where it finished if it has; None where nothing is done of it."""
    item = plan.items[name]
    done = getattr(item, "progress", None)
    if done is None or not (done.actual_start or done.actual_finish):
        return None
    if isinstance(item, Milestone):
        met = max(axis.origin, int(axis.read(done.actual_finish or done.actual_start, item.shown)))
        return met, met
    began = max(axis.origin, int(axis.read(done.actual_start, "opens")))
    return began, None if done.actual_finish is None else max(began, int(axis.read(done.actual_finish, "closes")))


def rest_from(plan: Plan, axis: Axis, activity: Activity) -> int:
    """Return the earliest boundary at which what is left of begun work may begin."""
    resume = activity.progress.resume if activity.progress else None
    return max(since(plan, axis), int(axis.read(resume, "opens")) if resume else 0)


def _rests(plan: Plan, axis: Axis, activity: Activity, start: int) -> Sequence[int]:
    """Return every boundary at which work may finish of which what is left begins at a boundary."""
    left = activity.progress.remaining if activity.progress else None
    assert left is not None
    return axis.finishes(plan, activity.model_copy(update={"duration": left}), start)


def as_told(plan: Plan, axis: Axis, places: Places) -> dict[str, tuple[int, int]]:
    """Return places as a schedule tells them: begun work from where it began."""
    began = {name: fact[0] for name in places if (fact := facts(plan, axis, name)) and fact[1] is None}
    return {name: (began.get(name, start), finish) for name, (start, finish) in places.items()}


def as_rests(plan: Plan, axis: Axis, places: Places) -> dict[str, tuple[int, int]]:
    """Return places as a schedule tells them with begun work from the latest boundary at which its rest may begin."""
    found = dict(places)
    for activity in plan.activities:
        fact = facts(plan, axis, activity.id)
        if fact and fact[1] is None and activity.id in places:
            finish = places[activity.id][1]
            if not plan.switch(activity.enabled):
                found[activity.id] = finish, finish
                continue
            left = activity.progress.remaining if activity.progress else None
            assert left is not None
            starts = [b for b in range(1, finish + 1) if axis.ends(activity.calendar, left, b, plan.calendar) <= finish]
            found[activity.id] = max(starts, default=0), finish
    return found


def holds(here: Scene, rule: Any) -> bool:
    """Return whether a rule holds as far as what is done leaves it anything to hold."""
    return MEANINGS[rule.kind](here, rule) if here.plan.status_date is None else _Since(here).holds(rule)


class _Since:
    """What rules ask once something is done."""

    def __init__(self, here: Scene) -> None:
        self.here, self.plan, self.axis = here, here.plan, here.axis
        self.first = since(here.plan, here.axis)

    def holds(self, rule: Any) -> bool:
        """Return whether a rule holds as far as what is done leaves it anything to hold."""
        if rule.kind == "dependency" and rule.bound == "at-most":
            return self._at_most(rule)
        if rule.kind in ("dependency", "gate", "at-least", "migration"):
            return self._free(rule.points()[-1]) or MEANINGS[rule.kind](self.here, rule)
        if rule.kind == "equality":
            return self._equal(rule)
        if rule.kind in ("blackout", "capacity"):
            return self._of_what_is_left(rule)
        (point,) = rule.points()
        day = self.plan.date(rule.date) if rule.kind == "not-after" else None
        missed = day is not None and self.axis.shown(self.first, self.here.shown(point)) > day
        return self._gone(point) or missed or MEANINGS[rule.kind](self.here, rule)

    def _gone(self, point: Point) -> bool:
        """Return whether a point is past."""
        fact = facts(self.plan, self.axis, point.item)
        return fact is not None and (fact[1] is not None or point.end == "start")

    def _free(self, point: Point) -> bool:
        """Return whether links ask nothing of a point."""
        fact = facts(self.plan, self.axis, point.item)
        return fact is not None and (fact[1] is not None or self.plan.logic == "override")

    def _at_most(self, rule: Any) -> bool:
        before, after = rule.points()
        latest = self.here.plus(before, self.plan.duration(rule.lag), self.here.shown(after))
        if self._gone(before):
            return self._gone(after) or self._free(after) or latest < self.first or self.here.at(after) <= latest
        return self._free(before) or self.here.source(after) <= latest

    def _equal(self, rule: Any) -> bool:
        points = [ended(point, "start") for point in rule.at]
        coming = {self.here.at(point) for point in points if not self._gone(point)}
        past = [self.here.source(point) for point in points if self._gone(point)]
        return len(coming) < 2 and (not past or not coming or min(past) < self.first or coming == {min(past)})

    def _of_what_is_left(self, rule: Any) -> bool:
        field = "items" if rule.kind == "blackout" else "demands"
        left = tuple(each for each in getattr(rule, field) if not self._gone(Point(getattr(each, "item", each), "finish")))
        return not left or MEANINGS[rule.kind](self.here, rule.model_copy(update={field: left}))


# -- judging and searching ---------------------------------------------------------------------------------------------


def hammock_place(here: Scene, hammock: Hammock) -> tuple[float, float]:
    """Return where a hammock lies, given the items it is tied to."""
    first, last = ended(hammock.starts_with, "start"), ended(hammock.finishes_with, "finish")
    start = here.plus(first, here.plan.duration(hammock.start_lag), "opens")
    return start, max(start, here.plus(last, here.plan.duration(hammock.finish_lag), "closes"))


def placed_with_hammocks(plan: Plan, places: Places, axis: Axis | None = None) -> dict[str, tuple[int, int]]:
    """Return the places of activities and milestones together with those of the hammocks tied to them.

    A hammock that leads off the axis has a place that no schedule may have: nothing waits for a hammock, so it moves
    nothing back onto the axis. Where it leads off the days covered it is said to end just after them.
    """
    axis = axis or Axis(plan)
    placed = dict(places)
    waiting = list(plan.hammocks)
    while waiting:
        hammock = waiting.pop(0)
        if not {hammock.starts_with.item, hammock.finishes_with.item} <= placed.keys():
            waiting.append(hammock)
            continue
        start, finish = hammock_place(Scene(plan, axis, placed), hammock)
        placed[hammock.id] = int(max(0, min(start, axis.size + 1))), int(max(0, min(finish, axis.size + 1)))
    return placed


def _placed(plan: Plan, axis: Axis, places: Places, rests: Places) -> dict[str, bool]:
    """Return for every item whether it lies where its kind, what is done of it and the axis allow."""
    here = Scene(plan, axis, places)
    sound = {}
    for name, (start, finish) in places.items():
        item, fact = plan.items[name], facts(plan, axis, name)
        if fact is not None:
            fits = (
                (start, finish) == fact if fact[1] is not None else start == fact[0] and _goes_on(plan, axis, item, rests[name])
            )
        elif isinstance(item, Activity):
            fits = finish in axis.finishes(plan, item, start) and start >= since(plan, axis)
        elif isinstance(item, Milestone):
            fits = start == finish and start >= since(plan, axis)
        else:
            fits = hammock_place(here, item) == (start, finish)
        sound[name] = fits and axis.origin <= start and finish <= axis.limit and start <= finish
    return sound


def _goes_on(plan: Plan, axis: Axis, item: Any, place: tuple[int, int]) -> bool:
    """Return whether what is left of begun work lies where it may."""
    start, finish = place
    return finish in _rests(plan, axis, item, start) and start >= rest_from(plan, axis, item)


def breaches(plan: Plan, places: Places, axis: Axis | None = None) -> frozenset[str]:
    """Return the ids of the rules that a schedule breaks, and ``item:ID`` for each item that lies where it cannot.

    Parameters
    ----------
    plan
        Any plan.
    places
        Every item's start and finish, each a boundary with a covered day on both sides.
    axis
        The plan's axis, where there is one already.
    """
    axis = axis or Axis(plan)
    here = Scene(plan, axis, as_rests(plan, axis, places))
    broken = {rule.id for rule in plan.rules if plan.switch(rule.enabled) and not holds(here, rule)}
    return frozenset(broken | {f"item:{name}" for name, sound in _placed(plan, axis, places, here.places).items() if not sound})


def schedules(plan: Plan, first: str | None = None) -> Iterator[dict[str, tuple[int, int]]]:
    """Yield every schedule of a tiny plan that breaks nothing; those that place the item `first` earliest come first.

    Parameters
    ----------
    plan
        A plan of a few items on a short axis: the search tries every boundary of every item.
    first
        An activity or a milestone.
    """
    axis = Axis(plan)
    rules = [rule for rule in plan.rules if plan.switch(rule.enabled)]
    groups = _groups([item.id for item in (*plan.activities, *plan.milestones)], rules, first)
    # What no rule ties together is searched apart, so that one impossible group ends the search.
    if any(next(_within(plan, axis, group, rules), None) is None for group in groups):
        return

    def joined(depth: int, places: dict[str, tuple[int, int]]) -> Iterator[dict[str, tuple[int, int]]]:
        if depth == len(groups):
            yield placed_with_hammocks(plan, as_told(plan, axis, places), axis)
            return
        for found in _within(plan, axis, groups[depth], rules):
            yield from joined(depth + 1, places | found)

    yield from joined(0, {})


def _groups(items: list[str], rules: list[Any], first: str | None) -> list[list[str]]:
    """Split items into those that rules tie together, each in an order that follows the rules from its first item."""
    waiting = sorted(items, key=lambda item: item != first)
    groups: list[list[str]] = []
    while waiting:
        group = [waiting.pop(0)]
        while near := [item for item in waiting if any({item} < _named(rule) and _named(rule) & set(group) for rule in rules)]:
            waiting.remove(near[0])
            group.append(near[0])
        groups.append(group)
    return groups


def _within(plan: Plan, axis: Axis, group: list[str], rules: list[Any]) -> Iterator[dict[str, tuple[int, int]]]:
    """Yield every way of placing a group of items that breaks none of the rules about them."""
    own = [_alone(plan, axis, name, [rule for rule in rules if _named(rule) == {name}]) for name in group]
    # A rule about several items is judged as soon as all of them have their places.
    due: list[list[Any]] = [[] for _ in group]
    for rule in rules:
        if len(_named(rule)) > 1 and _named(rule) <= set(group):
            due[max(group.index(name) for name in _named(rule))].append(rule)
    places: dict[str, tuple[int, int]] = {}
    here = Scene(plan, axis, places)

    def extend(depth: int) -> Iterator[dict[str, tuple[int, int]]]:
        if depth == len(group):
            yield dict(places)
            return
        for place in own[depth]:
            places[group[depth]] = place
            if all(holds(here, rule) for rule in due[depth]):
                yield from extend(depth + 1)

    return extend(0)


def _alone(plan: Plan, axis: Axis, name: str, rules: list[Any]) -> list[tuple[int, int]]:
    """Return every place of an item that breaks none of the rules that speak of it alone."""
    item, fact = plan.items[name], facts(plan, axis, name)

    def ends(start: int) -> Sequence[int]:
        if not isinstance(item, Activity):
            return [start]
        return axis.finishes(plan, item, start) if fact is None else _rests(plan, axis, item, start)

    first = rest_from(plan, axis, item) if fact is not None and isinstance(item, Activity) else since(plan, axis)
    tried: Any = ((start, finish) for start in range(first, axis.limit + 1) for finish in ends(start))
    if fact is not None and fact[1] is not None:
        tried = [fact]
    possible = []
    for start, finish in tried:
        here = Scene(plan, axis, {name: (start, finish)})
        if all(holds(here, rule) for rule in rules):
            possible.append((start, finish))
    return possible


def _named(rule: Any) -> set[str]:
    """Return the items that a rule speaks of."""
    return {point.item for point in rule.points()}


def alone(plan: Plan, members: Collection[str]) -> Plan:
    """Return some rules and lengths of a plan (``duration:ITEM``) and the items they name, all other lengths free."""
    rules = tuple(rule for rule in plan.rules if rule.id in members)
    named = {name for rule in rules for name in _named(rule)} | {name.removeprefix("duration:") for name in members}
    held = {
        item.id: item if f"duration:{item.id}" in members else item.model_copy(update={"enabled": False})
        for item in plan.activities
    }
    return plan.evolve(
        rules=rules,
        activities=tuple(held[item.id] for item in plan.activities if item.id in named),
        milestones=tuple(item for item in plan.milestones if item.id in named),
        hammocks=(),
        targets=(),
    )


def earliest(plan: Plan, milestone: str) -> dt.date | None:
    """Return the earliest date at which a milestone of a tiny plan can be shown; None where nothing meets every rule."""
    for places in islice(schedules(plan, milestone), 1):
        return Axis(plan).shown(places[milestone][0], plan.convention(Point(milestone)))
    return None
