"""The pace of migration: what a plan's dates take for granted, and what late parties may be.

Importing this package costs nothing; what it needs is loaded with `migrate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.migration.answer import migrate

__all__ = ["MILESTONES", "migrate"]

MILESTONES = ("M11", "M12", "M14", "M15")
"""Milestones of which a pace is told unless others are named: migration starts (two), every supplier is ready, all is migrated."""


def __getattr__(name: str) -> Any:
    """Load the verb when it is first asked for."""
    if name == "migrate":
        from optimiser.migration.answer import migrate

        return migrate
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
