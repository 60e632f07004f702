"""A plan that lives: updates made of it, one of another, and what a chain of them shows.

answer     update_plan     the next update's folder, from a table or a planner's file
chain      chain_of        the updates before a plan
trend      trend_of        how each milestone's forecast went over a chain

Names are fetched when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.progress.answer import UpdateChoices, Updated, update_plan
    from optimiser.progress.chain import chain_of, update_before
    from optimiser.progress.trend import trend_of

__all__ = ["UpdateChoices", "Updated", "chain_of", "trend_of", "update_before", "update_plan"]

_HOMES = {
    "UpdateChoices": "answer",
    "Updated": "answer",
    "chain_of": "chain",
    "trend_of": "trend",
    "update_before": "chain",
    "update_plan": "answer",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
