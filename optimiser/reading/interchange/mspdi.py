"""MSPDI: the XML of Microsoft Project, and of what writes its form.

Format: Microsoft, Project XML data interchange schema. Lags, delays and slack are tenths of minutes, lengths ISO 8601
durations, ``-1`` and ``-65535`` nobody. What no rule of scheduling asks for is known by name and left alone; what is not known
by name is told as unread.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

from optimiser.reading.interchange.cells import LONGEST, MOST_TASKS, PlannerCells, planner_bytes
from optimiser.reading.interchange.elements import XmlElement, read_elements
from optimiser.reading.interchange.mspdi_calendar import CalendarReader
from optimiser.reading.interchange.mspdi_fields import KNOWN
from optimiser.reading.interchange.record import (
    AssignmentRecord,
    BaselineRecord,
    CalendarRecord,
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
)

__all__ = ["MSPDI_NAMESPACE", "read_mspdi", "read_mspdi_bytes"]

MSPDI_NAMESPACE: Final = "http://schemas.microsoft.com/project"

_TASK, _ASSIGNMENT, _RESOURCE = "Tasks/Task", "Assignments/Assignment", "Resources/Resource"
_SAVED_BY: Final = {"9": "2003", "12": "2007", "14": "2010 or later"}
_LINKS: Final[tuple[Literal["FF", "FS", "SF", "SS"], ...]] = ("FF", "FS", "SF", "SS")
_CONSTRAINTS: Final[dict[str, ConstraintKind]] = {
    "1": "as-late-as-possible",
    "2": "must-start-on",
    "3": "must-finish-on",
    "4": "start-no-earlier",
    "5": "start-no-later",
    "6": "finish-no-earlier",
    "7": "finish-no-later",
}
_DURATION_TYPES: Final[tuple[Literal["fixed-units", "fixed-duration", "fixed-work"], ...]] = (
    "fixed-units",
    "fixed-duration",
    "fixed-work",
)
_RESOURCE_KINDS: Final[tuple[Literal["material", "work", "cost"], ...]] = ("material", "work", "cost")
_ELAPSED: Final = {"4", "6", "8", "10", "12", "20", "36", "38", "40", "42", "44", "52"}
_PERCENT: Final = {"19", "20", "51", "52"}
_MOST_PERCENT: Final = 100_000
_NOBODY: Final = {"", "-1", "-65535"}
_FLAT: Final = {"", "0"}
_WORKED: Final = {"1", "2"}
"""Kinds of timephased data: work that remains of an assignment, and work done."""


def read_mspdi(path: Path | str) -> PlannerFile:
    """Read MSPDI.

    Parameters
    ----------
    path
        A file whose root is ``Project``.

    Raises
    ------
    InputError
        If it is no such file, or cells of it are not what they should be: all of them, each with its line.
    """
    label = str(path)
    content, digest = planner_bytes(Path(path), label)
    return read_mspdi_bytes(content, label, digest)


def read_mspdi_bytes(content: bytes, label: str, digest: str) -> PlannerFile:
    """Read MSPDI from the bytes of a file, of which the SHA-256 is known.

    Raises
    ------
    InputError
        As `read_mspdi`.
    """
    found = _MspdiReader(PlannerCells(label))
    root = read_elements(
        content,
        label,
        {
            "Calendars/Calendar": found.calendar,
            _TASK: found.task,
            _RESOURCE: found.resource,
            _ASSIGNMENT: found.assignment,
        },
    )
    if root.name != "Project" or root.namespace not in {MSPDI_NAMESPACE, ""}:
        message = (
            f"the root element is '{root.name[:40]}' of '{root.namespace[:80]}', expected 'Project' of '{MSPDI_NAMESPACE}'"
        )
        found.cells.stop(message, FilePlace("", root.line))
    project = found.project(root)
    found.cells.raise_faults()
    saved = root.value("SaveVersion")
    return PlannerFile(
        file=label,
        form="mspdi",
        dialect="msp",
        tool="Microsoft Project",
        version=_SAVED_BY.get(saved, saved),
        sha256=digest,
        projects=(project,),
        rounded=found.cells.rounded,
        unread=found.cells.unread(),
    )


_SPAN: Final = re.compile(
    r"(-?)P(?:([0-9]{1,6})D)?(?:T(?:([0-9]{1,8})H)?(?:([0-9]{1,10})M)?(?:([0-9]{1,12}(?:\.[0-9]{1,9})?)S)?)?",
)


def _span(text: str, place: FilePlace, name: str, cells: PlannerCells) -> int | None:
    """Return whole minutes from an ISO 8601 duration; None where there is none."""
    exact = _exact_span(text, place, name, cells)
    return None if exact is None else cells.whole(exact, text, place, name)


def _exact_span(text: str, place: FilePlace, name: str, cells: PlannerCells) -> Fraction | None:
    """Return minutes from an ISO 8601 duration of days, hours, minutes and seconds; None where there is none."""
    if not text:
        return None
    found = _SPAN.fullmatch(text)
    if found is None or text[-1] in "PT":
        cells.fault(f"expected a duration such as PT8H0M0S, got {text[:40]!r}", place, name)
        return None
    days, hours, minutes, seconds = (Fraction(part or 0) for part in found.groups()[1:])
    exact = days * 1440 + hours * 60 + minutes + seconds / 60
    if exact > LONGEST:
        cells.fault(f"{text[:40]!r} is more work than a plan has, expected less", place, name)
        return None
    return -exact if found[1] else exact


class _MspdiRow:
    """The leaves of one record, by name, as values."""

    def __init__(self, element: XmlElement, table: str, cells: PlannerCells) -> None:
        self.element, self.place, self._cells = element, element.place(table), cells
        self._texts: dict[str, str] = {}
        known, what = KNOWN[table], table.rpartition("/")[2]
        for each in element.inside:
            self._texts.setdefault(each.name, each.text)
            if each.name not in known:
                cells.unknown(f"{what}.{each.name}", each.place(table))

    def text(self, name: str) -> str:
        return self._texts.get(name, "")

    def flag(self, name: str) -> bool:
        return self.text(name) in {"1", "true"}

    def moment(self, name: str) -> dt.datetime | None:
        return self._cells.moment(self.text(name), self.place, name)

    def number(self, name: str) -> Fraction | None:
        return self._cells.number(self.text(name), self.place, name)

    def tenths(self, name: str) -> int | None:
        """Return minutes from a number of tenths."""
        exact = self.number(name)
        return None if exact is None else self._cells.whole(exact / 10, self.text(name), self.place, name)

    def span(self, name: str) -> int | None:
        return _span(self.text(name), self.place, name, self._cells)

    def work(self, name: str) -> Fraction | None:
        return _exact_span(self.text(name), self.place, name, self._cells)

    def choice(self, name: str, options: tuple[str, ...]) -> int | None:
        """Return the place of one of several words that a file names by its number from 0."""
        text = self.text(name)
        if text and not (text.isascii() and text.isdecimal() and int(text[:9]) < len(options)):
            self._cells.fault(
                f"expected a number from 0 to {len(options) - 1} ({', '.join(options)}), got {text[:20]!r}", self.place, name
            )
            return None
        return int(text) if text else None


@dataclass
class _MspdiReader:
    """What has been read so far."""

    cells: PlannerCells
    calendars: list[CalendarRecord] = field(default_factory=list)
    tasks: list[tuple[_MspdiRow, TaskRecord]] = field(default_factory=list)
    links: list[LinkRecord] = field(default_factory=list)
    resources: list[ResourceRecord] = field(default_factory=list)
    assignments: list[AssignmentRecord] = field(default_factory=list)
    days: CalendarReader = field(init=False)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.days = CalendarReader(self.cells)

    def _known(self, table: str, uid: str, place: FilePlace) -> bool:
        """Tell whether a record has an id of its own, and keep the fault if not."""
        if not uid:
            self.cells.fault("expected the record's own number, got nothing", place, "UID")
        elif (table, uid) in self.seen:
            self.cells.fault(f"another record has the number {uid[:40]!r} already, expected one of its own", place, "UID")
        else:
            self.seen.add((table, uid))
            if len(self.seen) > 4 * MOST_TASKS:
                self.cells.stop(f"holds more than {4 * MOST_TASKS:,} records: refused", place)
            return True
        return False

    def calendar(self, element: XmlElement) -> None:
        """Take a calendar."""
        calendar = self.days.read(element)
        if self._known("Calendars/Calendar", calendar.uid, calendar.place):
            self.calendars.append(calendar)

    def task(self, element: XmlElement) -> None:
        """Take a task and the links into it; an empty line of the plan is none."""
        row = _MspdiRow(element, _TASK, self.cells)
        if row.flag("IsNull") or not self._known(_TASK, row.text("UID"), row.place):
            return
        if len(self.tasks) == MOST_TASKS:
            self.cells.stop(f"holds more than {MOST_TASKS:,} tasks: refused", row.place)
        self.tasks.append((row, _task(row, self.cells)))
        self.links += (_link(each, row.text("UID"), self.cells) for each in element.all("PredecessorLink"))

    def resource(self, element: XmlElement) -> None:
        """Take a resource."""
        row = _MspdiRow(element, _RESOURCE, self.cells)
        if row.flag("IsNull") or not self._known(_RESOURCE, row.text("UID"), row.place):
            return
        kind, maximum = row.choice("Type", _RESOURCE_KINDS), row.number("MaxUnits")
        self.resources.append(
            ResourceRecord(
                uid=row.text("UID"),
                name=row.text("Name"),
                place=row.place,
                kind="cost" if row.flag("IsCostResource") else _RESOURCE_KINDS[1 if kind is None else kind],
                calendar=_reference(row.text("CalendarUID")),
                maximum=None if maximum is None else maximum * 100,
            )
        )

    def assignment(self, element: XmlElement) -> None:
        """Take an assignment."""
        row = _MspdiRow(element, _ASSIGNMENT, self.cells)
        if self._known(_ASSIGNMENT, row.text("UID"), row.place):
            self.assignments.append(_assignment(row, self.cells))

    def project(self, root: XmlElement) -> ProjectRecord:
        """Return the project that the records belong to."""
        row = _MspdiRow(root, "Project", self.cells)
        day = row.number("MinutesPerDay")
        slack = row.number("CriticalSlackLimit") or 0
        day_minutes = int(day) if day is not None and 0 < day <= 1440 else 480
        titles = {
            each.value("FieldID"): each.value("Alias") or each.value("FieldName")
            for each in root.all("ExtendedAttributes", "ExtendedAttribute")
        }
        uid = row.text("UID") or row.text("GUID") or "1"
        return ProjectRecord(
            uid=uid,
            id=row.text("Name") or row.text("Title") or uid,
            name=row.text("Title") or row.text("Name"),
            place=row.place,
            start=row.moment("StartDate"),
            finish=row.moment("FinishDate"),
            data_date=row.moment("StatusDate"),
            schedule_from="finish" if row.text("ScheduleFromStart") in {"0", "false"} else "start",
            calendar=_reference(row.text("CalendarUID")),
            critical_below=int(slack * day_minutes),
            day_minutes=day_minutes,
            week_minutes=int(row.number("MinutesPerWeek") or 5 * day_minutes),
            month_days=int(row.number("DaysPerMonth") or 20),
            calendars=tuple(self.calendars),
            tasks=_outlined(self.tasks, titles),
            links=tuple(self.links),
            resources=tuple(self.resources),
            assignments=tuple(self.assignments),
        )


def _reference(uid: str) -> str | None:
    return None if uid in _NOBODY else uid


def _task(row: _MspdiRow, cells: PlannerCells) -> TaskRecord:
    """Return a task by itself: what is above it and below it comes from the outline."""
    duration, kind = row.span("Duration"), row.choice("Type", _DURATION_TYPES)
    return TaskRecord(
        uid=row.text("UID"),
        id=row.text("ID"),
        name=row.text("Name"),
        place=row.place,
        kind="milestone" if duration == 0 else "task",
        outline=row.text("OutlineNumber"),
        wbs=row.text("WBS"),
        active=row.text("Active") not in {"0", "false"},
        manual=row.flag("Manual"),
        external=row.flag("ExternalTask") or row.flag("IsSubproject"),
        recurring=row.flag("Recurring"),
        calendar=_reference(row.text("CalendarUID")),
        duration=duration,
        elapsed=row.text("DurationFormat") in _ELAPSED,
        duration_type=None if kind is None else _DURATION_TYPES[kind],
        effort_driven=row.flag("EffortDriven"),
        ignores_resource_calendar=row.flag("IgnoreResourceCalendar"),
        constraints=_constraints(row, cells),
        deadline=row.moment("Deadline"),
        levelling_delay=row.tenths("LevelingDelay") or 0,
        progress=TaskProgress(
            actual_start=row.moment("ActualStart"),
            actual_finish=row.moment("ActualFinish"),
            remaining=row.span("RemainingDuration"),
            actual=row.span("ActualDuration"),
            percent=row.number("PercentComplete"),
            suspend=row.moment("Stop"),
            resume=row.moment("Resume"),
        ),
        work=row.span("Work"),
        stored=StoredDates(
            start=row.moment("Start"),
            finish=row.moment("Finish"),
            early_start=row.moment("EarlyStart"),
            early_finish=row.moment("EarlyFinish"),
            late_start=row.moment("LateStart"),
            late_finish=row.moment("LateFinish"),
            total_float=row.tenths("TotalSlack"),
            free_float=row.tenths("FreeSlack"),
            critical=row.flag("Critical") if row.text("Critical") else None,
        ),
        baselines=tuple(_baseline(each, cells) for each in row.element.all("Baseline")),
        attributes=tuple((each.value("FieldID"), each.value("Value")) for each in row.element.all("ExtendedAttribute")),
    )


def _constraints(row: _MspdiRow, cells: PlannerCells) -> tuple[ConstraintRecord, ...]:
    text = row.text("ConstraintType")
    if text in {"", "0"}:
        return ()
    if text not in _CONSTRAINTS:
        cells.fault(f"expected a number from 0 to 7, got {text[:20]!r}", row.place, "ConstraintType")
        return ()
    kind, date = _CONSTRAINTS[text], row.moment("ConstraintDate")
    if date is None and kind != "as-late-as-possible":
        if not row.text("ConstraintDate"):
            cells.fault(f"a constraint {kind} without its date; expected a ConstraintDate", row.place, "ConstraintType")
        return ()
    return (ConstraintRecord(kind, date),)


def _baseline(element: XmlElement, cells: PlannerCells) -> BaselineRecord:
    place = element.place(f"{_TASK}/Baseline")
    start, finish = (cells.moment(element.value(name), place, name) for name in ("Start", "Finish"))
    duration, work = (_span(element.value(name), place, name, cells) for name in ("Duration", "Work"))
    number = cells.number(element.value("Number"), place, "Number")
    return BaselineRecord(number=int(number or 0), start=start, finish=finish, duration=duration, work=work)


def _link(element: XmlElement, successor: str, cells: PlannerCells) -> LinkRecord:
    """Return a link; a lag in per cent is of the predecessor's duration."""
    place = element.place(f"{_TASK}/PredecessorLink")
    kind, form = element.value("Type"), element.value("LagFormat")
    if kind not in {"", "0", "1", "2", "3"}:
        cells.fault(f"expected a number from 0 to 3 ({', '.join(_LINKS)}), got {kind[:20]!r}", place, "Type")
        kind = ""
    lag = cells.number(element.value("LinkLag"), place, "LinkLag") or Fraction(0)
    percent = lag if form in _PERCENT and lag else None
    if percent is not None and abs(percent) > _MOST_PERCENT:
        cells.fault(
            f"expected at most {_MOST_PERCENT:,} per cent of a duration, got {element.value('LinkLag')[:20]!r}",
            place,
            "LinkLag",
        )
    return LinkRecord(
        predecessor=element.value("PredecessorUID"),
        successor=successor,
        place=place,
        type=_LINKS[int(kind)] if kind else "FS",
        lag=0 if percent is not None else cells.whole(lag / 10, element.value("LinkLag"), place, "LinkLag") or 0,
        percent=percent,
        elapsed=form in _ELAPSED,
        project=(element.value("CrossProjectName") or "?") if element.value("CrossProject") == "1" else None,
    )


def _assignment(row: _MspdiRow, cells: PlannerCells) -> AssignmentRecord:
    spans, resting = _worked(row.element, cells)
    units = row.number("Units")
    return AssignmentRecord(
        uid=row.text("UID"),
        task=row.text("TaskUID"),
        place=row.place,
        resource=_reference(row.text("ResourceUID")),
        units=Fraction(100) if units is None else units * 100,
        work=row.work("Work"),
        overtime=row.work("OvertimeWork") or 0,
        actual_work=row.work("ActualWork"),
        remaining_work=row.work("RemainingWork"),
        remaining_overtime=row.work("RemainingOvertimeWork") or 0,
        delay=row.tenths("Delay") or 0,
        levelling_delay=row.tenths("LevelingDelay") or 0,
        levelling_elapsed=row.text("LevelingDelayFormat") in _ELAPSED,
        shaped=row.text("WorkContour") not in _FLAT or resting,
        spans=spans,
        start=row.moment("Start"),
        finish=row.moment("Finish"),
        actual_start=row.moment("ActualStart"),
        actual_finish=row.moment("ActualFinish"),
    )


def _worked(element: XmlElement, cells: PlannerCells) -> tuple[tuple[tuple[dt.datetime, dt.datetime], ...], bool]:
    """Return the stretches in which an assignment is worked, and whether it rests in time that could be worked.

    A row without a value lies outside working time, and one whose value is nought within it. MS Project itself writes a row
    whose date is none (``17:-0:00``): such a row is left out and told.
    """
    rows = []
    for each in element.all("TimephasedData"):
        if each.value("Type") in _WORKED:
            place = each.place(f"{_ASSIGNMENT}/TimephasedData")
            start, finish = (_stored_moment(each.value(name)) for name in ("Start", "Finish"))
            if start is None or finish is None:
                cells.unknown("TimephasedData without two dates", place)
                continue
            rows.append((start, finish, _span(each.value("Value"), place, "Value", cells)))
    rows.sort(key=lambda row: row[:2])
    worked = [place for place, row in enumerate(rows) if row[2]]
    if not worked:
        return (), False
    rows = rows[worked[0] : worked[-1] + 1]
    spans: list[tuple[dt.datetime, dt.datetime]] = []
    resting = broken = False
    for start, finish, value in rows:
        if value == 0:
            resting = broken = True
        elif value:
            if spans and not broken:
                spans[-1] = spans[-1][0], max(finish, spans[-1][1])
            else:
                spans.append((start, finish))
            broken = False
    return tuple(spans), resting


def _stored_moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _outlined(rows: list[tuple[_MspdiRow, TaskRecord]], titles: dict[str, str]) -> tuple[TaskRecord, ...]:
    """Return the tasks with what is above each, and the titles of the planner's own fields.

    The outline is their order and their level; level 0 is the line of the whole project.
    """
    above: list[tuple[int, str]] = []
    parents: list[str | None] = []
    for row, task in rows:
        text = row.text("OutlineLevel")
        level = int(text[:6]) if text.isascii() and text.isdecimal() else task.outline.count(".") + 1
        while above and above[-1][0] >= level:
            above.pop()
        parents.append(above[-1][1] if above else None)
        above.append((level, task.uid))
    spanning = set(parents)
    return tuple(
        replace(
            task,
            parent=parent,
            kind="summary" if task.uid in spanning else task.kind,
            attributes=tuple((titles.get(number) or number, text) for number, text in task.attributes),
        )
        for (_, task), parent in zip(rows, parents, strict=True)
    )
