"""What is tried on the desk at once: numbers alone, without compiling the plan anew; and what cannot be moved as it has happened."""

from __future__ import annotations

from models.duration import Duration, Value
from models.items import Activity, Milestone
from models.plan import DURATION_PREFIX, Plan
from models.rules import Migration
from models.scenario import Scenario
from models.terms import column_number
from optimiser.solve.problem import Problem
from optimiser.solve.variant import Variant
from optimiser.wording import plain_date

__all__ = ["held_fast", "renumbered"]


def renumbered(base: Plan, scenario: Scenario, plan: Plan, opened: Problem) -> Problem | None:
    """Return the problem of a plan that differs from the one opened by numbers alone, without compiling it; None of any other.

    Parameters
    ----------
    base, opened
        The plan as opened, and its problem.
    scenario
        The changes.
    plan
        With the changes made.
    """
    others = scenario.readings or scenario.rules or scenario.calendar or scenario.buffer or scenario.add.rules
    if others or any(isinstance(rule, Migration) for rule in plan.active_rules()):
        return None
    slots: dict[str, Value] = dict(scenario.assumptions)
    for name, value in scenario.values.items():
        field, term = base.terms_by_name[name]
        if not term.own:
            return None
        holder = name.removesuffix(f".{term.name}")
        slots[DURATION_PREFIX + holder if field == "activities" else holder] = value
    if not slots or any(isinstance(value, bool) for value in slots.values()):
        return None
    if plan.unit != "day" and _nothing_done(base, scenario, slots):
        return None
    numbers = {slot: column_number(value) for slot, value in slots.items()}
    return opened.changed(Variant(values=numbers), plan=plan)


def _nothing_done(base: Plan, scenario: Scenario, slots: dict[str, Value]) -> bool:
    """Return whether a length is nothing before or after: work that takes no time lies elsewhere on a plan in minutes."""
    before = [base.values[name] for name in scenario.assumptions] + [
        base.terms_by_name[name][1].stated for name in scenario.values
    ]
    return any(isinstance(value, Duration) and not value.amount for value in (*before, *slots.values()))


def held_fast(plan: Plan, item: Activity | Milestone, end: str) -> str | None:
    """Return why an end of a bar cannot be moved: what has happened is a fact; None where it can."""
    done = item.progress
    if done is None or not done.begun:
        return None
    if plan.done(item.id):
        return f"'{item.id}' is done, on {plain_date(done.actual_finish or done.actual_start or plan.as_of)}: nothing moves what is done"
    began = f"'{item.id}' has begun, on {plain_date(done.actual_start or plan.as_of)}"
    if end == "start":
        return f"{began}: only its end moves, by what is left of it"
    return None if isinstance(item, Activity) and item.terms() else f"{began}, and nobody says how much of it is left"
