"""How far a schedule reproduces the published rows, and by what right: links, finish gates, fitted lags, or placing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from models.items import Activity, Hammock, Item, Milestone, Summary
from models.plan import Plan
from models.record import Date, Identifier, Record
from models.rules import AtLeast, Dependency, Gate, NotAfter, NotBefore, Rule
from models.schedule import Schedule
from optimiser.clock import Clock, clock_of
from optimiser.numbers import references

__all__ = ["RowClass", "RowMatch", "classify", "summary"]

RowClass = Literal["links", "fitted-upstream", "finish-gate", "fitted-lag", "placed"]
"""``links``: start and finish follow from other items and stated lengths, with nothing fitted anywhere upstream.
``fitted-upstream``: they follow from other items, and something that these wait for is fitted. ``finish-gate``: the row ends a
fitted time before another item. ``fitted-lag``: it starts a fitted time after one. ``placed``: nothing holds the row but its
published start; such a row is never called reproduced."""


class RowMatch(Record):
    """One published row against the schedule."""

    id: Identifier
    row: int
    by: RowClass
    published_start: Date
    published_finish: Date
    start: Date
    finish: Date

    @property
    def matches(self) -> bool:
        """Whether start and finish are the published ones."""
        return (self.start, self.finish) == (self.published_start, self.published_finish)

    @property
    def reproduced(self) -> bool:
        """Whether the row matches by anything but placing."""
        return self.matches and self.by != "placed"


def classify(plan: Plan, schedule: Schedule, clock: Clock | None = None) -> tuple[RowMatch, ...]:
    """Return every published row with its class and its dates, in the order of the rows.

    Parameters
    ----------
    plan
        The plan with the scenarios under which it is to be compared.
    schedule
        Its schedule.
    clock
        The plan's clock, where there is one already.
    """
    clock = clock or clock_of(plan)
    fitted = _over_fitted(plan)
    incoming: dict[str, list[Rule]] = {}
    gates: set[str] = set()
    # What is placed late moves with what waits for it, and holds nothing itself.
    late = {activity.id for activity in plan.activities if activity.placement == "as-late-as-possible"}
    for rule in plan.active_rules():
        if isinstance(rule, Dependency) and rule.before in late:
            if rule.basis == "fitted":
                gates.add(rule.before)
            continue
        for name in _constrained(plan, rule):
            incoming.setdefault(name, []).append(rule)
    found = []
    for item in plan.items.values():
        position = schedule.by_id.get(item.id)
        if item.published is None or position is None:  # a bar may have no place
            continue
        if isinstance(item, Milestone):
            start = finish = clock.show(position.start, item.shown)
        else:
            start, finish = clock.show(position.start, "opens"), clock.show(position.finish, "closes")
        by = _class(plan, item, incoming.get(item.id, []), gated=item.id in gates)
        found.append(
            RowMatch(
                id=item.id,
                row=item.published.row,
                by="fitted-upstream" if by == "links" and item.id in fitted else by,
                published_start=item.published.start,
                published_finish=item.published.finish,
                start=start,
                finish=finish,
            )
        )
    return tuple(sorted(found, key=lambda match: match.row))


def _constrained(plan: Plan, rule: Rule) -> Iterator[str]:
    """Yield the items that a rule can push later by itself."""
    if isinstance(rule, Dependency):
        yield rule.before if rule.bound == "at-most" else rule.after
    elif isinstance(rule, AtLeast | Gate):
        yield rule.after.item
    elif not isinstance(rule, NotAfter) and not (isinstance(rule, NotBefore) and plan.date(rule.date) is None):
        yield from dict.fromkeys(point.item for point in rule.points())


def _over_fitted(plan: Plan) -> frozenset[str]:
    """Return the items whose dates follow from something fitted: a rule, or a number of a rule, a length or a tie."""
    after: dict[str, set[str]] = {}
    found: set[str] = set()

    def follows(name: str, others: Iterable[str], entry: Rule | Item) -> None:
        numbers = () if isinstance(entry, Milestone | Summary) else references(entry)
        if "fitted" in (entry.basis, *(plan.assumptions_by_id[name].basis for name in numbers)):
            found.add(name)
        for other in others:
            after.setdefault(other, set()).add(name)

    late = {activity.id for activity in plan.activities if activity.placement == "as-late-as-possible"}
    for item in plan.items.values():
        follows(item.id, (point.item for point in item.ties()) if isinstance(item, Hammock) else (), item)
    for rule in plan.active_rules():
        items = {point.item for point in rule.points()}
        if isinstance(rule, Dependency) and rule.before in late:
            follows(rule.before, items - {rule.before}, rule)
        else:
            for name in _constrained(plan, rule):
                follows(name, items - {name}, rule)
    stack = list(found)
    while stack:
        for name in after.get(stack.pop(), set()) - found:
            found.add(name)
            stack.append(name)
    return frozenset(found)


def _class(plan: Plan, item: Item, rules: list[Rule], *, gated: bool) -> RowClass:
    """Return by what right an item stands where it does."""
    if isinstance(item, Hammock):
        lags = plan.duration(item.start_lag).amount or plan.duration(item.finish_lag).amount
        return "fitted-lag" if lags or item.basis == "fitted" else "links"
    if any(isinstance(rule, Dependency) and rule.basis == "fitted" for rule in rules):
        return "fitted-lag"
    if isinstance(item, Activity) and item.placement == "as-late-as-possible":
        return "finish-gate" if gated else "links"
    linked = any(not isinstance(rule, NotBefore) for rule in rules)
    return "links" if linked else "placed"


def summary(matches: tuple[RowMatch, ...]) -> dict[str, int]:
    """Return how many rows match by each class, and how many do not match."""
    counted = Counter(match.by if match.matches else "differs" for match in matches)
    return {name: counted[name] for name in ("links", "fitted-upstream", "finish-gate", "fitted-lag", "placed", "differs")}
