"""How forecasts went over a chain of updates, as a page for people."""

from __future__ import annotations

import datetime as dt
from typing import Final

from rich.text import Text

from models.trend import MilestoneTrend, UpdateTrend
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.tables.trending import forecast_checks, milestone_trend
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, day

__all__ = ["trend_report"]

_SPARED: Final = ("update", "proof", "P50", "consumed", "held", "needed")
_LEAST: Final = 20


def trend_report(trend: UpdateTrend, page: Page, source: str) -> str:
    """Return each milestone's forecasts as a line and a table, how right they were, and what is wrong with the chain."""
    drawn = f"; {trend.samples} samples of each, seed {trend.seed}" if trend.samples else "; --samples adds P50 and P80"
    lines: Lines = [heading(trend.title, f"{counted(len(trend.chain.links), 'update')}{drawn}")]
    for each in trend.milestones:
        lines += _drawn(each, page)
    table = milestone_trend(trend, source)
    keys = [each.key or each.name for each in table.columns]
    view = choose(table, [key for key in keys if key != ("update" if len(trend.milestones) > 1 else "milestone")])
    lines += shown(view, page, note="each as of its status date", spared=_SPARED)
    checks = forecast_checks(trend, source)
    if any(each.met for each in trend.checks):
        lines += shown(checks, page, spared=("update",))
    elif trend.checks:
        lines += paragraph(
            "No milestone was met after an update that drew a date for it, so none can be held against it.", page.width
        )
    for note in trend.notes:
        lines += paragraph(f"{note}.", page.width)
    return page.paint(lines)


def _drawn(each: MilestoneTrend, page: Page) -> Lines:
    """Return a line an update, a dot where the milestone is forecast, and a bar where it is due."""
    dated = [(_day(point.as_of), _day(point.date)) for point in each.points if point.date is not None]
    if not dated:
        return []
    due = each.deadline
    ends = [date for _, date in dated] + ([due] if due else [])
    first, last = min(ends), max(ends)
    wide = max(_LEAST, min(56, page.width - 34))
    span = max((last - first).days, 1)

    def place(date: dt.date) -> int:
        return round((date - first).days / span * (wide - 1))

    note = f"due {day(due)}" if due else ""
    lines: Lines = [heading(""), heading(f"{each.id}  {each.title}", note)]
    for known, date in dated:
        track = ["·"] * place(date) + ["●"] + [" "] * (wide - 1 - place(date))
        if due and track[place(due)] != "●":
            track[place(due)] = "│"
        lines.append(Text(f"  {day(known):>11}  {''.join(track)}  {day(date)}"))
    return lines


def _day(date: dt.date) -> dt.date:
    return date.date() if isinstance(date, dt.datetime) else date
