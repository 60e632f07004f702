"""What evidence and mitigation are worth, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from models.pack import Cell, Column, PackProof, Table
from models.worth import EvidenceOrder, EvidenceWorth, Mitigation
from optimiser.evidence.tables.kit import column, columns, table
from optimiser.robust.statistics import percentile

__all__ = ["below", "drawn", "mitigation", "narrowed", "unsettled"]

Said = Callable[[int], str]

_SAID = {"settled": "by which less is lost on average once it is known", "share": "of what is lost without any evidence"}


def below(noise: int) -> str:
    """Return what is said of a figure that the draws cannot tell from chance."""
    return f"below the noise floor of {noise}"


def drawn(found: EvidenceOrder, source: str, said: Said = below) -> Table:
    """Return what knowing each thing that is drawn would settle of each date; ``said`` of what is not above its noise floor."""
    label, names = percentile(found.confidence), list(found.at_stake_wd)

    def cells(worth: EvidenceWorth, name: str) -> Sequence[Cell]:
        held = worth.settles.get(name)
        if held is None:
            return None, None, None
        return (
            held.settled_wd if held.noise_wd is None else said(held.noise_wd),
            held.share,
            held.earlier_wd if held.earlier_noise_wd is None else said(held.earlier_noise_wd),
        )

    heads = (
        ("settled", "number", "wd", _SAID["settled"]),
        ("share", "share", None, _SAID["share"]),
        ("earlier", "number", "wd", f"by which {label} is then earlier on average; below zero: later"),
    )
    note = "Those with a cost come first, the cheapest for each day that they settle over all milestones; then the others by the days. "
    note += "A number that a correlation joins to others tells of them too."
    title = f"What knowing each thing that is drawn would settle of {label}"
    return _known("evidence-drawn", title, found.drawn, names, heads, cells, "simulated", source, note)


def unsettled(found: EvidenceOrder, source: str, said: Said = below) -> Table:
    """Return between which dates each milestone lies over the answers to what has no probability."""
    label, names = percentile(found.confidence), list(found.at_stake_wd)

    def cells(worth: EvidenceWorth, name: str) -> Sequence[Cell]:
        held = worth.doubt.get(name)
        if held is None:
            return None, None, None
        return held.first, held.last, held.apart_wd if held.noise_wd is None else said(held.noise_wd)

    heads = (("first", "date", None, None), ("last", "date", None, None), ("apart", "number", "wd", None))
    note = "An inferred link either holds or does not: then what it held starts as published, unless other rules hold it. No last date: "
    note += "under one answer none holds with the confidence."
    title = f"What has no probability: between which {label} dates each milestone lies as long as it is not known"
    return _known("evidence-open", title, found.open, names, heads, cells, "simulated", source, note)


def narrowed(found: EvidenceOrder, source: str) -> Table:
    """Return by how much the span of each earliest date narrows."""

    def cells(worth: EvidenceWorth, name: str) -> Sequence[Cell]:
        held = worth.span.get(name)
        return (None, None, None) if held is None else (held.whole_wd, held.least_wd, held.most_wd)

    heads = (
        ("span", "number", "wd", "over the readings and over what it may be"),
        ("at least", "number", "wd", "narrower, whatever turns out"),
        ("at most", "number", "wd", None),
    )
    title = "By how much the span of the earliest date over the open readings narrows once each is known"
    note = "A number counts with both ends of its range and what the plan says; drivers and risks are none of the plan's own."
    worths = [worth for worth in (*found.drawn, *found.open) if worth.span]
    return _known("evidence-spans", title, worths, list(found.at_stake_wd), heads, cells, "closed form", source, note)


def _known(
    name: str,
    title: str,
    worths: Iterable[EvidenceWorth],
    milestones: Sequence[str],
    heads: Sequence[tuple[str, str, str | None, str | None]],
    cells: Callable[[EvidenceWorth, str], Sequence[Cell]],
    proof: PackProof,
    source: str,
    note: str,
) -> Table:
    """Return a table of what could be known, with the same columns for each milestone."""
    figures: list[Column] = [
        column(f"{milestone} {head}", kind, unit, about, key=f"{milestone} {head}")
        for milestone in milestones
        for head, kind, unit, about in heads
    ]
    rows = [
        [
            worth.id.removeprefix("reading:"),
            worth.kind,
            worth.title,
            worth.cost,
            worth.by,
            *(cell for milestone in milestones for cell in cells(worth, milestone)),
        ]
        for worth in worths
    ]
    columns = [column("id", "id"), column("kind"), column("title"), column("cost", "number"), column("by"), *figures]
    return table(name, title, columns, rows, proof=proof, source=source, note=note, most=15)


def mitigation(found: Mitigation, source: str, said: Said = below) -> Table:
    """Return the dates before and after what could be done about risks."""
    labels = list(next(iter(found.before.values()), {}))
    rows: list[list[Cell]] = []
    for name, before in found.before.items():
        rows.append([name, "nothing done", None, None, None, *before.values(), None, None])
        for each in (*found.actions, *((found.together,) if found.together else ())):
            noise = each.noise_wd.get("gained_wd", {}).get(name)
            called = ", ".join(each.actions)
            gained = each.gained_wd[name] if noise is None else said(noise)
            rows.append([name, each.title, called, each.basis, each.cost, *each.after[name].values(), gained, each.worth[name]])
    return table(
        "mitigation",
        "What doing something about risks is worth",
        [
            *columns("milestone:id | what is done | actions | basis | cost:number"),
            *(column(label, "date") for label in labels),
            column("gained", "number", "wd", f"by which {percentile(found.confidence)} is earlier"),
            column("for a unit of cost", "number", "wd"),
        ],
        rows,
        proof="simulated",
        source=source,
        note="Each action alone, then all of them together; before and after stand on the same draws. Of several actions on one risk "
        "what leaves least counts.",
    )
