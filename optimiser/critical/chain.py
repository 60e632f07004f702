"""Reading a forward pass: the driving chain, the certificate of a date, the rules of a conflict made minimal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from models.findings import Certificate, CertificateStep
from optimiser.critical.forward import Earliest, earliest_times
from optimiser.critical.network import Network
from optimiser.wording import demand, plain_date, point_name

__all__ = ["certificate", "driving_items", "minimal_core", "proved_core"]


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
        reason = "nothing starts before the horizon" if event.rule is None else demand(plan, event.rule)
        steps.append(
            CertificateStep(
                point=str(point)
                if (point.item, "finish") in network.nodes and _has_two_ends(network, point.item)
                else point.item,
                boundary=event.boundary,
                date=date,
                rule=event.rule,
                after=tuple(place[parent] for parent in event.parents),
                statement=f"{point_name(plan, point)} is at {plain_date(date)} or later: {reason}",
            )
        )
    return Certificate(milestone=milestone, steps=tuple(steps))


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
    everything = set(network.enabled)

    def without(name: str) -> tuple[list[str], str]:
        trial = [each for each in core if each != name]
        return trial, earliest_times(network, off=everything - set(trial), ceilings=ceilings).status

    unproved = []
    for name in list(core):
        trial, status = without(name)
        if status == "infeasible":
            core = trial
        elif status == "beyond":
            unproved.append(name)
    # What is proved of a larger set is proved of a smaller one.
    return tuple(core), all(without(name)[1] == "feasible" for name in unproved)
