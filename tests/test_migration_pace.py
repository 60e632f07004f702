"""The pace that dates take for granted: counted by hand, and held against the market it speaks of."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest

from models.market import Market, Stream
from models.migration import Migrated
from optimiser import load, migrate
from optimiser.cli import main
from optimiser.critical.flow import earliest_completion
from optimiser.errors import InputError
from optimiser.migration.implied import last_ready_day, peak


@pytest.fixture(scope="module")
def found() -> Migrated:
    """The pace of the packaged plan."""
    return migrate(load("mhhs-round2"))


def counted(first: dt.date, last: dt.date) -> int:
    """Count Mondays to Fridays one by one, both ends with them."""
    days = (first + dt.timedelta(days=place) for place in range((last - first).days + 1))
    return sum(day.weekday() < 5 for day in days)


def test_poap_1_takes_92_025_meter_points_a_day_for_granted(found: Migrated) -> None:
    """From 1 August 2025 to 30 October 2026 there are 326 Mondays to Fridays, as row 378 says, and 317 working days."""
    rates = {rate.calendar: rate for rate in found.rates if rate.window == "PoaP-1-project"}

    assert {name: (rate.shortest_wd, rate.longest_wd) for name, rate in rates.items()} == {
        "mon-fri": (326, 326),
        "england-wales": (317, 317),
    }
    assert counted(dt.date(2025, 8, 1), dt.date(2026, 10, 30)) == 326
    assert rates["mon-fri"].low_percent == pytest.approx(100 / 326, abs=1e-6)
    assert rates["mon-fri"].low_a_day == round(30_000_000 / 326) == 92_025


def test_where_a_month_is_published_both_ends_are_counted(found: Migrated) -> None:
    """The Transition Timetable's M12 to M15 is 1 November 2024 to 31 October 2025 at the longest, 29 November to 1 October at the shortest."""
    rate = next(rate for rate in found.rates if (rate.window, rate.starts, rate.calendar) == ("TT", ("M12",), "mon-fri"))

    assert rate.longest_wd == counted(dt.date(2024, 11, 1), dt.date(2025, 10, 31)) == 261
    assert rate.shortest_wd == counted(dt.date(2024, 11, 29), dt.date(2025, 10, 1)) == 219
    assert (rate.low_percent, rate.high_percent) == (pytest.approx(100 / 261, abs=1e-6), pytest.approx(100 / 219, abs=1e-6))


def test_all_four_plans_are_there_by_both_calendars(found: Migrated) -> None:
    """The plan as solved, the timetable in force and both plans on a page each have a rate, with and without bank holidays."""
    windows = {rate.window for rate in found.rates}

    assert windows == {"mhhs-round2", "TT", "PoaP-1-page", "PoaP-1-project", "PoaP-2"}
    for window in windows:
        assert {rate.calendar for rate in found.rates if rate.window == window} == {"mon-fri", "england-wales"}
    assert found.windows[0].proof == dict.fromkeys(("M11", "M12", "M14", "M15"), "certified")
    assert found.meter_points_basis == "synthetic"


def test_the_plan_that_hits_poap_1_has_its_pace(found: Migrated) -> None:
    """Solved with scenario poap1, the plan takes the pace of PoaP 1's project file for granted."""
    solved = migrate(load("mhhs-round2", scenarios=["poap1"])).rates[0]
    published = next(rate for rate in found.rates if rate.window == "PoaP-1-project")

    assert solved.model_copy(update={"window": "PoaP-1-project"}) == published


def test_at_the_break_even_the_end_holds_and_a_day_later_it_moves() -> None:
    """On random windows, shares and multiples the market is done in time with a late share ready on the last day, and late a day after."""
    draw, seen = random.Random(3), Counter[str]()  # noqa: S311
    for _ in range(300):
        days = draw.randint(2, 60)
        late = Fraction(draw.randint(1, 60), 100)
        multiple = draw.choice([Fraction(1), Fraction(5, 4), Fraction(3, 2), Fraction(2), Fraction(3)])
        day = last_ready_day(days, late, multiple)
        units = 400 * days

        def done(ready: int, *, units: int = units, late: Fraction = late, limit: Fraction = multiple, days: int = days) -> Any:
            last = int(units * late)
            market = Market((Stream("early", units - last, 0), Stream("late", last, ready)), (int(limit * 400),) * (3 * days))
            return earliest_completion(market).days

        assert done(day) <= days
        assert done(day + 1) > days
        seen["at the start"] += day == 0
        seen["at the end"] += day == days - 1

    assert seen["at the end"] > 5, seen


def test_the_table_of_break_evens_is_counted_from_the_start(found: Migrated) -> None:
    """Of PoaP 1 a tenth may be ready on 16 September 2026 at the average rate: 33 days before the end, as 326 / 10 rounded up."""
    late = next(
        each for each in found.late_dates if (each.window, each.late_percent, each.multiple) == ("PoaP-1-project", 10, 1.0)
    )

    assert late.earliest == late.latest == dt.date(2026, 9, 16)
    assert counted(late.latest, dt.date(2026, 10, 30)) == 33


def test_what_may_wait_for_the_last_supplier_is_what_is_left_of_the_window(found: Migrated) -> None:
    """After M14 on 31 March 2026 there are 153 of PoaP 1's 326 days: 46.9 % at the average rate, twice that at twice the rate."""
    shares = {each.multiple: each.low_percent for each in found.late_shares if each.window == "PoaP-1-project"}

    assert counted(dt.date(2026, 4, 1), dt.date(2026, 10, 30)) == 153
    assert shares[1.0] == pytest.approx(100 * 153 / 326, abs=1e-6)
    assert shares[2.0] == pytest.approx(200 * 153 / 326, abs=1e-6)
    assert shares[3.0] == 100


@pytest.mark.parametrize(("days", "ramp"), [(10, 1), (10, 4), (326, 82), (7, 7)])
def test_a_peak_moves_everything(days: int, ramp: int) -> None:
    """Day by day, a rise by equal steps and then the peak come to all meter points at the end of the window."""
    assert sum(peak(days, ramp) * min(Fraction(day, ramp), 1) for day in range(1, days + 1)) == 1


def test_other_milestones_can_be_asked_for_and_unknown_ones_are_refused() -> None:
    """A name that the plan does not have is refused with what it has; another end gives another window."""
    plan = load("mhhs-round2")
    with pytest.raises(InputError, match="'M99' is no milestone of this plan"):
        migrate(plan, end="M99")
    with pytest.raises(InputError, match="above 0"):
        migrate(plan, meter_points=0)

    longer = migrate(plan, starts=["M10"]).rates[0]
    assert longer.longest_wd > migrate(plan).rates[0].longest_wd


def test_a_plan_that_lacks_the_milestones_says_so() -> None:
    """A plan without M11 is refused in words, with the option to name others."""
    with pytest.raises(InputError, match="M11"):
        migrate(load("toy"))


def test_the_verb_prints_tables_and_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    """The report names what is synthetic and what is a shape; the document has the same rates."""
    assert main(["migrate", "mhhs-round2", "--all"]) == 0
    report = " ".join(capsys.readouterr().out.split())
    assert "92,025" in report
    assert "synthetic total of 30,000,000" in report
    assert "has no source" in report
    assert main(["migrate", "mhhs-round2", "--json", "--meter-points", "1000"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "optimiser/migrate/1"
    assert document["what_if"] is None
    assert document["rates"][0]["low_a_day"] == 3
