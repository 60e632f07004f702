"""Shell completion: the names in the plan on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.plan import Plan

__all__ = ["milestones", "numbers", "plans", "readings", "rules", "scenarios"]

Offer = list[tuple[str, str]]
"""What may stand there, and what it is."""


def plans(incomplete: str) -> Offer:
    """Offer the packaged plans."""
    from optimiser.reading.packaged import packaged

    return _of(((plan.name, plan.title) for plan in packaged()), incomplete)


def scenarios(ctx: Any, incomplete: str) -> Offer:
    """Offer the scenarios beside the plan."""
    from optimiser.errors import InputError
    from optimiser.reading.packaged import find_plan, scenarios_beside

    try:
        return _of(scenarios_beside(find_plan(_named(ctx))), incomplete)
    except InputError:
        return []


def milestones(ctx: Any, incomplete: str) -> Offer:
    """Offer the milestones of the plan; after a comma, the next."""
    before, comma, _ = incomplete.rpartition(",")
    plan = _plan(ctx)
    return [] if plan is None else _of(((f"{before}{comma}{each.id}", each.title) for each in plan.milestones), incomplete)


def numbers(ctx: Any, incomplete: str) -> Offer:
    """Offer the assumptions of the plan, each with its equals sign."""
    plan = _plan(ctx)
    return [] if plan is None else _of(((f"{each.id}=", each.title) for each in plan.assumptions), incomplete)


def readings(ctx: Any, incomplete: str) -> Offer:
    """Offer every answer to every question that the source leaves open."""
    plan = _plan(ctx)
    if plan is None:
        return []
    offered = ((f"{each.id}={option.id}", each.question) for each in plan.readings for option in each.options)
    return _of(offered, incomplete)


def rules(ctx: Any, incomplete: str) -> Offer:
    """Offer the rules that can be switched off."""
    plan = _plan(ctx)
    return [] if plan is None else _of(((each.id, each.title or "") for each in plan.rules), incomplete)


def _plan(ctx: Any) -> Plan | None:
    """Return the plan that is already on the command line, None where there is none or it cannot be read."""
    from optimiser.errors import InputError
    from optimiser.reading.load import load

    try:
        return load(_named(ctx))
    except InputError:
        return None


def _named(ctx: Any) -> str:
    """Return the plan's name; while an option still waits for its value, it is left among the words not yet read."""
    return str(ctx.params.get("plan") or next(iter(ctx.args), ""))


def _of(offered: Iterable[tuple[str, str]], incomplete: str) -> Offer:
    return [(name, text) for name, text in offered if name.startswith(incomplete)]
