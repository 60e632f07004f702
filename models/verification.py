"""What became of the claims of a stored answer."""

from __future__ import annotations

from typing import Literal

from models.record import Identifier, Many, Quoted, Record, Text

__all__ = ["CheckedClaim", "Verification"]


class CheckedClaim(Record):
    """One claim of a stored outcome, checked again."""

    claim: Quoted
    holds: bool
    found: Quoted


class Verification(Record):
    """A stored outcome, checked again without a solver."""

    plan: Identifier
    scenarios: Many[Identifier]
    status: Literal["solved", "infeasible", "undecided"]
    checks: Many[CheckedClaim]
    argument: Many[Text]
    """The proof as lines to be followed by hand."""
    without_solver: dict[Identifier, bool] = {}
    """Milestone to whether its date is proved here; False rests on CP-SAT, or is a gap."""
    not_derived: Many[Text] = ()
    """What was taken as it was stored: what only CP-SAT tells, and what was so before the changes."""

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)
