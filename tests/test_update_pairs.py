"""Pairs of updates made by hand, one for every rule of progress of Primavera and Microsoft Project: as planned, and a while later.

The first of a pair is the plan with nothing done, scheduled on Monday 5 January 2026 at 08:00. In the second the data date is
Thursday 8 January at 08:00, and something has been done by then. Work is Mondays to Fridays, 08:00-12:00 and 13:00-17:00; both
sets of dates are worked out on paper.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from models.outcome import Solved
from optimiser.reading.load import load
from optimiser.solve import earliest
from tests.mspdi_texts import link as waits
from tests.mspdi_texts import project, task
from tests.p6_cases import Row, date, link, when
from tests.xer_texts import xer_text

Dates = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PlannedTwice:
    """A project as planned and as updated.

    Attributes
    ----------
    hours
        Planned length of each activity.
    progress
        What is said of each in the second update; what is left is as long as planned where nothing is.
    before, after
        Start and finish of each activity, January 2026.
    """

    says: str
    hours: tuple[float, ...]
    progress: dict[int, Row]
    before: Dates
    after: Dates
    links: tuple[Row, ...] = ()
    options: Row = field(default_factory=dict)

    def text(self, *, later: bool) -> str:
        """Return the file of one of the two."""
        tasks = [
            {"target_drtn_hr_cnt": hours, "remain_drtn_hr_cnt": hours, **(self.progress.get(at, {}) if later else {})}
            for at, hours in enumerate(self.hours, 1)
        ]
        return xer_text(
            tasks, self.links, options=self.options, project={"last_recalc_date": "2026-01-08 08:00"} if later else {}
        )


DONE: Row = {"act_start_date": date("5 8"), "act_end_date": date("6 17"), "remain_drtn_hr_cnt": 0}
BEGUN: Row = {"act_start_date": date("5 8")}

PAIRS = (
    # Done in two days instead of three: what follows could begin on Wednesday, and waits for the data date, Thursday.
    PlannedTwice(
        "4.11 what follows finished work waits for the data date",
        (24, 8),
        {1: DONE},
        (("5 8", "7 17"), ("8 8", "8 17")),
        (("5 8", "6 17"), ("8 8", "8 17")),
        (link(1, 2),),
    ),
    # The lag of three days begins on Tuesday evening: Wednesday is gone, two are left from Thursday.
    PlannedTwice(
        "4.11 a lag behind finished work is less by what has gone by",
        (24, 8),
        {1: DONE},
        (("5 8", "7 17"), ("13 8", "13 17")),
        (("5 8", "6 17"), ("12 8", "12 17")),
        (link(1, 2, hours=24),),
    ),
    # A lead of a day would let it begin on Wednesday, before the data date.
    PlannedTwice(
        "4.11 no lead reaches before the data date",
        (24, 8),
        {1: BEGUN | {"remain_drtn_hr_cnt": 8}},
        (("5 8", "7 17"), ("6 8", "6 17")),
        (("5 8", "8 17"), ("8 8", "8 17")),
        (link(1, 2, hours=-16),),
    ),
    # The first has not begun, the second has: with retained logic its rest waits for Friday evening.
    PlannedTwice(
        "4.11 retained logic: the rest of begun work waits for what it should have waited for",
        (16, 16),
        {2: BEGUN | {"remain_drtn_hr_cnt": 8}},
        (("5 8", "6 17"), ("7 8", "8 17")),
        (("8 8", "9 17"), ("5 8", "12 17")),
        (link(1, 2),),
    ),
    PlannedTwice(
        "4.11 override: it goes on from the data date",
        (16, 16),
        {2: BEGUN | {"remain_drtn_hr_cnt": 8}},
        (("5 8", "6 17"), ("7 8", "8 17")),
        (("8 8", "9 17"), ("5 8", "8 17")),
        (link(1, 2),),
        {"sched_retained_logic": "N", "sched_progress_override": "Y"},
    ),
    # Begun on Wednesday: of two days' lag one is gone by Thursday, so the second begins on Friday.
    PlannedTwice(
        "4.11 a lag behind the start of begun work is less by what has gone by",
        (40, 8),
        {1: {"act_start_date": date("7 8"), "remain_drtn_hr_cnt": 32}},
        (("5 8", "9 17"), ("7 8", "7 17")),
        (("7 8", "13 17"), ("9 8", "9 17")),
        (link(1, 2, "SS", 16),),
    ),
    # From the actual start, Monday, two days are Wednesday; the data date is later.
    PlannedTwice(
        "4.11 or counts from the actual start where the project says so",
        (40, 8),
        {1: BEGUN | {"remain_drtn_hr_cnt": 32}},
        (("5 8", "9 17"), ("9 8", "9 17")),
        (("5 8", "13 17"), ("9 8", "9 17")),
        (link(1, 2, "SS", 32),),
        {"sched_lag_early_start_flag": "N"},
    ),
    PlannedTwice(
        "4.12 suspended work goes on when it resumes",
        (16,),
        {1: BEGUN | {"remain_drtn_hr_cnt": 8, "suspend_date": date("6 8"), "resume_date": date("13 8")}},
        (("5 8", "6 17"),),
        (("5 8", "13 17"),),
    ),
    PlannedTwice(
        "4.12 an expected finish takes the finish's place",
        (16,),
        {1: BEGUN | {"remain_drtn_hr_cnt": 8, "expect_end_date": date("14 17")}},
        (("5 8", "6 17"),),
        (("5 8", "14 17"),),
    ),
    # Of a duration per cent P6 has what is left already; of a physical one the planner says both, and what is left counts.
    PlannedTwice(
        "per cent of the duration: what is left is stored beside it",
        (40,),
        {1: BEGUN | {"remain_drtn_hr_cnt": 20, "complete_pct_type": "CP_Drtn"}},
        (("5 8", "9 17"),),
        (("5 8", "12 12"),),
    ),
    PlannedTwice(
        "physical per cent: what is left counts, whatever the share",
        (40,),
        {1: BEGUN | {"remain_drtn_hr_cnt": 8, "complete_pct_type": "CP_Phys", "phys_complete_pct": 10}},
        (("5 8", "9 17"),),
        (("5 8", "8 17"),),
    ),
    # Nobody has entered that it began: it is to come, all of what is left of it.
    PlannedTwice(
        "what is left of work without a start is its length",
        (40,),
        {1: {"remain_drtn_hr_cnt": 16}},
        (("5 8", "9 17"),),
        (("8 8", "9 17"),),
    ),
)


def dated(path: Path) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return start and finish of every activity of a planner's file."""
    plan = load(path)
    outcome = earliest(plan, ["END"])
    assert isinstance(outcome, Solved)
    assert {entry.proof for entry in outcome.milestones} == {"certified"}
    rows = {row.id: row for row in outcome.rows}
    return [
        (dt.datetime.fromisoformat(str(rows[each.id].start)), dt.datetime.fromisoformat(str(rows[each.id].finish)))
        for each in plan.activities
    ]


def moments(dates: Dates) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return dates as moments."""
    return [(when(start), when(finish)) for start, finish in dates]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.says)
def test_two_updates_of_primavera_have_the_dates_worked_out_by_hand(tmp_path: Path, pair: PlannedTwice) -> None:
    """Both of a pair, to the minute."""
    for name, later, expected in (("before", False, pair.before), ("after", True, pair.after)):
        (tmp_path / f"{name}.xer").write_text(pair.text(later=later))
        assert dated(tmp_path / f"{name}.xer") == moments(expected), name


BY_THURSDAY = "<StatusDate>2026-01-07T17:00:00</StatusDate>"
STARTED = {"ActualStart": "2026-01-05T08:00:00"}

OF_MICROSOFT = (
    # Done a day later than planned: what follows begins on Thursday.
    (
        "4.10 actual dates fix both ends",
        (task(1, 16), task(2, 8, waits(1))),
        (("5 8", "6 17"), ("7 8", "7 17")),
        (task(1, 16, **STARTED, ActualFinish="2026-01-07T17:00:00"), task(2, 8, waits(1))),
        (("5 8", "7 17"), ("8 8", "8 17")),
    ),
    # Half of it is done; the rest goes on on Thursday and takes a day.
    (
        "4.10 begun work goes on from where it resumes with what is left",
        (task(1, 16), task(2, 8, waits(1))),
        (("5 8", "6 17"), ("7 8", "7 17")),
        (
            task(1, 16, **STARTED, Stop="2026-01-05T17:00:00", Resume="2026-01-08T08:00:00").replace(
                "<RemainingDuration>PT16H0M0S", "<RemainingDuration>PT8H0M0S"
            ),
            task(2, 8, waits(1)),
        ),
        (("5 8", "8 17"), ("9 8", "9 17")),
    ),
    # Begun a day late and never interrupted: the whole length from the actual start.
    (
        "4.10 begun work that does not rest takes its length from the actual start",
        (task(1, 16), task(2, 8, waits(1))),
        (("5 8", "6 17"), ("7 8", "7 17")),
        (task(1, 16, ActualStart="2026-01-06T08:00:00"), task(2, 8, waits(1))),
        (("6 8", "7 17"), ("8 8", "8 17")),
    ),
    # Nobody has begun it: Microsoft Project leaves it where it was planned.
    (
        "4.10 what has not begun stays before the status date",
        (task(1, 16), task(2, 8, waits(1))),
        (("5 8", "6 17"), ("7 8", "7 17")),
        (task(1, 16), task(2, 8, waits(1))),
        (("5 8", "6 17"), ("7 8", "7 17")),
    ),
)


@pytest.mark.parametrize("pair", OF_MICROSOFT, ids=lambda pair: pair[0])
def test_two_updates_of_microsoft_project_have_the_dates_worked_out_by_hand(
    tmp_path: Path, pair: tuple[str, tuple[str, ...], Dates, tuple[str, ...], Dates]
) -> None:
    """Both of a pair, to the minute."""
    _, planned, before, updated, after = pair
    for name, tasks, more, expected in (("before", planned, "", before), ("after", updated, BY_THURSDAY, after)):
        (tmp_path / f"{name}.xml").write_bytes(project(*tasks, more=more))
        assert dated(tmp_path / f"{name}.xml") == moments(expected), name
