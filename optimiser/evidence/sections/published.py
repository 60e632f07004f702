"""The published plan: how far it comes out, and what its papers say against themselves."""

from __future__ import annotations

from collections.abc import Sequence

from models.pack import Block, Name, Section
from models.published import Placed
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import absence, count, lead, names
from optimiser.evidence.tables import checked as tables
from optimiser.evidence.tables.kit import column, listing, table
from optimiser.evidence.tables.register import cited
from optimiser.reproduction import summary as reproduced

__all__ = ["lint", "reproduction"]


def reproduction(dossier: Dossier) -> Section:
    """Return how far the published rows come out."""
    case = dossier.reproducing
    if case is None:
        block = absence(dossier, "reproduction", "Reproduction of the published plan")
        return Section(
            id="reproduction",
            title="Reproduction of the published plan",
            items=(3,),
            blocks=(block.model_copy(update={"reason": _unreproduced(dossier)}),),
        )
    source = f"outcomes/{case.id}.json against the published rows"
    counted = reproduced(case.matches)
    words = {
        "links": "by links and stated lengths, with nothing fitted upstream",
        "fitted-upstream": "by links and stated lengths, over something fitted upstream",
        "finish-gate": "by a distance to an event chosen to hit their finish",
        "fitted-lag": "by a distance after an event chosen to hit a date of their own",
        "placed": "by nothing but their own published start, which reproduces nothing",
        "differs": "not at all",
    }
    blocks: list[Block] = [
        lead(
            "Case ",
            Name(text=case.id),
            " comes nearest to the published rows: ",
            count(case.matched, f"of {len(case.matches)}", source),
            " come out at their published start and finish with something to show for it.",
        ),
        table(
            "reproduced",
            "By what right each published row comes out",
            [column("class"), column("rows", "number"), column("which")],
            [
                [
                    words[name],
                    number,
                    names((str(match.row) for match in case.matches if (match.by if match.matches else "differs") == name), 70)
                    or "–",
                ]
                for name, number in counted.items()
            ],
            proof="counted",
            source=source,
        ),
        listing(
            "rows",
            "Every published row against the schedule",
            "row:number | item:id = id | by | published start:date | published finish:date | start:date | finish:date | same",
            case.matches,
            said={"same": lambda match: "yes" if match.matches else "no"},
            proof="certified",
            source=source,
            fold=True,
        ),
        listing(
            "reproduced-cases",
            "Published rows that come out in each case",
            "case:id = id | reproduced:number = matched | placed:number | of:number",
            [each for each in dossier.cases if each.matches],
            said={
                "placed": lambda each: sum(match.by == "placed" and match.matches for match in each.matches),
                "of": lambda each: len(each.matches),
            },
            proof="counted",
            source="outcomes/ against the published rows",
        ),
        *_beside_the_rows(dossier),
    ]
    return Section(id="reproduction", title="Reproduction of the published plan", items=(3,), blocks=tuple(blocks))


def _beside_the_rows(dossier: Dossier) -> list[Block]:
    """Return what the documents date or demand beside their rows, each with the item that holds it or why none does."""
    held = dossier.published
    placed: tuple[tuple[str, str, tuple[str, ...], Sequence[tuple[str, str, str, Placed]]], ...] = (
        (
            "deliverables",
            "Dated deliverables and gates: held by an item of the plan, or left out with the reason",
            ("date", "what", "kind"),
            [(each.date, each.title, each.kind, each) for each in held.deliverables],
        ),
        (
            "criteria",
            "What has to be shown to enter or leave a stage",
            ("stage", "to", "evidence"),
            [(each.stage, each.side, each.evidence, each) for each in held.criteria],
        ),
    )
    return [
        table(
            name,
            title,
            [*map(column, heads), column("held by", "id"), column("left out because"), column("citation")],
            [[*said, each.item, each.left_out, cited(each.citation)] for *said, each in rows],
            proof="stated",
            source="published/ beside the plan",
            fold=True,
        )
        for name, title, heads, rows in placed
        if rows
    ]


def _unreproduced(dossier: Dossier) -> str:
    """Return why no published row is held against a schedule."""
    rows = any(item.published for item in dossier.plan.items.values())
    return "no case of the pack has dates to hold the published rows against" if rows else "the plan has no published rows"


def lint(dossier: Dossier) -> Section:
    """Return what the plan's own papers say against themselves."""
    report = dossier.lint
    assert report is not None
    source = "lint of the main case"
    counts = report.counts()
    blocks: list[Block] = [
        lead(
            "The papers behind the plan held against themselves and against the computed dates: ",
            *(
                part
                for severity, number in counts.items()
                for part in (count(number, "", source), f" {severity}" + (", " if severity != "low" else ""))
            ),
            ". Effects are the plan solved again with the finding taken at its word.",
        ),
        tables.findings(report, source),
        tables.dcma(report, source),
        tables.gao(report, source),
        tables.checks(report, source),
    ]
    return Section(id="lint", title="The plan against itself", items=(4,), blocks=tuple(blocks))
