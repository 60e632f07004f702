"""What `migrate` tells of a rule of kind migration: least limits, spare days and moratoria, each held by solving again."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise
from typing import Any

import pytest

from models.duration import Duration
from models.migration import MarketTold
from models.plan import Plan
from models.rules import Migration
from optimiser import load, migrate
from optimiser.cli import main
from optimiser.clock import Clock
from optimiser.critical import compile_network, earliest_times
from optimiser.errors import InputError
from optimiser.migration.told import markets_told
from tests.conftest import plan_of

PLAN = "mhhs-round2"


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The plan with the synthetic scenario."""
    return load(PLAN, scenarios=["migration"])


@pytest.fixture(scope="module")
def told(plan: Plan) -> MarketTold:
    """What the verb says of its one rule."""
    (market,) = migrate(plan, by=dt.date(2026, 7, 31)).markets
    return market


def with_rule(plan: Plan, **changes: Any) -> Plan:
    """Return the plan with other fields in its rule."""
    return plan.evolve(
        rules=tuple(rule.model_copy(update=changes) if isinstance(rule, Migration) else rule for rule in plan.rules)
    )


def end_of(plan: Plan, item: str = "M15") -> dt.date:
    """Return when a milestone closes, by the network."""
    return Clock(plan).show(earliest_times(compile_network(plan)).position(item)[0], "closes")


@pytest.mark.long
def test_the_least_limit_meets_the_day_and_one_less_does_not(plan: Plan, told: MarketTold) -> None:
    """For every month, and for the day asked for, the plan solved again with that limit is in time, and late with one less."""
    assert told.by is not None
    for least in (*told.least, told.by):
        assert least.limit is not None
        assert end_of(with_rule(plan, limit=least.limit)) <= least.by
        assert end_of(with_rule(plan, limit=least.limit - 1)) > least.by


@pytest.mark.long
def test_the_end_by_other_limits_is_the_plan_solved_again(plan: Plan, told: MarketTold) -> None:
    """Each limit told gives the date that the plan has with it, the stated one among them."""
    assert told.limit in {each.limit for each in told.limits}
    for each in told.limits:
        assert end_of(with_rule(plan, limit=each.limit)) == each.date


def test_what_a_moratorium_and_readiness_gain_is_what_the_plan_gains(plan: Plan, told: MarketTold) -> None:
    """Without its first moratorium M15 is earlier by what is told; the second, after the end, gains nothing."""
    (rule,) = (rule for rule in plan.rules if isinstance(rule, Migration))
    first, second = told.moratoria
    clock, item = Clock(plan), "M15"
    stated = earliest_times(compile_network(plan)).position(item)[0]
    without = earliest_times(compile_network(with_rule(plan, moratoria=rule.moratoria[1:]), clock)).position(item)[0]

    assert stated - without == first.gain_wd > 0
    assert second.gain_wd == 0


def test_a_share_may_be_as_late_as_is_told_and_no_later(plan: Plan, told: MarketTold) -> None:
    """The last share delayed by its spare days alone leaves the last meter point where it is, a day more moves it."""
    (rule,) = (rule for rule in plan.rules if isinstance(rule, Migration))
    place = len(rule.ready) - 1
    spare = told.shares[place].spare_wd

    def moved(days: int) -> dt.date:
        late = load(PLAN, scenarios=["migration"]).model_dump(mode="json", by_alias=True)
        ground = {"basis": "synthetic"}
        late["milestones"].append({"id": "LATE", "title": "Late", "shown": "closes", **ground})
        link = {"id": "late", "title": "Late", "kind": "dependency", "before": "M14", "after": "LATE", "lag": f"{days} wd"}
        late["rules"].append({**link, **ground})
        changed = Plan.model_validate(late)
        ready = (*rule.ready[:place], rule.ready[place].model_copy(update={"at": type(rule.after)("LATE")}))
        return end_of(with_rule(changed, ready=ready), "MIGRATED")

    assert moved(0) == moved(spare) == told.done
    assert moved(spare + 1) > told.done


def test_months_run_to_all_meter_points(told: MarketTold) -> None:
    """What has moved grows from month to month and is everything in the month in which the last meter point moves."""
    percents = [month.percent for month in told.months]

    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert told.months[-1].month == f"{told.done:%Y-%m}"
    assert told.deciding_thousand > told.room_thousand


@pytest.mark.long
def test_every_step_of_a_curve_is_the_plan_solved_again(plan: Plan, told: MarketTold) -> None:
    """By the limit and by how late the last are, the end moves at each step as told, and not a unit sooner."""
    (rule,) = (rule for rule in plan.rules if isinstance(rule, Migration))
    curves = {curve.of: curve for curve in told.curves}
    assert list(curves) == ["limit", "first share", "delay"]
    late = plan.model_dump(mode="json", by_alias=True)
    ground = {"basis": "synthetic"}
    late["milestones"].append({"id": "LATE", "title": "Late", "shown": "closes", **ground})
    link = {"id": "late", "title": "Late", "kind": "dependency", "before": "M14", "after": "LATE", "lag": "0 wd", **ground}
    late["rules"].append(link)
    ready = tuple(
        entry.model_copy(update={"at": type(rule.after)("LATE")}) if entry.at.item in ("M14", "LAST-READY") else entry
        for entry in rule.ready
    )
    delayed = with_rule(Plan.model_validate(late), ready=ready)

    def by_limit(limit: int) -> dt.date:
        return end_of(with_rule(plan, limit=limit))

    def by_delay(days: int) -> dt.date:
        lag = Duration(days, "wd")
        rules = tuple(each.model_copy(update={"lag": lag}) if each.id == "late" else each for each in delayed.rules)
        return end_of(delayed.evolve(rules=rules))

    for name, ask in (("limit", by_limit), ("delay", by_delay)):
        steps = curves[name].steps
        assert len(steps) > 50
        for before, step in list(pairwise(steps))[::9]:
            assert ask(int(step.at)) == step.date
            assert ask(int(step.at) - 1) == before.date != step.date


@pytest.mark.long
def test_what_is_ready_first_moves_the_end_at_each_step_and_at_no_other() -> None:
    """Of two shares, and of two with limits of their own, the end told for each part of the first is that of a plan with it."""
    for more, parts in (({}, range(0, 10001, 211)), ({"first": 4, "second": 3}, range(0, 10001, 1000))):
        told = market_told(40.0, **more)
        (curve,) = (curve for curve in told.curves if curve.of == "first share")
        assert curve.stated == 40
        dates = [step.date for step in curve.steps if step.date is not None]
        assert (dates == sorted(dates, reverse=True)) is not bool(more)  # more of a slow share ends later again
        for part in parts:
            step = [each for each in curve.steps if each.at * 100 <= part][-1]
            if 0 < part < 10000:
                assert market_told(part / 100, **more).done == step.date, (part, more)
        assert len(curve.steps) > 3


def market_told(early: float, **limits: int) -> MarketTold:
    """Return what is told of a market of two shares that are ready after three and after twelve days."""
    own = {name: {"limit": limit} for name, limit in limits.items()}
    ready = [
        {"at": "A", "share": early, **own.get("first", {})},
        {"at": "B", "share": round(100 - early, 2), **own.get("second", {})},
    ]
    rule = {
        "id": "pace",
        "title": "Pace",
        "kind": "migration",
        "after": "DONE",
        "meter_points": 100,
        "limit": 5,
        "ready": ready,
    }
    plan = plan_of(
        activities=[
            {"id": name, "title": name, "duration": f"{days} wd", "basis": "synthetic"} for name, days in (("A", 3), ("B", 12))
        ],
        milestones=[{"id": "DONE", "title": "Done", "shown": "closes", "basis": "synthetic"}],
        rules=[{**rule, "basis": "synthetic"}],
        targets=["DONE"],
    )
    (told,) = markets_told(plan, "DONE", "DONE")
    return told


def test_who_is_not_ready_in_time_is_named(plan: Plan) -> None:
    """Shares ready after every supplier must be are stragglers: with how many suppliers, what share, and how late."""
    stated = markets_told(plan, "M14", "M15")[0]
    assert (stated.suppliers, stated.suppliers_ready, stated.stragglers) == (65, 65, ())
    early = markets_told(plan, "M12", "M15")[0]

    assert (early.suppliers, early.suppliers_ready, early.ready_percent) == (65, 2, 41)
    assert [(each.percent, each.parties) for each in early.stragglers] == [(13, 1), (11.5, 1), (14.5, 1), (20, 60)]
    clock, m12 = Clock(plan), earliest_times(compile_network(plan)).position("M12")[0]
    for each in early.stragglers:
        assert clock.boundary(each.ready, "opens") == m12 + each.late_wd


def test_without_the_rule_no_limit_can_be_asked_for() -> None:
    """A day asked for of a plan that has no such rule is refused with what would put one in."""
    with pytest.raises(InputError, match="maybe add scenario 'migration'"):
        migrate(load(PLAN), by=dt.date(2026, 7, 31))
    assert migrate(load(PLAN)).markets == ()


@pytest.mark.long
def test_the_verb_says_when_the_day_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the day asked for is missed the exit code says so, and report and document have the least limit for it."""
    assert main(["migrate", PLAN, "-s", "migration", "--by", "2026-07-31"]) == 5
    report = " ".join(capsys.readouterr().out.split())
    assert "All shares together decide" in report
    assert "31 Jul 2026" in report
    assert main(["migrate", PLAN, "-s", "migration", "--by", "2026-10-30", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["markets"][0]["by"]["limit"] < 130
    assert main(["migrate", PLAN, "-s", "migration", "--by", "soon"]) == 2
