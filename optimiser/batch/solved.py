"""Single combinations through CP-SAT: rows beyond the fast path, and a check of some within it."""

from __future__ import annotations

import datetime as dt

from models.faults import PlanFaultsError
from models.plan import Plan
from models.rules import Point
from optimiser.batch.job import Job
from optimiser.batch.results import STATUSES, Found
from optimiser.clock import Clock, clock_of
from optimiser.encoding import Encoding, Limits
from optimiser.errors import BeyondHorizonError
from optimiser.explain.conflict import one_conflict
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.solve.contradiction import beyond_horizon, conflict_of, conflict_of_network
from optimiser.solve.dates import Dates, Proved, Unproved, prove
from optimiser.solve.deadline import Deadline
from optimiser.solve.problem import Problem
from optimiser.solve.variant import Variant

__all__ = ["check_row", "solve_row"]


def limits_of(job: Job) -> Limits:
    """Return what each call of CP-SAT may take: no wall clock, one worker, a fixed seed."""
    return Limits(deterministic_time=job.grid.deterministic_limit)


def solve_row(job: Job, found: Found, row: int, plan: Plan | None = None) -> None:
    """Solve one row and fill in what comes of it.

    Parameters
    ----------
    job
        What is computed.
    found
        Where it is filled in.
    row
        The row's position in ``found``.
    plan
        Its plan, where that is another than its places say.
    """
    try:
        problem = Problem.of(plan or job.row_plan(found.places[row].tolist()))
    except PlanFaultsError as error:
        _refuse(found, row, "invalid", "; ".join(fault.message for fault in error.faults))
        return
    except BeyondHorizonError as error:
        _refuse(found, row, "invalid", "; ".join(fault.message for fault in error.faults))
        return
    if problem.earliest.status == "beyond":
        _refuse(found, row, "beyond", "; ".join(fault.message for fault in beyond_horizon(problem.earliest).faults))
        return
    if problem.earliest.status == "infeasible":
        _refuse(found, row, "infeasible", conflict_of_network(problem.earliest).statement)
        return
    try:
        answer = prove(problem, job.milestones, Deadline(limits_of(job)))
    except AssertionError as error:
        _refuse(found, row, "failed", f"the witnesses disagree: {error}")
        found.disagreements[int(found.rows[row])] = str(error)
        return
    if isinstance(answer, Unproved):
        _unanswered(job, found, row, problem, answer)
        return
    _dated(job, found, row, problem, answer.proved)


def _gaining(oracle: Oracle, milestone: str, boundary: int) -> str | None:
    """Return the rules and durations whose removal alone gains days, None where a limit came before one was told.

    Whatever gains alone is in every minimal conflict at one day earlier, or is a length that holds its own start back.
    """
    conflict = one_conflict(oracle, milestone, boundary - 1)
    if conflict is None:
        return None
    names = [name for name in oracle.atoms if name in conflict[0] or name in oracle.two_way]
    reaches = ranges_of(oracle, milestone, [Variant(off=(name,)) for name in names], by=boundary - 1)
    early = [each.high is not None and each.high < boundary for each in reaches]
    told = [gains or each.low >= boundary for gains, each in zip(early, reaches, strict=True)]
    return ";".join(name for name, gains in zip(names, early, strict=True) if gains) if all(told) else None


def _refuse(found: Found, row: int, status: str, reason: str) -> None:
    """Say why a row has no date."""
    found.status[row] = STATUSES.index(status)
    found.reasons[row] = found.texts.number(reason)


def _unanswered(job: Job, found: Found, row: int, problem: Problem, answer: Unproved) -> None:
    """Say of a row without a schedule whether that is proved."""
    if answer.nowhere:
        conflict = conflict_of(problem, Deadline(limits_of(job)), nowhere=True)
        if conflict is not None:
            _refuse(found, row, "infeasible", conflict.statement)
            return
    _refuse(found, row, "undecided", "CP-SAT did not finish within its limit")


def _dated(job: Job, found: Found, row: int, problem: Problem, proved: list[Proved]) -> None:
    """Fill in the dates of a solved row."""
    plan, clock = problem.plan, problem.clock
    oracle = Oracle(plan, limits_of(job), clock)
    for number, each in enumerate(proved):
        found.dates[number, row] = clock.show(each.boundary, plan.convention(Point(each.milestone, "start"))).toordinal()
        if "proof" in job.grid.report:
            found.proofs[number, row] = found.texts.number(each.range.proof)
        if "binding" in job.grid.report and each.range.exact is not None:
            found.bindings[number, row] = found.texts.number(_gaining(oracle, each.milestone, each.boundary))


def check_row(job: Job, found: Found, row: int) -> None:
    """Solve a row again through CP-SAT, and note where it says otherwise.

    Parameters
    ----------
    job
        What is computed.
    found
        Where the row stands as computed without a solver; its proof is raised where both agree.
    row
        The row's position in ``found``.
    """
    found.checked[row] = True
    said = _second_opinion(job, found, row)
    if said is not None:
        found.disagreements[int(found.rows[row])] = said
    elif STATUSES[found.status[row]] == "solved" and "proof" in job.grid.report:
        found.proofs[:, row] = found.texts.number("certified")


def _second_opinion(job: Job, found: Found, row: int) -> str | None:
    """Return CP-SAT's disagreement, None where it agrees or does not finish."""
    status = STATUSES[found.status[row]]
    try:
        plan = job.row_plan(found.places[row].tolist())
        clock = clock_of(plan)
        encoding = Encoding(plan, clock, switches=False)
    except (PlanFaultsError, BeyondHorizonError) as error:
        return None if status == "invalid" else f"the combination makes no sound plan: {error}"
    if status == "invalid":
        return "the combination makes a sound plan"
    if status == "solved":
        return _other_dates(job, found.dates[:, row].tolist(), plan, clock)
    answer = encoding.feasible(None, None, limits=limits_of(job))
    return "CP-SAT finds a schedule" if answer.status in ("optimal", "feasible") else None


def _other_dates(job: Job, dates: list[int], plan: Plan, clock: Clock) -> str | None:
    """Return where CP-SAT's dates differ from some, or why it has none."""
    problem = Problem.of(plan, clock)
    if problem.earliest.status != "feasible":
        return f"a single forward pass finds the combination {problem.earliest.status}"
    try:
        answered = prove(problem, job.milestones, Deadline(limits_of(job)))
    except AssertionError as error:
        return str(error)
    assert isinstance(answered, Dates), "without capacity there is always a schedule"
    for held, each in zip(dates, answered.proved, strict=True):
        date = clock.show(each.boundary, plan.convention(Point(each.milestone, "start")))
        if date.toordinal() != held:
            shown = dt.date.fromordinal(held) if held else "no date"
            return f"{each.milestone}: {shown} without a solver, {date} through CP-SAT"
    return None
