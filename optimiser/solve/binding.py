"""What each rule of the conflict at "one day earlier" is worth: removed, relaxed by one unit, and with its partners."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.findings import Binding
from models.items import Activity
from models.plan import DURATION_PREFIX
from models.rules import AtLeast, Dependency, Gate, NotAfter, NotBefore
from optimiser.critical import Columns, Earliest, Evaluated, Network, earliest_times, evaluate, minimal_core
from optimiser.wording import describe

__all__ = ["Variant", "bindings", "columns_of", "conflict_before", "evaluate_variants", "unit_relaxation"]

QUESTION = "the date asked for"
"""What bears the ceiling of "one day earlier" in a forward pass: part of the question, not a rule."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of a plan: some rules off, some on that are not, some numbers replaced."""

    off: tuple[str, ...] = ()
    values: dict[str, int] = field(default_factory=dict)
    on: tuple[str, ...] = ()


def evaluate_variants(network: Network, variants: Sequence[Variant]) -> Evaluated:
    """Return the earliest positions of many variants at once."""
    return evaluate(network, columns_of(network, variants, stated_number))


def columns_of(network: Network, variants: Sequence[Variant], stated: Callable[[Network, str], int]) -> Columns:
    """Return the columns of variants; where a variant sets no number, it has the one that is stated."""
    count = len(variants)
    switches: dict[str, NDArray[np.bool_]] = {}
    values: dict[str, NDArray[np.int64]] = {}
    for sample, variant in enumerate(variants):
        for names, state in ((variant.off, False), (variant.on, True)):
            for name in names:
                column = switches.setdefault(name, np.full(count, network.enabled[name]))
                column[sample] = state
        for slot, number in variant.values.items():
            if slot not in values:
                values[slot] = np.full(count, stated(network, slot), dtype=np.int64)
            values[slot][sample] = number
    return Columns(count, values, switches)


def stated_number(network: Network, name: str) -> int:
    """Return the number of a rule or duration as a column would hold it, from the plan as it stands."""
    plan, clock = network.plan, network.clock
    if name.startswith(DURATION_PREFIX):
        activity = plan.items[name.removeprefix(DURATION_PREFIX)]
        assert isinstance(activity, Activity)
        return plan.duration(activity.duration).amount
    rule = plan.rules_by_id[name]
    if isinstance(rule, Dependency):
        return plan.duration(rule.lag).amount
    if isinstance(rule, Gate):
        return plan.duration(rule.notice).amount
    if isinstance(rule, AtLeast):
        return plan.amount(rule.count)
    if isinstance(rule, NotBefore | NotAfter):
        date = plan.date(rule.date)
        if date is not None:
            return date.toordinal()
    message = f"'{name}' has no number of its own on calendar '{clock.calendar.id}'"
    raise KeyError(message)


def unit_relaxation(network: Network, name: str) -> int | None:
    """Return the number of a rule or duration relaxed by one unit, None where it has no unit or none is left.

    A length, a minimum lag, a notice or a count shrinks by one in its own unit; a maximum lag grows; a floor moves one
    working day earlier and a ceiling one later.
    """
    plan, clock = network.plan, network.clock
    if name.startswith(DURATION_PREFIX):
        amount = stated_number(network, name)
        return amount - 1 if amount else None
    rule = plan.rules_by_id[name]
    if isinstance(rule, Dependency):
        return stated_number(network, name) + (1 if rule.bound == "at-most" else -1)
    if isinstance(rule, Gate | AtLeast):
        amount = stated_number(network, name)
        return amount - 1 if amount > (1 if isinstance(rule, AtLeast) else 0) else None
    if isinstance(rule, NotBefore | NotAfter):
        date = plan.date(rule.date)
        if date is None:
            return None
        convention = plan.convention(rule.points()[0])
        step = 1 if isinstance(rule, NotAfter) else -1
        moved = clock.boundary(date, convention) + step
        return clock.show(moved, convention).toordinal() if 1 <= moved < clock.size else None
    return None


def conflict_before(earliest: Earliest, milestone: str, boundary: int) -> tuple[str, ...]:
    """Return a minimal set of rules and durations that keeps a milestone from being at or before a boundary.

    Empty where nothing keeps it: the axis begins there.
    """
    network = earliest.network
    node = network.nodes[milestone, "start"]
    ceilings = {node: (boundary, QUESTION)}
    tried = earliest_times(network, ceilings=ceilings)
    if tried.trouble is None:
        return ()
    behind = tried.rules_behind(tried.trace(tried.trouble.event))
    if tried.trouble.rule and tried.trouble.rule != QUESTION:
        behind.append(tried.trouble.rule)
    return minimal_core(network, behind, ceilings=ceilings)


def bindings(earliest: Earliest, milestone: str) -> tuple[Binding, ...]:
    """Return every member of one minimal conflict at "one boundary earlier", with what it is worth.

    Notes
    -----
    A rule has a gain on its own exactly when it is in every minimal conflict; so only one conflict's members need to be
    tried. A member without a gain is tried with each member of the conflict that remains when it is gone: those that
    then gain are its partners.
    """
    network = earliest.network
    node = network.nodes[milestone, "start"]
    boundary = earliest.values[node]
    members = conflict_before(earliest, milestone, boundary - 1)
    if not members:
        return ()
    variants = [Variant(off=(name,)) for name in members]
    units = {name: relaxed for name in members if (relaxed := unit_relaxation(network, name)) is not None}
    variants += [Variant(values={name: relaxed}) for name, relaxed in units.items()]
    evaluated = evaluate_variants(network, variants)
    gained = boundary - evaluated.of(milestone)
    pushed = _pushed_by(earliest, milestone)
    found = []
    for sample, name in enumerate(members):
        detached = any(evaluated.values[each, sample] == network.clock.origin for each in pushed.get(name, ()))
        unit = len(members) + list(units).index(name) if name in units else None
        member = describe(network.plan, name)
        drop = int(gained[sample])
        found.append(
            Binding(
                rule=name,
                title=member.title,
                kind=member.kind,
                authority=member.authority,
                basis=member.basis,
                drop_gain_wd=None if detached else drop,
                unit_gain_wd=None if unit is None else int(gained[unit]),
                joint_with=_partners(earliest, milestone, name, boundary) if drop == 0 else (),
            )
        )
    return tuple(found)


def _pushed_by(earliest: Earliest, milestone: str) -> dict[str, set[int]]:
    """Return, for each link or floor behind a milestone's date, the points that it pushed."""
    pushed: dict[str, set[int]] = {}
    for index in earliest.trace(earliest.last[earliest.network.nodes[milestone, "start"]]):
        event = earliest.events[index]
        if event.rule and not event.rule.startswith(DURATION_PREFIX):
            pushed.setdefault(event.rule, set()).add(event.node)
    return pushed


def _partners(earliest: Earliest, milestone: str, name: str, boundary: int) -> tuple[str, ...]:
    """Return the rules of which each, dropped together with a rule that gains nothing alone, gains days."""
    network = earliest.network
    node = network.nodes[milestone, "start"]
    without = earliest_times(network, off=(name,), ceilings={node: (boundary - 1, QUESTION)})
    if without.trouble is None:
        return ()
    others = [other for other in without.rules_behind(without.trace(without.trouble.event)) if other != name]
    evaluated = evaluate_variants(network, [Variant(off=(name, other)) for other in others])
    better = evaluated.of(milestone) < boundary
    return tuple(other for other, gains in zip(others, better, strict=True) if gains)
