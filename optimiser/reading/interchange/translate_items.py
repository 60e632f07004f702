"""A planner's tasks as the plan's items: work, milestones, and what spans others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from optimiser.reading.interchange.cells import whole_minutes
from optimiser.reading.interchange.record import AssignmentRecord, Dialect, TaskRecord
from optimiser.reading.interchange.translate_calendars import within
from optimiser.reading.interchange.translating import SPANNING, Translating, printed

__all__ = ["Items", "items"]

_BY_WORK: Final = frozenset({"fixed-work", "fixed-rate", "fixed-units"})
"""Types of duration of which P6 lets the work decide how long resource-dependent work lasts."""


_WHOLE: Final = 100

_LONGEST: Final = 99_999_999
"""Minutes beyond which a plan has no number: of work that has begun, whose planned length moves no date."""


@dataclass
class Items:
    """The plan's items, and the calendars that only assignments need.

    Attributes
    ----------
    pairs
        Calendars of a resource and of a task that both have to work, by uid.
    leaves
        Ids of everything that has dates of its own.
    """

    activities: list[dict[str, Any]] = field(default_factory=list)
    milestones: list[dict[str, Any]] = field(default_factory=list)
    hammocks: list[dict[str, Any]] = field(default_factory=list)
    summaries: list[dict[str, Any]] = field(default_factory=list)
    pairs: dict[tuple[str, str], None] = field(default_factory=dict)
    leaves: list[str] = field(default_factory=list)


_SPANS_OF_P6: Final = ("level-of-effort", "wbs-summary")


def items(state: Translating, phases: dict[str, str]) -> Items:
    """Return every task as an item of the plan.

    Parameters
    ----------
    phases
        Uid of a task to the id of its phase.
    """
    found = Items()
    for task in state.project.tasks:
        if not state.holds(task):
            state.tally.told("span-empty" if task.kind in _SPANS_OF_P6 else "inactive", task.id, kind="tasks")
            continue
        common = {"id": state.names[task.uid], "title": task.name.replace("\n", " ").strip()[:200] or task.id}
        if task.uid in phases:
            common["phase"] = phases[task.uid]
        if task.kind in SPANNING:
            _span(state, task, common, found)
        else:
            _leaf(state, task, common, found)
        state.tally.translated("tasks")
    for assignment in state.project.assignments:
        if assignment.task not in state.tasks:
            state.tally.told("assignment-outside", assignment.uid, kind="assignments")
    return found


def _leaf(state: Translating, task: TaskRecord, common: dict[str, Any], found: Items) -> None:
    """Add work or a milestone."""
    item: dict[str, Any] = {**common, **state.cited(task.place)}
    if task.calendar in state.calendars:
        item["calendar"] = state.calendar_names[str(task.calendar)]
    begun = task.progress.actual_start is not None or task.progress.actual_finish is not None
    if task.levelling_delay and begun:
        state.tally.told("delay-of-done", task.id, kind="levelling delays")
    elif task.levelling_delay:
        item["delay"] = f"{task.levelling_delay} emin"
        state.tally.translated("levelling delays")
    progress = dict(_progress(state, task))
    if progress:
        item["progress"] = progress
    pin = dict(_pin(task, state.dialect, begun=begun))
    if pin:
        item["pin"] = pin
    late = not begun and any(each.kind == "as-late-as-possible" for each in task.constraints)
    found.leaves.append(item["id"])
    length = _length(state, task, begun=begun)
    actual = task.progress.actual_start, task.progress.actual_finish
    apart = state.dialect == "msp" and None not in actual and actual[0] != actual[1]  # an item that spans what nobody works
    if late:
        item["placement"] = "as-late-as-possible"
    if not length and not apart and task.kind in {"milestone", "start-milestone", "finish-milestone"}:
        _idle(state, task, 0)
        found.milestones.append({**item, "shown": "opens" if task.kind == "start-milestone" else "closes"})
        return
    item["duration"] = state.length(length, elapsed=task.elapsed)
    assignments = list(_assignments(state, task, found, begun=begun))
    if assignments:
        item["assignments"] = assignments
    _idle(state, task, len(assignments))
    found.activities.append(item)


def _length(state: Translating, task: TaskRecord, *, begun: bool) -> int:
    """Return how many minutes a task lasts: of what has not begun, what is left."""
    if task.kind in {"start-milestone", "finish-milestone"}:
        return 0
    if state.dialect == "p6" and not begun and task.progress.remaining is not None:
        return task.progress.remaining
    if task.duration is None and task.progress.actual_finish is None:
        state.tally.told("length-missing", task.id)
    if begun and (task.duration or 0) > _LONGEST:
        state.tally.told("length-beyond", task.id)
        return task.progress.remaining or 0
    return task.duration or 0


def _progress(state: Translating, task: TaskRecord) -> Iterator[tuple[str, Any]]:
    """Yield what is done of a task. A milestone that has begun is done."""
    tally, progress = state.tally, task.progress
    start, finish = progress.actual_start, progress.actual_finish
    milestone = task.kind in {"milestone", "start-milestone", "finish-milestone"} and not task.duration
    if milestone or (start is None and finish is not None):
        start, finish = start or finish, finish or start
    status = state.project.data_date
    if status is not None and any(each is not None and each.date() > status.date() for each in (start, finish)):
        tally.told("actual-ahead", task.id)
    if state.dialect == "msp" and finish is None and start is not None and progress.percent == _WHOLE:
        tally.told("done-undated", task.id)
    if finish is not None and start is not None and finish < start:
        tally.told("actual-swapped", task.id)
        finish = start
    tally.translated("progress fields", (progress.actual_start is not None) + (progress.actual_finish is not None))
    if start is not None:
        yield "actual_start", printed(start)
    if finish is not None:
        yield "actual_finish", printed(finish)
    done = finish is not None
    # MS Project counts what is left from where the work resumes; where it does not, from the start the whole length.
    resumes = progress.resume is not None and start is not None and progress.resume > start
    if start is not None and not done and (state.dialect == "p6" or resumes):
        remaining = progress.remaining
        if remaining is None:
            remaining = max(0, (task.duration or 0) - (progress.actual or 0))
        yield "remaining", state.length(remaining, elapsed=task.elapsed)
    yield from _paused(state, task, going=start is not None and not done)
    if progress.expected_finish is not None:
        if done or not state.project.uses_expected_finish:
            tally.told("constraint-on-done" if done else "expected-finish-off", task.id, kind="progress fields")
        else:
            tally.translated("progress fields")
            tally.told("expected-finish", task.id)
            yield "expected_finish", printed(progress.expected_finish)


def _paused(state: Translating, task: TaskRecord, *, going: bool) -> Iterator[tuple[str, str]]:
    """Yield the suspension and the resumption of work in progress; those of other work are reported."""
    progress = task.progress
    for name, at in (("suspend", progress.suspend), ("resume", progress.resume)):
        if at is None:
            continue
        if not going or (name == "resume" and progress.suspend and at < progress.suspend):
            state.tally.told("constraint-on-done", task.id, kind="progress fields")
            continue
        state.tally.translated("progress fields")
        if name == "resume" and state.dialect == "p6":
            state.tally.told("suspended", task.id)
        yield name, printed(at)


def _pin(task: TaskRecord, dialect: Dialect, *, begun: bool) -> Iterator[tuple[str, str]]:
    """Yield where a task is whatever links say: by hand, in another file, or by a constraint. Constraints are counted with the rules."""
    if begun:
        return
    if (task.manual or task.external) and task.stored.start is not None:
        yield "start", printed(task.stored.start)
        if task.stored.finish is not None and task.stored.finish >= task.stored.start:
            yield "finish", printed(task.stored.finish)
        return
    pins: dict[str, tuple[str, str]] = {"must-start-on": ("start", "on"), "must-finish-on": ("finish", "on")}
    if dialect == "msp":
        pins |= {"start-no-later": ("start", "not-after"), "finish-no-later": ("finish", "not-after")}
    for constraint in task.constraints:
        if constraint.date is not None and constraint.kind in pins:
            end, kind = pins[constraint.kind]
            yield end, printed(constraint.date)
            if kind != "on":
                yield "kind", kind
            return


def _assignments(state: Translating, task: TaskRecord, found: Items, *, begun: bool) -> Iterator[dict[str, Any]]:
    """Yield the assignments of a task that decide its length."""
    if task.progress.actual_finish is not None or task.manual or task.external or task.elapsed:
        return
    if not (task.resource_dependent if state.dialect == "p6" else task.duration_type != "fixed-duration"):
        return
    by_work = state.dialect == "msp" or task.duration_type in _BY_WORK
    for assignment in state.assigned.get(task.uid, ()):
        resource = state.resources.get(assignment.resource or "")
        stretch = _stretch(assignment) if state.dialect == "msp" else {}
        minutes = _worked(task, assignment, begun=begun) if by_work else _length(state, task, begun=begun)
        left = _left(task, assignment, by_work=by_work) if state.dialect == "p6" else None
        if not begun and left is not None:
            minutes = left  # P6 works dates out of what is left
        if resource is None and assignment.resource is None and stretch:
            minutes = minutes or 0  # nobody's work decides where it is split
        elif resource is None or resource.kind not in {"work", "equipment"} or minutes is None:
            continue
        part: dict[str, Any] = {"work": state.length(minutes), **stretch}
        if begun and left is not None:
            part["remaining"] = state.length(left)
        if resource is not None:
            part["resource"] = resource.name[:200]
        calendar = _calendar_of(state, task, assignment.calendar or (resource.calendar if resource else None), found)
        if calendar:
            part["calendar"] = calendar
        if by_work and state.dialect == "p6":
            state.tally.told("work-over-units", task.id)
        delay = assignment.delay if not begun or assignment.remaining_delay is None else assignment.remaining_delay
        if not assignment.levelling_elapsed:
            delay += assignment.levelling_delay
        elif assignment.levelling_delay:
            part["levelling_delay"] = f"{assignment.levelling_delay} emin"
        if delay:
            part["delay"] = state.length(delay)
        state.tally.translated("assignments")
        yield part


def _stretch(assignment: AssignmentRecord) -> dict[str, str]:
    """Return the moments between which shaped or split work lies."""
    if not (assignment.shaped and assignment.start and assignment.finish and assignment.start <= assignment.finish):
        return {}
    return {"first": printed(assignment.start), "last": printed(assignment.finish)}


def _worked(task: TaskRecord, assignment: AssignmentRecord, *, begun: bool) -> int | None:
    """Return the minutes that somebody's part takes: regular work over units, rounded half up. None where there is no work."""
    units, work = assignment.units, assignment.work
    resumes = begun and task.progress.resume is not None and task.progress.resume != task.progress.actual_start
    if resumes and assignment.remaining_work is not None:
        work = assignment.remaining_work - assignment.remaining_overtime
        units = units if assignment.remaining_units is None else assignment.remaining_units
    elif work is not None:
        work -= assignment.overtime
    if not work or work < 0 or not units:
        return None
    return whole_minutes(Fraction(work) * 100 / units)


def _left(task: TaskRecord, assignment: AssignmentRecord, *, by_work: bool) -> int | None:
    """Return the minutes that are left of somebody's part: of work over units, else of the length; None where nobody says."""
    if not by_work:
        return task.progress.remaining
    units = assignment.units if assignment.remaining_units is None else assignment.remaining_units
    work = assignment.remaining_work
    return (
        None
        if work is None or work < 0 or not units
        else whole_minutes(Fraction(work - assignment.remaining_overtime) * 100 / units)
    )


def _calendar_of(state: Translating, task: TaskRecord, resource: str | None, found: Items) -> str | None:
    """Return the id of the calendar of somebody's part: the resource's, bounded by the task's own if it has one."""
    if resource not in state.calendars or task.ignores_resource_calendar:
        return None
    if state.dialect == "msp" and task.calendar in state.calendars and task.calendar != resource:
        found.pairs[str(resource), str(task.calendar)] = None
        return within(state, str(resource), str(task.calendar))
    return state.calendar_names[str(resource)]


def _idle(state: Translating, task: TaskRecord, kept: int) -> None:
    """Tell of the assignments of a task that its item does not hold."""
    rest = len(state.assigned.get(task.uid, ())) - kept
    if rest:
        state.tally.told("assignment-idle", task.id, kind="assignments", count=rest)


def _span(state: Translating, task: TaskRecord, common: dict[str, Any], found: Items) -> None:
    """Add what has its dates from others."""
    item = {**common, **state.cited(task.place)}
    tally, progress = state.tally, task.progress
    fields = (progress.actual_start, progress.actual_finish, progress.suspend, progress.resume, progress.expected_finish)
    told = sum(each is not None for each in fields)
    if told:
        tally.told("progress-of-span", task.id, kind="progress fields", count=told)
    if task.levelling_delay:
        tally.told("delay-of-done", task.id, kind="levelling delays")
    _idle(state, task, 0)
    if task.kind == "level-of-effort":
        if progress.actual_start is not None:
            tally.told("span-begun", task.id)
        leaves = (each for each in state.project.tasks if each.kind not in SPANNING and state.holds(each))
        item["of"] = _tied(state, task) or [state.names[each.uid] for each in leaves]
    elif task.kind == "wbs-summary":
        item["of"] = [state.names[each.uid] for each in state.project.tasks if _within_branch(state, each, task)]
    else:
        item["of"] = [state.names[child.uid] for child in state.children.get(task.uid, ()) if state.holds(child)]
        if task.calendar in state.calendars:
            item["calendar"] = state.calendar_names[str(task.calendar)]
        pin = dict(_pin(task, state.dialect, begun=False)) if task.manual else {}
        if "start" in pin and "finish" in pin:
            item["pin"] = pin
    found.summaries.append(item)


def _within_branch(state: Translating, task: TaskRecord, top: TaskRecord) -> bool:
    """Say whether work lies in the branch that a WBS summary spans."""
    if task.kind in SPANNING or not state.holds(task):
        return False
    branch, seen = task.parent, set[str]()
    while branch is not None and branch != top.parent and branch not in seen:
        seen.add(branch)
        branch = state.wbs[branch].parent if branch in state.wbs else None
    return branch is not None and branch == top.parent


def _tied(state: Translating, task: TaskRecord) -> list[str]:
    """Return the points that bound a level of effort: starts that it starts after, and finishes that it ends with."""
    starts, finishes, wrong = [], [], False
    for link in state.project.links:
        other = link.predecessor if link.successor == task.uid else link.successor if link.predecessor == task.uid else None
        if other is None or other not in state.names or state.tasks[other].kind in SPANNING:
            continue
        name = state.names[other]
        before, ahead = link.type[0], link.type[1]
        if link.successor == task.uid and ahead == "S":
            starts += [f"{name}.start"] if before == "S" else []
            wrong = wrong or before == "F"
        elif link.successor == task.uid:
            finishes += [f"{name}.finish"] if before == "F" else []
        elif before == "F" and ahead == "F":
            finishes.append(f"{name}.finish")
    if wrong and starts:
        state.tally.told("span-ties", task.id)
    if not starts or not finishes:
        state.tally.told("span-untied", task.id)
        return []
    return [*starts, *finishes]
