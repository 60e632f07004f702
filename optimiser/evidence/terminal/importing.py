"""The report of an import: reproduced dates first, then losses, assumptions and unknowns, then counts."""

from __future__ import annotations

from typing import Final

from models.importing import Differing, FloatsCompared, ImportFinding, ImportReport
from optimiser.evidence.tables.kit import listing
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import listed, month_or_day, worked

__all__ = ["import_report"]

_FORMS: Final = {
    "xer": "Primavera XER",
    "pmxml": "Primavera XML",
    "mspdi": "Microsoft Project XML",
    "xlsx": "table",
    "mpp": "MPXJ",
}
_SHOWN: Final = 6
"""Ids of a finding that a line names."""

_ROOTS: Final = 10
_SOURCE: Final = "import"


def import_report(report: ImportReport, page: Page, *, written: str | None = None) -> str:
    """Return the report.

    Parameters
    ----------
    written
        The folder that the plan was written to.
    """
    source, told = report.source, report.reproduced
    tool = f"{source.tool} {source.version}".strip()
    lines: Lines = [heading(f"{report.project}: {told.exact + told.same_boundary:,} of {told.dated:,} dates reproduced")]
    lines += paragraph(
        f"{_FORMS.get(source.form, source.form)}, written by {tool}; dates by the rules of "
        f"{'Primavera' if report.dialect == 'p6' else 'Microsoft Project'}. {told.exact:,} exact, {told.same_boundary:,} the same "
        f"boundary of work, {told.different:,} different.",
        page.width,
    )
    if len(report.projects) > 1:
        others = listed([f"{each.id} ({each.activities:,})" for each in report.projects[:_ROOTS]])
        lines += paragraph(f"Projects in the file, with their activities: {others}.", page.width)
    if told.roots:
        lines += _roots(report, page)
    lines += _findings(report, page)
    lines += _floats(report.floats, page)
    lines += _counts(report, page)
    if written:
        lines += paragraph(f"The plan is in {written}: 'optimiser solve {written} -m END' asks for its finish.", page.width)
    return page.paint(lines)


def _roots(report: ImportReport, page: Page) -> Lines:
    """Return the first differences: items without a differing predecessor, with their differing end."""
    told = report.reproduced

    def end(each: Differing) -> str:
        return "finish" if each.finish_minutes else "start"

    table = listing(
        "roots",
        "Where dates begin to differ",
        "title | item:id = id | end:id | stored in the file:id | by the file's logic:id | later by:id"
        " | differ behind it:number = follows",
        told.roots[:_ROOTS],
        said={
            "end": end,
            "stored in the file": lambda each: month_or_day(getattr(each, f"stored_{end(each)}")),
            "by the file's logic": lambda each: month_or_day(getattr(each, end(each))),
            "later by": lambda each: worked(each.finish_minutes or each.start_minutes),
        },
        proof="closed form",
        source=_SOURCE,
    )
    rest = len(told.roots) - _ROOTS + told.more_roots
    more = paragraph(f"{rest:,} more; --json lists them.", page.width) if rest > 0 else []
    return [*shown(table, page, spared=("title",)), *more]


def _findings(report: ImportReport, page: Page) -> Lines:
    """Return everything that a reader of the dates has to know, what moves dates first."""
    if not report.findings:
        return paragraph("Nothing was lost, approximated or assumed.", page.width)
    lines: Lines = [heading(""), heading("What was not taken as it stands")]
    for finding in report.findings:
        lines += paragraph(_finding(finding), page.width)
    return lines


def _named(ids: list[str], more: int) -> str:
    """Return the first of some ids, and how many are not named, in brackets; nothing where there are none."""
    where = ids[:_SHOWN]
    rest = len(ids) - len(where) + more
    return f" ({', '.join(where)}{f' and {rest:,} more' if rest else ''})" if where else ""


def _finding(finding: ImportFinding) -> str:
    named = _named(list(finding.where), finding.more)
    effect = f" It moves the finish by {worked(finding.effect_minutes)}." if finding.effect_minutes else ""
    return f"{finding.severity}: {finding.count:,} × {finding.says}{named}.{effect}"


def _floats(told: FloatsCompared | None, page: Page) -> Lines:
    """Return how many late dates, floats and critical flags are the file's, and why the others are not."""
    if told is None:
        return []
    title, heads = "Late dates and float against the file's own", "of work not done:id = figure | stored:number | same:number"
    table = listing("floats", title, f"{heads} | differ:number = different", told.figures, proof="closed form", source=_SOURCE)
    lines = shown(table, page)
    for reason in told.reasons:
        named = _named(list(reason.where), reason.more)
        follow = f" {reason.follow:,} more follow from these." if reason.follow else ""
        lines += paragraph(f"{reason.count:,} × {reason.says}{named}.{follow}", page.width)
    return lines


def _counts(report: ImportReport, page: Page) -> Lines:
    """Return what was found, translated and told."""
    heads = "kind:id | in the file:number = found | in the plan:number = translated | told of above:number = reported"
    return shown(listing("counts", "What the file holds", heads, report.counts, proof="counted", source=_SOURCE), page)
