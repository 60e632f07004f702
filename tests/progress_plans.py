"""Progress drawn at random upon random plans: anything that may have happened by a status date, in the order of the plan or not."""

from __future__ import annotations

from typing import Any

from models.duration import Duration
from models.items import Activity, Milestone
from models.plan import Plan
from models.progress import Progress
from tests.brute_force import Axis
from tests.random_plans import Draw

__all__ = ["as_planned", "with_progress"]


def with_progress(plan: Plan, seed: int) -> Plan:
    """Return a plan with a status date, and some of its items finished, begun or met by then, wherever its rules have them."""
    draw, axis = Draw(seed), Axis(plan)
    last = axis.origin + draw.whole(0, max(0, (axis.limit - axis.origin) * 2 // 3))
    past = axis.days[max(axis.origin - 1, 0) : last]
    days = [day for day in past if day >= plan.horizon.first]
    status = days[-1] if days else plan.horizon.first
    if plan.horizon.first > status or status >= plan.horizon.last:
        return plan

    def said(item: Activity | Milestone) -> Any:
        kind = draw.one(["to do", "to do", "done", "begun"])
        if kind == "to do" or not days:
            return item
        first = draw.one(days)
        if isinstance(item, Milestone):
            return item.model_copy(update={"progress": Progress(actual_finish=first)})
        if kind == "done":
            progress = Progress(actual_start=first, actual_finish=draw.one([day for day in days if day >= first]))
        else:
            unit = "wd" if item.calendar not in (None, plan.calendar) or draw.chance(0.7) else "cd"
            left = Duration(draw.whole(0, 4), unit)
            resume = draw.one([None, None, draw.one(axis.days[axis.origin : axis.limit])])
            resume = None if resume is None or resume < first else resume
            progress = Progress(actual_start=first, remaining=left, resume=resume)
        return item.model_copy(update={"progress": progress})

    return plan.evolve(
        status_date=status,
        logic=draw.one(["retained", "retained", "override"]),
        activities=tuple(said(item) for item in plan.activities),
        milestones=tuple(said(item) for item in plan.milestones),
    )


def as_planned(plan: Plan, axis: Axis, places: dict[str, tuple[int, int]], last: int) -> Plan:
    """Return a plan of which by a boundary exactly that is done which is planned."""

    def said(item: Activity | Milestone) -> Any:
        start, finish = places[item.id]
        if isinstance(item, Milestone):
            if start > last or (item.shown == "opens" and start >= last):
                return item
            return item.model_copy(update={"progress": Progress(actual_finish=axis.shown(start, item.shown))})
        if start >= last:
            return item
        began = axis.shown(start, "opens")
        if finish <= last:
            return item.model_copy(
                update={"progress": Progress(actual_start=began, actual_finish=axis.shown(max(finish, start + 1), "closes"))}
            )
        left = Duration(finish - last, "wd")
        return item.model_copy(update={"progress": Progress(actual_start=began, remaining=left)})

    return plan.evolve(
        status_date=axis.shown(last, "closes"),
        activities=tuple(said(item) for item in plan.activities),
        milestones=tuple(said(item) for item in plan.milestones),
    )
