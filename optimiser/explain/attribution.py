"""Where a divergence comes from: the ledger of gaps first, then, between two networks, several methods side by side.

Which method is used can decide the answer, so no single number is given alone: each group of changes put into the first
plan alone, taken out of the second alone, in a stated order, and averaged over all orders (Shapley, "A value for n-person
games", 1953: a neutral allocation).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal

import numpy as np

from models.assumptions import Baseline
from models.attribution import Attribution, Contribution, GroupOfChanges, Interaction, NetworkComparison
from models.duration import Duration
from models.plan import DURATION_PREFIX, Plan
from models.rules import Point
from optimiser.clock import Clock, clock_of
from optimiser.errors import InputError, Located, UndecidedError
from optimiser.explain.by_date import find_baseline
from optimiser.explain.dated import need_date
from optimiser.explain.differences import Group, groups_of, mixed
from optimiser.explain.ledger import ledger
from optimiser.explain.necessity import own_distance, plan_name
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.numbers import column_number, references
from optimiser.solve.asked import asked_for
from optimiser.solve.variant import Variant

__all__ = ["METHODS", "MOST_EXACT", "attribute", "compare_networks", "shapley"]

MOST_EXACT = 12
"""Up to this many groups every combination is dated; beyond, orders are sampled."""
SAMPLED_ORDERS = 400

METHODS = {
    "add_one_in": "each group put into the first plan alone",
    "but_for": "each group taken out of the second plan alone",
    "waterfall": "the groups in the stated order, each on the plan then current",
    "shapley": "a neutral allocation over all orders; no method of delay analysis",
    "interaction": "negative: one path overtakes another; positive: the groups only delay together",
}
"""What each figure is. The names of the SCL Delay and Disruption Protocol are not used: its methods ask for what was built."""


def attribute(
    plan: Plan,
    from_baseline: str,
    *,
    to_baseline: str | None = None,
    against: Sequence[tuple[str, Plan]] = (),
    milestones: Collection[str] = (),
    seed: int = 0,
) -> Attribution:
    """Return where a divergence from published dates comes from.

    Parameters
    ----------
    plan
        A plan with its scenarios applied: its chains say what each month rests on.
    from_baseline
        The published dates that the divergence is measured from.
    to_baseline
        Those it is measured to; every other baseline where None.
    against
        Names and plans of other networks of the same items, each compared with this one.
    milestones
        Of the comparisons; the plan's targets where empty.
    seed
        Of sampled orders, where there are more than `MOST_EXACT` groups.

    Raises
    ------
    InputError
        If a baseline or milestone is unknown, or two networks are not of the same plan.
    """
    first = find_baseline(plan, from_baseline)
    seconds: list[Baseline] = (
        [find_baseline(plan, to_baseline)] if to_baseline else [each for each in plan.baselines if each.id != first.id]
    )
    if to_baseline and seconds[0].id == first.id:
        raise InputError([Located(f"'{first.id}' is both ends of the divergence; maybe name another with --to", path="to")])
    asked = asked_for(plan, milestones or None)
    oracle = Oracle(plan)
    for name in asked:
        need_date(oracle, name)
    oracles = {plan_name(plan): oracle, **{name: Oracle(other) for name, other in against}}
    comparisons = [
        compare_networks(other, plan, name, names=(label, plan_name(plan)), seed=seed)
        for label, other in against
        for name in asked
    ]
    own = [each for name, held in oracles.items() for each in own_distance(held, first, asked, name)]
    return Attribution(
        plan=plan.id,
        own=tuple(own),
        scenarios=plan.settings.scenarios,
        readings=plan.choices(),
        ledgers=tuple(ledger(oracle, first, second) for second in seconds),
        comparisons=tuple(comparisons),
        notes=(
            "prospective: no result here is evidence of entitlement to time",
            "no network of the first published dates is shipped, so their own gaps cannot be tested",
        ),
    )


# -- dating combinations -------------------------------------------------------------------------------------------------


class _Dater:
    """The date of a milestone at every combination of groups, each dated once."""

    def __init__(self, first: Plan, groups: Sequence[Group], milestone: str, unit: Literal["wd", "cd"]) -> None:
        self.first = first
        self.groups = groups
        self.milestone = milestone
        self.unit = unit
        self.oracle = Oracle(first)
        self.known: dict[int, int] = {}
        self.columnar = self._columnar()

    def _columnar(self) -> bool:
        """Return whether one network serves every combination."""
        if self.oracle.rationed:
            return False
        for group in self.groups:
            if (
                group.calendar
                or group.structure
                or any(self.first.rules_by_id[name].kind == "capacity" for name in group.rules)
            ):
                return False
            for name, value in group.assumptions.items():
                stated = self.first.values[name]
                if type(stated) is not type(value) or isinstance(value, bool):
                    return False
                if isinstance(value, Duration) and isinstance(stated, Duration) and value.unit != stated.unit:
                    return False
        return True

    def dates(self, masks: Sequence[int]) -> list[int]:
        """Return the dates of combinations, one bit a group."""
        new = list(dict.fromkeys(mask for mask in masks if mask not in self.known))
        if new and self.columnar:
            reaches = ranges_of(self.oracle, self.milestone, [self._variant(mask) for mask in new])
            self.known |= {
                mask: self._shown(reach.low, self.oracle.problem.clock) for mask, reach in zip(new, reaches, strict=True)
            }
        elif new:
            self.known |= {mask: self._date(mask) for mask in new}
        return [self.known[mask] for mask in masks]

    def _chosen(self, mask: int) -> list[Group]:
        return [group for place, group in enumerate(self.groups) if mask >> place & 1]

    def _variant(self, mask: int) -> Variant:
        off: list[str] = []
        on: list[str] = []
        values: dict[str, int] = {}
        for group in self._chosen(mask):
            switched = [*group.rules.items(), *((DURATION_PREFIX + name, state) for name, state in group.durations.items())]
            for name, state in switched:
                (on if state else off).append(name)
            for name, value in group.assumptions.items():
                number = column_number(value)
                assert number is not None
                values[name] = number
        return Variant(tuple(off), values, tuple(on))

    def _date(self, mask: int) -> int:
        plan = mixed(self.first, self._chosen(mask))
        oracle = Oracle(plan, self.oracle.limits)
        reach = need_date(oracle, self.milestone)
        if reach.exact is None:
            named = ", ".join(group.id for group in self._chosen(mask)) or "no change"
            message = f"undecided: the limit came before the date of {self.milestone} with {named}; maybe fewer changes at once"
            raise UndecidedError(message)
        return self._shown(reach.exact, oracle.problem.clock)

    def _shown(self, boundary: int, clock: Clock) -> int:
        if boundary > clock.limit:
            message = f"a mixture of the two networks gives {self.milestone} no date, so its parts cannot be told"
            raise InputError([Located(message, path="attribute")])
        if self.unit == "wd":
            return boundary
        return clock.show(boundary, self.first.convention(Point(self.milestone, "start"))).toordinal()


def shapley(count: int, date: Callable[[Sequence[int]], list[int]]) -> list[float]:
    """Return each group's average effect over all orders, exactly.

    Parameters
    ----------
    count
        Groups.
    date
        From combinations, one bit a group, to their dates.
    """
    everything = date(range(2**count))
    weights = [math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count) for size in range(count)]
    return [
        sum(
            weights[mask.bit_count()] * (everything[mask | 1 << place] - everything[mask])
            for mask in range(2**count)
            if not mask >> place & 1
        )
        for place in range(count)
    ]


def _sampled(count: int, date: Callable[[Sequence[int]], list[int]], seed: int) -> tuple[list[float], list[float]]:
    """Return each group's average effect over sampled orders and its standard error."""
    generator = np.random.default_rng(seed)
    effects = np.zeros((SAMPLED_ORDERS, count))
    for sample in range(SAMPLED_ORDERS):
        order = generator.permutation(count).tolist()
        masks = list(itertools.accumulate((1 << place for place in order), int.__or__, initial=0))
        steps = np.diff(date(masks))
        effects[sample, order] = steps
    errors = effects.std(axis=0, ddof=1) / math.sqrt(SAMPLED_ORDERS)
    return effects.mean(axis=0).tolist(), errors.tolist()


def compare_networks(
    first: Plan, second: Plan, milestone: str, *, names: tuple[str, str] = ("first", "second"), seed: int = 0
) -> NetworkComparison:
    """Return the difference between a milestone's dates in two networks of one plan, split over groups of changes.

    Raises
    ------
    InputError
        If they are not of one plan, or a mixture of them has no date.
    """
    groups = groups_of(first, second)
    unit: Literal["wd", "cd"] = "wd" if first.calendar == second.calendar else "cd"
    dater = _Dater(first, groups, milestone, unit)
    groups = _in_order(groups, second)
    dater.groups = groups
    count = len(groups)
    full = 2**count - 1
    exact = count <= MOST_EXACT
    each = [1 << place for place in range(count)]
    none, every = dater.dates([0, full])
    alone = [date - none for date in dater.dates(each)]
    without = [every - date for date in dater.dates([full ^ bit for bit in each])]
    steps = dater.dates(list(itertools.accumulate(each, int.__or__, initial=0)))
    if exact:
        neutral, errors = shapley(count, dater.dates), [0.0] * count
    else:
        neutral, errors = _sampled(count, dater.dates, seed)
    pairs = list(itertools.combinations(range(count), 2))
    both = dater.dates([full ^ (1 << one) ^ (1 << other) for one, other in pairs])
    clock = clock_of(first)
    last = clock_of(second)
    convention = first.convention(Point(milestone, "start"))
    return NetworkComparison(
        milestone=milestone,
        from_network=names[0],
        to_network=names[1],
        from_date=_day(none, unit, clock, convention),
        to_date=_day(every, unit, last, convention),
        delta=every - none,
        unit=unit,
        groups=tuple(GroupOfChanges(id=group.id, title=group.title, changes=group.words(first)) for group in groups),
        order=tuple(group.id for group in groups),
        contributions=tuple(
            Contribution(
                group=group.id,
                add_one_in=alone[place],
                but_for=without[place],
                waterfall=steps[place + 1] - steps[place],
                shapley=neutral[place],
                shapley_error=errors[place],
            )
            for place, group in enumerate(groups)
        ),
        interactions=tuple(
            Interaction(groups=(groups[one].id, groups[other].id), days=date - every + without[one] + without[other])
            for (one, other), date in zip(pairs, both, strict=True)
            if without[one] + without[other] != every - date
        ),
        exact=exact,
        terms=METHODS,
    )


def _day(value: int, unit: str, clock: Clock, convention: Any) -> Any:
    import datetime as dt

    return clock.show(value, convention) if unit == "wd" else dt.date.fromordinal(value)


def _in_order(groups: Sequence[Group], second: Plan) -> list[Group]:
    """Return groups in the order in which they first touch the second plan's schedule."""
    oracle = Oracle(second)
    network, values = oracle.network, oracle.found.values

    def first_touch(group: Group) -> tuple[int, str]:
        if group.structure is not None:
            return network.clock.limit, group.id
        names = set(group.assumptions)
        nodes = {node for name in group.durations for node in network.item_nodes(name)}
        for activity in second.activities:
            if names & set(references(activity)):
                nodes |= set(network.item_nodes(activity.id))
        for rule in second.rules:
            if rule.id in group.rules or (names & set(references(rule)) and second.switch(rule.enabled)):
                nodes |= {network.node(point) for point in rule.points()}
        return min((values[node] for node in nodes), default=0 if group.calendar else network.clock.limit), group.id

    return sorted(groups, key=first_touch)
