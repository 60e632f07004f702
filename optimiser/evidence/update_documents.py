"""What became of a table when the next update of a plan was made from it, for machines."""

from __future__ import annotations

from typing import Any, Final

from models.updating import UpdateMade

__all__ = ["update_document"]

MADE_SCHEMA: Final = "optimiser/updated/1"


def update_document(report: UpdateMade) -> dict[str, Any]:
    """Return the whole report."""
    return {"schema": MADE_SCHEMA, **report.model_dump(mode="json")}
