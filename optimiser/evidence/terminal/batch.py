"""Runs of grids as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from models.picture import Picture
from optimiser.evidence.batch_page import ran_words
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.tables.varied import picture_tables
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, stack

__all__ = ["duration_words", "picture_report", "plan_report"]

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
