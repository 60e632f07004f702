"""What a translation has found, translated and told: the three must meet, or something was lost without a word."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from models.importing import ImportCount, ImportFinding, ImportSeverity
from optimiser.reading.interchange.record import ProjectRecord

__all__ = ["CODES", "MOST_NAMED", "SEVERITIES", "Tally", "held"]

MOST_NAMED: Final = 20
"""Ids that a finding names; the rest is a number."""

SEVERITIES: Final[tuple[ImportSeverity, ...]] = ("lost", "approximated", "assumed", "stale", "unread", "kept")
"""What moves dates stands first."""

CODES: Final[dict[str, tuple[ImportSeverity, str]]] = {
    "unaccounted": ("lost", "was found in the file and neither translated nor told of: a fault of this program"),
    "link-outside": ("lost", "a link to or from something that this project does not hold: it holds nothing here"),
    "link-to-span": ("kept", "a link of a level of effort or a WBS summary: it says what that spans, nothing waits for it"),
    "link-in-circle": ("lost", "a link that would have a summary wait for what is in it"),
    "actual-dates-logic": ("lost", "progress by actual dates: retained logic is taken"),
    "calendar-unreadable": ("lost", "a calendar whose days cannot be read: Mondays to Fridays 08:00 to 16:00 are taken"),
    "calendar-missing": ("lost", "a calendar that the file does not hold: the project's is taken"),
    "share-of-span": ("approximated", "a lag in per cent of a summary: so much of the length that the file stores of it"),
    "span-begun": ("approximated", "a level of effort that has begun: what it spans is shown, not its actual start"),
    "span-untied": ("approximated", "a level of effort without a link to its start or finish: it spans the project's"),
    "span-ties": ("approximated", "a level of effort tied to several finishes at its start: only starts are taken"),
    "late-at-end": (
        "approximated",
        "as late as possible with nothing behind it: it stays early, and the project's finish does not wait for it",
    ),
    "length-missing": ("approximated", "work without a length: none is taken"),
    "length-beyond": ("kept", "a planned length of more than 190 years, of work that has begun: what is left of it stands"),
    "manual-span": (
        "assumed",
        "work dated by hand whose length does not lead from its start to its finish: it lasts the time between them",
    ),
    "rounded": ("approximated", "lengths that were no whole minutes: rounded half up"),
    "target-limit": ("kept", "milestones that are not asked for unless they are named: more than a page of them"),
    "lag-calendar-silent": ("assumed", "the file does not say on which calendar lags count: the dialect's own is taken"),
    "logic-silent": ("assumed", "the file does not say what links mean to work that has begun: retained logic is taken"),
    "encoding": ("assumed", "the text is no UTF-8: Windows-1252 is taken, so names in another script are not as they were"),
    "project-calendar": (
        "assumed",
        "the project's calendar is not in the file: the first that stands on no other is taken, or the tool's standard week",
    ),
    "calendar-silent": ("assumed", "a calendar that tells no days: the tool's standard week is taken"),
    "data-date-silent": ("assumed", "the file has no data date: the planned start is taken"),
    "override": ("assumed", "progress override: links into work that has begun hold nothing; no public file decides it"),
    "start-lag-actual": ("assumed", "lags behind begun starts count from the actual start; no public file decides it"),
    "suspended": ("assumed", "suspended work goes on when it resumes; no public file decides it"),
    "expected-finish": ("assumed", "an expected finish takes the finish's place; no public file decides it"),
    "external-dates": ("assumed", "dates from other projects are floors; no public file decides it"),
    "work-over-units": ("assumed", "resource-dependent work lasts its work over its units; no public file decides it"),
    "late-msp": ("assumed", "as late as possible in MS Project: after all else, from the back; no public file decides it"),
    "no-later": ("assumed", "a start or finish no later than wins over links; no public file decides it"),
    "finish-link-lag": (
        "assumed",
        "a lag on a link to a finish is counted from the start that goes with it; no public file decides it",
    ),
    "actual-ahead": ("stale", "an actual date after the status date, which cannot have come: it is taken as it stands"),
    "actual-swapped": ("stale", "an actual finish before the actual start: the work is taken as done when it began"),
    "done-undated": ("stale", "wholly done without an actual finish: it is taken as not finished"),
    "finish-undone": ("stale", "an actual finish of work that is not wholly done: no actual date of it is taken"),
    "constraint-on-done": ("kept", "a constraint on work that has begun: it moves no date any more"),
    "constraint-undated": ("kept", "a constraint without a date: it holds nothing"),
    "constraint-on-span": ("kept", "a constraint on what spans others: it moves no date"),
    "expected-finish-off": ("kept", "an expected finish that the project's options leave aside"),
    "assignment-idle": ("kept", "an assignment that moves no date: the work goes by its own calendar"),
    "assignment-outside": ("kept", "an assignment to something that this project does not hold"),
    "not-levelled": ("kept", "a resource with a maximum: nothing is levelled"),
    "span-empty": ("kept", "a level of effort or WBS summary with no work to span: it has no date"),
    "inactive": ("kept", "inactive: it holds nothing and has no date"),
    "calendar-unused": ("kept", "a calendar that nothing of this project stands on"),
    "progress-of-span": ("kept", "progress of what spans others: it has its dates from them"),
    "delay-of-done": ("kept", "a levelling delay of work that has begun: it moves no date any more"),
    "must-finish": ("kept", "the project's must-finish date bounds late dates only"),
    "no-dates": ("lost", "the file's own logic gives no dates within the days of the plan: nothing is compared"),
    "calendar-ends": ("lost", "work that its calendar leaves no time for: it works by exceptions, and no more after the last"),
    "held": ("approximated", "held by a fitted floor where the file has it: the date rests on that, not on the file's logic"),
    "rescheduled": ("approximated", "moved behind the status date, as asked for: the file has it, or the rest of it, before"),
    "stored-differs": ("stale", "a stored date that the file's own logic does not give"),
    "never-scheduled": ("stale", "stored dates of a project that its tool has never scheduled"),
    "table": ("kept", "a table that moves no date: it stays in the file"),
    "table-unread": ("unread", "something that this version does not know"),
}
"""Every code with its severity and what it says; a count and ids stand before it."""


def held(project: ProjectRecord) -> Counter[str]:
    """Return how many things of each kind a project holds, counted from the record alone."""
    calendars = project.calendars
    found = Counter(
        {
            "tasks": len(project.tasks),
            "links": len(project.links),
            "constraints": sum(len(task.constraints) for task in project.tasks),
            "deadlines": sum(task.deadline is not None for task in project.tasks),
            "calendars": len(calendars),
            "calendar exceptions": sum(len(each.exceptions) + len(each.weeks) for each in calendars),
            "assignments": len(project.assignments),
            "levelling delays": sum(bool(task.levelling_delay) for task in project.tasks),
            "external dates": sum(task.external_early_start is not None for task in project.tasks),
        }
    )
    for task in project.tasks:
        progress = task.progress
        fields = (progress.actual_start, progress.actual_finish, progress.suspend, progress.resume, progress.expected_finish)
        found["progress fields"] += sum(each is not None for each in fields)
    return found


@dataclass
class _Telling:
    """A finding as it grows."""

    count: int = 0
    where: list[str] = field(default_factory=list)


class Tally:
    """Counts of one translation, and what it tells."""

    def __init__(self, project: ProjectRecord) -> None:
        self._found = held(project)
        self._translated: Counter[str] = Counter()
        self._reported: Counter[str] = Counter()
        self._told: dict[str, _Telling] = {}

    def translated(self, kind: str, count: int = 1) -> None:
        """Count things that the plan now holds."""
        self._translated[kind] += count

    def told(self, code: str, where: str = "", *, kind: str | None = None, count: int = 1) -> None:
        """Tell of something; with a kind, it is not translated and counts as reported."""
        if kind is not None:
            self._reported[kind] += count
        told = self._told.setdefault(code, _Telling())
        told.count += count
        if where and len(told.where) <= MOST_NAMED * 50 and where not in told.where[-1:]:
            told.where.append(where)

    def counts(self) -> tuple[ImportCount, ...]:
        """Return found, translated and reported of every kind that occurs."""
        return tuple(
            ImportCount(kind=kind, found=found, translated=self._translated[kind], reported=self._reported[kind])
            for kind, found in self._found.items()
            if found or self._translated[kind] or self._reported[kind]
        )

    def findings(self) -> tuple[ImportFinding, ...]:
        """Return all findings, and one for each kind of content whose counts found and accounted for differ."""
        for count in self.counts():
            missing = count.found - count.translated - count.reported
            if missing:
                self.told("unaccounted", f"{count.kind}: {missing}", count=abs(missing))
        found = []
        for code, told in self._told.items():
            severity, says = CODES[code]
            named = told.where[:MOST_NAMED]
            found.append(
                ImportFinding(
                    code=code,
                    severity=severity,
                    count=told.count,
                    where=tuple(named),
                    more=len(told.where) - len(named),
                    says=says,
                )
            )
        return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
