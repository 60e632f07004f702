"""An answer of `solve` as tables: the dates, how they lie to published ones, what they stand on, and what binds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.findings import Binding
from models.outcome import BaselineDelta, MilestoneDate, Solved
from models.pack import Cell, Table
from models.plan import Plan
from optimiser.evidence.documents import conditions, stands_on
from optimiser.evidence.tables.kit import across, columns, listing, table, weakest
from optimiser.evidence.words import change, day, gained, month_or_day, weekday_day

__all__ = ["against_published", "earliest_dates", "grounds", "what_binds"]

_SOURCE = "solve"


def earliest_dates(outcome: Solved, plan: Plan) -> Table:
    """Return each milestone with its date, on what condition, how it is proved, what it stands on, and its span."""
    met = {each.id for each in outcome.forecast.milestones if each.state == "met"} if outcome.forecast else set()
    return listing(
        "earliest-dates",
        "Earliest dates",
        "title | milestone:id = id | earliest date:id | if | proof | stands on | over the open readings:id",
        outcome.milestones,
        said={
            "title": lambda entry: plan.items[entry.id].title,
            "earliest date": lambda entry: weekday_day(entry.date),
            "if": lambda entry: conditions(entry.evidence) or None,
            "stands on": lambda entry: "what is done" if entry.id in met else stands_on(entry.evidence),
            "over the open readings": lambda entry: _span(entry, plan),
        },
        proof=weakest(entry.proof for entry in outcome.milestones),
        source=_SOURCE,
    )


def _span(entry: MilestoneDate, plan: Plan) -> str | None:
    if not plan.live_readings():
        return "none is open" if plan.readings else None
    if entry.span is None:
        return "not computed"
    first, last = day(entry.span.first.date), "off calendar" if entry.span.beyond else day(entry.span.last.date)
    return "none moves it" if first == last else f"{first} – {last}"


def against_published(outcome: Solved, plan: Plan) -> Table:
    """Return how the dates lie to the published ones, a row for each baseline that has any of them."""

    def cell(found: BaselineDelta | None) -> Cell:
        return f"{change(found.delta_months, found.delta_wd)} ({month_or_day(found.published)})" if found else None

    rows = [
        [each.title, each.id, *(cell(entry.baselines.get(each.id)) for entry in outcome.milestones)]
        for each in plan.baselines
        if any(each.id in entry.baselines for entry in outcome.milestones)
    ]
    heads = columns("title | baseline:id" + across((entry.id for entry in outcome.milestones), "{}:id"))
    return table("against-published", "Against what was published", heads, rows, proof="published", source=_SOURCE)


def grounds(outcome: Solved) -> Table:
    """Return what the driving chain of each date stands on: its lengths and its links by basis, and fitted numbers."""

    def counts(found: Mapping[Any, int], unit: str = "") -> str:
        return ", ".join(f"{count} {unit}{basis}" for basis, count in found.items() if count)

    def links(entry: MilestoneDate) -> str:
        found = entry.evidence
        return counts(found.links) or (f"{found.inferred_links} inferred" if found.inferred_links else "none")

    return listing(
        "grounds",
        "What the dates stand on",
        "milestone:id = id | lengths | links and floors | lowest confidence = evidence.weakest_confidence"
        " | fitted = evidence.fitted",
        outcome.milestones,
        said={
            "lengths": lambda entry: (
                counts({"document": entry.evidence.document_wd, **entry.evidence.other_wd}, "wd ") or "no work"
            ),
            "links and floors": links,
        },
        proof="counted",
        source=_SOURCE,
    )


def what_binds(by_rule: Mapping[str, Mapping[str, Binding]], milestones: Sequence[str]) -> Table:
    """Return a row for each rule with what each milestone gains without it and by one unit less of it, the greatest gain first."""
    rows: list[list[Cell]] = []
    for rule, found in sorted(by_rule.items(), key=lambda pair: -max(map(_worth, pair[1].values()))):
        entry = next(iter(found.values()))
        gains = (_gain(found[name]) if name in found else None for name in milestones)
        rows.append([entry.title, rule, entry.authority, entry.basis, *gains])
    heads = columns("title | rule:id | authority | basis" + across(milestones, "{}:id"))
    return table("what-binds", "What binds", heads, rows, proof="closed form", source=_SOURCE)


def _worth(entry: Binding) -> float:
    """Return the days gained without a rule; less than nothing where it only holds the plan together."""
    return -0.5 if entry.drop_gain_wd is None else entry.drop_gain_wd


def _gain(entry: Binding) -> str:
    drop = "open" if entry.drop_gain_wd is None else str(gained(entry.drop_gain_wd, entry.drop_gain_min))
    drop = drop if entry.fallback_gain_wd is None else f"{entry.fallback_gain_wd}*"
    unit = "–" if entry.unit_gain_wd is None else str(gained(entry.unit_gain_wd, entry.unit_gain_min))
    return f"{drop} / {unit}"
