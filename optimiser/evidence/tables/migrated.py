"""The pace of migration as tables."""

from __future__ import annotations

from models.migration import MarketCurve, MarketTold, Migrated
from models.pack import Cell, Table
from optimiser.evidence.tables.kit import across, listing, table

__all__ = ["curve", "late_dates", "least", "months", "pace", "peaks", "room_for_late", "shares", "stragglers"]


def pace(found: Migrated, source: str) -> Table:
    """Return the rate that each plan takes for granted, by each calendar."""
    titles = {window.id: window.title for window in found.windows}
    return listing(
        "migration-pace",
        "Pace that the dates take for granted",
        "plan:id = window | title | from = starts | calendar:id | fewest:number wd = shortest_wd | most:number wd = longest_wd"
        " | least a day:number of 100,000 | greatest a day:number of 100,000"
        f" | at least:number meter points a day, {found.meter_points_basis} = low_a_day"
        f" | at most:number meter points a day, {found.meter_points_basis} = high_a_day",
        found.rates,
        "closed form",
        source,
        said={
            "title": lambda rate: titles[rate.window],
            "least a day": lambda rate: round(1000 * rate.low_percent, 1),
            "greatest a day": lambda rate: round(1000 * rate.high_percent, 1),
        },
        note="Of 100,000 meter points so many a working day on average, at both ends where a month is published; meter points a day "
        f"are of a {found.meter_points_basis} total of {found.meter_points:,}.",
    )


def peaks(found: Migrated, source: str) -> Table:
    """Return the peak of each rate where it rises evenly at first."""
    rates = [rate for rate in found.rates if rate.calendar == found.calendar]
    ramps = [peak.ramp_percent for peak in rates[0].peaks] if rates else []

    def between(low: float, high: float) -> str:
        return f"{'–'.join(dict.fromkeys((f'{low:.3f}', f'{high:.3f}')))} %"

    rows: list[list[Cell]] = []
    for rate in rates:
        risen = [between(peak.low_percent, peak.high_percent) for peak in rate.peaks]
        rows.append([rate.window, ", ".join(rate.starts), between(rate.low_percent, rate.high_percent), *risen])
    return table(
        "migration-peaks",
        "Peak share of all meter points a working day, where the rate rises evenly at first",
        "plan:id | from | no rise" + across(map(str, ramps), "over {} %"),
        rows,
        "closed form",
        source,
        note=f"By {found.calendar}. How long the rise takes, as a part of the window, is a shape tried and has no source.",
    )


def stragglers(market: MarketTold, source: str) -> Table:
    """Return who is not ready when every supplier must be."""
    return listing(
        "migration-stragglers",
        "Who is not ready when every supplier must be",
        "straggler = title | share:number % = percent | suppliers:number = parties | ready:date | late:number wd = late_wd",
        market.stragglers,
        "closed form",
        source,
    )


def room_for_late(found: Migrated, source: str) -> Table:
    """Return what may become ready only with the last supplier, for each plan and multiple of its average rate."""
    multiples = sorted({each.multiple for each in found.late_shares})
    rows: dict[tuple[str, tuple[str, ...]], list[Cell]] = {}
    for each in found.late_shares:
        row = rows.setdefault((each.window, each.starts), [each.window, ", ".join(each.starts)])
        row += [round(each.low_percent, 2), round(each.high_percent, 2)]
    return table(
        "migration-room",
        "The most that may become ready only with the last supplier",
        "plan:id | from" + across((f"{each:g} x" for each in multiples), "{} at least:number % | {} at most:number %"),
        rows.values(),
        "closed form",
        source,
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
        "plan:id | from | the last:number %" + across((f"{each:g} x" for each in multiples), "{}:date"),
        rows.values(),
        "closed form",
        source,
        note="For the end to hold where no day moves more than so many times the average rate; a working day later and it moves. "
        "Where months are published, the earliest that they may mean.",
        fold=True,
    )


def shares(market: MarketTold, source: str) -> Table:
    """Return each share and each moratorium: when it is ready, how late it may be, and what it is worth."""
    rows: list[list[Cell]] = []
    for each in market.shares:
        decides = "decides" if each.title in market.deciding else "does not decide"
        rows.append([each.title, each.percent, each.at, each.ready, each.spare_wd, each.gain_wd, decides])
    for pause in market.moratoria:
        binds = "binds" if pause.gain_wd else "does not bind"
        rows.append([f"moratorium to {pause.last}", 0, "", pause.first, None, pause.gain_wd, binds])
    return table(
        "migration-shares",
        "Whose meter points move from when on, and who decides",
        "whose | share:number % | ready at:id | ready:date | may be later:number wd | gain at once:number wd | decides",
        rows,
        "closed form",
        source,
        note="May be later: alone, with the last meter point where it is. Gain at once: of the end, ready with the first, or without "
        "the moratorium.",
    )


def months(market: MarketTold, source: str) -> Table:
    """Return the shares moved and ready by the end of each month."""
    return table(
        "migration-months",
        "Moved by the end of each month",
        "month | moved:number % | ready:number % | daily limit:number thousand",
        ([each.month, round(each.percent, 2), each.ready_percent, each.limit_thousand] for each in market.months),
        "closed form",
        source,
        note="Moving as much as can be on every day; the limit is that of an average working day of the month.",
        fold=True,
    )


def least(market: MarketTold, end: str, source: str) -> Table:
    """Return the least limit for the end of each month."""
    shape = "by:date | least limit:number thousand a day = limit"
    title, note = f"The least daily limit with which {end} is met", "One thousand a day less and the day is missed."
    return listing("migration-least", title, shape, market.least, "closed form", source, note=note)


def curve(told: MarketCurve, source: str) -> Table:
    """Return every step of the end by one number."""
    shape = f"from:number {told.unit or ''} = at | the end:date = date"
    note = f"From each number on to the next. As stated it is {told.stated:g}."
    name = f"migration-by-{told.of.replace(' ', '-')}"
    return listing(name, told.title, shape, told.steps, "closed form", source, note=note, fold=True, most=40)
