"""A planner's table where a plan is asked for: the plan that `init` makes of it, and what is done of its rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from models.plan import Plan
from models.rules import Dependency
from optimiser.cli import main
from optimiser.errors import InputError
from optimiser.initial import BesideTable, start_plan
from optimiser.reading.load import load
from tests.test_initial import write_book, write_csv

START, DONE = "2026-01-05", "2026-01-16"
HEADS = [
    "Id",
    "Name",
    "Duration",
    "Predecessors",
    "Start",
    "Finish",
    "% Complete",
    "Actual Start",
    "Actual Finish",
    "Status Date",
]


def table(folder: Path, *rows: list[str], heads: list[str] = HEADS, name: str = "plan.csv") -> Path:
    """Write a table."""
    return write_csv(folder / name, [heads, *rows])


def refused(path: Path) -> list[str]:
    """Return what is said of a table that is no plan."""
    with pytest.raises(InputError) as caught:
        load(path)
    return [f"{fault.path}: {fault.message}" for fault in caught.value.faults]


def told(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return what is done of every item; per cent as what remains."""
    return {
        each.item: tuple(
            f"{name} {getattr(each, name)}"
            for name in ("actual_start", "actual_finish", "remaining")
            if getattr(each, name) is not None
        )
        for each in plan.progress
    }


def test_a_table_is_the_plan_that_init_makes_of_it(tmp_path: Path) -> None:
    """Items, rules, assumptions, days off and baselines are the same, whether by way of a folder or at once."""
    days = [dt.date(2026, 1, 6), dt.date(2026, 1, 7)]
    rows: list[list[object]] = [
        ["Id", "Name", "Duration", "Predecessors", "Low", "High", "Deadline", "Resource", "Start"],
        ["A", "First", "5d", "", "4d", "9d", "", "Lab", dt.date(2026, 1, 5)],
        ["B", "Second", "2w", "A+3d", "", "", "", "Lab", ""],
        ["M", "Done", "0d", "B", "", "", dt.date(2026, 3, 2), "", ""],
    ]
    sheets: dict[str, list[list[object]]] = {"Plan": rows, "Holidays": [["Date"], *[[day] for day in days]]}
    sheets["Resources"] = [["Resource", "Amount"], ["Lab", 1]]
    path = write_book(tmp_path / "plan.xlsx", sheets)
    started = start_plan(tmp_path / "plan", path, BesideTable(as_of=dt.date(2026, 1, 5)))
    for name, content in started.files.items():
        (tmp_path / "plan" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "plan" / name).write_bytes(content)
    direct, made = load(path), load(tmp_path / "plan")

    for name in ("id", "as_of", "horizon", "calendars", "activities", "milestones", "assumptions", "baselines", "targets"):
        assert getattr(direct, name) == getattr(made, name), name
    assert {rule.id: rule for rule in direct.rules} == {rule.id: rule for rule in made.rules}


def test_the_same_table_is_always_the_same_plan(tmp_path: Path) -> None:
    """Nothing of the day on which it is read goes into it."""
    path = table(tmp_path, ["A", "Work", "5d", "", START, "", "", "", "", ""])

    assert load(path).as_of == dt.date(2026, 1, 5)
    assert load(path) == load(path)


def test_a_verb_takes_a_table_where_it_takes_a_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The dates are those of the rows, and scenarios beside the table apply."""
    path = table(
        tmp_path, ["A", "Work", "5d", "", START, "", "", "", "", ""], ["M", "Ready", "0d", "A", "", "", "", "", "", ""]
    )

    assert main(["solve", str(path)]) == 0
    assert "Fri 9 Jan 2026" in capsys.readouterr().out


def test_what_is_done_is_read_from_its_columns(tmp_path: Path) -> None:
    """Actual dates, per cent, and for what has begun without one the dates that stand in the table."""
    path = table(
        tmp_path,
        ["A", "Done", "10d", "", START, DONE, "100%", "", "2026-01-20", "2026-02-06"],
        ["B", "Begun", "20d", "A", "2026-01-21", "", "40", "", "", ""],
        ["C", "Begun by date", "8d", "A", "", "", "0", "2026-01-22", "", ""],
        ["D", "To do", "5d", "B", "", "", "0", "", "", ""],
        ["M", "Reached", "0d", "A", "", "2026-01-20", "100", "", "", ""],
    )
    plan = load(path)

    assert plan.status_date == dt.date(2026, 2, 6)
    assert told(plan) == {
        "A": (f"actual_start {START}", "actual_finish 2026-01-20"),
        "B": ("actual_start 2026-01-21", "remaining 12 wd"),
        "C": ("actual_start 2026-01-22", "remaining 8 wd"),
        "M": ("actual_finish 2026-01-20",),
    }


def test_remaining_work_goes_before_per_cent_and_german_headers_are_read(tmp_path: Path) -> None:
    """What remains is a fact, per cent an estimate of it."""
    heads = ["Nr", "Vorgang", "Dauer", "% Abgeschlossen", "Ist-Anfang", "Restdauer", "Statusdatum"]
    path = table(tmp_path, ["1", "Bau", "20 Tage", "50", "05.01.2026", "12 Tage", "30.01.2026"], heads=heads)

    assert told(load(path)) == {"1": (f"actual_start {START}", "remaining 12 wd")}


@pytest.mark.parametrize("shown", [(0.4, 1), (40, 100)])
def test_a_column_of_shares_is_one_of_per_cent(tmp_path: Path, shown: tuple[float, float]) -> None:
    """A spreadsheet keeps 40 % as 0.4: where no number is above one, all are shares."""
    rows: list[list[object]] = [
        ["Id", "Name", "Duration", "Start", "Finish", "% Complete", "Status Date"],
        ["A", "Begun", "10d", dt.date(2026, 1, 5), "", shown[0], dt.date(2026, 1, 9)],
        ["B", "Done", "2d", dt.date(2026, 1, 5), dt.date(2026, 1, 6), shown[1], ""],
    ]
    found = told(load(write_book(tmp_path / "plan.xlsx", {"Plan": rows})))

    assert found["A"][1] == "remaining 6 wd"
    assert found["B"][1] == "actual_finish 2026-01-06"


def test_faults_of_what_is_done_are_told_at_their_cells_all_at_once(tmp_path: Path) -> None:
    """Each names the cell, what is missing and what would do."""
    path = table(
        tmp_path,
        ["A", "No start", "10d", "", "", "", "40", "", "", "2026-02-06"],
        ["B", "Two days", "10d", "", START, "", "10", "", "", "2026-02-07"],
        ["C", "No finish", "10d", "", START, "", "100", "", "", ""],
        ["D", "Half reached", "0d", "", START, "", "50", "", "", ""],
    )

    assert refused(path) == [
        "G2 (% Complete): has begun, and no column says when; expected an Actual Start",
        "G4 (% Complete): is done, and no column says when; expected an Actual Finish",
        "G5 (% Complete): a milestone is reached or not, got 50 per cent",
        "J3 (Status Date): one day for all rows, expected 2026-02-06 as in row 2, got 2026-02-07",
    ]
    path = table(tmp_path, ["A", "Much", "10d", "", START, "", "140", "", "", ""])
    assert refused(path) == ["G2 (% Complete): expected per cent from 0 to 100, got '140'"]


def test_progress_without_a_day_is_asked_about(tmp_path: Path) -> None:
    """For which day something is done decides every date: it is not guessed."""
    (said,) = refused(table(tmp_path, ["A", "Begun", "10d", "", START, "", "40", "", "", ""]))

    assert said.startswith("G2 (% Complete): what is done is told for a day; expected it in a column 'Status Date'")


def test_a_rest_without_a_beginning_is_refused(tmp_path: Path) -> None:
    """Other tools write the remaining length of what has not begun too: it is then all of it."""
    heads = ["Id", "Name", "Duration", "Start", "Remaining", "Status Date"]
    assert not load(table(tmp_path, ["A", "To do", "10d", START, "10d", START], heads=heads)).progress
    (said,) = refused(table(tmp_path, ["A", "To do", "10d", START, "4d", START], heads=heads))

    assert said == "E2 (Remaining): has not begun, and 4d of 10d remain; expected an Actual Start, or all of it"


def test_a_date_that_may_be_two_days_is_asked_about_with_a_way_that_every_verb_has(tmp_path: Path) -> None:
    """Only some verbs have --dates: who asks another is told how to write the date."""
    (said,) = refused(table(tmp_path, ["A", "Work", "10d", "", "04/05/2026", "", "", "", "", ""]))

    assert said.startswith("E2: '04/05/2026' may be 4 May 2026 or 5 Apr 2026")
    assert said.endswith("where the verb has it, or write 2026-05-04")


def test_a_table_that_primavera_exports_is_read(tmp_path: Path) -> None:
    """Marks of actual and constrained dates, and predecessors with their details, are read as what they mean."""
    rows = [
        "Activity ID,Activity Name,Original Duration,Remaining Duration,Predecessor Details,Start,Finish,Data Date",
        "A10,Dig,5,0,,05-Jan-26 A,09-Jan-26 A,14-Jan-26",
        'A20,Build,10,8,"A10: FS 1d",12-Jan-26 A,23-Jan-26*,14-Jan-26',
        'A30,Paint,4,4,"A10: FS, A20: SS 2d",26-Jan-26*,29-Jan-26,14-Jan-26',
    ]
    (tmp_path / "p6.csv").write_text("\n".join(rows), encoding="utf-8")
    plan = load(tmp_path / "p6.csv")

    assert plan.done("A10")
    assert str(plan.items["A10"].progress.actual_finish) == "2026-01-09"  # type: ignore[union-attr]
    assert str(plan.items["A20"].progress.remaining) == "8 wd"  # type: ignore[union-attr]
    assert {(rule.before, rule.after, rule.type, str(rule.lag)) for rule in plan.rules if isinstance(rule, Dependency) and rule.after != "END"} == {
        ("A10", "A20", "FS", "1 wd"), ("A10", "A30", "FS", "0 wd"), ("A20", "A30", "SS", "2 wd"),
    }  # fmt: skip
