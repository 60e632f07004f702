"""A neutral record becomes a plan in minutes: the same rules in the plan's words, every one citing its place in the file.

Reading and meaning are apart: here nothing is read and no date is worked out. What cannot be said in a plan is told in a
finding (`optimiser.reading.interchange.tally`), and what was found, translated and told must meet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from models.calendar import Span
from models.importing import ImportCount, ImportFinding
from models.record import MOST_FAULTS
from optimiser.errors import InputError, Located
from optimiser.reading.interchange.naming import END, identifiers
from optimiser.reading.interchange.record import FilePlace, PlannerFile, ProjectRecord, TaskRecord
from optimiser.reading.interchange.tally import MOST_NAMED, Tally
from optimiser.reading.interchange.translate_calendars import (
    CLOCK,
    STANDARD,
    calendars,
    span_by_hand,
    used_calendars,
    usual_calendar,
)
from optimiser.reading.interchange.translate_items import items
from optimiser.reading.interchange.translate_rules import rules
from optimiser.reading.interchange.translating import SOURCE, SPANNING, Translating, printed

__all__ = ["END", "Translation", "chosen", "translated"]

MOST_TARGETS: Final = 30
"""Milestones that are asked for when nobody says which: a page of them."""

_TABLES: Final = frozenset(
    {"ACCOUNT", "ACTVCODE", "ACTVTYPE", "ASGNMNTACAT", "ASGNMNTCATTYPE", "ASGNMNTCATVAL", "BUDGCHNG", "COSTTYPE", "CURRTYPE"}
    | {"DOCCATG", "DOCSTAT", "DOCUMENT", "FINTMPL", "FINDATES", "FUNDSRC", "ISSUHIST", "LOCATION", "MEMOTYPE", "NONWORK", "OBS"}
    | {
        "PCATTYPE",
        "PCATVAL",
        "PHASE",
        "POBS",
        "PROJCOST",
        "PROJEST",
        "PROJFUND",
        "PROJISSU",
        "PROJPCAT",
        "PROJTHRS",
        "PRPFOLIO",
    }
    | {
        "RCATTYPE",
        "RCATVAL",
        "RISKTYPE",
        "ROLECATTYPE",
        "ROLECATVAL",
        "ROLELIMIT",
        "ROLERATE",
        "ROLES",
        "ROLERCAT",
        "RSRCCURVDATA",
    }
    | {"RSRCCURV", "RSRCLEVELLIST", "RSRCRCAT", "RSRCROLE", "SHIFT", "SHIFTPER", "TASKACTV", "TASKDOC", "TASKFDBK", "TASKFIN"}
    | {"TASKMEMO", "TASKNOTE", "TASKPROC", "TASKUSER", "TASKWKSP", "THRSPARM", "TRSRCFIN", "UDFTYPE", "UDFVALUE", "UMEASURE"}
    | {"WBSBUDG", "WBSMEMO", "WBSRSRC_QTY", "WBSSTEP"}
    | {
        "ActivityCode",
        "ActivityCodeType",
        "CBS",
        "DocumentCategory",
        "DocumentStatusCode",
        "CostAccount",
        "Currency",
        "DisplayCurrency",
        "EPS",
        "ExpenseCategory",
    }
    | {"FinancialPeriod", "FinancialPeriodTemplate", "FundingSource", "Location", "NotebookTopic", "ProjectCode"}
    | {
        "ProjectCodeType",
        "ProjectList",
        "ResourceCode",
        "ResourceCodeType",
        "ResourceCurve",
        "ResourceRole",
        "Role",
        "RoleLimit",
    }
    | {"RoleRate", "RoleRateNew", "Shift", "UDFType", "UnitOfMeasure", "WBSCategory"}
)
"""Tables and elements of P6 that hold codes, costs and notes, and move no date."""


@dataclass(frozen=True)
class Translation:
    """A plan as plain values, and what was told on the way.

    Attributes
    ----------
    content
        The fields of the plan, as a file of it would have them.
    names
        Uid of a task to its id in the plan.
    places
        Where in the file an entry of a list of the plan comes from.
    """

    project: ProjectRecord
    content: dict[str, Any]
    names: dict[str, str]
    places: dict[tuple[str, int], FilePlace]
    counts: tuple[ImportCount, ...]
    findings: tuple[ImportFinding, ...]


def chosen(file: PlannerFile, project: str | None = None) -> ProjectRecord:
    """Return the project that is meant.

    Parameters
    ----------
    project
        Its id; may be left out where exactly one project has activities.

    Raises
    ------
    InputError
        If none or several have activities, or none or several have the id.
    """
    working = [each for each in file.projects if each.tasks]
    known = ", ".join(f"'{each.id}' ({len(each.tasks):,} activities)" for each in file.projects[:MOST_NAMED])
    if project is None:
        if len(working) == 1:
            return working[0]
        if not working:
            raise InputError([Located("no project of the file has an activity, expected a plan", file=file.file)])
        advice = "maybe say which with import's option --project ID, and go on with the folder that its option -o writes"
        raise InputError([Located(f"the file holds several projects: {known}; {advice}", file=file.file)])
    found = [each for each in file.projects if project in (each.id, each.uid)]
    if len(found) == 1 and found[0].tasks:
        return found[0]
    if len(found) == 1:
        raise InputError([Located(f"project '{project[:60]}' has no activity; known: {known}", file=file.file)])
    if found:
        uids = ", ".join(each.uid for each in found[:MOST_NAMED])
        raise InputError(
            [Located(f"{len(found)} projects are called '{project[:60]}'; maybe say one of {uids}", file=file.file)]
        )
    raise InputError([Located(f"no project '{project[:60]}'; known: {known}", file=file.file)])


def translated(file: PlannerFile, project: ProjectRecord, kept: Mapping[str, str] | None = None) -> Translation:
    """Return a project as a plan in minutes.

    Parameters
    ----------
    file
        Where the project is from: it names the tool whose rules of scheduling hold.
    kept
        Ids that tasks had in the plan before, by uid, where this is a newer export.

    Raises
    ------
    InputError
        If the project is scheduled from its finish, or has no date to start from.
    """
    _refuse(file, project)
    tally = Tally(project)
    if file.dialect == "msp":
        project = _without_contradiction(project, tally)
    held = _held(project)
    names = identifiers(((task.uid, task.id) for task in held), taken=(END,), kept=kept or {})
    calendar_names = identifiers(((each.uid, each.name) for each in project.calendars), taken=(CLOCK, STANDARD))
    state = Translating(project, file.dialect, tally, names, calendar_names)
    used, usual = used_calendars(state), usual_calendar(project)
    phases, phase_of = _phases(state)
    laid = items(state, phase_of)
    end = {"id": END, "title": f"Finish of {project.name or project.id}"[:200], "shown": "closes", "calendar": CLOCK}
    milestones = [*laid.milestones, {**end, **state.cited(project.place)}]
    first, last = _reach(project)
    covers = {"first": first.isoformat(), "last": last.isoformat()}
    said = list(rules(state))
    said += _ends(state, laid.leaves, [*laid.activities, *laid.milestones])
    content: dict[str, Any] = {
        "schema": "optimiser/plan/1",
        "id": _plan_id(project, file),
        "title": (project.name or project.id)[:200],
        "as_of": _as_of(project).isoformat(),
        "note": f"Translated from {Path(file.file).name} ({file.tool} {file.version}), SHA-256 {file.sha256}.",
        "unit": "minute",
        "dialect": file.dialect,
        "day_minutes": project.day_minutes,
        "horizon": covers,
        "calendar": STANDARD if usual is None else calendar_names[usual],
        "calendars": calendars(state, used, laid.pairs, {"first": first.isoformat(), "last": last.isoformat()}),
        "targets": _targets(state, milestones),
        "phases": phases,
        "activities": laid.activities,
        "milestones": milestones,
        "hammocks": laid.hammocks,
        "summaries": laid.summaries,
        "rules": said,
        "sources": [_source(file, project)],
        **_settings(state),
    }
    if file.dialect == "msp":
        reach = Span(first=first, last=last)
        span_by_hand(state, laid.activities, said, content["calendars"], content["calendar"], reach)
    _tell_file(state, file)
    findings = tally.findings()
    moving = sum(finding.count for finding in findings if finding.severity in {"lost", "approximated"})
    if moving:
        content["note"] += f" Of {moving:,} things the dates may be otherwise than the file's: 'optimiser import' lists them."
    return Translation(
        project,
        {name: value for name, value in content.items() if value != []},
        names,
        _places(state, content),
        tally.counts(),
        findings,
    )


def _refuse(file: PlannerFile, project: ProjectRecord) -> None:
    """Refuse what would need another way of working dates out."""
    if project.schedule_from == "finish":
        message = (
            "the project is scheduled from its finish, expected from its start: nothing here works dates out backwards; "
            "maybe set its tool to schedule from the start"
        )
        raise InputError([Located(message, file=file.file, line=project.place.line, path=project.place.table)])
    if not _dates(project):
        message = "the project has neither a start nor a data date nor any date of a task, expected one to start from"
        raise InputError([Located(message, file=file.file, line=project.place.line, path=project.place.table)])
    called = {task.uid: task.id for task in project.tasks if task.active and task.kind not in SPANNING}
    around = [each for each in project.links if each.predecessor == each.successor and each.successor in called]
    if around:
        said = "'{}' cannot wait for itself; maybe another predecessor is meant"
        places = [(each.place, said.format(called[each.successor])) for each in around[:MOST_FAULTS]]
        raise InputError([Located(text, file=file.file, line=place.line, path=place.table) for place, text in places])


def _without_contradiction(project: ProjectRecord, tally: Tally) -> ProjectRecord:
    """Leave out the actual dates of tasks that have a finish and are not wholly done: MS Project never writes such."""
    tasks = []
    for task in project.tasks:
        progress = task.progress
        if progress.actual_finish is not None and progress.percent is not None and progress.percent < 100:
            count = 1 + (progress.actual_start is not None)
            tally.told("finish-undone", task.id, kind="progress fields", count=count)
            progress = replace(progress, actual_start=None, actual_finish=None)
        tasks.append(replace(task, progress=progress))
    return replace(project, tasks=tuple(tasks))


def _held(project: ProjectRecord) -> list[TaskRecord]:
    """Return the tasks that the plan holds: active ones, and spans in which some work is."""
    parents = {task.uid: task.parent for task in project.tasks}
    inactive = {task.uid for task in project.tasks if not task.active}
    full: set[str] = set()
    for task in project.tasks:
        if task.kind == "summary" or task.uid in inactive:
            continue
        at = task.parent
        while at in parents and at not in full:
            full.add(str(at))
            at = parents[str(at)]
    branches = {branch.uid: branch.parent for branch in project.wbs}
    worked: set[str] = set()
    leaves = [task for task in project.tasks if task.kind not in SPANNING and task.uid not in inactive]
    for task in leaves:
        branch = task.parent
        while branch is not None and branch not in worked:
            worked.add(branch)
            branch = branches.get(branch)

    def spans(task: TaskRecord) -> bool:
        if task.kind == "level-of-effort":
            return bool(leaves)
        return task.parent in worked if task.kind == "wbs-summary" else task.kind != "summary" or task.uid in full

    return [task for task in project.tasks if task.uid not in inactive and spans(task)]


def _phases(state: Translating) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return phases, and that of each task: the first branch below the top that it is in."""
    parents = {uid: branch.parent for uid, branch in state.wbs.items()}
    titles = {uid: branch.name or branch.id for uid, branch in state.wbs.items()}
    if not parents:
        parents = {task.uid: task.parent for task in state.project.tasks}
        titles = {task.uid: task.name for task in state.project.tasks if task.kind == "summary"}
    tops = {uid for uid, parent in parents.items() if parent not in parents}
    single = len(tops & titles.keys()) == 1
    found: dict[str, str] = {}
    for task in state.project.tasks:
        path: list[str] = []
        at = task.parent if state.wbs or task.kind != "summary" else task.uid
        while at in parents and at not in path:
            path.append(str(at))
            at = parents[str(at)]
        branch = path[-2:][0] if single and path else path[-1] if path else None
        if branch in titles and state.holds(task):
            found[task.uid] = str(branch)
    named = identifiers((branch, titles[branch]) for branch in dict.fromkeys(found.values()))
    phases = [{"id": name, "title": (titles[branch] or name)[:200]} for branch, name in named.items()]
    return phases, {uid: named[branch] for uid, branch in found.items()}


def _ends(state: Translating, leaves: Sequence[str], work: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rules of the project's own finish: it waits for all work, said of that which no start follows."""
    cited = state.cited(state.project.place)
    # What is as late as possible would follow the finish, had it to wait for it.
    left_out = {each["id"] for each in work if each.get("placement")}
    followed = set(_followed(state))
    uids = {name: uid for uid, name in state.names.items()}
    for name in leaves:
        if name in left_out and name not in followed:
            state.tally.told("late-at-end", name)
    found: list[dict[str, Any]] = [
        {
            "id": f"E{number}",
            "kind": "dependency",
            "title": f"The project finishes with {state.called(uids[name])}",
            "before": name,
            "after": END,
            "lag_calendar": "plan",
            **cited,
        }
        for number, name in enumerate((name for name in leaves if name not in followed | left_out), start=1)
    ]
    if state.project.must_finish is not None:
        date = printed(state.project.must_finish)
        state.tally.told("must-finish", state.project.id)
        late = {
            "id": "D0",
            "kind": "not-after",
            "title": "The project must finish by",
            "at": f"{END}.finish",
            "date": date,
            "soft": True,
        }
        found.append({**late, **cited})
    return found


def _followed(state: Translating) -> Iterator[str]:
    """Yield the ids of work before whose finish the start of other work cannot come, which the project waits for instead."""
    for link in state.project.links:
        after = state.tasks.get(link.successor)
        if after is None or link.predecessor not in state.names or not state.holds(after):
            continue
        held = after.manual or after.kind in SPANNING or after.progress.actual_start or after.progress.actual_finish
        pinned = any(each.kind.startswith("must-") or each.kind.endswith("-no-later") for each in after.constraints)
        if link.type == "FS" and link.lag >= 0 and (link.percent or 0) >= 0 and not held and not pinned:
            yield state.names[link.predecessor]


def _settings(state: Translating) -> dict[str, Any]:
    """Return the fields of the plan that say how its dialect works dates out."""
    project, tally = state.project, state.tally
    found: dict[str, Any] = {}
    begun = [task for task in project.tasks if task.progress.actual_start is not None and task.progress.actual_finish is None]
    if project.start is not None:
        found["start"] = printed(project.start)
    if state.dialect == "msp":
        if any(link.lag or link.percent for link in project.links):
            tally.told("lag-calendar-silent", project.id)
        if project.data_date is not None:  # it moves nothing here, and tells what should have begun by then
            found["status_date"] = printed(project.data_date)
        return {**found, "lag_calendar": project.lag_calendar or "successor"}
    data_date = project.data_date or project.start
    if project.data_date is None:
        tally.told("data-date-silent", project.id)
    if data_date is not None:
        found["status_date"] = printed(data_date)
    lags = any(link.lag for link in project.links)
    if project.lag_calendar is None and lags:
        tally.told("lag-calendar-silent", project.id)
    if project.logic is None and begun:
        tally.told("logic-silent", project.id)
    if project.logic == "actual-dates" and begun:
        tally.told("actual-dates-logic", project.id)
    if project.logic == "override" and begun:
        tally.told("override", project.id)
    if project.start_lag == "actual-start" and begun and lags:
        tally.told("start-lag-actual", project.id)
    return {
        **found,
        "lag_calendar": project.lag_calendar or "predecessor",
        "logic": "override" if project.logic == "override" else "retained",
        "start_lag": project.start_lag or "early-start",
    }


def _targets(state: Translating, milestones: list[dict[str, Any]]) -> list[str]:
    """Return the milestones asked for when nobody says which: the finish, and the others while they fit on a page."""
    ahead = [each["id"] for each in milestones if "progress" not in each and each["id"] != END]
    if len(ahead) <= MOST_TARGETS:
        return [END, *ahead]
    state.tally.told("target-limit", count=len(ahead))
    return [END]


def _tell_file(state: Translating, file: PlannerFile) -> None:
    """Report content that the reader skipped, levelling that is not applied, and rounded lengths."""
    for unread in (*file.unread, *state.project.unread):
        where = f"{unread.name} ({unread.count:,})"
        state.tally.told("table" if unread.name in _TABLES else "table-unread", where, count=unread.count)
    for resource in state.project.resources:
        if resource.maximum is not None and any(each.resource == resource.uid for each in state.project.assignments):
            state.tally.told("not-levelled", resource.name)
    if file.encoding != "UTF-8":
        state.tally.told("encoding", Path(file.file).name)
    if file.rounded:
        state.tally.told("rounded", count=file.rounded)


def _dates(project: ProjectRecord) -> list[dt.datetime]:
    """Return every date that the project holds."""
    found = [project.start, project.data_date, project.finish, project.must_finish]
    for task in project.tasks:
        progress, stored = task.progress, task.stored
        found += [progress.actual_start, progress.actual_finish, progress.suspend, progress.resume, progress.expected_finish]
        found += [
            stored.start,
            stored.finish,
            stored.early_start,
            stored.early_finish,
            task.deadline,
            task.external_early_start,
        ]
        found += [constraint.date for constraint in task.constraints]
    return [date for date in found if date is not None]


def _reach(project: ProjectRecord) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the plan: its dates, a year before them, and after them as much again or five years."""
    dates = [date.date() for date in _dates(project)]
    first, last = min(dates), max(dates)
    more = max(last - first, dt.timedelta(days=5 * 366))
    return max(first, dt.date(2, 1, 3)) - dt.timedelta(days=366), min(last, dt.date(9000, 1, 1)) + min(
        more, dt.timedelta(days=100 * 366)
    )


def _as_of(project: ProjectRecord) -> dt.date:
    """Return the day whose knowledge the file rests on."""
    return (project.data_date or project.start or min(_dates(project))).date()


def _source(file: PlannerFile, project: ProjectRecord) -> dict[str, Any]:
    return {
        "id": SOURCE,
        "title": Path(file.file).name[:200],
        "publisher": f"{file.tool} {file.version}".strip()[:200] or "the planner",
        "published_on": _as_of(project).isoformat(),
        "note": f"SHA-256 {file.sha256}",
    }


def _plan_id(project: ProjectRecord, file: PlannerFile) -> str:
    return next(iter(identifiers([("", project.id or Path(file.file).stem)]).values()))


def _places(state: Translating, content: dict[str, Any]) -> dict[tuple[str, int], FilePlace]:
    """Return where entries of the plan's lists come from."""
    places: dict[tuple[str, int], FilePlace] = {}
    by_name = {state.names[task.uid]: task.place for task in state.project.tasks if state.holds(task)}
    links = {f"L{number}": link.place for number, link in enumerate(state.project.links, start=1)}
    by_calendar = {state.calendar_names[each.uid]: each.place for each in state.project.calendars}
    for name in ("activities", "milestones", "hammocks", "summaries", "rules", "calendars"):
        known = {"rules": links, "calendars": by_calendar}.get(name, by_name)
        for index, entry in enumerate(content[name]):
            place = known.get(entry["id"]) or by_name.get(str(entry.get("at", "")).partition(".")[0])
            if place is not None:
                places[name, index] = place
    return places
