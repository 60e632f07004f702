"""Progress against the plan: out of sequence, idle without a reason, longer than planned, or in the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from models.duration import Duration
from models.items import Activity, Milestone
from models.past import settled
from models.plan import DURATION_PREFIX
from models.rules import Dependency
from optimiser.clock import MinuteClock
from optimiser.lint.checked import Check, Checked, finding
from optimiser.lint.subject import Subject, counted
from optimiser.solve.variant import Variant
from optimiser.wording import called, plain_date

__all__ = ["CHECKS", "out_of_sequence", "unstarted_in_the_past"]

LONG_AGO = 5
"""Working days after which begun work of which as much is left as was planned is asked about."""

_NOTHING = "the plan has no status date: nothing is said to be done"


def _name(subject: Subject, item: str) -> str:
    return called(subject.plan.items[item].title, item)


def out_of_sequence(subject: Subject) -> Iterator[tuple[Dependency, str]]:
    """Yield each link that what is done has not waited for, and how, the earliest planned first."""
    plan = subject.plan
    for rule in plan.active_rules():
        if not isinstance(rule, Dependency) or rule.bound != "at-least":
            continue
        before, after = rule.points()
        reached, waited = _actual(subject, after.item, after.end), _actual(subject, before.item, before.end)
        if reached is None or plan.duration(rule.lag).amount < 0:
            continue
        if waited is None or reached < waited:
            yield rule, "has not come" if waited is None else f"came only on {plain_date(waited)}"


def _actual(subject: Subject, item: str, end: str | None) -> dt.date | None:
    """Return when a point was reached; None where it has not been."""
    held = subject.plan.items[item]
    done = held.progress if isinstance(held, Activity | Milestone) else None
    if done is None:
        return None
    if isinstance(held, Milestone):
        return done.actual_finish or done.actual_start
    return done.actual_start if end == "start" else done.actual_finish


def _sequence(subject: Subject) -> Checked:
    """Ask of what has begun or is done whether all that it waits for had come."""
    plan = subject.plan
    if plan.status_date is None:
        return Checked(0, not_applicable=_NOTHING)
    held = settled(plan)
    found = []
    for rule, how in out_of_sequence(subject):
        before, after = rule.points()
        ends = {"start": "start", "finish": "finish"}
        live = rule.id not in held
        what = (
            f"the {ends[after.end or 'finish']} of {_name(subject, after.item)} came on "
            f"{plain_date(_actual(subject, after.item, after.end) or plan.status_date)}, although the "
            f"{ends[before.end or 'finish']} of {_name(subject, before.item)} {how}; "
        )
        what += (
            "what is left of it waits all the same (retained logic): take the link away or say 'logic: override' if it need not"
            if live
            else "the link holds nothing any more: say whether it ever did"
        )
        found.append(
            finding(
                "out-of-sequence",
                "medium" if live else "low",
                [rule.id, before.item, after.item],
                what,
                key=rule.id,
                citation=rule.citation,
                tried=f"without {rule.id}",
                effects=subject.effects(Variant(off=(rule.id,))) if live and subject.solved else (),
            )
        )
    return Checked(sum(isinstance(rule, Dependency) for rule in plan.active_rules()), found)


def _waiting(subject: Subject) -> Checked:
    """Ask of work that has not begun whether anything but the status date has held it, all that it waits for being done."""
    plan = subject.plan
    if plan.status_date is None:
        return Checked(0, not_applicable=_NOTHING)
    links: dict[str, list[Dependency]] = {}
    others: set[str] = set()
    for rule in plan.active_rules():
        if isinstance(rule, Dependency) and rule.bound == "at-least":
            links.setdefault(rule.points()[1].item, []).append(rule)
        else:
            others |= {point.item for point in rule.points()}
    found, looked_at = [], 0
    for activity in plan.activities:
        behind = links.get(activity.id, [])
        if not behind or activity.id in others or plan.done(activity.id) or plan.under_way(activity.id):
            continue
        looked_at += 1
        days = [_actual(subject, point.item, point.end) for rule in behind for point in rule.points()[:1]]
        known = [day for day in days if day is not None]
        if len(known) < len(days) or any(plan.duration(rule.lag).amount > 0 for rule in behind):
            continue
        last = max(known)
        late = _days_between(subject, last, plan.status_date)
        if late > 1:
            found.append(
                finding(
                    "not-begun",
                    "medium",
                    [activity.id],
                    f"{_name(subject, activity.id)} has not begun, although all that it waits for was there on {plain_date(last)}, "
                    f"{counted(late, 'working day')} before the status date: say when it began, or what else it waits for",
                    key=activity.id,
                )
            )
    return Checked(looked_at, found)


def _days_between(subject: Subject, first: dt.date, last: dt.date, *, begins: bool = False) -> int:
    """Return the working days behind one day, or from its morning on, up to the evening of another."""
    clock = subject.clock
    return max(0, clock.days_between(clock.boundary(first, "opens" if begins else "closes"), clock.boundary(last, "closes")))


def _longer(subject: Subject) -> Checked:
    """Ask of begun work whether more is left of it than was planned in all, and whether anything has been done of it."""
    plan = subject.plan
    if plan.status_date is None:
        return Checked(0, not_applicable=_NOTHING)
    found, looked_at = [], 0
    for activity in plan.activities:
        left = activity.progress.left if activity.progress and plan.under_way(activity.id) else None
        if left is None:
            continue
        looked_at += 1
        length = plan.duration(activity.duration)
        began = activity.progress.actual_start if activity.progress else None
        ago = 0 if began is None else _days_between(subject, began, plan.status_date, begins=True)
        if left.unit != length.unit or left.amount < length.amount or not length.amount:
            continue
        name = _name(subject, activity.id)
        if left.amount > length.amount:
            found.append(
                finding(
                    "longer-than-planned",
                    "medium",
                    [activity.id],
                    f"{_amount(subject, left)} are left of {name}, of which {_amount(subject, length)} were planned in all: give it a new length "
                    "with its reason, or split what has come to it from what was planned",
                    key=activity.id,
                    tried=f"what is left of {activity.id} is {length}",
                    effects=subject.effects(Variant(values={DURATION_PREFIX + activity.id: length.amount}))
                    if subject.solved
                    else (),
                )
            )
        elif ago >= LONG_AGO:
            found.append(
                finding(
                    "no-progress",
                    "medium",
                    [activity.id],
                    f"{name} began {counted(ago, 'working day')} ago, and as much is left of it as was planned: say what has "
                    "been done, or that it is suspended and when it goes on",
                    key=activity.id,
                )
            )
    return Checked(looked_at, found)


def _amount(subject: Subject, length: Duration) -> str:
    """Return a length as a planner counts it: of a plan of minutes in working days, where it is so many."""
    clock = subject.clock
    if isinstance(clock, MinuteClock) and length.unit in ("min", "h") and clock.minutes(length) % subject.plan.day_minutes == 0:
        return f"{clock.in_days(clock.minutes(length))} wd"
    return str(length)


def unstarted_in_the_past(subject: Subject) -> list[str]:
    """Return the work to come that starts before the status date: only a plan of Microsoft Project has any."""
    plan = subject.plan
    if plan.status_date is None or not subject.solved:
        return []
    status = subject.clock.boundary(plan.status_date, "closes")
    works = [each for each in plan.activities if not plan.done(each.id) and not plan.under_way(each.id)]
    return [each.id for each in works if subject.earliest.position(each.id)[0] < status]


def _left_behind(subject: Subject) -> Checked:
    """Ask whether work that has not begun lies before the status date, as Microsoft Project leaves it."""
    plan = subject.plan
    if plan.status_date is None:
        return Checked(0, not_applicable=_NOTHING)
    names = unstarted_in_the_past(subject)
    if not names:
        return Checked(len(plan.activities))
    first = ", ".join(_name(subject, name) for name in names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    what = (
        f"{counted(len(names), 'task')} not begun {'lies' if len(names) == 1 else 'lie'} before the status date, "
        f"{plain_date(plan.status_date)}, as Microsoft Project leaves them: {first}. Enter what has been done, or move the rest "
        "behind the status date (--reschedule), as nobody can do it in the past"
    )
    return Checked(len(plan.activities), [finding("unstarted-in-the-past", "high", names[:20], what)])


CHECKS = (
    Check("out-of-sequence", "What has begun had what it waits for", _sequence),
    Check("not-begun", "What could have begun has", _waiting),
    Check("longer-than-planned", "What is left is no more than was planned", _longer),
    Check("unstarted-in-the-past", "What is to come lies behind the status date", _left_behind),
)
