"""The main case tried otherwise: swept over its assumptions, crossed over two of them, and with whole authorities let go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from models.plan import DURATION_PREFIX, Plan
from models.provenance import Authority
from models.rules import Dependency
from optimiser.critical import Columns, compile_network, evaluate
from optimiser.errors import OptimiserError
from optimiser.evidence.dossier import Change, DateGrid, Dossier, Released
from optimiser.solve.variant import Variant, evaluate_variants

if TYPE_CHECKING:
    from models.explanation import Piecewise

__all__ = ["add_variations"]

MOST_SWEPT = 6
"""Assumptions that are swept, those that gain most first."""

GRID = 13
"""Values of each of the two assumptions of the heat map."""


def add_variations(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Put into the dossier what becomes of the main case when it is varied."""
    _sweeps(dossier, tell)
    _authorities(dossier)
    _changes(dossier)


def _sweeps(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Follow each milestone over the assumptions that bind it, and one of them over the two that bind it most."""
    main = dossier.main
    if main.solved is None or main.crowded:
        reason = (
            "the plan has no dates" if main.solved is None else "a capacity of the plan is on; run 'optimiser batch' for it"
        )
        dossier.absent |= dict.fromkeys(("sweeps", "grid"), reason)
        return
    tell("sweeps")
    gains = _gains_of_assumptions(dossier)
    for milestone in dossier.milestones:
        swept = sorted(gains.get(milestone, {}).items(), key=lambda entry: (-entry[1], entry[0]))
        for name, _ in swept[:MOST_SWEPT]:
            dossier.sweeps += _sweep(dossier, milestone, name)
    if not dossier.sweeps:
        dossier.absent["sweeps"] = "no assumption with a number of its own binds a milestone"
    dossier.grid = _grid(dossier, gains)
    if dossier.grid is None:
        dossier.absent["grid"] = "no milestone is moved by two assumptions that count in one way"


def _sweep(dossier: Dossier, milestone: str, name: str) -> tuple[Piecewise, ...]:
    """Follow one milestone over one assumption; where the plan does not allow it, note why."""
    from optimiser.explain import piecewise

    try:
        return tuple(piecewise(dossier.plan, milestone, [name]))
    except OptimiserError as error:
        dossier.absent[f"sweep of {name}"] = str(error)
        return ()


def _gains_of_assumptions(dossier: Dossier) -> dict[str, dict[str, int]]:
    """Return, for each milestone, the assumptions of which one unit less or more moves it, and by how much ten move it."""
    plan = dossier.plan
    network = compile_network(plan)
    base = evaluate(network, Columns(1))
    stated = [name for name in plan.values if _amount(plan, name) is not None]
    if not stated:
        return {}
    values = {}
    for place, name in enumerate(stated):
        amount, step = _amount(plan, name), 1 if _unit(plan, name) == "mo" else 10
        assert amount is not None
        column = np.full(2 * len(stated), amount, dtype=np.int64)
        column[2 * place] = max(0, amount - step)
        column[2 * place + 1] = amount + step
        values[name] = column
    evaluated = evaluate(network, Columns(2 * len(stated), values))
    found: dict[str, dict[str, int]] = {}
    for milestone in dossier.milestones:
        moved = np.abs(evaluated.of(milestone) - base.of(milestone)[0])
        moved[evaluated.infeasible | evaluated.beyond(milestone)] = 0
        found[milestone] = {
            name: int(max(moved[2 * place], moved[2 * place + 1]))
            for place, name in enumerate(stated)
            if moved[2 * place] or moved[2 * place + 1]
        }
    return found


def _amount(plan: Plan, name: str) -> int | None:
    """Return the amount of an assumption that is a length, None of anything else."""
    value = plan.values[name]
    return getattr(value, "amount", None)


def _unit(plan: Plan, name: str) -> str | None:
    """Return the unit of an assumption that is a length, None of anything else."""
    return getattr(plan.values[name], "unit", None)


def _pair(dossier: Dossier, milestone: str, gains: dict[str, int]) -> tuple[str, str] | None:
    """Return the assumption that moves a milestone most, and the one that would take over first; else the two that move it."""
    plan = dossier.plan
    drivers = [
        name
        for name, _ in sorted(gains.items(), key=lambda entry: (-entry[1], entry[0]))
        if _unit(plan, name) == "wd" and (_amount(plan, name) or 0) >= GRID
    ]
    report = dossier.binding.get(milestone)
    rivals = {
        entry.id: entry.headroom
        for entry in (report.break_even if report else ())
        if not entry.unknown and not entry.readings and _unit(plan, entry.id) == "wd" and entry.headroom
    }
    if drivers and rivals:
        return drivers[0], min(rivals, key=lambda name: (rivals[name], name))
    return (drivers[0], drivers[1]) if len(drivers) > 1 else None


def _grid(dossier: Dossier, gains: dict[str, dict[str, int]]) -> DateGrid | None:
    """Return the last milestone that two lengths bear on, against what drives it and what would take over first."""
    plan = dossier.plan
    for milestone in reversed(dossier.milestones):
        pair = _pair(dossier, milestone, gains.get(milestone, {}))
        if pair is None:
            continue
        across, down = pair
        columns, rows = _steps(plan, across), _steps(plan, down)
        network = compile_network(plan)
        values = {
            across: np.tile(np.array(columns, dtype=np.int64), len(rows)),
            down: np.repeat(np.array(rows, dtype=np.int64), len(columns)),
        }
        evaluated = evaluate(network, Columns(len(columns) * len(rows), values))
        good = ~evaluated.infeasible & ~evaluated.beyond(milestone)
        flat = [int(each) if fine else None for each, fine in zip(evaluated.of(milestone), good, strict=True)]
        boundaries = tuple(tuple(flat[row * len(columns) : (row + 1) * len(columns)]) for row in range(len(rows)))
        return DateGrid(milestone, across, down, columns, rows, boundaries)
    return None


def _steps(plan: Plan, name: str) -> tuple[int, ...]:
    """Return values either side of an assumption's own, in round steps of about a twentieth."""
    amount = _amount(plan, name) or 0
    step = max(1, round(amount / 20 / 5) * 5 or round(amount / 20))
    return tuple(value for place in range(GRID) if (value := amount + (place - GRID // 2) * step) >= 0)


def _authorities(dossier: Dossier) -> None:
    """Say what each milestone gains when everything that one authority holds is let go."""
    plan = dossier.plan
    if dossier.main.solved is None:
        dossier.absent["authorities"] = "the plan has no dates"
        return
    network = compile_network(plan)
    authorities: tuple[Authority, ...] = ("regulatory", "contractual", "external", "planning")
    held = {
        authority: tuple(rule.id for rule in plan.active_rules() if rule.authority == authority and rule.kind != "equality")
        for authority in authorities
    }
    named = [authority for authority in authorities if held[authority]]
    evaluated = evaluate_variants(network, [Variant(), *(Variant(off=held[authority]) for authority in named)])
    for place, authority in enumerate(named, start=1):
        gains: dict[str, int | None] = {}
        for milestone in dossier.milestones:
            node = network.nodes[milestone, "start"]
            now, then = int(evaluated.values[node, 0]), int(evaluated.values[node, place])
            gains[milestone] = None if then == network.clock.origin else now - then
        dossier.released.append(Released(authority, len(held[authority]), gains))


def _changes(dossier: Dossier) -> None:
    """List what could be changed to bring a milestone forward: lengths and lags down to nothing, floors and links let go.

    Only what drives a milestone can gain. A link that waits no time and whose end would be left without any reason for
    its date is no change anybody could ask for, and is not listed.
    """
    network = compile_network(dossier.plan)
    driving = {
        line.rule: line for report in reversed(dossier.binding.values()) for line in reversed(report.lines) if line.driving
    }
    lags = {
        name: Variant(values={name: 0})
        for name in driving
        if isinstance(rule := dossier.plan.rules_by_id.get(name), Dependency)
        and rule.bound == "at-least"
        and dossier.plan.duration(rule.lag).amount > 0
    }
    evaluated = evaluate_variants(network, [Variant(), *lags.values()])
    for name, line in driving.items():
        gains: dict[str, int | None] = {}
        units: dict[str, int] = {}
        for milestone, report in dossier.binding.items():
            held = report.line(name)
            units[milestone] = held.unit_gain_wd or 0
            gains[milestone] = held.drop_gain_wd
            if name in lags:
                node = network.nodes[milestone, "start"]
                gains[milestone] = int(evaluated.values[node, 0] - evaluated.values[node, 1 + list(lags).index(name)])
        if any(gains.values()):
            is_length = name.startswith(DURATION_PREFIX)
            then = f"0 {line.unit}" if name in lags or is_length else "let go"
            now = (line.number or "in force") if name in lags or is_length or line.kind == "not-before" else "in force"
            dossier.changes.append(
                Change(
                    rule=name,
                    title=line.title,
                    now=now,
                    then=then,
                    gains=gains,
                    unit_gains={milestone: gain for milestone, gain in units.items() if gain},
                    authority=line.authority,
                    basis=line.basis,
                    owner=line.owner,
                    raid=line.raid,
                )
            )
    dossier.changes.sort(key=lambda change: (-sum(gain or 0 for gain in change.gains.values()), change.rule))
