"""Fallback of a point whose placing rule is dropped: to its other rules, or to its published start.

A point that nothing but the plan's start and its own alignments, releases and blackouts holds has not gained time, it has lost
its reason. It then falls back to the row that was published for it, where there is one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

from models.items import Hammock
from models.past import settled
from models.plan import DURATION_PREFIX, Plan
from models.rules import Alignment, Blackout, Capacity, Equality, NotBefore, Point, Release, Rule
from optimiser.clock import Boundaries
from optimiser.critical import Earliest, Network, reaches
from optimiser.solve.variant import Variant, evaluate_variants

__all__ = ["Fallback", "bared", "inferred_rules", "loose_nodes", "loosened", "pushed_by", "without_each"]

_NO_LINKS = (Alignment, Blackout, Capacity, Equality, NotBefore, Release)


class Fallback:
    """Where what some rules hold falls back to once they are gone, on its way to one milestone.

    The published start of an item holds it; of one that has none, those of the next ones behind it that have.

    Attributes
    ----------
    plan
        The plan with the floors that this takes beside its own rules, off until a variant puts them on.
    """

    def __init__(self, network: Network, pushed: Mapping[str, set[int]], milestone: str, names: Sequence[str]) -> None:
        self.network = network
        placed = _placed_by(network)
        own = {name: {node for node, rules in placed.items() if name in rules} for name in names}
        self._pushed = {name: own[name] | pushed.get(name, set()) for name in names}
        published = self._published(milestone)
        self._behind = {name: {node: published[node] for node in nodes} for name, nodes in self._pushed.items()}
        needed = {node for found in self._behind.values() for nodes in found.values() for node in nodes}
        self._floors = {node: _floor(network.plan, network.points[node]) for node in sorted(needed)}
        self.plan = network.plan.evolve(rules=(*network.plan.rules, *self._floors.values())) if needed else network.plan

    def item(self, name: str) -> str:
        """Return what waits for a rule."""
        nodes = sorted(self._pushed[name])
        return self.network.points[nodes[0]].item if nodes else self.network.plan.rules_by_id[name].points()[-1].item

    def back_to(self, name: str) -> tuple[str, dt.date] | None:
        """Return the first item that falls back to its published start without a rule, and that start; None where none does."""
        floors = [self._floors[node] for found in self._behind[name].values() for node in found]
        dated = [(floor.at.item, floor.date) for floor in floors if isinstance(floor.date, dt.date)]
        return min(dated, key=lambda pair: pair[1], default=None)

    def variant(self, names: Sequence[str]) -> Variant:
        """Return the variant without some rules and durations, in which what the rules held falls back."""
        nodes = {node for name in names for found in self._behind.get(name, {}).values() for node in found}
        return Variant(off=tuple(names), on=tuple(self._floors[node].id for node in sorted(nodes)))

    def placed(self, sets: Sequence[Sequence[str]]) -> list[Literal["held", "published"] | None]:
        """Return for each set of the rules what places all that they held, without them: other rules, or published starts too.

        None where neither does.
        """
        loose = loosened(self.network, sets, self._pushed)
        without = {node for found in self._behind.values() for node, published in found.items() if not published}
        return [None if nodes & without else "published" if nodes else "held" for nodes in loose]

    def _published(self, milestone: str) -> list[frozenset[int]]:
        """Return for each node the first ones with a published date on the ways to the milestone, itself where it has one."""
        network = self.network
        dated = [_published_at(network.plan, point) is not None for point in network.points]
        if not any(dated):
            return [frozenset() for _ in dated]
        leads = reaches(network, network.nodes[milestone, "start"])
        after: dict[int, set[int]] = {}
        pairs = [(arc.source, arc.target) for arc in network.arcs if not arc.mirrored and network.enabled.get(arc.rule, True)]
        pairs += [
            (source, quorum.target) for quorum in network.quorums if network.enabled[quorum.rule] for source in quorum.sources
        ]
        for source, target in pairs:
            if source != target and leads[target]:
                after.setdefault(source, set()).add(target)
        found = [frozenset((node,)) if known else frozenset[int]() for node, known in enumerate(dated)]
        for component in reversed(network.order):
            for start in (node for node in component if not dated[node]):
                behind, seen, stack = set[int](), {start}, [start]
                while stack:
                    for other in after.get(stack.pop(), set()) - seen:
                        seen.add(other)
                        if dated[other] or other not in component:
                            behind |= found[other]
                        else:  # it runs in a circle with this one
                            stack.append(other)
                found[start] = frozenset(behind)
        return found


def inferred_rules(network: Network) -> tuple[Rule, ...]:
    """Return the active links that somebody inferred and that still hold anything: logic not stated in the source."""
    rules, past = network.plan.rules, settled(network.plan)
    weak = (rule for rule in rules if rule.basis == "inferred" and rule.id not in past)
    return tuple(rule for rule in weak if not isinstance(rule, _NO_LINKS) and network.enabled[rule.id])


def without_each(earliest: Earliest, milestone: str) -> tuple[Plan, dict[str, Variant]]:
    """Return for each inferred link that leads to a milestone the variant without it, and the plan of which they are variants.

    Where other rules hold the milestone no earlier than it is, the link alone is gone; else what it held falls back to its
    published start. A link is left out where nothing says where what it held would be.
    """
    network = earliest.network
    node = network.nodes[milestone, "start"]
    leads = reaches(network, node)
    ahead = {arc.rule for arc in network.arcs if leads[arc.target]} | {
        each.rule for each in network.quorums if leads[each.target]
    }
    names = [rule.id for rule in inferred_rules(network) if rule.id in ahead]
    if not names:
        return network.plan, {}
    fallback = Fallback(network, pushed_by(earliest, milestone), milestone, names)
    alone = evaluate_variants(network, [Variant(off=(name,)) for name in names]).of(milestone)
    found = {}
    for name, place, reached in zip(names, fallback.placed([(name,) for name in names]), alone.tolist(), strict=True):
        if place is not None:
            stays = place == "held" and earliest.status == "feasible" and reached >= earliest.values[node]
            found[name] = Variant(off=(name,)) if stays else fallback.variant((name,))
    return fallback.plan, found


def _floor(plan: Plan, point: Point) -> NotBefore:
    """Return the floor that holds a point no earlier than it was published, off until it is asked for."""
    name, date = f"published {point}", _published_at(plan, point)
    assert date is not None
    return NotBefore.model_construct(
        kind="not-before", id=name, title=name, at=point, date=date, enabled=False, basis="document"
    )


def pushed_by(earliest: Earliest, milestone: str) -> dict[str, set[int]]:
    """Return, for each link or floor behind a milestone's date, the nodes that it pushed; lengths are left out."""
    if earliest.status == "feasible":
        events = [earliest.events[index] for index in earliest.trace(earliest.last[earliest.network.nodes[milestone, "start"]])]
    else:
        events = list(earliest.events)
    pushed: dict[str, set[int]] = {}
    for event in events:
        if event.rule and not event.rule.startswith(DURATION_PREFIX):
            pushed.setdefault(event.rule, set()).add(event.node)
    return pushed


def _placed_by(network: Network) -> dict[int, set[str]]:
    """Return, for each node, the active links, counts and floors that may move it from where it was; durations are left out."""
    found: dict[int, set[str]] = {}
    arcs = [(arc.target, arc.rule) for arc in network.arcs if arc.source != arc.target and not arc.mirrored]
    arcs += [(quorum.target, quorum.rule) for quorum in network.quorums]
    arcs += [(floor.node, floor.rule) for floor in network.floors if floor.boundary is not None]
    for node, rule in arcs:
        if not rule.startswith(DURATION_PREFIX) and network.enabled.get(rule, False):
            found.setdefault(node, set()).add(rule)
    return found


def loosened(network: Network, sets: Sequence[Sequence[str]], pushed: Mapping[str, set[int]]) -> list[frozenset[int]]:
    """Return for each set of rules and durations the nodes that, without them, nothing but the plan's start holds.

    Parameters
    ----------
    pushed
        The nodes that each rule places (see `pushed_by`).

    Notes
    -----
    A node is loose where it stays where it is when whatever else places it goes too: so one that its own alignment moves to
    the end of the first month is loose as well, and so is one that waits for an event which itself waits for nothing.
    """
    variants = [Variant(off=tuple(names)) for names in sets]
    asked, barer = bared(network, sets, pushed)
    if not asked:
        return [frozenset() for _ in sets]
    return loose_nodes(evaluate_variants(network, [*variants, *barer]).values, len(sets), asked)


def bared(
    network: Network, sets: Sequence[Sequence[str]], pushed: Mapping[str, set[int]]
) -> tuple[list[tuple[int, int]], list[Variant]]:
    """Return the nodes that each set places, and for each of them the variant without anything else that places its item.

    Returns
    -------
    tuple
        Pairs of a set's number and a node, and as many variants.
    """
    holders, asked, barer = _placed_by(network), [], []
    ties = {rule.id: _tied_nodes(network, rule) for rule in network.plan.rules if isinstance(rule, Equality)}
    ties = {name: nodes for name, nodes in ties.items() if network.enabled.get(name, False)}
    for sample, names in enumerate(sets):
        for node in sorted({node for name in names for node in pushed.get(name, ())}):
            around = set(network.item_nodes(network.points[node].item))
            kept = {name: nodes for name, nodes in ties.items() if name not in names}
            together = _joined(around, kept)
            others = {rule for each in around for rule in holders.get(each, ())} - {*names, *together}
            asked.append((sample, node))
            barer.append(Variant(off=(*names, *sorted(others))))
    return asked, barer


def _tied_nodes(network: Network, rule: Equality) -> frozenset[int]:
    """Return the nodes of the items that an equality holds together."""
    return frozenset(node for point in rule.points() for node in network.item_nodes(point.item))


def _joined(around: set[int], ties: Mapping[str, frozenset[int]]) -> set[str]:
    """Add to some nodes all that equalities tie to them; return these equalities, which place nothing from without."""
    together: set[str] = set()
    while more := [name for name, nodes in ties.items() if name not in together and nodes & around]:
        together.update(more)
        around.update(*(ties[name] for name in more))
    return together


def loose_nodes(values: Boundaries, sets: int, asked: Sequence[tuple[int, int]]) -> list[frozenset[int]]:
    """Return the loose nodes of each set: those that stay where they are in the barer variant.

    Parameters
    ----------
    values
        Boundaries of shape ``(nodes, samples)``: samples of the sets come first, those of the barer variants last.
    asked
        As `bared` returns them.
    """
    loose: list[set[int]] = [set() for _ in range(sets)]
    for place, (sample, node) in enumerate(asked, values.shape[1] - len(asked)):
        if values[node, sample] == values[node, place]:
            loose[sample].add(node)
    return [frozenset(nodes) for nodes in loose]


def _published_at(plan: Plan, point: Point) -> dt.date | None:
    """Return where a point was published: its row's start or finish, or else a baseline's day; None where it was not."""
    item = plan.items[point.item]
    if isinstance(item, Hammock):
        return None
    if item.published is not None:
        return item.published.start if plan.convention(point) == "opens" else item.published.finish
    found = (entry.day for baseline in plan.baselines if (entry := baseline.date(item.id)) is not None)
    return next((day for day in found if day is not None), None)
