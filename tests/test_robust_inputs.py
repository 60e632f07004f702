"""Registers and claims: what they may say, and that every fault is found at its place."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from models.plan import Plan
from models.risk import CLAIMS_SCHEMA, REGISTER_SCHEMA, Claim, Register, Relative
from optimiser.cli import main
from optimiser.errors import InputError
from optimiser.numbers import NONE
from optimiser.reading.document import read_document
from optimiser.reading.load import load
from optimiser.reading.table import read_table
from optimiser.robust import robust
from optimiser.robust.files import REGISTER_FILE, find_register, load_claims, load_register, plan_folder
from optimiser.robust.model import Case, Model
from optimiser.robust.quantity import Quantity, find_quantity
from optimiser.robust.simulation import Sampler
from optimiser.schemas import claims_schema, register_schema

HEAD = "schema: optimiser/risk/1\nid: r\ntitle: R\nplan: toy\n"


@pytest.fixture(scope="module")
def toy() -> Plan:
    """Return the bakery."""
    return load("toy")


@pytest.fixture(scope="module")
def mhhs() -> Plan:
    """Return the re-plan."""
    return load("mhhs-round2")


@pytest.fixture(scope="module")
def register(mhhs: Plan) -> Register:
    """Return the register of the re-plan."""
    found = find_register(mhhs, plan_folder(mhhs))
    assert found
    return found


def refused(tmp_path: Path, plan: Plan, text: str) -> list[str]:
    """Return every fault of a register as ``line:column: message``."""
    path = tmp_path / "register.yaml"
    path.write_text(HEAD + text, "utf-8")
    with pytest.raises(InputError) as caught:
        load_register(path, plan)
    return [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]


# -- faults ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "ranges:\n  - { id: a, of: oven, low: 15 wd, likely: 10 wd, high: 8 wd, basis: judgement }\n",
            ["6:44: ranges[0].likely: the range is upside down: low 15 wd, likely 10 wd, high 8 wd"],
        ),
        (
            "ranges:\n  - { id: a, of: oven, low: +5 %, high: -5 %, basis: judgement }\n",
            ["6:41: ranges[0].high: the range is upside down: low +5 %, high -5 %"],
        ),
        (
            "risks:\n  - { id: a, title: A, probability: 1.4, basis: judgement, impacts: [{ on: OVEN, likely: 3 wd }] }\n",
            ["6:37: risks[0].probability: expected 1 or less, got 1.4"],
        ),
        (
            "risks:\n  - { id: a, title: A, probability: 0.4, basis: judgement, impacts: [{ on: OVN, likely: 3 wd }] }\n",
            ["6:76: risks[0].impacts[0].on: unknown item, assumption or rule 'OVN'. Maybe 'OVEN'."],
        ),
        (
            "risks:\n  - { id: a, title: A, probability: 0.4, basis: judgement, impacts: [{ on: OPEN, likely: 3 wd }] }\n",
            ["6:76: risks[0].impacts[0].on: 'OPEN' is a milestone and has no length of its own; maybe a rule that holds it: "],
        ),
        (
            "risks:\n  - { id: a, title: A, probability: 0.4, basis: judgement, impacts: [{ on: OVEN, likely: 3 mo }] }\n",
            ["6:90: risks[0].impacts[0].likely: a delay of 'OVEN' is a length in wd, got '3 mo'"],
        ),
        (
            (
                "ranges:\n"
                "  - { id: a, of: oven, low: 5 wd, likely: 10 wd, high: 15 wd, basis: judgement }\n"
                "  - { id: b, of: recipes, low: 5 wd, likely: 10 wd, high: 25 wd, basis: judgement }\n"
                "  - { id: c, of: trial, low: 5 wd, likely: 10 wd, high: 25 wd, basis: judgement }\n"
                "correlations:\n"
                "  - { id: g, members: [a, b, c], basis: judgement, matrix: [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]] }\n"
            ),
            [
                (
                    "10:60: correlations[0].matrix: the correlation matrix is not positive semidefinite: "
                    "its smallest eigenvalue is -0.8000"
                )
            ],
        ),
        (
            (
                "ranges:\n"
                "  - { id: a, of: oven, low: 5 wd, likely: 10 wd, high: 15 wd, basis: judgement }\n"
                "  - { id: b, of: recipes, low: 5 wd, likely: 10 wd, high: 25 wd, basis: judgement }\n"
                "  - { id: c, of: trial, low: 5 wd, likely: 10 wd, high: 25 wd, basis: judgement }\n"
                "correlations:\n"
                "  - { id: g, members: [a, b, c], basis: judgement, rho: -0.8 }\n"
            ),
            [
                (
                    "10:57: correlations[0].rho: the correlation matrix is not positive semidefinite: its smallest eigenvalue is "
                    "-0.6000; 3 members cannot all have less than -0.5"
                )
            ],
        ),
        (
            "ranges:\n  - { id: a, of: oven, rag: high, basis: judgement }\n",
            ["6:29: ranges[0].rag: rating 'high' is not in the register's table 'ratings'"],
        ),
        (
            "drivers:\n  - { id: a, title: A, low: -5 %, high: 5 wd, touches: [oven, licence-date], basis: judgement }\n",
            [
                "6:41: drivers[0].high: a driver's factor is a change such as '+25 %', got '5 wd'",
                "6:63: drivers[0].touches[1]: unknown item, assumption or rule 'licence-date'",
            ],
        ),
        (
            "readings:\n  - { reading: licence, probabilities: { needed: 0.5, not-needed: 0.6 }, basis: judgement }\n",
            ["6:40: readings[0].probabilities: the probabilities of the options add up to 1.1, expected 1"],
        ),
        (
            (
                "ranges:\n  - { id: a, of: oven, shape: quantiles, basis: judgement, "
                "quantiles: [{ at: 0, value: 5 wd }, { at: 0.5, value: 4 wd }, { at: 1, value: 9 wd }] }\n"
            ),
            ["6:114: ranges[0].quantiles[1].value: the range is upside down: 4 wd is below the value of a smaller quantile"],
        ),
        (
            "levers:\n  - { id: a, title: A, on: oven, cost: 3, basis: synthetic }\n",
            ["6:5: levers[0]: missing key 'by': how much one step takes off"],
        ),
        (
            (
                "ranges:\n"
                "  - { id: a, of: oven, low: 5 wd, likely: 10 wd, high: 15 wd, basis: judgement, raid: [X-1], citation: 'nowhere: page 1' }\n"
            ),
            [
                "6:88: ranges[0].raid[0]: unknown RAID row 'X-1'",
                "6:104: ranges[0].citation: unknown source 'nowhere'",
            ],
        ),
        (
            "ranges:\n  - { id: a, of: oven, shape: discrete, low: 3 wd, values: [{ value: 5 wd }], basis: judgement }\n",
            ["6:46: ranges[0].low: shape 'discrete' takes 'values', not 'low'; maybe delete it"],
        ),
        (
            "ranges:\n  - { id: a, of: oven, low: 3 wd, high: 9 wd, values: [{ value: 5 wd }], basis: judgement }\n",
            ["6:55: ranges[0].values: shape 'triangular' takes 'low', 'likely', 'high', not 'values'; maybe delete it"],
        ),
        (
            (
                "risks:\n  - { id: a, title: A, probability: 0.4, basis: judgement, "
                "impacts: [{ on: OVEN, low: 3 wd, high: +20 % }] }\n"
            ),
            ["6:70: risks[0].impacts[0]: a delay is in per cent throughout or not at all"],
        ),
        (
            "drivers:\n  - { id: a, title: A, low: -5 %, high: +5 %, touches: [oven, oven], basis: judgement }\n",
            ["6:63: drivers[0].touches[1]: 'oven' is touched twice by one driver"],
        ),
        (
            "drivers:\n  - { id: a, title: A, low: -5 %, high: +5 %, touches: [oven, OVEN], basis: judgement }\n",
            ["6:63: drivers[0].touches[1]: 'OVEN' is what 'oven' says, which the driver touches too"],
        ),
        (
            "correlations:\n  - { id: g, members: [a], rho: 0.5, basis: judgement }\n",
            ["6:23: correlations[0].members: expected 2 or more entries, got 1"],
        ),
        (
            "ranges:\n  - { id: a, of: oven, lo: 5 wd, basis: judgement }\n",
            ["6:24: ranges[0].lo: unknown key 'lo'. Maybe 'low'."],
        ),
    ],
    ids=lambda value: None if isinstance(value, list) else re.sub(r"\W+", "-", value)[:30],
)
def test_a_register_is_refused_at_the_place_of_its_fault(tmp_path: Path, toy: Plan, text: str, expected: list[str]) -> None:
    """Each fault is reported at its line and column with what was found and expected, and nothing else is."""
    found = refused(tmp_path, toy, text)

    assert len(found) == len(expected), found
    for fault, start in zip(found, expected, strict=True):
        assert fault.startswith(start)


def test_all_faults_are_reported_at_once(tmp_path: Path, toy: Plan) -> None:
    """Several faults come together, in the order of the file."""
    text = (
        "ranges:\n"
        "  - { id: a, of: oven, low: 15 wd, high: 8 wd, basis: judgement }\n"
        "  - { id: a, of: ovens, low: 5 wd, high: 8 wd, basis: judgement }\n"
        "  - { id: b, of: oven, basis: judgement }\n"
    )
    found = refused(tmp_path, toy, text)

    assert [fault.split(":")[0] for fault in found] == ["6", "7", "7", "8", "8"]


def test_a_lever_takes_nothing_off_a_count(tmp_path: Path) -> None:
    """A lever takes something off a length, and adds to a count."""
    path = tmp_path / "register.yaml"
    lever = "levers:\n  - { id: a, title: A, on: testers, by: 1 wd, cost: 1, basis: synthetic }\n"
    path.write_text(HEAD.replace("toy", "toy-capacity") + lever, "utf-8")
    with pytest.raises(InputError, match="'testers' is a count"):
        load_register(path, load("toy-capacity"))


def test_a_register_of_another_plan_is_refused(mhhs: Plan, tmp_path: Path) -> None:
    """A register says which plan it speaks of."""
    assert refused(tmp_path, mhhs, "")[0].endswith("the register speaks of plan 'toy', this plan is 'mhhs-round2'")


def test_claims_are_refused_at_their_cells(mhhs: Plan, register: Register, tmp_path: Path) -> None:
    """A claim of an unknown assumption, an unknown grade or a value of the wrong unit is refused at its cell."""
    path = tmp_path / "claims.csv"
    path.write_text(
        "respondent,assumption,value,grade,basis\n"
        "Somebody,sit-mcv,290 wd,B,synthetic\n"
        "Somebody,sit-mvc,10 mo,E,synthetic\n"
        "Somebody,m5-date,2022-10-01,A,synthetic\n",
        "utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_claims(path, mhhs, register)
    found = [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]

    assert [fault.split(": ")[0] for fault in found] == ["2:10", "3:18", "3:24", "4:10"]
    assert "Maybe 'sit-mvc'." in found[0]
    assert "expected one of A, B, C, D" in found[2]


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"confidence": 1.2}, "--confidence"),
        ({"confidence": 0.0}, "--confidence"),
        ({"samples": 3}, "--samples"),
        ({"claims": "nobody"}, "--claims"),
        ({"within": -1.0}, "--within"),
        ({"confidence": 1.0}, "--confidence"),
        ({"confidence": float("nan")}, "--confidence"),
        ({"allow": ["sit-mvc"]}, "--allow"),
        ({"policy": "portfolio"}, "--policy"),
    ],
    ids=str,
)
def test_numbers_out_of_range_are_refused(mhhs: Plan, options: dict[str, Any], path: str) -> None:
    """What the verb is asked for is checked before anything is simulated."""
    with pytest.raises(InputError) as caught:
        robust(mhhs, **options)

    assert [fault.path for fault in caught.value.faults] == [path]


# -- meaning ---------------------------------------------------------------------------------------------------------------


def test_changes_in_per_cent_have_one_spelling() -> None:
    """A change is printed as it is read; more than everything cannot be taken away."""
    assert str(Relative.parse("+25 %")) == "+25 %"
    assert Relative.parse("-12.5%").factor == 0.875
    with pytest.raises(ValueError, match="-100 % or more"):
        Relative.parse("-120 %")


def test_every_kind_of_quantity_is_found(mhhs: Plan) -> None:
    """Assumptions, unknowns, activities and rules are quantities under the names of their columns."""
    found = {
        name: find_quantity(mhhs, name) for name in ("sit-mvc", "grace-entry", "QUAL", "duration:QUAL", "m10-after-cutover")
    }
    slots = {name: entry.slot for name, entry in found.items() if isinstance(entry, Quantity)}

    assert slots == {
        "sit-mvc": "sit-mvc",
        "grace-entry": "grace-entry",
        "QUAL": "duration:QUAL",
        "duration:QUAL": "duration:QUAL",
        "m10-after-cutover": "m10-after-cutover",
    }
    latest = find_quantity(mhhs, "m9-latest")
    assert isinstance(latest, Quantity)
    assert (latest.kind, latest.value) == ("date", None)
    assert "has no number of its own" in str(find_quantity(mhhs, "align-M10"))


def test_ratings_and_stated_ranges_of_the_plan_are_used(mhhs: Plan) -> None:
    """What the register leaves out comes from the assumption's own range, or by its rating from the table."""
    table = {"rating": "high", "low": "-10 %", "high": "+50 %", "basis": "judgement"}
    register = Register.model_validate({"id": "r", "title": "R", "plan": mhhs.id, "ratings": [table]})
    model = Model(mhhs, register)
    by_id = {chance.id: chance for chance in model.chances}

    assert by_id["qualification-window"].basis == "judgement"
    assert by_id["m5-date"].basis == "document"
    assert "sit-follow-on" not in by_id
    lattice = model.lattice(model.ranges["qualification-window"][0], 261)
    assert (lattice.values[0], lattice.values[-1]) == (235, 391)


def test_a_range_is_of_the_work_whatever_a_scenario_says(mhhs: Plan, register: Register) -> None:
    """Under PoaP 2, which claims 251 working days for the first cohort's tests, they are drawn as under the plan itself."""
    plans = mhhs, load("mhhs-round2", ["poap2"]), load("mhhs-round2", settings={"sit-mvc": "500 wd"})
    drawn = [Sampler(Model(plan, register), ("M10",), 1).draws(0, 256).columns(Case()).values["sit-mvc"] for plan in plans]

    assert all((each == drawn[0]).all() for each in drawn)
    assert 251 <= drawn[0].min() < 304 < drawn[0].max() <= 380


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (
            "low: -10 %, high: 15 wd",
            ["ranges[0].low: '-10 %' would be of what a scenario holds", "maybe '9 wd', or add 'likely: 10 wd'"],
        ),
        ("low: 5 wd, likely: +0 %, high: 15 wd", ["ranges[0].likely: '+0 %' would be", "maybe '10 wd'"]),
        ("low: 5 wd, high: 15 wd", ["ranges[0]: a range is of the work", "maybe add 'likely: 10 wd'"]),
        ("shape: uniform, low: -10 %, high: +10 %", ["ranges[0].low: '-10 %'", "maybe '9 wd'"]),
        ("shape: discrete, values: [{ value: +50 % }]", ["ranges[0].values[0].value: '+50 %'", "maybe '15 wd'"]),
    ],
)
def test_per_cent_of_what_a_scenario_holds_is_refused_with_a_way_out(
    tmp_path: Path, toy: Plan, figures: str, expected: list[str]
) -> None:
    """The figure is located, and what to write instead is offered in the quantity's own unit."""
    found = refused(tmp_path, toy, f"ranges:\n  - {{ id: a, of: oven, basis: judgement, {figures} }}\n")

    assert all(part in found[0] for part in expected), found
    sound = Register.model_validate(
        {
            "id": "r",
            "title": "R",
            "plan": "toy",
            "ranges": [{"id": "a", "of": "oven", "low": "-10 %", "likely": "20 wd", "high": "+50 %", "basis": "judgement"}],
        }
    )
    lattice = Model(toy, sound).lattice(sound.ranges[0], 10)
    assert (lattice.values[0], lattice.values[-1]) == (18, 30), "per cent of the likely value beside it"


def test_a_delay_in_per_cent_is_of_what_is_drawn(tmp_path: Path, toy: Plan) -> None:
    """Where nothing is drawn it would be of what a scenario holds, and is refused."""
    risk = "risks:\n  - { id: k, title: K, probability: 0.4, basis: judgement, impacts: [{ on: oven, likely: +20 % }] }\n"
    found = refused(tmp_path, toy, risk)

    assert "risks[0].impacts[0].likely: '+20 %' would be of what a scenario holds: 'oven' has no range" in found[0]
    assert "maybe '2 wd', or give 'oven' a range" in found[0]


def test_a_range_of_what_a_scenario_empties_stays_empty_and_says_so(mhhs: Plan, register: Register) -> None:
    """A date set to none takes no samples, and the other draws stay the same."""
    emptied = load("mhhs-round2", settings={"mp162-release": "none"})
    with_it, without = (Sampler(Model(plan, register), ("M10",), 1).draws(0, 64).columns(Case()) for plan in (mhhs, emptied))
    notes = Model(emptied, register).notes

    assert any(note.startswith("range 'mp162-release' has no effect") for note in notes)
    assert "mp162-release" not in without.values or set(without.values["mp162-release"].tolist()) == {NONE}
    assert (with_it.values["sit-mvc"] == without.values["sit-mvc"]).all()
    assert (with_it.values["code-body-overrun"] == without.values["code-body-overrun"]).all()


def test_the_register_of_the_re_plan_is_complete_and_says_what_it_stands_on(mhhs: Plan, register: Register) -> None:
    """Every figure is a document's with a citation or called a judgement; every risk of the RAID register is stood for."""
    entries = [*register.ratings, *register.grades, *register.ranges, *register.drivers, *register.risks]
    entries += [*register.correlations, *register.readings]
    stood_for = {name for entry in (*register.ranges, *register.drivers, *register.risks) for name in entry.raid}
    wanted = {entry.id for entry in mhhs.raid if entry.kind in ("risk", "issue")}

    assert {entry.basis for entry in entries} == {"document", "judgement"}
    assert all(entry.citation for entry in entries)
    assert wanted - stood_for == set()
    assert {lever.basis for lever in register.levers} == {"synthetic"}
    assert all(claim.basis == "synthetic" for claim in load_claims(_example(mhhs), mhhs, register).claims)


def _example(plan: Plan) -> Path:
    folder = plan_folder(plan)
    assert folder
    return folder / "risk" / "claims" / "example.csv"


def test_nothing_of_the_register_is_hindsight(mhhs: Plan, register: Register) -> None:
    """Every source that the register cites was published by the day of the pack."""
    published = {source.id: source.published_on for source in mhhs.sources}
    entries = [*register.ranges, *register.drivers, *register.risks]
    days = {published[citation.source] for entry in entries for citation in entry.citation}

    assert max(days) <= mhhs.as_of == dt.date(2022, 9, 22)


# -- schemas ---------------------------------------------------------------------------------------------------------------


def test_the_shipped_register_and_claims_are_what_their_schemas_say(mhhs: Plan) -> None:
    """Editors accept the files that reading accepts, described field by field, and underline a misspelt key or grade."""
    folder = plan_folder(mhhs)
    assert folder
    register_file = json.loads(json.dumps(read_document(folder / REGISTER_FILE, "register").content, default=str))
    rows = read_table(_example(mhhs), "claims", Claim, "claim", {}).entries
    register, claims = register_schema(), claims_schema()
    by_register, by_claims = (jsonschema.Draft202012Validator(schema) for schema in (register, claims))

    assert (register["$id"], claims["$id"]) == (REGISTER_SCHEMA, CLAIMS_SCHEMA)
    assert list(by_register.iter_errors(register_file)) == []
    assert len(register_file["ranges"]) > 15
    assert len(rows) > 5
    assert [error.message for row in rows for error in by_claims.iter_errors(row)] == []
    assert register["$defs"]["Lever"]["properties"]["more"]["description"] == "How much one step adds, to a count."
    assert claims["properties"]["cost"]["description"].startswith("Of bringing the evidence")
    assert [error.json_path for error in by_register.iter_errors({**register_file, "rnages": []})] == ["$"]
    wrong = {**register_file, "levers": [{**register_file["levers"][0], "policy": "by-name"}]}
    assert [error.json_path for error in by_register.iter_errors(wrong)] == ["$.levers[0].policy"]
    assert [error.message for error in by_claims.iter_errors({**rows[0], "assumpton": "x"})]


@pytest.mark.parametrize("kind", ["register", "claims"])
def test_the_schemas_are_published(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    """`optimiser schema` prints both."""
    assert main(["schema", kind]) == 0
    assert json.loads(capfd.readouterr().out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
