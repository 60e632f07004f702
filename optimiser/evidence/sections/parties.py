"""Qualification party by party: demand against capacity, who waits, and by which way of queueing."""

from __future__ import annotations

from models.allocation import Qualified
from models.pack import Block, Cell, Chart, Figure, Name, Section, Table
from optimiser.evidence.charts.loads import Month, load_chart
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import absence, column, count, day, lead, remark, table, warning

__all__ = ["qualification"]


def qualification(dossier: Dossier) -> Section:
    """Return demand against capacity, month by month, and who waits."""
    title = "Qualification demand against capacity"
    found, case = dossier.qualified, dossier.qualified_case
    if found is None or case is None:
        block = absence(dossier, "qualification", title)
        return Section(id="qualification", title=title, items=(16,), blocks=(block,))
    source = f"qualify of case {case.id}"
    bodies: dict[str, list[Month]] = {}
    for load in found.loads:
        wide = load.slots_a_day
        used = wide * load.utilisation
        bodies.setdefault(load.resource, []).append(Month(load.month, wide, used, load.demand))
    milestone = found.dates[found.milestone]
    blocks: list[Block] = [
        warning("Parties, slots and boards of this case are synthetic: it shows how Qualification behaves, not when it ends."),
        lead(
            count(len(found.allocation), "parties", source),
            " pass Qualification in case ",
            Name(text=case.id),
            "; the last supplier is through on ",
            Figure(text=day(milestone.date), proof=milestone.proof, source=source),
            ", ",
            Figure(text=f"{found.window_wd} wd", proof="closed form", source=source),
            " after it starts. A party waits until every body that it needs has a slot for it, so it may wait while one of them has "
            "room.",
        ),
        Chart(
            id="demand",
            title="Slots wanted, used and offered",
            about="Demand and capacity of each body by month.",
            svg=load_chart("demand", "Slots wanted, used and offered, on an average day of each month", bodies),
            table="loads",
        ),
        _loads(found, source),
        _fairness(found, source),
    ]
    if found.policies:
        blocks.append(_policies(found, source))
    blocks += [_stragglers(found, source), _allocation(found, source)]
    blocks += [remark(note, "closed form", source) for note in found.notes]
    return Section(id="qualification", title=title, items=(16,), blocks=tuple(blocks))


def _loads(found: Qualified, source: str) -> Table:
    return table(
        "loads",
        "Demand against capacity, month by month",
        [
            column("body", "id"),
            column("month"),
            column("offered", "number", "slots a day"),
            column("used", "share"),
            column("wanted", "number", "parties a day"),
            column("waiting", "number", "parties a day"),
        ],
        [[load.resource, load.month, load.slots_a_day, load.utilisation, load.demand, load.queue] for load in found.loads],
        proof="closed form",
        source=source,
        fold=True,
        most=40,
    )


def _fairness(found: Qualified, source: str) -> Table:
    return table(
        "fairness",
        "How long each class of parties waits between being ready and being tested",
        [
            column("class"),
            column("parties", "number"),
            column("on average", "number", "wd"),
            column("at worst", "number", "wd"),
        ],
        [[entry.group, entry.parties, entry.mean_wd, entry.worst_wd] for entry in found.fairness],
        proof="closed form",
        source=source,
    )


def _policies(found: Qualified, source: str) -> Table:
    milestones = list(dict.fromkeys(name for entry in found.policies for name in entry.dates))
    rows: list[list[Cell]] = []
    for entry in found.policies:
        waits = {each.group: each for each in entry.fairness}
        everybody = waits.get("all")
        rows.append(
            [
                entry.policy,
                entry.title,
                *(entry.dates.get(name) for name in milestones),
                entry.all_tested,
                everybody.mean_wd if everybody else None,
                everybody.worst_wd if everybody else None,
            ]
        )
    return table(
        "policies",
        "Ways of queueing, and what each comes to",
        [
            column("policy", "id"),
            column("title"),
            *(column(name, "date") for name in milestones),
            column("all tested", "date"),
            column("waits on average", "number", "wd"),
            column("at worst", "number", "wd"),
        ],
        rows,
        proof="closed form",
        source=f"{source}: one schedule by each way, not proved best for it",
    )


def _stragglers(found: Qualified, source: str) -> Table:
    return table(
        "stragglers",
        "The last suppliers, and why",
        [
            column("party", "id"),
            column("title"),
            column("live", "date"),
            column("meter points", "number", "thousands"),
            column("because"),
        ],
        [[entry.party, entry.title, entry.live, entry.meter_points, entry.because] for entry in found.stragglers],
        proof="closed form",
        source=source,
        fold=True,
        most=12,
    )


def _allocation(found: Qualified, source: str) -> Table:
    return table(
        "allocation",
        "Every party in the schedule shown",
        [
            column("party", "id"),
            column("title"),
            column("role"),
            column("size"),
            column("ready", "date"),
            column("start", "date"),
            column("finish", "date"),
            column("waits", "number", "wd"),
            column("approved", "date"),
            column("live", "date"),
        ],
        [
            [
                entry.party,
                entry.title,
                entry.role,
                entry.size,
                entry.ready,
                entry.start,
                entry.finish,
                entry.waiting_wd,
                entry.approved,
                entry.live,
            ]
            for entry in found.allocation
        ],
        proof="closed form",
        source=source,
        fold=True,
        most=30,
    )
