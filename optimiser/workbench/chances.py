"""How sure the dates are, and scenarios beside each other: what the page shows around the dates themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from models.effects import ChanceEffect
from models.faults import maybe
from models.outcome import Solved
from models.plan import Plan
from models.robustness import RobustOutcome
from models.rules import Point
from models.workbench import DeskChanges, Question
from optimiser.errors import InputError, Located
from optimiser.evidence.charts.board import LABELS, BoardRow, board_axis, whole_sheet
from optimiser.evidence.charts.gantt import Bar
from optimiser.evidence.words import counted, day, weekday_day
from optimiser.reading.packaged import scenarios_beside
from optimiser.solve import earliest
from optimiser.workbench.answers import Tell, proved
from optimiser.workbench.desk import Desk
from optimiser.workbench.draft import moved_words
from optimiser.workbench.updates import update_title

__all__ = ["beside", "risk"]

COARSE = 1_024
"""Samples while something is being dragged: their P50 and P80 are within a few days of those of the full number."""
SEED = 7
"""The same as of ``robust``: the page and the command line say the same."""
_DRIVERS = 8


def risk(desk: Desk, question: Question, tell: Tell) -> dict[str, Any]:
    """Return P50 and P80 of each date; in full also the curve of chances and what moves the date to commit to.

    Raises
    ------
    InputError
        If the register has faults.
    """
    variation = desk.variant(question.changes)
    folder = desk.path if desk.path is not None and desk.path.is_dir() else None
    document: dict[str, Any] = {"schema": "optimiser/workbench-risk/1", "number": question.number, "key": variation.key}
    if not question.full:
        return {**document, "stage": "coarse", **_coarse(variation.plan, desk.asked, folder, tell)}
    from optimiser.evidence.sections.chances import curve_of
    from optimiser.robust import robust

    found: RobustOutcome = desk.reports.made(
        f"risk {variation.key}",
        lambda: robust(variation.plan, milestones=desk.asked, folder=folder, seed=SEED, progress=tell),
    )
    return {
        **document,
        "stage": "full",
        "samples": counted(found.samples, "combination" if found.exact else "sample"),
        "register": found.register_title,
        "milestones": [
            {
                "id": entry.id,
                "P50": _shown(entry.quantiles.get("P50")),
                "P80": _shown(entry.quantiles.get("P80")),
                "chance": None if entry.deterministic_probability is None else f"{entry.deterministic_probability:.0%}",
                "curve": curve_of(variation.plan, entry) if len(entry.masses) > 1 else None,
                "drivers": _drivers(found.chances, entry.id),
            }
            for entry in found.milestones
        ],
        "notes": list(found.notes),
    }


def _shown(date: dt.date | None) -> str:
    return "later than the calendar" if date is None else day(date)


def _coarse(plan: Plan, asked: tuple[str, ...], folder: Any, tell: Callable[[str], None]) -> dict[str, Any]:
    """Return quantiles alone, from few samples."""
    from optimiser.robust.files import given_register, plan_folder
    from optimiser.robust.model import Model
    from optimiser.robust.simulation import Sampler
    from optimiser.robust.statistics import date_of

    tell("samples")
    where = plan_folder(plan, folder)
    sampler = Sampler(Model(plan, given_register(plan, None, where)), asked, SEED)
    sample = sampler.run(COARSE)
    return {
        "samples": counted(len(sample), "combination" if sampler.exact else "sample"),
        "milestones": [
            {
                "id": name,
                "P50": _shown(date_of(sample.among(name).day(0.5))),
                "P80": _shown(date_of(sample.among(name).day(0.8))),
            }
            for name in asked
        ],
    }


def _drivers(chances: tuple[ChanceEffect, ...], milestone: str) -> list[dict[str, Any]]:
    """Return the main drivers of the committed date: the gain from certainty, or the swing between ends."""

    def weight(entry: ChanceEffect) -> tuple[int, int]:
        bought = entry.bought_wd.get(milestone) or 0
        return abs(bought), (entry.high_wd.get(milestone) or 0) - (entry.low_wd.get(milestone) or 0)

    reached = [entry for entry in chances if milestone in entry.reaches]
    found = []
    for entry in sorted(reached, key=weight, reverse=True)[:_DRIVERS]:
        bought, low, high = (getattr(entry, name).get(milestone) for name in ("bought_wd", "low_wd", "high_wd"))
        found.append(
            {
                "title": entry.title,
                "kind": entry.kind,
                "basis": entry.basis,
                "bought": "within the noise" if bought is None else f"{bought} wd",
                "swing": "–" if low is None or high is None else f"{low:+d} to {high:+d} wd",
            }
        )
    return found


def beside(desk: Desk, question: Question, tell: Tell, chain: Desk) -> dict[str, Any]:
    """Return the dates of scenarios, updates, what was set aside and the plan as changed, on one axis, differences marked.

    Parameters
    ----------
    chain
        The desk of the newest update: any of its chain is held against the plan.

    Raises
    ------
    InputError
        If the plan cannot be changed so.
    """
    opened = proved(desk, DeskChanges(), tell)[1]
    columns: list[tuple[str, Plan, Any]] = [("As opened", desk.base, opened)]
    faults = []
    wanted: list[tuple[str, Callable[[], tuple[Plan, Any]]]] = []
    if question.changes:
        wanted.append(("On the desk", partial(_proved, desk, question.changes, tell)))
    wanted += [(kept.title, partial(_proved, desk, kept.changes, tell)) for kept in question.kept]
    for name in question.updates:
        wanted.append((name or "the newest", partial(_of_update, chain, name, tell)))
    wanted += [(name, partial(_of_scenario, desk, name, tell)) for name in question.scenarios]
    for name, find in wanted:
        tell(name)
        try:
            plan, outcome = find()
        except InputError as error:
            faults += [f"{name}: {fault}" for fault in error.faults]
        else:
            columns.append((update_title(plan) if find.func is _of_update else name, plan, outcome))  # type: ignore[attr-defined]
    base = opened.dates if isinstance(opened, Solved) else {}
    return {
        "schema": "optimiser/workbench-beside/1",
        "number": question.number,
        "columns": [_column(name, desk, plan, outcome, base) for name, plan, outcome in columns],
        "chart": _axis_of_all(desk, columns, base),
        "faults": faults,
    }


def _proved(desk: Desk, changes: DeskChanges, tell: Tell) -> tuple[Plan, Any]:
    variation, outcome = proved(desk, changes, tell)
    return variation.plan, outcome


def _of_update(chain: Desk, name: str, tell: Tell) -> tuple[Plan, Any]:
    return _proved(chain.at(name), DeskChanges(), tell)


def _of_scenario(desk: Desk, name: str, tell: Tell) -> tuple[Plan, Any]:
    known = [each for each, _ in scenarios_beside(desk.path)] if desk.path else []
    if name not in known:  # a name, never a path: a page reads no other file of this machine
        raise InputError([Located(f"unknown scenario{maybe(name, known)}; expected one of {', '.join(known) or 'none'}")])
    plan = desk.reports.made(f"plan {name}", partial(desk.again, name))
    return plan, desk.reports.made(f"beside {name}", partial(earliest, plan, desk.asked, progress=tell))


def _column(name: str, desk: Desk, plan: Plan, outcome: Any, base: dict[str, dt.date]) -> dict[str, Any]:
    cells = {}
    for milestone in desk.asked:
        date = outcome.dates.get(milestone) if isinstance(outcome, Solved) else None
        moved = None
        if date is not None and milestone in base:
            moved = _working_days(plan, milestone, base[milestone], date)
        there = milestone in plan.items
        cells[milestone] = {
            "date": weekday_day(date) if date else outcome.status if there else "not there",
            "proof": outcome.proof[milestone] if date else "",
            "moved": moved_words(moved, plan.unit) if there and plan is not desk.base else "",
            "differs": bool(moved),
        }
    return {"name": name, "cells": cells}


def _working_days(plan: Plan, milestone: str, then: dt.date, now: dt.date) -> int:
    from optimiser.clock import clock_of

    clock, convention = clock_of(plan), plan.convention(Point(milestone, "start"))
    covers = clock.calendar.covers
    return clock.boundary(now, convention) - clock.boundary(min(max(then, covers.first), covers.last), convention)


def _axis_of_all(desk: Desk, columns: list[tuple[str, Plan, Any]], base: dict[str, dt.date]) -> str | None:
    """Draw every milestone in every column on one axis; a line leads from where it was as opened."""
    rows, names = [], []
    for milestone in desk.asked:
        for name, _, outcome in columns:
            date = outcome.dates.get(milestone) if isinstance(outcome, Solved) else None
            if date is None:
                continue
            moved = milestone in base and date != base[milestone]
            bar = Bar(f"{milestone}-{name}", milestone, "milestone", date, date, moved, None)
            rows.append(BoardRow(bar, (base[milestone], base[milestone]) if moved else None))
            names.append(f"{milestone}  {name}  {day(date)}")
    if not rows:
        return None
    days = [row.bar.start for row in rows] + list(base.values())
    axis = board_axis(min(days) - dt.timedelta(days=40), max(days), "fit", 620, LABELS)
    words = ["A dark line marks where the milestone is as opened; it is red where it is elsewhere."]
    return whole_sheet("beside", "Scenarios on one axis", axis, rows, names, words=words).svg()
