"""What lies around a date: how late each item may be, chains that nearly drive it, break-evens, other readings."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Option
from models.duration import Duration
from models.explanation import BreakEven, ItemMargin, NearChain, ReadingLine
from models.items import Milestone
from models.plan import Plan
from models.rules import Point
from optimiser.critical import Columns, Earliest, compile_network, earliest_times, evaluate, floats
from optimiser.critical.backward import reaches
from optimiser.errors import BeyondHorizonError
from optimiser.explain.headroom import headrooms
from optimiser.explain.numbers import Number, number_of_assumption
from optimiser.explain.oracle import Oracle
from optimiser.explain.register import raid_of
from optimiser.solve.spans import column_number, columnar, live_options, with_option
from optimiser.solve.variant import Variant, renumbered

__all__ = ["break_evens", "margins", "near_chains", "reading_lines"]


def margins(oracle: Oracle, milestone: str) -> tuple[ItemMargin, ...]:
    """Return every item with the last date it may finish without moving the milestone, in the order of the plan.

    The float is how far the item can slip as a whole; the last date of finishing is that of its finish alone, as when it
    takes longer than planned.
    """
    plan, clock, found = oracle.plan, oracle.clock, oracle.found
    slips = floats(found, milestone)
    late = _latest_finishes(found, milestone)
    raid = raid_of(plan)
    margins = []
    for item in (*plan.activities, *plan.milestones):
        _, finish = found.position(item.id)
        convention = item.shown if isinstance(item, Milestone) else "closes"
        last = late[item.id]
        margins.append(
            ItemMargin(
                id=item.id,
                title=item.title,
                owner=item.owner,
                raid=raid.get(item.id, ()),
                finish=clock.show(finish, convention),
                float_wd=slips[item.id],
                latest_finish=None if last is None else clock.show(min(last, clock.size - 1), convention),
            )
        )
    return tuple(margins)


def _latest_finishes(found: Earliest, milestone: str) -> dict[str, int | None]:
    """Return the last boundary of each item's finish that leaves the milestone where it is, by bisection over forward passes.

    None where no finish on the axis moves it.
    """
    network = found.network
    target = network.nodes[milestone, "start"]
    leads = reaches(network, target)
    items = [item.id for item in (*network.plan.activities, *network.plan.milestones)]
    finishes = {item: network.item_nodes(item)[1] for item in items}
    moving = [item for item in items if leads[finishes[item]]]
    early = np.array([found.values[finishes[item]] for item in moving], dtype=np.int64)
    low, high = early.copy(), np.full(len(moving), network.clock.limit, dtype=np.int64)
    count = len(moving)
    while np.any(low < high):
        middle = (low + high + 1) // 2
        raised: dict[int, NDArray[np.int64]] = {}
        for sample, item in enumerate(moving):
            raised[finishes[item]] = np.zeros(count, dtype=np.int64)
            raised[finishes[item]][sample] = middle[sample]
        pushed = evaluate(network, Columns(samples=count), raised=raised)
        stays = (pushed.values[target] <= found.values[target]) & ~pushed.infeasible
        low, high = np.where(stays, middle, low), np.where(stays, high, middle - 1)
    last = {item: int(value) if value < network.clock.limit else None for item, value in zip(moving, low, strict=True)}
    return {item: last.get(item) for item in items}


def near_chains(oracle: Oracle, milestone: str, near: int) -> tuple[NearChain, ...]:
    """Return chains that do not drive the milestone but are within some working days of it, the nearest first.

    Items of one slack that wait for each other are one chain.
    """
    found = oracle.found
    network = found.network
    slips = floats(found, milestone)
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


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question of the source, other than the one chosen.

    Attributes
    ----------
    variant
        What it changes; None where it needs a network of its own.
    earliest
        The forward pass at it; None where it needs days that no calendar covers.
    """

    reading: str
    option: str
    variant: Variant | None
    earliest: Earliest | None


def other_answers(oracle: Oracle) -> tuple[Answer, ...]:
    """Return every answer to an open reading that is not the one chosen."""
    if "answers" not in oracle.shared:
        oracle.shared["answers"] = tuple(_answers(oracle))
    found: tuple[Answer, ...] = oracle.shared["answers"]
    return found


def _answers(oracle: Oracle) -> Iterator[Answer]:
    plan = oracle.plan
    for reading in live_options(plan):
        together = columnar(plan, reading)
        for option in reading.options:
            if option.id == plan.choice(reading):
                continue
            if together:
                variant = _variant(option)
                network = oracle.network
                for slot, number in variant.values.items():
                    network = renumbered(network, slot, number)
                yield Answer(reading.id, option.id, variant, earliest_times(network, off=variant.off, on=variant.on))
                continue
            changed = with_option(plan, option)
            clock = oracle.clock if changed.calendar == plan.calendar else None
            try:
                yield Answer(reading.id, option.id, None, earliest_times(compile_network(changed, clock)))
            except BeyondHorizonError:
                yield Answer(reading.id, option.id, None, None)


def _variant(option: Option) -> Variant:
    """Return what an answer changes."""
    values = {name: column_number(value) for name, value in option.changes.assumptions.items()}
    rules = option.changes.rules
    return Variant(
        off=tuple(name for name, on in rules.items() if not on),
        values={name: number for name, number in values.items() if number is not None},
        on=tuple(name for name, on in rules.items() if on),
    )


def break_evens(oracle: Oracle, milestone: str) -> tuple[BreakEven, ...]:
    """Return how far every unknown, and every assumption with a range, can worsen, at each answer of the open readings.

    Answers that leave a break-even as it is at the answers chosen are left out. A reading that changes the calendar is not
    tried, nor any where a live capacity takes part.
    """
    plan, clock = oracle.plan, oracle.clock
    entries: list[Any] = [*plan.unknowns, *(entry for entry in plan.assumptions if entry.low is not None)]
    paired = [(entry, number) for entry in entries if (number := number_of_assumption(oracle.network, entry)) is not None]
    cases: list[tuple[dict[str, str], Variant]] = [({}, Variant())]
    if not oracle.rationed:
        cases += [
            ({answer.reading: answer.option}, answer.variant)
            for answer in other_answers(oracle)
            if answer.variant is not None and answer.earliest is not None and answer.earliest.status == "feasible"
        ]
    reaches = oracle.reach(milestone, [variant for _, variant in cases])
    asked: list[tuple[Any, Number, dict[str, str], Variant]] = []
    bounds: list[int] = []
    for (readings, variant), reach in zip(cases, reaches, strict=True):
        if reach.exact is None or reach.exact > clock.limit:
            continue
        for entry, number in paired:
            set_here = entry.id in variant.values
            here = _revalued(number, variant.values[entry.id]) if set_here else number
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


def _revalued(number: Number, column: int) -> Number:
    """Return a number stated otherwise."""
    if isinstance(number.value, Duration):
        value: Any = Duration(column, number.value.unit)
    elif isinstance(number.value, dt.date):
        value = dt.date.fromordinal(column)
    else:
        value = column
    return replace(number, value=value)


def _from_range(entry: Any, number: Number, units: int | None, clock: Any) -> tuple[int, ...]:
    """Return the headroom counted from the low and from the high end of an assumption's range."""
    low, high = getattr(entry, "low", None), getattr(entry, "high", None)
    if units is None or low is None or high is None:
        return ()
    last = number.moved(units)

    def place(value: Any) -> int:
        if isinstance(value, dt.date):
            return int(clock.boundary(value, "opens"))
        found = column_number(value)
        assert found is not None
        return found

    return tuple((place(last) - place(end)) * number.worse for end in (low, high))


def reading_lines(oracle: Oracle, milestone: str) -> tuple[ReadingLine, ...]:
    """Return what each other answer to an open reading does to the milestone, one answer changed at a time."""
    plan, clock = oracle.plan, oracle.clock
    now = _reasons(oracle.found, milestone)
    day = _shown(oracle.found, plan, milestone)
    found = []
    for answer in other_answers(oracle):
        changed = answer.earliest
        date = None if changed is None else _shown(changed, plan, milestone)
        if date is not None and date == day:
            continue
        then = [] if changed is None or date is None else _reasons(changed, milestone)
        delta = None
        if date is not None and day is not None:
            delta = int((clock.days < date.toordinal()).sum()) - int((clock.days < day.toordinal()).sum())
        found.append(
            ReadingLine(
                reading=answer.reading,
                option=answer.option,
                date=date,
                delta_wd=delta,
                takes_over=tuple(name for name in then if name not in now),
                released=tuple(name for name in now if name not in then) if then else (),
            )
        )
    return tuple(found)


def _shown(earliest: Earliest, plan: Plan, milestone: str) -> dt.date | None:
    """Return the date of a milestone, None where there is none on the axis."""
    value = earliest.values[earliest.network.nodes[milestone, "start"]]
    if earliest.status == "infeasible" or value > earliest.network.clock.limit:
        return None
    if earliest.status == "beyond":
        evaluated = evaluate(earliest.network, Columns(samples=1))
        value = int(evaluated.of(milestone)[0])
        if evaluated.infeasible[0] or value > earliest.network.clock.limit:
            return None
    return earliest.network.clock.show(value, plan.convention(Point(milestone, "start")))


def _reasons(earliest: Earliest, milestone: str) -> Sequence[str]:
    """Return the rules and durations of the line of reasons behind a milestone."""
    event = earliest.last[earliest.network.nodes[milestone, "start"]]
    return earliest.rules_behind(earliest.chain(event))
