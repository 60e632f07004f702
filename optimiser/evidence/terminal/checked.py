"""Reports of what was checked or packed: `lint`, `evidence`, and `verify` of a pack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from models.lint import LintReport, Severity
from models.pack import Manifest, PackVerification
from optimiser.evidence.tables import register
from optimiser.evidence.tables.kit import listing, table
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.report import Report
from optimiser.evidence.words import counted, day, listed

__all__ = ["evidence_report", "lint_report", "pack_verification_report"]

_SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")


def lint_report(report: LintReport, page: Page, *, least: Severity = "low", measures: bool = True) -> str:
    """Return the findings at or above a severity, the measures and the checks that could not be made.

    Parameters
    ----------
    measures
        Whether the fourteen measures and the ten practices follow.
    """
    told, counts = Report(page), report.counts()
    title = f"{counted(len(report.findings), 'finding')}: {listed(f'{number} {name}' for name, number in counts.items())}"
    told.head(report.plan, title)
    if report.dates and report.findings:
        dates = ", ".join(f"{name} {day(date)}" for name, date in report.dates.items())
        told.say(f"Effects are against {dates}: the plan solved again with the finding taken at its word.")
    told.say(*report.notes)
    for severity in _SEVERITIES[: _SEVERITIES.index(least) + 1]:
        found = [entry for entry in report.findings if entry.severity == severity]
        if found:
            told.head(severity.capitalize(), str(len(found)))
        for entry in found:
            where = f"{listed(entry.where[:6])}{' …' if len(entry.where) > 6 else ''}: "
            told.hang(entry.id, "")
            told.say(entry.what if entry.what.startswith(entry.where[0]) else f"{where}{entry.what}", indent=4)
            told.say(f"→ {entry.tried}: {register.effect_words(entry.effects)}" if entry.effects else "", indent=4)
    if measures:
        _measures(told, report)
    missing = sum(bool(check.not_applicable) for check in report.checks)
    if missing:
        told.gap()
        told.say(f"{missing} of {len(report.checks)} checks do not apply to this plan; --json says of each why.")
    return told.text()


def _measures(told: Report, report: LintReport) -> None:
    """Write DCMA's measures with what to do about those that fail, and GAO's practices."""
    heads = ("no", "measure", "limit", "measured", "verdict")
    told.table(register.dcma(report, "lint"), heads, spared=("limit",))
    failed = [measure for measure in report.dcma if measure.verdict == "fail"]
    if failed:
        told.head("What to do about those that fail")
    for measure in failed:
        said = ". ".join(f"{text[0].upper()}{text[1:]}" for text in (measure.advice, measure.named) if text)
        told.hang(f"{measure.number} {measure.name}", f"{said}.")
    told.table(register.gao(report, "lint"), ("no", "practice", "score"))


def evidence_report(manifest: Manifest, folder: str, left_out: dict[str, str], sha256: str, page: Page) -> str:
    """Return the report of a written pack: its files, and the parts left out with reasons."""
    told, size = Report(page), sum(file.bytes for file in manifest.files)
    told.head(folder, f"{counted(len(manifest.files), 'file')}, {size / 1e6:.1f} MB")
    cases = listing(
        "cases",
        "Cases",
        "case:id = 0 | milestones | proof",
        manifest.proofs.items(),
        said={
            "milestones": lambda pair: ", ".join(pair[1]),
            "proof": lambda pair: ", ".join(dict.fromkeys(pair[1].values())),
        },
        proof="counted",
        source="evidence",
    )
    told.table(cases)
    undated = [case.id for case in manifest.request.cases if case.id not in manifest.proofs]
    told.say(f"Without dates: {', '.join(undated)}." if undated else "")
    if left_out:
        told.head("Not in this pack")
    for reason, parts in _by_reason((reason, part) for part, reason in left_out.items()).items():
        told.hang(", ".join(parts), reason)
    told.gap()
    told.hang("hash of the pack", sha256)
    told.say(f"Open {folder}/report.html; check it with 'optimiser verify {folder}'.")
    return told.text()


def pack_verification_report(found: PackVerification, folder: str, page: Page) -> str:
    """Return what does not hold, each by its file; else how much was checked."""
    told, failed = Report(page), [check for check in found.checks if not check.holds]
    told.head(folder, f"{counted(found.files, 'file')}, {counted(len(found.checks), 'claim')} checked")
    if failed:
        told.say(f"{counted(len(failed), 'claim does', 'claims do')} not hold:")
        for check in failed:
            told.hang(check.file, f"{check.claim}: {check.found}")
    elif found.whole:
        told.say("Every claim holds; built again, every byte is the same.")
    else:
        told.say("Nothing that was derived again differs. What is listed below was not derived: hashes only.")
    if not failed:
        counts = Counter(check.file.split("/", maxsplit=1)[0] for check in found.checks)
        told.table(table("claims", "Claims", "where:id | claims:number", counts.items(), proof="counted", source="verify"))
        if found.not_derived:
            told.head("Hashes only", "found again with --rerun, but for the inputs")
        reasons = ((reason, path) for path, said in found.not_derived.items() for reason in said)
        for reason, paths in _by_reason(reasons).items():
            more = f" and {counted(len(paths) - 1, 'more file')}" if len(paths) > 1 else ""
            told.hang(f"{paths[0]}{more}", reason)
        told.gap()
        told.hang("hash of the pack", found.sha256)
    told.hang("-", *found.notes, room=2)
    return told.text()


def _by_reason(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return each reason with all that it is given for."""
    found: dict[str, list[str]] = {}
    for reason, part in pairs:
        found.setdefault(reason, []).append(part)
    return found
