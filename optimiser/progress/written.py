"""The text of an ``update.yaml``, and the plan that it makes of the files beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from models.plan import Plan
from models.progress import Logic
from models.record import MOST_FAULTS
from models.updating import UPDATE_SCHEMA, Previous
from optimiser.errors import InputError, Located
from optimiser.initial import SOURCE_FOLDER
from optimiser.initial.files import entry_text, flow_text
from optimiser.progress.entries import TableFacts
from optimiser.reading.document import Document, Keys, document_of
from optimiser.reading.folder import Gathered
from optimiser.reading.sound import judge
from optimiser.reading.tabular import PlannerColumn, ProgressTable

__all__ = ["EXPORT_HEAD", "facts_text", "judged_facts", "judged_plan", "update_text"]

_HEAD: Final = """\
# How far the work is by the evening of the status date; made by 'optimiser update'{made_of}.
# All facts known so far stand here; the files beside this one are those of the update before, as they were. New logic goes
# into them. 'progress' lies over what they say is done, 'estimates' over the lengths that they state.
"""

EXPORT_HEAD: Final = """\
# Made by 'optimiser update' from {export}, a newer export of the planner's file: the files beside this one are what it says,
# and its tasks have the ids that they had, which {ids} keeps.
"""


def facts_text(
    before: Plan,
    old: Mapping[str, Any],
    facts: TableFacts,
    status: dt.date,
    previous: Previous,
    logic: Logic,
    table: tuple[str, str | None, bytes],
) -> str:
    """Return the text of the file that says how far the work is.

    Parameters
    ----------
    old
        What the update before says.
    table
        The id of the source that it is, under which name the folder keeps it, and its bytes.
    """
    source, kept, content = table
    sources = [dict(entry) for entry in old.get("sources", ())]
    if kept:
        about = {"id": source, "title": f"The table {kept} of this update", "publisher": "whoever plans"}
        digest = hashlib.sha256(content).hexdigest()
        sources.append({**about, "published_on": str(status)[:10], "version": f"sha256 {digest[:16]}"})
    estimates = {
        entry["item"]: {key: value for key, value in entry.items() if key != "item"} for entry in old.get("estimates", ())
    }
    estimates |= facts.estimates
    lists = {
        "sources": sources,
        "progress": [{"item": name, **facts.progress[name]} for name in before.items if name in facts.progress],
        "estimates": [{"item": name, **entry} for name, entry in estimates.items()],
        "risks": [{"risk": name, "state": state} for name, state in facts.risks.items()],
    }
    head = _HEAD.format(made_of=f" from {SOURCE_FOLDER}/{kept}" if kept else "")
    return update_text(head, status, previous, logic, lists)


def update_text(
    head: str, status: dt.date, previous: Previous, logic: str, lists: Mapping[str, Sequence[Mapping[str, Any]]]
) -> str:
    """Return the text of an ``update.yaml``."""
    lines = [head]
    lines.append(f"schema: {flow_text(UPDATE_SCHEMA)}\nstatus_date: {flow_text(str(status))}\n")
    lines += [f"logic: {logic}\n"] if logic != "retained" else []
    lines.append(f"previous: {flow_text(previous.model_dump())}\n")
    for name, entries in lists.items():
        if entries:
            lines.append(f"\n{name}:\n")
            lines += map(entry_text, entries)
    return "".join(lines)


_CELLS: Final[dict[str, PlannerColumn]] = {
    "actual_start": "actual start",
    "actual_finish": "actual finish",
    "remaining": "remaining",
    "percent_complete": "percent complete",
    "suspend": "suspend",
    "resume": "resume",
    "expected_finish": "expected finish",
    "duration": "duration",
    "low": "low",
    "high": "high",
}


@dataclass
class _MadeDocument(Document):
    """The new file as the plan's faults are located in it: at the cells that its entries come from."""

    table: ProgressTable | None = None
    rows: Mapping[str, int] = field(default_factory=dict)

    def locate(self, keys: Keys, message: str, *, at_key: bool = False) -> Located:
        """Return a fault at the cell that an entry comes from; at the entry, where it comes from the update before."""
        name, place, inside = (*keys, None, None, None)[:3]
        entries = self.content.get(name) if isinstance(name, str) else None
        if self.table and name in ("progress", "estimates") and isinstance(entries, list) and isinstance(place, int):
            row = self.rows.get(str(entries[place].get("item")))
            column = _CELLS.get(str(inside))
            if row is not None:
                columns = self.table.columns
                letter = columns.letters.get(column) if column else None
                return self.table.sheet.locate(row, letter, message, columns.titles.get(column, "") if column else "")
            message = f"{entries[place].get('item')}: {message}"
        return super().locate(keys, message, at_key=at_key)


def judged_facts(gathered: Gathered, label: str, text: str, facts: TableFacts, table: ProgressTable | None) -> Plan:
    """Return a plan with the new file in it, judged as plans in files are.

    Parameters
    ----------
    gathered
        The files of the update before.
    label
        What to call the new file.

    Raises
    ------
    InputError
        With everything that keeps it from being one, at the cells it comes from.
    """
    read = document_of(text, label)
    rows = {name: row.row for name, row in facts.rows.items()}
    document = _MadeDocument(read.label, read.content, read.faults, read.broken, read.top, read.lines, table=table, rows=rows)
    return judged_plan(gathered.updated(document))


def judged_plan(gathered: Gathered) -> Plan:
    """Return the plan that gathered files are.

    Raises
    ------
    InputError
        With everything that keeps them from being one.
    """
    verdict = judge(gathered, hindsight=False)
    if verdict.plan is None or gathered.faults:
        faults = [*gathered.faults, *(gathered.locate(remark) for remark in verdict.remarks)]
        raise InputError(list(dict.fromkeys(faults))[:MOST_FAULTS])
    return verdict.plan
