"""The pace of migration as tables."""

from __future__ import annotations

from models.migration import MarketCurve, MarketTold, Migrated
from models.pack import Cell, Table
from optimiser.evidence.tables.kit import column, columns, listing, table

__all__ = ["curve", "late_dates", "least", "months", "pace", "peaks", "room_for_late", "shares", "stragglers"]


def pace(found: Migrated, source: str) -> Table:
    """Return the rate that each plan takes for granted, by each calendar."""
    titles = {window.id: window.title for window in found.windows}
    return table(
        "migration-pace",
        "Pace that the dates take for granted",
        [
            *columns("plan:id | title | from | calendar:id | fewest:number wd | most:number wd"),
            *columns("least a day:number of 100,000 | greatest a day:number of 100,000"),
            *(column(name, "number", f"meter points a day, {found.meter_points_basis}") for name in ("at least", "at most")),
        ],
        [
            [
                rate.window,
                titles[rate.window],
                ", ".join(rate.starts),
                rate.calendar,
                rate.shortest_wd,
                rate.longest_wd,
                round(1000 * rate.low_percent, 1),
                round(1000 * rate.high_percent, 1),
                rate.low_a_day,
                rate.high_a_day,
            ]
            for rate in found.rates
        ],
        proof="closed form",
        source=source,
        note=f"Of 100,000 meter points so many a working day on average, at both ends where a month is published; meter points a day "
        f"are of a {found.meter_points_basis} total of {found.meter_points:,}.",
    )


def peaks(found: Migrated, source: str) -> Table:
    """Return the peak of each rate where it rises evenly at first."""
    rates = [rate for rate in found.rates if rate.calendar == found.calendar]
    ramps = [peak.ramp_percent for peak in rates[0].peaks] if rates else []

    def between(low: float, high: float) -> str:
        ends = f"{low:.3f}", f"{high:.3f}"
        return f"{ends[0] if ends[0] == ends[1] else '–'.join(ends)} %"

    return table(
        "migration-peaks",
        "Peak share of all meter points a working day, where the rate rises evenly at first",
        columns("plan:id | from | no rise" + "".join(f" | over {ramp} %" for ramp in ramps)),
        (
            [
                rate.window,
                ", ".join(rate.starts),
                between(rate.low_percent, rate.high_percent),
                *(between(peak.low_percent, peak.high_percent) for peak in rate.peaks),
            ]
            for rate in rates
        ),
        proof="closed form",
        source=source,
        note=f"By {found.calendar}. How long the rise takes, as a part of the window, is a shape tried and has no source.",
    )


def stragglers(market: MarketTold, source: str) -> Table:
    """Return who is not ready when every supplier must be."""
    return listing(
        "migration-stragglers",
        "Who is not ready when every supplier must be",
        "straggler = title | share:number % = percent | suppliers:number = parties | ready:date | late:number wd = late_wd",
        market.stragglers,
        proof="closed form",
        source=source,
    )


def room_for_late(found: Migrated, source: str) -> Table:
    """Return what may become ready only with the last supplier, for each plan and multiple of its average rate."""
    multiples = sorted({each.multiple for each in found.late_shares})
    rows: dict[tuple[str, tuple[str, ...]], list[Cell]] = {}
    for each in found.late_shares:
        row = rows.setdefault((each.window, each.starts), [each.window, ", ".join(each.starts)])
        row += [round(each.low_percent, 2), round(each.high_percent, 2)]
    heads = [column(f"{each:g} x{end}", "number", "%") for each in multiples for end in (" at least", " at most")]
    return table(
        "migration-room",
        "The most that may become ready only with the last supplier",
        [*columns("plan:id | from"), *heads],
        rows.values(),
        proof="closed form",
        source=source,
        note="Where no day moves more than so many times the average rate of the plan.",
    )


def late_dates(found: Migrated, source: str) -> Table:
    """Return the last morning on which a late share may become ready, for each plan and multiple."""
    multiples = sorted({each.multiple for each in found.late_dates})
    rows: dict[tuple[str, tuple[str, ...], int], list[Cell]] = {}
    for each in found.late_dates:
        key = each.window, each.starts, each.late_percent
        rows.setdefault(key, [each.window, ", ".join(each.starts), each.late_percent]).append(each.earliest)
    return table(
        "migration-late",
        "The last morning on which late meter points may become ready",
        [*columns("plan:id | from | the last:number %"), *(column(f"{each:g} x", "date") for each in multiples)],
        rows.values(),
        proof="closed form",
        source=source,
        note="For the end to hold where no day moves more than so many times the average rate; a working day later and it moves. "
        "Where months are published, the earliest that they may mean.",
        fold=True,
    )


def shares(market: MarketTold, source: str) -> Table:
    """Return each share and each moratorium: when it is ready, how late it may be, and what it is worth."""
    rows: list[list[Cell]] = [
        [
            each.title,
            each.percent,
            each.at,
            each.ready,
            each.spare_wd,
            each.gain_wd,
            "decides" if each.title in market.deciding else "does not decide",
        ]
        for each in market.shares
    ]
    rows += [
        [
            f"moratorium to {pause.last}",
            0,
            "",
            pause.first,
            None,
            pause.gain_wd,
            "binds" if pause.gain_wd else "does not bind",
        ]
        for pause in market.moratoria
    ]
    return table(
        "migration-shares",
        "Whose meter points move from when on, and who decides",
        columns(
            "whose | share:number % | ready at:id | ready:date | may be later:number wd | gain at once:number wd | decides"
        ),
        rows,
        proof="closed form",
        source=source,
        note="May be later: alone, with the last meter point where it is. Gain at once: of the end, ready with the first, or without "
        "the moratorium.",
    )


def months(market: MarketTold, source: str) -> Table:
    """Return what has moved and what is ready by the end of each month."""
    return table(
        "migration-months",
        "Moved by the end of each month",
        columns("month | moved:number % | ready:number % | daily limit:number thousand"),
        [[each.month, round(each.percent, 2), each.ready_percent, each.limit_thousand] for each in market.months],
        proof="closed form",
        source=source,
        note="Moving as much as can be on every day; the limit is that of an average working day of the month.",
        fold=True,
    )


def least(market: MarketTold, end: str, source: str) -> Table:
    """Return the least limit for the end of each month."""
    return table(
        "migration-least",
        f"The least daily limit with which {end} is met",
        columns("by:date | least limit:number thousand a day"),
        [[each.by, each.limit] for each in market.least],
        proof="closed form",
        source=source,
        note="One thousand a day less and the day is missed.",
    )


def curve(told: MarketCurve, source: str) -> Table:
    """Return every step of the end by one number."""
    return table(
        f"migration-by-{told.of.replace(' ', '-')}",
        told.title,
        [column("from", "number", told.unit), column("the end", "date")],
        [[step.at, step.date] for step in told.steps],
        proof="closed form",
        source=source,
        note=f"From each number on to the next. As stated it is {told.stated:g}.",
        fold=True,
        most=40,
    )
