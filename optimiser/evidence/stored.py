"""A stored document of ``solve`` put to the test: its outcome, and that it shows nothing but what its outcome says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.plan import Plan
from models.verification import CheckedClaim, Verification
from optimiser.evidence.documents import solve_document
from optimiser.explain.certificate import verify_outcome
from optimiser.explain.figures import MOST_SAID
from optimiser.explain.stored import differing, outcome_of, plan_of, read

__all__ = ["verify_stored"]

_ELSEWHERE = ("schema", "outcome", "what_if")
"""Keys that are checked by `verify_outcome`, or listed by it."""


def verify_stored(source: str | Path | Mapping[str, Any], plan: Plan | None = None) -> Verification:
    """Check a document that ``solve`` wrote, without a solver: its outcome, and that it shows nothing else.

    What it takes, and what it raises, is said at `optimiser.explain.verify_outcome`.
    """
    document, where = read(source)
    outcome = outcome_of(document, where)
    held = plan if plan is not None else plan_of(document, outcome)
    found = verify_outcome(document, held)
    if not found.holds:
        return found
    inputs = document.get("inputs")
    written = inputs.get("written_sha256") if isinstance(inputs, Mapping) else None
    shown = solve_document(outcome, held, list(document["milestones"]), written)
    known = {key: value for key, value in document.items() if key in shown and key not in _ELSEWHERE}
    wrong = list(differing(known, {key: shown[key] for key in known}))
    claim = "the document shows its outcome, and nothing else"
    check = CheckedClaim(claim=claim, holds=not wrong, found="; ".join(wrong[:MOST_SAID]) or f"{len(known)} parts")
    taken = [f"'{key}', which no answer of this version says" for key in document if key not in {*shown, *_ELSEWHERE}]
    taken += ["the hash of the plan as its files have it"] if written else []
    return found.model_copy(update={"checks": (*found.checks, check), "not_derived": (*found.not_derived, *taken)})
