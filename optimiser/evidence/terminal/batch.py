"""Runs of grids as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.picture import Picture
from optimiser.evidence.batch_page import ran_words
from optimiser.evidence.tables.varied import picture_tables
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.report import Report
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
    told = Report(page)
    text = f"{counted(rows - left_out, 'combination')}, about {duration_words(seconds)} with {counted(workers, 'worker')}."
    text += f" {left_out} of the design's {rows} are left out by exclusions." if left_out else ""
    if through_solver:
        text += f" About {through_solver:.0%} need the solver, one by one; the others are computed together."
    told.head(title)
    told.say(text)
    return told.text()


def run_report(title: str, ran: Mapping[str, Any], page: Page) -> str:
    """Return what a run came to, as its document has it."""
    told = Report(page)
    parts = [f"{count:,} {status}" for status, count in sorted(ran["counts"].items(), key=lambda entry: -entry[1])]
    computed, seconds, disagreements = ran["computed_rows"], ran["seconds"], ran["disagreements"]
    rate = f", {computed / seconds:,.0f} rows a second" if computed and seconds > 0 else ""
    told.head(title, "" if ran["complete"] else "not finished")
    told.say(f"{listed(parts) if parts else 'nothing yet'}; {computed:,} rows computed now in {duration_words(seconds)}{rate}.")
    verdict = counted(len(disagreements), "disagreement") if disagreements else "no disagreement"
    told.say(f"{counted(ran['checked'], 'combination')} solved again through CP-SAT: {verdict}.")
    told.say(*(f"row {each['row']}: {each['text']}" for each in disagreements[:_MOST]), indent=4, style="bold red")
    told.say(*(f"wrote {file}" for file in ran["files"]))
    follow = f"optimiser batch report {ran['run']}" if ran["complete"] else "the same command goes on where it stopped"
    told.say(f"next: {follow}", style="dim")
    return told.text()


def picture_report(picture: Picture, page: Page, written: Sequence[str] = ()) -> str:
    """Return the picture of a run."""
    told = Report(page)
    told.head(picture.title, f"{picture.plan}, {stack(picture.scenarios, choices=False)}")
    told.say(*ran_words(picture)[: 2 + _MOST])
    for each in picture_tables(picture).values():
        if not (each.fold or each.id.startswith("where")):
            heads = [head.name for head in each.columns if head.name != "first at row"]
            told.table(each, heads, spared=("title",), most=None if each.id == "steps" else _MOST)
    told.gap()
    told.say(*(f"wrote {file}" for file in written), indent=0)
    return told.text()
