"""Which end of a quantity is the bad one: the end of every inequality that its amount is part of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from models.plan import DURATION_PREFIX
from models.risk import Impact, Lever, Relative
from optimiser.critical import Network
from optimiser.numbers import column_number, senses
from optimiser.robust.model import Chance, Model

__all__ = ["End", "always_helps", "bad_ends", "directions"]

End = Literal["low", "high"]

Directions = Mapping[str, frozenset[int]]


def directions(network: Network) -> dict[str, frozenset[int]]:
    """Return for each slot which way it pushes: +1 where more makes something later, -1 where less does; both or none.

    Every inequality is monotone in its amount, so where a slot pushes one way alone the earliest dates are monotone in it.
    With queues that is how it is meant: more work or fewer hands may now and then bring a queue forward (Graham 1969).
    """
    plan, two_way = network.plan, network.two_way
    slots = (*plan.values, *plan.rules_by_id, *(DURATION_PREFIX + activity.id for activity in plan.activities))
    return {slot: found for slot in slots if (found := senses(plan, slot, two_way))}


def bad_ends(model: Model, chance: Chance, ways: Directions) -> tuple[End, ...]:
    """Return the ends of a chance that can be its worst: one where all it touches pushes one way, else both."""
    if chance.kind == "range":
        pushes = {way for slot in chance.slots for way in ways.get(slot, {1})}
    elif chance.kind == "driver":
        # A greater factor makes a negative lag less.
        pushes = {
            way * (-1 if column_number(model.quantities[slot].value) < 0 else 1)
            for slot in chance.slots
            for way in ways.get(slot, {1})
        }
    else:
        risk = model.risk(chance.id)
        pushes = set()
        for impact, slot in zip(risk.impacts, chance.slots, strict=True):
            # Its size is drawn once: a high draw is a large delay, or of a loss the least.
            pushes |= set(ways.get(slot, {1})) if impact.slips_to is None else {1}
    return tuple(end for end, way in (("high", 1), ("low", -1)) if way in (pushes or {1}))  # type: ignore[misc]


def always_helps(model: Model, lever: Lever, ways: Directions) -> bool:
    """Say whether pulling a lever further can make no date later, whatever else is pulled."""
    if model.network.uses_capacity or lever.policy is not None:
        return False
    if lever.drops is not None:
        return True
    if lever.risk is not None:
        risk, slots = model.risk(lever.risk), model.by_id[lever.risk].slots
        return all(ways.get(slot, {1}) <= {1} and _delays(impact) for impact, slot in zip(risk.impacts, slots, strict=True))
    slot = next(slot for slot, levers in model.pulls.items() if lever in levers)
    return ways.get(slot, frozenset({1})) <= ({-1} if lever.more is not None else {1})


def _delays(impact: Impact) -> bool:
    """Say whether an impact never takes anything off."""
    if impact.slips_to is not None:
        return True
    figures = [end for end in (impact.low, impact.likely, impact.high) if end is not None]
    return all((end.percent if isinstance(end, Relative) else column_number(end)) >= 0 for end in figures)
