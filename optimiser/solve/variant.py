"""Variants of a plan: switches and numbers changed in place, as columns, as a network, as capacities, and as a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.moment import date_at
from models.past import settled
from models.plan import Plan
from models.rules import Capacity
from optimiser.critical import Columns, Evaluated, Network, Resource, evaluate
from optimiser.critical.arcs import Arc, Bound
from optimiser.critical.backward import live_amount, live_arcs
from optimiser.critical.levelling import resource_of
from optimiser.numbers import NONE, Number, own_value, references, stated_column, valued, with_values

__all__ = [
    "Pools",
    "Rationing",
    "Variant",
    "capacities",
    "columns_of",
    "evaluate_variants",
    "network_of",
    "no_tighter",
    "pools_of",
    "renumbered",
    "varied",
    "with_number",
    "without_capacity",
]

Pools = tuple[Resource, ...]
Rationing = tuple[tuple[Capacity, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of a plan: some rules off, some on that are not, some numbers replaced."""

    off: tuple[str, ...] = ()
    values: dict[str, int] = field(default_factory=dict)
    on: tuple[str, ...] = ()


def evaluate_variants(network: Network, variants: Sequence[Variant]) -> Evaluated:
    """Return the earliest positions of many variants at once; where a capacity is on, they are lower bounds."""
    return evaluate(network, columns_of(network, variants))


def columns_of(network: Network, variants: Sequence[Variant]) -> Columns:
    """Return the columns of variants, whose numbers may be of rules and durations, or of assumptions and unknowns.

    Where a variant sets no number, the column has the one that is stated.
    """
    count = len(variants)
    past = settled(network.plan)
    switches: dict[str, NDArray[np.bool_]] = {}
    values: dict[str, NDArray[np.int64]] = {}
    for sample, variant in enumerate(variants):
        for names, state in ((variant.off, False), (variant.on, True)):
            for name in names:
                if name not in switches:
                    switches[name] = np.full(count, network.enabled[name])
                switches[name][sample] = state
        for slot, number in variant.values.items():
            if slot in past:
                continue  # no number moves a fact
            if slot not in values:
                values[slot] = np.full(count, stated_column(network.plan, slot), dtype=np.int64)
            values[slot][sample] = number
    return Columns(count, values, switches)


def with_number(number: Number, units: int, off: tuple[str, ...] = ()) -> Variant:
    """Return the variant in which a number is worse by some units; better where they are negative."""
    return Variant(off, {number.slot: number.column(units)})


def network_of(network: Network, variant: Variant) -> Network:
    """Return the network of a variant: switches and numbers changed in place, nothing compiled.

    Capacities have no inequalities; for their amounts see `pools_of`.
    """
    before, enabled = network, network.enabled
    if variant.off or variant.on:
        enabled = enabled | dict.fromkeys(variant.off, False) | dict.fromkeys(variant.on, True)
        rules = network.plan.rules_by_id
        rationed = any(enabled[rule.id] for rule in rules.values() if rule.kind == "capacity")
        network = replace(network, enabled=enabled, uses_capacity=rationed)
    stated = network.plan.values
    # Where both an assumption and a rule that uses it are set, the rule's own number holds.
    for name in sorted(variant.values, key=lambda name: name not in stated):
        network = renumbered(network, name, variant.values[name])
    if "live" in before.kept and not variant.on and network is not before:
        network.kept["live"] = _live_after(before, network, set(variant.off))
    return network


def _live_after(before: Network, network: Network, off: set[str]) -> list[tuple[Arc, int]]:
    """Return `live_arcs` of a network, derived from those of one with other numbers and fewer rules off."""
    swapped = {id(old): new for old, new in zip(before.arcs, network.arcs, strict=True) if old is not new}
    found = []
    for entry in live_arcs(before):
        arc = entry[0]
        changed = swapped.get(id(arc), arc)
        if changed is arc and arc.rule not in off and (not arc.switches or off.isdisjoint(arc.switches)):
            found.append(entry)
        else:
            on, amount = live_amount(network, changed)
            if on:
                found.append((changed, amount))
    return found


def pools_of(
    network: Network, variant: Variant, stated: Mapping[str, Resource] | None = None, rules: Rationing | None = None
) -> Pools:
    """Return the live capacities of a variant.

    Parameters
    ----------
    network
        Of the plan, or of the variant.
    stated
        Capacities of the plan as it stands, by rule: those that the variant leaves alone are taken from here.
    rules
        `capacities` of the plan, where they are known.
    """
    known = stated or {}
    found = []
    for rule, named in capacities(network) if rules is None else rules:
        on = (network.enabled.get(rule.id, False) or rule.id in variant.on) and rule.id not in variant.off
        if on and rule.id in known and named.isdisjoint(variant.values):
            found.append(known[rule.id])
        elif on:
            found.append(resource_of(network.plan, network.clock, rule, variant.values))
    return tuple(found)


def capacities(network: Network) -> Rationing:
    """Return the capacities of a plan, on or off, each with the names under which a variant can set its numbers."""
    rules = (rule for rule in network.plan.rules if isinstance(rule, Capacity))
    return tuple((rule, frozenset({rule.id, *references(rule)})) for rule in rules)


def no_tighter(pools: Pools, than: Mapping[str, Resource]) -> bool:
    """Return whether whatever keeps inside some capacities keeps inside others too: no less of any, and no new demand."""
    for pool in pools:
        other = than.get(pool.rule)
        if other is pool:
            continue
        if other is None or np.any(pool.available < other.available):
            return False
        if any(amount > other.demand.get(item, 0) for item, amount in pool.demand.items()):
            return False
    return True


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
    assumed, own = {}, {}
    past = settled(plan)
    for name, number in ((name, number) for name, number in variant.values.items() if name not in past):
        if name in plan.values:
            assumed[name] = valued(plan.values[name], number)
        else:
            own[name] = valued(own_value(plan, name), number)
    return with_values(plan, assumed, own, switched)


def renumbered(network: Network, slot: str, number: int) -> Network:
    """Return a network in which the arcs, lengths, bounds and quorums of a slot have another number, as a column holds it."""
    clock, plan = network.clock, network.plan

    def bounded(bound: Bound) -> Bound:
        if slot not in bound.slots:
            return bound
        convention = plan.convention(network.points[bound.node])
        boundary = None if number == NONE else clock.stated(date_at(number), convention, bound.side)
        gone = boundary is not None and bound.side == "ceiling" and network.missed(boundary)
        return replace(bound, boundary=None if gone else boundary)

    replaced = {id(arc): arc.renumbered(slot, number) for arc in network.arcs if slot in arc.names}
    return replace(
        network,
        arcs=[replaced.get(id(arc), arc) for arc in network.arcs],
        durations={start: replaced.get(id(arc), arc) for start, arc in network.durations.items()},
        floors=[bounded(each) for each in network.floors],
        ceilings=[bounded(each) for each in network.ceilings],
        quorums=[
            replace(
                quorum,
                amount=number if slot in quorum.slots else quorum.amount,
                count=number if slot in quorum.count_slots else quorum.count,
            )
            for quorum in network.quorums
        ],
    )
