"""Earliest dates: bounds without a solver first, then CP-SAT, then the certificate.

Importing this package costs nothing; the solver is loaded with `earliest`, so what needs no solver runs without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.solve.answer import earliest
    from optimiser.solve.asked import asked_for

__all__ = ["asked_for", "earliest"]


def __getattr__(name: str) -> Any:
    """Load the search when it is first asked for."""
    if name == "earliest":
        from optimiser.solve.answer import earliest

        return earliest
    if name == "asked_for":
        from optimiser.solve.asked import asked_for

        return asked_for
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
