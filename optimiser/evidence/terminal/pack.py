"""A pack, and what became of checking it, for people."""

from __future__ import annotations

from collections import Counter

from models.pack import Manifest, PackVerification
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph
from optimiser.evidence.terminal.words import counted

__all__ = ["evidence_report", "pack_verification_report"]


def evidence_report(manifest: Manifest, folder: str, left_out: dict[str, str], sha256: str, page: Page) -> str:
    """Return what was written, and what was left out with why."""
    size = sum(file.bytes for file in manifest.files)
    lines: Lines = [heading(folder, f"{counted(len(manifest.files), 'file')}, {size / 1e6:.1f} MB")]
    grid = TextTable([TextColumn("case"), TextColumn("milestones"), TextColumn("proof")])
    for case, proofs in manifest.proofs.items():
        grid.add(case, ", ".join(proofs), ", ".join(dict.fromkeys(proofs.values())))
    lines += [heading(""), *grid.lines(page.width)]
    undated = [case.id for case in manifest.request.cases if case.id not in manifest.proofs]
    if undated:
        lines += paragraph(f"Without dates: {', '.join(undated)}.", page.width)
    if left_out:
        lines += [heading(""), heading("Not in this pack")]
        for part, reason in left_out.items():
            lines += hanging(part, reason, page.width)
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
        again = "; built again, every byte is the same" if found.rerun else ""
        lines += paragraph(f"Every claim holds{again}.", page.width)
        grid = TextTable([TextColumn("where"), TextColumn("claims", "right")])
        for where, number in counts.items():
            grid.add(where, str(number))
        lines += [heading(""), *grid.lines(page.width), heading("")]
        lines += hanging("hash of the pack", found.sha256, page.width)
        for note in found.notes:
            lines += hanging("-", note, page.width, 2, 2)
        return page.paint(lines)
    lines += paragraph(f"{counted(len(failed), 'claim does', 'claims do')} not hold:", page.width)
    for check in failed:
        lines += hanging(check.file, f"{check.claim}: {check.found}", page.width)
    return page.paint(lines)
