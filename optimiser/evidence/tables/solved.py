"""An answer of `solve` as tables: the dates, their grounds and distances, the forecast, and two answers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.changes import Comparison, ValueChange, WhatIf
from models.findings import Binding
from models.forecast import DueDate, Forecast, MilestoneForecast, Work
from models.outcome import BaselineDelta, MilestoneDate, RowDate, Solved
from models.pack import Cell, Table
from models.plan import Plan
from optimiser.evidence.documents import conditions, stands_on
from optimiser.evidence.tables.kit import across, columns, listing, table, weakest
from optimiser.evidence.words import change, day, gained, month_or_day, weekday_day

__all__ = [
    "against_published",
    "broken_rules",
    "changes",
    "comparison",
    "dates_before_after",
    "earliest_dates",
    "grounds",
    "milestone_states",
    "phase_progress",
    "what_binds",
]


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


_WORK: tuple[Work, ...] = ("done", "in progress", "to do")


def milestone_states(outcome: Solved, forecast: Forecast, source: str, *, asked: Sequence[str] | None = None) -> Table:
    """Return where each milestone is or will be, and how late that is.

    Parameters
    ----------
    asked
        Milestones shown first and whatever their state; others only where they are missed or slipping, the latest first. All where
        None, in the order of the forecast.
    """

    def late(each: MilestoneForecast) -> tuple[bool, int]:
        return each.id not in (asked or ()), -max((due.late_wd or 21 * (due.late_months or 0) for due in each.due), default=0)

    rows: list[list[Cell]] = []
    for each in forecast.milestones if asked is None else sorted(forecast.milestones, key=late):
        if asked is None or each.id in asked or each.state in ("missed", "slipping"):
            first, *more = each.due or (None,)
            rows.append([each.id, each.title, each.state, each.date, *_due(first)])
            rows += [["", "", "", None, *_due(due)] for due in more]
    return table(
        "milestone-states",
        "Milestones from here",
        columns(
            "milestone:id | title | state | date:date | due | by | late:number wd | months late:number mo",
            {
                "state": "met; missed: due by a day that is past; slipping: due before it comes; on time; undated",
                "date": "on which it was met, or comes at the earliest from the status date on",
                "late": "after the day it is due, negative before it",
                "months late": "by the months' names, where only a month was published",
            },
        ),
        rows,
        weakest(entry.proof for entry in outcome.milestones),
        source,
    )


def _due(due: DueDate | None) -> list[Cell]:
    if due is None:
        return [None, None, None, None]
    months = due.late_months if due.late_wd is None else None
    return [month_or_day(due.date), due.by, due.late_wd, months]


def phase_progress(solved: Solved, plan: Plan, source: str) -> Table:
    """Return how many activities of each phase are done, in progress and to do, and the next days of each."""
    titles = {phase.id: phase.title for phase in plan.phases}
    phases: dict[str | None, list[RowDate]] = {phase: [] for phase in (*titles, None)}
    for row in solved.rows:
        if row.kind == "activity":
            phases[row.phase if row.phase in titles else None].append(row)
    rest = "without a phase" if titles else "all"
    rows = ([rest if phase is None else titles[phase], *_progress(work)] for phase, work in phases.items() if work)
    return table(
        "progress-by-phase",
        "How far each phase is",
        "phase | done:number | in progress:number | to do:number | next start:date | last finish:date",
        rows,
        "counted",
        source,
        note="Activities; dates of what is to come are the earliest.",
    )


def _progress(work: Sequence[RowDate]) -> list[Cell]:
    """Return how many activities are done, in progress and to do, the next start and the last finish."""
    start = min((row.start for row in work if row.progress == "to do"), default=None)
    finish = max((row.finish for row in work if row.progress != "done"), default=None)
    return [*(sum(row.progress == state for row in work) for state in _WORK), start, finish]


def broken_rules(forecast: Forecast, plan: Plan, source: str) -> Table:
    """Return the rules that facts have broken: they held nothing back."""
    return listing(
        "broken-by-fact",
        "What facts have broken",
        "rule:id | title | by:number wd = working_days | how = message",
        forecast.broken,
        "stated",
        source,
        said={"title": lambda each: plan.rules_by_id[each.rule].title},
        notes={"by": "short of what the rule asks for"},
        note="What is past is fact: a rule that it breaks holds nothing back.",
    )


def _signed(value: int | None, unit: str) -> str | None:
    return None if value is None else f"{value:+d} {unit}"


def changes(found: Sequence[ValueChange], title: str, source: str, *, by: bool = True) -> Table:
    """Return what was set differently, titles first, with its old and its new value.

    Parameters
    ----------
    by
        Whether to say which option or scenario set each.
    """
    return listing(
        "what-if",
        title,
        "what | name:id | from | to | by | rounded",
        found,
        "stated",
        source,
        said={
            "what": lambda change: change.title or change.kind,
            "from": lambda change: month_or_day(change.before),
            "to": lambda change: month_or_day(change.after),
            "by": lambda change: " ".join(filter(None, (change.by if by else None, change.asked))) or None,
        },
    )


def dates_before_after(found: WhatIf, source: str) -> Table:
    """Return the dates before and after what was changed."""
    proofs = [proof for change in found.dates for proof in (change.proof_before, change.proof_after) if proof]
    return listing(
        "what-if-dates",
        "Earliest dates before and after",
        "milestone:id | before:date | after:date | difference:number wd = working_days",
        found.dates,
        weakest(proofs),
        source,
        note="Before: the plan under the scenarios without the single choices; the plan as written, where none were made.",
    )


def comparison(found: Comparison, source: str) -> dict[str, Table]:
    """Return the dates, the rules that bind otherwise and the items that moved, by the tables' ids."""
    tables = [
        listing(
            "dates-compared",
            "Dates",
            "milestone:id | before:date | after:date | in wd | in cd | proof",
            found.dates,
            "solver",
            source,
            said={
                "in wd": lambda each: _signed(each.working_days, "wd"),
                "in cd": lambda each: _signed(each.calendar_days, "cd"),
                "proof": lambda each: " → ".join(dict.fromkeys(at or "none" for at in (each.proof_before, each.proof_after))),
            },
        ),
        listing(
            "bindings-compared",
            "Binding rules: what dropping each gains, before and after",
            "title | milestone:id | rule:id | change | gain before:number wd | gain after:number wd",
            found.bindings,
            "closed form",
            source,
        ),
        listing(
            "rows-compared",
            "Items that moved, in the order of time",
            "name | item:id = id | start:date = start_before | start then:date = start_after | finish:date = finish_before"
            " | finish then:date = finish_after",
            found.rows,
            "solver",
            source,
        ),
    ]
    return {table.id: table for table in tables}
