"""The longest-path witness: forward, backward and batch passes, chains, capacity bounds and list schedules."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from models.plan import Plan
from models.rules import RULE_KINDS
from optimiser.check import check
from optimiser.critical import (
    RULE_COMPILERS,
    Columns,
    best_schedule,
    capacity_bound,
    certificate,
    compile_network,
    driving_items,
    earliest_times,
    evaluate,
    floats,
    free_floats,
    latest_times,
    minimal_core,
    resources,
)
from optimiser.numbers import NONE
from optimiser.solve.placement import complete
from tests.conftest import plan_of

SYNTHETIC = {"basis": "synthetic"}


def work(name: str, duration: str, **more: Any) -> dict[str, Any]:
    """Describe an activity."""
    return {"id": name, "title": f"Work {name}", "duration": duration, **SYNTHETIC, **more}


def event(name: str, shown: str = "closes") -> dict[str, Any]:
    """Describe a milestone."""
    return {"id": name, "title": f"Event {name}", "shown": shown, **SYNTHETIC}


def rule(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """Describe a rule."""
    return {"id": name, "title": f"Rule {name}", "kind": kind, **SYNTHETIC, **more}


def chain_plan(**more: Any) -> Plan:
    """A then B then M; C beside them."""
    rules = [
        rule("a-b", "dependency", before="A", after="B"),
        rule("b-m", "dependency", before="B", after="M"),
        rule("c-m", "dependency", before="C", after="M"),
        *more.pop("rules", []),
    ]
    activities = [work("A", "10 wd"), work("B", "5 wd"), work("C", "12 wd"), *more.pop("activities", [])]
    return plan_of(activities=activities, milestones=more.pop("milestones", [event("M")]), rules=rules, **more)


class TestForward:
    def test_finds_the_longest_path(self) -> None:
        """A chain of 10 and 5 working days from Monday 8 January ends on Friday 26 January."""
        found = earliest_times(compile_network(chain_plan()))

        assert found.status == "feasible"
        assert found.network.clock.show(found.position("M")[0], "closes") == dt.date(2024, 1, 26)

    def test_names_the_driving_chain_and_not_the_slack_one(self) -> None:
        """The chain behind M is A and B; C has three days to spare."""
        found = earliest_times(compile_network(chain_plan()))

        assert driving_items(found, "M") == ("A", "B", "M")

    def test_pulls_a_start_after_a_finish_that_must_wait(self) -> None:
        """A finish gate moves the start of fixed-length work: work ends with the gate and starts its length before."""
        plan = plan_of(
            activities=[work("A", "10 wd")],
            milestones=[event("G")],
            rules=[
                rule("g", "not-before", at="G", date="2024-03-01"),
                rule("g-a", "dependency", before="G", after="A", type="FF"),
            ],
        )
        found = earliest_times(compile_network(plan))
        clock = found.network.clock

        start, finish = found.position("A")
        assert (clock.show(start, "opens"), clock.show(finish, "closes")) == (dt.date(2024, 2, 19), dt.date(2024, 3, 1))

    def test_reads_a_maximum_lag_backwards(self) -> None:
        """Where B may start at most 3 working days after A ends and B is late, A is late too."""
        plan = chain_plan(
            rules=[
                rule("b-floor", "not-before", at="B", date="2024-03-04"),
                rule("near", "dependency", before="A", after="B", lag="3 wd", bound="at-most"),
            ]
        )
        found = earliest_times(compile_network(plan))

        assert found.network.clock.show(found.position("A")[1], "closes") == dt.date(2024, 2, 27)

    def test_a_latest_date_makes_a_conflict_of_its_chain(self) -> None:
        """A not-after that the chain breaks is infeasible, and the minimal core is the chain and the date."""
        plan = chain_plan(rules=[rule("by", "not-after", at="M", date="2024-01-25")])
        network = compile_network(plan)
        found = earliest_times(network)

        assert found.status == "infeasible"
        assert found.trouble is not None
        behind = [*found.rules_behind(found.trace(found.trouble.event)), found.trouble.rule]
        core = minimal_core(network, [name for name in behind if name])
        assert set(core) == {"duration:A", "a-b", "duration:B", "b-m", "by"}

    def test_a_circle_that_always_pushes_is_infeasible_and_not_beyond(self) -> None:
        """Two activities that each wait for the other run for ever: a conflict, not a date off the calendar."""
        plan = chain_plan(rules=[rule("b-a", "dependency", before="B", after="A")])
        found = earliest_times(compile_network(plan))

        assert found.status == "infeasible"
        assert found.trouble is not None
        assert found.trouble.kind == "cycle"

    def test_a_date_off_the_calendar_is_beyond_and_not_infeasible(self) -> None:
        """Work of three years on a calendar of two is no contradiction of the plan's."""
        plan = plan_of(activities=[work("A", "800 wd")])
        found = earliest_times(compile_network(plan))

        assert found.status == "beyond"

    def test_an_occasion_that_never_comes_again_is_infeasible(self) -> None:
        """After the last of listed releases nothing can ever be released."""
        plan = chain_plan(rules=[rule("rel", "release", at="M", occasions={"days": ["2024-01-10"]})])
        found = earliest_times(compile_network(plan))

        assert found.status == "infeasible"
        assert found.trouble is not None
        assert found.trouble.kind == "exhausted"

    def test_takes_the_second_of_three_where_two_are_asked(self) -> None:
        """At least two of finishes after 5, 10 and 12 days are there after 10."""
        plan = plan_of(
            activities=[work("A", "10 wd"), work("B", "5 wd"), work("C", "12 wd")],
            milestones=[event("M")],
            rules=[rule("two", "at-least", of=["A", "B", "C"], count=2, after="M")],
        )
        found = earliest_times(compile_network(plan))

        assert found.position("M")[0] - found.position("A")[0] == 10

    def test_the_certificate_follows_line_by_line(self) -> None:
        """Every line of a certificate follows from lines before it, and the last is the milestone at its date."""
        plan = chain_plan(rules=[rule("al", "alignment", at="M", to="last-working-day")])
        found = earliest_times(compile_network(plan))
        steps = certificate(found, "M").steps

        assert all(parent < index for index, step in enumerate(steps) for parent in step.after)
        assert (steps[-1].point, steps[-1].date) == ("M", dt.date(2024, 1, 31))


class TestBackward:
    def test_float_is_what_the_slack_chain_has_to_spare(self) -> None:
        """C may slip by 3 days before M moves, A and B not at all."""
        found = earliest_times(compile_network(chain_plan()))

        assert floats(found, "M") == {"A": 0, "B": 0, "C": 3, "M": 0}

    def test_an_item_that_never_reaches_the_milestone_has_no_float_against_it(self) -> None:
        """Work that nothing waits for can slip for ever: its float is None, not a large number."""
        found = earliest_times(compile_network(chain_plan(activities=[work("Z", "3 wd")])))

        assert floats(found, "M")["Z"] is None
        assert free_floats(found, ["Z"]) == {"Z": None}

    def test_free_float_stops_at_the_next_item(self) -> None:
        """Work ahead of slack work has no free float though it has total float."""
        plan = plan_of(
            activities=[work("A", "10 wd"), work("B", "2 wd"), work("C", "2 wd")],
            milestones=[event("M")],
            rules=[
                rule("a-m", "dependency", before="A", after="M"),
                rule("b-c", "dependency", before="B", after="C"),
                rule("c-m", "dependency", before="C", after="M"),
            ],
        )
        found = earliest_times(compile_network(plan))

        assert free_floats(found, ["B", "C"]) == {"B": 0, "C": 6}
        assert floats(found, "M")["B"] == 6

    def test_latest_times_are_a_solution_and_none_is_later(self) -> None:
        """Under a milestone's date the backward pass gives positions that satisfy every inequality."""
        network = compile_network(chain_plan())
        found = earliest_times(network)
        node = network.nodes["M", "start"]
        late = latest_times(network, {node: found.values[node]})
        held = {each: (boundary, "held") for each, boundary in enumerate(late)}
        pushed = evaluate(network, Columns(1), raised={each: np.array([boundary]) for each, boundary in enumerate(late)})

        assert earliest_times(network, ceilings=held).status == "feasible"
        starts = [network.nodes[item, "start"] for item in ("A", "B", "C")]
        assert all(pushed.values[start, 0] == late[start] for start in starts)

    def test_float_of_one_of_several_is_found_by_pushing_it_alone(self) -> None:
        """Of three, of which two are needed, the slowest can slip for ever and the others as far as the slowest."""
        plan = plan_of(
            activities=[work("A", "10 wd"), work("B", "5 wd"), work("C", "12 wd")],
            milestones=[event("M")],
            rules=[rule("two", "at-least", of=["A", "B", "C"], count=2, after="M")],
        )
        found = earliest_times(compile_network(plan))
        slips = floats(found, "M")

        assert slips["A"] == 0
        assert slips["B"] == 5
        assert slips["C"] == found.network.clock.limit - found.position("C")[1]


class TestBatch:
    def test_each_sample_is_the_plan_with_its_values(self) -> None:
        """A column of lengths gives the dates that re-solving each length gives."""
        lengths = [0, 3, 7, 10, 40]
        network = compile_network(
            chain_plan(
                rules=[
                    rule("al", "alignment", at="M", to="last-working-day"),
                    rule("m", "not-before", at="M", date="2024-01-20"),
                ]
            )
        )
        together = evaluate(network, Columns(len(lengths), {"duration:A": np.array(lengths)})).of("M").tolist()

        single = []
        for length in lengths:
            plan = chain_plan(
                rules=[
                    rule("al", "alignment", at="M", to="last-working-day"),
                    rule("m", "not-before", at="M", date="2024-01-20"),
                ]
            )
            activities = (
                plan.activities[0].model_copy(update={"duration": type(plan.activities[0].duration)(length, "wd")}),
                *plan.activities[1:],
            )
            single.append(earliest_times(compile_network(plan.evolve(activities=activities))).position("M")[0])
        assert together == single

    def test_switches_act_sample_by_sample(self) -> None:
        """A rule off in one sample and on in another gives both dates at once."""
        network = compile_network(chain_plan())
        both = evaluate(network, Columns(2, switches={"a-b": np.array([True, False])})).of("M")

        assert (both - network.clock.origin).tolist() == [15, 12]

    def test_a_date_of_none_makes_a_latest_date_inert(self) -> None:
        """A column may say none for a date: that sample is feasible, its neighbour is not."""
        plan = chain_plan(rules=[rule("by", "not-after", at="M", date="2024-01-20")])
        network = compile_network(plan)
        column = np.array([NONE, dt.date(2024, 1, 20).toordinal()])

        assert evaluate(network, Columns(2, {"by": column})).infeasible.tolist() == [False, True]


def shop(lengths: list[int], amount: int, **more: Any) -> Plan:
    """Independent work on one resource, all before M."""
    names = [f"J{index}" for index in range(len(lengths))]
    return plan_of(
        activities=[work(name, f"{length} wd") for name, length in zip(names, lengths, strict=True)],
        milestones=[event("M")],
        rules=[
            *(rule(f"{name}-m", "dependency", before=name, after="M") for name in names),
            rule("slots", "capacity", amount=amount, demands=[{"item": name} for name in names], **more),
        ],
    )


class TestCapacity:
    def test_equal_slots_are_proved_without_a_solver(self) -> None:
        """Seven jobs of 10 days on two slots take four rounds: the bound and the schedule meet at 40."""
        plan = shop([10] * 7, 2)
        found = earliest_times(compile_network(plan))
        pools = resources(plan, found.network.clock)
        values = best_schedule(found, pools, "M")
        assert values is not None
        node = found.network.nodes["M", "start"]
        bound = capacity_bound(found, pools, "M", values[node])

        assert values[node] - found.network.clock.origin == 40
        assert bound.boundary == values[node]
        assert bound.overload is not None
        assert bound.overload.reason == "rounds"

    def test_a_bound_is_never_later_than_a_schedule(self) -> None:
        """Over random jobs and capacities the bound stays at or below the list schedule, and some close."""
        generator = np.random.default_rng(5)
        closed = 0
        for _ in range(40):
            lengths = generator.integers(1, 12, size=int(generator.integers(2, 9))).tolist()
            plan = shop(lengths, int(generator.integers(1, 4)), steps=[{"since": "2024-01-15", "amount": 3}])
            found = earliest_times(compile_network(plan))
            pools = resources(plan, found.network.clock)
            values = best_schedule(found, pools, "M")
            assert values is not None
            node = found.network.nodes["M", "start"]
            bound = capacity_bound(found, pools, "M", values[node]).boundary
            assert found.values[node] <= bound <= values[node]
            assert check(plan, complete(found.network, values)) == ()
            closed += bound == values[node]
        assert closed >= 10

    def test_work_pushed_out_of_its_place_is_placed_again(self) -> None:
        """A job that a later placed job pushes (start to start, negative lag) keeps inside capacity."""
        plan = shop([6, 6, 6], 1)
        extra = rule("pull", "dependency", before="J2", after="J0", type="SS", lag="-2 wd")
        plan = plan_of(
            activities=[entry.model_dump() for entry in plan.activities],
            milestones=[entry.model_dump() for entry in plan.milestones],
            rules=[*(entry.model_dump() for entry in plan.rules), extra],
        )
        found = earliest_times(compile_network(plan))
        values = best_schedule(found, resources(plan, found.network.clock), "M")

        assert values is not None
        assert check(plan, complete(found.network, values)) == ()


def test_every_kind_has_a_compiler() -> None:
    """A kind of rule without a compiler would silently delay nothing."""
    assert set(RULE_COMPILERS) == set(RULE_KINDS)


def test_tables_of_a_range_are_those_of_its_amounts() -> None:
    """Whatever ranges were asked for before, nested, apart or overlapping, row *k* is the table of the *k*-th amount."""
    network = compile_network(plan_of(activities=[work("A", "1 mo")], milestones=[]))
    family = next(arc.family for arc in network.arcs if not arc.family.sign and arc.source != arc.target)
    for low, high in ((3, 5), (4, 4), (5, 9), (1, 2), (40, 41), (2, 8)):
        stacked = family.tables(low, high)
        assert len(stacked) == high - low + 1
        assert all(np.array_equal(stacked[amount - low], family.table(amount)) for amount in range(low, high + 1))
