"""Small plans in minutes, drawn by chance, and their earliest dates worked out by walking the minutes one by one.

The oracle knows calendars as truth values of minutes and nothing of bisections, families or passes: every function of
`models.rules` is looked up by trying one minute after another.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from models.calendar import Calendar, DayException, Shift, Span
from models.duration import Duration
from models.items import Activity, Milestone, Summary
from models.moment import Moment
from models.plan import Plan
from models.progress import Assignment, Pin, Progress
from models.rules import Dependency, NotBefore, Point, Rule

FIRST = dt.date(2024, 1, 1)
DAYS = 6
ZERO = Moment(2023, 12, 31)
"""Boundary nought: the axis begins a day before anything is covered."""
SIZE = (DAYS + 3) * 24 * 60
SOLID: dict[str, Any] = {"basis": "synthetic"}
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def moment(minute: int) -> Moment:
    """Return a minute of the first day as a moment."""
    return Moment.of(Moment(FIRST.year, FIRST.month, FIRST.day) + dt.timedelta(minutes=minute))


def calendar(chance: random.Random, name: str) -> Calendar:
    """Return a calendar of short shifts, some of them past midnight, with a day off and a longer one."""

    def shifts() -> tuple[Shift, ...]:
        begins = sorted(chance.sample(range(0, 1380, 20), chance.randint(1, 3)))
        return tuple(Shift(begin, begin + chance.choice([7, 15, 200])) for begin in begins)

    hours = {day: shifts() if chance.random() < 0.8 else () for day in WEEK}
    hours["mon"] = shifts()
    exceptions = (
        DayException(first=FIRST + dt.timedelta(1), last=FIRST + dt.timedelta(1), shifts=()),
        DayException(first=FIRST + dt.timedelta(3), last=FIRST + dt.timedelta(4), shifts=shifts()),
    )
    covers = Span(first=FIRST, last=FIRST + dt.timedelta(DAYS))
    return Calendar(id=name, title=name, covers=covers, hours=hours, exceptions=exceptions, **SOLID)


def minute_plan(chance: random.Random, size: int = 6) -> Plan:
    """Return a plan of some activities, a milestone and a summary, every link from an earlier one to a later one."""
    calendars = tuple(calendar(chance, name) for name in ("base", "one", "two"))
    names = [f"A{number}" for number in range(size)]

    def length() -> Duration:
        return Duration(chance.choice([0, 1, 5, 12, 30]), chance.choice(["min", "min", "min", "emin"]))

    activities = tuple(
        Activity(id=name, title=name, duration=length(), calendar=chance.choice([None, "one", "two"]), **SOLID)
        for name in names
    )
    rules: list[Any] = []
    for number, after in enumerate(names):
        rules += [
            Dependency(
                kind="dependency",
                id=f"{before}-{after}",
                title="a link",
                before=before,
                after=after,
                type=chance.choice(["FS", "FS", "SS", "FF", "SF"]),
                lag=Duration(chance.choice([0, 0, 3, 11, -4]), chance.choice(["min", "emin", "%"])),
                lag_calendar=chance.choice([None, "predecessor", "successor", "plan", "elapsed"]),
                **SOLID,
            )
            for before in chance.sample(names[:number], min(number, chance.randint(0, 2)))
        ]
        if chance.random() < 0.3:
            at = Point(after, chance.choice(["start", "finish"]))
            date = moment(chance.randrange(4000))
            rules.append(NotBefore(kind="not-before", id=f"floor-{after}", title="a floor", at=at, date=date, **SOLID))
    spanned = tuple(Point(name) for name in names[: size // 2])
    rules.append(Dependency(kind="dependency", id="last", title="last", before=names[-1], after="END", **SOLID))
    rules.append(Dependency(kind="dependency", id="whole", title="all", before="SUM", after="END", **SOLID))
    return Plan(
        schema="optimiser/plan/1",
        id="minutes",
        title="Minutes",
        as_of=FIRST,
        unit="minute",
        horizon=Span(first=FIRST, last=FIRST + dt.timedelta(DAYS)),
        calendar="base",
        calendars=calendars,
        targets=("END",),
        activities=activities,
        milestones=(Milestone(id="END", title="End", shown=chance.choice(["opens", "closes"]), **SOLID),),
        summaries=(Summary(id="SUM", title="Some", of=spanned, **SOLID),),
        rules=tuple(rules),
    )


class Walked:
    """The earliest positions of a plan, by walking."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.worked = {each.id: self._minutes(each) for each in plan.calendars}
        self.worked["always"] = [True] * SIZE
        self.sums = {name: self._sums(worked) for name, worked in self.worked.items()}
        self.found: dict[str, tuple[int, int]] = {}
        for activity in plan.activities:
            self.found[activity.id] = self._activity(activity)
        for summary in plan.summaries:
            spans = [self.found[point.item] for point in summary.of]
            self.found[summary.id] = min(start for start, _ in spans), max(finish for _, finish in spans)
        for milestone in plan.milestones:
            self.found[milestone.id] = self._milestone(milestone)

    @staticmethod
    def _minutes(calendar: Calendar) -> list[bool]:
        worked = [False] * SIZE
        for number in range(-1, DAYS + 1):
            day = FIRST + dt.timedelta(number)
            shifts = (calendar.hours or {}).get(WEEK[day.weekday()], ())
            for exception in calendar.exceptions:
                if exception.first <= day <= exception.last:
                    shifts = exception.shifts
            for shift in shifts:
                for minute in range(shift.begin, shift.end):
                    at = (number + 1) * 1440 + minute
                    if 1440 <= at < (DAYS + 2) * 1440:
                        worked[at] = True
        return worked

    @staticmethod
    def _sums(worked: list[bool]) -> list[int]:
        sums = [0]
        for each in worked:
            sums.append(sums[-1] + each)
        return sums

    def plus(self, at: int, minutes: int, name: str) -> int:
        """Return ``at ⊕ minutes``."""
        sums = self.sums[name]
        if not minutes:
            return at
        wanted = sums[at] + minutes
        if minutes > 0:
            return next(t for t in range(at, SIZE + 1) if sums[t] >= wanted)
        return next((t for t in range(at, -1, -1) if sums[t] <= wanted), 0)

    def _length(self, activity: Activity) -> tuple[int, str]:
        length = self.plan.duration(activity.duration)
        return length.amount, "always" if length.unit == "emin" else activity.calendar or self.plan.calendar

    def _reach(self, rule: Dependency) -> int:
        before, after = rule.points()
        lag = self.plan.duration(rule.lag)
        start, finish = self.found[before.item]
        at = start if before.end == "start" else finish
        share = self._length(self.plan.items[before.item])[0] if before.item in self.found and before.item != "SUM" else 0
        minutes = (2 * lag.amount * share + 100) // 200 if lag.unit in ("%", "e%") else lag.amount
        chosen = rule.lag_calendar or self.plan.lag_calendar
        own: Mapping[str, str] = {"predecessor": before.item, "successor": after.item}
        elapsed = lag.unit in ("emin", "e%")
        name = "always" if chosen == "elapsed" or elapsed else self.plan.calendar
        if chosen in own and not elapsed:
            name = getattr(self.plan.items[own[chosen]], "calendar", None) or self.plan.calendar
        return self.plus(at, minutes, name)

    def _activity(self, activity: Activity) -> tuple[int, int]:
        minutes, name = self._length(activity)
        sums, worked = self.sums[name], self.worked[name]
        asked = [
            (rule.points()[1].end, self._reach(rule))
            for rule in self.plan.rules
            if isinstance(rule, Dependency) and rule.after == activity.id
        ]
        for rule in self.plan.rules:
            if isinstance(rule, NotBefore) and rule.points()[0].item == activity.id:
                assert isinstance(rule.date, Moment)
                asked.append((rule.points()[0].end, rule.date.minutes - ZERO.minutes))
        for start in range(1440, SIZE):
            # Work begins where it goes on; an event also where it has just ended.
            ended = sums[start] > 0 and worked[start - 1]
            if not (worked[start] or (not minutes and ended)):
                continue
            finish = self.plus(start, minutes, name)
            late = all(at <= start if end == "start" or not minutes else sums[at] <= sums[finish] for end, at in asked)
            if late:
                return start, finish
        message = "the plan does not end"
        raise AssertionError(message)

    def _milestone(self, milestone: Milestone) -> tuple[int, int]:
        name = self.plan.calendar
        links = [rule for rule in self.plan.rules if isinstance(rule, Dependency) and rule.after == milestone.id]
        at = max([1440, *(self._reach(rule) for rule in links)])
        stays = milestone.shown == "closes" and self.worked[name][at - 1]
        while not (stays or self.worked[name][at]):
            at += 1
        return at, at


def done_plan(chance: random.Random, size: int = 6) -> Plan:
    """Return a plan of no dialect of which something is done, with rules of every kind that may then hold something or not."""
    plan = minute_plan(chance, size)
    status = chance.choice([900, 1500, 2400])

    def progress() -> Progress | None:
        kind, start = chance.choice(["to do", "to do", "done", "begun"]), chance.randrange(0, status - 300)
        if kind == "to do":
            return None
        if kind == "done":
            return Progress(actual_start=moment(start), actual_finish=moment(chance.randrange(start, status)))
        left, resume = Duration(chance.choice([0, 4, 9]), "min"), chance.choice([None, None, moment(status + 200)])
        return Progress(actual_start=moment(start), remaining=left, resume=resume)

    names = [activity.id for activity in plan.activities]
    rules: list[Any] = list(plan.rules)
    for number in range(chance.randint(1, 4)):
        one, two = sorted(chance.sample(names, 2))
        fields: dict[str, Any] = {"id": f"more-{number}", "title": "a rule", **SOLID}
        point = {"at": f"{one}.{chance.choice(['start', 'finish'])}"}
        day = str(FIRST + dt.timedelta(chance.randint(0, 4)))
        kinds: list[dict[str, Any]] = [
            {"kind": "not-after", "date": day, **point},
            {"kind": "not-before", "date": day, **point},
            {
                "kind": "dependency",
                "before": one,
                "after": two,
                "type": chance.choice(["FS", "SS", "FF"]),
                "bound": "at-most",
                "lag": "2000 emin",
            },
            {"kind": "blackout", "items": [one], "windows": [{"first": day, "last": day}]},
            {"kind": "gate", "before": one, "after": two, "board": {"days": [str(FIRST + dt.timedelta(n)) for n in range(6)]}},
            {"kind": "at-least", "of": [one, two], "count": chance.randint(1, 2), "after": "END"},
            {"kind": "equality", "at": [f"{one}.finish", "END"]},
        ]
        rules.append(TypeAdapter(Rule).validate_python(fields | chance.choice(kinds)))
    return plan.evolve(
        status_date=moment(status),
        logic=chance.choice(["retained", "retained", "override"]),
        rules=tuple(rules),
        activities=tuple(activity.model_copy(update={"progress": progress()}) for activity in plan.activities),
    )


def held_plan(chance: random.Random, dialect: str | None, size: int = 6) -> Plan:
    """Return a plan whose work is held by more than its rules: pins, delays, progress, assignments, a pinned summary."""
    plan = minute_plan(chance, size)
    status = moment(1500)
    held = []
    for activity in plan.activities:
        changes: dict[str, Any] = {}
        kind = chance.choice(["none", "pin", "delay", "done", "begun", "assigned", "none"])
        elapsed = plan.duration(activity.duration).unit == "emin"
        if kind == "pin":
            date = moment(chance.randrange(200, 5000))
            end = chance.choice(["start", "finish"])
            changes["pin"] = Pin.model_validate({end: date, "kind": chance.choice(["on", "not-after"])})
        elif kind == "delay":
            changes["delay"] = Duration(chance.choice([1, 30, 700]), "emin")
        elif kind == "done":
            start, length = chance.randrange(0, 900), chance.randrange(1, 500)
            changes["progress"] = Progress(actual_start=moment(start), actual_finish=moment(start + length))
        elif kind == "begun":
            resume = chance.choice([None, moment(1700)])
            left = Duration(chance.choice([0, 4, 9]), "min")
            expected = chance.choice([None, None, moment(3000)])
            progress = Progress(actual_start=moment(900), remaining=left, resume=resume, expected_finish=expected)
            changes["progress"] = progress
        elif kind == "assigned" and not elapsed:
            changes["assignments"] = tuple(
                Assignment(
                    calendar=chance.choice([None, "one", "two"]),
                    work=chance.choice([None, Duration(chance.choice([3, 14]), "min")]),
                    units=chance.choice([100.0, 50.0, 33.3]),
                    delay=Duration(chance.choice([0, 0, 5]), "min"),
                    levelling_delay=Duration(chance.choice([0, 0, 40]), "emin"),
                )
                for _ in range(chance.randint(1, 2))
            )
        held.append(activity.model_copy(update=changes))
    return plan.model_copy(
        update={
            "activities": tuple(held),
            "dialect": dialect,
            "status_date": status,
            "start": moment(chance.choice([0, 400])),
            "logic": chance.choice(["retained", "retained", "override"]),
            "start_lag": chance.choice(["early-start", "actual-start"]),
        }
    )
