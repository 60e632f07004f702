"""What the checks of a plan found, as tables for people."""

from __future__ import annotations

from models.lint import LintFinding, LintReport, Severity
from optimiser.evidence.tables import checked as tables
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, day, listed

__all__ = ["lint_report"]


def lint_report(report: LintReport, page: Page, *, least: Severity = "low", measures: bool = True) -> str:
    """Return the findings at or above a severity, the measures and the checks that could not be made.

    Parameters
    ----------
    report
        What was found.
    page
        How it will be shown.
    least
        The least severity shown.
    measures
        Whether the fourteen measures and the ten practices follow.
    """
    counts = report.counts()
    severities: tuple[Severity, ...] = ("high", "medium", "low")
    title = f"{counted(len(report.findings), 'finding')}: {listed(f'{number} {name}' for name, number in counts.items())}"
    lines: Lines = [heading(f"{report.plan}", title)]
    if report.dates and report.findings:
        dates = ", ".join(f"{name} {day(date)}" for name, date in report.dates.items())
        lines += paragraph(
            f"Effects are against {dates}: the plan solved again with the finding taken at its word.", page.width
        )
    for note in report.notes:
        lines += paragraph(note, page.width)
    for severity in severities[: severities.index(least) + 1]:
        found = [entry for entry in report.findings if entry.severity == severity]
        if found:
            lines += [heading(""), heading(severity.capitalize(), str(len(found)))]
            for entry in found:
                lines += _finding(entry, page)
    if measures:
        practices = shown(choose(tables.gao(report, "lint"), ("no", "practice", "score")), page)
        lines += [*_dcma(report, page), *practices]
    return page.paint([*lines, *_not_made(report, page)])


def _finding(entry: LintFinding, page: Page) -> Lines:
    lines = hanging(entry.id, "", page.width)
    where = (
        "" if entry.what.startswith(entry.where[0]) else f"{listed(entry.where[:6])}{' …' if len(entry.where) > 6 else ''}: "
    )
    lines += paragraph(f"{where}{entry.what}", page.width, 4)
    if entry.effects:
        lines += paragraph(f"→ {entry.tried}: {tables.effect_words(entry.effects)}", page.width, 4)
    return lines


def _dcma(report: LintReport, page: Page) -> Lines:
    heads = ("no", "measure", "limit", "measured", "verdict")
    lines = shown(choose(tables.dcma(report, "lint"), heads), page, spared=("limit",))
    failed = [measure for measure in report.dcma if measure.verdict == "fail"]
    if failed:
        lines += [heading(""), heading("What to do about those that fail")]
    for measure in failed:
        said = ". ".join(f"{text[0].upper()}{text[1:]}" for text in (measure.advice, measure.named) if text)
        lines += hanging(f"{measure.number} {measure.name}", f"{said}.", page.width)
    return lines


def _not_made(report: LintReport, page: Page) -> Lines:
    missing = [check for check in report.checks if check.not_applicable]
    if not missing:
        return []
    said = f"{len(missing)} of {len(report.checks)} checks do not apply to this plan; --json says of each why."
    return [heading(""), *paragraph(said, page.width)]
