"""Which rows of a plan's register of risks, assumptions, issues and dependencies bear on what."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from models.plan import DURATION_PREFIX, Plan
from optimiser.numbers import references

__all__ = ["raid_of"]


def raid_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return the rows of the register that bear on each rule, duration, assumption and item.

    A row that names an assumption bears on what uses it; one that names an activity, on its duration.
    """
    touched: dict[str, list[str]] = defaultdict(list)
    for row in plan.raid:
        for name in row.touches:
            touched[name].append(row.id)
    found: dict[str, tuple[str, ...]] = {name: tuple(rows) for name, rows in touched.items()}
    entries: list[tuple[str, Any]] = [(DURATION_PREFIX + activity.id, activity) for activity in plan.activities]
    entries += [(rule.id, rule) for rule in plan.rules]
    for name, entry in entries:
        rows = [*touched.get(name, ()), *touched.get(name.removeprefix(DURATION_PREFIX), ())]
        rows += [row for assumed in references(entry) for row in touched.get(assumed, ())]
        if rows:
            found[name] = tuple(dict.fromkeys(rows))
    return found
