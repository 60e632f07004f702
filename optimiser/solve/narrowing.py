"""By how much the span of a date over the open readings narrows once something is known: a reading, a number, a link."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from models.plan import Plan
from models.rules import Point
from models.worth import Narrowed
from optimiser.clock import Boundaries, clock_of
from optimiser.critical import Factors, combined
from optimiser.critical.columns import Flags
from optimiser.solve.sheets import MOST_COMBINATIONS, Sheet, live_options, sheets
from optimiser.solve.variant import Variant

__all__ = ["narrowed"]

Ends = dict[tuple[str, int], tuple[int, int]]
"""What is known, and which of the things it may turn out to be, to the first and the last date as ordinals."""


def narrowed(plan: Plan, milestone: str, known: Mapping[str, Sequence[Variant]]) -> dict[str, Narrowed]:
    """Return by how much the span of a milestone's deterministic date narrows.

    Parameters
    ----------
    plan
        With its scenarios applied, and no capacity that could hold the milestone.
    milestone
        Its id.
    known
        What could be known, each with what it may turn out to be besides what the plan says.

    Returns
    -------
    dict
        By reading, and by what is in ``known``; nothing where there are too many combinations, or no dates.

    Notes
    -----
    As long as a number is not known the span is that over the readings *and* over what the number may be. Known, it is one of
    the spans of which that is made. How likely each is is not asked: what is said is the least and the most by which it narrows.
    """
    readings = live_options(plan)
    if math.prod(len(reading.options) for reading in readings) > MOST_COMBINATIONS:
        return {}
    ends: Ends = {}
    for sheet in sheets(plan, readings, [milestone]):
        for key, (first, last) in _ends(sheet, milestone, known):
            before = ends.get(key, (first, last))
            ends[key] = min(before[0], first), max(before[1], last)
    clock, shown = clock_of(plan), plan.convention(Point(milestone, "start"))
    covered = clock.calendar.covers
    begin, end = covered.first.toordinal(), covered.last.toordinal()

    def width(first: int, last: int) -> int:
        low, high = clock.boundaries(np.clip(np.array([first, last], dtype=np.int64), begin, end), shown)
        return clock.days_between(int(low), int(high))

    found = {}
    for name in dict.fromkeys(name for name, _ in ends):
        each = [span for (of, _), span in ends.items() if of == name]
        whole = width(min(first for first, _ in each), max(last for _, last in each))
        widths = [width(*span) for span in each]
        found[name] = Narrowed(whole_wd=whole, least_wd=whole - max(widths), most_wd=whole - min(widths))
    return found


def _ends(
    sheet: Sheet, milestone: str, known: Mapping[str, Sequence[Variant]]
) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
    """Yield the ends that each thing leaves once it is known, among the combinations of one network."""
    network, plan = sheet.network, sheet.network.plan
    node, shown = network.nodes[milestone, "start"], plan.convention(Point(milestone, "start"))

    def spread(reached: Boundaries, good: Flags) -> tuple[int, int] | None:
        dated = reached[good & (reached <= network.clock.limit)]
        if not len(dated):
            return None
        first, last = (network.clock.show(int(end), shown).toordinal() for end in (dated.min(), dated.max()))
        return first, last

    reached, able = sheet.reached[milestone], ~sheet.infeasible
    found: dict[tuple[str, int], tuple[int, int] | None] = {}
    for reading, option in sheet.fixed.items():
        held = next(each for each in plan.readings if each.id == reading)
        found[reading, [each.id for each in held.options].index(option)] = spread(reached, able)
    for reading, options in sheet.options.items():
        found |= {(reading, option): spread(reached, able & (options == option)) for option in np.unique(options).tolist()}
    stated = spread(reached, able)
    for name, variants in known.items():
        found[name, 0] = stated
        for place, variant in enumerate(variants, 1):
            there = combined(network, _over(sheet.factors, variant), [node])
            found[name, place] = spread(there.reached[node], ~there.infeasible)
    yield from ((key, span) for key, span in found.items() if span is not None)


def _over(factors: Factors, variant: Variant) -> Factors:
    """Return the factors with a variant laid over them, whatever the readings say: one more of one option."""
    place = len(factors.sizes)
    values = {slot: (place, np.array([number], dtype=np.int64)) for slot, number in variant.values.items()}
    states = dict.fromkeys(variant.off, False) | dict.fromkeys(variant.on, True)
    switches = {name: (place, np.array([state])) for name, state in states.items()}
    return Factors((*factors.sizes, 1), {**factors.values, **values}, {**factors.switches, **switches})
