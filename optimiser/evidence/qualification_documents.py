"""Qualification party by party for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.allocation import Qualified

__all__ = ["QUALIFY_SCHEMA", "qualify_document"]

QUALIFY_SCHEMA = "optimiser/qualify/1"


def qualify_document(found: Qualified) -> dict[str, Any]:
    """Return everything, `schema` first, dates ISO."""
    return {"schema": QUALIFY_SCHEMA, **found.model_dump(mode="json")}
