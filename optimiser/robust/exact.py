"""Every combination of what is uncertain, where that is a few discrete chances: then nothing is left to sampling."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

from models.risk import Impact, Relative
from optimiser.robust.model import Case, Chance, Model, Numbers

__all__ = ["MOST_COMBINATIONS", "combinations"]

_PLAIN = Case()

MOST_COMBINATIONS = 4_096
"""With more combinations than this samples are drawn."""


def combinations(model: Model, milestones: Collection[str]) -> tuple[Numbers, Numbers] | None:
    """Return variates that stand for every combination of what the milestones could feel, and how probable each is.

    Each variate is cut where what it decides changes, whatever the case: at the probability of a risk, and at what it
    becomes under a lever. One variate then stands for all between two cuts.

    Returns
    -------
    tuple of ndarray and ndarray
        Variates, shape ``(dimensions, combinations)``, and probabilities, shape ``(combinations,)``; None where a chance
        is a range of many values, where chances hang together, or where there are too many combinations.
    """
    felt = frozenset().union(*(model.felt(milestone) for milestone in milestones))
    cuts: dict[int, Numbers] = {}
    for chance in model.chances:
        if chance.id in felt:
            found = _cuts(model, chance)
            if found is None:
                return None
            cuts |= {row: np.unique(edges[(edges > 0) & (edges < 1)]) for row, edges in found.items()}
    cuts = {row: edges for row, edges in cuts.items() if len(edges)}
    if sum(row in rows for rows, _ in model.groups for row in cuts) > 1:
        return None
    if math.prod(len(edges) + 1 for edges in cuts.values()) > MOST_COMBINATIONS:
        return None
    ends = [np.concatenate([[0.0], edges, [1.0]]) for edges in cuts.values()]
    middles = np.meshgrid(*((edges[:-1] + edges[1:]) / 2 for edges in ends), indexing="ij") if ends else []
    widths = np.meshgrid(*(np.diff(edges) for edges in ends), indexing="ij") if ends else []
    count = middles[0].size if ends else 1
    uniforms = np.full((max(model.dimensions, 1), count), 0.5)
    for row, each in zip(cuts, middles, strict=True):
        uniforms[row] = each.ravel()
    weights = np.ones(count)
    for each in widths:
        weights *= each.ravel()
    return uniforms, weights / weights.sum()


def _cuts(model: Model, chance: Chance) -> dict[int, Numbers] | None:
    """Return where the variates of a chance change what it does, by row; None where there are too many values to list."""
    register = model.register
    if chance.kind == "reading":
        weights, row = model.weights[chance.id.removeprefix("reading:")]
        return {row: np.cumsum(list(weights.values()))}
    if chance.kind == "range":
        entry, row = model.ranges[chance.slots[0]]
        stated = (entry.low, entry.high, *(each.value for each in entry.values))
        listed = entry.shape in ("discrete", "uniform") and not any(isinstance(each, Relative) for each in stated)
        base = model.stated(chance.slots[0], _PLAIN)
        assert isinstance(base, int)
        lattice = model.lattice(entry, base)
        return {row: lattice.cumulative[:-1]} if listed or len(lattice.values) == 1 else None
    assert register is not None
    size, acts = chance.dimensions
    happens = [model.probabilities[chance.id]]
    happens += [
        lever.probability for lever in model.levers.values() if lever.risk == chance.id and lever.probability is not None
    ]
    if chance.kind == "driver":
        driver = next(entry for entry in register.drivers if entry.id == chance.id)
        lattice = model.factor(driver, None)
        listed = driver.shape in ("discrete", "uniform") or len(lattice.values) == 1
        return {acts: np.array(happens), size: lattice.cumulative[:-1]} if listed else None
    risk = model.risk(chance.id)
    lattices = [model.delay(risk, place, None) for place, impact in enumerate(risk.impacts) if impact.slips_to is None]
    if not all(_listed(impact) or impact.slips_to is not None for impact in risk.impacts):
        return None
    return {acts: np.array(happens), size: np.concatenate([np.zeros(0), *(each.cumulative[:-1] for each in lattices)])}


def _listed(impact: Impact) -> bool:
    """Say whether the values of an impact are the same under every shape."""
    return impact.shape == "uniform" or sum(end is not None for end in (impact.low, impact.likely, impact.high)) == 1
