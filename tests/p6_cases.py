"""Small Primavera projects with dates worked out by hand: one for every rule of P6 that a translation has to keep.

Work is on calendar 1, Mondays to Fridays 08:00-12:00 and 13:00-17:00, unless a case says otherwise; calendar 2 works every
night from 22:00 to 06:00. The project starts, and has its data date, on Monday 5 January 2026 at 08:00. An activity is written
as a row of the table ``TASK``; ``hours`` stands for its planned and remaining length.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from tests.xer_texts import xer_text

Row = dict[str, object]


@dataclass(frozen=True)
class Case:
    """A project and the dates that P6 gives it.

    Attributes
    ----------
    dates
        Start and finish of each activity, January 2026 as ``day hour`` or ``day hour:minute``.
    assumed
        No public file with dates of the tool decides the rule.
    """

    says: str
    tasks: tuple[Row, ...]
    dates: tuple[tuple[str, str], ...]
    links: tuple[Row, ...] = ()
    options: Row = field(default_factory=dict)
    project: Row = field(default_factory=dict)
    others: dict[str, list[Row]] = field(default_factory=dict)
    assumed: bool = False

    @property
    def text(self) -> str:
        """The file."""
        return xer_text(self.tasks, self.links, options=self.options, project=self.project, others=self.others)

    @property
    def expected(self) -> list[tuple[dt.datetime, dt.datetime]]:
        """The dates as moments."""
        return [(when(start), when(finish)) for start, finish in self.dates]


def when(text: str) -> dt.datetime:
    """Return ``5 08:00`` as a moment of January 2026; days above 31 lie in later months."""
    day, time = text.split()
    hour, _, minute = time.partition(":")
    return dt.datetime(2026, 1, 1) + dt.timedelta(days=int(day) - 1, hours=int(hour), minutes=int(minute or 0))  # noqa: DTZ001


def work(hours: float, **fields: object) -> Row:
    """Return an activity of so many hours, of which all are left."""
    return {"target_drtn_hr_cnt": hours, "remain_drtn_hr_cnt": hours, **fields}


def milestone(kind: str, **fields: object) -> Row:
    """Return a start or a finish milestone."""
    return {"task_type": {"start": "TT_Mile", "finish": "TT_FinMile"}[kind], "target_drtn_hr_cnt": 0, **fields}


def link(before: int, after: int, kind: str = "FS", hours: float = 0) -> Row:
    """Return a relationship."""
    return {"pred_task_id": before, "task_id": after, "pred_type": f"PR_{kind}", "lag_hr_cnt": hours}


def date(text: str) -> str:
    """Return a moment as the file writes it."""
    return when(text).strftime("%Y-%m-%d %H:%M")


CASES = (
    Case("work ends where its hours are worked", (work(16),), (("5 8", "6 17"),)),
    Case(
        "work that begins at the end of a day begins with the next",
        (work(8), work(8)),
        (("5 8", "5 17"), ("6 8", "6 17")),
        (link(1, 2),),
    ),
    Case("work goes over the weekend", (work(48),), (("5 8", "12 17"),)),
    Case("work of nights crosses midnight", (work(12, clndr_id=2),), (("5 22", "7 2"),)),
    Case("a fraction of a minute is rounded half up", (work(0.01), work(0.0084)), (("5 8", "5 8:01"), ("5 8", "5 8:01"))),
    # Finish milestones stay at the end of the work, start milestones go on to the next.
    Case(
        "a finish milestone stays where work ends, a start milestone goes to where it begins",
        (work(8), milestone("finish"), milestone("start")),
        (("5 8", "5 17"), ("5 17", "5 17"), ("6 8", "6 8")),
        (link(1, 2), link(1, 3)),
    ),
    # The data date is 05:00: nobody works, so the milestone moves to 08:00.
    Case(
        "a finish milestone where nobody works goes to the next start",
        (milestone("finish"),),
        (("5 8", "5 8"),),
        project={"last_recalc_date": "2026-01-05 05:00", "plan_start_date": "2026-01-05 05:00"},
    ),
    Case("work of no length begins where work begins", (work(8), work(0)), (("5 8", "5 17"), ("6 8", "6 8")), (link(1, 2),)),
    # Four hours of the predecessor's calendar (days) from Monday 17:00 are Tuesday 12:00.
    Case(
        "a lag counts on the predecessor's calendar",
        (work(8), work(8, clndr_id=2)),
        (("5 8", "5 17"), ("6 22", "7 6")),
        (link(1, 2, hours=4),),
    ),
    # On the successor's calendar: 22:00 to 02:00 on Tuesday.
    Case(
        "a lag counts on the successor's calendar where the project says so",
        (work(8), work(8, clndr_id=2)),
        (("5 8", "5 17"), ("6 2", "7 2")),
        (link(1, 2, hours=4),),
        {"sched_calendar_on_relationship_lag": "rcal_Successor"},
    ),
    # Monday 17:00 and four hours of the clock are 21:00.
    Case(
        "a lag counts every hour of the clock where the project says so",
        (work(8), work(8, clndr_id=2)),
        (("5 8", "5 17"), ("5 22", "6 6")),
        (link(1, 2, hours=4),),
        {"sched_calendar_on_relationship_lag": "rcal_24Hour"},
    ),
    # The night's work ends on Tuesday 06:00; four hours of the project's own calendar end at 12:00.
    Case(
        "a lag counts on the project's calendar where the project says so",
        (work(8, clndr_id=2), work(8)),
        (("5 22", "6 6"), ("6 13", "7 12")),
        (link(1, 2, hours=4),),
        {"sched_calendar_on_relationship_lag": "rcal_ProjDefault"},
    ),
    Case("a start waits for a start", (work(16), work(8)), (("5 8", "6 17"), ("6 8", "6 17")), (link(1, 2, "SS", 8),)),
    # Finish at or after Tuesday 17:00 and four hours, Wednesday 12:00: eight hours back is Tuesday 13:00.
    Case("a finish waits for a finish", (work(16), work(8)), (("5 8", "6 17"), ("6 13", "7 12")), (link(1, 2, "FF", 4),)),
    # Finish at or after Monday 08:00 and twelve hours, Tuesday 12:00: eight hours back is Monday 13:00.
    Case("a finish waits for a start", (work(16), work(8)), (("5 8", "6 17"), ("5 13", "6 12")), (link(1, 2, "SF", 12),)),
    Case("a lead lets work overlap", (work(24), work(8)), (("5 8", "7 17"), ("7 8", "7 17")), (link(1, 2, hours=-8),)),
    Case(
        "a lead does not reach before the data date",
        (work(8), work(8)),
        (("5 8", "5 17"), ("5 8", "5 17")),
        (link(1, 2, hours=-40),),
    ),
    Case(
        "work not done waits for the data date",
        (work(8),),
        (("7 13", "8 12"),),
        project={"last_recalc_date": "2026-01-07 13:00"},
    ),
    Case(
        "work not done waits for the planned start",
        (work(8),),
        (("8 8", "8 17"),),
        project={"plan_start_date": "2026-01-08 08:00"},
    ),
    Case("start on or after bounds", (work(8, cstr_type="CS_MSOA", cstr_date=date("7 8")),), (("7 8", "7 17"),)),
    Case(
        "start on bounds, and links go beyond it",
        (work(24), work(8, cstr_type="CS_MSO", cstr_date=date("6 8"))),
        (("5 8", "7 17"), ("8 8", "8 17")),
        (link(1, 2),),
    ),
    Case("finish on or after bounds", (work(16, cstr_type="CS_MEOA", cstr_date=date("8 12")),), (("6 13", "8 12"),)),
    Case("finish on bounds", (work(16, cstr_type="CS_MEO", cstr_date=date("8 12")),), (("6 13", "8 12"),)),
    Case(
        "on or before moves nothing",
        (work(16, cstr_type="CS_MEOB", cstr_date=date("5 12")), work(8, cstr_type="CS_MSOB", cstr_date=date("5 8"))),
        (("5 8", "6 17"), ("5 8", "5 17")),
    ),
    Case(
        "a mandatory start holds whatever links say",
        (work(24), work(8, cstr_type="CS_MANDSTART", cstr_date=date("6 8"))),
        (("5 8", "7 17"), ("6 8", "6 17")),
        (link(1, 2),),
    ),
    Case(
        "a mandatory finish holds whatever links say",
        (work(24), work(8, cstr_type="CS_MANDFIN", cstr_date=date("6 17"))),
        (("5 8", "7 17"), ("6 8", "6 17")),
        (link(1, 2),),
    ),
    Case(
        "a secondary constraint bounds too",
        (work(8, cstr_type="CS_MSOA", cstr_date=date("6 8"), cstr_type2="CS_MEOA", cstr_date2=date("8 17")),),
        (("8 8", "8 17"),),
    ),
    # Finished on Tuesday; what follows waits for the data date, Thursday 8 January.
    Case(
        "what follows finished work waits for the data date",
        (work(0, act_start_date=date("5 8"), act_end_date=date("6 17")), work(8)),
        (("5 8", "6 17"), ("8 8", "8 17")),
        (link(1, 2),),
        project={"last_recalc_date": "2026-01-08 08:00"},
    ),
    # Of 24 hours, 8 (Wednesday) have gone by since Tuesday evening: 16 are left from Thursday.
    Case(
        "a lag behind finished work shrinks by what has gone by",
        (work(0, act_start_date=date("5 8"), act_end_date=date("6 17")), work(8)),
        (("5 8", "6 17"), ("12 8", "12 17")),
        (link(1, 2, hours=24),),
        project={"last_recalc_date": "2026-01-08 08:00"},
    ),
    # The predecessor of the finished one ends on Friday: so late is what the finished one passes on.
    Case(
        "finished work passes on what holds it",
        (work(16), work(0, act_start_date=date("5 8"), act_end_date=date("6 17")), work(8)),
        (("8 8", "9 17"), ("5 8", "6 17"), ("12 8", "12 17")),
        (link(1, 2), link(2, 3)),
        project={"last_recalc_date": "2026-01-08 08:00"},
    ),
    Case(
        "the rest of work that has begun waits for the data date",
        (work(8, act_start_date=date("5 8")),),
        (("5 8", "8 17"),),
        project={"last_recalc_date": "2026-01-08 08:00"},
    ),
    Case(
        "retained logic: the rest of work that has begun waits for its predecessors",
        (work(16), work(8, act_start_date=date("5 8"))),
        (("8 8", "9 17"), ("5 8", "12 17")),
        (link(1, 2),),
        project={"last_recalc_date": "2026-01-08 08:00"},
    ),
    Case(
        "override: the rest of work that has begun waits for nothing",
        (work(16), work(8, act_start_date=date("5 8"))),
        (("8 8", "9 17"), ("5 8", "8 17")),
        (link(1, 2),),
        {"sched_retained_logic": "N", "sched_progress_override": "Y"},
        {"last_recalc_date": "2026-01-08 08:00"},
        assumed=True,
    ),
    # Since Wednesday 08:00 eight hours have gone by: of sixteen hours eight are left from Thursday 08:00.
    Case(
        "a lag behind the start of begun work counts from what is left, less what has gone by",
        (work(40, act_start_date=date("7 8")), work(8)),
        (("7 8", "14 17"), ("9 8", "9 17")),
        (link(1, 2, "SS", 16),),
        project={"last_recalc_date": "2026-01-08 08:00"},
    ),
    # What is left starts on Monday the 12th behind another; so does what counts from it.
    Case(
        "a lag behind begun work goes with what is left where links hold it",
        (work(16), work(40, act_start_date=date("7 8")), work(8)),
        (("8 8", "9 17"), ("7 8", "16 17"), ("13 8", "13 17")),
        (link(1, 2), link(2, 3, "SS", 16)),
        project={"last_recalc_date": "2026-01-08 08:00"},
    ),
    Case(
        "by the project's option it counts from the actual start",
        (work(16), work(40, act_start_date=date("7 8")), work(8)),
        (("8 8", "9 17"), ("7 8", "16 17"), ("9 8", "9 17")),
        (link(1, 2), link(2, 3, "SS", 16)),
        {"sched_lag_early_start_flag": "N"},
        {"last_recalc_date": "2026-01-08 08:00"},
        assumed=True,
    ),
    Case(
        "suspended work goes on when it resumes",
        (work(8, act_start_date=date("5 8"), suspend_date=date("6 8"), resume_date=date("13 8")),),
        (("5 8", "13 17"),),
        project={"last_recalc_date": "2026-01-08 08:00"},
        assumed=True,
    ),
    Case(
        "an expected finish takes the finish's place",
        (work(8, expect_end_date=date("9 17")),),
        (("5 8", "9 17"),),
        assumed=True,
    ),
    Case(
        "an expected finish before the start counts for nothing",
        (work(24), work(8, expect_end_date=date("6 17"))),
        (("5 8", "7 17"), ("8 8", "8 17")),
        (link(1, 2),),
        assumed=True,
    ),
    Case(
        "an expected finish counts for nothing where a finish is bound",
        (work(24), work(8, expect_end_date=date("9 17"))),
        (("5 8", "7 17"), ("7 8", "7 17")),
        (link(1, 2, "FF"),),
        assumed=True,
    ),
    Case(
        "an expected finish counts for nothing where the project says so",
        (work(8, expect_end_date=date("9 17")),),
        (("5 8", "5 17"),),
        options={"sched_use_expect_end_flag": "N"},
    ),
    Case(
        "an external early start is a floor",
        (work(8, external_early_start_date=date("9 8")),),
        (("9 8", "9 17"),),
        assumed=True,
    ),
    Case(
        "as late as possible moves up to what waits for it",
        (work(8, cstr_type="CS_ALAP"), work(24), work(8)),
        (("7 8", "7 17"), ("5 8", "7 17"), ("8 8", "8 17")),
        (link(1, 3), link(2, 3)),
    ),
    Case(
        "as late as possible goes from the back",
        (work(8, cstr_type="CS_ALAP"), work(8, cstr_type="CS_ALAP"), work(32), work(8)),
        (("7 8", "7 17"), ("8 8", "8 17"), ("5 8", "8 17"), ("9 8", "9 17")),
        (link(1, 2), link(2, 4), link(3, 4)),
    ),
    Case(
        "as late as possible before nothing stays early",
        (work(8, cstr_type="CS_ALAP"), work(24)),
        (("5 8", "5 17"), ("5 8", "7 17")),
    ),
    Case(
        "a level of effort spans from its start to its finish links",
        (work(8), work(16), {"task_type": "TT_LOE", "remain_drtn_hr_cnt": 900}),
        (("5 8", "5 17"), ("6 8", "7 17"), ("5 8", "7 17")),
        (link(1, 2), link(1, 3, "SS"), link(3, 2, "FF")),
    ),
    Case(
        "a WBS summary spans its branch",
        (work(8, wbs_id=11), work(16, wbs_id=12), {"task_type": "TT_WBS", "wbs_id": 10, "remain_drtn_hr_cnt": 1}),
        (("5 8", "5 17"), ("6 8", "7 17"), ("5 8", "7 17")),
        (link(1, 2),),
        others={
            "PROJWBS": [
                {"wbs_id": 10, "proj_id": 9, "proj_node_flag": "Y", "wbs_name": "All"},
                {"wbs_id": 11, "proj_id": 9, "parent_wbs_id": 10},
                {"wbs_id": 12, "proj_id": 9, "parent_wbs_id": 11},
            ]
        },
    ),
    # Eight hours by night from Monday 22:00.
    Case(
        "resource-dependent work goes by its resources' calendars",
        (work(8, task_type="TT_Rsrc", duration_type="DT_FixedDUR2"),),
        (("5 22", "6 6"),),
        others={
            "RSRC": [{"rsrc_id": 7, "rsrc_name": "Night shift", "rsrc_type": "RT_Labor", "clndr_id": 2}],
            "TASKRSRC": [
                {"taskrsrc_id": 1, "task_id": 1, "rsrc_id": 7, "target_qty": 8, "remain_qty": 8, "target_qty_per_hr": 1}
            ],
        },
    ),
    # Sixteen hours of work at half a unit are 32 hours: four days.
    Case(
        "resource-dependent work of fixed units goes by work over units",
        (work(8, task_type="TT_Rsrc", duration_type="DT_FixedQty"),),
        (("5 8", "8 17"),),
        others={
            "RSRC": [{"rsrc_id": 7, "rsrc_name": "Fitter", "rsrc_type": "RT_Labor", "clndr_id": 1}],
            "TASKRSRC": [
                {"taskrsrc_id": 1, "task_id": 1, "rsrc_id": 7, "target_qty": 16, "remain_qty": 16, "target_qty_per_hr": 0.5}
            ],
        },
        assumed=True,
    ),
    Case(
        "work of which nothing is left ends when it is expected to",
        (work(1, remain_drtn_hr_cnt=0, expect_end_date=date("7 12")), work(8)),
        (("5 8", "7 12"), ("5 8", "5 17")),
        assumed=True,
    ),
    # Of sixteen hours of work eight are left.
    Case(
        "resource-dependent work that has not begun takes what is left of its resources' work",
        (work(16, task_type="TT_Rsrc", duration_type="DT_FixedQty"),),
        (("5 8", "5 17"),),
        others={
            "RSRC": [{"rsrc_id": 7, "rsrc_name": "Fitter", "rsrc_type": "RT_Labor", "clndr_id": 1}],
            "TASKRSRC": [
                {"taskrsrc_id": 1, "task_id": 1, "rsrc_id": 7, "target_qty": 16, "remain_qty": 8, "target_qty_per_hr": 1}
            ],
        },
        assumed=True,
    ),
    # Four hours are left on Tuesday.
    Case(
        "resource-dependent work of a fixed length that has begun takes what is left of its length",
        (work(16, task_type="TT_Rsrc", duration_type="DT_FixedDrtn", act_start_date=date("5 8"), remain_drtn_hr_cnt=4),),
        (("5 8", "6 12"),),
        project={"last_recalc_date": date("6 8")},
        others={
            "RSRC": [{"rsrc_id": 7, "rsrc_name": "Fitter", "rsrc_type": "RT_Labor", "clndr_id": 1}],
            "TASKRSRC": [
                {"taskrsrc_id": 1, "task_id": 1, "rsrc_id": 7, "target_qty": 16, "remain_qty": 4, "target_qty_per_hr": 1}
            ],
        },
        assumed=True,
    ),
    # Two hours of work at half a unit are left on Tuesday.
    Case(
        "resource-dependent work that has begun takes what is left of its resources' work",
        (work(16, task_type="TT_Rsrc", duration_type="DT_FixedQty", act_start_date=date("5 8"), remain_drtn_hr_cnt=4),),
        (("5 8", "6 12"),),
        project={"last_recalc_date": date("6 8")},
        others={
            "RSRC": [{"rsrc_id": 7, "rsrc_name": "Fitter", "rsrc_type": "RT_Labor", "clndr_id": 1}],
            "TASKRSRC": [
                {
                    "taskrsrc_id": 1,
                    "task_id": 1,
                    "rsrc_id": 7,
                    "target_qty": 16,
                    "remain_qty": 2,
                    "target_qty_per_hr": 1,
                    "remain_qty_per_hr": 0.5,
                }
            ],
        },
        assumed=True,
    ),
    Case(
        "resources of task-dependent work do not move it",
        (work(8),),
        (("5 8", "5 17"),),
        others={
            "RSRC": [{"rsrc_id": 7, "rsrc_name": "Night shift", "rsrc_type": "RT_Labor", "clndr_id": 2}],
            "TASKRSRC": [
                {"taskrsrc_id": 1, "task_id": 1, "rsrc_id": 7, "target_qty": 80, "remain_qty": 80, "target_qty_per_hr": 1}
            ],
        },
    ),
)
