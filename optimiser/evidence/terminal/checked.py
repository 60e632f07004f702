"""Reports of what was checked or packed: `lint`, `evidence`, and `verify` of a pack."""

from __future__ import annotations

from collections import Counter

from models.lint import LintFinding, LintReport, Severity
from models.pack import Manifest, PackVerification
from optimiser.evidence.tables import register
from optimiser.evidence.tables.kit import choose, columns, listing, table
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, day, listed

__all__ = ["evidence_report", "lint_report", "pack_verification_report"]


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
        practices = shown(choose(register.gao(report, "lint"), ("no", "practice", "score")), page)
        lines += [*_dcma(report, page), *practices]
    return page.paint([*lines, *_not_made(report, page)])


def _finding(entry: LintFinding, page: Page) -> Lines:
    lines = hanging(entry.id, "", page.width)
    where = (
        "" if entry.what.startswith(entry.where[0]) else f"{listed(entry.where[:6])}{' …' if len(entry.where) > 6 else ''}: "
    )
    lines += paragraph(f"{where}{entry.what}", page.width, 4)
    if entry.effects:
        lines += paragraph(f"→ {entry.tried}: {register.effect_words(entry.effects)}", page.width, 4)
    return lines


def _dcma(report: LintReport, page: Page) -> Lines:
    heads = ("no", "measure", "limit", "measured", "verdict")
    lines = shown(choose(register.dcma(report, "lint"), heads), page, spared=("limit",))
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


def evidence_report(manifest: Manifest, folder: str, left_out: dict[str, str], sha256: str, page: Page) -> str:
    """Return the report of a written pack: its files, and the parts left out with reasons."""
    size = sum(file.bytes for file in manifest.files)
    lines: Lines = [heading(folder, f"{counted(len(manifest.files), 'file')}, {size / 1e6:.1f} MB")]
    cases = listing(
        "cases",
        "Cases",
        "case:id | milestones | proof",
        manifest.proofs.items(),
        said={
            "case": lambda pair: pair[0],
            "milestones": lambda pair: ", ".join(pair[1]),
            "proof": lambda pair: ", ".join(dict.fromkeys(pair[1].values())),
        },
        proof="counted",
        source="evidence",
    )
    lines += shown(cases, page)
    undated = [case.id for case in manifest.request.cases if case.id not in manifest.proofs]
    if undated:
        lines += paragraph(f"Without dates: {', '.join(undated)}.", page.width)
    if left_out:
        lines += [heading(""), heading("Not in this pack")]
        together: dict[str, list[str]] = {}
        for part, reason in left_out.items():
            together.setdefault(reason, []).append(part)
        for reason, parts in together.items():
            lines += hanging(", ".join(parts), reason, page.width)
    lines += [heading("")]
    lines += hanging("hash of the pack", sha256, page.width)
    lines += paragraph(f"Open {folder}/report.html; check it with 'optimiser verify {folder}'.", page.width)
    return page.paint(lines)


def pack_verification_report(found: PackVerification, folder: str, page: Page) -> str:
    """Return what does not hold, each by its file; else how much was checked."""
    failed = [check for check in found.checks if not check.holds]
    counts = Counter(check.file.split("/", maxsplit=1)[0] for check in found.checks)
    title = f"{counted(found.files, 'file')}, {counted(len(found.checks), 'claim')} checked"
    lines: Lines = [heading(folder, title)]
    if not failed:
        lines += paragraph(_verdict(found), page.width)
        where = table("claims", "Claims", columns("where:id | claims:number"), counts.items(), proof="counted", source="verify")
        lines += [*shown(where, page), heading("")]
        lines += _not_derived(found, page)
        lines += hanging("hash of the pack", found.sha256, page.width)
        for note in found.notes:
            lines += hanging("-", note, page.width, 2, 2)
        return page.paint(lines)
    lines += paragraph(f"{counted(len(failed), 'claim does', 'claims do')} not hold:", page.width)
    for check in failed:
        lines += hanging(check.file, f"{check.claim}: {check.found}", page.width)
    for note in found.notes:
        lines += hanging("-", note, page.width, 2, 2)
    return page.paint(lines)


def _verdict(found: PackVerification) -> str:
    """Return the strongest true statement about a pack without a fault found."""
    if found.whole:
        return "Every claim holds; built again, every byte is the same."
    return "Nothing that was derived again differs. What is listed below was not derived: hashes only."


def _not_derived(found: PackVerification, page: Page) -> Lines:
    """Return the files checked by hash alone, grouped by reason."""
    if not found.not_derived:
        return []
    together: dict[str, list[str]] = {}
    for path, said in found.not_derived.items():
        for each in said:
            together.setdefault(each, []).append(path)
    lines: Lines = [heading("Hashes only", "found again with --rerun, but for the inputs")]
    for each, paths in together.items():
        named = paths[0] if len(paths) == 1 else f"{paths[0]} and {counted(len(paths) - 1, 'more file')}"
        lines += hanging(named, each, page.width)
    return [*lines, heading("")]
