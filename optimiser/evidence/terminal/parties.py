"""Reports of `qualify` and `migrate`: who is ready when, and at which pace meter points move."""

from __future__ import annotations

from models.allocation import Qualified
from models.migration import MarketCurve, MarketTold, Migrated
from optimiser.evidence.tables import migrated, qualified
from optimiser.evidence.tables.kit import choose, pivot
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, heading, joined, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import day, listed, month_or_day

__all__ = ["migration_report", "qualification_report"]


_MOST = 12
_SOURCE = "qualify"


def qualification_report(found: Qualified, page: Page, *, every: bool = False) -> str:
    """Return the whole answer as text.

    Parameters
    ----------
    found
        What `qualify` returned.
    page
        The page.
    every
        Whether to list every party rather than those that wait longest.
    """
    scenarios = ", ".join(found.scenarios) or "none"
    lines: Lines = [heading("Qualification party by party", f"{found.plan}; scenarios {scenarios}")]
    lines += shown(qualified.dates(found, _SOURCE), page)
    parties = qualified.allocation(found, _SOURCE)
    spared = ("title", "size", "role", "to migrate", "finish", "wave", "ready")
    note = f"those that wait longest for a slot first{'' if every else '; --all lists every one'}"
    lines += shown(parties, page, note=note, spared=spared, most=None if every else _MOST)
    loads = qualified.loads(found, _SOURCE)
    for key, title, said in (
        ("wanted", "Demand", "parties that want a slot on an average day"),
        ("offered", "Capacity", "slots on an average day"),
        ("used", "Utilisation", "share of the slots in use"),
        ("waiting", "Queue", "parties that are ready and wait, on an average day"),
    ):
        lines += shown(pivot(loads, "month", "body", key, title), page, note=said)
    lines += shown(qualified.readiness(found, _SOURCE), page)
    lines += shown(choose(qualified.stragglers(found, _SOURCE), ("party", "live", "meter points", "because")), page)
    lines += shown(qualified.fairness(found, _SOURCE), page)
    policies = qualified.policies(found, _SOURCE)
    milestones = [name for name in found.dates if name != found.milestone]
    lines += shown(policies, page, spared=("title", "at worst", *milestones, "all tested", "small", "medium", "large"))
    for curve in found.curves:
        grid = qualified.curve(curve, found, _SOURCE)
        lines += shown(grid, page, spared=(*(column.key or "" for column in grid.columns[1:-4]), "no earlier than"))
    lines += _least(found, page)
    lines += shown(qualified.worth(found, _SOURCE), page)
    lines += [heading(""), heading("Notes")]
    for text in found.notes:
        lines += paragraph(f"- {text}", page.width)
    return page.paint(lines)


def _least(found: Qualified, page: Page) -> Lines:
    """Return the fewest slots for the day asked for, or why none would do."""
    if found.target is None:
        return []
    if found.without_limit is not None and found.without_limit > found.target:
        stacked = "".join(f" -s {name}" for name in found.scenarios)
        text = (
            f"No slots can buy it: if no body had a limit, {found.milestone} would still be no earlier than "
            f"{day(found.without_limit)}. What holds it then is readiness, test lengths and boards; "
            f"'optimiser why-not {found.plan}{stacked} -m {found.milestone} --by {found.target}' says which."
        )
        head = heading(f"Least capacity for {found.milestone} by {day(found.target)}")
        return [heading(""), head, *paragraph(text, page.width)]
    asked = f"by {day(found.target)}"
    table = qualified.least(found, _SOURCE)
    return [*shown(table, page, note=asked), *paragraph(table.note or "", page.width), *paragraph(_together(found), page.width)]


def _together(found: Qualified) -> str:
    """Return the slots that the bodies need together, with their cost and its proof."""
    joint = found.joint
    if joint is None:
        return "all together: no slots were found to do"
    proof = "proved the least" if joint.cost == joint.at_least else f"nothing that does costs less than {joint.at_least}"
    return f"all together they cost {joint.cost} ({proof}), against {joint.now} now; {joint.stands_on}"


_STEPS = 12
"""Of a curve about so many steps are shown."""


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
    late = migrated.late_dates(found, "migrate")
    rows = [row for row in late.rows if every or row[0] == found.windows[0].id]
    sections = [line for market in found.markets for line in _market(market, found, page, every=every)]
    sections += [
        shown(migrated.pace(found, "migrate"), page, spared=("title",)),
        shown(migrated.peaks(found, "migrate"), page),
        shown(migrated.room_for_late(found, "migrate"), page),
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
    least = migrated.least(market, end, "migrate")
    asked = [*least.rows, *([(market.by.by, market.by.limit)] if market.by else [])]
    dark = [[by, "none is enough" if limit is None else limit] for by, limit in asked]
    return [
        lines,
        shown(migrated.stragglers(market, "migrate"), page),
        shown(migrated.shares(market, "migrate"), page, spared=("ready at",)),
        _moved(market, page),
        shown(choose(least, rows=dark), page),
        *(_curve(curve, page, every=every) for curve in market.curves),
    ]


def _curve(curve: MarketCurve, page: Page, *, every: bool) -> Lines:
    """Return the steps of a curve: some of them, with the one that the plan is on, or all."""
    stated = max((place for place, step in enumerate(curve.steps) if step.at <= curve.stated), default=0)
    gap = 1 if every else -(-len(curve.steps) // _STEPS)
    table = migrated.curve(curve, "migrate")
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
