"""Progress: what a plan says is done, what of it cannot be, and what follows from it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from models.duration import Duration
from models.outcome import Infeasible, Solved
from models.plan import Plan
from optimiser.check import check
from optimiser.errors import InputError
from optimiser.importing import understand
from optimiser.reading.load import load
from optimiser.solve import earliest
from optimiser.solve.placement import complete
from optimiser.solve.problem import Problem
from optimiser.solve.reschedule import early_items, rescheduled
from tests.mspdi_texts import link, project, task

HEAD = """\
schema: optimiser/plan/1
id: small
title: A small plan
as_of: 2024-01-01
horizon: {first: 2024-01-08, last: 2024-12-31}
calendar: mon-fri
calendars:
  - id: mon-fri
    title: Mondays to Fridays
    weekdays: [mon, tue, wed, thu, fri]
    covers: {first: 2024-01-01, last: 2025-01-31}
    basis: synthetic
targets: [M1]
activities:
  - {id: DESIGN, title: Design, duration: 10 wd, basis: synthetic}
  - {id: BUILD, title: Build, duration: 15 wd, basis: synthetic}
  - {id: TEST, title: Test, duration: 2 mo, basis: synthetic}
milestones:
  - {id: M1, title: Done, shown: closes, basis: synthetic}
hammocks:
  - {id: H, title: All of it, starts_with: DESIGN, finishes_with: TEST, basis: synthetic}
rules:
  - {kind: dependency, id: R1, title: Build after design, before: DESIGN, after: BUILD, basis: synthetic}
  - {kind: dependency, id: R2, title: Test after build, before: BUILD, after: TEST, basis: synthetic}
  - {kind: dependency, id: R3, title: Done after test, before: TEST, after: M1, basis: synthetic}
"""
STATUS = "status_date: 2024-01-26\n"


def written(folder: Path, text: str, **beside: str) -> Path:
    """Return a folder with a plan, and with other files beside it."""
    (folder / "plan.yaml").write_text(text)
    for name, content in beside.items():
        (folder / name.replace("_", ".")).write_text(content)
    return folder


def faults_of(folder: Path) -> list[str]:
    """Return what is wrong with the plan in a folder, a file by its name alone."""
    with pytest.raises(InputError) as caught:
        load(folder)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def test_what_is_done_may_be_said_beside_the_items_in_a_list_or_a_table(tmp_path: Path) -> None:
    """An update leaves the files of the plan as they are: each item is given what a list, a file or a table says of it."""
    said = "item,actual_start,actual_finish,percent_complete\nDESIGN,2024-01-08,2024-01-19,\nBUILD,2024-01-22,,40\n"
    folder = written(
        tmp_path, HEAD + STATUS, progress_csv=said, progress_yaml="progress:\n- {item: M1, actual_start: 2024-01-25}\n"
    )
    plan = load(folder)
    build = plan.activities[1]
    assert plan.done("DESIGN")
    assert plan.done("M1")
    assert plan.under_way("BUILD")
    assert not plan.under_way("DESIGN")
    assert plan.remaining(build) == plan.still_to_do(build) == Duration(9, "wd"), "60 % of 15 wd"
    assert Plan.model_validate(plan.model_dump(mode="json")) == plan
    assert plan.still_to_do(plan.activities[2]) == Duration(2, "mo"), "it has not begun"
    again = Plan.model_validate(plan.model_dump(mode="json"))
    assert again == plan


def test_what_cannot_have_happened_is_refused_at_its_place_all_of_it_at_once(tmp_path: Path) -> None:
    """Each fault stands at the entry that says it, wherever that is written."""
    said = """\
progress:
  - {item: DESIGN, actual_start: 2024-01-08, actual_finish: 2024-02-01, remaining: 3 wd}
  - {item: BUILD, actual_start: 2024-01-22}
  - {item: TEST, remaining: 5 wd}
  - {item: H, actual_start: 2024-01-08}
  - {item: BILD, actual_start: 2024-01-08}
  - {item: M1, actual_finish: 2024-01-25, percent_complete: 50}
  - {item: BUILD, actual_start: 2024-01-23, remaining: 2 wd}
"""
    assert faults_of(written(tmp_path, HEAD + STATUS, progress_yaml=said)) == [
        (
            "progress.yaml:2:61: progress[0].actual_finish: 2024-02-01 is after the status date, 2024-01-26: 'DESIGN' cannot have got "
            "there; maybe the date is planned"
        ),
        "progress.yaml:2:84: progress[0].remaining: 'DESIGN' is finished, but 3 wd are left of it; maybe it is not finished yet",
        "progress.yaml:3:5: progress[1]: 'BUILD' has begun; expected what is left of it, as 'remaining' or by 'percent_complete'",
        "progress.yaml:4:29: progress[2].remaining: 'TEST' has not begun; expected an 'actual_start', or maybe another duration",
        "progress.yaml:5:12: progress[3].item: 'H' is a hammock; its ends follow those of others, so nothing is done of it alone",
        "progress.yaml:6:12: progress[4].item: unknown item 'BILD'. Maybe 'BUILD'.",
        "progress.yaml:7:61: progress[5].percent_complete: 'M1' is an event and takes no time; expected 'actual_finish' alone",
        "progress.yaml:8:12: progress[6].item: what is done of 'BUILD' is said already at line 3; maybe leave one",
    ]
    assert faults_of(written(tmp_path, HEAD, progress_yaml="progress: [{item: M1, actual_finish: 2024-01-25}]")) == [
        "plan.yaml:1:1: the plan says what is done, but not by when; expected a 'status_date', whose evening it is true of"
    ]


def test_work_in_months_and_suspended_work_say_what_is_left_and_when_it_goes_on(tmp_path: Path) -> None:
    """A share of months is no number of days; work that stands still comes back on a day."""
    said = "progress:\n  - {item: TEST, actual_start: 2024-01-22, percent_complete: 50, suspend: 2024-01-20}\n"
    found = faults_of(written(tmp_path, HEAD + STATUS, progress_yaml=said))
    assert len(found) == 3, found


DUE = (
    HEAD.replace("milestones:\n", "milestones:\n  - {id: M0, title: Designed, shown: closes, basis: synthetic}\n")
    + """\
  - {kind: dependency, id: R4, title: Designed, before: DESIGN, after: M0, basis: synthetic}
  - {kind: not-after, id: R5, title: Designed in time, at: M0, date: 2024-01-22, basis: synthetic}
  - {kind: not-after, id: R6, title: Built in time, at: BUILD.finish, date: 2024-01-24, basis: synthetic}
baselines:
- {id: may, title: The plan of May, basis: synthetic, dates: [{milestone: M1, date: 2024-04-02}]}
"""
)


def test_a_forecast_says_what_is_met_slipping_and_broken_and_by_how_much(tmp_path: Path) -> None:
    """Design took two days longer and building began before it was over: nine days of fifteen are left from 29 January on."""
    said = """\
progress:
  - {item: DESIGN, actual_start: 2024-01-08, actual_finish: 2024-01-23}
  - {item: M0, actual_finish: 2024-01-23}
  - {item: BUILD, actual_start: 2024-01-22, percent_complete: 40}
"""
    found = earliest(load(written(tmp_path, DUE + STATUS, progress_yaml=said)))
    assert isinstance(found, Solved)
    rows = {row.id: row for row in found.rows}
    assert (rows["BUILD"].start, rows["BUILD"].finish) == (dt.date(2024, 1, 22), dt.date(2024, 2, 8)), "29 January and 8 days"
    assert (rows["BUILD"].progress, rows["BUILD"].remaining, rows["BUILD"].float_wd) == ("in progress", "9 wd", {"M1": 0})
    assert (rows["DESIGN"].progress, rows["DESIGN"].float_wd, rows["DESIGN"].free_float_wd) == ("done", {"M1": None}, None)
    forecast = found.forecast
    assert forecast is not None
    assert (forecast.done, forecast.in_progress, forecast.to_do) == (1, 1, 1)
    states = {each.id: (each.state, str(each.date), [due.late_wd for due in each.due]) for each in forecast.milestones}
    assert states == {"M1": ("slipping", "2024-04-08", [4]), "M0": ("met", "2024-01-23", [1])}
    assert {each.rule: each.working_days for each in forecast.broken} == {"R1": 2, "R5": 1, "R6": 11}
    assert found.notes == ("BUILD: 9 wd are left, as 40 % of 15 wd are complete",)
    assert found.driving["M1"] == ("BUILD", "TEST", "M1"), "a chain begins where the rest does"
    assert "so it was done" not in " ".join(step.statement for step in found.certificates[0].steps)


def test_a_plan_all_done_has_its_dates_and_nothing_left_to_move(tmp_path: Path) -> None:
    """Facts alone are left: every milestone is met, and no float is told."""
    said = "progress:\n" + "".join(
        f"  - {{item: {name}, actual_start: {first}, actual_finish: {last}}}\n"
        for name, first, last in (
            ("DESIGN", "2024-01-08", "2024-01-19"),
            ("BUILD", "2024-01-22", "2024-02-09"),
            ("TEST", "2024-02-12", "2024-04-12"),
            ("M0", "2024-01-19", "2024-01-19"),
            ("M1", "2024-04-12", "2024-04-12"),
        )
    )
    found = earliest(load(written(tmp_path, DUE + "status_date: 2024-04-30\n", progress_yaml=said)))
    assert isinstance(found, Solved)
    assert {row.id: row.float_wd["M1"] for row in found.rows} == dict.fromkeys(("DESIGN", "BUILD", "TEST", "M0", "M1", "H"))
    assert found.forecast is not None
    assert {each.state for each in found.forecast.milestones} == {"met"}
    assert found.dates == {"M1": dt.date(2024, 4, 12)}


def test_work_out_of_sequence_waits_with_retained_logic_and_goes_on_with_override(tmp_path: Path) -> None:
    """Building began while design is open: its rest waits for the end of design, unless links to begun work are overridden."""
    said = """\
progress:
  - {item: DESIGN, actual_start: 2024-01-08, remaining: 10 wd}
  - {item: BUILD, actual_start: 2024-01-22, remaining: 5 wd}
"""
    ends = {}
    for logic in ("retained", "override"):
        folder = tmp_path / logic
        folder.mkdir()
        found = earliest(load(written(folder, f"{DUE}{STATUS}logic: {logic}\n", progress_yaml=said)))
        assert isinstance(found, Solved)
        ends[logic] = str(next(row.finish for row in found.rows if row.id == "BUILD"))
    assert ends == {"retained": "2024-02-16", "override": "2024-02-02"}


def test_suspended_work_goes_on_from_the_day_on_which_it_resumes(tmp_path: Path) -> None:
    """What is left of it counts from that day, and capacity is taken from there on only."""
    said = "progress:\n  - {item: BUILD, actual_start: 2024-01-22, remaining: 5 wd, suspend: 2024-01-25, resume: 2024-03-04}\n"
    found = earliest(load(written(tmp_path, f"{DUE}{STATUS}logic: override\n", progress_yaml=said)))
    assert isinstance(found, Solved)
    assert str(next(row.finish for row in found.rows if row.id == "BUILD")) == "2024-03-08"


def test_dates_before_the_plan_and_a_status_date_beside_it_are_refused(tmp_path: Path) -> None:
    """What has happened has a place on the axis, and something is left to come."""
    early = "progress:\n  - {item: BUILD, actual_start: 2024-01-02, remaining: 3 wd}\n"
    assert "before the plan's first day" in faults_of(written(tmp_path, HEAD + STATUS, progress_yaml=early))[0]
    assert "leaves nothing to come" in faults_of(written(tmp_path, HEAD + "status_date: 2025-01-03\n"))[0]
    assert (
        "2024-01-05 is before 2024-01-08, the plan's first day"
        in faults_of(written(tmp_path, HEAD + "status_date: 2024-01-05\n"))[0]
    )


def test_a_conflict_with_a_lag_behind_a_fact_names_what_is_too_late_and_each_rule_once(tmp_path: Path) -> None:
    """Design finished on Friday the 19th, so building is to begin by the 24th, and may not before the 31st."""
    rules = """  - {kind: dependency, id: SOON, title: Soon, before: DESIGN, after: BUILD, bound: at-most, lag: 3 wd, basis: synthetic}
  - {kind: not-before, id: FLOOR, title: The floor, at: BUILD.start, date: 2024-01-31, basis: synthetic}
status_date: 2024-01-22
progress: [{item: DESIGN, actual_start: 2024-01-08, actual_finish: 2024-01-19}]
"""
    found = earliest(load(written(tmp_path, HEAD + rules)))
    assert isinstance(found, Infeasible)
    assert found.conflict is not None
    assert [member.id for member in found.conflict.members] == ["FLOOR", "SOON"]
    assert found.conflict.statement.startswith(
        "start of BUILD cannot be before Wed 31 Jan 2024, but must be: start of BUILD not"
    )


RATIONED = """  - {kind: capacity, id: SLOT, title: One slot, amount: 1, demands: [{item: P, amount: 1}, {item: Q, amount: 1}], basis: synthetic}
  - {kind: dependency, id: R9, title: Q done, before: Q, after: M2, basis: synthetic}
status_date: 2024-01-10
progress: [{item: P, actual_start: 2024-01-08, remaining: 3 wd}]
"""


@pytest.mark.parametrize(("target", "places"), [("M1", ("2024-01-15", "2024-01-22")), ("M2", ("2024-01-22", "2024-01-17"))])
def test_begun_work_keeps_its_slot_and_where_it_is_set_aside_that_is_said(
    tmp_path: Path, target: str, places: tuple[str, str]
) -> None:
    """Three days of P are left and Q takes five; P goes on from Thursday, unless the date that is asked for is Q's."""
    more = "".join(f"  - {{id: {name}, title: {name}, duration: 5 wd, basis: synthetic}}\n" for name in "PQ")
    text = HEAD.replace("milestones:\n", f"{more}milestones:\n  - {{id: M2, title: Q, shown: closes, basis: synthetic}}\n")
    found = earliest(load(written(tmp_path, text.replace("targets: [M1]", f"targets: [{target}]") + RATIONED)))
    assert isinstance(found, Solved)
    ends = {row.id: str(row.finish) for row in found.rows}
    assert (ends["P"], ends["Q"]) == places
    said = [note for note in found.notes if note.startswith("P has begun, but what is left of it waits until Thu 18 Jan 2024")]
    assert len(said) == (target == "M2")


def test_what_microsoft_project_leaves_before_the_status_date_is_told_of_and_moved_where_asked(tmp_path: Path) -> None:
    """Two days of work planned from Monday: nobody began, or half is done; by Wednesday's evening the rest lies behind it."""
    by_wednesday = "<StatusDate>2026-01-07T17:00:00</StatusDate>"
    half = task(3, 16, ActualStart="2026-01-05T08:00:00", Stop="2026-01-05T17:00:00", Resume="2026-01-06T08:00:00").replace(
        "<RemainingDuration>PT16H0M0S", "<RemainingDuration>PT8H0M0S"
    )
    file = tmp_path / "small.xml"
    file.write_bytes(project(task(1, 16), task(2, 8, link(1)), half, more=by_wednesday))
    plan = load(file)
    problem = Problem.of(plan)
    before = complete(problem.network, problem.earliest.values)
    names = [activity.id for activity in plan.activities]
    assert early_items(plan, problem.clock, before) == (names[0], names[1])
    moved = Problem.of(rescheduled(plan, problem.clock, before))
    after = complete(moved.network, moved.earliest.values)
    assert check(moved.plan, after, moved.clock) == ()
    shown = {
        name: (moved.clock.show(place.start, "opens"), moved.clock.show(place.finish, "closes"))
        for name, place in after.by_id.items()
    }
    assert [tuple(map(str, shown[name])) for name in names] == [
        ("2026-01-08T08:00", "2026-01-09T17:00"),
        ("2026-01-12T08:00", "2026-01-12T17:00"),
        ("2026-01-05T08:00", "2026-01-08T17:00"),
    ]
    found = understand(file, reschedule=True)
    assert found.schedule == after
    assert {each.code: each.count for each in found.report.findings}["rescheduled"] == 3, (
        "two that have not begun, and the rest of the third"
    )
    with pytest.raises(InputError, match="nothing of 'small' can be rescheduled"):
        rescheduled(load(written(tmp_path, HEAD)), problem.clock, before)


WEEK = ", ".join(f'{day}: ["08:00-12:00", "13:00-17:00"]' for day in ("mon", "tue", "wed", "thu", "fri"))
HOURS = (
    HEAD.replace("weekdays: [mon, tue, wed, thu, fri]", f"hours: {{{WEEK}}}")
    .replace("2 mo", "10 wd")
    .replace("id: small", "id: small\nunit: minute")
)


def test_a_day_off_between_two_facts_breaks_no_rule_of_a_plan_of_minutes(tmp_path: Path) -> None:
    """Design ended on a Friday evening, building began on the Monday morning: nobody works in between."""
    text = HOURS + STATUS
    broken = {}
    for began in ("2024-01-22", "2024-01-18"):
        folder = tmp_path / began
        folder.mkdir()
        done = f"progress:\n  - {{item: DESIGN, actual_start: 2024-01-08, actual_finish: 2024-01-19}}\n  - {{item: BUILD, actual_start: {began}, remaining: 9 wd}}\n"
        found = earliest(load(written(folder, text, progress_yaml=done)))
        assert isinstance(found, Solved)
        assert found.forecast is not None
        broken[began] = [each.rule for each in found.forecast.broken]
    assert broken == {"2024-01-22": [], "2024-01-18": ["R1"]}


def test_a_day_without_a_time_is_that_days_hours_on_a_plan_of_minutes(tmp_path: Path) -> None:
    """Work that ended on Friday ended at five, and is not shown on Saturday; what is said of a Saturday stays there."""
    done = """\
progress:
  - {item: DESIGN, actual_start: 2024-01-08, actual_finish: 2024-01-19}
  - {item: BUILD, actual_start: 2024-01-20, remaining: 9 wd}
  - {item: M1, actual_finish: 2024-01-26}
"""
    plan = load(
        written(
            tmp_path,
            HOURS + "status_date: 2024-01-26T16:00\n",
            progress_yaml=done.replace("  - {item: M1, actual_finish: 2024-01-26}\n", ""),
        )
    )
    design, build, _ = (each.progress for each in plan.activities)
    assert design is not None
    assert build is not None
    assert (str(design.actual_start), str(design.actual_finish)) == ("2024-01-08T08:00", "2024-01-19T17:00")
    assert str(build.actual_start) == "2024-01-20"
    assert Plan.model_validate(plan.model_dump(mode="json")) == plan
    found = earliest(load(written(tmp_path, HOURS + STATUS, progress_yaml=done)))
    assert isinstance(found, Solved)
    assert str(found.dates["M1"]) == "2024-01-26T17:00"


def test_of_begun_work_on_too_few_slots_what_is_nearly_done_is_not_set_aside_where_no_date_gains(tmp_path: Path) -> None:
    """One day of P is left and Q and R have five each, on two slots, three at once: M1 has float, so P ends first."""
    more = "".join(f"  - {{id: {name}, title: {name}, duration: 5 wd, basis: synthetic}}\n" for name in "PQR")
    demands = ", ".join(f"{{item: {name}, amount: 1}}" for name in "PQR")
    rules = (
        f"  - {{kind: capacity, id: SLOT, title: Two slots, amount: 2, demands: [{demands}], basis: synthetic}}\n"
        + "".join(
            f"  - {{kind: dependency, id: {name}-M1, title: {name}, before: {name}, after: M1, basis: synthetic}}\n"
            for name in "PQR"
        )
    )
    done = "".join(
        f"  - {{item: {name}, actual_start: 2024-01-22, remaining: {left} wd}}\n"
        for name, left in zip("PQR", (1, 5, 5), strict=True)
    )
    found = earliest(
        load(written(tmp_path, HEAD.replace("milestones:\n", f"{more}milestones:\n") + rules + STATUS + f"progress:\n{done}"))
    )
    assert isinstance(found, Solved)
    ends = {row.id: str(row.finish) for row in found.rows}
    assert (ends["P"], ends["Q"], ends["R"]) == ("2024-01-29", "2024-02-02", "2024-02-05")
