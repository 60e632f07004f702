"""Capacity under a stated policy that knows nothing of the future: first come, first served.

In every sample the activities that need a capacity take their turn in the order in which they become ready, equals in
the order of the plan; each starts as soon as it is ready, every activity before it in a queue of its own has started, and
all it needs is free. A decision looks only at what has begun by then: neither at how long anything will take nor at who
comes next. Where nothing else is said this is the rule of the queue that a code body runs. The serial scheme of
`optimiser.critical.list_schedule` sees gaps between later pieces of work and fills them; this one does not.

All samples take their turns together, and the network is evaluated again only when somewhere the next in line waits for
work that a queue has just held up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.duration import Reference
from models.rules import Capacity
from optimiser.critical import Columns, Evaluated, Network, evaluate

__all__ = ["first_come"]

Boundaries = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NEVER = 2**40
"""A boundary after everything: of work that needs more than there ever is."""

_DONE = np.iinfo(np.int64).max


def first_come(network: Network, columns: Columns) -> tuple[Evaluated, Flags]:
    """Return the positions of everything in every sample, and the samples in which the policy found no place.

    Parameters
    ----------
    network
        The plan's inequalities, capacity left out.
    columns
        What varies: the amounts of capacities and demands too, where they are assumptions.

    Returns
    -------
    evaluated
        Positions under the policy.
    unplaced
        Samples in which an activity was pushed after its turn (by a maximum lag, or work held together), or needs more
        than there ever is. Nothing is said of whether they have a schedule.
    """
    rules = [rule for rule in network.plan.active_rules() if isinstance(rule, Capacity)]
    demanding = {entry.item for rule in rules for entry in rule.demands}
    items = [activity.id for activity in network.plan.activities if activity.id in demanding]
    turns = _Turns(network, columns, items, [_Queue(rule, network, columns, items) for rule in rules])
    while turns.waiting.any():
        turns.round()
    return turns.result()


class _Turns:
    """The activities of a plan that need a capacity, in every sample, as they take their turns."""

    def __init__(self, network: Network, columns: Columns, items: Sequence[str], queues: Sequence[_Queue]) -> None:
        self.network = network
        self.columns = columns
        self.queues = queues
        nodes = [network.item_nodes(item) for item in items]
        self.starts = np.array([start for start, _ in nodes], dtype=np.int64)
        self.finishes = np.array([finish for _, finish in nodes], dtype=np.int64)
        self.follow = _followers(network, columns, [start for start, _ in nodes])
        self.every = np.arange(columns.samples)
        self.waiting = np.ones((len(items), columns.samples), dtype=np.bool_)
        self.begun = np.zeros((len(items), columns.samples), dtype=np.int64)
        self.lost = np.zeros(columns.samples, dtype=np.bool_)
        self.found = evaluate(network, columns)

    def round(self) -> None:
        """Let everybody take turns until in each sample the next in line waits for work that was held up."""
        ready = np.where(self.waiting, self.found.values[self.starts], _DONE)
        lengths = self.found.values[self.finishes] - self.found.values[self.starts]
        stale = np.zeros_like(self.waiting)
        delayed = False
        while True:
            turn = ready.argmin(axis=0)
            at = ready[turn, self.every]
            goes = (at != _DONE) & ~stale[turn, self.every]
            if not goes.any():
                break
            samples = self.every if goes.all() else np.flatnonzero(goes)
            chosen, begin = turn[samples], at[samples]
            length = lengths[chosen, samples]
            place = self._place(samples, chosen, begin, length)
            for queue in self.queues:
                queue.take(samples, chosen, place, place + length)
            self.begun[chosen, samples] = place
            self.waiting[chosen, samples] = False
            ready[chosen, samples] = _DONE
            held = place > begin
            if held.any():
                delayed = True
                stale[:, samples[held]] |= self.follow[chosen[held]].T
        if delayed:
            floors = {
                int(node): np.where(self.waiting[place], 0, np.minimum(self.begun[place], _NEVER))
                for place, node in enumerate(self.starts)
            }
            self.found = evaluate(self.network, self.columns, raised=floors)

    def _place(self, samples: Boundaries, chosen: Boundaries, begin: Boundaries, length: Boundaries) -> Boundaries:
        """Return when those whose turn it is can start: where every queue they stand in has room."""
        place = begin
        while True:
            before = place
            for queue in self.queues:
                place = queue.room(samples, chosen, place, length)
            if len(self.queues) == 1 or np.array_equal(before, place):
                return place

    def result(self) -> tuple[Evaluated, Flags]:
        """Return the positions, and the samples in which they are not those of the turns."""
        found = self.found
        self.lost |= (self.begun >= _NEVER).any(axis=0)
        on_axis = ~found.infeasible & (found.values[self.starts] <= self.network.clock.limit).all(axis=0)
        self.lost |= on_axis & (found.values[self.starts] != self.begun).any(axis=0)
        return found, self.lost


def _followers(network: Network, columns: Columns, starts: Sequence[int]) -> Flags:
    """Return which of some nodes are pushed, however indirectly, by which, shape ``(pushing, pushed)``.

    Only forwards: that a late finish holds back the start of the same work is left out, as almost everything would then
    follow almost everything. Where it matters the work has moved after its turn, and the sample is said to be unplaced.
    """
    varied = {name for name, slot in network.switch_slots.items() if slot in columns.values} | set(columns.switches)
    live = varied | {name for name, on in network.enabled.items() if on}
    targets: list[set[int]] = [set() for _ in network.points]
    for arc in network.arcs:
        if not arc.mirrored and (arc.rule in live or arc.rule in arc.switches):
            targets[arc.source].add(arc.target)
    for quorum in network.quorums:
        for source in quorum.sources if quorum.rule in live else ():
            targets[source].add(quorum.target)
    place = {node: index for index, node in enumerate(starts)}
    found = np.zeros((len(starts), len(starts)), dtype=np.bool_)
    for index, start in enumerate(starts):
        seen = {start}
        stack = [start]
        while stack:
            for target in targets[stack.pop()] - seen:
                seen.add(target)
                stack.append(target)
        found[index, [place[node] for node in seen if node in place and node != start]] = True
    return found


class _Queue:
    """One capacity in every sample: as many hands as it ever has, and when each is free again."""

    def __init__(self, rule: Capacity, network: Network, columns: Columns, items: Sequence[str]) -> None:
        plan, clock = network.plan, network.clock

        def amount(term: int | Reference) -> Boundaries:
            if isinstance(term, Reference) and term.name in columns.values:
                return columns.values[term.name]
            return np.full(columns.samples, plan.amount(term), dtype=np.int64)

        self.need = np.zeros((len(items), columns.samples), dtype=np.int64)
        for entry in rule.demands:
            if entry.item in items:
                self.need[items.index(entry.item)] += amount(entry.amount)
        steps = [(clock.boundary(step.since, "opens"), step.amount) for step in rule.steps]
        begins = sorted({0, *(begin for begin, _ in steps)})
        # Of the steps that have begun the one written last counts, as in `optimiser.critical.resources`.
        terms = [[rule.amount, *(term for begin, term in steps if begin <= at)][-1] for at in begins]
        offers = [amount(term) for term in terms]
        useful = int(self.need.sum(axis=0).max(initial=0))
        self.hands = min(max((int(offer.max(initial=0)) for offer in offers), default=0), useful)
        self.stretches = [
            (begin, end, np.minimum(offer, self.hands))
            for begin, end, offer in zip(begins, [*begins[1:], 2 * _NEVER], offers, strict=True)
        ]
        self.free = np.zeros((self.hands, columns.samples), dtype=np.int64)
        """When each hand is free, the first first."""
        self.last = np.zeros(columns.samples, dtype=np.int64)
        """When the last of the queue started."""

    def room(self, samples: Boundaries, chosen: Boundaries, at: Boundaries, length: Boundaries) -> Boundaries:
        """Return when those whose turn it is can start, at or after a boundary."""
        need = self.need[chosen, samples]
        asks = need > 0
        if not asks.any():
            return at
        place = np.where(asks, np.maximum(at, self.last[samples]), at)
        since = [self._since(samples, need, offer[samples]) for _, _, offer in self.stretches]
        if len(since) == 1:
            return np.where(asks, np.maximum(place, since[0]), place)
        settled = False
        while not settled:
            settled = True
            for (begin, end, _), free in zip(self.stretches, since, strict=True):
                # Inside this stretch nothing may run before `free`; work that would must wait for it, or for the next.
                reach = np.minimum(np.minimum(place + np.maximum(length, 1), end), free)
                clash = asks & (np.maximum(place, begin) < reach)
                if clash.any():
                    place = np.where(clash, np.minimum(free, end), place)
                    settled = False
        return place

    def _since(self, samples: Boundaries, need: Boundaries, offer: Boundaries) -> Boundaries:
        """Return from when on enough hands are free for a need, where only so many of them may work at a time."""
        wanted = need + self.hands - offer
        fits = (need <= offer) & (wanted <= self.hands)
        if not self.hands:
            return np.where(fits, 0, _NEVER)
        row = np.clip(wanted, 1, self.hands) - 1
        return np.where(fits, np.where(wanted > 0, self.free[row, samples], 0), _NEVER)

    def take(self, samples: Boundaries, chosen: Boundaries, start: Boundaries, finish: Boundaries) -> None:
        """Start those whose turn it is: as many hands as they need, the first free first, are busy until they finish."""
        need = self.need[chosen, samples]
        asks = need > 0
        if not asks.any():
            return
        there = samples[asks]
        self.last[there] = np.maximum(self.last[there], start[asks])
        if not self.hands:
            return
        free = self.free[:, there]
        for hand in range(min(int(need.max()), self.hands)):
            free[hand] = np.where(need[asks] > hand, finish[asks], free[hand])
        free.sort(axis=0)
        self.free[:, there] = free
