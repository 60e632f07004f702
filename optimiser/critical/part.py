"""Parts of a network: some of its inequalities alone, on the nodes that they speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from models.plan import DURATION_PREFIX
from optimiser.critical.arcs import Arc, Bound, Quorum
from optimiser.critical.network import Network

__all__ = ["cut", "part_of"]


def part_of(network: Network, held: Collection[str], nodes: Iterable[int] = ()) -> Network:
    """Return the network of some rules and durations alone, on the items that they speak of.

    Parameters
    ----------
    held
        Rules and durations that are on.
    nodes
        Nodes whose items are part of it in any case.

    Returns
    -------
    Network
        Its nodes in the order of the network's, under the same names; all that is held is on.
    """
    live = set(held)
    if network.facts:  # what is said of items holds among them all
        enabled = {name: name in live or name in network.facts for name in network.enabled}
        return replace(network, enabled=enabled, switch_slots={})
    arcs = [arc for arc in network.arcs if arc.rule in live]
    quorums = [quorum for quorum in network.quorums if quorum.rule in live]
    floors, ceilings = ([bound for bound in kind if bound.rule in live] for kind in (network.floors, network.ceilings))
    spoken_of = {node for arc in arcs for node in (arc.source, arc.target)} | set(nodes)
    spoken_of |= {node for quorum in quorums for node in (*quorum.sources, quorum.target)}
    spoken_of |= {bound.node for bound in (*floors, *ceilings)}
    items = {network.points[node].item for node in spoken_of}
    # Work that takes no time still does not finish before it starts.
    lengths = {DURATION_PREFIX + item for item in items} - live
    arcs += [
        network.durations[start]
        for item in items
        if (start := network.item_nodes(item)[0]) in network.durations and DURATION_PREFIX + item in lengths
    ]
    spoken_of |= {node for item in items for node in network.item_nodes(item)}
    return cut(network, sorted(spoken_of), arcs, quorums, floors, ceilings, live)


def cut(
    network: Network,
    nodes: Sequence[int],
    arcs: Iterable[Arc],
    quorums: Iterable[Quorum],
    floors: Iterable[Bound],
    ceilings: Iterable[Bound],
    live: Collection[str],
) -> Network:
    """Return a network of some nodes, numbered in the order given, and some inequalities between them.

    Parameters
    ----------
    live
        Names of which those that the inequalities bear are on.
    """
    place = {node: new for new, node in enumerate(nodes)}
    points = [network.points[node] for node in nodes]
    components = [network.order[rank] for rank in sorted({network.rank[node] for node in nodes})]
    part = Network(
        network.plan,
        network.clock,
        points=points,
        base=[network.base[node] for node in nodes],
        arcs=[replace(arc, source=place[arc.source], target=place[arc.target]) for arc in arcs],
        floors=[replace(floor, node=place[floor.node]) for floor in floors],
        ceilings=[replace(ceiling, node=place[ceiling.node]) for ceiling in ceilings],
        quorums=[
            replace(quorum, sources=tuple(place[node] for node in quorum.sources), target=place[quorum.target])
            for quorum in quorums
        ],
        dated_slots=network.dated_slots,
        facts=network.facts,
        order=[[place[node] for node in component if node in place] for component in components],
    )
    for point in points:
        for end in ("start", "finish"):
            if (node := network.nodes[point.item, end]) in place:
                part.nodes[point.item, end] = place[node]
    items = {point.item for point in points}
    part.began = {item: place[node] for item in items & network.began.keys() if (node := network.began[item]) in place}
    part.durations = {arc.source: arc for arc in part.arcs if arc.rule in arc.switches and arc.source != arc.target}
    names = {name for arc in part.arcs for name in (arc.rule, *arc.switches)} | {quorum.rule for quorum in part.quorums}
    names |= {bound.rule for bound in (*part.floors, *part.ceilings)}
    part.enabled = {name: name in live for name in names}
    return part
