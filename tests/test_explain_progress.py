"""Why a plan with progress is as late as it is: nothing advises to change what is done, and facts are named as such."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from models.calendar import Shift
from models.duration import Duration
from models.past import done_by, settled, spent
from models.plan import Plan
from models.progress import Progress
from models.rules import Flexibility, Point
from optimiser.cli import main
from optimiser.clock import clock_of
from optimiser.errors import InputError
from optimiser.explain import explain, why_not
from optimiser.explain.route import as_scenario
from optimiser.scenarios import apply
from optimiser.solve import earliest
from tests.conftest import plan_of
from tests.minute_plans import WEEK, held_plan, minute_plan, moment
from tests.progress_plans import with_progress as days_with_progress
from tests.random_plans import random_plan

SEEDS = 18


def flexible(plan: Plan, chance: random.Random) -> Plan:
    """Return a plan whose lengths may shrink to a third, each at a cost."""
    activities = tuple(
        each.model_copy(
            update={
                "flexibility": Flexibility(
                    limit=Duration(length.amount // 3, length.unit), cost=chance.randint(1, 4), basis="synthetic"
                )
            }
        )
        for each in plan.activities
        for length in (plan.duration(each.duration),)
    )
    return plan.model_copy(update={"activities": activities, "day_minutes": 1})  # what may move moves by days


def with_progress(seed: int) -> Plan:
    """Return a random plan of minutes, some of it done or begun, whose lengths may shrink."""
    chance = random.Random(seed)  # noqa: S311 - tests
    return flexible(held_plan(chance, (None, "p6", "msp")[seed % 3], 6), chance)


def reached(plan: Plan) -> int | None:
    """Return where END lies, None where the plan has no date."""
    from optimiser.critical import compile_network, earliest_times

    found = earliest_times(compile_network(plan))
    return found.values[found.network.nodes["END", "start"]] if found.status == "feasible" else None


def test_what_is_done_is_no_line_no_lever_and_in_no_conflict_or_relaxation() -> None:
    """Over random plans with progress: reports and answers speak of what is to come alone."""
    counted: Counter[str] = Counter()
    for seed in range(SEEDS):
        plan, past = with_progress(seed), settled(with_progress(seed))
        if not past:
            continue
        try:
            report = explain(plan, "END")
        except InputError:
            continue
        named = {line.rule for line in report.lines} | {
            name for line in report.lines for each in line.joint_with for name in each
        }
        named |= {member.id for member in report.conflict.members} if report.conflict else set()
        assert not named & past
        assert not {item.id for item in report.items} & {name for name in plan.items if plan.done(name)}
        counted["past"] += len(past)
        counted["lines"] += len(report.lines)
    assert counted["past"] >= 15
    assert counted["lines"] >= 60


@pytest.mark.long
def test_each_route_leaves_the_past_alone_and_attains_its_date_as_a_scenario() -> None:
    """What a route moves is to come, and the scenario that it is saved as has the date that it promises."""
    counted: Counter[str] = Counter()
    for seed in range(SEEDS):
        plan = with_progress(seed)
        now = reached(plan)
        if now is None:
            continue
        clock = clock_of(plan)
        by = clock.show(max(now - 25, clock.origin), plan.convention(Point("END", "start")))
        try:
            answer = why_not(plan, "END", by, all=True)
        except InputError:
            continue
        past = settled(plan) | spent(plan)
        assert not set(answer.may_move) & past
        assert not {member.id for each in answer.conflicts for member in each.members} & past
        assert not {name for each in answer.relaxations for name in each.rules} & past
        routes = [answer.route, answer.nearest.route if answer.nearest else None]
        for route in (each for each in routes if each is not None):
            assert not {step.lever for step in route.steps} & past
            taken = earliest(apply(as_scenario(plan, route, "END", dt.date(2024, 1, 1)), plan), ["END"])
            assert taken.dates["END"] == route.date
            counted["routes"] += 1
            counted["begun"] += any(plan.under_way(step.lever.removeprefix("duration:")) for step in route.steps)
    assert counted["routes"] >= 3


@pytest.fixture
def begun() -> Plan:
    """Work that is done, work of which 40 minutes are left, and work to come, one after the other."""
    plan = minute_plan(random.Random(3), 3)  # noqa: S311 - tests
    progress = (
        Progress(actual_start=moment(500), actual_finish=moment(700)),
        Progress(actual_start=moment(800), remaining=Duration(40, "min")),
        None,
    )
    activities = tuple(
        each.model_copy(update={"duration": Duration(100, "min"), "calendar": None, "progress": done})
        for each, done in zip(plan.activities, progress, strict=True)
    )
    link: Any = next(rule for rule in plan.rules if rule.id == "last")
    rules = tuple(
        link.model_copy(update={"id": f"{before}-{after}", "before": before, "after": after})
        for before, after in (("A0", "A1"), ("A1", "A2"), ("A2", "END"))
    )
    whole = tuple(
        each.model_copy(update={"hours": dict.fromkeys(WEEK, (Shift(0, 1440),)), "exceptions": ()}) for each in plan.calendars
    )
    changes = {
        "activities": activities,
        "rules": rules,
        "summaries": (),
        "status_date": moment(1500),
        "calendars": whole,
    }
    return flexible(plan.model_copy(update=changes), random.Random(1))  # noqa: S311 - tests


def test_a_conflict_names_what_is_done_as_a_fact(begun: Plan) -> None:
    """Where rules hold on to what is done, its day stands beside them; of begun work what is left."""
    assert settled(begun) == {"duration:A0"}
    assert list(done_by(begun, "A0-A1")) == ["A0", "A1"]
    answer = why_not(begun, "END", moment(1600), route=False)
    assert answer.conflict is not None
    said = {member.id: member.statement for member in answer.conflict.members}
    assert said["duration:A1"] == "A1 has begun, on Mon 1 Jan 2024 13:20; 40 min of it are left"
    assert "duration:A0" not in said


def test_what_is_left_may_shrink_as_far_as_the_whole_may(begun: Plan) -> None:
    """A length that may shrink from 100 to 33 minutes, of which 60 are done, leaves nothing at the least."""
    answer = why_not(begun, "END", moment(1610))
    steps = {step.lever: step for step in answer.route.steps} if answer.route else {}
    assert steps
    assert answer.route is not None
    assert set(answer.route.values) <= {"A1.remaining", "A2.duration"}
    assert all(step.stated == "40 min" for name, step in steps.items() if name == "duration:A1")


def test_what_is_done_cannot_be_allowed_to_move(begun: Plan) -> None:
    """Whoever allows it by name is told what has become of it."""
    with pytest.raises(
        InputError, match=r"'duration:A0' bears on nothing that is still to come: A0 is done, on Mon 1 Jan 2024 11:40"
    ):
        why_not(begun, "END", moment(1600), allow=["duration:A0"])


def test_a_milestone_that_has_been_met_cannot_be_earlier(begun: Plan) -> None:
    """The answer says that it is a fact, and offers no way."""
    end = begun.milestones[0].model_copy(update={"progress": Progress(actual_finish=moment(1400))})
    plan = begun.model_copy(update={"milestones": (end,)})
    answer = why_not(plan, "END", moment(1300))
    assert answer.verdict == "nearest miss"
    assert answer.conflict is not None
    assert answer.conflict.members == ()
    assert answer.conflict.statement.endswith("no change of what is to come moves a fact")
    assert explain(plan, "END").met
    assert not explain(begun, "END").met
    assert explain(plan, "END").lines == () or not any("drop-binding" in line.words for line in explain(plan, "END").lines)


def test_of_a_plan_of_days_what_is_left_moves_and_the_scenario_has_the_date() -> None:
    """Eight days are left of twenty that may shrink to fifteen: five may go, and no more."""
    flexibility = {"limit": "15 wd", "cost": 2, "basis": "synthetic"}
    plan = plan_of(
        activities=[{"id": "A", "title": "A", "duration": "20 wd", "basis": "synthetic", "flexibility": flexibility}],
        milestones=[{"id": "END", "title": "The end", "shown": "closes", "basis": "synthetic"}],
        rules=[{"id": "a", "title": "a", "kind": "dependency", "before": "A", "after": "END", "basis": "synthetic"}],
        targets=["END"],
        status_date="2024-02-02",
        progress=[{"item": "A", "actual_start": "2024-01-15", "remaining": "8 wd"}],
    )
    assert earliest(plan).dates == {"END": dt.date(2024, 2, 14)}
    answer = why_not(plan, "END", "2024-02-09")
    assert answer.route is not None
    assert answer.route.values == {"A.remaining": "5 wd"}
    assert earliest(apply(as_scenario(plan, answer.route, "END", answer.by), plan)).dates == {"END": dt.date(2024, 2, 9)}
    missed = why_not(plan, "END", "2024-02-06")
    assert (missed.verdict, missed.nearest and missed.nearest.date) == ("nearest miss", dt.date(2024, 2, 7))


def test_random_plans_of_days_are_explained_without_their_past() -> None:
    """Boards, capacities, windows and the rest: no conflict, relaxation or lever names what is settled."""
    counted: Counter[str] = Counter()
    for seed in range(14):
        plan = days_with_progress(random_plan(seed), seed)
        past = settled(plan) | spent(plan)
        try:
            report = explain(plan, plan.targets[0])
        except InputError:
            continue
        by = max(report.date - dt.timedelta(days=2), plan.horizon.first)
        answer = why_not(plan, plan.targets[0], by, all=True, route=False)
        named = {line.rule for line in report.lines} | {member.id for each in answer.conflicts for member in each.members}
        named |= {name for each in answer.relaxations for name in each.rules} | set(answer.may_move)
        assert not named & past
        counted["past"] += len(past)
        counted["lines"] += len(report.lines)
    assert counted["past"] >= 10
    assert counted["lines"] >= 15


def _queued(slots: int, left: str) -> Plan:
    """Return a plan of days in which one test is done, and so much is left of one that has begun, on one place or none."""
    solid = {"basis": "synthetic"}
    done = {"actual_start": "2024-01-08", "actual_finish": "2024-01-09"}
    works: list[dict[str, Any]] = [
        {"id": "A", "title": "A", "duration": "2 wd", "progress": done, **solid},
        {"id": "B", "title": "B", "duration": "6 wd", "progress": {"actual_start": "2024-01-10", "remaining": left}, **solid},
    ]
    lab = {"id": "lab", "kind": "capacity", "title": "lab", "amount": slots, "demands": [{"item": name} for name in "AB"]}
    ends = [{"id": f"e{name}", "kind": "dependency", "title": "e", "before": name, "after": "END", **solid} for name in "AB"]
    return plan_of(
        targets=["END"],
        status_date="2024-01-12",
        activities=works,
        milestones=[{"id": "END", "title": "End", "shown": "closes", **solid}],
        rules=[{**lab, **solid}, *ends],
    )


@pytest.mark.parametrize(("left", "headroom"), [("0 wd", None), ("3 wd", 0)])
def test_what_is_done_holds_no_slot_in_any_variant(left: str, headroom: int | None) -> None:
    """A place less moves what is left of a test, whatever stood on the place before the status date."""
    line = explain(_queued(1, left), "END").line("lab")

    assert earliest(_queued(0, left)).status == ("solved" if headroom is None else "infeasible")
    assert (line.headroom, line.contradicts) == (headroom, headroom is not None)


def test_a_change_of_begun_work_on_a_slot_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before and after are told of begun work that held its place and needs it no more."""
    file = tmp_path / "plan.yaml"
    file.write_text(_queued(1, "0 wd").model_dump_json(by_alias=True, exclude_defaults=True), encoding="utf-8")

    assert main(["solve", str(file), "--set", "lab.amount=0"]) == 0
    assert "before" in capsys.readouterr().out
