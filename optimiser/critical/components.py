"""Strongly connected components: which inequalities run in circles, and in which order to visit the rest."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["components"]


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
