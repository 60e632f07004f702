"""Faults of recorded progress: items that do not exist, and facts that cannot have happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from models.contents import PlanContents
from models.duration import Duration, Reference
from models.fault import Fault, Path, maybe
from models.items import Activity, Hammock, Milestone
from models.moment import Moment
from models.progress import ItemProgress, Progress

__all__ = ["progress_faults"]

_UNITS = {"day": ("wd", "cd"), "minute": ("min", "h", "wd", "emin")}
_OF_REST = ("remaining", "percent_complete", "suspend", "resume")
_DATES = ("actual_start", "actual_finish", "suspend", "resume", "expected_finish")


def progress_faults(plan: PlanContents) -> Iterator[Fault]:
    """Yield the faults of recorded progress, wherever it is recorded."""
    yield from _beside(plan)
    beside = {entry.item: place for place, entry in reversed([*enumerate(plan.progress)])}
    any_said = False
    for field in ("activities", "milestones"):
        for index, item in enumerate(getattr(plan, field)):
            if item.progress is None:
                continue
            any_said = True
            place = beside.get(item.id)
            said_here = place is not None and _same(plan, plan.progress[place], item.progress)
            path: Path = ("progress", place) if place is not None and said_here else (field, index, "progress")
            yield from _said(plan, item, item.progress, path)
    if any_said and plan.status_date is None and plan.dialect is None:
        message = "the plan says what is done, but not by when; expected a 'status_date', whose evening it is true of"
        yield Fault(("status_date",), message)
    if isinstance(plan.status_date, Moment) and plan.unit == "day":
        message = f"expected a date written YYYY-MM-DD, got {plan.status_date}; maybe the plan needs 'unit: minute'"
        yield Fault(("status_date",), message)


def _beside(plan: PlanContents) -> Iterator[Fault]:
    """Progress said beside the items: of what is no item, or has none of its own, or otherwise than the item says."""
    seen: dict[str, int] = {}
    for place, entry in enumerate(plan.progress):
        path: Path = ("progress", place, "item")
        held = plan.items.get(entry.item)
        if held is None:
            yield Fault(path, f"unknown item '{entry.item}'{maybe(entry.item, plan.items)}")
        elif not isinstance(held, Activity | Milestone):
            kind = "hammock" if isinstance(held, Hammock) else "summary"
            yield Fault(path, f"'{entry.item}' is a {kind}; its ends follow those of others, so nothing is done of it alone")
        elif entry.item in seen:
            yield Fault(
                path, f"what is done of '{entry.item}' is said already at progress[{seen[entry.item]}]; maybe leave one"
            )
        elif not _same(plan, entry, held.progress):
            yield Fault(path, f"'{entry.item}' says something else of what is done of it itself; maybe leave one of the two")
        seen.setdefault(entry.item, place)


def _same(plan: PlanContents, entry: ItemProgress, held: Progress | None) -> bool:
    """Return whether an item has what is said of it, its remaining work as it follows from the share complete or was set since."""
    said = entry.of_item()
    left_open = said.remaining is None and said.percent_complete is not None
    if held is not None and (left_open or f"value {entry.item}.remaining" in plan.settings.said):
        said = said.model_copy(update={"remaining": held.remaining})
    return said == held


def _said(plan: PlanContents, item: Activity | Milestone, done: Progress, path: Path) -> Iterator[Fault]:
    """Yield the faults of one item's progress: facts after the status date, and too much or too little remaining."""
    if isinstance(item, Activity) and done.actual_finish is not None and done.actual_start is None:
        yield Fault(path, f"'{item.id}' is finished and never started; expected an 'actual_start'")
    if done.remaining is not None and (done.remaining.unit not in _UNITS[plan.unit] or done.remaining.amount < 0):
        units = " or ".join(_UNITS[plan.unit])
        yield Fault((*path, "remaining"), f"expected a length of 0 or more in {units}, got '{done.remaining}'")
    if plan.dialect is not None:
        return
    yield from _when(plan, item, done, path)
    if isinstance(item, Milestone):
        for key in _OF_REST:
            if getattr(done, key) is not None:
                yield Fault((*path, key), f"'{item.id}' is an event and takes no time; expected 'actual_finish' alone")
    elif done.actual_finish is not None:
        if done.remaining is not None and done.remaining.amount:
            message = f"'{item.id}' is finished, but {done.remaining} are left of it; maybe it is not finished yet"
            yield Fault((*path, "remaining"), message)
        if done.percent_complete not in (None, 100):
            message = f"'{item.id}' is finished, but {done.percent_complete:g} % complete; maybe it is not finished yet"
            yield Fault((*path, "percent_complete"), message)
    elif not done.begun:
        for key in _OF_REST:
            if getattr(done, key):
                yield Fault((*path, key), f"'{item.id}' has not begun; expected an 'actual_start', or maybe another duration")
    else:
        yield from _rest(plan, item, done, path)


def _when(plan: PlanContents, item: Activity | Milestone, done: Progress, path: Path) -> Iterator[Fault]:
    """Dates: none after the status date that is said to have come, and on a day plan none with a time."""
    status = plan.status_date
    for key in ("actual_start", "actual_finish"):
        date = getattr(done, key)
        if date is not None and status is not None and _after(date, status):
            message = f"{date} is after the status date, {status}: '{item.id}' cannot have got there; maybe the date is planned"
            yield Fault((*path, key), message)
    for key in ("suspend", "resume"):
        date = getattr(done, key)
        if date is not None and done.actual_start is not None and date < done.actual_start:
            yield Fault((*path, key), f"{date} is before the actual start of '{item.id}', {done.actual_start}; maybe mistyped")
    if plan.unit == "minute":
        return
    for key in _DATES:
        date = getattr(done, key)
        if isinstance(date, Moment):
            message = f"expected a date written YYYY-MM-DD, got {date}; maybe the plan needs 'unit: minute'"
            yield Fault((*path, key), message)
    if done.expected_finish is not None:
        message = "an expected finish has a meaning on a minute plan alone; maybe state what is 'remaining'"
        yield Fault((*path, "expected_finish"), message)


def _after(date: dt.date, status: dt.date) -> bool:
    """Return whether a date is after the status date, of which the whole day counts where it has no time."""
    return (date if isinstance(status, Moment) else dt.date(date.year, date.month, date.day)) > status


def _rest(plan: PlanContents, activity: Activity, done: Progress, path: Path) -> Iterator[Fault]:
    """Begun work says how much of it is left, and when it goes on where it has been suspended."""
    if done.suspend is not None and done.resume is None:
        yield Fault((*path, "suspend"), f"'{activity.id}' is suspended; expected when it goes on, as 'resume'")
    if done.remaining is not None:
        return
    if done.percent_complete is None:
        message = f"'{activity.id}' has begun; expected what is left of it, as 'remaining' or by 'percent_complete'"
        yield Fault(path, message)
    else:
        stated = activity.duration
        length = plan.values.get(stated.name) if isinstance(stated, Reference) else stated
        if isinstance(length, Duration) and length.unit == "mo":
            message = f"'{activity.id}' takes {length}, of which a share is no number of days; expected 'remaining'"
            yield Fault((*path, "percent_complete"), message)
