"""What a plan's own papers say against themselves, computed: no finding is written down anywhere.

Names are fetched when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.lint.published import read_published
    from optimiser.lint.report import lint

__all__ = ["lint", "read_published"]

_HOMES = {"lint": "report", "read_published": "published"}


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
