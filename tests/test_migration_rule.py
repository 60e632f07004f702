"""The rule kind `migration` in the plan: its date by three witnesses, its certificate, its break-even, what is refused."""

from __future__ import annotations

import json
from collections import Counter
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.market import Market, Stream
from models.outcome import Solved
from models.plan import Plan
from models.rules import Migration
from optimiser import earliest, load
from optimiser.cli import main
from optimiser.clock import Clock
from optimiser.critical import compile_network, earliest_times
from optimiser.critical.flow import earliest_completion
from optimiser.explain.binding import explain_with
from optimiser.explain.oracle import Oracle
from tests.conftest import plan_of
from tests.random_plans import Draw

BASIS = {"basis": "synthetic"}


def moving(ready: list[tuple[str, float]], **more: Any) -> Plan:
    """Return a plan of three pieces of work of other lengths, after which shares of a market become ready."""
    lengths = {"A": 3, "B": 9, "C": 20}
    rule = {
        "id": "pace",
        "title": "Pace",
        "kind": "migration",
        "after": "DONE",
        "meter_points": 100,
        "limit": 5,
        "ready": [{"at": at, "share": share} for at, share in ready],
        **BASIS,
        **more,
    }
    return plan_of(
        activities=[{"id": name, "title": name, "duration": f"{days} wd", **BASIS} for name, days in lengths.items()],
        milestones=[{"id": "DONE", "title": "Done", "shown": "closes", **BASIS}],
        rules=[rule],
        targets=["DONE"],
    )


def market_of(plan: Plan, rule: Migration, ready: dict[str, int]) -> Market:
    """Return the market that a rule is about, its shares ready at boundaries."""
    clock, work = Clock(plan), rule.work()
    unit = gcd(*work.values(), 100 * 100)
    own = set(clock.own_days(rule.calendar or plan.calendar).tolist())
    rooms = [
        rule.room(clock.show(day, "opens"), plan.amount(rule.limit)) // unit if int(clock.days[day]) in own else 0
        for day in range(clock.size)
    ]
    return Market(tuple(Stream(str(point), units // unit, ready[str(point)]) for point, units in work.items()), tuple(rooms))


def test_shares_move_no_faster_than_the_limit() -> None:
    """By hand: 60 after day 3 and 40 after day 20 at 5 a day are done on day 28; 99 and 1 on day 23, as all 100 take 20 days."""
    for early, day in ((60.0, 28), (99.0, 23)):
        plan = moving([("A", early), ("C", 100 - early)])
        outcome = earliest(plan)
        assert isinstance(outcome, Solved)
        (date,) = outcome.milestones
        assert date.proof == "certified"
        assert date.boundary == Clock(plan).origin + day


def test_the_rule_is_the_market() -> None:
    """On random shares, limits, steps and moratoria the network comes to the day of the closed form for markets with rates."""
    draw, seen = Draw(11), Counter[str]()
    for _ in range(150):
        first = draw.whole(1, 98)
        second = draw.whole(1, 99 - first)
        plan = moving(
            [("A", float(first)), ("B", float(second)), ("C", float(100 - first - second))],
            limit=draw.whole(1, 30),
            steps=[{"since": f"2024-01-{draw.whole(8, 31):02d}", "percent": draw.whole(10, 120)}],
            moratoria=[{"first": f"2024-02-{draw.whole(1, 9):02d}", "last": f"2024-02-{draw.whole(10, 28):02d}"}],
            comes_back=draw.whole(0, 20),
        )
        (rule,) = plan.rules
        assert isinstance(rule, Migration)
        found = earliest_times(compile_network(plan))
        ready = {f"{name}.finish": found.position(name)[1] for name in "ABC"}
        completion = earliest_completion(market_of(plan, rule, ready))
        assert completion.shortfall is not None
        if completion.days is None:
            assert found.status == "beyond"
            seen["not on the axis"] += 1
            continue
        assert completion.days == found.position("DONE")[0]
        seen[f"{len(completion.shortfall.streams)} shares decide"] += 1

    assert min(seen[f"{count} shares decide"] for count in (1, 2, 3)) > 3, seen


def test_m15_under_the_scenario_is_certified_and_checked_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With scenario `migration` M15 and M16 are certified, rest on synthetic numbers, and `verify` derives them again."""
    assert main(["solve", "mhhs-round2", "-s", "migration", "-m", "M15,M16", "--json"]) == 0
    printed = capsys.readouterr().out
    document = json.loads(printed)
    assert {name: entry["proof"] for name, entry in document["milestones"].items()} == {"M15": "certified", "M16": "certified"}
    assert document["milestones"]["M15"]["evidence"]["class"].startswith("synthetic")
    file = tmp_path / "outcome.json"
    file.write_text(printed, "utf-8")
    assert main(["verify", str(file)]) == 0
    assert "MIGRATED not before 30000 thousand meter points have moved" in " ".join(capsys.readouterr().out.split())
    earlier = document["milestones"]["M15"]["date"]
    file.write_text(printed.replace(earlier, "2026-08-03"), "utf-8")
    assert main(["verify", str(file)]) != 0


def test_at_its_break_even_the_limit_leaves_m15_where_it_is_and_below_it_not() -> None:
    """With milestones aligned to months the limit has headroom: at its end M15 stays, one thousand a day lower it moves."""
    plan = load("mhhs-round2", scenarios=["migration"], readings={"alignment": "all"})
    line = explain_with(Oracle(plan), "M15").line("migration-pace")
    assert line.headroom is not None
    assert int(line.headroom) > 0

    def m15(limit: int) -> Any:
        changed = load(
            "mhhs-round2",
            scenarios=["migration"],
            readings={"alignment": "all"},
            settings={"migration-pace.limit": str(limit)},
        )
        return earliest_times(compile_network(changed)).position("M15")

    stated = m15(130)
    assert m15(130 - int(line.headroom)) == stated
    assert m15(130 - int(line.headroom) - 1) > stated


def test_without_the_scenario_m15_keeps_its_months() -> None:
    """The plan has no pace of migration of its own: the months of the pack hold until the scenario switches them off."""
    plan = load("mhhs-round2")

    assert not any(isinstance(rule, Migration) for rule in plan.rules)
    assert {rule.id for rule in plan.active_rules()} >= {"m15-after-m14", "m15-after-m11"}


def test_a_share_that_is_never_ready_leaves_no_date(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A party that waits for what never comes again makes the plan infeasible, with the rule that is to blame in words."""
    plan = moving([("A", 50.0), ("C", 50.0)]).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    plan["schema"] = "optimiser/plan/1"
    never = {
        "id": "never",
        "title": "Never",
        "kind": "release",
        "at": "C.finish",
        "occasions": {"days": ["2024-01-10"]},
        **BASIS,
    }
    plan["rules"].append(never)
    file = tmp_path / "plan.yaml"
    file.write_text(json.dumps(plan), "utf-8")

    assert main(["solve", str(file)]) == 3
    assert "never" in capsys.readouterr().out


def test_columns_of_limits_are_limits_one_by_one() -> None:
    """Many limits evaluated at once give the dates of each alone, monotone in the limit."""
    from optimiser.solve.variant import Variant, evaluate_variants

    plan = moving([("A", 40.0), ("B", 25.0), ("C", 35.0)])
    network = compile_network(plan)
    node = network.nodes["DONE", "start"]
    limits = range(1, 40)
    found = evaluate_variants(network, [Variant(values={"pace": limit}) for limit in limits]).values[node]

    assert np.all(np.diff(found) <= 0)
    for limit, boundary in zip(limits, found.tolist(), strict=True):
        alone = earliest_times(compile_network(moving([("A", 40.0), ("B", 25.0), ("C", 35.0)], limit=limit)))
        assert alone.position("DONE")[0] == boundary
