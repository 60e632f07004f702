"""What the checks of a plan found, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from models.lint import DcmaMeasure, LintEffect, LintReport
from models.pack import Table
from optimiser.evidence.tables.kit import few, listing

__all__ = ["checks", "dcma", "effect_words", "findings", "gao"]

_CPLI = 12
"""The measure that is a ratio, of which no count says more."""


def effect_words(effects: Sequence[LintEffect]) -> str:
    """Return effects in a few words: ``M10 +57 wd, M14 stays``."""
    said = {"stays": " stays", "contradiction": ": nothing satisfies the plan", "beyond": ": beyond"}
    return ", ".join(f"{each.milestone}{said.get(each.result) or f' {each.working_days:+d} wd'}" for each in effects)


def findings(report: LintReport, source: str) -> Table:
    """Return the findings, the gravest first."""
    return listing(
        "findings",
        "Findings, the gravest first",
        "finding:id = id | severity | where | what | effect | tried | citation",
        report.findings,
        "closed form",
        source,
        said={
            "where": lambda entry: few(entry.where, 8),
            "effect": lambda entry: effect_words(entry.effects) or None,
            "citation": lambda entry: "; ".join(map(str, entry.citation[:4])) or "–",
        },
    )


def dcma(report: LintReport, source: str) -> Table:
    """Return the fourteen measures of DCMA's schedule assessment."""

    def measured(each: DcmaMeasure) -> str | None:
        counts = each.count is not None and each.of and each.number != _CPLI
        return f"{each.measured} ({each.count} of {each.of})" if each.measured and counts else each.measured

    shape = "no:number = number | measure = name | limit = threshold | measured | verdict | what was counted = reason"
    title, said = "The fourteen measures of DCMA's schedule assessment", {"measured": measured}
    return listing("dcma", title, shape, report.dcma, "counted", source, said=said)


def gao(report: LintReport, source: str) -> Table:
    """Return GAO's ten practices with our own score."""
    shape = "no:number = number | practice = name | score | what it rests on = evidence | why = reason"
    return listing("gao", "GAO's ten practices, our own score", shape, report.practices, "counted", source)


def checks(report: LintReport, source: str) -> Table:
    """Return every check, on how many things it was made, or why it was not."""
    shape = "check:id = id | asks = title | looked at:number | found:number | not made because = not_applicable"
    title = "Every check, on how many things it was made, or why it was not"
    return listing("checks", title, shape, report.checks, "counted", source, fold=True)
