"""Reader of Primavera's ``.xer`` into the neutral record; tables that move no date are reported as unread."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from optimiser.reading.interchange.calendar_text import CalendarTextError, read_calendar_text
from optimiser.reading.interchange.cells import PlannerCells, planner_bytes
from optimiser.reading.interchange.p6_rows import projects_of
from optimiser.reading.interchange.record import CalendarRecord, PlannerFile
from optimiser.reading.interchange.xer_tables import READ, XerRow, read_tables, rows_of

__all__ = ["read_xer"]

_KEYS: Final = {"PROJECT": "proj_id", "CALENDAR": "clndr_id", "PROJWBS": "wbs_id", "TASK": "task_id", "RSRC": "rsrc_id"}
"""Columns by which other rows refer to a row."""


def read_xer(path: Path | str) -> PlannerFile:
    """Read a Primavera export.

    Parameters
    ----------
    path
        A file of Primavera P6's own format of exchange.

    Raises
    ------
    InputError
        If the file cannot be read, is no ``.xer``, or holds rows and cells that are not of their kind: all of them, with
        table and line.
    """
    path = Path(path)
    content, digest = planner_bytes(path, str(path))
    cells = PlannerCells(str(path))
    header, tables, encoding = read_tables(content, cells)
    rows = {name: list(rows_of(tables, name, cells, _KEYS.get(name))) for name in READ}
    projects = projects_of(rows, tuple(map(_calendar, rows["CALENDAR"])), cells)
    cells.raise_faults()
    return PlannerFile(
        file=str(path),
        form="xer",
        dialect="p6",
        tool="Primavera P6",
        version=header[1].strip() if len(header) > 1 else "",
        sha256=digest,
        projects=projects,
        rounded=cells.rounded,
        unread=cells.unread(),
        encoding=encoding,
    )


def _calendar(row: XerRow) -> CalendarRecord:
    """Return a calendar; one whose days cannot be read says why, as nothing may stand on it."""
    fault = ""
    try:
        week, exceptions = read_calendar_text(row["clndr_data"])
    except CalendarTextError as error:
        fault, week, exceptions = str(error), (None,) * 7, ()
    return CalendarRecord(
        uid=row["clndr_id"],
        name=row["clndr_name"] or row["clndr_id"],
        place=row.place,
        week=week,
        exceptions=exceptions,
        base=row["base_clndr_id"] or None,
        day_minutes=row.minutes("day_hr_cnt"),
        fault=fault,
    )
