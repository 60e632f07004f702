"""Random plans of days of which something is done: all witnesses agree on what follows, and no update tells another story."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from models.duration import Duration
from models.outcome import Solved
from models.plan import Plan
from models.rules import Dependency, NotAfter, NotBefore
from optimiser.check import check, placed_late
from optimiser.clock import Clock
from optimiser.critical import Columns, compile_network, earliest_times, evaluate
from optimiser.errors import BeyondHorizonError
from optimiser.numbers import with_values
from optimiser.solve import earliest
from tests.brute_force import Axis, schedules
from tests.progress_plans import as_planned, with_progress
from tests.quotas import require
from tests.random_plans import random_plan
from tests.test_agreement import medium_disagreements, switch_disagreements, tiny_disagreements, without_capacity

DONE = (
    "finished",
    "begun",
    "to do",
    "met",
    "suspended",
    "out of sequence",
    "override",
    "capacity",
    "own calendar",
    "rest in cd",
)
"""What has to occur among the plans."""


def seen(plan: Plan) -> Counter[str]:
    """Count what is done of a plan, and how."""
    found: Counter[str] = Counter()
    for activity in plan.activities:
        done = activity.progress
        found["finished"] += plan.done(activity.id)
        found["begun"] += plan.under_way(activity.id)
        found["to do"] += done is None
        if plan.under_way(activity.id) and done is not None and done.remaining is not None:
            found["suspended"] += done.resume is not None
            found["own calendar"] += activity.calendar not in (None, plan.calendar)
            found["rest in cd"] += done.remaining.unit == "cd"
            found["override"] += plan.logic == "override"
    found["met"] += sum(plan.done(milestone.id) for milestone in plan.milestones)
    for rule in plan.active_rules():
        names = {point.item for point in rule.points()}
        if rule.kind == "dependency":
            before, after = (point.item for point in rule.points())
            found["out of sequence"] += not plan.done(before) and (plan.done(after) or plan.under_way(after))
        elif any(plan.under_way(name) for name in names):
            found[rule.kind] += 1
    return found


def disagreements(plan: Plan, tally: Counter[str]) -> Iterator[str]:
    """Put a plan of which something is done before its witnesses."""
    tally.update(seen(plan))
    yield from tiny_disagreements(plan, tally)


def progressed(first: int, count: int, **choices: object) -> Iterator[Plan]:
    """Yield random plans of which something may be done."""
    for seed in range(first, first + count):
        plan = with_progress(random_plan(seed, **choices), seed)  # type: ignore[arg-type]
        if plan.status_date is not None:
            yield plan


def agreed(plans: Iterator[Plan], witnessed: object = disagreements) -> Counter[str]:
    """Return what occurred among plans on which witnesses agree."""
    tally: Counter[str] = Counter()
    for plan in plans:
        tally["plans"] += 1
        found = list(witnessed(plan, tally))  # type: ignore[operator]
        assert not found, f"{plan.id} with progress: {found}\n{plan.model_dump_json(exclude_defaults=True)}"
    return tally


@pytest.mark.long
def test_all_witnesses_agree_on_what_is_left_of_some_plans() -> None:
    """Check, the longest path, CP-SAT and exhaustive search place everything alike, whatever is done of a plan."""
    tally = agreed(progressed(0, 60))
    require(tally, dict.fromkeys(("finished", "begun", "to do", "met", "out of sequence", "override"), 3))


@pytest.mark.long
def test_all_witnesses_agree_on_what_is_left_of_many_plans() -> None:
    """The same of more than a thousand plans, with every way of being done often enough."""
    tally = agreed(progressed(1000, 1300))
    require(
        tally, {"plans": 1000, **dict.fromkeys(DONE, 25), **dict.fromkeys(("release", "alignment", "gate", "equality"), 20)}
    )


@pytest.mark.long
def test_larger_plans_and_what_is_switched_off_in_them_agree_too() -> None:
    """Plans of up to forty items, and every rule and length turned off in turn."""
    agreed(progressed(0, 120, size="medium"), medium_disagreements)
    agreed(progressed(0, 250), switch_disagreements)


def placed(plan: Plan, clock: Clock) -> dict[str, tuple[int, int]] | None:
    """Return where everything lies at the earliest, None where it cannot."""
    found = earliest_times(compile_network(plan, clock))
    items = [item.id for item in (*plan.activities, *plan.milestones)]
    return {name: found.network.place(name, found.values) for name in items} if found.status == "feasible" else None


def updates(first: int, count: int, tally: Counter[str]) -> None:
    """Update plans with what was planned, at once and in two steps, and hold the dates against each other."""
    for seed in range(first, first + count):
        size = "medium" if seed % 3 == 0 else "tiny"
        plan = without_capacity(random_plan(seed, size=size, units=("wd",), calendars=seed % 2 == 0))  # type: ignore[arg-type]
        # Work of no length has no day on which it is done, and work that is off none that it takes.
        plan = plan.evolve(
            activities=tuple(
                item.model_copy(
                    update={
                        "calendar": None,
                        "enabled": True,
                        "duration": plan.duration(item.duration) if plan.duration(item.duration).amount else Duration(1, "wd"),
                    }
                )
                for item in plan.activities
            )
        )
        clock, axis = Clock(plan), Axis(plan)
        before = placed(plan, clock)
        if before is None:
            tally["infeasible"] += 1
            continue
        span = max(finish for _, finish in before.values()) - axis.origin
        early, late = axis.origin + max(1, span // 3), axis.origin + max(1, 2 * span // 3)
        if late >= axis.limit:
            continue
        whole = placed(as_planned(plan, axis, before, late), clock)
        assert whole == before, f"seed {seed}: what was planned was done, and dates moved: {before} {whole}"
        half = placed(as_planned(plan, axis, before, early), clock)
        assert half == before, f"seed {seed}"
        twice = placed(as_planned(as_planned(plan, axis, before, early), axis, half or {}, late), clock)
        assert twice == whole, f"seed {seed}: an update in two steps tells another story"
        tally["updated"] += 1


@pytest.mark.long
def test_doing_what_was_planned_moves_no_date_at_once_or_in_two_steps() -> None:
    """Actual dates that are the planned ones, with the rest as planned, leave the forecast where the plan was."""
    tally: Counter[str] = Counter()
    updates(0, 80, tally)
    require(tally, {"updated": 25})


@pytest.mark.long
def test_doing_what_was_planned_moves_no_date_of_many_plans() -> None:
    """The same of many more."""
    tally: Counter[str] = Counter()
    updates(1000, 1500, tally)
    require(tally, {"updated": 500})


@pytest.mark.long
def test_nothing_is_forecast_before_the_status_date() -> None:
    """What is not done begins after the evening of the status date, and an event comes no earlier than that."""
    tally: Counter[str] = Counter()
    for plan in progressed(5000, 150):
        clock = Clock(plan)
        places = placed(without_capacity(plan), clock)
        for name, (start, finish) in (places or {}).items():
            if plan.done(name):
                tally["done"] += 1
                continue
            since = clock.boundary(plan.status_date, "closes")  # type: ignore[arg-type]
            assert (finish if plan.under_way(name) else start) >= since, f"{plan.id}: {name}"
            tally["to come"] += 1
    require(tally, {"done": 50, "to come": 100})


def numbers_tried(plan: Plan, clock: Clock) -> Iterator[tuple[str, Duration | dt.date, int]]:
    """Yield numbers of a plan that are not past, each with another value, and that as a column holds it."""
    covers = clock.calendar.covers
    for activity in plan.activities:
        for amount in (0, 1, 3) if not plan.done(activity.id) else ():
            yield f"duration:{activity.id}", Duration(amount, plan.still_to_do(activity).unit), amount
    for rule in plan.rules:
        if isinstance(rule, Dependency):
            for amount in (-2, 0, 3):
                yield rule.id, Duration(amount, plan.duration(rule.lag).unit), amount
        elif isinstance(rule, NotAfter | NotBefore) and (date := plan.date(rule.date)) is not None:
            for days in (-8, 0, 9):
                moved = date + dt.timedelta(days)
                if covers.first <= moved <= covers.last:
                    yield rule.id, moved, moved.toordinal()


@pytest.mark.long
def test_a_column_of_a_number_gives_the_dates_of_a_plan_that_says_it() -> None:
    """What is left of work, lags and dates vary in columns as in plans of their own: also where they leave the past behind."""
    tally: Counter[str] = Counter()
    for plan in map(without_capacity, progressed(0, 120)):
        clock = Clock(plan)
        network = compile_network(plan, clock)
        for name, value, held in numbers_tried(plan, clock):
            together = evaluate(network, Columns(1, {name: np.array([held])}))
            column = [int(each) for each in together.values[:, 0]]
            alone = earliest_times(compile_network(with_values(plan, {}, {name: value}), clock))
            able = not together.infeasible[0] and max(column) <= clock.limit
            assert able == (alone.status == "feasible"), f"{plan.id}: {name} {value}"
            assert not able or column == alone.values, f"{plan.id}: {name} {value}"
            tally[type(value).__name__] += 1
    require(tally, {"Duration": 500, "date": 50})


def whole_answers(plans: Iterator[Plan]) -> Counter[str]:
    """Hold whole answers of `solve` against check and exhaustive search; return what they were."""
    tally: Counter[str] = Counter()
    for plan in plans:
        try:
            found = earliest(plan, deterministic_limit=3.0)
        except BeyondHorizonError:
            tally["beyond"] += 1
            continue
        tally[found.status] += 1
        if not isinstance(found, Solved) or found.forecast is None:
            continue
        clock = Clock(plan)
        assert {each.rule for each in check(plan, found.schedule, clock)} <= {f"item:{each.id}" for each in plan.hammocks}
        assert not placed_late(plan, found.schedule, clock)
        first = next(schedules(plan, plan.targets[0]))[plan.targets[0]][0]
        assert found.milestones[0].boundary == first, plan.id
        for row in found.rows:
            assert row.progress != "done" or set(row.float_wd.values()) <= {None}, f"{plan.id}: {row.id}"
        tally["broken by fact"] += bool(found.forecast.broken)
    return tally


def test_whole_answers_keep_to_what_is_done() -> None:
    """Dates, late placement, floats and findings of a plan of which something is done, by every path of `solve`."""
    tally = whole_answers(progressed(0, 40))
    require(tally, {"solved": 15, "infeasible": 2, "broken by fact": 8})


@pytest.mark.long
def test_many_whole_answers_keep_to_what_is_done() -> None:
    """The same of many."""
    require(whole_answers(progressed(3000, 400)), {"solved": 150, "infeasible": 25, "broken by fact": 80})
