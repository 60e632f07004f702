"""What the verbs that say why give to machines: one JSON document per answer, `schema` first, every date ISO."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.explanation import (
        Attribution,
        BindingReport,
        Implied,
        MilestoneWhyNot,
        Piecewise,
        Regions,
        Verification,
        WhyNot,
    )
    from models.plan import Plan
    from models.record import Record

__all__ = [
    "ATTRIBUTE_SCHEMA",
    "EXPLAIN_SCHEMA",
    "IMPLIED_SCHEMA",
    "VERIFY_SCHEMA",
    "WHY_NOT_SCHEMA",
    "attribute_document",
    "baseline_document",
    "explain_document",
    "implied_document",
    "verify_document",
    "why_not_document",
]

EXPLAIN_SCHEMA = "optimiser/explain/1"
WHY_NOT_SCHEMA = "optimiser/why-not/1"
IMPLIED_SCHEMA = "optimiser/implied/1"
ATTRIBUTE_SCHEMA = "optimiser/attribute/1"
VERIFY_SCHEMA = "optimiser/verify/1"

_COMMON = ("plan", "scenarios", "readings")


def _dumped(record: Record) -> dict[str, Any]:
    dumped: dict[str, Any] = record.model_dump(mode="json", by_alias=True)
    return dumped


def _without_common(record: Record) -> dict[str, Any]:
    return {key: value for key, value in _dumped(record).items() if key not in _COMMON}


def _headed(schema: str, plan: Plan) -> dict[str, Any]:
    return {
        "schema": schema,
        "plan": plan.id,
        "scenarios": list(plan.settings.scenarios),
        "readings": plan.choices(),
        "settings": _dumped(plan.settings),
    }


def explain_document(
    plan: Plan,
    reports: Iterable[BindingReport],
    regions: Regions | None = None,
    functions: Sequence[Piecewise] = (),
) -> dict[str, Any]:
    """Return the document of ``explain``: a report for each milestone, each line with its binding words."""
    found = {}
    for report in reports:
        dumped = _without_common(report)
        for line, entry in zip(dumped["lines"], report.lines, strict=True):
            line["binding"] = list(entry.words)
        found[report.milestone] = dumped
    return {
        **_headed(EXPLAIN_SCHEMA, plan),
        "milestones": found,
        "regions": _without_common(regions) if regions else None,
        "functions": [_dumped(each) for each in functions],
    }


def why_not_document(plan: Plan, answer: WhyNot) -> dict[str, Any]:
    """Return the document of ``why-not`` for one milestone."""
    return {**_headed(WHY_NOT_SCHEMA, plan), **_without_common(answer)}


def baseline_document(plan: Plan, baseline: str, answers: Iterable[MilestoneWhyNot]) -> dict[str, Any]:
    """Return the document of ``why-not --baseline``: the answer for every milestone that the baseline dates."""
    return {
        **_headed(WHY_NOT_SCHEMA, plan),
        "baseline": baseline,
        "milestones": {each.milestone: {"published": each.published, **_without_common(each.answer)} for each in answers},
    }


def implied_document(plan: Plan, answer: Implied) -> dict[str, Any]:
    """Return the document of ``implied``."""
    return {**_headed(IMPLIED_SCHEMA, plan), **_without_common(answer)}


def attribute_document(plan: Plan, answer: Attribution) -> dict[str, Any]:
    """Return the document of ``attribute``: each contribution with its spread over the methods."""
    dumped = _without_common(answer)
    for comparison, entry in zip(dumped["comparisons"], answer.comparisons, strict=True):
        for part, contribution in zip(comparison["contributions"], entry.contributions, strict=True):
            part["spread"] = list(contribution.spread)
    return {**_headed(ATTRIBUTE_SCHEMA, plan), **dumped}


def verify_document(answer: Verification) -> Mapping[str, Any]:
    """Return the document of ``verify``."""
    return {"schema": VERIFY_SCHEMA, "holds": answer.holds, **_dumped(answer)}
