"""Differences between two networks of one plan, in groups of related changes, and the plans in between."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from models.duration import print_value
from models.plan import DURATION_PREFIX, Plan
from optimiser.errors import InputError, Located

__all__ = ["Group", "groups_of", "mixed"]


@dataclass(slots=True)
class Group:
    """Changes that belong together."""

    id: str
    title: str
    assumptions: dict[str, Any]
    rules: dict[str, bool]
    durations: dict[str, bool]
    calendar: str | None = None
    structure: Plan | None = None
    """The second plan, where its items or rules are others: all of that is one change."""

    def words(self, first: Plan) -> tuple[str, ...]:
        """Return the changes in words."""
        if self.structure is not None:
            return _structure(first, self.structure)
        found = [
            f"{name}: {print_value(first.values[name])} → {print_value(value)}" for name, value in self.assumptions.items()
        ]
        switched = [*self.rules.items(), *((DURATION_PREFIX + name, on) for name, on in self.durations.items())]
        found += [f"{name} {'on' if on else 'off'}" for name, on in switched]
        return (*found, *((f"calendar {first.calendar} → {self.calendar}",) if self.calendar else ()))


def groups_of(first: Plan, second: Plan) -> list[Group]:
    """Return the differences between two plans grouped by reading, by assumption, or by kind of rule.

    Where one has items or rules that the other has not, all that is not an assumption of both is one group.

    Raises
    ------
    InputError
        If they are not of one plan.
    """
    same = [entry.id for entry in first.rules] == [entry.id for entry in second.rules] and list(first.items) == list(
        second.items
    )
    if first.id != second.id:
        message = f"'{first.id}' and '{second.id}' are not two networks of one plan; maybe compare two scenarios of one"
        raise InputError([Located(message, path="against")])
    groups: dict[str, Group] = {}
    owner: dict[str, tuple[str, str]] = {}
    for reading in first.readings:
        if first.choice(reading) != second.choice(reading):
            for option in reading.options:
                for key in sorted(option.changes.keys()):
                    owner.setdefault(key, (reading.id, reading.question))

    def group(key: str, name: str, title: str) -> Group:
        name, title = owner.get(key, (name, title))
        return groups.setdefault(name, Group(name, title, {}, {}, {}))

    titles = {name: entry.title for name, entry in first.assumptions_by_id.items()}
    for name, value in second.values.items():
        if name in first.values and first.values[name] != value:
            group(f"assumption {name}", name, titles[name]).assumptions[name] = value
    if not same:
        groups["structure"] = Group("structure", "Other items and rules", {}, {}, {}, structure=second)
        return list(groups.values())
    _switched(first, second, group)
    if first.calendar != second.calendar:
        group("calendar", "calendar", "The base calendar").calendar = second.calendar
    return list(groups.values())


def _switched(first: Plan, second: Plan, group: Callable[[str, str, str], Group]) -> None:
    """Put rules and lengths that one plan has on and the other off into their groups."""
    for one, other in zip(first.rules, second.rules, strict=True):
        if first.switch(one.enabled) != second.switch(other.enabled):
            kind = f"Rules of kind {one.kind}"
            group(f"rule {one.id}", one.kind, kind).rules[one.id] = second.switch(other.enabled)
    for work, changed in zip(first.activities, second.activities, strict=True):
        if first.switch(work.enabled) != second.switch(changed.enabled):
            key = f"rule {DURATION_PREFIX}{work.id}"
            group(key, "durations", "Lengths that count").durations[work.id] = second.switch(changed.enabled)


def mixed(first: Plan, chosen: Sequence[Group]) -> Plan:
    """Return the first plan with some groups of changes made; with another structure, that plan less the other groups."""
    structure = next((group.structure for group in chosen if group.structure is not None), None)
    if structure is not None:
        first = _valued(structure, first, {name for group in chosen for name in group.assumptions})
    values = {name: value for group in chosen for name, value in group.assumptions.items()}
    rules = {name: on for group in chosen for name, on in group.rules.items()}
    durations = {name: on for group in chosen for name, on in group.durations.items()}
    changed: dict[str, Any] = {
        kind: tuple(
            entry.model_copy(update={"value": values[entry.id]}) if entry.id in values else entry
            for entry in getattr(first, kind)
        )
        for kind in ("assumptions", "unknowns")
    }
    changed["rules"] = tuple(
        rule.model_copy(update={"enabled": rules[rule.id]}) if rule.id in rules else rule for rule in first.rules
    )
    changed["activities"] = tuple(
        entry.model_copy(update={"enabled": durations[entry.id]}) if entry.id in durations else entry
        for entry in first.activities
    )
    calendar = next((group.calendar for group in chosen if group.calendar), first.calendar)
    return first.evolve(**changed, calendar=calendar)


def _valued(second: Plan, first: Plan, but: Collection[str]) -> Plan:
    """Return the second plan with the values of the first in assumptions that both have, but for some."""

    def stated(entry: Any) -> Any:
        own = first.values.get(entry.id, entry.value)
        return entry if entry.id in but or own == entry.value else entry.model_copy(update={"value": own})

    return second.evolve(
        assumptions=tuple(stated(entry) for entry in second.assumptions),
        unknowns=tuple(stated(entry) for entry in second.unknowns),
    )


def _structure(first: Plan, second: Plan) -> tuple[str, ...]:
    """Return in words what items and rules one plan has and the other has not."""
    found = []
    for word, one, other in (("items", first.items, second.items), ("rules", first.rules_by_id, second.rules_by_id)):
        more, fewer = len(other.keys() - one.keys()), len(one.keys() - other.keys())
        found += [f"{more} {word} more"] if more else []
        found += [f"{fewer} {word} fewer"] if fewer else []
    qualification = second.qualification
    if qualification is not None and qualification.expanded and not (first.qualification and first.qualification.expanded):
        found.append(f"{len(qualification.parties)} parties in the place of {', '.join(qualification.replaces) or 'one bar'}")
    return tuple(found)
