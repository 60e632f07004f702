"""Reports of what moved: `compare` of two outcomes or updates, and `trend` over a chain of updates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from rich.text import Text

from models.changes import Comparison, RowChange
from models.moved import MilestoneMove, WhatMoved
from models.trend import MilestoneTrend, UpdateTrend
from optimiser.evidence.tables.solved import changes, comparison
from optimiser.evidence.tables.updates import forecast_checks, milestone_trend, moved_causes, moved_dates, moved_windows
from optimiser.evidence.terminal.page import Page, paragraph
from optimiser.evidence.terminal.report import Report
from optimiser.evidence.words import counted, dated, day
from optimiser.moved import moved_words

__all__ = ["comparison_report", "trend_report"]

_CALLED: Final = 6
"""Items that are called otherwise of which each is named."""
_BAR: Final = 28
"""Cells of a bar at most."""
_MOST: Final = 15
_LEAST: Final = 20


def comparison_report(found: Comparison, page: Page, moved: WhatMoved | None = None, windows: Sequence[WhatMoved] = ()) -> str:
    """Return the differences of two outcomes and, for two updates, the bridge and its windows."""
    told, before, after = Report(page), found.before, found.after
    told.head(f"{before.name} → {after.name}", before.plan)
    for side in (before, after):
        if side.status != "solved":
            told.say(f"{side.name} is {side.status}{f': {side.conflict}' if side.conflict else ''}")
    told.say(*found.notes)
    if moved is not None:
        _moved(told, moved)
        if windows:
            told.table(moved_windows(windows, moved, "compare"), spared=("before",))
    if found.same:
        told.say("Nothing differs.")
        return told.text()
    tables = comparison(found, "compare")
    if moved is None:
        told.table(tables["dates-compared"])
    heads = ("what", "name", "from", "to", "by")
    told.table(changes(found.values, "Set differently", "compare", by=False), heads, most=_MOST, least=14)
    if found.first is not None:
        told.head("What moved first")
        told.say(f"{found.first.row.id}: {_move(found.first.row)} ({found.first.row.name})")
        told.say(*(f"by {why}" for why in found.first.why), indent=4)
    for chain in found.chains:
        told.head(f"Driving chain of {chain.milestone}")
        told.say(f"before: {' → '.join(chain.before)}", f"after:  {' → '.join(chain.after)}")
    for name in ("bindings-compared", "rows-compared"):
        told.table(tables[name], spared=("title", "name"), most=_MOST)
    return told.text()


def _move(row: RowChange) -> str:
    """Return where an item lay and lies."""
    if row.start_before != row.start_after:
        return f"starts {dated(row.start_before)} → {dated(row.start_after)}"
    return f"finishes {dated(row.finish_before)} → {dated(row.finish_after)}"


def _moved(told: Report, found: WhatMoved) -> None:
    """Write what moved: the dates by kind of cause, then for each milestone a bar and a sentence a cause."""
    status = dict.fromkeys(day(date) for date in (found.status_before, found.status_after) if date)
    note = f"status date {' → '.join(status)}" if status else ""
    told.table(moved_dates(found, "compare"), note=note, spared=("title",))
    told.say(*(f"{move.milestone}: {move.why_not}" for move in found.moves if move.why_not))
    moved = [move for move in found.moves if move.shares]
    if not moved and any(move.amount == 0 for move in found.moves):
        of = f": of {counted(len(found.causes), 'thing')} that happened or were changed none moves a date."
        told.say(f"Nothing moved{of if found.causes else ', and nothing that could move a date differs.'}")
    for move in moved:
        _bridge(told, found, move)
    shares = [share for move in found.moves for share in move.shares]
    if any(share.amount != share.mean or share.least != share.most for share in shares):
        # The causes of which the order decides what they are charged.
        causes = moved_causes(found, "compare")
        apart = [row for share, row in zip(shares, causes.rows, strict=True) if share.least != share.most]
        told.table(causes, rows=apart, spared=("since", "kind", "least", "most"))
    told.say(*(f"taken together, as there is no date between them: {each}" for each in found.joined))
    called = [f"{old} is now called {new}" for old, new in found.renamed.items()]
    called += [f"{name} was titled '{title}'" for name, title in found.retitled.items()]
    told.say(*called[:_CALLED])
    told.say(f"{len(called) - _CALLED} more are called otherwise, with --json" if len(called) > _CALLED else "")
    told.say(*found.notes)


def _bridge(told: Report, found: WhatMoved, move: MilestoneMove) -> None:
    """Write the steps from one date to the other, each with a bar where it lies between the two."""
    by_id = {cause.id: cause for cause in found.causes}
    levels = [0]
    for share in move.shares:
        levels.append(levels[-1] + share.amount)
    low, span = min(levels), max(max(levels) - min(levels), 1)
    room = min(_BAR, max(12, told.page.width // 4))

    def at(level: int) -> int:
        return round((level - low) / span * (room - 1))

    assert move.before is not None
    assert move.after is not None
    total = moved_words(move.amount or 0, move.unit, found.day_minutes)
    told.head(f"{move.milestone} {day(move.before)} → {day(move.after)}, {total}", move.title)
    for share, level in zip(move.shares, levels, strict=False):
        if not share.amount:
            continue
        left, right = sorted((at(level), at(level + share.amount)))
        glyph = "█" if share.amount > 0 else "▒"
        bar = " " * left + glyph * max(1, right - left) + " " * (room - max(right, left + 1))
        amount = moved_words(share.amount, move.unit, found.day_minutes)
        start = f"  {bar}  {amount:>8}  "
        for line in paragraph(by_id[share.cause].happened, told.page.width - room - 14, 0):
            told.add(Text(start) + line)
            start = " " * (room + 14)


def trend_report(trend: UpdateTrend, page: Page, source: str) -> str:
    """Return each milestone's forecasts as a line and a table, how right they were, and what is wrong with the chain."""
    told = Report(page)
    drawn = f"; {trend.samples} samples of each, seed {trend.seed}" if trend.samples else "; --samples adds P50 and P80"
    told.head(trend.title, f"{counted(len(trend.chain.links), 'update')}{drawn}")
    for each in trend.milestones:
        _drawn(told, each)
    table = milestone_trend(trend, source)
    keys = [each.key or each.name for each in table.columns]
    heads = [key for key in keys if key != ("update" if len(trend.milestones) > 1 else "milestone")]
    spared = ("update", "proof", "P50", "consumed", "held", "needed")
    told.table(table, heads, note="each as of its status date", spared=spared)
    if any(each.met for each in trend.checks):
        told.table(forecast_checks(trend, source), spared=("update",))
    elif trend.checks:
        told.say("No milestone was met after an update that drew a date for it, so none can be held against it.")
    told.say(*(f"{note}." for note in trend.notes))
    return told.text()


def _drawn(told: Report, each: MilestoneTrend) -> None:
    """Write a line an update, a dot where the milestone is forecast, and a bar where it is due."""
    points = [(_day(point.as_of), _day(point.date)) for point in each.points if point.date is not None]
    if not points:
        return
    due = each.deadline
    ends = [date for _, date in points] + ([due] if due else [])
    first, last = min(ends), max(ends)
    wide = max(_LEAST, min(56, told.page.width - 34))
    span = max((last - first).days, 1)

    def place(date: dt.date) -> int:
        return round((date - first).days / span * (wide - 1))

    told.head(f"{each.id}  {each.title}", f"due {day(due)}" if due else "")
    for known, date in points:
        track = ["·"] * place(date) + ["●"] + [" "] * (wide - 1 - place(date))
        if due and track[place(due)] != "●":
            track[place(due)] = "│"
        told.add(Text(f"  {day(known):>11}  {''.join(track)}  {day(date)}"))


def _day(date: dt.date) -> dt.date:
    return date.date() if isinstance(date, dt.datetime) else date
