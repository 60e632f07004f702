"""Qualification party by party: demand against capacity, who waits, and by which way of queueing."""

from __future__ import annotations

from models.allocation import BodyLoad, Qualified
from optimiser.evidence.charts.loads import load_chart
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import Blocks, absence, drawn, figure, lead, remark, warning
from optimiser.evidence.tables import qualified as tables

__all__ = ["demand_chart", "qualification"]

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
    yield tables.loads(found, source)
    yield tables.fairness(found, source)
    yield tables.policies(found, source) if found.policies else None
    yield tables.readiness(found, source)
    yield tables.stragglers(found, source)
    yield tables.allocation(found, source)
    for note in found.notes:
        yield remark(note, "closed form", source)


def demand_chart(found: Qualified) -> str:
    """Return the slots of each body, month by month, as a drawing."""
    bodies: dict[str, list[BodyLoad]] = {}
    for load in found.loads:
        bodies.setdefault(load.resource, []).append(load)
    return load_chart("demand", f"{_TITLE}, on an average day of each month", bodies)
