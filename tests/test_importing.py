"""A planner's file is understood: its dates come out again, and what does not is told with its root."""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from optimiser import earliest, load
from optimiser.cli import main
from optimiser.clock import clock_of
from optimiser.errors import BeyondHorizonError, InputError
from optimiser.importing import Understood, plan_files, understand
from tests.p6_cases import CASES, Case, date, link, milestone, work
from tests.test_translate import RICH
from tests.test_xer import spoiled
from tests.xer_texts import CALENDARS, calendar_text, written, xer_text


def understood(folder: Path, text: str, **options: bool) -> Understood:
    """Write a file and understand it."""
    return understand(written(folder, text), **options)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_the_plan_gives_the_dates_worked_out_by_hand(tmp_path: Path, case: Case) -> None:
    """Through translation and the critical pass, every activity of a case is where P6 has it, or at the same boundary."""
    stored = [
        dict(task) | {"early_start_date": f"{start:%Y-%m-%d %H:%M}", "early_end_date": f"{finish:%Y-%m-%d %H:%M}"}
        for task, (start, finish) in zip(case.tasks, case.expected, strict=True)
    ]
    found = understood(tmp_path, replace(case, tasks=tuple(stored)).text)
    told = found.report.reproduced

    assert (told.roots, told.different) == ((), 0)
    assert told.dated == sum(task.get("task_type") not in {"TT_LOE", "TT_WBS"} for task in case.tasks)


def test_what_spans_others_is_where_p6_has_it(tmp_path: Path) -> None:
    """A level of effort and a WBS summary have places too, from what they span."""
    spanning = [case for case in CASES if any(task.get("task_type") in {"TT_LOE", "TT_WBS"} for task in case.tasks)]
    for case in spanning:
        found = understood(tmp_path, case.text)
        assert found.schedule is not None
        place, clock = found.schedule.by_id["A3"], clock_of(found.plan)
        shown = [clock.show(at, "opens").isoformat() for at in (place.start, place.finish)]

        assert shown == [at.isoformat(timespec="minutes") for at in case.expected[2]]
    assert len(spanning) == 2


def _stored(*rows: dict[str, object], links: list[dict[str, object]] | None = None) -> str:
    return xer_text(list(rows), links or [])


def test_dates_that_come_out_again_are_counted_and_the_exit_code_is_nought(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One exact, one the same boundary of work: Monday 17:00 and Tuesday 08:00 have the same work before them."""
    first = work(8, early_start_date=date("5 8"), early_end_date=date("5 17"))
    second = work(8, early_start_date=date("5 17"), early_end_date=date("6 17"))
    path = written(tmp_path, _stored(first, second, links=[link(1, 2)]))
    report = understand(path).report.reproduced

    assert (report.dated, report.exact, report.same_boundary, report.different) == (2, 1, 1, 0)
    assert main(["import", str(path)]) == 0
    assert "P: 2 of 2 dates reproduced" in capsys.readouterr().out


def test_a_difference_is_told_at_its_root_with_what_follows_from_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first was moved by hand from Monday to Wednesday; two others differ only because it does."""
    rows = [work(8, early_start_date=date(f"{day} 8"), early_end_date=date(f"{day} 17")) for day in (7, 8, 9)]
    path = written(tmp_path, _stored(*rows, links=[link(1, 2), link(2, 3)]))
    found = understand(path).report

    assert [(root.id, root.start_minutes, root.finish_minutes, root.follows) for root in found.reproduced.roots] == [
        ("A1", -960, -960, 2)
    ]
    assert [(each.severity, each.count) for each in found.findings if each.code == "stored-differs"] == [("stale", 3)]
    assert main(["import", str(path), "--json"]) == 5
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "optimiser/import/1"
    assert document["reproduced"]["roots"][0]["stored_start"] == "2026-01-07T08:00"


def test_hold_lays_a_fitted_floor_at_each_root_and_says_so(tmp_path: Path) -> None:
    """With the one floor all three dates come out again, and the report tells how many dates rest on it."""
    rows = [work(8, early_start_date=date(f"{day} 8"), early_end_date=date(f"{day} 17")) for day in (7, 8, 9)]
    found = understood(tmp_path, _stored(*rows, links=[link(1, 2), link(2, 3)]), hold=True)

    assert found.report.reproduced.different == 0
    assert [(rule.id, rule.basis) for rule in found.plan.rules if rule.basis == "fitted"] == [("H-A1", "fitted")]
    assert [(each.code, each.where) for each in found.report.findings if each.code == "held"] == [("held", ("A1",))]


def test_the_folder_that_is_written_loads_to_an_equal_plan(tmp_path: Path) -> None:
    """Every field comes back from YAML as it was translated."""
    rows = [
        work(8, clndr_id=2, task_name="Ä: [x] # y"),
        work(8, act_start_date=date("5 8"), early_end_date=date("5 17")),
        milestone("finish"),
    ]
    path = written(tmp_path, _stored(*rows, links=[link(1, 3, "SS", 4)]))
    folder = tmp_path / "plan"

    assert main(["import", str(path), "-o", str(folder)]) == 0
    assert {file.name for file in folder.iterdir()} >= {"plan.yaml", "activities.yaml", "rules.yaml"}
    assert load(folder) == load(path) == understand(path).plan


def test_a_verb_takes_the_file_where_it_takes_a_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``solve`` certifies a planner's file's finish, and ``verify`` checks the argument without a solver, hidden starts and all."""
    rows = [work(8), work(8, cstr_type="CS_MANDSTART", cstr_date=date("8 8")), work(8, act_start_date=date("5 8")), work(16)]
    path = written(tmp_path, _stored(*rows, links=[link(1, 2), link(2, 4), link(3, 4, "SS", 4)]))
    answer = tmp_path / "answer.json"

    assert main(["solve", str(path), "-m", "END", "--json"]) == 0
    document = capsys.readouterr().out
    answer.write_text(document)
    end = json.loads(document)["milestones"]["END"]
    assert (end["date"][:10], end["proof"]) == ("2026-01-12", "certified")
    assert main(["verify", str(answer), "--plan", str(path)]) == 0
    assert "ok   the argument for END holds line by line" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("links", "says"),
    [
        ([link(1, 2), link(2, 1)], r"plan\.xer:\d+: TASKPRED: a cycle: everything on it would have to wait 960 min"),
        ([link(1, 1)], r"plan\.xer:\d+: TASKPRED: 'A1' cannot wait for itself"),
        ([link(1, 2, hours=10**9)], "TASKPRED"),
    ],
)
def test_rules_that_cannot_be_kept_are_told_at_their_row(tmp_path: Path, links: list[dict[str, object]], says: str) -> None:
    """A circle, a link to itself and a lag beyond all time name the table and the line."""
    with pytest.raises(InputError, match=says):
        understood(tmp_path, _stored(work(8), work(8), links=links))


def test_what_is_no_planners_file_is_refused_with_the_endings_that_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another ending names those that are read, and XML of somebody else says whose it should be."""
    assert main(["import", str(written(tmp_path, "id,name", "plan.csv"))]) == 2
    assert "expected a planner's own file, ending in .xer, .xml" in capsys.readouterr().err
    assert main(["import", str(written(tmp_path, "<rss/>", "plan.xml"))]) == 2
    assert "or of Primavera (APIBusinessObjects)" in capsys.readouterr().err
    assert main(["import", str(tmp_path / "none.xer")]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_a_plan_longer_than_any_calendar_has_no_dates_and_says_so(tmp_path: Path) -> None:
    """A lag of a hundred thousand hours is past the plan's days, and no traceback."""
    found = understood(tmp_path, _stored(work(8), work(8), links=[link(1, 2, hours=300_000)]))

    assert found.schedule is None
    assert "no-dates" in {each.code for each in found.report.findings}


@pytest.mark.long
def test_a_date_of_the_first_year_is_no_traceback(tmp_path: Path) -> None:
    """There is no year before it to begin the plan in: the row is told, and that a year may be mistyped."""
    with pytest.raises(InputError, match="a year is mistyped"):
        understood(tmp_path, _stored(work(8, cstr_type="CS_MSOA", cstr_date="0001-01-01 08:00")))


@pytest.mark.long
@pytest.mark.parametrize("cells", [{"last_recalc_date": "0001-01-01 08:00"}, {"plan_start_date": "0001-01-01 08:00"}])
def test_a_project_of_the_first_year_is_told_in_the_file(tmp_path: Path, cells: dict[str, object]) -> None:
    """A data date or a start that no calendar reaches has a place too."""
    path = written(tmp_path, xer_text([work(8)], project=cells))
    with pytest.raises(InputError) as refused:
        understand(path)

    assert all(fault.file == str(path) and "a year is mistyped" in fault.message for fault in refused.value.faults)


@pytest.mark.long
def test_a_spoiled_file_is_understood_or_refused_with_a_place_never_a_traceback(tmp_path: Path) -> None:
    """A thousand files cut, shuffled, doubled and wrongly encoded, each read, translated, worked out and compared."""
    draw = random.Random(20260107)  # noqa: S311
    told = refused = 0
    for _ in range(1000):
        whole = RICH if draw.random() < 0.5 else draw.choice(CASES).text
        try:
            understand(written(tmp_path, spoiled(draw, whole.encode())))
            told += 1
        except InputError as error:
            refused += 1
            assert all(fault.file or fault.path for fault in error.faults), error  # noqa: PT017  # of each of a thousand

    assert told > 100
    assert refused > 300


def test_texts_of_a_plan_are_files_without_aliases() -> None:
    """Lists that occur twice are written twice: aliases are refused when the plan is read."""
    same = [{"id": "A"}]
    files = plan_files({"id": "p", "activities": same, "milestones": same})

    assert {name: b"&" in text for name, text in files.items()} == {
        "plan.yaml": False,
        "activities.yaml": False,
        "milestones.yaml": False,
    }


def test_an_answer_of_a_file_is_verified_with_the_file(tmp_path, capsys):
    """A stored answer of a planner's file says that the file is to be named, and holds once it is."""
    from tests.mspdi_texts import project, task

    file, answer = tmp_path / "sign.xml", tmp_path / "answer.json"
    file.write_bytes(project(task(1, 4, Name="Paint the sign")))
    assert main(["solve", str(file), "-o", str(answer), "--no-gantt"]) == 0
    capsys.readouterr()

    assert main(["verify", str(answer)]) == 2
    assert "maybe say which file or folder it was solved from with --plan FILE" in capsys.readouterr().err
    assert main(["verify", str(answer), "--plan", str(file)]) == 0


@pytest.mark.parametrize(("hours", "finish"), [(30, "2026-02-04T18:00"), (40, "2026-03-02T18:00"), (41, None)])
def test_a_calendar_may_work_by_exceptions_alone_and_ends_with_them(tmp_path: Path, hours: int, finish: str | None) -> None:
    """A shutdown of three days and one: what does not fit is told with the calendar and its last work, and has no date."""
    long = "(0||0(s|08:00|f|18:00)())"
    days = [(dt.date(2026, 2, day) - dt.date(1899, 12, 30)).days for day in (2, 3, 4)]
    days.append((dt.date(2026, 3, 2) - dt.date(1899, 12, 30)).days)
    idle = "".join(f"(0||{day}()())" for day in range(1, 8))
    shutdown = {"clndr_id": "3", "clndr_name": "Shutdown", "day_hr_cnt": "10"}
    shutdown["clndr_data"] = calendar_text(idle, dict.fromkeys(days, long))
    tasks = [work(16), {**work(hours), "clndr_id": "3"}, work(8)]
    path = written(tmp_path, xer_text(tasks, [link(1, 2), link(2, 3)], calendars=[*CALENDARS, shutdown]))
    found = understand(path)
    told = {finding.code: finding for finding in found.report.findings}

    if finish is not None:
        assert found.schedule is not None
        assert "calendar-ends" not in told
        assert str(clock_of(found.plan).show(found.schedule.by_id["A2"].finish, "closes")) == finish
        return
    assert found.schedule is None
    assert told["calendar-ends"].where == ("A2, calendar Shutdown, last worked 2026-03-02T18:00",)
    with pytest.raises(BeyondHorizonError, match="calendar 'Shutdown' works no more after 2026-03-02T18:00"):
        earliest(load(path))
