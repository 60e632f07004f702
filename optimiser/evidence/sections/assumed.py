"""The second page: what was assumed that the source does not say."""

from __future__ import annotations

from models.pack import Block, Cell, Figure, Section
from models.plan import DURATION_PREFIX
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import count, lead, names, paragraph
from optimiser.evidence.tables.kit import column, columns, table
from optimiser.evidence.tables.register import basis_of
from optimiser.wording import demand

__all__ = ["assumed"]


def assumed(dossier: Dossier) -> Section:
    """Return what was assumed that the source does not say."""
    plan, main = dossier.plan, dossier.main
    source = "inputs/plans/" + main.id + ".json"
    rules = list(plan.active_rules())
    links = [rule for rule in rules if rule.kind == "dependency"]
    inferred = [rule for rule in links if rule.basis != "document"]
    fitted = [entry.id for entry in plan.assumptions if entry.basis == "fitted"]
    blocks: list[Block] = [
        lead(
            "Before any result: of ",
            count(len(links), "links", source),
            " between items ",
            count(len(inferred), "", source),
            " are not stated by any document. ",
            count(len(plan.unknowns), "quantities", source),
            " are given by no source and stand at the values below",
            *_touchy(dossier),
            ". ",
            count(len(plan.readings), "questions", source),
            " are left open by the source and answered here as shown. ",
            count(len(fitted), "numbers", source),
            " were chosen to hit a published date. Every date in this pack stands on these.",
        )
    ]
    if main.solved is not None:
        blocks.append(_assumed_links(dossier))
    blocks += [_assumed_readings(dossier), _assumed_unknowns(dossier)]
    if fitted:
        chosen = "; ".join(f"{entry.title} ({entry.value})" for entry in plan.assumptions if entry.basis == "fitted")
        blocks.append(paragraph("Chosen to hit a published date: ", Figure(text=chosen, proof="stated", source=source), "."))
    return Section(id="assumed", title="What we assumed that the source does not say", items=(5,), blocks=tuple(blocks))


def _touchy(dossier: Dossier) -> list[str | Figure]:
    """Say how many of the quantities that nobody knows move a milestone as soon as they are any worse."""
    found = {
        entry.id
        for report in dossier.binding.values()
        for entry in report.break_even
        if entry.unknown and not entry.readings and entry.headroom == 0
    }
    if not dossier.binding:
        return []
    if not found:
        return [", where none of them is about to move a milestone"]
    source = f"explain of case {dossier.main.id}: unknowns without headroom"
    return [", of which ", count(len(found), "", source), f" move{'s' if len(found) == 1 else ''} a milestone once any worse"]


def _assumed_links(dossier: Dossier) -> Block:
    """Return what the dates rest on directly and nothing but the plan under test, or nobody, states: its proposals first."""
    solved, plan = dossier.main.solved, dossier.plan
    assert solved is not None
    held: dict[str, list[str]] = {}
    for certificate in solved.certificates:
        for step in certificate.steps:
            if step.rule:
                held.setdefault(step.rule, []).append(certificate.milestone)
    rows: list[list[Cell]] = []
    for name, milestones in held.items():
        if name.startswith(DURATION_PREFIX):
            continue
        rule = plan.rules_by_id[name]
        if rule.basis != "document" or rule.authority == "proposal":
            bears = names(dict.fromkeys(milestones))
            basis = "proposal of the plan under test" if rule.authority == "proposal" else basis_of(rule)
            rows.append([name, demand(plan, name), basis, bears])
    rows.sort(key=lambda row: plan.rules_by_id[str(row[0])].authority != "proposal")
    return table(
        "assumed-links",
        "Links, floors and proposals on the driving chains that no evidence supports",
        columns("rule:id | demands | basis | bears on"),
        rows,
        proof="stated",
        source=f"inputs/plans/{dossier.main.id}.json and the arguments in outcomes/{dossier.main.id}.json",
    )


def _assumed_readings(dossier: Dossier) -> Block:
    """Return the answers that would move a milestone; where nothing was explained, every answer."""
    other = dossier.plan.set_otherwise()
    if not dossier.binding:
        return table(
            "assumed-readings",
            "Questions that the source leaves open, as answered here",
            [column("question"), column("answered here"), column("instead")],
            [
                [reading.question, other.get(reading.id, chosen.title), option.title]
                for reading in dossier.plan.readings
                if (chosen := reading.option(dossier.plan.choice(reading)))
                for option in reading.options
                if option is not chosen
            ],
            proof="stated",
            source="readings of the plan",
            note=f"What another answer would move is not shown: {dossier.absent.get('binding', 'nothing was explained')}.",
        )
    moved: dict[tuple[str, str], dict[str, int | None]] = {}
    for milestone, report in dossier.binding.items():
        for line in report.reading_lines:
            moved.setdefault((line.reading, line.option), {})[milestone] = line.delta_wd
    rows: list[list[Cell]] = []
    for reading in dossier.plan.readings:
        chosen = reading.option(dossier.plan.choice(reading))
        for option in reading.options:
            known = moved.get((reading.id, option.id))
            if known and chosen:
                answer = other.get(reading.id, chosen.title)
                rows.append([reading.question, answer, option.title, *(known.get(name) for name in dossier.milestones)])
    return table(
        "assumed-readings",
        "Questions that the source leaves open, and what another answer alone would move",
        [
            *columns("question | answered here | instead"),
            *(column(name, "number", "wd") for name in dossier.milestones),
        ],
        rows,
        proof="closed form",
        source="readings of the plan; explain of the main case",
        note="An empty number: that milestone does not move, the answer contradicts the plan, or its date falls off the calendar. "
        "Questions whose answers move nothing alone are in the register of inputs.",
    )


def _assumed_unknowns(dossier: Dossier) -> Block:
    """Return what nobody knows, with how far it may be worse; where nothing was explained, with what it stands at."""
    plan = dossier.plan
    if not dossier.binding:
        return table(
            "assumed-unknowns",
            "Quantities that no source gives",
            [column("unknown", "id"), column("title"), column("stands at")],
            [[entry.id, entry.title, str(entry.value)] for entry in plan.unknowns],
            proof="stated",
            source="unknowns of the plan",
            note=f"How far each may be worse is not shown: {dossier.absent.get('binding', 'nothing was explained')}.",
        )
    last: dict[str, dict[str, str | None]] = {}
    for milestone, report in dossier.binding.items():
        for entry in report.break_even:
            if entry.unknown and not entry.readings:
                last.setdefault(entry.id, {})[milestone] = entry.last
    return table(
        "assumed-unknowns",
        "Quantities that no source gives, and the last value that leaves each milestone where it is",
        [
            *columns("unknown:id | title | stands at"),
            *(column(f"{name} until", note="empty: no value moves it") for name in dossier.milestones),
        ],
        [
            [
                entry.id,
                entry.title,
                str(entry.value),
                *(last.get(entry.id, {}).get(name) for name in dossier.milestones),
            ]
            for entry in plan.unknowns
        ],
        proof="closed form",
        source="unknowns of the plan; explain of the main case",
    )
