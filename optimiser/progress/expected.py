"""What is left of begun work that is expected to end on a day."""

from __future__ import annotations

import datetime as dt

from models.duration import Duration
from models.items import Activity
from models.plan import Plan
from optimiser.clock import clock_of
from optimiser.moved.mixing import worked

__all__ = ["left_until"]


def left_until(plan: Plan, activity: Activity, status: dt.date, resume: dt.date | None, expected: dt.date) -> Duration:
    """Return what is left of work on a plan of days if it ends on the evening of a day.

    Parameters
    ----------
    status
        On whose evening the rest begins.
    resume
        On whose morning it begins, where that is later.
    expected
        The day; the last working day before it where it is none.

    Raises
    ------
    BeyondHorizonError
        If the calendar does not cover one of the days.
    """
    clock = clock_of(plan)
    begin = clock.boundary(status, "closes")
    if resume is not None:
        begin = max(begin, clock.boundary(resume, "opens"))
    end = max(begin, clock.boundary(expected, "closes"))
    unit = "cd" if plan.duration(activity.duration).unit == "cd" else "wd"
    if unit == "cd":
        return Duration(max(0, (expected - clock.show(begin, "opens")).days + 1), "cd")
    found = worked(clock, activity, begin, end, unit)
    assert found is not None
    return found
