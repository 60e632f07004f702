"""Scenarios at work: a plan with changes made, its readings spread, its parties written out."""

from optimiser.scenarios.applying import apply, apply_unchecked
from optimiser.scenarios.expansion import exchange, expand
from optimiser.scenarios.spreading import Homes, spread

__all__ = ["Homes", "apply", "apply_unchecked", "exchange", "expand", "spread"]
