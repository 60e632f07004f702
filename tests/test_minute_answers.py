"""What verbs say of plans in minutes: one unit is a stated day, and each answer is what the plan solved again gives."""

from __future__ import annotations

import datetime as dt
import itertools
import operator
import random
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from models.duration import Duration
from models.moment import Moment
from models.outcome import Solved
from models.plan import Plan
from models.risk import Register
from optimiser.clock import clock_of
from optimiser.encoding.levers import moved_plan
from optimiser.errors import InputError
from optimiser.evidence.tables.kit import column, once_of, table, timed_once
from optimiser.evidence.terminal.outcome import outcome_report
from optimiser.evidence.terminal.page import Page
from optimiser.explain import explain, why_not
from optimiser.explain.cheapest import cheapest_amounts
from optimiser.explain.headroom import headrooms, saturations
from optimiser.explain.levers import levers_of
from optimiser.explain.margins import margins
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.lint import lint
from optimiser.numbers import Number, number_of_rule
from optimiser.reading.load import load
from optimiser.robust import robust
from optimiser.solve import earliest
from optimiser.solve.variant import with_number
from tests.minute_plans import minute_plan
from tests.mspdi_texts import calendar, link, project, task

HOUSE = project(
    task(1, 16, Name="Dig the foundations"),
    task(2, 12, link(1), Name="Pour the concrete"),
    task(3, 36, link(2), Name="Cure the concrete", CalendarUID=2),
    task(4, 20.5, Name="Order the windows", ConstraintType=4, ConstraintDate="2026-01-06T13:00:00"),
    task(5, 40, link(3), link(4, lag=600), Name="Build the walls"),
    task(6, 9, link(5, "SS", 4800), Name="Lay the cables"),
    calendars=calendar(2, "00:00:00-00:00:00", "1234567"),
)
"""A house: days of eight hours, concrete that cures by night too, windows that can be ordered from a Tuesday noon on."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The planner's own file."""
    path = tmp_path_factory.mktemp("house") / "house.xml"
    path.write_bytes(HOUSE)
    return path


@cache
def asked(path: Path) -> tuple[Oracle, list[Number]]:
    """The plan, ready to be asked, and every number of its rules and work."""
    plan = load(path)
    clock = clock_of(plan)
    names = [rule.id for rule in plan.rules] + [f"duration:{each.id}" for each in plan.activities]
    found = (number_of_rule(plan, clock, name) for name in names)
    return Oracle(plan), [number for number in found if number is not None]


def test_lengths_are_written_as_the_planner_counts_them(house: Path) -> None:
    """Worked minutes stand in the largest of days, hours and minutes that holds them whole."""
    plan = load(house)
    said = {each.id: str(each.duration) for each in plan.activities}
    assert said == {"1": "2 wd", "2": "12 h", "3": "36 h", "4": "1230 min", "5": "5 wd", "6": "9 h"}
    assert [Duration.worked(minutes, 480) for minutes in (0, -960, 61)] == [
        Duration(0, "wd"),
        Duration(-2, "wd"),
        Duration(61, "min"),
    ]


def test_a_link_is_called_by_the_names_of_its_ends(house: Path) -> None:
    """Names come twice in planners' files, and ids alone say nothing."""
    titles = {rule.title for rule in load(house).rules}
    assert {"Pour the concrete (2) after Dig the foundations (1)", "The project finishes with Build the walls (5)"} <= titles
    assert "Lay the cables (6) starts with Build the walls (5)" in titles


def test_moved_numbers_are_the_same_together_as_one_by_one(house: Path) -> None:
    """A column of moved values holds what each moved value alone does, of lengths in hours, in days and of dates with times."""
    for number in asked(house)[1]:
        units = np.arange(-min(5, number.least), min(5, number.most) + 1)
        assert number.columns(units).tolist() == [number.column(int(each)) for each in units], number


def test_headroom_is_how_many_days_worse_leave_the_end_where_it_is(house: Path) -> None:
    """One day more than the headroom moves it, of whatever unit the number is."""
    oracle, numbers = asked(house)
    end = oracle.base("END").low
    told = 0
    for number, room in zip(numbers, headrooms(oracle, "END", end, numbers), strict=True):
        worse = [number.most] if room.units is None else [room.units, room.units + 1]
        reached = [each.exact for each in ranges_of(oracle, "END", [with_number(number, units) for units in worse])]
        assert reached[0] == end, number
        assert room.units is None or reached[1] is None or reached[1] > end, number
        told += room.units is not None and room.units > 0
    assert told >= 2


def test_relaxing_goes_on_as_far_as_it_gains(house: Path) -> None:
    """One day less than the range reaches is later, and nothing relaxed further is earlier."""
    oracle, numbers = asked(house)
    gaining = 0
    for number, spent in zip(numbers, saturations(oracle, "END", numbers), strict=True):
        assert spent is not None
        units = sorted({number.least, spent.units, max(0, spent.units - 1)})
        reached = dict(zip(units, ranges_of(oracle, "END", [with_number(number, -each) for each in units]), strict=True))
        assert reached[spent.units].exact == reached[number.least].exact == spent.boundary
        if spent.units:
            gaining += 1
            before = reached[spent.units - 1].exact
            assert before is not None
            assert before > spent.boundary
    assert gaining >= 4


def test_the_house_is_a_plan_of_minutes(house: Path) -> None:
    """The fixture stays what the tests here take it for."""
    plan = load(house)
    assert isinstance(plan, Plan)
    assert (plan.unit, plan.day_minutes, len(plan.activities)) == ("minute", 480, 6)


def test_the_last_finish_of_work_is_an_evening(house: Path) -> None:
    """What may slip to Monday morning, because work goes on only then, ends where its own calendar stops before that."""
    found = {each.id: each for each in margins(asked(house)[0], "END")}
    assert str(found["2"].latest_finish) == "2026-01-09T17:00"
    assert str(found["3"].latest_finish) == "2026-01-12T08:00"  # concrete cures through the weekend
    assert all(each.latest_finish is None or each.latest_finish >= each.finish for each in found.values())


def test_the_assessment_counts_days_of_the_work(house: Path) -> None:
    """No float of a fortnight is high for being thousands of minutes, and a length is pushed by as many days as the end moves."""
    found = {each.number: each for each in lint(load(house), milestones=["END"]).dcma}
    assert (found[6].verdict, found[6].count) == ("pass", 0)
    assert found[12].measured == "600 wd for 600 wd"
    assert found[8].of == 4


def test_a_conflict_speaks_of_tasks_by_name_and_in_days(house: Path) -> None:
    """Whoever knows their own plan recognises it: names with ids, days and hours, no minute before the end asked for."""
    conflict = explain(load(house), "END").conflict
    assert conflict is not None
    assert conflict.statement.startswith("END is at Fri 16 Jan 2026 17:00 or later, asked for a minute earlier: ")
    assert "Dig the foundations (1) lasts 2 wd" in conflict.statement
    assert "start of Build the walls (5) not before finish of Cure the concrete (3)" in conflict.statement


def test_a_pack_tells_the_times_of_day() -> None:
    """A moment in a table is no day: what differs from the others keeps its time, what all share is said in the title."""
    columns = (column("finish", "date"), column("start", "date"))
    starts = [Moment(2026, 1, day, 8, 0) for day in (5, 6, 7)]
    finishes = [Moment(2026, 1, 5, 17, 0), Moment(2026, 1, 6, 12, 30), None]
    made = table("t", "T", columns, list(zip(finishes, starts, strict=True)), proof="stated", source="here")
    assert made.rows[1][0] == finishes[1]
    once = timed_once(made)
    assert [each.name for each in once.columns] == ["finish", "start 08:00"]
    assert [row[1] for row in once.rows] == [start.date() for start in starts]
    assert [each.key or each.name for each in once.columns] == ["finish", "start"]


def test_the_cheapest_way_to_a_date_is_the_cheapest_of_all() -> None:
    """Of random plans every combination of what may move is tried: none that meets the date costs less."""
    chance, found = random.Random(20261201), Counter[str]()  # noqa: S311 - drawn to be repeated
    for _ in range(40):
        plan = minute_plan(chance, 4).evolve(day_minutes=6)
        oracle = Oracle(plan)
        if oracle.found.status != "feasible":
            continue
        allowed = [f"duration:{each.id}" for each in chance.sample(plan.activities, 3)]
        levers = [replace(lever, cost=chance.randint(1, 3)) for lever in levers_of(oracle, allowed, "END").offered]
        costs: dict[int, int] = {}
        for amounts in itertools.product(*(range(lever.steps + 1) for lever in levers)):
            moved = moved_plan(plan, oracle.problem.clock, dict(zip(levers, amounts, strict=True)))
            end, cost = oracle.reach_of(moved, "END").low, sum(map(operator.mul, (lever.cost for lever in levers), amounts))
            costs[end] = min(cost, costs.get(end, cost))
        by = chance.choice(sorted(costs)[:-1] or [min(costs) - 1]) - chance.choice([0, 0, 1])
        met = [cost for end, cost in costs.items() if end <= by]
        answer = cheapest_amounts(oracle, "END", by, levers, oracle.limits)
        found[answer.status] += 1
        turns = any(lever.name in oracle.two_way for lever in levers)  # less of it may be later: nothing is proved
        if not met or answer.status == "unknown":
            assert answer.units is None
            assert turns or not met
        elif answer.status == "optimal":
            assert answer.cost == min(met)
        else:
            assert answer.bound is not None
            assert answer.cost is not None
            assert answer.bound <= min(met) <= answer.cost
    assert found["optimal"] >= 8
    assert found["unknown"] >= 4


def test_a_date_may_be_asked_for_with_its_time_and_by_a_deadline(house: Path) -> None:
    """What is asked for by a day has until its evening, and a moment is taken as it is."""
    plan = load(house)
    met = [why_not(plan, "END", by, route=False).verdict == "met" for by in ("2026-01-16", "2026-01-16T17:00")]
    assert met == [True, True]
    answer = why_not(plan, "END", "2026-01-15T12:00", allow=["duration:5"])
    assert answer.route is not None
    assert (answer.route.optimal, answer.route.cost, str(answer.route.date)) == (True, 2, "2026-01-14T17:00")
    assert [(step.moved, step.unit) for step in answer.route.steps] == [("3 wd", "wd")]
    late = why_not(plan, "END", "2026-01-14", route=False)
    assert late.conflict is not None
    assert "asked for by Wed 14 Jan 2026 17:00" in late.conflict.statement
    with pytest.raises(InputError, match=r"2024-12-31 or 2024-12-31T17:00, got 'soon'"):
        why_not(plan, "END", "soon")


def test_a_chain_counts_waits_and_lengths_in_worked_days(house: Path) -> None:
    """A night is no wait, half a day is no nought, and no date is cut: what all share of the time is said once."""
    plan = load(house)
    text = outcome_report(earliest(plan), plan, Page(width=100))
    chain = [" ".join(line.split()) for line in text.splitlines() if "2026" in line and " the " in line][:3]
    assert chain[0].endswith("Dig the foundations 5 Jan 2026 08:00 6 Jan 2026 17:00 2 wd")
    assert chain[1].endswith("Pour the concrete 7 Jan 2026 08:00 8 Jan 2026 12:00 1.5 wd")
    assert chain[2].endswith("Cure the concrete 8 Jan 2026 12:00 10 Jan 2026 00:00 4.5 wd")
    assert "…" not in text.partition("What binds")[0]
    assert once_of([Moment(2026, 1, 5, 8, 0)] * 3) == "08:00"
    assert once_of([Moment(2026, 1, 5, 8, 0), dt.date(2026, 1, 5), Moment(2026, 1, 5, 8, 0)]) == ""


def test_a_row_says_what_is_worked_and_spare_to_the_minute(house: Path) -> None:
    """Whole days hide half of one: JSON has the minutes beside them."""
    outcome = earliest(load(house))
    assert isinstance(outcome, Solved)
    rows = {row.id: row for row in outcome.rows}
    assert (rows["2"].working_days, rows["2"].worked_min) == (1, 720)
    assert (rows["4"].float_wd["END"], rows["4"].float_min["END"]) == (0, 390)
    assert "worked_min" in rows["2"].model_dump(mode="json")


def test_chances_are_told_in_working_days(house: Path) -> None:
    """Ranges may speak of hours where the plan has days or minutes, and what they move is told in days of the plan's calendar."""
    figures = {"basis": "judgement", "judged_on": "the last house"}
    ranges = [
        {"id": "walls", "of": "5", "low": "4 wd", "likely": "40 h", "high": "9 wd", **figures},
        {"id": "windows", "of": "4", "low": "16 h", "likely": "1230 min", "high": "60 h", **figures},
    ]
    register = {"schema": "optimiser/risk/1", "id": "house", "title": "House", "plan": "small", "judged_by": "a foreman"}
    found = robust(load(house), register=Register.model_validate({**register, "ranges": ranges}), samples=512)
    (end,) = found.milestones
    assert end.date is not None
    assert dt.date(2026, 1, 16) < end.date < dt.date(2026, 1, 27)
    assert end.contingency_wd == sum(day.weekday() < 5 for day in days_between(dt.date(2026, 1, 16), end.date))
    assert end.deviation_wd is not None
    assert 0.5 < end.deviation_wd < 4
    assert end.bias is not None
    assert 0 < end.bias.skew_wd + end.bias.merge_wd < 5
    assert end.mean is not None
    assert end.mean.weekday() < 5
    wrong = {**ranges[0], "low": "30 h"}
    with pytest.raises(InputError, match=r"holds a length in wd .5 wd., got '30 h'; maybe --set says the same length in h"):
        robust(load(house), register=Register.model_validate({**register, "ranges": [wrong]}), samples=512)


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the days after one up to another."""
    return [first + dt.timedelta(days) for days in range(1, (last - first).days + 1)]


def test_what_takes_over_from_a_floor_with_a_time_is_found(tmp_path):
    """A floor that binds at a time of day is relaxed by days, and what holds the finish then is named."""
    path = tmp_path / "plan.xml"
    floor = {"ConstraintType": 4, "ConstraintDate": "2026-01-12T08:00:00"}
    path.write_bytes(project(task(1, 16), task(2, 16, link(1), **floor), task(3, 8, link(2))))
    lines = {line.rule: line for line in explain(load(path), "END").lines}

    floor_line = lines["C-2-1"]
    assert (floor_line.range_units, floor_line.range_gain_wd) == (5, 3)
    assert set(floor_line.saturation) == {"duration:1", "L1"}


def test_a_gain_within_a_day_is_told_in_hours(tmp_path: Path) -> None:
    """Half a day of work gains half a day, and is no nought in what binds, in `solve` as in `explain`."""
    path = tmp_path / "sign.xml"
    path.write_bytes(project(task(1, 4, Name="Paint the sign"), task(2, 16, link(1), Name="Hang it up")))
    plan = load(path)
    outcome = earliest(plan)
    assert isinstance(outcome, Solved)
    solved = {entry.rule: entry for entry in outcome.binding["END"]}["duration:1"]
    told = {line.rule: line for line in explain(plan, "END").lines}["duration:1"]

    assert (solved.drop_gain_wd, solved.drop_gain_min) == (told.drop_gain_wd, told.drop_gain_min) == (0, 240)
    assert "drop-binding" in told.words
    assert re.search(r"duration:1 .* 4 h / ", outcome_report(outcome, plan, Page(100), rows=None))
