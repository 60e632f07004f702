"""Reading: files to plans and scenarios, names to files, dates and cycles that cannot be, benchmarks, schemas."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from models.plan import PLAN_SCHEMA, Plan
from models.record import Record
from models.rules import RULE_KINDS, Dependency, Equality, Point
from models.scenario import SCENARIO_SCHEMA
from optimiser.clock import Clock
from optimiser.errors import BeyondHorizonError, InputError
from optimiser.reading.cycles import Cycle, cycles, positive_cycle
from optimiser.reading.dates import check_dates
from optimiser.reading.document import heading, path_text, read_document
from optimiser.reading.folder import LISTS, TABLES
from optimiser.reading.load import load
from optimiser.reading.packaged import packaged
from optimiser.reading.psplib import read_benchmark, read_psplib
from optimiser.reading.scenarios import load_scenario
from optimiser.reading.table import CsvTable, columns, read_table
from optimiser.schemas import plan_schema, scenario_schema
from tests.conftest import plan_of
from tests.random_plans import plans

HEAD = """\
schema: optimiser/plan/1
id: small
title: A small plan
as_of: 2024-01-01
horizon: {first: 2024-01-08, last: 2024-12-31}
calendar: mon-fri
calendars:
  - id: mon-fri
    title: Mondays to Fridays
    weekdays: [mon, tue, wed, thu, fri]
    covers: {first: 2024-01-01, last: 2025-01-31}
    basis: synthetic
targets: [M1]
"""
ITEMS = """\
activities:
  - {id: BUILD, title: Build, duration: $build-length, basis: synthetic}
  - {id: TEST, title: Test, duration: 10 wd, basis: synthetic}
milestones:
  - {id: M1, title: Done, shown: closes, basis: synthetic}
"""
RULES = """\
rules:
  - {id: D1, kind: dependency, title: Test what is built, before: BUILD, after: TEST, basis: synthetic}
  - {id: D2, kind: dependency, title: Done once tested, before: TEST, after: M1, basis: synthetic}
"""
ASSUMPTIONS = """\
assumptions:
  - {id: build-length, title: Length of the build, value: 20 wd, low: 15 wd, basis: judgement}
readings:
  - id: how
    question: How do they build?
    default: slowly
    basis: judgement
    options:
      - {id: slowly, title: Slowly, changes: {assumptions: {build-length: 20 wd}}}
      - {id: quickly, title: Quickly, changes: {assumptions: {build-length: 5 wd}}}
"""
SMALL = HEAD + ITEMS + RULES + ASSUMPTIONS
SCENARIO = "schema: optimiser/scenario/1\nid: {id}\ntitle: A scenario\n"


def write(folder: Path, **files: str) -> Path:
    """Write files into a folder, dots of their names given as underscores."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text, "utf-8")
    return folder


def faults_of(plan: str | Path, *arguments: Any, **options: Any) -> list[str]:
    """Return what loading is refused with, fault by fault."""
    with pytest.raises(InputError) as caught:
        load(plan, *arguments, **options)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return the folder of the small plan, with two scenarios."""
    write(
        tmp_path / "small" / "scenarios",
        fast_yaml=SCENARIO.format(id="fast") + "assumptions: {build-length: 3 wd}\nrules: {D1: false}\n",
        slow_yaml=SCENARIO.format(id="slow")
        + "readings: {how: slowly}\nassumptions: {build-length: 40 wd}\nrules: {D1: true}\n",
    )
    return write(tmp_path / "small", plan_yaml=SMALL, README_md="# Small\n", notes_txt="x")


# -- YAML ----------------------------------------------------------------------------------------------------------------


def test_values_are_read_by_the_core_schema(tmp_path: Path) -> None:
    """Only true and false are switches, dates and labels stay text, numbers are decimal."""
    text = (
        "{a: no, b: on, c: True, d: true, e: 2024-02-07, f: 007, g: 12, h: -3, i: +5, j: 1.5, k: 1e3, l: 0x1F, m: 1_000, n: null,"
        " o: ~, p: 'true', q: '12', r: 12:30, s: .5, t: '', u: -, w: 0, x: tea, y: '<<'}"
    )
    document = read_document(write(tmp_path, x_yaml=text) / "x.yaml", "x")

    assert document.faults == []
    assert document.content == {
        "a": "no",
        "b": "on",
        "c": "True",
        "d": True,
        "e": "2024-02-07",
        "f": "007",
        "g": 12,
        "h": -3,
        "i": 5,
        "j": 1.5,
        "k": 1000.0,
        "l": "0x1F",
        "m": "1_000",
        "n": None,
        "o": None,
        "p": "true",
        "q": "12",
        "r": "12:30",
        "s": 0.5,
        "t": "",
        "u": "-",
        "w": 0,
        "x": "tea",
        "y": "<<",
    }


TEXTS = st.text(st.sampled_from("aé漢🙂 :#-'\"\n,[]{}&*!|>%@?tfn~=\u2028\\"), max_size=8)
TREES = st.dictionaries(
    TEXTS,
    st.recursive(
        TEXTS | st.booleans() | st.integers(-999_999, 999_999), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.long
@given(TREES, st.booleans())
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_every_value_is_read_and_located_where_it_stands(
    tmp_path_factory: pytest.TempPathFactory, tree: Any, flow: bool
) -> None:
    """What another YAML writer wrote is read unchanged, and each key is located at its own characters."""
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow, width=10_000, sort_keys=False)
    path = tmp_path_factory.getbasetemp() / "tree.yaml"
    path.write_text(text, "utf-8", newline="")
    document = read_document(path, "tree")

    assert document.faults == []
    assert document.content == tree
    lines = text.split("\n")
    for key in tree:
        found = document.locate((key,), "here", at_key=True)
        assert found.path == path_text((key,)) or not key
        assert found.line is not None
        assert found.column is not None
        rest = lines[found.line - 1][found.column - 1 :]
        assert rest[:1] in (*"\"'?", key[:1]), (key, rest)


def test_a_heading_is_read_without_the_rest(tmp_path: Path) -> None:
    """A title is found at the top of a file even if what follows is no YAML, and not inside other things."""
    path = write(tmp_path, x_yaml="id: title\nlist: [title, {title: no}]\ntitle: Yes\n'") / "x.yaml"

    assert heading(path, "title") == "Yes"
    assert heading(path, "note") is None
    assert heading(tmp_path / "none.yaml", "title") is None


# -- folders and tables --------------------------------------------------------------------------------------------------


def test_a_plan_split_over_files_is_the_plan_in_one(tmp_path: Path) -> None:
    """YAML files and tables beside plan.yaml supply entries of its lists, as if they stood in it."""
    whole = write(
        tmp_path / "whole",
        plan_yaml=HEAD
        + """\
sources:
  - {id: letter, title: "A letter, with a comma", publisher: Somebody, published_on: 2023-12-01}
phases: [{id: first, title: The first}]
activities:
  - id: BUILD
    title: Build
    duration: $build-length
    phase: first
    basis: document
    citation: ["letter: page 1", "letter: page 2"]
    published: {row: 7, start: 2024-01-08, finish: 2024-02-02, stated: 20 days}
  - {id: TEST, title: Test, duration: 10 wd, enabled: true, basis: derived, derived_from: [build-length, BUILD]}
milestones:
  - {id: M1, title: "Done\\nat last", shown: closes, basis: synthetic}
rules:
  - {id: N1, kind: not-before, title: Ready, at: BUILD, date: $ready, basis: synthetic}
  - {id: D1, kind: dependency, title: Test what is built, before: BUILD, after: TEST, lag: 2 wd, basis: synthetic}
  - {id: D2, kind: dependency, title: Done once tested, before: TEST, after: M1, basis: synthetic}
assumptions:
  - {id: build-length, title: Length, value: 20 wd, low: 15 wd, cost: 3, basis: judgement}
unknowns:
  - {id: ready, title: Ready, value: none, why: Nobody says, touches: [N1], basis: judgement}
raid:
  - {id: R1, kind: risk, title: Rain, rating: high, touches: [BUILD, N1], basis: judgement}
baselines:
  - {id: one, title: One, basis: document, citation: "letter: page 3", dates: [{milestone: M1, date: 2024-03}]}
  - {id: two, title: Two, basis: judgement, dates: [{milestone: M1, date: 2024-03-04}]}
""",
    )
    split = write(
        tmp_path / "split",
        plan_yaml=HEAD,
        items_yaml="phases: [{id: first, title: The first}]\n",
        rules_yaml="rules: [{id: N1, kind: not-before, title: Ready, at: BUILD, date: $ready, basis: synthetic}]\n",
        sources_csv='\ufeffid,title,publisher,published_on\nletter,"A letter, with a comma",Somebody,2023-12-01\n',
        activities_csv=(
            "id,title,duration,enabled,phase,basis,citation,derived_from,published_row,published_start,published_finish,published_stated\n"
            "BUILD,Build,$build-length,,first,document,letter: page 1; letter: page 2,,7,2024-01-08,2024-02-02,20 days\n"
            "\n"
            "TEST,Test,10 wd,true,,derived,,build-length; BUILD,,,,\n"
        ),
        milestones_csv='id,title,shown,basis,\r\nM1,"Done\nat last",closes,synthetic,\r\n',
        dependencies_csv=(
            "id,title,before,after,lag,basis\nD1,Test what is built,BUILD,TEST,2 wd,synthetic\nD2,Done once tested,TEST,M1,,synthetic\n"
        ),
        assumptions_csv="id,title,value,low,cost,basis\nbuild-length,Length,20 wd,15 wd,3,judgement\n",
        unknowns_csv="id,title,value,why,touches,basis\nready,Ready,none,Nobody says,N1,judgement\n",
        raid_csv="id,kind,title,rating,touches,basis\nR1,risk,Rain,high,BUILD;N1,judgement\n",
        baselines_csv=(
            "baseline,title,milestone,date,basis,citation\n"
            "one,One,M1,2024-03,document,letter: page 3\n"
            "two,Two,M1,2024-03-04,judgement,\n"
        ),
    )

    assert load(whole) == load(split)


def test_entries_join_in_a_stated_order(tmp_path: Path) -> None:
    """plan.yaml comes first, then the other YAML files by name, then the tables by name."""
    folder = write(
        tmp_path,
        plan_yaml=SMALL,
        rules_yaml="rules: [{id: R, kind: dependency, title: R, before: TEST, after: M1, basis: synthetic}]\n",
        items_yaml="rules: [{id: I, kind: dependency, title: I, before: TEST, after: M1, basis: synthetic}]\n",
        dependencies_csv="id,title,before,after,basis\nC,C,TEST,M1,synthetic\n",
    )

    assert [rule.id for rule in load(folder).rules] == ["D1", "D2", "I", "R", "C"]


def test_faults_of_all_files_are_reported_in_order(tmp_path: Path) -> None:
    """Every file's faults come at once, each at its line and column, sound entries judged beside unsound ones."""
    folder = write(
        tmp_path,
        plan_yaml=SMALL.replace("title: Test,", "titel: Test,"),
        rules_yaml="rules:\n  - {id: D1, kind: dependency, title: R, before: TEST, after: M1, basis: synthetic}\n",
        dependencies_csv="id,title,before,after,basis\nD4,,TEST,M1,synthetic\nD5,Five,TSET,M1,synthetic\n",
        raid_csv='id,kind,title,touches,basis,published_row\nR1,risk,"Rain, ""heavy""\nrain",BUILD; no such,judgement,\n',
        milestones_csv="id,title,shown,basis,published_row,published_start,published_finish,published_stated\nM2,Two,closes,synthetic,x,,,\n",
    )

    assert [fault.replace(f"{folder}/", "") for fault in faults_of(folder)] == [
        "plan.yaml:16:16: activities[1].titel: unknown key 'titel'. Maybe 'title'.",
        "rules.yaml:2:10: rules[0].id: 'D1' is already used at plan.yaml, line 20; ids are unique",
        "dependencies.csv:2:4: title: missing key 'title'",
        "dependencies.csv:3:9: before: unknown item 'TSET'. Maybe 'TEST'.",
        "milestones.csv:2:25: published_row: expected a whole number, got 'x'",
        "milestones.csv:2:27: published_start: missing key 'start'",
        "milestones.csv:2:28: published_finish: missing key 'finish'",
        "milestones.csv:2:29: published_stated: missing key 'stated'",
        "raid.csv:1:29: unknown column 'published_row', expected one of basis, id, kind, title, citation, confidence, fitted_to, derived_from, approved, evidenced, note, theme, phase, rating, manageable, status, touches, reference",
        "raid.csv:3:7: touches: expected an id of letters, digits, '-' and '_', at most 64 characters, got 'no such'. Maybe 'no-such'.",
    ]


def test_cells_are_located_behind_quoted_line_breaks(tmp_path: Path) -> None:
    """A cell's line and column are its own, whatever stands quoted before it."""
    folder = write(
        tmp_path,
        plan_yaml=SMALL,
        raid_csv='id,title,kind,touches,basis\nR1,"Rain, ""heavy""\nrain",rsik,BUILD; no such,judgement\n',
    )

    assert [fault.replace(f"{folder}/", "") for fault in faults_of(folder)] == [
        "raid.csv:3:7: kind: expected one of risk, assumption, issue, dependency, got 'rsik'. Maybe 'risk'.",
        "raid.csv:3:12: touches: expected an id of letters, digits, '-' and '_', at most 64 characters, got 'no such'. Maybe 'no-such'.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the first line is empty, expected a header such as basis, baseline, title, milestone, date, "),
        ("\n\n", "the first line is empty"),
        ("baseline;title;milestone\n", "1:1: the header is one cell; maybe the cells are parted by semicolons or tabs"),
        ("baseline,titel,milestone,date,basis\n", "1:10: unknown column 'titel'. Maybe 'title'."),
        ("baseline,title,title,milestone,date,basis\n", "1:16: column 'title' is given twice"),
        ("baseline,title,basis\n", "1:1: missing columns milestone, date"),
        (
            "baseline,title,milestone,date,basis\none,One,M1\n",
            "2:9: this row has 3 cells, the header 5; maybe a cell with a comma",
        ),
        ("baseline,title,milestone,date,basis\none,One,M1,2024-01,judgement,x\n", "2:30: this row has 6 cells, the header 5"),
        (
            'baseline,title,milestone,date,basis\none,"One,M1,2024-01,judgement\n',
            "2: the cells of this row cannot be told apart",
        ),
        (
            "baseline,title,milestone,date,basis\none,One,M1,2024-01,judgement\none,Uno,LATER,2024-02,judgement\n",
            "3:5: title: 'Uno' is not what line 2 says of the same baseline: 'One'",
        ),
        (
            "baseline,title,milestone,date,basis\none,One,M1,2024-01,judgement\none,One,M1,2024-02,judgement\n",
            "3:9: milestone: 'M1' already has a date in this baseline",
        ),
        (
            "baseline,title,milestone,date,basis\none,One,M1,2024-01,judgement\ntwo,Two,M1,Q1,judgement\none,,M3,2024-02,\n",
            "4:6: milestone: unknown milestone 'M3'.",
        ),
    ],
)
def test_tables_that_cannot_be_read_say_where(tmp_path: Path, text: str, expected: str) -> None:
    """A header, a row or a quotation mark that is wrong is located in the table."""
    later = "  - {id: LATER, title: Done later, shown: closes, basis: synthetic}\n"
    folder = write(tmp_path, plan_yaml=SMALL + later, baselines_csv=text)
    faults = faults_of(folder)

    assert faults[-1].startswith(f"{folder}/baselines.csv:{'' if expected[0].isdigit() else ' '}{expected}")


@given(st.lists(st.lists(st.text(st.sampled_from('ab",\n\r é'), max_size=5), min_size=2, max_size=4), min_size=1, max_size=5))
def test_cells_are_located_where_the_reader_found_them(rows: list[list[str]]) -> None:
    """For any cells a spreadsheet may write, the characters at a cell's place are the cell."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    text = stream.getvalue()
    table = CsvTable("t.csv")
    table.read(text, {}, {})
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))

    assert found == rows
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if not any(other.strip() for other in rows[0]):
                continue
            at = table._at(row, column, "here")
            rest = "\n".join([lines[at.line - 1][at.column - 1 :], *lines[at.line :]])
            plain = cell.replace("\r\n", "\n").replace("\r", "\n")
            assert rest.startswith((plain, '"' + plain.replace('"', '""') + '"'))


def test_a_table_may_have_a_column_for_every_plain_field() -> None:
    """Columns come from the vocabulary: every field that is no list of records has one, nested fields with both names."""
    seen = 0
    for name, (_, record) in TABLES.items():
        known = columns(record, record.__name__.lower())
        for field, info in record.model_fields.items():
            nested = [header for header in known if header.startswith(f"{field}_")]
            records = field == "assignments" or (name == "baselines" and field in ("id", "dates"))
            assert field in known or nested or records, (name, field)
            seen += info.is_required() and field in known and known[field].required
    assert seen > 20
    assert [column.kind for column in columns(TABLES["assumptions"][1], "").values()].count("int") == 1


def test_an_unknown_file_beside_a_plan_is_refused(tmp_path: Path) -> None:
    """A table or YAML file that would otherwise be ignored is named, with what was probably meant; other files pass."""
    folder = write(tmp_path, plan_yaml=SMALL, activites_csv="id\n", rulez_yaml="x: 1\n", zzz_csv="\n", notes_md="x")
    write(tmp_path / "grids", any_yaml="x")

    assert [fault.replace(f"{folder}/", "") for fault in faults_of(folder)] == [
        "rulez.yaml: unknown file beside plan.yaml. Maybe 'rules.yaml'.",
        "activites.csv: unknown file beside plan.yaml. Maybe 'activities.csv'.",
        "zzz.csv: unknown file beside plan.yaml; maybe move it to a folder of its own, expected one of activities.csv, "
        "milestones.csv, hammocks.csv, dependencies.csv, assumptions.csv, unknowns.csv, raid.csv, baselines.csv, progress.csv, "
        "sources.csv, "
        "participants.csv, " + ", ".join(f"{name}.yaml" for name in (*LISTS, "items", "qualification", "update")),
    ]


def test_files_beside_a_plan_hold_only_lists(tmp_path: Path) -> None:
    """A key of the plan itself, a misspelt list or a list that is none is located in the file beside."""
    folder = write(tmp_path, plan_yaml=SMALL, items_yaml="title: Mine\nactivites: []\nphases: {id: x}\n")

    assert [fault.replace(f"{folder}/", "") for fault in faults_of(folder)] == [
        f"items.yaml:1:1: title: 'title' is not a list of a plan, expected one of {', '.join(LISTS)}; maybe it belongs in plan.yaml",
        "items.yaml:2:1: activites: 'activites' is not a list of a plan. Maybe 'activities'.",
        "items.yaml:3:9: phases: expected a list of entries, each beginning with '- '",
    ]


def test_a_broken_file_does_not_blame_the_others(tmp_path: Path) -> None:
    """What a file that cannot be understood would have said is not reported missing; shapes elsewhere still are."""
    folder = write(tmp_path, plan_yaml=SMALL.replace("10 wd", "10"), sources_yaml="sources:\n\t- x\n")

    assert [fault.replace(f"{folder}/", "") for fault in faults_of(folder)] == [
        (
            "plan.yaml:16:39: activities[1].duration: expected a duration such as '21 wd' or a reference such as '$name', got 10; "
            "maybe '10 wd'"
        ),
        "sources.yaml:2:1: a tab cannot indent or part values here; maybe use spaces",
    ]


def test_no_more_faults_are_listed_than_anyone_mends(tmp_path: Path) -> None:
    """A file of another kind altogether does not fill the screen for ever."""
    faults = faults_of(write(tmp_path, other_yaml="".join(f"key{number}: 1\n" for number in range(5000))) / "other.yaml")

    assert len(faults) == 1001
    assert faults[-1] == "there are more faults than these; maybe this is not the file that was meant"


@given(plans("tiny"))
@settings(max_examples=50)
def test_a_plan_written_and_read_is_the_plan(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> None:
    """Every rule kind and value survives its one spelling in YAML and in JSON, which YAML can read."""
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    content = plan.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for text in (yaml.safe_dump(content, sort_keys=False), json.dumps(content, indent=1)):
        path.write_text(text, "utf-8")
        try:
            read = load(path)
        except InputError as error:
            # Plans drawn at random may hold cycles and occasions that never come, which reading refuses and nothing else.
            assert {fault.path for fault in error.faults}  # noqa: PT017
            assert check_dates(plan) or positive_cycle(plan)
        else:
            assert read == plan


SPOILS = [
    "",
    "-",
    ":",
    "x",
    "\t",
    "\n",
    "'",
    "[",
    "}",
    "&a ",
    "*a",
    "!!x ",
    "$",
    "0",
    "9" * 12,
    "é",
    "no",
    "null",
    "{}",
    "[]",
    ".nan",
    "|",
    ",",
]


@pytest.mark.long
def test_a_spoilt_plan_is_read_or_refused_and_never_fails_otherwise(tmp_path: Path) -> None:
    """Whatever replaces a stretch of a plan or a table, there is a plan, or located faults: no other error."""
    chance = random.Random(11)  # noqa: S311
    table = "id,title,value,why,touches,basis\nother,Other,none,Nobody says,D1;D2,judgement\n"
    texts = {"plan_yaml": HEAD + ITEMS + RULES + MORE, "unknowns_csv": table}
    read = refused = 0
    for _ in range(480):
        name = chance.choice(sorted(texts))
        text = texts[name]
        for _ in range(chance.randint(1, 2)):
            start = chance.randint(0, len(text))
            text = text[:start] + chance.choice(SPOILS) + text[start + chance.randint(0, 12) :]
        write(tmp_path, **{**texts, name: text})
        try:
            load(tmp_path)
            read += 1
        except InputError as error:
            refused += 1
            assert all(fault.file and fault.message for fault in error.faults)  # noqa: PT017 either end is right
    assert read > 20
    assert refused > 200


# -- names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_packaged_plans_are_listed_and_load_with_their_scenarios() -> None:
    """Every plan that comes with the package, and every scenario upon it, is sound."""
    found = {plan.name: plan for plan in packaged()}

    assert {"mhhs-round2", "toy"} <= found.keys()
    for plan in found.values():
        assert load(plan.name).title == plan.title
        for name, title in plan.scenarios:
            assert load_scenario(name, plan.path).title == title
            assert load(plan.name, [name]).settings.scenarios == (load_scenario(name, plan.path).id,)


def test_names_and_paths_mean_one_plan(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, its plan.yaml, both as seen from where one stands, and a YAML file of another name are read alike."""
    monkeypatch.chdir(small.parent)
    (small.parent / "copy.json").write_text(SMALL, "utf-8")
    first, *others = [load(where) for where in (small, str(small), "small", "small/", "./small/plan.yaml", "copy.json")]

    assert len(others) == 5
    assert all(plan == first for plan in others)
    write(small, unknowns_csv="id,title,value,why,basis\nu,U,1 wd,Nobody says,judgement\n")
    assert load("small/plan.yaml").unknowns[0].id == "u"


def test_a_packaged_name_comes_before_a_folder_of_that_name(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is still reached by a path."""
    small.rename(small.parent / "toy")
    monkeypatch.chdir(small.parent)

    assert load("toy").id == "toy"
    assert load("./toy").id == "small"
    assert load(Path("toy")).id == "small"


def test_names_that_mean_nothing_say_what_is_known(small: Path, tmp_path: Path) -> None:
    """An unknown plan, scenario, file, folder or ending is refused with what would do."""
    write(tmp_path / "none", x_txt="")
    assert faults_of("mhhs_round2")[0].startswith(
        "unknown plan 'mhhs_round2'. Maybe 'mhhs-round2'. Known: laboratory, laboratory-2026-03, "
    )
    assert faults_of("") == ["'''' names no plan. Known: " + ", ".join(plan.name for plan in packaged()) + "."]
    assert faults_of("a\0b")[0].startswith("''a\\x00b'' names no plan.")
    assert faults_of("x/y") == ["x/y: there is no such file or folder"]
    assert faults_of("y.yaml") == ["y.yaml: there is no such file or folder"]
    assert faults_of("y" * 5000)[0].startswith("unknown plan 'yyy")
    assert faults_of(tmp_path / "none") == [f"{tmp_path}/none: the folder has no plan.yaml, expected a plan's folder"]
    assert faults_of(tmp_path / "none" / "x.txt")[0].endswith(
        "x.txt: expected a file ending in .yaml, .yml, .json, .sm, .rcp, .sch, .xer, .xml, .pmxml, .mpp, .mpt, .mpx, .mpd, .pod, .gan, .pp, .planner, .xlsx, .xlsm, .csv, .tsv, or a folder with a plan.yaml"
    )
    assert faults_of(small, ["fsat", "../secret", "scenarios/fast", "none.yaml", tmp_path / "none" / "x.txt", "a\0/b"]) == [
        "unknown scenario 'fsat'. Maybe 'fast'. Known: fast, slow.",
        "../secret: there is no such scenario file",
        "scenarios/fast: there is no such scenario file",
        "none.yaml: there is no such scenario file",
        f"{tmp_path}/none/x.txt: expected a scenario file ending in .yaml, .yml, .json",
        "a\0/b: there is no such scenario file",
    ]


def test_what_is_no_file_is_refused_without_waiting(small: Path, tmp_path: Path) -> None:
    """A directory, a pipe and a device in place of a file are named as such; a pipe is not opened."""
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    assert faults_of(tmp_path / "pipe.yaml") == [f"{tmp_path}/pipe.yaml: this is a pipe or a device, expected a file"]
    assert faults_of(small, [tmp_path / "pipe.yaml", tmp_path / "folder.yaml"]) == [
        f"{tmp_path}/pipe.yaml: this is a pipe or a device, expected a file",
        f"{tmp_path}/folder.yaml: this is a directory, expected a file",
    ]
    with pytest.raises(InputError, match="this is a pipe or a device"):
        load_scenario(Path("/dev/null.yaml") if Path("/dev/null.yaml").exists() else tmp_path / "pipe.yaml")


def test_reading_imports_neither_solver_nor_tables() -> None:
    """Listing packaged plans imports no vocabulary, and reading one no solver and no pandas."""
    code = (
        "import sys, optimiser.reading; from optimiser.reading.packaged import packaged; packaged();"
        "early = {'pydantic', 'numpy', 'pandas', 'ortools'} & sys.modules.keys();"
        "from optimiser.reading.load import load; load('toy');"
        "late = {'pandas', 'ortools', 'scipy'} & sys.modules.keys(); print(sorted(early), sorted(late))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent
    )

    assert done.stdout.strip() == "[] []"


# -- scenarios and choices -----------------------------------------------------------------------------------------------


def test_scenarios_stack_and_the_later_wins(small: Path) -> None:
    """Scenarios apply in their order, choices after them, and what they set to different ends is noted."""
    plan = load(
        small, ["fast", small / "scenarios" / "slow.yaml"], settings={"build-length": "7 wd"}, released=["D2", "duration:TEST"]
    )

    assert str(plan.values["build-length"]) == "7 wd"
    assert [rule.id for rule in plan.active_rules()] == ["D1"]
    assert plan.activities[1].enabled is False
    assert plan.settings.scenarios == ("fast", "slow")
    assert plan.settings.assumptions == {"build-length": "7 wd"}
    assert plan.settings.rules == {"D1": True, "D2": False, "duration:TEST": False}
    assert plan.settings.readings == {"how": "slowly"}
    assert plan.settings.overlaps == (
        "assumption build-length: 3 wd, then 40 wd by slow",
        "rule D1: off, then on by slow",
        "assumption build-length: 40 wd, then 7 wd by ad-hoc",
    )


def test_choices_that_cannot_be_name_their_option(small: Path) -> None:
    """A choice made on the command line is located by its option, all of them at once."""
    assert faults_of(
        small,
        settings={"bild-length": "12 wd", "build-length": "12 days"},
        readings={"how": "slow"},
        released=["D9", "D1"],
    ) == [
        "--set build-length=12 days: expected a duration such as '21 wd', '28 cd' or '7 mo', got '12 days'; maybe '12 wd'",
        "--set bild-length=12 wd: unknown assumption 'bild-length'. Maybe 'build-length'.",
        "--release D9: unknown rule 'D9'.",
        "--reading how=slow: unknown option 'slow' of 'how', expected one of slowly, quickly. Maybe 'slowly'.",
    ]
    assert faults_of(small, settings={"build-length": "=-1 wd"}) == [
        (
            f"--set build-length==-1 wd: with this, activities[0].duration ({small}/plan.yaml:15:41) is wrong: "
            "the duration is negative: -1 wd; expected 0 or more"
        )
    ]


def test_faults_of_plan_and_scenarios_come_together(small: Path, tmp_path: Path) -> None:
    """A faulty scenario is reported even where the plan itself is faulty."""
    plan = write(tmp_path / "bad", plan_yaml=SMALL.replace("10 wd", "10"))
    scenario = write(tmp_path, worse_yaml=SCENARIO.format(id="worse") + "rule: {D1: false}\n") / "worse.yaml"
    found = faults_of(plan, [scenario])

    assert [fault.partition(": ")[0] for fault in found] == [f"{plan}/plan.yaml:16:39", f"{scenario}:4:1"]
    assert faults_of(small, [scenario]) == found[1:]


def test_a_scenario_may_be_marked_hindsight(tmp_path: Path) -> None:
    """A source later than the plan's knowledge is refused, unless a scenario says that it is hindsight."""
    late = "sources: [{id: late, title: Late, publisher: Somebody, published_on: 2025-01-01}]\n"
    plan = write(tmp_path, plan_yaml=SMALL.replace("value: 20 wd", 'citation: "late: page 1", value: 20 wd') + late)
    scenario = write(tmp_path / "scenarios", after_yaml=SCENARIO.format(id="after") + "hindsight: true\n")

    assert "published on 2025-01-01, after the plan's knowledge" in faults_of(plan)[0]
    assert load(plan, ["after"]).settings.hindsight is True
    assert scenario.is_dir()


def test_a_scenario_is_blamed_for_what_it_makes_wrong(small: Path, tmp_path: Path) -> None:
    """A fault of the changed plan is located at the value, reading, switch or calendar that brought it about."""
    plan = write(
        tmp_path / "more",
        plan_yaml=HEAD.replace("calendars:\n", CALENDARS) + ITEMS + RULES + MORE,
    )
    scenarios = [
        ("reading", "readings: {when: late}\n", "4:18: readings.when: with this, rules[2].date"),
        ("switch", "rules: {D3: true}\n", "4:13: rules.D3: with this, rules[0] ("),
        ("calendar", "calendar: brief\n", "4:11: calendar: with this, horizon.first ("),
        ("value", "title2: x\nassumptions: {ready: 2043-01-01}\n", "4:1: title2: unknown key 'title2'. Maybe 'title'."),
    ]
    for name, text, expected in scenarios:
        path = write(tmp_path, **{f"{name}_yaml": SCENARIO.format(id=name) + text}) / f"{name}.yaml"
        (fault,) = faults_of(plan, [path])
        assert fault.startswith(f"{path}:{expected}"), fault
    assert small.is_dir()


CALENDARS = """\
calendars:
  - id: brief
    title: Fridays of a later year
    weekdays: [fri]
    covers: {first: 2030-01-01, last: 2031-01-31}
    basis: synthetic
"""
MORE = """\
  - {id: N1, kind: not-before, title: Ready, at: BUILD, date: $ready, basis: synthetic}
  - {id: D3, kind: dependency, title: And back, before: M1, after: BUILD, enabled: false, basis: synthetic}
assumptions:
  - {id: build-length, title: Length of the build, value: 20 wd, low: 15 wd, basis: judgement}
  - {id: ready, title: When they are ready, value: 2024-02-01, basis: judgement}
readings:
  - id: when
    question: When are they ready?
    default: soon
    basis: judgement
    options:
      - {id: soon, title: Soon, changes: {assumptions: {ready: 2024-02-01}}}
      - {id: late, title: Late, changes: {assumptions: {ready: 2042-02-01}}}
"""


# -- dates ---------------------------------------------------------------------------------------------------------------


def test_dates_alone_raise_their_own_error(tmp_path: Path) -> None:
    """Where nothing is wrong but a date beyond the calendar, the error says so by its class."""
    rule = "  - {{id: N1, kind: not-before, title: Late, at: BUILD, date: {date}, basis: synthetic}}\n"
    path = write(tmp_path, plan_yaml=HEAD + ITEMS + RULES + rule.format(date="2031-01-01") + ASSUMPTIONS) / "plan.yaml"

    with pytest.raises(BeyondHorizonError) as caught:
        load(path)
    assert [(fault.line, fault.path) for fault in caught.value.faults] == [(22, "rules[2].date")]
    path.write_text(path.read_text("utf-8").replace("Done once", "Done\tonce").replace("after: M1", "after: M2"), "utf-8")
    with pytest.raises(InputError) as other:
        load(path)
    assert not isinstance(other.value, BeyondHorizonError)
    assert len(other.value.faults) == 2


def test_dates_that_the_axis_holds_pass() -> None:
    """A deadline after the horizon, a start before it, and rules that are off are no fault; a start after it is."""
    items = {"activities": [{"id": "A", "title": "A", "duration": "5 wd", "basis": "synthetic"}]}
    common = {"title": "N", "at": "A", "basis": "synthetic"}
    horizon = {"horizon": {"first": "2024-02-05", "last": "2024-06-28"}}

    def faults(kind: str, date: str, **more: Any) -> list[tuple[str | int, ...]]:
        plan = plan_of(**items, **horizon, rules=[{"id": "N", "kind": kind, "date": date, **common, **more}])
        return [fault.path for fault in check_dates(plan)]

    assert faults("not-before", "2024-01-02") == []
    assert faults("not-after", "2024-01-02") == []
    assert faults("not-after", "2025-12-31") == []
    assert faults("not-before", "2024-06-28") == []
    assert faults("not-before", "2024-06-29") == [("rules", 0, "date")]
    assert faults("not-before", "2026-01-01") == [("rules", 0, "date")]
    assert faults("not-after", "2026-01-01") == [("rules", 0, "date")]
    assert faults("not-after", "2023-12-31") == [("rules", 0, "date")]
    assert faults("not-after", "2023-12-31", enabled=False) == []


# -- cycles --------------------------------------------------------------------------------------------------------------


def linked(links: list[tuple[str, str, str, int]], equal: list[list[str]], lengths: list[int]) -> Plan:
    """Make a plan of activities A0, A1 … and one milestone M, with dependencies and equalities."""
    rules = [
        {"id": f"D{number}", "kind": "dependency", "before": before, "after": after, "type": kind, "lag": f"{lag} wd"}
        for number, (before, kind, after, lag) in enumerate(links)
    ] + [{"id": f"E{number}", "kind": "equality", "at": points} for number, points in enumerate(equal)]
    return plan_of(
        activities=[
            {"id": f"A{number}", "title": "A", "duration": f"{length} wd", "basis": "synthetic"}
            for number, length in enumerate(lengths)
        ],
        milestones=[{"id": "M", "title": "M", "shown": "closes", "basis": "synthetic"}],
        rules=[{**rule, "title": "R", "basis": "synthetic"} for rule in rules],
    )


def grows_for_ever(plan: Plan) -> bool:
    """Return whether earliest places are chased upwards without end, by every constraint in turn as often as there are points."""
    place = {Point(activity.id, end): 0 for activity in plan.activities for end in ("start", "finish")} | {Point("M"): 0}
    edges = []
    for activity in plan.activities:
        start, finish, length = (
            Point(activity.id, "start"),
            Point(activity.id, "finish"),
            plan.duration(activity.duration).amount,
        )
        edges += [(start, finish, length), (finish, start, -length)]
    for rule in plan.rules:
        points = [Point("M") if point.item == "M" else point for point in rule.points()]
        if isinstance(rule, Equality):
            edges += [(one, other, 0) for one in points for other in points]
        elif isinstance(rule, Dependency):
            edges.append((points[0], points[1], plan.duration(rule.lag).amount))
    for _ in range(len(place) + 1):
        changed = False
        for source, target, length in edges:
            if place[source] + length > place[target]:
                place[target] = place[source] + length
                changed = True
        if not changed:
            return False
    return True


def assert_cycle_holds(plan: Plan, cycle: Cycle) -> None:
    """Each step is a rule's or a duration's own, the next begins where it ends, and the sum is positive."""
    assert cycle.points[0] == cycle.points[-1]
    assert cycle.working_days > 0
    for step, after in zip(cycle.steps, (*cycle.steps[1:], cycle.steps[0]), strict=True):
        assert step.target == after.source
        if step.rule is None:
            length = plan.duration(next(entry for entry in plan.activities if entry.id == step.source.item).duration).amount
            assert step.source.item == step.target.item
            assert step.working_days == (length if step.source.end == "start" else -length)
            continue
        rule = plan.rules[step.rule]
        points = [Point("M") if point.item == "M" else point for point in rule.points()]
        assert {step.source, step.target} <= set(points)
        if isinstance(rule, Dependency):
            assert (step.source, step.target) == tuple(points)
            assert step.working_days == plan.duration(rule.lag).amount


def test_a_cycle_is_found_exactly_where_places_grow_for_ever() -> None:
    """Against naive relaxation of random links, negative lags and equalities, and the cycle printed is one."""
    chance = random.Random(7)  # noqa: S311
    verdicts = {True: 0, False: 0}
    for _ in range(600):
        count = chance.randint(1, 5)
        names = [*(f"A{number}" for number in range(count)), "M"]
        links = [
            (chance.choice(names), chance.choice(["FS", "SS", "FF", "SF"]), chance.choice(names), chance.randint(-6, 3))
            for _ in range(chance.randint(0, 6))
        ]
        ends = [*(f"A{number}.{end}" for number in range(count) for end in ("start", "finish")), "M"]
        equal = [[chance.choice(ends), chance.choice(ends)] for _ in range(chance.choice([0, 0, 1, 2]))]
        plan = linked(links, equal, [chance.randint(0, 4) for _ in range(count)])
        expected = grows_for_ever(plan)
        found = cycles(plan)
        assert bool(found) is expected
        assert (positive_cycle(plan) is not None) is expected
        for cycle in found:
            assert_cycle_holds(plan, cycle)
        verdicts[expected] += 1
    assert min(verdicts.values()) > 150, verdicts


def test_a_cycle_through_thousands_of_activities_is_found() -> None:
    """The search neither recurses nor takes a round per activity, whichever way the rules are written."""
    count = 800
    links = [(f"A{number}", "FS", f"A{number + 1}", 0) for number in range(count - 1)]
    for ordered in (links, links[::-1]):
        assert positive_cycle(linked(ordered, [], [1] * count)) is None
        closed = linked([*ordered, (f"A{count - 1}", "FS", "A0", 0)], [], [1] * count)
        (cycle,) = cycles(closed)
        assert cycle.working_days == count
        assert len(cycle.steps) == 2 * count
        assert cycle.steps[0].rule == 0


def test_links_that_bound_from_above_or_are_off_make_no_cycle() -> None:
    """Greatest lags, switched-off rules and a length that is free are no reason to refuse a plan."""
    plan = linked([("A0", "FS", "A1", 0), ("A1", "FS", "A0", 0)], [], [3, 4])
    back = plan.rules[1]

    assert positive_cycle(plan) is not None
    for change in ({"bound": "at-most"}, {"enabled": False}):
        assert positive_cycle(plan.evolve(rules=(plan.rules[0], back.model_copy(update=change)))) is None
    free = tuple(activity.model_copy(update={"enabled": False}) for activity in plan.activities)
    assert positive_cycle(plan.evolve(activities=free)) is None


def test_calendar_days_count_as_the_fewest_working_days_they_take() -> None:
    """A cycle of 28 calendar days is one of 20 working days; one of 2, which a weekend may swallow, is none for certain."""
    plan = linked([("A0", "SS", "A1", 0), ("A1", "SS", "A0", 0)], [], [4, 4])

    def lagged(lag: str, ends: str = "SS") -> tuple[Cycle, ...]:
        spelt = Dependency.model_validate({**plan.rules[1].model_dump(), "lag": lag, "type": ends, "citation": []})
        return cycles(plan.evolve(rules=(plan.rules[0], spelt)))

    assert [cycle.working_days for cycle in lagged("28 cd")] == [20]
    assert [cycle.working_days for cycle in lagged("1 mo")] == [20]
    assert lagged("2 cd", "FF") == ()
    assert lagged("0 cd") == ()


# -- benchmarks ----------------------------------------------------------------------------------------------------------

SM = """\
************************************************************************
file with basedata            : tiny.bas
jobs (incl. supersource/sink ):  4
RESOURCES
  - renewable                 :  2   R
  - nonrenewable              :  0   N
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     3       2    0
  3      1     4       1    0
  4      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
    2    1
"""
RCP = "4 2\n2 1\n0 0 0 2 2\n3\n3 2 0 1 4\n4 1 0 1 4\n0 0 0 0\n"
SCH = """\
2 1 0 0
0 1 2 1 2 [0] [0]
1 1 2 2 3 [1] [3]
2 1 2 1 3 [-2] [4]
3 1 0
0 1 0 0
1 1 3 2
2 1 4 1
3 1 0 0
2
"""


@pytest.mark.parametrize(("name", "text"), [("tiny.sm", SM), ("tiny.rcp", RCP)])
def test_psplib_files_are_read_as_plans(tmp_path: Path, name: str, text: str) -> None:
    """Jobs, precedences and resources become activities, dependencies and capacities, in either format alike."""
    path = tmp_path / name
    path.write_text(text, "utf-8")
    plan = load(path, settings={})

    assert plan.targets == ("END",)
    assert [(activity.id, str(activity.duration)) for activity in plan.activities] == [("J1", "3 wd"), ("J2", "4 wd")]
    links = [(rule.before, rule.after, rule.type, str(rule.lag)) for rule in plan.rules if isinstance(rule, Dependency)]
    assert links == [
        ("START", "J1", "FS", "0 wd"),
        ("START", "J2", "FS", "0 wd"),
        ("J1", "END", "FS", "0 wd"),
        ("J2", "END", "FS", "0 wd"),
    ]
    (resource,) = [rule for rule in plan.rules if rule.kind == "capacity"]
    assert (resource.id, resource.amount) == ("R1", 2)
    assert [(demand.item, demand.amount) for demand in resource.demands] == [("J1", 2), ("J2", 1)]
    clock = Clock(plan)
    assert clock.limit - clock.origin >= read_benchmark(path).reach == 7


def test_greatest_lags_of_progen_max_become_at_most_links(tmp_path: Path) -> None:
    """A negative distance from start to start bounds the predecessor from above by its successor."""
    path = tmp_path / "psp 1.sch"
    path.write_text(SCH, "utf-8")
    plan = read_psplib(path)

    assert plan.id == "psp-1"
    links = [
        (rule.before, rule.after, rule.type, str(rule.lag), rule.bound) for rule in plan.rules if isinstance(rule, Dependency)
    ]
    assert links == [
        ("START", "J1", "SS", "0 wd", "at-least"),
        ("START", "J2", "SS", "0 wd", "at-least"),
        ("J1", "J2", "SS", "1 wd", "at-least"),
        ("J1", "END", "SS", "3 wd", "at-least"),
        ("J1", "J2", "SS", "2 wd", "at-most"),
        ("J2", "END", "SS", "4 wd", "at-least"),
    ]
    assert load(str(path), released=["L1-1"]).settings.rules == {"L1-1": False}
    assert faults_of(path, released=["L9"])[0].startswith("--release L9: unknown rule 'L9'.")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "x.sm",
            SM.replace("   2        1          1           4", "   2        2          1           4"),
            ":10: a job has 2 modes, expected 1",
        ),
        ("x.sm", SM.replace("           2   3", "           2"), ":9: expected 2 successors, got 1"),
        ("x.sm", SM.replace("sink ):  4", "sink ):  four"), ":3: expected a whole number behind ':', got 'jobs (incl."),
        ("x.sm", SM.partition("RESOURCEAV")[0], ":21: the file ends here; expected more of it"),
        ("x.rcp", "", ": the file ends here; expected more of it"),
        ("x.rcp", RCP.replace("3 2 0 1 4", "3 2 0 1 5"), ":5: the job at position 2 has successor 4, of 4 jobs"),
        ("x.rcp", RCP.replace("3 2 0 1 4", "-3 2 0 1 4"), ":5: the job at position 2 has a negative duration"),
        ("x.rcp", RCP.replace("3 2 0 1 4", "3 2 zero 1 4"), ":5: expected 4 or more whole numbers, got '3 2 zero 1 4'"),
        ("x.rcp", "1 1\n2\n0 0 0\n", ":3: the file has 1 jobs, expected at least the first and the last"),
        ("x.sch", SCH.replace("[-2] [4]", "[-2]"), ":4: expected 2 successors, got 1"),
        (
            "x.mm",
            SM.replace("   2        1          1           4", "   2        3          1           4"),
            ":10: a job has 3 modes, expected 1: a plan says of work how long it takes",
        ),
        (
            "x.mm",
            SM.replace("nonrenewable              :  0", "nonrenewable              :  2"),
            ":6: resources that are used up",
        ),
        ("x.rcp", RCP.replace("3 2 0 1 4", "0 0 0 0\n3 2 0 1 4"), ":7: the last job takes 4 periods, expected 0"),
        ("x.rcp", RCP.replace("0 0 0 2 2", "1 0 0 2 2"), ":4: the first job takes 1 periods, expected 0"),
        (
            "x.sm",
            SM.replace("  4      1     0       0    0", "  4      1     2       0    0"),
            ":20: the last job takes 2 periods",
        ),
    ],
)
def test_benchmarks_that_are_not_of_their_format_say_where(tmp_path: Path, name: str, text: str, expected: str) -> None:
    """A line that is not what the format has there is refused with its number."""
    path = tmp_path / name
    path.write_text(text, "utf-8")

    assert faults_of(path)[0].startswith(f"{path}{expected}")


# -- schemas -------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_schemas_describe_every_field_that_the_vocabulary_describes() -> None:
    """The sentences that stand under fields are in the schema, and every rule kind is."""
    plan, scenario = plan_schema(), scenario_schema()

    assert plan["$schema"] == scenario["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (plan["$id"], scenario["$id"]) == (PLAN_SCHEMA, SCENARIO_SCHEMA)
    assert plan["properties"]["as_of"]["description"].startswith("The day whose knowledge the plan rests on")
    assert scenario["properties"]["hindsight"]["description"].startswith("Whether sources later")
    assert plan["$defs"]["Activity"]["properties"]["id"]["description"] == "Short, stable, speakable."
    assert {record.__name__ for record in RULE_KINDS.values()} <= plan["$defs"].keys()
    described = sum("description" in entry for part in plan["$defs"].values() for entry in part.get("properties", {}).values())
    assert described > 40
    json.dumps([plan, scenario])


def test_schemas_know_the_spelling_of_a_citation() -> None:
    """Wherever records are cited, one citation or several may be written as text."""
    cited = [
        part["properties"]["citation"] for part in plan_schema()["$defs"].values() if "citation" in part.get("properties", {})
    ]

    assert len(cited) > 15
    assert all(entry["anyOf"][0]["type"] == "string" for entry in cited)


@pytest.mark.long
def test_schemas_close_every_record() -> None:
    """An editor underlines a misspelt key wherever reading would refuse it."""
    parts = {**plan_schema()["$defs"], **scenario_schema()["$defs"]}
    records = {found.__name__ for found in _all_records(Record)}
    closed = [name for name, part in parts.items() if name in records and part["additionalProperties"] is False]

    assert len(closed) > 20
    assert {name for name in parts if name in records} == set(closed)


def _all_records(record: type[BaseModel]) -> list[type[BaseModel]]:
    return [record, *(found for child in record.__subclasses__() for found in _all_records(child))]


def test_a_table_alone_can_be_read(tmp_path: Path) -> None:
    """A table's numbers become numbers only where the field wants them."""
    path = write(tmp_path, assumptions_csv="id,title,value,cost,note,basis\nx,7,12,5,1.5,judgement\n") / "assumptions.csv"
    table = read_table(path, "a.csv", TABLES["assumptions"][1], "assumption", {})

    assert table.entries == [{"id": "x", "title": "7", "value": "12", "cost": 5, "note": "1.5", "basis": "judgement"}]
