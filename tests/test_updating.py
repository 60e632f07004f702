"""The next update of a plan: what a table says of the work, what is told of what cannot be, and that nothing old is lost."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.duration import Duration
from models.items import Milestone
from models.outcome import Solved
from models.updating import Previous
from optimiser.cli import ExitCode, main
from optimiser.clock import clock_of
from optimiser.errors import InputError
from optimiser.progress import UpdateChoices, update_plan
from optimiser.progress.expected import left_until
from optimiser.reading.load import load
from optimiser.reading.packaged import find_plan
from optimiser.reading.previous import content_sha256, predecessor, predecessor_warnings
from optimiser.reading.sheets import read_sheet
from optimiser.solve import earliest

MARCH = [
    ["Id", "Name", "Actual start", "Actual finish", "Remaining", "% complete"],
    ["START", "The programme starts", "2026-01-05", "", "", ""],
    ["PROTOCOLS", "", "2026-01-05", "23.01.2026", "", ""],
    ["ORDER", "", "5 Jan 2026", "2026-01-16", "", ""],
    ["DELIVERY-1", "", "", "2026-03-02", "", ""],
    ["INSTALL", "", "2026-03-02", "2026-03-20", "", ""],
    ["TRAIN", "", "2026-03-09", "2026-03-20", "", ""],
    ["METHOD-A", "", "2026-03-23", "", "13d", ""],
    ["STABILITY", "", "2026-03-30", "", "59ed", ""],
]


def write(path: Path, rows: list[list[str]]) -> Path:
    """Write rows as a table of text."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def made(folder: Path, plan: str | Path, rows: list[list[str]] | None, status: str, **choices: object) -> Path:
    """Make an update's folder."""
    table = write(folder.parent / f"{folder.name}.csv", rows) if rows else None
    found = update_plan(plan, folder, table, UpdateChoices(status=day(status), **choices))  # type: ignore[arg-type]
    for name, content in found.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def day(text: str):
    """Return a day."""
    return dt.date.fromisoformat(text)


def told(tmp_path: Path, rows: list[list[str]], status: str = "2026-03-31", plan: str | Path = "laboratory") -> list[str]:
    """Return what is said of a table that cannot be taken."""
    with pytest.raises(InputError) as caught:
        made(tmp_path / "refused", plan, rows, status)
    assert not (tmp_path / "refused").exists()
    return [f"{fault.path}: {fault.message}" for fault in caught.value.faults]


@pytest.fixture(scope="module")
def march(tmp_path_factory) -> Path:
    """An update of the packaged laboratory by the end of March."""
    return made(tmp_path_factory.mktemp("chain") / "march", "laboratory", MARCH, "2026-03-31")


# -- what is taken ---------------------------------------------------------------------------------------------------------


def test_a_table_of_actuals_becomes_progress(march):
    """Dates in any spelling, what is left in days of either kind, and an event by one date are facts of the new plan."""
    plan = load(march)

    assert plan.status_date == day("2026-03-31")
    assert plan.as_of == day("2026-03-31")
    assert plan.items["PROTOCOLS"].progress.actual_finish == day("2026-01-23")  # type: ignore[union-attr]
    assert plan.items["METHOD-A"].progress.remaining == Duration(13, "wd")  # type: ignore[union-attr]
    assert plan.items["STABILITY"].progress.remaining == Duration(59, "cd")  # type: ignore[union-attr]
    assert plan.items["DELIVERY-1"].progress.actual_finish == day("2026-03-02")  # type: ignore[union-attr]
    assert plan.done("INSTALL")
    assert plan.under_way("METHOD-A")


def test_the_old_files_stay_as_they_are(march):
    """Every file of the plan before is in the new folder byte for byte, comments and all, and the table beside them."""
    old = find_plan("laboratory")
    for file in old.rglob("*"):
        if file.is_file():
            assert (march / file.relative_to(old)).read_bytes() == file.read_bytes()

    assert {file.relative_to(march).as_posix() for file in march.rglob("*") if file.is_file()} - {
        file.relative_to(old).as_posix() for file in old.rglob("*") if file.is_file()
    } == {"update.yaml", "source/march.csv"}


def test_a_second_update_keeps_what_the_first_knew(tmp_path, march):
    """Facts, lengths estimated anew and sources add up from update to update; only what a table says anew is new."""
    rows = [["Id", "Actual start", "Actual finish", "Remaining", "Duration", "Low", "High"]]
    may = made(
        tmp_path / "may",
        march,
        [*rows, ["METHOD-A", "", "", "2d", "", "", ""], ["FINDINGS", "", "", "", "20d", "10d", "35d"]],
        "2026-05-29",
    )
    june = made(
        tmp_path / "june",
        may,
        [*rows, ["METHOD-A", "", "2026-06-02", "", "", "", ""], ["VISIT", "", "", "", "6d", "", ""]],
        "2026-06-30",
    )
    plan = load(june)

    assert plan.items["METHOD-A"].progress.actual_start == day("2026-03-23")  # type: ignore[union-attr]
    assert plan.done("METHOD-A")
    assert plan.done("ORDER")
    assert str(plan.values["FINDINGS-duration"]) == "20 wd"
    entry = plan.assumptions_by_id["FINDINGS-duration"]
    assert (str(entry.low), str(entry.high)) == ("10 wd", "35 wd")  # type: ignore[union-attr]
    assert [str(each) for each in entry.citation] == ["update-2026-05-29: row 3"]
    assert str(plan.items["VISIT"].duration) == "6 wd"  # type: ignore[union-attr]
    assert {"update-2026-03-31", "update-2026-05-29", "update-2026-06-30"} <= {source.id for source in plan.sources}


def test_rows_are_matched_by_name_where_there_is_no_id(tmp_path):
    """A table without ids, with frames and notes of its own, is matched by the names of the rows."""
    rows = [
        ["Name", "Outline Level", "Actual start", "Actual finish", "Percent complete"],
        ["Prepare", "1", "", "", ""],
        ["write the test protocols", "2", "2026-01-05", "", "0.4"],
        ["Some line of the table alone", "2", "", "", "0"],
    ]
    folder = made(tmp_path / "named", "laboratory", rows, "2026-01-30")

    assert load(folder).items["PROTOCOLS"].progress.percent_complete == 40  # type: ignore[union-attr]


def test_a_range_for_a_length_that_had_none_becomes_an_assumption(tmp_path):
    """A length stated in the item is taken up by an assumption of its own once somebody gives it a range."""
    rows = [["Id", "Actual start", "Duration", "Low", "High", "Basis"], ["TRAIN", "", "12d", "8d", "20d", "judgement"]]
    plan = load(made(tmp_path / "ranged", "laboratory", rows, "2026-01-30"))

    assert str(plan.items["TRAIN"].duration) == "$TRAIN-duration"  # type: ignore[union-attr]
    assert str(plan.values["TRAIN-duration"]) == "12 wd"
    assert plan.assumptions_by_id["TRAIN-duration"].basis == "judgement"


def test_an_assumption_that_others_share_is_left_alone(tmp_path):
    """A length estimated anew for one item moves no other that stood on the same assumption."""
    source = find_plan("laboratory")
    shared = tmp_path / "shared"
    for file in source.rglob("*"):
        if file.is_file():
            (shared / file.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            (shared / file.relative_to(source)).write_bytes(file.read_bytes())
    text = (shared / "activities.csv").read_text()
    (shared / "activities.csv").write_text(text.replace("$METHOD-B-duration", "$METHOD-A-duration"))
    plan = load(made(tmp_path / "next", shared, [["Id", "Actual start", "Duration"], ["METHOD-B", "", "18d"]], "2026-01-30"))

    assert str(plan.duration(plan.items["METHOD-A"].duration)) == "20 wd"  # type: ignore[union-attr]
    assert str(plan.duration(plan.items["METHOD-B"].duration)) == "18 wd"  # type: ignore[union-attr]


def test_what_changed_against_the_update_before_is_remarked(tmp_path, march):
    """An actual date that is another now, work that is done no more, and work at a standstill are said, with both dates."""
    rows = [["Id", "Actual start", "Actual finish", "Remaining"], ["ORDER", "", "2026-01-19", ""], ["TRAIN", "", "", "3d"]]
    found = update_plan(march, tmp_path / "april", write(tmp_path / "t.csv", rows), UpdateChoices(status=day("2026-04-30")))
    says = " | ".join(each.says for each in found.report.remarks)

    assert "ORDER: the actual finish was 2026-01-16 in the update before, and is 2026-01-19 now" in says
    assert "TRAIN: finished on 2026-03-20 by the update before, not finished now" in says
    assert "METHOD-A: 13 wd left as on 2026-03-31, nothing done since" in says
    assert {(each.item, each.kind) for each in found.report.changes} == {("ORDER", "finished"), ("TRAIN", "finished")}


def as_planned(status: str) -> list[list[str]]:
    """Return the table of a month in which the laboratory did what it had planned, no more and no less."""
    plan, by = load("laboratory"), day(status)
    outcome = earliest(plan, ["ACCREDITED"])
    assert isinstance(outcome, Solved)
    clock = clock_of(plan)
    rows = [["Id", "Actual start", "Actual finish", "Remaining"]]
    evening = clock.boundary(by, "closes")
    for position in outcome.schedule.positions:
        item = plan.items[position.id]
        opens = str(clock.show(position.start, "opens"))
        if isinstance(item, Milestone):
            if day(str(clock.show(position.start, item.shown))) <= by:
                rows.append([item.id, "", str(clock.show(position.start, item.shown)), ""])
        elif position.finish <= evening:
            rows.append([item.id, opens, str(clock.show(position.finish, "closes")), ""])
        elif position.start < evening:
            left = f"{(day('2026-05-30') - by).days - 1}ed" if item.id == "STABILITY" else f"{position.finish - evening}d"
            rows.append([item.id, opens, "", left])
    return rows


@pytest.mark.parametrize(
    "status", ["2026-01-20", "2026-03-06", "2026-04-16", "2026-05-29", "2026-06-30", "2026-09-04", "2026-09-30"]
)
def test_what_was_planned_changes_no_date(tmp_path, status):
    """An update of exactly what was planned, at whatever status date, leaves the date where it was; so does one in two steps."""
    rows = as_planned(status)
    whole = load(made(tmp_path / "whole", "laboratory", rows, status))
    before = str(day(status) - dt.timedelta(days=11))
    half = made(tmp_path / "half", "laboratory", as_planned(before), before)
    split = load(made(tmp_path / "split", half, rows, status))

    assert earliest(whole, ["ACCREDITED"]).dates == {"ACCREDITED": day("2026-09-17")}  # type: ignore[union-attr]
    assert split.items == whole.items


# -- what cannot be --------------------------------------------------------------------------------------------------------


def test_a_row_that_speaks_of_no_item_and_says_what_is_done_is_told(tmp_path):
    """It is not passed over in silence."""
    (said,) = told(tmp_path, [MARCH[0], ["", "", "2026-01-05", "", "3d", ""]])
    assert said.endswith("something is done in this row, but of which item? Expected an id or a name")


def test_work_that_stands_still_is_not_asked_what_was_done_of_it(tmp_path, march):
    """STABILITY is suspended beyond the status date, METHOD-A is not."""
    rows = [["Id", "Suspend", "Resume"], ["STABILITY", "2026-04-01", "2026-05-11"]]
    made(tmp_path / "april", march, rows, "2026-04-30")
    found = update_plan(tmp_path / "april", tmp_path / "may", None, UpdateChoices(status=day("2026-05-08")))
    said = [each.says for each in found.report.remarks]
    assert [text.split(":")[0] for text in said] == ["METHOD-A"]


def test_everything_that_cannot_be_is_told_at_once_at_its_cell(tmp_path):
    """Future actuals, finishes before starts, unreadable cells, unknown ids and the like are all told in the order of the rows; nothing is written."""
    heads = ["Id", "Actual start", "Actual finish", "Remaining", "% complete", "Resume"]
    said = told(
        tmp_path,
        [
            heads,
            ["PROTOCOLS", "2026-04-05", "", "3d", "", ""],
            ["ORDER", "2026-02-05", "2026-02-02", "", "", ""],
            ["INSTALL", "2026-03-02", "2026-03-20", "2d", "", ""],
            ["TRAIN", "2026-03-09", "2026-03-20", "", "50", ""],
            ["METHOD-A", "", "", "", "40", ""],
            ["METHOD-B", "", "2026-03-20", "", "", ""],
            ["METHOD-C", "2026-03-09", "", "", "", ""],
            ["REPEAT", "2026-03-09", "", "0d", "", ""],
            ["REPORT", "", "", "4d", "", ""],
            ["FINDNGS", "2026-03-09", "", "4d", "", ""],
            ["DELIVERY-1", "2026-03-02", "2026-03-03", "", "", ""],
            ["REVIEW", "", "", "", "", "2026-04-20"],
            ["VISIT", "soon", "2026-04-05", "", "100", ""],
            ["FINDINGS", "2025-01-05", "", "3d", "", ""],
        ],
    )
    wanted = [
        ("B2", "after the status date, 2026-03-31"),
        ("C3", "before the start, 2026-02-05"),
        ("D4", "2 wd left"),
        ("E5", "50 per cent complete"),
        ("E6", "maybe the actual start is missing"),
        ("C7", "Expected an actual start"),
        ("B8", "expected what is left"),
        ("D9", "Expected an actual finish"),
        ("D10", "whole length left, 10 wd"),
        ("A11", "unknown id 'FINDNGS'. Maybe 'FINDINGS'."),
        ("C12", "a milestone happens once"),
        ("F13", "has not begun"),
        ("B14", "expected a date"),
        ("C14", "after the status date"),
        ("B15", "before the plan's first day"),
    ]

    assert len(said) == len(wanted)
    for line, (cell, words) in zip(said, wanted, strict=True):
        assert line.startswith(cell), (cell, line)
        assert words in line, (words, line)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["Id", "Actual start"], ["ORDER", "05/04/2026"]], "--dates day-first"),
        ([["Id", "Actual start"], ["ORDER", "soon"]], "expected a date"),
        ([["Id", "Actual strt"], ["ORDER", "2026-01-05"]], "maybe 'actual start'"),
        ([["Id", "Duration"], ["ORDER", "3d"]], "no row names the columns of an update"),
        ([["Id", "Actual start", "Remaining"], ["ORDER", "2026-01-05", "2.5d"]], "no whole number of days; maybe '3 wd'"),
        ([["Id", "Actual start", "Remaining"], ["ORDER", "2026-01-05", "-2d"]], "a length of nothing or more"),
        ([["Id", "Actual start", "% complete"], ["ORDER", "2026-01-05", "140%"]], "expected per cent from 0 to 100"),
        ([["Id", "Actual start", "% complete"], ["ORDER", "2026-01-05", "half"]], "such as 40%"),
        ([["Id", "Actual start", "Low"], ["METHOD-A", "", "30d"]], "is more than the length, 20 wd"),
        ([["Id", "Actual start", "Duration"], ["METHOD-A", "", "0d"]], "work takes time"),
        ([["Id", "Actual start"], ["ORDER", ""], ["order", ""]], "is told of in row 2 already"),
        ([["Id", "Name", "Actual start"], ["ORDER", "Validate method A", ""]], "maybe the ids have moved"),
        ([["Name", "Actual start"], ["Order something", "2026-01-05"]], "no item is called 'Order something'"),
        ([["Id", "Actual start"], ["NEW", ""], ["NEWER", "2026-01-05"]], "unknown id 'NEWER'"),
        ([["Id", "Actual start"]], "no row follows the header"),
    ],
)
def test_a_table_that_cannot_be_taken_says_why(tmp_path, rows, words):
    """Each kind of cell that cannot be read, or says what cannot be, has its sentence."""
    said = told(tmp_path, rows)

    assert any(words in line for line in said), said


def test_the_status_date_may_stand_in_the_table(tmp_path):
    """A column of it does in place of the option, where it is one day; a plan that is a table becomes a folder first."""
    rows = [
        ["Id", "Actual start", "Actual finish", "Status date"],
        ["ORDER", "2026-01-05", "2026-01-16", "30.01.2026"],
        ["START", "2026-01-05", "", ""],
    ]
    table = write(tmp_path / "t.csv", rows)
    found = update_plan("laboratory", tmp_path / "next", table, UpdateChoices(status=None))
    assert found.plan.status_date == day("2026-01-30")
    rows[2][3] = "2026-01-31"
    assert "one day for all rows" in told(tmp_path, rows)[0]
    with pytest.raises(InputError, match="expected the day by whose evening"):
        update_plan("laboratory", tmp_path / "next", None, UpdateChoices(status=None))
    plan = write(tmp_path / "plan.csv", [["Id", "Name", "Start", "Duration"], ["A", "Dig", "2027-01-04", "3d"]])
    with pytest.raises(InputError, match="optimiser init FOLDER --from"):
        update_plan(plan, tmp_path / "next", None, UpdateChoices(status=day("2027-01-30")))


def test_a_status_date_before_the_last_is_refused(tmp_path, march):
    """Time runs one way: an earlier status date is refused, the same one is taken."""
    with pytest.raises(InputError, match="before the status date of the update before, 2026-03-31"):
        made(tmp_path / "back", march, None, "2026-03-30")

    assert load(made(tmp_path / "again", march, None, "2026-03-31")).items == load(march).items


# -- the update before -----------------------------------------------------------------------------------------------------


def test_the_hash_is_of_what_the_files_say(tmp_path, march):
    """Comments, layout and place count for nothing; a changed number does."""
    plan = load(march)
    found = predecessor(march, plan.previous)

    assert (found.state, found.sha256) == ("unchanged", plan.previous.sha256)
    first = content_sha256(march)
    text = (march / "update.yaml").read_text()
    copy = tmp_path / "elsewhere" / "copy"
    for file in march.rglob("*"):
        if file.is_file():
            (copy / file.relative_to(march)).parent.mkdir(parents=True, exist_ok=True)
            (copy / file.relative_to(march)).write_bytes(file.read_bytes())
    (copy / "update.yaml").write_text("# another comment\n" + text.replace("path: laboratory", "path: ../laboratory"))
    assert content_sha256(copy) == first
    (copy / "update.yaml").write_text(text.replace("13 wd", "12 wd"))
    assert content_sha256(copy) != first


@pytest.mark.parametrize("how", ["changed", "missing", "file", "unreadable"])
def test_a_predecessor_that_is_not_what_it_was_is_a_warning(tmp_path, how):
    """A plan stands without the update before it: what is wrong with that is told where it is named, and stops nothing."""
    first = made(tmp_path / "first", "laboratory", MARCH, "2026-03-31")
    second = made(tmp_path / "second", first, None, "2026-04-30")
    named = load(second).previous
    assert predecessor_warnings(second, named) == ()
    if how == "changed":
        (first / "activities.csv").write_text((first / "activities.csv").read_text().replace("TRAIN,Train", "TRAIN,Teach"))
    else:
        first.rename(tmp_path / "moved")
    if how == "file":
        (tmp_path / "first").write_text("no plan")
    if how == "unreadable":
        (tmp_path / "first").mkdir()
        (tmp_path / "first" / "plan.yaml").write_text("id: [")
    warning = predecessor_warnings(second, named)[0]

    assert load(second).status_date == day("2026-04-30")
    assert warning.file == str(second / "update.yaml")
    assert {"changed": "says something else", "missing": "not there", "file": "cannot be read", "unreadable": "cannot be read"}[
        how
    ] in warning.message


@pytest.mark.parametrize("path", ["x" * 3000, "../../../../../../etc", "../nowhere", "a\x00b", ".", "update.yaml"])
def test_a_path_that_leads_to_no_plan_is_a_warning(march, path):
    """Whatever a path leads to, be it nothing, itself, or a place that has no plan: the plan stands, and it is told."""
    found = predecessor_warnings(march, Previous(path=path, sha256="0" * 64))

    assert len(found) == 1
    assert found[0].path == "previous"


@pytest.mark.parametrize("path", ["/etc/passwd", "C:/plans/x", "..\\x", "~/x", ""])
def test_a_path_that_leads_elsewhere_on_another_machine_is_refused(march, path):
    """The update before is named by a path from the folder."""
    text = (march / "update.yaml").read_text()
    try:
        (march / "update.yaml").write_text(text.replace("path: laboratory", f"path: {json.dumps(path)}"))
        with pytest.raises(InputError) as caught:
            load(march)
    finally:
        (march / "update.yaml").write_text(text)
    assert caught.value.faults[0].file == str(march / "update.yaml")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("optimiser/update/1", "optimiser/update/9", "expected 'optimiser/update/1'"),
        ("status_date:", "statusdate:", "unknown key 'statusdate'. Maybe 'status_date'"),
        ("item: ORDER,", "item: ODER,", "unknown item 'ODER'. Maybe 'ORDER'"),
        ("item: ORDER,", "item: TRAIN,", "'TRAIN' is given already"),
        ("item: ORDER,", "itm: ORDER,", "missing 'item'"),
        ("actual_finish: 2026-01-16", "actual_finish: 2026-01-02", "before"),
        ("actual_finish: 2026-01-16", "actual_finsh: 2026-01-16", "actual_finsh"),
        ("actual_finish: 2026-01-16", "actual_finish: 2026-04-16", "2026-03-31"),
        ("sha256: ", "sha256: x", "sha256"),
        ("progress:\n", "progress: no\nxprogress:\n", "expected a list"),
    ],
)
def test_faults_of_an_updates_file_are_told_at_their_line(march, old, new, words):
    """Whatever is wrong in the file that says how far the work is, is told in that file."""
    text = (march / "update.yaml").read_text()
    assert old in text
    try:
        (march / "update.yaml").write_text(text.replace(old, new, 1))
        with pytest.raises(InputError) as caught:
            load(march)
    finally:
        (march / "update.yaml").write_text(text)

    assert any(words in fault.message or words in str(fault.path) for fault in caught.value.faults), caught.value.faults
    assert all(fault.file == str(march / "update.yaml") and fault.line for fault in caught.value.faults), caught.value.faults


# -- the sheet that a planner fills ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", ["laboratory", "laboratory-2026-04", "laboratory-2026-06", "toy", "mhhs-round2"])
def test_an_unchanged_sheet_changes_nothing(tmp_path, plan, monkeypatch, capsys):
    """The table that is written to be filled, read back as it is, says nothing new: no change, no remark, the same work."""
    monkeypatch.chdir(tmp_path)
    assert main(["update", plan, "-o", "table.xlsx"]) == ExitCode.DONE
    assert main(["update", plan, "-o", "table.xlsx"]) == ExitCode.BAD_INPUT
    capsys.readouterr()
    held = load(plan)
    status = held.status_date or held.horizon.first
    found = update_plan(plan, Path("next"), Path("table.xlsx"), UpdateChoices(status=status))

    assert (found.report.changes, found.report.remarks, found.report.sheet) == ((), (), "Update")
    assert found.plan.items == held.items
    assert found.plan.assumptions == held.assumptions


def test_a_plan_of_minutes_takes_times(tmp_path, capsys, monkeypatch):
    """Dates with times, and hours, are facts to the minute; the sheet read back as it is says nothing new there either."""
    monkeypatch.chdir(tmp_path)
    write(Path("t.csv"), [["Id", "Name", "Duration", "Predecessors"], ["A", "Dig", "4h", ""], ["B", "Build", "3d", "A"]])
    assert main(["init", "small", "--from", "t.csv", "--as-of", "2026-01-05", "--start", "2026-01-05"]) == ExitCode.DONE
    rows = [
        ["Id", "Actual start", "Actual finish", "Remaining"],
        ["A", "2026-01-05 08:00", "5.1.2026 15:00", ""],
        ["B", "2026-01-06 09:30", "", "10h"],
    ]
    first = made(tmp_path / "first", "small", rows, "2026-01-06")
    plan = load(first)

    assert str(plan.items["A"].progress.actual_finish) == "2026-01-05T15:00"  # type: ignore[union-attr]
    assert str(plan.items["B"].progress.remaining) == "600 min"  # type: ignore[union-attr]
    assert main(["update", "first", "-o", "sheet.xlsx"]) == ExitCode.DONE
    capsys.readouterr()
    again = update_plan("first", Path("again"), Path("sheet.xlsx"), UpdateChoices(status=day("2026-01-06")))
    assert (again.report.changes, again.report.left_out) == ((), ())
    assert again.plan.items == plan.items


@pytest.mark.parametrize("how", ["half", "empty", "text", "no sheet"])
def test_a_broken_workbook_is_refused_in_words(tmp_path, how):
    """A workbook cut in half, empty, or none at all is told of, never a traceback."""
    from optimiser.evidence.update_sheet import update_table

    content = update_table(load("toy"))
    broken = {"half": content[: len(content) // 2], "empty": b"", "text": b"Id,Actual start\n", "no sheet": content}[how]
    (tmp_path / "sheet.xlsx").write_bytes(broken)
    choices = UpdateChoices(status=day("2026-01-06"), sheet="Updates" if how == "no sheet" else None)

    with pytest.raises(InputError) as caught:
        update_plan("toy", tmp_path / "next", tmp_path / "sheet.xlsx", choices)
    assert caught.value.faults[0].file == str(tmp_path / "sheet.xlsx")


def test_a_plan_in_one_file_becomes_a_folder(tmp_path):
    """A plan that is a single file is updated into a folder; a benchmark is no plan that goes on."""
    (tmp_path / "alone.yaml").write_bytes((find_plan("toy") / "plan.yaml").read_bytes())
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "late-oven.yaml").write_bytes((find_plan("toy") / "scenarios" / "late-oven.yaml").read_bytes())
    folder = made(tmp_path / "next", tmp_path / "alone.yaml", None, str(load("toy").horizon.first))

    assert load(folder, ["late-oven"]).previous.path == "../alone.yaml"
    (tmp_path / "x.sm").write_text("no benchmark")
    with pytest.raises(InputError):
        made(tmp_path / "other", tmp_path / "x.sm", None, "2026-01-05")


def test_a_filled_sheet_is_taken_over_what_stood_in_it(tmp_path):
    """A finish beside what was left before, and a share beside it, are meant: what stood there is of the update before."""
    from optimiser.evidence.update_sheet import update_table

    (tmp_path / "sheet.xlsx").write_bytes(update_table(load("laboratory-2026-04")))
    cells = {
        cell.text: row for row, cells in read_sheet(tmp_path / "sheet.xlsx", "Update").rows.items() for cell in cells.values()
    }
    assert {"METHOD-B", "METHOD-C", "Actual start"} <= set(cells)
    rows = [
        ["Id", "Actual start", "Actual finish", "Remaining", "% complete"],
        ["METHOD-B", "2026-04-29", "2026-05-20", "13 wd", ""],
        ["METHOD-C", "2026-04-29", "", "23 wd", "80"],
    ]
    plan = load(made(tmp_path / "may", "laboratory-2026-04", rows, "2026-05-29"))

    assert plan.done("METHOD-B")
    assert plan.items["METHOD-C"].progress.remaining == Duration(5, "wd")  # type: ignore[union-attr]


def test_the_packs_workbook_has_the_sheet(tmp_path):
    """The planner's workbook carries the sheet, and the reader takes it among all the others."""
    from models.pack import Pack
    from optimiser.evidence.workbook import write_workbook

    plan = load("laboratory-2026-04")
    pack = Pack.model_construct(title=plan.title, plan=plan.id, as_of=plan.as_of, status="draft", sections=())
    (tmp_path / "workbook.xlsx").write_bytes(write_workbook(pack, plan))
    choices = UpdateChoices(status=plan.status_date)
    found = update_plan("laboratory-2026-04", tmp_path / "next", tmp_path / "workbook.xlsx", choices)

    assert found.report.sheet == "Update"
    assert found.report.changes == ()


# -- the verb --------------------------------------------------------------------------------------------------------------


def test_the_verb_writes_a_folder_once(tmp_path, capsys, monkeypatch):
    """The verb says what is new, refuses a folder with something in it, and gives the same answer as JSON."""
    monkeypatch.setenv("COLUMNS", "100")  # a narrower page breaks the lines that are looked for
    monkeypatch.chdir(tmp_path)
    write(Path("t.csv"), MARCH)
    given = ["update", "laboratory", "--status", "2026-03-31", "--from", "t.csv", "-o"]

    assert main([*given, "one"]) == ExitCode.DONE
    out = capsys.readouterr().out
    assert "6 done, 2 begun, 10 to do" in out
    assert "optimiser compare laboratory one" in out
    assert main([*given, "one"]) == ExitCode.BAD_INPUT
    assert "something in it" in capsys.readouterr().err
    assert main([*given, "two", "--json"]) == ExitCode.DONE
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "optimiser/updated/1"
    assert document["counts"] == {"done": 6, "begun": 2, "to_do": 10}
    assert content_sha256(Path("one")) == content_sha256(Path("two"))


@pytest.mark.parametrize(
    ("given", "says"),
    [("31.03.2026", ""), ("31 Mar 2026", ""), ("04/05/2026", "--dates day-first"), ("soon", "expected a date")],
)
def test_a_status_date_is_read_as_a_table_has_it(tmp_path, capsys, monkeypatch, given, says):
    """On the command line a date may stand as planners write it; one that may be two days is asked about."""
    monkeypatch.chdir(tmp_path)
    code = main(["update", "laboratory", "--status", given, "-o", "next"])

    assert code == (ExitCode.BAD_INPUT if says else ExitCode.DONE)
    assert says in capsys.readouterr().err
    assert says or load("next").status_date == day("2026-03-31")


def test_folders_inside_that_are_plans_of_their_own_stay_where_they_are(tmp_path):
    """An update written into its own plan's folder, or a pack beside the tables, is not copied again and again."""
    first = made(tmp_path / "first", "laboratory", MARCH, "2026-03-31")
    inner = made(first / "april", first, None, "2026-04-30")
    (first / "pack").mkdir()
    (first / "pack" / "manifest.json").write_text("{}")
    (first / ".hidden").write_text("x")
    found = update_plan(first, tmp_path / "next", None, UpdateChoices(status=day("2026-05-29")))

    assert load(inner).previous.path == ".."
    assert not any(name.startswith(("april", "pack", ".hidden")) for name in found.files)
    assert "the folder april, a plan of its own" in found.report.left_out


def test_a_killed_run_leaves_nothing_half(tmp_path):
    """Whenever it is killed, the folder is there as a whole or not at all."""
    write(tmp_path / "t.csv", MARCH)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    code = (
        "import pathlib, time\nfrom optimiser.cli import main\nplain = pathlib.Path.write_bytes\n"
        "def slow(self, content):\n    print('writing', flush=True)\n    time.sleep(0.2)\n    return plain(self, content)\n"
        "pathlib.Path.write_bytes = slow\n"
        "main(['update', 'laboratory', '--status', '2026-03-31', '--from', 't.csv', '-o', 'killed'])"
    )
    run = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=env, stdout=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.readline()
    time.sleep(0.3)
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()

    assert not (tmp_path / "killed").exists()


def test_what_became_of_risks_stands_on_a_sheet(tmp_path, capsys, monkeypatch):
    """A risk closed on its sheet strikes no more from then on, update after update; an unknown one is told with every other fault."""
    import xlsxwriter

    from optimiser.moved import what_moved
    from optimiser.robust.files import find_register

    def filled(path: Path, *risks: tuple[str, str]) -> Path:
        book = xlsxwriter.Workbook(path)
        for name, rows in (
            ("Update", [["Id", "Actual start", "Actual finish"], ["START", "2026-01-05", ""]]),
            ("Update risks", [["Id", "State"], *risks]),
        ):
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
        book.close()
        return path

    def update(plan: str | Path, name: str, table: Path | None, status: str):
        found = update_plan(plan, tmp_path / name, table, UpdateChoices(status=day(status)))
        for file, content in found.files.items():
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).write_bytes(content)
        return found.report

    table = filled(tmp_path / "t.xlsx", ("second-delivery-late", "closed"), ("method-c-fails", "open"))
    report = update("laboratory", "jan", table, "2026-01-30")
    update(tmp_path / "jan", "feb", None, "2026-02-27")
    plan = load(tmp_path / "feb")
    register = find_register(plan, tmp_path / "feb")
    assert register is not None
    assert [risk.state for risk in register.risks] == ["closed", "open"]
    assert ("risk", "open", "closed") in {(each.kind, each.before, each.after) for each in report.changes}
    moved = what_moved(load("laboratory"), plan)
    assert [cause.happened for cause in moved.causes if cause.kind == "risk"] == ["The risk second-delivery-late is closed"]

    wrong = filled(tmp_path / "w.xlsx", ("second-delivery-lat", "closed"), ("method-c-fails", "gone"))
    with pytest.raises(InputError) as caught:
        update("laboratory", "bad", wrong, "2026-01-30")
    assert [fault.path for fault in caught.value.faults] == ["Update risks!row 2", "Update risks!B3 (State)"]
    assert "Maybe 'second-delivery-late'" in str(caught.value)

    monkeypatch.chdir(tmp_path)
    assert main(["update", "laboratory", "-o", "fill.xlsx"]) == ExitCode.DONE
    assert "each of 2 risks" in capsys.readouterr().out
    assert read_sheet(tmp_path / "fill.xlsx", "Update risks").rows[2]["A"].text == "second-delivery-late"


def test_an_expected_finish_on_a_plan_of_days_says_what_is_left(tmp_path):
    """The rest is what ends on that evening, in the unit of the work; a day that is past, or another rest beside it, is told."""
    rows = [[*MARCH[0], "Expected finish"], *([*row, ""] for row in MARCH[1:])]
    rows[7] = ["METHOD-A", "", "2026-03-23", "", "", "", "2026-04-17"]
    plan = load(made(tmp_path / "march", "laboratory", rows, "2026-03-31"))
    outcome = earliest(plan)

    assert isinstance(outcome, Solved)
    assert str(plan.items["METHOD-A"].progress.remaining) == "11 wd"  # type: ignore[union-attr]
    (row,) = (row for row in outcome.rows if row.id == "METHOD-A")
    assert str(row.finish) == "2026-04-17"
    work = plan.items["METHOD-A"].model_copy(update={"duration": Duration(40, "cd")})
    begun = day("2026-03-23")
    assert left_until(plan, work, day("2026-03-31"), (begun, None), day("2026-04-17")) == Duration(17, "cd")  # type: ignore[arg-type]
    assert left_until(plan, work, day("2026-03-31"), (begun, day("2026-04-07")), day("2026-04-17")) == Duration(11, "cd")  # type: ignore[arg-type]
    rows[7][4] = "5d"
    assert "leaves" in told(tmp_path, rows)[0]
    rows[7][4:] = ["", "", "2026-03-30"]
    assert "is not after the status date" in told(tmp_path, rows)[0]
    heads = ["Id", "Actual start", "Remaining", "Resume", "Expected finish"]
    rows = [heads, ["ORDER", "", "", "", "2026-04-08"], ["METHOD-A", "2026-03-23", "", "2026-04-20", "2026-04-17"]]
    rows += [["TRAIN", "2026-03-23", "", "", "2099-04-17"], ["METHOD-B", "2026-03-23", "1.5d", "", ""]]
    wanted = [
        "E2 (Expected finish): work that has not begun",
        "E3 (Expected finish): no work",
        "E4 (Expected finish): 2099",
        "C5 (Remaining)",
    ]
    assert [line.startswith(words) for line, words in zip(told(tmp_path, rows), wanted, strict=True)] == [True] * 4


def test_a_length_estimated_anew_beside_an_old_rest_is_remarked(tmp_path, march):
    """What is left decides when begun work ends: a new length alone moves nothing, and that is said."""
    rows = [["Id", "Actual start", "Remaining", "Duration"], ["METHOD-A", "", "", "30d"]]
    table = write(tmp_path / "april.csv", rows)
    found = update_plan(march, tmp_path / "april", table, UpdateChoices(status=day("2026-04-10")))
    assert any("METHOD-A: estimated anew at 30 wd, but 13 wd left decides" in each.says for each in found.report.remarks)
    rows[1][2] = "20d"
    found = update_plan(march, tmp_path / "april", write(table, rows), UpdateChoices(status=day("2026-04-10")))
    assert not any("estimated anew" in each.says for each in found.report.remarks)
