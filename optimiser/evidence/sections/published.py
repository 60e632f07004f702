"""The published plan: how far it comes out, and what its papers say against themselves."""

from __future__ import annotations

from models.pack import Absence, Table
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.sections.words import Blocks, joined, lead, parts_of
from optimiser.evidence.tables import checked as tables
from optimiser.evidence.tables.kit import few, listing, table
from optimiser.evidence.tables.register import cited
from optimiser.reproduction import summary as reproduced

__all__ = ["lint", "reproduction"]

_RIGHTS = {
    "links": "by links and stated lengths, with nothing fitted upstream",
    "fitted-upstream": "by links and stated lengths, over something fitted upstream",
    "finish-gate": "by a distance to an event chosen to hit their finish",
    "fitted-lag": "by a distance after an event chosen to hit a date of their own",
    "placed": "by nothing but their own published start, which reproduces nothing",
    "differs": "not at all",
}
"""By what right a published row comes out."""


def reproduction(dossier: Dossier) -> Blocks:
    """Yield how far the published rows come out."""
    case = dossier.reproducing
    if case is None:
        rows = any(item.published for item in dossier.plan.items.values())
        why = "no case of the pack has dates to hold the published rows against" if rows else "the plan has no published rows"
        yield Absence(what="Reproduction of the published plan", reason=why)
        return
    source = f"outcomes/{case.id}.json against the published rows"
    yield lead(
        "Case {} comes nearest to the published rows: {:counted} come out at their published start and finish with something "
        "to show for it.",
        case.id,
        f"{case.matched:,} of {len(case.matches)}",
        source=source,
    )
    yield _by_right(case, source)
    yield listing(
        "rows",
        "Every published row against the schedule",
        "row:number | item:id = id | by | published start:date | published finish:date | start:date | finish:date"
        " | same:either = matches",
        case.matches,
        "certified",
        source,
        fold=True,
    )
    yield listing(
        "reproduced-cases",
        "Published rows that come out in each case",
        "case:id = id | reproduced:number = matched | placed:number | of:number",
        [each for each in dossier.cases if each.matches],
        "counted",
        "outcomes/ against the published rows",
        said={
            "placed": lambda each: sum(match.by == "placed" and match.matches for match in each.matches),
            "of": lambda each: len(each.matches),
        },
    )
    yield from _beside_the_rows(dossier)


def _by_right(case: DossierCase, source: str) -> Table:
    """Return how many published rows come out by which right."""
    which: dict[str, list[str]] = {}
    for match in case.matches:
        which.setdefault(match.by if match.matches else "differs", []).append(str(match.row))
    counted = reproduced(case.matches).items()
    rows = [(_RIGHTS[name], number, few(which.get(name, ()), 70) or "–") for name, number in counted]
    return table(
        "reproduced", "By what right each published row comes out", "class | rows:number | which", rows, "counted", source
    )


def _beside_the_rows(dossier: Dossier) -> Blocks:
    """Yield dates and demands of the documents outside their rows, each with the item that holds it or the reason for none."""
    held = dossier.published
    placed = (
        (
            "deliverables",
            "Dated deliverables and gates: held by an item of the plan, or left out with the reason",
            "date | what = title | kind",
            held.deliverables,
        ),
        (
            "criteria",
            "What has to be shown to enter or leave a stage",
            "stage | to = side | evidence",
            held.criteria,
        ),
    )
    for name, title, heads, rows in placed:
        if rows:
            yield listing(
                name,
                title,
                f"{heads} | held by:id = item | left out because = left_out | citation",
                rows,
                "stated",
                "published/ beside the plan",
                said={"citation": lambda each: cited(each.citation)},
                fold=True,
            )


def lint(dossier: Dossier) -> Blocks:
    """Yield what the plan's own papers say against themselves."""
    report, source = dossier.lint, "lint of the main case"
    assert report is not None
    counts = joined(
        (parts_of(f"{{:counted}} {severity}", number, source=source) for severity, number in report.counts().items()), ", "
    )
    yield lead(
        "The papers behind the plan held against themselves and against the computed dates: {}. Effects are the plan solved "
        "again with the finding taken at its word.",
        counts,
    )
    for made in (tables.findings, tables.dcma, tables.gao, tables.checks):
        yield made(report, source)
