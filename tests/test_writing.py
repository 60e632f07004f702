"""An answer goes back into the planner's own bytes: the listed cells differ, and nothing else."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from pathlib import Path

import pytest

from optimiser.errors import InputError
from optimiser.reading.interchange.elements import XmlElement, read_elements
from optimiser.reading.interchange.mspdi_fields import TASK_ORDER
from optimiser.reading.interchange.record import PlannerFile, ProjectRecord, StoredDates, TaskRecord
from optimiser.writing.dates import TaskDates, Written
from optimiser.writing.edits import ByteEdits
from optimiser.writing.mspdi import write_mspdi
from optimiser.writing.xer import write_xer
from tests.mspdi_texts import link, project, read, task
from tests.xer_texts import read_text, xer_text

STORED = {
    "Start": "2026-01-05T08:00:00",
    "Finish": "2026-01-06T17:00:00",
    "EarlyStart": "2026-01-05T08:00:00",
    "EarlyFinish": "2026-01-06T17:00:00",
    "LateStart": "2026-01-05T08:00:00",
    "LateFinish": "2026-01-06T17:00:00",
    "Critical": 1,
    "FreeSlack": 0,
    "TotalSlack": 0,
}
PLAN = project(
    task(0, 0, level=0, **STORED),
    task(1, 0, **STORED),
    task(2, 16, level=2, **STORED),
    task(3, 16, link(2), level=2, **STORED),
    task(4, 16, link(3), ConstraintType=6, ConstraintDate="2026-01-06T17:00:00", **STORED),
    task(5, 16, Manual=1, **STORED),
)


def at(text: str) -> dt.datetime:
    """Return a moment of January 2026."""
    return dt.datetime.fromisoformat(f"2026-01-{text}")


def moved(**fields: object) -> TaskDates:
    """Return dates a day later than those of the plan."""
    return TaskDates(start=at("06T08:00"), finish=at("07T17:00"), **fields)  # type: ignore[arg-type]


def without_dates(found: PlannerFile) -> ProjectRecord:
    """Return a project without the cells that may be written."""
    (only,) = found.projects
    tasks = tuple(replace(each, stored=StoredDates(), baselines=(), attributes=()) for each in only.tasks)
    return replace(only, tasks=tasks)


def task_of(written: Written, uid: str) -> TaskRecord:
    """Return one task of a file that was written."""
    return next(each for each in read(written.content).projects[0].tasks if each.uid == uid)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_dates_of_the_file_leave_it_byte_for_byte(encoding: str, ends: str) -> None:
    """No change, no difference, whatever the encoding and the ends of lines."""
    source = PLAN.decode().replace("UTF-8", encoding).replace("\n", ends).encode(encoding)
    same = TaskDates(
        start=at("05T08:00"),
        finish=at("06T17:00"),
        late_start=at("05T08:00"),
        late_finish=at("06T17:00"),
        total_float=0,
        critical=True,
    )
    found = write_mspdi(source, "a.xml", dict.fromkeys("2345", same), hold=True)

    assert (found.content, found.cells, found.tasks) == (source, 0, [])
    assert write_mspdi(source, "a.xml", {}).content == source


def test_only_the_listed_cells_of_what_moved_differ() -> None:
    """One task moves: it, and the summaries above it; every other byte of the file stands."""
    found = write_mspdi(PLAN, "a.xml", {"3": moved(total_float=-480, critical=False)})
    new, old = found.content.decode().splitlines(), PLAN.decode().splitlines()
    differ = [place for place, (one, other) in enumerate(zip(new, old, strict=True)) if one != other]

    assert task_of(found, "3").stored == StoredDates(
        start=at("06T08:00"),
        finish=at("07T17:00"),
        early_start=at("06T08:00"),
        early_finish=at("07T17:00"),
        late_start=at("05T08:00"),
        late_finish=at("06T17:00"),
        total_float=-480,
        free_float=0,
        critical=False,
    )
    assert [task_of(found, uid).stored.finish for uid in "012345"] == [at(f"0{day}T17:00") for day in (7, 7, 6, 7, 6, 6)]
    assert task_of(found, "1").stored.start == at("05T08:00")
    assert without_dates(read(found.content)) == without_dates(read(PLAN))
    assert all("<Task>" in old[place] for place in differ)
    told = {"3": moved(), "2": TaskDates(total_float=0)}
    assert task_of(write_mspdi(PLAN, "a.xml", told), "1").stored.start == at("05T08:00")


def test_the_dates_that_stood_before_go_into_baseline_ten() -> None:
    """Every dated task gets it once anything moved; where it is in use it is left, and that is said."""
    found = write_mspdi(PLAN, "a.xml", {"4": moved()})

    assert [(each.number, each.start, each.finish) for uid in "0345" for each in task_of(found, uid).baselines] == [
        (10, at("05T08:00"), at("06T17:00"))
    ] * 4
    again = write_mspdi(found.content, "a.xml", {"4": TaskDates(start=at("08T08:00"), finish=at("09T17:00"))})
    assert task_of(again, "4").baselines == task_of(found, "4").baselines
    assert "Baseline 10 is in use" in again.notes[0]


def test_a_task_dated_by_hand_is_never_written() -> None:
    """Nor is a summary that its planner dated."""
    by_hand = PLAN.replace(b"<Name>T1</Name>", b"<Name>T1</Name><Manual>1</Manual>", 1)
    found = write_mspdi(by_hand, "a.xml", {"5": moved(), "3": moved()})

    assert [task_of(found, uid).stored.finish for uid in "015"] == [at("07T17:00"), at("06T17:00"), at("06T17:00")]


def test_what_the_tool_would_start_earlier_is_held_where_the_place_is_free() -> None:
    """Without the option it is told; a constraint that is there is never overwritten."""
    dates = {"3": moved(hold=True), "4": moved(hold=True)}
    told, held = write_mspdi(PLAN, "a.xml", dates), write_mspdi(PLAN, "a.xml", dates, hold=True)

    assert (told.held, sorted(told.unheld)) == ([], ["3", "4"])
    assert task_of(told, "3").constraints == ()
    assert (held.held, held.unheld) == (["3"], {"4": "it has another constraint, which was left"})
    assert [(each.kind, each.date) for each in task_of(held, "3").constraints] == [("start-no-earlier", at("06T08:00"))]
    assert task_of(held, "4").constraints == task_of(told, "4").constraints
    assert write_mspdi(held.content, "a.xml", {"3": moved(hold=True)}).unheld == {}


def test_fields_go_where_nothing_is_used() -> None:
    """Texts are escaped, numbers in use are passed over, and a title stands once."""
    used = PLAN.replace(
        b"<Calendars>",
        b"<ExtendedAttributes><ExtendedAttribute><FieldID>188743731</FieldID></ExtendedAttribute></ExtendedAttributes><Calendars>",
        1,
    )
    fields = (("Proof", "certified"), ("Holds it", 'R&D <"é">\n later'))
    for source, first in (
        (PLAN, "188743731"),
        (used, "188743734"),
        (used.replace(b"\n<Tasks>", b"<!-- > -->\n<Tasks>"), "188743734"),
    ):
        found = write_mspdi(source, "a.xml", {"3": TaskDates(fields=fields)}, fields=True)
        assert task_of(found, "3").attributes == (("Proof", "certified"), ("Holds it", 'R&D <"é"> later'))
        assert f"<FieldID>{first}</FieldID><FieldName>" in found.content.decode()
        assert without_dates(read(found.content)) == without_dates(read(PLAN))
        assert found.cells == 2
    many = tuple((f"Field {number}", "x") for number in range(32))
    assert len(write_mspdi(PLAN, "a.xml", {"3": TaskDates(fields=many)}, fields=True).notes) == 2


def elements(content: bytes) -> list[XmlElement]:
    """Return the tasks of a file as elements."""
    found: list[XmlElement] = []
    read_elements(content, "a.xml", {"Tasks/Task": found.append})
    return found


@pytest.mark.long
def test_whatever_is_missing_is_put_in_the_order_of_the_schema() -> None:
    """Random files with random cells left out, random dates: re-reading gives them, all else is equal, the order holds."""
    inserted = changed = 0
    for number in range(120):
        draw = random.Random(number)  # noqa: S311
        kept = [{name: value for name, value in STORED.items() if draw.random() < 0.6} for _ in range(4)]
        source = project(
            *(task(uid, 8, *([link(uid - 1)] if uid > 1 else []), **fields) for uid, fields in enumerate(kept, start=1))
        )
        if draw.random() < 0.5:
            source = source.replace(b"><", b">\n  <").replace(b"<Start></Start>", b"<Start/>")
        dates = {}
        for uid in draw.sample("1234", draw.randint(1, 4)):
            start = at("05T08:00") + dt.timedelta(minutes=draw.randrange(100_000))
            dates[uid] = TaskDates(
                start=start,
                finish=start + dt.timedelta(minutes=draw.randrange(10_000)),
                late_finish=start if draw.random() < 0.5 else None,
                total_float=draw.randrange(-500, 500) if draw.random() < 0.5 else None,
                critical=draw.choice([True, False, None]),
                hold=draw.random() < 0.5,
                fields=(("Proof", "certified"),) if draw.random() < 0.5 else (),
            )
        found = write_mspdi(source, "a.xml", dates, hold=draw.random() < 0.5, fields=True)
        ours, theirs = without_dates(read(found.content)), without_dates(read(source))
        rows = {each.uid: each.stored for each in read(found.content).projects[0].tasks}
        for uid, new in dates.items():
            stored = rows[uid]
            assert (stored.start, stored.finish, stored.early_start, stored.early_finish) == (new.start, new.finish) * 2
            assert stored.total_float == new.total_float or not new.total_float
            assert stored.late_finish == new.late_finish or new.late_finish is None
            changed += 1
        held = dict.fromkeys(found.held, ())
        strip = [replace(each, constraints=held.get(each.uid, each.constraints)) for each in ours.tasks]
        assert [replace(each, place=other.place) for each, other in zip(strip, theirs.tasks, strict=True)] == list(theirs.tasks)
        for element, before in zip(elements(found.content), elements(source), strict=True):
            places = [TASK_ORDER.index(each.name) for each in element.inside]
            assert places == sorted(places)
            inserted += len(element.inside) - len(before.inside)

    assert inserted > 300
    assert changed > 200


def test_two_changes_of_one_byte_are_an_error() -> None:
    """Nothing is written twice."""
    edits = ByteEdits(b"abcdef")
    edits.replace(1, 3, b"X")
    edits.insert(3, b"1")
    edits.insert(3, b"2")
    assert edits.applied() == b"aX12def"
    edits.replace(2, 4, b"Y")
    with pytest.raises(ValueError, match="byte 2"):
        edits.applied()


WAITING = {
    "status_code": "TK_NotStart",
    "target_drtn_hr_cnt": "16",
    "remain_drtn_hr_cnt": "16",
    "early_start_date": "2026-01-05 08:00",
    "early_end_date": "2026-01-06 17:00",
    "late_start_date": "2026-01-05 08:00",
    "late_end_date": "2026-01-06 17:00",
    "target_start_date": "2026-01-05 08:00",
    "target_end_date": "2026-01-06 17:00",
    "total_float_hr_cnt": "0",
    "free_float_hr_cnt": "0",
    "driving_path_flag": "Y",
    "cstr_type": "",
    "cstr_date": "",
}
BEGUN = WAITING | {"status_code": "TK_Active", "act_start_date": "2026-01-05 08:00"}
DONE = WAITING | {"status_code": "TK_Complete", "act_start_date": "2026-01-05 08:00", "act_end_date": "2026-01-06 17:00"}
XER = xer_text([WAITING, BEGUN, DONE, WAITING | {"cstr_type": "CS_MEO", "cstr_date": "2026-01-06 17:00"}])


def cells(content: bytes) -> dict[tuple[int, str], str]:
    """Return every cell of the activities, by row and column."""
    lines = content.decode("cp1252").replace("\r\n", "\n").split("%T\tTASK\n")[1].split("\n%T")[0].split("\n%E")[0].splitlines()
    names = lines[0].split("\t")[1:]
    return {
        (row, name): cell
        for row, line in enumerate(lines[1:], start=1)
        for name, cell in zip(names, line.split("\t")[1:], strict=False)
    }


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_dates_of_an_xer_leave_it_byte_for_byte(ends: str) -> None:
    """Numbers that are equal are not printed anew, and a line break in a field is kept."""
    source = XER.replace("\tA1\t", "\tÄ\nB\t").replace("\n", ends).encode("cp1252")
    same = TaskDates(start=at("05T08:00"), finish=at("06T17:00"), total_float=0, free_float=0, critical=True)

    assert write_xer(source, "a.xer", dict.fromkeys("1234", same), hold=True).content == source


def test_only_the_listed_cells_of_an_xer_differ(tmp_path: Path) -> None:
    """Target dates of what has not started, no start of what has, nothing of what is done."""
    new = moved(late_start=at("07T08:00"), late_finish=at("08T17:00"), total_float=485, free_float=-80, critical=False)
    found = write_xer(XER.encode(), "a.xer", dict.fromkeys("123", new))
    before, after = cells(XER.encode()), cells(found.content)
    differ = {place: after[place] for place in before if after[place] != before[place]}

    assert {name: text for (row, name), text in differ.items() if row == 1} == {
        "early_start_date": "2026-01-06 08:00",
        "early_end_date": "2026-01-07 17:00",
        "late_start_date": "2026-01-07 08:00",
        "late_end_date": "2026-01-08 17:00",
        "target_start_date": "2026-01-06 08:00",
        "target_end_date": "2026-01-07 17:00",
        "total_float_hr_cnt": "8.0833",
        "free_float_hr_cnt": "-1.3333",
        "driving_path_flag": "N",
    }
    assert {name for row, name in differ if row == 2} == {
        *("early_end_date", "late_end_date", "total_float_hr_cnt", "free_float_hr_cnt", "driving_path_flag")
    }
    assert {row for row, _ in differ} == {1, 2}
    assert found.cells == len(differ)
    stored = read_text(tmp_path, found.content).projects[0].tasks[0].stored
    assert (stored.early_start, stored.early_finish, stored.total_float) == (new.start, new.finish, 485)
    assert "cannot hold a baseline" in found.notes[0]


def test_an_activity_is_held_where_the_place_is_free() -> None:
    """A constraint that is there is reported and never overwritten; a comma stays a comma."""
    source = XER.replace("\t16\t16\t", "\t16,0\t16,0\t").encode()
    found = write_xer(source, "a.xer", dict.fromkeys("14", moved(hold=True, total_float=30)), hold=True)
    after = cells(found.content)

    assert (found.held, found.unheld) == (["1"], {"4": "it has another constraint, which was left"})
    assert (after[1, "cstr_type"], after[1, "cstr_date"]) == ("CS_MSOA", "2026-01-06 08:00")
    assert (after[4, "cstr_type"], after[4, "cstr_date"]) == ("CS_MEO", "2026-01-06 17:00")
    assert after[1, "total_float_hr_cnt"] == "0,5"
    assert write_xer(found.content, "a.xer", {"1": moved(hold=True)}).unheld == {}
    milestone = xer_text([WAITING | {"task_type": "TT_FinMile"}]).encode()
    last = cells(write_xer(milestone, "a.xer", {"1": moved(hold=True)}, hold=True).content)
    assert (last[1, "cstr_type"], last[1, "cstr_date"]) == ("CS_MEOA", "2026-01-07 17:00")


def test_user_fields_of_an_xer_take_numbers_that_nothing_uses(tmp_path: Path) -> None:
    """Into the tables that are there, or into new ones; the activities stay as they are."""
    tables = {
        "UDFTYPE": [{"udf_type_id": "41", "table_name": "TASK", "udf_type_label": "Own"}],
        "UDFVALUE": [{"udf_type_id": "41", "fk_id": "1", "proj_id": "9", "udf_text": "mine"}],
    }
    dates = {"1": TaskDates(fields=(("Proof", "certified"), ("Float to END", "2 d")))}
    fresh = write_xer(XER.encode(), "a.xer", dates, fields=True)
    added = write_xer(xer_text([WAITING], others=tables).encode(), "a.xer", dates, fields=True)

    assert (
        "%T\tUDFTYPE\n%F\tudf_type_id\ttable_name\tudf_type_name\tudf_type_label\tlogical_data_type\tsuper_flag\n%R\t1\tTASK"
        in fresh.content.decode()
    )
    assert fresh.content.decode().endswith("%R\t1\t1\t9\t\t\tcertified\t\n%R\t2\t1\t9\t\t\t2 d\t\n%E\n")
    assert "%R\t41\tTASK\tOwn\n%R\t42\tTASK\tProof\n%R\t43\tTASK\tFloat to END\n" in added.content.decode()
    assert "%R\t41\t1\t9\tmine\n%R\t42\t1\t9\tcertified\n%R\t43\t1\t9\t2 d\n" in added.content.decode()
    assert (
        read_text(tmp_path, fresh.content).projects[0].tasks
        == read_text(tmp_path, write_xer(fresh.content, "b", {}).content).projects[0].tasks
    )
    assert cells(fresh.content) == cells(XER.encode())


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\rb"])
def test_a_text_that_no_cell_can_hold_is_refused(text: str) -> None:
    """A tab would be the next cell."""
    with pytest.raises(InputError, match="a tab or a line break"):
        write_xer(XER.encode(), "a.xer", {"1": TaskDates(fields=(("Proof", text),))}, fields=True)


def test_what_is_no_xer_is_refused() -> None:
    """A file without activities has nowhere to put dates."""
    with pytest.raises(InputError, match="no table TASK"):
        write_xer(b"ERMHDR\t1\n%T\tPROJECT\n%E\n", "a.xer", {})
