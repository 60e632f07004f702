"""A plain forward pass over a planner's file with MS Project's meanings: an oracle apart from the product's three witnesses.

Minutes of the axis are those of `planner_calendar`. ``c`` is a task's calendar, else the project's; ``back(t)`` is the start of
a task whose work ends at t. What real files taught beside the specification's own words:

* A levelling delay is added to where work could begin, ``next_c(start)``, and what comes out is rounded by ``next_c`` again.
* A task with work assignments starts with the earliest of them, each on its own calendar, and finishes with the latest.
* Work is exact, to seconds, until it has been divided by units.
* Each assignment starts from where the links leave it, not from where the project's calendar would begin.
* An actual finish of a task that is not wholly done is none, and no more is its actual start (files that no MS Project wrote).
* Of a started task each assignment goes on from ``next_r(resume)`` with what remains of its work.
* Work assigned to nobody decides only where it is split or shaped.
* An assignment's levelling delay counts in its own unit, which is worked time in every file that has one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from optimiser.reading.interchange.record import AssignmentRecord, LinkRecord, ProjectRecord, TaskRecord
from tests.planner_calendar import ELAPSED, WorkedTime, minute, worked_time


def rounded(exact: Fraction) -> int:
    """Return a number of minutes rounded half up."""
    return int((exact + Fraction(1, 2)) // 1)


@dataclass(frozen=True)
class Compared:
    """A dated leaf against what its file stores: ``exact``, ``same`` boundary of its calendar, or ``different``."""

    task: TaskRecord
    verdict: str
    start: int
    finish: int
    wanted: tuple[int, int]


class PassMsp:
    """Dates of one project, worked out once each."""

    def __init__(self, project: ProjectRecord) -> None:
        self.project = project
        self.calendars = {each.uid: each for each in project.calendars}
        self.tasks = {each.uid: each for each in project.tasks}
        self.resources = {each.uid: each for each in project.resources}
        self.children: dict[str | None, list[str]] = defaultdict(list)
        for task in project.tasks:
            self.children[task.parent].append(task.uid)
        self.links: dict[str, list[LinkRecord]] = defaultdict(list)
        for link in project.links:
            self.links[link.successor].append(link)
        self.assignments: dict[str, list[AssignmentRecord]] = defaultdict(list)
        for each in project.assignments:
            self.assignments[each.task].append(each)
        self._worked: dict[str | None, WorkedTime] = {}
        self._both: dict[tuple[str | None, str | None], WorkedTime] = {}
        self._dates: dict[str, tuple[int, int]] = {}
        self._open: set[str] = set()
        self.start = minute(project.start) if project.start else 0

    # Calendars

    def worked(self, uid: str | None) -> WorkedTime:
        """Return a calendar, the project's for None."""
        uid = uid if uid in self.calendars else self.project.calendar
        if uid not in self._worked:
            self._worked[uid] = worked_time(uid, self.calendars, "msp")
        return self._worked[uid]

    def calendar(self, task: TaskRecord) -> WorkedTime:
        """Return the calendar on which a task's duration counts."""
        return ELAPSED if task.elapsed else self.worked(task.calendar)

    def calendar_of_work(self, task: TaskRecord, each: AssignmentRecord) -> WorkedTime:
        """Return when a resource works on a task: both calendars, where the task has one and heeds its resources."""
        resource = self.resources.get(each.resource or "")
        own = resource.calendar if resource else None
        if task.calendar is None:
            return self.worked(own)
        if task.ignores_resource_calendar or own is None:
            return self.worked(task.calendar)
        key = (task.calendar, own)
        if key not in self._both:
            self._both[key] = intersected(self.worked(task.calendar), self.worked(own))
        return self._both[key]

    # The pass

    def dates(self, uid: str) -> tuple[int, int]:
        """Return the start and the finish of a task or a summary."""
        if uid not in self._dates:
            if uid in self._open:
                message = f"a cycle through task {uid}"
                raise RecursionError(message)
            self._open.add(uid)
            task = self.tasks[uid]
            self._dates[uid] = self._spanned(task) if self.children[uid] else self._leaf(task)
            self._open.discard(uid)
        return self._dates[uid]

    def _spanned(self, task: TaskRecord) -> tuple[int, int]:
        if task.manual and task.stored.start and task.stored.finish:
            return minute(task.stored.start), minute(task.stored.finish)
        inside = [self.dates(each) for each in self.children[task.uid] if self.tasks[each].active]
        inside = inside or [self.dates(each) for each in self.children[task.uid]]
        return min(start for start, _ in inside), max(finish for _, finish in inside)

    def _above(self, task: TaskRecord) -> list[TaskRecord]:
        above = []
        parent = task.parent
        while parent is not None:
            above.append(self.tasks[parent])
            parent = self.tasks[parent].parent
        return above

    def _leaf(self, task: TaskRecord) -> tuple[int, int]:
        stored = task.stored
        fixed = (minute(stored.start), minute(stored.finish)) if stored.start and stored.finish else None
        progress = task.progress
        if fixed and (task.manual or task.external or not task.active):
            return fixed
        calendar = self.calendar(task)
        if progress.actual_start and progress.actual_finish and progress.percent in {None, 100}:
            return minute(progress.actual_start), minute(progress.actual_finish)
        if progress.actual_start and not progress.actual_finish:
            return self._started(task, calendar)
        start = self._begin(task, calendar)
        return self._finished(task, calendar, start)

    def _started(self, task: TaskRecord, calendar: WorkedTime) -> tuple[int, int]:
        progress = task.progress
        assert progress.actual_start
        start = minute(progress.actual_start)
        if not (progress.resume and progress.remaining is not None and minute(progress.resume) > start):
            return start, self._finished(task, calendar, start)[1]
        resume = minute(progress.resume)
        work = self._work(task)
        if not work:
            return start, calendar.plus(calendar.next(resume), progress.remaining)
        return start, max(self._resumed(task, each, resume) for each in work)

    def _resumed(self, task: TaskRecord, each: AssignmentRecord, resume: int) -> int:
        calendar = self.calendar_of_work(task, each)
        if each.shaped and each.start and each.finish:
            return calendar.plus(minute(each.start), calendar.W(minute(each.finish)) - calendar.W(minute(each.start)))
        left = (each.remaining_work or 0) - each.remaining_overtime
        return calendar.plus(calendar.next(resume), rounded(Fraction(left * 100) / each.units))

    def _bounds(self, task: TaskRecord, calendar: WorkedTime) -> list[int]:
        bounds = []
        for holder in (task, *(each for each in self._above(task) if not each.manual)):
            for link in self.links[holder.uid]:
                before = self.tasks.get(link.predecessor)
                if before is None or link.project or not before.active:
                    continue
                start, finish = self.dates(link.predecessor)
                lag = link.lag
                if link.percent is not None:
                    lag = rounded(link.percent * (before.duration or 0) / 100)
                count = ELAPSED if link.elapsed or (link.percent is not None and before.elapsed) else self.worked(task.calendar)
                at = finish if link.type in {"FS", "FF"} else start
                if link.type in {"FF", "SF"}:
                    at = self._back(task, calendar, at)
                bounds.append(count.plus(at, lag))
        return bounds

    def _back(self, task: TaskRecord, calendar: WorkedTime, at: int) -> int:
        duration = task.duration or 0
        return calendar.begin(calendar.W(at) - duration) if duration else at

    def _begin(self, task: TaskRecord, calendar: WorkedTime) -> int:
        kinds = {each.kind: minute(each.date) for each in task.constraints if each.date}
        if "must-start-on" in kinds:
            return kinds["must-start-on"]
        if "must-finish-on" in kinds:
            return self._back(task, calendar, kinds["must-finish-on"])
        bounds = self._bounds(task, calendar)
        early = {"start-no-earlier", "finish-no-earlier"} & set(kinds)
        manual = next((minute(each.stored.start) for each in self._above(task) if each.manual and each.stored.start), None)
        if not early and (manual is not None or not bounds):
            bounds.append(self.start if manual is None else manual)
        if "start-no-earlier" in kinds:
            bounds.append(kinds["start-no-earlier"])
        if "finish-no-earlier" in kinds:
            bounds.append(self._back(task, calendar, kinds["finish-no-earlier"]))
        start = max(bounds)
        if "start-no-later" in kinds:
            start = min(start, kinds["start-no-later"])
        if "finish-no-later" in kinds:
            start = min(start, self._back(task, calendar, kinds["finish-no-later"]))
        return self._settled(task, calendar, start)

    def _settled(self, task: TaskRecord, calendar: WorkedTime, start: int) -> int:
        if not task.duration:
            start += task.levelling_delay
            return start if calendar.prev(start) == start else calendar.next(start)
        work = self._work(task)
        if work:  # each goes by its own calendar, from where the links leave it
            return (
                min(self._assigned(task, each, start)[0] for each in work) + task.levelling_delay
                if task.levelling_delay
                else start
            )
        start = calendar.next(start)
        return calendar.next(start + task.levelling_delay) if task.levelling_delay else start

    def _work(self, task: TaskRecord) -> list[AssignmentRecord]:
        """Return the assignments that say how long a task takes."""
        if not task.duration or task.duration_type == "fixed-duration" or task.elapsed:
            return []
        return [each for each in self.assignments[task.uid] if self._works(each)]

    def _finished(self, task: TaskRecord, calendar: WorkedTime, start: int) -> tuple[int, int]:
        work = self._work(task)
        if not work:
            return start, calendar.plus(start, task.duration or 0)
        spans = [self._assigned(task, each, start) for each in work]
        return min(begin for begin, _ in spans), max(finish for _, finish in spans)

    def _works(self, each: AssignmentRecord) -> bool:
        """Tell whether an assignment says how long its task takes: nobody's does so only where it is split or shaped."""
        resource = self.resources.get(each.resource or "")
        if resource is None:
            return each.resource is None and each.shaped and bool(each.start and each.finish)
        return resource.kind == "work" and bool(each.work) and bool(each.units)

    def _assigned(self, task: TaskRecord, each: AssignmentRecord, start: int) -> tuple[int, int]:
        calendar = self.calendar_of_work(task, each)
        begin = calendar.plus(start, each.delay)
        begin = (ELAPSED if each.levelling_elapsed else calendar).plus(calendar.next(begin), each.levelling_delay)
        begin = calendar.next(begin)
        if each.shaped and each.start and each.finish:
            return begin, calendar.plus(begin, calendar.W(minute(each.finish)) - calendar.W(minute(each.start)))
        worked = rounded(Fraction(((each.work or 0) - each.overtime) * 100) / each.units)
        return begin, calendar.plus(begin, worked)

    # Against the file

    def compared(self) -> list[Compared]:
        """Return every dated leaf against the dates its file stores."""
        found = []
        for task in self.project.tasks:
            if self.children[task.uid] or not (task.stored.start and task.stored.finish) or task.uid == "0":
                continue
            start, finish = self.dates(task.uid)
            wanted = minute(task.stored.start), minute(task.stored.finish)
            calendar = self.calendar(task)
            if (start, finish) == wanted:
                verdict = "exact"
            elif all(calendar.W(mine) == calendar.W(its) for mine, its in zip((start, finish), wanted, strict=True)):
                verdict = "same"
            else:
                verdict = "different"
            found.append(Compared(task, verdict, start, finish, wanted))
        return found


def intersected(one: WorkedTime, other: WorkedTime) -> WorkedTime:
    """Return the time that two calendars both work."""
    periods = []
    first = second = 0
    while first < len(one.starts) and second < len(other.starts):
        start, end = max(one.starts[first], other.starts[second]), min(one.ends[first], other.ends[second])
        if start < end:
            periods.append((start, end))
        if one.ends[first] <= other.ends[second]:
            first += 1
        else:
            second += 1
    return WorkedTime(periods)
