"""Reasons: binding constraints, conflicts, the moves to an earlier date, and each authority's share in them."""

from __future__ import annotations

from models.explanation import MilestoneWhyNot
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import Blocks, absence, figure, lead, run_source
from optimiser.evidence.tables import reasons as tables
from optimiser.evidence.tables.kit import across, few, listing
from optimiser.evidence.words import day, month_or_day
from optimiser.explain.binding import NEAR

__all__ = ["authorities", "binding", "changes", "conflicts"]


_NEAREST = 6
"""Rules and lengths that do not drive, shown beside those that do: the nearest to doing so."""

_VERDICTS = {"met": "met", "route": "there is a way", "nearest miss": "out of reach of what may move"}


def binding(dossier: Dossier) -> Blocks:
    """Yield what binds each milestone, by how much, and until when."""
    reports, source = dossier.binding, f"explain of case {dossier.main.id}"
    if not reports:
        yield absence(dossier, "binding", "Headroom, ranges and joint bindings")
        if dossier.main.solved is not None:
            yield tables.solved_binding(dossier.main.solved, run_source(dossier.main))
        return
    for milestone, report in reports.items():
        most = sum(line.driving for line in report.lines) + _NEAREST
        yield tables.binding(report, f"explain {milestone} of the main case", most=most)
    if (links := tables.links(reports, source)) is not None:
        yield links
        together = tables.together(reports, source)
        yield together if together.rows else None
    yield tables.near(reports, source, f"Chains within {NEAR} wd of driving; a milestone without a line has none so near.")


def conflicts(dossier: Dossier) -> Blocks:
    """Yield why the published dates of the first plan are not met, and what would have to give."""
    for entry in dossier.why_not:
        yield from _conflict(dossier, entry)
    if not dossier.why_not:
        yield absence(dossier, "why-not", "Conflicts and routes to earlier dates")


def _conflict(dossier: Dossier, entry: MilestoneWhyNot) -> Blocks:
    answer, milestone = entry.answer, entry.milestone
    source = f"why-not {milestone} by {answer.by}"
    published = figure(month_or_day(entry.published), "published", f"baseline {dossier.plan.baselines[0].id}")
    yield lead("{} by {}: {}.", milestone, published, _VERDICTS.get(answer.verdict, "undecided"))
    if answer.conflict is not None:
        title = f"Why {milestone} is not by {day(answer.by)}: these cannot all hold"
        yield tables.conflict(answer.conflict, title, source, id_=f"conflict-{milestone}", fold=True)
    route = answer.route or (answer.nearest.route if answer.nearest else None)
    if route is not None:
        title = f"The cheapest way to {day(route.date)} for {milestone}"
        yield tables.route(route, title, f"{source}; date of the moved plan: {route.proof}", id_=f"route-{milestone}")
    if answer.nearest is not None:
        title = f"Besides everything that may move, one of these would have to give for {milestone} by {day(answer.by)}"
        yield tables.relaxations(answer.nearest.to_allow, title, source, id_=f"allow-{milestone}")


def authorities(dossier: Dossier) -> Blocks:
    """Yield the constraints held by each authority, with the gain from releasing all of them."""
    if not dossier.released:
        yield absence(dossier, "authorities", "Floors by authority")
        return
    yield lead(
        "What the regulator, contracts and outside bodies hold, apart from what the programme chose itself; and what moving "
        "each would be worth."
    )
    yield listing(
        "authorities",
        "Working days gained if everything that an authority holds were let go, all else as it is",
        "authority | rules on:number = rules" + across(dossier.milestones, "{} gains:number wd = gains.{}"),
        dossier.released,
        "closed form",
        f"the plan of case {dossier.main.id} asked again without the rules",
        notes={f"{name} gains": "what nothing else places starts as published" for name in dossier.milestones},
        note=None if all(entry.exact for entry in dossier.released) else "At least so many: a limit came before the dates.",
    )
    binds = [
        (milestone, line)
        for milestone, report in dossier.binding.items()
        for line in report.lines
        if line.driving and line.kind != "duration"
    ]
    if binds:
        yield listing(
            "authority-binds",
            "What drives each milestone, by who could change it",
            "milestone:id = 0 | authority = 1.authority | rule:id = 1.rule | title = 1.title"
            " | gains if gone:number wd = 1.drop_gain_wd | gains a unit:number wd = 1.unit_gain_wd",
            sorted(binds, key=lambda row: (row[0], str(row[1].authority), row[1].rule)),
            "closed form",
            "explain of the main case",
        )


def changes(dossier: Dossier) -> Blocks:
    """Yield a table of changes ready to be put to whoever decides."""
    if not dossier.changes:
        yield absence(dossier, "binding", "A table of changes")
        return
    source = f"explain of case {dossier.main.id}"
    yield lead(
        "One line for each thing that would bring a milestone of {} forward: {:counted}, each to the end of what it can give. "
        "Gains are of one change alone; they do not add up. The last three columns are for whoever decides. A link that waits "
        "no time, and without which something would be left without any reason for its date, is no change to ask for and not "
        "listed.",
        dossier.plan.title,
        f"{len(dossier.changes):,} changes",
        source=source,
    )
    yield listing(
        "changes",
        "What could be changed, and what it would be worth",
        "change:id = rule | what = title | from = now | to = then"
        + across(dossier.milestones, "{} gains:number wd = gains.{}")
        + " | the first unit gains | authority | owner | register | stands on = basis | reference | decision | decided on:date",
        dossier.changes,
        "closed form",
        source,
        said={
            "the first unit gains": lambda change: (
                ", ".join(f"{name} {gain} wd" for name, gain in change.unit_gains.items()) or None
            ),
            "register": lambda change: few(change.raid, 4) or None,
            **dict.fromkeys(("reference", "decision", "decided on"), lambda _: None),
        },
        notes={f"{name} gains": "0: does not move it; empty: would leave it without any reason" for name in dossier.milestones},
        most=30,
    )
