"""Dates supposed: work in windows against brute force, choices, pieces that are alike, and what whole plans make of it."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from models.plan import Plan
from models.scenario import Scenario
from optimiser import earliest as solve
from optimiser import load
from optimiser.check import check
from optimiser.critical import best_schedule, capacity_bound, compile_network, earliest_times, list_schedule, resources
from optimiser.encoding import Limits, decide
from optimiser.encoding.work import HeldWork, Offer, Pick, StartGap, Work, WorkOption, alike
from optimiser.scenarios import apply
from optimiser.solve.between import THOROUGH, between
from optimiser.solve.deadline import Deadline
from optimiser.solve.placement import complete
from optimiser.solve.problem import Problem
from optimiser.solve.supposing import Supposing
from tests.parties import expanded, party, role
from tests.test_qualification_capacity import drawn_plan, exact

SIZE = 14


def possible(work: Work) -> bool:
    """Say by trying everything whether all of it can be done."""
    names = list(work.pieces)
    for number in range(len(work.options) + 1):
        for chosen in combinations(range(len(work.options)), number):
            if not all(
                sum(index in chosen for index in pick.options) >= pick.count
                for pick in work.picks
                if pick.under is None or pick.under in chosen
            ):
                continue
            done = [
                name
                for name in names
                if work.pieces[name].needed or any(name in work.options[index].latest for index in chosen)
            ]
            last = {name: min((work.options[i].latest.get(name, SIZE) for i in chosen), default=SIZE) for name in done}
            for starts in product(*(work.pieces[name].starts.tolist() for name in done)):
                at = dict(zip(done, starts, strict=True))
                if all(at[name] <= last[name] for name in done) and _holds(work, at):
                    return True
    return False


def _holds(work: Work, at: dict[str, int]) -> bool:
    for gap in work.gaps:
        if gap.before in at and gap.after in at and at[gap.after] < at[gap.before] + gap.days:
            return False
    for offer in work.offers:
        used = np.zeros(2 * SIZE, dtype=np.int64)
        for name, start in at.items():
            used[start : start + work.pieces[name].length] += offer.demand.get(name, 0)
        if (used[: len(offer.available)] > offer.available).any():
            return False
    return True


def drawn_work(seed: int, *, few_days: bool = False) -> Work:
    """Return a small question with choices, twins and gaps."""
    random = np.random.default_rng(seed)
    kinds = [(int(random.integers(0, 3)), int(random.integers(2, 5)), int(random.integers(1, 4))) for _ in range(2)]
    pieces: dict[str, HeldWork] = {}
    for number in range(int(random.integers(3, 6))):
        first, count, length = kinds[number % 2]
        starts = np.arange(first, first + count) if not few_days else np.array([first, first + 3])
        pieces[f"P{number}"] = HeldWork(starts, length, bool(number < 2 or random.random() < 0.5))
    optional = [name for name, piece in pieces.items() if not piece.needed]
    options = [WorkOption({name: int(pieces[name].starts[-1]) - int(random.integers(0, 2))}) for name in optional]
    picks = [Pick(int(random.integers(1, len(options) + 1)), tuple(range(len(options))))] if options else []
    available = np.full(2 * SIZE, int(random.integers(1, 3)))
    available[int(random.integers(2, 6)) :] += int(random.integers(-1, 2))
    offers = [Offer(np.maximum(available, 0), {name: 1 for name in pieces if random.random() < 0.9})]
    if seed % 3 == 0:
        offers.append(Offer(np.full(2 * SIZE, 2), dict.fromkeys(pieces, 1)))
    gaps = [StartGap("P0", "P1", int(random.integers(0, 3)))] if seed % 4 == 0 else []
    return Work(pieces, offers, options, picks, gaps)


@pytest.mark.parametrize("few_days", [False, True])
def test_what_is_decided_is_so_with_and_without_energy_and_order(few_days: bool) -> None:
    """Against everything tried: the same yes or no, whichever of the two additions is made; both answers occur often."""
    answers, ordered = [], 0
    for seed in range(60):
        work = drawn_work(seed, few_days=few_days)
        truth = possible(work)
        ordered += bool(alike(work))
        for order, energy in ((True, True), (False, True), (True, False), (False, False)):
            found = decide(work, Limits(), ordered=order, energy=energy)

            assert found.status == ("feasible" if truth else "infeasible"), (seed, order, energy)
            if truth:
                assert _holds(work, dict(found.starts))
        answers.append(truth)
    assert 10 < sum(answers) < 50
    assert ordered > 10


def test_pieces_are_alike_only_where_nothing_tells_them_apart() -> None:
    """Starts, length, need, demand, options and distances each tell pieces apart; a test with its entry stands as one."""
    days = np.arange(3)
    offer = Offer(np.full(9, 2), {"A": 1, "B": 1, "C": 2})
    same = {name: HeldWork(days, 2, needed=True) for name in "AB"}

    def groups(pieces: dict[str, HeldWork], **more: Any) -> tuple[tuple[str, ...], ...]:
        return alike(Work(pieces, [offer], **more))

    assert groups(same) == (("A", "B"),)
    assert groups({**same, "C": HeldWork(days, 2, needed=True)}) == (("A", "B"),)
    assert groups({"A": same["A"], "B": HeldWork(days, 3, needed=True)}) == ()
    assert groups({"A": same["A"], "B": HeldWork(days[1:], 2, needed=True)}) == ()
    assert groups({"A": same["A"], "B": HeldWork(days, 2, needed=False)}) == ()
    assert groups(same, gaps=[StartGap("A", "B", 1)]) == ()
    assert groups({**same, "C": HeldWork(days, 2, needed=True)}, gaps=[StartGap("C", "A", 1)]) == ()
    assert groups({**same, "C": HeldWork(days, 2, needed=True)}, gaps=[StartGap("C", "A", 1), StartGap("C", "B", 1)]) == (
        ("A", "B"),
    )
    twins = [WorkOption({"A": 1}), WorkOption({"B": 1})]
    assert groups(same, options=twins, picks=[Pick(1, (0, 1))]) == (("A", "B"),)
    assert groups(same, options=twins, picks=[Pick(1, (0,))]) == ()
    assert groups(same, options=twins, picks=[Pick(1, (0, 1)), Pick(1, (), 0)]) == ()
    assert groups(same, options=[WorkOption({"A": 1}), WorkOption({"B": 0})], picks=[Pick(1, (0, 1))]) == ()
    entered = {name: HeldWork(days, 1, needed=True) for name in ("A", "B", "EA", "EB")}
    tied = [gap for name in "AB" for gap in (StartGap(name, f"E{name}", 0), StartGap(f"E{name}", name, 0))]
    assert len(groups(entered, gaps=tied)) == 1
    assert groups(entered, gaps=[*tied[:-1], StartGap("EB", "B", 1)]) == ()


@pytest.mark.long
def test_a_date_refuted_is_impossible_and_a_date_followed_is_kept() -> None:
    """On small markets with boards and reliance: against every order of the tests."""
    refuted = followed = 0
    for seed in range(20):
        plan = drawn_plan(seed)
        network = compile_network(plan)
        early, pools = earliest_times(network), resources(plan, network.clock)
        supposing, node, best = Supposing(early, pools), network.nodes["ALL", "start"], exact(plan)
        for boundary in (best - 3, best - 1, best, best + 2):
            work = supposing.work(node, boundary)
            found = None if work is None else decide(work, Limits())
            if found is None or found.status == "infeasible":
                assert boundary < best
                refuted += 1
                continue
            starts = found.starts
            values = list_schedule(
                network, pools, lambda item, now, starts=starts: (0, starts[item]) if item in starts else (1, now)
            )
            assert values is not None
            assert check(plan, complete(network, values)) == ()
            followed += values[node] <= boundary
    assert refuted > 20
    assert followed > 30


def test_bound_and_schedule_are_narrowed_to_the_optimum() -> None:
    """From the network's bound and any schedule the earliest date is reached, and proved."""
    for seed in range(12):
        plan = drawn_plan(seed, slots=1)
        found = between(Problem.of(plan), "ALL", deadline=Deadline(), effort=THOROUGH)

        assert found.exact == exact(plan)


def choosing(slots: int) -> Plan:
    """Return a plan in which each supplier needs one of two agents: one holds the supplier's own body, one another."""
    agents = [party("X", "agent"), party("Y", "other")]
    suppliers = [party(f"S{number}", agents=["X", "Y"]) for number in range(3)]
    ground = {"basis": "synthetic"}
    bodies = [
        {"id": "BODY", "title": "the body", "slots": slots, **ground},
        {"id": "ELSE", "title": "another", "slots": 1, **ground},
    ]
    roles = [
        role("supplier", "supplier"),
        role("agent", "agent", length="4 wd"),
        role("other", "agent", length="20 wd", assessed_by=["ELSE"], approved_by=["ELSE"]),
    ]
    return expanded([*agents, *suppliers], bodies=bodies, roles=roles)


def test_an_agent_that_another_body_assesses_is_chosen_where_that_spares_slots() -> None:
    """With one slot three tests of ten days end on day 30, as the agent of the other body is through by then."""
    plan = choosing(1)
    network = compile_network(plan)
    early, pools, node = earliest_times(network), resources(plan, network.clock), network.nodes["ALL", "start"]
    supposing, begin = Supposing(early, pools), network.clock.origin
    work = supposing.work(node, begin + 30)

    assert work is not None
    assert {name for name, piece in work.pieces.items() if not piece.needed} == {"X-TEST", "Y-TEST"}
    found = decide(work, Limits())
    assert found.status == "feasible"
    assert "Y-TEST" in found.starts
    late = supposing.work(node, begin + 29)
    assert late is None or decide(late, Limits()).status == "infeasible"


# -- the shipped market ---------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(
    ("settings", "date"),
    [({"slots-bsc": "12", "slots-rec": "12"}, "2026-02-19"), ({"tranches": "true"}, "2026-02-19")],
)
def test_tight_markets_are_decided(settings: dict[str, str], date: str) -> None:
    """With twelve slots of both bodies, and in waves: bounds and orders leave a gap that dates supposed close."""
    plan = load("mhhs-round2", scenarios=["participants"], settings=settings)
    network = compile_network(plan)
    early, pools, node = earliest_times(network), resources(plan, network.clock), network.nodes["M14", "start"]
    begun = best_schedule(early, pools, "M14")
    assert begun is not None
    bound = capacity_bound(early, pools, "M14", begun[node]).boundary
    assert bound < begun[node]
    found = between(Problem.of(plan), "M14", deadline=Deadline())

    assert found.exact is not None
    assert found.schedule is not None
    assert str(network.clock.show(found.exact, "closes")) == date
    assert check(plan, complete(network, found.schedule)) == ()


# -- identical parties, waves ---------------------------------------------------------------------------------------------


def test_identical_parties_are_exact_whole() -> None:
    """A plan of parties nobody can tell apart, in waves of limited size: the date of the whole solve is by count."""
    waves = [{"id": f"W{month}", "opens": f"2024-0{month}-05", "size": 3} for month in (2, 3, 4)]
    roles = [role("supplier", "supplier"), role("agent", "agent", length="4 wd", assessed_by=[])]
    plan = expanded([party(f"S{number}") for number in range(7)], slots=3, waves=waves, tranches=True, roles=roles)
    network = compile_network(plan)
    work = Supposing(earliest_times(network), resources(plan, network.clock)).work(
        network.nodes["ALL", "start"], network.clock.limit - 100
    )

    assert work is not None
    assert max(len(group) for group in alike(work)) == 7
    outcome = solve(plan, ["ALL"])
    assert outcome.status == "solved"
    third = Scenario.model_validate({"id": "t", "title": "T", "assumptions": {"slots": 2}})
    fewer = solve(apply(third, plan), ["ALL"])
    assert outcome.dates["ALL"].month == 4  # seven parties and an agent: three waves of three
    assert fewer.status == "infeasible" or fewer.dates["ALL"] > outcome.dates["ALL"]
