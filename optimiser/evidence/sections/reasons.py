"""Why: what binds each milestone, what conflicts, what would have to give, and what each authority could give."""

from __future__ import annotations

from models.explanation import BindingReport, MilestoneWhyNot
from models.pack import Block, Cell, Figure, Name, Section, Table
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.links import inferred_links
from optimiser.evidence.sections.words import absence, cited, count, heading_of, lead, names, run_source
from optimiser.evidence.tables.kit import column, columns, table
from optimiser.evidence.words import day, month_or_day
from optimiser.explain.binding import NEAR

__all__ = ["authorities", "binding", "changes", "conflicts"]


def binding(dossier: Dossier) -> Section:
    """Return what binds each milestone, by how much, and until when."""
    blocks: list[Block] = []
    if not dossier.binding:
        blocks.append(absence(dossier, "binding", "Headroom, ranges and joint bindings"))
    for milestone, report in dossier.binding.items():
        blocks.append(_lines(milestone, report))
    if dossier.binding:
        blocks += [*inferred_links(dossier), _near(dossier)]
    if not dossier.binding and dossier.main.solved is not None:
        blocks.append(_bindings(dossier))
    return Section(id="binding", title="What binds each milestone", items=(8,), blocks=tuple(blocks))


_NEAREST = 6
"""Rules and lengths that do not drive, shown beside those that do: the nearest to doing so."""


def _lines(milestone: str, report: BindingReport) -> Table:
    """Return what drives first, then what could soonest."""
    lines = sorted(
        report.lines,
        key=lambda line: (not line.driving, line.headroom is None, line.headroom or 0),
    )
    driving = sum(line.driving for line in lines)
    methods = sorted({line.method for line in lines})
    return table(
        f"binding-{milestone}",
        f"What binds {milestone}, and how far everything else can worsen before it does",
        [
            column("rule", "id"),
            column(
                "binding",
                note="driving: on a longest chain; drop: removal gains; unit: one unit gains; jointly: with partners; slack: none of these",
            ),
            column("title"),
            column("says now"),
            column(
                "gains if gone", "number", "wd", "empty where nothing else places what waits for it: see the inferred links"
            ),
            *columns("gains a unit:number wd | goes on for:number units | then takes over | headroom:number units"),
            *columns("moves from | joint with | authority | owner"),
        ],
        [
            [
                line.rule,
                ", ".join(word.removesuffix("-binding").removesuffix(" binding") for word in line.words),
                line.title,
                line.number,
                line.drop_gain_wd,
                line.unit_gain_wd,
                line.range_units,
                names(line.saturation, 3) or None,
                line.headroom,
                line.switching_point
                or (f"none up to {line.headroom_searched} {line.unit}" if line.headroom_searched is not None else None),
                "; ".join("+".join(partners) for partners in line.joint_with) or None,
                line.authority,
                line.owner,
            ]
            for line in lines
        ],
        proof="closed form",
        source=f"explain {milestone} of the main case",
        note=(
            "All minimal conflicts at one day earlier were enumerated, so no joint binding is missing."
            if report.complete
            else "Not all minimal conflicts at one day earlier were enumerated: a joint binding may be missing."
        )
        + f" Method: {names(methods)}.",
        most=driving + _NEAREST,
    )


def _near(dossier: Dossier) -> Table:
    return table(
        "near",
        "Near-critical: chains that do not drive a milestone yet, and how far they are from it",
        [column("milestone", "id"), column("slack", "number", "wd"), column("chain")],
        [
            [milestone, chain.slack_wd, " → ".join(chain.items)]
            for milestone, report in dossier.binding.items()
            for chain in report.near
        ],
        proof="closed form",
        source=f"explain of case {dossier.main.id}",
        note=f"Chains within {NEAR} wd of driving; a milestone without a line has none so near.",
    )


def _bindings(dossier: Dossier) -> Table:
    """Return what the solve itself says of binding, where nothing more was asked."""
    solved = dossier.main.solved
    assert solved is not None
    return table(
        "binding-solve",
        "What binds at one day earlier",
        [
            *columns("milestone:id | rule:id | title | gains if gone:number wd | gains a unit:number wd | joint with"),
            *columns("authority"),
        ],
        [
            [
                name,
                entry.rule,
                entry.title,
                entry.drop_gain_wd,
                entry.unit_gain_wd,
                names(entry.joint_with) or None,
                entry.authority,
            ]
            for name, found in solved.binding.items()
            for entry in found
        ],
        proof="closed form",
        source=run_source(dossier.main),
    )


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
        found.append(
            table(
                f"conflict-{milestone}",
                f"Why {milestone} is not by {day(answer.by)}: these cannot all hold",
                columns("rule:id | title | demands | authority | basis | citation"),
                [
                    [member.id, member.title, member.statement, member.authority, member.basis, cited(member.citation)]
                    for member in answer.conflict.members
                ],
                proof="closed form",
                source=f"{source}: {answer.conflict.confirmed_by}",
                fold=True,
            )
        )
    route = answer.route or (answer.nearest.route if answer.nearest else None)
    if route is not None:
        title = f"The cheapest way to {day(route.date)} for {milestone}"
        found.append(
            table(
                f"route-{milestone}",
                title,
                columns("moves:id | title | from | to | units:number | authority | why it may"),
                [
                    [step.lever, step.title, step.stated, step.moved, step.units, step.authority, step.low_basis]
                    for step in route.steps
                ],
                proof="solver" if not route.optimal else "closed form",
                source=f"{source}; date of the moved plan: {route.proof}",
                note="Proved cheapest." if route.optimal else "Not proved cheapest.",
            )
        )
    if answer.nearest is not None:
        found.append(
            table(
                f"allow-{milestone}",
                f"Besides everything that may move, one of these would have to give for {milestone} by {day(answer.by)}",
                columns("what | in words | date then:date | on paper only | regulatory"),
                [
                    [
                        names(relaxation.rules),
                        names(heading_of(dossier.plan, rule) for rule in relaxation.rules),
                        relaxation.date,
                        "yes" if relaxation.detaches else "no",
                        "yes" if relaxation.regulatory else "no",
                    ]
                    for relaxation in answer.nearest.to_allow
                ],
                proof="closed form",
                source=source,
                note="On paper only: nothing but the plan's start would hold something of the chain; the date is that at its published start, or the next one's.",
                most=12,
            )
        )
    return found


def authorities(dossier: Dossier) -> Section:
    """Return what each authority holds, and what letting all of it go is worth."""
    if not dossier.released:
        block = absence(dossier, "authorities", "Floors by authority")
        return Section(id="authorities", title="Floors by authority", items=(18,), blocks=(block,))
    rows: list[list[Cell]] = [
        [entry.authority, entry.rules, *(entry.gains.get(name) for name in dossier.milestones)] for entry in dossier.released
    ]
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
        table(
            "authorities",
            "Working days gained if everything that an authority holds were let go, all else as it is",
            [
                column("authority"),
                column("rules on", "number"),
                *(
                    column(f"{name} gains", "number", "wd", "what nothing else places starts as published")
                    for name in dossier.milestones
                ),
            ],
            rows,
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
            table(
                "changes",
                "What could be changed, and what it would be worth",
                [
                    *columns("change:id | what | from | to"),
                    *(
                        column(f"{name} gains", "number", "wd", "0: does not move it; empty: would leave it without any reason")
                        for name in dossier.milestones
                    ),
                    *columns("the first unit gains | authority | owner | register | stands on | reference | decision"),
                    *columns("decided on:date"),
                ],
                [
                    [
                        change.rule,
                        change.title,
                        change.now,
                        change.then,
                        *(change.gains.get(name) for name in dossier.milestones),
                        ", ".join(f"{name} {gain} wd" for name, gain in change.unit_gains.items()) or None,
                        change.authority,
                        change.owner,
                        names(change.raid, 4) or None,
                        change.basis,
                        None,
                        None,
                        None,
                    ]
                    for change in dossier.changes
                ],
                proof="closed form",
                source=source,
                most=30,
            ),
        ),
    )
