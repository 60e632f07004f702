"""Days off in the papers of a plan: boards, releases, floors and latest dates that lie on them, lags that run over them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from models.duration import Duration
from models.lint import LintFinding, LintReport
from models.plan import Plan
from optimiser.clock import Clock
from optimiser.lint import lint
from optimiser.reading.load import load
from optimiser.solve import earliest
from tests.conftest import WEEKDAYS, plan_of

SYNTHETIC: dict[str, Any] = {"title": "t", "basis": "synthetic"}
CHRISTMAS = [{"day": "2024-12-25", "title": "Christmas Day"}, {"day": "2024-12-26", "title": "Boxing Day"}]
CHECKS = {"occasion-off", "date-off", "elapsed-lag"}


def plan(*rules: dict[str, Any], shown: str = "opens", **parts: Any) -> Plan:
    """Return a plan of work A, work B and an event GO at the end of 2024, with Christmas."""
    covers = {"first": "2024-01-01", "last": "2025-12-31"}
    calendar = {"id": "mon-fri", "weekdays": WEEKDAYS, "covers": covers, "holidays": CHRISTMAS, **SYNTHETIC}
    fields: dict[str, Any] = {
        "calendars": [calendar],
        "horizon": {"first": "2024-12-02", "last": "2025-03-31"},
        "activities": [{"id": name, "duration": "5 wd", **SYNTHETIC} for name in ("A", "B")],
        "milestones": [{"id": "GO", "shown": shown, **SYNTHETIC}],
        "targets": ["GO"],
        "rules": [{**SYNTHETIC, **rule} for rule in rules],
    }
    return plan_of(**{**fields, **parts})


def told(report: LintReport) -> list[LintFinding]:
    """Return what was found about days off."""
    return [finding for finding in report.findings if finding.check in CHECKS]


def board(**pattern: Any) -> dict[str, Any]:
    """Return an approval of A before GO, by a board that sits on a pattern."""
    return {"id": "board", "kind": "gate", "before": "A", "after": "GO", "board": {"pattern": pattern}}


def test_a_board_moved_off_a_day_off_is_told_with_where_it_went_and_by_which_rule() -> None:
    """By default the last Thursday goes to the day before, others to the day after; a pattern may leave the day out."""
    last = told(lint(plan(board(on="fourth wed"))))
    assert [(entry.id, entry.severity, entry.where) for entry in last] == [
        ("occasion-off:board:moved", "medium", ("rule board",))
    ]
    assert last[0].what == (
        "the fourth wed of every month: 1 day off, moved to the next working day by default: "
        "Wed 25 Dec 2024 to Fri 27 Dec 2024; at the earliest GO lies there"
    )
    assert earliest(plan(board(on="fourth wed"))).dates["GO"] == dt.date(2024, 12, 30)

    (before,) = told(lint(plan(board(on="last thu"))))
    assert (
        "moved to the working day before by default: Thu 26 Dec 2024 to Tue 24 Dec 2024; at the earliest GO lies" in before.what
    )
    (skipped,) = told(lint(plan(board(on="last thu", non_working="skip"))))
    assert skipped.what == "the last thu of every month (not on a day off): 1 day off, left out: Thu 26 Dec 2024"
    assert skipped.severity == "low"


def test_moves_outside_the_horizon_or_of_no_day_off_are_not_told() -> None:
    """A board that never falls on a day off inside the horizon, or is said to stay there, gives no finding."""
    assert told(lint(plan(board(on="first thu")))) == []
    assert told(lint(plan(board(on="last thu", non_working="stay")))) == []
    assert told(lint(plan(board(on="last thu"), horizon={"first": "2025-01-02", "last": "2025-03-31"}))) == []


def test_many_rules_of_one_pattern_are_one_finding_that_names_few_of_many_moves() -> None:
    """Weekly Saturdays of two releases make one line, whose dates are cut and counted."""
    weekly = {"pattern": {"every_weeks": 1, "since": "2024-12-07"}}
    rules = [{"id": f"out-{name}", "kind": "release", "at": name, "occasions": weekly} for name in ("A", "B")]
    (found,) = told(lint(plan(*rules)))
    assert found.where == ("rule out-A", "rule out-B")
    assert found.what.startswith("every 1 weeks from 2024-12-07: 17 days off, moved to the next working day by default: ")
    assert "Sat 21 Dec 2024 to Mon 23 Dec 2024" in found.what
    assert "and 11 more; at the earliest start of A and start of B lie there" in found.what


def test_a_listed_day_off_stays_and_is_reported_between_the_working_days_around_it() -> None:
    """A release listed for a Saturday lies between Friday evening and Monday morning; listed working days are no matter."""
    listed = {"id": "out", "kind": "release", "at": "GO", "occasions": {"days": ["2024-12-12", "2024-12-14", "2024-12-25"]}}
    (found,) = told(lint(plan(listed, {"id": "a", "kind": "dependency", "before": "A", "after": "GO", "lag": "5 wd"})))
    assert (found.id, found.severity) == ("occasion-off:out:listed", "medium")
    assert found.what == (
        "lists 2 days off, which stay: Sat 14 Dec 2024 between Fri 13 Dec 2024 and Mon 16 Dec 2024 and "
        "Wed 25 Dec 2024 between Tue 24 Dec 2024 and Fri 27 Dec 2024; at the earliest GO lies there"
    )
    until = {**listed, "occasions": {"days": ["2024-12-12", "2024-12-14"], "until": "2024-12-13"}}
    assert told(lint(plan(until))) == []


def test_floors_and_latest_dates_on_days_off_are_told_with_the_day_they_mean() -> None:
    """A floor means the next working day and a latest date the last one before, in the way that the point is shown."""
    rules = [
        {"id": "floor", "kind": "not-before", "at": "GO", "date": "2024-12-14"},
        {"id": "limit", "kind": "not-after", "at": "GO", "date": "2024-12-26"},
        {"id": "working", "kind": "not-before", "at": "A", "date": "2024-12-12"},
        {"id": "off", "kind": "not-before", "at": "A", "date": "2024-12-14", "enabled": False},
    ]
    opens = {entry.id: entry for entry in told(lint(plan(*rules)))}
    assert {name: entry.what for name, entry in opens.items()} == {
        "date-off:floor": "GO not before Sat 14 Dec 2024, a day off: not before the morning of Mon 16 Dec 2024; "
        "at the earliest GO lies there",
        "date-off:limit": "GO not after Thu 26 Dec 2024, a day off: not after the morning of Tue 24 Dec 2024",
    }
    assert [entry.severity for entry in opens.values()] == ["medium", "low"]
    closes = lint(plan(*rules, shown="closes"))
    assert "not before the evening of Mon 16 Dec 2024" in closes.finding("date-off:floor").what
    assert "not after the evening of Tue 24 Dec 2024" in closes.finding("date-off:limit").what


def test_rules_of_one_date_on_a_day_off_are_one_finding() -> None:
    """Two starts held to one Saturday are told together."""
    rules = [{"id": f"floor-{name}", "kind": "not-before", "at": name, "date": "2024-12-14"} for name in ("A", "B")]
    (found,) = told(lint(plan(*rules)))
    assert found.where == ("rule floor-A", "rule floor-B")
    assert found.what.startswith("start of A and start of B not before Sat 14 Dec 2024, a day off")


def link(lag: str, kind: str = "FS", after: str = "B") -> dict[str, Any]:
    """Return a link from A with a lag."""
    return {"id": "lag", "kind": "dependency", "before": "A", "after": after, "type": kind, "lag": lag}


def test_an_elapsed_lag_from_evening_to_morning_is_told_to_be_a_day_short_with_what_a_day_more_moves() -> None:
    """From Friday evening three calendar days end on Monday morning, where nothing was waited for; four move all by a day."""
    rules = [link("3 cd"), {"id": "end", "kind": "dependency", "before": "B", "after": "GO"}]
    (found,) = told(lint(plan(*rules)))
    assert (found.id, found.severity) == ("elapsed-lag:lag:closes-opens", "medium")
    assert found.what == (
        "3 cd from evening to morning come to 0 to 2 wd, by where the days off lie; the day it ends on is not waited for: "
        "from hour to hour, as other tools count, 1 to 3 wd; at the earliest dates nothing waits for it in lag"
    )
    assert found.tried == "4 cd instead"
    assert [(effect.milestone, effect.working_days) for effect in found.effects] == [("GO", 1)]
    longer = earliest(plan(link("4 cd"), rules[1])).dates["GO"]
    assert found.effects[0].date == longer == dt.date(2024, 12, 17)


def test_an_elapsed_lag_between_equal_ends_is_counted_without_a_shortfall() -> None:
    """From finish to finish, or start to start, days are what they are elsewhere: how many working days, and no more."""
    (found,) = told(lint(plan(link("7 cd", "SS"))))
    assert (found.severity, found.effects) == ("low", ())
    assert found.what == "7 cd from morning to morning come to 3 to 5 wd, by where the days off lie"
    (back,) = told(lint(plan(link("-1 cd", "SF"))))
    assert back.what.startswith("-1 cd from morning to evening come to ")
    assert "the day it ends on is used up too" in back.what


def test_a_count_of_both_ends_of_work_is_told_once_for_each_way_of_showing_a_date() -> None:
    """From a start to an evening the day a lag ends on is used up too; from a finish to an evening days are days."""
    rule = {"id": "some", "kind": "at-least", "of": ["A.start", "B"], "count": 1, "after": "GO", "lag": "2 cd"}
    found = told(lint(plan(rule, shown="closes")))
    assert [entry.id for entry in found] == ["elapsed-lag:some:opens-closes", "elapsed-lag:some:closes-closes"]
    assert "from hour to hour" in found[0].what
    assert "from hour to hour" not in found[1].what


def test_a_longest_lag_over_days_off_is_not_said_to_wait_for_nothing() -> None:
    """At the most so many days, all of them off, leave no room, and nothing was to wait."""
    (found,) = told(lint(plan({**link("3 cd"), "bound": "at-most"})))
    assert found.severity == "low"
    assert "nothing waits for it" not in found.what


def test_a_day_more_is_what_hours_count() -> None:
    """The lag tried ends, from every boundary, where the date reached is read as the end that it was counted from."""
    clock = Clock(plan())
    boundaries = np.arange(clock.origin, clock.limit)
    for amount in (1, 2, 3, 7, 30):
        shown = clock.shown(boundaries, "closes")
        by_hand = clock.boundaries(shown + amount, "closes")
        assert clock.shifted(boundaries, amount + 1, "cd", "closes", "opens").tolist() == by_hand.tolist()
        shown = clock.shown(boundaries, "opens")
        by_hand = clock.boundaries(shown + amount, "opens")
        assert clock.shifted(boundaries, amount - 1, "cd", "opens", "closes").tolist() == by_hand.tolist()


def test_working_days_months_and_notices_are_no_elapsed_lags() -> None:
    """Lags in working days and months, none at all, and the notice of a board are not asked about."""
    notice = {**board(on="first thu"), "notice": "7 cd"}
    assert told(lint(plan(link("3 wd"), notice, {**link("0 cd"), "id": "none"}, {**link("1 mo"), "id": "month"}))) == []
    assert Duration.parse("7 cd") == plan(notice).duration(plan(notice).rules[0].notice)  # type: ignore[union-attr]


def test_packaged_plans_have_a_floor_on_a_saturday_and_no_more() -> None:
    """Of the re-plan the floor of M5 alone, with bank holidays New Year's Day too, in one line for both that stand on it."""
    assert [entry.id for entry in told(lint(load("mhhs-round2")))] == ["date-off:m5-floor"]
    found = told(lint(load("mhhs-round2", ["bank-holidays"])))
    assert [(entry.id, len(entry.where)) for entry in found] == [("date-off:m5-floor", 1), ("date-off:m6-floor", 2)]
    assert told(lint(load("toy"))) == told(lint(load("toy-capacity"))) == []
