"""Small MSPDI files as text: what a test says of a plan, and nothing else."""

from __future__ import annotations

from optimiser.reading.interchange.mspdi import read_mspdi_bytes
from optimiser.reading.interchange.mspdi_fields import TASK_ORDER
from optimiser.reading.interchange.record import PlannerFile

LINKS = {"FF": 0, "FS": 1, "SF": 2, "SS": 3}

EIGHT_TO_FIVE = "08:00:00-12:00:00 13:00:00-17:00:00"


def calendar(uid: int, hours: str = EIGHT_TO_FIVE, days: str = "23456", inside: str = "", base: int = -1) -> str:
    """Return a calendar that works some hours of some days, counted from 1 for Sunday."""
    times = "".join(
        f"<WorkingTime><FromTime>{each.split('-')[0]}</FromTime><ToTime>{each.split('-')[1]}</ToTime></WorkingTime>"
        for each in hours.split()
    )
    week = "".join(
        f"<WeekDay><DayType>{day}</DayType><DayWorking>{int(day in days)}</DayWorking>"
        + (f"<WorkingTimes>{times}</WorkingTimes>" if day in days else "")
        + "</WeekDay>"
        for day in "1234567"
    )
    return (
        f"<Calendar><UID>{uid}</UID><Name>C{uid}</Name><IsBaseCalendar>{int(base < 0)}</IsBaseCalendar>"
        f"<BaseCalendarUID>{base}</BaseCalendarUID><WeekDays>{week if base < 0 else ''}</WeekDays>{inside}</Calendar>"
    )


def link(before: int, kind: str = "FS", lag: int = 0, form: int = 7) -> str:
    """Return a link from a task; the lag is in tenths of minutes, or in per cent by its form."""
    return (
        f"<PredecessorLink><PredecessorUID>{before}</PredecessorUID><Type>{LINKS[kind]}</Type><CrossProject>0</CrossProject>"
        f"<LinkLag>{lag}</LinkLag><LagFormat>{form}</LagFormat></PredecessorLink>"
    )


def task(uid: int, hours: float, *links: str, level: int = 1, **fields: str | int) -> str:
    """Return a task of so many hours, its elements in the order of the schema."""
    length = f"PT{int(hours)}H{round(hours % 1 * 60)}M0S"
    known = {
        "UID": uid,
        "ID": uid,
        "Name": f"T{uid}",
        "Type": 0,
        "IsNull": 0,
        "OutlineLevel": level,
        "Duration": length,
        "DurationFormat": 7,
        "RemainingDuration": length,
        "CalendarUID": -1,
        **fields,
    }
    cells = {**{name: f"<{name}>{value}</{name}>" for name, value in known.items()}, "PredecessorLink": "".join(links)}
    return f"<Task>{''.join(cells[name] for name in TASK_ORDER if name in cells)}</Task>"


def resource(uid: int, calendar_uid: int) -> str:
    """Return somebody who works by a calendar."""
    return (
        f"<Resource><UID>{uid}</UID><Name>R{uid}</Name><Type>1</Type><IsNull>0</IsNull><MaxUnits>1</MaxUnits>"
        f"<CalendarUID>{calendar_uid}</CalendarUID></Resource>"
    )


def assignment(uid: int, task_uid: int, hours: float, resource_uid: int = 1, **fields: str | float) -> str:
    """Return an assignment of so many hours of work."""
    known = {"Units": 1, "Work": f"PT{int(hours)}H{round(hours % 1 * 60)}M0S", "WorkContour": 0, **fields}
    shaped = known.pop("spans", "")
    return (
        f"<Assignment><UID>{uid}</UID><TaskUID>{task_uid}</TaskUID><ResourceUID>{resource_uid}</ResourceUID>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in known.items())
        + f"{shaped}</Assignment>"
    )


def project(
    *tasks: str,
    calendars: str = "",
    resources: str = "",
    assignments: str = "",
    start: str = "2026-01-05T08:00:00",
    more: str = "",
) -> bytes:
    """Return a file whose project starts on a Monday at 8 and works Mondays to Fridays, 8 to 12 and 13 to 17."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Project xmlns="http://schemas.microsoft.com/project">\n'
        f"<SaveVersion>14</SaveVersion><Name>small</Name><ScheduleFromStart>1</ScheduleFromStart><StartDate>{start}</StartDate>"
        f"<CalendarUID>1</CalendarUID><MinutesPerDay>480</MinutesPerDay>{more}\n"
        f"<Calendars>{calendar(1)}{calendars}</Calendars>\n<Tasks>\n"
        + "\n".join(tasks)
        + f"\n</Tasks>\n<Resources>{resources}</Resources>\n<Assignments>{assignments}</Assignments>\n</Project>\n"
    ).encode()


def read(content: bytes) -> PlannerFile:
    """Return what the reader finds in a file."""
    return read_mspdi_bytes(content, "small.xml", "0" * 64)
