"""The meaning of every rule, one rule at a time, on both sides of where it begins to bind.

The calendar works Mondays to Fridays and knows no holiday, so that dates can be counted on fingers: 1 January 2024 is a
Monday, and so is every date here that is called one.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.plan import Plan
from models.rules import RULE_KINDS
from models.schedule import Position, Schedule, Violation
from optimiser.check import MEANINGS, check, placed_late
from optimiser.check.places import Places
from optimiser.clock import Clock
from optimiser.errors import BeyondHorizonError
from tests.rule_kinds import example

Place = str | tuple[str, str] | tuple[int, int]


def day(text: str) -> dt.date:
    """Read a date, the year being 2024 where none is given."""
    return dt.date.fromisoformat(text if len(text) == 10 else f"2024-{text}")


def activity(name: str, duration: str = "2 wd", **more: Any) -> dict[str, Any]:
    """Make an activity of two working days."""
    return {"id": name, "title": name, "duration": duration, "basis": "synthetic", **more}


def milestone(name: str, shown: str) -> dict[str, Any]:
    """Make a milestone."""
    return {"id": name, "title": name, "shown": shown, "basis": "synthetic"}


def rule(kind: str, **more: Any) -> dict[str, Any]:
    """Make the rule R of a kind."""
    return {"id": "R", "title": "The rule", "kind": kind, "basis": "synthetic", **more}


def value(name: str, held: Any) -> dict[str, Any]:
    """Make an assumption."""
    return {"id": name, "title": name, "value": held, "basis": "synthetic"}


@pytest.fixture
def plan_with(make_plan: Any) -> Any:
    """Return a maker of plans of three activities of two days, an `opens` and a `closes` milestone, and some rules."""

    def make(*rules: dict[str, Any], **more: Any) -> Plan:
        items = {
            "activities": [activity("A"), activity("B"), activity("C")],
            "milestones": [milestone("OPENS", "opens"), milestone("CLOSES", "closes")],
        }
        return make_plan(rules=list(rules), **{**items, **more})

    return make


def located(plan: Plan, **places: Place) -> Schedule:
    """Place items: work by its first and last day, an event by the day shown, anything by two boundaries.

    Work given by its first day alone has two days; items not named are put in June where they disturb nothing.
    """
    clock = Clock(plan)
    positions = []
    for name, item in plan.items.items():
        place = places.pop(name, "06-03")
        if isinstance(place, tuple) and isinstance(place[0], int):
            start, finish = place
        elif isinstance(place, tuple):
            start, finish = clock.boundary(day(place[0]), "opens"), clock.boundary(day(place[1]), "closes")
        elif getattr(item, "shown", None):
            start = finish = clock.boundary(day(place), item.shown)
        else:
            start = clock.boundary(day(place), "opens")
            finish = start + 2
        positions.append(Position(id=name, start=start, finish=finish))
    assert not places, f"the plan has no {places}"
    return Schedule(calendar=plan.calendar, first_day=clock.show(0, "opens"), positions=tuple(positions))


def moved(schedule: Schedule, **steps: int) -> Schedule:
    """Move items by boundaries."""
    positions = [
        Position(id=place.id, start=place.start + steps.get(place.id, 0), finish=place.finish + steps.get(place.id, 0))
        for place in schedule.positions
    ]
    return Schedule(calendar=schedule.calendar, first_day=schedule.first_day, positions=tuple(positions))


def names(violations: tuple[Violation, ...]) -> list[str]:
    """Return what is broken."""
    return [violation.rule for violation in violations]


def holds(plan: Plan, **places: Place) -> bool:
    """Return whether the rule R holds and nothing else is broken either."""
    violations = names(check(plan, located(plan, **places)))
    assert violations in ([], ["R"])
    return not violations


# -- every kind --------------------------------------------------------------------------------------------------------


def test_every_kind_of_rule_has_a_meaning() -> None:
    """No kind of rule can be written in a plan and not be judged."""
    assert MEANINGS.keys() == RULE_KINDS.keys()


def test_each_meaning_states_itself() -> None:
    """Each meaning is a function of its own that says what it asks."""
    assert len(set(MEANINGS.values())) == len(MEANINGS)
    assert all(meaning.__doc__ for meaning in MEANINGS.values())


# -- dependency --------------------------------------------------------------------------------------------------------

WORK_TO_WORK = [
    ("FS", "0 wd", "01-15", "01-17"),
    ("FS", "3 wd", "01-15", "01-22"),  # over a weekend
    ("FS", "-1 wd", "01-15", "01-16"),
    ("SS", "2 wd", "01-15", "01-17"),
    ("SS", "-2 wd", "01-15", "01-11"),
    ("FF", "1 wd", "01-15", "01-16"),
    ("SF", "1 wd", "01-15", "01-12"),
    ("FS", "0 cd", "01-15", "01-17"),  # never before the finish, though the morning of its day is
    ("FS", "1 cd", "01-15", "01-17"),  # the morning after the last evening
    ("FS", "3 cd", "01-15", "01-19"),
    ("FS", "4 cd", "01-15", "01-22"),  # a Saturday's morning is Monday's
    ("FF", "4 cd", "01-15", "01-18"),  # a Saturday's evening is Friday's
    ("SS", "7 cd", "01-15", "01-22"),
    ("SF", "5 cd", "01-15", "01-18"),  # the morning of the 15th to the evening of Saturday the 20th
    ("FS", "-5 cd", "01-15", "01-11"),
    ("FS", "1 mo", "01-30", "02-29"),  # from the last of January to the last of February
    ("FS", "1 mo", "01-29", "02-29"),  # the 30th is cut to the length of February
    ("FF", "1 mo", "02-28", "03-28"),  # from the last of February to the evening of Sunday the 31st, a Friday's
    ("SS", "1 mo", "01-15", "02-15"),
    ("SS", "5 mo", "01-15", "06-17"),  # a Saturday's morning
    ("FS", "-1 mo", "03-28", "02-29"),
    ("FS", "-1 mo", "02-28", "01-31"),  # the last stays the last
    ("SS", "12 mo", "02-29", "2025-02-28"),
]


@pytest.mark.parametrize(("link", "lag", "before", "required"), WORK_TO_WORK)
def test_a_minimum_lag_binds_from_its_boundary_on(plan_with: Any, link: str, lag: str, before: str, required: str) -> None:
    """Work may start where the lag ends, or later, and not one boundary sooner, whatever the link and the unit."""
    plan = plan_with(rule("dependency", before="A", after="B", type=link, lag=lag))
    schedule = located(plan, A=before, B=required)
    assert check(plan, schedule) == ()
    assert check(plan, moved(schedule, B=1)) == ()
    (violation,) = check(plan, moved(schedule, B=-1))
    assert (violation.rule, violation.working_days) == ("R", 1)


@pytest.mark.parametrize(("link", "lag", "before", "required"), WORK_TO_WORK)
def test_a_maximum_lag_binds_up_to_its_boundary(plan_with: Any, link: str, lag: str, before: str, required: str) -> None:
    """Under a maximum lag work may start where the lag ends, or sooner, and not one boundary later."""
    plan = plan_with(rule("dependency", before="A", after="B", type=link, lag=lag, bound="at-most"))
    schedule = located(plan, A=before, B=required)
    assert check(plan, schedule) == ()
    assert check(plan, moved(schedule, B=-1)) == ()
    (violation,) = check(plan, moved(schedule, B=1))
    assert (violation.rule, violation.working_days) == ("R", 1)


@pytest.mark.parametrize(
    ("first", "second", "lag", "before", "required"),
    [
        ("opens", "opens", "0 wd", "01-22", "01-22"),
        ("opens", "closes", "0 wd", "01-22", "01-19"),  # one boundary: Monday's morning is Friday's evening
        ("closes", "opens", "0 wd", "01-19", "01-22"),
        ("closes", "closes", "1 wd", "01-19", "01-22"),
        ("opens", "closes", "0 cd", "01-22", "01-22"),  # from a morning to the same day's evening is a day's work
        ("closes", "opens", "0 cd", "01-19", "01-22"),  # but from an evening never back to the same day's morning
        ("closes", "opens", "-1 cd", "01-19", "01-18"),  # unless the lag is negative
        ("closes", "opens", "3 cd", "01-19", "01-22"),
        ("opens", "opens", "5 cd", "01-15", "01-22"),
        ("opens", "closes", "5 cd", "01-15", "01-19"),
        ("closes", "closes", "2 cd", "01-19", "01-19"),  # Sunday's evening is Friday's
        ("closes", "closes", "1 mo", "01-31", "02-29"),
        ("closes", "opens", "1 mo", "01-31", "02-29"),
        ("opens", "closes", "-1 mo", "03-29", "02-29"),
        ("opens", "opens", "-1 mo", "05-31", "04-30"),
    ],
)
def test_a_lag_counts_from_the_date_shown_to_the_date_shown(
    make_plan: Any, *, first: str, second: str, lag: str, before: str, required: str
) -> None:
    """A lag between events counts between the mornings and evenings at which they are shown."""
    for bound, wrong in (("at-least", -1), ("at-most", 1)):
        plan = make_plan(
            milestones=[milestone("M", first), milestone("N", second)],
            rules=[rule("dependency", before="M", after="N", lag=lag, bound=bound)],
        )
        schedule = located(plan, M=before, N=required)
        assert check(plan, schedule) == ()
        (violation,) = check(plan, moved(schedule, N=wrong))
        assert (violation.rule, violation.working_days) == ("R", 1)


def test_a_message_gives_the_dates_found_and_required(plan_with: Any) -> None:
    """What is broken is said with the date found, the date required and where that comes from."""
    plan = plan_with(rule("dependency", before="A", after="CLOSES", lag="3 wd"))
    (violation,) = check(plan, located(plan, A="01-15", CLOSES="01-17"))
    expected = "CLOSES is the evening of 2024-01-17, required at or after the evening of 2024-01-19: 3 wd from A.finish, the evening of 2024-01-16"
    assert violation == Violation(rule="R", message=expected, working_days=2)


def test_a_lag_beyond_the_calendar_cannot_be_met(plan_with: Any) -> None:
    """A minimum lag that ends after the last day covered is broken wherever the work lies, and no amount is named."""
    plan = plan_with(rule("dependency", before="A", after="B", lag="30 mo"))
    (violation,) = check(plan, located(plan, A="01-15", B="2025-12-29"))
    assert violation.rule == "R"
    assert violation.working_days is None
    assert "a date after 2025-12-31, the last day that calendar 'mon-fri' covers" in violation.message


def test_a_lag_back_beyond_the_calendar_cannot_be_kept(plan_with: Any) -> None:
    """A maximum lag that ends before the first day covered is broken wherever the work lies; a minimum one is met."""
    lag = {"before": "A", "after": "B", "lag": "-1 mo"}
    places = {"A": "01-15", "B": "01-08"}
    assert holds(plan_with(rule("dependency", **lag)), **places)
    plan = plan_with(rule("dependency", bound="at-most", **lag))
    (violation,) = check(plan, located(plan, **places))
    assert (violation.rule, violation.working_days) == ("R", None)
    assert "at or before a date before 2024-01-01, the first day that calendar 'mon-fri' covers" in violation.message


# -- dates -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "date", "place"),
    [
        ("A", "2024-01-17", "01-17"),
        ("A", "2024-01-20", "01-22"),  # a Saturday's morning is Monday's
        ("A.finish", "2024-01-17", "01-16"),
        ("A.finish", "2024-01-20", "01-19"),  # and its evening too
        ("OPENS", "2024-01-20", "01-22"),
        ("CLOSES", "2024-01-20", "01-22"),
        ("CLOSES", "$date", "01-22"),
    ],
)
def test_not_before_shows_no_day_before_its_date(plan_with: Any, at: str, date: str, place: str) -> None:
    """A start waits for the morning of a date, a finish for its evening, on a day off those of the next working day."""
    plan = plan_with(rule("not-before", at=at, date=date), assumptions=[value("date", "2024-01-21")])
    name = at.partition(".")[0]
    schedule = located(plan, **{name: place})
    assert check(plan, schedule) == ()
    (violation,) = check(plan, moved(schedule, **{name: -1}))
    assert (violation.rule, violation.working_days) == ("R", 1)


@pytest.mark.parametrize(
    ("at", "date", "place"),
    [
        ("A", "2024-01-17", "01-16"),
        ("A", "2024-01-20", "01-18"),
        ("A.start", "2024-01-17", "01-17"),
        ("A.start", "2024-01-20", "01-19"),  # a Saturday's morning is Friday's
        ("OPENS", "2024-01-20", "01-19"),
        ("CLOSES", "2024-01-20", "01-19"),
        ("CLOSES", "$date", "01-19"),
    ],
)
def test_not_after_shows_no_day_after_its_date(plan_with: Any, at: str, date: str, place: str) -> None:
    """A finish keeps to the evening of a date, a start to its morning, on a day off those of the working day before."""
    plan = plan_with(rule("not-after", at=at, date=date), assumptions=[value("date", "2024-01-21")])
    name = at.partition(".")[0]
    schedule = located(plan, **{name: place})
    assert check(plan, schedule) == ()
    (violation,) = check(plan, moved(schedule, **{name: 1}))
    assert (violation.rule, violation.working_days) == ("R", 1)


@pytest.mark.parametrize("kind", ["not-before", "not-after"])
def test_a_date_of_none_constrains_nothing(plan_with: Any, kind: str) -> None:
    """A date that an assumption holds as none is inert, on either side."""
    plan = plan_with(rule(kind, at="A", date="$date"), assumptions=[value("date", "none")])
    assert holds(plan, A="01-08")
    assert holds(plan, A="2025-12-29")


def test_dates_that_no_calendar_covers_are_the_plans_fault_and_told_together(plan_with: Any) -> None:
    """Rules whose dates the calendar does not cover are refused at once, each at its place; those switched off are not."""
    plan = plan_with(
        rule("not-before", at="A", date="2030-01-01"),
        rule("not-after", at="A", date="2031-01-01") | {"id": "S", "enabled": False},
        rule("blackout", items=["A"], windows=[{"first": "2019-01-01", "last": "2019-02-01"}]) | {"id": "T"},
        rule("release", at="A", occasions={"days": ["2032-01-01"]}) | {"id": "U"},
        rule("gate", before="A", after="B", board={"days": ["2033-01-01"]}) | {"id": "V"},
    )
    with pytest.raises(BeyondHorizonError) as caught:
        check(plan, located(plan))
    assert [fault.path for fault in caught.value.faults] == ["rules[0]", "rules[2]", "rules[3]", "rules[4]"]


# -- alignment and release ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "to", "place"),
    [
        ("A", "first-working-day", "02-01"),
        ("A", "last-working-day", "01-31"),
        ("A.finish", "last-working-day", "01-30"),
        ("A.finish", "first-working-day", "01-31"),
        ("OPENS", "first-working-day", "06-03"),  # the 1st is a Saturday
        ("CLOSES", "last-working-day", "06-28"),  # the 30th is a Sunday
        ("OPENS", "last-working-day", "06-28"),
        ("CLOSES", "first-working-day", "06-03"),
    ],
)
def test_alignment_asks_for_the_day_shown(plan_with: Any, at: str, to: str, place: str) -> None:
    """The day shown at the point is that working day of a month, and neither of its neighbours is."""
    plan = plan_with(rule("alignment", at=at, to=to))
    name = at.partition(".")[0]
    schedule = located(plan, **{name: place})
    assert names(check(plan, schedule)) == []
    assert names(check(plan, moved(schedule, **{name: -1}))) == ["R"]
    assert names(check(plan, moved(schedule, **{name: 1}))) == ["R"]


@pytest.mark.parametrize(
    ("at", "occasions", "place"),
    [
        ("A", {"days": ["2024-01-17", "2024-03-01"]}, "01-17"),
        ("A", {"days": ["2024-01-20"]}, "01-22"),
        ("A.finish", {"days": ["2024-01-20"]}, "01-18"),
        ("OPENS", {"days": ["2024-01-21"]}, "01-22"),
        ("CLOSES", {"days": ["2024-01-21"]}, "01-19"),
        ("OPENS", {"pattern": {"on": "third thu"}}, "01-18"),
        ("OPENS", {"pattern": {"on": "third thu", "months": [2, 5]}}, "02-15"),
        ("CLOSES", {"pattern": {"on": "last working day"}}, "01-31"),
        ("CLOSES", {"pattern": {"on": "last fri"}}, "01-26"),
        ("OPENS", {"pattern": {"on": "day 20"}}, "01-22"),
        ("CLOSES", {"pattern": {"on": "day 20"}}, "01-22"),
        ("CLOSES", {"pattern": {"on": "day 20", "non_working": "before"}}, "01-19"),
        ("CLOSES", {"pattern": {"on": "day 20", "non_working": "stay"}}, "01-19"),
        ("OPENS", {"pattern": {"on": "last sat"}}, "01-26"),
        ("OPENS", {"pattern": {"every_weeks": 3, "since": "2024-01-09"}}, "01-30"),
        ("OPENS", {"days": ["2024-01-17"], "pattern": {"on": "day 25"}}, "01-17"),
        ("OPENS", {"days": ["2024-01-17"], "pattern": {"on": "day 25"}}, "01-25"),
    ],
)
def test_release_happens_on_an_occasion_only(plan_with: Any, at: str, occasions: dict[str, Any], place: str) -> None:
    """The point lies on the boundary that an occasion means by the point's convention, and not one beside it."""
    plan = plan_with(rule("release", at=at, occasions=occasions))
    name = at.partition(".")[0]
    schedule = located(plan, **{name: place})
    assert names(check(plan, schedule)) == []
    assert names(check(plan, moved(schedule, **{name: -1}))) == ["R"]
    assert names(check(plan, moved(schedule, **{name: 1}))) == ["R"]


def test_occasions_keep_between_since_and_until(plan_with: Any) -> None:
    """No day before the first or after the last allowed is an occasion, listed or not."""
    occasions = {
        "days": ["2024-02-01", "2024-04-01"],
        "pattern": {"on": "first mon"},
        "since": "2024-03-01",
        "until": "2024-05-31",
    }
    plan = plan_with(rule("release", at="OPENS", occasions=occasions))
    kept = [place for place in ("02-01", "02-05", "03-04", "04-01", "05-06", "06-03") if holds(plan, OPENS=place)]
    assert kept == ["03-04", "04-01", "05-06"]


def test_a_missed_release_names_the_next(plan_with: Any) -> None:
    """A point off its occasions is told the next one, or that there is none."""
    plan = plan_with(rule("release", at="CLOSES", occasions={"days": ["2024-01-17", "2024-03-02"]}))
    (violation,) = check(plan, located(plan, CLOSES="01-18"))
    assert violation.message.endswith("the next is the evening of 2024-03-01")
    (violation,) = check(plan, located(plan, CLOSES="03-04"))
    assert violation.message.endswith("there is none later on the days covered")


# -- blackout ----------------------------------------------------------------------------------------------------------

JANUARY_WEEK = [{"first": "2024-01-15", "last": "2024-01-19"}]


@pytest.mark.parametrize(
    ("name", "place", "clear"),
    [
        ("A", "01-11", True),
        ("A", "01-12", False),
        ("A", "01-17", False),
        ("A", "01-19", False),
        ("A", "01-22", True),
        ("OPENS", "01-12", True),
        ("OPENS", "01-15", False),
        ("OPENS", "01-19", False),
        ("OPENS", "01-22", True),
        ("CLOSES", "01-12", True),
        ("CLOSES", "01-15", False),
        ("CLOSES", "01-19", False),
        ("CLOSES", "01-22", True),
    ],
)
def test_nothing_happens_inside_a_blackout(plan_with: Any, name: str, place: str, *, clear: bool) -> None:
    """Work may end on the evening before a window or start on the morning after it; an event is shown outside it."""
    plan = plan_with(rule("blackout", items=[name], windows=JANUARY_WEEK))
    assert holds(plan, **{name: place}) == clear


def test_work_that_spans_a_blackout_overlaps_it(plan_with: Any) -> None:
    """Work longer than the window does not pass through it, and the days shared are counted."""
    plan = plan_with(rule("blackout", items=["L"], windows=JANUARY_WEEK), activities=[activity("L", "9 wd")])
    for place, shared in ((("01-11", "01-23"), 5), (("01-03", "01-15"), 1)):
        violations = [violation for violation in check(plan, located(plan, L=place)) if violation.rule == "R"]
        assert [violation.working_days for violation in violations] == [shared]


def test_work_of_no_length_may_touch_a_blackout_and_not_enter_it(plan_with: Any) -> None:
    """Work without duration lies at a boundary: at either end of the window it is clear, strictly inside it is not."""
    plan = plan_with(rule("blackout", items=["Z"], windows=JANUARY_WEEK), activities=[activity("Z", "0 wd")])
    first, after = Clock(plan).window(plan.rules[0].windows[0])
    kept = [boundary - first for boundary in range(first - 1, after + 2) if holds(plan, Z=(boundary, boundary))]
    assert kept == [-1, 0, 5, 6]
    (violation,) = check(plan, located(plan, Z=("01-17", "01-16")))
    assert violation == Violation(
        rule="R",
        message="Z.start is the morning of 2024-01-17 and Z.finish is the evening of 2024-01-16, "
        "required outside 2024-01-15 to 2024-01-19",
    )


def test_a_blackout_over_a_weekend_constrains_nothing(plan_with: Any) -> None:
    """A window without a working day is passed over, even by an event rolled to its edge."""
    plan = plan_with(rule("blackout", items=["A", "OPENS", "CLOSES"], windows=[{"first": "2024-01-20", "last": "2024-01-21"}]))
    assert holds(plan, A="01-19", OPENS="01-22", CLOSES="01-19")


def test_each_item_in_each_window_is_reported(plan_with: Any) -> None:
    """A blackout broken by two items, one of them in two windows, is broken three times."""
    windows = [*JANUARY_WEEK, {"first": "2024-01-24", "last": "2024-01-24"}]
    plan = plan_with(rule("blackout", items=["L", "CLOSES"], windows=windows), activities=[activity("L", "12 wd")])
    violations = check(plan, located(plan, L=("01-11", "01-26"), CLOSES="01-16"))
    assert Counter(names(violations)) == {"R": 3}


# -- capacity ----------------------------------------------------------------------------------------------------------


def demands(**amounts: Any) -> list[dict[str, Any]]:
    """Make demands."""
    return [{"item": name, "amount": amount} for name, amount in amounts.items()]


def test_capacity_is_shared_day_by_day(plan_with: Any) -> None:
    """Work may follow on work the morning after, and not share a day that would need more than there is."""
    plan = plan_with(rule("capacity", amount=1, demands=demands(A=1, B=1)))
    assert holds(plan, A="01-15", B="01-17")
    assert holds(plan, A="01-17", B="01-15")
    assert not holds(plan, A="01-15", B="01-16")
    assert not holds(plan, A="01-16", B="01-15")


def test_demands_add_up(plan_with: Any) -> None:
    """Three at once need the sum of their demands, and the message names who works on the worst day."""
    for amount, enough in ((5, False), (6, True)):
        plan = plan_with(
            rule("capacity", amount="$slots", demands=demands(A=1, B="$two", C=3)),
            assumptions=[value("slots", amount), value("two", 2)],
        )
        assert holds(plan, A="01-15", B="01-16", C="01-15") == enough


def test_a_capacity_exceeded_names_the_days_and_the_worst_of_them(plan_with: Any) -> None:
    """The message counts the days that lack capacity, and names those at work on the day that lacks most, not merely uses most."""
    steps = [{"since": "2024-01-17", "amount": 4}, {"since": "2024-01-18", "amount": 0}]
    plan = plan_with(rule("capacity", amount=1, steps=steps, demands=demands(A=1, B=3, C=4)))
    (violation,) = check(plan, located(plan, A="01-15", B="01-16", C="01-17"))
    expected = (
        "on 3 working days, 2024-01-16 the first and 2024-01-18 the last, more is needed than there is: "
        "on 2024-01-18 4 by C (4), required at most 0"
    )
    assert violation == Violation(rule="R", message=expected, working_days=3)


@pytest.mark.parametrize(
    ("since", "place", "enough"),
    [
        ("2024-01-17", "01-15", False),  # in progress on the 15th and 16th
        ("2024-01-17", "01-16", False),
        ("2024-01-17", "01-17", True),
        ("2024-01-20", "01-19", False),  # a step on a Saturday has begun by Monday and not by Friday
        ("2024-01-20", "01-22", True),
    ],
)
def test_a_capacity_steps_on_the_morning_of_a_day(plan_with: Any, since: str, place: str, *, enough: bool) -> None:
    """A capacity that grows is there from the morning of its day, and not before."""
    plan = plan_with(rule("capacity", amount=0, steps=[{"since": since, "amount": 1}], demands=demands(A=1)))
    assert holds(plan, A=place) == enough


def test_the_last_step_begun_counts(plan_with: Any) -> None:
    """A capacity that grows and shrinks is at each day what its last step says."""
    steps = [{"since": "2024-01-17", "amount": 2}, {"since": "2024-01-23", "amount": 1}]
    plan = plan_with(rule("capacity", amount=1, steps=steps, demands=demands(A=2)))
    mondays_to_fridays = ["01-15", "01-16", "01-17", "01-18", "01-19", "01-22", "01-23"]
    kept = [place for place in mondays_to_fridays if holds(plan, A=place)]
    assert kept == ["01-17", "01-18", "01-19"]


def test_work_of_no_length_needs_no_capacity(plan_with: Any) -> None:
    """Work without duration, or shrunk to nothing while its duration is off, is never in progress."""
    plan = plan_with(
        rule("capacity", amount=0, demands=demands(Z=5, Y=5)),
        activities=[activity("Z", "0 wd"), activity("Y", enabled=False)],
    )
    assert holds(plan, Z=(20, 20), Y=(20, 20))
    assert not holds(plan, Z=(20, 20), Y=(20, 21))


# -- at least, equality ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "required"), [(1, "01-17"), (2, "01-24"), (3, "02-07")])
def test_enough_of_several_are_reached(plan_with: Any, count: int, required: str) -> None:
    """The constrained point waits for as many as are asked for, in the order in which they come."""
    plan = plan_with(rule("at-least", of=["A", "B", "C"], count=count, after="OPENS"))
    schedule = located(plan, A="02-05", B="01-15", C="01-22", OPENS=required)
    assert check(plan, schedule) == ()
    (violation,) = check(plan, moved(schedule, OPENS=-1))
    assert (violation.rule, violation.working_days) == ("R", 1)


@pytest.mark.parametrize(
    ("count", "required", "said"),
    [
        (1, "01-17", "the evening of 2024-01-18, when 1 of 2 are reached: 1 cd from CLOSES, the evening of 2024-01-17"),
        (2, "01-18", "the evening of 2024-01-19, when 2 of 2 are reached: 1 cd from A.start, the morning of 2024-01-18"),
    ],
)
def test_enough_counts_each_end_by_its_own_convention(plan_with: Any, count: int, required: str, said: str) -> None:
    """Of two points on one boundary the evening's day is sooner past than the morning's, and the message says which counts."""
    plan = plan_with(rule("at-least", of=["A.start", "CLOSES"], count=count, after="B.finish", lag="1 cd"))
    schedule = located(plan, A="01-18", CLOSES="01-17", B=required)
    assert check(plan, schedule) == ()
    (violation,) = check(plan, moved(schedule, B=-1))
    assert violation.message.endswith(f"required at or after {said}")


def test_equal_points_are_one_boundary(plan_with: Any) -> None:
    """Friday's evening equals Monday's morning, and a day apart is not equal."""
    plan = plan_with(rule("equality", at=["A", "OPENS", "CLOSES", "B.finish"]))
    schedule = located(plan, A="01-22", OPENS="01-22", CLOSES="01-19", B="01-18")
    assert check(plan, schedule) == ()
    (violation,) = check(plan, moved(schedule, B=2, OPENS=-1))
    assert (violation.rule, violation.working_days) == ("R", 3)


# -- gate --------------------------------------------------------------------------------------------------------------

WEDNESDAYS = {"pattern": {"every_weeks": 1, "since": "2024-01-10"}}


@pytest.mark.parametrize(
    ("before", "notice", "board", "required"),
    [
        ("01-15", "0 wd", WEDNESDAYS, "01-18"),  # ready on Tuesday evening for Wednesday's board
        ("01-16", "0 wd", WEDNESDAYS, "01-25"),  # ready on Wednesday evening: a week's wait
        ("01-12", "1 wd", WEDNESDAYS, "01-18"),
        ("01-15", "1 wd", WEDNESDAYS, "01-25"),
        ("01-15", "1 cd", WEDNESDAYS, "01-18"),  # a day's notice from Tuesday evening is Wednesday morning
        ("01-15", "2 cd", WEDNESDAYS, "01-25"),
        ("01-15", "1 mo", WEDNESDAYS, "02-22"),  # the 16th of February is a Friday
        ("01-15", "0 wd", {"days": ["2024-01-20"]}, "01-22"),  # a Saturday's evening is Monday's morning
        ("01-18", "0 wd", {"days": ["2024-01-20", "2024-01-22"]}, "01-22"),  # ready on Friday evening for Saturday's
        ("01-18", "0 wd", {"days": ["2024-01-19", "2024-01-22"]}, "01-23"),  # Friday's board has sat by then
        ("01-18", "0 wd", {"days": ["2024-01-19", "2024-01-20", "2024-01-22"]}, "01-22"),
    ],
)
def test_a_gate_opens_on_the_evening_of_the_first_board_in_time(
    plan_with: Any, before: str, notice: str, board: dict[str, Any], required: str
) -> None:
    """Work waits for the evening of the first board day whose morning leaves the notice asked for."""
    plan = plan_with(rule("gate", before="A", after="B", notice=notice, board=board))
    schedule = located(plan, A=before, B=required)
    assert check(plan, schedule) == ()
    assert check(plan, moved(schedule, B=1)) == ()
    (violation,) = check(plan, moved(schedule, B=-1))
    assert (violation.rule, violation.working_days) == ("R", 1)


def test_a_gate_names_the_board(plan_with: Any) -> None:
    """Who does not wait for a board is told when it sits, and after what."""
    plan = plan_with(rule("gate", before="A.start", after="CLOSES", notice="2 wd", board=WEDNESDAYS))
    (violation,) = check(plan, located(plan, A="01-15", CLOSES="01-16"))
    assert violation.message == (
        "CLOSES is the evening of 2024-01-16, required at or after the evening of 2024-01-17: the board sits on 2024-01-17, "
        "its first day after 2 wd of notice from A.start, the morning of 2024-01-15"
    )


def test_a_gate_without_another_board_stays_shut(plan_with: Any) -> None:
    """After the last board day nothing passes, however late."""
    plan = plan_with(rule("gate", before="A", after="B", board={"days": ["2024-01-17"]}))
    assert holds(plan, A="01-15", B="01-18")
    assert not holds(plan, A="01-16", B="2025-12-29")


# -- items -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration", "first", "last"),
    [
        ("1 wd", "01-19", "01-19"),
        ("3 wd", "01-18", "01-22"),
        ("1 cd", "01-18", "01-18"),
        ("7 cd", "01-15", "01-19"),
        ("5 cd", "01-15", "01-19"),  # to Saturday's morning, which is Monday's
        ("1 mo", "01-15", "02-14"),
        ("1 mo", "01-31", "02-28"),  # to the morning of the last of February
        ("2 mo", "01-31", "03-29"),  # to the morning of Sunday the 31st of March
    ],
)
def test_work_takes_its_duration(make_plan: Any, duration: str, first: str, last: str) -> None:
    """Work ends exactly where its duration ends: a day sooner or later is reported by the name of the duration."""
    plan = make_plan(activities=[activity("L", duration)])
    schedule = located(plan, L=(first, last))
    assert check(plan, schedule) == ()
    start, finish = schedule.positions[0].start, schedule.positions[0].finish
    for wrong in (finish - 1, finish + 1):
        (violation,) = check(plan, located(plan, L=(start, wrong)))
        assert (violation.rule, violation.working_days) == ("duration:L", 1)


@pytest.mark.parametrize("duration", ["0 wd", "0 cd", "0 mo"])
def test_work_of_no_length_ends_where_it_starts(make_plan: Any, duration: str) -> None:
    """A duration of nothing is nothing in every unit."""
    plan = make_plan(activities=[activity("L", duration)])
    assert check(plan, located(plan, L=(30, 30))) == ()
    assert names(check(plan, located(plan, L=(30, 31)))) == ["duration:L"]


def test_a_duration_switched_off_leaves_the_length_free(make_plan: Any) -> None:
    """Work whose duration is off, also through an assumption, is as long as it likes, and still ends no sooner than it starts."""
    plan = make_plan(
        activities=[activity("L", "9 wd", enabled=False), activity("K", "9 wd", enabled="$on")],
        assumptions=[value("on", held=False)],
    )
    for finish in (30, 31, 39, 60):
        assert check(plan, located(plan, L=(30, finish), K=(30, 30))) == ()
    (violation,) = check(plan, located(plan, L=(30, 29), K=(30, 31)))
    assert (violation.rule, violation.working_days) == ("item:L", 1)
    assert violation.message == (
        "L.finish is the evening of 2024-02-08, required at or after its start, the morning of 2024-02-12"
    )


def test_a_duration_through_an_assumption_is_its_value(make_plan: Any) -> None:
    """A duration that refers to an assumption is as long as the assumption says."""
    plan = make_plan(activities=[activity("L", "$length")], assumptions=[value("length", "4 wd")])
    assert check(plan, located(plan, L=(30, 34))) == ()
    assert names(check(plan, located(plan, L=(30, 33)))) == ["duration:L"]


@pytest.fixture
def part_timer(make_plan: Any) -> Plan:
    """Return a plan with work of three days by people who work Mondays and Wednesdays, and with work of none."""
    calendars = [
        {
            "id": name,
            "title": name,
            "weekdays": weekdays,
            "covers": {"first": "2024-01-01", "last": "2025-12-31"},
            "basis": "synthetic",
        }
        for name, weekdays in (("mon-fri", ["mon", "tue", "wed", "thu", "fri"]), ("part", ["mon", "wed"]))
    ]
    work = [activity("P", "3 wd", calendar="part"), activity("N", "0 wd", calendar="part")]
    return make_plan(calendars=calendars, activities=work)


def test_an_own_calendar_counts_its_own_days(part_timer: Plan) -> None:
    """Three days of Mondays and Wednesdays from a Monday end on the Monday after."""
    assert check(part_timer, located(part_timer, P=("01-15", "01-22"), N=(30, 30))) == ()
    (violation,) = check(part_timer, located(part_timer, P=("01-15", "01-17"), N=(30, 30)))
    assert (violation.rule, violation.working_days) == ("duration:P", 3)


def test_an_own_calendar_starts_on_a_day_of_its_own(part_timer: Plan) -> None:
    """Work cannot start on a Tuesday that its people do not work, while work of no length may stand anywhere."""
    (violation,) = check(part_timer, located(part_timer, P=("01-16", "01-24"), N=("01-16", "01-15")))
    assert violation.rule == "item:P"
    assert violation.message == "P.start is the morning of 2024-01-16, required on a day that its own calendar 'part' works"


def test_an_own_calendar_asks_nothing_of_a_duration_that_is_off(part_timer: Plan) -> None:
    """Work whose length is free starts on any day, worked or not."""
    off = tuple(work.model_copy(update={"enabled": False}) for work in part_timer.activities)
    plan = part_timer.evolve(activities=off)
    assert check(plan, located(plan, P=("01-16", "01-16"), N=(30, 33))) == ()


def test_an_event_is_one_boundary(plan_with: Any) -> None:
    """A milestone that starts and finishes apart is out of place."""
    plan = plan_with()
    (violation,) = check(plan, located(plan, OPENS=(30, 32)))
    assert (violation.rule, violation.working_days) == ("item:OPENS", 2)


def hammock(starts: str, finishes: str, **more: Any) -> dict[str, Any]:
    """Make the hammock H."""
    return {
        "id": "H",
        "title": "H",
        "starts_with": starts,
        "finishes_with": finishes,
        "basis": "synthetic",
        **more,
    }


@pytest.mark.parametrize(
    ("tied", "first", "last"),
    [
        (hammock("A", "B"), "01-15", "01-25"),
        (hammock("A.finish", "B.start"), "01-17", "01-23"),
        (hammock("A", "B", start_lag="-2 wd", finish_lag="1 wd"), "01-11", "01-26"),
        (hammock("A", "B", start_lag="5 cd", finish_lag="2 cd"), "01-22", "01-26"),  # Saturdays, rolled each its way
        (hammock("A", "B", start_lag="2 cd", finish_lag="1 cd"), "01-17", "01-26"),
        (hammock("A.finish", "B.start", start_lag="1 cd", finish_lag="1 cd"), "01-17", "01-25"),
        (hammock("A", "B", finish_lag="1 mo"), "01-15", "02-23"),
        (hammock("CLOSES", "OPENS"), "01-22", "02-06"),
    ],
)
def test_a_hammock_hangs_between_its_ties(plan_with: Any, tied: dict[str, Any], first: str, last: str) -> None:
    """A hammock starts and ends exactly where what it is tied to says."""
    plan = plan_with(hammocks=[tied])
    others: dict[str, Place] = {"A": "01-15", "B": "01-24", "CLOSES": "01-19", "OPENS": "02-07"}
    schedule = located(plan, **others, H=(first, last))
    assert check(plan, schedule) == ()
    place = schedule.by_id["H"]
    for step in (-1, 1):
        ends = check(plan, located(plan, **others, H=(place.start, place.finish + step)))
        assert [(violation.rule, violation.working_days) for violation in ends] == [("item:H", 1)]
        starts = check(plan, located(plan, **others, H=(place.start + step, place.finish)))
        assert [(violation.rule, violation.working_days) for violation in starts] == [("item:H", 1)]


def test_lengths_and_ties_are_told_in_dates(plan_with: Any) -> None:
    """A wrong length or tie is said by the mornings of starts and the evenings of finishes."""
    plan = plan_with(hammocks=[hammock("A", "B", start_lag="1 wd", finish_lag="-1 wd")])
    violations = check(plan, located(plan, A=("01-15", "01-17"), B="01-24", H=("01-15", "01-25")))
    assert [violation.message for violation in violations] == [
        "A.finish is the evening of 2024-01-17, required the evening of 2024-01-16: 2 wd from A.start, the morning of 2024-01-15",
        "H.start is the morning of 2024-01-15, required the morning of 2024-01-16: 1 wd from A.start, the morning of 2024-01-15",
        (
            "H.finish is the evening of 2024-01-25, required the evening of 2024-01-24: the later of its own start "
            "and -1 wd from B.finish, the evening of 2024-01-25"
        ),
    ]


def test_a_hammock_whose_ties_cross_has_no_length(plan_with: Any) -> None:
    """Where the finish is tied to something before the start, the hammock ends where it starts."""
    plan = plan_with(hammocks=[hammock("B", "A")])
    assert check(plan, located(plan, A="01-15", B="01-24", H=("01-24", "01-23"))) == ()
    assert names(check(plan, located(plan, A="01-15", B="01-24", H=("01-24", "01-16")))) == ["item:H"]


# -- the schedule as a whole -------------------------------------------------------------------------------------------


def test_every_item_has_one_position(plan_with: Any) -> None:
    """An item left out, one unknown and one placed twice are each reported by name, and rules on them are passed over."""
    plan = plan_with(rule("dependency", before="A", after="B"))
    schedule = located(plan, B="01-15", C="01-16")
    positions = [place for place in schedule.positions if place.id != "A"]
    positions += [Position(id="X", start=20, finish=22), schedule.by_id["C"]]
    violations = check(plan, schedule.model_copy(update={"positions": tuple(positions)}))
    assert names(violations) == ["item:A", "item:C", "item:X"]


@pytest.mark.parametrize(("calendar", "first"), [("other", "2024-01-01"), ("mon-fri", "2024-01-02"), ("other", "2023-01-02")])
def test_boundaries_on_another_axis_mean_nothing(plan_with: Any, calendar: str, first: str) -> None:
    """A schedule counted on another calendar, or from another day, is not judged any further."""
    plan = plan_with(rule("not-before", at="A", date="2025-01-01"))
    schedule = Schedule(calendar=calendar, first_day=dt.date.fromisoformat(first), positions=located(plan).positions)
    assert set(names(check(plan, schedule))) == {"schedule:axis"}


def test_every_point_lies_on_the_axis(make_plan: Any) -> None:
    """The plan's first morning and its last evening are the ends of the axis, and one boundary past them is too far."""
    plan = make_plan(
        horizon={"first": "2024-01-08", "last": "2024-03-29"},
        activities=[activity("A")],
        milestones=[milestone("M", "opens")],
    )
    schedule = located(plan, A="01-08", M="04-01")
    assert check(plan, schedule) == ()
    early, late = check(plan, moved(schedule, A=-1, M=2))
    assert (early.rule, early.working_days) == ("item:A", 1)
    assert (
        early.message
        == "A.start is the morning of 2024-01-05, required at or after the morning of 2024-01-08, the plan's first"
    )
    assert (late.rule, late.working_days) == ("item:M", 2)
    assert late.message == "M is the morning of 2024-04-03, required at or before the evening of 2024-03-29, the plan's last"


def test_the_last_boundaries_that_can_be_shown_are_judged_as_dates(make_plan: Any) -> None:
    """Off the plan's horizon, but with a covered day on both sides, an item is told its dates; its rules are asked too."""
    plan = make_plan(activities=[activity("A")], rules=[rule("not-before", at="A", date="2025-12-31")])
    first, last = check(plan, located(plan, A=(1, 3))), check(plan, located(plan, A=(520, 522)))
    assert names(first) == ["item:A", "item:A", "R"]
    assert first[0].message.startswith("A.start is the morning of 2024-01-02, required")
    assert names(last) == ["R"]


def test_a_boundary_at_the_calendars_edge_has_a_date_on_one_side(make_plan: Any) -> None:
    """The first boundary of all is a morning and no evening, the last an evening and no morning."""
    plan = make_plan()
    places = Places(plan, {}, Clock(plan))
    assert places.when(0, "opens") == "the morning of 2024-01-01"
    assert places.when(0, "closes").startswith("a date before 2024-01-01")
    assert places.when(523, "closes") == "the evening of 2025-12-31"
    assert places.when(523, "opens").startswith("a date after 2025-12-31")


@pytest.mark.parametrize(("many", "rest"), [(8, ""), (9, " and 1 more"), (11, " and 3 more")])
def test_a_long_list_is_cut_and_counted(plan_with: Any, many: int, rest: str) -> None:
    """A message names the first few of many and counts the rest."""
    crowd = [activity(f"W{number}") for number in range(many)]
    plan = plan_with(rule("capacity", amount=7, demands=demands(**{work["id"]: 1 for work in crowd})), activities=crowd)
    (violation,) = check(plan, located(plan))
    assert violation.message.endswith(
        f"{many} by W0 (1), W1 (1), W2 (1), W3 (1), W4 (1), W5 (1), W6 (1), W7 (1){rest}, required at most 7"
    )


@pytest.mark.parametrize("place", [(-5, -3), (0, 2), (521, 523), (9000, 9002)])
def test_a_place_off_the_calendar_is_reported_and_no_rule_asked(plan_with: Any, place: tuple[int, int]) -> None:
    """An item that lies where no date can be shown is reported once."""
    plan = plan_with(rule("dependency", before="B", after="A", lag="1 mo"), hammocks=[hammock("A", "B")])
    schedule = located(plan, A=place, H=(30, 40))
    (violation,) = check(plan, schedule)
    assert violation.rule == "item:A"
    assert "required from 5 (the morning of 2024-01-08) to" in violation.message


def test_everything_broken_is_told_at_once(plan_with: Any) -> None:
    """Items come first and rules after them, each in the order of the plan, and none hides another."""
    plan = plan_with(
        rule("not-before", at="A", date="2024-02-01") | {"id": "R1"},
        rule("dependency", before="A", after="B") | {"id": "R2"},
        rule("not-after", at="C", date="2024-02-01") | {"id": "R3"},
        rule("equality", at=["A", "OPENS"]) | {"id": "R4"},
    )
    violations = check(plan, located(plan, A="01-15", B=(12, 15), CLOSES=(30, 31)))
    assert names(violations) == ["duration:B", "item:CLOSES", "R1", "R3", "R4"]
    violations = check(plan, located(plan, A="01-15", B="01-15"))
    assert names(violations) == ["R1", "R2", "R3", "R4"]


@pytest.mark.parametrize("kind", RULE_KINDS)
def test_a_rule_switched_off_constrains_nothing(plan_with: Any, kind: str) -> None:
    """Each kind of rule is broken while it is on, and silent when it is off, directly or through an assumption."""
    broken = example(kind)
    for switch, expected in ((True, ["R"]), (False, []), ("$on", []), ("$still", ["R"])):
        plan = plan_with(broken | {"enabled": switch}, assumptions=[value("on", held=False), value("still", held=True)])
        assert names(check(plan, located(plan, A="01-15", B="01-15"))) == expected


def test_a_clock_made_before_judges_the_same(plan_with: Any) -> None:
    """Handing over the clock changes nothing but the time taken."""
    plan = plan_with(*(entry | {"id": f"R{place}"} for place, entry in enumerate(map(example, RULE_KINDS))))
    schedule = located(plan, A="01-15", B="01-15")
    assert check(plan, schedule, Clock(plan)) == check(plan, schedule)
    assert len(check(plan, schedule)) == len(RULE_KINDS)


# -- properties --------------------------------------------------------------------------------------------------------

LAGS = [
    f"{amount} {unit}"
    for unit, amounts in {"wd": (-7, 0, 4), "cd": (-9, 0, 3, 20), "mo": (-1, 0, 2)}.items()
    for amount in amounts
]
WAITS = [
    *(rule("dependency", before="A", after="B", type=link, lag=lag) for link in ("FS", "SS", "FF", "SF") for lag in LAGS),
    *(rule("at-least", of=["A", "C", "CLOSES"], count=count, after="B", lag=lag) for count in (1, 2, 3) for lag in LAGS),
    *(rule("not-before", at=at, date=date) for at in ("B", "B.finish") for date in ("2024-02-10", "2024-03-01")),
    *(rule("gate", before="A", after="B", board=board, notice=lag) for lag in LAGS if lag[0] != "-"
      for board in (WEDNESDAYS, {"pattern": {"on": "first sat"}}, {"days": ["2024-02-01", "2024-04-30"]})),
]  # fmt: skip


def test_later_never_breaks_what_asks_for_late_enough(plan_with: Any) -> None:
    """Moving the constrained work later never breaks a rule that sets a least boundary, and at times it mends one."""
    plans = [plan_with(wait) for wait in WAITS]
    clock = Clock(plans[0])
    seen: Counter[tuple[bool, bool]] = Counter()

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(
        plan=st.sampled_from(plans),
        starts=st.tuples(*[st.integers(10, 60)] * 4),
        later=st.integers(1, 60),
    )
    def moved_later(plan: Plan, starts: tuple[int, ...], later: int) -> None:
        a, b, c, event = starts
        schedule = located(plan, A=(a, a + 2), B=(b, b + 2), C=(c, c + 2), CLOSES=(event, event))
        before = not check(plan, schedule, clock)
        after = not check(plan, moved(schedule, B=later), clock)
        seen[before, after] += 1
        assert after or not before

    moved_later()
    assert min(seen[True, True], seen[False, True], seen[False, False]) > 20


def test_an_equality_is_a_lag_of_nothing_both_ways(plan_with: Any) -> None:
    """Two points are equal where each is at least, and at most, nothing from the other."""
    equal = plan_with(rule("equality", at=["A", "B"]))
    bounded = plan_with(
        rule("dependency", before="A", after="B", type="SS"),
        rule("dependency", before="A", after="B", type="SS", bound="at-most") | {"id": "S"},
    )
    verdicts = [
        (not check(equal, schedule), not check(bounded, schedule))
        for schedule in (located(equal, A=(20, 22), B=(start, start + 2)) for start in range(17, 24))
    ]
    assert all(one == other for one, other in verdicts)
    assert sum(one for one, _ in verdicts) == 1


# -- as late as possible -----------------------------------------------------------------------------------------------


@pytest.fixture
def late_plan(plan_with: Any) -> Any:
    """Return a maker of plans whose activity L is to be placed as late as possible."""

    def make(*rules: dict[str, Any], **more: Any) -> Plan:
        work = [activity("L", placement="as-late-as-possible"), activity("A"), activity("B"), activity("C")]
        return plan_with(*rules, activities=work, **more)

    return make


def test_work_held_by_what_follows_is_late(late_plan: Any) -> None:
    """Work that ends where its successor starts cannot be later; a day sooner, it could, by a day."""
    plan = late_plan(rule("dependency", before="L", after="A"))
    schedule = located(plan, L="01-15", A="01-17")
    assert placed_late(plan, schedule) == ()
    (violation,) = placed_late(plan, moved(schedule, L=-1))
    assert (violation.rule, violation.working_days) == ("item:L", 1)
    assert "it could be the morning of 2024-01-15" in violation.message
    assert check(plan, moved(schedule, L=-1)) == ()


def test_work_held_by_nothing_ends_with_the_rest_of_the_plan(late_plan: Any) -> None:
    """The last boundary of the other items is as late as work can end that nothing waits for."""
    plan = late_plan()
    schedule = located(plan, L="01-15", A="01-15", B="01-17", C="01-15", OPENS="01-15", CLOSES="01-15")
    (violation,) = placed_late(plan, schedule)
    assert violation.working_days == 2
    assert placed_late(plan, moved(schedule, L=2)) == ()
    assert placed_late(plan, moved(schedule, L=7)) == ()


@pytest.mark.parametrize(
    "held",
    [
        rule("blackout", items=["L"], windows=JANUARY_WEEK),
        rule("release", at="L", occasions={"days": ["2024-01-11", "2024-02-01"]}),
        rule("capacity", amount=1, demands=[{"item": "L"}, {"item": "B"}]),
    ],
    ids=lambda entry: entry["kind"],
)
def test_a_later_place_beyond_a_gap_is_found(late_plan: Any, held: dict[str, Any]) -> None:
    """Work that cannot be a day later, but can be weeks later, is not as late as possible."""
    plan = late_plan(held)
    schedule = located(plan, L="01-11", A="02-01", B="01-15", OPENS="01-15", CLOSES="01-15", C="01-15")
    assert names(check(plan, moved(schedule, L=1))) == ["R"]
    (violation,) = placed_late(plan, schedule)
    assert violation.working_days == 15
    assert placed_late(plan, moved(schedule, L=15)) == ()


def test_work_held_by_a_rule_on_itself_alone_is_late(late_plan: Any) -> None:
    """A rule that names nothing but the work holds it as others do."""
    plan = late_plan(rule("not-after", at="L", date="2024-01-20"))
    assert placed_late(plan, located(plan, L="01-18")) == ()
    (violation,) = placed_late(plan, located(plan, L="01-16"))
    assert violation.working_days == 2


def test_work_of_free_length_is_moved_as_it_is(late_plan: Any) -> None:
    """Work whose duration is off keeps the length it has been given while a later place is sought."""
    plan = late_plan(rule("dependency", before="L", after="A"))
    off = tuple(work.model_copy(update={"enabled": work.id != "L"}) for work in plan.activities)
    plan = plan.evolve(activities=off)
    assert placed_late(plan, located(plan, L=("01-11", "01-16"), A="01-17")) == ()
    (violation,) = placed_late(plan, located(plan, L=("01-11", "01-15"), A="01-17"))
    assert violation.working_days == 1


def test_only_rules_that_are_on_hold_work_back(late_plan: Any) -> None:
    """A rule that is off holds nothing back, and work placed at its earliest is not asked to be late."""
    plan = late_plan(
        rule("dependency", before="L", after="A", enabled=False), rule("dependency", before="B", after="A") | {"id": "S"}
    )
    schedule = located(plan, L="01-15", B="01-15", A="01-24", OPENS="01-15", CLOSES="01-15", C="01-15")
    (violation,) = placed_late(plan, schedule)
    assert (violation.rule, violation.working_days) == ("item:L", 7)


def test_hammocks_follow_and_hold_nothing_back(late_plan: Any) -> None:
    """A hammock tied to work neither keeps it early nor lets it run past the rest of the plan."""
    plan = late_plan(hammocks=[hammock("L", "L", finish_lag="9 wd")])
    schedule = located(plan, L=(20, 22), H=(20, 31), A=(20, 25), B=(20, 22), C=(20, 22), OPENS=(20, 20), CLOSES=(20, 20))
    (violation,) = placed_late(plan, schedule)
    assert violation.working_days == 3


def test_work_with_a_calendar_of_its_own_is_late_on_its_own_days(part_timer: Plan) -> None:
    """Work that starts on the last of its own days that leaves it time is as late as possible."""
    work, other = part_timer.activities
    work = work.model_copy(update={"placement": "as-late-as-possible"})
    plan = part_timer.evolve(activities=(work, other))
    place: Place = ("01-26", "01-25")
    (violation,) = placed_late(plan, located(plan, P=("01-15", "01-22"), N=place))
    assert (violation.rule, violation.working_days) == ("item:P", 2)
    assert placed_late(plan, located(plan, P=("01-17", "01-24"), N=place)) == ()


def test_a_plan_all_to_be_late_has_nothing_to_be_late_for(make_plan: Any) -> None:
    """Where no item is placed at its earliest, and where an item has no place, nothing is asked."""
    plan = make_plan(activities=[activity(name, placement="as-late-as-possible") for name in ("L", "K")])
    assert placed_late(plan, located(plan, L="01-15", K="01-17")) == ()
    assert placed_late(plan, located(plan, L="01-15", K=(0, 2))) == ()
