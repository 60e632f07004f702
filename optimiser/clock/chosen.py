"""Which clock a plan is worked out by."""

from __future__ import annotations

from models.plan import Plan
from optimiser.clock.days import Clock
from optimiser.clock.minutes import MinuteClock

__all__ = ["clock_of"]


def clock_of(plan: Plan) -> Clock:
    """Return the clock of a plan's unit.

    Raises
    ------
    BeyondHorizonError
        If the base calendar works nowhere inside the horizon.
    """
    return MinuteClock(plan) if plan.unit == "minute" else Clock(plan)
