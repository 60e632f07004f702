"""A plan's folder from one table, or from nothing: what the table says, the calendar, and templates for what it cannot say.

Names are fetched when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.initial.answer import SOURCE_FOLDER, start_plan
    from optimiser.reading.drafting.beside import BesideTable

__all__ = ["SOURCE_FOLDER", "BesideTable", "start_plan"]

_HOMES = {
    "SOURCE_FOLDER": "optimiser.initial.answer",
    "BesideTable": "optimiser.reading.drafting.beside",
    "start_plan": "optimiser.initial.answer",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)
