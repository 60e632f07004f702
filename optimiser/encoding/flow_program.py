"""A market as a linear program: the second witness of when it is done, which knows nothing of the closed form."""

from __future__ import annotations

from typing import Literal

from ortools.linear_solver import pywraplp

from models.market import Market

__all__ = ["days_by_program", "most_moved"]

Method = Literal["GLOP", "PDLP"]
_SLACK = 0.5
"""Units by which a method may miss the whole number that the most is."""


def most_moved(market: Market, days: int, method: Method = "GLOP") -> float:
    """Return the most units that a market can move in its first days.

    Parameters
    ----------
    market
        See `models.market`.
    days
        How many days count.
    method
        ``GLOP`` (simplex, exact to rounding) or ``PDLP`` (first order, for large markets).

    Raises
    ------
    RuntimeError
        If the method ends without an optimum.
    """
    solver = pywraplp.Solver.CreateSolver(method)
    by_day: list[list[pywraplp.Variable]] = [[] for _ in range(days)]
    for stream in market.streams:
        moved = [solver.NumVar(0, stream.rate, "") for _ in range(stream.ready, days)]
        for day, variable in enumerate(moved, stream.ready):
            by_day[day].append(variable)
        solver.Add(solver.Sum(moved) <= stream.work)
    for limit, moved in zip(market.limits, by_day, strict=False):
        solver.Add(solver.Sum(moved) <= limit)
    solver.Maximize(solver.Sum([variable for moved in by_day for variable in moved]))
    status = solver.Solve()
    if status != pywraplp.Solver.OPTIMAL:
        message = f"{method} ended without an optimum (status {status})"
        raise RuntimeError(message)
    return float(solver.Objective().Value())


def days_by_program(market: Market, method: Method = "GLOP") -> int | None:
    """Return the fewest days in which a market is done, by bisection over programs; None where the axis is too short."""
    enough = market.work - _SLACK
    low, high = -1, len(market.limits)
    if most_moved(market, high, method) < enough:
        return None
    while high - low > 1:
        days = (low + high) // 2
        low, high = (low, days) if most_moved(market, days, method) >= enough else (days, high)
    return high
