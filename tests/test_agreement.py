"""Independent witnesses set against each other on random plans: they agree to the day, or one of them is wrong.

Tiny plans have four witnesses: `check`, `critical`, `encoding`, and the exhaustive search of `tests.brute_force`, which
shares nothing with them. Medium plans have the first three. On a disagreement the plan is cut down, rule by rule and item
by item, to the least that still shows it, and printed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from models.duration import Reference
from models.plan import Plan
from models.rules import RULE_KINDS, NotAfter, NotBefore, Point
from models.schedule import Position, Schedule
from optimiser.check import MEANINGS, check
from optimiser.clock import Clock
from optimiser.critical import (
    RULE_COMPILERS,
    Columns,
    best_schedule,
    capacity_bound,
    compile_network,
    earliest_times,
    evaluate,
    resources,
)
from optimiser.encoding import ENCODERS, Encoding, Limits
from tests import brute_force
from tests.brute_force import Axis, as_told, breaches, facts, placed_with_hammocks, schedules
from tests.quotas import require, summary, until
from tests.random_plans import UNITS, plans, random_plan

LIMITS = Limits(deterministic_time=5.0)
RATIONED = Limits(deterministic_time=0.5)
"""Capacity on a medium plan may stay undecided; what is said of it until then has to be true."""
SAMPLES = 10
"""Schedules of each tiny plan that `check` and brute force both judge."""

Witnessed = Callable[[Plan, Counter[str]], Iterator[str]]
"""Yields every disagreement about a plan, in words, and counts what was compared."""


# -- putting a plan before its witnesses -------------------------------------------------------------------------------


def scheduled(plan: Plan, places: Mapping[str, tuple[int, int]], axis: Axis) -> Schedule:
    """Return a schedule of places, hammocks added."""
    everything = placed_with_hammocks(plan, places, axis)
    positions = tuple(Position(id=name, start=start, finish=finish) for name, (start, finish) in everything.items())
    return Schedule(calendar=plan.calendar, first_day=axis.days[0], positions=positions)


def judged(plan: Plan, places: Mapping[str, tuple[int, int]], axis: Axis, clock: Clock) -> set[str]:
    """Return what `check` says is broken: rules, and items whose length or place is wrong."""
    return {violation.rule.replace("duration:", "item:") for violation in check(plan, scheduled(plan, places, axis), clock)}


def refused(plan: Plan, places: Mapping[str, tuple[int, int]], axis: Axis, clock: Clock) -> set[str]:
    """Return what `check` says is broken, but for hammocks that lead off the axis: nothing waits for a hammock."""
    everything = placed_with_hammocks(plan, places, axis)
    off = {
        f"item:{hammock.id}"
        for hammock in plan.hammocks
        if not axis.origin <= everything[hammock.id][0] <= everything[hammock.id][1] <= axis.limit
    }
    found = judged(plan, places, axis, clock)
    assert off <= found, "check overlooks a hammock off the axis"
    return found - off


def without_capacity(plan: Plan) -> Plan:
    """Return the plan as `critical` sees it."""
    return plan.evolve(rules=tuple(rule for rule in plan.rules if rule.kind != "capacity"))


def tiny_disagreements(plan: Plan, tally: Counter[str]) -> Iterator[str]:
    """Put a tiny plan before all four witnesses."""
    clock, axis = Clock(plan), Axis(plan)
    if (clock.origin, clock.limit, clock.size) != (axis.origin, axis.limit, axis.size):
        yield f"the axis is {clock.origin}..{clock.limit} of {clock.size}, counted {axis.origin}..{axis.limit} of {axis.size}"
        return
    yield from _critical_and_brute_force(plan, clock, tally)
    yield from _encoding_and_brute_force(plan, clock, axis, tally)
    yield from _check_and_brute_force(plan, clock, axis, tally)


def _critical_and_brute_force(plan: Plan, clock: Clock, tally: Counter[str]) -> Iterator[str]:
    """The least solution places every item at the earliest that any schedule does."""
    bare = without_capacity(plan)
    found = earliest_times(compile_network(bare, clock))
    possible = next(schedules(bare), None)
    tally[f"tiny, {found.status} by critical"] += 1
    if (found.status == "feasible") != (possible is not None):
        yield f"critical says {found.status}, brute force finds {possible}"
    elif possible is not None:
        for item in (*plan.activities, *plan.milestones):
            counted = next(schedules(bare, item.id))[item.id]
            if (placed := found.network.place(item.id, found.values)) != counted:
                yield f"critical places {item.id} at {placed}, brute force at {counted}"


def _encoding_and_brute_force(plan: Plan, clock: Clock, axis: Axis, tally: Counter[str]) -> Iterator[str]:
    """With capacity, every milestone is proved at the boundary that enumeration finds; lower bounds stay below it."""
    encoding = Encoding(plan, clock, windows=None, switches=False)
    network = compile_network(plan, clock)
    bound = earliest_times(network)
    pools = resources(plan, clock)
    for milestone in plan.targets:
        counted = next(schedules(plan, milestone), None)
        answer = encoding.earliest(milestone, limits=LIMITS)
        tally["tiny, " + ("infeasible" if counted is None else "feasible")] += 1
        if counted is None:
            if answer.status != "infeasible":
                yield f"encoding places {milestone} at {answer.positions} ({answer.status}), brute force finds nothing"
            if best := (best_schedule(bound, pools, milestone) if bound.status == "feasible" and pools else None):
                yield f"list scheduling finds {best} where brute force finds nothing"
            continue
        boundary = counted[milestone][0]
        if (answer.status, answer.boundary, answer.bound) != ("optimal", boundary, boundary):
            yield f"encoding: {milestone} {answer.status} at {answer.boundary}, bound {answer.bound}; brute force {boundary}"
        elif wrong := refused(plan, as_told(plan, axis, answer.positions or {}), axis, clock):
            yield f"check refuses the positions of encoding: {wrong}"
        if bound.status == "feasible" and pools:
            tally["tiny, capacity that binds"] += bound.position(milestone)[0] < boundary
            lower = capacity_bound(bound, pools, milestone, clock.limit).boundary
            if not bound.position(milestone)[0] <= lower <= boundary:
                yield f"capacity bound {lower} of {milestone} is above brute force's {boundary}"
            best = best_schedule(bound, pools, milestone)
            if best and (wrong := refused(plan, _places(network, best), axis, clock)):
                yield f"check refuses a list schedule: {wrong}"


def _places(network: Any, values: list[int]) -> dict[str, tuple[int, int]]:
    """Return places from the boundaries of nodes."""
    items = [item.id for item in (*network.plan.activities, *network.plan.milestones)]
    return {name: network.place(name, values) for name in items}


def _check_and_brute_force(plan: Plan, clock: Clock, axis: Axis, tally: Counter[str]) -> Iterator[str]:
    """A schedule breaks the same rules for both, feasible or not."""
    random = np.random.default_rng(len(plan.rules) + 97 * axis.size)
    possible = list(islice(schedules(plan), 200))
    for _ in range(SAMPLES):
        places = dict(possible[int(random.integers(len(possible)))]) if possible else {}
        for item in (*plan.activities, *plan.milestones):
            if not possible or random.random() < 0.25:
                places[item.id] = _anywhere(plan, axis, item, random)
        places = placed_with_hammocks(plan, {name: places[name] for name in places if name in _movable(plan)}, axis)
        if any(not 1 <= boundary <= axis.size - 1 for place in places.values() for boundary in place):
            continue  # a schedule off the days covered has no dates, and brute force no opinion
        by_check, by_hand = judged(plan, places, axis, clock), breaches(plan, places, axis)
        tally["schedules judged, " + ("sound" if not by_hand else "broken")] += 1
        if by_check != by_hand:
            yield f"check and brute force differ about {sorted(by_check ^ by_hand)} at {places}"


def _movable(plan: Plan) -> set[str]:
    """Return the items that are no hammocks."""
    return {item.id for item in (*plan.activities, *plan.milestones)}


def _anywhere(plan: Plan, axis: Axis, item: Any, random: np.random.Generator) -> tuple[int, int]:
    """Return a place drawn at random, mostly of the right length, now and then off the horizon."""
    start = int(random.integers(max(1, axis.origin - 1), min(axis.size - 1, axis.limit + 1) + 1))
    if item.id in {milestone.id for milestone in plan.milestones}:
        return start, start
    if (fact := facts(plan, axis, item.id)) and fact[1] is None:  # a schedule that has it begin elsewhere is wrong for both
        return fact[0], max(fact[0], start)
    right = [finish for finish in axis.finishes(plan, item, start) if finish >= start] or [start]
    finish = right[int(random.integers(len(right)))]
    return start, min(axis.size - 1, finish + (random.random() < 0.1))


def medium_disagreements(plan: Plan, tally: Counter[str]) -> Iterator[str]:
    """Put a medium plan before critical, encoding and check."""
    clock, axis, bare = Clock(plan), Axis(plan), without_capacity(plan)
    found = earliest_times(compile_network(bare, clock))
    tally[f"medium, {found.status} by critical"] += 1
    encoding = Encoding(bare, clock, windows=None, switches=False)
    if found.status == "feasible":
        positions = {name: found.network.place(name, found.values) for name in _movable(plan)}
        if wrong := refused(bare, positions, axis, clock):
            yield f"check refuses the earliest times of critical: {wrong}"
    for milestone in plan.targets[-2:]:
        answer = encoding.earliest(milestone, limits=LIMITS)
        if found.status != "feasible":
            if answer.status != "infeasible":
                yield f"critical says {found.status}, encoding {answer.status} at {answer.positions}"
            continue
        boundary = found.position(milestone)[0]
        if (answer.status, answer.boundary) != ("optimal", boundary):
            yield f"critical places {milestone} at {boundary}, encoding at {answer.boundary} ({answer.status})"
        elif wrong := refused(bare, as_told(plan, axis, answer.positions or {}), axis, clock):
            yield f"check refuses the positions of encoding: {wrong}"
    if len(bare.rules) < len(plan.rules) and plan.targets:
        yield from _medium_with_capacity(plan, clock, axis, tally)


def _medium_with_capacity(plan: Plan, clock: Clock, axis: Axis, tally: Counter[str]) -> Iterator[str]:
    """With capacity, what critical says is a lower bound, and what the searches find is sound."""
    milestone, network, pools = plan.targets[-1], compile_network(plan, clock), resources(plan, clock)
    bound = earliest_times(network)
    answer = Encoding(plan, clock, windows=None, switches=False).earliest(milestone, limits=RATIONED)
    tally[f"medium with capacity, {answer.status} by encoding"] += 1
    if bound.status != "feasible":
        if answer.status != "infeasible":
            yield f"critical says {bound.status} before capacity, encoding {answer.status}"
        return
    lower = capacity_bound(bound, pools, milestone, clock.limit).boundary
    if answer.boundary is not None:
        tally["medium, capacity that binds"] += bound.position(milestone)[0] < answer.boundary
        if lower > answer.boundary:
            yield f"capacity bound {lower} of {milestone} is above a schedule's {answer.boundary}"
        if wrong := refused(plan, as_told(plan, axis, answer.positions or {}), axis, clock):
            yield f"check refuses the positions of encoding: {wrong}"
    best = best_schedule(bound, pools, milestone)
    if best:
        if wrong := refused(plan, _places(network, best), axis, clock):
            yield f"check refuses a list schedule: {wrong}"
        reached = best[network.nodes[milestone, "start"]]
        if answer.status == "infeasible" or (answer.bound is not None and reached < answer.bound):
            yield f"list scheduling reaches {reached}, encoding is {answer.status} with bound {answer.bound}"


def switch_disagreements(plan: Plan, tally: Counter[str]) -> Iterator[str]:
    """Dropping a rule or a duration moves nothing later; a switch does what dropping does."""
    clock = Clock(plan)
    network = compile_network(plan, clock)
    whole = earliest_times(network)
    switches = [rule.id for rule in plan.active_rules()]
    switches += [f"duration:{activity.id}" for activity in plan.activities if plan.switch(activity.enabled)]
    columns = {name: np.arange(len(switches)) != index for index, name in enumerate(switches)}
    batch = evaluate(network, Columns(samples=len(switches), switches=columns))
    encoding = Encoding(plan, clock, switches=True) if len(_movable(plan)) < 4 else None
    for index, name in enumerate(switches):
        dropped = _switched_off(plan, name)
        less = earliest_times(compile_network(dropped, clock))
        off = earliest_times(network, off={name})
        tally["switches turned off"] += 1
        values = [less.position(item) for item in _movable(plan)]
        if off.status != less.status or (
            less.status == "feasible" and [off.position(item) for item in _movable(plan)] != values
        ):
            yield f"critical with {name} off: {off.status}, with it dropped: {less.status} at {values}"
        column = [int(value) for value in batch.values[:, index]]
        on_axis = not batch.infeasible[index] and max(column, default=0) <= clock.limit
        if on_axis != (less.status == "feasible") or (on_axis and column != less.values):
            yield f"critical in columns with {name} off: {column}, alone: {less.status} at {less.values}"
        if whole.status == "feasible":
            later = [item for item in _movable(plan) if less.position(item) > whole.position(item)]
            if less.status != "feasible" or later:
                yield f"without {name} critical is {less.status}, and later for {later}"
        for milestone in plan.targets[:1] if encoding else ():
            counted = next(schedules(dropped, milestone), None)
            answer = encoding.earliest(milestone, switched_off={name}, limits=LIMITS)  # type: ignore[union-attr]
            if answer.boundary != (counted and counted[milestone][0]) or answer.status == "unknown":
                yield f"encoding with {name} off: {milestone} {answer.status} at {answer.boundary}, brute force {counted}"


def _switched_off(plan: Plan, name: str) -> Plan:
    """Return the plan with a rule, or a duration, off."""
    rules = tuple(rule.model_copy(update={"enabled": False}) if rule.id == name else rule for rule in plan.rules)
    off = {f"duration:{activity.id}": activity.model_copy(update={"enabled": False}) for activity in plan.activities}
    activities = tuple(off[name] if f"duration:{item.id}" == name else item for item in plan.activities)
    return plan.evolve(rules=rules, activities=activities)


# -- counting and telling ----------------------------------------------------------------------------------------------


def occurrences(plan: Plan) -> Counter[str]:
    """Count what a plan has in it, of what the vocabulary can say."""
    seen: Counter[str] = Counter()
    axis = Axis(plan)
    for rule in plan.rules:
        on = plan.switch(rule.enabled)
        seen[f"kind {rule.kind}" if on else "rule off"] += 1
        term = getattr(rule, "lag", getattr(rule, "notice", None))
        if on and term is not None:
            lag = plan.duration(term)
            seen[f"lag in {lag.unit}"] += 1
            seen[f"{getattr(rule, 'bound', 'at-least')} lag in {lag.unit}, {'negative' if lag.amount < 0 else 'forward'}"] += 1
        seen["capacity with steps"] += bool(getattr(rule, "steps", ()))
        occasions = getattr(rule, "board", getattr(rule, "occasions", None))
        seen["occasions listed"] += bool(occasions and occasions.days)
        seen["occasions by pattern"] += bool(occasions and occasions.pattern)
        if on and occasions and occasions.pattern and axis.moves(occasions.pattern):
            seen[f"pattern on a day off: {occasions.pattern.non_working or 'by default'}"] += 1
        day = plan.date(rule.date) if on and isinstance(rule, NotBefore | NotAfter) else None
        if day is not None and day not in axis.days:
            seen[f"{rule.kind} on a day off, {plan.convention(rule.points()[0])}"] += 1
        seen["reference"] += "$" in json.dumps(rule.model_dump(mode="json", exclude={"note", "title"}))
    for activity in plan.activities:
        seen[f"duration in {plan.duration(activity.duration).unit}"] += 1
        seen["own calendar"] += activity.calendar not in (None, plan.calendar)
        seen["duration off"] += not plan.switch(activity.enabled)
        seen["as late as possible"] += activity.placement != "earliest"
        seen["reference"] += isinstance(activity.duration, Reference)
    seen.update(f"milestone that {milestone.shown}" for milestone in plan.milestones)
    seen["hammock"] += len(plan.hammocks)
    seen["calendar with holidays"] += bool(plan.calendars[0].holidays)
    seen["calendar with blackouts"] += bool(plan.calendars[0].blackouts)
    return seen


EVERYTHING = (
    *(f"kind {kind}" for kind in RULE_KINDS),
    *(f"lag in {unit}" for unit in UNITS),
    *(f"duration in {unit}" for unit in UNITS),
    *(
        f"{bound} lag in {unit}, {sign}"
        for bound in ("at-least", "at-most")
        for unit in UNITS
        for sign in ("negative", "forward")
    ),
    *("rule off", "duration off", "own calendar", "as late as possible", "hammock", "reference", "capacity with steps"),
    *("occasions listed", "occasions by pattern", "calendar with holidays", "calendar with blackouts"),
    *("milestone that opens", "milestone that closes"),
    *(f"pattern on a day off: {rule}" for rule in ("before", "after", "skip", "stay", "by default")),
    *(f"{kind} on a day off, {shown}" for kind in ("not-before", "not-after") for shown in ("opens", "closes")),
)
"""What has to occur in any large enough set of random plans."""


def reduced(plan: Plan, disagree: Witnessed) -> Plan:
    """Cut a plan down, one rule or item at a time, while its witnesses still disagree."""

    def holds(smaller: Plan) -> bool:
        return next(iter(disagree(smaller, Counter())), None) is not None

    shorter = True
    while shorter:
        shorter = False
        for field in ("rules", "hammocks", "activities", "milestones", "assumptions", "calendars"):
            for entry in getattr(plan, field):
                cut: dict[str, Any] = {field: tuple(other for other in getattr(plan, field) if other is not entry)}
                if field in ("activities", "milestones"):
                    cut["targets"] = tuple(target for target in plan.targets if target != entry.id)
                if not _named(plan, field, entry.id) and holds(plan.evolve(**cut)):
                    plan, shorter = plan.evolve(**cut), True
    return plan


def _named(plan: Plan, field: str, name: str) -> bool:
    """Return whether something else in a plan needs what is called so."""
    if field in ("activities", "milestones"):
        return bool(plan.hammocks) or any(point.item == name for rule in plan.rules for point in rule.points())
    if field == "assumptions":
        return f'"${name}"' in plan.model_dump_json(include={"activities", "rules"})
    return field == "calendars" and name in {plan.calendar, *(activity.calendar for activity in plan.activities)}


def told(plan: Plan, disagree: Witnessed) -> str:
    """Say what witnesses disagree about, on the least plan that shows it."""
    least = reduced(plan, disagree)
    written = _spare(least.model_dump(mode="json", by_alias=True, exclude={"title", "as_of", "settings"}))
    lines = [f"  {key}: {json.dumps(value)}" for key, value in written.items()]
    return "\n".join([f"{plan.id}: {'; '.join(disagree(least, Counter()))}", *lines])


def _spare(value: Any) -> Any:
    """Return what a file would say, without what says nothing."""
    if isinstance(value, list):
        return [_spare(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    silent = (None, [], {}, "planning", "synthetic")
    return {key: _spare(entry) for key, entry in value.items() if key != "title" and entry not in silent}


def promised(plan: Plan, size: str) -> set[str]:
    """Return what a plan has in it and may be counted before its witnesses, by what critical says of it alone."""
    seen = {what for what, count in occurrences(plan).items() if count}
    found = earliest_times(compile_network(without_capacity(plan)))
    seen |= {f"{size}, {found.status} by critical", f"{size}, {'feasible' if found.status == 'feasible' else 'infeasible'}"}
    seen |= {"switches turned off", "schedules judged, sound", "schedules judged, broken"}
    if "kind capacity" in seen and found.status == "feasible" and plan.targets:
        seen |= {f"{size} with capacity, optimal by encoding"}
        pools, milestone = resources(plan, Clock(plan)), plan.targets[-1]
        best = best_schedule(found, pools, milestone) if pools else None
        if best and best[found.network.nodes[milestone, "start"]] > found.position(milestone)[0]:
            seen |= {f"{size}, capacity that binds"}
    return seen


def agree(seeds: range, size: Any, disagree: Witnessed, least: Mapping[str, int]) -> None:
    """Put many plans before their witnesses, and more until enough occurred; fail with every disagreement."""
    tally: Counter[str] = Counter()
    failures = []
    for _, plan in until(least, tally, seeds, lambda seed: random_plan(seed, size=size), lambda plan: promised(plan, size)):
        tally.update(occurrences(plan))
        tally[f"{size} plans"] += 1
        if next(iter(disagree(plan, tally)), None) is not None:
            failures.append(told(plan, disagree))
    assert not failures, "\n\n".join([*failures[:5], f"{len(failures)} plans in all", summary(tally)])
    require(tally, least)


# -- the tests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("register", [MEANINGS, RULE_COMPILERS, ENCODERS, brute_force.MEANINGS])
def test_every_kind_of_rule_is_known_to_every_witness(register):
    """Each kind of rule is checked, bounded, encoded and counted by hand; nothing else is."""
    assert set(register) == set(RULE_KINDS)


def test_tiny_plans_have_four_witnesses():
    """On tiny plans of every kind all four witnesses agree to the day, and about what breaks each schedule."""
    agree(
        range(20),
        "tiny",
        tiny_disagreements,
        {f"kind {kind}": 1 for kind in RULE_KINDS}
        | {f"lag in {unit}": 4 for unit in UNITS}
        | {"tiny, infeasible": 2, "tiny, feasible": 8, "tiny, beyond by critical": 1}
        | {"schedules judged, sound": 30, "schedules judged, broken": 30},
    )


def test_medium_plans_have_three_witnesses():
    """On medium plans critical and encoding agree without capacity, bound each other with it, and satisfy check."""
    agree(
        range(6),
        "medium",
        medium_disagreements,
        {f"kind {kind}": 4 for kind in RULE_KINDS}
        | {"medium, feasible by critical": 2, "medium with capacity, optimal by encoding": 1},
    )


def test_a_switch_turned_off_is_a_rule_dropped():
    """Dropping a rule never makes anything later; switches, single and in columns, say the same as dropping."""
    agree(range(1000, 1002), "tiny", switch_disagreements, {"switches turned off": 8})


@settings(max_examples=40, deadline=None)
@given(plans("tiny"))
def test_critical_agrees_with_brute_force_wherever_hypothesis_looks(plan):
    """The exact longest path places every item of a tiny plan as enumeration does, capacity left out."""
    assert not list(_critical_and_brute_force(plan, Clock(plan), Counter()))


@pytest.mark.long
def test_a_thousand_tiny_plans_agree():
    """At least a thousand tiny plans, hundreds of them impossible, agree before all four witnesses."""
    agree(
        range(10_000, 11_000),
        "tiny",
        tiny_disagreements,
        {f"kind {kind}": 100 for kind in RULE_KINDS}
        | {f"lag in {unit}": 300 for unit in UNITS}
        | {"tiny, infeasible": 200, "tiny, beyond by critical": 60, "tiny, capacity that binds": 30},
    )


@pytest.mark.long
def test_hundreds_of_medium_plans_agree():
    """Hundreds of medium plans agree before critical, encoding and check."""
    agree(
        range(10_000, 10_250),
        "medium",
        medium_disagreements,
        dict.fromkeys(EVERYTHING, 20)
        | {"medium, infeasible by critical": 20, "medium, beyond by critical": 20}
        | {"medium, capacity that binds": 8},
    )


@pytest.mark.long
def test_hundreds_of_plans_are_switched():
    """Switches agree with dropping on hundreds of plans."""
    agree(range(20_000, 20_150), "tiny", switch_disagreements, {"switches turned off": 800})
    agree(range(20_000, 20_050), "medium", switch_disagreements, {"switches turned off": 1_200})


@pytest.mark.long
def test_what_is_infeasible_stays_so_on_a_longer_axis():
    """What critical calls infeasible, rather than beyond, has no answer however far calendars and horizon reach."""
    count = 0
    for seed in range(30_000, 31_500):
        plan = random_plan(seed, calendars=False)
        month_ends = any(rule.kind == "alignment" or "working day" in rule.model_dump_json() for rule in plan.rules)
        if month_ends or earliest_times(compile_network(plan)).status != "infeasible":
            continue
        count += 1
        longer = json.loads(plan.model_dump_json(by_alias=True))
        longer["calendars"][0]["covers"]["last"] = longer["horizon"]["last"] = "2026-12-31"
        assert earliest_times(compile_network(Plan.model_validate(longer))).status != "feasible", seed
    assert count >= 40


def test_the_earliest_of_an_empty_plan_is_its_horizon():
    """A milestone that nothing holds lies at the first day of the horizon, for every witness."""
    plan = random_plan(0, kinds=(), units=("wd",), calendars=False, horizon=25)
    boundary = Clock(plan).origin
    milestone = plan.targets[0]
    assert next(schedules(plan, milestone))[milestone] == (boundary, boundary)
    assert earliest_times(compile_network(plan)).position(milestone) == (boundary, boundary)
    assert Encoding(plan, Clock(plan), switches=False).earliest(milestone, limits=LIMITS).boundary == boundary
    assert brute_force.earliest(plan, milestone) == Clock(plan).show(boundary, plan.convention(Point(milestone)))


def test_the_reducer_keeps_what_disagrees():
    """A plan cut down for the reader still shows the disagreement, and nothing that does not matter to it."""

    def about_gates(plan: Plan, _: Counter[str]) -> Iterator[str]:
        yield from (rule.id for rule in plan.rules if rule.kind == "gate")

    plan = next(plan for plan in map(random_plan, range(100)) if list(about_gates(plan, Counter())))
    least = reduced(plan, about_gates)
    assert [rule.kind for rule in least.rules] == ["gate"]
    assert len(least.items) <= 2
    assert told(plan, about_gates).startswith(f"{plan.id}: {least.rules[0].id}\n")
