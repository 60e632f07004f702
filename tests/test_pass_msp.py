"""Each rule of MS Project's scheduling has a small file whose dates are worked out by hand, and the plain pass gives them.

Monday is 5 January 2026. Work is from 8 to 12 and from 13 to 17 unless a case says otherwise.
"""

from __future__ import annotations

import datetime as dt

import pytest

from tests.mspdi_texts import assignment, calendar, link, project, read, resource, task
from tests.pass_msp import PassMsp
from tests.planner_calendar import moment

DAY = 4800
"""A day's lag in tenths of minutes."""
ELAPSED, PERCENT, ELAPSED_DAYS = 8, 19, 14_400

NIGHT = calendar(2, "00:00:00-03:00:00 04:00:00-08:00:00 23:00:00-00:00:00", "23456")
LONG = calendar(3, "08:00:00-20:00:00", "1234567")
MORNINGS = calendar(4, "08:00:00-12:00:00")

ENDS_FRIDAY = task(1, 40)


def manual(start: str, finish: str) -> dict[str, str | int]:
    """Return the fields of what its planner dates by hand."""
    return {"Manual": 1, "Start": f"2026-01-{start}:00", "Finish": f"2026-01-{finish}:00"}


def snet(when: str, kind: int = 4) -> dict[str, str | int]:
    """Return the fields of a constraint, start no earlier unless said."""
    return {"ConstraintType": kind, "ConstraintDate": f"2026-01-{when}:00"}


SPLIT = "".join(
    f"<TimephasedData><Type>1</Type><UID>1</UID><Start>2026-01-{first}T08:00:00</Start><Finish>2026-01-{first + 1:02}T08:00:00</Finish>"
    f"<Unit>2</Unit><Value>PT{hours}H0M0S</Value></TimephasedData>".replace("01-5T", "01-05T")
    .replace("01-6T", "01-06T")
    .replace("01-7T", "01-07T")
    for first, hours in ((5, 8), (6, 0), (7, 8))
)

CASES: dict[str, tuple[bytes, dict[int, tuple[str, str]]]] = {
    "4.1 two days of work end at the end of the second": (project(task(1, 16)), {1: ("05T08:00", "06T17:00")}),
    "4.1 what follows starts when work goes on": (
        project(task(1, 16), task(2, 4, link(1))),
        {2: ("07T08:00", "07T12:00")},
    ),
    "4.1 an elapsed day counts the clock, over a weekend too": (
        project(ENDS_FRIDAY, task(2, 24, link(1), DurationFormat=ELAPSED)),
        {2: ("09T17:00", "10T17:00")},
    ),
    "4.2 a milestone stays at the end of work": (project(ENDS_FRIDAY, task(2, 0, link(1))), {2: ("09T17:00", "09T17:00")}),
    "4.2 a milestone on a Saturday waits for Monday": (
        project(ENDS_FRIDAY, task(2, 24, link(1), DurationFormat=ELAPSED), task(3, 0, link(2))),
        {3: ("12T08:00", "12T08:00")},
    ),
    "4.2 a milestone in the middle of work stays": (project(task(1, 3), task(2, 0, link(1))), {2: ("05T11:00", "05T11:00")}),
    "4.3 a lag counts on the calendar of what waits": (
        project(ENDS_FRIDAY, task(2, 8, link(1, lag=DAY)), task(3, 8, link(1, lag=DAY), CalendarUID=3), calendars=LONG),
        # Twelve hours a day, every day: eight hours of lag behind Friday 17:00 are Friday's last three and five of Saturday.
        {2: ("13T08:00", "13T17:00"), 3: ("10T13:00", "11T09:00")},
    ),
    "4.3 an elapsed lag counts the clock": (
        project(ENDS_FRIDAY, task(2, 8, link(1, lag=ELAPSED_DAYS * 3, form=ELAPSED))),
        # Three days behind Friday 17:00 is Monday 17:00.
        {2: ("13T08:00", "13T17:00")},
    ),
    "4.3 a lag of 50 per cent is half of the predecessor": (
        project(task(1, 32), task(2, 8, link(1, lag=50, form=PERCENT))),
        # Four days to Thursday, and two: Friday and Monday.
        {2: ("13T08:00", "13T17:00")},
    ),
    "4.3 a lead overlaps": (project(ENDS_FRIDAY, task(2, 8, link(1, lag=-DAY))), {2: ("09T08:00", "09T17:00")}),
    "4.4 from start to start with a lag": (project(task(1, 40), task(2, 8, link(1, "SS", DAY))), {2: ("06T08:00", "06T17:00")}),
    "4.4 finish with the finish": (project(task(1, 40), task(2, 16, link(1, "FF"))), {2: ("08T08:00", "09T17:00")}),
    "4.4 finish a day after the finish": (project(task(1, 40), task(2, 16, link(1, "FF", DAY))), {2: ("09T08:00", "12T17:00")}),
    "4.4 an elapsed lag to a finish counts from where the work would begin": (
        project(task(1, 40), task(2, 16, link(1, "FF", ELAPSED_DAYS // 2, ELAPSED))),
        {2: ("09T08:00", "12T17:00")},
    ),
    "4.4 a share of an elapsed length counts the clock": (
        project(task(1, 32, DurationFormat=ELAPSED), task(2, 8, link(1, "SS", 50, PERCENT))),
        {2: ("06T08:00", "06T17:00")},
    ),
    "4.4 a share of a summary is one of the length that is stored of it": (
        project(task(1, 16, Summary=1), task(2, 16, level=2), task(3, 8, link(1, "FS", 50, PERCENT))),
        {3: ("08T08:00", "08T17:00")},
    ),
    "4.4 finish when the other starts": (
        project(task(1, 8, **snet("09T08:00")), task(2, 16, link(1, "SF"))),
        {2: ("07T08:00", "08T17:00")},
    ),
    "4.5 the project's start is a floor for what nothing else holds": (
        project(task(1, 8), start="2026-01-07T10:00:00"),
        {1: ("07T10:00", "08T10:00")},
    ),
    "4.5 a constraint may lie before the project's start, and what follows it too": (
        project(task(1, 8, **snet("05T08:00")), task(2, 8, link(1)), start="2026-01-14T08:00:00"),
        {1: ("05T08:00", "05T17:00"), 2: ("06T08:00", "06T17:00")},
    ),
    "4.5 inside a manual summary its start takes the project's place, and floors what has predecessors": (
        project(
            task(1, 8),
            task(2, 40, **manual("08T08:00", "14T17:00")),
            task(3, 8, level=2),
            task(4, 8, link(1), level=2),
            task(5, 8, link(1), level=2, **snet("06T08:00")),
        ),
        {3: ("08T08:00", "08T17:00"), 4: ("08T08:00", "08T17:00"), 5: ("06T08:00", "06T17:00")},
    ),
    "4.6 start no earlier": (project(task(1, 8, **snet("10T08:00"))), {1: ("12T08:00", "12T17:00")}),
    "4.6 finish no earlier": (project(task(1, 16, **snet("09T17:00", 6))), {1: ("08T08:00", "09T17:00")}),
    "4.6 must start on, whatever the links say": (
        project(ENDS_FRIDAY, task(2, 8, link(1), **snet("07T08:00", 2))),
        {2: ("07T08:00", "07T17:00")},
    ),
    "4.6 must finish on": (project(ENDS_FRIDAY, task(2, 16, link(1), **snet("07T17:00", 3))), {2: ("06T08:00", "07T17:00")}),
    "4.6 start no later wins over links": (
        project(ENDS_FRIDAY, task(2, 8, link(1), **snet("08T08:00", 5))),
        {2: ("08T08:00", "08T17:00")},
    ),
    "4.6 finish no later wins over links": (
        project(ENDS_FRIDAY, task(2, 16, link(1), **snet("09T17:00", 7))),
        {2: ("08T08:00", "09T17:00")},
    ),
    "4.7 a levelling delay counts the clock from where work could begin": (
        project(ENDS_FRIDAY, task(2, 8, link(1), LevelingDelay=ELAPSED_DAYS, LevelingDelayFormat=ELAPSED)),
        # Monday 8:00 and a day, not Friday 17:00 and a day.
        {2: ("13T08:00", "13T17:00")},
    ),
    "4.8 at half units work takes twice as long": (
        project(task(1, 8), resources=resource(1, 1), assignments=assignment(1, 1, 8, Units=0.5)),
        {1: ("05T08:00", "06T17:00")},
    ),
    "4.8 the last of several to finish decides": (
        project(
            task(1, 8), resources=resource(1, 1) + resource(2, 1), assignments=assignment(1, 1, 8) + assignment(2, 1, 12, 2)
        ),
        {1: ("05T08:00", "06T12:00")},
    ),
    "4.8 work is divided before it is rounded": (
        project(task(1, 32), resources=resource(1, 1), assignments=assignment(1, 1, 0, Units=0.33, Work="PT10H33M36S")),
        # 633.6 minutes at 33 % are 1,920: four days.
        {1: ("05T08:00", "08T17:00")},
    ),
    "4.8 overtime is left out": (
        project(task(1, 8), resources=resource(1, 1), assignments=assignment(1, 1, 12, OvertimeWork="PT4H0M0S")),
        {1: ("05T08:00", "05T17:00")},
    ),
    "4.8 a fixed duration stays, whoever works": (
        project(task(1, 8, Type=1), resources=resource(1, 1), assignments=assignment(1, 1, 80)),
        {1: ("05T08:00", "05T17:00")},
    ),
    "4.8 who works nights begins in the evening after what came before": (
        project(task(1, 8), task(2, 8, link(1)), calendars=NIGHT, resources=resource(1, 2), assignments=assignment(1, 2, 8)),
        {2: ("05T23:00", "06T08:00")},
    ),
    "4.8 and is levelled from there": (
        project(
            task(1, 8),
            task(2, 8, link(1), LevelingDelay=14_400, LevelingDelayFormat=ELAPSED),
            calendars=NIGHT,
            resources=resource(1, 2),
            assignments=assignment(1, 2, 8),
        ),
        {2: ("06T23:00", "07T08:00")},
    ),
    "4.8 the night shift starts at its own hour": (
        project(task(1, 8), calendars=NIGHT, resources=resource(1, 2), assignments=assignment(1, 1, 8)),
        # From Monday 23:00: one hour, then three and four of Tuesday.
        {1: ("05T23:00", "06T08:00")},
    ),
    "4.8 who works must be free while the task's own calendar works": (
        project(
            task(1, 8, CalendarUID=4), calendars=LONG + MORNINGS, resources=resource(1, 3), assignments=assignment(1, 1, 8)
        ),
        {1: ("05T08:00", "06T12:00")},
    ),
    "4.8 a task may ignore its resources' calendars": (
        project(
            task(1, 8, CalendarUID=3, IgnoreResourceCalendar=1),
            calendars=LONG + MORNINGS,
            resources=resource(1, 4),
            assignments=assignment(1, 1, 8),
        ),
        {1: ("05T08:00", "05T16:00")},
    ),
    "4.8 an assignment's delay counts work": (
        project(
            task(1, 16),
            resources=resource(1, 1) + resource(2, 1),
            assignments=assignment(1, 1, 8) + assignment(2, 1, 8, 2, Delay=DAY + DAY // 2),
        ),
        {1: ("05T08:00", "07T12:00")},
    ),
    "4.8 an assignment is levelled from where its delayed work would go on": (
        project(
            task(1, 8),
            resources=resource(1, 1),
            assignments=assignment(1, 1, 8, Delay=DAY // 2, LevelingDelay=12_000, LevelingDelayFormat=ELAPSED),
        ),
        {1: ("06T09:00", "07T09:00")},
    ),
    "4.8 split work takes the worked minutes between its ends": (
        project(
            task(1, 16),
            resources=resource(1, 1),
            assignments=assignment(1, 1, 16, Start="2026-01-05T08:00:00", Finish="2026-01-07T17:00:00", spans=SPLIT),
        ),
        {1: ("05T08:00", "07T17:00")},
    ),
    "4.9 a summary finishes with the last of its leaves": (
        project(task(1, 0), task(2, 16, level=2), task(3, 40, level=2), task(4, 8, link(1))),
        {1: ("05T08:00", "09T17:00"), 4: ("12T08:00", "12T17:00")},
    ),
    "4.9 a link to a summary binds each leaf": (
        project(task(1, 16), task(2, 0, link(1)), task(3, 8, level=2), task(4, 8, link(3), level=2)),
        {3: ("07T08:00", "07T17:00"), 4: ("08T08:00", "08T17:00")},
    ),
    "4.9 a link to a manual summary binds nothing": (
        project(ENDS_FRIDAY, task(2, 8, link(1), **manual("06T08:00", "06T17:00")), task(3, 8, level=2)),
        {3: ("06T08:00", "06T17:00")},
    ),
    "4.10 what is done keeps its dates": (
        project(task(1, 8, ActualStart="2026-01-03T10:00:00", ActualFinish="2026-01-04T11:00:00"), task(2, 8, link(1))),
        {1: ("03T10:00", "04T11:00"), 2: ("05T08:00", "05T17:00")},
    ),
    "4.10 what has started goes on from its actual start": (
        project(task(1, 40), task(2, 16, link(1), ActualStart="2026-01-06T13:00:00")),
        {2: ("06T13:00", "08T12:00")},
    ),
    "4.10 what rested goes on from where it resumes": (
        project(
            task(1, 16, ActualStart="2026-01-05T08:00:00", Stop="2026-01-05T17:00:00", Resume="2026-01-08T08:00:00").replace(
                "<RemainingDuration>PT16H", "<RemainingDuration>PT8H"
            )
        ),
        {1: ("05T08:00", "08T17:00")},
    ),
    "4.10 who works resumes on their own calendar": (
        project(
            task(1, 16, ActualStart="2026-01-05T08:00:00", Resume="2026-01-07T08:00:00").replace(
                "<RemainingDuration>PT16H", "<RemainingDuration>PT8H"
            ),
            calendars=MORNINGS,
            resources=resource(1, 4),
            assignments=assignment(1, 1, 16, RemainingWork="PT8H0M0S"),
        ),
        {1: ("05T08:00", "08T12:00")},
    ),
    "a manual task stays where it was put": (
        project(ENDS_FRIDAY, task(2, 2, link(1), **manual("06T09:00", "06T11:00")), task(3, 8, link(2))),
        {2: ("06T09:00", "06T11:00"), 3: ("06T11:00", "07T11:00")},
    ),
    "a manual task on days off ends where it was put too": (
        project(task(1, 16, **manual("10T08:00", "11T17:00")), task(2, 8, link(1))),
        {1: ("10T08:00", "11T17:00"), 2: ("12T08:00", "12T17:00")},
    ),
    "a share of such a task is one of the length that the file has": (
        project(task(1, 16, **manual("10T08:00", "11T17:00")), task(2, 8, link(1, "FS", 50, PERCENT))),
        {2: ("13T08:00", "13T17:00")},
    ),
    "an inactive task holds nothing": (
        project(ENDS_FRIDAY.replace("<Type>", "<Active>0</Active><Type>", 1), task(2, 8, link(1))),
        {2: ("05T08:00", "05T17:00")},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_gives_the_dates_worked_out_by_hand(name: str) -> None:
    """The plain pass over what the reader found gives each date of the case."""
    content, expected = CASES[name]
    found = PassMsp(read(content).projects[0])

    assert {uid: tuple(moment(at) for at in found.dates(str(uid))) for uid in expected} == {
        uid: tuple(dt.datetime.fromisoformat(f"2026-01-{at}") for at in dates) for uid, dates in expected.items()
    }


def test_every_rule_of_ms_project_has_a_case() -> None:
    """Nobody deletes the last case of a rule."""
    assert {name.split()[0] for name in CASES} >= {f"4.{number}" for number in range(1, 11)}
