"""The latest ends of every item as planners' tools tell them: how late it may begin and finish before the project does.

The backward pass says of each node how late it may be. What a tool prints differs in three things: a late finish is that of work
which begins at its late start, though nothing may wait for the finish itself; work that a pin, an assignment or progress holds
has its late start behind the node on which bounds land; and an event stands where its successors let it, rounded to no period.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.items import Activity, Milestone
from models.schedule import Schedule
from optimiser.clock import MinuteClock, WorkedTime
from optimiser.critical.arcs import Arc
from optimiser.critical.backward import latest_times, live_amount, live_arcs, soft_limits
from optimiser.critical.network import Network

__all__ = ["LateEnds", "late_ends"]


@dataclass(frozen=True, slots=True)
class LateEnds:
    """Of one item of a minute plan.

    Attributes
    ----------
    start, finish
        Latest boundaries; what has begun has its start where that is.
    slacks
        Minutes by which its start and its finish may be later than they are, of its own calendar, or of the clock where its length
        is elapsed: below nought where a stated date asks for it earlier than it can be. None of a start that is past.
    """

    start: int
    finish: int
    slacks: tuple[int | None, int]

    @property
    def slack(self) -> int:
        """The lesser of both."""
        return min(each for each in self.slacks if each is not None)


def late_ends(network: Network, schedule: Schedule, milestone: str) -> dict[str, LateEnds]:
    """Return how late each item that is not finished may be before a milestone or a stated latest date is missed.

    Parameters
    ----------
    network
        Of a minute plan.
    schedule
        Where everything is: what is placed late has no float but what is left behind it.
    milestone
        The milestone that is to stay where it is.

    Returns
    -------
    dict
        Item to its latest ends; without what is wholly done, and what may be late without end.
    """
    clock = network.clock
    assert isinstance(clock, MinuteClock)
    target, places = network.nodes[milestone, "start"], schedule.by_id
    limits = soft_limits(network)
    limits[target] = min(limits.get(target, clock.limit), places[milestone].finish)
    late = latest_times(network, limits)
    outgoing: dict[int, list[tuple[Arc, int]]] = {}
    for arc, amount in live_arcs(network):
        outgoing.setdefault(arc.source, []).append((arc, amount))
    items: tuple[Activity | Milestone, ...] = (*network.plan.activities, *network.plan.milestones)
    found = {}
    for item in items:
        if item.progress is not None and item.progress.actual_finish is not None:
            continue
        elapsed = isinstance(item, Activity) and network.plan.duration(item.duration).unit == "emin"
        time = clock.always() if elapsed else clock.time(item.calendar)
        start, finish = network.item_nodes(item.id)
        if isinstance(item, Milestone):
            begins = ends = _of_event(network, start, late, limits, outgoing)
        else:
            begins, ends = _of_work(network, start, finish, late, outgoing)
        if max(begins, ends) >= clock.limit:
            continue
        at = places[item.id]
        begun = item.progress is not None and item.progress.begun
        slacks = (None if begun else _between(time, at.start, begins)), _between(time, at.finish, ends)
        found[item.id] = LateEnds(at.start if begun else begins, ends, slacks)
    return found


def _between(time: WorkedTime, early: int, late: int) -> int:
    return time.worked(late) - time.worked(early)


def _of_event(
    network: Network, node: int, late: list[int], limits: dict[int, int], outgoing: dict[int, list[tuple[Arc, int]]]
) -> int:
    """Return how late an event may be by what waits for it, whether or not its calendar works there."""
    bound = min(limits.get(node, network.clock.limit), network.clock.limit)
    for ceiling in network.ceilings:
        if ceiling.node == node and network.enabled[ceiling.rule] and ceiling.boundary is not None:
            bound = min(bound, ceiling.boundary)
    for arc, amount in outgoing.get(node, ()):
        if arc.target != node:
            bound = min(bound, arc.family.latest(late[arc.target], amount))
    return bound


def _of_work(
    network: Network,
    start: int,
    finish: int,
    late: list[int],
    outgoing: dict[int, list[tuple[Arc, int]]],
) -> tuple[int, int]:
    """Return how late work may begin, and when it ends if it begins then."""
    length = network.durations[start]
    begins, ends = late[start], late[finish]
    if length.source != start:
        begins = min(
            (
                begins,
                *(arc.family.at(late[arc.source], amount) for arc, amount in outgoing[length.source] if arc.target == start),
            )
        )
    on, amount = live_amount(network, length)
    if on and late[length.source] <= network.clock.limit:
        ends = min(ends, length.family.at(late[length.source], amount))
    return begins, ends
