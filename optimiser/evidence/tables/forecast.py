"""A plan seen from its status date, as tables: its milestones beside what they are due by, and what facts have broken."""

from __future__ import annotations

from collections.abc import Sequence

from models.forecast import DueDate, Forecast, MilestoneForecast, Work
from models.outcome import RowDate, Solved
from models.pack import Cell, Table
from models.plan import Plan
from optimiser.evidence.tables.kit import columns, listing, table, weakest
from optimiser.evidence.words import month_or_day

__all__ = ["broken_rules", "milestone_states", "phase_progress"]

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
