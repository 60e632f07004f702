"""The date to commit to: a plan under its register of ranges, drivers and risks, sample by sample.

Importing this package costs nothing; the simulation is loaded with `robust`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.robust.answer import robust

__all__ = ["robust"]


def __getattr__(name: str) -> Any:
    """Load the simulation when it is first asked for."""
    if name == "robust":
        from optimiser.robust.answer import robust

        return robust
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
