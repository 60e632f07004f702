"""Who is ready when: Qualification party by party, and the pace of migration that the dates take for granted."""

from __future__ import annotations

import datetime as dt

from models.allocation import BodyLoad, Qualified
from models.migration import MarketTold, Migrated, MigrationWindow
from models.pack import Chart
from optimiser.evidence.charts.curves import late_chart, moved_chart
from optimiser.evidence.charts.maps import load_chart
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.sections.words import Blocks, absence, drawn, figure, lead, remark, say, warning
from optimiser.evidence.tables import migrated, qualified

__all__ = ["demand_chart", "migration", "qualification"]


_TITLE = "Slots wanted, used and offered"


def qualification(dossier: Dossier) -> Blocks:
    """Yield demand against capacity, month by month, and who waits."""
    found, case = dossier.qualified, dossier.qualified_case
    if found is None or case is None:
        yield absence(dossier, "qualification", "Qualification demand against capacity")
        return
    source = f"qualify of case {case.id}"
    milestone = found.dates[found.milestone]
    yield warning("Parties, slots and boards of this case are synthetic: it shows how Qualification behaves, not when it ends.")
    yield lead(
        "{:counted} pass Qualification in case {}; the last supplier is through on {}, {:closed form} after it starts. A party "
        "waits until every body that it needs has a slot for it, so it may wait while one of them has room.",
        f"{len(found.allocation):,} parties",
        case.id,
        figure(milestone.date, milestone.proof, source),
        f"{found.window_wd} wd",
        source=source,
    )
    yield drawn("demand", _TITLE, "Demand and capacity of each body by month.", demand_chart(found), "loads")
    yield qualified.loads(found, source)
    yield qualified.fairness(found, source)
    yield qualified.policies(found, source) if found.policies else None
    yield qualified.readiness(found, source)
    yield qualified.stragglers(found, source)
    yield qualified.allocation(found, source)
    for note in found.notes:
        yield remark(note, "closed form", source)


def demand_chart(found: Qualified) -> str:
    """Return the slots of each body, month by month, as a drawing."""
    bodies: dict[str, list[BodyLoad]] = {}
    for load in found.loads:
        bodies.setdefault(load.resource, []).append(load)
    return load_chart("demand", f"{_TITLE}, on an average day of each month", bodies)


def migration(dossier: Dossier) -> Blocks:
    """Yield the implied rates, the break-evens of late parties, and a market where a case has one."""
    found = dossier.migrated
    if found is None:
        yield absence(dossier, "migration", "The pace of migration that the dates take for granted")
        return
    yield from _pace(found, f"migrate of case {dossier.main.id}")
    if dossier.market is None or dossier.market_case is None:
        yield absence(dossier, "market", "A market that migrates, share by share")
    else:
        for market in dossier.market.markets[:1]:
            yield from _market(dossier.market, market, dossier.market_case)


def _pace(found: Migrated, source: str) -> Blocks:
    """Yield what needs no invented number."""
    window = found.windows[0]
    rate = next((each for each in found.rates if each.window == window.id and each.calendar == found.calendar), None)
    if rate is not None:
        yield lead(
            "The plan takes for granted that {:closed form} of all meter points move on an average working day from {} to {}. "
            "No volume, rate or limit is published, and none is used here; meter points a day stand on a made-up total, for "
            "scale.",
            f"{rate.low_percent:.3f} %",
            " and ".join(rate.starts),
            window.end.milestones[0],
            source=f"{source}: one day of {rate.longest_wd}",
        )
    yield migrated.pace(found, source)
    yield migrated.room_for_late(found, source) if found.late_shares else None
    if found.late_dates:
        yield _late(found, window)
        yield migrated.late_dates(found, source)
    for note in found.notes:
        yield remark(note, "closed form", source)


def _late(found: Migrated, window: MigrationWindow) -> Chart:
    """Draw how late the last may be."""
    lines: dict[str, list[tuple[dt.date, float]]] = {}
    starts = next(each.starts for each in found.late_dates if each.window == window.id)
    for each in found.late_dates:
        if (each.window, each.starts) == (window.id, starts):
            lines.setdefault(f"{each.multiple:g} x", []).append((each.earliest, float(each.late_percent)))
    title = f"How late the last meter points may become ready for {window.end.milestones[0]} to hold"
    name, about = (
        "migration-late-curve",
        "Per cent of all meter points by the last morning, a line for each multiple of the average rate.",
    )
    svg = late_chart(name, title, {label: sorted(points) for label, points in lines.items()})
    return drawn(name, title, about, svg, "migration-late", small=True)


def _market(found: Migrated, market: MarketTold, case: DossierCase) -> Blocks:
    """Yield what one rule of kind migration comes to."""
    source, rule, window = f"migrate of case {case.id}", f"case {case.id}, rule {market.rule}", found.windows[0]
    end = window.end.milestones[0]
    marks = {name: each.latest for each in window.starts for name in each.milestones}
    if window.ready is not None:
        marks |= dict.fromkeys(window.ready.milestones, window.ready.latest)
    marks |= {market.after: market.done, end: window.end.latest}
    text = f"Shares, limits and moratoria of case {{}} are {market.basis}: it shows what would decide, not when migration ends."
    yield warning(text, case.id)
    every = len(market.deciding) == len(market.shares)
    yield say(
        "At {} meter points a day at most the last one moves on {:closed form} and {} is {}. "
        f"{'All shares together decide' if every else 'What decides: '}{{}}: from {{:closed form}} on they have to move "
        "{:closed form}, and a working day sooner there is room for {:closed form}. Ready when every supplier must be: "
        "{:counted} with {} of meter points.",
        figure(f"{market.limit:,} thousand", "stated", rule),
        market.done,
        end,
        figure(window.end.latest, (window.proof or {}).get(end, "closed form"), source),
        "" if every else "; ".join(market.deciding),
        market.deciding_from,
        f"{market.deciding_thousand:,.0f} thousand",
        f"{market.room_thousand:,.0f}",
        f"{market.suppliers_ready:,} of {market.suppliers} suppliers",
        figure(f"{market.ready_percent:g} %", "stated", rule),
        source=source,
    )
    name, title = "migration-moved", "What has moved by when, at most"
    svg = moved_chart(name, title, market.months, _ready(market), marks)
    about = "Meter points that have moved and that are ready to, the daily limit, and milestones."
    yield drawn(name, title, about, svg, "migration-months")
    yield migrated.months(market, source)
    yield migrated.shares(market, source)
    yield migrated.least(market, end, source) if market.least else None
    for each in market.curves:
        yield migrated.curve(each, source)


def _ready(market: MarketTold) -> list[tuple[dt.date, float]]:
    """Return what is ready from each day on."""
    days = sorted({each.ready for each in market.shares})
    return [(day, round(sum(each.percent for each in market.shares if each.ready <= day), 2)) for day in days]
