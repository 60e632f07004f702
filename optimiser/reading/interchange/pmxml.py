"""Primavera's XML (``APIBusinessObjects``) into the neutral record, by the same columns as its ``.xer``.

Shifts are written to their last minute: 11:59 is 12:00. Percentages of units are parts of one, numbers may have a decimal comma,
and options of scheduling stand with the project or in an element of their own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final

from optimiser.reading.interchange.calendar_text import joined_shifts
from optimiser.reading.interchange.cells import PlannerCells, planner_bytes
from optimiser.reading.interchange.elements import XmlElement, read_elements
from optimiser.reading.interchange.p6_rows import P6Row, Term, projects_of
from optimiser.reading.interchange.record import (
    CalendarException,
    CalendarRecord,
    FilePlace,
    PlannerFile,
    WorkedPeriod,
)

__all__ = ["read_pmxml"]

_PROJECT: Final = {
    "proj_id": "ObjectId",
    "proj_short_name": "Id",
    "plan_start_date": "PlannedStartDate",
    "scd_end_date": "ScheduledFinishDate",
    "plan_end_date": "MustFinishByDate",
    "last_recalc_date": "DataDate",
    "clndr_id": "ActivityDefaultCalendarObjectId",
    "critical_drtn_hr_cnt": "CriticalActivityFloatLimit",
}
_OPTIONS: Final = {
    "sched_calendar_on_relationship_lag": "RelationshipLagCalendar",
    "sched_lag_early_start_flag": "StartToStartLagCalculationType",
    "sched_use_expect_end_flag": "UseExpectedFinishDates",
    "sched_float_type": "ComputeTotalFloatType",
}
_TASK: Final = {
    "task_id": "ObjectId",
    "proj_id": "ProjectObjectId",
    "task_code": "Id",
    "task_name": "Name",
    "task_type": "Type",
    "wbs_id": "WBSObjectId",
    "clndr_id": "CalendarObjectId",
    "target_drtn_hr_cnt": "PlannedDuration",
    "remain_drtn_hr_cnt": "RemainingDuration",
    "duration_type": "DurationType",
    "complete_pct_type": "PercentCompleteType",
    "phys_complete_pct": "PhysicalPercentComplete",
    "cstr_type": "PrimaryConstraintType",
    "cstr_date": "PrimaryConstraintDate",
    "cstr_type2": "SecondaryConstraintType",
    "cstr_date2": "SecondaryConstraintDate",
    "act_start_date": "ActualStartDate",
    "act_end_date": "ActualFinishDate",
    "suspend_date": "SuspendDate",
    "resume_date": "ResumeDate",
    "expect_end_date": "ExpectedFinishDate",
    "external_early_start_date": "ExternalEarlyStartDate",
    "external_late_end_date": "ExternalLateFinishDate",
    "early_start_date": "EarlyStartDate",
    "early_end_date": "EarlyFinishDate",
    "restart_date": "StartDate",
    "reend_date": "FinishDate",
    "target_start_date": "PlannedStartDate",
    "target_end_date": "PlannedFinishDate",
    "late_start_date": "LateStartDate",
    "late_end_date": "LateFinishDate",
    "total_float_hr_cnt": "TotalFloat",
    "free_float_hr_cnt": "FreeFloat",
    "driving_path_flag": "IsLongestPath",
}
_LINK: Final = {
    "task_id": "SuccessorActivityObjectId",
    "pred_task_id": "PredecessorActivityObjectId",
    "proj_id": "SuccessorProjectObjectId",
    "pred_proj_id": "PredecessorProjectObjectId",
    "pred_type": "Type",
    "lag_hr_cnt": "Lag",
}
_RESOURCE: Final = {
    "rsrc_id": "ObjectId",
    "rsrc_name": "Name",
    "rsrc_short_name": "Id",
    "rsrc_type": "ResourceType",
    "clndr_id": "CalendarObjectId",
}
_RATE: Final = {"rsrc_id": "ResourceObjectId", "max_qty_per_hr": "MaxUnitsPerTime", "start_date": "EffectiveDate"}
_ASSIGNMENT: Final = {
    "taskrsrc_id": "ObjectId",
    "task_id": "ActivityObjectId",
    "proj_id": "ProjectObjectId",
    "rsrc_id": "ResourceObjectId",
    "target_qty": "PlannedUnits",
    "remain_qty": "RemainingUnits",
    "target_qty_per_hr": "PlannedUnitsPerTime",
    "remain_qty_per_hr": "RemainingUnitsPerTime",
    "target_lag_drtn_hr_cnt": "PlannedLag",
    "relag_drtn_hr_cnt": "RemainingLag",
    "act_reg_qty": "ActualRegularUnits",
    "act_ot_qty": "ActualOvertimeUnits",
    "curv_id": "ResourceCurveObjectId",
    "target_crv": "PlannedCurve",
    "remain_crv": "RemainingCurve",
    "target_start_date": "PlannedStartDate",
    "target_end_date": "PlannedFinishDate",
    "act_start_date": "ActualStartDate",
    "act_end_date": "ActualFinishDate",
}
_BRANCH: Final = {
    "wbs_id": "ObjectId",
    "proj_id": "ProjectObjectId",
    "wbs_short_name": "Code",
    "wbs_name": "Name",
    "parent_wbs_id": "ParentObjectId",
}
_TABLES: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "Activity": ("TASK", _TASK),
    "Relationship": ("TASKPRED", _LINK),
    "WBS": ("PROJWBS", _BRANCH),
    "ResourceAssignment": ("TASKRSRC", _ASSIGNMENT),
    "Resource": ("RSRC", _RESOURCE),
    "ResourceRate": ("RSRCRATE", _RATE),
}
"""Elements, the table whose rows they are, and the element of each column."""

_KEYS: Final = {"TASK": "task_id", "PROJWBS": "wbs_id", "RSRC": "rsrc_id", "PROJECT": "proj_id"}

_WORDS: Final[dict[str, dict[str, str]]] = {
    "task_type": {
        "Task Dependent": "TT_Task",
        "Resource Dependent": "TT_Rsrc",
        "Start Milestone": "TT_Mile",
        "Finish Milestone": "TT_FinMile",
        "Level of Effort": "TT_LOE",
        "WBS Summary": "TT_WBS",
    },
    "cstr_type": {
        "Start On": "CS_MSO",
        "Start On or After": "CS_MSOA",
        "Start On or Before": "CS_MSOB",
        "Finish On": "CS_MEO",
        "Finish On or After": "CS_MEOA",
        "Finish On or Before": "CS_MEOB",
        "Mandatory Start": "CS_MANDSTART",
        "Mandatory Finish": "CS_MANDFIN",
        "As Late As Possible": "CS_ALAP",
    },
    "duration_type": {
        "Fixed Duration and Units/Time": "DT_FixedDrtn",
        "Fixed Duration and Units": "DT_FixedDUR2",
        "Fixed Units": "DT_FixedQty",
        "Fixed Units/Time": "DT_FixedRate",
    },
    "pred_type": {
        "Finish to Start": "PR_FS",
        "Start to Start": "PR_SS",
        "Finish to Finish": "PR_FF",
        "Start to Finish": "PR_SF",
    },
    "rsrc_type": {"Labor": "RT_Labor", "Nonlabor": "RT_Equip", "Material": "RT_Mat"},
    "complete_pct_type": {"Physical": "CP_Phys"},
    "sched_calendar_on_relationship_lag": {
        "Predecessor Activity Calendar": "rcal_Predecessor",
        "Successor Activity Calendar": "rcal_Successor",
        "Project Default Calendar": "rcal_ProjDefault",
        "24 Hour Calendar": "rcal_24Hour",
    },
    "sched_float_type": {
        "Start Float = Late Start - Early Start": "FT_SS",
        "Finish Float = Late Finish - Early Finish": "FT_FF",
        "Smallest of Start Float and Finish Float": "FT_Min",
    },
    "sched_lag_early_start_flag": {"1": "Y", "true": "Y", "0": "N", "false": "N"},
    "sched_use_expect_end_flag": {"1": "Y", "true": "Y", "0": "N", "false": "N"},
    "driving_path_flag": {"1": "Y", "true": "Y", "0": "N", "false": "N"},
}
"""What this format calls a word of ``.xer``."""

_SAME_WORDS: Final = {"cstr_type2": "cstr_type"}
_OF_ONE: Final = frozenset({"phys_complete_pct"})

_LOGIC: Final = {"Retained Logic": "Y", "Progress Override": "N", "Actual Dates": "N"}

_HARMLESS: Final = re.compile(
    r".*(Cost|Costs|Units|Variance|Index|PercentComplete\w*|PercentOfPlanned|User|Id|Name|Date|Flag|Array|Path|Status\w*"
    r"|GUID|Feedback|Float|FloatPath\w*|Weight|Priority|Resources|Starred|Actuals|Comments?|Duration|ObjectId|Code|Driving"
    r"|Review\w*|Response\w*|Template|Baseline|Critical|Count|Package|Spread|UDF|Estimate\w*|Aref|Arls|Rate\w*|Type)"
)
"""Names of fields of which no date is worked out: results, costs, codes, notes."""

_WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CLOCK: Final = re.compile(r"([0-9]{2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?Z?")


class PmxmlRow:
    """An element's fields under the columns and words of ``.xer``."""

    __slots__ = ("_cells", "_columns", "_texts", "place")

    def __init__(self, element: XmlElement, columns: Mapping[str, str], cells: PlannerCells, table: str) -> None:
        self.place = element.place(table)
        self._cells, self._columns = cells, columns
        self._texts = {each.name: each.text for each in element.inside}

    def __getitem__(self, column: str) -> str:
        text = self._texts.get(self._columns.get(column, ""), "").strip()
        words = _WORDS.get(_SAME_WORDS.get(column, column))
        return words.get(text, text) if words else text

    def _field(self, column: str) -> str:
        return self._columns.get(column, column)

    def moment(self, column: str) -> dt.datetime | None:
        """Return a date with its time."""
        return self._cells.moment(self[column], self.place, self._field(column))

    def minutes(self, column: str) -> int | None:
        """Return a length of time, which the file has in hours."""
        return self._cells.minutes(self[column], self.place, self._field(column))

    def exact(self, column: str) -> Fraction | None:
        """Return a length in minutes as exactly as the file has it."""
        hours = self._cells.number(self[column], self.place, self._field(column))
        return None if hours is None else hours * 60

    def number(self, column: str) -> Fraction | None:
        """Return a number; of a percentage in hundredths."""
        found = self._cells.number(self[column], self.place, self._field(column))
        return found * 100 if found is not None and column in _OF_ONE else found

    def term(self, column: str, terms: Mapping[str, Term]) -> Term | None:
        """Return what one of the format's own words stands for; an unknown one is told as unread."""
        word = self[column]
        if word and word not in terms:
            self._cells.unknown(f"{self.place.table}.{self._field(column)}={word[:40]}", self.place)
        return terms.get(word)


class _ProjectRow(PmxmlRow):
    """A project with its options of scheduling, wherever they stand."""

    def __init__(self, element: XmlElement, cells: PlannerCells) -> None:
        super().__init__(element, _PROJECT | _OPTIONS, cells, "Project")
        options = element.find("ScheduleOptions")
        if options:
            self._texts |= {each.name: each.text for each in options.inside}

    def __getitem__(self, column: str) -> str:
        if column in {"sched_retained_logic", "sched_progress_override"}:
            said = self._texts.get("OutOfSequenceScheduleType", "")
            wanted = "Retained Logic" if column == "sched_retained_logic" else "Progress Override"
            return "" if said not in _LOGIC else "Y" if said == wanted else "N"
        if column == "sched_outer_depend_type":
            return "SD_None" if self._texts.get("IgnoreOtherProjectRelationships", "") in {"1", "true"} else "SD_Both"
        return super().__getitem__(column)


class _PmxmlReader:
    """Rows and calendars as they come."""

    def __init__(self, cells: PlannerCells) -> None:
        self.cells = cells
        self.rows: dict[str, list[P6Row]] = {}
        self.calendars: list[CalendarRecord] = []
        self._seen: dict[tuple[str, str], int | None] = {}

    def taker(self, name: str) -> Callable[[XmlElement], None]:
        """Return who takes the elements of a name."""
        table, columns = _TABLES[name]
        known = set(columns.values())
        moves = table in {"TASK", "TASKPRED"}

        def take(element: XmlElement) -> None:
            row = PmxmlRow(element, columns, self.cells, name)
            for each in element.inside:
                if moves and each.name not in known and not _HARMLESS.fullmatch(each.name):
                    self.cells.unknown(f"{name}.{each.name}", row.place)
            if table == "TASK" and row["task_id"] and not row["proj_id"]:
                # What other projects hold is named only so that links can be told.
                self.cells.unknown("Activity of another project", row.place)
            else:
                self.add(table, row)

        return take

    def add(self, table: str, row: P6Row) -> None:
        """Keep a row; one without its id, or with another's, is a fault."""
        key = _KEYS.get(table)
        if key is not None:
            first = self._seen.setdefault((table, row[key]), row.place.line)
            if not row[key]:
                self.cells.fault("the element has no ObjectId, by which others refer to it", row.place)
                return
            if first != row.place.line:
                self.cells.fault(f"{row[key][:40]!r} stands twice, first in line {first}", row.place, "ObjectId")
                return
        self.rows.setdefault(table, []).append(row)

    def calendar(self, element: XmlElement) -> None:
        """Keep a calendar."""
        place = element.place("Calendar")
        week: list[tuple[WorkedPeriod, ...] | None] = [None] * 7
        days = list(element.all("StandardWorkWeek", "StandardWorkHours"))
        for day in days:
            name = day.value("DayOfWeek")
            at = _WEEK.index(name) if name in _WEEK else (int(name) + 5) % 7 if name in set("1234567") else None
            if at is None:
                self.cells.fault(f"expected a day of the week, got {name[:20]!r}", place, "StandardWorkWeek")
                continue
            week[at] = self._periods(day, place)
        exceptions = {}
        for each in element.all("HolidayOrExceptions", "HolidayOrException"):
            date = self.cells.moment(each.value("Date"), place, "HolidayOrException.Date", bounded=False)
            if date is not None:
                exceptions[date.date()] = CalendarException(date.date(), date.date(), self._periods(each, place))
        uid = element.value("ObjectId")
        if not uid or any(calendar.uid == uid for calendar in self.calendars):
            self.cells.fault(f"expected an ObjectId of its own, got {uid[:40]!r}", place, "ObjectId")
            return
        self.calendars.append(
            CalendarRecord(
                uid=uid,
                name=element.value("Name") or uid,
                place=place,
                week=tuple(day or () for day in week) if days else tuple(week),
                exceptions=tuple(exceptions[day] for day in sorted(exceptions)),
                base=element.value("BaseCalendarObjectId") or None,
                day_minutes=self.cells.minutes(element.value("HoursPerDay"), place, "HoursPerDay"),
            )
        )

    def _periods(self, day: XmlElement, place: FilePlace) -> tuple[WorkedPeriod, ...]:
        """Return the shifts of a day, each to the minute after its last, those that meet joined."""
        found: list[WorkedPeriod] = []
        for work in day.all("WorkTime"):
            if work.inside:
                start, finish = (self._clock(work.value(name), place) for name in ("Start", "Finish"))
                if start is not None and finish is not None:
                    found.append((start, finish + 1 if finish % 10 == 9 else finish))
        return joined_shifts(found)

    def _clock(self, text: str, place: FilePlace) -> int | None:
        """Return a time of day as minutes from midnight."""
        found = _CLOCK.fullmatch(text.strip())
        if not found or int(found[1]) > 23 or int(found[2]) > 59:
            self.cells.fault(f"expected a time of day such as 08:00:00, got {text[:20]!r}", place, "WorkTime")
            return None
        return int(found[1]) * 60 + int(found[2])


def read_pmxml(path: Path | str) -> PlannerFile:
    """Read Primavera's XML.

    Parameters
    ----------
    path
        A file whose root is ``APIBusinessObjects``.

    Raises
    ------
    InputError
        If it is no such file, or cells of it are not what they should be: all of them, each with its line.
    """
    label = str(path)
    content, digest = planner_bytes(Path(path), label)
    cells = PlannerCells(label)
    found = _PmxmlReader(cells)
    takers = {f"{before}{name}": found.taker(name) for name in _TABLES for before in ("", "Project/")}
    takers |= {"Calendar": found.calendar, "Project/Calendar": found.calendar}
    root = read_elements(content, label, takers)
    if root.name != "APIBusinessObjects":
        message = f"the root element is '{root.name[:40]}', expected 'APIBusinessObjects'"
        cells.stop(message, FilePlace("", root.line))
    for element in root.inside:
        if element.name == "Project":
            row = _ProjectRow(element, cells)
            if not (row["last_recalc_date"] or row["plan_start_date"]):
                cells.unknown("Project of another file", row.place)
                continue
            found.add("PROJECT", row)
            found.rows.setdefault("SCHEDOPTIONS", []).append(row)
        elif element.inside:
            cells.unknown(element.name, element.place(element.name))
    projects = projects_of(found.rows, tuple(found.calendars), cells)
    cells.raise_faults()
    version = re.search(r"/V([0-9.]+)/", root.namespace)
    return PlannerFile(
        file=label,
        form="pmxml",
        dialect="p6",
        tool="Primavera P6",
        version=version[1] if version else "",
        sha256=digest,
        projects=projects,
        rounded=cells.rounded,
        unread=cells.unread(),
    )
