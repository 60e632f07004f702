"""Primavera's ``.xer`` is read cell by cell into the neutral record, and what is wrong with it is told with its place."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from pathlib import Path

import pytest

from optimiser.errors import InputError, Located
from optimiser.importing import understand
from optimiser.reading.interchange.calendar_text import CalendarTextError, read_calendar_text
from optimiser.reading.interchange.record import LinkRecord
from optimiser.reading.interchange.xer import read_xer
from tests.p6_cases import link, work
from tests.xer_texts import CALENDARS, DAY, FIVE, calendar_text, read_text, written, xer_text


def at(text: str) -> dt.datetime:
    """Return a moment."""
    return dt.datetime.fromisoformat(text)


def test_an_activity_is_read_with_everything_that_moves_it(tmp_path: Path) -> None:
    """Lengths are minutes, dates moments, both constraints stand in their order."""
    task = {
        "task_name": "Dig — and fill",
        "task_type": "TT_Rsrc",
        "wbs_id": "5",
        "duration_type": "DT_FixedQty",
        "target_drtn_hr_cnt": "40",
        "remain_drtn_hr_cnt": "13.3333333333333",
        "cstr_type": "CS_MSOA",
        "cstr_date": "2026-01-06 08:00",
        "cstr_type2": "CS_MEOB",
        "cstr_date2": "2026-02-06 17:00",
        "act_start_date": "2026-01-05 08:00",
        "suspend_date": "2026-01-07 17:00",
        "resume_date": "2026-01-09 08:00",
        "expect_end_date": "2026-01-20 17:00",
        "early_end_date": "2026-01-12 17:00",
        "total_float_hr_cnt": "-8",
        "driving_path_flag": "Y",
    }
    read = read_text(tmp_path, xer_text([task]))
    (found,) = read.projects[0].tasks

    assert (read.form, read.dialect, read.version, read.rounded, read.unread) == ("xer", "p6", "22.12", 0, ())
    assert (found.uid, found.id, found.name, found.parent, found.calendar) == ("1", "A1", "Dig — and fill", "5", "1")
    assert (found.duration, found.progress.remaining, found.duration_type, found.resource_dependent) == (
        2400,
        800,
        "fixed-work",
        True,
    )
    assert [(each.kind, each.date) for each in found.constraints] == [
        ("start-no-earlier", at("2026-01-06 08:00")),
        ("finish-no-later", at("2026-02-06 17:00")),
    ]
    assert (found.progress.suspend, found.progress.resume) == (at("2026-01-07 17:00"), at("2026-01-09 08:00"))
    assert found.progress.expected_finish == at("2026-01-20 17:00")
    assert (found.stored.start, found.stored.finish) == (at("2026-01-05 08:00"), at("2026-01-12 17:00"))
    assert (found.stored.total_float, found.stored.driving) == (-480, True)


def test_a_project_is_read_with_its_options(tmp_path: Path) -> None:
    """The file's own words for its options become the record's."""
    options = {
        "sched_calendar_on_relationship_lag": "rcal_24Hour",
        "sched_lag_early_start_flag": "N",
        "sched_use_expect_end_flag": "N",
    }
    options |= {"sched_retained_logic": "N", "sched_progress_override": "Y", "sched_outer_depend_type": "SD_None"}
    project = read_text(tmp_path, xer_text([{}], options=options, project={"critical_drtn_hr_cnt": "4"})).projects[0]

    assert (project.lag_calendar, project.start_lag, project.logic) == ("elapsed", "actual-start", "override")
    assert (project.ignores_other_projects, project.uses_expected_finish) == (True, False)
    assert (project.start, project.data_date, project.critical_below) == (at("2026-01-05 08:00"), at("2026-01-05 08:00"), 240)


def test_dates_of_work_without_a_shape_are_asked_by_nobody(tmp_path: Path) -> None:
    """Files hold assignments that end in the year 4637: of work whose shape is not its own they move nothing, and are no fault."""
    row = {"taskrsrc_id": "3", "task_id": "1", "target_qty": "20", "target_end_date": "4637-11-26 00:00"}
    path = tmp_path / "far.xer"
    path.write_text(xer_text([{}], others={"TASKRSRC": [row]}), encoding="utf-8")

    assert [each.finish for each in read_xer(path).projects[0].assignments] == [None]


def test_links_resources_and_assignments_are_read(tmp_path: Path) -> None:
    """A link to another project names it; of two rates the later tells the maximum, and that it changes."""
    others = {
        "RSRC": [{"rsrc_id": "7", "rsrc_name": "Crane", "rsrc_type": "RT_Equip", "clndr_id": "2"}],
        "RSRCRATE": [
            {"rsrc_id": "7", "max_qty_per_hr": "1", "start_date": "2025-01-01 00:00"},
            {"rsrc_id": "7", "max_qty_per_hr": "2", "start_date": "2026-01-01 00:00"},
        ],
        "TASKRSRC": [{"taskrsrc_id": "3", "task_id": "1", "rsrc_id": "7", "target_qty": "20", "target_qty_per_hr": "0,5"}],
    }
    link = {"pred_task_id": "1", "task_id": "2", "pred_type": "PR_SS", "lag_hr_cnt": "-4"}
    far = {"pred_task_id": "77", "task_id": "1", "pred_proj_id": "8"}
    read = read_text(tmp_path, xer_text([{}, {}], [link, far], others=others))
    project = read.projects[0]

    assert [(each.predecessor, each.successor, each.type, each.lag, each.project) for each in project.links] == [
        ("1", "2", "SS", -240, None),
        ("77", "1", "FS", 0, "8"),
    ]
    assert [(each.name, each.kind, each.calendar, each.maximum) for each in project.resources] == [
        ("Crane", "equipment", "2", 200)
    ]
    assert [(each.task, each.units, each.work) for each in project.assignments] == [("1", Fraction(50), 1200)]
    assert [each.name for each in read.unread] == ["RSRCRATE.max_qty_per_hr that changes"]


def test_a_calendar_is_read_with_shifts_exceptions_and_what_crosses_midnight(tmp_path: Path) -> None:
    """Days run from Monday, dates are counted from the end of 1899, and a shift may end on the next day."""
    # Day 46027 is Monday 5 January 2026; the shift that ends at 00:00 ends with its day.
    text = calendar_text(FIVE, {46027: "", 46032: "(0||0(f|00:00|s|13:00)())"})
    calendars = [CALENDARS[0] | {"clndr_data": text, "base_clndr_id": "2"}, CALENDARS[1]]
    first, nights = read_text(tmp_path, xer_text([{}], calendars=calendars)).projects[0].calendars

    assert first.week == (((480, 720), (780, 1020)),) * 5 + ((), ())
    assert [(each.first, each.periods) for each in first.exceptions] == [
        (dt.date(2026, 1, 5), ()),
        (dt.date(2026, 1, 10), ((780, 1440),)),
    ]
    assert (first.base, first.day_minutes, first.fault) == ("2", 480, "")
    assert nights.week == (((1320, 1800),),) * 7


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(0||CalendarData()(", "ends within a bracket"),
        ("(0||CalendarData()((0||DaysOfWeek()((0||8()())))))", "expected a day of the week"),
        ("(0||CalendarData()((0||DaysOfWeek()((0||2()((0||0(s|8h|f|17:00)())))))))", "expected a time of day"),
        ("(0||CalendarData()((0||Exceptions()((0||0(d|soon)())))))", "expected an exception's date"),
        (")", "a bracket too many"),
        ("eight to five", "cannot be read at 'eight to five'"),
        ("(0||a()(" * 40, "nested too deep"),
    ],
)
def test_a_calendar_that_cannot_be_read_says_why(text: str, says: str) -> None:
    """Each way in which brackets can be wrong has its sentence."""
    with pytest.raises(CalendarTextError, match=says):
        read_calendar_text(text)


def test_a_calendar_whose_cell_is_rotten_keeps_the_file_readable(tmp_path: Path) -> None:
    """Whatever does not stand on the calendar can still be asked about."""
    calendars = [CALENDARS[0], CALENDARS[1] | {"clndr_data": "(0||CalendarData()("}]
    found = read_text(tmp_path, xer_text([{}], calendars=calendars)).projects[0].calendars

    assert [each.fault for each in found] == ["", "ends within a bracket; maybe the file is cut off here"]
    assert found[1].week == (None,) * 7


def test_a_line_break_inside_a_field_goes_on_with_the_row(tmp_path: Path) -> None:
    """Notes and names may hold line breaks, which the format does not escape."""
    text = xer_text([{"task_name": "One\nof two\n\nlines", "target_drtn_hr_cnt": "8"}])
    (task,) = read_text(tmp_path, text).projects[0].tasks

    assert (task.name, task.duration) == ("One\nof two\n\nlines", 480)


def test_text_is_utf_8_where_it_can_be_else_windows_1252(tmp_path: Path) -> None:
    """A name is the same in the three encodings that occur."""
    text = xer_text([{"task_name": "Prüfung – Ø"}])
    names = [read_text(tmp_path, text.encode(code)).projects[0].tasks[0].name for code in ("utf-8", "utf-8-sig", "cp1252")]

    assert names == ["Prüfung – Ø"] * 3


def test_line_ends_of_windows_and_short_rows_are_read(tmp_path: Path) -> None:
    """Empty cells at the end of a row may be missing."""
    text = xer_text([{"task_name": "First", "rsrc_id": ""}]).replace("\n", "\r\n").replace("\t\r\n", "\r\n")

    assert read_text(tmp_path, text).projects[0].tasks[0].name == "First"


def test_all_projects_of_a_file_are_read_apart(tmp_path: Path) -> None:
    """Two projects of one name keep their activities and links."""
    text = xer_text([{}, {"proj_id": "8"}, {"proj_id": "8"}], [{"pred_task_id": "2", "task_id": "3", "proj_id": "8"}])
    text = text.replace("%T\tSCHEDOPTIONS", "%R\t8\tP\t1\t2026-01-05 08:00\t2026-01-05 08:00\n%T\tSCHEDOPTIONS")
    projects = read_text(tmp_path, text).projects

    assert [(each.id, [task.id for task in each.tasks], len(each.links)) for each in projects] == [
        ("P", ["A1"], 0),
        ("P", ["A2", "A3"], 1),
    ]


def test_what_is_not_understood_is_told_with_its_place(tmp_path: Path) -> None:
    """An unknown table, an unknown word and a missing end are counted, never dropped."""
    others = {"RISKTYPE": [{"risk_type_id": "1"}, {"risk_type_id": "2"}]}
    text = xer_text([{"task_type": "TT_New"}], others=others)
    told = [(each.name, each.count) for each in read_text(tmp_path, text).unread]

    assert told == [("RISKTYPE", 2), ("TASK.task_type=TT_New", 1)]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("ERMHDR", "PK", r"plan\.xer:1: header: expected 'ERMHDR'"),
        ("%T\tPROJECT", "%T\tPROJECTS", "the file holds no project"),
        ("\ttask_id\t", "\ttask\t", r"TASK: the table lacks the column task_id"),
        (
            "2026-01-05 08:00",
            "2026-13-05 08:00",
            r"PROJECT\.plan_start_date: expected a date such as 2026-01-05 08:00, got '2026-13",
        ),
        ("\t40\t", "\tforty\t", r"TASK\.target_drtn_hr_cnt: expected a number, got 'forty'"),
        ("\t40\t", "\t1e15\t", r"longer than ten thousand years"),
        ("\t2\t9\t", "\t1\t9\t", r"TASK\.task_id: '1' stands twice, first in line"),
        ("\t2\t9\t", "\t2\t7\t", r"TASK\.proj_id: project '7' has no row in the table PROJECT"),
        ("%R\t2\t9", "%R\t\t9", r"TASK\.task_id: this cell is empty"),
        ("A2", "A2\tx\ty\tz", r"cells, expected"),
        ("ERMHDR", "ERMHDR\0", "NUL bytes"),
    ],
)
def test_a_fault_is_told_with_table_line_and_column(tmp_path: Path, old: str, new: str, says: str) -> None:
    """A user finds the cell that is meant."""
    tasks = [{"target_drtn_hr_cnt": "40", "task_name": "First"}, {"target_drtn_hr_cnt": "40", "task_name": "Second"}]
    text = xer_text(tasks)
    assert old in text

    with pytest.raises(InputError, match=says):
        read_text(tmp_path, text.replace(old, new))


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    """Nobody mends a file one fault at a time."""
    tasks = [{"target_drtn_hr_cnt": "x"}, {"target_drtn_hr_cnt": "y", "act_start_date": "z"}]

    with pytest.raises(InputError) as caught:
        read_text(tmp_path, xer_text(tasks))
    assert sorted(str(fault.path) for fault in caught.value.faults) == [
        "TASK.act_start_date",
        "TASK.target_drtn_hr_cnt",
        "TASK.target_drtn_hr_cnt",
    ]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b"ERMHDR", b"ERMHDR\n%R\t1\n%E", b"\x00" * 64])
def test_a_file_that_holds_no_plan_is_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, binary and foreign files are named as what they are."""
    with pytest.raises(InputError, match=r"plan\.xer"):
        read_xer(written(tmp_path, content))


def test_a_folder_and_no_file_are_refused(tmp_path: Path) -> None:
    """What is no regular file is not opened."""
    for path in (tmp_path, tmp_path / "none.xer"):
        with pytest.raises(InputError):
            read_xer(path)


def _spoiled(draw: random.Random, content: bytes) -> bytes:
    """Return a file with something wrong with it."""
    lines = content.split(b"\n")
    at, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    cell = lines[at].split(b"\t")
    match draw.randrange(9):
        case 0:
            return content[: draw.randrange(len(content))]
        case 1:
            del lines[at]
        case 2:
            lines[at] = lines[at][: draw.randrange(len(lines[at]) + 1)]
        case 3:
            lines[at], lines[other] = lines[other], lines[at]
        case 4:
            lines.insert(at, lines[other])
        case 5:
            cell[draw.randrange(len(cell))] = draw.choice(
                [b"", b"-1", b"1e9", b"x", b"(0||", b"2026-02-30 25:00", b"9" * 40, b"\xff"]
            )
            lines[at] = b"\t".join(cell)
        case 6:
            position = draw.randrange(len(content))
            return content[:position] + bytes([draw.randrange(256)]) + content[position + 1 :]
        case 7:
            return content.decode().encode(draw.choice(["utf-16", "utf-16-le", "utf-32"]))
        case _:
            lines[at] = lines[at].replace(b"\t", b" ")
    return b"\n".join(lines)


def test_a_spoiled_file_is_read_or_refused_with_a_place_never_a_traceback(tmp_path: Path) -> None:
    """Five hundred files cut, shuffled, doubled and wrongly encoded."""
    links = [
        {"pred_task_id": str(one), "task_id": str(two), "lag_hr_cnt": "8"}
        for one in range(1, 9)
        for two in range(one + 1, 9, 3)
    ]
    tasks = [{"task_name": f"Täsk {each}", "target_drtn_hr_cnt": "16"} for each in range(9)]
    whole = xer_text(tasks, links).encode()
    draw = random.Random(20260105)  # noqa: S311
    read = refused = 0
    unplaced: list[Located] = []
    for _ in range(500):
        try:
            found = read_xer(written(tmp_path, spoiled(draw, whole)))
            read += 1
            assert all(isinstance(link, LinkRecord) for project in found.projects for link in project.links)
        except InputError as error:
            refused += 1
            unplaced += [fault for fault in error.faults if not fault.file]

    assert unplaced == []
    assert read > 100
    assert refused > 100


def spoiled(draw: random.Random, content: bytes) -> bytes:
    """Return a file with up to three things wrong with it."""
    for _ in range(draw.randrange(1, 4)):
        content = _spoiled(draw, content) or b" "
        if not _is_text(content):
            break
    return content


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_the_shifts_of_a_day_are_joined_where_they_meet() -> None:
    """Two shifts without a break are one worked stretch."""
    week, _ = read_calendar_text(calendar_text(f"(0||2()((0||1(s|12:00|f|13:00)()){DAY}))"))

    assert week[0] == ((480, 1020),)


def test_a_file_without_its_last_line_is_cut_off_and_refused_where_it_ends(tmp_path: Path) -> None:
    """Primavera ends every file with %E: without it links may be missing, and no date of such a plan is worth anything."""
    whole = written(tmp_path, xer_text([work(16), work(8)], [link(1, 2)])).read_text()
    cut = tmp_path / "cut.xer"
    cut.write_text(whole[: whole.index("%T\tTASKPRED")])
    with pytest.raises(InputError) as caught:
        read_xer(cut)
    (fault,) = caught.value.faults

    assert (fault.line, fault.path) == (cut.read_text().count("\n"), "TASK")
    assert "the file ends after row 2 of this table without the line %E: it seems cut off" in fault.message


def test_a_text_that_is_no_utf_8_says_as_what_it_was_read(tmp_path: Path) -> None:
    """Names in Windows-1251 are not as they were: the report says which encoding was taken."""
    text = xer_text([work(8, task_name="Проект")])
    path = tmp_path / "cyrillic.xer"
    path.write_bytes(text.encode("cp1251"))

    assert read_xer(path).encoding == "Windows-1252"
    assert [each.severity for each in understand(path).report.findings if each.code == "encoding"] == ["assumed"]
