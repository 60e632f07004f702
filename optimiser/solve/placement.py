"""From earliest positions to a whole schedule: what is placed late, and the bars that are tied to other items."""

from __future__ import annotations

from collections.abc import Sequence

from models.duration import Duration
from models.items import Activity, Milestone, Summary
from models.rules import Capacity, Point
from models.schedule import Position, Schedule
from optimiser.check import check
from optimiser.clock import Convention, MinuteClock
from optimiser.critical import Network, latest_times, resources
from optimiser.critical.arcs import Arc
from optimiser.critical.backward import live_amount
from optimiser.critical.levelling import needs_of
from optimiser.critical.room import Room
from optimiser.wording import plain_date

__all__ = ["boundaries_of", "complete", "schedule_of", "without_place"]


def complete(network: Network, values: Sequence[int]) -> Schedule:
    """Return the schedule of a plan from the boundary of each node, its late activities placed late.

    As-late-as-possible activities are moved to the latest position that leaves every other item where it is; where one
    waits for another the later moves first; where capacity binds they stay inside it.

    Parameters
    ----------
    network
        The plan's inequalities.
    values
        Boundary of each node: a feasible schedule.
    """
    plan = network.plan
    works: tuple[Activity | Milestone, ...] = (*plan.activities, *plan.milestones)
    late = [item for item in works if item.placement == "as-late-as-possible"]
    if plan.unit == "day":  # what has begun is no longer put off
        late = [item for item in late if not (plan.done(item.id) or plan.under_way(item.id))]
    if late and plan.dialect == "p6":
        return schedule_of(network, _postponed(network, values, late))
    if not late:
        return schedule_of(network, values)
    moving = {activity.id for activity in late}
    end = max(values)
    crowded = any(entry.item in moving for rule in plan.active_rules() if isinstance(rule, Capacity) for entry in rule.demands)
    # `latest_times` asks nothing of the members of a quorum that needs only some; those that stay need not be asked.
    partial = any(
        network.enabled[quorum.rule]
        and quorum.partial
        and any(network.points[source].item in moving for source in quorum.sources)
        for quorum in network.quorums
    )
    if crowded or partial:
        return schedule_of(network, _one_by_one(network, values, late, end))
    # The late positions under fixed others are one greatest solution; what is fixed stays, being a solution already.
    held = {node: end if point.item in moving else values[node] for node, point in enumerate(network.points)}
    placed = latest_times(network, held)
    for activity in late:
        start, finish = network.item_nodes(activity.id)
        if isinstance(activity, Activity) and plan.switch(activity.enabled):
            length = network.durations[start]
            placed[finish] = length.family.at(placed[length.source], length.amount)
    return schedule_of(
        network, [placed[node] if point.item in moving else values[node] for node, point in enumerate(network.points)]
    )


def _postponed(network: Network, values: Sequence[int], late: Sequence[Activity | Milestone]) -> list[int]:
    """Return positions as P6 puts off work: one item after another from the back, up to what waits for it.

    What nothing waits for, and what has begun, stays. An event ends up where work goes on after, or went on up to, the last
    minute that it may be at; of one that opens this may be after a weekend before which what waits for it is.
    """
    plan, clock = network.plan, network.clock
    assert isinstance(clock, MinuteClock)
    placed, moving = list(values), {item.id: item for item in late}
    place = {node: number for number, component in enumerate(network.order) for node in component}
    outgoing: dict[str, list[Arc]] = {name: [] for name in moving}
    for arc in network.arcs:
        name, other = network.points[arc.source].item, plan.items[network.points[arc.target].item]
        if name in moving and name != other.id and live_amount(network, arc)[0]:
            progress = getattr(other, "progress", None)
            if progress is None or progress.actual_finish is None:
                outgoing[name].append(arc)
    for name in sorted(moving, key=lambda name: -place[network.nodes[name, "start"]]):
        item, (start, finish) = moving[name], network.item_nodes(name)
        if not outgoing[name] or (item.progress is not None and item.progress.begun):
            continue
        last = {start: clock.limit, finish: clock.limit}
        for arc in outgoing[name]:
            if arc.source in last:
                last[arc.source] = min(last[arc.source], arc.family.latest(placed[arc.target], live_amount(network, arc)[1]))
        if isinstance(item, Milestone):
            time = clock.time(item.calendar)
            at = time.prev(last[start])
            at = ends = time.next(at) if item.shown == "opens" else at
        else:
            length = network.durations[start]
            at = min(last[start], length.family.latest(last[finish], length.amount))
            ends = length.family.at(at, length.amount)
        if at > placed[start]:
            placed[start], placed[finish] = at, ends
    return placed


def _one_by_one(network: Network, values: Sequence[int], late: list[Activity | Milestone], end: int) -> list[int]:
    """Move activities one at a time, the latest first, each as far as every rule and capacity leaves it room.

    As one move may make room for another, rounds are repeated until nothing moves. Where a capacity has no room a place
    is not tried; whether it will do in every other way is for the checker to say.
    """
    plan = network.plan
    placed = list(values)
    bare = plan.evolve(hammocks=())
    pools = resources(plan, network.clock)
    room, needs = Room([pool.available for pool in pools]), needs_of(pools)
    for item, own in needs.items():
        start, finish = network.item_nodes(item)
        room.take(own, values[start], values[finish])
    moved = True
    while moved:
        moved = False
        for activity in sorted(late, key=lambda activity: placed[network.item_nodes(activity.id)[1]], reverse=True):
            start, finish = network.item_nodes(activity.id)
            # No later than the network alone would let it: what capacity and quorums add can only be earlier.
            held = {node: end if point.item == activity.id else placed[node] for node, point in enumerate(network.points)}
            last = latest_times(network, held)[start]
            if last <= placed[start]:
                continue
            own = needs.get(activity.id, ())
            room.give(own, placed[start], placed[finish])
            for candidate in range(last, placed[start], -1):
                trial = list(placed)
                trial[start], trial[finish] = candidate, _finish(network, activity, candidate, placed[finish] - placed[start])
                fits = trial[finish] <= end and room.first(own, candidate, trial[finish] - candidate, end) == candidate
                if fits and not check(bare, _positioned(network, trial), network.clock):
                    placed, moved = trial, True
                    break
            room.take(own, placed[start], placed[finish])
    return placed


def _finish(network: Network, activity: Activity | Milestone, start: int, length: int) -> int:
    """Return where an activity ends that starts at a boundary; one of free length keeps the length it has."""
    plan = network.plan
    if isinstance(activity, Milestone) or not plan.switch(activity.enabled):
        return start + length
    return network.clock.finish(start, plan.duration(activity.duration), activity.calendar)


def _positioned(network: Network, values: Sequence[int]) -> Schedule:
    """Return a schedule without hammocks from the boundary of each node."""
    positions = []
    for item in (*network.plan.activities, *network.plan.milestones):
        start, finish = network.place(item.id, values)
        positions.append(Position(id=item.id, start=start, finish=finish))
    placed = {position.id: position for position in positions}
    for summary in network.plan.summaries:
        _span(network, values, summary, placed)
    first_day = network.clock.show(0, "opens")
    return Schedule(calendar=network.plan.calendar, first_day=first_day, positions=tuple(placed.values()))


def _span(network: Network, values: Sequence[int], summary: Summary, placed: dict[str, Position]) -> None:
    """Place a summary over what it spans, each summary of these first; a pinned one where it is."""
    if summary.id in placed:
        return
    for point in summary.of:
        inside = network.plan.items[point.item]
        if isinstance(inside, Summary):
            _span(network, values, inside, placed)
    start, finish = (values[node] for node in network.item_nodes(summary.id))
    if summary.pin is None:
        start = min(placed[point.item].start for point in summary.starts())
        finish = max(placed[point.item].finish for point in summary.finishes())
    placed[summary.id] = Position(id=summary.id, start=start, finish=finish)


def schedule_of(network: Network, values: Sequence[int]) -> Schedule:
    """Return the schedule of a plan from the boundary of each node, hammocks tied, nothing moved.

    A hammock whose ties lead off the axis is left out; see `without_place`.
    """
    clock = network.clock
    bare = _positioned(network, values)
    tied = _tied(network, bare)
    hammocks = (
        place for place in tied.values() if place is not None and clock.origin <= place.start and place.finish <= clock.limit
    )
    return bare.model_copy(update={"positions": (*bare.positions, *hammocks)})


def boundaries_of(network: Network, schedule: Schedule) -> list[int]:
    """Return the boundary of each node of a schedule that tells begun work from where it began.

    Raises
    ------
    KeyError
        If an item has no place in it.
    """
    held = schedule.by_id
    places = {name: (held[name].start, held[name].finish) for name, _ in network.nodes}
    for name in network.began:
        length, finish = network.durations[network.nodes[name, "start"]], places[name][1]
        places[name] = length.family.latest(finish, length.amount) if network.enabled[length.rule] else finish, finish
    return network.valued(places)


def without_place(network: Network, schedule: Schedule) -> tuple[str, ...]:
    """Say of each hammock that a schedule leaves out how far its ties lead off the axis."""
    plan, clock, held = network.plan, network.clock, schedule.by_id
    if all(hammock.id in held for hammock in plan.hammocks):
        return ()
    first, last = (plain_date(day) for day in (clock.show(clock.origin, "opens"), clock.show(clock.limit, "closes")))
    said = []
    for name, place in _tied(network, schedule).items():
        if name in held:
            continue
        ways = ["what it is tied to lies off the plan's axis"]
        if place is not None:
            early, late = clock.origin - place.start, place.finish - clock.limit
            ways = [f"it would start {early} wd before {first}, the first day of the plan's axis"] if early > 0 else []
            ways += [f"it would finish {late} wd after {last}, the last day of the plan's axis"] if late > 0 else []
        said.append(f"{name}: {' and '.join(ways)}; the bar is left out, and moves no date")
    return tuple(said)


def _tied(network: Network, schedule: Schedule) -> dict[str, Position | None]:
    """Return where the ties of each hammock lead, on the axis or off it; None where they lead to a hammock off it."""
    plan, clock = network.plan, network.clock
    found: dict[str, Position | None] = dict(schedule.by_id)

    def tied(point: Point, lag: Duration, shown: Convention) -> int | None:
        position = found[point.item]
        if position is None or position.start < clock.origin or position.finish > clock.limit:
            return None
        boundary = position.finish if point.end == "finish" else position.start
        return clock.shift(boundary, lag, plan.convention(point), shown)

    for hammock in plan.hammocks_in_order:
        first, last = hammock.ties()
        start = tied(first, plan.duration(hammock.start_lag), "opens")
        finish = tied(last, plan.duration(hammock.finish_lag), "closes")
        if start is None or finish is None:
            found[hammock.id] = None
        else:
            found[hammock.id] = Position(id=hammock.id, start=start, finish=max(start, finish))
    return {hammock.id: found[hammock.id] for hammock in plan.hammocks}
