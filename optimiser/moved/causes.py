"""Causes of a move between two updates, events and changes, each named and applicable by itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.duration import Reference, print_value
from models.faults import items_named
from models.items import Activity
from models.moved import CauseKind
from models.plan import DURATION_PREFIX, Plan
from models.rules import Dependency, Rule
from optimiser.moved.mixing import BASE, SETTINGS, STATUS, Mixing, Part, tells
from optimiser.reading.interchange.naming import END
from optimiser.wording import demand

__all__ = ["MOST_APART", "Cause", "causes_of"]

MOST_APART = 150
"""Up to so many changes are applied one by one; of more, those of one kind in one phase together."""


@dataclass(slots=True)
class Cause:
    """Parts that are applied together.

    Attributes
    ----------
    items
        Items and rules that it is about.
    joined
        How many causes it was made of, where no date lies between them.
    """

    id: str
    kind: CauseKind
    title: str
    happened: str
    parts: set[Part] = field(default_factory=set)
    items: list[str] = field(default_factory=list)
    joined: int = 0


def causes_of(mixing: Mixing) -> tuple[list[Cause], list[Cause]]:
    """Return events item by item, and changes, both in the order of the second plan."""
    return _Causes(mixing).found()


class _Causes:
    """Causes as they are gathered, by their ids."""

    def __init__(self, mixing: Mixing) -> None:
        self.mixing, self.first, self.second = mixing, mixing.first, mixing.second
        self.happened: dict[str, Cause] = {}
        self.changed: dict[str, Cause] = {}
        self.owner = _owners(self.first, self.second)
        self.parties = _parties_differ(self.first, self.second)
        self.moved = {
            name for name in mixing.names if type(self.first.items.get(name)) is not type(self.second.items.get(name))
        }
        self.bridged = self._bridged()
        self.ends = self._ends()

    def found(self) -> tuple[list[Cause], list[Cause]]:
        for part in self.mixing.parts():
            self._take(part)
        changed = list(self.changed.values())
        return list(self.happened.values()), _fewer(changed, self.first, self.second)

    def _take(self, part: Part) -> None:
        what, name = part
        if what == "progress":
            title = self.second.items[name].title
            self._put(self.happened, f"progress {name}", "progress", title, "", part, name)
        elif part == STATUS:
            title = "Work not begun waits for the status date"
            self._put(self.happened, "status-date", "progress", title, title, part)
        elif what in ("length", "remaining"):
            self._length(part, name)
        elif what in ("switch", "own calendar", "held"):
            self._set(part, name)
        elif what == "item":
            self._structure(part, name)
        elif what in ("rule", "rule switch"):
            self._rule(part, name)
        elif what == "value":
            self._value(part, name)
        else:
            self._calendar(part, name)

    def _put(
        self, held: dict[str, Cause], key: str, kind: CauseKind, title: str, happened: str, part: Part, *items: str
    ) -> None:
        cause = held.setdefault(key, Cause(key, kind, title, happened))
        cause.parts.add(part)
        cause.items += [name for name in items if name not in cause.items]

    # -- items ---------------------------------------------------------------------------------------------------------

    def _length(self, part: Part, name: str) -> None:
        """Take a length: of finished work it is what happened, of other work what was estimated again."""
        one, other = self.first.items[name], self.second.items[name]
        if self.second.done(name) and f"progress {name}" in self.happened:
            self.happened[f"progress {name}"].parts.add(part)
            return
        said = f"{other.title} was re-estimated"
        kind: CauseKind = "remaining"
        if part[0] == "remaining":
            forecast, stated = self.mixing.left[name]
            said = f"{other.title} has {print_value(stated)} left, where {print_value(forecast)} were forecast"
            kind = "progress" if getattr(one, "progress", None) == getattr(other, "progress", None) else kind
        elif isinstance(one, Activity) and isinstance(other, Activity):
            before, after = (
                print_value(plan.duration(each.duration)) for plan, each in ((self.first, one), (self.second, other))
            )
            said = f"{said} from {before} to {after}" if before != after else said
        self._put(self.changed, f"remaining {name}", kind, other.title, said, part, name)
        if part[0] == "remaining":
            self.changed[f"remaining {name}"].happened = said
            self.changed[f"remaining {name}"].kind = kind

    def _set(self, part: Part, name: str) -> None:
        """Take what a planner set on an item itself."""
        item = self.second.items[name]
        words = {"switch": "the length of", "own calendar": "the calendar of", "held": "the placing of"}[part[0]]
        kind: CauseKind = "calendar" if part[0] == "own calendar" else "logic"
        self._put(self.changed, f"{part[0]} {name}", kind, item.title, f"{words} {item.title} was changed", part, name)

    def _structure(self, part: Part, name: str) -> None:
        """Take an item that only one of the plans has."""
        added = name in self.second.items
        item = (self.second if added else self.first).items[name]
        if self.parties:
            self._put(
                self.changed, "parties", "logic", "Qualification party by party", "Qualification is planned otherwise", part
            )
            return
        word = "was added" if added else "was taken out"
        length = ""
        if isinstance(item, Activity):
            plan = self.second if added else self.first
            length = f" ({print_value(plan.duration(item.duration))})"
        self._put(self.changed, f"item {name}", "logic", item.title, f"{item.title}{length} {word}", part, name)

    # -- rules ---------------------------------------------------------------------------------------------------------

    def _rule(self, part: Part, name: str) -> None:
        """Take a rule: with the item that it came or went with, with the reading that answers it, or by itself."""
        name = self.ends.get(name, name)
        one, other = self.first.rules_by_id.get(name), self.second.rules_by_id.get(name)
        rule = other or one
        assert rule is not None
        home = self.bridged.get(name) or self._came_with(one, other)
        if self.parties and (one is None or other is None):
            self._put(
                self.changed, "parties", "logic", "Qualification party by party", "Qualification is planned otherwise", part
            )
        elif home is not None:
            self._structure(("item", home), home)
            self.changed[f"item {home}"].parts.add(part)
        elif part[0] == "rule switch" and f"rule {name}" in self.owner:
            self._reading(self.owner[f"rule {name}"], part, name)
        else:
            kind: CauseKind = "logic" if isinstance(rule, Dependency) else "rules"
            said = f"{rule.title}: {self._said(one, other)}"
            self._put(self.changed, f"rule {name}", kind, rule.title, said, part, name)

    def _came_with(self, one: Rule | None, other: Rule | None) -> str | None:
        """Return the item that a rule came or went with."""
        named = [name for rule in (one, other) if rule is not None for _, name in items_named(rule)]
        return next((name for name in named if name in self.moved), None)

    def _bridged(self) -> dict[str, str]:
        """Return the links replaced by an item between their two ends, or replacing one, each with that item."""
        found: dict[str, str] = {}
        for plan, other in ((self.first, self.second), (self.second, self.first)):
            into: dict[str, set[str]] = {}
            for rule in other.rules:
                if isinstance(rule, Dependency):
                    into.setdefault(rule.after, set()).add(rule.before)
            come = sorted(name for name in self.moved if name in other.items and name not in plan.items)
            for rule in plan.rules:
                if isinstance(rule, Dependency) and rule.id not in other.rules_by_id:
                    between = (name for name in come if rule.before in into.get(name, ()) and name in into.get(rule.after, ()))
                    found.update((rule.id, name) for name in itertools.islice(between, 1))
        return found

    def _ends(self) -> dict[str, str]:
        """Return the links to a planner's project's own finish that came or went as another link went or came, each with that.

        A planner's file has them of what nothing else follows, so none is a decision of its own.
        """
        found: dict[str, str] = {}
        for plan, other in ((self.first, self.second), (self.second, self.first)):
            if plan.dialect is None or other.dialect is None:
                return {}
            followed = {
                rule.before: rule.id
                for rule in reversed(other.rules)
                if isinstance(rule, Dependency) and rule.after != END and rule.id not in plan.rules_by_id
            }
            found.update(
                (rule.id, followed[rule.before])
                for rule in plan.rules
                if isinstance(rule, Dependency)
                and rule.after == END
                and rule.id not in other.rules_by_id
                and rule.before in followed
            )
        return found

    def _said(self, one: Rule | None, other: Rule | None) -> str:
        """Return what became of a rule."""
        if one is None or other is None:
            plan, rule, word = (self.second, other, "added") if one is None else (self.first, one, "taken out")
            assert rule is not None
            return f"{word} ({demand(plan, rule.id)})"
        if tells(one) == tells(other):
            states = (plan.switch(rule.enabled) for plan, rule in ((self.first, one), (self.second, other)))
            return " → ".join("on" if state else "off" for state in states)
        before, after = ({term.name: term.stated for term in rule.terms()} for rule in (one, other))
        apart = [name for name in after if name in before and before[name] != after[name]]
        if apart and before.keys() == after.keys():
            return ", ".join(
                f"{name.replace('_', ' ')} {_printed(self.first, before[name])} → {_printed(self.second, after[name])}"
                for name in apart
            )
        return f"{demand(self.first, one.id)} → {demand(self.second, other.id)}"

    # -- values, readings, calendars -----------------------------------------------------------------------------------

    def _value(self, part: Part, name: str) -> None:
        """Take an assumption; one that is nothing but the length of one piece of work is that work estimated again."""
        entry = self.second.assumptions_by_id[name]
        if f"assumption {name}" in self.owner:
            self._reading(self.owner[f"assumption {name}"], part, name)
            return
        users = [user for user, _ in self.second.uses.get(name, ())]
        values = (print_value(plan.values[name]) for plan in (self.first, self.second))
        said = " → ".join(values)
        if len(users) == 1 and users[0].startswith(DURATION_PREFIX):
            item = self.second.items[users[0].removeprefix(DURATION_PREFIX)]
            before, after = said.split(" → ")
            text = f"{item.title} was re-estimated from {before} to {after}"
            self._put(self.changed, f"remaining {item.id}", "remaining", item.title, text, part, item.id)
            return
        self._put(self.changed, f"assumption {name}", "assumption", entry.title, f"{entry.title}: {said}", part, name)

    def _reading(self, name: str, part: Part, *items: str) -> None:
        reading = next(entry for entry in self.second.readings if entry.id == name)
        titles = {option.id: option.title for option in reading.options}
        before = next((entry for entry in self.first.readings if entry.id == name), reading)
        options = self.first.choice(before), self.second.choice(reading)
        said = " → ".join(titles.get(option, option) for option in options)
        self._put(self.changed, f"reading {name}", "reading", reading.question, f"{reading.question} {said}", part, *items)

    def _calendar(self, part: Part, name: str) -> None:
        if part == SETTINGS:
            title = "How dates are worked out"
            self._put(self.changed, "settings", "rules", title, f"{title} was set otherwise", part)
        elif part == BASE:
            said = f"the base calendar: {self.first.calendar} → {self.second.calendar}"
            self._put(self.changed, "calendar", "calendar", "The base calendar", said, part)
        else:
            title = self.second.calendars_by_id[name].title
            self._put(self.changed, f"calendar {name}", "calendar", title, f"{title}: other days are worked", part)


def _printed(plan: Plan, stated: Any) -> str:
    return print_value(plan.values[stated.name]) if isinstance(stated, Reference) else print_value(stated)


def _owners(first: Plan, second: Plan) -> dict[str, str]:
    """Return the reading that sets each thing, for readings answered differently by the two plans."""
    before = {reading.id: first.choice(reading) for reading in first.readings}
    found: dict[str, str] = {}
    for reading in second.readings:
        if reading.id in before and before[reading.id] != second.choice(reading):
            for option in reading.options:
                for key in option.changes.keys():  # noqa: SIM118 - of changes, not of a dictionary
                    found.setdefault(key, reading.id)
    return found


def _parties_differ(first: Plan, second: Plan) -> bool:
    """Return whether only one of two plans has Qualification party by party."""
    states = [plan.qualification is not None and plan.qualification.expanded for plan in (first, second)]
    return states[0] != states[1]


def _fewer(causes: Sequence[Cause], first: Plan, second: Plan) -> list[Cause]:
    """Return the causes, those of one kind in one phase together where there are too many to be applied one by one."""
    if len(causes) <= MOST_APART:
        return list(causes)
    titles = {phase.id: phase.title for plan in (first, second) for phase in plan.phases}
    found: dict[tuple[str, str | None], list[Cause]] = {}
    for cause in causes:
        found.setdefault((cause.kind, next(_phases(cause, first, second), None)), []).append(cause)
    return [
        held[0] if len(held) == 1 else _together(kind, titles.get(str(phase)), held) for (kind, phase), held in found.items()
    ]


def _together(kind: str, phase: str | None, held: Sequence[Cause]) -> Cause:
    where = f" in {phase}" if phase else ""
    title = f"{len(held)} changes of {'work and links' if kind == 'logic' else kind}{where}"
    return Cause(
        f"{kind} {phase or 'elsewhere'}",
        held[0].kind,
        title,
        title,
        {part for cause in held for part in cause.parts},
        [name for cause in held for name in cause.items],
    )


def _phases(cause: Cause, first: Plan, second: Plan) -> Iterator[str]:
    """Yield the phases of what a cause is about."""
    for _, name in sorted(cause.parts):
        for plan in (second, first):
            rule = plan.rules_by_id.get(name)
            named = [name] if rule is None else [item for _, item in items_named(rule)][::-1]
            for item in named:
                phase = plan.items[item].phase if item in plan.items else None
                if phase is not None:
                    yield phase
