"""The meaning of every rule: a schedule judged from the plan alone, one point and one date at a time.

This is the specification made executable. It is written to be read beside the docstrings of `models.rules` and
`models.items`, not to be fast, and it shares only the clock with what computes dates.
"""

from optimiser.check.facts import broken_by_fact
from optimiser.check.judge import check, placed_late
from optimiser.check.meanings import MEANINGS

__all__ = ["MEANINGS", "broken_by_fact", "check", "placed_late"]
