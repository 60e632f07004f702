"""Cycles of rules that would have something wait for itself.

Every enabled ``at-least`` dependency is a difference constraint ``b(after) - b(before) ≥ w``, and so is every approval;
every duration and every equality is one that holds both ways; a count of k of n asks for the k-th smallest of such. Points
that are held together exactly are merged into groups with offsets. A plan whose groups run in no circle is done in linear
time, and only inside a strongly connected part are positions pushed on until they settle or a circle is found.

A working-day lag counts as itself. A lag in calendar days or months counts as the fewest working days that it takes
from anywhere inside the horizon, and a board as sitting whenever it may, so that a cycle reported is a cycle whatever the
dates are. ``at-most`` links are left out: against them a plan is infeasible, not ill-formed.

On a minute plan distances are minutes. A worked minute takes a minute of the clock at least, a month 28 days, and how far a lead
goes back nobody knows. A summary starts with the first of what it spans and finishes with the last; what waits for nothing,
because it is pinned or has actual dates, is on no cycle.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from models.items import Activity, Milestone, Summary
from models.moment import MINUTES
from models.rules import AtLeast, Dependency, Equality, Gate, Migration, Point
from optimiser.circles import Push, components, growing_circle

if TYPE_CHECKING:
    from models.duration import Duration
    from models.plan import Plan
    from optimiser.clock import Clock, Convention

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
        Position of the rule among the plan's rules; None for a duration.
    """

    source: Point
    target: Point
    working_days: int
    rule: int | None


@dataclass(frozen=True, slots=True)
class Cycle:
    """Steps that lead back to where they begin, beginning at the first of the plan's rules among them.

    Distances are in working days, on a minute plan in minutes, as ``unit`` says.
    """

    steps: tuple[CycleStep, ...]
    unit: str = "wd"

    @property
    def working_days(self) -> int:
        """The length: by how many working days every point would have to lie behind itself."""
        return sum(step.working_days for step in self.steps)

    @property
    def points(self) -> tuple[Point, ...]:
        """The points passed, the first again at the end."""
        return (self.steps[0].source, *(step.target for step in self.steps))

    def __str__(self) -> str:
        links = "".join(f" → {step.target} ({step.working_days:+d} {self.unit})" for step in self.steps)
        return f"{self.steps[0].source}{links}"


def positive_cycle(plan: Plan) -> tuple[Point, ...] | None:
    """Return the points of a cycle of positive length among the plan's rules, None where there is none.

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


ENDS: Final[tuple[Literal["start", "finish"], ...]] = ("start", "finish")

_ANY_WAY_BACK: Final = -(10**12)
"""Minutes that stand for as far back as may be: no plan is so long."""

Edge = tuple[int, int, int, int | None]
"""Source, target, least distance in working days or minutes, position of the rule."""

Wait = tuple[tuple[Edge, ...], int]
"""Edges into one point, and how many of them it has to wait for."""


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
        for summary in plan.summaries:
            for end in ENDS:
                self._number(Point(summary.id, end), Point(summary.id, end))
        self._lengths: dict[tuple[str, ...], int] = {}
        self._exact: list[list[Edge]] = [[] for _ in self._points]
        self._waits = list(self._read())
        self._parent: list[Edge | None] = [None] * len(self._points)
        self._group = [-1] * len(self._points)
        self._offset = [0] * len(self._points)
        self._depth = [0] * len(self._points)

    def _number(self, shown: Point, *names: Point) -> None:
        for name in names:
            self._numbers[name] = len(self._points)
        self._points.append(shown)

    # -- reading the plan --------------------------------------------------------------------------------------------

    def _read(self) -> Iterator[Wait]:
        """Yield the one-way waits of each point, and record those that hold both ways."""
        plan = self._plan
        for place, activity in enumerate(plan.activities):
            start, finish = 2 * place, 2 * place + 1
            length = plan.duration(activity.duration)
            own = activity.calendar not in (None, plan.calendar)
            if not plan.switch(activity.enabled):
                yield ((start, finish, 0, None),), 1  # the work may stretch
            elif plan.unit == "minute":
                told = activity.progress or activity.pin or activity.assignments
                yield ((start, finish, 0 if told else self._least(length, "opens", "opens"), None),), 1
            elif length.amount == 0 or (length.unit == "wd" and not own):
                self._hold(start, finish, length.amount, None)
            else:
                # A narrower calendar takes at least as many days of the wider one.
                yield ((start, finish, length.amount if own else self._least(length, "opens", "opens"), None),), 1
        for summary in plan.summaries:
            for end, spanned in zip(ENDS, (summary.starts(), summary.finishes()), strict=True):
                edges = tuple((self._numbers[each], self._numbers[Point(summary.id, end)], 0, None) for each in spanned)
                yield edges, 1 if end == "start" else len(edges)
        for index, rule in enumerate(plan.rules):
            if isinstance(rule, Dependency | Equality | AtLeast | Gate | Migration) and plan.switch(rule.enabled):
                yield from self._waits_of(index, rule)

    def _waits_of(self, index: int, rule: Dependency | Equality | AtLeast | Gate | Migration) -> Iterator[Wait]:
        """Yield what a rule has its point wait for."""
        plan, points = self._plan, rule.points()
        numbers = [self._numbers[point] for point in points]
        shown = [plan.convention(point) for point in points]
        if isinstance(rule, Equality):
            for other in numbers[1:]:
                self._hold(numbers[0], other, 0, index)
        elif isinstance(rule, Gate):
            # Papers are in by the morning of the board, and its evening is later unless it sits on a day off.
            least = self._least(plan.duration(rule.notice), shown[0], "opens") + self._sits_on_working_days(rule)
            yield ((numbers[0], numbers[1], least, index),), 1
        elif isinstance(rule, Migration):
            for number in numbers[:-1]:  # what becomes ready takes a day at least
                yield ((number, numbers[-1], 1, index),), 1
        elif isinstance(rule, AtLeast):
            lag = plan.duration(rule.lag)
            yield (
                tuple(
                    (number, numbers[-1], self._least(lag, each, shown[-1]), index)
                    for number, each in zip(numbers[:-1], shown, strict=False)
                ),
                plan.amount(rule.count),
            )
        elif rule.bound == "at-least":
            least = self._least(plan.duration(rule.lag), *shown)
            for held in self._held(points[1]):
                yield ((numbers[0], held, least, index),), 1

    def _held(self, point: Point) -> Iterator[int]:
        """Yield what a link into a point holds: itself, of a summary all that it spans, nothing where its date is a fact."""
        plan = self._plan
        item = plan.items[point.item]
        if isinstance(item, Summary):
            for member in item.members() if item.pin is None else ():
                yield from self._held(Point(member, point.end))
        elif isinstance(item, Activity | Milestone) and plan.unit == "minute":
            begun = item.progress is not None and item.progress.begun
            if not item.pin and not (begun and (plan.dialect == "msp" or plan.logic == "override")):
                yield self._numbers[point]
        else:
            yield self._numbers[point]

    def _sits_on_working_days(self, gate: Gate) -> bool:
        """Return whether no day of a board can be one on which nobody works."""
        if gate.board.pattern is not None and gate.board.pattern.non_working == "stay":
            return False
        import numpy as np

        clock, days = self._clock, [day.toordinal() for day in gate.board.days]
        mornings, evenings = (clock.boundaries(np.array(days, dtype=np.int64), shown) for shown in ("opens", "closes"))
        return bool(np.all(evenings > mornings))

    def _hold(self, first: int, second: int, distance: int, rule: int | None) -> None:
        """Keep two points an exact distance apart."""
        self._exact[first].append((first, second, distance, rule))
        self._exact[second].append((second, first, -distance, rule))

    def _least(self, lag: Duration, source: Convention, target: Convention) -> int:
        """Return the fewest working days that a lag takes from anywhere inside the horizon."""
        if self._plan.unit == "minute":
            return lag.amount * self._minutes_each(lag.unit) if lag.amount >= 0 else _ANY_WAY_BACK
        if lag.unit == "wd":
            return lag.amount
        key = (str(lag), source, target)
        if key not in self._lengths:
            import numpy as np

            clock = self._clock
            boundaries = np.arange(clock.origin, clock.limit + 1, dtype=np.int64)
            reached = clock.shifted(boundaries, lag.amount, lag.unit, source, target)
            inside = reached <= clock.limit  # nothing in the plan reaches further
            taken = (reached - boundaries)[inside if inside.any() else ...]
            self._lengths[key] = int(taken.min())
        return self._lengths[key]

    def _minutes_each(self, unit: str) -> int:
        """Return the fewest minutes of the clock that one of a unit takes; a share of a length may be none."""
        return {"min": 1, "emin": 1, "h": 60, "wd": self._plan.day_minutes, "cd": MINUTES, "mo": 28 * MINUTES}.get(unit, 0)

    @cached_property
    def _clock(self) -> Clock:
        """The axis, made when something is counted on it."""
        from optimiser.clock import clock_of

        return clock_of(self._plan)

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
        into: dict[int, list[Wait]] = {}
        out: list[list[int]] = [[] for _ in self._points]
        for edges, count in self._waits:
            target = self._group[edges[0][1]]
            into.setdefault(target, []).append((edges, count))
            for edge in edges:
                out[self._group[edge[0]]].append(target)
        for part in components(out):
            inside = set(part) - torn
            if len(part) > 1 or part[0] in out[part[0]]:
                found += self._growing([wait for group in part if group in inside for wait in into.get(group, ())], inside)
        return tuple(sorted(found, key=lambda cycle: min(step.rule for step in cycle.steps if step.rule is not None)))

    def _growing(self, waits: list[Wait], inside: set[int]) -> Iterator[Cycle]:
        """Yield a cycle among groups of one part, if there is any."""
        pushes: list[Push] = []
        edges_of: list[tuple[Edge, ...]] = []
        for edges, count in waits:
            # What comes from outside the part has its place already: nobody waits for it for ever.
            kept = tuple(edge for edge in edges if self._group[edge[0]] in inside)
            needed = count - (len(edges) - len(kept))
            if needed > 0:
                pushes.append(Push(self._group[edges[0][1]], tuple(self._distance(edge) for edge in kept), needed))
                edges_of.append(kept)
        number = {id(push): place for place, push in enumerate(pushes)}
        steps = growing_circle(pushes)
        if steps:
            taken = [edges_of[number[id(push)]][place] for push, place in steps]
            links: list[Edge] = []
            for edge, after in zip(taken, [*taken[1:], taken[0]], strict=True):
                links += [edge, *self._within(edge[1], after[0])]
            yield self._cycle(links)

    def _distance(self, edge: Edge) -> tuple[int, int]:
        """Return the group that an edge leads from, and how far it pushes the other."""
        source, target, days, _ = edge
        return self._group[source], self._offset[source] + days - self._offset[target]

    def _cycle(self, edges: list[Edge]) -> Cycle:
        """Return edges as a cycle that begins at the first of its rules that hold one way, or at its first rule if none does."""
        rules = self._plan.rules
        ruled = [place for place, edge in enumerate(edges) if edge[3] is not None]
        linked = [place for place in ruled if not isinstance(rules[edges[place][3] or 0], Equality)]
        start = min(linked or ruled, key=lambda place: edges[place][3] or 0)
        turned = edges[start:] + edges[:start]
        return Cycle(
            tuple(CycleStep(self._points[source], self._points[target], days, rule) for source, target, days, rule in turned),
            "min" if self._plan.unit == "minute" else "wd",
        )
