"""The main case tried otherwise: swept over its assumptions, crossed over two of them, and with whole authorities let go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from models.plan import DURATION_PREFIX, Plan
from models.provenance import Authority
from models.rules import Dependency
from optimiser.errors import OptimiserError
from optimiser.evidence.dossier import Change, DateGrid, Dossier, Released
from optimiser.explain.links import dates_without
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.explain.regions import piecewise_with
from optimiser.numbers import number_of_assumption
from optimiser.solve.between import DateRange
from optimiser.solve.variant import Variant

if TYPE_CHECKING:
    from models.implied import Piecewise

__all__ = ["add_variations"]

MOST_SWEPT = 6
"""Assumptions that are swept, those that gain most first."""

SEARCHED = 2
"""Assumptions that are swept where most values of a sweep would be a search of their own."""

NEAR = 3
"""Units either way that such a sweep follows."""

GRID = 13
"""Values of each of the two assumptions of the heat map."""


def add_variations(dossier: Dossier, oracle: Oracle | None, tell: Callable[[str], None]) -> None:
    """Put into the dossier what becomes of the main case when it is varied; there is no oracle where it has no dates."""
    if oracle is None:
        dossier.absent |= dict.fromkeys(("sweeps", "grid", "authorities"), "the plan has no dates")
        return
    _sweeps(dossier, oracle, tell)
    _authorities(dossier, oracle)
    _changes(dossier, oracle)


def _sweeps(dossier: Dossier, oracle: Oracle, tell: Callable[[str], None]) -> None:
    """Follow each milestone over the assumptions that bind it, and one of them over the two that bind it most."""
    tell("sweeps")
    gains = _gains_of_assumptions(dossier, oracle)
    for milestone in dossier.milestones:
        swept = sorted(gains[milestone].items(), key=lambda entry: (-entry[1], entry[0]))
        searched = oracle.large and oracle.leads(milestone)
        for name, _ in swept[: SEARCHED if searched else MOST_SWEPT]:
            dossier.sweeps += _sweep(dossier, oracle, milestone, name, NEAR if searched else None)
    if not dossier.sweeps:
        dossier.absent["sweeps"] = "no assumption with a number of its own binds a milestone"
    dossier.grid = _grid(dossier, oracle, gains)
    if dossier.grid is None:
        dossier.absent["grid"] = "no milestone is moved by two assumptions that count in one way, and exact at every value"


def _sweep(dossier: Dossier, oracle: Oracle, milestone: str, name: str, reach: int | None) -> tuple[Piecewise, ...]:
    """Follow one milestone over one assumption; where the plan does not allow it, note why."""
    try:
        return piecewise_with(oracle, milestone, [name], reach=reach)
    except OptimiserError as error:
        dossier.absent[f"sweep of {name}"] = str(error)
        return ()


def _gains_of_assumptions(dossier: Dossier, oracle: Oracle) -> dict[str, dict[str, int]]:
    """Return, for each milestone, the assumptions that move it, and by how much ten units, a month or one of a count do.

    Where a milestone lies is bounded alone where the limit comes first: then an assumption counts by what is proved.
    """
    plan = dossier.plan
    numbers = {
        name: number
        for name in plan.values
        if (number := number_of_assumption(plan, oracle.problem.clock, plan.assumptions_by_id[name])) is not None
        and not isinstance(number.value, dt.date)
    }
    steps = {name: 10 if number.unit in ("wd", "cd") else 1 for name, number in numbers.items()}
    tried = [
        (name, Variant(values={name: number.column(units)}))
        for name, number in numbers.items()
        for units in (-min(steps[name], number.least), min(steps[name], number.most))
        if units
    ]
    found: dict[str, dict[str, int]] = {}
    for milestone in dossier.milestones:
        gains = found[milestone] = {}
        base = oracle.base(milestone)
        for (name, _), reach in zip(tried, ranges_of(oracle, milestone, [variant for _, variant in tried]), strict=True):
            off_axis = reach.low > oracle.problem.clock.limit
            earlier = (base.low - reach.high) if reach.high is not None else 0
            later = reach.low - base.high if base.high is not None and not off_axis else 0
            if (moved := max(earlier, later)) > 0:
                gains[name] = max(gains.get(name, 0), moved)
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


def _grid(dossier: Dossier, oracle: Oracle, gains: dict[str, dict[str, int]]) -> DateGrid | None:
    """Return the dates of the last milestone with two effective lengths: its driver, and the first to take over."""
    plan = dossier.plan
    for milestone in reversed(dossier.milestones):
        pair = _pair(dossier, milestone, gains[milestone])
        if pair is None or (oracle.large and oracle.leads(milestone)):
            continue
        across, down = pair
        columns, rows = _steps(plan, across), _steps(plan, down)
        variants = [Variant(values={across: column, down: row}) for row in rows for column in columns]
        exact = [reach.exact for reach in ranges_of(oracle, milestone, variants)]
        if None in exact:
            continue
        flat = [None if each is None or each > oracle.problem.clock.limit else each for each in exact]
        boundaries = tuple(tuple(flat[row * len(columns) : (row + 1) * len(columns)]) for row in range(len(rows)))
        return DateGrid(milestone, across, down, columns, rows, boundaries)
    return None


def _steps(plan: Plan, name: str) -> tuple[int, ...]:
    """Return values either side of an assumption's own, in round steps of about a twentieth."""
    amount = _amount(plan, name) or 0
    step = max(1, round(amount / 20 / 5) * 5 or round(amount / 20))
    return tuple(value for place in range(GRID) if (value := amount + (place - GRID // 2) * step) >= 0)


def _authorities(dossier: Dossier, oracle: Oracle) -> None:
    """Gather each milestone's gain from the release of everything that one authority holds."""
    plan = dossier.plan
    authorities: tuple[Authority, ...] = ("regulatory", "contractual", "external", "planning", "proposal")
    held = {
        authority: tuple(rule.id for rule in plan.active_rules() if rule.authority == authority and rule.kind != "equality")
        for authority in authorities
    }
    named = [authority for authority in authorities if held[authority]]
    sets = [held[authority] for authority in named]
    found = {milestone: dates_without(oracle, milestone, sets) for milestone in dossier.milestones}
    for place, authority in enumerate(named):
        then = {milestone: reaches[place] for milestone, reaches in found.items()}
        gains = {milestone: _gained(oracle.base(milestone), reach) for milestone, reach in then.items()}
        proved = all(reach.exact is not None for reach in then.values() if reach is not None)
        dossier.released.append(Released(authority, len(held[authority]), gains, proved))


def _gained(now: DateRange, then: DateRange | None) -> int | None:
    """Return the working days gained that are proved; None where nothing places the milestone any more."""
    if then is None:
        return None
    return max(0, now.low - (now.low if then.high is None else then.high))


def _changes(dossier: Dossier, oracle: Oracle) -> None:
    """List what could be changed to bring a milestone forward: lengths and lags down to nothing, floors and links let go.

    Only what drives a milestone can gain. A link that waits no time and whose end would be left without any reason for
    its date is no change anybody could ask for, and is not listed.
    """
    driving = {
        line.rule: line for report in reversed(dossier.binding.values()) for line in reversed(report.lines) if line.driving
    }
    shortened = _shortened(dossier, oracle, driving)
    for name, line in driving.items():
        held = {milestone: report.line(name) for milestone, report in dossier.binding.items()}
        gains = shortened.get(name) or {milestone: each.drop_gain_wd for milestone, each in held.items()}
        if any(gains.values()):
            to_nothing = name in shortened or name.startswith(DURATION_PREFIX)
            dossier.changes.append(
                Change(
                    rule=name,
                    title=line.title,
                    now=(line.number if to_nothing or line.kind == "not-before" else None) or "in force",
                    then=f"0 {line.unit}" if to_nothing else "let go",
                    gains=gains,
                    unit_gains={milestone: each.unit_gain_wd for milestone, each in held.items() if each.unit_gain_wd},
                    authority=line.authority,
                    basis=line.basis,
                    owner=line.owner,
                    raid=line.raid,
                )
            )
    dossier.changes.sort(key=lambda change: (-sum(gain or 0 for gain in change.gains.values()), change.rule))


def _shortened(dossier: Dossier, oracle: Oracle, driving: Iterable[str]) -> dict[str, dict[str, int | None]]:
    """Return each milestone's gain without the lag of each link, None where it is not exact."""
    rules = (dossier.plan.rules_by_id.get(name) for name in driving)
    lags = [
        rule.id
        for rule in rules
        if isinstance(rule, Dependency) and rule.bound == "at-least" and dossier.plan.duration(rule.lag).amount > 0
    ]
    found: dict[str, dict[str, int | None]] = {name: {} for name in lags}
    for milestone in dossier.binding:
        now = oracle.base(milestone).exact
        for name, reach in zip(lags, ranges_of(oracle, milestone, [Variant(values={name: 0}) for name in lags]), strict=True):
            found[name][milestone] = None if now is None or reach.exact is None else now - reach.exact
    return found
