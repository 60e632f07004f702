"""What became of a planner's file, for people: dates first, then what is lost, assumed or unknown, then the counts."""

from __future__ import annotations

from typing import Final

from models.importing import Differing, FloatsCompared, ImportFinding, ImportReport
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, heading, paragraph
from optimiser.evidence.words import listed

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
    """Return where dates differ though nothing before them does."""
    told = report.reproduced
    grid = TextTable(
        [
            TextColumn("item", gives=True),
            TextColumn("stored in the file"),
            TextColumn("by the file's logic"),
            TextColumn("later by", "right"),
            TextColumn("differ behind it", "right"),
        ]
    )
    for each in told.roots[:_ROOTS]:
        grid.add(*_root(each))
    lines: Lines = [heading(""), heading("Where dates begin to differ"), *grid.lines(page.width)]
    rest = len(told.roots) - _ROOTS + told.more_roots
    if rest > 0:
        lines += paragraph(f"{rest:,} more; --json lists them.", page.width)
    return lines


def _root(each: Differing) -> tuple[str, ...]:
    """Return a root as a row: of its ends the one that differs, the finish where both do."""
    end = "finish" if each.finish_minutes else "start"
    minutes = each.finish_minutes or each.start_minutes
    stored, ours = getattr(each, f"stored_{end}"), getattr(each, end)
    return (f"{each.id} {end}", stored.replace("T", " "), ours.replace("T", " "), f"{minutes:+,} min", f"{each.follows:,}")


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
    effect = f" It moves the finish by {finding.effect_minutes:+,} min." if finding.effect_minutes else ""
    return f"{finding.severity}: {finding.count:,} × {finding.says}{named}.{effect}"


def _floats(told: FloatsCompared | None, page: Page) -> Lines:
    """Return how many late dates, floats and critical flags are the file's, and why the others are not."""
    if told is None:
        return []
    grid = TextTable([TextColumn("of work not done"), *(TextColumn(each, "right") for each in ("stored", "same", "differ"))])
    for each in told.figures:
        grid.add(each.figure, f"{each.stored:,}", f"{each.same:,}", f"{each.different:,}")
    lines: Lines = [heading(""), heading("Late dates and float against the file's own"), *grid.lines(page.width)]
    for reason in told.reasons:
        named = _named(list(reason.where), reason.more)
        follow = f" {reason.follow:,} more follow from these." if reason.follow else ""
        lines += paragraph(f"{reason.count:,} × {reason.says}{named}.{follow}", page.width)
    return lines


def _counts(report: ImportReport, page: Page) -> Lines:
    """Return what was found, translated and told."""
    grid = TextTable(
        [
            TextColumn("kind"),
            TextColumn("in the file", "right"),
            TextColumn("in the plan", "right"),
            TextColumn("told of above", "right"),
        ]
    )
    for each in report.counts:
        grid.add(each.kind, f"{each.found:,}", f"{each.translated:,}", f"{each.reported:,}")
    return [heading(""), heading("What the file holds"), *grid.lines(page.width)]
