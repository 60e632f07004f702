"""Two outcomes side by side, for machines."""

from __future__ import annotations

from typing import Any

from models.changes import Comparison

__all__ = ["COMPARE_SCHEMA", "comparison_document"]

COMPARE_SCHEMA = "optimiser/compare/1"


def comparison_document(found: Comparison) -> dict[str, Any]:
    """Return everything that differs."""
    return {"schema": COMPARE_SCHEMA, "same": found.same, **found.model_dump(mode="json", by_alias=True)}
