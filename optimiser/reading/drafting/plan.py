"""A planner's table as a plan: what it says as plain values, every entry located at the cell that it comes from."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from models.plan import PLAN_SCHEMA
from models.record import MOST_FAULTS
from optimiser.errors import InputError, Located
from optimiser.reading.document import Document, Keys
from optimiser.reading.drafting.beside import BesideTable
from optimiser.reading.drafting.calendar import CALENDAR, PlanDays, days_of
from optimiser.reading.drafting.draft import draft_of
from optimiser.reading.drafting.entries import SOURCE, Draft
from optimiser.reading.drafting.names import plain_title, slug
from optimiser.reading.folder import Gathered
from optimiser.reading.tabular import PlannerTable, read_planner_table

__all__ = ["Called", "called_of", "gather_table", "gathered_plan", "plan_content"]


@dataclass(frozen=True, slots=True)
class Called:
    """What the plan and its table are called."""

    plan: str
    title: str
    table: str
    sha256: str


def plan_content(draft: Draft, called: Called, days: PlanDays, choices: BesideTable) -> dict[str, Any]:
    """Return the plan as plain values."""
    sources = [
        {
            "id": SOURCE,
            "title": f"The table {called.table} that this plan was made from",
            "publisher": "whoever plans",
            "published_on": choices.as_of.isoformat(),
            "version": f"sha256 {called.sha256[:16]}",
        }
    ]
    if str(days.calendar.get("citation", "")).startswith("holidays:"):
        source = {
            "id": "holidays",
            "title": "Public holidays as the Python package holidays lists them",
            "publisher": "vacanza",
        }
        sources.append({**source, "published_on": choices.as_of.isoformat(), "version": days.calendar["version"]})
    lists = {name: entries for name, entries in draft.lists.items() if name != "dependencies"}
    links = [{"kind": "dependency", **entry} for entry in draft.lists.get("dependencies", ())]
    of_minutes = {"unit": "minute", "day_minutes": choices.day_minutes} if draft.minutes else {}
    return {
        "schema": PLAN_SCHEMA,
        "id": called.plan,
        "title": called.title,
        **of_minutes,
        "as_of": choices.as_of.isoformat(),
        **({"status_date": draft.status.isoformat()} if draft.status else {}),
        "horizon": {"first": days.start.isoformat(), "last": days.until.isoformat()},
        "calendar": CALENDAR,
        "targets": draft.targets,
        "calendars": [days.calendar],
        "sources": sources,
        **lists,
        "rules": [*draft.lists.get("rules", ()), *links],
    }


@dataclass
class TableDocument(Document):
    """The table as the file that a plan's faults are located in."""

    table: PlannerTable | None = None
    cells: Mapping[tuple[str, int], tuple[int, Any]] = field(default_factory=dict)
    links_from: int = 0
    """Rules before the first link."""

    def locate(self, keys: Keys, message: str, *, at_key: bool = False) -> Located:
        """Return a fault at the cell that an entry comes from."""
        del at_key
        assert self.table is not None
        name, place = (*keys, None, None)[:2]
        if name == "rules" and isinstance(place, int) and place >= self.links_from:
            name, place = "dependencies", place - self.links_from
        found = self.cells.get((str(name), place)) if isinstance(place, int) else None
        if found is None:
            path = ".".join(map(str, keys))
            return Located(message, file=self.label, path=path or None)
        row, column = found
        columns = self.table.columns
        return self.table.sheet.locate(row, columns.letters.get(column), message, columns.titles.get(column, ""))


def gathered_plan(table: PlannerTable, draft: Draft, called: Called, days: PlanDays, choices: BesideTable) -> Gathered:
    """Return the plan as what its files would say."""
    links_from = len(draft.lists.get("rules", ()))
    document = TableDocument(table.sheet.file, table=table, cells=draft.cells, links_from=links_from)
    return Gathered(content=plan_content(draft, called, days, choices), files=[document])


def called_of(folder: Path, file: Path | None, table: str, content: bytes, title: str | None = None) -> Called:
    """Return the names of a plan in a folder, and of its table."""
    name = slug(folder.name.lower()) or "my-plan"
    plain = plain_title((file or folder).stem.replace("_", " ").replace("-", " ").strip())
    return Called(name, title or plain or name, table, hashlib.sha256(content).hexdigest())


def gather_table(path: Path) -> Gathered:
    """Read a planner's table as a plan, as `optimiser init` makes one where nothing is said beside it.

    Its knowledge is of its status date, or of the first day of its work where it has none: the same file is always the same plan.

    Raises
    ------
    InputError
        With every fault of the table, each at its cell.
    """
    table = read_planner_table(path)
    choices = BesideTable(as_of=dt.date(dt.MINYEAR, 1, 1))
    draft = draft_of(table, choices)
    if draft.faults:
        raise InputError(draft.faults[:MOST_FAULTS])
    days = days_of(table, choices, draft)
    choices = replace(choices, as_of=draft.status or days.start)
    return gathered_plan(table, draft, called_of(Path(path.stem), path, path.name, path.read_bytes()), days, choices)
