"""The date search: the earliest boundary of a milestone, found in one place for every verb.

Where all work that holds capacity leads to the milestone through another one, that one is searched, and what is found of it serves
both. The search itself is `optimiser.solve.search`; a limit that comes first leaves a range.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from optimiser.critical import best_schedule
from optimiser.solve.deadline import Deadline
from optimiser.solve.orders import attained
from optimiser.solve.problem import Problem
from optimiser.solve.search import FULL_SEARCH, QUICK, SOON, THOROUGH, USUAL, DateRange, DateSearch, Effort, too_large
from optimiser.stopping import bounded

if TYPE_CHECKING:
    from optimiser.critical.levelling import Key

__all__ = ["FULL_SEARCH", "QUICK", "SOON", "THOROUGH", "USUAL", "DateRange", "Deadline", "Effort", "between", "too_large"]


def between(
    problem: Problem,
    milestone: str,
    by: int | None = None,
    *,
    deadline: Deadline,
    effort: Effort = THOROUGH,
    known: Iterable[Sequence[int]] = (),
    orders: Iterable[Key] = (),
    looked_at: bool = False,
) -> DateRange:
    """Return where the earliest boundary of a milestone lies.

    Parameters
    ----------
    problem
        The plan, or a variant of it.
    by
        Where only the question is whether it can be at or before this boundary, what suffices to tell.
    deadline
        What is left of the time for the whole question.
    effort
        How much is tried before the range is left open.
    known
        Schedules of this problem that are known already.
    orders
        Where a boundary is asked about, orders of placing to try before the usual ones.
    looked_at
        Whether ``by`` has been held against the capacities already, without being refuted.

    Notes
    -----
    Where all work that holds capacity leads to the milestone through another one, that one is searched, and the date
    follows from its date.
    """
    network, earliest = problem.network, problem.earliest
    node, limit = problem.node(milestone), problem.clock.limit
    if earliest.status != "feasible":
        value = network.never if earliest.status == "infeasible" else limit + 1
        return DateRange(value, value)
    low = earliest.values[node]
    if not problem.pools:
        return DateRange(low, low, earliest.values)
    if by is not None and low > by:
        return DateRange(low, None)
    held = [values for values in known if problem.holds(values)]
    with bounded(lambda: deadline.over):
        if by is not None:
            return DateSearch(problem, milestone, deadline, low, held).by(by, effort, orders, looked_at=looked_at)
        key = (milestone, effort, deadline.limits)
        found: DateRange | None = problem.ranges.get(key)
        if found is None or any(found.high is None or values[node] < found.high for values in held):
            found = _whole(problem, milestone, deadline, effort, held)
            found = problem.ranges[key] = found if effort == QUICK else _drawn_left(problem, found)
        return found


def _whole(problem: Problem, milestone: str, deadline: Deadline, effort: Effort, known: list[Sequence[int]]) -> DateRange:
    """Return the range of a milestone, through the one before it that its date follows from if there is one."""
    node, waist = problem.node(milestone), problem.waist(milestone)
    low = problem.earliest.values[node]
    listed, looked = None, waist == milestone
    if effort == QUICK:
        for name, before in [(key[0], each) for key, each in problem.ranges.items() if key[1:] == (effort, deadline.limits)]:
            after = None if name == milestone else _after(problem, before, str(name), node)
            if after is not None:
                return after
    if looked:
        listed = best_schedule(problem.earliest, problem.pools, milestone, floor=low, levelling=problem.levelling)
        waist = _driven_by(problem, milestone, listed)
    if waist != milestone:
        before = between(problem, waist, deadline=deadline, effort=effort, known=known)
        after = _after(problem, before, waist, node)
        if after is not None:
            return after
    return DateSearch(problem, milestone, deadline, low, known).run(effort, listed, looked=looked)


def _drawn_left(problem: Problem, found: DateRange) -> DateRange:
    """Return a range with all work of its schedule as early as the order on the slots lets it be."""
    if found.schedule is None:
        return found
    values = attained(problem, found.schedule).values
    return replace(found, schedule=values) if problem.holds(values) else found


def _driven_by(problem: Problem, milestone: str, values: Sequence[int] | None) -> str:
    """Return the first milestone behind the last work on slots that drives another in a list schedule; itself if there is none.

    Only one to which most of that work leads: a date in between, and not the end of one piece of work.
    """
    node = problem.node(milestone)
    if values is None or values[node] <= problem.earliest.values[node] or not problem.holds(values):
        return milestone
    order = attained(problem, values)
    milestones = {problem.node(entry.id): entry.id for entry in problem.network.plan.milestones}
    found = milestone
    for index in reversed(order.chain(order.last[node])):
        passed = order.events[index].node
        if passed in problem.rationed_nodes:
            break
        name = milestones.get(passed)
        if name is not None and 2 * _served(problem, name) >= _served(problem, milestone):
            found = name
    return found


def _served(problem: Problem, milestone: str) -> int:
    """Return how much work that holds capacity leads to a milestone."""
    reached = problem.reaching(milestone)
    return sum(reached[node] for node in problem.rationed_nodes)


def _after(problem: Problem, before: DateRange, waist: str, node: int) -> DateRange | None:
    """Return the range of a node that follows from the range of the milestone before it; None where no schedule shows it.

    It follows where the milestone, at the boundary of its best schedule, alone makes the node as late as that schedule has it.
    """
    if before.low > problem.clock.limit:
        return replace(before, schedule=None)
    if before.schedule is None or before.high is None:
        return None
    first = problem.forward.raised(problem.node(waist), before.low)
    last = problem.forward.raised(problem.node(waist), before.high)
    high = before.schedule[node]
    if first.trouble is not None or last.trouble is not None or last.values[node] != high:
        return None
    return replace(before, low=first.values[node], high=high)
