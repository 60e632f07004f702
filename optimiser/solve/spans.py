"""How far each date moves over every combination of the readings that nobody has answered."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.outcome import DateSpan, SpanEnd
from models.plan import DURATION_PREFIX
from models.rules import Capacity, NotAfter, Point, Rule
from optimiser.critical import Network, combined, resources
from optimiser.numbers import users
from optimiser.solve.between import QUICK, USUAL, DateRange, between, too_large
from optimiser.solve.deadline import Deadline
from optimiser.solve.orders import in_order
from optimiser.solve.problem import Problem, refuted_by
from optimiser.solve.sheets import MOST_COMBINATIONS, Sheet, live_options, sheets
from optimiser.solve.variant import Variant, capacities, no_tighter, pools_of

__all__ = ["UNASKED", "UNREAD", "spans", "unfinished_span"]

UNASKED = "every combination lies within, and its ends may be nearer"
UNREAD = "not every combination was looked at"
"""Said of a span that the time for the question came before."""

MOST_ASKED = 8
"""Combinations looked at one by one for the ends of one span, where capacity decides."""


def spans(
    problem: Problem, ranges: Mapping[str, DateRange], deadline: Deadline, notes: list[str] | None = None
) -> dict[str, DateSpan | None]:
    """Return the first and the last date of each milestone over all combinations of the live readings.

    Parameters
    ----------
    problem
        The plan with its scenarios applied.
    ranges
        Milestone to where its date lies at the choice made.
    deadline
        What is left of the time for the whole question; of deterministic seconds each span may take as many as the limits say.
    notes
        Where to say of which span the time came first.

    Returns
    -------
    dict
        Milestone to its span; None where the time came first, no combination has a date on the axis, or there are more than
        `MOST_COMBINATIONS`. Of several combinations with the same date the one that differs least from the choice
        made is named.

    Notes
    -----
    Where work that holds capacity leads to a milestone, its span begins at the earliest date that is not refuted, and ends at
    the latest for which no earlier schedule is known: every combination lies within.
    """
    plan = problem.plan
    readings = live_options(plan)
    if math.prod(len(reading.options) for reading in readings) > MOST_COMBINATIONS:
        return dict.fromkeys(ranges)
    chosen = plan.choices()
    said: list[str] = [] if notes is None else notes
    table: list[Sheet] = []
    for sheet in sheets(plan, readings, ranges, problem):
        if table and deadline.over:
            said += [unfinished_span(milestone, UNREAD) for milestone in ranges]
            return dict.fromkeys(ranges)
        table.append(sheet)
    found: dict[str, DateSpan | None] = {}
    variants = _Variants({}, {})
    for milestone, known in ranges.items():
        ends, counts, open_ends = _Ends(), Counter[str](), False
        asking = deadline.part()
        for sheet in table:
            own = problem if all(chosen[name] == option for name, option in sheet.fixed.items()) else None
            rationed = _rationed(sheet, own, milestone, variants)
            if rationed is not None:
                bounds = rationed.bounds(known if own is problem else None, asking)
                open_ends |= rationed.cut_short
            else:
                reached = sheet.reached[milestone]
                bounds = _Bounds(reached, reached, sheet.infeasible)
            off = (bounds.low > sheet.clock.limit) & ~bounds.infeasible
            counts.update(combinations=len(off), infeasible=int(bounds.infeasible.sum()), beyond=int(off.sum()))
            ends.take(sheet, milestone, bounds, np.flatnonzero(~off & ~bounds.infeasible), _differences(sheet, chosen))
        found[milestone] = ends.span(chosen, counts)
        if open_ends:
            said.append(unfinished_span(milestone, UNASKED))
    return found


def unfinished_span(milestone: str, why: str) -> str:
    """Return the note of a span that the time for the question came before."""
    return f"{milestone}: the span over the open readings was not finished within the limit; {why}"


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Between which boundaries a milestone lies in each sample, each of shape ``(samples,)``."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    infeasible: NDArray[np.bool_]


@dataclass(slots=True)
class _Ends:
    """The earliest and the latest date met so far: its ordinal, how many readings differ from the choice, and the options."""

    first: tuple[int, int, dict[str, str]] | None = None
    last: tuple[int, int, dict[str, str]] | None = None

    def take(
        self, sheet: Sheet, milestone: str, bounds: _Bounds, good: NDArray[np.int64], differing: NDArray[np.int64]
    ) -> None:
        """Take the ends of some samples of a sheet."""
        if not len(good):
            return
        convention = sheet.network.plan.convention(Point(milestone, "start"))

        def end(boundaries: NDArray[np.int64], boundary: int) -> tuple[int, int, dict[str, str]]:
            places = good[boundaries == boundary]
            sample = int(places[np.argmin(differing[places])])
            day = sheet.clock.show(min(boundary, sheet.clock.limit), convention).toordinal()
            return day, int(differing[sample]), sheet.choice(sample)

        first, last = end(bounds.low[good], int(bounds.low[good].min())), end(bounds.high[good], int(bounds.high[good].max()))
        self.first = first if self.first is None else min(self.first, first, key=lambda entry: entry[:2])
        self.last = last if self.last is None else min(self.last, last, key=lambda entry: (-entry[0], entry[1]))

    def span(self, chosen: dict[str, str], counts: Counter[str]) -> DateSpan | None:
        """Return the span, each end with the readings that differ from the choice made."""
        if self.first is None or self.last is None:
            return None

        def end(entry: tuple[int, int, dict[str, str]]) -> SpanEnd:
            day, _, taken = entry
            differing = {name: option for name, option in taken.items() if option != chosen[name]}
            return SpanEnd(date=dt.date.fromordinal(day), readings=differing)

        return DateSpan(
            first=end(self.first),
            last=end(self.last),
            combinations=counts["combinations"],
            infeasible=counts["infeasible"],
            beyond=counts["beyond"],
        )


def _differences(sheet: Sheet, chosen: dict[str, str]) -> NDArray[np.int64]:
    """Return for each sample how many readings differ from the choice made."""
    count = np.full(len(sheet.infeasible), sum(chosen[name] != taken for name, taken in sheet.fixed.items()))
    for reading in sheet.readings:
        taken = [option.id for option in reading.options].index(chosen[reading.id])
        count = count + (sheet.options[reading.id] != taken)
    return count


# -- where capacity decides ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Variants:
    """The problems of sheets, by their networks, and of samples that were asked about: what is found of one milestone helps the next."""

    sheets: dict[int, Problem]
    samples: dict[tuple[int, int], Problem]


def _rationed(sheet: Sheet, problem: Problem | None, milestone: str, variants: _Variants) -> _Rationed | None:
    """Return bounds for the dates of a sheet where capacity may decide, None without capacity-holding work upstream."""
    network = sheet.network
    capacities = [rule.id for rule in network.plan.rules if isinstance(rule, Capacity)]
    if not any(network.enabled[name] or name in sheet.factors.switches for name in capacities):
        return None
    if id(network) not in variants.sheets:
        variants.sheets[id(network)] = problem or Problem(network, resources(network.plan, sheet.clock), lambda: network.plan)
    own = variants.sheets[id(network)]
    if not any(name in sheet.factors.switches for name in capacities) and not own.leads(milestone):
        return None
    return _Rationed(sheet, own, milestone, variants.samples)


class _Rationed:
    """Bounds of one milestone over the samples of a sheet in which capacity may decide."""

    def __init__(self, sheet: Sheet, problem: Problem, milestone: str, variants: dict[tuple[int, int], Problem]) -> None:
        self.sheet, self.problem, self.milestone, self._variants = sheet, problem, milestone, variants
        self.low = sheet.reached[milestone].copy()
        self.infeasible = sheet.infeasible.copy()
        self.high = np.full(len(self.low), sheet.clock.limit, dtype=np.int64)
        self.asked: set[int] = set()
        self.cut_short = False
        reached = problem.reaching(milestone)
        self.near = [leads or node in problem.rationed_nodes for node, leads in enumerate(reached)]
        self.alike = self._alike(self.near)

    def bounds(self, known: DateRange | None, deadline: Deadline) -> _Bounds:
        """Return the bounds, those that make the ends asked about first."""
        problem, limit = self.problem, self.sheet.clock.limit
        base = between(problem, self.milestone, deadline=deadline, effort=QUICK) if known is None else known
        if base.schedule is not None:
            order = in_order(problem.network, problem.pools, base.schedule)
            # What neither leads to the milestone nor holds capacity may run off the axis, as it may elsewhere.
            near = [node for node, leads in enumerate(self.near) if leads]
            node, idle = problem.node(self.milestone), problem.slotless(base.schedule)
            pairs = [problem.network.item_nodes(name) for name in idle]
            kept = combined(order, self.sheet.factors, [node, *(each for pair in pairs for each in pair)], near)
            able = ~kept.infeasible & ~kept.beyond & self._no_tighter()
            for start, finish in pairs:  # what takes no time has no place in the order, and may take none
                able &= kept.reached[start] == kept.reached[finish]
            self.high = np.where(able, np.maximum(kept.reached[node], self.low), self.high)
        stated = self._stated()
        if stated is not None:
            self._settle(stated, base)
            self._refuted_alike(stated, problem, base.low)
        for _ in range(MOST_ASKED):
            open_samples = ~self.infeasible & (self.low <= limit)
            if not open_samples.any():
                break
            ends = (
                int(np.argmin(np.where(open_samples, self.low, limit + 1))),
                int(np.argmax(np.where(open_samples, self.high, -1))),
            )
            unasked = [each for each in ends if each not in self.asked]
            if not unasked:
                break
            self.cut_short = deadline.over or deadline.spent_up
            if self.cut_short:
                break
            sample = unasked[0]
            key = id(self.sheet.network), sample
            if key not in self._variants:
                self._variants[key] = problem.changed(self._variant(sample))
            changed = self._variants[key]
            effort = QUICK if too_large(changed.network) else USUAL
            found = between(changed, self.milestone, deadline=deadline.rest(), effort=effort)
            self._settle(sample, found)
            self._refuted_alike(sample, changed, found.low)
        return _Bounds(self.low, self.high, self.infeasible)

    def _refuted_alike(self, sample: int, problem: Problem, low: int) -> None:
        """Take a sample's bound for all others that leave alone what proves it without a solver."""
        proof = None if low > self.sheet.clock.limit else refuted_by(problem, problem.node(self.milestone), low - 1)
        if proof is None:
            return
        same = np.ones(len(self.low), dtype=np.bool_)
        for reading, names in self._names.items():
            if names & proof:
                options = self.sheet.options[reading]
                same &= options == options[sample]
        self.low = np.where(same, np.maximum(self.low, low), self.low)
        self.high = np.maximum(self.high, self.low)

    def _settle(self, sample: int, found: DateRange) -> None:
        """Take what is known of one sample for all that ask the same of the milestone."""
        same = self.alike == self.alike[sample]
        self.asked |= set(np.flatnonzero(same).tolist())
        if found.low >= self.problem.network.never:
            self.infeasible |= same
            return
        self.low = np.where(same, np.maximum(self.low, found.low), self.low)
        if found.high is not None:
            self.high = np.where(same, np.minimum(self.high, found.high), self.high)

    def _stated(self) -> int | None:
        """Return the sample of the choice made, where it is in this sheet."""
        chosen = self.sheet.network.plan.choices()
        differing = _differences(self.sheet, chosen)
        return int(np.argmin(differing)) if differing.min() == 0 else None

    def _no_tighter(self) -> NDArray[np.bool_]:
        """Return the samples that leave every capacity no less than the choice made does, and no new work on it."""
        network, own = self.problem.network, {pool.rule: pool for pool in self.problem.pools}
        names = {name for _, names in capacities(network) for name in names} & set(self.sheet.factors.values)
        _, first, kind = np.unique(self._kinds(self.sheet.factors.setting(names)), return_index=True, return_inverse=True)
        able = [no_tighter(pools_of(network, self._variant(sample)), own) for sample in first.tolist()] if names else [True]
        return np.array(able)[kind]

    def _kinds(self, places: Iterable[int]) -> NDArray[np.int64]:
        """Return a number for each sample; the same where some readings, by their places, have the same options."""
        kinds = np.zeros(len(self.low), dtype=np.int64)
        for place in places:
            kinds = kinds * self.sheet.factors.sizes[place] + self.sheet.factors.options(place)
        return kinds

    def _variant(self, sample: int) -> Variant:
        """Return what one sample changes."""
        factors = self.sheet.factors
        taken = np.unravel_index(sample, factors.sizes) if factors.sizes else ()
        states = {name: bool(held[taken[place]]) for name, (place, held) in factors.switches.items()}
        return Variant(
            off=tuple(name for name, state in states.items() if not state),
            values={name: int(held[taken[place]]) for name, (place, held) in factors.values.items()},
            on=tuple(name for name, state in states.items() if state),
        )

    def _alike(self, near: Sequence[bool]) -> NDArray[np.int64]:
        """Return a number for each sample; the same where every reading that touches some nodes has the same option."""
        network, rules = self.problem.network, self.problem.plan.rules_by_id
        touching = [
            place
            for place, reading in enumerate(self.sheet.readings)
            if any(_touches(network, rules, name, near) for name in self._names[reading.id])
        ]
        return self._kinds(touching)

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        """The rules and durations of which each reading sets a switch or a number."""
        plan = self.problem.plan
        return {
            reading.id: {
                *reading.options[0].changes.rules,
                *(user for slot in reading.options[0].changes.assumptions for user in users(plan, slot)),
            }
            for reading in self.sheet.readings
        }


def _touches(network: Network, rules: Mapping[str, Rule], name: str, near: Sequence[bool]) -> bool:
    """Return whether a rule or duration says anything of some nodes, or is a capacity."""
    if name.startswith(DURATION_PREFIX):
        return any(near[node] for node in network.item_nodes(name.removeprefix(DURATION_PREFIX)))
    rule = rules[name]
    return isinstance(rule, Capacity | NotAfter) or any(near[network.node(point)] for point in rule.points())
