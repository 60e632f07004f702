"""Assumptions implied by a published plan: values at which its dates follow from the logic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from models.implied import Implied, ImpliedDate, ImpliedRange, ImpliedRow
from models.plan import Plan
from models.rules import Point
from optimiser.explain.by_date import find_baseline
from optimiser.explain.dated import need_date
from optimiser.explain.oracle import Oracle
from optimiser.explain.ranges import Array, Held, Ranges
from optimiser.numbers import Number
from optimiser.solve.asked import asked_for
from optimiser.solve.variant import Variant
from optimiser.wording import demand, plain_date

__all__ = ["implied"]


def implied(
    plan: Plan,
    match: str,
    *,
    free: Collection[str] = (),
    milestones: Collection[str] = (),
) -> Implied:
    """Return the values of assumptions under which a baseline's dates hold.

    Parameters
    ----------
    plan
        A plan with its scenarios applied: the logic under which the dates are looked at.
    match
        The baseline, by its id or title.
    free
        At most two assumptions or unknowns to vary; where none is named, the one or two that explain the most dates are
        searched for.
    milestones
        The dates that must hold together; where none is named, as many as can.

    Raises
    ------
    InputError
        If the baseline, a milestone or an assumption is unknown, or more than two are to vary.
    """
    baseline = find_baseline(plan, match)
    oracle = Oracle(plan)
    if oracle.found.status != "feasible":
        need_date(oracle, next(entry.milestone for entry in baseline.dates))
    ranges = Ranges(oracle, baseline, asked_for(plan, milestones) if milestones else ())
    named = ranges.named(free)
    chosen = not named
    best, others = ranges.best_set() if chosen else (ranges.solved(named), [])
    return _ImpliedAnswer(ranges).record(best, others, chosen=chosen)


class _ImpliedAnswer:
    """What a search found, in the words of the answer."""

    def __init__(self, ranges: Ranges) -> None:
        self.ranges = ranges
        self.oracle = ranges.oracle
        self.plan = ranges.plan
        self.milestones = ranges.milestones

    def record(self, best: Held, others: Iterable[tuple[str, ...]], *, chosen: bool) -> Implied:
        """Return the answer."""
        plan = self.plan
        dates = self._over(best)
        singles = self._singles()
        unexplained = tuple(name for name in self.milestones if name not in best.held)
        return Implied(
            plan=plan.id,
            scenarios=plan.settings.scenarios,
            readings=plan.choices(),
            baseline=self.ranges.baseline.id,
            free=tuple(number.slot for number in best.free),
            chosen=chosen,
            units=tuple(number.unit for number in best.free),
            as_is=tuple(str(number.value) for number in best.free),
            dates=tuple(self._dated(place, name, dates, best, singles) for place, name in enumerate(self.milestones)),
            rows=self._rows(best),
            ranges=singles,
            explained=best.held,
            unexplained=unexplained,
            hypotheses=self._hypotheses(),
            others=tuple(others),
            notes=(*self._notes(best, unexplained),),
        )

    def _variants(self, best: Held) -> list[Variant]:
        """Return the plan at the ends of every row."""
        found = []
        for first, low, high in best.rows:
            for second in dict.fromkeys((low, high)):
                moved = dict(zip(best.free, (first, second), strict=False))
                found.append(Variant(values={number.slot: number.column(units) for number, units in moved.items()}))
        return found

    def _over(self, best: Held) -> Array:
        variants = self._variants(best)
        return self.ranges.dates(variants) if variants else self.ranges.as_is[:, None]

    def _dated(self, place: int, name: str, dates: Array, best: Held, singles: Sequence[ImpliedRange]) -> ImpliedDate:
        clock, plan = self.oracle.problem.clock, self.plan
        convention = plan.convention(Point(name, "start"))
        known = bool(best.rows) and int(dates[place].max()) <= clock.limit
        early, late = int(dates[place].min()), int(dates[place].max())
        return ImpliedDate(
            milestone=name,
            published=self.ranges.published[name],
            as_is=clock.show(int(self.ranges.as_is[place]), convention),
            holds=name in best.held,
            earliest=clock.show(early, convention) if known else None,
            latest=clock.show(late, convention) if known else None,
            slack_wd=(int(self.ranges.high[place]) - late, int(self.ranges.high[place]) - early) if known else (),
            alone=any(each.milestone == name for each in singles)
            or bool(self.ranges.low[place] <= self.ranges.as_is[place] <= self.ranges.high[place]),
        )

    def _rows(self, best: Held) -> tuple[ImpliedRow, ...]:
        """Return the values at which the dates hold; neighbouring ones with one run of the second together."""
        if not best.free:
            return ()
        first = best.free[0]
        second = best.free[1] if len(best.free) > 1 else None
        rows = sorted(best.rows, key=lambda row: row[0] * first.worse)
        runs: list[list[tuple[int, int, int]]] = []
        for row in rows:
            if runs and runs[-1][-1][1:] == row[1:] and abs(runs[-1][-1][0] - row[0]) == 1:
                runs[-1].append(row)
            else:
                runs.append([row])
        found = []
        for run in runs:
            worse = second.worse if second else 1
            ends = sorted(run[0][1:], key=lambda units: units * worse)
            found.append(
                ImpliedRow(
                    first=first.shown(run[0][0]),
                    last=first.shown(run[-1][0]),
                    beside_first=second.shown(ends[0]) if second else None,
                    beside_last=second.shown(ends[1]) if second else None,
                )
            )
        return tuple(found)

    def _singles(self) -> tuple[ImpliedRange, ...]:
        """Return for each assumption, moved alone, the run of values at which each date that it moves is as published."""
        found = []
        for number in self.ranges.numbers.values():
            if not self.ranges.touches[number.slot]:
                continue
            units, dates = self.ranges.alone(number)
            held = self.ranges.inside(dates)
            for place, name in enumerate(self.milestones):
                if not held[place].any() or held[place].all() or name not in self.ranges.touches[number.slot]:
                    continue
                good = units[held[place]]
                ends = sorted((int(good[0]), int(good[-1])), key=lambda each: each * number.worse)
                found.append(
                    ImpliedRange(
                        assumption=number.slot, milestone=name, first=number.shown(ends[0]), last=number.shown(ends[1])
                    )
                )
        return tuple(found)

    def _hypotheses(self) -> tuple[str, ...]:
        """Return the hypotheses of the ranges: chosen readings, and fitted or weakly inferred rules."""
        plan, network = self.plan, self.oracle.network
        leading = [any(self.ranges.leads[name][node] for name in self.milestones) for node in range(len(network.points))]
        found = [f"scenario {name}" for name in plan.settings.scenarios]
        live = {reading.id for reading in plan.live_readings()}
        found += [f"reading {name}={option}{' (open)' if name in live else ''}" for name, option in plan.choices().items()]
        for rule in plan.active_rules():
            weak = rule.basis == "fitted" or (rule.basis == "inferred" and rule.confidence == "low")
            if weak and any(leading[network.node(point)] for point in rule.points()):
                why = f"fitted to {rule.fitted_to}" if rule.basis == "fitted" else "inferred, low confidence"
                found.append(f"rule {rule.id}: {demand(plan, rule.id)} ({why})")
        return tuple(found)

    def _notes(self, best: Held, unexplained: Sequence[str]) -> Iterable[str]:
        if self.ranges.outside:
            yield f"published outside the calendar, so not looked at: {', '.join(self.ranges.outside)}"
        if self.oracle.rationed:
            yield "a live capacity is left out: these are ranges of the network alone"
        if not best.rows:
            yield "no value of the free assumptions gives the dates asked for together"
            return
        variants = self._variants(best)
        middle = variants[len(variants) // 2]
        held = [place for place, name in enumerate(self.milestones) if name in best.held]
        for name in unexplained:
            place = self.milestones.index(name)
            ways = []
            for number in self.ranges.numbers.values():
                if number.slot in middle.values or name not in self.ranges.touches[number.slot]:
                    continue
                units, dates = self.ranges.alone(number, middle)
                inside = self.ranges.inside(dates)
                good = units[inside[place] & inside[held].all(axis=0)]
                if len(good):
                    ends = sorted((int(good[0]), int(good[-1])), key=lambda each: each * number.worse)
                    ways.append(f"{number.slot} {' to '.join(dict.fromkeys(_in_words(number, each) for each in ends))}")
            said = f"one more assumption would do it, as {', or '.join(ways)}" if ways else "nor does one more assumption"
            yield f"{name}: no value of the free assumptions explains it together with the others; {said}"


def _in_words(number: Number, units: int) -> str:
    """Return a number moved so, a date as people write it."""
    value = number.moved(units)
    return plain_date(value) if isinstance(value, dt.date) else str(value)
