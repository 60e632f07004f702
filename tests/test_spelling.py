"""What planners write in cells: lengths, dates, predecessors and constraints, in English, German, French and Spanish."""

from __future__ import annotations

import contextlib
import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.reading.spelling import (
    AmbiguousDateError,
    is_nothing,
    known_ids,
    plain_text,
    read_constraint,
    read_date,
    read_length,
    read_links,
)

KNOWN = known_ids(("1", "2", "3", "5", "7", "12", "LAB-2d", "CHAFF", "A 1", "1.2"))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("15d", "15 wd"),
        ("15 Tage", "15 wd"),
        ("5 Tage?", "5 wd"),
        ("3w", "15 wd"),
        ("0,2 Wochen", "1 wd"),
        ("2 mo", "2 mo"),
        ("2 Monate", "2 mo"),
        ("2 ed", "2 cd"),
        ("3 fTage", "3 cd"),
        ("10 elapsed days", "10 cd"),
        ("2 ew", "14 cd"),
        ("-1 eday", "-1 cd"),
        ("4\u00a0days", "4 wd"),
        ("28 cd", "28 cd"),
        ("5 jours", "5 wd"),
        ("3 sem.", "15 wd"),
        ("2 mois", "2 mo"),
        ("4 días", "4 wd"),
    ],
)
def test_a_length_becomes_what_a_plan_of_days_has(text, printed):
    """Days are working days, weeks as many as a week has, months of the calendar, elapsed ones calendar days."""
    assert str(read_length(text).on_days(5)) == printed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4h", "hours or minutes, and this is a plan of days"),
        ("16 Std.", "maybe '2 d', at 8 hours a day"),
        ("1.5d", "no whole number of days; maybe '2 wd'"),
        ("50%", "a share of the predecessor's duration"),
        ("2m", "maybe '2 mo' or '2 min'"),
        ("1.000 d", "may be 1000 or 1"),
        ("15", "has no unit; maybe '15d'"),
        ("5 dayz", "maybe the unit 'day'"),
        ("soon", "expected a length such as '15d'"),
        ("9999999d", "longer than 36,525 wd"),
    ],
)
def test_what_is_no_length_of_days_is_refused_with_a_way_out(text, said):
    """Hours, shares, halves of days and what has two readings are refused, each with what to write."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words are compared
        read_length(text).on_days(5)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["2026-05-04", "04.05.2026", "4.5.26", "4 May 2026", "4. Mai 2026", "May 4, 2026", "04-May-26", "Mon 04/05/26", "Mo 04.05.26",
     "2026/5/4", "Montag, 4. Mai 2026"],
)  # fmt: skip
def test_a_date_is_read_as_europe_and_the_standard_write_it(text):
    """ISO, points, names of months and a weekday that decides are read without asking."""
    assert read_date(text).day == dt.date(2026, 5, 4)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2060, 12, 31)))
def test_a_date_with_slashes_is_asked_about_exactly_where_two_days_may_be_meant(day):
    """A day above twelve decides; else, and unless both readings are one, the text is refused until an order is given."""
    text = f"{day.day:02}/{day.month:02}/{day.year}"
    if day.day > 12 or day.day == day.month:
        assert read_date(text).day == day
        return
    with pytest.raises(AmbiguousDateError) as caught:
        read_date(text)
    assert caught.value.readings == (day, dt.date(day.year, day.day, day.month))
    assert read_date(text, "day-first").day == day
    assert read_date(text, "month-first").day == dt.date(day.year, day.day, day.month)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("lun 05/01/26", dt.date(2026, 1, 5)),
        ("mardi 6 janvier 2026", dt.date(2026, 1, 6)),
        ("15 juil. 2026", dt.date(2026, 7, 15)),
        ("dom 04/01/26", dt.date(2026, 1, 4)),
        ("Mar 5, 2026", dt.date(2026, 3, 5)),
    ],
)
def test_a_date_is_read_in_french_and_spanish_too(text, day):
    """A weekday decides between two days; what is a month to English stays one."""
    assert read_date(text).day == day


@pytest.mark.parametrize("text", ["31.02.2026", "Tue 04.05.2026", "soon", "2026-13-01", "04.05.2026 25:00", "4 Foo 2026", ""])
def test_what_is_no_date_is_refused(text):
    """A day that does not exist, a weekday that does not fit and other words are refused."""
    with pytest.raises(ValueError):  # noqa: PT011 - each says its own
        read_date(text)


def test_a_time_of_day_is_kept_beside_the_day():
    """A time beside a date is told, for whoever has a use for it."""
    assert read_date("Mon 04/05/26 5:00 PM").time == dt.time(17)
    assert read_date("04.05.2026 08:00 Uhr").time == dt.time(8)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("12FS+5d", [("12", "FS", "5 wd")]),
        ("7SS", [("7", "SS", None)]),
        ("1;2", [("1", "FS", None), ("2", "FS", None)]),
        ("1, 2, 12", [("1", "FS", None), ("2", "FS", None), ("12", "FS", None)]),
        ("3FS+2 days;5SS-1 ed", [("3", "FS", "2 wd"), ("5", "SS", "-1 cd")]),
        ("7EA-1 Tag\n2AA", [("7", "FS", "-1 wd"), ("2", "SS", None)]),
        ("1EE;2AE", [("1", "FF", None), ("2", "SF", None)]),
        ("12+2w", [("12", "FS", "10 wd")]),
        ("CHAFF", [("CHAFF", "FS", None)]),
        ("CHAFFFF", [("CHAFF", "FF", None)]),
        ("LAB-2d", [("LAB-2d", "FS", None)]),
        ("LAB-2d-2d", [("LAB-2d", "FS", "-2 wd")]),
        ("a 1 ss + 3 w", [("A 1", "SS", "15 wd")]),
        ("1.2FS+2d, 3", [("1.2", "FS", "2 wd"), ("3", "FS", None)]),
    ],
)
def test_predecessors_are_read(text, links):
    """Ids of the table come first, then the type in either language, then the lag; signs inside an id are the id's."""
    found, wrong = read_links(text, KNOWN)

    assert wrong == []
    assert [(link.other, link.type, str(link.lag.on_days(5)) if link.lag else None) for link in found] == links


def test_a_share_of_a_predecessor_is_read_as_one():
    """A lag in per cent is told apart from days."""
    (link,), _ = read_links("7FF+50%", KNOWN)

    assert link.lag is not None
    assert (link.lag.amount, link.lag.unit) == (Fraction(50), "%")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("99FS", "unknown predecessor '99'"),
        ("LAB-3d", "maybe 'LAB-2d'"),
        ("12FS+5", "has no unit; maybe '+5d'"),
        ("12FS+soon", "expected a length such as '15d'"),
        ("12FX", "unknown predecessor '12FX'"),
    ],
)
def test_a_predecessor_that_cannot_be_read_is_named(text, said):
    """What is wrong with one predecessor is said, and the others are read."""
    found, wrong = read_links(f"{text};1", KNOWN)

    assert [link.other for link in found] == ["1"]
    assert len(wrong) == 1
    assert said in wrong[0]


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text):
    """Whatever stands in a cell is read or refused in words."""
    for read in (read_length, read_date, read_constraint, lambda words: read_links(words, KNOWN), is_nothing, plain_text):
        with contextlib.suppress(ValueError):
            read(text)


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("SNET", "start-no-earlier", ""),
        ("Anfang nicht früher als 04.05.2026", "start-no-earlier", "04.05.2026"),
        ("MSO: 2026-05-04", "must-start-on", "2026-05-04"),
        ("As Late As Possible", "as-late-as-possible", ""),
        ("So früh wie möglich", None, ""),
        ("Fin au plus tard le 04.05.2026", "finish-no-later", "04.05.2026"),
        ("No comenzar antes del", "start-no-earlier", ""),
    ],
)
def test_a_constraint_is_read_in_every_language(text, kind, rest):
    """MS Project's names in four languages and the abbreviations are known, with a date behind them or without."""
    assert read_constraint(text) == (kind, rest)
