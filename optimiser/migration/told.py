"""Migration rules in a plan: the deciding parties, and the effect of other limits and readiness.

The end of the plan is found by the network (`optimiser.critical`); the market itself, its months and the shares that decide
by the closed form for markets (`optimiser.critical.flow`), which knows nothing of the network.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from math import gcd
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.market import Market, Stream
from models.meter_points import Migration, MovedShare
from models.migration import (
    CurveStep,
    LeastLimit,
    LimitDate,
    MarketCurve,
    MarketTold,
    MoratoriumTold,
    MovedBy,
    ShareTold,
    StragglerTold,
)
from models.plan import Plan
from models.rules import Point
from optimiser.clock import clock_of
from optimiser.critical import Columns, compile_network, earliest_times, evaluate
from optimiser.critical.flow import Completion, earliest_completion
from optimiser.critical.moving import Throughput
from optimiser.migration.curves import WHOLE, Steps, by_delay, by_first_share, by_limit
from optimiser.solve.variant import Variant, evaluate_variants

__all__ = ["markets_told"]

PERCENTS = (50, 60, 70, 80, 90, 100, 110, 120, 130, 150, 200)
"""Of the limit, at which the end is told."""
MONTHS = 12
"""Ends of months for which the least limit is told, from the first that any limit reaches."""
LATEST = 260
"""Working days by which the last shares are tried later."""
CurveOf = Literal["limit", "first share", "delay"]
UNIT = 1_000_000
"""Parts of a thousand meter points in which a rule counts its work."""


def markets_told(plan: Plan, ready: str, end: str, by: dt.date | None = None) -> tuple[MarketTold, ...]:
    """Return the earliest outcome of each active migration rule; with a capacity on, its bound.

    Parameters
    ----------
    plan
        A plan with a date for everything.
    ready, end
        The milestones by which every supplier is ready, and at which all is migrated.
    by
        A day for which the least limit is wanted.
    """
    rules = [rule for rule in plan.active_rules() if isinstance(rule, Migration)]
    return tuple(_Told(plan, rule, ready, end).told(by) for rule in rules)


class _Told:
    """One rule in one plan."""

    def __init__(self, plan: Plan, rule: Migration, ready: str, end: str) -> None:
        self.plan, self.rule, self.end = plan, rule, end
        self.clock = clock_of(plan)
        self.network = compile_network(plan, self.clock)
        self.values = earliest_times(self.network).values
        self.node = self.network.nodes[end, "start"]
        *points, self.after = rule.points()
        self.ready = [self.values[self.network.node(point)] for point in points]
        self.every, self.ready_by = self.values[self.network.nodes[ready, "start"]], ready
        self.limit = plan.amount(rule.limit)
        self.lifted = plan.amount(rule.lifted)
        self.market = Throughput(self.clock, rule, rule.parts(), self.lifted)
        self.titles = [entry.title or f"{entry.share:g} % from {entry.at}" for entry in rule.ready]

    def told(self, by: dt.date | None) -> MarketTold:
        """Return everything."""
        days, _ = self.market.end(self.ready, self.limit)
        found, works, unit = self._deciding(days)
        short = found.shortfall
        assert short is not None
        early = [place for place, boundary in enumerate(self.ready) if boundary <= self.every]
        limits = [max(1, self.limit * percent // 100) for percent in PERCENTS]
        targets = self._months() if by is None else [*self._months(), by]
        least = [LeastLimit(by=day, limit=limit) for day, limit in zip(targets, self._least([*targets]), strict=True)]
        return MarketTold(
            rule=self.rule.id,
            title=self.rule.title,
            basis=self.rule.basis,
            after=self.after.item,
            done=self.clock.show(days, "closes"),
            limit=self.limit,
            deciding=tuple(dict.fromkeys(self.titles[works[stream][0]] for stream in short.streams)),
            deciding_from=self.clock.show(short.first, "opens"),
            deciding_thousand=short.work * unit / UNIT,
            room_thousand=short.room * unit / UNIT,
            ready_percent=round(sum(self.rule.ready[place].share for place in early), 2),
            shares=tuple(self._share(place, days) for place in range(len(self.titles))),
            moratoria=tuple(self._moratorium(place) for place in range(self.lifted, len(self.rule.moratoria))),
            months=self._moved(),
            limits=tuple(
                LimitDate(limit=limit, date=self._shown(boundary))
                for limit, boundary in zip(limits, self._ends(limits).tolist(), strict=True)
            ),
            least=tuple(least if by is None else least[:-1]),
            by=None if by is None else least[-1],
            suppliers=sum(entry.parties for entry in self.rule.ready),
            suppliers_ready=sum(self.rule.ready[place].parties for place in early),
            stragglers=tuple(self._straggler(place) for place in range(len(self.ready)) if place not in early),
            curves=tuple(self._curves()),
        )

    # -- the market --------------------------------------------------------------------------------------------------

    def _completion(self, checks: int) -> tuple[Completion, list[tuple[int, MovedShare]], int]:
        """Return when the parts are moved that want so many days of checks at least, by the closed form; they, and their unit."""
        parts = [each for each in self.market.shares if each[1].checks >= checks]
        rooms = (self.limit * self.market.pace(min(self.ready))).tolist()
        unit = gcd(*rooms, *(part.work for _, part in parts), *(part.most or 0 for _, part in parts))
        streams = (
            Stream(f"{number}", part.work // unit, self.ready[place] + part.delay, part.most and part.most // unit)
            for number, (place, part) in enumerate(parts)
        )
        return earliest_completion(Market(tuple(streams), tuple(room // unit for room in rooms))), parts, unit

    def _deciding(self, days: int) -> tuple[Completion, list[tuple[int, MovedShare]], int]:
        """Return the completion at the fewest check days with an unchanged end, and the deciding shares."""
        found = [(checks, self._completion(checks)) for checks in self.market.checks]
        return next(each for checks, each in found if each[0].days is not None and each[0].days + checks == days)

    def _share(self, place: int, days: int) -> ShareTold:
        """Return one share, with how late it may be: the last morning that leaves the last meter point where it is."""
        entry = self.rule.ready[place]
        low, high = self.ready[place], days
        while high - low > 1:
            middle = (low + high) // 2
            later = [middle if other == place else boundary for other, boundary in enumerate(self.ready)]
            low, high = (middle, high) if self.market.end(later, self.limit)[0] == days else (low, middle)
        return ShareTold(
            title=self.titles[place],
            at=str(entry.at),
            percent=entry.share,
            ready=self.clock.show(self.ready[place], "opens"),
            spare_wd=low - self.ready[place],
            gain_wd=self._gain(self._at_once(place)),
        )

    def _straggler(self, place: int) -> StragglerTold:
        entry = self.rule.ready[place]
        return StragglerTold(
            title=self.titles[place],
            percent=entry.share,
            parties=entry.parties,
            ready=self.clock.show(self.ready[place], "opens"),
            late_wd=self.ready[place] - self.every,
        )

    def _moved(self) -> tuple[MovedBy, ...]:
        """Return the amount moved by the end of each month, up to the month of the last meter point."""
        found, parts, unit = self._completion(0)
        assert found.days is not None
        total, months = sum(part.work for _, part in parts) // unit, dict[str, list[int]]()
        for day in range(min(self.ready), found.days):
            months.setdefault(f"{self.clock.show(day, 'opens'):%Y-%m}", []).append(day)
        pace = self.market.pace(min(self.ready))
        return tuple(
            MovedBy(
                month=month,
                percent=round(100 * int(found.moved[days[-1]]) / total, 4),
                ready_percent=round(
                    sum(entry.share for entry, ready in zip(self.rule.ready, self.ready, strict=True) if ready <= days[-1]), 2
                ),
                limit_thousand=round(self.limit * float(pace[days].mean()) / UNIT, 2),
            )
            for month, days in months.items()
        )

    # -- the end by one number -----------------------------------------------------------------------------------------

    def _curves(self) -> Iterator[MarketCurve]:
        """Yield the end by the limit, by what is ready first and by how late the last are."""
        ready, limit, market = self.ready, self.limit, self.market
        first = [place for place, boundary in enumerate(ready) if boundary == min(ready)]
        last = [place for place, boundary in enumerate(ready) if boundary == max(ready)]
        steps = by_limit(market, ready, max(1, limit // 2), 2 * limit)
        yield self._curve("limit", f"{self.end} by the daily limit of all", "thousand a day", limit, steps, 1)
        if len(first) < len(ready):
            percent = sum(self.rule.ready[place].share for place in first)
            steps = by_first_share(market, ready, limit, first)
            title = f"{self.end} by what can be moved from the first day on"
            yield self._curve("first share", title, "% of all meter points", percent, steps, WHOLE // 100)
        steps = by_delay(market, ready, limit, last, LATEST)
        title = f"{self.end} by how much later the last are ready"
        yield self._curve("delay", title, "wd", 0, steps, 1)

    def _curve(self, of: CurveOf, title: str, unit: str, stated: float, steps: Steps, scale: int) -> MarketCurve:
        """Return a curve of the end, which waits for more than the last meter point."""
        boundaries = np.array([boundary for _, boundary in steps], dtype=np.int64)
        columns = Columns(len(steps), switches={self.rule.id: np.zeros(len(steps), dtype=np.bool_)})
        raised = {self.network.node(self.after): boundaries}
        found = evaluate(self.network, columns, raised=raised)
        dates = [self._shown(boundary) for boundary in found.values[self.node].tolist()]
        kept = [place for place, date in enumerate(dates) if not place or date != dates[place - 1]]
        shown = tuple(CurveStep(at=steps[place][0] / scale, date=dates[place]) for place in kept)
        return MarketCurve(of=of, title=title, unit=unit, stated=stated, steps=shown)

    # -- the plan with another rule ----------------------------------------------------------------------------------

    def _gain(self, rule: Migration) -> int:
        """Return how many working days earlier the end is with another rule in the place of this."""
        rules = tuple(rule if other.id == rule.id else other for other in self.plan.rules)
        changed = compile_network(self.plan.evolve(rules=rules), self.clock)
        return self.values[self.node] - earliest_times(changed).values[self.node]

    def _at_once(self, place: int) -> Migration:
        """Return the rule with one share ready with the first of all."""
        first = min(range(len(self.ready)), key=lambda other: self.ready[other])
        moved = self.rule.ready[place].model_copy(update={"at": self.rule.ready[first].at})
        ready = tuple(moved if other == place else entry for other, entry in enumerate(self.rule.ready))
        return self.rule.model_copy(update={"ready": ready})

    def _moratorium(self, place: int) -> MoratoriumTold:
        span = self.rule.moratoria[place]
        without = tuple(other for other in self.rule.moratoria if other is not span)
        gain = self._gain(self.rule.model_copy(update={"moratoria": without}))
        return MoratoriumTold(first=span.first, last=span.last, gain_wd=gain)

    # -- other limits ------------------------------------------------------------------------------------------------

    def _ends(self, limits: Sequence[int]) -> NDArray[np.int64]:
        """Return the boundary of the end for each limit."""
        variants = [Variant(values={self.rule.id: limit}) for limit in limits]
        found = evaluate_variants(self.network, variants)
        ends: NDArray[np.int64] = np.where(found.infeasible, self.clock.beyond, found.values[self.node])
        return ends

    @property
    def _highest(self) -> int:
        """A limit with which all moves on any day on which something may: more changes nothing."""
        return self.market.highest

    def _months(self) -> list[dt.date]:
        """Return the last days of the months from the first that any limit reaches."""
        first = self._shown(int(self._ends([self._highest])[0]))
        if first is None:
            return []
        months = [first.year * 12 + first.month - 1 + later for later in range(1, MONTHS + 1)]
        days = [dt.date(month // 12, month % 12 + 1, 1) - dt.timedelta(days=1) for month in months]
        return [day for day in days if day <= self.clock.calendar.covers.last]

    def _least(self, days: Sequence[dt.date]) -> list[int | None]:
        """Return the least limit with which the end is shown on a day or before, by bisection for all days at once."""
        shown = self.plan.convention(Point(self.end, "start"))
        targets = np.array([self.clock.stated(day, shown, "ceiling") for day in days], dtype=np.int64)
        low, high = np.zeros(len(days), dtype=np.int64), np.full(len(days), self._highest, dtype=np.int64)
        met = self._ends(high.tolist()) <= targets if days else np.zeros(0, dtype=np.bool_)
        while np.any(high - low > 1):
            middle = (low + high) // 2
            enough = self._ends(np.maximum(middle, 1).tolist()) <= targets
            going = high - low > 1
            low, high = np.where(going & ~enough, middle, low), np.where(going & enough, middle, high)
        return [int(limit) if reached else None for limit, reached in zip(high, met, strict=True)]

    def _shown(self, boundary: int) -> dt.date | None:
        if boundary > self.clock.limit:
            return None
        return self.clock.show(boundary, self.plan.convention(Point(self.end, "start")))
