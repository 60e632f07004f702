"""A plan that came from a planner's file, updated by a newer export of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimiser.progress.answer import UpdateChoices, Updated


def update_from_export(plan: str | Path, path: Path, folder: Path, table: Path, choices: UpdateChoices) -> Updated:
    """Return the next update."""
    raise NotImplementedError
