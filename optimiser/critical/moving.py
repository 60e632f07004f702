"""Work that many share: shares of a market become ready at points, move no faster than a limit, and are all moved at the end.

**Without limits of their own.** Of what is ready later than a day there must be no more than can still be moved. So only the
sets matter that hold all that is ready from some day on: as many as there are points, in the order in which these lie. The
sum for all of them is one pass in that order, the recursion of a queue that never idles (Lindley 1952):

    p ← max(p, M(b)) + work,   ends at the least n with M(n) ≥ p,

with *M* what can be moved before a boundary. Where shares want checks after their last meter point, the same is asked of
those that want so many days of them at least, each time ending so many days earlier (the bound of Carlier 1982 for heads and
tails, which work that can be divided attains).

**With limits of their own** or a pace that begins with the first share, the market is asked (`optimiser.critical.flow`).

Every one of these is monotone in every boundary, and each share alone is an inequality between two points.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from math import gcd
from typing import Any, TypeAlias

import numpy as np

from models.duration import Reference
from models.market import Market, Stream
from models.meter_points import Migration, MovedShare, PaceStep
from optimiser.clock import Boundaries, Clock
from optimiser.critical.arcs import Arc, Family, Quorum, constant
from optimiser.critical.flow import earliest_completion
from optimiser.critical.network import Network
from optimiser.critical.works import waiting
from optimiser.wording import plain_date

__all__ = ["Flow", "Throughput", "compile_migration"]

Ready: TypeAlias = tuple[int, int, MovedShare]
"""A share with the boundary from which it can be moved and the place of its point."""


@dataclass(frozen=True, slots=True)
class _LastMoved:
    """When all is moved, the shares that decide it, and where the first of all is ready."""

    end: int
    shares: list[Ready]
    begun: int


class Throughput:
    """The daily throughput of migration over an axis, and the amounts to move.

    Parameters
    ----------
    clock
        The axis.
    rule
        The rule.
    shares
        What has to be moved, each with the place of its point among those that boundaries are given for.
    lifted
        How many moratoria are lifted.

    Attributes
    ----------
    relative
        Whether the pace begins with the first share.
    plain
        Whether shares have no limits of their own and the pace is one of dates.
    checks
        The working days of checks that shares want.
    highest
        A limit with which all moves on any day on which something may.
    """

    def __init__(self, clock: Clock, rule: Migration, shares: Sequence[tuple[int, MovedShare]], lifted: int) -> None:
        self.clock, self._rule, self.lifted = clock, rule, lifted
        self._worked = (
            np.isin(clock.days, clock.own_days(rule.calendar)) if rule.calendar else np.ones(clock.size, dtype=np.bool_)
        )
        self._paces: dict[int, Boundaries] = {}
        self.relative = any(step.from_start is not None for step in rule.steps)
        self._moved = np.concatenate(([0], np.cumsum(self.pace(0))))
        self.lay_out(shares)
        self._lifting = {lifted: self}

    def lifting(self, count: int) -> Throughput:
        """Return the same shares where so many moratoria are lifted."""
        if count not in self._lifting:
            self._lifting[count] = Throughput(self.clock, self._rule, self.shares, count)
        return self._lifting[count]

    def with_shares(self, shares: Sequence[tuple[int, MovedShare]]) -> Throughput:
        """Return the same days for other shares."""
        other = copy(self)
        other.lay_out(shares)
        return other

    def lay_out(self, shares: Sequence[tuple[int, MovedShare]]) -> None:
        """Lay out what has to be moved."""
        self.shares = tuple(shares)
        self.plain = not self.relative and all(share.most is None for _, share in shares)
        self.checks = sorted({share.checks for _, share in shares})
        least = min(step.percent for step in (*self._rule.steps, PaceStep(from_start=0, percent=100)) if step.percent)
        self.highest = 1 + sum(share.work for _, share in shares) // (100 * 100 * least)
        self._ends: dict[tuple[Any, ...], tuple[int, tuple[int, ...]]] = {}

    def pace(self, first: int) -> Boundaries:
        """Return the amount movable on each day under a rate limit of one, for a market that begins at a boundary."""
        first = first if self.relative else 0
        if first not in self._paces:
            days = [dt.date.fromordinal(day) for day in self.clock.days.tolist()]
            room = [self._rule.room(day, 1, place - first, self.lifted) for place, day in enumerate(days)]
            self._paces[first] = np.array(room, dtype=np.int64) * self._worked
        return self._paces[first]

    def family(self, *, places: Sequence[int] | None = None, sure: bool = False) -> Family:
        """Return when the shares of some points are moved, the first of these being ready at a boundary, by the limit.

        As a lower bound: of several waits and checks the least, and of limits of their own the sum; where ``sure``, as an
        upper one.
        """
        shares = [share for place, share in self.shares if places is None or place in places]
        if sure and not self.plain:
            return constant(self.clock, np.full(self.clock.size + 1, self.clock.beyond, dtype=np.int64))
        least = max if sure else min
        wait, checks = least(share.delay for share in shares), least(share.checks for share in shares)
        work, rates = sum(share.work for share in shares), [share.most for share in shares]
        together = None if None in rates else sum(rate for rate in rates if rate is not None)
        begun = np.minimum(np.arange(self.clock.size + 1) + wait, self.clock.size)

        def done(limit: int) -> Boundaries:
            limit = min(max(limit, 1), self.highest)
            room = limit * self.pace(0)
            moved = np.concatenate(([0], np.cumsum(room if together is None else np.minimum(room, together))))
            reached = np.searchsorted(moved, moved[begun] + work, side="left")
            return np.where(
                reached > self.clock.size, self.clock.beyond, np.minimum(reached + checks, self.clock.beyond)
            ).astype(np.int64)

        return Family(self.clock, 0, done)

    def ends(self, rows: Boundaries, limits: int | Boundaries) -> Boundaries:
        """Return when all is moved, of columns of boundaries of the points, shape ``(points, samples)``, and of limits."""
        if not self.plain:
            alike, which = np.unique(np.vstack((rows, np.broadcast_to(limits, rows.shape[1:]))), axis=1, return_inverse=True)
            found = np.array([self.end(column[:-1], column[-1])[0] for column in alike.T.tolist()], dtype=np.int64)
            return found[which.reshape(-1)]
        ends = np.zeros(rows.shape[1], dtype=np.int64)
        limit = np.clip(limits, 1, self.highest)
        for checks in self.checks:
            chosen = [(place, share) for place, share in self.shares if share.checks >= checks]
            ready = np.minimum(np.stack([rows[place] + share.delay for place, share in chosen]), self.clock.size)
            order = np.argsort(ready, axis=0, kind="stable")
            begins = self._moved[np.take_along_axis(ready, order, axis=0)] * limit
            works = np.array([share.work for _, share in chosen], dtype=np.int64)[order]
            filled = np.zeros(rows.shape[1], dtype=np.int64)
            for begin, work in zip(begins, works, strict=True):
                filled = np.maximum(filled, begin) + work
            ends = np.maximum(ends, self._shown(np.searchsorted(self._moved, -(-filled // limit), side="left"), checks))
        return ends

    def end(self, at: Sequence[int | None], limit: int) -> tuple[int, tuple[int, ...]]:
        """Return when all is moved that is known to be ready, and the places of the points that decide it, the first last."""
        key = (*at, limit)
        if key not in self._ends:
            decided = self._decided(at, limit)
            decides = {place for _, place, _ in decided.shares}
            if self.relative:  # the pace begins with the first, whoever decides
                decides |= {place for place, boundary in enumerate(at) if boundary == decided.begun}
            places = sorted(decides, key=lambda place: (-(at[place] or 0), place))
            self._ends[key] = decided.end, tuple(places)
        return self._ends[key]

    def said(self, at: Sequence[int | None], limit: int) -> str:
        """Return in words why all cannot be moved a day sooner: what the shares that decide have to move, and have room for."""
        decided = self._decided(at, limit)
        first = min((ready for ready, _, _ in decided.shares), default=self.clock.size)
        last = min(decided.end, self.clock.size) - 1 - min((share.checks for _, _, share in decided.shares), default=0)
        if not first < last:
            return ""
        rates = np.zeros(self.clock.size + 1, dtype=np.int64)
        for ready, _, share in decided.shares:
            rates[min(ready, self.clock.size) :] += share.work if share.most is None else share.most
        room = np.minimum(min(max(limit, 1), self.highest) * self.pace(decided.begun), rates[:-1])[first:last].sum()
        work = sum(share.work for _, _, share in decided.shares)
        since, until = plain_date(self.clock.show(first, "opens")), plain_date(self.clock.show(last, "closes"))
        need, offer = (f"{units / 100**3:,.3f}".rstrip("0").rstrip(".") for units in (work, int(room)))
        return f"of what can be moved from {since} on {need} thousand have to move, and until {until} there is room for {offer}"

    def _decided(self, at: Sequence[int | None], limit: int) -> _LastMoved:
        """Return when all is moved that is known to be ready, and the shares that decide it."""
        found = ((boundary, place, share) for place, share in self.shares if (boundary := at[place]) is not None)
        known = sorted(((boundary + share.delay, place, share) for boundary, place, share in found), key=lambda each: each[:2])
        limit, best = min(max(limit, 1), self.highest), _LastMoved(-1, [], 0)
        begun = min((ready - share.delay for ready, _, share in known), default=0)
        for checks in self.checks:
            chosen = [each for each in known if each[2].checks >= checks]
            if chosen:
                end, deciding = self._queue(chosen, limit) if self.plain else self._market(chosen, limit, begun)
                end = int(self._shown(np.array(end), checks))
                best = max(best, _LastMoved(end, deciding, begun), key=lambda each: each.end)
        return best

    def _shown(self, ends: Boundaries, checks: int) -> Boundaries:
        """Return ends with their checks, off the axis where the work or the checks are."""
        found: Boundaries = np.where(ends > self.clock.size, self.clock.beyond, np.minimum(ends + checks, self.clock.beyond))
        return found

    def _queue(self, chosen: list[Ready], limit: int) -> tuple[int, list[Ready]]:
        """Return when a queue is empty, and what has come since it was last."""
        filled, since = 0, 0
        for number, (ready, _, share) in enumerate(chosen):
            begin = int(self._moved[min(ready, self.clock.size)]) * limit
            if begin >= filled:
                filled, since = begin, number
            filled += share.work
        return int(np.searchsorted(self._moved, -(-filled // limit), side="left")), chosen[since:]

    def _market(self, chosen: list[Ready], limit: int, begun: int) -> tuple[int, list[Ready]]:
        """Return when a market is done whose pace begins at a boundary, and the shares that decide."""
        size, first = self.clock.size, min(ready for ready, _, _ in chosen)
        if first >= size:
            return self.clock.beyond, chosen
        room = (limit * self.pace(begun)[first:]).tolist()
        unit = gcd(*room, *(share.work for _, _, share in chosen), *(share.most or 0 for _, _, share in chosen))
        streams = (
            Stream(
                f"{number}", share.work // unit, min(ready, size) - first, None if share.most is None else share.most // unit
            )
            for number, (ready, _, share) in enumerate(chosen)
        )
        found = earliest_completion(Market(tuple(streams), tuple(each // unit for each in room)))
        deciding = [] if found.shortfall is None else [chosen[place] for place in found.shortfall.streams]
        return self.clock.beyond if found.days is None else first + found.days, deciding


@dataclass(slots=True)
class Flow(Quorum):
    """``x[target] ≥`` when all that becomes ready at the sources is moved, at a limit of ``amount``, ``count`` moratoria lifted."""

    room: Throughput | None = None

    @property
    def partial(self) -> bool:
        """Whether a source may be late for good without the target: it cannot, but how late hangs on the others."""
        return True

    @property
    def shares(self) -> Throughput:
        """What is moved."""
        assert self.room is not None
        return self.room.lifting(self.count)

    def reach(self, at: Sequence[int | None]) -> tuple[int, tuple[int, ...]]:
        """Return the completion of the known sources, and the places of the deciding ones."""
        return self.shares.end(at, self.amount)

    def said(self, at: Sequence[int | None]) -> str:
        """Return in words what decides."""
        return self.shares.said(at, self.amount)

    def pushes(self, _: Sequence[int]) -> bool:
        """Return whether it may push its target, which only all of its sources together tell."""
        return True

    def no_looser(self, before: Quorum) -> bool:
        """Return whether the limit is no higher than it was, and no more moratoria are lifted."""
        return self.amount <= before.amount and self.count <= before.count

    def ends(self, rows: Boundaries, limits: int | Boundaries, lifted: int | Boundaries) -> Boundaries:
        """Return when all is moved, of columns of boundaries of the sources, of limits and of how many moratoria are lifted."""
        assert self.room is not None
        if isinstance(lifted, int):
            return self.room.lifting(lifted).ends(rows, limits)
        found = np.zeros(rows.shape[1], dtype=np.int64)
        for count in np.unique(lifted).tolist():
            chosen = lifted == count
            some = limits if isinstance(limits, int) else limits[chosen]
            found[chosen] = self.room.lifting(count).ends(rows[:, chosen], some)
        return found

    def plain(self, values: Sequence[int]) -> Iterator[Quorum]:
        """Yield for each source the count of one among those that are ready no earlier."""
        order = sorted(range(len(self.sources)), key=lambda place: values[self.sources[place]])
        for first in range(len(order) - 1):
            places = order[first:]
            sources, family = tuple(self.sources[place] for place in places), self.shares.family(places=places)
            yield Quorum(sources, self.target, self.rule, (family,) * len(places), self.amount, 1, self.slots)

    def sure(self) -> Iterator[tuple[int, Family]]:
        """Yield what, asked of every source, is enough."""
        family = self.shares.family(sure=True)
        yield from ((source, family) for source in self.sources)


def compile_migration(network: Network, rule: Migration) -> None:
    """For every share alone the days that its work takes; for all of them together when they are moved."""
    clock, *_, after = network.clock, *rule.points()
    target = waiting(network, after)
    if target is None:
        return
    shares = rule.shares()
    sources = tuple(dict.fromkeys(network.from_node(share.point) for share in shares))
    places = [(sources.index(network.from_node(share.point)), share) for share in shares]
    fixed = isinstance(rule.lifted, int)
    room = Throughput(clock, rule, places, network.plan.amount(rule.lifted))
    alone = room if fixed else room.lifting(len(rule.moratoria))
    slots = (*((rule.limit.name,) if isinstance(rule.limit, Reference) else ()), rule.id)
    limit = network.plan.amount(rule.limit)
    for place, source in enumerate(sources):
        network.arcs.append(Arc(source, target, rule.id, alone.family(places=[place]), limit, slots))
    if len(sources) > 1 or not room.plain or len(shares) > 1 or not fixed:
        whole, names = (alone.family(),) * len(sources), (rule.lifted.name,) if isinstance(rule.lifted, Reference) else ()
        network.quorums.append(Flow(sources, target, rule.id, whole, limit, room.lifted, slots, names, room))
