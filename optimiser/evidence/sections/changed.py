"""What was changed for the pack: from what to what, each date before and after, and why one stays."""

from __future__ import annotations

from models.changes import WhatIf
from models.pack import Block, Figure, Name
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import names, paragraph, remark, run_source
from optimiser.evidence.tables.compared import changes
from optimiser.evidence.tables.kit import columns, table
from optimiser.evidence.whatif_words import overruled_words, why_it_stays
from optimiser.evidence.words import day

__all__ = ["changed"]


def changed(dossier: Dossier) -> list[Block]:
    """Return what the first page says of the changes; nothing where there are none."""
    found = dossier.what_if
    if found is None:
        return []
    source = f"{run_source(dossier.main)}, what_if"
    blocks: list[Block] = [_changes(found, source)]
    if found.added or found.removed:
        counts = Figure(text=f"{found.added:,} more, {found.removed:,} fewer", proof="counted", source=source)
        blocks.append(paragraph("Beside these, rules and lengths: ", counts, "."))
    blocks += [remark(f"Overruled: {text}", "stated", source) for text in overruled_words(found, str)]
    rows = [[change.milestone, change.before, change.after, change.working_days] for change in found.dates]
    heads = columns("milestone:id | before:date | after:date | difference:number wd")
    proofs = {change.proof_after for change in found.dates} | {change.proof_before for change in found.dates}
    proof = next((each for each in ("gap", "solver", "certified") if each in proofs), "none")
    dated = any(change.before or change.after for change in found.dates)
    if dated:
        note = "Before: the plan under the scenarios without the single choices; the plan as written, where none were made."
        blocks.append(
            table("what-if-dates", "Earliest dates before and after", heads, rows, proof=proof, source=source, note=note)  # type: ignore[arg-type]
        )
    told: set[str] = set()
    for entry in found.unmoved:
        for text in why_it_stays(entry, told, day):
            blocks.append(
                paragraph(Name(text=entry.milestone), " stays: ", Figure(text=text, proof="closed form", source=source), ".")
            )
    return blocks


def _changes(found: WhatIf, source: str) -> Block:
    start = (
        "from the plan as written"
        if not (found.choices and found.scenarios)
        else f"from the plan under {names(found.scenarios)}"
    )
    return changes(found.changes, f"What was changed, {start}", source)
