"""Everything that a plan sets as one list, and what two such lists set differently."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

from models.changes import InputKind, PlanInputs, StatedInput, ValueChange
from models.duration import print_value
from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Sourced
from models.record import Record
from models.rules import Capacity, Rule, RuleRecord
from optimiser.numbers import users

__all__ = ["ABSENT", "differences", "inputs_of", "rewritten", "said_plainly"]

ABSENT = "not there"
"""What stands for the value of something that only the other plan has."""


def inputs_of(plan: Plan, written_sha256: str | None = None, like: Plan | None = None) -> PlanInputs:
    """Return everything that a plan sets: readings, calendar, assumptions, switches, and numbers that stand in a rule itself.

    Parameters
    ----------
    plan
        With its scenarios applied.
    written_sha256
        The hash of the plan before they were, where that is known.
    like
        A plan that shares most of its records: what those set is not worked out again.
    """
    kept = _KEPT.get(id(plan))
    if kept is None or kept[0]() is not plan:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(list(_KEPT)), 0), None)
        kept = _KEPT[id(plan)] = weakref.ref(plan), tuple(_stated(plan, _shared(plan, like)))
    return PlanInputs(stated=kept[1], settings=plan.settings, written_sha256=written_sha256)


_MOST_KEPT = 8
_KEPT: dict[int, tuple[weakref.ReferenceType[Plan], tuple[StatedInput, ...]]] = {}
"""What the plans asked of last set: the plan before changes is asked again at each of them."""


def _shared(plan: Plan, like: Plan | None) -> dict[str, StatedInput]:
    """Return what the rules and activities set that two plans share and whose switches and numbers stand in themselves."""
    if like is None:
        return {}
    set_here = {name.partition(".")[0] for name in plan.settings.values}
    shared = {
        prefix + one.id
        for prefix, ones, others in (("", plan.rules, like.rules), (DURATION_PREFIX, plan.activities, like.activities))
        for one, other in zip(ones, others, strict=False)
        if one is other and isinstance(one.enabled, bool) and one.id not in set_here
    }
    of_records = (entry for entry in inputs_of(like).stated if entry.kind in ("rule", "capacity", "duration"))
    return {entry.name: entry for entry in of_records if entry.name in shared}


def _stated(plan: Plan, shared: Mapping[str, StatedInput]) -> Iterator[StatedInput]:
    yield StatedInput(kind="plan", name="plan", title=plan.title, value=plan.id)
    stack = "+".join(plan.settings.scenarios) or "none"
    yield StatedInput(kind="scenarios", name="scenarios", title=None, value=stack)
    for reading in plan.readings:
        yield StatedInput(kind="reading", name=reading.id, title=reading.question, value=plan.choice(reading))
    yield StatedInput(kind="calendar", name="calendar", title=None, value=plan.calendar)
    if plan.qualification is not None:
        state = "on" if plan.qualification.expanded else "off"
        title = "Qualification party by party"
        yield StatedInput(kind="parties", name=plan.qualification.id, title=title, value=state)
    for name, entry in plan.assumptions_by_id.items():
        yield StatedInput(kind="assumption", name=name, title=entry.title, value=print_value(entry.value))
    for rule in plan.rules:
        kind = "capacity" if isinstance(rule, Capacity) else "rule"
        same = shared.get(rule.id)
        yield same or StatedInput(kind=kind, name=rule.id, title=rule.title, value=_state(plan, rule))  # type: ignore[arg-type]
    for activity in plan.activities:
        name = DURATION_PREFIX + activity.id
        same = shared.get(name)
        yield same or StatedInput(kind="duration", name=name, title=activity.title, value=_length(plan, activity))


def _state(plan: Plan, rule: Rule) -> str:
    """Return whether a rule is on, and what it says in numbers of its own."""
    set_here = plan.settings.values
    shown = (term for term in rule.terms() if len(term.field) == 1 or f"{rule.id}.{term.name}" in set_here)
    numbers = ", ".join(f"{term.name} {term.stated}" for term in shown)
    return " ".join(filter(None, ("on" if plan.switch(rule.enabled) else "off", f"({numbers})" if numbers else "")))


def _length(plan: Plan, activity: Activity) -> str:
    """Return an activity's own length, one that an assumption holds by its name, whether it counts, and is a buffer."""
    left = activity.progress.left if activity.progress and activity.progress.begun else None
    on = plan.switch(activity.enabled)
    marks = ("" if on else "off", "buffer" if activity.buffer else "", f"{left} left" if left else "")
    return f"{activity.duration}{''.join(f' ({mark})' for mark in marks if mark)}"


def differences(before: PlanInputs, after: PlanInputs, plan: Plan | None = None) -> Iterator[ValueChange]:
    """Yield everything that two lists set differently, in the order of the lists.

    Parameters
    ----------
    plan
        The later plan, where it is at hand: which rules and durations a value bears on is read from it.
    """
    old = {(entry.kind, entry.name): entry for entry in before.stated}
    new = {(entry.kind, entry.name): entry for entry in after.stated}
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key), new.get(key)
        if one is other:
            continue
        known = other or one
        assert known is not None
        values = [ABSENT if entry is None else entry.value for entry in (one, other)]
        if values[0] != values[1]:
            yield ValueChange(
                kind=known.kind,
                name=known.name,
                title=known.title,
                before=values[0],
                after=values[1],
                touches=_touches(known, plan),
            )
    if before.written_sha256 and after.written_sha256 and before.written_sha256 != after.written_sha256:
        hashes = before.written_sha256[:12], after.written_sha256[:12]
        title = "The plan's files, as written"
        yield ValueChange(kind="text", name="text", title=title, before=hashes[0], after=hashes[1])


_ASSUMED = re.compile(r"\$(\S+)(.*)")
_LEFT = re.compile(r" \(([^()]* left)\)")


def said_plainly(change: ValueChange, plans: tuple[Plan | None, Plan | None] = (None, None)) -> ValueChange:
    """Return the change of a length as people read it: what is left of begun work, or by which assumption it goes.

    Parameters
    ----------
    plans
        Before and after, where they are at hand: which work is done is read from them.
    """
    if change.kind != "duration":
        return change
    item = change.name.removeprefix(DURATION_PREFIX)
    sides = [
        "done" if plan is not None and item in plan.items and plan.done(item) else _plain_length(value)
        for plan, value in zip(plans, (change.before, change.after), strict=True)
    ]
    begun = all(side == "done" or side.endswith(" left") for side in sides)
    title = f"{'What is left of' if begun else 'Length of'} {change.title or item}"
    return change.model_copy(update={"title": title, "before": sides[0], "after": sides[1]})


def _plain_length(value: str) -> str:
    """Return the stated length of an activity in words; it is stored as ``$NAME (2 wd left)`` or ``4 wd (buffer)``."""
    left = _LEFT.search(value)
    if left is not None:
        rest = _LEFT.sub("", value).partition(" (")
        return f"{rest[1].lstrip()}{rest[2]} {left[1]}".strip()
    assumed = _ASSUMED.fullmatch(value)
    return value if assumed is None else f"as assumed in {assumed[1]}{assumed[2]}"


def rewritten(before: Plan, after: Plan) -> Iterator[ValueChange]:
    """Yield what two plans say differently beside their numbers: links, demands, occasions, days worked, where items are shown.

    What only one of them has is left to `differences`.
    """

    def listed(plan: Plan) -> list[tuple[InputKind, Mapping[str, Record]]]:
        return [
            ("calendar", plan.calendars_by_id),
            ("calendar", {"horizon": plan.horizon}),
            ("rule", plan.rules_by_id),
            ("duration", {each.id: each for each in plan.activities}),
            ("milestone", {each.id: each for each in plan.milestones}),
        ]

    for (kind, old), (_, new) in zip(listed(before), listed(after), strict=True):
        for name in (name for name in old if name in new and old[name] != new[name]):
            one, other = (_own_words(records[name]) for records in (old, new))
            changed = [field for field in {**one, **other} if one.get(field) != other.get(field)]
            if not changed:
                continue
            touched = DURATION_PREFIX + name if kind == "duration" else name
            said = [
                ", ".join(_in_words(field, each.get(field), its.get(field)) for field in changed)
                for each, its in ((one, other), (other, one))
            ]
            yield ValueChange(
                kind="capacity" if isinstance(new[name], Capacity) else kind,
                name=touched,
                title=getattr(new[name], "title", None),
                before=said[0],
                after=said[1],
                touches=(touched,) if kind in ("rule", "duration") else (),
            )


_TOLD = {*Sourced.model_fields, "id", "title", "phase", "owner", "involved", "published", "authority", "flexibility", "enabled"}
"""Fields of a record that say where it comes from, or that `inputs_of` states."""
_OF_THE_PAST = {"progress", "pin"}
_MOST_SAID = 7
"""Entries of a list that are told one by one."""


def _own_words(record: Record) -> dict[str, Any]:
    """Return the fields of a record that are neither provenance nor a number that `inputs_of` states, nor what has happened."""
    numbers: set[str | int] = (
        {term.field[0] for term in record.terms() if len(term.field) == 1} if isinstance(record, RuleRecord) else set()
    )
    if isinstance(record, Activity):
        numbers = {"duration", "buffer"}
    return dict(_leaves(record.model_dump(mode="json", exclude=_TOLD | _OF_THE_PAST | {str(field) for field in numbers})))


def _leaves(fields: Mapping[str, Any], under: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what stands in fields, and in fields of fields, by name."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{under}{name} ")
        else:
            yield under + name, value


def _in_words(field: str, value: Any, other: Any) -> str:
    """Return what a field holds; of a long list what the other has not."""
    if isinstance(value, list) and len(value) > _MOST_SAID:
        only = [each for each in value if each not in (other or ())]
        texts = [*map(_word, only[:_MOST_SAID]), f"{len(value) - len(only[:_MOST_SAID])} more"]
    else:
        texts = list(map(_word, value if isinstance(value, list) else [value]))
    return f"{field.replace('_', ' ')} {'; '.join(texts) or 'none'}"


def _word(value: Any) -> str:
    """Return one entry in a few words."""
    parts = dict(_leaves(value)).values() if isinstance(value, dict) else [value]
    return " ".join(str(part) for part in parts if part not in (None, [])) or "none"


def _touches(entry: StatedInput, plan: Plan | None) -> tuple[str, ...]:
    """Return the rules and durations that something set bears on."""
    if entry.kind == "assumption":
        return () if plan is None else users(plan, entry.name)
    return (entry.name,) if entry.kind in ("rule", "capacity", "duration") else ()
