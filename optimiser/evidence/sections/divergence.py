"""Where the distance between published plans comes from: the ledger of gaps, the waterfall, the bridge, what each implies."""

from __future__ import annotations

from models.explanation import Implied, Ledger, NetworkComparison
from models.pack import Block, Cell, Chart, Figure, Name, Section, Table
from models.plan import Plan
from optimiser.evidence.charts.waterfall import Step, waterfall_chart
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import absence, column, lead, names, paragraph, published, table

__all__ = ["bridge", "divergence"]


def divergence(dossier: Dossier) -> Section:
    """Return the ledger of gaps from the first baseline to every other."""
    found = dossier.attribution
    if found is None:
        block = absence(dossier, "attribution", "Decomposition of the divergence")
        return Section(id="divergence", title="Where the divergence comes from", items=(10,), blocks=(block,))
    stands = dossier.reproducing or dossier.main
    blocks: list[Block] = [
        lead(
            "Before any model: the exact ledger of published gaps. Each month of divergence is approved, evidenced, asserted, "
            "contingency or unexplained, by what the plan of case ",
            Name(text=stands.id),
            " can show for it.",
        )
    ]
    for ledger in found.ledgers:
        blocks += _ledger(dossier, ledger)
    blocks += [paragraph(Name(text=note)) for note in found.notes]
    return Section(id="divergence", title="Where the divergence comes from", items=(10,), blocks=tuple(blocks))


def _ledger(dossier: Dossier, ledger: Ledger) -> list[Block]:
    plan = dossier.plan
    key = f"{ledger.from_baseline}-{ledger.to_baseline}"
    source = f"the published dates of {ledger.from_baseline} and {ledger.to_baseline}"
    total: dict[str, int] = {}
    last = [name for name in dossier.milestones if name in ledger.chain]
    found: list[Block] = []
    if last:
        target = last[-1]
        for gap in ledger.gaps:
            if gap.after in ledger.chain[target]:
                for label, months in gap.labels.items():
                    total[label] = total.get(label, 0) + months
        words = ", ".join(f"{months:+d} {label}" for label, months in total.items()) or "none"
        found.append(
            paragraph(
                Name(text=ledger.to_baseline),
                " puts ",
                Name(text=target),
                " ",
                Figure(text=f"{ledger.milestones[target]:+d} months", proof="counted", source=source),
                " from ",
                Name(text=ledger.from_baseline),
                ", of which ",
                Figure(text=words, proof="counted", source=source),
                ".",
            )
        )
    found.append(_gaps(ledger, key, source))
    for milestone in dossier.milestones:
        if milestone not in ledger.chain:
            continue
        steps = _steps(ledger, milestone)
        first = _published(plan, ledger.from_baseline, milestone)
        after = _published(plan, ledger.to_baseline, milestone)
        title = f"{milestone} from {ledger.from_baseline} to {ledger.to_baseline}"
        name = f"waterfall-{key}-{milestone}"
        found.append(
            Chart(
                id=name,
                title=title,
                about=f"Months of divergence of {milestone}, gap by gap.",
                svg=waterfall_chart(name, title, f"{ledger.from_baseline} {first}", f"{ledger.to_baseline} {after}", steps),
                table=f"ledger-{key}",
            )
        )
    return found


def _published(plan: Plan, baseline: str, milestone: str) -> str:
    held = next(each for each in plan.baselines if each.id == baseline)
    entry = held.date(milestone)
    return published(entry.date) if entry else "not published"


def _steps(ledger: Ledger, milestone: str) -> list[Step]:
    by_after = {gap.after: gap for gap in ledger.gaps}
    found = []
    for name in ledger.chain[milestone]:
        gap = by_after[name]
        label = f"{gap.before} to {gap.after}" if gap.before else f"{gap.after} itself"
        found.append(Step(label, tuple((kind, months) for kind, months in gap.labels.items() if months)))
    return found


def _gaps(ledger: Ledger, key: str, source: str) -> Table:
    return table(
        f"ledger-{key}",
        f"What each gap adds from {ledger.from_baseline} to {ledger.to_baseline}",
        [
            column("from", "id"),
            column("to", "id"),
            column("was", "number", "months"),
            column("is", "number", "months"),
            column("grows", "number", "months"),
            column("of which"),
            column("because"),
        ],
        [
            [
                gap.before,
                gap.after,
                gap.months_from,
                gap.months_to,
                gap.growth,
                ", ".join(f"{months:+d} {label}" for label, months in gap.labels.items()) or "–",
                gap.reason,
            ]
            for gap in ledger.gaps
        ],
        proof="counted",
        source=source,
        fold=True,
    )


def bridge(dossier: Dossier) -> Section:
    """Return the bridge between the two published plans, and what the faster one implies."""
    found = dossier.bridge
    blocks: list[Block] = []
    if found is None:
        blocks.append(absence(dossier, "bridge", "The bridge between the published plans"))
    else:
        first = found.ledgers[0].from_baseline if found.ledgers else "the first plan"
        blocks.append(
            lead(
                "From ",
                Name(text=first),
                " to the other published plans by their own gaps; then from the network of each case to the one that "
                "reproduces the published rows, split over what was changed. No one split is the true one: the ends of each "
                "line are the methods' own.",
            )
        )
        for ledger in found.ledgers[-1:]:
            key = f"bridge-{ledger.from_baseline}-{ledger.to_baseline}"
            blocks.append(_gaps(ledger, key, f"the published dates of {ledger.from_baseline} and {ledger.to_baseline}"))
        if found.comparisons:
            blocks.append(_comparisons(found.comparisons))
            blocks.append(_interactions(found.comparisons))
    for implied in dossier.implied:
        blocks += _implied(implied)
    if not dossier.implied:
        blocks.append(absence(dossier, "implied", "What the published dates imply"))
    return Section(id="bridge", title="From one published plan to the other", items=(11,), blocks=tuple(blocks))


def _comparisons(comparisons: tuple[NetworkComparison, ...]) -> Table:
    rows: list[list[Cell]] = []
    for entry in comparisons:
        titles = {group.id: group.title for group in entry.groups}
        rows += [
            [
                entry.from_network,
                entry.to_network,
                entry.milestone,
                entry.from_date,
                entry.to_date,
                titles.get(line.group, line.group),
                line.add_one_in,
                line.but_for,
                line.waterfall,
                round(line.shapley, 1),
            ]
            for line in entry.contributions
        ]
    return table(
        "comparisons",
        "What moves each milestone between two cases, by four methods",
        [
            column("from", "id"),
            column("to", "id"),
            column("milestone", "id"),
            column("date", "date"),
            column("date then", "date"),
            column("what was changed"),
            column("put in alone", "number", "wd", "impacted as-planned"),
            column("taken out alone", "number", "wd", "collapsed as-built, but for"),
            column("in order", "number", "wd", "time impact analysis, in order of time"),
            column("neutral split", "number", "wd", "Shapley: not a delay analysis"),
        ],
        rows,
        proof="closed form",
        source="attribute of the reproducing case against every case without capacities",
        note="Terms in brackets are those of the SCL Delay and Disruption Protocol. The tool is prospective: nothing here is "
        "evidence of entitlement.",
        fold=True,
        most=60,
    )


def _interactions(comparisons: tuple[NetworkComparison, ...]) -> Table:
    return table(
        "interactions",
        "What two changes do together beyond each alone: negative is concurrency",
        [
            column("from", "id"),
            column("to", "id"),
            column("milestone", "id"),
            column("changes"),
            column("together", "number", "wd"),
        ],
        [
            [entry.from_network, entry.to_network, entry.milestone, " and ".join(pair.groups), pair.days]
            for entry in comparisons
            for pair in entry.interactions
            if pair.days
        ],
        proof="closed form",
        source="attribute of the reproducing case",
        fold=True,
    )


def _implied(found: Implied) -> list[Block]:
    source = f"implied --match {found.baseline}"
    return [
        lead(
            "What has to be assumed for the dates of ",
            Name(text=found.baseline),
            " to follow from the plan's logic: ",
            Name(text=names(found.free) or "nothing moved helps"),
            ". Explained then: ",
            Name(text=names(found.explained) or "none"),
            "; left unexplained: ",
            Name(text=names(found.unexplained) or "none"),
            ".",
        ),
        table(
            f"implied-{found.baseline}",
            f"Dates of {found.baseline} against what the plan gives when its assumptions are moved to fit",
            [
                column("milestone", "id"),
                column("published"),
                column("as the plan stands", "date"),
                column("holds"),
                column("earliest then", "date"),
                column("latest then", "date"),
            ],
            [
                [
                    entry.milestone,
                    published(entry.published),
                    entry.as_is,
                    "yes" if entry.holds else "no",
                    entry.earliest,
                    entry.latest,
                ]
                for entry in found.dates
            ],
            proof="closed form",
            source=source,
        ),
        table(
            f"implied-values-{found.baseline}",
            f"Values at which they hold: {names(found.free)}",
            [column("from"), column("to"), column("beside, from"), column("beside, to")],
            [[row.first, row.last, row.beside_first, row.beside_last] for row in found.rows],
            proof="closed form",
            source=source,
            fold=True,
            most=40,
        ),
        table(
            f"hypotheses-{found.baseline}",
            f"Hypotheses that the values of {found.baseline} rest on",
            [column("hypothesis")],
            [[text] for text in found.hypotheses],
            proof="none",
            source=source,
            fold=True,
            most=40,
        ),
    ]
