"""Late dates, float and critical flags of an imported plan: worked out by hand, and every difference from the file with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.importing import FloatsCompared
from optimiser import earliest, load
from optimiser.cli import main
from optimiser.clock import MinuteClock
from optimiser.importing import understand
from tests import mspdi_texts
from tests.p6_cases import link, milestone, work
from tests.xer_texts import written, xer_text

LATE = {
    1: {"late_start_date": "2026-01-05 08:00", "late_end_date": "2026-01-06 17:00", "total_float_hr_cnt": 0},
    2: {"late_start_date": "2026-01-06 08:00", "late_end_date": "2026-01-06 17:00", "total_float_hr_cnt": 8},
    3: {"late_start_date": "2026-01-07 08:00", "late_end_date": "2026-01-07 17:00", "total_float_hr_cnt": 0},
}
"""Of two days of work and one beside it, with a day's work behind both."""


def three(folder: Path, other: dict[int, dict[str, object]] | None = None) -> FloatsCompared:
    """Return what is told of the three activities, some cells of theirs being others."""
    cells = {at: row | (other or {}).get(at, {}) for at, row in LATE.items()}
    rows = [work(16, **cells[1]), work(8, **cells[2]), work(8, **cells[3])]
    told = understand(written(folder, xer_text(rows, [link(1, 3), link(2, 3)]))).report.floats
    assert told is not None
    return told


def test_late_dates_and_float_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    """The day's work beside two days has a day of float: its late dates are the second day's."""
    told = three(tmp_path)

    assert told.tasks == 3
    assert [(each.figure, each.stored, each.same) for each in told.figures] == [
        ("late start", 3, 3),
        ("late finish", 3, 3),
        ("total float", 3, 3),
    ]
    assert not told.reasons
    assert not told.differing


def test_a_float_that_its_own_late_dates_contradict_is_out_of_date(tmp_path: Path) -> None:
    """The late dates are ours, the float is not: the file has changed one of them without the other."""
    told = three(tmp_path, {2: {"total_float_hr_cnt": 16}})

    assert [(each.code, each.count, each.follow, each.where) for each in told.reasons] == [("two-figures", 1, 0, ("A2",))]
    (row,) = told.differing
    assert (row.id, row.total_float_min, row.stored_total_float_min, row.late_minutes) == ("A2", 480, 960, 0)


def test_late_dates_from_another_finish_are_told_at_the_end_with_what_follows(tmp_path: Path) -> None:
    """Where the file counts back from a day later, the last activity is the root and both before it follow."""
    later: dict[int, dict[str, object]] = {
        1: {"late_start_date": "2026-01-06 08:00", "late_end_date": "2026-01-07 17:00", "total_float_hr_cnt": 8},
        2: {"late_start_date": "2026-01-07 08:00", "late_end_date": "2026-01-07 17:00", "total_float_hr_cnt": 16},
        3: {"late_start_date": "2026-01-08 08:00", "late_end_date": "2026-01-08 17:00", "total_float_hr_cnt": 8},
    }
    told = three(tmp_path, later)

    assert [(each.code, each.count, each.follow, each.where) for each in told.reasons] == [("other-finish", 1, 2, ("A3",))]
    assert [each.reason for each in told.differing] == ["other-finish", None, None]
    assert {each.late_minutes for each in told.differing} == {-480}


def test_an_event_that_opens_is_late_where_what_waits_for_it_is(tmp_path: Path) -> None:
    """A start milestone with nothing behind it may be as late as the project's finish, the same boundary of work."""
    rows = [work(16, **LATE[1]), milestone("start", late_end_date="2026-01-06 17:00", total_float_hr_cnt=16)]
    told = understand(written(tmp_path, xer_text(rows))).report.floats

    assert told is not None
    assert all(each.different == 0 for each in told.figures)


@pytest.mark.parametrize(("kind", "slack", "same"), [("FT_FF", 8, 1), ("FT_SS", 8, 1), ("FT_Min", 8, 1)])
def test_the_float_is_that_of_the_end_that_the_file_chooses(tmp_path: Path, kind: str, slack: int, same: int) -> None:
    """Start float, finish float and the smaller of both are read, and agree where the calendar is one."""
    rows = [work(16, **LATE[1]), work(8, **(LATE[2] | {"total_float_hr_cnt": slack}))]
    told = understand(written(tmp_path, xer_text(rows, options={"sched_float_type": kind}))).report.floats

    assert told is not None
    assert next(each.same for each in told.figures if each.figure == "total float") == 1 + same


def deadline(folder: Path) -> Path:
    """Write two days of work that should be done in one, and a day's work behind it."""
    path = folder / "small.xml"
    rows = [
        mspdi_texts.task(1, 16, Deadline="2026-01-05T17:00:00", LateFinish="2026-01-05T17:00:00", TotalSlack=-4800, Critical=1),
        mspdi_texts.task(2, 8, mspdi_texts.link(1), LateFinish="2026-01-07T17:00:00", TotalSlack=0, Critical=1),
    ]
    path.write_bytes(mspdi_texts.project(*rows))
    return path


def test_a_deadline_that_cannot_be_met_gives_float_below_nought(tmp_path: Path) -> None:
    """As Microsoft Project has it: a deadline moves nothing, but bounds the late finish, here a day too early."""
    told = understand(deadline(tmp_path)).report.floats

    assert told is not None
    assert [(each.figure, each.stored, each.same) for each in told.figures] == [
        ("late finish", 2, 2),
        ("total float", 2, 2),
        ("critical", 2, 2),
    ]


def test_solve_tells_the_same_float_of_a_missed_deadline(tmp_path: Path) -> None:
    """The float to the finish is bounded by the deadline in every answer, not in the report alone."""
    rows = {row.id: row for row in earliest(load(deadline(tmp_path)), ["END"]).rows}

    assert rows["1"].float_min == {"END": -480}
    assert rows["2"].float_min == {"END": 0}


def test_links_into_work_put_by_hand_bound_nothing_and_are_the_reason(tmp_path: Path) -> None:
    """Microsoft Project counts late dates back through a link that, the successor being put by hand, moves nothing."""
    by_hand = {"Manual": 1, "Start": "2026-01-12T08:00:00", "Finish": "2026-01-13T17:00:00"}
    rows = [
        mspdi_texts.task(1, 8, Start="2026-01-05T08:00:00", Finish="2026-01-05T17:00:00", LateFinish="2026-01-09T17:00:00"),
        mspdi_texts.task(2, 16, mspdi_texts.link(1), **by_hand),
    ]
    path = tmp_path / "small.xml"
    path.write_bytes(mspdi_texts.project(*rows))
    told = understand(path).report.floats

    assert told is not None
    assert [(each.code, each.where) for each in told.reasons] == [("by-hand", ("1",))]


def test_the_report_shows_the_figures_and_the_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A person sees how many figures are the file's own and why the others are not; a machine each task."""
    cells = LATE[2] | {"total_float_hr_cnt": 16}
    path = written(tmp_path, xer_text([work(16, **LATE[1]), work(8, **cells)]))
    main(["import", str(path)])
    said = " ".join(capsys.readouterr().out.split())
    main(["import", str(path), "--json"])
    document = json.loads(capsys.readouterr().out)

    assert "total float 2 1 1" in said
    assert "one of them is out of date (A2)" in said
    assert [each["id"] for each in document["floats"]["differing"]] == ["A2"]


def test_a_calendar_that_adds_nothing_is_worked_as_its_base_is(tmp_path: Path) -> None:
    """Microsoft Project gives each person a calendar: those without a word of their own are worked out once for all."""
    path = tmp_path / "small.xml"
    people = "".join(mspdi_texts.calendar(uid, base=1) for uid in (2, 3))
    hired = mspdi_texts.resource(1, 2) + mspdi_texts.resource(2, 3)
    both = mspdi_texts.assignment(1, 1, 8) + mspdi_texts.assignment(2, 1, 8, 2)
    path.write_bytes(mspdi_texts.project(mspdi_texts.task(1, 8), calendars=people, resources=hired, assignments=both))
    plan = load(path)
    clock = MinuteClock(plan)
    adding = [each.id for each in plan.calendars if each.adds_nothing]

    assert len(adding) == 2
    assert all(clock.time(each) is clock.time(None) for each in adding)


def test_a_difference_goes_back_through_a_summary_to_what_it_waits_for(tmp_path: Path) -> None:
    """The leaf in the summary is the root, and what the summary waits for follows from it."""
    late = {"LateFinish": "2026-01-08T17:00:00", "TotalSlack": 4800}
    rows = [
        mspdi_texts.task(1, 8, LateFinish="2026-01-07T17:00:00", TotalSlack=9600),
        mspdi_texts.task(2, 8, mspdi_texts.link(1)),
        mspdi_texts.task(3, 8, level=2, **late),
    ]
    path = tmp_path / "small.xml"
    path.write_bytes(mspdi_texts.project(*rows))
    told = understand(path).report.floats

    assert told is not None
    assert [(each.code, each.where, each.follow) for each in told.reasons] == [("other-finish", ("3",), 1)]
