"""Variants of a plan in the two forms that others take: columns of numbers and switches, and plans of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from models.duration import Duration, Reference
from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from optimiser.critical import Columns, Network
from optimiser.encoding.levers import FIELDS, number_of
from optimiser.solve.binding import Variant, columns_of, stated_number
from optimiser.solve.spans import column_number

__all__ = ["columns_for", "stated_column", "varied", "without_capacity"]


def columns_for(network: Network, variants: Sequence[Variant]) -> Columns:
    """Return the columns of variants, whose numbers may be of assumptions and unknowns too."""
    return columns_of(network, variants, stated_column)


def stated_column(network: Network, slot: str) -> int:
    """Return the number of an assumption, unknown, rule or duration as a column holds it."""
    if slot in network.plan.values:
        number = column_number(network.plan.values[slot])
        assert number is not None
        return number
    return stated_number(network, slot)


def without_capacity(plan: Plan, variant: Variant) -> Variant:
    """Return a variant without the amounts of capacities, of which the network knows nothing."""
    rules = plan.rules_by_id
    if not any(name in rules and rules[name].kind == "capacity" for name in variant.values):
        return variant
    kept = {name: value for name, value in variant.values.items() if name not in rules or rules[name].kind != "capacity"}
    return Variant(variant.off, kept, variant.on)


def varied(network: Network, variant: Variant) -> Plan:
    """Return the plan of a variant."""
    plan = network.plan
    switched = dict.fromkeys(variant.off, False) | dict.fromkeys(variant.on, True)
    own = {name: number for name, number in variant.values.items() if name not in plan.values}
    assumed = {name: number for name, number in variant.values.items() if name in plan.values}

    def changed(entry: Any, name: str) -> Any:
        update: dict[str, Any] = {"enabled": switched[name]} if name in switched else {}
        if name in own:
            update[_number_field(entry)] = _value(_stated(plan, entry), own[name])
        return entry.model_copy(update=update) if update else entry

    replaced: dict[str, Any] = {
        "rules": tuple(changed(rule, rule.id) for rule in plan.rules),
        "activities": tuple(changed(activity, DURATION_PREFIX + activity.id) for activity in plan.activities),
    }
    if assumed:
        for kind in ("assumptions", "unknowns"):
            replaced[kind] = tuple(
                entry.model_copy(update={"value": _value(entry.value, assumed[entry.id])}) if entry.id in assumed else entry
                for entry in getattr(plan, kind)
            )
    return plan.evolve(**replaced)


def _number_field(entry: Any) -> str:
    return "duration" if isinstance(entry, Activity) else FIELDS[type(entry)]


def _stated(plan: Plan, entry: Any) -> Any:
    term = number_of(entry)
    return plan.values[term.name] if isinstance(term, Reference) else term


def _value(stated: object, number: int) -> object:
    """Return a number that a column holds as a value of the kind that is stated."""
    if isinstance(stated, Duration):
        return Duration(number, stated.unit)
    if isinstance(stated, dt.date):
        return dt.date.fromordinal(number)
    return number
