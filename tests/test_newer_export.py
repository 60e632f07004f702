"""A plan that came from a planner's file, updated by a newer export: what is logic, what is progress, and ids that stay."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from optimiser.cli import ExitCode, main
from optimiser.errors import InputError
from optimiser.moved import what_moved
from optimiser.progress import UpdateChoices, trend_of, update_plan
from optimiser.reading.load import load
from tests.mspdi_texts import link, project, task
from tests.xer_texts import xer_text

FIRST = [
    {"task_id": "11", "task_code": "A", "task_name": "Dig", "target_drtn_hr_cnt": "40", "remain_drtn_hr_cnt": "40"},
    {"task_id": "12", "task_code": "B", "task_name": "Build", "target_drtn_hr_cnt": "80", "remain_drtn_hr_cnt": "80"},
    {"task_id": "13", "task_code": "C", "task_name": "Paint", "target_drtn_hr_cnt": "16", "remain_drtn_hr_cnt": "16"},
]
LINKS = [{"task_id": "12", "pred_task_id": "11"}, {"task_id": "13", "pred_task_id": "12"}]
DONE = {
    "act_start_date": "2026-01-05 08:00",
    "act_end_date": "2026-01-12 17:00",
    "status_code": "TK_Complete",
    "remain_drtn_hr_cnt": "0",
}
BEGUN = {"act_start_date": "2026-01-13 08:00", "status_code": "TK_Active", "remain_drtn_hr_cnt": "64"}
LATER = {"last_recalc_date": "2026-01-15 08:00"}


def msp_text(*tasks: str) -> str:
    """Return a project of Microsoft Project."""
    return project(*tasks).decode()


def saved(path: Path, text: str) -> Path:
    """Write a file."""
    path.write_text(text, encoding="utf-8")
    return path


def made(folder: Path, plan: str | Path, export: Path, status: str | None = None):
    """Make an update's folder, and return what was said."""
    choices = UpdateChoices(status=dt.date.fromisoformat(status) if status else None)
    found = update_plan(plan, folder, export, choices)
    for name, content in found.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return found.report


def said(report) -> set[tuple[str, str, str | None, str | None]]:
    """Return every change."""
    return {(each.item, each.kind, each.before, each.after) for each in report.changes}


def test_progress_of_a_newer_xer_is_taken_and_its_logic_said(tmp_path):
    """Done and begun tasks are progress; a task added, one gone, a link changed and a length estimated anew are told of."""
    first = saved(tmp_path / "jan.xer", xer_text(FIRST, LINKS))
    tasks = [
        FIRST[0] | DONE,
        FIRST[1] | BEGUN,
        {"task_id": "14", "task_code": "D", "task_name": "Clean", "target_drtn_hr_cnt": "8", "remain_drtn_hr_cnt": "8"},
    ]
    second = saved(tmp_path / "feb.xer", xer_text(tasks, [LINKS[0], {"task_id": "14", "pred_task_id": "12"}], project=LATER))
    report = made(tmp_path / "feb", first, second)
    plan = load(tmp_path / "feb")

    assert ("A", "finished", None, "2026-01-12T17:00") in said(report)
    assert ("B", "begun", None, "2026-01-13T08:00") in said(report)
    assert {each[:2] for each in said(report)} >= {("D", "added"), ("C", "removed"), ("D", "link"), ("C", "link")}
    assert plan.done("A")
    assert plan.under_way("B")
    assert str(plan.status_date) == "2026-01-15T08:00"
    assert plan.previous is not None
    assert plan.previous.path == "../jan.xer"


def test_a_task_whose_code_was_changed_keeps_its_id(tmp_path):
    """In Primavera a code may be written anew: the hidden number tells whose it is, and the plan's id stays over the chain."""
    first = saved(tmp_path / "jan.xer", xer_text(FIRST, LINKS))
    tasks = [FIRST[0], {**FIRST[1], "task_code": "B-NEW", "task_name": "Build it"}, FIRST[2]]
    second = saved(tmp_path / "feb.xer", xer_text(tasks, LINKS, project=LATER))
    report = made(tmp_path / "feb", first, second)
    made(tmp_path / "mar", tmp_path / "feb", saved(tmp_path / "mar.xer", xer_text(tasks, LINKS, project=LATER)))

    assert said(report) == {("B", "renamed", "Build", "Build it")}
    assert {"A", "B", "C"} <= set(load(tmp_path / "mar").items)
    assert load(tmp_path / "mar").items["B"].title == "Build it"


def test_rows_that_move_in_microsoft_project_are_the_same_tasks(tmp_path):
    """Microsoft Project numbers tasks by their rows; the hidden number tells, and a row put in between moves nobody's id."""
    first = saved(tmp_path / "jan.xml", msp_text(*[task(1, 40), task(2, 80, link(1)), task(3, 16, link(2))]))
    newer = [task(1, 40), task(9, 8, link(1), ID=2), task(2, 80, link(9), ID=3), task(3, 16, link(2), ID=4)]
    second = saved(tmp_path / "feb.xml", msp_text(*newer))
    report = made(tmp_path / "feb", first, second, "2026-01-30")
    plan = load(tmp_path / "feb")

    assert {item.id: item.title for item in plan.activities} == {"1": "T1", "2": "T2", "3": "T3", "2-2": "T9"}
    assert ("2-2", "added", None, None) in said(report)
    assert not {each for each in said(report) if each[1] in ("renamed", "removed")}
    assert str(plan.status_date) == "2026-01-30"


def test_an_imported_folder_is_updated_by_names_where_it_keeps_no_numbers(tmp_path, capsys):
    """A folder that import wrote knows no hidden numbers; tasks of one name are one."""
    first = saved(tmp_path / "jan.xml", msp_text(*[task(1, 40), task(2, 80, link(1))]))
    main(["import", str(first), "-o", str(tmp_path / "jan")])
    capsys.readouterr()
    newer = [task(7, 4, ID=1), task(1, 40, link(7), ID=2), task(2, 80, link(1), ID=3)]
    made(tmp_path / "feb", tmp_path / "jan", saved(tmp_path / "feb.xml", msp_text(*newer)), "2026-01-30")

    assert {item.id: item.title for item in load(tmp_path / "feb").activities} == {"1": "T1", "2": "T2", "1-2": "T7"}


def test_an_actual_that_is_another_now_is_remarked(tmp_path):
    """A fact is not taken back in silence: both dates are said, and work that is no longer done is."""
    first = saved(tmp_path / "jan.xer", xer_text([FIRST[0] | DONE, FIRST[1] | BEGUN, FIRST[2]], LINKS, project=LATER))
    tasks = [FIRST[0] | DONE | {"act_end_date": "2026-01-09 17:00"}, FIRST[1], FIRST[2]]
    report = made(tmp_path / "feb", first, saved(tmp_path / "feb.xer", xer_text(tasks, LINKS, project=LATER)))
    says = [each.says for each in report.remarks]

    assert "A: the actual finish was 2026-01-12T17:00 in the update before, and is 2026-01-09T17:00 now" in says
    assert "B: begun on 2026-01-13T08:00 by the update before, not begun now" in says


@pytest.mark.parametrize(
    ("tasks", "project", "status", "words"),
    [
        (FIRST, {}, "2026-03-01", "the file's own status date is 2026-01-05T08:00"),
        ([{"task_id": "99", "task_code": "Z", "task_name": "Other"}], LATER, None, "no task in common"),
        (FIRST, {"last_recalc_date": "2025-12-01 08:00"}, None, "before the status date of the update before"),
    ],
)
def test_an_export_that_is_not_meant_is_refused(tmp_path, tasks, project, status, words):
    """Another status date, another project and an older export are each refused in words."""
    first = saved(tmp_path / "jan.xer", xer_text(FIRST, LINKS))
    second = saved(tmp_path / "feb.xer", xer_text(tasks, [], project=project))

    with pytest.raises(InputError, match=words):
        made(tmp_path / "feb", first, second, status)
    assert not (tmp_path / "feb").exists()


def test_facts_of_another_tools_file_are_rows_for_a_plan_of_days(tmp_path):
    """A plan of days takes actual dates and what is left, in whole days, from tasks of the same id or name; lengths stay."""
    tasks = [
        {"task_id": "1", "task_code": "X1", "task_name": "Write the test protocols", "target_drtn_hr_cnt": "120"} | DONE,
        {"task_id": "2", "task_code": "ORDER", "task_name": "Order", "target_drtn_hr_cnt": "80"}
        | BEGUN
        | {"remain_drtn_hr_cnt": "20"},
        {"task_id": "3", "task_code": "REVIEW", "task_name": "Review", "target_drtn_hr_cnt": "8", "remain_drtn_hr_cnt": "8"},
    ]
    export = saved(tmp_path / "p6.xer", xer_text(tasks, [], project=LATER))
    made(tmp_path / "jan", "laboratory", export, "2026-01-14")
    plan = load(tmp_path / "jan")

    assert str(plan.items["PROTOCOLS"].progress.actual_finish) == "2026-01-12"  # type: ignore[union-attr]
    assert str(plan.items["ORDER"].progress.remaining) == "3 wd"  # type: ignore[union-attr]
    assert plan.items["REVIEW"].progress is None  # type: ignore[union-attr]


def test_the_verb_takes_an_export(tmp_path, capsys, monkeypatch):
    """The verb needs no status date where the file has one, and says what it made."""
    monkeypatch.chdir(tmp_path)
    saved(Path("jan.xer"), xer_text(FIRST, LINKS))
    saved(Path("feb.xer"), xer_text([FIRST[0] | DONE, *FIRST[1:]], LINKS, project=LATER))

    assert main(["update", "jan.xer", "--from", "feb.xer", "-o", "feb"]) == ExitCode.DONE
    assert "1 done, 0 begun" in capsys.readouterr().out
    assert main(["show", "feb", "--json"]) == ExitCode.DONE
    assert [each["path"] for each in json.loads(capsys.readouterr().out)["chain"]["links"]] == ["feb", "jan.xer"]


def test_what_moved_of_a_newer_xer_charges_late_work_with_its_own_days(tmp_path):
    """Dig ended on Monday the 12th instead of Friday the 9th, and Build went on as it could: one working day, by Dig."""
    first = saved(tmp_path / "jan.xer", xer_text(FIRST, LINKS))
    second = saved(tmp_path / "feb.xer", xer_text([FIRST[0] | DONE, FIRST[1] | BEGUN, FIRST[2]], LINKS, project=LATER))
    found = what_moved(load(first), load(second))
    (move,) = found.moves
    assert {share.cause: share.amount // 480 for share in move.shares if share.amount} == {"progress A": 1}


def test_what_was_added_by_hand_stays_beside_a_newer_export(tmp_path, capsys):
    """Rules, work, targets and a register of a folder's own outlive a newer export; what it can no longer have is said with the reason."""
    first = saved(tmp_path / "jan.xer", xer_text(FIRST, LINKS))
    main(["import", str(first), "-o", str(tmp_path / "jan")])
    capsys.readouterr()
    rules = tmp_path / "jan" / "rules.yaml"
    board = "- {id: BOARD, kind: not-before, title: The board sits, at: B.start, date: 2026-03-02, basis: judgement}\n"
    gone = "- {id: DRYING, kind: dependency, title: Paint dries, before: C, after: HANDOVER, lag: 2 wd, basis: judgement}\n"
    saved(rules, rules.read_text(encoding="utf-8") + board + gone)
    own = "activities: [{id: HANDOVER, title: Hand over, duration: 3 wd, basis: judgement}]\n"
    saved(tmp_path / "jan" / "items.yaml", own)
    (tmp_path / "jan" / "risk").mkdir()
    saved(tmp_path / "jan" / "risk" / "register.yaml", "schema: optimiser/risk/1\nid: r\ntitle: Risks\nplan: P\n")
    tasks = [FIRST[0] | DONE, FIRST[1] | BEGUN]
    second = saved(tmp_path / "feb.xer", xer_text(tasks, LINKS[:1], project=LATER))
    report = made(tmp_path / "feb", tmp_path / "jan", second)
    plan = load(tmp_path / "feb")

    assert "BOARD" in plan.rules_by_id
    assert "HANDOVER" in plan.items
    assert "DRYING" not in plan.rules_by_id
    assert (tmp_path / "feb" / "risk" / "register.yaml").is_file()
    assert "2 entries added by hand, in items.yaml" in report.taken
    assert any(said.startswith("DRYING, added by hand: unknown item 'C'") for said in report.left_out)
    third = made(tmp_path / "mar", tmp_path / "feb", saved(tmp_path / "mar.xer", xer_text(tasks, LINKS[:1], project=LATER)))
    assert "2 entries added by hand, in items.yaml" in third.taken
    assert load(tmp_path / "mar").rules_by_id["BOARD"] == plan.rules_by_id["BOARD"]


def test_the_projects_own_finish_is_no_cause_of_a_move(tmp_path):
    """That the project waits for what nothing follows any more came with the link that was taken out: a new floor is charged with its own days."""
    first = saved(tmp_path / "jan.xer", xer_text(FIRST, LINKS))
    floor = {"cstr_type": "CS_MSOA", "cstr_date": "2026-02-02 08:00"}
    second = saved(tmp_path / "feb.xer", xer_text([FIRST[0], FIRST[1] | floor, FIRST[2]], [LINKS[0]]))
    found = what_moved(load(first), load(second))
    causes = {cause.id: cause.title for cause in found.causes}
    (move,) = found.moves

    assert not any("project finishes" in title for title in causes.values())
    assert {causes[share.cause]: share.amount // 480 for share in move.shares} == {
        "Paint (C) after Build (B)": -2,
        "Build (B): start no earlier": 15,
    }


def test_a_chain_of_exports_is_counted_in_working_days(tmp_path):
    """What the trend and the windows count between updates of a planner's file are its working days, and no link of its own finish is new."""
    first = saved(tmp_path / "jan.xer", xer_text(FIRST, LINKS))
    late = DONE | {"act_end_date": "2026-01-12 17:00"}
    second = saved(
        tmp_path / "feb.xer", xer_text([FIRST[0] | late, *FIRST[1:]], LINKS, project={"last_recalc_date": "2026-01-13 08:00"})
    )
    report = made(tmp_path / "feb", first, second)
    (tmp_path / "t.csv").write_text("Id,Actual start,Remaining\nB,2026-01-13,8d\n")
    left = made(tmp_path / "mar", tmp_path / "feb", tmp_path / "t.csv", "2026-01-14")
    (milestone,) = trend_of(tmp_path / "mar").milestones

    assert [point.moved_wd for point in milestone.points] == [None, 1, 0]
    assert {each.kind for each in report.changes} == {"begun", "finished"}
    assert ("B", "begun", None, "2026-01-13, 8 wd left") in said(left)


def test_two_files_whose_rows_have_moved_are_compared_task_by_task(tmp_path, capsys):
    """A row put in above others makes no other task of them: what is set differently is the new one, and one taken out is called as none is now."""
    first = saved(tmp_path / "jan.xml", msp_text(task(1, 40), task(2, 80, link(1)), task(3, 16, link(2)), task(4, 8, link(1))))
    newer = [task(9, 8, ID=1), task(1, 40, ID=2), task(2, 80, link(1), ID=3), task(3, 24, link(2), ID=4)]
    second = saved(tmp_path / "feb.xml", msp_text(*newer))
    assert main(["compare", str(first), str(second), "--json"]) == ExitCode.DONE
    answer = json.loads(capsys.readouterr().out)
    lengths = {
        each["name"]: (each["before"], each["after"]) for each in answer["values"] if each["name"].startswith("duration:")
    }

    assert lengths == {
        "duration:1": ("not there", "1 wd"),
        "duration:4": ("2 wd", "3 wd"),
        "duration:4-before": ("1 wd", "not there"),
    }
    assert [share["cause"] for share in answer["moved"]["moves"][0]["shares"]] == ["remaining 4"]


def test_edits_by_hand_that_a_newer_export_lacks_are_listed_one_by_one(tmp_path):
    """A length, a link and a task changed in the folder's own files are told with old and new value; unedited files say nothing."""
    first = saved(tmp_path / "jan.xer", xer_text(FIRST, LINKS))
    assert main(["import", str(first), "-o", str(tmp_path / "jan")]) == ExitCode.DONE
    tasks = [FIRST[0] | DONE, FIRST[1] | BEGUN, FIRST[2]]
    second = saved(tmp_path / "feb.xer", xer_text(tasks, LINKS, project=LATER))
    plain = made(tmp_path / "feb", tmp_path / "jan", second)
    assert not [each for each in plain.left_out if "by hand" in each]

    edited = tmp_path / "jan" / "activities.yaml"
    text = edited.read_text(encoding="utf-8")
    edited.write_text(
        text.replace("duration: 2 wd", "duration: 4 wd").replace("title: Build", "title: Build it"), encoding="utf-8"
    )
    rules = tmp_path / "jan" / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    assert "before: B\n  after: C" in text
    rules.write_text(text.replace("before: B\n  after: C", "before: B\n  after: C\n  lag: 3 wd"), encoding="utf-8")
    told = [each for each in made(tmp_path / "feb2", tmp_path / "jan", second).left_out if "by hand" in each]

    assert told == [
        "by hand, and not in the new file: B (Build it): title Build → Build it by hand, the new file has Build",
        "by hand, and not in the new file: C (Paint): duration 2 wd → 4 wd by hand, the new file has 2 wd",
        "by hand, and not in the new file: the link B FS C: lag nothing → 3 wd by hand, the new file has nothing",
    ]
    assert (tmp_path / "feb2" / "source" / "export" / "feb.xer").read_bytes() == second.read_bytes()
    assert not (tmp_path / "feb2" / "source" / "export" / "jan.xer").exists()
