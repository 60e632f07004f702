"""Why: what binds each milestone, what conflicts, what would have to give, and what each authority could give."""

from __future__ import annotations

from models.explanation import MilestoneWhyNot
from models.pack import Block, Cell, Figure, Name, Section
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import absence, count, lead, names, run_source
from optimiser.evidence.tables import reasons as tables
from optimiser.evidence.tables.kit import across, columns, listing, table
from optimiser.evidence.words import day, month_or_day
from optimiser.explain.binding import NEAR

__all__ = ["authorities", "binding", "changes", "conflicts"]


_NEAREST = 6
"""Rules and lengths that do not drive, shown beside those that do: the nearest to doing so."""


def binding(dossier: Dossier) -> Section:
    """Return what binds each milestone, by how much, and until when."""
    blocks: list[Block] = []
    reports, source = dossier.binding, f"explain of case {dossier.main.id}"
    if not reports:
        blocks.append(absence(dossier, "binding", "Headroom, ranges and joint bindings"))
    for milestone, report in reports.items():
        most = sum(line.driving for line in report.lines) + _NEAREST
        blocks.append(tables.binding(report, f"explain {milestone} of the main case", most=most))
    if (links := tables.links(reports, source)) is not None:
        blocks.append(links)
        together = tables.together(reports, source)
        blocks += [together] if together.rows else []
    if reports:
        note = f"Chains within {NEAR} wd of driving; a milestone without a line has none so near."
        blocks.append(tables.near(reports, source, note))
    elif dossier.main.solved is not None:
        blocks.append(tables.solved_binding(dossier.main.solved, run_source(dossier.main)))
    return Section(id="binding", title="What binds each milestone", items=(8,), blocks=tuple(blocks))


def conflicts(dossier: Dossier) -> Section:
    """Return why the published dates of the first plan are not met, and what would have to give."""
    blocks: list[Block] = []
    for entry in dossier.why_not:
        blocks += _conflict(dossier, entry)
    if not blocks:
        blocks.append(absence(dossier, "why-not", "Conflicts and routes to earlier dates"))
    return Section(id="conflicts", title="Conflicts, and what would have to give", items=(9,), blocks=tuple(blocks))


def _conflict(dossier: Dossier, entry: MilestoneWhyNot) -> list[Block]:
    answer, milestone = entry.answer, entry.milestone
    source = f"why-not {milestone} by {answer.by}"
    found: list[Block] = [
        lead(
            Name(text=milestone),
            " by ",
            Figure(
                text=f"{month_or_day(entry.published)}", proof="published", source=f"baseline {dossier.plan.baselines[0].id}"
            ),
            ": ",
            Name(
                text={"met": "met", "route": "there is a way", "nearest miss": "out of reach of what may move"}.get(
                    answer.verdict, "undecided"
                )
            ),
            ".",
        )
    ]
    if answer.conflict is not None:
        title = f"Why {milestone} is not by {day(answer.by)}: these cannot all hold"
        found.append(tables.conflict(answer.conflict, title, source, id_=f"conflict-{milestone}", fold=True))
    route = answer.route or (answer.nearest.route if answer.nearest else None)
    if route is not None:
        title = f"The cheapest way to {day(route.date)} for {milestone}"
        found.append(tables.route(route, title, f"{source}; date of the moved plan: {route.proof}", id_=f"route-{milestone}"))
    if answer.nearest is not None:
        title = f"Besides everything that may move, one of these would have to give for {milestone} by {day(answer.by)}"
        found.append(tables.relaxations(answer.nearest.to_allow, title, source, id_=f"allow-{milestone}"))
    return found


def authorities(dossier: Dossier) -> Section:
    """Return what each authority holds, and what letting all of it go is worth."""
    if not dossier.released:
        block = absence(dossier, "authorities", "Floors by authority")
        return Section(id="authorities", title="Floors by authority", items=(18,), blocks=(block,))
    binds: list[list[Cell]] = []
    for milestone, report in dossier.binding.items():
        binds += [
            [milestone, line.authority, line.rule, line.title, line.drop_gain_wd, line.unit_gain_wd]
            for line in report.lines
            if line.driving and line.kind != "duration"
        ]
    blocks: list[Block] = [
        lead(
            "What the regulator, contracts and outside bodies hold, apart from what the programme chose itself; and what moving "
            "each would be worth."
        ),
        listing(
            "authorities",
            "Working days gained if everything that an authority holds were let go, all else as it is",
            "authority | rules on:number = rules" + across(dossier.milestones, "{} gains:number wd = gains.{}"),
            dossier.released,
            notes={f"{name} gains": "what nothing else places starts as published" for name in dossier.milestones},
            proof="closed form",
            source=f"the plan of case {dossier.main.id} asked again without the rules",
            note=None if all(entry.exact for entry in dossier.released) else "At least so many: a limit came before the dates.",
        ),
    ]
    if binds:
        blocks.append(
            table(
                "authority-binds",
                "What drives each milestone, by who could change it",
                columns("milestone:id | authority | rule:id | title | gains if gone:number wd | gains a unit:number wd"),
                sorted(binds, key=lambda row: (str(row[0]), str(row[1]), str(row[2]))),
                proof="closed form",
                source="explain of the main case",
            )
        )
    return Section(
        id="authorities", title="Floors by authority, and what moving each is worth", items=(18,), blocks=tuple(blocks)
    )


def changes(dossier: Dossier) -> Section:
    """Return a table of changes ready to be put to whoever decides."""
    if not dossier.changes:
        block = absence(dossier, "binding", "A table of changes")
        return Section(id="changes", title="Change requests", items=(9, 18), blocks=(block,))
    source = f"explain of case {dossier.main.id}"
    return Section(
        id="changes",
        title="Change requests, ready to paste",
        items=(9, 18),
        blocks=(
            lead(
                "One line for each thing that would bring a milestone of ",
                Name(text=dossier.plan.title),
                " forward: ",
                count(len(dossier.changes), "changes", source),
                ", each to the end of what it can give. Gains are of one change alone; they do not add up. The last three "
                "columns are for whoever decides. A link that waits no time, and without which something would be left without "
                "any reason for its date, is no change to ask for and not listed.",
            ),
            listing(
                "changes",
                "What could be changed, and what it would be worth",
                "change:id = rule | what = title | from = now | to = then"
                + across(dossier.milestones, "{} gains:number wd = gains.{}")
                + " | the first unit gains | authority | owner | register | stands on = basis | reference | decision"
                " | decided on:date",
                dossier.changes,
                said={
                    "the first unit gains": lambda change: (
                        ", ".join(f"{name} {gain} wd" for name, gain in change.unit_gains.items()) or None
                    ),
                    "register": lambda change: names(change.raid, 4) or None,
                    **dict.fromkeys(("reference", "decision", "decided on"), lambda _: None),
                },
                notes={
                    f"{name} gains": "0: does not move it; empty: would leave it without any reason"
                    for name in dossier.milestones
                },
                proof="closed form",
                source=source,
                most=30,
            ),
        ),
    )
