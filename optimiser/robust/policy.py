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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.policies import Policy, service_classes
from models.rules import Capacity
from optimiser.critical import Batch, Columns, Network
from optimiser.robust.queues import UNREACHED, Boundaries, Flags, Moments, Queue, followers

__all__ = ["Counter", "Served", "allot"]

_DONE = np.iinfo(np.int32).max

_FEW = 0.75
"""Once no more than this share of the samples still takes turns, the others are left out."""


class Counter:
    """The queues for the capacities of one network, in any sample.

    Attributes
    ----------
    items
        Activities that need a capacity, in the order of the plan; none that is done, as what is past waits for nobody.
    starts, finishes
        Their nodes.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.rules = [rule for rule in network.plan.active_rules() if isinstance(rule, Capacity)]
        demanding = {entry.item for rule in self.rules for entry in rule.demands}
        plan = network.plan
        self.items = [each.id for each in plan.activities if each.id in demanding and not plan.done(each.id)]
        nodes = [network.item_nodes(item) for item in self.items]
        self.starts = [start for start, _ in nodes]
        self.finishes = [finish for _, finish in nodes]
        self._follow: dict[frozenset[str], Flags] = {}

    def follow(self, columns: Columns) -> Flags:
        """Return the successors among the queued activities, over everything on in some sample; see `followers`."""
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
    asked = needed or [True] * len(free.network.points)
    batch, leading = free.branch(), free.leading([*counter.starts, *counter.finishes])
    turns = _Turns(counter, batch, counter.classes(policy))
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
            asked if turns.batch is batch else leading,
        )
    # What was pushed for all samples stays pushed: the rest follows.
    batch.push(dict(zip(counter.starts, np.minimum(begun, UNREACHED), strict=True)), asked)
    rows = np.array([batch.row(node) for node in counter.starts]).reshape(begun.shape)
    on_axis = (rows <= counter.network.clock.limit).all(axis=0)
    return Served(batch, begun, (begun >= UNREACHED).any(axis=0) | (on_axis & (rows != begun).any(axis=0)))


_MANY = 0.2
"""Once no more than this share of the samples still runs in a round by class, all go on to the next round."""


class _Turns:
    """The activities of a plan that need a capacity, in every sample, as they take their turns.

    Attributes
    ----------
    classes
        Of each item; None where whoever is ready first goes first.
    queues
        In which anybody stands: of those in which the same stand for one hand each only that with the fewest hands counts.
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
        self.queues = _fewest(counter.queues(columns))
        self.follow = counter.follow(columns)
        self.before: Flags = self.follow & ~self.follow.T
        self.leads: Flags = np.asarray(self.follow.any(axis=1))
        self.clock = np.zeros(columns.samples, dtype=np.int32)
        # A plain queue has room from some moment on, whatever the others have.
        self._at_once = len(self.queues) == 1 or all(queue.plain for queue in self.queues)
        self.waiting = np.ones((len(counter.items), columns.samples), dtype=np.bool_)
        self.begun = np.zeros(self.waiting.shape, dtype=np.int32)

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
        ready = np.where(self.waiting, np.minimum(starts, UNREACHED), _DONE).astype(np.int32)
        lengths = np.minimum(finishes - starts, UNREACHED // 2).astype(np.int32)
        if self.classes is None:
            self._in_order(ready, lengths)
        else:
            by_class = _ClassRound(self, self.classes, ready, lengths)
            while by_class.turn():
                pass

    def ahead(self) -> Moments:
        """Return how many of those that each one follows still wait, shape ``(items, samples)``."""
        found = np.zeros(self.waiting.shape, dtype=np.int32)
        for item in np.flatnonzero(self.leads).tolist():
            found[self.before[item]] += self.waiting[item]
        return found

    def _in_order(self, ready: Moments, lengths: Moments) -> None:
        most = int(self.waiting.sum(axis=0).max(initial=0))
        order = np.argsort(ready, axis=0, kind="stable")[:most]
        ready, lengths = (np.take_along_axis(each, order, axis=0) for each in (ready, lengths))
        leads, stands = self.leads[order], [queue.asks[order] & (lengths > 0) for queue in self.queues]
        every = np.arange(order.shape[1])
        stale = np.zeros((len(every), len(self.leads)), dtype=np.bool_)
        going = np.ones(len(every), dtype=np.bool_)
        for turn, chosen in enumerate(order):
            going &= (ready[turn] != _DONE) & ~stale[every, chosen]
            if not going.any():
                return
            asks = [each[turn] & going for each in stands]
            place = self.place(chosen, asks, ready[turn], lengths[turn])
            self.begin(chosen, going, asks, place, lengths[turn])
            held = np.flatnonzero(leads[turn] & going & (place > ready[turn]))
            if len(held):
                stale[held] |= self.follow[chosen[held]]

    def begin(self, chosen: Boundaries, going: Flags, asks: Sequence[Flags], place: Moments, length: Moments) -> None:
        """Let the chosen begin in the samples in which they go."""
        finish = np.minimum(place + length, UNREACHED)
        for queue, each in zip(self.queues, asks, strict=True):
            queue.take(chosen, each, place, finish)
        there = np.flatnonzero(going)
        chosen = chosen[there]
        self.begun[chosen, there] = place[there]
        self.waiting[chosen, there] = False

    def place(self, chosen: Boundaries, asks: Sequence[Flags], begin: Moments, length: Moments) -> Moments:
        """Return the starts of the chosen activities: the first times with room in every queue of each."""
        place = begin
        while True:
            before = place
            for queue, each in zip(self.queues, asks, strict=True):
                place = queue.room(chosen, each, place, length)
            if self._at_once or np.array_equal(before, place):
                return place


def _fewest(queues: Sequence[Queue]) -> list[Queue]:
    """Return the queues in which anybody can be kept waiting: where the same stand for hands alike, the fewest decide."""
    found: list[Queue] = []
    for queue in queues:
        twin = next((each for each in found if queue.plain and each.plain and np.array_equal(each.asks, queue.asks)), None)
        if twin is None:
            found.append(queue)
        else:
            hands = min(twin.hands, queue.hands)
            twin.hands, twin.free = hands, np.maximum(twin.free[:hands], queue.free[:hands])
            twin.gate = twin.free[0].copy()
    return found


class _ClassRound:
    """The turns of all samples by class, event by event, until each is over, or waits for work that was held up.

    Whoever still waits stands in the order of their turns in every sample: the class, then readiness, then the order of the
    plan. All are of shape ``(samples, places)``.

    Attributes
    ----------
    items
        Who stands at each place.
    line
        Who may take a turn at this moment.
    present
        Who is ready at this moment, and has not begun.
    coming
        When those will be ready who follow nobody that waits; `_DONE` of those who are, and of all others.
    kept
        Queues in which somebody waits at this moment, as bits: nobody who comes later may pass.
    due
        When the first of those who wait for room has it.
    ahead
        How many of those that each one follows still wait.
    """

    def __init__(self, turns: _Turns, classes: Boundaries, ready: Moments, lengths: Moments) -> None:
        rank = np.where(turns.waiting, classes[:, None] * 2 * UNREACHED + ready, np.iinfo(np.int64).max)
        most = int(turns.waiting.sum(axis=0).max(initial=0))
        order = np.argsort(rank, axis=0, kind="stable")[:most]
        self.turns, self.items = turns, np.ascontiguousarray(order.T)
        self.ready, self.lengths, ahead = (
            np.ascontiguousarray(np.take_along_axis(each, order, axis=0).T) for each in (ready, lengths, turns.ahead())
        )
        count = len(self.items)
        width = np.uint8 if len(turns.queues) <= 8 else np.int64
        bits = sum(queue.asks.astype(width) << place for place, queue in enumerate(turns.queues))
        self.stands: NDArray[np.integer[Any]] = bits[self.items] * (self.lengths > 0)
        self.ahead = ahead
        self.stale = np.zeros(self.ready.shape, dtype=np.bool_)
        self.every = np.arange(count)
        self.kept: NDArray[np.integer[Any]] = np.zeros(count, dtype=width)
        self.due = np.full(count, _DONE, dtype=np.int32)
        self.running = np.ones(count, dtype=np.bool_)
        self.present: Flags = (ahead == 0) & (self.ready <= turns.clock[:, None])
        self.line = self.present.copy()
        self.coming = np.where((ahead == 0) & ~self.present, self.ready, _DONE).astype(np.int32)

    def turn(self) -> bool:
        """Let the next in line of each sample take its turn, and say whether any sample still runs."""
        if not self.items.shape[1]:
            return False
        chosen = self.line.argmax(axis=1)
        somebody = self.line[self.every, chosen]
        self._go_on(np.flatnonzero(~somebody & self.running))
        late = somebody & self.stale[self.every, chosen]
        self.line[late] = False
        self.running &= ~late
        self._take(somebody & ~late, chosen)
        return int(np.count_nonzero(self.running)) > _MANY * len(self.running)

    def _go_on(self, samples: Boundaries) -> None:
        """Go on to the next event where nobody is left in line."""
        coming = self.coming[samples]
        moment = np.minimum(coming.min(axis=1, initial=_DONE), self.due[samples])
        over = moment == _DONE
        if over.any():
            self.running[samples[over]] = False
            samples, moment, coming = samples[~over], moment[~over], coming[~over]
        self.turns.clock[samples] = moment
        self.kept[samples] = 0
        self.due[samples] = _DONE
        arrived = coming <= moment[:, None]
        coming[arrived] = _DONE
        self.coming[samples] = coming
        self.present[samples] |= arrived
        self.line[samples] = self.present[samples]

    def _take(self, there: Flags, chosen: Boundaries) -> None:
        """Begin if nobody better waits and there is room, else wait."""
        turns, at = self.turns, (self.every, chosen)
        items, length, stands = self.items[at], self.lengths[at], self.stands[at]
        ask = there & (stands & self.kept == 0)
        asks = [ask & (stands >> place & 1 != 0) for place in range(len(turns.queues))]
        begin = turns.place(items, asks, turns.clock, length)
        goes = ask & (begin <= turns.clock)
        blocked = ask & ~goes
        self.due = np.where(blocked, np.minimum(self.due, begin), self.due)
        self._wait(np.flatnonzero(there & ~goes), chosen, stands)
        turns.begin(items, goes, [each & goes for each in asks], begin, length)
        gone = np.flatnonzero(goes)
        place = chosen[gone]
        self.present[gone, place] = self.line[gone, place] = False
        leading = turns.leads[items[gone]]
        if leading.any():
            self._lead(gone[leading], items[gone[leading]], (begin > self.ready[at])[gone[leading]])

    def _lead(self, there: Boundaries, items: Boundaries, held: Flags) -> None:
        """Admit activities that waited for one of these to begin; a delayed start makes its successors' ready times stale."""
        turns, who = self.turns, self.items[there]
        if held.any():
            self.stale[there[held]] |= np.take_along_axis(turns.follow[items[held]], who[held], axis=1)
        freed = np.take_along_axis(turns.before[items], who, axis=1)
        if not freed.any():
            return
        self.ahead[there] -= freed
        able: Flags = np.asarray(freed & (self.ahead[there] == 0))
        now: Flags = np.asarray(self.ready[there] <= turns.clock[there, None])
        self.present[there] |= able & now
        self.line[there] |= able & now
        self.coming[there] = np.where(able & ~now, self.ready[there], self.coming[there])

    def _wait(self, there: Boundaries, chosen: Boundaries, stands: NDArray[np.integer[Any]]) -> None:
        """Hold back activities whose queues are all blocked: nobody asks them again at this moment."""
        if len(there):
            self.kept[there] |= stands[there]
            mine = self.stands[there]
            self.line[there] &= (mine & ~self.kept[there, None] != 0) | (mine == 0)
            self.line[there, chosen[there]] = False
