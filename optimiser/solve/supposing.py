"""A date supposed: what work must be done by when for it, and what may be chosen, as windows on shared capacity.

Under a latest boundary of a milestone every activity that the milestone waits for has a window, boards and listed days on
the way counted in. Where a rule asks for k of n, each of the n is an option, with the windows that it brings for whatever
it waits for. What is left is a relaxation of the plan: where it cannot be done, the date is refuted; where it can, its
order is followed over the whole plan, and the schedule that comes out is held against every rule.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.critical import Earliest, Resource, latest_times
from optimiser.critical.arcs import Family, Quorum
from optimiser.critical.backward import BELOW, live_amount
from optimiser.critical.bounds import shortest_length
from optimiser.critical.breeding import distances
from optimiser.encoding.work import HeldWork, Offer, Pick, StartGap, Work, WorkOption

__all__ = ["Supposing"]

ALWAYS = -1
"""An option that asks for nothing more."""

Latest = NDArray[np.int64]
"""A latest boundary for each node."""


class Supposing:
    """Dates of one plan supposed, one after the other.

    Parameters
    ----------
    earliest
        A feasible forward pass, capacity left out.
    pools
        The capacities.

    Notes
    -----
    Latest boundaries under two latest dates are the earlier of those under each, as every inequality is monotone and has
    one source: what a member of a quorum asks for is then worked out once, whatever is supposed with it.
    """

    def __init__(self, earliest: Earliest, pools: Sequence[Resource]) -> None:
        self.earliest, self.pools, self.network = earliest, pools, earliest.network
        network = self.network
        self.early: Latest = np.array(earliest.values, dtype=np.int64)
        self.partial = [
            plain
            for quorum in network.quorums
            if network.enabled[quorum.rule] and quorum.partial
            for plain in quorum.plain(earliest.values)
        ]
        self.lengths = self._lengths()
        nodes = [network.item_nodes(item) for item in self.lengths]
        self.begins = np.array([start for start, _ in nodes], dtype=np.int64)
        self.ends = np.array([finish for _, finish in nodes], dtype=np.int64)
        self.days = np.array(list(self.lengths.values()), dtype=np.int64)
        self.items = list(self.lengths)
        self._rounding: dict[int, list[NDArray[np.int64]]] = {}
        for arc in network.arcs:
            if arc.source == arc.target and network.enabled.get(arc.rule, False) and not arc.switches:
                self._rounding.setdefault(arc.source, []).append(arc.family.table(arc.amount))
        self._held: dict[tuple[int, int], Latest] = {}
        self._asked: dict[tuple[int, int], Work | None] = {}
        self._free = latest_times(network, {})
        self.free: Latest = np.array(self._free, dtype=np.int64)
        self._incoming = self._backwards()
        apart = distances(network, self.lengths)
        self.gaps = tuple(StartGap(before, after, days) for (before, after), days in apart.items())

    def work(self, node: int, boundary: int, pools: Sequence[Resource] | None = None) -> Work | None:
        """Return the windows of capacity-holding work for a node at or before a boundary, None where the windows are empty.

        Parameters
        ----------
        node, boundary
            What is supposed.
        pools
            Other capacities for the same activities, some perhaps left out.
        """
        if (node, boundary) not in self._asked:
            self._asked[node, boundary] = self._work(node, boundary)
        work = self._asked[node, boundary]
        if work is None:
            return None
        offers = [
            Offer(pool.available, {item: amount for item, amount in pool.demand.items() if item in work.pieces})
            for pool in (self.pools if pools is None else pools)
        ]
        return replace(work, offers=offers)

    def _work(self, node: int, boundary: int) -> Work | None:
        """Return the question without its capacities."""
        late = self._latest(node, boundary)
        if (late < self.early).any():
            return None
        choices = _Choices(self, late)
        if not choices.pose_all(late, self.free, None):
            return None
        start, free = self.starts(late), self.starts(self.free)
        needed = {item for item, last, most in zip(self.items, start, free, strict=True) if last < max(most, boundary)}
        latest = {item: last for item, last in zip(self.items, start, strict=True) if item in needed}
        for option in choices.options:
            for item, last in option.latest.items():
                if item not in needed:
                    latest[item] = max(latest.get(item, last), last)
        pieces = {
            item: HeldWork(self._allowed(item, latest[item]), self.lengths[item], item in needed)
            for item in self.items
            if item in latest
        }
        gaps = tuple(gap for gap in self.gaps if gap.before in pieces and gap.after in pieces)
        return Work(pieces, (), tuple(choices.options), tuple(choices.picks), gaps)

    def starts(self, late: Latest) -> list[int]:
        """Return the latest start of each activity that holds capacity, below latest boundaries of its ends."""
        return np.minimum(late[self.begins], late[self.ends] - self.days).tolist()  # type: ignore[no-any-return]

    def with_source(self, late: Latest, source: int, due: int) -> Latest:
        """Return the latest boundaries if one node more is at or before a boundary."""
        return np.minimum(late, self._latest(source, due))

    def _latest(self, node: int, boundary: int) -> Latest:
        """Return the latest boundaries under the latest boundary of one node: only what it waits for is gone through."""
        if (node, boundary) not in self._held:
            values = self._free.copy()
            if boundary < values[node]:
                values[node] = boundary
                waiting = deque([node])
                while waiting:
                    target = waiting.popleft()
                    for source, days, table in self._incoming.get(target, ()):
                        late = max(values[target] - days if table is None else table[max(values[target], 0)], BELOW)
                        if late < values[source]:
                            values[source] = late
                            waiting.append(source)
            self._held[node, boundary] = np.array(values, dtype=np.int64)
        return self._held[node, boundary]

    def _backwards(self) -> dict[int, list[tuple[int, int, list[int] | None]]]:
        """Return by target what its latest boundary means for its sources: so many days before, or as a table says."""
        network = self.network
        axis = np.arange(network.clock.size + 1, dtype=np.int64)
        tables: dict[tuple[int, int], list[int]] = {}
        found: dict[int, list[tuple[int, int, list[int] | None]]] = {}

        def add(source: int, target: int, family: Family, amount: int) -> None:
            if family.sign:
                found.setdefault(target, []).append((source, family.sign * amount, None))
                return
            key = (id(family), amount)
            if key not in tables:
                tables[key] = (np.searchsorted(family.table(amount)[:-2], axis, side="right") - 1).tolist()
            found.setdefault(target, []).append((source, 0, tables[key]))

        for arc in network.arcs:
            on, amount = live_amount(network, arc)
            if on:
                add(arc.source, arc.target, arc.family, amount)
        for quorum in network.quorums:
            if network.enabled[quorum.rule] and not quorum.partial:
                for source, family in zip(quorum.sources, quorum.families, strict=True):
                    add(source, quorum.target, family, quorum.amount)
        return found

    def _lengths(self) -> dict[str, int]:
        """Return the activities that hold capacity for some time, in the order of the plan, each with the least it takes."""
        network = self.network
        held = {item for pool in self.pools for item in pool.demand}
        found = {}
        for activity in network.plan.activities:
            if activity.id in held:
                start, _ = network.item_nodes(activity.id)
                length = shortest_length(network, activity.id, self.earliest.values[start], network.clock.limit)
                if length:
                    found[activity.id] = length
        return found

    def _allowed(self, item: str, latest: int) -> NDArray[np.int64]:
        """Return the boundaries at which an activity may start, up to a latest one."""
        node, _ = self.network.item_nodes(item)
        starts = np.arange(self.earliest.values[node], latest + 1, dtype=np.int64)
        for table in self._rounding.get(node, ()):
            starts = starts[table[starts] == starts]
        return starts


@dataclass
class _Choices:
    """What one date supposed leaves to be chosen."""

    supposing: Supposing
    late: Latest
    options: list[WorkOption] = field(default_factory=list)
    picks: list[Pick] = field(default_factory=list)
    _known: dict[tuple[int, int], int | None] = field(default_factory=dict)

    def pose_all(self, late: Latest, before: Latest, under: int | None) -> bool:
        """Pose the choices of the quorums that latest boundaries have become a matter for; say whether all can be met."""
        return all(
            self._pose(quorum, int(late[quorum.target]), under)
            for quorum in self.supposing.partial
            if late[quorum.target] < before[quorum.target]
        )

    def _pose(self, quorum: Quorum, latest: int, under: int | None) -> bool:
        """Pose one choice; say whether enough of its members could be in time."""
        found, count = [], quorum.count
        for source, family in zip(quorum.sources, quorum.families, strict=True):
            option = self._option(source, family.latest(latest, quorum.amount))
            if option == ALWAYS:
                count -= 1
            elif option is not None:
                found.append(option)
        if count > len(found):
            return False
        if count > 0:
            self.picks.append(Pick(count, tuple(sorted(set(found))), under))
        return True

    def _option(self, source: int, due: int) -> int | None:
        """Return the option that a node is at or before a boundary, made where it is new; None where it cannot be."""
        if (source, due) not in self._known:
            self._known[source, due] = self._made(source, due)
        return self._known[source, due]

    def _made(self, source: int, due: int) -> int | None:
        supposing = self.supposing
        if supposing.early[source] > due:
            return None
        late = supposing.with_source(self.late, source, due)
        if (late < supposing.early).any():
            return None
        pairs = zip(supposing.items, supposing.starts(late), supposing.starts(self.late), strict=True)
        latest = {item: start for item, start, before in pairs if start < before}
        if not latest and not any(late[quorum.target] < self.late[quorum.target] for quorum in supposing.partial):
            return ALWAYS
        # Known before what it asks for is looked at: choices that run in circles then ask for themselves.
        index = self._known[source, due] = len(self.options)
        self.options.append(WorkOption(latest))
        if not self.pose_all(late, self.late, index):
            self.picks.append(Pick(1, (), index))
        return index
