"""What went in: the register of inputs, the calendar, and every link with its evidence."""

from __future__ import annotations

from collections import Counter

from models.pack import Block, Cell, Figure, Name, Section
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import absence, count, lead, paragraph
from optimiser.evidence.tables import register as tables
from optimiser.evidence.tables.kit import columns, table
from optimiser.evidence.words import day
from optimiser.solve.fingerprint import plan_sha256

__all__ = ["calendar", "inputs", "links"]


def inputs(dossier: Dossier) -> Section:
    """Return every number that went in."""
    plan, main = dossier.plan, dossier.main
    source = f"inputs/plans/{main.id}.json"
    bases = Counter(entry.basis for entry in plan.assumptions)
    words = ", ".join(f"{number} {basis}" for basis, number in sorted(bases.items()))
    blocks: list[Block] = [
        lead(
            "Every number of the plan with its place in a source, what it stands on, who owns it and how sure it is. ",
            count(len(plan.assumptions), "assumptions", source),
            " (",
            Figure(text=words or "none", proof="counted", source=source),
            "). The hash of everything that decides the dates: ",
            Figure(text=plan_sha256(plan), proof="counted", source=source),
            ".",
        ),
        *(
            made(plan, source)
            for made in (
                tables.sources,
                tables.assumptions,
                tables.readings,
                tables.unknowns,
                tables.baselines,
                tables.raid,
            )
        ),
    ]
    return Section(id="inputs", title="Input register", items=(1,), blocks=tuple(blocks))


def calendar(dossier: Dossier) -> Section:
    """Return which days are worked, and what another calendar would do."""
    plan = dossier.plan
    base = plan.calendars_by_id[plan.calendar]
    source = f"calendar {base.id} of the plan"
    blocks: list[Block] = [
        lead(
            "Dates count by calendar ",
            Name(text=f"{base.id}: {base.title}"),
            ", known from ",
            Figure(text=day(base.covers.first), proof="stated", source=source),
            " to ",
            Figure(text=day(base.covers.last), proof="stated", source=source),
            ". A date outside is an error, never silently a working day.",
        )
    ]
    rows: list[list[Cell]] = []
    for case_id, others in dossier.calendars.items():
        case = next(case for case in dossier.cases if case.id == case_id)
        assert case.plan is not None
        for name, other in others.items():
            for milestone in dossier.milestones:
                ours = case.solved.dates.get(milestone) if case.solved else None
                theirs = other.solved.dates.get(milestone) if other.solved else None
                proof = other.solved.proof.get(milestone) if other.solved else None
                moved = (theirs - ours).days if ours and theirs else None
                rows.append([case_id, milestone, case.plan.calendar, ours, name, theirs, proof, moved])
    if rows:
        blocks.append(
            table(
                "calendars",
                "The same plan on its other calendars",
                [
                    *columns("case:id | milestone:id | calendar | date:date | other calendar | date there:date | proof there"),
                    *columns("moves:number cd"),
                ],
                rows,
                proof="certified" if all(row[6] == "certified" for row in rows) else "gap",
                source="each case solved again with its base calendar replaced",
            )
        )
    else:
        blocks.append(absence(dossier, "calendars", "The plan on another calendar"))
    return Section(id="calendar", title="Calendar statement", items=(2,), blocks=tuple(blocks))


def links(dossier: Dossier) -> Section:
    """Return every rule with its evidence."""
    plan = dossier.plan
    source = f"inputs/plans/{dossier.main.id}.json"
    active = list(plan.active_rules())
    bases = Counter(rule.basis for rule in active)
    inferred = bases["inferred"] / len(active) if active else 0.0
    return Section(
        id="links",
        title="Links and lengths, with their evidence",
        items=(5,),
        blocks=(
            lead(
                "Of ",
                count(len(active), "rules that are on", source),
                " a share of ",
                Figure(text=f"{inferred:.0%}", proof="counted", source=source),
                " is inferred.",
            ),
            paragraph(
                "By basis: ",
                Figure(
                    text=", ".join(f"{number} {basis}" for basis, number in sorted(bases.items())) or "none",
                    proof="counted",
                    source=source,
                ),
                ".",
            ),
            tables.rules(plan, source),
        ),
    )
