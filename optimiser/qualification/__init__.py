"""Qualification party by party: allocation, demand and capacity, policies, and what capacity is worth.

Importing this package costs nothing; what it needs is loaded with `qualify`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.qualification.answer import qualify

__all__ = ["qualify"]


def __getattr__(name: str) -> Any:
    """Load the verb when it is first asked for."""
    if name == "qualify":
        from optimiser.qualification.answer import qualify

        return qualify
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
