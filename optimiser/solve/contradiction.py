"""When nothing can satisfy a plan: a minimal conflict, in words, with a reason besides a solver's verdict."""

from __future__ import annotations

from collections.abc import Sequence

from models.findings import Conflict
from models.plan import Plan
from optimiser.critical import Earliest, Network, minimal_core, overload_on_axis, reaches, resources
from optimiser.critical.network import duration_slot
from optimiser.encoding import Encoding, Limits
from optimiser.errors import BeyondHorizonError, Located
from optimiser.wording import demand, describe, plain_date, point_name, title

__all__ = ["beyond_horizon", "conflict_of_capacity", "conflict_of_network", "conflict_of_room"]


def conflict_of_network(earliest: Earliest, *, also: str = "") -> Conflict:
    """Return the minimal conflict behind an infeasible forward pass; ``also`` is what else confirms it."""
    trouble = earliest.trouble
    assert trouble is not None
    network = earliest.network
    behind = earliest.rules_behind(earliest.trace(trouble.event))
    if trouble.rule:
        behind.append(trouble.rule)
    members = minimal_core(network, behind)
    return Conflict(
        members=tuple(describe(network.plan, name) for name in members),
        statement=_argument(earliest),
        minimal=True,
        confirmed_by=_REASONS[trouble.kind] + also,
    )


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
        points = [point_name(plan, network.points[earliest.events[index].node]) for index in trouble.cycle]
        return "each of these must come after the one before it, and the first after the last: " + " → ".join(points)
    event = earliest.events[trouble.event]
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


def conflict_of_capacity(plan: Plan, network: Network, limits: Limits) -> tuple[Conflict | None, float]:
    """Return a minimal conflict that capacity takes part in, and the deterministic time it took.

    None where CP-SAT did not finish, or where a second configuration does not confirm its verdict: then nothing is
    known, and nothing is said.
    """
    encoding = Encoding(plan, network.clock, switches=True)
    core, answer = encoding.conflict(None, None, limits)
    spent = answer.deterministic_time
    if core is None:
        return None, spent
    again = encoding.confirm_infeasible(None, None, members=core, limits=limits)
    spent += again.deterministic_time
    if again.status != "infeasible":
        return None, spent
    names = sorted(core)
    conflict = Conflict(
        members=tuple(describe(plan, name) for name in names),
        statement="within the horizon these cannot all hold: " + "; ".join(demand(plan, name) for name in names),
        minimal=bool(answer.minimal),
        confirmed_by="CP-SAT in two configurations",
    )
    return conflict, spent


def conflict_of_room(earliest: Earliest) -> Conflict | None:
    """Return the conflict of work that a capacity never has room for, None where none is found; no solver is asked."""
    network = earliest.network
    plan, clock = network.plan, network.clock
    found = overload_on_axis(earliest, resources(plan, clock))
    if found is None:
        return None
    lengths = [duration_slot(item) for item in found.activities]
    behind = []
    if len(lengths) > 1 or found.offer:
        nodes = [network.item_nodes(item)[0] for item in found.activities]
        events = [event for node in nodes for event in earliest.trace(earliest.last[node])]
        behind = [name for name in earliest.rules_behind(events) if name not in lengths]
    behind += [name for name in _closing(network, found.activities) if name not in (*lengths, *behind)]
    first, last = plain_date(clock.show(found.begin, "opens")), plain_date(clock.show(max(found.end, 1), "closes"))
    unit = "working days of a slot" if found.reason == "energy" else "places"
    need = "needs" if len(lengths) == 1 else "need"
    named = ", ".join(found.activities[:5]) + (f" and {len(found.activities) - 5} more" if len(found.activities) > 5 else "")
    return Conflict(
        members=tuple(describe(plan, name) for name in (found.rule, *lengths, *behind)),
        statement=(
            f"{title(plan, found.rule)}: {demand(plan, found.rule)}; from {first} to {last}, the end of the axis, {named} {need} "
            f"{found.need} {unit} and there is room for {found.offer}"
        ),
        minimal=len(lengths) == 1 and not behind,
        confirmed_by="work counted against room, without a solver",
    )


def _closing(network: Network, activities: Sequence[str]) -> tuple[str, ...]:
    """Return the latest dates that work runs up against, and everything between: what may close its window.

    More than it takes, where several do: such a conflict is not called minimal.
    """
    nodes = {node for item in activities for node in network.item_nodes(item)}
    names: dict[str, None] = {}
    for ceiling in network.ceilings:
        before = reaches(network, ceiling.node)
        if ceiling.boundary is None or not network.enabled[ceiling.rule] or not any(before[node] for node in nodes):
            continue
        names[ceiling.rule] = None
        for arc in network.arcs:
            if before[arc.target] and before[arc.source] and network.enabled[arc.rule]:
                names[arc.rule] = None
    return tuple(names)


def beyond_horizon(earliest: Earliest) -> BeyondHorizonError:
    """Return the error that says which item runs off the axis, and along which chain."""
    trouble = earliest.trouble
    assert trouble is not None
    network = earliest.network
    plan, clock = network.plan, network.clock
    event = earliest.events[trouble.event]
    items = list(dict.fromkeys(network.points[earliest.events[index].node].item for index in earliest.chain(trouble.event)))
    shown = " → ".join(items if len(items) <= 8 else [*items[:3], "…", *items[-4:]])
    covers = clock.calendar.covers
    last = f"{plan.horizon.last}, the last day of the horizon"
    if covers.last <= plan.horizon.last:
        last = f"{covers.last}, the last day that calendar '{clock.calendar.id}' covers"
    message = (
        f"{point_name(plan, network.points[event.node])} would fall after {last} (chain: {shown}); "
        "maybe the horizon or the calendar's list needs extending"
    )
    return BeyondHorizonError([Located(message)])
