"""Capacity under a stated policy that knows nothing of the future.

In every sample the activities that need a capacity are served like people at a counter. Of those that are ready and not
yet begun, the policy says who is next: by class (`models.policies`), inside a class who was ready first, equals in the
order of the plan. Whoever is next waits until all it needs is free, and nobody behind it in a queue of its own goes
before it. A decision looks only at what has begun by then: neither at how long anything will take nor at who comes next;
somebody of a better class who becomes ready meanwhile goes first. With one class that is first come, first served, the
rule of the queue that a code body runs. The serial scheme of `optimiser.critical.list_schedule` sees gaps between later
pieces of work and fills them; this one does not.

All samples take their turns together, and the network is evaluated again only when somewhere the next in line waits for
work that a queue has just held up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.policies import Policy, service_classes
from models.rules import Capacity
from optimiser.critical import Columns, Evaluated, Network, evaluate
from optimiser.robust.queues import UNREACHED, Boundaries, Flags, Queue, followers

__all__ = ["allot"]

_DONE = np.iinfo(np.int64).max

_TOGETHER = 1_024
"""Samples that take turns by class together: what a processor keeps at hand."""


def allot(network: Network, columns: Columns, policy: Policy = "first-ready") -> tuple[Evaluated, Flags]:
    """Return the positions of everything in every sample, and the samples in which the policy found no place.

    Parameters
    ----------
    network
        The plan's inequalities, capacity left out.
    columns
        What varies: the amounts of capacities and demands too, where they are assumptions.
    policy
        Who is served first.

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
    queues = [Queue(rule, network, columns, items) for rule in rules]
    classes = service_classes(network.plan, policy)
    ranked = len({classes.get(item, 0) for item in items}) > 1
    turns = _ClassTurns(network, columns, items, queues, classes) if ranked else _Turns(network, columns, items, queues)
    while turns.waiting.any():
        turns.round()
    return turns.result()


class _Turns:
    """The activities of a plan that need a capacity, in every sample, as they take their turns: who is ready first."""

    def __init__(self, network: Network, columns: Columns, items: Sequence[str], queues: Sequence[Queue]) -> None:
        self.network = network
        self.columns = columns
        self.queues = queues
        nodes = [network.item_nodes(item) for item in items]
        self.starts = np.array([start for start, _ in nodes], dtype=np.int64)
        self.finishes = np.array([finish for _, finish in nodes], dtype=np.int64)
        self.follow = followers(network, columns, [start for start, _ in nodes])
        self.every = np.arange(columns.samples)
        self.waiting = np.ones((len(items), columns.samples), dtype=np.bool_)
        self.begun = np.zeros((len(items), columns.samples), dtype=np.int64)
        self.lost = np.zeros(columns.samples, dtype=np.bool_)
        self.found = evaluate(network, columns)

    def round(self) -> None:
        """Let everybody take turns until in each sample the next in line waits for work that was held up."""
        ready = np.where(self.waiting, self.found.values[self.starts], _DONE)
        lengths = self.found.values[self.finishes] - self.found.values[self.starts]
        if self._serve(ready, lengths):
            floors = {
                int(node): np.where(self.waiting[place], 0, np.minimum(self.begun[place], UNREACHED))
                for place, node in enumerate(self.starts)
            }
            self.found = evaluate(self.network, self.columns, raised=floors)

    def _serve(self, ready: Boundaries, lengths: Boundaries) -> bool:
        """Serve whoever can be, and return whether anybody was held up."""
        stale = np.zeros_like(self.waiting)
        delayed = False
        while True:
            turn = ready.argmin(axis=0)
            at = ready[turn, self.every]
            goes = (at != _DONE) & ~stale[turn, self.every]
            if not goes.any():
                return delayed
            samples = self.every if goes.all() else np.flatnonzero(goes)
            chosen, begin = turn[samples], at[samples]
            length = lengths[chosen, samples]
            place = self._place(samples, chosen, begin, length)
            self._begin(samples, chosen, place, length)
            ready[chosen, samples] = _DONE
            held = place > begin
            if held.any():
                delayed = True
                stale[:, samples[held]] |= self.follow[chosen[held]].T

    def _begin(self, samples: Boundaries, chosen: Boundaries, place: Boundaries, length: Boundaries) -> None:
        """Let the chosen begin."""
        for queue in self.queues:
            queue.take(samples, chosen, place, place + length)
        self.begun[chosen, samples] = place
        self.waiting[chosen, samples] = False

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
        self.lost |= (self.begun >= UNREACHED).any(axis=0)
        on_axis = ~found.infeasible & (found.values[self.starts] <= self.network.clock.limit).all(axis=0)
        self.lost |= on_axis & (found.values[self.starts] != self.begun).any(axis=0)
        return found, self.lost


class _ClassTurns(_Turns):
    """The same with classes: the samples' clocks go from one event to the next, and at each the best class goes first."""

    def __init__(
        self,
        network: Network,
        columns: Columns,
        items: Sequence[str],
        queues: Sequence[Queue],
        classes: Mapping[str, int],
    ) -> None:
        super().__init__(network, columns, items, queues)
        self.classes = np.array([classes.get(item, 0) for item in items], dtype=np.int64)[:, None]
        self.asks = np.array([(queue.need > 0).any(axis=1) for queue in queues]).T
        """Who stands in which queue, shape ``(items, queues)``."""
        self.before = (self.follow & ~self.follow.T).astype(np.int64)
        """Who must have begun before whom: nobody is ready while one that it follows still waits."""
        self.clock = np.zeros(columns.samples, dtype=np.int64)
        """The moment that each sample has come to."""

    def _serve(self, ready: Boundaries, lengths: Boundaries) -> bool:
        parts = [self.every[start : start + _TOGETHER] for start in range(0, len(self.every), _TOGETHER)]
        delayed = [self._serve_part(samples, ready[:, samples], lengths[:, samples]) for samples in parts]
        return any(delayed)

    def _serve_part(self, samples: Boundaries, ready: Boundaries, lengths: Boundaries) -> bool:
        """Serve some samples; arrays of items by these samples are the part's own."""
        count = len(ready)
        # Who is better: the class, then readiness, then the order of the plan, all in one number.
        order = np.arange(count)[:, None]
        rank = (self.classes * (UNREACHED + 1) + np.minimum(ready, UNREACHED)) * count + order
        stale = np.zeros(ready.shape, dtype=np.bool_)
        passed = np.zeros(ready.shape, dtype=np.bool_)
        """Who waits at this moment, for room or behind somebody who does."""
        kept = np.zeros((len(self.queues), len(samples)), dtype=np.bool_)
        """Queues in which somebody waits at this moment: nobody who comes later may pass."""
        ahead = self.before.T @ self.waiting[:, samples]
        """How many of those that each one follows still wait."""
        due = np.full(len(samples), _DONE, dtype=np.int64)
        """When the first of those who wait for room has it."""
        now = self.clock[samples]
        running = np.arange(len(samples))
        delayed = False
        while len(running):
            there = ready[:, running]
            free = ahead[:, running] == 0
            able = free & (there <= now[running]) & ~passed[:, running]
            best = np.where(able, rank[:, running], _DONE)
            turn = best.argmin(axis=0)
            nobody = best[turn, np.arange(len(running))] == _DONE
            idle = running[nobody]
            if len(idle):
                later = np.where(free[:, nobody] & (there[:, nobody] > now[idle]), there[:, nobody], _DONE).min(axis=0)
                now[idle] = np.minimum(later, due[idle])
                passed[:, idle] = False
                kept[:, idle] = False
                due[idle] = _DONE
            place_of, chosen = running[~nobody], turn[~nobody]
            fresh = ~stale[chosen, place_of]
            stopped = place_of[~fresh]
            place_of, chosen = place_of[fresh], chosen[fresh]
            if len(place_of):
                delayed |= self._turn(samples, place_of, chosen, now, (ready, lengths, stale, passed), kept, ahead, due)
            done = np.zeros(len(samples), dtype=np.bool_)
            done[stopped] = True
            done[idle] = now[idle] == _DONE
            running = running[~done[running]]
        self.clock[samples] = np.where(now == _DONE, self.clock[samples], now)
        return delayed

    def _turn(
        self,
        samples: Boundaries,
        places: Boundaries,
        chosen: Boundaries,
        now: Boundaries,
        state: tuple[Boundaries, Boundaries, Flags, Flags],
        kept: Flags,
        ahead: Boundaries,
        due: Boundaries,
    ) -> bool:
        """Let the next in line of each sample begin if nobody better waits and there is room, else have it wait."""
        ready, lengths, stale, passed = state
        behind = (self.asks[chosen].T & kept[:, places]).any(axis=0)
        if behind.any():
            self._keep(places[behind], chosen[behind], kept, passed)
            places, chosen = places[~behind], chosen[~behind]
        length = lengths[chosen, places]
        begin = self._place(samples[places], chosen, now[places], length)
        goes = begin <= now[places]
        waits = places[~goes]
        due[waits] = np.minimum(due[waits], begin[~goes])
        self._keep(waits, chosen[~goes], kept, passed)
        there, who = places[goes], chosen[goes]
        self._begin(samples[there], who, begin[goes], length[goes])
        held = begin[goes] > ready[who, there]
        ready[who, there] = _DONE
        ahead[:, there] -= self.before[who].T
        stale[:, there[held]] |= self.follow[who[held]].T
        return bool(held.any())

    def _keep(self, places: Boundaries, chosen: Boundaries, kept: Flags, passed: Flags) -> None:
        """Have the chosen wait: they keep their queues, and whoever stands in no other need not be asked."""
        kept[:, places] |= self.asks[chosen].T
        passed[chosen, places] = True
        passed[:, places] |= self.asks.astype(np.int64) @ ~kept[:, places] == 0
