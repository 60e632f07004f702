"""What ``robust`` says to machines: one JSON document, `schema` first, every date ISO."""

from __future__ import annotations

from typing import Any

from models.robustness import RobustOutcome
from optimiser.robust.commitment import commitment

__all__ = ["ROBUST_SCHEMA", "robust_document"]

ROBUST_SCHEMA = "optimiser/robust/1"

_RUN = (
    "version",
    "seed",
    "samples",
    "replicates",
    "compared",
    "stopped",
    "infeasible",
    "unplaced",
    "policy",
    "register_title",
    "register_sha256",
    "inputs_sha256",
)


def robust_document(outcome: RobustOutcome, ratio: float | None = None) -> dict[str, Any]:
    """Return the document of ``robust``: the outcome as it is, milestones by id, what repeats the run under ``run``.

    ``commitments`` holds for each milestone the dates that ratios of costs justify; ``cost_ratio`` is the one stated, or null.
    """
    content = outcome.model_dump(mode="json")
    run = {name: content.pop(name) for name in _RUN}
    newest = {name: content.pop(name) for name in ("mitigation", "evidence")}
    milestones = {entry.pop("id"): entry for entry in content.pop("milestones")}
    head = {name: content.pop(name) for name in ("plan", "scenarios", "readings", "status", "confidence")}
    commitments = {entry.id: commitment(entry, ratio).model_dump(mode="json") for entry in outcome.milestones}
    return {
        "schema": ROBUST_SCHEMA,
        **head,
        "milestones": milestones,
        **content,
        "run": run,
        "cost_ratio": ratio,
        "commitments": commitments,
        **newest,
    }
