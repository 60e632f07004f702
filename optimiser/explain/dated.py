"""The precondition of an explanation: a milestone with a date."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange

from models.plan import Plan
from models.rules import Point
from optimiser.clock import Clock
from optimiser.errors import InputError, Located, PlanContradictsError, UndecidedError
from optimiser.explain.oracle import Oracle
from optimiser.solve.between import DateRange
from optimiser.solve.deadline import Deadline
from optimiser.wording import plain_date

__all__ = ["boundary_by", "need_date", "published_window"]


def need_date(oracle: Oracle, milestone: str) -> DateRange:
    """Return where a milestone's date lies; its ``high`` is never None.

    Raises
    ------
    PlanContradictsError
        If the plan contradicts itself.
    UndecidedError
        If a limit came before any schedule was found, or shown not to exist.
    BeyondHorizonError
        If something runs off the axis.
    """
    from optimiser.solve.contradiction import beyond_horizon, conflict_of

    if oracle.found.status == "beyond":
        raise beyond_horizon(oracle.found)
    reach = oracle.base(milestone)
    if reach.low > oracle.problem.clock.limit:
        conflict = conflict_of(oracle.problem, Deadline(oracle.limits), nowhere=True)
        behind = "" if conflict is None else f"; {conflict.statement}; these cannot all hold: "
        behind += "" if conflict is None else "; ".join(f"{member.id} ({member.statement})" for member in conflict.members)
        message = (
            f"no schedule meets every rule, so {milestone} has no date to explain{behind}; "
            "maybe --release or --reading undoes it"
        )
        raise PlanContradictsError([Located(message, path="milestone")])
    if reach.high is None:
        shown = plain_date(oracle.problem.clock.show(reach.low, oracle.plan.convention(Point(milestone, "start"))))
        message = (
            f"undecided: the limit came before a schedule was found, or shown not to exist; {milestone} is at {shown} or later, "
            "if at all; maybe allow more with --time-limit"
        )
        raise UndecidedError(message)
    return reach


def boundary_by(clock: Clock, plan: Plan, milestone: str, date: dt.date) -> int:
    """Return the last boundary of a milestone that is shown at or before a date.

    Raises
    ------
    InputError
        If the date is before anything can happen, or after the days that the calendar covers.
    """
    covers, first = clock.calendar.covers, plan.horizon.first
    if date < max(covers.first, first):
        message = f"{date} is before {max(covers.first, first)}, the first day on which anything of this plan may happen"
        raise InputError([Located(f"{message}; maybe a year is mistyped", path="by")])
    if date > covers.last:
        message = f"{date} is after {covers.last}, the last day that calendar '{clock.calendar.id}' covers"
        raise InputError([Located(f"{message}; maybe a year is mistyped", path="by")])
    return clock.stated(date, plan.convention(Point(milestone, "start")), "ceiling")


def published_window(clock: Clock, plan: Plan, milestone: str, published: str) -> tuple[int, int]:
    """Return the first and the last boundary of a milestone that is shown on a published day, or in a published month.

    A published day on which nobody works is read as the milestone is shown: the next morning, or the last evening before it.

    Raises
    ------
    InputError
        If the calendar does not cover it.
    """
    year, month, *day = (int(part) for part in published.split("-"))
    first = dt.date(year, month, *(day or [1]))
    last = first if day else first.replace(day=monthrange(year, month)[1])
    covers = clock.calendar.covers
    if first < covers.first or last > covers.last:
        message = f"{milestone} was published for {published}, outside the days that calendar '{clock.calendar.id}' covers"
        raise InputError([Located(message, path="match")])
    convention = plan.convention(Point(milestone, "start"))
    if day:
        return (clock.boundary(first, convention),) * 2
    return clock.stated(first, convention, "floor"), clock.stated(last, convention, "ceiling")
