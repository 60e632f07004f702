"""The ledger of gaps: a divergence from published dates as months added between milestones, from the dates alone.

A milestone's divergence is its own root's and the growth of every gap on the way to it, so the sums are exact. The way is
the plan's: the milestone that a milestone's driving chain passes last, or, where a floor hides it, the latest one that any
rule, on or off, leads from. What each month rests on is read off the plan: *approved* where a floor of which the source
says so holds the milestone in its published month; *contingency* for the working days of a chain that are called so;
*evidenced* for lengths that something bears out besides whoever states them; *asserted* for all others; *unexplained* where
the plan's own dates do not show the gap.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

from models.assumptions import Baseline
from models.attribution import DivergenceLedger, Gap, Grade
from models.items import Activity
from models.plan import Plan
from models.provenance import Sourced
from models.rules import NotBefore, Point
from optimiser.critical import Earliest
from optimiser.explain.oracle import Oracle
from optimiser.numbers import entry_of, references

__all__ = ["grade_of", "laid_on", "ledger", "way_to"]

T = TypeVar("T")

Label = Literal["approved", "evidenced", "asserted", "contingency", "unexplained"]
_WORKING_DAYS_A_MONTH = 261 / 12


def ledger(oracle: Oracle, first: Baseline, second: Baseline) -> DivergenceLedger:
    """Return what each gap adds between two baselines."""
    plan = oracle.plan
    shared = [entry.milestone for entry in second.dates if first.date(entry.milestone) is not None]
    moved = {name: _months(second, name) - _months(first, name) for name in shared}
    before = {name: _passed_before(oracle, name, shared, first, second) for name in shared}
    chain = {name: _way(name, before) for name in shared}
    gaps = [_gap(oracle, first, second, before[name], name) for name in shared]
    return DivergenceLedger(
        from_baseline=first.id,
        to_baseline=second.id,
        milestones=moved,
        gaps=tuple(sorted(gaps, key=lambda gap: [entry.id for entry in plan.milestones].index(gap.after))),
        chain=chain,
    )


def _way(milestone: str, before: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the milestones whose gaps add up to a milestone's, the first of them first."""
    way = [milestone]
    while (last := before[way[-1]]) is not None and last not in way:
        way.append(last)
    return tuple(reversed(way))


def way_to(oracle: Oracle, milestone: str, first: Baseline, second: Baseline) -> list[tuple[str | None, str, int]]:
    """Return the gaps on the way to a milestone: between which two they lie, and by how many months they grew."""
    shared = [entry.milestone for entry in second.dates if first.date(entry.milestone) is not None]
    before = {name: _passed_before(oracle, name, shared, first, second) for name in shared}
    found: list[tuple[str | None, str, int]] = []
    total = 0
    for place, after in enumerate(way := _way(milestone, before)):
        moved = _months(second, after) - _months(first, after)
        found.append((way[place - 1] if place else None, after, moved - total))
        total = moved
    return found


def grade_of(*entries: Sourced) -> Grade:
    """Return the evidence grade of months caused by a rule or number: the best among the entries behind it."""
    for entry in entries:
        if entry.approved:
            return "approved"
        if entry.evidenced:
            return "evidenced"
    return "not evidenced"


def laid_on(days: Mapping[T, int], months: int) -> dict[T, int]:
    """Return whole months laid on what makes them, by its days, those left over by the largest remainder; none without days."""
    total = sum(days.values())
    exact = {each: months * share / total for each, share in days.items()} if total else {}
    whole = {each: int(value) for each, value in exact.items()}
    for each in sorted(exact, key=lambda name: whole[name] - exact[name])[: months - sum(whole.values())]:
        whole[each] += 1
    return {each: count for each, count in whole.items() if count}


def _months(baseline: Baseline, milestone: str) -> int:
    """Return a published date as a running month."""
    published = baseline.date(milestone)
    assert published is not None
    year, month = published.month
    return year * 12 + month


def _passed_before(oracle: Oracle, milestone: str, shared: Sequence[str], first: Baseline, second: Baseline) -> str | None:
    """Return the milestone of both baselines that the way to a milestone passes last."""
    found = oracle.found
    earlier = {
        name
        for name in shared
        if name != milestone
        and _months(second, name) <= _months(second, milestone)
        and _months(first, name) <= _months(first, milestone)
    }
    line = found.chain(found.last[oracle.node(milestone)])
    for index in reversed(line):
        item = found.network.points[found.events[index].node].item
        if item in earlier and not _held_with(oracle.plan, item, milestone):
            return item
    ancestors = _ancestors(oracle.plan, milestone) & earlier
    return max(ancestors, key=lambda name: (_months(second, name), name), default=None)


def _held_with(plan: Plan, one: str, other: str) -> bool:
    """Return whether a milestone is held together with one that the plan lists after it: then that one leads."""
    order = [milestone.id for milestone in plan.milestones]
    return any(
        rule.kind == "equality"
        and {one, other} <= {point.item for point in rule.points()}
        and order.index(one) > order.index(other)
        for rule in plan.active_rules()
    )


def _ancestors(plan: Plan, milestone: str) -> set[str]:
    """Return everything from which a rule, on or off, leads to a milestone."""
    into: dict[str, set[str]] = {}
    for rule in plan.rules:
        points = rule.points()
        if rule.kind == "equality":
            for point in points:
                into.setdefault(point.item, set()).update(each.item for each in points if each != point)
        elif len(points) > 1 and rule.kind not in ("capacity", "blackout"):
            into.setdefault(points[-1].item, set()).update(point.item for point in points[:-1])
    found: set[str] = set()
    stack = [milestone]
    while stack:
        item = stack.pop()
        for source in into.get(item, ()):
            if source not in found and source != milestone:
                found.add(source)
                stack.append(source)
    return found


def _gap(oracle: Oracle, first: Baseline, second: Baseline, before: str | None, after: str) -> Gap:
    """Return one gap with what its growth rests on."""
    if before is None:
        growth = _months(second, after) - _months(first, after)
        label, reason = _root(oracle.plan, second, after)
        return Gap(
            before=None,
            after=after,
            months_from=None,
            months_to=None,
            growth=growth,
            labels={label: growth} if growth else {},
            reason=reason if growth else "unchanged",
        )
    months_from = _months(first, after) - _months(first, before)
    months_to = _months(second, after) - _months(second, before)
    growth = months_to - months_from
    labels, reason = _grown(oracle, before, after, months_to, growth)
    return Gap(
        before=before,
        after=after,
        months_from=months_from,
        months_to=months_to,
        growth=growth,
        labels=labels,
        reason=reason,
    )


def _root(plan: Plan, second: Baseline, milestone: str) -> tuple[Label, str]:
    """Return the label of the move of a milestone that follows from no other milestone, with its reason."""
    published = second.date(milestone)
    assert published is not None
    for rule in plan.active_rules():
        if isinstance(rule, NotBefore) and rule.at.item == milestone:
            date = plan.date(rule.date)
            if date is not None and (date.year, date.month) == published.month:
                if rule.approved:
                    return "approved", f"held by {rule.id}: {rule.approved}"
                return (
                    "asserted",
                    f"held by {rule.id}, of {rule.authority} authority; the source does not say that it is approved",
                )
    return "unexplained", "no floor of the plan holds it in its published month"


def _grown(oracle: Oracle, before: str, after: str, months_to: int, growth: int) -> tuple[dict[Label, int], str]:
    """Return what the growth of a gap rests on: contingency first, then by the working days of the chain."""
    if not growth:
        return {}, "unchanged"
    shown = _date(oracle, after), _date(oracle, before)
    network = (shown[0].year - shown[1].year) * 12 + shown[0].month - shown[1].month
    if abs(network - months_to) > 1:
        return {"unexplained": growth}, f"the plan's own dates are {network} months apart, so they do not show this gap"
    if growth < 0:
        label: Label = "asserted" if network == months_to else "unexplained"
        return {label: growth}, "shorter than before" + ("" if label == "asserted" else ", which the plan's dates do not show")
    days = _days_by_label(oracle, before, after)
    unexplained = min(growth, max(0, months_to - network))
    left = growth - unexplained
    contingency = min(left, round(days["contingency"] / _WORKING_DAYS_A_MONTH))
    left -= contingency
    shares: tuple[Label, ...] = ("evidenced", "asserted")
    labels = laid_on({label: days[label] for label in shares}, left)
    unexplained += left - sum(labels.values())
    labels |= {"contingency": contingency, "unexplained": unexplained}
    said = ", ".join(f"{count} wd {label}" for label, count in sorted(days.items()) if count)
    reason = f"the plan's chain between them has {said or 'no working days'}; its dates are {network} months apart"
    return {label: count for label, count in labels.items() if count}, reason


def _date(oracle: Oracle, milestone: str) -> dt.date:
    value = oracle.found.values[oracle.node(milestone)]
    return oracle.problem.clock.show(value, oracle.plan.convention(Point(milestone, "start")))


def _days_by_label(oracle: Oracle, before: str, after: str) -> Counter[Label]:
    """Return the working days of the driving chain between two milestones by what they rest on."""
    found: Earliest = oracle.found
    since = found.values[oracle.node(before)]
    days: Counter[Label] = Counter()
    for index in found.chain(found.last[oracle.node(after)]):
        event = found.events[index]
        if event.rule is None or not event.parents:
            continue
        start = max(since, found.events[event.parents[-1]].boundary)
        if event.boundary > start:
            days[_label(oracle.plan, event.rule)] += event.boundary - start
    return days


def _label(plan: Plan, name: str) -> Label:
    """Return the label of the working days that a rule or duration adds."""
    entry = entry_of(plan, name)
    if "contingency" in entry.title.lower() and isinstance(entry, Activity):
        return "contingency"
    assumed = next((plan.assumptions_by_id[name] for name in references(entry)), None)
    return "evidenced" if grade_of(*([assumed] if assumed else []), entry) == "evidenced" else "asserted"
