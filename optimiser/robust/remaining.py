"""The register of work in progress: remaining work varies, finished work is a fact.

The share of work that is left carries that share of its range: a range of the whole length is scaled by what is left over
the length planned (a judgement: the rest is taken to be as uncertain as the whole was). So the whole never becomes shorter
than what has been done of it. A driver multiplies what is left; a delay of a risk, and what a lever takes off, count in
full, in the unit of what is left. A risk that is closed strikes no more; one that has happened is certain, and its impacts
are what it still does: where ``remaining`` holds the delay already, the risk is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from models.duration import Duration, Reference
from models.past import settled, spent
from models.plan import DURATION_PREFIX, Plan
from models.risk import Claims, Register, Risk
from optimiser.robust.shapes import Lattice, discrete

__all__ = ["RestOfWork", "certain_risks", "claims_left", "past_slots", "rests", "scaled"]

_DAYS = {"wd": Fraction(1), "cd": Fraction(5, 7), "mo": Fraction(21)}
"""Working days of a unit, where what is left is stated in another one than the length (a month of 21: a convention)."""


@dataclass(frozen=True, slots=True)
class RestOfWork:
    """What is left of one piece of begun work.

    Attributes
    ----------
    share
        What is left of one unit of the planned length, in the unit of what is left; nothing of a length of nothing.
    unit
        What one unit of the planned length is in the unit of what is left.
    assumption
        The one that the planned length comes from.
    """

    share: Fraction
    unit: Fraction
    assumption: str | None

    def of(self, planned: np.ndarray | float) -> np.ndarray:
        """Return what is left of lengths, rounded half up."""
        return np.floor(np.asarray(planned, dtype=float) * float(self.share) + 0.5)


def rests(plan: Plan) -> dict[str, RestOfWork]:
    """Return what is left of begun work, by the slot of its length."""
    found = {}
    for activity in plan.activities:
        left = activity.progress.left if plan.under_way(activity.id) and activity.progress else None
        if left is not None:
            length = plan.duration(activity.duration)
            share = Fraction(left.amount, length.amount) if length.amount else Fraction(0)
            name = activity.duration.name if isinstance(activity.duration, Reference) else None
            found[DURATION_PREFIX + activity.id] = RestOfWork(share, _days(plan, length) / _days(plan, left), name)
    return found


def _days(plan: Plan, length: Duration) -> Fraction:
    """Return one unit of a length in days; in minutes on a minute plan."""
    minutes = {"h": 60, "wd": plan.day_minutes, "cd": 1440, "mo": 21 * plan.day_minutes}
    return Fraction(minutes.get(length.unit, 1)) if plan.unit == "minute" else _DAYS[length.unit]


def past_slots(plan: Plan) -> frozenset[str]:
    """Return the slots of numbers that move no date any more: of finished work, and of what bears on nothing else."""
    return settled(plan) | spent(plan)


def scaled(lattice: Lattice, rest: RestOfWork) -> Lattice:
    """Return the distribution of what is left, of that of the whole length."""
    return discrete(rest.of(lattice.values).tolist(), np.diff(lattice.cumulative, prepend=0.0).tolist())


def certain_risks(register: Register, past: Iterable[str], slot_of: Mapping[str, str]) -> dict[str, Risk | None]:
    """Return each risk as it still stands, None where nothing is left of it.

    Parameters
    ----------
    register
        Whose risks may be closed or have happened.
    past
        Slots that move no date any more.
    slot_of
        What risks strike, as they name it, to its slot.
    """
    gone = frozenset(past)
    found: dict[str, Risk | None] = {}
    for risk in register.risks:
        impacts = tuple(impact for impact in risk.impacts if slot_of[impact.on] not in gone)
        if risk.state == "closed" or not impacts:
            found[risk.id] = None
        else:
            certain = {"probability": 1.0} if risk.state == "happened" else {}
            found[risk.id] = risk.model_copy(update={"impacts": impacts, **certain})
    return found


def claims_left(plan: Plan, claims: Claims) -> tuple[Claims | None, tuple[str, ...]]:
    """Return the claims that are still about something, and what they would have been about: of finished work nothing is claimed."""
    gone = past_slots(plan)
    dropped = tuple(dict.fromkeys(claim.assumption for claim in claims.claims if claim.assumption in gone))
    kept = tuple(claim for claim in claims.claims if claim.assumption not in gone)
    return (claims if not dropped else claims.model_copy(update={"claims": kept}) if kept else None), dropped
