"""Matching of items and rules between two plans: by id, by the planner's file's own key, or by content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from models.faults import items_named
from models.items import Item
from models.plan import Plan
from models.record import Record
from models.rules import Dependency, Point, Rule

__all__ = ["aligned"]


def aligned(first: Plan, second: Plan, same: Mapping[str, str | None] | None = None) -> tuple[Plan, dict[str, str]]:
    """Return the first plan with items and rules called as the second calls them, and which items are called otherwise.

    Parameters
    ----------
    same
        Item of the first plan to that of the second, None where it has none; where a file tells. Else items are one by their
        ids, and where an id is gone by a title that both have once.
    """
    names = _names(first, second, same)
    renamed = {name: other for name, other in names.items() if other != name}
    if renamed:
        first = _with_names(first, renamed)
    return _with_rules(first, second), {name: other for name, other in renamed.items() if other in second.items}


def _names(first: Plan, second: Plan, same: Mapping[str, str | None] | None) -> dict[str, str]:
    """Return the second plan's id of each item of the first; an unused id where it has none."""
    found: dict[str, str | None] = {}
    if same is not None:
        found = {name: same.get(name, name if name in second.items else None) for name in first.items}
    else:
        gone = [item for name, item in first.items.items() if name not in second.items]
        come = [item for name, item in second.items.items() if name not in first.items]
        by_title, other = _once(gone), _once(come)
        found = {name: name for name in first.items if name in second.items}
        found |= {item.id: other[key].id for key, item in by_title.items() if key in other}
    taken = {*second.items, *filter(None, found.values())}
    for name in first.items:
        if found.get(name) is None:
            found[name] = _free(name, taken)
            taken.add(str(found[name]))
    return {name: str(other) for name, other in found.items()}


def _once(items: Iterable[Item]) -> dict[tuple[type, str], Item]:
    """Return items by kind and title, those left out that are no only one."""
    found: dict[tuple[type, str], list[Item]] = {}
    for item in items:
        found.setdefault((type(item), item.title), []).append(item)
    return {key: held[0] for key, held in found.items() if len(held) == 1}


def _free(name: str, taken: Iterable[str]) -> str:
    while name in taken:
        name = f"{name}-before"
    return name


def _with_names(plan: Plan, names: Mapping[str, str]) -> Plan:
    """Return a plan whose items are called otherwise."""
    kinds = ("activities", "milestones", "hammocks", "summaries", "rules")
    return plan.evolve(
        **{kind: tuple(_renamed(entry, names, own=kind != "rules") for entry in getattr(plan, kind)) for kind in kinds},
        targets=tuple(names.get(name, name) for name in plan.targets),
    )


def _renamed(entry: Any, names: Mapping[str, str], *, own: bool = False) -> Any:
    """Return an item, a rule or a part of one with the names of items replaced."""
    if isinstance(entry, Point):
        return Point(names.get(entry.item, entry.item), entry.end)
    if isinstance(entry, tuple):
        return tuple(_renamed(each, names) for each in entry)
    if not isinstance(entry, Record):
        return entry
    update: dict[str, Any] = {}
    for key in type(entry).model_fields:
        held = getattr(entry, key)
        if isinstance(held, str) and (key in ("before", "after", "item") or (own and key == "id")):
            update[key] = names.get(held, held)
        elif key == "items":
            update[key] = tuple(names.get(each, each) for each in held)
        elif isinstance(held, (Point, tuple)):
            update[key] = _renamed(held, names)
    changed = {key: value for key, value in update.items() if value != getattr(entry, key)}
    return entry.model_copy(update=changed) if changed else entry


def _with_rules(first: Plan, second: Plan) -> Plan:
    """Return the first plan with its rules called as the second calls those that say the same of the same items."""
    left = dict(second.rules_by_id)
    names: dict[str, str] = {}

    def match(rule: Rule, other: Rule | None) -> None:
        if other is not None:
            names[rule.id] = other.id
            del left[other.id]

    for rule in first.rules:
        other = left.get(rule.id)
        match(rule, other if other is not None and _says(rule) == _says(other) else None)
    alike: dict[tuple[Any, ...], list[Rule]] = {}
    for other in left.values():
        alike.setdefault(_says(other), []).append(other)
    for rule in first.rules:
        if rule.id not in names and alike.get(_says(rule)):
            match(rule, alike[_says(rule)].pop(0))
    for rule in first.rules:
        if rule.id not in names:
            other = left.get(rule.id)
            match(rule, other if other is not None and _akin(rule, other) else None)
    taken = set(second.rules_by_id)
    for rule in first.rules:
        if rule.id not in names:
            names[rule.id] = _free(rule.id, taken)
            taken.add(names[rule.id])
    if all(name == other for name, other in names.items()):
        return first
    return first.evolve(rules=tuple(rule.model_copy(update={"id": names[rule.id]}) for rule in first.rules))


def _says(rule: Rule) -> tuple[Any, ...]:
    """Return what a rule ties together, its numbers left out."""
    if isinstance(rule, Dependency):
        return rule.kind, rule.before, rule.after, rule.type, rule.bound
    return rule.kind, *sorted({name for _, name in items_named(rule)}), *(str(point) for point in rule.points())


def _akin(rule: Rule, other: Rule) -> bool:
    """Return whether two rules of one id may be one that was changed: of one kind, about an item that both name."""
    shared = {name for _, name in items_named(rule)} & {name for _, name in items_named(other)}
    return rule.kind == other.kind and bool(shared)
