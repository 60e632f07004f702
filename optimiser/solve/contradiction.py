"""When nothing can satisfy a plan: a conflict, in words, with a reason besides a solver's verdict.

A conflict is what cannot hold by itself: its members are asked again without the rest of the plan, in a second way. It is
minimal only where without each of them a schedule was found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

from models.findings import Conflict
from models.moment import MINUTES, Moment
from models.plan import DURATION_PREFIX, Plan
from optimiser.clock import MinuteClock
from optimiser.critical import Earliest, Network, Resource, earliest_times, overload_on_axis, proved_core, resources
from optimiser.critical.bounds import Overload, overload_before, rules_of_overload
from optimiser.critical.network import duration_slot
from optimiser.errors import BeyondHorizonError, Located
from optimiser.solve.between import FULL_SEARCH
from optimiser.solve.deadline import Deadline
from optimiser.solve.problem import Problem
from optimiser.wording import demand, describe, plain_date, point_name, title

__all__ = ["beyond_horizon", "conflict_of", "conflict_of_capacity", "conflict_of_network", "conflict_of_room", "out_of_work"]


def conflict_of(
    problem: Problem, deadline: Deadline, tell: Callable[[str], None] = lambda _: None, *, nowhere: bool = False
) -> Conflict | None:
    """Return the conflict of a plan that nothing satisfies, the same for whoever asks.

    None where neither the network shows any, nor work counted against room, nor, of a plan that a search has found to have
    no schedule ``nowhere``, CP-SAT.

    Raises
    ------
    AssertionError
        If CP-SAT finds a schedule where the network has none: our fault.
    """
    if problem.earliest.status == "infeasible":
        tell("no schedule: CP-SAT")
        return conflict_of_network(problem.earliest, deadline)
    if problem.earliest.status == "beyond" or not problem.pools:
        return None
    found = conflict_of_room(problem.earliest, deadline)
    if found is None and nowhere:
        tell("conflict: CP-SAT")
        return conflict_of_capacity(problem.plan, problem.network, deadline)
    return found


def alone(plan: Plan, members: Collection[str]) -> Plan:
    """Return some rules and durations of a plan with the items that they name, and nothing else; other lengths are free."""
    rules = tuple(rule for rule in plan.rules if rule.id in members)
    named = {point.item for rule in rules for point in rule.points()}
    held = {item.id for item in plan.activities if DURATION_PREFIX + item.id in members}
    return plan.evolve(
        activities=tuple(
            item if item.id in held else item.model_copy(update={"enabled": False})
            for item in plan.activities
            if item.id in named | held
        ),
        milestones=tuple(item for item in plan.milestones if item.id in named),
        hammocks=(),
        rules=rules,
        targets=(),
    )


def conflict_of_network(earliest: Earliest, deadline: Deadline | None = None) -> Conflict:
    """Return the conflict behind an infeasible forward pass.

    Parameters
    ----------
    deadline
        Of CP-SAT, which is asked about the members alone; None leaves it out.

    Raises
    ------
    AssertionError
        If CP-SAT finds a schedule where the network has none: our fault.
    """
    assert earliest.trouble is not None
    network = earliest.network
    members, minimal = proved_core(network, earliest.rules_of_trouble())
    return Conflict(
        members=tuple(describe(network.plan, name) for name in members),
        statement=_argument(earliest),
        minimal=minimal,
        confirmed_by=_REASONS[earliest.trouble.kind] + ("" if deadline is None else _confirmed(network, members, deadline)),
    )


def _confirmed(network: Network, members: Collection[str], deadline: Deadline) -> str:
    """Return CP-SAT's verdict on a conflict of rules and durations, in words."""
    from optimiser.encoding import Encoding

    part, clock = alone(network.plan, members), network.clock
    if (2 * len(part.activities) + len(part.milestones)) * clock.size > FULL_SEARCH:
        return "; they are too many for CP-SAT to search the whole axis"
    answer = Encoding(part, clock, switches=False).feasible(None, None, limits=deadline.call())
    deadline.spend(answer.deterministic_time)
    assert answer.status not in {"optimal", "feasible"}, "CP-SAT finds a schedule where the longest path finds none"
    return "; CP-SAT finds no schedule either" if answer.status == "infeasible" else "; CP-SAT did not finish within its limit"


_REASONS = {
    "ceiling": "a longest path ends after a latest date, computed without a solver",
    "cycle": "rules in a circle push each other on at every date of the axis, computed without a solver",
    "exhausted": "a longest path ends after the last occasion, computed without a solver",
}


def _argument(earliest: Earliest) -> str:
    """Return the contradiction as one sentence."""
    trouble = earliest.trouble
    assert trouble is not None
    network = earliest.network
    plan, clock = network.plan, network.clock
    if trouble.kind == "cycle":
        points = [point_name(plan, network.points[node]) for node in trouble.cycle]
        return "each of these must come after the one before it, and the first after the last: " + " → ".join(points)
    event = earliest.events[trouble.event]
    if event.parents and event.rule is not None and event.rule == trouble.rule:
        event = earliest.events[event.parents[-1]]  # What is past is held by the rule itself: the other point is too late.
    point = network.points[event.node]
    name = point_name(plan, point)
    if trouble.kind == "exhausted":
        assert event.rule is not None
        before = earliest.events[event.parents[-1]]
        reached = plain_date(clock.show(before.boundary, plan.convention(network.points[before.node])))
        late = f"{point_name(plan, network.points[before.node])} is at {reached} or later"
        return f"{late}{_held_until(earliest, event.parents[-1])}, after the last occasion of: {demand(plan, event.rule)}"
    assert trouble.rule is not None
    reached = plain_date(clock.show(min(event.boundary, clock.limit), plan.convention(point)))
    return f"{name} cannot be before {reached}, but must be: {demand(plan, trouble.rule)}"


def _held_until(earliest: Earliest, event: int) -> str:
    """Say which occasion or stated date the chain to an event waited for last, where it did for any."""
    plan = earliest.network.plan
    for name in reversed(earliest.rules_behind(earliest.chain(event))):
        rule = plan.rules_by_id.get(name)
        if rule is not None and rule.kind in ("release", "gate", "not-before"):
            return f", as {title(plan, name)} ({demand(plan, name)})"
    return ""


def conflict_of_capacity(plan: Plan, network: Network, deadline: Deadline) -> Conflict | None:
    """Return a conflict that capacity takes part in.

    None where CP-SAT did not finish, or where a second configuration does not confirm its verdict: then nothing is
    known, and nothing is said.
    """
    core, minimal = _core(plan, network, deadline)
    if core is None:
        return None
    names = sorted(core)
    return Conflict(
        members=tuple(describe(plan, name) for name in names),
        statement=_in_all(plan, names),
        minimal=minimal,
        confirmed_by="CP-SAT in two configurations",
    )


def _core(plan: Plan, network: Network, deadline: Deadline) -> tuple[Collection[str] | None, bool]:
    """Return rules and durations that CP-SAT finds in two configurations cannot all hold, and whether each is needed."""
    from optimiser.encoding import Encoding

    encoding = Encoding(plan, network.clock, switches=True)
    core, answer = encoding.conflict(None, None, deadline.call())
    deadline.spend(answer.deterministic_time)
    if core is None:
        return None, False
    again = encoding.confirm_infeasible(None, None, members=core, limits=deadline.call())
    deadline.spend(again.deterministic_time)
    return (core, bool(answer.minimal)) if again.status == "infeasible" else (None, False)


def conflict_of_room(earliest: Earliest, deadline: Deadline) -> Conflict | None:
    """Return the conflict of work that a capacity never has room for, None where none is found.

    The overload is there without the rest of the plan; CP-SAT, asked about its rules and durations alone, leaves out those
    that are not needed.
    """
    network = earliest.network
    plan = network.plan
    found = overload_on_axis(earliest, resources(plan, network.clock))
    if found is None:
        return None
    (pool,) = (pool for pool in resources(plan, network.clock) if pool.rule == found.rule)
    narrowed = Resource(pool.rule, pool.available, {item: pool.demand[item] for item in found.activities})
    members: Collection[str] = rules_of_overload(earliest, [narrowed], 0, network.clock.limit, found)
    if not _overloaded(network, narrowed, members):
        return conflict_of_capacity(plan, network, deadline)
    core, minimal = _core(alone(plan, members), network, deadline)
    counted = core is None or _overloaded(network, narrowed, core)
    members = members if core is None else core
    confirmed = ["work counted against room, without a solver"] if counted else []
    confirmed += [] if core is None else ["CP-SAT in two configurations"]
    names = [name for name in (found.rule, *map(duration_slot, found.activities)) if name in members]
    names += sorted(set(members) - set(names))
    return Conflict(
        members=tuple(describe(plan, name) for name in names),
        statement=_short_of_room(network, found) if counted else _in_all(plan, names),
        minimal=minimal,
        confirmed_by="; ".join(confirmed),
    )


def _overloaded(network: Network, pool: Resource, members: Collection[str]) -> bool:
    """Return whether some rules and durations alone leave a capacity no room for its work on the axis."""
    rest = earliest_times(network, off=set(network.enabled) - set(members))
    if pool.rule not in members or rest.status != "feasible":
        return False
    held = replace(network, enabled={name: state and name in members for name, state in network.enabled.items()})
    return overload_before(replace(rest, network=held), [pool], 0, network.clock.limit) is not None


def _in_all(plan: Plan, names: Sequence[str]) -> str:
    """Return what some rules and durations demand, in one sentence."""
    return "within the horizon these cannot all hold: " + "; ".join(demand(plan, name) for name in names)


def _short_of_room(network: Network, found: Overload) -> str:
    """Say how much work there is in an interval, and how much room."""
    plan, clock = network.plan, network.clock
    first, last = plain_date(clock.show(found.begin, "opens")), plain_date(clock.show(max(found.end, 1), "closes"))
    end = ", the end of the axis" if found.end >= clock.limit else ""
    more = "s" * (found.need != 1)
    unit = f"working day{more} of a slot" if found.reason == "energy" else f"place{more}"
    need = "needs" if len(found.activities) == 1 else "need"
    named = ", ".join(found.activities[:5]) + (f" and {len(found.activities) - 5} more" if len(found.activities) > 5 else "")
    return (
        f"{title(plan, found.rule)}: {demand(plan, found.rule)}; from {first} to {last}{end}, {named} {need} "
        f"{found.need} {unit} and there is room for {found.offer}"
    )


def out_of_work(earliest: Earliest) -> tuple[str, Moment | None] | None:
    """Return the calendar that works no more where an item would go on, and when it last did; None where it is not that.

    A calendar that works by exceptions alone ends with the last of them, long before the days of the plan do.
    """
    trouble, network = earliest.trouble, earliest.network
    clock = network.clock
    if trouble is None or not isinstance(clock, MinuteClock):
        return None
    item = network.plan.items[network.points[earliest.events[trouble.event].node].item]
    named = [getattr(item, "calendar", None), *(part.calendar for part in getattr(item, "assignments", ()))]
    for name in dict.fromkeys(each or network.plan.calendar for each in named):
        edges = clock.time(name).edges(0, clock.limit - _QUIET)
        if not clock.time(name).edges(clock.limit - _QUIET + 1, clock.size):
            return name, clock.show(max(edges), "closes") if edges else None
    return None


_QUIET: Final = 60 * MINUTES
"""Minutes before the end of the axis in which a calendar that goes on is taken to work at some time."""


def beyond_horizon(earliest: Earliest) -> BeyondHorizonError:
    """Return the error for an item beyond the axis, with the chain that pushes it there."""
    trouble = earliest.trouble
    assert trouble is not None
    network = earliest.network
    plan, clock = network.plan, network.clock
    event = earliest.events[trouble.event]
    items = list(dict.fromkeys(network.points[earliest.events[index].node].item for index in earliest.chain(trouble.event)))
    shown = " → ".join(items if len(items) <= 8 else [*items[:3], "…", *items[-4:]])
    ended = out_of_work(earliest)
    if ended is not None:
        calendar, moment = ended
        message = (
            f"{point_name(plan, network.points[event.node])} has no date: calendar '{calendar}' "
            f"{f'works no more after {moment}' if moment else 'never works'} (chain: {shown}); "
            "maybe it lacks days on which it works, or the item is on the wrong calendar"
        )
        return BeyondHorizonError([Located(message, path=f"calendars.{calendar}")])
    covers = clock.calendar.covers
    last = f"{plan.horizon.last}, the last day of the horizon"
    if covers.last <= plan.horizon.last:
        last = f"{covers.last}, the last day that calendar '{clock.calendar.id}' covers"
    message = (
        f"{point_name(plan, network.points[event.node])} would fall after {last} (chain: {shown}); "
        "maybe the horizon or the calendar's list needs extending"
    )
    return BeyondHorizonError([Located(message)])
