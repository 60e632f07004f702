"""Whether work in windows can be done: CP-SAT asked for a yes or a no, on intervals alone.

Three things are added to what defines the question, and change no answer:

* for every interval from an earliest start to a latest finish the work that must lie inside it, chosen or not, is at most
  what capacity offers (energetic reasoning; Baptiste, Le Pape and Nuijten 2001, chapter 3). Choices couple capacities
  here: what is chosen because it spares one body takes up another.
* where it is asked for, pieces that could change places with each other start in the order of the plan. CP-SAT finds and
  breaks such symmetry itself, and in the benchmark does so at least as fast;
* where starts fall on few days (waves), each piece has a literal for each of its days, and what is held on a day is a sum
  of them (Pritsker, Watters and Wolfe 1969): its linear relaxation says more than intervals do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from optimiser.encoding.answer import Limits
from optimiser.encoding.asking import asking
from optimiser.encoding.solving import run, without_relaxations
from optimiser.encoding.work import Decided, Offer, Work, alike

__all__ = ["decide"]

FEW_DAYS = 40
"""Up to this many different days of starting, starts have a literal for each."""


def decide(work: Work, limits: Limits, *, ordered: bool = False, energy: bool = True) -> Decided:
    """Say whether all of it can be done.

    Parameters
    ----------
    work
        What must be done, and where.
    limits
        Of CP-SAT.
    ordered
        Whether pieces that are alike (`optimiser.encoding.work.alike`) start in order. It changes no answer.
    energy
        Whether energy is counted for every interval. It changes no answer either.
    """
    if any(piece.needed and not len(piece.starts) for piece in work.pieces.values()):
        return Decided("infeasible", {}, 0.0)
    asking()
    model = cp_model.CpModel()
    done: dict[str, Any] = {}
    start: dict[str, Any] = {}
    interval: dict[str, Any] = {}
    for name, piece in work.pieces.items():
        if not len(piece.starts):
            continue
        start[name] = model.new_int_var_from_domain(cp_model.Domain.from_values(piece.starts.tolist()), "")
        if piece.needed:
            done[name] = 1
            interval[name] = model.new_fixed_size_interval_var(start[name], piece.length, "")
        else:
            done[name] = model.new_bool_var("")
            interval[name] = model.new_optional_fixed_size_interval_var(start[name], piece.length, done[name], "")
    _choose(model, work, done, start)
    _hold_apart(model, work, done, start)
    began = _by_day(model, work, done, start)
    for offer in work.offers:
        if began:
            _count(model, work, offer, began)
        _share(model, offer, interval)
        if energy and not _energy(model, work, offer, done):
            return Decided("infeasible", {}, 0.0)
    if ordered:
        for group in alike(work):
            _order(model, work, [name for name in group if name in start], done, start)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = limits.workers
    solver.parameters.random_seed = limits.seed
    solver.parameters.max_deterministic_time = limits.deterministic_time
    if limits.time_limit is not None:
        solver.parameters.max_time_in_seconds = max(0.0, limits.time_limit)
    if not limits.linear:
        without_relaxations(solver)
    status = run(solver, model)
    spent = solver.response_proto.deterministic_time
    if status == cp_model.INFEASIBLE:
        return Decided("infeasible", {}, spent)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        kept = {name for name, literal in done.items() if work.pieces[name].needed or solver.value(literal)}
        return Decided("feasible", {name: int(solver.value(start[name])) for name in start if name in kept}, spent)
    return Decided("unknown", {}, spent)


def _choose(model: cp_model.CpModel, work: Work, done: Mapping[str, Any], start: Mapping[str, Any]) -> None:
    """Post the options, and how many of them must be chosen."""
    chosen = [model.new_bool_var("") for _ in work.options]
    for literal, option in zip(chosen, work.options, strict=True):
        for name, latest in option.latest.items():
            if name not in start:
                model.add_bool_or(~literal)
                continue
            if not work.pieces[name].needed:
                model.add_implication(literal, done[name])
            if latest < int(work.pieces[name].starts[-1]):
                model.add(start[name] <= latest).only_enforce_if(literal)
    for pick in work.picks:
        if len(pick.options) < pick.count:
            model.add_bool_or([] if pick.under is None else [~chosen[pick.under]])
            continue
        enough = model.add(sum(chosen[index] for index in pick.options) >= pick.count)
        if pick.under is not None:
            enough.only_enforce_if(chosen[pick.under])


def _hold_apart(model: cp_model.CpModel, work: Work, done: Mapping[str, Any], start: Mapping[str, Any]) -> None:
    """Post the days between pieces that are both done."""
    for gap in work.gaps:
        if gap.before in start and gap.after in start:
            under = [done[name] for name in (gap.before, gap.after) if not work.pieces[name].needed]
            posted = model.add(start[gap.after] - start[gap.before] >= gap.days)
            if under:
                posted.only_enforce_if(*under)


def _by_day(
    model: cp_model.CpModel, work: Work, done: Mapping[str, Any], start: Mapping[str, Any]
) -> dict[str, dict[int, Any]]:
    """Return a literal for every piece and day that it may start on, where these are few; nothing where they are many."""
    days = {day for name in start for day in work.pieces[name].starts.tolist()}
    if len(days) > FEW_DAYS:
        return {}
    began: dict[str, dict[int, Any]] = {}
    for name, variable in start.items():
        began[name] = {day: model.new_bool_var("") for day in work.pieces[name].starts.tolist()}
        model.add(sum(began[name].values()) == done[name])
        for day, literal in began[name].items():
            model.add(variable == day).only_enforce_if(literal)
    return began


def _count(model: cp_model.CpModel, work: Work, offer: Offer, began: Mapping[str, Mapping[int, Any]]) -> None:
    """Post what is held on each day on which something may start, or capacity falls."""
    names = [name for name in offer.demand if name in began]
    falls = (np.flatnonzero(np.diff(offer.available) < 0) + 1).tolist()
    for day in sorted({day for name in names for day in began[name]} | set(falls)):
        held = [
            (literal, offer.demand[name])
            for name in names
            for first, literal in began[name].items()
            if first <= day < first + work.pieces[name].length
        ]
        if sum(amount for _, amount in held) > offer.available[day]:
            literals, amounts = zip(*held, strict=True)
            model.add(cp_model.LinearExpr.weighted_sum(literals, amounts) <= int(offer.available[day]))


def _share(model: cp_model.CpModel, offer: Offer, interval: Mapping[str, Any]) -> None:
    """Post a cumulative; where capacity is below its highest, fixed intervals take up the difference."""
    names = [name for name in offer.demand if name in interval]
    if not names:
        return
    available = offer.available
    highest = int(available.max())
    intervals, amounts = [interval[name] for name in names], [offer.demand[name] for name in names]
    edges = np.flatnonzero(np.diff(available)) + 1
    for first, after in pairwise([0, *edges.tolist(), len(available)]):
        if available[first] < highest:
            intervals.append(model.new_fixed_size_interval_var(first, after - first, ""))
            amounts.append(highest - int(available[first]))
    model.add_cumulative(intervals, amounts, highest)


def _energy(model: cp_model.CpModel, work: Work, offer: Offer, done: Mapping[str, Any]) -> bool:
    """Post for every interval that its work is at most what is offered; return False where needed work alone is more."""
    names = [name for name in offer.demand if name in done]
    if not names:
        return True
    pieces = [work.pieces[name] for name in names]
    begin = np.array([int(piece.starts[0]) for piece in pieces], dtype=np.int64)
    length = np.array([piece.length for piece in pieces], dtype=np.int64)
    end = np.array([int(piece.starts[-1]) for piece in pieces], dtype=np.int64) + length
    demand = np.array([offer.demand[name] for name in names], dtype=np.int64)
    needed = np.array([piece.needed for piece in pieces], dtype=np.bool_)
    offered = np.concatenate([[0], np.cumsum(offer.available)])
    firsts = np.unique(begin)
    for last in np.unique(end).tolist():
        a = firsts[firsts < last]
        left = np.minimum(begin + length, last)[None, :] - a[:, None]  # started as early as it may
        right = (length - (end - last))[None, :]  # started as late as it may
        inside = np.minimum(np.minimum(left, right), np.minimum(length[None, :], (last - a)[:, None])).clip(0) * demand
        room = offered[min(last, len(offered) - 1)] - offered[a] - inside[:, needed].sum(axis=1)
        if (room < 0).any():
            return False
        optional = inside[:, ~needed]
        tight = np.flatnonzero(optional.sum(axis=1) > room)
        chosen = [done[name] for name, must in zip(names, needed.tolist(), strict=True) if not must]
        for row in tight.tolist():
            model.add(cp_model.LinearExpr.weighted_sum(chosen, optional[row].tolist()) <= int(room[row]))
    return True


def _order(
    model: cp_model.CpModel, work: Work, group: Sequence[str], done: Mapping[str, Any], start: Mapping[str, Any]
) -> None:
    """Post symmetry breaking: interchangeable pieces start in order, finished ones first."""
    for one, other in pairwise(group):
        posted = model.add(start[one] <= start[other])
        if not work.pieces[one].needed:
            model.add_implication(done[other], done[one])
            posted.only_enforce_if(done[other])
