"""What is asked of progress: sequence, work that nothing kept, rests longer than the whole, and work planned in the past."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from models.progress import Progress
from optimiser import load
from optimiser.lint import lint
from tests.conftest import plan_of
from tests.minute_plans import minute_plan, moment
from tests.mspdi_texts import project, task

STATUS = "2024-02-02"


def plan(*done: dict[str, Any], **parts: Any) -> Any:
    """Return A, B and C of ten days, one after the other, with progress by a Friday in February."""
    activities = [{"id": name, "title": f"Work {name}", "duration": "10 wd", "basis": "synthetic"} for name in "ABC"]
    milestones = [{"id": "END", "title": "The end", "shown": "closes", "basis": "synthetic"}]
    rules = [
        {"id": f"{before}-{after}", "title": f"{before} before {after}", "kind": "dependency", "before": before, "after": after,
         "basis": "synthetic"}
        for before, after in (("A", "B"), ("B", "C"), ("C", "END"))
    ]  # fmt: skip
    fields = {"activities": activities, "milestones": milestones, "rules": rules, "targets": ["END"], "status_date": STATUS}
    return plan_of(**fields | {"progress": list(done)} | parts)


def found(*done: dict[str, Any], **parts: Any) -> dict[str, str]:
    """Return what the checks of progress find: id and words."""
    report = lint(plan(*done, **parts))
    kinds = ("out-of-sequence", "not-begun", "longer-than-planned", "no-progress", "unstarted-in-the-past")
    return {entry.id: entry.what for entry in report.findings if entry.check in kinds}


A_DONE = {"item": "A", "actual_start": "2024-01-08", "actual_finish": "2024-01-19"}


def test_progress_as_it_was_planned_is_asked_nothing() -> None:
    """A is done, and B goes on from it."""
    assert found(A_DONE, {"item": "B", "actual_start": "2024-01-22", "remaining": "1 wd"}) == {}


def test_work_that_has_not_waited_is_out_of_sequence_and_says_what_the_link_still_does() -> None:
    """B began before A was done: its rest waits for A all the same; and with the link gone the end is earlier."""
    report = lint(
        plan(
            {"item": "A", "actual_start": "2024-01-08", "remaining": "8 wd"},
            {"item": "B", "actual_start": "2024-01-15", "remaining": "4 wd"},
        )
    )
    (entry,) = [entry for entry in report.findings if entry.check == "out-of-sequence"]
    assert entry.id == "out-of-sequence:A-B"
    assert entry.what == (
        "the start of Work B (B) came on Mon 15 Jan 2024, although the finish of Work A (A) has not come; what is left of it "
        "waits all the same (retained logic): take the link away or say 'logic: override' if it need not"
    )
    assert [(each.milestone, each.working_days) for each in entry.effects] == [("END", -8)]


def test_work_that_nothing_kept_is_asked_about() -> None:
    """All that B waits for was there ten working days before the status date."""
    assert found(A_DONE) == {
        "not-begun:B": "Work B (B) has not begun, although all that it waits for was there on Fri 19 Jan 2024, 10 working days "
        "before the status date: say when it began, or what else it waits for"
    }


def test_more_left_than_was_planned_and_nothing_done_for_long_are_asked_about() -> None:
    """Each in words, with what to do."""
    b = {"item": "B", "actual_start": "2024-01-22"}
    longer = found(A_DONE, {**b, "remaining": "14 wd"})
    assert longer == {
        "longer-than-planned:B": "14 wd are left of Work B (B), of which 10 wd were planned in all: give it a new length with its "
        "reason, or split what has come to it from what was planned"
    }
    assert found(A_DONE, {**b, "remaining": "10 wd"}) == {
        "no-progress:B": "Work B (B) began 10 working days ago, and as much is left of it as was planned: say what has been done, "
        "or that it is suspended and when it goes on"
    }


def test_the_fourteen_measures_count_what_was_due() -> None:
    """Of two that were published to be finished one is, a day late."""
    rows = {"A": ("2024-01-08", "2024-01-18"), "B": ("2024-01-19", "2024-02-01"), "C": ("2024-02-02", "2024-02-15")}
    published = [
        {"id": name, "title": f"Work {name}", "duration": "10 wd", "basis": "synthetic",
         "published": {"row": place, "start": start, "finish": finish, "stated": "10 days"}}
        for place, (name, (start, finish)) in enumerate(rows.items(), 1)
    ]  # fmt: skip
    report = lint(plan(A_DONE, activities=published))
    measures = {each.number: each for each in report.dcma}
    assert (measures[11].count, measures[11].of, measures[11].items) == (2, 2, ("A", "B"))
    assert (measures[14].measured, measures[14].verdict) == ("0.50", "fail")
    assert measures[9].verdict == "pass"
    assert report.practices[8].score != "not met"


def test_work_of_microsoft_project_that_lies_in_the_past_is_a_finding() -> None:
    """It leaves work that has not begun where it was planned."""
    held = minute_plan(random.Random(2), 4)  # noqa: S311 - tests
    late = held.model_copy(update={"dialect": "msp", "status_date": moment(6000)})
    late = late.model_copy(
        update={
            "activities": (
                late.activities[0].model_copy(
                    update={"progress": Progress(actual_start=moment(100), actual_finish=moment(200))}
                ),
                *late.activities[1:],
            )
        }
    )
    (entry,) = [each for each in lint(late).findings if each.check == "unstarted-in-the-past"]
    assert entry.severity == "high"
    assert "not begun lie before the status date" in entry.what


def test_begun_work_of_which_nobody_says_what_is_left_is_not_lengthened(tmp_path: Path) -> None:
    """Microsoft Project leaves such a task its whole length; measure 12 asks it nothing and says why."""
    begun = task(1, 8, Start="2026-01-05T08:00:00", Finish="2026-01-05T17:00:00", ActualStart="2026-01-05T08:00:00")
    file = tmp_path / "begun.xml"
    file.write_bytes(project(begun.replace("<RemainingDuration>PT8H0M0S</RemainingDuration>", "")))
    measures = {each.number: each for each in lint(load(file)).dcma}
    assert (measures[12].verdict, measures[12].reason) == (
        "not applicable",
        "no activity drives END by its length in working days",
    )


def test_progress_without_a_status_date_is_recorded_but_not_by_when() -> None:
    """Only a planner's file has it; the practice is minimally met."""
    held = minute_plan(random.Random(2), 4).model_copy(update={"dialect": "msp"})  # noqa: S311 - tests
    done = Progress(actual_start=moment(100), actual_finish=moment(200))
    first, *others = held.activities
    told = held.model_copy(update={"activities": (first.model_copy(update={"progress": done}), *others)})
    assert (lint(told).practices[8].score, lint(told).practices[8].evidence) == (
        "minimally met",
        "1 item begun or done, and no status date",
    )
