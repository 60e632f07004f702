"""The search for one milestone of one problem: what is known on either side of its earliest boundary, and the steps that close it.

Bounds and list schedules first; then dates are supposed one after the other, of each of which CP-SAT says whether the work it asks for
can be done; CP-SAT on the plan itself comes last. Every schedule is held against the network and the capacities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.binding import Method
from models.findings import ProofClass
from optimiser.critical import CapacityBound, Network, best_schedule, capacity_bound, overload_on_axis
from optimiser.critical.bounds import overload_before
from optimiser.critical.breeding import Brood
from optimiser.solve.deadline import Deadline
from optimiser.solve.problem import Problem
from optimiser.stopping import bounded

if TYPE_CHECKING:
    from optimiser.critical.levelling import Key

__all__ = [
    "FULL_SEARCH",
    "MOST_DETERMINISTIC_TIME",
    "QUICK",
    "SOON",
    "THOROUGH",
    "USUAL",
    "DateRange",
    "DateSearch",
    "Effort",
    "too_large",
]

FULL_SEARCH = 600_000
"""Up to this many pairs of a point and a boundary CP-SAT searches the whole axis, trusting nobody's bounds."""

MOST_DETERMINISTIC_TIME = 0.7
"""Deterministic seconds of one search of a large plan: beyond this a gap is reported rather than waited for."""

EACH_DETERMINISTIC_TIME = (0.03, 0.2)
"""Deterministic seconds for each date supposed, first for all and then for those left open; most take a hundredth of it."""


LAST_DETERMINISTIC_TIME = 1.0
"""Deterministic seconds for each date supposed at last, where schedules can be bred and nothing else is left to try."""

SHARES = 4
"""Of the time that is left dates supposed, and list schedules, may each take one part in so many, where the user set a time."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """Where the earliest boundary of a milestone lies.

    Attributes
    ----------
    low
        No schedule is before it; behind the axis where there is none on it.
    high
        Of the best schedule known; None where none is.
    schedule
        Boundary of each node of that schedule, where it was asked for.
    method
        ``closed form`` where bounds and checked schedules tell, ``CP-SAT`` where it had to, ``undecided`` where a limit
        came before what was asked was told.
    bound_by
        What the lower bound was computed with.
    """

    low: int
    high: int | None
    schedule: Sequence[int] | None = None
    method: Method = "closed form"
    bound_by: str = "longest path"

    @property
    def exact(self) -> int | None:
        """The boundary, where it is known."""
        return self.low if self.low == self.high else None

    @property
    def proof(self) -> ProofClass:
        """How far the date is proved: where bound and schedule meet, by whose bound."""
        if self.exact is None:
            return "gap"
        return "solver" if self.method == "CP-SAT" else "certified"


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried before a range is left open.

    Attributes
    ----------
    rounds
        Deterministic seconds for each date supposed, round by round.
    tries
        Schedules tried in a row that better nothing, between the first round and the second.
    solver
        Whether CP-SAT is asked about the plan itself.
    """

    rounds: tuple[float, ...] = ()
    tries: int = 0
    solver: bool = False


THOROUGH = Effort(EACH_DETERMINISTIC_TIME, 60, solver=True)
"""For the date of a plan as it stands: every verb asks for it so, and gets the same answer."""
USUAL = Effort(solver=True)
"""For one variant of a plan small enough for CP-SAT to search as a whole."""
SOON = Effort(EACH_DETERMINISTIC_TIME[:1])
"""For one of many capacities."""
QUICK = Effort()
"""Bounds and list schedules alone."""


def too_large(network: Network) -> bool:
    """Return whether a plan is too large for CP-SAT to search the whole axis."""
    return len(network.points) * network.clock.size > FULL_SEARCH


class DateSearch:
    """The search for one milestone: what is known on either side of its earliest boundary."""

    def __init__(self, problem: Problem, milestone: str, deadline: Deadline, low: int, known: Sequence[Sequence[int]]) -> None:
        self.problem, self.milestone, self.deadline = problem, milestone, deadline
        self.node, self.low = problem.node(milestone), low
        self.best: Sequence[int] | None = min(known, key=lambda values: values[self.node], default=None)
        self.method: Method = "closed form"
        self.bound_by = "longest path"

    @property
    def high(self) -> int | None:
        """The boundary of the best schedule known."""
        return None if self.best is None else self.best[self.node]

    def run(self, effort: Effort, listed: Sequence[int] | None, *, looked: bool) -> DateRange:
        """Return the range, as narrow as the effort makes it, from the best list schedule where it was looked for already."""
        problem = self.problem
        if listed is None and not looked:
            self._listed(self.low, ())
        self._take(listed)
        if self.best is None and overload_on_axis(problem.earliest, problem.pools):
            return DateRange(problem.network.never, problem.network.never)
        if self.high != self.low:
            self._bounded(capacity_bound(problem.earliest, problem.pools, self.milestone, self.high or problem.clock.limit))
        breed = problem.breed(self.milestone) if effort.tries and self.best is not None and not self._closed() else None
        if breed is None:
            self._narrowed(effort)
        else:
            assert self.best is not None
            self._bred(Brood(breed, [self.best]), effort)
        return self.found()

    def _narrowed(self, effort: Effort) -> None:
        """Suppose dates, better the schedule in between, and ask CP-SAT about the plan itself.

        Where the user set a time and only fixed distances bind the work, greatest ones too, CP-SAT is asked first: it needs the
        time, and what supposed dates lead to is late or breaks a greatest distance.
        """
        small = self.best is None or not too_large(self.problem.network)
        hurried = self.deadline.until is not None and self.problem.fixed(self.milestone)
        if effort.solver and small and hurried and effort.rounds and not self._closed():
            self._solved(self.deadline if self.best is None else self.deadline.half())
            if self.low > self.problem.clock.limit:
                return
        for number, seconds in enumerate(effort.rounds):
            if self._closed():
                break
            self._supposed(seconds)
            if number == 0 and effort.tries and self.best is not None and not self._closed() and not self.deadline.over:
                self._tried(effort.tries)
        # Of a large plan CP-SAT on the part that can be felt closes nothing that supposing dates left open.
        if effort.solver and small and not self._closed() and not self.deadline.over:
            self._solved(self.deadline)

    def _bred(self, brood: Brood, effort: Effort) -> None:
        """Do so where schedules can be bred: these are better than what supposed dates lead to, so CP-SAT begins from them.

        Dates are supposed last, and only for the sake of the bound.
        """
        tries, large = effort.tries, too_large(self.problem.network)
        self.deadline = self.deadline.without_relaxations()
        first, *more = *effort.rounds, LAST_DETERMINISTIC_TIME
        steps: list[Callable[[], None]] = [
            lambda: self._bettered(brood, tries // 4, 2 * SHARES),
            lambda: None if large or not effort.solver else self._solved(self.deadline.half()),
            lambda: self._raised(first),
            lambda: self._bettered(brood, tries, 1),
            *(lambda seconds=seconds: self._raised(seconds) for seconds in more),
        ]
        for step in steps:
            if self._closed() or self.deadline.over:
                return
            step()

    def _raised(self, seconds: float) -> None:
        """Raise the bound by supposing dates, each halfway to the last that was not refuted."""
        high = self.high
        while high is not None and self.low < high and not self.deadline.over:
            boundary = (self.low + high) // 2
            self._asked(boundary, seconds)
            if self.low <= boundary:
                high = boundary

    def _bettered(self, brood: Brood, idle: int, parts: int) -> None:
        """Better the schedule known by breeding, for a share of the time."""
        share = self.deadline.part(parts)
        with bounded(lambda: share.over):
            starts = brood.improved(self.low, idle)
        self._take(self.problem.levelling.schedule(lambda item, now: (starts.get(item, now), now)))

    def _tried(self, tries: int) -> None:
        """Better the schedule known, for a share of the time: CP-SAT needs the rest."""
        problem, share = self.problem, self.deadline.part(SHARES)
        with bounded(lambda: share.over):
            self._take(
                best_schedule(
                    problem.earliest,
                    problem.pools,
                    self.milestone,
                    floor=self.low,
                    tries=tries,
                    levelling=problem.levelling,
                )
            )

    def by(self, boundary: int, effort: Effort, orders: Iterable[Key], *, looked_at: bool) -> DateRange:
        """Return what tells whether the milestone can be at or before a boundary."""
        problem = self.problem
        if not looked_at and overload_before(problem.earliest, problem.pools, self.node, boundary):
            self.low, self.bound_by = boundary + 1, "capacity bound"
            return self.found(told=True)
        self._listed(boundary, orders)
        if self.best is None and overload_on_axis(problem.earliest, problem.pools):
            return DateRange(problem.network.never, problem.network.never)
        for seconds in effort.rounds:
            if self._told(boundary) or self.deadline.over:
                break
            self._asked(boundary, seconds)
            if not self._told(boundary):
                self._take(
                    best_schedule(problem.earliest, problem.pools, self.milestone, floor=boundary, levelling=problem.levelling)
                )
        if effort.solver and not self._told(boundary) and not self.deadline.over:
            self._solved(self.deadline)
        return self.found(told=self._told(boundary))

    def found(self, *, told: bool | None = None) -> DateRange:
        """Return what is known."""
        decided = self._closed() if told is None else told
        return DateRange(self.low, self.high, self.best, self.method if decided else "undecided", self.bound_by)

    # -- the steps -----------------------------------------------------------------------------------------------------

    def _closed(self) -> bool:
        return self.high is not None and self.high <= self.low

    def _told(self, boundary: int) -> bool:
        return self.low > boundary or (self.high is not None and self.high <= boundary)

    def _listed(self, enough: int, orders: Iterable[Key]) -> None:
        """Try list schedules until one is early enough."""
        problem = self.problem
        for key in orders:
            self._take(problem.levelling.schedule(key))
            if (self.high is not None and self.high <= enough) or self.deadline.over:
                return
        if self.high is None or self.high > enough:
            self._take(
                best_schedule(problem.earliest, problem.pools, self.milestone, floor=enough, levelling=problem.levelling)
            )

    def _take(self, values: Sequence[int] | None) -> None:
        """Keep a schedule that is earlier and breaks nothing."""
        earlier = values is not None and (self.best is None or values[self.node] < self.best[self.node])
        if values is not None and earlier and self.problem.holds(values):
            self.best = values
            assert self.low <= values[self.node], f"{self.milestone}: a bound later than a schedule"

    def _bounded(self, bound: CapacityBound) -> None:
        if bound.boundary > self.low:
            self.low, self.bound_by = bound.boundary, "longest path and capacity bound"
        assert self.high is None or self.low <= self.high, f"{self.milestone}: a bound later than a schedule"

    def _refute(self, boundary: int) -> None:
        """Note that CP-SAT refutes a boundary, and with it all before."""
        assert self.high is None or boundary < self.high, f"{self.milestone}: CP-SAT refutes a date that a schedule meets"
        if boundary >= self.low:
            self.low, self.method, self.bound_by = boundary + 1, "CP-SAT", "CP-SAT"

    def _supposed(self, seconds: float) -> None:
        """Suppose dates between bound and schedule, halving what lies between, until they meet or none is decided.

        What refutes a date refutes all before it, and a schedule at a date does for all after it. A date that is not
        decided, or whose order leads to a later one over the whole plan, leaves dates before and after it to be tried.
        """
        end, share = self.deadline.spent + MOST_DETERMINISTIC_TIME, self.deadline.part(SHARES)
        left_open: set[int] = set()
        while self.high is not None and self.low < self.high and self.deadline.spent < end and not share.over:
            boundary = _next(self.low, self.high, left_open)
            if boundary is None:
                return
            assert boundary not in left_open, f"{self.milestone}: boundary {boundary} is supposed twice"
            self._asked(boundary, min(seconds, end - self.deadline.spent))
            if not self._told(boundary):
                left_open.add(boundary)

    def _asked(self, boundary: int, seconds: float) -> None:
        """Have CP-SAT say whether the work that a date asks for can be done, and follow its order over the whole plan."""
        problem = self.problem
        work = problem.supposing.work(self.node, boundary, problem.pools)
        if work is None:
            self._refute(boundary)
            return
        from optimiser.encoding import decide

        decided = decide(work, self.deadline.call(seconds))
        self.deadline.spend(decided.deterministic_time)
        if decided.status == "infeasible":
            self._refute(boundary)
        elif decided.starts:
            starts = decided.starts
            self._take(problem.levelling.schedule(lambda item, now: (0, starts[item]) if item in starts else (1, now)))

    def _solved(self, deadline: Deadline) -> None:
        """Ask CP-SAT about the plan itself, or about the part of a large plan that the milestone can feel."""
        from optimiser.solve.part import searched

        searched_to = searched(self.problem, self.milestone, self.low, self.best, deadline)
        self._take(searched_to.values)
        if searched_to.nowhere:
            self.low = self.problem.network.never
            self.best, self.method = None, "CP-SAT"
        elif searched_to.bound > self.low:
            self._refute(searched_to.bound - 1)


def _next(low: int, high: int, left_open: set[int]) -> int | None:
    """Return the boundary to suppose next: halfway, behind what is left open where there is room, else before it."""
    inside = [boundary for boundary in left_open if low <= boundary < high]
    if not inside:
        return (low + high) // 2
    first, last = min(inside), max(inside)
    if last + 1 < high:
        return (last + high) // 2
    return (low + first) // 2 if low < first else None
