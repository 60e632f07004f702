"""An answer goes back into the file that it was asked of, and what the file's own tool will move is told, or held."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from models.outcome import MilestoneDate, RowDate, Solved
from models.plan import Plan
from models.rules import NotBefore, Point
from optimiser.cli import main
from optimiser.critical import compile_network, earliest_times
from optimiser.errors import InputError
from optimiser.evidence.terminal.exchange import export_text
from optimiser.evidence.terminal.page import Page
from optimiser.reading.interchange import mpp
from optimiser.reading.interchange.mspdi import read_mspdi
from optimiser.reading.interchange.opening import gather_planner
from optimiser.reading.interchange.pmxml import read_pmxml
from optimiser.reading.interchange.xer import read_xer
from optimiser.reading.sound import judge
from optimiser.solve.placement import schedule_of
from optimiser.writing.export import Exported, export
from tests.mspdi_texts import link, project, read, task
from tests.pass_msp import PassMsp
from tests.planner_calendar import moment
from tests.test_pmxml import LINK, activity, pmxml
from tests.xer_texts import xer_text

WEEK = "2026-01-{:02}T{:02}:00:00"
SOURCE = project(
    task(0, 0, level=0, Start=WEEK.format(5, 8), Finish=WEEK.format(8, 17)),
    task(1, 8, Start=WEEK.format(5, 8), Finish=WEEK.format(5, 17)),
    task(2, 8, link(1), Start=WEEK.format(6, 8), Finish=WEEK.format(6, 17)),
    task(3, 8, link(2), Start=WEEK.format(7, 8), Finish=WEEK.format(7, 17)),
    task(4, 8, link(3), Start=WEEK.format(8, 8), Finish=WEEK.format(8, 17)),
    task(
        5, 8, link(2), ConstraintType=6, ConstraintDate=WEEK.format(7, 17), Start=WEEK.format(7, 8), Finish=WEEK.format(7, 17)
    ),
)
COLUMNS = ("early_start_date", "early_end_date", "target_start_date", "target_end_date")
XER = xer_text(
    [
        {"status_code": "TK_NotStart", "target_drtn_hr_cnt": "8", "remain_drtn_hr_cnt": "8", "cstr_type": "", "cstr_date": ""}
        | dict(zip(COLUMNS, (f"2026-01-0{day} 08:00", f"2026-01-0{day} 17:00") * 2, strict=True))
        for day in (5, 6)
    ],
    [{"pred_task_id": "1", "task_id": "2"}],
)


def january(day: int, hour: int) -> dt.datetime:
    """Return a moment of January 2026."""
    return dt.datetime(2026, 1, day, hour)  # noqa: DTZ001  # planners' dates have no zone


def solved(plan: Plan, **floors: str) -> Solved:
    """Return the answer to a plan of which some items start no earlier, as far as an export reads it."""
    rules = tuple(
        NotBefore(
            id=f"floor-{item}",
            title="Later",
            kind="not-before",
            at=Point(item.strip("_"), "start"),
            date=date,
            basis="synthetic",
        )
        for item, date in floors.items()
    )
    network = compile_network(plan.evolve(rules=(*plan.rules, *rules)))
    schedule = schedule_of(network, earliest_times(network).values)
    return Solved.model_construct(plan=plan.id, schedule=schedule, rows=(), milestones=(), driving={"END": ("4", "3")})


def exported(folder: Path, content: bytes | str, name: str, floors: dict[str, str], **options: bool) -> tuple[Exported, Path]:
    """Return what an export writes of a small file whose answer has some floors."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    plan = judge(gather_planner(path)[0], hindsight=False).plan
    assert plan is not None
    return export(solved(plan, **floors), path, "new", **options), path


def test_an_answer_that_is_the_file_s_own_leaves_it_byte_for_byte(tmp_path: Path) -> None:
    """Nothing moved: the bytes are equal, and nothing is told of."""
    for content, name in ((SOURCE, "plan.xml"), (XER, "plan.xer")):
        found, path = exported(tmp_path, content, name, {}, hold=True)
        assert found.content == path.read_bytes()
        assert (found.report.moved, found.report.cells, found.report.unheld) == (0, 0, ())
        assert found.report.source_sha256 == found.report.result_sha256


def test_what_moved_is_read_again_as_it_was_answered(tmp_path: Path) -> None:
    """One task is put later, and what follows it; its tool would take it back, and that is told."""
    found, _ = exported(tmp_path, SOURCE, "plan.xml", {"_2": "2026-01-08T08:00"})
    new = tmp_path / "new.xml"
    new.write_bytes(found.content)
    stored = {each.uid: each.stored for each in read_mspdi(new).projects[0].tasks}

    assert [stored[uid].start for uid in "12345"] == [january(day, 8) for day in (5, 8, 9, 12, 9)]
    assert stored["0"].finish == january(12, 17)
    assert found.report.moved == 4
    assert [(each.id, each.why) for each in found.report.unheld] == [("2", "nothing holds it")]


def test_what_is_held_stays_when_the_file_is_worked_out_again(tmp_path: Path) -> None:
    """Only the first of what moved is held, and the file's own logic then gives every date of the answer."""
    found, _ = exported(tmp_path, SOURCE, "plan.xml", {"_2": "2026-01-08T08:00"}, hold=True)
    new = tmp_path / "new.xml"
    new.write_bytes(found.content)
    (again,) = read_mspdi(new).projects
    passed = PassMsp(again)

    assert (found.report.held, found.report.unheld) == (("2",), ())
    assert {task.uid: moment(passed.dates(task.uid)[0]) for task in again.tasks} == {
        task.uid: task.stored.start for task in again.tasks
    }


def test_a_place_that_is_taken_is_told(tmp_path: Path) -> None:
    """A planner's constraint is never overwritten."""
    found, _ = exported(tmp_path, SOURCE, "plan.xml", {"_5": "2026-01-09T08:00"}, hold=True)

    assert [(each.id, each.why) for each in found.report.unheld] == [("5", "it has another constraint, which was left")]


def test_what_is_told_of_a_task_is_in_days_of_the_file(tmp_path: Path) -> None:
    """Floats, late dates and the critical flag are those of the answer; fields say them in the file's own days."""
    path = tmp_path / "plan.xml"
    path.write_bytes(SOURCE)
    plan = judge(gather_planner(path)[0], hindsight=False).plan
    assert plan is not None
    slack = {"1": 0, "2": 0, "3": 0, "4": 0, "5": 1110}
    rows = [
        RowDate.model_construct(id=name, float_min={"END": minutes, "4": None if name == "5" else minutes})
        for name, minutes in slack.items()
    ]
    asked = [MilestoneDate.model_construct(id=name, proof="certified") for name in ("END", "4")]
    answer = solved(plan, _1="2026-01-06T08:00").model_copy(update={"rows": rows, "milestones": asked})
    new = tmp_path / "new.xml"
    new.write_bytes(export(answer, path, "new", fields=True).content)
    found = {each.uid: each for each in read_mspdi(new).projects[0].tasks}

    assert found["5"].attributes == (("Float to END", "2 d 2 h 30 min"),)
    assert found["4"].attributes == (("Proof", "certified"), ("Drives", "END"), ("Float to END", "0 d"), ("Float to 4", "0 d"))
    assert (found["5"].stored.total_float, found["5"].stored.critical) == (1110, None)
    # From Thursday 17:00, a day later than the file has it: 1,110 worked minutes are two days and two and a half hours.
    assert found["5"].stored.late_finish == january(13, 10) + dt.timedelta(minutes=30)
    assert found["5"].stored.late_start == january(12, 10) + dt.timedelta(minutes=30)
    assert (found["4"].stored.critical, found["4"].stored.late_start, found["4"].stored.late_finish) == (
        True,
        january(9, 8),
        january(9, 17),
    )


def test_an_xer_takes_its_answer(tmp_path: Path) -> None:
    """Early and target dates of the moved activity, and a constraint for it."""
    found, _ = exported(tmp_path, XER, "plan.xer", {"A2": "2026-01-08T08:00"}, hold=True)
    new = tmp_path / "new.xer"
    new.write_bytes(found.content)
    second = read_xer(new).projects[0].tasks[1]

    assert (second.stored.early_start, second.stored.early_finish) == (january(8, 8), january(8, 17))
    assert [(each.kind, each.date) for each in second.constraints] == [("start-no-earlier", january(8, 8))]
    assert (found.report.held, found.report.moved, found.ending) == (("A2",), 1, ".xer")


def dated(number: int, day: int) -> str:
    """Return an activity of Primavera's XML with its dates of one day, some of its elements empty."""
    at = "".join(
        f"<{name}>2026-01-{day:02}T{hour:02}:00:00</{name}>"
        for end, hour in (("Start", 8), ("Finish", 17))
        for name in (f"{end}Date", f"Planned{end}Date", f"RemainingEarly{end}Date")
    )
    empty = "<PrimaryConstraintDate xsi:nil='true'></PrimaryConstraintDate><PrimaryConstraintType/><RemainingLateStartDate xsi:nil='true'/>"
    return activity(number, "8,0", f"{at}{empty}<Status>Not Started</Status><TotalFloat>0,0</TotalFloat>")


PMXML = pmxml(dated(1, 5) + dated(2, 7) + LINK.replace("Start to Start", "Finish to Start").replace("1,5", "0"))
"""Two days of work, of which the second finds Tuesday to be a day off."""


def test_primavera_s_xml_takes_its_answer(tmp_path: Path) -> None:
    """Every date element that an activity has, and a constraint in the place that is empty; read again it is the answer."""
    found, path = exported(tmp_path, PMXML, "plan.pmxml", {"A2": "2026-01-08T08:00"}, hold=True)
    new = tmp_path / "new.pmxml"
    new.write_bytes(found.content)
    second = read_pmxml(new).projects[0].tasks[1]
    text = found.content.decode()

    assert (second.stored.start, second.stored.finish) == (january(8, 8), january(8, 17))
    assert [(each.kind, each.date) for each in second.constraints] == [("start-no-earlier", january(8, 8))]
    assert (found.report.held, found.report.moved, found.ending) == (("A2",), 1, ".pmxml")
    assert text.count("2026-01-08T08:00:00") == 4
    assert text.count("<PrimaryConstraintDate>2026-01-08T08:00:00</PrimaryConstraintDate>") == 1
    assert text.split("<ObjectId>2<")[0] == path.read_text().split("<ObjectId>2<")[0]


def test_primavera_s_xml_is_left_byte_for_byte_by_its_own_dates(tmp_path: Path) -> None:
    """Nothing moved; what nothing holds is told where something did."""
    found, path = exported(tmp_path, PMXML, "plan.xml", {}, hold=True)
    assert found.content == path.read_bytes()
    found, _ = exported(tmp_path, PMXML, "plan.xml", {"A2": "2026-01-08T08:00"})

    assert [(each.id, each.why) for each in found.report.unheld] == [("A2", "nothing holds it")]
    assert found.ending == ".xml"


def test_an_answer_of_another_plan_is_refused(tmp_path: Path) -> None:
    """Nor is one taken of an older state of the file."""
    path = tmp_path / "plan.xml"
    path.write_bytes(SOURCE)
    plan = judge(gather_planner(path)[0], hindsight=False).plan
    assert plan is not None
    answer = solved(plan)
    path.write_bytes(SOURCE.replace(b"</Tasks>", task(9, 8).encode() + b"</Tasks>"))

    with pytest.raises(InputError, match="it has no date of 9; maybe solve the file again"):
        export(answer, path, "new")
    with pytest.raises(InputError, match="the answer is of plan 'other'"):
        export(answer.model_copy(update={"plan": "other"}), path, "new")


def test_the_source_is_never_written_onto(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not by its name, not by a link, not with --force; and what is no answer is refused."""
    source, outcome, linked = tmp_path / "plan.xml", tmp_path / "o.json", tmp_path / "link.xml"
    source.write_bytes(SOURCE)
    linked.hardlink_to(source)
    outcome.write_text(json.dumps({"schema": "optimiser/solve/1"}), encoding="utf-8")
    for output in (source, linked):
        assert main(["export", str(outcome), "--into", str(source), "-o", str(output), "--force"]) == 2
        assert "is the source, which is never written onto" in capsys.readouterr().err
    assert main(["export", str(outcome), "--into", str(source), "-o", str(tmp_path / "new.xer")]) == 2
    assert "expected a name that ends in .xml" in capsys.readouterr().err
    assert main(["export", str(outcome), "--into", str(source), "-o", str(tmp_path / "new.xml")]) == 2
    assert "write it again with 'optimiser solve" in capsys.readouterr().err
    assert source.read_bytes() == SOURCE


def test_a_form_that_nothing_here_writes_comes_out_as_xml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What MPXJ makes of it takes the answer, and that is said."""
    path = tmp_path / "plan.mpp"
    path.write_bytes(b"not looked at")
    record = replace(read(SOURCE), form="mpp")
    monkeypatch.setattr(mpp, "read_mpp", lambda _: record)
    monkeypatch.setattr(mpp, "as_mspdi", lambda _: SOURCE)
    plan = judge(gather_planner(path)[0], hindsight=False).plan
    assert plan is not None
    found = export(solved(plan), path, "new.xml")

    assert (found.ending, found.content) == (".xml", SOURCE)
    assert "made into Microsoft Project's XML by MPXJ" in found.report.notes[0]
    said = export_text(found.report, Page.of(io.StringIO()), "Microsoft Project")
    assert "byte for byte" not in said
    assert "Every date of the answer is the file's own." in said
