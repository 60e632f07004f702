"""What the inferred links are worth: the date without each, with stages that overlap, and which of them carry the answer."""

from __future__ import annotations

from models.links import LinkReport
from models.pack import Cell, Table
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import names
from optimiser.evidence.tables.kit import column, columns, table

__all__ = ["inferred_links"]


def inferred_links(dossier: Dossier) -> list[Table]:
    """Return a table of the links and one of all of them together; nothing where no date hangs on an inferred link."""
    found = {milestone: report.links for milestone, report in dossier.binding.items() if report.links and report.links.lines}
    if not found:
        return []
    source = f"explain of case {dossier.main.id}"
    shares = list(
        dict.fromkeys(overlap.share for report in found.values() for line in report.lines for overlap in line.overlaps)
    )
    tables = [
        table(
            "inferred-links",
            "If an inferred link is wrong: each milestone without it, and with what follows overlapping the work ahead",
            [
                *columns("milestone:id | link:id | title | confidence | slack:number wd"),
                column("falls back", "id", note="what then starts as it was published; empty where other rules hold the date"),
                column("to", "date"),
                column("date without it", "date"),
                column("gains", "number", "wd", "fewer than none are lost"),
                *(column(f"gains at {share} %", "number", "wd", "of the length of the work ahead") for share in shares),
            ],
            [row for milestone, report in found.items() for row in _rows(milestone, report, shares)],
            proof="closed form",
            source=source,
            note=" ".join(f"{milestone}: {note}." for milestone, report in found.items() for note in report.notes) or None,
        )
    ]
    together: list[list[Cell]] = [
        [milestone, each.what, each.date, each.gain_wd, names(each.carried_by) or None]
        for milestone, report in found.items()
        for each in report.together
    ]
    if together:
        tables.append(
            table(
                "links-together",
                "All of these links at once, and which of them carry the date",
                [
                    *columns("milestone:id | links | date:date"),
                    column("gains", "number", "wd", "fewer than none are lost"),
                    column("carried by", note="a smallest set that alone gives the date; empty where it stays"),
                ],
                together,
                proof="closed form",
                source=source,
            )
        )
    return tables


def _rows(milestone: str, report: LinkReport, shares: list[int]) -> list[list[Cell]]:
    """Return a row for each link of one milestone."""
    rows: list[list[Cell]] = []
    for line in report.lines:
        eased = {overlap.share: overlap.gain_wd for overlap in line.overlaps}
        rows.append(
            [
                milestone,
                line.rule,
                line.title,
                line.confidence,
                line.slack_wd,
                line.falls_back,
                line.falls_back_to,
                line.date,
                line.gain_wd,
                *(eased.get(share) for share in shares),
            ]
        )
    return rows
