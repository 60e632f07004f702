"""Progress: what a plan says is done, what of it cannot be, and what follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.duration import Duration
from models.plan import Plan
from optimiser.errors import InputError
from optimiser.reading.load import load

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


def test_dates_before_the_plan_and_a_status_date_beside_it_are_refused(tmp_path: Path) -> None:
    """What has happened has a place on the axis, and something is left to come."""
    early = "progress:\n  - {item: BUILD, actual_start: 2024-01-02, remaining: 3 wd}\n"
    assert "before the plan's first day" in faults_of(written(tmp_path, HEAD + STATUS, progress_yaml=early))[0]
    assert "leaves nothing to come" in faults_of(written(tmp_path, HEAD + "status_date: 2025-01-03\n"))[0]
