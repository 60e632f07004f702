"""Whether a milestone can be early enough once some rules and durations may be off: what conflicts are found with.

The network answers first, as it bounds from below; a schedule that is kept or made may show that it can be, an overload that
it cannot; CP-SAT is asked last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from optimiser.critical import Columns, Network, earliest_times, evaluate
from optimiser.critical.bounds import overload_before
from optimiser.explain.parts import Parts
from optimiser.explain.rationing import Rationed, refuted_by
from optimiser.explain.search import Search
from optimiser.explain.subject import Subject
from optimiser.solve.binding import QUESTION
from optimiser.solve.variant import Variant, network_of

__all__ = ["MOST_CALLS", "Possibility"]

MOST_CALLS = 60_000
"""Forward passes, or solver calls, that one explanation may make before it says that it is not complete."""


class Possibility:
    """Whether milestones of one plan can be at boundaries.

    Parameters
    ----------
    subject
        The plan that is asked about.
    search
        Where single variants are looked at.
    parts
        Where some rules and durations are taken alone.
    """

    def __init__(self, subject: Subject, search: Search, parts: Parts) -> None:
        self.subject = subject
        self.search = search
        self.parts = parts
        self.network = subject.network
        self.clock = subject.clock
        self._verdicts: dict[tuple[frozenset[str], str, int], bool | None] = {}

    def can(self, milestone: str, by: int, off: Iterable[str]) -> bool | None:
        """Return whether a milestone can be at or before a boundary once some rules and durations may be off.

        A duration that may be off may also count: for almost all it makes no difference, but one whose finish something
        else pushes can be needed for its start to be early enough. So what may be off is monotone: the more, the easier.

        Returns
        -------
        bool or None
            None where a limit came first.
        """
        allowed = frozenset(off)
        key = allowed, milestone, by
        if key not in self._verdicts:
            verdict = self._can_network(*key)
            # The network bounds from below, and is all there is where no capacity is left.
            if verdict and self.subject.concerned(milestone) and any(name not in allowed for name in self.subject.capacities):
                verdict = self._can_rationed(*key)
            self._verdicts[key] = verdict
        return self._verdicts[key]

    def _can_network(self, allowed: frozenset[str], milestone: str, by: int) -> bool | None:
        ceilings = {self.subject.node(milestone): (by, QUESTION)}
        tried: set[frozenset[str]] = set()
        stack = [allowed]
        while stack:
            off = stack.pop()
            if off in tried:
                continue
            tried.add(off)
            self.subject.calls += 1
            if self.subject.calls > MOST_CALLS:
                return None
            earliest = self.parts.forward(off, ceilings)
            if earliest.trouble is None or (earliest.status == "beyond" and self._in_time(off, milestone, by)):
                return True
            behind = earliest.rules_behind(earliest.trace(earliest.trouble.event))
            # Any way out must have one of these count again: all else of the contradiction stands.
            stack += [off - {name} for name in behind if name in off and name in self.subject.two_way]
        return False

    def _in_time(self, off: Collection[str], milestone: str, by: int) -> bool:
        """Return whether a milestone is in time although something else runs off the axis."""
        evaluated = self.subject.evaluate([Variant(off=tuple(off))])
        return bool(evaluated.of(milestone)[0] <= by and not evaluated.infeasible[0])

    def _can_rationed(self, allowed: frozenset[str], milestone: str, by: int) -> bool | None:
        choices = sorted(allowed & self.subject.two_way)
        if len(choices) > 4:
            choices = []
        unknown = False
        for mask in range(2 ** len(choices)):
            counted = {name for place, name in enumerate(choices) if mask >> place & 1}
            if self.subject.calls > MOST_CALLS:
                return None
            verdict = self._can_within(allowed - counted, milestone, by)
            if verdict:
                return True
            unknown |= verdict is None
        return None if unknown or len(allowed & self.subject.two_way) > 4 else False

    def _can_within(self, off: frozenset[str], milestone: str, by: int) -> bool | None:
        """Return whether a milestone can be at or before a boundary with just these rules and durations off."""
        held = [name for name in self.subject.atoms if name not in off]
        if 2 * len(held) < len(self.subject.atoms):
            self.subject.rationed_calls += 1
            one = self.parts.rationed(held, [self.subject.node(milestone)])
            node = self.subject.node(milestone)
            if one.earliest.status == "feasible":
                if one.earliest.values[node] > by or overload_before(one.earliest, one.pools, node, by):
                    return False
                values = one.schedule(milestone, by)
                if values is not None and values[node] <= by:
                    return True
                if self.subject.large:
                    return None
        ceilings = {self.subject.node(milestone): (by, QUESTION)}
        if any(earliest_times(ordered, off=off, ceilings=ceilings).status == "feasible" for ordered in self._orders(milestone)):
            return True
        reach = self.search.looked_at(milestone, Variant(off=tuple(off)), self.clock.origin, None, by)
        if reach.high is not None and reach.high <= by:
            return True
        return None if reach.low <= by else False

    def needed(self, milestone: str, by: int, members: Sequence[str]) -> set[str]:
        """Return members of a set that cannot hold without which the rest can: all of them at once, without a solver.

        A member left out may be needed all the same, where a duration that is off would have to count, or where capacity
        would have to be shared out otherwise than it is.
        """
        if not members:
            return set()
        networks = self._orders(milestone) if any(name in self.subject.pools for name in members) else [self.network]
        self.subject.calls += len(members) * len(networks)
        kept = ~np.eye(len(members), dtype=np.bool_)
        columns = Columns(len(members), {}, {name: kept[place] for place, name in enumerate(members)})
        possible = np.zeros(len(members), dtype=np.bool_)
        for network in networks:
            part = self.parts.part(members, [self.subject.node(milestone)], network)
            evaluated = evaluate(part, columns)
            good = (evaluated.of(milestone) <= by) & ~evaluated.infeasible
            possible |= good & (evaluated.values <= self.clock.limit).all(axis=0) if self.subject.rationed else good
        return {name for name, can in zip(members, possible, strict=True) if can}

    def refuted_alone(self, milestone: str, by: int, held: Sequence[str]) -> frozenset[str] | None:
        """Return those of some rules and durations whose capacities alone keep a milestone from a boundary.

        None where no bound shows it.
        """
        node = self.subject.node(milestone)
        if 2 * len(held) < len(self.subject.atoms):
            one = self.parts.rationed(held, [node])
        else:
            variant = Variant(off=tuple(name for name in self.subject.atoms if name not in set(held)))
            one = Rationed(network_of(self.network, variant), self.subject.pools_of(variant))
        return refuted_by(one.network, one.pools, node, by)

    def _orders(self, milestone: str) -> list[Network]:
        """Return the kept orders of schedules that reach a milestone's boundary."""
        return self.search.schedules.orders(self.search.standing(milestone))
