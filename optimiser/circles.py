"""Circles: which nodes of a graph run in them, and whether positions pushed round them grow for ever.

A push says ``x[target] ≥`` the ``count``-th smallest of ``x[source] + distance`` over its sources; one of a single source is
a difference constraint. Such a system has a least solution, or its positions grow without end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Push", "components", "growing_circle"]


@dataclass(frozen=True, slots=True)
class Push:
    """``x[target] ≥`` the ``count``-th smallest of ``x[source] + distance``.

    Attributes
    ----------
    target
        The node pushed.
    sources
        Node and distance of each source; one of many sources may be named more than once.
    count
        How many sources must be reached: all of them where nothing is said.
    """

    target: int
    sources: tuple[tuple[int, int], ...]
    count: int = 0

    @property
    def partial(self) -> bool:
        """Whether some of the sources may stay out."""
        return 0 < self.count < len(self.sources)


Step = tuple[Push, int]
"""A push, and the place of the source among its sources that decides."""


def growing_circle(pushes: Iterable[Push]) -> list[Step] | None:
    """Return the steps of a circle on which positions grow for ever, each from the target of the one before.

    None where positions settle.

    Notes
    -----
    Positions are raised from zero, push by push, forwards and backwards in turn (Bellman 1958; Yen 1970). As soon as the
    pushes that last raised each node close, without one of them that may choose among its sources, they are such a circle.
    One that may choose could still settle on others: where there is a solution, the choice that it makes leaves a longest
    path of no more than the greatest distance into each node, added up, so only beyond that do positions never settle.
    """
    order = list(pushes)
    most: dict[int, int] = {}
    for push in order:
        most[push.target] = max(most.get(push.target, 0), *(distance for _, distance in push.sources))
    end = sum(most.values())
    position = dict.fromkeys((node for push in order for node in (push.target, *(each for each, _ in push.sources))), 0)
    raised: dict[int, Step] = {}
    while True:
        moved = False
        for push in order:
            place = 0
            if len(push.sources) > 1:
                reached = sorted((position[node] + distance, index) for index, (node, distance) in enumerate(push.sources))
                place = reached[(push.count or len(reached)) - 1][1]
            source, distance = push.sources[place]
            if position[source] + distance > position[push.target]:
                position[push.target] = position[source] + distance
                raised[push.target] = (push, place)
                moved = True
        if not moved:
            return None
        circle = _closed(raised)
        if circle and (max(position.values()) > end or not any(push.partial for push, _ in circle)):
            return circle
        order.reverse()


def _closed(raised: dict[int, Step]) -> list[Step]:
    """Return the steps of a cycle among those that last raised each node, empty where there is none."""
    walk_of: dict[int, int] = {}
    for root in raised:
        node = root
        while node in raised and node not in walk_of:
            walk_of[node] = root
            push, place = raised[node]
            node = push.sources[place][0]
        if walk_of.get(node) == root and node in raised:
            steps: list[Step] = []
            first = node
            while not steps or node != first:
                push, place = raised[node]
                steps.append((push, place))
                node = push.sources[place][0]
            return steps[::-1]
    return []


def components(successors: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the strongly connected components of a graph, sources first.

    Parameters
    ----------
    successors
        For each node the nodes it has an arc to.

    Notes
    -----
    Tarjan, Depth-first search and linear graph algorithms (1972), without recursion. Within a component nodes stand in
    the order in which the search met them.
    """
    search = _DepthFirst(successors)
    for root in range(len(successors)):
        if search.index[root] < 0:
            search.visit(root)
    search.found.reverse()
    return search.found


class _DepthFirst:
    """One depth-first search in progress."""

    def __init__(self, successors: Sequence[Sequence[int]]) -> None:
        count = len(successors)
        self.successors = successors
        self.index = [-1] * count
        self.low = [0] * count
        self.held = [False] * count
        self.stack: list[int] = []
        self.met = 0
        self.found: list[list[int]] = []

    def visit(self, root: int) -> None:
        """Search everything that can be reached from a node not met before."""
        work = [(root, 0)]
        while work:
            node, place = work.pop()
            if place == 0:
                self._meet(node)
            onward = self.successors[node]
            while place < len(onward):
                other = onward[place]
                place += 1
                if self.index[other] < 0:
                    work += [(node, place), (other, 0)]
                    break
                if self.held[other]:
                    self.low[node] = min(self.low[node], self.index[other])
            else:
                self._leave(node)
                if work:
                    above = work[-1][0]
                    self.low[above] = min(self.low[above], self.low[node])

    def _meet(self, node: int) -> None:
        self.index[node] = self.low[node] = self.met
        self.met += 1
        self.stack.append(node)
        self.held[node] = True

    def _leave(self, node: int) -> None:
        """Close a component where its first node is left."""
        if self.low[node] != self.index[node]:
            return
        component = []
        while True:
            member = self.stack.pop()
            self.held[member] = False
            component.append(member)
            if member == node:
                break
        self.found.append(component[::-1])
