"""Running CP-SAT on a model: limits, what holds for one question only, and staircases met step by step."""

from __future__ import annotations

import concurrent.futures as cf
import math
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Final, NamedTuple

from ortools.sat.python import cp_model

from optimiser.encoding.answer import Limits
from optimiser.encoding.variables import Variables
from optimiser.stopping import heed, searching

__all__ = ["Budget", "Pins", "SearchResult", "members_of", "presolved", "run", "search", "without_relaxations"]

Pins = dict[int, tuple[int, int]]
"""Lowest and highest value of variables, by index, while one question is asked."""


class SearchResult(NamedTuple):
    """What a search came to.

    Attributes
    ----------
    status
        A `Status`.
    solution
        The value of every variable by index; None where there is none.
    bound
        What the objective is at least; −∞ without an objective or a bound.
    core
        Indices of assumed literals that cannot all hold, where the search is infeasible.
    """

    status: str
    solution: Sequence[int] | None = None
    bound: float = -math.inf
    core: frozenset[int] = frozenset()

    def at_least(self) -> int:
        """Return the bound as the whole number it implies, 0 where that is less."""
        return max(0, math.ceil(self.bound - _ROUNDING)) if self.bound > 0 else 0


_ROUNDING: Final = 1e-6
"""CP-SAT gives whole bounds as floats."""


class Budget:
    """What is left of the limits of one call, over all its solves.

    Attributes
    ----------
    limits
        The limits as given.
    used
        Deterministic seconds used so far.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.used = 0.0
        self._began = time.monotonic()

    def left(self) -> float:
        """Return deterministic seconds."""
        return self.limits.deterministic_time - self.used

    def seconds(self) -> float | None:
        """Return seconds by the wall clock, None where it sets no limit."""
        limit = self.limits.time_limit
        return None if limit is None else limit - (time.monotonic() - self._began)

    def spent(self) -> bool:
        """Return whether nothing is left."""
        seconds = self.seconds()
        return self.left() <= 0 or (seconds is not None and seconds <= 0)


def members_of(variables: Variables, found: SearchResult) -> tuple[str, ...]:
    """Return the switches of a core, in order; a literal that is no switch is dropped."""
    return tuple(name for name, literal in variables.switches.items() if literal.index in found.core)


def presolved(variables: Variables, limits: Limits) -> bool:
    """Return whether the model is simplified first."""
    return variables.rationed if limits.presolve is None else limits.presolve


def search(
    variables: Variables,
    budget: Budget,
    pins: Pins,
    *,
    minimise: cp_model.LinearExprT | None = None,
    assume: Sequence[str] = (),
) -> SearchResult:
    """Solve until a solution meets the staircases themselves, or there is none, or the budget is spent.

    Parameters
    ----------
    pins
        What holds for this question only.
    minimise
        What to minimise; without it any solution will do. Cores are only to be had without it: with an objective
        CP-SAT names every assumption.
    assume
        Switches assumed on, of which the core of an infeasible search is a part.
    """
    if any(low > high for low, high in pins.values()):
        return SearchResult("infeasible")
    model = variables.model
    with _narrowed(model, pins):
        if minimise is not None:
            model.minimize(minimise)
        model.add_assumptions(variables.switches[name] for name in assume)
        try:
            return _solve(variables, budget)
        finally:
            model.clear_objective()  # type: ignore[no-untyped-call]
            model.clear_assumptions()


def _solve(variables: Variables, budget: Budget) -> SearchResult:
    """Solve, post the steps that the solution breaks, and solve again."""
    model, bound = variables.model, -math.inf
    minimising = model.has_objective()
    while not budget.spent():
        solver = _solver(variables, budget)
        status = run(solver, model)
        response = solver.response_proto
        budget.used += response.deterministic_time
        if minimising:
            bound = max(bound, response.best_objective_bound)
        if status == cp_model.INFEASIBLE:
            return SearchResult("infeasible", core=frozenset(solver.sufficient_assumptions_for_infeasibility()))
        if status == cp_model.MODEL_INVALID:
            message = f"CP-SAT refuses the model: {model.validate()}"
            raise RuntimeError(message)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            break
        solution = list(response.solution)
        broken = [staircase for staircase in variables.refinable if staircase.broken(solution)]
        if not broken:
            proved = status == cp_model.OPTIMAL and minimising
            return SearchResult("optimal" if proved else "feasible", solution, bound)
        for staircase in broken:
            staircase.refine(solution)
        variables.refinable = [staircase for staircase in variables.refinable if staircase.partial]
    return SearchResult("unknown", bound=bound)


def run(solver: cp_model.CpSolver, model: cp_model.CpModel) -> cp_model.CpSolverStatus:
    """Run CP-SAT, and stop it at once where the user interrupts or whoever asked calls the work off.

    CP-SAT's own handler of interrupts replaces Python's for good: the next one would end the process without a word. Without
    it Python hears an interrupt only between two calls, so the main thread waits and another one searches.
    """
    solver.parameters.catch_sigint_signal = False
    heed()
    if threading.current_thread() is not threading.main_thread():
        stop = searching()
        with stop.ending(solver.stop_search) if stop else nullcontext():
            status = solver.solve(model)
        heed()  # what was called off has no verdict
        return status
    with cf.ThreadPoolExecutor(max_workers=1) as pool:
        search = pool.submit(solver.solve, model)
        try:
            return search.result()
        except BaseException:
            while not search.done():  # a search that has not begun yet does not hear that it is to stop
                solver.stop_search()
                cf.wait([search], timeout=0.05)
            raise


def _solver(variables: Variables, budget: Budget) -> cp_model.CpSolver:
    """Return a solver for what is left of a budget."""
    limits, solver = budget.limits, cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = limits.workers
    parameters.random_seed = limits.seed
    parameters.max_deterministic_time = budget.left()
    parameters.interleave_search = False  # it answers every core with all assumptions
    parameters.cp_model_presolve = presolved(variables, limits)
    seconds = budget.seconds()
    if seconds is not None:
        parameters.max_time_in_seconds = max(0.0, seconds)
    if not limits.linear:
        without_relaxations(solver)
    if not variables.rationed:
        # Propagation alone all but solves a network of lags; relaxations and probing would only cost time.
        parameters.linearization_level = 0
        parameters.cp_model_probing_level = 0
        parameters.symmetry_level = 0
    return solver


def without_relaxations(solver: cp_model.CpSolver) -> None:
    """Have a solver search without linear relaxations, the one of several workers that searches the whole model too."""
    solver.parameters.linearization_level = 0
    if solver.parameters.num_workers > 1:
        solver.parameters.subsolvers.append("no_lp")


@contextmanager
def _narrowed(model: cp_model.CpModel, pins: Pins) -> Iterator[None]:
    """Narrow the domains of variables for a while."""
    variables = model.proto.variables
    kept = {index: list(variables[index].domain) for index in pins}
    _set_domains(model, pins)
    try:
        yield
    finally:
        _set_domains(model, kept)


def _set_domains(model: cp_model.CpModel, domains: Mapping[int, Sequence[int]]) -> None:
    variables = model.proto.variables
    for index, ends in domains.items():
        domain = variables[index].domain
        domain.clear()
        domain.extend(ends)
