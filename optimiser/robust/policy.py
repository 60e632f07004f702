"""Capacity under a stated policy that knows nothing of the future.

In every sample the activities that need a capacity are served like people at a counter. Of those that are ready and not
yet begun, the policy says who is next: by class (`models.policies`), inside a class who was ready first, equals in the
order of the plan. Whoever is next waits until all it needs is free, and nobody behind it in a queue of its own goes
before it. A decision looks only at what has begun by then: neither at how long anything will take nor at who comes next;
somebody of a better class who becomes ready meanwhile goes first. With one class that is first come, first served, the
rule of the queue that a code body runs. The serial scheme of `optimiser.critical.list_schedule` sees gaps between later
pieces of work and fills them; this one does not.

All samples take their turns together, and positions are raised again only where somewhere the next in line waits for work
that a queue has just held up.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass

import numpy as np

from models.policies import Policy, service_classes
from models.rules import Capacity
from optimiser.critical import Batch, Columns, Network
from optimiser.robust.queues import UNREACHED, Boundaries, Flags, Queue, followers

__all__ = ["Counter", "Served", "allot"]

_DONE = np.iinfo(np.int64).max

_TOGETHER = 1_024
"""Samples that take turns by class together: what a processor keeps at hand."""

_FEW = 0.75
"""Once no more than this share of the samples still takes turns, the others are left out."""


class Counter:
    """What queues for the capacities of one network, whatever the samples.

    Attributes
    ----------
    items
        Activities that need a capacity, in the order of the plan.
    starts, finishes
        Their nodes.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.rules = [rule for rule in network.plan.active_rules() if isinstance(rule, Capacity)]
        demanding = {entry.item for rule in self.rules for entry in rule.demands}
        self.items = [activity.id for activity in network.plan.activities if activity.id in demanding]
        nodes = [network.item_nodes(item) for item in self.items]
        self.starts = [start for start, _ in nodes]
        self.finishes = [finish for _, finish in nodes]
        self._follow: dict[frozenset[str], Flags] = {}

    def follow(self, columns: Columns) -> Flags:
        """Return who is pushed by whom where anything that is on in some sample counts; see `followers`."""
        network = self.network
        varied = {name for name, slot in network.switch_slots.items() if slot in columns.values} | set(columns.switches)
        live = frozenset(varied | {name for name, on in network.enabled.items() if on})
        if live not in self._follow:
            self._follow[live] = followers(network, live, self.starts)
        return self._follow[live]

    def queues(self, columns: Columns) -> list[Queue]:
        """Return the capacities with nobody served yet."""
        return [Queue(rule, self.network, columns, self.items) for rule in self.rules]

    def classes(self, policy: Policy) -> Mapping[str, int]:
        """Return who is served before whom; nothing where all are alike."""
        classes = service_classes(self.network.plan, policy)
        return classes if len({classes.get(item, 0) for item in self.items}) > 1 else {}


@dataclass(frozen=True, slots=True)
class Served:
    """Everybody served.

    Attributes
    ----------
    batch
        The positions.
    begun
        When each item starts by its turn, shape ``(items, samples)``.
    lost
        Samples in which an activity was pushed after its turn (by a maximum lag, or work held together), or needs more
        than there ever is. Nothing is said of whether they have a schedule.
    """

    batch: Batch
    begun: Boundaries
    lost: Flags


def allot(counter: Counter, free: Batch, policy: Policy = "first-ready") -> Served:
    """Serve everybody in every sample.

    Parameters
    ----------
    counter
        Who needs a capacity.
    free
        The positions with capacity left out, which stay as they are.
    policy
        Who is served first.
    """
    classes = counter.classes(policy)
    turns = _ClassTurns(counter, free.branch(), classes) if classes else _Turns(counter, free.branch())
    begun = np.zeros(turns.begun.shape, dtype=np.int64)
    places = np.arange(begun.shape[1])
    while True:
        turns.serve()
        waits: Flags = np.asarray(turns.waiting.any(axis=0))
        begun[:, places] = turns.begun
        if not waits.any():
            break
        if np.count_nonzero(waits) <= _FEW * len(waits):
            places, turns = places[waits], turns.part(waits)
        turns.batch.push(
            {
                node: np.where(waits_for, 0, np.minimum(since, UNREACHED))
                for node, since, waits_for in zip(counter.starts, turns.begun, turns.waiting, strict=True)
            }
        )
    final = free.branch()
    final.push(dict(zip(counter.starts, np.minimum(begun, UNREACHED), strict=True)))
    rows = np.array([final.row(node) for node in counter.starts]).reshape(begun.shape)
    on_axis = (rows <= counter.network.clock.limit).all(axis=0)
    return Served(final, begun, (begun >= UNREACHED).any(axis=0) | (on_axis & (rows != begun).any(axis=0)))


class _Turns:
    """The activities of a plan that need a capacity, in every sample, as they take their turns: who is ready first."""

    def __init__(self, counter: Counter, batch: Batch) -> None:
        columns = batch.columns
        self.counter = counter
        self.batch = batch
        self.queues = counter.queues(columns)
        self.follow = counter.follow(columns)
        self.waiting = np.ones((len(counter.items), columns.samples), dtype=np.bool_)
        self.begun = np.zeros(self.waiting.shape, dtype=np.int64)

    def part(self, samples: Flags) -> _Turns:
        """Return the turns of some of the samples, as they stand."""
        found = copy(self)
        found.batch = self.batch.branch(samples)
        found.queues = [queue.part(samples) for queue in self.queues]
        found.waiting, found.begun = self.waiting[:, samples], self.begun[:, samples]
        return found

    def serve(self) -> None:
        """Serve whoever can be: in each sample until the next in line waits for work that was held up."""
        starts = np.array([self.batch.row(node) for node in self.counter.starts]).reshape(self.waiting.shape)
        finishes = np.array([self.batch.row(node) for node in self.counter.finishes]).reshape(self.waiting.shape)
        self._serve(np.where(self.waiting, starts, _DONE), finishes - starts)

    def _serve(self, ready: Boundaries, lengths: Boundaries) -> None:
        order = np.argsort(ready, axis=0, kind="stable")
        stale = np.zeros_like(self.waiting)
        leads: Flags = np.asarray(self.follow.any(axis=1))
        samples = np.arange(ready.shape[1])
        for turn in range(len(order)):
            chosen = order[turn, samples]
            begin = ready[chosen, samples]
            goes = (begin != _DONE) & ~stale[chosen, samples]
            if not goes.all():
                samples, chosen, begin = samples[goes], chosen[goes], begin[goes]
                if not len(samples):
                    return
            length = lengths[chosen, samples]
            place = self._place(samples, chosen, begin, length)
            self._begin(samples, chosen, place, length)
            held = (place > begin) & leads[chosen]
            if held.any():
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


class _ClassTurns(_Turns):
    """The same with classes: the samples' clocks go from one event to the next, and at each the best class goes first."""

    def __init__(self, counter: Counter, batch: Batch, classes: Mapping[str, int]) -> None:
        super().__init__(counter, batch)
        self.classes = np.array([classes.get(item, 0) for item in counter.items], dtype=np.int64)[:, None]
        self.asks = np.array([(queue.need > 0).any(axis=1) for queue in self.queues]).T
        """Who stands in which queue, shape ``(items, queues)``."""
        self.before = (self.follow & ~self.follow.T).astype(np.int64)
        """Who must have begun before whom: nobody is ready while one that it follows still waits."""
        self.clock = np.zeros(batch.columns.samples, dtype=np.int64)
        """The moment that each sample has come to."""

    def part(self, samples: Flags) -> _ClassTurns:
        """Return the turns of some of the samples, as they stand."""
        found = super().part(samples)
        assert isinstance(found, _ClassTurns)
        found.clock = self.clock[samples]
        return found

    def _serve(self, ready: Boundaries, lengths: Boundaries) -> None:
        every = np.arange(ready.shape[1])
        for start in range(0, len(every), _TOGETHER):
            samples = every[start : start + _TOGETHER]
            self._serve_part(samples, ready[:, samples], lengths[:, samples])

    def _serve_part(self, samples: Boundaries, ready: Boundaries, lengths: Boundaries) -> None:
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
                self._turn(samples, place_of, chosen, now, (ready, lengths, stale, passed), kept, ahead, due)
            done = np.zeros(len(samples), dtype=np.bool_)
            done[stopped] = True
            done[idle] = now[idle] == _DONE
            running = running[~done[running]]
        self.clock[samples] = np.where(now == _DONE, self.clock[samples], now)

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
    ) -> None:
        """Let the next in line of each sample begin if nobody better waits and there is room, else have it wait."""
        ready, lengths, stale, passed = state
        # Work of no length stands in no queue.
        behind = (self.asks[chosen].T & kept[:, places]).any(axis=0) & (lengths[chosen, places] > 0)
        if behind.any():
            self._keep(places[behind], chosen[behind], lengths, kept, passed)
            places, chosen = places[~behind], chosen[~behind]
        length = lengths[chosen, places]
        begin = self._place(samples[places], chosen, now[places], length)
        goes = begin <= now[places]
        waits = places[~goes]
        due[waits] = np.minimum(due[waits], begin[~goes])
        self._keep(waits, chosen[~goes], lengths, kept, passed)
        there, who = places[goes], chosen[goes]
        self._begin(samples[there], who, begin[goes], length[goes])
        held = begin[goes] > ready[who, there]
        ready[who, there] = _DONE
        ahead[:, there] -= self.before[who].T
        stale[:, there[held]] |= self.follow[who[held]].T

    def _keep(self, places: Boundaries, chosen: Boundaries, lengths: Boundaries, kept: Flags, passed: Flags) -> None:
        """Have the chosen wait: they keep their queues, and whoever stands in no other need not be asked."""
        kept[:, places] |= self.asks[chosen].T
        passed[chosen, places] = True
        passed[:, places] |= (self.asks.astype(np.int64) @ ~kept[:, places] == 0) & (lengths[:, places] > 0)
