"""The shipped plans: complete, sourced, and changed by their scenarios as they say. Dates are `solve`'s to prove."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.duration import Duration, Reference
from models.items import Activity, Hammock
from models.plan import Plan
from models.provenance import Sourced
from models.record import Record
from models.rules import Dependency, Equality, NotAfter, NotBefore
from optimiser.lint import read_published
from optimiser.reading.load import load
from optimiser.reading.packaged import find_plan, packaged
from optimiser.reading.scenarios import load_scenario
from optimiser.scenarios import apply
from tests.quotas import few

PLANS = ("laboratory", "mhhs-round2", "toy", "toy-capacity")
UPDATES = {f"laboratory-2026-{month}" for month in ("03", "04", "05", "06")}
PUBLISHED = Path(__file__).parent / "data" / "published_activities.csv"
PLACED_ROWS = {251, 260, 265, 294, 301, 359, 393, 400}
FINISH_GATE_ROWS = {299, 308, 350}
FITTED_LAG_ROWS = {268, 278, 280, 282, 287, 289, 292, 376, 389, 391, 410}
LATE_ROWS = {272, 274, 276, 297, 299, 308, 350, 412}
NOTHING_AFTER_ROWS = {248, 361, 363, 365}


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the MHHS plan with no scenario."""
    return load("mhhs-round2")


def entries(plan: Plan) -> Iterator[tuple[str, Sourced]]:
    """Yield every entry of a plan that carries a number or a claim."""
    for name in type(plan).model_fields:
        value = getattr(plan, name)
        for entry in value if isinstance(value, tuple) else ():
            if isinstance(entry, Sourced):
                yield f"{name}: {entry.id}", entry  # type: ignore[attr-defined]


def by_row(plan: Plan) -> dict[int, Any]:
    """Return the items that stand for published rows."""
    return {item.published.row: item for item in plan.items.values() if item.published}


def references(value: Any) -> Iterator[str]:
    """Yield the name of every assumption or unknown that a record refers to."""
    if isinstance(value, Reference):
        yield value.name
    elif isinstance(value, Record):
        for name in type(value).model_fields:
            yield from references(getattr(value, name))
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from references(part)


def constrained(rule: Any) -> set[str]:
    """Return the items that a rule can move later."""
    points = rule.points()
    return {point.item for point in (points[1:] if isinstance(rule, Dependency) else points)}


def followers(plan: Plan, first: set[str], *, off_too: bool) -> set[str]:
    """Return every item that waits for one of the first, through any number of dependencies and equalities."""
    found, waiting = set(first), list(first)
    while waiting:
        name = waiting.pop()
        for rule in plan.rules:
            if not off_too and not plan.switch(rule.enabled):
                continue
            names: set[str] = set()
            if isinstance(rule, Dependency) and rule.before == name:
                names = {rule.after}
            elif isinstance(rule, Equality) and name in {point.item for point in rule.at}:
                names = {point.item for point in rule.at}
            waiting.extend(names - found)
            found |= names
    return found - first


# -- every packaged plan ------------------------------------------------------------------------------------------------


def test_packaged_plans_are_these() -> None:
    """The package ships the MHHS plan, a laboratory and two toys, named as their files name them."""
    assert {entry.name for entry in packaged()} - {*PLANS} == UPDATES
    assert tuple(load(name).id for name in PLANS) == PLANS


@pytest.mark.parametrize("name", PLANS)
def test_everything_has_a_source_or_says_that_it_has_none(name: str) -> None:
    """Each entry cites a source, or is called judgement or synthetic."""
    found = list(entries(load(name)))
    assert len(found) > 5
    assert [what for what, entry in found if not entry.citation and entry.basis not in ("judgement", "synthetic")] == []


@pytest.mark.parametrize("name", PLANS)
def test_no_source_is_later_than_the_plan_knows(name: str) -> None:
    """Every source was public on the day whose knowledge the plan rests on."""
    plan = load(name)
    assert plan.sources
    assert [source.id for source in plan.sources if source.published_on > plan.as_of] == []


@pytest.mark.parametrize("name", PLANS)
def test_every_assumption_and_unknown_is_used(name: str) -> None:
    """No number stands in a plan for nothing."""
    plan = load(name)
    used = {found for group in (plan.activities, plan.hammocks, plan.rules) for entry in group for found in references(entry)}
    assert sorted(set(plan.values) - used) == []


@pytest.mark.parametrize("name", PLANS)
def test_what_is_touched_exists(name: str) -> None:
    """Unknowns and rows of the register bear on items, rules, assumptions or unknowns that the plan has."""
    plan = load(name)
    known = {*plan.items, *plan.rules_by_id, *plan.values}
    touched = [(entry.id, what) for group in (plan.unknowns, plan.raid) for entry in group for what in entry.touches]
    assert [pair for pair in touched if pair[1] not in known] == []
    assert [entry.id for group in (plan.unknowns, plan.raid) for entry in group if not entry.touches] == []


@pytest.mark.parametrize("name", PLANS)
def test_options_of_a_reading_set_the_same_things(name: str) -> None:
    """Choosing one option undoes every other, and the first option is the default."""
    for reading in load(name).readings:
        assert len({option.changes.keys() for option in reading.options}) == 1, reading.id
        assert reading.options[0].changes.keys(), reading.id
        assert reading.options[0].id == reading.default


@pytest.mark.parametrize("name", few(sorted(PLANS, key=lambda name: name == "mhhs-round2"), len(PLANS) - 1))
def test_scenarios_apply_alone_and_in_pairs(name: str) -> None:
    """Every scenario applies to its plan, after any other too, and the plan remembers which."""
    plan, folder = load(name), find_plan(name)
    files = sorted((folder / "scenarios").glob("*.yaml"))
    scenarios = [load_scenario(file) for file in files]
    assert [scenario.id for scenario in scenarios] == [file.stem for file in files]
    for scenario in scenarios:
        changed = apply(scenario, plan)
        assert changed.settings.scenarios == (scenario.id,)
        assert scenario.note
    for first, second in itertools.permutations(scenarios, 2):
        assert apply(second, apply(first, plan)).settings.scenarios == (first.id, second.id)


def test_scenarios_shipped() -> None:
    """The MHHS plan ships the scenarios that its README lists."""
    folder = find_plan("mhhs-round2")
    found = {file.stem for file in (folder / "scenarios").glob("*.yaml")}
    assert found == {
        "aligned",
        "bank-holidays",
        "m16-four-months",
        "migration",
        "mp162-literal",
        "no-reverse-migration",
        "participants",
        "poap1",
        "poap2",
        "poap2-declared",
    }
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert [name for name in found if f"`{name}`" not in readme] == []


# -- the published rows -------------------------------------------------------------------------------------------------


def test_all_published_rows_are_there_as_published(plan: Plan) -> None:
    """All 64 rows carry the dates and the duration that were printed."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        expected = {int(row["row"]): (row["start"], row["finish"], row["stated"]) for row in csv.DictReader(file)}
    found = {
        row: (str(item.published.start), str(item.published.finish), item.published.stated)
        for row, item in by_row(plan).items()
    }
    assert len(expected) == 64
    assert found == expected
    assert len([item for item in plan.items.values() if item.published]) == 64


def test_durations_are_as_stated(plan: Plan) -> None:
    """Work that stands for a row is as long as the row says, in working days."""
    rows = {row: item for row, item in by_row(plan).items() if isinstance(item, Activity)}
    lengths = {row: plan.duration(item.duration) for row, item in rows.items()}
    stated = {row: Duration(int(item.published.stated.split()[0]), "wd") for row, item in rows.items()}
    assert len(rows) == 36
    assert lengths == stated


def test_rows_say_whose_they_are_and_to_which_phase_they_belong(plan: Plan) -> None:
    """Every row keeps the responsible party and a phase of the plan."""
    rows = by_row(plan).values()
    assert [item.id for item in rows if not item.owner or not item.phase] == []
    assert Counter(item.phase for item in rows) == {
        "integration-testing": 24,
        "qualification-testing": 24,
        "migration": 12,
        "early-live-running": 4,
    }


def test_placed_rows_are_held_by_their_published_start_alone(plan: Plan) -> None:
    """Eight rows have no logic: a rule named for each holds it where it was published, and nothing else does."""
    rows = by_row(plan)
    rules = {rule.id: rule for rule in plan.rules if rule.id.startswith("placed-")}
    assert set(rules) == {f"placed-{rows[row].id}" for row in PLACED_ROWS}
    for row in PLACED_ROWS:
        rule = rules[f"placed-{rows[row].id}"]
        assert isinstance(rule, NotBefore)
        assert rule.date == rows[row].published.start
        assert [other.id for other in plan.rules if rows[row].id in constrained(other)] == [rule.id]


def test_nothing_waits_for_a_placed_row_but_m8(plan: Plan) -> None:
    """Whatever is switched on, only M8 follows a placed row."""
    placed = {by_row(plan)[row].id for row in PLACED_ROWS}
    assert followers(plan, placed, off_too=True) == {"M8"}


def test_rows_by_class(plan: Plan) -> None:
    """42 rows follow by links; 3 keep a fitted finish gate, 11 a fitted lag, 8 are placed."""
    fitted = [rule for rule in plan.rules if isinstance(rule, Dependency) and rule.basis == "fitted"]
    gates = {rule.before for rule in fitted if rule.id.startswith("finish-gate-")}
    lags = {rule.after for rule in fitted if rule.id.startswith("fitted-lag-")}
    assert len(fitted) == len(gates) + len(lags)
    lags |= {hammock.id for hammock in plan.hammocks if hammock.basis == "fitted"}
    rows = by_row(plan)
    assert {row for row, item in rows.items() if item.id in gates} == FINISH_GATE_ROWS
    assert {row for row, item in rows.items() if item.id in lags} == FITTED_LAG_ROWS
    assert len(set(rows) - FINISH_GATE_ROWS - FITTED_LAG_ROWS - PLACED_ROWS) == 42


def test_rows_before_an_event_are_placed_late(plan: Plan) -> None:
    """The 45-day rows before Qualification and the assessments with a gate come as late as possible."""
    late = {item.published.row for item in plan.activities if item.placement == "as-late-as-possible" and item.published}
    assert late == LATE_ROWS


def test_rows_that_precede_nothing(plan: Plan) -> None:
    """Nothing waits for rows 248, 361, 363 and 365."""
    for row in NOTHING_AFTER_ROWS:
        assert followers(plan, {by_row(plan)[row].id}, off_too=False) == set()


def test_bars_without_a_length_of_their_own_are_hammocks(plan: Plan) -> None:
    """SAD, sandbox and migration bars are tied at both ends, as are monitoring, assurance and planning."""
    hammocks = {item.published.row for item in plan.items.values() if isinstance(item, Hammock) and item.published}
    assert {319, 373, 378, 381, 384, 387} <= hammocks
    assert hammocks == {319, 340, 346, 348, 373, 378, 381, 384, 387} | (FITTED_LAG_ROWS - {410})


# -- readings, switches, unknowns ---------------------------------------------------------------------------------------


def test_readings_are_the_thirteen(plan: Plan) -> None:
    """Every open question is there with all its options, the default first."""
    assert {reading.id: tuple(option.id for option in reading.options) for reading in plan.readings} == {
        "sit-exit": ("first-cohort", "operational", "all-parties"),
        "sad-tail": ("none", "work", "buffer"),
        "qualification-start": ("follows-m9", "published"),
        "mp162": ("m10-only", "by-cit-end", "before-m9", "after-cit"),
        "mp162-release": ("end-of-june", "start-of-june"),
        "m16-lag": ("two-months", "four-months"),
        "cp5-gates-m16": ("no", "yes"),
        "reverse-migration": ("yes", "no"),
        "registration-services": ("not-gating", "gating"),
        "sit-parties": ("skip-testing", "skip-qualification"),
        "m9": ("poap-1", "poap-2", "follows-m5"),
        "alignment": ("none", "M16", "all"),
        "calendar": ("mon-fri", "england-wales"),
    }


@pytest.mark.long
def test_every_option_can_be_chosen(plan: Plan) -> None:
    """Each option leaves a sound plan that remembers the choice, and each differs from the others of its question."""
    for reading in plan.readings:
        chosen = [load("mhhs-round2", readings={reading.id: option.id}) for option in reading.options]
        assert [entry.settings.readings for entry in chosen] == [{reading.id: option.id} for option in reading.options]
        states = [
            (
                entry.calendar,
                tuple(entry.values.items()),
                tuple(rule.id for rule in entry.active_rules()),
                tuple(activity.id for activity in entry.activities if activity.buffer),
            )
            for entry in chosen
        ]
        assert len(set(states)) == len(states), reading.id


def test_external_dependencies_are_on_and_off_as_the_base_wants(plan: Plan) -> None:
    """MP162 before M10 is on; the role in component testing, CP1558's row and the release before testing are there and off."""
    on = {rule.id for rule in plan.active_rules()}
    off = set(plan.rules_by_id) - on
    assert "mp162-before-m10" in on
    assert {
        "mdr-by-cit-end",
        "mdr-before-m9",
        "mdr-before-sit-exit",
        "cp1558-row-before-data-cut",
        "dcc-release-before-m9",
    } <= off


def test_hold_on_m9_is_on_and_inert(plan: Plan) -> None:
    """The latest start of integration testing is a rule without a date until somebody sets one."""
    rule = plan.rules_by_id["m9-latest"]
    assert isinstance(rule, NotAfter)
    assert plan.switch(rule.enabled)
    assert plan.date(rule.date) is None
    held = load("mhhs-round2", settings={"m9-latest": "2024-02-07"})
    assert held.date(rule.date) == dt.date(2024, 2, 7)


def test_chain_before_m9_is_sixteen_months(plan: Plan) -> None:
    """Design of migration and the first cohort's build fill the months from M5 to M9, and hold M9 only under their reading."""
    values = plan.values
    assert (values["migration-design"], values["mvc-dbt"]) == (Duration(2, "mo"), Duration(14, "mo"))
    assert followers(plan, {"M5"}, off_too=False) == {"MIGRATION-DESIGN", "M3", "MVC-DBT"}
    follows = load("mhhs-round2", readings={"m9": "follows-m5"})
    assert {"M9", "M10", "M14", "M16"} <= followers(follows, {"M5"}, off_too=False)
    assert not follows.switch(follows.rules_by_id["m9-floor"].enabled)


def test_unknowns_stand_at_values_that_say_nothing(plan: Plan) -> None:
    """An unknown is carried at no time at all, or at the day of the pack."""
    assert len(plan.unknowns) == 11
    assert {unknown.value for unknown in plan.unknowns} == {Duration(0, "wd"), plan.as_of}


def test_alignment_is_a_hypothesis(plan: Plan) -> None:
    """No milestone is aligned in the base, M16 alone under poap1, all seven in the scenarios that say so."""
    align = {f"align-M{number}" for number in range(10, 17)}
    assert align & {rule.id for rule in plan.active_rules()} == set()
    assert {plan.rules_by_id[name].basis for name in align} == {"fitted"}
    on = {name: {rule.id for rule in load("mhhs-round2", [name]).active_rules()} for name in ("aligned", "poap1", "poap2")}
    assert on["poap1"] & align == {"align-M16"}
    assert align <= on["aligned"] & on["poap2"]


def test_what_a_draft_says_of_itself_is_a_proposal(plan: Plan) -> None:
    """Days that only PoaP 1 or PoaP 2 state of themselves are proposals and no floors; approved and outside dates are not."""
    proposals = {rule.id for rule in plan.rules if rule.authority == "proposal"}
    assert {"m9-floor", "m9-poap-2", "qualification-not-before"} < proposals
    assert {name for name in proposals if not name.startswith("placed-")} == {
        "m9-floor",
        "m9-poap-2",
        "qualification-not-before",
    }
    assert {rule.kind for rule in plan.rules if rule.id in proposals} == {"not-before"}


def test_the_declared_cuts_of_poap_2_leave_integration_testing_alone() -> None:
    """The second plan's own words shorten the build and nothing else of the work; its scenario fits nothing."""
    declared, implied = load("mhhs-round2", ["poap2-declared"]), load("mhhs-round2", ["poap2"])
    assert (str(declared.values["mvc-dbt"]), str(declared.values["sit-mvc"])) == ("11 mo", "304 wd")
    assert str(implied.values["sit-mvc"]) == "251 wd"
    assert "fitted" not in {declared.assumptions_by_id[name].basis for name in ("mvc-dbt", "contingency", "m16-after-m15")}


def test_abbreviations_of_owners_and_titles_are_spelled_out(plan: Plan) -> None:
    """Each abbreviation that stands as an owner, or in a milestone's or activity's title, is in the list, with who says so."""
    listed = {entry.term for entry in read_published("mhhs-round2", plan).abbreviations}
    items = [*plan.activities, *plan.milestones, *plan.hammocks]
    used = {word for item in items for text in (item.owner, item.title) if text for word in re.findall(r"\b[A-Z]{2,5}\b", text)}
    assert used - listed - {"MP", "CP"} == set()
    assert len(used & listed) > 8


def test_a_length_has_one_owner(plan: Plan) -> None:
    """Whoever owns work owns the assumption of its length: as printed, Qualification is the participants'."""
    owned = {
        activity.id: (activity.owner, plan.assumptions_by_id[activity.duration.name].owner)
        for activity in plan.activities
        if isinstance(activity.duration, Reference) and activity.duration.name in plan.assumptions_by_id
    }
    owned = {name: owners for name, owners in owned.items() if None not in owners}
    assert len(owned) > 10
    assert {name: owners for name, owners in owned.items() if owners[0] != owners[1]} == {}
    assert owned["QUAL"][0] == "PP"


def test_m14_is_the_regulated_duty(plan: Plan) -> None:
    """Only the regulator could let suppliers off being through before M14; DCC, REC and BSC dates are others' to give."""
    authority = {rule.id: rule.authority for rule in plan.rules}
    assert (authority["m14-after-sad"], authority["m5-floor"]) == ("regulatory", "regulatory")
    assert {authority[name] for name in ("mp162-release", "mp162-before-m10", "css-before-m9")} == {"external"}
    assert {authority[name] for name in ("m15-after-m14", "m15-after-m11", "contingency-after-cp3")} == {"planning"}


# -- what stands beside the plan ----------------------------------------------------------------------------------------


def test_baselines_keep_their_precision(plan: Plan) -> None:
    """The page gives months, the project file days; they differ on M14."""
    baselines = {baseline.id: baseline for baseline in plan.baselines}
    assert set(baselines) == {"TT", "PoaP-1-page", "PoaP-1-project", "PoaP-2"}
    lengths = {name: {len(entry.date) for entry in baseline.dates} for name, baseline in baselines.items()}
    assert lengths == {"TT": {7}, "PoaP-1-page": {7}, "PoaP-1-project": {10}, "PoaP-2": {7}}
    m14 = {name: found.date for name, baseline in baselines.items() if (found := baseline.date("M14"))}
    assert m14 == {"TT": "2025-02", "PoaP-1-page": "2026-04", "PoaP-1-project": "2026-03-31", "PoaP-2": "2025-11"}
    project = {entry.milestone: entry.day for entry in baselines["PoaP-1-project"].dates}
    milestones = {item.id: item.published.start for item in plan.milestones if item.published and item.id.startswith("M")}
    assert len(milestones) == 7
    assert milestones.items() <= project.items()
    assert (project["M8"], project["M9"]) == (by_row(plan)[294].published.finish, by_row(plan)[240].published.start)


def test_register_holds_every_row(plan: Plan) -> None:
    """All 51 rows of the pack's planning register are there, rated, by phase and kind."""
    counted = Counter((row.id.split("-")[0], row.kind) for row in plan.raid)
    assert counted == {
        ("INT", "issue"): 2,
        ("INT", "risk"): 3,
        ("INT", "assumption"): 19,
        ("INT", "dependency"): 7,
        ("QUAL", "issue"): 1,
        ("QUAL", "risk"): 2,
        ("QUAL", "assumption"): 5,
        ("QUAL", "dependency"): 4,
        ("MIG", "issue"): 1,
        ("MIG", "risk"): 5,
        ("MIG", "assumption"): 1,
        ("MIG", "dependency"): 1,
    }
    assert {row.kind for row in plan.raid if row.rating is None} == {"dependency"}
    answers = Counter(row.manageable for row in plan.raid if row.kind == "dependency")
    assert answers == {"yes": 9, "not-yet": 2, "in-process": 1}
    assert {row.manageable for row in plan.raid if row.kind != "dependency"} == {None}


def test_every_dated_deliverable_and_criterion_is_held_or_left_out_with_the_reason(plan: Plan) -> None:
    """The pack's thirteen dated deliverables and gates, and what enters and leaves a stage, are listed with their places."""
    published = read_published("mhhs-round2", plan)
    assert len(published.deliverables) == 13
    assert {entry.side for entry in published.criteria} == {"enter", "within", "leave"}
    for entry in (*published.deliverables, *published.criteria):
        assert (entry.item in plan.items) != bool(entry.left_out)
        assert entry.citation


def test_bank_holidays_are_those_of_england_and_wales(plan: Plan) -> None:
    """The pinned list agrees with an independent one on every weekday that it covers."""
    holidays = pytest.importorskip("holidays")
    calendar = plan.calendars_by_id["england-wales"]
    first, last = calendar.covers.first, calendar.covers.last
    independent = holidays.country_holidays("GB", subdiv="ENG", years=range(first.year, last.year + 1))
    pinned = {holiday.day for holiday in calendar.holidays}
    assert {day for day in pinned if day.weekday() < 5} == {day for day in independent if day.weekday() < 5}
    assert len(pinned) == len(calendar.holidays)
