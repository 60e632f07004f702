"""What a planner's file says, in one form for every tool: the input of a translation, without any meaning given to it.

A reader writes down what it finds and nothing else: it works out no date, mends no contradiction and drops nothing. What it
does not know goes to `ProjectRecord.unread` or `PlannerFile.unread` with its place. Lengths of time are whole minutes, rounded
half up, with the number of roundings in `PlannerFile.rounded`; moments are without a time zone, as the tools have them.

Ids are text, as in the file. Of a task, ``uid`` is what the file's own references use (``task_id``, ``UID``), ``id`` what its
planner sees (``task_code``, ``ID``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

__all__ = [
    "AssignmentRecord",
    "BaselineRecord",
    "CalendarException",
    "CalendarRecord",
    "CalendarWeek",
    "ConstraintKind",
    "ConstraintRecord",
    "Dialect",
    "FilePlace",
    "LagCalendar",
    "LinkRecord",
    "PlannerFile",
    "ProjectRecord",
    "ResourceRecord",
    "StoredDates",
    "TaskKind",
    "TaskProgress",
    "TaskRecord",
    "UnreadRecord",
    "WbsRecord",
    "WorkedPeriod",
    "WorkedWeek",
]

Dialect = Literal["msp", "p6"]
"""Whose rules of scheduling the file was worked out by."""

LagCalendar = Literal["predecessor", "successor", "plan", "elapsed"]
"""On which calendar lags are counted; ``plan`` is the project's default calendar, ``elapsed`` every minute of the clock."""

TaskKind = Literal["task", "milestone", "start-milestone", "finish-milestone", "level-of-effort", "wbs-summary", "summary"]
"""``milestone`` is MS Project's, which stays where it falls; ``summary`` has leaves of its own, ``wbs-summary`` spans a branch."""

ConstraintKind = Literal[
    "start-no-earlier",
    "start-no-later",
    "finish-no-earlier",
    "finish-no-later",
    "start-on",
    "finish-on",
    "must-start-on",
    "must-finish-on",
    "as-late-as-possible",
]
"""``must-`` are MS Project's MSO and MFO and P6's mandatory ones; ``start-on`` and ``finish-on`` are P6's, which links move."""

WorkedPeriod = tuple[int, int]
"""Minutes from midnight at which work begins and ends; an end above 1,440 lies on the next day."""

WorkedWeek = tuple[tuple[WorkedPeriod, ...] | None, ...]
"""Seven days from Monday: the periods of each, none for a day off, None where the base calendar says."""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where in the file something stands.

    Attributes
    ----------
    table
        XER's table, or the path of elements in XML, such as ``Tasks/Task``.
    line
        Of the file, from one; None where the format has no lines.
    """

    table: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class CalendarException:
    """Days on which other periods are worked than in the week; none: days off. Both days are included."""

    first: dt.date
    last: dt.date
    periods: tuple[WorkedPeriod, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    """A week that takes the usual one's place between two days, both included; a day of None is worked as usual."""

    first: dt.date
    last: dt.date
    days: WorkedWeek
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRecord:
    """When work can be done.

    Attributes
    ----------
    uid
        By which the file refers to it.
    base
        Calendar whose days stand where this one says nothing; None where there is none, and a day of None is then not told.
    exceptions
        The last that holds a day decides, and before any alternative week.
    day_minutes
        What the file calls a day of this calendar, in minutes; None where it leaves that to the project.
    fault
        Why its days could not be read, so that none is told; empty where they were.
    """

    uid: str
    name: str
    place: FilePlace
    week: WorkedWeek
    exceptions: tuple[CalendarException, ...] = ()
    weeks: tuple[CalendarWeek, ...] = ()
    base: str | None = None
    day_minutes: int | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ConstraintRecord:
    """A date that a planner set on a task; the date is None for as late as possible."""

    kind: ConstraintKind
    date: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskProgress:
    """What is done of a task, as far as the file says.

    Attributes
    ----------
    remaining
        Duration still to be worked, in minutes of the task's calendar.
    percent
        Of the duration that is done, as the file states it.
    """

    actual_start: dt.datetime | None = None
    actual_finish: dt.datetime | None = None
    remaining: int | None = None
    actual: int | None = None
    percent: Fraction | None = None
    suspend: dt.datetime | None = None
    """P6's suspend date, MS Project's stop date."""
    resume: dt.datetime | None = None
    expected_finish: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDates:
    """What the file's own tool worked out last; floats in worked minutes."""

    start: dt.datetime | None = None
    finish: dt.datetime | None = None
    early_start: dt.datetime | None = None
    early_finish: dt.datetime | None = None
    late_start: dt.datetime | None = None
    late_finish: dt.datetime | None = None
    total_float: int | None = None
    free_float: int | None = None
    critical: bool | None = None
    driving: bool | None = None
    """On P6's longest path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRecord:
    """Where a task was to be once; ``duration`` and ``work`` in minutes, ``number`` 0 for the baseline that has none."""

    number: int = 0
    start: dt.datetime | None = None
    finish: dt.datetime | None = None
    duration: int | None = None
    work: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """A line of the plan: work, a milestone, or what spans others.

    Attributes
    ----------
    parent
        The uid of the summary it is under; of P6, that of its WBS node.
    outline
        Depth, from one; or the dotted number, where the file has it.
    duration
        Minutes of the task's calendar, or of the clock where ``elapsed``; None where the file has none.
    calendar
        None: the project's.
    constraints
        P6's primary one first.
    split
        Worked spans where the file stores the work in parts.
    attributes
        What the planner's own fields say: of each its title and its text.
    """

    uid: str
    id: str
    name: str
    place: FilePlace
    kind: TaskKind = "task"
    parent: str | None = None
    outline: str = ""
    wbs: str = ""
    active: bool = True
    manual: bool = False
    external: bool = False
    """Stands for a task of another file."""
    recurring: bool = False
    calendar: str | None = None
    duration: int | None = None
    elapsed: bool = False
    duration_type: Literal["fixed-duration", "fixed-units", "fixed-work", "fixed-rate"] | None = None
    effort_driven: bool = False
    resource_dependent: bool = False
    """Works by its resources' calendars, by P6's activity type."""
    ignores_resource_calendar: bool = False
    constraints: tuple[ConstraintRecord, ...] = ()
    deadline: dt.datetime | None = None
    levelling_delay: int = 0
    """Minutes of the clock."""
    external_early_start: dt.datetime | None = None
    external_late_finish: dt.datetime | None = None
    progress: TaskProgress = TaskProgress()
    split: tuple[tuple[dt.datetime, dt.datetime], ...] = ()
    work: int | None = None
    stored: StoredDates = StoredDates()
    baselines: tuple[BaselineRecord, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecord:
    """One task waits for another.

    Attributes
    ----------
    predecessor, successor
        Uids of tasks.
    lag
        In minutes; negative is a lead.
    percent
        Of the predecessor's duration, in place of minutes.
    elapsed
        The lag counts every minute of the clock.
    project
        The predecessor's, where it is not this one.
    """

    predecessor: str
    successor: str
    place: FilePlace
    type: Literal["FS", "SS", "FF", "SF"] = "FS"
    lag: int = 0
    percent: Fraction | None = None
    elapsed: bool = False
    project: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRecord:
    """Who or what does the work; ``maximum`` in per cent of one, None where the file sets none."""

    uid: str
    name: str
    place: FilePlace
    kind: Literal["work", "material", "cost", "equipment"] = "work"
    calendar: str | None = None
    maximum: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRecord:
    """A resource on a task; works and delays in minutes, ``units`` in per cent of one.

    Attributes
    ----------
    resource
        None where the file assigns nobody.
    remaining_units
        Of what is left, where the file tells them apart.
    delay, remaining_delay
        Of worked time after the task's start, or after the start of what is left of it.
    levelling_delay
        Of worked time, as MS Project's own unit for it says (``LevelingDelayFormat`` 7), unless ``levelling_elapsed``.
    shaped
        The work has a contour other than flat, or is split.
    spans
        Its worked stretches where the file stores them.
    """

    uid: str
    task: str
    place: FilePlace
    resource: str | None = None
    units: Fraction = Fraction(100)
    work: Fraction | int | None = None
    """Exact where the file is, as are the parts of it: divided by small units a rounding would grow."""
    overtime: Fraction | int = 0
    actual_work: Fraction | int | None = None
    remaining_work: Fraction | int | None = None
    remaining_overtime: Fraction | int = 0
    remaining_units: Fraction | None = None
    calendar: str | None = None
    delay: int = 0
    remaining_delay: int | None = None
    levelling_delay: int = 0
    levelling_elapsed: bool = False
    shaped: bool = False
    spans: tuple[tuple[dt.datetime, dt.datetime], ...] = ()
    start: dt.datetime | None = None
    finish: dt.datetime | None = None
    actual_start: dt.datetime | None = None
    actual_finish: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class UnreadRecord:
    """Something found and not understood: a table, a column or an element, how often, and where first."""

    name: str
    count: int
    place: FilePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class WbsRecord:
    """A branch of P6's breakdown of work, which has no dates of its own; ``parent`` is None at the top."""

    uid: str
    id: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRecord:
    """One project of a file.

    Attributes
    ----------
    start
        P6's planned start, MS Project's start date.
    data_date
        P6's data date, MS Project's status date; None where the file has none.
    schedule_from
        Whether dates are worked out from the start or from the finish.
    lag_calendar
        None where the file is silent.
    start_lag
        From what a lag behind a started predecessor's start counts: P6's option.
    logic
        What links mean to work that has begun.
    day_minutes, week_minutes, month_days
        What the file calls a day, a week and a month.
    """

    uid: str
    id: str
    name: str
    place: FilePlace
    start: dt.datetime | None = None
    finish: dt.datetime | None = None
    must_finish: dt.datetime | None = None
    data_date: dt.datetime | None = None
    schedule_from: Literal["start", "finish"] = "start"
    calendar: str | None = None
    lag_calendar: LagCalendar | None = None
    start_lag: Literal["early-start", "actual-start"] | None = None
    logic: Literal["retained", "override", "actual-dates"] | None = None
    ignores_other_projects: bool = False
    uses_expected_finish: bool = True
    critical_below: int = 0
    """Total float in minutes up to which the tool calls a task critical."""
    float_of: Literal["start", "finish", "smallest"] | None = None
    """Which end's float the tool calls the total float; None where the file is silent."""
    day_minutes: int = 480
    week_minutes: int = 2400
    month_days: int = 20
    calendars: tuple[CalendarRecord, ...] = ()
    wbs: tuple[WbsRecord, ...] = ()
    tasks: tuple[TaskRecord, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    resources: tuple[ResourceRecord, ...] = ()
    assignments: tuple[AssignmentRecord, ...] = ()
    unread: tuple[UnreadRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerFile:
    """A file as it was read.

    Attributes
    ----------
    file
        As the user named it.
    form
        Its format.
    tool, version
        Who wrote it, as far as the file says.
    sha256
        Of its bytes.
    rounded
        How many lengths of time were no whole minutes.
    encoding
        In which its text was read.
    """

    file: str
    form: Literal["xer", "mspdi", "pmxml", "xlsx", "mpp"]
    dialect: Dialect
    tool: str
    version: str
    sha256: str
    projects: tuple[ProjectRecord, ...]
    rounded: int = 0
    unread: tuple[UnreadRecord, ...] = ()
    encoding: str = "UTF-8"
