"""The rules of a minute plan as constraints, one function for each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from models.duration import Duration
from models.items import Activity
from models.rules import Alignment, AtLeast, Blackout, Dependency, Equality, Gate, NotAfter, NotBefore, Point, Release
from optimiser.clock import Elapsed, Fixed, Inverse, Rising, Through, Worked, WorkedTime
from optimiser.clock.moves import Goes, Going
from optimiser.encoding.minutes import Counted, MinuteVariables
from optimiser.encoding.staircase import Literals

__all__ = ["MINUTE_ENCODERS"]


def _lagged(variables: MinuteVariables, source: Counted, lag: Duration, time: WorkedTime, share_of: int = 0) -> Rising:
    """Return ``x ⊕ lag``, less what has gone by of it."""
    rising = Fixed(variables.minutes.steps(lag.unit, time, share_of), lag.amount)
    if source.since is None or variables.status is None or lag.amount <= 0 or lag.unit == "mo":
        return rising
    elapsed = not isinstance(rising.of, Worked)
    counted = variables.minutes.always() if elapsed else time
    whole = (
        rising.at(0) if elapsed else variables.minutes.steps(lag.unit, variables.minutes.always(), share_of).at(0, lag.amount)
    )
    gone = max(0, counted.worked(variables.status) - counted.worked(source.since))
    return Fixed(Worked(counted), max(0, whole - gone))


def _ask(variables: MinuteVariables, point: Point, source: Counted, rising: Rising, under: Literals) -> None:
    """Post that a point is at or after what a function makes of another."""
    for asked in variables.asked.get((point.item, point.end or "start"), ()):
        variables.rises(asked.place, source.place, Through(rising, asked.through), 0, under)


def _source(variables: MinuteVariables, point: Point) -> Counted:
    return variables.sources[point.item, point.end or "start"]


def _lag_time(variables: MinuteVariables, rule: Dependency) -> WorkedTime:
    """Return what the worked minutes of a lag are counted on."""
    chosen = rule.lag_calendar or variables.plan.lag_calendar
    if chosen == "elapsed":
        return variables.minutes.always()
    named = {"predecessor": rule.before, "successor": rule.after}.get(chosen)
    return variables.minutes.time(None if named is None else getattr(variables.plan.items[named], "calendar", None))


def dependency(variables: MinuteVariables, rule: Dependency, under: Literals) -> None:
    """``b(after) ≥ b(before) ⊕ lag``, or ``≤``."""
    before, after = rule.points()
    lag, time = variables.plan.duration(rule.lag), _lag_time(variables, rule)
    if rule.bound == "at-most":
        _no_later(variables, before, after, lag, time, under)
        return
    source = _source(variables, before)
    rising = _lagged(variables, source, lag, time, variables.length(before.item))
    work = isinstance(variables.plan.items[after.item], Activity)
    if variables.plan.dialect == "msp" and after.end == "finish" and work and lag.amount:
        # MS Project goes back by the length first, to where that work begins, and then counts the lag.
        begins = (Going(variables.time(after.item)),) if variables.length(after.item) else ()
        back = Through(variables.backs.get(after.item, rising), *begins, rising)
        _ask(variables, Point(after.item, "start"), source, back, under)
        return
    _ask(variables, after, source, rising, under)


def _no_later(
    variables: MinuteVariables, before: Point, after: Point, lag: Duration, time: WorkedTime, under: Literals
) -> None:
    """Post ``b(after) ≤ b(before) ⊕ lag`` where the point counted from is not a fact."""
    held = variables.plan.items[before.item]
    if before.end == "start" and variables.plan.under_way(before.item):
        return
    if variables.asked.get((before.item, before.end or "start")) and getattr(held, "pin", None) is None:
        reach = Fixed(variables.minutes.steps(lag.unit, time), lag.amount)
        variables.rises(variables.place(before), variables.place(after), Inverse(reach), 0, under)


def not_before(variables: MinuteVariables, rule: NotBefore, under: Literals) -> None:
    """``b(at) ≥ date``, of what has not begun."""
    (at,) = rule.points()
    date, done = variables.plan.date(rule.date), getattr(variables.plan.items[at.item], "progress", None)
    if date is None or (done is not None and done.begun):
        return
    boundary = variables.clock.stated(date, "opens", "floor")
    for asked in variables.asked.get((at.item, at.end or "start"), ()):
        variables.from_on(asked.place, asked.through.at(boundary), under)


def not_after(variables: MinuteVariables, rule: NotAfter, under: Literals) -> None:
    """``b(at) ≤ date``, unless it is a deadline or a matter of fact."""
    (at,) = rule.points()
    date, done = variables.plan.date(rule.date), getattr(variables.plan.items[at.item], "progress", None)
    fact = done is not None and (done.actual_finish is not None or (done.begun and at.end == "start"))
    if date is not None and not rule.soft and not fact:
        latest = variables.clock.stated(date, "closes", "ceiling")
        if variables.plan.dialect is not None or not variables.missed(latest):
            variables.up_to(variables.place(at), latest, under)


def _kept(variables: MinuteVariables, point: Point, places: list[int], under: Literals) -> None:
    """Post that a point lies at one of some places: where its bounds land, if that differs from where it is shown."""
    asked = variables.asked.get((point.item, point.end or "start"), ())
    if variables.plan.under_way(point.item):
        return
    shown = variables.place(point)
    for place in [shown] if point.end == "finish" else [each.place for each in asked]:
        inside = [at for at in places if place.low <= at <= place.high]
        if not asked:
            continue
        if inside:
            posted = variables.model.add_allowed_assignments([place.variable], [(at - place.offset,) for at in inside])
            if under:
                posted.only_enforce_if(*under)
        else:
            variables.never(under)


def alignment(variables: MinuteVariables, rule: Alignment, under: Literals) -> None:
    """``b(at)`` is one of the boundaries shown as such a day."""
    (at,) = rule.points()
    _kept(variables, at, variables.clock.aligned(rule.to, variables.plan.convention(at)).tolist(), under)


def release(variables: MinuteVariables, rule: Release, under: Literals) -> None:
    """``b(at)`` is the boundary of an occasion."""
    (at,) = rule.points()
    places, _ = variables.clock.occasions(rule.occasions, variables.plan.convention(at))
    _kept(variables, at, places.tolist(), under)


def blackout(variables: MinuteVariables, rule: Blackout, under: Literals) -> None:
    """On one side of each window or the other, as a literal for each says."""
    for span in rule.windows:
        first, after = variables.clock.window(span)
        for name in rule.items:
            if (name, "start") not in variables.asked or variables.plan.under_way(name):
                continue
            start, finish = variables.places[name]
            before = variables.model.new_bool_var("")
            variables.up_to(finish, first, (*under, before))
            variables.from_on(start, after, (*under, ~before))


def at_least(variables: MinuteVariables, rule: AtLeast, under: Literals) -> None:
    """``b(after)`` follows ``count`` of the points: one literal each says which."""
    *counted, after = rule.points()
    plan, count = variables.plan, variables.plan.amount(rule.count)
    lag, time = plan.duration(rule.lag), variables.minutes.time(None)
    literals = [variables.model.new_bool_var("") for _ in counted]
    enough = variables.model.add(sum(literals) >= count)
    if under:
        enough.only_enforce_if(*under)
    for point, literal in zip(counted, literals, strict=True):
        source = _source(variables, point)
        _ask(variables, after, source, _lagged(variables, source, lag, time), (*under, literal))


def equality(variables: MinuteVariables, rule: Equality, under: Literals) -> None:
    """Each point is where the first is, as far as its own worked time tells."""
    first, *others = rule.points()
    for other in others:
        for one, two in ((first, other), (other, first)):
            _ask(variables, two, _source(variables, one), Fixed(Elapsed()), under)


def gate(variables: MinuteVariables, rule: Gate, under: Literals) -> None:
    """``b(after)`` follows the evening of the first board whose morning is not before ``b(before) ⊕ notice``."""
    before, after = rule.points()
    clock, source = variables.minutes, _source(variables, before)
    days, _ = clock.occasion_days(rule.board)
    mornings, evenings = clock.of_days(days, "opens").tolist(), clock.of_days(days, "closes").tolist()
    ready = _lagged(variables, source, variables.plan.duration(rule.notice), clock.time(None))
    _ask(variables, after, source, Through(ready, Goes(mornings, evenings, clock.beyond)), under)


MINUTE_ENCODERS: Final[dict[str, Callable[[MinuteVariables, Any, Literals], None]]] = {
    "dependency": dependency,
    "not-before": not_before,
    "not-after": not_after,
    "alignment": alignment,
    "release": release,
    "blackout": blackout,
    "at-least": at_least,
    "equality": equality,
    "gate": gate,
}
"""Rule kind to what posts it in minutes."""
