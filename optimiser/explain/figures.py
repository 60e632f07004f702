"""The figures of a stored outcome, worked out again without a solver: what differs, and what was taken as it was stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.outcome import Infeasible, Outcome, Solved, Undecided
from models.plan import Plan
from models.verification import CheckedClaim, Verification
from optimiser.errors import OptimiserError
from optimiser.explain.stored import differing
from optimiser.solve.again import again

__all__ = ["MOST_SAID", "with_figures"]

MOST_SAID = 5
"""Figures of which it is said how they differ."""


def with_figures(
    found: Verification, document: Mapping[str, Any], outcome: Solved | Infeasible | Undecided, plan: Plan
) -> Verification:
    """Return a check with the outcome worked out again; of one that does not hold so far nothing more is asked."""
    if not found.holds:
        return found
    asked = [entry.id for entry in outcome.milestones] if isinstance(outcome, Solved) else list(document["milestones"])
    claim = "every figure comes out the same when it is worked out again"
    try:
        made = again(plan, [name for name in asked if name in plan.items] or None, outcome)
    except OptimiserError as error:
        check, taken = CheckedClaim(claim=claim, holds=False, found=str(error)), []
    else:
        wrong = _too_late(outcome, made.outcome) if isinstance(outcome, Undecided) else list(differing(outcome, made.outcome))
        more = f" and {len(wrong) - MOST_SAID} more" if len(wrong) > MOST_SAID else ""
        said = "; ".join(wrong[:MOST_SAID]) + more if wrong else "but for what is listed as not derived"
        check, taken = CheckedClaim(claim=claim, holds=not wrong, found=said), made.taken
    if isinstance(document.get("what_if"), Mapping):
        taken = [*taken, "what was changed, and the dates before"]
    return found.model_copy(update={"checks": (*found.checks, check), "not_derived": tuple(taken)})


def _too_late(stored: Undecided, made: Outcome) -> list[str]:
    """Return the bounds of an outcome that claims no date, as far as the milestone can be earlier: all that it can be wrong in."""
    proved = made.bounds if isinstance(made, Undecided) else made.dates if isinstance(made, Solved) else stored.bounds
    return [f"{name} not before {date}" for name, date in stored.bounds.items() if name not in proved or date > proved[name]]
