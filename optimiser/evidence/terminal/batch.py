"""Runs of grids as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.picture import Picture
from optimiser.evidence.batch_page import ran_words
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.tables.varied import picture_tables
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, listed, stack

__all__ = ["duration_words", "picture_report", "plan_report", "run_report"]

_MOST = 18
"""Lines of a table before it refers to the page."""


def duration_words(seconds: float) -> str:
    """Return ``45 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"


def plan_report(title: str, rows: int, left_out: int, through_solver: float, seconds: float, workers: int, page: Page) -> str:
    """Return what a run would take."""
    text = f"{counted(rows - left_out, 'combination')}, about {duration_words(seconds)} with {counted(workers, 'worker')}."
    if left_out:
        text += f" {left_out} of the design's {rows} are left out by exclusions."
    if through_solver:
        text += f" About {through_solver:.0%} need the solver, one by one; the others are computed together."
    return page.paint([heading(title), *paragraph(text, page.width)])


def run_report(title: str, ran: Mapping[str, Any], page: Page) -> str:
    """Return what a run came to, as its document has it."""
    parts = [f"{count:,} {status}" for status, count in sorted(ran["counts"].items(), key=lambda entry: -entry[1])]
    computed, seconds, disagreements = ran["computed_rows"], ran["seconds"], ran["disagreements"]
    rate = f", {computed / seconds:,.0f} rows a second" if computed and seconds > 0 else ""
    done = f"{listed(parts) if parts else 'nothing yet'}; {computed:,} rows computed now in {duration_words(seconds)}{rate}."
    verdict = counted(len(disagreements), "disagreement") if disagreements else "no disagreement"
    checked = f"{counted(ran['checked'], 'combination')} solved again through CP-SAT: {verdict}."
    lines = [heading(title, "" if ran["complete"] else "not finished")]
    lines += [*paragraph(done, page.width), *paragraph(checked, page.width)]
    for each in disagreements[:_MOST]:
        lines += paragraph(f"row {each['row']}: {each['text']}", page.width, 4, "bold red")
    for file in ran["files"]:
        lines += paragraph(f"wrote {file}", page.width)
    follow = f"optimiser batch report {ran['run']}" if ran["complete"] else "the same command goes on where it stopped"
    return page.paint([*lines, *paragraph(f"next: {follow}", page.width, style="dim")])


def picture_report(picture: Picture, page: Page, written: Sequence[str] = ()) -> str:
    """Return the picture of a run."""
    lines: Lines = [heading(picture.title, f"{picture.plan}, {stack(picture.scenarios, choices=False)}")]
    for text in ran_words(picture)[: 2 + _MOST]:
        lines += paragraph(text, page.width)
    for each in picture_tables(picture).values():
        if not (each.fold or each.id.startswith("where")):
            view = choose(each, [head.name for head in each.columns if head.name != "first at row"])
            lines += shown(view, page, spared=("title",), most=None if each.id == "steps" else _MOST)
    lines += [heading(""), *(line for file in written for line in paragraph(f"wrote {file}", page.width, 0))]
    return page.paint(lines)
