"""Reasons: what binds, conflicts, authorities, changes, and where the distance between published plans comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from models.attribution import DivergenceLedger
from models.implied import Implied
from models.pack import Block
from models.plan import Plan
from models.routes import MilestoneWhyNot
from optimiser.evidence.charts.waterfall import GapBar, waterfall_chart
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.sections.words import Blocks, absence, drawn, figure, lead, remark, run_source, say
from optimiser.evidence.tables import diverging, reasons
from optimiser.evidence.tables.kit import across, few, listing
from optimiser.evidence.words import day, month_or_day
from optimiser.explain.binding import NEAR

__all__ = ["authorities", "binding", "bridge", "changes", "conflicts", "divergence"]


_NEAREST = 6
"""Rules and lengths that do not drive, shown beside those that do: the nearest to doing so."""

_VERDICTS = {"met": "met", "route": "there is a way", "nearest miss": "out of reach of what may move"}


def binding(dossier: Dossier) -> Blocks:
    """Yield what binds each milestone, by how much, and until when."""
    reports, source = dossier.binding, f"explain of case {dossier.main.id}"
    if not reports:
        yield absence(dossier, "binding", "Headroom, ranges and joint bindings")
        if dossier.main.solved is not None:
            yield reasons.solved_binding(dossier.main.solved, run_source(dossier.main))
        return
    for milestone, report in reports.items():
        most = sum(line.driving for line in report.lines) + _NEAREST
        yield reasons.binding(report, f"explain {milestone} of the main case", most=most)
    if (links := reasons.links(reports, source)) is not None:
        yield links
        together = reasons.together(reports, source)
        yield together if together.rows else None
    yield reasons.near(reports, source, f"Chains within {NEAR} wd of driving; a milestone without a line has none so near.")


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
        yield reasons.conflict(answer.conflict, title, source, id_=f"conflict-{milestone}", fold=True)
    route = answer.route or (answer.nearest.route if answer.nearest else None)
    if route is not None:
        title = f"The cheapest way to {day(route.date)} for {milestone}"
        yield reasons.route(route, title, f"{source}; date of the moved plan: {route.proof}", id_=f"route-{milestone}")
    if answer.nearest is not None:
        title = f"Besides everything that may move, one of these would have to give for {milestone} by {day(answer.by)}"
        yield reasons.relaxations(answer.nearest.to_allow, title, source, id_=f"allow-{milestone}")


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


def divergence(dossier: Dossier) -> Blocks:
    """Yield the ledger of gaps from the first baseline to every other."""
    found = dossier.attribution
    if found is None:
        yield from _own(dossier)
        yield absence(dossier, "attribution", "Decomposition of the divergence")
        return
    yield lead(
        "First the months of this plan itself, each with what makes it and what would have to be true not to need it. Then, "
        "before any model, the exact ledger of published gaps: each month is approved, evidenced, asserted, contingency or "
        "unexplained, by what the plan of case {} can show for it.",
        (dossier.reproducing or dossier.main).id,
    )
    yield from _own(dossier)
    for ledger in found.ledgers:
        yield from _ledger(dossier, ledger)
    for note in found.notes:
        yield remark(note, "counted", f"attribute --from {dossier.plan.baselines[0].id}")


def _own(dossier: Dossier) -> Blocks:
    """Yield what makes each month of the main case, and the sums of every case."""
    if not dossier.own:
        yield absence(dossier, "own distance", "What makes each month of the plan's own divergence")
        return
    first = dossier.plan.baselines[0]
    source = f"attribute --from {first.id}, each case"
    yield diverging.own_sums(dossier.own, f"{first.title} ({first.id})", source)
    yield diverging.own_months(dossier.own, dossier.main.id, source)


def _ledger(dossier: Dossier, ledger: DivergenceLedger) -> Blocks:
    before, after = ledger.from_baseline, ledger.to_baseline
    key, source = f"{before}-{after}", _papers(ledger)
    told = [name for name in dossier.milestones if name in ledger.chain]
    for target in told[-1:]:
        total: Counter[str] = Counter()
        for gap in ledger.gaps:
            if gap.after in ledger.chain[target]:
                total.update(gap.labels)
        yield say(
            "{} puts {} {:counted} from {}, of which {:counted}.",
            after,
            target,
            f"{ledger.milestones[target]:+d} months",
            before,
            diverging.labelled(total) or "none",
            source=source,
        )
    yield diverging.gaps(ledger, key, source)
    for milestone in told:
        title, name = f"{milestone} from {before} to {after}", f"waterfall-{key}-{milestone}"
        ends = [f"{plan} {_published(dossier.plan, plan, milestone)}" for plan in (before, after)]
        svg = waterfall_chart(name, title, ends[0], ends[1], _steps(ledger, milestone))
        about = f"Months of divergence of {milestone}, gap by gap."
        yield drawn(name, title, about, svg, f"ledger-{key}", small=True)


def _papers(ledger: DivergenceLedger) -> str:
    return f"the published dates of {ledger.from_baseline} and {ledger.to_baseline}"


def _published(plan: Plan, baseline: str, milestone: str) -> str:
    held = next(each for each in plan.baselines if each.id == baseline)
    entry = held.date(milestone)
    return month_or_day(entry.date) if entry else "not published"


def _steps(ledger: DivergenceLedger, milestone: str) -> list[GapBar]:
    by_after = {gap.after: gap for gap in ledger.gaps}
    found = []
    for gap in map(by_after.__getitem__, ledger.chain[milestone]):
        label = f"{gap.before} to {gap.after}" if gap.before else f"{gap.after} itself"
        found.append(GapBar(label, tuple((kind, months) for kind, months in gap.labels.items() if months)))
    return found


def bridge(dossier: Dossier) -> Blocks:
    """Yield the bridge between the two published plans, and what the faster one implies."""
    found = dossier.bridge
    if found is None:
        yield absence(dossier, "bridge", "The bridge between the published plans")
    else:
        yield lead(
            "From {} to the other published plans by their own gaps; then from the network of each case to the one that "
            "reproduces the published rows, split over what was changed. No one split is the true one: the ends of each line "
            "are the methods' own.",
            found.ledgers[0].from_baseline if found.ledgers else "the first plan",
        )
        for ledger in found.ledgers[-1:]:
            yield diverging.gaps(ledger, f"bridge-{ledger.from_baseline}-{ledger.to_baseline}", _papers(ledger))
        if found.comparisons:
            source = "attribute of the reproducing case"
            yield diverging.comparisons(found.comparisons, f"{source} against every case without capacities")
            yield diverging.interactions(found.comparisons, source)
    for baseline in dict.fromkeys(found.baseline for _, found in dossier.implied):
        yield from _implied(baseline, [(case, found) for case, found in dossier.implied if found.baseline == baseline])
    if not dossier.implied:
        yield absence(dossier, "implied", "What the published dates imply")


def _implied(baseline: str, tried: Sequence[tuple[DossierCase, Implied]]) -> list[Block]:
    """Return the assumptions that each case needs for one table's dates, with details of the case that explains most."""
    nearest, found = min(tried, key=lambda entry: (len(entry[1].unexplained), len(entry[1].free)))
    source = f"implied --match {baseline}"
    one, moved = f"{source}, of case {nearest.id}", few(found.free)
    title = f"Dates of {baseline} against case {nearest.id}, and when its assumptions are moved to fit"
    each = f"{source}, of the main case, the one that reproduces the rows, and the one nearest to these dates"
    return [
        lead(
            "What has to be assumed for the dates of {} to follow from the plan's logic depends on which case it is asked of. "
            "Nearest comes case {}, on top of all that it sets: with {} moved it explains {}; it leaves unexplained {}. That "
            "values exist at which dates hold is no evidence that anybody assumed them.",
            *(baseline, nearest.id, moved or "nothing"),
            *(few(names) or "none" for names in (found.explained, found.unexplained)),
        ),
        diverging.implied_by_case(baseline, [(case.id, each) for case, each in tried], each),
        diverging.implied_dates(found, title, one),
        diverging.implied_values(found, f"Values at which they hold: {moved}", one),
        diverging.hypotheses(found, one),
    ]
