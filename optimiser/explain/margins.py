"""The surroundings of a date: latest finishes, near-critical chains, break-evens, and alternative readings."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from models.binding import BreakEven, ItemMargin, NearChain, ReadingLine
from models.items import Activity, Item, Milestone
from models.past import spent
from models.rules import Point
from optimiser.clock import Clock, MinuteClock, Side
from optimiser.critical import Columns, Earliest, evaluate, floats
from optimiser.explain.alternatives import Alternative
from optimiser.explain.headroom import headrooms
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.numbers import Number, column_number, number_of_assumption, valued
from optimiser.solve.between import QUICK, DateRange, between
from optimiser.solve.orders import latest_finishes, slacks
from optimiser.solve.placement import complete
from optimiser.solve.variant import Variant

__all__ = ["break_evens", "margins", "near_chains", "reading_lines"]


def margins(oracle: Oracle, milestone: str) -> tuple[ItemMargin, ...]:
    """Return every item that is not done with the last date it may finish without moving the milestone, in the order of the plan.

    The float is how far the item can slip as a whole; the last date of finishing is that of its finish alone, as when it
    takes longer than planned. Where capacity takes part, both are those of the order in which the schedule that reaches the
    date uses the slots.
    """
    plan, clock, found = oracle.plan, oracle.problem.clock, oracle.reasons(milestone)
    every: tuple[Activity | Milestone, ...] = (*plan.activities, *plan.milestones)
    works = [item for item in every if not plan.done(item.id)]
    slips, placed = slacks(oracle.problem, found, milestone), complete(oracle.network, found.values).by_id
    late = latest_finishes(found, milestone)
    margins = []
    for item in works:
        early, at = found.position(item.id), placed[item.id]
        begun = item.id in oracle.network.began
        start, finish = early[0] if begun else at.start, at.finish
        convention = item.shown if isinstance(item, Milestone) else "closes"
        # An item placed late has used some of its float.
        last, slip = late[item.id], slips[item.id].after(finish - early[1] if begun else start - early[0])
        # Work ends in the evening, not in the morning at which what follows it begins.
        latest = finish if last is None else max(finish, clock.ended(last, getattr(item, "calendar", None)))
        margins.append(
            ItemMargin(
                id=item.id,
                title=item.title,
                owner=item.owner,
                raid=oracle.raid.get(item.id, ()),
                finish=clock.show(finish, convention),
                float_wd=_days(clock, item, start, slip.least),
                float_most_wd=None if slips[item.id].exact else _days(clock, item, start, slip.most),
                latest_finish=None if last is None else clock.show(min(latest, clock.size - 1), convention),
            )
        )
    return tuple(margins)


def _days(clock: Clock, item: Item, start: int, slip: int | None) -> int | None:
    """Return the whole working days of an item's own calendar in a slip from where it starts."""
    return None if slip is None else clock.days_between(start, start + slip, getattr(item, "calendar", None))


def near_chains(oracle: Oracle, milestone: str, near: int) -> tuple[NearChain, ...]:
    """Return chains that do not drive the milestone but are within some working days of it, the nearest first.

    Items of one slack that wait for each other are one chain.
    """
    found = oracle.reasons(milestone)
    network = found.network
    items = network.plan.items
    slips = {
        name: _days(network.clock, items[name], found.position(name)[0], slip)
        for name, slip in floats(found, milestone).items()
    }
    close = {item: slip for item, slip in slips.items() if slip is not None and 0 < slip <= near}
    linked: dict[str, set[str]] = defaultdict(set)
    pairs = [(arc.source, arc.target) for arc in network.arcs if network.enabled.get(arc.rule, True)]
    pairs += [
        (source, quorum.target) for quorum in network.quorums if network.enabled[quorum.rule] for source in quorum.sources
    ]
    for source, target in pairs:
        one, other = network.points[source].item, network.points[target].item
        if one != other and one in close and close[one] == close.get(other):
            linked[one].add(other)
            linked[other].add(one)
    chains = []
    left = sorted(close, key=lambda item: (close[item], found.position(item), item))
    while left:
        group, stack = set(), [left[0]]
        while stack:
            item = stack.pop()
            if item not in group:
                group.add(item)
                stack.extend(linked[item])
        chains.append(NearChain(slack_wd=close[left[0]], items=tuple(item for item in left if item in group)))
        left = [item for item in left if item not in group]
    return tuple(chains)


def break_evens(oracle: Oracle, milestone: str) -> tuple[BreakEven, ...]:
    """Return how far every unknown, and every assumption with a range, can worsen, at each answer of the open readings.

    Answers that leave a break-even as it is at the answers chosen are left out. A reading that changes the calendar is not
    tried, nor any where a live capacity takes part.
    """
    plan, clock = oracle.plan, oracle.problem.clock
    past = spent(plan)
    entries: list[Any] = [*plan.unknowns, *(entry for entry in plan.assumptions if entry.low is not None)]
    live = (entry for entry in entries if entry.id not in past)
    paired = [(entry, number) for entry in live if (number := number_of_assumption(plan, clock, entry)) is not None]
    cases: list[tuple[dict[str, str], Variant]] = [({}, Variant())]
    if not oracle.rationed:
        cases += [
            ({other.reading: other.option}, other.variant)
            for other in oracle.alternatives
            if other.variant is not None and other.problem is not None and other.problem.earliest.status == "feasible"
        ]
    reaches = ranges_of(oracle, milestone, [variant for _, variant in cases])
    asked: list[tuple[Any, Number, dict[str, str], Variant]] = []
    bounds: list[int] = []
    for (readings, variant), reach in zip(cases, reaches, strict=True):
        if reach.exact is None or reach.exact > clock.limit:
            continue
        for entry, number in paired:
            here: Number | None = number
            if entry.id in variant.values:  # a reading states it otherwise, and it has the room that it has from there
                revalued = entry.model_copy(update={"value": valued(entry.value, variant.values[entry.id])})
                here = number_of_assumption(plan, clock, revalued)
            if here is not None:
                asked.append((entry, here, readings, variant))
                bounds.append(reach.exact)

    def at(place: int, units: int) -> Variant:
        _, number, _, variant = asked[place]
        return Variant(variant.off, {**variant.values, number.slot: number.column(units)}, variant.on)

    rooms = headrooms(oracle, milestone, bounds, [number for _, number, _, _ in asked], at)
    found: list[BreakEven] = []
    known: dict[str, BreakEven] = {}
    unknowns = {unknown.id for unknown in plan.unknowns}
    for (entry, number, readings, _), room in zip(asked, rooms, strict=True):
        line = BreakEven(
            id=entry.id,
            title=entry.title,
            unknown=entry.id in unknowns,
            value=str(number.value),
            headroom=room.units,
            headroom_searched=room.searched(number),
            headroom_range=room.between,
            unit=number.unit,
            last=None if room.units is None else number.shown(room.units),
            from_range=_from_range(entry, number, room.units, clock),
            readings=readings,
            method=room.method,
        )
        same = known.setdefault(entry.id, line)
        if same is line or (same.headroom, same.value) != (line.headroom, line.value):
            found.append(line)
    order = {entry.id: place for place, entry in enumerate(entries)}
    return tuple(sorted(found, key=lambda line: order[line.id]))


def _from_range(entry: Any, number: Number, units: int | None, clock: Clock) -> tuple[int, ...]:
    """Return the headroom counted from the low and from the high end of an assumption's range."""
    low, high = getattr(entry, "low", None), getattr(entry, "high", None)
    if units is None or low is None or high is None:
        return ()
    last = number.moved(units)

    def place(value: Any) -> int:
        side: Side = "floor" if number.worse > 0 else "ceiling"
        return clock.stated(value, "opens", side) if isinstance(value, dt.date) else column_number(value)

    return tuple((place(last) - place(end)) * number.worse for end in (low, high))


def reading_lines(oracle: Oracle, milestone: str) -> tuple[ReadingLine, ...]:
    """Return what each other answer to an open reading does to the milestone, one answer changed at a time."""
    clock, now = oracle.problem.clock, oracle.base(milestone)
    reasons = _behind(oracle.reasons(milestone), milestone)
    rationed = oracle.leads(milestone)
    found = []
    for other in oracle.alternatives:
        reach, then, date, bound = None, list[str](), None, None
        if other.problem is not None:
            reach = _reached(oracle, other, milestone)
            convention = other.problem.plan.convention(Point(milestone, "start"))
            limit = other.problem.clock.limit
            if reach.high is not None and reach.high <= limit:
                date, bound = (other.problem.clock.show(each, convention) for each in (reach.high, reach.low))
        day = None if now.high is None else clock.show(now.high, oracle.plan.convention(Point(milestone, "start")))
        if date is not None and date == day and bound == date:
            continue
        if date is not None and other.problem is not None and not rationed:
            then = _behind(other.problem.earliest, milestone)
        delta = None
        if date is not None and day is not None:
            delta = int((clock.days < date.toordinal()).sum()) - int((clock.days < day.toordinal()).sum())
            if isinstance(clock, MinuteClock):
                delta = clock.days_between(clock.boundary(day, "opens"), clock.boundary(date, "opens"))
        found.append(
            ReadingLine(
                reading=other.reading,
                option=other.option,
                date=date,
                bound=None if bound == date else bound,
                delta_wd=delta,
                takes_over=tuple(name for name in then if name not in reasons),
                released=tuple(name for name in reasons if name not in then) if then else (),
            )
        )
    return tuple(found)


def _reached(oracle: Oracle, other: Alternative, milestone: str) -> DateRange:
    """Return where a milestone lies at another answer."""
    assert other.problem is not None
    if other.problem.earliest.status == "beyond" and not other.problem.pools:
        # Something else runs off the axis; the milestone may be on it all the same.
        evaluated = evaluate(other.problem.network, Columns(samples=1))
        value = oracle.never if evaluated.infeasible[0] else int(evaluated.of(milestone)[0])
        return DateRange(value, value)
    if other.variant is not None:
        return ranges_of(oracle, milestone, [other.variant])[0]
    return between(other.problem, milestone, deadline=oracle.deadline, effort=QUICK)


def _behind(earliest: Earliest, milestone: str) -> list[str]:
    """Return the rules and durations of the line of reasons behind a milestone."""
    event = earliest.last[earliest.network.nodes[milestone, "start"]]
    return earliest.rules_behind(earliest.chain(event))
