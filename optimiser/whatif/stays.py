"""Why a date stays: the slack that took a change up, and the ways in which the dates with and without it would part.

A change is followed in the network: how much later what it bears on could be before the milestone moves, before and after.
Other answers to the readings, and rules put on, are tried on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.changes import LetThrough, TakenUp, Unmoved, ValueChange
from models.duration import Duration
from models.plan import DURATION_PREFIX
from optimiser.critical import Columns, Earliest, Evaluated, evaluate
from optimiser.numbers import entry_of, own_term, own_value, stated_column
from optimiser.reading.load import LoadedPlan
from optimiser.whatif.sides import PlanSide

__all__ = ["unmoved"]

_TRIED = 60
"""Numbers tried at once for how far something may go."""


def unmoved(loaded: LoadedPlan, before: PlanSide, after: PlanSide, milestone: str, changes: Sequence[ValueChange]) -> Unmoved:
    """Return why the changes leave a milestone where it is."""
    taken = tuple(_taken_up(before, after, milestone, change) for change in changes if change.touches)
    through = tuple(_let_through(loaded, before, after, milestone))
    return Unmoved(milestone=milestone, taken_up=taken, let_through=through)


def _taken_up(before: PlanSide, after: PlanSide, milestone: str, change: ValueChange) -> TakenUp:
    """Return what a change comes to on its way to a milestone."""
    common = {"kind": change.kind, "name": change.name}
    found = [_slacks(side, milestone, change.touches) for side in (before, after)]
    if all(slacks is not None and not slacks for slacks in found):
        return TakenUp(**common, leads=False)  # type: ignore[arg-type]
    old, new = ({} if slacks is None else slacks for slacks in found)
    holder = min(new or old, key=lambda name: (new or old)[name], default=None)
    return TakenUp(
        **common,  # type: ignore[arg-type]
        leads=True,
        holder=holder,
        holder_title=None if holder is None else entry_of(after.plan, holder).title,
        slack_before_wd=old.get(holder) if holder else None,
        slack_after_wd=new.get(holder) if holder else None,
        in_order=any(side.problem.pools and side.problem.leads(milestone) for side in (before, after)),
    )


def _slacks(side: PlanSide, milestone: str, names: Sequence[str]) -> dict[str, int] | None:
    """Return the slack of rules and durations that lead to a milestone: their delay before it moves.

    None where no schedule is known, or work that leads to it holds a capacity of that name: how long it waits for that, no
    inequality says.
    """
    found, problem = side.reasons(milestone), side.problem
    leads, live = problem.reaching(milestone), [name for name in names if problem.network.enabled.get(name, False)]
    held = (item for pool in problem.pools if pool.rule in live for item in pool.demand)
    if found is None or found.status != "feasible" or any(leads[problem.network.item_nodes(item)[1]] for item in held):
        return None
    slacks: dict[str, int] = {}
    for name in (name for name in live if _in_working_days(found, name)):
        slack = _longer(found, milestone, name)
        slacks |= {} if slack is None else {name: slack}
    for name, node, value in _pushes(found, {name for name in live if not _in_working_days(found, name)}):
        last = _pushed(found, milestone, node, name) if leads[node] else None
        if last is not None:
            slacks[name] = min(last - value, slacks.get(name, last - value))
    return slacks


def _in_working_days(found: Earliest, name: str) -> bool:
    """Return whether a name is of a duration, and that in working days. What is done has no length any more."""
    if not name.startswith(DURATION_PREFIX) or own_term(entry_of(found.network.plan, name)) is None:
        return False
    length = own_value(found.network.plan, name)
    return isinstance(length, Duration) and length.unit == "wd"


def _longer(found: Earliest, milestone: str, name: str) -> int | None:
    """Return how many working days longer a duration may be before a milestone is later; None where it may be so without end.

    The length itself is changed: where something else pushes the finish, more of it draws the start forward.
    """
    stated = stated_column(found.network.plan, name)

    def columns(tried: NDArray[np.int64]) -> Evaluated:
        return evaluate(found.network, Columns(len(tried), {name: stated + tried}))

    return _last(found, milestone, 0, found.network.clock.limit - found.network.clock.origin, columns)


def _pushed(found: Earliest, milestone: str, node: int, name: str) -> int | None:
    """Return the last boundary to which a node may be pushed before a milestone is later; None where it may be anywhere.

    A duration of that name is free meanwhile.
    """
    network = found.network
    off = {name: False} if name.startswith(DURATION_PREFIX) else {}

    def columns(tried: NDArray[np.int64]) -> Evaluated:
        switches = {each: np.full(len(tried), state) for each, state in off.items()}
        return evaluate(network, Columns(len(tried), switches=switches), raised={node: tried})

    return _last(found, milestone, found.values[node], network.clock.limit, columns)


def _last(
    found: Earliest, milestone: str, low: int, most: int, columns: Callable[[NDArray[np.int64]], Evaluated]
) -> int | None:
    """Return the last number above a sound one with which a milestone is no later than found; None where all up to the most do.

    Parameters
    ----------
    columns
        Evaluates the plan at many numbers at once, which costs little more than at one.
    """
    target, high = found.network.nodes[milestone, "start"], most + 1
    while low < high - 1:
        tried = np.unique(np.linspace(low + 1, high - 1, _TRIED).astype(np.int64))
        evaluated = columns(tried)
        later = np.flatnonzero(evaluated.infeasible | (evaluated.values[target] > found.values[target]))
        first = int(later[0]) if len(later) else len(tried)
        low, high = int(tried[first - 1]) if first else low, int(tried[first]) if first < len(tried) else high
    return None if high > most else low


def _pushes(found: Earliest, names: set[str]) -> Iterator[tuple[str, int, int]]:
    """Yield to where some rules and durations push nodes: the name, the node and the boundary."""
    network, values = found.network, found.values
    for arc in network.arcs:
        if arc.rule in names and arc.source != arc.target and not arc.mirrored:
            yield arc.rule, arc.target, arc.family.at(values[arc.source], arc.amount)
    for floor in network.floors:
        if floor.rule in names and floor.boundary is not None:
            yield floor.rule, floor.node, floor.boundary
    for quorum in network.quorums:
        if quorum.rule in names:
            yield quorum.rule, quorum.target, quorum.reach_of(values)


def _let_through(loaded: LoadedPlan, before: PlanSide, after: PlanSide, milestone: str) -> Iterator[LetThrough]:
    """Yield the ways in which a milestone would not be where it is without the changes.

    Where work that holds capacity leads to it, the dates of the ways are bounds; that a change comes through is then shown by
    one after the date.
    """
    exact = not any(side.problem.pools and side.problem.leads(milestone) for side in (before, after))
    now = after.date(milestone)[0]
    for place, way in enumerate(after.ways):
        old, new = before.date_in(place, milestone), after.date_in(place, milestone)
        if old == new or (not exact and (new is None or now is None or new <= now)):
            continue
        known = way.reading or way.rule
        assert known is not None
        yield LetThrough(
            kind="reading" if way.reading else "rule",
            name=known.id,
            title=way.reading.question if way.reading else way.rule.title,  # type: ignore[union-attr]
            option=way.option.id if way.option else None,
            option_title=way.option.title if way.option else None,
            instead_of=loaded.plan.choice(way.reading) if way.reading else None,
            before=old,
            after=new,
            exact=exact,
        )
