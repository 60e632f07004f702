"""Schedules bred: the orders of two early ones are crossed, and the work is placed, drawn to the right and to the left again.

A genetic algorithm in which every child is justified (Valls, Ballestín and Quintanilla, "A hybrid genetic algorithm for the
resource-constrained project scheduling problem", EJOR 185, 2008), with the two-point crossover of orders of Hartmann (1998).
Children are placed by the hundred (`optimiser.critical.jobs`), which asks for work whose lengths and distances are fixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.critical.backward import latest_times, live_arcs, reaches
from optimiser.critical.forward import Earliest
from optimiser.critical.jobs import Counts, Jobs
from optimiser.critical.levelling import Levelling, Resource
from optimiser.critical.network import Network
from optimiser.stopping import out_of_time

__all__ = ["Breed", "Brood", "distances", "fixed_distances"]

TOGETHER = 100
"""Children of one generation, and schedules that are kept."""

RIVALS = 3
"""Schedules of which the earliest becomes a parent."""

UNEVEN = (0, 2, 5, 10, 20)
"""Days by up to which the latest starts are moved that the first orders are made of."""

MOVED, FAR = 0.05, 0.08
"""Chance of a piece to leave its place in the order of a child, and how far it goes, as a share of all the work."""

LONGEST_AXIS = 20_000
"""Days of the axis up to which capacities are laid out for each schedule."""


@dataclass(frozen=True, slots=True)
class Breed:
    """The work that holds capacity and leads to a milestone, where nothing but fixed lengths and distances binds it.

    Attributes
    ----------
    starts
        The node at which each piece of work begins.
    jobs
        The work, in the order of the plan.
    """

    items: Sequence[str]
    starts: Sequence[int]
    jobs: Jobs

    @classmethod
    def of(cls, earliest: Earliest, levelling: Levelling, pools: Sequence[Resource], node: int) -> Breed | None:
        """Return the work of a plan, None where something else binds it: boards, other calendars, counts, latest dates."""
        network = earliest.network
        lengths = {}
        for item in levelling.items:
            arc = network.durations[network.item_nodes(item)[0]]
            if not network.enabled[arc.rule] or arc.family.sign != 1:
                return None
            if arc.amount:
                lengths[item] = arc.amount
        if not lengths or network.clock.size > LONGEST_AXIS or not fixed_distances(network, levelling, node):
            return None
        place = {item: number for number, item in enumerate(lengths)}
        starts = [network.item_nodes(item)[0] for item in lengths]
        late = latest_times(network, {node: earliest.values[node]})
        jobs = Jobs.of(
            np.array(list(lengths.values()), dtype=np.int64),
            [
                (pool.available, {place[item]: amount for item, amount in pool.demand.items() if item in place})
                for pool in pools
            ],
            np.array([earliest.values[start] for start in starts], dtype=np.int64),
            np.array([earliest.values[node] - late[start] for start in starts], dtype=np.int64),
            [(place[before], place[after], days) for (before, after), days in distances(network, lengths).items()],
        )
        return None if jobs is None else cls(tuple(lengths), starts, jobs)


class Brood:
    """Schedules of one breed, bettered for as long as somebody asks for it.

    Chance is drawn in the same way each time, so that equal questions give equal schedules.

    Parameters
    ----------
    known
        Schedules to begin with: boundary of each node.
    """

    def __init__(self, breed: Breed, known: Sequence[Sequence[int]]) -> None:
        self._items, jobs = breed.items, breed.jobs
        self._jobs, self._chance = jobs, np.random.default_rng(len(jobs.length))
        first = np.array([[values[start] for start in breed.starts] for values in known], dtype=np.int64)
        ends = int((first + jobs.length).max()) + int(jobs.length.max())
        self._size = min(len(jobs.free), ends)
        self._mirror = jobs.mirrored(self._size)
        self._marks = self._chance.integers(1, 1 << 40, len(jobs.length))
        self._stock, self._reached = self._kept(first)

    def improved(self, floor: int, idle: int) -> Mapping[str, int]:
        """Return the starts of the best schedule after so many generations in a row that better nothing.

        Parameters
        ----------
        floor
            A boundary of the milestone that is not bettered.
        """
        waited = 0
        while waited < idle and self._reached[0] > floor and not out_of_time():
            best = self._reached[0]
            child = self._justified(self._jobs.placed(self._jobs.order(self._keys()), self._size))
            self._stock, self._reached = self._kept(np.concatenate([self._stock, child]))
            waited = 0 if self._reached[0] < best else waited + 1
        return dict(zip(self._items, self._stock[0].tolist(), strict=True))

    def _keys(self) -> Counts:
        """Return keys of the orders of children: at first about the latest starts, then of two parents each, a little moved."""
        chance, count, shape = self._chance, len(self._items), (TOGETHER, len(self._items))
        if len(self._stock) < TOGETHER // 2:
            uneven = chance.random(shape) * chance.choice(UNEVEN, (TOGETHER, 1))
            latest: Counts = self._jobs.tail.max() - self._jobs.tail + uneven.astype(np.int64)
            return latest
        drawn = chance.integers(0, len(self._stock), (2, RIVALS, TOGETHER)).min(axis=1)  # the earliest schedules stand first
        crossed = self._crossed(self._stock[drawn[0]], self._stock[drawn[1]])
        moved = chance.normal(0, FAR * count, shape) * (chance.random(shape) < MOVED)
        keys: Counts = crossed + moved.astype(np.int64)
        return keys

    def _crossed(self, mothers: Counts, fathers: Counts) -> Counts:
        """Return places of the work in orders whose middle is in the father's order, what is before and after in the mother's."""
        schedules, count = mothers.shape
        own, other = _places(self._jobs.order(mothers)), self._jobs.order(fathers)
        begin = self._chance.integers(0, count, (schedules, 1))
        width = self._chance.integers(count // 4, 3 * count // 4 + 1, (schedules, 1))
        rest = np.take_along_axis(own >= begin, other, axis=1).cumsum(axis=1) - 1
        place = np.empty_like(own)
        np.put_along_axis(place, other, rest, axis=1)
        return _places(np.where(own < begin, own, np.where(place < width, begin + place, count + own)).argsort(axis=1))

    def _justified(self, starts: Counts) -> Counts:
        """Return schedules drawn to the right, each as far as it is long, and to the left again."""
        jobs, mirror, size = self._jobs, self._mirror, self._size
        put_off = size - jobs.reached(starts)
        late = size - jobs.length - mirror.placed(mirror.order(-(starts + jobs.length)), size, put_off)
        return jobs.placed(jobs.order(late), size)

    def _kept(self, stock: Counts) -> tuple[Counts, Counts]:
        """Return the earliest schedules, each once, the earliest first, and the boundary of the milestone in each."""
        _, once = np.unique(stock @ self._marks, return_index=True)
        own = stock[np.sort(once)]
        reached = self._jobs.reached(own)
        first = reached.argsort(kind="stable")[:TOGETHER]
        return own[first], reached[first]


def _places(order: Counts) -> Counts:
    """Return the place of each piece in orders."""
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.broadcast_to(np.arange(order.shape[1]), order.shape), axis=1)
    return places


def fixed_distances(network: Network, levelling: Levelling, node: int) -> bool:
    """Return whether nothing but fixed distances binds what leads to work on the capacities, or to a node."""
    leads = reaches(network, node)
    felt = [own or leads[place] for place, own in enumerate(levelling.felt)]
    arcs = (arc for arc, _ in live_arcs(network) if felt[arc.target])
    held = (each.node for each in network.ceilings if network.enabled[each.rule] and each.boundary is not None)
    counted = (each.target for each in network.quorums if network.enabled[each.rule])
    return all(arc.family.sign and arc.source != arc.target for arc in arcs) and not any(
        felt[place] for place in (*held, *counted)
    )


def distances(network: Network, lengths: dict[str, int]) -> dict[tuple[str, str], int]:
    """Return the fixed distances from start to start, straight or by way of what is no such work.

    Parameters
    ----------
    lengths
        The least that each piece of work takes.
    """
    ends: dict[int, tuple[str, int]] = {}
    for item, length in lengths.items():
        start, finish = network.item_nodes(item)
        ends[start] = (item, 0)
        if network.durations[start].family.sign == 1:
            ends[finish] = (item, length)
    steps: dict[int, list[tuple[int, int]]] = {}
    for arc in network.arcs:
        own = all(network.enabled[switch] for switch in arc.switches)
        if arc.source != arc.target and arc.family.sign and network.enabled.get(arc.rule, False) and own:
            steps.setdefault(arc.source, []).append((arc.target, arc.family.sign * arc.amount))
    found: dict[tuple[str, str], int] = {}
    for item, length in lengths.items():
        start, finish = network.item_nodes(item)
        reached = {start: 0, finish: length}
        waiting = [start, finish]
        while waiting:
            node = waiting.pop()
            for target, days in steps.get(node, ()):
                away = reached[node] + days
                if ends.get(target, (item, 0))[0] != item:
                    other, offset = ends[target]
                    found[item, other] = max(found.get((item, other), away - offset), away - offset)
                elif target not in ends and away > reached.get(target, away - 1) and away < network.clock.size:
                    reached[target] = away
                    waiting.append(target)
    return found
