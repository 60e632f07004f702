"""Where a distance to published dates comes from, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from models.explanation import DivergenceLedger, Implied, NetworkComparison, OwnDistance
from models.pack import Table
from optimiser.evidence.tables.kit import column, columns, listing, table
from optimiser.evidence.words import month_or_day

__all__ = [
    "comparisons",
    "gaps",
    "implied_alone",
    "implied_dates",
    "implied_values",
    "interactions",
    "own_months",
    "own_sums",
]


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


def comparisons(found: Sequence[NetworkComparison], source: str) -> Table:
    """Return what moves each milestone between two plans, by four methods."""
    titles = [(each, part, {group.id: group.title for group in each.groups}) for each in found for part in each.contributions]
    return table(
        "comparisons",
        "What moves each milestone between two cases, by four methods",
        [
            *columns("from:id | to:id | milestone:id | date:date | date then:date | what was changed | put in alone:number wd"),
            *columns("taken out alone:number wd"),
            column("in order", "number", "wd", "in order of time"),
            column("neutral split", "number", "wd", "Shapley: not a delay analysis"),
            column("error", "number", "wd", "of the neutral split, where it was sampled"),
        ],
        (
            [
                *(each.from_network, each.to_network, each.milestone, each.from_date, each.to_date),
                *(named.get(part.group, part.group), part.add_one_in, part.but_for, part.waterfall),
                *(round(part.shapley, 1), part.shapley_error or None),
            ]
            for each, part, named in titles
        ),
        proof="closed form",
        source=source,
        note="The tool is prospective: nothing here is evidence of entitlement.",
        fold=True,
        most=60,
    )


def interactions(found: Sequence[NetworkComparison], source: str) -> Table:
    """Return what two changes do together beyond each alone."""
    return table(
        "interactions",
        "What two changes do together beyond each alone: negative is one path overtaking another",
        columns("from:id | to:id | milestone:id | changes | together:number wd"),
        (
            [each.from_network, each.to_network, each.milestone, " and ".join(pair.groups), pair.days]
            for each in found
            for pair in each.interactions
            if pair.days
        ),
        proof="closed form",
        source=source,
        fold=True,
    )


def implied_dates(found: Implied, title: str, source: str) -> Table:
    """Return published dates against what the plan gives once its assumptions are moved to fit."""
    return listing(
        f"implied-{found.baseline}",
        title,
        "milestone:id | published | as it stands:date = as_is | holds | earliest then:date = earliest | latest then:date = latest"
        " | slack kept",
        found.dates,
        said={
            "published": lambda each: month_or_day(each.published),
            "holds": lambda each: "yes" if each.holds else "no",
            "slack kept": lambda each: f"{' to '.join(dict.fromkeys(map(str, each.slack_wd)))} wd" if each.slack_wd else None,
        },
        notes={"slack kept": "to the end of what was published; below 0 it is too early"},
        proof="closed form",
        source=source,
    )


def implied_values(found: Implied, title: str, source: str) -> Table:
    """Return the values of the free assumptions at which the dates hold, and no others."""

    def run(first: str | None, last: str | None) -> str | None:
        return first if first == last else f"{first} to {last}"

    two = len(found.free) > 1
    return table(
        f"implied-values-{found.baseline}",
        title,
        columns(" | ".join(found.free) or "moved"),
        ([run(row.first, row.last), *([run(row.beside_first, row.beside_last)] if two else [])] for row in found.rows),
        proof="closed form",
        source=source,
        fold=True,
        most=40,
    )


def implied_alone(found: Implied, source: str) -> Table:
    """Return the values of one assumption, the others as they are, at which a milestone has its published date."""
    return listing(
        "implied-alone",
        "One assumption at a time",
        "assumption:id | milestone:id | from = first | to = last",
        found.ranges,
        proof="closed form",
        source=source,
    )
