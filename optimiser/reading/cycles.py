"""Cycles of dependencies that would have something wait for itself.

Every enabled ``at-least`` dependency is a difference constraint ``b(after) - b(before) ≥ w``, every duration and every
equality one that holds both ways. Points that are held together exactly are merged into groups with offsets; a plan
whose groups form no cycle is done in linear time (Tarjan 1972), and only inside a strongly connected part are longest
paths sought (Bellman 1958, Ford 1956), which end within as many rounds as the part has groups unless a cycle of
positive length feeds them.

A working-day lag counts as itself. A lag in calendar days or months counts as the fewest working days that it takes
from anywhere inside the horizon, so that a cycle reported is a cycle whatever the dates are. ``at-most`` links are left
out: against them a plan is infeasible, not ill-formed.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.rules import Dependency, Equality, Point

if TYPE_CHECKING:
    from models.duration import Duration
    from models.plan import Plan
    from optimiser.clock import Convention

__all__ = ["Cycle", "CycleStep", "cycles", "positive_cycle"]


@dataclass(frozen=True, slots=True)
class CycleStep:
    """One link of a cycle.

    Attributes
    ----------
    source, target
        The points it leads from and to.
    working_days
        How far the target lies behind the source at least, in working days; negative where it may lie before it.
    rule
        Position of the dependency or the equality among the plan's rules; None for a duration.
    """

    source: Point
    target: Point
    working_days: int
    rule: int | None


@dataclass(frozen=True, slots=True)
class Cycle:
    """Steps that lead back to where they begin, beginning at the first of the plan's rules among them."""

    steps: tuple[CycleStep, ...]

    @property
    def working_days(self) -> int:
        """The length: by how many working days every point would have to lie behind itself."""
        return sum(step.working_days for step in self.steps)

    @property
    def points(self) -> tuple[Point, ...]:
        """The points passed, the first again at the end."""
        return (self.steps[0].source, *(step.target for step in self.steps))

    def __str__(self) -> str:
        links = "".join(f" → {step.target} ({step.working_days:+d} wd)" for step in self.steps)
        return f"{self.steps[0].source}{links}"


def positive_cycle(plan: Plan) -> tuple[Point, ...] | None:
    """Return the points of a cycle of positive length among the plan's minimum lags, None where there is none.

    Parameters
    ----------
    plan
        A plan whose references all hold.
    """
    found = cycles(plan)
    return found[0].points if found else None


def cycles(plan: Plan) -> tuple[Cycle, ...]:
    """Return a cycle of positive length for every strongly connected part of the plan that has one.

    Parameters
    ----------
    plan
        A plan whose references all hold.
    """
    return _Circles(plan).cycles()


Edge = tuple[int, int, int, int | None]
"""Source, target, least distance in working days, position of the rule."""


class _Circles:
    """Points as numbers: two for an activity, its start before its finish, one for a milestone."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._points: list[Point] = []
        self._numbers: dict[Point, int] = {}
        for activity in plan.activities:
            self._number(Point(activity.id, "start"), Point(activity.id, "start"))
            self._number(Point(activity.id, "finish"), Point(activity.id, "finish"))
        for milestone in plan.milestones:
            shown = Point(milestone.id)
            self._number(shown, shown, Point(milestone.id, "start"), Point(milestone.id, "finish"))
        self._lengths: dict[tuple[str, ...], int] = {}
        self._exact: list[list[Edge]] = [[] for _ in self._points]
        self._edges = list(self._read())
        self._parent: list[Edge | None] = [None] * len(self._points)
        self._group = [-1] * len(self._points)
        self._offset = [0] * len(self._points)
        self._depth = [0] * len(self._points)

    def _number(self, shown: Point, *names: Point) -> None:
        for name in names:
            self._numbers[name] = len(self._points)
        self._points.append(shown)

    # -- reading the plan --------------------------------------------------------------------------------------------

    def _read(self) -> Iterator[Edge]:
        """Yield the one-way links, and keep the exact ones."""
        plan = self._plan
        for place, activity in enumerate(plan.activities):
            start, finish = 2 * place, 2 * place + 1
            length = plan.duration(activity.duration)
            own = activity.calendar not in (None, plan.calendar)
            if not plan.switch(activity.enabled):
                yield start, finish, 0, None  # the work may stretch
            elif length.amount == 0 or (length.unit == "wd" and not own):
                self._hold(start, finish, length.amount, None)
            else:
                # A narrower calendar takes at least as many days of the wider one.
                yield start, finish, length.amount if own else self._least(length, "opens", "opens"), None
        for index, rule in enumerate(plan.rules):
            if not isinstance(rule, Dependency | Equality) or not plan.switch(rule.enabled):
                continue
            points = rule.points()
            numbers = [self._numbers[point] for point in points]
            if isinstance(rule, Equality):
                for other in numbers[1:]:
                    self._hold(numbers[0], other, 0, index)
            elif rule.bound == "at-least":
                lag = plan.duration(rule.lag)
                yield numbers[0], numbers[1], self._least(lag, plan.convention(points[0]), plan.convention(points[1])), index

    def _hold(self, first: int, second: int, distance: int, rule: int | None) -> None:
        """Keep two points an exact distance apart."""
        self._exact[first].append((first, second, distance, rule))
        self._exact[second].append((second, first, -distance, rule))

    def _least(self, lag: Duration, source: Convention, target: Convention) -> int:
        """Return the fewest working days that a lag takes from anywhere inside the horizon."""
        if lag.unit == "wd":
            return lag.amount
        key = (str(lag), source, target)
        if key not in self._lengths:
            import numpy as np

            from optimiser.clock import Clock

            clock = Clock(self._plan)
            boundaries = np.arange(clock.origin, clock.limit + 1, dtype=np.int64)
            reached = clock.shifted(boundaries, lag.amount, lag.unit, source, target)
            inside = reached <= clock.limit  # nothing in the plan reaches further
            taken = (reached - boundaries)[inside if inside.any() else ...]
            self._lengths[key] = int(taken.min())
        return self._lengths[key]

    # -- groups ------------------------------------------------------------------------------------------------------

    def _merge(self) -> Iterator[Cycle]:
        """Merge points that are held together; yield a cycle where they are held at two distances at once."""
        for root in range(len(self._points)):
            if self._group[root] >= 0:
                continue
            self._group[root] = root
            waiting = deque([root])
            contradiction: Edge | None = None
            while waiting:
                point = waiting.popleft()
                for edge in self._exact[point]:
                    _, other, distance, _ = edge
                    reached = self._offset[point] + distance
                    if self._group[other] < 0:
                        self._group[other] = root
                        self._offset[other] = reached
                        self._depth[other] = self._depth[point] + 1
                        self._parent[other] = edge
                        waiting.append(other)
                    elif reached > self._offset[other] and contradiction is None:
                        contradiction = edge
            if contradiction is not None:
                yield self._cycle([contradiction, *self._within(contradiction[1], contradiction[0])])

    def _within(self, source: int, target: int) -> list[Edge]:
        """Return the exact links that lead from one point of a group to another."""
        up, down = list[Edge](), list[Edge]()
        while source != target:
            if self._depth[source] >= self._depth[target]:
                edge = self._parent[source]
                assert edge is not None
                up.append((edge[1], edge[0], -edge[2], edge[3]))
                source = edge[0]
            else:
                edge = self._parent[target]
                assert edge is not None
                down.append(edge)
                target = edge[0]
        return [*up, *reversed(down)]

    # -- the search --------------------------------------------------------------------------------------------------

    def cycles(self) -> tuple[Cycle, ...]:
        """Return one cycle for every part that has any."""
        found = list(self._merge())
        torn = {self._group[self._numbers[cycle.points[0]]] for cycle in found}
        out: dict[int, list[Edge]] = defaultdict(list)
        for edge in self._edges:
            if self._group[edge[0]] not in torn and self._group[edge[1]] not in torn:
                out[self._group[edge[0]]].append(edge)
        for part in _strong_parts({group: [self._group[edge[1]] for edge in edges] for group, edges in out.items()}):
            inside = set(part)
            edges = [edge for group in reversed(part) for edge in out.get(group, ()) if self._group[edge[1]] in inside]
            links = self._longest(edges, len(part))
            if links:
                found.append(self._cycle(links))
        return tuple(sorted(found, key=lambda cycle: min(step.rule for step in cycle.steps if step.rule is not None)))

    def _longest(self, edges: list[Edge], size: int) -> list[Edge] | None:
        """Return the links of a positive cycle among edges between the groups of one part, or None.

        The edges are taken forwards and backwards in turn (Yen 1970). As soon as the edges that last lengthened each
        group's distance close, they are a positive cycle.
        """
        distance: dict[int, int] = defaultdict(int)
        reached_by: dict[int, Edge] = {}
        for _ in range(size + 1):
            changed = False
            for edge in edges:
                target = self._group[edge[1]]
                length = distance[self._group[edge[0]]] + self._offset[edge[0]] + edge[2] - self._offset[edge[1]]
                if length > distance[target]:
                    distance[target] = length
                    reached_by[target] = edge
                    changed = True
            if not changed:
                return None
            first = self._loop(reached_by)
            if first is not None:
                return self._closed(reached_by, first)
            edges.reverse()
        message = "distances grew for ever without a cycle"
        raise AssertionError(message)

    def _loop(self, reached_by: dict[int, Edge]) -> int | None:
        """Return a group on a cycle of the edges that last reached each group, None where there is none."""
        walk_of: dict[int, int] = {}
        for root in reached_by:
            group, walked = root, False
            while group in reached_by and group not in walk_of:
                walk_of[group] = root
                group, walked = self._group[reached_by[group][0]], True
            if walked and walk_of.get(group) == root:
                return group
        return None

    def _closed(self, reached_by: dict[int, Edge], first: int) -> list[Edge]:
        """Follow the edges back until they close, and fill in the links inside each group."""
        back: list[Edge] = []
        group = first
        while not back or group != first:
            back.append(reached_by[group])
            group = self._group[reached_by[group][0]]
        links: list[Edge] = []
        for place in range(len(back) - 1, -1, -1):
            edge, after = back[place], back[place - 1]
            links += [edge, *self._within(edge[1], after[0])]
        return links

    def _cycle(self, edges: list[Edge]) -> Cycle:
        """Return edges as a cycle that begins at its first dependency, or at its first rule if it has none."""
        rules = self._plan.rules
        ruled = [place for place, edge in enumerate(edges) if edge[3] is not None]
        linked = [place for place in ruled if isinstance(rules[edges[place][3] or 0], Dependency)]
        start = min(linked or ruled, key=lambda place: edges[place][3] or 0)
        turned = edges[start:] + edges[:start]
        return Cycle(
            tuple(CycleStep(self._points[source], self._points[target], days, rule) for source, target, days, rule in turned)
        )


def _strong_parts(out: dict[int, list[int]]) -> Iterator[list[int]]:
    """Yield the strongly connected parts that have an edge inside (Tarjan 1972, without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in out:
        if root in index:
            continue
        work: list[tuple[int, Iterator[int]]] = []
        node: int | None = root
        while node is not None or work:
            if node is not None:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
                work.append((node, iter(out.get(node, ()))))
            here, targets = work[-1]
            node = None
            for target in targets:
                if target not in index:
                    node = target
                    break
                if target in on_stack:
                    low[here] = min(low[here], index[target])
            if node is not None:
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[here])
            if low[here] == index[here]:
                part: list[int] = []
                while not part or part[-1] != here:
                    part.append(stack.pop())
                    on_stack.discard(part[-1])
                if len(part) > 1 or here in out.get(here, ()):
                    yield part
