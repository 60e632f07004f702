"""Where a divergence comes from: the ledger of gaps first, then, between two networks, several methods side by side.

Which method is used can decide the answer, so no single number is given alone: each group of changes put into the first
plan alone, taken out of the second alone, in a stated order, and averaged over all orders (Shapley, "A value for n-person
games", 1953: a neutral allocation, which the SCL Delay and Disruption Protocol does not know).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from models.assumptions import Baseline
from models.duration import Duration, print_value
from models.explanation import Attribution, Contribution, GroupOfChanges, Interaction, NetworkComparison
from models.plan import DURATION_PREFIX, Plan
from models.rules import Point
from optimiser.clock import Clock
from optimiser.encoding.levers import references, stated_entries
from optimiser.errors import InputError, Located, UndecidedError
from optimiser.explain.by_date import find_baseline
from optimiser.explain.ledger import ledger
from optimiser.explain.oracle import Oracle
from optimiser.explain.standing import need_date
from optimiser.solve.asked import asked_for
from optimiser.solve.binding import Variant
from optimiser.solve.spans import column_number

__all__ = ["MOST_EXACT", "SCL_TERMS", "attribute", "compare_networks", "shapley"]

MOST_EXACT = 12
"""Up to this many groups every combination is dated; beyond, orders are sampled."""
SAMPLED_ORDERS = 400

SCL_TERMS = {
    "add_one_in": "impacted as-planned: each group put into the first plan alone",
    "but_for": "collapsed as-built (but for): each group taken out of the second plan alone; prospective, so not as built",
    "waterfall": "time impact analysis: the groups in the stated order, each on the plan then current",
    "shapley": "not a method of the Protocol: a neutral allocation over all orders",
    "interaction": "negative: concurrency; positive: the groups only delay together",
}


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
    asked = asked_for(plan, list(milestones) or None)
    oracle = Oracle(plan)
    for name in asked:
        need_date(oracle, name)
    comparisons = [
        compare_networks(other, plan, name, names=(label, _label(plan)), seed=seed)
        for label, other in against
        for name in asked
    ]
    return Attribution(
        plan=plan.id,
        scenarios=plan.settings.scenarios,
        readings=plan.choices(),
        ledgers=tuple(ledger(oracle, first, second) for second in seconds),
        comparisons=tuple(comparisons),
        notes=(
            "prospective: no result here is evidence of entitlement to time",
            "no network of the first published dates is shipped, so their own gaps cannot be tested",
        ),
    )


def _label(plan: Plan) -> str:
    return "+".join(plan.settings.scenarios) or "base"


# -- what differs --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """Changes that belong together."""

    id: str
    title: str
    assumptions: dict[str, Any]
    rules: dict[str, bool]
    durations: dict[str, bool]
    calendar: str | None = None
    structure: Plan | None = None
    """The second plan, where its items or rules are others: all of that is one change."""

    def words(self, first: Plan) -> tuple[str, ...]:
        """Return the changes in words."""
        if self.structure is not None:
            return _structure(first, self.structure)
        found = [
            f"{name}: {print_value(first.values[name])} → {print_value(value)}" for name, value in self.assumptions.items()
        ]
        switched = [*self.rules.items(), *((DURATION_PREFIX + name, on) for name, on in self.durations.items())]
        found += [f"{name} {'on' if on else 'off'}" for name, on in switched]
        return (*found, *((f"calendar {first.calendar} → {self.calendar}",) if self.calendar else ()))


def _groups(first: Plan, second: Plan) -> list[_Group]:
    """Return what two plans differ in: by the reading that says so, by assumption, or by kind of rule.

    Where one has items or rules that the other has not, all that is not an assumption of both is one group.

    Raises
    ------
    InputError
        If they are not of one plan.
    """
    same = [entry.id for entry in first.rules] == [entry.id for entry in second.rules] and list(first.items) == list(
        second.items
    )
    if first.id != second.id:
        message = f"'{first.id}' and '{second.id}' are not two networks of one plan; maybe compare two scenarios of one"
        raise InputError([Located(message, path="against")])
    groups: dict[str, _Group] = {}
    owner: dict[str, tuple[str, str]] = {}
    for reading in first.readings:
        if first.choice(reading) != second.choice(reading):
            for option in reading.options:
                for key in sorted(option.changes.keys()):
                    owner.setdefault(key, (reading.id, reading.question))

    def group(key: str, name: str, title: str) -> _Group:
        name, title = owner.get(key, (name, title))
        return groups.setdefault(name, _Group(name, title, {}, {}, {}))

    titles = {entry.id: entry.title for entry in stated_entries(first)}
    for name, value in second.values.items():
        if name in first.values and first.values[name] != value:
            group(f"assumption {name}", name, titles[name]).assumptions[name] = value
    if not same:
        groups["structure"] = _Group("structure", "Other items and rules", {}, {}, {}, structure=second)
        return list(groups.values())
    _switched(first, second, group)
    if first.calendar != second.calendar:
        group("calendar", "calendar", "The base calendar").calendar = second.calendar
    return list(groups.values())


def _switched(first: Plan, second: Plan, group: Callable[[str, str, str], _Group]) -> None:
    """Put rules and lengths that one plan has on and the other off into their groups."""
    for one, other in zip(first.rules, second.rules, strict=True):
        if first.switch(one.enabled) != second.switch(other.enabled):
            kind = f"Rules of kind {one.kind}"
            group(f"rule {one.id}", one.kind, kind).rules[one.id] = second.switch(other.enabled)
    for work, changed in zip(first.activities, second.activities, strict=True):
        if first.switch(work.enabled) != second.switch(changed.enabled):
            key = f"rule {DURATION_PREFIX}{work.id}"
            group(key, "durations", "Lengths that count").durations[work.id] = second.switch(changed.enabled)


def _mixed(first: Plan, chosen: Sequence[_Group]) -> Plan:
    """Return the first plan with some groups of changes made; with another structure, that plan less the other groups."""
    structure = next((group.structure for group in chosen if group.structure is not None), None)
    if structure is not None:
        first = _valued(structure, first, {name for group in chosen for name in group.assumptions})
    values = {name: value for group in chosen for name, value in group.assumptions.items()}
    rules = {name: on for group in chosen for name, on in group.rules.items()}
    durations = {name: on for group in chosen for name, on in group.durations.items()}
    changed: dict[str, Any] = {
        kind: tuple(
            entry.model_copy(update={"value": values[entry.id]}) if entry.id in values else entry
            for entry in getattr(first, kind)
        )
        for kind in ("assumptions", "unknowns")
    }
    changed["rules"] = tuple(
        rule.model_copy(update={"enabled": rules[rule.id]}) if rule.id in rules else rule for rule in first.rules
    )
    changed["activities"] = tuple(
        entry.model_copy(update={"enabled": durations[entry.id]}) if entry.id in durations else entry
        for entry in first.activities
    )
    calendar = next((group.calendar for group in chosen if group.calendar), first.calendar)
    return first.evolve(**changed, calendar=calendar)


def _valued(second: Plan, first: Plan, but: Collection[str]) -> Plan:
    """Return the second plan with the values of the first in assumptions that both have, but for some."""

    def stated(entry: Any) -> Any:
        own = first.values.get(entry.id, entry.value)
        return entry if entry.id in but or own == entry.value else entry.model_copy(update={"value": own})

    return second.evolve(
        assumptions=tuple(stated(entry) for entry in second.assumptions),
        unknowns=tuple(stated(entry) for entry in second.unknowns),
    )


def _structure(first: Plan, second: Plan) -> tuple[str, ...]:
    """Return in words what items and rules one plan has and the other has not."""
    found = []
    for word, one, other in (("items", first.items, second.items), ("rules", first.rules_by_id, second.rules_by_id)):
        more, fewer = len(other.keys() - one.keys()), len(one.keys() - other.keys())
        found += [f"{more} {word} more"] if more else []
        found += [f"{fewer} {word} fewer"] if fewer else []
    qualification = second.qualification
    if qualification is not None and qualification.expanded and not (first.qualification and first.qualification.expanded):
        found.append(f"{len(qualification.parties)} parties in the place of {', '.join(qualification.replaces) or 'one bar'}")
    return tuple(found)


# -- dating combinations -------------------------------------------------------------------------------------------------


class _Dater:
    """The date of a milestone at every combination of groups, each dated once."""

    def __init__(self, first: Plan, groups: Sequence[_Group], milestone: str, unit: Literal["wd", "cd"]) -> None:
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
            reaches = self.oracle.reach(self.milestone, [self._variant(mask) for mask in new])
            self.known |= {mask: self._shown(reach.low, self.oracle.clock) for mask, reach in zip(new, reaches, strict=True)}
        elif new:
            self.known |= {mask: self._date(mask) for mask in new}
        return [self.known[mask] for mask in masks]

    def _chosen(self, mask: int) -> list[_Group]:
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
        plan = _mixed(self.first, self._chosen(mask))
        oracle = Oracle(plan, self.oracle.limits)
        reach = need_date(oracle, self.milestone)
        if reach.exact is None:
            named = ", ".join(group.id for group in self._chosen(mask)) or "no change"
            message = f"undecided: the limit came before the date of {self.milestone} with {named}; maybe fewer changes at once"
            raise UndecidedError(message)
        return self._shown(reach.exact, oracle.clock)

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
    groups = _groups(first, second)
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
    clock = Clock(first)
    last = Clock(second)
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
        terms=SCL_TERMS,
    )


def _day(value: int, unit: str, clock: Clock, convention: Any) -> Any:
    import datetime as dt

    return clock.show(value, convention) if unit == "wd" else dt.date.fromordinal(value)


def _in_order(groups: Sequence[_Group], second: Plan) -> list[_Group]:
    """Return groups in the order in which they first touch the second plan's schedule."""
    oracle = Oracle(second)
    network, values = oracle.network, oracle.found.values

    def first_touch(group: _Group) -> tuple[int, str]:
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
