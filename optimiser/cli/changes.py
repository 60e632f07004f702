"""What was changed, put before every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimiser.cli.output import page

if TYPE_CHECKING:
    from models.changes import WhatIf
    from optimiser.reading.load import LoadedPlan
    from optimiser.solve.between import DateRange

__all__ = ["after_changes", "changes_of"]


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
