"""What to do beforehand: which evidence to get first, and what doing something about risks is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from models.pack import Block, Cell, Figure, Name, Section, Table
from models.worth import Doubt, EvidenceOrder, EvidenceWorth, Mitigation, Settled
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.chances import below, unsimulated
from optimiser.evidence.sections.words import absence, lead, paragraph, remark
from optimiser.evidence.tables.kit import column, table
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
        blocks += _evidence(outcome.evidence, dossier.milestones, source)
    if outcome.mitigation is not None:
        blocks.append(_mitigation(outcome.mitigation, source))
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


def _evidence(found: EvidenceOrder, milestones: Sequence[str], source: str) -> list[Block]:
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
        table(
            "evidence-drawn",
            f"What knowing each thing that is drawn would settle of {label}, the first to get evidence for first",
            [
                *_HEADS,
                *(
                    head
                    for name in milestones
                    for head in (
                        column(f"{name} settled", "number", "wd", "by which less is lost on average once it is known"),
                        column(f"{name} share", "share", note="of what is lost by committing without evidence"),
                        column(
                            f"{name} earlier", "number", "wd", f"by which {label} is then earlier on average; below zero: later"
                        ),
                    )
                ),
            ],
            _rows(found.drawn, lambda worth: [cell for name in milestones for cell in _settled(worth.settles.get(name))]),
            proof="simulated",
            source=source,
            note="Those with a cost come first, the cheapest for each day that they settle over all milestones; then the others by the "
            "days. A number that a correlation joins to others tells of them too.",
            most=15,
        ),
        table(
            "evidence-open",
            f"What has no probability: between which {label} dates each milestone lies over its answers",
            [
                *_HEADS,
                *(
                    head
                    for name in milestones
                    for head in (
                        column(f"{name} first", "date"),
                        column(f"{name} last", "date"),
                        column(f"{name} apart", "number", "wd"),
                    )
                ),
            ],
            _rows(found.open, lambda worth: [cell for name in milestones for cell in _doubted(worth.doubt.get(name))]),
            proof="simulated",
            source=source,
            note="An inferred link either holds or does not: then what it held starts as published, unless other rules hold it. No last "
            "date: under one answer none holds with the confidence.",
            fold=True,
        ),
        table(
            "evidence-spans",
            "By how much the span of the earliest date over the open readings narrows once each is known",
            [
                *_HEADS,
                *(
                    head
                    for name in milestones
                    for head in (
                        column(f"{name} span", "number", "wd", "over the readings and over what it may be"),
                        column(f"{name} at least", "number", "wd", "narrower, whatever turns out"),
                        column(f"{name} at most", "number", "wd"),
                    )
                ),
            ],
            _rows(
                [worth for worth in (*found.drawn, *found.open) if worth.span],
                lambda worth: [cell for name in milestones for cell in _narrowed(worth, name)],
            ),
            proof="closed form",
            source=source,
            note="A number counts with both ends of its range and what the plan says; drivers and risks are none of the plan's own.",
            fold=True,
        ),
    ]
    return [*blocks, *(remark(note, "simulated", source) for note in found.notes)]


_HEADS = (column("id", "id"), column("kind"), column("title"), column("cost", "number"), column("by"))


def _rows(worths: Iterable[EvidenceWorth], cells: Callable[[EvidenceWorth], list[Cell]]) -> list[list[Cell]]:
    return [
        [worth.id.removeprefix("reading:"), worth.kind, worth.title, worth.cost, worth.by, *cells(worth)] for worth in worths
    ]


def _settled(found: Settled | None) -> tuple[Cell, Cell, Cell]:
    if found is None:
        return None, None, None
    settled = found.settled_wd if found.noise_wd is None else below(found.noise_wd)
    earlier = found.earlier_wd if found.earlier_noise_wd is None else below(found.earlier_noise_wd)
    return settled, found.share, earlier


def _doubted(found: Doubt | None) -> tuple[Cell, Cell, Cell]:
    if found is None:
        return None, None, None
    return found.first, found.last, found.apart_wd if found.noise_wd is None else below(found.noise_wd)


def _narrowed(worth: EvidenceWorth, name: str) -> tuple[Cell, Cell, Cell]:
    found = worth.span.get(name)
    return (None, None, None) if found is None else (found.whole_wd, found.least_wd, found.most_wd)


def _mitigation(found: Mitigation, source: str) -> Table:
    """Return the dates before and after what could be done about risks."""
    labels = list(next(iter(found.before.values()), {}))
    rows: list[list[Cell]] = []
    for name, before in found.before.items():
        rows.append([name, "nothing done", None, None, None, *before.values(), None, None])
        for each in (*found.actions, *((found.together,) if found.together else ())):
            noise = each.noise_wd.get("gained_wd", {}).get(name)
            called = ", ".join(each.actions)
            gained = each.gained_wd[name] if noise is None else below(noise)
            rows.append([name, each.title, called, each.basis, each.cost, *each.after[name].values(), gained, each.worth[name]])
    return table(
        "mitigation",
        "What doing something about risks is worth, each action alone and all of them together",
        [
            column("milestone", "id"),
            column("what is done"),
            column("actions"),
            column("basis"),
            column("cost", "number"),
            *(column(label, "date") for label in labels),
            column("gained", "number", "wd", f"by which {percentile(found.confidence)} is earlier"),
            column("for a unit of cost", "number", "wd"),
        ],
        rows,
        proof="simulated",
        source=source,
        note="Before and after stand on the same draws. Of several actions on one risk what leaves least counts.",
    )
