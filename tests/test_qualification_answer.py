"""`qualify`: allocation, loads, readiness, policies, curves, least capacity, what changes are worth; and the shipped market."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from models.outcome import Solved
from models.plan import Plan
from models.scenario import Scenario
from optimiser import earliest, load
from optimiser.check import check
from optimiser.cli import main
from optimiser.critical import compile_network, earliest_times
from optimiser.errors import InputError
from optimiser.qualification import qualify
from optimiser.qualification.stage import Stage
from optimiser.scenarios import apply
from optimiser.solve.placement import complete
from tests.parties import bare, expanded, party


def market(**more: Any) -> Plan:
    """Return a plan with five suppliers, of two sizes, on two slots."""
    parties = [
        party("A", size="large", meter_points=900, segments=["smart"]),
        party("B", size="large", meter_points=60, ready="2 wd", segments=["smart"]),
        party("C", meter_points=20, ready="1 wd", segments=["advanced"]),
        party("D", meter_points=15, ready="4 wd", reliance="partial", segments=["advanced"]),
        party("E", meter_points=5, ready="20 wd", evidence="45 wd"),
    ]
    return expanded(parties, **{"slots": 2, **more})


def test_allocation_and_its_counts_agree_with_the_schedule() -> None:
    """Every party is there, waits what lies between ready and start, and the last supplier decides the milestone."""
    found = qualify(market())

    assert [row.party for row in found.allocation] == ["AG", "A", "B", "C", "D", "E"]
    for row in found.allocation:
        assert row.ready is not None
        assert row.start is not None
        assert row.waiting_wd is not None
        assert (row.waiting_wd == 0) == (row.ready == row.start)
        assert row.approved >= row.evidence
    lives = [row.live for row in found.allocation if row.live]
    assert max(lives) == found.dates["ALL"].date
    assert found.stragglers[0].live == max(lives)
    assert sum(row.waiting_wd or 0 for row in found.allocation) > 0
    assert found.dates["ALL"].proof == "certified"


def test_no_slot_is_used_twice_and_queues_are_counted() -> None:
    """Used slot-days equal the lengths of the tests, never exceed what is offered, and demand is use and queue."""
    found = qualify(market())

    assert sum(load.used for load in found.loads) == 4 + 10 * 4 + 6
    assert all(load.used <= load.slots for load in found.loads)
    assert any(load.queue > 0 for load in found.loads)
    for load_ in found.loads:
        days = load_.slots / load_.slots_a_day
        assert abs(load_.demand - load_.queue - load_.used / days) < 0.02


def test_readiness_grows_to_all_suppliers_and_all_meter_points() -> None:
    """The share of suppliers and of meter points rises to one, the large before the small here."""
    found = qualify(market()).readiness

    assert [row.suppliers for row in found] == sorted(row.suppliers for row in found)
    assert found[-1].supplier_share == found[-1].meter_point_share == 1.0
    assert all(row.meter_point_share <= 1.0 for row in found)


def test_a_party_that_waits_for_its_evidence_says_so() -> None:
    """The last supplier is late by its DBT2 evidence, and the reason names that and its readiness."""
    last = qualify(market()).stragglers[0]

    assert last.party == "E"
    assert "DBT2 evidence or self-assessment comes after its test" in last.because
    assert "was ready on" in last.because


def test_optimised_is_never_later_than_any_way_of_queueing() -> None:
    """Policies are compared on one footing, and every one of them keeps inside capacity."""
    plan = expanded([party(f"S{n}", size="large" if n < 2 else "small", ready=f"{n} wd") for n in range(6)], slots=2)
    found = qualify(plan, policies=True)
    dates = {row.policy: row.dates["ALL"] for row in found.policies}

    assert list(dates) == ["optimised", "first-ready", "portfolio", "large-first", "small-first"]
    assert min(dates.values()) == dates["optimised"] == found.dates["ALL"].date
    waits = {row.policy: {entry.group: entry.mean_wd for entry in row.fairness} for row in found.policies}
    assert waits["large-first"]["large"] <= waits["small-first"]["large"]
    assert waits["small-first"]["small"] <= waits["large-first"]["small"]


def test_the_curve_is_monotone_and_equals_solving_again_at_each_point() -> None:
    """More slots are never later; where a point is certified the whole solve gives the same date."""
    plan = market()
    found = qualify(plan, curves=["BODY"]).curves[0]
    dates = [point.date for point in found.points if point.date]

    assert dates == sorted(dates, reverse=True)
    assert len(dates) >= 2
    assert found.now == 2
    agreed = 0
    for point in found.points:
        setting = Scenario.model_validate({"id": "s", "title": "S", "assumptions": {"slots": point.slots}})
        outcome = earliest(apply(setting, plan), ["ALL"])
        assert isinstance(outcome, Solved)
        assert point.date is not None
        assert point.earliest is not None
        assert point.earliest <= outcome.dates["ALL"] <= point.date
        agreed += point.date == outcome.dates["ALL"]
    assert agreed == len(found.points)
    assert found.then_binds == (
        "no capacity at all, but E, which can be tested from Mon 5 Feb 2024 for 10 wd, has its evidence by Fri 8 Mar 2024"
    )


def test_the_least_capacity_meets_the_date_and_one_slot_less_is_refuted() -> None:
    """For the date that three slots reach, fewer do not; jointly the cost is between its own bound and its slots'."""
    plan = expanded([party(f"S{n}") for n in range(6)], slots=6)
    stage = Stage(plan)
    by = stage.show("ALL", stage.between(slots={"slots-BODY": 3}).high or 0)
    found = qualify(plan, by=by)

    (least,) = found.least
    assert least.least is not None
    assert least.proved
    assert least.least <= 3
    assert found.joint is not None
    assert found.joint.at_least <= found.joint.cost == found.joint.slots["slots-BODY"] == least.least
    missed = qualify(plan, by=dt.date(2024, 1, 9))
    assert missed.joint is None
    assert [(row.least, row.proved) for row in missed.least] == [(None, True)]


def test_what_changes_are_worth() -> None:
    """Reliance taken away is a loss, small suppliers exempted a gain; each says whether it is proved."""
    found = {row.change: row for row in qualify(market(), worth=True).worth}

    assert found["exempt-small"].gain_wd is not None
    assert found["exempt-small"].gain_wd > 0
    assert found["no-reliance"].gain_wd is not None
    assert found["no-reliance"].gain_wd <= 0
    assert "one-more-BODY" in found
    assert all(row.proof in ("certified", "gap") for row in found.values())


def test_parties_are_put_in_where_no_scenario_did() -> None:
    """The verb speaks of parties, so it switches them on, and says so; a plan without any is refused in words."""
    plan = bare([party("A")])
    found = qualify(plan)

    assert any("put in by this verb" in note for note in found.notes)
    assert found.scenarios == ()
    with pytest.raises(InputError, match=r"has no Qualification party by party; expected a qualification.yaml"):
        qualify(plan.evolve(qualification=None))
    with pytest.raises(InputError, match=r"'BODI' is no body or capacity of this plan.*Maybe 'BODY'"):
        qualify(plan, curves=["BODI"])
    with pytest.raises(InputError, match="no schedule keeps inside the capacities"):
        qualify(bare([party("A")], slots=0))


# -- the command line -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_qualify_prints_tables_and_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Tables for people; with --json one document, schema first, every date ISO."""
    assert main(["qualify", "mhhs-round2", "-s", "participants", "--policies"]) == 0
    text = capsys.readouterr().out
    for title in ("Dates", "Every party", "Demand", "Capacity", "Utilisation", "Queue", "Ways of queueing"):
        assert title in text
    assert main(["qualify", "mhhs-round2", "-s", "participants", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert next(iter(document)) == "schema"
    assert document["schema"] == "optimiser/qualify/1"
    assert len(document["allocation"]) == 137
    assert document["dates"]["M14"]["proof"] == "certified"
    assert any("synthetic" in note for note in document["notes"])


def test_qualify_refuses_what_it_cannot_read(capsys: pytest.CaptureFixture[str]) -> None:
    """A date that is none and a plan without parties are bad input, not a traceback."""
    assert main(["qualify", "mhhs-round2", "--by", "soon"]) == 2
    assert "expected a date such as 2026-02-02, got 'soon'" in capsys.readouterr().err
    assert main(["qualify", "toy"]) == 2
    assert "has no Qualification party by party" in capsys.readouterr().err


# -- the shipped market ---------------------------------------------------------------------------------------------------


def test_the_shipped_market_is_labelled_synthetic() -> None:
    """Every party, and every number that no rule of the pack carries, says that it is made up."""
    qualification = load("mhhs-round2").qualification

    assert qualification is not None
    assert len(qualification.parties) == 137
    assert {entry.basis for entry in qualification.parties} == {"synthetic"}
    for entry in qualification.assumptions:
        assert entry.citation or "synthetic" in entry.title
    kinds = {role.id: role.kind for role in qualification.roles}
    counted = [kinds[entry.role] for entry in qualification.parties]
    assert {kind: counted.count(kind) for kind in set(counted)} == {"supplier": 70, "agent": 40, "network": 27}


def test_the_shipped_market_meets_the_published_window() -> None:
    """At the base capacity every test ends within 261 working days and M14 is certified within the window, M10 where it was."""
    plan = load("mhhs-round2", scenarios=["participants"])
    found = qualify(plan)

    assert found.window_wd <= 261
    assert found.dates["M14"].proof == "certified"
    assert found.dates["M14"].date <= dt.date(2026, 2, 2)
    assert found.dates["M11"].date == dt.date(2025, 6, 10)
    network = compile_network(plan)
    early = earliest_times(network)
    assert str(network.clock.show(early.position("M10")[0], "opens")) == "2025-05-08"
    values = Stage(plan).between().schedule
    assert values is not None
    assert check(plan, complete(network, values)) == ()


@pytest.mark.long
def test_solving_the_shipped_market() -> None:
    """The whole solve certifies M10, M14 and M16, with CP-SAT's confirmation in the notes."""
    outcome = earliest(load("mhhs-round2", scenarios=["participants"]))

    assert isinstance(outcome, Solved)
    assert set(outcome.proof.values()) == {"certified"}
    assert outcome.dates["M14"] == dt.date(2026, 1, 15)
    assert any("CP-SAT confirmed the longest path" in note for note in outcome.notes)
