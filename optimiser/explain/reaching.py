"""Where a milestone lies in variants of the plan: exactly, or between bounds where a limit came first.

Where no live capacity leads to the milestone, the network of monotone bounds answers, many variants at once. Where one
does, the network bounds a variant from below, and orders and schedules known from above, all variants at once; what is left is
searched one by one, within a budget, and every schedule found is tried on what is left. A limit is never read as a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.binding import Method
from optimiser.critical import Evaluated, latest_times
from optimiser.critical.bounds import overload_before
from optimiser.explain.apt import WAYS
from optimiser.explain.oracle import TOGETHER, Oracle
from optimiser.explain.together import FEW, VariantDate, keep_orders, push, refuted
from optimiser.solve.between import QUICK, USUAL, DateRange, between, too_large
from optimiser.solve.problem import refuted_by
from optimiser.solve.variant import Variant, no_tighter

__all__ = ["ranges_of", "searched"]

MOST_SCHEDULED = 600
"""Variants of a larger plan with capacity that are searched one by one for one milestone; what is left is not asked."""
MOST_SOLVED = 8
"""Variants of a larger plan with capacity that CP-SAT is asked about for one milestone; of one too large for it, none."""

Key = tuple[Any, ...]


@dataclass(slots=True, kw_only=True, eq=False)
class _DateAsked(VariantDate):
    """A variant of which is asked where the milestone lies.

    Attributes
    ----------
    low
        The network's earliest boundary.
    by
        Where only the question is whether the milestone is at or before this boundary.
    at_most
        A boundary that it cannot be behind, where that is known.
    key
        What tells it from other questions.
    looked_at
        Whether its windows have been held against the capacities.
    """

    low: int
    by: int | None = None
    at_most: int | None = None
    key: Key = ()
    looked_at: bool = False
    answer: DateRange | None = None

    @property
    def high(self) -> int | None:
        """The earliest boundary that the milestone is known to reach."""
        ends = [] if self.values is None else [int(self.values[self.node])]
        return min([*ends, *([] if self.at_most is None else [self.at_most])], default=None)

    @property
    def supposed(self) -> int | None:
        """The boundary of which it has to be shown that the milestone cannot be there."""
        return self.by if self.by is not None or self.at_most is None else self.at_most - 1

    def told(self) -> bool:
        """Answer from above, and return whether that answers it."""
        if (high := self.high) is not None and high <= max(self.low, self.wanted):
            self.answer = DateRange(min(self.low, high), high)
        return self.answer is not None


def ranges_of(
    oracle: Oracle,
    milestone: str,
    variants: Sequence[Variant],
    *,
    by: int | Sequence[int] | None = None,
    at_most: int | None = None,
) -> list[DateRange]:
    """Return where the earliest boundary of a milestone lies in each variant.

    Parameters
    ----------
    by
        Where only the question is whether it is at or before this boundary, or of each variant its own, what suffices to tell.
    at_most
        Where every variant only relaxes the plan, the boundary that the plan itself reaches.
    """
    asked_by: list[int | None] = [*by] if isinstance(by, Sequence) else [by] * len(variants)
    size = len(variants) or 1 if oracle.rationed else TOGETHER
    found: list[DateRange] = []
    for begin in range(0, len(variants), size):
        block = slice(begin, begin + size)
        found += _ranges(oracle, milestone, variants[block], asked_by[block], at_most)
    return found


def _ranges(
    oracle: Oracle, milestone: str, variants: Sequence[Variant], by: Sequence[int | None], at_most: int | None
) -> list[DateRange]:
    """Return the same of variants whose positions are held at once."""
    evaluated, node = oracle.evaluate(variants), oracle.node(milestone)
    lows: list[int] = np.where(evaluated.infeasible, oracle.never, evaluated.of(milestone)).tolist()
    if not oracle.leads(milestone) and not any(oracle.capacity_on(variant) for variant in variants):
        return [DateRange(low, low) for low in lows]
    asked = [
        _DateAsked(node=node, variant=variant, wanted=low if last is None else last, low=low, by=last, at_most=at_most)
        for variant, low, last in zip(variants, lows, by, strict=True)
    ]
    _by_network(oracle, milestone, asked, evaluated)
    _by_waist(oracle, milestone, _open(asked))
    _by_capacity(oracle, milestone, _open(asked))
    return [each.answer for each in asked if each.answer is not None]


def _open(asked: Sequence[_DateAsked]) -> list[_DateAsked]:
    return [each for each in asked if each.answer is None]


def _by_network(oracle: Oracle, milestone: str, asked: Sequence[_DateAsked], evaluated: Evaluated) -> None:
    """Answer what the network alone tells."""
    beyond = oracle.problem.clock.limit + 1
    away: list[bool] = np.any(evaluated.values >= beyond, axis=0).tolist()
    for each, off_axis, broken in zip(asked, away, evaluated.infeasible.tolist(), strict=True):
        if each.at_most is not None and each.low >= each.at_most:
            each.answer = DateRange(each.at_most, each.at_most)
        elif broken:
            each.answer = DateRange(oracle.never, oracle.never)
        elif each.by is not None and each.low > each.by:
            each.answer = DateRange(each.low, None)
        elif off_axis:
            each.answer = DateRange(beyond, beyond)
        elif each.variant == Variant():
            each.answer = oracle.base(milestone)


def _by_waist(oracle: Oracle, milestone: str, asked: Sequence[_DateAsked]) -> None:
    """Answer what the milestone before tells, through which all work with capacity leads."""
    waist, node = oracle.problem.waist(milestone), oracle.node(milestone)
    if waist == milestone:
        return
    tail = oracle.tail(milestone, waist)
    before = [(each, each.by) for each in asked if each.by is not None and tail.isdisjoint(oracle.near.changed(each.variant))]
    start = oracle.node(waist)
    due = {by: latest_times(oracle.network, {node: by})[start] for by in {by for _, by in before}}
    reaches = ranges_of(oracle, waist, [each.variant for each, _ in before], by=[due[by] for _, by in before])
    for (each, by), reach in zip(before, reaches, strict=True):
        if reach.low > due[by]:
            each.answer = DateRange(by + 1, None, method=reach.method)
        elif reach.high is None or reach.high > due[by]:
            each.answer = DateRange(each.low, None, method="undecided")
        else:
            each.answer = DateRange(each.low, by, method=reach.method)


def _by_capacity(oracle: Oracle, milestone: str, asked: Sequence[_DateAsked]) -> None:
    """Answer all: from what is known already, or by looking at it."""
    told = oracle.known(milestone).told
    for each in asked:
        if oracle.whole.over:
            each.answer = DateRange(each.low, each.high, method="undecided")
            continue
        each.pools = oracle.pools_of(each.variant)
        each.key = (each.by, each.at_most, *oracle.key(each.variant, each.pools))
        each.answer = told.get(each.key)
        schedules = oracle.schedules.get(each.key[2:], ())
        if each.answer is None and each.by is not None and any(values[each.node] <= each.by for values in schedules):
            each.answer = DateRange(each.low, each.by)
    left = _open(asked)
    _scheduled(oracle, milestone, left)
    _refuted(oracle, milestone, _open(left))
    _searched(oracle, milestone, _open(left))
    told.update((each.key, each.answer) for each in left if each.answer is not None)


def _scheduled(oracle: Oracle, milestone: str, asked: Sequence[_DateAsked]) -> None:
    """Answer what schedules tell that are made of those known of the plan, the quickest first."""
    schedule = oracle.base(milestone).schedule
    if schedule is not None and asked:
        problem, apt = oracle.problem, oracle.apt(milestone)
        keep_orders(problem, apt.orders[:1], asked)
        push(problem, asked, [schedule] * len(asked))
        for way in WAYS:
            late = [each for each in asked if each.later(each.wanted)]
            push(problem, late, [apt.schedule(each.variant, way) or schedule for each in late])
        keep_orders(problem, apt.orders[1:], [each for each in asked if each.by is None])
    for each in asked:
        _told(oracle, each)


def _told(oracle: Oracle, each: _DateAsked) -> None:
    """Answer a question that a schedule tells, and keep the schedule."""
    if each.values is not None:
        oracle.schedules.setdefault(each.key[2:], []).append(each.values)
    each.told()


def _refuted(oracle: Oracle, milestone: str, asked: Sequence[_DateAsked]) -> None:
    """Answer what bounds refute."""
    for each in asked:
        if each.at_most is not None and _untouched(oracle, milestone, each.at_most, each.variant):
            each.answer = DateRange(each.at_most, each.at_most)
    left = [(each, each.supposed) for each in _open(asked) if each.supposed is not None]
    if len(left) > FEW:
        late = refuted(oracle.problem, [each for each, _ in left], [boundary for _, boundary in left])
        for (each, boundary), shown in zip(left, late, strict=True):
            each.looked_at = True
            if shown:
                each.answer = DateRange(boundary + 1, each.high)


def _untouched(oracle: Oracle, milestone: str, boundary: int, variant: Variant) -> bool:
    """Return whether a variant leaves everything alone that proves that a milestone is at a boundary or later."""
    known = oracle.known(milestone).refutations
    if boundary not in known:
        known[boundary] = refuted_by(oracle.problem, oracle.node(milestone), boundary - 1)
    proof = known[boundary]
    return proof is not None and not variant.on and proof.isdisjoint(oracle.near.changed(variant))


# -- one variant ---------------------------------------------------------------------------------------------------------


def searched(oracle: Oracle, milestone: str, variant: Variant, by: int) -> DateRange:
    """Return what tells whether a milestone is at or before a boundary in a variant, searched alone."""
    each = _DateAsked(node=oracle.node(milestone), variant=variant, wanted=by, low=oracle.problem.clock.origin, by=by)
    each.pools = oracle.pools_of(variant)
    each.key = (by, None, *oracle.key(variant, each.pools))
    told = oracle.known(milestone).told
    if each.key not in told:
        _search(oracle, milestone, each)
        assert each.answer is not None
        told[each.key] = each.answer
    return told[each.key]


def _searched(oracle: Oracle, milestone: str, asked: Sequence[_DateAsked]) -> None:
    """Answer what is left one by one; each schedule found is tried on those that follow, as it often tells them too."""
    for place, each in enumerate(asked):
        schedule = None if each.answer is not None else _search(oracle, milestone, each)
        rest = [other for other in _open(asked[place + 1 :]) if other.by is not None]
        if schedule is not None and rest and oracle.problem.holds(schedule):
            push(oracle.problem, rest, [schedule] * len(rest))
            for other in rest:
                _told(oracle, other)


def _search(oracle: Oracle, milestone: str, each: _DateAsked) -> Sequence[int] | None:
    """Answer one question by a search, or say that it was not asked: of a larger plan only so many are. Return its schedule."""
    known, by = oracle.known(milestone), each.by
    if (oracle.large and known.searched >= MOST_SCHEDULED) or oracle.whole.over:
        each.answer = DateRange(each.low, each.high, method="undecided")
        return None
    problem = oracle.problem.changed(each.variant, each.pools)
    if by is not None and not each.looked_at and problem.earliest.status == "feasible":
        each.looked_at = True
        if problem.earliest.values[each.node] <= by and overload_before(problem.earliest, problem.pools, each.node, by):
            each.answer = DateRange(by + 1, each.high)
            return None
    known.searched += 1
    oracle.rationed_calls += 1
    oracle.calls += 1
    asks = not oracle.large or (known.solved < MOST_SOLVED and not too_large(problem.network))
    known.solved += asks
    found = between(
        problem,
        milestone,
        by,
        deadline=oracle.deadline,
        effort=USUAL if asks else QUICK,
        orders=() if by is None else oracle.apt(milestone).keys(problem, each.variant, by),
        looked_at=each.looked_at,
    )
    if found.schedule is not None:
        oracle.schedules.setdefault(each.key[2:], []).append(np.array(found.schedule, dtype=np.int32))
        if no_tighter(oracle.problem.pools, {pool.rule: pool for pool in each.pools}):
            oracle.apt(milestone).keep(found.schedule)
    low, high = max(each.low, found.low), min((end for end in (each.high, found.high) if end is not None), default=None)
    told = low == high or (by is not None and (low > by or (high is not None and high <= by)))
    method: Method = "closed form" if told and found.method == "undecided" else found.method
    each.answer = DateRange(low, high, method=method)
    if method == "undecided":
        keep_orders(oracle.problem, oracle.apt(milestone).orders, [each])
        each.told()
    return found.schedule
