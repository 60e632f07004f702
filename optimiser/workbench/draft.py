"""What the page shows at once: the plan it was opened with, and a draft of the changed plan with its schedule drawn.

A draft is a forward pass. Without capacity upstream it is the date; with it the milestone is not before it, and says so until
the proof has come.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from models.assumptions import Assumption, Unknown
from models.changes import ValueChange
from models.duration import Duration, print_value
from models.items import Activity, Milestone
from models.outcome import Outcome, Solved
from models.plan import Plan
from models.provenance import Sourced
from models.rules import Point
from models.workbench import DeskChanges, Question
from optimiser.evidence.words import change, listed, month_or_day, weekday_day
from optimiser.reading.packaged import scenarios_beside
from optimiser.solve.standing import baseline_deltas
from optimiser.whatif.changes import changes_between
from optimiser.wording import demand, title
from optimiser.workbench.desk import Desk, Variation, floor_of, length_of
from optimiser.workbench.drawing import drawn
from optimiser.workbench.rows import hours, opened, placed
from optimiser.workbench.trying import held_fast

__all__ = ["change_words", "draft_document", "moved_words", "plan_document"]

PLAN_SCHEMA = "optimiser/workbench-plan/1"
DRAFT_SCHEMA = "optimiser/workbench-draft/1"


def plan_document(desk: Desk) -> dict[str, Any]:
    """Return the page's content: everything changeable, with range, owner and evidence."""
    plan = desk.base
    letters = dict(zip((baseline.id for baseline in plan.baselines), "ABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=False))
    return {
        "schema": PLAN_SCHEMA,
        "plan": plan.id,
        "title": plan.title,
        "name": desk.name,
        "as_of": weekday_day(plan.as_of),
        "status_date": weekday_day(plan.status_date) if plan.status_date else None,
        "calendar": plan.calendar,
        "horizon": [plan.horizon.first.isoformat(), plan.horizon.last.isoformat()],
        "scenarios": [{"name": entry.id, "title": entry.title} for entry in desk.stacked],
        "available": [
            {"name": name, "title": about}
            for name, about in (scenarios_beside(desk.path) if desk.path else ())
            if name not in desk.scenarios
        ],
        "milestones": [
            {"id": entry.id, "title": entry.title, "asked": entry.id in desk.asked}
            for entry in sorted(plan.milestones, key=lambda entry: entry.id not in desk.asked)
        ],
        "baselines": [{"id": entry.id, "title": entry.title, "letter": letters.get(entry.id, "·")} for entry in plan.baselines],
        "assumptions": [_assumption(entry) for entry in plan.assumptions_by_id.values()],
        "readings": [
            {
                "id": reading.id,
                "question": reading.question,
                "options": [{"id": option.id, "title": option.title} for option in reading.options],
                "chosen": plan.choice(reading),
                "evidence": _evidence(reading),
            }
            for reading in plan.readings
        ],
        "rules": [
            {
                "id": rule.id,
                "title": rule.title,
                "statement": demand(plan, rule.id),
                "on": plan.switch(rule.enabled),
                "authority": rule.authority,
                "owner": rule.owner,
                "evidence": _evidence(rule),
            }
            for rule in plan.rules
        ],
        "qualification": {"id": plan.qualification.id, "on": plan.qualification.expanded} if plan.qualification else None,
        "first": desk.first.model_dump(mode="json"),
    }


def _assumption(entry: Assumption | Unknown) -> dict[str, Any]:
    """Return one number with its range, as a slider counts it: in units, or in days from a first day."""
    low, high = getattr(entry, "low", None), getattr(entry, "high", None)
    ends = [value for value in (low, entry.value, high) if value is not None and not isinstance(value, bool)]
    kind = "date" if isinstance(entry.value, dt.date) else "length" if isinstance(entry.value, Duration) else "count"
    if entry.value is None or isinstance(entry.value, bool):
        kind = "other"
    units = [_units(value) for value in ends]
    return {
        "id": entry.id,
        "title": entry.title,
        "value": print_value(entry.value),
        "kind": kind,
        "unit": entry.value.unit if isinstance(entry.value, Duration) else "",
        "units": units and _units(entry.value),
        "low": None if low is None else print_value(low),
        "high": None if high is None else print_value(high),
        "range": [min(units), max(units)] if len(set(units)) > 1 else None,
        "owner": entry.owner,
        "unknown": isinstance(entry, Unknown),
        "why": getattr(entry, "why", None),
        "uncertainty": getattr(entry, "uncertainty", None),
        "reference": getattr(entry, "reference", None),
        "evidence": _evidence(entry),
    }


def _units(value: object) -> int:
    """Return a value as a slider counts it."""
    if isinstance(value, Duration):
        return value.amount
    return value.toordinal() if isinstance(value, dt.date) else int(value)  # type: ignore[call-overload]


def _evidence(entry: Sourced) -> str:
    """Say what something stands on."""
    cited = "; ".join(str(each) for each in entry.citation)
    confidence = f", {entry.confidence} confidence" if entry.confidence else ""
    fitted = f", fitted to {entry.fitted_to}" if entry.fitted_to else ""
    return f"{entry.basis}{confidence}{fitted}{f': {cited}' if cited else ''}"


def draft_document(desk: Desk, question: Question) -> dict[str, Any]:
    """Return the changed plan as a forward pass has it, or as it was proved where that is known, with its drawing.

    Raises
    ------
    InputError
        With everything in the changes that cannot be.
    """
    changes = question.changes
    if question.drag is not None:
        changes = desk.held(changes, question.drag)
    trying = question.trying or question.drag is not None
    variation, first = desk.variant(changes, trying=trying), desk.variant(DeskChanges())
    outcome = desk.outcomes.get(variation.key)
    rows = placed(variation, desk.asked, outcome)
    before = opened(desk, proved=rows is None or rows.stage == "proof")
    plan = variation.plan
    document = {
        "schema": DRAFT_SCHEMA,
        "number": question.number,
        "key": variation.key,
        "stage": "proof" if outcome is not None else "draft",
        "status": "feasible" if rows is not None else _trouble(variation, outcome),
        "changes": changes.model_dump(mode="json"),
        "said": change_words(variation),
        "contradiction": None if rows is not None else _contradiction(variation),
        "dates": [_date(desk, first, variation, name) for name in desk.asked],
        "values": {name: print_value(value) for name, value in plan.values.items()},
        "readings": plan.choices(),
        "off": [rule.id for rule in plan.rules if not plan.switch(rule.enabled)],
        "can": _moves(plan, question.item) if question.item else None,
    }
    if rows is not None:
        document |= drawn(variation, rows, before, desk.asked, question.look, question.told if trying else 0)
    return document


def _trouble(variation: Variation, outcome: Outcome | None) -> str:
    """Say why there is nothing to draw."""
    if outcome is not None and not isinstance(outcome, Solved):
        return outcome.status
    return variation.problem.earliest.status


def _contradiction(variation: Variation) -> str:
    """Say which rules cannot all hold, before that is proved."""
    found = variation.problem.earliest
    if found.status == "beyond":
        return "a date falls after the last day that the plan's calendar or horizon covers"
    names = list(dict.fromkeys(found.rules_of_trouble()))
    shown = [f"{title(variation.plan, name)} ({name})" for name in names[:8]]
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"these cannot all hold: {listed(shown)}{more}" if shown else "not all rules can hold"


def _date(desk: Desk, opened: Variation, variation: Variation, name: str) -> dict[str, Any]:
    """Return a milestone as the forward pass has it, against what it was and what was published."""
    then, now = _passed(desk, opened, name), _passed(desk, variation, name)
    plan, clock = variation.plan, variation.problem.clock
    rationed = bool(variation.problem.pools) and variation.problem.leads(name)
    deltas = {} if now is None else baseline_deltas(plan, clock, name, now[0])
    return {
        "id": name,
        "title": plan.items[name].title,
        "before": None if then is None else weekday_day(then[1]),
        "after": None if now is None else weekday_day(now[1]),
        "day": None if now is None else now[1].isoformat(),
        "not_before": rationed and not isinstance(desk.outcomes.get(variation.key), Solved),
        "moved": moved_words(None if then is None or now is None else _between(variation, name, then[1], now[1]), plan.unit),
        "baselines": {key: change(delta.delta_months, delta.delta_wd) for key, delta in deltas.items()},
        "published": {key: month_or_day(delta.published) for key, delta in deltas.items()},
    }


def _passed(desk: Desk, variation: Variation, name: str) -> tuple[int, dt.date] | None:
    """Return a milestone's boundary and day: proved where that is known, else of the forward pass."""
    outcome = desk.outcomes.get(variation.key)
    if isinstance(outcome, Solved):
        found = next((entry for entry in outcome.milestones if entry.id == name), None)
        return None if found is None else (found.boundary, found.date)
    earliest = variation.problem.earliest
    if earliest.status != "feasible" or outcome is not None:
        return None
    boundary = earliest.values[variation.problem.node(name)]
    return boundary, variation.problem.clock.show(boundary, variation.plan.convention(Point(name, "start")))


def _between(variation: Variation, name: str, then: dt.date, now: dt.date) -> int:
    """Return working days from one day of a milestone to another, on the axis of the changed plan."""
    clock, convention = variation.problem.clock, variation.plan.convention(Point(name, "start"))
    covers = clock.calendar.covers
    first = min(max(then, covers.first), covers.last)
    return clock.boundary(now, convention) - clock.boundary(first, convention)


def moved_words(units: int | None, unit: str = "day") -> str:
    """Say how far a date moved, in working days or, on a plan in minutes, in hours of the clock."""
    if units is None:
        return "–"
    return (f"{units:+d} wd" if unit == "day" else f"{'-' if units < 0 else '+'}{hours(abs(units))}") if units else "not moved"


def change_words(variation: Variation) -> list[dict[str, str]]:
    """Return the list of changes in words: of each its kind and name, for undoing it alone, and from what to what."""
    if variation.loaded.plan is variation.loaded.before:
        return []
    return [_said(entry) for entry in changes_between(variation.loaded)[0]]


def _said(entry: ValueChange) -> dict[str, str]:
    before, after = entry.said_before or month_or_day(entry.before), entry.said_after or month_or_day(entry.after)
    what = entry.title or entry.name
    added = entry.before == "not there"
    text = f"{what}: {after}" if added else f"{what}: {before} → {after}"
    return {"kind": entry.kind, "name": entry.name, "text": text}


def _moves(plan: Plan, name: str) -> dict[str, Any] | None:
    """Say how an item is moved by keys: what holds its length and its start, and what they are now."""
    item = plan.items.get(name)
    if not isinstance(item, Activity | Milestone):
        return None
    floor = floor_of(plan, name)
    held = floor.title if floor else None
    if plan.done(name):
        return {"length": None, "floor": None, "fixed": held_fast(plan, item, "finish")}
    if isinstance(item, Milestone):
        return {"length": None, "floor": held}
    assert isinstance(item, Activity)
    if plan.under_way(name):
        held = None
        if not item.terms():
            return {"length": None, "floor": None, "fixed": held_fast(plan, item, "finish")}
    kind, key, length = length_of(plan, item)
    return {
        "length": {"kind": kind, "name": key, "value": str(length), "unit": length.unit, "amount": length.amount},
        "floor": held,
        **({"fixed": held_fast(plan, item, "start")} if plan.under_way(name) else {}),
    }
