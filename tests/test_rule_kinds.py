"""Every kind of rule, and every number it holds, asked of every witness and every verb: a kind that one does not know fails."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from models.assumptions import Changes
from models.duration import Duration
from models.faults import changes_faults, items_named
from models.grid import AssumptionAxis
from models.items import Activity, Hammock
from models.plan import Plan
from models.record import Record
from models.risk import REGISTER_SCHEMA, Register
from models.rules import RULE_KINDS, Point, RuleRecord
from models.terms import Term, column_number
from optimiser.batch.axes import grid_faults
from optimiser.check import MEANINGS
from optimiser.clock import Clock
from optimiser.critical import RULE_COMPILERS, Columns, compile_network, evaluate, resources
from optimiser.encoding import ENCODERS, Encoding
from optimiser.encoding.levers import PlanLever, moved_plan
from optimiser.encoding.relaxing import Relaxing
from optimiser.errors import InputError
from optimiser.explain.binding import explain_with
from optimiser.explain.by_date import why_not
from optimiser.explain.oracle import Oracle
from optimiser.numbers import number_of_rule, own_term, senses, valued
from optimiser.reading.load import load
from optimiser.robust.faults import register_faults
from optimiser.robust.quantity import Quantity, find_quantity
from optimiser.solve import earliest
from optimiser.solve.variant import Variant, columns_of, evaluate_variants, network_of, pools_of, varied
from optimiser.wording import demand
from tests import brute_force
from tests.conftest import plan_of
from tests.rule_kinds import EXAMPLES, example
from tests.rule_kinds import MEANINGS as BY_HAND

BASIS = {"basis": "synthetic"}


def plan_with(rule: dict[str, Any], **more: Any) -> Plan:
    """Return two activities of two days, a milestone that waits for both, and a rule."""
    return plan_of(
        activities=[{"id": name, "title": name, "duration": "2 wd", **BASIS} for name in "AB"],
        milestones=[{"id": "DONE", "title": "Done", "shown": "closes", **BASIS}],
        rules=[
            rule,
            *(
                {"id": f"{name}-done", "title": name, "kind": "dependency", "before": name, "after": "DONE", **BASIS}
                for name in "AB"
            ),
        ],
        targets=["DONE"],
        **more,
    )


def put(rule: dict[str, Any], path: Sequence[Any], value: Any) -> dict[str, Any]:
    """Return a rule with another value at a path."""
    changed = copy.deepcopy(rule)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def refusals(rule: dict[str, Any], **more: Any) -> list[tuple[tuple[Any, ...], str]]:
    """Return where, and why, a plan with a rule is refused."""
    with pytest.raises(ValidationError) as caught:
        plan_with(rule, **more)
    (error,) = caught.value.errors()
    return [(fault.path, fault.message) for fault in error["ctx"]["error"].faults]


def printed(value: Any) -> Any:
    """Return a value as a file holds it."""
    return value if isinstance(value, int) else str(value)


def terms_of(kind: str) -> tuple[Term, ...]:
    """Return the numbers of the example of a kind."""
    return plan_with(example(kind)).rules[0].terms()


def numbers() -> Iterator[Any]:
    """Yield every kind with every number it holds."""
    for kind in RULE_KINDS:
        if kind in EXAMPLES:
            for term in terms_of(kind):
                yield pytest.param(kind, term, id=f"{kind} {'.'.join(map(str, term.field))}")


NUMBERS = list(numbers())
each_number = pytest.mark.parametrize(("kind", "term"), NUMBERS)
each_kind = pytest.mark.parametrize("kind", RULE_KINDS)


def assumed(kind: str, term: Term, value: Any = None, **more: Any) -> Plan:
    """Return the plan in which the number of an example is an assumption, X, with the value that it had or another."""
    held = printed(term.stated if value is None else value)
    entry = {"id": "X", "title": "X", "value": held, **BASIS, **more}
    return plan_with(put(example(kind), term.field, "$X"), assumptions=[entry])


def worse_by(term: Term, units: int) -> Any:
    """Return the value of a number that is worse by some units; better where they are negative."""
    stated: Any = term.stated
    moved = column_number(stated) + (units if term.worse != -1 else -units)
    least = moved if term.least is None else max(moved, term.least)
    return valued(stated, least if term.most is None else min(least, term.most))


# -- known everywhere --------------------------------------------------------------------------------------------------


@each_kind
def test_every_kind_is_known_to_every_register(kind: str) -> None:
    """A kind has an example, a meaning by hand, a meaning, a compiler and an encoder."""
    registers = {
        "tests/rule_kinds.py EXAMPLES": EXAMPLES,
        "tests/rule_kinds.py MEANINGS": BY_HAND,
        "optimiser/check/meanings.py MEANINGS": MEANINGS,
        "optimiser/critical/compile.py RULE_COMPILERS": RULE_COMPILERS,
        "optimiser/encoding/rules.py ENCODERS": ENCODERS,
    }

    assert [name for name, register in registers.items() if kind not in register] == []


def _numeric(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield the paths inside a value at which a number lies: a length, or a whole number or date that may be an assumption."""
    if isinstance(value, Record):
        for key in type(value).model_fields:
            annotation = str(type(value).model_fields[key].annotation)
            held = getattr(value, key)
            if isinstance(held, Duration) or (isinstance(held, int | dt.date) and "Reference" in annotation):
                if not isinstance(held, bool):
                    yield (*path, key)
            else:
                yield from _numeric(held, (*path, key))
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            yield from _numeric(entry, (*path, place))


@each_kind
def test_a_kind_says_every_number_that_it_holds(kind: str) -> None:
    """The terms of a rule are exactly its fields that hold a number an assumption may stand for; one at most is its own."""
    rule = plan_with(example(kind)).rules[0]
    held = {path for path in _numeric(rule, ()) if path[0] not in RuleRecord.model_fields}

    assert {term.field for term in rule.terms()} == held
    assert sum(term.own for term in rule.terms()) == (1 if held else 0)


def test_items_say_every_number_that_they_hold() -> None:
    """So do activities and hammocks."""
    activity = Activity(id="A", title="A", duration=Duration(2, "wd"), basis="synthetic")
    hammock = Hammock(id="H", title="H", starts_with=Point("A"), finishes_with=Point("A"), basis="synthetic")

    for item in (activity, hammock):
        assert {term.field for term in item.terms()} == set(_numeric(item, ()))


# -- what is wrong -----------------------------------------------------------------------------------------------------


@each_kind
def test_an_unknown_item_is_located_in_every_kind(kind: str, tmp_path: Any) -> None:
    """Wherever a rule of any kind names an item that is not there, the file, line and column are said."""
    rule = plan_with(example(kind)).rules[0]
    places = list(items_named(rule))
    assert {name for _, name in places} == {point.item for point in rule.points()}
    for path, name in places:
        old = example(kind)
        for key in path:
            old = old[key]
        wrong = put(example(kind), path, str(old).replace(name, "NOWHERE", 1))
        assert refusals(wrong) == [(("rules", 0, *path), "unknown item 'NOWHERE'.")]
    written = plan_with(example(kind)).model_dump_json(by_alias=True, exclude_defaults=True)
    file = tmp_path / "plan.yaml"
    file.write_text(written.replace('"A', '"NOWHERE', written.count('"A')).replace('"id":"NOWHERE"', '"id":"A"'), "utf-8")
    with pytest.raises(InputError, match=rf"^{file}:1:\d+: rules\[0\]\..*unknown item 'NOWHERE"):
        load(file)


@each_number
def test_a_wrong_number_is_refused_wherever_it_is_said(kind: str, term: Term) -> None:
    """A reference to nothing or to another kind of value, and a value outside the number's range, are refused at their place."""
    path = ("rules", 0, *term.field)
    assert refusals(put(example(kind), term.field, "$NOPE")) == [(path, "unknown assumption 'NOPE'.")]
    switch = {"id": "X", "title": "X", "value": True, **BASIS}
    found = refusals(put(example(kind), term.field, "$X"), assumptions=[switch])
    assert found == [(path, f"$X holds true, expected {term.wanted}")]
    plan = assumed(kind, term)
    for end, beyond in ((term.least, -1), (term.most, 1)):
        if end is None:
            continue
        wrong = valued(term.stated, end + beyond)
        assert [place for place, _ in refusals(put(example(kind), term.field, printed(wrong)))] == [path]
        entry = {"id": "X", "title": "X", "value": printed(term.stated), "low": printed(wrong), **BASIS}
        (place, _), *_ = refusals(put(example(kind), term.field, "$X"), assumptions=[entry])
        assert place == ("assumptions", 0, "low")
        axis = AssumptionAxis(name="X", values=(wrong,))
        for faults in (
            changes_faults(plan, Changes(assumptions={"X": wrong}), ()),
            grid_faults(_grid(axis), plan),
            register_faults(_register(plan, wrong), plan),
        ):
            assert len(list(faults)) == 1


def _grid(axis: AssumptionAxis) -> Any:
    from models.grid import Grid

    return Grid.model_validate({"schema": "optimiser/grid/1", "id": "g", "title": "G", "plan": "test", "axes": (axis,)})


def _register(plan: Plan, value: Any) -> Register:
    entry = {"id": "range", "of": "X", "shape": "discrete", "values": [{"value": value}], **BASIS}
    return Register.model_validate(
        {"schema": REGISTER_SCHEMA, "id": "r", "title": "R", "plan": plan.id, "ranges": [entry]}, strict=False
    )


# -- what it says and which way it pushes --------------------------------------------------------------------------------


@each_number
def test_a_number_is_said_in_words(kind: str, term: Term) -> None:
    """What a rule demands names each of its numbers, and the assumption that one comes from."""
    plan = assumed(kind, term)
    said = demand(plan, "R")
    amount = str(abs(column_number(term.stated))) if term.kind != "date" else str(term.stated)  # type: ignore[arg-type]

    if term.kind != "demand":  # what each item needs of a capacity is told by what its work is
        assert amount in said
        assert "assumption X" in said


@each_number
def test_the_worse_way_is_worse(kind: str, term: Term) -> None:
    """No value on the worse side of a number gives an earlier date, by the solver; and one somewhere gives a later one."""
    plan = assumed(kind, term)
    network = compile_network(plan)
    assert senses(plan, "X", network.two_way) == {term.worse}
    dates = []
    for units in (-8, -3, -1, 0, 1, 3, 8):
        changed = assumed(kind, term, worse_by(term, units))
        answer = Encoding(changed, network.clock).earliest("DONE")
        dates.append(network.never if answer.boundary is None else answer.boundary)

    assert dates == sorted(dates)
    assert dates[0] < dates[-1] or kind in IDLE


IDLE = {"not-after", "capacity"}
"""Kinds of which a number may move nothing here: a latest date far off, and room that comes later."""


@each_number
def test_a_number_in_a_column_is_the_number_in_the_plan(kind: str, term: Term) -> None:
    """What a batch, a simulation or an explanation evaluates in columns is the plan with that number, compiled anew."""
    plan = assumed(kind, term)
    clock = Clock(plan)
    network = compile_network(plan, clock)
    for slot in ("X", *(("R",) if term.own else ())):
        for units in (-2, -1, 0, 1, 2):
            variant = Variant(values={slot: column_number(worse_by(term, units))})
            changed = varied(network, variant)
            apart = evaluate(compile_network(changed, clock), Columns(1))
            together = evaluate_variants(network, [variant])
            along = evaluate(network_of(network, variant), Columns(1))
            for other in (together, along):
                assert bool(apart.infeasible[0]) == bool(other.infeasible[0])
                assert apart.infeasible[0] or np.array_equal(apart.values, other.values)
            pools = {pool.rule: pool for pool in pools_of(network, variant)}
            for pool in resources(changed, clock):
                assert np.array_equal(pool.available, pools[pool.rule].available)
                assert pool.demand == pools[pool.rule].demand
    assert columns_of(network, [Variant(values={"X": 0}), Variant()]).values["X"][1] == column_number(term.stated)  # type: ignore[arg-type]


# -- what the verbs make of it -------------------------------------------------------------------------------------------


@each_kind
def test_explain_has_a_line_for_every_kind(kind: str) -> None:
    """Each rule has its line with its number, unit and headroom or how far it was searched; without a number, none."""
    plan = plan_with(example(kind))
    oracle = Oracle(plan)
    line = explain_with(oracle, "DONE").line("R")
    own = own_term(plan.rules[0])

    assert line.kind == kind
    if own is None:
        assert (line.number, line.unit, line.headroom, line.unit_gain_wd) == (None, None, None, None)
        return
    number = number_of_rule(plan, oracle.problem.clock, "R")
    assert number is not None
    assert (line.number, line.unit) == (str(own.stated), number.unit)
    assert line.method != "undecided"
    assert (line.headroom is None) != (line.headroom_searched is None)


@each_number
def test_explain_has_a_break_even_for_every_number(kind: str, term: Term) -> None:
    """An unknown that stands for a number has its break-even."""
    plan = assumed(kind, term)
    unknown = {"id": "X", "title": "X", "value": printed(term.stated), "why": "nobody knows", **BASIS}
    plan = plan_with(put(example(kind), term.field, "$X"), unknowns=[unknown])

    (entry,) = explain_with(Oracle(plan), "DONE").break_even
    assert entry.id == "X"
    assert (entry.headroom is None) != (entry.headroom_searched is None)


@each_number
def test_why_not_moves_every_number_the_good_way_only(kind: str, term: Term) -> None:
    """A range both ways around a number may move to its better end alone, a limit as far as it says, and no date gets later."""
    better, worse = worse_by(term, -1), worse_by(term, 1)
    plan = assumed(
        kind, term, low=printed(min(better, worse, key=column_number)), high=printed(max(better, worse, key=column_number))
    )
    answer = why_not(plan, "DONE", "2024-01-08")

    assert answer.may_move == (("X",) if better != term.stated else ())
    assert answer.nearest is None or (answer.date is not None and answer.nearest.date <= answer.date)
    for step in answer.nearest.route.steps if answer.nearest and answer.nearest.route else ():
        assert (step.lever, step.moved) == ("X", str(better))
    if term.own and better != term.stated:
        limit = (
            {"limit_amount": better} if isinstance(better, int) else {"limit": "1 wd" if term.kind == "date" else str(better)}
        )
        plan = plan_with(example(kind, flexibility={**limit, **BASIS}))
        assert why_not(plan, "DONE", "2024-01-08").may_move == ("R",)
        clock = Clock(plan)
        lever = PlanLever("R", "own", 1 if term.worse == -1 else -1, 1)
        moved = earliest(moved_plan(plan, clock, {lever: 1}), ["DONE"])
        found = Relaxing(plan, clock, [lever]).cheapest("DONE", moved.milestones[0].boundary)  # type: ignore[union-attr]
        assert found.status == "optimal"


@each_kind
def test_why_not_switches_off_what_has_no_number(kind: str) -> None:
    """A rule without a number may be switched off where it is allowed by name; no other is."""
    plan = plan_with(example(kind))
    levers = why_not(plan, "DONE", "2024-01-08", allow=["R"]).may_move

    assert levers == ("R",) or (own_term(plan.rules[0]) is not None and levers == ())


@each_number
def test_robust_can_vary_every_number(kind: str, term: Term) -> None:
    """A register can range over each number, by its assumption and by its rule, within the range that the number has."""
    plan = assumed(kind, term)
    for name in ("X", *(("R",) if term.own else ())):
        found = find_quantity(plan, name)
        assert isinstance(found, Quantity)
        assert found.value == term.stated
        assert found.most == term.most
        assert found.least == term.least or (found.kind == "count" and term.least is None)
    assert not list(register_faults(_register(plan, term.stated), plan))


@each_number
def test_a_grid_can_sweep_every_number(kind: str, term: Term) -> None:
    """A batch takes the assumption that stands for a number as an axis."""
    plan = assumed(kind, term)

    assert not list(grid_faults(_grid(AssumptionAxis(name="X", values=(term.stated, worse_by(term, -1)))), plan)) or (
        worse_by(term, -1) == term.stated
    )


@each_kind
def test_a_rule_on_and_off_in_the_encoding(kind: str) -> None:
    """Where both activities start on the day on which the example is broken, its switch alone decides whether there is a schedule."""
    plan = plan_with(example(kind))
    clock = Clock(plan)
    start = clock.boundary(dt.date(2024, 1, 15), "opens")
    encoding = Encoding(plan, clock)
    fixed = {"A": start, "B": start}

    assert encoding.earliest("DONE", fixed=fixed).status == "infeasible"
    assert encoding.earliest("DONE", fixed=fixed, switched_off=frozenset({"R"})).status == "optimal"
    places = {"A": (start, start + 2), "B": (start, start + 2), "DONE": (start + 2, start + 2)}
    assert brute_force.breaches(plan, places) == {"R"}
