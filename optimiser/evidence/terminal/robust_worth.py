"""What `robust` says of what could be done beforehand: evidence to get, and action on risks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.robustness import RobustOutcome
from models.worth import Doubt, EvidenceWorth, Narrowed, Settled
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, paragraph, words
from optimiser.evidence.terminal.robust_choices import BELOW, moved, titled
from optimiser.evidence.words import counted, day

__all__ = ["evidence_lines", "mitigation_lines"]

_MOST_ROWS = 12

_WIDE = 100
"""On a page narrower than this a narrowing stands without the span that it is of, so that no figure is cut."""


def evidence_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return what to get evidence for first; nothing where that was not asked."""
    found = outcome.evidence
    if found is None:
        return []
    names = [entry.id for entry in outcome.milestones]
    label = f"P{100 * found.confidence:.10g}"
    ratio = found.confidence / (1 - found.confidence)
    stakes = ", ".join(f"{name} {_figure(stake)}" for name, stake in found.at_stake_wd.items())
    lost = (
        f"committing to {label} loses a day for each day that the date comes earlier and {ratio:.3g} for each that it comes later; "
        f"on average, in wd: {stakes}"
    )
    lines = titled(
        "What to get evidence for first", "those that cost least for a day settled, over all milestones, first", page
    )
    lines += paragraph(lost, page.width)
    lines += _table(
        found.drawn,
        ("what is drawn", "wd, and the share of those, by which less is lost once it is known, on average over what it may be"),
        names,
        lambda worth, name: _settled(worth.settles.get(name)),
        page,
    )
    lines += _table(
        found.open,
        ("what has no probability", f"wd between the {label} dates over its answers: the doubt that knowing it ends"),
        names,
        lambda worth, name: _doubted(worth.doubt.get(name)),
        page,
    )
    lines += _table(
        (*found.drawn, *found.open),
        ("by how much the span narrows", "wd at least to at most, of the span over the readings and over what it may be"),
        names,
        lambda worth, name: _narrowed(worth.span.get(name), wide=page.width >= _WIDE),
        page,
    )
    for note in found.notes:
        lines += paragraph(note, page.width, 2, "dim")
    return lines


def _table(
    worths: Sequence[EvidenceWorth],
    head: tuple[str, str],
    names: Sequence[str],
    cell: Callable[[EvidenceWorth, str], str],
    page: Page,
) -> Lines:
    """Return one table of what could be known: those of which there is something to say."""
    title, note = head
    wide, priced = page.width >= 70 + 22 * len(names), any(worth.cost is not None for worth in worths)
    grid = TextTable(
        [
            TextColumn(title, limit=34),
            TextColumn("is a"),
            *([TextColumn("title", gives=True)] if wide else []),
            *([TextColumn("cost", side="right")] if priced else []),
            *(TextColumn(name, side="right", limit=20) for name in names),
        ]
    )
    rows = [(worth, [cell(worth, name) for name in names]) for worth in worths]
    told = [(worth, cells) for worth, cells in rows if any(cells)]
    for worth, cells in told[:_MOST_ROWS]:
        about = [words(worth.title, "dim")] if wide else []
        price = ["–" if worth.cost is None else str(worth.cost)] if priced else []
        grid.add(worth.id.removeprefix("reading:"), worth.kind, *about, *price, *(each or "–" for each in cells))
    lines = paragraph(note, page.width, 2, "dim")
    lines += grid.lines(page.width) if grid.rows else []
    left = len(told) - len(grid.rows)
    silent = len(rows) - len(told)
    said = ([f"{left:,} more settle less"] if left else []) + ([f"{silent:,} settle nothing above the noise"] if silent else [])
    return [*lines, *paragraph(f"{', '.join(said)}; --json lists all", page.width, 2, "dim")] if said else lines


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _settled(found: Settled | None) -> str:
    if found is None or not found.settled_wd:
        return ""
    return f"{found.settled_wd:.1f} wd" if found.share is None else f"{found.settled_wd:.1f} wd, {100 * found.share:.0f} %"


def _doubted(found: Doubt | None) -> str:
    if found is None or (found.first and found.last and not found.apart_wd):
        return ""
    if found.first is None:
        return "no date"
    return "no date for one" if found.last is None else f"{found.apart_wd} wd"


def _narrowed(found: Narrowed | None, *, wide: bool) -> str:
    if found is None or not found.most_wd:
        return ""
    least = f"{found.least_wd}–" if found.least_wd != found.most_wd else ""
    return f"{least}{found.most_wd}{f' of {found.whole_wd}' if wide else ''}"


def mitigation_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the dates before and after what could be done about risks; nothing where nothing is known that could."""
    found = outcome.mitigation
    if found is None:
        return []
    label = f"P{100 * found.confidence:.10g}"
    lines = titled("What could be done about risks", f"each alone on the same draws as the dates; {BELOW}", page)
    for name, before in found.before.items():
        grid = TextTable(
            [
                TextColumn(name, gives=True, wraps=True),
                TextColumn("cost", side="right"),
                *(TextColumn(confidence) for confidence in before),
                TextColumn(f"wd of {label}", side="right"),
                TextColumn("wd a unit", side="right"),
            ]
        )
        grid.add("nothing done", "", *(map(_date, before.values())), "", "")
        for each in (*found.actions, *((found.together,) if found.together else ())):
            worth = each.worth[name]
            gained = moved(each.gained_wd[name], each.noise_wd.get("gained_wd", {}).get(name))
            worth_said = "–" if worth is None else f"{worth:.2g}"
            grid.add(each.title, str(each.cost), *map(_date, each.after[name].values()), gained, worth_said)
        lines += grid.lines(page.width)
    bases = sorted({each.basis for each in found.actions if each.basis})
    said = f"costs and what is left of the risks are {', '.join(bases)}; {counted(len(found.actions), 'action')} known"
    return [*lines, *paragraph(said, page.width, 2, "dim")]


def _date(date: object) -> str:
    return "none" if date is None else day(date)  # type: ignore[arg-type]
