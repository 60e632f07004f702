"""What a plan holds, as tables: its sources, numbers, open questions, published dates, register and rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models.duration import print_value
from models.pack import Table
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Citation, Sourced
from optimiser.evidence.tables.kit import Maker, listing
from optimiser.wording import demand

__all__ = ["assumptions", "baselines", "basis_of", "cited", "raid", "readings", "rules", "sources", "unknowns"]


def cited(citations: Iterable[Citation]) -> str:
    """Return citations on one line."""
    return "; ".join(str(citation) for citation in citations) or "–"


def basis_of(entry: Sourced) -> str:
    """Return what an entry stands on, with its confidence."""
    return f"{entry.basis}, {entry.confidence}" if entry.confidence else entry.basis


def _stands(entry: Sourced) -> str:
    """Return where a number comes from, where no source states it too."""
    if entry.citation or not (entry.fitted_to or entry.derived_from):
        return cited(entry.citation)
    return f"to {entry.fitted_to}" if entry.fitted_to else f"from {', '.join(entry.derived_from)}"


_CITED: dict[str, Maker] = {"basis": basis_of, "citation": _stands}


def sources(plan: Plan, source: str) -> Table:
    """Return the documents that the plan cites."""
    return listing(
        "sources",
        "Sources",
        "source:id = id | title | publisher | published:date = published_on | version | note",
        plan.sources,
        proof="stated",
        source=source,
    )


def assumptions(plan: Plan, source: str) -> Table:
    """Return the numbers and switches that the plan relies on."""

    def printed(value: Any) -> str | None:
        return None if value is None else print_value(value)

    return listing(
        "assumptions",
        "Assumptions",
        "assumption:id = id | title | value | low | high | owner | rated = uncertainty | basis | citation | note | range fitted to",
        plan.assumptions,
        said={
            **_CITED,
            "value": lambda entry: print_value(entry.value),
            "low": lambda entry: printed(entry.low),
            "high": lambda entry: printed(entry.high),
        },
        proof="stated",
        source=source,
        fold=True,
    )


def readings(plan: Plan, source: str) -> Table:
    """Return the questions that the source leaves open, and every answer."""
    chosen = {name: f"set otherwise: {said}" for name, said in plan.set_otherwise().items()}
    return listing(
        "readings",
        "Questions that the source leaves open, and every answer",
        "reading:id = 0 | question | answer | chosen | basis | citation | note",
        [(entry, option) for entry in plan.readings for option in entry.options],
        said={
            "reading": lambda pair: pair[0].id,
            "question": lambda pair: pair[0].question,
            "answer": lambda pair: pair[1].title,
            "chosen": lambda pair: chosen.get(pair[0].id, "chosen") if plan.choice(pair[0]) == pair[1].id else None,
            "basis": lambda pair: basis_of(pair[0]),
            "citation": lambda pair: cited(pair[0].citation),
            "note": lambda pair: pair[0].note,
        },
        proof="stated",
        source=source,
        fold=True,
    )


def unknowns(plan: Plan, source: str) -> Table:
    """Return the quantities that no source gives."""
    return listing(
        "unknowns",
        "Quantities that no source gives",
        "unknown:id = id | title | stands at | why it matters = why | owner | citation | touches",
        plan.unknowns,
        said={"stands at": lambda entry: print_value(entry.value), "citation": lambda entry: cited(entry.citation)},
        proof="stated",
        source=source,
        fold=True,
    )


def baselines(plan: Plan, source: str) -> Table:
    """Return the published dates, as published."""
    return listing(
        "baselines",
        "Published dates, as published",
        "baseline:id | milestone:id | published | basis | citation",
        [(baseline, entry) for baseline in plan.baselines for entry in baseline.dates],
        said={
            "baseline": lambda pair: pair[0].id,
            "milestone": lambda pair: pair[1].milestone,
            "published": lambda pair: pair[1].date,
            "basis": lambda pair: pair[0].basis,
            "citation": lambda pair: cited(pair[0].citation),
        },
        proof="published",
        source=source,
        fold=True,
    )


def raid(plan: Plan, source: str) -> Table:
    """Return the register of risks, assumptions, issues and dependencies."""
    return listing(
        "raid",
        "The register of risks, assumptions, issues and dependencies, and what each touches",
        "entry:id = id | kind | title | rated = rating | manageable | status | touches | citation",
        plan.raid,
        said={"citation": lambda entry: cited(entry.citation)},
        proof="stated",
        source=source,
        fold=True,
    )


def rules(plan: Plan, source: str) -> Table:
    """Return every rule and every length, with its evidence."""
    shape = "rule:id = id | state | kind | demands | authority | basis | citation | note"
    held: dict[str, Maker] = {
        "basis": basis_of,
        "citation": lambda entry: cited(entry.citation),
        "state": lambda entry: "on" if plan.switch(entry.enabled) else "off",
    }
    lengths: dict[str, Maker] = {
        **held,
        "rule": lambda each: f"{DURATION_PREFIX}{each.id}",
        "kind": lambda _: "duration",
        "demands": lambda each: demand(plan, f"{DURATION_PREFIX}{each.id}"),
        "authority": lambda _: "planning",
    }
    more: dict[str, Any] = {"proof": "stated", "source": source}
    title = "Every rule and every length"
    made: dict[str, Maker] = {**held, "demands": lambda rule: demand(plan, rule.id)}
    found = listing("links", title, shape, plan.rules, said=made, fold=True, most=400, **more)
    rest = listing("links", title, shape, plan.activities, said=lengths, **more)
    return found.model_copy(update={"rows": (*found.rows, *rest.rows)})
