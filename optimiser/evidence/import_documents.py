"""What became of a planner's file, for machines."""

from __future__ import annotations

from typing import Any

from models.importing import ImportReport

__all__ = ["import_document"]


def import_document(report: ImportReport) -> dict[str, Any]:
    """Return the whole report, its schema first."""
    return report.model_dump(mode="json", by_alias=True)
