"""The pace of migration: what the dates take for granted, and what a synthetic market would make of them."""

from __future__ import annotations

import datetime as dt

from models.migration import MarketTold, Migrated, MigrationWindow, MovedBy
from models.pack import Block, Chart, Figure, Name, Section
from optimiser.evidence.charts.migration import MovedMonth, late_chart, moved_chart
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.sections.words import absence, count, lead, paragraph, remark, warning
from optimiser.evidence.tables import migrated as tables
from optimiser.evidence.words import day

__all__ = ["migration"]

_TITLE = "The pace of migration that the dates take for granted"


def migration(dossier: Dossier) -> Section:
    """Return the implied rates, the break-evens of late parties, and a market where a case has one."""
    found = dossier.migrated
    if found is None:
        return Section(id="migration", title=_TITLE, items=(17,), blocks=(absence(dossier, "migration", _TITLE),))
    source = f"migrate of case {dossier.main.id}"
    blocks = [*_pace(found, source)]
    if dossier.market is None or dossier.market_case is None:
        blocks.append(absence(dossier, "market", "A market that migrates, share by share"))
    else:
        for market in dossier.market.markets[:1]:
            blocks += _market(dossier.market, market, dossier.market_case)
    return Section(id="migration", title=_TITLE, items=(17,), blocks=tuple(blocks))


def _pace(found: Migrated, source: str) -> list[Block]:
    """Return what needs no invented number."""
    window = found.windows[0]
    rate = next((each for each in found.rates if each.window == window.id and each.calendar == found.calendar), None)
    blocks: list[Block] = []
    if rate is not None:
        blocks.append(
            lead(
                "The plan takes for granted that ",
                Figure(text=f"{rate.low_percent:.3f} %", proof="closed form", source=f"{source}: one day of {rate.longest_wd}"),
                " of all meter points move on an average working day from ",
                Name(text=" and ".join(rate.starts)),
                " to ",
                Name(text=window.end.milestones[0]),
                ". No volume, rate or limit is published, and none is used here; meter points a day stand on a made-up total, for "
                "scale.",
            )
        )
    blocks += [tables.pace(found, source)]
    if found.late_shares:
        blocks.append(tables.room_for_late(found, source))
    if found.late_dates:
        blocks += [_late(found, window), tables.late_dates(found, source)]
    return blocks + [remark(note, "closed form", source) for note in found.notes]


def _late(found: Migrated, window: MigrationWindow) -> Chart:
    """Draw how late the last may be."""
    lines: dict[str, list[tuple[dt.date, float]]] = {}
    starts = next(each.starts for each in found.late_dates if each.window == window.id)
    for each in found.late_dates:
        if (each.window, each.starts) == (window.id, starts):
            lines.setdefault(f"{each.multiple:g} x", []).append((each.earliest, float(each.late_percent)))
    title = f"How late the last meter points may become ready for {window.end.milestones[0]} to hold"
    ordered = {label: sorted(points) for label, points in lines.items()}
    return Chart(
        id="migration-late-curve",
        title=title,
        about="Per cent of all meter points by the last morning, a line for each multiple of the average rate.",
        svg=late_chart("migration-late-curve", title, ordered),
        table="migration-late",
        small=True,
    )


def _market(found: Migrated, market: MarketTold, case: DossierCase) -> list[Block]:
    """Return what one rule of kind migration comes to."""
    source, window = f"migrate of case {case.id}", found.windows[0]
    end = window.end.milestones[0]
    every = len(market.deciding) == len(market.shares)
    title = "What has moved by when, at most"
    marks = {name: each.latest for each in window.starts for name in each.milestones}
    if window.ready is not None:
        marks |= dict.fromkeys(window.ready.milestones, window.ready.latest)
    marks |= {market.after: market.done, end: window.end.latest}
    blocks: list[Block] = [
        warning(
            "Shares, limits and moratoria of case ",
            Name(text=case.id),
            f" are {market.basis}: it shows what would decide, not when migration ends.",
        ),
        paragraph(
            "At ",
            Figure(text=f"{market.limit:,} thousand", proof="stated", source=f"case {case.id}, rule {market.rule}"),
            " meter points a day at most the last one moves on ",
            Figure(text=day(market.done), proof="closed form", source=source),
            " and ",
            Name(text=end),
            " is ",
            Figure(text=day(window.end.latest), proof=(window.proof or {}).get(end, "closed form"), source=source),
            ". ",
            "All shares together decide" if every else "What decides: ",
            "" if every else Name(text="; ".join(market.deciding)),
            ": from ",
            Figure(text=day(market.deciding_from), proof="closed form", source=source),
            " on they have to move ",
            Figure(text=f"{market.deciding_thousand:,.0f} thousand", proof="closed form", source=source),
            ", and a working day sooner there is room for ",
            Figure(text=f"{market.room_thousand:,.0f}", proof="closed form", source=source),
            ". Ready when every supplier must be: ",
            count(market.suppliers_ready, f"of {market.suppliers} suppliers", source),
            " with ",
            Figure(text=f"{market.ready_percent:g} %", proof="stated", source=f"case {case.id}, rule {market.rule}"),
            " of meter points.",
        ),
        Chart(
            id="migration-moved",
            title=title,
            about="Meter points that have moved and that are ready to, the daily limit, and milestones.",
            svg=moved_chart("migration-moved", title, [_month(each) for each in market.months], _ready(market), marks),
            table="migration-months",
        ),
        tables.months(market, source),
        tables.shares(market, source),
    ]
    blocks += [tables.least(market, end, source)] if market.least else []
    return blocks + [tables.curve(each, source) for each in market.curves]


def _month(moved: MovedBy) -> MovedMonth:
    year, number = map(int, moved.month.split("-"))
    last = dt.date(year + number // 12, number % 12 + 1, 1) - dt.timedelta(days=1)
    return MovedMonth(last, moved.percent, moved.limit_thousand)


def _ready(market: MarketTold) -> list[tuple[dt.date, float]]:
    """Return what is ready from each day on."""
    days = sorted({each.ready for each in market.shares})
    return [(day, round(sum(each.percent for each in market.shares if each.ready <= day), 2)) for day in days]
