"""Where the distance between published plans comes from: the ledger of gaps, the waterfall, the bridge, what each implies."""

from __future__ import annotations

from collections.abc import Sequence

from models.explanation import DivergenceLedger, Implied, ImpliedRow
from models.pack import Block, Chart, Figure, Name, Section
from models.plan import Plan
from optimiser.evidence.charts.waterfall import GapBar, waterfall_chart
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.sections.words import absence, lead, names, paragraph, remark
from optimiser.evidence.tables import diverging as tables
from optimiser.evidence.tables.kit import column, columns, table
from optimiser.evidence.words import month_or_day

__all__ = ["bridge", "divergence"]


def divergence(dossier: Dossier) -> Section:
    """Return the ledger of gaps from the first baseline to every other."""
    found = dossier.attribution
    if found is None:
        block = absence(dossier, "attribution", "Decomposition of the divergence")
        return Section(id="divergence", title="Where the divergence comes from", items=(10,), blocks=(*_own(dossier), block))
    stands = dossier.reproducing or dossier.main
    blocks: list[Block] = [
        lead(
            "First the months of this plan itself, each with what makes it and what would have to be true not to need it. Then, "
            "before any model, the exact ledger of published gaps: each month is approved, evidenced, asserted, contingency or "
            "unexplained, by what the plan of case ",
            Name(text=stands.id),
            " can show for it.",
        ),
        *_own(dossier),
    ]
    for ledger in found.ledgers:
        blocks += _ledger(dossier, ledger)
    blocks += [remark(note, "counted", f"attribute --from {dossier.plan.baselines[0].id}") for note in found.notes]
    return Section(id="divergence", title="Where the divergence comes from", items=(10,), blocks=tuple(blocks))


def _own(dossier: Dossier) -> list[Block]:
    """Return what makes each month of the main case, and the sums of every case."""
    if not dossier.own:
        return [absence(dossier, "own distance", "What makes each month of the plan's own divergence")]
    first, source = dossier.plan.baselines[0], f"attribute --from {dossier.plan.baselines[0].id}, each case"
    return [
        tables.own_sums(dossier.own, f"{first.title} ({first.id})", source),
        tables.own_months(dossier.own, dossier.main.id, source),
    ]


def _ledger(dossier: Dossier, ledger: DivergenceLedger) -> list[Block]:
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
    found.append(tables.gaps(ledger, key, source))
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
                small=True,
            )
        )
    return found


def _published(plan: Plan, baseline: str, milestone: str) -> str:
    held = next(each for each in plan.baselines if each.id == baseline)
    entry = held.date(milestone)
    return month_or_day(entry.date) if entry else "not published"


def _steps(ledger: DivergenceLedger, milestone: str) -> list[GapBar]:
    by_after = {gap.after: gap for gap in ledger.gaps}
    found = []
    for name in ledger.chain[milestone]:
        gap = by_after[name]
        label = f"{gap.before} to {gap.after}" if gap.before else f"{gap.after} itself"
        found.append(GapBar(label, tuple((kind, months) for kind, months in gap.labels.items() if months)))
    return found


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
            blocks.append(tables.gaps(ledger, key, f"the published dates of {ledger.from_baseline} and {ledger.to_baseline}"))
        if found.comparisons:
            each_way = "attribute of the reproducing case against every case without capacities"
            blocks.append(tables.comparisons(found.comparisons, each_way))
            blocks.append(tables.interactions(found.comparisons, "attribute of the reproducing case"))
    for baseline in dict.fromkeys(found.baseline for _, found in dossier.implied):
        blocks += _implied(baseline, [(case, found) for case, found in dossier.implied if found.baseline == baseline])
    if not dossier.implied:
        blocks.append(absence(dossier, "implied", "What the published dates imply"))
    return Section(id="bridge", title="From one published plan to the other", items=(11,), blocks=tuple(blocks))


def _implied(baseline: str, tried: Sequence[tuple[DossierCase, Implied]]) -> list[Block]:
    """Return what each case would have to assume for one table's dates, and more of the case that explains most of them."""
    nearest, found = min(tried, key=lambda entry: (len(entry[1].unexplained), len(entry[1].free)))
    source = f"implied --match {baseline}, of case {nearest.id}"
    return [
        lead(
            "What has to be assumed for the dates of ",
            Name(text=baseline),
            " to follow from the plan's logic depends on which case it is asked of. Nearest comes case ",
            Name(text=nearest.id),
            ", on top of all that it sets: with ",
            Name(text=names(found.free) or "nothing"),
            " moved it explains ",
            Name(text=names(found.explained) or "none"),
            "; it leaves unexplained ",
            Name(text=names(found.unexplained) or "none"),
            ". That values exist at which dates hold is no evidence that anybody assumed them.",
        ),
        table(
            f"implied-by-case-{baseline}",
            f"What a case would have to move for the dates of {baseline}",
            [
                column("case", "id"),
                column("moved", note="the fewest assumptions that explain most dates; there may be others"),
                *columns("between | explained | unexplained | as well by moving"),
            ],
            [
                [
                    case.id,
                    names(each.free) or "nothing",
                    _range(each),
                    names(each.explained, 20) or None,
                    names(each.unexplained, 20) or None,
                    "; ".join(" and ".join(others) for others in each.others[:3]) or None,
                ]
                for case, each in tried
            ],
            proof="closed form",
            source=f"implied --match {baseline}, of the main case, the one that reproduces the rows, and the one nearest to these dates",
        ),
        tables.implied_dates(
            found, f"Dates of {baseline} against case {nearest.id}, and when its assumptions are moved to fit", source
        ),
        tables.implied_values(found, f"Values at which they hold: {names(found.free)}", source),
        table(
            f"hypotheses-{baseline}",
            f"Hypotheses that these values of {baseline} rest on",
            [column("hypothesis")],
            [[text] for text in found.hypotheses],
            proof="stated",
            source=source,
            fold=True,
            most=40,
        ),
    ]


def _range(found: Implied) -> str | None:
    """Return the values over which the dates hold, in a few words."""
    if not found.rows:
        return None

    def words(row: ImpliedRow) -> str:
        one = row.first if row.first == row.last else f"{row.first} to {row.last}"
        if row.beside_first is None:
            return one
        beside = row.beside_first if row.beside_first == row.beside_last else f"{row.beside_first} to {row.beside_last}"
        return f"{one} with {beside}"

    first, last = found.rows[0], found.rows[-1]
    return words(first) if first == last else f"from {words(first)} to {words(last)}"
