"""What each rule of the conflict at "one day earlier" is worth: removed, relaxed by one unit, and with its partners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.findings import Binding
from optimiser.clock import Boundaries, Clock
from optimiser.critical import Earliest, compile_network, earliest_times, minimal_core
from optimiser.numbers import number_of_rule
from optimiser.solve.fallback import Fallback, bared, loose_nodes, pushed_by
from optimiser.solve.variant import Variant, evaluate_variants
from optimiser.wording import describe

__all__ = ["QUESTION", "bindings", "conflict_before"]

QUESTION = "the date asked for"
"""What bears the ceiling of "one day earlier" in a forward pass: part of the question, not a rule."""


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
    return minimal_core(network, tried.rules_of_trouble(), ceilings=ceilings, named=(QUESTION,))


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
    numbers = {name: number_of_rule(network.plan, network.clock, name) for name in members}
    units = {name: number.column(-1) for name, number in numbers.items() if number is not None and number.least > 0}
    variants += [Variant(values={name: relaxed}) for name, relaxed in units.items()]
    alone = [(name,) for name in members]
    pushed = pushed_by(earliest, milestone)
    asked, barer = bared(network, alone, pushed)
    evaluated = evaluate_variants(network, [*variants, *barer])
    worked = [network.clock.worked_between(at, boundary) for at in evaluated.of(milestone)[: len(variants)].tolist()]
    gained = [network.clock.in_days(each) for each in worked]
    within = [each if each and not days else None for each, days in zip(worked, gained, strict=True)]
    dated = ~(evaluated.infeasible | evaluated.beyond(milestone))
    loose = loose_nodes(evaluated.values, len(members), asked)
    joint = _partners(earliest, milestone, [name for name, each in zip(members, worked, strict=False) if not each], boundary)
    back = _fallen_back(earliest, milestone, pushed, [name for name, nodes in zip(members, loose, strict=True) if nodes])
    found = []
    for sample, name in enumerate(members):
        unit = len(members) + list(units).index(name) if name in units else None
        member = describe(network.plan, name)
        found.append(
            Binding(
                rule=name,
                title=member.title,
                kind=member.kind,
                authority=member.authority,
                basis=member.basis,
                drop_gain_wd=None if loose[sample] else gained[sample],
                fallback_gain_wd=back.get(name),
                unit_gain_wd=gained[unit] if unit is not None and dated[unit] else None,
                joint_with=joint.get(name, ()),
                drop_gain_min=None if loose[sample] else within[sample],
                unit_gain_min=within[unit] if unit is not None and dated[unit] else None,
            )
        )
    return tuple(found)


def _in_days(clock: Clock, reached: Boundaries, boundary: int) -> list[int]:
    """Return the working days from where a milestone would be to where it is, of every sample."""
    return [clock.in_days(clock.worked_between(at, boundary)) for at in reached.tolist()]


def _fallen_back(earliest: Earliest, milestone: str, pushed: Mapping[str, set[int]], names: Sequence[str]) -> dict[str, int]:
    """Return the gain from dropping each rule that alone places a point, with the point back at its published start."""
    network = earliest.network
    fallback = Fallback(network, pushed, milestone, names)
    names = [name for name in names if fallback.back_to(name)]
    placed = [
        name for name, known in zip(names, fallback.placed([(name,) for name in names]), strict=True) if known is not None
    ]
    if not placed:
        return {}
    beside = compile_network(fallback.plan, network.clock)
    evaluated = evaluate_variants(beside, [fallback.variant((name,)) for name in placed])
    dated = ~(evaluated.infeasible | evaluated.beyond(milestone))
    gained = _in_days(network.clock, evaluated.of(milestone), earliest.values[network.nodes[milestone, "start"]])
    return {name: gain for name, gain, known in zip(placed, gained, dated, strict=True) if known}


def _partners(earliest: Earliest, milestone: str, names: Sequence[str], boundary: int) -> dict[str, tuple[str, ...]]:
    """Return for each rule that gains nothing alone the rules of which each, dropped together with it, gains days."""
    network = earliest.network
    node = network.nodes[milestone, "start"]
    pairs: list[tuple[str, str]] = []
    for name in names:
        without = earliest_times(network, off=(name,), ceilings={node: (boundary - 1, QUESTION)})
        if without.trouble is not None:
            pairs += [(name, other) for other in without.rules_of_trouble() if other not in (name, QUESTION)]
    found: dict[str, tuple[str, ...]] = {}
    if pairs:
        better = evaluate_variants(network, [Variant(off=pair) for pair in pairs]).of(milestone) < boundary
        for (name, other), gains in zip(pairs, better.tolist(), strict=True):
            found[name] = (*found.get(name, ()), *((other,) if gains else ()))
    return found
