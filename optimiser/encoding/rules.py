"""How each kind of rule is posted. One function for each kind; what the kinds mean stands in `models.rules`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from models.duration import Duration
from models.items import Activity, Milestone
from models.rules import (
    Alignment,
    AtLeast,
    Blackout,
    Capacity,
    Dependency,
    Equality,
    Gate,
    NotAfter,
    NotBefore,
    Point,
    Release,
)
from optimiser.clock import Boundaries
from optimiser.encoding.moving import migration
from optimiser.encoding.staircase import Literals
from optimiser.encoding.variables import Place, Variables

__all__ = ["ENCODERS", "Encoder"]

Encoder = Callable[[Variables, Any, Literals], None]
"""Posts one rule so that it holds wherever all the literals do."""


def _lagged(variables: Variables, source: Point, lag: Duration, convention: Any) -> Boundaries:
    """Return ``b ⊕ lag`` for every boundary that a point may have, read by the convention of another."""
    place = variables.source(source)
    shown = variables.plan.convention(source)
    return variables.clock.shifted(np.arange(place.low, place.high + 1), lag.amount, lag.unit, shown, convention)


def dependency(variables: Variables, rule: Dependency, under: Literals) -> None:
    """``b(after) ≥ b(before) ⊕ lag``, or ``≤``: a difference for working days, a staircase for other lags."""
    plan = variables.plan
    before, after = rule.points()
    earlier, later = variables.source(before), variables.source(after)
    lag = plan.duration(rule.lag)
    if rule.bound == "at-least":
        bounded = variables.linked(after)
        if bounded is None:
            return
        later = bounded
    elif variables.past(before):
        if variables.past(after) or variables.linked(after) is None:
            return
        table = _lagged(variables, before, lag, plan.convention(after))
        if variables.missed(int(table[0])):
            return
    elif variables.linked(before) is None:
        return
    if lag.unit == "wd":
        if rule.bound == "at-least":
            variables.apart(later, earlier, lag.amount, under)
        else:
            variables.apart(earlier, later, -lag.amount, under)
        return
    table = _lagged(variables, before, lag, plan.convention(after))
    post = variables.follows if rule.bound == "at-least" else variables.precedes
    post(later, earlier, table, under)


def not_before(variables: Variables, rule: NotBefore, under: Literals) -> None:
    """``b(at) ≥ date``."""
    (at,) = rule.points()
    date = variables.plan.date(rule.date)
    if date is not None and not variables.past(at):
        variables.from_on(variables.place(at), variables.clock.stated(date, variables.plan.convention(at), "floor"), under)


def not_after(variables: Variables, rule: NotAfter, under: Literals) -> None:
    """``b(at) ≤ date``."""
    (at,) = rule.points()
    date = variables.plan.date(rule.date)
    if date is not None and not variables.past(at):
        latest = variables.clock.stated(date, variables.plan.convention(at), "ceiling")
        if not variables.missed(latest):
            variables.up_to(variables.place(at), latest, under)


def alignment(variables: Variables, rule: Alignment, under: Literals) -> None:
    """``b(at)`` is one of the boundaries shown as such a day."""
    (at,) = rule.points()
    if not variables.past(at):
        variables.at_places(variables.place(at), variables.clock.aligned(rule.to, variables.plan.convention(at)), under)


def release(variables: Variables, rule: Release, under: Literals) -> None:
    """``b(at)`` is the boundary of an occasion."""
    (at,) = rule.points()
    places, _ = variables.clock.occasions(rule.occasions, variables.plan.convention(at))
    if not variables.past(at):
        variables.at_places(variables.place(at), places, under)


def blackout(variables: Variables, rule: Blackout, under: Literals) -> None:
    """Keep an event, or work, out of every window.

    Where the finish follows from the start, the start alone decides, and is kept to the boundaries that clear all
    windows. Where the length is free, a literal for each window says on which side of it the work lies.
    """
    windows = [window for window in map(variables.clock.window, rule.windows) if window[0] < window[1]]
    for name in rule.items:
        if variables.plan.done(name):
            continue
        item = variables.plan.items[name]
        start, finish = variables.places[name]
        if isinstance(item, Milestone):
            late = item.shown == "closes"
            clear = np.ones(len(variables.axis), dtype=np.bool_)
            for first, after in windows:
                clear[first + late : after + late] = False
            variables.within(start, clear, under)
            continue
        free = variables.free.get(name)
        if free is not None:
            for first, after in windows:
                before = variables.model.new_bool_var("")
                variables.up_to(finish, first, (*under, *free, before))
                variables.from_on(start, after, (*under, *free, ~before))
        if free != ():
            length = variables.lengths.get(name)
            finishes, on = (variables.axis, ()) if length is None else (length.finishes(variables.axis), length.on)
            variables.within(start, _clear(variables.axis, finishes, windows), (*under, *on))


def _clear(starts: Boundaries, finishes: Boundaries, windows: list[tuple[int, int]]) -> NDArray[np.bool_]:
    """Return for each start whether the work is over before each window or begins after it."""
    clear = np.ones(len(starts), dtype=np.bool_)
    for first, after in windows:
        clear &= (finishes <= first) | (starts >= after)
    return clear


def capacity(variables: Variables, rule: Capacity, under: Literals) -> None:
    """A cumulative; where the capacity is below its highest, fixed intervals take up the difference.

    The largest demands of which no two fit together also go into one no-overlap, which reasons further.
    """
    plan, clock, model = variables.plan, variables.clock, variables.model
    demands: Counter[str] = Counter()
    for demand in rule.demands:
        demands[demand.item] += plan.amount(demand.amount)
    intervals, amounts = [], []
    worked: list[tuple[int, cp_model.IntervalVar]] = []
    for name, amount in demands.items():
        item = plan.items[name]
        if not isinstance(item, Activity) or not amount or plan.done(name):
            continue
        interval = variables.interval(item)
        if interval is not None:
            intervals.append(interval)
            amounts.append(amount)
            certain = variables.worked(item)
            worked += [] if certain is None else [(amount, certain)]
    if not intervals:
        return
    variables.rationed = True
    changes = [(clock.origin, plan.amount(rule.amount))]
    for step in rule.steps:
        since = int(clock.boundaries(np.array([step.since.toordinal()]), "opens")[0])
        if since < clock.limit:
            changes.append((max(since, clock.origin), plan.amount(step.amount)))
    highest = max(amount for _, amount in changes)
    clique = _no_two_fit(worked, highest)
    if len(clique) > 1:
        posted = model.add_no_overlap(clique)
        if under:
            posted.only_enforce_if(*under)
    ends = [since for since, _ in changes[1:]] + [clock.limit]
    for (since, amount), until in zip(changes, ends, strict=True):
        if amount < highest and since < until:
            intervals.append(model.new_fixed_size_interval_var(since, until - since, ""))
            amounts.append(highest - amount)
    posted = model.add_cumulative(intervals, amounts, highest)
    if under:
        posted.only_enforce_if(*under)


def _no_two_fit(worked: list[tuple[int, cp_model.IntervalVar]], highest: int) -> list[cp_model.IntervalVar]:
    """Return the intervals with the largest demands, as many as exceed a capacity in every pair."""
    falling = sorted(worked, key=lambda entry: -entry[0])
    count = min(1, len(falling))
    while 0 < count < len(falling) and falling[count - 1][0] + falling[count][0] > highest:
        count += 1
    return [interval for _, interval in falling[:count]]


def at_least(variables: Variables, rule: AtLeast, under: Literals) -> None:
    """``b(after)`` follows ``count`` of the points: one literal each says which. Where all are needed, none is."""
    plan = variables.plan
    *counted, after = rule.points()
    later, lag, count = variables.linked(after), plan.duration(rule.lag), plan.amount(rule.count)
    if later is None:
        return
    chosen: list[Literals] = [under] * len(counted)
    if count < len(counted):
        literals = [variables.model.new_bool_var("") for _ in counted]
        enough = variables.model.add(sum(literals) >= count)
        if under:
            enough.only_enforce_if(*under)
        chosen = [(literal,) for literal in literals]
    for point, literals_of_point in zip(counted, chosen, strict=True):
        _after_lag(variables, later, point, lag, (plan.convention(after), literals_of_point))


def _after_lag(variables: Variables, later: Place, point: Point, lag: Duration, how: tuple[str, Literals]) -> None:
    """Post ``later ≥ b(point) ⊕ lag``."""
    convention, under = how
    earlier = variables.source(point)
    if lag.unit == "wd":
        variables.apart(later, earlier, lag.amount, under)
    else:
        variables.follows(later, earlier, _lagged(variables, point, lag, convention), under)


def equality(variables: Variables, rule: Equality, under: Literals) -> None:
    """Each point is where the first is."""
    gone = [variables.source(point).low for point in rule.points() if variables.past(point)]
    coming = [variables.place(point) for point in rule.points() if not variables.past(point)]
    for other in coming[1:]:
        variables.same(other, coming[0], under)
    if gone and coming and not variables.missed(min(gone)):
        variables.up_to(coming[0], min(gone), under)


def gate(variables: Variables, rule: Gate, under: Literals) -> None:
    """``b(after)`` follows the evening of the first board whose morning is not before ``b(before) ⊕ notice``."""
    clock = variables.clock
    before, after = rule.points()
    later = variables.linked(after)
    if later is None:
        return
    days, _ = clock.occasion_days(rule.board)
    # Counted by days: one morning may belong to a working day and to the days without work before it.
    mornings = clock.boundaries(days, "opens")
    evenings = np.append(clock.boundaries(days, "closes"), clock.beyond)
    ready = _lagged(variables, before, variables.plan.duration(rule.notice), "opens")
    approved = evenings[np.searchsorted(mornings, ready, side="left")]
    variables.follows(later, variables.source(before), approved, under)


ENCODERS: Final[dict[str, Encoder]] = {
    "dependency": dependency,
    "not-before": not_before,
    "not-after": not_after,
    "alignment": alignment,
    "release": release,
    "blackout": blackout,
    "capacity": capacity,
    "at-least": at_least,
    "equality": equality,
    "gate": gate,
    "migration": migration,
}
"""Rule kind to what posts it. A test proves that none is missing."""
