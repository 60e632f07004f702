"""A plan seen from its status date, as tables: its milestones beside what they are due by, and what facts have broken."""

from __future__ import annotations

from collections.abc import Sequence

from models.forecast import DueDate, Forecast
from models.outcome import Solved
from models.pack import Cell, Table
from models.plan import Plan
from optimiser.evidence.tables.kit import column, columns, table, weakest
from optimiser.evidence.words import month_or_day

__all__ = ["broken_rules", "milestone_states"]


def milestone_states(outcome: Solved, forecast: Forecast, source: str, *, asked: Sequence[str] | None = None) -> Table:
    """Return where each milestone is or will be, and how late that is.

    Parameters
    ----------
    asked
        Milestones shown whatever their state; others only where they are missed or slipping. All where None.
    """
    rows: list[list[Cell]] = []
    for each in forecast.milestones:
        if asked is not None and each.id not in asked and each.state not in ("missed", "slipping"):
            continue
        for place, due in enumerate(each.due or (None,)):
            known = [each.id, each.title, each.state, each.date] if not place else ["", "", "", None]
            rows.append([*known, *_due(due)])
    return table(
        "milestone-states",
        "Milestones from here",
        [
            *columns("milestone:id | title"),
            column("state", note="met; missed: due by a day that is past; slipping: due before it comes; on time; undated"),
            column("date", "date", note="on which it was met, or comes at the earliest from the status date on"),
            *columns("due | by"),
            column("late", "number", "wd", "after the day it is due, negative before it"),
            column("months late", "number", "mo", "by the months' names, where only a month was published"),
        ],
        rows,
        proof=weakest(entry.proof for entry in outcome.milestones),
        source=source,
    )


def _due(due: DueDate | None) -> list[Cell]:
    if due is None:
        return [None, None, None, None]
    months = due.late_months if due.late_wd is None else None
    return [month_or_day(due.date), due.by, due.late_wd, months]


def broken_rules(forecast: Forecast, plan: Plan, source: str) -> Table:
    """Return the rules that facts have broken: they held nothing back."""
    return table(
        "broken-by-fact",
        "What facts have broken",
        [
            *columns("rule:id | title"),
            column("by", "number", "wd", "short of what the rule asks for"),
            column("how"),
        ],
        [[each.rule, plan.rules_by_id[each.rule].title, each.working_days, each.message] for each in forecast.broken],
        proof="stated",
        source=source,
        note="What is past is fact: a rule that it breaks holds nothing back.",
    )
