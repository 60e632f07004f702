"""Two outcomes side by side: what changed, by how much, and what moved first."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import pytest

from models.calendar import Span
from models.plan import Plan
from optimiser.cli import ExitCode, main
from optimiser.compare import compare
from optimiser.inputs import differences, inputs_of, said_plainly
from optimiser.reading.load import load
from optimiser.solve import earliest
from tests.conftest import plan_of


@pytest.fixture(scope="module")
def poap():
    """Return PoaP 1 and PoaP 2: plans and outcomes."""
    plans = load("mhhs-round2", ["poap1"]), load("mhhs-round2", ["poap2"])
    return plans, tuple(earliest(plan) for plan in plans)


def test_nothing_differs_between_an_outcome_and_itself(poap):
    """The same outcome twice has no changes at all."""
    plans, outcomes = poap

    found = compare(outcomes[0], outcomes[0], (plans[0], plans[0]))

    assert found.same
    assert found.first is None
    assert [change.calendar_days for change in found.dates] == [0, 0, 0]


def test_dates_are_compared_in_working_and_calendar_days(poap):
    """PoaP 2 is earlier at every milestone, by what a calendar says."""
    plans, outcomes = poap

    found = compare(*outcomes, plans)

    first = found.dates[0]
    assert (first.milestone, first.before, first.after) == ("M10", dt.date(2025, 7, 1), dt.date(2024, 12, 2))
    assert (first.calendar_days, first.working_days) == (-211, -151)
    assert (first.proof_before, first.proof_after) == ("certified", "certified")
    assert not found.same


def test_what_was_set_differently_is_named(poap):
    """Readings, assumptions and rules that differ are listed with both values; those that do not are not."""
    plans, outcomes = poap

    values = {(change.kind, change.name): (change.before, change.after) for change in compare(*outcomes, plans).values}

    assert values["assumption", "sit-mvc"] == ("304 wd", "251 wd")
    assert values["assumption", "m9-floor"] == ("2024-02-07", "2023-11-15")
    assert values["reading", "sit-exit"] == ("all-parties", "first-cohort")
    assert values["rule", "cp3-after-sit-others"][0].startswith("on")
    assert values["rule", "cp3-after-sit-others"][1].startswith("off")
    assert ("assumption", "cit") not in values


def test_what_moved_first_is_the_earliest_move_and_its_cause(poap):
    """Integration testing starts earlier, because its proposed day does; nothing that lies before it moved."""
    plans, outcomes = poap

    found = compare(*outcomes, plans)

    assert found.first is not None
    assert found.first.row.id == "M9"
    assert found.first.why[0] == "assumption m9-floor: 2024-02-07 → 2023-11-15"
    assert {change.split(":")[0] for change in found.first.why[1:]} == {"rule m9-floor", "rule m9-poap-2"}
    assert found.rows[0] == found.first.row
    starts = [min(date for date in (row.start_before, row.start_after) if date) for row in found.rows]
    assert starts[0] == min(starts)


def test_chains_and_binding_rules_are_compared(poap):
    """The chain to M10 leaves the other parties for the first cohort, and so does what binds it."""
    plans, outcomes = poap

    found = compare(*outcomes, plans)

    (chain,) = [change for change in found.chains if change.milestone == "M10"]
    assert (chain.entered, chain.left) == (("SIT-MVC",), ("SIT-OTHERS",))
    changes = {(change.milestone, change.rule): change.change for change in found.bindings}
    assert changes["M10", "duration:SIT-OTHERS"] == "binds no more"
    assert changes["M10", "duration:SIT-MVC"] == "binds now"


def test_outcomes_alone_say_what_they_cannot_compare(poap):
    """Without plans the readings are compared, the assumptions are not, and that is said."""
    _, outcomes = poap

    found = compare(*outcomes)

    assert {change.kind for change in found.values} == {"scenarios", "reading"}
    assert found.notes == ("assumptions and rules are not compared: an outcome alone does not hold them",)


def test_a_plan_that_is_not_the_outcomes_is_left_aside(poap):
    """A plan whose hash is another than the outcome's is not compared with, and that is said."""
    plans, outcomes = poap

    found = compare(*outcomes, (plans[1], plans[1]), ("one", "two"))

    assert found.notes[0] == "one: the plan at hand is not the one that the outcome was computed from"
    assert {change.kind for change in found.values} == {"scenarios", "reading"}


def test_a_contradiction_is_told():
    """A plan that cannot be has no dates in the comparison, and its conflict."""
    plan = load("mhhs-round2")
    late = load("mhhs-round2", settings={"m9-latest": "2023-06-01"})
    outcomes = earliest(plan), earliest(late)

    found = compare(*outcomes, (plan, late))

    assert found.after.status == "infeasible"
    assert found.after.conflict
    assert [(change.before is None, change.after) for change in found.dates] == [(False, None)] * 3
    assert found.rows == ()


def test_another_calendar_has_no_working_days_in_common():
    """On two axes the difference is given in calendar days alone, and the calendar is among the causes."""
    plans = load("mhhs-round2"), load("mhhs-round2", ["bank-holidays"])
    outcomes = tuple(earliest(plan, ["M10"]) for plan in plans)

    found = compare(*outcomes, plans)

    assert found.dates[0].working_days is None
    assert found.dates[0].calendar_days > 0
    assert found.first is not None
    assert "calendar calendar: mon-fri → england-wales" in found.first.why


# -- the command line --------------------------------------------------------------------------------------------------------


GROUND = {"basis": "synthetic", "title": "By hand"}


def one_link(holidays: Sequence[str] = (), **changes: Any) -> Plan:
    """Return a plan of two pieces of work and an end, with days off, and with another text of its link or its end."""
    link = {"id": "link", "kind": "dependency", "before": "A", "after": "END", **GROUND}
    days = [{"day": day, "title": "Off"} for day in holidays]
    base = plan_of().calendars[0].model_dump() | {"holidays": days}
    return plan_of(
        targets=["END"],
        calendars=[base],
        activities=[{"id": "A", "duration": "5 wd", **GROUND}, {"id": "B", "duration": "7 wd", **GROUND}],
        milestones=[{"id": "END", "shown": "closes", **GROUND}],
        rules=[
            link | changes,
            link | {"id": "other", "before": "B"},
            {"id": "slots", "kind": "capacity", "amount": 2, "demands": [{"item": "A"}, {"item": "B"}], **GROUND},
        ],
    )


@pytest.mark.parametrize(
    ("holidays", "others", "moved"),
    [([], ["2024-01-10"], None), (["2024-01-17"], ["2024-01-10"], None), ([], ["2025-01-10"], 0)],
    ids=["a day off more", "another day off", "long after"],
)
def test_working_days_are_counted_on_one_axis_alone(holidays, others, moved):
    """Boundaries of two calendars of one name are counted from each other only where both work the same days."""
    plans = one_link(holidays), one_link(others)
    outcomes = [earliest(plan) for plan in plans]

    for at_hand in (plans, (None, None)):
        (change,) = compare(outcomes[0], outcomes[1], at_hand).dates
        assert change.working_days == moved


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (one_link(type="SS"), ("rule", "link", "type FS", "type SS")),
        (one_link(before="B", bound="at-most"), ("rule", "link", "before A, bound at-least", "before B, bound at-most")),
        (one_link(["2024-01-10"]), ("calendar", "mon-fri", "holidays none", "holidays 2024-01-10 Off")),
        (
            one_link().model_copy(update={"horizon": Span.model_validate({"first": "2024-01-09", "last": "2025-12-31"})}),
            ("calendar", "horizon", "first 2024-01-08", "first 2024-01-09"),
        ),
    ],
    ids=["type", "ends", "days off", "horizon"],
)
def test_what_is_no_number_is_told_too(other, said):
    """Where both plans are at hand, what they link and which days are worked is compared, and not only that something differs."""
    plan = one_link()
    found = compare(earliest(plan), earliest(other), (plan, other))

    assert [(each.kind, each.name, each.before, each.after) for each in found.values] == [said]


def test_scenarios_find_their_plan(capsys):
    """Names of scenarios are enough where one packaged plan has them; 'none' is the plan as written."""
    assert main(["compare", "late-oven", "none"]) == ExitCode.DONE
    said = capsys.readouterr().out

    assert "late-oven → none" in said
    assert "What moved first" in said
    assert "OVEN" in said


@pytest.mark.parametrize(
    "arguments", [["toy:late-oven", "none"], ["late-oven", "none", "--plan", "toy"], ["toy:late-oven", "toy:none"]]
)
def test_the_plan_can_be_said(capsys, arguments):
    """A plan before a colon, or with --plan, gives the same comparison."""
    assert main(["compare", *arguments, "--json"]) == ExitCode.DONE

    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "optimiser/compare/1"
    assert [change["milestone"] for change in document["dates"]] == ["OPEN", "REVIEW"]
    assert document["dates"][0]["after"] == "2024-03-01"


def test_stored_outcomes_are_compared(tmp_path, capsys):
    """Two documents of 'solve' are compared with their plans, where these are still what they were."""
    for name, scenario in (("one", []), ("two", ["-s", "late-oven"])):
        assert main(["solve", "toy", *scenario, "-o", str(tmp_path / f"{name}.json")]) == ExitCode.DONE
    capsys.readouterr()

    assert main(["compare", str(tmp_path / "one.json"), str(tmp_path / "two.json"), "--json"]) == ExitCode.DONE

    document = json.loads(capsys.readouterr().out)
    values = {change["name"]: (change["before"], change["after"]) for change in document["values"]}
    assert values["oven"] == ("10 wd", "15 wd")
    assert document["first"]["row"]["id"] == "OVEN"
    assert document["first"]["why"] == ["assumption oven: 10 wd → 15 wd"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "there is no such file"),
        ("{", "is not JSON (Expecting property name enclosed in double quotes); expected a document that 'solve -o' wrote"),
        ("[]", "expected a document of schema 'optimiser/solve/1'"),
        ('{"outcome": {"status": "solved"}}', "expected a document of schema 'optimiser/solve/1'"),
        (
            '{"schema": "optimiser/solve/1"}',
            "is not well formed at plan: Field required; maybe write it again with 'optimiser solve",
        ),
    ],
)
def test_what_is_no_outcome_is_said(tmp_path, capsys, content, expected):
    """A file that is missing, is no JSON, or holds something else is refused with its name."""
    file = tmp_path / "outcome.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    assert main(["compare", str(file), "toy:none"]) == ExitCode.BAD_INPUT

    said = capsys.readouterr().err
    assert str(file) in said
    assert expected in said


def test_scenarios_of_no_plan_are_said(capsys):
    """Scenarios that no packaged plan has together ask for the plan."""
    assert main(["compare", "late-oven", "poap1"]) == ExitCode.BAD_INPUT
    assert "no packaged plan has the scenarios late-oven, poap1; say which plan with --plan" in capsys.readouterr().err


def test_plans_that_share_nothing_are_not_compared(capsys):
    """Two plans with hardly an item in common are refused before anything is solved."""
    assert main(["compare", "toy", "laboratory"]) == ExitCode.BAD_INPUT

    said = capsys.readouterr().err
    assert "'toy' and 'laboratory' are no two states of one plan" in said
    assert "maybe name two updates" in said


def test_what_is_left_of_work_is_told_in_words_and_not_by_a_name_with_a_sign():
    """A length that an assumption holds is told by what is left of it once it has begun, else by the assumption."""
    plan = load("laboratory-2026-06")
    activity = plan.items["REPORT"]
    before = plan.evolve(
        activities=tuple(
            entry.model_copy(update={"progress": None}) if entry.id == "REPORT" else entry for entry in plan.activities
        )
    )
    found = [said_plainly(change) for change in differences(inputs_of(before), inputs_of(plan)) if change.kind == "duration"]

    assert [(change.title, change.before, change.after) for change in found] == [
        (f"Length of {activity.title}", "as assumed in REPORT-duration", "2 wd left")
    ]
    marked = found[0].model_copy(update={"title": "x", "before": "$a (off) (1 wd left)", "after": "4 wd (buffer) (3 wd left)"})
    assert [said_plainly(marked).title, said_plainly(marked).before] == ["What is left of x", "(off) 1 wd left"]


def test_an_update_that_is_not_there_is_told_as_that(capsys):
    """A slip in a name is not taken for a plan without an update before it."""
    assert main(["compare", "laboratory-2026-07"]) == ExitCode.BAD_INPUT
    assert "unknown plan 'laboratory-2026-07'" in capsys.readouterr().err
