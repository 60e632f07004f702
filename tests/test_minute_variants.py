"""Variants of plans in minutes: what a column or a number changed in place says is what a plan with that number says."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest

from models.duration import Duration
from models.plan import Plan
from models.rules import Dependency
from optimiser.check import check
from optimiser.critical.backward import latest_times
from optimiser.critical.columns import Columns
from optimiser.critical.compile import compile_network
from optimiser.critical.evaluated import evaluate
from optimiser.critical.forward import Pass, earliest_times
from optimiser.critical.resumed import again_behind, tightened
from optimiser.encoding import Encoding
from optimiser.numbers import column_number, own_value
from optimiser.solve.placement import complete
from optimiser.solve.variant import Variant, network_of, varied
from tests.minute_plans import Walked, done_plan, held_plan, minute_plan


def shared(chance: random.Random, plan: Plan) -> Plan:
    """Return a plan of more lags that are shares of a length, leads among them."""
    rules: list[Any] = []
    for rule in plan.rules:
        if isinstance(rule, Dependency) and rule.bound == "at-least" and chance.random() < 0.6:
            lag = Duration(chance.choice([10, 50, 50, 100, 250, -30, -100]), chance.choice(["%", "%", "e%"]))
            rules.append(rule.model_copy(update={"lag": lag}))
        else:
            rules.append(rule)
    return plan.evolve(rules=tuple(rules))


def drawn_variant(chance: random.Random, plan: Plan) -> Variant:
    """Return a variant that sets some lengths, what is left of some, and some lags."""
    values = {}
    names = [f"duration:{each.id}" for each in plan.activities if each.terms()]
    names += [rule.id for rule in plan.rules if isinstance(rule, Dependency) and rule.lag.unit != "wd"]
    for name in chance.sample(names, min(len(names), chance.randint(1, 3))):
        stated = column_number(own_value(plan, name))
        if name.startswith("duration:"):
            values[name] = chance.choice([stated + 1, stated + 7, max(1, stated // 2), max(1, stated - 1)]) if stated else 0
        else:
            values[name] = stated + chance.choice([-3, -1, 1, 2, 40])
    return Variant(values=values)


def agreed(seed: str, kind: str, *, solver: bool) -> Counter[str]:
    """Hold the witnesses against each other on variants of a plan; return what occurred."""
    chance, seen = random.Random(seed), Counter[str]()  # noqa: S311 - tests
    plan = {
        "plain": lambda: minute_plan(chance),
        "done": lambda: done_plan(chance),
        "held": lambda: held_plan(chance, None),
        "msp": lambda: held_plan(chance, "msp"),
        "p6": lambda: held_plan(chance, "p6"),
    }[kind]()
    plan = shared(chance, plan)
    network = compile_network(plan)
    stated = Pass(network)
    stated.run()
    if stated.trouble:
        return seen
    shares = {rule.id: rule.before for rule in plan.rules if isinstance(rule, Dependency) and rule.lag.unit in ("%", "e%")}
    for _ in range(6):
        variant = drawn_variant(chance, plan)
        told = f"{seed}: {variant.values}"
        made = varied(network, variant)
        whole = compile_network(made)
        found = earliest_times(whole)
        changed = network_of(network, variant)
        again = earliest_times(changed)
        columns = {name: np.array([value, column_number(own_value(plan, name))]) for name, value in variant.values.items()}
        batch = evaluate(network, Columns(2, columns))
        behind = again_behind(stated, changed, variant.values)
        assert again.status == found.status, told
        seen[found.status] += 1
        if found.status != "feasible":
            continue
        places = {name: found.position(name) for name in plan.items}
        assert {name: again.position(name) for name in plan.items} == places, told
        for sample, expected in ((0, again.values), (1, stated.values)):
            assert batch.values[:, sample].tolist() == expected, told
        assert behind is not None
        assert behind.values == again.values, told
        tighter = tightened(stated, changed, variant.values)
        if tighter is not None:
            assert tighter.values == again.values, told
            seen["tightened"] += 1
        end = network.nodes["END", "start"]
        late = latest_times(changed, {end: again.values[end]})
        assert all(last >= value for last, value in zip(late, again.values, strict=True)), told
        assert check(made, complete(whole, found.values), whole.clock) == (), told
        if kind == "plain":
            assert Walked(made).found == {**places}, told
        if solver:
            answer = Encoding(made, whole.clock, switches=False).earliest("END")
            assert (answer.status, answer.boundary) == ("optimal", found.values[whole.nodes["END", "start"]]), told
        moved = any(f"duration:{before}" in variant.values for before in shares.values())
        seen["share of a varied length" if moved else "other"] += 1
        seen["share varied"] += any(name in shares for name in variant.values)
        seen["finish waited for"] += any(
            isinstance(rule, Dependency) and rule.type[1] == "F" and f"duration:{rule.after}" in variant.values
            for rule in plan.rules
        )
    return seen


@pytest.mark.parametrize("kind", ["plain", "done", "held", "msp", "p6"])
def test_numbers_changed_in_place_are_the_plan_with_those_numbers(kind: str) -> None:
    """Lengths with shares of them, what is left, lags: column, network in place, pass behind the change and plan agree."""
    seen: Counter[str] = Counter()
    for seed in range(6):
        seen += agreed(f"{kind} {seed}", kind, solver=False)
    assert seen["share of a varied length"] > 2, seen
    assert seen["finish waited for"] > 2, seen


@pytest.mark.long
@pytest.mark.parametrize("kind", ["plain", "done", "held", "msp", "p6"])
def test_cp_sat_agrees_on_many_variants(kind: str) -> None:
    """The same of many, and CP-SAT proves the date."""
    seen: Counter[str] = Counter()
    for seed in range(100, 160):
        seen += agreed(f"{kind} {seed}", kind, solver=True)
    assert min(seen[each] for each in ("share of a varied length", "share varied", "finish waited for", "tightened")) > 20, seen
