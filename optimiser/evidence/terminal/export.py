"""What an export has written into a planner's own file."""

from __future__ import annotations

from pathlib import Path

from models.exporting import ExportReport
from optimiser.evidence.tables.kit import listing
from optimiser.evidence.terminal.page import Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted
from optimiser.wording import some

__all__ = ["export_text"]

_MOST = 20
"""Tasks that are named; the rest is a number."""


def export_text(report: ExportReport, page: Page, tool: str) -> str:
    """Return the report of an export: fields written, dates held, and tasks that the planner's tool will move.

    Parameters
    ----------
    report
        The answer.
    page
        How it will be shown.
    tool
        Whose file it is.
    """
    lines = [heading(Path(report.result).name, f"{Path(report.source).name} with the answer in it")]
    if not report.cells:
        equal = ": the two files are equal, byte for byte" if report.source_sha256 == report.result_sha256 else ""
        lines += paragraph(f"Every date of the answer is the file's own{equal}.", page.width)
    else:
        said = f"{counted(report.moved, 'task')} of {report.tasks:,} moved; {counted(report.cells, 'cell')} written, all else as it was."
        lines += paragraph(said, page.width)
    if report.held:
        lines += paragraph(f"Held by a new constraint, start no earlier: {some(report.held, _MOST)}.", page.width)
    if report.unheld:
        said = f"{tool} will move {counted(len(report.unheld), 'task')} when it works its dates out again, and what follows"
        heads = "title | task:id = id | why"
        lines += shown(listing("unheld", said, heads, report.unheld, proof="stated", source="export"), page, most=_MOST)
        if any(each.why == "nothing holds it" for each in report.unheld):
            lines += paragraph("--hold puts a constraint on each that has none.", page.width)
    for note in report.notes:
        lines += paragraph(note, page.width)
    return page.paint(lines)
