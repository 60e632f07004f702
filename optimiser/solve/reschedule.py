"""MS Project's "reschedule uncompleted work": unfinished work moves to the status date.

With its dialect only links, constraints and the start of the plan say when work that has not begun starts, be that past. Here
each such item is given a floor at the status date, and what is left of begun work goes on from there.
"""

from __future__ import annotations

import datetime as dt

from models.items import Activity, Milestone
from models.plan import Plan
from models.rules import NotBefore, Point
from models.schedule import Schedule
from optimiser.clock import Clock
from optimiser.errors import InputError, Located

__all__ = ["early_items", "rescheduled"]


def early_items(plan: Plan, clock: Clock, schedule: Schedule) -> tuple[str, ...]:
    """Return the items that have not begun and lie before the status date, in the order of the plan."""
    if plan.status_date is None:
        return ()
    since = clock.boundary(plan.status_date, "closes")
    works: tuple[Activity | Milestone, ...] = (*plan.activities, *plan.milestones)
    return tuple(
        work.id
        for work in works
        if not (plan.done(work.id) or plan.under_way(work.id)) and clock.ended(schedule.by_id[work.id].start) < since
    )


def rescheduled(plan: Plan, clock: Clock, schedule: Schedule) -> Plan:
    """Return a plan of MS Project's dialect of which nothing that is not done lies before its status date.

    Parameters
    ----------
    plan
        As its file has it.
    schedule
        Its earliest dates.

    Raises
    ------
    InputError
        If the plan has another dialect, or no status date.
    """
    status = plan.status_date
    if plan.dialect != "msp" or status is None:
        what = "no status date" if status is None else "its own rules keep what is not done behind the status date"
        raise InputError([Located(f"nothing of '{plan.id}' can be rescheduled: {what}; expected a file of Microsoft Project")])
    early = [name for name in early_items(plan, clock, schedule) if not _put(plan.items[name])]
    taken = {rule.id for rule in plan.rules}
    numbers = (number for number in range(1, len(taken) + len(early) + 2) if f"rescheduled-{number}" not in taken)
    floors = tuple(
        NotBefore(
            kind="not-before",
            id=f"rescheduled-{number}",
            title=f"{name} has not begun by the status date",
            at=Point(name, "start"),
            date=status,
            basis="judgement",
            note="asked for by --reschedule",
        )
        for number, name in zip(numbers, early, strict=False)
    )
    activities = tuple(_going_on(activity, status) if plan.under_way(activity.id) else activity for activity in plan.activities)
    return plan.evolve(rules=(*plan.rules, *floors), activities=activities)


def _put(item: object) -> bool:
    """Return whether a planner has put an item where it is, so that no floor moves it."""
    pin = getattr(item, "pin", None)
    return pin is not None and pin.kind == "on"


def _going_on(activity: Activity, status: dt.date) -> Activity:
    """Return begun work with its remaining part resumed at the status date, where it would resume earlier."""
    done = activity.progress
    if done is None or done.left is None or (done.resume is not None and done.resume >= status):
        return activity
    return activity.model_copy(update={"progress": done.model_copy(update={"resume": status})})
