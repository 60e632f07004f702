"""What became of a table when a plan was started from it, as a page for people."""

from __future__ import annotations

from models.initial import StartedPlan
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph
from optimiser.evidence.words import counted, day, listed

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
    """Return what was read, how, what was not, what was written, and what to type next."""
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
    for title, said in (("How it was read", report.taken), ("What is not in the plan", report.left_out)):
        if said:
            lines += [heading(""), heading(title)]
            for each in said:
                lines += hanging("·", f"{each[0].upper()}{each[1:]}.", page.width)
    if report.renamed:
        shown = [f"{old} is {new}" for old, new in list(report.renamed.items())[:_MOST_RENAMED]]
        more = f" and {len(report.renamed) - _MOST_RENAMED} more" if len(report.renamed) > _MOST_RENAMED else ""
        lines += paragraph(f"Ids that had to be written otherwise: {', '.join(shown)}{more}.", page.width)
    lines += [heading(""), heading("What to type next")]
    if report.state == "contradiction":
        lines += paragraph(
            "No schedule meets every rule as the table has them: 'solve' names those that cannot all hold.", page.width
        )
    grid = TextTable([TextColumn(), TextColumn()])
    target = report.targets[-1]
    for command, what in (
        (f"optimiser solve {report.folder}", "the earliest dates, and what they hang on"),
        (f"optimiser lint {report.folder}", "what in the plan looks wrong"),
        (f"optimiser explain {report.folder} -m {target}", "what each length and link is worth"),
        (f"optimiser robust {report.folder}", "the dates that hold with a probability"),
        (f"optimiser evidence {report.folder} -o PACK", "all of it, to show"),
    ):
        grid.add(command, what)
    lines += grid.lines(page.width)
    lines += paragraph(
        f"Templates for boards, laboratories, deliveries, deadlines and risks stand in {report.folder}/rules.yaml and "
        f"{report.folder}/risk/register.yaml.",
        page.width,
    )
    return page.paint(lines)
