"""The earliest boundary of each milestone: bounds without a solver, CP-SAT for the date, a schedule that is checked.

Without capacity the least solution of the network is the answer for all milestones at once; CP-SAT, which knows
nothing of it, must come to the same boundary. With capacity the network and the capacity bounds give a floor, list
scheduling a ceiling, and CP-SAT closes what lies between, or leaves it open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from models.findings import ProofClass
from models.schedule import Schedule
from optimiser.check import check
from optimiser.critical import (
    CapacityBound,
    Earliest,
    Network,
    Resource,
    best_schedule,
    capacity_bound,
    list_schedule,
    resources,
)
from optimiser.encoding import Answer, Encoding, Limits, Window
from optimiser.errors import BeyondHorizonError, Located
from optimiser.solve.crowd import EACH_DETERMINISTIC_TIME, MOST_DETERMINISTIC_TIME, close, confirm, narrow
from optimiser.solve.placement import complete

__all__ = ["Proved", "Search", "windows_near"]

FULL_SEARCH = 600_000
"""Up to this many pairs of a point and a boundary CP-SAT searches the whole axis, trusting nobody's bounds."""

MARGIN = 30
"""In a larger plan CP-SAT searches this many boundaries before and after the earliest position of each point."""


TRIES = 25
"""Schedules tried at each earlier date supposed, where the usual orders do not meet the bound."""


@dataclass(frozen=True, slots=True)
class Proved:
    """The earliest boundary of one milestone, as far as it is proved.

    Attributes
    ----------
    boundary
        Of the best schedule found.
    bound
        No schedule is before it.
    alone
        Boundary of each node of the schedule that reaches ``boundary``.
    lexicographic
        The boundary when the milestones before it in the list are at their earliest; None where it was not needed.
    """

    milestone: str
    boundary: int
    bound: int
    proof: ProofClass
    bound_by: str
    alone: list[int]
    lexicographic: int | None = None


@dataclass(slots=True)
class Search:
    """The search for the dates of one plan, and what it cost."""

    network: Network
    earliest: Earliest
    limits: Limits
    tell: Callable[[str], None]
    deterministic_time: float = 0.0
    windows: Literal["full", "trimmed"] = "full"
    notes: list[str] = field(default_factory=list)

    def prove(self, milestones: Sequence[str]) -> tuple[list[Proved], Schedule] | Answer:
        """Return each milestone's earliest boundary and one schedule that meets them in the order given.

        Returns
        -------
        tuple of list of Proved and Schedule
            When every milestone has a schedule.
        Answer
            CP-SAT's verdict ``infeasible`` or ``unknown`` where there is none: only capacity can bring it about.

        Raises
        ------
        AssertionError
            If two witnesses disagree: our fault, and never to be reported as a date.
        """
        if not self.network.uses_capacity:
            return self._without_capacity(milestones)
        return self._with_capacity(milestones)

    def confirm(self, milestone: str) -> str:
        """Return what CP-SAT adds to the verdict that nothing satisfies the plan, in words.

        Raises
        ------
        AssertionError
            If CP-SAT finds a schedule: our fault.
        """
        network = self.network
        if len(network.points) * network.clock.size > FULL_SEARCH:
            return "; the plan is too large for CP-SAT to search the whole axis"
        self.tell("no schedule: CP-SAT")
        answer = self._encode().earliest(milestone, limits=self.limits)
        self.deterministic_time += answer.deterministic_time
        assert answer.status not in {"optimal", "feasible"}, "CP-SAT finds a schedule where the longest path finds none"
        return (
            "; CP-SAT finds no schedule either" if answer.status == "infeasible" else "; CP-SAT did not finish within its limit"
        )

    def _encode(self, upper: Mapping[str, int] | None = None) -> Encoding:
        """Encode the plan over the whole axis, or, where that is too large, near the earliest positions."""
        network = self.network
        clock = network.clock
        windows: dict[str, Window] | None = None
        if len(network.points) * clock.size > FULL_SEARCH:
            windows = windows_near(self.earliest, upper)
            self.windows = "trimmed"
        return Encoding(network.plan, clock, windows=windows, switches=False)

    def _without_capacity(self, milestones: Sequence[str]) -> tuple[list[Proved], Schedule]:
        """Take the least solution, and have CP-SAT and the checker say the same."""
        network, values = self.network, self.earliest.values
        schedule = complete(network, values)
        self._checked(schedule)
        encoding = self._encode()
        proved = []
        for milestone in milestones:
            self.tell(f"{milestone}: CP-SAT")
            boundary = values[network.nodes[milestone, "start"]]
            answer = encoding.earliest(milestone, limits=self.limits)
            self.deterministic_time += answer.deterministic_time
            if answer.status == "optimal":
                assert answer.boundary == boundary, (
                    f"the witnesses disagree on {milestone}: longest path {boundary}, CP-SAT {answer.boundary}"
                )
                by = "longest path, and CP-SAT"
            else:
                assert answer.status != "infeasible", f"CP-SAT finds {milestone} infeasible, the checker holds a schedule"
                by = "longest path; CP-SAT did not finish within its limit"
                self.notes.append(
                    f"{milestone}: CP-SAT did not finish within its limit; the longest path alone proves the date"
                )
            proved.append(Proved(milestone, boundary, boundary, "certified", by, values))
        return proved, schedule

    def _checked(self, schedule: Schedule) -> None:
        """Hold a schedule against the meaning of every rule."""
        plan = self.network.plan
        broken = check(plan, schedule, self.network.clock)
        tied = {f"item:{hammock.id}" for hammock in plan.hammocks}
        if broken and all(violation.rule in tied for violation in broken):
            # A hammock waits for nothing and is waited for by nothing: off the axis it is the plan's fault, not ours.
            raise BeyondHorizonError([Located(violation.message, path=violation.rule) for violation in broken])
        assert not broken, f"the schedule breaks {broken[0].rule}: {broken[0].message}"

    def _with_capacity(self, milestones: Sequence[str]) -> tuple[list[Proved], Schedule] | Answer:
        """Close the gap between bounds and list schedules with CP-SAT, alone and in order."""
        network = self.network
        clock = network.clock
        pools = resources(network.plan, clock)
        crowded = len(network.points) * clock.size > FULL_SEARCH
        encoding = None if crowded else self._encode()
        proved: list[Proved] = []
        fixed: dict[str, int] = {}
        best: list[int] | None = None
        for milestone in milestones:
            self.tell(f"{milestone}: list scheduling and bounds")
            node = network.nodes[milestone, "start"]
            found, bound = self._between(milestone, pools, [entry.alone for entry in proved])
            assert found is None or bound.boundary <= found[node], f"{milestone}: a bound later than a schedule"
            self.tell(f"{milestone}: CP-SAT")
            found, floor = self._narrowed(milestone, pools, found, bound.boundary)
            if encoding is None:
                found, answer = self._crowded(milestone, pools, found, bound.boundary, floor)
            else:
                hint = None if found is None else complete(network, found)
                answer = encoding.earliest(milestone, floor=floor, hint=hint, limits=self.limits)
                self.deterministic_time += answer.deterministic_time
            if answer.status == "infeasible" or (answer.positions is None and found is None):
                return answer
            values = self._better(found, answer, node)
            self._checked(complete(network, values))
            proved.append(self._classed(milestone, values, node, bound.boundary, answer))
            best = values if best is None else best
            if fixed:
                ordered = self._in_order(encoding, milestone, fixed, proved[-1], best)
                if ordered is not None:
                    best = ordered
                at = best[node]
                if at > proved[-1].boundary:
                    proved[-1] = replace(proved[-1], lexicographic=at)
            fixed[milestone] = best[node]
        assert best is not None
        return proved, complete(network, best)

    def _between(
        self, milestone: str, pools: Sequence[Resource], known: Sequence[list[int]]
    ) -> tuple[list[int] | None, CapacityBound]:
        """Return the best schedule of the usual orders and the best bound; ``known`` are schedules found for others."""
        node = self.network.nodes[milestone, "start"]

        def better(found: list[int] | None) -> list[int] | None:
            candidates = [*([] if found is None else [found]), *known]
            return min(candidates, key=lambda values: values[node], default=None)

        found = better(best_schedule(self.earliest, pools, milestone))
        return found, capacity_bound(
            self.earliest, pools, milestone, self.network.clock.limit if found is None else found[node]
        )

    def _narrowed(
        self, milestone: str, pools: Sequence[Resource], found: list[int] | None, floor: int
    ) -> tuple[list[int] | None, int]:
        """Close what lies between bound and schedule: dates supposed one by one, then orders that are pulled."""
        network = self.network
        node = network.nodes[milestone, "start"]
        if found is None or found[node] == floor:
            return found, floor
        limits = replace(self.limits, deterministic_time=min(self.limits.deterministic_time, MOST_DETERMINISTIC_TIME))
        quick, slow = EACH_DETERMINISTIC_TIME
        for each in (quick, slow):
            closed = narrow(self.earliest, pools, milestone, floor, found, limits, each=(each,))
            self.deterministic_time += closed.deterministic_time
            limits = replace(limits, deterministic_time=max(0.0, limits.deterministic_time - closed.deterministic_time))
            floor, found = closed.bound, self._earlier(found, closed.values, node)
            if each == quick and found[node] > floor:
                pulled = best_schedule(self.earliest, pools, milestone, floor=floor, tries=TRIES)
                found = self._earlier(found, pulled, node)
            if found[node] == floor:
                break
        left = "bound and schedule meet" if found[node] == floor else f"{found[node] - floor} wd are left undecided"
        self.notes.append(f"{milestone}: CP-SAT decided dates between bound and schedule, supposed one by one; {left}")
        return found, floor

    def _earlier(self, found: list[int], other: list[int] | None, node: int) -> list[int]:
        """Return the other schedule where it is earlier and breaks nothing."""
        if other is None or other[node] >= found[node]:
            return found
        plan = self.network.plan
        return found if check(plan, complete(self.network, other), self.network.clock) else other

    def _crowded(
        self, milestone: str, pools: Sequence[Resource], found: list[int] | None, certified: int, floor: int
    ) -> tuple[list[int] | None, Answer]:
        """Ask CP-SAT of a large plan: to confirm what is certified, or to close the gap on the part that matters."""
        node = self.network.nodes[milestone, "start"]
        self.windows = "trimmed"
        if found is not None and found[node] == floor:
            if floor > certified:
                return found, Answer("optimal", floor, floor, None, 0.0)
            decided, spent = confirm(self.earliest, milestone, complete(self.network, found), self.limits)
            self.deterministic_time += spent
            how = (
                "confirmed the longest path without capacity, and the schedule"
                if decided
                else "did not finish within its limit"
            )
            self.notes.append(f"{milestone}: bounds and a checked schedule meet; CP-SAT {how}")
            return found, Answer("optimal", floor, floor, None, spent)
        closed = close(self.earliest, pools, milestone, floor, found, self.limits)
        self.deterministic_time += closed.deterministic_time
        self.notes.append(
            f"{milestone}: CP-SAT searched the items that it can feel, for {MOST_DETERMINISTIC_TIME:g} deterministic seconds at most"
        )
        if closed.values is not None:
            found = closed.values if found is None else self._earlier(found, closed.values, node)
        closing = found is not None and closed.status == "optimal" and found[node] == closed.bound
        status = closed.status if closing or closed.status in ("infeasible", "unknown") else "feasible"
        return found, Answer(status, None, closed.bound, None, closed.deterministic_time)  # type: ignore[arg-type]

    def _better(self, found: list[int] | None, answer: Answer, node: int) -> list[int]:
        """Return the better of two schedules, CP-SAT's own drawn to the left in its own order."""
        candidates = [] if found is None else [found]
        if answer.positions is not None:
            candidates.append(self._left_shifted(answer, node))
        return min(candidates, key=lambda values: values[node])

    def _left_shifted(self, answer: Answer, node: int) -> list[int]:
        """Return CP-SAT's schedule drawn to the left: placed again in the order of its own starts."""
        assert answer.positions is not None
        network = self.network
        starts = {item: start for item, (start, _) in answer.positions.items()}
        pools = resources(network.plan, network.clock)
        drawn = list_schedule(network, pools, lambda item, _: (starts[item],))
        raw = [answer.positions[point.item][1 if point.end == "finish" else 0] for point in network.points]
        if drawn is None or drawn[node] > raw[node] or check(network.plan, complete(network, drawn), network.clock):
            return raw
        return drawn

    def _classed(self, milestone: str, values: list[int], node: int, floor: int, answer: Answer) -> Proved:
        """Say how far a milestone's boundary is proved."""
        boundary = values[node]
        if boundary == floor:
            return Proved(milestone, boundary, floor, "certified", "longest path and capacity bound", values)
        proved_bound = max(floor, answer.bound or floor)
        if answer.status == "optimal":
            return Proved(milestone, boundary, boundary, "solver", "CP-SAT", values)
        return Proved(milestone, boundary, min(proved_bound, boundary), "gap", "capacity bound and CP-SAT's bound", values)

    def _in_order(
        self, encoding: Encoding | None, milestone: str, fixed: Mapping[str, int], alone: Proved, best: list[int]
    ) -> list[int] | None:
        """Return a schedule that keeps the milestones before at their dates and has this one as early as can be."""
        network = self.network
        node = network.nodes[milestone, "start"]
        if best[node] == alone.boundary:
            return None
        if all(alone.alone[network.nodes[name, "start"]] <= boundary for name, boundary in fixed.items()):
            return alone.alone
        if encoding is None:
            return None
        answer = encoding.earliest(
            milestone, floor=alone.bound, ceiling=best[node], fixed=fixed, hint=complete(network, best), limits=self.limits
        )
        self.deterministic_time += answer.deterministic_time
        if answer.positions is None:
            return None
        drawn = self._left_shifted(answer, node)
        held = all(drawn[network.nodes[name, "start"]] <= boundary for name, boundary in fixed.items())
        self._checked(complete(network, drawn))
        return drawn if held and drawn[node] < best[node] else None


def windows_near(earliest: Earliest, upper: Mapping[str, int] | None = None) -> dict[str, Window]:
    """Return windows around the earliest positions, for plans too large to search the whole axis.

    Parameters
    ----------
    earliest
        A feasible forward pass.
    upper
        Latest boundary of items that capacity may push; all others reach `MARGIN` boundaries beyond their earliest.
    """
    network = earliest.network
    clock = network.clock
    found = {}
    for item in (*network.plan.activities, *network.plan.milestones):
        start, finish = earliest.position(item.id)
        last = (upper or {}).get(item.id)

        def window(value: int, last: int | None = last) -> tuple[int, int]:
            reach = min(clock.limit, value + MARGIN) if last is None else last
            return max(clock.origin, value - MARGIN), reach

        found[item.id] = Window(start=window(start), finish=window(finish))
    return found
