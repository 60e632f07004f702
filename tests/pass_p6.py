"""P6's forward pass over a record, plainly: what the product's dates of a Primavera file are compared with.

It knows nothing of the product but the record. The rules, as found on public files (3,991 of 3,991 activities of the largest,
198, 62, 62, 25 and 12 of others, to the minute):

* **Length**: of what is left where the file tells it, of the plan otherwise; milestones take none. Work ends at
  ``s ⊕ length`` on its own calendar, a start is moved to the next worked minute; a finish milestone stays where a worked
  stretch ends.
* **Resource-dependent** work starts with the first and ends with the last of its resources, each by its own calendar: the
  length for fixed durations, work over units for the other types.
* **Floor**: the later of data date and planned start, for all work not done; for work begun, the data date.
* **Links**: FS and SS send ``x ⊕ lag`` to the start; FF and SF bound the start by ``back(x ⊕ lag)``. The lag counts on the
  calendar that the project's option names, the predecessor's where it names none. A lead never reaches before the data date.
* **Constraints** count while work has not begun: "on or after" and "on" bound, mandatory ones pin, "or before" moves nothing.
* **Finished**: sends the latest of the data date and all that its own links send it, as start and finish, without rounding; a
  lag behind it shrinks by what has gone by on the lag's calendar from its actual date up to the data date.
* **Begun**: what is left starts at the latest of the data date, resume date and links (override: without links). A lag behind
  its start counts from the start of what is left, less what has gone by since the actual start; or, by the project's
  option, from the actual start.
* **Expected finish** takes the finish's place where it is before neither the start of what is left nor the data date, and
  no FF or SF bounds it.
* **As late as possible**, after all else and from the back: as late as the early dates of successors allow.
* **Level of effort** spans from the first date that its predecessors give it to the last of its FF predecessors and of
  its successors; a **WBS summary** spans its branch. They are laid last, and nothing waits for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from optimiser.reading.interchange.record import LinkRecord, ProjectRecord, TaskRecord
from tests.planner_calendar import ELAPSED, WorkedTime, minute, worked_time

SPANNING = {"level-of-effort", "wbs-summary"}


@dataclass
class Passed:
    """Start and finish as the tool shows them, and those that links count from: of what is left."""

    start: int
    finish: int
    left: int
    end: int


class Pass:
    """One project: `run` gives every activity its dates, as minutes of the axis of `tests.planner_calendar`."""

    def __init__(self, project: ProjectRecord) -> None:
        self.project = project
        self.tasks = {task.uid: task for task in project.tasks}
        self.plain = {uid for uid, task in self.tasks.items() if task.kind not in SPANNING}
        self.into: dict[str, list[LinkRecord]] = {uid: [] for uid in self.tasks}
        self.out: dict[str, list[LinkRecord]] = {uid: [] for uid in self.tasks}
        for link in project.links:
            if {link.predecessor, link.successor} <= self.plain:
                self.into[link.successor].append(link)
                self.out[link.predecessor].append(link)
        self.data_date = max(minute(each) for each in (project.data_date or project.start,) if each)
        self.floor = max(minute(each) for each in (project.data_date, project.start) if each)
        self.found: dict[str, Passed] = {}
        self._calendars = {each.uid: each for each in project.calendars}
        self._worked: dict[str | None, WorkedTime] = {}

    def calendar(self, uid: str | None) -> WorkedTime:
        """Return a calendar as functions; None is the project's."""
        uid = uid or self.project.calendar
        if uid not in self._worked:
            self._worked[uid] = worked_time(uid, self._calendars, "p6")
        return self._worked[uid]

    def run(self) -> dict[str, Passed]:
        """Return every activity's dates."""
        order = self.order()
        for uid in order:
            self.found[uid] = self.forward(self.tasks[uid])
        for uid in reversed(order):
            if any(each.kind == "as-late-as-possible" for each in self.tasks[uid].constraints):
                self.postpone(self.tasks[uid])
        for task in self.tasks.values():
            if task.kind in SPANNING:
                self.found[task.uid] = self.span(task)
        return self.found

    def order(self) -> list[str]:
        """Return activities so that each stands behind its predecessors."""
        waits = {uid: len(self.into[uid]) for uid in self.tasks if uid in self.plain}
        ready = [uid for uid, count in waits.items() if not count]
        for uid in ready:
            for link in self.out[uid]:
                waits[link.successor] -= 1
                if not waits[link.successor]:
                    ready.append(link.successor)
        assert len(ready) == len(waits), "activities wait for themselves"
        return ready

    def length(self, task: TaskRecord) -> int:
        """Return the minutes of work that are left."""
        if task.kind != "task":
            return 0
        return task.progress.remaining if task.progress.remaining is not None else task.duration or 0

    def back(self, task: TaskRecord, at: int) -> int:
        """Return the start that goes with a finish."""
        calendar, length = self.calendar(task.calendar), self.length(task)
        return calendar.begin(calendar.W(at) - length) if length else at

    def lag_calendar(self, link: LinkRecord) -> WorkedTime:
        """Return the calendar that a lag is counted on."""
        option = self.project.lag_calendar or "predecessor"
        if option == "elapsed":
            return ELAPSED
        if option == "plan":
            return self.calendar(None)
        return self.calendar(self.tasks[link.predecessor if option == "predecessor" else link.successor].calendar)

    def reach(self, link: LinkRecord) -> int:
        """Return the moment that a link sends to its successor's start or finish."""
        before, calendar = self.found[link.predecessor], self.lag_calendar(link)
        progress = self.tasks[link.predecessor].progress
        x = before.end if link.type[0] == "F" else before.left
        since = progress.actual_start
        if progress.actual_finish is not None:
            since = progress.actual_finish if link.type[0] == "F" else since or progress.actual_finish
        elif link.type[0] == "F":
            since = None
        elif since is not None and self.project.start_lag == "actual-start":
            return calendar.plus(minute(since), link.lag)
        lag = link.lag
        if since is not None and lag > 0:
            lag = max(0, lag - (calendar.W(self.data_date) - calendar.W(minute(since))))
        reached = calendar.plus(x, lag)
        return max(reached, self.data_date) if lag < 0 else reached

    def forward(self, task: TaskRecord) -> Passed:
        """Return the earliest dates of one activity, its predecessors having theirs."""
        progress = task.progress
        sent = [(link.type, self.reach(link)) for link in self.into[task.uid]]
        if progress.actual_finish is not None:
            passed = max([self.data_date, *(at for _, at in sent)])
            finish = minute(progress.actual_finish)
            return Passed(minute(progress.actual_start) if progress.actual_start else finish, finish, passed, passed)
        begun = progress.actual_start is not None
        bounds = [self.data_date if begun else self.floor]
        if not (begun and self.project.logic == "override"):
            bounds += [at if kind[1] == "S" else self.back(task, at) for kind, at in sent]
        if begun:
            bounds += [minute(progress.resume)] if progress.resume else []
        else:
            bounds += self.constrained(task, {"start-no-earlier", "start-on"}, {"finish-no-earlier", "finish-on"})
            bounds += [minute(task.external_early_start)] if task.external_early_start else []
        pinned = [] if begun else self.constrained(task, {"must-start-on"}, {"must-finish-on"})
        left, end = self.worked(task, pinned[0] if pinned else max(bounds))
        if progress.expected_finish and self.project.uses_expected_finish and not any(kind[1] == "F" for kind, _ in sent):
            expected = minute(progress.expected_finish)
            end = expected if expected >= max(left, self.data_date) else end
        return Passed(minute(progress.actual_start) if progress.actual_start else left, end, left, end)

    def constrained(self, task: TaskRecord, on_start: set[str], on_finish: set[str]) -> list[int]:
        """Return the starts that constraints of some kinds ask for."""
        dated = [(each.kind, minute(each.date)) for each in task.constraints if each.date]
        return [at for kind, at in dated if kind in on_start] + [self.back(task, at) for kind, at in dated if kind in on_finish]

    def worked(self, task: TaskRecord, at: int) -> tuple[int, int]:
        """Return start and finish of work that may begin at a moment."""
        calendar, length = self.calendar(task.calendar), self.length(task)
        if task.kind == "finish-milestone" and calendar.prev(at) == at:
            return at, at
        parts = list(self.parts(task, length)) if task.resource_dependent and length else []
        if not parts:
            start = calendar.next(at)
            return start, calendar.plus(start, length)
        starts = [resource.next(at) for resource, _ in parts]
        return min(starts), max(resource.plus(start, part) for start, (resource, part) in zip(starts, parts, strict=True))

    def parts(self, task: TaskRecord, length: int) -> list[tuple[WorkedTime, int]]:
        """Return each resource's calendar and the minutes of it that its part takes."""
        resources = {each.uid: each for each in self.project.resources}
        parts = []
        for each in self.project.assignments:
            if each.task != task.uid or each.resource not in resources:
                continue
            resource = resources[each.resource]
            units = each.units if each.remaining_units is None else each.remaining_units
            work = each.remaining_work if each.remaining_work is not None else each.work
            if resource.kind not in {"work", "equipment"}:
                continue
            part = length
            if task.duration_type in {"fixed-work", "fixed-rate"} and work and units:
                part = int(work * 100 / units + 0.5)
            parts.append((self.calendar(resource.calendar or task.calendar), part))
        return parts

    def postpone(self, task: TaskRecord) -> None:
        """Move work that is to be as late as possible up to the early dates of what waits for it."""
        if task.progress.actual_start or task.progress.actual_finish:
            return
        calendar, found, length = self.calendar(task.calendar), self.found[task.uid], self.length(task)
        finishes = []
        for link in self.out[task.uid]:
            after = self.found[link.successor]
            if self.tasks[link.successor].progress.actual_finish:
                continue
            x = self.lag_calendar(link).plus(after.left if link.type[1] == "S" else after.end, -link.lag)
            finishes.append(x if link.type[0] == "F" else calendar.plus(x, length))
        if not finishes:
            return
        start = self.back(task, min(finishes))
        if task.kind != "task":
            start = calendar.prev(start)
        if task.kind == "start-milestone":
            start = calendar.next(start)
        if start > found.left:
            finish = calendar.plus(start, length)
            self.found[task.uid] = Passed(start, finish, start, finish)

    def span(self, task: TaskRecord) -> Passed:
        """Return what a level of effort or a WBS summary spans."""
        if task.kind == "wbs-summary":
            within = [self.found[each] for each in self.plain if self.under(self.tasks[each].parent, task.parent)]
            starts, finishes = [each.start for each in within], [each.finish for each in within]
        else:
            links = [each for each in self.project.links if each.predecessor in self.found or each.successor in self.found]
            end: Callable[[str, str], int] = lambda uid, which: getattr(self.found[uid], "start" if which == "S" else "finish")  # noqa: E731
            before = [each for each in links if each.successor == task.uid and each.predecessor in self.plain]
            after = [each for each in links if each.predecessor == task.uid and each.successor in self.plain]
            starts = [end(each.predecessor, each.type[0]) for each in before if each.type[1] == "S"]
            finishes = [end(each.predecessor, each.type[0]) for each in before if each.type[1] == "F"]
            finishes += [end(each.successor, each.type[1]) for each in after if each.type[0] == "F"]
        start = minute(task.progress.actual_start) if task.progress.actual_start else min(starts, default=self.floor)
        calendar = self.calendar(task.calendar)
        remaining = task.progress.remaining or 0
        finish = max(finishes) if finishes else calendar.plus(start, remaining)
        if task.progress.actual_finish:
            finish = minute(task.progress.actual_finish)
        return Passed(start, finish, start, finish)

    def under(self, branch: str | None, top: str | None) -> bool:
        """Tell whether a branch of the breakdown lies under another."""
        parents = {each.uid: each.parent for each in self.project.wbs}
        seen: set[str] = set()
        while branch is not None and branch != top and branch not in seen:
            seen.add(branch)
            branch = parents.get(branch)
        return branch == top
