"""Minimal conflicts and relaxations, against CP-SAT and against every subset there is."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from models.plan import Plan
from optimiser.encoding import Encoding
from optimiser.encoding.answer import Limits
from optimiser.explain.conflict import enumerate_all, one_conflict, relaxation_records
from optimiser.explain.oracle import Oracle
from optimiser.explain.possible import can
from tests.random_plans import random_plan
from tests.test_explain_binding import event, link, work


def questions(seeds: range, **choices: Any) -> list[tuple[Oracle, str, int]]:
    """Return questions of random plans that have an answer: a milestone and a boundary that it cannot be at."""
    found = []
    for seed in seeds:
        plan = random_plan(seed, **choices)
        oracle = Oracle(plan)
        if oracle.found.status != "feasible" or not plan.targets:
            continue
        milestone = plan.targets[seed % len(plan.targets)]
        reach = oracle.reach_of(plan, milestone)
        if reach.exact is None or reach.exact > oracle.problem.clock.limit:
            continue
        by = reach.exact - 1 - seed % 3
        if by >= oracle.problem.clock.origin:
            found.append((oracle, milestone, by))
    return found


def possible(encoding: Encoding, milestone: str, by: int, held: set[str]) -> bool:
    """Return by CP-SAT whether rules can hold while all others may be either."""
    answer = encoding.confirm_infeasible(milestone, by, members=held & set(encoding.switches))
    assert answer.status != "unknown"
    return answer.status != "infeasible"


@pytest.mark.long
def test_conflicts_and_relaxations_are_what_cp_sat_says() -> None:
    """Every conflict is infeasible and each of its parts feasible; every relaxation suffices and each of its parts does not."""
    conflicts = relaxations = pairs = rationed = 0
    for oracle, milestone, by in questions(range(80)):
        found = enumerate_all(oracle, milestone, by)
        assert found.complete, oracle.plan.id
        encoding = Encoding(oracle.plan, oracle.problem.clock)
        everything = set(oracle.atoms)
        rationed += oracle.rationed
        for members in found.conflicts:
            assert not possible(encoding, milestone, by, set(members)), (oracle.plan.id, members)
            for left in members:
                assert possible(encoding, milestone, by, set(members) - {left}), (oracle.plan.id, members, left)
            conflicts += 1
        for names in found.relaxations:
            off = names & set(encoding.switches)
            assert encoding.feasible(milestone, by, switched_off=off).status == "feasible", (oracle.plan.id, names)
            for kept in names:
                assert not possible(encoding, milestone, by, everything - (names - {kept})), (oracle.plan.id, names, kept)
            relaxations, pairs = relaxations + 1, pairs + (len(names) > 1)
    assert conflicts > 25
    assert relaxations > 50
    assert pairs > 5
    assert rationed > 2


@pytest.mark.long
def test_what_was_asked_before_changes_no_verdict() -> None:
    """Of plans with capacity an oracle that has been asked much says of each subset what one that was asked nothing says."""
    plans = asked = 0
    for seed in range(200):
        plan = random_plan(seed, kinds=("dependency", "capacity"), units=("wd",), calendars=False)
        oracle, milestone = Oracle(plan), plan.targets[0]
        if oracle.found.status != "feasible" or not oracle.leads(milestone) or len(oracle.atoms) > 9:
            continue
        date = oracle.base(milestone).exact
        if date is None:
            continue
        sets = [frozenset(each) for size in range(len(oracle.atoms) + 1) for each in itertools.combinations(oracle.atoms, size)]
        chosen = [sets[place] for place in np.random.default_rng(seed).permutation(len(sets))[:40].tolist()]
        told = [can(oracle, milestone, date - 1, off) for off in chosen]
        for off, verdict in zip(chosen, told, strict=True):
            alone = can(Oracle(plan), milestone, date - 1, off)
            assert None in (verdict, alone) or verdict == alone, (plan.id, sorted(off))
            asked += 1
        plans += 1
    assert plans > 50
    assert asked > 2_000


@pytest.mark.long
def test_enumeration_finds_every_subset_that_there_is() -> None:
    """On small plans the conflicts and relaxations are exactly those found by trying all subsets."""
    compared = several = 0
    for oracle, milestone, by in questions(range(300, 520), capacity=False):
        atoms = oracle.atoms
        if len(atoms) > 9:
            continue
        found = enumerate_all(oracle, milestone, by)
        sets = [frozenset(each) for size in range(len(atoms) + 1) for each in itertools.combinations(atoms, size)]
        gone = [each for each in sets if can(oracle, milestone, by, each)]
        least = {each for each in gone if not any(other < each for other in gone)}
        held = [each for each in sets if not can(oracle, milestone, by, set(atoms) - each)]
        minimal = {each for each in held if not any(other < each for other in held)}
        assert set(found.relaxations) == least
        assert {frozenset(each) for each in found.conflicts} == minimal
        compared, several = compared + 1, several + (len(minimal) > 1)
    assert compared > 15
    assert several > 1


def test_parallel_chains_give_every_cross_pair(make_plan: Any) -> None:
    """Two equal parallel chains of two links have two conflicts, and every relaxation takes one of each."""
    plan = make_plan(
        activities=[work(name, "5 wd") for name in "ABCD"],
        milestones=[event("M")],
        targets=["M"],
        rules=[link("A", "B"), link("B", "M"), link("C", "D"), link("D", "M")],
    )
    oracle = Oracle(plan)
    now = oracle.found.values[oracle.node("M")]
    found = enumerate_all(oracle, "M", now - 1)
    assert len(found.conflicts) == 2
    assert {len(each) for each in found.relaxations} == {2}
    assert len(found.relaxations) == 16
    records = relaxation_records(oracle, "M", found.relaxations)
    lengths = next(each for each in records if each.rules == ("duration:A", "duration:C"))
    assert (lengths.detaches, lengths.date is not None) == (False, True)
    assert [each.detaches for each in records] == sorted(each.detaches for each in records)


def test_a_limit_is_never_read_as_a_verdict(make_plan: Any) -> None:
    """With no time for the solver an open question stays open: no conflict is claimed, and the enumeration is not complete."""
    names = [f"P{number}" for number in range(9)]
    capacity = {"id": "slots", "title": "Slots", "kind": "capacity", "amount": 3, "basis": "synthetic"}
    plan: Plan = make_plan(
        activities=[work(name, f"{5 + 2 * place % 7} wd") for place, name in enumerate(names)],
        milestones=[event("M")],
        targets=["M"],
        rules=[*(link(name, "M") for name in names), {**capacity, "demands": [{"item": name} for name in names]}],
    )
    oracle = Oracle(plan, Limits(deterministic_time=1e-9))
    reach = oracle.reach_of(plan, "M")
    if reach.exact is not None:
        plan = make_plan()
        return
    assert reach.method == "undecided"
    assert one_conflict(oracle, "M", reach.low) is None
    assert not enumerate_all(oracle, "M", reach.low).complete
