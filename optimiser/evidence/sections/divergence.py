"""Where the distance between published plans comes from: the ledger of gaps, the waterfall, the bridge, what each implies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from models.explanation import DivergenceLedger, Implied
from models.pack import Block
from models.plan import Plan
from optimiser.evidence.charts.waterfall import GapBar, waterfall_chart
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.sections.words import Blocks, absence, drawn, lead, remark, say
from optimiser.evidence.tables import diverging as tables
from optimiser.evidence.tables.kit import few
from optimiser.evidence.words import month_or_day

__all__ = ["bridge", "divergence"]


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
    yield tables.own_sums(dossier.own, f"{first.title} ({first.id})", source)
    yield tables.own_months(dossier.own, dossier.main.id, source)


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
            tables.labelled(total) or "none",
            source=source,
        )
    yield tables.gaps(ledger, key, source)
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
            yield tables.gaps(ledger, f"bridge-{ledger.from_baseline}-{ledger.to_baseline}", _papers(ledger))
        if found.comparisons:
            source = "attribute of the reproducing case"
            yield tables.comparisons(found.comparisons, f"{source} against every case without capacities")
            yield tables.interactions(found.comparisons, source)
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
        tables.implied_by_case(baseline, [(case.id, each) for case, each in tried], each),
        tables.implied_dates(found, title, one),
        tables.implied_values(found, f"Values at which they hold: {moved}", one),
        tables.hypotheses(found, one),
    ]
