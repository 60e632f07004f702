"""The forward pass: the least solution of a network, with the reason for every value.

Every push of a point to a later boundary is recorded with the pushes it follows from. The record is well founded even
where rules run in circles, so the chain behind any date can be read off it, line by line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from models.rules import Blackout, Dependency, Gate
from optimiser.circles import Push, growing_circle
from optimiser.clock import Fixed, Through
from optimiser.critical.arcs import Answering, Arc, Listed
from optimiser.critical.network import Network
from optimiser.stopping import heed

__all__ = ["Earliest", "Event", "Pass", "Trouble", "earliest_times"]

Status = Literal["feasible", "infeasible", "beyond"]


class Event(NamedTuple):
    """``x[node] ≥ boundary`` by ``rule``, following from earlier events."""

    node: int
    boundary: int
    rule: str | None
    """The rule or ``duration:ITEM``; None for the beginning of the axis, and for what is a fact of the item."""
    parents: tuple[int, ...]
    """Indices of the events it follows from."""
    lengths: tuple[str, ...] = ()
    """Durations that the rule reckons with besides: a window is in the way only of work that is too long to be over."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no solution on the axis.

    ``ceiling``: a point is pushed past a latest date. ``cycle``: rules in a circle push each other for ever.
    ``exhausted``: something waits for an occasion that will not come. ``beyond``: a date runs off the axis.
    """

    kind: Literal["ceiling", "cycle", "exhausted", "beyond"]
    event: int
    """The last push."""
    rule: str | None = None
    """The rule broken: a latest date."""
    cycle: tuple[int, ...] = ()
    """Nodes of one round of the circle, in order, the first again at the end."""
    among: tuple[str, ...] = ()
    """Rules and durations that hold the circle, where the pushes so far do not show it yet."""


@dataclass(slots=True)
class Earliest:
    """The earliest position of everything at once, as far as it was computed.

    Attributes
    ----------
    values
        Boundary of each node; with ``status`` other than ``feasible`` only what had been derived by then.
    last
        Index of the event that gave each node its value.
    """

    network: Network
    status: Status
    values: list[int]
    events: list[Event]
    last: list[int]
    trouble: Trouble | None = None

    def position(self, item: str) -> tuple[int, int]:
        """Return the boundaries of an item's start and finish."""
        start, finish = self.network.item_nodes(item)
        return self.values[start], self.values[finish]

    def trace(self, event: int) -> list[int]:
        """Return every event that an event follows from, itself last, each after those it follows from."""
        needed: set[int] = set()
        stack = [event]
        while stack:
            index = stack.pop()
            if index not in needed:
                needed.add(index)
                stack.extend(self.events[index].parents)
        return sorted(needed)

    def chain(self, event: int) -> list[int]:
        """Return one line of reasons from the axis or a floor to an event: of several parents the one that decides."""
        line = [event]
        while self.events[line[-1]].parents:
            line.append(self.events[line[-1]].parents[-1])
        return line[::-1]

    def rules_behind(self, events: Iterable[int]) -> list[str]:
        """Return the rules and durations used by events, each once, in order."""
        found: dict[str, None] = {}
        for index in events:
            event = self.events[index]
            if event.rule is not None:
                found[event.rule] = None
                found.update(dict.fromkeys(event.lengths))
        return list(found)

    def rules_of_trouble(self) -> list[str]:
        """Return rules and durations that cannot all hold, a latest date that is broken last; none where there is no trouble."""
        if self.trouble is None:
            return []
        if self.trouble.among:
            return list(self.trouble.among)
        broken = [self.trouble.rule] if self.trouble.rule else []
        return [*(rule for rule in self.rules_behind(self.trace(self.trouble.event)) if rule not in broken), *broken]


class Pass:
    """One forward pass in progress."""

    def __init__(
        self,
        network: Network,
        off: Collection[str] = (),
        on: Collection[str] = (),
        ceilings: Mapping[int, tuple[int, str]] | None = None,
    ) -> None:
        self.network = network
        live = {name for name, state in network.enabled.items() if state}
        self.live = ((live | set(on)) - set(off)) | network.facts
        count = len(network.points)
        self.values = list(network.base)
        self.events = [Event(node, base, None, ()) for node, base in enumerate(network.base)]
        self.last = list(range(count))
        self.trouble: Trouble | None = None
        self.ceilings: list[tuple[int, str] | None] = [None] * count
        for ceiling in network.ceilings:
            if ceiling.rule in self.live and ceiling.boundary is not None:
                self.hold(ceiling.node, ceiling.boundary, ceiling.rule)
        for node, (boundary, rule) in (ceilings or {}).items():
            self.hold(node, boundary, rule)
        self.outgoing: list[list[tuple[int, int, Listed | None, str]]] = [[] for _ in range(count)]
        self.rounding: list[list[tuple[Listed, str, tuple[str, ...]]]] = [[] for _ in range(count)]
        self._gather()

    def hold(self, node: int, boundary: int, rule: str) -> None:
        """Keep the lowest ceiling of a node."""
        held = self.ceilings[node]
        if held is None or boundary < held[0]:
            self.ceilings[node] = (boundary, rule)

    def _gather(self) -> None:
        """Lay out the live inequalities by the node they push from."""
        for arc in self.network.arcs:
            self.lay(arc)
        self.gather_quorums()

    def gather_quorums(self) -> None:
        """Lay out the live quorums by the nodes they wait for."""
        self.quorums_of: dict[int, list[int]] = {}
        for index, quorum in enumerate(self.network.quorums):
            if quorum.rule in self.live:
                for source in quorum.sources:
                    self.quorums_of.setdefault(source, []).append(index)

    def lay(self, arc: Arc) -> None:
        """Lay out one inequality, if it is live."""
        duration = bool(arc.switches)
        if arc.rule not in self.live and not duration:
            return
        if duration and arc.rule not in self.live and arc.rule not in arc.switches:
            return
        on = all(switch in self.live for switch in arc.switches)
        amount = arc.amount if on else 0
        family = arc.family
        if arc.source == arc.target:
            lengths = arc.switches if on and arc.rule not in arc.switches else ()
            self.rounding[arc.target].append((family.listed(amount), arc.rule, lengths))
        elif family.sign:
            self.outgoing[arc.source].append((arc.target, family.sign * amount, None, arc.rule))
        else:
            self.outgoing[arc.source].append((arc.target, 0, family.listed(amount), arc.rule))

    def push(self, node: int, boundary: int, rule: str | None, parents: tuple[int, ...]) -> bool:
        """Raise a node, round it to what its rules allow, and record why; return False when that is impossible."""
        if boundary <= self.values[node]:
            return True
        self._record(node, boundary, rule, parents)
        return self.settle(node)

    def settle(self, node: int) -> bool:
        """Round a node up until all its own rules allow it; then hold it against its latest date."""
        moved = True
        while moved and self.values[node] <= self.network.clock.size:
            moved = False
            for table, name, lengths in self.rounding[node]:
                rounded = table[self.values[node]]
                if rounded > self.values[node]:
                    self._record(node, rounded, name, (self.last[node],), lengths)
                    moved = True
                    if rounded > self.network.clock.size:
                        break
        return self._within(node)

    def _record(
        self, node: int, boundary: int, rule: str | None, parents: tuple[int, ...], lengths: tuple[str, ...] = ()
    ) -> None:
        self.last[node] = len(self.events)
        told = None if rule in self.network.facts else rule
        self.events.append(Event(node, boundary, told, parents, lengths))
        self.values[node] = boundary

    def _within(self, node: int) -> bool:
        """Say whether a node is still inside its latest date and the axis."""
        held = self.ceilings[node]
        value = self.values[node]
        if held is not None and value > held[0]:
            self.trouble = Trouble("ceiling", self.last[node], held[1])
        elif value >= self.network.never:
            self.trouble = Trouble("exhausted", self.last[node])
        elif value > self.network.clock.limit:
            cycle, among = self._endless(self.last[node])
            self.trouble = Trouble("cycle" if cycle else "beyond", self.last[node], cycle=cycle, among=among)
        return self.trouble is None

    def run(self) -> None:
        """Push until nothing moves, component by component."""
        heed()
        floors = self._floors()
        for component in self.network.order:
            if not self._run_round(component, floors):
                return

    def run_behind(self, begun: Iterable[int]) -> None:
        """Push anew what lies behind some nodes, themselves included, from where nothing pushes them; all else stands."""
        heed()
        behind, stack = set(begun), list(begun)
        for node in stack:
            after = [target for target, *_ in self.outgoing[node]]
            after += [self.network.quorums[index].target for index in self.quorums_of.get(node, ())]
            fresh = {*after} - behind
            behind |= fresh
            stack += fresh
        # A circle that pushes what is passed through again does so round by round: for equal reasons it is gone round again.
        for component in reversed(self.network.order):
            if len(component) > 1 and any(self._reads(node, behind) for node in component):
                behind.update(component)
        for node in behind:
            self.values[node], self.last[node] = self.network.base[node], node
        floors = self._floors()
        for component in self.network.order:
            if not behind.isdisjoint(component):
                if not self._run_round(component, floors):
                    return
            elif self._reads(component[0], behind):
                self._spread(component[0])
                if self.trouble:
                    return

    def _reads(self, node: int, behind: Collection[int]) -> bool:
        """Return whether any of some nodes waits for a node."""
        return any(target in behind for target, *_ in self.outgoing[node]) or any(
            self.network.quorums[index].target in behind for index in self.quorums_of.get(node, ())
        )

    def _floors(self) -> dict[int, list[tuple[int, str]]]:
        """Return the live floors of each node."""
        floors: dict[int, list[tuple[int, str]]] = {}
        for floor in self.network.floors:
            if floor.rule in self.live and floor.boundary is not None:
                floors.setdefault(floor.node, []).append((floor.boundary, floor.rule))
        return floors

    def _run_round(self, component: Sequence[int], floors: Mapping[int, Sequence[tuple[int, str]]]) -> bool:
        """Push until nothing moves in one component; return False when that is impossible."""
        inside = set(component)
        for node in component:
            for boundary, rule in floors.get(node, ()):
                if not self.push(node, boundary, rule, ()):
                    return False
            if not self.settle(node):
                return False
        waiting = deque(component)
        queued = set(component)
        while waiting:
            node = waiting.popleft()
            queued.discard(node)
            for target in self._spread(node):
                if target in inside and target not in queued:
                    waiting.append(target)
                    queued.add(target)
            if self.trouble:
                return False
        return True

    def copied(self) -> Pass:
        """Return a pass that goes on from where this one ended, and leaves it as it is."""
        other = copy(self)
        other.values, other.events, other.last = list(self.values), list(self.events), list(self.last)
        return other

    def raised(self, node: int, boundary: int) -> Pass:
        """Return the pass in which one node is at or after a boundary."""
        other = self.copied()
        other.raise_to(node, boundary, None)
        return other

    def found(self) -> Earliest:
        """Return what the pass came to."""
        status: Status = "feasible"
        if self.trouble:
            status = "beyond" if self.trouble.kind == "beyond" else "infeasible"
        return Earliest(self.network, status, self.values, self.events, self.last, self.trouble)

    def raise_to(self, node: int, boundary: int, rule: str | None) -> bool:
        """Raise one node after `run`, and everything that waits for it; return False when that is impossible."""
        return self.push(node, boundary, rule, ()) and self._onwards([node])

    def go_on(self, nodes: Iterable[int]) -> None:
        """Push from some nodes on, one after the other, as far as that is possible."""
        for node in nodes:
            if not self.settle(node) or not self._onwards([node]):
                return

    def _onwards(self, nodes: Iterable[int]) -> bool:
        """Push everything that waits for some nodes, and so on; return False when that is impossible.

        The earliest component goes first, and within one whoever came first: outside circles each node is passed once.
        """
        rank = self.network.rank
        waiting = [(rank[node], place, node) for place, node in enumerate(nodes)]
        queued = {node for *_, node in waiting}
        came = len(waiting)
        heapify(waiting)
        while waiting:
            moved = heappop(waiting)[2]
            queued.discard(moved)
            for target in self._spread(moved):
                if target not in queued:
                    heappush(waiting, (rank[target], came, target))
                    queued.add(target)
                    came += 1
            if self.trouble:
                return False
        return True

    def _spread(self, node: int) -> list[int]:
        """Push everything that waits for a node; return what moved."""
        moved = []
        value = self.values[node]
        cause = (self.last[node],)
        for target, amount, table, rule in self.outgoing[node]:
            boundary = value + amount if table is None else table[value]
            if boundary > self.values[target]:
                moved.append(target)
                if not self.push(target, boundary, rule, cause):
                    return moved
        for index in self.quorums_of.get(node, ()):
            quorum = self.network.quorums[index]
            if not quorum.pushes(self.values):
                continue
            boundary, places = quorum.reach([self.values[source] for source in quorum.sources])
            if boundary > self.values[quorum.target]:
                moved.append(quorum.target)
                causes = tuple(self.last[quorum.sources[place]] for place in places)
                if not self.push(quorum.target, boundary, quorum.rule, causes):
                    return moved
        return moved

    def _endless(self, event: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return one round of a circle of rules that pushes at every boundary of the axis, or nothing; and who holds it.

        A line of reasons that runs off the axis and comes back to a node has gone round a circle. The circle is a
        monotone function of the boundary it starts from; it runs for ever exactly when it moves every boundary on.
        Where the line shows none, the least that each rule pushes may: a circle through an approval, or a count, or one
        that the axis was too short to go round.
        """
        round_ = self._round(event)
        if round_:
            return tuple(self.events[index].node for index in round_), ()
        for pushes in self._pushes().values():
            circle = growing_circle(each for each, _ in pushes)
            if circle:
                among = dict.fromkeys(rule for _, rule in pushes if rule in self.live)
                return (circle[-1][0].target, *(push.target for push, _ in circle)), tuple(among)
        return (), ()

    def _pushes(self) -> dict[int, list[tuple[Push, str]]]:
        """Return the least that rules push inside each component, with the rules, by its place in the order."""
        rules = self.network.plan.rules_by_id
        place = {node: place for place, component in enumerate(self.network.order) for node in component}
        found: dict[int, list[tuple[Push, str]]] = {}

        def add(push: Push, rule: str) -> None:
            found.setdefault(place[push.target], []).append((push, rule))

        for source in range(len(self.values)):
            for target, amount, table, rule in self.outgoing[source]:
                if place[target] == place[source]:
                    add(Push(target, ((source, amount if table is None else self._least(table, rule)),)), rule)
            for table, rule, _ in self.rounding[source]:
                if isinstance(rules.get(rule), Dependency | Gate):  # of a point on itself
                    add(Push(source, ((source, self._least(table, rule)),)), rule)
        for quorum in (plain for each in self.network.quorums for plain in each.plain(self.values)):
            inside = [
                (source, self._least(family.listed(quorum.amount), quorum.rule))
                for source, family in zip(quorum.sources, quorum.families, strict=True)
                if place[source] == place[quorum.target]
            ]
            # What comes from outside the circle has its place already: it never keeps the others waiting for ever.
            count = quorum.count - (len(quorum.sources) - len(inside))
            if quorum.rule in self.live and count > 0:
                add(Push(quorum.target, tuple(inside), count), quorum.rule)
        return found

    def _least(self, table: Listed, rule: str) -> int:
        """Return the fewest boundaries that a rule pushes on from anywhere on the axis; no number where all leave it."""
        clock = self.network.clock
        if isinstance(table, Answering):
            return table.fewest(clock.origin, clock.limit)
        pushed = [table[place] - place for place in range(clock.origin, clock.limit + 1) if table[place] <= clock.limit]
        held = self.network.plan.rules_by_id.get(rule)
        # Windows end, and what reaches back past the beginning of the axis does not show how far.
        if isinstance(held, Blackout) or not any(table[clock.origin : clock.limit + 1]):
            return -len(table)
        if not isinstance(held, Gate):
            return min(pushed, default=-len(table))
        # A board that may sit on a day off, if on none of this axis, approves in no time.
        pattern = held.board.pattern
        return min(pushed, default=1) - (pattern is None or bool(held.board.days) or pattern.non_working == "stay")

    def _round(self, event: int) -> tuple[int, ...]:
        """Return the events of the first round of a circle that a line of reasons goes, where it pushes at every boundary."""
        line = [event]
        seen: dict[int, int] = {self.events[event].node: 0}
        while self.events[line[-1]].parents:
            line.append(self.events[line[-1]].parents[-1])
            node = self.events[line[-1]].node
            if node in seen and seen[node] != len(line) - 2:
                round_ = line[seen[node] : len(line)][::-1]
                return tuple(round_) if self._always_pushes(round_) else ()
            seen[node] = len(line) - 1
        return ()

    def _always_pushes(self, circle: list[int]) -> bool:
        """Say whether going round a circle of events moves every boundary from its first event's on.

        Only of lags and lengths: an occasion that pushes at every boundary of this axis may let through on a longer one.
        """
        rules = self.network.plan.rules_by_id
        kinds = {rules[name].kind for index in circle[1:] if (name := self.events[index].rule or "") in rules}
        if kinds - {"dependency", "equality"}:
            return False
        clock = self.network.clock
        first = self.events[circle[0]]
        if any(family.steps is not None for family in (arc.family for arc in self.network.arcs)):
            return self._pushes_on(circle)
        axis = np.arange(max(first.boundary, 0), clock.limit + 1)
        reached = axis.copy()
        for before, after in pairwise(circle):
            source, event = self.events[before], self.events[after]
            if event.node == source.node:
                steps = [np.array(table) for table, name, _ in self.rounding[event.node] if name == event.rule]
            else:
                steps = [
                    np.arange(clock.size + 3) + amount if table is None else np.array(table)
                    for target, amount, table, name in self.outgoing[source.node]
                    if target == event.node and name == event.rule
                ]
            if len(steps) != 1:
                return False
            reached = steps[0][np.clip(reached, 0, clock.size + 2)]
        return bool(np.all(reached > axis))

    def _pushes_on(self, circle: list[int]) -> bool:
        """Say the same where functions have no tables: of every boundary at which one of them bends."""
        clock, first = self.network.clock, self.events[circle[0]]
        steps: list[tuple[Listed | None, int]] = []
        for before, after in pairwise(circle):
            source, event = self.events[before], self.events[after]
            own: list[tuple[Listed | None, int]] = [
                (table, 0) for table, name, _ in self.rounding[event.node] if name == event.rule
            ]
            if event.node != source.node:
                own = [
                    (table, amount)
                    for target, amount, table, name in self.outgoing[source.node]
                    if target == event.node and name == event.rule
                ]
            if len(own) != 1:
                return False
            steps += own

        low = max(first.boundary, 0)
        parts = [Answering.of(table, amount) for table, amount in steps]
        whole = Answering(Through(*(Fixed(part.steps, part.amount) for part in parts)), 0)
        return whole.fewest(low, clock.limit) > 0


def earliest_times(
    network: Network,
    *,
    off: Collection[str] = (),
    on: Collection[str] = (),
    ceilings: Mapping[int, tuple[int, str]] | None = None,
) -> Earliest:
    """Return the earliest position of everything at once.

    Parameters
    ----------
    network
        The plan's inequalities.
    off, on
        Rules and durations (``duration:ITEM``) to switch off or on, on top of the plan's own switches.
    ceilings
        Latest boundaries of further nodes, each with the name of what holds it.

    Returns
    -------
    Earliest
        ``feasible`` with every value the least possible; ``infeasible``; or ``beyond`` the axis.
    """
    forward = Pass(network, off, on, ceilings or {})
    forward.run()
    return forward.found()
