"""Remaining work of begun items with an expected finish."""

from __future__ import annotations

import datetime as dt

from models.duration import Duration
from models.items import Activity
from models.plan import Plan
from optimiser.clock import clock_of
from optimiser.errors import BeyondHorizonError
from optimiser.moved.mixing import worked

__all__ = ["left_until"]


def left_until(
    plan: Plan,
    activity: Activity,
    status: dt.date,
    begun: tuple[dt.date | None, dt.date | None],
    expected: dt.date,
    stated: Duration | None = None,
) -> Duration | str:
    """Return what is left of work on a plan of days if it ends on the evening of a day, or why it cannot.

    Parameters
    ----------
    status
        On whose evening the rest begins.
    begun
        The work's actual start, and the day on whose morning it goes on, where that is later than the status date.
    expected
        The day; the last working day before it where it is none.
    stated
        What is said to be left beside it.
    """
    start, resume = begun
    if start is None:
        return "work that has not begun has none of this; maybe the actual start is missing"
    if expected <= status:
        return f"{expected} is not after the status date, {status}; maybe the year or the month is another, or it is the actual finish"
    try:
        found = _days(plan, activity, status, resume, expected)
    except BeyondHorizonError as error:
        return error.faults[0].message
    if not found.amount:
        on = f", as it goes on on {resume}" if resume is not None else ""
        return f"no work of '{activity.id}' can be done by {expected}{on}; maybe the day is another"
    if stated is not None and stated != found:
        return f"an end on {expected} leaves {found}, but {stated} are said to be left; maybe drop one of the two"
    return found


def _days(plan: Plan, activity: Activity, status: dt.date, resume: dt.date | None, expected: dt.date) -> Duration:
    clock = clock_of(plan)
    begin = clock.boundary(status, "closes")
    if resume is not None:
        begin = max(begin, clock.boundary(resume, "opens"))
    end = max(begin, clock.boundary(expected, "closes"))
    if plan.duration(activity.duration).unit == "cd":
        return Duration(max(0, (expected - clock.show(begin, "opens")).days + 1), "cd")
    found = worked(clock, activity, begin, end, "wd")
    assert found is not None
    return found
