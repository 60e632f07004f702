"""Reading a forward pass: the driving chain, the certificate of a date, the rules of a conflict made minimal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from models.findings import Certificate, CertificateStep
from models.items import Summary
from optimiser.critical.columns import Columns
from optimiser.critical.evaluated import evaluate
from optimiser.critical.forward import Earliest, earliest_times
from optimiser.critical.network import Network
from optimiser.critical.part import part_of
from optimiser.wording import demand, plain_date, point_name

__all__ = ["certificate", "driving_items", "minimal_core", "proved_core", "statement"]


def driving_items(earliest: Earliest, milestone: str) -> tuple[str, ...]:
    """Return the items of the line of reasons behind a milestone's date, first to last, each once."""
    network = earliest.network
    line = earliest.chain(earliest.last[network.nodes[milestone, "start"]])
    return tuple(dict.fromkeys(network.points[earliest.events[index].node].item for index in line))


def certificate(earliest: Earliest, milestone: str) -> Certificate:
    """Return the argument that a milestone cannot be earlier, one line for each push behind its date."""
    network = earliest.network
    plan, clock = network.plan, network.clock
    events = earliest.trace(earliest.last[network.nodes[milestone, "start"]])
    place = {event: index for index, event in enumerate(events)}
    steps = []
    for index in events:
        event = earliest.events[index]
        point = network.points[event.node]
        date = clock.show(event.boundary, plan.convention(point))
        known = {earliest.events[parent].node: earliest.events[parent].boundary for parent in event.parents}
        steps.append(
            CertificateStep(
                point=str(point)
                if (point.item, "finish") in network.nodes and _has_two_ends(network, point.item)
                else point.item,
                boundary=event.boundary,
                date=date,
                rule=event.rule,
                after=tuple(place[parent] for parent in event.parents),
                statement=statement(network, event.node, event.boundary, event.rule, known),
            )
        )
    return Certificate(milestone=milestone, steps=tuple(steps))


def statement(network: Network, node: int, boundary: int, rule: str | None, known: Mapping[int, int]) -> str:
    """Return what one line of an argument says.

    Parameters
    ----------
    known
        The boundaries that it follows from, by node.
    """
    plan, point = network.plan, network.points[node]
    date = plain_date(network.clock.show(boundary, plan.convention(point)))
    reason = _ground(network, node, boundary, pushed=bool(known)) if rule is None else demand(plan, rule)
    for quorum in network.quorums:
        at = [known.get(source) for source in quorum.sources]
        if quorum.rule == rule and quorum.target == node and quorum.reach(at)[0] == boundary and (said := quorum.said(at)):
            reason = f"{reason}; {said}"
    rest = point.end == "start" and network.began.get(point.item) is not None and not _came(network, node, boundary)
    name = f"what is left of {point.item}" if rest else point_name(plan, point)
    return f"{name} is at {date} or later: {reason}"


def _came(network: Network, node: int, boundary: int) -> bool:
    """Say whether a point of a plan of days was done by a boundary: of begun work its actual start."""
    point = network.points[node]
    began = network.began.get(point.item) if point.end == "start" else None
    return network.plan.done(point.item) or (began is not None and boundary <= network.base[began])


def _ground(network: Network, node: int, boundary: int, *, pushed: bool) -> str:
    """Say why a point is no earlier that no rule holds."""
    if network.plan.unit == "day" and network.plan.status_date is not None:
        since = f"done by the status date, {plain_date(network.plan.status_date)}"
        return "so it was done" if _came(network, node, boundary) else f"it is not {since}"
    point = network.points[node]
    item = network.plan.items[point.item]
    progress = getattr(item, "progress", None)
    if progress is not None and progress.begun:
        return "so it was done"
    if isinstance(item, Summary):
        return "so what it spans lies"
    if pushed:
        return "its calendar, or where it is put, has it so"
    return "nothing starts before the horizon"


def _has_two_ends(network: Network, item: str) -> bool:
    """Say whether an item has a start and a finish."""
    start, finish = network.item_nodes(item)
    return start != finish


def minimal_core(
    network: Network,
    rules: Iterable[str],
    *,
    ceilings: Mapping[int, tuple[int, str]] | None = None,
    named: Collection[str] = (),
) -> tuple[str, ...]:
    """Return the members of `proved_core`."""
    return proved_core(network, rules, ceilings=ceilings, named=named)[0]


def proved_core(
    network: Network,
    rules: Iterable[str],
    *,
    ceilings: Mapping[int, tuple[int, str]] | None = None,
    named: Collection[str] = (),
) -> tuple[tuple[str, ...], bool]:
    """Shrink a set of rules and durations that cannot all hold until none can be left out.

    Parameters
    ----------
    network
        The plan's inequalities.
    rules
        An infeasible set: what a forward pass ran into.
    ceilings
        Latest boundaries that are part of the question and stay.
    named
        Names that the ceilings bear, not rules of the plan.

    Returns
    -------
    members : tuple of str
        An irreducible subset, in the order given. Deletion (Chinneck and Dravnieks 1991): each member is tried once.
    minimal : bool
        Whether without each of them there is a schedule; where there is none on this axis a longer one might have one.
    """
    core = [rule for rule in rules if rule not in named]
    part = part_of(network, [name for name in core if network.enabled[name]], ceilings or {})
    held = {part.node(network.points[node]): bound for node, bound in (ceilings or {}).items()}

    def without(name: str) -> tuple[list[str], str]:
        trial = [each for each in core if each != name]
        return trial, earliest_times(part, off=set(part.enabled) - set(trial), ceilings=held).status

    # What is needed in a larger set is needed in every smaller one, as leaving out only opens a plan.
    needed = _needed(part, core, held)
    unproved = []
    for name in [each for each in core if each not in needed]:
        trial, status = without(name)
        if status == "infeasible":
            core = trial
        elif status == "beyond":
            unproved.append(name)
    # What is proved of a larger set is proved of a smaller one.
    return tuple(core), all(without(name)[1] == "feasible" for name in unproved)


def _needed(part: Network, core: Sequence[str], ceilings: Mapping[int, tuple[int, str]]) -> set[str]:
    """Return the members of a core without each of which alone there is a schedule, all looked at in one pass."""
    if not core:
        return set()
    away = ~np.eye(len(core), dtype=np.bool_)
    found = evaluate(part, Columns(len(core), switches=dict(zip(core, away, strict=True))))
    good = ~found.infeasible & (found.values <= part.clock.limit).all(axis=0)
    for node, (boundary, _) in ceilings.items():
        good &= found.values[node] <= boundary
    return {name for name, able in zip(core, good.tolist(), strict=True) if able}
