"""Shared state of a translation: the project, the plan's ids, citations, and findings so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from models.duration import Duration
from optimiser.reading.interchange.record import (
    AssignmentRecord,
    CalendarRecord,
    Dialect,
    FilePlace,
    ProjectRecord,
    ResourceRecord,
    TaskRecord,
    WbsRecord,
)
from optimiser.reading.interchange.tally import Tally
from optimiser.wording import called

__all__ = ["SOURCE", "SPANNING", "Translating", "printed"]

SOURCE: Final = "file"
"""The id of the plan's one source: the planner's file."""

SPANNING: Final = frozenset({"level-of-effort", "wbs-summary", "summary"})
"""Kinds of task that have their dates from others."""


def printed(at: dt.datetime) -> str:
    """Return a moment as a plan writes it."""
    return at.strftime("%Y-%m-%dT%H:%M") if at.year >= 1000 else f"{at.year:04}" + at.strftime("-%m-%dT%H:%M")


@dataclass(frozen=True)
class Translating:
    """One project on its way into a plan.

    Attributes
    ----------
    names
        Uid of a task to its id in the plan.
    calendar_names
        Uid of a calendar to its id in the plan.
    """

    project: ProjectRecord
    dialect: Dialect
    tally: Tally
    names: Mapping[str, str]
    calendar_names: Mapping[str, str]

    def length(self, minutes: int, *, elapsed: bool = False) -> str:
        """Return so many minutes as a plan writes them: worked ones in the planner's days or hours where they are whole."""
        return f"{minutes} emin" if elapsed else str(Duration.worked(minutes, self.project.day_minutes))

    def called(self, uid: str) -> str:
        """Return what a rule's title calls a task: its name and its id, as names come twice."""
        return called(self.tasks[uid].name, self.tasks[uid].id)

    @cached_property
    def tasks(self) -> dict[str, TaskRecord]:
        """Tasks by uid."""
        return {task.uid: task for task in self.project.tasks}

    @cached_property
    def calendars(self) -> dict[str, CalendarRecord]:
        """Calendars by uid."""
        return {calendar.uid: calendar for calendar in self.project.calendars}

    @cached_property
    def resources(self) -> dict[str, ResourceRecord]:
        """Resources by uid."""
        return {resource.uid: resource for resource in self.project.resources}

    @cached_property
    def wbs(self) -> dict[str, WbsRecord]:
        """P6's branches by uid."""
        return {branch.uid: branch for branch in self.project.wbs}

    @cached_property
    def assigned(self) -> dict[str, list[AssignmentRecord]]:
        """Assignments by the uid of their task."""
        found: dict[str, list[AssignmentRecord]] = {}
        for assignment in self.project.assignments:
            found.setdefault(assignment.task, []).append(assignment)
        return found

    @cached_property
    def children(self) -> dict[str, list[TaskRecord]]:
        """MS Project's tasks by the uid of the summary that they are in."""
        found: dict[str, list[TaskRecord]] = {}
        for task in self.project.tasks:
            if task.parent in self.tasks:
                found.setdefault(str(task.parent), []).append(task)
        return found

    def holds(self, task: TaskRecord) -> bool:
        """Say whether the plan holds a task: not an inactive one, nor a summary of nothing."""
        return task.uid in self.names

    def cited(self, place: FilePlace) -> dict[str, Any]:
        """Return the provenance of what stands at a place of the file."""
        where = place.table if place.line is None else f"{place.table}, line {place.line}"
        return {"basis": "document", "citation": f"{SOURCE}: {where}"}
