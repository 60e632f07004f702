"""From the rules of a minute plan to its network: one compiler for each kind of rule that has a meaning in minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from models.duration import Duration, Reference
from models.items import Activity, Summary
from models.rules import Alignment, AtLeast, Blackout, Dependency, Equality, Gate, NotAfter, NotBefore, Point, Release
from optimiser.clock import MinuteClock, Rising, Side, WorkedTime
from optimiser.clock.bounding import Clear, Fixed, Through
from optimiser.clock.moves import Following, Goes, Going
from optimiser.clock.rising import Elapsed, Inverse, Worked
from optimiser.critical.arcs import Arc, Bound, Family, Quorum, Share
from optimiser.critical.minute_items import Landing, Leaving, MinuteItems
from optimiser.critical.network import Network

__all__ = ["MINUTE_COMPILERS", "compile_minutes"]


def compile_minutes(network: Network, clock: MinuteClock) -> None:
    """Fill the network of a minute plan: its items, then its rules, on or off.

    Raises
    ------
    BeyondHorizonError
        If a stated date is outside the days that the base calendar covers.
    """
    plan, items = network.plan, MinuteItems(network, clock)
    items.lay()
    network.facts = frozenset(network.enabled) - {f"duration:{activity.id}" for activity in plan.activities}
    for rule in plan.rules:
        network.enabled[rule.id] = plan.switch(rule.enabled)
        if isinstance(rule.enabled, Reference):
            network.switch_slots[rule.id] = rule.enabled.name
        MINUTE_COMPILERS[rule.kind](items, rule)


def _named(term: object) -> tuple[str, ...]:
    return (term.name,) if isinstance(term, Reference) else ()


def _landing(items: MinuteItems, point: Point) -> Landing | None:
    """Return where bounds on a point land; None where nothing moves it."""
    held = items.plan.items[point.item]
    if isinstance(held, Summary):
        items.let_in(held)
    return items.landing(point)


def _leaving(items: MinuteItems, point: Point) -> Leaving:
    return items.leavings[point.item, point.end or "start"]


def _lag_time(items: MinuteItems, rule: Dependency) -> WorkedTime:
    """Return what the worked minutes of a lag are counted on."""
    chosen, plan, clock = rule.lag_calendar or items.plan.lag_calendar, items.plan, items.clock
    if chosen == "elapsed":
        return clock.always()
    if chosen == "plan":
        return clock.time(None)
    return clock.time(getattr(plan.items[rule.before if chosen == "predecessor" else rule.after], "calendar", None))


def _steps(items: MinuteItems, lag: Duration, time: WorkedTime, leaving: Leaving) -> Rising:
    """Return ``x ⊕ lag``, less the elapsed part of a positive lag that counts from finished work; of a share in hundredths."""
    steps = items.clock.steps(lag.unit, time, share_of=1)
    if leaving.since is None or items.status is None or not isinstance(steps, Worked | Elapsed):
        return steps
    counted = steps.time if isinstance(steps, Worked) else items.clock.always()
    gone = max(0, counted.worked(items.status) - counted.worked(leaving.since))
    return Worked(counted, steps.scale, gone)


def _dependency(items: MinuteItems, rule: Dependency) -> None:
    before, after = rule.points()
    network, lag, slots = items.network, items.plan.duration(rule.lag), (*_named(rule.lag), rule.id)
    time = _lag_time(items, rule)
    if rule.bound == "at-most":
        landing, leaving = _landing(items, before), _leaving(items, after)
        if landing is not None and not (before.end == "start" and items.plan.under_way(before.item)):
            steps: Rising = Inverse(items.clock.steps(lag.unit, time))
            strict = landing.through is None or (before.end == "finish" and landing.node == network.node(before))
            parts = [each for each in (_finishing(items, before), None if strict else landing.through) if each is not None]
            through = Through(*parts) if parts else None
            _arc(network, leaving.node, Landing(landing.node, through), rule.id, steps, lag, slots)
        return
    landing, leaving = _landing(items, after), _leaving(items, before)
    if landing is None:
        return
    steps, share = _steps(items, lag, time, leaving), None
    if lag.unit in ("%", "e%"):
        of = items.lengths[before.item]
        share = Share(lag.amount, of.amount, of.slots, of.steps, items.clock.origin)
    first = _landing(items, Point(after.item, "start"))
    own = isinstance(steps, Worked) and steps.time is items.time(after.item)
    if items.plan.dialect == "msp" and after.end == "finish" and not own and first and after.item in items.backs:
        source = items.gone_back(leaving.node, after.item, rule.id)
        _arc(network, source, first, rule.id, steps, lag, slots, share)
    else:
        _arc(network, leaving.node, landing, rule.id, steps, lag, slots, share)


def _finishing(items: MinuteItems, point: Point) -> Rising | None:
    """Return a map from a boundary to the first finish of work at or after it, None for points without work."""
    held = items.plan.items[point.item]
    if point.end != "finish" or not isinstance(held, Activity) or not items.plan.duration(held.duration).amount:
        return None
    clock = Elapsed()
    return Through(Fixed(clock, -1), Going(items.time(point.item)), Fixed(clock, 1))


def _arc(
    network: Network,
    source: int,
    landing: Landing,
    rule: str,
    steps: Rising,
    lag: Duration,
    slots: tuple[str, ...],
    share: Share | None = None,
) -> None:
    whole = steps if landing.through is None else Through(steps, landing.through)
    plain = isinstance(steps, Elapsed) and landing.through is None and steps.scale == 1
    family = Family(network.clock, 1) if plain else Family(network.clock, 0, steps=whole)
    amount = lag.amount if share is None else int(share.of(share.percent, share.amount))
    network.arcs.append(Arc(source, landing.node, rule, family, amount, slots, share=share))


def _dated(items: MinuteItems, side: Side, rule: str, node: int, point: Point, term: dt.date | Reference) -> None:
    """Add a floor or a ceiling at a stated date."""
    network = items.network
    date = items.plan.date(term)
    boundary = None if date is None else items.clock.stated(date, items.plan.convention(point), side)
    bound = Bound(node, rule, boundary, (*_named(term), rule), side)
    (network.floors if side == "floor" else network.ceilings).append(bound)


def _not_before(items: MinuteItems, rule: NotBefore) -> None:
    (point,) = rule.points()
    items.network.dated_slots.update((*_named(rule.date), rule.id))
    progress = getattr(items.plan.items[point.item], "progress", None)
    landing = _landing(items, point)
    if landing is not None and not (progress and progress.begun):
        node = items.node_for(point)
        assert node is not None
        _dated(items, "floor", rule.id, node, point, rule.date)


def _not_after(items: MinuteItems, rule: NotAfter) -> None:
    (point,) = rule.points()
    network = items.network
    network.dated_slots.update((*_named(rule.date), rule.id))
    progress = getattr(items.plan.items[point.item], "progress", None)
    done = progress is not None and (progress.actual_finish is not None or (progress.begun and point.end == "start"))
    if done:
        return
    _dated(items, "ceiling", rule.id, network.node(point), point, rule.date)
    latest = network.ceilings[-1].boundary
    if rule.soft:
        network.deadlines.append(network.ceilings.pop())
    elif latest is not None and network.missed(latest):
        network.ceilings[-1].boundary = None


def _kept(items: MinuteItems, rule: str, point: Point, steps: Rising) -> None:
    """Keep a point to where a function stays."""
    landing = _landing(items, point)
    if landing is not None and not items.plan.under_way(point.item):
        shown = items.network.node(point)
        node = shown if point.end == "finish" else landing.node
        items.network.arcs.append(Arc(node, node, rule, Family(items.clock, 0, steps=steps)))


def _alignment(items: MinuteItems, rule: Alignment) -> None:
    (point,) = rule.points()
    places = items.clock.aligned(rule.to, items.plan.convention(point))
    _kept(items, rule.id, point, Following(places.tolist(), items.clock.beyond))


def _release(items: MinuteItems, rule: Release) -> None:
    (point,) = rule.points()
    places, ends = items.clock.occasions(rule.occasions, items.plan.convention(point))
    _kept(items, rule.id, point, Following(places.tolist(), items.network.never if ends else items.clock.beyond))


def _blackout(items: MinuteItems, rule: Blackout) -> None:
    """An event keeps out of a window; work starts so that it is over before the window, or after it."""
    network, clock = items.network, items.clock
    windows = tuple(sorted(clock.window(span) for span in rule.windows))
    for item in rule.items:
        landing = _landing(items, Point(item, "start"))
        if landing is None or items.plan.under_way(item):
            continue
        if not isinstance(items.plan.items[item], Activity):
            _kept(items, rule.id, Point(item, "start"), Clear(windows, Fixed(Elapsed())))
            continue
        start, finish = network.item_nodes(item)
        length = network.durations[start]
        assert length.family.steps is not None
        family = Family(clock, 0, steps=Clear(windows, length.family.steps))
        node = landing.node
        network.arcs.append(Arc(node, node, rule.id, family, length.amount, length.slots, length.switches))
        if node == start:
            # Of work whose length is free only its finish tells that it cannot be over before a window.
            begins = Goes([first for first, _ in windows], [0, *(after for _, after in windows[:-1])], windows[-1][1])
            network.arcs.append(Arc(finish, start, rule.id, Family(clock, 0, steps=begins)))


def _at_least(items: MinuteItems, rule: AtLeast) -> None:
    *counted, after = rule.points()
    plan = items.plan
    if _landing(items, after) is None:
        return
    target = items.node_for(after)
    assert target is not None
    lag = plan.duration(rule.lag)
    leavings = [_leaving(items, point) for point in counted]
    families = tuple(Family(items.clock, 0, steps=_steps(items, lag, items.clock.time(None), leaving)) for leaving in leavings)
    slots = (*_named(rule.count), rule.id)
    items.network.quorums.append(
        Quorum(
            tuple(leaving.node for leaving in leavings),
            target,
            rule.id,
            families,
            lag.amount,
            plan.amount(rule.count),
            _named(rule.lag),
            slots,
        )
    )


def _equality(items: MinuteItems, rule: Equality) -> None:
    """Hold points together as a star: each is at least the first, and the first at least each."""
    first, *others = rule.points()
    nothing = Duration(0, "emin")
    for other in others:
        for one, two in ((first, other), (other, first)):
            landing, source = _landing(items, two), _leaving(items, one).node
            if landing is not None and source != landing.node:
                _arc(items.network, source, landing, rule.id, Elapsed(), nothing, ())


def _gate(items: MinuteItems, rule: Gate) -> None:
    """``x[after] ≥`` the evening of the first board whose morning is at or after ``x[before] ⊕ notice``."""
    before, after = rule.points()
    clock, network, plan = items.clock, items.network, items.plan
    landing, leaving = _landing(items, after), _leaving(items, before)
    if landing is None:
        return
    notice = plan.duration(rule.notice)
    days, ends = clock.occasion_days(rule.board)
    mornings, evenings = clock.of_days(days, "opens"), clock.of_days(days, "closes")
    approved = Goes(mornings.tolist(), evenings.tolist(), network.never if ends else clock.beyond)
    steps = Through(_steps(items, notice, clock.time(None), leaving), approved)
    _arc(network, leaving.node, landing, rule.id, steps, notice, (*_named(rule.notice), rule.id))


MINUTE_COMPILERS: dict[str, Callable[[MinuteItems, Any], None]] = {
    "dependency": _dependency,
    "not-before": _not_before,
    "not-after": _not_after,
    "alignment": _alignment,
    "release": _release,
    "blackout": _blackout,
    "at-least": _at_least,
    "equality": _equality,
    "gate": _gate,
}
"""Kind of rule to its compiler; a plan in minutes has no others."""
