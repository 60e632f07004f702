"""Which milestones are asked for."""

from __future__ import annotations

from collections.abc import Collection

from models.faults import maybe
from models.plan import Plan
from optimiser.errors import InputError, Located

__all__ = ["asked_for"]


def asked_for(plan: Plan, milestones: Collection[str] | None) -> tuple[str, ...]:
    """Return the milestones asked for, each once; a text by itself names one.

    Raises
    ------
    InputError
        If one is unknown or is no milestone, or there is none.
    """
    names = [milestones] if isinstance(milestones, str) else milestones
    asked = tuple(dict.fromkeys(names or plan.targets))
    known = [milestone.id for milestone in plan.milestones]
    faults = []
    for name in asked:
        if name not in known:
            what = (
                "is not a milestone but work; ask for one of" if name in plan.items else "is no milestone of this plan; it has"
            )
            faults.append(Located(f"'{name}' {what} {', '.join(known) or 'none'}{maybe(name, known)}", path="milestone"))
    if not asked:
        faults.append(
            Located("no milestone is asked for and the plan names no targets; maybe give one with -m", path="targets")
        )
    if faults:
        raise InputError(faults)
    return asked
