"""The earliest boundary of each milestone and one schedule for all: the date searched, then witnessed.

Without capacity the least solution of the network is the answer for all milestones at once; CP-SAT, which knows
nothing of it, must come to the same boundary. With capacity `optimiser.solve.between` gives the date; CP-SAT confirms what
it did not find itself. Every schedule is held against the meaning of every rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from models.schedule import Schedule
from optimiser.check import check
from optimiser.solve.between import DateRange, between, too_large
from optimiser.solve.deadline import Deadline
from optimiser.solve.part import confirm, encoded, left_shifted
from optimiser.solve.placement import complete, without_place
from optimiser.solve.problem import Problem

if TYPE_CHECKING:
    from optimiser.encoding import Encoding

__all__ = ["CP_SAT_TOO", "UNFINISHED", "Dates", "Proved", "Unproved", "prove", "unfinished_note"]

CP_SAT_TOO = ", and CP-SAT"
"""Said after what proves a date where CP-SAT, knowing nothing of it, came to the same."""

UNFINISHED = "; CP-SAT did not finish within its limit"
"""Said where it did not."""


def unfinished_note(milestone: str, bound_by: str) -> str:
    """Return the note of a date that CP-SAT had no time to confirm."""
    return f"{milestone}{UNFINISHED.replace(';', ':')}; the {bound_by} alone proves the date"


@dataclass(frozen=True, slots=True)
class Proved:
    """The earliest boundary of one milestone, as far as it is proved.

    Attributes
    ----------
    range
        Where it lies, with a schedule that reaches its later end.
    bound_by
        What proves it, in words.
    lexicographic
        The boundary when the milestones before it in the list are at their earliest; None where it is no later.
    """

    milestone: str
    range: DateRange
    bound_by: str
    lexicographic: int | None = None

    @property
    def boundary(self) -> int:
        """The boundary of the schedule."""
        assert self.range.high is not None
        return self.range.high

    @property
    def alone(self) -> Sequence[int]:
        """Boundary of each node of the schedule."""
        assert self.range.schedule is not None
        return self.range.schedule


@dataclass(frozen=True, slots=True)
class Dates:
    """Every milestone's earliest boundary, and one schedule that meets them in the order asked for.

    Attributes
    ----------
    values
        Boundary of each node of the schedule.
    """

    proved: list[Proved]
    schedule: Schedule
    values: Sequence[int]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unproved:
    """No schedule is known: there is none on the axis, or a limit came first. Only capacity can bring it about."""

    nowhere: bool


def prove(
    problem: Problem, milestones: Sequence[str], deadline: Deadline, tell: Callable[[str], None] = lambda _: None
) -> Dates | Unproved:
    """Return each milestone's earliest boundary and one schedule that meets them in the order given.

    Raises
    ------
    AssertionError
        If two witnesses disagree: our fault, and never to be reported as a date.
    """
    return _Prover(problem, deadline, tell).prove(milestones)


@dataclass
class _Prover:
    """The proof of several milestones of one problem in progress."""

    problem: Problem
    deadline: Deadline
    tell: Callable[[str], None]
    notes: list[str] = field(default_factory=list)

    @cached_property
    def encoding(self) -> Encoding:
        """The plan as CP-SAT has it, over the whole axis or near the earliest positions."""
        return encoded(self.problem.plan, self.problem.earliest)

    def prove(self, milestones: Sequence[str]) -> Dates | Unproved:
        """See `prove`."""
        proved: list[Proved] = []
        fixed: dict[str, int] = {}
        best: Sequence[int] | None = None
        whole = self.deadline
        for number, milestone in enumerate(milestones):
            self.tell(f"{milestone}: bounds, schedules, CP-SAT")
            known = [entry.alone for entry in proved]
            self.deadline = whole.part(len(milestones) - number)
            found = between(self.problem, milestone, deadline=self.deadline, known=known)
            if found.schedule is None:
                return Unproved(nowhere=found.low > self.problem.clock.limit)
            self._checked(complete(self.problem.network, found.schedule))
            entry = Proved(milestone, found, self._witnessed(milestone, found))
            best = found.schedule if best is None else self._in_order(milestone, fixed, entry, best)
            node = self.problem.node(milestone)
            later = best[node] if best[node] > entry.boundary else None
            proved.append(replace(entry, lexicographic=later))
            fixed[milestone] = best[node]
        assert best is not None
        schedule = complete(self.problem.network, best)
        return Dates(proved, schedule, best, [*self.notes, *without_place(self.problem.network, schedule)])

    def _checked(self, schedule: Schedule) -> None:
        """Hold a schedule against the meaning of every rule."""
        broken = check(self.problem.plan, schedule, self.problem.clock)
        assert not broken, f"the schedule breaks {broken[0].rule}: {broken[0].message}"

    def _witnessed(self, milestone: str, found: DateRange) -> str:
        """Have CP-SAT say of a date what it did not find itself; return what proves the date, in words."""
        problem, deadline = self.problem, self.deadline
        if found.exact is None:
            wide = f"{(found.high or 0) - found.low} wd are left undecided"
            self.notes.append(f"{milestone}: bounds and CP-SAT leave a gap; {wide}")
            return f"{found.bound_by}, and CP-SAT's own bound"
        if found.method == "CP-SAT":
            self.notes.append(f"{milestone}: CP-SAT refuted the dates before, supposed one by one")
            return "CP-SAT"
        assert found.schedule is not None
        if deadline.over:
            self.notes.append(unfinished_note(milestone, found.bound_by))
            return found.bound_by + UNFINISHED
        if problem.pools and too_large(problem.network):
            decided = confirm(problem, milestone, complete(problem.network, found.schedule), deadline)
            how = (
                "confirmed the longest path without capacity, and the schedule"
                if decided
                else "did not finish within its limit"
            )
            self.notes.append(f"{milestone}: bounds and a checked schedule meet; CP-SAT {how}")
            return found.bound_by
        hint = complete(problem.network, found.schedule) if problem.pools else None
        floor = found.low if problem.pools else None
        answer = self.encoding.earliest(milestone, floor=floor, hint=hint, limits=deadline.call())
        deadline.spend(answer.deterministic_time)
        assert answer.status != "infeasible", f"CP-SAT finds {milestone} infeasible, the checker holds a schedule"
        if answer.status != "optimal":
            self.notes.append(unfinished_note(milestone, found.bound_by))
            return found.bound_by + UNFINISHED
        assert answer.boundary == found.exact, (
            f"the witnesses disagree on {milestone}: {found.bound_by} {found.exact}, CP-SAT {answer.boundary}"
        )
        return found.bound_by + CP_SAT_TOO

    def _in_order(self, milestone: str, fixed: Mapping[str, int], alone: Proved, best: Sequence[int]) -> Sequence[int]:
        """Return a schedule that keeps the milestones before at their dates and has this one as early as is found."""
        problem, node = self.problem, self.problem.node(milestone)
        if best[node] == alone.boundary:
            return best
        if all(alone.alone[problem.node(name)] <= boundary for name, boundary in fixed.items()):
            return alone.alone
        if too_large(problem.network) or self.deadline.over:
            return best
        answer = self.encoding.earliest(
            milestone,
            floor=alone.range.low,
            ceiling=best[node],
            fixed=fixed,
            hint=complete(problem.network, best),
            limits=self.deadline.call(),
        )
        self.deadline.spend(answer.deterministic_time)
        if answer.positions is None:
            return best
        drawn = left_shifted(problem, answer.positions, node)
        held = all(drawn[problem.node(name)] <= boundary for name, boundary in fixed.items())
        if not held or drawn[node] >= best[node]:
            return best
        self._checked(complete(problem.network, drawn))
        return drawn
