"""What became of a table when a plan was started from it, as a page for people."""

from __future__ import annotations

import shlex

from models.initial import StartedPlan
from optimiser.evidence.terminal.framing import bulleted, next_commands
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.words import counted, day, listed
from optimiser.wording import some

__all__ = ["init_report"]

_KINDS = (
    ("activities", "activity", "activities"),
    ("milestones", "milestone", "milestones"),
    ("links", "link", "links"),
    ("dates", "date that holds something", "dates that hold something"),
    ("deadlines", "deadline", "deadlines"),
    ("ranges", "range", "ranges"),
    ("capacities", "capacity", "capacities"),
    ("days_off", "day off, or run of them", "days off, or runs of them"),
)
_MOST_RENAMED = 8


def init_report(report: StartedPlan, page: Page) -> str:
    """Return the report of `init`: content read, its interpretation, content skipped, files written, and the next command."""
    where = f", sheet {report.sheet}" if report.sheet else ""
    lines: Lines = [heading(report.title, f"{report.folder}, from {report.table}{where}")]
    found = [
        f"{report.counts[key]} {one if report.counts[key] == 1 else many}" for key, one, many in _KINDS if report.counts[key]
    ]
    lines += paragraph(
        f"{counted(report.counts['rows'], 'row')} gave {listed(found)}. The plan runs from {day(report.start)} to at most "
        f"{day(report.until)}, and is asked for {listed(report.targets)}.",
        page.width,
    )
    lines += bulleted("How it was read", report.taken, page)
    lines += bulleted("What is not in the plan", report.left_out, page)
    if report.renamed:
        renamed = some([f"{old} is {new}" for old, new in report.renamed.items()], _MOST_RENAMED)
        lines += paragraph(f"Ids that had to be written otherwise: {renamed}.", page.width)
    folder = shlex.quote(report.folder)
    commands = {
        f"optimiser solve {folder}": "the earliest dates, and what they hang on",
        f"optimiser lint {folder}": "what in the plan looks wrong",
        f"optimiser explain {folder} -m {report.targets[-1]}": "what each length and link is worth",
        f"optimiser robust {folder}": "the dates that hold with a probability",
        f"optimiser evidence {folder} -o PACK": "all of it, to show",
    }
    lines += next_commands(commands, page)
    if report.state == "contradiction":
        said = "No schedule meets every rule as the table has them: 'solve' names those that cannot all hold."
        lines += paragraph(said, page.width)
    templates = "Templates for boards, laboratories, deliveries, deadlines and risks stand in"
    where = f"{report.folder}/rules.yaml and {report.folder}/risk/register.yaml"
    return page.paint([*lines, *paragraph(f"{templates} {where}.", page.width)])
