"""Queues for a capacity in many samples at once: how many hands there are, and when each is free again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from models.duration import Reference
from models.rules import Capacity
from optimiser.critical import Columns, Network

__all__ = ["UNREACHED", "Boundaries", "Flags", "Moments", "Queue", "followers", "holders"]

Boundaries = NDArray[np.int64]
Moments = NDArray[np.int32]
"""Boundaries in half the room: whoever is served in turn reads many of them."""
Flags = NDArray[np.bool_]

UNREACHED = 2**30
"""A boundary after everything: of work that needs more than there ever is."""

_LAST = 2**31 - 1


class Queue:
    """One capacity in every sample: as many hands as it ever has, and when each is free again.

    Work of no length needs no hand and waits for none.

    Parameters
    ----------
    rule
        The capacity. A column under the rule's own id moves all its amounts alike, as far as the first differs from it.
    network
        Of its plan.
    columns
        What varies.
    items
        Activities by their places.
    """

    def __init__(self, rule: Capacity, network: Network, columns: Columns, items: Sequence[str]) -> None:
        plan, clock = network.plan, network.clock

        def amount(term: int | Reference) -> Boundaries:
            if isinstance(term, Reference) and term.name in columns.values:
                return columns.values[term.name]
            return np.full(columns.samples, plan.amount(term), dtype=np.int64)

        self.need = np.zeros((len(items), columns.samples), dtype=np.int64)
        places = {item: place for place, item in enumerate(items)}
        for entry in rule.demands:
            if entry.item in places:
                self.need[places[entry.item]] += amount(entry.amount)
        steps = [(clock.boundary(step.since, "opens"), step.amount) for step in rule.steps]
        begins = sorted({0, *(begin for begin, _ in steps)})
        # Of the steps that have begun the one written last counts, as in `optimiser.critical.resources`.
        terms = [[rule.amount, *(term for begin, term in steps if begin <= at)][-1] for at in begins]
        own = columns.values.get(rule.id) if rule.id not in plan.values else None
        moved = 0 if own is None else own - amount(rule.amount)
        offers = [np.maximum(amount(term) + moved, 0) for term in terms]
        useful = int(self.need.sum(axis=0).max(initial=0))
        self.hands = min(max((int(offer.max(initial=0)) for offer in offers), default=0), useful)
        self.stretches = [
            (begin, end, np.minimum(offer, self.hands))
            for begin, end, offer in zip(begins, [*begins[1:], _LAST], offers, strict=True)
        ]
        self.free = np.zeros((self.hands, columns.samples), dtype=np.int32)
        """When the hands of a sample are free, the first free first."""
        self.asks = self.need.max(axis=1, initial=0) > 0
        """Who stands in the queue."""
        same = bool((self.need == self.asks[:, None]).all())
        self.plain = len(offers) == 1 and self.hands > 0 and same
        """Whether everybody who stands in it needs one of hands that stay as many."""
        self._spare = self.free[:0]
        self.gate = np.zeros(columns.samples, dtype=np.int32)
        """When the last of the queue started; where it is plain, and a hand is free."""
        if self.plain:
            # Hands that a sample does not have are never free in it.
            self.free[np.arange(self.hands)[:, None] >= self.stretches[0][2]] = UNREACHED
            self.gate = self.free[0].copy()

    def part(self, samples: Flags) -> Queue:
        """Return the queue of some of the samples, as it stands."""
        found = copy(self)
        found.need, found.free, found.gate = self.need[:, samples], self.free[:, samples], self.gate[samples]
        found.stretches = [(begin, end, offer[samples]) for begin, end, offer in self.stretches]
        return found

    def room(self, chosen: Boundaries, asks: Flags, at: Moments, length: Moments) -> Moments:
        """Return the first times, at or after a boundary, with room for the chosen activities that ask for it."""
        place = np.maximum(at, self.gate * asks)
        if self.plain or not asks.any():
            return place
        every = np.arange(len(chosen))
        need = self.need[chosen, every]
        asks = asks & (need > 0)
        place = np.where(asks, place, at)
        since = [self._since(every, need, offer) for _, _, offer in self.stretches]
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
        return place.astype(np.int32)

    def _since(self, every: Boundaries, need: Boundaries, offer: Boundaries) -> Boundaries:
        """Return from when on enough hands are free for a need, where only so many of them may work at a time."""
        wanted = need + self.hands - offer
        fits = (need <= offer) & (wanted <= self.hands)
        if not self.hands:
            return np.where(fits, 0, UNREACHED)
        row = np.clip(wanted, 1, self.hands) - 1
        return np.where(fits, np.where(wanted > 0, self.free[row, every], 0), UNREACHED)

    def take(self, chosen: Boundaries, asks: Flags, start: Moments, finish: Moments) -> None:
        """Start those who ask for it: as many hands as they need, the first free first, are busy until they finish."""
        free = self.free
        if not asks.any():
            return
        if self.plain:
            # The first free goes, the finish comes, and all stay in order; a finish before all hands changes nothing.
            finish = finish * asks
            if self._spare.shape != free[1:].shape:
                self._spare = np.empty_like(free[1:])
            np.minimum(free[1:], finish, out=self._spare)
            np.maximum(free[:-1], self._spare, out=free[:-1])
            np.maximum(free[-1], finish, out=free[-1])
            self.gate = np.maximum(np.maximum(self.gate, start * asks), free[0])
            return
        need = np.where(asks, self.need[chosen, np.arange(len(chosen))], 0)
        self.gate = np.where(need > 0, np.maximum(self.gate, start), self.gate)
        for hand in range(min(int(need.max(initial=0)), self.hands)):
            free[hand] = np.where(need > hand, finish, free[hand])
        free.sort(axis=0)


def followers(network: Network, live: Collection[str], starts: Sequence[int]) -> Flags:
    """Return which of some nodes are pushed, however indirectly, by which, shape ``(pushing, pushed)``.

    Only forwards: that a late finish holds back the start of the same work is left out, as almost everything would then
    follow almost everything. Where it matters the work has moved after its turn, and the sample is said to be unplaced.

    Parameters
    ----------
    live
        Rules and durations that are on in some sample.
    """
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


def holders(
    queue: Queue, ready: Sequence[Boundaries], begun: Boundaries, finishes: Sequence[Boundaries]
) -> Iterator[tuple[Boundaries, int, bool, Boundaries]]:
    """Yield who keeps whom waiting in a queue once everybody is served.

    Parameters
    ----------
    queue
        As it was with nobody served.
    ready
        When each item could have started but for queues.
    begun, finishes
        When each starts and finishes.

    Yields
    ------
    tuple of ndarray, int, bool and ndarray
        The items that would hold up another by being a day late, and the other; whether by their finish, else by their
        start as nobody behind them goes before them; the sample in which each does.
    """
    if not len(finishes):  # whatever needs a capacity is done
        return
    need = np.where(np.array(finishes) > begun, queue.need, 0)
    members = np.flatnonzero(need.any(axis=1))
    needs, since, starts, stops = (
        np.minimum(np.array(each)[members], UNREACHED).astype(np.int32) for each in (need, ready, begun, finishes)
    )
    waited = (needs > 0) & (starts > since) & (starts < UNREACHED)
    for place, after in enumerate(members.tolist()):
        if not waited[place].any():
            continue
        at = starts[place]
        offer = np.zeros_like(at)
        for begin, end, amount in queue.stretches:
            offer = np.where((at >= begin) & (at < end), amount, offer)
        spare = np.maximum(offer - (needs * ((starts <= at) & (stops > at))).sum(axis=0), 0)
        frees = (stops == at) & (needs > spare) & waited[place]
        leads = (starts == at) & waited & (since <= since[place]) & waited[place]
        leads[place] = False
        for flags, by_finish in ((frees, True), (leads, False)):
            before, samples = np.nonzero(flags)
            if len(samples):
                yield members[before], after, by_finish, samples
