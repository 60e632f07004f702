"""A record becomes a plan in its own words, and nothing of it is lost without being told."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from optimiser.errors import InputError
from optimiser.reading.interchange import tally, translate, translate_calendars, translate_items, translate_rules
from optimiser.reading.interchange.naming import identifiers
from optimiser.reading.interchange.record import PlannerFile
from optimiser.reading.interchange.translate import chosen, translated
from tests import mspdi_texts
from tests.mspdi_texts import assignment, project, resource, task
from tests.p6_cases import CASES, date, link, milestone, work
from tests.xer_texts import CALENDARS, FIVE, calendar_text, read_text, xer_text

RICH = xer_text(
    [
        work(8, task_code="DIG.1", task_name="Dig", wbs_id=11),
        work(8, task_code="DIG 1", cstr_type="CS_MSO", cstr_date=date("9 8"), expect_end_date=date("30 17"), wbs_id=11),
        milestone("finish", task_code="DONE", cstr_type="CS_ALAP"),
        work(8, act_start_date=date("5 8"), suspend_date=date("6 8"), resume_date=date("7 8"), cstr_type="CS_MEOB", cstr_date=date("9 8")),
        work(0, act_start_date=date("5 8"), act_end_date=date("6 8"), suspend_date=date("5 9"), expect_end_date=date("7 8"), external_early_start_date=date("5 8")),
        work(8, cstr_type="CS_MSOA", external_early_start_date=date("8 8"), clndr_id=2),
        {"task_type": "TT_LOE", "act_start_date": date("5 8"), "cstr_type": "CS_MSOA", "cstr_date": date("5 8")},
        work(8, task_type="TT_Rsrc", duration_type="DT_FixedQty", cstr_type="CS_MANDSTART", cstr_date=date("12 8")),
        milestone("start", act_start_date=date("5 8")),
        {"task_type": "TT_LOE", "cstr_type": "CS_MSOA", "cstr_date": date("5 8")},
    ],
    [link(1, 2), link(2, 3, "SS", 8), link(1, 7, "SS"), link(7, 2, "FF"), link(77, 1)],
    calendars=[CALENDARS[0] | {"clndr_data": calendar_text(FIVE, {46054: ""})}, CALENDARS[1], {"clndr_id": 3, "clndr_data": calendar_text("", {46027: ""})}],
    others={
        "PROJWBS": [
            {"wbs_id": 10, "proj_id": 9, "proj_node_flag": "Y", "wbs_name": "All"},
            {"wbs_id": 11, "proj_id": 9, "parent_wbs_id": 10, "wbs_name": "Earthworks"},
        ],
        "RSRC": [{"rsrc_id": 7, "rsrc_name": "Fitter", "rsrc_type": "RT_Labor", "clndr_id": 1}],
        "TASKRSRC": [
            {"taskrsrc_id": at, "task_id": task, "rsrc_id": 7, "target_qty": 16, "target_qty_per_hr": 0.5}
            for at, task in enumerate((1, 3, 7, 8, 66))
        ],
    },
)  # fmt: skip
"""A little of everything that a Primavera file can hold."""

MODULES = (translate_items, translate_rules, translate_calendars)


def read(folder: Path, text: str = RICH) -> PlannerFile:
    """Return a text as a record."""
    return read_text(folder, text)


def translation(folder: Path, text: str = RICH) -> translate.Translation:
    """Return a text as a plan's content."""
    file = read(folder, text)
    return translated(file, chosen(file))


def test_tasks_become_items_under_the_planners_own_codes(tmp_path: Path) -> None:
    """Codes keep what an id may hold; two that come to the same are told apart; phases are the first branches."""
    content = translation(tmp_path).content

    assert [each["id"] for each in content["activities"]] == ["DIG-1", "DIG-1-2", "A4", "A5", "A6", "A8"]
    assert [each["id"] for each in content["milestones"]] == ["DONE", "A9", "END"]
    assert (content["summaries"][0]["id"], content["summaries"][0]["of"]) == ("A7", ["DIG-1.start", "DIG-1-2.finish"])
    assert content["phases"] == [{"id": "Earthworks", "title": "Earthworks"}]
    assert (content["unit"], content["dialect"], content["lag_calendar"], content["logic"]) == (
        "minute",
        "p6",
        "predecessor",
        "retained",
    )


def test_a_plan_says_of_itself_that_something_of_the_file_is_lost(tmp_path: Path) -> None:
    """Whoever asks another verb than import is sent there where dates may differ for it."""
    whole = xer_text([work(8), work(8)], [link(1, 2)])

    assert "'optimiser import' lists them" in translation(tmp_path).content["note"]
    assert "optimiser import" not in translation(tmp_path, whole).content["note"]


def test_every_entry_cites_its_table_and_row(tmp_path: Path) -> None:
    """A reader of the plan finds in the file what it stands on."""
    lines = RICH.split("\n")
    content = translation(tmp_path).content
    entries = [entry for name in ("activities", "milestones", "rules") for entry in content[name]]

    assert len(entries) >= 15
    for entry in entries:
        table, _, line = str(entry["citation"]).removeprefix("file: ").partition(", line ")
        assert lines[int(line) - 1].startswith("%R\t")
        assert table in {"TASK", "TASKPRED", "PROJECT"}


def test_what_is_found_is_translated_or_told(tmp_path: Path) -> None:
    """The three counts meet for every kind, and no finding says otherwise."""
    found = translation(tmp_path)

    assert {count.kind for count in found.counts} >= {"tasks", "links", "constraints", "assignments", "progress fields"}
    assert [count for count in found.counts if count.found != count.translated + count.reported] == []
    assert "unaccounted" not in {finding.code for finding in found.findings}
    told = {"link-outside", "link-to-span", "suspended", "expected-finish", "span-begun", "assignment-idle", "calendar-unused"}
    assert told <= {finding.code for finding in found.findings}


def _counting(module: ModuleType) -> list[ast.Expr]:
    """Return the statements of a module that count something as translated or told."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    counted = []
    for node in calls:
        function = node.value.func  # type: ignore[attr-defined]
        if not isinstance(function, ast.Attribute):
            continue
        kinds = [keyword for keyword in node.value.keywords if keyword.arg == "kind"]  # type: ignore[attr-defined]
        if function.attr == "translated" or (function.attr == "told" and kinds):
            counted.append(node)
    return counted


def _without(module: ModuleType, lines: range) -> ModuleType:
    """Return a module of which some lines do nothing."""
    text = Path(str(module.__file__)).read_text("utf-8").split("\n")
    first = text[lines.start - 1]
    indent = first[: len(first) - len(first.lstrip())]
    text[lines.start - 1 : lines.stop - 1] = [indent + "pass"] + [""] * (len(lines) - 1)
    spec = importlib.util.spec_from_loader(module.__name__, loader=None)
    assert spec
    changed = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = changed
    exec(compile("\n".join(text), str(module.__file__), "exec"), changed.__dict__)  # noqa: S102
    return changed


MSP_ONLY = {'"late-msp"', '"delay-of-done"', '"levelling delays"', '"deadlines"', '"inactive"', '"link-in-circle"'}
"""What only a file of MS Project reaches."""


@pytest.mark.parametrize(
    ("module", "lines"),
    [
        pytest.param(module, range(node.lineno, (node.end_lineno or node.lineno) + 1), id=f"{module.__name__}:{node.lineno}")
        for module in MODULES
        for node in _counting(module)
        if not any(word.strip('"') in ast.unparse(node) for word in MSP_ONLY)
    ],
)
def test_a_translation_that_is_deleted_is_noticed(
    tmp_path: Path, module: ModuleType, lines: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any one of the statements that translate or tell, the report says that something is missing."""
    file = read(tmp_path)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    changed = _without(module, lines)
    for name in ("items", "rules", "calendars"):
        if hasattr(changed, name) and getattr(module, name, None) is getattr(translate, name):
            monkeypatch.setattr(translate, name, getattr(changed, name))
    found = translated(file, chosen(file))

    assert "unaccounted" in {finding.code for finding in found.findings}


def test_every_code_says_what_it_means() -> None:
    """Codes are told of somewhere, and have a severity and a sentence."""
    told = (
        "\n".join(
            path.read_text("utf-8") for path in Path(str(tally.__file__)).parents[2].rglob("*.py") if path.name != "tally.py"
        )
        + Path(str(tally.__file__)).read_text("utf-8").split("class _Telling")[1]
    )

    assert [code for code in tally.CODES if f'"{code}"' not in told] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_every_case_is_translated_whole(tmp_path: Path, case: object) -> None:
    """Nothing of the small files of P6's rules is lost; what no public file decides is said to be assumed."""
    found = translation(tmp_path, case.text)  # type: ignore[attr-defined]

    assert {finding.severity for finding in found.findings} <= {"approximated", "assumed", "kept"}


def test_which_project_is_meant_is_asked_where_several_have_activities(tmp_path: Path) -> None:
    """The error names them, and the id settles it."""
    text = xer_text([work(8), work(8, proj_id=8)])
    text = text.replace("%T\tSCHEDOPTIONS", "%R\t8\tQ\t1\t2026-01-05 08:00\t2026-01-05 08:00\n%T\tSCHEDOPTIONS")
    file = read(tmp_path, text)

    assert (chosen(file, "Q").id, chosen(file, "9").id) == ("Q", "P")
    with pytest.raises(InputError, match=r"several projects: 'P' \(1 activities\), 'Q'"):
        chosen(file)
    with pytest.raises(InputError, match="no project 'R'; known: 'P'"):
        chosen(file, "R")


def test_ids_are_the_nearest_that_a_plan_allows() -> None:
    """Accents go, other signs become hyphens, and the second of a name gets a number."""
    wanted = [("a", "A1.2"), ("b", "A1-2"), ("c", "Übung/ß"), ("d", "  "), ("e", "END"), ("f", "x" * 90)]

    assert identifiers(wanted, taken=["END"]) == {
        "a": "A1-2",
        "b": "A1-2-2",
        "c": "Ubung",
        "d": "item",
        "e": "END-2",
        "f": "x" * 46,
    }


def test_what_ms_project_says_of_work_is_kept() -> None:
    """Delays in worked time join, nobody's split work has its stretch, another file's task is pinned, a contradiction is told."""
    stretch = {"Start": "2026-01-05T08:00:00", "Finish": "2026-01-07T17:00:00"}
    source = project(
        task(1, 16, **stretch),
        task(2, 16),
        task(3, 8, ExternalTask=1, **stretch),
        task(5, 0, ActualStart="2026-01-05T08:00:00", ActualFinish="2026-01-05T17:00:00"),
        task(4, 8, PercentComplete=0, ActualStart="2000-01-01T00:00:00", ActualFinish="2000-01-01T00:00:00"),
        resources=resource(1, 1),
        assignments=assignment(1, 1, 0, -65535, WorkContour=8, **stretch)
        + assignment(2, 2, 12, Delay=600, LevelingDelay=1200, LevelingDelayFormat=7, Units=0.5),
    )
    found_file = mspdi_texts.read(source)
    found = translated(found_file, chosen(found_file))
    first, second, third, fifth, fourth = found.content["activities"]

    assert first["assignments"] == [{"work": "0 wd", "first": "2026-01-05T08:00", "last": "2026-01-07T17:00"}]
    assert [(each["work"], each["delay"]) for each in second["assignments"]] == [("3 wd", "3 h")]
    assert third["pin"] == {"start": "2026-01-05T08:00", "finish": "2026-01-07T17:00"}
    assert "progress" not in fourth
    assert fifth["progress"] == {"actual_start": "2026-01-05T08:00", "actual_finish": "2026-01-05T17:00"}
    assert [(each.count, each.where) for each in found.findings if each.code == "finish-undone"] == [(2, ("4",))]
    assert all(each.found == each.translated + each.reported for each in found.counts)


def test_a_project_whose_calendar_is_not_in_the_file_works_a_standard_week() -> None:
    """Many a generator writes no calendars; the first of the file is taken where there is one, and either is told."""
    whole = project(task(1, 8))
    for content, calendar in (
        (whole.replace(whole[whole.index(b"<Calendars>") : whole.index(b"<Tasks>")], b""), "standard-week"),
        (whole.replace(b"<CalendarUID>1</CalendarUID><MinutesPerDay>", b"<MinutesPerDay>"), "C1"),
        (whole.replace(b"<CalendarUID>1</CalendarUID><MinutesPerDay>", b"<CalendarUID>7</CalendarUID><MinutesPerDay>"), "C1"),
    ):
        file = mspdi_texts.read(content)
        found = translated(file, chosen(file))
        week = next(each for each in found.content["calendars"] if each["id"] == found.content["calendar"])
        assert (week["id"], week["hours"]["fri"], "sat" in week["hours"]) == (calendar, ["08:00-12:00", "13:00-17:00"], False)
        assert [each.code for each in found.findings if each.severity == "assumed"] == ["project-calendar"]


def test_what_has_nothing_to_span_is_left_out_and_told(tmp_path: Path) -> None:
    """A level of effort without ties spans all work, wherever it stands in the file; one of a project without work, or a WBS summary of an empty branch, is told of."""
    branches = {"PROJWBS": [{"wbs_id": 10, "proj_id": 9}, {"wbs_id": 11, "proj_id": 9, "parent_wbs_id": 10}]}
    tasks = [{"task_type": "TT_LOE"}, {"task_type": "TT_WBS", "wbs_id": 11}, work(8, wbs_id=10), work(16, wbs_id=10)]
    found = translation(tmp_path, xer_text(tasks, [link(1, 1, "SS"), link(2, 3)], others=branches))
    codes = {finding.code: finding for finding in found.findings}

    assert [each["of"] for each in found.content["summaries"]] == [["A3", "A4"]]
    assert codes["span-empty"].where == ("A2",)
    assert "unaccounted" not in codes


def test_actual_dates_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    """A finish before its start, an actual date after the status date, and work done without a day on which it was are told with their ids."""
    done = {"act_start_date": date("5 8"), "act_end_date": date("6 17"), "remain_drtn_hr_cnt": 0}
    tasks = [
        work(8, **done),
        work(8, **{**done, "act_end_date": date("2 17")}),
        work(8, **{**done, "act_end_date": date("30 17")}),
    ]
    found = translation(tmp_path, xer_text(tasks, project={"last_recalc_date": date("12 8")}))
    codes = {finding.code: finding.where for finding in found.findings}
    assert {code: codes[code] for code in ("actual-swapped", "actual-ahead")} == {
        "actual-swapped": ("A2",),
        "actual-ahead": ("A3",),
    }
    undated = mspdi_texts.read(project(task(1, 8, PercentComplete=100, ActualStart="2026-01-05T08:00:00")))
    assert "done-undated" in {finding.code for finding in translated(undated, chosen(undated)).findings}
