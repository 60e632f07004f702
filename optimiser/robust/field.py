"""Positions of everything over some samples of one network, and what becomes of the milestones when columns differ.

Deadlines do not hold anything back here: a latest date is a target, and so is a maximum lag, or an equality, that the
lengths drawn cannot keep. Both are counted instead, sample by sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.plan import DURATION_PREFIX
from models.policies import Policy
from models.rules import Dependency, Equality, Point
from optimiser.critical import Batch, Columns, Decisive, Network
from optimiser.numbers import stated_column
from optimiser.robust.policy import Counter, Served, allot
from optimiser.robust.quantity import capacity_slots
from optimiser.robust.queues import Boundaries

__all__ = ["BEYOND", "NEVER", "Circle", "Days", "Field", "Flags", "circles"]

Days = NDArray[np.int32]
Flags = NDArray[np.bool_]

NEVER = int(np.iinfo(np.int32).max)
"""The day of a milestone in a sample in which it waits for what will not come: later than any date."""

BEYOND = NEVER - 1
"""The day of a milestone that falls after the days that the calendar covers."""


_MOST = 0.5
"""Where a case differs in more than this share of the samples it is computed in all: quicker than to pick them out."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A cycle of nodes, with its limits that may be let go, in the order in which they go."""

    nodes: tuple[int, ...]
    limits: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Field:
    """One network over some samples.

    Parameters
    ----------
    network
        The plan's inequalities.
    counter
        Who queues for its capacities; None where it has none.
    columns
        What varies in the case that others are variations of.
    policy
        By which queues are served in it.
    milestones
        Asked for.

    Attributes
    ----------
    free
        Positions with capacity left out.
    served
        Positions with everybody served, where the network has capacities.
    released
        Limit to the samples in which it was let go, as no schedule could keep it.
    """

    network: Network
    counter: Counter | None
    columns: Columns
    policy: Policy
    milestones: tuple[str, ...]
    free: Batch = field(init=False)
    served: Served | None = field(init=False, default=None)
    released: dict[str, Flags] = field(init=False, default_factory=dict)
    _nodes: list[int] = field(init=False)
    _needed: list[bool] = field(init=False)
    _circles: list[Circle] = field(init=False)
    _held: dict[str, int] = field(init=False, default_factory=dict)
    _queue: tuple[Boundaries, Boundaries] | None = field(init=False, default=None)
    _ends: dict[str, tuple[int, int]] = field(init=False, default_factory=dict)
    _decisive: Decisive | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        network = self.network
        self._circles = circles(network)
        self._nodes = [network.nodes[milestone, "start"] for milestone in self.milestones]
        free = Batch(network, self.columns)
        free.settle()
        queueing = [*self.counter.starts, *self.counter.finishes] if self.counter else []
        ceilings = [ceiling.node for ceiling in network.ceilings]
        self._needed = free.leading([*self._nodes, *queueing, *ceilings])
        self.free = self._loosened(free, self.released)
        self.columns = self.free.columns
        if self.counter:
            self.served = allot(self.counter, self.free, self.policy, self._needed)

    @property
    def placed(self) -> Batch:
        """The positions, queues and all."""
        return self.served.batch if self.served else self.free

    def under(self, cases: Sequence[Columns], policy: Policy) -> list[tuple[Days, Flags]]:
        """Return for each of some other columns, under a policy, the days of the milestones, and which samples found no place.

        All are computed in one pass, side by side, each in the samples in which it differs.
        """
        lost = self.served.lost if self.served else np.zeros(self.columns.samples, dtype=np.bool_)
        stated = self._days(self.placed, lost), lost
        changed: dict[str, None] = {}
        places: list[Boundaries] = []
        for each in cases:
            names, samples = self._changed(each)
            changed |= dict.fromkeys(names)
            places.append(np.flatnonzero(samples) if policy == self.policy else np.arange(each.samples))
        there = np.concatenate(places)
        if not len(there):
            return [stated] * len(cases)
        whole = len(cases) == 1 and len(there) > _MOST * self.columns.samples
        if whole:
            places = [np.arange(self.columns.samples)]
            there = places[0]
        columns = self._completed(cases[0], changed) if whole else self._beside(cases, places)
        free = self.free.varied(columns, None if whole else there, changed, self._asked(columns, changed), {})
        days, missed = self._allotted(self._loosened(free, {}), there, list(changed), policy)
        found = []
        for where in places:
            after, nowhere = stated[0].copy(), lost.copy()
            after[:, where], nowhere[where] = days[:, : len(where)], missed[: len(where)]
            days, missed = days[:, len(where) :], missed[len(where) :]
            found.append((after, nowhere))
        return found

    def _asked(self, columns: Columns, changed: Iterable[str]) -> list[bool]:
        """Return the nodes that may decide a milestone under some columns, as far as bounds tell; else all that lead to one."""
        network, known, names = self.network, self.columns.values, list(changed)
        if self.counter or self._circles or network.quorums:
            return self._needed
        if any(name not in known or name in network.switch_slots.values() for name in names):
            return self._needed
        return self.decisive({name: _ends(columns.values[name]) for name in names}).nodes or self._needed

    def decisive(self, further: Mapping[str, tuple[int, int]] = MappingProxyType({})) -> Decisive:
        """Return what may decide a milestone, also where slots lie within further ends."""
        if not self._ends:
            self._ends = {name: _ends(column) for name, column in self.columns.values.items()}
        for name, (low, high) in further.items():
            self._ends[name] = min(low, self._ends[name][0]), max(high, self._ends[name][1])
        # Blocks differ in little: what holds for one mostly holds for the next.
        kept = self.network.kept if not self.columns.switches else {}
        known: Decisive | None = kept.get("decisive", self._decisive)
        if known is None or not known.holds(self._nodes, self._ends):
            known = Decisive(self.free, self._nodes, dict(self._ends))
        kept["decisive"] = self._decisive = known
        return known

    def _completed(self, columns: Columns, changed: Iterable[str]) -> Columns:
        """Return columns with the plan's own value of what they leave out and this field has a column for."""
        left = [name for name in changed if name in self.columns.values and name not in columns.values]
        return columns.over({name: np.full(columns.samples, self._stated(name)) for name in left}) if left else columns

    def _beside(self, cases: Sequence[Columns], places: Sequence[Boundaries]) -> Columns:
        """Return columns side by side, each at some of its places."""

        def others(
            own: Mapping[str, NDArray[Any]], theirs: Sequence[Mapping[str, NDArray[Any]]], stated: Callable[[str], int]
        ) -> dict[str, NDArray[Any]]:
            names = dict.fromkeys(name for each in (own, *theirs) for name in each)
            differing = [name for name in names if any(each.get(name) is not own.get(name) for each in theirs)]
            parts = list(zip(theirs, places, strict=True))
            return {
                name: np.concatenate([each[name][at] if name in each else np.full(len(at), stated(name)) for each, at in parts])
                for name in differing
            }

        values = others(self.columns.values, [each.values for each in cases], self._stated)
        switches = others(self.columns.switches, [each.switches for each in cases], self._enabled)
        return self.columns.taken(np.concatenate(places), values, switches)

    def _allotted(self, free: Batch, places: Boundaries, changed: Sequence[str], policy: Policy) -> tuple[Days, Flags]:
        """Return the days once everybody is served: only where somebody is ready at another time, or takes another time."""
        served = self.served
        if served is None or self.counter is None:
            nobody = np.zeros(len(places), dtype=np.bool_)
            return self._days(free, nobody), nobody
        lost = served.lost[places]
        again = np.ones(len(places), dtype=np.bool_)
        if policy == self.policy and not self._rationed & set(changed):
            again = lost | self._elsewhere(free, places)
        days = np.empty((len(self.milestones), len(places)), dtype=np.int32)
        kept = np.flatnonzero(~again)
        if len(kept):
            limits = {name for circle in self._circles for names in circle.limits for name in names}
            names = [*changed, *(limits & {*free.columns.switches, *self.columns.switches})]
            at = places[kept]
            begun = {node: row[at] for node, row in zip(self.counter.starts, served.begun, strict=True)}
            batch = served.batch.varied(free.columns.taken(kept), at, names, self._needed, begun)
            days[:, kept] = self._days(batch, lost[kept])
            again[kept] = self._moved(batch, names, at)
        if again.any():
            every = again.all()
            anew = allot(self.counter, free if every else free.branch(again), policy, self._needed)
            days[:, again], lost[again] = self._days(anew.batch, anew.lost), anew.lost
        return days, lost

    def _elsewhere(self, free: Batch, places: Boundaries) -> Flags:
        """Return the samples in which, capacity left out, somebody who queues starts or finishes at another time."""
        assert self.counter is not None
        found = np.zeros(len(places), dtype=np.bool_)
        for node in {*self.counter.starts, *self.counter.finishes} & free.computed:
            found |= free.row(node) != self.free.row(node)[places]
        return found

    @property
    def _rationed(self) -> set[str]:
        """Slots that change how much of a capacity there is, or is asked for."""
        assert self.counter is not None
        return {name for rule in self.counter.rules for name in capacity_slots(rule)}

    def _moved(self, kept: Batch, names: Iterable[str], samples: Boundaries) -> Flags:
        """Return the samples in which somebody who queues would be ready at another time, or take another time.

        In the others everybody takes the turn that they took, and so begins when they began.
        """
        assert self.counter is not None
        assert self.served is not None
        self._queue = self._queue or self._pushed(self.served.batch)
        behind = kept.behind(names)
        found = np.zeros(kept.columns.samples, dtype=np.bool_)
        for place, (start, finish) in enumerate(zip(self.counter.starts, self.counter.finishes, strict=True)):
            if start in behind or finish in behind:
                slot = f"{DURATION_PREFIX}{self.counter.items[place]}"
                ready, ends = kept.pushed(start, slot), kept.pushed(finish, slot)
                found |= (ready != self._queue[0][place, samples]) | (ends != self._queue[1][place, samples])
                found |= kept.row(finish) - kept.row(start) != (
                    self.served.batch.row(finish)[samples] - self.served.batch.row(start)[samples]
                )
        return found

    def _pushed(self, batch: Batch) -> tuple[Boundaries, Boundaries]:
        """Return where everything but its own length pushes the start and the finish of everybody who queues."""
        assert self.counter is not None
        slots = [f"{DURATION_PREFIX}{item}" for item in self.counter.items]
        shape = (len(slots), batch.columns.samples)
        starts = [batch.pushed(node, slot) for node, slot in zip(self.counter.starts, slots, strict=True)]
        finishes = [batch.pushed(node, slot) for node, slot in zip(self.counter.finishes, slots, strict=True)]
        return np.array(starts).reshape(shape), np.array(finishes).reshape(shape)

    # -- what differs ------------------------------------------------------------------------------------------------

    def _changed(self, columns: Columns) -> tuple[list[str], Flags]:
        """Return the slots and switches that differ, and the samples in which any does."""
        changed = []
        samples = np.zeros(columns.samples, dtype=np.bool_)
        pairs = ((self.columns.values, columns.values, self._stated), (self.columns.switches, columns.switches, self._enabled))
        for before, after, stated in pairs:
            for name in {**before, **after}:
                old, new = before.get(name), after.get(name)
                if old is not new:
                    differs = (stated(name) if old is None else old) != (stated(name) if new is None else new)
                    if np.any(differs):
                        changed.append(name)
                        samples |= differs
        return changed, samples

    def _stated(self, slot: str) -> int:
        """Return the plan's own value of a slot without a column."""
        if slot not in self._held:
            self._held[slot] = stated_column(self.network.plan, slot)
        return self._held[slot]

    def _enabled(self, name: str) -> bool:
        return self.network.enabled[name]

    # -- limits ------------------------------------------------------------------------------------------------------

    def _loosened(self, batch: Batch, released: dict[str, Flags]) -> Batch:
        """Let go of limits in the samples in which they push a circle off the axis that without them stays on it."""
        limit = self.network.clock.limit
        for circle in self._circles:
            if circle.nodes[0] not in batch.computed:
                continue
            off = np.any([batch.row(node) > limit for node in circle.nodes], axis=0)
            for names in circle.limits if off.any() else ():
                trial = self._without(batch, names, off)
                off &= np.all([trial.row(node) <= limit for node in circle.nodes], axis=0)
                if off.any():
                    batch = self._without(batch, names, off)
                    for name in names:
                        released[name] = released.get(name, np.zeros_like(off)) | off
                off = np.any([batch.row(node) > limit for node in circle.nodes], axis=0)
        return batch

    def _without(self, batch: Batch, names: Sequence[str], samples: Flags) -> Batch:
        columns = batch.columns
        held = {name: columns.switches.get(name, np.full(columns.samples, self.network.enabled[name])) for name in names}
        off = {name: on & ~samples for name, on in held.items()}
        return batch.varied(
            Columns(columns.samples, columns.values, {**columns.switches, **off}), None, names, self._needed, {}
        )

    def missed(self) -> dict[str, Flags]:
        """Return for each latest date, and each limit that was let go, the samples that miss it."""
        found = dict(self.released)
        for ceiling in self.network.ceilings:
            if self.placed.switch(ceiling.rule) is not False:
                late = self.placed.late(ceiling)
                found[ceiling.rule] = found[ceiling.rule] | late if ceiling.rule in found else late
        return found

    # -- dates -------------------------------------------------------------------------------------------------------

    def _days(self, batch: Batch, lost: Flags) -> Days:
        """Return the days at which milestones are shown in every sample."""
        network = self.network
        found = np.empty((len(self.milestones), batch.columns.samples), dtype=np.int32)
        for place, (milestone, node) in enumerate(zip(self.milestones, self._nodes, strict=True)):
            boundaries = batch.row(node)
            shown = network.clock.shown(boundaries, network.plan.convention(Point(milestone, "start")))
            found[place] = np.where(boundaries > network.clock.limit, BEYOND, shown)
            found[place][lost | (boundaries >= network.never)] = NEVER
        return found


def _ends(column: NDArray[Any]) -> tuple[int, int]:
    """Return the least and the greatest of a column."""
    return int(column.min()), int(column.max())


def circles(network: Network) -> list[Circle]:
    """Return the circles of a network that a maximum lag or an equality takes part in."""
    known: list[Circle] | None = network.kept.get("circles")
    if known is not None:
        return known
    rules = network.plan.rules_by_id
    place = {node: place for place, component in enumerate(network.order) if len(component) > 1 for node in component}
    names: dict[int, dict[str, None]] = {}
    for arc in network.arcs:
        if arc.target in place and place.get(arc.source) == place[arc.target]:
            names.setdefault(place[arc.target], {})[arc.rule] = None
    found = []
    for number, inside in sorted(names.items()):
        lags = [name for name in inside if isinstance(rule := rules.get(name), Dependency) and rule.bound == "at-most"]
        equal = [name for name in inside if isinstance(rules.get(name), Equality)]
        limits = [tuple(each) for each in (lags, [*lags, *equal] if equal else []) if each]
        if limits:
            found.append(Circle(tuple(network.order[number]), tuple(limits)))
    network.kept["circles"] = found
    return found
