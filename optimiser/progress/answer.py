"""The next update of a plan: its files as they are, and beside them what is known by the evening of the status date."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.moment import read_date
from models.plan import Plan
from models.progress import Logic
from models.record import MOST_FAULTS
from models.updating import Previous, UpdateMade
from optimiser.errors import InputError, Located
from optimiser.initial import SOURCE_FOLDER
from optimiser.progress.byhand import ITEMS_FILE, Entries, carried
from optimiser.progress.chain import counts_of
from optimiser.progress.copying import copied_files
from optimiser.progress.entries import TableFacts
from optimiser.progress.facts import facts_of
from optimiser.progress.newer import IDS, changes_between, newer_export, table_of_export
from optimiser.progress.risks import take_risks
from optimiser.progress.written import EXPORT_HEAD, facts_text, judged_facts, update_text
from optimiser.reading.document import document_of
from optimiser.reading.files import LARGEST_DOCUMENT, read_content
from optimiser.reading.folder import Gathered
from optimiser.reading.load import OpenedPlan, open_plan
from optimiser.reading.packaged import PLANNERS, find_plan, packaged
from optimiser.reading.previous import content_sha256, said_sha256
from optimiser.reading.spelling import DateOrder
from optimiser.reading.tabular import ProgressTable, read_progress_table
from optimiser.reading.update_part import UPDATE_FILE

__all__ = ["UpdateChoices", "Updated", "update_plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateChoices:
    """What is said beside the table.

    Attributes
    ----------
    status
        By the evening of this day what the update says is known; None: as the planner's file says.
    sheet
        On which the table stands.
    order
        Which number of a date with slashes comes first.
    logic
        Whether links hold the rest of begun work; None: as before.
    project
        Of a planner's file, its id.
    """

    status: dt.date | None
    sheet: str | None = None
    order: DateOrder | None = None
    logic: Logic | None = None
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Updated:
    """The next update: what became of the table, and the files of its folder by path."""

    report: UpdateMade
    files: Mapping[str, bytes]
    plan: Plan


def update_plan(plan: str | Path, folder: Path, table: Path | None, choices: UpdateChoices) -> Updated:
    """Return the files of the next update of a plan; nothing is written.

    Parameters
    ----------
    plan
        The update before, or the plan itself: a packaged name or a path.
    folder
        What the new folder will be called.
    table
        What says how far the work is; None: nothing is said but the status date.
    choices
        What is said beside the table.

    Raises
    ------
    InputError
        With every fault of the table, each at its cell.
    """
    path = find_plan(plan)
    opened = open_plan(plan)
    before = opened.plan
    if table is not None and table.suffix.lower() in PLANNERS and before.dialect is not None:
        return _from_export(plan, path, folder, opened, table, choices)
    files, left = copied_files(path)
    read = _read(table, before, choices)
    asked = choices.status or (read.status if read else None)
    faults = _status_faults(before, asked, read)
    status = asked or dt.date.max
    source = _source_id(before, status)
    facts = facts_of(before, read, status, source)
    take_risks(before, path, read, facts)
    faults += facts.faults
    if asked is None:
        raise InputError(_in_rows(faults, read)[:MOST_FAULTS])
    previous = Previous(path=named_from(plan, path, folder), sha256=said_sha256(opened.gathered))
    content = read_content(table, str(table), LARGEST_DOCUMENT) if table else b""
    kept = _kept_name(files, table, status) if table else None
    logic = choices.logic or before.logic
    old = opened.gathered.update or {}
    text = facts_text(before, old, facts, status, previous, logic, (source, kept, content))
    made = _judged(opened.gathered, f"{path}: the new {UPDATE_FILE}", text, facts, read, faults)
    files[UPDATE_FILE] = text.encode()
    if kept:
        files[f"{SOURCE_FOLDER}/{kept}"] = content
    report = UpdateMade(
        table=str(table) if table else "no table: only the status date is new",
        sheet=read.sheet.name if read else None,
        changes=tuple(facts.changes),
        remarks=tuple(facts.remarks),
        taken=tuple(_taken(read)) if read else (),
        left_out=(*facts.left_out, *left, *(_unread(read) if read else ())),
        **_made(plan, folder, before, made, status, previous, content, files),
    )
    return Updated(report, files, made)


def _read(table: Path | None, before: Plan, choices: UpdateChoices) -> ProgressTable | None:
    """Return what says how far the work is."""
    if table is None:
        return None
    if table.suffix.lower() in PLANNERS:
        return table_of_export(table, before, choices.project)
    return read_progress_table(table, sheet=choices.sheet, order=choices.order)


def _from_export(
    plan: str | Path, path: Path, folder: Path, opened: OpenedPlan, export: Path, choices: UpdateChoices
) -> Updated:
    """Return the next update of a plan that came from a planner's file, from a newer export of that.

    Raises
    ------
    InputError
        If it is none, or its status date is another than the one said or lies before the last.
    """
    before = opened.plan
    newer = newer_export(path, opened, export, choices.project)
    stated = newer.gathered.content.get("status_date")
    held = None if stated is None else read_date(str(stated))
    if held is not None and choices.status is not None and not 0 <= (_day(held) - _day(choices.status)).days <= 1:
        message = f"the file's own status date is {held}, got {choices.status}; maybe leave out --status"
        raise InputError([Located(message, path="--status")])
    status = held if isinstance(held, dt.date) else choices.status
    if faults := _status_faults(before, status, None):
        raise InputError(faults)
    assert status is not None
    content = read_content(export, str(export), LARGEST_DOCUMENT)
    kept = _kept_name(newer.files, export, status)
    previous = Previous(path=named_from(plan, path, folder), sha256=content_sha256(path))
    logic = choices.logic or newer.gathered.content.get("logic", "retained")
    head = EXPORT_HEAD.format(export=f"{SOURCE_FOLDER}/{kept}", ids=IDS)
    text = update_text(head, status, previous, logic, _kept_facts(opened.gathered.update or {}, newer.added))
    found = carried(newer.gathered, newer.added, document_of(text, f"{path}: the new {UPDATE_FILE}"), f"{path}: {ITEMS_FILE}")
    made = found.plan
    changes, remarks = changes_between(before, made)
    files = {**newer.files, UPDATE_FILE: text.encode(), f"{SOURCE_FOLDER}/{kept}": content}
    files |= {ITEMS_FILE: found.text.encode()} if found.text else {}
    added = [f"{found.count} entries added by hand, in {ITEMS_FILE}"] if found.count else []
    report = UpdateMade(
        table=str(export),
        sheet=None,
        changes=tuple(changes),
        remarks=tuple(remarks),
        taken=(*newer.taken, *added),
        left_out=(*newer.left_out, *found.said),
        **_made(plan, folder, before, made, status, previous, content, files),
    )
    return Updated(report, files, made)


def _kept_facts(old: Mapping[str, Any], added: Entries) -> dict[str, list[dict[str, Any]]]:
    """Return the facts of the update before on hand-added items and on risks, which no export holds."""
    names = {str(entry.get("id")) for entries in added.values() for entry in entries}
    facts = {name: [entry for entry in old.get(name, ()) if entry.get("item") in names] for name in ("progress", "estimates")}
    return {"sources": [*old.get("sources", ())] if facts["estimates"] else [], **facts, "risks": [*old.get("risks", ())]}


def _made(
    plan: str | Path,
    folder: Path,
    before: Plan,
    made: Plan,
    status: dt.date,
    previous: Previous,
    content: bytes,
    files: Mapping[str, bytes],
) -> dict[str, Any]:
    """Return the header of a new update, the same for every source."""
    return {
        "folder": str(folder),
        "plan": made.id,
        "title": made.title,
        "sha256": hashlib.sha256(content).hexdigest(),
        "status_date": status,
        "before": str(plan),
        "previous": previous,
        "previous_status": before.status_date,
        "counts": dict(zip(("done", "begun", "to_do"), counts_of(made), strict=True)),
        "files": tuple(sorted(files)),
    }


def named_from(plan: str | Path, path: Path, folder: Path) -> str:
    """Return how a new folder names the update before: a packaged plan by its name, another by the path that leads there."""
    if isinstance(plan, str) and any(entry.name == plan for entry in packaged()):
        return plan
    try:
        found = os.path.relpath(path.resolve(), Path(os.path.abspath(folder)))  # noqa: PTH100 - a link is kept as named
    except ValueError:
        message = (
            f"lies on another drive than '{folder}', so no path leads from one to the other; maybe write it beside the plan"
        )
        raise InputError([Located(message, file=str(path))]) from None
    return Path(found).as_posix()


def _judged(
    gathered: Gathered, label: str, text: str, facts: TableFacts, read: ProgressTable | None, faults: list[Located]
) -> Plan:
    """Return the plan with the new file in it.

    Raises
    ------
    InputError
        With everything that is wrong: faults found before, then what keeps the rest of the table from being a plan.
    """
    found = [*faults]
    try:
        made = judged_facts(gathered, label, text, facts, read)
    except InputError as error:
        told = {place for fault in faults if (place := _row(fault, read))}
        found += [fault for fault in error.faults if _row(fault, read) not in told]
    if found:
        raise InputError(_in_rows(found, read)[:MOST_FAULTS])
    return made


_ROW: Final = re.compile(r"(?:[A-Z]+|row )(\d+)(?: |$)")


def _row(fault: Located, read: ProgressTable | None) -> int:
    """Return the row of the table that a fault is in, 0 of one that is in none."""
    found = _ROW.match((fault.path or "").rpartition("!")[2]) if read and fault.file == read.sheet.file else None
    return int(found[1]) if found else 0


def _in_rows(faults: Sequence[Located], read: ProgressTable | None) -> list[Located]:
    """Return faults in the order of the rows that they are in, each once, those of no row first."""
    return sorted(dict.fromkeys(faults), key=lambda fault: _row(fault, read))


def _status_faults(before: Plan, status: dt.date | None, read: ProgressTable | None) -> list[Located]:
    """Return what is wrong with a status date: it is missing, or earlier than the one before."""
    message = ""
    if status is None and not (read and read.faults and "status date" in read.columns.letters):
        message = "expected the day by whose evening what the table says is known, such as --status 2026-03-31 or a column 'Status date'"
    elif status is not None and before.status_date is not None and status < before.status_date:
        message = f"{status} is before the status date of the update before, {before.status_date}; maybe the year or the month is another"
    return [Located(message, path="--status")] if message else []


def _day(date: dt.date) -> dt.date:
    return date.date() if isinstance(date, dt.datetime) else date


def _source_id(before: Plan, status: dt.date) -> str:
    """Return an id for the table that no source has."""
    base = f"update-{re.sub('[^0-9A-Za-z-]', '-', str(status))}"
    taken, name, number = {source.id for source in before.sources}, base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def _kept_name(files: Mapping[str, bytes], table: Path, status: dt.date) -> str:
    """Return the table's name in the folder: its own, prefixed with the status date where that name is taken."""
    plain = re.sub(r"^[.~]+", "", table.name) or "table"
    name, number = plain, 1
    while f"{SOURCE_FOLDER}/{name}" in files:
        name = f"{str(status)[:10]}-{plain}" if number == 1 else f"{str(status)[:10]}-{number}-{plain}"
        number += 1
    return name


# -- what is said ----------------------------------------------------------------------------------------------------------


def _taken(table: ProgressTable) -> list[str]:
    """Return how the table was read, where it might have been read otherwise."""
    said = list(table.sheet.notes)
    if table.shares:
        said.append("what is complete is written in parts of one, so 1 is all of it")
    if table.bare:
        said.append(f"{table.bare} lengths without a unit: working days, or the unit of the header")
    if "id" not in table.columns.letters:
        said.append("there is no column of ids: rows are matched by their names")
    return said


def _unread(table: ProgressTable) -> list[str]:
    unread = [title for title in table.columns.unread.values() if title.lower() != "phase"]
    return [f"columns that an update does not read: {', '.join(title[:40] for title in unread)}"] if unread else []
