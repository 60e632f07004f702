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
from models.schedule import Position
from optimiser import earliest, load
from optimiser.check import MEANINGS as CHECKS
from optimiser.check.places import Places
from optimiser.cli import main
from optimiser.clock import Clock
from optimiser.critical import Columns, compile_network, earliest_times, evaluate
from optimiser.critical.flow import earliest_completion
from optimiser.explain.binding import explain_with
from optimiser.explain.by_date import why_not
from optimiser.explain.oracle import Oracle
from tests.brute_force import Axis, Scene
from tests.conftest import plan_of
from tests.quotas import few
from tests.random_plans import Draw
from tests.rule_kinds import MEANINGS

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
    clock, shares = Clock(plan), rule.shares()
    unit = gcd(*(share.work for share in shares), 100 * 100)
    own = set(clock.own_days(rule.calendar or plan.calendar).tolist())
    rooms = [
        rule.room(clock.show(day, "opens"), plan.amount(rule.limit), 0, 0) // unit if int(clock.days[day]) in own else 0
        for day in range(clock.size)
    ]
    streams = (Stream(str(share.point), share.work // unit, ready[str(share.point)]) for share in shares)
    return Market(tuple(streams), tuple(rooms))


def test_shares_move_no_faster_than_the_limit() -> None:
    """By hand: 60 after day 3 and 40 after day 20 at 5 a day are done on day 28; 99 and 1 on day 23, as all 100 take 20 days."""
    for early, day in ((60.0, 28), (99.0, 23)):
        plan = moving([("A", early), ("C", 100 - early)])
        outcome = earliest(plan)
        assert isinstance(outcome, Solved)
        (date,) = outcome.milestones
        assert date.proof == "certified"
        assert date.boundary == Clock(plan).origin + day


@pytest.mark.long
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


SHAPES = ("plain", "own limits", "checks", "comes back later", "pace from the first share", "own limits, pace, comes back")


def shaped(draw: Draw, shape: str) -> Plan:
    """Return a plan of many shares at three points, of one shape."""
    count = draw.whole(3, 4)
    cuts = sorted({draw.whole(1, 99) for _ in range(count)})
    sizes = [float(high - low) for low, high in zip((0, *cuts), (*cuts, 100), strict=True)]
    ready: list[dict[str, Any]] = [{"at": draw.one(["A", "B", "C"]), "share": size} for size in sizes]
    more: dict[str, Any] = {"limit": draw.whole(2, 20), "comes_back": draw.whole(0, 30)}
    if "own limits" in shape:
        for entry in draw.some(ready, 1, len(ready)):
            entry["limit"] = draw.whole(1, 6)
    if "checks" in shape:
        for entry in ready:
            entry["checks"] = draw.whole(0, 12)
    if "comes back" in shape:
        more["comes_back_after"] = draw.whole(1, 10)
    if "pace" in shape:
        rise = sorted({draw.whole(1, 100) for _ in range(3)})
        more["steps"] = [{"from_start": 4 * number, "percent": percent} for number, percent in enumerate(rise)]
    else:
        more["moratoria"] = [{"first": f"2024-01-{draw.whole(10, 15)}", "last": f"2024-01-{draw.whole(15, 19)}"}]
    rule = {"id": "pace", "title": "Pace", "kind": "migration", "after": "DONE", "meter_points": draw.whole(20, 80), **BASIS}
    return plan_of(
        activities=[{"id": name, "title": name, "duration": f"{draw.whole(1, 12)} wd", **BASIS} for name in "ABC"],
        milestones=[{"id": "DONE", "title": "Done", "shown": "closes", **BASIS}],
        rules=[{**rule, "ready": ready, **more}],
        targets=["DONE"],
    )


@pytest.mark.parametrize("shape", few(SHAPES, 1))
def test_every_witness_moves_shares_of_every_shape_by_the_same_day(shape: str) -> None:
    """The network, many samples at once, the checker, CP-SAT and the sums for all sets of shares, tried out, come to one day."""
    draw, seen = Draw(sum(map(ord, shape))), Counter[str]()
    for _ in range(25):
        plan = shaped(draw, shape)
        network, (rule,) = compile_network(plan), plan.rules
        found, clock = earliest_times(network), network.clock
        assert found.status == "feasible"
        node, day = network.nodes["DONE", "start"], found.position("DONE")[0]
        at = {name: found.position(name) for name in ("A", "B", "C")}
        axis = Axis(plan)
        for end, holds in ((day - 1, False), (day, True)):
            scene = Scene(plan, axis, {**at, "DONE": (end, end)})
            assert MEANINGS["migration"](scene, rule) is holds
            positions = {name: Position(id=name, start=start, finish=finish) for name, (start, finish) in scene.places.items()}
            broken = list(CHECKS["migration"](rule, Places(plan, positions, clock)))
            assert (not broken) is holds
        limits = np.array([plan.amount(rule.limit), plan.amount(rule.limit) + 1])
        late = np.array([3, 0])
        raised = {network.nodes["A", "finish"]: found.values[network.nodes["A", "finish"]] + late}
        samples = evaluate(network, Columns(2, {"pace": limits}), raised=raised).values[node]
        changed = plan.evolve(rules=(rule.model_copy(update={"limit": int(limits[1])}),))
        assert samples[1] == earliest_times(compile_network(changed)).position("DONE")[0]
        outcome = earliest(plan)
        assert isinstance(outcome, Solved)
        assert (outcome.milestones[0].boundary, outcome.milestones[0].proof) == (day, "certified")
        seen["a limit more is sooner"] += samples[1] < day
        seen["later readiness moves the end"] += samples[0] > day
        (quorum,) = network.quorums
        _, places = quorum.reach([found.values[source] for source in quorum.sources])
        alone = [found.values[source] if place in places else None for place, source in enumerate(quorum.sources)]
        assert quorum.reach(alone)[0] == day
        seen["some points decide"] += len(places) < len(quorum.sources)

    assert min(seen.values()) > 2, seen
    assert len(seen) == 3, seen


@pytest.mark.long
def test_sixty_parties_that_are_ready_one_by_one_have_one_day() -> None:
    """However many points there are, the date is certified: no list of their sets is ever made."""
    parties = [f"P{number}" for number in range(60)]
    plan = plan_of(
        activities=[
            {"id": name, "title": name, "duration": f"{1 + 7 * number % 40} wd", **BASIS} for number, name in enumerate(parties)
        ],
        milestones=[{"id": "DONE", "title": "Done", "shown": "closes", **BASIS}],
        rules=[
            {
                "id": "pace",
                "title": "Pace",
                "kind": "migration",
                "after": "DONE",
                "meter_points": 600,
                "limit": 9,
                "ready": [{"at": name, "share": 2 if number < 40 else 1} for number, name in enumerate(parties)],
                **BASIS,
            }
        ],
        targets=["DONE"],
    )
    outcome = earliest(plan)
    assert isinstance(outcome, Solved)
    assert outcome.milestones[0].proof == "certified"
    (rule,) = plan.rules
    assert isinstance(rule, Migration)
    ready = {f"{name}.finish": earliest_times(compile_network(plan)).position(name)[1] for name in parties}
    assert earliest_completion(market_of(plan, rule, ready)).days == outcome.milestones[0].boundary


@pytest.mark.long
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
    (step,) = (step for step in document["outcome"]["certificates"][0]["steps"] if step["rule"] == "migration-pace")
    assert (
        "from Tue 10 Jun 2025 on 30,900 thousand have to move, and until Wed 19 Aug 2026 there is room for 30,875"
        in step["statement"]
    )
    who = {document["outcome"]["certificates"][0]["steps"][place]["point"] for place in step["after"]}
    assert who == {"M11", "M12", "SECOND-READY", "M14", "LAST-READY"}
    file.write_text(printed.replace("room for 30,875", "room for 30,876"), "utf-8")
    assert main(["verify", str(file)]) != 0
    file.write_text(printed, "utf-8")
    capsys.readouterr()
    earlier = document["milestones"]["M15"]["date"]
    file.write_text(printed.replace(earlier, "2026-08-03"), "utf-8")
    assert main(["verify", str(file)]) != 0


@pytest.mark.long
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
            settings={"migration-limit": str(limit)},
        )
        return earliest_times(compile_network(changed)).position("M15")

    stated = m15(130)
    assert m15(130 - int(line.headroom)) == stated
    assert m15(130 - int(line.headroom) - 1) > stated


@pytest.mark.long
def test_a_moratorium_may_be_lifted_where_that_is_the_cheapest_way() -> None:
    """As a lever with a cost a moratorium is lifted for an earlier M15, solved again; samples with and without it differ as plans do."""
    plan = load("mhhs-round2", scenarios=["migration"])
    cheap = tuple(
        entry.model_copy(update={"cost": 1 if entry.id == "moratoria-lifted" else 50}) if entry.cost else entry
        for entry in plan.assumptions
    )
    answer = why_not(plan.evolve(assumptions=cheap), "M15", "2026-08-14")

    assert answer.route is not None
    assert {step.lever for step in answer.route.steps} == {"moratoria-lifted"}
    lifted = load("mhhs-round2", scenarios=["migration"], settings={"moratoria-lifted": "1"})
    network = compile_network(plan)
    found = evaluate(network, Columns(2, {"moratoria-lifted": np.array([0, 1])})).of("M15")
    days = [earliest_times(compile_network(each)).position("M15")[0] for each in (plan, lifted)]
    assert found.tolist() == days
    assert days[0] - days[1] == 17


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
