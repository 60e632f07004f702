"""One deadline for a question: every part of it asks, none goes on beyond it, and what is known by then stands."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from models.outcome import Solved
from optimiser.cli.options import Solver
from optimiser.encoding.answer import Limits
from optimiser.explain.binding import explain
from optimiser.explain.oracle import Oracle
from optimiser.explain.possible import can
from optimiser.reading.load import load
from optimiser.solve.again import again
from optimiser.solve.answer import earliest, unasked
from optimiser.solve.between import between
from optimiser.solve.dates import Dates, prove
from optimiser.solve.deadline import Deadline
from optimiser.solve.problem import Problem
from optimiser.solve.spans import UNREAD, unfinished_span
from tests.test_placing import shared


@dataclass
class Ticking:
    """A clock that every look moves on by a second."""

    time: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        self.time += 1.0
        return self.time


def test_a_question_ends_soon_after_its_time_with_bounds_that_hold() -> None:
    """At whatever step the time is over, few looks follow, and the range holds the date found without a limit."""
    ended = 0
    for seed in range(4):
        plan = shared(seed, 16)
        exact = between(Problem.of(plan), "END", deadline=Deadline())
        assert exact.high is not None
        for seconds in (0, 2, 5, 12, 40):
            clock = Ticking()
            found = between(Problem.of(plan), "END", deadline=Deadline(Limits(time_limit=seconds), now=clock))
            assert clock.time <= seconds + 20
            assert found.high is not None, "a schedule there is always time for"
            assert found.low <= exact.low
            assert exact.high <= found.high
            ended += found.exact is None
    assert ended >= 4, ended


def test_no_milestone_takes_the_time_of_the_others() -> None:
    """Three parts share nine seconds: what one leaves is the others', what one takes is no more than its share."""
    clock = Ticking(-1.0)
    whole = Deadline(Limits(time_limit=90), now=clock)
    first = whole.part(3)
    assert 25 <= (first.until or 0) <= 35
    clock.time = 10
    second = whole.part(2)
    assert 45 <= (second.until or 0) <= 55, "half of what is left"
    third = whole.part()
    assert third.until is not None
    assert abs(third.until - 90) <= 2


def test_deterministic_seconds_are_counted_over_all_calls_of_a_part() -> None:
    """Spent once, they are gone; the question knows of all of them."""
    whole = Deadline(Limits(deterministic_time=2.0))
    part = whole.part()
    part.spend(1.5)
    assert part.call().deterministic_time == 0.5
    part.spend(1.0)
    assert part.call().deterministic_time == 0.0
    assert whole.spent == 2.5
    assert whole.part().call().deterministic_time == 2.0


def test_a_proof_that_runs_out_of_time_says_so() -> None:
    """No time at all still gives a schedule that keeps every rule, and no claim that CP-SAT said the same."""
    problem = Problem.of(shared(2, 16))
    found = prove(problem, ["END"], Deadline(Limits(time_limit=0)))
    assert isinstance(found, Dates)
    assert problem.holds(found.values)
    (proved,) = found.proved
    assert ", and CP-SAT" not in proved.bound_by or proved.range.exact is None


def test_what_is_asked_beyond_the_time_is_left_undecided() -> None:
    """Of a plan with capacity a question that would have to be searched is no verdict once the time is over."""
    oracle = Oracle(shared(3, 16), Limits(time_limit=0))
    early = oracle.found.values[oracle.node("END")]
    assert can(oracle, "END", early, ["R1-0"]) is None


def test_spans_and_bindings_that_the_time_cuts_short_are_left_out_and_said() -> None:
    """A question without any time still has its dates; what was not asked is said, and a check of the answer takes it over."""
    plan = load("mhhs-round2")
    found = earliest(plan, time_limit=1e-9)
    whole = earliest(plan)
    assert isinstance(found, Solved)
    assert isinstance(whole, Solved)
    assert [entry.date for entry in found.milestones] == [entry.date for entry in whole.milestones]
    for entry in found.milestones:
        assert entry.span is None
        assert unfinished_span(entry.id, UNREAD) in found.notes
        assert found.binding[entry.id] == ()
        assert unasked(entry.id) in found.notes
    assert again(plan, None, found).outcome == found


def test_the_dates_before_a_change_have_the_time_that_the_dates_after_it_left() -> None:
    """A verb that asks twice has one limit: the second part of the question gets what is left, and never less than none."""
    solver = Solver(time_limit=50.0)
    left = solver.left()["time_limit"]
    assert 40 < left <= 50
    assert Solver(time_limit=1e-9).left()["time_limit"] == 0
    assert Solver().left()["time_limit"] is None


@pytest.mark.long
def test_a_limit_bounds_explain_of_the_parties() -> None:
    """With a second of time explain of a plan with parties is over soon, most lines undecided and none of them wrong."""
    plan = load("mhhs-round2", ("participants",))
    begun = time.process_time()
    found = explain(plan, "M14", time_limit=1.0)
    assert time.process_time() - begun < 8
    whole = {line.rule: line for line in explain(plan, "M14").lines}
    for line in found.lines:
        same = whole[line.rule]
        assert line.method == "undecided" or (line.drop_gain_wd, line.headroom) == (same.drop_gain_wd, same.headroom), line.rule


def test_what_follows_the_search_has_time_kept_back_for_it() -> None:
    """Five times what reading took, a tenth of the whole at most, and nothing where nobody set a time."""
    clock = Ticking(-1.0)
    whole = Deadline(Limits(time_limit=90), now=clock)
    begun = clock()
    assert 80 <= (whole.search(begun).until or 0) <= 88
    clock.time = 40.0
    assert 80 <= (whole.search(begun).until or 0) <= 82
    assert whole.until == 90
    assert Deadline().search(0.0).until is None


def test_half_of_what_is_left_is_half_of_the_deterministic_seconds_too() -> None:
    """And whatever the half spends the whole knows of."""
    whole = Deadline(Limits(deterministic_time=8.0)).without_relaxations()
    whole.spend(2.0)
    half = whole.half()
    assert half.call().deterministic_time == 3.0
    assert not half.call().linear
    half.spend(1.0)
    assert whole.spent == 3.0
