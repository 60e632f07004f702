"""Variants without any date: contradictions of the network, and work that a capacity never has room for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimiser.critical.bounds import overload_before
from optimiser.explain.oracle import TOGETHER, Oracle
from optimiser.explain.together import VariantDate, keep_orders
from optimiser.solve.variant import Variant

__all__ = ["contradicting"]


def contradicting(oracle: Oracle, milestone: str, variants: Sequence[Variant]) -> list[bool]:
    """Return for each variant whether it has no date at all: by a longest path, or by work that a capacity never has room for.

    One for which an order known gives all work a place has a date. One that leads off the axis has none for that alone: a
    circle that pushes for ever has all its nodes off the axis, and goes through something that the variant changes.
    """
    blocks = (variants[begin : begin + TOGETHER] for begin in range(0, len(variants), TOGETHER))
    return [told for block in blocks for told in _told(oracle, milestone, block)]


def _told(oracle: Oracle, milestone: str, variants: Sequence[Variant]) -> list[bool]:
    """Return the same of variants whose positions are held at once."""
    limit, evaluated = oracle.problem.clock.limit, oracle.evaluate(variants)
    off: NDArray[np.bool_] = evaluated.values > limit
    away: list[bool] = np.any(off, axis=0).tolist()
    broken: list[bool] = evaluated.infeasible.tolist()
    placed = [False] * len(variants)
    if oracle.leads(milestone):
        node = oracle.node(milestone)
        ways = [VariantDate(node=node, variant=each, wanted=limit, pools=oracle.pools_of(each)) for each in variants]
        keep_orders(oracle.problem, oracle.apt(milestone).orders, ways)
        placed = [each.values is not None for each in ways]
    found = []
    for place, variant in enumerate(variants):
        # What the network alone puts on the axis needs no pass of its own.
        asked = not placed[place] and (broken[place] or away[place] or oracle.rationed or oracle.capacity_on(variant))
        if asked and away[place] and not broken[place]:
            names = {*variant.on, *oracle.near.set_by(variant)}
            pushes = [push for name in names for push in oracle.circular.get(name, ())]
            asked = any(off.item(source, place) and off.item(target, place) for source, target in pushes)
        found.append(asked and _contradicts(oracle, variant))
    return found


def _contradicts(oracle: Oracle, variant: Variant) -> bool:
    problem = oracle.problem.changed(variant)
    found, limit = problem.earliest, problem.clock.limit
    if found.status != "feasible":
        return found.status == "infeasible"
    return overload_before(found, problem.pools, 0, limit) is not None
