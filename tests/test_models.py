"""The vocabulary: spellings, provenance, what a plan may not say, and what scenarios do to it."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from models.assumptions import Assumption, Baseline, Changes, Option, PublishedDate, Reading
from models.calendar import Calendar, Span
from models.duration import (
    AmountTerm,
    DateTerm,
    Duration,
    DurationTerm,
    Reference,
    SwitchTerm,
    parse_value,
    print_value,
)
from models.faults import Fault, PlanFaultsError, find_faults, maybe
from models.items import Activity, Hammock, Milestone
from models.plan import PLAN_SCHEMA, Plan
from models.provenance import Citation, Sourced
from models.record import Date, Identifier
from models.rules import RULE_KINDS, Occasions, Pattern, Point, Rule
from models.scenario import SCENARIO_SCHEMA, Scenario
from models.schedule import Position, Schedule
from optimiser.scenarios import apply
from tests.conftest import plan_of
from tests.random_plans import plans, random_plan
from tests.rule_kinds import EXAMPLES, example

IDENTIFIERS = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,12}[A-Za-z0-9])?", fullmatch=True)
DURATIONS = st.builds(Duration, st.integers(-999_999, 999_999), st.sampled_from(["wd", "cd", "mo"]))
MIDNIGHT = dt.datetime(2024, 2, 29)  # noqa: DTZ001 as YAML gives a time of day
"""What YAML makes of ``2024-02-29 00:00:00``."""
VALUES = st.one_of(DURATIONS, st.dates(), st.integers(-999_999_999, 999_999_999), st.booleans(), st.none())


def made(**parts: Any) -> dict[str, Any]:
    """Return the fields of something that stands on nothing but a test."""
    return {"title": "Made for a test", "basis": "synthetic", **parts}


def faults_of(**parts: Any) -> tuple[Fault, ...]:
    """Return what is wrong with a plan of these parts."""
    with pytest.raises(ValidationError) as caught:
        plan_of(**parts)
    (error,) = caught.value.errors()
    found = error["ctx"]["error"]
    assert isinstance(found, PlanFaultsError), error
    return found.faults


# -- spellings ---------------------------------------------------------------------------------------------------------


@given(DURATIONS)
def test_a_duration_reads_back_as_it_is_printed(duration):
    """A duration has one spelling, which reads back as the same duration."""
    assert Duration.parse(str(duration)) == duration
    assert Duration.parse(str(-duration)) == Duration(-duration.amount, duration.unit)


@pytest.mark.long
@given(IDENTIFIERS, st.sampled_from([None, "start", "finish"]))
def test_a_point_reads_back_as_it_is_printed(item, end):
    """A point has one spelling, which reads back as the same point."""
    assert Point.parse(str(Point(item, end))) == Point(item, end)


@given(IDENTIFIERS)
def test_a_reference_reads_back_as_it_is_printed(name):
    """A reference has one spelling, which reads back as the same reference."""
    assert Reference.parse(str(Reference(name))) == Reference(name)


@given(VALUES)
def test_a_value_reads_back_as_it_is_printed(value):
    """A value of an assumption has one spelling, which reads back as the same value of the same kind."""
    read = parse_value(print_value(value))
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("21 days", "maybe '21 wd'"),
        ("21", "maybe '21 wd'"),
        ("3 months", "maybe '3 mo'"),
        ("+4 WD", "maybe '4 wd'"),
        ("2.5 wd", "expected a duration such as '21 wd', '28 cd' or '7 mo', got '2.5 wd'"),
        ("", "got ''"),
        ("wd", "got 'wd'"),
        ("21  wd", "maybe '21 wd'"),
        ("3000000 cd", "expected at most six digits"),
        ("21 wd ", "maybe '21 wd'"),
    ],
)
def test_a_misspelt_duration_is_refused_with_advice(text, advice):
    """A misspelt duration is refused with what was expected and, where it can be guessed, the spelling meant."""
    with pytest.raises(ValueError, match="expected a duration") as caught:
        Duration.parse(text)
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    ("text", "printed"), [("15d", "15 wd"), ("-15 d", "-15 wd"), ("15wd", "15 wd"), ("28cd", "28 cd"), ("7mo", "7 mo")]
)
def test_a_duration_may_be_written_as_planners_write_it(text, printed):
    """The space may be left out, and days alone are working days; printed, they say so."""
    assert str(Duration.parse(text)) == printed


@pytest.mark.parametrize("text", ["21 wd\n", "21\nwd", "\n21 wd"])
def test_a_line_break_is_no_part_of_a_duration(text):
    """A line break inside or after a duration is refused."""
    with pytest.raises(ValueError, match="expected a duration"):
        Duration.parse(text)


@pytest.mark.parametrize("text", ["", ".start", "A.middle", "A.start.finish", "-A", "A ", "A\n", "A.start\n", "A..start", "Ä"])
def test_a_misspelt_point_is_refused(text):
    """Text that names no item, or an end that does not exist, is no point."""
    with pytest.raises(ValueError, match="expected an item"):
        Point.parse(text)


@pytest.mark.parametrize("text", ["", "$", "name", "$-a", "$a-", "$$a", "$a b", "$a\n"])
def test_a_misspelt_reference_is_refused(text):
    """Text that is not a dollar sign and an identifier is no reference."""
    with pytest.raises(ValueError, match="expected a reference"):
        Reference.parse(text)


@pytest.mark.parametrize("value", ["no", "yes", "True", "", "2024-02-31", "2024-2-3", "$a", 1.5, [], MIDNIGHT])
def test_what_no_assumption_can_hold_is_refused(value):
    """A value that is no duration, date, whole number, true, false or none is refused."""
    with pytest.raises(ValueError):  # noqa: PT011 messages differ by kind
        parse_value(value)


TERMS = [
    (DurationTerm, ["5 wd", "-3 cd", "0 mo", Duration(2, "wd")], [5, "5", True, None, "5 days", "2024-01-01"]),
    (DateTerm, ["2024-02-29", dt.date(2024, 2, 29)], ["2023-02-29", "29/02/2024", 20240229, True, MIDNIGHT]),
    (AmountTerm, [0, 7, "7", "-2"], [True, 1.0, "seven", "5 wd", None]),
    (SwitchTerm, [True, False, "true", "false"], ["no", "off", 0, 1, None]),
]


@pytest.mark.parametrize(("term", "good", "bad"), TERMS, ids=["duration", "date", "amount", "switch"])
def test_a_term_takes_one_kind_of_literal_or_a_reference(term, good, bad):
    """A term reads literals of its kind and references, and refuses everything else by name."""
    adapter: TypeAdapter[Any] = TypeAdapter(term)
    assert adapter.validate_python("$name") == Reference("name")
    assert adapter.validate_python(Reference("name")) == Reference("name")
    for value in good:
        assert not isinstance(adapter.validate_python(value), str | Reference)
    for value in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


@pytest.mark.parametrize("value", ["2024-02-31", "2024-13-01", "2024-1-5", "05/01/2024", "20240105", 1704412800, MIDNIGHT])
def test_a_date_is_a_day_written_one_way(value):
    """Only a day that exists, written YYYY-MM-DD, is a date; no number and no time of day is."""
    with pytest.raises(ValidationError):
        Span.model_validate({"first": value, "last": "2030-01-01"})


@given(st.dates())
def test_a_date_reads_back_as_it_is_printed(day):
    """Every day reads back from its ISO spelling."""
    assert TypeAdapter(Date).validate_python(day.isoformat()) == day


@pytest.mark.parametrize("name", ["", "-a", "a-", "_a", "a b", "a.b", "a" * 65, "a\n", "é", "$a", "duration:A"])
def test_an_identifier_is_speakable(name):
    """An identifier has letters, digits, hyphens and underscores between letters or digits, 64 at most."""
    with pytest.raises(ValidationError):
        TypeAdapter(Identifier).validate_python(name)


def test_a_span_runs_forward():
    """A span whose last day is before its first is refused, and says that they may be swapped."""
    with pytest.raises(ValidationError, match="maybe they are swapped"):
        Span.model_validate({"first": "2024-01-02", "last": "2024-01-01"})
    assert Span.model_validate({"first": "2024-01-02", "last": "2024-01-02"}).first == dt.date(2024, 1, 2)


# -- records -----------------------------------------------------------------------------------------------------------


def test_records_are_closed_and_frozen():
    """An unknown key is refused, and no field can be set."""
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Position.model_validate({"id": "A", "start": 1, "finish": 2, "colour": "red"})
    position = Position(id="A", start=1, finish=2)
    with pytest.raises(ValidationError, match="frozen"):
        position.start = 3  # type: ignore[misc]


def test_records_are_strict():
    """A number in quotes and a true where a number is meant are refused."""
    for start in ("1", True, 1.0):
        with pytest.raises(ValidationError):
            Position.model_validate({"id": "A", "start": start, "finish": 2})


def test_a_schedule_answers_for_its_points():
    """A schedule finds the boundary of either end of an item."""
    schedule = Schedule(calendar="c", first_day=dt.date(2024, 1, 1), positions=(Position(id="A", start=1, finish=4),))
    assert (schedule.boundary(Point("A", "start")), schedule.boundary(Point("A", "finish"))) == (1, 4)


# -- provenance --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("basis", "missing", "evidence"),
    [
        ("document", "a citation", {"citation": "del621: row 242"}),
        ("derived", "derived_from or a citation", {"derived_from": ["a"]}),
        ("derived", "derived_from or a citation", {"citation": "del621: row 242"}),
        ("inferred", "a confidence", {"confidence": "low"}),
        ("fitted", "fitted_to", {"fitted_to": "M10 of PoaP 1"}),
        ("judgement", None, {}),
        ("synthetic", None, {}),
    ],
)
def test_each_basis_asks_for_its_evidence(basis, missing, evidence):
    """A claim without the evidence that its basis asks for is refused; with it, it stands."""
    if missing:
        with pytest.raises(ValidationError, match=missing):
            Sourced.model_validate({"basis": basis})
    assert Sourced.model_validate({"basis": basis, **evidence}).basis == basis


def test_a_basis_is_always_said():
    """Nothing that carries a number may leave out what it stands on."""
    with pytest.raises(ValidationError, match="basis"):
        Assumption.model_validate({"id": "a", "title": "a", "value": "5 wd"})


def test_citations_are_read_from_one_string_or_several():
    """One citation, a list of them, and a cell with semicolons say the same as full records."""
    one, two = Citation(source="a", place="row 1"), Citation(source="b", place="p. 2: note 3")
    for spelling in (
        "a: row 1; b: p. 2: note 3",
        ["a: row 1", "b: p. 2: note 3"],
        [one, {"source": "b", "place": "p. 2: note 3"}],
    ):
        assert Sourced.model_validate({"basis": "document", "citation": spelling}).citation == (one, two)
    assert Sourced.model_validate({"basis": "document", "citation": str(one)}).citation == (one,)
    for wrong in ("row 242", "a:", ": row 1"):
        with pytest.raises(ValidationError):
            Sourced.model_validate({"basis": "document", "citation": wrong})


@pytest.mark.parametrize(
    ("date", "month", "day"), [("2024-09", (2024, 9), None), ("2025-07-01", (2025, 7), dt.date(2025, 7, 1))]
)
def test_a_published_date_keeps_its_precision(date, month, day):
    """A date published to the month has no day; one published to the day has both."""
    published = PublishedDate(milestone="M10", date=date)
    assert (published.month, published.day) == (month, day)
    baseline = Baseline.model_validate(made(id="TT", dates=[published]))
    assert baseline.date("M10") == published
    assert baseline.date("M11") is None


@pytest.mark.parametrize("date", ["2024", "2024-13", "2024-00", "2024-9", "2024-02-31", "2024-09-1", "0000-05"])
def test_a_published_date_exists(date):
    """A published date that is no day or month of any calendar is refused."""
    with pytest.raises(ValidationError):
        PublishedDate(milestone="M10", date=date)


def test_a_published_month_has_a_first_and_a_last_day():
    """A month stands for its days, the last month of all for its own too."""
    month = PublishedDate(milestone="M10", date="2024-02")
    assert (month.first, month.last) == (dt.date(2024, 2, 1), dt.date(2024, 2, 29))
    assert PublishedDate(milestone="M10", date="9999-12").last == dt.date.max


# -- rules -------------------------------------------------------------------------------------------------------------

ITEMS = {
    "activities": [made(id="A", duration="5 wd"), made(id="B", duration="1 mo")],
    "milestones": [made(id="M", shown="opens"), made(id="N", shown="closes")],
}


def rule_of(kind: str, **more: Any) -> dict[str, Any]:
    """Return the fields of a sound rule of a kind."""
    return example(kind, f"the-{kind}", **more)


@pytest.mark.parametrize("kind", RULE_KINDS)
def test_every_kind_of_rule_fills_in_the_ends_its_docstring_names(kind):
    """The points of a rule have the ends that its class says a point without an end means."""
    rule = TypeAdapter(Rule).validate_python(rule_of(kind))
    assert type(rule) is RULE_KINDS[kind]
    assert " ".join(map(str, rule.points())) == EXAMPLES[kind][1]


@pytest.mark.parametrize(
    ("link", "points"),
    [
        ("FS", "A.finish B.start"),
        ("SS", "A.start B.start"),
        ("FF", "A.finish B.finish"),
        ("SF", "A.start B.finish"),
    ],
)
def test_a_link_names_its_points(link, points):
    """The two letters of a link are the end counted from and the end constrained."""
    rule = TypeAdapter(Rule).validate_python(rule_of("dependency", type=link))
    assert " ".join(map(str, rule.points())) == points


@pytest.mark.parametrize(
    "pattern",
    [
        {"on": "last working day"},
        {"on": "third thu", "months": [3, 6, 9, 12]},
        {"on": "day 31"},
        {"every_weeks": 2, "since": "2024-01-04"},
    ],
)
def test_a_pattern_has_one_of_two_forms(pattern):
    """A pattern is a day of months, or every so many weeks from a day."""
    assert Pattern.model_validate(pattern).model_dump(exclude_defaults=True, mode="json") == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        {"every_weeks": 2},
        {"since": "2024-01-04"},
        {"on": "day 5", "since": "2024-01-04"},
        {"on": "day 5", "every_weeks": 1, "since": "2024-01-04"},
        {"every_weeks": 2, "since": "2024-01-04", "months": [1]},
        {"on": "fifth mon"},
        {"on": "day 32"},
        {"on": "day 0"},
        {"on": "third thursday"},
        {"on": "day 5", "months": [13]},
        {"every_weeks": 0, "since": "2024-01-04"},
    ],
)
def test_a_pattern_of_neither_form_is_refused(pattern):
    """A pattern that mixes the forms, or that no calendar knows, is refused."""
    with pytest.raises(ValidationError):
        Pattern.model_validate(pattern)


def test_occasions_are_never_empty():
    """Occasions with neither days nor a pattern could never happen, and are refused."""
    with pytest.raises(ValidationError, match="nothing could ever happen"):
        Occasions.model_validate({"since": "2024-01-01"})


@pytest.mark.parametrize(
    ("kind", "field"),
    [("blackout", "items"), ("blackout", "windows"), ("capacity", "demands"), ("at-least", "of"), ("equality", "at")],
)
def test_a_rule_speaks_of_something(kind, field):
    """A rule that lists nothing where it must list something is refused."""
    with pytest.raises(ValidationError):
        TypeAdapter(Rule).validate_python(rule_of(kind, **{field: []}))


def test_a_misspelt_kind_names_the_kinds_there_are():
    """A rule of an unknown kind is refused with the list of kinds."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Rule).validate_python(rule_of("gate") | {"kind": "gates"})
    assert all(f"'{kind}'" in str(caught.value) for kind in RULE_KINDS)


# -- plans -------------------------------------------------------------------------------------------------------------


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.one_of(plans("tiny"), plans("medium")))
def test_a_plan_reads_back_from_json(plan):
    """A plan written as JSON reads back as an equal plan, by its records and by its schema."""
    written = plan.model_dump(mode="json", by_alias=True)
    assert written["schema"] == PLAN_SCHEMA
    assert Plan.model_validate(written) == plan
    assert Plan.model_validate_json(json.dumps(written)) == plan
    assert not find_faults(plan)


def test_the_schemas_accept_what_the_records_accept():
    """The JSON Schema for editors accepts plans and scenarios as they are written, and refuses a misspelt key or value."""
    schema = jsonschema.Draft202012Validator(Plan.model_json_schema(by_alias=True))
    for seed in range(25):
        written = random_plan(seed).model_dump(mode="json", by_alias=True)
        assert not list(schema.iter_errors(written)), seed
    assert list(schema.iter_errors({**written, "rulez": []}))
    assert list(schema.iter_errors({**written, "activities": [made(id="A", duration="5 days")]}))
    scenario = jsonschema.Draft202012Validator(Scenario.model_json_schema(by_alias=True))
    good = {"schema": SCENARIO_SCHEMA, "id": "s", "title": "S", "assumptions": {"a": "5 wd"}, "rules": {"duration:A": False}}
    assert not list(scenario.iter_errors(good))
    assert list(scenario.iter_errors({**good, "rules": {"R": "no"}}))


@pytest.mark.parametrize("kind", RULE_KINDS)
def test_a_rule_always_says_its_kind(kind):
    """A rule without its kind is refused by the records and by the schema alike."""
    schema = jsonschema.Draft202012Validator(Plan.model_json_schema(by_alias=True))
    written = plan_of(**ITEMS, rules=[rule_of(kind)]).model_dump(mode="json", by_alias=True)
    assert not list(schema.iter_errors(written))
    del written["rules"][0]["kind"]
    with pytest.raises(ValidationError):
        Plan.model_validate(written)
    assert list(schema.iter_errors(written))


def test_the_least_plan_is_sound():
    """A plan without items or rules is a plan."""
    plan = plan_of()
    assert (dict(plan.items), list(plan.active_rules()), plan.choices()) == ({}, [], {})


def test_lookups_do_not_change_what_a_plan_equals():
    """Looking things up leaves a plan equal to itself as it was."""
    plan, untouched = plan_of(**ITEMS), plan_of(**ITEMS)
    assert list(plan.items) == ["A", "B", "M", "N"]
    assert plan == untouched
    assert plan.evolve() == untouched


def test_an_evolved_plan_looks_things_up_anew():
    """A copy with other items does not remember the old ones."""
    plan = plan_of(**ITEMS)
    assert "A" in plan.items
    assert list(plan.evolve(activities=()).items) == ["M", "N"]


def test_points_are_shown_by_their_convention():
    """A start is a morning, a finish an evening, and a milestone what it says of itself at either end."""
    plan = plan_of(**ITEMS)
    shown = {str(point): plan.convention(point) for point in map(Point.parse, ["A.start", "A.finish", "M.finish", "N.start"])}
    assert shown == {"A.start": "opens", "A.finish": "closes", "M.finish": "opens", "N.start": "closes"}


def test_a_hammock_fills_in_the_ends_of_its_ties():
    """A tie without an end means the start of what a hammock starts with and the finish of what it finishes with."""
    hammock = Hammock.model_validate(made(id="H", starts_with="A", finishes_with="B"))
    assert list(map(str, hammock.ties())) == ["A.start", "B.finish"]
    hammock = Hammock.model_validate(made(id="H", starts_with="A.finish", finishes_with="B.start"))
    assert list(map(str, hammock.ties())) == ["A.finish", "B.start"]


VALUED = {
    "assumptions": [
        made(id="length", value="5 wd"),
        made(id="day", value="2024-03-01"),
        made(id="nothing", value="none"),
        made(id="count", value=2),
        made(id="on", value=True),
        made(id="off", value=False),
    ]
}


def test_references_lead_to_their_values():
    """A plan follows references to durations, dates, counts and switches, and hands literals back as they are."""
    plan = plan_of(**VALUED)
    assert plan.duration(Reference("length")) == plan.duration(Duration(5, "wd")) == Duration(5, "wd")
    assert plan.date(Reference("day")) == plan.date(dt.date(2024, 3, 1)) == dt.date(2024, 3, 1)
    assert plan.date(Reference("nothing")) is None
    assert plan.amount(Reference("count")) == plan.amount(2) == 2
    assert plan.switch(Reference("on")) is plan.switch(True) is True  # noqa: FBT003 a value of the plan
    for resolve, name in [(plan.duration, "day"), (plan.date, "count"), (plan.amount, "on"), (plan.switch, "count")]:
        with pytest.raises(TypeError, match=f"\\${name} is .*, expected"):
            resolve(Reference(name))


def test_rules_that_are_off_are_not_active():
    """A rule that is off, or whose switch is an assumption that is false, is not among the active rules."""
    rules = [
        rule_of("not-before", id=name, enabled=on) for name, on in [("a", True), ("b", False), ("c", "$on"), ("d", "$off")]
    ]
    assert [rule.id for rule in plan_of(**ITEMS, **VALUED, rules=rules).active_rules()] == ["a", "c"]


# -- faults ------------------------------------------------------------------------------------------------------------


def calendar_of(name: str, **more: Any) -> dict[str, Any]:
    """Return a Mon-Fri calendar over the days of the test plan."""
    days = {"weekdays": ["mon", "tue", "wed", "thu", "fri"], "covers": {"first": "2024-01-01", "last": "2025-12-31"}}
    return made(id=name, **{**days, **more})


def reading_of(*options: dict[str, Any], default: str = "a", **more: Any) -> dict[str, Any]:
    """Return a reading with these options."""
    return {"id": "q", "question": "Which?", "basis": "synthetic", "default": default, "options": list(options), **more}


def option_of(name: str, **changes: Any) -> dict[str, Any]:
    """Return an option that makes these changes."""
    return {"id": name, "title": name, "changes": changes}


SOURCE = {"id": "s", "title": "Pack", "publisher": "P", "published_on": "2023-05-01"}
OWN = {"activities": [made(id="A", duration="5 wd", calendar="own")], "milestones": []}
FAULTS: dict[str, tuple[dict[str, Any], tuple[str | int, ...], str]] = {
    "item twice": ({"milestones": [made(id="A", shown="opens")]}, ("milestones", 0, "id"), "already used at activities[0]"),
    "rule twice": ({"rules": [rule_of("gate"), rule_of("gate")]}, ("rules", 1, "id"), "already used at rules[0]"),
    "value twice": (
        {"assumptions": [made(id="a", value=1)], "unknowns": [made(id="a", value=1, why="w")]},
        ("unknowns", 0, "id"),
        "already used at assumptions[0]",
    ),
    "base calendar": ({"calendar": "mon-fry"}, ("calendar",), "unknown calendar 'mon-fry'. Maybe 'mon-fri'."),
    "target": ({"targets": ["A"]}, ("targets", 0), "unknown milestone 'A'"),
    "phase": (
        {"phases": [], "activities": [made(id="A", duration="1 wd", phase="sit")]},
        ("activities", 0, "phase"),
        "unknown phase",
    ),
    "own calendar": (
        {"activities": [made(id="A", duration="1 wd", calendar="nights")]},
        ("activities", 0, "calendar"),
        "unknown calendar 'nights'",
    ),
    "item of a link": ({"rules": [rule_of("dependency", before="a")]}, ("rules", 0, "before"), "unknown item 'a'. Maybe 'A'."),
    "item of a point": ({"rules": [rule_of("not-before", at="X.start")]}, ("rules", 0, "at"), "unknown item 'X'"),
    "item of an equality": ({"rules": [rule_of("equality", at=["A", "X"])]}, ("rules", 0, "at", 1), "unknown item 'X'"),
    "item of at-least": ({"rules": [rule_of("at-least", of=["A", "X"])]}, ("rules", 0, "of", 1), "unknown item 'X'"),
    "item of a blackout": ({"rules": [rule_of("blackout", items=["X"])]}, ("rules", 0, "items", 0), "unknown item 'X'"),
    "item of a demand": (
        {"rules": [rule_of("capacity", demands=[{"item": "X"}])]},
        ("rules", 0, "demands", 0, "item"),
        "unknown item 'X'",
    ),
    "milestone demands": (
        {"rules": [rule_of("capacity", demands=[{"item": "M"}])]},
        ("rules", 0, "demands", 0, "item"),
        "only an activity can demand capacity",
    ),
    "rule on a hammock": (
        {"hammocks": [made(id="H", starts_with="A", finishes_with="B")], "rules": [rule_of("release", at="H")]},
        ("rules", 0, "at"),
        "its length is an output",
    ),
    "hammock on nothing": (
        {"hammocks": [made(id="H", starts_with="X", finishes_with="B")]},
        ("hammocks", 0, "starts_with"),
        "unknown item 'X'",
    ),
    "hammock on a hammock": (
        {"hammocks": [made(id="H", starts_with="A", finishes_with="H")]},
        ("hammocks", 0, "finishes_with"),
        "whose own ties run in a circle",
    ),
    "baseline": (
        {"baselines": [made(id="b", dates=[{"milestone": "M1", "date": "2024-09"}])]},
        ("baselines", 0, "dates", 0, "milestone"),
        "unknown milestone 'M1'",
    ),
    "unknown reference": (
        {"activities": [made(id="A", duration="$lenght")], **VALUED},
        ("activities", 0, "duration"),
        "unknown assumption 'lenght'. Maybe 'length'.",
    ),
    "wrong reference": (
        {"rules": [rule_of("not-before", date="$count")], **VALUED},
        ("rules", 0, "date"),
        "$count holds 2, expected a date",
    ),
    "switch as a count": (
        {"rules": [rule_of("capacity", amount="$on")], **VALUED},
        ("rules", 0, "amount"),
        "expected a whole number",
    ),
    "count as a switch": (
        {"rules": [rule_of("gate", enabled="$count")], **VALUED},
        ("rules", 0, "enabled"),
        "expected true or false",
    ),
    "nothing as a length": (
        {"hammocks": [made(id="H", starts_with="A", finishes_with="B", start_lag="$nothing")], **VALUED},
        ("hammocks", 0, "start_lag"),
        "$nothing holds none, expected a duration",
    ),
    "negative duration": (
        {"activities": [made(id="A", duration="-1 wd")]},
        ("activities", 0, "duration"),
        "the duration is negative",
    ),
    "negative notice": ({"rules": [rule_of("gate", notice="-1 wd")]}, ("rules", 0, "notice"), "the notice is negative"),
    "negative capacity": ({"rules": [rule_of("capacity", amount=-1)]}, ("rules", 0, "amount"), "the capacity is negative"),
    "negative step": (
        {"rules": [rule_of("capacity", steps=[{"since": "2024-03-01", "amount": -1}])]},
        ("rules", 0, "steps", 0, "amount"),
        "the capacity is negative",
    ),
    "negative demand": (
        {"rules": [rule_of("capacity", demands=[{"item": "A", "amount": -1}])]},
        ("rules", 0, "demands", 0, "amount"),
        "the demand is negative",
    ),
    "steps backward": (
        {"rules": [rule_of("capacity", steps=[{"since": "2024-03-01", "amount": 1}, {"since": "2024-03-01", "amount": 2}])]},
        ("rules", 0, "steps", 1, "since"),
        "steps run forward in time",
    ),
    "count too high": ({"rules": [rule_of("at-least", count=3)]}, ("rules", 0, "count"), "expected a count from 1 to 2, got 3"),
    "count of none": ({"rules": [rule_of("at-least", count=0)]}, ("rules", 0, "count"), "expected a count from 1 to 2, got 0"),
    "own calendar in months": (
        {
            "activities": [made(id="A", duration="2 mo", calendar="own")],
            "calendars": [calendar_of("mon-fri"), calendar_of("own")],
        },
        ("activities", 0, "duration"),
        "counts working days, got 2 mo",
    ),
    "own calendar on more weekdays": (
        {"calendars": [calendar_of("mon-fri"), calendar_of("own", weekdays=["fri", "sat"])], **OWN},
        ("activities", 0, "calendar"),
        "works on days that the base calendar 'mon-fri' does not (sat)",
    ),
    "own calendar on a holiday": (
        {
            "calendars": [calendar_of("mon-fri", holidays=[{"day": "2024-03-29", "title": "Good Friday"}]), calendar_of("own")],
            **OWN,
        },
        ("activities", 0, "calendar"),
        "(2024-03-29)",
    ),
    "own calendar in a blackout": (
        {
            "calendars": [
                calendar_of("mon-fri", blackouts=[{"first": "2024-12-24", "last": "2024-12-31"}]),
                calendar_of("own"),
            ],
            **OWN,
        },
        ("activities", 0, "calendar"),
        "(2024-12-24)",
    ),
    "default of no option": ({"readings": [reading_of(option_of("b"))]}, ("readings", 0, "default"), "unknown option 'a'"),
    "option twice": (
        {"readings": [reading_of(option_of("a"), option_of("a"))]},
        ("readings", 0, "options", 1, "id"),
        "already an option",
    ),
    "option that leaves out": (
        {"readings": [reading_of(option_of("a"), option_of("b", assumptions={"count": 3}))], **VALUED},
        ("readings", 0, "options", 0, "changes"),
        "must also say assumption count",
    ),
    "option with an unknown name": (
        {"readings": [reading_of(option_of("a", rules={"nope": True}))]},
        ("readings", 0, "options", 0, "changes", "rules", "nope"),
        "unknown rule 'nope'",
    ),
    "option of the wrong kind": (
        {
            "readings": [reading_of(option_of("a", assumptions={"count": 2}), option_of("b", assumptions={"count": "2 wd"}))],
            **VALUED,
        },
        ("readings", 0, "options", 1, "changes", "assumptions", "count"),
        "'count' holds 2, so 2 wd is not a value for it",
    ),
    "default that differs by a value": (
        {"readings": [reading_of(option_of("a", assumptions={"count": 3}))], **VALUED},
        ("readings", 0, "options", 0, "changes", "assumptions", "count"),
        "the default says 3, the plan 2",
    ),
    "default that differs by a switch": (
        {"readings": [reading_of(option_of("a", rules={"duration:A": False}))]},
        ("readings", 0, "options", 0, "changes", "rules", "duration:A"),
        "the default says false, the plan true",
    ),
    "default that differs by a calendar": (
        {"readings": [reading_of(option_of("a", calendar="own"))], "calendars": [calendar_of("mon-fri"), calendar_of("own")]},
        ("readings", 0, "options", 0, "changes", "calendar"),
        "the default says 'own', the plan 'mon-fri'",
    ),
    "unknown source": (
        {"sources": [SOURCE], "activities": [made(id="A", duration="1 wd", citation="t: row 1")]},
        ("activities", 0, "citation", 0),
        "unknown source 't'",
    ),
    "late source": (
        {
            "sources": [{**SOURCE, "published_on": "2024-01-02"}],
            "activities": [made(id="A", duration="1 wd", citation="s: row 1")],
        },
        ("sources", 0, "published_on"),
        "published on 2024-01-02, after the plan's knowledge of 2024-01-01",
    ),
    "horizon outside": (
        {"horizon": {"first": "2023-12-31", "last": "2025-01-01"}},
        ("horizon", "first"),
        "outside the days that calendar 'mon-fri' covers",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_where_it_is(name):
    """A plan with one fault is refused with exactly that fault, at its place, in its words."""
    parts, path, words = FAULTS[name]
    (fault,) = faults_of(**{**ITEMS, **parts})
    assert fault.path == path
    assert words in fault.message


def test_all_faults_are_reported_at_once():
    """Several faults of several kinds are reported together, in the order of the file."""
    found = faults_of(calendar="nope", targets=["M9"], rules=[rule_of("gate"), rule_of("dependency")])
    assert [fault.path for fault in found][:2] == [("calendar",), ("targets", 0)]
    assert len(found) == 6


def test_a_source_published_on_the_day_of_knowledge_is_admitted():
    """A source as old as the plan's knowledge is no hindsight; one that nobody cites is never asked about."""
    cited = {"activities": [made(id="A", duration="1 wd", citation="s: row 1")]}
    assert plan_of(sources=[{**SOURCE, "published_on": "2024-01-01"}], **cited)
    assert plan_of(sources=[{**SOURCE, "published_on": "2025-01-01"}])


def test_an_own_calendar_within_the_base_is_admitted():
    """A calendar that is closed whenever the base is, by whatever means, may be an activity's own."""
    base = calendar_of("mon-fri", holidays=[{"day": "2024-03-29", "title": "Good Friday"}])
    for own in (
        calendar_of("own", holidays=[{"day": "2024-03-29", "title": "Good Friday"}]),
        calendar_of("own", weekdays=["mon", "tue"]),
        calendar_of("own", covers={"first": "2024-05-01", "last": "2025-12-31"}),
        calendar_of("own", blackouts=[{"first": "2024-03-25", "last": "2024-04-01"}]),
    ):
        assert plan_of(calendars=[base, own], **OWN)


def test_a_guess_is_made_only_where_a_name_is_close():
    """Advice names the closest known name whatever its case, and nothing where none is close."""
    assert maybe("m14", ["M10", "M14"]) == ". Maybe 'M14'."
    assert maybe("zzz", ["M10", "M14"]) == "."


# -- scenarios ---------------------------------------------------------------------------------------------------------


def scenario_of(name: str, **changes: Any) -> Scenario:
    """Return a scenario that makes these changes."""
    return Scenario.model_validate({"id": name, "title": name, **changes})


def base_plan() -> Plan:
    """Return a plan with a value, an unknown, a rule, a reading and two calendars."""
    return plan_of(
        **ITEMS,
        calendars=[calendar_of("mon-fri"), calendar_of("other", weekdays=["mon", "tue"])],
        rules=[rule_of("dependency"), rule_of("release", enabled=False)],
        assumptions=VALUED["assumptions"],
        unknowns=[made(id="lead", value="0 wd", why="nobody says")],
        readings=[
            reading_of(
                option_of("a", assumptions={"count": 2}, rules={"the-release": False}),
                option_of("b", assumptions={"count": 5}, rules={"the-release": True}),
            )
        ],
    )


def test_a_scenario_changes_what_it_names_and_nothing_else():
    """Values, unknowns, rules, durations and the calendar change; the plan it is applied to does not."""
    plan = base_plan()
    before = plan.model_dump()
    changed = apply(
        scenario_of(
            "s",
            assumptions={"length": "9 wd", "lead": "3 wd"},
            rules={"the-dependency": False, "the-release": True, "duration:A": False},
            calendar="other",
        ),
        plan,
    )
    assert (changed.values["length"], changed.values["lead"], changed.values["count"]) == (
        Duration(9, "wd"),
        Duration(3, "wd"),
        2,
    )
    assert [rule.id for rule in changed.active_rules()] == ["the-release"]
    assert [activity.enabled for activity in changed.activities] == [False, True]
    assert changed.calendar == "other"
    assert changed.settings.scenarios == ("s",)
    assert changed.settings.assumptions == {"length": "9 wd", "lead": "3 wd"}
    assert plan.model_dump() == before


def test_of_a_stack_the_later_scenario_wins_and_overlaps_are_said():
    """Two scenarios that set one thing to different ends: the later wins, and the plan remembers each such thing."""
    first = scenario_of("one", assumptions={"length": "7 wd", "count": 3}, rules={"the-dependency": False}, readings={"q": "b"})
    second = scenario_of("two", assumptions={"length": "8 wd", "count": 3}, rules={"the-dependency": True}, readings={"q": "a"})
    plan = apply(second, apply(first, base_plan()))
    assert plan.values["length"] == Duration(8, "wd")
    assert [rule.id for rule in plan.active_rules()] == ["the-dependency"]
    assert plan.settings.scenarios == ("one", "two")
    overlaps = [text for text in plan.settings.overlaps if "length" in text or "reading q" in text or "the-dependency" in text]
    assert len(overlaps) == 3
    assert not any("assumption count: 3, then 3" in text for text in plan.settings.overlaps)


@pytest.mark.parametrize(
    ("first", "second", "thing"),
    [
        ({"calendar": "other"}, {"calendar": "mon-fri"}, "calendar"),
        ({"readings": {"q": "b"}}, {"assumptions": {"count": 7}}, "count"),
        ({"assumptions": {"count": 7}}, {"readings": {"q": "b"}}, "count"),
        ({"readings": {"q": "b"}}, {"rules": {"the-release": False}}, "the-release"),
    ],
)
def test_an_overlap_is_said_however_each_scenario_came_to_it(first, second, thing):
    """Overlaps of calendars, and of an answer to a reading with a single value or switch, are reported too."""
    plan = apply(scenario_of("two", **second), apply(scenario_of("one", **first), base_plan()))
    assert any(thing in text for text in plan.settings.overlaps)


def test_scenarios_that_agree_do_not_overlap():
    """The same end set twice is no overlap."""
    scenario = {"assumptions": {"length": "7 wd"}, "rules": {"the-release": True}, "readings": {"q": "b"}, "calendar": "other"}
    plan = apply(scenario_of("two", **scenario), apply(scenario_of("one", **scenario), base_plan()))
    assert plan.settings.overlaps == ()


def test_an_answered_reading_makes_its_changes_and_is_no_longer_live():
    """Choosing an option makes its changes; choosing the default again undoes them wholly."""
    plan = base_plan()
    assert [reading.id for reading in plan.live_readings()] == ["q"]
    chosen = apply(scenario_of("s", readings={"q": "b"}), plan)
    assert (chosen.values["count"], chosen.choices(), list(chosen.live_readings())) == (5, {"q": "b"}, [])
    assert "the-release" in [rule.id for rule in chosen.active_rules()]
    back = apply(scenario_of("t", readings={"q": "a"}), chosen)
    assert (back.rules, back.assumptions) == (plan.rules, plan.assumptions)


def test_single_values_win_over_readings_within_one_scenario():
    """Within one scenario readings are answered first, then single values set."""
    plan = apply(scenario_of("s", readings={"q": "b"}, assumptions={"count": 9}), base_plan())
    assert plan.values["count"] == 9


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"assumptions": {"lenght": "5 wd"}}, ("assumptions", "lenght"), "unknown assumption 'lenght'. Maybe 'length'."),
        ({"assumptions": {"length": 5}}, ("assumptions", "length"), "'length' holds 5 wd, so 5 is not a value for it"),
        ({"assumptions": {"count": True}}, ("assumptions", "count"), "'count' holds 2, so true is not a value for it"),
        ({"assumptions": {"length": "none"}}, ("assumptions", "length"), "'length' holds 5 wd, so none is not a value for it"),
        ({"rules": {"the-dependancy": True}}, ("rules", "the-dependancy"), "Maybe 'the-dependency'."),
        ({"rules": {"duration:M": True}}, ("rules", "duration:M"), "unknown rule 'duration:M'"),
        ({"calendar": "others"}, ("calendar",), "Maybe 'other'."),
        ({"readings": {"p": "a"}}, ("readings", "p"), "unknown reading 'p'"),
        ({"readings": {"q": "c"}}, ("readings", "q"), "expected one of a, b"),
    ],
)
def test_a_scenario_that_misses_the_plan_is_refused(changes, path, words):
    """A scenario that names what the plan lacks, or sets the wrong kind of value, is refused with its place."""
    with pytest.raises(PlanFaultsError) as caught:
        apply(scenario_of("s", **changes), base_plan())
    (fault,) = caught.value.faults
    assert fault.path == path
    assert words in fault.message


def test_a_date_can_be_taken_away_and_given_back():
    """A date may become none, and none may become a date."""
    plan = apply(scenario_of("s", assumptions={"day": "none", "nothing": "2024-05-05"}), base_plan())
    assert (plan.values["day"], plan.values["nothing"]) == (None, dt.date(2024, 5, 5))


def test_a_scenario_cannot_make_a_plan_unsound():
    """A value of the right kind that its use forbids is refused, as it would be in the plan."""
    plan = plan_of(activities=[made(id="A", duration="$length")], **VALUED)
    with pytest.raises(PlanFaultsError, match="the duration is negative"):
        apply(scenario_of("s", assumptions={"length": "-1 wd"}), plan)


def test_a_plan_with_scenarios_reads_back():
    """A plan to which scenarios were applied can be written and read again, as an evidence pack does."""
    plan = apply(scenario_of("s", readings={"q": "b"}, assumptions={"length": "9 wd"}), base_plan())
    assert Plan.model_validate(plan.model_dump(mode="json", by_alias=True)) == plan


def test_a_changed_schedule_forgets_the_old_positions():
    """A copy of a schedule with other positions answers from those."""
    schedule = Schedule(calendar="c", first_day=dt.date(2024, 1, 1), positions=(Position(id="A", start=1, finish=4),))
    assert schedule.by_id["A"].start == 1
    moved = schedule.model_copy(update={"positions": (Position(id="A", start=2, finish=5),)})
    assert moved.by_id["A"].start == 2


def test_hindsight_is_admitted_only_where_marked():
    """A scenario marked hindsight marks the plan; a later scenario does not unmark it."""
    plan = apply(scenario_of("two"), apply(scenario_of("one", hindsight=True), base_plan()))
    assert plan.settings.hindsight


def test_changes_name_everything_they_set():
    """The keys of a set of changes are the values, the switches and the calendar they set."""
    changes = Changes.model_validate({"assumptions": {"a": 1}, "rules": {"R": False, "duration:A": True}, "calendar": "c"})
    assert changes.keys() == {"assumption a", "rule R", "rule duration:A", "calendar"}
    reading = Reading.model_validate(reading_of(option_of("a")))
    assert isinstance(reading.option("a"), Option)
    assert reading.option("b") is None


def test_items_know_their_defaults():
    """An activity is placed early on the base calendar unless it says otherwise; a milestone must say how it is shown."""
    activity = Activity.model_validate(made(id="A", duration="5 wd"))
    assert (activity.placement, activity.calendar, activity.enabled) == ("earliest", None, True)
    with pytest.raises(ValidationError, match="shown"):
        Milestone.model_validate(made(id="M"))


def test_a_calendar_works_on_some_day_of_the_week():
    """A calendar without weekdays, or with a day that no week has, is refused."""
    for weekdays in ([], ["monday"]):
        with pytest.raises(ValidationError):
            Calendar.model_validate(calendar_of("c", weekdays=weekdays))


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("2024/02/07", "2024-02-07"),
        ("2024-2-7", "2024-02-07"),
        ("20240207", None),
        ("7 Feb 2024", "2024-02-07"),
        ("7th February 2024", "2024-02-07"),
        ("17/02/2024", "2024-02-17"),
        ("07/02/2024", None),
        ("02/02/2024", "2024-02-02"),
        ("2024-02-07T00:00:30", "2024-02-07"),
        ("2024-02", None),
        ("2024-02-3o", None),
        ("2024-13-07x", None),
        ("31.2.2024", None),
    ],
)
def test_a_mistyped_date_is_told_as_one(text, advice):
    """What looks like a day is said to be none, with the day that was meant where only one can be."""
    if text == "20240207":  # a whole number, as it is written
        assert parse_value(text) == 20240207
        return
    with pytest.raises(ValueError, match=r"^expected a (date written YYYY-MM-DD|duration)") as caught:
        parse_value(text)

    said = str(caught.value)
    assert said.endswith(f"; maybe {advice}") if advice else "maybe" not in said
    assert ("expected a date" in said) == (text[-1] not in "ox")


def test_advice_is_always_accepted():
    """Whatever is mistyped, a value that an error advises is read without another."""
    chance = random.Random(5)  # noqa: S311 - texts for a test
    units = (
        "",
        "d",
        "days",
        "wd",
        "WD",
        "w",
        "weeks",
        "months",
        "m",
        "mo",
        "cd",
        "y",
        "/02/2024",
        "-1-1",
        " Feb 2024",
        ".0 wd",
        ".5",
    )
    advised = 0
    for _ in range(3_000):
        text = f"{chance.choice(('', '+', '-', '00'))}{chance.randrange(10 ** chance.randint(1, 7))}{chance.choice(('', ' ', '  '))}{chance.choice(units)}"
        try:
            parse_value(text)
        except ValueError as error:
            found = re.search(r"maybe '?([^']+)'?$", str(error))
            if found:
                advised += 1
                assert parse_value(found[1]) is not None
    assert advised > 500
