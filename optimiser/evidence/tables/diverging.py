"""Where a distance to published dates comes from, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from models.explanation import DivergenceLedger, OwnDistance
from models.pack import Table
from optimiser.evidence.tables.kit import column, columns, table
from optimiser.evidence.words import month_or_day

__all__ = ["gaps", "own_months", "own_sums"]


def own_sums(distances: Sequence[OwnDistance], first: str, source: str) -> Table:
    """Return the months of every plan from published dates, which ``first`` names, by what they rest on."""
    return table(
        "own-sums",
        f"Months from {first}, by what they rest on; no sign netted",
        columns(
            "case:id | milestone:id | date:date | published | all:number mo | approved:number mo | evidenced:number mo | "
            "not evidenced:number mo | saved:number mo"
        ),
        [
            [
                each.of,
                each.milestone,
                each.date,
                month_or_day(each.published),
                *(each.months, each.approved, each.evidenced, each.not_evidenced, each.saved),
            ]
            for each in distances
        ],
        proof="counted",
        source=source,
        note="Approved and evidenced: only where the source itself says so of the rule or number. Saved: gaps between two "
        "milestones that are shorter than published.",
    )


def own_months(distances: Sequence[OwnDistance], of: str, source: str) -> Table:
    """Return what makes each month of one plan."""
    return table(
        "own-months",
        f"What makes each month of {of}, and what would have to be true not to need it",
        columns("milestone:id | gap to:id | months:number mo | made by | rule:id | authority | owner | grade | not needed if"),
        [
            [
                each.milestone,
                line.after,
                line.months,
                line.title,
                line.rule,
                line.authority,
                line.owner,
                line.grade if line.months > 0 else None,
                line.to_save,
            ]
            for each in distances
            if each.of == of
            for line in each.lines
        ],
        proof="counted",
        source=source,
        note="The months by which a gap grew are laid on the lengths and lags of its chain by their working days. Not needed if: "
        "this number alone, all else as it is.",
    )


def gaps(ledger: DivergenceLedger, key: str, source: str) -> Table:
    """Return what each gap adds between two published plans."""
    return table(
        f"ledger-{key}",
        f"What each gap adds from {ledger.from_baseline} to {ledger.to_baseline}",
        [
            *columns("from:id | to:id | was:number mo | is:number mo | grows:number mo"),
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
