"""The conflict of a plan that nothing satisfies, the same for whoever asks."""

from __future__ import annotations

from collections.abc import Callable

from models.findings import Conflict
from optimiser.solve.between import Deadline, too_large
from optimiser.solve.contradiction import conflict_of_capacity, conflict_of_network, conflict_of_room
from optimiser.solve.part import encoded
from optimiser.solve.problem import Problem

__all__ = ["conflict_of"]


def conflict_of(
    problem: Problem, milestone: str, deadline: Deadline, tell: Callable[[str], None] = lambda _: None
) -> Conflict | None:
    """Return the conflict that the network, or work counted against room, shows; None where neither shows any.

    Parameters
    ----------
    milestone
        Whose date CP-SAT is asked for, to confirm it.

    Raises
    ------
    AssertionError
        If CP-SAT finds a schedule where the network has none: our fault.
    """
    found = problem.earliest
    if found.status == "infeasible":
        tell("no schedule: CP-SAT")
        return conflict_of_network(found, also=_confirmed(problem, milestone, deadline))
    short = conflict_of_room(found) if problem.pools else None
    if short is None or short.minimal:
        return short
    tell("conflict: CP-SAT")
    smaller, spent = conflict_of_capacity(problem.plan, problem.network, deadline.call())
    deadline.spend(spent)
    return smaller if smaller is not None and smaller.minimal else short


def _confirmed(problem: Problem, milestone: str, deadline: Deadline) -> str:
    """Return what CP-SAT adds to the verdict that nothing satisfies the plan, in words."""
    if too_large(problem.network):
        return "; the plan is too large for CP-SAT to search the whole axis"
    answer = encoded(problem.plan, problem.earliest).earliest(milestone, limits=deadline.call())
    deadline.spend(answer.deterministic_time)
    assert answer.status not in {"optimal", "feasible"}, "CP-SAT finds a schedule where the longest path finds none"
    return "; CP-SAT finds no schedule either" if answer.status == "infeasible" else "; CP-SAT did not finish within its limit"
