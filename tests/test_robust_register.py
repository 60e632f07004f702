"""One register for every scenario: ranges of the work, buffers taken out, numbers that are claims, and two plans on the same draws."""

from __future__ import annotations

import datetime as dt
import math
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from models.plan import Plan
from models.risk import REGISTER_SCHEMA, Register, Relative
from models.robustness import RobustOutcome
from optimiser.errors import InputError
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.robust import robust_report
from optimiser.numbers import column_number
from optimiser.reading.document import read_document
from optimiser.reading.load import load
from optimiser.reading.translate import record_in
from optimiser.robust import robust
from optimiser.robust.files import find_register, load_register, plan_folder
from optimiser.robust.held import judgements
from optimiser.robust.quantity import Quantity, find_quantity

OLD = Path(__file__).parent / "data" / "register_in_per_cent.yaml"
"""The register of the re-plan as it was: per cent of whatever a scenario holds, some rows counted twice."""


def converted(plan: Plan) -> Register:
    """Return the old register with its per cent taken once of a plan's values, rounded to the nearest whole, halves up."""
    record = record_in(read_document(OLD, OLD.name), Register, REGISTER_SCHEMA)
    content: dict[str, Any] = record.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for entry in content["ranges"]:
        found = find_quantity(plan, entry["of"])
        assert isinstance(found, Quantity)

        def absolute(value: Any, base: Quantity = found) -> Any:
            """Return a figure in the quantity's unit."""
            if not (isinstance(value, str) and value.endswith("%")):
                return value
            return f"{math.floor(column_number(base.value) * Relative.parse(value).factor + 0.5)} {base.unit}"

        shared = "rag" in entry or any(str(entry.get(end)).endswith("%") for end in ("low", "high"))
        entry.update({end: absolute(entry[end]) for end in ("low", "high") if end in entry})
        entry.update({"likely": str(found.value)} if shared else {})
        for each in entry.get("values", ()):
            each["value"] = absolute(each["value"])
    # What delays M14 besides the tail before it strikes the link, as nothing is drawn on a buffer.
    impacts = [impact for risk in content["risks"] for impact in risk["impacts"] if impact["on"] == "SAD-TAIL"]
    for impact in impacts:
        impact["on"] = "m14-after-sad"
    return Register.model_validate(content)


def near(found: dt.date | None, expected: str, days: int = 2) -> bool:
    """Say whether a date lies within some days of another."""
    return found is not None and abs((found - dt.date.fromisoformat(expected)).days) <= days


# -- the re-plan -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alignment", "expected"),
    [
        ("all", {"M10": "2025-11-03", "M14": "2026-09-30", "M16": "2027-08-31"}),
        ("M16", {"M10": "2025-10-15", "M14": "2026-09-29"}),
    ],
)
def test_the_old_percentages_converted_once_with_buffers_out_give_the_dates_known(
    alignment: str, expected: dict[str, str]
) -> None:
    """With 19 and 41 working days as buffers, and not as work, PoaP 1's dates at 80 % are a month or more earlier."""
    plan = load("mhhs-round2", ["poap1"], readings={"alignment": alignment, "sad-tail": "buffer"})
    outcome = robust(plan, samples=4096, milestones=["M10", "M14", "M16"], register=converted(plan), budget=0)

    assert {name: str(outcome.dates[name]) for name, date in expected.items() if not near(outcome.dates[name], date)} == {}
    assert not [claim.quantity for claim in outcome.plan_claims], "the figures are about this plan's own values"


def test_the_register_as_it_was_is_refused_with_a_way_out() -> None:
    """Every figure in per cent of what a scenario holds is located, and what to write instead is offered."""
    with pytest.raises(InputError) as caught:
        load_register(OLD, load("mhhs-round2", ["poap1"]))
    found = [str(fault) for fault in caught.value.faults]

    assert all("would be of what a scenario holds" in text or "of what a scenario holds that would" in text for text in found)
    mvc = next(text for text in found if "'-17 %'" in text)
    assert "'252 wd', or add 'likely: 304 wd', of which it is then taken" in mvc
    assert any("rating 'medium'" in text and "add 'likely: 21 wd'" in text for text in found)
    assert sum("ranges[" in text for text in found) == len(found) > 20


@pytest.fixture(scope="module")
def compared() -> RobustOutcome:
    """Return PoaP 1 with PoaP 2 beside it."""
    plan, other = (load("mhhs-round2", [name]) for name in ("poap1", "poap2"))
    return robust(plan, samples=4096, against=other, budget=0)


@pytest.mark.long
def test_on_one_register_the_challenge_plan_keeps_its_word_less_often(compared: RobustOutcome) -> None:
    """PoaP 2's chance of its own M10 is below PoaP 1's of its own: its cut of integration testing shortens no work."""
    found = compared.against
    assert found is not None
    assert (found.second.met["M10"] or 0) < 0.01
    assert (found.first.met["M10"] or 0) > 0.1
    trade = {each.milestone: each for each in found.trades}["M10"]
    assert (trade.saves_wd or 0) > (trade.brings_wd or 0) > 0, "it brings less than it says"
    assert (trade.second_late_wd or 0) > (trade.first_late_wd or 0)
    assert trade.break_even == pytest.approx(
        (trade.saves_wd or 0) / ((trade.second_late_wd or 0) - (trade.first_late_wd or 0)), abs=0.01
    )


@pytest.mark.long
def test_two_plans_stand_under_one_alignment_that_of_the_plan_asked_about(compared: RobustOutcome) -> None:
    """PoaP 2 rounds to months by its scenario; beside PoaP 1 it does not, and that is said. Asked about itself, both do."""
    found = compared.against
    assert found is not None
    assert found.aligned == {"alignment": "M16"}
    own, beside = dt.date(2025, 11, 28), dt.date(2025, 11, 10)
    assert robust(load("mhhs-round2", ["poap2"]), samples=64, budget=0).milestones[1].deterministic == own
    assert found.second.deterministic["M14"] == beside
    assert "both under alignment=M16, as poap1 has it" in robust_report(compared, load("mhhs-round2", ["poap1"]), Page(100))
    turned = robust(load("mhhs-round2", ["poap2"]), samples=64, against=load("mhhs-round2", ["poap1"]), budget=0).against
    assert turned is not None
    assert turned.aligned == {"alignment": "all"}
    assert turned.second.deterministic["M16"] == dt.date(2026, 12, 31)


def test_the_buffer_held_stands_against_the_buffer_needed() -> None:
    """PoaP 1 holds 19 working days before M10; no sample contains them, and what confidences need counts from the date without."""
    with_them, without = (
        robust(load("mhhs-round2", ["poap1"], settings=settings), samples=1024, milestones=["M10"], budget=0)
        for settings in ({}, {"contingency": "0 wd"})
    )
    held, bare = (outcome.milestones[0] for outcome in (with_them, without))

    assert held.masses == bare.masses, "never both"
    assert held.buffer is not None
    assert bare.buffer is not None
    assert (held.buffer.held_wd, bare.buffer.held_wd) == (19, 0)
    assert held.buffer.without == bare.deterministic
    assert held.buffer.needed_wd == bare.buffer.needed_wd
    assert set(held.buffer.needed_wd) == {"P50", "P80", "P90"}
    assert held.buffer.needed_wd["P80"] == bare.contingency_wd
    assert (held.contingency_wd or 0) + 19 == bare.contingency_wd
    assert held.bias == bare.bias


def test_sad_work_read_as_a_buffer_is_held_and_not_drawn() -> None:
    """The same 41 working days are in the plan's own M14 either way; as a buffer they are in no sample."""
    found = {}
    for option in ("none", "work", "buffer"):
        plan = load("mhhs-round2", readings={"sad-tail": option})
        found[option] = robust(plan, samples=1024, milestones=["M14"], budget=0).milestones[0]

    assert found["work"].deterministic == found["buffer"].deterministic == dt.date(2026, 3, 31)
    assert found["buffer"].masses == found["none"].masses != found["work"].masses
    held = {option: entry.buffer.held_wd if entry.buffer else None for option, entry in found.items()}
    assert held == {"none": 0, "work": 0, "buffer": 41}


@pytest.mark.long
def test_a_scenario_own_number_is_listed_as_a_claim() -> None:
    """PoaP 2's 251 working days stand beside the register's range with their chance; work that a plan leaves out is not drawn."""
    outcome = robust(load("mhhs-round2", ["poap2"]), samples=1024, budget=0)
    claims = {claim.quantity: claim for claim in outcome.plan_claims}

    sit = claims["sit-mvc"]
    assert (sit.claimed, sit.low, sit.likely, sit.high, sit.chance) == ("251 wd", "251 wd", "304 wd", "380 wd", 0)
    assert sit.fitted_to is not None
    assert claims["m16-after-m15"].chance == pytest.approx(0.2, abs=0.01)
    assert claims["sad-tail"].chance is None
    shown = robust_report(outcome, load("mhhs-round2", ["poap2"]), Page(120))
    assert "251 wd (fitted)" in shown
    assert "none of the samples" in shown
    assert robust(load("mhhs-round2", ["poap1"]), samples=64, budget=0).plan_claims == ()
    by_hand = robust(load("mhhs-round2", settings={"cit": "50 wd"}), samples=1024, budget=0).plan_claims
    assert {claim.quantity: claim.claimed for claim in by_hand}["cit"] == "50 wd"


def test_a_register_of_judgement_says_so_beside_each_date() -> None:
    """Who judged, on what, how many of how many, and where each date goes with PERT, without correlation, over the readings."""
    plan = load("mhhs-round2", ["poap1"])
    outcome = robust(plan, samples=256, budget=0)
    found = outcome.judgements
    assert found is not None

    assert found.mostly
    assert found.by == ("the authors of this instance",)
    shown = robust_report(outcome, plan, Page(200))
    for entry in outcome.milestones:
        line = next(
            line for line in shown.splitlines() if f"{found.judged} of {found.entries} ranges" in line and entry.id in line
        )
        for words in ("with PERT", "without correlation", "over the readings"):
            assert words in line


def test_no_row_of_the_pack_is_counted_twice() -> None:
    """The rows that stood behind two entries stand behind one, and rows that two entries name strike different quantities."""
    plan = load("mhhs-round2")
    register = find_register(plan, plan_folder(plan))
    assert register is not None
    struck: dict[tuple[str, str], set[str]] = {}
    for entry in register.ranges:
        for row in entry.raid:
            struck.setdefault((row, entry.of), set()).add(entry.id)
    for risk in register.risks:
        for row, impact in product(risk.raid, risk.impacts):
            struck.setdefault((row, impact.on), set()).add(risk.id)
    twice = {key: ids for key, ids in struck.items() if len(ids) > 1}
    rows = {row: {name for (each, _), names in struck.items() if each == row for name in names} for row, _ in struck}

    assert twice == {("INT-I2", "mp162-release"): {"mp162-release", "release-missed"}}, "the day in June, and the next release"
    assert rows["QUAL-A1"] == rows["QUAL-R1"] == {"qualification-window"}
    assert rows["QUAL-A5"] == {"go-live-after"}
    assert rows["MIG-I1"] == {"migration-design"}
    assert rows["INT-A14"] == rows["INT-A16"] == {"sit-others"}
    assert rows["INT-I1"] == {"sit-mvc", "sit-others"}
    assert not any("INT-I1" in driver.raid for driver in register.drivers), "the stages hang together by their correlation"


# -- any plan --------------------------------------------------------------------------------------------------------------


def test_nothing_is_drawn_on_a_buffer_and_it_is_said(make_plan: Any) -> None:
    """A range and a risk on a buffer move nothing; the work around it is drawn as ever."""
    parts: dict[str, Any] = {
        "milestones": [{"id": "M", "title": "M", "shown": "opens", "basis": "synthetic"}],
        "rules": [
            {"id": "ab", "kind": "dependency", "title": "l", "before": "A", "after": "B", "basis": "synthetic"},
            {"id": "bm", "kind": "dependency", "title": "l", "before": "B", "after": "M", "basis": "synthetic"},
        ],
        "targets": ["M"],
    }
    work = {"id": "A", "title": "A", "duration": "10 wd", "basis": "synthetic"}
    spare = {"id": "B", "title": "B", "duration": "5 wd", "buffer": True, "basis": "synthetic"}
    plan = make_plan(activities=[work, spare], **parts)
    shape = {"basis": "judgement", "low": "4 wd", "likely": "5 wd", "high": "30 wd"}
    risk = {"id": "k", "title": "K", "probability": 0.5, "impacts": [{"on": "B", "likely": "9 wd"}], "basis": "judgement"}
    content = {"id": "r", "title": "R", "plan": plan.id, "ranges": [{"id": "spare", "of": "B", **shape}], "risks": [risk]}
    outcome = robust(plan, samples=64, register=Register.model_validate(content))
    entry = outcome.milestones[0]

    assert [mass.probability for mass in entry.masses] == [1.0]
    assert entry.buffer is not None
    assert (entry.buffer.held_wd, entry.buffer.needed_wd["P90"], entry.contingency_wd) == (5, 0, -5)
    assert sum("finds nothing to move in B: it is a buffer" in note for note in outcome.notes) == 2
    assert outcome.plan_claims == ()


def test_a_reading_that_makes_work_a_buffer_is_drawn_with_the_others(make_plan: Any) -> None:
    """Drawn by its probability, the buffer is out of just those samples in which it is one."""
    reading = {
        "id": "spare",
        "question": "Is B work?",
        "default": "work",
        "basis": "synthetic",
        "options": [
            {"id": "work", "title": "Yes", "probability": 0.25, "changes": {"buffer": {"B": False}}},
            {"id": "spare", "title": "No", "probability": 0.75, "changes": {"buffer": {"B": True}}},
        ],
    }
    plan = make_plan(
        activities=[{"id": "B", "title": "B", "duration": "5 wd", "basis": "synthetic"}],
        milestones=[{"id": "M", "title": "M", "shown": "opens", "basis": "synthetic"}],
        rules=[{"id": "bm", "kind": "dependency", "title": "l", "before": "B", "after": "M", "basis": "synthetic"}],
        targets=["M"],
        readings=[reading],
    )
    weighted = robust(plan, 0.9, readings="weighted").milestones[0]
    beside = robust(plan, 0.9, readings="side-by-side").side_by_side

    assert [mass.probability for mass in weighted.masses] == pytest.approx([0.75, 0.25], abs=0.01)
    dates = {row.option: row.dates["M"] for row in beside}
    assert [dates["spare"], dates["work"]] == [mass.date for mass in weighted.masses]


def test_whoever_judged_an_entry_is_named_for_it() -> None:
    """An entry names its own judge and ground, the register whoever judged the rest; what is documented has none."""
    shape = {"low": "4 wd", "likely": "5 wd", "high": "30 wd"}
    content = {
        "id": "r",
        "title": "R",
        "plan": "test",
        "judged_by": "a planner",
        "judged_on": "experience",
        "ranges": [
            {"id": "a", "of": "A", "basis": "judgement", **shape},
            {"id": "b", "of": "B", "basis": "judgement", "judged_by": "a tester", "judged_on": "logs", **shape},
            {"id": "c", "of": "C", "basis": "synthetic", "judged_by": "nobody", **shape},
        ],
    }
    found = judgements(Register.model_validate(content))

    assert (found.entries, found.judged, found.by, found.on) == (3, 2, ("a planner", "a tester"), ("experience", "logs"))


@pytest.mark.long
def test_an_alignment_that_is_switched_by_name_holds_for_the_other_plan_too() -> None:
    """Not only the answer to the reading, the state of each rule is that of the plan asked about."""
    plan = load("mhhs-round2", ["poap1"], released=["align-M16"])
    found = robust(plan, samples=64, against=load("mhhs-round2", ["poap2"]), budget=0).against
    assert found is not None

    assert found.second.deterministic["M16"] == dt.date(2026, 7, 10), "eight months after its M14, to the day"
    assert "rule align-M16" not in {cut.id for cut in found.cuts}
