"""Capacity of several bodies together: the cheapest slots, curves, impossible demands, and what never gets worse."""

from __future__ import annotations

import datetime as dt
import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.allocation import Qualified
from models.outcome import Infeasible, Solved
from models.plan import Plan
from optimiser import earliest
from optimiser.check import check
from optimiser.cli import main
from optimiser.critical import compile_network, list_schedule, resources
from optimiser.errors import InputError
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.parties import qualification_report
from optimiser.qualification import qualify
from optimiser.qualification.capacity import JOINT, curve
from optimiser.qualification.joint import joint_capacity
from optimiser.qualification.stage import Stage
from optimiser.solve.placement import complete
from tests.parties import GROUND, expanded, party, role
from tests.test_qualification_capacity import exact


def quiet(_: str) -> None:
    """Take no notice."""


def two_bodies(seed: int, **more: Any) -> Plan:
    """Return a market whose suppliers hold slots of two bodies and whose agents hold one of one or the other."""
    random = np.random.default_rng(seed)
    suppliers = [
        party(f"S{number}", ready=f"{random.integers(0, 6)} wd", agents=["AG", "BG"])
        for number in range(int(random.integers(2, 4)))
    ]
    board = {"board": {"pattern": {"every_weeks": 2, "since": "2024-01-11"}}, "notice": "1 wd"} if seed % 2 else {}
    bodies = [
        {"id": "BODY", "title": "the body", "slots": 2, "slot_cost": 3, **board, **GROUND},
        {"id": "NEXT", "title": "the next", "slots": 2, "slot_cost": 2, **GROUND},
    ]
    roles = [
        role("supplier", "supplier", assessed_by=["BODY", "NEXT"]),
        role("agent", "agent", length="4 wd"),
        role("other", "agent", length="7 wd", assessed_by=["NEXT"], approved_by=["NEXT"]),
    ]
    return expanded([party("BG", "other"), *suppliers], **{"bodies": bodies, "roles": roles, **more})


def dates_by_slots(plan: Plan, most: int) -> dict[tuple[int, int], int]:
    """Return the earliest boundary for every number of slots of both bodies, over every order of the tests."""
    found = {}
    for slots in product(range(1, most + 1), repeat=2):
        amounts = dict(zip(("slots-BODY", "slots-NEXT"), slots, strict=True))
        rules = tuple(
            rule.model_copy(update={"amount": amounts.get(rule.id, 0)}) if rule.id in amounts else rule for rule in plan.rules
        )  # type: ignore[union-attr]
        found[slots] = exact(plan.evolve(rules=rules))
    return found


@pytest.mark.long
def test_the_cheapest_slots_together_by_brute_force() -> None:
    """Of all slots of both bodies that meet a day none is cheaper than what is found, and it says that this is proved."""
    asked = bought = 0
    for seed in range(5):
        plan = two_bodies(seed)
        stage, dates = Stage(plan), dates_by_slots(plan, 3)
        for boundary in sorted(set(dates.values())):
            day = stage.show("ALL", boundary)
            meeting = [slots for slots, reached in dates.items() if reached <= boundary]
            for costs in ({}, {"BODY": 1, "NEXT": 5}):
                each = (costs.get("BODY", 3), costs.get("NEXT", 2))
                found = joint_capacity(stage, day, quiet, costs)

                assert found is not None
                assert found.cost == found.at_least == min(each[0] * one + each[1] * two for one, two in meeting)
                assert (found.slots["slots-BODY"], found.slots["slots-NEXT"]) in meeting
                asked += 1
                bought += found.cost > sum(each)
    assert asked > 15
    assert bought > 8


def test_costs_are_the_bodies_own_or_given_and_say_so() -> None:
    """What the costs stand on is said; a body that is none is refused by name."""
    stage = Stage(two_bodies(0))
    day = stage.show("ALL", stage.between().high or 0)
    own = joint_capacity(stage, day, quiet)
    given_ = joint_capacity(stage, day, quiet, {"NEXT": 9})

    assert own is not None
    assert given_ is not None
    assert own.stands_on == "costs of a slot: synthetic"
    assert own.each == {"slots-BODY": 3, "slots-NEXT": 2}
    assert own.now == 10
    assert given_.stands_on == "costs of a slot: BODY synthetic; NEXT given with the question"
    with pytest.raises(InputError, match=r"'NEXD' is no body; expected one of BODY, NEXT.*Maybe 'NEXT'"):
        joint_capacity(stage, day, quiet, {"NEXD": 1})


@pytest.mark.long
def test_every_point_of_every_curve_equals_solving_again() -> None:
    """One body, the other, and both in proportion: at each point the whole solve with those slots gives the same date."""
    points = moved = 0
    for seed in (0, 1, 3, 4):
        plan = two_bodies(seed)
        stage = Stage(plan)
        for resource in ("slots-BODY", "slots-NEXT", JOINT):
            found = curve(stage, resource)
            dates = [point.date for point in found.points if point.date]

            assert dates == sorted(dates, reverse=True)
            moved += len(set(dates)) > 1
            for point in found.points:
                slots = point.each or {resource: point.slots}
                rules = tuple(
                    rule.model_copy(update={"amount": slots[rule.id]}) if rule.id in slots else rule for rule in plan.rules
                )
                outcome = earliest(plan.evolve(rules=rules), ["ALL"])
                assert isinstance(outcome, Solved)
                assert outcome.dates["ALL"] == point.date == point.earliest
                assert point.proof in ("certified", "solver")
                points += 1
    assert points > 25
    assert moved > 4


def test_the_joint_curve_names_what_binds_beyond_it() -> None:
    """Where all bodies have slots enough it is an environment, if that is what is left, or a party by name."""
    room = [{"id": "ROOM", "title": "the room", "places": 2, **GROUND}]
    held = curve(Stage(two_bodies(0, environments=room)), JOINT)
    free = curve(Stage(two_bodies(0)), JOINT)

    assert held.then_binds.startswith("places-ROOM, which holds it ")
    assert free.then_binds.startswith("no capacity at all, but S")
    assert free.now == 100
    assert free.saturates_at is not None
    assert all(set(point.each) == {"slots-BODY", "slots-NEXT"} for point in free.points)


# -- what never gets worse ------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@pytest.mark.long
@given(
    ready=st.lists(st.integers(0, 8), min_size=2, max_size=4),
    reliance=st.lists(st.sampled_from(["none", "partial", "full"]), min_size=4, max_size=4),
    slots=st.integers(1, 2),
    boards=st.booleans(),
)
def test_more_capacity_never_later_and_a_party_more_never_earlier(
    ready: list[int], reliance: list[str], slots: int, boards: bool
) -> None:
    """By bounds and schedules as the verb finds them, which are exact here, and every schedule is one that `check` accepts."""
    board = {"board": {"pattern": {"every_weeks": 1, "since": "2024-01-11"}}} if boards else {}

    def date(count: int, amount: int) -> int:
        bodies = [{"id": "BODY", "title": "the body", "slots": amount, **board, **GROUND}]
        parties = [party(f"S{n}", ready=f"{ready[n]} wd", reliance=reliance[n]) for n in range(count)]
        plan = expanded(parties, bodies=bodies)
        stage = Stage(plan)
        found = stage.between()
        assert found.schedule is not None
        assert check(plan, complete(stage.network, found.schedule)) == ()
        assert found.low == found.high == exact(plan)
        return found.low

    count = len(ready)
    assert date(count, slots + 1) <= date(count, slots)
    assert date(count - 1, slots) <= date(count, slots)


# -- impossible demands ---------------------------------------------------------------------------------------------------

LAST_BOARD = [{"id": "BODY", "title": "the body", "slots": 2, "board": {"days": ["2024-01-29"]}, **GROUND}]


@pytest.mark.parametrize(
    "more",
    [
        {"waves": [{"id": "W9", "opens": "2024-02-12"}]},
        {
            "waves": [
                {"id": "W1", "opens": "2024-01-10", "sizes": ["large"]},
                {"id": "W9", "opens": "2024-02-12", "sizes": ["small"]},
            ],
            "assignment": "size",
        },
    ],
)
def test_a_wave_after_the_last_board_is_a_conflict_that_names_both(more: dict[str, Any]) -> None:
    """The wave by its name and day, and the board by its body and last day, in one sentence and among its members."""
    outcome = earliest(expanded([party("A")], bodies=LAST_BOARD, tranches=True, **more), ["ALL"])

    assert isinstance(outcome, Infeasible)
    assert outcome.conflict.minimal
    assert {"wave-A", "board-BODY-A"} <= {member.id for member in outcome.conflict.members}
    assert "A enters with wave W9" in outcome.conflict.statement
    assert "Mon 12 Feb 2024" in outcome.conflict.statement
    assert (
        "after the last occasion of: the approval of A waits for the board of the body (Mon 29 Jan 2024)"
        in outcome.conflict.statement
    )
    assert "The board of the body approves A" in [member.title for member in outcome.conflict.members]


def test_a_wave_without_room_is_a_conflict_in_words() -> None:
    """Waves of no size, or of too little together, end in a conflict that names their sizes."""
    none = [{"id": "W1", "opens": "2024-01-10", "size": 0}]
    little = [{"id": "W1", "opens": "2024-01-10", "size": 1}]
    for waves in (none, little):
        outcome = earliest(expanded([party("A")], waves=waves, tranches=True), ["ALL"])

        assert isinstance(outcome, Infeasible)
        assert "wave-sizes" in [member.id for member in outcome.conflict.members]
        assert "no more than" in outcome.conflict.statement


@pytest.mark.long
def test_qualify_refuses_what_cannot_be_met(capsys: pytest.CaptureFixture[str]) -> None:
    """Zero slots are an error in words, not a hang; so are costs that are none."""
    assert main(["qualify", "mhhs-round2", "-s", "participants", "--set", "slots-bsc=0"]) == 2
    assert "maybe a body has no slots: ask 'solve' for the conflict" in capsys.readouterr().err
    assert main(["qualify", "mhhs-round2", "--by", "2026-02-02", "--slot-cost", "BSC=cheap", "--slot-cost", "REC"]) == 2
    said = capsys.readouterr().err
    assert "expected NAME=N, such as BSC=3, got 'BSC=cheap'" in said
    assert "got 'REC'" in said


# -- capacities on the axis -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("since", "slots"), [("2019-01-01", 2), ("2031-01-01", 1)])
def test_a_step_outside_the_calendar_holds_from_the_beginning_or_never(since: str, slots: int) -> None:
    """A step of capacity needs no day of the calendar: before it, it has begun; behind it, it never does."""
    bodies = [{"id": "BODY", "title": "the body", "slots": 1, "steps": [{"since": since, "amount": 2}], **GROUND}]
    outcome = earliest(expanded([party("A"), party("B")], bodies=bodies), ["ALL"])
    plain = earliest(expanded([party("A"), party("B")], slots=slots), ["ALL"])

    assert isinstance(outcome, Solved)
    assert isinstance(plain, Solved)
    assert outcome.dates == plain.dates


def test_a_list_schedule_uses_every_day_that_is_free() -> None:
    """On one slot tests follow each other without a day between, and fill a hole that is just long enough."""
    bodies = [
        {
            "id": "BODY", "title": "the body", "slots": 1,
            "steps": [{"since": "2024-01-22", "amount": 0}, {"since": "2024-02-05", "amount": 1}], **GROUND,
        }
    ]  # fmt: skip
    roles = [role("supplier", "supplier"), role("agent", "agent", length="4 wd", assessed_by=[])]
    plan = expanded([party("A"), party("B"), party("C", reliance="full")], bodies=bodies, roles=roles)
    network = compile_network(plan)
    order = {"A-TEST": 0, "B-TEST": 1, "C-TEST": 2}
    values = list_schedule(network, resources(plan, network.clock), lambda item, _: (order[item],))

    assert values is not None
    starts = {item: str(network.clock.show(values[network.item_nodes(item)[0]], "opens")) for item in order}
    # Ten days to Friday 19 January; closed until 5 February, ten days from there; the short one right after.
    assert starts == {"A-TEST": "2024-01-08", "B-TEST": "2024-02-05", "C-TEST": "2024-02-19"}
    first = list_schedule(network, resources(plan, network.clock), lambda item, _: (-order[item],))
    assert first is not None
    starts = {item: str(network.clock.show(first[network.item_nodes(item)[0]], "opens")) for item in order}
    # The short one to Wednesday 10 January, then seven days are left before the slot closes.
    assert starts == {"C-TEST": "2024-01-08", "B-TEST": "2024-02-05", "A-TEST": "2024-02-19"}


# -- the page -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answered() -> Qualified:
    """Return an answer to everything but curves, of a small market in waves."""
    waves = [{"id": f"W{month}", "opens": f"2024-0{month}-12"} for month in range(1, 7)]
    plan = two_bodies(1, waves=waves, tranches=True)
    return qualify(plan, by=dt.date(2024, 6, 28), policies=True, worth=True, curves=("BODY", JOINT))


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_date_is_ever_cut(answered: Qualified, width: int) -> None:
    """At any width a date is whole or its column is left out; no line is longer than the page."""
    text = qualification_report(answered, Page(width), every=True)

    assert max(len(line) for line in text.splitlines()) <= width
    assert not re.findall(r"\d{1,2}( [A-Z][a-z]{0,2}( \d{0,3})?)?…", text)
    for date in {row.approved for row in answered.allocation}:
        assert f"{date.day} {date:%b %Y}" in text


def test_the_page_says_what_slots_cost_and_what_they_cannot_buy(answered: Qualified) -> None:
    """The joint answer with its cost and its proof; and of a day that no slots can buy, that and why."""
    text = qualification_report(answered, Page(100))
    assert "all together they cost" in text
    assert "proved the least" in text
    assert "costs of a slot: synthetic" in text
    assert "Beyond that binds" in text
    never = qualification_report(qualify(two_bodies(0), by=dt.date(2024, 1, 9)), Page(100))
    assert "No slots can buy it: if no body had a limit, ALL would still be no earlier than" in never
