"""Other logic: scenarios and readings that add items and links, set numbers that no assumption names, and mark buffers."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import jsonschema
import pytest

from models.duration import Duration
from models.plan import Plan
from models.scenario import Scenario
from optimiser.cli import ExitCode, main
from optimiser.errors import InputError
from optimiser.explain import explain
from optimiser.reading.load import load, load_changed
from optimiser.scenarios import apply
from optimiser.schemas import plan_schema, scenario_schema
from optimiser.solve import earliest
from optimiser.whatif import what_if

SOUND = Path(__file__).parent / "refusals" / "sound"

REHEARSAL = """\
schema: optimiser/scenario/2
id: rehearsal
title: A rehearsal before the cut-over
stands_on: {basis: judgement, note: asked in a workshop}
add:
  activities:
    - {id: REHEARSAL, title: Rehearsal of the cut-over, duration: 100 wd}
  milestones:
    - {id: REHEARSED, title: Rehearsed, shown: closes, basis: synthetic}
  rules:
    - {id: rehearse, kind: dependency, title: The rehearsal follows M14, before: M14, after: REHEARSAL}
    - {id: rehearsed, kind: dependency, title: Rehearsed, before: REHEARSAL, after: REHEARSED}
    - {id: m15-rehearsed, kind: dependency, title: M15 waits for the rehearsal, before: REHEARSED, after: M15, lag: 60 wd}
provenance:
  rehearse: {basis: document, citation: "del621: page 1"}
"""

OVERLAP = """\
schema: optimiser/scenario/2
id: overlap
title: Testing starts before the build ends
add:
  rules:
    - {id: D1-overlap, kind: dependency, title: Testing starts in the last week of building, before: BUILD, after: TEST, lag: -5 wd}
rules: {D1: false}
"""

READING = """\
  - id: drill
    question: Is there a drill?
    default: no-drill
    basis: inferred
    confidence: low
    options:
      - {id: no-drill, title: "No", changes: {values: {D2.lag: 0 wd}, buffer: {TEST: false}}}
      - id: drill
        title: "Yes"
        changes:
          values: {D2.lag: 2 wd}
          buffer: {TEST: true}
          add:
            activities: [{id: DRILL, title: Drill, duration: 5 wd}]
            rules:
              - {id: L1, kind: dependency, title: Drill what is tested, before: TEST, after: DRILL}
              - {id: L2, kind: dependency, title: Done once drilled, before: DRILL, after: M1}
"""


def written(folder: Path, name: str, text: str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def rehearsal(tmp_path: Path) -> Path:
    """A scenario that adds work, an event and links."""
    return written(tmp_path, "rehearsal.yaml", REHEARSAL)


@pytest.fixture
def with_drill(tmp_path: Path) -> Path:
    """A plan of which a reading adds work and links, sets a lag and marks a buffer."""
    plan = (SOUND / "plan.yaml").read_text("utf-8")
    return written(tmp_path, "drill.yaml", f"{plan}{READING}")


def date_of(plan: Plan, milestone: str = "M1") -> dt.date | None:
    """Return a milestone's date."""
    return earliest(plan, [milestone]).dates[milestone]


@pytest.mark.long
def test_what_a_scenario_adds_may_go_by_assumptions_of_its_own(tmp_path):
    """An assumption that comes with added work is set by name, told as added, and refused where its name is taken."""
    named = REHEARSAL.replace("duration: 100 wd", "duration: $rehearsing").replace(
        "add:\n", "add:\n  assumptions: [{id: rehearsing, title: How long the rehearsal is, value: 100 wd, low: 60 wd}]\n"
    )
    scenario = written(tmp_path, "named.yaml", named)
    longer = load("mhhs-round2", [scenario], settings={"rehearsing": "+20wd"})
    plain = load("mhhs-round2", [written(tmp_path, "plain.yaml", REHEARSAL.replace("100 wd", "120 wd"))])

    assert longer.assumptions_by_id["rehearsing"].basis == "judgement"
    assert date_of(longer, "M16") == date_of(plain, "M16")
    told = what_if(load_changed("mhhs-round2", [scenario]), ("M16",), {})
    assert told is not None
    assert {change.name: change.after for change in told.changes if change.kind == "assumption"} == {"rehearsing": "100 wd"}
    with pytest.raises(InputError, match=r"--set rehearsing=-5 wd|the duration is negative") as refused:
        load("mhhs-round2", [scenario], settings={"rehearsing": "=-5 wd"})
    assert "named.yaml:" in str(refused.value)
    taken = written(tmp_path, "taken.yaml", named.replace("rehearsing", "sit-mvc"))
    with pytest.raises(InputError, match="'sit-mvc' is already used"):
        load("mhhs-round2", [taken])


# -- scenarios -------------------------------------------------------------------------------------------------------------


def test_a_scenario_adds_work_events_and_links(rehearsal):
    """What is added counts like the plan's own: 100 days of rehearsal and 60 more, after M14, hold M15 back, and M16 behind it."""
    plan, before = load("mhhs-round2", [rehearsal]), load("mhhs-round2")

    assert plan.items["REHEARSAL"].title == "Rehearsal of the cut-over"
    assert date_of(plan, "M14") == date_of(before, "M14")
    assert date_of(plan, "M16") > date_of(before, "M16")


def test_what_is_added_stands_on_itself_then_on_what_the_scenario_says(rehearsal):
    """An entry with a basis keeps it; one named under provenance stands on that; all others on the scenario."""
    plan = load("mhhs-round2", [rehearsal])

    assert plan.items["REHEARSED"].basis == "synthetic"
    assert plan.rules_by_id["rehearse"].basis == "document"
    assert plan.rules_by_id["rehearsed"].note == plan.items["REHEARSAL"].note == "asked in a workshop"


def test_what_a_scenario_without_grounds_adds_is_its_judgement(tmp_path):
    """No number stands in a plan without a basis."""
    rule = load(SOUND, [written(tmp_path, "overlap.yaml", OVERLAP)]).rules_by_id["D1-overlap"]

    assert (rule.basis, rule.note) == ("judgement", "added by overlap")


def test_two_stages_may_overlap(tmp_path):
    """A link with a negative lag in place of one without moves what follows by so many days."""
    plan, before = load(SOUND, [written(tmp_path, "overlap.yaml", OVERLAP)]), load(SOUND)

    assert (date_of(before), date_of(plan)) == (dt.date(2024, 3, 13), dt.date(2024, 3, 6))


def test_ids_are_unique_across_a_stack(tmp_path):
    """The second of two scenarios that add one id is refused at its place, with the place of the first."""
    first = written(tmp_path, "first.yaml", OVERLAP)
    second = written(tmp_path, "second.yaml", OVERLAP.replace("id: overlap", "id: second"))
    with pytest.raises(InputError) as caught:
        load(SOUND, [first, second])

    (fault,) = caught.value.faults
    assert str(fault) == f"{second}:6:12: add.rules[0].id: 'D1-overlap' is already used at {first}:6:7; ids are unique"


def test_a_later_scenario_may_switch_what_an_earlier_one_adds(tmp_path):
    """What one scenario adds, those stacked on it can name."""
    first = written(tmp_path, "first.yaml", OVERLAP)
    second = written(
        tmp_path,
        "second.yaml",
        "schema: optimiser/scenario/2\nid: second\ntitle: Less\nvalues: {D1-overlap.lag: -2 wd}\nbuffer: {TEST: true}\n",
    )
    plan = load(SOUND, [first, second])

    assert date_of(plan) == dt.date(2024, 3, 11)
    assert plan.items["TEST"].buffer
    assert plan.settings.values == {"D1-overlap.lag": "-2 wd"}


def test_a_fault_of_what_an_earlier_scenario_added_is_told_where_it_stands(tmp_path):
    """A later scenario that makes an added link wrong is blamed, with the place of the link."""
    first = written(tmp_path, "first.yaml", OVERLAP.replace("lag: -5 wd", "lag: $build-length"))
    second = written(tmp_path, "second.yaml", "schema: optimiser/scenario/1\nid: second\ntitle: Back\nrules: {D3: true}\n")
    with pytest.raises(InputError) as caught:
        load(SOUND, [first, second])

    (fault,) = caught.value.faults
    assert fault.file == str(second)
    assert "a cycle" in fault.message


@pytest.mark.long
def test_files_of_the_first_version_still_load(tmp_path):
    """A scenario of the first version means what it meant, and the schema of an editor takes both."""
    text = "schema: optimiser/scenario/1\nid: old\ntitle: Old\nassumptions: {build-length: 25 wd}\n"
    assert load(SOUND, [written(tmp_path, "old.yaml", text)]).values["build-length"] == Duration(25, "wd")

    schema = scenario_schema()
    for version in ("optimiser/scenario/1", "optimiser/scenario/2"):
        jsonschema.validate({"schema": version, "id": "x", "title": "X"}, schema)


@pytest.mark.long
def test_the_schema_of_an_editor_takes_what_is_added_without_a_basis():
    """Added entries may leave their basis out; a plan's own may not; an unknown key is refused in both."""
    link = {"id": "L", "kind": "dependency", "title": "L", "before": "A", "after": "B"}
    scenario = {"id": "x", "title": "X", "add": {"rules": [link]}, "values": {"A.duration": "3 wd"}, "buffer": {"A": True}}
    jsonschema.validate(scenario, scenario_schema())
    for wrong in ({**scenario, "add": {"links": []}}, {**scenario, "add": {"rules": [{**link, "befor": "A"}]}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, scenario_schema())
    definitions = plan_schema()["$defs"]
    assert "basis" in definitions["Dependency"]["required"]
    assert "basis" not in definitions["AddedDependency"]["required"]


def test_a_plan_with_additions_reads_back(rehearsal, with_drill):
    """A changed plan is a plan: dumped and read again it is the same."""
    for plan in (load("mhhs-round2", [rehearsal]), load(with_drill, readings={"drill": "drill"})):
        assert Plan.model_validate_json(plan.model_dump_json(by_alias=True)) == plan


def test_nested_numbers_have_names_too():
    """A step of a capacity, and what an item needs of it, are set by their places."""
    plan = load("toy-capacity")
    rule = next(rule for rule in plan.rules if rule.kind == "capacity")
    changed = Scenario(id="more", title="More", values={f"{rule.id}.demands.0.amount": 2})
    found = next(each for each in apply(changed, plan).rules if each.id == rule.id)

    assert found.demands[0].amount == 2
    assert found.demands[1:] == rule.demands[1:]


# -- readings --------------------------------------------------------------------------------------------------------------


def test_an_answer_to_a_reading_may_add_links_set_numbers_and_mark_buffers(with_drill):
    """The default leaves the plan as it is; the other answer adds five days of drill and takes the lag in."""
    plain, drilled = load(with_drill), load(with_drill, readings={"drill": "drill"})

    assert (date_of(plain), date_of(drilled)) == (dt.date(2024, 3, 13), dt.date(2024, 3, 20))
    assert (plain.items["TEST"].buffer, drilled.items["TEST"].buffer) == (False, True)
    assert drilled.rules_by_id["L1"].basis == "inferred"
    assert drilled.values["D2-lag"] == Duration(2, "wd")


def test_a_span_runs_over_what_readings_add(with_drill):
    """An open reading that adds links moves the end of the span like any other."""
    span = earliest(load(with_drill), ["M1"]).milestones[0].span

    assert span is not None
    assert (span.first.date, span.last.date) == (dt.date(2024, 3, 6), dt.date(2024, 3, 20))


def test_a_number_that_a_reading_sets_is_set_by_its_assumption(with_drill):
    """Two names for one number would make two values of it: the second is refused with the first."""
    assert load(with_drill, settings={"D2-lag": "7 wd"}).values["D2-lag"] == Duration(7, "wd")
    with pytest.raises(InputError, match=r"'D2.lag' is held by the assumption 'D2-lag'; maybe set 'D2-lag'"):
        load(with_drill, settings={"D2.lag": "7 wd"})


# -- on the command line ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "date"),
    [
        ("D2.lag", "5 wd", "2024-03-20"),
        ("D2.lag", "+5wd", "2024-03-20"),
        ("D1.lag", "=-5 wd", "2024-03-06"),
        ("D1.lag", "+1 wd", "2024-03-14"),
    ],
)
def test_a_number_that_no_assumption_names_is_set_by_what_holds_it(name, text, date):
    """--set takes RULE.term and ITEM.duration, stated or by how much they change."""
    assert date_of(load(SOUND, settings={name: text})) == dt.date.fromisoformat(date)


def test_the_answer_begins_with_such_a_number_from_what_to_what():
    """A length and a lag are told as what they were and are, with how much they were to change, and rounded where they were."""
    loaded = load_changed("mhhs-round2", settings={"CORE-DBT-2.duration": "-33%", "m14-after-sad.lag": "+2wd"})
    found = what_if(loaded, ["M14"])

    told = {change.name: (change.before, change.after, change.asked, change.by) for change in found.changes}
    assert told == {
        "duration:CORE-DBT-2": ("195 wd", "131 wd", "-33 %", "--set"),
        "m14-after-sad": ("lag 0 wd", "lag 2 wd", "+2 wd", "--set"),
    }
    assert any(change.rounded and "130.65 rounded to 131 wd" in change.rounded for change in found.changes)
    assert found.dates[0].working_days == 2


def test_the_answer_begins_with_what_a_scenario_adds(rehearsal):
    """Work, events and links are listed by their scenario, each with what it demands."""
    found = what_if(load_changed("mhhs-round2", [rehearsal]), ["M16"])

    assert [change.name for change in found.changes] == [
        "REHEARSED",
        "rehearse",
        "rehearsed",
        "m15-rehearsed",
        "duration:REHEARSAL",
    ]
    assert {(change.before, change.by) for change in found.changes} == {("not there", "rehearsal")}
    assert (found.added, found.removed) == (0, 0)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("SIT-MVC.duration=3 wd", "'SIT-MVC.duration' is held by the assumption 'sit-mvc'; maybe set 'sit-mvc'"),
        ("CORE-DBT-3.duration=3 wd", "unknown item or rule 'CORE-DBT-3'. Maybe 'CORE-DBT-2'."),
        ("CORE-DBT-2.lag=3 wd", "'CORE-DBT-2' holds no number called 'lag', expected 'CORE-DBT-2.duration'"),
        ("CORE-DBT-2.duration=2024-03-01", "'CORE-DBT-2.duration' holds 195 wd, expected a duration, got 2024-03-01"),
        ("CORE-DBT-2.duration=-200wd", "the duration is negative: -5 wd; expected 0 or more"),
        ("CORE-DBT-2.duration=3 weeks", "expected a duration such as '21 wd', '28 cd' or '7 mo', got '3 weeks'"),
        ("M14.lag=3 wd", "'M14' holds no number"),
    ],
)
def test_a_number_that_cannot_be_set_is_refused_with_what_could_be(setting, said, capsys):
    """Unknown items, wrong terms, wrong units and values below the least are refused where they are given."""
    assert main(["solve", "mhhs-round2", "--set", setting]) == ExitCode.BAD_INPUT
    error = " ".join(capsys.readouterr().err.split())

    assert said in error
    assert f"--set {setting.partition('=')[0]}" in error


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve"],
        ["explain", "-m", "M14"],
        ["why-not", "-m", "M14", "--by", "2025-12-01"],
        ["lint"],
        pytest.param(["implied", "--match", "TT"], marks=pytest.mark.long),
    ],
)
def test_every_verb_takes_such_a_number(arguments, capsys):
    """Whatever verb takes --set takes it for numbers that no assumption names."""
    verb, *rest = arguments
    main([verb, "mhhs-round2", *rest, "--set", "m14-after-sad.lag=+2wd"])
    captured = capsys.readouterr()

    assert not captured.err
    assert "4 Feb 2026" in captured.out


def test_stored_outcomes_are_compared_by_such_numbers(tmp_path, capsys):
    """The inputs stored with an outcome hold the number, so that compare names it when the plan is gone."""
    paths = []
    for name, more in (("old", []), ("new", ["--set", "m14-after-sad.lag=+2wd"])):
        assert main(["solve", "mhhs-round2", "--json", *more]) == ExitCode.DONE
        paths.append(str(written(tmp_path, f"{name}.json", capsys.readouterr().out)))
    assert main(["compare", *paths, "--json"]) == ExitCode.DONE

    found = json.loads(capsys.readouterr().out)
    (change,) = found["values"]
    assert found["first"]["row"]["id"] == "M14"
    assert (change["name"], change["before"], change["after"]) == ("m14-after-sad", "on (lag 0 wd)", "on (lag 2 wd)")


# -- explained and in a pack -----------------------------------------------------------------------------------------------


def test_added_links_are_explained(rehearsal):
    """A link that a scenario adds binds, and is worth its days, like any other."""
    report = explain(load("mhhs-round2", [rehearsal]), "M16")
    lines = {line.rule: line for line in report.lines}

    assert lines["m15-rehearsed"].driving
    assert lines["duration:REHEARSAL"].drop_gain_wd > 0


@pytest.mark.long
def test_other_logic_stands_in_a_pack_that_verifies(rehearsal, tmp_path):
    """A pack of a plan with added links holds them, names them on its first page, and is verified without a solver."""
    pack = tmp_path / "pack"
    assert (
        main(["evidence", "mhhs-round2", "-s", str(rehearsal), "--no-cases", "-m", "M16", "--samples", "64", "-o", str(pack)])
        == ExitCode.DONE
    )
    assert "m15-rehearsed" in (pack / "report.html").read_text("utf-8")
    assert main(["verify", str(pack)]) == ExitCode.DONE
