"""Explanations of a date: binding constraints, conflicts, cheapest routes, and assumptions implied by a published plan.

Names are fetched when they are first used, so that checking a stored outcome needs no solver.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.explain.attribution import attribute, compare_networks
    from optimiser.explain.binding import explain
    from optimiser.explain.by_date import why_not, why_not_baseline
    from optimiser.explain.certificate import verify_outcome
    from optimiser.explain.implication import implied
    from optimiser.explain.regions import decision_regions, piecewise

__all__ = [
    "attribute",
    "compare_networks",
    "decision_regions",
    "explain",
    "implied",
    "piecewise",
    "verify_outcome",
    "why_not",
    "why_not_baseline",
]

_HOMES = {
    "attribute": "attribution",
    "compare_networks": "attribution",
    "decision_regions": "regions",
    "explain": "binding",
    "implied": "implication",
    "piecewise": "regions",
    "verify_outcome": "certificate",
    "why_not": "by_date",
    "why_not_baseline": "by_date",
}


def __getattr__(name: str) -> Any:
    """Load what answers a question when it is first asked."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
