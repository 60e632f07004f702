"""Preparation: the evidence to get first, and the value of mitigating risks."""

from __future__ import annotations

from models.worth import EvidenceOrder
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.chances import unsimulated
from optimiser.evidence.sections.words import Blocks, absence, figure, joined, lead, parts_of, remark, say
from optimiser.evidence.tables import worth as tables
from optimiser.robust.statistics import percentile

__all__ = ["beforehand", "first_evidence"]


def beforehand(dossier: Dossier) -> Blocks:
    """Yield the evidence to get first, and possible mitigations."""
    outcome = dossier.main.robust
    if outcome is None:
        yield unsimulated(dossier.main, "What to get evidence for, and what to do about risks")
        return
    source = f"robust of case {dossier.main.id}"
    yield lead(
        "Every figure stands on the draws of the robust dates. What is not above the noise of the draws is no figure, and its "
        "noise floor stands in its place."
    )
    if outcome.evidence is not None:
        yield from _evidence(outcome.evidence, source)
    if outcome.mitigation is not None:
        yield tables.mitigation(outcome.mitigation, source)
    else:
        dossier.absent.setdefault("mitigation", "the register names nothing that could be done about a risk")
        yield absence(dossier, "mitigation", "What doing something about risks is worth")


def first_evidence(dossier: Dossier) -> Blocks:
    """Say on the first page what to get evidence for first; nothing where that was not asked, or settles nothing."""
    found = dossier.main.robust.evidence if dossier.main.robust else None
    if found is None:
        return
    settling = [worth for worth in found.drawn[:1] if any(each.settled_wd for each in worth.settles.values())]
    asked = [worth for worth in found.open[:1] if any(each.apart_wd for each in worth.doubt.values())]
    named = [("of what is drawn", worth) for worth in settling] + [("of what has no probability", worth) for worth in asked]
    parts = joined(parts_of(f"{kind}, {{}}", f"{worth.title} ({worth.id.removeprefix('reading:')})") for kind, worth in named)
    if parts:
        yield say("Evidence to get first: {}. What each would settle stands in the section on evidence.", parts)


def _evidence(found: EvidenceOrder, source: str) -> Blocks:
    stakes = joined(
        (
            parts_of("{}{:simulated}", f"{name} ", f"{stake} wd", source=source)
            for name, stake in found.at_stake_wd.items()
            if stake is not None
        ),
        ", ",
    )
    yield say(
        "Whoever commits to {} loses, as far as it is the right date, a day for each day that the milestone comes earlier and "
        "{} for each that it comes later{}. What a number settles is how much less is lost, on average over what it may turn "
        "out to be, once it is known before the date is chosen: the value of partial information, and as a share of that of "
        "perfect information.",
        figure(percentile(found.confidence), "stated", "asked for with the pack"),
        figure(f"{found.confidence / (1 - found.confidence):.3g}", "closed form", "confidence over one less confidence"),
        [": on average ", *stakes] if stakes else [],
    )
    yield tables.drawn(found, source)
    yield tables.unsettled(found, source)
    yield tables.narrowed(found, source)
    for note in found.notes:
        yield remark(note, "simulated", source)
