"""What went in: the register of inputs, the calendar, and every link with its evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from models.provenance import Sourced
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import Blocks, absence, lead, say
from optimiser.evidence.tables import register as tables
from optimiser.evidence.tables.kit import listing
from optimiser.solve.fingerprint import plan_sha256

__all__ = ["calendar", "inputs", "links"]


def _by_basis(entries: Iterable[Sourced]) -> str:
    """Return how many entries stand on each basis."""
    bases = Counter(entry.basis for entry in entries)
    return ", ".join(f"{number} {basis}" for basis, number in sorted(bases.items())) or "none"


def inputs(dossier: Dossier) -> Blocks:
    """Yield every number that went in."""
    plan, source = dossier.plan, f"inputs/plans/{dossier.main.id}.json"
    yield lead(
        "Every number of the plan with its place in a source, what it stands on, who owns it and how sure it is. {:counted} "
        "({:counted}). The hash of everything that decides the dates: {:counted}.",
        f"{len(plan.assumptions):,} assumptions",
        _by_basis(plan.assumptions),
        plan_sha256(plan),
        source=source,
    )
    for made in (tables.sources, tables.assumptions, tables.readings, tables.unknowns, tables.baselines, tables.raid):
        yield made(plan, source)


def calendar(dossier: Dossier) -> Blocks:
    """Yield which days are worked, and what another calendar would do."""
    plan = dossier.plan
    base = plan.calendars_by_id[plan.calendar]
    yield lead(
        "Dates count by calendar {}, known from {:stated} to {:stated}. A date outside is an error, never silently a working "
        "day.",
        f"{base.id}: {base.title}",
        base.covers.first,
        base.covers.last,
        source=f"calendar {base.id} of the plan",
    )
    cases = {case.id: case for case in dossier.cases}
    rows = [
        (cases[case], milestone, name, cases[case].dates.get(milestone), other.dates.get(milestone), other)
        for case, others in dossier.calendars.items()
        for name, other in others.items()
        for milestone in dossier.milestones
    ]
    if not rows:
        yield absence(dossier, "calendars", "The plan on another calendar")
        return
    certified = all(other.solved and other.solved.proof.get(milestone) == "certified" for _, milestone, *_, other in rows)
    yield listing(
        "calendars",
        "The same plan on its other calendars",
        "case:id = 0.id | milestone:id = 1 | calendar = 0.plan.calendar | date:date = 3 | other calendar = 2 | date "
        "there:date = 4 | proof there | moves:number cd",
        rows,
        "certified" if certified else "gap",
        "each case solved again with its base calendar replaced",
        said={
            "proof there": lambda row: row[5].solved and row[5].solved.proof.get(row[1]),
            "moves": lambda row: (row[4] - row[3]).days if row[3] and row[4] else None,
        },
    )


def links(dossier: Dossier) -> Blocks:
    """Yield every rule with its evidence."""
    plan, source = dossier.plan, f"inputs/plans/{dossier.main.id}.json"
    active = list(plan.active_rules())
    inferred = sum(rule.basis == "inferred" for rule in active) / max(1, len(active))
    said = f"{len(active):,} rules that are on", f"{inferred:.0%}"
    yield lead("Of {:counted} a share of {:counted} is inferred.", *said, source=source)
    yield say("By basis: {:counted}.", _by_basis(active), source=source)
    yield tables.rules(plan, source)
