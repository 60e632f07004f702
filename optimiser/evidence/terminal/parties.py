"""Reports of `qualify` and `migrate`: who is ready when, and at which pace meter points move."""

from __future__ import annotations

from models.allocation import Qualified
from models.migration import MarketCurve, MarketTold, Migrated
from optimiser.evidence.tables import migrated, qualified
from optimiser.evidence.tables.kit import pivot
from optimiser.evidence.terminal.page import Page, TextColumn, TextTable
from optimiser.evidence.terminal.report import Report
from optimiser.evidence.words import day, listed, month_or_day

__all__ = ["migration_report", "qualification_report"]

_MOST = 12
_STEPS = 12
"""Of a curve about so many steps are shown."""


def qualification_report(found: Qualified, page: Page, *, every: bool = False) -> str:
    """Return the whole answer as text.

    Parameters
    ----------
    every
        Whether to list every party rather than those that wait longest.
    """
    told, source = Report(page), "qualify"
    told.head("Qualification party by party", f"{found.plan}; scenarios {', '.join(found.scenarios) or 'none'}")
    told.table(qualified.dates(found, source))
    note = f"those that wait longest for a slot first{'' if every else '; --all lists every one'}"
    spared = ("title", "size", "role", "to migrate", "finish", "wave", "ready")
    told.table(qualified.allocation(found, source), note=note, spared=spared, most=None if every else _MOST)
    loads = qualified.loads(found, source)
    for key, title, said in (
        ("wanted", "Demand", "parties that want a slot on an average day"),
        ("offered", "Capacity", "slots on an average day"),
        ("used", "Utilisation", "share of the slots in use"),
        ("waiting", "Queue", "parties that are ready and wait, on an average day"),
    ):
        told.table(pivot(loads, "month", "body", key, title), note=said)
    told.table(qualified.readiness(found, source))
    told.table(qualified.stragglers(found, source), ("party", "live", "meter points", "because"))
    told.table(qualified.fairness(found, source))
    milestones = [name for name in found.dates if name != found.milestone]
    going = ("title", "at worst", *milestones, "all tested", "small", "medium", "large")
    told.table(qualified.policies(found, source), spared=going)
    for curve in found.curves:
        grid = qualified.curve(curve, found, source)
        told.table(grid, spared=(*(column.key or "" for column in grid.columns[1:-4]), "no earlier than"))
    _least(told, found)
    told.table(qualified.worth(found, source))
    told.head("Notes")
    told.say(*(f"- {text}" for text in found.notes))
    return told.text()


def _least(told: Report, found: Qualified) -> None:
    """Write the fewest slots for the day asked for, or why none would do."""
    if found.target is None:
        return
    if found.without_limit is not None and found.without_limit > found.target:
        stacked = "".join(f" -s {name}" for name in found.scenarios)
        told.head(f"Least capacity for {found.milestone} by {day(found.target)}")
        told.say(
            f"No slots can buy it: if no body had a limit, {found.milestone} would still be no earlier than "
            f"{day(found.without_limit)}. What holds it then is readiness, test lengths and boards; "
            f"'optimiser why-not {found.plan}{stacked} -m {found.milestone} --by {found.target}' says which."
        )
        return
    table = qualified.least(found, "qualify")
    told.table(table, note=f"by {day(found.target)}")
    told.say(table.note or "", _together(found))


def _together(found: Qualified) -> str:
    """Return the slots that the bodies need together, with their cost and its proof."""
    joint = found.joint
    if joint is None:
        return "all together: no slots were found to do"
    proof = "proved the least" if joint.cost == joint.at_least else f"nothing that does costs less than {joint.at_least}"
    return f"all together they cost {joint.cost} ({proof}), against {joint.now} now; {joint.stands_on}"


def migration_report(found: Migrated, page: Page, *, every: bool = False) -> str:
    """Return the rates that dates imply, and how late the last meter points may be.

    Parameters
    ----------
    every
        Whether the break-evens of published plans follow those of the plan itself, and every step of a curve is shown.
    """
    told, source = Report(page), "migrate"
    for market in found.markets:
        _market(told, market, found, every=every)
    told.table(migrated.pace(found, source), spared=("title",))
    told.table(migrated.peaks(found, source))
    told.table(migrated.room_for_late(found, source))
    late = migrated.late_dates(found, source)
    told.table(late, rows=[row for row in late.rows if every or row[0] == found.windows[0].id])
    if not every and len(found.windows) > 1:
        told.gap()
        told.say("--all shows the same for the published plans.")
    told.gap()
    told.say(*found.notes)
    return told.text()


def _market(told: Report, market: MarketTold, found: Migrated, *, every: bool) -> None:
    """Write one rule of kind migration: who is ready when, what decides, how much has moved when, and other limits."""
    window, source = found.windows[0], "migrate"
    end, all_decide = window.end.milestones[0], len(market.deciding) == len(market.shares)
    who = "All shares together decide" if all_decide else f"What decides: {listed(market.deciding)}"
    told.head(market.title, f"{market.rule}, {market.basis}: {market.limit:,} thousand meter points a day")
    told.say(
        f"The last meter point moves on {day(market.done)}, {market.after}; {end} is {day(window.end.latest)}. {who}: from "
        f"{day(market.deciding_from)} on {market.deciding_thousand:,.0f} thousand have to move, and a working day sooner there "
        f"is room for {market.room_thousand:,.0f}."
    )
    if window.ready is not None:
        ready = f"{market.suppliers_ready} of {market.suppliers} suppliers, with {market.ready_percent:g} % of meter points"
        told.say(f"Ready by {window.ready.milestones[0]}: {ready}.")
    told.table(migrated.stragglers(market, source))
    told.table(migrated.shares(market, source), spared=("ready at",))
    _moved(told, market)
    least = migrated.least(market, end, source)
    asked = [*least.rows, *([(market.by.by, market.by.limit)] if market.by else [])]
    told.table(least, rows=[[by, "none is enough" if limit is None else limit] for by, limit in asked])
    for curve in market.curves:
        _curve(told, curve, every=every)


def _curve(told: Report, curve: MarketCurve, *, every: bool) -> None:
    """Write the steps of a curve: some of them, with the one that the plan is on, or all."""
    stated = max((place for place, step in enumerate(curve.steps) if step.at <= curve.stated), default=0)
    gap = 1 if every else -(-len(curve.steps) // _STEPS)
    table = migrated.curve(curve, "migrate")
    last = len(table.rows) - 1
    rows = [row for place, row in enumerate(table.rows) if place % gap == 0 or place in (stated, stated + 1, last)]
    left_out = len(table.rows) - len(rows)
    more = f"; {left_out} more steps with --all" if left_out else ""
    told.table(table, rows=rows, note=f"every step is exact; as stated it is {curve.stated:g}{more}")


def _moved(told: Report, market: MarketTold) -> None:
    """Write bars of what has moved by the end of each month."""
    room = max(10, told.page.width - 24)
    grid = TextTable([TextColumn("month"), TextColumn("moved", "right"), TextColumn("")])
    for month in market.months:
        grid.add(month_or_day(month.month), f"{month.percent:.1f} %", "█" * max(1, round(room * month.percent / 100)))
    told.head("Moved by the end of the month", "as much as can be on every day")
    told.add(*grid.lines(told.page.width))
