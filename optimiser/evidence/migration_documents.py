"""The pace of migration, for machines."""

from __future__ import annotations

from typing import Any

from models.migration import Migrated

__all__ = ["MIGRATE_SCHEMA", "migrate_document"]

MIGRATE_SCHEMA = "optimiser/migrate/1"


def migrate_document(found: Migrated) -> dict[str, Any]:
    """Return the whole answer."""
    return {"schema": MIGRATE_SCHEMA, **found.model_dump(mode="json")}
