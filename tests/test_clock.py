"""The clock against numpy's business days, the `holidays` package, and the literal axis of `tests.brute_force`."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import holidays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import WEEKDAYS, Calendar
from models.duration import Duration
from models.plan import Plan
from models.rules import Occasions
from optimiser.clock import BEFORE, Clock, Convention, add_months
from optimiser.errors import BeyondHorizonError
from optimiser.reading.load import load
from optimiser.reading.packaged import packaged
from tests.brute_force import Axis, plus_months
from tests.conftest import plan_of
from tests.random_plans import plans

FIRST, LAST = dt.date(2022, 1, 1), dt.date(2027, 12, 31)
CONVENTIONS: tuple[Convention, ...] = ("opens", "closes")
ENGLAND_AND_WALES = holidays.country_holidays("GB", subdiv="ENG", years=range(2020, 2036))
"""By the `holidays` package; Wales has the same."""
BANK_HOLIDAYS = sorted(day for day in ENGLAND_AND_WALES if FIRST <= day <= LAST)


def calendar_of(**more: Any) -> dict[str, Any]:
    """Return a calendar from Monday to Friday that covers 2022 to 2027."""
    covers = {"first": str(FIRST), "last": str(LAST)}
    return {"id": "base", "title": "Base", "basis": "synthetic", "weekdays": list(WEEKDAYS[:5]), "covers": covers, **more}


def clock_of(*, own: tuple[dict[str, Any], ...] = (), horizon: tuple[str, str] | None = None, **calendar: Any) -> Clock:
    """Return the clock of a plan on such a calendar, with some changes."""
    base = calendar_of(**calendar)
    first, last = horizon or (base["covers"]["first"], base["covers"]["last"])
    parts = {"calendar": "base", "calendars": [base, *own], "horizon": {"first": first, "last": last}}
    return Clock(plan_of(**parts))


CLOSED = [{"day": str(day), "title": "Holiday"} for day in BANK_HOLIDAYS]
WEEKS: dict[str, dict[str, Any]] = {
    "mon-fri": {},
    "england-wales": {"holidays": CLOSED},
    "mon-thu and sun": {"weekdays": ["mon", "tue", "wed", "thu", "sun"], "holidays": CLOSED},
    "every day": {"weekdays": list(WEEKDAYS)},
    "with blackouts": {"blackouts": [{"first": f"{year}-12-24", "last": f"{year + 1}-01-01"} for year in range(2022, 2027)]},
}


def numpy_calendar(calendar: Calendar) -> np.busdaycalendar:
    """Return numpy's own calendar with the same week and the same days off."""
    off = [np.datetime64(holiday.day) for holiday in calendar.holidays]
    for span in calendar.blackouts:
        off += list(np.arange(np.datetime64(span.first), np.datetime64(span.last) + 1))
    return np.busdaycalendar(weekmask=[name in calendar.weekdays for name in WEEKDAYS], holidays=off)


def every_day(calendar: Calendar) -> np.ndarray:
    """Return every calendar day that a calendar covers."""
    return np.arange(np.datetime64(calendar.covers.first), np.datetime64(calendar.covers.last) + 1)


def ordinals(days: np.ndarray) -> np.ndarray:
    """Return numpy's days as ordinals."""
    return days.astype("datetime64[D]").astype(np.int64) + dt.date(1970, 1, 1).toordinal()


@pytest.fixture(params=WEEKS)
def clock(request: pytest.FixtureRequest) -> Clock:
    """Return the clock of one of several weeks."""
    return clock_of(**WEEKS[request.param])


# -- dates and boundaries ----------------------------------------------------------------------------------------------


def test_the_axis_is_the_days_numpy_calls_business_days(clock):
    """On every day covered, the clock works exactly where numpy's calendar does."""
    days = every_day(clock.calendar)
    worked = days[np.is_busday(days, busdaycal=numpy_calendar(clock.calendar))]
    assert clock.days.tolist() == ordinals(worked).tolist()
    assert clock.size == len(worked)


def test_mornings_and_evenings_count_as_numpy_counts(clock):
    """On every day covered, a morning has the business days before it behind it, an evening those up to it."""
    days, calendar = every_day(clock.calendar), numpy_calendar(clock.calendar)
    mornings = np.busday_count(days[0], days, busdaycal=calendar)
    evenings = np.busday_count(days[0], days + 1, busdaycal=calendar)
    assert clock.boundaries(ordinals(days), "opens").tolist() == mornings.tolist()
    assert clock.boundaries(ordinals(days), "closes").tolist() == evenings.tolist()
    for day, morning, evening in zip(days[::17].tolist(), mornings[::17], evenings[::17], strict=True):
        assert (clock.boundary(day, "opens"), clock.boundary(day, "closes")) == (morning, evening)


def test_a_date_off_work_rolls_as_numpy_rolls(clock):
    """A morning off work is shown as the next business day, an evening as the last, as numpy rolls them."""
    days, calendar = every_day(clock.calendar)[10:-10], numpy_calendar(clock.calendar)
    rolled = {"opens": "forward", "closes": "backward"}
    for convention in CONVENTIONS:
        shown = clock.shown(clock.boundaries(ordinals(days), convention), convention)
        assert shown.tolist() == ordinals(np.busday_offset(days, 0, roll=rolled[convention], busdaycal=calendar)).tolist()


def test_every_boundary_shows_the_day_it_is_read_from(clock):
    """Showing a boundary and reading the date back gives the boundary, by either convention."""
    for convention in CONVENTIONS:
        for boundary in range(1, clock.size):
            assert clock.boundary(clock.show(boundary, convention), convention) == boundary


def test_a_weekend_is_one_boundary():
    """The evening of a Saturday, the evening of the Friday before and the morning of the Monday after are one."""
    clock = clock_of()
    friday, saturday, monday = dt.date(2026, 10, 30), dt.date(2026, 10, 31), dt.date(2026, 11, 2)
    assert clock.boundary(saturday, "closes") == clock.boundary(friday, "closes") == clock.boundary(monday, "opens")
    assert clock.show(clock.boundary(saturday, "closes"), "closes") == friday
    assert clock.show(clock.boundary(saturday, "opens"), "opens") == monday


PACKAGED = [plan.name for plan in packaged()]


@pytest.mark.parametrize("plan", PACKAGED)
def test_the_pinned_bank_holidays_are_those_of_the_holidays_package(plan):
    """A packaged calendar of England and Wales is off work on each of the package's holidays, others on those they list, and on no
    other weekday.
    """
    loaded = load(plan)
    for calendar in loaded.calendars:
        clock = Clock(loaded.evolve(calendar=calendar.id, horizon=calendar.covers))
        listed = {entry.day for entry in calendar.holidays}
        listed |= {
            day for day in every_day(calendar).tolist() if any(span.first <= day <= span.last for span in calendar.blackouts)
        }
        official = ENGLAND_AND_WALES if "england" in calendar.id else listed
        worked = set(clock.days.tolist())
        for day in every_day(calendar).tolist():
            assert (day.toordinal() in worked) == (WEEKDAYS[day.weekday()] in calendar.weekdays and day not in official), day


def test_a_pinned_calendar_of_england_and_wales_is_packaged():
    """The comparison with the package has something to compare."""
    pinned = {calendar.id: calendar for plan in PACKAGED for calendar in load(plan).calendars if calendar.holidays}
    assert "england-wales" in pinned
    assert pinned["england-wales"].version


# -- lags and durations ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [0, 1, 5, 21, 304])
def test_working_days_are_added_as_numpy_adds_them(clock, amount):
    """Work of a number of days ends on the day that numpy reaches, from every day that work can start on."""
    calendar = numpy_calendar(clock.calendar)
    starts = clock.days[: clock.size - amount - 1]
    days = starts.astype("datetime64[D]") - dt.date(1970, 1, 1).toordinal()
    reached = np.busday_offset(days, amount, busdaycal=calendar)
    finishes = clock.finishes(np.arange(len(starts)), amount, "wd")
    assert clock.shown(finishes, "opens").tolist() == ordinals(reached).tolist()


@pytest.mark.parametrize("amount", [-400, -31, -7, -1, 0, 1, 2, 7, 28, 31, 365])
@pytest.mark.parametrize("source", CONVENTIONS)
@pytest.mark.parametrize("target", CONVENTIONS)
def test_calendar_days_are_added_and_rolled_as_numpy_does(amount, source, target):
    """A lag of calendar days is the date shown plus the days, rolled by numpy; a forward one never ends before it began."""
    clock = clock_of(holidays=CLOSED)
    axis = np.arange(1, clock.size)
    shown = clock.shown(axis, source).astype("datetime64[D]") - dt.date(1970, 1, 1).toordinal()
    reached = shown + amount
    inside = (reached >= np.datetime64(FIRST)) & (reached <= np.datetime64(LAST))
    counted = np.busday_count(np.datetime64(FIRST), reached + (target == "closes"), busdaycal=numpy_calendar(clock.calendar))
    expected = np.where(inside, counted, np.where(reached < np.datetime64(FIRST), BEFORE, clock.beyond))
    if amount >= 0:
        expected = np.maximum(expected, axis)
    assert clock.shifted(axis, amount, "cd", source, target).tolist() == expected.tolist()


def test_months_are_added_on_every_day_covered():
    """From every day of six years, months forward and back reach the day that counting by hand reaches."""
    days = [FIRST + dt.timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
    numbers = np.array([day.toordinal() for day in days])
    for months in (*range(-14, 15), 24, 120, -120):
        assert add_months(numbers, months).tolist() == [plus_months(day, months).toordinal() for day in days]


@pytest.mark.parametrize(
    ("day", "months", "reached"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 1, "2024-03-31"),
        ("2023-02-28", 1, "2023-03-31"),
        ("2024-02-28", 1, "2024-03-28"),
        ("2024-01-30", 1, "2024-02-29"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-03-30", -1, "2024-02-29"),
        ("2024-04-30", 12, "2025-04-30"),
        ("2024-04-30", 1, "2024-05-31"),
        ("2024-12-15", 1, "2025-01-15"),
        ("2024-01-15", -1, "2023-12-15"),
    ],
)
def test_the_last_day_of_a_month_stays_the_last(day, months, reached):
    """A month later is the same day, cut to the month's length; the last day of a month stays the last."""
    start = np.array([dt.date.fromisoformat(day).toordinal()])
    assert dt.date.fromordinal(int(add_months(start, months)[0])) == dt.date.fromisoformat(reached)


@pytest.mark.parametrize("unit", ["wd", "cd", "mo"])
@pytest.mark.parametrize("source", CONVENTIONS)
@pytest.mark.parametrize("target", CONVENTIONS)
def test_a_later_boundary_never_reaches_an_earlier_one(clock, unit, source, target):
    """Every lag is monotone, and a lag that is not negative never ends before it began."""
    axis = np.arange(clock.size + 1)
    for amount in (-40, -3, -1, 0, 1, 2, 11, 45):
        found = clock.shifted(axis, amount, unit, source, target)
        assert np.all(np.diff(found) >= 0)
        if amount >= 0:
            assert np.all(found >= axis)
        each = [clock.shift(int(boundary), Duration(amount, unit), source, target) for boundary in axis[::97]]
        assert each == found[::97].tolist()


def test_lags_take_an_amount_for_each_boundary():
    """A column of amounts gives what each amount gives alone."""
    clock = clock_of(holidays=CLOSED)
    axis, amounts = np.arange(1, 401), np.arange(400) % 60 - 20
    for unit in ("wd", "cd", "mo"):
        alone = [clock.shift(int(b), Duration(int(a), unit), "closes", "opens") for b, a in zip(axis, amounts, strict=True)]  # type: ignore[arg-type]
        assert clock.shifted(axis, amounts, unit, "closes", "opens").tolist() == alone


@pytest.mark.parametrize(
    ("lag", "source", "target", "before", "after"),
    [
        ("2 mo", "closes", "closes", "2026-09-02", "2026-11-02"),
        ("2 mo", "closes", "closes", "2026-10-30", "2026-12-30"),
        ("2 mo", "closes", "closes", "2026-08-31", "2026-10-30"),
        ("7 mo", "closes", "closes", "2026-02-02", "2026-09-02"),
        ("14 mo", "opens", "closes", "2025-06-10", "2026-08-10"),
        ("1 mo", "opens", "opens", "2025-07-01", "2025-08-01"),
        ("28 cd", "closes", "opens", "2024-02-02", "2024-03-01"),
        ("0 cd", "closes", "opens", "2024-02-02", "2024-02-05"),
        ("0 cd", "opens", "closes", "2024-02-05", "2024-02-05"),
        ("-1 mo", "opens", "opens", "2024-03-29", "2024-02-29"),
    ],
)
def test_lags_count_from_the_date_as_shown(lag, source, target, before, after):
    """Months and calendar days count from the date as shown to a date read by the second point's convention."""
    clock = clock_of()
    start = clock.boundary(dt.date.fromisoformat(before), source)
    assert clock.show(clock.shift(start, Duration.parse(lag), source, target), target) == dt.date.fromisoformat(after)


def test_off_the_days_covered_is_before_or_beyond():
    """A lag that leaves the days covered says on which side, and does not guess a date."""
    clock = clock_of()
    assert clock.shift(5, Duration(-1, "mo"), "opens", "opens") == BEFORE
    assert clock.shift(clock.size - 5, Duration(1, "mo"), "opens", "opens") == clock.beyond
    assert clock.shift(BEFORE, Duration(1, "mo"), "opens", "opens") == BEFORE
    assert clock.shift(clock.beyond, Duration(-1, "mo"), "opens", "opens") == clock.beyond
    assert clock.boundaries(np.array([FIRST.toordinal() - 1, LAST.toordinal() + 1]), "opens").tolist() == [BEFORE, clock.beyond]


@pytest.mark.parametrize("amount", [1, 2, 5, 40])
def test_own_calendars_count_their_own_days_as_numpy_counts(amount):
    """Work on a calendar of its own ends on the evening of its own n-th business day, wherever it may start."""
    own = calendar_of(
        id="own", weekdays=["tue", "wed", "fri"], holidays=CLOSED, blackouts=[{"first": "2024-08-01", "last": "2024-08-31"}]
    )
    clock = clock_of(own=(own,), holidays=CLOSED[:10])
    theirs = numpy_calendar(Calendar.model_validate(own))
    base = numpy_calendar(clock.calendar)
    may_start = np.flatnonzero(clock.may_start("own"))
    days = clock.days.astype("datetime64[D]") - dt.date(1970, 1, 1).toordinal()
    assert days[may_start].tolist() == days[np.is_busday(days, busdaycal=theirs)].tolist()
    starts = may_start[: len(may_start) - amount]
    last = np.busday_offset(days[starts], amount - 1, busdaycal=theirs)
    expected = np.busday_count(np.datetime64(FIRST), last + 1, busdaycal=base)
    assert clock.finishes(starts, amount, "wd", "own").tolist() == expected.tolist()
    assert clock.finish(int(starts[0]), Duration(amount, "wd"), "own") == expected[0]


def test_own_calendars_end_where_their_list_ends():
    """Work that needs more of its own days than are known is beyond; work of no length stays where it starts."""
    own = calendar_of(id="own", covers={"first": "2022-02-01", "last": "2022-02-28"})
    clock = clock_of(own=(own,))
    start = clock.boundary(dt.date(2022, 2, 24), "opens")
    assert clock.show(clock.finish(start, Duration(3, "wd"), "own"), "closes") == dt.date(2022, 2, 28)
    assert clock.finish(start, Duration(4, "wd"), "own") == clock.beyond
    assert clock.finish(start, Duration(0, "wd"), "own") == start
    assert not clock.may_start("own")[clock.boundary(dt.date(2022, 3, 1), "opens")]
    assert clock.may_start(None).all()


def test_a_calendar_without_any_day_lets_nothing_start():
    """A calendar of its own that never works leaves no place to start, and every length beyond."""
    own = calendar_of(id="own", covers={"first": "2022-02-05", "last": "2022-02-06"})
    clock = clock_of(own=(own,))
    assert not clock.may_start("own").any()
    assert (clock.finishes(np.arange(5), 1, "wd", "own") == clock.beyond).all()


# -- sets of boundaries ------------------------------------------------------------------------------------------------


def months_of(calendar: Calendar) -> np.ndarray:
    """Return the first day of every month covered."""
    return np.arange(np.datetime64(calendar.covers.first, "M"), np.datetime64(calendar.covers.last, "M") + 1)


def test_month_ends_are_where_numpy_rolls_them(clock):
    """The first and last working days of every month are those that numpy rolls to."""
    calendar, months = numpy_calendar(clock.calendar), months_of(clock.calendar)
    first = np.busday_offset(months.astype("datetime64[D]"), 0, roll="forward", busdaycal=calendar)
    last = np.busday_offset((months + 1).astype("datetime64[D]"), -1, roll="forward", busdaycal=calendar)
    for to, days in (("first-working-day", first), ("last-working-day", last)):
        for convention in CONVENTIONS:
            shown = clock.shown(clock.aligned(to, convention), convention)
            assert shown.tolist() == ordinals(days).tolist()


@pytest.mark.parametrize(
    ("covers", "closed", "first", "last"),
    [
        (("2024-01-15", "2024-03-15"), [], ["2024-02-01", "2024-03-01"], ["2024-01-31", "2024-02-29"]),
        (
            ("2024-01-01", "2024-03-31"),
            [],
            ["2024-01-01", "2024-02-01", "2024-03-01"],
            ["2024-01-31", "2024-02-29", "2024-03-29"],
        ),
        (("2024-01-02", "2024-03-30"), [], ["2024-02-01", "2024-03-01"], ["2024-01-31", "2024-02-29"]),
        # Nobody has worked in March when the list ends, and February is known to its end.
        (("2024-01-01", "2024-03-03"), ["2024-03-01"], ["2024-01-01", "2024-02-01"], ["2024-01-31", "2024-02-29"]),
        # Nobody works in the part of January that is known, and February is known from its beginning.
        (("2024-01-30", "2024-02-29"), ["2024-01-30", "2024-01-31"], ["2024-02-01"], ["2024-02-29"]),
    ],
)
def test_a_month_known_in_part_has_only_the_end_that_is_known(covers, closed, first, last):
    """A month's first working day is known where the month's beginning is covered, its last where its end is."""
    days_off = [{"day": day, "title": "Holiday"} for day in closed]
    clock = clock_of(covers={"first": covers[0], "last": covers[1]}, holidays=days_off)
    for to, expected in (("first-working-day", first), ("last-working-day", last)):
        shown = clock.shown(clock.aligned(to, "opens"), "opens")
        assert [str(dt.date.fromordinal(day)) for day in shown.tolist()] == expected


NTH = {"first": 0, "second": 1, "third": 2, "fourth": 3}


@pytest.mark.parametrize("nth", [*NTH, "last"])
@pytest.mark.parametrize("weekday", WEEKDAYS)
def test_weekdays_of_a_month_are_where_numpy_finds_them(nth, weekday):
    """The n-th and the last of a weekday in every month are those that numpy's week masks find."""
    clock = clock_of()
    months = months_of(clock.calendar)
    mask = weekday.capitalize()
    if nth == "last":
        expected = np.busday_offset((months + 1).astype("datetime64[D]"), -1, roll="forward", weekmask=mask)
    else:
        expected = np.busday_offset(months.astype("datetime64[D]"), NTH[nth], roll="forward", weekmask=mask)
    pattern = {"on": f"{nth} {weekday}", "non_working": "stay"}
    days, ends = clock.occasion_days(Occasions.model_validate({"pattern": pattern}))
    assert days.tolist() == ordinals(expected).tolist()
    assert not ends


def days_found(clock: Clock, **occasions: Any) -> list[str]:
    """Return the days of occasions as text."""
    found, _ = clock.occasion_days(Occasions.model_validate(occasions))
    return [str(dt.date.fromordinal(day)) for day in found.tolist()]


def test_occasions_are_the_days_their_docstrings_say():
    """Lists, patterns, months, weeks and the days between which they hold, each as stated."""
    clock = clock_of(covers={"first": "2024-01-01", "last": "2024-12-31"})
    assert days_found(clock, days=["2024-05-04", "2024-02-01", "2024-05-04"]) == ["2024-02-01", "2024-05-04"]
    assert days_found(clock, days=["2024-05-04"], since="2024-05-04", until="2024-05-04") == ["2024-05-04"]
    assert days_found(clock, pattern={"on": "day 31", "months": [1, 4, 5]}) == ["2024-01-31", "2024-05-31"]
    assert days_found(clock, pattern={"on": "day 29", "months": [2]}) == ["2024-02-29"]
    assert days_found(clock, pattern={"on": "last working day", "months": [3, 8]}) == ["2024-03-29", "2024-08-30"]
    weekly = {"every_weeks": 10, "since": "2023-12-25"}
    assert days_found(clock, pattern=weekly) == ["2024-03-04", "2024-05-13", "2024-07-22", "2024-09-30", "2024-12-09"]
    assert days_found(clock, pattern=weekly, since="2024-05-13", until="2024-09-29") == ["2024-05-13", "2024-07-22"]
    assert days_found(clock, pattern=weekly, days=["2024-06-01"], since="2024-05-14", until="2024-07-21") == ["2024-06-01"]
    assert days_found(clock, days=["2024-03-01", "2024-06-01"], since="2024-04-01") == ["2024-06-01"]
    assert days_found(clock, days=["2024-03-01", "2024-06-01"], until="2024-04-01") == ["2024-03-01"]
    assert days_found(clock, pattern={"every_weeks": 1, "since": "2025-06-01"}) == []


CHRISTMAS = {"weekdays": list(WEEKDAYS[:5]), "holidays": [{"day": f"2025-12-{day}", "title": "Holiday"} for day in (25, 26)]}
YEAR_END = {"covers": {"first": "2025-11-01", "last": "2026-01-31"}, **CHRISTMAS}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ({"on": "last thu"}, ["2025-11-27", "2025-12-24", "2026-01-29"]),
        ({"on": "last thu", "non_working": "after"}, ["2025-11-27", "2025-12-29", "2026-01-29"]),
        ({"on": "last thu", "non_working": "skip"}, ["2025-11-27", "2026-01-29"]),
        ({"on": "last thu", "non_working": "stay"}, ["2025-11-27", "2025-12-25", "2026-01-29"]),
        ({"on": "fourth thu"}, ["2025-11-27", "2025-12-29", "2026-01-22"]),
        ({"on": "day 31", "non_working": "before"}, ["2025-12-31", "2026-01-30"]),
        # Out of its month, and off the days covered where none of them is worked.
        ({"on": "day 1", "months": [2, 11]}, ["2025-11-03"]),
        ({"on": "day 31"}, ["2025-12-31"]),
        ({"on": "day 1", "months": [11], "non_working": "before"}, []),
        ({"every_weeks": 2, "since": "2025-12-25"}, ["2025-12-29", "2026-01-08", "2026-01-22"]),
        ({"on": "last working day"}, ["2025-11-28", "2025-12-31", "2026-01-30"]),
    ],
)  # fmt: skip
def test_a_pattern_keeps_to_working_days(pattern, found):
    """A day on which nobody works moves before for 'last' and after for all others, or as stated, or does not happen."""
    assert days_found(clock_of(**YEAR_END), pattern=pattern) == found


def test_listed_days_stay_and_moved_days_keep_inside_their_limits():
    """Days listed by hand stand on days off too; two occasions on one day are one; no day moves past the limits."""
    clock = clock_of(**YEAR_END)
    christmas = {"on": "last thu", "months": [12]}
    assert days_found(clock, days=["2025-12-24", "2025-12-25"], pattern=christmas) == ["2025-12-24", "2025-12-25"]
    assert days_found(clock, pattern=christmas, since="2025-12-25") == []
    assert days_found(clock, pattern=christmas, until="2025-12-24") == ["2025-12-24"]
    assert days_found(clock, pattern={"every_weeks": 52, "since": "2025-12-26"}, until="2025-12-28") == []
    closed = clock_of(**YEAR_END, blackouts=[{"first": "2025-12-22", "last": "2026-01-05"}])
    weekly = {"every_weeks": 1, "since": "2025-12-18"}
    assert days_found(closed, pattern=weekly)[:3] == ["2025-12-18", "2026-01-06", "2026-01-08"]
    assert days_found(closed, pattern={**weekly, "non_working": "before"})[:3] == ["2025-12-18", "2025-12-19", "2026-01-08"]


def test_moved_days_are_told():
    """What moved is told with the day it falls on and the day it moves to; what does not happen, with none."""
    clock = clock_of(**YEAR_END)

    def told(**occasions: Any) -> list[tuple[str, str]]:
        return [(str(day), str(to)) for day, to in clock.moves(Occasions.model_validate(occasions))]

    assert told(days=["2025-12-25"]) == []
    assert told(pattern={"on": "last thu"}) == [("2025-12-25", "2025-12-24")]
    assert told(pattern={"on": "last thu", "non_working": "skip"}) == [("2025-12-25", "None")]
    assert told(pattern={"on": "last thu", "non_working": "stay"}) == []
    assert told(pattern={"on": "last thu"}, since="2025-12-25") == [("2025-12-25", "None")]
    assert told(pattern={"on": "last thu"}, until="2025-12-24") == [("2025-12-25", "2025-12-24")]
    assert told(pattern={"on": "last thu"}, until="2025-12-23") == []
    assert told(pattern={"on": "day 31"}) == [("2026-01-31", "None")]


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [("2025-12-24", ("2025-12-24",) * 2, ("2025-12-24",) * 2), ("2025-12-25", ("2025-12-29", "2025-12-24"), ("2025-12-29", "2025-12-24"))],
)  # fmt: skip
def test_a_stated_floor_is_never_shown_before_its_date_nor_a_ceiling_after(day, opens, closes):
    """Whatever the convention, a floor on a day off is the next working day and a ceiling the last one before it."""
    clock = clock_of(**YEAR_END)
    for convention, expected in (("opens", opens), ("closes", closes)):
        for side, shown in zip(("floor", "ceiling"), expected, strict=True):
            boundary = clock.stated(dt.date.fromisoformat(day), convention, side)
            assert str(clock.show(boundary, convention)) == shown


def test_a_floor_behind_the_last_working_day_and_a_ceiling_before_the_first_are_off_the_axis():
    """No boundary that can be shown keeps such a date; one that is not covered is refused, or marked where computed."""
    clock = clock_of(covers={"first": "2025-11-01", "last": "2025-11-30"})
    for convention in CONVENTIONS:
        assert clock.stated(dt.date(2025, 11, 30), convention, "floor") - (convention == "closes") == clock.size
        assert clock.stated(dt.date(2025, 11, 1), convention, "ceiling") == (0 if convention == "closes" else BEFORE)
        with pytest.raises(BeyondHorizonError):
            clock.stated(dt.date(2025, 12, 1), convention, "floor")
        for side in ("floor", "ceiling"):
            outside = np.array([dt.date(2025, 10, 31).toordinal(), dt.date(2025, 12, 1).toordinal()])
            assert clock.all_stated(outside, convention, side).tolist() == [BEFORE, clock.beyond]


@pytest.mark.parametrize("to", ["first-working-day", "last-working-day"])
@pytest.mark.parametrize("covers", [("0001-01-01", "0001-03-31"), ("9999-10-01", "9999-12-31")])
def test_the_ends_of_all_dates_are_ends_of_months(covers, to):
    """A calendar that covers the first day there is, or the last, has a first and a last working day in every month."""
    clock = clock_of(covers={"first": covers[0], "last": covers[1]})
    assert len(clock.aligned(to, "opens")) == 3
    assert clock.shift(clock.size - 1, Duration(5, "mo"), "closes", "opens") == clock.beyond


def test_occasions_say_whether_they_end():
    """A list ends for good, a pattern only where it says so inside the days covered."""
    clock = clock_of(covers={"first": "2024-01-01", "last": "2024-12-31"})
    pattern = {"on": "day 1"}
    cases = [
        ({"days": ["2024-05-01"]}, True),
        ({"pattern": pattern}, False),
        ({"pattern": pattern, "days": ["2024-05-01"]}, False),
        ({"pattern": pattern, "until": "2024-12-31"}, True),
        ({"pattern": pattern, "until": "2025-01-01"}, False),
    ]
    for occasions, ends in cases:
        assert clock.occasions(Occasions.model_validate(occasions), "opens")[1] is ends


def test_occasions_off_work_are_read_by_the_convention():
    """A Saturday is the next morning or the last evening; several days may be one boundary."""
    clock = clock_of()
    occasions = Occasions.model_validate({"days": ["2024-03-02", "2024-03-03", "2024-03-04"]})
    monday = clock.boundary(dt.date(2024, 3, 4), "opens")
    assert clock.occasions(occasions, "opens")[0].tolist() == [monday]
    assert clock.occasions(occasions, "closes")[0].tolist() == [monday, monday + 1]


def test_a_window_is_the_working_days_it_holds():
    """A span gives its working days, half open, and nothing where it holds none."""
    clock = clock_of(holidays=CLOSED)
    span = Calendar.model_fields["covers"].annotation
    first, after = clock.window(span.model_validate({"first": "2024-12-21", "last": "2025-01-01"}))  # type: ignore[union-attr]
    assert [str(dt.date.fromordinal(day)) for day in clock.days[first:after].tolist()] == [
        "2024-12-23",
        "2024-12-24",
        "2024-12-27",
        "2024-12-30",
        "2024-12-31",
    ]
    first, after = clock.window(span.model_validate({"first": "2024-12-25", "last": "2024-12-26"}))  # type: ignore[union-attr]
    assert first == after


# -- limits ------------------------------------------------------------------------------------------------------------


def test_the_horizon_bounds_the_axis():
    """Nothing starts before the horizon's first morning nor ends after its last evening, whatever day those are."""
    clock = clock_of(horizon=("2024-06-01", "2024-06-30"))
    assert (clock.show(clock.origin, "opens"), clock.show(clock.limit, "closes")) == (dt.date(2024, 6, 3), dt.date(2024, 6, 28))
    clock = clock_of()
    assert (clock.origin, clock.limit) == (1, clock.size - 1)
    clock = clock_of(horizon=("2024-06-01", "2099-01-01"))
    assert clock.limit == clock.size - 1


@pytest.mark.parametrize(
    ("horizon", "covers"),
    [
        (("2024-06-01", "2024-06-02"), ("2024-01-01", "2024-12-31")),
        (("2024-01-01", "2024-12-31"), ("2024-01-01", "2024-01-02")),
        (("2024-12-31", "2025-12-31"), ("2024-01-01", "2024-12-31")),
    ],
)
def test_a_horizon_without_room_is_refused(horizon, covers):
    """A horizon in which nothing can be shown is a located error that names it."""
    with pytest.raises(BeyondHorizonError, match=f"{horizon[0]} to {horizon[1]}") as caught:
        clock_of(horizon=horizon, covers={"first": covers[0], "last": covers[1]})
    assert caught.value.faults[0].path == "horizon"


@pytest.mark.parametrize("day", [FIRST - dt.timedelta(days=1), LAST + dt.timedelta(days=1), dt.date(2204, 2, 7)])
def test_a_date_outside_the_days_covered_is_refused(day):
    """A date that the calendar does not cover is never silently a working day."""
    clock = clock_of()
    with pytest.raises(BeyondHorizonError, match=f"{day} is outside the days that calendar 'base' covers"):
        clock.boundary(day, "opens")
    with pytest.raises(BeyondHorizonError):
        clock.occasions(Occasions(days=(day,)), "opens")


def test_a_boundary_off_the_axis_has_no_date():
    """A boundary with no covered day on the side asked for cannot be shown, and the message says which side."""
    clock = clock_of()
    assert clock.show(0, "opens") == clock.show(1, "closes")
    for boundary, convention, side in [(0, "closes", "before"), (BEFORE, "opens", "before"), (clock.size, "opens", "after")]:
        with pytest.raises(BeyondHorizonError, match=side):
            clock.show(boundary, convention)  # type: ignore[arg-type]


# -- against the literal axis ------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    plans("tiny"),
    st.integers(-60, 60),
    st.sampled_from(["wd", "cd", "mo"]),
    st.sampled_from(CONVENTIONS),
    st.sampled_from(CONVENTIONS),
)
def test_the_clock_counts_as_a_hand_counts(plan: Plan, amount: int, unit: Any, source: Convention, target: Convention):
    """On random calendars every boundary, date, lag, length and month end is what counting day by day gives."""
    clock, axis = Clock(plan), Axis(plan)
    assert [day.toordinal() for day in axis.days] == clock.days.tolist()
    assert (axis.origin, axis.limit) == (clock.origin, clock.limit)
    lag = Duration(amount, unit)
    for boundary in range(1, clock.size):
        assert axis.shown(boundary, source) == clock.show(boundary, source)
        by_hand = axis.plus(boundary, lag, source, target)
        found = clock.shift(boundary, lag, source, target)
        sides = {-math.inf: BEFORE, math.inf: clock.beyond}
        assert found == sides.get(by_hand, by_hand)
        for to in ("first-working-day", "last-working-day"):
            day = axis.shown(boundary, source)
            assert (boundary in clock.aligned(to, source)) == axis.is_month_end(day, first=to.startswith("first"))
        for activity in plan.activities:
            possible = axis.finishes(plan, activity, boundary)
            if plan.switch(activity.enabled) and boundary <= clock.limit:
                length = plan.duration(activity.duration)
                starts = clock.may_start(activity.calendar)[boundary] or not length.amount
                finish = clock.finish(boundary, length, activity.calendar)
                assert list(possible) == ([finish] if starts and finish <= clock.limit else [])


def test_the_calendars_of_a_plan_stay_apart():
    """A plan's base calendar, named as an activity's own, is no calendar of its own."""
    clock = clock_of(own=(calendar_of(id="own", weekdays=["mon"]),))
    assert clock.finish(1, Duration(5, "wd"), "base") == 6
    assert clock.finish(1, Duration(1, "mo"), "base") == clock.finish(1, Duration(1, "mo"))
    assert clock.may_start("base").all()
