"""Meaning of Primavera's rows in each of its formats, with the table and column names of ``.xer``.

Lengths are hours, dates moments, ids text. A reader of another format gives its rows under the same columns and words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final, Literal, Protocol, TypeVar

from optimiser.reading.interchange.cells import MOST_TASKS, PlannerCells, whole_minutes
from optimiser.reading.interchange.record import (
    AssignmentRecord,
    CalendarRecord,
    ConstraintKind,
    ConstraintRecord,
    FilePlace,
    LagCalendar,
    LinkRecord,
    ProjectRecord,
    ResourceRecord,
    StoredDates,
    TaskKind,
    TaskProgress,
    TaskRecord,
    WbsRecord,
)

__all__ = ["P6Row", "Term", "projects_of"]

Each = TypeVar("Each")
Term = TypeVar("Term")


class P6Row(Protocol):
    """A row with named cells; a cell that is not there is empty."""

    @property
    def place(self) -> FilePlace:
        """Where it stands."""

    def __getitem__(self, column: str) -> str: ...

    def moment(self, column: str) -> dt.datetime | None:
        """Return a date with its time."""

    def minutes(self, column: str) -> int | None:
        """Return a length of time in whole minutes."""

    def exact(self, column: str) -> Fraction | None:
        """Return a length in minutes as exactly as the file has it."""

    def number(self, column: str) -> Fraction | None:
        """Return a number."""

    def term(self, column: str, terms: Mapping[str, Term]) -> Term | None:
        """Return what one of the format's own words stands for; an unknown one is told as unread."""


_KINDS: Final[dict[str, TaskKind]] = {
    "TT_Task": "task",
    "TT_Rsrc": "task",
    "TT_Mile": "start-milestone",
    "TT_FinMile": "finish-milestone",
    "TT_LOE": "level-of-effort",
    "TT_WBS": "wbs-summary",
}

_CONSTRAINTS: Final[dict[str, ConstraintKind]] = {
    "CS_MSO": "start-on",
    "CS_MSOA": "start-no-earlier",
    "CS_MSOB": "start-no-later",
    "CS_MEO": "finish-on",
    "CS_MEOA": "finish-no-earlier",
    "CS_MEOB": "finish-no-later",
    "CS_MANDSTART": "must-start-on",
    "CS_MANDFIN": "must-finish-on",
    "CS_ALAP": "as-late-as-possible",
}

_DURATION_TYPES: Final[dict[str, Literal["fixed-duration", "fixed-units", "fixed-work", "fixed-rate"]]] = {
    "DT_FixedDrtn": "fixed-duration",
    "DT_FixedDUR2": "fixed-duration",
    "DT_FixedQty": "fixed-work",
    "DT_FixedRate": "fixed-rate",
}

_LINK_TYPES: Final[dict[str, Literal["FS", "SS", "FF", "SF"]]] = {
    "PR_FS": "FS",
    "PR_SS": "SS",
    "PR_FF": "FF",
    "PR_SF": "SF",
}

_LAG_CALENDARS: Final[dict[str, LagCalendar]] = {
    "rcal_Predecessor": "predecessor",
    "rcal_Successor": "successor",
    "rcal_24Hour": "elapsed",
    "rcal_ProjDefault": "plan",
}

_START_LAGS: Final[dict[str, Literal["early-start", "actual-start"]]] = {"Y": "early-start", "N": "actual-start"}

_FLOATS: Final[dict[str, Literal["start", "finish", "smallest"]]] = {
    "FT_SS": "start",
    "FT_FF": "finish",
    "FT_Min": "smallest",
}

_RESOURCE_KINDS: Final[dict[str, Literal["work", "material", "cost", "equipment"]]] = {
    "RT_Labor": "work",
    "RT_Equip": "equipment",
    "RT_Mat": "material",
}


def projects_of(
    tables: Mapping[str, Sequence[P6Row]], calendars: tuple[CalendarRecord, ...], cells: PlannerCells
) -> tuple[ProjectRecord, ...]:
    """Return every project with what belongs to it.

    Parameters
    ----------
    tables
        Rows by the name of their table, whose keys are known to be their own.
    cells
        Takes the faults and what is not understood.

    Raises
    ------
    InputError
        If there is no project, or more activities than `MOST_TASKS`.
    """
    rows = tables.get("PROJECT", ())
    if not rows:
        cells.stop("the file holds no project; maybe only resources or codes were exported", FilePlace("PROJECT", 1))
    lengths = {each.uid: each.day_minutes for each in calendars}
    maxima = _maxima(tables.get("RSRCRATE", ()), cells)
    resources = tuple(_resource(row, maxima) for row in tables.get("RSRC", ()))
    options = {row["proj_id"]: row for row in tables.get("SCHEDOPTIONS", ())}
    branches = tables.get("PROJWBS", ())
    titles = {row["proj_id"]: row["wbs_name"] for row in branches if row["proj_node_flag"] == "Y"}
    wbs = _by_project((row["proj_id"], _branch(row)) for row in branches)
    activities = tables.get("TASK", ())
    if len(activities) > MOST_TASKS:
        cells.stop(
            f"{len(activities):,} activities, expected at most {MOST_TASKS:,}; maybe export one project", activities[-1].place
        )
    homes = {row["task_id"]: row["proj_id"] for row in activities}
    known = {row["proj_id"] for row in rows}
    for row in activities:
        if row["proj_id"] not in known:
            cells.fault(f"project {row['proj_id'][:40]!r} has no row in the table PROJECT", row.place, "proj_id")
    tasks = _by_project((row["proj_id"], _task(row)) for row in activities)
    only = rows[0]["proj_id"] if len(rows) == 1 else ""

    def home(row: P6Row) -> str:
        """Return the project of a row that belongs to an activity; told where there is none."""
        project = homes.get(row["task_id"]) or row["proj_id"]
        if project not in known and not only:
            cells.unknown(f"{row.place.table} of no project", row.place)
        return project if project in known else only

    links = _by_project((home(row), _link(row, home(row))) for row in tables.get("TASKPRED", ()))
    assigned = _by_project((home(row), _assignment(row)) for row in tables.get("TASKRSRC", ()))
    return tuple(
        replace(
            _project(row, options.get(row["proj_id"]), lengths.get(row["clndr_id"]) or 480),
            name=titles.get(row["proj_id"]) or row["proj_short_name"] or row["proj_id"],
            calendars=calendars,
            wbs=wbs.get(row["proj_id"], ()),
            tasks=tasks.get(row["proj_id"], ()),
            links=links.get(row["proj_id"], ()),
            resources=resources,
            assignments=assigned.get(row["proj_id"], ()),
        )
        for row in rows
    )


def _by_project(pairs: Iterable[tuple[str, Each]]) -> dict[str, tuple[Each, ...]]:
    """Return what belongs to each project, in the order of the file."""
    found: dict[str, list[Each]] = {}
    for project, each in pairs:
        found.setdefault(project, []).append(each)
    return {project: tuple(each) for project, each in found.items()}


def _project(row: P6Row, option: P6Row | None, day: int) -> ProjectRecord:
    """Return a project's own row with its options of scheduling; a day has so many minutes."""
    return ProjectRecord(
        uid=row["proj_id"],
        id=row["proj_short_name"] or row["proj_id"],
        name="",
        place=row.place,
        start=row.moment("plan_start_date"),
        finish=row.moment("scd_end_date"),
        must_finish=row.moment("plan_end_date"),
        data_date=row.moment("last_recalc_date"),
        calendar=row["clndr_id"] or None,
        lag_calendar=option.term("sched_calendar_on_relationship_lag", _LAG_CALENDARS) if option else None,
        start_lag=option.term("sched_lag_early_start_flag", _START_LAGS) if option else None,
        logic=_logic(option),
        ignores_other_projects=option is not None and option["sched_outer_depend_type"] == "SD_None",
        uses_expected_finish=option is None or option["sched_use_expect_end_flag"] != "N",
        critical_below=row.minutes("critical_drtn_hr_cnt") or 0,
        float_of=option.term("sched_float_type", _FLOATS) if option else None,
        day_minutes=day,
        week_minutes=5 * day,
    )


def _logic(option: P6Row | None) -> Literal["retained", "override", "actual-dates"] | None:
    """Return the option for links into begun work (retained logic, override, actual dates), None where the options are silent."""
    if option is None or not (option["sched_retained_logic"] or option["sched_progress_override"]):
        return None
    if option["sched_retained_logic"] == "Y":
        return "retained"
    return "override" if option["sched_progress_override"] == "Y" else "actual-dates"


def _maxima(rates: Iterable[P6Row], cells: PlannerCells) -> dict[str, Fraction]:
    """Return the maximum of each resource, in per cent, by its latest rate; one that changes is told."""
    latest: dict[str, tuple[str, Fraction]] = {}
    for row in rates:
        most = row.number("max_qty_per_hr")
        if most is None:
            continue
        before = latest.get(row["rsrc_id"])
        if before and before[1] != most * 100:
            cells.unknown("RSRCRATE.max_qty_per_hr that changes", row.place)
        if before is None or before[0] <= row["start_date"]:
            latest[row["rsrc_id"]] = row["start_date"], most * 100
    return {resource: most for resource, (_, most) in latest.items()}


def _resource(row: P6Row, maxima: dict[str, Fraction]) -> ResourceRecord:
    """Return a resource."""
    return ResourceRecord(
        uid=row["rsrc_id"],
        name=row["rsrc_name"] or row["rsrc_short_name"] or row["rsrc_id"],
        place=row.place,
        kind=row.term("rsrc_type", _RESOURCE_KINDS) or "work",
        calendar=row["clndr_id"] or None,
        maximum=maxima.get(row["rsrc_id"]),
    )


def _branch(row: P6Row) -> WbsRecord:
    """Return a branch of the breakdown of work."""
    return WbsRecord(uid=row["wbs_id"], id=row["wbs_short_name"], name=row["wbs_name"], parent=row["parent_wbs_id"] or None)


def _task(row: P6Row) -> TaskRecord:
    """Return an activity."""
    started, finished = row.moment("act_start_date"), row.moment("act_end_date")
    early_start, early_finish = row.moment("early_start_date"), row.moment("early_end_date")
    return TaskRecord(
        uid=row["task_id"],
        id=row["task_code"] or row["task_id"],
        name=row["task_name"],
        place=row.place,
        kind=row.term("task_type", _KINDS) or "task",
        parent=row["wbs_id"] or None,
        calendar=row["clndr_id"] or None,
        duration=row.minutes("target_drtn_hr_cnt"),
        duration_type=row.term("duration_type", _DURATION_TYPES),
        resource_dependent=row["task_type"] == "TT_Rsrc",
        constraints=tuple(_constraints(row)),
        external_early_start=row.moment("external_early_start_date"),
        external_late_finish=row.moment("external_late_end_date"),
        progress=TaskProgress(
            actual_start=started,
            actual_finish=finished,
            remaining=row.minutes("remain_drtn_hr_cnt"),
            percent=row.number("phys_complete_pct") if row["complete_pct_type"] == "CP_Phys" else None,
            suspend=row.moment("suspend_date"),
            resume=row.moment("resume_date"),
            expected_finish=row.moment("expect_end_date"),
        ),
        stored=StoredDates(
            start=started or early_start or row.moment("restart_date") or row.moment("target_start_date"),
            finish=finished or early_finish or row.moment("reend_date") or row.moment("target_end_date"),
            early_start=early_start,
            early_finish=early_finish,
            late_start=row.moment("late_start_date"),
            late_finish=row.moment("late_end_date"),
            total_float=_nearest(row.exact("total_float_hr_cnt")),
            free_float=_nearest(row.exact("free_float_hr_cnt")),
            driving={"Y": True, "N": False}.get(row["driving_path_flag"]),
        ),
    )


def _nearest(exact: Fraction | None) -> int | None:
    """Return a stored result of the tool in whole minutes; of it no date is worked out."""
    return None if exact is None else whole_minutes(exact)


def _constraints(row: P6Row) -> Iterator[ConstraintRecord]:
    """Yield the primary constraint, then the secondary."""
    for kind, date in (("cstr_type", "cstr_date"), ("cstr_type2", "cstr_date2")):
        found = row.term(kind, _CONSTRAINTS)
        if found:
            yield ConstraintRecord(found, row.moment(date))


def _link(row: P6Row, home: str) -> LinkRecord:
    """Return a relationship of a project."""
    other = row["pred_proj_id"]
    return LinkRecord(
        predecessor=row["pred_task_id"],
        successor=row["task_id"],
        place=row.place,
        type=row.term("pred_type", _LINK_TYPES) or "FS",
        lag=row.minutes("lag_hr_cnt") or 0,
        project=other if other and other != home else None,
    )


def _assignment(row: P6Row) -> AssignmentRecord:
    """Return who does how much of an activity."""
    shaped = bool(row["curv_id"] or row["target_crv"] or row["remain_crv"])
    units, remaining = row.number("target_qty_per_hr"), row.number("remain_qty_per_hr")
    regular, overtime = row.exact("act_reg_qty"), row.exact("act_ot_qty")
    return AssignmentRecord(
        uid=row["taskrsrc_id"] or f"{row['task_id']}-{row.place.line}",
        task=row["task_id"],
        place=row.place,
        resource=row["rsrc_id"] or None,
        units=Fraction(100) if units is None else units * 100,
        remaining_units=None if remaining is None else remaining * 100,
        work=row.exact("target_qty"),
        overtime=overtime or 0,
        actual_work=None if regular is None and overtime is None else (regular or 0) + (overtime or 0),
        remaining_work=row.exact("remain_qty"),
        delay=row.minutes("target_lag_drtn_hr_cnt") or 0,
        remaining_delay=row.minutes("relag_drtn_hr_cnt"),
        shaped=shaped,
        start=row.moment("target_start_date")
        if shaped
        else None,  # of other work nothing asks, and files hold years such as 4637
        finish=row.moment("target_end_date") if shaped else None,
        actual_start=row.moment("act_start_date"),
        actual_finish=row.moment("act_end_date"),
    )
