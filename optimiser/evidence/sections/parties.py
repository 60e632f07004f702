"""Qualification party by party: demand against capacity, who waits, and by which way of queueing."""

from __future__ import annotations

from models.allocation import Qualified
from models.pack import Block, Chart, Figure, Name, Section
from optimiser.evidence.charts.loads import Month, load_chart
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import absence, count, lead, remark, warning
from optimiser.evidence.tables import qualified as tables
from optimiser.evidence.words import day

__all__ = ["demand_chart", "qualification"]


def qualification(dossier: Dossier) -> Section:
    """Return demand against capacity, month by month, and who waits."""
    title = "Qualification demand against capacity"
    found, case = dossier.qualified, dossier.qualified_case
    if found is None or case is None:
        block = absence(dossier, "qualification", title)
        return Section(id="qualification", title=title, items=(16,), blocks=(block,))
    source = f"qualify of case {case.id}"
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
            svg=demand_chart(found),
            table="loads",
        ),
        tables.loads(found, source),
        tables.fairness(found, source),
    ]
    if found.policies:
        blocks.append(tables.policies(found, source))
    blocks += [tables.readiness(found, source), tables.stragglers(found, source), tables.allocation(found, source)]
    blocks += [remark(note, "closed form", source) for note in found.notes]
    return Section(id="qualification", title=title, items=(16,), blocks=tuple(blocks))


def demand_chart(found: Qualified) -> str:
    """Return the slots of each body, month by month, as a drawing."""
    bodies: dict[str, list[Month]] = {}
    for load in found.loads:
        wide = load.slots_a_day
        used = wide * load.utilisation
        bodies.setdefault(load.resource, []).append(Month(load.month, wide, used, load.demand))
    return load_chart("demand", "Slots wanted, used and offered, on an average day of each month", bodies)
