"""Primavera's XML is read as its ``.xer`` is, into the same record."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from optimiser.errors import InputError
from optimiser.reading.interchange.pmxml import read_pmxml
from optimiser.reading.interchange.record import PlannerFile
from tests.pass_p6 import Pass
from tests.planner_calendar import moment

DAY = "<WorkTime><Start>08:00:00</Start><Finish>11:59:00</Finish></WorkTime><WorkTime><Start>13:00:00</Start><Finish>16:59:00</Finish></WorkTime>"
DAYS = "".join(
    f"<StandardWorkHours><DayOfWeek>{day}</DayOfWeek>{DAY}</StandardWorkHours>"
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
)
CALENDAR = (
    "<Calendar><ObjectId>1</ObjectId><Name>Five days</Name><HoursPerDay>8,0</HoursPerDay>"
    f"<StandardWorkWeek><StandardWorkHours><DayOfWeek>Sunday</DayOfWeek><WorkTime xsi:nil='true'/></StandardWorkHours>{DAYS}"
    "</StandardWorkWeek><HolidayOrExceptions><HolidayOrException><Date>2026-01-06T00:00:00</Date><WorkTime/></HolidayOrException>"
    "</HolidayOrExceptions></Calendar>"
)
OPTIONS = (
    "<ScheduleOptions><RelationshipLagCalendar>24 Hour Calendar</RelationshipLagCalendar>"
    "<OutOfSequenceScheduleType>Progress Override</OutOfSequenceScheduleType>"
    "<StartToStartLagCalculationType>0</StartToStartLagCalculationType></ScheduleOptions>"
)


def activity(number: int, hours: str, more: str = "") -> str:
    """Return an activity."""
    return (
        f"<Activity><ObjectId>{number}</ObjectId><Id>A{number}</Id><Name>Work {number}</Name><ProjectObjectId>9</ProjectObjectId>"
        f"<CalendarObjectId>1</CalendarObjectId><Type>Task Dependent</Type><PlannedDuration>{hours}</PlannedDuration>"
        f"<RemainingDuration>{hours}</RemainingDuration><ActualStartDate xsi:nil='true'/>{more}</Activity>"
    )


LINK = (
    "<Relationship><ObjectId>5</ObjectId><PredecessorActivityObjectId>1</PredecessorActivityObjectId>"
    "<SuccessorActivityObjectId>2</SuccessorActivityObjectId><Type>Start to Start</Type><Lag>1,5</Lag></Relationship>"
)


def pmxml(inside: str, project: str = "") -> str:
    """Return a file whose project starts, and has its data date, on Monday 5 January 2026 at 08:00."""
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n<APIBusinessObjects xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
        f"xmlns='http://xmlns.oracle.com/Primavera/P6/V18.1/API/BusinessObjects'>\n{CALENDAR}\n<Project><ObjectId>9</ObjectId>"
        "<Id>P</Id><Name>Plan</Name><DataDate>2026-01-05T08:00:00</DataDate><PlannedStartDate>2026-01-05T08:00:00</PlannedStartDate>"
        "<ActivityDefaultCalendarObjectId>1</ActivityDefaultCalendarObjectId>"
        f"{project}\n{inside}\n</Project></APIBusinessObjects>"
    )


def read(folder: Path, text: str | bytes) -> PlannerFile:
    """Write and read a file."""
    path = folder / "plan.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_pmxml(path)


WHOLE = pmxml("\n".join((activity(1, "16"), activity(2, "8,5", "<SuspendDate/><NewField>1</NewField>"), LINK)), OPTIONS)


def test_rows_and_options_are_read_under_the_columns_of_xer(tmp_path: Path) -> None:
    """Words, commas and last minutes of this format become the record's."""
    found = read(tmp_path, WHOLE)
    project = found.projects[0]

    assert (found.form, found.version, project.id, project.name) == ("pmxml", "18.1", "P", "P")
    assert (project.lag_calendar, project.logic, project.start_lag) == ("elapsed", "override", "actual-start")
    assert [(task.id, task.duration, task.kind) for task in project.tasks] == [("A1", 960, "task"), ("A2", 510, "task")]
    assert [(link.type, link.lag) for link in project.links] == [("SS", 90)]
    assert project.calendars[0].week == (((480, 720), (780, 1020)),) * 5 + ((), ())
    assert project.calendars[0].day_minutes == 480
    assert [(each.name, each.count) for each in found.unread] == [("Activity.NewField", 1)]


def test_the_plain_pass_gives_the_dates_of_the_record(tmp_path: Path) -> None:
    """Sixteen hours over a holiday on Tuesday; the second starts ninety minutes of the clock after the first."""
    project = read(tmp_path, WHOLE).projects[0]
    found = Pass(project).run()

    assert [(str(moment(found[uid].start)), str(moment(found[uid].finish))) for uid in ("1", "2")] == [
        ("2026-01-05 08:00:00", "2026-01-07 17:00:00"),
        ("2026-01-05 09:30:00", "2026-01-07 10:00:00"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<ObjectId>2<", "<ObjectId>1<", r"plan\.xml:6: Activity\.ObjectId: '1' stands twice, first in line 5"),
        ("<ObjectId>2</ObjectId>", "", r"plan\.xml:6: Activity: the element has no ObjectId"),
        ("8,5", "soon", r"plan\.xml:6: Activity\.PlannedDuration: expected a number, got 'soon'"),
        ("11:59:00", "noon", r"plan\.xml:3: Calendar\.WorkTime: expected a time of day"),
        ("Monday", "Lundi", r"expected a day of the week, got 'Lundi'"),
        ("APIBusinessObjects", "Objects", "expected 'APIBusinessObjects'"),
        ("</Project>", "", "is not XML"),
        ("<?xml version='1.0' encoding='UTF-8'?>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "document type or an entity"),
    ],
)
def test_a_fault_is_told_with_element_and_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    """A user finds the element that is meant."""
    assert old in WHOLE
    with pytest.raises(InputError, match=says):
        read(tmp_path, WHOLE.replace(old, new))


def test_a_spoiled_file_is_read_or_refused_never_a_traceback(tmp_path: Path) -> None:
    """Two hundred and fifty files cut, with bytes changed and pieces doubled."""
    draw = random.Random(20260106)  # noqa: S311
    whole = WHOLE.encode()
    read_whole = refused = 0
    for _ in range(250):
        at, other = draw.randrange(len(whole)), draw.randrange(len(whole))
        spoiled = draw.choice(
            [
                whole[:at],
                whole[:at] + bytes([draw.choice(b"09ae .\xff\x00")]) + whole[at + 1 :],
                whole[:at] + whole[min(at, other) : max(at, other)] + whole[at:],
                whole.replace(b"8", draw.choice([b"9" * 30, b"-1", b"x", b"", b"7"]), draw.randrange(1, 9)),
            ]
        )
        try:
            read(tmp_path, spoiled or b" ")
            read_whole += 1
        except InputError:
            refused += 1

    assert read_whole > 10
    assert refused > 100
