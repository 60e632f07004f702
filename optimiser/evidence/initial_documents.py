"""What became of a table when a plan was started from it, for machines."""

from __future__ import annotations

from typing import Any

from models.initial import StartedPlan

__all__ = ["INIT_SCHEMA", "init_document"]

INIT_SCHEMA = "optimiser/init/1"


def init_document(report: StartedPlan) -> dict[str, Any]:
    """Return the whole report."""
    return {"schema": INIT_SCHEMA, **report.model_dump(mode="json")}
