"""What the inferred links are worth, as text: the date without each, with stages that overlap, and which carry the answer."""

from __future__ import annotations

from models.links import LinkLine, LinkReport, Together
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph
from optimiser.evidence.words import counted, day, listed

__all__ = ["inferred_links"]


def inferred_links(report: LinkReport, milestone: str, page: Page) -> Lines:
    """Return the section on inferred links; nothing where there are none."""
    if not report.lines:
        return []
    shares = list(dict.fromkeys(overlap.share for line in report.lines for overlap in line.overlaps))
    grid = TextTable(
        [
            TextColumn("inferred link", limit=34),
            TextColumn("slack", side="right"),
            TextColumn("then from", gives=True),
            TextColumn(f"{milestone} without it"),
            TextColumn("gain", side="right"),
            *(TextColumn(f"{share} %", side="right") for share in shares),
        ]
    )
    for line in report.lines:
        back = "–"
        if line.falls_back_to:
            back = f"{day(line.falls_back_to)}{'' if line.falls_back == line.item else f', {line.falls_back}'}"
        eased = {overlap.share: overlap for overlap in line.overlaps}
        gains = [_gain(eased[share].gain_wd) if share in eased else "–" for share in shares]
        grid.add(line.rule, f"{line.slack_wd} wd", back, _date(line), _gain(line.gain_wd), *gains)
    note = "working days gained without it, or overlapping the work ahead by a share of it"
    lines = [heading("If an inferred link is wrong", note), *grid.lines(page.width)]
    for together in report.together:
        lines += hanging(together.what, _together(together), page.width, 2)
    lines += paragraph("then from: the published start of what waits for it, or of the next", page.width, 2, "dim")
    for note in report.notes:
        lines += paragraph(note, page.width, 2, "dim")
    return lines


def _date(line: LinkLine) -> str:
    return day(line.date) if line.date else "open"


def _gain(gain: int | None) -> str:
    """Print a gain; days that are lost have a sign."""
    return "–" if gain is None else str(gain)


def _together(found: Together) -> str:
    """Say the date of all links at once, and which of them carry it."""
    if found.date is None:
        return "not known"
    if not found.gain_wd:
        return f"{day(found.date)}, as it is"
    moved = f"{abs(found.gain_wd)} wd {'earlier' if found.gain_wd > 0 else 'later'}"
    carried = f", by {listed(found.carried_by)}" if len(found.carried_by) == 1 else f", by {listed(found.carried_by)} together"
    few, many = len(found.carried_by) <= 8, f", by {counted(len(found.carried_by), 'link')} together"
    return f"{day(found.date)}, {moved}{carried if few else many}"
