"""The plan on the desk: as it was opened, and as the page has changed it, each variant read once and kept for a while."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.additions import Addition
from models.duration import Duration, print_value
from models.faults import Fault, maybe
from models.items import Activity, Milestone
from models.outcome import Outcome
from models.plan import Plan
from models.rules import NotBefore, Point
from models.scenario import Scenario
from models.terms import Term
from models.workbench import DeskChanges, Drag
from optimiser.errors import InputError, Located
from optimiser.reading.load import LoadedPlan, load_changed
from optimiser.reading.scenarios import LocatedScenario, UserChoices, stack
from optimiser.scenarios import apply_unchecked
from optimiser.solve.asked import asked_for
from optimiser.solve.problem import Problem
from optimiser.workbench.shelf import Shelf
from optimiser.workbench.trying import held_fast, renumbered
from optimiser.workbench.updates import MOST_FORECASTS, Update

__all__ = ["Desk", "Variation", "floor_of", "floor_rule", "length_of"]

MOST_LENGTH = 10_000_000
"""Units of the longest work that a bar is dragged to: nineteen years in minutes."""


@dataclass(frozen=True)
class Variation:
    """The plan with some changes.

    Attributes
    ----------
    key
        A name for the changes: equal changes have equal keys.
    loaded
        The plan, and what it was changed from.
    problem
        Its inequalities and what follows from them.
    checked
        Whether the plan was held against everything that makes a plan sound; else it differs from one that was by numbers of
        the same kind and within their range.
    """

    key: str
    loaded: LoadedPlan
    problem: Problem
    checked: bool = True

    @property
    def plan(self) -> Plan:
        """The plan as changed."""
        return self.loaded.plan


class Desk:
    """One plan that is asked about.

    Parameters
    ----------
    loaded
        The plan as opened. Its single choices are the first changes on the desk; everything is measured from the plan without.
    milestones
        Whose dates are asked for; the plan's targets where None.
    name
        The plan as named when it was opened: what a command line that asks the same begins with.
    scenarios
        Those named with it.
    path
        The file or folder it was read from.
    updates
        Those before it: what the latest of them forecast stands beside the published dates, and each can be opened in its place.
    """

    def __init__(
        self,
        loaded: LoadedPlan,
        milestones: tuple[str, ...] | None = None,
        *,
        name: str | None = None,
        scenarios: tuple[str, ...] = (),
        path: Path | None = None,
        updates: tuple[Update, ...] = (),
    ) -> None:
        single = loaded.choices is not None
        base = loaded.before if single else loaded.plan
        forecasts = tuple(each.forecast for each in updates[:MOST_FORECASTS] if each.forecast)
        self.base = base.evolve(baselines=(*base.baselines, *forecasts)) if forecasts else base
        self.updates = updates
        self._earlier: Shelf[Desk] = Shelf()
        self.written = loaded.written
        self.stacked = loaded.scenarios
        self.first = _as_changes(loaded.choices) if loaded.choices is not None else DeskChanges()
        self.asked = asked_for(self.base, milestones)
        self.name = name or self.base.id
        self.scenarios = scenarios
        self.path = path
        self._variants: Shelf[Variation] = Shelf()
        self._sound: Shelf[bool] = Shelf(200)
        """Which sets of changes were checked, their numbers left aside."""
        self.outcomes: Shelf[Outcome] = Shelf()
        """What was proved, by the key of the changes."""
        self.reports: Shelf[Any] = Shelf()
        """What else was found, by the question and the key of the changes."""

    def at(self, update: str) -> Desk:
        """Return the desk of an update before this one, by its name; this one under an empty name.

        Raises
        ------
        InputError
            If there is no such update, or none of its milestones can be asked for.
        """
        if not update:
            return self
        names = [each.name for each in self.updates]
        if update not in names:
            raise InputError([Located(f"there is no update '{update}' before this one{maybe(update, names)}", path="update")])
        return self._earlier.made(update, lambda: self._opened(names.index(update)))

    def _opened(self, place: int) -> Desk:
        held = self.updates[place]
        plan, ids = held.plan, {entry.id for entry in held.plan.milestones}
        asked = tuple(name for name in self.asked if name in ids)
        return Desk(
            LoadedPlan(plan, plan, plan), asked or None, name=held.called, path=held.path, updates=self.updates[place + 1 :]
        )

    def again(self, *scenarios: str) -> Plan:
        """Return the plan as read again, with further scenarios on top.

        Raises
        ------
        InputError
            If a file was changed since the plan was opened: dates on the page and dates read now would be of two plans.
        """
        now = load_changed(self.path or self.name, [*self.scenarios, *scenarios])
        if now.written != self.written or now.scenarios[: len(self.stacked)] != self.stacked:
            what = (
                "the files of the plan were changed since it was opened here; maybe end the workbench and serve the plan anew"
            )
            raise InputError([Located(what, file=self.name)])
        return now.plan

    def variant(self, changes: DeskChanges, *, trying: bool = False) -> Variation:
        """Return the plan with changes.

        Parameters
        ----------
        trying
            Whether they are those of a moment, while something is dragged: where only numbers differ from what was checked
            before, it is not all checked again.

        Raises
        ------
        InputError
            With everything in the changes that cannot be.
        """
        key = json.dumps(changes.model_dump(mode="json"), sort_keys=True)
        kept = self._variants.get(key)
        if kept is not None and (kept.checked or trying):
            return kept
        return self._variants.put(key, (trying and self._tried(key, changes)) or self._changed(key, changes))

    def scenario(self, changes: DeskChanges, name: str = "workbench", title: str = "Changes made on the workbench") -> Scenario:
        """Return the changes as a scenario on top of those that the plan was opened with.

        Raises
        ------
        InputError
            If a value cannot be read, or a floor is of what has none.
        """
        entry, faults = self._read(changes, name, title)
        if faults:
            raise InputError(faults)
        return entry.scenario

    def _read(self, changes: DeskChanges, name: str, title: str) -> tuple[LocatedScenario, list[Located]]:
        choices = UserChoices({**changes.assumptions, **changes.values}, changes.readings, ())
        read, _, faults = choices.stacked(self.base)
        rules = []
        for item, day in changes.floors.items():
            if not isinstance(self.base.items.get(item), Activity | Milestone):
                faults.append(Located(f"'{item}' is neither work nor a milestone of this plan", path=f"floors.{item}"))
                continue
            rules.append(floor_rule(self.base, item, day))
        scenario = Scenario.model_construct(
            id=name,
            title=title,
            assumptions=read.scenario.assumptions,
            values=read.scenario.values,
            readings=dict(changes.readings),
            rules=dict(changes.rules),
            add=Addition(rules=tuple(rules)),
        )
        return LocatedScenario(scenario, lambda remark: Located(remark.message, path=".".join(map(str, remark.keys)))), faults

    def _changed(self, key: str, changes: DeskChanges) -> Variation:
        if not changes:
            loaded = LoadedPlan(self.base, self.base, self.written, self.stacked)
            return Variation(key, loaded, Problem.of(self.base))
        entry, faults = self._read(changes, "workbench", "Changes made on the workbench")
        plan, wrong = stack(self.base, [entry], self._place)
        if faults or wrong:
            raise InputError([*faults, *wrong])
        self._sound.put(_shape(changes), value=True)
        return self._variation(key, plan, entry.scenario)

    def _variation(
        self, key: str, plan: Plan, scenario: Scenario, problem: Problem | None = None, *, checked: bool = True
    ) -> Variation:
        plan = plan.evolve(settings=plan.settings.model_copy(update={"scenarios": self.base.settings.scenarios}))
        # As a scenario rather than as single choices: what it adds is then told among the changes.
        loaded = LoadedPlan(plan, self.base, self.written, (scenario,))
        return Variation(key, loaded, problem or Problem.of(plan), checked)

    def _tried(self, key: str, changes: DeskChanges) -> Variation | None:
        """Return the plan with changes of which others than the numbers were checked; None where they were not."""
        if not self._sound.get(_shape(changes)):
            return None
        entry, faults = self._read(changes, "workbench", "Changes made on the workbench")
        scenario = entry.scenario
        if faults or not _in_range(self.base, scenario):
            return None
        plan = apply_unchecked(scenario, self.base)
        return self._variation(
            key, plan, scenario, renumbered(self.base, scenario, plan, self.variant(DeskChanges()).problem), checked=False
        )

    def _place(self, fault: Fault) -> Located:
        """Say of what in the plan something is wrong that a change has brought about."""
        field, index = str(fault.path[0]), fault.path[1] if len(fault.path) > 1 else None
        entries = getattr(self.base, field, ())
        named = isinstance(index, int) and isinstance(entries, tuple) and index < len(entries)
        return Located(fault.message, file=str(getattr(entries[index], "id", field)) if named else self.base.id)  # type: ignore[index]

    def held(self, changes: DeskChanges, drag: Drag) -> DeskChanges:
        """Return the changes by which the end of a bar, or a milestone, comes to lie at a day.

        The finish of work is moved by its length, in the unit it is stated in, as near to the day as that unit comes; its
        start, and a milestone, by the floor that holds it, or by a new one.

        Raises
        ------
        InputError
            If there is nothing that can be moved so.
        """
        variation = self.variant(changes, trying=True)
        plan = variation.plan
        item = plan.items.get(drag.item)
        if isinstance(item, Activity | Milestone) and (fixed := held_fast(plan, item, drag.end)):
            raise InputError([Located(fixed, path="drag.item")])
        if isinstance(item, Activity) and drag.end == "finish":
            return _with(changes, *length_of(plan, item)[:2], _length_to(variation, item, drag.to))
        if not isinstance(item, Activity | Milestone):
            message = f"'{drag.item}' is moved by what its ends are tied to" if item else f"there is no item '{drag.item}'"
            raise InputError([Located(message, path="drag.item")])
        first, last = plan.horizon.first, plan.horizon.last
        day = min(max(drag.to, first), last)
        own = floor_of(plan, item.id)
        if own is None or item.id in changes.floors:
            floors = {**changes.floors, item.id: day}
            return changes.model_copy(update={"floors": floors})
        name = own.terms()[0].assumption
        return _with(changes, "assumptions" if name else "values", name or f"{own.id}.date", day.isoformat())


def _shape(changes: DeskChanges) -> Hashable:
    """Return everything about changes but their numbers and days."""
    numbers = (tuple(sorted(named)) for named in (changes.assumptions, changes.values, changes.floors))
    return (*numbers, *(tuple(sorted(named.items())) for named in (changes.readings, changes.rules)))


def _in_range(plan: Plan, scenario: Scenario) -> bool:
    """Return whether every number set is of its former kind and unit, and within its meaningful range."""
    held: list[tuple[Any, Any, list[Term]]] = [
        (value, plan.values[name], [term for _, term in plan.uses.get(name, ())])
        for name, value in scenario.assumptions.items()
    ]
    for name, value in scenario.values.items():
        term = plan.terms_by_name[name][1]
        held.append((value, term.stated, [term]))
    days = [value for value, _, _ in held if isinstance(value, dt.date)]
    days += [rule.date for rule in scenario.add.rules if isinstance(rule, NotBefore) and isinstance(rule.date, dt.date)]
    return all(
        type(value) is type(was)
        and getattr(value, "unit", None) == getattr(was, "unit", None)
        and all(term.holds(value) and term.complaint(value) is None for term in terms)
        for value, was, terms in held
    ) and all(plan.horizon.first <= day <= plan.horizon.last for day in days)


def _as_changes(choices: Scenario) -> DeskChanges:
    """Return the single choices that a plan was opened with as changes on the desk."""
    return DeskChanges(
        assumptions={name: print_value(value) for name, value in choices.assumptions.items()},
        values={name: print_value(value) for name, value in choices.values.items()},
        readings=dict(choices.readings),
        rules=dict(choices.rules),
    )


def _with(changes: DeskChanges, kind: str, name: str, value: str) -> DeskChanges:
    return changes.model_copy(update={kind: {**getattr(changes, kind), name: value}})


def floor_rule(plan: Plan, item: str, day: dt.date) -> NotBefore:
    """Return the rule that holds an item, or a milestone, back to a day; its name is new to the plan."""
    name, number = f"floor-{item}"[:60], 1
    while name in plan.rules_by_id:
        number += 1
        name = f"floor-{item}"[:56] + f"-{number}"
    return NotBefore(
        kind="not-before",
        id=name,
        title=f"{plan.items[item].title[:3900]}: not before a day set on the workbench",
        at=Point(item) if isinstance(plan.items[item], Milestone) else Point(item, "start"),
        date=day,
        basis="judgement",
        note="set on the workbench",
    )


def floor_of(plan: Plan, item: str) -> NotBefore | None:
    """Return the floor that holds an item's start, or a milestone, the latest of those with a date; None where none does."""
    found: list[tuple[dt.date, NotBefore]] = []
    for rule in plan.active_rules():
        if isinstance(rule, NotBefore) and rule.at.item == item and rule.at.end in (None, "start"):
            term = rule.terms()[0]
            value = plan.values[term.assumption] if term.assumption else term.stated
            if isinstance(value, dt.date):
                found.append((value, rule))
    return max(found, key=lambda pair: (pair[0], pair[1].id), default=(None, None))[1]


def length_of(plan: Plan, activity: Activity) -> tuple[str, str, Duration]:
    """Return by what an activity's length is set (``assumptions`` or ``values``), under which name, and the length."""
    term: Term = activity.terms()[0]
    if term.assumption:
        return "assumptions", term.assumption, plan.duration(activity.duration)
    assert isinstance(term.stated, Duration)
    return "values", f"{activity.id}.{term.name}", term.stated


def _length_to(variation: Variation, activity: Activity, day: dt.date) -> str:
    """Return the length that makes an activity finish by the end of a day, or the nearest possible."""
    plan, problem = variation.plan, variation.problem
    clock, length = problem.clock, length_of(plan, activity)[2]
    # What is left of begun work counts from where it goes on.
    length_arc = problem.network.durations[problem.network.item_nodes(activity.id)[0]]
    start = problem.earliest.values[length_arc.source]
    first, last = clock.show(start, "opens"), plan.horizon.last
    wanted = clock.boundary(min(max(day, first - dt.timedelta(days=1)), last), "closes")
    low, high = 0, 1

    def finish(amount: int) -> int:
        try:
            return clock.finish(start, Duration(amount, length.unit), activity.calendar)
        except InputError:
            return clock.limit + 1

    while finish(high) < wanted and high < MOST_LENGTH:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if finish(middle) < wanted else (low, middle)
    if low and abs(finish(low - 1) - wanted) < abs(finish(low) - wanted):
        low -= 1
    return str(Duration(low, length.unit))


def parsed(text: bytes) -> Any:
    """Return what a body of JSON says.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        return json.loads(text.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InputError([Located(f"expected a question as JSON: {str(error)[:200]}", path="body")]) from None


def _refuse(constant: str) -> Any:
    message = f"{constant} is no number"
    raise ValueError(message)
