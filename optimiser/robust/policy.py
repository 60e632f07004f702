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

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from models.policies import Policy, service_classes
from models.rules import Capacity
from optimiser.critical import Batch, Columns, Network
from optimiser.robust.queues import UNREACHED, Boundaries, Flags, Queue, followers

__all__ = ["Counter", "Served", "allot"]

_DONE = np.iinfo(np.int64).max

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


def allot(counter: Counter, free: Batch, policy: Policy = "first-ready", needed: Sequence[bool] | None = None) -> Served:
    """Serve everybody in every sample.

    Parameters
    ----------
    counter
        Who needs a capacity.
    free
        The positions with capacity left out, which stay as they are.
    policy
        Who is served first.
    needed
        Nodes that anybody will ask for, or that lead to one; all where None.
    """
    leading = free.leading([*counter.starts, *counter.finishes])
    turns = _Turns(counter, free.branch(), counter.classes(policy))
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
            },
            leading,
        )
    final = free.branch()
    final.push(dict(zip(counter.starts, np.minimum(begun, UNREACHED), strict=True)), needed or [True] * len(leading))
    rows = np.array([final.row(node) for node in counter.starts]).reshape(begun.shape)
    on_axis = (rows <= counter.network.clock.limit).all(axis=0)
    return Served(final, begun, (begun >= UNREACHED).any(axis=0) | (on_axis & (rows != begun).any(axis=0)))


class _Turns:
    """The activities of a plan that need a capacity, in every sample, as they take their turns.

    Attributes
    ----------
    classes
        Of each item; None where whoever is ready first goes first.
    stands
        The queues in which each stands, as the bits of a number.
    before
        Who must have begun before whom: nobody is ready while one that it follows still waits.
    clock
        The moment that each sample has come to, where there are classes.
    """

    def __init__(self, counter: Counter, batch: Batch, classes: Mapping[str, int]) -> None:
        columns = batch.columns
        self.classes = np.array([classes.get(item, 0) for item in counter.items], dtype=np.int64) if classes else None
        self.counter = counter
        self.batch = batch
        self.queues = counter.queues(columns)
        self.follow = counter.follow(columns)
        self.stands: Boundaries = sum(queue.asks.astype(np.int64) << place for place, queue in enumerate(self.queues))
        self.before = (self.follow & ~self.follow.T).astype(np.int64)
        self.clock = np.zeros(columns.samples, dtype=np.int64)
        # A plain queue has room from some moment on, whatever the others have.
        self._at_once = len(self.queues) == 1 or all(queue.plain for queue in self.queues)
        self.waiting = np.ones((len(counter.items), columns.samples), dtype=np.bool_)
        self.begun = np.zeros(self.waiting.shape, dtype=np.int64)

    def part(self, samples: Flags) -> _Turns:
        """Return the turns of some of the samples, as they stand."""
        found = copy(self)
        found.batch = self.batch.branch(samples)
        found.queues = [queue.part(samples) for queue in self.queues]
        found.waiting, found.begun, found.clock = self.waiting[:, samples], self.begun[:, samples], self.clock[samples]
        return found

    def serve(self) -> None:
        """Serve whoever can be: in each sample until the next in line waits for work that was held up."""
        starts = np.array([self.batch.row(node) for node in self.counter.starts]).reshape(self.waiting.shape)
        finishes = np.array([self.batch.row(node) for node in self.counter.finishes]).reshape(self.waiting.shape)
        ready, lengths = np.where(self.waiting, starts, _DONE), finishes - starts
        if self.classes is None:
            self._in_order(ready, lengths)
        else:
            by_class = _ClassRound(self, self.classes, ready, lengths)
            while by_class.turn():
                pass

    def _in_order(self, ready: Boundaries, lengths: Boundaries) -> None:
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
            place = self.place(samples, chosen, begin, length)
            self.begin(samples, chosen, place, length)
            held = (place > begin) & leads[chosen]
            if held.any():
                stale[:, samples[held]] |= self.follow[chosen[held]].T

    def begin(self, samples: Boundaries, chosen: Boundaries, place: Boundaries, length: Boundaries) -> None:
        """Let the chosen begin."""
        for queue in self.queues:
            queue.take(samples, chosen, place, place + length)
        self.begun[chosen, samples] = place
        self.waiting[chosen, samples] = False

    def place(self, samples: Boundaries, chosen: Boundaries, begin: Boundaries, length: Boundaries) -> Boundaries:
        """Return when those whose turn it is can start: where every queue they stand in has room."""
        place = begin
        while True:
            before = place
            for queue in self.queues:
                place = queue.room(samples, chosen, place, length)
            if self._at_once or np.array_equal(before, place):
                return place


class _ClassRound:
    """The turns of all samples by class, event by event, until each is over, or waits for work that was held up.

    Attributes
    ----------
    line
        Rank of those who may take their turn at this moment: the class, then readiness, then the order of the plan, all in
        one number; `_DONE` of all others.
    kept
        Queues in which somebody waits at this moment, as bits: nobody who comes later may pass.
    due
        When the first of those who wait for room has it.
    ahead
        How many of those that each one follows still wait.
    """

    def __init__(self, turns: _Turns, classes: Boundaries, ready: Boundaries, lengths: Boundaries) -> None:
        # A row for each sample: most steps read whole rows of some samples.
        self.turns, self.ready, self.lengths = turns, np.ascontiguousarray(ready.T), np.ascontiguousarray(lengths.T)
        count, order = self.ready.shape[0], np.arange(self.ready.shape[1])
        self.rank = (classes * (UNREACHED + 1) + np.minimum(self.ready, UNREACHED)) * len(order) + order
        self.line = np.full(self.ready.shape, _DONE)
        self.stale = np.zeros(self.ready.shape, dtype=np.bool_)
        self.every = np.arange(count)
        self.kept = np.zeros(count, dtype=np.int64)
        self.due = np.full(count, _DONE)
        self.ahead = (turns.waiting.T.astype(np.float64) @ turns.before).astype(np.int64)
        self.leads: Flags = np.asarray(turns.follow.any(axis=1))
        self.running = np.ones(count, dtype=np.bool_)
        self._renew(self.every)

    def _renew(self, samples: Boundaries) -> None:
        """Let everybody stand in line who is ready at this moment."""
        able = (self.ahead[samples] == 0) & (self.ready[samples] <= self.turns.clock[samples, None])
        self.line[samples] = np.where(able, self.rank[samples], _DONE)

    def turn(self) -> bool:
        """Let the next in line of each sample take its turn, and say whether any sample still runs."""
        chosen = self.line.argmin(axis=1)
        nobody = self.line[self.every, chosen] == _DONE
        self._go_on(np.flatnonzero(nobody & self.running))
        there = np.flatnonzero(~nobody)
        chosen = chosen[there]
        late = self.stale[there, chosen]
        self.line[there[late]] = _DONE
        self.running[there[late]] = False
        self._take(there[~late], chosen[~late])
        return bool(self.running.any())

    def _go_on(self, samples: Boundaries) -> None:
        """Go on to the next event where nobody is left in line."""
        ready, clock = self.ready[samples], self.turns.clock
        coming = (self.ahead[samples] == 0) & (ready > clock[samples, None])
        moment = np.minimum(np.where(coming, ready, _DONE).min(axis=1, initial=_DONE), self.due[samples])
        over = moment == _DONE
        self.running[samples[over]] = False
        samples, moment = samples[~over], moment[~over]
        clock[samples] = moment
        self.kept[samples] = 0
        self.due[samples] = _DONE
        self._renew(samples)

    def _take(self, there: Boundaries, chosen: Boundaries) -> None:
        """Begin if nobody better waits and there is room, else wait."""
        turns = self.turns
        length = self.lengths[there, chosen]
        # Work of no length stands in no queue.
        behind = (turns.stands[chosen] & self.kept[there] != 0) & (length > 0)
        self._wait(there[behind], chosen[behind])
        there, chosen, length = there[~behind], chosen[~behind], length[~behind]
        now = turns.clock[there]
        begin = turns.place(there, chosen, now, length)
        goes = begin <= now
        self.due[there[~goes]] = np.minimum(self.due[there[~goes]], begin[~goes])
        self._wait(there[~goes], chosen[~goes])
        there, chosen, begin = there[goes], chosen[goes], begin[goes]
        turns.begin(there, chosen, begin, length[goes])
        leading = self.leads[chosen]
        held = (begin > self.ready[there, chosen]) & leading
        self.ready[there, chosen] = _DONE
        self.line[there, chosen] = _DONE
        self.stale[there[held]] |= turns.follow[chosen[held]]
        if leading.any():
            there, freed = there[leading], turns.before[chosen[leading]]
            self.ahead[there] -= freed
            able = (freed > 0) & (self.ahead[there] == 0) & (self.ready[there] <= turns.clock[there, None])
            self.line[there] = np.where(able, self.rank[there], self.line[there])

    def _wait(self, there: Boundaries, chosen: Boundaries) -> None:
        """Keep the queues of those who wait: whoever stands in no other need not be asked at this moment."""
        if len(there):
            self.kept[there] |= self.turns.stands[chosen]
            shut = (self.turns.stands & ~self.kept[there, None] == 0) & (self.lengths[there] > 0)
            line = np.where(shut, _DONE, self.line[there])
            line[np.arange(len(there)), chosen] = _DONE
            self.line[there] = line
