"""What to do beforehand: which evidence to get first, and what doing something about risks is worth."""

from __future__ import annotations

from models.pack import Block, Figure, Name, Section
from models.worth import EvidenceOrder
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.chances import unsimulated
from optimiser.evidence.sections.words import absence, lead, paragraph, remark
from optimiser.evidence.tables import worth as tables
from optimiser.robust.statistics import percentile

__all__ = ["beforehand", "first_evidence"]


def beforehand(dossier: Dossier) -> Section:
    """Return what to get evidence for first, and what could be done about risks."""
    title, outcome = "What to get evidence for, and what to do about risks", dossier.main.robust
    if outcome is None:
        return Section(id="beforehand", title=title, items=(13,), blocks=(unsimulated(dossier.main, title),))
    source = f"robust of case {dossier.main.id}"
    blocks: list[Block] = [
        lead(
            "Every figure stands on the draws of the robust dates. What is not above the noise of the draws is no figure, and its "
            "noise floor stands in its place."
        )
    ]
    if outcome.evidence is not None:
        blocks += _evidence(outcome.evidence, source)
    if outcome.mitigation is not None:
        blocks.append(tables.mitigation(outcome.mitigation, source))
    else:
        dossier.absent.setdefault("mitigation", "the register names nothing that could be done about a risk")
        blocks.append(absence(dossier, "mitigation", "What doing something about risks is worth"))
    return Section(id="beforehand", title=title, items=(13,), blocks=tuple(blocks))


def first_evidence(dossier: Dossier) -> list[Block]:
    """Say on the first page what to get evidence for first; nothing where that was not asked, or settles nothing."""
    found = dossier.main.robust.evidence if dossier.main.robust else None
    if found is None:
        return []
    drawn = [worth for worth in found.drawn[:1] if any(each.settled_wd for each in worth.settles.values())]
    asked = [worth for worth in found.open[:1] if any(each.apart_wd for each in worth.doubt.values())]
    parts: list[str | Name | Figure] = []
    for kind, worths in (("of what is drawn, ", drawn), ("of what has no probability, ", asked)):
        for worth in worths:
            named = Name(text=f"{worth.title} ({worth.id.removeprefix('reading:')})")
            parts += ["; " if parts else "Evidence to get first: ", kind, named]
    return [paragraph(*parts, ". What each would settle stands in the section on evidence.")] if parts else []


def _evidence(found: EvidenceOrder, source: str) -> list[Block]:
    label, ratio = percentile(found.confidence), found.confidence / (1 - found.confidence)
    stakes: list[str | Name | Figure] = []
    for name, stake in found.at_stake_wd.items():
        if stake is not None:
            stakes += [
                ", " if stakes else "",
                Name(text=f"{name} "),
                Figure(text=f"{stake} wd", proof="simulated", source=source),
            ]
    blocks: list[Block] = [
        paragraph(
            "Whoever commits to ",
            Figure(text=label, proof="stated", source="asked for with the pack"),
            " loses, as far as it is the right date, a day for each day that the milestone comes earlier and ",
            Figure(text=f"{ratio:.3g}", proof="closed form", source="confidence over one less confidence"),
            " for each that it comes later",
            *([": on average ", *stakes] if stakes else []),
            ". What a number settles is how much less is lost, on average over what it may turn out to be, once it is known before the "
            "date is chosen: the value of partial information, and as a share of that of perfect information.",
        ),
        tables.drawn(found, source),
        tables.unsettled(found, source),
        tables.narrowed(found, source),
    ]
    return [*blocks, *(remark(note, "simulated", source) for note in found.notes)]
