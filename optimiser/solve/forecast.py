"""The forecast: work done by the status date, work remaining, and milestones met, missed or slipping."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from models.forecast import DueDate, Forecast, MilestoneForecast, State, Work
from models.items import Activity, Milestone
from models.plan import Plan
from models.rules import Migration, NotAfter, Point
from models.schedule import Schedule
from optimiser.check import broken_by_fact
from optimiser.clock import Clock
from optimiser.solve.problem import Problem
from optimiser.solve.reschedule import early_items
from optimiser.solve.standing import baseline_deltas
from optimiser.wording import plain_date

__all__ = ["forecast_notes", "forecast_of", "set_aside", "work_of"]


def work_of(plan: Plan, item: str) -> Work | None:
    """Return whether an item is done; None where the plan has no status date, and of what follows other items."""
    if plan.status_date is None or not isinstance(plan.items[item], Activity | Milestone):
        return None
    return "done" if plan.done(item) else "in progress" if plan.under_way(item) else "to do"


def forecast_of(plan: Plan, clock: Clock, schedule: Schedule, asked: Sequence[str]) -> Forecast | None:
    """Return a plan as it looks from its status date, None where it has none.

    Parameters
    ----------
    schedule
        Where everything lies.
    asked
        Milestones that are told of in any case, first.
    """
    if plan.status_date is None:
        return None
    states = [work_of(plan, activity.id) for activity in plan.activities]
    told = [_milestone(plan, clock, schedule, name) for name in (*asked, *_others(plan, asked))]
    return Forecast(
        status_date=plan.status_date,
        done=states.count("done"),
        in_progress=states.count("in progress"),
        to_do=states.count("to do"),
        milestones=tuple(each for each in told if each.id in asked or each.due or each.state == "met"),
        broken=broken_by_fact(plan, schedule, clock) if plan.dialect is None else (),
        early=early_items(plan, clock, schedule) if plan.dialect == "msp" else (),
    )


_FEW = 5
"""Items that a note names."""


def forecast_notes(plan: Plan, forecast: Forecast | None) -> Iterator[str]:
    """Yield notes on how recorded progress was taken, and on its oddities."""
    if forecast is not None and forecast.early:
        named = ", ".join(forecast.early[:_FEW]) + (", …" if len(forecast.early) > _FEW else "")
        what = "1 item" if len(forecast.early) == 1 else f"{len(forecast.early)} items"
        yield f"{what} not begun by the status date would start before it ({named}); --reschedule moves them behind it"
    moving = [
        rule.id
        for rule in plan.active_rules()
        if isinstance(rule, Migration) and any(plan.done(point.item) for point in rule.points()[:-1])
        if not plan.done(rule.points()[-1].item)
    ]
    if moving:
        yield f"{', '.join(moving)}: by the status date as many meter points are taken to have moved as could have"
    for activity in plan.activities:
        done = activity.progress
        if done is not None and done.percent_complete is not None and plan.under_way(activity.id) and plan.dialect is None:
            left, length = plan.still_to_do(activity), plan.duration(activity.duration)
            share = plan.remaining(activity.model_copy(update={"progress": done.model_copy(update={"remaining": None})}))
            if share == left:
                yield f"{activity.id}: {left} are left, as {done.percent_complete:g} % of {length} are complete"


def set_aside(problem: Problem, values: Sequence[int]) -> Iterator[str]:
    """Yield which begun work a schedule sets aside, as other work goes before what is left of it on a capacity."""
    for pool in problem.pools:
        for item in sorted(pool.demand):
            rest = problem.network.nodes[item, "start"]
            if item in problem.network.began and values[rest] > problem.earliest.values[rest]:
                until = plain_date(problem.clock.show(values[rest], "opens"))
                yield (
                    f"{item} has begun, but what is left of it waits until {until}, as other work goes before it on {pool.rule}; "
                    "where it is not to be set aside, add a link from it to that work"
                )


def _others(plan: Plan, asked: Sequence[str]) -> Iterator[str]:
    return (milestone.id for milestone in plan.milestones if milestone.id not in asked)


def _milestone(plan: Plan, clock: Clock, schedule: Schedule, name: str) -> MilestoneForecast:
    """Return where a milestone is, or will be, beside what it is due by."""
    milestone = plan.items[name]
    assert isinstance(milestone, Milestone)
    assert plan.status_date is not None
    boundary = schedule.by_id[name].start
    due = (*_asked_for(plan, clock, name, boundary), *_published(plan, clock, name, boundary))
    late = [each for each in due if (each.late_wd or 0) > 0 or (each.late_wd is None and (each.late_months or 0) > 0)]
    status = str(dt.date(plan.status_date.year, plan.status_date.month, plan.status_date.day))
    state: State = "on time" if due else "undated"
    if plan.done(name):
        state = "met"
    elif late:
        state = "missed" if any(_past(each.date, status) for each in late) else "slipping"
    return MilestoneForecast(id=name, title=milestone.title, state=state, date=clock.show(boundary, milestone.shown), due=due)


def _past(due: str, status: str) -> bool:
    """Return whether a date, to the month or the day, has come by the status date."""
    return due[:10] <= status if len(due) > len("2024-01") else due < status[:7]


def _asked_for(plan: Plan, clock: Clock, name: str, boundary: int) -> Iterator[DueDate]:
    """Yield the latest dates that rules ask of a milestone."""
    for rule in plan.active_rules():
        if not isinstance(rule, NotAfter) or rule.points()[0].item != name:
            continue
        date = plan.date(rule.date)
        if date is not None:
            latest = clock.stated(date, plan.convention(Point(name, "start")), "ceiling")
            late = clock.days_between(latest, boundary)
            yield DueDate(by=rule.id, kind="deadline" if rule.soft else "not-after", date=str(date), late_wd=late)


def _published(plan: Plan, clock: Clock, name: str, boundary: int) -> Iterator[DueDate]:
    """Yield the due date of a milestone in the latest baseline that has one."""
    deltas = baseline_deltas(plan, clock, name, boundary)
    if deltas:
        by, delta = list(deltas.items())[-1]
        yield DueDate(by=by, kind="baseline", date=delta.published, late_wd=delta.delta_wd, late_months=delta.delta_months)
