"""A plan: items, rules, and everything they stand on, holding together."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from models.contents import DURATION_PREFIX, PLAN_SCHEMA, PlanContents, Settings
from models.faults import PlanFaultsError, find_faults

__all__ = ["DURATION_PREFIX", "PLAN_SCHEMA", "Plan", "Settings"]


class Plan(PlanContents):
    """Everything a date follows from. All ids of items, rules, assumptions and so on are unique among their kind."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        """Refuse a plan that speaks of things it does not have."""
        faults = find_faults(self)
        if faults:
            raise PlanFaultsError(faults)
        return self
