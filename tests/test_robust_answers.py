"""Robust dates as an answer: what stands beside them, and what the verb prints."""

from __future__ import annotations

import datetime as dt
import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from models.calendar import Span
from models.risk import Register
from models.robustness import RobustOutcome
from optimiser.cli import main
from optimiser.evidence.documents import robust_document
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.robust import robust_report
from optimiser.reading.load import load
from optimiser.robust import robust
from optimiser.robust.files import find_register, plan_folder
from optimiser.robust.model import Model
from optimiser.robust.simulation import Sampler
from optimiser.scenarios import apply

SMALL = 1_024


@lru_cache(maxsize=8)
def answer(**options: Any) -> RobustOutcome:
    """Return the robust dates of mhhs-round2 on few samples."""
    plan = load("mhhs-round2", options.pop("scenarios", ()))
    return robust(plan, samples=SMALL, **options)


def ordinal(date: dt.date | None) -> int:
    """Return a date as a number, late where there is none."""
    return date.toordinal() if date else 10**7


# -- what stands beside a date ---------------------------------------------------------------------------------------------


def test_a_robust_date_never_stands_alone() -> None:
    """Beside each date: proof and evidence of the deterministic one, shape, correlation, readings, errors, chances."""
    outcome = answer()

    assert outcome.dates == {entry.id: entry.date for entry in outcome.milestones}
    assert list(outcome.dates) == ["M10", "M14", "M16"]
    for entry in outcome.milestones:
        assert entry.proof == "certified"
        assert entry.evidence
        assert entry.date
        assert entry.deterministic
        assert (entry.contingency_wd or 0) > 0
        assert (entry.probability or 0) >= 0.8
        assert entry.standard_error_wd is not None
        assert entry.sensitivity.triangular
        assert entry.sensitivity.pert
        assert ordinal(entry.sensitivity.pert) < ordinal(entry.sensitivity.triangular)
        assert ordinal(entry.sensitivity.readings_first) <= ordinal(entry.sensitivity.readings_last)
        assert entry.sensitivity.readings_tried > 14
        assert set(entry.baselines) == {"TT", "PoaP-1-page", "PoaP-1-project", "PoaP-2"}
        assert math.isclose(math.fsum(mass.probability for mass in entry.masses), 1, abs_tol=1e-6)
        quantiles = list(entry.quantiles.values())
        assert quantiles == sorted(quantiles, key=ordinal)
        assert list(entry.quantiles) == [f"P{share}" for share in range(10, 100, 10)]


def test_probabilities_are_those_of_the_masses() -> None:
    """A baseline's chance, the date's own and the deterministic one's are sums of the masses."""
    for entry in answer().milestones:

        def until(date: dt.date, entry: Any = entry) -> float:
            return math.fsum(mass.probability for mass in entry.masses if mass.date <= date)

        assert until(entry.date) == pytest.approx(entry.probability, abs=1e-6)
        assert until(entry.deterministic) == pytest.approx(entry.deterministic_probability, abs=1e-6)
        found = entry.baselines["PoaP-1-page"]
        assert until(
            dt.date(2025, 7, 31) if entry.id == "M10" else dt.date(2026, 4, 30) if entry.id == "M14" else dt.date(2026, 12, 31)
        ) == (pytest.approx(found.probability, abs=1e-6))


def test_bias_adds_up_and_names_its_parts() -> None:
    """Skew, merging and risk add up to the distance of the mean from the plan; nothing merges on a single chain."""
    for entry in answer().milestones:
        assert entry.bias
        assert entry.bias.risk_wd > 0
    m10 = answer().milestones[0]
    assert m10.bias
    assert abs(m10.bias.merge_wd) < 0.5


def test_what_is_closed_buys_days_and_what_is_not_felt_buys_none() -> None:
    """Exclusion: the tests of the first cohort buy M10 days and M14 none; shares of contingency add up to one."""
    outcome = answer()
    by_id = {effect.id: effect for effect in outcome.chances}

    assert (by_id["sit-mvc"].bought_wd["M10"] or 0) > 10
    assert by_id["sit-mvc"].bought_wd["M14"] in (0, 1, -1)
    assert by_id["cp5-preparation"].bought_wd == {"M10": 0, "M14": 0, "M16": 0}
    for name in outcome.dates:
        assert math.fsum(effect.share[name] for effect in outcome.chances) == pytest.approx(1, abs=1e-4)
    assert by_id["few-volunteers"].raid == ("INT-R1", "MIG-R4")
    assert (by_id["sit-mvc"].low_wd["M10"] or 0) < -10 < 10 < (by_id["sit-mvc"].high_wd["M10"] or 0)


def test_criticality_is_that_of_the_driving_chain() -> None:
    """The chain to M10 is critical in every sample, and sensitivity is criticality weighed by scatter."""
    by_id = {effect.id: effect for effect in answer().activities}

    assert by_id["SIT-MVC"].criticality["M10"] > 0.9
    assert by_id["QUAL"].criticality["M10"] == 0
    assert by_id["QUAL"].criticality["M14"] == 1
    assert by_id["CP3"].schedule_sensitivity["M10"] == 0
    assert by_id["CP3"].cruciality["M10"] is None


def test_the_joint_dates_are_later_than_the_single_ones() -> None:
    """Milestones that hold one by one hold together less often, and dates that hold together are later."""
    outcome = answer()

    assert outcome.joint.probability < 0.8
    assert all(ordinal(outcome.joint.dates[name]) >= ordinal(date) for name, date in outcome.dates.items())


def test_a_confidence_that_the_samples_cannot_resolve_is_said_so() -> None:
    """A date read off the last of the samples is one, called by all its digits, with a note."""
    outcome = robust(load("toy"), 0.9999, samples=64, budget=0)

    assert "P99.99" in outcome.milestones[0].quantiles
    assert any("fewer than one sample lies beyond a confidence of 99.99 %" in note for note in outcome.notes)
    assert not any("beyond a confidence" in note for note in robust(load("toy"), samples=64, budget=0).notes)


def test_of_very_many_chances_the_weightiest_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exclusion is for those that hang together most with a milestone; of the others it says that it was not tried."""
    monkeypatch.setattr("optimiser.robust.sensitivity.MOST_CLOSED", 3)
    outcome = robust(load("mhhs-round2"), samples=256, budget=0)
    tried = {effect.id for effect in outcome.chances if any(effect.bought_wd.values())}

    assert 0 < len(tried) <= 3
    assert any(set(effect.bought_wd.values()) == {None} for effect in outcome.chances)
    assert any("only the 3 whose ranks hang together most" in note for note in outcome.notes)
    robust_report(outcome, load("mhhs-round2"), Page(100))


def test_convergence_stops_the_run() -> None:
    """A wide tolerance stops after one block, and says so; a tolerance of nothing never does."""
    plan = load("toy")
    early = robust(plan, samples=20_000, within=50.0)
    never = robust(load("mhhs-round2"), samples=16_384, within=0.0, milestones=["M14"])

    assert (early.samples, early.stopped) == (8_192, "every standard error is at most 50 wd")
    assert (never.samples, never.stopped) == (16_384, "the number asked for; not converged")


def test_standard_errors_shrink_and_cover() -> None:
    """Dates from two seeds lie within three of their standard errors of each other."""
    plan = load("mhhs-round2")
    register = find_register(plan, plan_folder(plan))
    assert register
    model = Model(plan, register)
    found = [Sampler(model, ("M14",), seed).run(8_192).among("M14").met(dt.date(2026, 9, 29)) for seed in (1, 2)]

    assert found[0] == pytest.approx(found[1], abs=3 * math.sqrt(2) * 0.003)


# -- claims, another plan ------------------------------------------------------------------------------------------


def test_claims_give_dates_by_grade_and_worth_by_respondent() -> None:
    """Dates are given for the register and each grade; the last counts every claim, and is the robust date's own."""
    outcome = answer(claims="example")
    found = outcome.claims
    assert found

    assert [row.grade for row in found.dates] == ["none", "A", "B or firmer", "C or firmer", "D or firmer"]
    assert [row.claims for row in found.dates] == [0, 1, 4, 9, 11]
    assert found.dates[0].dates == answer().dates
    assert found.dates[-1].dates == outcome.dates
    assert {effect.assumption for effect in found.effects[:3]} <= {
        "qualification-window",
        "sit-mvc",
        "qualification-start-from-m9",
    }
    movers = [sum(value or 0 for value in effect.knowing_wd.values()) for effect in found.effects]
    assert movers == sorted(movers, reverse=True)
    central = next(effect for effect in found.effects if effect.assumption == "cutover-suppliers")
    assert central.knowing_wd["M14"] is not None
    assert central.knowing_wd["M14"] < 5


@pytest.mark.long
def test_two_plans_share_their_draws() -> None:
    """PoaP 1 against PoaP 2: chances of their own dates, what parts them, and a break-even where no cost is given."""
    plan, other = load("mhhs-round2", ["poap1"]), load("mhhs-round2", ["poap2"])
    found = robust(plan, samples=8_192, against=other).against
    assert found

    assert (found.first.name, found.second.name) == ("poap1", "poap2")
    assert found.first.deterministic["M10"] == dt.date(2025, 7, 1)
    assert found.first.met["M10"] == found.first.baselines["M10"]["PoaP-1-project"]
    assert found.aligned == {"alignment": "M16"}
    assert all((share or 0) < 0.05 for share in found.second_later.values())
    cuts = {cut.id: cut for cut in found.cuts}
    readings = {"reading sit-exit", "reading sad-tail", "reading m9"}
    assert set(cuts) == readings | {"sit-mvc", "contingency", "m16-after-m15"}
    assert cuts["contingency"].cost is None
    assert "worth doing up to a cost of" in (cuts["reading m9"].worth or "")
    assert (cuts["contingency"].promised_wd["M10"], cuts["contingency"].gained_wd["M10"]) == (19, 0), "a buffer is no work"
    assert not any((cuts["sit-mvc"].gained_wd["M10"], cuts["sit-mvc"].lost_wd["M10"])), "a claim shortens no work"
    assert "worth doing" not in (cuts["sit-mvc"].worth or "")


def test_a_plan_against_itself_differs_in_nothing() -> None:
    """The same plan twice has the same dates, chances and no cuts."""
    plan = load("toy")
    found = robust(plan, samples=SMALL, against=plan).against
    assert found

    assert found.cuts == ()
    assert found.first == found.second
    assert set(found.second_later.values()) == {0.0}


def test_costs_of_the_plan_price_a_cut() -> None:
    """Where an assumption states the cost of a unit, a cut is priced, and so is each month it gains."""
    plan = load("toy")
    priced = plan.evolve(
        assumptions=tuple(
            entry.model_copy(update={"cost": 3}) if entry.id == "fit-out" else entry for entry in plan.assumptions
        )
    )
    from models.scenario import Scenario

    shorter = apply(Scenario.model_validate({"id": "shorter", "title": "Shorter", "assumptions": {"fit-out": "5 wd"}}), priced)
    found = robust(priced, samples=SMALL, against=shorter).against
    assert found
    (cut,) = found.cuts

    assert cut.cost == 45
    assert cut.worth is None


@pytest.mark.long
def test_weighted_readings_mix_the_answers() -> None:
    """Drawn readings widen the dates; one that has no probability stays as chosen."""
    outcome = answer(readings="weighted")

    assert "sit-exit" in outcome.weighted
    assert "calendar" not in outcome.weighted
    kinds = {effect.kind for effect in outcome.chances}
    assert "reading" in kinds
    wide, narrow = (found.milestones[0].deviation_wd or 0 for found in (outcome, answer()))
    assert wide > narrow


def test_weighted_calendars_are_simulated_each_on_its_own() -> None:
    """A register may weigh calendars; what falls after the shortest list of days counts as beyond."""
    plan = load("mhhs-round2")
    base = find_register(plan, plan_folder(plan))
    assert base
    pinned = plan.calendars_by_id["england-wales"]
    shorter = pinned.model_copy(
        update={
            "covers": Span(first=pinned.covers.first, last=dt.date(2027, 12, 31)),
            "holidays": tuple(holiday for holiday in pinned.holidays if holiday.day.year < 2028),
        }
    )
    plan = plan.evolve(calendars=tuple(shorter if each is pinned else each for each in plan.calendars))
    content = base.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    content["readings"] = [
        {"reading": "calendar", "probabilities": {"mon-fri": 0.5, "england-wales": 0.5}, "basis": "judgement"}
    ]
    content["schema"] = "optimiser/risk/1"
    outcome = robust(plan, samples=SMALL, register=Register.model_validate(content), readings="weighted")
    alone = answer()

    assert outcome.weighted == ("calendar",)
    assert ordinal(outcome.dates["M10"]) > ordinal(alone.dates["M10"])
    m16 = outcome.milestones[2]
    assert m16.beyond > 0
    assert max(mass.date for mass in m16.masses) <= dt.date(2027, 12, 31)


def test_side_by_side_lists_every_answer() -> None:
    """Each option of each open reading has its dates; the chosen ones are the robust dates."""
    outcome = answer(readings="side-by-side")
    plan = load("mhhs-round2")

    assert [(row.reading, row.option) for row in outcome.side_by_side] == [
        (reading.id, option.id) for reading in plan.live_readings() for option in reading.options
    ]
    assert all(row.dates == outcome.dates for row in outcome.side_by_side if row.chosen)
    by = {(row.reading, row.option): row.dates for row in outcome.side_by_side}
    assert ordinal(by["sit-exit", "all-parties"]["M10"]) > ordinal(by["sit-exit", "first-cohort"]["M10"])


def test_a_plan_whose_people_queue_is_simulated_under_the_policy() -> None:
    """Capacity is allotted first come first served, its amount drawn; the deterministic date stays solve's."""
    from optimiser.solve import earliest

    outcome = robust(load("toy-capacity"), samples=256)

    assert outcome.policy
    assert outcome.milestones[0].deterministic == earliest(load("toy-capacity")).dates["DONE"]
    testers = next(effect for effect in outcome.chances if effect.id == "testers")
    assert (testers.low_wd["DONE"] or 0) > 0, "fewer testers take longer"
    assert (testers.high_wd["DONE"] or 0) <= 0


# -- what is printed -------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_verb_gives_equal_bytes_twice(capfd: pytest.CaptureFixture[str]) -> None:
    """Equal inputs and seed, equal bytes, as tables and as JSON; another seed moves figures."""
    printed = []
    for options in ([], [], ["--json"], ["--json"], ["--seed", "8"]):
        assert main(["robust", "mhhs-round2", "--confidence", "0.8", "--seed", "7", "--samples", "256", *options]) == 0
        printed.append(capfd.readouterr().out)

    assert printed[0] == printed[1] != printed[4]
    assert printed[2] == printed[3]
    document = json.loads(printed[2])
    assert next(iter(document)) == "schema"
    assert document["schema"] == "optimiser/robust/1"
    assert list(document["milestones"]) == ["M10", "M14", "M16"]
    assert all(entry["date"] > entry["deterministic"] for entry in document["milestones"].values())
    assert document["run"]["seed"] == 7


def test_the_report_prints_what_a_date_rests_on_in_every_width() -> None:
    """Proof, evidence, shape, correlation and readings are printed beside the dates; no line is wider than the page."""
    plan = load("mhhs-round2")
    outcome = answer(claims="example", readings="side-by-side")
    for width in (60, 100, 160):
        text = robust_report(outcome, plan, Page(width))

        assert max(map(len, text.splitlines())) <= width
        for words in ("certified", "PERT", "triangular", "no correlation", "readings", "standing on", "Jointly", "scrambles"):
            assert words in text, (width, words)


def test_the_document_holds_the_whole_outcome() -> None:
    """Nothing of the outcome is missing from the document, and it is plain JSON."""
    outcome = answer()
    document = robust_document(outcome)

    assert json.loads(json.dumps(document)) == document
    assert set(type(outcome).model_fields) <= {*document, *document["run"]}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--confidence", "1.5"], 2),
        (["--target", "M10:2025"], 2),
        (["--target", "M10=2020-01-01"], 5),
        (["--against", "nobody"], 2),
        (["--claims", "nobody"], 2),
        (["--register", "nowhere.yaml"], 2),
    ],
    ids=str,
)
def test_exit_codes_say_what_became_of_it(options: list[str], code: int, capfd: pytest.CaptureFixture[str]) -> None:
    """Bad input is 2, a target missed 5, and a user's mistake shows no traceback."""
    assert main(["robust", "mhhs-round2", "--samples", "256", *options]) == code
    assert "Traceback" not in capfd.readouterr().err


def test_a_register_from_a_folder_is_found_beside_its_plan(tmp_path: Path) -> None:
    """A plan read from a folder uses that folder's register, and none of a packaged plan of the same id."""
    import shutil

    source = Path(str(plan_folder(load("toy"))))
    folder = tmp_path / "toy"
    shutil.copytree(source, folder)
    (folder / "risk").mkdir()
    (folder / "risk" / "register.yaml").write_text(
        "schema: optimiser/risk/1\nid: own\ntitle: Its own register\nplan: toy\n", "utf-8"
    )
    outcome = robust(load(folder), samples=64, folder=folder)

    assert outcome.register_title == "Its own register"
    assert robust(load("toy"), samples=64).register_title is None
