"""What evidence and mitigation are worth, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from models.pack import Cell, PackProof, Table
from models.worth import EvidenceOrder, EvidenceWorth, Mitigation
from optimiser.evidence.tables.kit import Maker, across, columns, listing, table
from optimiser.robust.statistics import percentile

__all__ = ["Said", "below", "drawn", "figure_of", "mitigation", "narrowed", "unsettled"]

Said = Callable[[int], str]

Head = tuple[str, str | None, Maker]
"""Of a column: what stands in it, what it means, and what makes a cell of what is known of one milestone."""


def below(noise: int) -> str:
    """Return the words for a figure below its noise floor."""
    return f"below the noise floor of {noise}"


def figure_of(key: str, name: str, said: Said) -> Maker:
    """Return a maker of cells for one figure of one milestone, in words where it is below its noise floor."""

    def figure(record: object) -> Cell:
        noise: int | None = getattr(record, "noise_wd").get(key, {}).get(name)  # noqa: B009 - of several records
        found: Cell = getattr(record, key).get(name)
        return found if noise is None else said(noise)

    return figure


def drawn(found: EvidenceOrder, source: str, said: Said = below) -> Table:
    """Return the value of knowing each drawn quantity, by milestone; ``said`` words a figure below its noise floor."""
    label = percentile(found.confidence)
    heads: dict[str, Head] = {
        "settled": (
            "number wd",
            "by which less is lost on average once it is known",
            lambda held: held.settled_wd if held.noise_wd is None else said(held.noise_wd),
        ),
        "share": ("share", "of what is lost without any evidence", lambda held: held.share),
        "earlier": (
            "number wd",
            f"by which {label} is then earlier on average; below zero: later",
            lambda held: held.earlier_wd if held.earlier_noise_wd is None else said(held.earlier_noise_wd),
        ),
    }
    note = "Those with a cost come first, the cheapest for each day that they settle over all milestones; then the others by the days. "
    note += "A number that a correlation joins to others tells of them too."
    title = f"What knowing each thing that is drawn would settle of {label}"
    return _known("evidence-drawn", title, found, found.drawn, heads, "settles", "simulated", source, note)


def unsettled(found: EvidenceOrder, source: str, said: Said = below) -> Table:
    """Return between which dates each milestone lies over the answers to what has no probability."""
    heads: dict[str, Head] = {
        "first": ("date", None, lambda held: held.first),
        "last": ("date", None, lambda held: held.last),
        "apart": ("number wd", None, lambda held: held.apart_wd if held.noise_wd is None else said(held.noise_wd)),
    }
    note = "An inferred link either holds or does not: then what it held starts as published, unless other rules hold it. No last date: "
    note += "under one answer none holds with the confidence."
    label = percentile(found.confidence)
    title = f"What has no probability: between which {label} dates each milestone lies as long as it is not known"
    return _known("evidence-open", title, found, found.open, heads, "doubt", "simulated", source, note)


def narrowed(found: EvidenceOrder, source: str) -> Table:
    """Return by how much the span of each earliest date narrows."""
    heads: dict[str, Head] = {
        "span": ("number wd", "over the readings and over what it may be", lambda held: held.whole_wd),
        "at least": ("number wd", "narrower, whatever turns out", lambda held: held.least_wd),
        "at most": ("number wd", None, lambda held: held.most_wd),
    }
    title = "By how much the span of the earliest date over the open readings narrows once each is known"
    note = "A number counts with both ends of its range and what the plan says; drivers and risks are none of the plan's own."
    worths = [worth for worth in (*found.drawn, *found.open) if worth.span]
    return _known("evidence-spans", title, found, worths, heads, "span", "closed form", source, note)


def _known(
    name: str,
    title: str,
    found: EvidenceOrder,
    worths: Iterable[EvidenceWorth],
    heads: Mapping[str, Head],
    field: str,
    proof: PackProof,
    source: str,
    note: str,
) -> Table:
    """Return a table of what could be known, with the same columns for each milestone."""

    def cell(milestone: str, make: Maker) -> Maker:
        return lambda worth: None if (held := getattr(worth, field).get(milestone)) is None else make(held)

    figures = {f"{milestone} {head}": (milestone, *each) for milestone in found.at_stake_wd for head, each in heads.items()}
    return listing(
        name,
        title,
        "id:id | kind | title | cost:number | by" + "".join(f" | {head}:{kind}" for head, (_, kind, *_rest) in figures.items()),
        worths,
        proof,
        source,
        said={
            "id": lambda worth: worth.id.removeprefix("reading:"),
            **{head: cell(milestone, make) for head, (milestone, _, _, make) in figures.items()},
        },
        notes={head: about for head, (_, _, about, _) in figures.items() if about},
        note=note,
        most=15,
    )


def mitigation(found: Mitigation, source: str, said: Said = below) -> Table:
    """Return the dates before and after what could be done about risks."""
    labels = list(next(iter(found.before.values()), {}))
    rows: list[list[Cell]] = []
    for name, before in found.before.items():
        gained = figure_of("gained_wd", name, said)
        rows.append([name, "nothing done", None, None, None, *before.values(), None, None])
        for each in (*found.actions, *((found.together,) if found.together else ())):
            done: list[Cell] = [name, each.title, ", ".join(each.actions), each.basis, each.cost]
            rows.append([*done, *each.after[name].values(), gained(each), each.worth[name]])
    return table(
        "mitigation",
        "What doing something about risks is worth",
        columns(
            f"milestone:id | what is done | actions | basis | cost:number{across(labels, '{}:date')} | gained:number wd"
            " | for a unit of cost:number wd",
            {"gained": f"by which {percentile(found.confidence)} is earlier"},
        ),
        rows,
        "simulated",
        source,
        note="Each action alone, then all of them together; before and after stand on the same draws. Of several actions on one risk "
        "what leaves least counts.",
    )
