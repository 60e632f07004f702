"""What inferred links are worth: without them, overlapped, together; and what loses its reason is no gain."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from models.duration import Duration
from models.plan import Plan
from models.scenario import Scenario
from optimiser.cli import main
from optimiser.explain import explain, why_not
from optimiser.explain.conflict import relaxation_records
from optimiser.explain.links import detached
from optimiser.explain.oracle import Oracle
from optimiser.numbers import with_values
from optimiser.reading.load import load
from optimiser.scenarios import apply
from optimiser.solve import earliest
from tests.conftest import plan_of
from tests.quotas import few

TARGETS = ("M10", "M14", "M16")
SCENARIOS = ((), ("poap1",), ("poap2",), ("aligned",))


@pytest.fixture(scope="module")
def aligned() -> Plan:
    """The plan that the published one was read from, with the hypothesis that milestones align to months."""
    return load("mhhs-round2", ["poap1"], readings={"alignment": "all"})


def date_of(plan: Plan, milestone: str) -> dt.date:
    """Return a milestone's date."""
    found = earliest(plan, [milestone]).dates[milestone]
    assert found is not None
    return found


def by_other_logic(plan: Plan, rules: list[str], floors: dict[str, dt.date], lags: dict[str, str]) -> Plan:
    """Return the plan changed as a scenario would change it."""
    added = [
        {"id": f"back-{place}", "kind": "not-before", "title": "As published", "at": at, "date": date.isoformat()}
        for place, (at, date) in enumerate(floors.items())
    ]
    scenario = {
        "id": "other",
        "title": "Other logic",
        "rules": dict.fromkeys(rules, False),
        "values": lags,
        "add": {"rules": added},
    }
    return apply(Scenario.model_validate(scenario), plan)


# -- detached --------------------------------------------------------------------------------------------------------------


def test_a_milestone_held_by_its_own_alignment_alone_gains_nothing(aligned: Plan) -> None:
    """Without the link to it M14 would stand at the end of the first month: that is no gain of 912 working days."""
    report = explain(aligned, "M14")
    line = report.line("m14-after-sad")

    assert (line.detaches, line.drop_gain_wd, line.range_gain_wd) == (True, None, None)
    assert (line.falls_back, line.falls_back_to, line.fallback_date) == ("M14", dt.date(2026, 3, 31), report.date)
    assert line.fallback_gain_wd == 0


@pytest.mark.parametrize("floor", [None, "2024-02-05"], ids=["nothing", "a floor"])
def test_what_an_equality_holds_to_a_month_end_alone_is_detached(floor: str | None) -> None:
    """A milestone tied to one that only its own alignment places has lost its reason with its link; a floor is a reason."""
    ground = {"basis": "synthetic", "title": "By hand"}
    plan = plan_of(
        targets=["END"],
        activities=[{"id": "A", "duration": "40 wd", **ground}],
        milestones=[{"id": name, "shown": "closes", **ground} for name in ("M", "END")],
        rules=[
            {"id": "link", "kind": "dependency", "before": "A", "after": "M", **ground},
            {"id": "tie", "kind": "equality", "at": ["M", "END"], **ground},
            {"id": "month", "kind": "alignment", "at": "END", "to": "last-working-day", **ground},
            *([{"id": "floor", "kind": "not-before", "at": "END", "date": floor, **ground}] if floor else []),
        ],
    )

    (line,) = (line for line in explain(plan, "END").lines if line.rule == "link")
    assert (line.detaches, line.drop_gain_wd) == ((False, 21) if floor else (True, None))


def test_a_milestone_held_by_something_else_is_not_detached(aligned: Plan) -> None:
    """Without its release from control point 3 testing is still held by the start of testing: that is a gain."""
    oracle = Oracle(aligned)

    assert detached(oracle, "M14", [("m14-after-sad",), ("qualification-after-core-dbt-1",), ("duration:QUAL",)]) == [
        True,
        False,
        False,
    ]


def test_waiting_for_an_event_that_waits_for_nothing_is_no_reason(make_plan: Any) -> None:
    """A milestone behind an event at the plan's start is held by the plan's start."""
    item = {"basis": "synthetic"}
    plan = make_plan(
        activities=[{"id": "A", "title": "A", "duration": "10 wd", **item}],
        milestones=[{"id": name, "title": name, "shown": "closes", **item} for name in ("E", "M")],
        targets=["M"],
        rules=[
            {"id": f"{before}-M", "kind": "dependency", "title": "-", "before": before, "after": "M", **item}
            for before in ("A", "E")
        ],
    )
    line = explain(plan, "M").line("A-M")

    assert (line.detaches, line.drop_gain_wd, line.fallback_gain_wd) == (True, None, None)


@pytest.mark.long
@pytest.mark.parametrize("scenarios", few(SCENARIOS, 1), ids="+".join)
def test_nothing_gains_more_than_the_milestone_is_away_from_the_first_day(scenarios: tuple[str, ...]) -> None:
    """Neither bindings, ranges, relaxations nor links gain what lies before the first day, nor by losing their reason."""
    plan = load("mhhs-round2", scenarios)
    solved = earliest(plan, TARGETS)
    for milestone in TARGETS:
        oracle = Oracle(plan)
        report = explain(plan, milestone)
        room = oracle.base(milestone).low - oracle.problem.clock.origin
        gains = [
            gain
            for line in report.lines
            for gain in (line.drop_gain_wd, line.range_gain_wd, line.unit_gain_wd, line.fallback_gain_wd)
        ]
        gains += [entry.drop_gain_wd for entry in solved.binding[milestone]]
        assert report.links is not None
        gains += [overlap.gain_wd for line in report.links.lines for overlap in line.overlaps]
        gains += [line.gain_wd for line in report.links.lines]
        known = [gain for gain in gains if gain is not None]
        assert known
        # A month at either end is what an alignment would make of the plan's first day.
        assert max(known) < room - 23
        assert not {912, 890, 825, 1109} & set(known)


def test_a_relaxation_on_paper_only_has_the_date_of_the_published_start(aligned: Plan) -> None:
    """What would leave M14 to the plan's start does not buy a date in the plan's first month."""
    answer = why_not(aligned, "M14", "2025-12-01", all=True)
    loose = {each.rules: each.date for each in answer.relaxations if each.detaches}

    assert loose == dict.fromkeys(
        [("core-dbt-1-with-m9",), ("m14-after-sad",), ("sad-tail-after-qualification",)], dt.date(2026, 3, 31)
    )
    assert all(each.date < dt.date(2025, 12, 1) for each in answer.relaxations if not each.detaches and each.date)
    (record,) = relaxation_records(Oracle(aligned), "M14", [frozenset({"m14-after-sad"})])
    assert (record.detaches, record.date) == (True, dt.date(2026, 3, 31))


@pytest.mark.parametrize(
    "arguments", [["solve"], ["explain", "-m", "M14"], ["why-not", "-m", "M14", "--by", "2025-12-01", "--all"]]
)
def test_detaches_is_never_the_answer(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """No verb says that something detaches, or that all would be gained: it says what the date would be."""
    verb, *rest = arguments
    main([verb, "mhhs-round2", "-s", "poap1", *rest])
    text = capsys.readouterr().out

    assert "detach" not in text
    assert " all / " not in text


# -- links -----------------------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("scenarios", few(SCENARIOS, 1), ids="+".join)
def test_the_date_without_a_link_is_that_of_the_plan_with_the_published_start_in_its_place(scenarios: tuple[str, ...]) -> None:
    """Asked as other logic, with a floor at the published start, the plan gives the dates that the report has."""
    plan = load("mhhs-round2", scenarios)
    seen = 0
    for milestone in TARGETS:
        report = explain(plan, milestone).links
        assert report is not None
        for line in report.lines:
            after = plan.rules_by_id[line.rule].points()[-1]
            if line.falls_back != after.item or after.end != "start" or line.falls_back_to is None:
                continue
            changed = by_other_logic(plan, [line.rule], {str(after): line.falls_back_to}, {})
            assert date_of(changed, milestone) == line.date, (milestone, line.rule)
            seen += 1
    assert seen > 5


@pytest.mark.long
def test_an_overlap_is_a_lag_of_so_much_of_the_work_ahead() -> None:
    """10 and 20 per cent of the 304 days of integration testing are 30 and 61 days, and set by --set they give the same dates."""
    plan = load("mhhs-round2")
    line = next(line for line in explain(plan, "M10").links.lines if line.rule == "cp3-after-sit-mvc")  # type: ignore[union-attr]

    assert [(overlap.share, overlap.lag) for overlap in line.overlaps] == [(10, "-30 wd"), (20, "-61 wd")]
    for overlap in line.overlaps:
        changed = load("mhhs-round2", settings={"cp3-after-sit-mvc.lag": f"={overlap.lag}"})
        assert date_of(changed, "M10") == overlap.date


def test_of_what_has_no_published_start_the_next_one_behind_holds() -> None:
    """The contingency was not published as a row; without the link to it cutover preparation starts as published."""
    line = next(
        line
        for line in explain(load("mhhs-round2"), "M10").links.lines  # type: ignore[union-attr]
        if line.rule == "contingency-after-cp3"
    )

    assert (line.item, line.falls_back, line.falls_back_to) == ("CONTINGENCY", "CUTOVER-CENTRAL", dt.date(2025, 6, 2))
    assert line.date == dt.date(2025, 7, 1)


@pytest.mark.parametrize("milestone", TARGETS)
def test_the_links_that_carry_the_answer_suffice_and_none_is_spare(milestone: str) -> None:
    """All overlapped by 20 per cent, those named give the date alone; without any one of them it is another."""
    plan = load("mhhs-round2")
    report = explain(plan, milestone).links
    assert report is not None
    lags = {line.rule: overlap.lag for line in report.lines for overlap in line.overlaps if overlap.share == 20}
    together = next(each for each in report.together if each.what.endswith("20 %"))

    def with_only(names: tuple[str, ...]) -> dt.date:
        return date_of(with_values(plan, {}, {name: Duration.parse(lags[name]) for name in names}), milestone)

    assert together.carried_by
    assert with_only(together.carried_by) == together.date
    for name in together.carried_by:
        assert with_only(tuple(each for each in together.carried_by if each != name)) != together.date


@pytest.mark.long
def test_links_on_chains_with_little_slack_count_and_others_do_not() -> None:
    """Within a day of driving there are fewer links than within twenty; of each the slack is told."""
    plan = load("mhhs-round2")
    wide, tight = (explain(plan, "M16", near=near).links for near in (20, 1))
    assert wide is not None
    assert tight is not None

    assert {line.rule for line in tight.lines} == {line.rule for line in wide.lines if line.slack_wd <= 1}
    assert len(tight.lines) < len(wide.lines)


def test_where_slots_are_shared_the_dates_are_those_of_a_search(make_plan: Any) -> None:
    """With a capacity upstream the date without a link, and with an overlap, is the one that a solve of the changed plan proves."""
    item = {"basis": "synthetic"}
    link = {"kind": "dependency", "title": "-", "basis": "inferred", "confidence": "low"}
    row = {"row": 1, "start": "2024-01-22", "finish": "2024-01-26", "stated": "5 days"}
    plan = make_plan(
        activities=[
            {"id": "A", "title": "A", "duration": "10 wd", **item},
            {"id": "B", "title": "B", "duration": "5 wd", "published": row, **item},
            {"id": "C", "title": "C", "duration": "8 wd", **item},
        ],
        milestones=[{"id": "M", "title": "M", "shown": "closes", **item}],
        targets=["M"],
        rules=[
            {"id": "A-B", "before": "A", "after": "B", **link},
            {"id": "B-M", "before": "B", "after": "M", **link},
            {"id": "C-M", "before": "C", "after": "M", **link},
            {
                "id": "crew",
                "kind": "capacity",
                "title": "One crew",
                "amount": 1,
                "demands": [{"item": name} for name in ("A", "B", "C")],
                **item,
            },
        ],
    )
    lines = {line.rule: line for line in explain(plan, "M").links.lines}  # type: ignore[union-attr]

    assert lines["A-B"].date == date_of(by_other_logic(plan, ["A-B"], {"B": dt.date(2024, 1, 22)}, {}), "M")
    assert [overlap.lag for overlap in lines["A-B"].overlaps] == ["-1 wd", "-2 wd"]
    for overlap in lines["A-B"].overlaps:
        assert overlap.date == date_of(by_other_logic(plan, [], {}, {"A-B.lag": overlap.lag}), "M")
