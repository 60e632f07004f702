"""Qualification as a vocabulary: what parties become in a plan, what without the switch stays as it was, what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from models.faults import PlanFaultsError
from models.plan import Plan
from models.scenario import Scenario
from optimiser import load
from optimiser.check import check
from optimiser.critical import best_schedule, compile_network, earliest_times, resources
from optimiser.errors import InputError
from optimiser.qualification import qualify
from optimiser.reading.packaged import find_plan
from optimiser.scenarios import apply
from optimiser.scenarios.expansion import exchange
from optimiser.solve.fingerprint import plan_sha256
from optimiser.solve.placement import complete
from tests.parties import GROUND, SWITCH, bare, expanded, party, role

BOARDS = {"pattern": {"every_weeks": 4, "since": "2024-01-25"}}


def earliest_of(plan: Plan) -> dict[str, int]:
    """Return the earliest boundary of each milestone, capacity left out, counted from the first of the axis."""
    network = compile_network(plan)
    found = earliest_times(network)
    assert found.status == "feasible"
    assert check(plan.evolve(rules=tuple(r for r in plan.rules if r.kind != "capacity")), complete(network, found.values)) == ()
    return {entry.id: found.position(entry.id)[0] - network.clock.origin for entry in plan.milestones}


# -- the switch -----------------------------------------------------------------------------------------------------------


def test_without_the_switch_a_plan_is_as_if_it_had_no_parties() -> None:
    """Items, rules and hash of a plan do not tell whether a Qualification that is off stands beside it."""
    with_parties = bare([party("A")])
    without = with_parties.evolve(qualification=None)

    assert with_parties.items == without.items
    assert with_parties.rules == without.rules
    assert plan_sha256(with_parties) == plan_sha256(without)


def test_the_mhhs_plan_does_not_know_its_parties(tmp_path: Path) -> None:
    """Without the files of its parties the MHHS plan is the same to the byte of its hash."""
    folder = tmp_path / "mhhs"
    shutil.copytree(find_plan("mhhs-round2"), folder)
    for name in ("qualification.yaml", "participants.csv"):
        (folder / name).unlink()

    assert plan_sha256(load(folder)) == plan_sha256(load("mhhs-round2"))


def test_switching_on_frees_the_bar_and_replaces_its_rules() -> None:
    """The bar's length becomes an output and the rules that parties stand in for are off."""
    plan = expanded([party("A"), party("B")])

    assert plan.items["QUAL"].enabled is False  # type: ignore[union-attr]
    assert plan.rules_by_id["done-after-bar"].enabled is False
    assert plan.settings.rules == {SWITCH: True}
    assert plan_sha256(plan) != plan_sha256(bare([party("A"), party("B")]))


def test_parties_cannot_be_taken_out_again() -> None:
    """A later scenario that switches them off is refused in words."""
    plan = expanded([party("A")])

    with pytest.raises(PlanFaultsError, match="are in the plan already; maybe leave out the scenario"):
        apply(Scenario(id="off", title="Off", rules={SWITCH: False}), plan)


def test_values_of_its_own_can_be_set_once_it_is_on() -> None:
    """Assumptions of the Qualification join the plan's with the switch, so the same scenario may set them."""
    own = [{"id": "sandbox-time", "title": "Sandbox", "value": "0 wd", **GROUND}]
    plan = bare([party("A")], assumptions=own, sandbox="$sandbox-time")
    scenario = Scenario.model_validate(
        {"id": "s", "title": "S", "rules": {SWITCH: True}, "assumptions": {"sandbox-time": "5 wd"}}
    )

    assert earliest_of(apply(scenario, plan))["ALL"] == earliest_of(expanded([party("A")]))["ALL"] + 5


# -- what a party is ------------------------------------------------------------------------------------------------------


def test_a_supplier_is_ready_tested_approved_and_live_with_its_agent() -> None:
    """Entry follows DBT1 evidence, the end the test, DBT2 evidence and the slower of the two approvals."""
    plan = expanded([party("A", ready="3 wd")])
    dates = earliest_of(plan)

    assert dates["A-READY"] == 3
    assert dates["A-EVIDENCE"] == dates["A-APPROVED"] == 13
    assert dates["AG-APPROVED"] == 4
    assert dates["ALL"] == dates["A-LIVE"] == 13


@pytest.mark.parametrize(
    ("more", "days"),
    [
        ({"evidence": "20 wd"}, 20),
        ({"reliance": "full"}, 4),
        ({"reliance": "partial"}, 6),
        ({"reliance": "full", "relies_on": "AG"}, 7),
        ({"ready_on": "2024-01-15"}, None),
    ],
)
def test_what_moves_a_supplier(more: dict[str, Any], days: int | None) -> None:
    """DBT2 evidence, reliance, the party relied on and a day of its own each move it as stated."""
    dates = earliest_of(expanded([party("A", **more)]))

    if days is None:
        assert dates["A-LIVE"] == dates["A-READY"] + 10 > 10
    else:
        assert dates["A-LIVE"] == days


def test_approval_waits_for_the_board_of_every_body() -> None:
    """The evening of the first board with notice, of the later of two bodies."""
    bodies = [
        {"id": "BODY", "title": "the body", "slots": 2, "board": BOARDS, "notice": "2 wd", **GROUND},
        {"id": "LATE", "title": "the late one", "slots": 2, "notice": "90 wd", **GROUND},
    ]
    roles = [role("supplier", "supplier", approved_by=["BODY", "LATE"]), role("agent", "agent", length="4 wd")]
    dates = earliest_of(expanded([party("A")], bodies=bodies, roles=roles))
    plain = earliest_of(expanded([party("A")], bodies=bodies))

    assert dates["A-APPROVED"] == 100
    assert plain["A-APPROVED"] > 12
    network = compile_network(expanded([party("A")], bodies=bodies))
    shown = network.clock.show(plain["A-APPROVED"] + network.clock.origin, "closes")
    assert (shown.toordinal() - 738910) % 28 == 0  # four weeks from Thursday 25 January 2024


def test_go_live_preparation_beside_the_test_or_after_approval() -> None:
    """In parallel it counts from the start of the test, afterwards from the approval."""
    beside = earliest_of(expanded([party("A")], go_live_preparation="15 wd"))
    after = earliest_of(expanded([party("A")], go_live_preparation="15 wd", go_live_after_approval=True))

    assert (beside["A-LIVE"], after["A-LIVE"]) == (15, 25)


def test_a_representative_pair_stands_for_those_like_it() -> None:
    """With representatives a supplier need not wait for its own slow agent where a pair on its platform is proven."""
    slow = party("SLOW", "agent", ready="50 wd")
    parties = [slow, party("A", platform="oak"), party("B", platform="oak", agents=["SLOW"])]
    alone = earliest_of(expanded(parties))
    together = earliest_of(expanded(parties, representatives=True))

    assert (alone["B-LIVE"], together["B-LIVE"]) == (54, 10)


def test_the_first_pair_of_each_segment() -> None:
    """A milestone waits for the first supplier that is live in every segment it names."""
    parties = [party("A", segments=["smart"]), party("B", segments=["advanced"], ready="7 wd")]
    dates = earliest_of(expanded(parties, first_pairs={"FIRST": ["smart", "advanced"]}))

    assert dates["FIRST-PAIR-smart"] == 10
    assert dates["FIRST"] == dates["FIRST-PAIR-advanced"] == 17


def test_waves_let_parties_enter_on_their_days_only() -> None:
    """With tranches a test starts on the day of a wave, by size not before the wave of its size."""
    waves = [
        {"id": "W1", "opens": "2024-02-05", "sizes": ["large"]},
        {"id": "W2", "opens": "2024-03-04", "sizes": ["small"]},
    ]
    plan = expanded([party("A"), party("B", size="large")], waves=waves, tranches=True, assignment="size")
    network = compile_network(plan)
    found = earliest_times(network)
    starts = {name: str(network.clock.show(found.position(f"{name}-TEST")[0], "opens")) for name in ("A", "B")}

    assert starts == {"A": "2024-03-04", "B": "2024-02-05"}


def test_a_shared_team_frees_the_slots_of_a_body() -> None:
    """Tests that the team manages hold its slots and none of the body it relieves."""
    team = {"slots": 1, "roles": ["agent"], "relieves": ["BODY"], "on": True, **GROUND}
    plan = expanded([party("A")], shared_team=team)
    demands = {rule.id: [d.item for d in rule.demands] for rule in plan.rules if rule.kind == "capacity"}

    assert demands == {"slots-BODY": ["A-TEST"], "slots-shared-team": ["AG-TEST"]}


def test_exchanging_a_qualification_keeps_what_was_set() -> None:
    """Another Qualification in its place leaves values and switches as they were; the same one changes nothing."""
    plan = apply(
        Scenario.model_validate({"id": "s", "title": "S", "assumptions": {"slots": 1}, "rules": {"ALL-after-A": False}}),
        expanded([party("A"), party("B")]),
    )
    assert plan.qualification is not None
    same = exchange(plan, plan.qualification)

    assert same.values == plan.values
    assert same.rules_by_id == plan.rules_by_id
    assert same.items == plan.items


# -- integration testing --------------------------------------------------------------------------------------------------

SIT_PLAN = {
    "activities": [
        {"id": "QUAL", "title": "Qualification", "duration": "40 wd", **GROUND},
        {"id": "SIT", "title": "Integration", "duration": "30 wd", **GROUND},
        {"id": "CIT", "title": "Components", "duration": "5 wd", **GROUND},
        {"id": "LATER", "title": "Follow-on", "duration": "8 wd", **GROUND},
    ],
    "milestones": [
        {"id": "ALL", "title": "Every supplier", "shown": "closes", **GROUND},
        {"id": "START", "title": "Start", "shown": "opens", **GROUND},
    ],
    "rules": [
        {"id": "done-after-bar", "title": "After", "kind": "dependency", "before": "QUAL", "after": "ALL", **GROUND},
        {"id": "sit-start", "title": "Start", "kind": "equality", "at": ["START", "SIT", "CIT"], **GROUND},
        {"id": "later", "title": "Later", "kind": "dependency", "before": "SIT", "after": "LATER", **GROUND},
    ],
}


def integration(**more: Any) -> dict[str, Any]:
    """Describe integration testing with two cohorts of one supplier and one agent."""
    return {
        "bar": "SIT",
        "component": "CIT",
        "starts": "START",
        "follow_on": "LATER",
        "length": "30 wd",
        "cohorts": [
            {"id": "one", "title": "Cohort one", "needs": {"supplier": 1, "agent": 1}, **GROUND},
            {"id": "two", "title": "Cohort two", "needs": {"supplier": 1, "agent": 1}, **GROUND},
        ],
        **GROUND,
        **more,
    }


def volunteers(**more: str) -> list[dict[str, Any]]:
    """Describe volunteers: cohort one is fast with a slow agent, cohort two the other way round."""
    return [
        party("S1", cohort="one", sit_test="20 wd"),
        party("A1", "agent", cohort="one", sit_test="30 wd"),
        party("S2", cohort="two", sit_test="28 wd", **({"sit_ready": more["second"]} if "second" in more else {})),
        party("A2", "agent", cohort="two", sit_test="18 wd"),
        party("F", cohort="follow-on"),
    ]


def sit_bar(**more: Any) -> tuple[int, dict[str, int]]:
    """Return the length of the bar of integration testing, and the milestones."""
    plan = expanded(more.pop("parties", volunteers()), plan=SIT_PLAN, integration=integration(**more))
    network = compile_network(plan)
    start, finish = earliest_times(network).position("SIT")
    return finish - start, earliest_of(plan)


def test_integration_testing_is_left_with_the_first_cohort() -> None:
    """The bar ends when one cohort is through; the others keep their own time; the rest follow on."""
    length, dates = sit_bar()

    assert length == 28  # cohort two
    assert dates["S2-EVIDENCE"] == 28
    assert dates["A1-EVIDENCE"] == 30
    assert dates["F-EVIDENCE"] == 36
    assert dates["ALL"] == 36


def test_re_pairing_lets_the_fastest_leave_together() -> None:
    """Fast with fast, once pairs have been watched: the fastest supplier and the fastest agent of all cohorts."""
    assert sit_bar(re_pairing=True, watched="2 wd")[0] == 20
    assert sit_bar(re_pairing=True, watched="17 wd")[0] == 22


def test_the_start_waits_for_one_cohort_less_the_grace() -> None:
    """Integration testing starts no more than the grace before the first cohort that is complete."""
    late = "2024-03-04"
    parties = [{**entry, "sit_ready": late} if entry.get("cohort") in ("one", "two") else entry for entry in volunteers()]
    strict = sit_bar(parties=parties)[1]
    grace = sit_bar(parties=parties, grace="5 wd")[1]

    assert strict["START"] == strict["COHORT-one-IN"] > 0
    assert grace["START"] == strict["START"] - 5


def test_central_parties_hold_every_cohort() -> None:
    """No cohort starts before all central parties are ready, nor leaves before they are through; re-paired ones neither."""
    slow = [{"id": "HUB", "title": "The hub", "sit_test": "33 wd", **GROUND}, {"id": "NET", "title": "The net", **GROUND}]
    late = [{"id": "HUB", "title": "The hub", "sit_ready": "2024-02-05", "sit_test": "1 wd", **GROUND}]

    assert sit_bar(central=slow)[0] == 33
    assert sit_bar(central=slow, re_pairing=True, watched="2 wd")[0] == 33
    dates = sit_bar(central=late)[1]
    assert dates["START"] == dates["HUB-READY"] == 20
    assert sit_bar(central=late, grace="5 wd")[1]["START"] == 15


def test_an_environment_shared_with_integration_testing() -> None:
    """Volunteers and central parties hold places of it: two at once here, so the first cohort takes longer."""
    room = [{"id": "ROOM", "title": "the room", "places": 2, "volunteers": True, **GROUND}]
    hub = [{"id": "HUB", "title": "The hub", "sit_test": "5 wd", **GROUND}]
    plan = expanded(volunteers(), plan=SIT_PLAN, environments=room, integration=integration(central=hub))
    (held,) = [{demand.item for demand in rule.demands} for rule in plan.rules if rule.id == "places-ROOM"]

    assert held == {"AG-TEST", "S1-SIT", "A1-SIT", "S2-SIT", "A2-SIT", "HUB-SIT"}
    network = compile_network(plan)
    values = best_schedule(earliest_times(network), resources(plan, network.clock), "ALL")
    assert values is not None
    assert check(plan, complete(network, values)) == ()


def test_a_party_that_fails_is_tested_again() -> None:
    """The second test follows the repair, holds the same slots, and everything waits for it, those that rely on it too."""
    parties = [party("A", retest="6 wd"), party("B", reliance="full", relies_on="A")]
    plan = expanded(parties, slots=1, repair="5 wd")
    dates = earliest_of(plan)
    (held,) = [[demand.item for demand in rule.demands] for rule in plan.rules if rule.kind == "capacity"]

    assert held == ["AG-TEST", "A-TEST", "A-RETEST", "B-TEST"]
    assert dates["A-EVIDENCE"] == 21
    assert dates["B-EVIDENCE"] == 24
    found = qualify(plan)
    (row,) = [row for row in found.allocation if row.party == "A"]
    assert row.start is not None
    assert row.finish is not None
    assert (row.finish - row.start).days > 21
    assert sum(load.used for load in found.loads) == 4 + 10 + 6 + 3
    unfailed = earliest_of(expanded([party("A", retest="0 wd"), parties[1]], slots=1))
    assert unfailed["A-EVIDENCE"] == 10


def test_a_reading_says_what_volunteers_are_spared() -> None:
    """Under one option volunteers need a board, under the other none; the reading's other rules are untouched."""
    reading = {
        "id": "spared",
        "question": "What?",
        "default": "testing",
        "options": [
            {"id": "testing", "title": "Testing", "changes": {"rules": {"later": True}}},
            {"id": "everything", "title": "Everything", "changes": {"rules": {"later": True}}},
        ],
        **GROUND,
    }
    plan = bare(
        volunteers(),
        plan={**SIT_PLAN, "readings": [reading]},
        integration=integration(),
        bodies=[{"id": "BODY", "title": "the body", "slots": 2, "notice": "9 wd", **GROUND}],
        skipped_by={"reading": "spared", "approval": "testing", "nothing": "everything"},
    )
    on = Scenario(id="on", title="On", rules={SWITCH: True})
    asked = Scenario(id="asked", title="Asked", readings={"spared": "everything"})

    assert earliest_of(apply(on, plan))["S2-APPROVED"] == 37
    assert earliest_of(apply(asked, apply(on, plan)))["S2-APPROVED"] == 28
    assert earliest_of(apply(on, apply(asked, plan)))["S2-APPROVED"] == 28


# -- demands that nobody could meet ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parties", "more", "message"),
    [
        (
            [party("A", agents=[])],
            {},
            "supplier 'A' has no agent, and goes live only with one, so ALL would wait for it for ever",
        ),
        ([party("A", agents=["B"]), party("B")], {}, "'B' is no agent but of role 'supplier'"),
        ([party("A", role="supplyer")], {}, "unknown role 'supplyer'. Maybe 'supplier'."),
        ([party("A", relies_on="A")], {}, "'A' cannot rely on its own testing"),
        ([party("A"), party("A")], {}, "'A' is already used at parties"),
        ([party("A", cohort="one")], {}, "unknown cohort 'one'"),
        (
            [party("A")],
            {"roles": [role("supplier", "supplier", approved_by=[]), role("agent", "agent")]},
            "no body can approve role 'supplier', so none of its parties is ever through; expected one of BODY",
        ),
        (
            [party("A")],
            {"first_pairs": {"FIRST": ["smart"]}},
            "FIRST waits for the first pair of the smart segment, and no supplier",
        ),
        ([party("A")], {"sandbox": "$sandbx"}, "unknown assumption 'sandbx'"),
        ([party("A")], {"sandbox": "$slots"}, "$slots holds 2, expected a duration"),
        ([party("A")], {"sandbox": "-1 wd"}, "it is negative: -1 wd; expected 0 or more"),
        ([party("A", retest="-1 wd")], {}, "it is negative: -1 wd; expected 0 or more"),
    ],
)
def test_impossible_or_unknown_demands_are_refused_in_words(parties: list[Any], more: dict[str, Any], message: str) -> None:
    """What could never be met, or names nothing, is a fault of the plan that says why."""
    with pytest.raises((PlanFaultsError, ValidationError), match=r".*") as caught:
        bare(parties, **more)

    assert message in str(caught.value)


def test_a_cohort_larger_than_its_volunteers_is_refused() -> None:
    """Drop-outs are counted: a cohort whose second supplier has withdrawn cannot ask for two."""
    cohort = {"id": "one", "title": "Cohort one", "needs": {"supplier": 2}, **GROUND}
    parties = [party("S1", cohort="one"), party("S2", cohort="one", withdrawn=True)]

    with pytest.raises((PlanFaultsError, ValidationError), match=r".*") as caught:
        bare(parties, plan=SIT_PLAN, integration=integration(cohorts=[cohort]))

    assert "cohort 'one' needs 2 of role 'supplier', and 1 volunteer (1 more have withdrawn)" in str(caught.value)


def test_central_parties_and_second_tests_that_cannot_be() -> None:
    """A central party needs a name of its own; a volunteer's second test belongs to its integration testing."""
    hub = [{"id": "S1", "title": "The hub", **GROUND}]
    parties = [*volunteers()[1:], party("S1", cohort="one", retest="4 wd")]

    with pytest.raises((PlanFaultsError, ValidationError), match=r".*") as caught:
        bare(parties, plan=SIT_PLAN, integration=integration(central=hub))

    assert "'S1' is already used; ids are unique" in str(caught.value)
    assert "'S1' goes through integration testing; expected a party tested in Qualification" in str(caught.value)


def test_faults_of_parties_are_located_in_their_files(tmp_path: Path) -> None:
    """A fault in the table of parties names the file, the line and the column of the cell, one in the rest its own line."""
    folder = tmp_path / "mhhs"
    shutil.copytree(find_plan("mhhs-round2"), folder)
    table = folder / "participants.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("SUP-N10,"))
    lines[place] = lines[place].replace("SUP-NDOM", "SUP-NDO")
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = (folder / "qualification.yaml").read_text(encoding="utf-8")
    (folder / "qualification.yaml").write_text(text.replace("bar: QUAL\n", "bar: QUALL\n", 1), encoding="utf-8")

    with pytest.raises(InputError) as caught:
        load(folder)

    found = [(Path(str(fault.file)).name, fault.line, fault.message) for fault in caught.value.faults]
    assert ("participants.csv", place + 1, "unknown role 'SUP-NDO'. Maybe 'SUP-NDOM'.") in found
    assert any(
        name == "qualification.yaml" and message == "unknown activity 'QUALL'. Maybe 'QUAL'." for name, _, message in found
    )


def test_a_table_of_parties_needs_its_qualification(tmp_path: Path) -> None:
    """participants.csv alone is refused, and says what it lacks."""
    folder = tmp_path / "mhhs"
    shutil.copytree(find_plan("mhhs-round2"), folder)
    (folder / "qualification.yaml").unlink()

    with pytest.raises(InputError, match=r"needs a Qualification to belong to; expected qualification.yaml"):
        load(folder)
