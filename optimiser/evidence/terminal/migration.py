"""The pace of migration as tables for people."""

from __future__ import annotations

from models.migration import MarketCurve, MarketTold, Migrated
from optimiser.evidence.tables import migrated as tables
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, heading, joined, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import day, listed, month_or_day

__all__ = ["migration_report"]

_STEPS = 12
"""Of a curve about so many steps are shown."""
_SOURCE = "migrate"


def migration_report(found: Migrated, page: Page, *, every: bool = False) -> str:
    """Return the rates that dates imply, and how late the last meter points may be.

    Parameters
    ----------
    found
        The answer.
    page
        How it will be shown.
    every
        Whether the break-evens of published plans follow those of the plan itself, and every step of a curve is shown.
    """
    late = tables.late_dates(found, _SOURCE)
    rows = [row for row in late.rows if every or row[0] == found.windows[0].id]
    sections = [line for market in found.markets for line in _market(market, found, page, every=every)]
    sections += [
        shown(tables.pace(found, _SOURCE), page, spared=("title",)),
        shown(tables.peaks(found, _SOURCE), page),
        shown(tables.room_for_late(found, _SOURCE), page),
        shown(choose(late, rows=rows), page),
    ]
    if not every and len(found.windows) > 1:
        sections.append(paragraph("--all shows the same for the published plans.", page.width))
    sections.append([line for note in found.notes for line in paragraph(note, page.width)])
    return page.paint(joined(sections))


def _market(market: MarketTold, found: Migrated, page: Page, *, every: bool) -> list[Lines]:
    """Return one rule of kind migration: who is ready when, what decides, how much has moved when, and other limits."""
    window = found.windows[0]
    end, date = window.end.milestones[0], window.end.latest
    lines: Lines = [heading(market.title, f"{market.rule}, {market.basis}: {market.limit:,} thousand meter points a day")]
    if len(market.deciding) == len(market.shares):
        who = "All shares together decide"
    else:
        who = f"What decides: {listed(market.deciding)}"
    said = (
        f"The last meter point moves on {day(market.done)}, {market.after}; {end} is {day(date)}. {who}: from "
        f"{day(market.deciding_from)} on {market.deciding_thousand:,.0f} thousand have to move, and a working day sooner there "
        f"is room for {market.room_thousand:,.0f}."
    )
    lines += paragraph(said, page.width)
    if window.ready is not None:
        ready = f"{market.suppliers_ready} of {market.suppliers} suppliers, with {market.ready_percent:g} % of meter points"
        lines += paragraph(f"Ready by {window.ready.milestones[0]}: {ready}.", page.width)
    least = tables.least(market, end, _SOURCE)
    asked = [*least.rows, *([(market.by.by, market.by.limit)] if market.by else [])]
    dark = [[by, "none is enough" if limit is None else limit] for by, limit in asked]
    return [
        lines,
        shown(tables.stragglers(market, _SOURCE), page),
        shown(tables.shares(market, _SOURCE), page, spared=("ready at",)),
        _moved(market, page),
        shown(choose(least, rows=dark), page),
        *(_curve(curve, page, every=every) for curve in market.curves),
    ]


def _curve(curve: MarketCurve, page: Page, *, every: bool) -> Lines:
    """Return the steps of a curve: some of them, with the one that the plan is on, or all."""
    stated = max((place for place, step in enumerate(curve.steps) if step.at <= curve.stated), default=0)
    gap = 1 if every else -(-len(curve.steps) // _STEPS)
    table = tables.curve(curve, _SOURCE)
    last = len(table.rows) - 1
    rows = [row for place, row in enumerate(table.rows) if place % gap == 0 or place in (stated, stated + 1, last)]
    left_out = len(table.rows) - len(rows)
    more = f"; {left_out} more steps with --all" if left_out else ""
    note = f"every step is exact; as stated it is {curve.stated:g}{more}"
    return shown(choose(table, rows=rows), page, note=note)


def _moved(market: MarketTold, page: Page) -> Lines:
    """Return bars of what has moved by the end of each month."""
    room = max(10, page.width - 24)
    grid = TextTable([TextColumn("month"), TextColumn("moved", "right"), TextColumn("")])
    for month in market.months:
        grid.add(month_or_day(month.month), f"{month.percent:.1f} %", "█" * max(1, round(room * month.percent / 100)))
    return [
        heading(""),
        heading("Moved by the end of the month", "as much as can be on every day"),
        *grid.lines(page.width),
    ]
