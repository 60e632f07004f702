"""The pace of migration as tables for people."""

from __future__ import annotations

from collections.abc import Iterable

from models.migration import ImpliedRate, LateDate, MarketCurve, MarketTold, Migrated, MigrationWindow
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, heading, paragraph
from optimiser.evidence.words import day, listed, month_or_day

__all__ = ["migration_report"]

STEPS = 12
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
    lines: Lines = []
    for market in found.markets:
        lines += _market(market, found, page, every=every)
    lines += [*_rates(found, page), *_peaks(found, page), *_late_shares(found, page)]
    for window in found.windows if every else found.windows[:1]:
        for start in window.starts:
            dates = [each for each in found.late_dates if (each.window, each.starts) == (window.id, start.milestones)]
            lines += _late_dates(found, window, dates, page)
    if not every and len(found.windows) > 1:
        lines += paragraph("--all shows the same for the published plans.", page.width)
    for note in found.notes:
        lines += paragraph(note, page.width)
    return page.paint(lines)


def _market(market: MarketTold, found: Migrated, page: Page, *, every: bool) -> Lines:
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
        lines += _ready(market, window.ready.milestones[0], page)
    grid = TextTable(
        [
            TextColumn("share", "right"),
            TextColumn("whose", gives=True),
            TextColumn("ready"),
            TextColumn("may be later", "right"),
            TextColumn("gain at once", "right"),
        ]
    )
    for share in market.shares:
        grid.add(f"{share.percent:g} %", share.title, day(share.ready), f"{share.spare_wd} wd", f"{share.gain_wd} wd")
    for pause in market.moratoria:
        grid.add("0 %", f"moratorium from {day(pause.first)} to {day(pause.last)}", "", "", f"{pause.gain_wd} wd")
    note = f"May be later: alone, with the last meter point where it is. Gain at once: of {end}, ready with the first or without it."
    lines += [heading(""), *grid.lines(page.width), *paragraph(note, page.width)]
    lines += [*_moved(market, page), *_least(market, end, page)]
    for curve in market.curves:
        lines += _curve(curve, page, every=every)
    return [*lines, heading("")]


def _ready(market: MarketTold, ready: str, page: Page) -> Lines:
    """Return who is ready when every supplier must be, and who is not."""
    said = (
        f"Ready by {ready}: {market.suppliers_ready} of {market.suppliers} suppliers, with {market.ready_percent:g} % of meter "
        "points."
    )
    if not market.stragglers:
        return paragraph(said, page.width)
    grid = TextTable(
        [
            TextColumn("straggler", gives=True),
            TextColumn("share", "right"),
            TextColumn("suppliers", "right"),
            TextColumn("ready"),
            TextColumn("late", "right"),
        ]
    )
    for each in market.stragglers:
        grid.add(each.title, f"{each.percent:g} %", f"{each.parties}", day(each.ready), f"{each.late_wd} wd")
    return [*paragraph(said, page.width), heading(""), *grid.lines(page.width)]


def _curve(curve: MarketCurve, page: Page, *, every: bool) -> Lines:
    """Return the steps of a curve: some of them, with the one that the plan is on, or all."""
    stated = max((place for place, step in enumerate(curve.steps) if step.at <= curve.stated), default=0)
    gap = 1 if every else -(-len(curve.steps) // STEPS)
    grid = TextTable([TextColumn(f"from {curve.unit}", "right"), TextColumn("the end"), TextColumn("")])
    for place, step in enumerate(curve.steps):
        if place % gap == 0 or place in (stated, stated + 1, len(curve.steps) - 1):
            shown = "beyond the days covered" if step.date is None else day(step.date)
            grid.add(f"{step.at:g}", shown, f"as stated, {curve.stated:g}" if place == stated else "")
    left_out = len(curve.steps) - len(grid.rows)
    more = f"; {left_out} more steps with --all" if left_out else ""
    return [heading(""), heading(curve.title, f"every step is exact{more}"), *grid.lines(page.width)]


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


def _least(market: MarketTold, end: str, page: Page) -> Lines:
    """Return the least limit by the end of each month, and by the day asked for."""
    least = TextTable([TextColumn(f"{end} by"), TextColumn("least limit", "right")])
    for asked in (*market.least, *([market.by] if market.by else [])):
        least.add(day(asked.by), "none is enough" if asked.limit is None else f"{asked.limit:,}")
    return [
        heading(""),
        heading("The least limit", "one thousand a day less and the day is missed"),
        *least.lines(page.width),
    ]


def _rates(found: Migrated, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn("calendar"),
            TextColumn("working days", "right"),
            TextColumn("share a day", "right"),
            TextColumn(f"meter points a day ({found.meter_points_basis})", "right"),
        ]
    )
    windows = {window.id: window for window in found.windows}
    before: tuple[str, tuple[str, ...]] | None = None
    for rate in found.rates:
        now = (rate.window, rate.starts)
        if before != now:
            grid.across(_described(windows[rate.window], rate.starts))
        before = now
        grid.add(
            f"  {rate.calendar}",
            _between(f"{rate.shortest_wd}", f"{rate.longest_wd}"),
            _percents(rate.low_percent, rate.high_percent),
            _between(f"{rate.low_a_day:,}", f"{rate.high_a_day:,}"),
        )
    lines = [heading("Pace that the dates take for granted", "average share of all meter points a working day")]
    lines += grid.lines(page.width)
    basis = (
        f"Meter points a day are under a {found.meter_points_basis} total of {found.meter_points:,}; all else needs no total."
    )
    return [*lines, *paragraph(f"Where only a month is published, both ends are given. {basis}", page.width)]


def _peaks(found: Migrated, page: Page) -> Lines:
    rates = [rate for rate in found.rates if rate.calendar == found.calendar]
    if not rates:
        return []
    heads = ["no rise", *(f"over {peak.ramp_percent} %" for peak in rates[0].peaks)]
    grid = TextTable([TextColumn("plan", gives=True), TextColumn("from"), *(TextColumn(head, "right") for head in heads)])
    for rate in rates:
        cells = [_percents(peak.low_percent, peak.high_percent) for peak in rate.peaks]
        grid.add(rate.window, ", ".join(rate.starts), _percents(rate.low_percent, rate.high_percent), *cells)
    said = f"By {found.calendar}. How long the rise takes, as a part of the window, is a shape tried and has no source."
    return [
        heading(""),
        heading("Peak share a working day", "where the rate rises evenly at first"),
        *grid.lines(page.width),
        *paragraph(said, page.width),
    ]


def _late_shares(found: Migrated, page: Page) -> Lines:
    if not found.late_shares:
        return []
    multiples = sorted({each.multiple for each in found.late_shares})
    heads = [f"{multiple:g} x" for multiple in multiples]
    grid = TextTable([TextColumn("plan", gives=True), TextColumn("from"), *(TextColumn(head, "right") for head in heads)])
    for rate in _once(found.rates):
        row = [each for each in found.late_shares if (each.window, each.starts) == (rate.window, rate.starts)]
        if row:
            cells = [_percents(each.low_percent, each.high_percent, 1) for each in row]
            grid.add(rate.window, ", ".join(rate.starts), *cells)
    ready = next(window.ready for window in found.windows if window.ready)
    end = found.windows[0].end.milestones[0]
    said = f"For {end} to hold where no day moves more than so many times the average, by {found.calendar}."
    return [
        heading(""),
        heading(f"The most that may become ready only at {ready.milestones[0]}", "share of all meter points"),
        *grid.lines(page.width),
        *paragraph(said, page.width),
    ]


def _late_dates(found: Migrated, window: MigrationWindow, dates: list[LateDate], page: Page) -> Lines:
    if not dates:
        return []
    multiples = sorted({each.multiple for each in dates})
    grid = TextTable([TextColumn("the last", "right"), *(TextColumn(f"{multiple:g} x", "right") for multiple in multiples)])
    for late in sorted({each.late_percent for each in dates}):
        row = [each for each in dates if each.late_percent == late]
        grid.add(f"{late} %", *(day(each.earliest) for each in row))
        if any(each.earliest != each.latest for each in row):
            grid.add("to", *(day(each.latest) for each in row))
    end = window.end.milestones[0]
    said = (
        f"{_described(window, dates[0].starts)}; by {found.calendar}. No day moves more than so many times the average. "
        f"From that morning on they can be moved; a working day later and {end} moves."
    )
    return [
        heading(""),
        heading(f"The last morning on which late meter points may become ready for {end} to hold"),
        *grid.lines(page.width),
        *paragraph(said, page.width),
    ]


def _once(rates: Iterable[ImpliedRate]) -> list[ImpliedRate]:
    """Return one rate of each window and start."""
    return list({(rate.window, rate.starts): rate for rate in rates}.values())


def _described(window: MigrationWindow, starts: tuple[str, ...]) -> str:
    """Return a window with its dates, as they are published."""
    start = next(each for each in window.starts if each.milestones == starts)
    dates = f"{listed(starts)} {month_or_day(start.published)} to {month_or_day(window.end.published)}"
    return f"{window.id}, {window.title}: {dates}"


def _between(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"


def _percents(low: float, high: float, places: int = 3) -> str:
    return f"{_between(f'{low:.{places}f}', f'{high:.{places}f}')} %"
