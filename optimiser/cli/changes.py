"""What was changed, put before every answer: as text, and in the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimiser.cli.output import page

if TYPE_CHECKING:
    from models.changes import WhatIf
    from optimiser.reading.load import LoadedPlan
    from optimiser.solve.between import DateRange

__all__ = ["after_changes", "changes_of", "with_changes"]


def changes_of(
    loaded: LoadedPlan,
    milestones: Sequence[str],
    ranges: Mapping[str, DateRange] | None = None,
    limits: Mapping[str, Any] | None = None,
) -> WhatIf | None:
    """Return what was changed and what became of the dates; None where nothing was, and then nothing is computed.

    ``limits`` are those of CP-SAT that the verb was given.
    """
    if loaded.plan is loaded.before:
        return None
    from optimiser.encoding import Limits
    from optimiser.whatif import what_if

    return what_if(loaded, milestones, ranges, limits=Limits(**(limits or {})))


def after_changes(found: WhatIf | None, report: str) -> str:
    """Return a report after what was changed for it."""
    if found is None:
        return report
    from optimiser.evidence.terminal.whatif import what_if_report

    return what_if_report(found, page()) + report


def with_changes(document: Mapping[str, Any], found: WhatIf | None) -> dict[str, Any]:
    """Return a document with what was changed for it."""
    return {**document, "what_if": None if found is None else found.model_dump(mode="json")}
