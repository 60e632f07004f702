"""A scenario put upon a plan: readings answered, values and switches set, items and rules added."""

from __future__ import annotations

from typing import Any

from models.additions import ADDED_FIELDS, doubled, ids_used
from models.assumptions import Assumption, Changes, Unknown
from models.duration import print_value
from models.faults import Fault, PlanFaultsError, changes_faults, find_faults, maybe
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Sourced
from models.scenario import Scenario
from models.terms import with_term
from optimiser.scenarios.expansion import expand
from optimiser.scenarios.spreading import spread, with_addition

__all__ = ["apply", "apply_unchecked"]


def apply(scenario: Scenario, plan: Plan) -> Plan:
    """Return the plan with a scenario's changes made.

    Raises
    ------
    PlanFaultsError
        If the scenario names what the plan does not have, sets a value of the wrong kind, or adds what is there already.
    """
    plan, faults = _with_parties(spread(plan)[0], scenario)
    faults += [*changes_faults(plan, scenario, (), made=True), *doubled(scenario.add, ids_used(plan), ("add",), "add.")]
    faults += _unanswerable(scenario, plan)
    sound = _without(scenario, faults)
    plan, places = _made(sound, plan)
    wrong = [fault for fault in find_faults(plan) if fault.path[0] != "readings"]
    faults += [_in_addition(fault, places, sound, scenario) for fault in wrong]
    if faults:
        raise PlanFaultsError(faults)
    return plan


def apply_unchecked(scenario: Scenario, plan: Plan) -> Plan:
    """Return the plan with a scenario applied, unchecked: for new numbers in a scenario that has passed its checks."""
    return _made(scenario, _with_parties(spread(plan)[0], scenario)[0])[0]


def _unanswerable(scenario: Scenario, plan: Plan) -> list[Fault]:
    """Return a fault for every reading or option that is not there."""
    known, faults = {reading.id: reading for reading in plan.readings}, []
    for name, option in scenario.readings.items():
        if name not in known:
            faults.append(Fault(("readings", name), f"unknown reading '{name}'{maybe(name, known)}"))
        elif known[name].option(option) is None:
            names = [entry.id for entry in known[name].options]
            expected = f"expected one of {', '.join(names)}{maybe(option, names)}"
            faults.append(Fault(("readings", name), f"unknown option '{option}' of '{name}', {expected}"))
    return faults


def _made(scenario: Scenario, plan: Plan) -> tuple[Plan, dict[str, int]]:
    """Return the plan with the changes made, and how many entries each list had before what is added."""
    known = {reading.id: reading for reading in plan.readings}
    said: dict[str, str] = {}
    for name, option in scenario.readings.items():
        chosen = known[name].option(option)
        assert chosen is not None
        said |= {f"reading {name}": option, **_said(chosen.changes)}
        plan = _change(plan, chosen.changes, known[name])
    places = {field: len(getattr(plan, field)) for field in ADDED_FIELDS}
    plan = _change(plan, scenario, scenario.stands_on or _JUDGEMENT.model_copy(update={"note": f"set by {scenario.id}"}))
    said |= _said(scenario)
    old = plan.settings
    settings = {
        "scenarios": (*old.scenarios, scenario.id),
        "readings": {**old.readings, **scenario.readings},
        "assumptions": {**old.assumptions, **_printed(scenario.assumptions)},
        "values": {**old.values, **_printed(scenario.values)},
        "rules": {**old.rules, **scenario.rules},
        "said": {**old.said, **said},
        "overlaps": (*old.overlaps, *_overlaps(scenario, old.said, said)),
        "hindsight": old.hindsight or scenario.hindsight,
    }
    return plan.evolve(settings=old.model_copy(update=settings)), places


def _overlaps(scenario: Scenario, before: dict[str, str], now: dict[str, str]) -> tuple[str, ...]:
    """Return what an earlier scenario of the stack has set to another end."""
    return tuple(
        f"{name}: {before[name]}, then {value} by {scenario.id}"
        for name, value in now.items()
        if before.get(name, value) != value
    )


def _without(scenario: Scenario, faults: list[Fault]) -> Scenario:
    """Return a scenario without what is at fault in it, so that the rest can be judged together with the plan."""
    if not faults:
        return scenario
    paths = {fault.path for fault in faults}
    update: dict[str, Any] = {
        kind: {name: value for name, value in getattr(scenario, kind).items() if (kind, name) not in paths}
        for kind in ("assumptions", "values", "rules", "buffer", "readings")
    }
    doubled_at = {path[1:3] for path in paths if path[0] == "add"}
    kept = {
        field: tuple(entry for index, entry in enumerate(getattr(scenario.add, field)) if (field, index) not in doubled_at)
        for field in ADDED_FIELDS
    }
    update["add"] = scenario.add.model_copy(update=kept)
    if ("calendar",) in paths:
        update["calendar"] = None
    return scenario.model_copy(update=update)


def _in_addition(fault: Fault, places: dict[str, int], sound: Scenario, whole: Scenario) -> Fault:
    """Return a fault of the plan at its place in the addition, where the entry was added: behind so many of the plan's own."""
    field, index = (*fault.path, None)[:2]
    first = places.get(str(field))
    if first is None or not isinstance(index, int) or index < first:
        return fault
    entry = getattr(sound.add, str(field))[index - first]
    place = next(place for place, each in enumerate(getattr(whole.add, str(field))) if each is entry)
    return Fault(("add", str(field), place, *fault.path[2:]), fault.message)


def _printed(values: dict[str, Any]) -> dict[str, str]:
    return {key: print_value(value) for key, value in values.items()}


def _said(changes: Changes) -> dict[str, str]:
    """Return what changes set, its name to its value as printed."""
    said = {f"assumption {name}": print_value(value) for name, value in changes.assumptions.items()}
    said |= {f"value {name}": print_value(value) for name, value in changes.values.items()}
    said |= {f"rule {name}": "on" if on else "off" for name, on in changes.rules.items()}
    said |= {f"buffer {name}": "on" if on else "off" for name, on in changes.buffer.items()}
    return said | ({"calendar": changes.calendar} if changes.calendar else {})


def _with_parties(plan: Plan, changes: Changes) -> tuple[Plan, list[Fault]]:
    """Return the plan with the parties of its Qualification in it, where the changes switch them on."""
    qualification = plan.qualification
    on = changes.rules.get(qualification.id) if qualification else None
    if on and qualification and not qualification.expanded:
        return expand(plan), []
    if on is False and qualification and qualification.expanded:
        message = f"the parties of '{qualification.id}' are in the plan already; maybe leave out the scenario that puts them in"
        return plan, [Fault(("rules", qualification.id), message)]
    return plan, []


_JUDGEMENT = Sourced(basis="judgement")
"""What a value stands on that somebody sets without saying why."""


def _change(plan: Plan, changes: Changes, stands_on: Sourced) -> Plan:
    """Return the plan with values, switches and calendar replaced; a new value that says nothing stands on ``stands_on``."""
    plan = with_addition(plan, changes.add)
    plan = _with_numbers(plan, changes, stands_on) if changes.values or changes.buffer else plan
    updates: dict[str, object] = {}
    values = changes.assumptions
    if values:

        def revalued(entry: Assumption | Unknown) -> Assumption | Unknown:
            if entry.id not in values or (values[entry.id] == entry.value and entry.id not in changes.provenance):
                return entry
            ground = changes.provenance.get(entry.id, stands_on)
            grounds = {name: getattr(ground, name) for name in Sourced.model_fields}
            return entry.model_copy(update={"value": values[entry.id], **grounds})

        updates["assumptions"] = tuple(revalued(entry) for entry in plan.assumptions)
        updates["unknowns"] = tuple(revalued(entry) for entry in plan.unknowns)
    switches = changes.rules
    if switches:
        updates["rules"] = tuple(
            rule.model_copy(update={"enabled": switches[rule.id]}) if rule.id in switches else rule for rule in plan.rules
        )
        updates["activities"] = tuple(
            activity.model_copy(update={"enabled": switches[DURATION_PREFIX + activity.id]})
            if DURATION_PREFIX + activity.id in switches
            else activity
            for activity in plan.activities
        )
    if changes.calendar:
        updates["calendar"] = changes.calendar
    return plan.evolve(**updates) if updates else plan


def _with_numbers(plan: Plan, changes: Changes, stands_on: Sourced) -> Plan:
    """Return the plan with numbers replaced that no assumption names, and with activities that are buffers or are none."""
    set_in: dict[str, list[str]] = {}
    for name in changes.values:
        set_in.setdefault(f"{plan.terms_by_name[name][0]} {name.partition('.')[0]}", []).append(name)

    def revalued(field: str, entry: Any) -> Any:
        for name in set_in.get(f"{field} {entry.id}", ()):
            term = plan.terms_by_name[name][1]
            if term.stated != changes.values[name] or name in changes.provenance:
                ground = changes.provenance.get(name, stands_on)
                grounds = {key: getattr(ground, key) for key in Sourced.model_fields}
                entry = with_term(entry, term.field, changes.values[name]).model_copy(update=grounds)
        on = changes.buffer.get(entry.id, getattr(entry, "buffer", None)) if field == "activities" else None
        return entry if on is None or on == entry.buffer else entry.model_copy(update={"buffer": on})

    fields = ("activities", "hammocks", "rules")
    return plan.evolve(**{field: tuple(revalued(field, entry) for entry in getattr(plan, field)) for field in fields})
