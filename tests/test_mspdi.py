"""MSPDI is read element by element into the neutral record, and what is wrong with it is told with its line."""

from __future__ import annotations

import datetime as dt
import random
import re
from fractions import Fraction

import pytest

from optimiser.errors import InputError
from optimiser.reading.interchange.elements import XmlElement, read_elements
from optimiser.reading.interchange.neutral import decoded, encoded
from optimiser.reading.interchange.record import PlannerFile, TaskRecord
from tests.mspdi_texts import assignment, calendar, link, project, read, resource, task
from tests.pass_msp import PassMsp

DAY = dt.date(2026, 1, 5)


def at(text: str) -> dt.datetime:
    """Return a moment."""
    return dt.datetime.fromisoformat(text)


def only(content: bytes) -> TaskRecord:
    """Return the one task of a file."""
    (found,) = read(content).projects[0].tasks
    return found


def said(content: bytes) -> str:
    """Return what a file that cannot be read is told."""
    with pytest.raises(InputError) as refused:
        read(content)
    return str(refused.value)


def test_a_task_is_read_with_everything_that_moves_it() -> None:
    """Lengths are minutes, slack and delays come in tenths, dates are moments."""
    baseline = (
        "<Number>0</Number><Start>2026-01-05T08:00:00</Start><Finish>2026-01-06T17:00:00</Finish><Duration>PT16H0M0S</Duration>"
    )
    found = only(
        project(
            task(
                1,
                16,
                Type=1,
                EffortDriven=1,
                IgnoreResourceCalendar=1,
                ConstraintType=6,
                ConstraintDate="2026-01-09T17:00:00",
                Deadline="2026-01-30T17:00:00",
                LevelingDelay=14_400,
                ActualStart="2026-01-05T08:00:00",
                Stop="2026-01-05T12:00:00",
                Resume="2026-01-07T08:00:00",
                PercentComplete=25,
                TotalSlack=-4800,
                Critical=1,
                Start="2026-01-05T08:00:00",
                Finish="2026-01-09T17:00:00",
                Baseline=baseline,
                ExtendedAttribute="<FieldID>188743731</FieldID><Value>Board &amp; owner</Value>",
            ),
            more="<ExtendedAttributes><ExtendedAttribute><FieldID>188743731</FieldID><FieldName>Text1</FieldName>"
            "<Alias>Decided by</Alias></ExtendedAttribute></ExtendedAttributes>",
        )
    )

    assert (found.duration, found.duration_type, found.effort_driven, found.ignores_resource_calendar) == (
        960,
        "fixed-duration",
        True,
        True,
    )
    assert [(each.kind, each.date) for each in found.constraints] == [("finish-no-earlier", at("2026-01-09 17:00"))]
    assert (found.deadline, found.levelling_delay) == (at("2026-01-30 17:00"), 1440)
    assert (found.progress.actual_start, found.progress.resume) == (at("2026-01-05 08:00"), at("2026-01-07 08:00"))
    assert (found.progress.percent, found.progress.remaining) == (25, 960)
    assert (found.stored.finish, found.stored.total_float, found.stored.critical) == (at("2026-01-09 17:00"), -480, True)
    assert [(each.number, each.finish, each.duration) for each in found.baselines] == [(0, at("2026-01-06 17:00"), 960)]
    assert found.attributes == (("Decided by", "Board & owner"),)


def test_the_outline_says_what_is_above_whom() -> None:
    """What has lines of a deeper level below it is a summary; an empty line is none; no length is a milestone."""
    tasks = (
        read(
            project(
                task(0, 0, level=0),
                task(1, 8),
                task(2, 8, level=2),
                task(3, 8, level=3),
                task(4, 0),
                task(5, 0).replace("<IsNull>0", "<IsNull>1"),
            )
        )
        .projects[0]
        .tasks
    )

    assert [(each.uid, each.parent, each.kind) for each in tasks] == [
        ("0", None, "summary"),
        ("1", "0", "summary"),
        ("2", "1", "summary"),
        ("3", "2", "task"),
        ("4", "0", "milestone"),
    ]


def test_links_say_their_type_their_lag_and_whose_it_is() -> None:
    """Tenths of minutes, elapsed units, per cent, and a predecessor of another file."""
    far = (
        link(9)
        .replace("<CrossProject>0", "<CrossProject>1")
        .replace("<LinkLag>", "<CrossProjectName>b.mpp\\7</CrossProjectName><LinkLag>")
    )
    links = (
        read(
            project(
                task(1, 8),
                task(
                    2, 8, link(1, "SS", 4800), link(1, "FF", -14_400, 8), link(1, "SF", 33, 19), link(1, lag=-50, form=20), far
                ),
            )
        )
        .projects[0]
        .links
    )

    assert [(each.type, each.lag, each.percent, each.elapsed, each.project) for each in links] == [
        ("SS", 480, None, False, None),
        ("FF", -1440, None, True, None),
        ("SF", 0, Fraction(33), False, None),
        ("FS", 0, Fraction(-50), True, None),
        ("FS", 0, None, False, "b.mpp\\7"),
    ]


def test_assignments_keep_their_work_exact_and_their_stretches() -> None:
    """Work with seconds stays a fraction; nought in working time parts the work; a row whose date is none is told."""
    rows = "".join(
        f"<TimephasedData><Type>1</Type><Start>{start}</Start><Finish>{finish}</Finish><Value>{value}</Value></TimephasedData>"
        for start, finish, value in (
            ("2026-01-05T08:00:00", "2026-01-06T08:00:00", "PT8H0M0S"),
            ("2026-01-06T08:00:00", "2026-01-07T08:00:00", "PT0H0M0S"),
            ("2026-01-07T17:-0:00", "2026-01-07T08:00:00", "PT1H0M0S"),
            ("2026-01-07T08:00:00", "2026-01-08T08:00:00", "PT7H59M60S"),
        )
    )
    found = read(
        project(
            task(1, 16),
            resources=resource(1, 1),
            assignments=assignment(1, 1, 0, -65535, Work="PT10H33M36S", Units=0.25, Delay=4800, spans=rows),
        )
    )
    (each,) = found.projects[0].assignments

    assert (each.resource, each.work, each.units, each.delay, each.shaped) == (None, Fraction(6336, 10), 25, 480, True)
    assert each.spans == ((at("2026-01-05 08:00"), at("2026-01-06 08:00")), (at("2026-01-07 08:00"), at("2026-01-08 08:00")))
    assert [(entry.name, entry.count) for entry in found.unread] == [("TimephasedData without two dates", 1)]


def exception(kind: int, first: str, last: str, **fields: int) -> str:
    """Return an exception that recurs."""
    return (
        f"<Exception><TimePeriod><FromDate>{first}T00:00:00</FromDate><ToDate>{last}T23:59:00</ToDate></TimePeriod><Name>off</Name>"
        f"<Type>{kind}</Type>{''.join(f'<{name}>{value}</{name}>' for name, value in fields.items())}<DayWorking>0</DayWorking></Exception>"
    )


@pytest.mark.parametrize(
    ("recurring", "days"),
    [
        (exception(1, "2026-01-05", "2026-01-09"), ["05/09"]),
        (exception(1, "2026-01-05", "2026-01-09", Period=2), ["05", "07", "09"]),
        # Mondays (2) and Fridays (32) of every second week.
        (exception(6, "2026-01-05", "2026-01-31", Period=2, DaysOfWeek=34), ["05", "09", "19", "23"]),
        (exception(4, "2026-01-01", "2026-01-31", Period=1, MonthDay=15), ["15"]),
        (exception(4, "2026-01-01", "2026-01-31", Period=1, MonthDay=32), []),
        # The second Tuesday, the last weekday, the first day of a weekend.
        (exception(5, "2026-01-01", "2026-01-31", MonthItem=5, MonthPosition=1), ["13"]),
        (exception(5, "2026-01-01", "2026-01-31", MonthItem=1, MonthPosition=4), ["30"]),
        (exception(3, "2026-01-01", "2027-01-01", MonthItem=2, MonthPosition=0, Month=0), ["03"]),
        (exception(2, "2025-06-01", "2026-12-31", Month=0, MonthDay=26), ["26"]),
    ],
)
def test_an_exception_that_recurs_is_laid_out_as_its_days(recurring: str, days: list[str]) -> None:
    """Every recurrence of the schema, on dates of January 2026 counted by hand."""
    calendars = (
        read(project(task(1, 8), calendars=calendar(2, inside=f"<Exceptions>{recurring}</Exceptions>"))).projects[0].calendars
    )
    runs = [
        f"{each.first:%d}" if each.first == each.last else f"{each.first:%d/}{each.last:%d}" for each in calendars[1].exceptions
    ]

    assert runs == days
    assert {(each.first.year, each.first.month) for each in calendars[1].exceptions} <= {(2026, 1)}


def test_a_derived_calendar_leaves_to_its_base_what_it_does_not_say() -> None:
    """Work weeks hold between their dates, and days of before 2007 stand where a file has no newer ones."""
    inside = (
        "<WorkWeeks><WorkWeek><TimePeriod><FromDate>2026-02-02T00:00:00</FromDate><ToDate>2026-02-08T23:59:00</ToDate></TimePeriod>"
        "<Name>short</Name><WeekDays><WeekDay><DayType>6</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays></WorkWeek></WorkWeeks>"
    )
    old = (
        "<WeekDay><DayType>0</DayType><DayWorking>0</DayWorking><TimePeriod><FromDate>2026-01-05T00:00:00</FromDate>"
        "<ToDate>2026-01-06T23:59:00</ToDate></TimePeriod></WeekDay>"
    )
    calendars = read(
        project(task(1, 8), calendars=calendar(2, base=1, inside=inside).replace("</WeekDays>", f"{old}</WeekDays>", 1))
    ).projects[0]
    found = calendars.calendars[1]

    assert (found.base, found.week) == ("1", (None,) * 7)
    assert [(each.first, each.last, each.periods) for each in found.exceptions] == [(DAY, dt.date(2026, 1, 6), ())]
    assert [(each.first, each.days) for each in found.weeks] == [
        (dt.date(2026, 2, 2), (None, None, None, None, (), None, None))
    ]


def test_a_project_without_a_name_goes_by_its_number() -> None:
    """Nothing is called by an empty text."""
    found = read(project(task(1, 8)).replace(b"<Name>small</Name>", b"")).projects[0]

    assert (found.uid, found.id, found.name) == ("1", "1", "")


def test_what_no_version_of_the_schema_has_is_told_as_unread() -> None:
    """An element that nobody knows is counted with the line where it stands first."""
    found = read(
        project(
            task(1, 8).replace("<Name>", "<Mood>good</Mood><Name>", 1),
            task(2, 8).replace("<Name>", "<Mood>bad</Mood><Name>", 1),
        )
    )

    assert [(each.name, each.count, each.place.line) for each in found.unread] == [("Task.Mood", 2, 6)]


def test_every_fault_is_told_at_once_with_its_line() -> None:
    """Each cell that is not what it should be, in one error."""
    message = said(
        project(
            task(1, 8, Start="05/01/2026"),
            task(1, 8),
            task(2, 8, ConstraintType=4),
            task(3, 8, Duration="5 days"),
            task(4, 8, link(1).replace("<Type>1", "<Type>9")),
        )
    )

    assert re.sub(r"small.xml:", "", message).splitlines() == [
        "6: Tasks/Task.Start: expected a date such as 2026-01-05 08:00, got '05/01/2026'",
        "7: Tasks/Task.UID: another record has the number '1' already, expected one of its own",
        "8: Tasks/Task.ConstraintType: a constraint start-no-earlier without its date; expected a ConstraintDate",
        "9: Tasks/Task.Duration: expected a duration such as PT8H0M0S, got '5 days'",
        "10: Tasks/Task/PredecessorLink.Type: expected a number from 0 to 3 (FF, FS, SF, SS), got '9'",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><Project>&x;</Project>', "a document type or an entity"),
        (b"<Project>" * 70, "nested deeper than 64"),
        (b"<Report/>", "expected 'Project'"),
        (b"<Project><Tasks><Task>", "it seems cut off"),
        (b"<Project>\x80</Project>", "not well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><Project/>', "unknown encoding"),
        (b"<Project><Name>&#31;</Name></Project>", "delete the character"),
    ],
)
def test_what_is_no_such_xml_is_refused(content: bytes, says: str) -> None:
    """Nothing is expanded, fetched or guessed."""
    assert says in said(content)


def test_a_date_that_no_plan_has_is_told_and_the_least_of_all_is_none() -> None:
    """Programs write the first of all dates where they have none; a stored date of the year 9999 would take a calendar of its length."""
    assert only(project(task(1, 8, ActualStart="0001-01-01T00:00:00"))).progress.actual_start is None
    assert "Task.Finish: '9999-12-31T00:00:00' is no date of a plan, expected one from 1900 to 2500" in said(
        project(task(1, 8, Finish="9999-12-31T00:00:00"))
    )


def test_two_thousand_centuries_of_exceptions_are_refused() -> None:
    """An exception that recurs without end costs no time."""
    endless = exception(6, "0001-01-01", "9999-12-31", DaysOfWeek=0)

    assert "exceptions recur over more than" in said(
        project(task(1, 8), calendars=calendar(2, inside=f"<Exceptions>{endless}</Exceptions>"))
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
def test_offsets_are_of_bytes_whatever_the_encoding(encoding: str) -> None:
    """What lies between the offsets of an element is its text, as the file spells it."""
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig").removesuffix("-be")}"?><a x=">"><b>é &amp; ü</b><c y="/>" /></a>'
    content = (b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding)
    root = read_elements(content, "a.xml", {})
    first, second = root.inside
    plain = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding)

    assert content[first.inner : first.close].decode(plain) == "é &amp; ü"
    assert content[first.begin : first.end].decode(plain) == "<b>é &amp; ü</b>"
    assert (second.inner, second.close) == (second.end, second.end)
    assert content[root.close : root.end].decode(plain) == "</a>"


def test_records_are_handed_over_and_left_out_of_the_root() -> None:
    """A file never stands in memory whole."""
    taken: list[XmlElement] = []
    root = read_elements(b"<a><n>1</n><s><t><u>2</u></t><t/></s></a>", "a.xml", {"s/t": taken.append})

    assert [each.value("u") for each in taken] == ["2", ""]
    assert (root.value("n"), list(root.all("s", "t"))) == ("1", [])


RICH = project(
    task(0, 0, level=0),
    task(1, 16),
    task(2, 24, link(1, "SS", 4800), ConstraintType=4, ConstraintDate="2026-01-09T08:00:00"),
    task(
        3,
        8,
        link(2, lag=50, form=19),
        link(1, "FF", 14_400, 8),
        level=2,
        Stop="2026-01-12T08:00:00",
        ActualStart="2026-01-12T08:00:00",
    ),
    task(5, 8),
    task(6, 8, link(1), level=2),
    task(4, 0, link(3), link(5), Deadline="2026-02-02T17:00:00"),
    calendars=calendar(2, base=1, inside=f"<Exceptions>{exception(6, '2026-01-05', '2026-12-31', DaysOfWeek=34)}</Exceptions>"),
    resources=resource(1, 2),
    assignments=assignment(1, 2, 12.5, Units=0.5, Start="2026-01-09T08:00:00", Finish="2026-01-13T17:00:00"),
)


def test_a_record_goes_through_json_and_back() -> None:
    """What a child process hands over is what it read."""
    found = read(RICH)

    assert decoded(encoded(found)) == found
    for spoiled in (b"[]", b"{}", b'{"file":1}', encoded(found).replace(b'"msp"', b'"asta"'), encoded(found)[:-9]):
        with pytest.raises(ValueError):  # noqa: PT011  # each says something else
            decoded(spoiled)


def spoiled(number: int) -> bytes:
    """Return a file with something rotten in it: cut, flipped, repeated, reordered or with a hostile value."""
    draw = random.Random(number)  # noqa: S311
    content = bytearray(RICH)
    for _ in range(draw.randint(1, 2)):
        place = draw.randrange(len(content))
        match draw.choice((0, 1, 2, 3, 4, 4, 4, 5, 6, 6, 6)):
            case 0:
                del content[place:]
            case 1:
                content[place] = draw.randrange(256)
            case 2:
                content[place:place] = content[draw.randrange(len(content)) :][: draw.randint(1, 300)]
            case 3:
                del content[place : place + draw.randint(1, 200)]
            case 4:
                values = list(re.finditer(rb">([^<>]+)</", content))
                if values:
                    found = draw.choice(values)
                    content[found.start(1) : found.end(1)] = draw.choice(HOSTILE)
            case 5:
                content[place:place] = draw.choice(
                    [b"<!DOCTYPE x>", b"<![CDATA[", b"&lol;", b"<a>" * 80, b"\0", b"]]>", b"<?x y?>"]
                )
            case _:
                elements = list(re.finditer(rb"<(\w+)>[^<>]*</\1>", content))
                if elements:
                    found = draw.choice(elements)
                    del content[found.start() : found.end()]
        if not content:
            break
    return bytes(content)


HOSTILE = [
    *(
        b"-1",
        b"",
        b"99999999999999999999",
        b"PT99999999H0M0S",
        b"-PT8H0M0S",
        b"PT",
        b"P",
        b"9999-12-31T23:59:59",
        b"0001-01-01T00:00:00",
    ),
    *(
        b"NaN",
        b"1e308",
        b"0x10",
        b"2026-02-30T08:00:00",
        b"\xc3\xa9",
        b"24:00:00",
        b"3",
        b"0",
        b"\xd9\xa3",
        b"T" * 5000,
        b"1/0",
    ),
]


@pytest.mark.long
def test_no_spoiled_file_ends_in_a_traceback() -> None:
    """Five hundred files: each is read, or refused with located errors, and what is read goes through JSON."""
    outcomes = {"read": 0, "refused": 0, "scheduled": 0}
    for number in range(500):
        found: PlannerFile | None = None
        try:
            found = read(spoiled(number))
        except InputError as refused:
            outcomes["refused"] += bool(refused.faults) and all(fault.message for fault in refused.faults)
        if found:
            outcomes["read"] += 1
            decoded(encoded(found))
            try:
                PassMsp(found.projects[0]).compared()
                outcomes["scheduled"] += 1
            except (RecursionError, OverflowError, ValueError, KeyError):  # the oracle is no product
                pass

    assert outcomes["read"] + outcomes["refused"] == 500
    assert min(outcomes.values()) > 50, outcomes


def test_a_file_that_is_cut_off_says_so_with_its_last_line() -> None:
    """An export that was interrupted is no mystery of XML: where it ends, and what to do."""
    whole = project(task(1, 8), task(2, 8))
    cut = whole[: whole.rindex(b"<UID>2") + 3]

    assert f"the file ends here, in line {cut.count(bytes([10])) + 1}, before it is whole: it seems cut off" in said(cut)


@pytest.mark.parametrize(("name", "read_as"), [(b"T\xe4sk", "it was read as UTF-8"), (b"T1", "in klingon that can be read")])
def test_a_wrong_encoding_says_which_was_tried(name: bytes, read_as: str) -> None:
    """A byte that the stated encoding does not have, and an encoding that nobody knows."""
    content = project(task(1, 8)).replace(b"<Name>T1", b"<Name>" + name)
    if name == b"T1":
        content = content.replace(b"UTF-8", b"klingon", 1)

    assert read_as in said(content)
