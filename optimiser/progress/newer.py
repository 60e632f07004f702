"""A plan updated by a planner's file: a newer export of the file it came from, or the facts of another tool's file.

A plan that came from a planner's file is what its newest export says: tasks keep the ids they had, and what was added, removed,
renamed or linked otherwise is logic and said. Of any other plan the file's tasks are rows of a table, matched by id or name.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from models.items import Activity, Milestone
from models.moment import Moment
from models.plan import Plan
from models.progress import Progress
from models.rules import Dependency
from models.updating import UpdateChange, UpdateRemark
from optimiser.errors import InputError, Located
from optimiser.importing import plan_files
from optimiser.progress.byhand import Entries, added_by_hand, edited_by_hand, targets_by_hand
from optimiser.progress.copying import copied_files
from optimiser.progress.entries import progress_entry
from optimiser.reading.files import LARGEST_DOCUMENT, read_content
from optimiser.reading.folder import Gathered
from optimiser.reading.interchange.naming import END, identifiers
from optimiser.reading.interchange.opening import gather_planner, read_planner
from optimiser.reading.interchange.record import PlannerFile, ProjectRecord, TaskRecord
from optimiser.reading.interchange.translate import chosen
from optimiser.reading.load import OpenedPlan
from optimiser.reading.packaged import PLANNERS
from optimiser.reading.sheets import ReadSheet
from optimiser.reading.spelling import WrittenLength
from optimiser.reading.tabular import ProgressRow, ProgressTable
from optimiser.reading.tabular.headers import PlannerColumns

__all__ = ["IDS", "Newer", "changes_between", "export_kept", "newer_export", "table_of_export"]

IDS: Final = "source/ids.csv"
"""Where an update's folder keeps which id each task of the planner's file has had from the first on."""

_KEPT_IN: Final = "source/export/"
"""Where it keeps the planner's file itself."""


@dataclass(frozen=True, slots=True)
class Newer:
    """A newer export as a plan.

    Attributes
    ----------
    files
        Of the folder, without the file of the update itself.
    gathered
        The export as a plan's files are read.
    added
        Entries of the folder before that no planner's file wrote.
    taken, left_out
        How it was read, and what of the folder before is not in it.
    """

    gathered: Gathered
    files: dict[str, bytes]
    added: Entries
    taken: list[str]
    left_out: list[str]


def newer_export(path: Path, opened: OpenedPlan, export: Path, project: str | None) -> Newer:
    """Return a newer export of the file that a plan came from, its tasks with the ids that they had.

    Parameters
    ----------
    path
        Of the update before: a planner's file, or a folder that was made of one.
    opened
        The update before.

    Raises
    ------
    InputError
        If it cannot be read, or has nothing to do with the plan.
    """
    before = opened.plan

    def keep(file: PlannerFile, meant: ProjectRecord) -> Mapping[str, str]:
        return _kept(_known(path, project), before, file, meant)

    gathered, _, translation = gather_planner(export, project, keep)
    shared = set(translation.names.values()) & set(before.items)
    if not shared:
        message = f"has no task in common with the plan, {before.title}; maybe it is the export of another project"
        raise InputError([Located(message, file=str(export))])
    taken = ["a newer export: the plan is what it says, its tasks with the ids that they had"]
    files: dict[str, bytes] = {}
    left: list[str] = []
    added: Entries = {}
    if path.suffix.lower() not in PLANNERS:
        old, left = copied_files(path)
        parts = {name for name in old if "/" not in name and name.lower().endswith((".yaml", ".yml", ".csv"))}
        files = {name: content for name, content in old.items() if name not in parts}
        added = added_by_hand(opened.gathered.bare, gathered.content)
        if kept := [name for name in sorted(parts) if name.startswith(("qualification.", "participants."))]:
            left.append(f"{', '.join(kept)}: beside the export; copy from the update before what still holds")
        left += _edited(path, opened, gathered, project)
        files = {name: content for name, content in files.items() if not _is_export(name)}
        if chosen_targets := targets_by_hand(before, gathered.content):
            gathered.content["targets"] = translation.content["targets"] = chosen_targets
            taken.append(f"the targets are those of the update before: {', '.join(chosen_targets)}")
    files |= plan_files(translation.content)
    files[IDS] = _table(translation.names)
    files |= export_kept(export)
    return Newer(gathered, files, added, taken, left)


def export_kept(export: Path) -> dict[str, bytes]:
    """Return the planner's file as a folder made of it keeps it: what was changed by hand since can then be told."""
    return {f"{_KEPT_IN}{export.name}": read_content(export, str(export), LARGEST_DOCUMENT)}


def _is_export(name: str) -> bool:
    return name.startswith(_KEPT_IN)


def _edited(path: Path, opened: OpenedPlan, newer: Gathered, project: str | None) -> list[str]:
    """Return what was changed by hand in the folder before and is not in the newer export; in general where no export is kept."""
    folder = path if path.is_dir() else path.parent
    kept = sorted((folder / _KEPT_IN).glob("*")) if (folder / _KEPT_IN).is_dir() else []
    names = _known(path, project)
    try:
        then = gather_planner(kept[0], project, (lambda *_: names) if names else None)[0] if len(kept) == 1 else None
    except InputError:
        then = None
    if then is None:
        return ["changes made by hand to tasks, links and calendars of the export before: those are as the newer one has them"]
    found = edited_by_hand(opened.gathered.bare, then.content, newer.content)
    return [f"by hand, and not in the new file: {each}" for each in found]


def _table(names: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("uid", "id"))
    writer.writerows(names.items())
    return text.getvalue().encode()


def _known(path: Path, project: str | None) -> dict[str, str]:
    """Return the ids of the update before by the uids of its file, as far as they are known."""
    if path.suffix.lower() in PLANNERS:
        return gather_planner(path, project)[2].names
    try:
        text = (path / IDS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    return {row[0]: row[1] for row in list(csv.reader(io.StringIO(text)))[1:] if len(row) == len(("uid", "id"))}


def _kept(known: Mapping[str, str], before: Plan, file: PlannerFile, project: ProjectRecord) -> dict[str, str]:
    """Return which tasks keep an id of the update before.

    Microsoft Project numbers tasks by their rows, so the hidden number tells; Primavera's ids are the planner's own, and the
    hidden number tells where one was changed. Where no hidden number is known, tasks of one name are one.
    """
    natural = identifiers((task.uid, task.id) for task in project.tasks)
    if file.dialect == "p6":
        there = set(natural.values())
        return {
            uid: known[uid]
            for uid, name in natural.items()
            if name not in before.items and uid in known and known[uid] in before.items and known[uid] not in there
        }
    if known:
        return {uid: known[uid] for uid in natural if known.get(uid) in before.items}
    titled = _once((item.title, name) for name, item in before.items.items())
    named = _once((task.name.strip(), task.uid) for task in project.tasks)
    return {uid: titled[title] for title, uid in named.items() if title in titled}


def _once(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    """Return pairs as a mapping, keys that come more than once left out."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for key, value in pairs:
        if key in found:
            twice.add(key)
        found[key] = value
    return {key: value for key, value in found.items() if key not in twice}


# -- what is new -----------------------------------------------------------------------------------------------------------


def changes_between(before: Plan, after: Plan) -> tuple[list[UpdateChange], list[UpdateRemark]]:
    """Return the changes since the update before, and those for a planner to review."""
    changes: list[UpdateChange] = []
    remarks: list[UpdateRemark] = []
    for name, item in after.items.items():
        held = before.items.get(name)
        if held is None:
            changes.append(UpdateChange(item=name, title=item.title, kind="added"))
            continue
        if held.title != item.title:
            changes.append(UpdateChange(item=name, title=item.title, kind="renamed", before=held.title, after=item.title))
        if isinstance(item, Activity | Milestone) and isinstance(held, Activity | Milestone):
            _done(held, item, changes, remarks)
        if isinstance(item, Activity) and isinstance(held, Activity):
            was, now = before.duration(held.duration), after.duration(item.duration)
            if was != now and not after.done(name):
                changes.append(
                    UpdateChange(item=name, title=item.title, kind="estimate", before=_length(was), after=_length(now))
                )
    for name, item in before.items.items():
        if name not in after.items:
            changes.append(UpdateChange(item=name, title=item.title, kind="removed"))
    old, new = _links(before), _links(after)
    for sign, found, other in (("added", new, old), ("removed", old, new)):
        changes += [_link(link, sign, after, before) for link in found if link not in other]
    return changes, remarks


def _done(
    held: Activity | Milestone, item: Activity | Milestone, changes: list[UpdateChange], remarks: list[UpdateRemark]
) -> None:
    """Note what is done of an item that was not before."""
    was, now = progress_entry(held.progress or Progress()), progress_entry(item.progress or Progress())
    for key, kind in (("actual_start", "begun"), ("actual_finish", "finished")):
        one, other = was.get(key), now.get(key)
        if one == other:
            continue
        if one is not None and other is not None:
            says = f"{item.id}: the {key.replace('_', ' ')} was {one} in the update before, and is {other} now"
            remarks.append(UpdateRemark(says=says))
        elif one is not None:
            remarks.append(UpdateRemark(says=f"{item.id}: {kind} on {one} by the update before, not {kind} now"))
        changes.append(
            UpdateChange.model_validate({"item": item.id, "title": item.title, "kind": kind, "before": one, "after": other})
        )
    left, rest = was.get("remaining"), now.get("remaining")
    if rest != left and rest is not None and "actual_finish" not in now and "actual_start" in now:
        changes.append(UpdateChange(item=item.id, title=item.title, kind="remaining", before=left, after=rest))


def _length(duration: object) -> str:
    return str(duration)


_Linked = tuple[str, str, str, str]


def _links(plan: Plan) -> dict[_Linked, None]:
    """Return the links of a plan, each once, but for those to the project's own finish, which are no planner's."""
    return {
        (rule.before, rule.after, rule.type, str(plan.duration(rule.lag))): None
        for rule in plan.rules
        if isinstance(rule, Dependency) and plan.switch(rule.enabled) and rule.after != END
    }


def _link(link: _Linked, what: str, after: Plan, before: Plan) -> UpdateChange:
    first, second, kind, lag = link
    item = after.items.get(second) or before.items[second]
    words = f"{first} {kind}" + ("" if lag.startswith("0 ") else f" {lag}")
    sides = {"before": words} if what == "removed" else {"after": words}
    return UpdateChange.model_validate({"item": second, "title": item.title, "kind": "link", **sides})


# -- a file of another tool as a table -------------------------------------------------------------------------------------


def table_of_export(export: Path, plan: Plan, project: str | None) -> ProgressTable:
    """Return the tasks of a planner's file as the rows of a table of progress.

    Lengths of a plan of days are rounded up to whole days of the plan's working day.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    file = read_planner(export)
    meant = chosen(file, project)
    sheet = ReadSheet(str(export), None, {}, notes=(f"tasks of {file.tool}, matched by their ids or names",))
    rows = [
        _row(place, task, plan)
        for place, task in enumerate(meant.tasks, 1)
        if task.active and task.kind not in ("summary", "wbs-summary", "level-of-effort")
    ]
    return ProgressTable(sheet, PlannerColumns(0, {}, {}, {}, {}), tuple(rows), shares=False, bare=0)


def _row(place: int, task: TaskRecord, plan: Plan) -> ProgressRow:
    done = task.progress
    begun = done.actual_start is not None and done.actual_finish is None

    def day(date: dt.datetime | None) -> dt.date | None:
        return None if date is None else Moment.of(date)

    def length(minutes: int | None) -> WrittenLength | None:
        if minutes is None or task.elapsed:
            return None
        days = Fraction(minutes, plan.day_minutes)
        whole = Fraction(-(-days.numerator // days.denominator)) if plan.unit == "day" else days
        return WrittenLength(whole, "d", elapsed=False, estimated=False, text=f"{float(days):g} d")

    return ProgressRow(
        row=place,
        id=task.id,
        name=task.name.strip(),
        summary=False,
        actual_start=day(done.actual_start),
        actual_finish=day(done.actual_finish),
        suspend=day(done.suspend) if begun and done.resume is not None else None,
        resume=day(done.resume) if begun and done.suspend is not None else None,
        expected_finish=None,
        remaining=length(done.remaining) if begun else None,
        percent=done.percent if begun and done.remaining is None else None,
        duration=None,
        low=None,
        high=None,
        basis="",
        note="",
    )
