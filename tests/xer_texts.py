"""Small Primavera files as text: two calendars, one project, and the activities and links that a test asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from optimiser.reading.interchange.record import PlannerFile
from optimiser.reading.interchange.xer import read_xer

DAY = "(0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())"
FIVE = "".join(f"(0||{day}()({DAY if 2 <= day <= 6 else ''}))" for day in range(1, 8))
NIGHT = "".join(f"(0||{day}()((0||0(s|22:00|f|06:00)())))" for day in range(1, 8))


def calendar_text(days: str, exceptions: Mapping[int, str] | None = None) -> str:
    """Return a calendar's cell; exceptions by the number of the day."""
    dated = "".join(f"(0||{at}(d|{day})({shifts}))" for at, (day, shifts) in enumerate((exceptions or {}).items()))
    return f"(0||CalendarData()((0||DaysOfWeek()({days}))(0||Exceptions()({dated}))))"


CALENDARS = (
    {"clndr_id": "1", "clndr_name": "Five days of eight hours", "day_hr_cnt": "8", "clndr_data": calendar_text(FIVE)},
    {"clndr_id": "2", "clndr_name": "Nights", "day_hr_cnt": "8", "clndr_data": calendar_text(NIGHT)},
)


def table(name: str, rows: Sequence[Mapping[str, object]]) -> str:
    """Return a table of an XER file."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [f"%T\t{name}", "\t".join(["%F", *columns])]
    lines += ["\t".join(["%R", *(str(row.get(column, "")) for column in columns)]) for row in rows]
    return "\n".join(lines)


def xer_text(
    tasks: Sequence[Mapping[str, object]],
    links: Sequence[Mapping[str, object]] = (),
    *,
    options: Mapping[str, object] | None = None,
    calendars: Sequence[Mapping[str, object]] = CALENDARS,
    project: Mapping[str, object] | None = None,
    others: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
) -> str:
    """Return a file whose project starts, and has its data date, on Monday 5 January 2026 at 08:00."""
    about = {"proj_id": "9", "proj_short_name": "P", "clndr_id": "1", "plan_start_date": "2026-01-05 08:00"}
    about |= {"last_recalc_date": "2026-01-05 08:00"} | dict(project or {})
    rules = {"proj_id": "9", "sched_retained_logic": "Y", "sched_progress_override": "N", "sched_lag_early_start_flag": "Y"}
    rules |= {"sched_calendar_on_relationship_lag": "rcal_Predecessor"} | dict(options or {})
    work = [
        {"task_id": str(at), "proj_id": "9", "clndr_id": "1", "task_type": "TT_Task", "task_code": f"A{at}"} | dict(task)
        for at, task in enumerate(tasks, start=1)
    ]
    waits = [{"proj_id": "9", "pred_type": "PR_FS", "lag_hr_cnt": "0"} | dict(link) for link in links]
    tables = {
        "CALENDAR": calendars,
        "PROJECT": [about],
        "SCHEDOPTIONS": [rules],
        "TASK": work,
        "TASKPRED": waits,
        **(others or {}),
    }
    parts = ["ERMHDR\t22.12\t2026-01-05\tProject", *(table(name, rows) for name, rows in tables.items() if rows), "%E\n"]
    return "\n".join(parts)


def written(folder: Path, text: str | bytes, name: str = "plan.xer") -> Path:
    """Write a file and return where."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read_text(folder: Path, text: str | bytes) -> PlannerFile:
    """Write and read a file."""
    return read_xer(written(folder, text))
