"""Runs of grids for machines: what a run came to, what it would take, and its picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.picture import Picture

__all__ = ["BATCH_PLAN_SCHEMA", "BATCH_REPORT_SCHEMA", "BATCH_RUN_SCHEMA", "picture_document", "plan_document", "run_document"]

BATCH_RUN_SCHEMA = "optimiser/batch-run/1"
BATCH_PLAN_SCHEMA = "optimiser/batch-plan/1"
BATCH_REPORT_SCHEMA = "optimiser/batch-report/1"


def run_document(
    *,
    grid: str,
    folder: str,
    complete: bool,
    counts: Mapping[str, int],
    computed: int,
    seconds: float,
    checked: int,
    disagreements: Mapping[int, str],
    files: Sequence[str],
) -> dict[str, Any]:
    """Return what a run came to."""
    return {
        "schema": BATCH_RUN_SCHEMA,
        "grid": grid,
        "run": folder,
        "complete": complete,
        "combinations": sum(counts.values()),
        "counts": dict(sorted(counts.items())),
        "computed_rows": computed,
        "seconds": round(seconds, 3),
        "checked": checked,
        "disagreements": [{"row": row, "text": text} for row, text in disagreements.items()],
        "files": list(files),
    }


def plan_document(
    *, grid: str, rows: int, left_out: int, through_solver: float, seconds: float, workers: int
) -> dict[str, Any]:
    """Return what a run would take."""
    return {
        "schema": BATCH_PLAN_SCHEMA,
        "grid": grid,
        "combinations": rows - left_out,
        "left_out": left_out,
        "through_solver": round(through_solver, 3),
        "seconds": round(seconds, 1),
        "workers": workers,
    }


def picture_document(picture: Picture) -> dict[str, Any]:
    """Return the picture of a run."""
    return {"schema": BATCH_REPORT_SCHEMA, **picture.model_dump(mode="json", by_alias=True)}
