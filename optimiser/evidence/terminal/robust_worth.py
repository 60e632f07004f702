"""What `robust` says of what could be done beforehand: evidence to get, and action on risks."""

from __future__ import annotations

from models.pack import Table
from models.robustness import RobustOutcome
from optimiser.evidence.tables import worth as tables
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.robust_choices import BELOW
from optimiser.evidence.terminal.tables import shown
from optimiser.robust.statistics import percentile

__all__ = ["evidence_lines", "mitigation_lines"]

_SOURCE = "robust"
_MOST = 12


def evidence_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return what to get evidence for first; nothing where that was not asked."""
    found = outcome.evidence
    if found is None:
        return []
    names, ratio = list(found.at_stake_wd), found.confidence / (1 - found.confidence)
    stakes = ", ".join(f"{name} {'–' if stake is None else f'{stake:.1f}'}" for name, stake in found.at_stake_wd.items())
    lost = (
        f"whoever commits to {percentile(found.confidence)} loses a day for each day that the date comes earlier and {ratio:.3g} for each "
        f"that it comes later: on average, in wd, {stakes}. What a number settles is how much less is lost, on average over what it "
        "may turn out to be, once it is known before the date is chosen"
    )
    lines = [heading("What to get evidence for first"), *paragraph(lost, page.width)]
    figures = {"settled": tables.drawn(found, _SOURCE), "apart": tables.unsettled(found, _SOURCE)}
    for head, table in figures.items():
        heads = (head, "share") if head == "settled" else (head,)
        lines += _told(table, [f"{name} {each}" for name in names for each in heads], page)
    ends = [f"{name} {end}" for name in names for end in ("at least", "at most")]
    lines += _told(tables.narrowed(found, _SOURCE), ends, page)
    for note in found.notes:
        lines += paragraph(note, page.width, 2, "dim")
    return lines


def _told(table: Table, figures: list[str], page: Page) -> Lines:
    """Return one table without the rows that have no figure, and how many those are."""
    view = choose(table, ("id", "kind", "title", "cost", *figures))
    # What is said of a figure that is not above its noise floor is no figure.
    rows = [[*row[:4], *(None if isinstance(cell, str) else cell for cell in row[4:])] for row in view.rows]
    told = [row for row in rows if any(row[4:])]
    lines = shown(choose(view, rows=told), page, spared=("title", "kind"), most=_MOST)
    silent = len(rows) - len(told)
    said = f"{silent:,} more settle nothing above the noise of the draws; --json lists all"
    return [*lines, *(paragraph(said, page.width, 2, "dim") if silent else [])]


def mitigation_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the dates before and after what could be done about risks; nothing where nothing is known that could."""
    found = outcome.mitigation
    if found is None:
        return []
    table = tables.mitigation(found, _SOURCE, lambda noise: f"<{noise}")
    keys = [column.key or column.name for column in table.columns if column.name != "actions"]
    lines = shown(choose(table, keys), page, note=BELOW, spared=("basis",))[1:]
    bases = sorted({each.basis for each in found.actions if each.basis})
    said = f"costs and what is left of the risks are {', '.join(bases)}"
    return [*lines, *paragraph(f"each alone, on the same draws as the dates; {said}", page.width, 2, "dim")]
