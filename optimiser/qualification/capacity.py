"""Capacity against dates: the whole curve of one body or of all in proportion, and the least that meets a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from models.allocation import CapacityCurve, CapacityPoint, LeastCapacity
from models.qualification import part_of, test_of
from models.rules import Point
from optimiser.qualification.stage import Stage
from optimiser.solve.between import SOON, DateRange
from optimiser.wording import plain_date

__all__ = ["JOINT", "curve", "least_capacity", "target_boundary"]

JOINT = "joint"
"""The curve along which all bodies have so many per cent of their slots."""

MOST_PER_CENT = 1000
"""How far the joint curve is followed."""


def curve(stage: Stage, resource: str, milestone: str | None = None) -> CapacityCurve:
    """Return the date as a function of capacity, from the least with which all are through on the axis to where more gains nothing.

    Parameters
    ----------
    stage
        The plan, prepared.
    resource
        A capacity, or ``joint`` for all bodies in proportion: at *p* per cent each has its slots times ``p / 100``, rounded
        up; every percentage at which a body gains a slot is a point.
    milestone
        The milestone of all suppliers where left out.

    Notes
    -----
    More capacity is never later: a schedule with less is one with more, and a bound with more is one with less. So where
    two points have the same schedule and the same bound, so has every point between, and only the others are worked out.
    """
    milestone = milestone or stage.target
    amounts, axis = _joint_axis(stage) if resource == JOINT else _single_axis(stage, resource)
    now = amounts.index(100 if resource == JOINT else stage.slots(resource))
    traced = _Curve(stage, milestone, axis)
    unlimited = stage.between(milestone, dict.fromkeys(axis[now]))
    first, last = traced.fewest(), traced.saturated(unlimited)
    points = traced.whole(first, max(last, now))
    saturated = [place for place, point in points.items() if point.high is not None and point.high == unlimited.high]
    return CapacityCurve(
        resource=resource,
        now=amounts[now],
        points=tuple(
            _point(stage, milestone, amounts[place], axis[place] if resource == JOINT else {}, point)
            for place, point in sorted(points.items())
        ),
        saturates_at=amounts[min(saturated)] if saturated else None,
        then_binds=_then_binds(stage, milestone, set(axis[now]), unlimited),
    )


def _single_axis(stage: Stage, rule: str) -> tuple[list[int], list[dict[str, int]]]:
    """Return the amounts of one capacity that make a difference, and the slots at each."""
    pool = next(pool for pool in stage.pools if pool.rule == rule)
    amounts = list(range(1, max(sum(pool.demand.values()), stage.slots(rule)) + 1))
    return amounts, [{rule: amount} for amount in amounts]


def _joint_axis(stage: Stage) -> tuple[list[int], list[dict[str, int]]]:
    """Return the percentages at which some body gains a slot, and the slots of all at each."""
    now = {rule: stage.slots(rule) for rule in stage.body_rules()}
    amounts: list[int] = []
    axis: list[dict[str, int]] = []
    for share in range(1, MOST_PER_CENT + 1):
        slots = {rule: -(-amount * share // 100) for rule, amount in now.items()}
        if not axis or slots != axis[-1] or share == 100:
            amounts.append(share)
            axis.append(slots)
    return amounts, axis


class _Curve:
    """Points of a curve, worked out as they are asked for."""

    def __init__(self, stage: Stage, milestone: str, axis: Sequence[Mapping[str, int]]) -> None:
        self.stage, self.milestone, self.axis = stage, milestone, axis
        self.found: dict[int, DateRange] = {}

    def at(self, place: int) -> DateRange:
        """Return a point, with the best schedule of those before it to begin from."""
        if place not in self.found:
            before = [other for other in self.found if other < place and self.found[other].schedule is not None]
            known = self.found[max(before)].schedule if before else None
            self.found[place] = self.stage.between(self.milestone, self.axis[place], known=known, effort=SOON)
        return self.found[place]

    def fewest(self) -> int:
        """Return the first point at which a schedule is found, or the last of all."""
        return self._first(0, len(self.axis) - 1, lambda point: point.high is not None)

    def saturated(self, unlimited: DateRange) -> int:
        """Return the first point found as early as without limit, or the last of all."""
        return self._first(0, len(self.axis) - 1, lambda point: point.high is not None and point.high == unlimited.high)

    def _first(self, low: int, high: int, enough: Callable[[DateRange], bool]) -> int:
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(self.at(middle)) else (middle + 1, high)
        return low

    def whole(self, first: int, last: int) -> dict[int, DateRange]:
        """Return every point from one to another, and the one before the first, where no schedule is found."""
        places = [place for place in (first - 1, first, last) if place >= 0]
        for place in places:
            self.at(place)
        self._between(first, last)
        return _monotone({place: point for place, point in self.found.items() if places[0] <= place <= last})

    def _between(self, first: int, last: int) -> None:
        """Work out what lies between two points, or read it off them where both are known equally well."""
        if last - first < 2:
            return
        less, more = self.at(first), self.at(last)
        if less.high is not None and less.high == more.high and more.low in (more.high, less.low):
            for place in range(first + 1, last):
                self.found.setdefault(place, replace(more, high=less.high, schedule=less.schedule))
            return
        middle = (first + last) // 2
        self.at(middle)
        self._between(first, middle)
        self._between(middle, last)


def _monotone(found: dict[int, DateRange]) -> dict[int, DateRange]:
    """Give each point the best schedule of less capacity, and the best bound of more."""
    ordered = sorted(found)
    points = dict(found)
    for fewer, more in pairwise(ordered):
        less, own = points[fewer], points[more]
        if less.high is not None and (own.high is None or less.high < own.high):
            points[more] = replace(own, low=min(own.low, less.high), high=less.high, schedule=less.schedule)
    for more, fewer in pairwise(ordered[::-1]):
        if points[more].low > points[fewer].low:
            points[fewer] = replace(points[fewer], low=points[more].low, method=points[more].method)
    return points


def _point(stage: Stage, milestone: str, amount: int, each: Mapping[str, int], point: DateRange) -> CapacityPoint:
    shown = None if point.high is None else (stage.show(milestone, point.high), stage.show(milestone, point.low))
    return CapacityPoint(
        slots=amount,
        each=dict(each),
        date=shown[0] if shown else None,
        earliest=shown[1] if shown else None,
        proof=point.proof if shown else "gap",
    )


def _then_binds(stage: Stage, milestone: str, freed: set[str], unlimited: DateRange) -> str:
    """Say what holds the date once some capacities do not."""
    if unlimited.high is None:
        return "another capacity, which lets not everybody through"
    if unlimited.high == stage.earliest.values[stage.node(milestone)]:
        return f"no capacity at all, but {_without_capacity(stage, milestone)}"
    gains = {}
    for pool in stage.pools:
        if pool.rule not in freed:
            other = stage.between(milestone, {**dict.fromkeys(freed), pool.rule: None})
            if other.high is not None and other.high < unlimited.high:
                gains[pool.rule] = unlimited.high - other.high
    if gains:
        best = max(gains, key=lambda name: gains[name])
        return f"{best}, which holds it {gains[best]} wd longer"
    return "several other capacities together"


def _without_capacity(stage: Stage, milestone: str) -> str:
    """Name the parties that hold a milestone where capacity does not, with their reasons."""
    values, reached = stage.earliest.values, stage.earliest.values[stage.node(milestone)]
    kinds = {role.id: role.kind for role in stage.qualification.roles}
    last = [
        party
        for party in stage.qualification.parties
        if milestone == stage.target
        and kinds[party.role] == "supplier"
        and values[stage.network.nodes[part_of(party.id, "LIVE"), "start"]] == reached
    ]
    if not last:
        return "readiness, test lengths and boards"
    party = last[0]
    others = f" (and {len(last) - 1} more)" if len(last) > 1 else ""
    if party.volunteers:
        return f"{party.id}{others}, which comes through integration testing, and the boards after it"
    start, finish = (values[node] for node in stage.network.item_nodes(test_of(party)))
    evidence, approved = (values[stage.network.nodes[part_of(party.id, part), "start"]] for part in ("EVIDENCE", "APPROVED"))
    words = [f"{party.id}{others}, which can be tested from {plain_date(stage.morning(start))} for {finish - start} wd"]
    if evidence > finish:
        words.append(f"has its evidence by {plain_date(stage.evening(evidence))}")
    if approved > evidence:
        words.append(f"its approval on {plain_date(stage.evening(approved))}")
    return ", ".join(words)


def target_boundary(stage: Stage, by: dt.date) -> int:
    """Return the last boundary at which the milestone of all suppliers is not shown after a target day."""
    return stage.clock.stated(by, stage.plan.convention(Point(stage.target, "start")), "ceiling")


def least_capacity(stage: Stage, by: dt.date, tell: Callable[[str], None]) -> tuple[LeastCapacity, ...]:
    """Return the fewest slots of each capacity, all others as they are, with which all suppliers are through by a day."""
    boundary = target_boundary(stage, by)
    found = []
    for pool in stage.pools:
        tell(f"least {pool.rule}")
        rule, now = pool.rule, stage.slots(pool.rule)
        most = sum(pool.demand.values())
        ask = stage.asking(boundary)
        if not ask.met({rule: most}):
            refuted = ask.refuted({rule: None})
            least_open = None if refuted else _first_open(ask.refuted, rule, most)
            found.append(LeastCapacity(resource=rule, now=now, least=None, at_least=least_open, proved=refuted))
            continue
        low, high = 1, most
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if ask.met({rule: middle}) else (middle + 1, high)
        at_least = _first_open(ask.refuted, rule, low)
        found.append(LeastCapacity(resource=rule, now=now, least=low, at_least=at_least, proved=low == at_least))
    return tuple(found)


def _first_open(refuted: Callable[[Mapping[str, int | None]], bool], rule: str, high: int) -> int:
    """Return the fewest slots that are not refuted, ``high`` not being."""
    low = 0
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if refuted({rule: middle}) else (low, middle)
    return high
