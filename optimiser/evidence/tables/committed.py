"""Which date to commit to and what it stands on, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from models.pack import Cell, Table
from models.robustness import RobustOutcome
from optimiser.evidence.tables.kit import column, columns, table
from optimiser.robust.commitment import commitment

__all__ = ["claims", "commitments", "limits", "ratios"]


def commitments(outcome: RobustOutcome, source: str, stated: float | None = None) -> Table:
    """Return which date each ratio of costs justifies, the one that somebody has stated among them."""
    found = [commitment(entry, stated) for entry in outcome.milestones]
    note = "Nobody has stated what a month late or early costs; 'robust --cost-ratio' takes it."
    return table(
        "commitments",
        "Which date, and why: the one that a ratio of costs justifies",
        [
            column("a day late costs so many days early", "number"),
            column("so it should hold with", "share"),
            *([] if stated is None else [column("said")]),
            *(column(entry.milestone, "date", note="the date to commit to at that ratio") for entry in found),
        ],
        [
            [
                row[0].ratio,
                round(row[0].confidence, 4),
                *([] if stated is None else ["by whoever asks" if row[0].stated else None]),
                *(each.date for each in row),
            ]
            for row in zip(*(entry.dates for entry in found), strict=True)
        ],
        proof="simulated",
        source=source,
        note=note if stated is None else None,
    )


def ratios(outcome: RobustOutcome, source: str) -> Table:
    """Return the ratio of costs at which each date would be the one to commit to."""
    return table(
        "commitment-ratios",
        "The ratio at which each date would be the one to commit to",
        columns("milestone:id | date of:id | date | chance:share | ratio:number"),
        [
            [
                entry.milestone,
                each.of,
                each.published,
                round(each.probability, 4),
                None if each.ratio is None else round(each.ratio, 3),
            ]
            for entry in map(commitment, outcome.milestones)
            for each in (*entry.published, *((entry.deterministic,) if entry.deterministic else ()))
        ],
        proof="simulated",
        source=source,
        note="An empty ratio: it holds in every sample, so an earlier date would be right. A ratio below 1 says that a day early is "
        "held to be dearer than a day late.",
        fold=True,
    )


def claims(cases: Iterable[tuple[str, RobustOutcome]], source: str) -> Table:
    """Return what each case claims of the work otherwise than the register."""
    rows: list[list[Cell]] = [
        [
            case,
            claim.quantity,
            claim.title,
            claim.claimed,
            "yes" if claim.fitted_to else None,
            claim.low,
            claim.likely,
            claim.high,
            None if claim.chance is None else round(claim.chance, 4),
        ]
        for case, outcome in cases
        for claim in outcome.plan_claims
    ]
    return table(
        "plan-claims",
        "What each case claims of the work otherwise than the register, and the chance that the work takes no longer",
        columns("case:id | quantity:id | title | claim | fitted | low | likely | high | chance:share"),
        rows,
        proof="simulated",
        source=source,
        note="The ranges are of the work and the same in every case. An empty chance: the case has no such work, and what is not in a "
        "plan is not drawn.",
    )


def limits(outcome: RobustOutcome, source: str) -> Table:
    """Return the chance of each limit that samples may miss."""
    return table(
        "deadlines",
        "Limits that the samples may miss, each a target with its chance",
        columns("rule:id | title | latest:date | chance that it is met:share | samples that miss it:number"),
        [[each.rule, each.title, each.date, round(each.probability, 4), each.missed] for each in outcome.deadlines],
        proof="simulated",
        source=source,
        note="A latest date holds nothing back in the simulation. A maximum lag or an equality is listed where no schedule keeps it.",
    )
