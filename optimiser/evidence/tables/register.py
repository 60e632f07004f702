"""What a plan holds and what its checks found, as tables: sources, numbers, open questions, rules, findings and measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.duration import print_value
from models.lint import DcmaMeasure, LintEffect, LintReport
from models.pack import Table
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Citation, Sourced
from optimiser.evidence.tables.kit import Maker, basis_words, few, listing
from optimiser.wording import demand

__all__ = [
    "assumptions",
    "baselines",
    "basis_of",
    "checks",
    "cited",
    "dcma",
    "effect_words",
    "findings",
    "gao",
    "raid",
    "readings",
    "rules",
    "sources",
    "stands",
    "unknowns",
]


def cited(citations: Iterable[Citation], none: str = "–") -> str:
    """Return citations on one line, or the words for none."""
    return "; ".join(map(str, citations)) or none


def basis_of(entry: Sourced) -> str:
    """Return what an entry stands on, with its confidence."""
    return basis_words(entry.basis, entry.confidence)


def stands(entry: Sourced) -> str:
    """Return where a number comes from, where no source states it too."""
    if entry.citation or not (entry.fitted_to or entry.derived_from):
        return cited(entry.citation)
    return f"to {entry.fitted_to}" if entry.fitted_to else f"from {', '.join(entry.derived_from)}"


_CITED: dict[str, Maker] = {"basis": basis_of, "citation": stands}
_QUOTED: dict[str, Maker] = {"citation": lambda entry: cited(entry.citation)}


def sources(plan: Plan, source: str) -> Table:
    """Return the documents that the plan cites."""
    shape = "source:id = id | title | publisher | published:date = published_on | version | note"
    return listing("sources", "Sources", shape, plan.sources, "stated", source)


def assumptions(plan: Plan, source: str) -> Table:
    """Return the numbers and switches that the plan relies on."""

    def printed(field: str) -> Maker:
        return lambda entry: None if (value := getattr(entry, field)) is None and field != "value" else print_value(value)

    return listing(
        "assumptions",
        "Assumptions",
        "assumption:id = id | title | value | low | high | owner | rated = uncertainty | basis | citation | note | range "
        "fitted to",
        plan.assumptions,
        "stated",
        source,
        said={**_CITED, **{field: printed(field) for field in ("value", "low", "high")}},
        fold=True,
    )


def readings(plan: Plan, source: str) -> Table:
    """Return the questions that the source leaves open, and every answer."""
    chosen = {name: f"set otherwise: {said}" for name, said in plan.set_otherwise().items()}
    return listing(
        "readings",
        "Questions that the source leaves open, and every answer",
        "reading:id = 0.id | question = 0.question | answer = 1.title | chosen | basis | citation | note = 0.note",
        [(entry, option) for entry in plan.readings for option in entry.options],
        "stated",
        source,
        said={
            "chosen": lambda pair: chosen.get(pair[0].id, "chosen") if plan.choice(pair[0]) == pair[1].id else None,
            "basis": lambda pair: basis_of(pair[0]),
            "citation": lambda pair: cited(pair[0].citation),
        },
        fold=True,
    )


def unknowns(plan: Plan, source: str) -> Table:
    """Return the quantities that no source gives."""
    return listing(
        "unknowns",
        "Quantities that no source gives",
        "unknown:id = id | title | stands at | why it matters = why | owner | citation | touches",
        plan.unknowns,
        "stated",
        source,
        said={"stands at": lambda entry: print_value(entry.value), **_QUOTED},
        fold=True,
    )


def baselines(plan: Plan, source: str) -> Table:
    """Return the published dates, as published."""
    return listing(
        "baselines",
        "Published dates, as published",
        "baseline:id = 0.id | milestone:id = 1.milestone | published = 1.date | basis = 0.basis | citation",
        [(baseline, entry) for baseline in plan.baselines for entry in baseline.dates],
        "published",
        source,
        said={"citation": lambda pair: cited(pair[0].citation)},
        fold=True,
    )


def raid(plan: Plan, source: str) -> Table:
    """Return the register of risks, assumptions, issues and dependencies."""
    shape = "entry:id = id | kind | title | rated = rating | manageable | status | touches | citation"
    title = "The register of risks, assumptions, issues and dependencies, and what each touches"
    return listing("raid", title, shape, plan.raid, "stated", source, said=_QUOTED, fold=True)


def rules(plan: Plan, source: str) -> Table:
    """Return every rule and every length, with its evidence."""
    of_rules: dict[str, Maker] = {
        **_QUOTED,
        "basis": basis_of,
        "state": lambda entry: "on" if plan.switch(entry.enabled) else "off",
        "demands": lambda rule: demand(plan, rule.id),
    }
    of_lengths: dict[str, Maker] = {
        **of_rules,
        "rule": lambda each: f"{DURATION_PREFIX}{each.id}",
        "kind": lambda _: "duration",
        "demands": lambda each: demand(plan, f"{DURATION_PREFIX}{each.id}"),
        "authority": lambda _: "planning",
    }
    title, shape = "Every rule and every length", "rule:id = id | state | kind | demands | authority | basis | citation | note"
    found = listing("links", title, shape, plan.rules, "stated", source, said=of_rules, fold=True, most=400)
    rest = listing("links", title, shape, plan.activities, "stated", source, said=of_lengths)
    return found.model_copy(update={"rows": (*found.rows, *rest.rows)})


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
