"""The child process that reads what MPXJ reads, and prints it as the JSON of `neutral`; Java lives and dies with it.

Records are taken from MPXJ's objects, not from the MSPDI that it writes: that loses in which time a delay counts. Run by `mpp`
as ``python -m optimiser.reading.interchange.mpp_child FILE LABEL SHA256 FORM``, the form ``record``, or ``mspdi`` for what an
export is written into. It ends with 0 and the document, or with one of the codes below and a sentence.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Final, NoReturn

from optimiser.reading.interchange.cells import LONGEST, whole_minutes
from optimiser.reading.interchange.neutral import encoded
from optimiser.reading.interchange.record import (
    AssignmentRecord,
    BaselineRecord,
    CalendarException,
    CalendarRecord,
    CalendarWeek,
    ConstraintKind,
    ConstraintRecord,
    FilePlace,
    LinkRecord,
    PlannerFile,
    ProjectRecord,
    ResourceRecord,
    StoredDates,
    TaskProgress,
    TaskRecord,
    WorkedPeriod,
    WorkedWeek,
)

__all__ = ["NO_JAVA", "NO_PACKAGE", "UNREADABLE"]

NO_PACKAGE: Final = 11
NO_JAVA: Final = 12
UNREADABLE: Final = 13

_MEMORY: Final = "-Xmx1g"
_DAYS: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_CONSTRAINTS: Final[dict[str, ConstraintKind]] = {
    "AS_LATE_AS_POSSIBLE": "as-late-as-possible",
    "MUST_START_ON": "must-start-on",
    "MUST_FINISH_ON": "must-finish-on",
    "START_ON": "start-on",
    "FINISH_ON": "finish-on",
    "START_NO_EARLIER_THAN": "start-no-earlier",
    "START_NO_LATER_THAN": "start-no-later",
    "FINISH_NO_EARLIER_THAN": "finish-no-earlier",
    "FINISH_NO_LATER_THAN": "finish-no-later",
}
_LINKS: Final[dict[str, Any]] = {
    "FINISH_START": "FS",
    "START_START": "SS",
    "FINISH_FINISH": "FF",
    "START_FINISH": "SF",
}
_DURATION_TYPES: Final[dict[str, Any]] = {
    "FIXED_UNITS": "fixed-units",
    "FIXED_DURATION": "fixed-duration",
    "FIXED_WORK": "fixed-work",
    "FIXED_DURATION_AND_UNITS": "fixed-rate",
}
_MOST_BASELINES: Final = 11


def _main(path: str, label: str, digest: str, form: str = "record") -> None:
    try:
        import jpype
        import mpxj  # noqa: F401  # it tells Java where its classes are
    except ImportError as error:
        _end(NO_PACKAGE, str(error))
    try:
        jpype.startJVM(
            _MEMORY,
            "-Djava.awt.headless=true",
            "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory",
            "-Dorg.apache.logging.log4j.simplelog.level=OFF",
            convertStrings=True,
        )
    except (jpype.JVMNotFoundException, OSError, RuntimeError, ValueError) as error:
        _end(NO_JAVA, str(error))
    try:
        project = jpype.JClass("org.mpxj.reader.UniversalProjectReader")().read(path)
        if project is None:
            _end(UNREADABLE, "of no form that MPXJ knows")
        if form == "mspdi":
            stream = jpype.JClass("java.io.ByteArrayOutputStream")()
            jpype.JClass("org.mpxj.mspdi.MSPDIWriter")().write(project, stream)
            content = bytes(stream.toByteArray())
        else:
            content = encoded(_MpxjReader(jpype, project).file(label, digest))
    except jpype.JException as error:
        _end(UNREADABLE, str(error).splitlines()[0][:200])
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


def _end(code: int, sentence: str) -> NoReturn:
    print(sentence)  # noqa: T201  # it is read by the parent
    sys.exit(code)


class _MpxjReader:
    """One project of MPXJ's as records."""

    def __init__(self, jpype: Any, project: Any) -> None:
        self._project = project
        self._properties = project.getProjectProperties()
        self._units = jpype.JClass("org.mpxj.TimeUnit")
        self._weekdays = [getattr(jpype.JClass("java.time.DayOfWeek"), name) for name in _DAYS]
        self._rounded = 0

    def file(self, label: str, digest: str) -> PlannerFile:
        """Return the whole file."""
        properties = self._properties
        uid, title = _text(properties.getUniqueID()) or "1", _text(properties.getProjectTitle())
        project = ProjectRecord(
            uid=uid,
            id=_text(properties.getProjectID()) or _text(properties.getName()) or title or uid,
            name=title or _text(properties.getName()),
            place=FilePlace("Project"),
            start=self._moment(properties.getStartDate()),
            finish=self._moment(properties.getFinishDate()),
            data_date=self._moment(properties.getStatusDate()),
            schedule_from="finish" if _text(properties.getScheduleFrom()).upper() == "FINISH" else "start",
            calendar=_uid(self._project.getDefaultCalendar()),
            critical_below=self._minutes(properties.getCriticalSlackLimit()) or 0,
            day_minutes=int(properties.getMinutesPerDay() or 480),
            week_minutes=int(properties.getMinutesPerWeek() or 2400),
            month_days=int(properties.getDaysPerMonth() or 20),
            calendars=tuple(map(self._calendar, self._project.getCalendars())),
            tasks=tuple(self._task(each) for each in self._tasks()),
            links=tuple(self._link(each) for task in self._tasks() for each in task.getPredecessors()),
            resources=tuple(self._resource(each) for each in self._project.getResources() if not each.getNull()),
            assignments=tuple(self._assignment(each) for each in self._project.getResourceAssignments() if each.getTask()),
        )
        return PlannerFile(
            file=label,
            form="mpp",
            dialect="p6" if _text(properties.getFileApplication()) == "Primavera" else "msp",
            tool=_text(properties.getFullApplicationName()) or _text(properties.getFileApplication()),
            version=_text(properties.getApplicationVersion()),
            sha256=digest,
            projects=(project,),
            rounded=self._rounded,
        )

    def _tasks(self) -> Iterator[Any]:
        return (each for each in self._project.getTasks() if not each.getNull())

    # Values

    def _moment(self, value: Any) -> dt.datetime | None:
        if value is None:
            return None
        found = dt.datetime.fromisoformat(str(value)[:26])
        minute = found.replace(second=0, microsecond=0)
        return minute + dt.timedelta(minutes=1) if found.second >= 30 else minute

    def _exact(self, value: Any) -> Fraction | None:
        """Return a length in minutes, to the tenth of a second: MPXJ counts in floating point."""
        if value is None:
            return None
        if not value.getUnits().equals(self._units.MINUTES):
            value = value.convertUnits(self._units.MINUTES, self._properties)
        number = float(value.getDuration())
        return Fraction(round(number * 600), 600) if abs(number) <= LONGEST else None

    def _minutes(self, value: Any) -> int | None:
        exact = self._exact(value)
        if exact is None:
            return None
        whole = whole_minutes(exact)
        self._rounded += exact != whole
        return whole

    # Calendars

    def _calendar(self, calendar: Any) -> CalendarRecord:
        parent = calendar.getParent()
        return CalendarRecord(
            uid=_uid(calendar) or "",
            name=_text(calendar.getName()),
            place=FilePlace("Calendars"),
            week=self._week(calendar),
            exceptions=tuple(
                CalendarException(_day(each.getFromDate()), _day(each.getToDate()), _periods(each), _text(each.getName()))
                for each in calendar.getExpandedCalendarExceptions()
            ),
            weeks=tuple(
                CalendarWeek(
                    _day(each.getDateRange().getStart()),
                    _day(each.getDateRange().getEnd()),
                    self._week(each),
                    _text(each.getName()),
                )
                for each in calendar.getWorkWeeks()
                if each.getDateRange()
            ),
            base=_uid(parent),
        )

    def _week(self, days: Any) -> WorkedWeek:
        week: list[tuple[WorkedPeriod, ...] | None] = []
        for each in self._weekdays:
            kind = _text(days.getCalendarDayType(each)).upper()
            hours = days.getCalendarHours(each)
            week.append(None if kind == "DEFAULT" else () if kind != "WORKING" or hours is None else _periods(hours))
        return tuple(week)

    # Records

    def _task(self, task: Any) -> TaskRecord:
        duration = self._minutes(task.getDuration())
        return TaskRecord(
            uid=_uid(task) or "",
            id=_text(task.getID()),
            name=_text(task.getName()),
            place=FilePlace("Tasks"),
            kind="summary" if task.hasChildTasks() else "milestone" if duration == 0 else "task",
            parent=_uid(task.getParentTask()),
            outline=_text(task.getOutlineNumber()),
            wbs=_text(task.getWBS()),
            active=bool(task.getActive()),
            manual=_text(task.getTaskMode()).upper().startswith("MANUAL"),
            external=bool(task.getExternalTask()) or task.getSubprojectFile() is not None,
            recurring=bool(task.getRecurring()),
            calendar=_uid(task.getCalendar()),
            duration=duration,
            elapsed=_elapsed(task.getDuration()),
            duration_type=_DURATION_TYPES.get(str(task.getType().name())) if task.getType() else None,
            effort_driven=bool(task.getEffortDriven()),
            ignores_resource_calendar=bool(task.getIgnoreResourceCalendar()),
            constraints=tuple(self._constraints(task)),
            deadline=self._moment(task.getDeadline()),
            levelling_delay=self._minutes(task.getLevelingDelay()) or 0,
            progress=TaskProgress(
                actual_start=self._moment(task.getActualStart()),
                actual_finish=self._moment(task.getActualFinish()),
                remaining=self._minutes(task.getRemainingDuration()),
                actual=self._minutes(task.getActualDuration()),
                percent=_number(task.getPercentageComplete()),
                suspend=self._moment(task.getStop()),
                resume=self._moment(task.getResume()),
            ),
            split=_spans(task.getWorkSplits() or (), self._moment),
            work=self._minutes(task.getWork()),
            stored=StoredDates(
                start=self._moment(task.getStart()),
                finish=self._moment(task.getFinish()),
                early_start=self._moment(task.getEarlyStart()),
                early_finish=self._moment(task.getEarlyFinish()),
                late_start=self._moment(task.getLateStart()),
                late_finish=self._moment(task.getLateFinish()),
                total_float=self._minutes(task.getTotalSlack()),
                free_float=self._minutes(task.getFreeSlack()),
                critical=bool(task.getCritical()),
            ),
            baselines=tuple(self._baselines(task)),
        )

    def _constraints(self, task: Any) -> Iterator[ConstraintRecord]:
        for kind, date in (
            (task.getConstraintType(), task.getConstraintDate()),
            (task.getSecondaryConstraintType(), task.getSecondaryConstraintDate()),
        ):
            known = _CONSTRAINTS.get(str(kind.name())) if kind is not None else None
            if known and (date is not None or known == "as-late-as-possible"):
                yield ConstraintRecord(known, None if known == "as-late-as-possible" else self._moment(date))

    def _baselines(self, task: Any) -> Iterator[BaselineRecord]:
        for number in range(_MOST_BASELINES):
            of = (number,) if number else ()
            start, finish = self._moment(task.getBaselineStart(*of)), self._moment(task.getBaselineFinish(*of))
            if start or finish:
                duration, work = self._minutes(task.getBaselineDuration(*of)), self._minutes(task.getBaselineWork(*of))
                yield BaselineRecord(number=number, start=start, finish=finish, duration=duration, work=work)

    def _link(self, link: Any) -> LinkRecord:
        lag = link.getLag()
        units = str(lag.getUnits().name())
        percent = Fraction(str(round(float(lag.getDuration()), 6))) if units in {"PERCENT", "ELAPSED_PERCENT"} else None
        return LinkRecord(
            predecessor=_uid(link.getPredecessorTask()) or "",
            successor=_uid(link.getSuccessorTask()) or "",
            place=FilePlace("Links"),
            type=_LINKS[str(link.getType().name())],
            lag=self._minutes(lag) or 0 if percent is None else 0,
            percent=percent or None,
            elapsed=_elapsed(lag),
        )

    def _resource(self, resource: Any) -> ResourceRecord:
        kind = str(resource.getType().name()).lower() if resource.getType() else "work"
        return ResourceRecord(
            uid=_uid(resource) or "",
            name=_text(resource.getName()),
            place=FilePlace("Resources"),
            kind=kind if kind in {"material", "cost"} else "work",  # type: ignore[arg-type]  # it is one of them
            calendar=_uid(resource.getCalendar()),
            maximum=_number(resource.getMaxUnits()),
        )

    def _assignment(self, each: Any) -> AssignmentRecord:
        contour, spans = each.getWorkContour(), _spans(each.getWorkSplits() or (), self._moment)
        units = _number(each.getUnits())
        return AssignmentRecord(
            uid=_uid(each) or "",
            task=_uid(each.getTask()) or "",
            place=FilePlace("Assignments"),
            resource=_uid(each.getResource()),
            units=Fraction(100) if units is None else units,
            work=self._exact(each.getWork()),
            overtime=self._exact(each.getOvertimeWork()) or 0,
            actual_work=self._exact(each.getActualWork()),
            remaining_work=self._exact(each.getRemainingWork()),
            remaining_overtime=self._exact(each.getRemainingOvertimeWork()) or 0,
            delay=self._minutes(each.getDelay()) or 0,
            levelling_delay=self._minutes(each.getLevelingDelay()) or 0,
            levelling_elapsed=_elapsed(each.getLevelingDelay()),
            shaped=(contour is not None and not contour.isContourFlat()) or len(spans) > 1,
            spans=spans,
            start=self._moment(each.getStart()),
            finish=self._moment(each.getFinish()),
            actual_start=self._moment(each.getActualStart()),
            actual_finish=self._moment(each.getActualFinish()),
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _uid(value: Any) -> str | None:
    return None if value is None else str(value.getUniqueID())


def _number(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(round(float(value.doubleValue()), 6)))


def _elapsed(length: Any) -> bool:
    return length is not None and bool(length.getUnits().isElapsed())


def _day(value: Any) -> dt.date:
    return dt.date.fromisoformat(str(value))


def _periods(hours: Iterable[Any]) -> tuple[WorkedPeriod, ...]:
    """Return what a day holds, sorted; an end that is not behind its start lies on the next day."""
    found = []
    for each in hours:
        if each.getStart() is not None and each.getEnd() is not None:
            start, end = (time.hour * 60 + time.minute for time in map(_time, (each.getStart(), each.getEnd())))
            found.append((start, end if end > start else end + 1440))
    return tuple(sorted(found))


def _time(value: Any) -> dt.time:
    return dt.time.fromisoformat(str(value)[:8])


def _spans(ranges: Iterable[Any], moment: Any) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
    return tuple((moment(each.getStart()), moment(each.getEnd())) for each in ranges if each.getStart() and each.getEnd())


if __name__ == "__main__":
    _main(*sys.argv[1:5])
