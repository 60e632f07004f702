"""Changes to a plan: values set differently, by whom, and those that a later scenario overruled."""

from __future__ import annotations

from collections.abc import Iterator

from models.assumptions import Option, Reading
from models.changes import Overruled, ValueChange
from models.duration import print_value
from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from models.scenario import Scenario
from optimiser.inputs import ABSENT, differences, inputs_of
from optimiser.numbers import entry_of, users
from optimiser.reading.load import LoadedPlan
from optimiser.wording import demand

__all__ = ["changes_between", "named_in", "overruled"]


def changes_between(loaded: LoadedPlan) -> tuple[list[ValueChange], int, int]:
    """Return what was set differently or added by a scenario, and how many other rules and durations are in one plan only.

    What a reading sets goes with the reading, but for values, of which a planner wants the number.
    """
    plan = loaded.plan
    milestones, own = _added(loaded)
    found = list(differences(inputs_of(loaded.before), inputs_of(plan, like=loaded.before), plan))
    answered = {change.name for change in found if change.kind == "reading"}
    options = [_of(reading, plan.choice(reading)).changes for reading in plan.readings if reading.id in answered]
    implied = {("rule", name) for changes in options for name in changes.rules}
    implied |= {("calendar", "calendar") for changes in options if changes.calendar}
    listed, added, removed = milestones, 0, 0
    for change in found:
        if change.before == ABSENT and change.name in own:
            update = {"by": own[change.name]}
            if change.kind != "assumption":
                said = demand(plan, change.name)
                update["after"] = f"{said[:1].upper()}{said[1:]}"
            listed.append(change.model_copy(update=update))
        elif ABSENT in (change.before, change.after):
            added, removed = added + (change.before == ABSENT), removed + (change.after == ABSENT)
        elif change.kind not in ("plan", "scenarios") and (change.kind, change.name) not in implied:
            listed.append(change.model_copy(update=_told(loaded, change)))
    return listed, added, removed


def _added(loaded: LoadedPlan) -> tuple[list[ValueChange], dict[str, str]]:
    """Return the milestones that scenarios add, and the rules, durations and assumptions that they add, each with its scenario."""
    milestones: list[ValueChange] = []
    own: dict[str, str] = {}
    for entry in () if loaded.choices else loaded.scenarios:
        own |= {rule.id: entry.id for rule in entry.add.rules}
        own |= {DURATION_PREFIX + activity.id: entry.id for activity in entry.add.activities}
        own |= {each.id: entry.id for each in entry.add.assumptions}
        for item in entry.add.milestones:
            told = {"kind": "milestone", "name": item.id, "title": item.title, "by": entry.id}
            milestones.append(ValueChange(**told, before=ABSENT, after="there"))  # type: ignore[arg-type]
    return milestones, own


def _told(loaded: LoadedPlan, change: ValueChange) -> dict[str, object]:
    """Return further facts of a change: its author, the request, and an option's own words."""
    plan = loaded.plan
    update: dict[str, object] = {"by": _by(loaded, change)}
    if change.kind == "assumption" and change.name in loaded.asked:
        setting = loaded.asked[change.name]
        update |= {"asked": setting.asked, "rounded": setting.rounded}
    asked = [setting for name, setting in loaded.asked.items() if change in _of_value(name, [change])]
    if len(asked) == 1:
        update |= {"asked": asked[0].asked, "rounded": asked[0].rounded}
    if change.kind in ("rule", "capacity"):
        one, other = change.before.split(" ", 1)[0], change.after.split(" ", 1)[0]
        old, new = (_numbers(side, change.name) for side in (loaded.before, plan))
        apart = [name for name in new if old.get(name) != new[name]]
        if not apart:
            update |= {"before": one, "after": other}
        elif one == other:
            update["before"], update["after"] = (", ".join(f"{name} {each.get(name)}" for name in apart) for each in (old, new))
    if change.kind == "duration":
        update |= {"before": _length(loaded.before, change.name), "after": _length(plan, change.name)}
    if change.kind == "reading":
        reading = next(entry for entry in plan.readings if entry.id == change.name)
        options = {option.id: option.title for option in reading.options}
        update |= {"said_before": options.get(change.before), "said_after": options.get(change.after)}
        named = dict.fromkeys(name for option in reading.options for name in option.changes.assumptions)
        touched = dict.fromkeys(name for option in reading.options for name in option.changes.rules)
        update["touches"] = tuple(dict.fromkeys([*touched, *(each for name in named for each in users(plan, name))]))
    return update


def _numbers(plan: Plan, name: str) -> dict[str, str]:
    """Return the numbers of a rule by their terms; one that an assumption holds by its name."""
    return {term.name: str(term.stated) for term in plan.rules_by_id[name].terms()}


def _of_value(name: str, changes: list[ValueChange]) -> list[ValueChange]:
    """Return the changes of the item or rule whose number is set by ``ITEM.duration`` or ``RULE.term``."""
    holder, dot, term = name.partition(".")
    known = (
        {("duration", DURATION_PREFIX + holder)}
        if term in ("duration", "remaining")
        else {("rule", holder), ("capacity", holder)}
    )
    return [change for change in changes if dot and (change.kind, change.name) in known]


def _length(plan: Plan, name: str) -> str:
    """Return the length of a ``duration:ITEM``, that it is off or a buffer."""
    activity = entry_of(plan, name)
    assert isinstance(activity, Activity)
    left = activity.progress.left if activity.progress and activity.progress.begun else None
    length = f"{left} left" if left else str(plan.duration(activity.duration))
    length = length if plan.switch(activity.enabled) else "off"
    return f"{length}, a buffer" if activity.buffer else length


def _by(loaded: LoadedPlan, change: ValueChange) -> str | None:
    """Return the option or scenario behind a change: the last to name it, or a reading that sets it."""
    steps = [(entry.id, entry) for entry in (() if loaded.choices else loaded.scenarios)]
    steps += [("", loaded.choices)] if loaded.choices else []
    for name, scenario in reversed(steps):
        for kind, named, _ in named_in(scenario):
            same = kind == change.kind and named == change.name
            valued = kind in ("value", "buffer") and bool(
                _of_value(named if kind == "value" else f"{named}.duration", [change])
            )
            if same or valued:
                return name or loaded.origins.get(change.name, _OPTIONS.get(kind))
    for name, scenario in reversed(steps):
        for reading, option in scenario.readings.items():
            changes = _of(next(entry for entry in loaded.plan.readings if entry.id == reading), option).changes
            if change.name in changes.assumptions or change.name in changes.rules:
                return name or f"reading {reading}"
    return None


_OPTIONS = {
    "assumption": "--set",
    "value": "--set",
    "reading": "--reading",
    "rule": "--release",
    "capacity": "--release",
    "duration": "--release",
}


def _of(reading: Reading, name: str) -> Option:
    option = reading.option(name)
    assert option is not None, f"a plan chooses among the options of {reading.id}"
    return option


def named_in(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    """Yield everything that a scenario names: its kind among changes, its name, and its value as printed."""
    for name, option in scenario.readings.items():
        yield "reading", name, option
    for name, value in scenario.assumptions.items():
        yield "assumption", name, print_value(value)
    for name, value in scenario.values.items():
        yield "value", name, print_value(value)
    for name, on in scenario.buffer.items():
        yield "buffer", name, "on" if on else "off"
    for name, on in scenario.rules.items():
        state = "on" if on else "off"
        for kind in ("duration",) if name.startswith(DURATION_PREFIX) else ("rule", "capacity", "parties"):
            yield kind, name, state
    if scenario.calendar:
        yield "calendar", "calendar", scenario.calendar


def overruled(loaded: LoadedPlan) -> Iterator[Overruled]:
    """Yield what an earlier scenario says by name, or by a reading it answers, and a later one or a choice says otherwise."""
    readings = {reading.id: reading for reading in loaded.plan.readings}
    titles = {(entry.kind, entry.name): entry.title for entry in inputs_of(loaded.plan).stated}
    plan = loaded.plan
    for name, (field, term) in plan.terms_by_name.items():
        holder = name.partition(".")[0]
        titled = plan.rules_by_id[holder].title if field == "rules" else plan.items[holder].title
        titles["value", name] = f"{titled}: {term.kind}"
    titles |= {("buffer", activity.id): activity.title for activity in plan.activities}
    steps = [(entry.id, entry) for entry in loaded.scenarios]
    steps += [("", loaded.choices)] if loaded.choices else []
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for label, scenario in steps:
        said = {(kind, name): value for kind, name, value in named_in(scenario)}
        for reading, option in scenario.readings.items():
            found = _of(readings[reading], option).changes
            said = {("assumption", name): print_value(value) for name, value in found.assumptions.items()} | said
        for key, value in said.items():
            by = label or loaded.origins.get(key[1], _OPTIONS.get(key[0], "a single choice"))
            if key in titles and key in known and known[key][0] != value:
                kind, name = key
                yield Overruled(
                    kind=kind,
                    name=name,
                    title=titles[key],
                    value=known[key][0],
                    by=known[key][1],
                    then=value,
                    then_by=by,
                )
            known[key] = value, by
