"""Qualification party by party as tables for people."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from models.allocation import BodyLoad, CapacityCurve, LeastCapacity, Qualified
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph
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


def _titled(title: str, note: str, grid: TextTable, page: Page) -> Lines:
    if not grid.rows:
        return []
    line = heading(title, note)
    if line.cell_len <= page.width:
        return [heading(""), line, *grid.lines(page.width)]
    return [heading(""), heading(title), *paragraph(note, page.width, style="dim"), *grid.lines(page.width)]


def _narrowed(columns: Sequence[TextColumn], rows: Sequence[Sequence[str]], spared: Sequence[str], page: Page) -> TextTable:
    """Return a grid without as many columns as it takes to fit, those spared first, so that no date is ever cut."""
    kept = list(range(len(columns)))
    heads = [column.head for column in columns]
    for name in ("", *spared):
        kept = [place for place in kept if heads[place] != name or not name]
        grid = TextTable([columns[place] for place in kept])
        for row in rows:
            grid.add(*(row[place] for place in kept))
        taken = sum(10 if column.gives else wish for column, wish in zip(grid.columns, grid.natural(), strict=True))
        if taken + grid.indent + grid.gap * (len(kept) - 1) <= page.width:
            break
    return grid


def _dates(found: Qualified, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn("milestone"),
            TextColumn("date"),
            TextColumn("no earlier than"),
            TextColumn("gap", "right"),
            TextColumn("proof"),
        ]
    )
    for name, dated in found.dates.items():
        grid.add(name, day(dated.date), day(dated.earliest), f"{dated.gap_wd} wd", dated.proof)
    note = f"all tests within {found.window_wd} wd in the schedule shown"
    return _titled("Dates", note, grid, page)


def _allocation(found: Qualified, page: Page, *, every: bool) -> Lines:
    rows = list(found.allocation)
    if not every:
        rows = sorted(rows, key=lambda row: -(row.waiting_wd or 0))[:_MOST]
    columns = [
        TextColumn("party"),
        TextColumn("role"),
        TextColumn("size"),
        TextColumn("wave"),
        TextColumn("ready"),
        TextColumn("test"),
        TextColumn("to"),
        TextColumn("waits", "right"),
        TextColumn("approved"),
        TextColumn("live"),
        TextColumn("to migrate", "right"),
    ]
    cells = [
        [
            row.party,
            row.role,
            row.size,
            row.wave or "–",
            _shown(row.ready),
            _shown(row.start) if row.start else "integration",
            _shown(row.finish),
            "–" if row.waiting_wd is None else f"{row.waiting_wd} wd",
            day(row.approved),
            _shown(row.live),
            "–" if row.migration_wd is None else f"{row.migration_wd} wd",
        ]
        for row in rows
    ]
    waved = any(row.wave for row in rows)
    if not waved:
        columns, cells = columns[:3] + columns[4:], [row[:3] + row[4:] for row in cells]
    grid = _narrowed(columns, cells, ("size", "role", "to migrate", "to", "wave", "ready"), page)
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
        grid = TextTable([TextColumn("month"), *(TextColumn(_short(name), "right") for name in bodies)])
        for month in months:
            by_body = {name: next((load for load in own if load.month == month), None) for name, own in bodies.items()}
            grid.add(month, *("" if load is None else cell(load) for load in by_body.values()))
        lines += _titled(title, note, grid, page)
    return lines


def _short(rule: str) -> str:
    """Return the name of the body or environment whose capacity a rule is."""
    return rule.removeprefix("slots-").removeprefix("places-")


def _demand(load: BodyLoad) -> str:
    """Return the demand and the slots of a month, a day on average."""
    return f"{load.demand:.0f} / {load.slots_a_day:.0f}"


def _readiness(found: Qualified, page: Page) -> Lines:
    grid = TextTable(
        [TextColumn("by"), TextColumn("suppliers", "right"), TextColumn("share", "right"), TextColumn("meter points", "right")]
    )
    for row in found.readiness:
        grid.add(day(row.date), str(row.suppliers), f"{100 * row.supplier_share:.1f} %", f"{100 * row.meter_point_share:.2f} %")
    return _titled(
        "Suppliers ready by date", f"and the share of meter points they serve; {found.milestone} needs all", grid, page
    )


def _stragglers(found: Qualified, page: Page) -> Lines:
    if not found.stragglers:
        return []
    lines: Lines = [heading(""), heading("The last suppliers", "in this schedule")]
    room = max(len(row.party) for row in found.stragglers)
    for row in found.stragglers:
        label = f"{row.party:<{room}}  {day(row.live)}  {row.meter_points:>6,} k"
        lines += hanging(label, row.because, page.width)
    return lines


def _fairness(found: Qualified, page: Page) -> Lines:
    grid = TextTable(
        [TextColumn("size"), TextColumn("parties", "right"), TextColumn("mean wait", "right"), TextColumn("longest", "right")]
    )
    for row in found.fairness:
        grid.add(row.group, str(row.parties), f"{row.mean_wd:.1f} wd", f"{row.worst_wd} wd")
    return _titled("Waiting for a slot by size", "in this schedule", grid, page)


def _policies(found: Qualified, page: Page) -> Lines:
    names = [name for name in found.dates if found.policies and name in found.policies[0].dates]
    sizes = ("large", "medium", "small")
    columns = [
        TextColumn("policy", gives=True),
        *(TextColumn(name) for name in names),
        TextColumn("all tested"),
        *(TextColumn(size, "right") for size in sizes),
    ]
    rows = []
    for row in found.policies:
        waits = {entry.group: f"{entry.mean_wd:.0f} wd" for entry in row.fairness}
        rows.append(
            [
                row.policy,
                *(day(row.dates[name]) for name in names),
                day(row.all_tested),
                *(waits.get(size, "–") for size in sizes),
            ]
        )
    grid = _narrowed(columns, rows, [*(name for name in names if name != found.milestone), "all tested"], page)
    lines = _titled("Ways of queueing", "and the mean wait for a slot of large, medium and small parties", grid, page)
    for row in found.policies:
        lines += hanging(row.policy, row.title, page.width, room=max(len(entry.policy) for entry in found.policies) + 2)
    return lines


def _curve(curve: CapacityCurve, found: Qualified, page: Page) -> Lines:
    joint = any(point.each for point in curve.points)
    bodies = list(next((point.each for point in curve.points if point.each), {}))
    columns = [
        TextColumn("of now" if joint else "slots", "right"),
        *(TextColumn(_short(name), "right") for name in bodies),
        TextColumn(found.milestone),
        TextColumn("no earlier than"),
        TextColumn("proof"),
        TextColumn("", gives=True),
    ]
    rows = []
    for point in curve.points:
        marks = [word for word, at in (("now", curve.now), ("more gains nothing", curve.saturates_at)) if at == point.slots]
        rows.append(
            [
                f"{point.slots} %" if joint else str(point.slots),
                *(str(point.each.get(name, "")) for name in bodies),
                _shown(point.date),
                _shown(point.earliest),
                point.proof if point.date else "none found",
                ", ".join(marks),
            ]
        )
    grid = _narrowed(columns, rows, (*(_short(name) for name in bodies), "no earlier than"), page)
    title = f"{found.milestone} by slots of all bodies" if joint else f"{found.milestone} by {curve.resource}"
    lines = _titled(title, "all else as it is", grid, page)
    return lines + paragraph(f"beyond that binds {curve.then_binds}", page.width)


def _least(found: Qualified, page: Page) -> Lines:
    if found.target is None:
        return []
    lines: Lines = [heading(""), heading(f"Least capacity for {found.milestone} by {day(found.target)}")]
    if found.without_limit is not None and found.without_limit > found.target:
        stacked = "".join(f" -s {name}" for name in found.scenarios)
        text = (
            f"No slots can buy it: if no body had a limit, {found.milestone} would still be no earlier than "
            f"{day(found.without_limit)}. What holds it then is readiness, test lengths and boards; "
            f"'optimiser why-not {found.plan}{stacked} -m {found.milestone} --by {found.target}' says which."
        )
        return lines + paragraph(text, page.width)
    joint = found.joint.slots if found.joint else {}
    grid = TextTable(
        [
            TextColumn("capacity"),
            TextColumn("now", "right"),
            TextColumn("alone", "right"),
            TextColumn("all together", "right"),
            TextColumn("a slot", "right"),
            TextColumn("alone, that is", gives=True),
        ]
    )
    for row in found.least:
        each = found.joint.each.get(row.resource) if found.joint else None
        grid.add(
            _short(row.resource),
            str(row.now),
            "–" if row.least is None else str(row.least),
            str(joint.get(row.resource, "as now")) if found.joint else "–",
            "–" if each is None else f"cost {each}",
            _proved(row),
        )
    lines += grid.lines(page.width)
    lines += paragraph("alone: the others as they are; all together: the cheapest slots of all bodies", page.width)
    return lines + paragraph(_together(found), page.width)


def _proved(row: LeastCapacity) -> str:
    """Say how far the least number of slots is proved."""
    if row.least is None:
        return "refuted, however many" if row.proved else "not found, however many"
    if row.proved:
        return "proved the least"
    open_to = row.least - 1
    return f"{open_to} left open" if row.at_least == open_to else f"{row.at_least} to {open_to} left open"


def _together(found: Qualified) -> str:
    """Say what the bodies need together, at what cost, and what that stands on."""
    joint = found.joint
    if joint is None:
        return "all together: no slots were found to do"
    proof = "proved the least" if joint.cost == joint.at_least else f"nothing that does costs less than {joint.at_least}"
    return f"all together they cost {joint.cost} ({proof}), against {joint.now} now; {joint.stands_on}"


def _worth(found: Qualified, page: Page) -> Lines:
    grid = TextTable(
        [TextColumn("change", gives=True), TextColumn(found.milestone), TextColumn("gain", "right"), TextColumn("proof")]
    )
    for row in found.worth:
        grid.add(row.title, _shown(row.date), "–" if row.gain_wd is None else f"{row.gain_wd:+d} wd", row.proof)
    return _titled("What changes are worth", "each alone; positive is earlier", grid, page)
