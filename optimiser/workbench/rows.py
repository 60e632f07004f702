"""The schedule as rows: of a proof where there is one, of the forward pass before that; in phases, each with what holds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.items import Hammock, Milestone
from models.outcome import Outcome, Solved
from models.plan import Plan
from models.rules import Dependency, Equality
from models.workbench import DeskChanges
from optimiser.critical import driving_items
from optimiser.evidence.charts.board import DrawnLink
from optimiser.solve.orders import slacks
from optimiser.solve.placement import complete
from optimiser.workbench.desk import Desk, Variation

__all__ = ["RowPlace", "Schedules", "hours", "links_of", "opened", "phases_of", "placed"]


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where an item lies.

    Attributes
    ----------
    finish
        The last day of work; before the start where nothing is done.
    spare
        Working days that it can slip before any milestone asked for moves; None where it never moves one.
    drives
        The milestones of which it is on the driving chain.
    """

    start: dt.date
    finish: dt.date
    working_days: int
    spare: int | None
    drives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Schedules:
    """The rows of one variant.

    Attributes
    ----------
    stage
        ``proof`` where they are those of the answer, ``draft`` where they are those of the forward pass: where capacity is
        upstream of an item it is then not before its row.
    """

    stage: str
    by_item: dict[str, RowPlace]


def placed(variation: Variation, asked: Sequence[str], outcome: Outcome | None) -> Schedules | None:
    """Return where everything lies; None where the forward pass finds no schedule."""
    if isinstance(outcome, Solved):
        drives = _drives(outcome.driving)
        rows = {
            row.id: RowPlace(row.start, row.finish, row.working_days, _least(row.float_wd.values()), drives.get(row.id, ()))
            for row in outcome.rows
        }
        return Schedules("proof", rows)
    plan, problem = variation.plan, variation.problem
    found, clock = problem.earliest, problem.clock
    if found.status != "feasible":
        return None
    schedule = complete(problem.network, found.values)
    drives = _drives({name: driving_items(found, name) for name in asked if name in plan.items})
    spare = [{item: slip.least for item, slip in slacks(problem, found, name).items()} for name in asked if name in plan.items]
    rows = {}
    for position in schedule.positions:
        item = plan.items[position.id]
        if isinstance(item, Milestone):
            start = finish = clock.show(position.start, item.shown)
        else:
            start, finish = clock.show(position.start, "opens"), clock.show(position.finish, "closes")
        left = None if isinstance(item, Hammock) else _least(each.get(item.id) for each in spare)
        rows[item.id] = RowPlace(start, finish, position.finish - position.start, left, drives.get(item.id, ()))
    return Schedules("draft", rows)


def opened(desk: Desk, *, proved: bool) -> Schedules | None:
    """Return the positions in the plan as opened: proved ones if asked for and known, else drafted ones."""
    variation = desk.variant(DeskChanges())
    outcome = desk.outcomes.get(variation.key) if proved else None
    found: Schedules | None = desk.reports.made(f"opened {outcome is None}", lambda: placed(variation, desk.asked, outcome))
    return found


def hours(minutes: int) -> str:
    """Return minutes of the clock as ``2 d 3 h 20 min``."""
    days, rest = divmod(minutes, 1440)
    parts = [(days, "d"), (rest // 60, "h"), (rest % 60, "min")]
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 min"


def _least(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return min(known, default=None)


def _drives(chains: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for milestone, items in chains.items():
        for item in items:
            found[item] = (*found.get(item, ()), milestone)
    return found


def phases_of(plan: Plan) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each phase with its title and its items, in the order of the plan; those without one under an empty name."""
    titles = {phase.id: phase.title for phase in plan.phases}
    groups: dict[str, list[str]] = {name: [] for name in titles}
    for item in plan.items.values():
        groups.setdefault(item.phase or "", []).append(item.id)
    for name, items in groups.items():
        if items:
            yield name, titles.get(name, "Without a phase"), items


def links_of(plan: Plan, item: str) -> list[DrawnLink]:
    """Return an item's predecessors and successors, with type and lag in words."""
    found = []
    for rule in plan.active_rules():
        if isinstance(rule, Dependency) and item in (rule.before, rule.after):
            lag = plan.duration(rule.lag)
            amount = f" {'+' if lag.amount > 0 else '−'} {abs(lag.amount)} {lag.unit}" if lag.amount else ""
            most = ", at most" if rule.bound == "at-most" else ""
            found.append(DrawnLink(rule.before, rule.after, rule.type, f"{rule.type}{amount}{most}"))
        elif isinstance(rule, Equality):
            first, *others = rule.points()
            for other in others:
                if item in (first.item, other.item):
                    ends = f"{(first.end or 'start')[0]}{(other.end or 'start')[0]}".upper()
                    found.append(DrawnLink(first.item, other.item, ends, f"{ends}, together"))
    if isinstance(held := plan.items.get(item), Hammock):
        for point, end in zip(held.ties(), "SF", strict=True):
            found.append(DrawnLink(point.item, item, f"{(point.end or 'start')[0].upper()}{end}", "tied"))
    return found
