"""Qualification party by party as tables for people."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from models.allocation import BodyLoad, CapacityCurve, Qualified
from optimiser.evidence.terminal.page import Column, Grid, Lines, Page, heading, paragraph
from optimiser.evidence.terminal.words import counted, day

__all__ = ["qualification_report"]

_MOST = 12


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
    lines += [*_dates(found, page), *_allocation(found, page, every=every), *_loads(found, page), *_readiness(found, page)]
    lines += [*_stragglers(found, page), *_fairness(found, page), *_policies(found, page)]
    for curve in found.curves:
        lines += _curve(curve, found, page)
    lines += [*_least(found, page), *_worth(found, page)]
    lines += [heading(""), heading("Notes")]
    for note in found.notes:
        lines += paragraph(f"- {note}", page.width)
    return page.paint(lines)


def _shown(date: dt.date | None) -> str:
    return day(date) if date else "–"


def _titled(title: str, note: str, grid: Grid, page: Page) -> Lines:
    return [heading(""), heading(title, note), *grid.lines(page.width)] if grid.rows else []


def _dates(found: Qualified, page: Page) -> Lines:
    grid = Grid([Column("milestone"), Column("date"), Column("no earlier than"), Column("gap", "right"), Column("proof")])
    for name, dated in found.dates.items():
        grid.add(name, day(dated.date), day(dated.earliest), f"{dated.gap_wd} wd", dated.proof)
    note = f"all tests within {found.window_wd} wd in the schedule shown"
    return _titled("Dates", note, grid, page)


def _allocation(found: Qualified, page: Page, *, every: bool) -> Lines:
    rows = list(found.allocation)
    if not every:
        rows = sorted(rows, key=lambda row: -(row.waiting_wd or 0))[:_MOST]
    grid = Grid(
        [
            Column("party"),
            Column("role"),
            Column("size"),
            Column("ready"),
            Column("test"),
            Column("to"),
            Column("waits", "right"),
            Column("approved"),
            Column("live"),
            Column("to migrate", "right"),
        ]
    )
    for row in rows:
        grid.add(
            row.party,
            row.role,
            row.size,
            _shown(row.ready),
            _shown(row.start) if row.start else "integration",
            _shown(row.finish),
            "–" if row.waiting_wd is None else f"{row.waiting_wd} wd",
            day(row.approved),
            _shown(row.live),
            "–" if row.migration_wd is None else f"{row.migration_wd} wd",
        )
    total = counted(len(found.allocation), "party", "parties")
    note = total if every else f"the {len(rows)} of {total} that wait longest for a slot; --all lists every one"
    return _titled("Allocation", note, grid, page)


def _loads(found: Qualified, page: Page) -> Lines:
    bodies: dict[str, list[BodyLoad]] = defaultdict(list)
    for load in found.loads:
        bodies[load.resource].append(load)
    months = sorted({load.month for load in found.loads})
    lines: Lines = []
    for title, note, cell in (
        ("Demand against capacity", "parties that want a slot on an average day / slots", _demand),
        ("Utilisation", "share of the slots in use", lambda load: f"{100 * load.utilisation:.0f} %"),
        ("Queue", "parties that are ready and wait, on an average day", lambda load: f"{load.queue:.1f}"),
    ):
        grid = Grid([Column("month"), *(Column(name, "right") for name in bodies)])
        for month in months:
            by_body = {name: next((load for load in own if load.month == month), None) for name, own in bodies.items()}
            grid.add(month, *("" if load is None else cell(load) for load in by_body.values()))
        lines += _titled(title, note, grid, page)
    return lines


def _demand(load: BodyLoad) -> str:
    """Return the demand and the slots of a month, a day on average."""
    return f"{load.demand:.0f} / {load.slots_a_day:.0f}"


def _readiness(found: Qualified, page: Page) -> Lines:
    grid = Grid([Column("by"), Column("suppliers", "right"), Column("share", "right"), Column("meter points", "right")])
    for row in found.readiness:
        grid.add(day(row.date), str(row.suppliers), f"{100 * row.supplier_share:.1f} %", f"{100 * row.meter_point_share:.2f} %")
    return _titled(
        "Suppliers ready by date", f"and the share of meter points they serve; {found.milestone} needs all", grid, page
    )


def _stragglers(found: Qualified, page: Page) -> Lines:
    grid = Grid([Column("party"), Column("live"), Column("meter points", "right"), Column("because", gives=True)])
    for row in found.stragglers:
        grid.add(row.party, day(row.live), f"{row.meter_points:,} k", row.because)
    return _titled("The last suppliers", "in this schedule", grid, page)


def _fairness(found: Qualified, page: Page) -> Lines:
    grid = Grid([Column("size"), Column("parties", "right"), Column("mean wait", "right"), Column("longest", "right")])
    for row in found.fairness:
        grid.add(row.group, str(row.parties), f"{row.mean_wd:.1f} wd", f"{row.worst_wd} wd")
    return _titled("Waiting for a slot by size", "in this schedule", grid, page)


def _policies(found: Qualified, page: Page) -> Lines:
    names = [name for name in found.dates if found.policies and name in found.policies[0].dates]
    grid = Grid(
        [
            Column("policy", gives=True),
            *(Column(name) for name in names),
            Column("all tested"),
            *(Column(f"wait {size}", "right") for size in ("large", "medium", "small")),
        ]
    )
    for row in found.policies:
        waits = {entry.group: f"{entry.mean_wd:.0f} wd" for entry in row.fairness}
        grid.add(
            row.title,
            *(day(row.dates[name]) for name in names),
            day(row.all_tested),
            *(waits.get(size, "–") for size in ("large", "medium", "small")),
        )
    return _titled("Ways of queueing", "mean wait for a slot by size", grid, page)


def _curve(curve: CapacityCurve, found: Qualified, page: Page) -> Lines:
    grid = Grid([Column("slots", "right"), Column(found.milestone), Column("no earlier than"), Column("proof"), Column("")])
    for point in curve.points:
        marks = [word for word, at in (("now", curve.now), ("more gains nothing", curve.saturates_at)) if at == point.slots]
        proof = point.proof if point.date else "no schedule found on the axis"
        grid.add(str(point.slots), _shown(point.date), _shown(point.earliest), proof, ", ".join(marks))
    return _titled(f"{found.milestone} by {curve.resource}", f"beyond that binds: {curve.then_binds}", grid, page)


def _least(found: Qualified, page: Page) -> Lines:
    if found.target is None:
        return []
    grid = Grid([Column("capacity"), Column("now", "right"), Column("least", "right"), Column("")])
    for row in found.least:
        word = "one fewer is refuted" if row.proved else "fewer not found to do, nor refuted"
        if row.least is None:
            word = "refuted even without limit" if row.proved else "not found to do even without limit"
        grid.add(row.resource, str(row.now), "–" if row.least is None else str(row.least), word)
    lines = _titled(
        f"Least capacity for {found.milestone} by {day(found.target)}", "each alone, the others as they are", grid, page
    )
    if found.joint:
        slots = ", ".join(f"{name} {amount}" for name, amount in found.joint.slots.items())
        lines += paragraph(
            f"jointly: {slots}, at a cost of {found.joint.cost}; nothing that does costs less than {found.joint.at_least}",
            page.width,
        )
    else:
        lines += paragraph("jointly: no slots of all bodies together were found to do", page.width)
    return lines


def _worth(found: Qualified, page: Page) -> Lines:
    grid = Grid([Column("change", gives=True), Column(found.milestone), Column("gain", "right"), Column("proof")])
    for row in found.worth:
        grid.add(row.title, _shown(row.date), "–" if row.gain_wd is None else f"{row.gain_wd:+d} wd", row.proof)
    return _titled("What changes are worth", "each alone; positive is earlier", grid, page)
