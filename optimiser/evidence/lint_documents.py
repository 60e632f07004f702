"""What the checks of a plan found, for machines."""

from __future__ import annotations

from typing import Any

from models.lint import LintReport

__all__ = ["LINT_SCHEMA", "lint_document"]

LINT_SCHEMA = "optimiser/lint/1"


def lint_document(report: LintReport) -> dict[str, Any]:
    """Return the whole report; citations are spelled as in a plan's files."""
    dumped = report.model_dump(mode="json", by_alias=True)
    dumped["findings"] = [
        {**entry.model_dump(mode="json", by_alias=True), "citation": [str(citation) for citation in entry.citation]}
        for entry in report.findings
    ]
    return {"schema": LINT_SCHEMA, "counts": dict(report.counts()), **dumped}
